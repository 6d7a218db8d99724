package facts

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"

	"hulian/dashboards/visitor"
	"hulian/pipelines"
	"hulian/queries"
)

// ErrHidden says that the visitor may not see what is asked for.
var ErrHidden = errors.New("this visitor may not see it")

// Scope says of which units and months values are read.
type Scope struct {
	Level    queries.Level
	Unit     string // one unit; empty: all of the level
	Village  string // with level branch: the branches of one village; empty: all
	From, To string
}

// Measured holds the values of a scope, measure by measure and unit by unit. They are shared by everybody who asks for them:
// nobody may change them. The zero Measured knows of nothing.
type Measured struct {
	scope  Scope
	within map[string]bool // the units of the scope; nil: all that were read
	first  string          // month of the first value of every series
	series map[string]map[string][]Value
	order  []string // measures, as they were asked for
}

// definitions are all measures, by their IDs.
var definitions = sync.OnceValue(func() map[string]*queries.Measure {
	all := map[string]*queries.Measure{}
	for _, m := range queries.Measures() {
		all[m.ID] = &m
	}
	return all
})

// definition is a measure by any of its IDs; one that nobody has defined has no more than the ID.
func definition(id string) *queries.Measure {
	if m, ok := definitions()[queries.IDOf(id)]; ok {
		return m
	}
	return &queries.Measure{ID: id}
}

// At returns a value, or one that says there is none.
func (m Measured) At(measure, unit, month string) Value {
	if month >= m.scope.From && month <= m.scope.To {
		if i := monthsBetween(m.first, month); i >= 0 {
			if all := m.of(measure, unit); i < len(all) && all[i].Unit != "" {
				return all[i]
			}
		}
	}
	return unknown(measure, unit, month)
}

// of is the series of a unit of the scope, from the first month on; months without a value are zero.
func (m Measured) of(measure, unit string) []Value {
	if m.scope.Unit != "" && unit != m.scope.Unit || m.within != nil && !m.within[unit] {
		return nil
	}
	return m.series[measure][unit]
}

func unknown(measure, unit, month string) Value {
	return Value{Measure: definition(measure), Unit: unit, Month: month, Num: math.NaN(), Den: math.NaN(), Value: math.NaN()}
}

// Series returns the values of one unit over months that follow one another.
func (m Measured) Series(measure, unit string, months []string) []Value {
	all := make([]Value, len(months))
	known, at := m.of(measure, unit), 0
	if len(months) > 0 {
		at = monthsBetween(m.first, months[0])
	}
	for i, month := range months {
		if k := at + i; k >= 0 && k < len(known) && known[k].Month == month && month >= m.scope.From && month <= m.scope.To {
			all[i] = known[k]
			continue
		}
		all[i] = unknown(measure, unit, month)
	}
	return all
}

// All goes through the values there are, of every measure, unit and month of the scope.
func (m Measured) All() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		for _, measure := range m.order {
			for unit := range m.series[measure] {
				for _, v := range m.of(measure, unit) {
					if v.Unit != "" && v.Month >= m.scope.From && v.Month <= m.scope.To && !yield(v) {
						return
					}
				}
			}
		}
	}
}

// monthsBetween is how many months lie between two, each written YYYY-MM; negative where the second comes first.
func monthsBetween(from, to string) int {
	number := func(month string) int {
		if len(month) != 7 {
			return 0
		}
		n := 0
		for _, at := range []int{0, 1, 2, 3} {
			n = n*10 + int(month[at]-'0')
		}
		return n*12 + int(month[5]-'0')*10 + int(month[6]-'0')
	}
	return number(to) - number(from)
}

// valuesSQL tells measures by their place in the list of names and months by how many come before them: hundreds of thousands of rows
// are read in numbers far faster than in texts of their own.
const valuesSQL = `
select n.position, m.unit_id, 12 * cast(substr(m.month, 1, 4) as bigint) + cast(substr(m.month, 6, 2) as bigint) - %d as month,
    m.numerator, m.denominator, m.value, %s
from %s m
join (values %s) n (name, position) on n.name = m.measure
where m.level = ? and m.month between ? and ? and m.measure in (%s)%s`

