package question

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"hulian/dashboards/facts"
)

// The month compared with follows the month that is chosen; a month the snapshot does not have is none, and stays in the address.
func TestTheMonthComparedWith(t *testing.T) {
	s := facts.Snapshot{FirstMonth: "2016-02", LastMonth: "2018-01", Villages: []facts.Unit{{ID: "V1", ProgrammeStart: "2017-07-01"}, {ID: "V2", ProgrammeStart: "2017-05-12"}, {ID: "V3"}}}
	s.Town.Level = facts.LevelTown
	p, _ := ByID("overview")
	for address, want := range map[string]string{
		"": "2017-12", "against=last&month=2017-03": "2017-02", "against=year": "2017-01", "against=year&month=2016-12": "", "against=start": "2017-04", "against=2016-09": "2016-09", "month=2016-02": "",
	} {
		values, err := url.ParseQuery(address)
		if err != nil {
			t.Fatal(err)
		}
		q, err := Read(s, p, values)
		if err != nil || q.Against() != want {
			t.Errorf("%s: %q (%v), want %q", address, q.Against(), err, want)
		}
		if with := values.Get("against"); with != "" && (!strings.Contains(q.Link("overview", At("2017-08")), "against="+with) || q.AgainstName() == "") {
			t.Errorf("%s: lost in %s", address, q.Link("overview", At("2017-08")))
		}
	}
	for _, bad := range []string{"2015-01", "2018-02", "tomorrow", "2017-1"} {
		if _, err := Read(s, p, url.Values{"against": {bad}}); !errors.Is(err, ErrBadFilter) {
			t.Errorf("against=%s: %v", bad, err)
		}
	}
}
