package web

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"hulian/dashboards/question"
	"hulian/dashboards/visitor"
	"hulian/dashboards/web/webtest"
	"hulian/data/trials"
)

// browser opens a tab; everything the page complains of and every address it fetches is written down.
func browser(t *testing.T) (ctx context.Context, complaints, fetched func() []string) {
	t.Helper()
	ctx = webtest.Browser(t)
	var mu sync.Mutex
	var said, asked []string
	err := chromedp.Listen(ctx, func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *runtime.EventConsoleAPICalled:
			if e.Type == "error" || e.Type == "warning" {
				said = append(said, fmt.Sprintf("console %s: %s", e.Type, arguments(e.Args)))
			}
		case *runtime.EventExceptionThrown:
			said = append(said, fmt.Sprintf("exception: %s", e.ExceptionDetails.Text))
		case *cdplog.EventEntryAdded:
			said = append(said, fmt.Sprintf("log %s: %s", e.Entry.Level, e.Entry.Text))
		case *network.EventRequestWillBeSent:
			asked = append(asked, e.Request.URL)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, cdplog.Enable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	drain := func(from *[]string) func() []string {
		return func() []string {
			mu.Lock()
			defer mu.Unlock()
			all := *from
			*from = nil
			return all
		}
	}
	return ctx, drain(&said), drain(&asked)
}

func arguments(args []*runtime.RemoteObject) string {
	var all []string
	for _, a := range args {
		all = append(all, string(a.Value)+a.Description)
	}
	return strings.Join(all, " ")
}

func evaluate[T any](ctx context.Context, t *testing.T, expression string) T {
	t.Helper()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// enter has the browser of a test be signed in by an account.
func enter(ctx context.Context, t *testing.T, base, account string) {
	t.Helper()
	site, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range as(t, base, account).Jar.Cookies(site) {
		if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: base}); err != nil {
			t.Fatal(err)
		}
	}
}

func visit(ctx context.Context, t *testing.T, address string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
}

// undrawn lists the charts without a drawing: a chart is drawn when its picture holds shapes beyond the axes.
const undrawn = `Array.from(document.querySelectorAll(".plot")).filter(p => p.querySelectorAll("svg path").length < 3 || p.getBoundingClientRect().height < 100).map(p => p.dataset.option)`

// cut lists what reaches beyond the window, tables that scroll by themselves excepted; a page that scrolls sideways; and, on a desk, a matrix that scrolls.
const cut = `Array.from(document.querySelectorAll("main *")).filter(e => !e.closest(".scroll, .heat, .only-read") && !e.closest(".plot") && e.getBoundingClientRect().right > window.innerWidth + 1).map(e => e.tagName + "." + e.className).slice(0, 5)
  .concat(document.documentElement.scrollWidth > document.documentElement.clientWidth + 1 ? ["the page is " + document.documentElement.scrollWidth + " wide"] : [])
  .concat(window.innerWidth < 1200 ? [] : Array.from(document.querySelectorAll(".heat")).filter(e => e.scrollWidth > e.clientWidth + 1).map(e => "a matrix of " + e.scrollWidth + " in " + e.clientWidth))`

// Every page is drawn whole, on a desk and on a telephone, in both languages and of one village, and fetches nothing from elsewhere. An
// ordinary run looks at each page in one of the three ways at each width, the next page in the next one; a long run in all of them.
func TestPagesInABrowser(t *testing.T) {
	server, _, _, _ := site(t)
	ctx, complaints, fetched := browser(t)
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	entered := ""
	for w, width := range []int64{1280, 390} {
		var options []chromedp.EmulateViewportOption
		if width < 600 {
			options = append(options, chromedp.EmulateMobile)
		}
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900, options...)); err != nil {
			t.Fatal(err)
		}
		for i, p := range question.Pages() {
			account := "office" // the restricted pages are looked at too
			if p.Needs&visitor.Administer != 0 {
				account = "administrator"
			}
			if account != entered {
				enter(ctx, t, server.URL, account)
				entered = account
			}
			for n, query := range []string{"", "?lang=en", "?village=V3"} {
				if n != (i+w)%3 && !trials.All() {
					continue
				}
				address := p.Path + query
				visit(ctx, t, server.URL+address)
				if missing := evaluate[[]string](ctx, t, undrawn); len(missing) > 0 {
					t.Errorf("%s at %d px: not drawn: %v", address, width, missing)
				}
				if beyond := evaluate[[]string](ctx, t, cut); len(beyond) > 0 {
					t.Errorf("%s at %d px: cut off: %v", address, width, beyond)
				}
				if said := complaints(); len(said) > 0 {
					t.Errorf("%s at %d px: %v", address, width, said)
				}
				for _, request := range fetched() {
					if u, err := url.Parse(request); err != nil || (u.Host != base.Host && u.Scheme != "data") {
						t.Errorf("%s fetched %s", address, request)
					}
				}
			}
		}
	}
}

