package synthetic

import (
	"math"
	"slices"
	"strings"

	"hulian/queries/stats/estimate"
)

// Value is one outcome. Y is NaN where it is missing; all are in one unit of measurement.
type Value struct {
	Unit string
	Time int // consecutive whole numbers are consecutive periods
	Y    float64
}

// Panel holds the outcome of every unit in every period.
type Panel struct {
	Units   []string    // in the order of the values
	Periods []int       // in order
	Y       [][]float64 // units × periods, all finite
}

// largest bounds outcomes, so that sums of squares do not overflow; what is beyond counts as missing.
const largest = 1e100

// mostHoles is the share of the units without an outcome from which a period counts as one without a source.
const mostHoles = 0.5

// NewPanel sets values side by side. Periods in which one of the needed units or most units have no outcome are left out,
// and then units that lack one of the others; both are said. Of repeated values the first stands.
func NewPanel(values []Value, needed func(unit string) bool) (Panel, []estimate.Warning) {
	var warnings []estimate.Warning
	rows := map[string]map[int]float64{}
	var p Panel
	seen := map[int]bool{}
	repeated := 0
	for _, v := range values {
		row := rows[v.Unit]
		if row == nil {
			row = map[int]float64{}
			rows[v.Unit] = row
			p.Units = append(p.Units, v.Unit)
		}
		if !seen[v.Time] {
			seen[v.Time] = true
			p.Periods = append(p.Periods, v.Time)
		}
		if _, there := row[v.Time]; there {
			repeated++
			continue
		}
		if !(math.Abs(v.Y) < largest) {
			v.Y = math.NaN()
		}
		row[v.Time] = v.Y
	}
	slices.Sort(p.Periods)
	if repeated > 0 {
		warnings = append(warnings, estimate.Warn(estimate.Invalid, "%d rows repeat a unit and period; the first was kept", repeated))
	}
	return p.balanced(rows, needed, warnings)
}

func (p Panel) balanced(rows map[string]map[int]float64, needed func(string) bool, warnings []estimate.Warning) (Panel, []estimate.Warning) {
	lacks := func(unit string, t int) bool {
		v, ok := rows[unit][t]
		return !ok || math.IsNaN(v)
	}
	all := len(p.Periods)
	p.Periods = slices.DeleteFunc(p.Periods, func(t int) bool {
		holes := 0
		for _, unit := range p.Units {
			if lacks(unit, t) {
				holes++
				if needed(unit) {
					return true
				}
			}
		}
		return float64(holes) > mostHoles*float64(len(p.Units))
	})
	if left := all - len(p.Periods); left > 0 {
		warnings = append(warnings, estimate.Warn(estimate.MissingValues, "%d of %d periods have no outcome for a treated unit or for most units and were left out", left, all))
	}
	var out []string
	units := len(p.Units)
	p.Units = slices.DeleteFunc(p.Units, func(unit string) bool {
		hole := slices.ContainsFunc(p.Periods, func(t int) bool { return lacks(unit, t) })
		if hole {
			out = append(out, unit)
		}
		return hole
	})
	if len(out) > 0 {
		warnings = append(warnings, estimate.Warn(estimate.MissingValues, "%d of %d units miss a period and were left out of the mix: %s", len(out), units, some(out)))
	}
	for _, unit := range p.Units {
		y := make([]float64, len(p.Periods))
		for i, t := range p.Periods {
			y[i] = rows[unit][t]
		}
		p.Y = append(p.Y, y)
	}
	return p, warnings
}

// mostNamed is how many units a sentence names.
const mostNamed = 5

func some(names []string) string {
	if len(names) > mostNamed {
		return strings.Join(names[:mostNamed], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// Range is a stretch of periods, both ends within. The zero value is none.
type Range struct{ From, To int }

// None reports whether the range was not given.
func (r Range) None() bool { return r == Range{} }

// within lists the positions of the periods in a range.
func (p Panel) within(r Range) []int {
	var at []int
	for i, t := range p.Periods {
		if t >= r.From && t <= r.To {
			at = append(at, i)
		}
	}
	return at
}

// size is the largest outcome, by which rounding is told from differences.
func (p Panel) size() float64 {
	var most float64
	for _, y := range p.Y {
		for _, v := range y {
			most = math.Max(most, math.Abs(v))
		}
	}
	return most
}

// alike reports whether some rows are the same in some periods, up to rounding.
func (p Panel) alike(rows, periods []int) bool {
	least := rounding * p.size()
	for _, t := range periods {
		for _, u := range rows[1:] {
			if math.Abs(p.Y[u][t]-p.Y[rows[0]][t]) > least {
				return false
			}
		}
	}
	return true
}

// rounding is the part of the largest outcome below which a difference is none.
const rounding = 1e-10

// Weight is what a unit counts for in a mix.
type Weight struct {
	Unit   string
	Weight float64
}

// least is the weight below which a unit is left out of a table.
const least = 1e-12

// weights names those that count, the largest first.
func (p Panel) weights(units []int, w []float64) []Weight {
	var out []Weight
	for i, u := range units {
		if w[i] >= least {
			out = append(out, Weight{p.Units[u], w[i]})
		}
	}
	slices.SortStableFunc(out, func(a, b Weight) int {
		switch {
		case a.Weight > b.Weight:
			return -1
		case a.Weight < b.Weight:
			return 1
		}
		return 0
	})
	return out
}

func pick(row []float64, at []int) []float64 {
	out := make([]float64, len(at))
	for i, t := range at {
		out[i] = row[t]
	}
	return out
}
