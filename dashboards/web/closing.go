package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"

	"hulian/dashboards/signin"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
)

// Closings keeps the closed months of the town.
type Closings interface {
	// Stamp changes whenever what Months returns does, for one generation.
	Stamp() (string, error)
	// Months says how every month stands against a generation, newest first.
	Months(context.Context, Pinned) ([]pipelines.MonthClosing, error)
	// Close checks or signs a month as a generation knows it. A refusal is a pipelines.ClosingRefusal.
	Close(ctx context.Context, p Pinned, month, action string, by visitor.Visitor, note string) error
}

// months binds the closed months to the generation a page is made of; nil where none are closed.
func (s *server) months(pinned Pinned) func(context.Context) ([]pipelines.MonthClosing, error) {
	if s.Closings == nil {
		return nil
	}
	var once sync.Once // a page asks several times
	var all []pipelines.MonthClosing
	var err error
	return func(ctx context.Context) ([]pipelines.MonthClosing, error) {
		once.Do(func() { all, err = s.Closings.Months(ctx, pinned) })
		return all, err
	}
}

// closingStamp changes when a month is closed: the pages that print how their month stands are made anew.
func (s *server) closingStamp() (string, error) {
	if s.Closings == nil {
		return "", nil
	}
	return s.Closings.Stamp()
}

// closingNeeds is what one must be allowed to check and to sign, and what the trail calls it.
var closingNeeds = map[string]struct {
	permission visitor.Permission
	action     trail.Action
}{
	pipelines.DoCheck: {visitor.CheckMonth, trail.Checked},
	pipelines.DoSign:  {visitor.SignMonth, trail.Signed},
}

// close checks or signs a month for the visitor and leads back to its page, which says what was refused. Checking and signing
// are two permissions and take two accounts; to whoever has neither the address does not exist.
func (s *server) close(w http.ResponseWriter, r *http.Request) error {
	action := r.PathValue("action")
	needs, known := closingNeeds[action]
	if s.Closings == nil || !known {
		return errNotFound
	}
	if err := s.allowed(r, needs.permission, s.Door.Here()); err != nil {
		return err
	}
	if err := readForm(w, r, shortForm); err != nil {
		return err
	}
	pinned, err := s.newest(r.Context())
	if err != nil {
		return err
	}
	defer pinned.Release()
	month := r.PostForm.Get("month")
	back := url.Values{"month": {month}}
	keepLanguage(back, r.PostForm, r.URL.Query())
	who := signin.VisitorOf(r.Context())
	err = s.Closings.Close(r.Context(), pinned, month, action, who, r.PostForm.Get("note"))
	var refused pipelines.ClosingRefusal
	if errors.As(err, &refused) {
		back.Set("refused", string(refused))
		err = s.Door.Write(r.Context(), needs.action, month, s.Door.Here(), trail.Denied)
	} else {
		err = s.done(r.Context(), needs.action, month, s.Door.Here(), err)
	}
	if err != nil {
		return err
	}
	s.log(r.Context()).Info("month closing", "month", month, "action", action, "refused", string(refused))
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/closing?"+back.Encode(), http.StatusSeeOther)
	return nil
}
