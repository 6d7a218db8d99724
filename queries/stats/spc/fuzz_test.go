package spc

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"testing"

	"hulian/queries/stats/estimate"
)

// decode turns fuzz bytes into numbers of every kind: small and whole, tiny, huge, negative, missing.
func decode(b []byte) []float64 {
	var out []float64
	for ; len(b) >= 3; b = b[3:] {
		v := float64(int16(binary.LittleEndian.Uint16(b[1:])))
		switch b[0] % 8 {
		case 0:
			v = math.NaN()
		case 1:
			v = math.Inf(int(v))
		case 2:
			v *= 1e300
		case 3:
			v *= 1e-300
		case 4:
			v /= 7
		case 5:
			v = math.Abs(v)
		}
		out = append(out, v)
	}
	return out
}

func FuzzCharts(f *testing.F) {
	f.Add([]byte{}, []byte{}, 7, 0.0)
	f.Add([]byte("abcdefghijklmnopqrstuvwxyz012345678901234567890"), []byte("uvwuvwuvwuvwuvw"), 3, 1.0)
	f.Add([]byte{5, 1, 0, 5, 1, 0, 5, 1, 0, 5, 1, 0}, []byte{5, 9, 0, 5, 9, 0, 5, 0, 0}, 1, -2.66)
	f.Fuzz(func(t *testing.T, first, second []byte, k int, constant float64) {
		x, n := decode(first), decode(second)
		for len(n) < len(x) {
			n = append(n, float64(len(n)))
		}
		o := Options{Constant: constant, RunLength: k % 12, TrendLength: k % 9, Screen: k%2 == 0, Rebase: []int{k, len(x) / 2}, Direction: Up, Target: estimate.Of(constant)}
		if k%3 == 0 {
			o.Baseline = make([]bool, len(x)/2)
			for i := range o.Baseline {
				o.Baseline[i] = i%2 == 0
			}
		}
		for _, c := range []Chart{XmR(x, o), P(x, n, o), C(x, o), PPrime(x, n, o), U(x, n, o), UPrime(x, n, o), G(x, o), T(x, o)} {
			if len(c.Points) != len(x) {
				t.Fatalf("%s: %d points of %d", c.Kind, len(c.Points), len(x))
			}
			if _, err := json.Marshal(c); err != nil { // refuses NaN and the infinities
				t.Fatalf("%s: %v", c.Kind, err)
			}
			for _, p := range c.Points {
				if p.Rule != CommonCause && !p.Value.Known {
					t.Fatalf("%s: a missing point is %q", c.Kind, p.Rule)
				}
			}
		}
		if _, err := json.Marshal(RunChart(x, o)); err != nil {
			t.Fatal(err)
		}
	})
}
