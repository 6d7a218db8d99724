package analyze

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"hulian/data"
	"hulian/pipelines"
)

// Frame is a table of texts as it stands in a file.
type Frame struct {
	Name    string // of the file, for messages
	Columns []string
	Rows    [][]string // as wide as Columns
	Lines   []int      // the row of each in the file, as Excel counts
}

// column finds a column by its exact name, else by its name regardless of case.
func (f Frame) column(name string) (int, bool) {
	if i := slices.Index(f.Columns, name); i >= 0 {
		return i, true
	}
	i := slices.IndexFunc(f.Columns, func(c string) bool { return strings.EqualFold(strings.TrimSpace(c), strings.TrimSpace(name)) })
	return i, i >= 0
}

// unknownColumn says which column is missing and which may have been meant.
func (f Frame) unknownColumn(name, role string) error {
	fault := &pipelines.Fault{Op: "find the column", At: fmt.Sprintf("%q in %s", name, f.Name), Err: pipelines.ErrUnknown,
		Next: "--" + role + " with one of " + strings.Join(f.Columns, ", ")}
	if nearest := data.Nearest(name, f.Columns); nearest != "" {
		fault.Next = "--" + role + " " + nearest
	}
	return Usage{fault}
}

// Usage marks an error as one of usage: the command, not the data, must change.
type Usage struct{ error }

// Unwrap gives the fault.
func (e Usage) Unwrap() error { return e.error }

// absent are the spellings of a missing value.
var absent = []string{"", "na", "n/a", "nan", "null", "none", "nil", ".", "-", "–", "—", "#n/a", "缺失", "无"}

func isMissing(cell string) bool {
	return slices.Contains(absent, strings.ToLower(strings.TrimSpace(cell)))
}

// number reads a cell; a missing one is NaN.
func (f Frame) number(row, column int) (float64, error) {
	cell := f.Rows[row][column]
	if isMissing(cell) {
		return math.NaN(), nil
	}
	if v, ok := parseNumber(cell); ok {
		return v, nil
	}
	return 0, &pipelines.Fault{Op: "read a number", At: fmt.Sprintf("%s, row %d, column %q", f.Name, f.Lines[row], f.Columns[column]),
		Err: fmt.Errorf("%q is not a number", cell), Next: "correct the cell, or leave it empty if the value is missing"}
}

// powers are the marks behind a number that move its point: 77.8% is 0.778 and 36万 is 360000, as in the town's exports.
var powers = map[string]string{"%": "e-2", "％": "e-2", "‰": "e-3", "千": "e3", "万": "e4", "亿": "e8"}

// parseNumber accepts what spreadsheets write: full-width digits, thousands separators, a sign, a mark of powers.
func parseNumber(cell string) (float64, bool) {
	text := strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '．':
			return '.'
		case r == '－' || r == '−':
			return '-'
		case r == '，':
			return ','
		}
		return r
	}, strings.TrimSpace(cell))
	if strings.Contains(text, ",") {
		whole, _, _ := strings.Cut(text, ".")
		for i, part := range strings.Split(strings.TrimLeft(whole, "+-"), ",") {
			if (i == 0 && (len(part) == 0 || len(part) > 3)) || (i > 0 && len(part) != 3) {
				return 0, false
			}
		}
		text = strings.ReplaceAll(text, ",", "")
	}
	switch lower := strings.ToLower(text); {
	case strings.Contains(lower, "x"), strings.Contains(lower, "inf"), strings.Contains(lower, "nan"), strings.Contains(lower, "_"):
		return 0, false
	}
	for mark, power := range powers {
		if number, ok := strings.CutSuffix(text, mark); ok {
			text = strings.TrimSpace(number) + power // moved in the text, so that 77.8% is the number 0.778 to the last digit
		}
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil && !math.IsInf(v, 0)
}

