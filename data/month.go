package data

import (
	"strings"
	"time"
)

// MonthName writes a month, YYYY-MM, as people say it: 2018年1月 in Chinese, Jan 2018 in English. What is no month stays as it is.
func MonthName(month, lang string) string {
	if len(month) != len("2006-01") || month[4] != '-' || strings.Trim(month[:4]+month[5:], "0123456789") != "" {
		return month
	}
	if lang != "en" {
		return month[:4] + "年" + strings.TrimPrefix(month[5:], "0") + "月"
	}
	day, err := time.Parse("2006-01", month)
	if err != nil {
		return month
	}
	return day.Format("Jan 2006")
}
