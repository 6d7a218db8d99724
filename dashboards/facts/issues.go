package facts

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"hulian/dashboards/visitor"
	"hulian/pipelines"
	"hulian/queries/flow"
)

// Repeat is a place and category in which matters come back.
type Repeat struct {
	Reported   float64
	Again      float64
	Category   string
	Households float64
	Open       float64
	VillageID  string
	BranchID   string
}

const repeatsSQL = `
select f.village_id, f.branch_id, f.category, count(*) as reported, count(*) filter (where f.%[1]s) as again,
    count(distinct case when f.%[1]s then f.household_id end) as households,
    count(*) filter (where f.%[1]s and f.state in ('open', 'overdue')) as open
from %[3]s f
where f.month between ? and ? and %[2]s
group by f.village_id, f.branch_id, f.category
order by again desc, reported, f.village_id, f.branch_id, f.category`

// issuesThenSQL is issue_flow as it stood on a day: what happened later has not happened yet. What a file says of an issue without a
// day, as whether the household is satisfied, goes with the step it belongs to.
const issuesThenSQL = `(
    select i.* replace (
            case when cast(i.classified_at as date) <= d.on_day then i.classified_at end as classified_at,
            case when cast(i.routed_at as date) <= d.on_day then i.routed_at end as routed_at,
            case when cast(i.routed_at as date) <= d.on_day then i.routed_to end as routed_to,
            case when cast(i.resolved_at as date) <= d.on_day then i.resolved_at end as resolved_at,
            case when cast(i.fed_back_at as date) <= d.on_day then i.fed_back_at end as fed_back_at,
            case when cast(i.resolved_at as date) <= d.on_day then i.satisfaction_answer end as satisfaction_answer,
            case
                when cast(i.resolved_at as date) <= d.on_day and cast(i.fed_back_at as date) <= d.on_day then 'fed_back'
                when cast(i.resolved_at as date) <= d.on_day then 'resolved'
                when i.state = 'unknown' then 'unknown'
                when i.due_on < d.on_day then 'overdue'
                else 'open'
            end as state,
            case when i.state <> 'unknown' and (i.resolved_at is null or cast(i.resolved_at as date) > d.on_day)
                then date_diff('day', cast(i.reported_at as date), d.on_day) end as age_days,
            case when i.state <> 'unknown' and (i.resolved_at is null or cast(i.resolved_at as date) > d.on_day) and i.due_on < d.on_day
                then date_diff('day', i.due_on, d.on_day) end as overdue_days
        )
    from issue_flow i
    cross join (select date '%s' as on_day) d
    where cast(i.reported_at as date) <= d.on_day
)`

// issuesThen is the relation of the issues as they stood on the last day of a month.
func (f Facts) issuesThen(month string) string {
	return fmt.Sprintf(issuesThenSQL, f.AsOf(month).Format(time.DateOnly))
}

// telling is the condition for the issues whose file gives what a column is about: household, deadline or answer.
func (f Facts) telling(what string) string {
	if !f.tells {
		return "true"
	}
	return "f.tells_" + what + " is not false"
}

// Repeats reads where the same matter was raised again between two months, most repeats first, of the issues whose file names
// the household.
func (f Facts) Repeats(ctx context.Context, v visitor.Visitor, at Unit, from, to string) ([]Repeat, error) {
	return list[Repeat](ctx, f.at(at), v, "repeated issues", fmt.Sprintf(repeatsSQL, f.Repeated, f.telling("household"), f.issuesThen(to)), from, to)
}

// Category is the issues of one category.
type Category struct {
	VillageID, BranchID string // the unit, whichever it is
	Category            string
	Reported            float64
	Resolved            float64
	Hard                float64
}

const categoriesSQL = `
select c.unit_id as village_id, c.unit_id as branch_id, c.category, sum(c.reported) as reported, sum(c.resolved) as resolved,
    sum(case when c.difficulty = 'hard' then c.reported else 0 end) as hard
from issue_categories c
where c.level = ? and (c.level <> 'town' or c.unit_id = ?) and c.month between ? and ?
group by c.unit_id, c.category
order by reported desc, c.category`

// Categories reads the issues of a unit between two months by category, most first.
func (f Facts) Categories(ctx context.Context, v visitor.Visitor, at Unit, from, to string) ([]Category, error) {
	return list[Category](ctx, f.at(at), v, "categories", categoriesSQL, string(at.Level), f.Town.ID, from, to)
}

