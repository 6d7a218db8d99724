package records

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
	"hulian/queries"
	"hulian/queries/reading"
)

// BuildStandards shows what the town has decided about its programme, or offers to change one decision.
func BuildStandards(_ context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: r.T("工作标准", "Standards")}
	if r.Standards == nil {
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneQuiet, Title: r.T("这里不保存工作标准", "No standards are kept here")})
		return v, nil
	}
	now, err := r.Standards()
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, standardNotices(r, now)...)
	if path := r.Params.Get("setting"); path != "" && setsStandards(r) && now.Broken == "" {
		s, known := data.SettingOf(path)
		if !known {
			return v, errors.Join(question.ErrUnknownUnit, errors.New("setting="+path))
		}
		return oneStandard(r, v, now, s), nil
	}
	if id := r.Params.Get("change"); id != "" && setsStandards(r) {
		return proposedStandard(r, v, now, id)
	}
	own, usual := 0, data.DefaultProgramme()
	for _, s := range data.Settings() {
		if now.Programme.Written(s.Path) != usual.Written(s.Path) {
			own++
		}
	}
	v.Headline.Rest = r.Tf("%d项工作标准，本镇另定%d项，其余按默认执行", "%d decisions: the town has its own for %d, the defaults hold for the rest", len(data.Settings()), own)
	v.Sentences = append(v.Sentences, r.T("改动从下一次运行起计入各项数字。", "A change counts in all figures from the next run on."))
	v.Blocks = append(v.Blocks, view.Lead{})
	if keepsMap(r) && now.Broken == "" {
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneQuiet, Text: r.T("总览页可以用本镇自己的村界图。", "The overview can draw the town's own map."), Next: r.T("上传或删除村界图", "Hand a map in, or remove it"), Link: "#map"})
	}
	if n := awaitingRun(r, now); n > 0 {
		v.Blocks = append(v.Blocks, standardsToRun(r, n)...)
	}
	v.Blocks = append(v.Blocks, proposedStandards(r, now)...)
	v.Blocks = append(v.Blocks, standardTables(r, now)...)
	v.Blocks = append(v.Blocks, standardHistory(r, now))
	if now.Broken == "" { // a file with a mistake is mended first: nothing is offered beside it
		v.Blocks = append(v.Blocks, mapForms(r)...)
	}
	return v, nil
}

// setsStandards reports whether the visitor may change what the town has decided.
func setsStandards(r block.Request) bool {
	return r.Visitor.May(visitor.SetStandards, visitor.Place{Town: r.Town.ID})
}

// awaitingRun counts the decisions that the figures do not follow yet.
func awaitingRun(r block.Request, now data.Standards) (n int) {
	if r.Decided == nil || now.Broken != "" {
		return 0
	}
	for _, s := range data.Settings() {
		if r.Decided.Written(s.Path) != now.Programme.Written(s.Path) {
			n++
		}
	}
	return n
}

func standardsToRun(r block.Request, n int) []view.Block {
	blocks := []view.Block{view.Callout{Tone: view.ToneWorse, Title: r.Tf("%d项改动尚未计入数字", "%d changes are not in the figures yet", n),
		Text: r.T("下一次运行后，各页面、报告和导出一并按新标准计算；往月的数字也会随之变化。", "After the next run all pages, reports and exports follow the new standards; figures of past months change with them.")}}
	if setsStandards(r) && r.Schedule != nil {
		address := "/standards/" + pipelines.DoRun
		if r.Lang == "en" {
			address += "?lang=en"
		}
		blocks = append(blocks, view.Commands{Commands: []view.Command{{Label: r.T("立即运行", "Run now"), Address: address}}})
	}
	return blocks
}

