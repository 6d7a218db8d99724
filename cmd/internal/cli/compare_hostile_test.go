package cli

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// table writes a table of villages by month: of each village its start, and of each month its numerator and denominator.
func villageTable(villages, months int, start func(v int) string, cell func(v, m int) string) string {
	lines := []string{"village,month,start,done,due,population,double"}
	for v := range villages {
		for m := range months {
			of := cell(v, m)
			if of == "" {
				continue
			}
			lines = append(lines, fmt.Sprintf("V%02d,%d-%02d,%s,%s,%d,%d", v+1, 2020+m/12, m%12+1, start(v), of, 1000+10*v, 2000+20*v))
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// TestTablesThatAllowNoComparison: whatever a table lacks, the command says in a sentence why nothing can be estimated, or estimates what
// it can; it never ends in a crash, and no number that is none is ever written.
func TestTablesThatAllowNoComparison(t *testing.T) {
	noise := func(v, m int) string { return fmt.Sprintf("%d,40", 10+(v*7+m*5+v*m)%13) }
	threeOf := func(v int) string { return map[bool]string{true: "2020-07"}[v < 3] }
	for name, c := range map[string]struct {
		table, says, sayzh string
		flags              []string
		estimated          bool
	}{
		"collinear covariates": {table: villageTable(11, 12, threeOf, noise), flags: []string{"--covariates", "population,double"}, says: "double is alike in all villages or follows from the others", sayzh: "；double各村都一样，或由其他列推得出，未计入", estimated: true},
		"covariates all alike": {table: villageTable(11, 12, threeOf, noise), flags: []string{"--covariates", "due"}, says: "allowing for due, not estimable", sayzh: "算进去，无法估计", estimated: true},
		"one-unit cohorts": {table: villageTable(9, 14, func(v int) string { return map[bool]string{true: fmt.Sprintf("2020-%02d", 6+v)}[v < 5] }, noise), estimated: true,
			says: "1 pilot,", sayzh: "试点1个"},
		"one against one":        {table: villageTable(2, 12, func(v int) string { return map[bool]string{true: "2020-07"}[v == 0] }, noise), says: "One pilot against one other village", sayzh: "只有一个试点村、一个对照村"},
		"all treated at once":    {table: villageTable(8, 12, func(int) string { return "2020-07" }, noise), says: "nobody to compare with", sayzh: "没有可以对照的村"},
		"none treated":           {table: villageTable(8, 12, func(int) string { return "" }, noise), says: "Not estimable", sayzh: "无法估计"},
		"no period before":       {table: villageTable(8, 12, func(v int) string { return map[bool]string{true: "2020-01"}[v < 3] }, noise), says: "no data from before", sayzh: "启动前没有数据"},
		"starts after the table": {table: villageTable(8, 12, func(v int) string { return map[bool]string{true: "2021-05"}[v < 3] }, noise), says: "had not begun", sayzh: "还没有启动"},
		"gaps":                   {table: villageTable(11, 12, threeOf, func(v, m int) string { return map[bool]string{true: noise(v, m)}[(v+m)%4 != 0] }), says: "left out", sayzh: "没有报表的月份不计入", estimated: true},
		"a side without values":  {table: villageTable(8, 12, threeOf, func(v, m int) string { return map[bool]string{true: noise(v, m), false: ","}[v >= 3] }), says: "no village with values", sayzh: "没有可比的数据"},
		"constant outcomes":      {table: villageTable(11, 12, threeOf, func(int, int) string { return "20,40" }), says: "not estimable", sayzh: "无法估计", estimated: true},
		"nothing due":            {table: villageTable(8, 12, threeOf, func(int, int) string { return "0,0" }), says: "no village with values", sayzh: "没有可比的数据"},
		"rows twice": {table: func() string {
			x := villageTable(11, 12, threeOf, noise)
			return x + strings.Join(strings.Split(x, "\n")[1:13], "\n") + "\n"
		}(), estimated: true,
			says: "12 rows repeat a unit and period given above (first: row 134, V01). They were added up", sayzh: "有12行与前面的行单位、时期相同（最先见于第134行，V01），已相加"},
		"one period":              {table: villageTable(8, 1, func(v int) string { return map[bool]string{true: "2020-01"}[v < 3] }, noise), says: "Not estimable", sayzh: "无法估计"},
		"values beyond all sense": {table: villageTable(11, 12, threeOf, func(v, m int) string { return fmt.Sprintf("%d%s,40", 1+v+m, strings.Repeat("0", 250)) }), says: "Not estimable", sayzh: "无法估计"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "villages.csv")
			write(t, file, []byte(c.table))
			arguments := append([]string{"compare", file, "--numerator", "done", "--denominator", "due"}, c.flags...)
			for lang, want := range map[string]string{"en": c.says, "zh": c.sayzh} {
				status, out, stderr := session(t, append(arguments, "--lang", lang)...)
				// Sentences are broken into lines, in Chinese in the middle of a word.
				joined := strings.ReplaceAll(out, "\n  ", map[string]string{"en": " ", "zh": ""}[lang])
				if status != statusDone || !strings.Contains(joined, want) {
					t.Errorf("%s: status %d, want %q in\n%s%s", lang, status, want, out, stderr)
				}
				if strings.Contains(out, "NaN") || strings.Contains(out, "Inf") || strings.Contains(out, "answer_") || strings.Contains(out, "{") {
					t.Errorf("%s: a number that is none, or a phrase not filled, in\n%s", lang, out)
				}
			}
			status, out, stderr := session(t, append(arguments, "--format", "json")...)
			var document struct {
				Verdict    string
				Difference *float64
			}
			if err := json.Unmarshal([]byte(out), &document); status != statusDone || err != nil {
				t.Fatalf("status %d, %v: %s%s", status, err, out, stderr)
			}
			if got := document.Difference != nil; got != c.estimated || (document.Verdict == "not_estimable") == c.estimated {
				t.Errorf("estimated %v with the verdict %q, want %v", got, document.Verdict, c.estimated)
			}
			for _, more := range [][]string{{"--format", "csv", "--table", "starts"}, {"--format", "csv"}} {
				if status, out, stderr := session(t, append(arguments, more...)...); status != statusDone || strings.Contains(out, "NaN") {
					t.Errorf("%v: status %d\n%s%s", more, status, out, stderr)
				}
			}
			power := append([]string{"compare", "power", file, "--numerator", "done", "--denominator", "due", "--lang", "en"}, c.flags...)
			if status, out, stderr := session(t, power...); status != statusDone || strings.Contains(out, "NaN") || !strings.Contains(out, "Smallest change") {
				t.Errorf("power: status %d\n%s%s", status, out, stderr)
			}
		})
	}
}

// TestAPlanOutlivesItsTable: periods may be numbers, of which a longer table has more digits; a plan known up to period 9 stands before
// period 10 all the same. What the table itself names stays as it stands, and a past that was rewritten is told.
func TestAPlanOutlivesItsTable(t *testing.T) {
	weeks := func(last int, spoilt string) string {
		lines := []string{"village,month,start,done,due"}
		for v := range 11 {
			for w := 1; w <= last; w++ {
				done := 10 + (v*7+w*5+v*w)%13
				if v < 3 && w >= 10 {
					done += 14
				}
				line := fmt.Sprintf("months of %d,%d,%s,%d,40", v+1, w, map[bool]string{true: "10"}[v < 3], done)
				if spoilt != "" && v == 5 && w == 4 {
					line = "months of 6,4,," + spoilt + ",40"
				}
				lines = append(lines, line)
			}
		}
		return strings.Join(lines, "\n") + "\n"
	}
	file := filepath.Join(t.TempDir(), "weeks.csv")
	write(t, file, []byte(weeks(9, "")))
	if status, _, stderr := session(t, "compare", "plan", file, "--question", "q", "--outcomes", "done/due", "--smallest", "5", "--by", "王样本"); status != statusDone {
		t.Fatal(stderr)
	}
	for name, c := range map[string]struct {
		last                int
		spoilt, says, never string
	}{
		"two digits":       {20, "", "The plan came first", "have changed"},
		"a past rewritten": {20, "39", "have been changed since", "did not come first"},
	} {
		write(t, file, []byte(weeks(c.last, c.spoilt)))
		status, out, stderr := session(t, "compare", file, "--lang", "en")
		joined := strings.ReplaceAll(out, "\n  ", " ")
		if status != statusDone || !strings.Contains(joined, c.says) || strings.Contains(joined, c.never) {
			t.Errorf("%s: status %d, want %q and no %q in\n%s%s", name, status, c.says, c.never, joined, stderr)
		}
		for _, want := range []string{"months of 1, months of 2, months of 3", `column "month" is taken`, "Periods 0–2", "11 periods since the start"} {
			if !strings.Contains(joined, want) {
				t.Errorf("%s: no %q in\n%s", name, want, joined)
			}
		}
	}
}

// TestAPlanThatIsNoneIsRefused: where somebody has written the plan file by hand, or cut it short, the command says so and does not crash.
func TestAPlanThatIsNoneIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "villages.csv")
	write(t, file, []byte(villageTable(11, 12, func(v int) string { return map[bool]string{true: "2020-07"}[v < 3] }, func(v, m int) string { return fmt.Sprintf("%d,40", 10+(v*7+m*5+v*m)%13) })))
	for _, plan := range []string{"- question: q\n", "- outcomes: [done]\n", "question: q\n", "- outcomes: {a: b}\n", "\t"} {
		write(t, file+".plan.yaml", []byte(plan))
		if status, out, stderr := session(t, "compare", file, "--outcome", "done/due"); status != statusFailed || !strings.Contains(stderr, "mend the file, or move it away") || out != "" {
			t.Errorf("%q: status %d\n%s%s", plan, status, out, stderr)
		}
	}
}

