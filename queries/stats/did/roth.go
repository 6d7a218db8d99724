package did

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"hulian/queries/stats/estimate"
)

// Power says which steady trend of the treated against the comparison units the time before the start would have shown.
// Slopes are in units of the outcome a period.
type Power struct {
	Slope50   estimate.Number `json:"slope_found_half_the_time"` // some effect before the start has |t| > z, in half of all cases
	Slope80   estimate.Number `json:"slope_found_four_in_five"`
	Joint80   estimate.Number `json:"slope_found_jointly_four_in_five"` // by the joint test at the same level
	LastEvent int             `json:"last_event"`
	// AtLastEvent is what a trend of Slope50 has grown to by the last event time: how wrong the last effect may be.
	AtLastEvent estimate.Number `json:"trend_at_last_event"`
}

// powerDraws is how many normal vectors the chance of any |t| > z is counted over: to within 0.7 points.
const powerDraws = 5000

// PretestPower is the power of the event study before the start against a linear trend (Roth 2022, American Economic
// Review: Insights 4:305–322): effects e₁ … e_k with covariance V have means slope × (periods from their base), and are
// found where any of them has |t| > z, or where W = b′V⁻¹b passes its χ² limit. Nothing where there is no effect before,
// or V is singular. The draws come from the seed.
func (r *Result) PretestPower() Power {
	a := r.Options.Anticipation
	var steps []float64
	var influences [][]float64
	p := Power{}
	for _, e := range r.Dynamic.Entries {
		p.LastEvent = max(p.LastEvent, e.Key)
		if e.Key < -a && e.SE.Known {
			if step := r.fromBase(e.Key); step != 0 {
				steps, influences = append(steps, step), append(influences, e.influence)
			}
		}
	}
	k := len(steps)
	if k == 0 {
		return p
	}
	lower, spread, ok := r.triangle(influences)
	if !ok {
		return p
	}
	z := estimate.Z(r.Options.Confidence)
	shifts := make([]float64, k)
	for i, s := range steps {
		shifts[i] = s / spread[i]
	}
	draws := r.normals(lower, k)
	found := func(slope float64) float64 {
		n := 0
		for d := range powerDraws {
			for i, s := range shifts {
				if math.Abs(draws[d*k+i]+slope*s) > z {
					n++
					break
				}
			}
		}
		return float64(n) / powerDraws
	}
	p.Slope50, p.Slope80 = slopeOf(found, shifts, 0.5), slopeOf(found, shifts, 0.8)
	limit := distuv.ChiSquared{K: float64(k)}.Quantile(r.Options.Confidence)
	unit := mat.NewVecDense(k, nil)
	if unit.SolveVec(lower, mat.NewVecDense(k, shifts)) == nil {
		length := mat.Dot(unit, unit)
		p.Joint80 = slopeOf(func(slope float64) float64 { return 1 - noncentralChi(limit, float64(k), slope*slope*length) }, shifts, 0.8)
	}
	p.AtLastEvent = p.Slope50.Map(func(s float64) float64 { return s * float64(p.LastEvent+1+a) })
	return p
}

// fromBase is how many periods lie between an event time's effects and their bases, by cohort size.
func (r *Result) fromBase(event int) float64 {
	var sum, weights float64
	for _, c := range r.Cells {
		if c.Time-c.Group == event {
			w := r.panel.share[c.Group]
			sum, weights = sum+w*float64(c.Time-c.BaseTime), weights+w
		}
	}
	if weights == 0 {
		return 0
	}
	return sum / weights
}

// triangle is the Cholesky factor of the effects' correlations, and their standard errors.
func (r *Result) triangle(influences [][]float64) (lower *mat.TriDense, spread []float64, ok bool) {
	k := len(influences)
	all := r.allClustered(influences)
	psi := mat.NewDense(k, len(all[0]), nil)
	spread = make([]float64, k)
	for i, influence := range all {
		se := standardError(influence, 0)
		if !se.Known {
			return nil, nil, false
		}
		spread[i] = se.Value
		psi.SetRow(i, influence)
	}
	v := mat.NewSymDense(k, nil)
	n := float64(len(all[0]))
	v.SymOuterK(1/(n*n), psi)
	for i := range k {
		for j := i; j < k; j++ {
			v.SetSym(i, j, v.At(i, j)/spread[i]/spread[j])
		}
	}
	var factor mat.Cholesky
	if !factor.Factorize(v) || !(factor.Cond() < 1/leastCondition) {
		return nil, nil, false
	}
	lower = mat.NewTriDense(k, mat.Lower, nil)
	factor.LTo(lower)
	return lower, spread, true
}

func (r *Result) normals(lower *mat.TriDense, k int) []float64 {
	random := rand.New(rand.NewPCG(r.Options.Seed, 0xbf58476d1ce4e5b9))
	plain := mat.NewDense(powerDraws, k, nil)
	for d := range powerDraws {
		for i := range k {
			plain.Set(d, i, random.NormFloat64())
		}
	}
	out := mat.NewDense(powerDraws, k, nil)
	out.Mul(plain, lower.T())
	return out.RawMatrix().Data
}

// slopeOf is the slope from 0 at which a power that rises with it reaches a share, by bisection.
func slopeOf(power func(slope float64) float64, shifts []float64, share float64) estimate.Number {
	var most float64
	for _, s := range shifts {
		most = math.Max(most, math.Abs(s))
	}
	low, high := 0.0, 1/most
	for range 40 {
		if power(high) >= share {
			break
		}
		low, high = high, 2*high
	}
	for range 40 {
		middle := (low + high) / 2
		if power(middle) < share {
			low = middle
		} else {
			high = middle
		}
	}
	return estimate.Of((low + high) / 2)
}

// noncentralChi is P(χ²(k, λ) ≤ x) as a Poisson mixture of central ones.
func noncentralChi(x, k, lambda float64) float64 {
	law := distuv.Poisson{Lambda: lambda / 2}
	if lambda == 0 {
		return distuv.ChiSquared{K: k}.CDF(x)
	}
	middle, wide := lambda/2, 10*math.Sqrt(lambda/2)+20
	var sum float64
	for j := math.Max(0, math.Floor(middle-wide)); j <= middle+wide; j++ {
		sum += law.Prob(j) * distuv.ChiSquared{K: k + 2*j}.CDF(x)
	}
	return sum
}
