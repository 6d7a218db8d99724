package page

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"hulian/dashboards/chart"
	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
)

func overviewPage() Page {
	return Page{
		ID: "overview", Path: "/", Group: GroupMonth, Takes: ByMonth | ByVillage | ByBranch, Params: []string{"split"},
		Title:    data.Text{Zh: "总览", En: "Overview"},
		Question: data.Text{Zh: "与上月相比，哪些变化是信号，哪些只是波动？", En: "What changed since last month, and is it signal or noise?"},
		Build:    buildOverview,
	}
}

// watched are the measures the overview compares with last month, in the order of the programme's own steps.
var watched = []string{
	"household_coverage", "vulnerable_coverage", "unvisited_share", "silent_members", "month_end_share", "doubtful_visits",
	"issues_reported", "on_time_rate", "feedback_rate", "satisfaction_rate", "reopen_rate", "overdue_issues",
	"card_rate", "reconciliation_rate",
}

// byUnit are the measures of the overview's table of villages or branches.
var byUnit = []string{"household_coverage", "unvisited_share", "silent_members", "on_time_rate", "resolution_rate_cumulative", "overdue_issues", "households_per_active_member"}

// compared are the measures set against last month at a level: all that say how work is done. Capacity and data quality
// have pages of their own.
func compared(level queries.Level) []string {
	ids := slices.Clone(watched)
	for _, m := range queries.Measures() {
		if m.At(level) && reading.Performance(m) && !slices.Contains(ids, m.ID) {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

func buildOverview(ctx context.Context, r Request) (View, error) {
	v := View{Heading: r.heading()}
	own, err := r.values(ctx, r.hereAlways(), append([]string{"linked_rate", "households_per_active_member"}, compared(r.Unit().Level)...)...)
	if err != nil {
		return v, err
	}
	posts, err := r.posts(ctx)
	if err != nil {
		return v, err
	}
	changes, steady, readings := r.changes(own)
	if s := r.signalSentence(readings); s != "" {
		v.Sentences = append(v.Sentences, s)
	}
	v.Sentences = append(v.Sentences, r.overviewSentences(own, posts)...)
	if s := r.closingState(ctx, false); s != "" {
		v.Sentences = append(v.Sentences, s)
	}
	v.Blocks = append(v.Blocks, r.neverArrived(own)...)
	v.Blocks = append(v.Blocks, changes)
	if len(steady.Rows) > 0 {
		v.Blocks = append(v.Blocks, steady)
	}
	origin, err := r.origin(ctx, readings)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, origin...)
	tiles := r.headline(own, posts)
	if err := r.placeTiles(ctx, tiles); err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, Section{ID: "stands", Title: r.T("现在到了哪里", "Where things stand")}, Stats{tiles})
	trend, err := r.trend(own, "trend", r.T("走访覆盖与按期办结", "Coverage and on-time resolution"), "household_coverage", "on_time_rate")
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, trend)
	if len(r.Below()) > 0 {
		table, err := r.unitTable(ctx, "units", byUnit...)
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, table)
	}
	return v, nil
}

// headline are the tiles: the programme's published figures first.
func (r Request) headline(own measured, posts postCounts) []Stat {
	var tiles []Stat
	for _, id := range []string{"resolution_rate_cumulative", "card_rate"} {
		tiles = append(tiles, r.readStat(own, id))
	}
	if posts.known {
		tiles = append(tiles, Stat{Label: r.T("设岗", "Posts"), Value: Count(posts.all),
			Reading: r.Tf("其中百米微河长 %s 个", "of which %s micro river chiefs", Count(posts.river)), Link: r.Link("organisation")})
	}
	for _, id := range []string{"household_coverage", "on_time_rate", "satisfaction_rate", "overdue_issues", "unvisited_share"} {
		tiles = append(tiles, r.readStat(own, id))
	}
	return tiles
}

