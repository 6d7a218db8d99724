package survival

import (
	"math"
	"math/rand/v2"
	"testing"
)

// covered simulates exponential durations with uniform censoring and returns how often the log-log and plain limits hold
// the true survival at time 1, how often the median's limits hold the true median, and how often the log-rank test of
// two groups of one distribution, or of two whose hazards differ, is below 0.05.
func covered(rounds, n int, ratio float64, seed uint64) (loglog, plain, median, rejected float64) {
	random := rand.New(rand.NewPCG(seed, 1))
	draw := func(hazard float64) Subject {
		event, censored := random.ExpFloat64()/hazard, 4*random.Float64()
		return Subject{Time: math.Min(event, censored), Event: event <= censored}
	}
	each := 1 / float64(rounds)
	for range rounds {
		var a, b []Subject
		for range n {
			a, b = append(a, draw(1)), append(b, draw(ratio))
		}
		c := KaplanMeier(a, 0.95)
		truth := math.Exp(-1)
		var at Step
		for _, s := range c.Steps {
			if s.Time <= 1 {
				at = s
			}
		}
		if at.LogLog.Low.Value <= truth && truth <= at.LogLog.High.Value {
			loglog += each
		}
		if at.Plain.Low.Value <= truth && truth <= at.Plain.High.Value {
			plain += each
		}
		if q := c.Quantile(0.5).LogLog; q.Known() && q.Low.Value <= math.Ln2 && math.Ln2 <= q.High.Value {
			median += each
		}
		if t := Test(map[string][]Subject{"a": a, "b": b}); t.P.Known && t.P.Value < 0.05 {
			rejected += each
		}
	}
	return
}

func TestCoverage(t *testing.T) {
	const rounds = 2000
	slack := 4 * math.Sqrt(0.05*0.95/rounds)
	loglog, _, median, rejected := covered(rounds, 80, 1, 21)
	near(t, "coverage of the log-log limits", loglog, 0.95, slack+0.005)
	near(t, "coverage of the median's limits", median, 0.95, slack+0.015)
	near(t, "log-rank under no difference", rejected, 0.05, slack+0.005)
}

func BenchmarkCoverage(b *testing.B) {
	for b.Loop() {
		loglog, plain, median, level := covered(6000, 80, 1, 22)
		_, _, _, power := covered(2000, 80, 1.6, 23)
		b.ReportMetric(100*loglog, "loglog_%")
		b.ReportMetric(100*plain, "plain_%")
		b.ReportMetric(100*median, "median_%")
		b.ReportMetric(100*level, "logrank_level_%")
		b.ReportMetric(100*power, "logrank_power_at_hazard_ratio_1.6_%")
	}
}
