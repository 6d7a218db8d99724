package records

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"hulian/dashboards/desk"
	"hulian/dashboards/question"
	"hulian/data"
	"hulian/pipelines"
)

// filled is a form that was sent.
type filled struct {
	url.Values
	*Naming
}

// read takes what the form says into the draft; nothing where it holds none of the fields.
func (f filled) read(ctx context.Context, d *desk.Desk) error {
	var said []error
	if f.Has("second") {
		said = append(said, f.companion(ctx, d))
	}
	if f.Has("as") {
		contract, _ := data.ContractOf(f.Export)
		e, err := f.columns(contract)
		var refused pipelines.MappingRefusal
		if err != nil && !errors.As(err, &refused) {
			return err
		}
		say(&f.Draft, e)
		f.guessed = nil
		said = append(said, err)
	}
	for key, into := range map[string]*string{"date_format": &f.Draft.DateFormat, "time_zone": &f.Draft.TimeZone, "as_of": &f.Draft.AsOf, "exporter": &f.Draft.Exporter} {
		if f.Has(key) {
			*into = strings.TrimSpace(f.Get(key))
		}
	}
	if f.Has("files") {
		f.Draft.Files = []string{strings.TrimSpace(f.Get("files"))}
	}
	f.words()
	for _, err := range said {
		if err != nil {
			return err // the first: one thing is mended after the other
		}
	}
	return nil
}

// columns reads what each column of the contract is made of. What is only half filled in stands in the draft, so that it
// can be mended.
func (f filled) columns(contract data.Contract) (e pipelines.ExportDraft, err error) {
	before := f.Draft.Export(f.Export)
	e = pipelines.ExportDraft{Export: f.Export, Columns: map[string]pipelines.MappedColumn{}, Constants: map[string]string{}, Values: map[string]map[string]string{}, Severity: map[pipelines.Code]pipelines.Severity{}}
	if before != nil {
		maps.Copy(e.Values, before.Values)
	}
	var refused error
	refuse := func(r pipelines.MappingRefusal) {
		if r.Export = f.Export; refused == nil {
			refused = r
		}
	}
	for _, said := range f.Values["as"] {
		if said == "" {
			continue
		}
		number, column, _ := strings.Cut(said, ":")
		at, err := strconv.Atoi(number)
		if err != nil || at < 0 || at >= len(f.Plain.Columns) {
			return e, fmt.Errorf("%w: as=%s", question.ErrBadFilter, said)
		}
		if _, twice := e.Columns[column]; twice {
			refuse(pipelines.MappingRefusal{Why: pipelines.MappingTwice, Subject: column, Column: column})
			continue
		}
		e.Columns[column] = pipelines.MappedColumn{Header: f.Plain.Columns[at].Header}
	}
	for _, column := range contract.Columns {
		if why := f.way(column, &e); why.Why != "" {
			why.Column = column.ID
			refuse(why)
		}
	}
	e.Keep, e.Mode = f.Get("keep"), f.Get("mode")
	e.Where = f.conditions()
	for _, code := range f.Values["warn"] {
		e.Severity[pipelines.Code(code)] = pipelines.SeverityWarn
	}
	return e, refused
}