// LateIssue is an issue past its deadline on a day, with how far it had come by then and who reported it.
type LateIssue struct {
	IssueID          string `is:"text"`
	Category         string
	Title            string `is:"text"`
	Difficulty       string
	DueOn            string `is:"day"`
	OverdueDays      float64
	VillageID        string
	BranchID         string
	Classified       bool
	Routed           bool
	RoutedTo         string `is:"text"`
	ReporterMemberID string `is:"member"`
	MemberName       string `is:"person"`
	Total            int64  // issues of the list, however many of them are read
}

const lateSQL = `
select f.issue_id, f.category, f.title, f.difficulty, f.due_on, f.overdue_days, f.village_id, f.branch_id,
    f.classified_at is not null as classified, f.routed_at is not null as routed, f.routed_to, f.reporter_member_id, m.name as member_name, count(*) over () as total
from %[1]s f
left join members m on m.member_id = f.reporter_member_id
where f.state = 'overdue'%[2]s
order by f.overdue_days desc, f.issue_id%[3]s`

// Late reads the issues of a place past their deadline as of the last day of a month, the longest first.
func (f Facts) Late(ctx context.Context, v visitor.Visitor, at Unit, month string, cut Cut) ([]LateIssue, error) {
	return placed(ctx, f, v, list[LateIssue], at, "f.", cut, "the issues past their deadline",
		func(where, end string) string { return fmt.Sprintf(lateSQL, f.issuesThen(month), where, end) })
}

// LateAt is how many issues past their deadline have come as far.
type LateAt struct {
	Classified, Routed bool
	Issues             float64
}

const lateAtSQL = `
select f.village_id as of_village, f.branch_id as of_branch, f.classified_at is not null as classified, f.routed_at is not null as routed, count(*) as issues
from %s f
where f.state = 'overdue'
group by 1, 2, 3, 4
order by 3, 4`

// LateSteps counts the issues that Late lists by how far they have come.
func (f Facts) LateSteps(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]LateAt, error) {
	return addedUp(ctx, f, v, at, "where the issues past their deadline wait", fmt.Sprintf(lateAtSQL, f.issuesThen(month)),
		func(a LateAt) [2]bool { return [2]bool{a.Classified, a.Routed} }, func(sum *LateAt, a LateAt) { sum.Issues += a.Issues })
}

// Holder is a level that holds overdue issues: member, branch, village or town, and how many.
type Holder struct {
	RoutedTo string
	Issues   float64
}

// holdersSQL counts by the levels that the list of issues explains; what else a file may name stays with the issue.
const holdersSQL = `
select f.village_id as of_village, f.branch_id as of_branch, f.routed_to, count(*) as issues
from %s f
where f.state = 'overdue' and f.routed_to in ('member', 'branch', 'village', 'town')
group by 1, 2, 3`

// OverdueHolders counts the issues of a place past their deadline as of the last day of a month by who held them, most first.
func (f Facts) OverdueHolders(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]Holder, error) {
	all, err := addedUp(ctx, f, v, at, "who holds the overdue issues", fmt.Sprintf(holdersSQL, f.issuesThen(month)),
		func(h Holder) string { return h.RoutedTo }, func(sum *Holder, h Holder) { sum.Issues += h.Issues })
	slices.SortFunc(all, func(a, b Holder) int {
		return cmp.Or(cmp.Compare(b.Issues, a.Issues), cmp.Compare(a.RoutedTo, b.RoutedTo))
	})
	return all, err
}

// HeldIssues is the open issues that wait for one step in the hands of one level: how many, how many of them past their deadline, of how
// many the file gives one, and the day the oldest was reported.
type HeldIssues struct {
	Step                 string // classify, route, resolve
	RoutedTo             string // member, branch, village, town; empty: not routed yet, or to somebody else
	Open, Overdue, Dated float64
	Since                string `is:"day"`
	OldestDays           float64
}