// On paper nothing can be opened, pointed at or scrolled: totals stand once, at the end of their table, what is folded
// away leaves no title behind, and the icons are explained.
func TestPagesOnPaper(t *testing.T) {
	server, _, _, _ := site(t)
	ctx, _, _ := browser(t)
	enter(ctx, t, server.URL, "analyst")
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}
	visit(ctx, t, server.URL+"/")
	for expression, want := range map[string]string{
		`getComputedStyle(document.querySelector("tfoot")).display`:                                     "table-row-group",
		`getComputedStyle(document.querySelector("details.folded")).display`:                            "none",
		`String(document.querySelector(".markings dl").checkVisibility({contentVisibilityAuto: true}))`: "true",
		`getComputedStyle(document.querySelector("form.pickers")).display`:                              "none",
	} {
		if got := evaluate[string](ctx, t, expression); got != want {
			t.Errorf("on paper %s is %s, want %s", expression, got, want)
		}
	}
}

// Where the screen prefers the dark, pages are dark and their charts drawn for it; the report is white paper all the same.
func TestTheReportIsWhitePaper(t *testing.T) {
	server, _, _, _ := site(t)
	ctx, _, _ := browser(t)
	enter(ctx, t, server.URL, "analyst")
	dark := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, dark); err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{"/": "dark", "/report": "light"} {
		visit(ctx, t, server.URL+address)
		if got := evaluate[string](ctx, t, `document.querySelector(".plot").dataset.drawn`); got != want {
			t.Errorf("%s: charts drawn for a %s page, want %s", address, got, want)
		}
	}
}

func TestPickersAndLanguageInABrowser(t *testing.T) {
	server, _, _, _ := site(t)
	ctx, _, _ := browser(t)
	enter(ctx, t, server.URL, "analyst")
	visit(ctx, t, server.URL+"/issues?month=2017-12")
	// Choosing a village sends the form without a button and keeps the month.
	response := make(chan struct{})
	go func() {
		defer close(response)
		deadline := time.Now().Add(10 * time.Second)
		for time.Now().Before(deadline) {
			if at, err := chromedp.Run(ctx, chromedp.Location()); err == nil && strings.Contains(at, "village=V2") {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}()
	evaluate[bool](ctx, t, `(() => { const s = document.querySelector("select[name=village]"); s.value = "V2"; s.dispatchEvent(new Event("change", {bubbles: true})); return true })()`)
	<-response
	at, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil || !strings.Contains(at, "village=V2") || !strings.Contains(at, "month=2017-12") {
		t.Fatalf("after choosing a village: %s %v", at, err)
	}
	if heading := evaluate[string](ctx, t, `document.querySelector(".place").textContent`); !strings.Contains(heading, "新园村") {
		t.Errorf("heading %q", heading)
	}
	// The other language keeps the place.
	visit(ctx, t, evaluate[string](ctx, t, `document.querySelector(".languages a").href`))
	if at, _ := chromedp.Run(ctx, chromedp.Location()); !strings.Contains(at, "village=V2") || !strings.Contains(at, "month=2017-12") || !strings.Contains(at, "lang=en") {
		t.Errorf("after switching the language: %s", at)
	}
	if lang := evaluate[string](ctx, t, `document.documentElement.lang`); lang != "en" {
		t.Errorf("language %q", lang)
	}
	// By keyboard a change is not sent until the button is pressed.
	visit(ctx, t, server.URL+"/issues")
	if err := chromedp.Do(ctx, chromedp.Focus("select[name=month]"), chromedp.KeyEvent(kb.ArrowDown)); err != nil {
		t.Fatal(err)
	}
	if shown := evaluate[string](ctx, t, `location.search + getComputedStyle(document.querySelector("form.pickers button")).display`); shown == "none" || strings.Contains(shown, "month=") {
		t.Errorf("after an arrow key: %s", shown)
	}
	// On a phone the pages stand behind a menu.
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile)); err != nil {
		t.Fatal(err)
	}
	visit(ctx, t, server.URL+"/issues")
	const menu = `getComputedStyle(document.querySelector("nav.pages")).display`
	if before := evaluate[string](ctx, t, menu); before != "none" {
		t.Errorf("the menu stands open: %s", before)
	}
	if err := chromedp.Do(ctx, chromedp.Click("label.menu")); err != nil {
		t.Fatal(err)
	}
	if after := evaluate[string](ctx, t, menu); after != "grid" {
		t.Errorf("the menu does not open: %s", after)
	}
	// The keyboard reaches the content first.
	visit(ctx, t, server.URL+"/capacity")
	if focus := evaluate[string](ctx, t, `(() => { const first = document.querySelector("a"); first.focus(); return first.getAttribute("href") + getComputedStyle(first).position })()`); focus != "#contentabsolute" {
		t.Errorf("the first thing the keyboard reaches is %s", focus)
	}
}

