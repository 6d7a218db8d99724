package block

import (
	"context"
	"math"
	"slices"
	"strings"

	"hulian/dashboards/chart"
	"hulian/dashboards/facts"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/reading"
)

// ByUnit are the measures of the table of villages or branches.
var ByUnit = []string{"household_coverage", "unvisited_share", "silent_members", "on_time_rate", "resolution_rate_cumulative", "overdue_issues", "households_per_active_member"}

// ChangeCell is the difference to the month compared with, or why there is none to be read.
func ChangeCell(r Request, now, then facts.Value) view.Cell {
	if reason := notCompared(r, now, then); reason != "" {
		return view.Cell{Text: reading.Missing, Note: reason}
	}
	return view.Cell{Text: Difference(r, now, then)}
}

// notCompared says why this month's value is not set against that of another month; empty where it is.
func notCompared(r Request, now, then facts.Value) string {
	switch {
	case !now.Known() || !then.Known():
		return ""
	case now.Measure.Series == queries.Filling:
		return r.T("是本期（半年或全年）的数，不与其他月份相比", "the figure of its half-year or year, not compared")
	case !now.Ripe(r.Programme, r.CutOff) || !then.Ripe(r.Programme, r.CutOff):
		return r.T("未满期，暂不比较", "not ripe, not compared yet")
	}
	return ""
}

// Together names one signal by the measures it shows in.
func Together(r Request, names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return r.Tf("%s（连同%s）", "%s (with %s)", names[0], strings.Join(names[1:], r.T("、", ", ")))
}

// SameSignal says that a row shows no signal of its own, but that of a measure above it.
func SameSignal(r Request, m queries.Measure) string {
	return r.Tf("与上面的“%s”是同一个信号", "the same signal as %s above", m.Name.In(r.Lang))
}

// Trend draws measures of the page's unit over the months.
func Trend(r Request, own facts.Measured, id, title string, ids ...string) (*view.Chart, error) {
	months, hollow := r.MonthsUpTo(), false
	unit := r.Unit()
	s := chart.Series{Lang: r.Lang, ID: id, Label: title, Months: months, Number: chart.OneDigit, Marks: Marks(r, unit)}
	table := view.Table{ID: id + "-data", Title: title, Columns: []view.Column{{Title: r.T("月份", "Month"), Kind: view.ColumnText}}}
	for _, month := range months {
		table.Rows = append(table.Rows, []view.Cell{{Text: month}})
	}
	for _, measure := range ids {
		series := own.Series(measure, unit.ID, months)
		line := chart.Line{Name: series[0].Measure.Name.In(r.Lang)}
		for i, v := range series {
			line.Values = append(line.Values, v.Drawn())
			line.Hollow = append(line.Hollow, Caution(r, v) != "")
			hollow = hollow || v.Reason == "" && Caution(r, v) != ""
			table.Rows[i] = append(table.Rows[i], BehindPicture(r, v))
		}
		if series[0].Share() {
			s.Number = chart.Percent
		}
		s.Lines = append(s.Lines, line)
		table.Columns = append(table.Columns, Column(r, measure))
	}
	drawn, err := s.Draw()
	if err != nil {
		return nil, err
	}
	c := &view.Chart{Title: title, Chart: drawn, Table: table}
	c.Note = MarkNote(r, unit)
	if hollow {
		c.Note = strings.TrimSpace(HollowNote(r) + r.T("", " ") + c.Note)
	}
	var shown []facts.Value
	for _, measure := range ids {
		shown = append(shown, own.Series(measure, unit.ID, months)...)
	}
	c.Note = strings.TrimSpace(GapNote(r, shown) + r.T("", " ") + c.Note)
	return c, nil
}

// GapNote explains the gaps of a series: the months of which something is not known.
func GapNote(r Request, values []facts.Value) string {
	var gaps []string
	for _, v := range values {
		if v.Reason != "" && !slices.Contains(gaps, v.Month) {
			gaps = append(gaps, v.Month)
		}
	}
	slices.Sort(gaps)
	for i, month := range gaps {
		gaps[i] = r.MonthName(month)
	}
	switch n := len(gaps); {
	case n == 0:
		return ""
	case n <= 3:
		return r.Tf("空缺：%s没有数据，未知，不计入界限。", "Gaps: nothing is known of %s; unknown months stand in no limits.", strings.Join(gaps, r.T("、", ", ")))
	default:
		return r.Tf("空缺：有%d个月没有数据，未知，不计入界限。", "Gaps: nothing is known of %d months; unknown months stand in no limits.", n)
	}
}

// UnknownRows has a list say that nothing is known, in the place of there being none, where its measure is not known of the
// page's unit; where it is known of some villages only, how many.
func UnknownRows(ctx context.Context, r Request, t *view.Table, measure, month string) error {
	u := r.Unit()
	found, err := r.Values(ctx, r.Visitor, facts.Scope{Level: u.Level, Unit: u.ID, From: month, To: month}, measure)
	if err != nil {
		return err
	}
	switch v := found.At(measure, u.ID, month); {
	case v.Reason != "":
		t.Empty = reading.Sentence(Caution(r, v), r.Lang)
	case math.IsNaN(v.Num):
		t.Empty = r.T("没有数据，未知。", "Unknown: there are no data.")
	default:
		if why := Partial(r, v); why != "" {
			t.Note = why + r.T("。", ". ") + t.Note
		}
	}
	return nil
}

// Untold are the IDs of the villages of which a measure of the month is not known, and a sentence that names those of the place.
func Untold(ctx context.Context, r Request, measure string) (unknown []string, said string, err error) {
	found, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelVillage, From: r.Month, To: r.Month}, measure)
	if err != nil {
		return nil, "", err
	}
	var names []string
	for _, u := range r.Villages {
		if v := found.At(measure, u.ID, r.Month); v.Reason != "" || math.IsNaN(v.Num) {
			unknown = append(unknown, u.ID)
			if r.Village == "" || r.Village == u.ID {
				names = append(names, u.Name)
			}
		}
	}
	if len(names) == 0 {
		return unknown, "", nil
	}
	return unknown, r.Tf("%s数据未到，未知，不列出。", "Not known, and not listed, for want of data: %s. ", strings.Join(names, r.T("、", ", "))), nil
}

// HollowNote explains the hollow points of a series.
func HollowNote(r Request) string {
	return r.T("空心点：基数小或未满期，只显示，不作判断；基数不超过 3 的不画，见表。", "Hollow points: small base or not ripe, shown and not judged; a base of 3 or less is not drawn, it stands in the table.")
}

// MostShown is how many units the matrix and the split of a change show; of more, the most urgent, or those that add most.
const (
	MostShown  = 30
	FewUrgents = 15
)
