package association

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"hulian/queries/stats/estimate"
)

// Spearman is a rank correlation with its two-sided p-values. Each p-value names its method; the t one is the usual.
type Spearman struct {
	N       int             `json:"n"` // complete pairs
	Rho     estimate.Number `json:"rho"`
	T       estimate.Number `json:"t"`          // ρ √((n−2)/(1−ρ²))
	PT      estimate.Number `json:"p_t"`        // Student's t, n−2 degrees of freedom
	PFisher estimate.Number `json:"p_fisher_z"` // normal, atanh(ρ) √(n−3); rough
	S       estimate.Number `json:"s"`          // Σ d², the squared differences of ranks
	PExact  estimate.Number `json:"p_exact"`    // all orders counted; without ties and n ≤ ExactLimit
	PAS89   estimate.Number `json:"p_as89"`     // Edgeworth series; without ties
	// PPermutation counts all orders of the mid-ranks where there are ties and n ≤ ExactLimit.
	PPermutation estimate.Number    `json:"p_permutation"`
	Ties         bool               `json:"ties"`
	Low          estimate.Number    `json:"low"` // 95% by Fisher's z with Bonett & Wright's variance
	High         estimate.Number    `json:"high"`
	Warnings     []estimate.Warning `json:"warnings,omitempty"`
}

// ExactLimit is the largest n whose orders are all counted; the table has 2ⁿ × n³/3 cells.
const ExactLimit = 12

// Rank is Spearman's ρ: the Pearson correlation of the mid-ranks of x and y, ties getting the average rank
// (Spearman 1904; Kendall & Gibbons, Rank Correlation Methods). Pairs with a NaN are left out.
//
// p_exact is the share of all n! orders with |S − E S| as large as seen; p_as89 the Edgeworth series of Best & Roberts
// (1975, Applied Statistics 24:377–379), which R prints as exact for n ≥ 10.
func Rank(x, y []float64) Spearman {
	var s Spearman
	var a, b []float64
	for i := range min(len(x), len(y)) {
		if estimate.Finite(x[i]) && estimate.Finite(y[i]) {
			a, b = append(a, x[i]), append(b, y[i])
		}
	}
	if left := max(len(x), len(y)) - len(a); left > 0 {
		s.Warnings = append(s.Warnings, estimate.Warn(estimate.MissingValues, "%d pairs have a missing half and were left out", left))
	}
	s.N = len(a)
	if s.N < 2 {
		s.Warnings = append(s.Warnings, estimate.Warn(estimate.NotEstimable, "%d pairs: no correlation", s.N))
		return s
	}
	ra, tiesA := MidRanks(a)
	rb, tiesB := MidRanks(b)
	s.Ties = tiesA || tiesB
	rho, ok := pearson(ra, rb)
	if !ok {
		s.Warnings = append(s.Warnings, estimate.Warn(estimate.NotEstimable, "a column has the same value everywhere: no correlation"))
		return s
	}
	s.Rho = estimate.Of(rho)
	var d2 float64
	for i := range ra {
		d2 += (ra[i] - rb[i]) * (ra[i] - rb[i])
	}
	s.S = estimate.Of(d2)
	s.asymptotic()
	if s.N <= ExactLimit {
		p := estimate.Of(countOrders(ra, rb, d2))
		if s.Ties {
			s.PPermutation = p
		} else {
			s.PExact = p
		}
	}
	if !s.Ties {
		s.PAS89 = estimate.Of(as89(s.N, d2))
		if s.N < 10 {
			s.PAS89 = s.PExact // R counts all orders there
		}
	}
	return s
}

func (s *Spearman) asymptotic() {
	n, rho := float64(s.N), s.Rho.Value
	if s.N < 3 {
		s.Warnings = append(s.Warnings, estimate.Warn(estimate.SmallBase, "two pairs lie on a line whatever they are: no p-value"))
		return
	}
	switch {
	case math.Abs(rho) >= 1-1e-15:
		// t is unbounded and its p-value 0.
		s.PT = estimate.Of(0)
		s.Warnings = append(s.Warnings, estimate.Warn(estimate.NotEstimable, "the ranks agree perfectly: t has no finite value"))
	default:
		t := rho * math.Sqrt((n-2)/(1-rho*rho))
		s.T = estimate.Of(t)
		s.PT = estimate.Of(2 * distuv.StudentsT{Sigma: 1, Nu: n - 2}.CDF(-math.Abs(t)))
	}
	if s.N > 3 && math.Abs(rho) < 1-1e-15 {
		z := math.Atanh(rho)
		s.PFisher = estimate.Of(2 * distuv.UnitNormal.CDF(-math.Abs(z)*math.Sqrt(n-3)))
		half := estimate.Z(0.95) * math.Sqrt((1+rho*rho/2)/(n-3))
		s.Low, s.High = estimate.Of(math.Tanh(z-half)), estimate.Of(math.Tanh(z+half))
	}
}

