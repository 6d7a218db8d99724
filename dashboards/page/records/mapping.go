package records

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
	"hulian/queries/reading"
)

// unmapped reports whether a problem with a table is one that naming its columns mends.
func unmapped(code pipelines.Code) bool {
	switch code {
	case pipelines.HeaderNotRecognised, pipelines.ColumnsMissing, pipelines.HeaderAmbiguous, pipelines.WrongExport:
		return true
	default: // rows, cells and whole files: no name of a column mends them
		return false
	}
}

// mappingLink leads to the form for a table nobody understood; empty where none is offered.
func mappingLink(r block.Request, code pipelines.Code, file, table string) string {
	if r.Desk == nil || r.Desk.Propose == nil || file == "" || !unmapped(code) || !r.Visitor.MayAnywhere(visitor.Upload) || !r.SeesFile(file) {
		return ""
	}
	return namingLink(r, file, table)
}

// namingLink leads to the form for a table.
func namingLink(r block.Request, file, table string) string {
	v := url.Values{"file": {file}}
	question.Set(v, "table", table)
	question.Speaking(r.Lang)(v)
	return "/upload?" + v.Encode()
}

// Refusal puts why a mapping was refused into an address.
func Refusal(v url.Values, refused pipelines.MappingRefusal) {
	for name, value := range map[string]string{"refused": string(refused.Why), "subject": refused.Subject, "near": refused.Near, "of": refused.Export, "column": refused.Column, "key": refused.Key} {
		question.Set(v, name, value)
	}
}

// refusalOf reads it from there.
func refusalOf(r block.Request) pipelines.MappingRefusal {
	get := r.Params.Get
	return pipelines.MappingRefusal{Why: pipelines.MappingFault(get("refused")), Subject: get("subject"), Near: get("near"), Export: get("of"), Column: get("column"), Key: get("key")}
}

// OfForm reports whether a refusal is about what is said at the end: the names and who confirms, not the columns.
func OfForm(refused pipelines.MappingRefusal) bool {
	return slices.Contains([]pipelines.MappingFault{pipelines.MappingClaimed, pipelines.MappingNoName, pipelines.MappingPattern, pipelines.MappingBroken}, refused.Why)
}

