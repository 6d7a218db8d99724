package compare

import (
	"cmp"
	_ "embed"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/sentence"
	"hulian/queries/stats/did"
)

//go:embed sentences.yaml
var sentences []byte

var book = sentence.MustRead(sentences)

// Words is the verdict as a sentence; where nothing could be estimated, with the reason.
func (r Result) Words(lang string) string {
	if r.Verdict == NotEstimable {
		return sentence.Join(lang, book.Say(lang, string(NotEstimable), nil), book.Say(lang, string(r.Design.Obstacle), nil))
	}
	return book.Say(lang, string(r.Verdict), nil)
}

// Why says what kept the verdict from being a clear one; empty where it is.
func (r Result) Why(lang string) string {
	keys := r.doubts()
	if r.Verdict == Inconclusive {
		keys = nil
		switch {
		case r.P.Or(1) > significant && r.Design.SmallestP > significant:
			keys = append(keys, "why_too_few")
		case !r.ZeroRuledOut():
			keys = append(keys, "why_zero")
		case r.Before() == Restless:
			keys = append(keys, "why_restless")
		case r.CameBack():
			keys = append(keys, "why_came_back")
		default: // of a measure without a better direction
			keys = r.doubts()
		}
	}
	if len(keys) == 0 {
		return ""
	}
	said := make([]string, len(keys))
	for i, key := range keys {
		said[i] = book.Say(lang, key, sentence.Values{"p": reading.Percent(r.P.Or(math.NaN())), "smallest": reading.Percent(r.Design.SmallestP),
			"returned": reading.Percent(r.Returned.Or(math.NaN())), "restored": chance(r.Restored.Worst(), lang), "corrected": reading.Percent(r.Family.P.Or(math.NaN())), "of": strconv.Itoa(r.Family.Of)})
	}
	between := "; "
	if lang == "zh" {
		between = "；"
	}
	return book.Say(lang, "why", sentence.Values{"reasons": strings.Join(said, between)})
}

// equals writes a p-value behind the letter: = 0.018, or < 0.001.
func equals(p float64) string {
	if text := reading.P(p); strings.HasPrefix(text, "<") {
		return text
	}
	return "= " + reading.P(p)
}

// floor writes the smallest p-value there can be, with the digits it needs: 0.018, 0.000005.
func floor(p float64) string {
	if digits := int(math.Ceil(-math.Log10(p))); p > 0 && digits > 3 {
		return strconv.FormatFloat(p, 'f', digits, 64)
	}
	return reading.P(p)
}

// chance writes a probability that may be next to nothing: about 1.8%, or below 0.1%.
func chance(p float64, lang string) string {
	if math.IsNaN(p) {
		return reading.Missing
	}
	key := "chance_about"
	if p < .001 {
		key, p = "chance_below", .001
	}
	return book.Say(lang, key, sentence.Values{"p": reading.Percent(p)})
}

func names(villages []Village) []string {
	var all []string
	for _, v := range villages {
		all = append(all, v.Name)
	}
	return all
}

// Who says who is compared with whom and when.
func (r Result) Who(lang string) []string {
	d := r.Design
	if d.Obstacle != None || len(d.Before) == 0 || len(d.After) == 0 {
		return nil
	}
	said := []string{
		book.Say(lang, "who", sentence.Values{"pilots": sentence.List(lang, names(d.Pilots)), "others": sentence.List(lang, names(d.Others)),
			"n1": strconv.Itoa(len(d.Pilots)), "n0": strconv.Itoa(len(d.Others)), "start": reading.MonthName(d.Start, lang), "end": reading.MonthName(d.After[len(d.After)-1], lang)}),
		book.Say(lang, "windows", sentence.Values{"before_from": reading.MonthName(d.Before[0], lang), "before_to": reading.MonthName(d.Before[len(d.Before)-1], lang),
			"after_from": reading.MonthName(d.After[0], lang), "after_to": reading.MonthName(d.After[len(d.After)-1], lang)}),
	}
	if len(d.Left) > 0 {
		said = append(said, book.Say(lang, "left", sentence.Values{"left": sentence.List(lang, names(d.Left))}))
	}
	if len(r.Missing) > 0 {
		said = append(said, book.Say(lang, "missing", sentence.Values{"missing": sentence.List(lang, names(r.Missing))}))
	}
	return said
}

// means are the averages of villages before and after, on each side.
func (r Result) means() (p0, p1, o0, o1 float64) {
	average := func(rows []Row) (before, after float64) {
		for _, row := range rows {
			before += row.Before.Value / float64(len(rows))
			after += row.After.Value / float64(len(rows))
		}
		return before, after
	}
	p0, p1 = average(r.Pilots)
	o0, o1 = average(r.Others)
	return p0, p1, o0, o1
}

