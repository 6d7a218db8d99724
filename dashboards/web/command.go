package web

import (
	"net/http"

	"hulian/dashboards/page"
	"hulian/pipelines"
)

// command runs, pauses or resumes a pipeline and leads back to the page of runs. It is the organisation office's;
// to others the address does not exist.
func (s *server) command(w http.ResponseWriter, r *http.Request) error {
	if s.Command == nil || s.role(r) != page.RoleOffice {
		return errNotFound
	}
	action := r.PathValue("action")
	switch action {
	case pipelines.DoRun, pipelines.DoPause, pipelines.DoResume:
	default:
		return errNotFound
	}
	if err := s.Command(r.Context(), r.PathValue("pipeline"), action); err != nil {
		return err
	}
	s.Logger.Info("pipeline commanded", "pipeline", r.PathValue("pipeline"), "action", action,
		"session", s.sessions.GetString(r.Context(), sessionName), "from", r.RemoteAddr)
	target := "/runs"
	if r.URL.Query().Get("lang") == page.English {
		target += "?lang=" + page.English
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, target, http.StatusSeeOther)
	return nil
}
