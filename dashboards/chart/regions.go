package chart

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Region is one place of a map.
type Region struct {
	Name   string
	Shape  json.RawMessage // a GeoJSON geometry
	Kind   int             // of the kinds
	Beside string          // said under the name where its kind stands out, and in the tooltip
}

// RegionKind is what a colour of a map says.
type RegionKind struct {
	Name     string
	Fill     string // a colour of the style sheet, as "--p-behind", so that it follows light, dark and paper
	Ink      string // of names on it, likewise
	Stands   bool   // out: what is beside the name is written on the map
	Outlined bool   // by a dashed line: nothing is judged
}

// Regions is a map of places, coloured by their kinds.
type Regions struct {
	ID       string
	Label    string
	Height   Height
	Regions  []Region
	Kinds    []RegionKind
	Latitude float64 // in degrees, where the map lies: a degree of longitude is shorter than one of latitude
	Links    map[string]string
}

// object is a JSON object.
type object = map[string]any

// Draw makes the chart.
func (m Regions) Draw() (Chart, error) {
	features, data := []object{}, []object{}
	counts := make([]int, len(m.Kinds))
	for _, r := range m.Regions {
		kind := m.Kinds[r.Kind]
		counts[r.Kind]++
		features = append(features, object{"type": "Feature", "properties": object{"name": r.Name}, "geometry": r.Shape})
		said, name := kind.Name, "{b}"
		if r.Beside != "" {
			said += " · " + r.Beside
		}
		if kind.Stands {
			name += "\n" + strings.ReplaceAll(said, " · ", "\n") // one line would leave a narrow village
		}
		look := object{"borderColor": "--p-paper", "borderWidth": 1.5}
		if kind.Outlined {
			look = object{"borderColor": "--p-grey", "borderWidth": 1.5, "borderType": "dashed"}
		}
		data = append(data, object{"name": r.Name, "value": r.Kind, "said": said, "itemStyle": look, "label": object{"formatter": name, "color": kind.Ink}})
	}
	pieces := []object{}
	for i, k := range m.Kinds {
		pieces = append(pieces, object{"value": i, "label": k.Name + " " + strconv.Itoa(counts[i]), "color": k.Fill})
	}
	slices.Reverse(pieces) // a key that lies begins with its last piece
	still := object{"disabled": true}
	drawn, err := option(m.ID, m.Label, m.Height, object{
		"tooltip":   object{"show": true, "trigger": "item", "formatter": "@cell"},
		"visualMap": object{"type": "piecewise", "pieces": pieces, "orient": "horizontal", "left": "center", "bottom": 0, "itemSymbol": "rect", "selectedMode": false, "textStyle": object{"color": "--p-quiet"}},
		"series": []object{{"type": "map", "map": m.ID, "roam": false, "selectedMode": false, "aspectScale": math.Round(1000*math.Cos(m.Latitude*math.Pi/180)) / 1000,
			"top": 6, "bottom": 38, "left": 6, "right": 6, "label": object{"show": true, "lineHeight": 16}, "labelLayout": object{"hideOverlap": true},
			"emphasis": still, "select": still, "data": data}},
	})
	if err != nil {
		return drawn, err
	}
	drawn.Links = m.Links
	drawn.Map, err = json.Marshal(object{"type": "FeatureCollection", "features": features})
	return drawn, err
}
