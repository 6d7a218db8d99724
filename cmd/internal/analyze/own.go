package analyze

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"hulian/data"
	"hulian/pipelines"
	"hulian/queries"
	"hulian/queries/compare"
	"hulian/queries/reading"
	"hulian/queries/stats/estimate"
)

// comparing are the columns that a comparison of one's own table knows.
var comparing = Method{Name: "compare", Roles: []Role{
	unitRole.needed(), periodRole.needed(),
	{Name: "start", Zh: "启动时期", Also: []string{"first_treat", "first.treat", "programme_start", "cohort", "启动月份", "启动月", "启动时间", "启动时期", "启动日期", "启动"}, Help: "first period of the programme, empty for never", Words: true},
	{Name: "pilot", Zh: "试点", Also: []string{"phase", "试点", "是否试点", "批次类别"}, Help: "which units are pilots; without it those that began first", Optional: true, Words: true},
	eventsRole.spelledOut(), totalRole.spelledOut(), valueRole.spelledOut(),
	{Name: "weight", Zh: "权重", Was: []string{"weights"}, Help: "what a row counts for", Optional: true, Named: true},
	covariatesRole,
	{Name: "cluster", Zh: "聚类", Was: []string{"clusters"}, Help: "what units begin in together, above the unit", Optional: true, Named: true, Words: true},
	{Name: "cost", Zh: "费用", Help: "what was spent on the unit in the period, yuan", Optional: true, Named: true},
	{Name: "hands", Zh: "每名人手服务人口", Help: "people that one hand serves", Optional: true, Named: true},
	{Name: "place", Zh: "位置", Help: "two columns of coordinates: x,y", Optional: true, Named: true, Many: true},
}}

// spelledOut makes a role one that need not be there, and that no column of one letter is taken for: x may be a place.
func (r Role) spelledOut() Role {
	short := func(name string) bool { return len(name) == 1 }
	r.Optional, r.Was, r.Also = true, slices.DeleteFunc(slices.Clone(r.Was), short), slices.DeleteFunc(slices.Clone(r.Also), short)
	return r
}

// ComparingFlags lists the columns a comparison takes, with their help.
func ComparingFlags() (names, help []string) {
	for _, r := range comparing.Roles {
		names, help = append(names, r.Name), append(help, r.Help)
	}
	return names, help
}

// Own is a table of one's own as a comparison takes it.
type Own struct {
	Panels  []compare.Panel // one an outcome, in the order asked for
	Known   compare.Known   // what the table says beside: hands, places, covariates
	Cost    estimate.Number // of the pilots over the periods compared; unknown where a row of theirs has none
	Monthly bool            // its periods are months
	Assumed []estimate.Warning
	Notes   []data.Text
}

// mostPeriods is how many periods a table may span: a year written as 20230101 is no period.
const mostPeriods = 2400

// ReadOwn reads a table: its columns by the flags or their usual names. Outcomes are a column, or two with / between, numerator first;
// :lower behind one says that less of it is better, :neither that neither way is. Without any, the table's numerator and denominator or value.
func ReadOwn(f Frame, flags []Flag, outcomes []string, seed uint64) (Own, error) {
	c, err := Prepare(comparing, f, flags)
	if err != nil {
		return Own{}, err
	}
	t := ownTable{c: c}
	if err := t.read(); err != nil {
		return Own{}, err
	}
	specs, err := c.ownOutcomes(outcomes)
	if err != nil {
		return Own{}, err
	}
	own := Own{Monthly: c.calendar.perYear == 12}
	for _, spec := range specs {
		p, err := t.panel(spec)
		if err != nil {
			return own, err
		}
		p.Seed = seed
		own.Panels = append(own.Panels, p)
	}
	if own.Known, err = t.known(); err != nil {
		return own, err
	}
	if own.Cost, err = t.cost(own.Panels[0]); err != nil {
		return own, err
	}
	own.Assumed, own.Notes = c.assumed, t.notes
	return own, nil
}

