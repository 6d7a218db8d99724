package records

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/pipelines"
)

// namingForm draws the form of one export.
type namingForm struct {
	block.Request
	Naming
	contract data.Contract
	e        pipelines.ExportDraft
	refused  pipelines.MappingRefusal
}

// problem is why a control was refused; it is told once.
func (f *namingForm) problem(column string, keys ...string) string {
	if f.refused.Why == "" || f.refused.Column != column || f.refused.Export != "" && f.refused.Export != f.Export || !slices.Contains(keys, f.refused.Key) {
		return ""
	}
	return data.ExplainMappingRefusal(f.refused, f.Lang)
}

func (f *namingForm) options(chosen string, headers []string) []view.Choice {
	options := []view.Choice{{Name: f.T("（不选）", "(none)")}}
	if chosen != "" && !slices.Contains(headers, chosen) {
		headers = append([]string{chosen}, headers...)
	}
	for _, header := range headers {
		options = append(options, view.Choice{Value: header, Name: header, Chosen: header == chosen})
	}
	return options
}

// column asks how one column of the contract is made where it does not stand in the table as it is.
func (f *namingForm) column(column data.Column) view.Fold {
	id, made, headers := column.ID, f.e.Columns[column.ID], f.Headers()
	way := wayOf(f.contract, f.e, id)
	if f.refused.Why == pipelines.MappingHalf && f.refused.Column == id {
		way = f.refused.Subject
	}
	fold := view.Fold{ID: "way-" + id, Title: column.Name.In(f.Lang), State: waySaid(f.Request, f.e, id)}
	if column.Required {
		fold.Title += f.T("（必需）", " (required)")
	}
	pick := func(name, label, chosen string, from []string, ways ...string) view.Control {
		return view.Control{Kind: view.ControlSelect, Name: name + "." + id, Label: label, Options: f.options(chosen, from), Ways: ways, Problem: f.problem(id, name)}
	}
	fold.Controls = append(fold.Controls, view.Control{Kind: view.ControlSelect, Name: "way." + id, Label: f.T("怎样取", "How it is made"), Options: f.ways(column, way), Leads: true, Problem: f.problem(id, "way")},
		pick("header", f.T("取自这一列", "Column"), made.Header, headers, wayHeader), f.fixed(column))
	if column.Type == data.TypeText {
		for i := range max(4, len(made.Join)+1) {
			chosen := ""
			if i < len(made.Join) {
				chosen = made.Join[i]
			}
			c := pick("join", f.Tf("第 %d 列", "Column %d", i+1), chosen, headers, wayJoin)
			if i > 0 {
				c.Problem = ""
			}
			fold.Controls = append(fold.Controls, c)
		}
		between := made.With
		if len(made.Join) == 0 {
			between = "-"
		}
		fold.Controls = append(fold.Controls, view.Control{Kind: view.ControlText, Name: "with." + id, Label: f.T("中间加的字", "Between them"), Value: between, Limit: 10, Ways: []string{wayJoin}})
	}
	switch column.Type {
	case data.TypeDate, data.TypeTimestamp:
		unit := view.Control{Kind: view.ControlSelect, Name: "unit." + id, Label: f.T("时长的单位", "Unit"), Ways: []string{wayPlus}, Problem: f.problem(id, "unit")}
		for _, u := range [][2]string{{pipelines.Days, f.T("天", "days")}, {pipelines.Hours, f.T("小时", "hours")}, {pipelines.Minutes, f.T("分钟", "minutes")}, {pipelines.Months, f.T("月", "months")}} {
			unit.Options = append(unit.Options, view.Choice{Value: u[0], Name: u[1], Chosen: u[0] == cmp.Or(made.Unit, pipelines.Days)})
		}
		fold.Controls = append(fold.Controls, pick("from", f.T("起点的列", "It begins in"), made.From, headers, wayPlus), pick("plus", f.T("时长的列", "Duration in"), made.Plus, headers, wayPlus), unit)
	case data.TypeInteger, data.TypeDecimal:
		fold.Controls = append(fold.Controls, pick("from", f.T("开始时间的列", "It begins in"), made.From, headers, wayUntil), pick("until", f.T("结束时间的列", "It ends in"), made.Until, headers, wayUntil))
	default: // of the others nothing is computed
	}
	second := f.Second
	if f.Draft.With != nil || made.Lookup != "" {
		fold.Controls = append(fold.Controls, pick("lookup", f.T("另一份文件的列", "Column of the second file"), made.Lookup, second, wayLookup))
	}
	if column.Type == data.TypeInteger || column.Type == data.TypeDecimal {
		fold.Controls = append(fold.Controls, view.Control{Kind: view.ControlCheck, Name: "round." + id, Label: f.T("小数四舍五入成整数", "Round decimals to whole numbers"), Value: "1", Checked: made.Round, Problem: f.problem(id, "round")})
	}
	fold.Controls = append(fold.Controls, f.only(id, made.Only), f.blank(column))
	fold.Guess = f.guessed[id] && (way != wayTable || made.Only != nil || made.Round)
	fold.Problem = f.problem(id, "", wayRow)
	fold.Open = fold.Guess || f.refused.Column == id && f.refused.Why != ""
	return fold
}

