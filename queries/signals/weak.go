package signals

import (
	"cmp"
	"slices"
	"time"

	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
)

// Village is one village of the comparison.
type Village struct {
	ID, Name string
	Start    string // YYYY-MM in which the programme began here; empty: not yet, or unknown
}

// Criterion is one row of the hard criteria: one village, one criterion, one month.
type Criterion struct {
	Village, ID, Month                   string
	Met                                  bool
	Numerator, Denominator, Value, Limit float64 // NaN where there is none
}

// Support is help given to a village.
type Support struct {
	Village, Kind string
	Started       string // YYYY-MM-DD
	Ended         string // empty: still running
	AmountYuan    float64
	Note          string
}

// Town is everything the two keys are turned with.
type Town struct {
	Month     string // the month judged, YYYY-MM
	Months    []string
	CutOff    time.Time
	Programme data.Programme
	Villages  []Village
	Series    map[string]map[string][]reading.Month // measure → village → one entry for each of Months
	Criteria  []Criterion
	Supports  []Support
}

// Tier says how strong the evidence is. Within a tier villages are not ranked.
type Tier string

// The tiers.
const (
	BothKeys   Tier = "both_keys"   // a hard criterion and a persistent statistical signal
	Weak       Tier = "weak"        // one of the two keys
	Watch      Tier = "watch"       // a persistent signal in one group of measures only
	NoSignal   Tier = "no_signal"   // nothing that persists
	TooPoor    Tier = "too_poor"    // the data do not allow a judgement
	NotStarted Tier = "not_started" // the programme has not begun there: nothing to live up to yet
)

// Tiers in the order they are shown.
var Tiers = []Tier{BothKeys, Weak, Watch, NoSignal, TooPoor, NotStarted}

// Evidence is one measure that speaks against a village.
type Evidence struct {
	Measure    queries.Measure
	Reading    reading.Reading // of the newest month that may be judged
	Funnel     Funnel          // of that period, among villages in the same situation
	Place      Place           // of the village in it
	Pooled     int             // months the period is made of
	Beyond     int             // limits of the funnel passed on the bad side: 0, 1 or 2
	Worsening  bool            // by the village's own control chart
	Persistent bool            // beyond the outer limit or worsening in each of the last periods
}

// Assessment is what is said of one village.
type Assessment struct {
	Village  Village
	Tier     Tier
	Criteria []Criterion // met
	Evidence []Evidence  // persistent first, then by measure
	Groups   []string    // of measures with persistent evidence
	Cause    Cause
	Hands    []Hand
	Supports []Outcome
	Since    string // month in which the present spell of weakness began; empty where it is not weak
	Relapses int    // spells before it
	Judged   int    // measures that could be judged
	Complete reading.Month
}

// IsWeak reports whether one of the keys turned.
func (a Assessment) IsWeak() bool { return a.Tier == Weak || a.Tier == BothKeys }

// Judgeable lists the measures a village may be called weak by: shares with a better direction about what is done.
// Capacity explains and is not held against a village; data quality stands apart; medians and half-year indices have
// no funnel.
func Judgeable() []queries.Measure {
	var all []queries.Measure
	for _, m := range queries.Measures() {
		counts := m.Series == queries.Monthly || m.Series == queries.Standing || m.Series == queries.Stock
		if m.At(queries.Village) && m.Unit == "share" && m.Direction != queries.Neutral && counts && m.Group != "capacity" && m.Group != "quality" &&
			m.ID != "resolution_rate_cumulative" {
			all = append(all, m)
		}
	}
	return all
}

// Assess turns the two keys for every village, in the order of tiers.
func Assess(t Town) []Assessment {
	all := t.assess(len(t.Months) - 1)
	for i := range all {
		a := &all[i]
		a.Hands = t.hands(a.Village)
		a.Cause = causeOf(*a)
		a.Supports = t.outcomes(*a)
	}
	t.history(all)
	slices.SortStableFunc(all, func(a, b Assessment) int {
		return cmp.Compare(slices.Index(Tiers, a.Tier), slices.Index(Tiers, b.Tier))
	})
	return all
}

