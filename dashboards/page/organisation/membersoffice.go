package organisation

import (
	"context"
	"slices"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/queries/reading"
)

// officeBlocks are how members were assessed, as counts, and what households said of each: for who may see such evidence.
func officeBlocks(ctx context.Context, r block.Request, own facts.Measured, told facts.OrganisationFacts) ([]view.Block, error) {
	if !r.Visitor.SeesEvidence(visitor.Place{Town: r.Town.ID}) {
		return nil, nil
	}
	blocks := []view.Block{view.Section{ID: "assessed", Title: r.T("党员评定与农户考评", "Assessment, and what households say"), Note: r.T("只向组织办公室和镇党委显示；评定只列人数。", "Shown to the organisation office and the committee alone; assessments are counted and not named.")}, assessments(r, told)}
	if len(r.Below()) > 0 && r.Unit().Level == facts.LevelTown {
		units, err := block.UnitTable(ctx, r, "assessed-by-unit", memberResults...)
		if err != nil {
			return nil, err
		}
		units.Title = r.T("各村党员评定（最近一期）", "Assessment by village, the newest period")
		blocks = append(blocks, units)
	}
	said, err := appraisedMembers(ctx, r)
	if err != nil {
		return nil, err
	}
	return append(blocks, said), nil
}

// results of an assessment, the best first.
var results = []string{"pioneer", "qualified", "warned", "unqualified"}

// assessments counts, year by year, how members were assessed, and how many of those warned or unqualified were dealt with.
func assessments(r block.Request, told facts.OrganisationFacts) *view.Table {
	t := &view.Table{ID: "assessments", Title: r.T("历年党员评定", "Assessment of members, year by year"), Empty: r.T("没有收到党员评定结果，情况未知。", "No assessment of members was received: nothing is known."),
		Columns: []view.Column{view.Words(r.T("评定期", "Period"))}}
	var all facts.OrganisationFacts
	for _, result := range results {
		t.Columns = append(t.Columns, view.Number(r.Word("member_ratings", "result", result)))
		all = append(all, told.Of("assessed_"+result, "")...)
	}
	t.Columns = append(t.Columns, view.Rate(r.T("警示和不合格中已处置", "Warned or unqualified, dealt with"), "%"))
	for _, period := range all.Periods() {
		row := []view.Cell{{Text: r.PeriodName(period)}}
		for _, result := range results {
			row = append(row, view.Count(told.Of("assessed_"+result, period).Sum()))
		}
		dealt := view.Cell{Text: reading.Missing, Note: r.T("没有登记处置，未知", "no dealing on record: unknown")}
		if n := told.Of("assessed_dealt_with", period).Sum(); n > 0 {
			dealt = view.Share(n, told.Of("assessed_warned", period).Sum()+told.Of("assessed_unqualified", period).Sum())
		}
		t.Rows = append(t.Rows, append(row, dealt))
	}
	return t
}

// assessedAs lists how one member was assessed, and what was done about a warning.
func assessedAs(ctx context.Context, r block.Request, id string) (*view.Table, error) {
	rows, err := r.Assessments(ctx, r.Visitor, id)
	if err != nil {
		return nil, err
	}
	t := &view.Table{ID: "assessed", Title: r.T("历年党员评定", "Assessments"), Empty: r.T("没有收到评定结果。", "None was received.")}
	type row = facts.Assessed
	view.Fill(t, rows,
		view.Of(view.Words(r.T("评定期", "Period")), func(a row) view.Cell { return view.Plain(r.PeriodName(a.Period)) }),
		view.Of(view.Words(r.T("结果", "Result")), func(a row) view.Cell { return view.Plain(r.Word("member_ratings", "result", a.Result)) }),
		view.Of(view.Words(r.T("处置", "Dealt with")), func(a row) view.Cell { return view.Plain(block.OrMissing(a.DealtWith)) }))
	return t, nil
}

// appraisedMembers lists what households said of each member, the lowest mean first; few appraisals are shown and stand for nobody else.
func appraisedMembers(ctx context.Context, r block.Request) (*view.Table, error) {
	type row = facts.Appraised
	t := &view.Table{ID: "appraised", Stacked: true, Folded: true, PageRows: memberRowsShown, Title: r.T("农户对联系党员的考评（最近一期）", "What households say of their member, the newest period"),
		Note:  r.Tf("只是考评户的意见，不是评价；不足 %d 户的只显示。", "The view of those households and no verdict; under %d of them it is only shown.", r.Programme.Reading.MinimumBase),
		Empty: r.T("没有收到农户考评，情况未知。", "No appraisal was received: nothing is known.")}
	rows, err := block.RowsShown(r, t, func(c facts.Cut) ([]row, error) { return r.AppraisedMembers(ctx, r.Visitor, r.Unit(), c) }, func(a row) int64 { return a.Total })
	if err != nil {
		return nil, err
	}
	view.Fill(t, rows, slices.Concat([]view.ColumnOf[row]{view.Of(view.Words(r.T("党员", "Member")), func(a row) view.Cell { return block.MemberCell(a.MemberID, a.Name) })},
		block.PlaceColumns(r, func(a row) string { return a.VillageID }, func(a row) string { return a.BranchID }),
		[]view.ColumnOf[row]{view.Of(view.Number(r.T("联系户", "Households")), func(a row) view.Cell { return view.Count(a.Linked) }),
			view.Of(view.Number(r.T("考评户", "Appraised")), func(a row) view.Cell { return view.Count(a.Appraised) }),
			view.Of(view.Number(r.T("平均分", "Mean score")), func(a row) view.Cell { return view.Decimal(a.Score, 1) })})...)
	return t, nil
}
