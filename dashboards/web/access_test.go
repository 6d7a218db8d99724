package web

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"hulian/dashboards/question"
	"hulian/dashboards/visitor"
	"hulian/dashboards/web/webtest"
	"hulian/data/trials"
)

// looksOfPages are how every page is looked at: both languages, a desk, a phone, and the dark.
var looksOfPages = []struct {
	name, lang string
	width      int64
	dark       bool
}{
	{"desk", "", 1440, false}, {"phone, English", "en", 390, false}, {"dark", "", 1440, true},
	{"desk, English", "en", 1440, false}, {"phone", "", 390, false}, {"dark, English", "en", 1440, true},
}

// Everybody can use every page: axe finds nothing serious or critical, contrast included. An ordinary run looks at each page in one of
// the looks, the next page in the next one; HULIAN_SEEDS asks for more looks of each.
func TestEverybodyCanUseEveryPage(t *testing.T) {
	h := newHouse(t)
	ctx, _, _ := browser(t)
	entered := ""
	for i, p := range question.Pages() {
		account := "office"
		if p.Needs&visitor.Administer != 0 {
			account = "administrator"
		}
		if account != entered {
			enter(ctx, t, h.URL, account)
			entered = account
		}
		for n := range min(trials.Seeds(t, 1), len(looksOfPages)) {
			look := looksOfPages[(i+n)%len(looksOfPages)]
			scheme := "light"
			if look.dark {
				scheme = "dark"
			}
			show(ctx, t, look.width, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
			address := p.Path
			if look.lang != "" {
				address += "?lang=" + look.lang
			}
			visit(ctx, t, h.URL+address)
			for _, finding := range webtest.Inaccessible(ctx, t) {
				t.Errorf("%s, %s: %s", address, look.name, finding)
			}
		}
	}
}

// press sends keys to whatever has the keyboard.
func press(ctx context.Context, t *testing.T, keys ...string) {
	t.Helper()
	for _, key := range keys {
		if err := chromedp.Do(ctx, chromedp.KeyEvent(key)); err != nil {
			t.Fatal(err)
		}
	}
}

// The look that a person has chosen holds on the next page, for charts too, and paper stays white.
func TestAPersonChoosesTheDark(t *testing.T) {
	h := newHouse(t)
	ctx, complaints, _ := browser(t)
	enter(ctx, t, h.URL, "analyst")
	visit(ctx, t, h.URL+"/visits")
	const look = `[document.documentElement.dataset.theme || "", document.querySelector("[data-look]").getAttribute("aria-pressed"), document.querySelector(".plot").dataset.drawn].join(" ")`
	if got := evaluate[string](ctx, t, look); got != " false light" {
		t.Fatalf("before anything was chosen: %q", got)
	}
	if err := chromedp.Do(ctx, chromedp.Click("[data-look]")); err != nil {
		t.Fatal(err)
	}
	visit(ctx, t, h.URL+"/issues")
	if got := evaluate[string](ctx, t, look); got != "dark true dark" {
		t.Errorf("on the next page: %q", got)
	}
	evaluate[bool](ctx, t, `window.dispatchEvent(new Event("beforeprint"))`)
	if got := evaluate[string](ctx, t, look); got != "light false light" {
		t.Errorf("on paper: %q", got)
	}
	evaluate[bool](ctx, t, `window.dispatchEvent(new Event("afterprint"))`)
	if err := chromedp.Do(ctx, chromedp.Click("[data-look]")); err != nil {
		t.Fatal(err)
	}
	show(ctx, t, 1440, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
	visit(ctx, t, h.URL+"/visits")
	if got := evaluate[string](ctx, t, look); got != "light false light" {
		t.Errorf("light was chosen, the screen is dark: %q", got)
	}
	if said := complaints(); len(said) > 0 {
		t.Error(said)
	}
}

// smallerThan lists the text that is shown in less than so many px, in HTML, in pictures and in charts; half a pixel is rounding.
func smallerThan(px float64) string {
	return fmt.Sprintf(`(() => {
  const all = [];
  document.querySelectorAll("body *").forEach(e => {
    if (!e.checkVisibility({contentVisibilityAuto: true}) || !Array.from(e.childNodes).some(n => n.nodeType === 3 && n.data.trim()) || e.closest(".only-read, .arrow, option, script, .skip")) return;
    let size = parseFloat(getComputedStyle(e).fontSize);
    const svg = e.closest("svg");
    if (svg) {
      const box = svg.getBoundingClientRect(), view = svg.viewBox.baseVal;
      if (!box.width) return;
      size = parseFloat(e.getAttribute("font-size") || size) * Math.min(box.width / view.width, box.height / view.height);
    }
    if (size < %v) all.push(e.tagName + "." + (e.getAttribute("class") || "") + " " + size.toFixed(1) + ": " + e.textContent.trim().slice(0, 20));
  });
  return all.slice(0, 5);
})()`, px-0.5)
}

// In the hall one part after the other fills the screen, in letters of 28 px; keys turn, stop and leave.
func TestTheHall(t *testing.T) {
	h := newHouse(t)
	ctx, complaints, _ := browser(t)
	enter(ctx, t, h.URL, "analyst")
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1920, 1080)); err != nil {
		t.Fatal(err)
	}
	const where = `document.querySelector(".hall-line output").textContent`
	for _, address := range []string{"/", "/?lang=en", "/visits", "/issues?lang=en"} {
		visit(ctx, t, h.URL+address+"#hall")
		all := evaluate[int](ctx, t, `Number(`+where+`.split("/")[1])`)
		if all < 3 {
			t.Errorf("%s has %d parts for the hall", address, all)
		}
		for range all {
			at := evaluate[string](ctx, t, where)
			if found := evaluate[[]string](ctx, t, smallerThan(28)); len(found) > 0 {
				t.Errorf("%s, part %s: too small for a hall: %v", address, at, found)
			}
			if shown := evaluate[int](ctx, t, `Array.from(document.querySelectorAll("nav.pages, .choice-line, footer")).filter(e => e.checkVisibility()).length`); shown != 0 {
				t.Errorf("%s, part %s: navigation is shown", address, at)
			}
			if missing := evaluate[[]string](ctx, t, `Array.from(document.querySelectorAll(".plot")).filter(p => p.clientWidth && p.querySelectorAll("svg path").length < 3).map(p => p.dataset.option)`); len(missing) > 0 {
				t.Errorf("%s, part %s: not drawn: %v", address, at, missing)
			}
			press(ctx, t, kb.ArrowRight)
		}
		if at := evaluate[string](ctx, t, where); !strings.HasPrefix(at, "1 /") {
			t.Errorf("%s: after the last part stands %s", address, at)
		}
		press(ctx, t, kb.ArrowLeft)
		if at := evaluate[string](ctx, t, where); strings.HasPrefix(at, "1 /") {
			t.Errorf("%s: before the first part stands %s", address, at)
		}
		press(ctx, t, kb.Escape)
		if left := evaluate[bool](ctx, t, `!document.documentElement.hasAttribute("data-hall") && document.querySelector(".choice-line").checkVisibility() && !document.querySelector(".hall-line")`); !left {
			t.Errorf("%s: Escape does not leave the hall", address)
		}
		if missing := evaluate[[]string](ctx, t, undrawn); len(missing) > 0 {
			t.Errorf("%s: not drawn after the hall: %v", address, missing)
		}
	}
	if said := complaints(); len(said) > 0 {
		t.Error(said)
	}
}

