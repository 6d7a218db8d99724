package page

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"hulian/dashboards/desk"
	"hulian/data"
	"hulian/pipelines"
	"hulian/queries"
)

// Languages a page speaks.
const (
	Chinese = "zh"
	English = "en"
)

// Errors of an address; the server answers 400 and 404.
var (
	ErrBadFilter   = errors.New("the address holds a filter that cannot be read")
	ErrUnknownUnit = errors.New("the snapshot knows no such place")
)

// Request is everything a page is a function of.
type Request struct {
	Snapshot
	Programme data.Programme
	Lang      string
	Role      Role
	Month     string // YYYY-MM, always a month of the snapshot
	Village   string // ID, or empty for the whole town
	Branch    string // ID, or empty; when set Village is its village
	Params    url.Values
	Runs      func() ([]pipelines.Run, error)       // newest first; nil where no history is at hand
	Schedule  func() ([]pipelines.Scheduled, error) // the named pipelines; nil where nothing runs by the clock
	Notices   func() ([]pipelines.Notice, error)    // newest first; nil where none are kept
	Desk      *desk.Desk                            // where files are handed in; nil where none are taken

	// Closings says how every month stands, newest first; nil where no months are closed.
	Closings func(context.Context) ([]pipelines.MonthClosing, error)

	Waives bool // whether this visitor may waive problems

	Zone *time.Location // of the town: what moments are told in; nil: the machine's

	Restated bool // past months are shown by the units of today

	page   Page
	chosen bool // the month was chosen in the address, not taken as the newest
}

// Ask reads the filters a page takes from an address and checks them against the snapshot.
func Ask(s Snapshot, p Page, values url.Values) (Request, error) {
	r := Request{Snapshot: s, Lang: Chinese, page: p, Params: url.Values{}, Month: s.LastMonth}
	switch lang := values.Get("lang"); lang {
	case "", Chinese:
	case English:
		r.Lang = English
	default:
		return r, fmt.Errorf("%w: lang=%s", ErrBadFilter, lang)
	}
	if month := values.Get("month"); month != "" && p.Takes.Has(ByMonth) {
		if monthAdd(month, 0) != month || month < s.FirstMonth || month > s.LastMonth {
			return r, fmt.Errorf("%w: month=%s", ErrBadFilter, month)
		}
		r.Month, r.chosen = month, true
	}
	if err := r.askUnits(values.Get("units")); err != nil {
		return r, err
	}
	s = r.Snapshot
	if id := values.Get("village"); id != "" && p.Takes.Has(ByVillage) {
		if _, ok := s.Village(id); !ok {
			return r, fmt.Errorf("%w: village=%s", ErrUnknownUnit, id)
		}
		r.Village = id
	}
	if id := values.Get("branch"); id != "" && p.Takes.Has(ByBranch) {
		branch, ok := s.Branch(id)
		if !ok {
			return r, fmt.Errorf("%w: branch=%s", ErrUnknownUnit, id)
		}
		// Choosing another village in the pickers leaves the old branch in the address: the village wins.
		if r.Village == "" || r.Village == branch.VillageID {
			r.Village, r.Branch = branch.VillageID, id
		}
	}
	for _, name := range p.Params {
		if given := slices.DeleteFunc(slices.Clone(values[name]), func(v string) bool { return v == "" }); len(given) > 0 {
			r.Params[name] = given
			if name == "measure" || name == "split" {
				r.Params.Set(name, queries.IDOf(given[0]))
			}
		}
	}
	return r, nil
}

// T is a phrase in the language of the page.
func (r Request) T(zh, en string) string {
	if r.Lang == English {
		return en
	}
	return zh
}

// Tf is a phrase with values filled in; both languages take the same arguments in the same order, or name them by
// index (%[2]s).
func (r Request) Tf(zh, en string, args ...any) string { return fmt.Sprintf(r.T(zh, en), args...) }

// clock is a moment in the town's time zone.
func (r Request) clock(at time.Time) time.Time {
	if r.Zone == nil {
		return at.Local()
	}
	return at.In(r.Zone)
}

// MonthChosen reports whether the address names the month; otherwise it is the newest.
func (r Request) MonthChosen() bool { return r.chosen }

