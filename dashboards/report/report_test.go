package report

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"hulian/dashboards/page"
	"hulian/dashboards/page/asktest"
	"hulian/dashboards/question"
	"hulian/dashboards/render"
)

func document(t *testing.T, id, query string) render.Document {
	t.Helper()
	r := asktest.Asked(t, id, query)
	v, err := page.Build(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return render.Document{Request: r, View: v, Pages: question.Pages(), Version: "test"}
}

// The first sheet is what fits one page: sentences, one picture, one table; everything else is annex.
func TestFirstSheet(t *testing.T) {
	for _, query := range []string{"", "lang=en", "village=V2"} {
		body, err := HTML(document(t, "report", query))
		if err != nil {
			t.Fatal(err)
		}
		first, annex, ok := strings.Cut(string(body), `<section class="sheet annex">`)
		if !ok {
			t.Fatalf("%s: there is no annex", query)
		}
		if pictures, tables, sentences := strings.Count(first, "<figure"), strings.Count(first, `<section class="block table"`), strings.Count(first, "<li>"); pictures != 1 || tables != 1 || sentences != 5 {
			t.Errorf("%s: the first sheet has %d pictures, %d tables, %d sentences", query, pictures, tables, sentences)
		}
		if n := strings.Count(annex, `<section class="part">`); n < 5 {
			t.Errorf("%s: %d parts in the annex", query, n)
		}
		if strings.Contains(string(body), "<b>x") {
			t.Errorf("%s: a village's name became markup", query)
		}
		again, err := HTML(document(t, "report", query))
		if err != nil || !bytes.Equal(body, again) {
			t.Errorf("%s: the same snapshot gave other bytes (%v)", query, err)
		}
	}
}

func TestAPageIsNoReport(t *testing.T) {
	if _, err := HTML(document(t, "capacity", "")); !errors.Is(err, ErrNoLetterhead) {
		t.Errorf("a page without a letterhead was set as a report: %v", err)
	}
}
