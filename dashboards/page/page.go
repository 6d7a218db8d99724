package page

import (
	"context"

	"hulian/data"
)

// Filter is a set of the filters a page takes from its address.
type Filter uint8

// The filters. A page that takes ByBranch takes ByVillage too.
const (
	ByMonth Filter = 1 << iota
	ByVillage
	ByBranch
)

// Has reports whether f includes all of g.
func (f Filter) Has(g Filter) bool { return f&g == g }

// Role is what a visitor may see beyond the public pages.
type Role string

// Roles. Everyone has RolePublic.
const (
	RolePublic Role = ""
	RoleOffice Role = "office" // the organisation office: reserve cadres, full names
)

// Group puts a page into a part of the navigation.
type Group int

// Parts of the navigation, in order.
const (
	GroupMonth  Group = iota // what happened
	GroupPlaces              // where, and whether it is capacity or effort
	GroupPeople              // points, organisation, cadres
	GroupData                // measures and the state of the data
)

// Page is one page: its address, who may see it, what it takes and how it is built.
type Page struct {
	ID       string
	Path     string    // e.g. /issues
	Title    data.Text // a few characters, for the navigation
	Question data.Text // the question of the users it answers
	Group    Group
	Role     Role     // who may see it; RolePublic: everyone
	Takes    Filter   // filters kept in links to it and offered as pickers
	Params   []string // further parameters of its own, kept in links to it
	Live     bool     // shows the history of runs too, which changes without a new snapshot
	Build    func(context.Context, Request) (View, error)
}

// Pages lists all pages in the order of the navigation.
func Pages() []Page {
	all := []Page{
		overviewPage(),
		issuesPage(),
		visitsPage(),
		reportPage(),
		villagePage(),
		capacityPage(),
		weakPage(),
		comparePage(),
		pointsPage(),
		organisationPage(),
		cadresPage(),
		measuresPage(),
		closingPage(),
		dataPage(),
		uploadPage(),
		runsPage(),
	}
	for i, p := range all {
		if p.Takes.Has(ByVillage) {
			all[i].Build = bySuccession(cautioned(p.Build))
		}
	}
	return all
}

// ByID returns the page with an ID.
func ByID(id string) (Page, bool) {
	for _, p := range Pages() {
		if p.ID == id {
			return p, true
		}
	}
	return Page{}, false
}
