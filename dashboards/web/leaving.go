package web

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hulian/dashboards/desk"
	"hulian/dashboards/gate"
	"hulian/dashboards/language"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/render"
	"hulian/dashboards/report/filetype"
	"hulian/dashboards/report/kinds"
	"hulian/dashboards/signin"
	"hulian/dashboards/trail"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
)

// errRefusedPaper is answered with 422: something of a person is left on a paper.
var errRefusedPaper = errors.New("the paper may not leave")

// refusedPaper says in words where something stands that may not leave.
type refusedPaper struct{ *gate.Refusal }

func (r refusedPaper) Unwrap() error { return errRefusedPaper }

// makePaper makes a report for its readers and gives it out; one for everybody waits for a second person. Every paper
// that is made stands in the trail, every refused one too.
func (s *server) makePaper(w http.ResponseWriter, r *http.Request) error {
	kind, known := kinds.Of(r.PathValue("kind"))
	if !known || s.Desk == nil {
		return errNotFound
	}
	if err := s.somewhere(r, visitor.Export); err != nil {
		return err
	}
	if err := readForm(w, r, shortForm); err != nil {
		return err
	}
	said := r.PostForm
	format, err := filetype.Of(cmp.Or(said.Get("format"), ".docx"))
	to := gate.Audience(cmp.Or(said.Get("for"), string(kind.Readers())))
	if err != nil || !to.Known() {
		return errBadRequest
	}
	if said.Get("issue") != "" {
		return s.issuePaper(w, r, kind, to)
	}
	who := signin.VisitorOf(r.Context())
	made, ask, err := s.paperFor(r.Context(), kind, said, to, who)
	switch {
	case errors.Is(err, kinds.ErrReaders):
		return errors.Join(errBadRequest, err)
	case err != nil && made.Passed.For == "": // nothing was made at all
		return err
	}
	at := place(s.Door.Here(), ask.Unit())
	object := strings.Join(strings.Fields(kind.ID+" "+ask.Month+" "+ask.Unit().ID+" "+ask.Params.Get("member")+" "+format.Ext+" "+made.Passed.Trail()), " ")
	var refused *gate.Refusal
	if errors.As(err, &refused) {
		return errors.Join(refusedPaper{refused}, s.Door.Write(context.WithoutCancel(r.Context()), trail.IssuedReport, object, at, trail.Denied))
	}
	var b bytes.Buffer
	if err == nil && s.Letterhead != nil {
		if made.Template, err = s.Letterhead(); err != nil {
			err = fmt.Errorf("%w: %w", errLetterhead, err)
		}
	}
	if err == nil {
		err = format.Write(&b, made)
	}
	if err := s.done(r.Context(), trail.IssuedReport, object, at, err); err != nil { // the trail comes first: what nobody could write down is kept nowhere and given to nobody
		return err
	}
	file := pipelines.PaperContent{Name: kind.FileName(ask, format.Ext), Content: b.Bytes()}
	batch, err := s.keepPaper(r.Context(), kind, made, ask, to, file)
	if err != nil {
		return s.done(r.Context(), trail.IssuedReport, object, at, err)
	}
	w.Header().Set("Cache-Control", "private, no-store")
	if to.SecondPerson() {
		back := url.Values{}
		keepLanguage(back, said, r.URL.Query())
		http.Redirect(w, r, strings.TrimSuffix("/papers/"+batch.ID+"?"+back.Encode(), "?"), http.StatusSeeOther)
		return nil
	}
	w.Header().Set("Content-Type", format.MediaType)
	attached(w.Header(), file.Name)
	_, err = w.Write(file.Content)
	return err
}

// keepPaper puts a paper that needs a second person before one, and keeps it as a draft.
func (s *server) keepPaper(ctx context.Context, kind kinds.Kind, made filetype.Made, ask block.Request, to gate.Audience, file pipelines.PaperContent) (batch desk.Batch, err error) {
	if to.SecondPerson() {
		of := desk.Paper{Kind: kind.ID, Unit: ask.Unit().ID, Month: ask.Month, For: string(to), Withheld: made.Passed.Withheld}
		if batch, err = s.Desk.ProposePaper([]pipelines.PaperContent{file}, of, desk.By(ask.Visitor)); err != nil {
			return batch, err
		}
	}
	if s.Papers != nil {
		_, err = kinds.KeepDraft(ctx, s.Papers, made, batch.ID, file)
	}
	return batch, err
}

// paperFor makes a report from the generation of now.
func (s *server) paperFor(ctx context.Context, kind kinds.Kind, said url.Values, to gate.Audience, who visitor.Visitor) (made filetype.Made, ask block.Request, err error) {
	ask, err = s.asking(ctx, kind, said, who, func(ask block.Request) (err error) {
		made, err = kind.Make(ctx, ask, kinds.Head{Imprint: s.Imprint, For: to, By: who.Author(), At: time.Now()}, s.Version)
		return err
	})
	return made, ask, err
}

