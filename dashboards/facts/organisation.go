package facts

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"hulian/dashboards/visitor"
)

// OverdueTask is a claimed task past its deadline.
type OverdueTask struct {
	Title               string `is:"text"`
	ResponsibleMemberID string `is:"member"`
	MemberName          string `is:"person"`
	DueOn               string `is:"day"`
	Progress            float64
	VillageID           string
	BranchID            string
	Total               int64 // tasks of the list, however many of them are read
}

const tasksSQL = `
select t.task_id, t.title, t.branch_id, b.village_id, t.responsible_member_id, m.name as member_name, substr(cast(t.due_on as varchar), 1, 10) as due_on,
    case when t.done_on is null then t.progress end as progress, count(*) over () as total
from tasks t
cross join (select cast(? as date) as on_day) d
join branch_structure b on b.branch_id = t.branch_id
left join members m on m.member_id = t.responsible_member_id
where cast(t.claimed_on as date) <= d.on_day and cast(t.due_on as date) < d.on_day
    and (t.done_on is null and coalesce(t.progress, 0) < 100 or cast(t.done_on as date) > d.on_day)%s
order by cast(t.due_on as varchar), t.task_id%s`

// OverdueTasks reads the claimed tasks of a place past their deadline as of the last day of a month, the oldest first. How far a task had
// come that was done later is not known.
func (f Facts) OverdueTasks(ctx context.Context, v visitor.Visitor, at Unit, month string, cut Cut) ([]OverdueTask, error) {
	return placed(ctx, f, v, list[OverdueTask], at, "b.", cut, "overdue tasks", func(where, end string) string { return fmt.Sprintf(tasksSQL, where, end) },
		f.AsOf(month).Format("2006-01-02"))
}

// Posts is how many posts of one kind there are.
type Posts struct {
	Value float64
	Fact  string
}

const postsSQL = `
select fact, sum(value) as value
from organisation_facts
where substr(fact, 1, 6) = 'kinds_'%s
group by fact
order by fact`

// Posts reads the posts of a place at the cut-off, by kind.
func (f Facts) Posts(ctx context.Context, v visitor.Visitor, at Unit) ([]Posts, error) {
	where, args := in(at, "")
	return list[Posts](ctx, f, v, "posts", fmt.Sprintf(postsSQL, where), args...)
}

// BranchStructure is how a branch is set up.
type BranchStructure struct {
	BranchID         string
	CommitteeCount   float64
	GroupCount       float64
	LiaisonCount     float64
	CentreHouseholds float64
	Complete         bool
	Members          float64
	ActiveMembers    float64
	Households       float64
	DisplayVillage   float64 // 1 or 0; NaN where the list does not say, as of the groups below
	DisplayBranch    float64
	DisplayHome      float64
	Name             string `is:"label"`
}

const structureSQL = `
select b.branch_id, b.name, b.committee_count, b.group_count, b.liaison_count, b.centre_households, b.members, b.active_members, b.households,
    b.complete, b.display_village, b.display_branch, b.display_home
from branch_structure b
where 1 = 1%s
order by b.branch_id`

// Structure reads how the branches of a place are set up.
func (f Facts) Structure(ctx context.Context, v visitor.Visitor, at Unit) ([]BranchStructure, error) {
	where, args := in(at, "b.")
	return list[BranchStructure](ctx, f, v, "the structure of branches", fmt.Sprintf(structureSQL, where), args...)
}

// OrganisationFact is one number about the organisation of one village in one period.
type OrganisationFact struct {
	Fact, Period, VillageID string
	Value                   float64
}

// OrganisationFacts are the organisation's numbers of a place.
type OrganisationFacts []OrganisationFact

const factSQL = `
select f.fact, f.period, f.village_id, f.value
from organisation_facts f
order by f.fact, f.period, f.village_id`

// OrganisationFacts reads the organisation's numbers of a place.
func (f Facts) OrganisationFacts(ctx context.Context, v visitor.Visitor, at Unit) (OrganisationFacts, error) {
	return list[OrganisationFact](ctx, f.at(at), v, "facts about the organisation", factSQL)
}

// Of returns the rows of one fact, in one period or, where that is empty, in all.
func (f OrganisationFacts) Of(name, period string) OrganisationFacts {
	var own OrganisationFacts
	for _, x := range f {
		if x.Fact == name && (period == "" || x.Period == period) {
			own = append(own, x)
		}
	}
	return own
}

// Between returns the rows of the periods from one to another, both included.
func (f OrganisationFacts) Between(from, to string) OrganisationFacts {
	return slices.DeleteFunc(slices.Clone(f), func(x OrganisationFact) bool { return x.Period < from || x.Period > to })
}

// Sum adds the values.
func (f OrganisationFacts) Sum() float64 {
	var sum float64
	for _, x := range f {
		sum += x.Value
	}
	return sum
}

// Villages counts the villages with a value above zero.
func (f OrganisationFacts) Villages() float64 {
	seen := map[string]bool{}
	for _, x := range f {
		if x.Value > 0 {
			seen[x.VillageID] = true
		}
	}
	return float64(len(seen))
}

// Prefixed returns the rows of all facts whose name begins so.
func (f OrganisationFacts) Prefixed(prefix string) OrganisationFacts {
	var own OrganisationFacts
	for _, x := range f {
		if strings.HasPrefix(x.Fact, prefix) {
			own = append(own, x)
		}
	}
	return own
}

// Names lists the facts, in order.
func (f OrganisationFacts) Names() []string {
	var all []string
	for _, x := range f {
		if !slices.Contains(all, x.Fact) {
			all = append(all, x.Fact)
		}
	}
	return all
}

// Periods lists the periods, oldest first.
func (f OrganisationFacts) Periods() []string {
	var all []string
	for _, x := range f {
		if !slices.Contains(all, x.Period) {
			all = append(all, x.Period)
		}
	}
	slices.Sort(all)
	return all
}
