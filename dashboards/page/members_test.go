package page

import (
	"strings"
	"testing"

	"hulian/dashboards/page/asktest"
	"hulian/dashboards/page/pagetest"
)

// The page of members says why members are exempt, and keeps assessments for whoever may see evidence. What nobody reported is not there
// as a nought.
func TestMembersArePutInNumbers(t *testing.T) {
	town := pagetest.New(t)
	if rows := tableIn(t, builtFor(t, asktest.Office, town, "members", ""), "assessments"); len(rows) > 0 {
		t.Errorf("nobody was assessed, and the page says %q", rows)
	}
	town.Exec(t, `insert into member_facts (fact, town, village_id, period, value) values ('exempt_all', '试镇', 'V1', '2018-01', 30), ('exempt_ill', '试镇', 'V1', '2018-01', 10), ('exempt_away', '试镇', 'V1', '2018-01', 20),
		('assessed_pioneer', '试镇', 'V1', '2016', 5), ('assessed_warned', '试镇', 'V1', '2017', 4), ('assessed_dealt_with', '试镇', 'V1', '2017', 3)`)
	v := builtFor(t, asktest.Office, town, "members", "")
	if got := strings.Join(tableIn(t, v, "exemptions"), "\n"); !strings.Contains(got, "长期患病 | 10 | 33.3") || !strings.Contains(got, "长期外出 | 20 | 66.7") || strings.Contains(got, "年老体弱") {
		t.Errorf("exemptions:\n%s", got)
	}
	got := tableIn(t, v, "assessments")
	if len(got) != 2 || !strings.Contains(got[0], "–") || !strings.Contains(got[1], "75.0") {
		t.Errorf("assessments: %q", got)
	}
}