// Found says what kept the verdict from being clear, what moved, by how much, and how sure that is.
func (r Result) Found(lang string) []string {
	if r.Verdict == NotEstimable {
		return nil
	}
	m := r.Measure
	value := func(x float64) string { return reading.Text(m, x, lang) }
	change := func(x float64) string { return reading.Difference(m, x, lang) }
	p0, p1, o0, o1 := r.means()
	var said []string
	if why := r.Why(lang); why != "" {
		said = append(said, why)
	}
	said = append(said, book.Say(lang, "moved", sentence.Values{"measure": m.Name.In(lang), "p0": value(p0), "p1": value(p1), "dp": change(p1 - p0),
		"o0": value(o0), "o1": value(o1), "do": change(o1 - o0)}))
	values := sentence.Values{"effect": change(r.Effect), "smallest": floor(r.Design.SmallestP)}
	then := "interval_inverted"
	if values["range"] = reading.DifferenceRange(m, r.Low, r.High, lang); math.IsNaN(r.Low) {
		then = "interval_" + cmp.Or(string(r.NoInterval), string(did.TooFewWays))
	}
	said = append(said, book.Say(lang, "effect_alone", values)) // what decides stands before what follows from it
	if p, ok := r.P.Get(); ok {
		key, count := "chance", math.Round(p*r.Ways)
		if r.Drawn > 0 {
			key, count = "chance_drawn", float64(r.Drawn)
		}
		said = append(said, book.Say(lang, key, sentence.Values{"ways": reading.Count(r.Ways), "count": reading.Count(count),
			"p": equals(p), "smallest": floor(r.Design.SmallestP)}))
		if r.Sized {
			said = append(said, book.Say(lang, "sized", nil))
		}
	}
	said = append(said, book.Say(lang, then, values))
	if text := r.terms(lang); text != "" {
		said = append(said, text)
	}
	return said
}

// terms turns the effect on a rate into a number of things a month in the pilots together.
func (r Result) terms(lang string) string {
	base := 0.0
	for _, row := range r.Pilots {
		base += row.monthly()[1]
	}
	count := r.Effect * base / r.Measure.Scale
	if r.Verdict == Inconclusive || r.Measure.Unit != "share" || math.Abs(count) < 1 || math.IsNaN(count) {
		return ""
	}
	key := "terms_more"
	if count < 0 {
		key = "terms_fewer"
	}
	return book.Say(lang, key, sentence.Values{"count": reading.Counted(r.Measure, math.Abs(count), lang), "numerator": lower(r.Measure.Numerator.In(lang))})
}

// ByCohorts says what comes out when every village is compared by its own start.
func (r Result) ByCohorts(lang string) string {
	att, ok := r.Cohorts.Simple.Att.Get()
	if !ok {
		return ""
	}
	values := sentence.Values{"att": reading.Difference(r.Measure, att, lang)}
	if ci := r.Cohorts.Simple.CI; ci.Known() {
		values["range"] = reading.DifferenceRange(r.Measure, ci.Low.Value, ci.High.Value, lang)
		return book.Say(lang, "cohorts", values)
	}
	p, ok := r.ByStart.PTwoSided.Get()
	if !ok {
		return ""
	}
	values["p"] = equals(p)
	return book.Say(lang, "cohorts_few", values)
}

// Assumptions are what must hold for the number to mean what it says, each with what the data say of it.
func (r Result) Assumptions(lang string) []string {
	if r.Verdict == NotEstimable {
		return nil
	}
	said := []string{sentence.Join(lang, book.Say(lang, "parallel", nil), r.placebo(lang))}
	p0, _, o0, _ := r.means()
	values := sentence.Values{"p0": reading.Text(r.Measure, p0, lang), "o0": reading.Text(r.Measure, o0, lang)}
	key := "picked"
	switch {
	case r.Regression():
		key = "picked_worse"
	case r.PilotGap*map[queries.Direction]float64{queries.Up: 1, queries.Down: -1}[r.Measure.Direction] > 1:
		key = "picked_better"
	}
	said = append(said, book.Say(lang, key, values))
	for _, key := range []string{"spill", "others"} {
		said = append(said, book.Say(lang, key, nil))
	}
	said = append(said, r.recorded(lang))
	if r.Few {
		said = append(said, book.Say(lang, "few", sentence.Values{"n": strconv.Itoa(len(r.Pilots) + len(r.Others))}))
	}
	return said
}

