// Package content is what stands in a paper as data: its sentences, tables and figures with their bases, without the look of any format.
//
// A document enters, and its content leaves, as JSON that is the same for the same snapshot, place, month and readers; and of two contents
// of one paper what differs between them, old and new. The watermark and what names the snapshot are no part of it, so that what is
// made again of the same figures has the same content. Nothing is written, so a crash costs nothing. It refuses a document without a
// letterhead, and bytes that are no content.
package content

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"hulian/dashboards/language"
	"hulian/dashboards/report"
	"hulian/dashboards/view"
	"hulian/pipelines"
)

// Content is what stands in a paper, in its order.
type Content struct {
	Title  string `json:"title"`
	Issuer string `json:"issuer"`
	Period string `json:"period"`
	Parts  []Part `json:"parts"`
}

// Part is what stands under one heading; the first sheet has none.
type Part struct {
	Heading   string   `json:"heading,omitempty"`
	Sentences []string `json:"sentences,omitempty"`
	Tables    []Table  `json:"tables,omitempty"`
}

// Table is a table with the lines of its cells as paper shows them.
type Table struct {
	ID      string   `json:"id"`
	Caption string   `json:"caption"`
	Columns []string `json:"columns"`
	Rows    []Row    `json:"rows"`
}

// Row is one row; of each cell the text, and beside it what it stands on.
type Row []Cell

// Cell is a value as it is read, and as it is reckoned with.
type Cell struct {
	Text string `json:"text"`
	Base string `json:"base,omitempty"`
	Note string `json:"note,omitempty"`
}

// Of is the content of a document.
func Of(d report.Document) (Content, error) {
	d.Draw = nil // of pictures the tables behind them are kept
	d.View.Letterhead = withoutBasis(d.View.Letterhead)
	p, err := report.Lay(d)
	if err != nil {
		return Content{}, err
	}
	c := Content{Title: p.Title, Issuer: p.Letterhead.Issuer, Period: p.Letterhead.Period, Parts: []Part{{}}}
	for _, item := range slices.Concat(p.First, p.Rest) {
		part := &c.Parts[len(c.Parts)-1]
		switch item := item.(type) {
		case report.Heading:
			c.Parts = append(c.Parts, Part{Heading: item.Text})
		case report.Paragraph:
			if !item.Note {
				part.Sentences = append(part.Sentences, strings.TrimSpace(item.Lead+" "+item.Text))
			}
		case report.Entry:
			part.Sentences = append(part.Sentences, item.Text)
		case report.Table:
			part.Tables = append(part.Tables, tableOf(item.Of, d.Language))
		}
	}
	return c, nil
}

// withoutBasis leaves out what names the snapshot: it differs after every run though no figure does.
func withoutBasis(l *view.Letterhead) *view.Letterhead {
	if l == nil {
		return nil
	}
	bare := *l
	bare.Basis = nil
	return &bare
}

func tableOf(t *view.Table, l language.Language) Table {
	set := Table{ID: t.ID, Caption: t.Title}
	for _, c := range t.Columns {
		set.Columns = append(set.Columns, report.Head(c, l.Lang))
	}
	rows := t.Rows
	if t.Total != nil {
		rows = append(slices.Clone(rows), t.Total)
	}
	for _, cells := range rows {
		row := make(Row, len(cells))
		for i, c := range cells {
			lines := report.Lines(c, l)
			row[i] = Cell{Text: lines[0], Base: c.Base, Note: c.Note}
		}
		set.Rows = append(set.Rows, row)
	}
	return set
}

// JSON is a content as it is kept.
func (c Content) JSON() ([]byte, error) {
	body, err := json.MarshalIndent(c, "", " ")
	return append(body, '\n'), err
}

// Read reads a content that was kept.
func Read(body []byte) (c Content, err error) {
	if err := json.Unmarshal(body, &c); err != nil {
		return c, fmt.Errorf("read the content of a paper: %w", err)
	}
	if len(c.Parts) == 0 {
		return c, errors.New("read the content of a paper: it has no parts")
	}
	return c, nil
}

