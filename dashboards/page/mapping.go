package page

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"hulian/dashboards/desk"
	"hulian/data"
	"hulian/pipelines"
)

// mappingParams are what the upload page takes to ask what the columns of a file are: the file and its table, what was
// said of them so far, and why a confirmation was refused.
var mappingParams = []string{"file", "table", "export", "encoding", "delimiter", "row", "as", "step", "refused", "subject"}

// Choices is a form in which a person chooses one thing for every row.
type Choices struct {
	ID      string
	Title   string
	Text    string
	Method  string // get or post
	Address string
	Heads   [3]string // what is chosen for, examples of it, the choice
	Rows    []ChoiceRow
	Fields  []Field
	Label   string // of the button
}

// Kind names the template of the block.
func (Choices) Kind() string { return "choices" }

// ChoiceRow is one choice.
type ChoiceRow struct {
	Subject, Sub string
	Examples     string
	Name         string // of the field
	Options      []Choice
	Hint         string // why it is preselected, or why there is nothing to choose
}

// Choice is one option.
type Choice struct {
	Value, Name string
	Chosen      bool
}

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
func (r Request) mappingLink(code pipelines.Code, file, table string) string {
	if r.Desk == nil || r.Desk.Propose == nil || file == "" || !unmapped(code) {
		return ""
	}
	v := url.Values{"file": {file}}
	set(v, "table", table)
	Speaking(r.Lang)(v)
	return "/upload?" + v.Encode()
}

// Chosen reads what a person said of a table and gives what follows from it: the proposal as it is without the choice
// of columns, and the one with it. as holds a number of a column of the first proposal and a column of the contract.
func Chosen(ctx context.Context, d *desk.Desk, values url.Values) (plain, chosen pipelines.Proposal, ask pipelines.MappingAsk, err error) {
	if d == nil || d.Propose == nil {
		return plain, chosen, ask, pipelines.ErrUnknown
	}
	ask = pipelines.MappingAsk{Table: values.Get("table"), Export: values.Get("export"), Encoding: values.Get("encoding"), Delimiter: values.Get("delimiter")}
	if row := values.Get("row"); row != "" {
		if ask.HeaderRow, err = strconv.ParseInt(row, 10, 64); err != nil {
			return plain, chosen, ask, fmt.Errorf("%w: row=%s", ErrBadFilter, row)
		}
	}
	plain, err = propose(ctx, d, values.Get("file"), ask)
	if err != nil || values.Get("step") == "" {
		return plain, plain, ask, err
	}
	ask.Columns, ask.Export = map[string]string{}, plain.Export
	for _, said := range values["as"] {
		number, column, _ := strings.Cut(said, ":")
		n, err := strconv.Atoi(number)
		if err != nil || n < 0 || n >= len(plain.Columns) {
			return plain, chosen, ask, fmt.Errorf("%w: as=%s", ErrBadFilter, said)
		}
		if _, twice := ask.Columns[column]; twice {
			return plain, chosen, ask, pipelines.MappingRefusal{Why: pipelines.MappingTwice, Subject: column}
		}
		ask.Columns[column] = plain.Columns[n].Header
	}
	chosen, err = propose(ctx, d, values.Get("file"), ask)
	return plain, chosen, ask, err
}

func propose(ctx context.Context, d *desk.Desk, file string, ask pipelines.MappingAsk) (pipelines.Proposal, error) {
	all, err := d.Propose(ctx, file, ask)
	if err != nil {
		return pipelines.Proposal{}, err
	}
	for _, p := range all {
		if p.Table == ask.Table || ask.Table == "" {
			return p, nil
		}
	}
	return pipelines.Proposal{}, fmt.Errorf("%w: table=%s", ErrBadFilter, ask.Table)
}

