package profile

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

var usual = Options{Margin: .1, Weak: .15}

// ordinary draws units about a share, spread on the logit scale.
func ordinary(r *rand.Rand, n int, base, middle, spread float64) (units []Unit, shares []float64) {
	for range n {
		p := share(logit(middle) + spread*r.NormFloat64())
		shares = append(shares, p)
		units = append(units, Unit{Events: distuv.Binomial{N: base, P: p, Src: r}.Rand(), Base: base})
	}
	return units, shares
}

// TestWeakUnitsDoNotWidenTheSpread: two weak units of nine leave the spread and the middle of the other seven about where they are
// without them, and each is told from the others as surely as if it were the only one.
func TestWeakUnitsDoNotWidenTheSpread(t *testing.T) {
	seven := []Unit{{Events: 640, Base: 1000}, {Events: 660, Base: 1000}, {Events: 620, Base: 1000}, {Events: 650, Base: 1000}, {Events: 680, Base: 1000}, {Events: 655, Base: 1000}, {Events: 630, Base: 1000}}
	alone := Of(seven, usual)
	one := Of(append(seven[:7:7], Unit{Events: 470, Base: 1000}), usual)
	two := Of(append(seven[:7:7], Unit{Events: 470, Base: 1000}, Unit{Events: 460, Base: 1000}), usual)
	if math.Abs(two.Centre.Value-alone.Centre.Value) > .01 {
		t.Errorf("the middle moved from %v to %v", alone.Centre, two.Centre)
	}
	if two.Spread.Value > alone.Spread.Value+.015 {
		t.Errorf("the spread grew from %v to %v", alone.Spread, two.Spread)
	}
	if one.Units[7].Factor < 4 || two.Units[7].Factor < 3 || two.Units[8].Behind < .97 {
		t.Errorf("factors %.1f alone, %.1f and %.1f together, behind %.3f", one.Units[7].Factor, two.Units[7].Factor, two.Units[8].Factor, two.Units[8].Behind)
	}
}

// TestNearOneChanceIsNoSpread: shares of 0.93 on bases of 12 differ by chance alone; on the arcsine scale that was four to five
// times the variance expected. Few units may be called behind.
func TestNearOneChanceIsNoSpread(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	called, units := 0, 0
	var spread float64
	const towns = 200
	for range towns {
		all, _ := ordinary(r, 18, 12, .93, 0)
		f := Of(all, usual)
		spread += f.Spread.Value / towns
		for _, u := range f.Units {
			units++
			if u.Factor > math.Log(20) {
				called++
			}
		}
	}
	if spread > .03 {
		t.Errorf("a spread of %.3f was found where there is none", spread)
	}
	// A Bayes factor of 20 or more comes with a chance of at most 1 in 20 where the other hypothesis holds.
	if rate := float64(called) / float64(units); rate > .05 {
		t.Errorf("%.4f of ordinary units have a factor above 20", rate)
	}
}

// TestIntervalsHold: 95% intervals of ordinary units hold their true share in 95% of cases, and among units said to lie behind
// with a probability about as many do.
func TestIntervalsHold(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	var held, all, said, behind, expected float64
	for range 300 {
		units, shares := ordinary(r, 14, 60, .75, .25)
		for k := range 2 { // two weak ones, from the distribution the model believes in
			p := .75 - .1 + .12*math.Log(1-r.Float64())
			p = math.Max(.05, p)
			units[k] = Unit{Events: distuv.Binomial{N: 60, P: p, Src: r}.Rand(), Base: 60}
			shares[k] = p
		}
		f := Of(units, Options{Margin: .1, Weak: 2. / 14})
		for i, u := range f.Units {
			if l := u.Interval(.95); shares[i] >= l.Low.Value && shares[i] <= l.High.Value {
				held++
			}
			all++
			if u.Behind > .5 {
				said, expected = said+1, expected+u.Behind
				if shares[i] <= .75-.1 {
					behind++
				}
			}
		}
	}
	if share := held / all; math.Abs(share-.95) > 4*math.Sqrt(.95*.05/all)+.01 {
		t.Errorf("%.3f of the intervals hold the truth", share)
	}
	if math.Abs(behind-expected)/said > .1 {
		t.Errorf("of %.0f units said to lie behind with a mean probability of %.2f %.2f do", said, expected/said, behind/said)
	}
}

