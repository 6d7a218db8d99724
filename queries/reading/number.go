package reading

import (
	"math"
	"strconv"
	"strings"

	"hulian/data"
	"hulian/queries"
)

// Missing stands where there is no value.
const Missing = "–"

// Count writes a whole number with thousands separated: 1,170.
func Count(n float64) string { return Decimal(n, 0) }

// Decimal writes a number with a fixed number of decimals and thousands separated: 1,226.9. NaN is a dash.
func Decimal(x float64, decimals int) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return Missing
	}
	s := strconv.FormatFloat(math.Abs(x), 'f', decimals, 64)
	whole, fraction, _ := strings.Cut(s, ".")
	var b strings.Builder
	if x < 0 && strings.Trim(s, "0.") != "" { // −0.0 is 0.0
		b.WriteString("−")
	}
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	if fraction != "" {
		b.WriteByte('.')
		b.WriteString(fraction)
	}
	return b.String()
}

// Plain writes a number for a download: no thousands, a point, a plain minus; nothing for NaN.
func Plain(x float64, decimals int) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return ""
	}
	return strconv.FormatFloat(x, 'f', decimals, 64)
}

// MonthName writes a month, YYYY-MM, as sentences do: 2018年1月 in Chinese, Jan 2018 in English. What is no month stays as it is.
func MonthName(month, lang string) string {
	return data.MonthName(month, lang)
}

// percentSign follows a number without a space, in both languages.
const percentSign = "%"

// PerHundred writes a number that is in per cent already: 77.8%. NaN is a dash.
func PerHundred(x float64, decimals int) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return Missing
	}
	return Decimal(x, decimals) + percentSign
}

// Level writes a level of limits or intervals, with a decimal only where it has one: 99.8%, 95%.
func Level(level float64) string {
	return strings.TrimSuffix(Decimal(level*100, 1), ".0") + percentSign
}

// Percent writes a share of one as per cent with one decimal: 0.778 is 77.8%.
func Percent(share float64) string {
	if math.IsNaN(share) || math.IsInf(share, 0) {
		return Missing
	}
	return PerHundred(share*100, 1)
}

// Base writes what a rate stands on: 910/1,170.
func Base(numerator, denominator float64) string {
	return Count(numerator) + "/" + Count(denominator)
}

// BaseOf writes what a value of a measure stands on: 910/1,170, or, where a fraction would mean nothing, how much was
// counted: 50 branches.
func BaseOf(m queries.Measure, numerator, denominator float64, lang string) string {
	if m.Counted.Zh == "" {
		return Base(numerator, denominator)
	}
	return Count(denominator+m.Counted.More) + data.Text{Zh: m.Counted.Zh, En: " " + m.Counted.En}.In(lang)
}

// P writes a p-value with three decimals, and never as zero.
func P(p float64) string {
	if p < 0.001 {
		return "< 0.001"
	}
	return Decimal(p, 3)
}

// Decimals is how many digits after the point a unit is written with: as many as its base can bear, no more.
func Decimals(unit string) int {
	switch unit {
	case "count", "yuan":
		return 0
	case "coefficient", "visits", "stars":
		return 2
	default:
		return 1
	}
}

// suffixes are written after a number.
var suffixes = map[string]data.Text{
	"share":        {Zh: percentSign, En: percentSign},
	"days":         {Zh: "天", En: " days"},
	"per_thousand": {Zh: "‰", En: " per 1,000"},
	"people":       {Zh: "人", En: " people"},
	"households":   {Zh: "户", En: " households"},
	"visits":       {Zh: "次", En: " visits"},
	"points":       {Zh: "分", En: " points"},
	"ratio":        {Zh: "倍", En: "×"},
	"stars":        {Zh: "星", En: " stars"},
	"yuan":         {Zh: "元", En: " yuan"},
}

// Suffix is what stands after a number of a unit, the space of English included. In Chinese a measure word follows its number directly: 248件.
func Suffix(unit, lang string) string { return suffixes[unit].In(lang) }

