package analyze

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"hulian/queries/stats/estimate"
)

// read writes a text and prepares a call on it; the error is that of reading, preparing or running.
func tried(t *testing.T, method, content string, flags ...Flag) (map[string]any, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.csv")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Read(t.Context(), path, "")
	if err != nil {
		return nil, err
	}
	m, err := MethodOf(method)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Prepare(m, f, flags)
	if err != nil {
		return nil, err
	}
	if _, err := c.Run(t.Context()); err != nil {
		return nil, err
	}
	return analysed(t, method, content, flags...), nil
}

// A table as a county hands it on: a title, a line about units, totals, a note, thousands and per cent.
func TestTablesAsOfficesWriteThem(t *testing.T) {
	table := "富和镇办结情况表,,,\n填报单位：富和镇,,填报日期：2018-01-05,\n村,受理,办结,办结率\n富和园,\"1,161\",900,77.5%\n新园,148,15,10.1%\n福合院村小计,1309,915,69.9%\n合计,1309,915,69.9%\n备注：数据截至12月,,,\n"
	document := analysed(t, "wilson", table, Flag{"x", "办结"}, Flag{"n", "受理"})
	rows := document["rows"].([]any)
	if len(rows) != 2 || rows[0].([]any)[2] != 1161.0 {
		t.Errorf("rows %v", rows)
	}
	for _, says := range []string{"1 (富和镇办结情况表)", "6 (福合院村小计), 7 (合计), 8 (备注"} {
		if !warned(document, says) {
			t.Errorf("no word of %s: %v", says, document["warnings"])
		}
	}
	series := analysed(t, "xmr", table, Flag{"value", "办结率"})
	if got := series["mean"].(float64); math.Abs(got-.438) > 1e-12 {
		t.Errorf("mean of 77.5%% and 10.1%%: %v", got)
	}
	merged := analysed(t, "wilson", "村,受理情况,,备注\n,受理,办结,\n甲,10,5,a\n乙,20,9,b\n", Flag{"x", "办结"}, Flag{"n", "受理"})
	if got := merged["rows"].([]any); len(got) != 2 {
		t.Errorf("a header over two rows: %v", got)
	}
}

// What a table cannot mean is refused, and what it may not mean is told, with row and column.
func TestTablesThatNeedAWord(t *testing.T) {
	for name, c := range map[string]struct {
		method, table string
		flags         []Flag
		says          []string
	}{
		"a percentage for a count":      {"wilson", "村,办结,受理\n甲,77.8%,5\n乙,3,7\n", nil, []string{"row 2", `"办结"`, "77.8% is a percentage"}},
		"a percentage for a base":       {"funnel", "村,办结,受理\n甲,2,5\n乙,3,70%\n", []Flag{{"events", "办结"}, {"total", "受理"}}, []string{"row 3", `"受理"`, "70% is a percentage"}},
		"hours and minutes":             {"xmr", "月份,时长\n2023-01,2小时\n2023-02,30分钟\n", nil, []string{`"时长"`, "分钟 (row 3: 30分钟)", "小时 (row 2: 2小时)"}},
		"per cent and none":             {"xmr", "月份,办结率\n2023-01,77.8%\n2023-02,81\n", nil, []string{`"办结率"`, "row 2: 77.8%", "row 3: 81"}},
		"a header alone":                {"wilson", "村,办结,受理\n", nil, []string{"row 1 is a header", "no row of data"}},
		"a column that is not there":    {"wilson", "村,办结,受理\n甲,2,5\n", []Flag{{"x", "办结数"}, {"n", "受理"}}, []string{`"办结数"`, "--x 办结"}},
		"months of different kinds":     {"callaway_santanna", "id,time,y,first_treat\na,2023-01,1,2023-02\na,2023Q2,2,2023-02\n", nil, []string{"row 3", `"2023Q2"`}},
		"neither treated nor untreated": {"did_2x2", "id,treated,post,y\na,某村,前,1\n", nil, []string{"row 2", `"某村"`, "试点"}},
	} {
		_, err := tried(t, c.method, c.table, c.flags...)
		if err == nil {
			t.Errorf("%s passes", name)
			continue
		}
		for _, says := range c.says {
			if !strings.Contains(fmt.Sprintf("%+v %s", err, next(err)), says) {
				t.Errorf("%s: no word of %s: %v; %s", name, says, err, next(err))
			}
		}
	}
	half := analysed(t, "wilson", "村,办结,受理\n甲,2.5,5\n乙,3,7\n", Flag{"x", "办结"}, Flag{"n", "受理"})
	if !warned(half, "parts of one: 2 (2.5)") {
		t.Errorf("half a case: %v", half["warnings"])
	}
	if shares := analysed(t, "xmr", "月份,办结率\n2023-01,0.78\n2023-02,81\n2023-03,79\n"); !warned(shares, "0.78 in row 2 and 79 in row 4") {
		t.Errorf("shares beside percentages: %v", shares["warnings"])
	}
	if rates := analysed(t, "xmr", "月份,办结率\n2023-01,0.8\n2023-02,1.2\n2023-03,3\n"); warned(rates, "per cent") {
		t.Errorf("small percentages: %v", rates["warnings"])
	}
	gap := analysed(t, "c_chart", "月份,办结\n202311,20\n202312,22\n202402,19\n")
	if !warned(gap, "2024-01") {
		t.Errorf("a missing month: %v", gap["warnings"])
	}
	if first := gap["points"].([]any)[0].([]any)[0]; first != "2023-11" {
		t.Errorf("202311 is printed as %v", first)
	}
}

