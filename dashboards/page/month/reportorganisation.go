package month

import (
	"context"
	"strconv"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/language"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/organisation"
	"hulian/queries/reading"
)

// organisationSections are the measures that the sentences about the organisation speak of, beside those of the first sheet.
var organisationSections = []string{"branch_structure", "centre_branches", "silent_members", "branch_groups", "group_rate", "grids_agree", "river_covered", "tasks_done", "tasks_overdue"}

// inOne sets parts of a sentence behind each other; none of them, and nothing is said.
func inOne(r block.Request, parts ...string) []string {
	if parts = filled(parts); len(parts) == 0 {
		return nil
	}
	return []string{language.Capital(strings.Join(parts, r.T("；", "; "))) + r.T("。", ".")}
}

// onesSentences say how far the four “ones” are in place: cards, notebooks, WeChat groups of three levels, the monthly meeting.
func onesSentences(_ context.Context, r block.Request, own facts.Measured) ([]string, error) {
	return inOne(r, block.Say(r, own, "ones_cards"), block.Say(r, own, "ones_notebooks"), block.Say(r, own, "ones_branch_groups"), block.Say(r, own, "ones_household_groups"), block.Say(r, own, "ones_meetings")), nil
}

// gridSentences say how far party grids and governance grids agree, and how much of the rivers somebody looks after.
func gridSentences(_ context.Context, r block.Request, own facts.Measured) ([]string, error) {
	return inOne(r, block.Say(r, own, "grids_agree"), block.Say(r, own, "grids_river")), nil
}

// taskSentences say what was claimed, done and is overdue, and how the zones stand.
func taskSentences(ctx context.Context, r block.Request, own facts.Measured) ([]string, error) {
	zones, err := r.Zones(ctx, r.Visitor, r.Unit(), r.Month)
	if err != nil {
		return nil, err
	}
	parts := []string{block.Say(r, own, "tasks_claimed"), block.Say(r, own, "tasks_late")}
	if len(zones) > 0 {
		var claimed, overdue float64
		for _, z := range zones {
			claimed, overdue = claimed+z.Claimed, overdue+z.Overdue
		}
		parts = append(parts, block.Say(r, own, "tasks_zones", "zones", strconv.Itoa(len(zones)), "claimed", reading.Count(claimed), "overdue", reading.Count(overdue)))
	}
	return inOne(r, parts...), nil
}

// conductSentences say what pledges, donations, rights and rules come to. What is counted of a village is not told apart by branch.
func conductSentences(ctx context.Context, r block.Request, own facts.Measured) ([]string, error) {
	if r.Unit().Level == facts.LevelBranch {
		return nil, nil
	}
	told, err := r.OrganisationFacts(ctx, r.Visitor, r.Unit())
	if err != nil {
		return nil, err
	}
	var said []string
	if pledges := told.Of("pledges", "").Sum(); pledges > 0 {
		said = append(said, block.Say(r, own, "conduct_pledges", "to", r.CutOff.Format("2006-01-02"), "pledges", reading.Count(pledges), "kept", reading.Count(told.Of("pledges_kept", "").Sum())))
	}
	more, err := organisation.ConductSaid(ctx, r)
	return append(said, more...), err
}
