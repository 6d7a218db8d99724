package typeface

import "testing"

// Every common character, digits, Latin and the signs of tables and official headings can be printed; what cannot is named.
func TestTheFacesHoldWhatReportsSay(t *testing.T) {
	for _, f := range []*Face{Song(), Hei()} {
		for r := rune(0x21); r < 0x7f; r++ {
			if !f.Has(r) {
				t.Errorf("%s lacks %q", f.Name, r)
			}
		}
		for r := rune(0x4e00); r <= 0x9fa5; r++ {
			if !f.Has(r) {
				t.Errorf("%s lacks %q", f.Name, r)
			}
		}
		for _, r := range "一、（一）—〓▲▼△▽○●→★≥≤÷×−±·，。；：！？《》“”‘’…％①②③" {
			if !f.Has(r) {
				t.Errorf("%s lacks %q", f.Name, r)
			}
		}
	}
	for _, r := range "㛃㮾䶮𬭊" { // rare characters of names, the last beyond the first plane
		if !Song().Has(r) {
			t.Errorf("%s lacks %q", Song().Name, r)
		}
	}
	if got := string(Missing("王〓𠀋一", "𪚥a\u200b𠀋")); got != "𠀋𪚥" {
		t.Errorf("missing: %q", got)
	}
	if Shown('𪚥') != Geta || Shown('王') != '王' || Shown('\t') != ' ' || Shown('\u200b') != 0 {
		t.Error("characters are not shown as said")
	}
	for _, l := range Licences() {
		if len(l.Text) < 4000 {
			t.Errorf("the licence of %s is cut", l.Face)
		}
	}
}

// TestChecksThatAreNotMetAreSeen: the sign of one is in neither face, and 〓 in its place would look like a character that is lost.
func TestChecksThatAreNotMetAreSeen(t *testing.T) {
	for r, want := range map[rune]rune{'✗': '×', '✓': '✓', '▲': '▲', '▼': '▼', '○': '○'} {
		if got := Shown(r); got != want {
			t.Errorf("%c is shown as %c, want %c", r, got, want)
		}
	}
}
