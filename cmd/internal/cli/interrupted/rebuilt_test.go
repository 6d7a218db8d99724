package interrupted

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"hulian/cmd/internal/cli/clitest"
	"hulian/data/trials"
)

// loadingAnew reports whether the warehouse lies there that is to take the place of the one before.
func loadingAnew(town string) bool {
	_, err := os.Stat(filepath.Join(town, ".loading-warehouse.duckdb"))
	return err == nil
}

// TestKilledWhileEverythingIsLoadedAnew sets a row aside, for which everything is loaded into another warehouse that takes the
// place of the first, and kills that, every other time from when the other one is there. What was entered has landed or has not;
// people see the numbers before or after it; the next run ends accordingly.
func TestKilledWhileEverythingIsLoadedAnew(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes")
	}
	month := clitest.Month(t)
	before, _ := clitest.Seen(t, month)
	landed := len(clitest.Landed(t, month))
	town := filepath.Join(t.TempDir(), "town")
	aside := []string{"aside", "--export", "visits", "--key", "V20180101-00002", "--by", "李样本", "--reason", "误录"}
	clitest.Copied(t, month, town)
	started := time.Now()
	if status, out, stderr := clitest.Process(t, append(aside, "--dir", town)...); status != clitest.Done {
		t.Fatalf("undisturbed: status %d\n%s%s", status, out, stderr)
	}
	whole := time.Since(started)
	after, _ := clitest.Seen(t, town)
	if after == before {
		t.Fatal("the row changes nothing: kills could not be told apart")
	}
	random := rand.New(rand.NewPCG(2018, 8))
	entered, swapping, survived := 0, 0, 0
	wanted := max(trials.Kills(t, 8)/4, 2)
	for kill := 0; kill < wanted; kill++ {
		clitest.Must(t, os.RemoveAll(town))
		clitest.Copied(t, month, town)
		begun := atOnce
		if kill%2 == 1 {
			begun = loadingAnew
		}
		if !killed(t, town, time.Duration(random.Float64()*float64(whole)), begun, aside...) {
			survived++
			continue
		}
		if loadingAnew(town) {
			swapping++
		}
		want := before
		if len(clitest.Landed(t, town)) > landed {
			entered++
			want = after
		}
		if seen, _ := clitest.Seen(t, town); seen != before && seen != want {
			t.Fatalf("kill %d: people see neither the old numbers nor the new ones", kill)
		}
		if found, status, stderr := clitest.Findings(t, town); status != clitest.Done {
			t.Fatalf("kill %d: check: status %d, %v\n%s", kill, status, found, stderr)
		}
		if status, out, stderr := clitest.Process(t, "run", "--dir", town); status != clitest.Done {
			t.Fatalf("kill %d: the run that resumes: status %d\n%s%s", kill, status, out, stderr)
		}
		if seen, _ := clitest.Seen(t, town); seen != want {
			t.Fatalf("kill %d: the run that resumed ends elsewhere", kill)
		}
		clitest.Litter(t, town)
	}
	t.Logf("%d kills over %s, %d while the other warehouse lay there; %d entries had landed; %d commands were faster than their killer",
		wanted-survived, whole.Round(time.Millisecond), swapping, entered, survived)
}

// TestKilledWhileItRepairs kills repairs of a town of which the warehouse, a snapshot and the list of landed files are damaged.
// People see what they saw all the while, and the repair that is let live puts everything right.
func TestKilledWhileItRepairs(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes")
	}
	month := clitest.Month(t)
	before, _ := clitest.Seen(t, month)
	for _, name := range []string{"warehouse.duckdb", "snapshots/gen-000003.duckdb", "landed/manifest.ndjson"} {
		path := filepath.Join(month, filepath.FromSlash(name))
		content, err := os.ReadFile(path)
		clitest.Must(t, err)
		content[200] ^= 4
		clitest.Must(t, os.WriteFile(path, content, 0o600))
	}
	town := filepath.Join(t.TempDir(), "town")
	clitest.Copied(t, month, town)
	started := time.Now()
	if found, status, stderr := clitest.Findings(t, town, "--repair"); status != clitest.Done {
		t.Fatalf("undisturbed: status %d, %v\n%s", status, found, stderr)
	}
	whole := time.Since(started)
	random := rand.New(rand.NewPCG(2018, 9))
	survived, wanted := 0, max(trials.Kills(t, 8)/4, 2)
	for kill := 0; kill < wanted; {
		clitest.Must(t, os.RemoveAll(town))
		clitest.Copied(t, month, town)
		for again := true; again && kill < wanted; again = random.IntN(2) == 0 {
			if !killed(t, town, time.Duration(random.Float64()*float64(whole)), atOnce, "check", "--repair") {
				survived++
				break
			}
			kill++
			if seen, _ := clitest.Seen(t, town); seen != before {
				t.Fatalf("kill %d: people see something else", kill)
			}
		}
		if found, status, stderr := clitest.Findings(t, town, "--repair"); status != clitest.Done {
			t.Fatalf("kill %d: the repair after it: status %d, %v\n%s", kill, status, found, stderr)
		}
		if seen, _ := clitest.Seen(t, town); seen != before {
			t.Fatalf("kill %d: after the repair people see something else", kill)
		}
		if status, out, stderr := clitest.Process(t, "run", "--dir", town); status != clitest.Done {
			t.Fatalf("kill %d: a run after the repair: status %d\n%s%s", kill, status, out, stderr)
		}
		clitest.Litter(t, town)
	}
	t.Logf("%d kills over %s; %d repairs were faster than their killer", wanted, whole.Round(time.Millisecond), survived)
}