// ways offers the ways a column of this type can be made.
func (f *namingForm) ways(column data.Column, chosen string) (options []view.Choice) {
	add := func(way, name string) {
		options = append(options, view.Choice{Value: way, Name: name, Chosen: way == chosen})
	}
	add(wayTable, f.T("就是上面选定的列", "as chosen above"))
	add(wayHeader, f.T("取自一列，这一列别处也用", "from a column that is used elsewhere too"))
	add(wayFixed, f.T("每行都填同样的内容", "the same in every row"))
	switch column.Type {
	case data.TypeText:
		add(wayJoin, f.T("几列合成一个", "several columns joined"))
		add(wayRow, f.T("用行号", "the number of the row"))
	case data.TypeDate, data.TypeTimestamp:
		add(wayPlus, f.T("起点加上一段时间", "a beginning and a duration"))
	case data.TypeInteger, data.TypeDecimal:
		add(wayUntil, f.T("两个时间相隔的分钟", "the minutes between two times"))
	default: // likewise
	}
	if f.Draft.With != nil || chosen == wayLookup {
		add(wayLookup, f.T("另一份文件的列", "a column of the second file"))
	}
	return options
}

// fixed asks what stands in every row: one of the contract's words, or a text.
func (f *namingForm) fixed(column data.Column) view.Control {
	c := view.Control{Kind: view.ControlText, Name: "fixed." + column.ID, Label: f.T("每行都填", "In every row"), Value: f.e.Constants[column.ID], Limit: 200, Ways: []string{wayFixed}, Problem: f.problem(column.ID, wayFixed)}
	return f.worded(c, column)
}

// worded has a control offer the contract's words, where the column takes no others.
func (f *namingForm) worded(c view.Control, column data.Column) view.Control {
	words := []view.Choice{}
	for _, v := range column.Values {
		words = append(words, view.Choice{Value: v.ID, Name: v.Name.In(f.Lang)})
	}
	switch {
	case column.Type == data.TypeBoolean:
		words = []view.Choice{{Value: "是", Name: f.T("是", "yes")}, {Value: "否", Name: f.T("否", "no")}}
	case column.Type != data.TypeEnum || column.Open:
		return c
	}
	c.Kind, c.Options = view.ControlSelect, []view.Choice{{Name: f.T("（不选）", "(none)")}}
	known := c.Value == ""
	for _, w := range words {
		w.Chosen = w.Value == c.Value
		known = known || w.Chosen
		c.Options = append(c.Options, w)
	}
	if !known {
		c.Options = append(c.Options, view.Choice{Value: c.Value, Name: c.Value, Chosen: true})
	}
	return c
}

// only asks in which rows the value counts.
func (f *namingForm) only(id string, c *pipelines.MappingCondition) view.Control {
	said := pipelines.MappingCondition{}
	if c != nil {
		said = *c
	}
	group := f.condition(f.T("只在这样的行才算数，其余的行当作没有填", "It counts only in rows where; elsewhere it is empty"), said,
		[3]string{"only." + id, "onlyhow." + id, "words." + id})
	group.Problem = f.problem(id, "only")
	return group
}

// condition asks for a column and its words.
func (f *namingForm) condition(label string, said pipelines.MappingCondition, names [3]string) view.Control {
	return view.Control{Kind: view.ControlGroup, Label: label, Inner: []view.Control{
		{Kind: view.ControlSelect, Name: names[0], Label: f.T("看这一列", "Column"), Options: f.options(said.Header, f.Headers())},
		{Kind: view.ControlSelect, Name: names[1], Label: f.T("写的", "It says"), Options: []view.Choice{{Value: "is", Name: f.T("是这些词", "one of these words")}, {Value: "not", Name: f.T("不是这些词", "none of these words"), Chosen: len(said.Not) > 0}}},
		{Kind: view.ControlLines, Name: names[2], Label: f.T("词，每行写一个", "Words, one a line"), Value: strings.Join(append(slices.Clone(said.Is), said.Not...), "\n"), Limit: 2000},
	}}
}

