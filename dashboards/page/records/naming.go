package records

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strconv"

	"hulian/dashboards/desk"
	"hulian/dashboards/language"
	"hulian/dashboards/question"
	"hulian/data"
	"hulian/pipelines"
)

// Naming is what a person has said so far of the columns of a table: the proposal it began with, and the mapping file under
// way. It is read from an address or from a form, and written into the next address, so that nothing is kept between them.
type Naming struct {
	File, Table string
	Plain       pipelines.Proposal // as it is without what was chosen
	Ask         pipelines.MappingAsk
	Draft       pipelines.MappingDraft
	Export      string   // what is asked of now
	Second      []string // headers of the second file; nil: not known
	Arrived     []desk.File
	guessed     map[string]bool // columns of which nothing was said: a guess stands
}

// Headers lists the columns of the table that can be named.
func (n Naming) Headers() (headers []string) {
	for _, c := range n.Plain.Columns {
		if !slices.Contains(headers, c.Header) {
			headers = append(headers, c.Header)
		}
	}
	return headers
}

// said is what a person said of the export that is asked of now.
func (n Naming) said() pipelines.ExportDraft {
	if e := n.Draft.Export(n.Export); e != nil {
		return *e
	}
	return pipelines.ExportDraft{Export: n.Export}
}

// say takes what was said of an export, in place of what was said of it before.
func say(d *pipelines.MappingDraft, e pipelines.ExportDraft) {
	if known := d.Export(e.Export); known != nil {
		*known = e
		return
	}
	d.Exports = append(d.Exports, e)
}

// without is the draft without one of its exports.
func (n Naming) without(export string) pipelines.MappingDraft {
	d := n.Draft
	d.Exports = slices.DeleteFunc(slices.Clone(d.Exports), func(e pipelines.ExportDraft) bool { return e.Export == export })
	return d
}

// writtenDraft is a draft as part of an address; empty where nothing was said.
func writtenDraft(d pipelines.MappingDraft) string {
	if len(d.Exports) == 0 && d.With == nil && d.DateFormat == "" && d.TimeZone == "" && d.AsOf == "" {
		return ""
	}
	content, err := json.Marshal(d)
	if err != nil {
		panic("a mapping under way cannot be written: " + err.Error()) // texts, lists and maps of them
	}
	return string(content)
}

// Address is the query of the upload page that goes on from here.
func (n Naming) Address(values url.Values) url.Values {
	v := url.Values{}
	for _, name := range []string{"file", "table", "encoding", "delimiter", "row"} {
		question.Set(v, name, values.Get(name))
	}
	question.Set(v, "export", n.Export)
	question.Set(v, "said", writtenDraft(n.Draft))
	if values.Get("lang") == language.English {
		v.Set("lang", language.English)
	}
	return v
}

// saidMost bounds what an address may say.
const saidMost = 256 << 10

// ReadNaming reads what a person said of a table. The error is a pipelines.MappingRefusal where the person can mend it; what
// was said stands in the Naming all the same.
func ReadNaming(ctx context.Context, d *desk.Desk, values url.Values) (n Naming, err error) {
	if d == nil || d.Propose == nil {
		return n, pipelines.ErrUnknown
	}
	n.File, n.Table = values.Get("file"), values.Get("table")
	n.Ask = pipelines.MappingAsk{Table: n.Table, Export: values.Get("export"), Encoding: values.Get("encoding"), Delimiter: values.Get("delimiter")}
	if row := values.Get("row"); row != "" {
		if n.Ask.HeaderRow, err = strconv.ParseInt(row, 10, 64); err != nil {
			return n, fmt.Errorf("%w: row=%s", question.ErrBadFilter, row)
		}
	}
	said := values.Get("said")
	if said != "" && (len(said) > saidMost || json.Unmarshal([]byte(said), &n.Draft) != nil) {
		return n, fmt.Errorf("%w: said", question.ErrBadFilter)
	}
	if n.Plain, err = propose(ctx, d, n.File, n.Ask); err != nil {
		return n, err
	}
	if before := n.Plain.Confirmed; said == "" && before != nil {
		n.Draft = *before
		if n.Ask.Export == "" && len(before.Exports) > 0 && before.Exports[0].Export != n.Plain.Export {
			n.Ask.Export = before.Exports[0].Export
			if n.Plain, err = propose(ctx, d, n.File, n.Ask); err != nil {
				return n, err
			}
		}
	}
	n.Export = n.Plain.Export
	n.Draft.Encoding, n.Draft.Delimiter = cmp.Or(n.Ask.Encoding, n.Draft.Encoding), cmp.Or(n.Ask.Delimiter, n.Draft.Delimiter)
	n.Draft.HeaderRow = cmp.Or(n.Ask.HeaderRow, n.Draft.HeaderRow)
	if n.Draft.Export(n.Export) == nil {
		n.guess()
	}
	if d.Arrived != nil {
		if n.Arrived, err = d.Arrived(ctx); err != nil {
			return n, err
		}
	}
	form := filled{values, &n}
	err = form.read(ctx, d)
	if n.Draft.With != nil && n.Second == nil {
		at := slices.IndexFunc(n.Arrived, func(f desk.File) bool { return claims(n.Draft.With.Files, f.Name) })
		if at >= 0 {
			n.Second, _ = headersOf(ctx, d, n.Arrived[at].ID, n.Draft.With.Sheet)
		}
	}
	return n, err
}

