package month

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/todo"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
)

// How much of the list stands at once.
const (
	firstOfKind = 8   // things of a kind, on the page of all kinds
	ofOneKind   = 100 // things, on the page of one kind
	sheetsAtOne = 30  // sheets of members
)

// ToDo builds the page of what is to be done in a place: all kinds, one kind (kind), or the sheets of members (sheets).
func ToDo(ctx context.Context, r block.Request) (view.View, error) {
	groups, err := todo.List(ctx, r)
	if err != nil {
		return view.View{}, err
	}
	v := view.View{Heading: r.Tf("%s · 待办", "%s · To do", r.Unit().Name), Headline: toDoHeadline(r, groups), Blocks: toDoAnswer(r)}
	if r.Params.Get("sheets") != "" {
		v.Blocks = append(v.Blocks, memberSheets(r, groups)...)
		return v, nil
	}
	kind, from := r.Params.Get("kind"), fromOf(r)
	list := &view.Checklist{Frame: view.Frame{ID: "todo", Title: r.Tf("%s待办 · 截至%s", "To do of %s · as of %s", r.MonthName(r.Month), r.AsOf(r.Month).Format("2006-01-02")), Language: r.Language,
		Note: r.T("勾选只是办理记录，不改变任何指标：走访、办结、开会以收到的记录为准。", "A tick is a note of work and changes no measure: a visit, a resolution or a meeting counts when its record arrives.")}, Address: "/todo",
		Label: r.T("勾选的已办", "Ticked: done"), Remark: r.T("备注（可不填）", "Note (may be empty)")}
	if !mayTickHere(r) {
		list.Address = ""
	}
	list.Fields = append(block.KeepLanguage(r), toDoFields(r)...)
	for _, g := range groups {
		if kind == g.ID || kind == "" && (len(g.Items) > 0 || g.Untold != "") {
			list.Groups = append(list.Groups, checkGroup(r, g, kind != "", from))
			list.Open, list.All = list.Open+g.Left(), list.All+len(g.Items)
		}
	}
	if kind != "" {
		list.More, list.MoreLink = r.T("全部类别", "All kinds"), r.Link("todo", question.With("kind", ""), question.With("from", ""))
	}
	v.Blocks = append(v.Blocks, list)
	if kind == "" {
		v.Blocks = append(v.Blocks, sheetsLink(r))
		for _, g := range groups {
			t, err := toDoTable(r, g)
			if err != nil {
				return v, err
			}
			v.Blocks = append(v.Blocks, t)
		}
	}
	return v, nil
}

// mayTickHere reports whether the visitor may tick something in the place of the page.
func mayTickHere(r block.Request) bool {
	own := r.Visitor.Own(visitor.Place{Town: r.Town.ID})
	inside := (own.Village == "" || r.Village == "" || own.Village == r.Village) && (own.Branch == "" || r.Branch == "" || own.Branch == r.Branch)
	return r.Ticks && inside
}

func fromOf(r block.Request) int {
	from, err := strconv.Atoi(r.Params.Get("from"))
	if err != nil || from < 0 {
		return 0
	}
	return from
}

// toDoFields keep the place and month of the page in its form.
func toDoFields(r block.Request) []view.Field {
	var fields []view.Field
	for name, value := range map[string]string{"month": r.Month, "village": r.Village, "branch": r.Branch, "kind": r.Params.Get("kind"), "from": r.Params.Get("from")} {
		if value != "" {
			fields = append(fields, view.Field{Name: name, Value: value, Hidden: true})
		}
	}
	slices.SortFunc(fields, func(a, b view.Field) int { return strings.Compare(a.Name, b.Name) })
	return fields
}

// toDoAnswer says what came of a form.
func toDoAnswer(r block.Request) []view.Block {
	switch {
	case r.Params.Get("refused") != "":
		return []view.Block{view.Callout{Tone: view.ToneWorse, Title: r.T("没有改动", "Nothing was changed"), Text: r.T("没有勾选任何事项，或者名单已经变化，或者备注超过500字。请重新勾选。", "Nothing was ticked, or the list has changed, or the note is longer than 500 characters. Tick again.")}}
	case r.Params.Get("done") != "":
		return []view.Block{view.Callout{Tone: view.ToneBetter, Title: r.T("已经记下", "It is kept"), Text: r.T("已办的事项排在各类最后，可以撤回。指标没有变化。", "What is done stands last in its kind and can be taken back. No measure has changed.")}}
	}
	return nil
}

// toDoHeadline counts what is still to be done, the most urgent kinds by name.
func toDoHeadline(r block.Request, groups []todo.Group) view.Headline {
	parts := todo.InFewWords(r, groups)
	if len(parts) == 0 {
		return view.Headline{Rest: r.T("没有待办事项", "Nothing is left to do")}
	}
	return block.HeadlineOf(r, parts[0], parts[1:min(len(parts), 4)]...)
}

// checkGroup shows the first things of a kind, or a page of all of them.
func checkGroup(r block.Request, g todo.Group, whole bool, from int) view.CheckGroup {
	items, n := g.Items, len(g.Items)
	shown := view.CheckGroup{Title: g.Title, Note: g.Counted(r)}
	page := firstOfKind
	if whole {
		page = ofOneKind
		items = items[min(from, n):]
		if from > 0 {
			shown.Links = append(shown.Links, view.Choice{Name: r.T("上一页", "Previous"), Value: r.Link("todo", question.With("from", strconv.Itoa(max(0, from-page))))})
		}
		if from+page < n {
			shown.Links = append(shown.Links, view.Choice{Name: r.T("下一页", "Next"), Value: r.Link("todo", question.With("from", strconv.Itoa(from+page)))})
		}
	} else if n > page {
		shown.Links = append(shown.Links, view.Choice{Name: r.Tf("全部%d项", "All %d", n), Value: r.Link("todo", question.With("kind", g.ID))})
	}
	for _, i := range items[:min(page, len(items))] {
		shown.Items = append(shown.Items, i.Check(r))
	}
	return shown
}

