package month

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
	"hulian/queries/reading"
)

// ToDoItem is one thing to do, with what the page says of it.
type ToDoItem struct {
	pipelines.TickItem
	What, Link string
	Note       string // what more is to be known of it
	Holder     string // who has it in hand
	Since      string
	Tone       view.Tone

	Done   *facts.Tick // nil: still to be done
	Member string      // ID of the member whose sheet it stands on
	Cells  []view.Cell // of the sheet
}

// Name is what a form calls the thing.
func (i ToDoItem) Name() string { return string(i.Kind) + ":" + i.ID }

// At is the place whoever ticks it must be allowed to enter something for.
func (i ToDoItem) At(town string) visitor.Place {
	return visitor.Place{Town: town, Village: i.Village, Branch: i.Branch}
}

// ToDoGroup is the things to do of one kind, the most urgent first and what is done last.
type ToDoGroup struct {
	ID, Title string
	Note      string // how it is counted
	Untold    string // where nothing is known
	Items     []ToDoItem
}

// Left is how many things are still to be done.
func (g ToDoGroup) Left() (left int) {
	for _, i := range g.Items {
		if i.Done == nil {
			left++
		}
	}
	return left
}

// ToDoList is all that is to be done in the place and month of the page, the most urgent kind first.
func ToDoList(ctx context.Context, r block.Request) (groups []ToDoGroup, err error) {
	ticks, err := standingTicks(ctx, r)
	if err != nil {
		return nil, err
	}
	for _, list := range []func(context.Context, block.Request) ([]ToDoGroup, error){toVisit, latePressed, meetingsDue, quietMembers, undelivered} {
		made, err := list(ctx, r)
		if err != nil {
			return nil, err
		}
		groups = append(groups, made...)
	}
	// Vulnerable households, issues, meetings and members come before the households that wait longest.
	groups = append(groups[:1:1], append(slices.Clone(groups[2:5]), append([]ToDoGroup{groups[1]}, groups[5:]...)...)...)
	for _, g := range groups {
		for i := range g.Items {
			if tick, done := ticks[g.Items[i].Name()]; done {
				g.Items[i].Done = &tick
			}
		}
		slices.SortStableFunc(g.Items, func(a, b ToDoItem) int { return cmp.Compare(sunk(a), sunk(b)) })
	}
	return groups, nil
}

func sunk(i ToDoItem) int {
	if i.Done != nil {
		return 1
	}
	return 0
}

// standingTicks are the ticks of the month that were not taken back, by the names of the things.
func standingTicks(ctx context.Context, r block.Request) (map[string]facts.Tick, error) {
	all, err := r.Ticked(ctx, r.Visitor, r.Month)
	standing := map[string]facts.Tick{}
	for _, tick := range all {
		if name := tick.OfKind + ":" + tick.Of(); tick.Back {
			delete(standing, name)
		} else {
			standing[name] = tick
		}
	}
	return standing, err
}

// untold are the villages of the place of which a measure of the month is not known, by ID, and a sentence that names them.
func untold(ctx context.Context, r block.Request, measure string) (map[string]bool, string, error) {
	found, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelVillage, From: r.Month, To: r.Month}, measure)
	if err != nil {
		return nil, "", err
	}
	unknown, names := map[string]bool{}, []string(nil)
	for _, u := range r.Villages {
		if v := found.At(measure, u.ID, r.Month); v.Reason != "" || math.IsNaN(v.Num) {
			unknown[u.ID] = true
			if r.Village == "" || r.Village == u.ID {
				names = append(names, u.Name)
			}
		}
	}
	if len(names) == 0 {
		return unknown, "", nil
	}
	return unknown, r.Tf("%s数据未到，未知，不列出。", "Not known, and not listed, for want of data: %s. ", strings.Join(names, r.T("、", ", "))), nil
}

// place names where a thing is, below what the page is about already.
func place(r block.Request, village, branch string) string {
	var parts []string
	if village != "" && r.Village == "" {
		parts = append(parts, r.Name(village))
	}
	if branch != "" && r.Branch == "" {
		name := r.Name(branch)
		if len(parts) > 0 && strings.HasPrefix(name, parts[0]) {
			parts = nil // the name of the branch says the village already
		}
		parts = append(parts, name)
	}
	return strings.Join(parts, " ")
}

// said joins what is known of a thing.
func said(r block.Request, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), r.T("，", ", "))
}

