package block

import (
	"math"

	"hulian/dashboards/facts"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries/reading"
	"hulian/queries/stats/spc"
)

// trendMonths is how many months a tile shows.
const trendMonths = 24

// brief is a value as short as it can be said: 79.9%, 248件.
func brief(r Request, v facts.Value) string {
	if !v.Known() {
		return v.Text(r.Lang)
	}
	if v.Share() {
		return v.Bare() + "%"
	}
	if v.Measure.Unit == "count" {
		return reading.Counted(*v.Measure, v.Value, r.Lang)
	}
	return v.Bare()
}

// Tile is one leading figure with its course, and its change against the month compared with.
func Tile(r Request, l Lead) view.Tile {
	series, read := l.Series, l.Read
	now := l.Now()
	m := *now.Measure
	t := view.Tile{ID: m.ID, Label: shortName(r, m), Value: DrawnValue(r, now, ToneOf(read)), Verdict: verdictOf(r, read), Trend: course(r, series, read),
		Link: r.Link("measures", question.With("measure", m.ID)), Rows: r.Behind(now), Tell: TellOf(r, m)}
	t.Value.Text = brief(r, now)
	setChange(r, &t, now, l.Then)
	if interval := r.Within(read.Interval(r.Lang)); interval != "" {
		t.Details = append(t.Details, view.Detail{Name: r.T("区间", "Interval"), Text: interval})
	}
	t.Details = append(t.Details, view.Detail{Name: r.T("研判", "Reading"), Text: read.Sentence(r.Lang)})
	if why := Partial(r, now); why != "" {
		t.Details = append(t.Details, view.Detail{Name: r.T("范围", "Covers"), Text: why})
	}
	return t
}

// DrawnValue is a value as components take it.
func DrawnValue(r Request, v facts.Value, tone view.Tone) view.Value {
	shown := view.Value{X: v.Shown(), Text: v.Text(r.Lang), Tone: tone}
	if !v.Known() {
		shown.Unknown = v.Text(r.Lang)
		if shown.Unknown == reading.Missing {
			shown.Unknown = r.T("没有数据", "no data")
		}
		if why := Caution(r, v); why != "" {
			shown.Unknown = why
		}
		return shown
	}
	if v.Share() && v.Den > 0 {
		shown.Numerator, shown.Denominator = v.Num, v.Den
	}
	shown.Few = v.Small(r.Programme)
	return shown
}

// course is the last two years of a series, with the limits its reading knows.
func course(r Request, series []facts.Value, read reading.Reading) view.Trend {
	from := max(0, len(series)-trendMonths)
	at := map[string]int{}
	t := view.Trend{}
	for i, v := range series[from:] {
		at[v.Month] = i
		t.Months, t.Values = append(t.Months, v.Month), append(t.Values, v.Drawn())
		t.Hollow = append(t.Hollow, v.Known() && Caution(r, v) != "")
		t.Low, t.High = append(t.Low, math.NaN()), append(t.High, math.NaN())
	}
	for i, p := range read.Chart.Points {
		j, ok := at[read.Months[min(i, len(read.Months)-1)]]
		if ok && p.Lower.Known && p.Upper.Known {
			t.Low[j], t.High[j] = reading.Shown(read.Measure, p.Lower.Value), reading.Shown(read.Measure, p.Upper.Value)
		}
	}
	return t
}

// verdictOf is a reading in at most fourteen characters. It says no more than the reading does.
func verdictOf(r Request, read reading.Reading) string {
	up := read.Sign > 0
	switch {
	case !read.Known():
		return ""
	case read.Poor || read.Missing:
		return r.T("数据不足，暂不评价", "data too poor")
	case read.Unripe:
		return r.Tf("未满%d天，暂不评价", "not yet %d days old", read.Rules.RipeDays)
	case read.SmallBase:
		return r.T("基数小，暂不评价", "base too small")
	case read.Variation == reading.Common:
		return r.T("正常波动", "ordinary variation")
	case read.Variation == reading.Unread:
		return r.T("截至月末", "as it stands")
	case !read.Signal():
		return r.T("月份少，暂不评价", "too few months")
	case read.Rule == spc.TrendRule && read.Level > 0 && up:
		return r.Tf("近%d个月%d升%d平", "up %[2]d of %[1]d months", read.Run+read.Level, read.Run, read.Level)
	case read.Rule == spc.TrendRule && read.Level > 0:
		return r.Tf("近%d个月%d降%d平", "down %[2]d of %[1]d months", read.Run+read.Level, read.Run, read.Level)
	case read.Rule == spc.TrendRule && up:
		return r.Tf("连续%d个月上升", "up %d months running", read.Run)
	case read.Rule == spc.TrendRule:
		return r.Tf("连续%d个月下降", "down %d months running", read.Run)
	case up:
		return r.T("明显升高", "clearly higher")
	default:
		return r.T("明显降低", "clearly lower")
	}
}
