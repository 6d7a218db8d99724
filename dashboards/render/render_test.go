package render

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/dashboards/chart"
	"hulian/dashboards/page"
)

func TestCSVIsWhatASpreadsheetOpens(t *testing.T) {
	table := &page.Table{
		Columns: []page.Column{{Title: "村", Kind: page.ColumnText}, {Title: "办结率", Unit: "%", Kind: page.ColumnRate}, {Title: "变化", Kind: page.ColumnNumber}},
		Rows: [][]page.Cell{
			{{Text: "=HYPERLINK(\"x\")"}, {Text: "41.7", Value: "41.7", Base: "5/12", Num: "5", Den: "12"}, {Text: "−1,234.5", Value: "-1234.5"}},
			{{Text: "+86 新园村"}, {Text: "–"}, {Text: "–"}},
			{{Text: "a,\"b\"\nc"}, {Text: "0.0", Value: "0.0", Num: "0", Den: "7"}, {Text: "@SUM(A1)"}},
		},
		Total: []page.Cell{{Text: "合计"}, {Text: "26.3", Value: "26.3", Num: "5", Den: "19"}, {}},
	}
	var b bytes.Buffer
	if err := CSV(&b, table, page.Chinese); err != nil {
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

func TestBlocksEscapeWhatTheyAreGiven(t *testing.T) {
	const hostile = `</script><b>x onload="y"`
	drawn, err := chart.Bars{ID: "c", Label: hostile, Number: chart.Whole, Items: []string{hostile}, Parts: []chart.Part{{Name: hostile, Values: []float64{1}}},
		Links: map[string]string{hostile: "/village?village=V1"}}.Draw()
	if err != nil {
		t.Fatal(err)
	}
	table := page.Table{ID: "t", Title: hostile, Columns: []page.Column{{Title: hostile, Note: hostile}, {Title: "n", Kind: page.ColumnNumber}}, Rows: [][]page.Cell{{{Text: hostile, Link: "javascript:alert(1)", Note: hostile}, {Text: "1"}}}}
	for _, lang := range []string{page.Chinese, page.English} {
		out, err := Blocks(lang, []page.Block{
			page.Section{Title: hostile, Note: hostile}, page.Stats{Tiles: []page.Stat{{Label: hostile, Value: hostile, Base: hostile, Reading: hostile, Tone: page.ToneWorse}}},
			&table, &page.Chart{Title: hostile, Chart: drawn, Table: table}, page.Text{Paragraphs: []string{hostile}},
			page.Choices{Title: hostile, Text: hostile, Value: hostile, Folds: []page.Fold{{ID: hostile, Title: hostile, State: hostile, Text: hostile, Problem: hostile, Controls: []page.Control{
				{Kind: page.ControlSelect, Name: hostile, Label: hostile, Problem: hostile, Options: []page.Choice{{Value: hostile, Name: hostile}}, Ways: []string{hostile}},
				{Kind: page.ControlGroup, Label: hostile, Inner: []page.Control{{Kind: page.ControlLines, Value: hostile}, {Kind: page.ControlText, Value: hostile}, {Kind: page.ControlCheck, Value: hostile, Label: hostile}}}},
				Button: &page.Button{Value: hostile, Label: hostile}}}, Other: &page.Also{Label: hostile, Name: hostile, Options: []page.Choice{{Value: hostile, Name: hostile}}}},
			page.Callout{Tone: page.ToneQuiet, Title: hostile, Text: hostile, Next: hostile}, page.Worked{Title: hostile, Figures: []page.Figure{{Name: hostile, Formula: hostile, Sum: hostile, Value: hostile}}},
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
		want := map[string]string{page.Chinese: "▼ 变差", page.English: "▼ Worse"}[lang]
		if !strings.Contains(html, want) {
			t.Errorf("%s: a worse value is told by colour alone", lang)
		}
	}
}

func TestAnUnevenRowIsAnError(t *testing.T) {
	_, err := Blocks(page.Chinese, []page.Block{&page.Table{ID: "t", Columns: []page.Column{{Title: "a"}}, Rows: [][]page.Cell{{{Text: "1"}, {Text: "2"}}}}})
	if err == nil {
		t.Error("a row with more cells than columns was drawn")
	}
}

func TestNothingToDrawIsSaid(t *testing.T) {
	out, err := Blocks(page.English, []page.Block{&page.Chart{Title: "Coverage", Table: page.Table{Rows: [][]page.Cell{{{Text: "2018-01"}, {Text: "–", Base: "0/0"}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	if html := string(out); strings.Contains(html, "plot") || !strings.Contains(html, "No data.") {
		t.Errorf("empty axes were drawn: %s", html)
	}
}
