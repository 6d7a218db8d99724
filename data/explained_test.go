package data

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// keysOf are the keys a file may hold for a type, at every depth.
func keysOf(t reflect.Type) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var keys []string
	for field := range t.Fields() {
		keys = append(append(keys, field.Tag.Get("yaml")), keysOf(field.Type)...)
	}
	return keys
}

// setting is a line of the explained file that holds a key or an element of a list, its comment sign before it.
var setting = regexp.MustCompile(`(?m)^# ( *(?:[a-z_]+:|- ).*)$`)

// TestTheExplainedProgrammeHoldsEveryKeyAndChangesNothing: as "hulian init" writes it, a town runs by the defaults, and so
// it does with every setting uncommented.
func TestTheExplainedProgrammeHoldsEveryKeyAndChangesNothing(t *testing.T) {
	explained := ProgrammeExplained()
	if diff := cmp.Diff(DefaultProgramme(), mustRead(t, programmeFile(t, explained))); diff != "" {
		t.Errorf("as it is written (-default +got):\n%s", diff)
	}
	for line := range strings.Lines(explained) {
		if line != "\n" && !strings.HasPrefix(line, "#") {
			t.Errorf("a line is in force: %s", line)
		}
	}
	for _, key := range keysOf(reflect.TypeFor[Programme]()) {
		if !regexp.MustCompile(`(?m)^#.*\b` + key + `: ?`).MatchString(explained) {
			t.Errorf("the key %s is not explained", key)
		}
	}
	uncommented := setting.ReplaceAllString(explained, "$1")
	if strings.Count(uncommented, "\n") == strings.Count(explained, "\n") && !strings.Contains(uncommented, "\nissues:\n") {
		t.Fatal("nothing was uncommented")
	}
	if diff := cmp.Diff(DefaultProgramme(), mustRead(t, programmeFile(t, uncommented))); diff != "" {
		t.Errorf("with every setting uncommented (-default +got):\n%s", diff)
	}
	edited := strings.NewReplacer("# linking:\n", "linking:\n", "#   households_limit: 15\n", "  households_limit: 12\n").Replace(explained)
	if got := mustRead(t, programmeFile(t, edited)); got.Linking.HouseholdsLimit != 12 || got.Linking.HouseholdsTarget != 10 {
		t.Errorf("with one limit changed: %+v", got.Linking)
	}
}

// TestEveryGroupOfTheProgrammeIsExplainedInBothLanguages looks at the comment above every key that has one of its own.
func TestEveryGroupOfTheProgrammeIsExplainedInBothLanguages(t *testing.T) {
	content, err := files.ReadFile("programme.yaml")
	if err != nil {
		t.Fatal(err)
	}
	comment, said := "", 0
	for line := range strings.Lines(string(content)) {
		switch trimmed := strings.TrimSpace(line); {
		case strings.HasPrefix(trimmed, "#"):
			comment += trimmed
		case comment != "":
			if !hasHan(comment) || !regexp.MustCompile(`[A-Za-z]{3,}`).MatchString(comment) {
				t.Errorf("the comment above %q is not in both languages: %s", trimmed, comment)
			}
			comment = ""
			said++
		}
	}
	if said < 40 {
		t.Errorf("only %d comments stand above keys", said)
	}
}

// TestAKeyWithoutAValueKeepsItsDefault: whoever uncomments the name of a section alone has changed nothing.
func TestAKeyWithoutAValueKeepsItsDefault(t *testing.T) {
	for _, content := range []string{"stars:\n", "issues:\nlinking:\n  households_limit:\n", "reading: {targets: }\n", "~\n", "hard_criteria: null\n"} {
		if diff := cmp.Diff(DefaultProgramme(), mustRead(t, programmeFile(t, content))); diff != "" {
			t.Errorf("%q (-default +got):\n%s", content, diff)
		}
	}
}

func TestAKeyInTheWrongPlaceIsToldItsPlace(t *testing.T) {
	for content, says := range map[string]string{
		"feedback_days: 3\n":                     `line 1: unknown name "feedback_days": it stands below another key: "issues.feedback_days"`,
		"issues:\n  easy: 3\n":                   `line 2: unknown name "issues.easy": it stands below another key: "issues.due_days.easy"`,
		"linking: {households_limit: viele}\n":   "line 1: it must be a whole number",
		"data_quality: {threshold: hoch}\n":      "line 1: it must be a number",
		"month_closing: {one_person: perhaps}":   "line 1: it must be true or false",
		"targets: {card_rate: 1}\n":              `"reading.targets"`,
		"doubtful_visits: {sample_of: 3}\n":      `there are callback_sample`,
		"doubtful_visits: {text_repeats: 3}\n":   `did you mean "doubtful_visits.same_text_repeats"?`,
		"cadre_signals:\n  points: 3\n":          `did you mean "cadre_signals.points_months"?`,
		"weak_villages: {funnel: .99}\n":         `did you mean "weak_villages.funnel_limit"?`,
		"events: [{on: 2017-05-01, title: x}]\n": `there are name, on, village`,
	} {
		_, err := ReadProgramme(programmeFile(t, content))
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", content, err, says)
		}
	}
}

func TestNearestKnowsWordsBesidesSlips(t *testing.T) {
	keys := []string{"listen", "lang", "keep_landed_days", "keep_runs", "memory_limit", "schedule"}
	for word, want := range map[string]string{
		"listen_adr": "listen", "listen_address": "listen", "language": "lang", "keep_days": "keep_landed_days", "memory": "memory_limit", "days_landed": "keep_landed_days",
		"key": "", "port": "", "limit": "memory_limit", "schedul": "schedule", "keep": "keep_runs", "语言": "",
	} {
		if got := Nearest(word, keys); got != want {
			t.Errorf("%s: %q, want %q", word, got, want)
		}
	}
	for word, want := range map[string]string{"report": "", "imprt": "import", "inport": "import", "exprot": ""} {
		if got := Nearest(word, []string{"import", "run", "serve"}); got != want {
			t.Errorf("%s: %q, want %q", word, got, want)
		}
	}
}
