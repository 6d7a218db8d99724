package unknown

import (
	"encoding/csv"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hulian/cmd/internal/cli/clitest"
)

// The town of these tests: six villages of two branches, ten members and forty households each. Every month each village
// makes 30 visits, reports 12 issues, gains points on 20 days and holds the meeting of both branches.
const (
	villages   = 6
	branches   = 2
	members    = 10
	households = 40
	lastMonth  = "2018-01"
)

// exports are the files of a town by name: header and rows.
type exports map[string][][]string

// townOf makes the town's files from a month to the last one: a file an export and month, and the lists.
func townOf(first string) exports {
	files := exports{
		"村.csv":  {{"village_id", "name", "town", "programme_start", "phase"}},
		"支部.csv": {{"branch_id", "village_id", "name", "secretary_id", "committee_count", "group_count"}},
		"党员.csv": {{"member_id", "branch_id", "name", "duty_status"}},
		"农户.csv": {{"household_id", "village_id", "branch_id", "linked_member_id", "card_issued_on", "in_group"}},
	}
	add := func(name string, cells ...string) { files[name] = append(files[name], cells) }
	for v := range villages {
		village := fmt.Sprintf("V%d", v+1)
		add("村.csv", village, fmt.Sprintf("第%d村", v+1), "试镇", "2017-05-01", "推开")
		for b := range branches {
			branch := fmt.Sprintf("%sB%d", village, b+1)
			add("支部.csv", branch, village, branch+"支部", branch+"M0", "3", "3")
		}
		for m := range members {
			branch := fmt.Sprintf("%sB%d", village, m%branches+1)
			add("党员.csv", member(v, m), branch, "王样本"+member(v, m), "可动员")
		}
		for h := range households {
			add("农户.csv", household(v, h), village, fmt.Sprintf("%sB%d", village, h%branches+1), member(v, h%members), "2017-05-20", "是")
		}
	}
	for at, _ := time.Parse("2006-01", first); at.Format("2006-01") <= lastMonth; at = at.AddDate(0, 1, 0) {
		files.month(at)
	}
	return files
}

func member(village, m int) string    { return fmt.Sprintf("V%dB%dM%d", village+1, m%branches+1, m) }
func household(village, h int) string { return fmt.Sprintf("V%dH%02d", village+1, h) }

// month adds the files of one month. Numbers differ a little from month to month, by no chance.
func (files exports) month(at time.Time) {
	month := at.Format("2006-01")
	visits, issues, points, meetings := "走访"+month+".csv", "问题"+month+".csv", "积分"+month+".csv", "会议"+month+".csv"
	files[visits] = [][]string{{"visit_id", "household_id", "member_id", "visited_at"}}
	files[issues] = [][]string{{"issue_id", "reported_at", "village_id", "branch_id", "household_id", "category", "due_on", "resolved_at", "fed_back_at", "satisfaction"}}
	files[points] = [][]string{{"entry_id", "member_id", "awarded_on", "points"}}
	files[meetings] = [][]string{{"branch_id", "kind", "held_on", "expected", "present"}}
	add := func(name string, cells ...string) { files[name] = append(files[name], cells) }
	day := func(n int) time.Time { return at.AddDate(0, 0, n) }
	turn := int(at.Month())
	for v := range villages {
		for n := range 30 + (turn+v)%3 - 1 {
			h := (n + turn*7) % households
			add(visits, fmt.Sprintf("%s-%d-%d", month, v, n), household(v, h), member(v, h%members), day(n%27).Add(time.Duration(9*60+n*7+v)*time.Minute).Format("2006-01-02 15:04"))
		}
		for n := range 12 + (turn*v)%3 - 1 {
			reported, resolved, told := day(n*2), day(n*2+4).Format(time.DateOnly), day(n*2+6).Format(time.DateOnly)
			if n%6 == (turn+v)%6 {
				resolved = day(n*2 + 11).Format(time.DateOnly) // a day late
			}
			if resolved > "2018-01-31" {
				resolved, told = "", ""
			}
			if told > "2018-01-31" {
				told = ""
			}
			add(issues, fmt.Sprintf("%s-%d-%d", month, v, n), reported.Format(time.DateOnly), fmt.Sprintf("V%d", v+1), fmt.Sprintf("V%dB%d", v+1, n%branches+1), household(v, (n*3+turn)%households),
				[]string{"环境卫生", "道路设施", "邻里纠纷"}[n%3], day(n*2+10).Format(time.DateOnly), resolved, told, map[bool]string{true: "满意"}[told != ""])
		}
		for n := range 20 {
			add(points, fmt.Sprintf("%s-%d-%d", month, v, n), member(v, n%members), day(n).Format(time.DateOnly), fmt.Sprint(2+(n+turn)%3))
		}
		for b := range branches {
			add(meetings, fmt.Sprintf("V%dB%d", v+1, b+1), "对账交流会", day(19+b).Format(time.DateOnly), "5", "4")
		}
	}
}

