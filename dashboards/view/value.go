package view

import (
	"math"
	"strconv"

	"hulian/queries/reading"
)

// tooFew is the largest base on which nothing is judged: of three households one more is a third.
const tooFew = 3

// Value is one number of a component, with what it stands on. The zero Value is the number 0.
type Value struct {
	X           float64 // where it is drawn
	Text        string  // as it is shown, its unit included
	Numerator   float64 // with Denominator: what a rate stands on
	Denominator float64 // 0: it is no rate
	Tone        Tone    // how it is judged, where it can be
	Few         bool    // its base is too small although it is no rate
	Unknown     string  // why there is no value; empty: there is one
	Link        string  // to the rows it is made of
}

// Known reports whether there is a number.
func (v Value) Known() bool {
	return v.Unknown == "" && !math.IsNaN(v.X) && !math.IsInf(v.X, 0)
}

// Small reports whether it stands on too little to be judged: it is drawn hollow.
func (v Value) Small() bool {
	return v.Known() && (v.Few || v.Denominator > 0 && v.Denominator <= tooFew)
}

// Judged is the tone of the value: quiet where it is unknown or stands on too little.
func (v Value) Judged() Tone {
	if !v.Known() || v.Small() {
		return ToneQuiet
	}
	return v.Tone
}

// Base is "50/52", or nothing where the value is no rate.
func (v Value) Base() string {
	if v.Denominator == 0 {
		return ""
	}
	return reading.Base(v.Numerator, v.Denominator)
}

// Shown is the text of the value, or a dash.
func (v Value) Shown() string {
	if !v.Known() {
		return reading.Missing
	}
	return v.Text
}

// Cell is the value in a table: shown as in the picture, downloaded as a number.
func (v Value) Cell() Cell {
	c := Cell{Text: v.Shown(), Base: v.Base(), Tone: v.Judged(), Note: v.Unknown, Link: v.Link}
	if v.Known() {
		c.Value = strconv.FormatFloat(math.Round(v.X*1e6)/1e6, 'f', -1, 64)
	}
	if v.Denominator != 0 {
		c.Num, c.Den = reading.Plain(v.Numerator, 0), reading.Plain(v.Denominator, 0)
	}
	return c
}

// Trend is a value over months, with the limits it usually stays between. A gap is NaN.
type Trend struct {
	Months    []string
	Values    []float64
	Low, High []float64 // nil: there are too few months for limits
	Hollow    []bool    // months that stand on too little; nil: none
}

// Newest is the position of the last month that has a value, or -1.
func (t Trend) Newest() int {
	for i := len(t.Values) - 1; i >= 0; i-- {
		if !math.IsNaN(t.Values[i]) {
			return i
		}
	}
	return -1
}

// HollowAt reports whether a month stands on too little.
func (t Trend) HollowAt(i int) bool { return i < len(t.Hollow) && t.Hollow[i] }

// number is a number in a table behind a picture.
func number(x float64) Cell {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return Cell{Text: reading.Missing}
	}
	return Decimal(x, 1)
}
