package analyze

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// inOffice is every method's example under headers as an office writes them.
var inOffice = map[string]string{
	"wilson": "村,办结件数,上报件数\n", "clopper_pearson": "村,分子,分母\n", "byar": "行政村,分子（件）,总户数\n", "exact_poisson": "单位,分子,人数\n", "rate": "村名,分子,总人数\n",
	"xmr": "月份,数值\n", "p_chart": "月份,办结,受理\n", "p_prime": "统计月份,已办结,总数\n", "u_chart": "时期,解决数,户数\n", "u_prime": "季度,完成,合计\n",
	"c_chart": "月份,值\n", "g_chart": "月份,指标值\n", "t_chart": "日期,结果\n", "run_chart": "月份,数值\n",
	"funnel": "村,按期办结数,受理数\n", "funnel_ratio": "村,发生,预期\n", "empirical_bayes_beta_binomial": "村,走访户数,农户数\n", "empirical_bayes_gamma_poisson": "村,发生,人数\n",
	"gini": "积分\n", "spearman": "甲,乙\n", "kitagawa": "时期,组别,户数,比率\n", "permutation": "组别,数值\n", "kaplan_meier_logrank": "天数,是否办结,组别\n",
	"did_2x2": "村,是否试点,前后,指标值\n", "callaway_santanna": "村,月份,数值,启动月份\n",
	"callaway_santanna_covariates": "村,月份,数值,启动月份\n", "interrupted_time_series": "月份,件数,前后\n", "power": "编号,问题,n1,n2,delta\n", "wild_cluster_bootstrap": "村,是否试点,数值\n",
}

func run(t *testing.T, m Method, content string, flags ...Flag) (*Object, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.csv")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Read(t.Context(), path, "")
	if err != nil {
		t.Fatal(err)
	}
	c, err := Prepare(m, f, flags)
	if err != nil {
		return nil, err
	}
	return c.Run(t.Context())
}

// latin finds English in Chinese output; names of methods and people stay.
var (
	latin   = regexp.MustCompile(`[A-Za-z_]{2,}`)
	allowed = regexp.MustCompile(`--method hierarchical|--[a-z_-]+|Byar|Kleinman|Marshall|SHMI|CQC|AS89|HC\d|CR\d|FILE`)
)

// Every method finds its columns by the headers that an office writes, and its whole output is Chinese.
func TestOfficesTablesInChineseThroughout(t *testing.T) {
	for _, m := range Methods() {
		_, body, _ := strings.Cut(examples[m.Name], "\n")
		body = strings.NewReplacer("treatment", "试点", "control", "推广").Replace(body)
		document, err := run(t, m, inOffice[m.Name]+body)
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
			continue
		}
		sheet := document.Split("zh")
		var words []string
		add := func(v any) {
			switch v := v.(type) {
			case string:
				words = append(words, v)
			case Values:
				words = append(words, v.In("zh"))
			case bool:
				t.Errorf("%s: %v is neither 是 nor 否", m.Name, v)
			}
		}
		for _, row := range sheet.Singles.Rows {
			add(row[0])
			add(row[1])
		}
		for _, g := range sheet.Grids {
			for _, c := range g.Table.Columns {
				add(c)
			}
			for _, row := range g.Table.Rows {
				for _, v := range row {
					add(v)
				}
			}
		}
		for _, s := range sheet.Said {
			add(s.Kind)
			add(s.Text)
		}
		slices.Sort(words)
		for _, w := range slices.Compact(words) {
			if found := latin.FindString(allowed.ReplaceAllString(w, "")); found != "" {
				t.Errorf("%s says %q in %q", m.Name, found, w)
			}
		}
	}
}