// neverArrived names the exports without which this page stays empty: those of the measures asked for that have no
// value in any month.
func (r Request) neverArrived(own measured) []Block {
	known := map[string]bool{}
	for key, v := range own {
		known[key.measure] = known[key.measure] || v.Known()
	}
	var names []string
	for _, c := range data.Contracts() {
		asked, arrived := false, false
		for _, id := range watched {
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
	return []Block{Callout{Tone: ToneQuiet, Title: r.T("数据还不齐", "Some data have not arrived"),
		Text: r.Tf("没有收到：%s。相应的指标显示为“%s”。", "Not received: %s. The measures made of them show as “%s”.", strings.Join(names, r.T("、", ", ")), missing),
		Next: r.T("查看收到了哪些文件", "See which files were received"), Link: r.Link("data")}}
}

// overviewSentences are the headline figures in words.
func (r Request) overviewSentences(own measured, posts postCounts) []string {
	unit := r.Unit().ID
	var said []string
	if solved := own.at("resolution_rate_cumulative", unit, r.Month); solved.Known() {
		since := r.Tf("自 %s 启动以来", "Since the programme began on %s", r.ProgrammeStart)
		switch {
		case r.ProgrammeStart == "": // no list says when
			since = r.T("有数据以来", "Since the data begin")
		case r.Unit().Level != LevelTown: // where it may have begun later
			since = r.Tf("自 %s 全镇启动以来", "Since the programme began in the town on %s", r.ProgrammeStart)
		}
		partly := ""
		if why := r.partial(solved); why != "" {
			partly = r.T("（", " (") + why + r.T("）", ")")
		}
		said = append(said, r.Tf("%s，共收集群众问题 %s 件，已办结 %s 件，办结率 %s%s。",
			"%s, %s issues were reported and %s resolved: %s%s.",
			since, Count(solved.Den), Count(solved.Num), solved.Text(r.Lang), partly))
	}
	linked, members, card := own.at("linked_rate", unit, r.Month), own.at("households_per_active_member", unit, r.Month), own.at("card_rate", unit, r.Month)
	if linked.Known() && members.Known() {
		said = append(said, r.Tf("%[1]s 户农户中 %[2]s 户有联户党员，可动员党员 %[3]s 名，平均每名联系 %[4]s 户。",
			"%[2]s of %[1]s households have a linked member; there are %[3]s active members, %[4]s households each.",
			Count(linked.Den), Count(linked.Num), Count(members.Den), Decimal(members.Value, 1)))
	}
	if card.Known() {
		s := r.Tf("联心卡已发 %s 户（%s）", "Contact cards reached %s households (%s)", Count(card.Num), card.Text(r.Lang))
		if posts.known {
			s += r.Tf("；设岗 %s 个，其中百米微河长 %s 个", "; there are %s posts, %s of them micro river chiefs", Count(posts.all), Count(posts.river))
		}
		said = append(said, s+r.T("。", "."))
	}
	return said
}

// startOf is the day the programme began in a unit: its own, else its village's, else the town's. A village without a day
// among villages that have one has not begun; only where the list of villages tells no day at all is the town's theirs.
func (r Request) startOf(u Unit) string {
	if u.ProgrammeStart != "" {
		return u.ProgrammeStart
	}
	if village, ok := r.Snapshot.Village(u.VillageID); ok && village.ProgrammeStart != "" {
		return village.ProgrammeStart
	}
	if u.Level != LevelTown && slices.ContainsFunc(r.Villages, func(v Unit) bool { return v.ProgrammeStart != "" }) {
		return ""
	}
	return r.ProgrammeStart
}

// postCounts are the posts held at the cut-off; known is false for branches and earlier months, for which they are not
// counted.
type postCounts struct {
	all, river float64
	known      bool
}

const postsSQL = `
select fact, sum(value) as value
from organisation_facts
where substr(fact, 1, 6) = 'kinds_'%s
group by fact
order by fact`

func (r Request) posts(ctx context.Context) (postCounts, error) {
	if r.Unit().Level == LevelBranch || r.Month != r.LastMonth {
		return postCounts{}, nil
	}
	where, args := r.inPlace("")
	table, err := r.Data.Query(ctx, fmt.Sprintf(postsSQL, where), args...)
	if err != nil {
		return postCounts{}, fmt.Errorf("read posts: %w", err)
	}
	var p postCounts
	for _, row := range read(table) {
		p.known = true
		p.all += row.number("value")
		if row.text("fact") == riverChiefs {
			p.river += row.number("value")
		}
	}
	return p, nil
}

// changes sets this month beside the last: signals first, by how sure and how large they are, then the watched measures
// without one. The other measures without a signal stand apart: they are looked up and not read.
func (r Request) changes(own measured) (shown, steady *Table, readings []reading.Reading) {
	unit, before := r.Unit().ID, monthBefore(r.Month)
	shown = &Table{ID: "changes", Stacked: true, Title: r.Tf("%s 与 %s 相比", "%s against %s", r.Month, before),
		Empty: r.T("本月和上月都没有数据。", "There are no data for this month or the last."),
		Columns: []Column{
			{Title: r.T("指标", "Measure"), Kind: ColumnText},
			{Title: r.Month, Kind: ColumnRate, Read: true},
			{Title: before, Kind: ColumnRate},
			{Title: r.T("变化", "Change"), Kind: ColumnText},
			{Title: r.T("读数", "Reading"), Kind: ColumnText},
		}}
	if r.Month == r.FirstMonth {
		shown.Title = r.Tf("%s：最早的月份，没有上月可比", "%s: the first month, with none before it", r.Month)
	}
	steady = &Table{ID: "steady", Stacked: true, Folded: true, Columns: shown.Columns}
	judged := 0
	for _, id := range compared(r.Unit().Level) {
		if read := r.readSeries(own.series(id, unit, r.MonthsUpTo())); read.Known() || read.Rules.Unknown != "" || own.at(id, unit, before).Known() {
			readings = append(readings, read)
			if read.Signal() || read.Variation == reading.Common {
				judged++
			}
		}
	}
	reading.Order(readings)
	for _, read := range readings {
		t := steady
		if read.Signal() || slices.Contains(watched, read.Measure.ID) {
			t = shown
		}
		t.Rows = append(t.Rows, r.changeRow(own, read, before))
	}
	shown.Note = r.Tf("信号排在前面，按把握大小和变化幅度排列。没有信号的升降属于正常波动，不必追问单个数字。共判读 %d 项：即使什么都没有变，每项也有百分之一到三的机会偶然出现信号。变化按未舍入的数计算。",
		"Signals come first, by how sure and how large they are. A rise or fall without a signal is common variation: no single number needs explaining. %d measures were read; each shows a signal by chance alone in one to three months of a hundred. Changes are taken before rounding.", judged)
	if judged == 0 {
		shown.Note = r.T("还没有一项可以判读：月份太少，或基数太小。升降只列出，不作判断。", "Nothing can be read yet: there are too few months, or the bases are too small. Changes are shown and not judged.")
	}
	steady.Title = r.Tf("其余没有信号的指标（%d 项）", "The other measures, without a signal (%d)", len(steady.Rows))
	return shown, steady, readings
}

func (r Request) changeRow(own measured, read reading.Reading, before string) []Cell {
	id, unit := read.Measure.ID, r.Unit().ID
	now, then := own.at(id, unit, r.Month), own.at(id, unit, before)
	current, previous := r.readCell(own.series(id, unit, r.MonthsUpTo())), r.cell(then)
	current.Text, previous.Text = now.Text(r.Lang), then.Text(r.Lang)
	change := r.changeCell(now, then)
	if r.canSplit(read.Measure) && change.Text != missing {
		change.Link = r.Link("overview", With("split", id)) + "#figure-split"
	}
	return []Cell{{Text: now.Measure.Name.In(r.Lang), Link: r.Link("measures", With("measure", id)), Note: r.direction(now.Measure.Direction)},
		current, previous, change, {Text: read.Finding(r.Lang), Tone: toneOf(read)}}
}

// changeCell is the difference to the month before, or why there is none to be read.
func (r Request) changeCell(now, then Value) Cell {
	if reason := r.notCompared(now, then); reason != "" {
		return Cell{Text: missing, Note: reason}
	}
	return Cell{Text: r.difference(now, then)}
}

// notCompared says why this month's value is not set against the last one; empty where it is.
func (r Request) notCompared(now, then Value) string {
	switch {
	case !now.Known() || !then.Known():
		return ""
	case now.Measure.Series == queries.Filling:
		return r.T("按期累计，不与上月相比", "fills up over its period, not compared")
	case !now.Ripe(r.Programme, r.CutOff):
		return r.T("时间未到，还不能比较", "not ripe, not compared yet")
	}
	return ""
}

// signalSentence answers the page's question in one sentence: what got worse, what got better, and that the rest did
// neither beyond chance. What one event shows in several measures is one signal.
func (r Request) signalSentence(readings []reading.Reading) string {
	var worse, better, changed []string
	known := slices.DeleteFunc(slices.Clone(readings), func(read reading.Reading) bool { return read.Rules.Unknown != "" })
	rest, unknown := 0, len(readings)-len(known)
	for _, event := range reading.ByEvent(known) {
		switch name := r.eventName(event); event[0].Variation {
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
		parts = append(parts, r.Tf("%d 项有变差信号：%s", "worsening (%d): %s", len(worse), strings.Join(worse, r.T("、", ", "))))
	}
	if len(better) > 0 {
		parts = append(parts, r.Tf("%d 项有改善信号：%s", "improving (%d): %s", len(better), strings.Join(better, r.T("、", ", "))))
	}
	if len(changed) > 0 {
		parts = append(parts, r.Tf("%d 项有变化、不分好坏：%s", "changed, neither good nor bad (%d): %s", len(changed), strings.Join(changed, r.T("、", ", "))))
	}
	switch {
	case rest > 0 && len(parts) == 0:
		parts = append(parts, r.Tf("没有一项出现信号；%d 项属正常波动或暂不能判断", "no signal; %d measures show common variation or cannot be judged yet", rest))
	case rest > 0:
		parts = append(parts, r.Tf("%d 项没有信号或暂不能判断", "%d without a signal or not yet to be judged", rest))
	}
	if unknown > 0 {
		parts = append(parts, r.Tf("%d 项没有数据，未知", "%d unknown for want of data", unknown))
	}
	if len(parts) == 0 {
		return ""
	}
	return r.Month + r.T("：", ": ") + strings.Join(parts, r.T("；", "; ")) + r.T("。", ".")
}

// eventName names an event by its measure of the most surprising reading, with the others that show the same in brackets.
func (r Request) eventName(event []reading.Reading) string {
	var names []string
	for _, read := range event {
		names = append(names, read.Measure.Name.In(r.Lang))
	}
	if len(names) == 1 {
		return names[0]
	}
	return r.Tf("%s（连同%s）", "%s (with %s)", names[0], strings.Join(names[1:], r.T("、", ", ")))
}

// trend draws measures of the page's unit over the months.
func (r Request) trend(own measured, id, title string, ids ...string) (*Chart, error) {
	months, hollow := r.MonthsUpTo(), false
	unit := r.Unit()
	s := chart.Series{ID: id, Label: title, Months: months, Number: chart.OneDigit, Marks: r.marks(unit)}
	table := Table{ID: id + "-data", Title: title, Columns: []Column{{Title: r.T("月份", "Month"), Kind: ColumnText}}}
	for _, month := range months {
		table.Rows = append(table.Rows, []Cell{{Text: month}})
	}
	for _, measure := range ids {
		series := own.series(measure, unit.ID, months)
		line := chart.Line{Name: series[0].Measure.Name.In(r.Lang)}
		for i, v := range series {
			line.Values = append(line.Values, v.Drawn())
			line.Hollow = append(line.Hollow, r.caution(v) != "")
			hollow = hollow || v.Reason == "" && r.caution(v) != ""
			table.Rows[i] = append(table.Rows[i], r.cell(v))
		}
		if series[0].Share() {
			s.Number = chart.Percent
		}
		s.Lines = append(s.Lines, line)
		table.Columns = append(table.Columns, r.column(measure))
	}
	drawn, err := s.Draw()
	if err != nil {
		return nil, err
	}
	c := &Chart{Title: title, Chart: drawn, Table: table}
	c.Note = r.markNote(unit)
	if hollow {
		c.Note = strings.TrimSpace(r.hollowNote() + r.T("", " ") + c.Note)
	}
	var shown []Value
	for _, measure := range ids {
		shown = append(shown, own.series(measure, unit.ID, months)...)
	}
	c.Note = strings.TrimSpace(r.gapNote(shown) + r.T("", " ") + c.Note)
	return c, nil
}

// gapNote explains the gaps of a series: the months of which something is not known.
func (r Request) gapNote(values []Value) string {
	var gaps []string
	for _, v := range values {
		if v.Reason != "" && !slices.Contains(gaps, v.Month) {
			gaps = append(gaps, v.Month)
		}
	}
	slices.Sort(gaps)
	switch n := len(gaps); {
	case n == 0:
		return ""
	case n <= 3:
		return r.Tf("空缺：%s 没有数据，未知，不计入界限。", "Gaps: nothing is known of %s; unknown months stand in no limits.", strings.Join(gaps, r.T("、", ", ")))
	default:
		return r.Tf("空缺：有 %d 个月没有数据，未知，不计入界限。", "Gaps: nothing is known of %d months; unknown months stand in no limits.", n)
	}
}

// unknownRows has a list say that nothing is known, in the place of there being none, where its measure is not known of the
// page's unit; where it is known of some villages only, how many.
func (r Request) unknownRows(ctx context.Context, t *Table, measure, month string) error {
	u := r.Unit()
	found, err := r.values(ctx, scope{level: u.Level, unit: u.ID, from: month, to: month}, measure)
	if err != nil {
		return err
	}
	switch v := found.at(measure, u.ID, month); {
	case v.Reason != "":
		t.Empty = reading.Sentence(r.caution(v), r.Lang)
	case math.IsNaN(v.Num):
		t.Empty = r.T("没有数据，未知。", "Unknown: there are no data.")
	default:
		if why := r.partial(v); why != "" {
			t.Note = why + r.T("。", ". ") + t.Note
		}
	}
	return nil
}

// hollowNote explains the hollow points of a series.
func (r Request) hollowNote() string {
	return r.T("空心点：基数小或时间未到，只显示，不作判断；基数不超过 3 的不画，见表。", "Hollow points: small base or not ripe, shown and not judged; a base of 3 or less is not drawn, it stands in the table.")
}
