package signals

import (
	_ "embed"
	"math"
	"slices"
	"strconv"
	"strings"

	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/sentence"
	"hulian/queries/wording"
)

//go:embed sentences.yaml
var sentences []byte

var book = sentence.MustRead(sentences)

// Name is the tier in words.
func (t Tier) Name(lang string) string { return book.Say(lang, "tier_"+string(t), nil) }

// Name is the cause in a word or two; empty where there is none.
func (c Cause) Name(lang string) string {
	if c == NoCause {
		return ""
	}
	return book.Say(lang, "short_"+string(c), nil)
}

// Said says why a village is not compared: since when the programme has run there, and for how long it must have.
func (n Newness) Said(lang string) string {
	key := "new_begun"
	switch {
	case n.Start == "":
		key = "new_not_begun"
	case !n.Begun():
		key = "new_later"
	}
	return book.Say(lang, key, sentence.Values{"start": reading.MonthName(n.Start, lang), "until": reading.MonthName(n.Until, lang), "n": strconv.Itoa(n.Needed)})
}

// begun is a village with the month in which the programme began there.
func (v Village) begun(lang string) string {
	if v.Start == "" {
		return v.Name
	}
	return book.Say(lang, "village_begun", sentence.Values{"name": v.Name, "start": reading.MonthName(v.Start, lang)})
}

// TierName is the tier in words. Of a village that meets a hard criterion without having been in the programme for as long as the
// criterion looks back it says since when it has been.
func (a Assessment) TierName(lang string) string {
	if a.Tier == Apart && a.Begun {
		return book.Say(lang, "tier_just_begun_hard", sentence.Values{"start": reading.MonthName(a.Village.Start, lang)})
	}
	return a.Tier.Name(lang)
}

// Saying says a sentence of the papers, with what stands in its slots: name and text in turn.
type Saying func(id string, slots ...string) string

// usual says the sentences as everybody has them.
func usual(lang string) Saying {
	return func(id string, slots ...string) string {
		s, known := data.SentenceOf(id)
		if !known {
			return id
		}
		return wording.Fill(s, s.Text.In(lang), wording.Slots(slots...), noFigure)
	}
}

// noFigure is for sentences that name no measure.
func noFigure(string, string) (string, bool) { return "", false }

// Summary says how many villages are weak and which, in a sentence each.
func Summary(all []Assessment, lang string) []string { return SummaryIn(usual(lang), all, lang) }

// SummaryIn says it in a town's own words. What they leave out is not said.
func SummaryIn(say Saying, all []Assessment, lang string) (said []string) {
	tell := func(id string, slots ...string) {
		if s := say("support_"+id, slots...); s != "" {
			said = append(said, s)
		}
	}
	names := map[Tier][]string{}
	var helped []string
	for _, a := range all {
		name := a.Village.Name
		if a.Tier == Apart || a.Tier == Lately {
			name = a.Village.begun(lang)
		}
		names[a.Tier] = append(names[a.Tier], name)
		if a.helpedIn() != "" {
			helped = append(helped, a.Village.Name)
		}
	}
	weak := append(append([]string{}, names[BothKeys]...), names[Weak]...)
	key := "some"
	judged := len(all) - len(names[TooPoor]) - len(names[Lately]) - len(names[NotStarted])
	switch { // nobody is called sound of whom nothing can be said
	case len(weak) > 0:
	case judged == 0:
		key = "none_judged"
	case judged < len(all):
		key = "none_of_judged"
	default:
		key = "none"
	}
	list := func(names []string) string { return sentence.List(lang, names) }
	tell(key, "n", strconv.Itoa(len(all)), "judged", strconv.Itoa(judged), "weak", strconv.Itoa(len(weak)), "names", list(weak))
	if watch := names[Watch]; len(watch) > 0 {
		tell("watching", "watch", strconv.Itoa(len(watch)), "names", list(watch))
	}
	if apart := names[Apart]; len(apart) > 0 {
		tell("apart", "n", strconv.Itoa(len(apart)), "names", list(apart))
	}
	if begun := names[Lately]; len(begun) > 0 {
		tell("too_new", "n", strconv.Itoa(len(begun)), "names", list(begun))
	}
	if poor := names[TooPoor]; len(poor) > 0 {
		tell("poor", "poor", strconv.Itoa(len(poor)), "names", list(poor))
	}
	if len(helped) > 0 {
		tell("helped", "n", strconv.Itoa(len(helped)), "names", list(helped))
	}
	if startUnknown(all) {
		tell("undated")
	}
	tell("no_quota")
	return said
}

