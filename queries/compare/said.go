package compare

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"hulian/queries/reading"
	"hulian/queries/sentence"
)

// Said are the sentences of the report in their order: the verdict, whether the plan came first, what it comes to, how it went on, what it
// cost, which months are left out, and how it was found.
func (r Report) Said(lang string) []string {
	said := []string{r.Words(lang), r.AboutPlan(lang), r.InThings(lang)}
	if r.Plan.Main() == r.Measure.ID && r.Plan != nil {
		said = append(said, r.Worth(r.Plan.Smallest, lang))
	}
	said = append(said, r.Went(lang), r.Costing(lang), r.LeftOut(lang))
	return slices.DeleteFunc(append(said, r.Found(lang)...), func(s string) bool { return s == "" })
}

// Plainly are the sentences that name no method: the verdict, whether the plan came first, what it comes to, what it cost, which months are
// left out, and pilots against the rollout.
func (r Report) Plainly(lang string) []string {
	said := []string{r.Words(lang), r.AboutPlan(lang), r.InThings(lang), r.Costing(lang), r.LeftOut(lang), r.WavesSaid(lang), r.BeforeAfter(lang)}
	return slices.DeleteFunc(said, func(s string) bool { return s == "" })
}

// Grounds are the sentences on how it was found, and what must hold.
func (r Report) Grounds(lang string) []string {
	said := r.Who(lang)
	if r.Plan != nil && r.Plan.Main() == r.Measure.ID {
		said = append(said, r.Worth(r.Plan.Smallest, lang))
	}
	said = append(append(said, r.Went(lang)), r.Found(lang)...)
	said = append(append(said, r.ByCohorts(lang)), r.Assumptions(lang)...)
	return slices.DeleteFunc(said, func(s string) bool { return s == "" })
}

// AboutPlan tells whether the plan came first, and where the report departs from it.
func (r Report) AboutPlan(lang string) string {
	if r.Chosen {
		return book.Say(lang, "plan_chosen", nil)
	}
	if r.Plan == nil {
		return r.Planned(nil, "", lang)
	}
	said := []string{r.Planned(r.Plan, r.PlannedOn, lang)}
	if rule := r.Plan.Rule; rule != "" && rule != "not_begun" {
		said = append(said, book.Say(lang, "plan_rule", sentence.Values{"rule": book.Say(lang, "rule_"+rule, nil)}))
	}
	if r.Plan.Villages != Pilots(r.Panel.Villages) {
		said = append(said, book.Say(lang, "plan_pilots", nil))
	}
	if r.Plan.Revised {
		said = append(said, book.Say(lang, "plan_revised", nil))
	}
	if r.Plans > 1 {
		said = append(said, book.Say(lang, "plan_times", sentence.Values{"n": strconv.Itoa(r.Plans)}))
	}
	return sentence.Join(lang, said...)
}

// mostGaps is how many villages are named for their months without a source; a village's months are named up to mostMonths.
const (
	mostGaps   = 5
	mostMonths = 3
)

// LeftOut names the months that are left out; empty where there are none.
func (r Report) LeftOut(lang string) string {
	if r.Missing == 0 {
		return ""
	}
	var list []string
	for _, g := range r.Gaps[:min(len(r.Gaps), mostGaps)] {
		if len(g.Months) > mostMonths {
			list = append(list, book.Say(lang, "gap_many", sentence.Values{"village": g.Name, "n": strconv.Itoa(len(g.Months))}))
			continue
		}
		var months []string
		for _, month := range g.Months {
			months = append(months, reading.MonthName(month, lang))
		}
		list = append(list, book.Say(lang, "gap", sentence.Values{"village": g.Name, "months": sentence.List(lang, months)}))
	}
	if len(r.Gaps) > mostGaps {
		list = append(list, book.Say(lang, "gap_more", sentence.Values{"n": strconv.Itoa(len(r.Gaps))}))
	}
	return book.Say(lang, "gaps", sentence.Values{"missing": strconv.Itoa(r.Missing), "of": strconv.Itoa(r.Of), "list": sentence.List(lang, list)})
}

