package power

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"hulian/queries/stats/estimate"
)

// Examples of R's help pages of power.t.test and power.prop.test; the design effect of Killip, Mahfoud & Pearce 2004,
// table 2 (20 a cluster, 0.05); permutations of 3 among 6.
func TestPublishedDesigns(t *testing.T) {
	ninety := estimate.Of(0.9)
	for _, c := range []struct {
		q    Question
		want float64
	}{
		{Question{Kind: TPower, N1: 20, N2: 20, Delta: 1}, 0.8689528},
		{Question{Kind: TN, Delta: 1, Power: ninety}, 22.02110},
		{Question{Kind: TN, Delta: 1, Power: ninety, Sides: 1}, 17.84713},
		{Question{Kind: ShareP, N1: 50, P1: 0.50, P2: 0.75}, 0.7401659},
		{Question{Kind: ShareN, P1: 0.50, P2: 0.75, Power: ninety}, 76.7},
		{Question{Kind: DesignEffect, M: 20, ICC: 0.05}, 1.95},
		{Question{Kind: Floor, N1: 3, N2: 3}, 0.05},
	} {
		a := Ask(c.q)
		if !a.Value.Known || math.Abs(a.Value.Value-c.want) > 6e-6*math.Max(1, c.want) && c.want != 76.7 || c.want == 76.7 && math.Abs(a.Value.Value-76.7) > 0.05 {
			t.Errorf("%s = %v, want %v", c.q.Kind, a.Value, c.want)
		}
	}
}

// What a design finds with the power asked for, it must find with that power.
func TestEffectAndPowerAgree(t *testing.T) {
	d := Ask(Question{Kind: TEffect, N1: 4, N2: 9, SD: estimate.Of(2)}).Value.Value
	if p := Ask(Question{Kind: TPower, N1: 4, N2: 9, SD: estimate.Of(2), Delta: d}).Value.Value; math.Abs(p-0.8) > 1e-9 {
		t.Errorf("power %v", p)
	}
	rise := Ask(Question{Kind: ShareEffect, N1: 100, P1: 0.6}).Value.Value
	if p := Ask(Question{Kind: ShareP, N1: 100, P1: 0.6, P2: 0.6 + rise}).Value.Value; math.Abs(p-0.8) > 1e-9 {
		t.Errorf("power of shares %v", p)
	}
}

// One period before and one after: the serial formula is the plain one, but for Student's quantiles.
func TestSerialOfTwoPeriods(t *testing.T) {
	q := Question{Kind: Serial, N1: 5000, N2: 5000, M: 1, R: 1, Rho: 0.4}
	serial := Ask(q).Value.Value
	q.Kind = Panel
	if plain := Ask(q).Value.Value; math.Abs(serial/plain-1) > 1e-3 {
		t.Errorf("%v and %v", serial, plain)
	}
}

func TestNoncentralTAtNought(t *testing.T) {
	for _, nu := range []float64{1, 2.5, 8, 300} {
		for _, x := range []float64{-3, 0, 0.7, 2.2} {
			want := distuv.StudentsT{Sigma: 1, Nu: nu}.CDF(x)
			if got := NoncentralT(x, nu, 0); math.Abs(got-want) > 1e-9 {
				t.Errorf("ν = %v, t = %v: %v, want %v", nu, x, got, want)
			}
		}
	}
}

func TestNumbersOutOfRange(t *testing.T) {
	for _, q := range []Question{{}, {Kind: "guess"}, {Kind: TPower}, {Kind: TN}, {Kind: ShareP, N1: 50, P1: 0, P2: 2}, {Kind: ShareEffect, N1: 2, P1: 0.99},
		{Kind: Panel, N1: 3, N2: 3, M: 0, R: 1}, {Kind: Serial, N1: 1, N2: 1, M: 3, R: 3}, {Kind: EffectivePower, Clusters: 2, M: 9, ICC: 1, Delta: 1},
		{Kind: TEffect, N1: 5, N2: 5, SD: estimate.Of(-1)}, {Kind: TPower, N1: math.NaN(), N2: 4}} {
		a := Ask(q)
		if a.Value.Known || a.Warning == nil || a.Warning.Zh == a.Warning.Text {
			t.Errorf("%+v: %v, %v", q, a.Value, a.Warning)
		}
	}
}