// toDoTable is all of one kind, to be sorted, searched and taken away. Of many things only those of the page that is shown are laid out.
func toDoTable(r block.Request, g todo.Group) (*view.Table, error) {
	t := &view.Table{ID: "todo-" + g.ID, Title: g.Title, Note: g.Untold + g.Note, Folded: true, Stacked: true, PageRows: 15, Empty: r.T("没有。", "None.")}
	items, err := block.RowsShown(r, t, func(c facts.Cut) ([]todo.Item, error) { return facts.Shown(g.Items, c), nil }, func(todo.Item) int64 { return int64(len(g.Items)) })
	view.Fill(t, items,
		view.Of(view.Words(r.T("事项", "What")), func(i todo.Item) view.Cell { return view.Cell{Text: i.What, Link: i.Link} }),
		view.Of(view.Words(r.T("情况", "State")), func(i todo.Item) view.Cell { return view.Plain(block.OrMissing(i.Note)) }),
		view.Of(view.Words(r.T("责任人", "Who")), func(i todo.Item) view.Cell { return view.Plain(block.OrMissing(i.Holder)) }),
		view.Of(view.Words(r.T("时长", "Since")), func(i todo.Item) view.Cell { return view.Cell{Text: i.Since, Tone: i.Tone} }),
		view.Of(view.Words(r.T("办理", "Done")), func(i todo.Item) view.Cell {
			if i.Done == nil {
				return view.Plain(r.T("待办", "to do"))
			}
			return view.Plain(i.DoneBy(r))
		}))
	return t, err
}

// sheetsLink leads to the sheets of members, which are of one village or branch.
func sheetsLink(r block.Request) view.Block {
	if r.Unit().Level == facts.LevelTown {
		return view.Callout{Tone: view.ToneQuiet, Text: r.T("选定一个村或支部，可以打印每名党员一张的走访单。", "Choose a village or a branch to print a sheet for every member.")}
	}
	return view.Callout{Text: r.T("每名党员一张：要走访的农户、手上的问题。", "One for every member: the households to visit, the issues held."), Next: r.T("打印走访单", "Print the sheets"), Link: r.Link("todo", question.With("sheets", "1"), question.With("kind", ""), question.With("from", ""))}
}

// memberSheets are one sheet a member: the households to visit, and the issues that the member holds.
func memberSheets(r block.Request, groups []todo.Group) []view.Block {
	back := view.Callout{Next: r.T("回到待办", "Back to the list"), Link: r.Link("todo", question.With("sheets", ""), question.With("from", ""))}
	if r.Unit().Level == facts.LevelTown {
		return []view.Block{view.Callout{Tone: view.ToneQuiet, Text: r.T("请先选定一个村或支部。", "Choose a village or a branch first.")}, back}
	}
	type mine struct {
		holder             string
		households, issues []todo.Item
	}
	all, order := map[string]*mine{}, []string(nil)
	for _, g := range groups {
		for _, i := range g.Items {
			if i.Member == "" || i.Done != nil {
				continue
			}
			if all[i.Member] == nil {
				all[i.Member], order = &mine{holder: i.Holder}, append(order, i.Member)
			}
			if m := all[i.Member]; g.ID == "issues" {
				m.issues = append(m.issues, i)
			} else {
				m.households = append(m.households, i)
			}
		}
	}
	slices.Sort(order)
	from := min(fromOf(r), len(order))
	p := &view.PrintList{Frame: view.Frame{ID: "sheets", Title: r.T("走访单", "Sheets"), Language: r.Language, State: view.Ready,
		Note: r.Tf("共%d名党员，本页第%d至%d名。", "%d members; on this page those from %d to %d.", len(order), min(from+1, len(order)), min(from+sheetsAtOne, len(order)))}}
	if len(order) == 0 {
		p.State, p.Reason = view.Empty, r.T("没有要走访的农户。", "There is no household to visit.")
	}
	if from+sheetsAtOne < len(order) {
		p.More, p.MoreLink = r.T("下一页", "Next page"), r.Link("todo", question.With("from", strconv.Itoa(from+sheetsAtOne)))
	}
	for _, member := range order[from:min(from+sheetsAtOne, len(order))] {
		m := all[member]
		s := view.Sheet{Title: m.holder, Lines: []string{fmt.Sprintf("%s · %s", r.Unit().Name, r.MonthName(r.Month))}, Write: []string{r.T("走访日期", "Visited on"), r.T("备注", "Note")},
			Foot: r.T("走访后请照常登记；名单打印后请妥善保管。", "Record each visit as usual. Keep the list safe."),
			Table: view.Table{Columns: []view.Column{view.Words(r.T("农户", "Household")), view.Words(r.T("户主", "Head")), view.Words(r.T("困难类型", "Vulnerable")), view.Day(r.T("上次走访", "Last visit"))},
				Empty: r.T("没有要走访的农户。", "No household to visit.")}}
		for _, h := range m.households {
			s.Table.Rows = append(s.Table.Rows, h.Cells)
		}
		for _, i := range m.issues {
			s.Lines = append(s.Lines, r.Tf("手上的问题：%s，%s，%s", "Issue held: %s, %s, %s", i.What, i.Note, i.Since))
		}
		p.Sheets = append(p.Sheets, s)
	}
	return []view.Block{p, back}
}
