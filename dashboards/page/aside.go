package page

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"hulian/data"
	"hulian/pipelines"
)

// asideParams say what the form that sets something aside is about: a file (of is its id), or a row (of is its export).
var asideParams = []string{"aside", "of", "key", "back", "done", "nothing"}

// AsideFile and AsideRow are the values of the parameter aside.
const (
	AsideFile = "file"
	AsideRow  = "row"
)

// asideLink leads to the form that sets something aside, or takes it back; empty where the visitor may not.
func (r Request) asideLink(kind, of, key string, back bool) string {
	if !r.Waives {
		return ""
	}
	taken := ""
	if back {
		taken = "1"
	}
	return r.Link("data", cleared, With("aside", kind), With("of", of), With("key", key), With("back", taken))
}

// buildAside asks who sets a file or a row aside, or takes it back, and why; below stands what is set aside by now.
func buildAside(ctx context.Context, r Request) (View, error) {
	v := View{Heading: r.T("剔除与恢复", "Set aside and take back")}
	switch r.Params.Get("refused") {
	case "":
	case "no_name":
		v.Blocks = append(v.Blocks, Callout{Tone: ToneWorse, Title: r.T("没有改动", "Nothing was changed"), Text: r.T("要写明姓名（100 字以内）和理由（500 字以内）。", "A name of at most 100 characters and a reason of at most 500 are needed.")})
	default:
		v.Blocks = append(v.Blocks, Callout{Tone: ToneWorse, Title: r.T("没有改动", "Nothing was changed"), Text: r.T("没有找到这个文件或这一行，或者它已经是这样。请核对编号。", "There is no such file or row, or it is so already. Check the ID.")})
	}
	if r.Params.Get("done") != "" {
		v.Blocks = append(v.Blocks, Callout{Tone: ToneBetter, Title: r.T("已经办好", "It is done"), Text: r.T("全部数字已重新计算。", "All figures have been computed anew.")})
	} else {
		form, err := r.asideForm(ctx)
		if err != nil {
			return v, err
		}
		v.Sentences = append(v.Sentences, r.T("剔除的文件和数据行不计入任何数字，原件和历史都保留，随时可以恢复。同一行以后再报、内容不同的，视为更正，照常计入。",
			"What is set aside counts in no figure; originals and history are kept, and it can be taken back at any time. If the same row comes again with other content, that is a correction and counts."))
		v.Blocks = append(v.Blocks, form)
	}
	list, err := r.asideList(ctx)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, list, Callout{Next: r.T("回到数据状况", "Back to the state of the data"), Link: r.Link("data", cleared)})
	return v, nil
}

func (r Request) asideForm(ctx context.Context) (Form, error) {
	of, back := r.Params.Get("of"), r.Params.Get("back") != ""
	form := Form{Address: "/aside", Label: r.T("剔除", "Set aside")}
	if back {
		form.Label = r.T("恢复", "Take back")
	}
	hidden := func(name, value string) {
		form.Fields = append(form.Fields, Field{Name: name, Value: value, Hidden: true})
	}
	hidden("back", r.Params.Get("back"))
	if r.Params.Get("aside") == AsideFile {
		found, err := r.Data.Query(ctx, "select name from files where file_id = ? order by file_no desc limit 1", of)
		if err != nil {
			return form, fmt.Errorf("find a file: %w", err)
		}
		name := of
		for _, row := range read(found) {
			name = row.text("name")
		}
		form.Title = r.Tf("剔除文件“%s”", "Set the file “%s” aside", name)
		if back {
			form.Title = r.Tf("恢复文件“%s”", "Take the file “%s” back", name)
		}
		hidden("file", of)
	} else {
		form.Title = r.T("剔除一行数据", "Set a row aside")
		if back {
			form.Title = r.T("恢复一行数据", "Take a row back")
		}
		export := Field{Name: "export", Label: r.T("数据表", "Export")}
		for _, c := range data.Contracts() {
			if c.Kind != data.Registry && (of == "" || of == c.Export) {
				export.Choices = append(export.Choices, Choice{Value: c.Export, Name: c.Name.In(r.Lang)})
			}
		}
		form.Fields = append(form.Fields, export)
		if key := r.Params.Get("key"); key != "" {
			form.Text = key
			hidden("key", key)
		} else {
			form.Text = r.T("编号照明细表所示；没有编号、由几项组成的，照明细表整段抄写。", "The ID as the lists show it; where a row is named by several parts, copy them as they stand there.")
			form.Fields = append(form.Fields, Field{Name: "key", Label: r.T("编号", "ID"), Limit: 1000, Required: true})
		}
	}
	form.Fields = slices.Concat(form.Fields, r.nameAndReason(), r.language())
	return form, nil
}

const asideSQL = `
select s.back, s.file_id, s.of_export, s.row_key, s.reason, s.entered_by, s.entered_at,
    (select max(f.name) from files f where f.file_id = s.file_id) as name
from set_asides s
order by s.entered_at, s.entry_id`

// asideList lists the files and rows that are set aside.
func (r Request) asideList(ctx context.Context) (*Table, error) {
	t := &Table{ID: "aside", Stacked: true, Title: r.T("已剔除", "Set aside"), Empty: r.T("没有剔除任何文件或数据行。", "No file and no row is set aside."),
		Columns: []Column{text(r.T("内容", "What")), text(r.T("编号", "ID")), text(r.T("理由", "Reason")), text(r.T("填写人", "By")), date(r.T("时间", "When")), text("")}}
	found, err := r.Data.Query(ctx, asideSQL)
	if err != nil {
		if absent(err) {
			return t, nil
		}
		return nil, fmt.Errorf("list what is set aside: %w", err)
	}
	last := map[string]record{}
	var order []string
	for _, row := range read(found) {
		what := strings.Join([]string{row.text("file_id"), row.text("of_export"), row.text("row_key")}, "\x00")
		if _, known := last[what]; !known {
			order = append(order, what)
		}
		last[what] = row
	}
	for _, what := range order {
		row := last[what]
		if row.truth("back") {
			continue
		}
		link, name, key := r.asideLink(AsideRow, row.text("of_export"), row.text("row_key"), true), r.exportName(row.text("of_export")), row.text("row_key")
		if row.text("of_export") == "" {
			link, name, key = r.asideLink(AsideFile, row.text("file_id"), "", true), r.T("文件", "File"), row.text("name")
		}
		again := Cell{}
		if link != "" {
			again = Cell{Text: r.T("恢复", "Take back"), Link: link}
		}
		t.Rows = append(t.Rows, []Cell{{Text: name}, {Text: key}, {Text: row.text("reason")}, {Text: row.text("entered_by")}, {Text: row.date("entered_at")}, again})
	}
	return t, nil
}

// absent reports whether a query failed because a table is not there: an older version of the program published the snapshot.
func absent(err error) bool {
	return strings.Contains(err.Error(), "does not exist") || strings.Contains(err.Error(), "no such table")
}

// ReadAside reads what a form sets aside; ok says whether it names anything.
func ReadAside(get func(string) string, by, reason string) (a pipelines.Aside, ok bool) {
	a = pipelines.Aside{File: get("file"), Export: get("export"), Key: strings.TrimSpace(get("key")), Back: get("back") != "", By: by, Reason: reason}
	if a.File != "" {
		a.Export, a.Key = "", ""
	}
	return a, a.File != "" || a.Export != "" && a.Key != ""
}
