package load

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// FuzzLoad hands in any lines under the header of an export that refers to registries: the run ends, and what it read
// is accepted, quarantined or ignored, to the last row (town.load holds that). The same file once more changes nothing.
func FuzzLoad(f *testing.F) {
	_, lines, _ := strings.Cut(visitsCSV, "\n")
	f.Add(lines)
	f.Add("T1,H9,M9,3000-01-01,飞鸽,-1\nT0,H1,M1,2018-01-08,入户,25\nT0,H1,M1,2018-01-08,入户,25\n,,,,,\n合计,,,,,30\nT2\nT3,H1,M1,2018-01-08,入户,25,多,余\n")
	f.Add("\"T1\nT2\",H1,M1,43108.8125,home,１２\nT3,H3,M3,2018/1/8 7:05,,\n")
	header, _, _ := strings.Cut(visitsCSV, "\n")
	another := listed(f)
	f.Fuzz(func(t *testing.T, lines string) {
		if len(lines) > 2000 || !utf8.ValidString(lines) {
			t.Skip()
		}
		town := another(t, ordinary())
		town.drop("走访.csv", []byte(header+"\n"+lines))
		town.load()
		const visits = "select visit_id, household_id, member_id, visited_at, channel, minutes from exports.visits order by all"
		once := town.lines(visits)
		town.drop("又一份.csv", []byte(header+"\n"+lines+"\n"))
		town.load()
		if diff := cmp.Diff(once, town.lines(visits)); diff != "" {
			t.Errorf("the same rows in a second file changed what is known: %s", diff)
		}
	})
}

// FuzzDayNamed reads a day out of any title: a day of this century, written in the title.
func FuzzDayNamed(f *testing.F) {
	for _, title := range []string{"截至2018年1月31日", "村名册_2018-06-05", "2018.1", "20180131", "2018年13月", "2018-02-31", "1999年1月"} {
		f.Add(title)
	}
	f.Fuzz(func(t *testing.T, title string) {
		if day, ok := dayNamed(title); ok && !strings.Contains(title, fmt.Sprint(day.Year())) {
			t.Fatalf("%q names %v", title, day)
		}
	})
}
