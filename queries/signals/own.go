package signals

import (
	"slices"
	"strconv"

	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/sentence"
	"hulian/queries/stats/spc"
)

// Own is what one measure of a village did since help began, read on the village's own series: a control chart whose centre and limits
// are those of the months before, so that the months after cannot hide themselves in them.
type Own struct {
	Measure       queries.Measure
	State         OwnState
	Before, After Place  // months summed
	Since         string // the first month after it that signals to the side of State; empty where none does
	Months        []string
	Chart         spc.Chart // of Months; without points where nothing is judged
}

// OwnState says what is known of a village's own series since help began.
type OwnState string

// States of a village's own series.
const (
	OwnBetter OwnState = "better"
	OwnWorse  OwnState = "worse"
	OwnSame   OwnState = "same"    // within what the months before moved by themselves
	OwnEarly  OwnState = "early"   // three months have not passed, or are not ripe
	OwnFew    OwnState = "few"     // too few months before it to draw limits from
	OwnNone   OwnState = "unknown" // the measure is no share, or not known of the village
)

// fewestBefore is how many known months before help began the limits need at least.
const fewestBefore = 6

// largeBase is the mean base from which the limits of a share allow for more than chance (Laney's p′), as everywhere in hulian.
const largeBase = 300

// OwnShift reads a measure of a village since help began on a day: P chart, or p′ where bases are large, centre and limits from the months
// since the programme began there up to the one before. The month it began in is neither.
func (t Town) OwnShift(m queries.Measure, village, started string) Own {
	o := Own{Measure: m, State: OwnNone}
	at := slices.IndexFunc(t.Villages, func(v Village) bool { return v.ID == village })
	if at < 0 || m.Unit != "share" || m.Direction == queries.Neutral || len(started) < len("2006-01") {
		return o
	}
	v, began := t.Villages[at], started[:len("2006-01")]
	rules := reading.RulesOf(m, t.Programme, t.CutOff, v.Start)
	var x, n []float64
	var months []string
	var baseline []bool
	for _, month := range t.Series[m.ID][village] {
		if !(month.Denominator > 0) || !rules.Ripe(month.Month) || v.Start != "" && month.Month < v.Start || month.Month == began {
			continue
		}
		sum := &o.After
		if month.Month < began {
			sum = &o.Before
		}
		sum.Events, sum.Total, sum.Months = sum.Events+month.Numerator, sum.Total+month.Denominator, sum.Months+1
		x, n, months, baseline = append(x, month.Numerator), append(n, month.Denominator), append(months, month.Month), append(baseline, month.Month < began)
	}
	switch {
	case o.After.Months < leastMonths:
		o.State = OwnEarly
	case o.Before.Months < fewestBefore:
		o.State = OwnFew
	default:
		o.judge(x, n, months, baseline)
	}
	return o
}

// judge takes the newest month after help began that signals.
func (o *Own) judge(x, n []float64, months []string, baseline []bool) {
	draw := spc.P
	if (o.Before.Total+o.After.Total)/float64(o.Before.Months+o.After.Months) >= largeBase {
		draw = spc.PPrime
	}
	o.State = OwnSame
	o.Months, o.Chart = months, draw(x, n, spc.Options{Baseline: baseline, ExactBelow: 10})
	for i := len(months) - 1; i >= 0 && !baseline[i]; i-- {
		p := o.Chart.Points[i]
		if p.Rule == spc.CommonCause {
			continue
		}
		state := OwnWorse
		if (p.Sign > 0) == (o.Measure.Direction == queries.Up) {
			state = OwnBetter
		}
		if o.State == OwnSame {
			o.State = state
		}
		if o.State != state {
			return
		}
		o.Since = months[i]
	}
}

// Said is what the village's own series did, with its numbers.
func (o Own) Said(lang string) string {
	values := sentence.Values{"measure": o.Measure.Name.In(lang), "n": strconv.Itoa(o.After.Months), "least": strconv.Itoa(leastMonths), "fewest": strconv.Itoa(fewestBefore)}
	if o.State == OwnBetter || o.State == OwnWorse || o.State == OwnSame {
		values["before"] = reading.WithBase(o.Measure, o.Before.Rate(), o.Before.Events, o.Before.Total, lang)
		values["after"] = reading.WithBase(o.Measure, o.After.Rate(), o.After.Events, o.After.Total, lang)
	}
	if o.Since != "" {
		values["since"] = reading.MonthName(o.Since, lang)
	}
	return book.Say(lang, "own_"+string(o.State), values)
}

// Verdict is the same in a few words.
func (o Own) Verdict(lang string) string { return book.Say(lang, "own_short_"+string(o.State), nil) }
