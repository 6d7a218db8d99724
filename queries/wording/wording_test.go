package wording_test

import (
	"slices"
	"strings"
	"testing"

	"hulian/data"
	"hulian/queries/wording"
)

// TestTheUsualSentencesFit: every sentence of the papers names measures and slots that there are, and both languages the same ones.
func TestTheUsualSentencesFit(t *testing.T) {
	for _, s := range data.Sentences() {
		if s.About.Zh == "" || s.About.En == "" {
			t.Errorf("%s: nobody is told what it says", s.ID)
		}
		for _, text := range []string{s.Text.Zh, s.Text.En} {
			if wrong := wording.Check(s, text); wrong != nil {
				t.Errorf("%s: %s", s.ID, wrong.In("en"))
			}
			for _, slot := range s.Slots {
				if !strings.Contains(text, "{"+slot+"}") {
					t.Errorf("%s: %q does not say {%s}", s.ID, text, slot)
				}
			}
		}
		zh, en := wording.Measures(s, s.Text.Zh), wording.Measures(s, s.Text.En)
		slices.Sort(zh)
		slices.Sort(en)
		if !slices.Equal(zh, en) {
			t.Errorf("%s: the languages name %v and %v", s.ID, zh, en)
		}
	}
}

func TestAWrongSentenceIsRefusedByName(t *testing.T) {
	s := data.Sentence{ID: "x", Slots: []string{"month"}}
	for text, want := range map[string]wording.Wrong{
		"":                              {Why: wording.Empty},
		"   ":                           {Why: wording.Empty},
		strings.Repeat("户", 401):        {Why: wording.Long},
		"a\nb":                          {Why: wording.Unprintable},
		"{month":                        {Why: wording.Unclosed, Placeholder: "{month"},
		"month}":                        {Why: wording.Unclosed, Placeholder: "}"},
		"{{month}}":                     {Why: wording.Unclosed, Placeholder: "{{month}}"},
		"{}":                            {Why: wording.NoSuch, Placeholder: "{}"},
		"{mnth}":                        {Why: wording.NoSuch, Placeholder: "{mnth}", Near: "{month}"},
		"{month.num}":                   {Why: wording.NoPart, Placeholder: "{month.num}"},
		"{overdue_issues.den}":          {Why: wording.NoPart, Placeholder: "{overdue_issues.den}"},
		"{household_coverage.}":         {Why: wording.NoPart, Placeholder: "{household_coverage.}"},
		"超期{month}，79.8%":               {Why: wording.Typed, Placeholder: "79.8%"},
		"{month}：{household_coverage}":  {},
		"{household_coverage.aside}二十户": {},
	} {
		got := wording.Check(s, text)
		if got == nil {
			got = &wording.Wrong{}
		}
		if *got != want {
			t.Errorf("%q: %+v, want %+v", text, *got, want)
		}
		if want.Placeholder != "" && (!strings.Contains(got.In("zh"), want.Placeholder) || !strings.Contains(got.In("en"), want.Placeholder)) {
			t.Errorf("%q is refused without naming %s: %s", text, want.Placeholder, got.In("zh"))
		}
	}
}

// FuzzASentenceThatIsTakenIsFilled: what Check takes, Fill fills, and no brace is left.
func FuzzASentenceThatIsTakenIsFilled(f *testing.F) {
	for _, s := range data.Sentences() {
		f.Add(s.Text.Zh)
		f.Add(s.Text.En)
	}
	f.Add("{a{b}}")
	s := data.Sentence{ID: "x", Slots: []string{"month", "count", "villages"}}
	f.Fuzz(func(t *testing.T, text string) {
		wrong := wording.Check(s, text)
		said := wording.Fill(s, text, map[string]string{"month": "一月"}, func(string, string) (string, bool) { return "若干", true })
		if wrong == nil && strings.ContainsAny(said, "{}") {
			t.Errorf("%q is taken and leaves %q", text, said)
		}
		if wrong != nil {
			_ = wrong.In("zh")
		}
		if none := wording.Fill(s, text, nil, func(string, string) (string, bool) { return "", false }); wrong == nil && len(wording.Measures(s, text)) > 0 && none != "" {
			t.Errorf("%q is said though a measure is not known: %q", text, none)
		}
	})
}
