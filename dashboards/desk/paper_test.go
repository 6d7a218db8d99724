package desk

import (
	"context"
	"errors"
	"io"
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
	b, err := d.ProposePaper([]pipelines.PaperContent{{Name: "公示.docx", Content: []byte("content")}, {Name: "公示.pdf", Content: []byte("the same in PDF")}}, one, wang)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := PaperOf(dir, b.ID); !errors.Is(err, pipelines.ErrUnknown) {
		t.Errorf("it leaves before anybody looked: %v", err)
	}
	if _, err := d.Decide(b.ID, Author{Account: "Wang", Name: "王"}, true, ""); !errors.Is(err, ErrOwn) {
		t.Errorf("its author accepts it: %v", err)
	}
	for i, name := range []string{"公示.docx", "公示.pdf"} { // whoever decides looks at all of it
		f, content, err := d.Proposed(b.ID, b.Files[i].ID)
		if err != nil || f.Name != name {
			t.Fatalf("%+v %v", f, err)
		}
		if looked, err := io.ReadAll(content); err != nil || int64(len(looked)) != f.Size {
			t.Errorf("%s: %q %v", name, looked, err)
		}
		_ = content.Close()
	}
	if _, err := d.Decide(b.ID, li, true, ""); err != nil {
		t.Fatal(err)
	}
	got, formats, err := PaperOf(dir, b.ID)
	if err != nil || len(formats) != 2 || string(formats[0].Content) != "content" || formats[1].Name != "公示.pdf" || string(formats[1].Content) != "the same in PDF" || got.Decider.Account != "li" || *got.Confirmation.Paper != one {
		t.Errorf("%+v %q %v", got, formats, err)
	}
	if at, known := d.Batch(b.ID); !known || at.State != Done {
		t.Errorf("%+v", at)
	}
	// A command proposes another while the desk is at work; refused, nothing of it is left.
	other, err := ProposePaper(dir, []pipelines.PaperContent{{Name: "公示2.docx", Content: []byte("more")}}, one, wang)
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
	if at, known := d.Batch(b.ID); !known || at.State != Done || len(at.Files) != 2 {
		t.Errorf("after the next start: %+v", at)
	}
	if err := os.WriteFile(filepath.Join(dir, b.ID, paperFormat(1)), []byte("forged"), 0o600); err != nil {
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
