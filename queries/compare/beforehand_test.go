package compare

import (
	"math"
	"strings"
	"testing"
)

// TestAPilotThatCanFindNothingIsToldSo: with one pilot among nine villages chance is never below 11%, so that no change would be found,
// however large, and no size of one may be promised.
func TestAPilotThatCanFindNothingIsToldSo(t *testing.T) {
	for pilots, want := range map[int]string{1: "none, however large", 3: "percentage points"} {
		p := panel(t, make([]string, 9), flat, 0, .02, seeded(1))
		for i := range pilots {
			p.Villages[i].Pilot = true
		}
		lines, _ := Beforehand(p, .5, "en")
		said := map[string]string{}
		for _, l := range lines {
			said[l.ID] = l.Text
		}
		worth := map[int]string{1: "would be missed", 3: "would be found"}[pilots]
		if !strings.Contains(said["smallest"], want) || !strings.Contains(said["worth"], worth) || (said["after"] == "") != (pilots == 1) {
			t.Errorf("%d pilots: %v", pilots, said)
		}
		if r := Compare(p); r.Verdict != NotEstimable || !math.IsNaN(r.Effect) {
			t.Errorf("%d pilots that have not begun: %s", pilots, r.Verdict)
		}
	}
}