// numbers reads a column; missing cells are NaN.
func (f Frame) numbers(column int) ([]float64, error) {
	out := make([]float64, len(f.Rows))
	for i := range f.Rows {
		v, err := f.number(i, column)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

// numeric reports whether a column holds numbers and at least one.
func (f Frame) numeric(column int) bool {
	some := false
	for i := range f.Rows {
		if isMissing(f.Rows[i][column]) {
			continue
		}
		if _, ok := parseNumber(f.Rows[i][column]); !ok {
			return false
		}
		some = true
	}
	return some
}

// texts reads a column as it stands, without surrounding blanks.
func (f Frame) texts(column int) []string {
	out := make([]string, len(f.Rows))
	for i := range f.Rows {
		out[i] = strings.TrimSpace(f.Rows[i][column])
	}
	return out
}

// distinct lists the values of a column, sorted: as numbers where all are.
func (f Frame) distinct(column int) []string {
	values := f.texts(column)
	values = slices.DeleteFunc(values, isMissing)
	slices.SortFunc(values, compareTexts)
	return slices.Compact(values)
}

// compareTexts orders numbers as numbers and before texts.
func compareTexts(a, b string) int {
	x, okA := parseNumber(a)
	y, okB := parseNumber(b)
	switch {
	case okA && okB && x < y:
		return -1
	case okA && okB && x > y:
		return 1
	case okA && okB:
		return strings.Compare(a, b) // 1 and 1.0 always stand in the same order
	case okA:
		return -1
	case okB:
		return 1
	}
	return strings.Compare(a, b)
}

// value gives a cell as a number where it is one, else as text, for output.
func value(cell string) any {
	cell = strings.TrimSpace(cell)
	if isMissing(cell) {
		return nil
	}
	if v, ok := parseNumber(cell); ok && (len(cell) < 2 || cell[0] != '0' || cell[1] == '.') { // 007 is a name
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 && !strings.ContainsAny(cell, ".eE") {
			return int(v)
		}
		return v
	}
	return cell
}

// same compares a cell with a wanted text, as numbers where both are.
func same(cell, wanted string) bool {
	cell, wanted = strings.TrimSpace(cell), strings.TrimSpace(wanted)
	if cell == wanted {
		return true
	}
	a, okA := parseNumber(cell)
	b, okB := parseNumber(wanted)
	if okA && okB {
		return a == b
	}
	return isTrue(cell) && isTrue(wanted) || isFalse(cell) && isFalse(wanted)
}

func isTrue(s string) bool {
	return slices.Contains([]string{"1", "true", "t", "yes", "y", "是", "event", "dead"}, strings.ToLower(strings.TrimSpace(s)))
}

func isFalse(s string) bool {
	return slices.Contains([]string{"0", "false", "f", "no", "n", "否", "censored", "alive"}, strings.ToLower(strings.TrimSpace(s)))
}

// flag reads a yes/no column; ok is false where the cell is missing.
func (f Frame) flag(row, column int) (yes, ok bool, err error) {
	cell := f.Rows[row][column]
	v, isNumber := parseNumber(cell)
	switch {
	case isMissing(cell):
		return false, false, nil
	case isNumber && v == 1, isTrue(cell):
		return true, true, nil
	case isNumber && v == 0, isFalse(cell):
		return false, true, nil
	}
	return false, false, &pipelines.Fault{Op: "read a yes or no", At: fmt.Sprintf("%s, row %d, column %q", f.Name, f.Lines[row], f.Columns[column]),
		Err: fmt.Errorf("%q is neither 1 nor 0", cell), Next: "write 1 for yes and 0 for no"}
}

// keep gives the rows for which want holds.
func (f Frame) keep(want func(row int) bool) Frame {
	out := Frame{Name: f.Name, Columns: f.Columns}
	for i := range f.Rows {
		if want(i) {
			out.Rows, out.Lines = append(out.Rows, f.Rows[i]), append(out.Lines, f.Lines[i])
		}
	}
	return out
}

// How periods may be written. 1/2/2016 is left alone: some mean January by it, some February.
var (
	dayLayouts   = []string{time.DateOnly, "2006/1/2", "2006.1.2", "2006年1月2日", "2006-1-2", time.DateTime, time.RFC3339, "2 Jan 2006", "02-Jan-06"}
	monthLayouts = []string{"2006-01", "2006/1", "2006年1月", "2006-1", "Jan 2006", "January 2006", "Jan-06"}
)

// partOfYear is a quarter or half-year as ratings and county tables name them.
var partOfYear = regexp.MustCompile(`^(\d{4})[-年]?(?:Q([1-4])|第?([1-4一二三四])季度?|H([12])|([上下])半年)$`)

// moment reads a period: a number, a date or a month, which is its first day.
func moment(cell string) (float64, bool) {
	from, _, ok := stretch(cell)
	return from, ok
}

// stretch reads a period with its end: a month, quarter or half-year lasts until its last second, numbers and dates are
// one moment.
func stretch(cell string) (from, until float64, ok bool) {
	cell = strings.TrimSpace(cell)
	if v, ok := parseNumber(cell); ok {
		return v, v, true
	}
	for _, layout := range monthLayouts {
		if t, err := time.Parse(layout, cell); err == nil {
			return float64(t.Unix()), float64(t.AddDate(0, 1, 0).Unix() - 1), true
		}
	}
	if m := partOfYear.FindStringSubmatch(strings.ToUpper(strings.ReplaceAll(cell, " ", ""))); m != nil {
		months, part := 3, strings.NewReplacer("一", "1", "二", "2", "三", "3", "四", "4").Replace(m[2]+m[3])
		if part == "" {
			months, part = 6, strings.NewReplacer("上", "1", "下", "2").Replace(m[4]+m[5])
		}
		year, _ := strconv.Atoi(m[1])
		n, _ := strconv.Atoi(part)
		first := time.Date(year, time.Month(1+months*(n-1)), 1, 0, 0, 0, 0, time.UTC)
		return float64(first.Unix()), float64(first.AddDate(0, months, 0).Unix() - 1), true
	}
	for _, layout := range dayLayouts {
		if t, err := time.Parse(layout, cell); err == nil {
			return float64(t.Unix()), float64(t.Unix()), true
		}
	}
	return 0, 0, false
}
