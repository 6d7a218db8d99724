package signals

import (
	"slices"
	"strconv"
	"strings"

	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/sentence"
	"hulian/queries/stats/estimate"
	"hulian/queries/stats/profile"
	"hulian/queries/stats/shrink"
)

// Standing is where a village lies among the others on one measure. It is a tier and no rank: villages of one tier
// cannot be told apart by the measure.
type Standing string

// The standings, worst first; those that are not compared come last.
const (
	FarBehind   Standing = "far_behind"   // beyond the outer limit on the bad side
	Behind      Standing = "behind"       // beyond the inner one only
	Level       Standing = "level"        // between the limits: cannot be told from the median village
	Ahead       Standing = "ahead"        // beyond the inner limit on the good side
	FarAhead    Standing = "far_ahead"    // beyond the outer one
	Aside       Standing = "aside"        // beyond a limit of a measure without a better direction
	PoorData    Standing = "poor_data"    // too few exports came
	JustBegun   Standing = "just_begun"   // the programme began there too few months ago
	NotBegun    Standing = "not_begun"    // the programme has not begun there
	SmallBase   Standing = "small_base"   // too little to judge by, or nothing at all
	NotCompared Standing = "not_compared" // too few villages, or all alike
)

// Standings in the order they are shown.
var Standings = []Standing{FarBehind, Behind, Aside, Level, Ahead, FarAhead, NotCompared, PoorData, JustBegun, NotBegun, SmallBase}

// Bounds of a measure that has done its work: so near to the best possible value, in so many of the villages.
const (
	ceilingWithin = 0.02
	ceilingShare  = 0.75
)

// Compared is one village of a comparison.
type Compared struct {
	Village  Village
	Standing Standing
	New      Newness         // where Standing is JustBegun or NotBegun
	Grade    int             // 1 is the best; 0 where villages are not graded, before Shrink
	Place    Place           // Total 0 where the village has none
	Shrunken estimate.Number // absent before Shrink
	Low      estimate.Number // 95% interval of the shrunken share
	High     estimate.Number
}

// Comparison sets the villages side by side on one measure.
type Comparison struct {
	Measure  queries.Measure
	Months   []string // the period, oldest first
	Funnel   VillageFunnel
	Villages []Compared     // by standing, within it in the town's order
	AtBest   int            // compared villages within two points of the best possible value
	Ceiling  bool           // so many of them that the measure no longer tells villages apart
	Prior    shrink.Prior   // of villages too few to model
	Graded   profile.Graded // after Shrink
	period   *period
}

// HasFunnel reports whether villages can be compared on a measure by a funnel: parts of a whole, counted. Means, medians
// and indices are shown side by side and not judged, for nothing is known of their spread by chance.
func HasFunnel(m queries.Measure) bool {
	return m.At(queries.Village) && m.Unit == "share" && m.Model == "" && m.Series != queries.Filling && m.Group != "quality"
}

// ComparisonOf compares the villages on a measure in its newest ripe period.
func (t Town) ComparisonOf(m queries.Measure) Comparison {
	c := Comparison{Measure: m, Funnel: VillageFunnel{TooFew: true}, period: t.newest(m)}
	if p := c.period; p != nil {
		c.Funnel, c.Months = p.funnel(t.Programme.WeakVillages.FunnelLimit), t.months(p)
	}
	for _, p := range c.Funnel.Places {
		if m.Direction == queries.Up && p.Rate() >= 1-ceilingWithin || m.Direction == queries.Down && p.Rate() <= ceilingWithin {
			c.AtBest++
		}
	}
	n := len(c.Funnel.Places)
	c.Ceiling = n >= leastPlaces && float64(c.AtBest) >= ceilingShare*float64(n)
	at := slices.Index(t.Months, last(c.Months))
	tooNew := t.TooNewOn(m)
	for _, v := range t.Villages {
		one := Compared{Village: v}
		one.Standing, one.New = t.absent(m, v, at, tooNew)
		if p, ok := c.Funnel.Of(v.ID); ok {
			one.Place, one.Standing = p, c.Funnel.standing(p, m.Direction)
		}
		c.Villages = append(c.Villages, one)
	}
	slices.SortStableFunc(c.Villages, func(a, b Compared) int {
		return slices.Index(Standings, a.Standing) - slices.Index(Standings, b.Standing)
	})
	return c
}

