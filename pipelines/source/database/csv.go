package database

import (
	"bytes"
	"encoding/csv"
	"errors"
	"unicode/utf8"

	"hulian/pipelines"
	"hulian/pipelines/source/transfer"
)

// rows is the answer to a query.
type rows interface {
	header() []string
	next() ([][]byte, error) // nil cells are NULL; valid until the next call; io.EOF after the last row
	close()
}

// ready is how many bytes are made at a time.
const ready = 64 << 10

// table is a result as CSV.
type table struct {
	rows   rows
	buffer bytes.Buffer
	writer *csv.Writer
	record []string
	row    int
	failed error
}

func newTable(r rows) (*table, error) {
	header := r.header()
	if len(header) == 0 {
		return nil, pipelines.Errorf("%w: it gives no table", errQuery)
	}
	seen := map[string]bool{}
	for _, name := range header {
		if seen[name] {
			return nil, pipelines.Errorf("%w: two columns are called %q: name them apart with as", errQuery, name)
		}
		seen[name] = true
	}
	t := &table{rows: r, record: make([]string, len(header))}
	t.writer = csv.NewWriter(&t.buffer)
	copy(t.record, header)
	return t, t.write()
}

func (t *table) Read(p []byte) (int, error) {
	for t.failed == nil && t.buffer.Len() < ready {
		t.failed = t.fill()
	}
	if t.buffer.Len() > 0 && (t.failed == nil || transfer.AtEnd(t.failed)) {
		return t.buffer.Read(p)
	}
	return 0, t.failed
}

func (t *table) fill() error {
	cells, err := t.rows.next()
	if err != nil {
		return err
	}
	t.row++
	for i, cell := range cells {
		if !utf8.Valid(cell) {
			return pipelines.Errorf("%w: row %d: column %s holds bytes that are no UTF-8: convert it", errQuery, t.row, t.rows.header()[i])
		}
		t.record[i] = string(cell)
	}
	return t.write()
}

func (t *table) write() error {
	if len(t.record) == 1 && t.record[0] == "" { // the library would write an empty line, which readers pass over
		t.writer.Flush()
		t.buffer.WriteString("\"\"\n")
		return nil
	}
	err := t.writer.Write(t.record)
	t.writer.Flush()
	return err
}

func (t *table) Close() error {
	t.rows.close()
	if t.failed == nil || transfer.AtEnd(t.failed) {
		t.failed = errors.New("read after close")
	}
	return nil
}
