package did

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"hulian/queries/stats/estimate"
)

var adjustments = []Adjustment{DoublyRobust, Weighting, Regression}

// The published values of R's did and DRDID (county employment with log population) are in the worked examples that
// cmd/internal/analyze runs; here is what holds for any data.

// An influence function is N w ∂ATT/∂w of a row's weight: by numerical differentiation, in a panel and in cross-sections.
func TestInfluenceByDifferentiation(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	for _, panel := range []bool{true, false} {
		const n = 60
		s := section{panel: panel}
		s.N, s.K = n, 3
		for range n {
			x, z := random.NormFloat64(), random.NormFloat64()
			s.X = append(s.X, 1, x, z)
			s.treated = append(s.treated, random.Float64() < 1/(1+math.Exp(-0.5*x)))
			s.post = append(s.post, random.IntN(2) == 1)
			s.y, s.w = append(s.y, x*x+z+random.NormFloat64()), append(s.w, 0.5+random.Float64())
		}
		for _, m := range adjustments {
			_, psi, trouble := s.adjusted(m)
			if trouble != "" {
				t.Fatal(m, trouble)
			}
			for i := range n {
				const step = 1e-5
				w := s.w[i]
				s.w[i] = w + step
				up, _, _ := s.adjusted(m)
				s.w[i] = w - step
				down, _, _ := s.adjusted(m)
				s.w[i] = w
				var total float64
				for _, v := range s.w {
					total += v
				}
				near(t, string(m)+": influence", psi[i], total*w*(up-down)/(2*step)*float64(n)/total, 2e-5)
			}
		}
	}
}

// Without covariates all three are the difference of means, and the standard errors are Staggered's.
func TestWithoutCovariatesItIsStaggered(t *testing.T) {
	rows := town(60, 8, 3, 5)
	plain := make([]Observation, len(rows))
	for i := range rows {
		plain[i], rows[i].X = rows[i].Observation, nil
	}
	want := Staggered(plain, Options{Control: NotYetTreated})
	for _, m := range adjustments {
		got := Adjusted(rows, AdjustedOptions{Options: Options{Control: NotYetTreated}, Adjustment: m})
		if len(got.Cells) != len(want.Cells) {
			t.Fatalf("%s: %d cells, want %d", m, len(got.Cells), len(want.Cells))
		}
		for i, c := range got.Cells {
			near(t, "effect", c.Att, want.Cells[i].Att, 1e-12)
			near(t, "standard error", c.SE.Value, want.Cells[i].SE.Value, 1e-12)
		}
		near(t, "simple", got.Simple.SE.Value, want.Simple.SE.Value, 1e-12)
	}
}

// Trends that follow a covariate, and cohorts picked by it: without it the comparison is off, with it not.
func TestCovariatesTakeOutTheTrend(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 3))
	var rows []Covered
	for v := range 800 {
		x := random.NormFloat64()
		first := 0
		if random.Float64() < 1/(1+math.Exp(-x)) {
			first = 3
		}
		for time := range 6 {
			y := float64(time)*x + random.NormFloat64()*0.3
			if first > 0 && time >= first {
				y += 2
			}
			rows = append(rows, Covered{Observation: Observation{Unit: name(v), Time: time, First: first, Y: y}, X: []float64{x}})
		}
	}
	for _, m := range adjustments {
		r := Adjusted(rows, AdjustedOptions{Adjustment: m})
		if z := (r.Simple.Att.Value - 2) / r.Simple.SE.Value; math.Abs(z) > 3.5 {
			t.Errorf("%s: %v (%v), want 2", m, r.Simple.Att, r.Simple.SE)
		}
		sections := Adjusted(rows, AdjustedOptions{Adjustment: m, CrossSections: true})
		if z := (sections.Simple.Att.Value - 2) / sections.Simple.SE.Value; math.Abs(z) > 3.5 {
			t.Errorf("%s, cross-sections: %v (%v), want 2", m, sections.Simple.Att, sections.Simple.SE)
		}
	}
	gaps := slices.DeleteFunc(slices.Clone(rows), func(Covered) bool { return random.IntN(10) == 0 })
	r := Adjusted(gaps, AdjustedOptions{Unbalanced: true})
	if r.Units < 790 || math.Abs(r.Simple.Att.Value-2) > 3.5*r.Simple.SE.Value {
		t.Errorf("with gaps: %d units, %v (%v)", r.Units, r.Simple.Att, r.Simple.SE)
	}
}

func name(i int) string {
	return string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676))
}

// Every village twice in one cluster is no more than every village once.
func TestTwinsInAClusterAreOne(t *testing.T) {
	rows := town(60, 6, 2, 8)
	for i := range rows {
		rows[i].Cluster = rows[i].Unit
	}
	once := Adjusted(rows, AdjustedOptions{})
	twins := slices.Clone(rows)
	for _, row := range rows {
		row.Unit += "'"
		twins = append(twins, row)
	}
	twice := Adjusted(twins, AdjustedOptions{})
	near(t, "standard error", twice.Simple.SE.Value, once.Simple.SE.Value, 1e-12)
	near(t, "of an event", twice.Dynamic.Entries[0].SE.Value, once.Dynamic.Entries[0].SE.Value, 1e-12)
}