// recorded says how the entries behind the measure went on both sides, where they changed.
func (r Result) recorded(lang string) string {
	of := r.Recorded()
	said := book.Say(lang, "recording", nil)
	if !(math.Abs(of.Share) >= .01) { // else it is rounding, or nothing worth a sentence
		return said
	}
	count := func(x float64) string { return reading.Counted(r.Measure, math.Round(x), lang) }
	key := "recorded_fewer"
	if of.Share < 0 {
		key = "recorded_more"
	}
	explains := book.Say(lang, "recorded_part", sentence.Values{"explains": strings.TrimLeft(reading.Difference(r.Measure, of.Explains, lang), "+")})
	if of.Explains >= math.Abs(r.Effect) {
		explains = book.Say(lang, "recorded_all", nil)
	}
	return sentence.Join(lang, said, book.Say(lang, key, sentence.Values{"p0": count(of.Pilots[0]), "p1": count(of.Pilots[1]), "o0": count(of.Others[0]), "o1": count(of.Others[1]),
		"share": reading.Percent(math.Abs(of.Share)), "explains": explains}))
}

func (r Result) placebo(lang string) string {
	values := sentence.Values{}
	if r.Placebo != nil {
		values = sentence.Values{"month": reading.MonthName(r.Placebo.Design.After[0], lang), "effect": reading.Difference(r.Measure, r.Placebo.Effect, lang),
			"p": equals(r.Placebo.P.Or(math.NaN()))}
	}
	return book.Say(lang, "placebo_"+string(r.Before()), values)
}

// Planned says whether the plan came first, and what the outcome is to it. plan is nil where none is registered.
func (r Result) Planned(plan *Registered, entered, lang string) string {
	if plan == nil {
		return book.Say(lang, "plan_none", nil)
	}
	known, of := plan.Known(r.Design)
	values := sentence.Values{"on": entered, "to": reading.MonthName(plan.KnownTo, lang), "known": strconv.Itoa(known), "of": strconv.Itoa(of)}
	key := "plan_first"
	switch {
	case of == 0:
		key = "plan_nothing"
	case known > 0:
		key = "plan_late"
	}
	said := book.Say(lang, key, values)
	for _, also := range []struct {
		key string
		is  bool
	}{{"plan_outside", r.Family.Standing == Exploratory}, {"plan_secondary", r.Family.Standing == Secondary}, {"plan_against", plan.Against(r)}} {
		if also.is {
			said = sentence.Join(lang, said, book.Say(lang, also.key, nil))
		}
	}
	return said
}

// InThings says what the result comes to in things over the months compared; empty where it cannot be counted.
func (r Result) InThings(lang string) string {
	g, counted := r.Gain()
	if !counted || r.Verdict == NotEstimable {
		return ""
	}
	count := func(x float64) string { return reading.Counted(r.Measure, math.Round(math.Abs(x)), lang) }
	p0, p1, _, _ := r.means()
	values := sentence.Values{"months": strconv.Itoa(g.Months), "n": strconv.Itoa(g.Villages), "numerator": lower(r.Measure.Numerator.In(lang)), "before": reading.Text(r.Measure, p0, lang),
		"observed": reading.Text(r.Measure, p1, lang), "expected": reading.Text(r.Measure, p1-r.Effect, lang), "more": count(g.More)}
	if math.IsNaN(g.Low) {
		return book.Say(lang, direction("things", g.More), values)
	}
	values["low"], values["high"] = thing(g.Low), thing(g.High)
	return book.Say(lang, direction("things_between", g.More), values)
}

// thing is a whole number with its sign.
func thing(x float64) string {
	if math.Round(x) > 0 {
		return "+" + reading.Count(math.Round(x))
	}
	return reading.Count(math.Round(x))
}

func direction(key string, x float64) string {
	if x < 0 {
		return key + "_fewer"
	}
	return key + "_more"
}

// lower begins a text with a small letter.
func lower(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToLower(first)) + text[size:]
}

// Worth says how sure it is that the effect exceeds the smallest one worth having; empty where nothing is known of it.
func (r Result) Worth(smallest float64, lang string) string {
	sure, known := r.Exceeds(smallest).Get()
	if !known || r.Verdict == NotEstimable {
		return ""
	}
	return book.Say(lang, "worth", sentence.Values{"smallest": strings.TrimLeft(reading.Difference(r.Measure, smallest, lang), "+"), "sure": reading.Percent(sure),
		"most": reading.Percent(1 - r.Design.SmallestP)})
}

// Went says whether the effect grew, faded or held.
func (r Result) Went(lang string) string {
	course := r.Course()
	if r.Verdict == NotEstimable || course == NothingSeen {
		return ""
	}
	values := sentence.Values{}
	if l := r.Later; l != nil {
		values = sentence.Values{"early": strconv.Itoa(len(l.Design.Before)), "late": strconv.Itoa(len(l.Design.After)), "effect": reading.Difference(r.Measure, l.Effect, lang), "p": equals(l.P.Or(math.NaN())), "range": reading.Missing}
		if !math.IsNaN(l.Low) {
			values["range"] = reading.DifferenceRange(r.Measure, l.Low, l.High, lang)
		}
	}
	return book.Say(lang, "course_"+string(course), values)
}
