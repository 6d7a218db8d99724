package analyze

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var saidP = regexp.MustCompile(`p (?:= ([0-9.]+)|< 0\.001)`)

// readP is the p-value a reading goes by: the largest it names.
func readP(t *testing.T, document map[string]any) float64 {
	t.Helper()
	found := saidP.FindAllStringSubmatch(document["reading"].(map[string]any)["en"].(string), -1)
	if found == nil {
		t.Fatalf("no p in %v", document["reading"])
	}
	largest := 0.0
	for _, m := range found {
		if p, err := strconv.ParseFloat(m[1], 64); err == nil {
			largest = max(largest, p)
		}
	}
	return largest
}

// Four small pilots of 30 households against fourteen villages of 800, with nothing between them: the reading finds an
// effect in about 5 of 100 towns, where the plain test finds one in 33.
func TestSmallPilotsInAReading(t *testing.T) {
	const rounds = 100
	random, found := rand.New(rand.NewPCG(5, 1)), map[string]float64{}
	for range rounds {
		var across, panel strings.Builder
		across.WriteString("g,value,size\n")
		panel.WriteString("id,treated,post,y,size\n")
		for i := range 18 {
			n, g, d := 800.0, "推广", 0
			if i < 4 {
				n, g, d = 30, "试点", 1
			}
			sd := math.Sqrt(.24 / n)
			fmt.Fprintf(&across, "%s,%v,%v\n", g, .6+sd*random.NormFloat64(), n)
			fmt.Fprintf(&panel, "%d,%d,0,%v,%v\n%d,%d,1,%v,%v\n", i, d, .6+sd*random.NormFloat64(), n, i, d, .6+sd*random.NormFloat64(), n)
		}
		for name, document := range map[string]map[string]any{
			"permutation": analysed(t, "permutation", across.String()),
			"did_2x2":     analysed(t, "did_2x2", panel.String()),
		} {
			if readP(t, document) <= significant {
				found[name] += 100. / rounds
			}
			if document["permutation"] != nil || document["studentised"] != nil || document["permutation_studentised"] != nil || document["fisher_two_sided"] != nil {
				t.Fatalf("%s prints tests that do not hold: %v", name, document)
			}
			if !warned(document, "units differ in size") {
				t.Fatalf("%s: no word of the tests left out", name)
			}
		}
	}
	t.Logf("%v of 100", found)
	for name, share := range found {
		if share > 5+3*100*math.Sqrt(.05*.95/rounds) {
			t.Errorf("%s: %.0f of 100 readings find an effect that is none", name, share)
		}
	}
	document := analysed(t, "permutation", "g,value,size\n试点,5,30\n试点,6,40\n试点,7,35\n推广,1,800\n推广,1.2,700\n推广,1.1,900\n推广,1.3,650\n推广,0.9,650\n")
	if document["p_of"] != "rescaled" || document["p_two_sided_abs"] != document["rescaled"].(map[string]any)["p_two_sided_abs"] {
		t.Errorf("the p-values are not those of the rescaled test: %v", document)
	}
}

// Without sizes a difference that only the plain test finds is no finding.
func TestTwoTestsMustAgree(t *testing.T) {
	const table = "g,value\n试点,-5.9\n试点,0.9\n试点,-1.4\n推广,0.8\n推广,1.0\n推广,1.4\n推广,1.0\n推广,1.0\n推广,1.1\n推广,0.5\n推广,1.4\n推广,0.7\n"
	document := analysed(t, "permutation", table)
	plain, byT := document["p_two_sided_abs"].(float64), document["studentised"].(map[string]any)["p_two_sided_abs"].(float64)
	if plain > significant || byT <= significant {
		t.Fatalf("the table is not one of disagreement: %v and %v", plain, byT)
	}
	if said := document["reading"].(map[string]any)["en"].(string); !strings.Contains(said, "disagree") || strings.Contains(said, "rare") {
		t.Errorf("reading %q", said)
	}
	if !warned(document, "--size COLUMN") {
		t.Error("no word of sizes")
	}
}

func panelOfFew(starts []string, y func(i, k int) float64) string {
	var b strings.Builder
	b.WriteString("unit,month,y,first_treat\n")
	for i, start := range starts {
		for k := range 12 {
			fmt.Fprintf(&b, "v%d,2023-%02d,%v,%s\n", i, k+1, y(i, k), start)
		}
	}
	return b.String()
}

// One against one is not estimable by either method, and a test that could never find anything reassures nobody.
func TestNothingToTestIsNotReassuring(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 9))
	noise := func(int, int) float64 { return .5 + .02*random.NormFloat64() }
	for name, c := range map[string]struct {
		method, table, says string
	}{
		"two by two":        {"did_2x2", "id,treated,post,y\na,1,0,.5\na,1,1,.7\nb,0,0,.5\nb,0,1,.5\n", "Not estimable"},
		"staggered":         {"callaway_santanna", panelOfFew([]string{"2023-07", ""}, noise), "Not estimable"},
		"one against two":   {"callaway_santanna", panelOfFew([]string{"2023-07", "", ""}, noise), "parallel trends are not tested"},
		"three and three":   {"callaway_santanna", panelOfFew([]string{"2023-07", "2023-07", "2023-07", "", "", ""}, noise), "too few units: whatever came out, p could not be below 0.100"},
		"the same before":   {"callaway_santanna", panelOfFew([]string{"2023-07", "2023-07", "2023-07", "", "", "", "", ""}, func(_, k int) float64 { return float64(k) }), "nothing to test parallel trends by"},
		"enough for a test": {"callaway_santanna", panelOfFew([]string{"2023-07", "2023-07", "2023-07", "", "", "", "", ""}, noise), "before the start was found"},
	} {
		document := analysed(t, c.method, c.table)
		said := document["reading"].(map[string]any)["en"].(string)
		if !strings.Contains(said, c.says) {
			t.Errorf("%s: %q", name, said)
		}
		if name != "enough for a test" && strings.Contains(said, "No departure") {
			t.Errorf("%s reassures: %q", name, said)
		}
		if c.says == "Not estimable" && (document["estimate"] != nil || document["permutation"] != nil || document["pretrend_permutation"] != nil) {
			t.Errorf("%s: %v", name, document)
		}
	}
}

// Outcomes that are all alike in each group have an infinite Welch t: it is said, no number stands for it, and p comes from counting.
func TestAnInfiniteStatisticIsSaid(t *testing.T) {
	document := analysed(t, "permutation", "g,value\n试点,3\n试点,3\n试点,3\n推广,1\n推广,1\n推广,1\n推广,1\n推广,1\n")
	test, ok := document["studentised"].(map[string]any)
	if !ok || test["statistic"] != nil || test["statistic_infinite"] != true {
		t.Fatalf("%v", document["studentised"])
	}
	if p, ok := test["p_two_sided_abs"].(float64); !ok || math.Abs(p-1./56) > 1e-9 {
		t.Errorf("p %v, want 1/56", test["p_two_sided_abs"])
	}
	if said := fmt.Sprint(document["warnings"]); !strings.Contains(said, "infinite") {
		t.Errorf("the notes say %s", said)
	}
}
