package papers_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"hulian/pipelines"
	"hulian/pipelines/papers"
)

func draft(month string) pipelines.PaperVersion {
	return pipelines.PaperVersion{PaperKey: pipelines.PaperKey{Kind: "monthly", Month: month, Unit: "逍林镇", For: "committee", Lang: "zh"}, State: pipelines.PaperDraft}
}

func keep(t *testing.T, b *papers.Book, v pipelines.PaperVersion, content string, names ...string) pipelines.PaperVersion {
	t.Helper()
	var files []pipelines.PaperContent
	for _, name := range names {
		files = append(files, pipelines.PaperContent{Name: name, Content: []byte(name + " of " + content)})
	}
	kept, err := b.Keep(t.Context(), v, []byte(content), files)
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

func TestVersionsOfAPaper(t *testing.T) {
	b := &papers.Book{Dir: t.TempDir()}
	first := keep(t, b, draft("2018-01"), "1", "a.docx")
	again := keep(t, b, draft("2018-01"), "1", "a.docx", "a.pdf") // the same content: one version, with the format it lacked
	if again.ID != first.ID || again.Number != 1 || len(again.Files) != 2 {
		t.Errorf("%+v", again)
	}
	issued := draft("2018-01")
	issued.State, issued.Closing = pipelines.PaperIssued, "aa"
	of := keep(t, b, issued, "1", "a.docx")
	if of.ID == first.ID || of.Number != 2 {
		t.Errorf("%+v", of)
	}
	for i := range 12 {
		keep(t, b, draft("2018-01"), fmt.Sprint("draft ", i), "a.docx")
	}
	keep(t, b, draft("2018-02"), "of another month")
	all, err := b.Versions()
	if err != nil || len(all) != 15 {
		t.Fatal(len(all), err)
	}
	gone := 0
	for _, v := range all {
		_, err := b.Content(v)
		if v.Gone {
			gone++
		}
		if errors.Is(err, pipelines.ErrUnknown) != v.Gone || err != nil && !v.Gone {
			t.Errorf("version %d, gone %t: %v", v.Number, v.Gone, err)
		}
	}
	if gone != 3 { // of 13 drafts of January ten are kept
		t.Errorf("%d drafts are gone", gone)
	}
	if body, err := b.File(of, "a.docx"); err != nil || string(body) != "a.docx of 1" {
		t.Errorf("%q %v", body, err)
	}
	if _, err := b.File(of, "../versions.ndjson"); !errors.Is(err, pipelines.ErrUnknown) {
		t.Error(err)
	}
	if damaged := papers.Damaged(b.Dir); len(damaged) != 0 {
		t.Error(damaged)
	}
}

// TestDraftsOfOthersPushNothingOut: each kind of reader has its ten, what waits for a second person stays, and the same words for others
// are a version of their own.
func TestDraftsOfOthersPushNothingOut(t *testing.T) {
	b := &papers.Book{Dir: t.TempDir()}
	waiting, mine, theirs := draft("2018-01"), draft("2018-01"), draft("2018-01")
	waiting.Awaits, mine.Role, theirs.Role = "paper", "committee", "analyst"
	keep(t, b, waiting, "waits")
	keep(t, b, mine, "same")
	if kept := keep(t, b, theirs, "same"); kept.Role != "analyst" || kept.Number != 3 {
		t.Errorf("%+v", kept)
	}
	for i := range 12 {
		keep(t, b, theirs, fmt.Sprint(i))
	}
	all, err := b.Versions()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range all[:2] {
		if _, err := b.Content(v); err != nil || v.Gone {
			t.Errorf("version %d is gone: %v", v.Number, err)
		}
	}
	if !all[2].Gone || all[len(all)-1].Gone {
		t.Error("of 13 drafts ten are kept")
	}
}

// TestACrashLeavesNoVersion: a folder that the list does not name, and a line that was cut off, are no versions, and go.
func TestACrashLeavesNoVersion(t *testing.T) {
	b := &papers.Book{Dir: t.TempDir()}
	keep(t, b, draft("2018-01"), "1")
	list := filepath.Join(b.Dir, "papers", papers.ListName)
	before, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	stray := filepath.Join(b.Dir, "papers", "2018-01", "straystraystray")
	if err := errors.Join(os.MkdirAll(stray, 0o700), os.WriteFile(list, append(before, `{"kind":"mon`...), 0o600)); err != nil {
		t.Fatal(err)
	}
	if all, err := b.Versions(); err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	keep(t, b, draft("2018-01"), "2")
	if all, err := b.Versions(); err != nil || len(all) != 2 || all[1].Number != 2 {
		t.Fatal(all, err)
	}
	if _, err := os.Stat(stray); err == nil {
		t.Error("what a crash left stays")
	}
}

func TestAListThatWasChangedIsRefused(t *testing.T) {
	b := &papers.Book{Dir: t.TempDir()}
	keep(t, b, draft("2018-01"), "1")
	keep(t, b, draft("2018-01"), "2")
	list := filepath.Join(b.Dir, "papers", papers.ListName)
	content, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	for name, changed := range map[string]string{
		"a line was taken out": strings.SplitAfter(string(content), "\n")[1],
		"a word was changed":   strings.Replace(string(content), "committee", "public", 1),
	} {
		if err := os.WriteFile(list, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Versions(); err == nil || len(papers.Damaged(b.Dir)) != 1 {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := b.Keep(t.Context(), draft("2018-01"), []byte("3"), nil); err == nil {
			t.Errorf("%s: it is written on", name)
		}
	}
}

func TestManyKeepAtOnce(t *testing.T) {
	b := &papers.Book{Dir: t.TempDir()}
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			v := draft("2018-01")
			v.Unit = fmt.Sprint(i % 2)
			if _, err := b.Keep(context.Background(), v, fmt.Append(nil, i), nil); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	all, err := b.Versions()
	if err != nil || len(all) != 8 {
		t.Fatal(len(all), err)
	}
	seen := map[string]bool{}
	for _, v := range all {
		if k := fmt.Sprint(v.Unit, v.Number); seen[k] {
			t.Errorf("two versions are %s", k)
		} else {
			seen[k] = true
		}
	}
}
