package asktest

import (
	"net/url"
	"testing"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/question"
	"hulian/dashboards/visitor"
	"hulian/data"
)

// Opened is the facts of a fresh test town.
func Opened(t *testing.T) facts.Snapshot { t.Helper(); return OpenedOf(t, pagetest.New(t)) }

// OpenedOf is the facts of a test town as it is now.
func OpenedOf(t *testing.T, town *pagetest.Town) facts.Snapshot {
	t.Helper()
	s, err := facts.Open(t.Context(), town)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Asked puts an address to a page of a fresh test town, for an analyst.
func Asked(t *testing.T, id, query string) block.Request {
	t.Helper()
	return AskedBy(t, Analyst, Opened(t), id, query)
}

// AskedBy puts an address to a page for a visitor. The programme is the default one.
func AskedBy(t *testing.T, who visitor.Visitor, s facts.Snapshot, id, query string) block.Request {
	t.Helper()
	p, ok := question.ByID(id)
	if !ok {
		t.Fatalf("no page %s", id)
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	r, err := block.Ask(s, p, values)
	if err != nil {
		t.Fatal(err)
	}
	r.Visitor, r.Programme = who, data.DefaultProgramme()
	return r
}

// Office sees every page and all names; analyst sees the pages, and names masked.
var (
	Office  = visitor.Visitor{Role: visitor.Office, Scope: visitor.Scope{Towns: []string{pagetest.Name}}}
	Analyst = visitor.Visitor{Role: visitor.Analyst, Scope: visitor.Scope{Towns: []string{pagetest.Name}}}
)
