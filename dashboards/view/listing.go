package view

import (
	"bytes"
	"cmp"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"hulian/queries/reading"
)

// rowsAPage is how many rows of a listing stand on one page, where the table does not say it.
const rowsAPage = 25

// fewRows is how many rows can be looked through without a search.
const fewRows = 15

// OnAPage is how many rows of a table stand on one page.
func (t *Table) OnAPage() int { return cmp.Or(t.PageRows, rowsAPage) }

// Listing is a table of which the address says how it is searched, sorted and on which page it stands; it works without script. Downloads hold
// all rows that exist.
type Listing struct {
	Frame
	Table   *Table // all rows, or those of the page that is shown
	Shown   [][]Cell
	Search  string
	Sort    int // the column it is sorted by, from 1; negative: from the last to the first; 0: as it came
	Page    int // from 1
	Pages   int
	Found   int // rows that match the search
	Exports []Export
	Asked   bool // the address says something of this table
	all     [][]Cell
	anchor  string
	address url.URL
	others  url.Values // what else stands in the address, and is kept
}

// Export is a download of all rows.
type Export struct{ Format, Link string }

// Kind names the template of the block.
func (*Listing) Kind() string { return "listing" }

// Behind is the whole table.
func (l *Listing) Behind() *Table { return l.Table }

// List answers an address with a part of a table. Its parameters carry the table's ID (unvisited.q, unvisited.sort, unvisited.page), so that two listings on a
// page do not disturb each other. A parameter that makes no sense is as good as none.
func List(f Frame, t *Table, address string, asked url.Values) Listing {
	l := Listing{Frame: f, Table: t, others: url.Values{}, anchor: "list-" + t.ID, all: t.Rows, Search: strings.TrimSpace(asked.Get(t.ID + ".q"))}
	if u, err := url.Parse(address); err == nil {
		l.address = url.URL{Path: u.Path}
	}
	for name, values := range asked {
		if !strings.HasPrefix(name, t.ID+".") {
			l.others[name] = values
			continue
		}
		l.Asked = true
	}
	size := t.OnAPage()
	if t.OnePage {
		l.Shown, l.Found, l.Page = t.Rows, t.Exist, t.Before/size+1
		l.Pages = max(1, (l.Found+size-1)/size)
		return l
	}
	if by, err := strconv.Atoi(asked.Get(t.ID + ".sort")); err == nil && by != 0 && max(by, -by) <= len(t.Columns) {
		l.Sort, l.all = by, sorted(t.Rows, t.Columns[max(by, -by)-1], by)
	}
	rows := found(l.all, l.Search)
	l.Found = len(rows)
	l.Pages = max(1, (l.Found+size-1)/size)
	page, err := strconv.Atoi(asked.Get(t.ID + ".page"))
	if err != nil {
		page = 1
	}
	l.Page = min(max(page, 1), l.Pages)
	l.Shown = rows[(l.Page-1)*size : min(l.Page*size, l.Found)]
	return l
}

// PageAsked says which rows of a table an address needs: those of one page, with how many stand before it. Whoever searches or sorts needs
// all of them.
func PageAsked(t *Table, asked url.Values) (before int, one bool) {
	if strings.TrimSpace(asked.Get(t.ID+".q")) != "" || asked.Get(t.ID+".sort") != "" {
		return 0, false
	}
	page, err := strconv.Atoi(asked.Get(t.ID + ".page"))
	if err != nil || page < 1 || page > farthestPage {
		page = 1
	}
	return (page - 1) * t.OnAPage(), true
}

// farthestPage is beyond the last page of any table.
const farthestPage = 10_000_000

// At is the listing with its links leading to another anchor of the page.
func (l Listing) At(anchor string) Listing {
	l.anchor = anchor
	return l
}

// Anchor is the place on the page to which its links lead.
func (l Listing) Anchor() string { return cmp.Or(l.anchor, "list-"+l.Table.ID) }

// Whole is the table in the order of the listing, with all its rows: what a download holds.
func (l Listing) Whole() *Table {
	whole := *l.Table
	whole.Rows = l.all
	return &whole
}

// Sortable reports whether there is anything to put in order.
func (l Listing) Sortable() bool { return l.Table.All() > 1 }

// Searchable reports whether there are too many rows to look through.
func (l Listing) Searchable() bool { return l.Search != "" || l.Table.All() > fewRows }

// Ended reports whether the last row of the table is shown, below which its total stands.
func (l Listing) Ended() bool { return l.Page == l.Pages && l.Search == "" }

// found are the rows in which every word of a search stands in some cell, capitals or not.
func found(rows [][]Cell, search string) [][]Cell {
	terms := strings.Fields(strings.ToLower(search))
	if len(terms) == 0 {
		return rows
	}
	return slices.DeleteFunc(slices.Clone(rows), func(row []Cell) bool {
		var all strings.Builder
		for _, c := range row {
			all.WriteString(strings.ToLower(c.Text + "\n" + c.Note + "\n" + c.Base + "\n"))
		}
		return slices.ContainsFunc(terms, func(term string) bool { return !strings.Contains(all.String(), term) })
	})
}

