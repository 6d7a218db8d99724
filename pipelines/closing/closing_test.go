package closing

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/warehouse"
)

// desk is a town of two months with three measures, whose snapshot the test changes as files would.
type desk struct {
	t          *testing.T
	w          *warehouse.Warehouse
	book       *Book
	generation int
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	w, err := warehouse.Open(t.Context(), warehouse.Config{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	rules := data.DefaultProgramme()
	rules.DataQuality.Expected = nil
	at := time.Date(2018, 2, 1, 9, 0, 0, 0, time.UTC)
	now := func() time.Time { at = at.Add(time.Minute); return at }
	d := &desk{t: t, w: w, generation: 1, book: &Book{Dir: t.TempDir(), Programme: rules, Version: "test", Now: now}}
	d.exec("create schema marts", "create schema ops", "create table ops.files (file_no bigint, name varchar, state varchar)",
		"create table ops.covers (file_no bigint, first_month varchar, last_month varchar)", "create table ops.problems (file_no bigint, state varchar, severity varchar)",
		"create table marts.snapshot_facts (key varchar, value varchar)",
		"insert into marts.snapshot_facts values ('cut_off', '2018-01-31'), ('first_month', '2017-12'), ('last_month', '2018-01')",
		"create table marts.measures (measure varchar, level varchar, unit_id varchar, unit_name varchar, month varchar, numerator double, denominator double, value double)",
		`insert into marts.measures values ('card_rate', 'town', 'T', '镇', '2018-01', 50, 100, .5), ('card_rate', 'village', 'V1', '甲村', '2018-01', 20, 40, .5),
			('card_rate', 'member', 'M1', '张三', '2018-01', 1, 2, .5), ('resolution_rate', 'town', 'T', '镇', '2018-01', 7, 10, .7), ('card_rate', 'town', 'T', '镇', '2017-12', 40, 100, .4)`)
	return d
}

func (d *desk) exec(statements ...string) {
	d.t.Helper()
	for _, s := range statements {
		if err := d.w.Exec(d.t.Context(), s); err != nil {
			d.t.Fatal(err)
		}
	}
}

// publish makes what the statements changed the next generation.
func (d *desk) publish(statements ...string) {
	d.t.Helper()
	d.exec(statements...)
	d.generation++
	if err := d.book.Observe(d.t.Context(), d.snapshot()); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) snapshot() Snapshot {
	return Snapshot{Data: d.w, Generation: d.generation, Hash: fmt.Sprint("hash ", d.generation)}
}

func (d *desk) act(month, action, by string) pipelines.MonthClosing {
	d.t.Helper()
	m, err := d.book.Act(d.t.Context(), d.snapshot(), month, action, Person{Name: by}, "")
	if err != nil {
		d.t.Fatalf("%s %s by %s: %v", action, month, by, err)
	}
	return m
}

func (d *desk) month(month string) pipelines.MonthClosing {
	d.t.Helper()
	m, err := d.book.Month(d.t.Context(), d.snapshot(), month)
	if err != nil {
		d.t.Fatal(err)
	}
	return m
}

// A difference says since which generation and moment the value of now stands; another value later starts anew.
func TestADifferenceSaysSinceWhen(t *testing.T) {
	d := newDesk(t)
	d.act("2018-01", pipelines.DoCheck, "陈")
	if m := d.act("2018-01", pipelines.DoSign, "王"); m.State != pipelines.ClosingSigned || m.Numbers != 4 {
		t.Fatalf("%+v", m)
	}
	d.publish("update marts.measures set numerator = 51, value = .51 where unit_id = 'T' and measure = 'card_rate' and month = '2018-01'")
	first := d.month("2018-01")
	d.publish("update marts.measures set numerator = 21, value = .525 where unit_id = 'V1'")
	d.publish("update marts.measures set numerator = 52, value = .52 where unit_id = 'T' and measure = 'card_rate' and month = '2018-01'")
	m := d.month("2018-01")
	if m.State != pipelines.ClosingChanged || m.Corrected() != 2 || first.Corrected() != 1 || first.Differences[0].Since != 2 {
		t.Fatalf("first %+v\nlast %+v", first, m)
	}
	since := map[string]int{}
	for _, x := range m.Differences {
		since[x.UnitID] = x.Since
		if x.SinceAt.IsZero() {
			t.Errorf("%s: no moment", x.UnitID)
		}
	}
	if since["T"] != 4 || since["V1"] != 3 {
		t.Errorf("since %v", since)
	}
}

// TestAMeasureThatIsNewerThanTheSignatureIsNoCorrection: a later version of the program has more measures.
func TestAMeasureThatIsNewerThanTheSignatureIsNoCorrection(t *testing.T) {
	d := newDesk(t)
	d.act("2018-01", pipelines.DoCheck, "陈")
	d.act("2018-01", pipelines.DoSign, "王")
	d.publish("insert into marts.measures select 'undoubted_coverage', level, unit_id, unit_name, month, numerator, denominator, value from marts.measures where month = '2018-01' and measure = 'card_rate'")
	if m := d.month("2018-01"); m.State != pipelines.ClosingSigned || len(m.Differences) > 0 {
		t.Errorf("%+v", m)
	}
	d.publish("insert into marts.measures values ('card_rate', 'village', 'V9', '新村', '2018-01', 1, 2, .5)")
	if m := d.month("2018-01"); m.State != pipelines.ClosingChanged || m.Corrected() != 1 {
		t.Errorf("a village that came later: %+v", m)
	}
}

// A number that was signed and of which nothing is known now is neither corrected nor ripened; signed as unknown it is as it was.
func TestWhatBecameUnknownIsAKindOfItsOwn(t *testing.T) {
	d := newDesk(t)
	d.exec("insert into marts.measures values ('household_coverage', 'town', 'T', '镇', '2018-01', 0, 100, 0)")
	d.act("2018-01", pipelines.DoCheck, "陈")
	d.act("2018-01", pipelines.DoSign, "王")
	d.publish("alter table marts.measures add column reason varchar",
		"update marts.measures set numerator = null, denominator = null, value = null, reason = 'no_file' where measure = 'household_coverage'")
	m := d.month("2018-01")
	if m.State != pipelines.ClosingChanged || m.Unknown() != 1 || m.Corrected() != 0 || m.Ripened() != 0 || len(m.Differences) != 1 ||
		*m.Differences[0].Signed.Denominator != 100 || m.Differences[0].Now.Value != nil || m.Differences[0].Now.Reason != "no_file" {
		t.Errorf("%+v", m)
	}
	d.act("2018-01", pipelines.DoCheck, "陈")
	if m := d.act("2018-01", pipelines.DoSign, "王"); m.State != pipelines.ClosingSigned || len(m.Differences) != 0 {
		t.Errorf("signed as unknown: %+v", m)
	}
	d.publish("update marts.measures set reason = 'silent' where measure = 'household_coverage'")
	if m := d.month("2018-01"); m.State != pipelines.ClosingSigned {
		t.Errorf("another reason for knowing nothing is no difference: %+v", m)
	}
	d.publish("update marts.measures set numerator = 60, denominator = 100, value = .6, reason = null where measure = 'household_coverage'")
	if m := d.month("2018-01"); m.State != pipelines.ClosingChanged || m.Corrected() != 1 || m.Unknown() != 0 {
		t.Errorf("the file came: %+v", m)
	}
}

// A value that ripens with the cut-off is listed, and is no correction; the same change at the same cut-off is one.
func TestRipeningIsNoCorrection(t *testing.T) {
	const ripen = "update marts.measures set numerator = 9, value = .9 where measure = 'resolution_rate'"
	for cutOff, want := range map[string]pipelines.ClosingState{"2018-02-28": pipelines.ClosingSigned, "2018-01-31": pipelines.ClosingChanged} {
		d := newDesk(t)
		d.act("2018-01", pipelines.DoCheck, "陈")
		d.act("2018-01", pipelines.DoSign, "王")
		d.publish(ripen, "update marts.snapshot_facts set value = '"+cutOff+"' where key = 'cut_off'")
		if m := d.month("2018-01"); m.State != want || len(m.Differences) != 1 {
			t.Errorf("at cut-off %s: %s, %+v", cutOff, m.State, m.Differences)
		}
	}
}

// Numbers that change between checking and signing are checked anew.
func TestWhatWasCheckedIsWhatIsSigned(t *testing.T) {
	d := newDesk(t)
	d.act("2018-01", pipelines.DoCheck, "陈")
	d.publish("update marts.measures set numerator = 51 where unit_id = 'T' and measure = 'card_rate' and month = '2018-01'")
	if _, err := d.book.Act(t.Context(), d.snapshot(), "2018-01", pipelines.DoSign, Person{Name: "王"}, ""); !errors.Is(err, pipelines.RefusedNotChecked) {
		t.Fatalf("signing changed numbers: %v", err)
	}
	d.act("2018-01", pipelines.DoCheck, "陈")
	for _, name := range []string{"", "  ", "王\x00镇长", strings.Repeat("王", 101)} {
		if _, err := d.book.Act(t.Context(), d.snapshot(), "2018-01", pipelines.DoSign, Person{Name: name}, ""); !errors.Is(err, pipelines.RefusedNoName) {
			t.Errorf("signed by %q: %v", name, err)
		}
	}
	d.act("2018-01", pipelines.DoSign, "王")
	content, err := os.ReadFile(filepath.Join(d.book.folder(), "2018-01", "signed-1.json"))
	if err != nil || strings.Contains(string(content), "张三") || !strings.Contains(string(content), `"M1"`) {
		t.Errorf("a member's name is kept, or the member is not: %v", err)
	}
}

// A signing that was killed between document and trail stands, and the next writer names it in the trail; a line cut
// off by a crash was never acknowledged.
func TestAnInterruptedSigningStands(t *testing.T) {
	d := newDesk(t)
	d.act("2018-01", pipelines.DoCheck, "陈")
	before, err := os.ReadFile(d.book.trailPath())
	if err != nil {
		t.Fatal(err)
	}
	d.act("2018-01", pipelines.DoSign, "王")
	after, err := os.ReadFile(d.book.trailPath())
	if err != nil {
		t.Fatal(err)
	}
	half := append([]byte{}, after[:len(before)+40]...) // killed while the line was written
	if err := os.WriteFile(d.book.trailPath(), half, 0o644); err != nil {
		t.Fatal(err)
	}
	if m := d.month("2018-01"); m.State != pipelines.ClosingSigned || m.SignedBy != "王" {
		t.Fatalf("after the crash: %+v", m)
	}
	d.act("2017-12", pipelines.DoCheck, "陈") // adopts nothing: it is about another month
	if _, err := d.book.Act(t.Context(), d.snapshot(), "2018-01", pipelines.DoSign, Person{Name: "李"}, ""); !errors.Is(err, pipelines.RefusedUnchanged) {
		t.Fatalf("signed twice: %v", err)
	}
	entries, err := d.book.Trail()
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, e := range entries {
		said = append(said, e.Action+" "+e.By)
	}
	if got := strings.Join(said, ", "); got != "checked 陈, checked 陈, signed 王, refused 李" {
		t.Errorf("the trail: %s", got)
	}
}

// TestAFlippedBitOfAClosingIsFound flips a bit in a number of places of a signed month, of what changed since and of the trail,
// the last line too: whatever is flipped is found, or what is read is as it was.
func TestAFlippedBitOfAClosingIsFound(t *testing.T) {
	d := newDesk(t)
	d.act("2018-01", pipelines.DoCheck, "陈")
	d.act("2018-01", pipelines.DoSign, "王")
	d.publish("update marts.measures set numerator = 99 where measure = 'card_rate'")
	if damaged := Damaged(d.book.Dir); len(damaged) != 0 {
		t.Fatalf("nothing is damaged: %v", damaged)
	}
	trail, err := d.book.Trail()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"2018-01/signed-1.json", "2018-01/changes-1-gen-000002.json", TrailName} {
		path := filepath.Join(d.book.folder(), filepath.FromSlash(name))
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for at := 0; at < len(whole); at += 3 {
			flipped := slices.Clone(whole)
			flipped[at] ^= 1 << (at % 8)
			if err := errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, flipped, 0o600)); err != nil {
				t.Fatal(err)
			}
			damaged := Damaged(d.book.Dir)
			if len(damaged) > 0 {
				found++
				if !strings.HasPrefix(damaged[0].At, path) || damaged[0].Next == "" {
					t.Fatalf("%s: %v", name, damaged)
				}
				continue
			}
			if now, err := d.book.Trail(); err != nil || !cmp.Equal(trail, now) && at < len(whole)-1 {
				t.Fatalf("%s, byte %d (%q): the trail is another one without a word: %v", name, at, whole[at], err)
			}
		}
		if found < len(whole)/3*9/10 {
			t.Errorf("%s: %d of %d flips were found", name, found, len(whole)/3)
		}
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(filepath.Join(d.book.folder(), "2018-01", "signed-1.json")); err != nil {
		t.Fatal(err)
	}
	if damaged := Damaged(d.book.Dir); len(damaged) != 1 || !strings.Contains(damaged[0].At, "signed-1.json") {
		t.Errorf("a document that is gone: %v", damaged)
	}
}

