package permutation

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"

	"hulian/queries/stats/estimate"
)

// Method says how the assignments were gone through.
type Method string

// The methods.
const (
	Exact      Method = "exact"       // every assignment counted, one by one or by sums
	MonteCarlo Method = "monte_carlo" // (1 + count) ÷ (1 + draws)
)

// Options steer a test. The zero value counts where it can and otherwise draws 99,999 assignments from seed 1.
type Options struct {
	Draws      int     // for Monte Carlo; 0 means 99,999
	Seed       uint64  // 0 means 1
	ForceDraws bool    // draw even where counting is possible
	MaxExact   float64 // assignments gone through one by one at most; 0 means 20 million
	// Rounding is by how much an outcome may be off because it was computed from larger numbers: a change of 0.1 between
	// values near 1e9 is known to 1e-7. Ties are told within it. That of the outcomes' own digits is always allowed for.
	Rounding float64
}

func (o Options) limit() float64 {
	if o.MaxExact > 0 {
		return o.MaxExact
	}
	return 2e7
}

// Test is the result for statistic = mean(treated) − mean(control).
type Test struct {
	N1        int             `json:"n1"` // treated
	N2        int             `json:"n2"` // control
	Mean1     estimate.Number `json:"mean1"`
	Mean2     estimate.Number `json:"mean2"`
	Statistic estimate.Number `json:"statistic"`
	Infinite  bool            `json:"statistic_infinite,omitempty"` // Welch's t of groups without spread: Statistic is absent
	Method    Method          `json:"method"`
	Draws     int             `json:"draws,omitempty"`
	Seed      uint64          `json:"seed,omitempty"`

	Permutations   estimate.Number `json:"n_permutations"` // all assignments there are
	GreaterOrEqual estimate.Number `json:"count_greater_or_equal"`
	Greater        estimate.Number `json:"count_greater"`
	LessOrEqual    estimate.Number `json:"count_less_or_equal"`

	PGreater  estimate.Number    `json:"p_greater"`
	PLess     estimate.Number    `json:"p_less"`
	PTwoSided estimate.Number    `json:"p_two_sided_abs"`  // |statistic| at least as large
	PFisher   estimate.Number    `json:"fisher_two_sided"` // 0/1 outcomes: assignments no more likely than the one seen
	Warnings  []estimate.Warning `json:"warnings,omitempty"`
}

// TwoSample tests treated against control (Fisher 1935; Efron & Tibshirani, An Introduction to the Bootstrap, ch. 15).
// The p-value is the share of all assignments with a statistic at least as extreme, the one seen included. NaN values
// are left out. Whole or decimal outcomes are counted exactly by the distribution of their sums, for 0/1 outcomes the
// hypergeometric one; others one by one while there are few enough; beyond that assignments are drawn.
func TwoSample(treated, control []float64, o Options) Test {
	x, missing1 := known(treated)
	y, missing2 := known(control)
	t := Test{N1: len(x), N2: len(y), Method: Exact}
	if missing1+missing2 > 0 {
		t.Warnings = append(t.Warnings, estimate.Warn(estimate.MissingValues, "%d outcomes are missing and were left out", missing1+missing2))
	}
	if t.N1 == 0 || t.N2 == 0 {
		t.Warnings = append(t.Warnings, estimate.Warn(estimate.NotEstimable, "a group is empty: nothing to compare"))
		return t
	}
	t.difference(x, y)
	all := append(append([]float64{}, x...), y...)
	ways := choose(t.N1+t.N2, t.N1)
	t.Permutations = estimate.Of(ways)
	limit := o.limit()
	c := counter{values: all, n1: t.N1}
	c.observe(o.Rounding)
	switch whole, ok := integers(c.values, c.rounding); {
	case o.ForceDraws:
		t.draw(&c, []counter{c}, o)
		return t
	case ok && c.bySums(whole, c.add):
	case ways <= limit:
		c.oneByOne(c.add)
	default:
		t.draw(&c, []counter{c}, o)
		return t
	}
	t.count(c)
	if raw := append(append([]float64{}, x...), y...); binary(raw) {
		t.PFisher = estimate.Of(fisher(raw, t.N1))
	}
	return t
}