func TestTheSameSeedGivesTheSameBands(t *testing.T) {
	rows := town(80, 10, 4, 1)
	a, b := Adjusted(rows, AdjustedOptions{Options: Options{Draws: 200}}), Adjusted(rows, AdjustedOptions{Options: Options{Draws: 200}})
	if a.Critical != b.Critical || a.Dynamic.Critical != b.Dynamic.Critical || !a.Critical.Known {
		t.Errorf("%v and %v", a.Critical, b.Critical)
	}
}

// One effect before the start with standard error s is found half the time at a slope of about 1.96 s.
func TestPowerBeforeTheStart(t *testing.T) {
	rows := town(400, 3, 1, 4)
	for i := range rows {
		if rows[i].First > 0 {
			rows[i].First = 2
		}
	}
	r := Adjusted(rows, AdjustedOptions{})
	var se float64
	for _, e := range r.Dynamic.Entries {
		if e.Key == -1 {
			se = e.SE.Value
		}
	}
	p := r.PretestPower()
	near(t, "half", p.Slope50.Value/se, 1.96, 0.08)
	near(t, "four in five", p.Slope80.Value/se, 2.80, 0.1)
	near(t, "jointly", p.Joint80.Value/se, 2.8016, 1e-3)
}

func TestAdjustedDegenerate(t *testing.T) {
	change := func(f func(row *Covered, unit int)) []Covered {
		rows := town(40, 6, 2, 3)
		for i := range rows {
			f(&rows[i], i/6)
		}
		return rows
	}
	cases := map[string][]Covered{
		"nothing":        nil,
		"collinear":      change(func(r *Covered, _ int) { r.X[1] = 3 * r.X[0] }),
		"constant x":     change(func(r *Covered, _ int) { r.X[1] = 7 }),
		"all treated":    change(func(r *Covered, _ int) { r.First = 3 }),
		"no before":      change(func(r *Covered, _ int) { r.First = min(r.First, 1) * 0 }),
		"from the first": change(func(r *Covered, u int) { r.First = -(u % 2) * -1 * 0 }),
		"constant y":     change(func(r *Covered, _ int) { r.Y = 5 }),
		"separated":      change(func(r *Covered, _ int) { r.X[0] = float64(r.First) }),
		"one unit":       change(func(r *Covered, u int) { r.First = map[bool]int{true: 3}[u == 0] }),
		"one against 1": change(func(r *Covered, u int) {
			r.First = map[bool]int{true: 3}[u == 0]
			r.Unit = map[bool]string{true: "a", false: "b"}[u == 0]
		}),
		"missing x":   change(func(r *Covered, _ int) { r.X[0] = math.NaN() }),
		"infinite":    change(func(r *Covered, u int) { r.Y = math.Inf(u%2*2 - 1) }),
		"huge":        change(func(r *Covered, _ int) { r.X[0] *= 1e140; r.Y *= 1e100 }),
		"gaps":        slices.DeleteFunc(change(func(*Covered, int) {}), func(r Covered) bool { return (r.Time+int(r.Unit[4]))%3 == 0 }),
		"two periods": slices.DeleteFunc(change(func(r *Covered, _ int) { r.First = min(1, r.First) }), func(r Covered) bool { return r.Time > 1 }),
	}
	for what, rows := range cases {
		for _, m := range adjustments {
			for _, o := range []AdjustedOptions{{}, {CrossSections: true}, {Unbalanced: true}} {
				o.Adjustment, o.Draws, o.Control = m, 50, NotYetTreated
				r := Adjusted(rows, o)
				if text, err := json.Marshal(r); err != nil {
					t.Errorf("%s, %s: %v %s", what, m, err, text)
				}
				r.PretestPower()
				if estimable := what == "two periods" || what == "huge" || what == "gaps" && o.CrossSections; len(r.Warnings) == 0 && !estimable {
					t.Errorf("%s, %s: nothing is said", what, m)
				}
			}
		}
	}
	r := Adjusted(cases["separated"], AdjustedOptions{})
	if r.Simple.Att.Known || !slices.ContainsFunc(r.Warnings, func(w estimate.Warning) bool { return w.Code == estimate.NotEstimable }) {
		t.Errorf("a covariate that says who is treated: %v, %v", r.Simple.Att, r.Warnings)
	}
	if !Adjusted(cases["collinear"], AdjustedOptions{}).Simple.Att.Known {
		t.Error("a covariate twice says no less than once")
	}
}

// The interaction of a saturated regression with covariates is what outcome regression gives where the covariate moves
// treated and comparison alike; without covariates all are the two-by-two difference.
func TestAdjustedTwoByTwo(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	var rows []Outcome
	for u := range 40 {
		x := random.NormFloat64()
		for post := range 2 {
			rows = append(rows, Outcome{Unit: name(u), Treated: u%2 == 0, Post: post == 1, Y: random.NormFloat64() + 5*x*float64(post), X: []float64{x}})
		}
	}
	want := TwoByTwo(rows, Options2x2{})
	bare := slices.Clone(rows)
	for i := range bare {
		bare[i].X = nil
	}
	for _, m := range adjustments {
		for _, panel := range []bool{true, false} {
			got, _ := AdjustedTwoByTwo(bare, panel, m, 0.95)
			near(t, string(m), got.Att.Value, want.Estimate.Value, 1e-12)
		}
		got, _ := AdjustedTwoByTwo(rows, true, m, 0.95)
		if m != Weighting && !(got.SE.Value < 0.7) || math.Abs(got.Att.Value) > 3.5*got.SE.Value {
			t.Errorf("%s: %v (%v); the covariate makes nearly all of the spread", m, got.Att, got.SE)
		}
	}
}
