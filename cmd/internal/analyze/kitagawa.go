package analyze

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"hulian/pipelines"
	"hulian/queries/stats/decompose"
	"hulian/queries/stats/estimate"
)

// kitagawaPlan is which column does what in a decomposition. A column is −1 where there is none.
type kitagawaPlan struct {
	population         int
	from, to           string
	groups             []int
	size, rate, events int
	warnings           []estimate.Warning
}

// kitagawaPlan takes the columns the flags name and works out the others: the population is the column that holds
// both --from and --to; size, events and rate are columns of which one is the quotient of the others.
func (c *Call) kitagawaPlan() (kitagawaPlan, error) {
	p := kitagawaPlan{population: -1, size: -1, rate: -1, events: -1, from: c.options["from"], to: c.options["to"]}
	if err := c.findPopulation(&p); err != nil {
		return p, err
	}
	for _, r := range []struct {
		name string
		into *int
	}{{"total", &p.size}, {"rate", &p.rate}, {"events", &p.events}} {
		if i, ok, _ := c.role(r.name); ok && i != p.population {
			*r.into = i
		}
	}
	c.inferSizes(&p)
	if p.size < 0 || p.rate < 0 && p.events < 0 {
		return p, Usage{c.fault("find size and rate of the groups in", pipelines.Errorf("the columns are %s", strings.Join(c.Frame.Columns, ", ")), "--total COLUMN --rate COLUMN (or --events COLUMN)")}
	}
	used := []int{p.population, p.size, p.rate, p.events}
	p.groups = c.columns["group"]
	if len(p.groups) == 0 {
		candidates := c.mentioned
		if len(candidates) == 0 {
			for i := range c.Frame.Columns {
				candidates = append(candidates, i)
			}
		}
		var texts, others []int
		for _, i := range candidates {
			switch {
			case slices.Contains(used, i) || slices.Contains(others, i) || slices.Contains(texts, i):
			case c.Frame.numeric(i):
				others = append(others, i)
			default:
				texts = append(texts, i)
			}
		}
		p.groups = texts
		if len(texts) == 0 {
			p.groups = others
		}
	}
	if len(p.groups) == 0 {
		return p, Usage{c.fault("find the groups in", pipelines.Errorf("no column is left for them"), "--group COLUMN[,COLUMN]")}
	}
	return p, nil
}

func (c *Call) findPopulation(p *kitagawaPlan) error {
	holds := func(i int) bool {
		values := c.Frame.distinct(i)
		has := func(text string) bool {
			return slices.ContainsFunc(values, func(v string) bool { return same(v, text) })
		}
		if p.from != "" && p.to != "" {
			return has(p.from) && has(p.to)
		}
		return len(values) == 2 && (p.from == "" || has(p.from)) && (p.to == "" || has(p.to))
	}
	if given := c.columns["population"]; len(given) > 0 {
		p.population = given[0]
	} else if i, ok, _ := c.role("population"); ok && holds(i) {
		p.population = i
	} else {
		for i := range c.Frame.Columns {
			if !c.taken(i) && holds(i) {
				p.population = i
				break
			}
		}
	}
	if p.population < 0 {
		missing := errors.New("no column holds two values and no more")
		switch {
		case p.from != "" && p.to != "":
			missing = pipelines.Errorf("no column holds %q and %q", p.from, p.to)
		case p.from+p.to != "":
			missing = pipelines.Errorf("no column holds %q and one other value", p.from+p.to)
		}
		return Usage{c.fault("find the two populations in", missing, "--population COLUMN --from VALUE --to VALUE")}
	}
	values := c.Frame.distinct(p.population)
	if p.from == "" || p.to == "" {
		if len(values) != 2 {
			return Usage{c.fault("find the two populations in", pipelines.Errorf("column %q holds %d values", c.Frame.Columns[p.population], len(values)), "--from VALUE --to VALUE")}
		}
		switch {
		case p.from == "" && p.to == "":
			p.from, p.to = values[0], values[1]
		case p.from == "":
			p.from = values[0]
			if same(p.from, p.to) {
				p.from = values[1]
			}
		default:
			p.to = values[1]
			if same(p.from, p.to) {
				p.to = values[0]
			}
		}
	}
	for _, end := range []string{p.from, p.to} {
		if !slices.ContainsFunc(values, func(v string) bool { return same(v, end) }) {
			return c.wrongOption("from/--to", end, fmt.Sprintf("a value of column %q (%s)", c.Frame.Columns[p.population], strings.Join(values[:min(len(values), 12)], ", ")))
		}
	}
	return nil
}

