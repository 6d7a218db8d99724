package data

import (
	"slices"
	"testing"
)

// Lists of files leave out what the program writes for itself, and show what people decide about files.
func TestBookkeepingIsWhatNobodySends(t *testing.T) {
	all := Bookkeeping()
	for _, c := range Entries() {
		if is := slices.Contains(all, c.Export); is == c.OfFiles {
			t.Errorf("%s, of files %t, is bookkeeping: %t", c.Export, c.OfFiles, is)
		}
	}
	for _, c := range Contracts() {
		if c.OfFiles || slices.Contains(all, c.Export) {
			t.Errorf("people send %s", c.Export)
		}
	}
	if !slices.Contains(all, "actions") || slices.Contains(all, "set_asides") {
		t.Errorf("bookkeeping is %v", all)
	}
}
