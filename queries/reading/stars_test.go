package reading

import (
	"math"
	"testing"

	"hulian/data"
)

// ruled is a town that has laid down how stars follow from scores.
func ruled() data.Programme {
	p := data.DefaultProgramme()
	p.Rating = data.RatingRules{Operation: .2, Effect: .3, Cooperation: .15, GridCadres: .15, Villagers: .2}
	for i, floor := range []float64{92, 87, 80, 74, 60, 0} {
		p.Stars[i].Floor = floor
	}
	return p
}

func TestStarsFollowFromPartsAndWeights(t *testing.T) {
	rule, whole := StarRuleOf(ruled())
	if !whole {
		t.Fatal("weights of 100% with floors that fall are no rule")
	}
	for _, c := range []struct {
		scores StarParts
		total  float64
		stars  int
	}{
		{StarParts{92, 92, 92, 92, 92}, 92, 5}, // by hand; the binary sum lies below it
		{StarParts{90, 95, 88, 86, 91}, 90.8, 4},
		{StarParts{90, 80, 88, 86, 91}, 86.3, 3},
		{StarParts{}, 0, 0},
	} {
		if total := rule.Total(c.scores); total != c.total || rule.Stars(total) != c.stars {
			t.Errorf("%v make %g and %d stars, want %g and %d", c.scores, total, rule.Stars(total), c.total, c.stars)
		}
	}
	if total := rule.Total(StarParts{90, math.NaN(), 88, 86, 91}); !math.IsNaN(total) {
		t.Errorf("a part without a score counts as nought: %g", total)
	}
	rule.Weights = StarParts{.5, .5}
	if total := rule.Total(StarParts{90, 90, math.NaN(), math.NaN(), math.NaN()}); total != 90 {
		t.Errorf("a part that does not count is asked for: %g", total)
	}
}

func TestHalfARuleJudgesNoStars(t *testing.T) {
	if _, whole := StarRuleOf(data.DefaultProgramme()); whole {
		t.Error("a town that has laid no rule down has one")
	}
	for name, change := range map[string]func(*data.Programme){
		"weights of 90%":     func(p *data.Programme) { p.Rating.Villagers = .1 },
		"a tier without one": func(p *data.Programme) { p.Stars[1].Floor = 0 },
		"floors that rise":   func(p *data.Programme) { p.Stars[0].Floor = 70 },
		"a tier twice":       func(p *data.Programme) { p.Stars[1].Stars = 5 },
	} {
		p := ruled()
		change(&p)
		if _, whole := StarRuleOf(p); whole {
			t.Errorf("%s: a rule", name)
		}
	}
}

func TestATierSaysWhatItIsPaid(t *testing.T) {
	p := data.DefaultProgramme()
	if yuan := TierFunding(p, 4); yuan != 8000 {
		t.Errorf("four stars are paid %g", yuan)
	}
	if yuan := TierFunding(p, 7); !math.IsNaN(yuan) {
		t.Errorf("seven stars are no tier, and are paid %g", yuan)
	}
}
