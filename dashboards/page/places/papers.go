package places

import (
	"context"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/language"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/decisions"
	"hulian/dashboards/page/work"
	"hulian/dashboards/view"
	"hulian/queries/compare"
	"hulian/queries/signals"
)

// SupportList is the page of weak villages as a paper: who needs help and why, what fits, what was given and decided.
func SupportList(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: r.Tf("%s薄弱村帮扶清单", "%s: villages that need help", r.Unit().Name), Letterhead: &view.Letterhead{Annex: r.T("各村依据和帮扶", "Evidence and help, village by village")}}
	town, err := block.Judged(ctx, r)
	if err != nil {
		return v, err
	}
	all := signals.Assess(town)
	places, err := placesOf(ctx, r, town, all)
	if err != nil {
		return v, err
	}
	say, err := block.Saying(ctx, r)
	if err != nil {
		return v, err
	}
	v.Sentences = signals.SummaryIn(say, all, r.Lang)
	if more := committeesWord(r, say, all); more != "" {
		v.Sentences = append(v.Sentences, more)
	}
	named := slices.DeleteFunc(slices.Clone(all), func(a signals.Assessment) bool { return r.Village != "" && a.Village.ID != r.Village })
	v.Blocks = append(tooPoor(r, all), listOnPaper(weakTable(r, named)))
	for _, a := range named {
		if a.IsWeak() || a.Tier == signals.Watch || a.Tier == signals.Apart || r.Village != "" {
			v.Blocks = append(v.Blocks, pack(r, a, places)...)
		}
	}
	v.Blocks, err = helped(ctx, r, v.Blocks)
	v.Blocks = append(v.Blocks, view.Section{ID: "rule", Title: r.T("怎样判断", "How villages are judged")}, keys(r))
	return v, err
}

// listOnPaper is the list without its last column, which leads to where help is decided.
func listOnPaper(t *view.Table) *view.Table {
	t.Note = ""
	t.Cut(len(t.Columns) - 1)
	return t
}

// helped adds what help was given, and what was decided.
func helped(ctx context.Context, r block.Request, blocks []view.Block) ([]view.Block, error) {
	supports, err := block.SupportsOf(ctx, r)
	if err != nil {
		return blocks, err
	}
	actions, err := decisions.Listed(ctx, r)
	if given := append(supports.Blocks, actions.Blocks...); len(given) > 0 {
		blocks = append(append(blocks, view.Section{ID: "help", Title: r.T("帮扶和措施", "Help given and decided")}), given...)
	}
	return blocks, err
}

// VillageSheet is the page of a village or branch as a paper: how it is judged first, then its figures, what waits, and all it rests on.
func VillageSheet(ctx context.Context, r block.Request) (view.View, error) {
	u := r.Unit()
	v := view.View{Heading: r.Tf("%s村情单", "Sheet on %s", u.Name), Letterhead: &view.Letterhead{Annex: r.Tf("%s各项情况", "%s: the figures", u.Name)}}
	if u.Level == facts.LevelBranch {
		v.Heading = r.Tf("%s支部情况单", "Sheet on %s", u.Name)
	}
	ids, own, town, err := unitValues(ctx, r)
	if err != nil {
		return v, err
	}
	screen, err := newUnitScreen(ctx, r, own)
	if err != nil {
		return v, err
	}
	said, err := screen.headline(ctx)
	if err != nil {
		return v, err
	}
	first := strings.TrimRight(strings.Trim(said.Weak+r.T("；", "; ")+strings.TrimLeft(said.Rest, "；; "), "；; "), "。.")
	v.Sentences = append([]string{language.Capital(first) + r.T("。", ".")}, append(waiting(r, own), introduction(r, own, u)...)...)
	trend, err := block.Trend(r, own, "trend", r.T("走访覆盖与大事", "Coverage and what happened"), "household_coverage")
	if err != nil {
		return v, err
	}
	tiles, err := screen.tiles(ctx)
	if err != nil {
		return v, err
	}
	figures := tiles.Behind()
	figures.Title = r.T("主要指标", "Main figures")
	v.Blocks = append(v.Blocks, trend, figures)
	if v.Blocks, err = screen.onPaper(ctx, v.Blocks); err != nil {
		return v, err
	}
	positions, err := block.OwnPositions(ctx, r, ids...)
	if err != nil {
		return v, err
	}
	measures := everything(r, own, town, ids, positions)
	measures.PageRows, measures.Folded, measures.Note = 0, false, "" // paper has no pages of a table to turn, and no links
	measures.Cut(0)
	v.Blocks = append(v.Blocks, view.Section{ID: "measures", Title: r.T("全部指标", "All measures")}, measures)
	return v, nil
}

