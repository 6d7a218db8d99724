package analyze

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// workedExamples lists the cases with known answers, which are handed out beside the repository.
func workedExamples(t *testing.T) []string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "..", "shared", "truth")
	paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		if os.Getenv("CI") != "" {
			t.Fatalf("no worked example in %s", dir)
		}
		t.Skipf("no worked example in %s", dir)
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
