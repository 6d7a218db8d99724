package damaged

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hulian/cmd/internal/cli/clitest"
	"hulian/data/trials"
	"hulian/pipelines/land"
	"hulian/pipelines/publish"
	"hulian/pipelines/warehouse"
)

// flipBit flips one bit of a file; at counts from the end where it is negative.
func flipBit(t *testing.T, path string, at int64, bit int) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if at < 0 {
		at += int64(len(content))
	}
	content[at] ^= 1 << bit
	if err := errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, content, 0o600)); err != nil {
		t.Fatal(err)
	}
}

// landedFile is the path of one landed file, by what it is called.
func landedFile(t *testing.T, town, name string) string {
	t.Helper()
	dir := filepath.Join(town, "landed")
	all, err := land.Inspect(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range all.Lines {
		if strings.Contains(line.File.Name, name) {
			return land.Path(dir, line.File.ID)
		}
	}
	t.Fatalf("no file %s has landed", name)
	return ""
}

// TestDamageIsFoundAndMended harms a town in every way a disk, a crash or a person does. check names it and says what helps;
// what the next run does is what the advice says; after check --repair the town is clean and people see what they saw before. What other
// tests of this package, or those of package publish, do to the same file is left to a long run.
func TestDamageIsFoundAndMended(t *testing.T) {
	if testing.Short() {
		t.Skip("runs many processes")
	}
	at := func(town, name string) string { return filepath.Join(town, filepath.FromSlash(name)) }
	flipped := func(name string, offset int64) func(*testing.T, string) {
		return func(t *testing.T, town string) { flipBit(t, at(town, name), offset, 2) }
	}
	gone := func(names ...string) func(*testing.T, string) {
		return func(t *testing.T, town string) {
			for _, name := range names {
				clitest.Must(t, os.RemoveAll(at(town, name)))
			}
		}
	}
	written := func(name, content string) func(*testing.T, string) {
		return func(t *testing.T, town string) { clitest.Must(t, os.WriteFile(at(town, name), []byte(content), 0o600)) }
	}
	asked := func(statement string) func(*testing.T, string) {
		return func(t *testing.T, town string) {
			w, err := warehouse.Open(t.Context(), warehouse.Config{Path: at(town, "warehouse.duckdb")})
			clitest.Must(t, err)
			clitest.Must(t, errors.Join(w.Exec(t.Context(), statement), w.Close()))
		}
	}
	for name, c := range map[string]struct {
		harm  func(*testing.T, string)
		found string // codes
		run   int    // status of a run before the repair
		heals bool   // the run alone mends it
		long  bool   // tried in a long run alone
	}{
		"warehouse block":           {flipped("warehouse.duckdb", 1<<20), "warehouse", clitest.Failed, false, true},
		"warehouse header":          {flipped("warehouse.duckdb", 100), "warehouse", clitest.Failed, false, false},
		"warehouse gone":            {gone("warehouse.duckdb"), "warehouse_gone", clitest.Done, true, false},
		"rows taken out of it":      {asked("delete from ops.quarantine where file_no = (select max(file_no) from ops.quarantine)"), "counts", clitest.Done, false, false},
		"a village taken out of it": {asked("delete from exports.villages where village_id = '330282111210'"), "warehouse_differs", clitest.Done, false, false},
		"snapshot block":            {flipped("snapshots/gen-000004.duckdb", 1<<20), "snapshot", clitest.Done, true, false},
		"snapshot gone":             {gone("snapshots/gen-000004.duckdb"), "snapshot", clitest.Done, true, true},
		"snapshot's manifest":       {flipped("snapshots/gen-000004.json", 500), "snapshot", clitest.Done, true, true},
		"snapshot's manifest gone":  {gone("snapshots/gen-000004.json"), "pointer", clitest.Done, true, false},
		"marts":                     {flipped("marts/gen-000004/measures.parquet", 500), "snapshot", clitest.Done, true, false},
		"an older snapshot":         {flipped("snapshots/gen-000003.duckdb", 1<<20), "snapshot", clitest.Done, false, false},
		"pointer gone":              {gone("snapshots/current"), "pointer", clitest.Done, true, true},
		"pointer garbage":           {written("snapshots/current", "garbage"), "pointer", clitest.Done, true, false},
		"pointer to no generation":  {written("snapshots/current", "7\n"), "pointer", clitest.Done, true, true},
		"every snapshot gone":       {gone("snapshots", "marts"), "", clitest.Done, true, true},
		"line of the manifest":      {flipped("landed/manifest.ndjson", 1500), "manifest_line", clitest.Failed, false, false},
		"last line of it":           {flipped("landed/manifest.ndjson", -40), "manifest_line", clitest.Failed, false, true},
		"manifest gone":             {gone("landed/manifest.ndjson"), "manifest_lost", clitest.Failed, false, false},
		"manifest and warehouse": {func(t *testing.T, town string) {
			flipBit(t, at(town, "landed/manifest.ndjson"), 1500, 2)
			flipBit(t, at(town, "warehouse.duckdb"), 100, 2)
		}, "manifest_line warehouse", clitest.Failed, false, false},
		"warehouse and snapshots gone": {gone("warehouse.duckdb", "snapshots", "marts"), "", clitest.Done, true, false},
		"what people entered": {func(t *testing.T, town string) {
			flipBit(t, landedFile(t, town, "waived_problems"), 100, 2)
			clitest.Must(t, os.Remove(landedFile(t, town, "set_asides")+".set_asides.ndjson"))
		}, "landed_changed landed_gone", clitest.Done, false, false},
		"small documents": {func(t *testing.T, town string) {
			records, _ := fs.Glob(os.DirFS(town), "runs/*.json")
			flipBit(t, at(town, records[0]), 200, 2)
			for _, name := range []string{"paused.json", "sources.json", "sentences.json", "notices/0123456789ab.json"} {
				clitest.Kept(t, at(town, name), []byte("{"))
			}
		}, "run_record pauses sentences versions notice", clitest.Done, false, false},
	} {
		if c.long && !trials.All() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			town := clitest.Month(t)
			before, _ := clitest.Seen(t, town)
			c.harm(t, town)
			found, status, stderr := clitest.Findings(t, town)
			for _, code := range strings.Fields(c.found) {
				if status != clitest.Failed || len(found[code]) == 0 || !strings.Contains(stderr, "Try: hulian check --repair") {
					t.Fatalf("status %d, found %v, want %s\n%s", status, found, c.found, stderr)
				}
			}
			tried := filepath.Join(t.TempDir(), "town")
			clitest.Copied(t, town, tried)
			status, out, stderr := clitest.Process(t, "run", "--dir", tried)
			if status != c.run || status == clitest.Failed && !strings.Contains(stderr, "Try: hulian check --repair") {
				t.Errorf("a run: status %d, want %d\n%s%s", status, c.run, out, stderr)
			}
			if c.heals {
				if after, _ := clitest.Seen(t, tried); after != before {
					t.Error("a run does not bring back what people saw")
				}
			}

			// It looks again when it is done, and says what is damaged still.
			if _, status, stderr = clitest.Findings(t, town, "--repair"); status != clitest.Done {
				t.Fatalf("repair: status %d\n%s", status, stderr)
			}
			if after, _ := clitest.Seen(t, town); after != before {
				t.Error("after the repair people see something else")
			}
			if !c.heals {
				if status, out, stderr := clitest.Process(t, "run", "--dir", town); status != clitest.Done || !strings.Contains(stderr, "unchanged") {
					t.Errorf("a run after the repair: status %d\n%s%s", status, out, stderr)
				}
			}
		})
	}
}

