package places

import (
	"context"
	"math"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// mostPictures is how many measures the first screen draws.
const mostPictures = 2

// weakHeadline names the weak villages first, then what probably causes it, as far as there is room; else that none is weak.
func weakHeadline(ctx context.Context, r block.Request, town signals.Town, all []signals.Assessment) (view.Headline, error) {
	h := view.Headline{Weak: WeakNamed(r, all)}
	if h.Weak == "" {
		h.Rest = strings.TrimRight(signals.Summary(all, r.Lang)[0], "。.")
		for _, a := range all {
			if a.Village.ID == r.Village {
				var err error
				if h.Rest, err = judgedSaid(ctx, r, town, all, a); err != nil {
					return h, err
				}
			}
		}
		return h, nil
	}
	var causes []string
	for _, a := range all {
		switch {
		case !a.IsWeak() || a.Cause == signals.NoCause || r.Village != "" && a.Village.ID != r.Village:
		case r.Village != "":
			causes = append(causes, r.T("可能原因：", "likely cause: ")+a.Cause.Name(r.Lang))
		default:
			causes = append(causes, r.Tf("%[1]s：%[2]s", "%[1]s: %[2]s", a.Village.Name, a.Cause.Name(r.Lang)))
		}
	}
	return withMore(r, h, causes), nil
}

// tooPoor says first of which villages nothing can be said.
func tooPoor(r block.Request, all []signals.Assessment) []view.Block {
	var names []string
	for _, a := range all {
		if a.Tier == signals.TooPoor && (r.Village == "" || a.Village.ID == r.Village) {
			names = append(names, a.Village.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []view.Block{view.Callout{Tone: view.ToneQuiet, Title: r.T("数据不足，暂不评价", "Data too poor to judge"), Text: strings.Join(names, r.T("、", ", ")) + r.T("。数据不足不等于没有问题。", ". Too few data do not mean that all is well."),
		Next: r.T("查看数据状况", "See the state of the data"), Link: r.Link("data")}}
}

// placesOf says where the villages stand on the judged measures: the same judgement as on the overview.
func placesOf(ctx context.Context, r block.Request, town signals.Town, all []signals.Assessment) (map[block.PlaceKey]view.Place, error) {
	measures := signals.Judgeable()
	values, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelVillage, From: r.Month, To: r.Month}, idsOf(measures)...)
	if err != nil {
		return nil, err
	}
	return block.Places(ctx, r, facts.LevelVillage, measures, values, town, all)
}

// against are the measures that speak most surely against the weak villages, each once, with the measure that was asked for first.
func against(all []signals.Assessment, asked string) []queries.Measure {
	var found []queries.Measure
	add := func(m queries.Measure) {
		if len(found) < mostPictures && !slices.ContainsFunc(found, func(o queries.Measure) bool { return o.ID == m.ID }) {
			found = append(found, m)
		}
	}
	if m, ok := queries.MeasureOf(asked); ok && signals.HasFunnel(m) {
		add(m)
	}
	for _, weakOnly := range []bool{true, false} {
		for i := range mostPictures { // the surest of each village before the second of one
			for _, a := range all {
				if (a.IsWeak() || !weakOnly) && i < len(a.Evidence) {
					add(a.Evidence[i].Measure)
				}
			}
		}
	}
	if m, ok := queries.MeasureOf(firstFunnel); ok {
		add(m)
	}
	return found
}

// villageLimits sets all villages on the limits of one measure.
func villageLimits(r block.Request, town signals.Town, m queries.Measure) *view.Limits {
	f, months := town.FunnelAt(m)
	l := &view.Limits{Frame: view.Frame{ID: "limits-" + m.ID, Title: m.Name.In(r.Lang), Note: block.PeriodText(r, months) + r.T("；浅色为正常范围", "; shaded: the usual range"), Language: r.Language}, Axis: view.Axis{Suffix: "%"}}
	centre, ok := f.Centre.Get()
	if !ok || len(f.Places) == 0 {
		l.State, l.Reason = view.Empty, r.T("可以比较的村太少。", "Too few villages can be compared.")
		return l
	}
	l.Centre, l.CentreText = 100*centre, r.T("中等水平 ", "middle ")+reading.Percent(centre)
	for _, u := range r.Villages {
		p, ok := f.Of(u.ID)
		if !ok {
			continue
		}
		row := limitsRow(r, f, p, m)
		row.Name, row.Value.Link = u.Name, r.Link("weak", question.In(u.ID), question.With("measure", ""))
		l.Rows = append(l.Rows, row)
	}
	return l
}

// limitsRow is a village's value with its interval and the limits of its base.
func limitsRow(r block.Request, f signals.VillageFunnel, p signals.Place, m queries.Measure) view.LimitsRow {
	low, high := facts.Wilson(p.Events, p.Total, 0.95)
	_, tone := where(r, f, p, m)
	row := view.LimitsRow{Value: view.Value{X: 100 * p.Rate(), Text: reading.Percent(p.Rate()), Numerator: p.Events, Denominator: p.Total, Tone: tone}, Low: 100 * low, High: 100 * high,
		Inner: [2]float64{math.NaN(), math.NaN()}, Outer: [2]float64{math.NaN(), math.NaN()}}
	if inner, outer := f.Limits(p.Total, 0.95), f.Limits(p.Total, f.Outer); inner.Known() && outer.Known() && !f.TooFew && !f.Alike {
		row.Inner, row.Outer = [2]float64{100 * inner.Low.Value, 100 * inner.High.Value}, [2]float64{100 * outer.Low.Value, 100 * outer.High.Value}
	}
	return row
}

// measureLimits sets one village on the limits of every measure it can be judged by, those that speak against it first.
func measureLimits(r block.Request, town signals.Town, a signals.Assessment) *view.Limits {
	l := &view.Limits{Frame: view.Frame{ID: "limits", Title: r.Tf("%s在各项指标上的位置", "Where %s stands on each measure", a.Village.Name), Note: r.T("短线为标准界限或中等水平，浅色为正常范围", "mark: the limit of the criterion, or the middle; shaded: the usual range"), Language: r.Language}, Axis: view.Axis{Suffix: "%"}, Apart: true}
	for _, c := range town.Criteria {
		if h := Criterion(r, c.ID); c.Village == a.Village.ID && c.Month == r.Month && IsShare(h) {
			row := criterionRow(r, c)
			row.Name = h.Name.In(r.Lang)
			l.Rows = append(l.Rows, row)
		}
	}
	measures := signals.Judgeable()
	rank := func(m queries.Measure) int {
		if i := slices.IndexFunc(a.Evidence, func(e signals.Evidence) bool { return e.Measure.ID == m.ID }); i >= 0 {
			return i
		}
		return len(a.Evidence)
	}
	slices.SortStableFunc(measures, func(x, y queries.Measure) int { return rank(x) - rank(y) })
	for _, m := range measures {
		f, _ := town.FunnelAt(m)
		p, ok := f.Of(a.Village.ID)
		centre, known := f.Centre.Get()
		if !ok || !known || m.BeyondDoubt() || len(l.Rows) == mostLimits {
			continue
		}
		row := limitsRow(r, f, p, m)
		row.Name, row.Middle, row.Value.Link = m.Short.In(r.Lang), 100*centre, r.Link("measures", question.With("measure", m.ID))
		if row.Name == "" {
			row.Name = m.Name.In(r.Lang)
		}
		l.Rows = append(l.Rows, row)
	}
	if len(l.Rows) == 0 {
		l.State, l.Reason = view.Empty, r.T("没有可以判断的指标。", "No measure can be judged.")
	}
	return l
}

// mostLimits is how many measures fit on the first screen; the table below it holds all.
const mostLimits = 10

// criterionRow is a village's value on a hard criterion that reads a share, with its interval.
func criterionRow(r block.Request, c signals.Criterion) view.LimitsRow {
	nan := math.NaN()
	row := view.LimitsRow{Low: nan, High: nan, Inner: [2]float64{nan, nan}, Outer: [2]float64{nan, nan}, Middle: 100 * c.Limit}
	if math.IsNaN(c.Value) {
		row.Value.Unknown = r.T("没有数据", "no data")
		return row
	}
	row.Value = view.Value{X: 100 * c.Value, Text: reading.Percent(c.Value), Numerator: c.Numerator, Denominator: c.Denominator}
	if c.Met {
		row.Value.Tone = view.ToneWorse
	}
	row.Value.Few = c.MonthState == signals.FewToJudge
	if low, high := facts.Wilson(c.Numerator, c.Denominator, 0.95); c.Denominator > 0 {
		row.Low, row.High = 100*low, 100*high
	}
	return row
}

// criterionLimits sets all villages against the limit of each hard criterion that a weak village meets and that reads a share.
func criterionLimits(r block.Request, town signals.Town, all []signals.Assessment) (pictures []*view.Limits) {
	for _, h := range r.Programme.HardCriteria {
		met := func(a signals.Assessment) bool {
			return slices.ContainsFunc(a.Criteria, func(c signals.Criterion) bool { return c.ID == h.ID })
		}
		if !IsShare(h) || !slices.ContainsFunc(all, met) {
			continue
		}
		l := &view.Limits{Frame: view.Frame{ID: "criterion-" + h.ID, Title: h.Name.In(r.Lang), Note: r.MonthName(r.Month), Language: r.Language}, Axis: view.Axis{Suffix: "%"}}
		for _, u := range r.Villages {
			i := slices.IndexFunc(town.Criteria, func(c signals.Criterion) bool { return c.Village == u.ID && c.ID == h.ID && c.Month == r.Month })
			if i < 0 {
				continue
			}
			row := criterionRow(r, town.Criteria[i])
			row.Name, row.Value.Link = u.Name, r.Link("weak", question.In(u.ID), question.With("measure", ""))
			l.Rows, l.Centre = append(l.Rows, row), row.Middle
		}
		l.CentreText = r.T("界限 ", "limit ") + reading.Percent(l.Centre/100)
		pictures = append(pictures, l)
	}
	return pictures[:min(len(pictures), mostPictures)]
}
