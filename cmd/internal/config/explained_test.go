package config

import (
	"strings"
	"testing"
	"unicode"
)

// TestEveryKeyIsExplainedInBothLanguages: those who edit hulian.yaml read Chinese, those who read help English.
func TestEveryKeyIsExplainedInBothLanguages(t *testing.T) {
	han := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	}
	explained := Explained()
	for _, k := range keys {
		if !han(k.zh) || k.usage == "" || han(k.usage) || !strings.Contains(explained, "# "+k.zh+"\n# "+k.usage) {
			t.Errorf("%s: %q, %q", k.name, k.zh, k.usage)
		}
	}
	for _, s := range sections {
		first, _, _ := strings.Cut(s.zh, "\n")
		if !han(first) || han(s.example) || !strings.Contains(explained, "# "+first) {
			t.Errorf("%s: %q", s.name, s.zh)
		}
	}
	for line := range strings.Lines(explained) {
		if line != "\n" && !strings.HasPrefix(line, "#") {
			t.Errorf("a line is in force: %s", line)
		}
	}
}
