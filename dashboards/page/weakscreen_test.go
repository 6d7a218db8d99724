package page

import (
	"testing"

	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/view"
)

// The page of weak villages names them first. Its picture shows every village and the limit of the criterion; the village that meets
// the criterion has a colour of its own.
func TestWeakVillagesStandFirstAndOnTheLimit(t *testing.T) {
	town := pagetest.New(t)
	weaken(t, town, "V2")
	v := built(t, town, "weak", "")
	if v.Headline.Weak != "新园村薄弱" {
		t.Errorf("%+v", v.Headline)
	}
	for _, b := range partsOf(v) {
		l, ok := b.(*view.Limits)
		if !ok || l.ID != "criterion-late_issues" {
			continue
		}
		for _, row := range l.Rows {
			if met := row.Value.Tone == view.ToneWorse; met != (row.Name == "新园村") {
				t.Errorf("%s is set apart: %v", row.Name, met)
			}
		}
		return
	}
	t.Error("the criterion is not drawn")
}
