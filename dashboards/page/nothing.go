package page

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"hulian/data"
	"hulian/pipelines"
)

// buildNothing asks for which village, month and export there was nothing to report; below stands what has been said.
func buildNothing(ctx context.Context, r Request) (View, error) {
	v := View{Heading: r.T("零报告", "Nothing to report"), Sentences: []string{
		r.T("某月没有收到数据，按“未知”处理，不算作零，也不用来评价任何村。确实没有发生的，在这里说明，该月即按零计。",
			"A month for which no data came is unknown: it is not taken for none, and no village is judged by it. If nothing happened, say so here, and the month counts as none.")}}
	if r.Params.Get("refused") != "" {
		v.Blocks = append(v.Blocks, Callout{Tone: ToneWorse, Title: r.T("没有改动", "Nothing was changed"),
			Text: r.T("要选定数据表、村和月份，并写明姓名（100 字以内）和理由（500 字以内）。", "Choose an export, a village and a month, and give a name of at most 100 characters and a reason of at most 500.")})
	}
	if r.Params.Get("done") != "" {
		v.Blocks = append(v.Blocks, Callout{Tone: ToneBetter, Title: r.T("已经办好", "It is done"), Text: r.T("全部数字已重新计算。", "All figures have been computed anew.")})
	}
	form := Form{Title: r.T("说明某月没有内容可报", "Say that there was nothing to report in a month"), Address: "/nothing", Label: r.T("确认零报告", "There was nothing")}
	export, village, month := Field{Name: "of", Label: r.T("数据表", "Export")}, Field{Name: "village", Label: r.T("村", "Village")}, Field{Name: "month", Label: r.T("月份", "Month")}
	for _, monthly := range []bool{true, false} { // those due every month are asked for most
		for _, c := range data.Contracts() {
			if c.Kind == data.Event && c.DatedBy != "" && monthly == slices.Contains(r.Programme.DataQuality.Expected, c.Export) {
				export.Choices = append(export.Choices, Choice{Value: c.Export, Name: c.Name.In(r.Lang)})
			}
		}
	}
	village.Choices = []Choice{{Value: "", Name: r.T("全镇各村", "Every village of the town")}}
	for _, u := range r.Villages {
		village.Choices = append(village.Choices, Choice{Value: u.ID, Name: u.Name})
	}
	for m := r.LastMonth; m != "" && m >= r.FirstMonth; m = monthAdd(m, -1) {
		month.Choices = append(month.Choices, Choice{Value: m, Name: m})
	}
	form.Fields = slices.Concat([]Field{export, village, month}, r.nameAndReason(), r.language())
	said, err := r.nothingList(ctx)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, form, said, Callout{Next: r.T("回到数据状况", "Back to the state of the data"), Link: r.Link("data", cleared)})
	return v, nil
}

// nothingList is what has been said, the newest first.
func (r Request) nothingList(ctx context.Context) (*Table, error) {
	t := &Table{ID: "nothing", Title: r.T("已说明的零报告", "What has been said"), Empty: r.T("还没有。", "Nothing yet."),
		Columns: []Column{{Title: r.T("数据表", "Export"), Kind: ColumnText}, {Title: r.T("村", "Village"), Kind: ColumnText}, {Title: r.T("月份", "Month"), Kind: ColumnText},
			{Title: r.T("理由", "Reason"), Kind: ColumnText}, {Title: r.T("填写人", "Entered by"), Kind: ColumnText}, date(r.T("填写时间", "Entered on")), {Title: r.T("说明", "Note"), Kind: ColumnText}}}
	found, err := r.Data.Query(ctx, `
select n.of_export, n.of_village, n.of_month, n.back, n.reason, n.entered_by, n.entered_at from nothing_to_report n order by n.entered_at desc, n.entry_id desc`)
	if err != nil && absent(err) {
		return t, nil
	}
	if err != nil {
		return t, fmt.Errorf("read what was said to be nothing: %w", err)
	}
	for _, row := range read(found) {
		village := r.T("全镇各村", "Every village of the town")
		if id := row.text("of_village"); id != "" {
			village = r.unit(id).Name
		}
		note := ""
		if row.truth("back") {
			note = r.T("已撤回", "taken back")
		}
		t.Rows = append(t.Rows, []Cell{{Text: r.exportName(row.text("of_export"))}, {Text: village}, {Text: row.text("of_month")}, {Text: row.text("reason")},
			{Text: row.text("entered_by")}, {Text: row.date("entered_at")}, {Text: note}})
	}
	return t, nil
}

// ReadNothing reads what a form says; ok says whether it names an export and a month.
func ReadNothing(get func(string) string, by, reason string) (n pipelines.Nothing, ok bool) {
	n = pipelines.Nothing{Export: get("of"), Village: strings.TrimSpace(get("village")), Month: get("month"), Back: get("back") != "", By: by, Reason: reason}
	c, known := data.ContractOf(n.Export)
	_, err := time.Parse("2006-01", n.Month)
	return n, known && c.Kind == data.Event && c.DatedBy != "" && err == nil
}
