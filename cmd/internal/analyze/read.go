package analyze

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"hulian/pipelines"
	"hulian/pipelines/load"
)

// Read reads a table from any kind of file that the town's exports may come in, told by what is in it: the named sheet
// (or member of a bundle), or the first that holds anything. The first row that is not blank is the header.
func Read(ctx context.Context, path, sheet string) (Frame, error) {
	tables, err := load.TextsOf(ctx, path)
	if fault := new(pipelines.Fault); err != nil && !errors.As(err, &fault) {
		if named := new(fs.PathError); errors.As(err, &named) {
			err = named.Err // the path stands beside
		}
		return Frame{}, &pipelines.Fault{Op: "read", At: path, Err: err, Next: "name a file that exists and may be read"}
	} else if err != nil {
		return Frame{}, err
	}
	chosen, err := choose(tables, sheet)
	if err == nil && chosen.Workbook {
		err = showDates(path, chosen)
	}
	if err != nil {
		return Frame{}, &pipelines.Fault{Op: "read", At: path, Err: err, Next: "name a sheet that holds the table"}
	}
	f, err := frame(filepath.Base(path), chosen.Rows, chosen.Lines)
	if err != nil {
		return Frame{}, &pipelines.Fault{Op: "read", At: path, Err: err, Next: "give a file with one header row and rows below it"}
	}
	return f, nil
}

func choose(tables []load.Texts, sheet string) (load.Texts, error) {
	var names []string
	for _, t := range tables {
		if t.Name == sheet || sheet == "" {
			return t, nil
		}
		names = append(names, t.Name)
	}
	if len(names) == 0 {
		return load.Texts{}, errors.New("no sheet holds anything")
	}
	return load.Texts{}, fmt.Errorf("there is no sheet %q; there are %s", sheet, strings.Join(names, ", "))
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

var shownAsDate = regexp.MustCompile(`^(\d{1,4}[-/年.]\d{1,2}([-/月.]|$)|\d{1,2}-[A-Za-z]{3}|[A-Za-z]{3}-\d{2})`)

// showDates writes the cells that the workbook shows as dates as 2017-05-01; raw, they are days since 1900. All other
// cells stay raw, because what is shown of a number is rounded.
func showDates(path string, t load.Texts) (err error) {
	book, err := excelize.OpenFile(path)
	if err != nil {
		return nil // a workbook inside a bundle
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	shown, err := book.GetRows(t.Name)
	if err != nil {
		return err
	}
	from1904 := false
	if props, err := book.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		from1904 = *props.Date1904
	}
	for r, row := range t.Rows {
		at := t.Lines[r] - 1
		if at >= len(shown) {
			break
		}
		for c := range min(len(row), len(shown[at])) {
			days, err := strconv.ParseFloat(row[c], 64)
			if err != nil || row[c] == shown[at][c] || !shownAsDate.MatchString(shown[at][c]) {
				continue
			}
			if day, err := excelize.ExcelDateToTime(days, from1904); err == nil {
				row[c] = strings.TrimSuffix(day.Format(time.DateTime), " 00:00:00")
			}
		}
	}
	return nil
}
