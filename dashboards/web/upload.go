package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"hulian/dashboards/desk"
	"hulian/dashboards/page"
)

// errTooLarge is answered with 413.
var errTooLarge = errors.New("the upload is too large")

// patience is how long a sender may keep still; a slow line is not cut off as long as something arrives.
const patience = 60 * time.Second

// markLimit is how long a marked copy may take: the largest workbooks take minutes.
const markLimit = 5 * time.Minute

// upload takes files from a form, writes them to disk as they arrive, and leads to the page of the batch.
func (s *server) upload(w http.ResponseWriter, r *http.Request) error {
	if s.Desk == nil {
		return errNotFound
	}
	control := http.NewResponseController(w)
	body := http.MaxBytesReader(w, r.Body, s.Desk.Bytes+(1<<20)) // a little for the form around the files
	r.Body = &patient{body, control}
	form, err := r.MultipartReader()
	if err != nil {
		return fmt.Errorf("%w: %w", errBadRequest, err)
	}
	batch, err := s.Desk.Receive()
	if err != nil {
		return err
	}
	for {
		part, err := form.NextPart()
		if err == io.EOF { //nolint:errorlint // the end of the form; an error that wraps io.EOF says that the form was cut short
			break
		}
		if err == nil && part.FileName() != "" {
			err = batch.Add(part.FileName(), part)
		}
		if err != nil {
			return errors.Join(refusal(err), batch.Discard())
		}
	}
	if batch.Count() == 0 {
		if err := batch.Discard(); err != nil {
			return err
		}
		return fmt.Errorf("%w: no file was chosen", errBadRequest)
	}
	id, err := batch.Submit()
	if err != nil {
		return err
	}
	s.Logger.Info("files uploaded", "batch", id, "files", batch.Count(), "from", r.RemoteAddr)
	target := "/upload?batch=" + id
	if r.URL.Query().Get("lang") == page.English {
		target += "&lang=" + page.English
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, target, http.StatusSeeOther)
	return nil
}

// refusal tells a sender's fault from the server's.
func refusal(err error) error {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge), errors.Is(err, desk.ErrTooLarge):
		return fmt.Errorf("%w: %w", errTooLarge, err)
	case errors.Is(err, io.ErrUnexpectedEOF), strings.HasPrefix(err.Error(), "multipart:"):
		return fmt.Errorf("%w: %w", errBadRequest, err)
	default:
		return err
	}
}

// patient moves the deadline on while the body arrives.
type patient struct {
	io.ReadCloser
	control *http.ResponseController
}

func (p *patient) Read(b []byte) (int, error) {
	// A writer without deadlines, as in tests, has none to move.
	if err := p.control.SetReadDeadline(time.Now().Add(patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	if err := p.control.SetWriteDeadline(time.Now().Add(2 * patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return p.ReadCloser.Read(b)
}

// marked answers with the marked copy of a landed file. One is made at a time: they take memory.
func (s *server) marked(w http.ResponseWriter, r *http.Request) error {
	if s.Desk == nil || s.Desk.Mark == nil {
		return errNotFound
	}
	ctx, cancel := context.WithTimeout(r.Context(), markLimit)
	defer cancel()
	select {
	case s.marking <- struct{}{}:
		defer func() { <-s.marking }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(markLimit + patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	lang := page.Chinese
	if r.URL.Query().Get("lang") == page.English {
		lang = page.English
	}
	var book bytes.Buffer
	name, err := s.Desk.Mark(ctx, &book, r.PathValue("file"), lang)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	send(w, r, answer{status: http.StatusOK, kind: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body: book.Bytes()})
	return nil
}

// unlimited is handle without the time limit of a page: files take as long as the line needs.
func (s *server) unlimited(do func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := do(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

// unfinished reports whether a page shows a batch that is still at work: such a page renews itself.
func (s *server) unfinished(ask page.Request) bool {
	if s.Desk == nil || ask.Page().ID != "upload" {
		return false
	}
	b, ok := s.Desk.Batch(ask.Params.Get("batch"))
	return ok && b.Unfinished()
}
