package records

import (
	"context"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/help"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/queries"
)

// mostFound is how many of each kind a search shows: whoever gets more writes one word more.
const mostFound = 30

// BuildSearch finds villages, branches, measures and pages, and, where the visitor sees names, households, members and issues.
func BuildSearch(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: r.T("搜索", "Search")}
	search := strings.Join(strings.Fields(r.Params.Get("q")), " ")
	v.Blocks = append(v.Blocks, view.Form{Method: "get", Address: r.Page.Path, Label: r.T("搜索", "Search"), Text: searchHint(r),
		Fields: append([]view.Field{{Name: "q", Label: r.T("名称或编号", "Name or number"), Value: search, Limit: 60}}, block.KeepLanguage(r)...)})
	if search == "" {
		return v, nil
	}
	t := &view.Table{ID: "found", Stacked: true, Title: r.T("搜索结果", "Found"), Empty: r.T("没有找到。人名至少写两个字；或换一个词，核对编号。", "Nothing was found. A name takes two characters at least; or try another word, or check the number."),
		Columns: []view.Column{view.Words(r.T("名称", "Name")), view.Words(r.T("类别", "Kind")), view.Words(r.T("所在", "Where"))}}
	searchUnits(r, t, search)
	if r.Visitor.MayAnywhere(visitor.SeePersons) {
		if err := searchRecords(ctx, r, t, search); err != nil {
			return v, err
		}
	}
	for _, m := range queries.Measures() {
		if _, ok := help.Match(search, m.Name.In(r.Lang)); ok {
			t.Rows = append(t.Rows, []view.Cell{{Text: m.Name.In(r.Lang), Link: r.Link("measures", question.With("measure", m.ID))}, {Text: r.T("指标", "measure")}, {}})
		}
	}
	for _, p := range openPages(r) {
		if _, ok := help.Match(search, p.Title.In(r.Lang), p.Question.In(r.Lang)); ok {
			t.Rows = append(t.Rows, []view.Cell{{Text: p.Title.In(r.Lang), Note: p.Question.In(r.Lang), Link: r.Link(p.ID)}, {Text: r.T("页面", "page")}, {}})
		}
	}
	v.Blocks = append(v.Blocks, t, view.Callout{Next: r.T("在帮助中搜索这个词", "Search the help for it"), Link: r.Link("help", question.With("q", search))})
	return v, nil
}

// searchHint says what the visitor may find.
func searchHint(r block.Request) string {
	if !r.Visitor.MayAnywhere(visitor.SeePersons) {
		return r.T("可以找村、支部、指标和页面。", "It finds villages, branches, measures and pages.")
	}
	return r.T("可以找村、支部、指标、页面，以及您范围内的农户、党员和问题；查人记入操作记录。", "It finds villages, branches, measures and pages, and households, members and issues of your unit; a search for persons stands in the audit trail.")
}

func searchUnits(r block.Request, t *view.Table, search string) {
	for _, u := range r.Villages {
		if _, ok := help.Match(search, u.Name, u.ID); ok {
			t.Rows = append(t.Rows, []view.Cell{{Text: u.Name, Link: r.Link("village", question.In(u.ID))}, {Text: r.T("村", "village")}, {Text: r.Town.Name}})
		}
	}
	for _, u := range r.Branches {
		if _, ok := help.Match(search, u.Name, u.ID); ok {
			t.Rows = append(t.Rows, []view.Cell{{Text: u.Name, Link: r.Link("village", question.InBranch(u.ID))}, {Text: r.T("网格支部", "branch")}, {Text: r.Name(u.VillageID)}})
		}
	}
}

// searchRecords adds what rows of exports tell of: never beyond the part of the town whose names the visitor sees.
func searchRecords(ctx context.Context, r block.Request, t *view.Table, search string) error {
	add := func(kind, page, name, note, village, branch string) {
		where := r.Name(village)
		if branch != "" {
			where += " · " + r.Name(branch)
		}
		place := facts.Unit{Level: facts.LevelBranch, ID: branch}
		if branch == "" {
			place = facts.Unit{Level: facts.LevelVillage, ID: village}
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: name, Note: note, Link: r.Link(page, question.InUnit(place))}, {Text: kind}, {Text: where}})
	}
	households, err := r.FindHouseholds(ctx, r.Visitor, search, mostFound)
	if err != nil {
		return err
	}
	for _, h := range households {
		add(r.T("农户", "household"), "visits", h.HeadName, h.HouseholdID, h.VillageID, h.BranchID)
	}
	members, err := r.FindMembers(ctx, r.Visitor, search, mostFound)
	if err != nil {
		return err
	}
	for _, m := range members {
		add(r.T("党员", "member"), "visits", m.Name, m.MemberID, m.VillageID, m.BranchID)
	}
	issues, err := r.FindIssues(ctx, r.Visitor, search, mostFound)
	if err != nil {
		return err
	}
	for _, i := range issues {
		add(r.T("问题", "issue"), "issues", i.Title, i.IssueID, i.VillageID, i.BranchID)
	}
	if len(households) == mostFound || len(members) == mostFound || len(issues) == mostFound {
		t.Note = r.Tf("每类最多列%d条；请多写一个字，缩小范围。", "At most %d of a kind are listed: write one character more.", mostFound)
	}
	return nil
}
