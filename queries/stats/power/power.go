package power

import (
	"math"

	"gonum.org/v1/gonum/stat/combin"
	"gonum.org/v1/gonum/stat/distuv"

	"hulian/queries/stats/estimate"
)

// Kind is what is asked.
type Kind string

// The questions.
const (
	TPower          Kind = "t_power"           // power of a two-sample t test
	TN              Kind = "t_n"               // units an arm, not rounded up
	TEffect         Kind = "t_mde"             // smallest effect found, in the outcome's units
	ShareP          Kind = "prop_power"        // power to tell two shares apart, N1 an arm
	ShareN          Kind = "prop_n"            // units an arm
	ShareEffect     Kind = "prop_mde"          // smallest increase over P1
	Panel           Kind = "did_mde"           // difference in differences with M periods before and R after
	CrossSections   Kind = "rcs_mde"           // the same, other people in each period
	Serial          Kind = "scr_mde"           // the same, neighbouring periods alike: AR(1)
	DesignEffect    Kind = "deff"              // by how much clusters inflate a variance
	EffectiveSize   Kind = "cluster_ess"       // units that independent sampling would need
	EffectivePower  Kind = "cluster_power_ess" // power at that size
	ClusterEffect   Kind = "cluster_mde_t"     // smallest effect with clusters, by two quantiles of Student's t
	ClusterEffectNC Kind = "cluster_mde_nct"   // the same by the noncentral t
	Floor           Kind = "perm_min_p"        // smallest one-sided p of a permutation
)

// Kinds lists the questions.
func Kinds() []Kind {
	return []Kind{TPower, TN, TEffect, ShareP, ShareN, ShareEffect, Panel, CrossSections, Serial, DesignEffect, EffectiveSize, EffectivePower, ClusterEffect, ClusterEffectNC, Floor}
}

// Question is one design. What a kind does not use is left 0; absent Alpha is 0.05, Power 0.8, Sides 2, SD 1.
type Question struct {
	Kind         Kind
	N1, N2       float64 // units an arm, the treated first; clusters an arm in cluster kinds
	Post1, Post2 float64 // CrossSections: units an arm after
	Clusters     float64 // in all
	M            float64 // units a cluster; periods before
	R            float64 // periods after
	Rho          float64 // correlation of a unit's outcomes; of neighbouring periods in Serial
	ICC          float64 // share of the variance that lies between clusters
	Delta        float64 // effect
	SD           estimate.Number
	P1, P2       float64
	Alpha, Power estimate.Number
	Sides        float64
	Estimator    string // Panel: did, post or ancova
}

// Answer is a number in the question's units, or why there is none.
type Answer struct {
	Value   estimate.Number
	Warning *estimate.Warning
}

// Ask answers a question.
//
//   - t: noncentral t with n₁+n₂−2 degrees of freedom and noncentrality δ/(σ√(1/n₁+1/n₂)); two-sided tests count the tail
//     of the effect only (R power.t.test, strict = FALSE).
//   - shares: Φ((√n|p₁−p₂| − z√(2p̄q̄)) ÷ √(p₁q₁+p₂q₂)) (R power.prop.test).
//   - did, post, ancova: (z_{1−α/2}+z_power) σ √(k(1/n₁+1/n₂)), every two outcomes of a unit correlated ρ: did k = (1−ρ)(1/m+1/r),
//     post k = (1+(r−1)ρ)/r, ancova k = post − mρ²/(1+(m−1)ρ) (Frison & Pocock 1992, Statistics in Medicine 11:1685–1704;
//     McKenzie 2012, Journal of Development Economics 99:210–221).
//   - serial: variance (1/(P(1−P)J)) [(m+r)/(mr) σ² + (m−1)/m ψ_B + (r−1)/r ψ_A − 2ψ_X], ψ the mean covariances within the
//     periods before, within those after, and across, here σ²ρ^|s−t|; t quantiles with J−2 degrees of freedom (Burlig,
//     Preonas & Woerman 2020, Journal of Development Economics 144:102458).
//   - clusters: 1+(m−1)icc (Killip, Mahfoud & Pearce 2004, Annals of Family Medicine 2:204–208); se = σ√((icc+(1−icc)/m)(1/n₁+1/n₂)).
//   - floor: 1/C(n₁+n₂, n₁): no data can be significant below it.
func Ask(q Question) Answer {
	q.fill()
	if why := q.wrong(); why != nil {
		return Answer{Warning: why}
	}
	value := q.answer()
	if !estimate.Finite(value) {
		w := estimate.Warn(estimate.NotEstimable, "%s: no number answers this: no effect is too small or none is large enough", string(q.Kind))
		return Answer{Warning: &w}
	}
	return Answer{Value: estimate.Of(value)}
}