// Values reads measures of a scope. A measure without rows is not an error: its source export never arrived, and a value
// that is not there shows as a dash.
func (f Facts) Values(ctx context.Context, v visitor.Visitor, s Scope, ids ...string) (Measured, error) {
	if !v.SeesUnit(f.place("", "")) || s.Level == LevelMember && !f.SeesPersons(v) {
		return Measured{}, ErrHidden
	}
	// All months of a place are read together, since pages that show one month show the course of others too. All branches of
	// a town are many: of them only what is asked for is read.
	read := Scope{Level: s.Level, Unit: s.Unit, Village: s.Village, From: f.FirstMonth, To: f.LastMonth}
	whole := f.wholeLevel(s.Level)
	switch {
	case whole:
		read.Unit, read.Village = "", ""
	case s.Level == LevelMember || s.Level == LevelBranch && s.Unit == "" && s.Village == "":
		read = s
	}
	ids = slices.Clone(ids)
	for i, id := range ids {
		ids[i] = queries.IDOf(id)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	key, wanted := seriesKey{read, f.Restated}, ids
	series, kept := f.shared.all(key, ids)
	if !kept {
		if whole { // the next page will want the others
			wanted = slices.Concat(slices.Collect(maps.Keys(definitions())), ids)
			slices.Sort(wanted)
			wanted = slices.Compact(wanted)
		}
		var err error
		series, err = f.shared.series(key, wanted, func(missing []string) (map[string]map[string][]Value, error) {
			return f.readValues(ctx, read, missing)
		})
		if err != nil {
			return Measured{}, err
		}
	}
	m := Measured{scope: s, first: read.From, series: series, order: ids}
	if whole && s.Village != "" {
		m.within = map[string]bool{}
		for _, branch := range f.BranchesOf(s.Village) {
			m.within[branch.ID] = true
		}
	}
	return m, nil
}

// wholeLevel says whether all measures of a level are so few values that they are read once, for every page and place: then a page
// asks for no values of its own. A town has some hundred thousand; of more, each page reads what it asks for.
func (f Facts) wholeLevel(level queries.Level) bool {
	units := 0
	switch level {
	case LevelTown:
		units = 1
	case LevelVillage:
		units = len(f.Villages)
	case LevelBranch:
		units = len(f.Branches)
	case LevelMember: // each member's values are read as they are asked for
	}
	months := monthsBetween(f.FirstMonth, f.LastMonth) + 1
	return f.shared != nil && units > 0 && units*months*len(definitions()) <= keptValues/4
}

// readValues reads the values of a scope by measure and unit.
func (f Facts) readValues(ctx context.Context, s Scope, ids []string) (map[string]map[string][]Value, error) {
	var names []any
	var of []*queries.Measure // by the place of its name
	var places []string
	for _, id := range ids {
		for _, name := range append([]string{id}, definition(id).Was...) { // a snapshot of an older version has them by their old IDs
			places = append(places, fmt.Sprintf("(?, %d)", len(names)))
			names, of = append(names, name), append(of, definition(id))
		}
	}
	args := slices.Concat(names, []any{string(s.Level), s.From, s.To}, names)
	condition := ""
	if s.Unit != "" {
		condition, args = " and m.unit_id = ?", append(args, s.Unit)
	}
	if s.Village != "" {
		condition += " and m.unit_id in (select u.unit_id from units u where u.level = 'branch' and u.village_id = ?)"
		args = append(args, s.Village)
	}
	months := make([]string, max(0, monthsBetween(s.From, s.To)+1))
	for i := range months {
		months[i] = MonthAdd(s.From, i)
	}
	all := map[string]map[string][]Value{}
	for _, id := range ids {
		all[id] = map[string][]Value{}
	}
	named, unit := int64(-1), ""
	var series []Value
	fill := func(rows pipelines.Piece) error {
		c := rows.Columns // in the order of valuesSQL
		for row := range rows.Rows {
			// Rows of a unit mostly follow one another, without the cost of putting all in order.
			position, id := c[0].Wholes[row], c[1].Texts[row]
			measure := of[position]
			if position != named || id != unit {
				named, unit = position, id
				if series = all[measure.ID][unit]; series == nil {
					series = make([]Value, len(months))
					all[measure.ID][unit] = series
				}
			}
			i := c[2].Wholes[row]
			if i < 0 || i >= int64(len(months)) {
				continue
			}
			v := &series[i]
			*v = Value{Measure: measure, Unit: unit, Month: months[i], Num: c[3].Number(row), Den: c[4].Number(row), Value: c[5].Number(row),
				Spoke: c[7].Number(row), Villages: c[8].Number(row), Reached: c[9].Number(row), Lacking: c[10].Number(row), Partly: c[11].Number(row)}
			if !c[6].Null(row) {
				v.Reason = c[6].Texts[row]
			}
		}
		return nil
	}
	sql := fmt.Sprintf(valuesSQL, monthsBetween("0000-00", s.From), f.knownColumns(), f.measures(), strings.Join(places, ", "), placeholders(len(names)), condition)
	if err := pipelines.Scan(ctx, f.Data, fill, sql, args...); err != nil {
		return nil, fmt.Errorf("read measures %s: %w", strings.Join(ids, ", "), err)
	}
	return all, nil
}

// measures names what values are read from.
func (f Facts) measures() string {
	if f.Restated {
		return queries.RestatedMeasures(f.reasons)
	}
	return "measures"
}

// knownColumns are the columns that say what is known; a snapshot of an older version has none.
func (f Facts) knownColumns() string {
	if !f.reasons {
		return "null as reason, null as spoke, null as villages, null as reached, null as lacking, null as partly"
	}
	if !f.partly && !f.Restated {
		return "m.reason, m.spoke, m.villages, m.reached, m.lacking, null as partly"
	}
	return "m.reason, m.spoke, m.villages, m.reached, m.lacking, m.partly"
}
