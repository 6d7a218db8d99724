package desk

import (
	"context"
	"errors"
	"os"
	"testing"

	"hulian/pipelines"
)

// TestWhatWaitsForASecondPersonOutlivesTheServer: after a new start it waits still, with its author; nobody takes it up meanwhile,
// and an accepted one is in line.
func TestWhatWaitsForASecondPersonOutlivesTheServer(t *testing.T) {
	dir := t.TempDir()
	var read []pipelines.HandedIn
	open := func() *Desk {
		d, err := Open(Config{Dir: dir, Second: true, Import: func(_ context.Context, by pipelines.HandedIn, _ []string) (pipelines.Run, error) {
			read = append(read, by)
			return pipelines.Run{}, nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	d := open()
	var ids []string
	for _, name := range []string{"a.csv", "b.csv"} {
		ids = append(ids, handAs(t, d, &Author{Account: "wang", Name: "王样本 (wang)", Village: "V1"}, name))
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := TakeOver(dir); err != nil || left != nil {
		t.Fatalf("a command takes up what waits: %v %v", left, err)
	}
	if _, err := Decide(dir, ids[0], Author{Account: "Wang"}, true, ""); !errors.Is(err, ErrOwn) {
		t.Errorf("the author accepts: %v", err)
	}
	if _, err := Decide(dir, "../"+ids[0], Author{Account: "li"}, true, ""); !errors.Is(err, pipelines.ErrUnknown) {
		t.Errorf("another folder: %v", err)
	}
	if _, err := Decide(dir, ids[0], Author{Account: "li", Name: "李样本"}, true, ""); err != nil {
		t.Fatal(err)
	}
	left, err := TakeOver(dir)
	if err != nil || left == nil || len(left.Paths()) != 1 || len(left.HandedIn()) != 1 || left.HandedIn()[0].AcceptedBy != "李样本" || left.HandedIn()[0].Village != "V1" {
		t.Fatalf("what is accepted is not taken up with its author: %+v %v", left, err)
	}
	if err := left.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Decide(dir, ids[1], Author{Account: "li", Name: "李样本"}, false, "三月的表"); err != nil {
		t.Fatal(err)
	}
	d = open()
	t.Cleanup(func() { _ = d.Close() })
	if _, err := os.Stat(dir + "/" + ids[1]); !os.IsNotExist(err) {
		t.Errorf("the refused files stay: %v", err)
	}
	states := map[State]int{}
	for _, b := range d.Batches() {
		states[b.State]++
		if b.Author.Account != "wang" || len(b.Files) != 1 {
			t.Errorf("%+v", b)
		}
	}
	if states[Refused] != 1 || states[Waiting] != 1 {
		t.Errorf("%v", states)
	}
}

// TestADamagedRecordOfTheAuthorIsNotTakenForNone: without it a village's file would be read as the whole town's.
func TestADamagedRecordOfTheAuthorIsNotTakenForNone(t *testing.T) {
	dir := t.TempDir()
	if err := (standing{Author: Author{Account: "wang", Village: "V1"}}).write(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/"+handedIn, []byte(`{"author":{}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := readStanding(dir); !errors.Is(err, pipelines.ErrDamaged) {
		t.Errorf("%+v %v", s, err)
	}
}

// TestTheOthersAreTakenBesideADamagedUpload: the desk opens, and leaves the folder where it is.
func TestTheOthersAreTakenBesideADamagedUpload(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"one", "two"} {
		if err := os.MkdirAll(dir+"/"+name, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+"/"+name+"/a.csv", []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(dir+"/one/"+handedIn, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := Open(Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if all := d.Batches(); len(all) != 1 || all[0].ID != "two" {
		t.Errorf("%+v", all)
	}
	if _, err := os.Stat(dir + "/one/a.csv"); err != nil {
		t.Error(err)
	}
}
