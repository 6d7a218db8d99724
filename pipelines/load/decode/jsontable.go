package decode

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"hulian/pipelines"
)

// jsonTable gathers the rows of one table. Objects leave out what is empty, so that the columns are known at the end only.
type jsonTable struct {
	*spool
	name   string
	names  []string
	place  map[string]int
	set    []int64 // by column, the last row that has it
	twice  string  // a name that the row at hand has twice, with values that differ
	nested map[string]bool
	around map[string]map[string]bool // of objects that stand around the names of a row, the names beside them
	lists  map[string]bool
	row    int64
	cells  []Cell
	said   int64 // cells that stand in the rows so far

	nul, firstNul int64 // zero bytes that were left out, and the row of the first
}

// flatten sets the cells of an object. Objects inside it have columns of their own, named by the way to them, unless they
// stand around the names that are known as headers, as the properties of a place do in GeoJSON.
func (t *jsonTable) flatten(before string, object []byte, depth int, r *jsonRead) error {
	return members(object, func(name string, value []byte) error {
		if beside := t.around[before]; beside == nil || beside[name] {
			name = before + name
		}
		if value[0] == '{' && depth < deepest && len(bytes.TrimSpace(value[1:])) > 1 {
			t.nested[name] = true
			t.standsAround(name+".", object, value, r)
			return t.flatten(name+".", value, depth+1, r)
		}
		at, known := t.place[name]
		if !known {
			at = len(t.names)
			t.place[name], t.names, t.set = at, append(t.names, name), append(t.set, 0)
			if at >= r.Limits.Columns*4 {
				return Refuse(pipelines.FileTooWide, pipelines.NewDetail(pipelines.DetailTooMany, at+1, r.Limits.Columns))
			}
		}
		for len(t.cells) <= at {
			t.cells = append(t.cells, Cell{})
		}
		cell := t.cellOf(name, value)
		if t.set[at] == t.row && t.cells[at] != cell {
			t.twice = name
		}
		t.set[at], t.cells[at] = t.row, cell
		return nil
	})
}

// leftOut counts the cells that do not stand in the record at hand.
func (t *jsonTable) leftOut() (n int64) {
	for i := range t.cells {
		if t.set[i] != t.row {
			n++
		}
	}
	return n
}

// omits reports whether some rows leave out names that others have.
func (t *jsonTable) omits() bool { return t.said < t.rows*int64(len(t.names)) }

// standsAround finds out, once for each way, whether more headers are known in an object than beside it.
func (t *jsonTable) standsAround(way string, object, inside []byte, r *jsonRead) {
	if _, known := t.around[way]; known {
		return
	}
	t.around[way] = nil
	beside, own := map[string]bool{}, []string{}
	names := []string{}
	_ = members(object, func(name string, _ []byte) error { beside[name] = true; own = append(own, name); return nil })
	_ = members(inside, func(name string, _ []byte) error { names = append(names, name); return nil })
	for other, open := range t.around {
		if open != nil && !strings.HasPrefix(way, other) {
			return // the names of both would be the same
		}
	}
	if r.known(names) > r.known(own) {
		t.around[way] = beside
	}
}

// cellOf writes a value as the text a cell would hold.
func (t *jsonTable) cellOf(name string, value []byte) Cell {
	switch value[0] {
	case 'n':
		return Cell{Said: true}
	case '"':
		return said(t.withoutNul(unescapedJSON(value)))
	case '[':
		var texts []string
		if json.Unmarshal(value, &texts) == nil {
			return said(t.withoutNul(strings.Join(texts, "、")))
		}
		t.lists[name] = true
		return Cell{Text: string(value)}
	case '{':
		t.nested[name] = true
		return Cell{Text: string(value)}
	case 't', 'f':
		return Cell{Text: string(value)}
	default:
		return Cell{Text: string(value), Kind: Number}
	}
}

// said is the cell of a text that stands in a record, empty or not.
func said(text string) Cell { return Cell{Text: text, Said: text == ""} }

// withoutNul leaves zero bytes out, as they are left out of other texts, and counts them.
func (t *jsonTable) withoutNul(text string) string {
	if n := strings.Count(text, "\x00"); n > 0 {
		if t.nul == 0 {
			t.firstNul = t.row
		}
		t.nul += int64(n)
	}
	return plainText(text)
}

func unquote(value []byte) string { return plainText(unescapedJSON(value)) }

// unescapedJSON is the text of a string of JSON as it was meant, zero bytes and all.
func unescapedJSON(value []byte) string {
	if len(value) >= 2 && value[0] == '"' && bytes.IndexByte(value, '\\') < 0 {
		return string(value[1 : len(value)-1])
	}
	var s string
	if json.Unmarshal(value, &s) != nil {
		return string(value)
	}
	return s
}

func (t *jsonTable) notes() (notes []Note) {
	if t.nul > 0 {
		notes = append(notes, Note{What: NulBytes, Count: t.nul, Row: t.firstNul})
	}
	for code, names := range map[NoteCode]map[string]bool{NestedValues: t.nested, ListValues: t.lists} {
		if len(names) == 0 {
			continue
		}
		var all []string
		for name := range names {
			all = append(all, name)
		}
		slices.Sort(all)
		notes = append(notes, Note{What: code, Count: int64(len(all)), Where: strings.Join(all[:min(len(all), 5)], ", ")})
	}
	slices.SortFunc(notes, func(a, b Note) int { return strings.Compare(string(a.What), string(b.What)) })
	return notes
}

// headedBody puts names of columns, as row 0, in front of the rows.
type headedBody struct {
	names []string
	Body
}

// Blocks implements Body.
func (b *headedBody) Blocks() int { return b.Body.Blocks() + 1 }

// Rows implements Body.
func (b *headedBody) Rows(ctx context.Context, block int, each func(Row) error) error {
	if block > 0 {
		return b.Body.Rows(ctx, block-1, each)
	}
	row := Row{}
	for _, name := range b.names {
		row.Cells = append(row.Cells, Cell{Text: name})
	}
	return each(row)
}
