package unknown

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"hulian/cmd/internal/cli/clitest"
)

// TestATownThatStartsWithTwoMonthsOfFiles is told of no improvement, accuses no branch of a burst, and is not reassured
// about what only earlier months could show.
func TestATownThatStartsWithTwoMonthsOfFiles(t *testing.T) {
	town := townOf("2017-12").built(t)
	unknownFor(t, "reach", town, "repeat_rate", "town", "", "2018-01")
	unknownFor(t, "reach", town, "unvisited_share", "village", "V1", "2017-12")
	unknownFor(t, "reach", town, "organisation_life", "town", "", "2017-12")
	if v := value(t, town, "resolution_rate_cumulative", "town", "", "2018-01"); v["reached"] != "9" || v["lacking"] != "7" || v["value"] == "" {
		t.Errorf("since May, of nine months seven are not known: %v", v)
	}
	s := clitest.Serve(t, town)
	signals := []string{"属改善信号", "属变差信号", "项有改善信号", "项有变差信号", "a signal of improvement", "a signal of worsening", "improving ("}
	for _, lang := range []string{"", "&lang=en"} {
		for _, month := range []string{"2017-12", "2018-01"} {
			says(t, s, "?month="+month+lang, nil, signals)
			says(t, s, "report?month="+month+lang, nil, signals)
		}
	}
	says(t, s, "points?month=2018-01", []string{"还没有数据足够的、已经结束的半年"}, []string{"积分集中在一个月里", "都没有超过界限"})
	says(t, s, "?month=2018-01", []string{"所含9个月中7个月没有数据"}, nil)
	says(t, s, "?month=2018-01&lang=en", []string{"of the 9 months it is made of 7 are not known"}, nil)
}

// TestAMonthThatWasLost leaves a gap on every level, in the command, the API, pages, charts and the report, until a person says
// that there was nothing.
func TestAMonthThatWasLost(t *testing.T) {
	files := townOf("2017-03")
	delete(files, "走访2017-10.csv")
	town := files.built(t)
	for _, at := range [][2]string{{"town", ""}, {"village", "V2"}, {"branch", "V2B1"}} {
		unknownFor(t, "no_file", town, "household_coverage", at[0], at[1], "2017-10")
		unknownFor(t, "no_file", town, "silent_members", at[0], at[1], "2017-10")
	}
	unknownFor(t, "reach", town, "unvisited_share", "town", "", "2017-11")
	if v := value(t, town, "unvisited_share", "town", "", "2018-01"); v["reason"] != "" || v["denominator"] != fmt.Sprint(villages*households) {
		t.Errorf("sixty days after the lost month: %v", v)
	}
	s := clitest.Serve(t, town)
	var answer struct {
		Rows []map[string]any `json:"rows"`
	}
	clitest.Must(t, json.Unmarshal([]byte(s.Get(t, "api/v1/measures?measure=household_coverage&month=2017-10")), &answer))
	if len(answer.Rows) != 1 || answer.Rows[0]["value"] != nil || answer.Rows[0]["numerator"] != nil || answer.Rows[0]["reason"] != "no_file" || answer.Rows[0]["spoke"] != 0. {
		t.Errorf("the API: %v", answer.Rows)
	}
	says(t, s, "?month=2017-10", []string{"未知", "没有收到本月的"}, nil)
	page := says(t, s, "measures?measure=household_coverage&month=2018-01", []string{"空缺：2017-10 没有数据", "不含没有数据的2017-10"}, nil)
	if line := charted(t, page, "试镇"); len(line) != 11 || line[7] != nil || line[6] == nil || line[8] == nil {
		t.Errorf("the line has no gap in its eighth month: %v", line)
	}
	says(t, s, "measures?measure=household_coverage&month=2018-01&lang=en", []string{"Gaps: nothing is known of 2017-10", "without 2017-10, of which nothing is known"}, nil)
	says(t, s, "report?month=2017-10", []string{"数据不全", "没有收到本月的"}, []string{"2017-10 走访到"})
	says(t, s, "report?month=2017-10&lang=en", []string{"Data are incomplete", "no Household visits came for the month"}, []string{"In 2017-10, of"})

	clitest.Says(t, clitest.Done, "nothing to report", "nothing", "visits", "2017-10", "--by", "王样本", "--reason", "防汛停访", "--dir", town)
	known(t, "0", fmt.Sprint(villages*households), town, "household_coverage", "town", "", "2017-10")
	s.Says(t, "measures?measure=household_coverage&month=2018-01", "household_coverage", "空缺：")
	s.Post(t, "nothing", url.Values{"of": {"visits"}, "month": {"2017-10"}, "back": {"1"}, "by": {"李样本"}, "reason": {"查明是漏报"}})
	unknownFor(t, "no_file", town, "household_coverage", "town", "", "2017-10")
}

