package places

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"hulian/dashboards/facts"
	"hulian/dashboards/language"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/decisions"
	"hulian/dashboards/page/organisation"
	"hulian/dashboards/page/work"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// measuresShown is how many of all measures stand at once.
const measuresShown = 12

// unitValues reads all that is measured of the page's village or branch but the state of its data, and the same of the town beside it.
func unitValues(ctx context.Context, r block.Request) (ids []string, own, town facts.Measured, err error) {
	for _, m := range queries.Measures() {
		if m.At(r.Unit().Level) && m.Group != "quality" {
			ids = append(ids, m.ID)
		}
	}
	if own, err = r.Values(ctx, r.Visitor, block.AlwaysScope(r), slices.Concat(ids, block.Spoken(r.Wording))...); err != nil {
		return nil, own, town, err
	}
	town, err = r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelTown, Unit: r.Town.ID, From: r.FirstMonth, To: r.Month}, ids...)
	return ids, own, town, err
}

// Village builds the page of one village or branch.
func Village(ctx context.Context, r block.Request) (view.View, error) {
	if r.Unit().Level == facts.LevelTown {
		return villageIndex(ctx, r)
	}
	u := r.Unit()
	v := view.View{Heading: u.Name}
	ids, own, town, err := unitValues(ctx, r)
	if err != nil {
		return v, err
	}
	screen, err := newUnitScreen(ctx, r, own)
	if err != nil {
		return v, err
	}
	if v.Headline, err = screen.headline(ctx); err != nil {
		return v, err
	}
	if v.Blocks, err = screen.blocks(ctx); err != nil {
		return v, err
	}
	v.Sentences = append(waiting(r, own), introduction(r, own, u)...)
	v.Blocks = append(v.Blocks, view.Lead{})
	todo, err := toDo(ctx, r)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, todo...)
	if u.Level == facts.LevelVillage {
		units, err := VillageUnits(ctx, r)
		if err != nil {
			return v, err
		}
		for _, b := range units.Blocks {
			if t, ok := b.(*view.Table); ok {
				t.Folded = true // the matrix above says the most of it
			}
		}
		v.Blocks = append(v.Blocks, units.Blocks...)
		v.Blocks = append(v.Blocks, hardCriteria(r, screen.village))
		supports, err := block.Supported(ctx, r)
		if err != nil {
			return v, err
		}
		if supports != nil {
			v.Blocks = append(v.Blocks, supports)
		}
		verified, is, err := work.VerifiedTile(ctx, r)
		if err != nil {
			return v, err
		}
		if is {
			v.Blocks = append(v.Blocks, view.Section{ID: "verified", Title: r.T("走访回访", "Call-backs about visits")}, view.Stats{Tiles: []view.Stat{verified}})
		}
		actions, err := decisions.Listed(ctx, r)
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, actions.Blocks...)
	}
	structure, err := organisation.Structure(ctx, r)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, structure)
	positions, err := block.OwnPositions(ctx, r, ids...)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, everything(r, own, town, ids, positions))
	return v, nil
}

// VillageUnits are the villages of the town side by side, or the branches of a village; nothing of a branch.
func VillageUnits(ctx context.Context, r block.Request) (v view.View, err error) {
	if len(r.Below()) == 0 {
		return v, nil
	}
	id := "units"
	if r.Unit().Level == facts.LevelVillage {
		id = "branches"
	}
	table, err := block.UnitTable(ctx, r, id, block.ByUnit...)
	v.Blocks = append(v.Blocks, table)
	return v, err
}

// villageIndex lists the villages of the town, for those who come without having chosen one.
func villageIndex(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: block.Heading(r), Sentences: []string{r.T("请选择一个村；点村名进入，再点支部名进入支部。", "Choose a village; a name leads to it, and from there to its branches.")}}
	town, err := block.Judged(ctx, r)
	if err != nil {
		return v, err
	}
	assessed := signals.Assess(town)
	v.Headline = indexHeadline(r, assessed)
	if v.Blocks, err = AtAGlance(ctx, r, town, assessed); err != nil {
		return v, err
	}
	months, err := courses(ctx, r)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, months, view.Lead{})
	units, err := VillageUnits(ctx, r)
	if err != nil {
		return v, err
	}
	for _, b := range units.Blocks {
		if t, ok := b.(*view.Table); ok {
			t.Folded = true // the matrix above says the most of it
		}
	}
	v.Blocks = append(append(v.Blocks, units.Blocks...), block.Funnels(r, town, "measures", ""))
	return v, nil
}

