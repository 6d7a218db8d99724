package facts

import "time"

// FirstSeven is the month of a date written YYYY-MM-DD; what is shorter stays.
func FirstSeven(date string) string { return date[:min(7, len(date))] }

// MonthBefore returns the month before one written YYYY-MM, or "" where that is not a month.
func MonthBefore(month string) string { return MonthAdd(month, -1) }

// MonthAdd returns the month n months after one written YYYY-MM, or "" where that is not a month.
func MonthAdd(month string, n int) string {
	t, err := time.Parse("2006-01", month)
	if err != nil {
		return ""
	}
	return t.AddDate(0, n, 0).Format("2006-01")
}

// FirstTen is the day of a date or moment; what is shorter stays.
func FirstTen(s string) string { return s[:min(10, len(s))] }
