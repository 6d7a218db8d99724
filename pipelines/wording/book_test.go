package wording_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/wording"
	words "hulian/queries/wording"
)

func TestChangesOfSentencesAreKeptAndTakenBack(t *testing.T) {
	b := &wording.Book{Dir: t.TempDir()}
	s, _ := data.SentenceOf("asked_none")
	own := data.Text{Zh: "本月无其他要求。", En: "Nothing else is asked."}
	made, err := b.Change(t.Context(), data.SentenceChange{Sentence: s.ID, From: s.Text, To: own, By: "陈书记", Account: "chen", Reason: "简短"})
	if err != nil || made.ID != "1" || made.At.IsZero() {
		t.Fatal(made, err)
	}
	for _, c := range []struct {
		of   data.SentenceChange
		want error
	}{
		{data.SentenceChange{Sentence: s.ID, From: s.Text, To: data.Text{Zh: "一", En: "a"}}, data.SentenceMoved},
		{data.SentenceChange{Sentence: s.ID, From: own, To: own}, data.SentenceSame},
		{data.SentenceChange{Sentence: "none", From: own, To: own}, data.SentenceUnknown},
	} {
		if _, err := b.Change(t.Context(), c.of); !errors.Is(err, c.want) {
			t.Errorf("%v, want %v", err, c.want)
		}
	}
	var wrong *words.Wrong
	if _, err := b.Change(t.Context(), data.SentenceChange{Sentence: s.ID, From: own, To: data.Text{Zh: own.Zh, En: "{nothing_of_the_kind}"}}); !errors.As(err, &wrong) || wrong.Placeholder != "{nothing_of_the_kind}" {
		t.Errorf("a wrong English text is taken: %v", err)
	}
	w, err := b.Standing()
	if err != nil || w.Of(s.ID) != own || len(w.Changes) != 1 {
		t.Fatal(w, err)
	}
	if _, err := b.TakeBack(t.Context(), "1", "王镇长", "wang", "不必"); err != nil {
		t.Fatal(err)
	}
	if w, err = b.Standing(); err != nil || w.Of(s.ID) != s.Text || len(w.Own) != 0 || len(w.Changes) != 2 || w.Changes[0].TakesOut != "1" {
		t.Fatal(w, err)
	}
	if _, err := b.TakeBack(t.Context(), "1", "王镇长", "wang", "再来"); !errors.Is(err, data.SentenceMoved) {
		t.Errorf("what is back already is taken back again: %v", err)
	}
	file := filepath.Join(b.Dir, wording.FileName)
	content, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, []byte(strings.Replace(string(content), "简短", "冗长", 1)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Standing(); err == nil {
		t.Error("a history that was edited is read")
	}
	if err := os.WriteFile(file, []byte(`{"changes":[]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Standing(); err == nil {
		t.Error("a history without its seal is read")
	}
	away := &wording.Book{Dir: filepath.Join(b.Dir, "nowhere")}
	if _, err := away.Change(t.Context(), data.SentenceChange{Sentence: s.ID, From: s.Text, To: own}); err == nil || errors.Is(err, pipelines.ErrBusy) {
		t.Errorf("a folder that is not there: %v", err)
	}
}
