package month

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/organisation"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
)

// Watched are the measures the overview compares with last month, in the order of the programme's own steps.
var Watched = []string{
	"household_coverage", "vulnerable_coverage", "unvisited_share", "silent_members", "month_end_share", "doubtful_visits",
	"issues_reported", "on_time_rate", "feedback_rate", "satisfaction_rate", "reopen_rate", "overdue_issues",
	"card_rate", "reconciliation_rate",
}

// compared are the measures set against last month at a level: all that say how work is done. Capacity and data quality
// have pages of their own, and so have the measures without doubtful visits: here each would only repeat its plain measure.
func compared(level queries.Level) []string {
	ids := slices.Clone(Watched)
	for _, m := range queries.Measures() {
		if m.At(level) && reading.Performance(m) && !m.BeyondDoubt() && !slices.Contains(ids, m.ID) {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

// Overview builds the page of what changed this month.
func Overview(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: block.Heading(r)}
	own, err := overviewValues(ctx, r)
	if err != nil {
		return v, err
	}
	posts, err := posts(ctx, r)
	if err != nil {
		return v, err
	}
	changes, steady, readings := changes(r, own)
	screen, err := firstScreen(ctx, r, own)
	if err != nil {
		return v, err
	}
	v.Headline, v.Blocks = screen.headline, append(v.Blocks, screen.blocks...)
	if s := signalSentence(r, readings); s != "" {
		v.Sentences = append(v.Sentences, s)
	}
	v.Sentences = append(v.Sentences, overviewSentences(r, own, posts)...)
	if s := closingState(ctx, r, false); s != "" {
		v.Sentences = append(v.Sentences, s)
	}
	trend, err := overviewTrend(ctx, r)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, view.Lead{}, view.Row{Parts: []view.Part{{Span: 6, Blocks: []view.Block{signalsPicture(r, readings)}}, {Span: 6, Blocks: trend.Blocks}}})
	v.Blocks = append(v.Blocks, NeverArrived(r, own)...)
	v.Blocks = append(v.Blocks, changes)
	if len(steady.Rows) > 0 {
		v.Blocks = append(v.Blocks, steady)
	}
	origin, err := block.Origin(ctx, r, readings)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, origin...)
	tiles := headline(r, own, posts)
	if err := block.PlaceTiles(ctx, r, tiles); err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, view.Section{ID: "stands", Title: r.T("当前进展", "Where things stand")}, view.Stats{Tiles: tiles})
	return v, nil
}

// signalsPicture ranks what changed beyond ordinary variation, one event once: the further from the middle, the less it looks like chance,
// to the left what worsens and to the right what improves or is neither good nor bad.
func signalsPicture(r block.Request, readings []reading.Reading) *view.Forest {
	f := &view.Forest{Frame: view.Frame{ID: "signals", Language: r.Language, Title: r.T("超出正常波动的变化", "Changes beyond ordinary variation"),
		Note: r.T("左变差、右好转，灰色不分好坏；离中线越远，越不像偶然", "Left worse, right better, grey neither; the further out, the less it looks like chance")}}
	for _, event := range reading.ByEvent(readings) {
		read := event[0]
		if !read.Signal() {
			continue
		}
		x := read.Surprise
		if read.Variation == reading.Worsening {
			x = -x
		}
		f.Rows = append(f.Rows, view.ForestRow{Name: cmp.Or(read.Measure.Short.In(r.Lang), read.Measure.Name.In(r.Lang)), Low: x, High: x,
			Estimate: view.Value{X: x, Text: read.Text(r.Lang), Tone: block.ToneOf(read), Link: r.Link("measures", question.With("measure", read.Measure.ID))}})
	}
	if len(f.Rows) == 0 {
		f.State, f.Reason = view.Empty, r.T("没有超出正常波动的变化，或月份少、基数小，暂不评价。", "Nothing changed beyond ordinary variation, or months and bases are too few to judge.")
	}
	return f
}

func overviewValues(ctx context.Context, r block.Request) (facts.Measured, error) {
	return r.Values(ctx, r.Visitor, block.AlwaysScope(r), append([]string{"linked_rate", "households_per_active_member"}, compared(r.Unit().Level)...)...)
}

