package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"hulian/dashboards/page"
)

// asideLimit is how long setting something aside may take: everything is loaded and computed anew.
const asideLimit = 10 * time.Minute

// aside sets a file or a row aside, or takes it back, in the name typed. It is the organisation office's; to others the
// address does not exist.
func (s *server) aside(w http.ResponseWriter, r *http.Request) error {
	if s.Aside == nil || s.role(r) != page.RoleOffice {
		return errNotFound
	}
	if err := readForm(w, r, shortForm); err != nil {
		return err
	}
	if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(asideLimit + patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	said := r.PostForm
	by, reason, named := nameAndReason(said)
	what, given := page.ReadAside(said.Get, by, reason)
	back := url.Values{}
	if said.Get("lang") == page.English {
		back.Set("lang", page.English)
	}
	ctx, cancel := context.WithTimeout(r.Context(), asideLimit)
	defer cancel()
	switch {
	case !named:
		back.Set("refused", "no_name")
	case !given:
		back.Set("refused", "nothing")
	default:
		refused, err := s.Aside(ctx, what)
		if err != nil {
			return err
		}
		if refused {
			back.Set("refused", "unknown")
		} else {
			back.Set("done", "1")
		}
	}
	if back.Get("refused") != "" {
		back.Set("aside", page.AsideRow)
		back.Set("of", what.Export)
		if what.File != "" {
			back.Set("aside", page.AsideFile)
			back.Set("of", what.File)
		}
		back.Set("back", said.Get("back"))
	}
	s.Logger.Info("set aside or taken back", "file", what.File, "export", what.Export, "key", what.Key, "back", what.Back, "by", by, "refused", back.Get("refused"),
		"session", s.sessions.GetString(r.Context(), sessionName), "from", r.RemoteAddr)
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/data?"+back.Encode(), http.StatusSeeOther)
	return nil
}