// buildMapping asks what the columns of a table are, and then what its unknown words mean.
func buildMapping(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: r.T("指认列名", "Name the columns")}
	if !r.Visitor.MayAnywhere(visitor.Upload) || !r.SeesFile(r.Params.Get("file")) {
		return v, pipelines.ErrUnknown
	}
	back := view.Callout{Next: r.T("回到上传页", "Back to the upload page"), Link: r.Link("upload", cleared)}
	n, err := ReadNaming(ctx, r.Desk, r.Params)
	var fault *pipelines.Fault
	var wrong pipelines.MappingRefusal
	switch {
	case errors.As(err, &fault) && errors.As(err, &wrong): // a mapping file of the town
		back.Tone, back.Title = view.ToneWorse, r.Tf("对照文件“%s”写得不对", "The mapping file “%s” is wrong", fault.At[strings.LastIndexAny(fault.At, `/\\`)+1:])
		back.Text = r.T("改好之前，归它管的文件读不进来。请转给维护人员：", "The files that it claims are not read until it is mended. Hand this to whoever maintains the system: ") + data.ExplainMappingRefusal(wrong, r.Lang)
		v.Blocks = append(v.Blocks, back)
		return v, nil
	case errors.Is(err, pipelines.ErrUnknown) || errors.Is(err, question.ErrBadFilter):
		return v, err
	case errors.Is(err, pipelines.ErrNoHeader):
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneWorse, Title: r.T("没有一行像表头", "No row looks like a header"),
			Text: r.T("各列的名称要写在数据上面的同一行；有这一行的，请在下面指出是第几行；没有的，请补上后重新上传。", "The names of the columns stand in one row above the data. If there is such a row, say below which; if there is none, add it and upload the file again.")},
			chooseReading(r, Naming{Plain: pipelines.Proposal{HeaderRow: 1}}), back)
		return v, nil
	case errors.As(err, &fault):
		back.Tone, back.Title, back.Text = view.ToneWorse, r.T("这个文件指认不了", "The columns of this file cannot be named here"),
			r.T("请看各列的名称是否写在数据上面的同一行，改好后重新上传。仍然不行，请把这句话转给维护人员：", "See that the names of the columns stand in one row above the data, and upload it again. If that fails, hand this to whoever maintains the system: ")+fault.Err.Error()
		v.Blocks = append(v.Blocks, back)
		return v, nil
	case err != nil:
		return v, err
	}
	name := n.Plain.File
	if n.Table != "" {
		name += " · " + n.Table
	}
	contract, _ := data.ContractOf(n.Export)
	v.Sentences = append(v.Sentences, r.Tf("文件“%s”：%s。", "File “%s”: %s.", name, data.ExplainReading(n.Plain.ReadAs, r.Lang)))
	refused := refusalOf(r)
	if n.Plain.ByHand != "" {
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneQuiet, Title: r.T("按人工写好的对照文件读入", "Read by a mapping file that was written by hand"),
			Text: data.ExplainMappingRefusal(pipelines.MappingRefusal{Why: pipelines.MappingClaimed, Subject: n.Plain.ByHand}, r.Lang)})
		for _, e := range n.Draft.Exports {
			v.Blocks = append(v.Blocks, readAsTable(r, n, e))
		}
		v.Blocks = append(v.Blocks, back)
		return v, nil
	}
	if refused.Why != "" {
		v.Blocks = append(v.Blocks, mappingRefused(r, refused, n))
	}
	if r.Params.Get("step") != "" && (refused.Why == "" || OfForm(refused)) {
		return v, confirmColumns(ctx, r, &v, n)
	}
	v.Sentences = append(v.Sentences, r.T("请对照样例，逐列选定它是什么。标着“猜测”的要特别核对，不会自动采用。确认后按此读入并记住，以后同样的文件不用再选。",
		"Say of every column what it is, by its examples. What is marked is a guess and is not taken by itself. Once confirmed, the file is read that way, and later files of its kind are too."))
	if n.Plain.Confirmed != nil {
		v.Sentences = append(v.Sentences, r.T("这种表以前确认过，下面是现在的对照；改了再确认，已经读入的同类文件也会照新的重新读。", "Tables of this kind were confirmed before: this is how they are read now. What you change and confirm applies to the files that were read already, too."))
	}
	v.Blocks = append(v.Blocks, chooseKind(r, n), chooseColumns(r, n, contract, refused))
	if n.Plain.ReadAs.Format != "json" {
		v.Blocks = append(v.Blocks, chooseReading(r, n))
	}
	v.Blocks = append(v.Blocks, back)
	return v, nil
}

// cleared takes everything said of a file off a link.
func cleared(v url.Values) {
	for _, name := range append([]string{"held"}, question.MappingParams...) {
		v.Del(name)
	}
}

func mappingRefused(r block.Request, refused pipelines.MappingRefusal, n Naming) view.Callout {
	contract, _ := data.ContractOf(cmp.Or(refused.Export, n.Export))
	said := view.Callout{Tone: view.ToneWorse, Title: r.T("还没有确认", "It is not confirmed yet")}
	if column, ok := contract.Column(refused.Column); ok {
		said.Title += r.Tf("：%s", ": %s", column.Name.In(r.Lang))
		if refused.Why != pipelines.MappingTwice || refused.Key != "" {
			said.Next, said.Link = r.T("到这一列", "Go to this column"), "#way-"+column.ID
		}
	}
	if column, ok := contract.Column(refused.Subject); ok {
		refused.Subject = column.Name.In(r.Lang)
	}
	said.Text = data.ExplainMappingRefusal(refused, r.Lang)
	if refused.Why == pipelines.MappingIncomplete {
		var names []string
		e := n.said()
		for _, column := range contract.Columns {
			_, mapped := e.Columns[column.ID]
			if _, fixed := e.Constants[column.ID]; column.Required && !mapped && !fixed {
				names = append(names, column.Name.In(r.Lang))
			}
		}
		said.Text = r.Tf("没有选定：%s。表里没有这一列的，可以在“更多取法”里说每行都填什么，或几列合成；否则请补上后重新上传。",
			"Not chosen: %s. If the table lacks one, say under “More ways” what stands in every row or which columns make it; otherwise add it and upload the file again.", strings.Join(names, r.T("、", ", ")))
	}
	return said
}

