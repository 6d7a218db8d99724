package sentence

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"hulian/data"
)

// Book is phrases by key.
type Book struct{ phrases map[string]data.Text }

// Values fill the names of a phrase.
type Values map[string]string

// name finds what is filled in: {n}, or {n:one|many}, which says the first where n is 1 and the second where it is not, with n for every #
// in it. "the {n:village|# villages}" is "the village" or "the 3 villages".
var name = regexp.MustCompile(`\{([a-z_0-9]+)(?::([^{}|]*)\|([^{}|]*))?\}`)

// Read reads a book and checks every phrase.
func Read(content []byte) (Book, error) {
	b := Book{phrases: map[string]data.Text{}}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(&b.phrases); err != nil {
		return Book{}, fmt.Errorf("phrases: %w", err)
	}
	for _, key := range b.Keys() {
		p := b.phrases[key]
		if p.Zh == "" || p.En == "" {
			return Book{}, fmt.Errorf("phrase %s: both languages are needed", key)
		}
		for _, text := range []string{p.Zh, p.En} {
			if left := name.ReplaceAllString(text, ""); strings.ContainsAny(left, "{}") {
				return Book{}, fmt.Errorf("phrase %s: a brace is neither {name} nor {name:one|many}: %s", key, text)
			}
		}
		if zh, en := names(p.Zh), names(p.En); !slices.Equal(zh, en) {
			return Book{}, fmt.Errorf("phrase %s: Chinese names %v, English %v", key, zh, en)
		}
	}
	return b, nil
}

// MustRead reads a book that is part of the program; a test reads it first.
func MustRead(content []byte) Book {
	b, err := Read(content)
	if err != nil {
		panic("embedded " + err.Error())
	}
	return b
}

// Keys lists the phrases in alphabetical order.
func (b Book) Keys() []string { return slices.Sorted(maps.Keys(b.phrases)) }

// Has reports whether there is a phrase.
func (b Book) Has(key string) bool {
	_, ok := b.phrases[key]
	return ok
}

// Say fills a phrase. A value that is not given leaves its name in braces for the reader to see, and a key the book does
// not hold is said as it is: a report with one odd word is better than no report.
func (b Book) Say(lang, key string, values Values) string {
	p, ok := b.phrases[key]
	if !ok {
		return key
	}
	return name.ReplaceAllStringFunc(p.In(lang), func(found string) string {
		parts := name.FindStringSubmatch(found)
		v, ok := values[parts[1]]
		switch {
		case !ok:
			return found
		case !strings.Contains(found, ":"):
			return v
		case v == "1":
			return strings.ReplaceAll(parts[2], "#", v)
		default:
			return strings.ReplaceAll(parts[3], "#", v)
		}
	})
}

// names lists the values a phrase wants, sorted, each once.
func names(phrase string) []string {
	var all []string
	for _, found := range name.FindAllStringSubmatch(phrase, -1) {
		all = append(all, found[1])
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Join sets sentences one after the other: Chinese without a space, English with one. Empty ones are left out.
func Join(lang string, sentences ...string) string {
	space := ""
	if lang == "en" {
		space = " "
	}
	var said []string
	for _, s := range sentences {
		if s != "" {
			said = append(said, s)
		}
	}
	return strings.Join(said, space)
}

// List sets names in a row: "甲、乙" or "A, B".
func List(lang string, items []string) string {
	if lang == "en" {
		return strings.Join(items, ", ")
	}
	return strings.Join(items, "、")
}
