package simplex

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Problem is: minimise |Σ wⱼ Columns[j] − Target|² + Ridge |w|² over w ≥ 0, Σ w = 1. The n columns have the m values of
// the target, all in one unit and finite; Ridge is in that unit squared and not negative.
type Problem struct {
	Columns [][]float64
	Target  []float64
	Ridge   float64
}

// Solution is the optimum.
type Solution struct {
	Weights  []float64 // n of them, ≥ 0, of sum 1
	Distance float64   // |Σ wⱼ Columns[j] − Target|, without the ridge
	Unique   bool      // no other weights do as well; where they do, the most even ones are given
	Gap      float64   // how far the objective may lie above the optimum: obj − min over columns of the gradient; 0 up to rounding
}

// Tolerances, relative to the longest column after the target is taken off.
const (
	descent   = 1e-12 // a smaller gain is rounding
	flat      = 1e-9  // a column with a gain below this could have a weight
	dependent = 1e-9  // singular values below this part of the largest are 0
	strong    = 1e-6  // ridge above which normal equations lose nothing
	evenness  = 1e-9  // ridge that settles the choice where many weights do as well
)

// Solve finds the optimum by Wolfe's method for the nearest point of a polytope: columns join the mix one by one, the best
// mix of those within is found exactly, and those whose weight would fall below 0 leave (Wolfe 1976, Mathematical
// Programming 11:128–149; it is the active-set method of Lawson & Hanson 1974 with the sum held at 1). ok is false where
// there is no column, a value is not finite, or the columns differ in length.
func Solve(p Problem) (s Solution, ok bool) {
	if !p.sound() {
		return Solution{}, false
	}
	c := newCorral(p)
	c.run()
	s = Solution{Weights: c.weights, Unique: true}
	if p.Ridge == 0 {
		s.Unique = c.unique()
		if !s.Unique {
			c.even()
			s.Weights = c.weights
		}
	}
	x := c.point()
	s.Distance = math.Sqrt(floats.Dot(x, x))
	gradient := c.gradient(x)
	s.Gap = math.Max(0, c.objective(x)-floats.Min(gradient))
	return s, true
}

func (p Problem) sound() bool {
	if len(p.Columns) == 0 || !(p.Ridge >= 0) || math.IsInf(p.Ridge, 0) {
		return false
	}
	for _, column := range append([][]float64{p.Target}, p.Columns...) {
		if len(column) != len(p.Target) || slices.ContainsFunc(column, func(v float64) bool { return !(math.Abs(v) < 1e150) }) {
			return false
		}
	}
	return true
}

// corral is the mix on its way: which columns are within and what they weigh.
type corral struct {
	columns [][]float64 // with the target taken off, so that the point nearest to 0 is looked for
	ridge   float64
	within  []int
	weights []float64
	longest float64 // squared length of the longest column
	gram    *mat.SymDense
}

func newCorral(p Problem) *corral {
	c := &corral{ridge: p.Ridge, weights: make([]float64, len(p.Columns)), columns: make([][]float64, len(p.Columns))}
	nearest := 0
	var least float64
	for j, column := range p.Columns {
		c.columns[j] = make([]float64, len(column))
		floats.SubTo(c.columns[j], column, p.Target)
		length := floats.Dot(c.columns[j], c.columns[j])
		c.longest = math.Max(c.longest, length)
		if j == 0 || length < least {
			nearest, least = j, length
		}
	}
	c.within, c.weights[nearest] = []int{nearest}, 1
	if c.ridge > strong*c.longest {
		c.byNormalEquations()
	}
	return c
}

// byNormalEquations keeps the products of all columns, and starts from the mix of all instead of the nearest column.
func (c *corral) byNormalEquations() {
	n := len(c.columns)
	c.gram = mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			v := floats.Dot(c.columns[i], c.columns[j])
			if i == j {
				v += c.ridge
			}
			c.gram.SetSym(i, j, v)
		}
	}
	all := make([]int, n)
	for j := range all {
		all[j] = j
	}
	for len(all) > 0 {
		z, ok := c.affine(all)
		if !ok {
			return
		}
		kept := all[:0:0]
		for i, j := range all {
			if z[i] > 0 {
				kept = append(kept, j)
			}
		}
		if len(kept) == len(all) {
			clear(c.weights)
			for i, j := range all {
				c.weights[j] = z[i]
			}
			c.within = all
			return
		}
		all = kept
	}
}

// point is the mix, less the target.
func (c *corral) point() []float64 {
	x := make([]float64, len(c.columns[0]))
	for j, w := range c.weights {
		if w != 0 {
			floats.AddScaled(x, w, c.columns[j])
		}
	}
	return x
}

// gradient is half that of the objective, by column. At the optimum it is the objective for the columns within and no less
// for the others.
func (c *corral) gradient(x []float64) []float64 {
	g := make([]float64, len(c.columns))
	for j, column := range c.columns {
		g[j] = floats.Dot(column, x) + c.ridge*c.weights[j]
	}
	return g
}

func (c *corral) objective(x []float64) float64 {
	return floats.Dot(x, x) + c.ridge*floats.Dot(c.weights, c.weights)
}

// run goes on until no column would bring the mix nearer.
func (c *corral) run() {
	for range 20 * (len(c.columns) + 10) {
		x := c.point()
		g := c.gradient(x)
		objective := c.objective(x)
		j := floats.MinIdx(g)
		rounding := descent*math.Sqrt(c.longest*objective) + 1e-16*c.longest
		if objective-g[j] <= rounding || slices.Contains(c.within, j) {
			return
		}
		c.within = append(c.within, j)
		if !c.settle() {
			return
		}
	}
}