// kept are the hidden fields that say which file the form is about.
func kept(r block.Request, names ...string) []view.Field {
	var fields []view.Field
	for _, name := range append([]string{"file", "table"}, names...) {
		for _, value := range r.Params[name] {
			fields = append(fields, view.Field{Name: name, Value: value, Hidden: true})
		}
	}
	return append(fields, block.KeepLanguage(r)...)
}

// keptDraft are the hidden fields that hold what was said so far.
func keptDraft(d pipelines.MappingDraft) []view.Field {
	if said := writtenDraft(d); said != "" {
		return []view.Field{{Name: "said", Value: said, Hidden: true}}
	}
	return nil
}

// chooseColumns offers the contract's columns for every column of the table.
func chooseColumns(r block.Request, n Naming, contract data.Contract, refused pipelines.MappingRefusal) view.Block {
	e := n.said()
	form := view.Choices{ID: "columns", Title: r.Tf("二、“%s”的各列是？", "2. What are the columns of “%s”?", contract.Name.In(r.Lang)), Method: "post", Address: "/mapping",
		Heads:  [3]string{r.T("文件中的列", "Column of the file"), r.T("样例", "Examples"), r.T("它是", "It is")},
		Fields: append(append(kept(r, "encoding", "delimiter", "row"), view.Field{Name: "export", Value: n.Export, Hidden: true}), keptDraft(n.Draft)...),
		Label:  r.T("下一步：核对", "Next: check"), Value: "next"}
	var required []string
	for _, column := range contract.Columns {
		if column.Required {
			required = append(required, column.Name.In(r.Lang))
		}
	}
	form.Text = r.Tf("必须有：%s。其余可以不选。", "Required: %s. The others may be left out.", strings.Join(required, r.T("、", ", ")))
	seen := map[string]bool{}
	for at, c := range n.Plain.Columns {
		row := view.ChoiceRow{Subject: c.Header, Sub: c.Letter, Examples: examplesOf(r, c), Name: "as"}
		if c.Letter != "" {
			row.Sub = r.Tf("%s 列", "column %s", c.Letter)
		}
		row.Options = append(row.Options, view.Choice{Name: r.T("不用这一列", "not used")})
		for _, column := range contract.Columns {
			label := column.Name.In(r.Lang)
			if column.Required {
				label += r.T("（必需）", " (required)")
			}
			chosen := !seen[c.Header] && e.Columns[column.ID].Header == c.Header && inTable(contract, e, column.ID)
			row.Options = append(row.Options, view.Choice{Value: fmt.Sprintf("%d:%s", at, column.ID), Name: label, Chosen: chosen})
			if chosen && n.guessed[column.ID] {
				row.Hint = guessHint(r, c.Why)
			}
		}
		if seen[c.Header] {
			row.Name, row.Hint = "", r.T("与前面一列同名，不能选。要用它，请在文件中改名后重新上传。", "It has the name of an earlier column. To use it, rename it in the file and upload that.")
		}
		seen[c.Header] = true
		form.Rows = append(form.Rows, row)
	}
	fields := &namingForm{Request: r, Naming: n, contract: contract, e: e, refused: refused}
	form.Folds = fields.folds()
	return form
}

