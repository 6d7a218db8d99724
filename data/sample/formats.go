package sample

import (
	"bufio"
	"context"
	"database/sql/driver"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"hulian/data"
	"hulian/pipelines/warehouse"
)

// encoded wraps w so that UTF-8 written to it arrives in the charset. Closing flushes, and leaves w open.
func encoded(w io.Writer, charset string) io.WriteCloser {
	var e encoding.Encoding
	switch charset {
	case "gb18030":
		e = simplifiedchinese.GB18030
	case "utf-16":
		e = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case "utf-8-bom":
		e = unicode.UTF8BOM
	default:
		e = unicode.UTF8
	}
	return transform.NewWriter(w, e.NewEncoder())
}

// textWriter writes tables of one export as CSV, row after row; several tables may follow one another.
type textWriter struct {
	p    plan
	out  io.WriteCloser
	csv  *csv.Writer
	row  int // physical rows written
	text []string
}

func newTextWriter(w io.Writer, p plan) (*textWriter, error) {
	t := &textWriter{p: p, out: encoded(w, p.charset)}
	t.csv = csv.NewWriter(t.out)
	t.csv.Comma = p.comma
	if t.csv.Comma == 0 {
		t.csv.Comma = ','
	}
	t.csv.UseCRLF = p.charset == "gb18030" || p.charset == "utf-16" // what Excel saves
	t.row = 1
	return t, t.csv.Write(p.headerRow())
}

// write returns the physical row of the table's first row.
func (t *textWriter) write(rows *table) (first int, err error) {
	first = t.row + 1
	for i := range rows.len() {
		t.text = t.p.record(t.text, t.row-1, rows.row(i))
		if err := t.csv.Write(t.text); err != nil {
			return 0, err
		}
		t.row++
	}
	return first, nil
}

func (t *textWriter) close() error {
	t.csv.Flush()
	if err := t.csv.Error(); err != nil {
		return err
	}
	return t.out.Close()
}

// writeNDJSON writes one object a line, keys in the order of the columns; blank cells are left out.
func writeNDJSON(w io.Writer, p plan, rows *table) (first int, err error) {
	out := bufio.NewWriter(w)
	keys := make([][]byte, len(p.columns))
	for i := range keys {
		if keys[i], err = json.Marshal(p.header(i)); err != nil {
			return 0, err
		}
	}
	var line []byte
	for k := range rows.len() {
		line = append(line[:0], '{')
		for i, c := range rows.row(k) {
			var value []byte
			switch c.kind {
			case blank:
				continue
			case integer, decimal:
				value = []byte(p.text(i, c))
			case flag:
				value = []byte(map[int64]string{0: "false", 1: "true"}[c.n])
			default:
				if value, err = json.Marshal(p.text(i, c)); err != nil {
					return 0, err
				}
			}
			if len(line) > 1 {
				line = append(line, ',')
			}
			line = append(append(append(line, keys[i]...), ':'), value...)
		}
		if _, err := out.Write(append(line, '}', '\n')); err != nil {
			return 0, err
		}
	}
	return 1, out.Flush()
}

// writeParquet writes a table with typed columns through the engine, on one thread so that the bytes are the same
// every time. Cells that do not fit their column's type make the column text.
func writeParquet(ctx context.Context, path string, p plan, rows *table) (first int, err error) {
	w, err := warehouse.Open(ctx, warehouse.Config{Threads: 1})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	loose := make([]bool, len(p.columns))
	for k := range rows.len() {
		for i, c := range rows.row(k) {
			loose[i] = loose[i] || c.kind == raw
		}
	}
	columns := ""
	for i, c := range p.columns {
		kind := c.SQLType()
		if loose[i] {
			kind = "varchar"
		}
		columns += fmt.Sprintf(", %q %s", p.header(i), kind)
	}
	if err := w.Exec(ctx, "create table t("+columns[2:]+")"); err != nil {
		return 0, err
	}
	err = w.Transact(ctx, func(tx *warehouse.Tx) error {
		k, values := 0, make([]driver.Value, len(p.columns))
		_, err := tx.Append("", "t", func() ([]driver.Value, error) {
			if k == rows.len() {
				return nil, nil
			}
			for i, c := range rows.row(k) {
				values[i] = p.value(i, c, loose[i])
			}
			k++
			return values, nil
		})
		return err
	})
	if err != nil {
		return 0, err
	}
	return 1, w.Exec(ctx, fmt.Sprintf("copy t to '%s' (format parquet, compression zstd)", strings.ReplaceAll(path, "'", "''")))
}

// value is a cell as a typed value; in a loose column it is text.
func (p *plan) value(i int, c cell, loose bool) driver.Value {
	switch {
	case c.kind == blank:
		return nil
	case loose:
		return p.text(i, c)
	}
	switch c.kind {
	case integer:
		if p.columns[i].Type == data.TypeDecimal {
			return float64(c.n)
		}
		return c.n
	case decimal:
		return c.decimal()
	case flag:
		return c.n == 1
	case date:
		return time.Unix(c.n*86400, 0).UTC()
	case moment:
		return time.Unix(c.n*60, 0).UTC()
	default: // text in all its kinds
		return p.text(i, c)
	}
}

// finish closes a written file to others, whoever wrote it, and gives it the time at which it arrived.
func finish(path string, arrives minute) error {
	return errors.Join(os.Chmod(path, fileMode), os.Chtimes(path, arrives.instant(), arrives.instant()))
}

// create makes a file and the folders above it.
func create(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), dirMode); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_RDWR, fileMode)
}
