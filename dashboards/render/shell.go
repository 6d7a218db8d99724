package render

import (
	"cmp"
	"maps"
	"net/url"

	"hulian/dashboards/facts"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
)

// NavGroup is one part of the navigation with its pages.
type NavGroup struct {
	Name    string
	Current bool // the page shown is one of them
	Pages   []Nav
}

// Nav is one entry of the navigation.
type Nav struct {
	Name, Question, Link string
	Current              bool
}

// Navigation lists the pages this visitor may see, by the parts of the navigation.
func (d Document) Navigation() []NavGroup {
	var all []NavGroup
	for i, p := range d.Pages {
		if i == 0 || p.Group != d.Pages[i-1].Group {
			all = append(all, NavGroup{Name: p.Group.Title().In(d.Request.Lang)})
		}
		group := &all[len(all)-1]
		current := p.ID == d.Request.Page.ID
		group.Current = group.Current || current
		group.Pages = append(group.Pages, Nav{Name: p.Title.In(d.Request.Lang), Question: p.Question.In(d.Request.Lang), Link: d.Request.Link(p.ID), Current: current})
	}
	return all
}

// Before links to the same page of the month before; no link where there is none.
func (d Document) Before() Crumb { return d.step(-1) }

// After links to the same page of the month after; no link where there is none.
func (d Document) After() Crumb { return d.step(1) }

func (d Document) step(months int) Crumb {
	r := d.Request
	month := facts.MonthAdd(r.Month, months)
	if month < r.FirstMonth || month > r.LastMonth {
		return Crumb{}
	}
	return Crumb{r.MonthName(month), r.Link(r.Page.ID, question.At(month))}
}

// Exported is a table of the page with the files it can be taken away as.
type Exported struct {
	Name  string
	Files []view.Export
}

// Exports are the tables of the page, each as files.
func (d Document) Exports() []Exported {
	var all []Exported
	for _, t := range d.View.Tables() {
		if files := d.Downloads(t); len(files) > 0 {
			all = append(all, Exported{cmp.Or(t.Title, d.View.Heading), files})
		}
	}
	return all
}

// Months are the choices of the month picker, newest first.
func (d Document) Months() []Option {
	var all []Option
	for _, m := range d.Request.Months() {
		all = append(all, Option{Value: m, Name: d.Request.MonthName(m), Chosen: m == d.Request.Month})
	}
	return all
}

// Against are the choices of what the page's month is compared with; none where nothing of the page is compared. The month before is
// the usual one and stands in no address.
func (d Document) Against() []Option {
	r := d.Request
	with := r.Params.Get("against")
	if !d.Takes("month") || with == "" && !d.View.Compares() {
		return nil
	}
	return []Option{
		{Name: r.T("对比上月", "vs month before"), Chosen: with == "" || with == question.AgainstLast},
		{Value: question.AgainstYear, Name: r.T("对比去年同月", "vs same month last year"), Chosen: with == question.AgainstYear},
		{Value: question.AgainstStart, Name: r.T("对比启动前", "vs before the start"), Chosen: with == question.AgainstStart},
	}
}

// AgainstMonths are the months that can be compared with, newest first.
func (d Document) AgainstMonths() []Option {
	var all []Option
	for _, m := range d.Months() {
		with := d.Request.Params.Get("against")
		if m.Value != d.Request.Month || m.Value == with {
			all = append(all, Option{Value: m.Value, Name: d.Request.Tf("对比%s", "vs %s", m.Name), Chosen: m.Value == with})
		}
	}
	return all
}

// Kept are the parameters of the address that the pickers do not set and that choosing keeps.
func (d Document) Kept() url.Values {
	kept := maps.Clone(d.Request.Params)
	if d.Against() != nil {
		delete(kept, "against")
	}
	for _, p := range d.View.Pickers {
		delete(kept, p.Name)
	}
	return kept
}

// Villages are the choices of the village picker; the first is the whole town.
func (d Document) Villages() []Option {
	all := []Option{{Name: d.Request.T("全镇", "Whole town"), Chosen: d.Request.Village == ""}}
	for _, u := range d.Request.Villages {
		all = append(all, Option{Value: u.ID, Name: u.Name, Chosen: u.ID == d.Request.Village})
	}
	return all
}

// Branches are the choices of the branch picker: those of the chosen village.
func (d Document) Branches() []Option {
	if d.Request.Village == "" {
		return nil
	}
	all := []Option{{Name: d.Request.T("全村", "Whole village"), Chosen: d.Request.Branch == ""}}
	for _, u := range d.Request.BranchesOf(d.Request.Village) {
		all = append(all, Option{Value: u.ID, Name: u.Name, Chosen: u.ID == d.Request.Branch})
	}
	return all
}
