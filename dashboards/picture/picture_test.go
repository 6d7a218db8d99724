package picture

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/dashboards/language"
	"hulian/dashboards/view"
)

var update = flag.Bool("update", false, "write the golden files anew")

const hostile = `</svg><script>x</script>" onload="y`

// samples are one of every picture, with what tends to go wrong: no rows, gaps, infinite numbers, names that would be markup or need more
// room than there is.
func samples(lang string) map[string]view.Block {
	l := language.Language{Lang: lang}
	f := func(id string) view.Frame { return view.Frame{ID: id, Title: "走访覆盖率", Language: l} }
	good := view.Value{X: 92, Text: "92%", Numerator: 92, Denominator: 100, Tone: view.ToneBetter, Link: "/village?village=V1&lang=en"}
	bad := view.Value{X: 41, Text: "41%", Numerator: 41, Denominator: 100, Tone: view.ToneWorse}
	few := view.Value{X: 50, Text: "50%", Numerator: 1, Denominator: 2, Tone: view.ToneWorse}
	unknown := view.Value{Unknown: "未报送走访表"}
	odd := view.Value{X: math.Inf(1), Text: "∞", Link: "javascript:alert(1)"}
	long := "逍林镇新园村滨海工业园区流动党员联合网格第一支部" + hostile
	nan := math.NaN()
	middle := 60.0
	trend := view.Trend{Months: []string{"2017-10", "2017-11", "2017-12", "2018-01"}, Values: []float64{40, nan, 44, 50}, Low: []float64{35, 35, nan, 35}, High: []float64{45, 45, nan, 45}, Hollow: []bool{true, false, false, false}}
	return map[string]view.Block{
		"sparkline": view.Course{Trend: trend, Tone: view.ToneBetter, Said: hostile},
		"spine": &view.Spine{Frame: f("spine"), Unit: "破山村", Rows: []view.SpineRow{
			{Name: "走访", Value: bad, Worst: bad, Best: good, Low: 55, Middle: 60, High: 70}, {Name: "未走访", Value: good, Worst: good, Best: bad, Low: 50, Middle: 60, High: 70},
			{Name: long, Value: few, Worst: bad, Best: good, Low: 55, Middle: 60, High: 70}, {Name: "对账会", Value: unknown}, {Name: "相同", Value: good, Worst: good, Best: good, Middle: 92}, {Name: "无穷", Value: odd}}},
		"tilemap": &view.TileMap{Frame: f("map"), Tiers: []view.Tier{{ID: "weak", Name: "薄弱", Place: view.FarBehind}, {ID: "usual", Name: "正常"}, {ID: "poor", Name: "数据不足", Poor: true}}, Squares: []view.Square{
			{Column: 1, Row: 1, Name: "破山村", Tier: "weak", Said: "第3月", Link: "/village"}, {Column: 3, Row: 1, Name: long, Tier: "usual"}, {Name: "新园村", Tier: "poor"}}},
		"limits": &view.Limits{Frame: f("limits"), Centre: 80, CentreText: "全镇80%", Axis: view.Axis{Suffix: "%"}, Rows: []view.LimitsRow{
			{Name: "破山村", Value: bad, Low: 31, High: 51, Inner: [2]float64{70, 90}, Outer: [2]float64{65, 95}}, {Name: long, Value: few, Low: 1, High: 99, Inner: [2]float64{nan, nan}, Outer: [2]float64{nan, nan}}, {Name: "联明村", Value: unknown}, {Name: "无穷", Value: odd}}},
		"multiples": &view.Multiples{Frame: f("multiples"), Reference: []float64{40, 41, 42, 43}, Axis: view.Axis{Suffix: "%"}, Panels: []view.Panel{
			{Name: "破山村", Badge: "试点", Trend: trend, Mark: 1, MarkText: "启动", Tone: view.ToneWorse, Link: "/village"}, {Name: long, Mark: -1, Unknown: "未报送"}, {Name: "新园村", Trend: trend, Mark: -1}}},
		"diverging": &view.Diverging{Frame: f("diverging"), Axis: view.Axis{Title: "百分点"}, Rows: []view.DivergingRow{
			{Name: "破山村", Change: view.Value{X: -6.2, Text: "−6.2", Tone: view.ToneWorse}}, {Name: "新园村", Change: view.Value{X: 3, Text: "+3.0", Tone: view.ToneBetter}}, {Name: long, Change: few}, {Name: "联明村", Change: unknown}}},
		"scatter": &view.Scatter{Frame: f("scatter"), X: view.Axis{Title: "人口"}, Y: view.Axis{Title: "覆盖率", Suffix: "%"}, MiddleX: &middle, MiddleY: &middle, Corners: [4]string{"好", "", "", hostile}, Points: []view.ScatterPoint{
			{Name: "破山村", X: bad, Y: bad, Tone: view.ToneWorse}, {Name: "联明村", X: bad, Y: bad}, {Name: long, X: good, Y: few}, {Name: "无", X: unknown, Y: good}}},
		"forest": &view.Forest{Frame: f("forest"), Axis: view.Axis{Suffix: ""}, Rows: []view.ForestRow{
			{Name: "走访", Estimate: view.Value{X: 23.7, Text: "+23.7", Tone: view.ToneBetter}, Low: 18, High: 28, Star: true}, {Name: long, Estimate: view.Value{X: 5, Text: "+5.0", Few: true}, Low: -30, High: 40}, {Name: "上交", Estimate: unknown}}},
		"gantt": &view.Gantt{Frame: f("gantt"), Months: []string{"2017-11", "2017-12", "2018-01", "2018-02"}, Now: "2018-01", Rows: []view.GanttRow{
			{Name: "破山村", From: "2017-05", Text: "试点", Marks: []view.GanttMark{{At: "2017-12-12", Text: "选派"}}}, {Name: long, From: "2018-02", Planned: true, Text: long}, {Name: "联明村", Unknown: "没有记录"}, {Name: "错", From: "2017-99-99"}}},
		"steps": &view.Steps{Frame: f("steps"), Against: "全镇", Steps: []view.Step{
			{Name: "流转", Count: view.Value{X: 171, Text: "171"}, Days: view.Value{X: 11.2, Text: "11.2天"}, Others: view.Value{X: 3, Text: "3天"}, Waiting: view.Value{X: 19, Text: "19"}, Worst: true}, {Name: long, Count: unknown, Days: unknown}, {Name: "反馈", Count: view.Value{X: 2, Text: "2"}, Days: view.Value{X: 2, Text: "2天", Few: true}}}},
		"empty spine": &view.Spine{Frame: f("e1")}, "empty map": &view.TileMap{Frame: f("e2")}, "empty limits": &view.Limits{Frame: f("e3")}, "empty multiples": &view.Multiples{Frame: f("e4")},
		"empty diverging": &view.Diverging{Frame: f("e5")}, "empty scatter": &view.Scatter{Frame: f("e6")}, "empty forest": &view.Forest{Frame: f("e7")}, "empty gantt": &view.Gantt{Frame: f("e8")},
		"empty steps": &view.Steps{Frame: f("e9")}, "empty sparkline": view.Course{},
	}
}

