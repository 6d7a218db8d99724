package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"hulian/dashboards/desk"
	"hulian/dashboards/facts"
	"hulian/dashboards/gate"
	"hulian/dashboards/language"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/month"
	"hulian/dashboards/report/filetype"
	"hulian/dashboards/report/kinds"
	"hulian/dashboards/signin"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
)

// Papers keeps the versions of what the town issues.
type Papers interface {
	kinds.Keeper
	Version(id string) (pipelines.PaperVersion, error) // wraps pipelines.ErrUnknown where there is none
	File(v pipelines.PaperVersion, name string) ([]byte, error)
	Stamp() (string, error) // changes whenever a version is kept
}

// paperStamp changes when a version is kept: the pages that say so are made anew.
func (s *server) paperStamp() (string, error) {
	if s.Papers == nil {
		return "", nil
	}
	return s.Papers.Stamp()
}

// lendPapers gives a question the versions that are kept.
func (s *server) lendPapers(ask *block.Request, pinned Pinned, who visitor.Visitor, here visitor.Place) {
	if s.Papers == nil {
		return
	}
	ask.Papers = &block.Papers{Versions: s.Papers.Versions, Content: s.Papers.Content, Issues: who.May(visitor.SignMonth, here), Kinds: kinds.Offered}
	if ask.Page.ID == "papers" {
		ask.Papers.Changes = func(ctx context.Context, of pipelines.PaperVersion) ([]pipelines.PaperChange, error) {
			return s.changesOf(ctx, pinned, of)
		}
	}
}

// changesOf makes a paper again, with the rights of whoever made it, and says what would stand otherwise in it today.
func (s *server) changesOf(ctx context.Context, pinned Pinned, of pipelines.PaperVersion) ([]pipelines.PaperChange, error) {
	snapshot, err := s.kept.snapshot(ctx, pinned)
	if err != nil {
		return nil, err
	}
	kind, ask, err := kinds.AskOf(snapshot, of)
	if err != nil {
		return nil, err
	}
	if err := s.lendAs(ctx, &ask, pinned, visitor.Place{Town: snapshot.Town.ID}, kinds.As(of)); err != nil {
		return nil, err
	}
	return kind.ChangesOf(ctx, ask, of, s.Version)
}

// issuePaper issues a paper with the closing of its month, and leads to its page, which says what was refused.
func (s *server) issuePaper(w http.ResponseWriter, r *http.Request, kind kinds.Kind, to gate.Audience) error {
	said, who := r.PostForm, signin.VisitorOf(r.Context())
	if err := s.allowed(r, visitor.SignMonth, s.Door.Here()); err != nil {
		return err
	}
	from := kinds.Issuing{Keeper: s.Papers}
	if s.Desk != nil {
		from.Accepted = desk.Accepted(s.Desk.Dir)
	}
	if s.Papers == nil {
		return errNotFound
	}
	var err error
	if s.Letterhead != nil {
		if from.Template, err = s.Letterhead(); err != nil {
			return fmt.Errorf("%w: %w", errLetterhead, err)
		}
	}
	var of pipelines.PaperVersion
	var made filetype.Made
	objectOf := func(ask block.Request, made filetype.Made) string {
		return strings.Join(strings.Fields(kind.ID+" "+ask.Month+" "+ask.Unit().ID+" "+made.Passed.Trail()), " ")
	}
	ask, err := s.asking(r.Context(), kind, said, who, func(ask block.Request) (err error) {
		// The trail comes first: what nobody could write down is not issued.
		from.Before = func(_ pipelines.PaperVersion, made filetype.Made) error {
			return s.done(r.Context(), trail.PublishedReport, objectOf(ask, made), place(s.Door.Here(), ask.Unit()), nil)
		}
		of, made, err = kind.Issue(r.Context(), from, ask, kinds.Head{Imprint: s.Imprint, For: to, By: who.Author(), At: time.Now()}, s.Version)
		return err
	})
	if ask.Page.ID == "" { // nothing was asked at all
		return err
	}
	object, at := objectOf(ask, made), place(s.Door.Here(), ask.Unit())
	back := url.Values{"kind": {kind.ID}, "month": {ask.Month}}
	for _, name := range []string{"village", "branch"} {
		if said.Get(name) != "" {
			back.Set(name, said.Get(name))
		}
	}
	keepLanguage(back, said)
	var refused pipelines.PaperRefusal
	var withheld *gate.Refusal
	switch {
	case errors.As(err, &refused):
		back.Set("refused", string(refused))
		err = s.Door.Write(r.Context(), trail.PublishedReport, object, at, trail.Denied)
	case errors.As(err, &withheld):
		return errors.Join(refusedPaper{withheld}, s.Door.Write(context.WithoutCancel(r.Context()), trail.PublishedReport, object, at, trail.Denied))
	case errors.Is(err, kinds.ErrReaders):
		return errors.Join(errBadRequest, err)
	case err != nil:
		err = s.done(r.Context(), trail.PublishedReport, object, at, err)
	default:
		back.Set("done", fmt.Sprint(of.Number))
	}
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/papers?"+back.Encode(), http.StatusSeeOther)
	return nil
}

