package queries

import "testing"

// TestMeasuresOfPersonsAreKnown: what a paper for everybody withholds hangs on it.
func TestMeasuresOfPersonsAreKnown(t *testing.T) {
	for id, want := range map[string]bool{"household_coverage": true, "satisfaction_rate": true, "on_time_rate": false, "issues_reported": false} {
		m, known := MeasureOf(id)
		if !known {
			t.Errorf("%s is no measure", id)
		} else if m.OfPersons() != want {
			t.Errorf("%s: %t (%s of %s)", id, m.OfPersons(), m.Numerator.Zh, m.Denominator.Zh)
		}
	}
}