// assess judges every village as of the month with an index.
func (t Town) assess(at int) []Assessment {
	if at < 0 || at >= len(t.Months) {
		return nil
	}
	evidence := map[string][]Evidence{}
	judged := map[string]int{}
	for _, m := range Judgeable() {
		t.weigh(m, at, evidence, judged)
	}
	all := make([]Assessment, len(t.Villages))
	for i, v := range t.Villages {
		a := Assessment{Village: v, Evidence: evidence[v.ID], Judged: judged[v.ID], Complete: t.complete(v, at)}
		slices.SortStableFunc(a.Evidence, func(x, y Evidence) int { return cmp.Compare(persistence(y), persistence(x)) })
		for _, e := range a.Evidence {
			if e.Persistent && !slices.Contains(a.Groups, e.Measure.Group) {
				a.Groups = append(a.Groups, e.Measure.Group)
			}
		}
		a.Criteria = t.met(v, at)
		a.Tier = t.tier(a, at)
		all[i] = a
	}
	return all
}

func persistence(e Evidence) int {
	if e.Persistent {
		return 1
	}
	return 0
}

func (t Town) tier(a Assessment, at int) Tier {
	hard := len(a.Criteria) > 0
	started := startedBy(a.Village, t.Months[at])
	poor := a.Judged == 0 || t.tooFew(a.Complete)
	statistical := !poor && started && len(a.Groups) >= max(1, t.Programme.WeakVillages.Measures)
	switch {
	case hard && statistical:
		return BothKeys
	case hard || statistical:
		return Weak
	case !started:
		return NotStarted
	case poor:
		return TooPoor
	case len(a.Groups) > 0:
		return Watch
	default:
		return NoSignal
	}
}

// complete sums the exports received and expected over the last periods.
func (t Town) complete(v Village, at int) reading.Month {
	series := t.Series["completeness"][v.ID]
	return reading.Completeness(series[:min(at+1, len(series))], t.periods())
}

// tooFew reports whether what came of a village's exports does not allow a judgement.
func (t Town) tooFew(complete reading.Month) bool {
	return reading.Rules{Complete: complete, Threshold: t.Programme.DataQuality.Threshold}.Poor()
}

// poor reports whether a village's data do not allow it to be compared on a measure in a month.
func (t Town) poor(m queries.Measure, v Village, at int) bool {
	return reading.Performance(m) && t.tooFew(t.complete(v, at))
}

func (t Town) periods() int { return max(1, t.Programme.WeakVillages.Periods) }

// weigh judges one measure of all villages in the newest ripe month and the ones before it.
func (t Town) weigh(m queries.Measure, at int, evidence map[string][]Evidence, judged map[string]int) {
	series := t.Series[m.ID]
	if series == nil {
		return
	}
	rules := reading.RulesOf(m, t.Programme, t.CutOff, "")
	newest := at
	for newest >= 0 && !rules.Ripe(t.Months[newest]) {
		newest--
	}
	if newest < t.periods()-1 {
		return
	}
	funnels := make([]Funnel, t.periods())
	for k := range funnels {
		funnels[k] = t.funnel(m, newest-k)
	}
	for _, v := range t.Villages {
		place, ok := funnels[0].Of(v.ID)
		if !ok {
			continue
		}
		judged[v.ID]++
		e := Evidence{Measure: m, Reading: t.read(m, v, newest), Funnel: funnels[0], Place: place, Pooled: t.pooled(m, newest),
			Beyond: funnels[0].Worse(place, m.Direction), Persistent: true}
		e.Worsening = worsening(e.Reading)
		for k := range funnels {
			before, ok := funnels[k].Of(v.ID)
			beyond := ok && funnels[k].Worse(before, m.Direction) == 2
			if !beyond && !worsening(t.read(m, v, newest-k)) {
				e.Persistent = false
			}
		}
		if e.Beyond > 0 || e.Worsening || e.Persistent {
			evidence[v.ID] = append(evidence[v.ID], e)
		}
	}
}

// worsening asks for firm limits: eight of nine months above a mean made of the same nine say little.
func worsening(r reading.Reading) bool { return r.Variation == reading.Worsening && !r.Trial }

func (t Town) read(m queries.Measure, v Village, at int) reading.Reading {
	series := t.Series[m.ID][v.ID]
	if at < 0 || at >= len(series) {
		return reading.Read(m, nil, reading.Rules{})
	}
	return reading.Read(m, series[:at+1], reading.RulesOf(m, t.Programme, t.CutOff, v.Start))
}

