package records

import (
	"context"
	"net/url"
	"slices"
	"strconv"

	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
	"hulian/queries/reading"
)

// heldLink leads to the form that accepts a held file; empty where none is offered.
func heldLink(r block.Request, code pipelines.Code, file string) string {
	if !code.Holds() || !accepts(r) {
		return ""
	}
	v := url.Values{"held": {file}}
	question.Speaking(r.Lang)(v)
	return "/upload?" + v.Encode()
}

// accepts reports whether the visitor may accept held files here.
func accepts(r block.Request) bool {
	return r.Desk != nil && r.Desk.Held != nil && r.Visitor.May(visitor.Accept, visitor.Place{Town: r.Town.ID})
}

// buildHeld asks why a held file is accepted.
func buildHeld(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: r.T("待确认的文件", "A file that waits for confirmation")}
	if r.Params.Get("refused") != "" {
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneWorse, Title: r.T("没有收下", "Nothing was accepted"), Text: r.T("确认要写明理由（500 字以内）。", "A confirmation needs a reason of at most 500 characters.")})
	}
	forms, err := heldForms(ctx, r, r.Params.Get("held"))
	if err != nil {
		return v, err
	}
	if len(forms) == 0 {
		v.Blocks = []view.Block{view.Callout{Tone: view.ToneQuiet, Title: r.T("这个文件不在等待确认", "This file does not wait for confirmation"),
			Text: r.T("可能已经有人确认收下，没有再读一次；结果见“数据状况”页。", "Somebody may have accepted it already; it was not read again. The page of the data says what became of it."), Next: r.T("数据状况", "State of the data"), Link: r.Link("data")}}
		return v, nil
	}
	v.Sentences = append(v.Sentences, r.T("先核对文件是否完整：若漏了一部分，补全后重新上传即可，不必确认。", "First see whether the file is complete: if a part is missing, upload the complete one; nothing has to be confirmed then."))
	for _, form := range forms {
		v.Blocks = append(v.Blocks, form)
	}
	v.Blocks = append(v.Blocks, view.Callout{Next: r.T("回到上传页", "Back to the upload page"), Link: r.Link("upload", cleared)})
	return v, nil
}

// heldForms gives a form for each of the files that still waits. It says what accepting the file does.
func heldForms(ctx context.Context, r block.Request, files ...any) ([]view.Form, error) {
	if len(files) == 0 || !accepts(r) {
		return nil, nil
	}
	held, err := r.HeldFiles(ctx, r.Visitor, files)
	if err != nil {
		return nil, err
	}
	var forms []view.Form
	for _, row := range held {
		if file := row.FileID; len(forms) == 0 || !forms[len(forms)-1].Accepts(file) {
			forms = append(forms, view.Form{Title: r.Tf("“%s”确实只有这些行？", "Is “%s” right as it is?", row.Name), Address: "/held", Label: r.T("确认收下", "Accept it"),
				Fields: slices.Concat([]view.Field{{Name: "file", Value: file, Hidden: true}}, block.ReasonField(r), block.KeepLanguage(r))})
		}
		form := &forms[len(forms)-1]
		detail := pipelines.ParseDetails(row.Detail).First()
		if pipelines.Code(row.Problem) == pipelines.RowsInDoubt {
			form.Text += r.Tf("这份文件%s。收下则按前一种算法读入。", "Of this file: %s. If accepted, it is read the first way. ", data.ExplainDetail(detail, r.Lang))
			continue
		}
		if len(detail.Args) < 2 {
			detail = pipelines.NewDetail(pipelines.DetailFell, reading.Missing, reading.Missing)
		}
		form.Text += r.Tf("“%[1]s”上一份 %[2]s 行，这一份 %[3]s 行。", "“%[1]s” had %[2]s rows in the list before and has %[3]s in this one. ", r.ExportName(row.Export), rows(detail.Args[0]), rows(detail.Args[1]))
	}
	for i := range forms {
		forms[i].Text += r.T("收下后整个文件读入，以这一份为准：不在其中的视为不再在册，历史仍然保留；在它之后收到的名册不受影响。姓名和理由会一直显示。",
			"Once accepted, the whole file is read in and is what counts: whoever is not in it is no longer on the list, and stays in the history; lists received after it keep their say. Name and reason stay on record.")
	}
	return forms, nil
}

// rows writes a number of rows as pages do; what is none stays as it is.
func rows(text string) string {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	return reading.Count(n)
}
