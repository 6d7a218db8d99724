package sentence

import (
	"strings"
	"testing"
)

func TestSayFillsBothLanguages(t *testing.T) {
	b, err := Read([]byte("run: {zh: '连续{n}个月高于均值', en: '{n} months above the mean'}"))
	if err != nil {
		t.Fatal(err)
	}
	if got := b.Say("zh", "run", Values{"n": "7"}); got != "连续7个月高于均值" {
		t.Error(got)
	}
	if got := b.Say("en", "run", Values{"n": "7"}); got != "7 months above the mean" {
		t.Error(got)
	}
	if got := b.Say("en", "run", nil); got != "{n} months above the mean" {
		t.Errorf("a missing value must be seen, not swallowed: %q", got)
	}
	if got := b.Say("en", "no_such", nil); got != "no_such" {
		t.Error(got)
	}
}

// TestANumberRulesItsWords: one village stands, three villages stand, and none are no single one.
func TestANumberRulesItsWords(t *testing.T) {
	b, err := Read([]byte("a: {zh: '{n}个村', en: 'the {n:village|# villages} of {n:# month|# months} {n:stands|stand}'}"))
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[string]string{"1": "the village of 1 month stands", "3": "the 3 villages of 3 months stand", "0": "the 0 villages of 0 months stand", "11": "the 11 villages of 11 months stand"} {
		if got := b.Say("en", "a", Values{"n": n}); got != want {
			t.Errorf("%s: %q, want %q", n, got, want)
		}
	}
	if got := b.Say("en", "a", nil); got != "the {n:village|# villages} of {n:# month|# months} {n:stands|stand}" {
		t.Errorf("a missing value must be seen: %q", got)
	}
}

func TestReadRefuses(t *testing.T) {
	for content, want := range map[string]string{
		"a: {zh: 甲}":                           "both languages",
		"a: {zh: '{x}', en: '{y}'}":            "Chinese names [x], English [y]",
		"a: {zh: 甲, en: A, fr: A}":             "field fr not found",
		"a: {zh: '{n}', en: '{n:one}'}":        "neither {name} nor",
		"a: {zh: '{n}', en: '{n:{n}|many}'}":   "neither {name} nor",
		"a: {zh: 甲, en: A}\na: {zh: 乙, en: B}": "already defined",
	} {
		if _, err := Read([]byte(content)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", content, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("a: {zh: '{x}', en: '{x}'}"))
	f.Fuzz(func(t *testing.T, content []byte) {
		b, err := Read(content)
		if err != nil {
			return
		}
		for _, key := range b.Keys() {
			values := Values{}
			for _, n := range names(b.phrases[key].Zh) {
				values[n] = "7"
			}
			for _, lang := range []string{"zh", "en"} {
				if name.MatchString(b.Say(lang, key, values)) {
					t.Errorf("%s: a name was left over", key)
				}
			}
		}
	})
}