// TestAManifestOfAnOlderVersionIsHeldToTheWarehouse takes the hashes off its lines, as they were before there were any, and
// changes an hour of one: the line is another one, and nothing in the file says so.
func TestAManifestOfAnOlderVersionIsHeldToTheWarehouse(t *testing.T) {
	town := clitest.Month(t)
	path := land.Manifest(filepath.Join(town, "landed"))
	content, err := os.ReadFile(path)
	clitest.Must(t, err)
	old := regexp.MustCompile(`,"sha256":"[0-9a-f]{64}"`).ReplaceAllString(string(content), "")
	clitest.Must(t, os.WriteFile(path, []byte(old), 0o600))
	if found, status, stderr := clitest.Findings(t, town); status != clitest.Done {
		t.Fatalf("as it was: status %d, %v\n%s", status, found, stderr)
	}
	before := clitest.Landed(t, town)
	at := strings.LastIndex(old[:strings.Index(old, "\n")], `"received_at":"`) + len(`"received_at":"2018-01-31T0`)
	clitest.Must(t, os.WriteFile(path, []byte(old[:at]+string(old[at]^1)+old[at+1:]), 0o600))
	if found, status, stderr := clitest.Findings(t, town, "--repair"); status != clitest.Done || len(found["manifest_differs"]) != 1 {
		t.Fatalf("status %d, %v\n%s", status, found, stderr)
	}
	for i, file := range clitest.Landed(t, town) {
		if file.No != before[i].No || file.ID != before[i].ID || !file.ReceivedAt.Equal(before[i].ReceivedAt.Truncate(time.Microsecond)) && !file.ReceivedAt.Equal(before[i].ReceivedAt) {
			t.Errorf("file %d is %+v, was %+v", i+1, file, before[i])
		}
	}
}

