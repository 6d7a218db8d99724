package language

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"hulian/queries/reading"
)

// Language is what a page is written in. The zero Language is Chinese and tells moments in the time zone of the machine.
type Language struct {
	Lang string         // Chinese or English
	Zone *time.Location // of the town: what moments are told in; nil: the machine's
}

// Languages a page speaks.
const (
	Chinese = "zh"
	English = "en"
)

// T is a phrase in the language of the page.
func (l Language) T(zh, en string) string {
	if l.Lang == English {
		return en
	}
	return zh
}

// Tf is a phrase with values filled in; both languages take the same arguments in the same order, or name them by
// index (%[2]s). A month among them, 2018-01, is written as people say it, so that no phrase can forget to.
func (l Language) Tf(zh, en string, args ...any) string {
	said := make([]any, len(args))
	for i, arg := range args {
		said[i] = arg
		if text, ok := arg.(string); ok {
			said[i] = l.MonthName(text)
		}
	}
	return fmt.Sprintf(l.T(zh, en), said...)
}

// N is how many of something: N(3, "%d个村", "%d village", "%d villages"). In English the noun hangs on the number, which the phrase may
// leave out.
func (l Language) N(n int, zh, one, many string) string {
	if n != 1 {
		one = many
	}
	return strings.ReplaceAll(l.T(zh, one), "%d", strconv.Itoa(n))
}

// Clock is a moment in the town's time zone.
func (l Language) Clock(at time.Time) time.Time {
	if l.Zone == nil {
		return at.Local()
	}
	return at.In(l.Zone)
}

// Moment is day and minute in the town's time zone; a dash for the zero time.
func (l Language) Moment(at time.Time) string {
	if at.IsZero() {
		return reading.Missing
	}
	return l.Clock(at).Format("2006-01-02 15:04")
}
