package dictionary

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
)

// mostRowsBehind is how many rows behind a number the page holds.
const mostRowsBehind = 20_000

// filesNamed is how many of the files behind a number are named.
const filesNamed = 8

// BuildBehind shows what a number is made of: its rows, its definition, how they were found, what they rest on.
func BuildBehind(ctx context.Context, r block.Request) (view.View, error) {
	id := cmp.Or(r.Params.Get("measure"), "household_coverage")
	m, known := queries.MeasureOf(id)
	if !known {
		return view.View{}, fmt.Errorf("%w: measure=%s", question.ErrBadFilter, id)
	}
	unit := r.Unit()
	v := view.View{Heading: r.Tf("%s · %s · %s", "%s · %s · %s", m.Name.In(r.Lang), unit.Name, r.MonthName(r.Month))}
	if !m.At(unit.Level) {
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneQuiet, Text: r.Tf("这个指标不在%s一级计算。", "This measure is not computed for a %s.", r.LevelName(unit.Level))})
		return v, nil
	}
	own, err := r.Values(ctx, r.Visitor, facts.Scope{Level: unit.Level, Unit: unit.ID, From: r.Month, To: r.Month}, m.ID)
	if err != nil {
		return v, err
	}
	value := own.At(m.ID, unit.ID, r.Month)
	d := &view.Drawer{Frame: view.Frame{ID: "behind", Title: m.Name.In(r.Lang), Language: r.Language}, Open: true, Value: shownValue(r, value), Definition: m.Note.In(r.Lang), Formula: formula(r, m, value),
		CutOff: r.CutOff.Format(time.DateOnly), Snapshot: fmt.Sprintf("%d %.12s", r.Generation, r.Hash)}
	if d.Files, err = filesBehind(ctx, r, m); err != nil {
		return v, err
	}
	tables, sql, err := rowTables(ctx, r, m, value)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, d)
	if r.Visitor.MayAnywhere(visitor.Query) {
		d.SQL = sql
	}
	if why, none := m.WithoutRows(); none {
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneQuiet, Title: r.T("这个数字没有可以逐行列出的依据", "No rows can be listed behind this figure"), Text: why.In(r.Lang)})
	}
	if len(tables) == 0 {
		made, err := madeOf(ctx, r, m)
		v.Blocks = append(v.Blocks, made...)
		return v, err
	}
	d.Rows = block.List(r, tables[0])
	if m.Rate() {
		ofDenominator := r.Params.Get("part") == "denominator"
		d.Parts = []view.Side{{Name: r.T("分子：", "Numerator: ") + m.Numerator.In(r.Lang), Link: r.Link("behind", question.With("part", "")), Chosen: !ofDenominator},
			{Name: r.T("分母：", "Denominator: ") + m.Denominator.In(r.Lang), Link: r.Link("behind", question.With("part", "denominator")), Chosen: ofDenominator}}
	}
	for _, t := range tables[1:] {
		v.Blocks = append(v.Blocks, t)
	}
	return v, nil
}

// shownValue is a value as components draw it.
func shownValue(r block.Request, v facts.Value) view.Value {
	shown := view.Value{X: v.Shown(), Text: v.Text(r.Lang)}
	if !v.Known() {
		shown.Unknown = cmp.Or(block.Caution(r, v), r.T("没有数据", "no data"))
	}
	if v.Rate() && !math.IsNaN(v.Den) {
		shown.Numerator, shown.Denominator = v.Num, v.Den
	}
	return shown
}

// formula is how a value is made, in words and numbers.
func formula(r block.Request, m queries.Measure, v facts.Value) string {
	if !m.Rate() || math.IsNaN(v.Den) {
		return r.MadeOf(m)
	}
	return r.MadeOf(m) + " = " + reading.Base(v.Num, v.Den)
}

// filesBehind names the files a measure rests on.
func filesBehind(ctx context.Context, r block.Request, m queries.Measure) ([]string, error) {
	all, err := r.FilesBehind(ctx, r.Visitor, m.Source...)
	if err != nil {
		return nil, err
	}
	hide, err := r.Hide(ctx, r.Visitor)
	if err != nil {
		return nil, err
	}
	var named []string
	for i, f := range all {
		if i == filesNamed {
			return append(named, r.Tf("等，共 %d 个", "and more: %d in all", len(all))), nil
		}
		named = append(named, r.Tf("%s（%s 收到）", "%s (received %s)", hide(f.Name), f.ReceivedAt))
	}
	return named, nil
}

