package page

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/dashboards/chart"
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
		r := asked(t, "overview", c.query)
		r.Programme.Events = named
		if diff := cmp.Diff(c.want, r.marks(r.Unit())); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.query, diff)
		}
	}
}
