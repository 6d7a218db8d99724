// Package filetype knows the formats a document is issued in, by the endings of their names.
//
// A document enters, and the town's own Word file of styles if it has one; the bytes of one format leave. Nothing is written but to
// the writer, so a crash costs nothing. It refuses an ending that is none of a format.
package filetype

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"hulian/dashboards/gate"
	"hulian/dashboards/render"
	"hulian/dashboards/report"
	"hulian/dashboards/report/annex"
	"hulian/dashboards/report/docx"
	"hulian/dashboards/report/pdf"
	"hulian/data"
	"hulian/pipelines"
)

// Made is a document ready to be written.
type Made struct {
	report.Document
	Screen   render.Document // the same as a page, for HTML
	Template *docx.Template  // the town's own form of Word; nil: that of the standard
	Passed   gate.Passed     // what the gate withheld

	Of      pipelines.PaperVersion // which paper it is and what it was made of; the zero value: no versions are kept of it
	Content []byte                 // what stands in it, as data
}

// Format is one way to write a document.
type Format struct {
	Ext       string // with its dot
	MediaType string
	Name      data.Text
	Write     func(io.Writer, Made) error
}

// All are all there are, the one that is issued first.
func All() []Format {
	return []Format{
		{".docx", docx.MediaType, data.Text{Zh: "Word", En: "Word"}, func(w io.Writer, m Made) error { return docx.Write(w, m.Document, m.Template) }},
		{".pdf", pdf.MediaType, data.Text{Zh: "PDF", En: "PDF"}, func(w io.Writer, m Made) error { return pdf.Write(w, m.Document) }},
		{".xlsx", annex.MediaType, data.Text{Zh: "Excel 附表", En: "Excel annex"}, func(w io.Writer, m Made) error { return annex.Write(w, m.Document) }},
		{".html", "text/html; charset=utf-8", data.Text{Zh: "网页", En: "HTML"}, page},
	}
}

// Of is the format of a file's ending, with or without its dot.
func Of(ext string) (Format, error) {
	var all []string
	for _, f := range All() {
		if strings.EqualFold(strings.TrimPrefix(ext, "."), f.Ext[1:]) {
			return f, nil
		}
		all = append(all, f.Ext)
	}
	return Format{}, &pipelines.Fault{Op: "choose a format", At: fmt.Sprintf("%q", ext), Err: errors.Join(pipelines.ErrUnknown), Next: "a name that ends in " + strings.Join(all, ", ")}
}

func page(w io.Writer, m Made) error {
	m.Screen.View, m.Screen.Watermark = m.View, m.Watermark
	body, err := report.HTML(m.Screen)
	if err == nil {
		_, err = w.Write(body)
	}
	return err
}
