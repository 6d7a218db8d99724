package data

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// Setting is one decision of the programme with its words. They stand beside its default, in data/programme.yaml.
type Setting struct {
	Path    string // its keys, as issues.due_days.easy
	Section Text   // the part of the programme it belongs to
	Name    Text   // in a few characters
	Says    Text   // what it does, in a sentence
	Unit    string // days, share, people …; empty: none
	Form    Form   // how it is written
}

// Form is how a setting is written.
type Form string

// Forms of settings.
const (
	FormWhole    Form = "whole"    // int
	FormNumber   Form = "number"   // float64
	FormText     Form = "text"     // string
	FormTruth    Form = "truth"    // bool
	FormBoth     Form = "both"     // Text: in both languages
	FormWholes   Form = "wholes"   // []int
	FormNames    Form = "names"    // []string
	FormMeasures Form = "measures" // a number for each of some measures
	FormRows     Form = "rows"     // a list of structs
)

// SettingOf finds a decision by its path.
func SettingOf(path string) (Setting, bool) {
	all := Settings()
	i := slices.IndexFunc(all, func(s Setting) bool { return s.Path == path })
	if i < 0 {
		return Setting{}, false
	}
	return all[i], true
}

// Settings are all decisions of the programme, in the order of its file.
func Settings() []Setting { return slices.Clone(settings()) }

var settings = sync.OnceValue(func() []Setting {
	content, err := files.ReadFile("programme.yaml")
	if err != nil {
		panic("embedded programme: " + err.Error()) // part of the binary
	}
	words := settingWords(string(content))
	var all []Setting
	for _, path := range settingPaths(reflect.TypeFor[Programme](), "") {
		s := words[path]
		section, _, _ := strings.Cut(path, ".")
		s.Path, s.Section, s.Form = path, words[section].Name, formOf(settingType(path))
		all = append(all, s)
	}
	return all
})

// settingWords reads the comments above the keys of the embedded programme: the first line names the key and its unit, the others say
// what it does. A line in both languages counts as Chinese.
func settingWords(content string) map[string]Setting {
	words, comment, above := map[string]Setting{}, []string{}, []string{}
	for line := range strings.Lines(content) {
		trimmed := strings.TrimSpace(line)
		if said, ok := strings.CutPrefix(trimmed, "# "); ok {
			comment = append(comment, said)
			continue
		}
		key, _, isKey := strings.Cut(trimmed, ":")
		depth := (len(line) - len(strings.TrimLeft(line, " "))) / 2
		if isKey && depth <= len(above) && len(comment) > 0 && !strings.HasPrefix(key, "-") {
			above = append(above[:depth:depth], key)
			words[strings.Join(above, ".")] = settingOf(comment)
		}
		comment = nil
	}
	return words
}

func settingOf(comment []string) (s Setting) {
	names := append(strings.Split(comment[0], " · "), "", "")
	s.Name, s.Unit = Text{Zh: names[0], En: names[1]}, names[2]
	var zh, en []string
	for _, line := range comment[1:] {
		switch {
		case strings.HasPrefix(line, "文件中") || strings.HasPrefix(line, "In the file"): // for whoever edits the file
		case strings.ContainsFunc(line, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }):
			zh = append(zh, line)
		default:
			en = append(en, line)
		}
	}
	s.Says = Text{Zh: strings.Join(zh, ""), En: strings.Join(en, " ")}
	return s
}

// settingPaths are the paths of all decisions below a struct. A list and a map are one decision each.
func settingPaths(t reflect.Type, prefix string) (all []string) {
	for field := range t.Fields() {
		path := prefix + field.Tag.Get("yaml")
		if field.Type.Kind() == reflect.Struct && field.Type != reflect.TypeFor[Text]() {
			all = append(all, settingPaths(field.Type, path+".")...)
			continue
		}
		all = append(all, path)
	}
	return all
}

func settingType(path string) reflect.Type {
	p := Programme{}
	return settingField(reflect.ValueOf(&p).Elem(), path).Type()
}

// settingField is the field of a programme that a path names; the zero Value where there is none.
func settingField(v reflect.Value, path string) reflect.Value {
	for name := range strings.SplitSeq(path, ".") {
		if v.Kind() != reflect.Struct {
			return reflect.Value{}
		}
		t, found := v.Type(), false
		for i := range t.NumField() {
			if t.Field(i).Tag.Get("yaml") == name {
				v, found = v.Field(i), true
				break
			}
		}
		if !found {
			return reflect.Value{}
		}
	}
	return v
}

func formOf(t reflect.Type) Form {
	switch {
	case t == reflect.TypeFor[Text]():
		return FormBoth
	case t.Kind() == reflect.Int:
		return FormWhole
	case t.Kind() == reflect.Float64:
		return FormNumber
	case t.Kind() == reflect.Bool:
		return FormTruth
	case t.Kind() == reflect.String:
		return FormText
	case t.Kind() == reflect.Map:
		return FormMeasures
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Int:
		return FormWholes
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.String:
		return FormNames
	default:
		return FormRows
	}
}

// Value is what a programme says of a setting: an int, float64, string, bool, Text, list or map; nil for a path that does not exist.
func (p Programme) Value(path string) any {
	v := settingField(reflect.ValueOf(p), path)
	if !v.IsValid() {
		return nil
	}
	return v.Interface()
}

// Written is a setting's value as a line or more of YAML, so that two values can be compared and kept. Empty for a path that does not
// exist.
func (p Programme) Written(path string) string {
	value := p.Value(path)
	if value == nil {
		return ""
	}
	content, err := yaml.Marshal(value)
	if err != nil {
		panic("a setting cannot be written: " + err.Error()) // numbers, texts and lists of them always can
	}
	return strings.TrimSpace(string(content))
}

// With is the programme with one setting as Written gives it. It is not checked.
func (p Programme) With(path, written string) (Programme, error) {
	p = p.clone()
	v := settingField(reflect.ValueOf(&p).Elem(), path)
	if !v.IsValid() {
		return p, fmt.Errorf("there is no setting %q", path)
	}
	fresh := reflect.New(v.Type())
	if err := Mismatch(yaml.Unmarshal([]byte(written), fresh.Interface())); err != nil {
		return p, fmt.Errorf("%s: %w", path, err)
	}
	v.Set(fresh.Elem())
	return p, nil
}

// clone is a programme that shares no list and no map with p.
func (p Programme) clone() Programme {
	q, err := ParseProgramme(p.Document())
	if err != nil {
		panic("a programme cannot be copied: " + err.Error()) // it was written by Document
	}
	return q
}

// Document is the whole programme as YAML: what a snapshot says it was made by.
func (p Programme) Document() string {
	content, err := yaml.Marshal(p)
	if err != nil {
		panic("the programme cannot be written: " + err.Error())
	}
	return string(content)
}

// ParseProgramme reads what Document has written.
func ParseProgramme(document string) (Programme, error) {
	var p Programme
	return p, yaml.Unmarshal([]byte(document), &p)
}

// Check refuses values that would make a measure meaningless.
func (p Programme) Check() error { return p.check() }

// Amount writes a number of a setting without needless zeros.
func Amount(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
