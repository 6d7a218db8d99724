package block

import (
	"net/url"

	"hulian/dashboards/view"
)

// List is a table of the page as the address asks for it: searched, sorted, one page of it.
func List(r Request, t *view.Table) view.Listing {
	asked := url.Values{}
	address := r.Link(r.Page.ID)
	if u, err := url.Parse(address); err == nil {
		asked = u.Query()
	}
	return view.List(view.Frame{ID: t.ID, Language: r.Language}, t, address, asked)
}
