package propose

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hulian/pipelines"
	"hulian/pipelines/load/match"
)

// TestWaysRestOnWhatTheRowsHold: how a column could be made is proposed where the values say so, and nowhere else.
func TestWaysRestOnWhatTheRowsHold(t *testing.T) {
	for what, c := range map[string]struct {
		export, content string
		has, lacks      []string
	}{
		"closed before it is closed":     {"issues", "问题编号,收集时间,办结时间,状态\n1,2018-01-03,2018-01-05,已办结\n2,2018-01-04,2018-01-20,办理中\n", []string{"# or: resolved_at: {header: 办结时间, only: {header: 状态, is: [已办结]}}"}, nil},
		"closed where it is closed":      {"issues", "问题编号,收集时间,办结时间,状态\n1,2018-01-03,2018-01-05,已办结\n2,2018-01-04,,未办结\n", nil, []string{"only:"}},
		"closed without a word for open": {"issues", "问题编号,收集时间,办结时间,状态\n1,2018-01-03,2018-01-05,已办结\n2,2018-01-04,2018-01-06,已办结\n", nil, []string{"only:"}},
		"a limit in hours":               {"issues", "问题编号,收集时间,办理时限（小时）\n1,2018-01-03 09:00,24\n2,2018-01-04 09:00,48\n", []string{"#? due_on: {from: 收集时间, plus: 办理时限（小时）, unit: hours}"}, nil},
		"the day itself":                 {"issues", "问题编号,收集时间,反馈时间,反馈天数\n1,2018-01-03,2018-01-05,2\n", nil, []string{"plus:"}},
		"decimals in a count":            {"households", "农户编号,村编号,支部编号,常住人口\nH1,V01,B01,3\nH2,V01,B01,2.5\n", []string{"# or: residents: {header: 常住人口, round: true}"}, nil},
		"a start and an end":             {"visits", "农户编号,党员编号,走访时间,到达,离开\nH1,M1,2018-01-03,2018-01-03 09:00,2018-01-03 09:30\n", []string{"#? minutes: {from: 到达, until: 离开}"}, nil},
		"a key that repeats":             {"issues", "问题编号,收集时间\n1,2018-01-03\n1,2018-01-04\n", []string{"# or: keep: last"}, []string{"join:", "{row:"}},
		"no key at all":                  {"issues", "收集时间,标题\n2018-01-03,路灯\n2018-01-04,路灯\n", []string{"# or: issue_id: {row: true}"}, []string{"join:"}},
		"one town":                       {"issues", "问题编号,收集时间,乡镇\n1,2018-01-03,逍林镇\n2,2018-01-04,逍林镇\n", nil, []string{"where:"}},
	} {
		at := filepath.Join(t.TempDir(), "x.csv")
		if err := os.WriteFile(at, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		all, err := Propose(t.Context(), at, "x.csv", pipelines.MappingAsk{Export: c.export}, "", nil)
		if err != nil || len(all) != 1 {
			t.Fatalf("%s: %v %v", what, all, err)
		}
		text := match.DraftOf("x", all[0], pipelines.MappingAsk{})
		for _, want := range c.has {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", what, want, text)
			}
		}
		for _, wrong := range c.lacks {
			if strings.Contains(text, wrong) {
				t.Errorf("%s: %q in\n%s", what, wrong, text)
			}
		}
		if _, err := match.ParseMapping([]byte(text)); err != nil {
			t.Errorf("%s: %v in\n%s", what, err, text)
		}
	}
}
