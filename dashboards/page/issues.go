package page

import (
	"context"
	"fmt"
	"slices"

	"hulian/data"
	"hulian/queries/flow"
)

func issuesPage() Page {
	return Page{
		ID: "issues", Path: "/issues", Group: GroupMonth, Takes: ByMonth | ByVillage | ByBranch,
		Title:    data.Text{Zh: "群众问题", En: "Issues"},
		Question: data.Text{Zh: "问题卡在五步中的哪一步、哪个村、哪一类？是否真的解决了？", En: "Where do issues get stuck, by step, village and category? Are they really solved?"},
		Build:    buildIssues,
	}
}

// issueMeasures are the tiles of the page, in the order of the five steps.
var issueMeasures = []string{
	"issues_reported", "resolution_rate", "resolution_rate_cumulative", "on_time_rate", "feedback_rate",
	"satisfaction_rate", "on_the_spot_rate", "days_to_resolve_median", "overdue_issues", "supervised_rate", "reopen_rate", "repeat_rate",
}

func buildIssues(ctx context.Context, r Request) (View, error) {
	v := View{Heading: r.heading()}
	own, err := r.values(ctx, r.hereAlways(), append(steps(), issueMeasures...)...)
	if err != nil {
		return v, err
	}
	p, err := r.passing(ctx)
	if err != nil {
		return v, err
	}
	var tiles []Stat
	for _, id := range issueMeasures {
		tile := r.readStat(own, id)
		if id == flow.Whole.Measure() && len(p.own) > 0 {
			tile.Interval = r.within(daysInterval(flow.TimeOf(p.own, flow.Whole, p.end)) + r.T(" 天", " days"))
		}
		tiles = append(tiles, tile)
	}
	if err := r.placeTiles(ctx, tiles); err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, Stats{tiles})
	passed, sentences, err := r.flow(ctx, own, p)
	if err != nil {
		return v, err
	}
	v.Sentences = sentences
	v.Blocks = append(v.Blocks, passed...)
	satisfaction, said, err := r.satisfaction(ctx)
	if err != nil {
		return v, err
	}
	v.Sentences = append(v.Sentences, said...)
	v.Blocks = append(v.Blocks, satisfaction...)
	for _, part := range []func(context.Context) (Block, error){r.ageing, r.repeats, r.categories} {
		block, err := part(ctx)
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, block)
	}
	trend, err := r.trend(own, "trend", r.T("按期办结、反馈与满意度", "On time, fed back, satisfied"), "on_time_rate", "feedback_rate", "satisfaction_rate")
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, trend)
	if len(r.Below()) > 0 {
		ids := []string{"issues_reported", "resolution_rate_cumulative", "on_time_rate", "feedback_rate", "satisfaction_rate", flow.Whole.Measure(), "overdue_issues"}
		table, err := r.unitTable(ctx, "units", ids...)
		if err != nil {
			return v, err
		}
		r.addMedianIntervals(table, 1+slices.Index(ids, flow.Whole.Measure()), p, flow.Whole)
		v.Blocks = append(v.Blocks, table)
	}
	overdue, err := r.overdue(ctx)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, overdue)
	return v, nil
}

const flowSQL = `
select f.classified_at is not null as classified, f.routed_at is not null as routed, f.resolved_at is not null as resolved,
    f.fed_back_at is not null as fed_back, count(*) as issues
from issue_flow f
where f.since_start and f.state <> 'unknown'%s
group by f.classified_at is not null, f.routed_at is not null, f.resolved_at is not null, f.fed_back_at is not null
order by classified, routed, resolved, fed_back`

const earlierSQL = `
select count(*) as issues
from issue_flow f
where f.resolved_at is null and f.state <> 'unknown' and not f.since_start%s`

// flowCounts are issues by how far they came. An issue may skip a step: what is solved on the spot is neither classified
// nor routed, so passages lead from each step an issue did pass to the next one it passed.
type flowCounts struct {
	reached  [5]float64    // by step
	waiting  [5]float64    // open issues, by the step they wait for
	passages [5][5]float64 // from step, to step
}

func countFlow(rows []record) flowCounts {
	var c flowCounts
	for _, row := range rows {
		n := row.number("issues")
		passed := [5]bool{true, row.truth("classified"), row.truth("routed"), row.truth("resolved"), row.truth("fed_back")}
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

// flow counts the issues since the start of the programme through the five steps, names the step that holds them up, and
// says where it does.
func (r Request) flow(ctx context.Context, own measured, p passing) ([]Block, []string, error) {
	where, args := r.inPlace("f.")
	table, err := r.Data.Query(ctx, fmt.Sprintf(flowSQL, where), args...)
	if err != nil {
		return nil, nil, fmt.Errorf("read the five steps: %w", err)
	}
	counts := countFlow(read(table))
	if counts.reached[0] == 0 {
		return []Block{Callout{Title: r.T("五步走", "The five steps"), Text: r.T("启动以来这里没有收集到群众问题。少不等于好：也可能是没有上报。",
			"No issue has been reported here since the start. Few is not good in itself: it may be silence.")}}, nil, nil
	}
	drawn, err := r.flowChart(counts, p)
	if err != nil {
		return nil, nil, err
	}
	note := r.Tf("自启动以来的件数，截至 %[1]s；灰色的一步是瓶颈。当场解决的问题可以不经分类、流转直接办结。用时为 %[2]s 至 %[3]s 上报问题的中位数，未完成的按截止日计入（Kaplan–Meier），区间为 95 %% log-log。多等件数 = 其中还在等的件数 − 照对照的速度应在等的件数；对照：%[4]s。",
		"Issues since the start, as of %[1]s; the grey step is the bottleneck. What is solved on the spot need not be classified or routed. Days are medians over issues reported %[2]s to %[3]s; unfinished ones count up to the cut-off (Kaplan–Meier), intervals are 95 %% log-log. Too many waiting = those of them that wait − those that would at the pace of the benchmark: %[4]s.",
		r.CutOff.Format("2006-01-02"), p.from, r.Month, p.benchmark)
	figure := &Chart{Title: r.T("五步走：问题走到哪一步、每步用多少天", "The five steps: how far issues came, and in how many days"), Note: note, Chart: drawn, Open: true}
	figure.Table = r.flowTable(counts, own, p)
	blocks, places := []Block{figure}, r.slowPlaces(p)
	if len(places) > 0 {
		blocks = append(blocks, r.slowTable(p, places))
	}
	resolved, collected := counts.reached[3], counts.reached[0]
	opened := r.Tf("启动以来收集 %s 件，办结 %s 件（%s），尚有 %s 件未办结", "Since the start %s issues were collected and %s resolved (%s); %s are open",
		Count(collected), Count(resolved), Percent(resolved/collected), Count(collected-resolved))
	if earlier, err := r.Data.Query(ctx, fmt.Sprintf(earlierSQL, where), args...); err != nil {
		return nil, nil, fmt.Errorf("count the issues open from before the start: %w", err)
	} else if n := read(earlier)[0].number("issues"); n > 0 {
		// The number of open issues elsewhere holds them too.
		opened += r.Tf("；启动以前上报的还有 %s 件，共 %s 件", ", and %s from before it: %s in all", Count(n), Count(collected-resolved+n))
	}
	said := []string{opened + r.T("。", ".")}
	return blocks, append(said, r.bottleneckSentences(p, places)...), nil
}