// indexHeadline names the weak villages and says of how many.
func indexHeadline(r block.Request, assessed []signals.Assessment) view.Headline {
	judged := 0
	for _, a := range assessed {
		if a.Tier != signals.TooPoor && a.Tier != signals.Lately && a.Tier != signals.NotStarted {
			judged++
		}
	}
	weak := WeakNamed(r, assessed)
	switch {
	case weak != "":
		return block.HeadlineOf(r, weak, r.Tf("全镇%[1]d个村，%[2]d个可以评价", "of %[1]d villages %[2]d can be judged", len(r.Villages), judged))
	case judged == 0:
		return view.Headline{Rest: r.Tf("全镇%d个村，都还不能评价", "%d villages, none of which can be judged yet", len(r.Villages))}
	default:
		return view.Headline{Rest: r.Tf("可以评价的%[2]d个村没有薄弱村，全镇共%[1]d个村", "none of the %[2]d villages that can be judged is weak, of %[1]d in all", len(r.Villages), judged)}
	}
}

// courses set the villages beside each other over a year: visits made, and issues resolved on time.
func courses(ctx context.Context, r block.Request) (view.Block, error) {
	var row view.Row
	for _, id := range []string{"household_coverage", "on_time_rate"} {
		m, _ := queries.MeasureOf(id)
		heat, err := block.MonthsAcross(ctx, r, id+"-months", r.Tf("%s（%%）：近12个月", "%s (%%): the last 12 months", m.Name.In(r.Lang)), id)
		if err != nil {
			return nil, err
		}
		row.Parts = append(row.Parts, view.Part{Span: 6, Blocks: []view.Block{heat}})
	}
	return row, nil
}

// waiting says in one sentence how much of what a secretary is asked about waits: issues, households, members.
func waiting(r block.Request, own facts.Measured) []string {
	parts := slices.DeleteFunc([]string{
		block.Say(r, own, "sheet_overdue"), block.Say(r, own, "sheet_unvisited", "days", strconv.Itoa(r.Programme.Linking.UnvisitedDays)), block.Say(r, own, "sheet_silent"),
	}, func(s string) bool { return s == "" })
	if len(parts) == 0 {
		return nil
	}
	return slices.DeleteFunc([]string{block.Say(r, own, "sheet_month", "month", r.MonthName(r.Month), "waiting", strings.Join(parts, r.T("；", "; ")))}, func(s string) bool { return s == "" })
}

func introduction(r block.Request, own facts.Measured, u facts.Unit) []string {
	phase := ""
	village, _ := r.Snapshot.Village(r.Village)
	switch village.Phase {
	case "pilot":
		phase = r.T("试点村", "A pilot village")
	case "rollout":
		phase = r.T("推开阶段的村", "A village of the rollout")
	}
	var began string
	switch start := r.StartOf(u); {
	case start == "" && r.ProgrammeStart == "":
		return nil // nobody said when
	case start == "":
		began = block.Say(r, own, "sheet_not_begun")
	case start > r.CutOff.Format(time.DateOnly):
		began = block.Say(r, own, "sheet_to_begin", "start", start)
	default:
		began = block.Say(r, own, "sheet_begun", "start", start)
	}
	if began == "" {
		return nil
	}
	if phase != "" {
		return []string{phase + r.T("，", "; ") + began}
	}
	return []string{language.Capital(began)}
}

// toDo is what a secretary can act on this week: issues to press for and households to visit.
func toDo(ctx context.Context, r block.Request) ([]view.Block, error) {
	blocks := []view.Block{view.Section{ID: "todo", Title: r.T("要办事项全部名单", "All that is to be done")},
		view.Callout{Tone: view.ToneQuiet, Text: r.T("办好的事可以在“待办”页勾选，也可以打印每名党员的走访单。", "What is done can be ticked on the page To do, which also prints a sheet for every member."), Next: r.T("打开待办", "Open the list"), Link: r.Link("todo")}}
	overdue, err := work.Overdue(ctx, r)
	if err != nil {
		return nil, err
	}
	unvisited, err := work.Unvisited(ctx, r)
	if err != nil {
		return nil, err
	}
	silent, err := work.Silent(ctx, r)
	if err != nil {
		return nil, err
	}
	return append(blocks, overdue, view.Block(unvisited), silent), nil
}

