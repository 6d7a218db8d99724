package analyze

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/load/typing"
	"hulian/queries/stats/estimate"
)

// calendar says what the whole numbers of periods stand for: consecutive ones are consecutive periods.
type calendar struct {
	perYear int // 12 months, 4 quarters, 2 half-years; 0: the numbers as they stand, years among them
}

var calendarNames = map[int]string{12: "month", 4: "quarter", 2: "half-year"}

// of numbers a period from year 0: 2023-11, 202311, 2023年11月, 2023-11-01 (its month), 2024Q1, 2024年上半年.
func (k calendar) of(cell string) (at int, ok bool) {
	text, ok := typing.ParsePeriod(cell)
	if !ok {
		m, _, isDay := typing.ParseMoment(cell)
		if !isDay || k.perYear != 12 {
			return 0, false
		}
		return m.Year*12 + m.Month - 1, true
	}
	year, err := strconv.Atoi(text[:4])
	if err != nil {
		return 0, false
	}
	switch rest := text[4:]; {
	case rest == "":
		return 0, false // a year alone is a number
	case rest[0] == 'H' && k.perYear == 2, rest[0] == 'Q' && k.perYear == 4, rest[0] == '-' && k.perYear == 12:
		n, err := strconv.Atoi(rest[1:])
		return year*k.perYear + n - 1, err == nil
	}
	return 0, false
}

// name writes a period back; JSON has plain numbers where the file had.
func (k calendar) name(at int) string {
	if k.perYear == 0 {
		return strconv.Itoa(at)
	}
	year, n := at/k.perYear, at%k.perYear+1
	switch k.perYear {
	case 12:
		return fmt.Sprintf("%04d-%02d", year, n)
	case 4:
		return fmt.Sprintf("%04dQ%d", year, n)
	default:
		return fmt.Sprintf("%04dH%d", year, n)
	}
}

func (k calendar) value(at int) any {
	if k.perYear == 0 {
		return at
	}
	return k.name(at)
}

// calendarOf finds the calendar in which every cell that holds something can be read. 202311 is November 2023 where all
// cells are such months; a single 202311 among other numbers is a number.
func calendarOf(cells []string) (calendar, bool) {
	for _, perYear := range []int{12, 4, 2} {
		k, some := calendar{perYear}, false
		if !slices.ContainsFunc(cells, func(cell string) bool {
			if isMissing(cell) {
				return false
			}
			some = true
			if _, isNumber := parseNumber(cell); isNumber && len(strings.TrimSpace(cell)) != 6 && len(strings.TrimSpace(cell)) != 8 {
				return true // 2023.5 and 20231 are numbers before they are months
			}
			if m, _, isDay := typing.ParseMoment(cell); isDay && m.Day > 1 {
				return true // days, not months
			}
			_, ok := k.of(cell)
			return !ok
		}) && some {
			return k, true
		}
	}
	return calendar{}, false
}

// yearless are months or quarters that are written without a year: 1月, 十二月, Jan, 一季度, Q1.
type yearless struct {
	at      []int // 1 is the first of the year
	perYear int
}

var (
	bareMonth   = regexp.MustCompile(`^(\d{1,2})月份?$`)
	bareQuarter = regexp.MustCompile(`^(?:[Qq]([1-4])|第?([1-4])季度)$`)
)

// withoutYear reads cells that are all months, or all quarters, without a year.
func withoutYear(cells []string) (yearless, bool) {
	for _, perYear := range []int{12, 4} {
		y := yearless{perYear: perYear}
		for _, cell := range cells {
			if n := bare(strings.TrimSpace(cell), perYear); n > 0 {
				y.at = append(y.at, n)
			}
		}
		if len(y.at) == len(cells) && len(cells) > 0 {
			return y, true
		}
	}
	return yearless{}, false
}

// bare gives the number of a month or quarter within its year: 1 for 1月 or Q1; 0 for a cell that is neither.
func bare(cell string, perYear int) int {
	text := monthsInDigits(strings.TrimPrefix(cell, "第"))
	if perYear == 4 {
		if m := bareQuarter.FindStringSubmatch(text); m != nil {
			n, _ := strconv.Atoi(m[1] + m[2])
			return n
		}
		return 0
	}
	if m := bareMonth.FindStringSubmatch(text); m != nil {
		if n, _ := strconv.Atoi(m[1]); n <= 12 {
			return n
		}
		return 0
	}
	for _, layout := range []string{"Jan", "January"} {
		if t, err := time.Parse(layout, cell); err == nil {
			return int(t.Month())
		}
	}
	return 0
}

