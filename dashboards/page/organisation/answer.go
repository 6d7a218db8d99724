package organisation

import (
	"context"
	"math"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries/reading"
)

// grids is how the party grids and the governance grids of a place stand to each other.
type grids struct {
	party, governance int
	without           int     // branches that are no governance grid, in villages whose list says which are one
	bare, shared      int     // governance grids with households and no branch; with several branches
	households, apart float64 // of which both grids are on record; of those, in another grid than their branch
	told              bool    // some branch says which governance grid it is
	counted           bool    // the households of some branch say in which one they are
}

func gridsOf(ctx context.Context, r block.Request) (g grids, err error) {
	branches, err := r.Merged(ctx, r.Visitor, r.Unit())
	if err != nil {
		return g, err
	}
	bare, err := r.BareGrids(ctx, r.Visitor, r.Unit())
	if err != nil {
		return g, err
	}
	told, governance := map[string]bool{}, map[string]bool{}
	for _, b := range branches {
		if b.GovernanceGridID != "" {
			g.told, told[b.VillageID], governance[b.GovernanceGridID] = true, true, true
		}
		if b.GridHouseholds > 0 {
			g.counted, g.households, g.apart = true, g.households+b.GridHouseholds, g.apart+b.HouseholdsApart
		}
	}
	g.party = len(branches)
	for _, b := range branches {
		if told[b.VillageID] && b.GovernanceGridID == "" {
			g.without++
		}
	}
	for _, b := range bare {
		governance[b.GridID] = true
		if b.Branches > 1 {
			g.shared++
		} else {
			g.bare++
		}
	}
	g.governance = len(governance)
	return g, nil
}

// said puts them into one sentence.
func (g grids) said(r block.Request) string {
	switch {
	case g.party == 0:
		return ""
	case !g.told:
		return r.Tf("支部网格%d个；治理网格没有登记，两网是否一致未知。", "There are %d party grids; no list says which governance grid a branch is: whether the two agree is unknown.", g.party)
	}
	var apart []string
	add := func(n int, zh, en string) {
		if n > 0 {
			apart = append(apart, r.Tf(zh, en, n))
		}
	}
	add(g.without, "%d个支部没有治理网格", "branches without a governance grid: %d")
	add(g.bare, "%d个治理网格没有支部", "governance grids without a branch: %d")
	add(g.shared, "%d个治理网格分属几个支部", "governance grids of several branches: %d")
	switch {
	case !g.counted:
		apart = append(apart, r.T("农户属于哪个治理网格没有登记，未知", "which governance grid a household is in is not on record"))
	case g.apart > 0:
		apart = append(apart, r.Tf("两网都已登记的%[1]s户中%[2]s户不一致", "%[2]s of %[1]s households with both on record are in another grid than their branch", reading.Count(g.households), reading.Count(g.apart)))
	default:
		apart = append(apart, r.Tf("两网都已登记的%s户全部一致", "all %s households with both on record are in their branch's grid", reading.Count(g.households)))
	}
	return r.Tf("支部网格%[1]d个、治理网格%[2]d个：%[3]s。", "There are %[1]d party grids and %[2]d governance grids: %[3]s.", g.party, g.governance, strings.Join(apart, r.T("，", ", ")))
}

// rivers is how much of the rivers of a place somebody looks after.
type rivers struct {
	stretches, bare, untold, chiefless int     // of the stretches: with metres nobody looks after; whose posts are not known; without a chief
	metres, nobody                     float64 // of the stretches that are known
}

func riversOf(ctx context.Context, r block.Request) (of rivers, err error) {
	rows, err := r.Stretches(ctx, r.Visitor, r.Unit())
	for _, s := range rows {
		of.stretches++
		if s.Chief == "" {
			of.chiefless++
		}
		switch {
		case math.IsNaN(s.Covered):
			of.untold++
			continue
		case s.Covered < s.Metres:
			of.bare++
		}
		of.metres, of.nobody = of.metres+s.Metres, of.nobody+s.Metres-s.Covered
	}
	return of, err
}