// TestNothingDamagedIsDeleted repairs several things at once and looks for each under its dated name.
func TestNothingDamagedIsDeleted(t *testing.T) {
	town := clitest.Month(t)
	records, _ := fs.Glob(os.DirFS(town), "runs/*.json")
	harmed := []string{"warehouse.duckdb", "snapshots/gen-000003.duckdb", "landed/manifest.ndjson", records[0]}
	want := map[string]string{}
	for _, name := range harmed {
		path := filepath.Join(town, filepath.FromSlash(name))
		flipBit(t, path, 1000, 2)
		content, err := os.ReadFile(path)
		clitest.Must(t, err)
		want[name] = string(content)
	}
	clitest.Kept(t, filepath.Join(town, ".loading-1", "rows"), []byte("x"))
	clitest.Kept(t, filepath.Join(town, "snapshots", "gen-000009.duckdb.part"), []byte("x"))
	if _, status, stderr := clitest.Findings(t, town, "--repair"); status != clitest.Done {
		t.Fatalf("status %d\n%s", status, stderr)
	}
	for name, content := range want {
		folder := filepath.Join(town, filepath.Dir(filepath.FromSlash(name)), "damaged")
		entries, err := os.ReadDir(folder)
		clitest.Must(t, err)
		found := slices.ContainsFunc(entries, func(entry fs.DirEntry) bool {
			held, _ := os.ReadFile(filepath.Join(folder, entry.Name()))
			return strings.HasSuffix(entry.Name(), "Z-"+filepath.Base(name)) && string(held) == content
		})
		if !found {
			t.Errorf("%s is not kept in %s: %v", name, folder, entries)
		}
	}
	clitest.Litter(t, town)
	zip := filepath.Join(t.TempDir(), "town.zip")
	if status, out, stderr := clitest.Process(t, "backup", "--dir", town, zip); status != clitest.Done {
		t.Errorf("a backup after a repair: status %d\n%s%s", status, out, stderr)
	}
}

