package signals

import (
	"cmp"
	"math"
	"slices"
	"time"

	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
)

// Village is one village of the comparison.
type Village struct {
	ID, Name string
	Start    string // YYYY-MM in which the programme began here; empty: not yet, or unknown where no village has one
}

// Criterion is one row of the hard criteria: one village, one criterion, one month.
type Criterion struct {
	Village, ID, Month                   string
	Met                                  bool
	State                                State   // of the months it looks back over
	MonthState                           State   // of this month alone
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
	Series    map[string]map[string][]reading.Month // measure → village → one entry for each of Months; a month of which nothing is known has no denominator
	Came      map[string]map[string][]reading.Month // export → village → what came of it in each of Months; an export or month not here was not awaited
	Criteria  []Criterion
	Supports  []Support
}

// Tier says how strong the evidence is. Within a tier villages are not ranked.
type Tier string

// The tiers.
const (
	BothKeys   Tier = "both_keys"        // a hard criterion and a persistent statistical signal
	Weak       Tier = "weak"             // one of the two keys
	Apart      Tier = "not_started_hard" // the programme has not begun there, or only just, and a hard criterion is met
	Watch      Tier = "watch"            // likelier behind than not, but not surely or not for long enough
	NoSignal   Tier = "no_signal"        // nothing that persists
	Lately     Tier = "too_new"          // the data came, but the programme has begun too lately for any measure to be compared
	TooPoor    Tier = "too_poor"         // the data do not allow a judgement
	NotStarted Tier = "not_started"      // the programme has not begun there: nothing to live up to yet
)

// Tiers in the order they are shown.
var Tiers = []Tier{BothKeys, Weak, Apart, Watch, NoSignal, Lately, TooPoor, NotStarted}

// Evidence is one measure that speaks against a village.
type Evidence struct {
	Measure    queries.Measure
	Family     Family
	Reading    reading.Reading // of the newest month that may be judged
	Funnel     VillageFunnel   // of the period, among villages in the same situation
	Place      Place           // of the village in it
	Pooled     int             // months the period is made of; Place.Months says of how many of them something is known
	Behind     float64         // probability that the true share lies the programme's margin or more behind the middle village's
	Middle     float64         // the middle village's share over the village's own months
	Beyond     int             // limits of the funnel passed on the bad side: 0, 1 or 2
	Worsening  bool            // by the village's own control chart
	Drift      Drift           // by the village's own cumulative sum
	Persistent bool            // behind, more likely than not, in each of the last periods
}

// Assessment is what is said of one village.
type Assessment struct {
	Village  Village
	Begun    bool // the programme has begun there, or may have in a town that says of no village when
	Tier     Tier
	Criteria []Criterion // met
	Held     []Held      // all that are known of, met or not
	Joined   Joined      // all evidence of the month
	Turned   bool        // the statistical key
	Evidence []Evidence  // persistent first, then by how surely behind
	Groups   []Family    // in which the village lies behind
	Cause    Cause
	Hands    []Hand
	Supports []Outcome
	Since    string   // month in which the present spell of weakness began; empty where it is not weak
	Relapses int      // spells before it
	Spells   []string // months in which a spell of weakness began, the oldest first, whether or not it is weak now
	Told     []string // months of which its data allowed to say whether it was weak, the oldest first
	Judged   int      // measures that could be judged
	New      Newness  // why no measure could be, where TooNew: it has only just begun
	TooNew   bool
	Complete reading.Month
}

// IsWeak reports whether one of the keys turned.
func (a Assessment) IsWeak() bool { return a.Tier == Weak || a.Tier == BothKeys }

