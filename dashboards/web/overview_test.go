package web

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// The overview on a desk, in a hall, on a phone, in the dark and on paper, in both languages: its pictures are drawn once, nothing is complained
// of, nothing is cut off; the matters to press for begin on the first screen of a desk.
func TestTheOverviewInABrowser(t *testing.T) {
	h := newHouse(t)
	h.town.Exec(t, "update hard_criteria set met = true, numerator = 3, denominator = 10, value = 0.3 where village_id in ('V1', 'V2')")
	h.town.generation++
	ctx, complaints, _ := browser(t)
	enter(ctx, t, h.URL, "analyst")
	for name, c := range map[string]struct {
		width int64
		media emulation.SetEmulatedMediaParams
	}{
		"desk": {width: 1440}, "hall": {width: 1920}, "phone": {width: 390},
		"dark":  {1440, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}}},
		"paper": {720, emulation.SetEmulatedMediaParams{Media: "print"}},
	} {
		for _, address := range []string{"/", "/?lang=en", "/?village=V2", "/?branch=B21&lang=en", "/?month=2016-02"} {
			show(ctx, t, c.width, emulation.SetEmulatedMediaParams{Features: c.media.Features})
			visit(ctx, t, h.URL+address)
			show(ctx, t, c.width, c.media) // a page is printed after it was shown
			if missing := evaluate[[]string](ctx, t, undrawn); len(missing) > 0 {
				t.Errorf("%s, %s: not drawn: %v", name, address, missing)
			}
			if missing := evaluate[[]string](ctx, t, undrawnPictures); len(missing) > 0 {
				t.Errorf("%s, %s: not drawn once: %v", name, address, missing)
			}
			if found := evaluate[[]string](ctx, t, small); len(found) > 0 {
				t.Errorf("%s, %s: too small to read: %v", name, address, found)
			}
			if name != "paper" { // which has no window
				if beyond := evaluate[[]string](ctx, t, cut); len(beyond) > 0 {
					t.Errorf("%s, %s: cut off: %v", name, address, beyond)
				}
			}
			if said := complaints(); len(said) > 0 {
				t.Errorf("%s, %s: %v", name, address, said)
			}
		}
	}
	show(ctx, t, 1440, emulation.SetEmulatedMediaParams{})
	visit(ctx, t, h.URL+"/")
	if top := evaluate[float64](ctx, t, `document.querySelector("#table-press tbody tr").getBoundingClientRect().bottom`); top > 900 {
		t.Errorf("the first matter to press for ends at %.0f px", top)
	}
	if said := evaluate[string](ctx, t, `document.querySelector("h1 em").textContent`); said != "福合院、新园两村薄弱" {
		t.Errorf("the headline begins with %q", said)
	}
	// A head leads to the matrix sorted by it, a square of the map to its village.
	visit(ctx, t, evaluate[string](ctx, t, `document.querySelector("#figure-matrix thead a").href`))
	if sorted := evaluate[string](ctx, t, `document.querySelector("#figure-matrix th[aria-sort]").getAttribute("aria-sort")`); sorted == "" {
		t.Error("the matrix is not sorted")
	}
	visit(ctx, t, h.URL+evaluate[string](ctx, t, `document.querySelector("#figure-map a").getAttribute("href")`))
	if at := evaluate[string](ctx, t, `location.pathname + location.search`); !strings.HasPrefix(at, "/village?") || !strings.Contains(at, "village=V") {
		t.Errorf("a square of the map leads to %s", at)
	}
}

// The overview of three hundred villages is no heavier than any page may be, and all of them stand in its download.
func TestTheOverviewOfManyVillagesIsLight(t *testing.T) {
	server, client, served, _ := site(t)
	served.Exec(t, "insert into units (level, unit_id, unit_name, parent_id, town, village_id, phase, programme_start) select 'village', 'V' || i, '第' || i || '村', '试镇', '试镇', 'V' || i, 'rollout', '2017-08-01' from range(100, 397) r(i)")
	served.Exec(t, `insert into measures (measure, level, unit_id, unit_name, month, numerator, denominator, value, spoke, villages, cut_off)
		select measure, level, 'V' || i, '第' || i || '村', month, numerator, denominator, value, spoke, villages, cut_off from measures cross join range(100, 397) r(i) where unit_id = 'V1'`)
	for _, address := range []string{"/", "/?lang=en", "/?village=V1"} {
		if _, body := get(t, client, server.URL+address); len(body) > 200<<10 {
			t.Errorf("%s has %d KB", address, len(body)>>10)
		}
	}
	_, table := get(t, client, server.URL+"/?format=csv&table=matrix")
	if rows := strings.Count(strings.TrimSpace(table), "\n") - 1; rows != 300 { // the last line says what the file is
		t.Errorf("the download of the matrix holds %d villages", rows)
	}
	_, found := get(t, client, server.URL+"/?find="+url.QueryEscape("第3"))
	if !strings.Contains(found, "找到97个，显示15个，共300个") || !strings.Contains(found, `<input type="search" name="find" value="第3"`) {
		t.Error("a search for villages does not say what it found")
	}
}

// show sets the width of the window and what it is taken for.
func show(ctx context.Context, t *testing.T, width int64, media emulation.SetEmulatedMediaParams) {
	t.Helper()
	look(ctx, t, width, false)
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
		t.Fatal(err)
	}
	if width < 600 {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900, chromedp.EmulateMobile)); err != nil {
			t.Fatal(err)
		}
	}
}
