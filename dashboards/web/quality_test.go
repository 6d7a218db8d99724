package web

import (
	"html"
	"strings"
	"testing"
)

// TestDataTooPoorAreJudgedNowhere: of V2's eight exports of two months six came, 75% against the programme's 80%. Its
// page of data says which; every page about it says that nothing is judged, and no icon of a judgement stands there;
// V1, whose data all came, is judged as before.
func TestDataTooPoorAreJudgedNowhere(t *testing.T) {
	server, client, served, _ := site(t)
	served.Exec(t, "update export_completeness set received = 0, in_time = 0 where village_id = 'V2' and month = '2018-01' and export in ('issues', 'points')")
	served.Exec(t, "update export_completeness set in_time = 0 where village_id = 'V3' and month = '2018-01' and export = 'visits'")
	served.generation++
	_, body := get(t, client, server.URL+"/data?lang=en")
	for _, want := range []string{"Data too poor to judge (1): 新园村", "✗ nothing came", "△ came late", "✓ in time", ">data too poor to judge<", "Kept apart from performance", `id="figure-exports"`} {
		if !strings.Contains(body, want) {
			t.Errorf("/data does not say %q", want)
		}
	}
	_, table := get(t, client, server.URL+"/data?lang=en&format=csv&table=completeness")
	for _, want := range []string{"新园村,✗ nothing came,✓ in time,✗ nothing came,✓ in time,75.0,6,8,data too poor to judge", "福合院村,✓ in time,✓ in time,✓ in time,✓ in time,100.0,8,8,can be judged", "试镇,2/3,3/3,2/3,3/3,91.7,22,24,can be judged"} {
		if !strings.Contains(table, want) {
			t.Errorf("the table of exports lacks %q:\n%s", want, table)
		}
	}
	for _, address := range []string{"/", "/issues", "/visits", "/village", "/points", "/organisation", "/measures?measure=household_coverage"} {
		at := address + map[bool]string{true: "&", false: "?"}[strings.Contains(address, "?")] + "lang=en&village="
		_, poor := get(t, client, server.URL+at+"V2")
		if poor = html.UnescapeString(poor); !strings.Contains(poor, "新园村: data too poor to judge") || !strings.Contains(poor, "Of 8 exports due lately 6 came (75.0%), below 80.0%.") {
			t.Errorf("%sV2 does not say that its data are too poor", at)
		}
		shown, _, _ := strings.Cut(poor, `class="block markings"`)
		for _, judged := range []string{`<svg class="improving"`, `<svg class="worsening"`, `<svg class="common"`, `<svg class="shift"`, "a signal of"} {
			if strings.Contains(shown, judged) && !strings.HasPrefix(address, "/village") { // its table of all measures shows the town's beside
				t.Errorf("%sV2 judges: %s", at, around(shown, judged))
			}
		}
		if _, sound := get(t, client, server.URL+at+"V1"); strings.Contains(sound, "data too poor to judge") {
			t.Errorf("%sV1: %s", at, around(sound, "data too poor"))
		}
	}
	_, report := get(t, client, server.URL+"/report?lang=en")
	if !strings.Contains(report, "Data too poor to judge, values shown and not judged: 新园村.") {
		t.Error("the report does not say whom it does not judge")
	}
}

// TestAnExportThatDidNotComeIsNoFailure: without a row of V1's visits in January its coverage of 0 is shown, and is no
// signal of worsening; the measures made of other exports are read as before.
func TestAnExportThatDidNotComeIsNoFailure(t *testing.T) {
	server, client, served, _ := site(t)
	served.Exec(t, "update measures set numerator = 0, value = 0 where measure = 'household_coverage' and unit_id = 'V1' and month = '2018-01'")
	_, body := get(t, client, server.URL+"/measures?measure=household_coverage&village=V1&lang=en")
	if !strings.Contains(body, "a signal of worsening") {
		t.Fatal("0 of 200 after months above a half is no signal: the test shows nothing")
	}
	served.Exec(t, "update export_completeness set received = 0 where village_id = 'V1' and month = '2018-01' and export = 'visits'")
	served.Exec(t, "update measures set numerator = null, denominator = null, value = null, reason = 'silent' where measure = 'household_coverage' and unit_id = 'V1' and month = '2018-01'")
	served.generation++
	_, body = get(t, client, server.URL+"/measures?measure=household_coverage&village=V1&lang=en")
	if body, _, _ = strings.Cut(body, `class="block markings"`); strings.Contains(body, "a signal of worsening") || !strings.Contains(body, "Unknown: nothing of “Household visits” came for the month, though something was to be expected.") {
		t.Errorf("a file still on its way is read as failure")
	}
	if _, body = get(t, client, server.URL+"/measures?measure=on_time_rate&village=V1&lang=en"); strings.Contains(body, "Unknown: no") {
		t.Error("issues came")
	}
}
