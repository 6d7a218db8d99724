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
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(at), ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestADamagedMemoryIsAsGoodAsNone: it only saves fetching a file once more, and stops nobody.
func TestADamagedMemoryIsAsGoodAsNone(t *testing.T) {
	at := filepath.Join(t.TempDir(), "sources.json")
	if err := os.WriteFile(at, []byte(`{"a": "v1", "b`), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := OpenMemory(at)
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Landed("a"); got != "" {
		t.Errorf("a damaged file says %q has landed", got)
	}
	if err := m.Remember("a", "v2"); err != nil {
		t.Fatal(err)
	}
	if again, err := OpenMemory(at); err != nil || again.Landed("a") != "v2" {
		t.Errorf("written anew: %v", err)
	}
}

func TestAMemoryThatCannotBeReadOrWrittenSaysSo(t *testing.T) {
	var fault *pipelines.Fault
	if _, err := OpenMemory(t.TempDir()); !errors.As(err, &fault) || fault.Next == "" {
		t.Errorf("a folder in the place of the file: %v", err)
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

// TestTwoMemoriesOfOneFileKnowTheSame: the pipelines of a server and a command beside it each open the file.
func TestTwoMemoriesOfOneFileKnowTheSame(t *testing.T) {
	at := filepath.Join(t.TempDir(), "sources.json")
	var memories []Memory
	for range 2 {
		m, err := OpenMemory(at)
		if err != nil {
			t.Fatal(err)
		}
		memories = append(memories, m)
	}
	for i, origin := range []string{"a", "b", "c", "d"} {
		if err := memories[i%2].Remember(origin, "v1"); err != nil {
			t.Fatal(err)
		}
	}
	for i, m := range memories {
		for _, origin := range []string{"a", "b", "c", "d"} {
			if m.Landed(origin) != "v1" {
				t.Errorf("memory %d has forgotten %s", i, origin)
			}
		}
	}
	if err := os.Remove(at); err != nil { // as the message of a damaged file advises
		t.Fatal(err)
	}
	if got := memories[0].Landed("a"); got != "" {
		t.Errorf("remembers %q of a file that was deleted", got)
	}
}