// FunnelAt compares the villages in which the programme has begun, in the newest ripe period of the town's months. Months
// is the period, oldest first.
func (t Town) FunnelAt(m queries.Measure) (f Funnel, months []string) {
	rules := reading.RulesOf(m, t.Programme, t.CutOff, "")
	for at := len(t.Months) - 1; at >= 0; at-- {
		if rules.Ripe(t.Months[at]) {
			return t.funnel(m, at), t.Months[max(0, at+1-t.pooled(m, at)) : at+1]
		}
	}
	return Funnel{TooFew: true}, nil
}

// funnel compares the villages whose programme has begun by a month, with a base large enough and data to judge by. Those still under the old
// practice would stand out for not having begun, which is no weakness.
func (t Town) funnel(m queries.Measure, at int) Funnel {
	rules := reading.RulesOf(m, t.Programme, t.CutOff, "")
	pooled := t.pooled(m, at)
	var places []Place
	for _, v := range t.Villages {
		series := t.Series[m.ID][v.ID]
		if at < 0 || at >= len(series) || !t.settled(m, v, at) || t.poor(m, v, at) {
			continue
		}
		p := Place{ID: v.ID}
		for i := at; i > at-pooled && i >= 0 && startedBy(v, t.Months[i]); i-- {
			if series[i].Denominator > 0 {
				p.Events, p.Total = p.Events+series[i].Numerator, p.Total+series[i].Denominator
			}
		}
		if !rules.Small(m, p.Total) {
			places = append(places, p)
		}
	}
	return Compare(places, t.Programme.WeakVillages.FunnelLimit)
}

// settled reports whether a village has been in the programme long enough for a measure: what stands at a month's end is
// still the old practice's for the first months.
func (t Town) settled(m queries.Measure, v Village, at int) bool {
	if m.Series != queries.Monthly {
		at -= max(0, t.Programme.Issues.SurvivalMonths)
	}
	return at >= 0 && startedBy(v, t.Months[at])
}

// fewEvents is the monthly base of the median village below which a period is made of several months.
const fewEvents = 50

// pooled is how many months make a period: one, or the programme's survival months for measures of which a village has
// few events a month. A village counts only its months since the start. What stands at the month's end is one thing seen
// again and again: its months are not summed.
func (t Town) pooled(m queries.Measure, at int) int {
	var bases []float64
	for _, v := range t.Villages {
		if series := t.Series[m.ID][v.ID]; at >= 0 && at < len(series) && series[at].Denominator > 0 {
			bases = append(bases, series[at].Denominator)
		}
	}
	if m.Series != queries.Monthly || len(bases) == 0 || median(bases) >= fewEvents {
		return 1
	}
	return max(1, t.Programme.Issues.SurvivalMonths)
}

func startedBy(v Village, month string) bool { return v.Start != "" && v.Start <= month }

// met lists the hard criteria a village meets in a month. A criterion about the programme's own work counts once the
// village has been in the programme for as many months as the criterion looks back over.
func (t Town) met(v Village, at int) []Criterion {
	var met []Criterion
	for _, c := range t.Criteria {
		if c.Village != v.ID || c.Month != t.Months[at] || !c.Met {
			continue
		}
		i := slices.IndexFunc(t.Programme.HardCriteria, func(h data.HardCriterion) bool { return h.ID == c.ID })
		if i < 0 {
			continue // no longer a criterion of the town
		}
		h := t.Programme.HardCriteria[i]
		first := at + 1 - h.Months
		if h.Fact != data.FactVacantSecretaries && (first < 0 || !startedBy(v, t.Months[first])) {
			continue
		}
		met = append(met, c)
	}
	return met
}

// history finds when the present spell of weakness began and how many there were before, by judging every month since
// the first village began with the data known today.
func (t Town) history(all []Assessment) {
	first := slices.IndexFunc(t.Months, func(month string) bool {
		return slices.ContainsFunc(t.Villages, func(v Village) bool { return startedBy(v, month) })
	})
	if first < 0 {
		return
	}
	weak := map[string]bool{}
	spells, since := map[string]int{}, map[string]string{}
	for at := first; at < len(t.Months); at++ {
		for _, a := range t.assess(at) {
			id := a.Village.ID
			if a.IsWeak() && !weak[id] {
				spells[id]++
				since[id] = t.Months[at]
			}
			weak[id] = a.IsWeak()
		}
	}
	for i := range all {
		if all[i].IsWeak() {
			all[i].Since, all[i].Relapses = since[all[i].Village.ID], spells[all[i].Village.ID]-1
		}
	}
}
