package block

import (
	"cmp"
	"math"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/language"
	"hulian/queries"
	"hulian/queries/reading"
)

// Lead is a leading figure: its course, its value in the month compared with, and what the course means.
type Lead struct {
	Series []facts.Value
	Then   facts.Value
	Read   reading.Reading
}

// LeadOf is a measure of the page's unit. The values must be of all months: AlwaysScope.
func LeadOf(r Request, own facts.Measured, id string) Lead {
	series := own.Series(id, r.Unit().ID, r.MonthsUpTo())
	return Lead{series, Then(r, own, id, r.Unit().ID), r.Read(series)}
}

// Now is its newest value.
func (l Lead) Now() facts.Value { return l.Series[len(l.Series)-1] }

// InBoth picks the fullest way to say a leading figure that fits in both languages, so that a reader of either is told the same finding.
// Fits is asked of a request in each. It is −1 where none fits.
func InBoth(r Request, l Lead, fits func(r Request, said string) bool) int {
	zh, en := r, r
	zh.Lang, en.Lang = language.Chinese, language.English
	chinese, english := InFewWords(zh, l), InFewWords(en, l)
	for i := range chinese {
		if fits(zh, chinese[i]) && fits(en, english[i]) {
			return i
		}
	}
	return -1
}

// InFewWords says a leading figure and where it goes, the fullest way first; the ways are the same in both languages.
func InFewWords(r Request, l Lead) []string {
	named := shortName(r, l.Read.Measure)
	if r.Lang == "zh" && l.Read.Measure.Unit == "count" {
		named = strings.TrimSuffix(named, "件数") // the number has its measure word: 超期248件
	}
	if r.Lang != "zh" {
		named = strings.ToLower(named[:1]) + named[1:]
	}
	named = r.Tf("%[1]s%[2]s", "%[1]s %[2]s", named, brief(r, l.Now()))
	verdicts := []string{verdictOf(r, l.Read)}
	if record(l) {
		high := r.T("创新高", "a new high")
		if l.Read.Sign < 0 {
			high = r.T("创新低", "a new low")
		}
		verdicts = append(verdicts, high)
	}
	verdicts = append(verdicts, map[reading.Variation]string{reading.Worsening: r.T("变差", "worse"), reading.Improving: r.T("好转", "better")}[l.Read.Variation])
	for i, verdict := range verdicts {
		verdicts[i] = named + r.T("，", ", ") + verdict
	}
	return append(verdicts, named)
}

// leastForRecord is how many months before it a value must have to be called the highest or the lowest.
const leastForRecord = 12

// record reports whether the newest value is the highest of all months, or the lowest where it fell.
func record(l Lead) bool {
	now, before := l.Now().Shown(), 0
	for _, v := range l.Series[:len(l.Series)-1] {
		if x := v.Shown(); v.Known() && !math.IsNaN(x) {
			if float64(l.Read.Sign)*(now-x) <= 0 {
				return false
			}
			before++
		}
	}
	return before >= leastForRecord
}

// shortName is a measure's short name, where it has one.
func shortName(r Request, m queries.Measure) string {
	return cmp.Or(m.Short.In(r.Lang), m.Name.In(r.Lang))
}
