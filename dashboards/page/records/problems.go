package records

import (
	"context"
	"strconv"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/pipelines"
	"hulian/queries/reading"
)

// stateCount is how many problems of a kind are in a state, and leads to them.
func stateCount(r block.Request, row facts.ProblemKind, problems float64, state pipelines.ProblemState) view.Cell {
	c := view.Count(problems)
	if problems > 0 {
		c.Link = r.Link("data", question.With("export", row.Export), question.With("code", row.Code), question.With("file", ""), question.With("problem", ""), question.With("state", string(state))) + "#table-problems"
	}
	return c
}

// ProblemFilter reads which problems an address or a form names.
func ProblemFilter(get func(string) string) facts.ProblemFilter {
	return facts.ProblemFilter{Export: get("export"), Code: get("code"), File: get("file"), Problem: get("problem")}
}

// problemRows is how many problems of a chosen kind or file stand at once; a clerk mends by file. Before anything is
// chosen a few show what they look like: more would push the state of the data off the page.
const problemRows, firstProblems = 100, 20

// mostProblems is how many problems a list holds: one file of another kind can be refused with every row it has.
const mostProblems = 20_000

// problems lists rows with their place in the file, what is wrong and how to mend it: those refused and open, unless a
// kind, a file or a state was chosen. The office may waive what is listed.
func problems(ctx context.Context, r block.Request) ([]view.Block, error) {
	filter := ProblemFilter(r.Params.Get)
	all := !filter.Names()
	title := r.T("所选的问题行", "The chosen problems")
	state, size := pipelines.ProblemState(r.Params.Get("state")), problemRows
	switch name, known := problemStates[state]; {
	case known:
		filter.State = state
		title += r.T("：", ": ") + name.In(r.Lang)
	case all:
		filter = facts.ProblemFilter{State: pipelines.ProblemOpen, Refused: true}
		title, size = r.T("退回待改的行与原因", "Rows waiting for repair, and reasons"), firstProblems
	}
	t := &view.Table{ID: "problems", Stacked: true, Title: title, Empty: r.T("没有这样的行。", "There are no such rows."),
		Note: r.T("行号、列号与 Excel 中看到的一致。下载标注好的工作簿，改好后重新上传，系统只补收改好的行。", "Rows and columns are numbered as Excel shows them. Download the marked workbook, repair it and upload it again: only repaired rows come in."),
		Columns: []view.Column{{Title: r.T("文件", "File"), Kind: view.ColumnText}, {Title: r.T("行", "Row"), Kind: view.ColumnNumber}, {Title: r.T("列", "Column"), Kind: view.ColumnText},
			{Title: r.T("内容", "Value"), Kind: view.ColumnText}, {Title: r.T("问题", "What is wrong"), Kind: view.ColumnText}, {Title: r.T("怎样改", "How to mend it"), Kind: view.ColumnText}}}
	if r.Waives {
		t.Columns = append(t.Columns, view.Words(r.T("豁免", "Waive")))
	}
	t.PageRows = size
	rows, err := block.RowsShown(r, t, func(c facts.Cut) ([]facts.Problem, error) {
		c.Most = min(c.Most, block.AtMost(r, mostProblems))
		return r.Problems(ctx, r.Visitor, filter, c)
	}, func(p facts.Problem) int64 { return p.Total })
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		t.Exist = int(row.Total)
		t.Rows = append(t.Rows, problemRow(r, row))
	}
	if !t.OnePage && len(t.Rows) < t.Exist {
		t.More = r.Tf("共 %[2]s 处，此处只有前 %[1]s 处；点上面的问题或文件的退回数看其余。", "The first %[1]s of %[2]s; choose a kind of problem or a file's number of refused rows above to see the others.", reading.Count(float64(len(t.Rows))), reading.Count(float64(t.Exist)))
	}
	blocks := []view.Block{t}
	if r.Params.Get("refused") != "" {
		blocks = append(blocks, view.Callout{Tone: view.ToneWorse, Title: r.T("没有豁免", "Nothing was waived"), Text: r.T("豁免要写明理由（500 字以内）。", "A waiver needs a reason of at most 500 characters.")})
	}
	if r.Waives && !all && (state == "" || state == pipelines.ProblemOpen) {
		filter.State = pipelines.ProblemOpen
		open, err := r.ProblemNumbers(ctx, r.Visitor, filter)
		if err != nil {
			return nil, err
		}
		if len(open) > 0 {
			blocks = append(blocks, waiveForm(r, len(open)))
		}
	}
	return blocks, nil
}

func problemRow(r block.Request, row facts.Problem) []view.Cell {
	sentence, mend := data.Explain(pipelines.Problem{Code: pipelines.Code(row.Code), Severity: pipelines.Severity(row.Severity),
		Export: row.Export, File: row.Name, Sheet: row.Sheet, Row: row.Row, Letter: row.Letter,
		Column: row.ColumnID, Header: row.Header, Value: row.Value, Detail: pipelines.ParseDetail(row.Detail)}, r.Lang)
	column := row.Letter
	if header := row.Header; header != "" {
		column += " " + header
	}
	note := ""
	state := pipelines.ProblemState(row.State)
	if state != pipelines.ProblemOpen {
		note = problemStates[state].In(r.Lang)
	}
	if state == pipelines.ProblemWaived && row.WaivedBy != "" {
		note = r.Tf("%[3]s 由 %[1]s 豁免：%[2]s", "waived by %[1]s on %[3]s: %[2]s", row.WaivedBy, row.Reason, row.WaivedAt)
	}
	place := view.Cell{Text: reading.Missing}
	if row.Row > 0 {
		place = view.Cell{Text: strconv.FormatInt(row.Row, 10)} // as Excel shows it, without a comma
	}
	cells := []view.Cell{{Text: row.Name, Note: row.Sheet}, place, {Text: column}, {Text: data.Quoted(row.Value)}, {Text: sentence, Note: note}, {Text: mend}}
	if r.Waives {
		waive := view.Cell{}
		if state == pipelines.ProblemOpen {
			waive = view.Cell{Text: r.T("豁免", "waive"), Link: r.Link("data", question.With("problem", row.ProblemNo), question.With("export", ""), question.With("code", ""), question.With("file", ""), question.With("state", "")) + "#table-problems"}
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

// waiveForm waives the open ones of the problems listed, with a reason.
func waiveForm(r block.Request, open int) view.Block {
	label := r.Tf("豁免这 %s 处", "Waive these %s", reading.Count(float64(open)))
	form := view.Form{Title: r.T("确实不用改？", "No repair needed?"), Address: "/waive", Label: label,
		Text:   r.T("豁免后不再催改；被退回的行仍不计入，只有提醒的行照常计入。姓名和理由会一直显示。", "What is waived is no longer asked for; refused rows stay out, rows with a warning stay in. Name and reason stay on record."),
		Fields: block.ReasonField(r)}
	for _, name := range []string{"export", "code", "file", "problem"} {
		if value := r.Params.Get(name); value != "" {
			form.Fields = append(form.Fields, view.Field{Name: name, Value: value, Hidden: true})
		}
	}
	if r.MonthChosen() {
		form.Fields = append(form.Fields, view.Field{Name: "month", Value: r.Month, Hidden: true})
	}
	form.Fields = append(form.Fields, block.KeepLanguage(r)...)
	return form
}
