package analyze

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hulian/data/trials"
)

// workedExamples lists the cases with known answers, which are handed out beside the repository. Cases of comparisons by
// methods that are not built yet are left out; once a method is there, its cases must hold.
func workedExamples(t *testing.T) (paths []string) {
	t.Helper()
	dir := trials.Shared(t, "truth")
	all, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(all) == 0 {
		t.Fatalf("no worked example in %s: %v", dir, err)
	}
	later, err := os.ReadFile(filepath.Join(dir, "README-comparison.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range all {
		c, err := ReadCase(path)
		if err != nil {
			t.Fatal(err)
		}
		known := slices.ContainsFunc(Methods(), func(m Method) bool { return m.Name == c.Method || slices.Contains(m.Aliases, c.Method) })
		if known || !strings.Contains(string(later), strings.TrimSuffix(filepath.Base(path), ".json")) {
			paths = append(paths, path)
		}
	}
	return paths
}

func TestWorkedExamples(t *testing.T) {
	for _, path := range workedExamples(t) {
		c, err := ReadCase(path)
		if err != nil {
			t.Fatal(err)
		}
		outcomes, err := c.Execute(t.Context(), "")
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		for _, o := range outcomes {
			t.Run(c.Name+"/"+o.Run.ID, func(t *testing.T) {
				got, err := json.Marshal(o.Document)
				if err != nil {
					t.Fatal(err)
				}
				checked, differences, err := Check(c, o.Run, got)
				if err != nil {
					t.Fatal(err)
				}
				if checked == 0 {
					t.Error("nothing was compared")
				}
				for i, d := range differences {
					if i == 12 {
						t.Errorf("and %d more", len(differences)-i)
						break
					}
					t.Error(d)
				}
			})
		}
	}
}

// TestWeightsOfTheWorkedExample holds the method without covariates to the counties with population weights.
func TestWeightsOfTheWorkedExample(t *testing.T) {
	c, err := ReadCase(filepath.Join(trials.Shared(t, "truth"), "cs_mpdta_rc_weights.json"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := MethodOf("callaway_santanna")
	if err != nil {
		t.Fatal(err)
	}
	file, err := Read(t.Context(), c.Path(), "")
	if err != nil {
		t.Fatal(err)
	}
	for id, control := range map[string]string{"w_1_reg": "nevertreated", "w_1_ny_reg": "notyettreated"} {
		run := c.Runs[slices.IndexFunc(c.Runs, func(r CaseRun) bool { return r.ID == id })]
		call, err := Prepare(m, file, []Flag{{"weights", "w"}, {"control", control}})
		if err != nil {
			t.Fatal(err)
		}
		document, err := call.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		checked, differences, err := Check(c, run, got)
		if err != nil {
			t.Fatal(err)
		}
		if checked < 60 {
			t.Errorf("%s: %d values compared", id, checked)
		}
		for _, d := range differences {
			t.Errorf("%s: %s", id, d)
		}
	}
}
