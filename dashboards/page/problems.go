package page

import (
	"context"
	"fmt"
	"strings"

	"hulian/data"
	"hulian/pipelines"
)

// stateCount is how many problems of a kind are in a state, and leads to them.
func (r Request) stateCount(row record, column string, state pipelines.ProblemState) Cell {
	c := countCell(row.number(column))
	if row.count(column) > 0 {
		c.Link = r.Link("data", With("export", row.text("export")), With("code", row.text("code")), With("file", ""), With("problem", ""), With("state", string(state))) + "#table-problems"
	}
	return c
}

// ProblemFilter narrows problems to those an address or a form names; all says that it names none.
func ProblemFilter(get func(string) string) (condition string, args []any, all bool) {
	terms := []string{"1 = 1"}
	for _, filter := range []struct{ name, column string }{{"export", "p.export"}, {"code", "p.code"}, {"file", "cast(p.file_no as varchar)"}, {"problem", "cast(p.problem_no as varchar)"}} {
		if value := get(filter.name); value != "" {
			terms, args = append(terms, filter.column+" = ?"), append(args, value)
		}
	}
	return strings.Join(terms, " and "), args, len(args) == 0
}

const problemsSQL = `
select f.name, p.*, w.waived_by, w.reason, w.waived_at, count(*) over () as total
from problems p
join files f on f.file_no = p.file_no
left join waivers w on w.problem_no = p.problem_no
where %s
order by p.file_no desc, p.sheet, p."row", p.letter
limit ?`

// problemRows is how many problems of a chosen kind or file the page lists; a clerk mends by file. Before anything is
// chosen a few show what they look like: whole lists would push the state of the data off the page.
const problemRows, firstProblems = 200, 20

// problems lists rows with their place in the file, what is wrong and how to mend it: those refused and open, unless a
// kind, a file or a state was chosen. The office may waive what is listed.
func (r Request) problems(ctx context.Context) ([]Block, error) {
	condition, args, all := ProblemFilter(r.Params.Get)
	title := r.T("所选的问题行", "The chosen problems")
	state, limit := pipelines.ProblemState(r.Params.Get("state")), problemRows
	switch name, known := problemStates[state]; {
	case known:
		condition += " and p.state = '" + string(state) + "'"
		title += r.T("：", ": ") + name.In(r.Lang)
	case all:
		condition, title, limit = "p.severity <> 'warn' and p.state = 'open'", r.T("退回待改的行与原因", "Rows waiting for repair, and reasons"), firstProblems
	}
	table, err := r.Data.Query(ctx, fmt.Sprintf(problemsSQL, condition), append(args, int64(limit))...)
	if err != nil {
		return nil, fmt.Errorf("list problems: %w", err)
	}
	t := &Table{ID: "problems", Stacked: true, Title: title, Empty: r.T("没有这样的行。", "There are no such rows."),
		Note: r.T("行号、列号与 Excel 中看到的一致。下载标注好的工作簿，改好后重新上传，系统只补收改好的行。", "Rows and columns are numbered as Excel shows them. Download the marked workbook, repair it and upload it again: only repaired rows come in."),
		Columns: []Column{{Title: r.T("文件", "File"), Kind: ColumnText}, {Title: r.T("行", "Row"), Kind: ColumnNumber}, {Title: r.T("列", "Column"), Kind: ColumnText},
			{Title: r.T("内容", "Value"), Kind: ColumnText}, {Title: r.T("问题", "What is wrong"), Kind: ColumnText}, {Title: r.T("怎样改", "How to mend it"), Kind: ColumnText}}}
	if r.Waives {
		t.Columns = append(t.Columns, text(r.T("豁免", "Waive")))
	}
	total, open := 0, 0
	for _, row := range read(table) {
		total = int(row.count("total"))
		if row.text("state") == string(pipelines.ProblemOpen) {
			open++
		}
		t.Rows = append(t.Rows, r.problemRow(row))
	}
	if len(t.Rows) < total {
		t.More = r.Tf("共 %[2]s 处，此处显示前 %[1]s 处；点上面的问题或文件的退回数看其余。", "The first %[1]s of %[2]s; choose a kind of problem or a file's number of refused rows above to see the others.", Count(float64(len(t.Rows))), Count(float64(total)))
	}
	blocks := []Block{t}
	if r.Params.Get("refused") != "" {
		blocks = append(blocks, Callout{Tone: ToneWorse, Title: r.T("没有豁免", "Nothing was waived"), Text: r.T("豁免要写明姓名（100 字以内）和理由（500 字以内）。", "A waiver needs a name of at most 100 characters and a reason of at most 500.")})
	}
	if r.Waives && !all && open > 0 && (state == "" || state == pipelines.ProblemOpen) {
		blocks = append(blocks, r.waiveForm(ctx))
	}
	return blocks, nil
}