// Costing says what each household or issue more cost; that it is not known where a plan gives no total; empty where things cannot be
// counted, or nobody has planned anything.
func (r Report) Costing(lang string) string {
	if _, counted := r.Gain(); !counted || r.Plan == nil && !r.Cost.Total.Known || better(r.Measure) == 0 {
		return ""
	}
	total, known := r.Cost.Total.Get()
	if !known {
		return book.Say(lang, "cost_unknown", nil)
	}
	values := sentence.Values{"total": reading.Count(total), "what": lower(r.Measure.Numerator.In(lang))}
	per, known := r.Cost.Per.Get()
	switch {
	case r.Verdict == Inconclusive:
		return book.Say(lang, "cost_no_conclusion", values)
	case !known:
		return book.Say(lang, "cost_none", values)
	}
	yuan := func(x float64) string { return reading.Decimal(x, map[bool]int{true: 0, false: 1}[x >= 100]) }
	low, closed := r.Cost.Low.Get()
	high, limited := r.Cost.High.Get()
	values["per"], values["range"] = yuan(per), book.Say(lang, "cost_no_interval", nil)
	switch {
	case closed && limited:
		values["range"] = book.Say(lang, "cost_between", sentence.Values{"low": yuan(low), "high": yuan(high)})
	case closed:
		values["range"] = book.Say(lang, "cost_open", sentence.Values{"low": yuan(low)})
	}
	if better(r.Measure) < 0 {
		return book.Say(lang, "cost_fewer", values)
	}
	return book.Say(lang, "cost", values)
}

// WavesSaid says how the pilots stand against the rollout; empty where there is no rollout with months since its start.
func (r Report) WavesSaid(lang string) string {
	w := r.Waves
	if w == nil || math.IsNaN(w.Effect) {
		return ""
	}
	p0, p1, o0, o1 := w.means()
	change := func(x float64) string { return reading.Difference(w.Measure, x, lang) }
	within := book.Say(lang, "answer_no_interval", nil)
	if !math.IsNaN(w.Low) {
		within = reading.DifferenceRange(w.Measure, w.Low, w.High, lang)
	}
	said := book.Say(lang, "waves", sentence.Values{"months": strconv.Itoa(len(w.Design.After)), "n1": strconv.Itoa(len(w.Pilots)), "n0": strconv.Itoa(len(w.Others)),
		"dp": change(p1 - p0), "do": change(o1 - o0), "effect": change(w.Effect), "range": within, "p": chance(w.P.Or(math.NaN()), lang)})
	if len(w.Design.Left) > 0 {
		said = sentence.Join(lang, said, book.Say(lang, "waves_left", sentence.Values{"left": sentence.List(lang, names(w.Design.Left)), "months": strconv.Itoa(len(w.Design.After))}))
	}
	return sentence.Join(lang, said, r.WavesVerdict(lang), book.Say(lang, "waves_caveat", nil))
}

// WavesVerdict says which of pilots and rollout gained more, in one sentence.
func (r Report) WavesVerdict(lang string) string {
	key := "waves_same"
	if w := r.Waves; w.ZeroRuledOut() {
		switch good := better(w.Measure) * w.Effect; {
		case good > 0:
			key = "waves_pilots"
		case good < 0:
			key = "waves_rollout"
		default:
			key = "waves_apart"
		}
	}
	return book.Say(lang, key, nil)
}

// WavesHeadline is pilots against the rollout in one line; where they could not be compared it says that.
func (r Report) WavesHeadline(lang string) string {
	if r.Waves == nil {
		return book.Say(lang, "headline_waves_none", nil)
	}
	return r.Measure.Name.In(lang) + book.Say(lang, "headline_plain", nil) + strings.TrimRight(r.WavesVerdict(lang), "。.")
}

