package facts

import (
	"context"
	"slices"

	"hulian/dashboards/visitor"
)

// Talk is an admonition talk with a branch in last place, or that the branch was reorganised. It names nobody.
type Talk struct {
	OfBranch  string
	Talk      string // of the contract: admonition, reorganisation
	RatedYear string // of the yearly rating it follows from
	HeldOn    string `is:"day"`
	Note      string `is:"text"`
	EnteredBy string
}

const talksSQL = `
select t.of_branch, t.talk, t.rated_year, t.held_on, t.note, t.entered_by
from talks t
where cast(t.held_on as varchar) <= ?
order by t.held_on, t.entered_at, t.entry_id`

// Talks reads the talks held up to the day a month is told as of, the oldest first, of the branches whose decisions the visitor may see;
// nothing where an older version published the snapshot.
func (f Facts) Talks(ctx context.Context, v visitor.Visitor, month string) ([]Talk, error) {
	all, err := entered[Talk](ctx, f, v, "talks with last branches", talksSQL, f.AsOf(month).Format("2006-01-02"))
	return slices.DeleteFunc(slices.Clone(all), func(t Talk) bool { return !f.seesDecision(v, f.UnitOf(t.OfBranch).VillageID) }), err
}
