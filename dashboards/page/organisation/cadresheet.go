package organisation

import (
	"context"
	"fmt"
	"slices"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// sheet is what is on record for one member: every signal, shown or not and why, the context, the decisions. It is made to
// be printed and handed to the member, who may contest it.
func sheet(ctx context.Context, r block.Request, v view.View, id string, records []signals.Record, people []signals.Person, sheets []signals.Sheet) (view.View, error) {
	i := slices.IndexFunc(people, func(p signals.Person) bool { return p.ID == id })
	if i < 0 {
		return v, fmt.Errorf("%w: member=%s", question.ErrUnknownUnit, id)
	}
	person := people[i]
	var signs []signals.Sign
	for _, s := range sheets {
		if s.ID == id {
			signs = s.Signs
		}
	}
	v.Heading = r.Tf("依据单 · %s %s", "Evidence sheet · %s %s", person.Name, id)
	v.Sentences = []string{r.Tf("%s，%s。", "%s; %s.", r.Name(person.Branch), background(r, person)),
		r.T("以下是记录，不是评价。本人可以查看、说明和更正。", "What follows is the record, not a verdict. The member may see it, explain it and have it corrected.")}
	evidence := &view.Table{ID: "evidence", Stacked: true, Title: r.T("各项记录", "The records"), Note: block.AtCutOff(r),
		Columns: []view.Column{view.Words(r.T("依据", "Evidence")), view.Rate(r.T("本人", "Member"), ""), view.Number(r.T("支部中位数", "Branch median")), view.Number(r.T("同伴", "Peers")), view.Words(r.T("是否明显高于支部", "Clearly above the branch"))}}
	for _, kind := range signals.SignalKinds {
		for _, record := range records {
			if record.Member == id && record.Signal == kind {
				evidence.Rows = append(evidence.Rows, recordRow(r, record, signs))
			}
		}
	}
	decisions, err := decisions(ctx, r, id)
	if err != nil {
		return v, err
	}
	assessed, err := assessedAs(ctx, r, id)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, evidence, assessed, decisions, view.Callout{Title: r.T("背景不是依据", "Context is not evidence"),
		Text: r.T("年龄、学历、党龄、职务不参与任何计算。", "Age, education, years as a member and office enter no calculation."), Next: r.T("返回名单", "Back to the list"), Link: r.Link("cadres", question.With("member", ""))})
	return v, nil
}

func recordRow(r block.Request, record signals.Record, signs []signals.Sign) []view.Cell {
	rules := r.Programme.CadreSignals
	value, peer := signValue(r, record)
	cell := view.Cell{Text: value}
	if signals.Counted(record.Signal) {
		cell.Base, cell.Value = reading.Base(record.Numerator, record.Denominator), reading.Plain(record.Numerator, 0)
	} else if !(record.Denominator > 0) {
		cell.Text = reading.Missing
	}
	cell.Num, cell.Den = reading.Plain(record.Numerator, 0), reading.Plain(record.Denominator, 0)
	said := view.Cell{Text: r.T("不能肯定", "cannot be told")}
	switch {
	case slices.ContainsFunc(signs, func(s signals.Sign) bool { return s.Signal == record.Signal }):
		i := slices.IndexFunc(signs, func(s signals.Sign) bool { return s.Signal == record.Signal })
		said = view.Cell{Text: r.Tf("是，普通党员如此的概率%s", "yes: an ordinary member shows as much with a chance %s", rarity(r, signs[i].Chance)), Tone: view.ToneBetter}
	case !record.MinimumMet:
		said = view.Cell{Text: r.T("记录不足最低要求", "below the least evidence"), Tone: view.ToneQuiet}
	case record.Peers < rules.Peers:
		said = view.Cell{Text: r.T("同伴太少", "too few peers"), Tone: view.ToneQuiet}
	}
	if record.Doubtful > 0 {
		said.Note = r.Tf("存疑走访 %d 次未计入，先核实", "doubtful visits left out: %d; check them first", record.Doubtful)
	}
	return []view.Cell{{Text: signNames[record.Signal].In(r.Lang)}, cell, {Text: peer}, view.Count(float64(record.Peers)), said}
}

func decisions(ctx context.Context, r block.Request, id string) (*view.Table, error) {
	rows, err := r.Decisions(ctx, r.Visitor, id)
	if err != nil {
		return nil, err
	}
	t := &view.Table{ID: "decisions", Title: r.T("组织决定", "Decisions"), Empty: r.T("还没有决定。", "No decision yet.")}
	type row = facts.Decision
	view.Fill(t, rows,
		view.Of(view.Day(r.T("日期", "Date")), func(d row) view.Cell { return view.Plain(d.DecidedOn) }),
		view.Of(view.Words(r.T("决定", "Decision")), func(d row) view.Cell { return view.Plain(r.Word("cadre_decisions", "decision", d.Decision)) }),
		view.Of(view.Words(r.T("决定机构", "Decided by")), func(d row) view.Cell { return view.Plain(d.DecidedBy) }),
		view.Of(view.Words(r.T("理由", "Reason")), func(d row) view.Cell { return view.Plain(d.Reason) }))
	return t, nil
}