func draw(t *testing.T, b view.Block, w Width) string {
	t.Helper()
	svg, err := Draw(b, w)
	if err != nil {
		t.Fatal(err)
	}
	return svg
}

func TestPicturesStayAsTheyWereLookedAt(t *testing.T) {
	for name, b := range samples(language.Chinese) {
		if strings.HasPrefix(name, "empty") {
			continue
		}
		for suffix, w := range map[string]Width{"": Wide, "-narrow": Narrow} {
			got := strings.ReplaceAll(draw(t, b, w), "><", ">\n<") + "\n"
			golden := filepath.Join("testdata", name+suffix+".svg")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s differs from %s (-want +got); look at it, and if it is meant, run go test -update:\n%s", name, golden, diff)
			}
		}
	}
}

var allowed = regexp.MustCompile(`^(#|/[^/]|\?)`)

// Whatever a village is called, a picture is one well-formed element without script, style or a link to elsewhere; every mark lies inside it, no
// text is too small to read, and every colour has a name in the palette.
func TestPicturesAreSafeAndInsideTheirFrame(t *testing.T) {
	for _, lang := range []string{language.Chinese, language.English} {
		for name, b := range samples(lang) {
			for _, w := range []Width{Wide, Narrow} {
				svg := draw(t, b, w)
				if again := draw(t, b, w); again != svg {
					t.Errorf("%s: the same data give another picture", name)
				}
				checkMarkup(t, name, svg)
				if inlined := Inlined(svg); strings.Contains(inlined, "class=") {
					t.Errorf("%s: a colour is left to a style sheet: %s", name, inlined)
				}
			}
		}
	}
}