func next(err error) string {
	var b strings.Builder
	for err != nil {
		if f, ok := err.(interface{ Unwrap() error }); ok {
			fmt.Fprintf(&b, "%+v ", err)
			err = f.Unwrap()
			continue
		}
		break
	}
	return b.String()
}

// panelOf writes villages by months as a county would, and what came out before is what comes out in any spelling.
func panelOf(month func(year, month int) string, never string) string {
	var b strings.Builder
	b.WriteString("村,月份,启动月份,覆盖率\n")
	r := rand.New(rand.NewPCG(3, 3))
	for i := range 20 {
		for k := range 8 {
			at := 2023*12 + 8 + k // September 2023 to April 2024
			start, effect := never, 0.0
			if i < 9 {
				start = month(2024, 1)
				if at >= 2024*12 {
					effect = .1
				}
			}
			fmt.Fprintf(&b, "第%d村,%s,%s,%.3f\n", i+1, month(at/12, at%12+1), start, .4+.02*r.NormFloat64()+effect)
		}
	}
	return b.String()
}

func TestMonthsInAnySpelling(t *testing.T) {
	var att any
	for name, month := range map[string]func(y, m int) string{
		"202311":                func(y, m int) string { return fmt.Sprintf("%d%02d", y, m) },
		"2023-11":               func(y, m int) string { return fmt.Sprintf("%d-%02d", y, m) },
		"2023年11月":              func(y, m int) string { return fmt.Sprintf("%d年%d月", y, m) },
		"2023/11/1":             func(y, m int) string { return fmt.Sprintf("%d/%d/1", y, m) },
		"2023.11 as 2023-11-01": func(y, m int) string { return fmt.Sprintf("%d-%02d-01", y, m) },
	} {
		document := analysed(t, "callaway_santanna", panelOf(month, "未启动"))
		if got := document["simple"].(map[string]any)["att"]; att == nil {
			att = got
		} else if got != att {
			t.Errorf("%s: %v, others %v", name, got, att)
		}
		periods := document["periods"].([]any)
		if periods[3] != "2023-12" || periods[4] != "2024-01" || document["att_gt"].([]any)[0].([]any)[0] != "2024-01" {
			t.Errorf("%s: periods %v", name, periods)
		}
		for _, e := range document["dynamic"].(map[string]any)["rows"].([]any) { // one step apart across the new year
			if e := e.([]any)[0].(float64); e < -3 || e > 3 {
				t.Errorf("%s: event time %v", name, e)
			}
		}
	}
	quarters := analysed(t, "callaway_santanna", strings.NewReplacer("2023-09", "2023Q3", "2023-12", "2023Q4", "2024-03", "2024Q1").Replace(
		"id,time,y,first_treat\na,2023-09,1,2024-03\na,2023-12,2,2024-03\na,2024-03,5,2024-03\nb,2023-09,1,\nb,2023-12,2,\nb,2024-03,3,\nc,2023-09,1,从未\nc,2023-12,2.5,从未\nc,2024-03,3,从未\n"))
	if cells := quarters["att_gt"].([]any); len(cells) != 2 || cells[1].([]any)[1] != "2024Q1" {
		t.Errorf("quarters: %v", cells)
	}
	plain := analysed(t, "callaway_santanna", "id,time,y,first_treat\na,1,1,3\na,2,2,3\na,3,5,3\nb,1,1,0\nb,2,2,0\nb,3,3,0\n")
	if periods := plain["periods"].([]any); periods[0] != 1.0 {
		t.Errorf("numbers stay numbers: %v", periods)
	}
}

