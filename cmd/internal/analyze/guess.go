package analyze

import "slices"

// unclaimed lists the columns that no flag and no usual name gives a role: of those the flags mention, else of all.
func (c *Call) unclaimed(want func(column int) bool) []int {
	var claimed []int
	for _, r := range c.Method.Roles {
		if i, ok := c.byName(r); ok {
			claimed = append(claimed, i)
		}
	}
	candidates := slices.Clone(c.mentioned)
	if len(candidates) == 0 {
		for i := range c.Frame.Columns {
			candidates = append(candidates, i)
		}
	}
	return slices.DeleteFunc(candidates, func(i int) bool { return c.taken(i) || slices.Contains(claimed, i) || !want(i) })
}

// byName finds the column that is called like a role, or by one of its usual names.
func (c *Call) byName(r Role) (int, bool) {
	if r.Named {
		return 0, false
	}
	candidates := slices.Concat([]string{r.Name}, r.Was, r.Also)
	for _, candidate := range candidates {
		if i, ok := c.Frame.column(candidate); ok && !c.taken(i) {
			return i, true
		}
	}
	for _, candidate := range candidates {
		for i, header := range c.Frame.Columns {
			if plainHeader(header) == plainHeader(candidate) && !c.taken(i) {
				return i, true
			}
		}
	}
	return 0, false
}

func (c *Call) roleOf(name string) Role {
	return c.Method.Roles[slices.IndexFunc(c.Method.Roles, func(r Role) bool { return r.Name == name })]
}

// take gives a column a role that its name does not say.
func (c *Call) take(role string, column int) {
	c.columns[role] = []int{column}
	c.taking(column, c.roleOf(role))
}

// pairUp finds events and their base among two columns of numbers that nothing names: the events are never the larger.
// A third column that holds nothing but 0 and 1 marks rows and does not count.
func (c *Call) pairUp(events, base string) {
	for _, r := range c.Method.Roles {
		_, named := c.byName(r)
		if (r.Name == events || r.Name == base) && (named || c.columns[r.Name] != nil) {
			return
		}
	}
	numeric := c.unclaimed(c.Frame.numeric)
	if len(numeric) > 2 {
		numeric = slices.DeleteFunc(numeric, c.Frame.twoValued)
	}
	if len(numeric) != 2 {
		return
	}
	a, b := numeric[0], numeric[1]
	below := func(x, y int) bool {
		for i := range c.Frame.Rows {
			u, err1 := c.Frame.number(i, x)
			v, err2 := c.Frame.number(i, y)
			if err1 != nil || err2 != nil || u > v {
				return false
			}
		}
		return true
	}
	switch {
	case below(a, b):
		c.take(events, a)
		c.take(base, b)
	case below(b, a):
		c.take(events, b)
		c.take(base, a)
	}
}

// twoValued reports whether a column holds 0 and 1, yes and no, or the like and nothing else.
func (f Frame) twoValued(column int) bool {
	values := f.distinct(column)
	return len(values) > 0 && len(values) <= 2 && !slices.ContainsFunc(values, func(v string) bool { return !isTrue(v) && !isFalse(v) })
}