// buildMapping asks what the columns of a table are, and then what its unknown words mean.
func buildMapping(ctx context.Context, r Request) (View, error) {
	v := View{Heading: r.T("指认列名", "Name the columns")}
	back := Callout{Next: r.T("回到上传页", "Back to the upload page"), Link: r.Link("upload", cleared)}
	plain, chosen, _, err := Chosen(ctx, r.Desk, r.Params)
	var refused pipelines.MappingRefusal
	var fault *pipelines.Fault
	switch {
	case errors.As(err, &refused):
		contract, _ := data.ContractOf(plain.Export)
		v.Blocks = append(v.Blocks, r.mappingRefused(refused, contract))
	case errors.Is(err, pipelines.ErrUnknown) || errors.Is(err, ErrBadFilter):
		return v, err
	case errors.As(err, &fault):
		back.Tone, back.Title, back.Text = ToneWorse, r.T("这个文件指认不了", "The columns of this file cannot be named here"),
			r.T("请看各列的名称是否写在数据上面的同一行，改好后重新上传。仍然不行，请把这句话转给维护人员：", "See that the names of the columns stand in one row above the data, and upload it again. If that fails, hand this to whoever maintains the system: ")+fault.Err.Error()
		v.Blocks = append(v.Blocks, back)
		return v, nil
	case err != nil:
		return v, err
	}
	name := plain.File
	if plain.Table != "" {
		name += " · " + plain.Table
	}
	contract, _ := data.ContractOf(plain.Export)
	v.Sentences = append(v.Sentences, r.Tf("文件“%s”：%s。", "File “%s”: %s.", name, data.ExplainReading(plain.ReadAs, r.Lang)))
	if why := pipelines.MappingFault(r.Params.Get("refused")); why != "" {
		v.Blocks = append(v.Blocks, r.mappingRefused(pipelines.MappingRefusal{Why: why, Subject: r.Params.Get("subject")}, contract))
	}
	if r.Params.Get("step") != "" && refused.Why == "" {
		r.confirmColumns(&v, chosen, contract)
		return v, nil
	}
	v.Sentences = append(v.Sentences, r.T("请对照样例，逐列选定它是什么。标着“猜测”的要特别核对，不会自动采用。确认后按此读入并记住，以后同样的文件不用再选。",
		"Say of every column what it is, by its examples. What is marked is a guess and is not taken by itself. Once confirmed, the file is read that way, and later files of its kind are too."))
	v.Blocks = append(v.Blocks, r.chooseKind(plain), r.chooseColumns(plain, contract))
	if plain.ReadAs.Format != "json" {
		v.Blocks = append(v.Blocks, r.chooseReading(plain))
	}
	v.Blocks = append(v.Blocks, back)
	return v, nil
}

// cleared takes everything said of a file off a link.
func cleared(v url.Values) {
	for _, name := range append([]string{"held"}, mappingParams...) {
		v.Del(name)
	}
}

func (r Request) mappingRefused(refused pipelines.MappingRefusal, contract data.Contract) Callout {
	if column, ok := contract.Column(refused.Subject); ok {
		refused.Subject = column.Name.In(r.Lang)
	}
	return Callout{Tone: ToneWorse, Title: r.T("还没有确认", "It is not confirmed yet"), Text: data.ExplainMappingRefusal(refused, r.Lang)}
}

// kept are the hidden fields that say which file the form is about, and what was said so far.
func (r Request) kept(names ...string) []Field {
	var fields []Field
	for _, name := range append([]string{"file", "table"}, names...) {
		for _, value := range r.Params[name] {
			fields = append(fields, Field{Name: name, Value: value, Hidden: true})
		}
	}
	return append(fields, r.language()...)
}

// chooseColumns offers the contract's columns for every column of the table.
func (r Request) chooseColumns(p pipelines.Proposal, contract data.Contract) Block {
	form := Choices{ID: "columns", Title: r.Tf("二、“%s”的各列是？", "2. What are the columns of “%s”?", contract.Name.In(r.Lang)), Method: "get", Address: "/upload",
		Heads:  [3]string{r.T("文件中的列", "Column of the file"), r.T("样例", "Examples"), r.T("它是", "It is")},
		Fields: append(r.kept("encoding", "delimiter", "row"), Field{Name: "export", Value: p.Export, Hidden: true}, Field{Name: "step", Value: "words", Hidden: true}),
		Label:  r.T("下一步：核对", "Next: check")}
	var required []string
	for _, column := range contract.Columns {
		if column.Required {
			required = append(required, column.Name.In(r.Lang))
		}
	}
	form.Text = r.Tf("必须有：%s。其余可以不选。", "Required: %s. The others may be left out.", strings.Join(required, r.T("、", ", ")))
	seen := map[string]bool{}
	for n, c := range p.Columns {
		row := ChoiceRow{Subject: c.Header, Sub: c.Letter, Examples: r.examples(c), Name: "as"}
		if c.Letter != "" {
			row.Sub = r.Tf("%s 列", "column %s", c.Letter)
		}
		switch {
		case seen[c.Header]:
			row.Name, row.Hint = "", r.T("与前面一列同名，不能选。要用它，请在文件中改名后重新上传。", "It has the name of an earlier column. To use it, rename it in the file and upload that.")
		case c.Column != "" && !c.Sure:
			row.Hint = r.T("猜测，请核对", "a guess: please check")
		}
		seen[c.Header] = true
		row.Options = append(row.Options, Choice{Name: r.T("不用这一列", "not used")})
		for _, column := range contract.Columns {
			label := column.Name.In(r.Lang)
			if column.Required {
				label += r.T("（必需）", " (required)")
			}
			row.Options = append(row.Options, Choice{Value: fmt.Sprintf("%d:%s", n, column.ID), Name: label, Chosen: r.picked(n, c, column.ID)})
		}
		form.Rows = append(form.Rows, row)
	}
	return form
}

