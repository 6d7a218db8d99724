package page

import (
	"context"
	"fmt"
	"slices"

	"hulian/queries/signals"
)

const decisionsSQL = `
select d.decided_on, d.decision, d.decided_by, d.reason
from cadre_decisions d
where d.member_id = ?
order by d.decided_on`

// sheet is what is on record for one member: every signal, shown or not and why, the context, the decisions. It is made to
// be printed and handed to the member, who may contest it.
func (r Request) sheet(ctx context.Context, v View, id string, records []signals.Record, people []signals.Person, sheets []signals.Sheet) (View, error) {
	i := slices.IndexFunc(people, func(p signals.Person) bool { return p.ID == id })
	if i < 0 {
		return v, fmt.Errorf("%w: member=%s", ErrUnknownUnit, id)
	}
	person := people[i]
	var signs []signals.Sign
	for _, s := range sheets {
		if s.ID == id {
			signs = s.Signs
		}
	}
	v.Heading = r.Tf("依据单 · %s %s", "Evidence sheet · %s %s", r.Person(person.Name), id)
	v.Sentences = []string{r.Tf("%s，%s。", "%s; %s.", r.Name(person.Branch), r.background(person)),
		r.T("以下是记录，不是评价。本人可以查看、说明和更正。", "What follows is the record, not a verdict. The member may see it, explain it and have it corrected.")}
	evidence := &Table{ID: "evidence", Stacked: true, Title: r.T("各项记录", "The records"), Note: r.atCutOff(),
		Columns: []Column{text(r.T("依据", "Evidence")), onBase(r.T("本人", "Member"), ""), number(r.T("支部中位数", "Branch median")), number(r.T("同伴", "Peers")), text(r.T("是否明显高于支部", "Clearly above the branch"))}}
	for _, kind := range signals.SignalKinds {
		for _, record := range records {
			if record.Member == id && record.Signal == kind {
				evidence.Rows = append(evidence.Rows, r.recordRow(record, signs))
			}
		}
	}
	decisions, err := r.decisions(ctx, id)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, evidence, decisions, Callout{Title: r.T("背景不是依据", "Context is not evidence"),
		Text: r.T("年龄、学历、党龄、职务不参与任何计算。", "Age, education, years as a member and office enter no calculation."), Next: r.T("返回名单", "Back to the list"), Link: r.Link("cadres", With("member", ""))})
	return v, nil
}

func (r Request) recordRow(record signals.Record, signs []signals.Sign) []Cell {
	rules := r.Programme.CadreSignals
	value, peer := r.signValue(record)
	cell := Cell{Text: value}
	if signals.Counted(record.Signal) {
		cell.Base, cell.Value = Base(record.Numerator, record.Denominator), plainNumber(record.Numerator, 0)
	} else if !(record.Denominator > 0) {
		cell.Text = missing
	}
	cell.Num, cell.Den = plainNumber(record.Numerator, 0), plainNumber(record.Denominator, 0)
	said := Cell{Text: r.T("不能肯定", "cannot be told")}
	switch {
	case slices.ContainsFunc(signs, func(s signals.Sign) bool { return s.Signal == record.Signal }):
		i := slices.IndexFunc(signs, func(s signals.Sign) bool { return s.Signal == record.Signal })
		said = Cell{Text: r.Tf("是，普通党员如此的概率%s", "yes: an ordinary member shows as much with a chance %s", r.rarity(signs[i].Chance)), Tone: ToneBetter}
	case !record.MinimumMet:
		said = Cell{Text: r.T("记录不足最低要求", "below the least evidence"), Tone: ToneQuiet}
	case record.Peers < rules.Peers:
		said = Cell{Text: r.T("同伴太少", "too few peers"), Tone: ToneQuiet}
	}
	if record.Doubtful > 0 {
		said.Note = r.Tf("存疑走访 %d 次未计入，先核实", "doubtful visits left out: %d; check them first", record.Doubtful)
	}
	return []Cell{{Text: signNames[record.Signal].In(r.Lang)}, cell, {Text: peer}, countCell(float64(record.Peers)), said}
}

func (r Request) decisions(ctx context.Context, id string) (*Table, error) {
	table, err := r.Data.Query(ctx, decisionsSQL, id)
	if err != nil {
		return nil, fmt.Errorf("read decisions: %w", err)
	}
	t := &Table{ID: "decisions", Title: r.T("组织决定", "Decisions"), Empty: r.T("还没有决定。", "No decision yet."),
		Columns: []Column{date(r.T("日期", "Date")), text(r.T("决定", "Decision")), text(r.T("决定机构", "Decided by")), text(r.T("理由", "Reason"))}}
	for _, row := range read(table) {
		t.Rows = append(t.Rows, []Cell{{Text: row.date("decided_on")}, {Text: r.word("cadre_decisions", "decision", row.text("decision"))}, {Text: row.text("decided_by")}, {Text: row.text("reason")}})
	}
	return t, nil
}