// TestLostContentIsNamedAndComesBack takes landed content away that is nowhere else: the repair says which files are to be sent
// again, builds no warehouse of half of what landed, and the files, sent again, heal the town.
func TestLostContentIsNamedAndComesBack(t *testing.T) {
	town := clitest.Month(t)
	before, _ := clitest.Seen(t, town)
	path := landedFile(t, town, "走访")
	content, err := os.ReadFile(path)
	clitest.Must(t, err)
	sent := filepath.Join(t.TempDir(), "once more.csv")
	clitest.Must(t, os.WriteFile(sent, content, 0o600))

	flipBit(t, path, 100, 2)
	found, status, stderr := clitest.Findings(t, town, "--repair")
	if status != clitest.Failed || len(found["landed_changed"]) != 1 {
		t.Fatalf("status %d, %v\n%s", status, found, stderr)
	}
	if hash, _ := clitest.Seen(t, town); hash != before {
		t.Error("people see something else")
	}
	// Nothing else is whole: the warehouse cannot be built again without the file.
	for _, name := range []string{"snapshots", "marts"} {
		clitest.Must(t, os.RemoveAll(filepath.Join(town, name)))
	}
	flipBit(t, filepath.Join(town, "warehouse.duckdb"), 100, 2)
	damaged, err := os.ReadFile(filepath.Join(town, "warehouse.duckdb"))
	clitest.Must(t, err)
	if found, status, stderr = clitest.Findings(t, town, "--repair"); status != clitest.Failed || len(found["warehouse"]) != 1 || !strings.Contains(stderr, "走访") {
		t.Errorf("status %d, %v\n%s", status, found, stderr)
	}
	if left, err := os.ReadFile(filepath.Join(town, "warehouse.duckdb")); err != nil || string(left) != string(damaged) {
		t.Error("the damaged warehouse was touched though nothing can take its place")
	}
	if status, _, stderr := clitest.Process(t, "import", "--dir", town, sent); status != clitest.Failed || !strings.Contains(stderr, "Try: hulian check --repair") {
		t.Errorf("the file sent again: status %d\n%s", status, stderr)
	}
	if found, status, stderr = clitest.Findings(t, town, "--repair"); status != clitest.Done {
		t.Fatalf("status %d, %v\n%s", status, found, stderr)
	}
	if hash, _ := clitest.Seen(t, town); hash != before {
		t.Error("with the file people see something else than before")
	}
}

// TestALandedFileInTheInboxIsPutBack: a tidy clerk has not been there yet.
func TestALandedFileInTheInboxIsPutBack(t *testing.T) {
	town := clitest.Month(t)
	path := landedFile(t, town, "走访")
	content, err := os.ReadFile(path)
	clitest.Must(t, err)
	clitest.Kept(t, filepath.Join(town, "inbox", "again", "走访.csv"), content)
	clitest.Kept(t, filepath.Join(town, "inbox", "new.csv"), []byte("村编号,村名,镇\nV902,另一村,逍林镇\n"))
	clitest.Must(t, os.Remove(path))
	if found, status, stderr := clitest.Findings(t, town, "--repair"); status != clitest.Done {
		t.Fatalf("status %d, %v\n%s", status, found, stderr)
	}
	for _, file := range clitest.Landed(t, town) {
		if file.Name == "new.csv" {
			t.Error("a repair took a new file")
		}
	}
}

// TestWhatPeopleDecidedSurvivesTheLossOfTheWarehouse takes the warehouse away, with the snapshots and without them: what people
// waived, set aside and confirmed holds, with their names, and people see what they saw.
func TestWhatPeopleDecidedSurvivesTheLossOfTheWarehouse(t *testing.T) {
	town := clitest.Month(t)
	branches := filepath.Join(t.TempDir(), "一半.csv")
	clitest.Kept(t, branches, []byte("村编号,村名,镇\n330282111210,福合院村,逍林镇\n"))
	if status, out, stderr := clitest.Process(t, "import", "--dir", town, "--confirm", "--by", "赵样本", "--reason", "合并后只剩一村", branches); status != clitest.Done {
		t.Fatalf("status %d\n%s%s", status, out, stderr)
	}
	decided := func() string {
		t.Helper()
		status, out, stderr := clitest.Process(t, "query", "--dir", town, "--format", "csv", `
			select p.problem_no, w.waived_by as by, w.reason from ops.waivers w join ops.problems p using (problem_no) where p.state = 'waived'
			union all select 0, entered_by, reason from set_asides union all select 0, entered_by, reason from accepted_files order by all`)
		if status != clitest.Done {
			t.Fatal(stderr)
		}
		return out
	}
	want, before := decided(), ""
	for _, by := range []string{"王样本", "李样本", "赵样本"} {
		if !strings.Contains(want, by) {
			t.Fatalf("%s has decided nothing:\n%s", by, want)
		}
	}
	before, generation := clitest.Seen(t, town)
	for _, lost := range []string{"warehouse.duckdb", "warehouse.duckdb snapshots marts"} {
		for _, name := range strings.Fields(lost) {
			clitest.Must(t, os.RemoveAll(filepath.Join(town, name)))
		}
		if found, status, stderr := clitest.Findings(t, town, "--repair"); status != clitest.Done {
			t.Fatalf("without %s: status %d, %v\n%s", lost, status, found, stderr)
		}
		if after, now := clitest.Seen(t, town); after != before || lost == "warehouse.duckdb" && now != generation {
			t.Errorf("without %s: generation %d, was %d; people see the same: %t", lost, now, generation, after == before)
		}
		if got := decided(); got != want {
			t.Errorf("without %s:\n%swant\n%s", lost, got, want)
		}
	}
}

