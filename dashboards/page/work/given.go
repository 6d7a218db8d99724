package work

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/queries/reading"
)

const (
	pointsFor    = "points_" // begins the name of a fact about points: the category follows
	givenMonths  = 12
	untoldPoints = "untold" // the category of entries that name none
)

// givenFor shows what points were given for, over the last months and in the page's month: the category that gained most first. The ledger is
// told apart by village, so that the page of a branch has none; nil there.
func givenFor(ctx context.Context, r block.Request) (*view.Table, string, error) {
	if r.Unit().Level == facts.LevelBranch {
		return nil, "", nil
	}
	told, err := r.MemberFacts(ctx, r.Visitor, r.Unit())
	if err != nil {
		return nil, "", err
	}
	from := max(facts.MonthAdd(r.Month, 1-givenMonths), r.FirstMonth)
	ledger := told.Prefixed(pointsFor).Between(from, r.Month)
	t := &view.Table{ID: "given", Title: r.Tf("积分给在哪里 · %[1]s 至 %[2]s", "What points were given for · %[1]s to %[2]s", r.MonthName(from), r.MonthName(r.Month)),
		Note:    r.T("占比的分母是合计为正的各类之和。", "Shares are of the sum of the categories that came out above zero."),
		Empty:   r.T("没有收到积分明细，情况未知。", "No ledger of points was received: nothing is known."),
		Columns: []view.Column{view.Words(r.T("类别", "Category")), view.Number(r.Tf("近%d个月（分）", "Last %d months (points)", givenMonths)), view.Rate(r.T("占比", "Share"), "%"), view.Number(r.T("本月（分）", "This month (points)"))}}
	var gained float64
	names := ledger.Names()
	for _, name := range names {
		gained += max(0, ledger.Of(name, "").Sum())
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(ledger.Of(b, "").Sum(), ledger.Of(a, "").Sum()) })
	said := ""
	for _, name := range names {
		label := r.T("没有写明类别", "no category on record")
		if category := strings.TrimPrefix(name, pointsFor); category != untoldPoints {
			label = r.Word("points", "category", category)
		}
		points, share := ledger.Of(name, "").Sum(), view.Cell{Text: reading.Missing}
		if points > 0 {
			share = view.Share(points, gained)
		}
		if said == "" && points > 0 {
			said = r.Tf("近%[1]d个月得分最多的是“%[2]s”，%[3]s 分，占 %[4]s 分的 %[5]s。", "Over the last %[1]d months most points were given for “%[2]s”: %[3]s of %[4]s points (%[5]s).",
				givenMonths, label, reading.Decimal(points, 0), reading.Decimal(gained, 0), reading.Percent(points/gained))
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: label}, view.Count(points), share, view.Count(ledger.Of(name, r.Month).Sum())})
	}
	window := slices.DeleteFunc(r.MonthsUpTo(), func(month string) bool { return month < from })
	if silent := len(window) - len(ledger.Periods()); silent > 0 && len(t.Rows) > 0 {
		t.Note += r.Tf("其中 %d 个月没有积分明细，合计只是其余月份的。", " Of %d of these months there is no ledger: the sums are those of the others.", silent)
	}
	if len(t.Rows) > 0 {
		t.Total = []view.Cell{{Text: r.T("合计", "Total")}, view.Count(ledger.Sum()), {}, view.Count(ledger.Between(r.Month, r.Month).Sum())}
	}
	return t, said, nil
}
