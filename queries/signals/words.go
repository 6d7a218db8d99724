package signals

import (
	_ "embed"
	"math"
	"strconv"
	"strings"

	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/sentence"
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

// Summary says how many villages are weak and which, in a sentence each.
func Summary(all []Assessment, lang string) []string {
	names := map[Tier][]string{}
	for _, a := range all {
		names[a.Tier] = append(names[a.Tier], a.Village.Name)
	}
	weak := append(append([]string{}, names[BothKeys]...), names[Weak]...)
	key := "some"
	if len(weak) == 0 {
		key = "none"
	}
	list := func(names []string) string { return sentence.List(lang, names) }
	said := []string{book.Say(lang, key, sentence.Values{"n": strconv.Itoa(len(all)), "weak": strconv.Itoa(len(weak)), "names": list(weak)})}
	if watch := names[Watch]; len(watch) > 0 {
		said = append(said, book.Say(lang, "watching", sentence.Values{"watch": strconv.Itoa(len(watch)), "names": list(watch)}))
	}
	if poor := names[TooPoor]; len(poor) > 0 {
		said = append(said, book.Say(lang, "poor", sentence.Values{"poor": strconv.Itoa(len(poor)), "names": list(poor)}))
	}
	return append(said, book.Say(lang, "no_quota", nil))
}

// Said is the evidence in words, with its numbers: where the village lies among the others, or what its own months show.
func (e Evidence) Said(lang string, periods int) string {
	m := e.Measure
	values := sentence.Values{"measure": m.Name.In(lang), "value": e.Reading.WithBase(lang)}
	var said string
	if e.Beyond > 0 {
		level, key := e.Funnel.Outer, "beyond_outer"
		if e.Beyond == 1 {
			level, key = Inner, "beyond_inner"
		}
		values["value"] = reading.WithBase(m, e.Place.Rate(), e.Place.Events, e.Place.Total, lang)
		if e.Pooled > 1 {
			values["measure"] = book.Say(lang, "pooled", sentence.Values{"n": strconv.Itoa(e.Pooled), "measure": m.Name.In(lang)})
		}
		limits := e.Funnel.Limits(e.Place.Total, level)
		limit := limits.Low
		if m.Direction == queries.Down {
			limit = limits.High
		}
		values["level"] = levelText(level)
		values["limit"] = reading.Text(m, limit.Or(math.NaN()), lang)
		values["centre"] = reading.Text(m, e.Funnel.Centre.Or(math.NaN()), lang)
		said = book.Say(lang, key, values)
	} else {
		finding := e.Reading.Finding(lang)
		values["finding"] = strings.TrimRight(finding, "。.")
		said = book.Say(lang, "worsening", values)
	}
	switch {
	case e.Persistent:
		return book.Say(lang, "persistent", sentence.Values{"evidence": said, "n": strconv.Itoa(periods)})
	case e.Beyond != 1:
		return book.Say(lang, "once", sentence.Values{"evidence": said})
	}
	return said
}

// levelText writes a level of limits: 99.8 %, 95 %.
func levelText(level float64) string {
	return strings.TrimSuffix(reading.Decimal(level*100, 1), ".0") + " %"
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
		return book.Say(lang, "relapse", sentence.Values{"since": a.Since, "n": strconv.Itoa(a.Relapses)})
	default:
		return book.Say(lang, "first_time", sentence.Values{"since": a.Since})
	}
}

// Said is the criterion's name with the programme's limit.
func (c Criterion) Said(p data.Programme, lang string) string {
	for _, h := range p.HardCriteria {
		if h.ID == c.ID {
			return book.Say(lang, "hard", sentence.Values{"criterion": h.Name.In(lang)})
		}
	}
	return book.Say(lang, "hard", sentence.Values{"criterion": c.ID})
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
	case len(o.Shifted) == 0:
		return book.Say(lang, "support_same", values)
	}
	var names []string
	for _, r := range o.Shifted {
		names = append(names, r.Measure.Name.In(lang))
	}
	values["measures"] = sentence.List(lang, names)
	return book.Say(lang, "support_shifted", values)
}
