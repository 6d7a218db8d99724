package damaged

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hulian/cmd/internal/cli/clitest"
	"hulian/data/trials"
)

// TestFlippedBytes flips one byte at a time, at random places, of everything a town keeps: landed content, the manifest, the
// warehouse, what is published and the records of runs. check notices it, or it is harmless: people see every figure and every
// reconciliation as before, now and after a run. What was noticed is cured by check --repair, or, of landed content that lies
// nowhere else, by the same file sent again. Nothing is ever silent.
func TestFlippedBytes(t *testing.T) {
	if testing.Short() {
		t.Skip("runs many processes")
	}
	wanted := trials.Flips(t, 1) // of each kind
	whole := clitest.Month(t)
	before, _ := clitest.Seen(t, whole)
	town := filepath.Join(t.TempDir(), "town")
	for number, kind := range []struct {
		name, pattern string
	}{
		{"landed content", "landed/??/*"}, {"manifest", "landed/manifest.ndjson"}, {"warehouse", "warehouse.duckdb"},
		{"snapshot", "snapshots/*"}, {"marts", "marts/*/*"}, {"run record", "runs/*.json"},
	} {
		t.Run(kind.name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(2018, uint64(number)))
			names, err := fs.Glob(os.DirFS(whole), kind.pattern)
			clitest.Must(t, err)
			noticed, again, harmless := 0, 0, 0
			for flip := range wanted {
				clitest.Must(t, os.RemoveAll(town))
				clitest.Copied(t, whole, town)
				name := names[random.IntN(len(names))]
				path := filepath.Join(town, filepath.FromSlash(name))
				original, err := os.ReadFile(path)
				clitest.Must(t, err)
				at, by := random.IntN(len(original)), byte(1+random.IntN(255))
				flipped := slices.Clone(original)
				flipped[at] ^= by
				clitest.Must(t, os.WriteFile(path, flipped, 0o600))
				what := strings.Join([]string{"flip", strconv.Itoa(flip), name, "byte", strconv.Itoa(at), "by", strconv.Itoa(int(by))}, " ")

				found, status, stderr := clitest.Findings(t, town, "--repair")
				switch {
				case len(found) == 0 && status == clitest.Done:
					harmless++
					unharmed(t, what, town, before)
					continue
				case len(found) == 0:
					t.Errorf("%s: status %d, and nothing found\n%s", what, status, stderr)
				case status != clitest.Done && (!strings.HasPrefix(name, "landed/") || name == "landed/manifest.ndjson"):
					t.Errorf("%s: found %v, and not cured\n%s", what, found, stderr)
				case status != clitest.Done:
					again++
					sent := filepath.Join(t.TempDir(), "again.csv")
					clitest.Must(t, os.WriteFile(sent, original, 0o600))
					if status, out, stderr := clitest.Process(t, "import", "--dir", town, sent); status != clitest.Done {
						t.Errorf("%s: sent again: status %d\n%s%s", what, status, out, stderr)
					}
					if found, status, stderr := clitest.Findings(t, town); status != clitest.Done {
						t.Errorf("%s: after the cure: %v\n%s", what, found, stderr)
					}
				}
				noticed++
				if hash, _ := clitest.Seen(t, town); hash != before {
					t.Errorf("%s: after the cure people see something else", what)
				}
			}
			t.Logf("%s: %d flips, %d noticed, %d of them cured by the same file sent again and the others by check --repair; %d harmless", kind.name, wanted, noticed, again, harmless)
		})
	}
}

// unharmed holds that people see what they saw before, now and after a run.
func unharmed(t *testing.T, what, town, before string) {
	t.Helper()
	if hash, _ := clitest.Seen(t, town); hash != before {
		t.Errorf("%s: not noticed, and people see something else", what)
	}
	if status, out, stderr := clitest.Process(t, "run", "--dir", town); status != clitest.Done {
		t.Errorf("%s: not noticed, and a run ends with status %d\n%s%s", what, status, out, stderr)
	}
	if hash, _ := clitest.Seen(t, town); hash != before {
		t.Errorf("%s: not noticed, and after a run people see something else", what)
	}
	clitest.Landed(t, town)
}