func claims(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		matched, err := path.Match(pattern, path.Base(name))
		return err == nil && matched
	})
}

// headersOf lists the columns of a landed file, and gives the patterns a mapping file would name it by.
func headersOf(ctx context.Context, d *desk.Desk, file, sheet string) (headers []string, p pipelines.Proposal) {
	all, err := d.Propose(ctx, file, pipelines.MappingAsk{})
	if err != nil || len(all) == 0 {
		return nil, p // it has a page of its own that says why
	}
	p = all[0]
	for _, other := range all {
		if sheet != "" && claims([]string{sheet}, other.Table) {
			p = other
		}
	}
	for _, c := range p.Columns {
		headers = append(headers, c.Header)
	}
	return headers, p
}

// Words asks for the words that the export asked of does not know, as its columns were chosen.
func (n Naming) Words(ctx context.Context, d *desk.Desk) (pipelines.Proposal, error) {
	ask, e := n.Ask, n.said()
	ask.Export, ask.Columns, ask.Where = n.Export, map[string]string{}, slices.Concat(n.Draft.Where, e.Where)
	for id, c := range e.Columns {
		if c.Header != "" {
			ask.Columns[id] = c.Header
		}
	}
	return propose(ctx, d, n.File, ask)
}

func propose(ctx context.Context, d *desk.Desk, file string, ask pipelines.MappingAsk) (pipelines.Proposal, error) {
	all, err := d.Propose(ctx, file, ask)
	if err != nil {
		return pipelines.Proposal{}, err
	}
	for _, p := range all {
		if p.Table == ask.Table || ask.Table == "" {
			return p, nil
		}
	}
	return pipelines.Proposal{}, fmt.Errorf("%w: table=%s", question.ErrBadFilter, ask.Table)
}

// guess takes the proposal for what was said, until somebody says more.
func (n *Naming) guess() {
	e := pipelines.ExportDraft{Export: n.Export, Columns: map[string]pipelines.MappedColumn{}}
	n.guessed = map[string]bool{}
	taken := map[string]bool{}
	for _, c := range n.Plain.Columns {
		if _, twice := e.Columns[c.Column]; c.Column != "" && !twice && !taken[c.Header] {
			e.Columns[c.Column], taken[c.Header] = pipelines.MappedColumn{Header: c.Header}, true
			n.guessed[c.Column] = !c.Sure
		}
	}
	for _, w := range n.Plain.Ways {
		if w.Column != "" && w.Key != "row" {
			e.Columns[w.Column], n.guessed[w.Column] = w.Made, true
		}
	}
	if n.Draft.DateFormat == "" {
		n.Draft.DateFormat = n.Plain.DateFormat
	}
	say(&n.Draft, e)
}

// inTable reports whether a column is chosen in the list of the table's columns: it is taken as it stands there, and no other
// column before it comes from there.
func inTable(contract data.Contract, e pipelines.ExportDraft, column string) bool {
	header := e.Columns[column].Header
	if header == "" {
		return false
	}
	for _, c := range contract.Columns {
		if e.Columns[c.ID].Header == header {
			return c.ID == column
		}
	}
	return false
}

// The ways to make a column, as the form names them. wayTable is chosen in the list of the table's columns.
const (
	wayTable  = ""
	wayHeader = "header"
	wayFixed  = "fixed"
	wayJoin   = "join"
	wayPlus   = "plus"
	wayUntil  = "until"
	wayRow    = "row"
	wayLookup = "lookup"
)

// wayOf says in which way a column was made.
func wayOf(contract data.Contract, e pipelines.ExportDraft, column string) string {
	c := e.Columns[column]
	switch {
	case e.Constants[column] != "": // an empty one leaves the column out
		return wayFixed
	case c.Row:
		return wayRow
	case c.Until != "":
		return wayUntil
	case c.Plus != "" || c.From != "":
		return wayPlus
	case len(c.Join) > 0:
		return wayJoin
	case c.Lookup != "":
		return wayLookup
	case c.Header != "" && !inTable(contract, e, column):
		return wayHeader
	}
	return wayTable
}