// TestAWarehouseBuiltAgainIsTheOneThatWasLost loads two months one after the other and builds the warehouse again from both at
// once: what is published is the same to the last note of a file, so that no new generation is.
func TestAWarehouseBuiltAgainIsTheOneThatWasLost(t *testing.T) {
	town, more := clitest.TwoMonths(t)
	clitest.Copied(t, more, filepath.Join(town, "inbox"))
	if status, out, stderr := clitest.Process(t, "run", "--dir", town); status != clitest.Done {
		t.Fatalf("status %d\n%s%s", status, out, stderr)
	}
	before, err := publish.Current(town)
	clitest.Must(t, err)
	clitest.Must(t, os.Remove(filepath.Join(town, "warehouse.duckdb")))
	if found, status, stderr := clitest.Findings(t, town, "--repair"); status != clitest.Done {
		t.Fatalf("status %d, %v\n%s", status, found, stderr)
	}
	after, err := publish.Current(town)
	clitest.Must(t, err)
	if after.Number != before.Number {
		for i, table := range after.Manifest.Tables {
			if table.Content != before.Manifest.Tables[i].Content {
				t.Errorf("%s is another one", table.Table)
			}
		}
	}
}

// TestAFileThatCannotBeLoadedIsNoDamage repairs a town to which nobody has sent anything else.
func TestAFileThatCannotBeLoadedIsNoDamage(t *testing.T) {
	town := t.TempDir()
	clitest.Kept(t, filepath.Join(town, "inbox", "other.csv"), []byte("foo,bar\n1,2\n"))
	if status, _, stderr := clitest.Process(t, "run", "--dir", town); status != clitest.Nothing {
		t.Fatalf("status %d\n%s", status, stderr)
	}
	clitest.Must(t, os.Remove(filepath.Join(town, "warehouse.duckdb")))
	if found, status, stderr := clitest.Findings(t, town, "--repair"); status != clitest.Done || len(found) > 0 {
		t.Errorf("status %d, %v\n%s", status, found, stderr)
	}
}

// TestADamagedNoticeIsLeftOutAloud: what people were told is listed without it, and it is said.
func TestADamagedNoticeIsLeftOutAloud(t *testing.T) {
	town := clitest.Month(t)
	path := filepath.Join(town, "notices", "0123456789ab.json")
	clitest.Kept(t, path, []byte("{"))
	status, _, stderr := clitest.Process(t, "status", "--notifications", "--dir", town)
	if status != clitest.Done || !strings.Contains(stderr, path) || !strings.Contains(stderr, "Try: hulian check --repair") {
		t.Errorf("status %d\n%s", status, stderr)
	}
}

// TestAServerWithoutAWholeGenerationPublishesOne: it starts all the same, and serves what was published.
func TestAServerWithoutAWholeGenerationPublishesOne(t *testing.T) {
	town := clitest.Month(t)
	before, _ := clitest.Seen(t, town)
	for _, name := range []string{"gen-000003.duckdb", "gen-000004.duckdb"} {
		flipBit(t, filepath.Join(town, "snapshots", name), 100, 2)
	}
	s := clitest.Serve(t, town)
	if page := s.Get(t, "data"); page == "" {
		t.Error("an empty page")
	}
	s.Kill(t)
	if after, generation := clitest.Seen(t, town); after != before || generation != clitest.Newest+1 {
		t.Errorf("generation %d; people see the same: %t", generation, after == before)
	}
}

