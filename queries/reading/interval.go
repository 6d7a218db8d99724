package reading

import "math"

// Range writes the limits of an interval: "12.4–15.0". One that is open above has only the lower: "≥ 12.4"; one that is not
// known at all is empty. Limits that differ are written with so many decimals more that they look it: "99.96–100.00", for
// "100.0–100.0" says that nothing is uncertain. Every interval that people see is written here.
func Range(low, high float64, decimals int) string {
	switch {
	case math.IsNaN(low):
		return ""
	case math.IsNaN(high):
		return "≥ " + Decimal(low, decimals)
	}
	for most := decimals + finer; low < high && decimals < most && Decimal(low, decimals) == Decimal(high, decimals); {
		decimals++
	}
	return Decimal(low, decimals) + "–" + Decimal(high, decimals)
}

// finer is how many decimals more than usual an interval is written with at most.
const finer = 3

// ShareRange writes the limits of a share of one in per cent: "60.9–62.5%".
func ShareRange(low, high float64) string {
	if text := Range(100*low, 100*high, 1); text != "" {
		return text + percentSign
	}
	return ""
}

// Interval writes the 95% interval of the value in its unit; empty where there is none.
func (r Reading) Interval(lang string) string {
	if r.IntervalMethod == "" {
		return ""
	}
	return Range(Shown(r.Measure, r.Low), Shown(r.Measure, r.High), Decimals(r.Measure.Unit)) + SuffixOf(r.Measure, lang)
}