// way reads in which way one column is made, other than being taken as it stands in the table.
func (f filled) way(column data.Column, e *pipelines.ExportDraft) (refused pipelines.MappingRefusal) {
	get := func(name string) string { return strings.TrimSpace(f.Get(name + "." + column.ID)) }
	made, chosen := e.Columns[column.ID]
	way := get("way")
	if way != wayTable && chosen {
		refused = pipelines.MappingRefusal{Why: pipelines.MappingTwice, Subject: column.ID, Key: "way"}
	}
	fixed := ""
	switch way {
	case wayHeader:
		made = pipelines.MappedColumn{Header: f.Get("header." + column.ID)}
	case wayFixed:
		fixed = get("fixed")
		made = pipelines.MappedColumn{}
	case wayJoin:
		made = pipelines.MappedColumn{Join: slices.DeleteFunc(slices.Clone(f.Values["join."+column.ID]), func(h string) bool { return h == "" }), With: f.Get("with." + column.ID)}
		if len(made.Join) == 0 {
			made.With = ""
		}
	case wayPlus:
		made = pipelines.MappedColumn{From: f.Get("from." + column.ID), Plus: f.Get("plus." + column.ID), Unit: get("unit")}
	case wayUntil:
		made = pipelines.MappedColumn{From: f.Get("from." + column.ID), Until: f.Get("until." + column.ID)}
	case wayRow:
		made = pipelines.MappedColumn{Row: true}
	case wayLookup:
		made = pipelines.MappedColumn{Lookup: f.Get("lookup." + column.ID)}
	}
	made.Round = get("round") != ""
	if c := (pipelines.MappingCondition{Header: f.Get("only." + column.ID)}); c.Header != "" || get("words") != "" {
		if words := lines(f.Get("words." + column.ID)); get("onlyhow") == "not" {
			c.Not = words
		} else {
			c.Is = words
		}
		made.Only = &c
	}
	half := way != wayTable && len(made.Headers()) == 0 && !made.Row && made.Lookup == "" && fixed == "" ||
		way == wayTable && !chosen && made.Only != nil || way == wayPlus && (made.From == "" || made.Plus == "") || way == wayUntil && (made.From == "" || made.Until == "")
	switch {
	case fixed != "":
		if delete(e.Columns, column.ID); made.Only != nil && refused.Why == "" {
			refused = pipelines.MappingRefusal{Why: pipelines.MappingFixedOnly, Key: "only"}
		}
		e.Constants[column.ID] = fixed
	case way != wayTable || chosen || made.Only != nil:
		e.Columns[column.ID] = made
	}
	if half && refused.Why == "" {
		refused = pipelines.MappingRefusal{Why: pipelines.MappingHalf, Subject: way, Key: way}
	}
	if f.Has("blank." + column.ID) {
		f.blank(column.ID, get("blank"), e)
	}
	return refused
}

// blank takes what an empty cell of a column stands for.
func (f filled) blank(column, means string, e *pipelines.ExportDraft) {
	values := map[string]string{}
	maps.Copy(values, e.Values[column])
	if delete(values, ""); means != "" {
		values[""] = means
	}
	if e.Values[column] = values; len(values) == 0 {
		delete(e.Values, column)
	}
}

// conditions reads which rows are taken.
func (f filled) conditions() (all []pipelines.MappingCondition) {
	at := func(name string, i int) string {
		if i < len(f.Values[name]) {
			return f.Values[name][i]
		}
		return ""
	}
	for i, header := range f.Values["where"] {
		words := lines(at("wherewords", i))
		if header == "" && len(words) == 0 {
			continue
		}
		c := pipelines.MappingCondition{Header: header, Is: words}
		if at("wherehow", i) == "not" {
			c.Is, c.Not = nil, words
		}
		all = append(all, c)
	}
	return all
}

// lines are the words of a field that holds one a line.
func lines(text string) (words []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			words = append(words, line)
		}
	}
	return words
}

// companion reads which second file belongs to the table.
func (f filled) companion(ctx context.Context, d *desk.Desk) error {
	with := pipelines.MappingCompanion{}
	if f.Draft.With != nil {
		with = *f.Draft.With
	}
	with.Key, with.As = f.Get("key"), f.Get("askey")
	switch chosen := f.Get("second"); chosen {
	case "":
		f.Draft.With = nil
		return nil
	case "same": // as it was
	default:
		headers, p := headersOf(ctx, d, chosen, "")
		if p.File == "" {
			return pipelines.MappingRefusal{Why: pipelines.MappingNoCompanion, Key: "with"}
		}
		with.Files, with.Sheet, f.Second = []string{p.Pattern}, p.Sheet, headers
		if with.As != "" && !slices.Contains(headers, with.As) {
			with.As = ""
		}
	}
	f.Draft.With = &with
	return nil
}

// words pairs the words of the form with what was chosen for them; a word without a choice stays unknown.
func (f filled) words() {
	e := f.Draft.Export(f.Export)
	if e == nil || len(f.Values["word"]) == 0 {
		return
	}
	values := map[string]map[string]string{}
	for id, words := range e.Values {
		values[id] = maps.Clone(words)
	}
	for i, pair := range f.Values["word"] {
		column, word, ok := strings.Cut(pair, ":")
		if !ok || i >= len(f.Values["means"]) {
			continue
		}
		if values[column] == nil {
			values[column] = map[string]string{}
		}
		if delete(values[column], word); f.Values["means"][i] != "" {
			values[column][word] = f.Values["means"][i]
		}
	}
	maps.DeleteFunc(values, func(_ string, words map[string]string) bool { return len(words) == 0 })
	e.Values = values
}
