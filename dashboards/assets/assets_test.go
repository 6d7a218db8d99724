package assets

import (
	"bytes"
	"compress/gzip"
	"io"
	"regexp"
	"strings"
	"testing"
)

func TestEveryFileIsServedWithItsLicence(t *testing.T) {
	want := map[string]string{
		"echarts.min.js": "5.6.0", "pico.min.css": "Pico CSS ✨ v2.1.1", "app.js": "echarts.init", "app.css": "--better", "components.css": "--p-better", "report.css": "size: A4",
		"icon.svg": "<svg", "hall.js": "requestFullscreen", "look.js": "localStorage", "units.js": "showModal", "upload.js": "FormData", "progress.js": "data-live", "echarts-LICENSE": "Apache License", "echarts-NOTICE": "Apache ECharts",
		"echarts-LICENSE-d3": "Copyright", "pico-LICENSE": "MIT License", "zrender-LICENSE": "Baidu",
	}
	for name, holds := range want {
		f, ok := Get(name)
		if !ok {
			t.Errorf("%s is not embedded", name)
			continue
		}
		if !bytes.Contains(f.Body, []byte(holds)) {
			t.Errorf("%s does not hold %q", name, holds)
		}
		if f.Type == "" || f.URL != "/assets/"+strings.Trim(f.Tag, `"`)+"/"+name {
			t.Errorf("%s: type %q, address %q, tag %s", name, f.Type, f.URL, f.Tag)
		}
		if f.Gzip != nil {
			r, err := gzip.NewReader(bytes.NewReader(f.Gzip))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(r)
			if err != nil || !bytes.Equal(body, f.Body) {
				t.Errorf("%s: the compressed copy differs (%v)", name, err)
			}
		}
	}
	for _, name := range []string{"echarts-LICENSE", "echarts-NOTICE", "echarts-LICENSE-d3", "pico-LICENSE", "zrender-LICENSE"} {
		if _, ok := Get(name); !ok {
			t.Errorf("licence %s is not embedded", name)
		}
	}
	if len(files()) != len(want) {
		t.Errorf("%d files are embedded, the list names %d", len(files()), len(want))
	}
	if _, ok := Get("../assets.go"); ok {
		t.Error("a file outside the list is served")
	}
}

// What the browser is told to fetch must come from this binary.
func TestNothingRefersToAnotherHost(t *testing.T) {
	remote := regexp.MustCompile(`(?:url\(["']?|@import\s+["']|src=["'])(?:https?:)?//`)
	for name, f := range files() {
		if found := remote.Find(f.Body); found != nil {
			t.Errorf("%s refers to another host: %s", name, found)
		}
	}
}
