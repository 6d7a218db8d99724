package data

import "strings"

// MonthName writes a month, YYYY-MM, as people say it: 2018年1月 in Chinese, 2018-01 in English. What is no month stays as it is.
func MonthName(month, lang string) string {
	if lang == "en" || len(month) != len("2006-01") || month[4] != '-' || strings.Trim(month[:4]+month[5:], "0123456789") != "" {
		return month
	}
	return month[:4] + "年" + strings.TrimPrefix(month[5:], "0") + "月"
}