// chooseKind offers to take the table for another export.
func chooseKind(r block.Request, n Naming) view.Block {
	form := view.Choices{ID: "kind", Title: r.T("一、这是什么表？", "1. What is this table?"), Method: "get", Address: "/upload", Label: r.T("改成这种表", "Take it for this"),
		Fields: append(kept(r, "encoding", "delimiter", "row"), keptDraft(n.without(n.Export))...)}
	row := view.ChoiceRow{Subject: r.T("表的种类", "Kind of table"), Name: "export"}
	likely := append([]string{n.Plain.Export}, n.Plain.Others...)
	for _, c := range data.Contracts() {
		if !slices.Contains(likely, c.Export) {
			likely = append(likely, c.Export)
		}
	}
	for _, export := range likely {
		c, _ := data.ContractOf(export)
		row.Options = append(row.Options, view.Choice{Value: export, Name: c.Name.In(r.Lang), Chosen: export == n.Export})
	}
	if r.Params.Get("export") == "" && n.Plain.Confirmed == nil {
		row.Hint = guessHint(r, n.Plain.Why)
	}
	form.Rows = []view.ChoiceRow{row}
	return form
}

// guessHint says that something is a guess, and what speaks for it.
func guessHint(r block.Request, why pipelines.Details) string {
	hint := r.T("猜测，请核对", "a guess: please check")
	if said := data.ExplainDetails(why, r.Lang); said != "" {
		hint += r.T("：", " — ") + said
	}
	return hint
}

// chooseReading offers to read the file in another way: encoding, delimiter or header row.
func chooseReading(r block.Request, n Naming) view.Block {
	p := n.Plain
	form := view.Choices{ID: "reading", Title: r.T("样例是乱码，或者把标题当成了列名？", "Are the examples garbled, or was a title taken for the names?"), Method: "get", Address: "/upload",
		Text: r.T("在这里改，再重新识别。", "Change it here and look again."), Fields: append(kept(r, "export"), keptDraft(n.without(n.Export))...), Label: r.T("重新识别", "Look again")}
	if p.ReadAs.Encoding != "" {
		form.Rows = append(form.Rows, pinRow(r, "encoding", r.T("编码", "Encoding"), [2]string{"utf-8", "UTF-8"}, [2]string{"gb18030", "GB18030 / GBK"}, [2]string{"utf-16le", "UTF-16LE"}, [2]string{"utf-16be", "UTF-16BE"}))
	}
	if p.ReadAs.Delimiter != "" {
		form.Rows = append(form.Rows, pinRow(r, "delimiter", r.T("分隔符", "Delimiter"), [2]string{",", r.T("逗号", "comma")}, [2]string{"tab", r.T("制表符", "tab")},
			[2]string{";", r.T("分号", "semicolon")}, [2]string{"|", r.T("竖线", "bar")}))
	}
	if p.HeaderRow > 0 {
		var rows [][2]string
		for n := 1; n <= 30; n++ {
			rows = append(rows, [2]string{strconv.Itoa(n), r.Tf("第 %d 行", "row %d", n)})
		}
		form.Rows = append(form.Rows, pinRow(r, "row", r.T("表头所在的行", "Header row"), rows...))
	}
	return form
}

func pinRow(r block.Request, name, subject string, options ...[2]string) view.ChoiceRow {
	row := view.ChoiceRow{Subject: subject, Name: name, Options: []view.Choice{{Name: r.T("自动识别", "told from the content")}}}
	for _, o := range options {
		row.Options = append(row.Options, view.Choice{Value: o[0], Name: o[1], Chosen: r.Params.Get(name) == o[0]})
	}
	return row
}

