package analyze

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const baselineForms = `rows such as "1-20 without 4", "first 20", periods such as "2016-04 to 2017-03" or "before 2017-04", or a condition such as "trial=1"`

var (
	remark      = regexp.MustCompile(`\([^)]*\)|;.*$`)
	exceptWords = regexp.MustCompile(`(?i)\b(without|except|excluding|omitting|minus|not)\b`)
	condition   = regexp.MustCompile(`(?i)^(?:(?:all\s+)?(?:rows|points)\s+)?(?:(?:with|where)\s+)?([^=<>≤≥]+?)\s*(<=|>=|==|=|<|>|≤|≥)\s*(.+)$`)
	listComma   = regexp.MustCompile(`(?i)\s*(?:,|，|、|\band\b|&)\s*`)
	itemNoun    = regexp.MustCompile(`(?i)^(?:(?:the|rows?|points?|numbers?|no\.?|periods?|values?)\s+)+`)
	rowNoun     = regexp.MustCompile(`(?i)^(?:the\s+)?(?:rows?|points?)\b`)
	everything  = regexp.MustCompile(`(?i)^all(?:\s+(?:rows|points|values|periods))?$`)
	fromEnd     = regexp.MustCompile(`(?i)^(first|last)\s+(\d+)(?:\s+\pL+)?$`)
	oneSided    = regexp.MustCompile(`(?i)^(before|up to|until|through|from|since|after)\s+(.+)$`)
	rowRange    = regexp.MustCompile(`(?i)^(\d+)\s*(?:-|–|—|to|:|\.\.)\s*(\d+)$`)
	periodRange = regexp.MustCompile(`(?i)^(?:from\s+)?(.+?)(?:\s+(?:to|until|through|-)\s+|\s*(?:–|—|\.\.)\s*)(.+)$`)
)

// baseline reads which rows limits are computed from; nil means all. Rows count from 1 below the header, the first and
// last ones are those in the order of time (order has the row of each point). What stands in brackets or after a
// semicolon is a remark.
//
//	rows 1-20 without 4 · first 20 · 1-20, 25 · 2016-04 to 2017-03 · before 2017-04 · trial=1 · batch <= 20
//
// A text it cannot read in full is refused: limits from other points than meant look like any limits.
func (c *Call) baseline(order []int) ([]bool, error) {
	text := strings.TrimSpace(remark.ReplaceAllString(c.options["baseline"], " "))
	if text == "" || everything.MatchString(text) {
		return nil, nil
	}
	taken, left := text, ""
	if at := exceptWords.FindStringIndex(text); at != nil {
		taken, left = strings.TrimRight(strings.TrimSpace(text[:at[0]]), ","), text[at[1]:]
	}
	s := selection{c: c, order: order, marked: make([]bool, len(c.Frame.Rows))}
	if n, err := strconv.Atoi(taken); err == nil && n > 1 && left == "" {
		taken = fmt.Sprintf("first %d", n)
		c.assume("baseline %d is taken for the first %d points: one point has no limits", n, n)
	}
	if strings.TrimSpace(taken) == "" || everything.MatchString(taken) { // "without 4": all the others
		s.mark(func(int) bool { return true }, true)
	} else if err := s.list(taken, true); err != nil {
		return nil, err
	}
	if left != "" {
		if err := s.list(left, false); err != nil {
			return nil, err
		}
	}
	if !slices.Contains(s.marked, true) {
		return nil, c.wrongOption("baseline", c.options["baseline"], baselineForms)
	}
	return s.marked, nil
}

// selection is a set of rows in the making.
type selection struct {
	c      *Call
	order  []int
	marked []bool // by row of the frame
}

func (s selection) mark(rows func(row int) bool, to bool) {
	for i := range s.marked {
		if rows(i) {
			s.marked[i] = to
		}
	}
}

func (s selection) list(text string, to bool) error {
	if m := condition.FindStringSubmatch(strings.TrimSpace(text)); m != nil {
		return s.condition(m[1], m[2], m[3], to)
	}
	items := listComma.Split(text, -1)
	if strings.HasPrefix(strings.TrimSpace(text), "[") {
		items = parseList(text)
	}
	for _, item := range items {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		if err := s.item(item, to); err != nil {
			return err
		}
	}
	return nil
}