// Whoever exchanges a document for another that is whole in itself is found out by the trail; so is a missing one.
func TestExchangedDocumentsAreFound(t *testing.T) {
	d, other := newDesk(t), newDesk(t)
	other.exec("update marts.measures set numerator = 99 where measure = 'card_rate'")
	for _, x := range []*desk{d, other} {
		x.act("2018-01", pipelines.DoCheck, "陈")
		x.act("2018-01", pipelines.DoSign, "王")
	}
	path := filepath.Join(d.book.folder(), "2018-01", "signed-1.json")
	forged, err := os.ReadFile(filepath.Join(other.book.folder(), "2018-01", "signed-1.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	broken := func() {
		t.Helper()
		m := d.month("2018-01")
		if m.State != pipelines.ClosingDamaged || !m.Blocked() || m.Problems[0].Code != pipelines.ClosingDocumentBroken || m.Problems[0].Subject != "closings/2018-01/signed-1.json" {
			t.Errorf("a missing or exchanged document: %+v", m)
		}
	}
	broken()
	if _, err := d.book.Act(t.Context(), d.snapshot(), "2018-01", pipelines.DoSign, Person{Name: "王"}, ""); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("acting on a missing document: %v", err)
	}
	d.act("2017-12", pipelines.DoCheck, "陈") // another month is none of its business
	d.act("2017-12", pipelines.DoSign, "王")
	d.publish()
	if err := os.WriteFile(path, forged, 0o444); err != nil {
		t.Fatal(err)
	}
	broken()
	if _, err := d.book.Act(t.Context(), d.snapshot(), "2018-01", pipelines.DoSign, Person{Name: "王"}, ""); !errors.Is(err, ErrTampered) {
		t.Errorf("acting on an exchanged document: %v", err)
	}
}

