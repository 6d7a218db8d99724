package work

import (
	"context"
	"slices"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/parallel"
	"hulian/dashboards/view"
	"hulian/queries/flow"
	"hulian/queries/reading"
)

// IssueMeasures are the tiles of the page, in the order of the five steps.
var IssueMeasures = []string{
	"issues_reported", "resolution_rate", "resolution_rate_cumulative", "on_time_rate", "feedback_rate",
	"satisfaction_rate", "on_the_spot_rate", "days_to_resolve_median", "overdue_issues", "supervised_rate", "issues_with_holder", "overdue_with_supervisor", "round_table_issues", "reopen_rate", "repeat_rate",
}

// Issues builds the page of issues and their five steps: the first screen, then what it rests on.
func Issues(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: block.Heading(r)}
	own, p, passed, table, err := issuesRead(ctx, r)
	if err != nil {
		return v, err
	}
	if err := issuesScreen(ctx, r, own, p, passed, &v); err != nil {
		return v, err
	}
	answered, said, err := satisfaction(ctx, r)
	if err != nil {
		return v, err
	}
	v.Sentences = append(passed.sentences, said...)
	v.Blocks = append(v.Blocks, view.Lead{})
	overdue, err := Overdue(ctx, r)
	if err != nil {
		return v, err
	}
	holding, err := holders(ctx, r)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, holding, overdue)
	if len(passed.places) > 0 {
		v.Blocks = append(v.Blocks, slowTable(r, p, passed.places))
	}
	again, err := repeats(ctx, r)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, again)
	v.Blocks = append(v.Blocks, answered...)
	if passed.table != nil {
		v.Blocks = append(v.Blocks, passed.table)
	}
	if table != nil {
		v.Blocks = append(v.Blocks, table)
	}
	tiles, err := issueTiles(ctx, r, own, p)
	v.Blocks = append(v.Blocks, view.Section{ID: "all", Title: r.T("其他指标", "Other measures")}, tiles)
	return v, err
}

// issuesRead reads what the page rests on: the values of the place, how its issues passed the five steps, in numbers and as shown, and the
// table of the units below it, nil where there are none.
func issuesRead(ctx context.Context, r block.Request) (own facts.Measured, p passing, passed stepped, table *view.Table, err error) {
	if err := parallel.Do(ctx,
		func(ctx context.Context) (err error) { p, err = readPassing(ctx, r); return err },
		func(ctx context.Context) (err error) {
			own, err = r.Values(ctx, r.Visitor, block.AlwaysScope(r), append(Steps(), IssueMeasures...)...)
			if err == nil && len(r.Below()) > 0 {
				table, err = block.UnitTable(ctx, r, "units", IssuesByUnit...)
			}
			return err
		},
	); err != nil {
		return own, p, passed, nil, err
	}
	if table != nil {
		addMedianIntervals(r, table, p)
	}
	passed, err = fiveSteps(ctx, r, own, p)
	return own, p, passed, table, err
}

// IssueTables are the tables and pictures of the page that stand in the report as well.
func IssueTables(ctx context.Context, r block.Request) (v view.View, err error) {
	_, _, passed, table, err := issuesRead(ctx, r)
	if err != nil {
		return v, err
	}
	if passed.table != nil {
		v.Blocks = append(v.Blocks, passed.table)
	}
	held, err := heldIssues(ctx, r)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, held)
	for _, list := range []func(context.Context, block.Request) (view.Block, error){ageing, categories} {
		b, err := list(ctx, r)
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, b)
	}
	if table != nil {
		v.Blocks = append(v.Blocks, table)
	}
	return v, nil
}

// issueTiles are all measures of the page, each with its reading at length.
func issueTiles(ctx context.Context, r block.Request, own facts.Measured, p passing) (view.Stats, error) {
	var tiles []view.Stat
	for _, id := range IssueMeasures {
		if slices.Contains(solvedMeasures, id) {
			continue // on the first screen
		}
		tile := block.ReadStat(r, own, id)
		if id == flow.Whole.Measure() && len(p.Own) > 0 {
			tile.Interval = r.Within(DaysInterval(flow.TimeOf(p.Own, flow.Whole, p.End)) + r.T(" 天", " days"))
		}
		tiles = append(tiles, tile)
	}
	return view.Stats{Tiles: tiles}, block.PlaceTiles(ctx, r, tiles)
}