// toVisit are the vulnerable households not visited in the month, and the other households not visited for longest.
func toVisit(ctx context.Context, r block.Request) ([]ToDoGroup, error) {
	limit := r.Programme.Linking.UnvisitedDays
	rows, err := r.ToVisit(ctx, r.Visitor, r.Unit(), r.Month, limit)
	if err != nil {
		return nil, err
	}
	unknown, why, err := untold(ctx, r, "unvisited_share")
	if err != nil {
		return nil, err
	}
	vulnerable := ToDoGroup{ID: "vulnerable", Title: r.T("困难户本月未走访", "Vulnerable households without a visit this month"), Untold: why}
	longest := ToDoGroup{ID: "longest", Title: r.Tf("其他农户超过%d天未走访", "Other households not visited for more than %d days", limit), Untold: why}
	for _, h := range rows {
		if unknown[h.VillageID] {
			continue
		}
		group, kind := &longest, ""
		if h.Vulnerable != "none" {
			group, kind = &vulnerable, r.Word("households", "vulnerable", h.Vulnerable)
		}
		since := r.T("从未走访", "never visited")
		if h.LastVisitedAt != "" {
			since = r.Tf("%s天", "%s days", reading.Count(h.DaysSince))
		}
		holder := ""
		if h.LinkedMemberID != "" {
			holder = h.MemberName + " " + h.LinkedMemberID
		}
		item := ToDoItem{TickItem: pipelines.TickItem{Kind: pipelines.TodoHousehold, ID: h.HouseholdID, Village: h.VillageID, Branch: h.BranchID}, Member: h.LinkedMemberID,
			What: strings.TrimSpace(h.HeadName + " " + h.HouseholdID), Note: said(r, kind, place(r, h.VillageID, h.BranchID)), Holder: holder, Since: since,
			Cells: []view.Cell{{Text: h.HouseholdID}, {Text: h.HeadName}, {Text: cmp.Or(kind, reading.Missing)}, {Text: cmp.Or(h.LastVisitedAt, r.T("从未走访", "never"))}}}
		if kind != "" {
			item.Tone = view.ToneWorse
		}
		group.Items = append(group.Items, item)
	}
	return []ToDoGroup{vulnerable, longest}, nil
}

// latePressed are the issues past their deadline, with the step they wait for and who holds them.
func latePressed(ctx context.Context, r block.Request) ([]ToDoGroup, error) {
	rows, err := r.Late(ctx, r.Visitor, r.Unit(), r.Month)
	if err != nil {
		return nil, err
	}
	g := ToDoGroup{ID: "issues", Title: r.T("超期问题", "Overdue issues")}
	slices.SortStableFunc(rows, func(a, b facts.LateIssue) int { return cmp.Compare(stepOf(a), stepOf(b)) })
	for _, i := range rows {
		item := ToDoItem{TickItem: pipelines.TickItem{Kind: pipelines.TodoIssue, ID: i.IssueID, Village: i.VillageID, Branch: i.BranchID},
			What: strings.TrimSpace(i.IssueID + " " + i.Title), Note: said(r, stepName(r, i), r.Word("issues", "category", i.Category), place(r, i.VillageID, i.BranchID)),
			Since: r.Tf("超期%s天", "%s days late", reading.Count(i.OverdueDays)), Tone: view.ToneWorse}
		if i.Routed && slices.Contains([]string{"member", "branch", "village", "town"}, i.RoutedTo) {
			item.Holder = r.Word("issues", "routed_to", i.RoutedTo)
		}
		if i.RoutedTo == "member" && i.ReporterMemberID != "" {
			item.Member, item.Holder = i.ReporterMemberID, i.MemberName+" "+i.ReporterMemberID
		}
		item.Cells = []view.Cell{{Text: i.IssueID}, {Text: i.Title}, {Text: r.Word("issues", "category", i.Category)}, {Text: i.DueOn}}
		g.Items = append(g.Items, item)
	}
	return []ToDoGroup{g}, nil
}

func stepOf(i facts.LateIssue) int {
	switch {
	case !i.Classified:
		return 0
	case !i.Routed:
		return 1
	default:
		return 2
	}
}

func stepName(r block.Request, i facts.LateIssue) string {
	return []string{r.T("待分类", "to be classified"), r.T("待流转", "to be routed"), r.T("待办结", "to be resolved")}[stepOf(i)]
}

