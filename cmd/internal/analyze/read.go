package analyze

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"hulian/pipelines"
	"hulian/pipelines/warehouse"
)

// Read reads a table by what is in it, not by its name: Parquet, XLSX (the named sheet or the first that holds
// anything) or text with a delimiter, in UTF-8, UTF-16 or GB18030. The first row that is not blank is the header.
func Read(ctx context.Context, path, sheet string) (Frame, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return Frame{}, &pipelines.Fault{Op: "read", At: path, Err: errors.Unwrap(err), Next: "name a file that exists and may be read"}
	}
	name := filepath.Base(path)
	var rows [][]string
	var lines []int
	switch {
	case len(bytes.TrimSpace(content)) == 0:
		err = errors.New("the file is empty")
	case bytes.HasPrefix(content, []byte("PAR1")):
		rows, err = readParquet(ctx, path)
	case bytes.HasPrefix(content, []byte("PK\x03\x04")):
		rows, err = readWorkbook(content, sheet)
	case bytes.HasPrefix(content, []byte("\xd0\xcf\x11\xe0")):
		err = errors.New("the workbook is of the old .xls kind, or locked with a password")
	default:
		rows, lines, err = readText(content)
	}
	if err != nil {
		return Frame{}, &pipelines.Fault{Op: "read", At: path, Err: err, Next: "save the table as CSV (UTF-8) or XLSX without a password"}
	}
	f, err := frame(name, rows, lines)
	if err != nil {
		return Frame{}, &pipelines.Fault{Op: "read", At: path, Err: err, Next: "give a file with one header row and rows below it"}
	}
	return f, nil
}

// frame takes the header off and makes the rows as wide as it.
func frame(name string, rows [][]string, lines []int) (Frame, error) {
	f := Frame{Name: name}
	blank := func(row []string) bool {
		return !slices.ContainsFunc(row, func(c string) bool { return strings.TrimSpace(c) != "" })
	}
	for i, row := range rows {
		line := i + 1
		if lines != nil {
			line = lines[i]
		}
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

func readWorkbook(content []byte, sheet string) ([][]string, error) {
	book, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	defer book.Close()
	names := book.GetSheetList()
	if sheet != "" {
		if !slices.Contains(names, sheet) {
			return nil, fmt.Errorf("there is no sheet %q; there are %s", sheet, strings.Join(names, ", "))
		}
		names = []string{sheet}
	}
	for _, name := range names {
		rows, err := book.GetRows(name, excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, err
		}
		if len(rows) > 0 {
			return rows, showDates(book, name, rows)
		}
	}
	return nil, errors.New("no sheet holds anything")
}

var shownAsDate = regexp.MustCompile(`^(\d{1,4}[-/年.]\d{1,2}([-/月.]|$)|\d{1,2}-[A-Za-z]{3}|[A-Za-z]{3}-\d{2})`)

// showDates writes the cells that the workbook shows as dates as 2017-05-01; raw, they are days since 1900. All other
// cells stay raw, because what is shown of a number is rounded.
func showDates(book *excelize.File, sheet string, rows [][]string) error {
	shown, err := book.GetRows(sheet)
	if err != nil {
		return err
	}
	from1904 := false
	if props, err := book.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		from1904 = *props.Date1904
	}
	for r := range min(len(rows), len(shown)) {
		for c := range min(len(rows[r]), len(shown[r])) {
			days, err := strconv.ParseFloat(rows[r][c], 64)
			if err != nil || rows[r][c] == shown[r][c] || !shownAsDate.MatchString(shown[r][c]) {
				continue
			}
			if at, err := excelize.ExcelDateToTime(days, from1904); err == nil {
				rows[r][c] = strings.TrimSuffix(at.Format(time.DateTime), " 00:00:00")
			}
		}
	}
	return nil
}

func readParquet(ctx context.Context, path string) ([][]string, error) {
	engine, err := warehouse.Open(ctx, warehouse.Config{})
	if err != nil {
		return nil, err
	}
	defer engine.Close()
	table, err := engine.Query(ctx, "select * from read_parquet(?)", path)
	if err != nil {
		return nil, err
	}
	rows := [][]string{table.Columns}
	for _, from := range table.Rows {
		row := make([]string, len(from))
		for i, v := range from {
			switch v := v.(type) {
			case nil:
			case float64:
				row[i] = strconv.FormatFloat(v, 'g', -1, 64)
			case time.Time:
				row[i] = strings.TrimSuffix(v.Format(time.DateTime), " 00:00:00")
			default:
				row[i] = fmt.Sprint(v)
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// readText decodes and splits; lines are those of the file, quoted line breaks counted.
func readText(content []byte) (rows [][]string, lines []int, err error) {
	text, err := decodeText(content)
	if err != nil {
		return nil, nil, err
	}
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma = delimiter(text)
	reader.FieldsPerRecord = -1
	reader.LazyQuotes = true
	for {
		row, err := reader.Read()
		if err == io.EOF {
			return rows, lines, nil
		}
		if err != nil {
			return nil, nil, err
		}
		line, _ := reader.FieldPos(0)
		rows, lines = append(rows, row), append(lines, line)
	}
}

func decodeText(content []byte) (string, error) {
	switch {
	case bytes.HasPrefix(content, []byte("\xff\xfe")), bytes.HasPrefix(content, []byte("\xfe\xff")):
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(content)
		return string(out), err
	case bytes.IndexByte(content, 0) >= 0:
		return "", errors.New("the file is binary, or text in an encoding that is not known")
	case utf8.Valid(content):
		return strings.TrimPrefix(string(content), "\ufeff"), nil
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(content)
	if err == nil && strings.ContainsRune(string(out), utf8.RuneError) {
		err = errors.New("the text is neither UTF-8 nor GB18030")
	}
	return string(out), err
}

// delimiter is the candidate that splits the first lines into the most cells, outside quotes.
func delimiter(text string) rune {
	first, best, most := text, ',', 0
	if i := strings.IndexByte(strings.TrimLeft(text, "\r\n"), '\n'); i > 0 {
		first = strings.TrimLeft(text, "\r\n")[:i]
	}
	for _, candidate := range []rune{',', '\t', ';', '|'} {
		count, quoted := 0, false
		for _, r := range first {
			switch {
			case r == '"':
				quoted = !quoted
			case r == candidate && !quoted:
				count++
			}
		}
		if count > most {
			best, most = candidate, count
		}
	}
	return best
}