// misorderedBound is the share of the pairs of villages in different grades that may be expected to be the wrong way round.
const misorderedBound = .05

// Shrink gives every village compared its share with the noise of a small base taken out, the interval of that, and the
// grade it can be told to be in. All three come from the model that draws the limits, with the months of a village varying beyond
// chance as much as they do: intervals that ignored it would set villages apart that share a grade.
func (c *Comparison) Shrink() {
	if c.Funnel.TooFew {
		c.shrinkAlone()
		return
	}
	grades := make([]int, len(c.period.places))
	if c.Funnel.Judged && c.Measure.Direction != queries.Neutral {
		c.Graded = profile.Grade(c.period.fit.Units, misorderedBound)
		grades = c.Graded.Grades
	}
	for i := range c.Villages {
		v := &c.Villages[i]
		k := slices.IndexFunc(c.period.places, func(p Place) bool { return p.ID == v.Village.ID })
		if k < 0 {
			continue
		}
		u := c.period.fit.Units[k]
		within := u.Interval(Inner)
		v.Grade, v.Shrunken, v.Low, v.High = grades[k], u.Rate(), within.Low, within.High
		if c.Measure.Direction == queries.Down { // the model counts the good side
			other := func(x float64) float64 { return 1 - x }
			v.Shrunken, v.Low, v.High = v.Shrunken.Map(other), within.High.Map(other), within.Low.Map(other)
		}
	}
}

// shrinkAlone is for villages too few to model: by the shares alone.
func (c *Comparison) shrinkAlone() {
	var units []shrink.Unit
	var at []int
	for i, v := range c.Villages {
		if v.Place.Total > 0 {
			units, at = append(units, shrink.Unit{Events: v.Place.Events, Base: v.Place.Total}), append(at, i)
		}
	}
	fit := shrink.BetaBinomial(units, shrink.Hierarchical, Inner)
	c.Prior = fit.Prior
	for k, i := range at {
		v := &c.Villages[i]
		v.Shrunken, v.Low, v.High = fit.Units[k].Value, fit.Units[k].Low, fit.Units[k].High
	}
}

func last(months []string) string {
	if len(months) == 0 {
		return ""
	}
	return months[len(months)-1]
}

// absent says why a village is not in the funnel of a month; tooNew is that of the measure.
func (t Town) absent(m queries.Measure, v Village, at int, tooNew func(Village) (Newness, bool)) (Standing, Newness) {
	n, apart := tooNew(v)
	switch {
	case apart && n.Begun():
		return JustBegun, n
	case apart:
		return NotBegun, n
	case t.poor(m, v, at):
		return PoorData, n
	default:
		return SmallBase, n
	}
}

func (f VillageFunnel) standing(p Place, d queries.Direction) Standing {
	switch {
	case !f.Judged:
		return NotCompared
	case f.Worse(p, d) == 2:
		return FarBehind
	case f.Worse(p, d) == 1:
		return Behind
	case f.Better(p, d) == 2:
		return FarAhead
	case f.Better(p, d) == 1:
		return Ahead
	case p.Flag != 0:
		return Aside
	default:
		return Level
	}
}

// Said is where a village stands in words; of one that is not compared, why.
func (v Compared) Said(lang string) string {
	if v.Standing == JustBegun || v.Standing == NotBegun {
		return v.New.Said(lang)
	}
	return book.Say(lang, "standing_"+string(v.Standing), nil)
}

