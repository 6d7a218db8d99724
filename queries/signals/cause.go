package signals

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/stats/estimate"
)

// Cause is why a village is probably weak.
type Cause string

// The causes.
const (
	Capacity Cause = "capacity" // few hands for many people
	Effort   Cause = "effort"   // hands enough, little done with them
	Both     Cause = "both"
	Unclear  Cause = "unclear"
	NoCause  Cause = ""
)

// How many times as much as in the median village a hand has to serve before hands are called short, and very short.
const (
	shortOfHands     = 1.25
	veryShortOfHands = 1.6 // what shortMiddle expects where hands are what is missing
)

// Hand is one measure of how much each hand of a village has to serve, beside the median village.
type Hand struct {
	Measure queries.Measure
	Value   reading.Month
	Median  float64
}

// Ratio is the value over the median village's.
func (h Hand) Ratio() float64 { return h.Value.Value / h.Median }

// Short reports whether hands are short by this measure.
func (h Hand) Short() bool { return h.Ratio() >= shortOfHands }

// VeryShort reports whether hands are as short by this measure as where nothing else explains weak results.
func (h Hand) VeryShort() bool { return h.Ratio() >= veryShortOfHands }

// handMeasures say how much each hand has to serve. Nine cadres more or less are a matter of posts: their number explains, and
// does not enter the evidence.
var handMeasures = []struct {
	id       string
	evidence bool
}{{"households_per_active_member", true}, {"people_per_hand", true}, {"people_per_cadre", false}}

// HandMeasures lists the measures of hands; Town.Series holds them beside the judged ones.
func HandMeasures() []string {
	var ids []string
	for _, h := range handMeasures {
		ids = append(ids, h.id)
	}
	return ids
}

// load is how much each hand of every village has to serve in a month; NaN where it is not known.
func (t Town) load(id string, at int) (loads []float64, middle float64) {
	loads = make([]float64, len(t.Villages))
	var known []float64
	for i, v := range t.Villages {
		loads[i] = math.NaN()
		if months := t.Series[id][v.ID]; at < len(months) && months[at].Value > 0 && !math.IsInf(months[at].Value, 0) {
			loads[i] = months[at].Value
			known = append(known, loads[i])
		}
	}
	if len(known) < leastPlaces {
		return loads, math.NaN()
	}
	return loads, estimate.Median(known)
}

// hands are those of every village in a month.
func (t Town) hands(at int) [][]Hand {
	all := make([][]Hand, len(t.Villages))
	for _, h := range handMeasures {
		m, ok := queries.MeasureOf(h.id)
		loads, middle := t.load(h.id, at)
		for i, v := range t.Villages {
			if ok && !math.IsNaN(middle) && !math.IsNaN(loads[i]) {
				all[i] = append(all[i], Hand{Measure: m, Value: t.Series[h.id][v.ID][at], Median: middle})
			}
		}
	}
	return all
}

// Beliefs about hands, of the log of how many times more than in the median village a hand has to serve.
const (
	shortMiddle  = .45 // 1.6 times, where hands are what is missing
	shortSpread  = .25
	leastSpread  = .10 // of the other villages
	spreadFree   = 6.0 // degrees of freedom: a dozen villages do not tell much of their spread
	medianNormal = 1.4826
)

// handFactors are the logs of how many times better being short of hands explains what each hand of a village has to serve
// than the spread of the other villages does: the mean over the measures, 0 where nothing is known. The spread is the median
// distance of the others, which a few villages without hands do not widen.
func (t Town) handFactors(at int) []float64 {
	factors, measures := make([]float64, len(t.Villages)), make([]float64, len(t.Villages))
	for _, h := range handMeasures {
		if !h.evidence {
			continue
		}
		loads, middle := t.load(h.id, at)
		if math.IsNaN(middle) {
			continue
		}
		distances := make([]float64, 0, len(loads))
		for _, x := range loads {
			if !math.IsNaN(x) {
				distances = append(distances, math.Abs(math.Log(x/middle)))
			}
		}
		spread := math.Max(leastSpread, medianNormal*estimate.Median(distances))
		ordinary := distuv.StudentsT{Mu: 0, Sigma: spread, Nu: spreadFree}
		short := distuv.Normal{Mu: shortMiddle, Sigma: shortSpread}
		for i, x := range loads {
			if math.IsNaN(x) {
				continue
			}
			y := math.Log(x / middle)
			if y > shortMiddle {
				y = shortMiddle + (y-shortMiddle)/2 // very short is short
			}
			factors[i], measures[i] = factors[i]+math.Exp(short.LogProb(y)-ordinary.LogProb(y)), measures[i]+1
		}
	}
	for i := range factors {
		if measures[i] > 0 {
			factors[i] = math.Log(factors[i]/measures[i] + 1e-9)
		} else {
			factors[i] = 0
		}
	}
	return factors
}

// effortCriteria speak of what was done with the hands there are.
var effortCriteria = map[string]bool{"no_reconciliation": true}

// Strength of evidence by which a cause is named.
const (
	strong = 3.0 // log of the factor from which hands, and what costs none, both count as shown
	even   = 1.0 // difference of the two up to which neither stands before the other
)

// causeOf weighs hands against effort. Hands short by the households or people a hand must serve is capacity; evidence in
// what costs no hands is effort: a meeting costs one evening a month whatever the number of households, and an honest
// entry no more than another. Visits left undone may be for want of time and decide nothing. Where neither speaks, weak results are
// effort too, for as many hands do better elsewhere.
func causeOf(a Assessment) Cause {
	if !a.IsWeak() && a.Tier != Watch {
		return NoCause
	}
	o := a.Joined
	idle := o.factor(true)
	for _, c := range a.Criteria {
		if effortCriteria[c.ID] {
			idle = math.Max(idle, strong)
			o.Short = math.Min(o.Short, 1/(1+math.Exp(strong-o.Hands)))
		}
	}
	switch {
	case len(a.Hands) == 0 && idle < strong:
		return Unclear
	case o.Hands >= strong && idle >= strong && math.Abs(o.Hands-idle) < even:
		return Both
	case o.Short >= .5:
		return Capacity
	case idle > 0 || o.Results():
		return Effort
	default:
		return Unclear
	}
}
