package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"hulian/dashboards/api"
	"hulian/dashboards/desk"
	"hulian/dashboards/facts"
	"hulian/dashboards/language"
	"hulian/dashboards/page/block"
	"hulian/dashboards/signin"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
)

// errTooLarge is answered with 413.
var errTooLarge = errors.New("the upload is too large")

// markLimit is how long a marked copy may take: the largest workbooks take minutes.
const markLimit = 5 * time.Minute

// upload takes files from a form, writes them to disk as they arrive, and leads to the page of the batch.
func (s *server) upload(w http.ResponseWriter, r *http.Request) error {
	if s.Desk == nil {
		return errNotFound
	}
	if err := s.somewhere(r, visitor.Upload); err != nil {
		return err
	}
	who := signin.VisitorOf(r.Context())
	most := s.mayUpload(who)
	r.Body = api.Patient(w, r.Body, most)
	form, err := r.MultipartReader()
	if err != nil {
		return fmt.Errorf("%w: %w", errBadRequest, err)
	}
	batch, err := s.Desk.Take(form, most, desk.By(who), func(f desk.File) error { // the trail names the author before anything of the file is shown
		return s.Door.Write(r.Context(), trail.Uploaded, trail.FileObject(f.Name, f.ID), who.Own(s.Door.Here()), trail.Done)
	})
	if err != nil {
		return formError(err)
	}
	s.log(r.Context()).Info("files uploaded", "batch", batch.ID, "files", len(batch.Files))
	back := url.Values{"batch": {batch.ID}}
	keepLanguage(back, r.URL.Query())
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/upload?"+back.Encode(), http.StatusSeeOther)
	return nil
}