// asking puts the question of a kind to the generation of now, for whoever may, and does something with it.
func (s *server) asking(ctx context.Context, kind kinds.Kind, said url.Values, who visitor.Visitor, do func(block.Request) error) (ask block.Request, err error) {
	pinned, snapshot, err := s.opened(ctx, s.pinNewest)
	if err != nil {
		return ask, err
	}
	defer pinned.Release()
	here := visitor.Place{Town: snapshot.Town.ID}
	if ask, err = kind.Ask(snapshot, kinds.Asked{Month: said.Get("month"), Unit: cmp.Or(said.Get("branch"), said.Get("village")), Member: said.Get("member"), Measure: said.Get("measure")}); err != nil {
		return block.Request{}, errors.Join(errBadRequest, err)
	}
	if !ask.Page.OpenTo(who) || !ask.Page.TakenBy(who) || !who.SeesUnit(here) {
		return block.Request{}, errBeyond
	}
	ask.Lang, ask.Zone = language.Chinese, s.Zone
	if said.Get("lang") == language.English {
		ask.Lang = language.English
	}
	if err := s.lend(ctx, &ask, pinned, here); err != nil {
		return block.Request{}, err
	}
	if !noticeOpen(ask, here) {
		return block.Request{}, errBeyond
	}
	return ask, do(ask)
}

// noticeOpen reports whether a visitor may have the notice of a place, and read of its versions: that of a branch is for the branch, its village and the town.
func noticeOpen(ask block.Request, here visitor.Place) bool {
	at := place(here, ask.Unit())
	return ask.Page.ID != "report" && ask.Page.ID != "papers" || at.Branch == "" || ask.Visitor.May(visitor.SeePages, at)
}

// keptPaper answers with a file of a kept version, as it was written.
func (s *server) keptPaper(w http.ResponseWriter, r *http.Request) error {
	if s.Papers == nil {
		return errNotFound
	}
	if err := s.somewhere(r, visitor.Export); err != nil {
		return err
	}
	of, err := s.Papers.Version(r.PathValue("batch"))
	if errors.Is(err, pipelines.ErrUnknown) {
		return errNotFound
	}
	if err != nil {
		return err
	}
	who, at := signin.VisitorOf(r.Context()), s.Door.Here()
	unit, err := s.unitOf(r.Context(), of.Unit)
	if err != nil {
		return err
	}
	at = place(at, unit)
	kind, known := kinds.Of(of.Kind)
	if !known || !kind.OpenTo(who) || !month.MayTake(who, at, of) {
		return errBeyond
	}
	body, err := s.Papers.File(of, r.PathValue("file"))
	if errors.Is(err, pipelines.ErrUnknown) {
		return errNotFound
	}
	object := strings.Join([]string{of.Kind, of.Month, of.Unit, "for=" + of.For, string(of.State), fmt.Sprint(of.Number), filepath.Ext(r.PathValue("file"))}, " ")
	if err := s.done(r.Context(), trail.TookPaper, object, at, err); err != nil {
		return err
	}
	format, err := filetype.Of(filepath.Ext(r.PathValue("file")))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	w.Header().Set("Content-Type", format.MediaType)
	attached(w.Header(), r.PathValue("file"))
	_, err = w.Write(body)
	return err
}

// unitOf is a unit as the newest generation knows it; one that is gone by now is taken for the town's.
func (s *server) unitOf(ctx context.Context, id string) (facts.Unit, error) {
	pinned, snapshot, err := s.opened(ctx, s.pinNewest)
	if err != nil {
		return facts.Unit{}, err
	}
	defer pinned.Release()
	if u, known := snapshot.Village(id); known {
		return u, nil
	}
	if u, known := snapshot.Branch(id); known {
		return u, nil
	}
	return snapshot.Town, nil
}
