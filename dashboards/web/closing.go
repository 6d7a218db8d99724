package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"hulian/dashboards/page"
	"hulian/pipelines"
)

// Closings keeps the closed months of the town.
type Closings interface {
	// Stamp changes whenever what Months returns does, for one generation.
	Stamp() (string, error)
	// Months says how every month stands against a generation, newest first.
	Months(context.Context, Pinned) ([]pipelines.MonthClosing, error)
	// Close checks or signs a month as a generation knows it. A refusal is a pipelines.ClosingRefusal.
	Close(ctx context.Context, p Pinned, month, action, by, note string) error
}

// shortForm bounds the body of a form: a name and a note.
const shortForm = 32 << 10

// readForm reads a form of at most limit bytes into r.PostForm.
func readForm(w http.ResponseWriter, r *http.Request, limit int64) error {
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	if err := r.ParseForm(); err != nil {
		return fmt.Errorf("%w: %w", errBadRequest, err)
	}
	return nil
}

// months binds the closed months to the generation a page is made of; nil where none are closed.
func (s *server) months(pinned Pinned) func(context.Context) ([]pipelines.MonthClosing, error) {
	if s.Closings == nil {
		return nil
	}
	return func(ctx context.Context) ([]pipelines.MonthClosing, error) { return s.Closings.Months(ctx, pinned) }
}

// closingStamp changes when a month is closed: the pages that print how their month stands are made anew.
func (s *server) closingStamp() (string, error) {
	if s.Closings == nil {
		return "", nil
	}
	return s.Closings.Stamp()
}

// close checks or signs a month in the name typed and leads back to its page, which says what was refused. It is the
// organisation office's; to others the address does not exist.
func (s *server) close(w http.ResponseWriter, r *http.Request) error {
	action := r.PathValue("action")
	if s.Closings == nil || s.role(r) != page.RoleOffice || action != pipelines.DoCheck && action != pipelines.DoSign {
		return errNotFound
	}
	if err := readForm(w, r, shortForm); err != nil {
		return err
	}
	pinned, err := s.Snapshots.Pin(r.Context())
	if err != nil {
		return err
	}
	defer pinned.Release()
	month := r.PostForm.Get("month")
	back := url.Values{"month": {month}}
	if r.PostForm.Get("lang") == page.English {
		back.Set("lang", page.English)
	}
	err = s.Closings.Close(r.Context(), pinned, month, action, r.PostForm.Get("by"), r.PostForm.Get("note"))
	var refused pipelines.ClosingRefusal
	if errors.As(err, &refused) {
		back.Set("refused", string(refused))
	} else if err != nil {
		return err
	}
	s.Logger.Info("month closing", "month", month, "action", action, "refused", string(refused),
		"session", s.sessions.GetString(r.Context(), sessionName), "from", r.RemoteAddr)
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/closing?"+back.Encode(), http.StatusSeeOther)
	return nil
}