// A trail that is gone, or that lost the lines of a signing, is found; a signing that a crash kept from it is none.
func TestATrailThatIsGoneIsFound(t *testing.T) {
	d := newDesk(t)
	d.act("2018-01", pipelines.DoCheck, "陈")
	checked, err := os.ReadFile(d.book.trailPath())
	if err != nil {
		t.Fatal(err)
	}
	d.act("2018-01", pipelines.DoSign, "王")
	if err := os.WriteFile(d.book.trailPath(), checked, 0o600); err != nil {
		t.Fatal(err)
	}
	if damaged := Damaged(d.book.Dir); len(damaged) != 0 {
		t.Errorf("killed between document and trail: %v", damaged)
	}
	for _, lose := range []func() error{
		func() error { return os.WriteFile(d.book.trailPath(), nil, 0o600) },
		func() error { return os.Remove(d.book.trailPath()) },
		func() error { d.act("2017-12", pipelines.DoCheck, "陈"); return nil }, // begins another one
	} {
		if err := lose(); err != nil {
			t.Fatal(err)
		}
		if damaged := Damaged(d.book.Dir); len(damaged) != 1 || damaged[0].At != d.book.trailPath() || !errors.Is(damaged[0].Err, ErrTampered) {
			t.Errorf("the trail does not tell what was signed: %v", damaged)
		}
	}
	if _, err := d.book.Act(t.Context(), d.snapshot(), "2018-01", pipelines.DoSign, Person{Name: "李"}, ""); !errors.Is(err, ErrTampered) {
		t.Errorf("the month was signed anew over a lost trail: %v", err)
	}
}