// confirmColumns shows what was chosen, asks what unknown words mean, and who says so.
func confirmColumns(ctx context.Context, r block.Request, v *view.View, n Naming) error {
	again := view.Callout{Next: r.T("回上一步", "Back to the columns"), Link: r.Link("upload", Refused(pipelines.MappingRefusal{}), question.With("step", ""))}
	for _, e := range n.Draft.Exports {
		v.Blocks = append(v.Blocks, readAsTable(r, n, e))
		if e.Export != n.Export {
			v.Blocks = append(v.Blocks, view.Callout{Next: r.T("改这一种", "Change this one"), Link: r.Link("upload", question.With("step", ""), question.With("export", e.Export))},
				view.Callout{Next: r.T("不要这一种", "Leave this one out"), Link: r.Link("upload", question.With("said", writtenDraft(n.without(e.Export))))})
		}
	}
	p, err := n.Words(ctx, r.Desk)
	if err != nil {
		return err
	}
	contract, _ := data.ContractOf(n.Export)
	v.Blocks = append(v.Blocks, confirmation(r, n, p, contract), again)
	return nil
}

// Refused is Refusal as a change of a link.
func Refused(refused pipelines.MappingRefusal) question.Change {
	return func(v url.Values) { Refusal(v, refused) }
}

// readAs shows how the columns of one export are made.
func readAsTable(r block.Request, n Naming, e pipelines.ExportDraft) *view.Table {
	contract, _ := data.ContractOf(e.Export)
	chosen := &view.Table{ID: "chosen-" + e.Export, Stacked: true, Title: r.Tf("按“%s”读入", "Read as “%s”", contract.Name.In(r.Lang)),
		Columns: []view.Column{view.Words(r.T("列", "Column")), view.Words(r.T("取自", "Made of")), view.Words(r.T("样例", "Examples"))}, Empty: r.T("还没有选定任何一列。", "No column was chosen.")}
	for _, column := range contract.Columns {
		made := waySaid(r, e, column.ID)
		if made == "" {
			continue
		}
		examples := ""
		if i := slices.IndexFunc(n.Plain.Columns, func(c pipelines.ProposedColumn) bool { return c.Header == e.Columns[column.ID].Header }); i >= 0 && e.Columns[column.ID].Header != "" {
			of := n.Plain.Columns[i]
			of.Column = column.ID
			examples = examplesOf(r, of)
		}
		chosen.Rows = append(chosen.Rows, []view.Cell{{Text: column.Name.In(r.Lang)}, {Text: made}, {Text: examples}})
	}
	var said []string
	if n.Draft.DateFormat != "" {
		said = append(said, r.Tf("日期按“%s”读", "days are read as “%s”", n.Draft.DateFormat))
	}
	for _, c := range slices.Concat(n.Draft.Where, e.Where) {
		said = append(said, r.T("只取", "rows where ")+conditionSaid(r, c)+r.T("的行", ""))
	}
	for _, k := range keeps(r) {
		if k[0] == e.Keep {
			said = append(said, r.T("编号相同的行", "of rows with one key ")+k[1])
		}
	}
	if e.Mode == "changes" {
		said = append(said, r.T("只是变动，没写到的不变", "changes: what it does not name stays"))
	}
	if with := n.Draft.With; with != nil {
		said = append(said, r.Tf("每一行按“%s”与“%s”的“%s”合起来", "each row is completed by “%s” from “%s”, column “%s”", with.Key, strings.Join(with.Files, r.T("、", ", ")), cmp.Or(with.As, with.Key)))
	}
	for _, code := range slices.Sorted(maps.Keys(e.Severity)) {
		said = append(said, r.Tf("“%s”只提醒", "“%s” only warns", data.ProblemTexts()[code].Name.In(r.Lang)))
	}
	chosen.Note = strings.Join(said, r.T("；", "; "))
	return chosen
}

