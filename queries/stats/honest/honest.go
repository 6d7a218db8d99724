package honest

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"hulian/queries/stats/estimate"
)

// Study is an event study: coefficients by period in the unit of the outcome, in order of time, one step apart. The last
// period before the start is the reference: it is 0, stands between Pre and Post, and is left out.
type Study struct {
	Pre, Post []float64
	Cov       [][]float64 // of Pre and then Post
	L         []float64   // the effect asked for is Σ L Post; nil: the first period after the start
}

// Options steer the analysis. The zero value is 95%, M̄ of 0 to 2, and sizes of M taken from the periods before.
type Options struct {
	Confidence float64   // 0 means 0.95
	Mbar       []float64 // relative magnitudes; nil: 0, 0.5, 1, 1.5, 2
	M          []float64 // smoothness, in the unit of the outcome; nil: 0 to twice the smallest that is possible
	Grid       int       // effects tested; 0 means 1,000
	Width      float64   // of the grid on either side of 0, in standard errors; 0 means 20
	Draws      int       // of the least favourable critical value; 0 means 10,000
	Seed       uint64    // 0 means 1
}

// Relative is what is possible when no change of the violation after the start is larger than M̄ times the largest before.
type Relative struct {
	Mbar        float64
	Identified  estimate.Interval // sampling error ignored
	CLF         estimate.Interval // conditional, least favourable hybrid
	Conditional estimate.Interval
}

// Smooth is what is possible when the slope of the violation changes by no more than M from period to period.
type Smooth struct {
	M           float64
	Identified  estimate.Interval // absent where the periods before change their slope by more
	FLCI        estimate.Interval // optimal fixed-length interval
	CLF         estimate.Interval
	Conditional estimate.Interval
}

// Result is the sensitivity of one effect.
type Result struct {
	Theta        estimate.Number
	SE           estimate.Number
	Original     estimate.Interval // Theta ± z SE: what holds if trends are parallel
	MaxPreChange estimate.Number   // largest change of the coefficients between periods before the start, the reference among them
	GridStep     estimate.Number
	Relative     []Relative
	Smooth       []Smooth

	RelativeBreakdown    estimate.Number // M̄ at which the identified set touches 0
	RelativeBreakdownCLF estimate.Number // M̄ from which the C-LF set holds 0
	SmallestM            estimate.Number // below it no violation matches the coefficients before the start
	SmoothBreakdown      estimate.Number // M at which the identified set touches 0; absent where it always holds 0
	SmoothBreakdownFLCI  estimate.Number // M at which the fixed-length interval touches 0; absent where it always holds 0
	Options              Options
	Warnings             []estimate.Warning

	study   Study
	beta    []float64
	cov     *mat.SymDense
	root    *mat.Dense // cov = root root′
	normals [][]float64
}

// Of runs the analysis.
func Of(s Study, o Options) Result {
	r := Result{study: s, Options: o.filled()}
	if r.study.L == nil && len(s.Post) > 0 {
		r.study.L = make([]float64, len(s.Post))
		r.study.L[0] = 1
	}
	if !r.sound() {
		return r
	}
	n := len(s.Pre)
	theta := floats.Dot(r.study.L, s.Post)
	direction := append(make([]float64, n), r.study.L...)
	se := math.Sqrt(r.variance(direction))
	r.Theta = estimate.Of(theta)
	if !(se > 0) {
		r.refuse("the effect has no sampling error: there is nothing to test")
		return r
	}
	r.SE, r.GridStep = estimate.Of(se), estimate.Of(2*r.Options.Width*se/float64(r.Options.Grid-1))
	r.Original = estimate.Around(r.Theta, r.SE, estimate.Z(r.Options.Confidence))
	r.draw()
	r.relative()
	r.smooth()
	return r
}

func (o Options) filled() Options {
	if !(o.Confidence > 0 && o.Confidence < 1) {
		o.Confidence = 0.95
	}
	if o.Mbar == nil {
		o.Mbar = []float64{0, 0.5, 1, 1.5, 2}
	}
	if o.Grid < 2 {
		o.Grid = 1000
	}
	if !(o.Width > 0) {
		o.Width = 20
	}
	if o.Draws <= 0 {
		o.Draws = 10_000
	}
	if o.Seed == 0 {
		o.Seed = 1
	}
	return o
}

func (o Options) alpha() float64 { return 1 - o.Confidence }

