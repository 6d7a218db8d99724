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
	view.Fill(t, idle, export, column, view.Of(view.Words(r.T("为什么还要", "Why it is asked for")), func(u use) view.Cell { return view.Plain(u.column.Kept.In(r.Lang)) }))
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