// blank asks what an empty cell stands for.
func (f *namingForm) blank(column data.Column) view.Control {
	return f.worded(view.Control{Kind: view.ControlText, Name: "blank." + column.ID, Label: f.T("空单元格当作（一般不填）", "An empty cell means (mostly left out)"), Value: f.e.Values[column.ID][""], Limit: 200}, column)
}

// rows asks which rows are taken, and what becomes of those that collide or break a rule.
func (f *namingForm) rows() view.Fold {
	fold := view.Fold{ID: "rows", Title: f.T("只要一部分行；编号重复、不合规矩的行怎么办", "Some of the rows only; rows with the same key, or that break a rule"), Text: f.T("几个镇放在一个文件里、只要本镇的，在这里写。没有取的行不算退回，行数会告诉您。", "Where one file holds several towns, say here which rows are yours. Rows that are not taken are counted, not refused.")}
	for i := range len(f.e.Where) + 1 {
		said := pipelines.MappingCondition{}
		if i < len(f.e.Where) {
			said = f.e.Where[i]
			fold.State = joinSaid(f.Request, fold.State, conditionSaid(f.Request, said))
		}
		label := f.T("只取这样的行", "Only rows where")
		if i > 0 {
			label = f.T("并且", "And where")
		}
		group := f.condition(label, said, [3]string{"where", "wherehow", "wherewords"})
		if wrong := said.Header == "" || len(said.Is)+len(said.Not) == 0 || said.Header == f.refused.Subject; wrong && i < len(f.e.Where) {
			group.Problem = f.problem("", "where")
		}
		fold.Controls = append(fold.Controls, group)
	}
	keep := view.Control{Kind: view.ControlSelect, Name: "keep", Label: f.T("编号相同的行", "Rows with one key"), Problem: f.problem("", "keep"), Options: []view.Choice{{Name: f.T("退回来核对", "are refused, to be checked")}}}
	for _, k := range keeps(f.Request) {
		chosen := k[0] == f.e.Keep
		if chosen {
			fold.State = joinSaid(f.Request, fold.State, k[1])
		}
		keep.Options = append(keep.Options, view.Choice{Value: k[0], Name: k[1], Chosen: chosen})
	}
	fold.Controls = append(fold.Controls, keep)
	if f.contract.Kind == data.Registry {
		fold.Controls = append(fold.Controls, view.Control{Kind: view.ControlSelect, Name: "mode", Label: f.T("这份名册", "This list"), Problem: f.problem("", "mode"), Options: []view.Choice{
			{Name: f.T("是全册：没写到的不再在册", "is complete: what it does not name has gone")}, {Value: "changes", Name: f.T("只写了变动：没写到的不变", "holds changes: what it does not name stays"), Chosen: f.e.Mode == "changes"}}})
	}
	warn := view.Control{Kind: view.ControlGroup, Label: f.T("这些错误不退回，收下并提醒", "These are warned of, and the row is taken"), Problem: f.problem("", "severity")}
	for _, code := range []pipelines.Code{pipelines.UnknownReference, pipelines.OutOfRange, pipelines.DateOrder, pipelines.FutureDate, pipelines.NotAllowed} {
		name := data.ProblemTexts()[code].Name.In(f.Lang)
		checked := f.e.Severity[code] == pipelines.SeverityWarn
		if checked {
			fold.State = joinSaid(f.Request, fold.State, f.Tf("“%s”只提醒", "“%s” only warns", name))
		}
		warn.Inner = append(warn.Inner, view.Control{Kind: view.ControlCheck, Name: "warn", Value: string(code), Label: name, Checked: checked})
	}
	fold.Controls = append(fold.Controls, warn)
	if i := slices.IndexFunc(f.Plain.Ways, func(w pipelines.ProposedWay) bool { return w.Key == "where" }); i >= 0 && f.guessed != nil {
		fold.Text += f.Tf("这张表的“%s”列写了不止一处，请看是不是都要。", " The column “%s” names more than one place: are all of them yours?", f.Plain.Ways[i].Where.Header)
	}
	fold.Open = f.refused.Column == "" && slices.Contains([]string{"where", "keep", "mode", "severity"}, f.refused.Key)
	return fold
}

