// Package wild tests a difference where few clusters, not many units, carry the chance: the wild cluster bootstrap and
// the permutation of clusters.
//
// Outcomes with their cluster, treated or not, and covariates enter; the difference with a cluster-robust standard error,
// bootstrap and permutation p-values leave. There is no I/O and no state, so a crash has nothing to spoil; what is drawn
// comes from a seed, and what can be enumerated is. It refuses data without two clusters or without a comparison, says
// why, and never lets NaN out.
package wild

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"hulian/queries/stats/estimate"
	"hulian/queries/stats/regress"
)

// Unit is one row: its outcome (in a panel its change), whether it is treated, and covariates, as many in every row.
type Unit struct {
	Cluster string
	Treated bool
	Y       float64
	X       []float64
}

// Weights are what residuals of a cluster are multiplied by.
type Weights string

// The weights.
const (
	Rademacher Weights = "rademacher" // ±1
	Webb       Weights = "webb"       // ±√½, ±1, ±√1½: for very few clusters, never enumerated
)

// Options steer a test. The zero value enumerates ±1 where there are up to 2²⁰ vectors of signs.
type Options struct {
	Weights Weights
	Draws   int    // where vectors are not enumerated; 0 means 9999
	Drawn   bool   // do not enumerate
	Seed    uint64 // 0 means 1
}

// Cluster is one cluster and the mean of its outcomes.
type Cluster struct {
	Name    string
	Treated bool
	N       int
	Mean    float64
	Mixed   bool // it has treated and other units
}

// Bootstrap is where the t seen stands among those of the draws.
type Bootstrap struct {
	Draws      int
	Enumerated bool
	AtLeast    estimate.Number // share with |t*| ≥ |t|: with the null imposed the data themselves and their mirror image are among them
	More       estimate.Number // share with |t*| > |t|
	Low, High  estimate.Number // shares with t* ≤ t and t* ≥ t
	Q95        estimate.Number // 95% quantile of |t*|
}

// Permutation deals the treated clusters anew: shares with a difference of means as large as seen, that seen included.
type Permutation struct {
	Deals                   int
	Enumerated              bool
	TwoSided, Greater, Less estimate.Number
}

// Result is the test.
type Result struct {
	N, TreatedClusters int
	Clusters           []Cluster // by name
	Estimate           estimate.Number
	SE                 estimate.Number // CR1: G/(G−1) (n−1)/(n−k) times the cluster sandwich
	T                  estimate.Number
	P                  estimate.Number // Student's t, G − 1 degrees of freedom
	Imposed, Free      *Bootstrap      // residuals with and without the null imposed
	Permutation        *Permutation
	Warnings           []estimate.Warning
}

const (
	mostEnumerated = 20 // clusters: 2²⁰ vectors
	usualDraws     = 9999
	// fewTreated: with fewer treated clusters the bootstrap with the null imposed hardly ever rejects, the other far too
	// often (MacKinnon & Webb 2017, Journal of Applied Econometrics 32:233–254).
	fewTreated = 3
	slack      = 1e-9 // by how much of |t| rounding may part ties
)

