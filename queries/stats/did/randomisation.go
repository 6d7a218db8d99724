package did

import (
	"math"
	"math/rand/v2"

	"hulian/queries/stats/estimate"
)

// Randomisation is the test that deals the starts anew: had the units' first periods been drawn by lot, how often would
// the overall effect be as large as the one found? It holds its level however few units there are, which intervals from
// influence functions do not under some thirty.
type Randomisation struct {
	Statistic estimate.Number `json:"statistic"` // the simple overall effect
	Draws     int             `json:"draws"`
	Seed      uint64          `json:"seed"`
	PTwoSided estimate.Number `json:"p_two_sided_abs"` // (1 + count) ÷ (1 + draws)
	PGreater  estimate.Number `json:"p_greater"`
	PLess     estimate.Number `json:"p_less"`
}

// Randomise shuffles the starts over the units of the panel and recomputes the overall effect each time. It answers
// nothing where there is no effect to test.
func (r Result) Randomise(draws int, seed uint64) Randomisation {
	out := Randomisation{Statistic: r.Simple.Att, Draws: max(draws, 1), Seed: seed}
	if !r.Simple.Att.Known {
		return out
	}
	if seed == 0 {
		out.Seed = 1
	}
	random := rand.New(rand.NewPCG(out.Seed, 0x9e3779b97f4a7c15))
	shuffled := Result{Options: r.Options, Sizes: r.Sizes, Groups: r.Groups, panel: r.panel}
	shuffled.panel.first = append([]int{}, r.panel.first...)
	seen, slack := r.Simple.Att.Value, 1e-12*(1+math.Abs(r.Simple.Att.Value))
	var extreme, greater, less float64
	for range out.Draws {
		random.Shuffle(len(shuffled.panel.first), func(i, j int) {
			shuffled.panel.first[i], shuffled.panel.first[j] = shuffled.panel.first[j], shuffled.panel.first[i]
		})
		effect := shuffled.overall()
		if math.Abs(effect) >= math.Abs(seen)-slack {
			extreme++
		}
		if effect >= seen-slack {
			greater++
		}
		if effect <= seen+slack {
			less++
		}
	}
	of := 1 + float64(out.Draws)
	out.PTwoSided, out.PGreater, out.PLess = estimate.Of((1+extreme)/of), estimate.Of((1+greater)/of), estimate.Of((1+less)/of)
	return out
}

// overall is the simple average of the effects from the start on, without its error.
func (r *Result) overall() float64 {
	p, a := r.panel, r.Options.Anticipation
	var sum, weight float64
	for _, g := range r.Groups {
		base := -1
		for k, t := range p.periods {
			if t+a < g {
				base = k
			}
		}
		for k, t := range p.periods {
			if base < 0 || t < g {
				continue
			}
			if att, ok := r.att(g, k, base); ok {
				sum += float64(r.Sizes[g]) * att
				weight += float64(r.Sizes[g])
			}
		}
	}
	if weight == 0 {
		return 0
	}
	return sum / weight
}

func (r *Result) att(g, k, base int) (float64, bool) {
	p := r.panel
	until := max(p.periods[k], p.periods[base]) + r.Options.Anticipation
	var nt, nc, mt, mc float64
	for i, first := range p.first {
		change := p.y[i][k] - p.y[i][base]
		switch {
		case first == g:
			nt++
			mt += change
		case first == 0 || r.Options.Control == NotYetTreated && first > until:
			nc++
			mc += change
		}
	}
	if nt == 0 || nc == 0 {
		return 0, false
	}
	return mt/nt - mc/nc, true
}
