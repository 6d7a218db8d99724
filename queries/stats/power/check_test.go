package power

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// The smallest effect is one that a t test of the changes finds in about four of five pilots.
func TestCheckedDesignFindsItsEffect(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	const before, after = 12, 6
	var villages []Village
	for v := range 400 {
		level := 2 * random.NormFloat64()
		y := make([]float64, before)
		for i := range y {
			y[i] = 10 + level + random.NormFloat64()
		}
		villages = append(villages, Village{Name: strconv.Itoa(v), Pilot: v < 100, Y: y})
	}
	d := Check(villages, after, 0, 0)
	if math.Abs(d.SD.Value-math.Sqrt(5)) > 0.2 || math.Abs(d.Rho.Value-0.8) > 0.04 {
		t.Errorf("spread %v and correlation %v, want √5 and 0.8", d.SD, d.Rho)
	}
	if want := 2.8 * math.Sqrt((1.0/before+1.0/after)*(1.0/100+1.0/300)); math.Abs(d.Smallest.Value/want-1) > 0.06 {
		t.Errorf("smallest effect %v, want about %v", d.Smallest, want)
	}
}

func TestCheckSaysWhatIsLacking(t *testing.T) {
	gap := math.NaN()
	for name, c := range map[string]struct {
		villages []Village
		said     int
	}{
		"nothing":        {nil, 1},
		"all pilots":     {[]Village{{Name: "a", Pilot: true, Y: []float64{1, 2}}}, 2},
		"three villages": {[]Village{{Name: "a", Pilot: true, Y: []float64{1, 2}}, {Name: "b", Y: []float64{gap, 2}}, {Name: "c", Y: []float64{9, 8}}}, 3},
		"constant":       {[]Village{{Name: "a", Pilot: true, Y: []float64{5, 5}}, {Name: "b", Y: []float64{5, 5}}, {Name: "c", Y: []float64{5, 5}}}, 2},
		"empty":          {[]Village{{Name: "a", Pilot: true}, {Name: "b"}}, 2},
	} {
		d := Check(c.villages, 3, 0, 0)
		if _, err := json.Marshal(d); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(d.Warnings) < c.said {
			t.Errorf("%s: %v", name, d.Warnings)
		}
		for _, w := range d.Warnings {
			if w.Zh == w.Text {
				t.Errorf("%s: no Chinese for %q", name, w.Text)
			}
		}
	}
}