// ownOutcome is one outcome of the table.
type ownOutcome struct {
	id                     string
	numerator, denominator int // columns; denominator −1: an outcome as it stands
	direction              queries.Direction
}

// ownOutcomes finds the columns of the outcomes.
func (c *Call) ownOutcomes(asked []string) (all []ownOutcome, err error) {
	for _, text := range asked {
		o := ownOutcome{id: text, denominator: -1, direction: queries.Up}
		name, way, said := cutLast(text, ":")
		switch direction := map[string]queries.Direction{"higher": queries.Up, "lower": queries.Down, "neither": queries.Neutral}[way]; {
		case said && direction != "":
			o.direction = direction
		default:
			name = text
		}
		if column, ok := c.Frame.column(name); ok {
			o.numerator = column
			all = append(all, o)
			continue
		}
		top, bottom, rate := strings.Cut(name, "/")
		var ok bool
		if o.numerator, ok = c.Frame.column(top); !ok {
			return nil, c.Frame.unknownColumn(top, "outcome")
		}
		if !rate {
			all = append(all, o)
			continue
		}
		if o.denominator, ok = c.Frame.column(bottom); !ok {
			return nil, c.Frame.unknownColumn(bottom, "outcome")
		}
		all = append(all, o)
	}
	if len(all) > 0 {
		return all, nil
	}
	top, hasTop, err := c.role(eventsRole.Name)
	if err != nil {
		return nil, err
	}
	bottom, hasBottom, err := c.role(totalRole.Name)
	if err != nil {
		return nil, err
	}
	value, hasValue, err := c.role(valueRole.Name)
	switch {
	case err != nil:
		return nil, err
	case hasTop && hasBottom && top != bottom:
		return []ownOutcome{{c.Frame.Columns[top] + "/" + c.Frame.Columns[bottom], top, bottom, queries.Up}}, nil
	case hasValue:
		return []ownOutcome{{c.Frame.Columns[value], value, -1, queries.Up}}, nil
	}
	return nil, Usage{&pipelines.Fault{Op: "find the outcome", At: c.Frame.Name, Err: errors.New("no column is named or known as one"),
		Next: "--outcome with one of " + strings.Join(c.Frame.Columns, ", ") + ", or NUMERATOR/DENOMINATOR"}}
}

func cutLast(text, at string) (before, after string, found bool) {
	i := strings.LastIndex(text, at)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(at):], true
}

// ownTable is a table being read.
type ownTable struct {
	c        *Call
	names    []string // of each row's unit, or of the group it is added to
	units    []string // of each row, as they stand
	times    []int
	first    int      // earliest period
	periods  []string // labels, one for each from the first to the last
	villages []compare.Village
	notes    []data.Text
}

func (t *ownTable) note(zh, en string, args ...any) {
	t.notes = append(t.notes, data.Text{Zh: fmt.Sprintf(zh, args...), En: fmt.Sprintf(en, args...)})
}

func (t *ownTable) read() error {
	unit, _, err := t.c.role("unit")
	if err != nil {
		return err
	}
	if t.times, err = t.c.times(); err != nil {
		return err
	}
	t.units = t.c.Frame.texts(unit)
	for i, name := range t.units {
		if name == "" {
			return t.at(i, unit, errors.New("the row names no unit"), "name it, or delete the row")
		}
	}
	low, high := slices.Min(t.times), slices.Max(t.times)
	if low < 0 || high-low >= mostPeriods {
		period, _, _ := t.c.role("period")
		return &pipelines.Fault{Op: "read periods", At: fmt.Sprintf("%s, column %q", t.c.Frame.Name, t.c.Frame.Columns[period]), Err: pipelines.Errorf("they go from %d to %d", low, high), Next: "write months as 2018-01, or count periods from 0"}
	}
	t.first = low
	t.again()
	width := len(t.c.calendar.name(high))
	for at := low; at <= high; at++ {
		t.periods = append(t.periods, t.label(at, width))
	}
	return t.group(width)
}

