package discovery

import (
	"math"
	"slices"
)

// Adjusted gives for each p-value the smallest share of false findings at which it would be among the findings: those
// with an adjusted value of at most q are expected to hold a share of at most q false ones, where the tests are
// independent or depend positively (Benjamini and Hochberg 1995, Journal of the Royal Statistical Society B 57:289–300;
// Benjamini and Yekutieli 2001). A p-value that is NaN is no test: it counts for nothing and stays NaN.
func Adjusted(p []float64) []float64 {
	adjusted := make([]float64, len(p))
	var order []int
	for i, x := range p {
		adjusted[i] = math.NaN()
		if !math.IsNaN(x) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return 0
	})
	n, least := float64(len(order)), 1.0
	for k := len(order) - 1; k >= 0; k-- {
		least = math.Min(least, p[order[k]]*n/float64(k+1))
		adjusted[order[k]] = least
	}
	return adjusted
}

// SecondSmallest is how often the second smallest of n independent p-values of true nulls is p or less: at least two of them
// are. It is the second order statistic of uniform numbers (David and Nagaraja 2003, Order Statistics, 3rd edition,
// section 2.1); with fewer than two tests nothing can be said and it is NaN.
func SecondSmallest(p float64, n int) float64 {
	if n < 2 || !(p >= 0 && p <= 1) {
		return math.NaN()
	}
	if p < 1e-4 { // 1 − (1 − p)ⁿ − np(1 − p)ⁿ⁻¹ loses its digits; the terms of higher order are below 10⁻⁴ of it
		k := float64(n)
		return k * (k - 1) / 2 * p * p * (1 - 2*(k-2)/3*p)
	}
	none := math.Pow(1-p, float64(n))
	one := float64(n) * p * math.Pow(1-p, float64(n-1))
	return math.Max(0, 1-none-one)
}
