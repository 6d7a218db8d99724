package month

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/decisions"
	"hulian/dashboards/page/organisation"
	"hulian/dashboards/page/work"
	"hulian/dashboards/parallel"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/queries/signals"
)

// agendaItem is one item of the agenda: its ID is the word of the export of resolutions, which gives its title.
type agendaItem struct {
	id     string
	take   annex // the page it speaks of, and which of its blocks stand here; no page: build alone makes it
	first  func(context.Context, block.Request, block.Builders) (view.View, error)
	absent data.Text // what to say where there is nothing to show
}

// agenda are the items of a committee's month, in order. The first is what the last meeting decided.
var agenda = []agendaItem{
	{id: "last", first: lastDecisions},
	{id: "month", take: annex{page: "overview"}, first: monthInSentences},
	{id: "issues", take: annex{page: "issues", blocks: []string{"held"}}},
	{id: "weak", take: annex{page: "weak", blocks: []string{"villages"}}},
	{id: "branches", take: annex{page: "points", blocks: []string{"last"}, build: work.PointTables}},
	{id: "members", take: annex{page: "members", blocks: []string{"assessments", "exempt-open"}}, first: memberResults, absent: data.Text{Zh: "没有收到党员评定结果，情况未知。", En: "No assessment of members was received: nothing is known."}},
	{id: "cadres", take: annex{page: "cadres"}, first: cadreDecisions, absent: data.Text{Zh: "还没有后备干部决定的记录。", En: "No decision on reserve cadres is on record."}},
	{id: "pilot", take: annex{page: "compare"}, first: quarterly},
	{id: "money", take: annex{page: "points", blocks: []string{"periods"}, build: work.PointTables}, first: moneySpent},
	{id: "closing", take: annex{page: "closing"}},
	{id: "notice", take: annex{page: "report"}, first: theNotice},
}

// Meeting builds the page that walks the agenda of the page's month, or its minutes (minutes).
func Meeting(ctx context.Context, r block.Request, pages block.Builders) (view.View, error) {
	all, err := decisions.DecidedUpTo(ctx, r)
	if err != nil {
		return view.View{}, err
	}
	if r.Params.Get("minutes") != "" {
		return minutes(ctx, r, pages, all)
	}
	v := view.View{Heading: r.Tf("%s例会", "Meeting of %s", r.MonthName(r.Month)), Blocks: block.EntryAnswer(r, exportResolutions, resolutionRefusals(r))}
	v.Headline = meetingHeadline(r, all)
	items := make([][]view.Block, len(agenda))
	var parts []func(context.Context) error
	for i, item := range agenda {
		parts = append(parts, func(ctx context.Context) (err error) {
			items[i], err = item.blocks(ctx, r, pages, all, i+1)
			return err
		})
	}
	if err := parallel.Do(ctx, parts...); err != nil {
		return v, err
	}
	v.Sentences = []string{r.T("议题按顺序列出；议定的事，下次会议第一项回看。", "Item by item; what is decided comes back as item 1 of the next meeting.")}
	v.Blocks = append(v.Blocks, view.Lead{}, view.Links{Links: []view.Link{{Text: r.T("会议纪要（可打印）", "Minutes (to print)"), Address: r.Link("meeting", freshMeeting, question.With("minutes", "1"))},
		{Text: r.T("本次会议议定事项", "What this meeting decided"), Address: "#resolved"}}})
	for _, blocks := range items {
		v.Blocks = append(v.Blocks, blocks...)
	}
	v.Blocks = append(v.Blocks, view.Section{ID: "resolved", Title: r.T("本次会议议定事项", "What this meeting decided")}, minutesTable(r, decisions.At(all, r.Month)))
	if r.Params.Get("item") == "" && r.Params.Get("resolution") == "" && block.Decides(r) {
		v.Blocks = append(v.Blocks, resolveForm(r, ""))
	}
	return v, nil
}

