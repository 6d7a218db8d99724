package todo

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/decisions"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
	"hulian/queries/reading"
)

// toVisit are the vulnerable households not visited in the month, and the other households not visited for longest.
func toVisit(ctx context.Context, r block.Request) ([]Group, error) {
	limit := r.Programme.Linking.UnvisitedDays
	unknown, why, err := block.Untold(ctx, r, "unvisited_share")
	if err != nil {
		return nil, err
	}
	rows, err := r.ToVisit(ctx, r.Visitor, r.Unit(), r.Month, limit, facts.EveryRow.Knowing(unknown))
	if err != nil {
		return nil, err
	}
	vulnerable := Group{ID: "vulnerable", Title: r.T("困难户本月未走访", "Vulnerable households without a visit this month"), Untold: why}
	longest := Group{ID: "longest", Title: r.Tf("其他农户超过%d天未走访", "Other households not visited for more than %d days", limit), Untold: why}
	for _, h := range rows {
		group, kind := &longest, ""
		if h.IsVulnerable() {
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
		item := Item{TickItem: pipelines.TickItem{Kind: pipelines.TodoHousehold, ID: h.HouseholdID, Village: h.VillageID, Branch: h.BranchID}, Member: h.LinkedMemberID,
			What: strings.TrimSpace(h.HeadName + " " + h.HouseholdID), Note: said(r, kind, place(r, h.VillageID, h.BranchID)), Holder: holder, Since: since,
			Cells: []view.Cell{{Text: h.HouseholdID}, {Text: h.HeadName}, {Text: cmp.Or(kind, reading.Missing)}, {Text: cmp.Or(h.LastVisitedAt, r.T("从未走访", "never"))}}}
		if kind != "" {
			item.Tone = view.ToneWorse
		}
		group.Items = append(group.Items, item)
	}
	return []Group{vulnerable, longest}, nil
}

// latePressed are the issues past their deadline, with the step they wait for and who holds them.
func latePressed(ctx context.Context, r block.Request) ([]Group, error) {
	rows, err := r.Late(ctx, r.Visitor, r.Unit(), r.Month, facts.EveryRow)
	if err != nil {
		return nil, err
	}
	g := Group{ID: "issues", Title: r.T("超期问题", "Overdue issues")}
	rows = slices.SortedStableFunc(slices.Values(rows), func(a, b facts.LateIssue) int { return cmp.Compare(stepOf(a), stepOf(b)) }) // those that were read are of all who ask
	for _, i := range rows {
		item := Item{TickItem: pipelines.TickItem{Kind: pipelines.TodoIssue, ID: i.IssueID, Village: i.VillageID, Branch: i.BranchID},
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
	return []Group{g}, nil
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

// meetingsDue are the branches without a reconciliation meeting in the month, those without one for longest first.
func meetingsDue(ctx context.Context, r block.Request) ([]Group, error) {
	const measure = "reconciliation_rate"
	found, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelBranch, Village: r.Village, From: r.FirstMonth, To: r.Month}, measure)
	if err != nil {
		return nil, err
	}
	_, why, err := block.Untold(ctx, r, measure)
	if err != nil {
		return nil, err
	}
	g, without := Group{ID: "meetings", Title: r.T("本月未开对账会的支部", "Branches without a reconciliation meeting this month"), Untold: why}, map[string]int{}
	for _, u := range r.Branches {
		if r.Village != "" && u.VillageID != r.Village || r.Branch != "" && u.ID != r.Branch {
			continue
		}
		months, whole := block.WithoutMeeting(r, u, found.Series(measure, u.ID, r.MonthsUpTo()))
		if months == 0 {
			continue
		}
		without[u.ID] = months
		since := r.T("本月未开", "none this month")
		switch {
		case whole && months > 1:
			since = r.Tf("启动以来%d个月都未开", "none in the %d months since the start", months)
		case months > 1:
			since = r.Tf("连续%d个月未开", "%d months without", months)
		}
		g.Items = append(g.Items, Item{TickItem: pipelines.TickItem{Kind: pipelines.TodoMeeting, ID: u.ID, Village: u.VillageID, Branch: u.ID},
			What: u.Name, Link: r.Link("village", question.InBranch(u.ID)), Note: place(r, u.VillageID, ""), Holder: r.T("支部书记", "branch secretary"), Since: since, Tone: view.ToneWorse})
	}
	slices.SortStableFunc(g.Items, func(a, b Item) int { return cmp.Compare(without[b.ID], without[a.ID]) })
	return []Group{g}, nil
}

// quietMembers are the members with households and without a visit in the month.
func quietMembers(ctx context.Context, r block.Request) ([]Group, error) {
	unknown, why, err := block.Untold(ctx, r, "silent_members")
	if err != nil {
		return nil, err
	}
	rows, err := r.Silent(ctx, r.Visitor, r.Unit(), r.Month, facts.EveryRow.Knowing(unknown))
	if err != nil {
		return nil, err
	}
	g := Group{ID: "members", Title: r.T("本月没有走访记录的党员", "Members without a visit this month"),
		Untold: why, Note: r.T("没有记录不等于没有走访：请先核对记录本。", "No record is not proof of no visit: check the notebook first.")}
	for _, m := range rows {
		g.Items = append(g.Items, Item{TickItem: pipelines.TickItem{Kind: pipelines.TodoMember, ID: m.MemberID, Village: m.VillageID, Branch: m.BranchID},
			What: m.Name + " " + m.MemberID, Note: place(r, m.VillageID, m.BranchID), Since: r.Tf("联系%s户", "%s households", reading.Count(m.Households))})
	}
	return []Group{g}, nil
}

// decidedDue is what was decided and is due in the month, or late: help for villages and what meetings resolved.
func decidedDue(ctx context.Context, r block.Request) ([]Group, error) {
	all, err := decisions.DueNow(ctx, r)
	g := Group{ID: "decided", Title: r.T("议定事项和帮扶措施到期", "Decisions and actions that are due"), Note: r.T("办结、验收在“例会”“帮扶措施”页记录。", "What came of them is recorded on the pages Meeting and Actions.")}
	for _, d := range all {
		item := Item{TickItem: pipelines.TickItem{Kind: pipelines.TodoDecided, ID: d.ID, Village: d.Village}, What: d.What, Link: d.Link, Note: said(r, place(r, d.Village, ""), r.MonthName(d.Month)), Holder: d.Owner,
			Since: r.Tf("%s到期", "due %s", d.DueOn)}
		if d.Standing == decisions.Overdue {
			item.Since, item.Tone = r.Tf("%s到期，已超期", "due %s, late", d.DueOn), view.ToneWorse
		}
		g.Items = append(g.Items, item)
	}
	return []Group{g}, err
}

// undelivered are the exports of the month that did not come and the files that wait or have rows to mend, for whoever may hand
// files in. Which file is about which village nobody knows: everybody sees those that are shown to him on the page of the data.
func undelivered(ctx context.Context, r block.Request) ([]Group, error) {
	if !r.Visitor.MayAnywhere(visitor.Upload) {
		return nil, nil
	}
	exports := Group{ID: "exports", Title: r.T("本月未报的数据表", "Exports not delivered for this month")}
	for _, u := range r.Villages {
		if r.Village != "" && u.ID != r.Village {
			continue
		}
		for _, export := range r.Deliveries.Missing(u.ID, r.Month) {
			exports.Items = append(exports.Items, Item{TickItem: pipelines.TickItem{Kind: pipelines.TodoExport, ID: u.ID + " " + export, Village: u.ID},
				What: r.ExportName(export), Link: r.Link("upload"), Note: place(r, u.ID, ""), Holder: r.T("文书", "clerk"), Since: r.MonthName(r.Month)})
		}
	}
	files, err := r.Files(ctx, r.Visitor)
	if err != nil {
		return nil, err
	}
	waiting := Group{ID: "files", Title: r.T("待处理的文件", "Files that wait or have rows to mend"), Note: r.T("不随月份变化。", "Whatever month is chosen.")}
	for _, f := range files {
		if !r.SeesFile(f.FileID) || f.Problem == "" && f.OpenRows == 0 {
			continue
		}
		item := Item{TickItem: pipelines.TickItem{Kind: pipelines.TodoFile, ID: strings.TrimSpace(f.FileID + " " + f.Sheet + " " + f.Export), Village: r.Visitor.Scope.Village},
			What: f.Name, Link: r.Link("data", question.With("file", f.FileNo)), Note: said(r, f.Sheet, r.ExportName(f.Export)), Holder: r.T("文书", "clerk"), Since: r.T("未收下，待处理", "not taken in"), Tone: view.ToneWorse}
		if f.Problem == "" {
			item.Since, item.Tone = r.Tf("%s行待改", "%s rows to mend", reading.Count(float64(f.OpenRows))), view.ToneNone
		}
		waiting.Items = append(waiting.Items, item)
	}
	return []Group{exports, waiting}, nil
}
