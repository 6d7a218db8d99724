package web

import (
	"crypto/rand"
	"crypto/subtle"
	"net/http"

	"hulian/dashboards/page"
)

// What a session holds.
const (
	sessionRole = "role"
	sessionName = "name" // a random name for the log, not the token
)

// role is what the visitor's session entitles to.
func (s *server) role(r *http.Request) page.Role {
	return page.Role(s.sessions.GetString(r.Context(), sessionRole))
}

// enterOffice opens the restricted pages to whoever holds the key, and leads to the first of them, so that the key does
// not stay in the address bar. A wrong key is answered like an address that does not exist.
func (s *server) enterOffice(w http.ResponseWriter, r *http.Request) error {
	given := r.URL.Query().Get("key")
	if s.OfficeKey == "" || subtle.ConstantTimeCompare([]byte(given), []byte(s.OfficeKey)) != 1 {
		if given != "" {
			s.Logger.Warn("organisation office: wrong key", "from", r.RemoteAddr)
		}
		return errNotFound
	}
	// A new token on entering: one planted beforehand is worth nothing.
	if err := s.sessions.RenewToken(r.Context()); err != nil {
		return err
	}
	s.sessions.Put(r.Context(), sessionRole, string(page.RoleOffice))
	s.sessions.Put(r.Context(), sessionName, rand.Text()[:8])
	s.Logger.Info("organisation office entered", "session", s.sessions.GetString(r.Context(), sessionName), "from", r.RemoteAddr)
	target := "/"
	for _, p := range page.Pages() {
		if p.Role == page.RoleOffice {
			target = p.Path
			break
		}
	}
	if r.URL.Query().Get("lang") == page.English {
		target += "?lang=en"
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, target, http.StatusSeeOther)
	return nil
}

func (s *server) leaveOffice(w http.ResponseWriter, r *http.Request) error {
	if err := s.sessions.Destroy(r.Context()); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}