func keeps(r block.Request) [][2]string {
	return [][2]string{{pipelines.KeepFirst, r.T("留第一行", "the first holds")}, {pipelines.KeepLast, r.T("留最后一行", "the last holds")}, {pipelines.KeepFullest, r.T("留填得最全的一行", "the fullest holds")}}
}

func joinSaid(r block.Request, said, more string) string {
	if said == "" || more == "" {
		return said + more
	}
	return said + r.T("；", "; ") + more
}

// companion asks for a second file that holds more of each row.
func (f *namingForm) companion() view.Fold {
	with := pipelines.MappingCompanion{}
	if f.Draft.With != nil {
		with = *f.Draft.With
	}
	fold := view.Fold{ID: "second", Title: f.T("每一行还有一部分写在另一份文件里", "A second file holds more of each row"), Problem: f.problem("", "with"),
		Text: f.T("例如一份是走访、另一份是走访的日期，两边都有同一个编号。先把两份文件都上传，在这里选另一份和编号所在的列，再在“更多取法”里给有关的列选“另一份文件的列”。",
			"For instance visits in one file and their dates in the other, with the same key in both. Upload both, choose the other one and the columns of the key here, then choose “a column of the second file” under “More ways”.")}
	file := view.Control{Kind: view.ControlSelect, Name: "second", Label: f.T("另一份文件", "The second file"), Options: []view.Choice{{Name: f.T("没有", "there is none")}}}
	if len(with.Files) > 0 {
		fold.State = strings.Join(with.Files, f.T("、", ", "))
		file.Options = append(file.Options, view.Choice{Value: "same", Name: fold.State, Chosen: true})
	}
	for _, a := range f.Arrived {
		if a.ID != f.File {
			file.Options = append(file.Options, view.Choice{Value: a.ID, Name: a.Name})
		}
	}
	fold.Controls = []view.Control{file,
		{Kind: view.ControlSelect, Name: "key", Label: f.T("编号在本文件的列", "The key in this file"), Options: f.options(with.Key, f.Headers())},
		{Kind: view.ControlSelect, Name: "askey", Label: f.T("编号在另一份文件的列（同名可不选）", "The key in the second file (if its name differs)"), Options: f.options(with.As, f.Second)}}
	fold.Button = &view.Button{Value: "look", Label: f.T("选好了，看那份文件有哪些列", "Chosen: show its columns")}
	fold.Open = f.refused.Column == "" && f.refused.Key == "with" || f.Params.Get("open") == "second"
	return fold
}

// writing asks how days and times are written.
func (f *namingForm) writing() view.Fold {
	fold := view.Fold{ID: "writing", Title: f.T("日期的写法、时区、名册的日期", "How days are written, time zone, day of a list"), Text: f.T("一般不用填，系统自己认得出。", "Mostly not needed: they are recognised.")}
	for _, c := range []view.Control{
		{Name: "date_format", Label: f.T("日期的写法：%Y 年 %m 月 %d 日，如 %m/%d/%Y", "Days are written: %Y year %m month %d day, such as %m/%d/%Y"), Value: f.Draft.DateFormat, Limit: 40},
		{Name: "time_zone", Label: f.T("时间的时区，如 UTC", "Zone of the times, such as UTC"), Value: f.Draft.TimeZone, Limit: 60},
		{Name: "as_of", Label: f.T("名册说的是哪一天，如 2018-01-31", "The day a list speaks for, such as 2018-01-31"), Value: f.Draft.AsOf, Limit: 10},
	} {
		c.Kind, c.Problem = view.ControlText, f.problem("", c.Name)
		if c.Value != "" {
			fold.State = joinSaid(f.Request, fold.State, c.Value)
		}
		fold.Open = fold.Open || c.Problem != ""
		fold.Controls = append(fold.Controls, c)
	}
	why := data.ExplainDetail(f.Plain.DateWhy, f.Lang)
	switch {
	case why == "" || f.Draft.DateFormat != f.Plain.DateFormat: // it need not be said, or a person has said it
	case f.Draft.DateFormat != "":
		fold.Guess, fold.Text = true, guessHint(f.Request, pipelines.Details{f.Plain.DateWhy})
	default: // whoever knows the exporter has to say it
		fold.Guess, fold.Open, fold.Text = true, true, why
	}
	return fold
}