func checkMarkup(t *testing.T, name, svg string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(svg))
	wide, tall := 0.0, 0.0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, svg)
		}
		element, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		at := map[string]string{}
		for _, a := range element.Attr {
			at[a.Name.Local] = a.Value
			switch {
			case a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on"):
				t.Errorf("%s: %s has the attribute %s", name, element.Name.Local, a.Name.Local)
			case a.Name.Local == "href" && !allowed.MatchString(a.Value):
				t.Errorf("%s leads to %s", name, a.Value)
			case strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf"):
				t.Errorf("%s: %s=%q", name, a.Name.Local, a.Value)
			}
		}
		for _, class := range strings.Fields(at["class"]) {
			if _, known := Palette[strings.TrimPrefix(strings.TrimPrefix(class, "f-"), "s-")]; !known && class != "pic" {
				t.Errorf("%s: no colour is called %s", name, class)
			}
		}
		switch element.Name.Local {
		case "svg":
			wide, tall = number(at["width"]), number(at["height"])
			role := "img"
			if strings.Contains(svg, "<a ") {
				role = "group" // a reader of an image would not come to its links
			}
			if at["role"] != role || (at["aria-label"] == "" && name != "empty sparkline") {
				t.Errorf("%s says nothing to those who cannot see it", name)
			}
		case "rect", "circle", "text":
			x, y := number(at["x"])+number(at["cx"]), number(at["y"])+number(at["cy"])
			if x < -2 || y < -2 || x+number(at["width"]) > wide+2 || y+number(at["height"]) > tall+2 {
				t.Errorf("%s: a %s reaches beyond the picture: %v", name, element.Name.Local, at)
			}
			if element.Name.Local == "text" && number(at["font-size"]) < normal {
				t.Errorf("%s: text of %s px", name, at["font-size"])
			}
		case "script":
			t.Errorf("%s holds a script", name)
		}
	}
}

func number(s string) float64 {
	x, _ := strconv.ParseFloat(s, 64)
	return x
}

// What stands on too little, and what is unknown, is never coloured as better or worse.
func TestSmallBasesAndUnknownValuesAreNotJudged(t *testing.T) {
	l := language.Language{Lang: language.Chinese}
	for name, v := range map[string]view.Value{
		"one of two": {X: 50, Text: "50%", Numerator: 1, Denominator: 2, Tone: view.ToneWorse}, "few": {X: 50, Text: "50%", Few: true, Tone: view.ToneBetter}, "unknown": {X: 50, Unknown: "未报送", Tone: view.ToneWorse},
	} {
		svg := draw(t, &view.Limits{Frame: view.Frame{Title: "覆盖率", Language: l}, Rows: []view.LimitsRow{{Name: "破山村", Value: v, Low: 1, High: 99}}}, Wide)
		for _, colour := range []string{"f-worse", "f-better", "s-worse", "s-better", "f-orange", "f-blue"} {
			if strings.Contains(svg, colour) {
				t.Errorf("%s is drawn in %s", name, colour)
			}
		}
		if name == "unknown" && (!strings.Contains(svg, "未知：未报送") || strings.Contains(svg, ">50")) {
			t.Errorf("an unknown value is drawn: %s", svg)
		}
	}
}