const stepsHeldSQL = `
select f.village_id as of_village, f.branch_id as of_branch,
    case when f.routed_at is not null then 'resolve' when f.classified_at is not null then 'route' else 'classify' end as step,
    case when f.routed_at is not null and f.routed_to in ('member', 'branch', 'village', 'town') then f.routed_to end as routed_to,
    count(*) as open, count(*) filter (where f.overdue_days > 0) as overdue, count(*) filter (where %s) as dated,
    min(f.reported_at) as since, max(f.age_days) as oldest_days
from %s f
where f.resolved_at is null and f.state <> 'unknown'
group by 1, 2, 3, 4`

// absentLast orders texts with the one that is not there last, as the engine does.
func absentLast(a, b string) int {
	if (a == "") != (b == "") {
		return cmp.Compare(b, a)
	}
	return cmp.Compare(a, b)
}

// Held reads the issues of a place open on the last day of a month by the step they waited for and who held them, those with most overdue first.
func (f Facts) Held(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]HeldIssues, error) {
	all, err := addedUp(ctx, f, v, at, "who holds the open issues", fmt.Sprintf(stepsHeldSQL, f.telling("deadline"), f.issuesThen(month)),
		func(h HeldIssues) [2]string { return [2]string{h.Step, h.RoutedTo} }, func(sum *HeldIssues, h HeldIssues) {
			sum.Open, sum.Overdue, sum.Dated = sum.Open+h.Open, sum.Overdue+h.Overdue, sum.Dated+h.Dated
			sum.Since, sum.OldestDays = min(sum.Since, h.Since), max(sum.OldestDays, h.OldestDays)
		})
	slices.SortFunc(all, func(a, b HeldIssues) int {
		return cmp.Or(cmp.Compare(b.Overdue, a.Overdue), cmp.Compare(b.Open, a.Open), cmp.Compare(a.Step, b.Step), absentLast(a.RoutedTo, b.RoutedTo))
	})
	return all, err
}

// Answers is what the households of one branch said of issues resolved since the start.
type Answers struct {
	VillageID    string
	BranchID     string
	Resolved     float64
	Satisfied    float64
	Neutral      float64
	Dissatisfied float64
	Answered     float64
}

const satisfactionSQL = `
select f.village_id, f.branch_id,
    count(*) as resolved,
    count(*) filter (where f.satisfaction_answer = 'satisfied') as satisfied,
    count(*) filter (where f.satisfaction_answer = 'neutral') as neutral,
    count(*) filter (where f.satisfaction_answer = 'dissatisfied') as dissatisfied,
    count(*) filter (where f.satisfaction_answer is not null) as answered
from %[2]s f
where f.since_start and f.resolved_at is not null and %[1]s
group by f.village_id, f.branch_id
order by f.village_id, f.branch_id`

// Satisfaction reads what households said of issues resolved from the start to the end of a month, by branch, of the issues whose file could
// say so.
func (f Facts) Satisfaction(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]Answers, error) {
	return list[Answers](ctx, f.at(at), v, "satisfaction", fmt.Sprintf(satisfactionSQL, f.telling("answer"), f.issuesThen(month)))
}

const passagesSQL = `
select f.village_id, f.branch_id, f.category, f.reported_at, f.classified_at, f.routed_at, f.resolved_at, f.fed_back_at
from issue_flow f
where f.month between ? and ? and f.state <> 'unknown'`

// Passages reads how the issues reported between two months passed the steps, in the whole town, in no order. They are
// so many that they are read by hand; putting them in order took longer than reading them.
func (f Facts) Passages(ctx context.Context, v visitor.Visitor, from, to string) ([]*flow.Issue, error) {
	if !v.SeesUnit(f.place("", "")) {
		return nil, ErrHidden
	}
	all, err := f.shared.rows("passages "+from+" "+to, func() (any, int, error) {
		var issues []*flow.Issue
		err := pipelines.Scan(ctx, f.Data, func(rows pipelines.Piece) error {
			c := rows.Columns // in the order of passagesSQL
			name := func(column, row int) string {
				if c[column].Null(row) {
					return ""
				}
				return c[column].Texts[row]
			}
			moment := func(column, row int) time.Time {
				if c[column].Null(row) {
					return time.Time{}
				}
				return c[column].Moments[row]
			}
			piece := make([]flow.Issue, rows.Rows)
			for i := range piece {
				issues = append(issues, &piece[i])
				piece[i] = flow.Issue{Village: name(0, i), Branch: name(1, i), Category: name(2, i), Reported: moment(3, i), Classified: moment(4, i),
					Routed: moment(5, i), Resolved: moment(6, i), FedBack: moment(7, i)}
			}
			return nil
		}, passagesSQL, from, to)
		if err != nil {
			return nil, 0, fmt.Errorf("read how issues passed the steps: %w", err)
		}
		return issues, len(issues), nil
	})
	if err != nil {
		return nil, err
	}
	return all.([]*flow.Issue), nil
}