// hardCriteria shows the village against the programme's hard criteria, with the figures of all months each is made of.
func hardCriteria(r block.Request, a signals.Assessment) view.Block {
	t := &view.Table{ID: "criteria", Stacked: true, Title: r.Tf("硬性标准 · %s", "Hard criteria · %s", r.Month),
		Note:    r.T("由镇党委在“工作标准”页规定。", "The committee decides them on the page Standards."),
		Empty:   r.T("本月没有硬性标准的数据。", "There are no data on the hard criteria this month."),
		Columns: []view.Column{view.Words(r.T("标准", "Criterion")), view.Words(r.T("是否触及", "Met")), view.Words(r.T("各月数值", "Month by month")), view.Number(r.T("界限", "Limit"))}}
	for _, h := range a.Held {
		_, limit := CriterionCells(r, h.Criterion)
		t.Rows = append(t.Rows, []view.Cell{{Text: h.Hard.Name.In(r.Lang)}, heldCell(r, h), {Text: block.OrMissing(h.Figures(r.Lang))}, limit})
	}
	return t
}

// heldCell says how a village stands against a criterion.
func heldCell(r block.Request, h signals.Held) view.Cell {
	c := view.Cell{Text: h.Said(r.Lang)}
	switch h.State {
	case signals.Met, signals.BeforeStart:
		c.Tone = view.ToneWorse
	case signals.FewToJudge, signals.Untold, signals.NotAsked:
		c.Tone = view.ToneQuiet
	default:
	}
	return c
}

// CriterionCells are the village's value with its base, and the limit, in the unit of what the criterion reads.
func CriterionCells(r block.Request, c signals.Criterion) (value, limit view.Cell) {
	digits := 1
	if (math.IsNaN(c.Value) || c.Value == math.Trunc(c.Value)) && c.Limit == math.Trunc(c.Limit) {
		digits = 0 // things are counted
	}
	value, limit = view.Decimal(c.Value, digits), view.Decimal(c.Limit, digits)
	if IsShare(Criterion(r, c.ID)) {
		value, limit = view.Decimal(100*c.Value, 1), view.Decimal(100*c.Limit, 1)
		value.Text, limit.Text = reading.Percent(c.Value), reading.Percent(c.Limit)
	}
	if !math.IsNaN(c.Denominator) {
		value.Base, value.Num, value.Den = reading.Base(c.Numerator, c.Denominator), reading.Plain(c.Numerator, 0), reading.Plain(c.Denominator, 0)
	}
	return value, limit
}

// Criterion is the programme's definition of a hard criterion; one the programme no longer knows keeps its ID as name.
func Criterion(r block.Request, id string) data.HardCriterion {
	for _, c := range r.Programme.HardCriteria {
		if c.ID == id {
			return c
		}
	}
	return data.HardCriterion{ID: id, Name: data.Text{Zh: id, En: id}}
}

// IsShare reports whether a criterion reads a proportion.
func IsShare(c data.HardCriterion) bool { return signals.IsShare(c) }

// everything lists all measures of the unit beside the town's, by group.
func everything(r block.Request, own, town facts.Measured, ids []string, positions map[string]view.Position) *view.Table {
	unit := r.Unit()
	t := &view.Table{ID: "all", Stacked: true, Folded: true, PageRows: measuresShown, Title: r.T("全部指标", "All measures"), Note: r.T("点指标名看定义。", "A measure's name leads to its definition."),
		Columns: []view.Column{view.Words(r.T("类别", "Group")), view.Words(r.T("指标", "Measure")), {Title: unit.Name, Kind: view.ColumnRate, Read: true}, {Title: r.Town.Name, Kind: view.ColumnRate, Read: true},
			view.Words(r.T("与上月相比", "Against last month")), view.Words(r.T("研判", "Reading"))}}
	for _, group := range language.GroupOrder {
		for _, id := range ids {
			now := own.At(id, unit.ID, r.Month)
			if now.Measure.Group != group {
				continue
			}
			mine, theirs := block.ReadCell(r, own.Series(id, unit.ID, r.MonthsUpTo())), block.ReadCell(r, town.Series(id, r.Town.ID, r.MonthsUpTo()))
			mine = block.StoodAt(r, mine, positions[id])
			mine.Text, theirs.Text = now.Text(r.Lang), town.At(id, r.Town.ID, r.Month).Text(r.Lang)
			read := r.Read(own.Series(id, unit.ID, r.MonthsUpTo()))
			t.Rows = append(t.Rows, []view.Cell{{Text: language.Groups[group].In(r.Lang)}, {Text: now.Measure.Name.In(r.Lang), Link: r.Link("measures", question.With("measure", id))}, mine, theirs,
				block.ChangeCell(r, now, own.At(id, unit.ID, facts.MonthBefore(r.Month))), {Text: read.Finding(r.Lang), Tone: block.ToneOf(read)}})
		}
	}
	return t
}
