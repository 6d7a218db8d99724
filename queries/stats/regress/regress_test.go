package regress

import (
	"math"
	"testing"
)

func near(t *testing.T, what string, got, want, slack float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > slack {
		t.Errorf("%s = %.10g, want %.10g ± %g", what, got, want, slack)
	}
}

func design(columns ...[]float64) Design {
	d := Design{N: len(columns[0]), K: len(columns) + 1}
	for i := range d.N {
		d.X = append(d.X, 1)
		for _, c := range columns {
			d.X = append(d.X, c[i])
		}
	}
	return d
}

// Annette Dobson (1990), An Introduction to Generalized Linear Models, page 9, plant weights, as on R's help page of lm:
// intercept 5.032 (0.2202), treated −0.371 (0.3114).
func TestPlantWeights(t *testing.T) {
	y := []float64{4.17, 5.58, 5.18, 6.11, 4.50, 4.61, 5.17, 4.53, 5.33, 5.14, 4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69}
	treated := make([]float64, 20)
	for i := 10; i < 20; i++ {
		treated[i] = 1
	}
	f := Least(design(treated), y, nil)
	near(t, "control", f.Beta[0], 5.032, 5e-4)
	near(t, "treated", f.Beta[1], -0.371, 5e-4)
	var rest float64
	for i, v := range y {
		rest += (v - f.Fitted[i]) * (v - f.Fitted[i])
	}
	near(t, "se", math.Sqrt(rest/18*f.Inverse.At(1, 1)), 0.3114, 5e-5)
}

// Dobson (1990), page 93, randomised controlled trial, as on R's help page of glm: 3.045 (0.1709), outcome 2 −0.4543
// (0.2022), outcome 3 −0.2930 (0.1927), treatments 0 (0.2).
func TestCountsOfATrial(t *testing.T) {
	y := []float64{18, 17, 15, 20, 10, 20, 25, 13, 12}
	columns := make([][]float64, 4)
	for i := range y {
		for k, is := range []bool{i%3 == 1, i%3 == 2, i/3 == 1, i/3 == 2} {
			columns[k] = append(columns[k], map[bool]float64{true: 1}[is])
		}
	}
	f := Poisson(design(columns...), y, nil)
	for k, want := range []float64{3.0445, -0.4543, -0.2930, 0, 0} {
		near(t, "coefficient", f.Beta[k], want, 5e-5)
	}
	for k, want := range []float64{0.1709, 0.2022, 0.1927, 0.2, 0.2} {
		near(t, "se", math.Sqrt(f.Inverse.At(k, k)), want, 5e-5)
	}
}

// Gearbox and weight of 32 cars (Henderson & Velleman 1981, Biometrics 37:391–411; R's mtcars): glm(am ~ wt, binomial)
// gives 12.040 (4.510) and −4.024 (1.436).
func TestGearbox(t *testing.T) {
	weight := []float64{2.620, 2.875, 2.320, 3.215, 3.440, 3.460, 3.570, 3.190, 3.150, 3.440, 3.440, 4.070, 3.730, 3.780, 5.250, 5.424, 5.345, 2.200, 1.615, 1.835, 2.465, 3.520, 3.435, 3.840, 3.845, 1.935, 2.140, 1.513, 3.170, 2.770, 3.570, 2.780}
	manual := []float64{1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1}
	f := Logit(design(weight), manual, nil)
	near(t, "intercept", f.Beta[0], 12.040, 5e-4)
	near(t, "weight", f.Beta[1], -4.024, 5e-4)
	near(t, "se", math.Sqrt(f.Inverse.At(1, 1)), 1.436, 1e-3) // R's is one step early
	two := make([]float64, 32)
	for i := range two {
		two[i] = 2
	}
	if g := Logit(design(weight), manual, two); math.Abs(g.Beta[1]-f.Beta[1]) > 1e-9 || math.Abs(g.Inverse.At(1, 1)*2-f.Inverse.At(1, 1)) > 1e-9 {
		t.Error("to count every car twice moves the coefficients, or does not halve the variance")
	}
}

func TestNoSingleAnswer(t *testing.T) {
	x := []float64{1, 2, 3, 4, 5, 6}
	if f := Logit(design(x), []float64{0, 0, 0, 1, 1, 1}, nil); f.Trouble != Separated {
		t.Errorf("x splits y: %q", f.Trouble)
	}
	if f := Logit(design(x), []float64{1, 1, 1, 1, 1, 1}, nil); f.Trouble != Separated {
		t.Errorf("all are 1: %q", f.Trouble)
	}
	if f := Least(design(x, []float64{2, 4, 6, 8, 10, 12}), x, nil); f.Trouble != Collinear {
		t.Errorf("twice the column: %q", f.Trouble)
	}
	if f := Poisson(design([]float64{0, 0, 0, 1, 1, 1}), []float64{3, 4, 5, 0, 0, 0}, nil); f.Trouble == "" && f.Beta[1] > -20 {
		t.Errorf("no count on one side: %v", f.Beta)
	}
	d, kept := Standardised([][]float64{{7, 7, 7}, {1e9, 2e9, 4e9}, {2, 4, 8}}, 3)
	if len(kept) != 1 || kept[0] != 1 || d.K != 2 {
		t.Errorf("kept %v", kept)
	}
}
