package decisions

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// fresh takes what the forms of the page said out of a link.
func fresh(v url.Values) {
	for _, name := range []string{"action", "decide", "cause", "done", "refused"} {
		v.Del(name)
	}
}

// Actions builds the page of actions: all of a place, one of them (action), or the form that decides one (decide).
func Actions(ctx context.Context, r block.Request) (view.View, error) {
	b, err := Read(ctx, r)
	if err != nil {
		return view.View{}, err
	}
	answer := block.EntryAnswer(r, "actions", refusals(r))
	if id := r.Params.Get("action"); id != "" {
		if f, known := b.One(id); known {
			return one(ctx, r, b, f, answer)
		}
		return view.View{}, fmt.Errorf("%w: action=%s", question.ErrUnknownUnit, id)
	}
	v := view.View{Heading: r.Tf("%s · 帮扶措施", "%s · Actions", r.Unit().Name), Blocks: answer}
	if village := r.Params.Get("decide"); village != "" && block.Decides(r) {
		v.Blocks = append(v.Blocks, decideForms(r, b, village)...)
		return v, nil
	}
	if !b.Sees(r.Village) {
		v.Headline = view.Headline{Rest: r.T("这个村的帮扶措施不在可见范围内", "The actions of this village are not for you to see")}
		return v, nil
	}
	shown := b.Of(r.Village)
	v.Headline = headline(r, b, shown)
	counts := b.Counts(r.Village, r.AsOf(r.Month))
	v.Sentences = []string{countsSaid(r, b, counts), r.T("成效只与同期没有得到帮扶的村相比，并看本村自己的走势；好转不等于由措施带来，是否验收由人决定。", "An effect is seen against villages that nobody helped over the same months, and on the village's own series. Better is no proof that the action did it; people decide whether it is accepted.")}
	v.Blocks = append(v.Blocks, view.Row{Parts: []view.Part{{Span: 12, Blocks: []view.Block{tiles(r, shown, counts)}}}}, view.Lead{})
	if t := waiting(r, b); t != nil {
		v.Blocks = append(v.Blocks, t)
	}
	v.Blocks = append(v.Blocks, table(r, shown), countsTable(r, b, counts))
	if block.Decides(r) {
		v.Blocks = append(v.Blocks, chooser(r, r.T("给另一个村研究帮扶", "Decide help for another village"), r.Village))
	}
	return v, nil
}

// headline counts what is open, what is late and what came back.
func headline(r block.Request, b Book, all []Followed) view.Headline {
	n := counted(all)
	if len(all) == 0 {
		return view.Headline{Rest: r.T("还没有决定过帮扶措施", "No help has been decided yet") + ofSeen(r, b)}
	}
	var pressing, rest []string
	if n[Overdue] > 0 {
		pressing = append(pressing, r.Tf("超期未验收%d件", "%d past their day", n[Overdue]))
	}
	if n[Relapsed] > 0 {
		pressing = append(pressing, r.Tf("验收后复发%d件", "%d relapsed", n[Relapsed]))
	}
	rest = append(rest, r.Tf("进行中%d件", "%d under way", n[Open]+n[Due]+n[Overdue]))
	if n[Due] > 0 {
		rest = append(rest, r.Tf("本月到期%d件", "%d due this month", n[Due]))
	}
	rest[len(rest)-1] += ofSeen(r, b)
	return block.HeadlineOf(r, strings.Join(pressing, r.T("、", ", ")), rest...)
}

// ofSeen names, on a page of the whole town, the villages whose actions are counted where the reader sees those of some alone.
func ofSeen(r block.Request, b Book) string {
	if b.All || r.Village != "" {
		return ""
	}
	names := make([]string, len(b.Seen))
	for i, u := range b.Seen {
		names[i] = u.Name
	}
	return r.Tf("（只计可见范围内的村：%s）", " (of the villages you see alone: %s)", strings.Join(names, r.T("、", ", ")))
}

func counted(all []Followed) map[Standing]int {
	n := map[Standing]int{}
	for _, f := range all {
		n[f.Standing]++
	}
	return n
}

