package help

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"hulian/dashboards/question"
	"hulian/dashboards/visitor"
	"hulian/queries"
)

// each gives every text in every language.
func each(t *testing.T, do func(t *testing.T, text Text, lang string)) {
	t.Helper()
	for _, kind := range []Kind{Pages, Guides} {
		for _, id := range IDs(kind) {
			for _, lang := range []string{"zh", "en"} {
				t.Run(string(kind)+" "+id+" "+lang, func(t *testing.T) {
					text, err := Of(kind, id, lang)
					if err != nil {
						t.Fatal(err)
					}
					do(t, text, lang)
				})
			}
		}
	}
}

// TestEveryPageAndEveryRoleHasItsText in both languages: whoever adds one writes it.
func TestEveryPageAndEveryRoleHasItsText(t *testing.T) {
	var pages, roles []string
	for _, p := range question.Pages() {
		pages = append(pages, p.ID)
	}
	for _, r := range visitor.Roles() {
		roles = append(roles, string(r))
	}
	for kind, wanted := range map[Kind][]string{Pages: pages, Guides: roles} {
		for _, id := range wanted {
			for _, lang := range []string{"zh", "en"} {
				if _, err := Of(kind, id, lang); err != nil {
					t.Errorf("write dashboards/help/%s/%s.%s.md: %v", kind, id, lang, err)
				}
			}
		}
		for _, id := range IDs(kind) {
			if !slices.Contains(wanted, id) {
				t.Errorf("%s/%s is about nothing there is", kind, id)
			}
		}
	}
}

// TestTextsNameWhatThereIs: measures, pages, the same ones in both languages; and no word of the workshop.
func TestTextsNameWhatThereIs(t *testing.T) {
	workshop := regexp.MustCompile(`\.yaml|\.go\b|hulian|SQL|[a-z]+_[a-z]+`)
	each(t, func(t *testing.T, text Text, lang string) {
		for _, id := range text.Measures() {
			if m, ok := queries.MeasureOf(id); !ok || m.ID != id {
				t.Errorf("there is no measure %q", id)
			}
		}
		for _, id := range text.Pages() {
			if _, ok := question.ByID(id); !ok {
				t.Errorf("there is no page %q", id)
			}
		}
		other, err := Of(text.Kind, text.ID, map[string]string{"zh": "en", "en": "zh"}[lang])
		if err != nil {
			t.Fatal(err)
		}
		if a, b := text.Measures(), other.Measures(); !sameSet(a, b) {
			t.Errorf("the languages name different measures: %v and %v", a, b)
		}
		if a, b := text.Pages(), other.Pages(); !sameSet(a, b) {
			t.Errorf("the languages name different pages: %v and %v", a, b)
		}
		blank := func(string) string { return "" }
		for _, part := range text.Named(blank, blank).Parts {
			for _, line := range slices.Concat([]string{part.Heading}, part.Lines, part.Points) {
				if found := workshop.FindString(line); found != "" {
					t.Errorf("%q says %q", line, found)
				}
				if strings.ContainsAny(line, "{}[]") {
					t.Errorf("%q holds a mark that is not read", line)
				}
			}
		}
	})
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// TestTextsAnswerTheThreeQuestions: what a page answers, how to read it, and what not to conclude.
func TestTextsAnswerTheThreeQuestions(t *testing.T) {
	headings := map[string][]string{"zh": {"回答什么", "怎样看", "不能由此得出"}, "en": {"What it answers", "How to read it", "What not to conclude"}}
	han := regexp.MustCompile(`\p{Han}`)
	each(t, func(t *testing.T, text Text, lang string) {
		var got []string
		for _, p := range text.Parts {
			got = append(got, p.Heading)
			if p.Heading != "" && len(p.Lines)+len(p.Points) == 0 {
				t.Errorf("nothing stands below %q", p.Heading)
			}
			for _, line := range slices.Concat(p.Lines, p.Points) {
				if han.MatchString(line) != (lang == "zh") {
					t.Errorf("%q is not in %s", line, lang)
				}
			}
		}
		if text.Kind == Pages && !slices.Equal(got, headings[lang]) {
			t.Errorf("the headings are %v", got)
		}
		if text.Kind == Guides && !slices.Contains(text.Pages(), "todo") && !slices.Contains(text.Pages(), "alerts") {
			t.Error("the guide names neither what is to be done nor how to be told of it")
		}
		if text.Kind == Guides && (len(got) < 4 || got[0] != "" || len(text.Pages()) < 2) {
			t.Errorf("the guide has the headings %v and names the pages %v", got, text.Pages())
		}
	})
}

func TestASearchWantsEveryWord(t *testing.T) {
	text, err := Of(Pages, "visits", "en")
	if err != nil {
		t.Fatal(err)
	}
	if line, ok := text.Found("Visits", "VULNERABLE first"); !ok || !strings.Contains(line, "vulnerable") {
		t.Errorf("%q %t", line, ok)
	}
	for _, search := range []string{"vulnerable telescope", "", "  "} {
		if line, ok := text.Found("Visits", search); ok {
			t.Errorf("%q finds %q", search, line)
		}
	}
}
