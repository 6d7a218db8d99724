package picture

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hulian/dashboards/chart"
	"hulian/dashboards/view"
)

// charts are those that a page leaves to ECharts, made as pages make them.
func charts(t *testing.T) map[string]*view.Chart {
	t.Helper()
	nan, target := math.NaN(), 85.0
	made := map[string]interface{ Draw() (chart.Chart, error) }{
		"series": chart.Series{ID: "a", Label: "走势<b>", Number: chart.Percent, Months: []string{"2017-09", "2017-10", "2017-11", "2017-12", "2018-01"}, Target: &target, TargetName: "目标85%",
			Lines: []chart.Line{{Name: "办结率", Values: []float64{61.2, nan, 70, 75.5, 77.8}, Hollow: []bool{false, false, false, false, true}}, {Name: "覆盖率", Values: []float64{90, 91, 92, nan, nan}}, {Name: "均值", Values: []float64{70, 70, 70, 70, 70}, Plain: true, Dashed: true, Colour: chart.Grey}},
			Bands: []chart.Band{{Name: "95%区间", Low: []float64{55, nan, 65, 70, 72}, High: []float64{66, nan, 75, 80, 83}}}, Marks: []chart.Mark{{Month: "2017-10", Name: "启动"}, {Month: "2017-11", Name: "选派第一书记"}}},
		"lying": chart.Bars{ID: "b", Label: "各村", Number: chart.OneDigit, Values: true, Unit: "户", Items: []string{"破山村", "新园村滨海工业园区", "联明村"},
			Parts: []chart.Part{{Name: "走访", Values: []float64{12.5, 0, nan}, Hollow: []string{"", "0/2", ""}}}},
		"stacked":  chart.Bars{ID: "c", Label: "各村", Number: chart.Percent, Values: true, Stacked: true, Ends: 100, Items: []string{"破山村", "联明村"}, Parts: []chart.Part{{Name: "满意", Values: []float64{60, 99}}, {Name: "不满意", Values: []float64{40, 1}}}},
		"standing": chart.Bars{ID: "d", Label: "时长", Number: chart.Whole, Values: true, Standing: true, Unit: "件", Items: []string{"7天内", "8–30天", "30天以上"}, Parts: []chart.Part{{Name: "本月", Values: []float64{1204, 30, 4}}, {Name: "上月", Values: []float64{1100, 25, 9}}}},
		"funnel": chart.Funnel{ID: "e", Label: "各村位置", Number: chart.Percent, BaseTitle: "户数", Centre: 80, CentreName: "全镇", Edges: []chart.Edge{{Name: "95%界限", Bases: []float64{50, 100, 200}, Low: []float64{68, 72, 75}, High: []float64{92, 88, 85}}, {Name: "99.8%界限", Dashed: true, Bases: []float64{50, 100, 200}, Low: []float64{62, 67, 71}, High: []float64{98, 93, 89}}},
			Dots: []chart.Dot{{Name: "破山村", Base: 80, Value: 61, Colour: chart.Orange}, {Name: "联明村", Base: 150, Value: 81}, {Name: "新园村", Base: 152, Value: 81.2}, {Name: "无", Base: 10, Value: nan}}},
	}
	all := map[string]*view.Chart{}
	for name, m := range made {
		drawn, err := m.Draw()
		if err != nil {
			t.Fatal(err)
		}
		all[name] = &view.Chart{Title: name, Chart: drawn}
	}
	return all
}

// What a browser draws with ECharts is drawn for paper from the same values; each number and name that the screen writes stands on paper.
func TestChartsOfTheScreenAreDrawnForPaper(t *testing.T) {
	want := map[string][]string{
		"series":   {"办结率", "覆盖率", "均值", "95%区间", "目标85%", "启动", "选派第一书记", "2018年1月", "80%"},
		"lying":    {"破山村", "联明村", "12.5", "0/2", "户"},
		"stacked":  {"满意", "不满意", "60.0%", "40.0%", "99.0%", "100%"},
		"standing": {"7天内", "本月", "上月", "1,204", "1,100", "9", "件"},
		"funnel":   {"破山村", "户数", "全镇", "95%界限", "99.8%界限"},
	}
	for name, c := range charts(t) {
		svg := draw(t, c, Wide)
		checkMarkup(t, name, svg)
		for _, text := range want[name] {
			if !strings.Contains(svg, ">"+text+"<") {
				t.Errorf("%s does not say %q", name, text)
			}
		}
		got := strings.ReplaceAll(svg, "><", ">\n<") + "\n"
		golden := filepath.Join("testdata", "chart-"+name+".svg")
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if was, err := os.ReadFile(golden); err != nil || string(was) != got {
			t.Errorf("%s differs from %s (%v); look at it, and if it is meant, run go test -update", name, golden, err)
		}
	}
	if _, err := Draw(&view.Chart{}, Wide); err == nil {
		t.Error("a chart that nobody can draw was drawn")
	}
}
