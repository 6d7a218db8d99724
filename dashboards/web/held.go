package web

import (
	"errors"
	"net/http"
	"net/url"

	"hulian/dashboards/page"
	"hulian/pipelines"
)

// acceptHeld has a held file read in, in the name and for the reason typed, and leads to the page of that batch; back to
// the form where one is missing or the file no longer waits, which the page says.
func (s *server) acceptHeld(w http.ResponseWriter, r *http.Request) error {
	if s.Desk == nil || s.Desk.Held == nil {
		return errNotFound
	}
	if err := readForm(w, r, shortForm); err != nil {
		return err
	}
	said := r.PostForm
	by, reason, named := nameAndReason(said)
	back := url.Values{}
	if said.Get("lang") == page.English {
		back.Set("lang", page.English)
	}
	if named {
		switch batch, err := s.Desk.Accept(r.Context(), said.Get("file"), by, reason); {
		case errors.Is(err, pipelines.ErrUnknown):
			back.Set("held", said.Get("file"))
		case err != nil:
			return err
		default:
			back.Set("batch", batch)
		}
	} else {
		back.Set("held", said.Get("file"))
		back.Set("refused", "no_name")
	}
	s.Logger.Info("held file confirmed", "file", said.Get("file"), "by", by, "batch", back.Get("batch"), "from", r.RemoteAddr)
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/upload?"+back.Encode(), http.StatusSeeOther)
	return nil
}
