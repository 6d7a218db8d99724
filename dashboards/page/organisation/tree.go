package organisation

import (
	"slices"
	"strings"

	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
)

// rowsBeside is how many rows of a table beside others stand at once, and mostUnder up to how many villages the tree is open at first
// and holds their branches: those of more are a page by themselves.
const (
	rowsBeside = 6
	mostUnder  = 30
)

// gapsOf counts the branches that lack a part, and those of which no part is known to be lacking but one is not recorded.
func gapsOf(r block.Request, branches []branchRow) (gaps, untold int) {
	for _, b := range branches {
		switch parts := partsOf(r, b); {
		case slices.ContainsFunc(parts, func(p part) bool { return !p.untold }):
			gaps++
		case len(parts) > 0:
			untold++
		}
	}
	return gaps, untold
}

// organisationTree is the six levels from the town committee down to the linked household, with what is missing in each branch.
func organisationTree(r block.Request, branches []branchRow) *view.Tree {
	t := &view.Tree{Frame: view.Frame{ID: "levels", Language: r.Language, Title: r.T("六级组织", "Six levels"), Note: block.AtCutOff(r) + r.T("点村名展开支部。", " A name opens to its branches.")}, Columns: true}
	if len(branches) == 0 {
		t.State, t.Reason = view.Empty, r.T("没有支部名册，情况未知。", "There is no list of branches: nothing is known.")
		return t
	}
	var villages []string
	for _, b := range branches {
		if !slices.Contains(villages, b.village) {
			villages = append(villages, b.village)
		}
	}
	t.Root = view.Branch{Name: r.T("镇党委", "Town committee"), Said: under(r, branches), Open: len(villages) <= mostUnder}
	for _, id := range villages {
		own := slices.DeleteFunc(slices.Clone(branches), func(b branchRow) bool { return b.village != id })
		node := view.Branch{Name: r.Tf("%s党总支", "%s general branch", r.Name(id)), Said: under(r, own), Link: r.Link("village", question.In(id)), Open: r.Village != ""}
		gaps, _ := gapsOf(r, own)
		for _, b := range own {
			missing := missingParts(r, b)
			if len(villages) > mostUnder {
				continue
			}
			below := view.Branch{Name: b.name, Said: under(r, []branchRow{b})}
			if len(missing) > 0 {
				below.Badges = []view.Badge{{Text: strings.Join(missing, r.T("；", "; ")), Look: view.LookWatch}}
			}
			node.Below = append(node.Below, below)
		}
		if gaps > 0 {
			node.Badges = []view.Badge{{Text: r.Tf("%d个支部不全", "%d incomplete", gaps), Look: view.LookWatch}}
		}
		t.Root.Below = append(t.Root.Below, node)
	}
	return t
}

// under says what stands below a level: grid branches, groups, members, households.
func under(r block.Request, branches []branchRow) string {
	sum := func(number func(branchRow) float64) string { return listed(sumOf(branches, number)) }
	said := r.Tf("小组%[1]s个，党员%[2]s名，农户%[3]s户", "%[1]s groups, %[2]s members, %[3]s households", sum(func(b branchRow) float64 { return b.groups }), sum(func(b branchRow) float64 { return b.members }), sum(func(b branchRow) float64 { return b.households }))
	if len(branches) > 1 {
		said = r.Tf("支部%d个，", "%d grid branches, ", len(branches)) + said
	}
	return said
}
