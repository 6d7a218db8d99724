package decompose

import (
	"math"

	"hulian/queries/stats/estimate"
)

// Group is one group in both populations. A group that one population lacks has size 0 there; its rate is then
// taken from the other, so that its coming or going is all mix.
type Group struct {
	Name         string
	Size1, Size2 float64
	Rate1, Rate2 estimate.Number
}

// Part is what one group adds.
type Part struct {
	Name   string  `json:"group"`
	Share1 float64 `json:"share_1"`
	Share2 float64 `json:"share_2"`
	Rate1  float64 `json:"rate_1"`
	Rate2  float64 `json:"rate_2"`
	Rate   float64 `json:"rate_contribution"`
	Mix    float64 `json:"mix_contribution"`
	// MixCentred is (mean rate − mean of the totals) × change of share: it says whether a group that grew lies above or
	// below the rest, and sums to the same.
	MixCentred float64 `json:"mix_contribution_centred"`
}

// ThreePart is the split with an interaction, population 1 standing for the base.
type ThreePart struct {
	Rate        estimate.Number `json:"rate"`
	Mix         estimate.Number `json:"mix"`
	Interaction estimate.Number `json:"interaction"`
}

// Change is a decomposed difference, population 2 minus population 1.
type Change struct {
	Total1     estimate.Number    `json:"total_1"`
	Total2     estimate.Number    `json:"total_2"`
	Difference estimate.Number    `json:"difference"`
	Rate       estimate.Number    `json:"rate_effect"`
	Mix        estimate.Number    `json:"mix_effect"`
	RateShare  estimate.Number    `json:"rate_share_percent"` // of the difference; absent where that is 0
	MixShare   estimate.Number    `json:"mix_share_percent"`
	Three      ThreePart          `json:"three_part"`
	Parts      []Part             `json:"by_group"`
	Warnings   []estimate.Warning `json:"warnings,omitempty"`
}

// largest bounds sizes and rates, so that no sum of products overflows.
const largest = 1e150

// Kitagawa decomposes the difference of two rates (Kitagawa 1955, JASA 50:1168–1194). With shares c = size ÷ Σ size:
//
//	rate effect = Σ (c₁+c₂)/2 × (r₂−r₁)
//	mix effect  = Σ (r₁+r₂)/2 × (c₂−c₁)
//
// and their sum is the difference of the totals exactly. The three-part form keeps population 1 as the base:
// Σ c₁Δr, Σ r₁Δc and the interaction Σ Δc Δr.
func Kitagawa(groups []Group) Change {
	var c Change
	var size1, size2 float64
	var sound []Group
	for _, g := range groups {
		bad := !(g.Size1 >= 0 && g.Size1 < largest) || !(g.Size2 >= 0 && g.Size2 < largest) ||
			math.Abs(g.Rate1.Value) > largest || math.Abs(g.Rate2.Value) > largest ||
			(g.Size1 > 0 && !g.Rate1.Known) || (g.Size2 > 0 && !g.Rate2.Known)
		if bad {
			c.Warnings = append(c.Warnings, estimate.Warn(estimate.Invalid, "group %q has no usable size or rate and was left out", g.Name))
			continue
		}
		switch {
		case g.Size1 == 0 && g.Size2 == 0:
			continue
		case g.Size1 == 0:
			g.Rate1 = g.Rate2
			c.Warnings = append(c.Warnings, estimate.Warn(estimate.Convention, "group %q is missing in population 1: its coming counts as mix", g.Name))
		case g.Size2 == 0:
			g.Rate2 = g.Rate1
			c.Warnings = append(c.Warnings, estimate.Warn(estimate.Convention, "group %q is missing in population 2: its going counts as mix", g.Name))
		}
		sound = append(sound, g)
		size1, size2 = size1+g.Size1, size2+g.Size2
	}
	if size1 == 0 || size2 == 0 {
		c.Warnings = append(c.Warnings, estimate.Warn(estimate.NotEstimable, "a population has no members: nothing to compare"))
		return c
	}
	var total1, total2, rate, mix, rate3, mix3, both, most float64
	for _, g := range sound {
		most = math.Max(most, math.Max(math.Abs(g.Rate1.Value), math.Abs(g.Rate2.Value)))
	}
	known := func(x float64) estimate.Number { return estimate.Of(estimate.Cleared(x, most)) }
	for _, g := range sound {
		p := Part{Name: g.Name, Share1: g.Size1 / size1, Share2: g.Size2 / size2, Rate1: g.Rate1.Value, Rate2: g.Rate2.Value}
		dr, dc := p.Rate2-p.Rate1, p.Share2-p.Share1
		p.Rate, p.Mix = estimate.Cleared((p.Share1+p.Share2)/2*dr, most), estimate.Cleared((p.Rate1+p.Rate2)/2*dc, most)
		total1, total2 = total1+p.Share1*p.Rate1, total2+p.Share2*p.Rate2
		rate, mix = rate+p.Rate, mix+p.Mix
		rate3, mix3, both = rate3+p.Share1*dr, mix3+p.Rate1*dc, both+dc*dr
		c.Parts = append(c.Parts, p)
	}
	for i := range c.Parts {
		p := &c.Parts[i]
		p.MixCentred = ((p.Rate1+p.Rate2)/2 - (total1+total2)/2) * (p.Share2 - p.Share1)
	}
	c.Total1, c.Total2, c.Difference = estimate.Of(total1), estimate.Of(total2), known(total2-total1)
	c.Rate, c.Mix = known(rate), known(mix)
	c.Three = ThreePart{known(rate3), known(mix3), known(both)}
	if d := c.Difference.Value; d != 0 {
		c.RateShare, c.MixShare = estimate.Of(100*c.Rate.Value/d), estimate.Of(100*c.Mix.Value/d)
	} else {
		c.Warnings = append(c.Warnings, estimate.Warn(estimate.NotEstimable, "the totals do not differ: the effects have no shares"))
	}
	return c
}