// folds are the parts of the form behind the list of the table's columns.
func (f *namingForm) folds() []view.Fold {
	more := view.Fold{ID: "ways", Title: f.T("更多取法", "More ways"), Text: f.T("上面选不了的在这里说：每行都一样的内容、几列合成的编号、起点加天数得出的日期、只在“已办结”的行才算数的日期、要四舍五入的数……不需要的不用打开。",
		"What cannot be chosen above: a text that is the same in every row, a key joined of columns, a day that is a beginning and a number of days, a day that counts only in rows that are closed, a count to be rounded. Open only what you need.")}
	guesses := 0
	for _, column := range f.contract.Columns {
		fold := f.column(column)
		more.Open = more.Open || fold.Open
		if fold.Guess {
			guesses++
		}
		more.Folds = append(more.Folds, fold)
	}
	if guesses > 0 {
		more.State, more.Guess = f.Tf("有 %d 处猜测，请核对", "guesses to check: %d", guesses), true
	}
	all := []view.Fold{more, f.rows()}
	if f.Arrived != nil {
		all = append(all, f.companion())
	}
	return numbered(append(all, f.writing()), "")
}

// numbered gives every control an id of its own, for its label and for what is said of it.
func numbered(folds []view.Fold, prefix string) []view.Fold {
	for i := range folds {
		at := fmt.Sprintf("%s%d", prefix, i)
		for j := range folds[i].Controls {
			c := &folds[i].Controls[j]
			c.ID = fmt.Sprintf("c%s-%d", at, j)
			for k := range c.Inner {
				c.Inner[k].ID = fmt.Sprintf("%s-%d", c.ID, k)
			}
		}
		numbered(folds[i].Folds, at+"-")
	}
	return folds
}

// waySaid says in words how a column is made; empty where nothing was said.
func waySaid(r block.Request, e pipelines.ExportDraft, column string) string {
	c, mapped := e.Columns[column]
	quote := func(words []string) string {
		var all []string
		for _, w := range words {
			all = append(all, r.Tf("“%s”", "“%s”", w))
		}
		return strings.Join(all, r.T("、", ", "))
	}
	said := ""
	fixed, constant := e.Constants[column]
	units := map[string]string{pipelines.Days: r.T("天", "days"), pipelines.Hours: r.T("小时", "hours"), pipelines.Minutes: r.T("分钟", "minutes"), pipelines.Months: r.T("月", "months")}
	switch {
	case constant && fixed == "": // left out
		return ""
	case constant:
		return r.Tf("每行都填“%s”", "“%s” in every row", r.Word(e.Export, column, fixed))
	case !mapped:
		return ""
	case c.Row:
		said = r.T("行号", "number of the row")
	case c.Plus != "":
		said = r.Tf("“%s”加“%s”（%s）", "“%s” plus “%s” (%s)", c.From, c.Plus, units[cmp.Or(c.Unit, pipelines.Days)])
	case c.Until != "":
		said = r.Tf("“%s”到“%s”的分钟", "minutes from “%s” until “%s”", c.From, c.Until)
	case len(c.Join) > 0:
		said = quote(c.Join) + r.T("合成", " joined")
		if c.With != "" {
			said += r.Tf("，中间加“%s”", " with “%s”", c.With)
		}
	case c.Lookup != "":
		said = r.Tf("另一份文件的“%s”", "“%s” of the second file", c.Lookup)
	case c.Header != "":
		said = r.Tf("“%s”", "“%s”", c.Header)
	}
	if c.Round {
		said = joinSaid(r, said, r.T("四舍五入", "rounded"))
	}
	if c.Only != nil && c.Only.Header != "" {
		said = joinSaid(r, said, r.T("只算", "only where ")+conditionSaid(r, *c.Only)+r.T("的行", ""))
	}
	if means, ok := e.Values[column][""]; ok {
		said = joinSaid(r, said, r.Tf("空的当作“%s”", "empty means “%s”", r.Word(e.Export, column, means)))
	}
	return said
}

func conditionSaid(r block.Request, c pipelines.MappingCondition) string {
	words := func(all []string) string {
		return r.T("“", "“") + strings.Join(all, r.T("”或“", "” or “")) + r.T("”", "”")
	}
	if len(c.Not) > 0 {
		return r.Tf("“%s”不是%s", "“%s” is not %s", c.Header, words(c.Not))
	}
	return r.Tf("“%s”是%s", "“%s” is %s", c.Header, words(c.Is))
}
