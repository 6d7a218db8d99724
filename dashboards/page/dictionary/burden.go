package dictionary

import (
	"context"
	"slices"
	"strings"

	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
)

// use is what one column of an export is asked for.
type use struct {
	export  data.Contract
	column  data.Column
	serves  queries.Serves
	checked bool // the file itself is checked by it: it names rows, refers to a list, or stands in the order of days
}

// idle reports whether no measure, no table and no check needs the column.
func (u use) idle() bool { return len(u.serves.Measures)+len(u.serves.Marts) == 0 && !u.checked }

// id is the column with its export: visits.minutes.
func (u use) id() string { return u.export.Export + "." + u.column.ID }

// uses are all columns asked for, in the order of the contracts.
func uses() (all []use) {
	for _, c := range data.Contracts() {
		if c.IsEntry() {
			continue
		}
		ordered := slices.Concat(c.Order...)
		for _, column := range c.Columns {
			all = append(all, use{c, column, queries.ServedBy(c.Export, column.ID),
				slices.Contains(c.Key, column.ID) || slices.Contains(c.AlternateKey, column.ID) || slices.Contains(ordered, column.ID) || column.References != ""})
		}
	}
	return all
}

// kept says why a column that no measure, no table and no check needs is asked for all the same; a test holds the list to the columns.
var kept = map[string]data.Text{
	"villages.fund_since":        {Zh: "旧模板的栏目；新表请填基金表的设立年份", En: "of the old form; the sheet of funds asks for the year now"},
	"households.head_name":       {Zh: "走访名单、搜索上称呼农户", En: "names a household on lists and in the search"},
	"households.residents":       {Zh: "暂不使用，可以不填：户内人数待与人口表核对", En: "not used yet, may be left out: to be held against the population"},
	"households.migrants":        {Zh: "暂不使用，可以不填：户内人数待与人口表核对", En: "not used yet, may be left out: to be held against the population"},
	"members.group_no":           {Zh: "暂不使用，可以不填：按党小组汇总尚未做", En: "not used yet, may be left out: nothing is summed by group"},
	"members.centre_since":       {Zh: "“党员”页的中心户名单", En: "list of centre households on the page Members"},
	"posts.segment":              {Zh: "河段的文字说明，可以不填；计入河道管护的是河道和起止米数", En: "the stretch in words, may be left out: river and metres are what counts"},
	"points.reason":              {Zh: "积分记录的事由，核实集中积分时查看", En: "what points were for, looked up where they came in a burst"},
	"rights.outcome":             {Zh: "权利行使明细，查看数字背后的行时列出", En: "rows behind the number of rights used"},
	"supports.amount_yuan":       {Zh: "例会“经费”一项的合计", En: "sum of supports under the item Money of the meeting"},
	"supports.note":              {Zh: "帮扶明细", En: "what a support was"},
	"tasks.title":                {Zh: "超期事项名单", En: "list of tasks past their deadline"},
	"tasks.programme":            {Zh: "“组织”页按中心工作汇总认领事项", En: "claimed tasks by the work they serve, on the page Organisation"},
	"tasks.zone":                 {Zh: "“组织”页按责任片区汇总认领事项", En: "claimed tasks by zone, on the page Organisation"},
	"rectifications.shortcoming": {Zh: "“组织”页尚未整改的问题名单", En: "list of shortcomings not mended, on the page Organisation"},
	"round_tables.attended":      {Zh: "“组织”页圆桌夜谈的场均人数", En: "people at each round-table, on the page Organisation"},
	"round_tables.topic":         {Zh: "圆桌夜谈明细，查看数字背后的行时列出", En: "rows behind the number of round-tables"},
	"visits.minutes":             {Zh: "暂不使用，可以不填", En: "not used yet, may be left out"},
}

