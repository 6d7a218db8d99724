package page

import "hulian/queries/reading"

// missing stands where there is no value.
const missing = reading.Missing

// Numbers become text in package reading, and nowhere else; these are its names for pages.

// Count writes a whole number with thousands separated: 1,170.
func Count(n float64) string { return reading.Count(n) }

// Decimal writes a number with a fixed number of decimals and thousands separated: 1,226.9. NaN is a dash.
func Decimal(x float64, decimals int) string { return reading.Decimal(x, decimals) }

// Percent writes a share of one as per cent with one decimal: 0.778 is 77.8 %.
func Percent(share float64) string { return reading.Percent(share) }

// Base writes what a rate stands on: 910/1,170.
func Base(numerator, denominator float64) string { return reading.Base(numerator, denominator) }

// decimals is how many digits after the point a unit is written with.
func decimals(unit string) int { return reading.Decimals(unit) }

// suffix is what stands after a number of a unit, its space included.
func (r Request) suffix(unit string) string { return reading.Suffix(unit, r.Lang) }

// plainNumber writes a number for a download.
func plainNumber(x float64, digits int) string { return reading.Plain(x, digits) }
