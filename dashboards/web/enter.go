package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/records"
	"hulian/dashboards/signin"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
)

// enterLimit is how long what a person enters may take: everything is loaded and computed anew.
const enterLimit = 10 * time.Minute

// entry is what a form on the page of the data's state enters.
type entry struct {
	about      []slog.Attr   // for the log
	at         visitor.Place // that is changed
	action     trail.Action
	object     string                                                // for the trail
	do         func(ctx context.Context) (refused string, err error) // why it is not done, as the page knows it; nil: the form names nothing
	list, form url.Values                                            // address of the list that was changed, and of the form where it was refused
}

// entering reads the form of what somebody enters and may do at some place of the town, and gives the time that keeping it may take.
func (s *server) entering(w http.ResponseWriter, r *http.Request, needs visitor.Permission) (context.Context, context.CancelFunc, error) {
	if err := s.somewhere(r, needs); err != nil {
		return nil, nil, err
	}
	if err := readForm(w, r, shortForm); err != nil {
		return nil, nil, err
	}
	if err := mayTake(w, enterLimit); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), enterLimit)
	return ctx, cancel, nil
}

// enter reads a form, enters what it says as the visitor's, and leads back to the page. To whoever may not the address does
// not exist.
func (s *server) enter(w http.ResponseWriter, r *http.Request, needs visitor.Permission, read func(said url.Values, by, reason string) entry) error {
	ctx, cancel, err := s.entering(w, r, needs)
	if err != nil {
		return err
	}
	defer cancel()
	reason, given := reasonOf(r.PostForm)
	e := read(r.PostForm, by(r), reason)
	if err := s.allowed(r, needs, e.at); err != nil {
		return err
	}
	refused := ""
	switch {
	case !given:
		refused = "no_reason"
	case e.do == nil:
		refused = "nothing"
	default:
		var err error
		if refused, err = e.do(ctx); refused != "" {
			break
		}
		if err := s.done(ctx, e.action, e.object, e.at, err); err != nil {
			return err
		}
	}
	back := e.form
	if refused == "" {
		back = e.list
		back.Set("done", "1")
	} else {
		back.Set("refused", refused)
	}
	keepLanguage(back, r.PostForm, r.URL.Query())
	s.log(r.Context()).LogAttrs(r.Context(), slog.LevelInfo, "entered on a page", append(e.about, slog.String("refused", refused))...)
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/data?"+back.Encode(), http.StatusSeeOther)
	return nil
}

// aside sets a file or a row aside, or takes it back.
func (s *server) aside(w http.ResponseWriter, r *http.Request) error {
	if s.Aside == nil {
		return errNotFound
	}
	return s.enter(w, r, visitor.SetAside, func(said url.Values, by, reason string) entry {
		what, given := records.ReadAside(said.Get, by, reason)
		e := entry{at: s.Door.Here(), action: trail.SetAside, object: strings.TrimSpace(what.File + what.Export + " " + what.Key), list: url.Values{}, form: url.Values{"aside": {records.AsideRow}, "of": {what.Export}, "back": {said.Get("back")}},
			about: []slog.Attr{slog.String("file", what.File), slog.String("export", what.Export), slog.String("key", what.Key), slog.Bool("back", what.Back)}}
		if what.Back {
			e.action = trail.TookBack
		}
		if what.File != "" {
			e.form.Set("aside", records.AsideFile)
			e.form.Set("of", what.File)
		}
		if given {
			e.do = func(ctx context.Context) (string, error) {
				unknown, err := s.Aside(ctx, what)
				return map[bool]string{true: "unknown"}[unknown], err
			}
		}
		return e
	})
}

// nothing says that a village had nothing to report, or takes that back.
func (s *server) nothing(w http.ResponseWriter, r *http.Request) error {
	if s.Nothing == nil {
		return errNotFound
	}
	return s.enter(w, r, visitor.SayNothing, func(said url.Values, by, reason string) entry {
		what, given := records.ReadNothing(said.Get, by, reason)
		e := entry{at: s.Door.Here(), action: trail.SaidNothing, object: strings.TrimSpace(what.Export + " " + what.Month), list: url.Values{"nothing": {"1"}}, form: url.Values{"nothing": {"1"}},
			about: []slog.Attr{slog.String("export", what.Export), slog.String("village", what.Village), slog.String("month", what.Month), slog.Bool("back", what.Back)}}
		e.at.Village = what.Village
		if what.Back {
			e.action = trail.TookNothingBack
		}
		if given {
			e.do = func(ctx context.Context) (string, error) { return s.sayNothing(ctx, r, what) }
		}
		return e
	})
}

// sayNothing keeps that there was nothing to report, or tells why that cannot be said.
func (s *server) sayNothing(ctx context.Context, r *http.Request, what pipelines.Nothing) (refused string, err error) {
	pinned, snapshot, err := s.opened(ctx, s.newest)
	if err != nil {
		return "", err
	}
	refused, err = records.NothingRefused(ctx, facts.Facts{Snapshot: snapshot}, signin.VisitorOf(r.Context()), what)
	pinned.Release() // before the data are published anew
	if refused != "" || err != nil {
		return refused, err
	}
	if err := s.Nothing(ctx, what); !errors.Is(err, pipelines.ErrNotBegun) {
		return "", err
	}
	return records.NothingAhead, nil
}
