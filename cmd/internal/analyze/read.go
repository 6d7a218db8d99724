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
	"hulian/pipelines/load/match"
	"hulian/queries/stats/estimate"
)

// Read reads a table from any kind of file that the town's exports may come in, told by what is in it: the named sheet
// (or member of a bundle), or the first that holds anything. Titles above the header, totals and notes are passed over as
// loading does, and named.
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
	return texts{}, pipelines.Errorf("there is no sheet %q; there are %s", sheet, strings.Join(names, ", "))
}

// mostAbove is how many rows that hold anything may stand above the header.
const mostAbove = 12

// frame finds the header, passes over titles, totals and notes as loading does, says so, and makes the rows as wide as the
// header.
func frame(name string, rows [][]string, lines []int) (Frame, error) {
	f := Frame{Name: name}
	var kept [][]string
	var at []int
	for i, row := range rows {
		if filled(row) > 0 {
			kept, at = append(kept, row), append(at, lines[i])
		}
	}
	if len(kept) == 0 {
		return f, errors.New("there is no header")
	}
	header := headerOf(kept)
	titles := f.header(kept, at, header)
	for i, c := range f.Columns {
		if c != "" && slices.Contains(f.Columns[:i], c) {
			return f, pipelines.Errorf("two columns are called %q", c)
		}
	}
	var passed []string
	for i := header + 1; i < len(kept); i++ {
		row := kept[i]
		if first := first(row); match.Total(first) || match.Passing(row, f.Columns, titles, filled(row) == len(f.Columns)) {
			passed = append(passed, fmt.Sprintf("%d (%s)", at[i], first))
			continue
		}
		if extra := slices.IndexFunc(row[min(len(row), len(f.Columns)):], func(c string) bool { return strings.TrimSpace(c) != "" }); extra >= 0 {
			return f, pipelines.Errorf("row %d has more cells than the header has columns (%d)", at[i], len(f.Columns))
		}
		wide := make([]string, len(f.Columns))
		copy(wide, row)
		f.Rows, f.Lines = append(f.Rows, wide), append(f.Lines, at[i])
	}
	if len(passed) > mostNamed {
		passed = append(passed[:mostNamed], "…")
	}
	if len(passed) > 0 {
		f.Notes = append(f.Notes, estimate.Warn(estimate.Convention, "rows passed over as totals, notes or a header that stands again: %s", strings.Join(passed, ", ")))
	}
	if len(f.Rows) == 0 {
		return f, pipelines.Errorf("row %d is a header (%s), and there is no row of data below it", at[header], match.Seen(f.Columns))
	}
	return f, nil
}

// header takes the header off and returns the titles above it.
func (f *Frame) header(rows [][]string, lines []int, at int) (titles []string) {
	above := at
	head := rows[at]
	if at > 0 && lines[at-1] == lines[at]-1 && filled(rows[at-1]) > 1 {
		if joined, gaps := match.FromTwoRows(rows[at-1], head); gaps {
			head, above = joined, at-1
		}
	}
	for len(head) > 0 && strings.TrimSpace(head[len(head)-1]) == "" {
		head = head[:len(head)-1]
	}
	for _, c := range head {
		f.Columns = append(f.Columns, strings.TrimSpace(c))
	}
	var said []string
	for i, row := range rows[:above] {
		titles = append(titles, first(row))
		said = append(said, fmt.Sprintf("%d (%s)", lines[i], first(row)))
	}
	if len(said) > 0 {
		f.Notes = append(f.Notes, estimate.Warn(estimate.Convention, "rows passed over as titles above the header: %s", strings.Join(said, ", ")))
	}
	return titles
}

// headerOf finds the header among the first rows: the first that holds about as many cells as the widest. A title holds
// one cell or two.
func headerOf(rows [][]string) int {
	near := rows[:min(len(rows), mostAbove+1)]
	widest := 0
	for _, row := range near {
		widest = max(widest, filled(row))
	}
	if widest < 3 { // a table of one or two columns: a title cannot be told from a header but by its being alone
		for i, row := range near {
			if filled(row) == widest {
				return i
			}
		}
	}
	for i, row := range near {
		if 10*filled(row) < 6*widest {
			continue
		}
		if i+1 < len(near) && gapsFilled(row, near[i+1]) {
			return i + 1
		}
		return i
	}
	return 0
}

// gapsFilled reports whether a row of words fills the gaps of the one above: a header of merged cells over two rows.
func gapsFilled(above, below []string) bool {
	joined, gaps := match.FromTwoRows(below, above)
	return gaps && filled(joined) > filled(above) && !slices.ContainsFunc(below, func(c string) bool { _, isNumber := parseNumber(c); return isNumber }) &&
		slices.ContainsFunc(below, func(c string) bool { return strings.TrimSpace(c) == "" })
}

// filled is how many cells hold something.
func filled(row []string) (n int) {
	for _, c := range row {
		if strings.TrimSpace(c) != "" {
			n++
		}
	}
	return n
}

func first(row []string) string {
	for _, c := range row {
		if c = strings.TrimSpace(c); c != "" {
			return c
		}
	}
	return ""
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
