package page

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"hulian/data"
	"hulian/pipelines"
)

// heldLink leads to the form that accepts a held file; empty where none is offered.
func (r Request) heldLink(code pipelines.Code, file string) string {
	if !code.Holds() || r.Desk == nil || r.Desk.Held == nil {
		return ""
	}
	v := url.Values{"held": {file}}
	Speaking(r.Lang)(v)
	return "/upload?" + v.Encode()
}

// buildHeld asks who accepts a held file, and why.
func buildHeld(ctx context.Context, r Request) (View, error) {
	v := View{Heading: r.T("待确认的文件", "A file that waits for confirmation")}
	if r.Params.Get("refused") != "" {
		v.Blocks = append(v.Blocks, Callout{Tone: ToneWorse, Title: r.T("没有收下", "Nothing was accepted"), Text: r.T("确认要写明姓名（100 字以内）和理由（500 字以内）。", "A confirmation needs a name of at most 100 characters and a reason of at most 500.")})
	}
	forms, err := r.heldForms(ctx, r.Params.Get("held"))
	if err != nil {
		return v, err
	}
	if len(forms) == 0 {
		v.Blocks = []Block{Callout{Tone: ToneQuiet, Title: r.T("这个文件不在等待确认", "This file does not wait for confirmation"),
			Text: r.T("可能已经有人确认收下，没有再读一次；结果见“数据状况”页。", "Somebody may have accepted it already; it was not read again. The page of the data says what became of it."), Next: r.T("数据状况", "State of the data"), Link: r.Link("data")}}
		return v, nil
	}
	v.Sentences = append(v.Sentences, r.T("先核对文件是否完整：若漏了一部分，补全后重新上传即可，不必确认。", "First see whether the file is complete: if a part is missing, upload the complete one; nothing has to be confirmed then."))
	for _, form := range forms {
		v.Blocks = append(v.Blocks, form)
	}
	v.Blocks = append(v.Blocks, Callout{Next: r.T("回到上传页", "Back to the upload page"), Link: r.Link("upload", cleared)})
	return v, nil
}

const heldSQL = `
select f.file_id, f.name, c.export, c.problem, c.detail
from reconciliation c
join files f on f.file_no = c.file_no
where f.state = 'held' and c.problem in ('row_count_fallen', 'rows_in_doubt') and f.file_id in (%s)
order by f.file_no, c.export`

// heldForms gives a form for each of the files that still waits. It says what accepting the file does.
func (r Request) heldForms(ctx context.Context, files ...any) ([]Form, error) {
	if len(files) == 0 || r.Desk == nil || r.Desk.Held == nil {
		return nil, nil
	}
	table, err := r.Data.Query(ctx, fmt.Sprintf(heldSQL, placeholders(len(files))), files...)
	if err != nil {
		return nil, fmt.Errorf("find held files: %w", err)
	}
	var forms []Form
	for _, row := range read(table) {
		if file := row.text("file_id"); len(forms) == 0 || !forms[len(forms)-1].accepts(file) {
			forms = append(forms, Form{Title: r.Tf("“%s”确实只有这些行？", "Is “%s” right as it is?", row.text("name")), Address: "/held", Label: r.T("确认收下", "Accept it"),
				Fields: slices.Concat([]Field{{Name: "file", Value: file, Hidden: true}}, r.nameAndReason(), r.language())})
		}
		form := &forms[len(forms)-1]
		detail := pipelines.ParseDetails(row.text("detail")).First()
		if pipelines.Code(row.text("problem")) == pipelines.RowsInDoubt {
			form.Text += r.Tf("这份文件%s。收下则按前一种算法读入。", "Of this file: %s. If accepted, it is read the first way. ", data.ExplainDetail(detail, r.Lang))
			continue
		}
		if len(detail.Args) < 2 {
			detail = pipelines.NewDetail(pipelines.DetailFell, missing, missing)
		}
		form.Text += r.Tf("“%[1]s”上一份 %[2]s 行，这一份 %[3]s 行。", "“%[1]s” had %[2]s rows in the list before and has %[3]s in this one. ", r.exportName(row.text("export")), rows(detail.Args[0]), rows(detail.Args[1]))
	}
	for i := range forms {
		forms[i].Text += r.T("收下后整个文件读入，以这一份为准：不在其中的视为不再在册，历史仍然保留；在它之后收到的名册不受影响。姓名和理由会一直显示。",
			"Once accepted, the whole file is read in and is what counts: whoever is not in it is no longer on the list, and stays in the history; lists received after it keep their say. Name and reason stay on record.")
	}
	return forms, nil
}

// accepts reports whether the form is the one of a held file.
func (f Form) accepts(file string) bool { return f.Fields[0].Value == file }

// rows writes a number of rows as pages do; what is none stays as it is.
func rows(text string) string {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	return Count(n)
}
