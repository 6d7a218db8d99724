package records

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"hulian/dashboards/accounts"
	"hulian/dashboards/alert"
	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/reading"
)

// Alerts builds the page of what the visitor wants to be told of, with how each stands now.
func Alerts(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: r.T("提醒", "Alerts"), Sentences: []string{r.T("在各页指标卡片右下角的铃铛处订阅，其他条件在指标页选择。每次更新数据后检查最新一个月，每种情况每月只提醒一次：在本页显示，并由镇里设置的邮件、企业微信等通知发出，不含个人信息。", "Subscribe by the bell on the card of a measure; its page has other conditions. After every update the newest month is checked, and each case is told once a month: on this page, and by the town's mail, WeCom and the like, without personal data.")}}
	switch code := r.Params.Get("refused"); {
	case code != "":
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneWorse, Title: r.T("没有改动", "Nothing was changed"), Text: accounts.Refusal(code).Text().In(r.Lang)})
	case r.Params.Get("done") != "":
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneBetter, Title: r.T("已经办好", "It is done")})
	}
	if r.Alerts == nil {
		return v, nil
	}
	all, err := r.Alerts(ctx)
	if err != nil {
		return v, err
	}
	t := &view.Table{ID: "alerts", Title: r.T("我的提醒", "My alerts"), Stacked: true, Empty: r.T("还没有。点指标卡片右下角的铃铛订阅。", "None yet: subscribe by the bell on the card of a measure.")}
	field := view.Field{Name: "id", Label: r.T("提醒", "Alert")}
	var cells [][2]view.Cell
	for _, a := range all {
		s, err := alert.Of(ctx, r.Facts, r.Visitor, a)
		value, state := view.Cell{Text: reading.Missing}, view.Cell{Text: r.T("看不到这个指标", "cannot be seen"), Tone: view.ToneQuiet}
		switch {
		case errors.Is(err, facts.ErrHidden):
		case err != nil:
			return v, err
		default:
			value, state = view.Cell{Text: s.Value.Text(r.Lang), Base: s.Value.Base(r.Lang)}, view.Cell{Text: r.T("未触发", "not reached")}
			if s.Fires {
				state = view.Cell{Text: r.T("已触发", "reached"), Tone: view.ToneWorse}
			}
		}
		cells = append(cells, [2]view.Cell{value, state})
		field.Choices = append(field.Choices, view.Choice{Value: strconv.FormatInt(a.ID, 10), Name: measureTitle(r, a.Measure) + " · " + r.Name(a.Unit) + " · " + alert.When(a, r.Lang)})
	}
	at := func(a accounts.Alert) int {
		return slices.IndexFunc(all, func(b accounts.Alert) bool { return b.ID == a.ID })
	}
	view.Fill(t, all,
		view.Of(view.Words(r.T("指标", "Measure")), func(a accounts.Alert) view.Cell {
			return view.Cell{Text: measureTitle(r, a.Measure), Link: r.Link("measures", question.With("measure", a.Measure))}
		}),
		view.Of(view.Words(r.T("单位", "Unit")), func(a accounts.Alert) view.Cell { return block.UnitCell(r, a.Unit) }),
		view.Of(view.Words(r.T("何时提醒", "When")), func(a accounts.Alert) view.Cell { return view.Plain(alert.When(a, r.Lang)) }),
		view.Of(view.Words(r.MonthName(r.LastMonth)), func(a accounts.Alert) view.Cell { return cells[at(a)][0] }),
		view.Of(view.Words(r.T("本月情况", "This month")), func(a accounts.Alert) view.Cell { return cells[at(a)][1] }))
	v.Blocks = append(v.Blocks, t)
	if len(all) > 0 {
		v.Blocks = append(v.Blocks, view.Form{Title: r.T("取消提醒", "End an alert"), Address: "/alerts/end", Label: r.T("取消", "End it"), Fields: slices.Concat([]view.Field{field}, block.KeepLanguage(r))})
	}
	if r.Mail == nil {
		return v, nil
	}
	address, err := r.Mail(ctx)
	v.Blocks = append(v.Blocks, view.Form{Title: r.T("接收提醒的邮箱", "Alerts by mail"), Address: "/alerts/mail", Label: r.T("保存", "Save"),
		Text:   r.T("填写后，你订阅的提醒同时发到这个邮箱；留空则不发。只有本人可见。", "The alerts you asked for come to this address too; empty: none do. Only you see it."),
		Fields: append([]view.Field{{Name: "mail", Label: r.T("邮箱", "Address"), Value: address, Limit: 200}}, block.KeepLanguage(r)...)})
	return v, err
}

// measureTitle is the name of a measure; its ID where nobody defines it any more.
func measureTitle(r block.Request, id string) string {
	if m, known := queries.MeasureOf(id); known {
		return m.Name.In(r.Lang)
	}
	return id
}