// papersOf is what may be made of a page for whom; nil: nothing, or not by this visitor.
func (s *server) papersOf(ask block.Request) *render.Papers {
	kind, is := kinds.Page(ask.Page, ask.Params)
	if !is || s.Desk == nil || !ask.Page.TakenBy(ask.Visitor) {
		return nil
	}
	p := &render.Papers{Kind: kind.ID, Kept: keptOn(ask)}
	if kind.Kept() && s.Papers != nil {
		p.Versions = ask.Link("papers", question.With("kind", kind.ID))
	}
	for _, f := range filetype.All() {
		p.Formats = append(p.Formats, view.Choice{Value: f.Ext, Name: f.Name.In(ask.Lang)})
	}
	at := place(s.Door.Here(), ask.Unit())
	for _, to := range gate.Audiences() {
		if to == gate.Village && at.Village == "" || !ask.Page.OpenTo(to.Reader(ask.Visitor, at)) {
			continue
		}
		p.Readers = append(p.Readers, view.Choice{Value: string(to), Name: to.Title().In(ask.Lang), Chosen: to == kind.Readers()})
	}
	return p
}

// keptOn is what the address of a paper says beside month, place and language.
func keptOn(ask block.Request) (kept []view.Choice) {
	for _, name := range ask.Page.Params {
		if value := ask.Params.Get(name); value != "" {
			kept = append(kept, view.Choice{Value: value, Name: name})
		}
	}
	return kept
}

// accepted answers with a paper that a second person has accepted, as it was accepted, in the format that is asked for or else its first; until
// then with what it waits for.
func (s *server) accepted(w http.ResponseWriter, r *http.Request) error {
	if s.Desk == nil {
		return errNotFound
	}
	if err := s.somewhere(r, visitor.Export); err != nil {
		return err
	}
	b, formats, err := desk.PaperOf(s.Desk.Dir, r.PathValue("batch"))
	if errors.Is(err, pipelines.ErrUnknown) {
		return s.unaccepted(w, r)
	}
	var file pipelines.PaperContent
	if ext := r.URL.Query().Get("format"); err == nil {
		i := slices.IndexFunc(formats, func(f pipelines.PaperContent) bool { return ext == "" || filepath.Ext(f.Name) == ext })
		if i < 0 {
			return errNotFound
		}
		file = formats[i]
	}
	if err := s.done(r.Context(), trail.ReleasedReport, strings.TrimSpace(b.Object()+" "+filepath.Ext(file.Name)), s.Door.Here(), err); err != nil {
		return err
	}
	format, err := filetype.Of(filepath.Ext(file.Name))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	w.Header().Set("Content-Type", format.MediaType)
	attached(w.Header(), file.Name)
	_, err = w.Write(file.Content)
	return err
}

// unaccepted says what a paper waits for, or why it was refused.
func (s *server) unaccepted(w http.ResponseWriter, r *http.Request) error {
	b, known := s.Desk.Batch(r.PathValue("batch"))
	if !known || b.Confirmation == nil || b.Confirmation.Paper == nil {
		return errNotFound
	}
	l := language.Language{Lang: language.Chinese, Zone: s.Zone}
	var names []string
	for _, f := range b.Files {
		names = append(names, f.Name)
	}
	if r.URL.Query().Get("lang") == language.English {
		l.Lang = language.English
	}
	said := render.Failure{Lang: l.Lang, Status: http.StatusAccepted, Link: "/report", Caption: l.T("回到月度通报", "Back to the report"),
		Title: l.T("等待第二人复核", "It waits for a second person"),
		Text:  l.Tf("%[1]s 于 %[2]s 生成了公示文件 %[3]s，其中%[4]d处数值不予公布。", "%[1]s made %[3]s for the public at %[2]s; %[4]d numbers in it are withheld.", b.Author.Name, l.Moment(b.ReceivedAt), strings.Join(names, ", "), b.Confirmation.Paper.Withheld),
		Next:  l.T("请组织办公室的另一位同志在“报送”页打开文件、复核同意；同意后在本页取出文件。", "Somebody else of the office opens it on the page Upload and accepts it; the file is here then.")}
	if b.State == desk.Refused {
		said.Title, said.Text = l.T("复核后退回", "It was refused"), l.Tf("%s 退回了公示文件 %s：%s。", "%s refused %s: %s.", b.Decider.Name, strings.Join(names, ", "), b.Reason)
		said.Next = l.T("改好后重新生成。", "Mend what is wrong and make it again.")
	}
	body, err := render.Fail(said)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	send(w, r, answer{status: said.Status, kind: "text/html; charset=utf-8", body: body})
	return nil
}
