package work

import (
	"context"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// callbacks lists the households to ask about their visits of the month first, by how surely the record says that one of them
// was not made as written. A household stands once, with all there is to ask it; nobody who would have to answer for a visit is named.
func callbacks(ctx context.Context, r block.Request) (*view.Table, error) {
	rows, err := r.Callbacks(ctx, r.Visitor, r.Unit(), r.Month, r.Programme.DoubtfulVisits.CallbackSample)
	if err != nil {
		return nil, err
	}
	t := &view.Table{ID: "callbacks", Stacked: true, Title: r.Tf("先回访这些 · %s", "Call these back first · %s", r.Month),
		Empty: r.T("本月没有需要优先回访的走访。", "There are none this month."),
		Note:  callbackNote(r)}
	type row = facts.Callback
	columns := []view.ColumnOf[row]{view.Of(view.Words(r.T("农户", "Household")), func(c row) view.Cell { return view.Plain(c.HouseholdID) })}
	columns = append(columns, block.PlaceColumns(r, func(c row) string { return c.VillageID }, func(c row) string { return c.BranchID })...)
	columns = append(columns,
		view.Of(view.Number(r.T("存疑走访", "Doubtful visits")), func(c row) view.Cell { return view.Count(float64(c.Visits)) }),
		view.Of(view.Words(r.T("记录的走访时间", "Visits as recorded")), func(c row) view.Cell { return view.Plain(c.VisitedAt) }),
		view.Of(view.Words(r.T("为什么问", "Why ask")), func(c row) view.Cell { return view.Plain(whyAsk(r, c)) }))
	view.Fill(t, rows, columns...)
	total := 0
	if len(rows) > 0 {
		total = int(rows[0].Total)
	}
	if t.Exist = total; total > len(t.Rows) {
		t.More = r.Tf("共%[2]d户有存疑走访，此处列最该先问的%[1]d户。", "The %[1]d to ask first, of %[2]d households with doubtful visits.", len(t.Rows), total)
	}
	return t, block.UnknownRows(ctx, r, t, "doubtful_visits", r.Month)
}

// callbackNote says how the visits are ordered, and how often the order was right where the truth was known.
func callbackNote(r block.Request) string {
	trial := signals.CallbackTrial
	return r.Tf("按可疑程度排列：同一分钟三户以上又写同样内容的在前，只是内容相同的最后；同等可疑的，各人每天先列一次，再列其余。每户只列一次，按其最可疑的一次走访排位，理由合在一处，打一次电话一并问清。在%[1]d个模拟月份里，排在前面的农户有%[2]s确有编造的走访（%[3]s）。真实的镇可能不同，以回访为准；问的是农户，不要求党员自证。",
		"By how surely the record is wrong: three households or more in one minute with the same words first, the same words alone last; among equally doubtful visits one of each person and day before the second of any. Each household stands once, in the place of its most doubtful visit and with the reasons of all: one call asks about all of them. In %[1]d simulated months %[2]s of the households offered first had a visit that was made up (%[3]s). A real town may differ: the call decides. Ask the household; nobody has to prove a visit.",
		trial.Towns, reading.Percent(trial.Precision()), reading.Base(float64(trial.Rightly), float64(trial.Shown)))
}

// calledBack is what became of call-backs, and for who calls the way to the lists.
func calledBack(ctx context.Context, r block.Request) (all []view.Block, err error) {
	if link := callbackLink(r); link != nil {
		all = append(all, link)
	}
	verified, err := verifiedTable(ctx, r)
	if verified != nil {
		verified.PageRows = loadRows
		all = append(all, verified)
	}
	return all, err
}

// whyAsk writes the signals of a household's visits with their numbers.
func whyAsk(r block.Request, row facts.Callback) string {
	var said []string
	if n := row.SameMinute; n > 0 {
		said = append(said, r.Tf("同一分钟%d户", "%d households in that minute", n))
	}
	if n := row.SameText; n > 0 {
		said = append(said, r.Tf("当月%d次写同样内容", "the same words %d times in the month", n))
	}
	if n := row.SameDay; n > 0 {
		said = append(said, r.Tf("当天%d次", "%d visits on that day", n))
	}
	if row.ExemptVisitor {
		said = append(said, doubts["exempt_visitor"].In(r.Lang))
	}
	if row.LinkMismatch {
		said = append(said, doubts["link_mismatch"].In(r.Lang))
	}
	return strings.Join(said, r.T("；", "; "))
}
