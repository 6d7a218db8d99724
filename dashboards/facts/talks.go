package facts

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"hulian/dashboards/visitor"
)

// Talk is an admonition talk with a branch in last place, or that the branch was reorganised: who is to see to it by when, and the day it was
// done. Of whom it is about it names the branch and nobody.
type Talk struct {
	OfBranch   string
	Talk       string // of the contract: admonition, reorganisation
	RatedYear  string // of the yearly rating it follows from
	ArrangedOn string `is:"day"` // empty: nobody arranged it, it was recorded once done
	Owner      string `is:"text"`
	DueOn      string `is:"day"`
	HeldOn     string `is:"day"` // empty: it is due
	Note       string `is:"text"`
	EnteredBy  string
}

// Day is the day it was held, or arranged where it was not held yet.
func (t Talk) Day() string { return cmp.Or(t.HeldOn, t.ArrangedOn) }

const talksSQL = `
select t.of_branch, t.talk, t.rated_year, t.arranged_on, t.owner, t.due_on, t.held_on, t.note, t.entered_by
from talks t
where cast(coalesce(t.held_on, t.arranged_on) as varchar) <= ?
order by t.entered_at, t.entry_id`

// Talks reads the talks arranged or held up to the day a month is told as of, in the order of those days, of the branches whose decisions the
// visitor may see. What was filled in later of one talk stands for what was filled in before. Nothing where an older version published the snapshot.
func (f Facts) Talks(ctx context.Context, v visitor.Visitor, month string) ([]Talk, error) {
	rows, err := entered[Talk](ctx, f, v, "talks with last branches", talksSQL, f.AsOf(month).Format("2006-01-02"))
	var all []Talk
	for _, t := range rows {
		if !f.SeesDecision(v, f.UnitOf(t.OfBranch).VillageID) {
			continue
		}
		i := slices.IndexFunc(all, func(x Talk) bool { return x.OfBranch == t.OfBranch && x.Talk == t.Talk && x.RatedYear == t.RatedYear })
		if i < 0 {
			all = append(all, t)
			continue
		}
		was := &all[i]
		was.ArrangedOn, was.Owner, was.DueOn = cmp.Or(t.ArrangedOn, was.ArrangedOn), cmp.Or(t.Owner, was.Owner), cmp.Or(t.DueOn, was.DueOn)
		was.HeldOn, was.Note, was.EnteredBy = cmp.Or(t.HeldOn, was.HeldOn), cmp.Or(t.Note, was.Note), t.EnteredBy
	}
	slices.SortStableFunc(all, func(a, b Talk) int { return strings.Compare(a.Day(), b.Day()) })
	return all, err
}
