package compare

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/sentence"
	"hulian/queries/stats/estimate"
)

// Held says whether a condition holds as far as the data tell.
type Held string

// The states.
const (
	Met        Held = "holds" // the data are in line with it
	Unanswered Held = "open"  // the data cannot answer: somebody has to check
	Unmet      Held = "fails" // the data speak against it
)

// Condition is one thing that must hold for the number to mean what it says, and so one threat, with the number that answers it.
type Condition struct {
	ID     string
	Name   string
	Answer string
	State  Held
}

// telling says a phrase of conditions.
type telling struct {
	Report
	lang string
}

// Conditions lists what must hold. It judges nothing anew: each state is what the comparison itself found.
func (r Report) Conditions(lang string) []Condition {
	if r.Verdict == NotEstimable {
		return nil
	}
	t := telling{r, lang}
	all := []Condition{t.planned(), t.several(), t.alike(), t.picked(), t.chance(), t.oneVillage(), t.complete(), t.recorded(), t.policy(), t.spilled(), t.unmoved()}
	if c, planned := t.worth(); planned {
		all = append(all, c)
	}
	if r.Allowed.Asked {
		all = append(all, t.covariates())
	}
	return append(all, t.bends(), t.enough())
}

func (t telling) of(id string, state Held, answer string) Condition {
	return Condition{ID: id, Name: book.Say(t.lang, "holds_"+id, nil), Answer: answer, State: state}
}

func (t telling) say(key string, values sentence.Values) string {
	return book.Say(t.lang, "answer_"+key, values)
}

func (t telling) change(x float64) string { return reading.Difference(t.Measure, x, t.lang) }

func (t telling) value(x float64) string { return reading.Text(t.Measure, x, t.lang) }

// size is a difference without its sign.
func (t telling) size(x float64) string {
	if reading.Same(t.Measure, x) {
		return "0"
	}
	return strings.TrimLeft(t.change(math.Abs(x)), "+")
}

// within is an interval of a result, or that there is none.
func (t telling) within(r Result) string {
	if math.IsNaN(r.Low) {
		return t.say("no_interval", nil)
	}
	return reading.DifferenceRange(r.Measure, r.Low, r.High, t.lang)
}

// planned is whether the plan came before the results.
func (t telling) planned() Condition {
	if t.Chosen {
		return t.of("planned", Unmet, t.say("chosen", nil))
	}
	if t.Plan == nil {
		return t.of("planned", Unmet, t.say("no_plan", nil))
	}
	known, of := t.Plan.Known(t.Design)
	answer := t.say("planned", sentence.Values{"on": t.PlannedOn, "known": strconv.Itoa(known), "of": strconv.Itoa(of)})
	switch {
	case t.Family.Standing == Exploratory:
		return t.of("planned", Unmet, answer+t.say("outside", nil))
	case known == 0:
		return t.of("planned", Met, answer)
	}
	return t.of("planned", Unmet, answer)
}

// several is the finding after the correction for looking at several measures.
func (t telling) several() Condition {
	p, known := t.Family.P.Get()
	switch {
	case t.Family.Standing == MainOutcome && !t.Plan.late(t.All):
		return t.of("several", Met, t.say("main", nil))
	case !known, t.Family.Of < 2:
		return t.of("several", Met, t.say("alone", nil))
	}
	c := t.of("several", Met, t.say("several", sentence.Values{"of": strconv.Itoa(t.Family.Of), "p": chance(p, t.lang)}))
	if !t.Survives() {
		c.State = Unmet
	}
	return c
}

// alike is what a start some months too early would seem to have done, with its interval and the bound it is held against.
func (t telling) alike() Condition {
	p := t.Placebo
	if p == nil {
		return t.of("alike", Unanswered, t.say("few_before", nil))
	}
	state := map[Alike]Held{WereAlike: Met, WereApart: Unmet, AlikeUnsure: Unanswered}[t.AlikeBefore()]
	return t.of("alike", state, t.say("alike", sentence.Values{"effect": t.change(p.Effect), "range": t.within(*p), "bound": t.size(t.Bound())}))
}

// picked is whether the pilots stood where the others did.
func (t telling) picked() Condition {
	before, _, others, _ := t.means()
	c := t.of("picked", Met, t.say("picked", sentence.Values{"p0": t.value(before), "o0": t.value(others)}))
	switch up := better(t.Measure) * t.PilotGap; {
	case t.Regression():
		if c.State = Unmet; t.Returned.Known {
			c.Answer += t.say("returned", sentence.Values{"p": chance(t.Returned.Value, t.lang)})
		}
	case up > 1, math.IsNaN(t.PilotGap):
		c.State = Unanswered
	}
	return c
}

