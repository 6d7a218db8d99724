package reading

import (
	"cmp"
	"math"
	"slices"

	"hulian/data"
)

// StarRule is how a town's stars follow from the scores of a branch's parts: each score times its weight, summed, and the highest tier whose
// floor the total reaches.
type StarRule struct {
	Weights StarParts       // shares of 1
	Tiers   []data.StarTier // the highest first
}

// StarParts is a number for each part of a star rating: standard operation, effect, cooperation with above, the grid cadres' score, the
// villagers'. Scores are of a hundred, NaN where there is none.
type StarParts [5]float64

// StarRuleOf gives the rule a town has laid down. whole is false where it cannot decide stars: the weights make anything but 1, or the floors
// do not fall from tier to tier; the lowest tier needs none.
func StarRuleOf(p data.Programme) (rule StarRule, whole bool) {
	w := p.Rating
	rule = StarRule{
		Weights: StarParts{w.Operation, w.Effect, w.Cooperation, w.GridCadres, w.Villagers},
		Tiers:   slices.SortedStableFunc(slices.Values(p.Stars), func(a, b data.StarTier) int { return cmp.Compare(b.Stars, a.Stars) }),
	}
	whole = rule.Sum() == 1 && len(rule.Tiers) > 1
	for i := 0; whole && i+1 < len(rule.Tiers); i++ {
		above, below := rule.Tiers[i], rule.Tiers[i+1]
		whole = above.Floor > below.Floor && above.Stars > below.Stars
	}
	return rule, whole
}

// Sum adds the weights up: 1 of a whole rule, 0 where none is laid down.
func (s StarRule) Sum() float64 {
	sum := 0.0
	for _, w := range s.Weights {
		sum += w
	}
	return byHand(sum)
}

// Total is the weighted sum of the scores; NaN where a part that counts has no score.
func (s StarRule) Total(scores StarParts) float64 {
	total := 0.0
	for k, w := range s.Weights {
		if w > 0 {
			total += w * scores[k]
		}
	}
	return byHand(total)
}

// byHand takes away what binary fractions add, so that a total that makes 92 by hand reaches a floor of 92.
func byHand(x float64) float64 { return math.Round(x*1e6) / 1e6 }

// Stars are what a total is worth by a whole rule: a total below every floor gets the lowest tier.
func (s StarRule) Stars(total float64) int {
	for _, t := range s.Tiers {
		if total >= t.Floor {
			return t.Stars
		}
	}
	return s.Tiers[len(s.Tiers)-1].Stars
}

// TierFunding is what a tier is paid a year, in yuan; NaN of stars that are no tier of the town.
func TierFunding(p data.Programme, stars float64) float64 {
	i := slices.IndexFunc(p.Stars, func(t data.StarTier) bool { return float64(t.Stars) == stars })
	if i < 0 {
		return math.NaN()
	}
	return p.Stars[i].Funding
}
