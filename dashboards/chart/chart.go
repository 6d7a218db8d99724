package chart

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Chart is one drawn picture: the option document and what the page needs to place it.
type Chart struct {
	ID     string          // unique on its page, stable from one rendering to the next
	Option json.RawMessage // an ECharts option, escaped for HTML
	Height Height
	Label  string            // what the picture shows, for those who cannot see it
	Map    json.RawMessage   // the outlines that a map draws, as GeoJSON; nil: the chart is no map
	Links  map[string]string // where a click on an item leads, by the item's name
	From   any               // what it was drawn from, a Series, Bars or Funnel, for who draws it without ECharts; nil: nobody does
}

// Height is how tall a chart stands; the style sheet knows the sizes.
type Height string

// Heights of charts.
const (
	Short  Height = "short"
	Medium Height = "medium"
	Tall   Height = "tall"
)

// HeightFor is the height that gives each of n horizontal bars or rows room for its label.
func HeightFor(n int) Height {
	switch {
	case n <= 6:
		return Short
	case n <= 12:
		return Medium
	default:
		return Tall
	}
}

// option marshals what go-echarts made and refuses functions, which a page without inline script cannot run.
func option(id, label string, height Height, made any) (Chart, error) {
	raw, err := json.Marshal(made)
	if err != nil {
		return Chart{}, fmt.Errorf("chart %s: %w", id, err)
	}
	if bytes.Contains(raw, []byte("__f__")) {
		return Chart{}, fmt.Errorf("chart %s: the option holds a function", id)
	}
	return Chart{ID: id, Option: raw, Height: height, Label: label}, nil
}
