package land

import (
	"os"
	"testing"
	"time"
)

func TestPrunedContentDoesNotComeAgain(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var files []File
	for _, content := range []string{"village,V01\n", "village,V02\n"} {
		f, fresh, err := s.Land(t.Context(), item("villages.csv", content))
		if err != nil || !fresh {
			t.Fatal(fresh, err)
		}
		files = append(files, f)
	}
	freed, err := s.Prune([]string{files[0].ID, "nobody"})
	if err != nil || freed != files[0].Size {
		t.Errorf("freed %d, %v", freed, err)
	}
	for range 2 { // by this store, and by one opened anew
		if _, err := os.Stat(s.Path(files[0].ID)); !os.IsNotExist(err) {
			t.Errorf("the content is there: %v", err)
		}
		if _, err := os.Stat(s.Path(files[1].ID)); err != nil {
			t.Error(err)
		}
		f, fresh, err := s.Land(t.Context(), item("again.csv", "village,V01\n"))
		if err != nil || fresh || f.No != 1 || !s.Pruned(f.ID) || s.Pruned(files[1].ID) {
			t.Errorf("sent again: %+v, fresh %t, %v", f, fresh, err)
		}
		if freed, err := s.Prune([]string{files[0].ID}); err != nil || freed != 0 {
			t.Errorf("pruned twice: %d, %v", freed, err)
		}
		if s, err = Open(dir); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.Files(); len(got) != 2 {
		t.Errorf("%d files on record, want both", len(got))
	}
}

// TestContentThatWasLetGoIsTakenInWhenItArrivesAnew lets two files go and brings one of them back.
func TestContentThatWasLetGoIsTakenInWhenItArrivesAnew(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, content := range []string{"village,V01\n", "village,V02\n"} {
		f, _, err := s.Land(t.Context(), item("villages.csv", content))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, f.ID)
	}
	if _, err := s.Prune(ids); err != nil {
		t.Fatal(err)
	}
	if err := s.BringBack(t.Context(), item("again.csv", "something else\n"), ids[0]); err == nil {
		t.Error("other content came in its place")
	}
	if err := s.BringBack(t.Context(), item("again.csv", "village,V01\n"), ids[0]); err != nil {
		t.Fatal(err)
	}
	for range 2 { // by this store, and by one opened anew
		if _, err := s.Repeat(ids[0], "again.csv", time.Now()); err != nil {
			t.Fatal(err)
		}
		if at, err := s.Verified(t.Context(), ids[0]); err != nil || s.Pruned(ids[0]) {
			t.Errorf("%s, let go: %t, %v", at, s.Pruned(ids[0]), err)
		}
		if !s.Pruned(ids[1]) {
			t.Error("the other file is not let go any more")
		}
		if s, err = Open(dir); err != nil {
			t.Fatal(err)
		}
	}
}
