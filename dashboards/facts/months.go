package facts

import "strconv"

// FirstSeven is the month of a date written YYYY-MM-DD; what is shorter stays.
func FirstSeven(date string) string { return date[:min(7, len(date))] }

// MonthBefore returns the month before one written YYYY-MM, or "" where that is not a month.
func MonthBefore(month string) string { return MonthAdd(month, -1) }

// MonthAdd returns the month n months after one written YYYY-MM, or "" where that is not a month. A page asks for thousands.
func MonthAdd(month string, n int) string {
	if len(month) != len("2006-01") || month[4] != '-' {
		return ""
	}
	year, err := strconv.ParseUint(month[:4], 10, 16)
	if err != nil {
		return ""
	}
	of, err := strconv.ParseUint(month[5:], 10, 8)
	if err != nil || of < 1 || of > 12 {
		return ""
	}
	months := int(year)*12 + int(of) - 1 + n
	if months < 0 || months >= 10_000*12 {
		return ""
	}
	year, of = uint64(months/12), uint64(months%12+1)
	return string([]byte{digit(year / 1000), digit(year / 100), digit(year / 10), digit(year), '-', digit(of / 10), digit(of)})
}

func digit(n uint64) byte { return byte('0' + n%10) }

// FirstTen is the day of a date or moment; what is shorter stays.
func FirstTen(s string) string { return s[:min(10, len(s))] }
