package page

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"hulian/queries/signals"
)

const callbackSQL = `
select c.household_id, c.village_id, c.branch_id, c.visited_at, c.step, c.same_minute, c.same_text, c.same_day, c.exempt_visitor, c.link_mismatch,
    count(*) over () as total
from callback_visits c
where c.month = ?%s
order by c.step, c.turn, c.visited_at, c.visit_id
limit ?`

// callbacks lists the visits of the month to ask about first, by how surely the record says that they were not made as
// written. It names the household that can answer, and nobody who would have to.
func (r Request) callbacks(ctx context.Context) (*Table, error) {
	where, args := r.inPlace("c.")
	args = append(append([]any{r.Month}, args...), int64(r.Programme.DoubtfulVisits.CallbackSample))
	table, err := r.Data.Query(ctx, fmt.Sprintf(callbackSQL, where), args...)
	if err != nil {
		return nil, fmt.Errorf("read the visits to call back: %w", err)
	}
	t := &Table{ID: "callbacks", Stacked: true, Title: r.Tf("先回访这些 · %s", "Call these back first · %s", r.Month),
		Empty: r.T("本月没有需要优先回访的走访。", "There are none this month."),
		Note:  r.callbackNote()}
	t.Columns = slices.Concat([]Column{text(r.T("农户", "Household"))}, r.placeColumns(), []Column{date(r.T("记录的走访时间", "Visit as recorded")), text(r.T("为什么问", "Why ask"))})
	total := 0
	for _, row := range read(table) {
		total = int(row.count("total"))
		t.Rows = append(t.Rows, slices.Concat([]Cell{{Text: row.text("household_id")}}, r.placeCells(row), []Cell{{Text: row.text("visited_at")}, {Text: r.whyAsk(row)}}))
	}
	if total > len(t.Rows) {
		t.More = r.Tf("共 %[2]d 次存疑走访，此处列最该先问的 %[1]d 次。", "The %[1]d to ask about first, of %[2]d doubtful visits.", len(t.Rows), total)
	}
	return t, nil
}

// callbackNote says how the visits are ordered, and how often the order was right where the truth was known.
func (r Request) callbackNote() string {
	trial := signals.CallbackTrial
	return r.Tf("按可疑程度排列：同一分钟三户以上又写同样内容的在前，只是内容相同的最后；同一人同一天的先列一次。在 %[1]d 个模拟月份里，排在前面的有 %[2]s 确是编造的（%[3]s）。真实的镇可能不同，以回访为准；问的是农户，不要求党员自证。",
		"By how surely the record is wrong: three households or more in one minute with the same words first, the same words alone last; one visit of each person and day before the second of any. In %[1]d simulated months %[2]s of those offered first were made up (%[3]s). A real town may differ: the call decides. Ask the household; nobody has to prove a visit.",
		trial.Towns, Percent(trial.Precision()), Base(float64(trial.Rightly), float64(trial.Shown)))
}

// whyAsk writes the signals of one visit with their numbers.
func (r Request) whyAsk(row record) string {
	var said []string
	if n := row.count("same_minute"); n > 0 {
		said = append(said, r.Tf("同一分钟 %d 户", "%d households in that minute", n))
	}
	if n := row.count("same_text"); n > 0 {
		said = append(said, r.Tf("当月 %d 次写同样内容", "the same words %d times in the month", n))
	}
	if n := row.count("same_day"); n > 0 {
		said = append(said, r.Tf("当天 %d 次", "%d visits on that day", n))
	}
	if row.truth("exempt_visitor") {
		said = append(said, doubts["exempt_visitor"].In(r.Lang))
	}
	if row.truth("link_mismatch") {
		said = append(said, doubts["link_mismatch"].In(r.Lang))
	}
	return strings.Join(said, r.T("；", "; "))
}