// Persistent is the evidence that persists, what one event shows itself in together: each group is one signal.
func (a Assessment) Persistent() [][]Evidence {
	var groups [][]Evidence
	for _, e := range a.Evidence {
		if !e.Persistent {
			continue
		}
		i := slices.IndexFunc(groups, func(g []Evidence) bool { return g[0].Family == e.Family })
		if i < 0 {
			i, groups = len(groups), append(groups, nil)
		}
		groups[i] = append(groups[i], e)
	}
	return groups
}

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
	j, at := t.judge(), len(t.Months)-1
	j.prepare(max(0, j.begun()), at)
	all := j.assess(at)
	if at < 0 {
		return all
	}
	hands, rows := t.hands(at), t.byVillage()
	tooNew := t.TooNewOn(queries.Measure{Series: queries.Monthly})
	for i := range all {
		a := &all[i]
		a.New, a.TooNew = tooNew(a.Village)
		if a.Tier == TooPoor && a.TooNew && !t.tooFew(a.Complete) {
			a.Tier = Lately // its data are not to blame
		}
		a.Held = j.held(rows[a.Village.ID], a.Village, at)
		a.Supports = j.outcomes(i)
		a.Evidence = j.evidence(i, at, a.helpedIn())
		a.Hands = hands[i]
		a.Cause = causeOf(*a)
	}
	j.history(all)
	slices.SortStableFunc(all, func(a, b Assessment) int {
		return cmp.Compare(slices.Index(Tiers, a.Tier), slices.Index(Tiers, b.Tier))
	})
	return all
}

// assess turns the keys for every village as of a month.
func (j *judge) assess(at int) []Assessment {
	all := make([]Assessment, len(j.Villages))
	var joined []Joined
	if at >= 0 {
		joined = j.join(at)
	}
	for i, v := range j.Villages {
		a := Assessment{Village: v, Tier: TooPoor}
		if at >= 0 {
			a.Begun = j.startedBy(v, j.Months[at])
			a.Joined, a.Judged, a.Complete = joined[i], joined[i].Judged, j.complete(v, at)
			a.Groups = joined[i].behind(likely)
			var apart []Criterion
			a.Criteria, apart = j.met(v, at)
			a.Turned = j.turned(i, at)
			a.Tier = j.tier(a, at, len(apart) > 0)
			if a.Tier == Apart {
				a.Criteria = apart
			}
		}
		all[i] = a
	}
	return all
}

const likely = .5 // more likely than not

func (j *judge) tier(a Assessment, at int, apart bool) Tier {
	hard := len(a.Criteria) > 0
	poor := a.Judged == 0 || j.tooFew(a.Complete)
	statistical := !poor && a.Turned
	switch {
	case hard && statistical:
		return BothKeys
	case hard || statistical:
		return Weak
	case apart:
		return Apart
	case !a.Begun:
		return NotStarted
	case poor:
		return TooPoor
	case a.Joined.Chance >= likely:
		return Watch
	default:
		return NoSignal
	}
}

// helpedIn is the month in which the newest support that is credited began; empty where there is none.
func (a Assessment) helpedIn() (month string) {
	for _, o := range a.Supports {
		if o.Credited() {
			month = max(month, o.Started[:len("2006-01")])
		}
	}
	return month
}

// evidence lists what speaks against a village as of a month. What it fell by before a support that worked is made good.
func (j *judge) evidence(village, at int, helped string) []Evidence {
	var all []Evidence
	for _, s := range j.all {
		p := j.period(s, at)
		unit, place, ok := p.unit(village)
		if !ok {
			continue
		}
		f := p.funnel(j.Programme.WeakVillages.FunnelLimit)
		place, _ = f.Of(place.ID)
		e := Evidence{Measure: s.measure, Family: FamilyOf(s.measure.ID), Reading: j.read(s.measure, j.Villages[village], p.at), Funnel: f, Place: place, Pooled: p.months,
			Behind: unit.Behind, Middle: unit.Centre, Beyond: f.Worse(place, s.measure.Direction), Persistent: true, Drift: j.drift(s, village, p.at, helped)}
		if s.measure.Direction == queries.Down {
			e.Middle = 1 - unit.Centre
		}
		e.Middle = p.middle(e.Middle)
		e.Worsening = worsening(e.Reading)
		for k := range j.Town.periods() {
			before, _, ok := j.period(s, p.at-k).unit(village)
			e.Persistent = e.Persistent && ok && before.Behind >= likely
		}
		if e.Behind >= likely || e.Beyond == 2 || e.Worsening || e.Drift.Signal() {
			all = append(all, e)
		}
	}
	slices.SortStableFunc(all, func(x, y Evidence) int {
		if x.Persistent != y.Persistent {
			return cmp.Compare(persistence(y), persistence(x))
		}
		return cmp.Compare(math.Round(y.Behind*100), math.Round(x.Behind*100)) // what is written alike stays in the order of the definitions
	})
	return all
}

