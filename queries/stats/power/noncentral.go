package power

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"
)

// NoncentralT is P(T ≤ t) for T = (Z + δ)/√(χ²_ν/ν): the mean of Φ(ts − δ) over s = √(χ²_ν/ν), by Gauss & Legendre's
// quadrature over where s lies but for 1e-16; to within 1e-11 for ν from 1 on. ν need not be whole.
func NoncentralT(t, nu, delta float64) float64 {
	// log of the density of s: ν log s − νs²/2, from its maximum at s = √((ν−1)/ν) on, and its constant.
	lg, _ := math.Lgamma(nu / 2)
	constant := math.Log(2) + nu/2*math.Log(nu/2) - lg
	density := func(s float64) float64 {
		if s <= 0 {
			return 0
		}
		return math.Exp(constant + (nu-1)*math.Log(s) - nu*s*s/2)
	}
	wide := 9 / math.Sqrt(2*math.Max(nu, 0.5))
	middle := math.Sqrt(math.Max(0, nu-1) / nu)
	low, high := math.Max(0, middle-wide), middle+wide
	const pieces = 8
	var sum float64
	for i := range pieces {
		a, b := low+(high-low)*float64(i)/pieces, low+(high-low)*float64(i+1)/pieces
		sum += quad.Fixed(func(s float64) float64 { return distuv.UnitNormal.CDF(t*s-delta) * density(s) }, a, b, 40, quad.Legendre{}, 0)
	}
	return math.Min(1, math.Max(0, sum))
}