// WavesNone says why pilots could not be set against the rollout.
func (r Report) WavesNone(lang string) string {
	if !slices.ContainsFunc(r.Panel.Villages, func(v Village) bool { return !v.Pilot && v.Start != "" }) {
		return book.Say(lang, "waves_nobody", nil)
	}
	return book.Say(lang, "waves_none", nil)
}

// BeforeAfter says how all that have begun stand against the year before their starts; empty where nobody has.
func (r Report) BeforeAfter(lang string) string {
	if !Comparable(r.Measure) {
		return ""
	}
	all := AllBegun(r.Panel)
	if all.Villages == 0 {
		return ""
	}
	return book.Say(lang, "before_after", sentence.Values{"n": strconv.Itoa(all.Villages), "before": reading.Text(r.Measure, all.Before.Value, lang),
		"after": reading.Text(r.Measure, all.After.Value, lang), "change": reading.Difference(r.Measure, all.After.Value-all.Before.Value, lang)})
}

// Name names a half of a split.
func (s Split) Name(high bool, lang string) string {
	at := reading.Text(s.Low.Measure, s.At, lang)
	if s.By == ByHands {
		at = reading.Decimal(s.At, 1)
	}
	return book.Say(lang, "split_"+string(s.By)+map[bool]string{true: "_high", false: "_low"}[high], sentence.Values{"at": at})
}

// mostNamed is how many villages of an extension are named.
const mostNamed = 12

// Extended says what an extension may bring: a heading, the range, and on what it rests; or why nothing is said of it.
func (r Report) Extended(lang string) (heading, between, said string) {
	e := r.Extension(r.Panel)
	if e.Why != Reached {
		return "", "", book.Say(lang, "extension_"+string(e.Why), sentence.Values{"months": strconv.Itoa(e.Months)})
	}
	who := sentence.List(lang, names(e.Villages))
	if len(e.Villages) > mostNamed {
		who = book.Say(lang, "extension_villages", sentence.Values{"n": strconv.Itoa(len(e.Villages))})
	}
	before, _, _, _ := r.means()
	parts := []string{book.Say(lang, "extension_reached", sentence.Values{"who": who, "numerator": r.Measure.Numerator.In(lang), "base": reading.Count(math.Round(e.Base)),
		"before": reading.Text(r.Measure, before, lang), "level": reading.Text(r.Measure, e.Level, lang)})}
	if r.Verdict == MaybeBetter {
		parts = append(parts, book.Say(lang, "extension_weak", nil))
	}
	if e.Capped {
		parts = append(parts, book.Say(lang, "extension_capped", nil))
	}
	return book.Say(lang, "extension_title", sentence.Values{"n": strconv.Itoa(len(e.Villages)), "months": strconv.Itoa(e.Months)}),
		book.Say(lang, "range_words", sentence.Values{"low": thing(e.Low), "high": thing(e.High)}), sentence.Join(lang, parts...)
}

// Headline is the verdict in one line. What is clearly worse is set apart by the page that shows it.
func (r Result) Headline(lang string) string {
	going := ""
	if c := r.Course(); c == Grows || c == Fades || c == Holds {
		going = book.Say(lang, "going_"+string(c), nil)
	}
	key := "headline_" + string(r.Verdict)
	if !book.Has(key) {
		return r.Measure.Name.In(lang) + book.Say(lang, "headline_plain", nil) + strings.TrimRight(r.Words(lang), "。.")
	}
	if r.Verdict != Improved && r.Verdict != MaybeBetter {
		going = ""
	}
	way := map[bool]string{true: "headline_down", false: "headline_up"}[r.Effect < 0]
	by := strings.TrimLeft(reading.Difference(r.Measure, math.Abs(r.Effect), lang), "+")
	return book.Say(lang, key, nil) + book.Say(lang, way, sentence.Values{"measure": r.Measure.Name.In(lang), "by": by}) + going
}

// Short is the verdict in a few words, for a table of many measures: of twenty-five one is clear by luck, so that none of them claims strong
// evidence before it is the one that was asked about.
func (r Result) Short(lang string) string { return book.Say(lang, "short_"+string(r.Verdict), nil) }
