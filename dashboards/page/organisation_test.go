package page

import (
	"strings"
	"testing"

	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/view"
)

func TestOrganisationSaysWhatIsMissing(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, "update branch_structure set committee_count = 2, liaison_count = null, centre_households = 0, complete = false where branch_id = 'B11'")
	town.Exec(t, "update branch_structure set centre_households = 3 where branch_id = 'B21'")
	v := built(t, town, "organisation", "")
	rows := tableIn(t, v, "incomplete")
	if len(rows) != 2 || !strings.HasSuffix(rows[0], "支委 2/3；联络干部没有登记；没有中心户") || !strings.HasSuffix(rows[1], "中心户 3 户，多于 2 户") {
		t.Errorf("incomplete branches: %q", rows)
	}
	if v.Headline.Weak != "6个支部中2个设置不全" && !strings.HasPrefix(v.Headline.Weak, "6个支部中2个设置不全，") {
		t.Errorf("the gaps in one line: %+v", v.Headline)
	}
	if tree := strings.Join(tableIn(t, v, "levels"), "\n"); strings.Count(tree, "党总支 |") < 3 {
		t.Errorf("the levels: %s", tree)
	}
	if lines := v.Blocks[0].(view.Text).Paragraphs; !strings.Contains(lines[0], "；1个支部的“3+3+2”有缺（缺支委1个）。") || !strings.Contains(lines[1], "治理网格没有登记，两网是否一致未知") || !strings.Contains(lines[1], "没有收到河段名册") {
		t.Errorf("the answer: %q", lines) // three centre households are too many, and no part of 3+3+2; liaison cadres of B11 are not on record
	}
	said := strings.Join(v.Sentences, "\n")
	for _, want := range []string{"6 个网格支部中 5 个达到“3+3+2”（83.3%）", "党员中心户 7 户，分布在 5 个支部", "设岗 680 个，其中百米微河长 240 个", "2 个村有奖学基金，2 年来资助学生 10 名，金额 20,000 元；1 个村有慈善基金，一年来金额未知（1 笔都没有填）"} {
		if !strings.Contains(said, want) {
			t.Errorf("the page does not say %q:\n%s", want, said)
		}
	}
	if rows := tableIn(t, built(t, town, "organisation", "village=V2"), "incomplete"); len(rows) != 1 {
		t.Errorf("village V2 sees %q", rows)
	}
}

func TestOrganisationFactsAddUp(t *testing.T) {
	town := pagetest.New(t)
	v := built(t, town, "organisation", "")
	for id, want := range map[string][]string{
		// A river inspector serves the five waters too and is no micro river chief.
		"posts":              {"百米微河长 | 240 | 35.3 240/680", "河道巡查员 | 60 | 8.8 60/680", "合计 | 680 |"},
		"posts-by-programme": {"五水共治 | 300 | 44.1 300/680"},
		// No charity fund in 2016; of the one of 2017 nobody has filled in the amount.
		"funds":  {"2016 | 1 | 6 | 12,000 | – | 12,000", "2017 | 2 | 4 | 8,000 | 未知 | 未知", "合计 | 2 | 10 | 20,000 | 未知 | 未知"},
		"rights": {"审核把关 | 5 | 0 | 5", "合计 | 5 | 2 | 7"},
	} {
		got := strings.Join(tableIn(t, v, id), "\n")
		for _, row := range want {
			if !strings.Contains(got, row) {
				t.Errorf("table %s lacks %q:\n%s", id, row, got)
			}
		}
	}
	tasks := tableIn(t, v, "overdue-tasks")
	if len(tasks) != 5 || !strings.Contains(tasks[0], "2018-01-10 | 60") || strings.Contains(strings.Join(tasks, ""), "路灯维修") || strings.Contains(tasks[0], "王小明") {
		t.Errorf("overdue tasks: %q", tasks)
	}
}

func TestMeetingsNotHeldLongestFirst(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, "update measures set numerator = 0, value = 0 where measure = 'reconciliation_rate' and unit_id = 'B12' and month = '2018-01'")
	town.Exec(t, "update measures set numerator = 0, value = 0 where measure = 'reconciliation_rate' and unit_id = 'B22' and month >= '2017-02'")
	rows := tableIn(t, built(t, town, "organisation", ""), "no-meeting") // V2 began in August 2017: nobody had to hold one before
	if len(rows) != 2 || !strings.HasSuffix(rows[0], "新园二支部 | 6") || !strings.HasSuffix(rows[1], "福合院二支部 | 1") {
		t.Errorf("branches without a meeting: %q", rows)
	}
	life := tableIn(t, built(t, town, "organisation", "month=2018-01"), "organisation-life")
	if len(life) != 3 || !strings.Contains(life[1], "全年") || !strings.Contains(life[2], "尚未结束") {
		t.Errorf("organisation life: %q", life)
	}
}

