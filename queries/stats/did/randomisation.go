package did

import (
	"math"
	"math/rand/v2"
	"slices"

	"hulian/queries/stats/estimate"
	"hulian/queries/stats/permutation"
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
	Rescaled  bool            `json:"rescaled"` // outcomes were dealt in their own standard deviations, by the units' sizes
	BySize    float64         `json:"by_size"`  // see permutation.Rescaling
}

// Randomise shuffles the starts over the units of the panel and recomputes the overall effect each time. It answers
// nothing where there is no effect to test. Units of unequal size are first brought to the same spread: see
// permutation.Rescaled.
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
	shuffled.panel.first = slices.Clone(r.panel.first)
	shuffled.panel.y, out.BySize, out.Rescaled = r.alike(len(r.panel.periods))
	seen := shuffled.overall()
	slack := 1e-12*(1+math.Abs(seen)) + 0x1p-48*most(shuffled.panel.y)
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

func most(y [][]float64) (m float64) {
	for _, path := range y {
		for _, v := range path {
			m = math.Max(m, math.Abs(v))
		}
	}
	return m
}

// alike gives the paths of the first so many periods as they would be if all units varied alike: each less its own mean
// and the periods', in its own standard deviations, where sizes (or, in their place, weights) differ; else as they are.
func (r Result) alike(periods int) (paths [][]float64, bySize float64, rescaled bool) {
	p := r.panel
	sizes := p.size
	if sizes == nil {
		sizes = p.weight
	}
	if periods < 2 || !slices.ContainsFunc(sizes, func(s float64) bool { return s != sizes[0] }) || slices.Contains(sizes, 0) {
		return p.y, 0, false
	}
	columns := make([][]permutation.Sized, periods)
	for i, y := range p.y {
		var mean float64
		for _, v := range y[:periods] {
			mean += v / float64(periods)
		}
		for k, v := range y[:periods] {
			columns[k] = append(columns[k], permutation.Sized{Y: v - mean, Size: sizes[i]})
		}
	}
	columns, how := permutation.Alike(columns)
	paths = make([][]float64, p.n)
	for i := range paths {
		for _, column := range columns {
			paths[i] = append(paths[i], column[i].Y)
		}
	}
	return paths, how.BySize, true
}

// Pretrend is the test that cohorts and comparison units moved alike before anybody started: the largest difference of
// their changes from one period to the next, against the largest when the starts are dealt anew. It holds its level
// however many periods there are and however few units.
type Pretrend struct {
	Statistic estimate.Number `json:"statistic"` // the largest difference, in standard errors of changes dealt by lot
	Periods   int             `json:"periods"`   // changes looked at
	Draws     int             `json:"draws"`
	P         estimate.Number `json:"p"`
	Rescaled  bool            `json:"rescaled"`
}

// Pretrend tests the periods before the earliest start, less anticipation; with fewer than two it answers nothing. That of
// a later cohort between the earliest start and its own is not looked at: the others are under way by then.
func (r Result) Pretrend(draws int, seed uint64) Pretrend {
	out := Pretrend{Draws: max(draws, 1)}
	before := 0
	for _, t := range r.panel.periods {
		if len(r.Groups) > 0 && t+r.Options.Anticipation < r.Groups[0] {
			before++
		}
	}
	if before < 2 || r.panel.n-r.Never == 0 || len(r.Cells) == 0 {
		return out
	}
	out.Periods = before - 1
	paths, _, rescaled := r.alike(before)
	out.Rescaled = rescaled
	changes := make([][]float64, before-1) // in standard deviations, by period
	for k := range changes {
		var mean, squares float64
		for i := range paths {
			mean += (paths[i][k+1] - paths[i][k]) / float64(r.panel.n)
		}
		for i := range paths {
			d := paths[i][k+1] - paths[i][k] - mean
			changes[k] = append(changes[k], d)
			squares += d * d
		}
		if squares <= float64(r.panel.n)*math.Pow(0x1p-48*most(paths), 2) {
			squares = math.Inf(1) // nothing but rounding varies
		}
		for i := range changes[k] {
			changes[k][i] /= math.Sqrt(squares / float64(r.panel.n-1))
		}
	}
	first := slices.Clone(r.panel.first)
	seen := r.largestBefore(first, changes)
	out.Statistic = estimate.Of(seen)
	random := rand.New(rand.NewPCG(max(seed, 1), 0x51ed2701a9f3b4c5))
	as := 0.0
	for range out.Draws {
		random.Shuffle(len(first), func(i, j int) { first[i], first[j] = first[j], first[i] })
		if r.largestBefore(first, changes) >= seen-1e-9 {
			as++
		}
	}
	out.P = estimate.Of((1 + as) / float64(out.Draws+1))
	return out
}

// largestBefore is the largest difference of a cohort's mean change from its comparison units', in standard errors.
func (r Result) largestBefore(first []int, changes [][]float64) (largest float64) {
	for _, g := range r.Groups {
		for _, change := range changes {
			var nt, nc, mt, mc float64
			for i, f := range first {
				switch {
				case f == g:
					nt++
					mt += change[i]
				case f == 0 || r.Options.Control == NotYetTreated:
					nc++
					mc += change[i]
				}
			}
			if nt > 0 && nc > 0 {
				largest = math.Max(largest, math.Abs(mt/nt-mc/nc)/math.Sqrt(1/nt+1/nc))
			}
		}
	}
	return largest
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