// Test regresses the outcome on 1, treated and the covariates, and tests the coefficient of treated (Cameron, Gelbach &
// Miller 2008, Review of Economics and Statistics 90:414–427). With the null imposed (wcr) residuals and fit are those
// without treated and t* = b*/se*; free (wcu) t* = (b* − b)/se*. se* is CR1 again.
func Test(units []Unit, o Options) Result {
	if o.Weights != Webb {
		o.Weights = Rademacher
	}
	if o.Draws <= 0 {
		o.Draws = usualDraws
	}
	if o.Seed == 0 {
		o.Seed = 1
	}
	var r Result
	units, of := r.collect(units)
	g := len(r.Clusters)
	treated := 0
	for _, u := range units {
		treated += btoi(u.Treated)
	}
	switch {
	case g < 2:
		r.warn(estimate.NotEstimable, "%d clusters: chance between clusters needs two at least", g)
		return r
	case treated == 0 || treated == len(units):
		r.warn(estimate.NotEstimable, "%d of %d units are treated: there is nobody to compare with", treated, len(units))
		return r
	}
	m, ok := r.fit(units, of, g)
	if !ok {
		return r
	}
	if control := g - r.TreatedClusters; min(r.TreatedClusters, control) < fewTreated && !slices.ContainsFunc(r.Clusters, func(c Cluster) bool { return c.Mixed }) {
		r.warn(estimate.SmallBase, "%d treated clusters against %d: with fewer than %d on a side the bootstrap with the null imposed hardly ever finds anything and the other far too much; read the permutation of clusters", r.TreatedClusters, control, fewTreated)
	}
	if r.T.Known {
		r.Imposed, r.Free = m.bootstrap(r.T.Value, true, o), m.bootstrap(r.T.Value, false, o)
		if !r.Imposed.Enumerated {
			r.warn(estimate.Approximate, "%d draws from seed %d stand for all vectors of signs", r.Imposed.Draws, o.Seed)
		}
	}
	r.permute(o)
	return r
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (r *Result) warn(code estimate.Code, format string, args ...any) {
	r.Warnings = append(r.Warnings, estimate.Warn(code, format, args...))
}

// collect leaves out rows that miss a number, and lists the clusters; of says which each row is in.
func (r *Result) collect(all []Unit) (units []Unit, of []int) {
	for _, u := range all {
		sound := u.Cluster != "" && math.Abs(u.Y) < 1e150 && len(u.X) == len(all[0].X)
		for _, x := range u.X {
			sound = sound && math.Abs(x) < 1e150
		}
		if sound {
			units = append(units, u)
		}
	}
	if left := len(all) - len(units); left > 0 {
		r.warn(estimate.MissingValues, "%d rows miss an outcome, a covariate or their cluster, and were left out", left)
	}
	r.N = len(units)
	at := map[string]int{}
	for _, u := range units {
		if _, ok := at[u.Cluster]; !ok {
			at[u.Cluster] = len(r.Clusters)
			r.Clusters = append(r.Clusters, Cluster{Name: u.Cluster, Treated: u.Treated})
		}
		c := &r.Clusters[at[u.Cluster]]
		c.N++
		c.Mean += (u.Y - c.Mean) / float64(c.N)
		c.Mixed = c.Mixed || c.Treated != u.Treated
		of = append(of, at[u.Cluster])
	}
	for _, c := range r.Clusters {
		r.TreatedClusters += btoi(c.Treated)
	}
	return units, of
}

// model is the regression, cut by clusters.
type model struct {
	design   regress.Design // of K columns
	treated  int            // which of them
	inverse  *mat.SymDense
	of       []int // cluster of each row
	clusters int
	y        []float64
	full     regress.Fit
	imposed  regress.Fit // without treated
}

func (r *Result) fit(units []Unit, of []int, g int) (*model, bool) {
	last := len(units[0].X) // treated comes behind the covariates: where it follows from them, nothing tells it from them
	columns := make([][]float64, last+1)
	for i := range units {
		for k, x := range units[i].X {
			columns[k] = append(columns[k], x)
		}
		columns[last] = append(columns[last], float64(btoi(units[i].Treated)))
	}
	design, kept := regress.Standardised(columns, len(units))
	if !slices.Contains(kept, last) {
		r.warn(estimate.NotEstimable, "treated follows from the covariates: its difference cannot be told from theirs")
		return nil, false
	}
	if len(kept) < len(columns) {
		r.warn(estimate.NoSpread, "%d covariates are constant or follow from the others, and were left out", len(columns)-len(kept))
	}
	m := &model{design: design, treated: design.K - 1, of: of, clusters: g}
	short := regress.Design{N: design.N, K: design.K - 1}
	for i, u := range units {
		row := design.Row(i)
		row[m.treated] = float64(btoi(u.Treated)) // in its own units, so that its coefficient is the difference
		short.X = append(short.X, row[:m.treated]...)
		m.y = append(m.y, u.Y)
	}
	if design.N <= design.K {
		r.warn(estimate.NotEstimable, "%d units for %d coefficients: too few", design.N, design.K)
		return nil, false
	}
	m.full, m.imposed = regress.Least(design, m.y, nil), regress.Least(short, m.y, nil)
	if m.full.Trouble != "" || m.imposed.Trouble != "" {
		r.warn(estimate.NotEstimable, "treated follows from the covariates: its difference cannot be told from theirs")
		return nil, false
	}
	m.inverse = m.full.Inverse
	most := math.Max(floats.Max(m.y), -floats.Min(m.y))
	b := estimate.Cleared(m.full.Beta[m.treated], most)
	r.Estimate = estimate.Of(b)
	rest := make([]float64, design.N)
	floats.SubTo(rest, m.y, m.full.Fitted)
	parts, _ := m.parts(rest)
	var sum float64
	for _, p := range parts {
		sum += p * p
	}
	n, k, gg := float64(design.N), float64(design.K), float64(g)
	if se := math.Sqrt(gg / (gg - 1) * (n - 1) / (n - k) * sum); se > 1e-13*most {
		r.SE, r.T = estimate.Of(se), estimate.Of(b/se)
		r.P = estimate.Of(2 * distuv.StudentsT{Sigma: 1, Nu: gg - 1}.CDF(-math.Abs(b/se)))
	} else {
		r.warn(estimate.NoSpread, "the means of the clusters vary by nothing but rounding: no standard error and no bootstrap")
	}
	return m, true
}

// parts gives for each cluster a_g′u, a the row of (X′X)⁻¹X′ that makes the coefficient of treated, and (X′X)⁻¹X_g′u.
func (m *model) parts(u []float64) (own []float64, moves [][]float64) {
	own, moves = make([]float64, m.clusters), make([][]float64, m.clusters)
	scores := make([][]float64, m.clusters)
	for c := range scores {
		scores[c] = make([]float64, m.design.K)
	}
	for i, v := range u {
		floats.AddScaled(scores[m.of[i]], v, m.design.Row(i))
	}
	for c, s := range scores {
		moves[c] = regress.Times(m.inverse, s)
		own[c] = moves[c][m.treated]
	}
	return own, moves
}
