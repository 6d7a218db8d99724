package unknown

import (
	"encoding/json"
	"testing"

	"hulian/cmd/internal/cli/clitest"
)

// TestASumWithAnUnknownPart is unknown: one fund without an amount leaves no amount of its village, in the command, the API, pages
// and the report, and what is filled in is said beside it.
func TestASumWithAnUnknownPart(t *testing.T) {
	files := townOf("2017-11")
	files["基金.csv"] = [][]string{{"village_id", "kind", "year", "beneficiaries", "amount_yuan"},
		{"V1", "奖学基金", "2017", "", "5000"}, {"V1", "慈善基金", "2017", "", ""}, {"V2", "奖学基金", "2017", "4", "2000"}}
	files["基金补.csv"] = [][]string{{"village_id", "kind", "year", "beneficiaries"}, {"V3", "奖学基金", "2017", "3"}}
	town := files.built(t)
	unknownFor(t, "blank", town, "fund_amount", "village", "V1", "2017-12")
	unknownFor(t, "blank", town, "fund_amount", "village", "V1", "2017-11")
	unknownFor(t, "column", town, "fund_amount", "village", "V3", "2017-12")
	unknownFor(t, "blank", town, "scholarship_students", "village", "V1", "2017-12")
	unknownFor(t, "no_file", town, "fund_amount", "town", "", "2018-01")
	known(t, "2000", "", town, "fund_amount", "village", "V2", "2017-12")
	known(t, "2000", "", town, "fund_amount", "village", "V2", "2017-11") // the year's figure, in each of its months
	known(t, "0", "", town, "fund_amount", "village", "V4", "2017-12")
	for measure, want := range map[string]string{"fund_amount": "4", "scholarship_students": "5"} {
		if v := value(t, town, measure, "town", "", "2017-12"); v["spoke"] != want || v["villages"] != "6" {
			t.Errorf("the town's %s is that of the villages it is known of: %v", measure, v)
		}
	}
	s := clitest.Serve(t, town)
	var answer struct {
		Rows []map[string]any `json:"rows"`
	}
	clitest.Must(t, json.Unmarshal([]byte(s.Get(t, "api/v1/measures?measure=fund_amount&month=2017-12&level=village&unit=V1")), &answer))
	if len(answer.Rows) != 1 || answer.Rows[0]["value"] != nil || answer.Rows[0]["numerator"] != nil || answer.Rows[0]["reason"] != "blank" {
		t.Errorf("the API answers %v", answer.Rows)
	}
	says(t, s, "measures?measure=fund_amount&month=2017-12&village=V1", []string{"奖学与慈善基金中有记录没有填写所需的数，合计未知"}, nil)
	says(t, s, "measures?measure=fund_amount&month=2017-12&village=V1&lang=en", []string{"leaves out the number, so that the sum is not known"}, nil)
	says(t, s, "organisation?month=2018-01", []string{"金额未知（3 笔中 1 笔没有填，已填的合计 7,000 元）", "金额未知（1 笔都没有填）", "学生数未知（3 笔中 1 笔没有填，已填的合计 7 名）"}, []string{"金额 7,000 元"})
	says(t, s, "report?month=2018-01", []string{"4 笔中 2 笔已填，合计 7,000", "3 笔中 2 笔已填，合计 7"}, nil)
	says(t, s, "organisation?month=2018-01&lang=en", []string{"the sum unknown (1 of 3 entries leave it out; those filled in make 7,000 yuan)"}, nil)
}
