package facts_test

import (
	"testing"

	"hulian/dashboards/visitor"
)

// Of periods that end at different times the later is the newest, whatever comes last as text; of those that end together the shorter.
func TestTheNewestPeriodIsNewestInTime(t *testing.T) {
	for _, c := range []struct{ newest, older string }{
		{"2017-12", "2017H1"}, {"2017Q4", "2017-10"}, {"2017-09", "2017Q2"}, {"2017H2", "2017"}, {"2018-01", "2017"}, {"2017", "2017Q3"}, {"2017-12", "2017H2"}, {"2017", "2016H2"},
	} {
		f, town := opened(t) // what was read once is kept
		town.Exec(t, "delete from member_ratings")
		town.Exec(t, "insert into member_ratings (member_id, period, result) values ('MB11', ?, 'pioneer'), ('MB12', ?, 'warned')", c.newest, c.older)
		found, err := f.MemberResults(t.Context(), of(visitor.Office, ""))
		if err != nil || len(found) != 1 || found[0].Period != c.newest {
			t.Errorf("of %s and %s the newest is %+v: %v", c.newest, c.older, found, err)
		}
	}
}
