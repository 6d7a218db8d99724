package facts

import (
	"testing"
	"time"
)

// FuzzMonthAdd holds the sums of months to those of the calendar.
func FuzzMonthAdd(f *testing.F) {
	for _, month := range []string{"2018-01", "2018-12", "0001-01", "9999-12", "2018-13", "2018-1", "2018/01", "+018-01", "2018-+1", "", "２018-01"} {
		f.Add(month, 1)
		f.Add(month, -13)
	}
	f.Fuzz(func(t *testing.T, month string, n int) {
		n %= 2000
		want := ""
		if on, err := time.Parse("2006-01", month); err == nil {
			if sum := on.AddDate(0, n, 0); sum.Year() >= 0 && sum.Year() <= 9999 {
				want = sum.Format("2006-01")
			}
		}
		if got := MonthAdd(month, n); got != want {
			t.Errorf("%q and %d months is %q, want %q", month, n, got, want)
		}
	})
}
