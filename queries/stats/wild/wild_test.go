package wild

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hulian/queries/stats/estimate"
)

func sample(seed uint64, clusters, each int) (units []Unit) {
	random := rand.New(rand.NewPCG(seed, 3))
	for c := range clusters {
		shared := random.NormFloat64()
		for range each + c%3 {
			x := random.NormFloat64()
			units = append(units, Unit{Cluster: strconv.Itoa(c), Treated: c < clusters/2, Y: shared + x + random.NormFloat64(), X: []float64{x}})
		}
	}
	return units
}

// byHand is the regression and its CR1 t of treated by the textbook's matrices.
func byHand(units []Unit, y []float64, withTreated bool) (beta []float64, fitted []float64, t float64) {
	n, k := len(units), 2+btoi(withTreated)
	x := mat.NewDense(n, k, nil)
	for i, u := range units {
		row := []float64{1, u.X[0], float64(btoi(u.Treated))}
		x.SetRow(i, row[:k])
	}
	var xx, inverse, b, xy, fit mat.Dense
	xx.Mul(x.T(), x)
	if inverse.Inverse(&xx) != nil {
		panic("singular")
	}
	xy.Mul(x.T(), mat.NewDense(n, 1, y))
	b.Mul(&inverse, &xy)
	fit.Mul(x, &b)
	scores := map[string]*mat.VecDense{}
	for i, u := range units {
		fitted = append(fitted, fit.At(i, 0))
		if scores[u.Cluster] == nil {
			scores[u.Cluster] = mat.NewVecDense(k, nil)
		}
		scores[u.Cluster].AddScaledVec(scores[u.Cluster], y[i]-fit.At(i, 0), x.RowView(i))
	}
	meat := mat.NewDense(k, k, nil)
	for _, s := range scores {
		var outer mat.Dense
		outer.Outer(1, s, s)
		meat.Add(meat, &outer)
	}
	var v mat.Dense
	v.Mul(&inverse, meat)
	v.Mul(&v, &inverse)
	g := float64(len(scores))
	factor := g / (g - 1) * float64(n-1) / float64(n-k)
	for j := range k {
		beta = append(beta, b.At(j, 0))
	}
	return beta, fitted, b.At(k-1, 0) / math.Sqrt(factor*v.At(k-1, k-1))
}

// Every vector of signs, each with a regression of its own, gives the same p-values as the sums over clusters.
func TestEveryVectorByHand(t *testing.T) {
	units := sample(4, 7, 4)
	r := Test(units, Options{})
	y := make([]float64, len(units))
	for i, u := range units {
		y[i] = u.Y
	}
	beta, full, seen := byHand(units, y, true)
	if math.Abs(r.T.Value-seen) > 1e-9 || math.Abs(r.Estimate.Value-beta[2]) > 1e-9 {
		t.Fatalf("t %v and estimate %v, want %v and %v", r.T, r.Estimate, seen, beta[2])
	}
	_, short, _ := byHand(units, y, false)
	for imposed, got := range map[bool]*Bootstrap{true: r.Imposed, false: r.Free} {
		least := 0
		for bits := range 1 << 7 {
			drawn := make([]float64, len(units))
			for i, u := range units {
				c, _ := strconv.Atoi(u.Cluster)
				fit := full[i]
				if imposed {
					fit = short[i]
				}
				drawn[i] = fit + float64(1-2*(bits>>c&1))*(y[i]-fit)
			}
			b, _, at := byHand(units, drawn, true)
			if !imposed {
				at *= (b[2] - beta[2]) / b[2]
			}
			least += btoi(math.Abs(at) >= math.Abs(seen)-1e-9)
		}
		if want := float64(least) / 128; got.Draws != 128 || !got.Enumerated || math.Abs(got.AtLeast.Value-want) > 1e-12 {
			t.Errorf("null imposed %v: p %v of %d, want %v", imposed, got.AtLeast, got.Draws, want)
		}
	}
	if r.Permutation.Deals != 35 {
		t.Errorf("%d deals of 3 among 7", r.Permutation.Deals)
	}
}

func TestDrawnIsNearEnumerated(t *testing.T) {
	units := sample(5, 10, 5)
	all, some := Test(units, Options{}), Test(units, Options{Drawn: true, Seed: 9})
	p := all.Imposed.AtLeast.Value
	if d := math.Abs(p - some.Imposed.AtLeast.Value); d > 3.5*math.Sqrt(p*(1-p)/9999)+2.0/1024 {
		t.Errorf("%v and %v", all.Imposed.AtLeast, some.Imposed.AtLeast)
	}
	again := Test(units, Options{Drawn: true, Seed: 9})
	if again.Imposed.AtLeast != some.Imposed.AtLeast {
		t.Error("the same seed gives another p")
	}
}

func TestNothingToCompare(t *testing.T) {
	one := sample(1, 1, 6)
	all := sample(2, 4, 3)
	for i := range all {
		all[i].Treated = true
	}
	same := sample(3, 4, 3)
	for i := range same {
		same[i].Y, same[i].X = 5, nil
	}
	follows := sample(3, 6, 3)
	for i := range follows {
		follows[i].X = []float64{float64(btoi(follows[i].Treated))}
	}
	for name, units := range map[string][]Unit{"none": nil, "one cluster": one, "all treated": all, "constant": same, "follows": follows, "two": sample(1, 2, 1)} {
		r := Test(units, Options{})
		if _, err := json.Marshal(r); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		said := false
		for _, w := range r.Warnings {
			said = said || w.Code == estimate.NotEstimable || w.Code == estimate.NoSpread || w.Code == estimate.SmallBase
		}
		if !said {
			t.Errorf("%s: nothing is said: %+v", name, r)
		}
	}
}
