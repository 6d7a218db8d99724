package places

import (
	"slices"

	"hulian/dashboards/page/block"
	"hulian/dashboards/page/todo"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
)

// urgentShown is how many things of a kind stand on the first screen; the page To do holds all, and so does a download.
const urgentShown = 3

// urgentKinds are the kinds of things to do that a secretary is asked about first, as the list orders them.
var urgentKinds = []string{"vulnerable", "issues", "meetings", "longest"}

// urgentOf are the groups of those kinds.
func urgentOf(all []todo.Group) []todo.Group {
	return slices.DeleteFunc(slices.Clone(all), func(g todo.Group) bool { return !slices.Contains(urgentKinds, g.ID) })
}

// checklist shows what is to be done, the most urgent of each kind. What is done already is counted as done, as on the page To do.
func checklist(r block.Request, all []todo.Group) *view.Checklist {
	title := r.T("本周要办", "To do this week")
	if r.Month != r.LastMonth {
		title = r.Tf("%s要办", "To do in %s", r.MonthName(r.Month))
	}
	c := &view.Checklist{Frame: view.Frame{ID: "todo-list", Title: title, Note: block.AtMonthEnd(r) + r.T("最急的在前。", " The most urgent first."), Language: r.Language}}
	for _, g := range urgentOf(all) {
		if len(g.Items) == 0 && g.Untold == "" {
			continue
		}
		var items []view.CheckItem
		for _, i := range g.Items {
			items = append(items, i.Check(r))
		}
		shown := min(urgentShown, len(items))
		c.Groups = append(c.Groups, view.CheckGroup{Title: g.Title, Note: g.Counted(r), Items: items[:shown], Rest: items[shown:], All: r.Link("todo", question.With("kind", g.ID))})
	}
	if len(c.Groups) == 0 {
		c.State, c.Reason = view.Empty, r.T("没有要办的事：没有超期问题，没有久未走访的农户，会议都开了。", "Nothing waits: no issue is overdue, no household has long been unvisited, all meetings were held.")
	}
	return c
}