// overviewTrend is the course of the two leading measures.
func overviewTrend(ctx context.Context, r block.Request) (v view.View, err error) {
	own, err := overviewValues(ctx, r)
	if err != nil {
		return v, err
	}
	trend, err := block.Trend(r, own, "trend", r.T("走访覆盖与按期办结", "Coverage and on-time resolution"), "household_coverage", "on_time_rate")
	v.Blocks = append(v.Blocks, trend)
	return v, err
}

// overviewChanges sets the month beside the last.
func overviewChanges(ctx context.Context, r block.Request) (view.View, error) {
	own, err := overviewValues(ctx, r)
	if err != nil {
		return view.View{}, err
	}
	shown, _, _ := changes(r, own)
	return view.View{Blocks: []view.Block{shown}}, nil
}

// headline are the tiles: the programme's published figures first.
func headline(r block.Request, own facts.Measured, posts postCounts) []view.Stat {
	var tiles []view.Stat
	leading := queries.Headline()
	for _, id := range leading[:2] {
		tiles = append(tiles, block.ReadStat(r, own, id))
	}
	if posts.known {
		tiles = append(tiles, view.Stat{Label: r.T("设岗", "Posts"), Value: reading.Count(posts.all) + r.T("个", ""),
			Reading: r.Tf("其中百米微河长%s个", "of which %s micro river chiefs", reading.Count(posts.river)), Link: r.Link("organisation")})
	}
	for _, id := range leading[2:] {
		tiles = append(tiles, block.ReadStat(r, own, id))
	}
	return tiles
}