func (q *Question) fill() {
	q.Alpha, q.Power, q.SD = estimate.Of(q.Alpha.Or(0.05)), estimate.Of(q.Power.Or(0.8)), estimate.Of(q.SD.Or(1))
	if q.Sides != 1 {
		q.Sides = 2
	}
	if q.Estimator == "" {
		q.Estimator = "did"
	}
	if q.Clusters == 0 {
		q.Clusters = q.N1 + q.N2
	}
}

// wrong says what is out of its range.
func (q Question) wrong() *estimate.Warning {
	say := func(what string, value float64, want string) *estimate.Warning {
		w := estimate.Warn(estimate.Invalid, "%s: %s is %v and must be %s", string(q.Kind), what, value, want)
		return &w
	}
	for _, v := range q.needs() {
		if !(v.value >= v.least && v.value <= v.most) {
			return say(v.name, v.value, v.want)
		}
	}
	if q.Kind == ShareP && q.P1 == q.P2 || q.Kind == ShareN && q.P1 == q.P2 {
		return say("p2", q.P2, "another share than p1")
	}
	if (q.Kind == TN) && q.Delta == 0 {
		return say("delta", 0, "another number than 0")
	}
	return nil
}

type need struct {
	name               string
	value, least, most float64
	want               string
}

// needs lists what a kind uses and within which limits.
func (q Question) needs() []need {
	const tiny, huge = 1e-9, 1e12
	level := []need{{"alpha", q.Alpha.Value, tiny, 0.5, "between 0 and 0.5"}}
	power := append(level, need{"power", q.Power.Value, q.Alpha.Value, 1 - tiny, "between alpha and 1"})
	sd := need{"sd", q.SD.Value, 1e-300, math.MaxFloat64, "above 0"}
	few := []need{{"n1", q.N1, 1, huge, "1 or more"}, {"n2", q.N2, 1, huge, "1 or more"}, {"n1 + n2", q.N1 + q.N2, 3, huge, "3 or more"}}
	share := func(name string, p float64) need { return need{name, p, tiny, 1 - tiny, "between 0 and 1"} }
	m := need{"m", q.M, 1, huge, "1 or more"}
	icc := need{"icc", q.ICC, 0, 1, "between 0 and 1"}
	periods := []need{m, {"r", q.R, 1, 1e4, "1 or more"}, {"rho", q.Rho, -1 + tiny, 1 - tiny, "between −1 and 1"}, sd}
	join := func(lists ...[]need) (all []need) {
		for _, l := range lists {
			all = append(all, l...)
		}
		return all
	}
	switch q.Kind {
	case TPower:
		return join(level, few, []need{sd, {"delta", math.Abs(q.Delta), 0, math.MaxFloat64, "a number"}})
	case TN:
		return join(power, []need{sd, {"delta", math.Abs(q.Delta), 0, math.MaxFloat64, "a number"}})
	case TEffect:
		return join(power, few, []need{sd})
	case ShareP:
		return join(level, []need{{"n1", q.N1, 1, huge, "1 or more"}, share("p1", q.P1), share("p2", q.P2)})
	case ShareN:
		return join(power, []need{share("p1", q.P1), share("p2", q.P2)})
	case ShareEffect:
		return join(power, []need{{"n1", q.N1, 1, huge, "1 or more"}, share("p1", q.P1)})
	case Panel:
		return join(power, few[:2], periods)
	case Serial:
		return join(power, few, periods, []need{{"m", q.M, 1, 1e4, "at most 10000"}})
	case CrossSections:
		return join(power, few[:2], []need{sd, {"n1_post", q.Post1, 1, huge, "1 or more"}, {"n2_post", q.Post2, 1, huge, "1 or more"}})
	case DesignEffect:
		return []need{m, icc}
	case EffectiveSize:
		return []need{m, icc, {"clusters", q.Clusters, 1, huge, "1 or more"}}
	case EffectivePower:
		return join(level, []need{m, icc, sd, {"clusters", q.Clusters, 3, huge, "3 or more"}})
	case ClusterEffect, ClusterEffectNC:
		return join(power, few, []need{m, icc, sd})
	case Floor:
		return few[:2]
	}
	return []need{{"kind", math.NaN(), 0, 0, "one of those listed"}}
}

