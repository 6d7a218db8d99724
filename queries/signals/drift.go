package signals

import (
	"math"

	"hulian/queries"
	"hulian/queries/stats/spc"
)

// Drift is a small lasting change for the worse of a village's own series against all villages, found by its cumulative sum.
type Drift struct {
	Since string  // month after which it began
	By    float64 // points of share lost since, against the months before
	Value float64 // cumulative sum
	Limit float64 // that a steady series of this size passes in one year of forty
}

// Signal reports whether the sum lies beyond its limit.
func (d Drift) Signal() bool { return d.Value > d.Limit && d.Limit > 0 }

const (
	driftSize  = .05 // points of share the sum is tuned to: what a p-chart misses
	driftBase  = 6   // months a village's own level is taken from
	driftYear  = 12  // months followed
	driftFalse = .025
)

// leads reports whether a measure tells most in its family; a small change is looked for in those only, or chance would find some.
func leads(id string) bool {
	for _, m := range FamilyOf(id).rule().members {
		if m.id == id {
			return m.weight > 1
		}
	}
	return false
}

// drift follows a village's monthly series after its first six settled months, each month against what the village would
// have if it had kept its distance from all villages. Where a support worked only the months after the one it began in are followed.
func (j *judge) drift(s *series, village, at int, helped string) Drift {
	if s.measure.Series != queries.Monthly || !leads(s.measure.ID) {
		return Drift{}
	}
	var months []int
	for k := 0; k <= at; k++ {
		if s.bases[village][k] > 0 {
			months = append(months, k)
		}
	}
	if len(months) < driftBase+leastMonths {
		return Drift{}
	}
	first := max(driftBase, len(months)-driftYear)
	var good, base, expected float64
	for _, k := range months[:first] {
		good, base, expected = good+s.events[village][k], base+s.bases[village][k], expected+s.bases[village][k]*s.shares[k]
	}
	for first < len(months) && j.Months[months[first]] <= helped {
		first++
	}
	distance, phi := (good-expected)/base, s.dispersion(at)
	var bad, bases, steady []float64
	for _, k := range months[first:] {
		n := s.bases[village][k]
		bad, bases = append(bad, (n-s.events[village][k])/phi), append(bases, n/phi)
		steady = append(steady, 1-math.Min(.98, math.Max(.02, s.shares[k]+distance)))
	}
	c := spc.CumulativeSum(bad, bases, steady, driftSize)
	d := Drift{Value: c.Value}
	if c.Value < spc.LeastLimit {
		return d
	}
	d.Limit = spc.SumLimit(steady, bases, base/phi, driftSize, driftFalse)
	for _, k := range months[first+c.From:] {
		d.By += s.bases[village][k]*(s.shares[k]+distance) - s.events[village][k]
		d.Since = j.Months[max(0, months[first+c.From]-1)]
	}
	var since float64
	for _, k := range months[first+c.From:] {
		since += s.bases[village][k]
	}
	d.By /= since
	return d
}