// sorted puts rows in the order of a column: numbers by size, Chinese by its sound, numbers inside words by their size.
// What is unknown stands last either way.
func sorted(rows [][]Cell, column Column, by int) [][]Cell {
	i, sign := max(by, -by)-1, 1
	if by < 0 {
		sign = -1
	}
	number := column.Kind == ColumnNumber || column.Kind == ColumnRate
	collator, buffer := collate.New(language.Chinese, collate.Numeric), &collate.Buffer{}
	type keyed struct {
		row     []Cell
		size    float64
		word    []byte
		unknown bool
	}
	all := make([]keyed, len(rows))
	for n, row := range rows {
		k := keyed{row: row}
		if c := at(row, i); number {
			k.size = c.size()
			k.unknown = math.IsNaN(k.size)
		} else {
			k.word, k.unknown = collator.KeyFromString(buffer, c.Text), c.Text == "" || c.Text == reading.Missing
		}
		all[n] = k
	}
	slices.SortStableFunc(all, func(a, b keyed) int {
		if a.unknown || b.unknown {
			return cmp.Compare(truth(a.unknown), truth(b.unknown))
		}
		return sign * cmp.Or(cmp.Compare(a.size, b.size), bytes.Compare(a.word, b.word))
	})
	ordered := make([][]Cell, len(all))
	for n, k := range all {
		ordered[n] = k.row
	}
	return ordered
}

func at(row []Cell, i int) Cell {
	if i < len(row) {
		return row[i]
	}
	return Cell{}
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// size is the number of a cell; NaN where it holds none.
func (c Cell) size() float64 {
	text := strings.NewReplacer(",", "", "−", "-", "%", "", " ", "").Replace(cmp.Or(c.Value, c.Text))
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		return n
	}
	return math.NaN()
}

// link is the address of the same listing with other parameters of its own.
func (l Listing) link(sort, page int) string {
	q := url.Values{}
	for name, values := range l.others {
		q[name] = values
	}
	for name, value := range map[string]string{"q": l.Search, "sort": parameter(sort), "page": parameter(page)} {
		if value != "" && (name != "page" || page > 1) {
			q.Set(l.Table.ID+"."+name, value)
		}
	}
	u := l.address
	u.RawQuery = q.Encode()
	return u.String() + "#" + l.anchor
}

func parameter(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// Head is a column with the address that sorts by it.
type Head struct {
	Column
	Link, Sorted string
}

// Heads are the columns; a second click on one turns the order round. Numbers begin with the largest.
func (l Listing) Heads() []Head {
	var all []Head
	for i, c := range l.Table.Columns {
		by, sorted := i+1, ""
		if c.Kind == ColumnNumber || c.Kind == ColumnRate {
			by = -by
		}
		switch l.Sort {
		case i + 1:
			by, sorted = -(i + 1), "ascending"
		case -(i + 1):
			by, sorted = i+1, "descending"
		}
		all = append(all, Head{c, l.link(by, 1), sorted})
	}
	return all
}

// PageLink is a link to another page of a listing.
type PageLink struct {
	Page    int
	Link    string
	Current bool
}

// PageLinks are the first and last page and those around the one that is shown; a 0 stands for what is left out.
func (l Listing) PageLinks() []PageLink {
	var all []PageLink
	for p := 1; p <= l.Pages; p++ {
		if p == 1 || p == l.Pages || max(p-l.Page, l.Page-p) <= 1 {
			all = append(all, PageLink{p, l.link(l.Sort, p), p == l.Page})
		} else if len(all) > 0 && all[len(all)-1].Page != 0 {
			all = append(all, PageLink{})
		}
	}
	return all
}

// Kept are the parameters that the search form carries along, in a stable order.
func (l Listing) Kept() []Field {
	var all []Field
	for name, values := range l.others {
		for _, v := range values {
			all = append(all, Field{Name: name, Value: v})
		}
	}
	if l.Sort != 0 {
		all = append(all, Field{Name: l.Table.ID + ".sort", Value: strconv.Itoa(l.Sort)})
	}
	slices.SortFunc(all, func(a, b Field) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Value, b.Value))
	})
	return all
}

// Path is where the search form is sent.
func (l Listing) Path() string { return l.address.Path }

// All is the address without a search.
func (l Listing) All() string {
	l.Search = ""
	return l.link(l.Sort, 1)
}

// Counted says how many rows are shown, match and exist.
func (l Listing) Counted() string {
	before := (l.Page - 1) * l.Table.OnAPage()
	first, last := count(before+1), count(before+len(l.Shown))
	found, all := count(l.Found), count(l.Table.All())
	said := l.Language
	switch {
	case l.Found == 0:
		return said.Tf("没有符合的行（共%s行）", "No row matches (of %s)", all)
	case l.Search != "":
		return said.Tf("第%s–%s行，符合%s行，共%s行", "Rows %s–%s of %s that match, of %s", first, last, found, all)
	case l.Pages == 1:
		return said.Tf("共%s行", "%s rows", found)
	default:
		return said.Tf("第%s–%s行，共%s行", "Rows %s–%s of %s", first, last, found)
	}
}

func count(n int) string { return reading.Count(float64(n)) }

// ExportLabel says what the downloads hold: all rows, whatever is shown.
func (l Listing) ExportLabel() string {
	if l.Table.All() == 1 {
		return l.Language.T("导出全部1行：", "Export the one row:")
	}
	return l.Language.Tf("导出全部%s行：", "Export all %s rows:", count(l.Table.All()))
}
