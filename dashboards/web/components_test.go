package web

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// The page of components is for those who build pages: no town's server has it.
func TestComponentsAreNotServedUnlessAskedFor(t *testing.T) {
	server, client, _, _ := site(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/components", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusNotFound {
		t.Errorf("/components answers %s", response.Status)
	}
}

// small lists the pictures whose text is shown in less than 12 px, and all HTML text of components that is.
const small = `(() => {
  const all = [];
  document.querySelectorAll(".component svg.pic").forEach(svg => {
    const box = svg.getBoundingClientRect();
    if (!box.width) return;
    svg.querySelectorAll("text").forEach(text => {
      const shown = parseFloat(text.getAttribute("font-size")) * box.width / svg.viewBox.baseVal.width;
      if (shown < 11.99) all.push(svg.getAttribute("aria-label") + ": " + shown.toFixed(1) + " px");
    });
  });
  document.querySelectorAll(".component *").forEach(e => {
    const own = Array.from(e.childNodes).some(n => n.nodeType === 3 && n.data.trim());
    if (own && !e.closest("svg") && !e.closest(".arrow") && e.checkVisibility() && parseFloat(getComputedStyle(e).fontSize) < 11.99) all.push(e.className + " " + getComputedStyle(e).fontSize + ": " + e.textContent.slice(0, 20));
  });
  return all.slice(0, 5);
})()`

// overflowing lists what reaches beyond the window, parts that scroll by themselves excepted.
const overflowing = `Array.from(document.querySelectorAll("main *")).filter(e => !e.closest(".scroll, .heat, .assured, .rows, svg, .only-read") && e.checkVisibility() && e.getBoundingClientRect().right > window.innerWidth + 1).map(e => e.tagName + "." + e.className).slice(0, 5)`

// undrawnPictures lists the pictures of which no width, or more than one, is shown.
const undrawnPictures = `Array.from(document.querySelectorAll(".component:has(> .wide)")).filter(c => Array.from(c.querySelectorAll(":scope > .wide > svg, :scope > .narrow > svg")).filter(s => s.getBoundingClientRect().height > 20).length !== 1).map(c => c.id)`

// Every component in every state, in both languages, light and dark, on a desk, a phone, in a hall and on paper: nothing is complained of, cut off,
// missing or too small to read.
func TestComponentsInABrowser(t *testing.T) {
	h := newHouse(t)
	ctx, complaints, _ := browser(t)
	enter(ctx, t, h.URL, "analyst")
	for _, c := range []struct {
		query string
		width int64
		paper bool
	}{
		{"?", 1440, false}, {"?lang=en", 1440, false}, {"?theme=dark", 1440, false}, {"?", 390, false}, {"?lang=en&theme=dark", 390, false}, {"?theme=hall", 1920, false}, {"?lang=en", 720, true},
	} {
		look(ctx, t, c.width, c.paper)
		visit(ctx, t, h.URL+"/components"+c.query)
		for what, expression := range map[string]string{"too small": small, "cut off": overflowing, "not drawn once": undrawnPictures} {
			if c.paper && what == "cut off" {
				continue // paper has no window
			}
			if found := evaluate[[]string](ctx, t, expression); len(found) > 0 {
				t.Errorf("%s at %d px (paper: %v): %s: %v", c.query, c.width, c.paper, what, found)
			}
		}
		if said := complaints(); len(said) > 0 {
			t.Errorf("%s at %d px: %v", c.query, c.width, said)
		}
	}
}

// look sets the size of the window, and whether it shows paper.
func look(ctx context.Context, t *testing.T, width int64, paper bool) {
	t.Helper()
	media := emulation.SetEmulatedMediaParams{}
	if paper {
		media.Media = "print"
	}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)); err != nil {
		t.Fatal(err)
	}
}

// A table is searched, sorted and paged by its address alone: links and a plain form, no script.
func TestATableIsSearchedSortedAndPagedInABrowser(t *testing.T) {
	h := newHouse(t)
	ctx, _, _ := browser(t)
	enter(ctx, t, h.URL, "analyst")
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	visit(ctx, t, h.URL+"/components?lang=en&only=listing&unvisited.q=lianming&unvisited.sort=-3")
	const list = `#list-unvisited `
	days := evaluate[[]string](ctx, t, `Array.from(document.querySelectorAll("`+list+`tbody tr")).map(r => r.cells[1].textContent + r.cells[2].textContent)`)
	if len(days) != 25 || days[0] != "Lianming356" || slices.ContainsFunc(days, func(s string) bool { return s[:8] != "Lianming" }) {
		t.Errorf("%d rows: %v", len(days), days)
	}
	for selector, want := range map[string]string{
		`.counted`:                "Rows 1–25 of 101 that match, of 1,112 · Show all",
		`.exports`:                "Export all 1,112 rows: Excel CSV",
		`th[aria-sort]`:           "Days unvisited ↓",
		`nav.paging a + a`:        "2",
		`a[aria-current]`:         "1",
		`nav.paging a:last-child`: "5",
	} {
		if got := evaluate[string](ctx, t, `document.querySelector("`+list+selector+`").textContent.trim()`); got != want {
			t.Errorf("%s: %q, want %q", selector, got, want)
		}
	}
	visit(ctx, t, evaluate[string](ctx, t, `document.querySelector("`+list+`nav.paging a:last-child").href`))
	if rows := evaluate[int](ctx, t, `document.querySelectorAll("`+list+`tbody tr").length`); rows != 1 {
		t.Errorf("the last page holds %d rows", rows)
	}
}
