package regress

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// Design is a table of N rows and K columns, row after row.
type Design struct {
	N, K int
	X    []float64
}

// Row is the i-th row, K numbers; it is no copy.
func (d Design) Row(i int) []float64 { return d.X[i*d.K : (i+1)*d.K] }

// Trouble says why there is no fit; empty where there is one.
type Trouble string

// The troubles.
const (
	Collinear  Trouble = "collinear"   // a column follows from the others, or there are fewer rows than columns
	Separated  Trouble = "separated"   // a column splits the outcomes: the best coefficient is infinite
	NotSettled Trouble = "not_settled" // the steps do not come to an end
)

// Fit is a regression.
type Fit struct {
	Beta    []float64     // K coefficients
	Fitted  []float64     // N means, on the outcome's own scale
	Inverse *mat.SymDense // K × K: (X′WX)⁻¹, W the weights, times the variance of an outcome in logit and Poisson
	Trouble Trouble
}

// leastCondition: below this reciprocal condition number of the scaled X′WX its inverse is rounding error.
const leastCondition = 1e-12

// information is X′WX, K × K; rows of weight 0 are skipped.
func (d Design) information(w []float64) *mat.SymDense {
	sum := make([]float64, d.K*d.K)
	for i, v := range w {
		if v == 0 {
			continue
		}
		row := d.Row(i)
		for a, x := range row {
			xv := x * v
			for b := a; b < d.K; b++ {
				sum[a*d.K+b] += xv * row[b]
			}
		}
	}
	return mat.NewSymDense(d.K, sum)
}

// Inverted is the inverse of a K × K matrix of sums of squares, judged after every column is brought to the size of 1.
func Inverted(m *mat.SymDense) (*mat.SymDense, bool) {
	k := m.SymmetricDim()
	scale := make([]float64, k)
	for i := range k {
		if scale[i] = math.Sqrt(m.At(i, i)); !(scale[i] > 0) || math.IsInf(scale[i], 0) {
			return nil, false
		}
	}
	scaled := mat.NewSymDense(k, nil)
	for i := range k {
		for j := i; j < k; j++ {
			scaled.SetSym(i, j, m.At(i, j)/scale[i]/scale[j])
		}
	}
	var factor mat.Cholesky
	var inverse mat.SymDense
	if !factor.Factorize(scaled) || !(factor.Cond() < 1/leastCondition) || factor.InverseTo(&inverse) != nil {
		return nil, false
	}
	for i := range k {
		for j := i; j < k; j++ {
			inverse.SetSym(i, j, inverse.At(i, j)/scale[i]/scale[j])
		}
	}
	return &inverse, true
}

// Times is the K numbers of m v.
func Times(m *mat.SymDense, v []float64) []float64 {
	out := mat.NewVecDense(len(v), nil)
	out.MulVec(m, mat.NewVecDense(len(v), v))
	return out.RawVector().Data
}

// Least is least squares of y (N) on the design with weights w (N, 0 leaves a row out; nil is 1 each), by the normal
// equations, and once more of what they leave, which brings back the digits they lose.
func Least(d Design, y, w []float64) Fit {
	if w == nil {
		w = make([]float64, d.N)
		for i := range w {
			w[i] = 1
		}
	}
	inverse, ok := Inverted(d.information(w))
	if !ok {
		return Fit{Trouble: Collinear}
	}
	f := Fit{Beta: make([]float64, d.K), Fitted: make([]float64, d.N), Inverse: inverse}
	for range 2 {
		score := make([]float64, d.K)
		for i, v := range w {
			if v != 0 {
				floats.AddScaled(score, v*(y[i]-f.Fitted[i]), d.Row(i))
			}
		}
		floats.Add(f.Beta, Times(inverse, score))
		for i := range f.Fitted {
			f.Fitted[i] = floats.Dot(d.Row(i), f.Beta)
		}
	}
	return f
}

const (
	mostSteps = 60
	// settled: a Newton step that raises the likelihood by less than this share of the weights is followed by one more,
	// the last; the error is squared at each.
	settled = 1e-13
	// beyond this linear predictor a probability is 0 or 1 to rounding.
	widest = 33
	// a coefficient that runs away stops where e^−η is settled, at about 30.
	runaway = 28
)

// family is what a generalised linear model needs: the mean and the variance at a linear predictor, and the likelihood.
type family struct {
	at         func(eta float64) (mean, variance float64)
	likelihood func(y, eta, mean float64) float64
	bounded    bool // means lie between 0 and 1
}

var (
	binary = family{
		at: func(eta float64) (float64, float64) {
			p := 1 / (1 + math.Exp(-eta))
			return p, p * (1 - p)
		},
		likelihood: func(y, eta, _ float64) float64 {
			if eta > 0 {
				return (y-1)*eta - math.Log1p(math.Exp(-eta))
			}
			return y*eta - math.Log1p(math.Exp(eta))
		},
		bounded: true,
	}
	counts = family{
		at:         func(eta float64) (float64, float64) { m := math.Exp(eta); return m, m },
		likelihood: func(y, eta, mean float64) float64 { return y*eta - mean },
	}
)