// again notes rows that speak of a unit and period of which another row has spoken: a table joined twice looks like that, and counts double.
func (t *ownTable) again() {
	type cell struct {
		unit string
		at   int
	}
	seen, again, first := map[cell]bool{}, 0, -1
	for i, unit := range t.units {
		c := cell{unit, t.times[i]}
		if seen[c] {
			if again++; first < 0 {
				first = i
			}
		}
		seen[c] = true
	}
	if again > 0 {
		t.note("有%[1]d行与前面的行单位、时期相同（最先见于第%[2]d行，%[3]s），已相加；若是误复制，请删去。", "%[1]d rows repeat a unit and period given above (first: row %[2]d, %[3]s). They were added up; delete them if copied by mistake.", again, t.c.Frame.Lines[first], t.units[first])
	}
}

// label writes a period so that labels sort as periods do.
func (t *ownTable) label(at, width int) string {
	text := t.c.calendar.name(at)
	return strings.Repeat("0", max(0, width-len(text))) + text
}

func (t *ownTable) at(row, column int, err error, next string) error {
	return &pipelines.Fault{Op: "read the table", At: fmt.Sprintf("%s, row %d, column %q", t.c.Frame.Name, t.c.Frame.Lines[row], t.c.Frame.Columns[column]), Err: err, Next: next}
}

// group reads when each unit began and which are pilots, and adds units up that began together in one cluster.
func (t *ownTable) group(width int) error {
	starts, err := t.starts(width)
	if err != nil {
		return err
	}
	pilots, err := t.pilots(starts)
	if err != nil {
		return err
	}
	t.names = t.units
	cluster, has, err := t.c.role("cluster")
	if err != nil {
		return err
	}
	if has {
		if err := t.cluster(cluster, starts, pilots); err != nil {
			return err
		}
	}
	for i, name := range t.names {
		if slices.ContainsFunc(t.villages, func(v compare.Village) bool { return v.ID == name }) {
			continue
		}
		u := t.units[i]
		t.villages = append(t.villages, compare.Village{ID: name, Name: name, Start: starts[u], Pilot: pilots[u]})
	}
	return nil
}

func (t *ownTable) starts(width int) (map[string]string, error) {
	column, _, err := t.c.role("start")
	if err != nil {
		return nil, err
	}
	starts, seen := map[string]string{}, map[string]bool{}
	for i, cell := range t.c.Frame.texts(column) {
		start := ""
		if !isNever(cell) && cell != "0" {
			at, ok := t.c.at(cell)
			if !ok {
				return nil, t.at(i, column, pipelines.Errorf("%q is not a period as the others are", cell), "write it as the periods are written, or leave it empty for never")
			}
			start = t.label(max(at, 0), width)
		}
		if u := t.units[i]; seen[u] && starts[u] != start {
			return nil, t.at(i, column, pipelines.Errorf("%s has two starts, %q and %q", u, starts[u], start), "give every row of a unit the same start")
		}
		starts[t.units[i]], seen[t.units[i]] = start, true
	}
	return starts, nil
}

// FirstArePilots is what is noted of a table that does not say which units are pilots.
var FirstArePilots = data.Text{Zh: "没有标明试点的列，以最先启动的为试点（--pilot 可指定）。", En: "No column says which units are pilots: those that began first are taken (--pilot names one)."}

func (t *ownTable) pilots(starts map[string]string) (map[string]bool, error) {
	pilots := map[string]bool{}
	column, has, err := t.c.role("pilot")
	if err != nil {
		return nil, err
	}
	if has {
		for i := range t.units {
			yes, _, err := t.c.Frame.flag(i, column, treatedWords)
			if err != nil {
				return nil, err
			}
			pilots[t.units[i]] = pilots[t.units[i]] || yes
		}
		return pilots, nil
	}
	earliest := ""
	for _, start := range starts {
		if start != "" && (earliest == "" || start < earliest) {
			earliest = start
		}
	}
	for u, start := range starts {
		pilots[u] = start != "" && start == earliest
	}
	if earliest != "" {
		t.notes = append(t.notes, FirstArePilots)
	}
	return pilots, nil
}

