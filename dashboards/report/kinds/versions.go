package kinds

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hulian/dashboards/facts"
	"hulian/dashboards/gate"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/month"
	"hulian/dashboards/question"
	"hulian/dashboards/report"
	"hulian/dashboards/report/content"
	"hulian/dashboards/report/docx"
	"hulian/dashboards/report/filetype"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
	"hulian/pipelines/personal"
)

// Keeper keeps the versions of papers.
type Keeper interface {
	Versions() ([]pipelines.PaperVersion, error) // oldest first
	Content(pipelines.PaperVersion) ([]byte, error)
	// Keep keeps a version with its content and files; where the last version of the paper has the same content and state, that one.
	Keep(ctx context.Context, v pipelines.PaperVersion, content []byte, files []pipelines.PaperContent) (pipelines.PaperVersion, error)
}

// Kept reports whether versions are kept of the kind: those of a month are, a sheet about one person is not.
func (k Kind) Kept() bool {
	p, known := question.ByID(k.page)
	return known && k.needs == "" && p.Takes.Has(question.ByMonth)
}

// OpenTo reports whether a visitor may see the page the kind is made from.
func (k Kind) OpenTo(v visitor.Visitor) bool {
	p, known := question.ByID(k.page)
	return known && p.OpenTo(v)
}

// Offered are the kinds of which versions are kept, as the page of papers shows them.
func Offered() (all []block.PaperKind) {
	for _, k := range All() {
		if !k.Kept() {
			continue
		}
		readers := []string{string(k.Readers())}
		for _, a := range gate.Audiences() {
			if a != k.Readers() {
				readers = append(readers, string(a))
			}
		}
		all = append(all, block.PaperKind{ID: k.ID, Name: k.Name, Page: k.page, Params: k.params, Readers: readers, OfUnit: k.ofUnit})
	}
	return all
}

// Key says which paper a request is about.
func (k Kind) Key(r block.Request, to gate.Audience) pipelines.PaperKey {
	return pipelines.PaperKey{Kind: k.ID, Month: r.Month, Unit: r.Unit().ID, For: string(to), Lang: r.Lang}
}

// versioned says which version a view that has passed the gate would be, and what stands in it. A paper is a draft until it is issued:
// what was issued before and differs stands in it, value by value.
func (k Kind) versioned(ctx context.Context, r block.Request, v view.View, names personal.Names, h Head, version string) (of pipelines.PaperVersion, body []byte, _ view.View, err error) {
	if r.Papers == nil || !k.Kept() || v.Letterhead == nil || r.Params.Get("measure") != "" { // a paper of a chosen measure is one more paper of its month
		return of, nil, v, nil
	}
	bare := v
	bare.Blocks = withoutCorrections(v.Blocks)
	now, err := content.Of(report.Document{View: bare, Language: r.Language})
	if err == nil {
		body, err = now.JSON()
	}
	if err != nil {
		return of, nil, v, err
	}
	of = pipelines.PaperVersion{PaperKey: k.Key(r, h.For), UnitName: r.Unit().Name, State: pipelines.PaperDraft, At: h.At.UTC(), By: h.By, Account: r.Visitor.Account,
		Generation: r.Generation, Snapshot: r.Hash, CutOff: r.CutOff.Format(time.DateOnly), Program: version,
		Role: string(r.Visitor.Role), Towns: r.Visitor.Scope.Towns, Village: r.Visitor.Scope.Village, Branch: r.Visitor.Scope.Branch}
	var unread *pipelines.Fault // what was kept is damaged: a draft is made all the same, and says so
	all, err := r.Papers.Versions()
	if err != nil {
		if h.Issue || !errors.As(err, &unread) {
			return of, nil, v, err
		}
		of = pipelines.PaperVersion{} // nothing can be kept beside it
	}
	before, issued := block.Issued(all, of.PaperKey)
	var changes []pipelines.PaperChange
	beyond, uncompared := 0, unread != nil
	if issued {
		if changes, beyond, err = k.movedFor(ctx, r, before, of, now, version); err != nil {
			if h.Issue || ctx.Err() != nil {
				return of, nil, v, err
			}
			uncompared = true // the draft is the reader's own: that the issuer's cannot be read, or made again, does not stop it
		}
	}
	if moved := month.Moved(r, before, changes, beyond); len(moved) > 0 {
		told, _, err := gate.Pass(view.View{Blocks: moved}, h.For, names, r.Language)
		if err != nil {
			return of, nil, v, err
		}
		v.Blocks, of.Persons = append(slices.Clip(v.Blocks), told.Blocks...), before.Persons && beyond == 0
	}
	issued = issued && alike(before, of) // what somebody of other rights makes is another paper than what was issued
	l := *v.Letterhead
	if !h.Issue && !h.For.SecondPerson() && (!issued || len(changes) > 0 || uncompared) {
		l.Draft, l.Date = true, ""
	}
	switch {
	case unread != nil:
		l.Basis = append(slices.Clip(l.Basis), r.T("留存的文件无法读取：本稿没有与印发的版本比较。", "The kept papers cannot be read: this draft was not compared with what was issued."))
	case uncompared:
		l.Basis = append(slices.Clip(l.Basis), r.Tf("印发的第%d版无法读取，或无法按印发人的权限重新生成：本稿没有与它比较。", "Version %d, which was issued, cannot be read, or not be made again with the rights of its issuer: this draft was not compared with it.", before.Number))
	}
	v.Letterhead = &l
	return of, body, v, nil
}

