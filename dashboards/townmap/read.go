package townmap

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/peterstace/simplefeatures/geom"
)

// MostBytes is how large the file may be, and mostFeatures how many outlines it may hold: more than the largest town has villages.
const (
	MostBytes    = 5 << 20
	mostFeatures = 1000
)

// Why is the reason a file is refused.
type Why string

// Reasons.
const (
	TooLarge    Why = "too_large"
	NoGeoJSON   Why = "no_geojson"   // it is no FeatureCollection
	Empty       Why = "empty"        // it has no features
	TooMany     Why = "too_many"     // features
	NoPolygon   Why = "no_polygon"   // a feature that is a point or a line
	BadPolygon  Why = "bad_polygon"  // its rings are open, cross themselves, or lie outside each other
	NoDegrees   Why = "no_degrees"   // its positions are no longitudes and latitudes
	Nameless    Why = "nameless"     // a feature without an ID or a property
	NoneMatches Why = "none_matches" // no feature is a village of the town
)

// Refusal says why a file is not taken.
type Refusal struct {
	Why     Why
	Feature int // number of the feature to blame, from 1; 0: the whole file
	Err     error
}

func (r *Refusal) Error() string {
	said := "the map is refused: " + string(r.Why)
	if r.Feature > 0 {
		said += fmt.Sprintf(", feature %d", r.Feature)
	}
	if r.Err != nil {
		said += ": " + r.Err.Error()
	}
	return said
}

func (r *Refusal) Unwrap() error { return r.Err }

// Outline is the shape of one feature, with the names it goes by: its ID and the texts and numbers among its properties.
type Outline struct {
	Names []string
	shape geom.Geometry
}

// Name is what a person calls the outline by: the first of its names.
func (o Outline) Name() string { return o.Names[0] }

// Map is the outlines of a file, in its order.
type Map struct {
	Outlines []Outline
	Hash     string // of the file; empty: there is no map
}

// Read takes a file apart and checks it. A *Refusal says why it cannot be drawn.
func Read(content []byte) (Map, error) {
	if len(content) > MostBytes {
		return Map{}, &Refusal{Why: TooLarge}
	}
	var collection struct {
		Type     string            `json:"type"`
		Features []json.RawMessage `json:"features"`
	}
	if err := json.Unmarshal(bytes.TrimPrefix(content, []byte("\ufeff")), &collection); err != nil || collection.Type != "FeatureCollection" {
		return Map{}, &Refusal{Why: NoGeoJSON, Err: err}
	}
	switch n := len(collection.Features); {
	case n == 0:
		return Map{}, &Refusal{Why: Empty}
	case n > mostFeatures:
		return Map{}, &Refusal{Why: TooMany}
	}
	sum := sha256.Sum256(content)
	m := Map{Hash: hex.EncodeToString(sum[:8])}
	for i, raw := range collection.Features {
		o, err := outline(raw)
		if err != nil {
			if r := new(Refusal); errors.As(err, &r) {
				r.Feature = i + 1
			}
			return Map{}, err
		}
		m.Outlines = append(m.Outlines, o)
	}
	return m, nil
}

// outline reads one feature.
func outline(raw json.RawMessage) (o Outline, err error) {
	var f struct {
		Type       string         `json:"type"`
		ID         any            `json:"id"`
		Properties map[string]any `json:"properties"`
		Geometry   struct {
			Type string `json:"type"`
		} `json:"geometry"`
	}
	var shape struct {
		Geometry json.RawMessage `json:"geometry"`
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber() // an ID of twelve digits is no 3.3e11
	if err := errors.Join(decoder.Decode(&f), json.Unmarshal(raw, &shape)); err != nil || f.Type != "Feature" {
		return o, &Refusal{Why: NoGeoJSON, Err: err}
	}
	if f.Geometry.Type != "Polygon" && f.Geometry.Type != "MultiPolygon" {
		return o, &Refusal{Why: NoPolygon}
	}
	if o.shape, err = geom.UnmarshalGeoJSON(shape.Geometry); err != nil || o.shape.IsEmpty() {
		return o, &Refusal{Why: BadPolygon, Err: err}
	}
	o.shape = o.shape.Force2D()
	low, high, _ := o.shape.Envelope().MinMaxXYs()
	if low.X < -180 || high.X > 180 || low.Y < -90 || high.Y > 90 {
		return o, &Refusal{Why: NoDegrees}
	}
	if o.Names = namesOf(f.ID, f.Properties); len(o.Names) == 0 {
		return o, &Refusal{Why: Nameless}
	}
	return o, nil
}