// hover moves the mouse over every chart of a page, in a grid of points, and gives what the charts say then.
func hover(ctx context.Context, t *testing.T) (said string) {
	t.Helper()
	for i := range evaluate[int](ctx, t, `document.querySelectorAll(".plot").length`) {
		at := evaluate[[]float64](ctx, t, fmt.Sprintf(`(() => { const p = document.querySelectorAll(".plot")[%d]; for (let d = p.closest("details"); d; d = d.parentElement.closest("details")) d.open = true; p.scrollIntoView({block: "center", behavior: "instant"}); const r = p.getBoundingClientRect(); return [r.x, r.y, r.width, r.height] })()`, i))
		for row := range 8 {
			for column := range 6 {
				p := input.DispatchMouseEventParams{Type: chromedp.MouseMoved, X: at[0] + at[2]*(float64(column)+0.5)/6, Y: at[1] + at[3]*(float64(row)+0.5)/8}
				if _, err := chromedp.Call(ctx, input.DispatchMouseEvent, p); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(60 * time.Millisecond) // a chart answers in the next frame
			said += evaluate[string](ctx, t, `Array.from(document.querySelectorAll(".plot text, .plot div")).map(e => e.textContent).join("\n")`)
		}
	}
	return said
}

// TestScriptInNamesIsTextInTooltips: villages whose names are markup are named in every chart, when the mouse is on it too, as they are
// written. Nothing of a name becomes an element, and nothing runs.
func TestScriptInNamesIsTextInTooltips(t *testing.T) {
	h := newHouse(t)
	const script = `<img src=x onerror="window.ran=1"><script>window.ran=1</script>`
	for _, of := range []string{"update units set unit_name = ? where unit_id = 'V2'", "update villages set name = ? where village_id = 'V2'"} {
		h.town.Exec(t, of, script)
	}
	h.town.generation++
	ctx, complaints, _ := browser(t)
	enter(ctx, t, h.URL, "office")
	named := 0
	for _, address := range []string{"/", "/issues", "/visits", "/capacity", "/weak", "/compare", "/points", "/village?village=V2"} {
		visit(ctx, t, h.URL+address)
		before := evaluate[int](ctx, t, `document.querySelectorAll("img, script").length`)
		if strings.Contains(hover(ctx, t), "<img src=x") {
			named++
		}
		if ran := evaluate[bool](ctx, t, `window.ran !== undefined`); ran {
			t.Errorf("%s: a name runs", address)
		}
		if after := evaluate[int](ctx, t, `document.querySelectorAll("img, script").length`); after != before {
			t.Errorf("%s: %d elements more after the mouse has moved", address, after-before)
		}
		if said := complaints(); len(said) > 0 {
			t.Errorf("%s: %v", address, said)
		}
	}
	if named == 0 {
		t.Error("no chart names the village: the test looks at nothing")
	}
}
