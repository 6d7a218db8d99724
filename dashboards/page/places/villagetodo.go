package places

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/work"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries/reading"
)

// urgentShown is how many things of a kind stand on the first screen; the lists below it hold all.
const urgentShown = 3

// toDoList is what is to be done in a village or branch, by urgency.
type toDoList struct {
	vulnerable, households []facts.UnvisitedHousehold
	overdue                []facts.OverdueIssue
	meetings               []meetingDue
	unknown                struct{ visits, issues, meetings bool } // nothing is known of them: an empty list is no zero
}

// meetingDue is a branch that held no reconciliation meeting this month, nor in so many months before.
type meetingDue struct {
	branch facts.Unit
	months int
	whole  bool // it has held none since the programme began there
}

func readToDo(ctx context.Context, r block.Request, own facts.Measured) (t toDoList, err error) {
	unvisited, err := r.Unvisited(ctx, r.Visitor, r.Unit(), facts.EveryRow)
	if err != nil {
		return t, err
	}
	for _, h := range unvisited {
		if h.Vulnerable != "" && h.Vulnerable != "none" {
			t.vulnerable = append(t.vulnerable, h)
		} else {
			t.households = append(t.households, h)
		}
	}
	if t.overdue, err = r.Overdue(ctx, r.Visitor, r.Unit(), facts.EveryRow); err != nil {
		return t, err
	}
	unit := r.Unit().ID
	t.unknown.visits = len(unvisited) == 0 && !own.At("unvisited_share", unit, r.LastMonth).Known()
	t.unknown.issues = len(t.overdue) == 0 && !own.At("overdue_issues", unit, r.LastMonth).Known()
	t.unknown.meetings = !own.At("reconciliation_rate", unit, r.Month).Known()
	t.meetings, err = meetingsDue(ctx, r)
	return t, err
}

// meetingsDue are the branches that held no reconciliation meeting this month, those without one for longest first.
func meetingsDue(ctx context.Context, r block.Request) ([]meetingDue, error) {
	met, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelBranch, Village: r.Village, From: r.FirstMonth, To: r.Month}, "reconciliation_rate")
	if err != nil {
		return nil, err
	}
	var due []meetingDue
	for _, u := range r.Units.BranchesOf(r.Village) {
		if r.Branch != "" && u.ID != r.Branch {
			continue
		}
		if months, whole := block.WithoutMeeting(r, u, met.Series("reconciliation_rate", u.ID, r.MonthsUpTo())); months > 0 {
			due = append(due, meetingDue{u, months, whole})
		}
	}
	slices.SortStableFunc(due, func(a, b meetingDue) int { return cmp.Compare(b.months, a.months) })
	return due, nil
}

// inFewWords says how much waits, the most urgent first.
func (t toDoList) inFewWords(r block.Request) []string {
	var said []string
	if n := len(t.vulnerable); n > 0 {
		said = append(said, r.Tf("困难户超%d天未走访%d户", "%[2]d vulnerable households unvisited for %[1]d days", r.Programme.Linking.UnvisitedDays, n))
	}
	if n := len(t.overdue); n > 0 {
		said = append(said, r.Tf("超期%d件", "%d issues overdue", n))
	}
	if n := len(t.meetings); n > 0 {
		said = append(said, r.Tf("%d个支部未开对账会", "%d branches without a meeting", n))
	}
	return said
}

