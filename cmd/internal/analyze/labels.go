package analyze

import (
	_ "embed"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed labels.yaml
var labelsFile []byte

// labels are the Chinese names of what a document holds.
type labels struct {
	Keys      map[string]string `yaml:"keys"`
	Patterns  []pattern         `yaml:"patterns"` // of keys
	Words     map[string]string `yaml:"words"`    // fixed values
	Sentences []pattern         `yaml:"sentences"`
}

type pattern struct {
	Of string `yaml:"of"`
	Zh string `yaml:"zh"`

	compiled *regexp.Regexp
}

var chinese = sync.OnceValue(func() labels {
	var l labels
	if err := yaml.Unmarshal(labelsFile, &l); err != nil {
		panic(err) // it is part of the program
	}
	for _, list := range [][]pattern{l.Patterns, l.Sentences} {
		for i := range list {
			list[i].compiled = regexp.MustCompile(list[i].Of)
		}
	}
	return l
})

// Label is what a key or column is called in a language: zh, or English, which it has, for any other. Names from the
// user's file are nobody's keys and stay.
func Label(lang, key string) string {
	if lang != "zh" {
		return key
	}
	l := chinese()
	if zh, ok := l.Keys[key]; ok {
		return zh
	}
	if zh, ok := fill(l.Patterns, key); ok {
		return zh
	}
	return key
}

// columnLabel is what a column of a table is called: some keys mean one thing in one table and another in the next.
func columnLabel(lang, table, key string) string {
	if zh, ok := chinese().Keys[table+"."+key]; ok && lang == "zh" {
		return zh
	}
	return Label(lang, key)
}

// word is a fixed value in a language.
func word(lang, text string) string {
	if lang != "zh" {
		return text
	}
	l := chinese()
	if zh, ok := l.Words[text]; ok {
		return zh
	}
	if zh, ok := fill(l.Sentences, text); ok {
		return zh
	}
	return text
}

func fill(patterns []pattern, text string) (string, bool) {
	for _, p := range patterns {
		m := p.compiled.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		out := p.Zh
		for i, part := range m[1:] {
			at := strconv.Itoa(i + 1)
			out = strings.NewReplacer("{"+at+"}", part, "{"+at+"%}", percent(part), "{"+at+":}", Label("zh", part)).Replace(out)
		}
		return out, true
	}
	return "", false
}

// percent writes a level as keys have it: 95 is 95%, 998 is 99.8%.
func percent(digits string) string {
	if len(digits) > 2 {
		digits = digits[:2] + "." + digits[2:]
	}
	return digits + "%"
}

// Unknown is what stands for a value that there is not.
func Unknown(lang string) string {
	if lang == "zh" {
		return "未知"
	}
	return "unknown"
}
