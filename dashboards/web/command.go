package web

import (
	"net/http"
	"net/url"

	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
)

// command runs, pauses or resumes a pipeline and leads back to the page of runs. To whoever may not run pipelines the address
// does not exist.
func (s *server) command(w http.ResponseWriter, r *http.Request) error {
	action := r.PathValue("action")
	called, known := map[string]trail.Action{pipelines.DoRun: trail.Started, pipelines.DoPause: trail.Paused, pipelines.DoResume: trail.Resumed}[action]
	if s.Command == nil || !known {
		return errNotFound
	}
	if err := s.allowed(r, visitor.Run, s.Door.Here()); err != nil {
		return err
	}
	name := r.PathValue("pipeline")
	if err := s.done(r.Context(), called, name, s.Door.Here(), s.Command(r.Context(), name, action)); err != nil {
		return err
	}
	s.log(r.Context()).Info("pipeline commanded", "pipeline", name, "action", action)
	target, back := "/runs", url.Values{}
	if keepLanguage(back, r.PostForm, r.URL.Query()); len(back) > 0 {
		target += "?" + back.Encode()
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, target, http.StatusSeeOther)
	return nil
}