// settle finds the best mix of those within, letting those go whose weight would fall below 0. It reports false where the
// newcomer lies among the others, up to rounding, and nothing can be gained.
func (c *corral) settle() bool {
	for len(c.within) > 0 {
		z, ok := c.affine(c.within)
		if !ok {
			c.within = c.within[:len(c.within)-1]
			return false
		}
		step, blocking := 1.0, -1 // the column that reaches 0 first always leaves, so that this ends
		for i, j := range c.within {
			if z[i] > 0 {
				continue
			}
			s := 0.0
			if c.weights[j] > 0 {
				s = c.weights[j] / (c.weights[j] - z[i])
			}
			if blocking < 0 || s < step {
				step, blocking = s, i
			}
		}
		if blocking < 0 {
			for i, j := range c.within {
				c.weights[j] = z[i]
			}
			return true
		}
		kept := c.within[:0:0]
		for i, j := range c.within {
			at := c.weights[j] + step*(z[i]-c.weights[j])
			if i == blocking || at <= 0 {
				c.weights[j] = 0
				continue
			}
			c.weights[j] = at
			kept = append(kept, j)
		}
		c.within = kept
	}
	return false
}

// affine is the best mix of some columns when weights may be below 0; ok is false where they do not determine it.
func (c *corral) affine(of []int) (z []float64, ok bool) {
	if len(of) == 1 {
		return []float64{1}, true
	}
	if c.gram != nil {
		return c.affineByGram(of)
	}
	// Every weight but the first is free: columns less the first one, and rows of √ridge for the weights themselves.
	m, k := len(c.columns[0]), len(of)-1
	rows := m
	if c.ridge > 0 {
		rows += len(of)
	}
	if rows < k {
		return nil, false
	}
	a, b := mat.NewDense(rows, k, nil), mat.NewVecDense(rows, nil)
	first, root := c.columns[of[0]], math.Sqrt(c.ridge)
	for r := range m {
		b.SetVec(r, -first[r])
		for i, j := range of[1:] {
			a.Set(r, i, c.columns[j][r]-first[r])
		}
	}
	if c.ridge > 0 {
		b.SetVec(m, -root)
		for i := range k {
			a.Set(m, i, -root)
			a.Set(m+1+i, i, root)
		}
	}
	var qr mat.QR
	qr.Factorize(a)
	var v mat.VecDense
	if err := qr.SolveVecTo(&v, false, b); err != nil && qr.Cond() > 1e14 {
		return nil, false
	}
	z = append([]float64{1}, v.RawVector().Data...)
	z[0] -= floats.Sum(z[1:])
	return z, !floats.HasNaN(z)
}

// affineByGram solves G z = μ 1, 1'z = 1.
func (c *corral) affineByGram(of []int) (z []float64, ok bool) {
	g := mat.NewSymDense(len(of), nil)
	ones := mat.NewVecDense(len(of), nil)
	for i, j := range of {
		ones.SetVec(i, 1)
		for k := i; k < len(of); k++ {
			g.SetSym(i, k, c.gram.At(j, of[k]))
		}
	}
	var factor mat.Cholesky
	var v mat.VecDense
	if !factor.Factorize(g) || factor.SolveVecTo(&v, ones) != nil {
		return nil, false
	}
	z = v.RawVector().Data
	floats.Scale(1/floats.Sum(z), z)
	return z, !floats.HasNaN(z)
}

// candidates are the columns that have a weight or could be given one without loss.
func (c *corral) candidates() []int {
	x := c.point()
	g := c.gradient(x)
	objective := c.objective(x)
	within := flat*math.Sqrt(c.longest*objective) + 1e-13*c.longest
	var out []int
	for j, v := range g {
		if v-objective <= within || c.weights[j] > 0 {
			out = append(out, j)
		}
	}
	return out
}

// unique reports whether the columns that could have a weight are affinely independent, in which case no other weights
// give the same mix.
func (c *corral) unique() bool {
	of := c.candidates()
	k := len(of) - 1
	if k == 0 {
		return true
	}
	if k > len(c.columns[0]) {
		return false
	}
	a := mat.NewDense(len(c.columns[0]), k, nil)
	for i, j := range of[1:] {
		for r, v := range c.columns[j] {
			a.Set(r, i, v-c.columns[of[0]][r])
		}
	}
	var svd mat.SVD
	if !svd.Factorize(a, mat.SVDNone) {
		return false
	}
	values := svd.Values(nil)
	return values[len(values)-1] > dependent*values[0]
}

// even chooses, among weights that do as well, the most even ones: a ridge too small to move the mix settles it.
func (c *corral) even() {
	of := c.candidates()
	columns := make([][]float64, len(of))
	x := c.point()
	for i, j := range of {
		columns[i] = c.columns[j]
	}
	ridge := evenness * c.longest
	if ridge == 0 {
		ridge = 1 // all columns are the target: any weights do
	}
	settled := newCorral(Problem{Columns: columns, Target: x, Ridge: ridge})
	settled.run()
	clear(c.weights)
	c.within = c.within[:0]
	for i, j := range of {
		c.weights[j] = settled.weights[i]
		if settled.weights[i] > 0 {
			c.within = append(c.within, j)
		}
	}
}
