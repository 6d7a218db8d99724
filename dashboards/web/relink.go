package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"hulian/dashboards/desk"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/places"
	"hulian/dashboards/question"
	"hulian/dashboards/signin"
	"hulian/dashboards/spreadsheet"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
)

// relinked makes the register of households as the proposal of a place would have it. changed is how many households get another member.
func (s *server) relinked(ctx context.Context, address url.Values) (book []byte, name string, changed int, err error) {
	pinned, snapshot, err := s.opened(ctx, s.newest)
	if err != nil {
		return nil, "", 0, err
	}
	defer pinned.Release()
	p, _ := question.ByID("relink")
	ask, err := block.Ask(snapshot, p, address)
	if err == nil {
		err = s.lend(ctx, &ask, pinned, s.Door.Here())
	}
	if err != nil {
		return nil, "", 0, err
	}
	ask.Visitor = signin.VisitorOf(ctx)
	sheet, changed, err := places.Register(ctx, ask)
	if err != nil {
		return nil, "", 0, err
	}
	var content bytes.Buffer
	err = spreadsheet.Write(&content, sheet)
	return content.Bytes(), fmt.Sprintf("%s %s %s.xlsx", sheet.Name, ask.Unit().Name, ask.CutOff.Format("2006-01-02")), changed, err
}

// seesTown refuses what needs the persons of the whole town, or one more permission.
func (s *server) seesTown(r *http.Request, p visitor.Permission) error {
	if err := s.somewhere(r, p); err != nil {
		return err
	}
	return s.allowed(r, visitor.SeePersons, s.Door.Here())
}

// register answers with the register of households as the proposal of a place would have it.
func (s *server) register(w http.ResponseWriter, r *http.Request) error {
	if err := s.seesTown(r, visitor.Export); err != nil {
		return err
	}
	book, name, _, err := s.relinked(r.Context(), r.URL.Query())
	if err != nil {
		return err
	}
	if err := s.Door.Write(r.Context(), trail.ExportedPersons, "households", s.Door.Here(), trail.Done); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	attached(w.Header(), name)
	send(w, r, answer{status: http.StatusOK, kind: workbook, body: book})
	return nil
}

// relink hands the register in as the visitor's, like any other file, and leads to the page of the batch. Where the proposal has become
// another since the visitor saw it, it leads back to the page instead.
func (s *server) relink(w http.ResponseWriter, r *http.Request) error {
	if s.Desk == nil {
		return errNotFound
	}
	if err := s.seesTown(r, visitor.Upload); err != nil {
		return err
	}
	if err := readForm(w, r, shortForm); err != nil {
		return err
	}
	back := url.Values{}
	for _, name := range []string{"village", "branch"} {
		question.Set(back, name, r.PostForm.Get(name))
	}
	keepLanguage(back, r.PostForm, r.URL.Query())
	book, name, changed, err := s.relinked(r.Context(), back)
	if err != nil {
		return err
	}
	target := "/relink?" + back.Encode()
	if changed > 0 && strconv.Itoa(changed) == r.PostForm.Get("changes") {
		who := signin.VisitorOf(r.Context())
		batch, err := s.Desk.Give(name, bytes.NewReader(book), desk.By(who), func(f desk.File) error {
			return s.Door.Write(r.Context(), trail.Uploaded, trail.FileObject(f.Name, f.ID), who.Own(s.Door.Here()), trail.Done)
		})
		if err != nil {
			return formError(err)
		}
		s.log(r.Context()).Info("a register was handed in with other links", "batch", batch.ID, "households", changed)
		handed := url.Values{"batch": {batch.ID}}
		keepLanguage(handed, r.PostForm, r.URL.Query())
		target = "/upload?" + handed.Encode()
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, target, http.StatusSeeOther)
	return nil
}
