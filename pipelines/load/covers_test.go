package load

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A file that could not be read speaks of the months of the dates that can be seen in it, else of the month its name gives;
// where neither tells, of any month before it came if it is an export that the programme expects every month.
func TestAFileThatWasNotReadSpeaksOfMonths(t *testing.T) {
	february := "T9,H1,M1,2018-02-08 19:30,入户,25\n"
	header, _, _ := strings.Cut(visitsCSV, "\n")
	whole := book(t, nil, "走访", [][]any{{"走访编号"}, {"T1"}})
	half := string(whole[:len(whole)/2])
	whenever := []string{"0001-01 2018-03"}
	for _, test := range []struct {
		name, content string
		want          []string
	}{
		{"a.csv", header + "\nT8,H1,M1,2018-02-07 08:00,入户,25\n\"T9,H1,M1,2018/2/8,入户,25\n", []string{"2018-02 2018-02"}},
		{"b.json", `[{"走访编号":"T9","走访时间":"2018-02-08 19:30"},{"走访编号":"T10","走访`, []string{"2018-02 2018-02"}},
		{"c.csv", "品名,单价,日期\n纸,3,2018年2月8日\n笔,2,2018-01-31\n", []string{"2018-01 2018-01", "2018-02 2018-02"}},
		{"d.csv", strings.Replace(header, "农户编号", "对象", 1) + "\n" + february, []string{"2018-02 2018-02"}},
		{"e.csv", string(gb18030(t, header+"\n\"T9,H1,M1,2018-02-08,入户,25\n")), []string{"2018-02 2018-02"}},
		{"f.csv", header + "\n\"T9,H1,M1,2018-02-08,入户,25,2019-05-01\n", []string{"2018-02 2018-02"}}, // nobody knows what will be
		{"走访记录.xlsx", half, whenever},
		{"走访记录2018-02.xlsx", half, []string{"2018-02 2018-02"}},
		{"g.xlsx", half, []string{"<nil> <nil>"}}, // nothing says that it is a report at all
		{"会议.xlsx", half, []string{"<nil> <nil>"}},
		{"h.csv", "品名,单价\n纸,3\n", []string{"<nil> <nil>"}},
		{"i.csv", strings.Replace(header, "走访时间,", "", 1) + "\nT9,H1,M1,入户,25\n", whenever},
	} {
		town := newTown(t)
		town.clock = town.clock.AddDate(0, 2, -10) // 23 March
		town.registries()
		town.drop(test.name, []byte(test.content))
		c := town.config()
		c.Programme.DataQuality.Expected = []string{"visits"}
		if _, err := Load(t.Context(), town.warehouse, c); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, row := range town.rows("select c.first_month, c.last_month from ops.covers c join ops.files f using (file_no) where f.name = ? order by all", test.name) {
			got = append(got, fmt.Sprint(row[0], " ", row[1]))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}
