package load

import (
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var dayInName = regexp.MustCompile(`(20\d\d)\s*[-_./年]?\s*(0[1-9]|1[0-2]|[1-9]月|[1-9][-_./])\s*[-_./月]*\s*(0[1-9]|[12]\d|3[01]|[1-9]日)?`)

// dayNamed reads a day, or the last day of a month, out of a title or file name.
func dayNamed(text string) (time.Time, bool) {
	match := dayInName.FindStringSubmatch(text)
	if match == nil {
		return time.Time{}, false
	}
	number := func(s string) int {
		n, _ := strconv.Atoi(strings.TrimRight(s, "月日-_./"))
		return n
	}
	year, month, day := number(match[1]), number(match[2]), number(match[3])
	if day == 0 {
		return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC), true
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return t, t.Day() == day
}

// withoutEnding is the base name of a file without what stands behind its last point.
func withoutEnding(name string) string {
	base := path.Base(name)
	return strings.TrimSuffix(base, path.Ext(base))
}