// Logit fits P(y = 1) = 1/(1 + e^−Xb) by maximum likelihood (Newton's steps, halved where one goes too far). y is 0 or 1;
// w as for Least. Inverse is (X′ diag(w p(1−p)) X)⁻¹.
func Logit(d Design, y, w []float64) Fit { return d.newton(binary, y, w, nil, make([]float64, d.K)) }

// Poisson fits E(y) = exp(Xb + offset) by maximum likelihood; y are counts from 0, offset (N, nil is 0) the logarithm of
// what each count is out of. Inverse is (X′ diag(mean) X)⁻¹.
func Poisson(d Design, y, offset []float64) Fit {
	// Least squares of log counts is near enough to begin at.
	start := make([]float64, d.N)
	for i, v := range y {
		start[i] = math.Log(math.Max(v, 0.5))
		if offset != nil {
			start[i] -= offset[i]
		}
	}
	first := Least(d, start, nil)
	if first.Trouble != "" {
		return first
	}
	return d.newton(counts, y, nil, offset, first.Beta)
}

// vanished: a mean below so small a part of the largest one is on its way to 0.
const vanished = 1e-9

func (d Design) newton(f family, y, w, offset, beta []float64) Fit {
	s := search{Design: d, family: f, y: y, w: w, offset: offset, mean: make([]float64, d.N), information: make([]float64, d.N)}
	likelihood := s.move(beta)
	last := false
	for range mostSteps {
		inverse, ok := Inverted(d.information(s.information))
		switch {
		case !ok && s.widest > widest/2 && f.bounded:
			return Fit{Trouble: Separated}
		case !ok:
			return Fit{Trouble: Collinear}
		case last && s.widest > runaway && f.bounded:
			return Fit{Trouble: Separated}
		case last && !f.bounded && floats.Min(s.mean) < vanished*floats.Max(s.mean): // the likelihood is flat on the way to 0
			return Fit{Trouble: NotSettled}
		case last:
			return Fit{Beta: beta, Fitted: s.mean, Inverse: inverse}
		case s.widest > widest && f.bounded:
			return Fit{Trouble: Separated}
		}
		score := s.score()
		step := Times(inverse, score)
		gain := floats.Dot(score, step)
		for half := 1.0; ; half /= 2 {
			next := append([]float64(nil), beta...)
			floats.AddScaled(next, half, step)
			at := s.move(next)
			if at >= likelihood-1e-12*(1+math.Abs(likelihood)) && !math.IsInf(at, 0) || half < 1e-6 {
				beta, likelihood = next, at
				break
			}
		}
		last = gain <= settled*s.total
	}
	if f.bounded {
		return Fit{Trouble: Separated}
	}
	return Fit{Trouble: NotSettled}
}

// search is a likelihood on its way up.
type search struct {
	Design
	family
	y, w, offset      []float64
	mean, information []float64
	widest, total     float64
}

// move computes means and information at the coefficients and returns the log likelihood.
func (s *search) move(beta []float64) (likelihood float64) {
	s.widest, s.total = 0, 0
	for i := range s.N {
		w := 1.0
		if s.w != nil {
			w = s.w[i]
		}
		eta := floats.Dot(s.Row(i), beta)
		if s.offset != nil {
			eta += s.offset[i]
		}
		mean, variance := s.at(eta)
		s.mean[i], s.information[i] = mean, w*variance
		if w > 0 {
			s.widest = math.Max(s.widest, math.Abs(eta))
			likelihood += w * s.likelihood(s.y[i], eta, mean)
			s.total += w
		}
	}
	return likelihood
}

func (s *search) score() []float64 {
	out := make([]float64, s.K)
	for i, y := range s.y {
		w := 1.0
		if s.w != nil {
			w = s.w[i]
		}
		if w != 0 {
			floats.AddScaled(out, w*(y-s.mean[i]), s.Row(i))
		}
	}
	return out
}

// Standardised brings columns of covariates (each N long) to mean 0 and spread 1 and sets 1 before them: what is fitted
// stays the same. Columns that are constant or follow from those before them are left out; kept says which remain.
func Standardised(columns [][]float64, n int) (d Design, kept []int) {
	const remains = 1e-7 // of the length of a column, after those before it are taken out
	basis := [][]float64{}
	var take [][]float64
	for k, column := range columns {
		mean, spread := stat.PopMeanStdDev(column, nil)
		if !(spread > 1e-13*math.Abs(mean)) || math.IsInf(spread, 0) {
			continue
		}
		z := make([]float64, n)
		for i, v := range column {
			z[i] = (v - mean) / spread
		}
		rest := append([]float64(nil), z...)
		for range 2 {
			for _, b := range basis {
				floats.AddScaled(rest, -floats.Dot(rest, b), b)
			}
		}
		length := floats.Norm(rest, 2)
		if length <= remains*math.Sqrt(float64(n)) {
			continue
		}
		floats.Scale(1/length, rest)
		basis, take, kept = append(basis, rest), append(take, z), append(kept, k)
	}
	d = Design{N: n, K: 1 + len(kept), X: make([]float64, n*(1+len(kept)))}
	for i := range n {
		row := d.Row(i)
		row[0] = 1
		for k, z := range take {
			row[k+1] = z[i]
		}
	}
	return d, kept
}
