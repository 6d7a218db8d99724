package desk

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"hulian/pipelines"
)

// TestAPaperLeavesOnlyWithASecondPerson, in a town that asks for none with uploads too.
func TestAPaperLeavesOnlyWithASecondPerson(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "uploads")
	d, err := Open(Config{Dir: dir, Import: func(context.Context, pipelines.HandedIn, []string) (pipelines.Run, error) {
		t.Error("a paper is read in")
		return pipelines.Run{}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { d.Run(ctx); close(done) }()
	wang, li := Author{Account: "wang", Name: "王"}, Author{Account: "li", Name: "李"}
	one := Paper{Kind: "monthly", Unit: "T01", Month: "2018-01", For: "public", Withheld: 7}
	b, err := d.ProposePaper("公示.docx", []byte("content"), one, wang)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := PaperOf(dir, b.ID); !errors.Is(err, pipelines.ErrUnknown) {
		t.Errorf("it leaves before anybody looked: %v", err)
	}
	if _, err := d.Decide(b.ID, Author{Account: "Wang", Name: "王"}, true, ""); !errors.Is(err, ErrOwn) {
		t.Errorf("its author accepts it: %v", err)
	}
	f, content, err := d.Proposed(b.ID, b.Files[0].ID)
	if err != nil || f.Name != "公示.docx" {
		t.Fatalf("%+v %v", f, err)
	}
	_ = content.Close()
	if _, err := d.Decide(b.ID, li, true, ""); err != nil {
		t.Fatal(err)
	}
	got, body, err := PaperOf(dir, b.ID)
	if err != nil || string(body) != "content" || got.Decider.Account != "li" || *got.Confirmation.Paper != one {
		t.Errorf("%+v %q %v", got, body, err)
	}
	if at, known := d.Batch(b.ID); !known || at.State != Done {
		t.Errorf("%+v", at)
	}
	// A command proposes another while the desk is at work; refused, nothing of it is left.
	other, err := ProposePaper(dir, "公示2.docx", []byte("more"), one, wang)
	if err != nil {
		t.Fatal(err)
	}
	if at, known := d.Batch(other.ID); !known || at.State != Proposed {
		t.Errorf("the desk does not see it: %+v", at)
	}
	if _, err := d.Decide(other.ID, li, false, "有误"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, other.ID)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a refused paper stays: %v", err)
	}
	cancel()
	<-done
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	// What was accepted is there after the next start, as long as it is what was accepted.
	if d, err = Open(Config{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if at, known := d.Batch(b.ID); !known || at.State != Done {
		t.Errorf("after the next start: %+v", at)
	}
	if err := os.WriteFile(filepath.Join(dir, b.ID, paperFile), []byte("forged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := PaperOf(dir, b.ID); !errors.Is(err, pipelines.ErrDamaged) {
		t.Errorf("another file leaves in its place: %v", err)
	}
	for _, id := range []string{"", ".", "..", "../uploads/" + b.ID, "nothing"} {
		if _, _, err := PaperOf(dir, id); !errors.Is(err, pipelines.ErrUnknown) {
			t.Errorf("%q: %v", id, err)
		}
	}
}