// movedFor says what has moved in a paper since it was issued, as far as whoever makes it now may read it, and how many changes are beyond
// that. Of somebody with other rights than its issuer the paper is made again with those of the issuer: what the two may not both read would
// look like a change otherwise.
func (k Kind) movedFor(ctx context.Context, r block.Request, before, of pipelines.PaperVersion, now content.Content, version string) (changes []pipelines.PaperChange, beyond int, err error) {
	if alike(before, of) {
		changes, err = changesFrom(r.Papers.Content, before, now)
		return changes, 0, err
	}
	theirs := r
	theirs.Visitor = As(before)
	if changes, err = k.ChangesOf(ctx, theirs, before, version); err != nil {
		return nil, 0, err
	}
	if month.MayTake(r.Visitor, visitor.Place{Town: r.Town.ID, Village: r.Village, Branch: r.Branch}, before) {
		return changes, 0, nil
	}
	within := content.Within(changes, now)
	return within, len(changes) - len(within), nil
}

// alike reports whether two versions were made by readers of the same rights.
func alike(a, b pipelines.PaperVersion) bool { return As(a).Key() == As(b).Key() }

// withoutCorrections leaves out the part that lists what was corrected since the month was signed: it tells of changes and is none.
func withoutCorrections(blocks []view.Block) (kept []view.Block) {
	tells := false
	for _, b := range blocks {
		if s, begins := b.(view.Section); begins {
			tells = s.ID == "closing"
		}
		if !tells {
			kept = append(kept, b)
		}
	}
	return kept
}

func changesFrom(kept func(pipelines.PaperVersion) ([]byte, error), before pipelines.PaperVersion, now content.Content) ([]pipelines.PaperChange, error) {
	body, err := kept(before)
	if err != nil {
		return nil, err
	}
	was, err := content.Read(body)
	if err != nil {
		return nil, err
	}
	return content.Changes(was, now), nil
}

// As is the visitor as whom a version was made.
func As(v pipelines.PaperVersion) visitor.Visitor {
	return visitor.Visitor{Role: visitor.Role(v.Role), Scope: visitor.Scope{Towns: v.Towns, Village: v.Village, Branch: v.Branch}, Origin: visitor.Schedule}
}

// AskOf puts the question of a version to a snapshot again. The caller lends it what it lends any question, and sets the visitor of As.
func AskOf(s facts.Snapshot, v pipelines.PaperVersion) (Kind, block.Request, error) {
	k, known := Of(v.Kind)
	if !known {
		return k, block.Request{}, fmt.Errorf("a paper of the kind %q: %w", v.Kind, pipelines.ErrUnknown)
	}
	r, err := k.Ask(s, Asked{Month: v.Month, Unit: v.Unit})
	r.Lang = v.Lang
	return k, r, err
}

// ChangesOf makes a paper again for those it was made for, and says what would stand otherwise in it.
func (k Kind) ChangesOf(ctx context.Context, r block.Request, of pipelines.PaperVersion, version string) ([]pipelines.PaperChange, error) {
	made, err := k.Make(ctx, r, Head{For: gate.Audience(of.For)}, version)
	if err != nil {
		return nil, err
	}
	now, err := content.Read(made.Content)
	if err != nil {
		return nil, err
	}
	return changesFrom(r.Papers.Content, of, now)
}