// Changes says what would stand otherwise in a paper, in the order of the paper: values with their bases, sentences, rows that came and
// rows that went. A table or part is found by its name, a row by its first cell.
func Changes(was, now Content) (all []pipelines.PaperChange) {
	for _, before := range was.Parts {
		after := find(now.Parts, func(p Part) bool { return p.Heading == before.Heading })
		all = append(all, sentences(cmp.Or(before.Heading, was.Title), before.Sentences, after.Sentences)...)
		for _, t := range before.Tables {
			all = append(all, tables(t, find(after.Tables, func(other Table) bool { return other.ID == t.ID }))...)
		}
		for _, t := range after.Tables {
			if !slices.ContainsFunc(before.Tables, func(other Table) bool { return other.ID == t.ID }) {
				all = append(all, tables(Table{ID: t.ID, Caption: t.Caption, Columns: t.Columns}, t)...)
			}
		}
	}
	for _, p := range now.Parts {
		if slices.ContainsFunc(was.Parts, func(other Part) bool { return other.Heading == p.Heading }) {
			continue
		}
		all = append(all, sentences(p.Heading, nil, p.Sentences)...)
		for _, t := range p.Tables {
			all = append(all, tables(Table{ID: t.ID, Caption: t.Caption, Columns: t.Columns}, t)...)
		}
	}
	return all
}

// Within are the changes that somebody may be told who reads now, and not what was: a number that stands in the same row of it as it is now,
// and before was a number alone. A name, or words, that stood there before may be of somebody he may not know; and where nothing stands now,
// such as a mark that something is missing or hidden, nothing shows that he may read the value at all.
func Within(changes []pipelines.PaperChange, now Content) (all []pipelines.PaperChange) {
	reads := map[pipelines.PaperChange]bool{}
	for _, p := range now.Parts {
		for _, t := range p.Tables {
			keys, rows := keyed(t)
			for _, k := range keys {
				for i := 1; i < min(len(rows[k]), len(t.Columns)); i++ {
					reads[pipelines.PaperChange{Part: t.Caption, Row: k.name, Nth: k.n, Column: t.Columns[i], Now: rows[k][i].String()}] = true
				}
			}
		}
	}
	for _, c := range changes {
		was := c.Was
		c.Was = ""
		if c.Column != "" && strings.ContainsFunc(c.Now, unicode.IsDigit) && reads[c] && !strings.ContainsFunc(was, unicode.IsLetter) {
			c.Was = was
			all = append(all, c)
		}
	}
	return all
}

func find[T any](all []T, is func(T) bool) (none T) {
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i]
	}
	return none
}

// sentences pairs those that differ, in their order; what stands in both is no change, wherever it stands.
func sentences(part string, was, now []string) (all []pipelines.PaperChange) {
	gone := slices.DeleteFunc(slices.Clone(was), func(s string) bool { return slices.Contains(now, s) })
	come := slices.DeleteFunc(slices.Clone(now), func(s string) bool { return slices.Contains(was, s) })
	for i := range max(len(gone), len(come)) {
		c := pipelines.PaperChange{Part: part}
		if i < len(gone) {
			c.Was = gone[i]
		}
		if i < len(come) {
			c.Now = come[i]
		}
		all = append(all, c)
	}
	return all
}

// rowKey names a row by its first cell, and by how many of that name stand before it.
type rowKey struct {
	name string
	n    int
}

func keyed(t Table) (keys []rowKey, rows map[rowKey]Row) {
	rows, seen := map[rowKey]Row{}, map[string]int{}
	for _, r := range t.Rows {
		k := rowKey{}
		if len(r) > 0 {
			k.name = r[0].Text
		}
		k.n = seen[k.name]
		seen[k.name]++
		keys, rows[k] = append(keys, k), r
	}
	return keys, rows
}

func tables(was, now Table) (all []pipelines.PaperChange) {
	before, old := keyed(was)
	after, fresh := keyed(now)
	for _, k := range before {
		there, row := fresh[k], old[k]
		if there == nil {
			all = append(all, pipelines.PaperChange{Part: was.Caption, Row: k.name, Nth: k.n, Was: whole(row)})
			continue
		}
		for i, head := range was.Columns {
			at := slices.Index(now.Columns, head)
			if i == 0 || i >= len(row) || at >= 0 && at >= len(there) {
				continue
			}
			c := pipelines.PaperChange{Part: was.Caption, Row: k.name, Nth: k.n, Column: head, Was: row[i].String()}
			if at >= 0 {
				c.Now = there[at].String()
			}
			if c.Was != c.Now {
				all = append(all, c)
			}
		}
	}
	for _, k := range after {
		if old[k] == nil {
			all = append(all, pipelines.PaperChange{Part: now.Caption, Row: k.name, Nth: k.n, Now: whole(fresh[k])})
		}
	}
	return all
}

// String is a cell in one line: 79.9 (887/1,110).
func (c Cell) String() string {
	text := c.Text
	for _, more := range []string{c.Base, c.Note} {
		if more != "" {
			text += " (" + more + ")"
		}
	}
	return text
}

func whole(r Row) string {
	var all []string
	for _, c := range r[min(1, len(r)):] {
		if s := c.String(); s != "" {
			all = append(all, s)
		}
	}
	return strings.Join(all, " | ")
}
