package synthetic

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/combin"

	"hulian/queries/stats/estimate"
)

// PlaceboUnit is a control called treated, and what the method finds for it.
type PlaceboUnit struct {
	Unit     string
	Estimate float64
}

// Placebos are what the method finds where nothing was done. The standard error holds if the outcomes of treated and control
// units vary alike (Arkhangelsky et al. 2021, algorithm 4).
type Placebos struct {
	Units []PlaceboUnit   // where one unit is treated: every control in turn
	Sets  int             // sets of controls gone through; 0 where they are too many
	SD    estimate.Number // standard deviation (divisor: their number) over all sets
	SE    estimate.Number // the same over sets drawn at random, as other programs give it
	Draws int             // of SE
	Seed  uint64
	P     estimate.Number // (1 + sets with an estimate as large) ÷ (1 + sets); over draws where sets are too many
	Low   estimate.Number // ATT − z × SD (or SE) for the normal interval at 95%
	High  estimate.Number // and ATT + z × SD
	Least estimate.Number // the smallest P there could have been
	estim []float64       // by set
}

// placebos calls controls treated in place of the treated units: every set of them where there are few enough, and by lot.
// The other controls are weighted anew, with the zetas of the estimate.
func (r *DiDResult) placebos() {
	p := &r.Placebo
	p.Draws, p.Seed = r.options.Draws, r.options.Seed
	if r.Controls-r.Treated < 2 {
		r.warn(estimate.NotEstimable, "no placebo test: it needs two more comparison units than treated ones, and there are %d and %d", r.Controls, r.Treated)
		return
	}
	if len(r.Cohorts) == 1 && sets(r.Controls, r.Treated) <= float64(r.options.MostExact) {
		r.everySet()
	}
	random := rand.New(rand.NewPCG(p.Seed, 0x9e3779b97f4a7c15))
	drawn := make([]float64, p.Draws)
	if p.Sets > 0 {
		for i := range drawn {
			drawn[i] = p.estim[random.IntN(p.Sets)]
		}
	} else {
		deals := make([][]int, p.Draws)
		for i := range deals {
			deals[i] = random.Perm(r.Controls)
		}
		each(p.Draws, func(i int) { drawn[i] = r.dealt(deals[i]) })
		r.warn(estimate.Approximate, "the placebo standard error and p-value are from %d random sets of comparison units, seed %d", p.Draws, p.Seed)
	}
	p.SE = estimate.Of(math.Sqrt(stat.PopVariance(drawn, nil)))
	over := drawn
	if p.Sets > 0 {
		over = p.estim
	}
	p.P, p.Least = r.extreme(over), estimate.Of(1/float64(1+len(over)))
	r.interval()
}

// interval is the normal one at 95%.
func (r *DiDResult) interval() {
	p := &r.Placebo
	sd := p.SE
	if p.SD.Known {
		sd = p.SD
	}
	if !(sd.Value > 0) {
		r.warn(estimate.NoSpread, "the placebo estimates are all alike: no standard error")
		p.SD, p.SE = estimate.Absent(), estimate.Absent()
		return
	}
	ci := estimate.Around(r.ATT, sd, estimate.Z(0.95))
	p.Low, p.High = ci.Low, ci.High
}

func sets(n, k int) float64 {
	return math.Round(math.Exp(combin.LogGeneralizedBinomial(float64(n), float64(k))))
}

// everySet goes through all sets of controls as large as the treated group.
func (r *DiDResult) everySet() {
	p := &r.Placebo
	chosen := combin.Combinations(r.Controls, r.Treated)
	p.Sets, p.estim = len(chosen), make([]float64, len(chosen))
	each(len(chosen), func(i int) {
		p.estim[i] = r.placebo(r.Cohorts[0], chosen[i], chosen[i])
	})
	p.SD = estimate.Of(math.Sqrt(stat.PopVariance(p.estim, nil)))
	if r.Treated == 1 {
		for i, e := range p.estim {
			p.Units = append(p.Units, PlaceboUnit{r.panel.Units[r.controls[i]], e})
		}
	}
}

// placebo is the estimate with some controls, by their number, called treated in a cohort; all says which controls are called
// treated in any.
func (r *DiDResult) placebo(c Cohort, called, all []int) float64 {
	out := map[int]bool{}
	for _, i := range all {
		out[i] = true
	}
	var treated, controls []int
	for _, i := range called {
		treated = append(treated, r.controls[i])
	}
	for i, u := range r.controls {
		if !out[i] {
			controls = append(controls, u)
		}
	}
	value, _, _ := r.solve(treated, controls, c)
	return value
}

// dealt gives the first controls of an order to the cohorts, and averages as the estimate does.
func (r *DiDResult) dealt(order []int) float64 {
	all := order[:r.Treated]
	var att float64
	at := 0
	for _, c := range r.Cohorts {
		att += c.Share.Value * r.placebo(c, all[at:at+len(c.treated)], all)
		at += len(c.treated)
	}
	return att
}

func (r *DiDResult) extreme(estimates []float64) estimate.Number {
	count := 1.0
	for _, e := range estimates {
		if math.Abs(e) >= math.Abs(r.ATT.Value) {
			count++
		}
	}
	return estimate.Of(count / float64(1+len(estimates)))
}