// cluster adds the units of a cluster up where they began together: they were not picked one by one, and are no independent evidence. One
// in which some are pilots and others are not is refused: nobody can tell on which side it stands.
func (t *ownTable) cluster(column int, starts map[string]string, pilots map[string]bool) error {
	start, first, of := map[string]string{}, map[string]string{}, t.c.Frame.texts(column)
	for i, name := range of {
		if before, seen := start[name]; seen && before != starts[t.units[i]] || name == "" {
			t.note("同一聚类（%s）内启动时间不同或聚类为空，不能合并：各单位仍单独计。", "Units of one cluster (%s) began at different times, or have none: they are not added up, and each still counts by itself.", name)
			return nil
		}
		start[name], first[name] = starts[t.units[i]], cmp.Or(first[name], t.units[i])
	}
	for i, name := range of {
		if one, other := first[name], t.units[i]; pilots[one] != pilots[other] {
			if !pilots[one] {
				one, other = other, one
			}
			return t.at(i, column, pipelines.Errorf("in the cluster %s %s is a pilot and %s is none, though both began together", name, one, other), "mark all units of a cluster as pilots or none, or leave --cluster out")
		}
	}
	t.names = of
	t.note("同一聚类的单位一起启动，合并为一个来比。", "Units of a cluster began together and are compared as one.")
	return nil
}

// panel reads one outcome.
func (t *ownTable) panel(o ownOutcome) (compare.Panel, error) {
	f := t.c.Frame
	y, err := f.numbers(o.numerator)
	if err != nil {
		return compare.Panel{}, err
	}
	var n []float64
	if o.denominator >= 0 {
		if n, err = f.numbers(o.denominator); err != nil {
			return compare.Panel{}, err
		}
	}
	weights, err := t.c.numbers("weight")
	if err != nil {
		return compare.Panel{}, err
	}
	p := compare.Panel{Months: t.periods, Villages: t.villages, Series: map[string][]reading.Month{}}
	for _, v := range t.villages {
		for _, label := range t.periods {
			p.Series[v.ID] = append(p.Series[v.ID], reading.Month{Month: label, Numerator: math.NaN(), Denominator: math.NaN(), Value: math.NaN()})
		}
	}
	share := true
	for i := range y {
		weight, base := 1.0, 1.0
		if weights != nil {
			weight = weights[i]
		}
		if n != nil {
			base = n[i]
		}
		if weight < 0 || base < 0 {
			return p, t.at(i, cmp.Or(max(o.denominator, 0), o.numerator), errors.New("a base or weight below 0"), "correct the cell, or leave it empty")
		}
		if math.IsNaN(y[i]) || math.IsNaN(weight) || math.IsNaN(base) {
			continue // its source did not speak
		}
		top := y[i] * weight
		if n == nil {
			share = share && y[i] >= 0 && y[i] <= 1
			base = weight
		} else {
			share = share && y[i] >= 0 && y[i] <= n[i]
			base *= weight
		}
		m := &p.Series[t.names[i]][t.times[i]-t.first]
		if math.IsNaN(m.Numerator) {
			m.Numerator, m.Denominator = 0, 0
		}
		m.Numerator, m.Denominator = m.Numerator+top, m.Denominator+base
	}
	p.Measure = t.measure(o, share)
	for _, series := range p.Series {
		for i := range series {
			series[i].Value = series[i].Numerator / series[i].Denominator
		}
	}
	return p, nil
}

// leastBase is the base under which a unit of one's own table is shown and not judged, as for the town's measures.
const leastBase = 10

func (t *ownTable) measure(o ownOutcome, share bool) queries.Measure {
	columns := t.c.Frame.Columns
	name := columns[o.numerator]
	m := queries.Measure{ID: o.id, Group: "own", Unit: "coefficient", Direction: o.direction, Levels: []queries.Level{queries.Village}, Scale: 1,
		Numerator: data.Text{Zh: name, En: name}, Denominator: data.Text{Zh: "行数", En: "rows"}}
	if o.denominator >= 0 {
		of := columns[o.denominator]
		m.Denominator, m.MinBase = data.Text{Zh: of, En: of}, leastBase
		name += "/" + of
	}
	if share {
		m.Unit = "share"
	}
	m.Name = data.Text{Zh: name, En: name}
	return m
}