// TestAMonthOfAPilotWithoutARowHasNoCost: what was spent in a period that no row of a pilot speaks of is unknown, and so is the total; with a
// row for every period it is the sum.
func TestAMonthOfAPilotWithoutARowHasNoCost(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(villageTable(11, 12, func(v int) string { return map[bool]string{true: "2020-07"}[v < 3] }, func(v, m int) string { return fmt.Sprintf("%d,40", 10+(v*7+m*5+v*m)%13) })), "\n")
	for i := range lines {
		lines[i] += map[bool]string{true: ",spent", false: ",100"}[i == 0]
	}
	file := filepath.Join(t.TempDir(), "villages.csv")
	cost := func(lines []string) (total *float64, notes []string) {
		write(t, file, []byte(strings.Join(lines, "\n")+"\n"))
		status, out, stderr := session(t, "compare", file, "--numerator", "done", "--denominator", "due", "--cost", "spent", "--format", "json")
		var document struct {
			Cost  struct{ Total *float64 }
			Notes struct{ En []string }
		}
		if err := json.Unmarshal([]byte(out), &document); status != statusDone || err != nil {
			t.Fatalf("status %d, %v: %s%s", status, err, out, stderr)
		}
		return document.Cost.Total, document.Notes.En
	}
	if total, notes := cost(lines); total == nil || *total != 3*6*100 {
		t.Errorf("of every period: %v, %v", total, notes)
	}
	without := slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return strings.HasPrefix(line, "V02,2020-09,") })
	if total, notes := cost(without); total != nil || !strings.Contains(strings.Join(notes, "\n"), "V02 has no row of 2020-09") {
		t.Errorf("of one period too few: %v, %v", total, notes)
	}
}

