package records

import (
	"context"
	"slices"
	"strings"
	"time"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
)

// buildNothing asks for which village, month and export there was nothing to report; below stands what has been said.
func buildNothing(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: r.T("零报告", "Nothing to report"), Sentences: []string{
		r.T("某月没有收到数据，按“未知”处理，不算作零，也不用来评价任何村。确实没有发生的，在这里说明，该月即按零计。",
			"A month for which no data came is unknown: it is not taken for none, and no village is judged by it. If nothing happened, say so here, and the month counts as none.")}}
	if why := r.Params.Get("refused"); why != "" {
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneWorse, Title: r.T("没有改动", "Nothing was changed"), Text: nothingRefusal(r, why)})
	}
	if r.Params.Get("done") != "" {
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneBetter, Title: r.T("已经办好", "It is done"), Text: r.T("全部数字已重新计算。", "All figures have been computed anew.")})
	}
	said, err := nothingList(ctx, r)
	if err != nil {
		return v, err
	}
	home := view.Callout{Next: r.T("回到数据状况", "Back to the state of the data"), Link: r.Link("data", cleared)}
	if r.Params.Get("back") != "" {
		v.Blocks = append(v.Blocks, nothingBack(r), said, home)
		return v, nil
	}
	form := view.Form{Title: r.T("说明某月没有内容可报", "Say that there was nothing to report in a month"), Address: "/nothing", Label: r.T("确认零报告", "There was nothing")}
	export, village, month := view.Field{Name: "of", Label: r.T("数据表", "Export")}, view.Field{Name: "village", Label: r.T("村", "Village")}, view.Field{Name: "month", Label: r.T("月份", "Month")}
	for _, due := range []bool{true, false} { // those that are due are asked for most
		for _, c := range data.Contracts() {
			if c.Kind == data.Event && c.DatedBy != "" && due == r.Programme.DataQuality.Expects(c.Export) {
				export.Choices = append(export.Choices, view.Choice{Value: c.Export, Name: c.Name.In(r.Lang)})
			}
		}
	}
	if r.Visitor.May(visitor.SayNothing, visitor.Place{Town: r.Town.ID}) {
		village.Choices = []view.Choice{{Value: "", Name: r.T("全镇各村", "Every village of the town")}}
	}
	for _, u := range r.Villages {
		if !r.Visitor.May(visitor.SayNothing, visitor.Place{Town: r.Town.ID, Village: u.ID}) {
			continue
		}
		village.Choices = append(village.Choices, view.Choice{Value: u.ID, Name: u.Name})
	}
	for m := r.LastMonth; m != "" && m >= r.FirstMonth; m = facts.MonthAdd(m, -1) {
		month.Choices = append(month.Choices, view.Choice{Value: m, Name: r.MonthName(m)})
	}
	form.Fields = slices.Concat([]view.Field{export, village, month}, block.ReasonField(r), block.KeepLanguage(r))
	v.Blocks = append(v.Blocks, form, said, home)
	return v, nil
}

// Why a statement that there was nothing to report is not taken.
const (
	NothingAhead   = "ahead"   // the month has not begun
	nothingEarly   = "early"   // before the record begins
	nothingVillage = "village" // no such village
	nothingSame    = "same"    // it is said already
	nothingNotSaid = "not_said"
)

// NothingRefused tells why a statement would change nothing; empty: it would.
func NothingRefused(ctx context.Context, f facts.Facts, v visitor.Visitor, n pipelines.Nothing) (string, error) {
	if _, known := f.Village(n.Village); n.Village != "" && !known {
		return nothingVillage, nil
	}
	if n.Month < f.FirstMonth {
		return nothingEarly, nil
	}
	found, err := f.NothingSaid(ctx, v)
	if err != nil {
		return "", err
	}
	stands := slices.ContainsFunc(inForce(found), func(s facts.NothingSaid) bool {
		return s.OfExport == n.Export && s.OfVillage == n.Village && s.OfMonth == n.Month
	})
	switch {
	case stands && !n.Back:
		return nothingSame, nil
	case !stands && n.Back:
		return nothingNotSaid, nil
	default:
		return "", nil
	}
}

