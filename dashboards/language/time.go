package language

import (
	"time"

	"hulian/queries/reading"
)

// PeriodName writes a period as people say it: a month or a half-year.
func (l Language) PeriodName(period string) string {
	if len(period) == 6 && period[4] == 'H' && l.Lang == Chinese {
		return period[:4] + map[byte]string{'1': "年上半年", '2': "年下半年"}[period[5]]
	}
	if len(period) == 6 && period[4] == 'H' {
		return period[:4] + " H" + period[5:]
	}
	return l.MonthName(period)
}

// Seconds writes how long something took.
func (l Language) Seconds(d time.Duration) string {
	return reading.Decimal(d.Seconds(), 1) + l.T(" 秒", " s")
}

// MonthName writes a month as people say it: 2018年1月.
func (l Language) MonthName(month string) string {
	return reading.MonthName(month, l.Lang)
}