// decideUpload accepts what somebody has handed in, or refuses it, as a second person, and leads to the page of the batch. To whoever
// may not accept files of others the address does not exist.
func (s *server) decideUpload(w http.ResponseWriter, r *http.Request) error {
	action, known := map[string]trail.Action{"accept": trail.UploadAccepted, "refuse": trail.UploadRefused}[r.PathValue("action")]
	if s.Desk == nil || !known {
		return errNotFound
	}
	if err := s.allowed(r, visitor.Accept, s.Door.Here()); err != nil {
		return err
	}
	if err := readForm(w, r, shortForm); err != nil {
		return err
	}
	id := r.PathValue("batch")
	back := url.Values{"batch": {id}}
	keepLanguage(back, r.PostForm, r.URL.Query())
	reason, given := reasonOf(r.PostForm)
	accept := action == trail.UploadAccepted
	if !accept && !given {
		back.Set("refused", "no_reason")
	} else {
		b, err := s.Desk.Decide(id, desk.By(signin.VisitorOf(r.Context())), accept, reason)
		at := s.Door.Here()
		at.Village = b.Author.Village
		switch {
		case errors.Is(err, desk.ErrOwn):
			back.Set("refused", "own")
			err = s.Door.Write(r.Context(), action, b.Object(), at, trail.Denied)
		case !errors.Is(err, pipelines.ErrUnknown): // of what nobody handed in there is nothing to tell
			err = s.done(r.Context(), action, b.Object(), at, err)
		}
		if err != nil {
			return err
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/upload?"+back.Encode(), http.StatusSeeOther)
	return nil
}

// proposed answers with a file that waits for a second person, as it was handed in, to whoever may decide about it. It is named by its
// SHA-256.
func (s *server) proposed(w http.ResponseWriter, r *http.Request) error {
	if s.Desk == nil {
		return errNotFound
	}
	if err := s.allowed(r, visitor.Accept, s.Door.Here()); err != nil {
		return err
	}
	if err := s.allowed(r, visitor.SeePersons, s.Door.Here()); err != nil {
		return err
	}
	f, content, err := s.Desk.Proposed(r.PathValue("batch"), r.PathValue("file"))
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }()
	if err := s.done(r.Context(), trail.ExportedPersons, "upload "+trail.FileObject(f.Name, f.ID), s.Door.Here(), nil); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Type", "application/octet-stream")
	attached(h, f.Name)
	http.ServeContent(w, r, "", time.Time{}, content)
	return nil
}

// formError tells a sender's fault from the server's.
func formError(err error) error {
	switch {
	case desk.TooLarge(err):
		return fmt.Errorf("%w: %w", errTooLarge, err)
	case desk.SendersFault(err):
		return fmt.Errorf("%w: %w", errBadRequest, err)
	default:
		return err
	}
}

// handedIn are the IDs of the files the visitor has handed in; nil where he sees all files anyway.
func (s *server) handedIn(ctx context.Context) (map[string]bool, error) {
	who := signin.VisitorOf(ctx)
	if !who.MayAnywhere(visitor.Upload) || who.SeesPerson(s.Door.Here()) {
		return nil, nil
	}
	return s.Door.Trail.HandedIn(ctx, who.Account)
}

// seesFile refuses a file whose rows may be about persons the visitor does not see, unless he has handed it in himself.
func (s *server) seesFile(r *http.Request, id string) error {
	if signin.VisitorOf(r.Context()).SeesPerson(s.Door.Here()) {
		return nil
	}
	own, err := s.handedIn(r.Context())
	if err == nil && !own[id] {
		err = errBeyond
	}
	return err
}

// errNothingOpen says that a file needs no repair.
var errNothingOpen = fmt.Errorf("%w: the file has no open problem", errNotFound)

// needsRepair refuses a file without an open problem: a copy of it with nothing marked would be the original.
func (s *server) needsRepair(ctx context.Context, id string) error {
	// Others may wait for the rows that are read here, though this visitor goes.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestLimit)
	defer cancel()
	pinned, snapshot, err := s.opened(ctx, s.newest)
	if err != nil {
		return err
	}
	defer pinned.Release()
	open, err := facts.Facts{Snapshot: snapshot}.OpenRows(ctx, signin.VisitorOf(ctx), id)
	if err == nil && open == 0 {
		err = errNothingOpen
	}
	return err
}

// marked answers with the marked copy of a landed file. One is made at a time: they take memory.
func (s *server) marked(w http.ResponseWriter, r *http.Request) error {
	if s.Desk == nil || s.Desk.Mark == nil {
		return errNotFound
	}
	file := r.PathValue("file")
	if err := s.seesFile(r, file); err != nil {
		return err
	}
	if err := s.needsRepair(r.Context(), file); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), markLimit)
	defer cancel()
	select {
	case s.marking <- struct{}{}:
		defer func() { <-s.marking }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := mayTake(w, markLimit); err != nil {
		return err
	}
	lang := language.Chinese
	if r.URL.Query().Get("lang") == language.English {
		lang = language.English
	}
	var book bytes.Buffer
	name, err := s.Desk.Mark(ctx, &book, file, lang)
	if err := s.done(r.Context(), trail.ExportedPersons, "marked "+file, s.Door.Here(), err); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Cache-Control", "private, no-store")
	attached(h, name)
	send(w, r, answer{status: http.StatusOK, kind: workbook, body: book.Bytes()})
	return nil
}

// template answers with the empty workbook of an export.
func (s *server) template(w http.ResponseWriter, r *http.Request) error {
	if s.Desk == nil || s.Desk.Template == nil {
		return errNotFound
	}
	if err := s.somewhere(r, visitor.Upload); err != nil {
		return err
	}
	values := r.URL.Query()
	contract, known := data.ContractOf(values.Get("export"))
	if !known || !slices.ContainsFunc(data.Contracts(), func(c data.Contract) bool { return c.Export == contract.Export }) {
		return fmt.Errorf("%w: export=%s", errNotFound, values.Get("export"))
	}
	lang := language.Chinese
	if values.Get("lang") == language.English {
		lang = language.English
	}
	var book bytes.Buffer
	if err := s.Desk.Template(&book, contract.Export, lang); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	attached(w.Header(), contract.Name.In(lang)+".xlsx")
	send(w, r, answer{status: http.StatusOK, kind: workbook, body: book.Bytes()})
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
func (s *server) unfinished(ask block.Request) bool {
	if s.Desk == nil || ask.Page.ID != "upload" {
		return false
	}
	b, ok := s.Desk.Batch(ask.Params.Get("batch"))
	return ok && b.Unfinished()
}
