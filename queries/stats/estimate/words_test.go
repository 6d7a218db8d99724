package estimate

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

var verb = regexp.MustCompile(`%[-+# 0]*[0-9]*(?:\.[0-9]+)?(?:\[[0-9]+\])?([a-zA-Z])`)

// TestWarningsAreFilledInChinese fills the Chinese of every warning with what its English is filled with.
func TestWarningsAreFilledInChinese(t *testing.T) {
	for en, zh := range Formats() {
		var filled []any
		for _, found := range verb.FindAllStringSubmatch(strings.ReplaceAll(en, "%%", ""), -1) {
			switch found[1] {
			case "d":
				filled = append(filled, 3)
			case "s", "q", "v":
				filled = append(filled, "x")
			default:
				filled = append(filled, .25)
			}
		}
		for _, format := range []string{en, zh} {
			if said := fmt.Sprintf(format, filled...); strings.Contains(said, "%!") {
				t.Errorf("%s is filled as %s", format, said)
			}
		}
	}
}
