package web

import (
	"html"
	"strings"
	"testing"
	"time"
)

// stuck gives each village twenty issues reported on 10 December and routed the next day: V1 resolves them in 2 days, V2
// in 4, V3 half of them in 20 and the others not at all. V1's households are satisfied, V2's keep silent, V3's are not;
// three in four of V2's are raised again.
func stuck(t *testing.T, served *town) {
	t.Helper()
	served.Exec(t, "delete from issue_flow")
	at := func(day int) any {
		return time.Date(2017, 12, 10+day, 9, 0, 0, 0, time.UTC).Format("2006-01-02 15:04:05")
	}
	for v, village := range []string{"V1", "V2", "V3"} {
		for i := range 20 {
			var resolved, answer any
			took := []int{2, 4, 20}[v]
			if v < 2 || i < 10 {
				resolved, answer = at(1+took), []any{"satisfied", nil, "dissatisfied"}[v]
			}
			served.Exec(t, `insert into issue_flow (issue_id, town, village_id, branch_id, household_id, category, difficulty, title, month, reported_at, classified_at, routed_at, routed_to,
				resolved_at, fed_back_at, due_on, on_the_spot, state, overdue_days, age_days, satisfaction_answer, since_start, repeated)
				values (?, '试镇', ?, ?, ?, 'sanitation', 'medium', '路灯不亮', '2017-12', ?, ?, ?, 'village', ?, ?, '2017-12-20', false, ?, ?, ?, ?, true, ?)`,
				village+string(rune('a'+i)), village, "B"+village[1:]+"1", "H"+string(rune('a'+i)), at(0), at(0), at(1), resolved, resolved,
				map[bool]string{true: "overdue", false: "fed_back"}[resolved == nil], map[bool]any{true: 42, false: nil}[resolved == nil], map[bool]any{true: 52, false: nil}[resolved == nil],
				answer, v == 1 && i < 15)
		}
	}
	served.generation++
}

// TestTheBottleneckIsNamed: of the town's sixty issues a third are resolved after 2 days and another after 4, so the median
// is 4. Half of the villages, V1 and V2 together, have 2. Ten of sixty wait where at their pace none would. V3 alone has a
// median of 20; at the town's pace a sixth of its twenty issues would wait, 3.3, and ten do: 7 too many.
func TestTheBottleneckIsNamed(t *testing.T) {
	server, client, served, _ := site(t)
	stuck(t, served)
	for address, wants := range map[string][]string{
		"/issues": {"瓶颈是“办结”：中位 4.0 天", "与较快的一半村（2.0 天）相比多 2.0 天；进入这一步的 60 件中 10 件还在等，照较快的一半村的速度应只有 0 件，多 10 件。",
			"最突出的是</script><b>x：中位 20.0 天，多等 7 件。", "卡在“办结”，</script><b>x最突出", "4.0 天</text>", "还在等10", "办结的 50 件中 30 件有满意度答复；真实满意率在 40.0% 与 80.0% 之间，取决于没有答复的 20 件。",
			"无论如何都低于总体", "无论如何都高于总体", "总体 25.0%（15/60）", "高于总体（99.8% 区间 41."},
		"/issues?village=V3&lang=en": {"The bottleneck is “Resolved”: 20.0 days at the median", "against 4.0 in 试镇: 16.0 days more; of the 20 issues that came to this step 10 wait; at the pace of 试镇 it would be 3, so 7 too many.",
			"The difference is more than chance (log-rank, p < 0.001)."},
		"/issues?village=V1":                                     {"没有一步明显慢于试镇"},
		"/measures?measure=step_days_resolve":                    {"95% 区间 4.0–4.0 天"},
		"/measures?measure=step_days_resolve&village=V3&lang=en": {"95% interval ≥ 20.0 days"},
	} {
		_, body := get(t, client, server.URL+address)
		body = html.UnescapeString(body)
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s does not say %q: %s", address, want, body[strings.Index(body, `class="lead"`):][:900])
			}
		}
	}
	// What came of V3's exports is too little: nothing is named there.
	served.Exec(t, "update export_completeness set received = 0 where village_id = 'V3' and month = '2018-01' and export in ('issues', 'points')")
	served.generation++
	_, body := get(t, client, server.URL+"/issues?village=V3&lang=en")
	if strings.Contains(body, "The bottleneck is") || !strings.Contains(body, "The data are too poor to name a bottleneck.") {
		t.Error("a bottleneck is named on data too poor to judge by")
	}
}
