package reading

import (
	"math"
	"time"

	"hulian/data"
	"hulian/queries"
)

const monthLayout = "2006-01"

// Rules are what the town has decided about reading one measure in one unit. Shares are between 0 and 1.
type Rules struct {
	Target      *float64  // in the measure's unit; nil: none
	MinimumBase float64   // below it a value is shown, not judged
	RipeDays    int       // days after a month's end before the month may be compared
	Pooled      int       // months a rolling value is made of
	CutOff      time.Time // the day the data is known as of
	Start       string    // YYYY-MM in which the programme began in the unit; empty: never, or unknown

	Complete  Month   // exports received ÷ expected in the unit up to the month read; no denominator: nothing is known of it
	Threshold float64 // share of Complete below which the unit's performance is not judged
	Missing   string  // export of which too little came for the month to judge by; empty: none
	Because   string  // why too little is known of it, as Unknown says it: most of the villages that did not speak
	Unknown   string  // why the value is not known, as in the long table: before, no_file, never, silent, column, blank, kind, reach; empty: it is known
}

// RulesOf gathers the rules of a measure from the programme. Start is a date or month, YYYY-MM first.
func RulesOf(m queries.Measure, p data.Programme, cutOff time.Time, start string) Rules {
	r := Rules{Target: m.Target, MinimumBase: math.Max(m.MinBase, float64(p.Reading.MinimumBase)), Pooled: p.Issues.SurvivalMonths, CutOff: cutOff,
		Start: start[:min(len(start), len(monthLayout))], Threshold: p.DataQuality.Threshold}
	if t, ok := p.Reading.Targets[m.ID]; ok {
		r.Target = &t
	}
	if n, ok := p.Reading.MinimumBases[m.ID]; ok {
		r.MinimumBase = float64(n)
	}
	// Capacity divides all there is by all there is: nine cadres are no sample of anything.
	if m.Group == "capacity" {
		r.MinimumBase = 0
	}
	switch m.Ripens {
	case "resolution":
		r.RipeDays = p.Ripeness.ResolutionDays
	case "reopen":
		r.RipeDays = p.Ripeness.ReopenDays
	case "satisfaction":
		r.RipeDays = p.Ripeness.SatisfactionDays
	case "feedback":
		r.RipeDays = p.Issues.FeedbackDays
	}
	return r
}

// Ripe reports whether a month lies far enough before the cut-off to be compared with others.
func (r Rules) Ripe(month string) bool {
	first, err := time.Parse(monthLayout, month)
	if err != nil || r.RipeDays == 0 || r.CutOff.IsZero() {
		return true
	}
	return !first.AddDate(0, 1, -1).AddDate(0, 0, r.RipeDays).After(r.CutOff)
}

// Small reports whether a base is too small to judge by. Counts have none.
func (r Rules) Small(m queries.Measure, denominator float64) bool {
	return m.Rate() && denominator+m.Counted.More < r.MinimumBase // NaN is not smaller
}

// Completeness sums the exports received and expected over the last periods months of a unit's series. One month alone
// tells little: an export without a row may mean that nothing happened.
func Completeness(series []Month, periods int) Month {
	var sum Month
	for _, m := range series[max(0, len(series)-max(1, periods)):] {
		if m.Denominator > 0 {
			sum.Month, sum.Numerator, sum.Denominator = m.Month, sum.Numerator+m.Numerator, sum.Denominator+m.Denominator
		}
	}
	if sum.Denominator > 0 {
		sum.Value = sum.Numerator / sum.Denominator
	}
	return sum
}

// Performance reports whether a measure says how well work is done. Capacity is what there is to work with, and data
// quality stands apart: neither falls silent where too few exports came.
func Performance(m queries.Measure) bool { return m.Group != "capacity" && m.Group != "quality" }

// Poor reports whether too few exports came for the unit's performance to be judged.
func (r Rules) Poor() bool { return r.Complete.Numerator < r.Threshold*r.Complete.Denominator }
