package signals

import (
	"math"
	"slices"

	"hulian/queries"
	"hulian/queries/reading"
)

// Cause is why a village is probably weak.
type Cause string

// The causes.
const (
	Capacity Cause = "capacity" // few hands for many people
	Effort   Cause = "effort"   // hands enough, little done with them
	Both     Cause = "both"
	Unclear  Cause = "unclear"
	NoCause  Cause = ""
)

// shortOfHands is how much more than the median village a hand has to serve before hands are called short.
const shortOfHands = 1.25

// Hand is one measure of how much each hand of a village has to serve, beside the median village.
type Hand struct {
	Measure queries.Measure
	Value   reading.Month
	Median  float64
}

// Ratio is the value over the median village's.
func (h Hand) Ratio() float64 { return h.Value.Value / h.Median }

// Short reports whether hands are short by this measure.
func (h Hand) Short() bool { return h.Ratio() >= shortOfHands }

// handMeasures say how much each hand has to serve.
var handMeasures = []string{"households_per_active_member", "people_per_hand", "people_per_cadre"}

// HandMeasures lists the measures the cause is read from; Town.Series holds them beside the judged ones.
func HandMeasures() []string { return slices.Clone(handMeasures) }

func (t Town) hands(v Village) []Hand {
	var all []Hand
	for _, id := range handMeasures {
		m, ok := queries.MeasureOf(id)
		if !ok {
			continue
		}
		var values []float64
		var own reading.Month
		known := false
		for _, other := range t.Villages {
			series := t.Series[id][other.ID]
			if len(series) == 0 {
				continue
			}
			last := series[len(series)-1]
			if math.IsNaN(last.Value) {
				continue
			}
			values = append(values, last.Value)
			if other.ID == v.ID {
				own, known = last, true
			}
		}
		if known && len(values) >= leastPlaces {
			all = append(all, Hand{Measure: m, Value: own, Median: median(values)})
		}
	}
	return all
}

// effortCriteria and effortMeasures speak of what was done with the hands there are: a meeting costs one evening a month
// whatever the number of households, and an honest entry no more than another. Visits left undone, or entered at the
// month's end, may be for want of time.
var (
	effortCriteria = map[string]bool{"no_reconciliation": true}
	effortMeasures = map[string]bool{"doubtful_visits": true, "reconciliation_rate": true, "attendance_rate": true}
)

// causeOf weighs hands against effort: hands short by the households or people a hand must serve is capacity; evidence
// that costs no hands is effort; neither, with weak results all the same, is effort too, for as many hands do better
// elsewhere.
func causeOf(a Assessment) Cause {
	if !a.IsWeak() && a.Tier != Watch {
		return NoCause
	}
	if len(a.Hands) == 0 {
		return Unclear
	}
	short := false
	for _, h := range a.Hands {
		short = short || h.Short()
	}
	slack := false
	for _, c := range a.Criteria {
		slack = slack || effortCriteria[c.ID]
	}
	for _, e := range a.Evidence {
		slack = slack || e.Persistent && effortMeasures[e.Measure.ID]
	}
	switch {
	case short && slack:
		return Both
	case short:
		return Capacity
	case slack || len(a.Groups) > 0:
		return Effort
	default:
		return Unclear
	}
}

// Outcome is a support with what the evidence did since.
type Outcome struct {
	Support
	Since   int // whole months after the one it began in, up to the month judged
	Shifted []reading.Reading
	Early   bool // three months have not passed
	Mixed   bool // the programme began less than three months before, or later: the two cannot be told apart
	Judged  bool // neither, and there was evidence to follow
}

// leastMonths after a support before anything is said of it.
const leastMonths = 3

// outcomes follows the measures of the evidence over each support, within the months since the programme began in the
// village: a phase begins with the support, and the measure has shifted when every month since lies on the good side
// of the mean before.
func (t Town) outcomes(a Assessment) []Outcome {
	var all []Outcome
	for _, s := range t.Supports {
		if s.Village != a.Village.ID || len(s.Started) < 7 || s.Started[:7] > t.Month {
			continue
		}
		o := Outcome{Support: s}
		for _, month := range t.Months {
			if month > s.Started[:7] {
				o.Since++
			}
		}
		begun := 0
		for _, month := range t.Months {
			if startedBy(a.Village, month) && month < s.Started[:7] {
				begun++
			}
		}
		o.Early, o.Mixed = o.Since < leastMonths, begun < leastMonths
		o.Judged = !o.Early && !o.Mixed && len(a.Evidence) > 0
		if o.Judged {
			o.Shifted = t.shifted(a, s.Started[:7])
		}
		all = append(all, o)
	}
	return all
}

func (t Town) shifted(a Assessment, month string) []reading.Reading {
	var shifted []reading.Reading
	for _, e := range a.Evidence {
		var series []reading.Month
		for i, m := range t.Series[e.Measure.ID][a.Village.ID] {
			if startedBy(a.Village, t.Months[i]) {
				series = append(series, m)
			}
		}
		read := reading.Read(e.Measure, series, reading.RulesOf(e.Measure, t.Programme, t.CutOff, month))
		before, ok := read.Before.Get()
		if !ok || read.Points < leastMonths {
			continue
		}
		better := true
		for i, p := range read.Chart.Points {
			if read.Months[i] > month && p.Value.Known {
				better = better && (p.Value.Value > before) == (e.Measure.Direction == queries.Up)
			}
		}
		if better {
			shifted = append(shifted, read)
		}
	}
	return shifted
}
