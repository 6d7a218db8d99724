package analyze

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/typing"
	"hulian/queries/stats/estimate"
)

// Frame is a table of texts as it stands in a file.
type Frame struct {
	Name    string // of the file, for messages
	Columns []string
	Rows    [][]string         // as wide as Columns
	Lines   []int              // the row of each in the file, as Excel counts
	Notes   []estimate.Warning // what was passed over in reading
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
		Next: "--%s with one of %s", With: []any{role, strings.Join(f.Columns, ", ")}}
	if nearest := data.Nearest(name, f.Columns); nearest != "" {
		fault.Next, fault.With = "--"+role+" "+nearest, nil
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
	if v, ok := typing.ParseNumber(strings.TrimSpace(cell), typing.NumberForm{Units: map[string]float64{"元": 1}}); ok { // ¥1,161  (2)  2-
		return v, nil
	}
	return 0, &pipelines.Fault{Op: "read a number", At: fmt.Sprintf("%s, row %d, column %q", f.Name, f.Lines[row], f.Columns[column]),
		Err: pipelines.Errorf("%q is not a number", cell), Next: "correct the cell, or leave it empty if the value is missing"}
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

// numbers reads a column; missing cells are NaN. Cells may have their unit behind them, as 25户, where all have the same.
func (f Frame) numbers(column int) ([]float64, error) {
	out := make([]float64, len(f.Rows))
	units := map[string]int{} // and the first row of each
	for i := range f.Rows {
		v, unit, err := f.measured(i, column)
		if err != nil {
			return nil, err
		}
		out[i] = v
		if _, known := units[unit]; !known && (unit != "" || v == v && v != 0) { // 0 is 0 in any unit
			units[unit] = i
		}
	}
	if len(units) > 1 {
		return nil, f.mixed(column, units)
	}
	return out, nil
}

// measured reads a cell with its unit: % and ‰, or a word. What moves the point only (万) is none.
func (f Frame) measured(row, column int) (v float64, unit string, err error) {
	cell := strings.TrimSpace(f.Rows[row][column])
	if v, err = f.number(row, column); err == nil {
		for _, mark := range []string{"%", "％", "‰"} {
			if strings.HasSuffix(cell, mark) {
				unit = strings.Replace(mark, "％", "%", 1)
			}
		}
		return v, unit, nil
	}
	if m := unitBehind.FindStringSubmatch(cell); m != nil {
		if v, ok := typing.ParseNumber(m[1], typing.NumberForm{}); ok {
			return v, m[2], nil
		}
	}
	return 0, "", err
}

// unitBehind is a number with a word behind it: 25户, 2.5 小时, 36万元.
var unitBehind = regexp.MustCompile(`^([^\pL]*\d[\d,.]*\s*[千万亿]?)\s*(\p{Han}{1,4}|[a-zA-Z]{1,10})$`)

// mixed says that cells of a column are in different units.
func (f Frame) mixed(column int, units map[string]int) error {
	var seen []string
	for unit, row := range units {
		if unit == "" {
			unit = "no unit"
		}
		seen = append(seen, fmt.Sprintf("%s (row %d: %s)", unit, f.Lines[row], strings.TrimSpace(f.Rows[row][column])))
	}
	slices.Sort(seen)
	return &pipelines.Fault{Op: "read the numbers", At: fmt.Sprintf("%s, column %q", f.Name, f.Columns[column]),
		Err: pipelines.Errorf("its cells are in different units: %s", strings.Join(seen, ", ")), Next: "write all of them in one unit"}
}

// numeric reports whether a column holds numbers and at least one.
func (f Frame) numeric(column int) bool {
	some := false
	for i := range f.Rows {
		if isMissing(f.Rows[i][column]) {
			continue
		}
		if _, _, err := f.measured(i, column); err != nil {
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

// compareTexts orders numbers as numbers and before texts, and numbers within texts by their size: 1月 before 10月, 第2村
// before 第10村, 十月 after 九月.
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
	return cmp.Or(natural(monthsInDigits(a), monthsInDigits(b)), strings.Compare(a, b))
}

var chineseMonth = regexp.MustCompile(`(十[一二]?|[一二三四五六七八九])(月|季度)`)

// monthsInDigits writes 十一月 as 11月, so that months stand in their order.
func monthsInDigits(text string) string {
	return chineseMonth.ReplaceAllStringFunc(text, func(m string) string {
		n := 0
		for _, r := range m {
			switch i := slices.Index([]rune("零一二三四五六七八九"), r); {
			case r == '十':
				n += 10
			case i > 0:
				n += i
			}
		}
		return strconv.Itoa(n) + strings.TrimLeft(m, "一二三四五六七八九十")
	})
}

var digits = regexp.MustCompile(`\d+|\D+`)

// natural compares texts piece by piece, pieces of digits as numbers.
func natural(a, b string) int {
	x, y := digits.FindAllString(a, -1), digits.FindAllString(b, -1)
	for i := range min(len(x), len(y)) {
		m, errM := strconv.ParseUint(x[i], 10, 64)
		n, errN := strconv.ParseUint(y[i], 10, 64)
		order := strings.Compare(x[i], y[i])
		if errM == nil && errN == nil {
			order = cmp.Compare(m, n)
		}
		if order != 0 {
			return order
		}
	}
	return cmp.Compare(len(x), len(y))
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

// yesNo are the words of a column that says yes or no in its own way.
type yesNo struct{ yes, no []string } // the first of each are examples

var (
	// treatedWords: 试点 against 推广, as programmes here are named.
	treatedWords = yesNo{
		[]string{"试点", "treatment", "treated", "treat", "intervention", "exposed", "case", "pilot", "pilots", "试点村", "处理组", "实验组", "干预组", "已启动"},
		[]string{"推广", "control", "untreated", "comparison", "placebo", "unexposed", "rollout", "推广村", "对照", "对照组", "对照村", "非试点", "非试点村", "未试点", "其他", "其他村", "未启动"}}
	postWords = yesNo{
		[]string{"后", "after", "post", "之后", "启动后", "实施后", "试点后", "推行后", "干预后", "后期"},
		[]string{"前", "before", "pre", "之前", "启动前", "实施前", "试点前", "推行前", "干预前", "前期"}}
)

func (w yesNo) of(cell string) (yes, ok bool) {
	word := strings.ToLower(strings.TrimSpace(cell))
	return slices.Contains(w.yes, word), slices.Contains(w.yes, word) || slices.Contains(w.no, word)
}

// flag reads a yes/no column; ok is false where the cell is missing.
func (f Frame) flag(row, column int, words yesNo) (yes, ok bool, err error) {
	cell := f.Rows[row][column]
	v, isNumber := parseNumber(cell)
	if yes, said := words.of(cell); said {
		return yes, true, nil
	}
	switch {
	case isMissing(cell):
		return false, false, nil
	case isNumber && v == 1, isTrue(cell):
		return true, true, nil
	case isNumber && v == 0, isFalse(cell):
		return false, true, nil
	}
	next := "write 1 for yes and 0 for no"
	if len(words.yes) > 0 {
		next += fmt.Sprintf(", or words such as %s and %s", words.yes[0], words.no[0])
	}
	return false, false, &pipelines.Fault{Op: "read a yes or no", At: fmt.Sprintf("%s, row %d, column %q", f.Name, f.Lines[row], f.Columns[column]),
		Err: pipelines.Errorf("%q is neither 1 nor 0", cell), Next: next}
}

// keep gives the rows for which want holds.
func (f Frame) keep(want func(row int) bool) Frame {
	out := Frame{Name: f.Name, Columns: f.Columns, Notes: f.Notes}
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