// Of many who sign at once one does, and the trail stays whole.
func TestOneSigns(t *testing.T) {
	d := newDesk(t)
	d.act("2018-01", pipelines.DoCheck, "陈")
	var wait sync.WaitGroup
	results := make([]error, 8)
	for i := range results {
		wait.Go(func() {
			book := &Book{Dir: d.book.Dir, Programme: d.book.Programme, Version: "test"} // as another process has it
			_, results[i] = book.Act(context.Background(), d.snapshot(), "2018-01", pipelines.DoSign, Person{Name: fmt.Sprint("王", i)}, "")
		})
	}
	wait.Wait()
	signed := 0
	for _, err := range results {
		if err == nil {
			signed++
		} else if !errors.Is(err, pipelines.RefusedUnchanged) {
			t.Errorf("%v", err)
		}
	}
	if entries, err := d.book.Trail(); signed != 1 || err != nil || len(entries) != 1+len(results) {
		t.Errorf("%d signed, %d entries, %v", signed, len(entries), err)
	}
}

// A note arrives as bytes from a form or a shell. What is no text in it must not make the month unreadable.
func TestANoteThatIsNoTextIsKeptAsOne(t *testing.T) {
	d := newDesk(t)
	d.act("2018-01", pipelines.DoCheck, "陈")
	if _, err := d.book.Act(t.Context(), d.snapshot(), "2018-01", pipelines.DoSign, Person{Name: "王"}, "已核对\xff"); err != nil {
		t.Fatal(err)
	}
	if m := d.month("2018-01"); m.State != pipelines.ClosingSigned || m.Note != "已核对\uFFFD" {
		t.Errorf("%+v", m)
	}
}

