package block

import (
	"context"
	"slices"

	"hulian/dashboards/facts"
	"hulian/dashboards/view"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// Supported lists the supports of the page's village, of the town all, with what the villages' series did since; nil where none has begun.
// A branch has no supports of its own.
func Supported(ctx context.Context, r Request) (*view.Table, error) {
	u := r.Unit()
	mine := func(village string) bool { return u.Level == facts.LevelTown || village == u.ID }
	if u.Level == facts.LevelBranch || !slices.ContainsFunc(r.Supports, func(s signals.Support) bool { return mine(s.Village) }) {
		return nil, nil
	}
	town, err := Judged(ctx, r)
	if err != nil {
		return nil, err
	}
	t := &view.Table{ID: "supports", Stacked: true, Title: r.Tf("帮扶成效 · %s", "Supports and what followed · %s", r.Month)}
	if u.Level == facts.LevelTown {
		t.Columns = []view.Column{view.Words(r.T("村", "Village"))}
	}
	t.Columns = append(t.Columns, view.Words(r.T("帮扶", "Support")), view.Day(r.T("开始", "Began")), view.Day(r.T("结束", "Ended")), view.Words(r.T("成效", "Outcome")), view.Words(r.T("依据", "Evidence")))
	var better, same, open int
	for _, o := range signals.Outcomes(town) {
		if !mine(o.Village) {
			continue
		}
		tone := view.ToneQuiet
		switch {
		case o.Credited():
			better, tone = better+1, view.ToneBetter
		case o.Judged:
			same, tone = same+1, view.ToneNone
		default:
			open++
		}
		kind, evidence := r.Word("supports", "kind", o.Kind), reading.Missing
		if o.Judged {
			evidence = o.Said(kind, r.Lang)
		}
		var row []view.Cell
		if u.Level == facts.LevelTown {
			row = append(row, UnitCell(r, o.Village))
		}
		ended := view.Cell{Text: r.T("进行中", "under way")}
		if o.Ended != "" {
			ended = view.Cell{Text: o.Ended}
		}
		t.Rows = append(t.Rows, append(row, view.Cell{Text: kind}, view.Cell{Text: o.Started}, ended, view.Cell{Text: o.Verdict(r.Lang), Tone: tone}, view.Cell{Text: evidence}))
	}
	if len(t.Rows) == 0 {
		return nil, nil
	}
	t.Note = r.Tf("已开始的帮扶%d项：有好转%d项，未见可信的好转%d项，暂不评价%d项。好转是指与其他村同期相比；有好转不等于证明由帮扶带来。",
		"Supports that have begun: %d; followed by a change for the better: %d; by no credible change: %d; not judged yet: %d. Better is against the other villages over the same months, and no proof that the support did it.",
		len(t.Rows), better, same, open)
	return t, nil
}

// SupportsOf is the part of the report that says what followed each support.
func SupportsOf(ctx context.Context, r Request) (v view.View, err error) {
	t, err := Supported(ctx, r)
	if t != nil {
		v.Blocks = []view.Block{t}
	}
	return v, err
}
