package decode

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"hulian/pipelines"
)

// array reads an array. Its objects are rows of the table of that name, and so are its arrays where names of columns are
// known. What else stands among rows is told; an array of nothing else is no table.
func (r *jsonRead) array(s *jsonScan, name string) error {
	if err := s.expect('['); err != nil {
		return err
	}
	l := &jsonList{jsonRead: r, ctx: s.ctx, name: name, only: true}
	for first := true; ; first = false {
		if s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		next, err := s.peek()
		if err != nil {
			return s.cut(err)
		}
		if next == ']' {
			l.ends()
			return s.expect(']')
		}
		if !first && next != '{' { // rows between which a comma is missing are told apart all the same
			if err := s.expect(','); err != nil {
				return err
			}
			if next, err = s.peek(); err != nil {
				return s.cut(err)
			}
			if next == ']' { // a comma too many
				continue
			}
		}
		element, err := s.value()
		switch {
		case errors.Is(err, errLongValue):
			return Refuse(pipelines.LineTooLong, pipelines.NewDetail(pipelines.DetailRow, r.into(name).row+1))
		case errors.Is(err, errOpenText) && next == '{':
			return r.unclosed(r.into(name), element)
		case errors.Is(err, errOpenText):
			return Refuse(pipelines.FileTruncated, pipelines.Detail{})
		case err != nil:
			return err
		}
		if err := l.element(element); err != nil {
			return err
		}
	}
}

// jsonList is an array that is being read.
type jsonList struct {
	*jsonRead
	ctx    context.Context //nolint:containedctx // of the one call that reads the list
	name   string
	rows   bool     // rows have been seen
	header bool     // they are lists, and their names are known
	only   bool     // nothing but texts has been seen
	texts  []string // these texts
	before [][]byte // what stood before the first row
}

func (l *jsonList) element(element []byte) error {
	switch {
	case element[0] == '{':
		if err := l.begin(); err != nil {
			return err
		}
		_, err := l.object(l.into(l.name), element)
		return err
	case element[0] == '[' && objectsFirst(element): // a list of pages, each a list of rows
		if err := l.begin(); err != nil {
			return err
		}
		return l.array(&jsonScan{r: bufio.NewReader(bytes.NewReader(element)), most: 4 * l.Limits.Cell, ctx: l.ctx}, l.name)
	case element[0] == '[' && !l.header && (len(l.jsonRead.header) > 0 || l.known(textsOfList(element)) >= fewHeaders):
		names, isRow := l.jsonRead.header, true
		if l.known(textsOfList(element)) >= fewHeaders {
			names, isRow = textsOfList(element), false
		}
		l.header = true
		l.into(l.name).named(names)
		if !isRow {
			return nil
		}
		fallthrough
	case element[0] == '[' && l.header:
		if err := l.begin(); err != nil {
			return err
		}
		return l.listed(l.into(l.name), element)
	case l.rows:
		return l.stray(element)
	}
	l.only = l.only && element[0] == '"'
	if l.only && len(l.texts) < l.Limits.Columns {
		l.texts = append(l.texts, unquote(element))
	}
	if len(l.before) < tooManyBroken {
		l.before = append(l.before, element)
	}
	return nil
}

// objectsFirst reports whether a list begins with an object.
func objectsFirst(list []byte) bool {
	at := skipBlank(list, 1)
	return at < len(list) && list[at] == '{'
}

// begin tells of what stood before the first row.
func (l *jsonList) begin() error {
	l.rows = true
	before := l.before
	l.before = nil
	for _, element := range before {
		if err := l.stray(element); err != nil {
			return err
		}
	}
	return nil
}

// stray counts what stands among rows and is none: nothing, as an empty row; anything else is told.
func (l *jsonList) stray(element []byte) error {
	into := l.into(l.name)
	if into.row++; string(element) == "null" {
		return nil
	}
	return into.add(Row{No: into.row, Cells: shown(element), Broken: pipelines.NewDetail(pipelines.DetailNoRecord, short(element))})
}

// ends keeps an array of texts that are names of columns, for the rows behind it.
func (l *jsonList) ends() {
	if !l.rows && l.only && l.known(l.texts) >= fewHeaders {
		l.jsonRead.header = l.texts
	}
}

// listed keeps a list as a row.
func (r *jsonRead) listed(into *jsonTable, list []byte) error {
	into.row++
	var values []json.RawMessage
	if json.Unmarshal(list, &values) != nil {
		return into.add(Row{No: into.row, Cells: shown(list), Broken: pipelines.NewDetail(pipelines.DetailNoRecord, short(list))})
	}
	r.whole++
	into.cells = into.cells[:0]
	for i, value := range values {
		into.cells = append(into.cells, into.cellOf(into.names[min(i, len(into.names)-1)], value))
	}
	into.said += int64(len(into.cells))
	return into.add(Row{No: into.row, Cells: into.cells})
}

// named gives the columns of a table whose rows are lists.
func (t *jsonTable) named(names []string) {
	if len(t.names) > 0 {
		return
	}
	t.names = names
	for i, name := range names {
		t.place[name] = i
	}
	t.set = make([]int64, len(names))
}
