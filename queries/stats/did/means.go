package did

import (
	"gonum.org/v1/gonum/floats"

	"hulian/queries/stats/regress"
)

// section is the rows of one cell: in a panel one a unit with its change, in cross-sections one an outcome.
type section struct {
	regress.Design // N rows, the first of K columns is 1
	y, w           []float64
	treated, post  []bool
	unit           []int // of each row, its place in the panel
	panel          bool
}

// trimmedAt: comparison rows as likely as this to be treated count nothing (DRDID).
const trimmedAt = 0.995

// overlapAt: with a row as likely as this to be treated, nobody is left to compare it with (R package did).
const overlapAt = 0.999

// part is a regression within a mean: the mean's h holds coefficient × Xβ.
type part struct {
	fit         int
	coefficient float64
}

// mean is Σwh ÷ Σw, one of those an estimator is the sum of.
type mean struct {
	sign  float64
	w, h  []float64
	odds  bool // w holds the odds p/(1−p) of the logit
	parts []part
}

// outcomeFit is least squares over some rows: w is 0 in the others.
type outcomeFit struct {
	regress.Fit
	w []float64
}

// estimator is a sum of means of fitted things, with what its influence function needs.
type estimator struct {
	section
	logit *regress.Fit
	fits  []outcomeFit
	means []mean
}

// estimate gives the sum Σ sign η, η = Σwh/Σw, and its influence function, one value a row:
//
//	ψᵢ = Σ sign [wᵢ(hᵢ − η) + aᵢ′ mean(w(h−η)X) + Σ c bᵢ′ mean(wX)] ÷ mean(w)
//
// with aᵢ = N (X′diag(wp(1−p))X)⁻¹ wᵢ(Dᵢ−pᵢ)Xᵢ of the logit where w holds its odds, and bᵢ = N (X′WX)⁻¹ wᵢ(yᵢ−Xᵢβ)Xᵢ of each
// regression in h with coefficient c. With the means of Sant'Anna & Zhao (2020), Journal of Econometrics 219:101–122,
// these are their influence functions. ok is false where a mean has no weight.
func (e *estimator) estimate() (att float64, psi []float64, ok bool) {
	n := float64(e.N)
	psi = make([]float64, e.N)
	onLogit := make([]float64, e.K)
	onFits := make([][]float64, len(e.fits))
	for i := range onFits {
		onFits[i] = make([]float64, e.K)
	}
	for _, m := range e.means {
		total := floats.Sum(m.w)
		if !(total > 0) {
			return 0, nil, false
		}
		eta := floats.Dot(m.w, m.h) / total
		att += m.sign * eta
		of := make([]float64, e.K) // N mean(wX) ÷ N mean(w), for the regressions
		for i, w := range m.w {
			if w == 0 {
				continue
			}
			d := w / total * (m.h[i] - eta)
			psi[i] += m.sign * n * d
			if m.odds {
				floats.AddScaled(onLogit, m.sign*d, e.Row(i))
			}
			if m.parts != nil {
				floats.AddScaled(of, w/total, e.Row(i))
			}
		}
		for _, p := range m.parts {
			floats.AddScaled(onFits[p.fit], m.sign*p.coefficient, of)
		}
	}
	if e.logit != nil {
		direction := regress.Times(e.logit.Inverse, onLogit)
		for i, p := range e.logit.Fitted {
			psi[i] += n * e.w[i] * (indicator(e.treated[i]) - p) * floats.Dot(e.Row(i), direction)
		}
	}
	for k, f := range e.fits {
		direction := regress.Times(f.Inverse, onFits[k])
		for i, w := range f.w {
			if w != 0 {
				psi[i] += n * w * (e.y[i] - f.Fitted[i]) * floats.Dot(e.Row(i), direction)
			}
		}
	}
	return att, psi, true
}

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// where gives the weights of the rows that want holds for, 0 to the others.
func (e *estimator) where(want func(i int) bool) []float64 {
	out := make([]float64, e.N)
	for i, w := range e.w {
		if want(i) {
			out[i] = w
		}
	}
	return out
}

// propensity fits the logit of being treated and gives the weights of the comparison rows that want holds for: w p/(1−p).
func (e *estimator) propensity() regress.Trouble {
	d := make([]float64, e.N)
	for i, t := range e.treated {
		d[i] = indicator(t)
	}
	fit := regress.Logit(e.Design, d, e.w)
	if fit.Trouble == "" {
		for _, p := range fit.Fitted {
			if p >= overlapAt {
				fit.Trouble = regress.Separated
			}
		}
	}
	e.logit = &fit
	return fit.Trouble
}

func (e *estimator) odds(want func(i int) bool) []float64 {
	out := e.where(func(i int) bool { return !e.treated[i] && e.logit.Fitted[i] < trimmedAt && want(i) })
	for i, w := range out {
		if w != 0 {
			out[i] = w * e.logit.Fitted[i] / (1 - e.logit.Fitted[i])
		}
	}
	return out
}