func (of rivers) said(r block.Request) string {
	if of.stretches == 0 {
		return r.T("没有收到河段名册，河道有没有人管护未知。", "No list of river segments came: whether rivers have a warden is unknown.")
	}
	var parts []string
	switch {
	case of.untold == of.stretches:
		parts = append(parts, r.T("没有登记管护岗位，有没有人管护未知", "no post says where it is: whether they have a warden is unknown"))
	case of.bare == 0:
		parts = append(parts, r.Tf("%s米都有人管护", "all %s m have a warden", reading.Count(of.metres)))
	default:
		parts = append(parts, r.Tf("%[1]s米中%[2]s米无人管护，分在%[3]d段", "%[2]s of %[1]s m has no warden (segments: %[3]d)", reading.Count(of.metres), reading.Count(of.nobody), of.bare))
	}
	if of.untold > 0 && of.untold < of.stretches {
		parts = append(parts, r.Tf("%d段未知", "unknown: %d", of.untold))
	}
	if of.chiefless > 0 {
		parts = append(parts, r.Tf("%d段没有登记总河长", "without a chief on record: %d", of.chiefless))
	}
	return r.N(of.stretches, "河道%d段：", "There is %d river segment: ", "There are %d river segments: ") + strings.Join(parts, r.T("，", ", ")) + r.T("。", ".")
}

// answer is what the page says first of all: the headline names the gaps, and two lines give the levels with what branches lack, and the
// grids of both kinds and the rivers.
func answer(ctx context.Context, r block.Request, own facts.Measured, branches []branchRow) (view.Headline, []string, error) {
	g, err := gridsOf(ctx, r)
	if err != nil {
		return view.Headline{}, nil, err
	}
	water, err := riversOf(ctx, r)
	if err != nil {
		return view.Headline{}, nil, err
	}
	if len(branches) == 0 {
		return view.Headline{Rest: r.T("没有支部名册，组织设置未知", "There is no list of branches: nothing is known")}, []string{water.said(r)}, nil
	}
	lines := []string{levelsSaid(r, branches), strings.Join([]string{g.said(r), water.said(r)}, r.T("", " "))}
	return organisationHeadline(r, own, branches, g, water), lines, nil
}

// organisationHeadline names the gaps: branches with a part missing, households whose two grids differ, rivers without a warden, and,
// where the line has room, branches without a meeting.
func organisationHeadline(r block.Request, own facts.Measured, branches []branchRow, g grids, water rivers) view.Headline {
	var weak, rest []string
	gaps, untold := gapsOf(r, branches)
	if gaps > 0 {
		weak = append(weak, r.Tf("%[2]d个支部中%[1]d个设置不全", "%[1]d of %[2]d branches lack a part", gaps, len(branches)))
	}
	if g.counted && g.apart > 0 {
		weak = append(weak, r.Tf("%s户两网不一致", "two grids differ for %s households", reading.Count(g.apart)))
	}
	if water.nobody > 0 {
		weak = append(weak, r.Tf("%s米河道无人管护", "%s m of river has no warden", reading.Count(water.nobody)))
	}
	switch {
	case untold > 0:
		rest = append(rest, r.N(untold, "%d个支部的设置没有登记齐，未知", "%d branch: a part is not on record", "%d branches: a part is not on record"))
	case gaps == 0:
		rest = append(rest, r.Tf("%d个支部设置齐全", "all %d branches are complete", len(branches)))
	}
	separator := r.T("，", ", ")
	switch met := own.At("reconciliation_rate", r.Unit().ID, r.Month); {
	case !met.Known():
		rest = append(rest, r.T("对账会情况未知", "meetings are not known"))
	case met.Num < met.Den:
		silent := r.Tf("%s个没开对账会", "%s held no meeting", reading.Count(met.Den-met.Num))
		if block.Fits(r, strings.Join(slices.Concat(weak, rest, []string{silent}), separator)) {
			weak = append(weak, silent)
		}
	default:
		rest = append(rest, r.T("对账会都开了", "all held their meeting"))
	}
	return block.HeadlineOf(r, strings.Join(weak, separator), strings.Join(rest, separator))
}