// known reads what the table says beside the outcomes: means over the rows before anybody began.
func (t *ownTable) known() (k compare.Known, err error) {
	k.NoSupports = true
	columns, names, err := t.c.covariates()
	if err != nil {
		return k, err
	}
	if k.Covariate = names; len(names) > 0 {
		k.Covariates = map[string][]float64{}
		for _, column := range columns {
			of := t.before(column)
			for _, v := range t.villages {
				k.Covariates[v.ID] = append(k.Covariates[v.ID], of[v.ID])
			}
		}
	}
	hands, err := t.c.numbers("hands")
	if err != nil {
		return k, err
	}
	if hands != nil {
		k.Hands = t.before(hands)
	}
	if given := t.c.columns["place"]; len(given) == 2 {
		x, err := t.c.Frame.numbers(given[0])
		if err != nil {
			return k, err
		}
		y, err := t.c.Frame.numbers(given[1])
		if err != nil {
			return k, err
		}
		at, to := t.before(x), t.before(y)
		k.Apart = func(a, b string) (float64, bool) {
			d := math.Hypot(at[a]-at[b], to[a]-to[b])
			return d, !math.IsNaN(d)
		}
	} else if len(given) > 0 {
		return k, Usage{&pipelines.Fault{Op: "read the flag", At: "--place", Err: pipelines.Errorf("%d columns are named, a place has two", len(given)), Next: "--place X,Y"}}
	}
	return k, nil
}

// before is a column's mean by village over the periods before the first start, or over all where nobody began after the first period.
func (t *ownTable) before(column []float64) map[string]float64 {
	first := ""
	for _, v := range t.villages {
		if v.Start != "" && (first == "" || v.Start < first) {
			first = v.Start
		}
	}
	sum, n := map[string]float64{}, map[string]float64{}
	for i, x := range column {
		if label := t.periods[t.times[i]-t.first]; !math.IsNaN(x) && (first == "" || first == t.periods[0] || label < first) {
			sum[t.names[i]], n[t.names[i]] = sum[t.names[i]]+x, n[t.names[i]]+1
		}
	}
	of := map[string]float64{}
	for _, v := range t.villages {
		of[v.ID] = sum[v.ID] / n[v.ID]
	}
	return of
}

// cost adds up what the pilots cost in the periods compared. A cell that is empty, and a period without any row of a pilot's, leave the total
// unknown: what was spent then is not zero.
func (t *ownTable) cost(p compare.Panel) (estimate.Number, error) {
	spent, err := t.c.numbers("cost")
	if err != nil || spent == nil {
		return estimate.Number{}, err
	}
	d := compare.Plan(p)
	total, told := 0.0, map[string]map[string]bool{} // unit → periods
	for i, x := range spent {
		period := t.periods[t.times[i]-t.first]
		if !slices.ContainsFunc(d.Pilots, func(v compare.Village) bool { return v.ID == t.names[i] }) {
			continue
		}
		if told[t.units[i]] == nil {
			told[t.units[i]] = map[string]bool{}
		}
		if told[t.units[i]][period] = true; !slices.Contains(d.After, period) {
			continue
		}
		if math.IsNaN(x) {
			t.note("试点有的行没有填费用（第%s行），总费用未知。", "A row of a pilot gives no cost (row %s): the total is unknown.", strconv.Itoa(t.c.Frame.Lines[i]))
			return estimate.Number{}, nil
		}
		total += x
	}
	for _, unit := range slices.Sorted(maps.Keys(told)) {
		for _, period := range d.After {
			if !told[unit][period] {
				t.note("试点%s在%s没有行，费用不明，总费用未知。", "The pilot %s has no row of %s, and what it cost then is not known: the total is unknown.", unit, period)
				return estimate.Number{}, nil
			}
		}
	}
	if len(told) == 0 || len(d.After) == 0 {
		return estimate.Number{}, nil
	}
	return estimate.Of(total), nil
}