// meetingsDue are the branches without a reconciliation meeting in the month.
func meetingsDue(ctx context.Context, r block.Request) ([]ToDoGroup, error) {
	const measure = "reconciliation_rate"
	found, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelBranch, Village: r.Village, From: r.Month, To: r.Month}, measure)
	if err != nil {
		return nil, err
	}
	_, why, err := untold(ctx, r, measure)
	if err != nil {
		return nil, err
	}
	g := ToDoGroup{ID: "meetings", Title: r.T("本月未开对账会的支部", "Branches without a reconciliation meeting this month"), Untold: why}
	for _, u := range r.Branches {
		if r.Village != "" && u.VillageID != r.Village || r.Branch != "" && u.ID != r.Branch {
			continue
		}
		if v := found.At(measure, u.ID, r.Month); v.Reason == "" && v.Den > 0 && v.Num == 0 {
			g.Items = append(g.Items, ToDoItem{TickItem: pipelines.TickItem{Kind: pipelines.TodoMeeting, ID: u.ID, Village: u.VillageID, Branch: u.ID},
				What: u.Name, Link: r.Link("village", question.InBranch(u.ID)), Note: place(r, u.VillageID, ""), Holder: r.T("支部书记", "branch secretary"), Since: r.MonthName(r.Month)})
		}
	}
	return []ToDoGroup{g}, nil
}

// quietMembers are the members with households and without a visit in the month.
func quietMembers(ctx context.Context, r block.Request) ([]ToDoGroup, error) {
	rows, err := r.Quiet(ctx, r.Visitor, r.Unit(), r.Month)
	if err != nil {
		return nil, err
	}
	unknown, why, err := untold(ctx, r, "silent_members")
	if err != nil {
		return nil, err
	}
	g := ToDoGroup{ID: "members", Title: r.T("本月没有走访记录的党员", "Members without a visit this month"),
		Untold: why, Note: r.T("没有记录不等于没有走访：请先核对记录本。", "No record is not proof of no visit: check the notebook first.")}
	for _, m := range rows {
		if unknown[m.VillageID] {
			continue
		}
		g.Items = append(g.Items, ToDoItem{TickItem: pipelines.TickItem{Kind: pipelines.TodoMember, ID: m.MemberID, Village: m.VillageID, Branch: m.BranchID},
			What: m.Name + " " + m.MemberID, Note: place(r, m.VillageID, m.BranchID), Since: r.Tf("联系%s户", "%s households", reading.Count(m.Households))})
	}
	return []ToDoGroup{g}, nil
}

// undelivered are the exports of the month that did not come and the files that wait or have rows to mend, for whoever may hand
// files in. Which file is about which village nobody knows: everybody sees those that are shown to him on the page of the data.
func undelivered(ctx context.Context, r block.Request) ([]ToDoGroup, error) {
	if !r.Visitor.MayAnywhere(visitor.Upload) {
		return nil, nil
	}
	exports := ToDoGroup{ID: "exports", Title: r.T("本月未报的数据表", "Exports not delivered for this month")}
	for _, u := range r.Villages {
		if r.Village != "" && u.ID != r.Village {
			continue
		}
		for _, export := range r.Deliveries.Missing(u.ID, r.Month) {
			exports.Items = append(exports.Items, ToDoItem{TickItem: pipelines.TickItem{Kind: pipelines.TodoExport, ID: u.ID + " " + export, Village: u.ID},
				What: r.ExportName(export), Link: r.Link("upload"), Note: place(r, u.ID, ""), Holder: r.T("文书", "clerk"), Since: r.MonthName(r.Month)})
		}
	}
	files, err := r.Files(ctx, r.Visitor)
	if err != nil {
		return nil, err
	}
	waiting := ToDoGroup{ID: "files", Title: r.T("待处理的文件", "Files that wait or have rows to mend"), Note: r.T("不随月份变化。", "Whatever month is chosen.")}
	for _, f := range files {
		if !r.SeesFile(f.FileID) || f.Problem == "" && f.OpenRows == 0 {
			continue
		}
		item := ToDoItem{TickItem: pipelines.TickItem{Kind: pipelines.TodoFile, ID: strings.TrimSpace(f.FileID + " " + f.Sheet + " " + f.Export), Village: r.Visitor.Scope.Village},
			What: f.Name, Link: r.Link("data", question.With("file", f.FileNo)), Note: said(r, f.Sheet, r.ExportName(f.Export)), Holder: r.T("文书", "clerk"), Since: r.T("未收下，待处理", "not taken in"), Tone: view.ToneWorse}
		if f.Problem == "" {
			item.Since, item.Tone = r.Tf("%s行待改", "%s rows to mend", reading.Count(float64(f.OpenRows))), view.ToneNone
		}
		waiting.Items = append(waiting.Items, item)
	}
	return []ToDoGroup{exports, waiting}, nil
}
