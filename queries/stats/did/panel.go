package did

import (
	"math"
	"slices"

	"hulian/queries/stats/estimate"
)

// panel is what is left after the checks: every unit in every period.
type panel struct {
	n       int
	periods []int
	first   []int // 0 for never
	y       [][]float64
	names   []string
	weight  []float64       // mean 1
	size    []float64       // nil where some unit has none
	share   map[int]float64 // of the weights, by cohort
	rows    [][]int         // of each unit and period, its place in the input; -1 for none

	cluster  []int // of each unit; nil where units vary by themselves
	clusters int
}

// largest bounds outcomes, so that no square of a difference overflows.
const largest = 1e150

type unitRows struct {
	name  string
	first int
	y     map[int]float64
	rows  map[int]int // places in the input
	split bool        // rows disagree about First

	weight, size float64
}

// prepare checks and cuts the rows to a balanced panel. It reports whether anything can be estimated.
func (r *Result) prepare(rows []Observation) bool {
	kept, periods, ok := r.gather(rows)
	if !ok {
		return false
	}
	var balanced []*unitRows
	for _, u := range kept {
		if !slices.ContainsFunc(periods, func(t int) bool { _, ok := u.y[t]; return !ok }) {
			balanced = append(balanced, u)
		}
	}
	if left := len(kept) - len(balanced); left > 0 {
		r.warn(estimate.MissingValues, "%d of %d units miss a period and were left out: the panel must be balanced", left, len(kept))
	}
	if len(balanced) == 0 || len(periods) < 2 {
		r.warn(estimate.NotEstimable, "no unit is left with all of %d periods", len(periods))
		return false
	}
	r.fill(balanced, periods)
	return true
}

// gather leaves out units that have no before, and settles who is never treated.
func (r *Result) gather(rows []Observation) (kept []*unitRows, periods []int, ok bool) {
	units, periods := r.collect(rows)
	if len(periods) < 2 {
		r.warn(estimate.NotEstimable, "%d periods: a change needs a before and an after", len(periods))
		return nil, nil, false
	}
	a := r.Options.Anticipation
	early, late := 0, 0
	for _, u := range units {
		switch {
		case u.first != 0 && u.first <= periods[0]+a:
			early++
			continue
		case u.first > periods[len(periods)-1]+a:
			late++
			u.first = 0
		}
		kept = append(kept, u)
	}
	if early > 0 {
		r.warn(estimate.Convention, "%d units are treated at or before the first period%s and were left out", early, anticipated(a))
	}
	if late > 0 {
		r.warn(estimate.Convention, "%d units start after the last period and count as never treated", late)
	}
	kept, periods = r.withoutNever(kept, periods)
	return kept, periods, true
}

func anticipated(a int) string {
	if a == 0 {
		return ""
	}
	return " plus anticipation"
}

func (r *Result) collect(rows []Observation) (units []*unitRows, periods []int) {
	byName := map[string]*unitRows{}
	seen := map[int]bool{}
	missing, doubled, split, weightless := 0, 0, 0, 0
	for i, row := range rows {
		if !(math.Abs(row.Y) < largest) {
			missing++
			continue
		}
		if row.Weight < 0 || !(row.Weight < largest) {
			weightless++
			continue
		}
		u, ok := byName[row.Unit]
		if !ok {
			u = &unitRows{name: row.Unit, first: max(0, row.First), y: map[int]float64{}, rows: map[int]int{}, weight: row.Weight, size: row.Size}
			if u.weight == 0 {
				u.weight = 1
			}
			byName[row.Unit] = u
			units = append(units, u)
		}
		if u.first != max(0, row.First) {
			u.split = true
		}
		if _, ok := u.y[row.Time]; ok {
			doubled++
			continue
		}
		u.y[row.Time], u.rows[row.Time] = row.Y, i
		if !seen[row.Time] {
			seen[row.Time] = true
			periods = append(periods, row.Time)
		}
	}
	slices.Sort(periods)
	units = slices.DeleteFunc(units, func(u *unitRows) bool {
		if u.split {
			split++
		}
		return u.split
	})
	slices.SortStableFunc(units, func(a, b *unitRows) int {
		switch {
		case a.name < b.name:
			return -1
		case a.name > b.name:
			return 1
		}
		return 0
	})
	if missing > 0 {
		r.warn(estimate.MissingValues, "%d rows without an outcome were left out", missing)
	}
	if weightless > 0 {
		r.warn(estimate.Invalid, "%d rows have no weight or one below 0 and were left out", weightless)
	}
	if doubled > 0 {
		r.warn(estimate.Invalid, "%d rows repeat a unit and period; the first was kept", doubled)
	}
	if split > 0 {
		r.warn(estimate.Invalid, "%d units have more than one first period and were left out", split)
	}
	return units, periods
}

// withoutNever lets the last cohort stand for the never treated where there are none.
func (r *Result) withoutNever(units []*unitRows, periods []int) ([]*unitRows, []int) {
	last := 0
	for _, u := range units {
		if u.first == 0 {
			return units, periods
		}
		last = max(last, u.first)
	}
	if last == 0 {
		return units, periods
	}
	r.LastAsComparison = true
	for _, u := range units {
		if u.first == last {
			u.first = 0
		}
	}
	from := last - r.Options.Anticipation
	periods = slices.DeleteFunc(slices.Clone(periods), func(t int) bool { return t >= from })
	r.warn(estimate.Convention, "there is no never treated unit: the last cohort, %s, serves as comparison and the periods from %s on were dropped", r.period(last), r.period(from))
	return units, periods
}

func (r *Result) fill(units []*unitRows, periods []int) {
	p := panel{n: len(units), periods: periods, share: map[int]float64{}}
	var weights float64
	sized := true
	for _, u := range units {
		weights, sized = weights+u.weight, sized && u.size > 0
	}
	for _, u := range units {
		w := u.weight * float64(len(units)) / weights
		p.weight = append(p.weight, w)
		p.share[u.first] += w / float64(len(units))
		if sized {
			p.size = append(p.size, u.size)
		}
		y, at := make([]float64, len(periods)), make([]int, len(periods))
		for k, t := range periods {
			at[k] = -1
			if v, ok := u.y[t]; ok {
				y[k], at[k] = v, u.rows[t]
			}
		}
		p.y, p.rows, p.first, p.names = append(p.y, y), append(p.rows, at), append(p.first, u.first), append(p.names, u.name)
		if u.first == 0 {
			r.Never++
		} else {
			r.Sizes[u.first]++
		}
	}
	for g := range r.Sizes {
		r.Groups = append(r.Groups, g)
	}
	slices.Sort(r.Groups)
	r.Units, r.Periods, r.panel = p.n, periods, p
}