// meetingHeadline says how what was decided before stands.
func meetingHeadline(r block.Request, all []decisions.Decided) view.Headline {
	before := decidedBefore(r, all)
	n := map[decisions.Standing]int{}
	for _, d := range before {
		n[d.Standing]++
	}
	if len(before) == 0 {
		return view.Headline{Rest: r.T("没有此前议定、需要回看的事项", "Nothing decided earlier is to be looked at")}
	}
	late := ""
	if n[decisions.Overdue] > 0 {
		late = r.Tf("此前议定的事超期%d件", "%d decided earlier are overdue", n[decisions.Overdue])
	}
	closed := len(before) - n[decisions.Open] - n[decisions.Due] - n[decisions.Overdue]
	return block.HeadlineOf(r, late, r.Tf("回看%[1]d件，已了结%[2]d件", "%[1]d to look at, %[2]d of them closed", len(before), closed))
}

// decidedBefore is what the last meeting decided, and what earlier ones did that is still to be done.
func decidedBefore(r block.Request, all []decisions.Decided) []decisions.Decided {
	last := decisions.LastMeeting(all, r.Month, false)
	return slices.DeleteFunc(slices.Clone(all), func(d decisions.Decided) bool {
		return d.Month >= r.Month || d.Month != last && !d.Pending()
	})
}

// title is the item's title with its number.
func (i agendaItem) title(r block.Request) string { return r.Word(exportResolutions, "item", i.id) }

// blocks are one item: its first sentence, its numbers, what was decided under it, and where to read and to record more.
func (i agendaItem) blocks(ctx context.Context, r block.Request, pages block.Builders, all []decisions.Decided, number int) ([]view.Block, error) {
	shown := []view.Block{view.Section{ID: "item-" + i.id, Title: r.Tf("%[1]d. %[2]s", "%[1]d. %[2]s", number, i.title(r))}}
	if i.id == "cadres" && !r.Visitor.SeesEvidence(visitor.Place{Town: r.Town.ID}) {
		return append(shown, view.Callout{Tone: view.ToneQuiet, Text: r.T("本项只向组织办公室和镇党委显示。", "This item is shown to the organisation office and the committee alone.")}), nil
	}
	made, blocks, err := i.made(ctx, r, pages)
	if err != nil {
		return nil, err
	}
	if s := sentenceOf(made); s != "" {
		shown = append(shown, view.Text{Paragraphs: []string{s}})
	}
	if i.first != nil {
		blocks = append(made.Blocks, blocks...)
	}
	if len(blocks) == 0 && sentenceOf(made) == "" {
		shown = append(shown, view.Callout{Tone: view.ToneQuiet, Text: cmp.Or(i.absent.In(r.Lang), r.T("本项暂无内容。", "There is nothing under this item yet."))})
	}
	shown = append(shown, blocks...)
	if own := under(decisions.At(all, r.Month), i.id); len(own) > 0 {
		t := decidedTable(r, "under-"+i.id, r.T("本次议定", "Decided now"), own)
		shown = append(shown, t)
	}
	return append(append(shown, i.links(r)), i.record(r, all)...), nil
}

// links lead to the page of the item, and to the forms that record what is decided under it.
func (i agendaItem) links(r block.Request) view.Links {
	var all view.Links
	if p, is := question.ByID(i.take.page); is && p.OpenTo(r.Visitor) {
		all.Links = append(all.Links, view.Link{Text: r.Tf("打开“%s”", "Open “%s”", p.Title.In(r.Lang)), Address: r.Link(p.ID, freshMeeting)})
	}
	if !block.Decides(r) {
		return all
	}
	if i.id == "weak" {
		all.Links = append(all.Links, view.Link{Text: r.T("给一个村研究帮扶", "Decide help for a village"), Address: r.Link("actions")})
	}
	return view.Links{Links: append(all.Links, view.Link{Text: r.T("记录本项议定的事", "Record what is decided under this item"), Address: r.Link("meeting", freshMeeting, question.With("item", i.id)) + "#item-" + i.id})}
}