// Whether a village's data are too poor is told as the pages tell it: over the months it is judged by, not the one that
// is closed.
func TestPoorVillagesAreThoseOfThePages(t *testing.T) {
	d := newDesk(t)
	d.exec(`insert into marts.measures values ('completeness', 'village', 'V1', '甲村', '2017-12', 4, 4, 1), ('completeness', 'village', 'V1', '甲村', '2018-01', 3, 4, .75),
		('completeness', 'village', 'V2', '乙村', '2017-12', 2, 4, .5), ('completeness', 'village', 'V2', '乙村', '2018-01', 4, 4, 1)`)
	poor := func(month string) string {
		for _, p := range d.month(month).Problems {
			if p.Code == pipelines.ClosingVillagesPoor {
				return fmt.Sprint(p.Subject, " ", p.Count, "/", p.Of)
			}
		}
		return ""
	}
	// One quiet month does not silence 甲村; the good one does not yet make up for the last month of 乙村: 6 of 8.
	if got := poor("2017-12") + ", " + poor("2018-01"); got != "乙村 1/2, 乙村 1/2" {
		t.Errorf("over two months: %s", got)
	}
	d.book.Programme.WeakVillages.Periods = 1
	d.book.made = "" // as another process, with the town's own rules
	if got := poor("2017-12") + ", " + poor("2018-01"); got != "乙村 1/2, 甲村 1/2" {
		t.Errorf("over one month: %s", got)
	}
}

// An export due once in several months is asked for in the month that ends its period, and came with a row of any of its months.
func TestAnExportOfAQuarterIsAskedForAtItsEnd(t *testing.T) {
	d := newDesk(t)
	d.book.Programme.DataQuality.Quarterly, d.book.Programme.DataQuality.HalfYearly, d.book.Programme.DataQuality.Yearly = []string{"rules"}, []string{"rights"}, []string{"conduct"}
	d.exec("create schema exports")
	for _, export := range []string{"rules", "rights", "conduct"} {
		c, _ := data.ContractOf(export)
		d.exec(fmt.Sprintf("create table exports.%s (%s date)", export, c.DatedBy))
	}
	d.exec("insert into exports.rules values ('2017-09-30')", "insert into exports.rights values ('2017-07-01')", "insert into exports.conduct values ('2018-01-05')")
	missing := func(month string) (told []string) {
		for _, p := range d.month(month).Problems {
			if p.Code == pipelines.ClosingExportMissing && p.Blocking {
				zh, mend := data.ExplainClosing(p, "zh")
				told = append(told, zh+mend)
			}
		}
		return told
	}
	december := []string{"本季度没有收到“村规民约”的任何一行，到本月期满。请催报；如果本镇确实没有这张表，请在“工作标准”页的“每季度应报的报表”中去掉它。",
		"本年度没有收到“清廉承诺”的任何一行，到本月期满。请催报；如果本镇确实没有这张表，请在“工作标准”页的“每年应报的报表”中去掉它。"}
	if got := missing("2017-12"); !slices.Equal(got, december) {
		t.Errorf("December lacks %q", got)
	}
	if got := missing("2018-01"); got != nil {
		t.Errorf("January ends no period, and lacks %q", got)
	}
	d.publish("insert into exports.rules values ('2017-10-02')", "insert into exports.conduct values ('2017-02-01')")
	if got := missing("2017-12"); got != nil {
		t.Errorf("what came lacks still: %q", got)
	}
}

