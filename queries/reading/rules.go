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
}

// RulesOf gathers the rules of a measure from the programme. Start is a date or month, YYYY-MM first.
func RulesOf(m queries.Measure, p data.Programme, cutOff time.Time, start string) Rules {
	r := Rules{Target: m.Target, MinimumBase: math.Max(m.MinBase, float64(p.Reading.MinimumBase)), Pooled: p.Issues.SurvivalMonths, CutOff: cutOff,
		Start: start[:min(len(start), len(monthLayout))]}
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
	return m.Rate() && denominator < r.MinimumBase // NaN is not smaller
}