// picked reports whether a column of the contract is preselected: what was chosen a step before, else the guess.
func (r Request) picked(n int, c pipelines.ProposedColumn, column string) bool {
	if said := r.Params["as"]; len(said) > 0 {
		return slices.Contains(said, fmt.Sprintf("%d:%s", n, column))
	}
	return c.Column == column
}

// chooseKind offers to take the table for another export.
func (r Request) chooseKind(p pipelines.Proposal) Block {
	form := Choices{ID: "kind", Title: r.T("一、这是什么表？", "1. What is this table?"), Method: "get", Address: "/upload", Fields: r.kept("encoding", "delimiter", "row"), Label: r.T("改成这种表", "Take it for this")}
	row := ChoiceRow{Subject: r.T("表的种类", "Kind of table"), Name: "export"}
	for _, c := range data.Contracts() {
		row.Options = append(row.Options, Choice{Value: c.Export, Name: c.Name.In(r.Lang), Chosen: c.Export == p.Export})
	}
	if r.Params.Get("export") == "" {
		row.Hint = r.T("猜测，请核对", "a guess: please check")
	}
	form.Rows = []ChoiceRow{row}
	return form
}

// chooseReading offers to read the file in another way: encoding, delimiter or header row.
func (r Request) chooseReading(p pipelines.Proposal) Block {
	form := Choices{ID: "reading", Title: r.T("样例是乱码，或者把标题当成了列名？", "Are the examples garbled, or was a title taken for the names?"), Method: "get", Address: "/upload",
		Text: r.T("在这里改，再重新识别。", "Change it here and look again."), Fields: r.kept("export"), Label: r.T("重新识别", "Look again")}
	if p.ReadAs.Encoding != "" {
		form.Rows = append(form.Rows, r.pinRow("encoding", r.T("编码", "Encoding"), [2]string{"utf-8", "UTF-8"}, [2]string{"gb18030", "GB18030 / GBK"}, [2]string{"utf-16le", "UTF-16LE"}, [2]string{"utf-16be", "UTF-16BE"}))
	}
	if p.ReadAs.Delimiter != "" {
		form.Rows = append(form.Rows, r.pinRow("delimiter", r.T("分隔符", "Delimiter"), [2]string{",", r.T("逗号", "comma")}, [2]string{"tab", r.T("制表符", "tab")},
			[2]string{";", r.T("分号", "semicolon")}, [2]string{"|", r.T("竖线", "bar")}))
	}
	if p.HeaderRow > 0 {
		var rows [][2]string
		for n := 1; n <= 30; n++ {
			rows = append(rows, [2]string{strconv.Itoa(n), r.Tf("第 %d 行", "row %d", n)})
		}
		form.Rows = append(form.Rows, r.pinRow("row", r.T("表头所在的行", "Header row"), rows...))
	}
	return form
}

func (r Request) pinRow(name, subject string, options ...[2]string) ChoiceRow {
	row := ChoiceRow{Subject: subject, Name: name, Options: []Choice{{Name: r.T("自动识别", "told from the content")}}}
	for _, o := range options {
		row.Options = append(row.Options, Choice{Value: o[0], Name: o[1], Chosen: r.Params.Get(name) == o[0]})
	}
	return row
}

