package web

import (
	"errors"
	"net/http"
	"net/url"

	"hulian/dashboards/desk"
	"hulian/dashboards/signin"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
)

// acceptHeld has a held file read in, as the visitor's and for the reason typed, and leads to the page of that batch; back to
// the form where one is missing or the file no longer waits, which the page says.
func (s *server) acceptHeld(w http.ResponseWriter, r *http.Request) error {
	if s.Desk == nil || s.Desk.Held == nil {
		return errNotFound
	}
	if err := s.allowed(r, visitor.Accept, s.Door.Here()); err != nil {
		return err
	}
	if err := readForm(w, r, shortForm); err != nil {
		return err
	}
	said := r.PostForm
	reason, given := reasonOf(said)
	back := url.Values{}
	keepLanguage(back, said, r.URL.Query())
	if given {
		batch, err := s.Desk.Accept(r.Context(), said.Get("file"), desk.By(signin.VisitorOf(r.Context())), reason)
		if errors.Is(err, pipelines.ErrUnknown) {
			back.Set("held", said.Get("file"))
		} else if err := s.done(r.Context(), trail.Accepted, said.Get("file"), s.Door.Here(), err); err != nil {
			return err
		} else {
			back.Set("batch", batch)
		}
	} else {
		back.Set("held", said.Get("file"))
		back.Set("refused", "no_reason")
	}
	s.log(r.Context()).Info("held file confirmed", "file", said.Get("file"), "batch", back.Get("batch"))
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/upload?"+back.Encode(), http.StatusSeeOther)
	return nil
}