func TestTheSentenceNamesWhoIsBehind(t *testing.T) {
	for lang, want := range map[string]string{
		language.Chinese: `aria-label="走访覆盖率，共4项，较差1项（破山村），1项基数太小不作评价，2项未知。"`,
		language.English: `aria-label="走访覆盖率: 4 in all, worse 1 (破山村), 1 not judged (small base), 2 unknown."`,
	} {
		if svg := draw(t, samples(lang)["limits"], Wide); !strings.Contains(svg, want) {
			t.Errorf("%s: %.400s", lang, svg)
		}
	}
}

// Names of a scatter that lie on each other can be read by nobody.
func TestNamesOfAScatterDoNotOverlap(t *testing.T) {
	s := &view.Scatter{Frame: view.Frame{Title: "x"}}
	for i := range 60 {
		a, b := float64(i*7919%1000)/1000, float64(i*104729%1000)/1000
		s.Points = append(s.Points, view.ScatterPoint{Name: "第" + strconv.Itoa(i) + "村", X: view.Value{X: a}, Y: view.Value{X: b}})
	}
	var boxes []box
	text := regexp.MustCompile(`<text x="([0-9.-]+)" y="([0-9.-]+)" font-size="13" class="f-ink">([^<]*)<`)
	for _, w := range []Width{Wide, Narrow} {
		boxes = boxes[:0]
		for _, m := range text.FindAllStringSubmatch(draw(t, s, w), -1) {
			b := box{number(m[1]), number(m[2]) - 10, number(m[1]) + width(m[3], normal), number(m[2]) + 2}
			for _, other := range boxes {
				if b.meets(other) {
					t.Errorf("%s lies on another name", m[3])
				}
			}
			boxes = append(boxes, b)
		}
		if len(boxes) < 15 {
			t.Errorf("only %d names of 60 have room", len(boxes))
		}
	}
}

func TestAxesHaveRoundNumbers(t *testing.T) {
	low, high := -40.0, 80.0
	for _, c := range []struct {
		axis    view.Axis
		numbers []float64
		want    []float64
	}{
		{view.Axis{}, []float64{0, 100}, []float64{0, 20, 40, 60, 80, 100}},
		{view.Axis{Min: &low, Max: &high}, []float64{0}, []float64{-25, 0, 25, 50, 75}},
		{view.Axis{}, []float64{math.NaN(), math.Inf(1)}, []float64{0, 0.2, 0.4, 0.6, 0.8, 1}},
		{view.Axis{}, []float64{5}, []float64{4, 4.5, 5, 5.5, 6}},
	} {
		if _, got := scaleOf(c.axis, 0, 270, c.numbers...); !cmp.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.numbers, got, c.want)
		}
	}
}

func TestTextKeepsToItsRoom(t *testing.T) {
	for text, want := range map[string][]string{
		"First joint grid branch": {"First joint", "grid branch"}, "逍林镇新园村滨海工业园区": {"逍林镇新园村", "滨海工业园区"}, "逍林镇新园村滨海工业园区支部": {"逍林镇新园村", "滨海工业园…"}, "a": {"a"}, "": {""},
	} {
		if got := wrapped(text, normal, 81, 2); !cmp.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestNoPictureShowsATable(t *testing.T) {
	if _, err := Draw(&view.Table{}, Wide); err == nil {
		t.Error("a table was drawn as a picture")
	}
}

// A picture that is drawn outside of a page has the colours of the page.
func TestThePaletteIsTheOneOfTheStyleSheet(t *testing.T) {
	sheet, err := os.ReadFile("../assets/static/components.css")
	if err != nil {
		t.Fatal(err)
	}
	light, _, _ := strings.Cut(string(sheet), "}")
	found := map[string]string{}
	for _, m := range regexp.MustCompile(`--p-([a-z-]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(light, -1) {
		found[m[1]] = m[2]
	}
	if diff := cmp.Diff(Palette, found); diff != "" {
		t.Errorf("(-Palette +components.css):\n%s", diff)
	}
	for name := range Palette {
		for _, rule := range []string{".pic .f-" + name + " { fill: var(--p-" + name + "); }", ".pic .s-" + name + " { stroke: var(--p-" + name + "); }"} {
			if !strings.Contains(string(sheet), rule) {
				t.Errorf("components.css lacks %s", rule)
			}
		}
	}
}
