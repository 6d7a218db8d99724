package signals

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"hulian/data"
)

// TestEveryMeasureOfActionsIsDefined: each has all its words in both languages, a target that is a setting of the programme, and is counted.
func TestEveryMeasureOfActionsIsDefined(t *testing.T) {
	p := data.DefaultProgramme()
	p.Support = data.SupportRules{AnswerDays: 14, AnsweredTarget: .9, JudgedTarget: .8}
	seen := map[string]bool{}
	for _, m := range ActionMeasures() {
		if seen[m.ID] {
			t.Errorf("%s stands twice", m.ID)
		}
		seen[m.ID] = true
		for _, text := range []data.Text{m.Name, m.Numerator, m.Denominator, m.Note, m.Untold, m.None} {
			if text.Zh == "" || text.En == "" {
				t.Errorf("%s lacks a word: %+v", m.ID, m)
			}
		}
		if (m.Target == "") != (m.TargetIn(p) == 0) {
			t.Errorf("%s is held against %q, which is no setting", m.ID, m.Target)
		}
	}
	// One action of everything, so that what is not counted shows.
	town := Town{Programme: p}
	assessed := []Assessment{{Village: Village{ID: "V1"}, Spells: []string{"2017-06"}, Told: []string{"2017-06", "2017-12"}}}
	full := []Action{{Village: "V1", State: "accepted", Begun: "2017-06-20", FirstDue: "2017-09-30", Judged: "2017-09-20", Closed: "2017-09-20", Relapsed: true, Followed: true, Outcome: Outcome{Judged: true, Chance: .9}}}
	for _, c := range CountActions(town, assessed, full, "", "2017-06-20", day(t, "2018-01-31")) {
		if c.Numerator != 1 || c.Denominator != 1 {
			t.Errorf("%s counts %d/%d of one that is everything", c.ID, c.Numerator, c.Denominator)
		}
	}
	var written []map[string]any
	if err := yaml.NewDecoder(bytes.NewReader(actionMeasuresFile)).Decode(&written); err != nil || len(written) != len(seen) {
		t.Errorf("%d of %d are read: %v", len(seen), len(written), err)
	}
}

func day(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestWhatActionsCount: a signal is due when its days have passed and answered by help that ran or began in time; a day that was moved
// counts as it was written first; what is withdrawn, not due, without verdict or unknown since is left out and said.
func TestWhatActionsCount(t *testing.T) {
	town := Town{Programme: data.DefaultProgramme(), Supports: []Support{{Village: "V3", Started: "2017-07-10"}}}
	town.Programme.Support.AnswerDays = 14
	assessed := []Assessment{
		{Village: Village{ID: "V1"}, Spells: []string{"2017-05", "2017-08", "2018-01"}, Told: []string{"2017-08", "2017-12"}}, // the first before anything was kept, the last not due
		{Village: Village{ID: "V2"}, Spells: []string{"2017-09"}, Told: []string{"2017-09"}},
		{Village: Village{ID: "V3"}, Spells: []string{"2017-09"}}, // helped by a support that still runs
		{Village: Village{ID: "V4"}, Spells: []string{"2017-09"}}, // by nobody
	}
	actions := []Action{
		{Village: "V1", State: "accepted", Begun: "2017-09-14", FirstDue: "2017-11-30", Judged: "2017-11-30", Closed: "2017-11-30", Relapsed: true},
		{Village: "V2", State: "accepted", Begun: "2017-10-15", FirstDue: "2017-12-15", Judged: "2017-12-16", Closed: "2017-12-16"}, // a day late, and nothing known since
		{Village: "V2", State: "open", Begun: "2017-10-20", FirstDue: "2018-03-31", Followed: true, Outcome: Outcome{Judged: true, Chance: .5}},
		{Village: "V2", State: "not_accepted", Begun: "2017-10-20", FirstDue: "2017-12-31", Judged: "2017-12-20", Closed: "2017-12-20", Followed: true, Outcome: Outcome{Judged: true, Chance: .8}},
		{Village: "V4", State: "withdrawn", Begun: "2017-10-01", FirstDue: "2017-12-31", Closed: "2017-12-01", Followed: true, Outcome: Outcome{Judged: true, Chance: .9}},
	}
	type counted struct{ Numerator, Denominator, Untold int }
	counts := func(village, first string) map[string]counted {
		all := map[string]counted{}
		for _, c := range CountActions(town, assessed, actions, village, first, day(t, "2018-01-31")) {
			if c.Without {
				c.Untold = -1
			}
			all[c.ID] = counted{c.Numerator, c.Denominator, c.Untold}
		}
		return all
	}
	want := map[string]counted{"signals_answered": {2, 4, 1}, "actions_judged": {2, 3, 1}, "actions_accepted": {2, 3, 1}, "actions_relapsed": {1, 1, 1}, "actions_better": {1, 2, 2}}
	if diff := cmp.Diff(want, counts("", "2017-09-14")); diff != "" {
		t.Errorf("the town (-want +got):\n%s", diff)
	}
	want = map[string]counted{"signals_answered": {0, 1, 0}, "actions_judged": {1, 2, 1}, "actions_accepted": {1, 2, 1}, "actions_relapsed": {0, 0, 1}, "actions_better": {1, 2, 1}}
	if diff := cmp.Diff(want, counts("V2", "2017-09-14")); diff != "" {
		t.Errorf("a village (-want +got):\n%s", diff)
	}
	if got := counts("", "")["signals_answered"]; got != (counted{}) {
		t.Errorf("signals are counted before any action was kept: %+v", got)
	}
	town.Programme.Support.AnswerDays = 0
	if got := counts("", "2017-09-14")["signals_answered"]; got != (counted{0, 0, -1}) {
		t.Errorf("signals are counted without days laid down: %+v", got)
	}
}

// TestAMonthWithoutDataIsNoRelapse: a village that is weak before and after a month of which nothing came has been weak all along, and
// the month says nothing of it; one that was well in between relapsed.
func TestAMonthWithoutDataIsNoRelapse(t *testing.T) {
	for _, c := range []struct {
		name   string
		gap    bool
		spells int
	}{{"a month without data", true, 1}, {"a month that is well", false, 2}} {
		all := town(seeded(3), false)
		for _, month := range []string{"2017-09", "2017-11"} {
			all.Criteria = append(all.Criteria, Criterion{Village: "V05", ID: "secretary_vacant", Month: month, Met: true, Value: 1})
		}
		if c.gap {
			all.Series["completeness"]["V05"][slices.Index(all.Months, "2017-10")].Numerator = 0
		}
		assessed := Assess(all)
		a := assessed[slices.IndexFunc(assessed, func(a Assessment) bool { return a.Village.ID == "V05" })]
		if len(a.Spells) != c.spells || slices.Contains(a.Told, "2017-10") == c.gap {
			t.Errorf("%s: spells %v, told %v", c.name, a.Spells, a.Told)
		}
	}
}
