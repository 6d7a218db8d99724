package townmap

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// feature is a feature of a file, as JSON.
func feature(properties, kind, coordinates string) string {
	return fmt.Sprintf(`{"type":"Feature","properties":%s,"geometry":{"type":"%s","coordinates":%s}}`, properties, kind, coordinates)
}

func collection(features ...string) []byte {
	return []byte(`{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`)
}

// square is a square of a hundredth of a degree.
func square(x, y float64) string {
	return fmt.Sprintf("[[[%[1]g,%[2]g],[%[3]g,%[2]g],[%[3]g,%[4]g],[%[1]g,%[4]g],[%[1]g,%[2]g]]]", x, y, x+0.01, y+0.01)
}

func TestWhatCannotBeDrawnIsRefused(t *testing.T) {
	name := `{"name":"福合院村"}`
	good := feature(name, "Polygon", square(121, 30))
	for said, c := range map[string]struct {
		content []byte
		why     Why
		feature int
	}{
		"no JSON":              {[]byte("村界"), NoGeoJSON, 0},
		"a lone feature":       {[]byte(good), NoGeoJSON, 0},
		"no features":          {collection(), Empty, 0},
		"a point":              {collection(good, feature(name, "Point", "[121,30]")), NoPolygon, 2},
		"an open ring":         {collection(feature(name, "Polygon", "[[[121,30],[121.1,30],[121.1,30.1]]]")), BadPolygon, 1},
		"a ring across itself": {collection(good, good, feature(name, "Polygon", "[[[0,0],[1,1],[1,0],[0,1],[0,0]]]")), BadPolygon, 3},
		"metres":               {collection(feature(name, "Polygon", square(512000, 3345000))), NoDegrees, 1},
		"nameless":             {collection(feature("{}", "Polygon", square(121, 30))), Nameless, 1},
		"no geometry":          {collection(`{"type":"Feature","properties":{"name":"x"},"geometry":null}`), NoPolygon, 1},
		"too large":            {make([]byte, MostBytes+1), TooLarge, 0},
		"too many":             {collection(slices.Repeat([]string{good}, mostFeatures+1)...), TooMany, 0},
	} {
		_, err := Read(c.content)
		if r := new(Refusal); !errors.As(err, &r) || r.Why != c.why || r.Feature != c.feature {
			t.Errorf("%s: %v", said, err)
		}
	}
	if m, err := Read(append([]byte("\ufeff"), collection(good)...)); err != nil || len(m.Outlines) != 1 || m.Hash == "" {
		t.Errorf("a good file: %+v, %v", m, err)
	}
}

// An outline is of the village whose ID it bears, in a number too, or else of the one whose whole name; of two of one village the first
// counts. A name that is only alike matches nothing.
func TestOutlinesFindTheirVillages(t *testing.T) {
	m, err := Read(collection(feature(`{"code":330282111201,"name":"旧名"}`, "Polygon", square(121, 30)), feature(`{"NAME":"新园村"}`, "MultiPolygon", "["+square(121.01, 30)+"]"),
		feature(`{"name":"福合院"}`, "Polygon", square(121.02, 30)), feature(`{"name":"新园村"}`, "Polygon", square(121.03, 30))))
	if err != nil {
		t.Fatal(err)
	}
	made := m.Match([]Village{{"330282111201", "福合院村"}, {"V2", "新园村"}, {"V3", "破山村"}})
	if len(made.Of) != 2 || made.Of["330282111201"].Name() != "旧名" || strings.Join(made.Strange, " ") != "福合院 新园村" || len(made.Without) != 1 || made.Without[0].ID != "V3" {
		t.Errorf("%+v", made)
	}
}

// A border of many thousand corners becomes one that a page can hold, and stays where it was.
func TestOutlinesAreSimplified(t *testing.T) {
	var features []string
	for i := range 20 {
		var corners []string
		for j := range 4000 {
			angle := 2 * math.Pi * float64(j%3999) / 3999
			corners = append(corners, fmt.Sprintf("[%.9f,%.9f]", 121+0.1*float64(i)+0.04*math.Cos(angle), 30+0.04*math.Sin(angle)))
		}
		features = append(features, feature(fmt.Sprintf(`{"name":"%d村"}`, i), "Polygon", "[["+strings.Join(corners, ",")+"]]"))
	}
	m, err := Read(collection(features...))
	if err != nil {
		t.Fatal(err)
	}
	var villages []Village
	for i := range 20 {
		villages = append(villages, Village{fmt.Sprint(i), fmt.Sprintf("%d村", i)})
	}
	shapes, latitude, err := m.Match(villages).Shapes()
	size := 0
	for _, s := range shapes {
		size += len(s)
	}
	if err != nil || len(shapes) != 20 || size > drawnBytes || math.Abs(latitude-30) > 0.001 {
		t.Errorf("%d shapes of %d bytes at %g, %v", len(shapes), size, latitude, err)
	}
	var first struct{ Coordinates [][][2]float64 }
	if err := json.Unmarshal(shapes["0"], &first); err != nil || len(first.Coordinates) != 1 || len(first.Coordinates[0]) < 8 {
		t.Fatalf("%v: %s", err, shapes["0"])
	}
	for _, p := range first.Coordinates[0] {
		if far := math.Hypot(p[0]-121, p[1]-30); math.Abs(far-0.04) > 0.002 {
			t.Errorf("a corner lies %g from the middle", far)
		}
	}
}

func TestTheFolderKeepsOneMap(t *testing.T) {
	dir := t.TempDir()
	f, villages := In(dir), []Village{{"V1", "福合院村"}}
	if m, err := f.Map(); err != nil || m.Hash != "" {
		t.Fatalf("an empty folder has %+v, %v", m, err)
	}
	if _, err := f.Keep(collection(feature(`{"name":"福合院村"}`, "Polygon", square(121, 30))), villages); err != nil {
		t.Fatal(err)
	}
	first, err := f.Map()
	if err != nil || first.Hash == "" {
		t.Fatalf("%+v, %v", first, err)
	}
	_, err = f.Keep(collection(feature(`{"name":"别镇一村"}`, "Polygon", square(121, 30))), villages)
	if r := new(Refusal); !errors.As(err, &r) || r.Why != NoneMatches {
		t.Errorf("a map of another town: %v", err)
	}
	if still, err := f.Map(); err != nil || still.Hash != first.Hash {
		t.Errorf("after a refusal: %+v, %v", still, err)
	}
	if err := os.WriteFile(filepath.Join(dir, File), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Map(); err == nil {
		t.Error("a damaged file is read")
	}
	if err := errors.Join(f.Remove(), f.Remove()); err != nil {
		t.Error(err)
	}
	if m, err := f.Map(); err != nil || m.Hash != "" {
		t.Errorf("after its end: %+v, %v", m, err)
	}
}