// MidRanks gives each value its rank from 1, equal values sharing the mean of theirs, and whether there were any.
func MidRanks(x []float64) (ranks []float64, ties bool) {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case x[i] < x[j]:
			return -1
		case x[i] > x[j]:
			return 1
		}
		return 0
	})
	ranks = make([]float64, len(x))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && x[order[j]] == x[order[i]] {
			j++
		}
		ties = ties || j-i > 1
		for _, k := range order[i:j] {
			ranks[k] = float64(i+1+j) / 2
		}
		i = j
	}
	return ranks, ties
}

func pearson(x, y []float64) (float64, bool) {
	n := float64(len(x))
	middle := (n + 1) / 2 // ranks always sum to n(n+1)/2
	var xx, yy, xy float64
	for i := range x {
		dx, dy := x[i]-middle, y[i]-middle
		xx, yy, xy = xx+dx*dx, yy+dy*dy, xy+dx*dy
	}
	if xx == 0 || yy == 0 {
		return 0, false
	}
	return math.Max(-1, math.Min(1, xy/math.Sqrt(xx*yy))), true
}

// countOrders is the share of all orders of b against a whose Σ d² lies as far from its mean as d2. It fills, for every
// set of b's places already used, how often each Σ d² occurs; ranks are doubled to be whole.
func countOrders(a, b []float64, d2 float64) float64 {
	n := len(a)
	cost := make([][]int, n)
	step, total := 0, 0.0
	for i := range a {
		cost[i] = make([]int, n)
		for j := range b {
			d := int(math.Round(2 * (a[i] - b[j])))
			cost[i][j] = d * d
			step = gcd(step, d*d)
			total += float64(d*d) / float64(n)
		}
	}
	step = max(step, 1)
	for i := range cost {
		for j := range cost[i] {
			cost[i][j] /= step
		}
	}
	worst := 4 * (n*n*n - n) / 3 / step // of ranks in opposite orders
	table := make([][]float64, 1<<n)
	table[0] = make([]float64, worst+1)
	table[0][0] = 1
	for set := range table {
		if table[set] == nil {
			continue
		}
		i := 0 // the place of a to fill: as many as are used
		for s := set; s > 0; s &= s - 1 {
			i++
		}
		if i == n {
			continue
		}
		for j := range n {
			if set&(1<<j) != 0 {
				continue
			}
			to := set | 1<<j
			if table[to] == nil {
				table[to] = make([]float64, worst+1)
			}
			for sum, count := range table[set] {
				if count > 0 && sum+cost[i][j] <= worst {
					table[to][sum+cost[i][j]] += count
				}
			}
		}
		table[set] = nil // done: its memory goes to the next ones
	}
	seen := math.Abs(4*d2 - total)
	var as, all float64
	for sum, count := range table[len(table)-1] {
		all += count
		if math.Abs(float64(sum*step)-total) >= seen-1e-9*(1+seen) {
			as += count
		}
	}
	return as / all
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// as89 is the two-sided p-value of S = Σ d² by algorithm AS 89.
func as89(n int, s float64) float64 {
	size := float64(n)
	most := (size*size*size - size) / 3
	var tail float64
	if s > most/2 {
		tail = edgeworth(n, s) // P(S ≥ s)
	} else {
		tail = 1 - edgeworth(n, s+2) // P(S ≤ s): S is even
	}
	return math.Min(1, 2*math.Max(0, tail))
}

// edgeworth is P(S ≥ s) for even s.
func edgeworth(n int, s float64) float64 {
	const (
		c1, c2, c3, c4 = 0.2274, 0.2531, 0.1745, 0.0758
		c5, c6, c7, c8 = 0.1033, 0.3932, 0.0879, 0.0151
		c9, c10, c11   = 0.0072, 0.0831, 0.0131
		c12            = 4.6e-4
	)
	size := float64(n)
	if s <= 0 {
		return 1
	}
	if s > (size*size*size-size)/3 {
		return 0
	}
	b := 1 / size
	x := (6*(s-1)*b/(size*size-1) - 1) * math.Sqrt(1/b-1)
	y := x * x
	u := x * b * (c1 + b*(c2+c3*b) + y*(-c4+b*(c5+c6*b)-y*b*(c7+c8*b-y*(c9-c10*b+y*b*(c11-c12*y)))))
	return math.Max(0, math.Min(1, u/math.Exp(y/2)+distuv.UnitNormal.Survival(x)))
}