// 试点 and 推广, 前 and 后, in words; few villages have the permutation and no clustered error.
func TestPilotsInWords(t *testing.T) {
	var b strings.Builder
	b.WriteString("村,组别,时段,覆盖率,户数\n")
	r := rand.New(rand.NewPCG(5, 5))
	for i := range 11 {
		side, effect := "推广", 0.0
		if i < 3 {
			side, effect = "试点", 15
		}
		fmt.Fprintf(&b, "第%d村,%s,前,%.1f%%,%d\n第%d村,%s,后,%.1f%%,%d\n", i+1, side, 40+r.NormFloat64(), 100+20*i, i+1, side, 42+r.NormFloat64()+effect, 100+20*i)
	}
	document := analysed(t, "did_2x2", b.String())
	if rescaled := document["permutation_rescaled"].(map[string]any); document["permutation"] != nil || rescaled["p_two_sided_abs"] != 1./165 || rescaled["n_permutations"] != 165.0 {
		t.Errorf("permutation %v, rescaled %v", document["permutation"], rescaled)
	}
	for key := range document {
		if strings.Contains(key, "cluster") || strings.Contains(key, "ols") || strings.Contains(key, "influence") {
			t.Errorf("%s is offered with three pilots", key)
		}
	}
	said := document["reading"].(map[string]any)
	if zh := said["zh"].(string); !strings.Contains(zh, "p = 0.006") || !strings.Contains(zh, "个百分点") || !strings.Contains(said["en"].(string), "would be rare") {
		t.Errorf("said %v", said)
	}
	limits, _ := document["ci95_inverted"].([]any)
	if len(limits) != 2 || !(limits[0].(float64) > .1) || !(limits[1].(float64) > .15) || !strings.Contains(said["zh"].(string), "95% 区间") || !strings.Contains(said["en"].(string), "comes from that test and from no standard error") {
		t.Errorf("with three pilots the interval is that of the permutation test: %v, said %v", limits, said)
	}
	two := analysed(t, "did_2x2", strings.Join(strings.SplitAfter(b.String(), "\n")[:9], "")) // 3 of 4: 1/4 at best
	if said := two["reading"].(map[string]any)["zh"].(string); !strings.Contains(said, "p都不会低于0.250") || !strings.Contains(said, "给不出95% 区间") {
		t.Errorf("four villages: %s", said)
	}
	one := analysed(t, "did_2x2", "村,组别,时段,覆盖率\n甲,试点,前,40\n甲,试点,后,55\n乙,推广,前,41\n乙,推广,后,42\n")
	if one["estimate"] != nil || !warned(one, "one unit against one") {
		t.Errorf("one against one: %v", one)
	}
	years := analysed(t, "did_2x2", strings.NewReplacer("前", "2016年", "后", "2017年").Replace(b.String()))
	if years["estimate"] != document["estimate"] {
		t.Errorf("two years for before and after: %v, want %v", years["estimate"], document["estimate"])
	}
}

