package source

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"hulian/pipelines"
)

func TestMemorySurvivesARestart(t *testing.T) {
	at := filepath.Join(t.TempDir(), "sources.json")
	for _, version := range []string{"", `"v1"`, `"v2"`} {
		m, err := OpenMemory(at)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Remember("https://town/走访.csv", version); err != nil {
			t.Fatal(err)
		}
		again, err := OpenMemory(at)
		if err != nil {
			t.Fatal(err)
		}
		if got := again.Landed("https://town/走访.csv"); got != version || again.Landed("elsewhere") != "" {
			t.Errorf("landed %q, want %q", got, version)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(at), ".sources-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestAMemoryThatCannotBeReadOrWrittenSaysSo(t *testing.T) {
	at := filepath.Join(t.TempDir(), "sources.json")
	if err := os.WriteFile(at, []byte(`{"a": `), 0o644); err != nil {
		t.Fatal(err)
	}
	var fault *pipelines.Fault
	if _, err := OpenMemory(at); !errors.As(err, &fault) || fault.At != at || fault.Next == "" {
		t.Errorf("torn file: %v", err)
	}
	m, err := OpenMemory(filepath.Join(t.TempDir(), "gone", "sources.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Remember("a", "v1"); !errors.As(err, &fault) {
		t.Errorf("no folder: %v", err)
	}
	if got := m.Landed("a"); got != "" {
		t.Errorf("remembers %q, which was not written", got)
	}
}
