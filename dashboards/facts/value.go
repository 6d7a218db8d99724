package facts

import (
	"math"
	"time"

	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/stats/rate"
)

// Value is one value of a measure as pages show it: never without its base.
type Value struct {
	Measure *queries.Measure
	Unit    string // ID
	Month   string
	Num     float64 // NaN where null
	Den     float64
	Value   float64 // in the measure's unit; NaN where there is none

	Reason   string  // why it is not known, as in the long table; empty where it is
	Spoke    float64 // of a town: villages it is known of; NaN of other units
	Villages float64 // of a town: villages there were
	Reached  float64 // months it is made of, where it is made of several; NaN of one month's
	Lacking  float64 // of those, not known
	Partly   float64 // of a town: villages of which more of these months are not known
}

// Known reports whether there is a value.
func (v Value) Known() bool { return !math.IsNaN(v.Value) }

// Rate reports whether the value has a base.
func (v Value) Rate() bool { return v.Measure.Rate() }

// Share reports whether the value is a proportion, shown in per cent.
func (v Value) Share() bool { return v.Measure.Unit == "share" }

// Shown is the number as charts and downloads hold it: per cent for shares, the value otherwise.
func (v Value) Shown() float64 {
	if v.Share() && v.Known() && v.Den > 0 {
		return v.Num / v.Den * 100
	}
	return v.Value
}

// Bare is the number without its unit: 77.8.
func (v Value) Bare() string { return reading.Decimal(v.Shown(), reading.Decimals(v.Measure.Unit)) }

// Text is the value with its unit: "77.8%". A median that was not reached says so.
func (v Value) Text(lang string) string {
	if v.Reason != "" {
		return data.Text{Zh: "未知", En: "unknown"}.In(lang)
	}
	if !v.Known() {
		if v.Measure.Unit == "days" && v.Den > 0 {
			return data.Text{Zh: "未达到", En: "not reached"}.In(lang)
		}
		return reading.Missing
	}
	return v.Bare() + reading.SuffixOf(*v.Measure, lang)
}

// Base is what the value stands on: "910/1,170", "50 branches"; empty for counts and where nothing was counted.
func (v Value) Base(lang string) string {
	if !v.Rate() || math.IsNaN(v.Den) {
		return ""
	}
	return reading.BaseOf(*v.Measure, v.Num, v.Den, lang)
}

// Small reports whether the base is too small to judge by.
func (v Value) Small(p data.Programme) bool {
	return reading.RulesOf(*v.Measure, p, time.Time{}, "").Small(*v.Measure, v.Den)
}

// Ripe reports whether the month lies far enough back for the value to be compared.
func (v Value) Ripe(p data.Programme, cutOff time.Time) bool {
	return reading.RulesOf(*v.Measure, p, cutOff, "").Ripe(v.Month)
}

// Interval is the 95% interval of a share by Wilson's method; both limits are NaN where there is none, as for the count of a register.
func (v Value) Interval() (low, high float64) {
	if !v.Share() || v.Measure.Register() {
		return math.NaN(), math.NaN()
	}
	return Wilson(v.Num, v.Den, 0.95)
}

// Wilson is Wilson's interval of events out of a total; both limits are NaN where there is none.
func Wilson(events, total, level float64) (low, high float64) {
	if !(total > 0) || events < 0 || events > total {
		return math.NaN(), math.NaN()
	}
	w := rate.Wilson(events, total, level)
	return w.Low.Or(math.NaN()), w.High.Or(math.NaN())
}

// Tiny is the base up to which a rate is a handful of cases: one of one is 100%, none of two 0%. A line leaves it out, a bar and
// a field of colours show it hollow, with the cases themselves.
const Tiny = 3

// TinyBase reports whether a measure's value on a base is a rate of so few cases that no picture may place or colour it.
// Capacity divides all there is by all there is: two cadres are no sample of anything.
func TinyBase(m queries.Measure, denominator float64) bool {
	return m.Rate() && m.Group != "capacity" && denominator+m.Counted.More <= Tiny
}

// Tiny reports whether the value stands on a tiny base.
func (v Value) Tiny() bool { return TinyBase(*v.Measure, v.Den) }

// Drawn is the number a line shows: Shown, but nothing where the base is too small to place it.
func (v Value) Drawn() float64 {
	if v.Tiny() {
		return math.NaN()
	}
	return v.Shown()
}

// Hollow is what a bar or a cell of colours says in place of its colour where the base is too small: "2/3"; empty elsewhere.
func (v Value) Hollow(lang string) string {
	if !v.Known() || !v.Tiny() {
		return ""
	}
	return v.Base(lang)
}
