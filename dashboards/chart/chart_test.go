package chart

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// samples are one chart of every kind, with what tends to go wrong: gaps, names that would be markup, zero passages.
func samples(t *testing.T) map[string]Chart {
	t.Helper()
	target := 90.0
	made := map[string]Chart{}
	for name, draw := range map[string]func() (Chart, error){
		"series": Series{ID: "series", Label: "走访覆盖率", Number: Percent, Unit: "%", Months: []string{"2017-11", "2017-12", "2018-01"},
			Lines:  []Line{{Name: "</script><b>x", Values: []float64{50, math.NaN(), 72.5}, Hollow: []bool{false, false, true}}, {Name: "均值", Values: []float64{60, 60, 60}, Dashed: true, Plain: true, Colour: Grey}},
			Bands:  []Band{{Name: "95% 区间", Low: []float64{45, math.NaN(), 70}, High: []float64{55, math.NaN(), 75}}},
			Marks:  []Mark{{Month: "2017-12", Name: "启动"}},
			Target: &target, TargetName: "目标"}.Draw,
		"bars": Bars{ID: "bars", Label: "各村", Number: OneDigit, Unit: "人", Items: []string{"福合院村", "新园村", "破山村"}, Values: true,
			Parts: []Part{{Name: "每名人手服务人数", Values: []float64{69.4, math.Inf(1), 100}, Colours: []string{Orange, ""}, Hollow: []string{"", "", "3/3"}}},
			Links: map[string]string{"福合院村": "/capacity?village=V1"}}.Draw,
		"standing": Bars{ID: "standing", Label: "时长", Number: Whole, Items: []string{"0–7", ">90"}, Stacked: true, Standing: true,
			Parts: []Part{{Name: "未超期", Values: []float64{3, 0}}, {Name: "超期", Values: []float64{0, 2}}}}.Draw,
		"regions": Regions{ID: "map", Label: "各村状态", Height: Medium, Latitude: 60, Links: map[string]string{"新园村": "/village?village=V2"},
			Kinds: []RegionKind{{Name: "薄弱", Fill: "--p-far-behind", Ink: "--p-on-far-behind", Stands: true}, {Name: "暂不评价", Fill: "--p-grid", Ink: "--p-ink", Outlined: true}},
			Regions: []Region{{Name: "</script><b>x", Shape: json.RawMessage(`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`), Beside: "第3月"},
				{Name: "新园村", Shape: json.RawMessage(`{"type":"Polygon","coordinates":[[[1,0],[2,0],[2,1],[1,0]]]}`), Kind: 1}}}.Draw,
		"funnel": Funnel{ID: "funnel", Label: "走访覆盖率", Number: Percent, BaseTitle: "农户", CentreName: "中位村", Centre: 80,
			Dots:  []Dot{{Name: "</script><b>x", Base: 1200, Value: 54.3, Colour: Orange}, {Name: "新园村", Base: 973, Value: 91.9}},
			Edges: []Edge{{Name: "99.8%", Bases: []float64{900, 1300}, Low: []float64{60, 62}, High: []float64{95, 94}}, {Name: "95%", Bases: []float64{900, 1300}, Low: []float64{70, 71}, High: []float64{90, 89}, Dashed: true}},
			Links: map[string]string{"新园村": "/weak?village=V2"}}.Draw,
	} {
		c, err := draw()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		made[name] = c
	}
	return made
}

func TestOptionsAreAsAgreed(t *testing.T) {
	for name, c := range samples(t) {
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, c.Option, "", "  "); err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", name+".json")
		if *update {
			if err := os.WriteFile(golden, append(pretty.Bytes(), '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.TrimSpace(string(want)), pretty.String()); diff != "" {
			t.Errorf("%s differs from %s (-want +got); if meant, run go test -update:\n%s", name, golden, diff)
		}
	}
}

func TestOptionsAreSafeAndStable(t *testing.T) {
	first, second := samples(t), samples(t)
	for name, c := range first {
		if !bytes.Equal(c.Option, second[name].Option) {
			t.Errorf("%s: the same rows gave other bytes", name)
		}
		for _, forbidden := range []string{"</", "<b>", "__f__", "function", "http://", "https://", "NaN", "Inf"} {
			if bytes.Contains(c.Option, []byte(forbidden)) {
				t.Errorf("%s holds %q", name, forbidden)
			}
		}
		if c.Label == "" || c.Height == "" || c.ID == "" {
			t.Errorf("%s has no label, height or id: %+v", name, c)
		}
	}
}

func TestAFunctionIsRefused(t *testing.T) {
	if _, err := option("x", "", Medium, map[string]string{"formatter": "__f__function(){}__f__"}); err == nil {
		t.Error("an option with a function was accepted")
	}
}

func TestEveryFormatterIsKnownToTheScript(t *testing.T) {
	script, err := os.ReadFile("../assets/static/app.js")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(script, []byte("/"+Dark+"/g")) {
		t.Errorf("app.js does not make %s light on the dark page", Dark)
	}
	for name, c := range samples(t) {
		for _, formatter := range regexp.MustCompile(`"(?:formatter|valueFormatter)":"(@[a-z-]+)"`).FindAllSubmatch(c.Option, -1) {
			if !bytes.Contains(script, append(append([]byte(`"`), formatter[1]...), `":`...)) {
				t.Errorf("%s: app.js has no formatter %s", name, formatter[1])
			}
		}
	}
}
