package view

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/dashboards/language"
)

// visited is a table with what makes sorting go wrong: thousands, a dash, a minus, Chinese names, the same value twice.
func visited() *Table {
	t := &Table{ID: "v"}
	type row struct{ name, days string }
	Fill(t, []row{{"新园村", "1,200"}, {"破山村", "–"}, {"联明村", "−3.5"}, {"福合院村", "90"}, {"", "90"}},
		Of(Words("村"), func(r row) Cell { return Plain(r.name) }), Of(Number("天数"), func(r row) Cell { return Plain(r.days) }))
	return t
}

func names(l Listing) string {
	var all []string
	for _, row := range l.Shown {
		all = append(all, row[0].Text)
	}
	return strings.Join(all, " ")
}

func TestRowsAreSortedAsPeopleExpect(t *testing.T) {
	for sort, want := range map[string]string{
		"":      "新园村 破山村 联明村 福合院村 ",
		"1":     "福合院村 联明村 破山村 新园村 ", // by sound: fu, lian, po, xin
		"-1":    "新园村 破山村 联明村 福合院村 ",
		"2":     "联明村 福合院村  新园村 破山村", // what is unknown stands last
		"-2":    "新园村 福合院村  联明村 破山村",
		"3":     "新园村 破山村 联明村 福合院村 ", // no such column
		"never": "新园村 破山村 联明村 福合院村 ",
	} {
		if got := names(List(Frame{}, visited(), "/x", url.Values{"v.sort": {sort}})); got != want {
			t.Errorf("sort=%s: %q, want %q", sort, got, want)
		}
	}
}

func TestASearchFindsEveryWordInSomeCell(t *testing.T) {
	for search, want := range map[string]string{"村 90": "福合院村", "  ": "新园村 破山村 联明村 福合院村 ", "没有": "", "1,200": "新园村"} {
		l := List(Frame{Language: language.Language{Lang: language.Chinese}}, visited(), "/x", url.Values{"v.q": {search}})
		if got := names(l); got != want {
			t.Errorf("%q finds %q, want %q", search, got, want)
		}
		if len(l.Table.Rows) != 5 || !strings.Contains(l.ExportLabel(), "全部5行") || len(l.Whole().Rows) != 5 {
			t.Errorf("%q: a download would hold less than all rows: %s", search, l.ExportLabel())
		}
	}
}

// Links keep what else stands in the address, another table's page included, and nothing leads beyond the last page.
func TestLinksOfATableKeepTheAddress(t *testing.T) {
	table := visited()
	for len(table.Rows) < 120 {
		table.Rows = append(table.Rows, table.Rows[0])
	}
	l := List(Frame{}, table, "/visits?x=1", url.Values{"month": {"2018-01"}, "w.page": {"2"}, "v.page": {"99"}, "v.q": {"村"}})
	if l.Page != 5 || l.Pages != 5 || l.Found != 119 || len(l.Shown) != 19 {
		t.Errorf("page %d of %d, %d found, %d shown", l.Page, l.Pages, l.Found, len(l.Shown))
	}
	want := "/visits?month=2018-01&v.q=%E6%9D%91&v.sort=-2&w.page=2#list-v"
	if got := l.Heads()[1].Link; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	var pages []int
	for _, p := range l.PageLinks() {
		pages = append(pages, p.Page)
	}
	if !cmp.Equal(pages, []int{1, 0, 4, 5}) {
		t.Errorf("pages %v", pages)
	}
}

func TestAValueOnASmallBaseIsNotJudged(t *testing.T) {
	for name, c := range map[string]struct {
		v    Value
		want Tone
	}{
		"enough":  {Value{X: 1, Denominator: 4, Tone: ToneWorse}, ToneWorse},
		"three":   {Value{X: 1, Denominator: 3, Tone: ToneWorse}, ToneQuiet},
		"few":     {Value{X: 1, Few: true, Tone: ToneBetter}, ToneQuiet},
		"unknown": {Value{Unknown: "x", Tone: ToneWorse}, ToneQuiet},
		"a count": {Value{X: 2, Tone: ToneWorse}, ToneWorse},
	} {
		if got := c.v.Judged(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if cell := c.v.Cell(); c.v.Unknown != "" && (cell.Value != "" || cell.Note != "x") {
			t.Errorf("%s: an unknown value is downloaded as %+v", name, cell)
		}
	}
}