// By keyboard alone: the skip link leads to the content, whatever has the keyboard is seen, and what has opened closes by Escape.
func TestByKeyboardAlone(t *testing.T) {
	h := newHouse(t)
	ctx, complaints, _ := browser(t)
	enter(ctx, t, h.URL, "office")
	visit(ctx, t, h.URL+"/issues")
	press(ctx, t, kb.Tab, kb.Enter)
	if at := evaluate[string](ctx, t, `document.activeElement.id`); at != "content" {
		t.Errorf("the skip link leads to %q", at)
	}
	visit(ctx, t, h.URL+"/issues")
	for range 40 {
		press(ctx, t, kb.Tab)
		if unseen := evaluate[string](ctx, t, `(() => {
		  const e = document.activeElement, s = getComputedStyle(e);
		  if (e === document.body || e.id === "menu") return "";
		  const marked = s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 1 || s.boxShadow !== "none";
		  const box = e.getBoundingClientRect();
		  return marked && box.width > 0 ? "" : e.outerHTML.slice(0, 120);
		})()`); unseen != "" {
			t.Errorf("nobody sees that the keyboard is at %s", unseen)
		}
	}
	// The picker of a place finds by name and goes there.
	if err := chromedp.Do(ctx, chromedp.Focus("button.unit")); err != nil {
		t.Fatal(err)
	}
	press(ctx, t, kb.Enter)
	if open := evaluate[bool](ctx, t, `document.querySelector("dialog.units").open && document.activeElement.type === "search"`); !open {
		t.Fatal("the picker of a place does not open")
	}
	press(ctx, t, kb.Escape)
	if open := evaluate[bool](ctx, t, `document.querySelector("dialog.units").open || document.activeElement.className !== "unit"`); open {
		t.Error("Escape does not close the picker of a place, or leads elsewhere")
	}
	press(ctx, t, kb.Enter)
	evaluate[bool](ctx, t, `(() => { const s = document.querySelector("dialog.units input"); s.value = "新园"; s.dispatchEvent(new Event("input")); return true })()`)
	if names := evaluate[[]string](ctx, t, `Array.from(document.querySelectorAll("dialog.units li")).map(e => e.textContent)`); len(names) != 1 || names[0] != "新园村" {
		t.Errorf("新园 finds %v", names)
	}
	press(ctx, t, kb.Enter)
	arrived(ctx, t, "village=V2")
	// What stands in another village is found by the search of the whole town.
	if err := chromedp.Do(ctx, chromedp.Focus("button.unit")); err != nil {
		t.Fatal(err)
	}
	press(ctx, t, kb.Enter)
	evaluate[bool](ctx, t, `(() => { const s = document.querySelector("dialog.units input"); s.value = "福合院二"; s.dispatchEvent(new Event("input")); return true })()`)
	press(ctx, t, kb.Enter)
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](`document.querySelector("dialog.units li") !== null`)); err != nil {
		t.Fatal(err)
	}
	press(ctx, t, kb.ArrowDown, kb.Enter)
	arrived(ctx, t, "branch=B12")
	// The list of exports and the rows behind a number.
	evaluate[bool](ctx, t, `(() => { const d = document.querySelector("details.export"); d.open = true; d.querySelector("a").focus(); return true })()`)
	press(ctx, t, kb.Escape)
	if closed := evaluate[bool](ctx, t, `!document.querySelector("details.export").open && document.activeElement.tagName === "SUMMARY"`); !closed {
		t.Error("Escape does not close the list of exports")
	}
	visit(ctx, t, h.URL+"/issues")
	evaluate[bool](ctx, t, `document.querySelector("a.rows-behind").focus() === undefined`)
	press(ctx, t, kb.Enter)
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](`document.activeElement.className === "close"`)); err != nil {
		t.Fatal(err)
	}
	press(ctx, t, kb.Escape)
	if back := evaluate[bool](ctx, t, `!document.querySelector("dialog.side").open && document.activeElement.matches("a.rows-behind")`); !back {
		t.Error("Escape does not close the rows behind a number, or leads elsewhere")
	}
	if said := complaints(); len(said) > 0 {
		t.Error(said)
	}
}