// TestAClusterThatIsPilotAndNotIsRefused: units that began together in one cluster are compared as one, which cannot be a pilot and none.
func TestAClusterThatIsPilotAndNotIsRefused(t *testing.T) {
	lines := []string{"village,month,start,done,due,area,pilot"}
	for _, line := range strings.Split(strings.TrimSpace(villageTable(12, 12, func(v int) string { return map[bool]string{true: "2020-07"}[v < 4] }, func(v, m int) string { return fmt.Sprintf("%d,40", 10+(v*7+m*5+v*m)%13) })), "\n")[1:] {
		cells := strings.Split(line, ",")
		var v int
		if _, err := fmt.Sscanf(cells[0], "V%d", &v); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, strings.Join(append(cells[:5], fmt.Sprintf("A%d", (v+1)/2), map[bool]string{true: "yes", false: "no"}[v < 4]), ","))
	}
	file := filepath.Join(t.TempDir(), "villages.csv")
	write(t, file, []byte(strings.Join(lines, "\n")+"\n"))
	asked := []string{"compare", file, "--numerator", "done", "--denominator", "due", "--cluster", "area", "--pilot", "pilot", "--lang", "en"}
	status, out, stderr := session(t, asked...)
	for _, want := range []string{"in the cluster A2 V03 is a pilot and V04 is none", "row 38", "mark all units of a cluster as pilots or none"} {
		if status == statusDone || !strings.Contains(stderr, want) {
			t.Errorf("status %d, want %q in\n%s%s", status, want, out, stderr)
		}
	}
	write(t, file, []byte(strings.ReplaceAll(strings.Join(lines, "\n"), "A2,no", "A2,yes")+"\n"))
	if status, out, stderr := session(t, asked...); status != statusDone || !strings.Contains(out, "2 pilots") {
		t.Errorf("status %d\n%s%s", status, out, stderr)
	}
}