// charted is the line of a page's chart that bears a name, null where it has a gap.
func charted(t *testing.T, page, name string) []any {
	t.Helper()
	_, rest, _ := strings.Cut(page, `id="option-series">`)
	option, _, _ := strings.Cut(rest, "</script>")
	var drawn struct {
		Option struct {
			Series []struct {
				Name string `json:"name"`
				Data []any  `json:"data"`
			} `json:"series"`
		} `json:"option"`
	}
	if err := json.Unmarshal([]byte(option), &drawn); err != nil {
		t.Fatalf("%v: %.200s", err, option)
	}
	for _, s := range drawn.Option.Series {
		if s.Name == name {
			return flat(s.Data)
		}
	}
	t.Fatalf("no line %s: %.200s", name, option)
	return nil
}

// flat takes the numbers out of points that carry more than one; nil stays nil, and so does the chart's word for nothing.
func flat(points []any) []any {
	values := make([]any, len(points))
	for i, p := range points {
		if of, ok := p.(map[string]any); ok {
			p = of["value"]
		}
		if p != "-" {
			values[i] = p
		}
	}
	return values
}

// TestATownWithIssuesAlone is judged on issues alone: nothing else is 0, and nothing reassuring is said of lists it has not.
func TestATownWithIssuesAlone(t *testing.T) {
	files := townOf("2017-03")
	for name := range files {
		if !strings.HasPrefix(name, "问题") && name != "村.csv" {
			delete(files, name)
		}
	}
	for name, rows := range files {
		for i, row := range rows { // rows that name a branch or household no list has would wait for it
			if name != "村.csv" {
				rows[i] = slices.Concat(row[:3], row[5:])
			}
		}
	}
	files["村.csv"][0] = []string{"village_id", "name", "town", "a", "b"} // no day on which the programme began
	town := files.built(t)
	if v := value(t, town, "on_time_rate", "town", "", "2018-01"); v["value"] == "" || v["spoke"] != fmt.Sprint(villages) {
		t.Errorf("issues are known: %v", v)
	}
	for _, row := range clitest.Fields(t, "query", "--dir", town, "select distinct measure from measures where value is not null and measure in ('household_coverage', 'card_rate', 'reconciliation_rate', 'points_per_member', 'branch_structure', 'linked_rate', 'silent_members', 'stars_mean')") {
		t.Errorf("%s has a value without a list or record", row["measure"])
	}
	s := clitest.Serve(t, town)
	poor := []string{"数据不足以判断的村", "：数据不足以判断", "自  启动", "自 启动", "programme began on ,", "programme began on :"}
	for _, path := range []string{"?month=2018-01", "issues?month=2018-01", "organisation?month=2018-01", "points?month=2018-01", "visits?month=2018-01", "weak?month=2018-01", "capacity?month=2018-01", "report?month=2018-01", "data?month=2018-01"} {
		says(t, s, path, nil, append(poor, "各支部设置齐全", "各支部都开了", "0 %（0/0）"))
		says(t, s, path+"&lang=en", nil, append(poor, "every branch is complete", "every branch held one", "Data too poor to judge ("))
	}
	says(t, s, "?month=2018-01", []string{"有数据以来，共收集群众问题"}, nil)
	says(t, s, "measures?measure=on_time_rate&month=2018-01", []string{"正常波动"}, nil)
	says(t, s, "data?month=2018-01", []string{"全镇从未报送"}, nil)
	says(t, s, "data?month=2018-01&lang=en", []string{"Never sent by any village"}, nil)
}