// levelsSaid counts the six levels, and of the branches what they lack.
func levelsSaid(r block.Request, branches []branchRow) string {
	var villages []string
	for _, b := range branches {
		if !slices.Contains(villages, b.village) {
			villages = append(villages, b.village)
		}
	}
	levels := r.N(len(branches), "网格支部%d个", "%d grid branch", "%d grid branches")
	for _, level := range []struct {
		number        func(branchRow) float64
		zh, one, many string
	}{
		{func(b branchRow) float64 { return b.groups }, "党小组%d个", "%d group", "%d groups"},
		{func(b branchRow) float64 { return b.members }, "党员%d名", "%d member", "%d members"},
		{func(b branchRow) float64 { return b.households }, "联系户%d户", "%d household", "%d households"},
	} {
		levels += r.T("、", ", ") + levelSaid(r, branches, level.number, level.zh, level.one, level.many)
	}
	if r.Village == "" {
		levels = r.N(len(villages), "六级组织：镇党委1个、村党总支%d个、", "Six levels: 1 town committee, %d village general branch, ", "Six levels: 1 town committee, %d village general branches, ") + levels
	} else {
		levels = r.T("村党总支1个、", "1 village general branch, ") + levels
	}
	return levels + r.T("；", "; ") + lackingSaid(r, branches) + r.T("。", ".")
}

// levelSaid counts one level over the branches that have it on record, and says of how many it is not; a dash where it is of none.
func levelSaid(r block.Request, branches []branchRow, number func(branchRow) float64, zh, one, many string) string {
	untold := 0
	for _, b := range branches {
		if math.IsNaN(number(b)) {
			untold++
		}
	}
	if untold == len(branches) {
		return strings.ReplaceAll(r.T(zh, many), "%d", reading.Missing)
	}
	sum := sumOf(branches, number)
	if sum == 1 {
		many = one
	}
	said := strings.ReplaceAll(r.T(zh, many), "%d", reading.Count(sum))
	if untold > 0 {
		said += r.N(untold, "（%d个支部没有登记）", " (not recorded for %d branch)", " (not recorded for %d branches)")
	}
	return said
}

// BranchRule names what a branch is to have: committee members, groups and liaison cadres, as “3+3+2”.
func BranchRule(r block.Request) string {
	want := r.Programme.Branch
	return r.Tf("“%d+%d+%d”", "“%d+%d+%d”", want.Committee, want.Groups, want.LiaisonCadres)
}

// lackingSaid counts the branches that are not as the programme wants them by the part they lack: one may lack several.
func lackingSaid(r block.Request, branches []branchRow) string {
	rule := BranchRule(r)
	short, untold := 0, 0
	var names []data.Text
	counts := map[data.Text]int{}
	for _, b := range branches {
		lacks, silent := false, false
		for _, p := range partsOf(r, b) {
			switch {
			case p.name == centreName:
			case p.untold:
				silent = true
			default:
				lacks = true
				if counts[p.name]++; counts[p.name] == 1 {
					names = append(names, p.name)
				}
			}
		}
		switch {
		case lacks:
			short++
		case silent:
			untold++
		}
	}
	var parts []string
	for _, name := range names {
		parts = append(parts, r.Tf("%[1]s%[2]d个", "%[1]s %[2]d", name.In(r.Lang), counts[name]))
	}
	said := r.Tf("%[1]s齐全", "their %[1]s is complete", rule)
	switch {
	case short > 0:
		said = r.N(short, "%d个支部的", "%d branch lacks a part of its ", "%d branches lack a part of their ") + r.Tf("%[1]s有缺（缺%[2]s）", "%[1]s (%[2]s)", rule, strings.Join(parts, r.T("、", ", ")))
	case untold > 0:
		return r.N(untold, "%d个支部的", "%d branch: ", "%d branches: ") + r.Tf("%s没有登记齐，未知", "the %s is not all on record", rule)
	}
	if untold > 0 {
		said += r.Tf("，另有%d个没有登记齐，未知", ", and of %d it is not all on record", untold)
	}
	return said
}
