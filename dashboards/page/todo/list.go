package todo

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
	"hulian/queries/reading"
)

// Item is one thing to do, with what the page says of it.
type Item struct {
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

// Check is the thing as a checklist shows it.
func (i Item) Check(r block.Request) view.CheckItem {
	c := view.CheckItem{ID: i.Name(), Text: i.What, Link: i.Link, Note: i.Note, Holder: i.Holder, Since: i.Since, Tone: i.Tone, ReadOnly: !r.Visitor.May(visitor.TickOff, i.At(r.Town.ID))}
	if i.Done != nil {
		c.Done, c.DoneBy = true, i.DoneBy(r)
		c.Back = !c.ReadOnly && r.Ticks
	}
	return c
}

// DoneBy says who did the thing, when, and what he remarked; nothing where it is still to be done.
func (i Item) DoneBy(r block.Request) string {
	if i.Done == nil {
		return ""
	}
	return said(r, i.Done.EnteredBy+" "+i.Done.EnteredAt, i.Done.Remark)
}

// Name is what a form calls the thing.
func (i Item) Name() string { return string(i.Kind) + ":" + i.ID }

// At is the place whoever ticks it must be allowed to enter something for.
func (i Item) At(town string) visitor.Place {
	return visitor.Place{Town: town, Village: i.Village, Branch: i.Branch}
}

// Group is the things to do of one kind, the most urgent first and what is done last.
type Group struct {
	ID, Title string
	Note      string // how it is counted
	Untold    string // where nothing is known
	Items     []Item
}

// InFewWords says how much of the group is left.
func (g Group) InFewWords(r block.Request) string {
	short := map[string]data.Text{"vulnerable": {Zh: "困难户本月未走访%s户", En: "%s vulnerable households to visit this month"}, "issues": {Zh: "超期问题%s件", En: "%s overdue issues"},
		"meetings": {Zh: "未开对账会支部%s个", En: "%s meetings due"}, "members": {Zh: "未走访党员%s名", En: "%s members without a visit"}, "decided": {Zh: "议定事项到期%s件", En: "%s decisions due"},
		"longest": {Zh: "长期未走访%s户", En: "%s households long unvisited"},
		"exports": {Zh: "未报数据表%s张", En: "%s exports missing"}, "files": {Zh: "待处理文件%s个", En: "%s files waiting"}}[g.ID]
	return r.Tf(short.Zh, short.En, reading.Count(float64(g.Left())))
}

// Counted says how many things there are and how many are left, and what is not known of them.
func (g Group) Counted(r block.Request) string {
	return r.Tf("共%s项，待办%s项。", "%s in all, %s to do. ", reading.Count(float64(len(g.Items))), reading.Count(float64(g.Left()))) + g.Untold + g.Note
}

// Left is how many things are still to be done.
func (g Group) Left() (left int) {
	for _, i := range g.Items {
		if i.Done == nil {
			left++
		}
	}
	return left
}

// List is all that is to be done in the place and month of the page, the most urgent kind first.
func List(ctx context.Context, r block.Request) (groups []Group, err error) {
	ticks, err := standingTicks(ctx, r)
	if err != nil {
		return nil, err
	}
	for _, list := range []func(context.Context, block.Request) ([]Group, error){toVisit, latePressed, meetingsDue, quietMembers, decidedDue, undelivered} {
		made, err := list(ctx, r)
		if err != nil {
			return nil, err
		}
		groups = append(groups, made...)
	}
	// Vulnerable households, issues, meetings, members and what was decided come before the households that wait longest.
	groups = append(groups[:1:1], append(slices.Clone(groups[2:6]), append([]Group{groups[1]}, groups[6:]...)...)...)
	for _, g := range groups {
		for i := range g.Items {
			if tick, done := ticks[g.Items[i].Name()]; done {
				g.Items[i].Done = &tick
			}
		}
		slices.SortStableFunc(g.Items, func(a, b Item) int { return cmp.Compare(sunk(a), sunk(b)) })
	}
	return groups, nil
}

func sunk(i Item) int {
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

// InFewWords says how much is left, the most urgent kinds first.
func InFewWords(r block.Request, groups []Group) (said []string) {
	for _, g := range groups {
		if g.Left() > 0 {
			said = append(said, g.InFewWords(r))
		}
	}
	return said
}