// arrived waits until the browser is at an address that holds a part.
func arrived(ctx context.Context, t *testing.T, part string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) { // what is asked while a page goes is an error
		there, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.readyState === "complete" && location.search.includes("`+part+`") && document.querySelector("button.unit") !== null`))
		if err == nil && there {
			return
		}
		if time.Now().After(deadline) {
			at, _ := chromedp.Run(ctx, chromedp.Location())
			t.Fatalf("at %s, not at %s: %v", at, part, err)
		}
	}
}

// On paper every letter has nine points (12 px), those of charts too, and nothing is there to click on. A sheet of A4 within its margins is
// 688 px wide.
func TestPaperCanBeRead(t *testing.T) {
	h := newHouse(t)
	ctx, complaints, _ := browser(t)
	enter(ctx, t, h.URL, "office")
	for _, p := range question.Pages() {
		if p.Needs&visitor.Administer != 0 || p.ID == "report" { // a document of its own
			continue
		}
		show(ctx, t, 1440, emulation.SetEmulatedMediaParams{})
		visit(ctx, t, h.URL+p.Path)
		evaluate[bool](ctx, t, `window.dispatchEvent(new Event("beforeprint"))`) // while the page still has the size of the window
		show(ctx, t, 688, emulation.SetEmulatedMediaParams{Media: "print"})
		if found := evaluate[[]string](ctx, t, smallerThan(12)); len(found) > 0 {
			t.Errorf("%s: too small for paper: %v", p.Path, found)
		}
		if shown := evaluate[[]string](ctx, t, `Array.from(document.querySelectorAll("nav.pages, .choice-line form, .choice-line button, .choice-line summary, .skip, nav.paging")).filter(e => e.checkVisibility() && e.getBoundingClientRect().right > 0).map(e => e.outerHTML.slice(0, 60))`); len(shown) > 0 {
			t.Errorf("%s: on paper stands %v", p.Path, shown)
		}
	}
	if said := complaints(); len(said) > 0 {
		t.Error(said)
	}
}
