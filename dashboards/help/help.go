package help

import (
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

//go:embed pages guides
var texts embed.FS

// Kind is what a text is about.
type Kind string

// Kinds of texts; each is the folder its files lie in.
const (
	Pages  Kind = "pages"
	Guides Kind = "guides" // by the ID of a role
)

// Text is a text in one language.
type Text struct {
	Kind  Kind
	ID    string
	Parts []Part
}

// Part is what stands below one heading. The first part of a text may have none.
type Part struct {
	Heading string
	Lines   []string // paragraphs
	Points  []string // lines of a list, behind them
}

// Of gives a text in a language (zh, en).
func Of(kind Kind, id, lang string) (Text, error) {
	content, err := texts.ReadFile(fmt.Sprintf("%s/%s.%s.md", kind, id, lang))
	if err != nil {
		return Text{}, fmt.Errorf("there is no text of %q among the %s in %q: %w", id, kind, lang, err)
	}
	t := Text{Kind: kind, ID: id}
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSpace(line)
		heading, isHeading := strings.CutPrefix(line, "# ")
		point, isPoint := strings.CutPrefix(line, "- ")
		if isHeading || len(t.Parts) == 0 {
			t.Parts = append(t.Parts, Part{Heading: heading})
		}
		last := &t.Parts[len(t.Parts)-1]
		switch {
		case line == "" || isHeading:
		case isPoint:
			last.Points = append(last.Points, point)
		default:
			last.Lines = append(last.Lines, line)
		}
		if !isHeading && last.Heading == line {
			last.Heading = ""
		}
	}
	return t, nil
}

// IDs lists the texts of a kind, by name.
func IDs(kind Kind) (all []string) {
	entries, err := texts.ReadDir(string(kind))
	if err != nil {
		panic("embedded help: " + err.Error()) // part of the binary
	}
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), ".zh.md"); ok {
			all = append(all, id)
		}
	}
	return all
}

var (
	measureMark = regexp.MustCompile(`\{([a-z0-9_]+)\}`)
	pageMark    = regexp.MustCompile(`\[([a-z_]+)\]`)
)

// Measures lists the measures a text names, in order, each once.
func (t Text) Measures() []string { return t.marks(measureMark) }

// Pages lists the pages a text names, in order, each once.
func (t Text) Pages() []string { return t.marks(pageMark) }

func (t Text) marks(mark *regexp.Regexp) (all []string) {
	for _, p := range t.Parts {
		for _, line := range slices.Concat(p.Lines, p.Points) {
			for _, found := range mark.FindAllStringSubmatch(line, -1) {
				if !slices.Contains(all, found[1]) {
					all = append(all, found[1])
				}
			}
		}
	}
	return all
}

// Named is the text with names in the place of marks.
func (t Text) Named(measure, page func(id string) string) Text {
	named := func(lines []string) (all []string) {
		for _, line := range lines {
			line = measureMark.ReplaceAllStringFunc(line, func(m string) string { return measure(m[1 : len(m)-1]) })
			all = append(all, pageMark.ReplaceAllStringFunc(line, func(m string) string { return page(m[1 : len(m)-1]) }))
		}
		return all
	}
	parts := make([]Part, len(t.Parts))
	for i, p := range t.Parts {
		parts[i] = Part{p.Heading, named(p.Lines), named(p.Points)}
	}
	t.Parts = parts
	return t
}

// Found is the first line in which some word of a search stands, where each of them stands somewhere in the text or its title; ok is
// false where one does not. Capitals do not matter.
func (t Text) Found(title, search string) (line string, ok bool) {
	lines := []string{title}
	for _, p := range t.Parts {
		lines = append(append(append(lines, p.Heading), p.Lines...), p.Points...)
	}
	return Match(search, lines...)
}

// Match is the first of some lines in which a word of a search stands, where each of its words stands in one of them.
func Match(search string, lines ...string) (line string, ok bool) {
	words := strings.Fields(strings.ToLower(search))
	all := strings.ToLower(strings.Join(lines, "\n"))
	for _, word := range words {
		if !strings.Contains(all, word) {
			return "", false
		}
	}
	for _, l := range lines[min(1, len(lines)):] {
		if slices.ContainsFunc(words, func(word string) bool { return strings.Contains(strings.ToLower(l), word) }) {
			return l, len(words) > 0
		}
	}
	return "", len(words) > 0
}