// NeverArrived names the exports without which this page stays empty: those of the measures asked for that have no
// value in any month.
func NeverArrived(r block.Request, own facts.Measured) []view.Block {
	known := map[string]bool{}
	for v := range own.All() {
		known[v.Measure.ID] = known[v.Measure.ID] || v.Known()
	}
	var names []string
	for _, c := range data.Contracts() {
		asked, arrived := false, false
		for _, id := range Watched {
			m, _ := queries.MeasureOf(id)
			if len(m.Source) > 0 && m.Source[0] == c.Export {
				asked, arrived = true, arrived || known[id]
			}
		}
		if asked && !arrived {
			names = append(names, c.Name.In(r.Lang))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []view.Block{view.Callout{Tone: view.ToneQuiet, Title: r.T("数据还不齐", "Some data have not arrived"),
		Text: r.Tf("没有收到：%s。相应的指标显示为“%s”。", "Not received: %s. The measures made of them show as “%s”.", strings.Join(names, r.T("、", ", ")), reading.Missing),
		Next: r.T("查看收到了哪些文件", "See which files were received"), Link: r.Link("data")}}
}

// overviewSentences are the headline figures in words.
func overviewSentences(r block.Request, own facts.Measured, posts postCounts) []string {
	unit := r.Unit().ID
	var said []string
	if solved := own.At("resolution_rate_cumulative", unit, r.Month); solved.Known() {
		since := r.Tf("自 %s 启动以来", "Since the programme began on %s", r.ProgrammeStart)
		switch {
		case r.ProgrammeStart == "": // no list says when
			since = r.T("有数据以来", "Since the data begin")
		case r.Unit().Level != facts.LevelTown: // where it may have begun later
			since = r.Tf("自 %s 全镇启动以来", "Since the programme began in the town on %s", r.ProgrammeStart)
		}
		partly := ""
		if why := block.Partial(r, solved); why != "" {
			partly = r.T("（", " (") + why + r.T("）", ")")
		}
		said = append(said, r.Tf("%s，共收集群众问题%s件，已办结%s件，办结率 %s%s。",
			"%s, %s issues were reported and %s resolved: %s%s.",
			since, reading.Count(solved.Den), reading.Count(solved.Num), solved.Text(r.Lang), partly))
	}
	linked, members, card := own.At("linked_rate", unit, r.Month), own.At("households_per_active_member", unit, r.Month), own.At("card_rate", unit, r.Month)
	if linked.Known() && members.Known() {
		said = append(said, r.Tf("%[1]s户农户中%[2]s户有联户党员，可动员党员%[3]s名，平均每名联系%[4]s户。",
			"%[2]s of %[1]s households have a linked member; there are %[3]s active members, %[4]s households each.",
			reading.Count(linked.Den), reading.Count(linked.Num), reading.Count(members.Den), reading.Decimal(members.Value, 1)))
	}
	if card.Known() {
		s := r.Tf("联心卡已发%s户（%s）", "Contact cards reached %s households (%s)", reading.Count(card.Num), card.Text(r.Lang))
		if posts.known {
			s += r.Tf("；设岗%s个，其中百米微河长%s个", "; there are %s posts, %s of them micro river chiefs", reading.Count(posts.all), reading.Count(posts.river))
		}
		said = append(said, s+r.T("。", "."))
	}
	return said
}

// postCounts are the posts held at the cut-off; known is false for branches and earlier months, for which they are not
// counted.
type postCounts struct {
	all, river float64
	known      bool
}

func posts(ctx context.Context, r block.Request) (postCounts, error) {
	if r.Unit().Level == facts.LevelBranch || r.Month != r.LastMonth {
		return postCounts{}, nil
	}
	rows, err := r.Posts(ctx, r.Visitor, r.Unit())
	if err != nil {
		return postCounts{}, err
	}
	var p postCounts
	for _, row := range rows {
		p.known = true
		p.all += row.Value
		if row.Fact == organisation.RiverChiefs {
			p.river += row.Value
		}
	}
	return p, nil
}

// changes sets this month beside the one compared with: signals first, by how sure and how large they are, then the watched measures
// without one. The other measures without a signal stand apart: they are looked up and not read.
func changes(r block.Request, own facts.Measured) (shown, steady *view.Table, readings []reading.Reading) {
	unit, before := r.Unit().ID, r.Against()
	shown = &view.Table{ID: "changes", Stacked: true, Title: r.Tf("%s 与 %s 相比", "%s against %s", r.Month, before),
		Empty: r.T("两个月都没有数据。", "There are no data for either month."),
		Columns: []view.Column{
			{Title: r.T("指标", "Measure"), Kind: view.ColumnText},
			{Title: r.MonthName(r.Month), Kind: view.ColumnRate, Read: true},
			{Title: r.MonthName(before), Kind: view.ColumnRate},
			{Title: r.T("变化", "Change"), Kind: view.ColumnText},
			{Title: r.T("研判", "Reading"), Kind: view.ColumnText},
		}}
	switch {
	case before != "":
	case r.Params.Get("against") == "":
		shown.Title, shown.Columns[2].Title = r.Tf("%s：最早的月份，没有上月可比", "%s: the first month, with none before it", r.Month), r.AgainstName()
	default:
		shown.Title, shown.Columns[2].Title = r.Tf("%[1]s：%[2]s没有数据，无从比较", "%[1]s: nothing is known of %[2]s", r.Month, r.AgainstName()), r.AgainstName()
	}
	steady = &view.Table{ID: "steady", Stacked: true, Folded: true, Columns: shown.Columns}
	judged := 0
	for _, id := range compared(r.Unit().Level) {
		if read := r.Read(own.Series(id, unit, r.MonthsUpTo())); read.Known() || read.Rules.Unknown != "" || own.At(id, unit, before).Known() {
			readings = append(readings, read)
			if read.Signal() || read.Variation == reading.Common {
				judged++
			}
		}
	}
	reading.Order(readings)
	var ordered []reading.Reading
	for _, event := range reading.ByEvent(readings) {
		ordered = append(ordered, event...)
		for i, read := range event {
			t := steady
			if read.Signal() || slices.Contains(Watched, read.Measure.ID) {
				t = shown
			}
			row := changeRow(r, own, read, before)
			if i > 0 && read.Signal() {
				finding := &row[len(row)-1]
				finding.Text, finding.Tone = block.SameSignal(r, event[0].Measure)+r.T("：", ": ")+finding.Text, view.ToneNone
			}
			t.Rows = append(t.Rows, row)
		}
	}
	readings = ordered
	shown.Note = r.Tf("信号排在前面，按把握大小和变化幅度排列；同一件事的几个指标排在一起，算一个信号。没有信号的升降属于正常波动，不必追问单个数字。共判读%d项：即使什么都没有变，每项也有百分之一到三的机会偶然出现信号。变化按未舍入的数计算。",
		"Signals come first, by how sure and how large they are; measures of one event stand together and are one signal. A rise or fall without a signal is common variation: no single number needs explaining. %d measures were read; each shows a signal by chance alone in one to three months of a hundred. Changes are taken before rounding.", judged)
	if judged == 0 {
		shown.Note = r.T("还没有一项可以判读：月份太少，或基数太小。升降只列出，不作判断。", "Nothing can be read yet: there are too few months, or the bases are too small. Changes are shown and not judged.")
	}
	steady.Title = r.Tf("其余没有信号的指标（%d项）", "The other measures, without a signal (%d)", len(steady.Rows))
	return shown, steady, readings
}

func changeRow(r block.Request, own facts.Measured, read reading.Reading, before string) []view.Cell {
	id, unit := read.Measure.ID, r.Unit().ID
	now, then := own.At(id, unit, r.Month), own.At(id, unit, before)
	current, previous := block.ReadCell(r, own.Series(id, unit, r.MonthsUpTo())), block.Cell(r, then)
	current.Text, previous.Text = now.Text(r.Lang), then.Text(r.Lang)
	if current.Mark != nil && current.Mark.Assurance == reading.NoTarget {
		current.Mark.Assured = "" // an icon for having no target would say nothing in most rows
	}
	change := block.ChangeCell(r, now, then)
	if block.CanSplit(r, read.Measure) && change.Text != reading.Missing {
		change.Link = r.Link("overview", question.With("split", id)) + "#figure-split"
	}
	return []view.Cell{{Text: now.Measure.Name.In(r.Lang), Link: r.Link("measures", question.With("measure", id)), Note: r.Direction(now.Measure.Direction)},
		current, previous, change, {Text: read.Finding(r.Lang), Tone: block.ToneOf(read)}}
}

// signalSentence answers the page's question in one sentence: what got worse, what got better, and that the rest did
// neither beyond chance. What one event shows in several measures is one signal.
func signalSentence(r block.Request, readings []reading.Reading) string {
	var worse, better, changed []string
	known := slices.DeleteFunc(slices.Clone(readings), func(read reading.Reading) bool { return read.Rules.Unknown != "" })
	rest, unknown := 0, len(readings)-len(known)
	for _, event := range reading.ByEvent(known) {
		switch name := eventName(r, event); event[0].Variation {
		case reading.Worsening:
			worse = append(worse, name)
		case reading.Improving:
			better = append(better, name)
		case reading.Shift:
			changed = append(changed, name)
		default:
			rest += len(event)
		}
	}
	var parts []string
	if len(worse) > 0 {
		parts = append(parts, r.Tf("变差%d项：%s", "worsening (%d): %s", len(worse), strings.Join(worse, r.T("、", ", "))))
	}
	if len(better) > 0 {
		parts = append(parts, r.Tf("改善%d项：%s", "improving (%d): %s", len(better), strings.Join(better, r.T("、", ", "))))
	}
	if len(changed) > 0 {
		parts = append(parts, r.Tf("有变化、不分好坏%d项：%s", "changed, neither good nor bad (%d): %s", len(changed), strings.Join(changed, r.T("、", ", "))))
	}
	switch {
	case rest > 0 && len(parts) == 0:
		parts = append(parts, r.Tf("没有超出正常波动的变化；%d项属正常波动或暂不评价", "no signal; %d measures show common variation or cannot be judged yet", rest))
	case rest > 0:
		parts = append(parts, r.Tf("其余%d项属正常波动或暂不评价", "%d without a signal or not yet to be judged", rest))
	}
	if unknown > 0 {
		parts = append(parts, r.Tf("%d项没有数据，未知", "%d unknown for want of data", unknown))
	}
	if len(parts) == 0 {
		return ""
	}
	return r.MonthName(r.Month) + r.T("：", ": ") + strings.Join(parts, r.T("；", "; ")) + r.T("。", ".")
}

// eventName names an event by its measure of the most surprising reading, with the others that show the same in brackets.
func eventName(r block.Request, event []reading.Reading) string {
	var names []string
	for _, read := range event {
		names = append(names, read.Measure.Name.In(r.Lang))
	}
	return block.Together(r, names)
}
