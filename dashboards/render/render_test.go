package render

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/dashboards/chart"
	"hulian/dashboards/language"
	"hulian/dashboards/view"
)

func TestCSVIsWhatASpreadsheetOpens(t *testing.T) {
	table := &view.Table{
		Columns: []view.Column{{Title: "村", Kind: view.ColumnText}, {Title: "办结率", Unit: "%", Kind: view.ColumnRate}, {Title: "变化", Kind: view.ColumnNumber}},
		Rows: [][]view.Cell{
			{{Text: "=HYPERLINK(\"x\")"}, {Text: "41.7", Value: "41.7", Base: "5/12", Num: "5", Den: "12"}, {Text: "−1,234.5", Value: "-1234.5"}},
			{{Text: "+86 新园村"}, {Text: "–"}, {Text: "–"}},
			{{Text: "a,\"b\"\nc"}, {Text: "0.0", Value: "0.0", Num: "0", Den: "7"}, {Text: "@SUM(A1)"}},
		},
		Total: []view.Cell{{Text: "合计"}, {Text: "26.3", Value: "26.3", Num: "5", Den: "19"}, {}},
	}
	var b bytes.Buffer
	if err := CSV(&b, Export{Table: table, Lang: language.Chinese}); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(b.String(), "\ufeff村,") {
		t.Errorf("no byte-order mark before %q", b.String()[:10])
	}
	got, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"村", "办结率 (%)", "办结率 分子", "办结率 分母", "变化"},
		{"'=HYPERLINK(\"x\")", "41.7", "5", "12", "-1234.5"},
		{"'+86 新园村", "", "", "", ""},
		{"a,\"b\"\nc", "0.0", "0", "7", "'@SUM(A1)"},
		{"合计", "26.3", "5", "19", ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

type stranger struct{}

func (stranger) Kind() string { return "stranger" }

func TestABlockThatNothingDrawsIsAnError(t *testing.T) {
	if out, err := Blocks(language.Chinese, []view.Block{stranger{}}); err == nil || !strings.Contains(err.Error(), "stranger") {
		t.Errorf("%v: %q", err, out)
	}
}

func TestBlocksEscapeWhatTheyAreGiven(t *testing.T) {
	const hostile = `</script><b>x onload="y"`
	drawn, err := chart.Bars{ID: "c", Label: hostile, Number: chart.Whole, Items: []string{hostile}, Parts: []chart.Part{{Name: hostile, Values: []float64{1}}},
		Links: map[string]string{hostile: "/village?village=V1"}}.Draw()
	if err != nil {
		t.Fatal(err)
	}
	table := view.Table{ID: "t", Title: hostile, Columns: []view.Column{{Title: hostile, Note: hostile}, {Title: "n", Kind: view.ColumnNumber}}, Rows: [][]view.Cell{{{Text: hostile, Link: "javascript:alert(1)", Note: hostile}, {Text: "1"}}}}
	for _, lang := range []string{language.Chinese, language.English} {
		out, err := Blocks(lang, []view.Block{
			view.Section{Title: hostile, Note: hostile}, view.Stats{Tiles: []view.Stat{{Label: hostile, Value: hostile, Base: hostile, Reading: hostile, Tone: view.ToneWorse}}},
			&table, &view.Chart{Title: hostile, Chart: drawn, Table: table}, view.Text{Paragraphs: []string{hostile}},
			view.Choices{Title: hostile, Text: hostile, Value: hostile, Folds: []view.Fold{{ID: hostile, Title: hostile, State: hostile, Text: hostile, Problem: hostile, Controls: []view.Control{
				{Kind: view.ControlSelect, Name: hostile, Label: hostile, Problem: hostile, Options: []view.Choice{{Value: hostile, Name: hostile}}, Ways: []string{hostile}},
				{Kind: view.ControlGroup, Label: hostile, Inner: []view.Control{{Kind: view.ControlLines, Value: hostile}, {Kind: view.ControlText, Value: hostile}, {Kind: view.ControlCheck, Value: hostile, Label: hostile}}}},
				Button: &view.Button{Value: hostile, Label: hostile}}}, Other: &view.Also{Label: hostile, Name: hostile, Options: []view.Choice{{Value: hostile, Name: hostile}}}},
			view.Callout{Tone: view.ToneQuiet, Title: hostile, Text: hostile, Next: hostile}, view.Worked{Title: hostile, Figures: []view.Figure{{Name: hostile, Formula: hostile, Sum: hostile, Value: hostile}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		html := string(out)
		for _, forbidden := range []string{"<b>x", "</script><", ` onload="`, "javascript:", "style="} {
			if i := strings.Index(html, forbidden); i >= 0 && (forbidden != "</script><" || !strings.HasPrefix(html[i:], "</script>\n")) {
				t.Errorf("%s: %q stands in …%s…", lang, forbidden, html[max(0, i-80):min(len(html), i+80)])
			}
		}
		// The option survives the page unharmed.
		_, rest, _ := strings.Cut(html, `id="option-c">`)
		document, _, _ := strings.Cut(rest, "</script>")
		var made struct {
			Option struct{ YAxis []struct{ Data []string } }
			Links  map[string]string
		}
		if err := json.Unmarshal([]byte(document), &made); err != nil {
			t.Fatalf("the chart's document: %v\n%s", err, document)
		}
		if len(made.Option.YAxis) != 1 || made.Option.YAxis[0].Data[0] != hostile || made.Links[hostile] == "" {
			t.Errorf("the chart's document lost its names: %+v", made)
		}
		want := map[string]string{language.Chinese: "▼ 变差", language.English: "▼ Worse"}[lang]
		if !strings.Contains(html, want) {
			t.Errorf("%s: a worse value is told by colour alone", lang)
		}
	}
}

func TestAnUnevenRowIsAnError(t *testing.T) {
	_, err := Blocks(language.Chinese, []view.Block{&view.Table{ID: "t", Columns: []view.Column{{Title: "a"}}, Rows: [][]view.Cell{{{Text: "1"}, {Text: "2"}}}}})
	if err == nil {
		t.Error("a row with more cells than columns was drawn")
	}
}

func TestNothingToDrawIsSaid(t *testing.T) {
	out, err := Blocks(language.English, []view.Block{&view.Chart{Title: "Coverage", Table: view.Table{Rows: [][]view.Cell{{{Text: "2018-01"}, {Text: "–", Base: "0/0"}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	if html := string(out); strings.Contains(html, "plot") || !strings.Contains(html, "No data.") {
		t.Errorf("empty axes were drawn: %s", html)
	}
}

func TestAVerdictFitsItsTile(t *testing.T) {
	for verdict, fits := range map[string]bool{"持续上升，需重点督办": true, "一二三四五六七八九十一二三四": true, "一二三四五六七八九十一二三四五": false, "not judged before thirty": true, "not judged before thirty days": false} {
		tiles := &view.Tiles{Tiles: []view.Tile{{Label: "x", Value: view.Value{Text: "1"}, Verdict: verdict}}}
		if _, err := Blocks(language.Chinese, []view.Block{tiles}); (err == nil) != fits {
			t.Errorf("%s: %v", verdict, err)
		}
	}
}

// The table behind a picture of 300 units does not make the page heavy; it says how many rows the download holds.
func TestTheTableBehindAPictureSaysWhatItLeavesOut(t *testing.T) {
	d := &view.Diverging{Frame: view.Frame{ID: "d", Title: "x", Language: language.Language{Lang: language.English}}}
	for range 300 {
		d.Rows = append(d.Rows, view.DivergingRow{Name: "unit"})
	}
	out, err := Blocks(language.English, []view.Block{d})
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(out), "<tr>"); n != rowsBehind+1 || !strings.Contains(string(out), "The first 40 of 300 rows") {
		t.Errorf("%d rows", n)
	}
	if all := (view.View{Blocks: []view.Block{d}}).Tables(); len(all) != 1 || len(all[0].Rows) != 300 {
		t.Errorf("a download would not hold all rows: %d tables", len(all))
	}
}
