package queries

import (
	"regexp"
	"testing"
)

// TestEveryMeasureHasRowsOrAReason: of every measure it is written down which rows stand behind its parts, or why there can be none; never
// both, and never of something that is no measure.
func TestEveryMeasureHasRowsOrAReason(t *testing.T) {
	settings := map[string]string{}
	for _, b := range behindFile() {
		conditions := []string{b.Of}
		for _, c := range b.Columns {
			conditions = append(conditions, c)
		}
		for _, c := range conditions {
			for _, word := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(c, -1) {
				settings[word[1]] = "1"
			}
		}
		if _, known := MeasureOf(b.Relation); b.None.Zh != "" && (!known || b.None.En == "" || b.Export != "" || len(b.Columns) > 0) {
			t.Errorf("the reason of %s is half said, of no measure, or beside rows", b.Relation)
		}
	}
	for _, m := range Measures() {
		_, said := m.WithoutRows()
		for _, denominator := range []bool{false, true} {
			if denominator && !m.Rate() {
				continue
			}
			rows, err := m.RowsBehind(denominator, settings)
			if err != nil {
				t.Error(err)
			}
			if (len(rows) > 0) == said {
				t.Errorf("%s, denominator %t: %d kinds of rows, a reason why there are none: %t", m.ID, denominator, len(rows), said)
			}
		}
	}
}