// Burden builds the page of what every column is asked for.
func Burden(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: r.T("减负：每一栏用在哪里", "Burden: what each column is for")}
	all := uses()
	idle := slices.DeleteFunc(slices.Clone(all), func(u use) bool { return !u.idle() })
	required := 0
	for _, u := range all {
		if u.column.Required {
			required++
		}
	}
	v.Sentences = []string{
		r.Tf("模板共要 %[1]d 栏，其中必填 %[2]d 栏；%[3]d 栏用于指标、名单表或核对，%[4]d 栏不进入任何指标，逐栏说明原因。", "The templates ask for %[1]d columns, %[2]d of them required; %[3]d serve a measure, a table or a check. %[4]d enter no measure: why they are asked for stands beside each.",
			len(all), required, len(all)-len(idle), len(idle)),
		r.T("由模型的依赖关系和各表约定算出，不是人工填写。", "Worked out from what the models read and the contracts say, and not written by hand."),
	}
	t := &view.Table{ID: "idle", Stacked: true, Title: r.T("不进入任何指标、表和核对的栏", "Columns that enter no measure, table or check"), Empty: r.T("没有。", "There are none.")}
	export := view.Of(view.Words(r.T("报表", "Export")), func(u use) view.Cell { return view.Plain(u.export.Name.In(r.Lang)) })
	column := view.Of(view.Words(r.T("栏", "Column")), func(u use) view.Cell { return view.Plain(u.column.Name.In(r.Lang)) })
	view.Fill(t, idle, export, column, view.Of(view.Words(r.T("为什么还要", "Why it is asked for")), func(u use) view.Cell { return view.Plain(kept[u.id()].In(r.Lang)) }))
	pages := usedOnPages(r)
	full := &view.Table{ID: "columns", Stacked: true, PageRows: 25, Title: r.T("每一栏用在哪里", "What each column is for"),
		Note: r.T("同名的中间量不区分，个别栏可能多列。", "Values of one name are not told apart: of a few columns too much may be listed.")}
	view.Fill(full, all, export, column,
		view.Of(view.Words(r.T("必填", "Required")), func(u use) view.Cell {
			if u.column.Required {
				return view.Plain(r.T("是", "yes"))
			}
			return view.Plain(r.T("否", "no"))
		}),
		view.Of(view.Words(r.T("指标", "Measures")), func(u use) view.Cell { return view.Plain(measuresSaid(r, u.serves.Measures)) }),
		view.Of(view.Words(r.T("页面", "Pages")), func(u use) view.Cell { return view.Plain(block.OrMissing(pagesSaid(r, pages, u.serves.Measures))) }),
		view.Of(view.Number(r.T("数据表", "Tables")), func(u use) view.Cell { return view.Count(float64(len(u.serves.Marts))) }),
		view.Of(view.Words(r.T("核对", "Checks")), func(u use) view.Cell {
			if u.checked {
				return view.Plain(r.T("辨认、引用或先后", "key, reference or order"))
			}
			return view.Plain(reading.Missing)
		}))
	v.Blocks = []view.Block{t, full}
	return v, ctx.Err()
}

// measuresShown is how many measures of a column are named; of more their number is said.
const measuresShown = 3

func measuresSaid(r block.Request, ids []string) string {
	if len(ids) == 0 {
		return reading.Missing
	}
	var names []string
	for _, id := range ids[:min(len(ids), measuresShown)] {
		m, _ := queries.MeasureOf(id)
		names = append(names, m.Name.In(r.Lang))
	}
	said := strings.Join(names, r.T("、", ", "))
	if len(ids) > measuresShown {
		said += r.Tf(" 等，共 %d 项", " and others, %d in all", len(ids))
	}
	return said
}

// pagesSaid names the pages on which the measures stand, but for those that list all measures.
func pagesSaid(r block.Request, pagesOf func(queries.Measure) []question.Page, ids []string) string {
	stands := map[string]bool{}
	for _, id := range ids {
		m, _ := queries.MeasureOf(id)
		for _, p := range pagesOf(m) {
			stands[p.ID] = p.ID != "compare"
		}
	}
	var names []string
	for _, p := range question.Pages() {
		if stands[p.ID] {
			names = append(names, p.Title.In(r.Lang))
		}
	}
	return strings.Join(names, r.T("、", ", "))
}