// SuffixOf is what stands after a value of a measure: its unit, or the measure word of what it counts.
func SuffixOf(m queries.Measure, lang string) string {
	if m.Word != "" && lang != "en" {
		return m.Word
	}
	return Suffix(m.Unit, lang)
}

// measureWords are the words by which things are counted in Chinese.
var measureWords = map[string]string{"户": "户", "党员": "名", "支部": "个", "问题": "件", "走访": "次", "事项": "项", "人数": "人", "人口": "人", "报表": "份", "行": "行", "积分记录": "条", "米数": "米"}

// Counted writes how many things a share counts: "936户", "936". In Chinese no number of things stands without its measure word, that
// of the last thing its numerator names; in English the sentence names them.
func Counted(m queries.Measure, n float64, lang string) string {
	if lang == "en" {
		return Count(n)
	}
	last, word := -1, "个"
	for thing, counted := range measureWords {
		if at := strings.LastIndex(m.Numerator.Zh, thing); at > last {
			last, word = at, counted
		}
	}
	return Count(n) + word
}

// Shown is a value as it is written and drawn: shares in per cent, all else as it is.
func Shown(m queries.Measure, value float64) float64 {
	if m.Unit == "share" {
		return value * 100
	}
	return value
}

// Text writes a value of a measure with its unit: "77.8%", "1,226.9 people".
func Text(m queries.Measure, value float64, lang string) string {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return Missing
	}
	return Decimal(Shown(m, value), Decimals(m.Unit)) + SuffixOf(m, lang)
}

// WithBase writes a value of a measure with its unit and what it stands on: "96.2% (50/52)".
func WithBase(m queries.Measure, value, numerator, denominator float64, lang string) string {
	s := Text(m, value, lang)
	switch {
	case !m.Rate() || math.IsNaN(denominator):
		return s
	case math.IsNaN(value) && m.Unit == "days" && denominator > 0:
		s = data.Text{Zh: "未达到", En: "not reached"}.In(lang)
	case math.IsNaN(value):
		return s
	}
	return s + " (" + BaseOf(m, numerator, denominator, lang) + ")"
}

// Mean writes the mean of values of a measure: of counts with a decimal more than a count has.
func Mean(m queries.Measure, value float64, lang string) string {
	if math.IsNaN(value) || math.IsInf(value, 0) || Decimals(m.Unit) > 0 || m.Unit == "yuan" {
		return Text(m, value, lang)
	}
	return Decimal(value, 1) + SuffixOf(m, lang)
}

// Same reports whether a change rounds to nothing as it is written.
func Same(m queries.Measure, change float64) bool {
	return math.Abs(Shown(m, change)) < 0.5*math.Pow10(-Decimals(m.Unit))
}

// Difference writes how far a value moved, with its sign: "+2.3个百分点". What rounds to nothing has not changed.
func Difference(m queries.Measure, change float64, lang string) string {
	if math.IsNaN(change) || math.IsInf(change, 0) {
		return Missing
	}
	if Same(m, change) {
		return data.Text{Zh: "持平", En: "same"}.In(lang)
	}
	return Signed(m, change) + changeSuffix(m, lang)
}

// Signed writes a change with its sign and without its unit, as beside the value that moved: "+2.3".
func Signed(m queries.Measure, change float64) string {
	return signed(Shown(m, change), Decimals(m.Unit))
}

// DifferenceRange writes an interval of a change: "+17.5 – +21.1个百分点".
func DifferenceRange(m queries.Measure, low, high float64, lang string) string {
	return Signed(m, low) + " – " + Signed(m, high) + changeSuffix(m, lang)
}

func signed(x float64, digits int) string {
	s := Decimal(x, digits)
	if x > 0 && s != Decimal(0, digits) {
		return "+" + s
	}
	return s
}

func changeSuffix(m queries.Measure, lang string) string {
	if m.Unit == "share" {
		return data.Text{Zh: "个百分点", En: " percentage points"}.In(lang)
	}
	return SuffixOf(m, lang)
}
