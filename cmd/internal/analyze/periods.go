package analyze

import (
	"fmt"
	"slices"
	"strings"

	"hulian/data"
	"hulian/pipelines"
	"hulian/queries/stats/synthetic"
)

// times reads the periods of a panel and settles the calendar: whole numbers, or months, quarters and half-years, which
// count through.
func (c *Call) times() ([]int, error) {
	column, _, err := c.role("period")
	if err != nil {
		return nil, err
	}
	cells := c.Frame.texts(column)
	c.calendar, _ = calendarOf(cells)
	times := make([]int, len(cells))
	for i, cell := range cells {
		at, ok := c.at(cell)
		if !ok {
			return nil, c.noPeriod(i, column, pipelines.Errorf("%q is not a whole number, a month, a quarter or a half-year as the others are", cell))
		}
		times[i] = at
	}
	c.assumed = append(c.assumed, c.calendar.missing(c.Frame.Columns[column], times)...)
	return times, nil
}

// at reads one period by the calendar of the file.
func (c *Call) at(cell string) (int, bool) {
	if c.calendar.perYear != 0 {
		return c.calendar.of(strings.TrimSpace(cell))
	}
	v, ok := parseNumber(cell)
	return int(v), ok && v == float64(int(v))
}

// periodOption reads an option that names a period; ok is false where it is not given.
func (c *Call) periodOption(name string) (at int, ok bool, err error) {
	text := c.options[name]
	if text == "" {
		return 0, false, nil
	}
	if at, ok = c.at(text); !ok {
		return 0, false, c.wrongOption(name, text, "a period as the file writes them")
	}
	return at, true, nil
}

// rangeOption reads an option that names a first and a last period.
func (c *Call) rangeOption(name string) (synthetic.Range, error) {
	text := c.options[name]
	if text == "" {
		return synthetic.Range{}, nil
	}
	parts := parseList(text)
	if len(parts) != 2 {
		return synthetic.Range{}, c.wrongOption(name, text, "a first and a last period, as 2010,2015")
	}
	from, ok1 := c.at(parts[0])
	until, ok2 := c.at(parts[1])
	if !ok1 || !ok2 || from > until {
		return synthetic.Range{}, c.wrongOption(name, text, "a first and a last period as the file writes them")
	}
	return synthetic.Range{From: from, To: until}, nil
}

// timeline is a panel as it stands in a file: outcomes, and by row whether the unit is treated there.
type timeline struct {
	values []synthetic.Value
	on     []bool // nil where no column says so
	starts map[string]int
}

// panel reads unit, period, outcome, and who is treated when.
func (c *Call) panel() (s timeline, err error) {
	y, err := c.numbers("value")
	if err != nil {
		return s, err
	}
	unit, _, err := c.role("unit")
	if err != nil {
		return s, err
	}
	times, err := c.times()
	if err != nil {
		return s, err
	}
	names := c.Frame.texts(unit)
	for i, name := range names {
		s.values = append(s.values, synthetic.Value{Unit: name, Time: times[i], Y: y[i]})
	}
	if s.starts, err = c.firstPeriods(names); err != nil || s.starts != nil {
		return s, err
	}
	column, has, err := c.role("treated")
	if err != nil || !has {
		return s, err
	}
	s.on = make([]bool, len(names))
	for i := range names {
		if s.on[i], _, err = c.Frame.flag(i, column, treatedWords); err != nil {
			return s, err
		}
	}
	return s, nil
}

// firstPeriods reads the column of the first treated period, where there is one.
func (c *Call) firstPeriods(names []string) (map[string]int, error) {
	column, has, err := c.role("first_treat")
	if err != nil || !has {
		return nil, err
	}
	starts := map[string]int{}
	for i, cell := range c.Frame.texts(column) {
		if isNever(cell) || cell == "0" {
			continue
		}
		at, ok := c.at(cell)
		if !ok {
			return nil, c.noPeriod(i, column, pipelines.Errorf("%q is not a period as the others are", cell))
		}
		starts[names[i]] = at
	}
	return starts, nil
}

// chosen finds the treated unit that the option names, or the only one that the file says is treated.
func (c *Call) chosen(s timeline) (string, error) {
	if name := c.options["treated"]; name != "" {
		return c.named(s, name)
	}
	var treated []string
	for i, v := range s.values {
		_, starts := s.starts[v.Unit]
		if (starts || s.on != nil && s.on[i]) && !slices.Contains(treated, v.Unit) {
			treated = append(treated, v.Unit)
		}
	}
	if len(treated) == 1 {
		return treated[0], nil
	}
	return "", Usage{&pipelines.Fault{Op: "find the treated unit", At: c.Frame.Name, Err: pipelines.Errorf("%d units are treated, and a synthetic control is of one", len(treated)),
		Next: "--treated with the name of one, or hulian analyze synthetic_did for several"}}
}

// named finds a unit by its name.
func (c *Call) named(s timeline, name string) (string, error) {
	var all []string
	for _, v := range s.values {
		if v.Unit == strings.TrimSpace(name) {
			return v.Unit, nil
		}
		if !slices.Contains(all, v.Unit) {
			all = append(all, v.Unit)
		}
	}
	fault := &pipelines.Fault{Op: "find the treated unit", At: fmt.Sprintf("%q in %s", name, c.Frame.Name), Err: pipelines.ErrUnknown, Next: "--treated with the name of a unit of the file"}
	if nearest := data.Nearest(name, all); nearest != "" {
		fault.Next = "--treated " + nearest
	}
	return "", Usage{fault}
}

// begin finds the first period after the start: by option, by the column of first periods, by the column of before and
// after, or by the first row in which the treated units are treated.
func (c *Call) begin(s timeline, unit string) (at int, ok bool, err error) {
	if at, ok, err = c.periodOption("start"); ok || err != nil {
		return at, ok, err
	}
	if at, ok = s.starts[unit]; ok {
		return at, true, nil
	}
	post, has, err := c.role("post")
	if err != nil {
		return 0, false, err
	}
	first, earliest := 0, 0
	for i, v := range s.values {
		if i == 0 || v.Time < earliest {
			earliest = v.Time
		}
		after := s.on != nil && s.on[i] && v.Unit == unit
		if has {
			if after, _, err = c.Frame.flag(i, post, postWords); err != nil {
				return 0, false, err
			}
		}
		if after && (!ok || v.Time < first) {
			first, ok = v.Time, true
		}
	}
	return first, ok && (has || first > earliest), nil
}

func (c *Call) noStart() error {
	return Usage{&pipelines.Fault{Op: "find the start", At: c.Frame.Name, Err: pipelines.Errorf("no column says which periods are after the start, or all of them are"), Next: "--start with the first period after it"}}
}
