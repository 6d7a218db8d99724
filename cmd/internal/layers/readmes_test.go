package layers

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// section is what both languages must share of a part of the README: everything that is typed, read as a key, or counted.
type section struct {
	level  string   // its number signs
	tables []string // of each row what stands between backquotes in its first cell, or its number, or nothing
	blocks []string // lines of code, without comments and what describes them
	spans  []string // what stands between backquotes, once each, sorted
}

var (
	spanned    = regexp.MustCompile("`([^`]+)`")
	heading    = regexp.MustCompile(`(?m)^(#+) .*$`)
	typed      = regexp.MustCompile("^[0-9]+|`[^`]+`")
	described  = regexp.MustCompile(`^(    (?:\w+(?:\.\w+|/) |[a-z]+  )) *[^ ].*$`) // a file of a town's folder, a part of the layout
	commentary = regexp.MustCompile(`  +# .*$`)
	fence      = regexp.MustCompile("(?s)```.*?```\n")
)

// sections reads a README. The table of dependencies stands in the English one alone, and the other one names it.
func sections(readme string) (all []section) {
	marks := heading.FindAllStringSubmatchIndex(fence.ReplaceAllStringFunc(readme, func(block string) string {
		return strings.ReplaceAll(block, "#", "=") // no heading stands in code
	}), -1)
	for i, mark := range marks {
		end := len(readme)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		text := readme[mark[1]:end]
		s := section{level: readme[mark[2]:mark[3]]}
		s.blocks = fence.FindAllString(text, -1)
		text = fence.ReplaceAllString(text, "")
		for line := range strings.Lines(text) {
			line = strings.TrimRight(line, "\n")
			switch cells := strings.Split(line, " | "); {
			case strings.HasPrefix(line, "| "):
				s.tables = append(s.tables, strings.Join(typed.FindAllString(strings.TrimPrefix(cells[0], "| "), -1), " "))
			case strings.HasPrefix(line, "    "):
				s.blocks = append(s.blocks, described.ReplaceAllString(commentary.ReplaceAllString(line, ""), "$1"))
			}
		}
		for _, match := range spanned.FindAllStringSubmatch(text, -1) {
			s.spans = append(s.spans, strings.Join(strings.Fields(match[1]), " "))
		}
		slices.Sort(s.spans)
		s.spans = slices.Compact(s.spans)
		all = append(all, s)
	}
	return all
}

// TestBothReadmesSayTheSame compares the English with the Chinese README, section by section: what is typed, what is read as a
// key, how many rows a table has. The sessions in them are run by the test of the sample town.
func TestBothReadmesSayTheSame(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	read := func(name string) string {
		content, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	english, chinese := read("README.md"), read("README.zh.md")
	before, table, _ := strings.Cut(english, "| job | library | why this one |\n")
	_, after, found := strings.Cut(table, "\n\n")
	if !found {
		t.Fatal("the README has no table of dependencies")
	}
	want, got := sections(before+after), sections(chinese)
	if len(want) < 15 || len(want) != len(got) {
		t.Fatalf("the English README has %d sections, the Chinese one %d", len(want), len(got))
	}
	for i := range want {
		if diff := cmp.Diff(want[i], got[i], cmp.AllowUnexported(section{})); diff != "" {
			t.Errorf("section %d (-English +Chinese):\n%s", i, diff)
		}
	}
}