// TestAVillageThatStoppedReporting is a matter of its data: it is neither 0, nor weak, nor in any comparison, and the town says of
// how many villages it speaks.
func TestAVillageThatStoppedReporting(t *testing.T) {
	files := townOf("2017-03")
	files.without("V3", "2017-12", "走访", "问题", "积分", "会议")
	town := files.built(t)
	unknownFor(t, "silent", town, "household_coverage", "village", "V3", "2018-01")
	unknownFor(t, "silent", town, "issues_reported", "branch", "V3B1", "2018-01")
	v := value(t, town, "household_coverage", "town", "", "2018-01")
	if v["denominator"] != fmt.Sprint((villages-1)*households) || v["spoke"] != fmt.Sprint(villages-1) || v["villages"] != fmt.Sprint(villages) {
		t.Errorf("the town is made of the villages that reported: %v", v)
	}
	s := clitest.Serve(t, town)
	says(t, s, "?month=2018-01", []string{"6个村中5个村有数据"}, nil)
	says(t, s, "?month=2018-01&lang=en", []string{"5 of 6 villages reported"}, nil)
	says(t, s, "report?month=2018-01", []string{"6个村中5个村有数据", "第3村"}, nil)
	says(t, s, "weak?month=2018-01&village=V3", []string{"数据不足以判断"}, nil)
	says(t, s, "?month=2018-01&village=V3", []string{"第3村：数据不足以判断", "未知"}, []string{"覆盖率 0"})
	says(t, s, "data?month=2018-01", []string{"数据不足以判断的村（1 个）：第3村"}, nil)
	for _, row := range clitest.Fields(t, "query", "--dir", town, "select member_id as id from member_load where village_id = 'V3' and visits_month is not null union all select household_id from unvisited_households where village_id = 'V3'") {
		t.Errorf("%s of a village whose visits are unknown is listed", row["id"])
	}
	says(t, s, "visits?month=2018-01&village=V3", []string{"按往常应有，未知。"}, []string{"没有这样的农户", "从未走访"})
	says(t, s, "issues?month=2018-01&village=V3&lang=en", []string{"though some were to be expected."}, []string{"No issue is overdue"})
	for _, row := range clitest.Fields(t, "query", "--dir", town, "select criterion, met from hard_criteria where village_id = 'V3' and month = '2018-01'") {
		if row["met"] == "true" && row["criterion"] != "secretary_vacant" {
			t.Errorf("silence meets the criterion %s", row["criterion"])
		}
	}
}

// TestAColumnThatWasNotMapped makes the measures that need it unknown for that file, and no others: a month without the column of
// the resolution has no resolution rate, and nobody knows how many issues are open.
func TestAColumnThatWasNotMapped(t *testing.T) {
	files := townOf("2017-03")
	rename := func(name, column string) {
		files[name][0] = slices.Clone(files[name][0])
		at := slices.Index(files[name][0], column)
		files[name][0][at] = "某列"
	}
	rename("问题2017-12.csv", "resolved_at")
	rename("农户.csv", "card_issued_on")
	// Of November one village's file has the column and the other's has not: its rows alone are left out.
	apart := [][]string{files["问题2017-11.csv"][0]}
	files["问题2017-11.csv"] = slices.DeleteFunc(files["问题2017-11.csv"], func(row []string) bool {
		if row[2] == "V1" && row[0] >= "2017-11-0-6" && row[0] < "2017-11-0-9~" {
			apart = append(apart, row)
			return true
		}
		return false
	})
	files["问题2017-11补.csv"] = apart
	rename("问题2017-11补.csv", "resolved_at")
	town := files.built(t)
	for _, at := range [][2]string{{"town", ""}, {"village", "V1"}, {"branch", "V1B1"}} {
		unknownFor(t, "column", town, "resolution_rate", at[0], at[1], "2017-12")
		unknownFor(t, "column", town, "open_issues", at[0], at[1], "2018-01")
	}
	known(t, fmt.Sprint(len(files["问题2017-12.csv"])-1), "", town, "issues_reported", "town", "", "2017-12")
	if v := value(t, town, "resolution_rate", "town", "", "2017-10"); v["value"] != "1" {
		t.Errorf("a month whose file has the column: %v", v)
	}
	reported, rate := value(t, town, "issues_reported", "village", "V1", "2017-11"), value(t, town, "resolution_rate", "village", "V1", "2017-11")
	if rate["value"] != "1" || rate["denominator"] != fmt.Sprint(number(t, reported["numerator"])-len(apart)+1) {
		t.Errorf("of %s issues %d came without the column: %v", reported["numerator"], len(apart)-1, rate)
	}
	unknownFor(t, "column", town, "card_rate", "town", "", "2018-01")
	known(t, fmt.Sprint(villages*households), fmt.Sprint(villages*households), town, "linked_rate", "town", "", "2018-01")
	s := clitest.Serve(t, town)
	says(t, s, "measures?measure=resolution_rate&month=2017-12", []string{"没有给出所需的列，未知"}, nil)
	says(t, s, "measures?measure=resolution_rate&month=2017-12&lang=en", []string{"do not give a column it needs"}, nil)
	says(t, s, "report?month=2018-01", []string{"收到的农户名册没有给出所需的列"}, []string{"联心卡已发"})
	for _, row := range clitest.Fields(t, "query", "--dir", town, "select state, count(*) as n from issue_flow where month = '2017-12' group by state") {
		if row["state"] == "open" || row["state"] == "overdue" {
			t.Errorf("%s issues of a file that does not say so are called %s", row["n"], row["state"])
		}
	}
}

func number(t *testing.T, text string) (n int) {
	t.Helper()
	if _, err := fmt.Sscan(text, &n); err != nil {
		t.Fatal(err)
	}
	return n
}