// chance is how often picking the pilots by lot would show as much, with the interval that the same test gives.
func (t telling) chance() Condition {
	p, known := t.P.Get()
	if !known {
		return t.of("chance", Unanswered, t.say("untold", nil))
	}
	answer := t.say("chance", sentence.Values{"p": chance(p, t.lang)})
	if !math.IsNaN(t.Low) {
		answer += t.say("interval", sentence.Values{"range": t.within(t.Result)})
	}
	if t.ZeroRuledOut() {
		return t.of("chance", Met, answer)
	}
	return t.of("chance", Unmet, answer)
}

// oneVillage is what is left of the effect whichever village is left out.
func (t telling) oneVillage() Condition {
	low, high := t.WithoutOne()
	if math.IsNaN(low) {
		return t.of("one_village", Unanswered, t.say("one_village_none", sentence.Values{"n": strconv.Itoa(min(len(t.Pilots), len(t.Others)))}))
	}
	c := t.of("one_village", Unmet, t.say("one_village", sentence.Values{"range": reading.DifferenceRange(t.Measure, low, high, t.lang)}))
	if low*high > 0 && math.Min(math.Abs(low), math.Abs(high)) >= math.Abs(t.Effect)/2 {
		c.State = Met
	}
	return c
}

// complete is whether every village of both sides has values before and after, and how many months their sources were silent.
func (t telling) complete() Condition {
	n, without := len(t.Pilots)+len(t.Others), len(t.Result.Missing)
	values := sentence.Values{"n": strconv.Itoa(n), "all": strconv.Itoa(n + without), "without": strconv.Itoa(without), "missing": strconv.Itoa(t.Missing), "of": strconv.Itoa(t.Of)}
	switch {
	case without > 0:
		return t.of("complete", Unmet, t.say("incomplete", values))
	case t.Missing > 0:
		return t.of("complete", Unanswered, t.say("gaps", values))
	}
	return t.of("complete", Met, t.say("complete", values))
}

// spilled is how the others moved, those near a pilot against those far from one where it is known where villages lie: had they copied
// the pilots, they would have moved too, and the difference would be too small.
func (t telling) spilled() Condition {
	_, _, before, after := t.means()
	values := sentence.Values{"moved": t.change(after - before), "near": strconv.Itoa(len(t.Spill.Near)), "far": strconv.Itoa(len(t.Spill.Far))}
	s := t.Spill
	switch {
	case !s.Known:
		return t.of("spill", Unanswered, t.say("spill_unknown", values))
	case math.IsNaN(s.Moved.Effect):
		return t.of("spill", Unanswered, t.say("spill_one_side", values))
	}
	values["effect"], values["range"], values["without"] = t.change(s.Moved.Effect), t.within(s.Moved), t.change(s.Without.Effect)
	state := Unanswered
	switch {
	case s.Moved.ZeroRuledOut() && s.Moved.Effect*t.Effect > 0:
		state = Unmet
	case s.Moved.Low >= -t.Bound() && s.Moved.High <= t.Bound(): // an interval, and a short one
		state = Met
	}
	return t.of("spill", state, t.say(map[bool]string{true: "spill_touching", false: "spill_nearer"}[s.Touching], values))
}

// policy counts what is known to have come to a side at the time: the supports.
func (t telling) policy() Condition {
	window := slices.Concat(t.Design.Before, t.Design.After)
	if t.NoSupports || len(window) == 0 {
		return t.of("policy", Unanswered, t.say("no_supports", nil))
	}
	var given [2]int
	for i, rows := range [][]Row{t.Pilots, t.Others} {
		for _, row := range rows {
			for _, month := range t.Supports[row.ID] {
				if month >= window[0] && month <= window[len(window)-1] {
					given[i]++
				}
			}
		}
	}
	return t.of("policy", Unanswered, t.say("supports", sentence.Values{"pilots": strconv.Itoa(given[0]), "others": strconv.Itoa(given[1])}))
}

// doubtfulShare is the measure that tells how far records of visits can be trusted.
const doubtfulShare = "doubtful_visits"

// recorded is what tells most of a change in recording: the share of doubtful visits where visits are compared, else how much was
// recorded a month.
func (t telling) recorded() Condition {
	i := slices.IndexFunc(t.All, func(x Result) bool { return x.Measure.ID == doubtfulShare && x.Verdict != NotEstimable })
	if t.Measure.Group == "visits" && i >= 0 {
		doubtful := t.All[i]
		p0, p1, o0, o1 := doubtful.means()
		text := func(x float64) string { return reading.Text(doubtful.Measure, x, t.lang) }
		return t.misrecorded(t.say("doubtful", sentence.Values{"p0": text(p0), "p1": text(p1), "o0": text(o0), "o1": text(o1)}))
	}
	values, of := sentence.Values{}, t.Recorded()
	for side, base := range map[string][2]float64{"p": of.Pilots, "o": of.Others} {
		values[side+"0"], values[side+"1"] = reading.Count(base[0]), reading.Count(base[1])
	}
	return t.misrecorded(t.say("base", values))
}

