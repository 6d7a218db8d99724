package signals

import (
	"hulian/queries"
)

// Family is what one event shows itself in: a household not visited lowers the coverage, raises the share unvisited for long and
// may leave a member silent, so that all of them count as one piece of evidence.
type Family string

// The families.
const (
	VisitingFamily  Family = "visiting"
	DeadlinesFamily Family = "deadlines"
	MeetingFamily   Family = "meeting"
	AnsweringFamily Family = "answering"
	PointingFamily  Family = "pointing"
	TasksFamily     Family = "tasks"
	HonestyFamily   Family = "honesty"
	LinkingFamily   Family = "linking"
	ShowingFamily   Family = "showing"
)

// member is one measure of a family with its weight in it.
type member struct {
	id     string
	weight float64
}

// familyRule is a family with the chances that a village short of hands, and one short of effort, shows in it.
type familyRule struct {
	id               Family
	capacity, effort float64
	costless         bool // it costs no hands: a meeting is one evening a month, an honest entry is no more work than another
	members          []member
}

// families say in what a weak village shows. The chances are beliefs about villages, not
// estimates: what the programme asks for every month weighs most. How easy the issues are (on_the_spot_rate) and who
// answers a questionnaire (satisfaction_answered) say little about a village's work and are no evidence. Visiting is counted
// without doubtful visits: a village that makes visits up would look like one that makes them.
var families = []familyRule{
	{VisitingFamily, .85, .75, false, []member{{"undoubted_coverage", 6}, {"undoubted_vulnerable_coverage", 1}, {"undoubted_unvisited_share", 1}, {"undoubted_silent_members", 1}}},
	{DeadlinesFamily, .7, .6, false, []member{{"on_time_rate", 5}, {"resolution_rate", 1}}},
	{MeetingFamily, .15, .8, true, []member{{"reconciliation_rate", 5}, {"attendance_rate", 1}, {"items_done_rate", 1}}},
	{AnsweringFamily, .2, .25, false, []member{{"feedback_rate", 2}, {"satisfaction_rate", 1}, {"reopen_rate", 1}, {"repeat_rate", 1}}},
	{PointingFamily, .1, .2, false, []member{{"members_with_points", 1}, {"posts_rate", 1}}},
	{TasksFamily, .2, .2, false, []member{{"tasks_done", 1}, {"tasks_overdue", 1}}},
	{HonestyFamily, .1, .2, true, []member{{"doubtful_visits", 2}, {"month_end_share", 1}}},
	{LinkingFamily, .1, .1, false, []member{{"linked_rate", 1}, {"card_rate", 1}, {"group_rate", 1}, {"overloaded_members", 1}}},
	{ShowingFamily, .05, .1, false, []member{{"display_rate", 1}}},
}

// FamilyOf is the family of a measure; empty for one that is no evidence.
func FamilyOf(measure string) Family {
	for _, f := range families {
		for _, m := range f.members {
			if m.id == measure {
				return f.id
			}
		}
	}
	return ""
}

func (f Family) rule() familyRule {
	for _, r := range families {
		if r.id == f {
			return r
		}
	}
	return familyRule{}
}

// Name is the family in a word or two.
func (f Family) Name(lang string) string { return book.Say(lang, "family_"+string(f), nil) }

// evident are the measures that are evidence, in the order of their definition.
func evident() []queries.Measure {
	var all []queries.Measure
	for _, m := range queries.Measures() {
		if m.At(queries.Village) && FamilyOf(m.ID) != "" {
			all = append(all, m)
		}
	}
	return all
}
