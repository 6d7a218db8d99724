// Package kinds knows what a town issues: the monthly notice, the minutes, the support list and the rest, each made from a page.
//
// The name of a kind, a snapshot, a month and a unit enter; a document leaves, with the same numbers and words as the pages. Nothing is
// written, so a crash costs nothing. It refuses a kind that nobody knows, a month without data, a unit that the kind is not about, and
// a visitor who may not see the page it is made from. What may not leave for its readers is refused by the gate.
package kinds

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"hulian/dashboards/drawing"
	"hulian/dashboards/facts"
	"hulian/dashboards/gate"
	"hulian/dashboards/page"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/render"
	"hulian/dashboards/report"
	"hulian/dashboards/report/filetype"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
)

// Kind is one paper a town issues.
type Kind struct {
	ID     string
	Name   data.Text
	Role   visitor.Role  // as whom it is made on the command line: what that role may not see does not stand in it
	For    gate.Audience // for whom it is made where nobody says; empty: the committee
	page   string
	params url.Values
	needs  string // a parameter of its page that says of whom it is; empty: of the place
	ofUnit bool   // it is made of a village or branch, not of the town
	letter bool   // it is sent to others, so it ends with the town's imprint
}

// All are the kinds in the order a committee meets them.
func All() []Kind {
	return []Kind{
		{ID: "monthly", Name: data.Text{Zh: "月度通报", En: "Monthly notice"}, Role: visitor.Committee, page: "report", letter: true},
		{ID: "minutes", Name: data.Text{Zh: "例会纪要", En: "Committee minutes"}, Role: visitor.Committee, page: "meeting", params: url.Values{"minutes": {"1"}}, letter: true},
		{ID: "support", Name: data.Text{Zh: "薄弱村帮扶清单", En: "Weak-village support list"}, Role: visitor.Committee, page: "weak", params: asPaper, letter: true},
		{ID: "village", Name: data.Text{Zh: "村情单", En: "Village sheet"}, Role: visitor.Committee, page: "village", params: asPaper, ofUnit: true},
		{ID: "comparison", Name: data.Text{Zh: "试点比较报告", En: "Comparison report"}, Role: visitor.Committee, page: "compare", params: asPaper, letter: true},
		{ID: "evidence", Name: data.Text{Zh: "党员依据单", En: "Member's evidence sheet"}, Role: visitor.Office, page: "cadres", params: url.Values{"sheet": {"1"}}, needs: "member"},
		{ID: "public", Name: data.Text{Zh: "公示", En: "Public notice"}, Role: visitor.Committee, For: gate.Public, page: "points", params: asPaper},
	}
}

// asPaper is how the address of a page asks for its paper.
var asPaper = url.Values{"paper": {"1"}}

// IDs are the names of the kinds.
func IDs() (ids []string) {
	for _, k := range All() {
		ids = append(ids, k.ID)
	}
	return ids
}

// Of is the kind of a name.
func Of(id string) (Kind, bool) {
	i := slices.IndexFunc(All(), func(k Kind) bool { return k.ID == id })
	if i < 0 {
		return Kind{}, false
	}
	return All()[i], true
}

// Page is the kind that a page's address asks for; false: the page is none.
func Page(p question.Page, params url.Values) (Kind, bool) {
	for _, k := range All() {
		fits := k.page == p.ID
		for name := range k.params {
			fits = fits && params.Get(name) != ""
		}
		if fits = fits && (k.needs == "" || params.Get(k.needs) != ""); !fits {
			continue
		}
		return k, true
	}
	return Kind{}, false
}

// Asked says which paper of a kind is wanted. An empty month is the newest, an empty unit the town, an empty measure the page's first.
type Asked struct{ Month, Unit, Member, Measure string }

// Ask puts the question of a kind to a snapshot.
func (k Kind) Ask(s facts.Snapshot, asked Asked) (block.Request, error) {
	month, unit := asked.Month, asked.Unit
	p, known := question.ByID(k.page)
	if !known {
		return block.Request{}, fmt.Errorf("the kind %s is made from a page that does not exist: %s", k.ID, k.page)
	}
	refuse := func(at string, err error, next string) (block.Request, error) {
		return block.Request{}, &pipelines.Fault{Op: "make the " + k.ID + " report", At: at, Err: err, Next: next}
	}
	values := url.Values{}
	for name, v := range k.params {
		values[name] = v
	}
	if month != "" {
		if _, err := time.Parse("2006-01", month); err != nil || month < s.FirstMonth || month > s.LastMonth {
			return refuse(month, errors.New("there are no data of this month"), fmt.Sprintf("--month from %s to %s", s.FirstMonth, s.LastMonth))
		}
		values.Set("month", month)
	}
	for name, value := range map[string]string{"member": asked.Member, "measure": asked.Measure} {
		switch takes := slices.Contains(p.Params, name) && (name != "member" || k.needs == name); {
		case value == "" && k.needs == name:
			return refuse("--"+name, errors.New("nothing says of whom"), "--"+name+" ID")
		case value != "" && !takes:
			return refuse("--"+name, errors.New("this paper takes none"), "leave it out")
		case value != "":
			values.Set(name, value)
		}
	}
	if k.ofUnit && (unit == "" || unit == s.Town.ID || unit == s.Town.Name) {
		return refuse("the town", errors.New("this paper is made of a village or branch"), "--unit VILLAGE")
	}
	if unit != "" && unit != s.Town.ID && unit != s.Town.Name {
		switch village, branch := unitOf(s.Villages, unit), unitOf(s.Branches, unit); {
		case village.ID != "" && p.Takes.Has(question.ByVillage):
			values.Set("village", village.ID)
		case branch.ID != "" && p.Takes.Has(question.ByBranch):
			values.Set("village", branch.VillageID)
			values.Set("branch", branch.ID)
		case village.ID != "" || branch.ID != "":
			return refuse(unit, errors.New("this paper is not made for a unit of its level"), "leave --unit out, or name a unit of another level")
		default:
			return refuse(unit, errors.New("there is no such unit"), `the ID or the name of a village, as "hulian query "select unit_id, unit_name from units"" lists them`)
		}
	}
	return block.Ask(s, p, values)
}