func TestWhatIsNotJudged(t *testing.T) {
	f := Of([]Unit{{Events: 1, Base: 10}, {Events: 9, Base: 10}}, usual)
	if f.Centre.Known || f.Units[0].Known {
		t.Error("two units are no distribution")
	}
	units := []Unit{{Events: 9, Base: 10}, {}, {Events: 8, Base: 10}, {Events: 9, Base: 10}, {Events: 11, Base: 10}, {Events: 9, Base: 10}, {Events: 8, Base: 10}}
	f = Of(units, usual)
	if f.Units[1].Known || f.Units[4].Known || !f.Units[0].Known {
		t.Error("no base and more events than base are no shares")
	}
	// Where the middle lies within reach of 0 no share can be ten points below it.
	for _, u := range Of([]Unit{{Events: 1, Base: 20}, {Events: 2, Base: 20}, {Events: 1, Base: 20}, {Events: 0, Base: 20}, {Events: 1, Base: 20}}, usual).Units {
		if u.Factor != 0 || u.Behind > .05 {
			t.Errorf("%+v", u)
		}
	}
}

// TestGradesKeepTheirBound: of the pairs set in different grades no more than the bound are the wrong way round, and grades found
// by dynamic programming gain as much as the best of all ordered partitions of the order, by trying each.
func TestGradesKeepTheirBound(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	wrong, pairsApart := 0, 0
	for range 150 {
		units, shares := ordinary(r, 12, 80, .7, .5)
		f := Of(units, usual)
		g := Grade(f.Units, .05)
		for a := range shares {
			for b := range shares {
				if g.Grades[a] < g.Grades[b] {
					pairsApart++
					if shares[a] < shares[b] {
						wrong++
					}
				}
			}
		}
	}
	if share := float64(wrong) / float64(pairsApart); share > .06 || pairsApart < 2000 {
		t.Errorf("%d of %d pairs are the wrong way round", wrong, pairsApart)
	}
	above := [][]float64{{0, .7, .9, .99}, {0, 0, .75, .95}, {0, 0, 0, .6}, {0, 0, 0, 0}}
	gain := func(ends []int) float64 {
		grade, from, sum := [4]int{}, 0, 0.0
		for k, end := range ends {
			for i := from; i < end; i++ {
				grade[i] = k
			}
			from = end
		}
		for a := range 4 {
			for b := a + 1; b < 4; b++ {
				if grade[a] != grade[b] {
					sum += above[a][b] - .8
				}
			}
		}
		return sum
	}
	top := math.Inf(-1)
	for cuts := range 8 {
		var ends []int
		for k := range 3 {
			if cuts>>k&1 == 1 {
				ends = append(ends, k+1)
			}
		}
		top = math.Max(top, gain(append(ends, 4)))
	}
	if got := gain(best(above, .8)); math.Abs(got-top) > 1e-12 {
		t.Errorf("gained %.3f, the best is %.3f", got, top)
	}
	alike, _ := ordinary(r, 12, 40, .8, 0)
	if g := Grade(Of(alike, usual).Units, .05); g.Count != 1 {
		t.Errorf("units truly alike stand in %d grades", g.Count)
	}
}

// BenchmarkGrades prints the pairs set apart and the wrong ones among them, for 11 to 50 units.
func BenchmarkGrades(b *testing.B) {
	for range b.N {
		for _, n := range []int{11, 18, 50} {
			r := rand.New(rand.NewPCG(uint64(n), 9))
			wrong, apart, grades := 0, 0, 0
			const towns = 100
			for range towns {
				units, shares := ordinary(r, n, 100, .7, .4)
				g := Grade(Of(units, usual).Units, .05)
				grades += g.Count
				for i := range shares {
					for k := range shares {
						if g.Grades[i] < g.Grades[k] {
							apart++
							if shares[i] < shares[k] {
								wrong++
							}
						}
					}
				}
			}
			fmt.Printf("%d units: %.1f grades, %.2f of pairs apart, %.4f of them the wrong way round\n", n, float64(grades)/towns, float64(apart)/float64(towns*n*(n-1)/2), float64(wrong)/float64(max(1, apart)))
		}
	}
}
