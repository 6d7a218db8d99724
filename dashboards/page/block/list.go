package block

import (
	"net/url"

	"hulian/dashboards/facts"
	"hulian/dashboards/view"
)

// List is a table of the page as the address asks for it: searched, sorted, one page of it.
func List(r Request, t *view.Table) view.Listing {
	address, asked := asks(r)
	return view.List(view.Frame{ID: t.ID, Language: r.Language}, t, address, asked)
}

// asks is the address of the page, and what it asks for.
func asks(r Request) (address string, asked url.Values) {
	address = r.Link(r.Page.ID)
	if u, err := url.Parse(address); err == nil {
		asked = u.Query()
	}
	return address, asked
}

// RowsShown reads the rows of a table that the page needs, and says in the table which these are: one page of it, or all rows for a file
// and for whoever searches or sorts. Most lists of a large town are never turned over. Total is how many rows there are, as every row says.
func RowsShown[T any](r Request, t *view.Table, read func(facts.Cut) ([]T, error), total func(T) int64) ([]T, error) {
	_, asked := asks(r)
	before, one := view.PageAsked(t, asked)
	if !one || r.Whole {
		return read(facts.EveryRow)
	}
	t.OnePage, t.Before = true, before
	rows, err := read(facts.Cut{Before: before, Most: t.OnAPage()})
	if err == nil && len(rows) == 0 && before > 0 { // the list has become shorter than the address believes
		var first []T
		if first, err = read(facts.First(1)); err == nil && len(first) > 0 {
			t.Before = (int(total(first[0])) - 1) / t.OnAPage() * t.OnAPage()
			rows, err = read(facts.Cut{Before: t.Before, Most: t.OnAPage()})
		}
	}
	if len(rows) > 0 {
		t.Exist = int(total(rows[0]))
	} else {
		t.Before = 0
	}
	return rows, err
}