// TestATableThatIsNoneIsRefusedFirst: what is wrong with a flag is said before the file is looked for.
func TestATableThatIsNoneIsRefusedFirst(t *testing.T) {
	status, _, stderr := session(t, "compare", filepath.Join(t.TempDir(), "none.csv"), "--table", "all", "--format", "csv")
	if status != statusUsage || !strings.Contains(stderr, "conditions") || strings.Contains(stderr, "none.csv") {
		t.Errorf("status %d: %s", status, stderr)
	}
}

// TestPilotsBesideTheRolloutOfATable: the rollout and its start groups can be chosen of a table as of a town, by the period as the table
// writes it, and one pilot alone; what cannot be compared is said, and what is not there refused.
func TestPilotsBesideTheRolloutOfATable(t *testing.T) {
	lines := []string{"village,week,start,done,due"}
	starts := []string{"8", "8", "8", "9", "9", "9", "10", "10", "10", "10", ""}
	for v, start := range starts {
		for w := 1; w <= 16; w++ {
			lines = append(lines, fmt.Sprintf("V%02d,%d,%s,%d,40", v+1, w, start, 10+(v*7+w*5+v*w)%13))
		}
	}
	file := filepath.Join(t.TempDir(), "weeks.csv")
	write(t, file, []byte(strings.Join(lines, "\n")+"\n"))
	for _, c := range []struct {
		flags  []string
		result string
		rows   int
		says   string
	}{
		{[]string{"--with", "rollout"}, "3,7", 10, "3 pilots changed by"},
		{[]string{"--with", "9"}, "3,3", 6, "3 of the rollout by"},
		{[]string{"--with", "10", "--only", "V02"}, "1,4", 5, "7 periods"},
	} {
		arguments := append([]string{"compare", file, "--outcome", "done/due", "--lang", "en"}, c.flags...)
		status, out, stderr := session(t, arguments...)
		if joined := strings.ReplaceAll(out, "\n  ", " "); status != statusDone || !strings.Contains(joined, c.says) || !strings.Contains(joined, "no conclusion by itself") || strings.Contains(out, "month") || strings.Contains(out, "NaN") {
			t.Errorf("%v: status %d, want %q in\n%s%s", c.flags, status, c.says, joined, stderr)
		}
		_, out, _ = session(t, append(arguments, "--format", "csv")...)
		if row := strings.Split(out, "\n"); len(row) != 3 || !strings.Contains(row[1], ","+c.result+",") {
			t.Errorf("%v: %s", c.flags, out)
		}
		var document struct {
			Difference *float64
			Villages   []struct{ Side, Start string }
			Since      int `json:"months_since"`
			Months     []struct{ Since int }
		}
		_, out, _ = session(t, append(arguments, "--format", "json")...)
		if err := json.Unmarshal([]byte(out), &document); err != nil || document.Difference == nil || len(document.Villages) != c.rows || document.Villages[0].Start != "8" || len(document.Months) == 0 || document.Since == 0 {
			t.Errorf("%v: %v, %+v", c.flags, err, document)
		}
	}
	for _, none := range [][]string{{"--with", "11"}, {"--with", "8"}, {"--only", "V04"}, {"--only", "V11"}} {
		if status, out, stderr := session(t, append([]string{"compare", file, "--outcome", "done/due"}, none...)...); status != statusUsage || out != "" || !strings.Contains(stderr, none[1]) {
			t.Errorf("%v: status %d\n%s%s", none, status, out, stderr)
		}
	}
	write(t, file, []byte(villageTable(8, 12, func(v int) string { return map[bool]string{true: "2020-07"}[v < 3] }, func(v, m int) string { return "20,40" })))
	if status, out, stderr := session(t, "compare", file, "--outcome", "done/due", "--with", "rollout", "--lang", "en"); status != statusDone || !strings.HasPrefix(out, "Pilots and rollout cannot be compared") || !strings.Contains(out, "there is no rollout to compare with") {
		t.Errorf("without a rollout: status %d\n%s%s", status, out, stderr)
	}
}
