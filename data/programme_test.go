package data

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/pipelines"
)

func programmeFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "programme.yaml")
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDefaultsAreValid(t *testing.T) {
	p := DefaultProgramme()
	if err := p.check(); err != nil {
		t.Fatal(err)
	}
	if p.Linking.HouseholdsLimit != 15 || p.Linking.HouseholdsTarget != 10 || p.Linking.UnvisitedDays != 60 ||
		p.Issues.ReopenDays != 90 || p.Issues.RepeatDays != 90 {
		t.Errorf("the programme's published limits are not the defaults: %+v", p)
	}
	for stars := 0; stars <= 5; stars++ {
		i := slices.IndexFunc(p.Stars, func(tier StarTier) bool { return tier.Stars == stars })
		if i < 0 || p.Stars[i].Name.Zh == "" || p.Stars[i].Name.En == "" {
			t.Errorf("no tier for %d stars", stars)
		}
	}
}

func TestTownOverridesOnlyWhatItSays(t *testing.T) {
	want := DefaultProgramme()
	want.Linking.HouseholdsLimit = 12
	want.Reading.Targets = map[string]float64{"card_rate": 80}
	want.ProgrammeStart = "2017-05-01"
	got, err := ReadProgramme(programmeFile(t,
		"programme_start: 2017-05-01\nlinking:\n  households_limit: 12\nreading:\n  targets: {card_rate: 80}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("programme (-want +got):\n%s", diff)
	}
	if start, ok := got.StartDate(); !ok || start.Format(dateLayout) != "2017-05-01" {
		t.Errorf("start %v %v", start, ok)
	}
	if diff := cmp.Diff(DefaultProgramme(), mustRead(t, filepath.Join(t.TempDir(), "absent.yaml"))); diff != "" {
		t.Errorf("without a file (-default +got):\n%s", diff)
	}
	if diff := cmp.Diff(DefaultProgramme(), mustRead(t, programmeFile(t, "# nothing yet\n"))); diff != "" {
		t.Errorf("with an empty file (-default +got):\n%s", diff)
	}
}

func mustRead(t *testing.T, path string) Programme {
	t.Helper()
	p, err := ReadProgramme(path)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestBadProgrammesAreRefused(t *testing.T) {
	for name, c := range map[string]struct{ content, says string }{
		"misspelt key":         {"linking:\n  household_limit: 12\n", `line 2: unknown name "linking.household_limit": did you mean "linking.households_limit"?`},
		"misspelt section":     {"isues: {}\n", `did you mean "issues"?`},
		"key of a list":        {"stars:\n  - {stars: 5, fundin: 1}\n", `did you mean "stars.funding"?`},
		"nothing near":         {"colour: red\n", "there are branch, cadre_signals"},
		"word for a number":    {"linking: {households_limit: many}\n", "line 1"},
		"negative days":        {"issues: {feedback_days: -1}\n", "issues.feedback_days"},
		"share over one":       {"data_quality: {threshold: 80}\n", "between 0 and 1"},
		"zero limit":           {"linking: {households_limit: 0}\n", "1 or more"},
		"target without value": {"reading: {targets: {card_rate: .nan}}\n", "reading.targets.card_rate"},
		"limit without end":    {"hard_criteria: [{id: x, name: {zh: 甲, en: A}, months: 1, fact: vacant_secretaries, above: .inf}]\n", "hard_criteria x: above"},
		"negative base":        {"reading: {minimum_bases: {card_rate: -1}}\n", "reading.minimum_bases.card_rate: -1"},
		"negative evidence":    {"cadre_signals: {peers: -2}\n", "cadre_signals.peers"},
		"not a date":           {"programme_start: May\n", "programme_start"},
		"bands out of order":   {"issues: {age_bands: [30, 7]}\n", "age_bands"},
		"a band of no day":     {"issues: {age_bands: [7, 7]}\n", "age_bands"},
		"unknown export":       {"data_quality: {expected: [visit]}\n", `did you mean "visits"?`},
		"unknown yearly":       {"data_quality: {expected_yearly: [conducts]}\n", `did you mean "conduct"?`},
		"due twice in one":     {"data_quality: {expected: [visits, visits]}\n", "\"visits\" stands there twice"},
		"due twice":            {"data_quality: {expected_yearly: [visits]}\n", "expected by data_quality.expected already"},
		"no day":               {"data_quality: {expected_half_yearly: [ratings]}\n", "no day that tells which months"},
		"criterion of nothing": {"hard_criteria: [{id: x, name: {zh: 甲, en: A}, months: 1, below: 1}]\n", "either a measure or a fact"},
		"criterion unlimited":  {"hard_criteria: [{id: x, name: {zh: 甲, en: A}, months: 1, fact: vacant_secretaries}]\n", "either below or above"},
		"unknown fact":         {"hard_criteria: [{id: x, name: {zh: 甲, en: A}, months: 1, fact: vacancies, above: 1}]\n", "vacant_secretaries"},
		"event of no day":      {"events: [{on: May, name: {zh: 甲, en: A}}]\n", "YYYY-MM-DD"},
		"event of no name":     {"events: [{on: 2017-05-01, name: {zh: 甲}}]\n", "both languages"},
		"two documents":        {"programme_start: ''\n---\nstars: []\n", "more than one document"},
		"a list":               {"- 1\n", "line 1"},
		"not YAML":             {"a: [", "line 1"},
	} {
		t.Run(name, func(t *testing.T) {
			path := programmeFile(t, c.content)
			_, err := ReadProgramme(path)
			if err == nil {
				t.Fatal("accepted")
			}
			if !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %q does not say %q and where", err, c.says)
			}
			var fault *pipelines.Fault
			if !errors.As(err, &fault) || fault.Next == "" {
				t.Errorf("error %v does not say what to do next", err)
			}
		})
	}
}

// TestEverySettingIsRead refuses settings nobody reads: a town that changes one must see something change.
func TestEverySettingIsRead(t *testing.T) {
	var source strings.Builder
	err := filepath.WalkDir("..", func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		if filepath.Dir(path) == filepath.Join("..", "data") {
			return nil // reading and checking them is not using them
		}
		if strings.HasPrefix(filepath.Base(path), "standard") {
			return nil // nor is showing and editing every one of them
		}
		content, err := os.ReadFile(path)
		source.Write(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	awaited := map[string]string{}
	for _, field := range leaves(reflect.TypeFor[Programme](), "") {
		name := field[strings.LastIndex(field, ".")+1:]
		if slices.Contains([]string{"DataQuality.Expected", "DataQuality.Quarterly", "DataQuality.HalfYearly", "DataQuality.Yearly"}, field) {
			name = "DataQuality.Due" // they are read together
		}
		read := regexp.MustCompile(`\.` + name + `\b`).MatchString(strings.ReplaceAll(source.String(), "row.Funding", "")) // what a rating says was paid
		if reason := awaited[field]; read == (reason != "") {
			t.Errorf("%s: read is %v, awaited because %q", field, read, reason)
		}
	}
}

// leaves are the names of all settings, e.g. Issues.DueDays.Easy.
func leaves(of reflect.Type, path string) []string {
	switch {
	case of == reflect.TypeFor[Text]():
		return []string{strings.TrimSuffix(path, ".")}
	case of.Kind() == reflect.Slice:
		return leaves(of.Elem(), path)
	case of.Kind() != reflect.Struct:
		return []string{strings.TrimSuffix(path, ".")}
	}
	var all []string
	for i := range of.NumField() {
		all = append(all, leaves(of.Field(i).Type, path+of.Field(i).Name+".")...)
	}
	return all
}

// TestWhatIsDueOfAMonth: an export is due of the month that ends its period of the calendar year.
func TestWhatIsDueOfAMonth(t *testing.T) {
	q := QualityRules{Expected: []string{"visits"}, Quarterly: []string{"rules"}, HalfYearly: []string{"rights"}, Yearly: []string{"conduct"}}
	visits, rules, rights, conduct := DueExport{"visits", 1}, DueExport{"rules", 3}, DueExport{"rights", 6}, DueExport{"conduct", 12}
	for month, want := range map[string][]DueExport{"2018-02": {visits}, "2018-03": {visits, rules}, "2018-06": {visits, rules, rights}, "2018-12": {visits, rules, rights, conduct}, "": nil, "2018-13": nil} {
		if got := q.Due(month); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", month, got, want)
		}
	}
}

func FuzzProgramme(f *testing.F) {
	f.Add("linking:\n  households_limit: 12\n")
	f.Add("stars: [{stars: 5}]\n---\n- x")
	f.Add("? [a]\n: b\n")
	f.Add("a: &a {b: *a}")
	f.Fuzz(func(t *testing.T, content string) {
		p := DefaultProgramme()
		if err := p.overlay([]byte(content)); err == nil {
			if err := p.check(); err != nil {
				t.Errorf("accepted, but %v", err)
			}
		}
	})
}