// inferSizes finds what is missing of size, rate and events among the numeric columns.
func (c *Call) inferSizes(p *kitagawaPlan) {
	if p.size >= 0 && (p.rate >= 0 || p.events >= 0) {
		return
	}
	var free []int
	for i := range c.Frame.Columns {
		if i != p.population && c.Frame.numeric(i) && !slices.Contains(c.columns["group"], i) {
			free = append(free, i)
		}
	}
	fits := func(fixed, i int) bool { return fixed < 0 || fixed == i }
	for _, rate := range free {
		for _, size := range free {
			for _, events := range free {
				if rate == size || rate == events || size == events || !fits(p.rate, rate) || !fits(p.size, size) || !fits(p.events, events) {
					continue
				}
				if scale, ok := c.quotient(rate, events, size); ok {
					p.rate, p.size, p.events = rate, size, events
					p.warnings = append(p.warnings, estimate.Warn(estimate.Convention, "%s is %s ÷ %s%s in every row, so these are taken as rate, events and size",
						c.Frame.Columns[rate], c.Frame.Columns[events], c.Frame.Columns[size], scale))
					return
				}
			}
		}
	}
	free = slices.DeleteFunc(free, func(i int) bool { return i == p.size || i == p.rate || i == p.events })
	named := func(words ...string) int {
		for _, i := range free {
			for _, w := range words {
				if strings.Contains(strings.ToLower(c.Frame.Columns[i]), w) {
					return i
				}
			}
		}
		return -1
	}
	if p.rate < 0 && p.events < 0 {
		p.rate = named("rate", "share", "proportion", "percent", "率", "比例")
		free = slices.DeleteFunc(free, func(i int) bool { return i == p.rate })
	}
	if p.size < 0 {
		if p.size = named("size", "pop", "total", "count", "weight", "人数", "户数"); p.size < 0 && len(free) == 1 {
			p.size = free[0]
		}
	}
	if p.size >= 0 && p.rate >= 0 {
		p.warnings = append(p.warnings, estimate.Warn(estimate.Convention, "%s is taken as the rate and %s as the size", c.Frame.Columns[p.rate], c.Frame.Columns[p.size]))
	}
}

// quotient reports whether rate = events ÷ size in every row, perhaps in percent or per thousand.
func (c *Call) quotient(rate, events, size int) (scale string, ok bool) {
	for _, per := range []float64{1, 100, 1000, 10000, 100000} {
		all, some := true, false
		for i := range c.Frame.Rows {
			r, err1 := c.Frame.number(i, rate)
			e, err2 := c.Frame.number(i, events)
			s, err3 := c.Frame.number(i, size)
			if err1 != nil || err2 != nil || err3 != nil {
				return "", false
			}
			if r != r || e != e || s != s || s == 0 {
				continue
			}
			some = some || e != 0
			if math.Abs(r-per*e/s) > 1e-6*(math.Abs(r)+1e-9*per) {
				all = false
				break
			}
		}
		if all && some {
			if per == 1 {
				return "", true
			}
			return fmt.Sprintf(" × %v", per), true
		}
	}
	return "", false
}

// kitagawaGroups collects the groups of both populations, sorted by name, numbers as numbers. Rows of one group are added up, rates
// weighted by size.
func (c *Call) kitagawaGroups(p kitagawaPlan) ([]decompose.Group, error) {
	type sums struct {
		size, events [2]float64
		seen         [2]bool
	}
	groups := map[string]*sums{}
	for i, row := range c.Frame.Rows {
		var side int
		switch {
		case same(row[p.population], p.from):
			side = 0
		case same(row[p.population], p.to):
			side = 1
		default:
			continue
		}
		size, err := c.Frame.number(i, p.size)
		if err != nil {
			return nil, err
		}
		var events float64
		if p.rate >= 0 {
			rate, err := c.Frame.number(i, p.rate)
			if err != nil {
				return nil, err
			}
			events = rate * size
			if size == 0 {
				events = 0
			}
		} else if events, err = c.Frame.number(i, p.events); err != nil {
			return nil, err
		}
		if events != events || size != size {
			return nil, c.fault("read the groups of", pipelines.Errorf("%s has no size or rate", c.rowName(i)), "fill the cell or take the row out")
		}
		var parts []string
		for _, g := range p.groups {
			parts = append(parts, strings.TrimSpace(row[g]))
		}
		name := strings.Join(parts, " / ")
		s, ok := groups[name]
		if !ok {
			s = &sums{}
			groups[name] = s
		}
		s.size[side] += size
		s.events[side] += events
		s.seen[side] = true
	}
	var out []decompose.Group
	for name, s := range groups {
		g := decompose.Group{Name: name, Size1: s.size[0], Size2: s.size[1]}
		if s.size[0] > 0 {
			g.Rate1 = estimate.Of(s.events[0] / s.size[0])
		}
		if s.size[1] > 0 {
			g.Rate2 = estimate.Of(s.events[1] / s.size[1])
		}
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b decompose.Group) int { return compareTexts(a.Name, b.Name) })
	return out, nil
}