func confirmation(r block.Request, n Naming, p pipelines.Proposal, contract data.Contract) view.Block {
	form := view.Choices{ID: "words", Title: r.T("三、确认", "3. Confirm"), Method: "post", Address: "/mapping",
		Heads:  [3]string{r.T("文件中的词", "Word of the file"), r.T("行数", "Rows"), r.T("意思是", "It means")},
		Fields: append(append(kept(r, "encoding", "delimiter", "row"), view.Field{Name: "export", Value: n.Export, Hidden: true}), keptDraft(n.Draft)...), Label: r.T("确认并读入", "Confirm and read it in")}
	if len(p.Words) > 0 {
		form.Text = r.T("下面这些词系统不认识，请选定意思；不选的，那些行会退回来改。", "These words are not known. Say what they mean; rows with a word that is left open are sent back for repair.")
	}
	e := n.said()
	for _, w := range p.Words {
		column, _ := contract.Column(w.Column)
		row := view.ChoiceRow{Subject: w.Word, Sub: column.Name.In(r.Lang), Examples: reading.Count(float64(w.Rows)), Name: "means", Options: []view.Choice{{Name: r.T("不认这个词，退回", "not known: send the row back")}}}
		means := cmp.Or(e.Values[w.Column][w.Word], w.Means)
		for _, value := range column.Values {
			row.Options = append(row.Options, view.Choice{Value: value.ID, Name: value.Name.In(r.Lang), Chosen: value.ID == means})
		}
		if len(column.Values) == 0 && means != "" { // the ID of what the word names
			row.Options = append(row.Options, view.Choice{Value: means, Name: means, Chosen: true})
		}
		if w.Means != "" && e.Values[w.Column][w.Word] == "" {
			row.Hint = r.T("猜测，请核对", "a guess: please check")
		}
		form.Rows = append(form.Rows, row)
		form.Fields = append(form.Fields, view.Field{Name: "word", Value: w.Column + ":" + w.Word, Hidden: true})
	}
	stem, _, _ := strings.Cut(n.Plain.File[strings.LastIndexAny(n.Plain.File, `/\`)+1:], ".")
	pattern := n.Plain.Pattern
	if len(n.Draft.Files) > 0 {
		pattern = n.Draft.Files[0]
	}
	form.Fields = append(form.Fields,
		view.Field{Name: "exporter", Label: r.T("这类表由谁报送（给这份对照起个名字）", "Who sends such tables (names the mapping)"), Value: cmp.Or(n.Draft.Exporter, strings.Trim(stem, "0123456789-_ 年月"), stem), Limit: 60, Required: true},
		view.Field{Name: "files", Label: r.T("以后叫这样名字的文件都照此读入（* 代表任意字）", "Files of such names are read this way (* stands for anything)"), Value: pattern, Limit: 200, Required: true})
	other := &view.Also{Label: r.T("这张表里还有别的内容吗？", "Does this table hold something else, too?"), Name: "also", Button: view.Button{Value: "also", Label: r.T("也指认它的各列", "Name its columns too")}}
	for _, c := range data.Contracts() {
		if n.Draft.Export(c.Export) == nil {
			other.Options = append(other.Options, view.Choice{Value: c.Export, Name: c.Name.In(r.Lang)})
		}
	}
	form.Other = other
	return form
}

var (
	personal = regexp.MustCompile(`(?i)姓名|户主|名字|联系人|电话|手机|身份证|住址|地址|\bname\b|phone|mobile|address`)
)

// examples shows what stands in a column. Names of people, telephone and identity numbers are masked for whoever may
// not see them elsewhere.
func examplesOf(r block.Request, c pipelines.ProposedColumn) string {
	var shown []string
	for _, e := range c.Examples {
		if !r.SeesPersons(r.Visitor) {
			if c.Column == "name" || strings.HasSuffix(c.Column, "_name") || personal.MatchString(c.Header) && !strings.ContainsAny(e, "0123456789") {
				e = visitor.MaskName(e)
			}
		}
		e = visitor.FreeText(e)
		if runes := []rune(e); len(runes) > 24 {
			e = string(runes[:24]) + "…"
		}
		shown = append(shown, e)
	}
	return strings.Join(slices.Compact(shown), r.T("、", ", "))
}