func startUnknown(all []Assessment) bool {
	return len(all) > 0 && !slices.ContainsFunc(all, func(a Assessment) bool { return a.Village.Start != "" })
}

// StartUnknown says that no village has a start, so that all are judged on months that may lie before it; empty where one has.
func StartUnknown(all []Assessment, lang string) string {
	if !startUnknown(all) {
		return ""
	}
	return usual(lang)("support_undated")
}

// Said is the evidence in words, with its numbers: how surely the village lies behind the middle one, or what its own months
// show.
func (e Evidence) Said(lang string, p data.WeakVillageRules) string {
	m := e.Measure
	values := sentence.Values{"measure": m.Name.In(lang), "value": e.Reading.WithBase(lang)}
	var said string
	switch {
	case e.Behind >= likely || e.Beyond == 2:
		values["value"] = reading.WithBase(m, e.Place.Rate(), e.Place.Events, e.Place.Total, lang)
		values["measure"] = e.Period(lang)
		values["centre"] = reading.Text(m, e.Middle, lang)
		values["margin"] = strings.TrimSuffix(reading.Decimal(p.Margin*100, 1), ".0")
		values["chance"] = Chance(e.Behind)
		said = book.Say(lang, "behind", values)
	case e.Worsening:
		values["finding"] = strings.TrimRight(e.Reading.Finding(lang), "。.")
		said = book.Say(lang, "worsening", values)
	default:
		said = e.Drift.said(m, lang)
	}
	switch {
	case e.Persistent:
		return book.Say(lang, "persistent", sentence.Values{"evidence": said, "n": strconv.Itoa(max(1, p.Periods))})
	case e.Behind >= likely || e.Worsening:
		return book.Say(lang, "once", sentence.Values{"evidence": said})
	}
	return said
}

// Period is the measure's name with the months it is summed over, and how many of them are known.
func (e Evidence) Period(lang string) string {
	values := sentence.Values{"measure": e.Measure.Name.In(lang), "n": strconv.Itoa(e.Pooled), "known": strconv.Itoa(e.Place.Months)}
	switch {
	case e.Pooled <= 1:
		return e.Measure.Name.In(lang)
	case e.Place.Months < e.Pooled:
		return book.Say(lang, "pooled_gaps", values)
	}
	return book.Say(lang, "pooled", values)
}

// said is the drift in words, with its numbers.
func (d Drift) said(m queries.Measure, lang string) string {
	return book.Say(lang, "drift", sentence.Values{"measure": m.Name.In(lang), "since": reading.MonthName(d.Since, lang), "by": reading.Decimal(d.By*100, 1), "sum": reading.Decimal(d.Value, 1), "limit": reading.Decimal(d.Limit, 1)})
}

// Chance writes a probability in whole per cent, never as certain and never as impossible.
func Chance(p float64) string {
	switch {
	case math.IsNaN(p):
		return reading.Missing
	case p >= .995:
		return "> 99%"
	case p < .005:
		return "< 1%"
	}
	return reading.PerHundred(p*100, 0)
}

// Surely says how sure all evidence together makes it that the village lies behind; empty where nothing could be judged.
func (a Assessment) Surely(lang string, p data.WeakVillageRules) string {
	if a.Judged == 0 {
		return ""
	}
	return book.Say(lang, "joined", sentence.Values{"chance": Chance(a.Joined.Chance), "needed": Chance(p.Probability), "n": strconv.Itoa(max(1, p.Periods))})
}

