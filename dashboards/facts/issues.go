package facts

import (
	"context"
	"fmt"
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
from %[4]s f
where f.month between ? and ? and %[3]s%[2]s
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
	where, args := in(at, "f.")
	return list[Repeat](ctx, f, v, "repeated issues", fmt.Sprintf(repeatsSQL, f.Repeated, where, f.telling("household"), f.issuesThen(to)), append([]any{from, to}, args...)...)
}

// Category is the issues of one category.
type Category struct {
	Category string
	Reported float64
	Resolved float64
	Hard     float64
}

const categoriesSQL = `
select c.category, sum(c.reported) as reported, sum(c.resolved) as resolved,
    sum(case when c.difficulty = 'hard' then c.reported else 0 end) as hard
from issue_categories c
where c.level = ? and c.unit_id = ? and c.month between ? and ?
group by c.category
order by reported desc, c.category`

// Categories reads the issues of a unit between two months by category, most first.
func (f Facts) Categories(ctx context.Context, v visitor.Visitor, at Unit, from, to string) ([]Category, error) {
	return list[Category](ctx, f, v, "categories", categoriesSQL, string(at.Level), at.ID, from, to)
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
	where, end, args := cut.of(at, "f.")
	return list[LateIssue](ctx, f, v, "the issues past their deadline", fmt.Sprintf(lateSQL, f.issuesThen(month), where, end), args...)
}

// LateAt is how many issues past their deadline have come as far.
type LateAt struct {
	Classified, Routed bool
	Issues             float64
}

const lateAtSQL = `
select f.classified_at is not null as classified, f.routed_at is not null as routed, count(*) as issues
from %[1]s f
where f.state = 'overdue'%[2]s
group by 1, 2
order by 1, 2`

// LateSteps counts the issues that Late lists by how far they have come.
func (f Facts) LateSteps(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]LateAt, error) {
	where, args := in(at, "f.")
	return list[LateAt](ctx, f, v, "where the issues past their deadline wait", fmt.Sprintf(lateAtSQL, f.issuesThen(month), where), args...)
}

// Holder is a level that holds overdue issues: member, branch, village or town, and how many.
type Holder struct {
	RoutedTo string
	Issues   float64
}

// holdersSQL counts by the levels that the list of issues explains; what else a file may name stays with the issue.
const holdersSQL = `
select f.routed_to, count(*) as issues
from %[1]s f
where f.state = 'overdue' and f.routed_to in ('member', 'branch', 'village', 'town')%[2]s
group by f.routed_to
order by issues desc, f.routed_to`

// OverdueHolders counts the issues of a place past their deadline as of the last day of a month by who held them, most first.
func (f Facts) OverdueHolders(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]Holder, error) {
	where, args := in(at, "f.")
	return list[Holder](ctx, f, v, "who holds the overdue issues", fmt.Sprintf(holdersSQL, f.issuesThen(month), where), args...)
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
select case when f.routed_at is not null then 'resolve' when f.classified_at is not null then 'route' else 'classify' end as step,
    case when f.routed_at is not null and f.routed_to in ('member', 'branch', 'village', 'town') then f.routed_to end as routed_to,
    count(*) as open, count(*) filter (where f.overdue_days > 0) as overdue, count(*) filter (where %[2]s) as dated,
    min(f.reported_at) as since, max(f.age_days) as oldest_days
from %[3]s f
where f.resolved_at is null and f.state <> 'unknown'%[1]s
group by 1, 2
order by overdue desc, open desc, 1, 2`

// Held reads the issues of a place open on the last day of a month by the step they waited for and who held them, those with most overdue first.
func (f Facts) Held(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]HeldIssues, error) {
	where, args := in(at, "f.")
	return list[HeldIssues](ctx, f, v, "who holds the open issues", fmt.Sprintf(stepsHeldSQL, where, f.telling("deadline"), f.issuesThen(month)), args...)
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
from %[3]s f
where f.since_start and f.resolved_at is not null and %[2]s%[1]s
group by f.village_id, f.branch_id
order by f.village_id, f.branch_id`

// Satisfaction reads what households said of issues resolved from the start to the end of a month, by branch, of the issues whose file could
// say so.
func (f Facts) Satisfaction(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]Answers, error) {
	where, args := in(at, "f.")
	return list[Answers](ctx, f, v, "satisfaction", fmt.Sprintf(satisfactionSQL, where, f.telling("answer"), f.issuesThen(month)), args...)
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
select f.age_days, count(*) as open, count(*) filter (where f.overdue_days > 0) as overdue, count(*) filter (where %[2]s) as dated
from %[3]s f
where f.resolved_at is null and f.state <> 'unknown'%[1]s
group by f.age_days`

// OpenByAge reads the issues of a place open on the last day of a month by how long they had been open.
func (f Facts) OpenByAge(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]OpenIssues, error) {
	where, args := in(at, "f.")
	return list[OpenIssues](ctx, f, v, "open issues by age", fmt.Sprintf(ageingSQL, where, f.telling("deadline"), f.issuesThen(month)), args...)
}

// IssueCount is how many issues there are, and of how many no file says whether they are resolved.
type IssueCount struct{ Issues, Untold float64 }

// toldSQL counts the issues there are, and those of which no file says whether they are resolved.
const toldSQL = `
select count(*) as issues, count(*) filter (where f.state = 'unknown') as untold
from %[1]s f
where 1 = 1%[2]s`

// IssueCount counts the issues of a place reported by the last day of a month.
func (f Facts) IssueCount(ctx context.Context, v visitor.Visitor, at Unit, month string) (IssueCount, error) {
	where, args := in(at, "f.")
	return lone[IssueCount](ctx, f, v, "of which issues is known whether they are open", fmt.Sprintf(toldSQL, f.issuesThen(month), where), args...)
}

// StepCount is how many issues passed the same steps.
type StepCount struct {
	Classified, Routed, Resolved, FedBack bool
	Issues                                float64
}

const flowSQL = `
select f.classified_at is not null as classified, f.routed_at is not null as routed, f.resolved_at is not null as resolved,
    f.fed_back_at is not null as fed_back, count(*) as issues
from %[1]s f
where f.since_start and f.state <> 'unknown'%[2]s
group by f.classified_at is not null, f.routed_at is not null, f.resolved_at is not null, f.fed_back_at is not null
order by classified, routed, resolved, fed_back`

// StepCounts reads how far the issues of a place came from the start of the programme to the last day of a month.
func (f Facts) StepCounts(ctx context.Context, v visitor.Visitor, at Unit, month string) ([]StepCount, error) {
	where, args := in(at, "f.")
	return list[StepCount](ctx, f, v, "the five steps", fmt.Sprintf(flowSQL, f.issuesThen(month), where), args...)
}

const earlierSQL = `
select count(*) as issues
from %[1]s f
where f.resolved_at is null and f.state <> 'unknown' and not f.since_start%[2]s`

// OpenFromBefore counts the issues of a place that were reported before the programme began and are open on the last day of a month.
func (f Facts) OpenFromBefore(ctx context.Context, v visitor.Visitor, at Unit, month string) (float64, error) {
	where, args := in(at, "f.")
	row, err := lone[struct{ Issues float64 }](ctx, f, v, "the issues open from before the start", fmt.Sprintf(earlierSQL, f.issuesThen(month), where), args...)
	return row.Issues, err
}