// rowTables are the rows behind a number, a table for each term of its sum, and the SQL that found the first. None: it is not
// written down which rows it counts.
func rowTables(ctx context.Context, r block.Request, m queries.Measure, v facts.Value) (tables []*view.Table, sql string, err error) {
	denominator, counted, what := r.Params.Get("part") == "denominator" && m.Rate(), v.Num, m.Numerator
	if denominator {
		counted, what = v.Den, m.Denominator
	}
	parts, err := r.RowsBehind(ctx, r.Visitor, m, r.Unit(), r.Month, denominator, int64(block.AtMost(r, mostRowsBehind)))
	if errors.Is(err, facts.ErrHidden) {
		return nil, "", nil
	}
	for i, part := range parts {
		t := &view.Table{ID: "rows", Title: what.In(r.Lang) + " · " + cmp.Or(part.Name.In(r.Lang), r.ExportName(part.Export)), Exist: int(part.All), Empty: r.T("没有这样的行。", "There are no such rows.")}
		if i > 0 {
			t.ID = fmt.Sprintf("rows-%d", i+1)
		}
		if sql == "" {
			sql = part.SQL
		}
		t.Note = r.Tf("现有 %s 行。", "%s rows.", reading.Count(float64(part.All)))
		if part.Sum != float64(part.All) {
			t.Note = r.Tf("现有 %s 行，合计 %s。", "%s rows, which add up to %s.", reading.Count(float64(part.All)), reading.Plain(part.Sum, decimals(part.Sum)))
		}
		if len(parts) == 1 && !math.IsNaN(counted) && math.Abs(counted-part.Sum) > 0.005 {
			t.Note = r.Tf("当时计入 %s，按现有登记符合条件的有 %s 行，合计 %s：名册后来有增减或更正，或数字不是行数之和。", "Counted then: %s. Rows that fit by what is registered now: %s, which add up to %s. The registry has changed since, or the number is no count of rows.", reading.Plain(counted, decimals(counted)), reading.Count(float64(part.All)), reading.Plain(part.Sum, decimals(part.Sum)))
		}
		if int64(len(part.Rows.Rows)) < part.All {
			t.More = r.Tf("此处只有前 %s 行，导出的文件是全部。", "The first %s are here; a file holds all.", reading.Count(float64(len(part.Rows.Rows))))
		}
		fillRows(r, t, part)
		tables = append(tables, t)
	}
	return tables, sql, err
}

// decimals is how many digits a number has behind the point, two at most.
func decimals(x float64) int {
	if x == math.Trunc(x) {
		return 0
	}
	return 2
}

// fillRows sets rows of an export under the names of its columns, in the words of the reader's language. Columns that hold
// nothing are left out.
func fillRows(r block.Request, t *view.Table, part facts.BehindRows) {
	contract, _ := data.ContractOf(part.Export)
	for i, c := range part.Columns {
		column, ours := contract.Column(c.ID)
		filled := false
		for _, row := range part.Rows.Rows {
			if row[i] != nil && row[i] != "" {
				filled = true
				break
			}
		}
		name := column.Name
		if head, told := part.Heads[c.ID]; told {
			ours, name, column.ID = true, head, c.ID
		}
		if !ours || !filled {
			continue
		}
		head := view.Words(name.In(r.Lang))
		switch c.Type {
		case "integer", "number":
			head = view.Number(head.Title)
		case "date", "timestamp":
			head = view.Day(head.Title)
		}
		t.Columns = append(t.Columns, head)
		for j, row := range part.Rows.Rows {
			if len(t.Rows) <= j {
				t.Rows = append(t.Rows, nil)
			}
			t.Rows[j] = append(t.Rows[j], rowCell(r, part.Export, column, row[i]))
		}
	}
	t.Stacked = len(t.Columns) > 5
}

func rowCell(r block.Request, export string, c data.Column, value any) view.Cell {
	switch value := value.(type) {
	case nil:
		return view.Plain(reading.Missing)
	case bool:
		if value {
			return view.Plain(r.T("是", "yes"))
		}
		return view.Plain(r.T("否", "no"))
	case time.Time:
		if value.Equal(value.Truncate(24 * time.Hour)) {
			return view.Plain(value.Format(time.DateOnly))
		}
		return view.Plain(value.Format("2006-01-02 15:04"))
	case string:
		switch c.ID {
		case "village_id", "branch_id":
			return block.UnitCell(r, value)
		case "export":
			return view.Plain(r.ExportName(value))
		}
		if len(c.Values) > 0 {
			return view.Plain(r.Word(export, c.ID, value))
		}
		return view.Plain(value)
	case int64:
		return view.Count(float64(value))
	case float64:
		return view.Decimal(value, 1)
	}
	return view.Plain(fmt.Sprint(value))
}

// madeOf is what a number is made of where no rows can be shown: its values in the units below.
func madeOf(ctx context.Context, r block.Request, m queries.Measure) ([]view.Block, error) {
	why := view.Callout{Tone: view.ToneQuiet, Title: r.T("这个数没有逐行明细", "No rows stand behind this number"),
		Text: r.Tf("它由汇总得出：%s。数据来源：%s。", "It is made of sums: %s. Sources: %s.", r.MadeOf(m), sources(r, m))}
	if m.Group == "quality" {
		why.Next, why.Link = r.T("被退回的行在“数据状况”页逐行列出", "The page of the data lists the rows that were refused"), r.Link("data")
	}
	if len(r.Below()) == 0 || !m.At(block.BelowScope(r).Level) {
		return []view.Block{why}, nil
	}
	t, err := block.UnitTable(ctx, r, "rows", m.ID)
	if err != nil || t == nil {
		return []view.Block{why}, err
	}
	return []view.Block{why, t}, nil
}