func TestOrganisationShowsWhatTiesItTogether(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, "update branch_structure set governance_grid_id = 'G' || branch_id, group_village_branch = true, group_branch_member = branch_id <> 'B12', grid_households = 240, households_apart = 0, display_home = branch_id <> 'B22'")
	town.Exec(t, "update branch_structure set governance_grid_id = null, group_branch_member = null where branch_id = 'B21'")
	town.Exec(t, "update branch_structure set households_apart = 7 where branch_id = 'B11'")
	town.Exec(t, "insert into rectifications (rectification_id, branch_id, found_on, shortcoming, mended_on) values ('R1', 'B11', '2017-12-02', '党小组活动少', null), ('R2', 'B11', '2017-12-02', '进度没有公示', '2018-01-10'), ('R3', 'B21', '2018-01-11', '意见没有反馈', '2018-02-20')")
	town.Exec(t, "insert into round_tables (village_id, held_on, attended, topic) values ('V1', '2017-12-05', 20, '停车'), ('V1', '2018-01-09', null, '垃圾'), ('V2', '2018-02-03', 9, '夜谈')")
	town.Exec(t, "insert into river_coverage (segment_id, river, village_id, from_m, to_m, metres, covered, posts, chief) values ('S1', '样本江', 'V1', 0, 500, 500, 400, 4, 'C1'), ('S2', '样本江', 'V2', 500, 900, 400, null, null, null)")
	town.Exec(t, "insert into river_gaps (segment_id, village_id, from_m, to_m) values ('S1', 'V1', 300, 400)")
	town.Exec(t, "update tasks set zone = '第一片区' where branch_id = 'B11'")
	v := built(t, town, "organisation", "month=2018-01")
	for id, want := range map[string][]string{
		"two-grids": {"新园一支部 | 没有对应的治理网格 | –", "福合院一支部 | 240户中7户登记在别的治理网格 | 7"},
		"four-ones": {"福合院二支部 |", "| 是 | 否 |", "| 是 | 未知 |"},
		// Mended after the month's end is still open at it.
		"open-shortcomings": {"福合院一支部 | 党小组活动少 | 2017-12-02 | 60", "新园一支部 | 意见没有反馈 | 2018-01-11 | 20"},
		// People are the mean of the round-table that says how many came; one held after the month does not count.
		"round-tables": {"福合院村 | 2 | 2018-01-09 | 20.0 | – | –"},
		"display-gaps": {"新园二支部 | 是 | 是 | 否"},
		"rivers":       {"样本江 | 福合院村 | 0–500 | 80.0 400/500 | 4 | 300–400", "样本江 | 新园村 | 500–900 | 未知 | – | – | 没有登记"},
		// Of the two tasks of the branch one is done and one past its deadline.
		"tasks-by-zone":      {"福合院村 | 第一片区 | 1 | 2 | 50.0 1/2 | 1 | 1 | 2018-01-10"},
		"tasks-by-programme": {"五水共治 | 6 | 6 | 0.0 0/6 | 6 | 6 | 2018-01-10"},
	} {
		got := strings.Join(tableIn(t, v, id), "\n")
		for _, row := range want {
			if !strings.Contains(got, row) {
				t.Errorf("table %s lacks %q:\n%s", id, row, got)
			}
		}
	}
	for id, not := range map[string]string{"open-shortcomings": "进度没有公示", "round-tables": "2018-02-03", "display-gaps": "福合院一支部"} {
		if got := strings.Join(tableIn(t, v, id), "\n"); strings.Contains(got, not) {
			t.Errorf("table %s shows %q:\n%s", id, not, got)
		}
	}
	// One stretch is told of and has 100 m that nobody looks after, of the other no post says where it is and no chief stands in the list.
	if !strings.HasPrefix(v.Headline.Weak, "7户两网不一致，100米河道无人管护") {
		t.Errorf("the headline names neither grids nor rivers, or other ones: %+v", v.Headline)
	}
	lines := v.Blocks[0].(view.Text).Paragraphs
	for i, want := range []string{
		"六级组织：镇党委1个、村党总支3个、网格支部6个、党小组18个、",
		"支部网格6个、治理网格5个：1个支部没有治理网格，两网都已登记的1,440户中7户不一致。河道2段：500米中100米无人管护，分在1段，1段未知，1段没有登记总河长。",
	} {
		if !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %d: %q, want %q", i+1, lines[i], want)
		}
	}
	if got := strings.Join(tableIn(t, built(t, town, "organisation", "village=V1"), "two-grids"), "\n"); strings.Contains(got, "新园") {
		t.Errorf("village V1 sees %s", got)
	}
}

// The notice has a section for the four “ones”, the two grids with the rivers, and claimed tasks with their zones, each with a sentence and its
// lists; a list that is cut says so.
func TestTheNoticeSaysWhatTiesItTogether(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, "update branch_structure set governance_grid_id = 'G' || branch_id, grid_households = 240, households_apart = 7")
	town.Exec(t, "update tasks set zone = '第一片区' where branch_id = 'B11'")
	v := built(t, town, "report", "month=2018-01")
	said := map[string]string{}
	section := ""
	for _, b := range v.Flat() {
		switch b := b.(type) {
		case view.Section:
			section = b.ID
		case view.Text:
			said[section] += strings.Join(b.Paragraphs, "")
		case *view.Table:
			said[section] += "\n" + b.ID
		}
	}
	for id, want := range map[string][]string{
		"ones":    {"有联心卡", "organisation-ones-units"},
		"grids":   {"organisation-two-grids", "organisation-rivers"},
		"tasks":   {"1个责任片区累计认领2项，超期1项。", "organisation-tasks-by-programme", "organisation-tasks-by-zone", "organisation-overdue-tasks"},
		"conduct": {"organisation-lines", "organisation-rights", "organisation-upheld"},
	} {
		for _, part := range want {
			if !strings.Contains(said[id], part) {
				t.Errorf("section %s lacks %q:\n%s", id, part, said[id])
			}
		}
	}
	for _, table := range v.Tables() {
		if table.ID == "organisation-overdue-tasks" && (table.All() <= len(table.Rows) || table.PageRows != len(table.Rows)) {
			t.Errorf("of %d overdue tasks %d stand in the notice, and it does not say so (%d)", table.All(), len(table.Rows), table.PageRows)
		}
	}
}