// Groups stand as people count: 1月 before 10月, 第2村 before 第10村, 九月 before 十月.
func TestGroupsStandInTheirOrder(t *testing.T) {
	for _, order := range [][]string{{"1月", "2月", "10月", "12月"}, {"第2村", "第10村"}, {"九月", "十月", "十一月"}, {"B2", "B10", "C1"}, {"1", "2", "10", "甲"}} {
		for i := range order[1:] {
			if compareTexts(order[i], order[i+1]) >= 0 || compareTexts(order[i+1], order[i]) <= 0 {
				t.Errorf("%s stands after %s", order[i], order[i+1])
			}
		}
	}
	document := analysed(t, "kitagawa", "期,月,户数,率\n去年,1月,10,0.5\n去年,10月,10,0.6\n去年,2月,20,0.4\n今年,1月,12,0.5\n今年,10月,10,0.7\n今年,2月,25,0.4\n", Flag{"population", "期"}, Flag{"from", "去年"}, Flag{"to", "今年"})
	var groups []string
	for _, row := range document["by_group"].([]any) {
		groups = append(groups, row.([]any)[0].(string))
	}
	if got := strings.Join(groups, " "); got != "1月 2月 10月" {
		t.Errorf("groups %s", got)
	}
}

// A group may be called ALL: then that is what --group ALL means. In small letters it is everybody.
func TestAGroupCalledAll(t *testing.T) {
	table := "days,event,group\n3,1,ALL\n4,1,ALL\n5,0,B\n6,1,B\n2,1,ALL\n"
	for value, want := range map[string]float64{"ALL": 3, "all": 5, "B": 2} {
		if got := analysed(t, "kaplan_meier_logrank", table, Flag{"group", value})["n"]; got != want {
			t.Errorf("--group %s has %v rows, want %v", value, got, want)
		}
	}
	if _, err := tried(t, "kaplan_meier_logrank", strings.ReplaceAll(table, "ALL", "A"), Flag{"group", "ALL"}); err == nil {
		t.Error("--group ALL passes where no group is called so")
	}
}

// An option that a method does not know would leave a result that looks like the one asked for.
func TestUnknownOptionOfACase(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "c.csv"), []byte("id,x,n\na,1,5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "c.json")
	if err := os.WriteFile(path, []byte(`{"case":"c","method":"wilson","input":{"file":"c.csv","rows":1,"columns":{"id":"row","x, n":"events, trials"}},"runs":[{"id":"r","options":{"confidense":0.9},"expected":{}}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := ReadCase(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Execute(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "confidense") {
		t.Errorf("an unknown option: %v", err)
	}
	c.Runs[0].Options = nil
	if _, err := c.Execute(t.Context(), ""); err != nil {
		t.Errorf("two columns under one key: %v", err)
	}
}

// warning finds the formats of warnings in a source file.
var warning = regexp.MustCompile(`(?:Warn\(estimate\.\w+,\s+|\bwarn\(estimate\.\w+,\s+|assume\()("(?:[^"\\]|\\.)*")`)

// Every warning is said in Chinese too, with the same figures.
func TestWarningsInBothLanguages(t *testing.T) {
	own, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	stats, err := filepath.Glob("../../../queries/stats/*/*.go")
	if err != nil || len(stats) == 0 {
		t.Fatalf("no statistics: %v", err)
	}
	verbs := regexp.MustCompile(`%(?:\[\d\])?[.\d]*[a-z]`)
	found := 0
	for _, path := range append(own, stats...) {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range warning.FindAllSubmatch(source, -1) {
			format, err := strconv.Unquote(string(m[1]))
			if err != nil {
				t.Fatal(err)
			}
			found++
			if estimate.Formats()[format] == "" {
				t.Errorf("%s: no Chinese for %q", path, format)
			}
		}
	}
	if found < 100 {
		t.Errorf("only %d warnings found: the pattern is off", found)
	}
	for english, chinese := range estimate.Formats() {
		a, b := verbs.FindAllString(strings.ReplaceAll(english, "%%", ""), -1), verbs.FindAllString(strings.ReplaceAll(chinese, "%%", ""), -1)
		if len(a) != len(b) && !strings.Contains(chinese, "[") {
			t.Errorf("%q and %q take different figures", english, chinese)
		}
	}
	table := "村,办结,受理\n甲,2.5,5\n乙,3,7\n"
	if said := analysed(t, "wilson", table)["warnings"].([]any)[0].(map[string]any)["zh"]; said != "以\"办结\"列为分子（--events）" {
		t.Errorf("said %v", said)
	}
}
