package unknown

import (
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hulian/cmd/internal/cli/clitest"
)

// TestATownThatStartsWithTwoMonthsOfFiles is told of no improvement, accuses no branch of a burst, and is not reassured
// about what only earlier months could show.
func TestATownThatStartsWithTwoMonthsOfFiles(t *testing.T) {
	files := townOf("2017-12")
	files.belated("问题2017-12.csv", "2017-11", 9)
	files["评定.csv"] = [][]string{{"branch_id", "period", "stars", "rank_in_village"}}
	for v := range villages {
		for b := range branches {
			files["评定.csv"] = append(files["评定.csv"], []string{fmt.Sprintf("V%dB%d", v+1, b+1), "2017H2", fmt.Sprint(1 + (v+b)%5), fmt.Sprint(b + 1)})
		}
	}
	town := files.built(t)
	unknownFor(t, "before", town, "issues_reported", "town", "", "2017-11")
	unknownFor(t, "reach", town, "repeat_rate", "town", "", "2018-01")
	for _, measure := range []string{"completeness", "timeliness"} {
		clitest.Says(t, clitest.Done, "Only 2 months of data", "metrics", "--measure", measure, "--level", "town", "--month", "2018-01", "--reading", "--lang", "en", "--dir", town)
	}
	unknownFor(t, "reach", town, "unvisited_share", "village", "V1", "2017-12")
	unknownFor(t, "reach", town, "organisation_life", "town", "", "2017-12")
	if v := value(t, town, "resolution_rate_cumulative", "town", "", "2018-01"); v["reached"] != "9" || v["lacking"] != "7" || v["value"] == "" {
		t.Errorf("since May, of nine months seven are not known: %v", v)
	}
	if v := value(t, town, "open_issues", "town", "", "2018-01"); v["reached"] != "9" || v["lacking"] != "7" || v["partly"] != "0" {
		t.Errorf("nobody knows what was open before the first file: %v", v)
	}
	unknownFor(t, "column", town, "reopen_rate", "village", "V1", "2017-12")
	s := clitest.Serve(t, town)
	says(t, s, "issues?month=2018-01", []string{"件未办结〔所含9个月中7个月没有数据〕", "要看的其他月份没有社情民意"}, []string{"同时比较 0 处"})
	says(t, s, "issues?month=2018-01&lang=en", []string{"[of the 9 months it is made of 7 are not known]"}, []string{"of 0 compared"})
	says(t, s, "cadres?month=2018-01", []string{"数据只有 2 个月"}, nil)
	says(t, s, "report?month=2018-01", []string{"月末超期未办结0件〔此前7个月没有数据，可能少计〕"}, nil)
	signals := []string{"改善超出正常波动", "变差超出正常波动", "改善1项", "变差1项", "a signal of improvement", "a signal of worsening", "improving ("}
	for _, lang := range []string{"", "&lang=en"} {
		for _, month := range []string{"2017-12", "2018-01"} {
			says(t, s, "?month="+month+lang, nil, signals)
			says(t, s, "report?month="+month+lang, nil, signals)
		}
	}
	says(t, s, "points?month=2018-01", []string{"还没有数据足够的、已经结束的半年"}, []string{"积分集中在一个月里", "都没有超过界限"})
	says(t, s, "points?month=2018-01", []string{"评定期内已知的月份不够，没有实绩可以对照"}, []string{"没有一个支部的星级与实绩明显相反", "相反："})
	says(t, s, "organisation?month=2018-01", []string{"联络干部没有登记", "12个支部的设置没有登记齐，未知"}, []string{"联络干部 0/2", "设置不全"})
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
	page := says(t, s, "measures?measure=household_coverage&month=2018-01", []string{"空缺：2017年10月没有数据", "不含没有数据的2017年10月"}, nil)
	if line := charted(t, page, "试镇"); len(line) != 11 || line[7] != nil || line[6] == nil || line[8] == nil {
		t.Errorf("the line has no gap in its eighth month: %v", line)
	}
	says(t, s, "measures?measure=household_coverage&month=2018-01&lang=en", []string{"Gaps: nothing is known of Oct 2017", "without Oct 2017, of which nothing is known"}, nil)
	says(t, s, "report?month=2017-10", []string{"数据不全", "没有收到本月的"}, []string{"2017年10月走访到"})
	says(t, s, "report?month=2017-10&lang=en", []string{"Data are incomplete", "nothing of “Household visits” came for the month"}, []string{"In Oct 2017, of"})

	clitest.Says(t, clitest.Usage, "the month has not begun", "nothing", "visits", "2999-01", "--by", "王样本", "--dir", town)
	clitest.Says(t, clitest.Done, "nothing to report", "nothing", "visits", "2017-10", "--by", "王样本", "--reason", "防汛停访", "--dir", town)
	known(t, "0", fmt.Sprint(villages*households), town, "household_coverage", "town", "", "2017-10")
	s.StopsSaying(t, "measures?measure=household_coverage&month=2018-01", "空缺：")
	// What cannot be said is answered in words, and changes nothing.
	for _, c := range []struct{ month, village, back, zh, en string }{
		{"2999-01", "", "", "这个月还没有到", "has not begun"},
		{"2016-01", "", "", "早于数据的第一个月（2017年3月）", "before the first month of the data (Mar 2017)"},
		{"2017-10", "V99", "", "村的名册中没有这个村", "has no such village"},
		{"2017-10", "", "", "已经说明过了", "said already"},
		{"2017-11", "", "1", "没有这样一条有效的零报告", "no such statement in force"},
	} {
		for lang, want := range map[string]string{"": c.zh, "en": c.en} {
			to := s.Post(t, "nothing", url.Values{"of": {"visits"}, "month": {c.month}, "village": {c.village}, "back": {c.back}, "reason": {"试填"}, "lang": {lang}})
			says(t, s, to, []string{want}, nil)
		}
	}
	says(t, s, "data?nothing=1", []string{"防汛停访", "有效，点此撤回", "key=2017-10"}, []string{"试填"})
	says(t, s, "data?nothing=1&of=visits&key=2017-10+&back=1", []string{"撤回零报告", "走访记录 · 全镇各村 · 2017年10月"}, nil)
	s.Post(t, "nothing", url.Values{"of": {"visits"}, "month": {"2017-10"}, "back": {"1"}, "reason": {"查明是漏报"}})
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

// TestBelatedRowsAreNoMonth: the file of October never came, and that of November brings some of its issues. They are no figure of October:
// it stays unknown, and what was due of it is still due.
func TestBelatedRowsAreNoMonth(t *testing.T) {
	files := townOf("2017-03")
	delete(files, "问题2017-10.csv")
	files.belated("问题2017-11.csv", "2017-10", 2*villages)
	town := files.built(t)
	for _, at := range [][2]string{{"town", ""}, {"village", "V2"}, {"branch", "V2B1"}} {
		unknownFor(t, "no_file", town, "issues_reported", at[0], at[1], "2017-10")
		unknownFor(t, "no_file", town, "resolution_rate", at[0], at[1], "2017-10")
	}
	known(t, fmt.Sprint(3*villages), fmt.Sprint(4*villages), town, "completeness", "town", "", "2017-10")
	if v := value(t, town, "issues_reported", "town", "", "2017-11"); v["reason"] != "" || v["value"] == "" {
		t.Errorf("the month whose file came: %v", v)
	}
	s := clitest.Serve(t, town)
	if line := charted(t, s.Get(t, "measures?measure=issues_reported&month=2018-01"), "试镇"); len(line) != 11 || line[7] != nil || line[6] == nil || line[8] == nil {
		t.Errorf("the line has no gap in its eighth month: %v", line)
	}
}

// TestATownWithoutAStartIsJudged on the months it has: a village that is late with nearly everything is weak, although no list says when
// the programme began, and that is said.
func TestATownWithoutAStartIsJudged(t *testing.T) {
	files := issuesAlone()
	for name, rows := range files {
		for _, row := range rows {
			if name == "村.csv" || row[2] != "V6" {
				continue
			}
			if due, err := time.Parse(time.DateOnly, row[4]); err == nil && due.AddDate(0, 0, 5).Format(time.DateOnly) <= "2018-01-20" {
				row[5], row[6] = due.AddDate(0, 0, 5).Format(time.DateOnly), due.AddDate(0, 0, 7).Format(time.DateOnly)
			}
		}
	}
	s := clitest.Serve(t, files.built(t))
	says(t, s, "weak?measure=on_time_rate&month=2018-01", []string{"6个村中有1个薄弱村：第6村", "没有写明先锋户联的启动时间", "明显落后（1个村）：第6村"}, []string{"尚未启动", "还不能判断"})
	says(t, s, "weak?measure=on_time_rate&month=2018-01&lang=en", []string{"1 of 6 villages are weak: 第6村", "No list received says when the programme began", "clearly behind (1): 第6村"}, []string{"not started yet", "not begun or only just"})
	says(t, s, "weak?month=2018-01&village=V6", []string{"没有写明先锋户联的启动时间", "第6村：薄弱"}, nil)
	says(t, s, "report?month=2018-01", []string{"第6村", "薄弱村（依据一项标准）", "没有写明先锋户联的启动时间"}, []string{"尚未启动"})
	says(t, s, "compare?month=2018-01", []string{"没有标明试点村及其启动日期"}, []string{"各村何时启动"})
}

// issuesAlone is a town that sends its issues and the names of its villages, and no day on which the programme began.
func issuesAlone() exports {
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
	files["村.csv"][0] = []string{"village_id", "name", "town", "a", "b"}
	return files
}

// TestATownWithIssuesAlone is judged on issues alone: nothing else is 0, and nothing reassuring is said of lists it has not.
func TestATownWithIssuesAlone(t *testing.T) {
	town := issuesAlone().built(t)
	if v := value(t, town, "on_time_rate", "town", "", "2018-01"); v["value"] == "" || v["spoke"] != fmt.Sprint(villages) {
		t.Errorf("issues are known: %v", v)
	}
	for _, row := range clitest.Fields(t, "query", "--dir", town, "select distinct measure from measures where value is not null and measure in ('household_coverage', 'card_rate', 'reconciliation_rate', 'points_per_member', 'branch_structure', 'linked_rate', 'silent_members', 'stars_mean')") {
		t.Errorf("%s has a value without a list or record", row["measure"])
	}
	s := clitest.Serve(t, town)
	poor := []string{"数据不足以判断的村", "：数据不足以判断", "自  启动", "自 启动", "programme began on ,", "programme began on :"}
	for _, path := range []string{"?month=2018-01", "issues?month=2018-01", "organisation?month=2018-01", "points?month=2018-01", "visits?month=2018-01", "weak?month=2018-01", "capacity?month=2018-01", "report?month=2018-01", "data?month=2018-01"} {
		says(t, s, path, nil, append(poor, "各支部设置齐全", "各支部都开了", "0%（0/0）"))
		says(t, s, path+"&lang=en", nil, append(poor, "every branch is complete", "every branch held one", "Data too poor to judge ("))
	}
	says(t, s, "?month=2018-01", []string{"有数据以来，共收集群众问题"}, nil)
	says(t, s, "organisation?month=2018-01", []string{"没有支部名册，情况未知"}, []string{"没有基金记录", "没有行使权利的记录"})
	says(t, s, "organisation?month=2018-01&lang=en", nil, []string{"There are no funds on record", "There are none on record"})
	says(t, s, "issues?month=2018-01", []string{"没有“分类”“流转”的数据，不知道卡在哪一步"}, []string{"没有重复反映的问题", "总体 0.0%", "尚未分类", "卡在“"})
	says(t, s, "issues?month=2018-01&lang=en", nil, []string{"Not classified yet", "Stuck at"})
	says(t, s, "organisation?month=2018-01", []string{"没有数据，未知"}, []string{"已履行 0 份"})
	says(t, s, "cadres?month=2018-01", []string{"没有可动员党员的名册"}, []string{"0 名可动员党员中", "没有党员有两项以上依据明显高于"})
	says(t, s, "weak?month=2018-01", []string{"没有写明先锋户联的启动时间"}, []string{"尚未启动或刚启动，不比较"})
	says(t, s, "village?month=2018-01&village=V2", nil, []string{"没有这样的农户", "没有这样的党员"})
	says(t, s, "measures?measure=on_time_rate&month=2018-01", []string{"正常波动"}, nil)
	says(t, s, "data?month=2018-01", []string{"全镇从未报送"}, nil)
	says(t, s, "data?month=2018-01&lang=en", []string{"Never sent by any village"}, nil)
}

// TestOneRowOfAMonth: a file with one issue of one village, without the column of its resolution, is no file of the town. It neither
// makes the other villages 0, nor takes from what was known since the start, nor says that nothing else happened.
func TestOneRowOfAMonth(t *testing.T) {
	files := townOf("2017-03")
	files["节俭承诺.csv"] = [][]string{{"member_id", "kind", "signed_on"}}
	for v := range villages {
		for m := range 5 {
			files["节俭承诺.csv"] = append(files["节俭承诺.csv"], []string{member(v, m), "节俭承诺", fmt.Sprintf("2017-%02d-10", m*2+3)})
		}
	}
	before := value(t, files.built(t), "resolution_rate_cumulative", "town", "", "2018-01")
	files["问题2018-02.csv"] = [][]string{{"issue_id", "reported_at", "village_id", "category"}, {"A1", "2018-02-03", "V1", "道路设施"}}
	town := files.builtAsOf(t, "2018-02-28")
	known(t, "1", "", town, "issues_reported", "village", "V1", "2018-02")
	unknownFor(t, "silent", town, "issues_reported", "village", "V2", "2018-02")
	if v := known(t, "1", "", town, "issues_reported", "town", "", "2018-02"); v["spoke"] != "1" {
		t.Errorf("one village of six spoke: %v", v)
	}
	for _, measure := range []string{"pledges", "red_line_breaches"} {
		unknownFor(t, "no_file", town, measure, "village", "V2", "2018-02")
		if v := value(t, town, measure, "village", "V2", "2018-01"); v["value"] == "" {
			t.Errorf("%s of a month in which everything else came: %v", measure, v)
		}
	}
	if v := known(t, before["numerator"], before["denominator"], town, "resolution_rate_cumulative", "town", "", "2018-02"); v["reached"] != "10" || v["lacking"] != "1" || v["spoke"] != fmt.Sprint(villages) {
		t.Errorf("since the start: %v", v)
	}
	s := clitest.Serve(t, town)
	collected := "共收集群众问题" + before["denominator"] + "件"
	says(t, s, "?month=2018-02", []string{collected}, nil)
	says(t, s, "report?month=2018-02", []string{before["denominator"]}, nil)
}

// TestAFileOnceAYear: exports that come once a year, half-year or quarter speak for all of its months; they are missing only when the period
// is over and brought none, and are expected once in it. Not laid down, the months between count as lost.
func TestAFileOnceAYear(t *testing.T) {
	files := townOf("2017-03")
	files["承诺.csv"] = [][]string{{"member_id", "kind", "signed_on"}}
	files["确权.csv"] = [][]string{{"member_id", "kind", "used_on", "household_id"}}
	files["村规.csv"] = [][]string{{"village_id", "article", "used_on"}}
	for v := range villages {
		for n := range 5 {
			files["承诺.csv"] = append(files["承诺.csv"], []string{member(v, n), "节俭承诺", "2017-03-10"})
			for _, day := range []string{"2017-04-10", "2017-08-10"} {
				files["确权.csv"] = append(files["确权.csv"], []string{member(v, n), "审批把关", day, household(v, n)})
			}
			for _, day := range []string{"2017-05-10", "2017-07-10"} {
				files["村规.csv"] = append(files["村规.csv"], []string{fmt.Sprintf("V%d", v+1), fmt.Sprintf("第%d条", n+1), day})
			}
		}
	}
	town := files.built(t)
	for _, measure := range []string{"pledges", "rights_used", "rules_used"} {
		unknownFor(t, "no_file", town, measure, "village", "V2", "2017-11")
	}
	clitest.Kept(t, filepath.Join(town, "programme.yaml"), []byte("data_quality: {expected_yearly: [conduct], expected_half_yearly: [rights], expected_quarterly: [rules]}\n"))
	clitest.Says(t, clitest.Done, "", "run", "--dir", town)
	for _, c := range []struct {
		measure, month, value string // an empty value: not known
	}{
		{"pledges", "2017-03", "5"}, {"pledges", "2017-04", "0"}, {"pledges", "2017-12", "0"}, {"pledges", "2018-01", ""},
		{"rights_used", "2017-04", "5"}, {"rights_used", "2017-06", "0"}, {"rights_used", "2017-07", "0"}, {"rights_used", "2017-12", "0"}, {"rights_used", "2018-01", ""},
		{"rules_used", "2017-06", "0"}, {"rules_used", "2017-09", "0"}, {"rules_used", "2017-10", ""}, {"rules_used", "2017-12", ""}, {"rules_used", "2018-01", ""},
	} {
		if c.value == "" {
			unknownFor(t, "no_file", town, c.measure, "village", "V2", c.month)
		} else {
			known(t, c.value, "", town, c.measure, "village", "V2", c.month)
		}
	}
	for month, want := range map[string][2]string{"2017-06": {"6", "6"}, "2017-11": {"4", "4"}, "2017-12": {"6", "7"}, "2018-01": {"4", "4"}} { // of the last quarter no rules came
		known(t, want[0], want[1], town, "completeness", "village", "V2", month)
	}
	s := clitest.Serve(t, town)
	says(t, s, "data?month=2017-12&format=csv&table=completeness", []string{"✗ 没有收到"}, nil)
	says(t, s, "data?month=2017-11&format=csv&table=completeness", []string{"△ 收到，晚于期限"}, []string{"✗ 没有收到"})
	says(t, s, "standards", []string{"每年应报的报表", "清廉承诺"}, nil)
	s.Kill(t)

	clitest.Kept(t, filepath.Join(town, "programme.yaml"), []byte("data_quality: {expected_yearly: [ratings]}\n"))
	clitest.Says(t, clitest.Usage, "no day that tells which months it is of", "run", "--dir", town)
	clitest.Kept(t, filepath.Join(town, "programme.yaml"), []byte("data_quality: {expected_yearly: [visits]}\n"))
	clitest.Says(t, clitest.Usage, "is expected by data_quality.expected already", "run", "--dir", town)
}

// TestLastPlacesOfSomeVillages: of two villages with yearly ratings one left a branch unrated. The town's number of branches last twice is
// that of the other, and says so.
func TestLastPlacesOfSomeVillages(t *testing.T) {
	files := townOf("2017-03")
	files["支部.csv"] = append(files["支部.csv"], []string{"V1B3", "V1", "三支部", "V1B1M0", "3", "3"}, []string{"V2B3", "V2", "三支部", "V2B1M1", "3", "3"})
	ratings := [][]string{{"branch_id", "period", "stars", "rank"}}
	for _, year := range []string{"2016", "2017"} {
		for v := 1; v <= 2; v++ {
			for b := 1; b <= 3; b++ {
				if v == 2 && b == 2 && year == "2017" {
					continue
				}
				ratings = append(ratings, []string{fmt.Sprintf("V%dB%d", v, b), year, fmt.Sprint(6 - b), fmt.Sprint(b)})
			}
		}
	}
	files["星级.csv"] = ratings
	town := files.built(t)
	if v := value(t, town, "bottom_twice", "town", "", "2018-01"); v["value"] != "1" || v["spoke"] != "1" || v["villages"] != fmt.Sprint(villages) {
		t.Errorf("the town: %v", v)
	}
	unknownFor(t, "kind", town, "bottom_twice", "village", "V2", "2018-01")
	unknownFor(t, "kind", town, "bottom_twice", "village", "V3", "2018-01")
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
	// What the village reported before it stopped stays in what is counted since the start; the months it lacks are said apart.
	all := number(t, clitest.Fields(t, "query", "--dir", town, "select count(*) as n from issue_flow where since_start")[0]["n"])
	if v := value(t, town, "resolution_rate_cumulative", "town", "", "2018-01"); number(t, v["denominator"]) != all || v["spoke"] != fmt.Sprint(villages) || v["lacking"] != "0" || v["partly"] != "1" {
		t.Errorf("of %d issues since the start: %v", all, v)
	}
	if v := value(t, town, "resolution_rate_cumulative", "village", "V3", "2018-01"); v["lacking"] != "2" || v["value"] == "" {
		t.Errorf("the village's own: %v", v)
	}
	unknownFor(t, "silent", town, "open_issues", "village", "V3", "2018-01")
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
	says(t, s, "village?month=2018-01&village=V3", []string{"按往常应有，未知。"}, []string{"没有这样的农户", "没有这样的党员"})
	says(t, s, "organisation?month=2018-01", []string{"中心户没有登记"}, []string{"没有中心户", "党员中心户 0 户"}) // no list of members has the column
	says(t, s, "visits?month=2018-01&village=V3", []string{"按往常应有，未知。"}, []string{"没有这样的农户", "<span>从未走访"})
	says(t, s, "issues?month=2018-01&village=V3&lang=en", []string{"though something was to be expected."}, []string{"No issue is overdue"})
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
	// Of October three of six villages sent files of their own without the answers.
	half := [][]string{files["问题2017-10.csv"][0]}
	files["问题2017-10.csv"] = slices.DeleteFunc(files["问题2017-10.csv"], func(row []string) bool {
		if row[2] == "V1" || row[2] == "V2" || row[2] == "V3" {
			half = append(half, row)
			return true
		}
		return false
	})
	files["问题2017-10三村.csv"] = half
	rename("问题2017-10三村.csv", "satisfaction")
	town := files.built(t)
	for _, at := range [][2]string{{"town", ""}, {"village", "V1"}, {"branch", "V1B1"}} {
		unknownFor(t, "column", town, "resolution_rate", at[0], at[1], "2017-12")
		if v := value(t, town, "open_issues", at[0], at[1], "2018-01"); v["reason"] != "" || v["lacking"] == "0" {
			t.Errorf("what is open of what is known, with the months that are not: %v", v)
		}
	}
	// Of November only the first village has rows without the column: the town lacks December, and that village more.
	if v := value(t, town, "open_issues", "town", "", "2018-01"); v["reached"] != "11" || v["lacking"] != "1" || v["partly"] != "1" {
		t.Errorf("the town's open issues: %v", v)
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
	says(t, s, "measures?measure=satisfaction_rate&month=2017-10", []string{"部分村的社情民意没有给出所需的列，不作判断"}, []string{"只有部分村报送了"})
	says(t, s, "measures?measure=satisfaction_rate&month=2017-10&lang=en", []string{"do not give a column it needs: not judged"}, []string{"from too few villages"})
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
