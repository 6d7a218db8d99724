package page

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/dashboards/chart"
	"hulian/dashboards/page/asktest"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/pagetest"
	"hulian/data"
)

// What happened to the programme is marked where it happened: the waves of the rollout on the town's charts, the start
// and the supports of a village on its own, and what the town's settings name on both; nothing after the page's month.
func TestEventsOfTheProgramme(t *testing.T) {
	named := []data.ProgrammeEvent{{On: "2017-08-20", Name: data.Text{Zh: "考核办法", En: "assessment"}}, {On: "2017-10-01", Name: data.Text{Zh: "拆迁", En: "clearing"}, Village: "V2"}}
	for _, c := range []struct {
		query string
		want  []chart.Mark
	}{
		{"", []chart.Mark{{Month: "2017-05", Name: "启动1村"}, {Month: "2017-08", Name: "推开2村、考核办法"}}},
		{"lang=en", []chart.Mark{{Month: "2017-05", Name: "start in 1 village"}, {Month: "2017-08", Name: "+2 villages, assessment"}}},
		{"village=V1", []chart.Mark{{Month: "2017-05", Name: "启动、培训指导"}, {Month: "2017-08", Name: "考核办法"}}},
		{"branch=B21", []chart.Mark{{Month: "2017-08", Name: "启动、考核办法"}, {Month: "2017-10", Name: "拆迁"}, {Month: "2017-12", Name: "资金支持"}}},
		{"village=V2&month=2017-09", []chart.Mark{{Month: "2017-08", Name: "启动、考核办法"}}},
	} {
		r := asktest.Asked(t, "overview", c.query)
		r.Programme.Events = named
		if diff := cmp.Diff(c.want, block.Marks(r, r.Unit())); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.query, diff)
		}
	}
}

// TestOneEventIsOneSignal: fewer households visited lower two coverages and raise the share long unvisited, and what is overdue is
// open. The overview and the report count two signals, and their rows say which belong together.
func TestOneEventIsOneSignal(t *testing.T) {
	town := pagetest.New(t)
	for _, measure := range []string{"household_coverage", "vulnerable_coverage", "unvisited_share", "open_issues", "overdue_issues"} {
		up := measure == "household_coverage" || measure == "vulnerable_coverage"
		town.Exec(t, `update measures set denominator = case when denominator is not null then 600 end, numerator = case when (month = '2018-01') <> ? then 500 else 100 end + cast(substr(month, 6, 2) as integer) % 3
			where measure = ? and level = 'town'`, up, measure)
		town.Exec(t, "update measures set value = numerator / coalesce(denominator, 1) where measure = ? and level = 'town'", measure)
	}
	together := map[string][]string{"走访覆盖率": {"困难户走访覆盖率", "长期未走访率"}, "超期问题数": {"未办结问题数"}}
	if said := strings.Join(built(t, town, "report", "").Sentences, ""); !strings.Contains(said, "变差2项（走访覆盖率、超期问题数）") {
		t.Errorf("report: the five sentences do not say two events once: %s", said)
	}
	for page, table := range map[string]string{"overview": "changes", "report": "overview-changes"} {
		v := built(t, town, page, "")
		said := strings.Join(v.Sentences, "")
		counted := 0
		_, worse, _ := strings.Cut(said, "变差2项：")
		worse, _, _ = strings.Cut(worse, "；")
		for _, part := range strings.Split(worse, "、") {
			for first, others := range together {
				if names := append([]string{first}, others...); slices.ContainsFunc(names, func(name string) bool { return strings.Contains(part, name+"（连同") }) {
					counted++
				}
			}
		}
		if page == "overview" && counted != 2 { // the report names the first of each in fewer words
			t.Errorf("%s: %d of two events are said once: %s", page, counted, said)
		}
		alone, shared := 0, 0
		for _, row := range tableOf(t, v, table).Rows {
			name, finding := row[0].Text, row[len(row)-1]
			for first, others := range together {
				if name != first && !slices.Contains(others, name) {
					continue
				}
				if strings.Contains(finding.Text, "是同一个信号") {
					shared++
				} else if finding.Tone != "" {
					alone++
				}
			}
		}
		if alone != 2 || shared != 3 {
			t.Errorf("%s: %d rows show a signal, %d say that it is another row's; want 2 and 3", page, alone, shared)
		}
	}
}

// TestTheReportNamesWeakVillagesFirst: the first sentence names them, in a village's own report with its tier first, and the table of the
// first sheet says what is asked of whom by when.
func TestTheReportNamesWeakVillagesFirst(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, "update hard_criteria set met = true, numerator = 3, denominator = 10, value = 0.3 where village_id = 'V2'")
	town.Exec(t, "insert into hard_criteria (village_id, criterion, month, met, numerator, denominator, value, limit_value) values ('V2', 'secretary_vacant', '2018-01', true, 1, 4, 1, 0)")
	for query, want := range map[string]string{"": "薄弱村：新园村。新园村：", "village=V2": "新园村为薄弱村（依据", "village=V1": "福合院村："} {
		v := built(t, town, "report", query)
		if !strings.Contains(v.Sentences[0], want) || query != "" && !strings.HasPrefix(v.Sentences[0], want) {
			t.Errorf("%s: the first sentence is %q, want %q", query, v.Sentences[0], want)
		}
		rows := tableOf(t, v, "asked").Rows
		if query == "village=V1" {
			continue
		}
		if len(rows) == 0 || rows[0][0].Text != "新园村" || rows[0][1].Text == "" || rows[0][2].Text == "" || rows[0][4].Text != "2018年2月底前" {
			t.Errorf("%s: what is asked first: %+v", query, rows)
		}
	}
}