// In lists the names of the villages of a standing.
func (c Comparison) In(s Standing) []string {
	var names []string
	for _, v := range c.Villages {
		if v.Standing == s {
			names = append(names, v.Village.Name)
		}
	}
	return names
}

// Said tells the comparison in sentences: which villages stand out and which cannot be told apart, why some are not
// compared, and whether the measure tells anything apart at all.
func (c Comparison) Said(lang string) []string {
	var said []string
	if c.Ceiling {
		said = append(said, book.Say(lang, c.ceilingKey(), sentence.Values{"at": strconv.Itoa(c.AtBest), "n": strconv.Itoa(len(c.Funnel.Places)), "measure": c.Measure.Name.In(lang),
			"limit": reading.Percent(c.best())}))
	}
	switch {
	case c.Funnel.TooFew:
		said = append(said, book.Say(lang, "too_few_places", sentence.Values{"n": strconv.Itoa(len(c.Funnel.Places)), "least": strconv.Itoa(leastPlaces)}))
	case c.Funnel.Alike:
		said = append(said, book.Say(lang, "all_alike", sentence.Values{"n": strconv.Itoa(len(c.Funnel.Places))}))
	}
	if len(c.Villages) > 0 && !slices.ContainsFunc(c.Villages, func(v Compared) bool { return v.Village.Start != "" }) {
		said = append(said, usual(lang)("support_undated"))
	}
	for _, s := range Standings {
		// Where nobody can be told apart, those left out are named all the same: their values may lie far off.
		names := c.In(s)
		if len(names) == 0 || s == NotCompared {
			continue
		}
		key, values := "tier_names", sentence.Values{"n": strconv.Itoa(len(names)), "names": sentence.List(lang, names)}
		if s == Level {
			key = "tier_level"
		}
		if s == JustBegun || s == NotBegun {
			names, values = c.since(s, lang, values)
			values["names"] = sentence.List(lang, names)
		}
		values["tier"] = book.Say(lang, "standing_"+string(s), values)
		said = append(said, book.Say(lang, key, values))
	}
	if c.Graded.Count == 1 {
		said = append(said, book.Say(lang, "ungraded", sentence.Values{"n": strconv.Itoa(len(c.Funnel.Places)), "wrong": reading.Percent(misorderedBound)}))
	}
	if c.Graded.Count > 1 {
		var list []string
		for grade := 1; grade <= c.Graded.Count; grade++ {
			var names []string
			for _, v := range c.Villages {
				if v.Grade == grade {
					names = append(names, v.Village.Name)
				}
			}
			list = append(list, book.Say(lang, "grade", sentence.Values{"k": strconv.Itoa(grade), "n": strconv.Itoa(len(names)), "names": sentence.List(lang, names)}))
		}
		said = append(said, book.Say(lang, "grades", sentence.Values{"n": strconv.Itoa(c.Graded.Count), "list": strings.Join(list, map[bool]string{true: "; ", false: "；"}[lang == "en"]), "wrong": seldom(c.Graded.Misordered)}))
	}
	return said
}

// since names the villages of a standing with the month each began in, and adds to the values what the standing says of months.
func (c Comparison) since(s Standing, lang string, values sentence.Values) ([]string, sentence.Values) {
	var names []string
	for _, v := range c.Villages {
		if v.Standing == s {
			names = append(names, v.Village.begun(lang))
			values["until"], values["needed"] = reading.MonthName(v.New.Until, lang), strconv.Itoa(v.New.Needed)
		}
	}
	return names, values
}

// seldom writes a small chance, and never as none.
func seldom(chance float64) string {
	if chance < .0005 {
		return "< " + reading.Percent(.001)
	}
	return reading.Percent(chance)
}

func (c Comparison) best() float64 {
	if c.Measure.Direction == queries.Down {
		return ceilingWithin
	}
	return 1 - ceilingWithin
}

func (c Comparison) ceilingKey() string {
	if c.Measure.Direction == queries.Down {
		return "floor"
	}
	return "ceiling"
}
