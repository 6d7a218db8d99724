package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"hulian/dashboards/page/records"
	"hulian/dashboards/signin"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
)

// Standards keeps what the town decides about its programme.
type Standards interface {
	Standing() (data.Standards, error)
	// Change makes a change of one setting, or keeps it for a second person. A refusal is a data.StandardRefusal.
	Change(ctx context.Context, c data.StandardChange) (data.StandardChange, error)
	// Decide accepts or refuses a change that waits for a second person.
	Decide(ctx context.Context, id, by, account string, accept bool, answer string) (data.StandardChange, error)
}

// changeStandard changes one setting as a form says, and leads back to the page, which says what came of it. To whoever may not set
// standards the address does not exist.
func (s *server) changeStandard(w http.ResponseWriter, r *http.Request) error {
	if s.Standards == nil {
		return errNotFound
	}
	if err := s.allowed(r, visitor.SetStandards, s.Door.Here()); err != nil {
		return err
	}
	if err := readForm(w, r, shortForm); err != nil {
		return err
	}
	said := r.PostForm
	back := url.Values{}
	keepLanguage(back, said, r.URL.Query())
	refuse := func(why string) error {
		for _, name := range []string{"setting", "row"} {
			if value := said.Get(name); value != "" {
				back.Set(name, value)
			}
		}
		back.Set("refused", why)
		return s.toStandards(w, r, back)
	}
	standing, err := s.Standards.Standing()
	if err != nil {
		return err
	}
	change, why := records.ReadStandard(standing, said.Get)
	if why != "" {
		return refuse(why)
	}
	reason, given := reasonOf(said)
	if !given {
		return refuse("no_reason")
	}
	change.By, change.Account, change.Reason = by(r), signin.VisitorOf(r.Context()).Account, reason
	made, err := s.Standards.Change(r.Context(), change)
	var refused data.StandardRefusal
	if errors.As(err, &refused) {
		s.log(r.Context()).Info("a standard was not changed", "setting", change.Setting, "refused", err)
		return refuse(string(refused))
	}
	called := trail.ChangedStandard
	if made.State == data.StandardProposed {
		called = trail.ProposedStandard
	}
	if err := s.done(r.Context(), called, change.Setting, s.Door.Here(), err); err != nil {
		return err
	}
	back.Set("done", string(made.State))
	return s.toStandards(w, r, back)
}

// decideStandard accepts or refuses, as a second person, what somebody else wants to change; or begins the run that takes the standards
// into the figures.
func (s *server) decideStandard(w http.ResponseWriter, r *http.Request) error {
	called, known := map[string]trail.Action{"accept": trail.AcceptedStandard, "refuse": trail.RefusedStandard, pipelines.DoRun: trail.Started}[r.PathValue("action")]
	if s.Standards == nil || !known {
		return errNotFound
	}
	if err := s.allowed(r, visitor.SetStandards, s.Door.Here()); err != nil {
		return err
	}
	if err := readForm(w, r, shortForm); err != nil {
		return err
	}
	back := url.Values{}
	keepLanguage(back, r.PostForm, r.URL.Query())
	if called == trail.Started {
		return s.runStandards(w, r, back)
	}
	id, accepts := r.PostForm.Get("change"), called == trail.AcceptedStandard
	answer, given := reasonOf(r.PostForm)
	if !accepts && !given {
		back.Set("change", id)
		back.Set("refused", "no_reason")
		return s.toStandards(w, r, back)
	}
	made, err := s.Standards.Decide(r.Context(), id, by(r), signin.VisitorOf(r.Context()).Account, accepts, answer)
	var refused data.StandardRefusal
	if errors.As(err, &refused) {
		back.Set("refused", string(refused))
		return s.toStandards(w, r, back)
	}
	if err := s.done(r.Context(), called, made.Setting, s.Door.Here(), err); err != nil {
		return err
	}
	back.Set("done", string(made.State))
	return s.toStandards(w, r, back)
}

// runStandards begins a run of the first pipeline there is: it computes all figures by the standards of now.
func (s *server) runStandards(w http.ResponseWriter, r *http.Request, back url.Values) error {
	if s.Command == nil || s.Schedule == nil {
		return errNotFound
	}
	pipelinesThere, err := s.Schedule()
	if err != nil {
		return err
	}
	if len(pipelinesThere) == 0 {
		return errNotFound
	}
	name := pipelinesThere[0].Name
	if err := s.done(r.Context(), trail.Started, name, s.Door.Here(), s.Command(r.Context(), name, pipelines.DoRun)); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	target := "/runs"
	if len(back) > 0 {
		target += "?" + back.Encode()
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
	return nil
}

func (s *server) toStandards(w http.ResponseWriter, r *http.Request, back url.Values) error {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/standards?"+back.Encode(), http.StatusSeeOther)
	return nil
}