func (s selection) condition(name, operator, value string, to bool) error {
	column, ok := s.c.Frame.column(name)
	if !ok {
		return s.c.Frame.unknownColumn(name, "baseline")
	}
	cells := s.c.Frame.texts(column)
	if operator == "=" || operator == "==" {
		s.mark(func(row int) bool { return same(cells[row], value) }, to)
		return nil
	}
	bound, ok := moment(value)
	if !ok {
		return s.wrong(name + operator + value)
	}
	s.mark(func(row int) bool {
		v, ok := moment(cells[row])
		switch operator {
		case "<":
			return ok && v < bound
		case ">":
			return ok && v > bound
		case "<=", "≤":
			return ok && v <= bound
		}
		return ok && v >= bound
	}, to)
	return nil
}

func (s selection) wrong(item string) error {
	return s.c.wrongOption("baseline", item, baselineForms)
}

func (s selection) item(text string, to bool) error {
	rowsOnly := rowNoun.MatchString(text)
	text = itemNoun.ReplaceAllString(text, "")
	for _, name := range s.c.Frame.Columns { // "batches 1-20", "batch 4"
		for _, ending := range []string{"", "s", "es"} {
			if rest, ok := strings.CutPrefix(strings.ToLower(text), strings.ToLower(name)+ending+" "); ok && name != "" {
				text = strings.TrimSpace(rest)
			}
		}
	}
	if m := fromEnd.FindStringSubmatch(text); m != nil {
		return s.ends(strings.ToLower(m[1]) == "first", m[2], to)
	}
	if m := rowRange.FindStringSubmatch(text); m != nil {
		from, _ := strconv.Atoi(m[1])
		until, _ := strconv.Atoi(m[2])
		if from >= 1 && until <= len(s.marked) && from <= until {
			s.mark(func(row int) bool { return row >= from-1 && row < until }, to)
			return nil
		}
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(s.marked) {
		s.marked[n-1] = to
		return nil
	}
	if rowsOnly {
		return s.c.wrongOption("baseline", text, fmt.Sprintf("within the %d rows of the file", len(s.marked)))
	}
	return s.periods(text, to)
}

func (s selection) ends(first bool, count string, to bool) error {
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 || n > len(s.order) {
		return s.c.wrongOption("baseline", count, fmt.Sprintf("within the %d rows of the file", len(s.order)))
	}
	rows := s.order[:n]
	if !first {
		rows = s.order[len(s.order)-n:]
	}
	for _, row := range rows {
		s.marked[row] = to
	}
	return nil
}

// periods marks the rows of a stretch of time, or of one period.
func (s selection) periods(text string, to bool) error {
	column, ok, err := s.c.role(s.c.Method.Roles[0].Name)
	if err != nil || !ok {
		return s.wrong(text)
	}
	cells := s.c.Frame.texts(column)
	within := func(low, high float64, openLow, openHigh bool) error {
		found := false
		s.mark(func(row int) bool {
			v, ok := moment(cells[row])
			in := ok && (v > low || v == low && !openLow) && (v < high || v == high && !openHigh)
			found = found || in
			return in
		}, to)
		if !found {
			return s.wrong(text)
		}
		return nil
	}
	const ever = 1e300
	if from, until, ok := stretch(text); ok {
		return within(from, until, false, false)
	}
	if m := oneSided.FindStringSubmatch(text); m != nil {
		if from, until, ok := stretch(m[2]); ok {
			switch strings.ToLower(m[1]) {
			case "before":
				return within(-ever, from, false, true)
			case "up to", "until", "through":
				return within(-ever, until, false, false)
			case "after":
				return within(until, ever, true, false)
			}
			return within(from, ever, false, false)
		}
	}
	for _, form := range []*regexp.Regexp{periodRange, rowRange} {
		if m := form.FindStringSubmatch(text); m != nil {
			from, _, okFrom := stretch(m[1])
			_, until, okUntil := stretch(m[2])
			if okFrom && okUntil && from <= until {
				return within(from, until, false, false)
			}
		}
	}
	return s.wrong(text)
}
