package standards

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hulian/data"
)

func newBook(t *testing.T, content string, second bool) *Book {
	t.Helper()
	b := &Book{Dir: t.TempDir(), Read: data.ReadProgramme, Second: second, Now: func() time.Time { return time.Date(2018, 2, 3, 9, 0, 0, 0, time.UTC) }}
	put(t, b, content)
	if err := b.Observe(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

func put(t *testing.T, b *Book, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(b.Dir, FileName), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func standing(t *testing.T, b *Book) data.Standards {
	t.Helper()
	s, err := b.Standing()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const limit = "linking.households_limit"

func change(from, to, account string) data.StandardChange {
	return data.StandardChange{Setting: limit, From: from, To: to, By: "王样本", Account: account, Reason: "镇党委会议"}
}

func TestAChangeStandsInTheFileAndInTheHistory(t *testing.T) {
	b := newBook(t, data.ProgrammeExplained(), false)
	if _, err := b.Change(t.Context(), change("15", "12", "committee")); err != nil {
		t.Fatal(err)
	}
	s := standing(t, b)
	if s.Programme.Linking.HouseholdsLimit != 12 || len(s.Changes) != 1 {
		t.Fatalf("%+v", s.Changes)
	}
	if c := s.Changes[0]; c.By != "王样本" || c.From != "15" || c.To != "12" || c.Reason != "镇党委会议" || c.State != data.StandardInForce || c.At.IsZero() {
		t.Errorf("%+v", c)
	}
	content, err := os.ReadFile(filepath.Join(b.Dir, FileName))
	if err != nil || !strings.Contains(string(content), "# 本镇的约定") || !strings.Contains(string(content), "\nlinking:\n  households_limit: 12\n") {
		t.Errorf("%v\n%s", err, content)
	}
	left, _ := filepath.Glob(filepath.Join(b.Dir, ".*"))
	if len(left) > 0 {
		t.Errorf("files stay behind: %v", left)
	}
}

func TestWhatCannotBeChanged(t *testing.T) {
	b := newBook(t, "linking: {households_limit: 12}\n", false)
	before, _ := os.ReadFile(filepath.Join(b.Dir, FileName))
	for want, c := range map[data.StandardRefusal]data.StandardChange{
		data.StandardMoved:   change("15", "10", "committee"),
		data.StandardSame:    change("12", "12", "committee"),
		data.StandardUnsound: change("12", "0", "committee"),
		data.StandardUnknown: {Setting: "linking.colour", To: "1"},
	} {
		if _, err := b.Change(t.Context(), c); !errors.Is(err, want) {
			t.Errorf("%+v: %v, want %s", c, err, want)
		}
	}
	after, _ := os.ReadFile(filepath.Join(b.Dir, FileName))
	if string(after) != string(before) || len(standing(t, b).Changes) != 0 {
		t.Errorf("something was changed:\n%s", after)
	}
}

// TestAFileEditedByHandIsFoundOut: what somebody writes into the file stands in the history, and a change of what it was before is refused.
func TestAFileEditedByHandIsFoundOut(t *testing.T) {
	b := newBook(t, "", false)
	put(t, b, "linking: {households_limit: 9}\n")
	if _, err := b.Change(t.Context(), change("15", "12", "committee")); !errors.Is(err, data.StandardMoved) {
		t.Errorf("%v", err)
	}
	s := standing(t, b)
	if len(s.Changes) != 1 || s.Changes[0].State != data.StandardByHand || s.Changes[0].From != "15" || s.Changes[0].To != "9" || s.Changes[0].By != "" {
		t.Fatalf("%+v", s.Changes)
	}
	if _, err := b.Change(t.Context(), change("9", "12", "committee")); err != nil {
		t.Fatal(err)
	}
	if s = standing(t, b); len(s.Changes) != 2 || s.Changes[0].To != "12" || s.Changes[1].State != data.StandardByHand {
		t.Errorf("%+v", s.Changes)
	}
}

func TestAFileThatCannotBeReadIsNotWrittenOver(t *testing.T) {
	b := newBook(t, "", false)
	put(t, b, "linking: {household: 9}\n")
	if s := standing(t, b); s.Broken == "" || s.Programme.Linking.HouseholdsLimit != 15 {
		t.Errorf("%+v", s)
	}
	if _, err := b.Change(t.Context(), change("15", "12", "committee")); err == nil {
		t.Error("a broken file was written over")
	}
}

func TestASecondPersonAccepts(t *testing.T) {
	b := newBook(t, "", true)
	made, err := b.Change(t.Context(), change("15", "12", "committee"))
	if err != nil || made.State != data.StandardProposed {
		t.Fatalf("%v, %+v", err, made)
	}
	if s := standing(t, b); s.Programme.Linking.HouseholdsLimit != 15 {
		t.Error("it is in force before somebody accepted it")
	}
	if _, err := b.Decide(t.Context(), made.ID, "王样本", "Committee", true, ""); !errors.Is(err, data.StandardOwn) {
		t.Errorf("its author accepts it: %v", err)
	}
	if _, err := b.Decide(t.Context(), "99", "李", "administrator", true, ""); !errors.Is(err, data.StandardUnknown) {
		t.Errorf("%v", err)
	}
	if _, err := b.Decide(t.Context(), made.ID, "李", "administrator", true, ""); err != nil {
		t.Fatal(err)
	}
	if s := standing(t, b); s.Programme.Linking.HouseholdsLimit != 12 || s.Changes[0].Decider != "李" || s.Changes[0].State != data.StandardInForce {
		t.Errorf("%+v", s.Changes)
	}
	refused, err := b.Change(t.Context(), change("12", "10", "committee"))
	if err == nil {
		_, err = b.Decide(t.Context(), refused.ID, "李", "administrator", false, "太少")
	}
	if s := standing(t, b); err != nil || s.Programme.Linking.HouseholdsLimit != 12 || s.Changes[0].State != data.StandardRefused || s.Changes[0].Answer != "太少" {
		t.Errorf("%v, %+v", err, s.Changes)
	}
	overtaken, err := b.Change(t.Context(), change("12", "10", "committee"))
	if err != nil {
		t.Fatal(err)
	}
	put(t, b, "linking: {households_limit: 8}\n")
	if _, err := b.Decide(t.Context(), overtaken.ID, "李", "administrator", true, ""); !errors.Is(err, data.StandardMoved) {
		t.Errorf("%v", err)
	}
	if s := standing(t, b); s.Programme.Linking.HouseholdsLimit != 8 {
		t.Errorf("a hand edit was written over: %+v", s.Programme.Linking)
	}
}
