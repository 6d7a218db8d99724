package question

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"hulian/dashboards/facts"
	"hulian/dashboards/language"
	"hulian/queries"
)

// MonthsUpTo returns the months of the snapshot in order of time, up to the page's month.
func (q Question) MonthsUpTo() []string {
	var months []string
	for m := q.Units.FirstMonth; m != "" && m <= q.Month; m = facts.MonthAdd(m, 1) {
		months = append(months, m)
	}
	return months
}

// askUnits reads by which units past months are shown.
func (q *Question) askUnits(units string) error {
	switch {
	case units == "" || !q.Page.Takes.Has(ByVillage):
		return nil
	case units != UnitsToday:
		return fmt.Errorf("%w: units=%s", ErrBadFilter, units)
	case len(q.Units.Successions) == 0:
		return nil
	}
	q.Units = q.Units.Restate()
	return nil
}

// Errors of an address; the server answers 400 and 404.
var (
	ErrBadFilter   = errors.New("the address holds a filter that cannot be read")
	ErrUnknownUnit = errors.New("the snapshot knows no such place")
)

// Question is what an address asks for: a page, its month and place, its parameters, and the language of the answer.
type Question struct {
	language.Language
	Page    Page
	Month   string // YYYY-MM, always a month of the snapshot
	Village string // ID, or empty for the whole town
	Branch  string // ID, or empty; when set Village is its village
	Params  url.Values

	Units facts.Snapshot // whose months and places they are: places of today, or of their time

	chosen bool // the month was chosen in the address, not taken as the newest
}

// Read reads the filters a page takes from an address and checks them against the snapshot.
func Read(s facts.Snapshot, p Page, values url.Values) (Question, error) {
	q := Question{Units: s, Language: language.Language{Lang: language.Chinese}, Page: p, Params: url.Values{}, Month: s.LastMonth}
	switch lang := values.Get("lang"); lang {
	case "", language.Chinese:
	case language.English:
		q.Lang = language.English
	default:
		return q, fmt.Errorf("%w: lang=%s", ErrBadFilter, lang)
	}
	if month := values.Get("month"); month != "" && p.Takes.Has(ByMonth) {
		if facts.MonthAdd(month, 0) != month || month < s.FirstMonth || month > s.LastMonth {
			return q, fmt.Errorf("%w: month=%s", ErrBadFilter, month)
		}
		q.Month, q.chosen = month, true
	}
	if err := q.askUnits(values.Get("units")); err != nil {
		return q, err
	}
	s = q.Units
	if id := values.Get("village"); id != "" && p.Takes.Has(ByVillage) {
		if _, ok := s.Village(id); !ok {
			return q, fmt.Errorf("%w: village=%s", ErrUnknownUnit, id)
		}
		q.Village = id
	}
	if id := values.Get("branch"); id != "" && p.Takes.Has(ByBranch) {
		branch, ok := s.Branch(id)
		if !ok {
			return q, fmt.Errorf("%w: branch=%s", ErrUnknownUnit, id)
		}
		// Choosing another village in the pickers leaves the old branch in the address: the village wins.
		if q.Village == "" || q.Village == branch.VillageID {
			q.Village, q.Branch = branch.VillageID, id
		}
	}
	for _, name := range p.Params {
		if given := slices.DeleteFunc(slices.Clone(values[name]), func(v string) bool { return v == "" }); len(given) > 0 {
			q.Params[name] = given
			if name == "measure" || name == "split" {
				q.Params.Set(name, queries.IDOf(given[0]))
			}
		}
	}
	q.askLists(values)
	return q, q.askAgainst(values.Get("against"))
}

// MonthChosen reports whether the address names the month; otherwise it is the newest.
func (q Question) MonthChosen() bool { return q.chosen }

// On is the same question put to another page: same place and month, as far as that page takes them.
func (q Question) On(p Page) Question {
	if !p.Takes.Has(ByBranch) {
		q.Branch = ""
	}
	if !p.Takes.Has(ByVillage) {
		q.Village = ""
	}
	q.Page, q.Params = p, url.Values{}
	return q
}

// Unit returns the branch, village or town the page is about.
func (q Question) Unit() facts.Unit {
	if u, ok := q.Units.Branch(q.Branch); ok && q.Branch != "" {
		return u
	}
	if u, ok := q.Units.Village(q.Village); ok && q.Village != "" {
		return u
	}
	return q.Units.Town
}

// Below returns the units one level below: the villages of the town, the branches of the village, nothing below a branch.
func (q Question) Below() []facts.Unit {
	switch q.Unit().Level {
	case facts.LevelTown:
		return q.Units.Villages
	case facts.LevelVillage:
		return q.Units.BranchesOf(q.Village)
	default:
		return nil
	}
}

// Link is the address of a page that keeps the place: the month, village, branch and language of this one, as far as
// the page takes them. It panics on a page that does not exist: the links of all pages are followed in a test.
func (q Question) Link(id string, changes ...Change) string {
	p, ok := ByID(id)
	if !ok {
		panic("link to a page that does not exist: " + id)
	}
	v := url.Values{}
	if q.chosen {
		v.Set("month", q.Month)
	}
	Set(v, "village", q.Village)
	if q.Branch != "" {
		InBranch(q.Branch)(v)
	}
	Speaking(q.Lang)(v)
	ByToday(q.Units.Restated)(v)
	Comparing(q.Params.Get("against"))(v)
	if p.ID == q.Page.ID {
		for name := range q.Params {
			v[name] = q.Params[name]
		}
	}
	before := maps.Clone(v)
	for _, change := range changes {
		change(v)
	}
	dropLists(before, v)
	if p.Takes.Has(ByVillage) && !p.Takes.Has(ByBranch) && v.Get("branch") != "" {
		if b, ok := q.Units.Branch(v.Get("branch")); ok {
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
