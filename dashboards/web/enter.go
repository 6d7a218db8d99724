package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"hulian/dashboards/page"
)

// enterLimit is how long what a person enters may take: everything is loaded and computed anew.
const enterLimit = 10 * time.Minute

// entry is what a form on the page of the data's state enters.
type entry struct {
	about      []slog.Attr                                         // for the log
	do         func(ctx context.Context) (refused bool, err error) // nil: the form names nothing
	list, form url.Values                                          // address of the list that was changed, and of the form where it was refused
}

// enter reads a form of the organisation office, enters what it says in the name typed, and leads back to the page. To
// others the address does not exist.
func (s *server) enter(w http.ResponseWriter, r *http.Request, read func(said url.Values, by, reason string) entry) error {
	if s.role(r) != page.RoleOffice {
		return errNotFound
	}
	if err := readForm(w, r, shortForm); err != nil {
		return err
	}
	if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(enterLimit + patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	by, reason, named := nameAndReason(r.PostForm)
	e := read(r.PostForm, by, reason)
	ctx, cancel := context.WithTimeout(r.Context(), enterLimit)
	defer cancel()
	refused := ""
	switch {
	case !named:
		refused = "no_name"
	case e.do == nil:
		refused = "nothing"
	default:
		unknown, err := e.do(ctx)
		if err != nil {
			return err
		}
		if unknown {
			refused = "unknown"
		}
	}
	back := e.form
	if refused == "" {
		back = e.list
		back.Set("done", "1")
	} else {
		back.Set("refused", refused)
	}
	if r.PostForm.Get("lang") == page.English {
		back.Set("lang", page.English)
	}
	s.Logger.LogAttrs(r.Context(), slog.LevelInfo, "entered on a page", append(e.about, slog.String("by", by), slog.String("refused", refused),
		slog.String("session", s.sessions.GetString(r.Context(), sessionName)), slog.String("from", r.RemoteAddr))...)
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/data?"+back.Encode(), http.StatusSeeOther)
	return nil
}

// aside sets a file or a row aside, or takes it back.
func (s *server) aside(w http.ResponseWriter, r *http.Request) error {
	if s.Aside == nil {
		return errNotFound
	}
	return s.enter(w, r, func(said url.Values, by, reason string) entry {
		what, given := page.ReadAside(said.Get, by, reason)
		e := entry{list: url.Values{}, form: url.Values{"aside": {page.AsideRow}, "of": {what.Export}, "back": {said.Get("back")}},
			about: []slog.Attr{slog.String("file", what.File), slog.String("export", what.Export), slog.String("key", what.Key), slog.Bool("back", what.Back)}}
		if what.File != "" {
			e.form.Set("aside", page.AsideFile)
			e.form.Set("of", what.File)
		}
		if given {
			e.do = func(ctx context.Context) (bool, error) { return s.Aside(ctx, what) }
		}
		return e
	})
}

// nothing says that a village had nothing to report, or takes that back.
func (s *server) nothing(w http.ResponseWriter, r *http.Request) error {
	if s.Nothing == nil {
		return errNotFound
	}
	return s.enter(w, r, func(said url.Values, by, reason string) entry {
		what, given := page.ReadNothing(said.Get, by, reason)
		e := entry{list: url.Values{"nothing": {"1"}}, form: url.Values{"nothing": {"1"}},
			about: []slog.Attr{slog.String("export", what.Export), slog.String("village", what.Village), slog.String("month", what.Month), slog.Bool("back", what.Back)}}
		if given {
			e.do = func(ctx context.Context) (bool, error) { return false, s.Nothing(ctx, what) }
		}
		return e
	})
}
