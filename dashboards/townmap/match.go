package townmap

import (
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/peterstace/simplefeatures/geom"
)

// longestName is how many bytes a property may have to be a name.
const longestName = 120

// namesOf are the names a feature goes by: what is called a name first, then its ID, then the other properties.
func namesOf(id any, properties map[string]any) (names []string) {
	add := func(value any) {
		said := ""
		switch value := value.(type) {
		case string:
			said = strings.TrimSpace(value)
		case json.Number:
			said = value.String()
		}
		if said != "" && len(said) <= longestName && !slices.Contains(names, said) {
			names = append(names, said)
		}
	}
	keys := slices.Sorted(maps.Keys(properties))
	rank := func(key string) int {
		if k := strings.ToLower(key); k == "name" || k == "名称" || k == "村名" {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(keys, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	for i, key := range keys {
		if rank(key) > 0 && (i == 0 || rank(keys[i-1]) == 0) {
			add(id)
		}
		add(properties[key])
	}
	add(id)
	return names
}

// Village is a village of the town.
type Village struct{ ID, Name string }

// Matched is which outline is whose.
type Matched struct {
	Of      map[string]Outline // by the ID of the village
	Strange []string           // names of the outlines that are of no village, or of one that has an outline already
	Without []Village          // have no outline
}

// Match finds the village of each outline: by its ID, or else by its whole name.
func (m Map) Match(villages []Village) Matched {
	made := Matched{Of: map[string]Outline{}}
	byID, byName := map[string]string{}, map[string]string{}
	for _, v := range villages {
		byID[v.ID], byName[v.Name] = v.ID, v.ID
	}
	for _, o := range m.Outlines {
		id := ""
		for _, by := range []map[string]string{byID, byName} {
			for _, name := range o.Names {
				id = cmp.Or(id, by[name])
			}
		}
		if _, taken := made.Of[id]; id == "" || taken {
			made.Strange = append(made.Strange, o.Name())
			continue
		}
		made.Of[id] = o
	}
	for _, v := range villages {
		if _, has := made.Of[v.ID]; !has {
			made.Without = append(made.Without, v)
		}
	}
	return made
}

// seam is how far apart two outlines that were drawn as neighbours may lie, as a share of the whole map's width.
const seam = 1.0 / 200

// Apart is how far the outlines of two villages lie from each other, in degrees; 0 where they touch, but for a seam as drawing by hand
// leaves. False where one of them has no outline.
func (m Matched) Apart(a, b string) (float64, bool) {
	one, has := m.Of[a]
	other, hasToo := m.Of[b]
	if !has || !hasToo {
		return 0, false
	}
	distance, known := geom.Distance(one.shape, other.shape)
	all := geom.Envelope{}
	for _, o := range m.Of {
		all = all.ExpandToIncludeEnvelope(o.shape.Envelope())
	}
	if low, high, some := all.MinMaxXYs(); some && distance <= seam*max(high.X-low.X, high.Y-low.Y) {
		distance = 0
	}
	return distance, known
}

// drawnBytes is how much of a page the outlines may take together, about.
const drawnBytes = 60 << 10

// Shapes are outlines as GeoJSON geometries, by the IDs of their villages, with no more corners than a page can show; and the latitude
// they lie at, in degrees.
func (m Matched) Shapes() (shapes map[string]json.RawMessage, latitude float64, err error) {
	all := geom.Envelope{}
	for _, o := range m.Of {
		all = all.ExpandToIncludeEnvelope(o.shape.Envelope())
	}
	low, high, known := all.MinMaxXYs()
	if !known {
		return nil, 0, nil
	}
	latitude = (low.Y + high.Y) / 2
	for step := max(high.X-low.X, high.Y-low.Y) / 2000; ; step *= 2 {
		shapes = map[string]json.RawMessage{}
		size := 0
		for id, o := range m.Of {
			drawn, err := simplified(o.shape, step)
			if err != nil {
				return nil, 0, err
			}
			shapes[id] = drawn
			size += len(drawn)
		}
		if size <= drawnBytes || step > max(high.X-low.X, high.Y-low.Y)/50 {
			return shapes, latitude, nil
		}
	}
}

// simplified leaves corners out that lie within a step of the line without them (Douglas and Peucker), and writes the rest to five
// digits, which is a metre. What would vanish stays as it is.
func simplified(shape geom.Geometry, step float64) (json.RawMessage, error) {
	fewer, err := shape.Simplify(step, geom.NoValidate{})
	if err != nil || fewer.IsEmpty() {
		fewer = shape
	}
	round := func(x float64) float64 { return math.Round(x*1e5) / 1e5 }
	return fewer.TransformXY(func(p geom.XY) geom.XY { return geom.XY{X: round(p.X), Y: round(p.Y)} }).MarshalJSON()
}