// standardNotices say what has just been done, why it was not, and what is wrong with the file.
func standardNotices(r block.Request, now data.Standards) (blocks []view.Block) {
	if now.Broken != "" {
		blocks = append(blocks, view.Callout{Tone: view.ToneWorse, Title: r.T("工作标准的文件有误，读不出来", "The file of the standards cannot be read"),
			Text: r.T("下表暂列默认值。各页面仍按上次运行时的标准计算；文件改好之前不能在这里修改，也不能运行。请管理员改正文件。", "The defaults stand below. Pages keep to the standards of the last run; nothing can be changed here, and no run made, until an administrator has mended the file.")})
	}
	switch data.StandardState(r.Params.Get("done")) {
	case data.StandardInForce:
		blocks = append(blocks, view.Callout{Tone: view.ToneBetter, Title: r.T("已保存，记入操作记录。", "Saved, and in the audit trail.")})
	case data.StandardProposed:
		blocks = append(blocks, view.Callout{Tone: view.ToneBetter, Title: r.T("已提出，等待第二人复核。", "Proposed. It waits for a second person.")})
	case data.StandardRefused:
		blocks = append(blocks, view.Callout{Title: r.T("已退回，标准不变。", "Refused; the standard stays as it was.")})
	case data.StandardByHand, data.StandardOvertake:
	}
	if why := r.Params.Get("refused"); why != "" {
		blocks = append(blocks, view.Callout{Tone: view.ToneWorse, Title: r.T("没有改动", "Nothing was changed"), Text: standardRefusal(r, why)})
	}
	return blocks
}

func standardRefusal(r block.Request, why string) string {
	switch why {
	case string(data.StandardMoved):
		return r.T("您打开后，这一项已被别人改过，或有人直接改了文件。现行的值见下，请重新填写。", "Somebody else has changed it since you opened it, here or in the file. What holds now stands below; please enter your change again.")
	case string(data.StandardSame):
		return r.T("填写的与现行的相同。", "It is so already.")
	case string(data.StandardUnsound):
		return r.T("这样填写不合规则：数目超出范围，段落没有从小到大，或名称、界限没有填全。", "This cannot be taken: a number lies beyond what is allowed, bands do not rise, or a name or limit is missing.")
	case string(data.StandardOwn):
		return r.T("自己提出的改动不能自己复核，请由另一个账号复核。", "Nobody accepts his own change: somebody with another account has to.")
	case standardNumber:
		return r.T("要填一个数，且在所列范围之内。", "A number within the range that is named is needed.")
	case standardName:
		return r.T("中文和英文名称都要填。", "The name is needed in Chinese and in English.")
	case standardDay:
		return r.T("日期要写成 2017-05-01 的样子。", "A day is written as 2017-05-01.")
	case "no_reason":
		return block.ReasonNeeded(r)
	default:
		return r.T("没有这一项，或没有这一条改动。", "There is no such decision, or no such change.")
	}
}

// standardTables list all decisions, a table for each part of the programme.
func standardTables(r block.Request, now data.Standards) (blocks []view.Block) {
	last := map[string]data.StandardChange{}
	for _, c := range slices.Backward(now.Changes) {
		if c.State == data.StandardInForce || c.State == data.StandardByHand {
			last[c.Setting] = c
		}
	}
	var t *view.Table
	byDefault := data.DefaultProgramme()
	for i, s := range data.Settings() {
		if i == 0 || s.Section != data.Settings()[i-1].Section {
			section, _, _ := strings.Cut(s.Path, ".")
			t = &view.Table{ID: "standards-" + strings.ReplaceAll(section, "_", "-"), Stacked: true, Title: s.Section.In(r.Lang),
				Columns: []view.Column{view.Words(r.T("项目", "Decision")), view.Words(r.T("现行", "In force")), view.Words(r.T("默认", "Default")), view.Words(r.T("最近改动", "Changed last"))}}
			if section == "rating" {
				t.Note = starRuleSaid(r, now.Programme)
			}
			blocks = append(blocks, t)
		}
		name := view.Cell{Text: s.Name.In(r.Lang), Note: s.Says.In(r.Lang)}
		if setsStandards(r) && now.Broken == "" {
			name.Link = r.Link("standards", cleanStandards, question.With("setting", s.Path))
		}
		is, was := joined(r, settingSaid(r, now.Programme, s)), joined(r, settingSaid(r, byDefault, s))
		force, usual, changed := view.Plain(is), view.Plain(was), view.Cell{}
		if is == was {
			usual.Text = r.T("同左", "the same")
		}
		if c, ok := last[s.Path]; ok {
			changed = view.Cell{Text: r.Moment(c.At), Note: changedBy(r, c)}
		}
		t.Rows = append(t.Rows, []view.Cell{name, force, usual, changed})
	}
	return blocks
}