// tiles are the numbers of the actions, each with its base.
func tiles(r block.Request, all []Followed, counts []signals.ActionCount) view.Stats {
	n := counted(all)
	open := n[Open] + n[Due] + n[Overdue]
	base := ""
	if open > 0 {
		base = reading.Base(float64(n[Overdue]), float64(open))
	}
	tiles := []view.Stat{
		{Label: r.T("进行中", "Under way"), Value: reading.Count(float64(open)) + r.T("件", "")},
		{Label: r.T("超期未验收", "Past their day"), Value: reading.Count(float64(n[Overdue])) + r.T("件", ""), Base: base},
	}
	for _, c := range counts {
		tiles = append(tiles, countTile(r, c))
	}
	return view.Stats{Tiles: tiles}
}

// waiting are the villages of the place that ask for help and have no action under way; nil where there is none or the visitor decides nothing.
func waiting(r block.Request, b Book) view.Block {
	if !block.Decides(r) {
		return nil
	}
	var all []signals.Assessment
	for _, a := range b.Assessed {
		helped := slices.ContainsFunc(b.Actions, func(f Followed) bool { return f.OfVillage == a.Village.ID && !f.Closed() })
		if a.IsWeak() && !helped && (r.Village == "" || r.Village == a.Village.ID) {
			all = append(all, a)
		}
	}
	if len(all) == 0 {
		return nil
	}
	t := &view.Table{ID: "waiting", Stacked: true, Title: r.T("薄弱而没有进行中措施的村", "Weak villages without an action under way")}
	view.Fill(t, all,
		view.Of(view.Words(r.T("村", "Village")), func(a signals.Assessment) view.Cell {
			return view.Cell{Text: a.Village.Name, Link: r.Link("weak", question.In(a.Village.ID))}
		}),
		view.Of(view.Words(r.T("判断", "Tier")), func(a signals.Assessment) view.Cell {
			return view.Cell{Text: a.Tier.Name(r.Lang), Note: a.Spell(r.Lang), Tone: view.ToneWorse}
		}),
		view.Of(view.Words(r.T("可能原因", "Likely cause")), func(a signals.Assessment) view.Cell { return view.Plain(block.OrMissing(a.Cause.Name(r.Lang))) }),
		view.Of(view.Words(r.T("适合的措施", "Support that fits")), func(a signals.Assessment) view.Cell {
			return view.Plain(strings.Join(supportNames(r, signals.SupportsFor(a.CauseID(), a.Criteria)), r.T("；", "; ")))
		}),
		view.Of(view.Words(r.T("办理", "Do")), func(a signals.Assessment) view.Cell {
			return view.Cell{Text: r.T("研究帮扶", "Decide help"), Link: DecideLink(r, a)}
		}))
	return t
}

func supportNames(r block.Request, ids []string) (names []string) {
	for _, id := range ids {
		names = append(names, r.Word("actions", "support", id))
	}
	return names
}

// DecideLink is where help is decided for a village, with the cause its signal points at.
func DecideLink(r block.Request, a signals.Assessment) string {
	return r.Link("actions", fresh, question.With("decide", a.Village.ID), question.With("cause", a.CauseID())) + "#decide"
}

// table lists actions, those that need somebody first.
func table(r block.Request, all []Followed) *view.Table {
	order := []Standing{Overdue, Relapsed, Due, Open, NotAccepted, Accepted, Withdrawn}
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b Followed) int { return slices.Index(order, a.Standing) - slices.Index(order, b.Standing) })
	t := &view.Table{ID: "actions", Stacked: true, Title: r.T("帮扶措施", "Actions"), Empty: r.T("没有。", "None.")}
	view.Fill(t, all,
		view.Of(view.Words(r.T("村", "Village")), func(f Followed) view.Cell {
			return view.Cell{Text: r.Name(f.OfVillage), Link: r.Link("village", question.In(f.OfVillage))}
		}),
		view.Of(view.Words(r.T("措施", "Support")), func(f Followed) view.Cell {
			return view.Cell{Text: r.Word("actions", "support", f.Support), Note: f.SupportNote, Link: ActionLink(r, f.ActionID)}
		}),
		view.Of(view.Words(r.T("原因", "Cause")), func(f Followed) view.Cell {
			return view.Cell{Text: r.Word("actions", "cause", f.Cause), Note: f.CauseNote}
		}),
		view.Of(view.Words(r.T("信号", "Signal")), func(f Followed) view.Cell { return view.Plain(block.OrMissing(f.Signal)) }),
		view.Of(view.Words(r.T("责任人", "Owner")), func(f Followed) view.Cell { return view.Plain(block.OrMissing(f.Owner)) }),
		view.Of(view.Day(r.T("开始", "Began")), func(f Followed) view.Cell { return view.Plain(block.OrMissing(f.DecidedOn)) }),
		view.Of(view.Day(r.T("期限", "Due")), func(f Followed) view.Cell { return view.Plain(block.OrMissing(f.DueOn)) }),
		view.Of(view.Words(r.T("状态", "State")), func(f Followed) view.Cell {
			return view.Cell{Text: f.Standing.Name(r), Tone: f.Standing.Tone(), Note: closedNote(r, f)}
		}),
		view.Of(view.Words(r.T("与其他村相比", "Against others")), func(f Followed) view.Cell {
			return view.Cell{Text: f.Verdict(r), Tone: f.Tone()}
		}),
		view.Of(view.Words(r.T("本村自身走势", "Own series")), func(f Followed) view.Cell { return view.Cell{Text: f.Own.Verdict(r.Lang), Tone: ownTone(f.Own)} }))
	return t
}

