package sampletown

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/cmd/internal/cli/clitest"
	"hulian/dashboards/visitor"
)

// truth is what the simulator wrote beside the exports and no command reads.
type truth struct {
	Villages []struct {
		ID    string `json:"village_id"`
		Name  string
		Weak  string
		Phase string
	}
	Effects []struct {
		Village string `json:"village_id"`
		Month   string
		Effect  float64
	}
	Promising []string `json:"promising_members"`
}

// checkPlanted holds the pages to the truth: the weak villages and their causes, the effect of the pilot within its
// interval, and the members with the evidence of a reserve cadre: nine of ten of them listed, and six of ten of those listed among them.
func checkPlanted(t *testing.T, town string) {
	var told truth
	content, err := os.ReadFile(filepath.Join(town, "truth", "planted.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &told); err != nil {
		t.Fatal(err)
	}
	server := clitest.Start(t, "serve", "--dir", town, "--listen", "127.0.0.1:0", "--schedule", "off")
	defer server.Stop(t)
	client := clitest.As(t, server, visitor.Office, "")
	table := func(address string) [][]string {
		status, body := clitest.Exchange(t, client, http.MethodGet, strings.TrimSuffix(server.Address, "/")+address)
		if status != http.StatusOK {
			t.Fatalf("%s: status %d", address, status)
		}
		rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows[1 : len(rows)-1] // the last line says what the file is
	}

	cause := map[string]string{"capacity": "too few hands", "effort": "too little effort"}
	want, got := map[string]string{}, map[string]string{}
	for _, v := range told.Villages {
		if v.Weak != "" {
			want[v.Name] = cause[v.Weak]
		}
	}
	for _, row := range table("/weak?lang=en&format=csv&table=villages") {
		if strings.HasPrefix(row[1], "weak") {
			got[row[0]] = row[5]
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
		t.Errorf("weak villages and why (-planted +found):\n%s", diff)
	}

	checkEffect(t, told, table("/compare?lang=en&format=csv&table=outcomes"))

	listed, rightly := 0, 0
	for _, row := range table("/cadres?format=csv&table=members") {
		fields := strings.Fields(row[0])
		listed++
		if slices.Contains(told.Promising, fields[len(fields)-1]) {
			rightly++
		}
	}
	if planted := len(told.Promising); planted == 0 || 10*rightly < 9*planted || 10*rightly < 6*listed {
		t.Errorf("of %d members with the evidence of a reserve cadre %d are listed, among %d", planted, rightly, listed)
	}
}

// checkEffect: the pilots' planted effect on the share of households visited, from May to August 2017 (in September too
// few villages are left to compare with), lies in the interval of the page.
func checkEffect(t *testing.T, told truth, outcomes [][]string) {
	pilots := map[string]bool{}
	for _, v := range told.Villages {
		pilots[v.ID] = v.Phase == "pilot"
	}
	var sum, n float64
	for _, e := range told.Effects {
		if pilots[e.Village] && "2017-05" <= e.Month && e.Month <= "2017-08" {
			sum, n = sum+100*e.Effect, n+1
		}
	}
	interval := regexp.MustCompile(`^([+−]?[\d.]+) – ([+−]?[\d.]+) percentage points$`)
	number := func(s string) float64 {
		x, err := strconv.ParseFloat(strings.ReplaceAll(s, "−", "-"), 64)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, row := range outcomes {
		if row[0] != "Households visited" {
			continue
		}
		found := interval.FindStringSubmatch(strings.TrimPrefix(row[2], "'")) // a download guards what a spreadsheet would compute
		if found == nil {
			t.Fatalf("interval %q", row[2])
		}
		if low, high := number(found[1]), number(found[2]); !(low <= sum/n && sum/n <= high) {
			t.Errorf("planted effect %.1f points, interval %s", sum/n, row[2])
		}
		if row[6] != "better" {
			t.Errorf("at first sight %q", row[6])
		}
		return
	}
	t.Error("the outcomes do not list the households visited")
}