func (r Request) problemRow(row record) []Cell {
	sentence, mend := data.Explain(pipelines.Problem{Code: pipelines.Code(row.text("code")), Severity: pipelines.Severity(row.text("severity")),
		Export: row.text("export"), File: row.text("name"), Sheet: row.text("sheet"), Row: row.count("row"), Letter: row.text("letter"),
		Column: row.text("column_id"), Header: row.text("header"), Value: row.text("value"), Detail: pipelines.ParseDetail(row.text("detail"))}, r.Lang)
	column := row.text("letter")
	if header := row.text("header"); header != "" {
		column += " " + header
	}
	note := ""
	state := pipelines.ProblemState(row.text("state"))
	if state != pipelines.ProblemOpen {
		note = problemStates[state].In(r.Lang)
	}
	if state == pipelines.ProblemWaived && row.text("waived_by") != "" {
		note = r.Tf("%[3]s 由 %[1]s 豁免：%[2]s", "waived by %[1]s on %[3]s: %[2]s", row.text("waived_by"), row.text("reason"), row.date("waived_at"))
	}
	place := Cell{Text: missing}
	if row.count("row") > 0 {
		place = Cell{Text: row.text("row")} // as Excel shows it, without a comma
	}
	cells := []Cell{{Text: row.text("name"), Note: row.text("sheet")}, place, {Text: column}, {Text: data.Quoted(row.text("value"))}, {Text: sentence, Note: note}, {Text: mend}}
	if r.Waives {
		waive := Cell{}
		if state == pipelines.ProblemOpen {
			waive = Cell{Text: r.T("豁免", "waive"), Link: r.Link("data", With("problem", row.text("problem_no")), With("export", ""), With("code", ""), With("file", ""), With("state", "")) + "#table-problems"}
		}
		cells = append(cells, waive)
	}
	return cells
}

// problemStates say where a problem stands, and are what the list can be narrowed to.
var problemStates = map[pipelines.ProblemState]data.Text{
	pipelines.ProblemOpen:     {Zh: "待改", En: "open"},
	pipelines.ProblemRepaired: {Zh: "已修正", En: "repaired"},
	pipelines.ProblemWaived:   {Zh: "已豁免", En: "waived"},
	pipelines.ProblemCarried:  {Zh: "转入新报的文件", En: "carried on in a newer file"},
}

// waiveForm waives the open ones of the problems listed, in a name and with a reason.
func (r Request) waiveForm(ctx context.Context) Block {
	condition, args, _ := ProblemFilter(r.Params.Get)
	label := r.T("豁免", "Waive")
	if counted, err := r.Data.Query(ctx, "select count(*) as n from problems p where p.state = 'open' and "+condition, args...); err == nil {
		n := Count(read(counted)[0].number("n"))
		label = r.Tf("豁免这 %s 处", "Waive these %s", n)
	}
	form := Form{Title: r.T("确实不用改？", "No repair needed?"), Address: "/waive", Label: label,
		Text:   r.T("豁免后不再催改；被退回的行仍不计入，只有提醒的行照常计入。姓名和理由会一直显示。", "What is waived is no longer asked for; refused rows stay out, rows with a warning stay in. Name and reason stay on record."),
		Fields: r.nameAndReason()}
	for _, name := range []string{"export", "code", "file", "problem"} {
		if value := r.Params.Get(name); value != "" {
			form.Fields = append(form.Fields, Field{Name: name, Value: value, Hidden: true})
		}
	}
	if r.MonthChosen() {
		form.Fields = append(form.Fields, Field{Name: "month", Value: r.Month, Hidden: true})
	}
	form.Fields = append(form.Fields, r.language()...)
	return form
}

// nameAndReason are the fields of a form by which a person decides.
func (r Request) nameAndReason() []Field {
	return []Field{{Name: "by", Label: r.T("姓名", "Name"), Limit: 100, Required: true}, {Name: "reason", Label: r.T("理由", "Reason"), Limit: 500, Required: true}}
}

// language keeps the language of the page in a form.
func (r Request) language() []Field {
	if r.Lang != English {
		return nil
	}
	return []Field{{Name: "lang", Value: English, Hidden: true}}
}