// on is the same question put to another page: same place, month and role, as far as that page takes them.
func (r Request) on(p Page) Request {
	if !p.Takes.Has(ByBranch) {
		r.Branch = ""
	}
	if !p.Takes.Has(ByVillage) {
		r.Village = ""
	}
	r.page, r.Params, r.Runs, r.Schedule, r.Notices = p, url.Values{}, nil, nil, nil
	return r
}

// Page returns the page asked for.
func (r Request) Page() Page { return r.page }

// Unit returns the branch, village or town the page is about.
func (r Request) Unit() Unit {
	if u, ok := r.Snapshot.Branch(r.Branch); ok && r.Branch != "" {
		return u
	}
	if u, ok := r.Snapshot.Village(r.Village); ok && r.Village != "" {
		return u
	}
	return r.Town
}

// Below returns the units one level below: the villages of the town, the branches of the village, nothing below a branch.
func (r Request) Below() []Unit {
	switch r.Unit().Level {
	case LevelTown:
		return r.Villages
	case LevelVillage:
		return r.BranchesOf(r.Village)
	default:
		return nil
	}
}

// Person is a person's name as this visitor may see it: the surname and asterisks, or the full name for the
// organisation office.
func (r Request) Person(name string) string {
	if r.Role == RoleOffice {
		return name
	}
	return Mask(name)
}

// Mask hides a person's given name: 王小明 becomes 王**.
func Mask(name string) string {
	for _, first := range strings.TrimSpace(name) {
		return string(first) + "**"
	}
	return ""
}

// Change alters one filter of a link.
type Change func(url.Values)

// At sets the month of a link.
func At(month string) Change { return func(v url.Values) { v.Set("month", month) } }

// In sets the village of a link and clears the branch; In("") leads back to the town.
func In(village string) Change {
	return func(v url.Values) {
		v.Del("branch")
		set(v, "village", village)
	}
}

// InBranch sets the branch of a link.
func InBranch(branch string) Change {
	return func(v url.Values) {
		v.Del("village")
		set(v, "branch", branch)
	}
}

// InUnit sets village or branch of a link, whichever the unit is; the town clears both.
func InUnit(u Unit) Change {
	switch u.Level {
	case LevelVillage:
		return In(u.ID)
	case LevelBranch:
		return InBranch(u.ID)
	default:
		return In("")
	}
}

// With sets a parameter of the page linked to.
func With(name, value string) Change { return func(v url.Values) { set(v, name, value) } }

// Downloading makes a link to one table of a page as CSV.
func Downloading(table string) Change {
	return func(v url.Values) {
		v.Set("format", "csv")
		v.Set("table", table)
	}
}

// Speaking sets the language of a link.
func Speaking(lang string) Change {
	return func(v url.Values) {
		v.Del("lang")
		if lang == English {
			v.Set("lang", lang)
		}
	}
}

func set(v url.Values, name, value string) {
	if value == "" {
		v.Del(name)
		return
	}
	v.Set(name, value)
}

// Link is the address of a page that keeps the place: the month, village, branch and language of this one, as far as
// the page takes them. It panics on a page that does not exist: the links of all pages are followed in a test.
func (r Request) Link(id string, changes ...Change) string {
	p, ok := ByID(id)
	if !ok {
		panic("link to a page that does not exist: " + id)
	}
	v := url.Values{}
	if r.chosen {
		v.Set("month", r.Month)
	}
	set(v, "village", r.Village)
	if r.Branch != "" {
		InBranch(r.Branch)(v)
	}
	Speaking(r.Lang)(v)
	ByToday(r.Restated)(v)
	if p.ID == r.page.ID {
		for name := range r.Params {
			v[name] = r.Params[name]
		}
	}
	for _, change := range changes {
		change(v)
	}
	if p.Takes.Has(ByVillage) && !p.Takes.Has(ByBranch) && v.Get("branch") != "" {
		if b, ok := r.Snapshot.Branch(v.Get("branch")); ok {
			In(b.VillageID)(v)
		}
	}
	for name := range v {
		if !p.keeps(name) {
			v.Del(name)
		}
	}
	if len(v) == 0 {
		return p.Path
	}
	return p.Path + "?" + v.Encode()
}

func (p Page) keeps(name string) bool {
	switch name {
	case "lang", "format", "table":
		return true
	case "month":
		return p.Takes.Has(ByMonth)
	case "village", "units":
		return p.Takes.Has(ByVillage)
	case "branch":
		return p.Takes.Has(ByBranch)
	default:
		return slices.Contains(p.Params, name)
	}
}