func unitOf(all []facts.Unit, named string) facts.Unit {
	i := slices.IndexFunc(all, func(u facts.Unit) bool { return u.ID == named || u.Name == named })
	if i < 0 {
		return facts.Unit{}
	}
	return all[i]
}

// Readers are for whom it is made where nobody says.
func (k Kind) Readers() gate.Audience { return cmp.Or(k.For, gate.Committee) }

// Head is what whoever issues a paper may say over it, and for whom he issues it.
type Head struct {
	RedHead, Number, To, Date string

	Imprint view.Imprint // of letters alone

	For   gate.Audience // empty: the committee
	Issue bool          // it is made to be issued: no draft any more
	By    string        // who makes it, as its watermark names him
	At    time.Time
}

// ErrReaders is returned where a paper is not made for the readers that are asked for.
var ErrReaders = errors.New("it is not made for them")

// Make makes a document for its readers: built as they may see it, and through the gate. What came of that is in it too where it is
// refused with a *gate.Refusal.
func (k Kind) Make(ctx context.Context, r block.Request, h Head, version string) (made filetype.Made, err error) {
	h.For = cmp.Or(h.For, k.Readers())
	made.Passed.For = h.For
	refuse := func(why, next string) (filetype.Made, error) {
		return made, &pipelines.Fault{Op: "make the " + k.ID + " report", At: "for " + string(h.For), Err: fmt.Errorf("%w: %s", ErrReaders, why), Next: next}
	}
	if !h.For.Known() {
		return refuse("nobody is called so", "--for committee, village or public")
	}
	if !r.Page.OpenTo(r.Visitor) {
		return refuse("whoever asks may not see the page it is made from", "ask somebody of the committee or the office")
	}
	at := visitor.Place{Town: r.Town.ID, Village: r.Unit().VillageID}
	if r.Unit().Level == facts.LevelVillage {
		at.Village = r.Unit().ID
	}
	if h.For == gate.Village && at.Village == "" {
		return refuse("nothing says for which village", "--unit VILLAGE")
	}
	if r.Visitor = h.For.Reader(r.Visitor, at); !r.Page.OpenTo(r.Visitor) {
		return refuse("this paper is for the committee alone", "--for committee")
	}
	r.HideNames(ctx)
	r.Disclosed, r.Whole = &facts.Disclosed{}, true
	v, err := page.View(ctx, r)
	if err != nil {
		return made, fmt.Errorf("%s: %w", k.ID, err)
	}
	names, err := r.KnownNames(ctx)
	if err != nil {
		return made, err
	}
	if v, made.Passed, err = gate.Pass(v, h.For, names, r.Language); err != nil {
		return made, err
	}
	if err := gate.CheckFile(h.For, names, h.RedHead, h.Number, h.To, h.Date, h.Imprint.CopyTo, h.Imprint.Office, h.Imprint.Date, k.FileName(r, "")); err != nil {
		return made, err
	}
	passed := made.Passed
	of, body, v, err := k.versioned(ctx, r, v, names, h, version)
	if err != nil {
		return made, err
	}
	made, err = k.Set(r, v, h, version)
	made.Passed, made.Of, made.Content = passed, of, body
	made.Of.Persons = of.Persons || of.Kind != "" && r.Disclosed.In(string(body))
	if h.By != "" {
		made.Watermark = gate.Watermark(h.For, h.By, h.At, r.Language)
	}
	return made, err
}

// Set puts a view that is made already, and may leave, under its head.
func (k Kind) Set(r block.Request, v view.View, h Head, version string) (filetype.Made, error) {
	if v.Letterhead == nil {
		return filetype.Made{}, report.ErrNoLetterhead
	}
	l := *v.Letterhead
	l.RedHead, l.Number, l.To, l.Date = cmp.Or(h.RedHead, l.RedHead), cmp.Or(h.Number, l.Number), cmp.Or(h.To, l.To), cmp.Or(h.Date, l.Date)
	if k.letter {
		l.Imprint = h.Imprint
	}
	v.Letterhead = &l
	d := report.Document{View: v, Language: r.Language, Version: version, About: about(r, k), Draw: drawing.Draw}
	return filetype.Made{Document: d, Screen: render.Document{Request: r, View: v, Version: version}}, nil
}

// about is what the file says of itself.
func about(r block.Request, k Kind) [][2]string {
	return [][2]string{
		{r.T("文件", "Paper"), k.Name.In(r.Lang)}, {r.T("单位", "Place"), r.Unit().Name}, {r.T("月份", "Month"), r.Month},
		{r.T("数据截至", "Data as of"), r.CutOff.Format(time.DateOnly)}, {r.T("快照", "Snapshot"), strings.TrimSpace(fmt.Sprintf("%d %.12s", r.Generation, r.Hash))},
	}
}

// FileName is the name of the file: hulian-monthly-V02-2018-01.docx.
func (k Kind) FileName(r block.Request, ext string) string {
	parts := []string{"hulian", k.ID}
	if u := r.Unit(); u.Level != facts.LevelTown {
		parts = append(parts, u.ID)
	}
	if k.needs != "" {
		parts = append(parts, r.Params.Get(k.needs))
	}
	return strings.Join(append(parts, r.Month), "-") + ext
}
