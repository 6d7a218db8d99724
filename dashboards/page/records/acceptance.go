package records

import (
	"context"
	"fmt"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/queries/reading"
)

// acceptanceMeasures say what became of the rows handed in for a month.
var acceptanceMeasures = []string{"validity", "quarantine_open", "quarantine_repaired", "quarantine_waived"}

// Accepted says in one line how much of what was handed in for the page's month was accepted, so that no number stands
// without it.
func Accepted(ctx context.Context, r block.Request) (string, error) {
	town, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelTown, Unit: r.Town.ID, From: r.Month, To: r.Month}, acceptanceMeasures...)
	if err != nil {
		return "", err
	}
	accepted := town.At("validity", r.Town.ID, r.Month)
	if !accepted.Known() {
		return r.Tf("%s：没有收到为这个月报送的文件。", "%s: no file speaks for this month.", r.MonthName(r.Month)), nil
	}
	line := r.Tf("%[1]s报送的数据：接收 %[2]s（%[3]s 行）", "Data of %[1]s: %[2]s of rows accepted (%[3]s)", r.MonthName(r.Month), accepted.Text(r.Lang), accepted.Base(r.Lang))
	count := func(id string) float64 {
		if v := town.At(id, r.Town.ID, r.Month); v.Known() {
			return v.Value
		}
		return 0
	}
	// A month repaired to the last row shows that rows had been refused, though each of them counts once.
	switch settled := count("quarantine_repaired") + count("quarantine_waived"); {
	case count("quarantine_open") > 0:
		line += r.Tf("，%s 行待改", ", %s to mend", reading.Count(count("quarantine_open")))
	case settled > 0:
		line += r.Tf("，退回的 %s 行都已处理", ", all %s refused rows are settled", reading.Count(settled))
	}
	return line, nil
}

// acceptance lists month by month what became of the rows handed in: accepted, waiting for repair, repaired, waived.
func acceptance(ctx context.Context, r block.Request) (view.Block, error) {
	town, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelTown, Unit: r.Town.ID, From: r.FirstMonth, To: r.LastMonth}, acceptanceMeasures...)
	if err != nil {
		return nil, fmt.Errorf("rows by month: %w", err)
	}
	t := &view.Table{ID: "acceptance", Title: r.T("每月接收与退回", "Accepted and refused, month by month"), Empty: r.T("还没有文件。", "There are no files yet."),
		Note: r.T("按文件所属的月份；标题、合计、空行不计，同一行只按最后一次报送计一次。退回的行改好重新上传后算“已修正”，确实不用改的写明姓名和理由算“已豁免”。",
			"By the month a file speaks for, without titles, totals and blank rows; a row counts once, as it was handed in last. A refused row is repaired once a corrected one came in, and waived where a person gave name and reason."),
		Columns: []view.Column{view.Day(r.T("月份", "Month")), block.Column(r, "validity"), view.Number(r.T("待改的行", "Waiting")), view.Number(r.T("已修正", "Repaired")), view.Number(r.T("已豁免", "Waived"))}}
	for _, month := range r.Months() {
		accepted := town.At("validity", r.Town.ID, month)
		if !accepted.Known() {
			continue
		}
		row := []view.Cell{{Text: month}, block.Cell(r, accepted)}
		for _, id := range acceptanceMeasures[1:] {
			row = append(row, block.Cell(r, town.At(id, r.Town.ID, month)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}
