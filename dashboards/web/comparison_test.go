package web

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// compared gives the town five more villages and sets the coverage of all eight in January: six near 80% with bases of
// different size, V1 far behind, and V2 without a row of three of its four exports.
func compared(t *testing.T, served *town, near float64) {
	t.Helper()
	served.Exec(t, "delete from measures where measure = 'household_coverage' and level = 'village'")
	for i := range 8 {
		id, name := fmt.Sprintf("V%d", i+1), fmt.Sprintf("第%d村", i+1)
		if i >= 3 {
			served.Exec(t, "insert into units (level, unit_id, unit_name, parent_id, town, village_id, branch_id, phase, programme_start) values ('village', ?, ?, '试镇', '试镇', ?, null, 'rollout', '2017-05-01')", id, name, id)
			served.Exec(t, "insert into export_completeness (month, town, village_id, export, received, in_time) select month, town, ?, export, 1, 1 from export_completeness where village_id = 'V1'", id)
		}
		base := float64(200 + 100*i)
		rate := near + .01*float64(i%3)
		if i == 0 {
			rate = .4
		}
		for _, month := range []string{"2017-12", "2018-01"} {
			served.Exec(t, "insert into measures (measure, level, unit_id, unit_name, month, numerator, denominator, value, cut_off) values ('household_coverage', 'village', ?, ?, ?, ?, ?, ?, '2018-01-31')", id, name, month, rate*base, base, rate)
		}
	}
	served.Exec(t, "update export_completeness set received = 0 where village_id = 'V2' and month = '2018-01' and export <> 'visits'")
	served.generation++
}

// TestVillagesAreComparedByTiers: on the page of a measure the villages stand in tiers, the smallest first to be drawn
// towards the others, without ranks; a village whose data are too poor is not compared.
func TestVillagesAreComparedByTiers(t *testing.T) {
	server, client, served, _ := site(t)
	compared(t, served, .8)
	for lang, wants := range map[string][]string{
		"zh": {"明显落后（1个村）：福合院村。", "与全镇中等水平无明显差别（6个村）：", "不作排名", "数据不足以判断（1个村）：新园村。", "区间已计入只有7个村可供估计", "99.8% 界限", "φ = "},
		"en": {"clearly behind (1): 福合院村.", "no clear difference from the middle village (6): ", "data too poor to judge (1): 新园村.", "empirical Bayes"},
	} {
		_, body := get(t, client, server.URL+"/measures?measure=household_coverage&lang="+lang)
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s: the page does not say %q", lang, want)
			}
		}
		if !strings.Contains(body, `id="figure-funnel"`) {
			t.Errorf("%s: no funnel is drawn", lang)
		}
	}
	_, body := get(t, client, server.URL+"/measures?measure=household_coverage&format=csv&table=funnel&lang=en")
	lines := strings.Split(strings.TrimSpace(body), "\r\n")
	lines = lines[:len(lines)-1] // the last says what the file is
	if len(lines) != 9 || !strings.HasPrefix(lines[1], "福合院村,40.0,160,400,") || !strings.Contains(lines[1], ",clearly behind,") {
		t.Fatalf("the download has %d lines, the first %s", len(lines), lines[1])
	}
	// 40% of 400 (two months) among villages near 81%: the shrunken value lies above the raw one and below the others.
	at := slices.IndexFunc(strings.Split(lines[0], ","), func(title string) bool { return strings.HasPrefix(title, "Estimate") })
	if shrunken := float(t, strings.Split(lines[1], ",")[at]); shrunken <= 40 || shrunken >= 60 {
		t.Errorf("shrunken %v in %s", shrunken, lines[1])
	}
	if lastLine := lines[len(lines)-1]; !strings.HasPrefix(lastLine, "新园村,") || !strings.Contains(lastLine, ",–,") && !strings.Contains(lastLine, ",,") {
		t.Errorf("a village not compared has no shrunken value: %s", lastLine)
	}
	// The same village is judged nowhere else.
	for _, address := range []string{"/weak?lang=en", "/?lang=en", "/village?village=V2&lang=en", "/measures?measure=household_coverage&village=V2&lang=en"} {
		if _, body := get(t, client, server.URL+address); !strings.Contains(strings.ToLower(body), "data too poor to judge") {
			t.Errorf("%s does not say that the data of V2 are too poor", address)
		}
	}
}

// TestACeilingIsSaid: with seven of eight villages at 98% and more the measure has done its work.
func TestACeilingIsSaid(t *testing.T) {
	server, client, served, _ := site(t)
	compared(t, served, .98)
	for address, want := range map[string]string{
		"/measures?measure=household_coverage":         "走访覆盖率已经到顶：7个村中6个达到98.0%及以上，这个指标已不能区分各村",
		"/measures?measure=household_coverage&lang=en": "Households visited has reached its ceiling: 6 of 7 villages stand at 98.0% or more.",
		"/village": "到顶：6个村已接近最好值",
		"/measures?measure=days_to_resolve_median": "这个指标不是占比",
	} {
		if _, body := get(t, client, server.URL+address); !strings.Contains(body, want) {
			t.Errorf("%s does not say %q", address, want)
		}
	}
}