// starRuleSaid says whether published stars can be held against the town's rule, and what it lacks where they cannot.
func starRuleSaid(r block.Request, p data.Programme) string {
	rule, whole := reading.StarRuleOf(p)
	switch sum := rule.Sum(); {
	case whole:
		return r.T("权重合计100%，各档最低总分齐全：“积分与星级”页按本办法核对已公布的星级。", "The weights make 100% and every tier has its lowest total: the page of points and stars holds published stars against the rule.")
	case sum == 0:
		return r.T("没有规定，不核对星级。", "Nothing is laid down: stars are not held against a rule.")
	case sum != 1:
		return r.Tf("权重合计%s%%，不是100%%，暂不核对星级。", "The weights make %s%% and not 100%%: stars are not held against a rule yet.", amount(sum, "share"))
	default:
		return r.T("权重合计100%，但“年度星级与经费”里的最低总分不全或没有逐级降低，暂不核对星级。", "The weights make 100%, but a tier has no lowest total or one not above that of the next: stars are not held against a rule yet.")
	}
}

// cleanStandards takes out of a link what the page was asked for last.
func cleanStandards(v url.Values) {
	for _, name := range []string{"setting", "row", "change", "done", "refused"} {
		v.Del(name)
	}
}

func changedBy(r block.Request, c data.StandardChange) string {
	if c.State == data.StandardByHand {
		return r.T("直接改了文件", "edited in the file")
	}
	return c.By
}

// standardHistory lists all changes, the newest first.
func standardHistory(r block.Request, now data.Standards) *view.Table {
	t := &view.Table{ID: "changes", Stacked: true, Title: r.T("改动记录", "Changes"), Empty: r.T("还没有改动。", "Nothing has been changed yet.")}
	view.Fill(t, now.Changes,
		view.Of(view.Day(r.T("时间", "When")), func(c data.StandardChange) view.Cell { return view.Plain(r.Moment(c.At)) }),
		view.Of(view.Words(r.T("改动人", "By")), func(c data.StandardChange) view.Cell { return view.Plain(changedBy(r, c)) }),
		view.Of(view.Words(r.T("项目", "Decision")), func(c data.StandardChange) view.Cell {
			s, _ := data.SettingOf(c.Setting)
			return view.Cell{Text: s.Name.In(r.Lang), Note: s.Section.In(r.Lang)}
		}),
		view.Of(view.Words(r.T("原来", "From")), func(c data.StandardChange) view.Cell { from, _ := changeSaid(r, c); return view.Plain(from) }),
		view.Of(view.Words(r.T("改为", "To")), func(c data.StandardChange) view.Cell { _, to := changeSaid(r, c); return view.Plain(to) }),
		view.Of(view.Words(r.T("理由", "Reason")), func(c data.StandardChange) view.Cell { return view.Plain(c.Reason) }),
		view.Of(view.Words(r.T("状态", "State")), func(c data.StandardChange) view.Cell { return standardState(r, c) }))
	return t
}

func standardState(r block.Request, c data.StandardChange) view.Cell {
	cell := view.Cell{Text: map[data.StandardState]string{
		data.StandardInForce: r.T("已生效", "made"), data.StandardByHand: r.T("在文件中改动", "made in the file"), data.StandardProposed: r.T("等待复核", "waits for a second person"),
		data.StandardRefused: r.T("已退回", "refused"), data.StandardOvertake: r.T("未生效：复核时该项已改", "not made: it had changed by then"),
	}[c.State]}
	if c.Decider != "" {
		cell.Note = strings.TrimSpace(c.Decider + " " + c.Answer)
	}
	return cell
}

// proposedStandards lists the changes that wait for a second person.
func proposedStandards(r block.Request, now data.Standards) []view.Block {
	waiting := slices.DeleteFunc(slices.Clone(now.Changes), func(c data.StandardChange) bool { return c.State != data.StandardProposed })
	if len(waiting) == 0 {
		return nil
	}
	t := &view.Table{ID: "proposed-standards", Stacked: true, Title: r.T("等待复核的改动", "Changes that wait for a second person"), Note: r.T("提出人以外的人同意后才生效。", "They are made once somebody other than their author accepts them.")}
	view.Fill(t, waiting,
		view.Of(view.Words(r.T("项目", "Decision")), func(c data.StandardChange) view.Cell {
			s, _ := data.SettingOf(c.Setting)
			cell := view.Plain(s.Name.In(r.Lang))
			if setsStandards(r) {
				cell.Link = r.Link("standards", cleanStandards, question.With("change", c.ID))
			}
			return cell
		}),
		view.Of(view.Words(r.T("原来", "From")), func(c data.StandardChange) view.Cell { from, _ := changeSaid(r, c); return view.Plain(from) }),
		view.Of(view.Words(r.T("改为", "To")), func(c data.StandardChange) view.Cell { _, to := changeSaid(r, c); return view.Plain(to) }),
		view.Of(view.Words(r.T("提出人", "Proposed by")), func(c data.StandardChange) view.Cell { return view.Cell{Text: c.By, Note: c.Reason} }))
	return []view.Block{t}
}

