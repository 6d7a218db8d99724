package question

import (
	"fmt"
	"net/url"

	"hulian/dashboards/facts"
)

// What the months of a page can be compared with, beside a month of its own choice (YYYY-MM).
const (
	AgainstLast  = "last"  // the month before
	AgainstYear  = "year"  // the same month of the year before
	AgainstStart = "start" // the last month before the programme began in the place
)

// Comparing makes a link compare with another month.
func Comparing(with string) Change { return func(v url.Values) { Set(v, "against", with) } }

// askAgainst reads what the page's month is compared with.
func (q *Question) askAgainst(with string) error {
	if with == "" || !q.Page.Takes.Has(ByMonth) {
		return nil
	}
	switch with {
	case AgainstLast, AgainstYear, AgainstStart:
	default:
		if facts.MonthAdd(with, 0) != with || with < q.Units.FirstMonth || with > q.Units.LastMonth {
			return fmt.Errorf("%w: against=%s", ErrBadFilter, with)
		}
	}
	q.Params.Set("against", with)
	return nil
}

// Against is the month that the page's month is compared with: the month before where the address says nothing. Empty: the
// snapshot has no such month, or nobody knows when the programme began.
func (q Question) Against() string {
	month := ""
	switch with := q.Params.Get("against"); with {
	case "", AgainstLast:
		month = facts.MonthAdd(q.Month, -1)
	case AgainstYear:
		month = facts.MonthAdd(q.Month, -12)
	case AgainstStart:
		if start := q.startOf(q.Unit()); len(start) >= 7 {
			month = facts.MonthAdd(start[:7], -1)
		}
	default:
		month = with
	}
	if month < q.Units.FirstMonth || month > q.Units.LastMonth {
		return ""
	}
	return month
}

// startOf is the day the programme began in a place: of the town that of its first village, of a branch that of its village.
func (q Question) startOf(u facts.Unit) string {
	switch u.Level {
	case facts.LevelTown:
		first := ""
		for _, v := range q.Units.Villages {
			if v.ProgrammeStart != "" && (first == "" || v.ProgrammeStart < first) {
				first = v.ProgrammeStart
			}
		}
		return first
	case facts.LevelBranch:
		if v, known := q.Units.Village(u.VillageID); known && u.ProgrammeStart == "" {
			return v.ProgrammeStart
		}
		return u.ProgrammeStart
	default:
		return u.ProgrammeStart
	}
}

// AgainstName names the month it is compared with, as a sentence or a tile says it.
func (q Question) AgainstName() string {
	switch q.Params.Get("against") {
	case "", AgainstLast:
		return q.T("上月", "month before")
	case AgainstYear:
		return q.T("去年同月", "same month last year")
	case AgainstStart:
		return q.T("启动前", "before the start")
	default:
		return q.MonthName(q.Against())
	}
}