func (r *Result) warn(code estimate.Code, format string, args ...any) {
	r.Warnings = append(r.Warnings, estimate.Warn(code, format, args...))
}

func (r *Result) refuse(format string, args ...any) {
	r.warn(estimate.NotEstimable, format, args...)
}

// psd is the part of the largest eigenvalue by which another may lie below 0 and count as 0.
const psd = 1e-9

// sound checks the study and takes the root of its covariance.
func (r *Result) sound() bool {
	s := r.study
	n := len(s.Pre) + len(s.Post)
	r.beta = append(append([]float64{}, s.Pre...), s.Post...)
	switch {
	case len(s.Pre) == 0:
		r.refuse("there is no coefficient before the start: nothing says how large a violation of parallel trends could be")
		return false
	case len(s.Post) == 0:
		r.refuse("there is no coefficient after the start: nothing to estimate")
		return false
	case len(s.L) != len(s.Post):
		r.refuse("%d weights for %d periods after the start: one for each is needed", len(s.L), len(s.Post))
		return false
	case len(s.Cov) != n:
		r.refuse("the covariance has %d rows for %d coefficients", len(s.Cov), n)
		return false
	}
	largest := 0.0
	r.cov = mat.NewSymDense(n, nil)
	for i, row := range s.Cov {
		if len(row) != n {
			r.refuse("the covariance has a row of %d values for %d coefficients", len(row), n)
			return false
		}
		for j := i; j < n; j++ {
			r.cov.SetSym(i, j, row[j])
			largest = math.Max(largest, math.Abs(row[j]))
		}
	}
	if !finite(r.beta, s.L) || !finite(s.Cov...) {
		r.refuse("a coefficient or a covariance is missing: every period needs one")
		return false
	}
	for i := range n {
		for j := range i {
			if math.Abs(s.Cov[i][j]-s.Cov[j][i]) > 1e-6*largest {
				r.refuse("the covariance is not symmetric: row %d, column %d", i+1, j+1)
				return false
			}
		}
	}
	return r.rooted(n)
}

func finite(lists ...[]float64) bool {
	for _, list := range lists {
		for _, v := range list {
			if !(math.Abs(v) < 1e100) {
				return false
			}
		}
	}
	return true
}

func (r *Result) rooted(n int) bool {
	var eigen mat.EigenSym
	if !eigen.Factorize(r.cov, true) {
		r.refuse("the covariance cannot be taken apart")
		return false
	}
	values := eigen.Values(nil)
	if values[0] < -psd*values[n-1] {
		r.refuse("the covariance is none: it gives a mix of the coefficients a variance below 0")
		return false
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	r.root = mat.NewDense(n, n, nil)
	r.root.Apply(func(_, j int, v float64) float64 { return v * math.Sqrt(math.Max(0, values[j])) }, &vectors)
	return true
}

// covariance is that of two mixes of the coefficients.
func (r *Result) covariance(a, b []float64) float64 {
	return mat.Inner(mat.NewVecDense(len(a), a), r.cov, mat.NewVecDense(len(b), b))
}

func (r *Result) variance(a []float64) float64 { return math.Max(0, r.covariance(a, a)) }

// coefficient gives the position of a period among the coefficients: −1, −2, … before the reference and 1, 2, … after;
// ok is false for the reference.
func (r *Result) coefficient(t int) (at int, ok bool) {
	n := len(r.study.Pre)
	switch {
	case t < 0:
		return n + t, true
	case t > 0:
		return n + t - 1, true
	}
	return 0, false
}

// form is a linear form in the coefficients, given by period.
func (r *Result) form(by map[int]float64) []float64 {
	out := make([]float64, len(r.beta))
	for t, v := range by {
		if at, ok := r.coefficient(t); ok {
			out[at] = v
		}
	}
	return out
}

// change is the coefficient of t less that of t − 1.
func (r *Result) change(t int) []float64 { return r.form(map[int]float64{t - 1: -1, t: 1}) }

// bend is the second difference around t.
func (r *Result) bend(t int) []float64 { return r.form(map[int]float64{t - 1: 1, t: -2, t + 1: 1}) }

// size keeps what a form gives, 0 where it is rounding.
func (r *Result) size(form []float64) float64 {
	return estimate.Cleared(floats.Dot(form, r.beta), floats.Norm(r.beta, math.Inf(1)))
}