func (q Question) answer() float64 {
	sides, sd, power := q.Sides, q.SD.Value, q.Power.Value
	normal := distuv.UnitNormal
	z := normal.Quantile(1-q.Alpha.Value/sides) + normal.Quantile(power)
	arms := 1/q.N1 + 1/q.N2
	switch q.Kind {
	case TPower:
		return q.tPower(math.Abs(q.Delta)/(sd*math.Sqrt(arms)), q.N1+q.N2-2)
	case TN:
		return root(func(n float64) float64 { return q.tPower(math.Abs(q.Delta)/(sd*math.Sqrt(2/n)), 2*n-2) - power }, 1+1e-6, 2)
	case TEffect:
		return sd * math.Sqrt(arms) * q.noncentrality(q.N1+q.N2-2)
	case ShareP:
		return q.shares(q.N1, q.P2)
	case ShareN:
		return root(func(n float64) float64 { return q.shares(n, q.P2) - power }, 1e-6, 2)
	case ShareEffect:
		if q.shares(q.N1, 1-1e-12) < power {
			return math.NaN() // the share cannot rise as far
		}
		low, high := q.P1, 1.0
		for range 200 {
			if middle := (low + high) / 2; q.shares(q.N1, middle) < power {
				low = middle
			} else {
				high = middle
			}
		}
		return (low+high)/2 - q.P1
	case Panel:
		return z * sd * math.Sqrt(q.factor()*arms)
	case CrossSections:
		return z * sd * math.Sqrt(arms+1/q.Post1+1/q.Post2)
	case Serial:
		j := q.N1 + q.N2
		return q.twoT(j-2) * sd * math.Sqrt(q.serial()*j/(q.N1*q.N2))
	case DesignEffect:
		return q.inflation()
	case EffectiveSize:
		return q.Clusters * q.M / q.inflation()
	case EffectivePower:
		n := q.Clusters * q.M / q.inflation() / 2
		if n <= 1 {
			return math.NaN()
		}
		return q.tPower(math.Abs(q.Delta)/(sd*math.Sqrt(2/n)), 2*n-2)
	case ClusterEffect:
		return q.twoT(q.N1+q.N2-2) * q.clusterSE(arms)
	case ClusterEffectNC:
		return q.noncentrality(q.N1+q.N2-2) * q.clusterSE(arms)
	case Floor:
		return 1 / combin.GeneralizedBinomial(q.N1+q.N2, q.N1)
	}
	return math.NaN()
}

func (q Question) inflation() float64 { return 1 + (q.M-1)*q.ICC }

func (q Question) clusterSE(arms float64) float64 {
	return q.SD.Value * math.Sqrt((q.ICC+(1-q.ICC)/q.M)*arms)
}

// factor is k of a panel whose outcomes of one unit are all equally correlated.
func (q Question) factor() float64 {
	m, r, rho := q.M, q.R, q.Rho
	post := (1 + (r-1)*rho) / r
	switch q.Estimator {
	case "post":
		return post
	case "ancova":
		return post - m*rho*rho/(1+(m-1)*rho)
	}
	return (1 - rho) * (1/m + 1/r)
}

// serial is the variance of a unit's mean after less its mean before, in units of σ², with covariances ρ^|s−t|.
func (q Question) serial() float64 {
	m, r := int(q.M), int(q.R)
	var before, after, across float64
	for d := 1; d < m+r; d++ {
		c := math.Pow(q.Rho, float64(d))
		before += 2 * c * float64(max(0, m-d))
		after += 2 * c * float64(max(0, r-d))
		// pairs with one period before and one after that are d apart
		across += c * float64(max(0, min(d, m, r, m+r-d)))
	}
	a, b := float64(m), float64(r)
	return 1/a + 1/b + before/(a*a) + after/(b*b) - 2*across/(a*b)
}

// twoT is t_{1−α/sides} + t_power.
func (q Question) twoT(df float64) float64 {
	t := distuv.StudentsT{Sigma: 1, Nu: df}
	return t.Quantile(1-q.Alpha.Value/q.Sides) + t.Quantile(q.Power.Value)
}

// tPower is P(T > t_{1−α/sides}) with T noncentral.
func (q Question) tPower(noncentrality, df float64) float64 {
	if !(df > 0) {
		return 0
	}
	return 1 - NoncentralT(distuv.StudentsT{Sigma: 1, Nu: df}.Quantile(1-q.Alpha.Value/q.Sides), df, noncentrality)
}

// noncentrality is what gives the power.
func (q Question) noncentrality(df float64) float64 {
	return root(func(d float64) float64 { return q.tPower(d, df) - q.Power.Value }, 0, 1)
}

// shares is the power to tell P1 from p2 with n units an arm.
func (q Question) shares(n, p2 float64) float64 {
	mean := (q.P1 + p2) / 2
	z := distuv.UnitNormal.Quantile(1 - q.Alpha.Value/q.Sides)
	spread := math.Sqrt(q.P1*(1-q.P1) + p2*(1-p2))
	return distuv.UnitNormal.CDF((math.Sqrt(n)*math.Abs(q.P1-p2) - z*math.Sqrt(2*mean*(1-mean))) / spread)
}

// root finds where a rising function passes 0, from low on; high is a first guess. NaN where it does not.
func root(f func(float64) float64, low, high float64) float64 {
	for range 120 {
		if f(high) >= 0 {
			break
		}
		low, high = high, 2*high
	}
	if !(f(high) >= 0) {
		return math.NaN()
	}
	for range 200 {
		middle := (low + high) / 2
		if middle <= low || middle >= high {
			break
		}
		if f(middle) < 0 {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}