// confirmColumns shows what was chosen, asks what unknown words mean, and who says so.
func (r Request) confirmColumns(v *View, p pipelines.Proposal, contract data.Contract) {
	again := r.Link("upload", With("step", ""), With("refused", ""), With("subject", ""))
	chosen := &Table{ID: "chosen", Stacked: true, Title: r.Tf("按“%s”读入", "Read as “%s”", contract.Name.In(r.Lang)),
		Columns: []Column{text(r.T("文件中的列", "Column of the file")), text(r.T("它是", "It is")), text(r.T("样例", "Examples"))}, Empty: r.T("还没有选定任何一列。", "No column was chosen.")}
	for _, c := range p.Columns {
		if column, ok := contract.Column(c.Column); ok {
			chosen.Rows = append(chosen.Rows, []Cell{{Text: strings.TrimSpace(c.Header + " " + c.Letter)}, {Text: column.Name.In(r.Lang)}, {Text: r.examples(c)}})
		}
	}
	v.Blocks = append(v.Blocks, chosen)
	if len(p.Missing) > 0 {
		var names []string
		for _, id := range p.Missing {
			column, _ := contract.Column(id)
			names = append(names, column.Name.In(r.Lang))
		}
		v.Blocks = append(v.Blocks, Callout{Tone: ToneWorse, Title: r.T("还缺必需的列", "A required column is missing"),
			Text: r.Tf("没有选定：%s。文件中没有这些列的，请补上后重新上传。", "Not chosen: %s. If the file lacks it, add it and upload the file again.", strings.Join(names, r.T("、", ", "))),
			Next: r.T("回上一步", "Back to the columns"), Link: again})
		return
	}
	v.Blocks = append(v.Blocks, r.confirmation(p, contract), Callout{Next: r.T("回上一步", "Back to the columns"), Link: again})
}

func (r Request) confirmation(p pipelines.Proposal, contract data.Contract) Block {
	form := Choices{ID: "words", Method: "post", Address: "/mapping",
		Heads:  [3]string{r.T("文件中的词", "Word of the file"), r.T("行数", "Rows"), r.T("意思是", "It means")},
		Fields: r.kept("encoding", "delimiter", "row", "as", "step"), Label: r.T("确认并读入", "Confirm and read it in")}
	form.Title = r.T("三、确认", "3. Confirm")
	form.Fields = append(form.Fields, Field{Name: "export", Value: p.Export, Hidden: true})
	if len(p.Words) > 0 {
		form.Text = r.T("下面这些词系统不认识，请选定意思；不选的，那些行会退回来改。", "These words are not known. Say what they mean; rows with a word that is left open are sent back for repair.")
	}
	for _, w := range p.Words {
		column, _ := contract.Column(w.Column)
		row := ChoiceRow{Subject: w.Word, Sub: column.Name.In(r.Lang), Examples: Count(float64(w.Rows)), Name: "means", Options: []Choice{{Name: r.T("不认这个词，退回", "not known: send the row back")}}}
		for _, value := range column.Values {
			row.Options = append(row.Options, Choice{Value: value.ID, Name: value.Name.In(r.Lang), Chosen: value.ID == w.Means})
		}
		if w.Means != "" {
			row.Hint = r.T("猜测，请核对", "a guess: please check")
		}
		form.Rows = append(form.Rows, row)
		form.Fields = append(form.Fields, Field{Name: "word", Value: w.Column + ":" + w.Word, Hidden: true})
	}
	stem, _, _ := strings.Cut(p.File[strings.LastIndexAny(p.File, `/\`)+1:], ".")
	form.Fields = append(form.Fields,
		Field{Name: "exporter", Label: r.T("这类表由谁报送（给这份对照起个名字）", "Who sends such tables (names the mapping)"), Value: cmp.Or(strings.Trim(stem, "0123456789-_ 年月"), stem), Limit: 60, Required: true},
		Field{Name: "files", Label: r.T("以后叫这样名字的文件都照此读入（* 代表任意字）", "Files of such names are read this way (* stands for anything)"), Value: p.Pattern, Limit: 200, Required: true},
		Field{Name: "by", Label: r.T("您的姓名", "Your name"), Limit: 60, Required: true})
	return form
}

var (
	personal  = regexp.MustCompile(`(?i)姓名|户主|名字|联系人|电话|手机|身份证|住址|地址|\bname\b|phone|mobile|address`)
	ownNumber = regexp.MustCompile(`\b1[3-9]\d{9}\b|\b\d{17}[\dXx]\b`) // a mobile telephone, an identity card
)

// examples shows what stands in a column. Names of people, telephone and identity numbers are masked for whoever may
// not see them elsewhere.
func (r Request) examples(c pipelines.ProposedColumn) string {
	var shown []string
	for _, e := range c.Examples {
		if r.Role != RoleOffice {
			switch {
			case c.Column == "name" || strings.HasSuffix(c.Column, "_name") || personal.MatchString(c.Header) && !strings.ContainsAny(e, "0123456789"):
				e = Mask(e)
			default:
				e = ownNumber.ReplaceAllStringFunc(e, func(n string) string { return n[:3] + "****" })
			}
		}
		if runes := []rune(e); len(runes) > 24 {
			e = string(runes[:24]) + "…"
		}
		shown = append(shown, e)
	}
	return strings.Join(slices.Compact(shown), r.T("、", ", "))
}