// IssuesByUnit are the measures of the page's table of villages or branches.
var IssuesByUnit = []string{"issues_reported", "resolution_rate_cumulative", "on_time_rate", "feedback_rate", "satisfaction_rate", flow.Whole.Measure(), "overdue_issues"}

// flowCounts are issues by how far they came. An issue may skip a step: what is solved on the spot is neither classified
// nor routed, so passages lead from each step an issue did pass to the next one it passed.
type flowCounts struct {
	reached  [5]float64    // by step
	waiting  [5]float64    // open issues, by the step they wait for
	passages [5][5]float64 // from step, to step
}

func countFlow(rows []facts.StepCount) flowCounts {
	var c flowCounts
	for _, row := range rows {
		n := row.Issues
		passed := [5]bool{true, row.Classified, row.Routed, row.Resolved, row.FedBack}
		last := 0
		c.reached[0] += n
		for step := 1; step < 5; step++ {
			if passed[step] {
				c.reached[step] += n
				c.passages[last][step] += n
				last = step
			}
		}
		if last < 4 {
			c.waiting[last+1] += n
		}
	}
	return c
}

// stepped is what the five steps show: the picture, the table with intervals, where issues get stuck, and what is said of it.
type stepped struct {
	picture   *view.Steps // nil: no issue came
	table     *view.Table
	places    []slow
	sentences []string
}

// fiveSteps counts the issues since the start of the programme through the five steps, names the step that holds them up, and
// says where it does.
func fiveSteps(ctx context.Context, r block.Request, own facts.Measured, p passing) (s stepped, err error) {
	steps, err := r.StepCounts(ctx, r.Visitor, r.Unit(), r.Month)
	if err != nil {
		return s, err
	}
	counts := countFlow(steps)
	if counts.reached[0] == 0 {
		return s, nil
	}
	s.picture = stepsPicture(r, counts, p)
	table := flowTable(r, counts, own, p)
	table.Folded, table.Note = true, r.Tf("%[5]s的件数，截至 %[1]s。当场解决的问题可以不经分类、流转直接办结。用时为 %[2]s 至 %[3]s 上报问题的中位数，未完成的按截止日计入，区间为95%%区间。多等件数 = 其中还在等的件数 − 照对照的速度应在等的件数；对照：%[4]s。",
		"Issues %[5]s, as of %[1]s. What is solved on the spot need not be classified or routed. Days are medians over issues reported %[2]s to %[3]s; unfinished ones count up to the cut-off, intervals are 95%%. Too many waiting = those of them that wait − those that would at the pace of the benchmark: %[4]s.",
		r.AsOf(r.Month).Format("2006-01-02"), p.from, r.Month, p.benchmark, block.SinceStart(r))
	s.table, s.places = &table, slowPlaces(r, p)
	resolved, collected := counts.reached[3], counts.reached[0]
	opened := r.Tf("%[5]s至%[6]s，收集%[1]s件，办结%[2]s件（%[3]s），尚有%[4]s件未办结", "%[1]s issues were collected %[5]s to %[6]s and %[2]s resolved (%[3]s); %[4]s are open",
		reading.Count(collected), reading.Count(resolved), reading.Percent(resolved/collected), reading.Count(collected-resolved), block.SinceStart(r), r.AsOf(r.Month).Format("2006-01-02"))
	if n, err := r.OpenFromBefore(ctx, r.Visitor, r.Unit(), r.Month); err != nil {
		return s, err
	} else if n > 0 {
		// The number of open issues elsewhere holds them too.
		opened += r.Tf("；启动以前上报的还有 %s 件，共 %s 件", ", and %s from before it: %s in all", reading.Count(n), reading.Count(collected-resolved+n))
	}
	known, err := r.Values(ctx, r.Visitor, block.HereScope(r), "resolution_rate_cumulative")
	if err != nil {
		return s, err
	}
	said := []string{opened + block.Bracketed(r, block.Partial(r, known.At("resolution_rate_cumulative", r.Unit().ID, r.Month))) + r.T("。", ".")}
	s.sentences = append(said, bottleneckSentences(r, p, s.places)...)
	return s, nil
}
