package compare

import (
	"math"
	"slices"

	"hulian/queries/reading"
)

// Span is a stretch of months since the start, both ends included.
type Span struct{ From, To int }

// Spans are those that start groups are shown in: the months at the end of the last are all that there are.
func Spans() []Span { return []Span{{0, 2}, {3, 5}, {6, 8}, {9, math.MaxInt}} }

// Group is the villages that began in one month.
type Group struct {
	Start    string // empty: they have not begun
	Pilot    bool
	Villages []Village
	Before   reading.Month   // the year before the start, or as much as there is; of those not begun the last year
	Since    []reading.Month // in each of Spans; a Value of NaN where there is no month yet
	Course   []reading.Month // in each of the panel's months
}

// Starts gives the groups of a panel, the first to begin first, those not begun by its last month last. Values are sums of numerators over sums
// of denominators of the group's villages.
func Starts(p Panel) []Group {
	var all []Group
	last := ""
	if len(p.Months) > 0 {
		last = p.Months[len(p.Months)-1]
	}
	for _, v := range p.Villages {
		if v.Start > last {
			v.Start = ""
		}
		i := slices.IndexFunc(all, func(g Group) bool { return g.Start == v.Start && g.Pilot == (v.Pilot && v.Start != "") })
		if i < 0 {
			i, all = len(all), append(all, Group{Start: v.Start, Pilot: v.Pilot && v.Start != ""})
		}
		all[i].Villages = append(all[i].Villages, v)
	}
	slices.SortStableFunc(all, func(a, b Group) int {
		switch {
		case a.Start == b.Start:
			return 0
		case a.Start == "" || b.Start != "" && a.Start > b.Start:
			return 1
		default:
			return -1
		}
	})
	for i := range all {
		all[i].follow(p)
	}
	return all
}

func (g *Group) follow(p Panel) {
	at := slices.Index(p.Months, g.Start)
	if g.Start == "" {
		at = len(p.Months)
	}
	at = max(at, 0)
	g.Before = pooled(p, g.Villages, p.Months[max(0, at-yearBefore):at])
	for _, s := range Spans() {
		to := len(p.Months)
		if s.To < to-at {
			to = at + s.To + 1
		}
		g.Since = append(g.Since, pooled(p, g.Villages, p.Months[min(at+s.From, to):to]))
	}
	for i := range p.Months {
		g.Course = append(g.Course, pooled(p, g.Villages, p.Months[i:i+1]))
	}
}

// Latest is the group's value in the last span that has one.
func (g Group) Latest() reading.Month {
	for i := len(g.Since) - 1; i >= 0; i-- {
		if !math.IsNaN(g.Since[i].Value) {
			return g.Since[i]
		}
	}
	return reading.Month{Value: math.NaN()}
}

func pooled(p Panel, villages []Village, months []string) (all reading.Month) {
	for _, v := range villages {
		m := summed(p, v, months)
		all.Numerator, all.Denominator = all.Numerator+m.Numerator, all.Denominator+m.Denominator
	}
	all.Value = p.Measure.Scale * all.Numerator / all.Denominator
	return all
}

// Course says how an effect went on.
type Course string

// The courses.
const (
	Grows       Course = "grows"
	Fades       Course = "fades"
	Holds       Course = "holds"  // the interval of late less early lies within Bound of zero
	NotTold     Course = "unsure" // neither a change nor its absence is shown
	TooShort    Course = "short"  // fewer than two months since the start are compared
	NothingSeen Course = "nothing"
)

// later compares the late months since the start with the early ones: pilots against the same others, by the same test.
func later(p Panel, d Design) *Result {
	if len(d.After) < 2 {
		return nil
	}
	half := len(d.After) / 2
	d.Before, d.After = d.After[:half], d.After[half:]
	r := estimated(p, d, 0)
	if math.IsNaN(r.Effect) {
		return nil
	}
	r.interval()
	return &r
}

// Course reads the comparison of late months with early ones.
func (r Result) Course() Course {
	l := r.Later
	switch {
	case !r.ZeroRuledOut():
		return NothingSeen
	case l == nil:
		return TooShort
	case l.ZeroRuledOut() && l.Effect*r.Effect > 0:
		return Grows
	case l.ZeroRuledOut():
		return Fades
	case l.Low >= -r.Bound() && l.High <= r.Bound():
		return Holds
	default:
		return NotTold
	}
}

// WithoutOne is the smallest and the largest effect that is left when one village, pilot or other, is left out; NaN where a side has
// but one.
func (r Result) WithoutOne() (low, high float64) {
	low, high = math.NaN(), math.NaN()
	sides := [2][]float64{changes(r.Pilots), changes(r.Others)}
	if len(sides[0]) < 2 || len(sides[1]) < 2 {
		return low, high
	}
	mean := func(x []float64, without int) float64 {
		sum, n := 0.0, 0.0
		for i, v := range x {
			if i != without {
				sum, n = sum+v, n+1
			}
		}
		return sum / n
	}
	low, high = math.Inf(1), math.Inf(-1)
	for side, x := range sides {
		for i := range x {
			without := [2]int{-1, -1}
			without[side] = i
			effect := mean(sides[0], without[0]) - mean(sides[1], without[1])
			low, high = math.Min(low, effect), math.Max(high, effect)
		}
	}
	return low, high
}
