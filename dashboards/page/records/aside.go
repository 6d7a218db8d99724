package records

import (
	"context"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/pipelines"
)

// AsideFile and AsideRow are the values of the parameter aside.
const (
	AsideFile = "file"
	AsideRow  = "row"
)

// asideLink leads to the form that sets something aside, or takes it back; empty where the visitor may not.
func asideLink(r block.Request, kind, of, key string, back bool) string {
	if !r.Waives {
		return ""
	}
	taken := ""
	if back {
		taken = "1"
	}
	return r.Link("data", cleared, question.With("aside", kind), question.With("of", of), question.With("key", key), question.With("back", taken))
}

// buildAside asks who sets a file or a row aside, or takes it back, and why; below stands what is set aside by now.
func buildAside(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: r.T("剔除与恢复", "Set aside and take back")}
	switch r.Params.Get("refused") {
	case "":
	case "no_reason":
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneWorse, Title: r.T("没有改动", "Nothing was changed"), Text: block.ReasonNeeded(r)})
	default:
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneWorse, Title: r.T("没有改动", "Nothing was changed"), Text: r.T("没有找到这个文件或这一行，或者它已经是这样。请核对编号。", "There is no such file or row, or it is so already. Check the ID.")})
	}
	if r.Params.Get("done") != "" {
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneBetter, Title: r.T("已经办好", "It is done"), Text: r.T("全部数字已重新计算。", "All figures have been computed anew.")})
	} else {
		form, err := asideForm(ctx, r)
		if err != nil {
			return v, err
		}
		v.Sentences = append(v.Sentences, r.T("剔除的文件和数据行不计入任何数字，原件和历史都保留，随时可以恢复。同一行以后再报、内容不同的，视为更正，照常计入。",
			"What is set aside counts in no figure; originals and history are kept, and it can be taken back at any time. If the same row comes again with other content, that is a correction and counts."))
		v.Blocks = append(v.Blocks, form)
	}
	list, err := asideList(ctx, r)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, list, view.Callout{Next: r.T("回到数据状况", "Back to the state of the data"), Link: r.Link("data", cleared)})
	return v, nil
}

func asideForm(ctx context.Context, r block.Request) (view.Form, error) {
	of, back := r.Params.Get("of"), r.Params.Get("back") != ""
	form := view.Form{Address: "/aside", Label: r.T("剔除", "Set aside")}
	if back {
		form.Label = r.T("恢复", "Take back")
	}
	hidden := func(name, value string) {
		form.Fields = append(form.Fields, view.Field{Name: name, Value: value, Hidden: true})
	}
	hidden("back", r.Params.Get("back"))
	if r.Params.Get("aside") == AsideFile {
		name, err := r.FileName(ctx, r.Visitor, of)
		if err != nil {
			return form, err
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
		export := view.Field{Name: "export", Label: r.T("数据表", "Export")}
		for _, c := range data.Contracts() {
			if c.Kind != data.Registry && (of == "" || of == c.Export) {
				export.Choices = append(export.Choices, view.Choice{Value: c.Export, Name: c.Name.In(r.Lang)})
			}
		}
		form.Fields = append(form.Fields, export)
		if key := r.Params.Get("key"); key != "" {
			form.Text = key
			hidden("key", key)
		} else {
			form.Text = r.T("编号照明细表所示；没有编号、由几项组成的，照明细表整段抄写。", "The ID as the lists show it; where a row is named by several parts, copy them as they stand there.")
			form.Fields = append(form.Fields, view.Field{Name: "key", Label: r.T("编号", "ID"), Limit: 1000, Required: true})
		}
	}
	form.Fields = slices.Concat(form.Fields, block.ReasonField(r), block.KeepLanguage(r))
	return form, nil
}

// asideList lists the files and rows that are set aside.
func asideList(ctx context.Context, r block.Request) (*view.Table, error) {
	t := &view.Table{ID: "aside", Stacked: true, Title: r.T("已剔除", "Set aside"), Empty: r.T("没有剔除任何文件或数据行。", "No file and no row is set aside."),
		Columns: []view.Column{view.Words(r.T("内容", "What")), view.Words(r.T("编号", "ID")), view.Words(r.T("理由", "Reason")), view.Words(r.T("填写人", "By")), view.Day(r.T("时间", "When")), view.Words("")}}
	found, err := r.SetAsides(ctx, r.Visitor)
	if err != nil {
		return nil, err
	}
	last := map[string]facts.SetAside{}
	var order []string
	for _, row := range found {
		what := strings.Join([]string{row.FileID, row.OfExport, row.RowKey}, "\x00")
		if _, known := last[what]; !known {
			order = append(order, what)
		}
		last[what] = row
	}
	for _, what := range order {
		row := last[what]
		if row.Back {
			continue
		}
		link, name, key := asideLink(r, AsideRow, row.OfExport, row.RowKey, true), r.ExportName(row.OfExport), row.RowKey
		if row.OfExport == "" {
			link, name, key = asideLink(r, AsideFile, row.FileID, "", true), r.T("文件", "File"), row.Name
		}
		again := view.Cell{}
		if link != "" {
			again = view.Cell{Text: r.T("恢复", "Take back"), Link: link}
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: name}, {Text: key}, {Text: row.Reason}, {Text: row.EnteredBy}, {Text: row.EnteredAt}, again})
	}
	return t, nil
}

// ReadAside reads what a form sets aside; ok says whether it names anything.
func ReadAside(get func(string) string, by, reason string) (a pipelines.Aside, ok bool) {
	a = pipelines.Aside{File: get("file"), Export: get("export"), Key: strings.TrimSpace(get("key")), Back: get("back") != "", By: by, Reason: reason}
	if a.File != "" {
		a.Export, a.Key = "", ""
	}
	return a, a.File != "" || a.Export != "" && a.Key != ""
}