// Said is a hand's number beside the median village's.
func (h Hand) Said(lang string) string {
	return book.Say(lang, "hand", sentence.Values{"measure": h.Measure.Name.In(lang), "value": reading.Text(h.Measure, h.Value.Value, lang),
		"median": reading.Text(h.Measure, h.Median, lang), "ratio": reading.Decimal(h.Ratio(), 1)})
}

// Explained is the likely cause with the numbers it rests on.
func (a Assessment) Explained(lang string) string {
	if a.Cause == NoCause {
		return ""
	}
	var hands []string
	for _, h := range a.Hands {
		if h.Short() == (a.Cause != Effort) || a.Cause == Effort {
			hands = append(hands, h.Said(lang))
		}
	}
	separator := "；"
	if lang == "en" {
		separator = "; "
	}
	return book.Say(lang, "cause_"+string(a.Cause), sentence.Values{"hands": strings.Join(hands, separator)})
}

// Fitting lists the support that fits the cause and the criteria met.
func (a Assessment) Fitting(lang string) []string {
	if a.Cause == NoCause {
		return nil
	}
	fits := []string{book.Say(lang, "fits_"+string(a.Cause), nil)}
	for _, c := range a.Criteria {
		if key := "fits_" + c.ID; book.Has(key) {
			fits = append(fits, book.Say(lang, key, nil))
		}
	}
	return fits
}

// Spell says since when a village is on the list and how often it was before.
func (a Assessment) Spell(lang string) string {
	switch {
	case a.Since == "":
		return ""
	case a.Relapses > 0:
		return book.Say(lang, "relapse", sentence.Values{"since": reading.MonthName(a.Since, lang), "n": strconv.Itoa(a.Relapses)})
	default:
		return book.Say(lang, "first_time", sentence.Values{"since": reading.MonthName(a.Since, lang)})
	}
}

// Of is how the village stands against one criterion.
func (a Assessment) Of(criterion string) Held {
	for _, h := range a.Held {
		if h.ID == criterion {
			return h
		}
	}
	return Held{Hard: data.HardCriterion{ID: criterion, Name: data.Text{Zh: criterion, En: criterion}}, State: Untold}
}

// Said tells what became of a support; kind is its name in the language.
func (o Outcome) Said(kind, lang string) string {
	values := sentence.Values{"kind": kind, "started": o.Started, "n": strconv.Itoa(o.Since)}
	switch {
	case o.Since == 0:
		return book.Say(lang, "support_new", values)
	case o.Early:
		return book.Say(lang, "support_early", values)
	case o.Mixed:
		return book.Say(lang, "support_mixed", values)
	case !o.Judged:
		return book.Say(lang, "support_nothing", values)
	}
	values["chance"] = Chance(o.Chance)
	if !o.Credited() {
		values["measures"] = sentence.List(lang, measured(o.Followed[:min(len(o.Followed), leadingShifts)], lang))
		return book.Say(lang, "support_same", values)
	}
	moved := measured(o.Shifted, lang)
	if len(moved) == 0 {
		moved = []string{book.Say(lang, "support_joined", nil)}
	}
	values["measures"] = sentence.List(lang, moved)
	return book.Say(lang, "support_shifted", values)
}

// leadingShifts is how many measures are named of a support after which nothing credible moved.
const leadingShifts = 3

// measured writes measures before and after a support, with their bases.
func measured(shifts []Shift, lang string) []string {
	var all []string
	for _, s := range shifts {
		all = append(all, book.Say(lang, "support_measure", sentence.Values{"measure": s.Measure.Name.In(lang),
			"before": reading.WithBase(s.Measure, s.Before.Rate(), s.Before.Events, s.Before.Total, lang), "after": reading.WithBase(s.Measure, s.After.Rate(), s.After.Events, s.After.Total, lang)}))
	}
	return all
}

// Verdict says in a few words what is known of a support: whether the village's series moved to the better side after it.
func (o Outcome) Verdict(lang string) string {
	key := "verdict_same"
	switch {
	case o.Early:
		key = "verdict_early"
	case o.Mixed:
		key = "verdict_mixed"
	case !o.Judged:
		key = "verdict_nothing"
	case o.Credited():
		key = "verdict_better"
	}
	return book.Say(lang, key, nil)
}
