package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"

	"hulian/dashboards/page"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/signin"
	"hulian/dashboards/trail"
	"hulian/data"
	"hulian/pipelines"
)

// enterRow keeps what a form of a page says as rows of an export of entries, as the visitor's, and leads back to the page. Which
// export has a form, and what the form may say, the packages of the pages know: see page.EntryForms.
func (s *server) enterRow(w http.ResponseWriter, r *http.Request) error {
	export := r.PathValue("export")
	form, known := page.EntryFormOf(export)
	if s.Enter == nil || !known {
		return errNotFound
	}
	ctx, cancel, err := s.entering(w, r, form.Needs)
	if err != nil {
		return err
	}
	defer cancel()
	e, err := s.readEntry(ctx, form, r.PostForm)
	if err != nil {
		return err
	}
	if err := s.allowed(r, form.Needs, e.At); err != nil {
		return err
	}
	if contract, _ := data.ContractOf(export); e.Refused == "" {
		for _, row := range e.All() {
			if faults := contract.Faults(row); len(faults) > 0 && e.Refused == "" {
				e.Refused = faults[0].Column
			}
		}
	}
	back := e.Back
	if e.Refused != "" {
		back = e.Retry
		back.Set("refused", e.Refused)
	} else {
		err := s.Enter(ctx, pipelines.Entered{Export: export, By: by(r), Rows: e.All()})
		if err := s.done(ctx, trail.Entered, e.Object, e.At, err); err != nil {
			return err
		}
		back.Set("done", "1")
	}
	keepLanguage(back, r.PostForm, r.URL.Query())
	s.log(ctx).LogAttrs(ctx, slog.LevelInfo, "entered on a page", slog.String("export", export), slog.String("refused", e.Refused))
	to, _ := question.ByID(form.Page)
	address := to.Path + "?" + back.Encode()
	if e.Anchor != "" {
		address += "#" + e.Anchor
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}

// readEntry reads a form against the newest snapshot, which is let go before the data are published anew.
func (s *server) readEntry(ctx context.Context, form block.EntryForm, said url.Values) (e block.Entry, err error) {
	pinned, snapshot, err := s.opened(ctx, s.newest)
	if err != nil {
		return e, err
	}
	defer pinned.Release()
	p, _ := question.ByID(form.Page)
	address := url.Values{}
	question.Set(address, "month", said.Get("month"))
	ask, err := block.Ask(snapshot, p, address)
	if err == nil {
		err = s.lend(ctx, &ask, pinned, s.Door.Here())
	}
	if err != nil {
		return e, err
	}
	ask.Visitor = signin.VisitorOf(ctx)
	return form.Read(ctx, ask, said.Get)
}