// inForce are the statements that have not been taken back, of all of them, the newest first.
func inForce(all []facts.NothingSaid) []facts.NothingSaid {
	seen := map[[3]string]bool{}
	var standing []facts.NothingSaid
	for _, s := range all {
		if of := [3]string{s.OfExport, s.OfVillage, s.OfMonth}; !seen[of] {
			seen[of] = true
			if !s.Back {
				standing = append(standing, s)
			}
		}
	}
	return standing
}

func nothingRefusal(r block.Request, why string) string {
	switch why {
	case NothingAhead:
		return r.T("这个月还没有到，不能说明没有内容可报。请等该月过完再填。", "The month has not begun: nobody can know yet that nothing happened. Say so when it is over.")
	case nothingEarly:
		return r.Tf("这个月早于数据的第一个月（%s），不计入任何数字，不用说明。", "The month lies before the first month of the data (%s). It is part of no figure, and nothing need be said of it.", r.FirstMonth)
	case nothingVillage:
		return r.T("村的名册中没有这个村。请在“村”一栏中选择。", "The list of villages has no such village. Choose one of those offered.")
	case nothingSame:
		return r.T("已经说明过了，见下表，不用再填。要改的话，先在下表中撤回。", "It has been said already; see the table below. To change it, take it back there first.")
	case nothingNotSaid:
		return r.T("没有这样一条有效的零报告，或者已经撤回，见下表。", "There is no such statement in force, or it has been taken back; see the table below.")
	case "no_reason":
		return block.ReasonNeeded(r)
	default:
		return r.T("要选定数据表、村和月份，并写明理由（500 字以内）。", "Choose an export, a village and a month, and give a reason of at most 500 characters.")
	}
}

// nothingBack asks why a statement is taken back.
func nothingBack(r block.Request) view.Form {
	month, village, _ := strings.Cut(r.Params.Get("key"), " ")
	export := r.Params.Get("of")
	return view.Form{Title: r.T("撤回零报告", "Take the statement back"), Address: "/nothing", Label: r.T("撤回", "Take back"),
		Text: strings.Join([]string{r.ExportName(export), villageOrAll(r, village), r.MonthName(month)}, " · "),
		Fields: slices.Concat([]view.Field{{Name: "of", Value: export, Hidden: true}, {Name: "village", Value: village, Hidden: true}, {Name: "month", Value: month, Hidden: true},
			{Name: "back", Value: "1", Hidden: true}}, block.ReasonField(r), block.KeepLanguage(r))}
}

func villageOrAll(r block.Request, village string) string {
	if village == "" {
		return r.T("全镇各村", "Every village of the town")
	}
	return r.Name(village)
}

// nothingList is what has been said, the newest first.
func nothingList(ctx context.Context, r block.Request) (*view.Table, error) {
	t := &view.Table{ID: "nothing", Title: r.T("已说明的零报告", "What has been said"), Empty: r.T("还没有。", "Nothing yet."),
		Columns: []view.Column{{Title: r.T("数据表", "Export"), Kind: view.ColumnText}, {Title: r.T("村", "Village"), Kind: view.ColumnText}, {Title: r.T("月份", "Month"), Kind: view.ColumnText},
			{Title: r.T("理由", "Reason"), Kind: view.ColumnText}, {Title: r.T("填写人", "Entered by"), Kind: view.ColumnText}, view.Day(r.T("填写时间", "Entered on")), {Title: r.T("说明", "Note"), Kind: view.ColumnText}}}
	found, err := r.NothingSaid(ctx, r.Visitor)
	if err != nil {
		return t, err
	}
	standing := inForce(found)
	for _, row := range found {
		note := view.Cell{Text: r.T("已撤回", "taken back")}
		switch {
		case row.Back:
			note.Text = r.T("撤回", "takes it back")
		case slices.Contains(standing, row):
			note.Text = r.T("有效", "in force")
			if r.Visitor.May(visitor.SayNothing, visitor.Place{Town: r.Town.ID, Village: row.OfVillage}) {
				note.Text = r.T("有效，点此撤回", "in force: take it back")
				note.Link = r.Link("data", cleared, question.With("nothing", "1"), question.With("of", row.OfExport), question.With("key", row.OfMonth+" "+row.OfVillage), question.With("back", "1"))
			}
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: r.ExportName(row.OfExport)}, {Text: villageOrAll(r, row.OfVillage)}, {Text: row.OfMonth}, {Text: row.Reason},
			{Text: row.EnteredBy}, {Text: row.EnteredAt}, note})
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
