package sample

import (
	"fmt"
	"time"
)

// The simulator counts in civil time of the town: no zone, no clock of the machine.
type (
	month  int   // 12 × year + month − 1
	day    int32 // days since 1970-01-01
	minute int64 // minutes since 1970-01-01 00:00
)

// never is the day of what has not happened.
const never day = 1 << 30

func monthOf(year, number int) month { return month(12*year + number - 1) }

func parseMonth(s string) (month, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		return 0, fmt.Errorf("month %q is not written like 2016-02", s)
	}
	return monthOf(t.Year(), int(t.Month())), nil
}

func dayOf(year, number, d int) day {
	return day(time.Date(year, time.Month(number), d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

func (m month) year() int      { return int(m) / 12 }
func (m month) number() int    { return int(m)%12 + 1 }
func (m month) first() day     { return dayOf(m.year(), m.number(), 1) }
func (m month) last() day      { return (m + 1).first() - 1 }
func (m month) days() int      { return int(m.last()-m.first()) + 1 }
func (m month) String() string { return fmt.Sprintf("%04d-%02d", m.year(), m.number()) }
func (m month) zh() string     { return fmt.Sprintf("%d年%d月", m.year(), m.number()) }

func (d day) date() (year, number, dayOfMonth int) {
	t := time.Unix(int64(d)*86400, 0).UTC()
	return t.Year(), int(t.Month()), t.Day()
}

func (d day) month() month {
	y, n, _ := d.date()
	return monthOf(y, n)
}

func (d day) String() string {
	y, n, i := d.date()
	return fmt.Sprintf("%04d-%02d-%02d", y, n, i)
}

// weekend reports whether the day is a Saturday or Sunday; 1970-01-01 was a Thursday.
func (d day) weekend() bool { return (d+4)%7 == 6 || (d+4)%7 == 0 }

func (d day) at(minuteOfDay int) minute { return minute(d)*1440 + minute(minuteOfDay) }

func (m minute) day() day { return day(m / 1440) }

func (m minute) String() string {
	return fmt.Sprintf("%s %02d:%02d", m.day(), m%1440/60, m%60)
}

// instant is the moment a file arrives, in the town's zone (UTC+8, no daylight saving).
func (m minute) instant() time.Time {
	return time.Unix(int64(m)*60, 0).UTC().Add(-8 * time.Hour)
}
