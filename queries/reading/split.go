package reading

import (
	"cmp"
	"math"
	"slices"

	"hulian/queries"
	"hulian/queries/sentence"
	"hulian/queries/stats/decompose"
	"hulian/queries/stats/estimate"
)

// Group is one unit in both months of a split.
type Group struct {
	ID, Name    string
	Before, Now Month
}

// Part is what one unit adds to the change of the whole, in the measure's unit. The parts of all units sum to the change.
type Part struct {
	Group
	Own float64 // by its own rate
	Mix float64 // by its share of the whole, against the whole's mean
}

// Split is the change of a rate between two months, split into what units did and what their mix did (Kitagawa 1955).
type Split struct {
	Measure queries.Measure
	Change  float64
	Own     float64
	Mix     float64
	Parts   []Part // by the size of what they add
	Known   bool   // false where a month is missing or the measure is no rate of sums
}

// SplitChange splits the change of a rate over units. A unit without a base in one of the months comes or goes by mix.
func SplitChange(m queries.Measure, groups []Group) Split {
	s := Split{Measure: m}
	if !m.Rate() || m.Model != "" {
		return s
	}
	var split []decompose.Group
	base := func(month Month) float64 {
		if month.Denominator > 0 && !math.IsNaN(month.Numerator) {
			return month.Denominator
		}
		return 0
	}
	value := func(month Month) estimate.Number { return estimate.Of(m.Scale * month.Numerator / month.Denominator) }
	for _, g := range groups {
		split = append(split, decompose.Group{Name: g.ID, Size1: base(g.Before), Size2: base(g.Now), Rate1: value(g.Before), Rate2: value(g.Now)})
	}
	change := decompose.Kitagawa(split)
	if !change.Difference.Known {
		return s
	}
	s.Known, s.Change, s.Own, s.Mix = true, change.Difference.Value, change.Rate.Or(0), change.Mix.Or(0)
	for _, p := range change.Parts {
		i := slices.IndexFunc(groups, func(g Group) bool { return g.ID == p.Name })
		s.Parts = append(s.Parts, Part{Group: groups[i], Own: p.Rate, Mix: p.MixCentred})
	}
	slices.SortStableFunc(s.Parts, func(a, b Part) int { return cmp.Compare(math.Abs(b.Own+b.Mix), math.Abs(a.Own+a.Mix)) })
	return s
}

// Sentence says how much of the change units made themselves, how much their mix made, and who moved it most.
func (s Split) Sentence(lang string) string {
	if !s.Known || len(s.Parts) == 0 {
		return ""
	}
	values := sentence.Values{"change": Difference(s.Measure, s.Change, lang), "own": Difference(s.Measure, s.Own, lang), "mix": Difference(s.Measure, s.Mix, lang),
		"most": s.Parts[0].Name, "part": Difference(s.Measure, s.Parts[0].Own+s.Parts[0].Mix, lang)}
	own, mix := !Same(s.Measure, s.Own), !Same(s.Measure, s.Mix)
	switch {
	case Same(s.Measure, s.Change) && Same(s.Measure, s.Parts[0].Own+s.Parts[0].Mix):
		return book.Say(lang, "split_same", nil)
	case own && mix:
		return book.Say(lang, "split", values)
	case own:
		return book.Say(lang, "split_own", values)
	case mix:
		return book.Say(lang, "split_mix", values)
	default:
		return book.Say(lang, "split_even", values)
	}
}
