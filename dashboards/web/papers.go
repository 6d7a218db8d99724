package web

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/report/filetype"
	"hulian/dashboards/report/kinds"
	"hulian/dashboards/trail"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
)

// paperAsked is the kind of paper that an address asks for as a file.
func paperAsked(ask block.Request, format, table string) (kinds.Kind, bool) {
	if format == "" || table != "" {
		return kinds.Kind{}, false
	}
	return kinds.Page(ask.Page, ask.Params)
}

// papers are the files a page that is issued can be had as; none for whoever may take nothing away.
func papers(ask block.Request) (all []view.Link) {
	if _, is := kinds.Page(ask.Page, ask.Params); !is || !ask.Page.TakenBy(ask.Visitor) {
		return nil
	}
	for _, f := range filetype.All() {
		if f.Ext != ".html" { // it is on the screen
			all = append(all, view.Link{Text: f.Name.In(ask.Lang), Address: ask.Link(ask.Page.ID, question.With("format", f.Ext[1:]))})
		}
	}
	return all
}

// paper answers with a paper as a file. It is made anew each time, because the town's own form of it may have changed, and what was
// taken away stands in the audit trail.
func (s *server) paper(w http.ResponseWriter, r *http.Request, ask block.Request, kind kinds.Kind, format string, here visitor.Place) error {
	of, err := filetype.Of(format)
	if err != nil {
		return fmt.Errorf("%w: format=%s", errBadRequest, format)
	}
	made, err := kind.Make(r.Context(), ask, kinds.Head{}, s.Version)
	if err != nil {
		return err
	}
	if s.Letterhead != nil {
		if made.Template, err = s.Letterhead(); err != nil {
			return fmt.Errorf("%w: %w", errLetterhead, err)
		}
	}
	var body bytes.Buffer
	if err := of.Write(&body, made); err != nil {
		return fmt.Errorf("%s as %s: %w", kind.ID, format, err)
	}
	if err := s.done(r.Context(), trail.IssuedReport, strings.Join([]string{kind.ID, ask.Month, ask.Unit().ID, format}, " "), place(here, ask.Unit()), nil); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	send(w, r, answer{status: http.StatusOK, kind: of.MediaType, body: body.Bytes(), filename: kind.FileName(ask, of.Ext)})
	return nil
}