// belated adds to a file of issues some of another month, a few of every village.
func (files exports) belated(file, month string, n int) {
	for i := range n {
		v := i % villages
		files[file] = append(files[file], []string{fmt.Sprintf("%s-late-%d", month, i), month + "-28", fmt.Sprintf("V%d", v+1), fmt.Sprintf("V%dB1", v+1), household(v, i),
			"环境卫生", month + "-28", month + "-28", "", ""})
	}
}

// built writes the files into a town's inbox and runs it as of the end of the last month.
func (files exports) built(t *testing.T) (town string) {
	t.Helper()
	return files.builtAsOf(t, "2018-01-31")
}

func (files exports) builtAsOf(t *testing.T, day string) (town string) {
	t.Helper()
	town = filepath.Join(t.TempDir(), "town")
	clitest.Kept(t, filepath.Join(town, "hulian.yaml"), []byte("cut_off: "+day+"\nschedule: off\n"))
	for _, name := range slices.Sorted(maps.Keys(files)) {
		var text strings.Builder
		w := csv.NewWriter(&text)
		clitest.Must(t, w.WriteAll(files[name]))
		clitest.Kept(t, filepath.Join(town, "inbox", name), []byte(text.String()))
	}
	clitest.Says(t, clitest.Done, "", "run", "--dir", town)
	return town
}

// without drops the rows of files, named by how they begin, that a village sent from a month on.
func (files exports) without(village, from string, kinds ...string) {
	for name, rows := range files {
		for _, kind := range kinds {
			if strings.HasPrefix(name, kind) && strings.TrimPrefix(name, kind) >= from {
				files[name] = slices.DeleteFunc(rows, func(row []string) bool {
					return slices.ContainsFunc(row, func(cell string) bool {
						return cell == village || strings.HasPrefix(cell, village+"B") || strings.HasPrefix(cell, village+"H")
					})
				})
			}
		}
	}
}

// value is one measure of a unit in a month, as the command writes it.
func value(t *testing.T, town, measure, level, unit, month string) map[string]string {
	t.Helper()
	arguments := []string{"metrics", "--dir", town, "--measure", measure, "--level", level, "--month", month}
	if unit != "" {
		arguments = append(arguments, "--unit", unit)
	}
	rows := clitest.Fields(t, arguments...)
	if len(rows) != 1 {
		t.Fatalf("%s of %s %s in %s: %d rows", measure, level, unit, month, len(rows))
	}
	return rows[0]
}

// unknownFor holds a value to be unknown for a reason, with no number in it.
func unknownFor(t *testing.T, reason, town, measure, level, unit, month string) {
	t.Helper()
	if v := value(t, town, measure, level, unit, month); v["reason"] != reason || v["numerator"]+v["denominator"]+v["value"] != "" {
		t.Errorf("%s of %s %s in %s: want unknown (%s): %v", measure, level, unit, month, reason, v)
	}
}

// known holds a value to its numerator and denominator.
func known(t *testing.T, numerator, denominator, town, measure, level, unit, month string) map[string]string {
	t.Helper()
	v := value(t, town, measure, level, unit, month)
	if v["reason"] != "" || v["numerator"] != numerator || v["denominator"] != denominator {
		t.Errorf("%s of %s %s in %s: want %s/%s: %v", measure, level, unit, month, numerator, denominator, v)
	}
	return v
}

// says holds pages to what they must and must not say.
func says(t *testing.T, s *clitest.Server, path string, must, never []string) string {
	t.Helper()
	page := s.Get(t, path)
	for _, text := range must {
		if !strings.Contains(page, text) {
			t.Errorf("%s does not say %q", path, text)
		}
	}
	for _, text := range never {
		if at := strings.Index(page, text); at >= 0 {
			t.Errorf("%s says %q: …%s…", path, text, page[max(0, at-120):min(len(page), at+120)])
		}
	}
	return page
}