// proposedStandard asks the second person for his decision.
func proposedStandard(r block.Request, v view.View, now data.Standards, id string) (view.View, error) {
	i := slices.IndexFunc(now.Changes, func(c data.StandardChange) bool { return c.ID == id })
	if i < 0 {
		return v, errors.Join(question.ErrUnknownUnit, errors.New("change="+id))
	}
	c := now.Changes[i]
	s, _ := data.SettingOf(c.Setting)
	from, to := changeSaid(r, c)
	v.Sentences = append(v.Sentences, r.Tf("%[1]s 于 %[2]s 提出：%[3]s，由“%[4]s”改为“%[5]s”。理由：%[6]s", "%[1]s proposed at %[2]s: %[3]s, from %[4]s to %[5]s. Reason: %[6]s", c.By, r.Moment(c.At), s.Name.In(r.Lang), from, to, c.Reason))
	if c.State == data.StandardProposed && c.Account != r.Visitor.Account {
		named := slices.Concat([]view.Field{{Name: "change", Value: c.ID, Hidden: true}}, block.KeepLanguage(r))
		v.Blocks = append(v.Blocks,
			view.Form{Title: r.T("同意", "Accept"), Text: r.T("同意后马上生效，从下一次运行起计入数字。", "It holds at once, and counts in the figures from the next run on."), Address: "/standards/accept", Fields: named, Label: r.T("同意", "Accept")},
			view.Form{Title: r.T("退回", "Refuse"), Text: r.T("退回后标准不变，提出人会看到理由。", "The standard stays; its author reads the reason."), Address: "/standards/refuse", Fields: slices.Concat(block.ReasonField(r), named), Label: r.T("退回", "Refuse")})
	}
	v.Blocks = append(v.Blocks, backToStandards(r))
	return v, nil
}

func backToStandards(r block.Request) view.Block {
	return view.Callout{Next: r.T("回到全部工作标准", "Back to all standards"), Link: r.Link("standards", cleanStandards)}
}

// oneStandard offers to change one decision.
func oneStandard(r block.Request, v view.View, now data.Standards, s data.Setting) view.View {
	v.Heading = s.Name.In(r.Lang)
	is, usual := joined(r, settingSaid(r, now.Programme, s)), joined(r, settingSaid(r, data.DefaultProgramme(), s))
	v.Sentences = append(v.Sentences, s.Says.In(r.Lang))
	if s.Form != data.FormRows { // whose rows stand below
		v.Sentences = append(v.Sentences, r.Tf("现行：%[1]s。默认：%[2]s。", "In force: %[1]s. Default: %[2]s.", is, usual))
	}
	effect := r.T("改动从下一次运行起计入数字，往月也按新标准计算；您的姓名和理由记入改动记录。", "The change counts from the next run on, for past months too; your name and reason stand in the list of changes.")
	if now.Second {
		effect = r.T("改动要由第二人复核同意后才生效；您的姓名和理由记入改动记录。", "The change holds once a second person has accepted it; your name and reason stand in the list of changes.")
	}
	named := func(row string) []view.Field {
		return slices.Concat([]view.Field{{Name: "setting", Value: s.Path, Hidden: true}, {Name: "seen", Value: seenOf(now.Programme.Written(s.Path)), Hidden: true}, {Name: "row", Value: row, Hidden: true}}, block.ReasonField(r), block.KeepLanguage(r))
	}
	form := func(title, text, label, row string, fields ...view.Field) view.Form {
		return view.Form{Title: title, Text: text, Label: label, Address: "/standards", Fields: slices.Concat(fields, named(row))}
	}
	if s.Form != data.FormRows && s.Form != data.FormMeasures {
		v.Blocks = append(v.Blocks, form(r.T("改为", "Change it"), effect, r.T("保存", "Save"), "", standardFields(r, now.Programme, s)...))
	} else if row := r.Params.Get("row"); row != "" {
		v.Blocks = append(v.Blocks, form(r.T("修改这一条", "Change this row"), effect, r.T("保存", "Save"), row, rowFields(r, now.Programme, s, row)...),
			form(r.T("删去这一条", "Take this row out"), effect, r.T("删去", "Take out"), row, view.Field{Name: "remove", Value: "1", Hidden: true}),
			view.Callout{Next: r.T("回到这一项的全部各条", "Back to all rows of this decision"), Link: r.Link("standards", cleanStandards, question.With("setting", s.Path))})
	} else {
		v.Blocks = append(v.Blocks, standardRowTable(r, now.Programme, s), form(r.T("增加一条", "Add a row"), effect, r.T("增加", "Add"), "", rowFields(r, now.Programme, s, "")...))
	}
	if is != usual {
		v.Blocks = append(v.Blocks, form(r.T("恢复默认", "Back to the default"), r.Tf("恢复为：%s", "It becomes: %s", usual), r.T("恢复默认", "Back to the default"), "", view.Field{Name: "default", Value: "1", Hidden: true}))
	}
	v.Blocks = append(v.Blocks, backToStandards(r))
	return v
}

