package gallery

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hulian/dashboards/language"
	"hulian/dashboards/picture"
	"hulian/dashboards/view"
)

// Every component is shown in both languages; where it has a picture, a table stands behind it; no text of the other language slips in.
func TestEveryComponentIsShown(t *testing.T) {
	for _, lang := range []string{language.Chinese, language.English} {
		asked := url.Values{"lang": {lang}}
		page, err := Page(asked)
		if err != nil {
			t.Fatal(err)
		}
		for _, forbidden := range []string{" style=", "<script", "javascript:", "NaN"} {
			if strings.Contains(string(page), forbidden) {
				t.Errorf("%s: the page holds %q", lang, forbidden)
			}
		}
		if lang == language.English {
			text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(string(page), "")
			if found := regexp.MustCompile(`\p{Han}+`).FindAllString(text, -1); !slices.Equal(found, []string{"中文"}) {
				t.Errorf("Chinese on the English page: %v", found)
			}
		}
		ids := map[string]bool{}
		for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(string(page), -1) {
			if ids[m[1]] {
				t.Errorf("%s: two elements are called %s", lang, m[1])
			}
			ids[m[1]] = true
		}
		states := map[view.State]int{}
		for _, group := range newShelf(asked).groups {
			for _, e := range group.Examples {
				if f, ok := e.Block.(interface{ Framed() view.Frame }); ok {
					states[f.Framed().State]++
				}
				p, pictured := e.Block.(view.Pictured)
				if picture.Draws(e.Block) && !pictured {
					t.Errorf("%s: no table stands behind the picture", group.ID)
				}
				if pictured && p.Framed().State == view.Ready {
					if table := p.Behind(); table != nil && slices.ContainsFunc(table.Rows, func(row []view.Cell) bool { return len(row) != len(table.Columns) }) {
						t.Errorf("%s: a row of the table has not as many cells as it has columns", group.ID)
					}
				}
			}
		}
		for _, s := range []view.State{view.Ready, view.Empty, view.Loading, view.Failed} {
			if states[s] < 10 {
				t.Errorf("%s: %d examples in the state %q", lang, states[s], s)
			}
		}
	}
}
