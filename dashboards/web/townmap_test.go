package web

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"hulian/dashboards/trail"
)

// squares is a map of the test town: a square for each village, and one that is of none.
func squares(names ...string) string {
	var features []string
	for i, name := range names {
		x := 121 + 0.02*float64(i)
		features = append(features, fmt.Sprintf(`{"type":"Feature","properties":{"name":"%s"},"geometry":{"type":"Polygon","coordinates":[[[%[2]g,30],[%[3]g,30],[%[3]g,30.02],[%[2]g,30.02],[%[2]g,30]]]}}`, name, x, x+0.02))
	}
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

// mapFile is the form that hands a map in.
func mapFile(t *testing.T, content string) sent {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", "村界.geojson")
	if err == nil {
		_, err = part.Write([]byte(content))
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return sent{w.FormDataContentType(), b.String()}
}

// TestTheTownsOwnMap: an administrator hands it in and is told what does not fit; the overview draws it with the names, words and links of
// the squares, in Chromium without a complaint; a wrong file changes nothing; after its end there are squares again. To nobody else the
// address exists.
func TestTheTownsOwnMap(t *testing.T) {
	h := newHouse(t)
	admin, office := as(t, h.URL, "administrator"), as(t, h.URL, "office")
	const drawn = `data-option="option-map"`
	if _, body := h.do(t, office, http.MethodGet, "/", sent{}); strings.Contains(body, drawn) || !strings.Contains(body, `id="figure-map"`) {
		t.Error("without a map there are no squares")
	}
	for _, who := range []*http.Client{office, as(t, h.URL, "analyst")} {
		if response, _ := h.do(t, who, http.MethodPost, "/map/keep", mapFile(t, squares("福合院村"))); response.StatusCode != http.StatusNotFound {
			t.Errorf("somebody else hands a map in: %s", response.Status)
		}
	}
	response, _ := h.do(t, admin, http.MethodPost, "/map/keep", mapFile(t, squares("福合院村", "新园村", "水库")))
	if leads := response.Header.Get("Location"); leads != "/standards?map=kept#map" {
		t.Fatalf("%s, %s", response.Status, leads)
	}
	_, body := h.do(t, admin, http.MethodGet, "/standards?map=kept", sent{})
	for _, want := range []string{"村界图已保存", "图上有2个村，共3个村", "缺：", "水库"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page of standards does not say %s", want)
		}
	}
	if _, body := h.do(t, office, http.MethodGet, "/", sent{}); !strings.Contains(body, drawn) || !strings.Contains(body, "图上没有：") {
		t.Error("the overview does not draw the map")
	}
	response, _ = h.do(t, admin, http.MethodPost, "/map/keep", mapFile(t, strings.Replace(squares("福合院村", "新园村"), "[121.02,30]", "[121.02,95]", 1)))
	if _, body := h.do(t, admin, http.MethodGet, strings.TrimSuffix(response.Header.Get("Location"), "#map"), sent{}); !strings.Contains(body, "第") || !strings.Contains(body, "个要素") || !strings.Contains(body, "图上有2个村") {
		t.Errorf("a wrong file leads to %s", response.Header.Get("Location"))
	}

	drawnInABrowser(t, h.URL)
	if response, _ := h.do(t, admin, http.MethodPost, "/map/remove", form("lang", "en")); !strings.Contains(response.Header.Get("Location"), "map=removed") {
		t.Errorf("it is not removed: %s", response.Status)
	}
	if _, body := h.do(t, office, http.MethodGet, "/", sent{}); strings.Contains(body, drawn) {
		t.Error("a removed map is drawn")
	}
	var done []trail.Action
	for _, e := range entries(t, h.door) {
		if e.Action == trail.KeptMap || e.Action == trail.RemovedMap {
			done = append(done, e.Action)
		}
	}
	if len(done) != 2 {
		t.Errorf("the trail says %v", done)
	}
}

// drawnInABrowser looks at the map as an office does: what is drawn, what it says, where a click leads, and what the browser complains of.
func drawnInABrowser(t *testing.T, base string) {
	t.Helper()
	ctx, complaints, fetched := browser(t)
	enter(ctx, t, base, "office")
	visit(ctx, t, base+"/")
	if shapes := evaluate[int](ctx, t, `document.querySelectorAll('#figure-map .plot svg path').length`); shapes < 2 {
		t.Errorf("%d shapes are drawn", shapes)
	}
	text := evaluate[string](ctx, t, `Array.from(document.querySelectorAll('#figure-map .plot svg text')).map(e => e.textContent).join(" ")`)
	for _, want := range []string{"福合院村", "新园村", "正常"} {
		if !strings.Contains(text, want) {
			t.Errorf("the map does not say %s: %s", want, text)
		}
	}
	if said := complaints(); len(said) > 0 {
		t.Errorf("the browser complains: %v", said)
	}
	for _, address := range fetched() {
		if !strings.HasPrefix(address, base) && !strings.HasPrefix(address, "data:") {
			t.Errorf("the page fetches %s", address)
		}
	}
	place := evaluate[[]float64](ctx, t, `(() => { const r = Array.from(document.querySelectorAll("#figure-map .plot svg text")).find(e => e.textContent === "福合院村").getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`)
	if err := chromedp.Do(ctx, chromedp.MouseClickXY(place[0], place[1])); err != nil {
		t.Fatal(err)
	}
	arrived(ctx, t, "village=V1")
}

// TestNeighboursOnTheMap: the comparison tells villages beside a pilot from the others as soon as a map is handed in, and no longer once it
// is removed.
func TestNeighboursOnTheMap(t *testing.T) {
	h := newHouse(t)
	admin, office := as(t, h.URL, "administrator"), as(t, h.URL, "office")
	const unknown, told = "where villages lie is not known", "1 near a pilot, 1 farther"
	h.shows(t, office, "/compare?lang=en", unknown)
	if response, _ := h.do(t, admin, http.MethodPost, "/map/keep", mapFile(t, squares("福合院村", "新园村", "水库", "V3"))); response.Header.Get("Location") != "/standards?map=kept#map" {
		t.Fatal(response.Status)
	}
	h.shows(t, office, "/compare?lang=en", told, "!"+unknown)
	if response, _ := h.do(t, admin, http.MethodPost, "/map/keep", mapFile(t, squares("福合院村", "新园村"))); response.Header.Get("Location") != "/standards?map=kept#map" {
		t.Fatal(response.Status)
	}
	h.shows(t, office, "/compare?lang=en", unknown) // one that is compared has no outline
	h.do(t, admin, http.MethodPost, "/map/keep", mapFile(t, squares("福合院村", "新园村", "水库", "V3")))
	h.do(t, admin, http.MethodPost, "/map/remove", form("lang", "en"))
	h.shows(t, office, "/compare?lang=en", unknown, "!"+told)
}