// KeepDraft keeps what was made as a draft, in the formats it was written in. awaits is the paper on the desk that a second person has to
// accept before it leaves: its file is kept there.
func KeepDraft(ctx context.Context, book Keeper, made filetype.Made, awaits string, files ...pipelines.PaperContent) (pipelines.PaperVersion, error) {
	if book == nil || made.Of.Kind == "" {
		return pipelines.PaperVersion{}, nil
	}
	of := made.Of
	if of.Awaits = awaits; awaits != "" {
		files = nil
	}
	return book.Keep(ctx, of, made.Content, files)
}

// Issuing is what a paper is issued from.
type Issuing struct {
	Keeper
	Template *docx.Template // the town's own form of Word

	// Accepted gives the files of a paper that a second person has accepted; the error wraps pipelines.ErrUnknown until then.
	Accepted func(id string) ([]pipelines.PaperContent, error)

	// Before is called when all is ready and nothing is kept yet; what it refuses is not issued. nil: nobody asks.
	Before func(pipelines.PaperVersion, filetype.Made) error
}

// Issue makes a paper for good, with the closing of its month: its content and every format are kept, and nothing changes them later. The
// error is a pipelines.PaperRefusal where it cannot be issued.
func (k Kind) Issue(ctx context.Context, from Issuing, r block.Request, h Head, version string) (of pipelines.PaperVersion, made filetype.Made, err error) {
	if h.For == "" {
		h.For = k.Readers()
	}
	if from.Keeper == nil || r.Papers == nil || r.Closings == nil || !k.Kept() || r.Params.Get("measure") != "" {
		return of, made, pipelines.PaperNotKept
	}
	all, err := r.Closings(ctx)
	if err != nil {
		return of, made, err
	}
	m := month.ClosingOf(all, r.Month)
	switch m.State {
	case pipelines.ClosingSigned:
	case pipelines.ClosingChanged:
		return of, made, pipelines.PaperMonthChanged
	case pipelines.ClosingDamaged:
		return of, made, pipelines.PaperMonthDamaged
	default:
		return of, made, pipelines.PaperNotSigned
	}
	h.Issue = true
	if made, err = k.Make(ctx, r, h, version); err != nil {
		return of, made, err
	}
	made.Template = from.Template
	of = made.Of
	of.State, of.Restatement, of.Closing = pipelines.PaperIssued, m.Restatement, m.Hash
	versions, err := from.Versions()
	if err != nil {
		return of, made, err
	}
	if before, issued := block.Issued(versions, of.PaperKey); issued {
		now, err := content.Read(made.Content)
		if err != nil {
			return of, made, err
		}
		if moved, err := changesFrom(from.Content, before, now); err != nil || len(moved) == 0 {
			if err == nil {
				err = pipelines.PaperSame
			}
			return before, made, err
		}
	}
	var files []pipelines.PaperContent
	if h.For.SecondPerson() {
		files, err = from.accepted(versions, of, made.Content)
	} else {
		files, err = written(k, r, made)
	}
	if err != nil {
		return of, made, err
	}
	of.Number = 1
	for _, v := range versions {
		if v.PaperKey == of.PaperKey {
			of.Number = v.Number + 1
		}
	}
	if from.Before != nil {
		if err := from.Before(of, made); err != nil {
			return of, made, err
		}
	}
	of, err = from.Keep(ctx, of, made.Content, files)
	return of, made, err
}

// written are all formats of a paper.
func written(k Kind, r block.Request, made filetype.Made) (files []pipelines.PaperContent, err error) {
	for _, f := range filetype.All() {
		var b bytes.Buffer
		if err := f.Write(&b, made); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Ext, err)
		}
		files = append(files, pipelines.PaperContent{Name: k.FileName(r, f.Ext), Content: b.Bytes()})
	}
	return files, nil
}

// accepted are the files of the same content that a second person has accepted.
func (from Issuing) accepted(all []pipelines.PaperVersion, of pipelines.PaperVersion, body []byte) (files []pipelines.PaperContent, err error) {
	for _, v := range slices.Backward(all) {
		if v.PaperKey != of.PaperKey || v.Awaits == "" || v.Gone || from.Accepted == nil {
			continue
		}
		if kept, err := from.Content(v); err != nil || !bytes.Equal(kept, body) {
			continue // the numbers have moved since
		}
		formats, err := from.Accepted(v.Awaits)
		if err != nil {
			continue
		}
		for _, one := range formats {
			if !slices.ContainsFunc(files, func(f pipelines.PaperContent) bool { return f.Name == one.Name }) {
				files = append(files, one)
			}
		}
	}
	if len(files) == 0 {
		return nil, pipelines.PaperNotAccepted
	}
	return files, nil
}
