package speech

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"unicode"

	"go.yaml.in/yaml/v3"

	"hulian/data"
)

//go:embed zh
var files embed.FS

// Language is what the command line speaks. The zero Language is English.
type Language string

// The languages there are, as --lang names them.
const (
	English Language = "en"
	Chinese Language = "zh"
)

// Phrases are all there are, by file. Each stands once.
func Phrases() (map[string][]data.Text, error) {
	all := map[string][]data.Text{}
	names, err := fs.Glob(files, "zh/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		content, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var phrases []data.Text
		if err := yaml.Unmarshal(content, &phrases); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all[name] = phrases
	}
	return all, nil
}

// chinese is read where somebody speaks it; every other start of the program does without.
var chinese = sync.OnceValue(func() map[string]string {
	all, err := Phrases()
	if err != nil {
		panic("embedded words: " + err.Error()) // a test reads them first
	}
	by := map[string]string{}
	for _, phrases := range all {
		for _, p := range phrases {
			by[p.En] = p.Zh
		}
	}
	return by
})

// T says a text; one that has no Chinese stays as it is.
func (l Language) T(en string) string {
	zh, _ := l.find(en)
	return zh
}

// Tf gives a form in the language, with its values filled in.
func (l Language) Tf(form string, values ...any) string {
	if l != Chinese {
		return fmt.Sprintf(form, values...)
	}
	said := make([]any, len(values))
	for i, value := range values {
		said[i] = value
		if err, ok := value.(error); ok {
			said[i] = l.Error(err)
		}
	}
	return fmt.Sprintf(strings.ReplaceAll(l.T(form), "%w", "%v"), said...)
}

// Of is a text that the house keeps in both languages.
func (l Language) Of(text data.Text) string {
	if l == Chinese {
		return text.Zh
	}
	return text.En
}

func (l Language) find(en string) (said string, ok bool) {
	if l != Chinese {
		return en, true
	}
	if zh, ok := chinese()[en]; ok {
		return zh, true
	}
	return en, false
}

// Paragraphs says a long text, a paragraph at a time: many stand in several texts. Lines that begin in Chinese are left out: the
// English help has them for those whose machine does not say what they speak.
func (l Language) Paragraphs(en string) string {
	if l != Chinese {
		return en
	}
	var said []string
	for paragraph := range strings.SplitSeq(en, "\n\n") {
		if plain := withoutChinese(paragraph); plain != "" {
			paragraph = l.T(plain)
		}
		said = append(said, paragraph)
	}
	return strings.Join(said, "\n\n")
}

func withoutChinese(paragraph string) string {
	var kept []string
	for line := range strings.SplitSeq(paragraph, "\n") {
		if first := strings.IndexFunc(line, unicode.IsPrint); first != 0 || !unicode.Is(unicode.Han, []rune(line)[0]) {
			kept = append(kept, line)
		}
	}
	return strings.Trim(strings.Join(kept, "\n"), "\n")
}