// difference sets the means and the statistic.
func (t *Test) difference(x, y []float64) {
	var most float64
	for _, v := range slices.Concat(x, y) {
		most = math.Max(most, math.Abs(v))
	}
	t.Mean1, t.Mean2 = estimate.Of(stat.Mean(x, nil)), estimate.Of(stat.Mean(y, nil))
	t.Statistic = estimate.Of(estimate.Cleared(t.Mean1.Value-t.Mean2.Value, most))
}

func (t *Test) count(c counter) {
	total := c.less + c.equal + c.greater
	t.GreaterOrEqual, t.Greater, t.LessOrEqual = estimate.Of(c.greater+c.equal), estimate.Of(c.greater), estimate.Of(c.less+c.equal)
	t.PGreater = estimate.Of((c.greater + c.equal) / total)
	t.PLess = estimate.Of((c.less + c.equal) / total)
	t.PTwoSided = estimate.Of(c.extreme / total)
}

// beginDraws notes how many outcomes are drawn, usual where the caller does not say, and from which seed.
func (t *Test) beginDraws(o Options, usual int) *rand.Rand {
	t.Method, t.Draws, t.Seed = MonteCarlo, o.Draws, o.Seed
	if t.Draws <= 0 {
		t.Draws = usual
	}
	if t.Seed == 0 {
		t.Seed = 1
	}
	return rand.New(rand.NewPCG(t.Seed, 0x9e3779b97f4a7c15))
}

// draw deals every deck anew, and sorts the sums over all of them.
func (t *Test) draw(c *counter, decks []counter, o Options) {
	random := t.beginDraws(o, 99_999)
	for range t.Draws {
		var sum float64
		for _, deck := range decks {
			sum += deck.deal(random)
		}
		c.add(sum, 1)
	}
	t.drawn(*c)
}

// drawn turns the counts of random assignments into p-values.
func (t *Test) drawn(c counter) {
	of := 1 + float64(t.Draws)
	t.GreaterOrEqual, t.Greater, t.LessOrEqual = estimate.Of(c.greater+c.equal), estimate.Of(c.greater), estimate.Of(c.less+c.equal)
	t.PGreater = estimate.Of((1 + c.greater + c.equal) / of)
	t.PLess = estimate.Of((1 + c.less + c.equal) / of)
	t.PTwoSided = estimate.Of((1 + c.extreme) / of)
	t.Warnings = append(t.Warnings, estimate.Warn(estimate.Approximate, "p-values from %d random assignments, seed %d: ± %.2g at most", t.Draws, t.Seed, 3.5*0.5/math.Sqrt(float64(t.Draws))))
}

// largest bounds outcomes, so that sums of them do not overflow; what is beyond counts as missing.
const largest = 1e150

func known(x []float64) (kept []float64, missing int) {
	for _, v := range x {
		if math.Abs(v) < largest {
			kept = append(kept, v)
		} else {
			missing++
		}
	}
	return kept, missing
}

func binary(x []float64) bool {
	for _, v := range x {
		if v != 0 && v != 1 {
			return false
		}
	}
	return true
}

// choose is the number of ways to choose k of n, exact while it is below 2⁵³.
func choose(n, k int) float64 {
	k = min(k, n-k)
	c := 1.0
	for i := 1; i <= k; i++ {
		c = c * float64(n-k+i) / float64(i)
	}
	if c < 1<<53 {
		return math.Round(c)
	}
	return c
}

// SmallestP is the smallest two-sided p-value that the test could have given over all its assignments: the one seen alone, with
// groups of one size its mirror image too.
func (t Test) SmallestP() float64 { return smallest(t.N1, t.N2, t.Permutations.Or(math.Inf(1))) }

// SmallestP is that of a test of so many treated against so many controls; NaN where a side is empty.
func SmallestP(n1, n2 int) float64 {
	if n1 < 1 || n2 < 1 {
		return math.NaN()
	}
	return smallest(n1, n2, choose(n1+n2, n1))
}

func smallest(n1, n2 int, ways float64) float64 {
	if n1 == n2 {
		return math.Min(1, 2/ways)
	}
	return 1 / ways
}
