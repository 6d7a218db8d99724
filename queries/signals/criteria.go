package signals

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/sentence"
)

// State says how a village stands against a hard criterion.
type State string

// The states of the months a criterion looks back over, together. The first four are those of the model; what the programme's start
// in the village adds to them are the last two.
const (
	Met         State = "met"
	NotMet      State = "not_met"      // one of the months kept the limit
	FewToJudge  State = "small_base"   // none is known to have kept it, and the base of one is too small
	Untold      State = "no_data"      // none is known to have kept it, and of one nothing is known
	BeforeStart State = "before_start" // met, by months of which some lie before the programme's start in the village
	NotAsked    State = "not_asked"    // the programme asks for it, and has not run in the village for as long
)

// The states of one month.
const (
	Passed State = "passed"
	Kept   State = "kept"
)

// Held is a village held against one hard criterion as of a month.
type Held struct {
	Criterion                    // of the newest month
	Hard      data.HardCriterion // as the programme has it
	State     State
	Start     string      // YYYY-MM in which the programme began in the village; empty: not yet, or nobody says
	Months    []Criterion // that it is made of, oldest first; of what the programme asks for, none before the start
}

// programmes reports whether a criterion is about what the programme itself asks for: nobody has to do it before.
func programmes(h data.HardCriterion) bool { return h.Fact == data.FactWithoutReconciliation }

// state is how a village stands against a criterion in a month. Where no start is known, the first month of the record stands for it.
func (j *judge) state(h data.HardCriterion, c Criterion, v Village, at int) State {
	start := v.Start
	if j.undated() {
		start = j.Months[0]
	}
	told := true
	for k := at; k > at-max(1, h.Months); k-- {
		for _, export := range exportsOf(h) {
			told = told && j.came(export, v, k)
		}
	}
	since, begun := monthsSince(start, j.Months[at])
	long := begun && since >= h.Months-1
	switch {
	case programmes(h) && !long && !j.undated():
		return NotAsked
	case c.stands() != Met:
		return c.stands()
	case !told:
		return Untold
	case long, begun && since >= 0 && h.Fact == data.FactVacantSecretaries:
		return Met
	}
	return BeforeStart
}

// stands is what the months say without the programme's start.
func (c Criterion) stands() State {
	switch {
	case c.Met:
		return Met
	case c.State != "":
		return c.State
	case math.IsNaN(c.Value) && math.IsNaN(c.Denominator):
		return Untold
	}
	return NotMet
}

// held holds a village against every hard criterion of the programme as of a month; rows are the village's, of all months.
func (j *judge) held(rows []Criterion, v Village, at int) (all []Held) {
	for _, h := range j.Programme.HardCriteria {
		held := Held{Hard: h, Start: v.Start}
		for _, c := range rows {
			since, known := monthsSince(c.Month, j.Months[at])
			switch {
			case c.ID != h.ID || !known || since < 0 || since >= max(1, h.Months):
				continue
			case since == 0:
				held.Criterion, held.State = c, j.state(h, c, v, at)
			}
			if !programmes(h) || v.Start <= c.Month {
				held.Months = append(held.Months, c)
			}
		}
		slices.SortFunc(held.Months, func(a, b Criterion) int { return strings.Compare(a.Month, b.Month) })
		if held.ID != "" {
			all = append(all, held)
		}
	}
	return all
}

// byVillage gathers the rows of the criteria.
func (t Town) byVillage() map[string][]Criterion {
	by := map[string][]Criterion{}
	for _, c := range t.Criteria {
		by[c.Village] = append(by[c.Village], c)
	}
	return by
}

// IsShare reports whether a criterion reads a proportion.
func IsShare(h data.HardCriterion) bool {
	m, _ := queries.MeasureOf(h.Measure)
	return m.Unit == "share" || h.Fact == data.FactWithoutReconciliation
}

// Figures are the numbers of all months the criterion looks back over: "2017年11月 40.0%（4/10）、12月 50.0%（6/12）". The year stands
// where it changes.
func (h Held) Figures(lang string) string {
	all := make([]string, len(h.Months))
	for i, c := range h.Months {
		all[i] = book.Say(lang, "criterion_month", sentence.Values{"month": h.month(i, lang), "figure": h.figure(c, lang)})
	}
	return sentence.List(lang, all)
}

// month names a month of the criterion; the year is left out where it is that of the month before.
func (h Held) month(i int, lang string) string {
	name := reading.MonthName(h.Months[i].Month, lang)
	if _, short, found := strings.Cut(name, "年"); found && i > 0 && h.Months[i-1].Month[:4] == h.Months[i].Month[:4] {
		return short
	}
	return name
}

func (h Held) figure(c Criterion, lang string) string {
	if math.IsNaN(c.Value) {
		key := "criterion_untold"
		if c.Denominator == 0 {
			key = "criterion_no_base"
		}
		return book.Say(lang, key, nil)
	}
	m, known := queries.MeasureOf(h.Hard.Measure)
	value := book.Say(lang, "criterion_count", sentence.Values{"n": reading.Count(c.Value)})
	switch {
	case IsShare(h.Hard):
		value = reading.Percent(c.Value)
	case known:
		value = reading.Text(m, c.Value, lang)
	}
	if math.IsNaN(c.Denominator) {
		return value
	}
	return book.Say(lang, "criterion_based", sentence.Values{"value": value, "base": reading.Base(c.Numerator, c.Denominator)})
}

// Said is how the village stands in words; where that is not judged, why, with the months and their bases.
func (h Held) Said(lang string) string {
	values := sentence.Values{"n": strconv.Itoa(h.Hard.Months), "least": strconv.Itoa(h.Hard.MinimumBase), "start": reading.MonthName(h.Start, lang), "months": h.because(lang)}
	key := "criterion_" + string(h.State)
	if (h.State == BeforeStart || h.State == NotAsked) && (h.Start == "" || h.Start > h.Month) {
		key += "_yet"
	}
	if h.State == Untold && values["months"] == "" {
		key += "_all"
	}
	return book.Say(lang, key, values)
}

// because lists the months for which a criterion is not judged: those of too small a base with it, or those of which nothing is known.
func (h Held) because(lang string) string {
	var all []string
	for i, c := range h.Months {
		switch {
		case h.State == FewToJudge && c.MonthState == FewToJudge:
			all = append(all, book.Say(lang, "criterion_base", sentence.Values{"month": h.month(i, lang), "base": reading.Count(c.Denominator)}))
		case h.State == Untold && c.MonthState == Untold:
			all = append(all, reading.MonthName(c.Month, lang))
		}
	}
	return sentence.List(lang, all)
}

// Judged reports whether it is known whether the village meets the criterion.
func (h Held) Judged() bool { return h.State == Met || h.State == NotMet || h.State == BeforeStart }

// Written is the criterion as one line of the evidence.
func (h Held) Written(lang string) string {
	return book.Say(lang, "hard", sentence.Values{"criterion": h.Named(lang)})
}

// Named is the criterion's name with the figures it rests on, and with the reason where it is not judged.
func (h Held) Named(lang string) string {
	if !h.Judged() || len(h.Months) == 0 {
		return book.Say(lang, "criterion_said", sentence.Values{"criterion": h.Hard.Name.In(lang), "said": h.Said(lang)})
	}
	return book.Say(lang, "criterion_named", sentence.Values{"criterion": h.Hard.Name.In(lang), "figures": h.Figures(lang)})
}