// checklist shows what is to be done, the most urgent of each kind; a download holds all of it.
func (t toDoList) checklist(r block.Request) *view.Checklist {
	c := &view.Checklist{Frame: view.Frame{ID: "todo-list", Title: r.T("本周要办", "To do this week"), Note: r.Tf("截至%s，最急的在前", "As of %s, the most urgent first", r.CutOff.Format("2006-01-02")), Language: r.Language}}
	add := func(title, note, all string, unknown bool, items []view.CheckItem) {
		if len(items) == 0 && !unknown {
			return
		}
		if unknown {
			note = r.T("没有数据，未知", "no data: unknown")
		}
		shown := min(urgentShown, len(items))
		c.Groups = append(c.Groups, view.CheckGroup{Title: title, Note: note, Items: items[:shown], Rest: items[shown:], All: all})
	}
	counted := func(n int, zh, en string) string { return r.Tf("%d"+zh, "%d "+en, n) }
	days := r.Programme.Linking.UnvisitedDays
	add(r.Tf("困难户超过%d天未走访", "Vulnerable households not visited for %d days", days), counted(len(t.vulnerable), "户", "households"), "#table-unvisited", t.unknown.visits, households(r, t.vulnerable))
	add(r.T("超期问题", "Overdue issues"), bySteps(r, t.overdue), "#table-overdue", t.unknown.issues, issues(r, t.overdue))
	add(r.T("应开未开的对账交流会", "Reconciliation meetings due"), counted(len(t.meetings), "个支部", "branches"), r.Link("organisation")+"#table-no-meeting", t.unknown.meetings, meetings(r, t.meetings))
	add(r.Tf("其他农户超过%d天未走访", "Other households not visited for %d days", days), counted(len(t.households), "户", "households"), "#table-unvisited", false, households(r, t.households))
	if len(c.Groups) == 0 {
		c.State, c.Reason = view.Empty, r.T("没有要办的事：没有超期问题，没有久未走访的农户，会议都开了。", "Nothing waits: no issue is overdue, no household has long been unvisited, all meetings were held.")
	}
	return c
}

// bySteps counts overdue issues by the step they wait for and who holds them, most first.
func bySteps(r block.Request, all []facts.OverdueIssue) string {
	count := map[string]int{}
	var steps []string
	for _, i := range all {
		step := work.WaitsFor(r, i)
		if count[step]++; count[step] == 1 {
			steps = append(steps, step)
		}
	}
	slices.SortStableFunc(steps, func(a, b string) int { return cmp.Compare(count[b], count[a]) })
	for i, step := range steps {
		steps[i] = r.Tf("待%[1]s%[2]d件", "%[2]d wait for %[1]s", step, count[step])
	}
	return strings.Join(steps, r.T("，", ", "))
}

// place is the branch of a thing, where the page is about more than one.
func place(r block.Request, branch string) string {
	if r.Branch != "" {
		return ""
	}
	return r.Name(branch)
}

func joined(r block.Request, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" || s == reading.Missing }), r.T(" · ", " · "))
}

func households(r block.Request, all []facts.UnvisitedHousehold) []view.CheckItem {
	var items []view.CheckItem
	for _, h := range all {
		item := view.CheckItem{ID: "household-" + h.HouseholdID, Text: joined(r, h.HeadName, h.HouseholdID), Holder: block.MemberCell(h.LinkedMemberID, h.MemberName).Text, Since: r.T("从未走访", "never visited")}
		kind := ""
		if h.Vulnerable != "" && h.Vulnerable != "none" {
			kind, item.Tone = r.Word("households", "vulnerable", h.Vulnerable), view.ToneWorse
		}
		item.Note = joined(r, kind, place(r, h.BranchID))
		if h.LastVisitedAt != "" {
			item.Since = r.Tf("%s天", "%s days", reading.Count(h.DaysSince))
		}
		items = append(items, item)
	}
	return items
}

func issues(r block.Request, all []facts.OverdueIssue) []view.CheckItem {
	var items []view.CheckItem
	for _, i := range all {
		items = append(items, view.CheckItem{ID: "issue-" + i.IssueID, Text: joined(r, cmp.Or(i.Title, r.Word("issues", "category", i.Category)), i.IssueID), Note: joined(r, r.Word("issues", "difficulty", i.Difficulty), place(r, i.BranchID)),
			Holder: r.Tf("待%s", "waits for %s", work.WaitsFor(r, i)), Since: r.Tf("超期%s天", "%s days over", reading.Count(i.OverdueDays)), Tone: view.ToneWorse})
	}
	return items
}

func meetings(r block.Request, all []meetingDue) []view.CheckItem {
	var items []view.CheckItem
	for _, m := range all {
		since := r.Tf("连续%d个月未开", "%d months without", m.months)
		if m.whole {
			since = r.Tf("%s启动以来%d个月未开", "none since the start in %s (%d)", facts.FirstSeven(r.StartOf(m.branch)), m.months)
		}
		items = append(items, view.CheckItem{ID: "meeting-" + m.branch.ID, Text: m.branch.Name, Link: r.Link("village", question.InUnit(m.branch)), Since: since, Tone: view.ToneWorse})
	}
	return items
}
