package reading

import "slices"

// events are the measures in which one event shows: a household not visited lowers the coverage, raises the share unvisited for
// long and leaves a member silent; an issue overdue is open. The first of each stands for it.
var events = [][]string{
	{"household_coverage", "vulnerable_coverage", "unvisited_share", "silent_members", "visits_per_active_member",
		"undoubted_coverage", "undoubted_vulnerable_coverage", "undoubted_unvisited_share", "undoubted_silent_members"},
	{"overdue_issues", "open_issues"},
	{"issues_reported", "report_intensity"},
	{"on_time_rate", "resolution_rate", "days_to_resolve_median", "days_to_resolve_p75"},
	{"points_per_member", "members_with_points"},
	{"tasks_done", "tasks_overdue"},
}

// EventOf is the measure that stands for the event a measure shows; the measure itself where it stands alone.
func EventOf(measure string) string {
	for _, e := range events {
		if slices.Contains(e, measure) {
			return e[0]
		}
	}
	return measure
}

// ByEvent puts the readings of one event that say the same together, in the order in which the first of each comes.
func ByEvent(readings []Reading) [][]Reading {
	type key struct {
		event     string
		variation Variation
	}
	var groups [][]Reading
	at := map[key]int{}
	for _, r := range readings {
		k := key{EventOf(r.Measure.ID), r.Variation}
		i, ok := at[k]
		if !ok {
			i = len(groups)
			at[k] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], r)
	}
	return groups
}