// onPaper adds the parts that follow the first sheet.
func (s unitScreen) onPaper(ctx context.Context, blocks []view.Block) ([]view.Block, error) {
	r := s.r
	if s.village.IsWeak() || s.village.Tier == signals.Watch {
		places, err := placesOf(ctx, r, s.town, s.all)
		if err != nil {
			return blocks, err
		}
		blocks = append(blocks, pack(r, s.village, places)...)
	}
	todo, err := toDo(ctx, r)
	if err != nil {
		return blocks, err
	}
	for _, b := range todo {
		if _, screen := b.(view.Callout); screen { // says where things are ticked off
			continue
		}
		if t, is := b.(*view.Table); is && t.ID == "overdue" {
			t.Cut(ofCourse(r, t)...)
		}
		blocks = append(blocks, b)
	}
	steps, err := work.StepBars(ctx, r)
	if err != nil {
		return blocks, err
	}
	blocks = append(blocks, view.Section{ID: "steps", Title: r.T("问题办理", "Issues")}, steps)
	if r.Unit().Level != facts.LevelVillage {
		return blocks, nil
	}
	units, err := VillageUnits(ctx, r)
	if err != nil {
		return blocks, err
	}
	for _, b := range units.Blocks {
		if t, is := b.(*view.Table); is {
			t.Note = "" // how the screen shows it, and where a click leads
		}
	}
	blocks = append(append(blocks, view.Section{ID: "branches", Title: r.T("各支部", "The branches")}), units.Blocks...)
	blocks = append(blocks, view.Section{ID: "criteria", Title: r.T("硬性标准", "Hard criteria")}, hardCriteria(r, s.village))
	return helped(ctx, r, blocks)
}

// ofCourse are the columns of overdue issues that a sheet of paper has no room for: how hard each is, and since when who holds it.
func ofCourse(r block.Request, t *view.Table) (columns []int) {
	for i, c := range t.Columns {
		if slices.Contains([]string{r.T("难易", "Difficulty"), r.T("到手于", "Since"), r.T("督办领导", "Supervisor")}, c.Title) {
			columns = append(columns, i)
		}
	}
	return columns
}

// ComparisonPaper is the comparison of pilots and rollout as a paper: the verdict, the effect, what must hold, and what extending it
// would bring; then the villages, the other measures, the plan and the grounds.
func ComparisonPaper(ctx context.Context, r block.Request) (view.View, error) {
	report, _, registered, err := compared(ctx, r, 0)
	if err != nil {
		return view.View{}, err
	}
	say, err := block.Saying(ctx, r)
	if err != nil {
		return view.View{}, err
	}
	m, result := report.Measure, report.Result
	v := view.View{Heading: r.Tf("%s先锋户联试点比较报告", "%s: pilot and rollout compared", r.Town.Name), Letterhead: &view.Letterhead{Annex: r.T("比较的依据", "What the comparison stands on")}}
	v.Sentences = append([]string{say("comparison_verdict", "measure", m.Name.In(r.Lang), "verdict", strings.TrimRight(result.Headline(r.Lang), "。."))}, slices.DeleteFunc(report.Plainly(r.Lang), func(s string) bool {
		return s == result.Words(r.Lang) && result.Verdict != compare.NotEstimable || s == report.WavesSaid(r.Lang) || s == report.BeforeAfter(r.Lang) // said above, or below under its own head
	})...)
	add := func(title string, blocks ...view.Block) {
		if blocks = slices.DeleteFunc(blocks, func(b view.Block) bool { return b == nil }); len(blocks) > 0 {
			v.Blocks = append(append(v.Blocks, view.Section{ID: "part", Title: title}), blocks...)
		}
	}
	if result.Verdict == compare.NotEstimable {
		v.Blocks = append(v.Blocks, checkedDesign(r, report))
	} else {
		events, err := eventPlot(r, result)
		if err != nil {
			return v, err
		}
		raw, err := rawSeries(r, result)
		if err != nil {
			return v, err
		}
		v.Blocks = append(append(v.Blocks, effects(r, report)...), events, conditions(r, report))
		add(r.T("逐月变化", "Month by month"), raw)
		add(r.T("逐村变化", "Village by village"), comparedVillages(r, report), halves(r, report))
	}
	add(r.T("各村何时启动", "When each village began"), view.View{Blocks: startGroups(r, report)}.Flat()...)
	if t := outcomesTable(r, report.All, result); t != nil {
		add(r.T("其他指标", "Other measures"), t)
	}
	for _, b := range planBlocks(r, registered) {
		if _, screen := b.(view.Form); !screen && len(registered) > 0 {
			v.Blocks = append(v.Blocks, b)
		}
	}
	add(r.T("怎样比较，须有哪些前提", "How it was compared, and what must hold"), view.Text{Paragraphs: report.Grounds(r.Lang)})
	return v, nil
}

// effects are the effect and what extending it would bring, in one table where both are numbers.
func effects(r block.Request, report compare.Report) []view.Block {
	found, next := effectTile(r, report), extension(r, report)
	if more, is := next.(view.Stats); is {
		found.Tiles = append(found.Tiles, more.Tiles...)
		return []view.Block{found}
	}
	return []view.Block{found, next}
}
