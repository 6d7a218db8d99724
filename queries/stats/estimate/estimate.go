// Package estimate holds the words all estimators share: a number that may be absent, an interval, a warning.
//
// Plain float64 values enter; values that are safe to print, store and send as JSON leave. There is no I/O and no
// state, so a crash has nothing to spoil. It refuses to carry NaN or an infinity: what could not be estimated is
// absent, and the estimator that could not do it says why in a Warning beside it.
package estimate

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"sync"

	"go.yaml.in/yaml/v3"
	"gonum.org/v1/gonum/stat/distuv"
)

// Number is a finite number or nothing. The zero value is absent.
type Number struct {
	Value float64
	Known bool
}

// Of wraps x; NaN and the infinities become absent, and −0 becomes 0.
func Of(x float64) Number {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return Number{}
	}
	return Number{Value: x + 0, Known: true}
}

// Cleared is x, or 0 where x is no more than rounding leaves of numbers as large as scale: 0.1 + 0.2 − 0.3 is 0.
func Cleared(x, scale float64) float64 {
	if math.Abs(x) <= 0x1p-48*math.Abs(scale) {
		return 0
	}
	return x
}

// Absent is the number that could not be estimated.
func Absent() Number { return Number{} }

// Get gives the value and whether there is one.
func (n Number) Get() (float64, bool) { return n.Value, n.Known }

// Or gives the value, or x where there is none.
func (n Number) Or(x float64) float64 {
	if n.Known {
		return n.Value
	}
	return x
}

// Map applies f to a known value; an absent one stays absent, and so does a result that is not finite.
func (n Number) Map(f func(float64) float64) Number {
	if !n.Known {
		return n
	}
	return Of(f(n.Value))
}

// String prints the value with the fewest digits that read back to it, or "–".
func (n Number) String() string {
	if !n.Known {
		return "–"
	}
	return strconv.FormatFloat(n.Value, 'g', -1, 64)
}

// MarshalJSON writes null for an absent number.
func (n Number) MarshalJSON() ([]byte, error) {
	if !n.Known {
		return []byte("null"), nil
	}
	return json.Marshal(n.Value)
}

// UnmarshalJSON reads null as absent.
func (n *Number) UnmarshalJSON(b []byte) error {
	*n = Number{}
	if bytes.Equal(b, []byte("null")) {
		return nil
	}
	if err := json.Unmarshal(b, &n.Value); err != nil {
		return err
	}
	n.Known = true
	return nil
}

// Interval is a range with its two ends, either of which may be absent.
type Interval struct {
	Low  Number `json:"low"`
	High Number `json:"high"`
}

// Between wraps two ends.
func Between(low, high float64) Interval { return Interval{Low: Of(low), High: Of(high)} }

// Known reports whether both ends are there.
func (i Interval) Known() bool { return i.Low.Known && i.High.Known }

// Around is estimate ± z × se, absent where se is.
func Around(value, se Number, z float64) Interval {
	if !value.Known || !se.Known {
		return Interval{}
	}
	return Between(value.Value-z*se.Value, value.Value+z*se.Value)
}

// Code names a kind of warning; pages translate by it.
type Code string

// The kinds of warning.
const (
	NotEstimable  Code = "not_estimable"  // a value is absent, and why
	SmallBase     Code = "small_base"     // too few to judge
	TrialLimits   Code = "trial_limits"   // fewer than 12 points
	MissingValues Code = "missing_values" // left out, and how many
	Invalid       Code = "invalid"        // input outside its range was refused
	Convention    Code = "convention"     // which of several definitions was used
	NoSpread      Code = "no_spread"      // no variation to work with
	Assumption    Code = "assumption"     // what must hold for the number to mean what it says
	Approximate   Code = "approximate"    // Monte Carlo or series instead of the exact value
)

// Warning is something the reader of a number must know, carried beside it as data.
type Warning struct {
	Code Code   `json:"code"`
	Text string `json:"text"` // one English sentence with its figures
	Zh   string `json:"zh"`   // the same in Chinese
}

// Warn makes a warning from a format. words.yaml has its Chinese.
func Warn(code Code, format string, args ...any) Warning {
	w := Warning{Code: code, Text: fmt.Sprintf(format, args...)}
	w.Zh = w.Text
	if zh, ok := chinese()[format]; ok {
		w.Zh = fmt.Sprintf(zh, args...)
	}
	return w
}

// In gives the sentence in a language: zh, or English for any other.
func (w Warning) In(lang string) string {
	if lang == "zh" {
		return w.Zh
	}
	return w.Text
}

//go:embed words.yaml
var words []byte

// chinese are the formats of warnings in Chinese, by the English ones.
var chinese = sync.OnceValue(func() map[string]string {
	formats := map[string]string{}
	if err := yaml.Unmarshal(words, &formats); err != nil {
		panic(err) // it is part of the program
	}
	return formats
})

// Formats gives the Chinese format of every warning by its English one.
func Formats() map[string]string { return maps.Clone(chinese()) }

// Z is the two-sided standard normal quantile of a confidence level: 0.95 gives 1.959963984540054.
// A level outside (0, 1) is read as 0.95.
func Z(confidence float64) float64 {
	if !(confidence > 0 && confidence < 1) {
		confidence = 0.95
	}
	return distuv.UnitNormal.Quantile(0.5 + confidence/2)
}

// Finite reports whether x is neither NaN nor infinite.
func Finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// Median is the middle value of x, or the mean of the two in the middle; NaN of nothing. x stays as it is.
func Median(x []float64) float64 { return Quantile(slices.Sorted(slices.Values(x)), 0.5) }

// Quantile interpolates between the order statistics of a sorted x: the q-th lies at 1 + (n−1) q (Hyndman & Fan 1996, The
// American Statistician 50:361–365, definition 7, that of R and Excel; gonum has definitions 1 and 4). NaN of nothing.
func Quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := q * float64(len(sorted)-1)
	low := int(math.Floor(at))
	if low+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low])
}