// regression fits y on X over the rows that want holds for.
func (e *estimator) regression(want func(i int) bool) (fit int, trouble regress.Trouble) {
	w := e.where(want)
	f := regress.Least(e.Design, e.y, w)
	e.fits = append(e.fits, outcomeFit{f, w})
	return len(e.fits) - 1, f.Trouble
}

// adjusted is ATT and influence of a section by a method.
func (s section) adjusted(m Adjustment) (att float64, psi []float64, trouble regress.Trouble) {
	e := &estimator{section: s}
	if m != Regression {
		if t := e.propensity(); t != "" {
			return 0, nil, t
		}
	}
	switch {
	case s.panel:
		trouble = e.changes(m)
	case m == DoublyRobust:
		trouble = e.efficient()
	default:
		trouble = e.levels(m)
	}
	if trouble != "" {
		return 0, nil, trouble
	}
	att, psi, ok := e.estimate()
	if !ok {
		return 0, nil, regress.Separated
	}
	return att, psi, ""
}

// changes are the means of a panel, Δ the change: reg mean_D(Δ − Xβ); ipw mean_D(Δ) − mean_odds(Δ); dr both, β from the
// comparison rows.
func (e *estimator) changes(m Adjustment) regress.Trouble {
	all := func(int) bool { return true }
	h, parts := e.y, []part(nil)
	if m != Weighting {
		fit, trouble := e.regression(func(i int) bool { return !e.treated[i] })
		if trouble != "" {
			return trouble
		}
		h = make([]float64, e.N)
		floats.SubTo(h, e.y, e.fits[fit].Fitted)
		parts = []part{{fit, -1}}
	}
	e.means = append(e.means, mean{sign: 1, w: e.where(func(i int) bool { return e.treated[i] }), h: h, parts: parts})
	if m != Regression {
		e.means = append(e.means, mean{sign: -1, w: e.odds(all), h: h, odds: true, parts: parts})
	}
	return ""
}

func sides(sign float64) float64 { return 2*sign - 1 }

// levels are the means of repeated cross-sections: reg mean_{D,post} y − mean_{D,pre} y − mean_D(Xβ₁ − Xβ₀), β₁ and β₀
// from the comparison rows after and before; ipw the four means, those of comparison rows by the odds.
func (e *estimator) levels(m Adjustment) regress.Trouble {
	var fits [2]int
	for k, after := range []bool{false, true} {
		sign := sides(indicator(after))
		e.means = append(e.means, mean{sign: sign, w: e.where(func(i int) bool { return e.treated[i] && e.post[i] == after }), h: e.y})
		if m == Weighting {
			e.means = append(e.means, mean{sign: -sign, w: e.odds(func(i int) bool { return e.post[i] == after }), h: e.y, odds: true})
			continue
		}
		fit, trouble := e.regression(func(i int) bool { return !e.treated[i] && e.post[i] == after })
		if trouble != "" {
			return trouble
		}
		fits[k] = fit
	}
	if m == Regression {
		moved := make([]float64, e.N)
		floats.SubTo(moved, e.fits[fits[1]].Fitted, e.fits[fits[0]].Fitted)
		e.means = append(e.means, mean{sign: -1, w: e.where(func(i int) bool { return e.treated[i] }), h: moved,
			parts: []part{{fits[1], 1}, {fits[0], -1}}})
	}
	return ""
}

// efficient are the means of the locally efficient doubly robust estimator for repeated cross-sections: the doubly
// robust four, plus what the regressions of treated and comparison rows say of all treated rows beyond those of one side.
func (e *estimator) efficient() regress.Trouble {
	isTreated := func(i int) bool { return e.treated[i] }
	for _, after := range []bool{false, true} {
		sign := sides(indicator(after))
		in := func(i int) bool { return e.post[i] == after }
		comparison, trouble := e.regression(func(i int) bool { return !e.treated[i] && in(i) })
		if trouble != "" {
			return trouble
		}
		treated, trouble := e.regression(func(i int) bool { return e.treated[i] && in(i) })
		if trouble != "" {
			return trouble
		}
		left, gap := make([]float64, e.N), make([]float64, e.N)
		floats.SubTo(left, e.y, e.fits[comparison].Fitted)
		floats.SubTo(gap, e.fits[treated].Fitted, e.fits[comparison].Fitted)
		of := []part{{comparison, -1}}
		both := []part{{treated, 1}, {comparison, -1}}
		e.means = append(e.means,
			mean{sign: sign, w: e.where(func(i int) bool { return e.treated[i] && in(i) }), h: left, parts: of},
			mean{sign: -sign, w: e.odds(in), h: left, odds: true, parts: of},
			mean{sign: sign, w: e.where(isTreated), h: gap, parts: both},
			mean{sign: -sign, w: e.where(func(i int) bool { return e.treated[i] && in(i) }), h: gap, parts: both})
	}
	return ""
}