func persistence(e Evidence) int {
	if e.Persistent {
		return 1
	}
	return 0
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

// worsening asks for firm limits: eight of nine months above a mean made of the same nine say little.
func worsening(r reading.Reading) bool {
	return r.Variation == reading.Worsening && r.Method != reading.RunChart
}

func (t Town) read(m queries.Measure, v Village, at int) reading.Reading {
	series := t.Series[m.ID][v.ID]
	if at < 0 || at >= len(series) {
		return reading.Read(m, nil, reading.Rules{})
	}
	return reading.Read(m, series[:at+1], reading.RulesOf(m, t.Programme, t.CutOff, v.Start))
}

// FunnelAt compares the villages in which the programme has taken hold, in the newest ripe period of the town's months. Months
// is the period, oldest first.
func (t Town) FunnelAt(m queries.Measure) (f VillageFunnel, months []string) {
	p := t.newest(m)
	if p == nil {
		return VillageFunnel{TooFew: true}, nil
	}
	return p.funnel(t.Programme.WeakVillages.FunnelLimit), t.months(p)
}

func (t Town) months(p *period) []string { return t.Months[max(0, p.at+1-p.months) : p.at+1] }

// newest is the newest period of a measure; nil where there is none.
func (t Town) newest(m queries.Measure) *period {
	s, ok := t.seriesOf(m, t.tenure())
	if !ok || len(t.Months) == 0 {
		return nil
	}
	if p := t.periodOf(s, len(t.Months)-1); p.at >= 0 {
		return p
	}
	return nil
}

// met lists the hard criteria a village meets in a month: those it is weak by, and those that are said apart because the programme
// has been there for fewer months than the criterion looks back over, or not at all. A criterion of which an export did
// not come in one of its months says nothing. The meeting is the programme's own instrument: nobody is to hold it before.
func (j *judge) met(v Village, at int) (weak, apart []Criterion) {
	for _, c := range j.criteria[v.ID+" "+j.Months[at]] {
		i := slices.IndexFunc(j.Programme.HardCriteria, func(h data.HardCriterion) bool { return h.ID == c.ID })
		if i < 0 {
			continue // no longer a criterion of the town
		}
		if state := j.state(j.Programme.HardCriteria[i], c, v, at); state == Met {
			weak = append(weak, c)
		} else if state == BeforeStart {
			apart = append(apart, c)
		}
	}
	return weak, apart
}

// exportsOf are the exports without which nothing is known of a criterion.
func exportsOf(h data.HardCriterion) []string {
	switch h.Fact {
	case data.FactVacantSecretaries:
		return []string{"branches"}
	case data.FactWithoutReconciliation:
		return []string{"meetings", "branches"}
	}
	m, _ := queries.MeasureOf(h.Measure)
	return m.Source
}

// begun is the first month in which the programme had begun anywhere; −1 where it has not.
func (t Town) begun() int {
	return slices.IndexFunc(t.Months, func(month string) bool {
		return slices.ContainsFunc(t.Villages, func(v Village) bool { return t.startedBy(v, month) })
	})
}

// history finds when the present spell of weakness began and how many there were before, by judging every month since
// the first village began with the data known today. A month that says nothing of a village neither ends its spell nor begins one.
func (j *judge) history(all []Assessment) {
	first := j.begun()
	if first < 0 {
		return
	}
	weak := map[string]bool{}
	spells, told := map[string][]string{}, map[string][]string{}
	for at := first; at < len(j.Months); at++ {
		for _, a := range j.assess(at) {
			id := a.Village.ID
			if a.Tier == TooPoor {
				continue
			}
			if told[id] = append(told[id], j.Months[at]); a.IsWeak() && !weak[id] {
				spells[id] = append(spells[id], j.Months[at])
			}
			weak[id] = a.IsWeak()
		}
	}
	for i := range all {
		began := spells[all[i].Village.ID]
		if all[i].Spells, all[i].Told = began, told[all[i].Village.ID]; all[i].IsWeak() {
			all[i].Since, all[i].Relapses = began[len(began)-1], len(began)-1
		}
	}
}