// record is the form of the item where the address asks for it.
func (i agendaItem) record(r block.Request, all []decisions.Decided) []view.Block {
	switch {
	case !block.Decides(r):
		return nil
	case i.id == "last" && r.Params.Get("resolution") != "":
		return closeForms(r, all)
	case r.Params.Get("item") == i.id:
		return []view.Block{resolveForm(r, i.id)}
	}
	return nil
}

// made makes what the item says of its own, and the blocks it takes from its page.
func (i agendaItem) made(ctx context.Context, r block.Request, pages block.Builders) (of view.View, blocks []view.Block, err error) {
	if i.take.page != "" && (len(i.take.blocks) > 0 || i.first == nil) {
		if of, err = pageOf(ctx, r, pages, i.take); err != nil {
			return of, nil, err
		}
		blocks = chosen(r, of, i.take)
		for _, b := range blocks {
			if t, is := b.(*view.Table); is {
				t.PageRows, t.Folded = fewRows, false
			}
		}
	}
	if i.first != nil {
		of, err = i.first(ctx, r, pages)
	}
	return of, blocks, err
}

// fewRows is how many rows of a table stand under an item at once.
const fewRows = 10

// sentenceOf is the first sentence of a page: its answer in one line, or its first in words.
func sentenceOf(v view.View) string {
	if line := strings.TrimSpace(v.Headline.Weak + v.Headline.Rest); line != "" {
		return line
	}
	if len(v.Sentences) > 0 {
		return v.Sentences[0]
	}
	return ""
}

// under are those decided under an item.
func under(all []decisions.Decided, item string) []decisions.Decided {
	return slices.DeleteFunc(all, func(d decisions.Decided) bool { return d.Item != item })
}

// freshMeeting takes what the forms of the page said out of a link.
func freshMeeting(v url.Values) {
	for _, name := range []string{"item", "resolution", "done", "refused", "minutes"} {
		v.Del(name)
	}
}

// lastDecisions is item 1: what was decided, how it stands, and of actions and talks what their village or branch did since.
func lastDecisions(ctx context.Context, r block.Request, _ block.Builders) (v view.View, err error) {
	all, err := decisions.DecidedUpTo(ctx, r)
	if err != nil {
		return v, err
	}
	before := decidedBefore(r, all)
	if len(before) == 0 {
		v.Sentences = []string{r.T("此前没有会议议定的事。", "No earlier meeting has decided anything.")}
		return v, nil
	}
	if slices.ContainsFunc(before, func(d decisions.Decided) bool { return strings.HasPrefix(d.ID, "CS-") }) {
		book, err := decisions.Read(ctx, r)
		if err != nil {
			return v, err
		}
		for i, d := range before {
			if f, known := book.One(d.ID); known {
				before[i] = decisions.DecidedAction(r, f)
				before[i].Action = &f
			}
		}
	}
	for i, d := range before {
		if d.Branch == "" {
			continue
		}
		if before[i].Since, err = decisions.SinceTalk(ctx, r, d); err != nil {
			return v, err
		}
	}
	v.Blocks = []view.Block{decidedTable(r, "last-decided", r.Tf("此前议定的事 · 截至%s", "Decided earlier · as of %s", r.AsOf(r.Month).Format("2006-01-02")), before)}
	return v, nil
}

// monthInSentences is item 2: the five sentences of the report.
func monthInSentences(ctx context.Context, r block.Request, _ block.Builders) (v view.View, err error) {
	own, err := readAhead(ctx, r)
	if err != nil {
		return v, err
	}
	town, err := block.Judged(ctx, r)
	if err != nil {
		return v, err
	}
	said, err := fiveSentences(ctx, r, own, signals.Assess(town))
	if len(said) > 0 {
		v.Sentences = said[:1]
		v.Blocks = []view.Block{view.Points{Lines: said[1:]}}
	}
	return v, err
}

