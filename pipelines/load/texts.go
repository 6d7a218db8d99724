package load

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/warehouse"
)

// Texts is one table of a file as it stands there, before anybody asks what it is a table of.
type Texts struct {
	Name     string // of the worksheet or of the bundle's member; empty for a file that is one table
	Workbook bool   // cells are the raw values of a workbook: dates are days since 1900
	Rows     [][]string
	Lines    []int // the row of each in the file, as Excel counts; 0 for names of columns that the format holds apart
}

// TextsOf decodes a file of any kind that can be handed in, and gives the tables that hold anything, in order. The
// error says in English what is wrong with the file and what to do.
func TextsOf(ctx context.Context, path string) ([]Texts, error) {
	t := &texts{path: path}
	err := (&decoder{limits: DefaultLimits(), visit: t, stored: true}).decode(ctx, path)
	var fault *fileError
	if errors.As(err, &fault) {
		t.problem("", fault.code, fault.detail)
		err = nil
	}
	if err == nil {
		err = t.refused
	}
	if err != nil {
		return nil, err
	}
	var held []Texts
	for _, x := range t.tables {
		if len(x.Rows) > 0 {
			held = append(held, *x)
		}
	}
	return held, nil
}

// texts is told of every table of a file and keeps it.
type texts struct {
	path    string
	tables  []*Texts
	refused error
}

func (t *texts) open(s sheet) (consumer, error) {
	kept := &Texts{Name: s.name, Workbook: s.workbook}
	t.tables = append(t.tables, kept)
	return textRows{kept}, nil
}

func (t *texts) problem(sheet string, code pipelines.Code, detail string) {
	name := filepath.Base(t.path)
	if sheet != "" {
		name += "/" + sheet
	}
	sentence, mend := data.Explain(pipelines.Problem{File: name, Code: code, Detail: detail}, "en")
	if t.refused == nil {
		t.refused = &pipelines.Fault{Op: "read", At: t.path, Err: errors.New(sentence), Next: mend}
	}
}

func (t *texts) direct(context.Context, *os.File, int64, byte, sheet) (bool, error) {
	return false, nil
}
func (t *texts) marked(Marked)    {}
func (t *texts) hidden(string)    {}
func (t *texts) pins(string) Pins { return Pins{} }

// parquet is read by an engine of its own, which writes numbers with as many digits as read back to them.
func (t *texts) parquet(ctx context.Context, label, at string) error {
	engine, err := warehouse.Open(ctx, warehouse.Config{})
	if err != nil {
		return err
	}
	defer engine.Close()
	table, err := engine.Query(ctx, "select cast(columns(*) as varchar) from read_parquet("+fileLiteral(at)+")")
	if err != nil {
		return parquetFault(ctx, err)
	}
	kept := &Texts{Name: label, Rows: [][]string{table.Columns}, Lines: []int{0}}
	for i, from := range table.Rows {
		row := make([]string, len(from))
		for k, v := range from {
			if v != nil {
				row[k] = strings.TrimSuffix(fmt.Sprint(v), " 00:00:00")
			}
		}
		kept.Rows, kept.Lines = append(kept.Rows, row), append(kept.Lines, i+1)
	}
	t.tables = append(t.tables, kept)
	return nil
}

type textRows struct{ into *Texts }

func (r textRows) row(no int64, cells []string) error {
	r.into.Rows, r.into.Lines = append(r.into.Rows, slices.Clone(cells)), append(r.into.Lines, int(no))
	return nil
}

func (r textRows) end() error { return nil }
