package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"hulian/dashboards/signin"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/queries/wording"
)

// Wording keeps the sentences of the town's papers.
type Wording interface {
	Standing() (data.Wording, error)
	Stamp() (string, error) // changes whenever a sentence does
	// Change changes a sentence, TakeBack puts back what stood before a change. A refusal is a data.SentenceRefusal or a *wording.Wrong.
	Change(ctx context.Context, c data.SentenceChange) (data.SentenceChange, error)
	TakeBack(ctx context.Context, id, by, account, reason string) (data.SentenceChange, error)
}

// changeSentence changes a sentence of the papers or takes a change back, and leads back to the page, which says what came of it. To
// whoever may not set standards the address does not exist.
func (s *server) changeSentence(w http.ResponseWriter, r *http.Request) error {
	called, known := map[string]trail.Action{"change": trail.ChangedSentence, "back": trail.TookSentenceBack}[r.PathValue("action")]
	if s.Wording == nil || !known {
		return errNotFound
	}
	if err := s.allowed(r, visitor.SetStandards, s.Door.Here()); err != nil {
		return err
	}
	if err := readForm(w, r, shortForm); err != nil {
		return err
	}
	said, back := r.PostForm, url.Values{}
	keepLanguage(back, said)
	clean := func(name string) string { return strings.TrimSpace(said.Get(name)) }
	reason, given := reasonOf(said)
	var made data.SentenceChange
	var err error
	why := ""
	switch who := signin.VisitorOf(r.Context()); {
	case !given:
		why = "no_reason"
	case called == trail.TookSentenceBack:
		made, err = s.Wording.TakeBack(r.Context(), said.Get("change"), by(r), who.Account, reason)
	default:
		made, err = s.Wording.Change(r.Context(), data.SentenceChange{Sentence: said.Get("sentence"), From: data.Text{Zh: said.Get("from_zh"), En: said.Get("from_en")},
			To: data.Text{Zh: clean("zh"), En: clean("en")}, By: by(r), Account: who.Account, Reason: reason})
	}
	var refused data.SentenceRefusal
	var wrong *wording.Wrong
	switch {
	case errors.As(err, &refused):
		why = string(refused)
	case errors.As(err, &wrong):
		why = string(wrong.Why) + ":" + wrong.Placeholder
	}
	if why != "" {
		back.Set("refused", why)
		if called == trail.ChangedSentence && why != string(data.SentenceUnknown) {
			if _, known := data.SentenceOf(said.Get("sentence")); known {
				back.Set("sentence", said.Get("sentence"))
				back.Set("zh", clean("zh"))
				back.Set("en", clean("en"))
			}
		}
	} else {
		if err := s.done(r.Context(), called, made.Sentence, s.Door.Here(), err); err != nil {
			return err
		}
		back.Set("done", made.ID)
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/sentences?"+back.Encode(), http.StatusSeeOther)
	return nil
}