// misrecorded is the answer with the change of the entries that kept the verdict from being a strong one.
func (t telling) misrecorded(answer string) Condition {
	c := t.of("recorded", Unanswered, answer)
	if worst := t.Restored.Worst(); worst > 0 {
		c.Answer += t.say("restored", sentence.Values{"p": chance(worst, t.lang)})
	}
	if t.Misrecorded() {
		c.State = Unmet
		explains := t.Recorded().Explains
		if explains >= math.Abs(t.Effect) {
			c.Answer += t.say("may_explain_all", nil)
		} else {
			c.Answer += t.say("may_explain", sentence.Values{"share": strings.TrimLeft(reading.Difference(t.Measure, explains, t.lang), "+")})
		}
	}
	return c
}

// unmoved is the outcome that the plan says the programme should not move.
func (t telling) unmoved() Condition {
	if t.Plan == nil {
		return t.of("unmoved", Unanswered, t.say("no_plan", nil))
	}
	if t.Plan.Unmoved == "" {
		return t.of("unmoved", Unanswered, t.say("unmoved_none", nil))
	}
	u := t.Unmoved
	name := t.Plan.Unmoved
	if m, known := queries.MeasureOf(name); known {
		name = m.Name.In(t.lang)
	}
	if u == nil || math.IsNaN(u.Effect) {
		return t.of("unmoved", Unanswered, t.say("unmoved_unknown", sentence.Values{"measure": name}))
	}
	c := t.of("unmoved", Unanswered, t.say("unmoved", sentence.Values{"measure": u.Measure.Name.In(t.lang), "effect": reading.Difference(u.Measure, u.Effect, t.lang),
		"range": t.within(*u), "p": chance(u.P.Or(math.NaN()), t.lang)}))
	switch {
	case u.ZeroRuledOut():
		c.State = Unmet
	case u.P.Known && u.Design.SmallestP <= significant:
		c.State = Met
	}
	return c
}

// worth is how sure it is that the plan's main outcome moved by more than the smallest effect worth having.
func (t telling) worth() (Condition, bool) {
	if t.Plan == nil || t.Plan.Main() != t.Measure.ID {
		return Condition{}, false
	}
	sure, known := t.Exceeds(t.Plan.Smallest).Get()
	if !known {
		return t.of("worth", Unanswered, t.say("untold", nil)), true
	}
	c := t.of("worth", Unanswered, t.say("worth", sentence.Values{"smallest": t.size(t.Plan.Smallest), "sure": reading.Percent(sure)}))
	switch {
	case sure >= 1-significant:
		c.State = Met
	case sure <= significant:
		c.State = Unmet
	}
	return c, true
}

// covariates is the effect among villages alike in what the user names.
func (t telling) covariates() Condition {
	a := t.Allowed
	values := sentence.Values{"names": sentence.List(t.lang, t.Covariate)}
	x, known := a.Effect.Get()
	if !known {
		var why []string
		for _, w := range a.Why {
			if w.Code != estimate.Convention {
				why = append(why, w.In(t.lang))
			}
		}
		if values["why"] = sentence.Join(t.lang, why...); len(a.Left) == len(t.Covariate) {
			values["why"] = t.say("covariates_alike", nil)
		}
		return t.of("covariates", Unanswered, t.say("covariates_none", values))
	}
	values["effect"], values["range"] = t.change(x), t.say("no_interval", nil)
	if a.CI.Known() {
		values["range"] = reading.DifferenceRange(t.Measure, a.CI.Low.Value, a.CI.High.Value, t.lang)
	}
	answer := t.say("covariates", values)
	if len(a.Left) > 0 {
		answer += t.say("covariates_left", sentence.Values{"left": sentence.List(t.lang, a.Left)})
	}
	c := t.of("covariates", Unmet, answer)
	if x*t.Effect > 0 && math.Abs(x) >= math.Abs(t.Effect)/2 {
		c.State = Met
	}
	return c
}

// bends is how far the two sides may part by themselves before the effect is no longer told from none.
func (t telling) bends() Condition {
	x, known := t.Bends.Breakdown.Get()
	if !known {
		return t.of("bends", Unanswered, t.say("bends_none", nil))
	}
	c := t.of("bends", Unanswered, t.say("bends", sentence.Values{"times": reading.Decimal(x, 1)}))
	switch {
	case x >= 1:
		c.State = Met
	case x == 0:
		c.State = Unmet
	}
	return c
}

// enough is whether each side has villages enough for a firm interval, and what could be found at all.
func (t telling) enough() Condition {
	c := t.of("enough", Met, t.say("enough", sentence.Values{"pilots": strconv.Itoa(len(t.Pilots)), "others": strconv.Itoa(len(t.Others))}))
	if x, known := Checked(t.Panel).Smallest.Get(); known {
		c.Answer += t.say("smallest", sentence.Values{"smallest": t.size(x)})
	}
	if t.Few {
		c.State = Unmet
	}
	return c
}