// memberResults is item 6: how many members were assessed as what, in the newest year that is known.
func memberResults(ctx context.Context, r block.Request, _ block.Builders) (v view.View, err error) {
	rows, err := r.MemberResults(ctx, r.Visitor)
	if err != nil && !errors.Is(err, facts.ErrHidden) {
		return v, err
	}
	if len(rows) == 0 {
		return v, nil
	}
	t := &view.Table{ID: "member-results", Title: r.Tf("%s年度党员评定", "Assessment of members, %s", rows[0].Period)}
	view.Fill(t, rows,
		view.Of(view.Words(r.T("结果", "Result")), func(c facts.MemberResult) view.Cell { return view.Plain(r.Word("member_ratings", "result", c.Result)) }),
		view.Of(view.Number(r.T("党员数", "Members")), func(c facts.MemberResult) view.Cell { return view.Count(c.Members) }))
	v.Blocks = []view.Block{t}
	return v, nil
}

// cadreDecisions is item 7: how many decisions of each kind stand, from files and as typed; whom they are about stands on the sheets alone,
// every view of which is kept.
func cadreDecisions(ctx context.Context, r block.Request, _ block.Builders) (v view.View, err error) {
	rows, err := r.DecidedOnCadres(ctx, r.Visitor, r.Month)
	if err != nil && !errors.Is(err, facts.ErrHidden) || len(rows) == 0 {
		return v, err
	}
	t := organisation.CadreDecisions(r, rows)
	v.Blocks = []view.Block{t}
	return v, nil
}

func endsQuarter(month string) bool {
	return slices.Contains([]string{"03", "06", "09", "12"}, month[5:])
}

// quarterly is item 8, which stands on the agenda of the last month of a quarter.
func quarterly(ctx context.Context, r block.Request, pages block.Builders) (view.View, error) {
	if !endsQuarter(r.Month) {
		return view.View{Sentences: []string{r.T("按季度讨论；本月不是季度末月。", "It is discussed every quarter; this month does not end one.")}}, nil
	}
	of, err := pageOf(ctx, r, pages, annex{page: "compare"})
	return view.View{Headline: of.Headline, Sentences: of.Sentences}, err
}

// moneySpent is item 9: what is on record of supports. What stars bring stands in the table below it.
func moneySpent(ctx context.Context, r block.Request, _ block.Builders) (view.View, error) {
	known, unknown, sum := 0, 0, 0.0
	for _, s := range r.Supports {
		switch month := facts.FirstSeven(s.Started); {
		case month > r.Month:
		case s.AmountYuan > 0:
			known, sum = known+1, sum+s.AmountYuan
		default:
			unknown++
		}
	}
	said := r.Tf("已开始的帮扶%[1]d项，其中%[2]d项写明金额，合计%[3]s元；%[4]d项没有写明，金额未知。", "%[1]d supports have begun; %[2]d of them name a sum, together %[3]s yuan; of %[4]d nothing is known.", known+unknown, known, yuan(sum), unknown)
	switch {
	case known == 0 && unknown > 0:
		said = r.Tf("已开始的帮扶%d项，都没有写明金额，实际花费未知。", "%d supports have begun; none of them names a sum, so that what they cost is not known.", unknown)
	case unknown == 0 && known == 0:
		said = r.T("没有收到帮扶记录。", "No supports are on record.")
	}
	return view.View{Sentences: []string{said}}, ctx.Err()
}

// theNotice is item 11.
func theNotice(ctx context.Context, r block.Request, _ block.Builders) (view.View, error) {
	said := r.T("月度通报可以打印成A4。", "The monthly report can be printed on A4.")
	if s := closingState(ctx, r, false); s != "" {
		said = s + r.T("", " ") + said
	}
	return view.View{Sentences: []string{said}}, nil
}