// turns reports whether the periods follow one another across a new year, as 11月, 12月, 1月 do.
func (y yearless) turns() bool {
	across := false
	for i := range len(y.at) - 1 {
		if y.at[i+1] != y.at[i]%y.perYear+1 {
			return false
		}
		across = across || y.at[i+1] < y.at[i]
	}
	return across
}

// gaps lists the periods between the first and the last that no row has.
func (k calendar) gaps(at []int) []string {
	if k.perYear == 0 || len(at) == 0 {
		return nil
	}
	var missing []string
	for t := slices.Min(at); t <= slices.Max(at); t++ {
		if !slices.Contains(at, t) {
			missing = append(missing, k.name(t))
		}
	}
	return missing
}

// missing says which periods are not there; none where all are.
func (k calendar) missing(column string, at []int) []estimate.Warning {
	gaps := k.gaps(at)
	if len(gaps) == 0 {
		return nil
	}
	more := ""
	if len(gaps) > mostNamed {
		gaps, more = gaps[:mostNamed], " …"
	}
	return []estimate.Warning{estimate.Warn(estimate.MissingValues, "no row of %q is of %s%s: what stands before and after a missing %s is not one step apart", column, strings.Join(gaps, ", "), more, calendarNames[k.perYear])}
}

// mostNamed is how many periods, rows or cells a sentence names.
const mostNamed = 6

// never are the words for a unit that never started.
var never = []string{"never", "inf", "infinity", "从未", "未启动", "未开始", "未实施", "未试点", "无"}

func isNever(cell string) bool {
	lower := strings.ToLower(strings.TrimSpace(cell))
	return isMissing(cell) || slices.Contains(never, lower)
}

// wholes reads the columns of periods and of first periods: whole numbers, or months, quarters and half-years, which count
// through. Where an empty cell means never it is 0, and so is the infinity other programs write.
func (c *Call) wholes() (times, firsts []int, err error) {
	period, _, err := c.role("period")
	if err != nil {
		return nil, nil, err
	}
	first, _, err := c.role("first_treat")
	if err != nil {
		return nil, nil, err
	}
	starts := c.Frame.texts(first)
	k, dated := calendarOf(c.Frame.texts(period))
	for _, cell := range starts {
		if _, fits := k.of(cell); dated && !fits && !isNever(cell) && cell != "0" {
			if _, isNumber := parseNumber(cell); isNumber && k.perYear == 12 {
				dated = false // 200401 of one column beside 5 of the other: numbers both
			}
		}
	}
	if !dated {
		k = calendar{}
		if of, ok := calendarOf(c.Frame.texts(period)[:min(1, len(starts))]); ok { // as the first is, the others should be
			k = of
			for _, cell := range c.Frame.texts(period) {
				if _, isNumber := parseNumber(cell); isNumber {
					k = calendar{} // numbers among them: 202401 beside 5
				}
			}
		}
	}
	c.calendar = k
	read := func(row, column int) (int, error) {
		cell := strings.TrimSpace(c.Frame.Rows[row][column])
		if k.perYear != 0 {
			if at, ok := k.of(cell); ok {
				return at, nil
			}
			return 0, c.noPeriod(row, column, pipelines.Errorf("%q is not a %s as the others are", cell, calendarNames[k.perYear]))
		}
		if v, ok := parseNumber(cell); ok && v == float64(int(v)) {
			return int(v), nil
		}
		return 0, c.noPeriod(row, column, pipelines.Errorf("%q is not a whole number, a month, a quarter or a half-year as the others are", cell))
	}
	for i := range c.Frame.Rows {
		t, err := read(i, period)
		if err != nil {
			return nil, nil, err
		}
		g := 0
		if cell := starts[i]; !isNever(cell) && cell != "0" {
			if g, err = read(i, first); err != nil {
				return nil, nil, err
			}
		}
		times, firsts = append(times, t), append(firsts, g)
	}
	c.assumed = append(c.assumed, k.missing(c.Frame.Columns[period], times)...)
	return times, firsts, nil
}

func (c *Call) noPeriod(row, column int, err error) error {
	return &pipelines.Fault{Op: "read a period", At: fmt.Sprintf("%s, row %d, column %q", c.Frame.Name, c.Frame.Lines[row], c.Frame.Columns[column]),
		Err: err, Next: "write all periods alike, months and quarters with their year: 2003, 2004, …; 2023-11, 2023年11月 or 202311; 2024Q1"}
}