// standardFields are what is asked for a decision that is no list.
func standardFields(r block.Request, p data.Programme, s data.Setting) (fields []view.Field) {
	label := r.T("新的值", "New value")
	if within := boundsSaid(r, s); within != "" {
		label += r.Tf("（%s）", " (%s)", within)
	}
	switch value := p.Value(s.Path).(type) {
	case int:
		return []view.Field{fieldOf("value", label, strconv.Itoa(value))}
	case float64:
		return []view.Field{fieldOf("value", label, amount(value, s.Unit))}
	case bool:
		return []view.Field{{Name: "value", Label: label, Choices: []view.Choice{{Value: "yes", Name: r.T("是", "yes"), Chosen: value}, {Value: "no", Name: r.T("否", "no"), Chosen: !value}}}}
	case data.Text:
		return []view.Field{fieldOf("zh", r.T("中文", "in Chinese"), value.Zh), fieldOf("en", r.T("英文", "in English"), value.En)}
	case []int:
		var all []string
		for _, n := range value {
			all = append(all, strconv.Itoa(n))
		}
		return []view.Field{fieldOf("value", r.T("各段的最后一天，从小到大", "Last day of each band, rising"), strings.Join(all, r.T("、", ", ")))}
	case []string:
		for _, export := range datedExports() {
			due := slices.Contains(value, export)
			fields = append(fields, view.Field{Name: "export_" + export, Label: r.ExportName(export), Choices: []view.Choice{{Value: "yes", Name: r.T("应报", "due"), Chosen: due}, {Value: "no", Name: r.T("不要求", "not asked for"), Chosen: !due}}})
		}
		return fields
	default:
		return []view.Field{fieldOf("value", r.T("日期，如 2017-05-01；留空则取自村名册", "Day, as 2017-05-01; empty: from the village list"), p.ProgrammeStart)}
	}
}

// datedExports are the exports whose rows have a day, so that they may be due every month, quarter, half-year or year.
func datedExports() (all []string) {
	for _, c := range data.Contracts() {
		if c.Kind == data.Event && c.DatedBy != "" && !c.IsEntry() {
			all = append(all, c.Export)
		}
	}
	return all
}

// standardRowTable lists the rows of a decision that is a list, each with a link to change it.
func standardRowTable(r block.Request, p data.Programme, s data.Setting) *view.Table {
	t := &view.Table{ID: "rows", Title: s.Name.In(r.Lang), Empty: r.T("还没有。", "None yet."), Columns: []view.Column{view.Words(r.T("现行各条（点开修改）", "Rows in force (open one to change it)"))}}
	keys := rowKeys(p, s)
	for i, line := range settingRows(r, p, s) {
		t.Rows = append(t.Rows, []view.Cell{{Text: line, Link: r.Link("standards", cleanStandards, question.With("setting", s.Path), question.With("row", keys[i]))}})
	}
	return t
}

func validDay(day string) bool {
	_, err := time.Parse(time.DateOnly, day)
	return err == nil
}

// measureChoices offers the measures a setting may name.
func measureChoices(r block.Request, chosen string) (all []view.Choice) {
	for _, m := range queries.Measures() {
		all = append(all, view.Choice{Value: m.ID, Name: m.Name.In(r.Lang) + unitHint(r, m), Chosen: m.ID == chosen})
	}
	return all
}

func unitHint(r block.Request, m queries.Measure) string {
	if unit := strings.TrimSpace(reading.Suffix(m.Unit, r.Lang)); unit != "" {
		return r.Tf("（%s）", " (%s)", unit)
	}
	return ""
}
