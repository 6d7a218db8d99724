package data

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEveryDecisionIsNamedAndExplainedInBothLanguages: the page of the standards shows what stands here, to people who have never seen the file.
func TestEveryDecisionIsNamedAndExplainedInBothLanguages(t *testing.T) {
	all := Settings()
	if len(all) < 50 {
		t.Fatalf("only %d settings", len(all))
	}
	technical := regexp.MustCompile(`[a-z]_[a-z]|\.yaml|\{|\bkey\b|hulian|true|false`)
	for _, s := range all {
		for what, text := range map[string]Text{"section": s.Section, "name": s.Name, "sentence": s.Says} {
			if !hasHan(text.Zh) || text.En == "" || hasHan(text.En) {
				t.Errorf("%s: the %s is %+v", s.Path, what, text)
			}
			if found := technical.FindString(text.Zh + text.En); found != "" {
				t.Errorf("%s: the %s says %q, which nobody in an office knows", s.Path, what, found)
			}
		}
		if s.Form == FormWhole && s.Unit == "" {
			t.Errorf("%s is a number of nothing", s.Path)
		}
		if DefaultProgramme().Value(s.Path) == nil {
			t.Errorf("%s has no value", s.Path)
		}
	}
}

func TestAProgrammeComesBackFromItsDocument(t *testing.T) {
	want := DefaultProgramme()
	want.Reading.Targets = map[string]float64{"card_rate": .9}
	want.Linking.HouseholdsLimit = 12
	got, err := ParseProgramme(want.Document())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.settled(), got.settled()); diff != "" {
		t.Error(diff)
	}
}

// TestOneSettingIsRewrittenAndNothingElse: whatever somebody has written into the file by hand stays, comments included.
func TestOneSettingIsRewrittenAndNothingElse(t *testing.T) {
	own := "# our own words\nlinking:\n  # decided on 3 March\n  households_limit: 12 # at most\n\n# the meeting of May\nstars:\n  - {stars: 5, name: {zh: 五星, en: Five stars}, funding: 9000}\n"
	for name, c := range map[string]struct {
		content, path, written string
		holds                  []string
	}{
		"a file of comments":   {ProgrammeExplained(), "issues.feedback_days", "5", []string{"\nissues:\n  feedback_days: 5\n", "# 本镇的约定"}},
		"no file":              {"", "weak_villages.probability", "0.9", []string{"weak_villages:\n  probability: 0.9\n"}},
		"a value that stands":  {own, "linking.households_limit", "10", []string{"# our own words", "# decided on 3 March", "households_limit: 10 # at most", "# the meeting of May", "funding: 9000"}},
		"another key":          {own, "linking.households_target", "8", []string{"households_limit: 12 # at most", "households_target: 8"}},
		"back to the default":  {own, "linking.households_limit", "15", []string{"# decided on 3 March", "# our own words"}},
		"another section":      {own, "issues.due_days.hard", "30", []string{"due_days:\n    hard: 30", "# the meeting of May"}},
		"a list":               {own, "stars", "- {stars: 5, name: {zh: 优, en: Best}, funding: 1}\n- {stars: 0, name: {zh: 无, en: None}, funding: 0}", []string{"# the meeting of May", "优"}},
		"targets":              {own, "reading.targets", "{card_rate: 0.9}", []string{"card_rate: 0.9"}},
		"a criterion":          {"", "hard_criteria", "- {id: a, name: {zh: 甲, en: A}, measure: card_rate, fact: '', below: 0.5, above: null, months: 2, minimum_base: 0}", []string{"measure: card_rate, below: 0.5, months: 2}"}},
		"a section of no word": {"linking:\n", "linking.households_limit", "9", []string{"households_limit: 9"}},
		"a null":               {"~\n", "linking.households_limit", "9", []string{"households_limit: 9"}},
	} {
		t.Run(name, func(t *testing.T) {
			fresh, err := Rewritten([]byte(c.content), c.path, c.written)
			if err != nil {
				t.Fatal(err)
			}
			before, after := DefaultProgramme(), DefaultProgramme()
			if err := before.overlay([]byte(c.content)); err != nil {
				t.Fatal(err)
			}
			if err := after.overlay(fresh); err != nil {
				t.Fatal(err)
			}
			want, err := before.With(c.path, c.written)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.settled(), after.settled()); diff != "" {
				t.Errorf("what the file says (-want +got):\n%s\n%s", diff, fresh)
			}
			for _, line := range c.holds {
				if !strings.Contains(string(fresh), line) {
					t.Errorf("%q is not in it:\n%s", line, fresh)
				}
			}
			again, err := Rewritten(fresh, c.path, DefaultProgramme().Written(c.path))
			if err != nil {
				t.Fatalf("back to the default: %v", err)
			}
			back := DefaultProgramme()
			if err := back.overlay(again); err != nil || back.Written(c.path) != DefaultProgramme().Written(c.path) {
				t.Errorf("back to the default: %v\n%s", err, again)
			}
		})
	}
}

func TestASettingThatMakesNoSenseIsNotWritten(t *testing.T) {
	for path, written := range map[string]string{
		"linking.households_limit": "0", "weak_villages.margin": "0.9", "issues.age_bands": "[30, 7]", "issues.feedback_days": "many", "stars.colour": "1", "linking": "{}",
		"data_quality.expected": "[visit]",
	} {
		if fresh, err := Rewritten(nil, path, written); err == nil {
			t.Errorf("%s: %s is written:\n%s", path, written, fresh)
		}
	}
}

// TestEveryBoundIsOfASetting: and a number without one is a number that may be anything, of which there is one.
func TestEveryBoundIsOfASetting(t *testing.T) {
	for path := range bounds {
		if s, ok := SettingOf(path); !ok || s.Form != FormWhole && s.Form != FormNumber {
			t.Errorf("%s is bounded and no number of the programme", path)
		}
	}
	for _, s := range Settings() {
		if _, bounded := BoundsOf(s.Path); (s.Form == FormWhole || s.Form == FormNumber) && !bounded && s.Path != "points.burst_index" {
			t.Errorf("%s may be any number", s.Path)
		}
	}
}
