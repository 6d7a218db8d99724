package block

import (
	"context"
	"net/url"
	"path"

	"hulian/dashboards/accounts"
	"hulian/dashboards/desk"
	"hulian/dashboards/facts"
	"hulian/dashboards/question"
	"hulian/dashboards/townmap"
	"hulian/dashboards/trail"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
)

// OneTimeLink is an address that was just made for the owner of an account. It is shown once.
type OneTimeLink struct{ Account, Address string }

// Behind is the address of the rows behind a value.
func (r Request) Behind(v facts.Value) string {
	of, _ := question.ByID("behind")
	if r.Page.ID == of.ID || !v.Known() {
		return ""
	}
	changes := []question.Change{question.At(v.Month), question.With("measure", v.Measure.ID)}
	if u, known := r.Snapshot.Village(v.Unit); known {
		changes = append(changes, question.In(u.ID))
	} else if u, known := r.Snapshot.Branch(v.Unit); known {
		changes = append(changes, question.InBranch(u.ID))
	} else if v.Unit == r.Town.ID {
		changes = append(changes, question.In(""))
	} else {
		return ""
	}
	return r.Link(of.ID, changes...)
}

// Papers lead to the versions of papers that were kept.
type Papers struct {
	Versions func() ([]pipelines.PaperVersion, error) // oldest first
	Content  func(pipelines.PaperVersion) ([]byte, error)

	// Changes makes a paper again as it was made, and says what would stand otherwise in it today; nil: it cannot be asked here.
	Changes func(context.Context, pipelines.PaperVersion) ([]pipelines.PaperChange, error)
	Issues  bool // whether whoever asks may issue
	Kinds   func() []PaperKind
}

// PaperKind is a kind of which versions are kept, and the page it is made from.
type PaperKind struct {
	ID      string
	Name    data.Text
	Page    string
	Params  url.Values // that ask the page for its paper
	Readers []string   // for whom it is made, the usual ones first
	OfUnit  bool       // it is made of a village or branch, not of the town
}

// Issued is the last issued version of a paper; false: none was.
func Issued(all []pipelines.PaperVersion, k pipelines.PaperKey) (v pipelines.PaperVersion, is bool) {
	for _, kept := range all {
		if kept.PaperKey == k && kept.State == pipelines.PaperIssued {
			v, is = kept, true
		}
	}
	return v, is
}

// AcceptedFile is where a file of a paper lies that a second person has accepted, by the ID it waits under.
func AcceptedFile(awaits, name string) string {
	return "/papers/" + awaits + "?format=" + path.Ext(name)
}

// Builders are the functions that make the views of pages, by the IDs of the pages.
type Builders map[string]func(context.Context, Request) (view.View, error)

// Request is a question put to the facts, and what the server lends a page to answer it.
type Request struct {
	question.Question
	facts.Facts
	Visitor  visitor.Visitor                       // who asks
	Runs     func() ([]pipelines.Run, error)       // newest first; nil where no history is at hand
	Schedule func() ([]pipelines.Scheduled, error) // the named pipelines; nil where nothing runs by the clock
	Underway func() pipelines.StageNow             // how far the run of this process is; nil where it makes none
	Notices  func() ([]pipelines.Notice, error)    // newest first; nil where none are kept
	Desk     *desk.Desk                            // where files are handed in; nil where none are taken

	// Closings says how every month stands, newest first; nil where no months are closed.
	Closings func(context.Context) ([]pipelines.MonthClosing, error)

	// Papers are the versions of papers that were kept; nil: none are.
	Papers *Papers

	// Wording is what the papers of the town say; the zero value: what they say everywhere. Standing gives it with its history, for its page.
	Wording  data.Wording
	Standing func() (data.Wording, error)

	// Trail reads what of the audit trail the visitor may read; next is the Before of the page behind it. nil: none is kept.
	Trail func(ctx context.Context, q trail.Question) (entries []trail.Entry, next int64, err error)

	// Accounts lists who may sign in; nil: no accounts are kept. OneTime is the link that was just made for one of them.
	Accounts func(context.Context) ([]accounts.Account, error)
	OneTime  OneTimeLink

	// Alerts lists what the visitor wants to be told of; nil: no alerts are kept.
	Alerts func(context.Context) ([]accounts.Alert, error)

	// Mail is where the visitor is told of his alerts by mail, empty for nowhere; nil: the town sends no such mail.
	Mail func(context.Context) (string, error)

	// Map is the town's own map; one without a hash where it has none. nil: none is kept here.
	Map func() (townmap.Map, error)

	// Standards are what the town has decided, as its file says now, and how that came about; nil: they are not shown.
	Standards func() (data.Standards, error)

	Whole  bool // it is for a file: lists hold all rows, however many
	Waives bool // whether this visitor may waive problems, and set aside
	Says   bool // whether this visitor may say that there was nothing to report
	Ticks  bool // whether things to do can be ticked as done here
}

// SeesFile reports whether the visitor may see the rows of a file.
func (r Request) SeesFile(id string) bool { return r.Facts.SeesFile(r.Visitor, id) }

// SeesSomebody reports whether the visitor sees the names of some persons in full.
func (r Request) SeesSomebody() bool { return r.Visitor.MayAnywhere(visitor.SeePersons) }

// SeesBatch reports whether the visitor may see every file of a batch.
func (r Request) SeesBatch(b desk.Batch) bool {
	if b.Confirmation != nil && b.Confirmation.Paper != nil {
		return true // it has passed the gate for everybody
	}
	for _, f := range b.Files {
		if !r.SeesFile(f.ID) {
			return false
		}
	}
	return true
}

// AtHome turns a question about the whole town to the place of whoever asks, where he is of one village or branch.
func (r *Request) AtHome() {
	own := r.Visitor.Scope
	if r.Village != "" || own.Village == "" {
		return
	}
	if _, known := r.Snapshot.Village(own.Village); !known {
		return
	}
	r.Village = own.Village
	if _, known := r.Snapshot.Branch(own.Branch); known {
		r.Branch = own.Branch
	}
}

// Ask puts an address to a snapshot.
func Ask(s facts.Snapshot, p question.Page, values url.Values) (Request, error) {
	q, err := question.Read(s, p, values)
	return Request{Question: q, Facts: facts.Facts{Snapshot: q.Units}}, err
}
