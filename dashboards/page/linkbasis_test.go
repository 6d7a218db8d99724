package page

import (
	"strings"
	"testing"

	"hulian/dashboards/page/asktest"
	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/page/places"
	"hulian/dashboards/view"
)

// basisSaid is what the page of links says of the basis of its proposal.
func basisSaid(v view.View) string {
	for _, b := range v.Blocks {
		if text, ok := b.(view.Text); ok {
			return strings.Join(text.Paragraphs, "\n")
		}
	}
	return ""
}

// Where a member carries too many, the neighbour's household moves and the kin's stays, although it was linked last; the page says for
// how many the register tells. What was said of a link that ends is not said of the new one.
func TestKinAreKept(t *testing.T) {
	town := pagetest.New(t)
	if said := basisSaid(builtFor(t, asktest.Office, town, "relink", "")); !strings.Contains(said, "没有登记联系依据") {
		t.Errorf("no basis is on record, and the page says %s", said)
	}
	town.Exec(t, "insert into members (member_id, branch_id, name, duty_status) values ('M2', 'B11', '李小红', 'active')")
	town.Exec(t, "update households set link_basis = 'kin', linked_since = '2018-01-30' where household_id = 'HB11'")
	town.Exec(t, "insert into households (household_id, village_id, branch_id, head_name, linked_member_id, linked_since, link_basis, link_origin) select 'N' || i, 'V1', 'B11', '赵大有', 'MB11', '2010-01-01', 'near', 'declared' from range(15) r(i)")
	v := builtFor(t, asktest.Office, town, "relink", "branch=B11")
	changes := strings.Join(tableIn(t, v, "changes"), "\n")
	if strings.Contains(changes, "HB11") || !strings.Contains(changes, "就近") || strings.Count(changes, "\n") != 0 {
		t.Errorf("sixteen households of one member: %s", changes)
	}
	if said := basisSaid(v); !strings.Contains(said, "16户联系户中有16户登记了依据") {
		t.Errorf("the page says %s", said)
	}
	sheet, changed, err := places.Register(t.Context(), asktest.AskedBy(t, asktest.Office, asktest.OpenedOf(t, town), "relink", "lang=zh&branch=B11"))
	if err != nil || changed != 1 {
		t.Fatalf("%d changed, %v", changed, err)
	}
	for _, row := range sheet.Rows {
		said := map[string]any{}
		for i, head := range sheet.Head {
			said[head] = row[i]
		}
		if moved := said["联系党员编号"] == "M2"; moved != (said["联系依据"] == nil) && said["农户编号"].(string)[0] == 'N' {
			t.Errorf("household %v is linked to %v because %v", said["农户编号"], said["联系党员编号"], said["联系依据"])
		}
	}
}

// What the committee calls a village stands on its page and beside the tier of the judgement, and changes nothing there.
func TestTheCommitteesWordStandsBesideTheTier(t *testing.T) {
	town := pagetest.New(t)
	before := tableIn(t, built(t, town, "weak", ""), "villages")
	town.Exec(t, "update units set kind = 'dispute_prone' where unit_id = 'V1'")
	v := built(t, town, "weak", "")
	if said := strings.Join(v.Sentences, ""); !strings.Contains(said, "福合院村（矛盾多发）") {
		t.Errorf("the page says %s", said)
	}
	after := tableIn(t, v, "villages")
	if len(before) != len(after) {
		t.Fatalf("the list had %d villages and has %d", len(before), len(after))
	}
	for i, row := range after {
		was, is := strings.Split(before[i], " | "), strings.Split(row, " | ")
		if was[0] != is[0] || was[1] != is[1] || (is[2] == "矛盾多发") != (is[0] == "福合院村") {
			t.Errorf("%s\nbecame %s", before[i], row)
		}
	}
	found := false
	for _, b := range everyBlock(built(t, town, "village", "village=V1").Blocks) {
		badges, ok := b.(*view.Badges)
		for i := 0; ok && i < len(badges.Badges); i++ {
			found = found || badges.Badges[i].Text == "镇党委确定：矛盾多发"
		}
	}
	if !found {
		t.Error("the village's own page does not say it")
	}
}