// closedNote says when it was closed, and when the village became weak again.
func closedNote(r block.Request, f Followed) string {
	switch {
	case len(f.Relapses) > 0:
		return r.Tf("%[1]s验收；%[2]s起再次薄弱，共%[3]d次", "accepted %[1]s; weak again since %[2]s (%[3]d×)", f.ClosedOn, r.MonthName(f.Relapses[0]), len(f.Relapses))
	case f.Closed():
		return f.ClosedOn
	}
	return ""
}

// Verdict says in a few words whether the village moved against the others since the action began.
func (f Followed) Verdict(r block.Request) string {
	switch {
	case f.Standing == Withdrawn:
		return reading.Missing
	case !f.Begun:
		return r.T("尚未开始", "not begun")
	}
	return f.Outcome.Verdict(r.Lang)
}

// Tone colours a verdict.
func (f Followed) Tone() view.Tone {
	switch {
	case f.Begun && f.Outcome.Credited():
		return view.ToneBetter
	case f.Begun && f.Outcome.Judged:
		return view.ToneNone
	}
	return view.ToneQuiet
}

func ownTone(o signals.Own) view.Tone {
	switch o.State {
	case signals.OwnBetter:
		return view.ToneBetter
	case signals.OwnWorse:
		return view.ToneWorse
	case signals.OwnSame:
		return view.ToneNone
	case signals.OwnEarly, signals.OwnFew, signals.OwnNone:
	}
	return view.ToneQuiet
}

// ActionLink leads to one action.
func ActionLink(r block.Request, id string) string {
	return r.Link("actions", fresh, question.With("action", id))
}

// Table is the list of actions of the page's place, for other pages; nil where there are none.
func Table(ctx context.Context, r block.Request) (*view.Table, error) {
	b, is, err := readHere(ctx, r)
	if err != nil || !is {
		return nil, err
	}
	return table(r, b.Of(r.Village)), nil
}

// readHere reads the book where the page's place has actions; is reports whether it has.
func readHere(ctx context.Context, r block.Request) (b Book, is bool, err error) {
	all, err := r.Actions(ctx, r.Visitor, r.Month)
	if err != nil || !slices.ContainsFunc(all, func(a facts.Action) bool { return r.Village == "" || a.OfVillage == r.Village }) {
		return b, false, err
	}
	b, err = Read(ctx, r)
	return b, true, err
}

// Listed is Table as a part of another page.
func Listed(ctx context.Context, r block.Request) (v view.View, err error) {
	t, err := Table(ctx, r)
	if t != nil {
		v.Blocks = []view.Block{t}
	}
	return v, err
}

// Reported is the list of actions with the measures of actions, as a part of the report; without blocks where there are none.
func Reported(ctx context.Context, r block.Request) (v view.View, err error) {
	b, is, err := readHere(ctx, r)
	if err != nil || !is {
		return v, err
	}
	v.Blocks = []view.Block{table(r, b.Of(r.Village)), countsTable(r, b, b.Counts(r.Village, r.AsOf(r.Month)))}
	return v, nil
}