// A role has one name in every method, and every method still takes the names it had.
func TestOneNameForARole(t *testing.T) {
	has := func(m Method, name string) bool {
		return slices.ContainsFunc(m.Roles, func(r Role) bool { return r.Name == name })
	}
	for _, m := range Methods() {
		for _, r := range m.Roles {
			for _, old := range r.Was {
				if has(m, old) {
					t.Errorf("%s: --%s is a role of its own and the old name of %s", m.Name, old, r.Name)
				}
			}
			for _, one := range []Role{unitRole, periodRole, eventsRole, totalRole, valueRole, weightRole} {
				if r.Name != one.Name && slices.Contains(one.Was, r.Name) && has(m, one.Name) {
					t.Errorf("%s: %s and %s", m.Name, r.Name, one.Name)
				}
			}
			if r.Zh == "" {
				t.Errorf("%s: no Chinese for %s", m.Name, r.Name)
			}
		}
		if has(m, "events") && has(m, "total") && m.Name != "kitagawa" {
			table := "地方,甲,乙,丙\na,3,10,1\nb,4,12,9\nc,9,9,5\n"
			want, err := run(t, m, table, Flag{"events", "甲"}, Flag{"total", "乙"})
			if err != nil {
				t.Fatalf("%s: %v", m.Name, err)
			}
			for _, old := range [][2]string{{"x", "n"}, {"successes", "trials"}, {"defects", "size"}, {"numerator", "denominator"}} {
				got, err := run(t, m, table, Flag{old[0], "甲"}, Flag{old[1], "乙"})
				if err != nil {
					t.Errorf("%s --%s --%s: %v", m.Name, old[0], old[1], err)
					continue
				}
				a, _ := want.MarshalJSON()
				if b, _ := got.MarshalJSON(); string(a) != string(b) {
					t.Errorf("%s --%s --%s: another result", m.Name, old[0], old[1])
				}
			}
		}
	}
}

// What was not done is no total of what was.
func TestWhatWasNotDoneIsNoTotal(t *testing.T) {
	m, err := MethodOf("wilson")
	if err != nil {
		t.Fatal(err)
	}
	if document, err := run(t, m, "村,办结数,未办结数\n甲,5,7\n乙,3,9\n"); err == nil {
		t.Errorf("%v", document.values)
	}
}

// Months without a year are put in order, left where they go on across a new year, and asked about where they repeat.
func TestMonthsWithoutAYear(t *testing.T) {
	for name, c := range map[string]struct {
		cells []string
		want  []string
		says  string
	}{
		"as texts sort":   {[]string{"1月", "10月", "11月", "12月", "2月", "3月"}, []string{"1月", "2月", "3月", "10月", "11月", "12月"}, "number 4, 5, 6, 7, 8, 9 of the year"},
		"in words":        {[]string{"二月", "一月", "三月"}, []string{"一月", "二月", "三月"}, "put in order"},
		"English":         {[]string{"Feb", "Jan", "March"}, []string{"Jan", "Feb", "March"}, "put in order"},
		"quarters":        {[]string{"第二季度", "第一季度", "第三季度"}, []string{"第一季度", "第二季度", "第三季度"}, "put in order"},
		"over a new year": {[]string{"11月", "12月", "1月", "2月"}, []string{"11月", "12月", "1月", "2月"}, "across a new year"},
		"twice":           {[]string{"2月", "1月", "2月"}, []string{"2月", "1月", "2月"}, "write 2023-11"},
	} {
		table := "月份,数值\n"
		for i, cell := range c.cells {
			table += cell + "," + string(rune('1'+i)) + "\n"
		}
		document := analysed(t, "xmr", table)
		var got []string
		for _, row := range document["points"].([]any) {
			got = append(got, row.([]any)[0].(string))
		}
		if !slices.Equal(got, c.want) || !warned(document, c.says) {
			t.Errorf("%s: %v, %v", name, got, document["warnings"])
		}
	}
}

// Exact numbers stand whole, others with six digits, and nothing is −0.
func TestNumbersOnAScreen(t *testing.T) {
	for x, want := range map[float64]float64{1000000002: 1000000002, 1161.5: 1161.5, 123456.789: 123456.79, 0.123456789: 0.123457, 2.8299999999999996: 2.83, 1e15: 1e15} {
		if got := Shortened(x); got != want {
			t.Errorf("%v is shown as %v", x, got)
		}
	}
	sheet := (&Object{}).Set("ci95", []any{nil, nil}).Set("list", []any{nil, 2.8299999999999996}).Split("en")
	if v := sheet.Singles.Rows[0][1]; v != nil {
		t.Errorf("an interval that is not there: %v", v)
	}
	if got := sheet.Singles.Rows[1][1].(Values).In("en"); got != "unknown, 2.83" {
		t.Errorf("list %q", got)
	}
}
