package signals

import (
	"math"
	"slices"

	"hulian/queries"
	"hulian/queries/stats/estimate"
)

// Bounds of what a comparison of villages may say.
const (
	leastPlaces   = 5    // fewer villages are no distribution to stand out from
	leastDistance = 0.05 // shares of all villages within five points of one another tell nothing apart
	pulledIn      = 0.25 // share of villages on either side whose distance does not widen the limits
)

// normalPulledIn is the variance of a standard normal pulled in beyond its quartiles:
// 1−2q − 2aφ(a) + 2qa² with a = 0.6745 and q = 0.25.
const normalPulledIn = 0.29879

// Place is one village in a funnel.
type Place struct {
	ID     string
	Events float64
	Total  float64
	// Flag counts the limits passed, good side positive for measures whose better direction is up: +2 above the outer
	// limit, −1 below the inner one.
	Flag int
}

// Rate is events ÷ total.
func (p Place) Rate() float64 { return p.Events / p.Total }

// Funnel compares the shares of villages of different size. Its scale is the angle asin √share, on which the spread by
// chance, 1/(2√n), does not depend on the share (Spiegelhalter 2005, Statistics in Medicine 24:1185–1202). The centre
// is the median village, and the spread between villages τ² comes from distances pulled in at the quartiles and
// made whole for that; villages found beyond the outer limit are then set aside and centre and spread found once more,
// until nothing changes. So two weak villages of eleven neither move the line they are judged by nor hide behind the
// spread they make.
type Funnel struct {
	Places  []Place
	Outer   float64         // level of the outer limit, e.g. 0.998
	Centre  estimate.Number // share; absent where there are too few villages
	Phi     estimate.Number // mean squared standardised distance; 1 is chance alone
	Tau2    estimate.Number // variance between villages, of the angle
	Judged  bool            // enough villages, and not all alike
	TooFew  bool
	Alike   bool // all villages within five points: the measure no longer tells them apart
	angle   float64
	tau2    float64
	inner   float64
	outside float64
}

// Inner is the level of the inner limit.
const Inner = 0.95

// Compare draws the funnel of places with a total above 0; the others are left out.
func Compare(places []Place, outer float64) Funnel {
	f := Funnel{Outer: outer, inner: estimate.Z(Inner), outside: estimate.Z(outer)}
	for _, p := range places {
		if p.Total > 0 && p.Events >= 0 && p.Events <= p.Total {
			f.Places = append(f.Places, p)
		}
	}
	if len(f.Places) < leastPlaces {
		f.TooFew = true
		return f
	}
	angles := make([]float64, len(f.Places))
	lowest, highest := 1.0, 0.0
	for i, p := range f.Places {
		angles[i] = math.Asin(math.Sqrt(p.Rate()))
		lowest, highest = math.Min(lowest, p.Rate()), math.Max(highest, p.Rate())
	}
	f.settle(angles)
	f.Centre = estimate.Of(math.Pow(math.Sin(f.angle), 2))
	f.Alike = highest-lowest < leastDistance
	f.Judged = !f.Alike
	for i := range f.Places {
		f.Places[i].Flag = f.flag(angles[i], f.Places[i].Total)
	}
	return f
}

// settle finds centre and spread, setting villages beyond the outer limit aside as long as two thirds are left.
func (f *Funnel) settle(angles []float64) {
	kept := make([]bool, len(angles))
	for i := range kept {
		kept[i] = true
	}
	for range angles {
		var inside []float64
		var totals []float64
		for i, y := range angles {
			if kept[i] {
				inside, totals = append(inside, y), append(totals, f.Places[i].Total)
			}
		}
		f.angle = median(inside)
		f.spread(inside, totals)
		left, changed := 0, false
		next := make([]bool, len(angles))
		for i, y := range angles {
			next[i] = f.flag(y, f.Places[i].Total) > -2 && f.flag(y, f.Places[i].Total) < 2
			changed = changed || next[i] != kept[i]
			if next[i] {
				left++
			}
		}
		if !changed || 3*left < 2*len(angles) {
			return
		}
		kept = next
	}
}

// spread is the method of moments of DerSimonian & Laird on the distances pulled in:
// τ² = max(0, (Iφ − (I−1)) ÷ (Σw − Σw²/Σw)), w = 1/s² = 4n.
func (f *Funnel) spread(angles, totals []float64) {
	z := make([]float64, len(angles))
	var w, w2 float64
	for i, n := range totals {
		z[i] = (angles[i] - f.angle) * 2 * math.Sqrt(n)
		w, w2 = w+4*n, w2+16*n*n
	}
	sorted := slices.Clone(z)
	slices.Sort(sorted)
	low, high := quantile(sorted, pulledIn), quantile(sorted, 1-pulledIn)
	var sum float64
	for _, v := range z {
		v = math.Min(high, math.Max(low, v))
		sum += v * v
	}
	count := float64(len(z))
	phi := sum / count / normalPulledIn
	f.Phi = estimate.Of(phi)
	f.tau2 = math.Max(0, (count*phi-(count-1))/(w-w2/w))
	f.Tau2 = estimate.Of(f.tau2)
}

func (f Funnel) flag(angle, total float64) int {
	one := math.Sqrt(1/(4*total) + f.tau2)
	distance, sign := angle-f.angle, 1
	if distance < 0 {
		distance, sign = -distance, -1
	}
	switch {
	case distance > f.outside*one:
		return 2 * sign
	case distance > f.inner*one:
		return sign
	}
	return 0
}

// Limits are the shares a village of a size stays between at a level, both ends absent where nothing is compared.
func (f Funnel) Limits(total, level float64) estimate.Interval {
	if !f.Centre.Known || !(total > 0) {
		return estimate.Interval{}
	}
	half := estimate.Z(level) * math.Sqrt(1/(4*total)+f.tau2)
	return estimate.Between(math.Pow(math.Sin(math.Max(0, f.angle-half)), 2), math.Pow(math.Sin(math.Min(math.Pi/2, f.angle+half)), 2))
}

// Of finds a village.
func (f Funnel) Of(id string) (Place, bool) {
	for _, p := range f.Places {
		if p.ID == id {
			return p, true
		}
	}
	return Place{}, false
}

// Worse counts the limits a village passed on the bad side: 0, 1 or 2.
func (f Funnel) Worse(p Place, d queries.Direction) int {
	flag := p.Flag
	if d == queries.Up {
		flag = -flag
	}
	if !f.Judged || d == queries.Neutral || flag < 0 {
		return 0
	}
	return flag
}

// Better counts the limits a village passed on the good side.
func (f Funnel) Better(p Place, d queries.Direction) int {
	switch d {
	case queries.Up:
		return f.Worse(p, queries.Down)
	case queries.Down:
		return f.Worse(p, queries.Up)
	case queries.Neutral: // no side is good
	}
	return 0
}

func median(x []float64) float64 {
	sorted := slices.Clone(x)
	slices.Sort(sorted)
	return quantile(sorted, 0.5)
}

// quantile interpolates between order statistics (R's type 7). The argument is sorted and not empty.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	low := int(math.Floor(at))
	if low+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low])
}