// TestAServerGoesOnWithTheLastWholeGeneration damages every block of what is being served, and the files behind it one after the
// other. Every page is answered, the first time it is asked for.
func TestAServerGoesOnWithTheLastWholeGeneration(t *testing.T) {
	town := clitest.Month(t)
	s := clitest.Serve(t, town)
	path := filepath.Join(town, "snapshots", fmt.Sprintf("gen-%06d.duckdb", clitest.Newest))
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	clitest.Must(t, err)
	info, err := file.Stat()
	clitest.Must(t, err)
	for at := int64(3*4096 + 1000); at < info.Size(); at += 4096 {
		_, err := file.WriteAt([]byte{0x5a, 0xa5}, at)
		clitest.Must(t, err)
	}
	clitest.MustClose(t, file)
	for _, page := range []string{"", "data", "issues", "measures", "weak", "upload"} {
		s.Get(t, page)
	}
	if !strings.Contains(s.Errs.String(), "an older one is served") {
		t.Errorf("the log of the server says nothing:\n%s", s.Errs)
	}
	s.Kill(t)
	if status, out, stderr := clitest.Process(t, "run", "--dir", town); status != clitest.Done {
		t.Fatalf("status %d\n%s%s", status, out, stderr)
	}
	if g, err := publish.Current(town); err != nil || g.Number != clitest.Newest+1 || g.Instead != nil {
		t.Errorf("generation %d, %v", g.Number, err)
	}
}

// TestACommandHoldsTheSnapshotToItsHash flips a bit of the current snapshot, wherever it lies: commands answer from the
// generation before and say so.
func TestACommandHoldsTheSnapshotToItsHash(t *testing.T) {
	town := clitest.Month(t)
	current, err := publish.Current(town)
	clitest.Must(t, err)
	flipBit(t, current.Path, -5000, 3)
	for _, arguments := range [][]string{{"query", "select 1 as n"}, {"metrics", "--level", "town"}, {"status"}} {
		status, _, stderr := clitest.Process(t, append(arguments, "--dir", town)...)
		if said := fmt.Sprintf("generation %d is read", clitest.Before); status != clitest.Done || strings.Count(stderr, said) != 1 {
			t.Errorf("%v: status %d, not told once\n%s", arguments, status, stderr)
		}
	}
}

// TestACommandSaysThatItReadsAnOlderGeneration asks a town whose newest generation is gone.
func TestACommandSaysThatItReadsAnOlderGeneration(t *testing.T) {
	town := clitest.Month(t)
	clitest.Must(t, os.Remove(filepath.Join(town, "snapshots", "gen-000004.duckdb")))
	for _, arguments := range [][]string{{"query", "select count(*) as n from villages"}, {"metrics", "--level", "town"}, {"status"}, {"problems"}} {
		status, _, stderr := clitest.Process(t, append(arguments, "--dir", town)...)
		if status != clitest.Done || !strings.Contains(stderr, fmt.Sprintf("generation %d is read", clitest.Before)) || !strings.Contains(stderr, "Try: ") {
			t.Errorf("%v: status %d\n%s", arguments, status, stderr)
		}
	}
	s := clitest.Serve(t, town)
	if page := s.Get(t, "data"); page == "" {
		t.Error("an empty page")
	}
	if !strings.Contains(s.Errs.String(), "an older one is served") {
		t.Errorf("the log of the server says nothing:\n%s", s.Errs)
	}
	if status, _, stderr := clitest.Process(t, "run", "--dir", town); status != clitest.Done {
		t.Fatal(stderr)
	}
	if g, err := publish.Current(town); err != nil || g.Number != clitest.Newest+1 || g.Instead != nil {
		t.Errorf("generation %d, %v", g.Number, err)
	}
}
