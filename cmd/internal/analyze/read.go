package analyze

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load"
	"hulian/pipelines/load/decode"
)

// Read reads a table from any kind of file that the town's exports may come in, told by what is in it: the named sheet
// (or member of a bundle), or the first that holds anything. The first row that is not blank is the header.
func Read(ctx context.Context, path, sheet string) (Frame, error) {
	tables, err := textsOf(ctx, path)
	if fault := new(pipelines.Fault); err != nil && !errors.As(err, &fault) {
		if named := new(fs.PathError); errors.As(err, &named) {
			err = named.Err // the path stands beside
		}
		return Frame{}, &pipelines.Fault{Op: "read", At: path, Err: err, Next: "name a file that exists and may be read"}
	} else if err != nil {
		return Frame{}, err
	}
	chosen, err := choose(tables, sheet)
	if err != nil {
		return Frame{}, &pipelines.Fault{Op: "read", At: path, Err: err, Next: "name a sheet that holds the table"}
	}
	f, err := frame(filepath.Base(path), chosen.rows, chosen.lines)
	if err != nil {
		return Frame{}, &pipelines.Fault{Op: "read", At: path, Err: err, Next: "give a file with one header row and rows below it"}
	}
	return f, nil
}

func choose(tables []texts, sheet string) (texts, error) {
	var names []string
	for _, t := range tables {
		if t.name == sheet || sheet == "" {
			return t, nil
		}
		names = append(names, t.name)
	}
	if len(names) == 0 {
		return texts{}, errors.New("no sheet holds anything")
	}
	return texts{}, fmt.Errorf("there is no sheet %q; there are %s", sheet, strings.Join(names, ", "))
}

// frame takes the header off and makes the rows as wide as it.
func frame(name string, rows [][]string, lines []int) (Frame, error) {
	f := Frame{Name: name}
	blank := func(row []string) bool {
		return !slices.ContainsFunc(row, func(c string) bool { return strings.TrimSpace(c) != "" })
	}
	for i, row := range rows {
		line := lines[i]
		switch {
		case blank(row):
		case f.Columns == nil:
			for len(row) > 0 && strings.TrimSpace(row[len(row)-1]) == "" {
				row = row[:len(row)-1]
			}
			for _, c := range row {
				f.Columns = append(f.Columns, strings.TrimSpace(c))
			}
		default:
			if extra := slices.IndexFunc(row[min(len(row), len(f.Columns)):], func(c string) bool { return strings.TrimSpace(c) != "" }); extra >= 0 {
				return f, fmt.Errorf("row %d has more cells than the header has columns (%d)", line, len(f.Columns))
			}
			wide := make([]string, len(f.Columns))
			copy(wide, row)
			f.Rows, f.Lines = append(f.Rows, wide), append(f.Lines, line)
		}
	}
	if f.Columns == nil {
		return f, errors.New("there is no header")
	}
	for i, c := range f.Columns {
		if c != "" && slices.Contains(f.Columns[:i], c) {
			return f, fmt.Errorf("two columns are called %q", c)
		}
	}
	return f, nil
}

// texts is one table of a file as it stands there.
type texts struct {
	name  string // of the worksheet or of the bundle's member; empty for a file that is one table
	rows  [][]string
	lines []int // the row of each in the file, as Excel counts; 0 for names of columns that the format holds apart
}

// textsOf decodes a file of any kind that can be handed in, and gives the tables that hold anything, in order. Numbers of a
// workbook stay as they are stored: what is shown of one is rounded.
func textsOf(ctx context.Context, path string) (all []texts, err error) {
	file, err := load.Open(ctx, path, filepath.Base(path), "")
	defer func() { err = errors.Join(err, file.Close()) }()
	refused := new(decode.Error)
	switch {
	case errors.As(err, &refused):
		return nil, refusal(path, "", refused)
	case err != nil:
		return nil, err
	case len(file.Unread) > 0:
		return nil, refusal(path, file.Unread[0].Table, file.Unread[0].Err)
	}
	for _, t := range file.Tables {
		kept := texts{name: t.Name}
		if err := decode.Rows(ctx, t.Body, func(from decode.Row) error {
			row := make([]string, len(from.Cells))
			for i, c := range from.Cells {
				row[i] = strings.Clone(c.Text)
				if c.Kind == decode.Number && c.Raw != "" {
					row[i] = strings.Clone(c.Raw)
				}
				row[i] = strings.TrimSuffix(row[i], " 00:00:00")
			}
			kept.rows, kept.lines = append(kept.rows, row), append(kept.lines, int(from.No))
			return nil
		}); err != nil {
			return nil, err
		}
		if len(kept.rows) > 0 && !t.Hidden {
			all = append(all, kept)
		}
	}
	return all, nil
}

// refusal says in English what is wrong with a file, or a part of it, and what to do.
func refusal(path, table string, e *decode.Error) error {
	name := filepath.Base(path)
	if table != "" {
		name += "/" + table
	}
	sentence, mend := data.Explain(pipelines.Problem{File: name, Code: e.Code, Detail: e.Detail}, "en")
	return &pipelines.Fault{Op: "read", At: path, Err: errors.New(sentence), Next: mend}
}