// OpenIssues is how many issues are open for so many days, how many of them past their deadline, and of how many the file gives
// one.
type OpenIssues struct {
	AgeDays              int64
	Open, Overdue, Dated float64
}

const ageingSQL = `
select f.village_id as of_village, f.branch_id as of_branch, f.age_days, count(*) as open,
    count(*) filter (where f.overdue_days > 0) as overdue, count(*) filter (where %s) as dated
from %s f
where f.resolved_at is null and f.state <> 'unknown'
group by 1, 2, 3`

// OpenByAge reads the issues of a place open on the last day of a month by how long they had been open.
func (f Facts) OpenByAge(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]OpenIssues, error) {
	return addedUp(ctx, f, v, at, "open issues by age", fmt.Sprintf(ageingSQL, f.telling("deadline"), f.issuesThen(month)),
		func(o OpenIssues) int64 { return o.AgeDays }, func(sum *OpenIssues, o OpenIssues) {
			sum.Open, sum.Overdue, sum.Dated = sum.Open+o.Open, sum.Overdue+o.Overdue, sum.Dated+o.Dated
		})
}

// IssueCount is how many issues there are, and of how many no file says whether they are resolved.
type IssueCount struct{ Issues, Untold float64 }

// toldSQL counts the issues there are, and those of which no file says whether they are resolved.
const toldSQL = `
select f.village_id as of_village, f.branch_id as of_branch, count(*) as issues, count(*) filter (where f.state = 'unknown') as untold
from %s f
group by 1, 2`

// IssueCount counts the issues of a place reported by the last day of a month.
func (f Facts) IssueCount(ctx context.Context, v visitor.Visitor, at Unit, month string) (IssueCount, error) {
	all, err := addedUp(ctx, f, v, at, "of which issues is known whether they are open", fmt.Sprintf(toldSQL, f.issuesThen(month)),
		func(IssueCount) bool { return true }, func(sum *IssueCount, n IssueCount) { sum.Issues, sum.Untold = sum.Issues+n.Issues, sum.Untold+n.Untold })
	return sole(all), err
}

// StepCount is how many issues passed the same steps.
type StepCount struct {
	Classified, Routed, Resolved, FedBack bool
	Issues                                float64
}

const flowSQL = `
select f.village_id as of_village, f.branch_id as of_branch, f.classified_at is not null as classified, f.routed_at is not null as routed,
    f.resolved_at is not null as resolved, f.fed_back_at is not null as fed_back, count(*) as issues
from %s f
where f.since_start and f.state <> 'unknown'
group by 1, 2, 3, 4, 5, 6
order by classified, routed, resolved, fed_back`

// StepCounts reads how far the issues of a place came from the start of the programme to the last day of a month.
func (f Facts) StepCounts(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]StepCount, error) {
	return addedUp(ctx, f, v, at, "the five steps", fmt.Sprintf(flowSQL, f.issuesThen(month)),
		func(s StepCount) [4]bool { return [4]bool{s.Classified, s.Routed, s.Resolved, s.FedBack} }, func(sum *StepCount, s StepCount) { sum.Issues += s.Issues })
}

const earlierSQL = `
select f.village_id as of_village, f.branch_id as of_branch, count(*) as issues
from %s f
where f.resolved_at is null and f.state <> 'unknown' and not f.since_start
group by 1, 2`

// OpenFromBefore counts the issues of a place that were reported before the programme began and are open on the last day of a month.
func (f Facts) OpenFromBefore(ctx context.Context, v visitor.Visitor, at Unit, month string) (float64, error) {
	type waiting struct{ Issues float64 }
	all, err := addedUp(ctx, f, v, at, "the issues open from before the start", fmt.Sprintf(earlierSQL, f.issuesThen(month)),
		func(waiting) bool { return true }, func(sum *waiting, w waiting) { sum.Issues += w.Issues })
	return sole(all).Issues, err
}