// What a check claims is told in the language of whoever closes the month; of a check of an older program there is
// English alone.
func TestAWarningOfACheckIsToldInBothLanguages(t *testing.T) {
	d := newDesk(t)
	s := d.snapshot()
	unreadable := errors.New("the manifest is damaged")
	s.Warnings = func() ([]Warning, error) { return nil, unreadable }
	if _, err := d.book.Month(t.Context(), s, "2018-01"); !errors.Is(err, unreadable) { // and is not kept as no warning at all
		t.Errorf("checks that cannot be read: %v", err)
	}
	s.Warnings = func() ([]Warning, error) {
		return []Warning{{Claim: data.Text{Zh: "没有等于二的。", En: "There are no twos."}, Rows: 2}, {Claim: data.Text{En: "There are no threes."}, Rows: 3}}, nil
	}
	m, err := d.book.Month(t.Context(), s, "2018-01")
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, p := range m.Problems {
		if p.Code == pipelines.ClosingCheckWarned {
			zh, _ := data.ExplainClosing(p, "zh")
			en, _ := data.ExplainClosing(p, "en")
			told = append(told, zh, en)
		}
	}
	want := []string{"检查有提醒，2 行：没有等于二的。", "A check warns of 2 rows: There are no twos.", "检查有提醒，3 行：There are no threes.", "A check warns of 3 rows: There are no threes."}
	if !slices.Equal(told, want) {
		t.Errorf("%q", told)
	}
}

// A file that was not loaded stands in the way of the months it speaks of, and of no other.
func TestAFileThatWasNotLoadedBlocksItsMonthsAlone(t *testing.T) {
	for name, test := range map[string]struct {
		state, covers string
		blocked       map[string]bool
		told          int
	}{
		"a held file of January":         {"held", "'2018-01', '2018-01'", map[string]bool{"2018-01": true, "2017-12": false}, 1},
		"a held list of December":        {"held", "'2017-12', null", map[string]bool{"2018-01": true, "2017-12": true}, 2},
		"a held file of nobody knows":    {"held", "null, null", map[string]bool{"2018-01": true, "2017-12": true}, 2},
		"a refused file of December":     {"rejected", "'2017-12', '2017-12'", map[string]bool{"2018-01": false, "2017-12": true}, 1},
		"a refused file of nobody knows": {"rejected", "null, null", map[string]bool{"2018-01": false, "2017-12": false}, 2},
		"a refused file that is mended":  {"rejected", "'2018-01', '2018-01'", map[string]bool{"2018-01": false, "2017-12": false}, 0},
		"a file that is set aside":       {"set_aside", "'2018-01', '2018-01'", map[string]bool{"2018-01": false, "2017-12": false}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.exec("insert into ops.files values (1, 'a.csv', '"+test.state+"')", "insert into ops.covers values (1, "+test.covers+")")
			if !strings.Contains(name, "mended") {
				d.exec("insert into ops.problems values (1, 'open', 'reject')")
			}
			months, err := d.book.Months(t.Context(), d.snapshot())
			if err != nil {
				t.Fatal(err)
			}
			told := 0
			for _, m := range months {
				for _, p := range m.Problems {
					if p.Subject == "a.csv" {
						told++
					}
				}
				if m.Blocked() != test.blocked[m.Month] {
					t.Errorf("%s: blocked %v: %+v", m.Month, m.Blocked(), m.Problems)
				}
			}
			if told != test.told {
				t.Errorf("told %d times, want %d", told, test.told)
			}
		})
	}
}
