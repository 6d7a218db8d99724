package survival

import (
	"sort"

	"gonum.org/v1/gonum/stat/distuv"

	"hulian/queries/stats/estimate"
)

// Whole is everybody followed, laid out so that many parts of it can each be tested against all others: a test takes time
// in proportion to the part and not to the whole.
type Whole struct {
	times []float64 // at which anybody had the event, rising
	first float64   // at risk at the first of them
	// Sums up to and with each time. Of d events among n at risk: d/n, and w n and w with w = d (n−d) ÷ (n² (n−1)).
	hazard, linear, square []float64
}

// NewWhole lays out the subjects. Durations that are negative or missing are left out, as KaplanMeier leaves them out.
func NewWhole(subjects []Subject) Whole {
	var w Whole
	var hazard, linear, square float64
	var c Curve
	sound := c.sound(subjects)
	for i := 0; i < len(sound); {
		n, d, at := float64(len(sound)-i), 0.0, sound[i].Time
		for ; i < len(sound) && sound[i].Time == at; i++ {
			if sound[i].Event {
				d++
			}
		}
		if d == 0 {
			continue
		}
		if len(w.times) == 0 {
			w.first = n
		}
		hazard += d / n
		if n > 1 {
			weight := d * (n - d) / (n * n * (n - 1))
			linear, square = linear+weight*n, square+weight
		}
		w.times = append(w.times, at)
		w.hazard, w.linear, w.square = append(w.hazard, hazard), append(w.linear, linear), append(w.square, square)
	}
	return w
}

// Against is the log-rank test of a part of the whole against all others in it: χ² with one degree of freedom and its p,
// both absent where not both were at risk of an event or nothing varies. It is Test of the two groups, rearranged. With the
// Nelson–Aalen estimate H of the whole, a part is expected to have E = Σ H(Tᵢ) events, summed over its own times; and with
// m of it at risk, constant between two of its times, the variance is Σ m Δ(w n) − m² Δw over the stretches between them.
func (w Whole) Against(part []Subject) (chi2, p estimate.Number) {
	var c Curve
	own := c.sound(part)
	if len(w.times) == 0 || len(own) == 0 {
		return
	}
	atFirst := len(own) - sort.Search(len(own), func(i int) bool { return own[i].Time >= w.times[0] })
	if atFirst == 0 || float64(atFirst) >= w.first {
		return
	}
	var observed, expected, variance, scale, linear, square float64
	passed := 0 // times of the whole up to the subject's
	for i, s := range own {
		for passed < len(w.times) && w.times[passed] <= s.Time {
			passed++
		}
		if s.Event {
			observed++
		}
		if passed == 0 {
			continue
		}
		expected += w.hazard[passed-1]
		m, l, q := float64(len(own)-i), w.linear[passed-1], w.square[passed-1]
		variance += m*(l-linear) - m*m*(q-square)
		scale += m * (l - linear)
		linear, square = l, q
	}
	if !(variance > 1e-12*scale) { // what is left of it is rounding
		return
	}
	x := (observed - expected) * (observed - expected) / variance
	return estimate.Of(x), estimate.Of(distuv.ChiSquared{K: 1}.Survival(x))
}
