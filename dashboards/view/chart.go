package view

import (
	"strings"

	"hulian/dashboards/chart"
)

// Chart is a picture with the table behind it.
type Chart struct {
	Title string
	Note  string
	chart.Chart
	Table Table
	Alone bool // its numbers stand elsewhere, as on paper: the picture is all there is
	Shape bool // what is drawn are shapes and no numbers: words stand behind it
	Open  bool // the table is part of the answer and not only behind the picture
}

// Kind names the template of each block.
func (*Chart) Kind() string { return "chart" }

// Blank reports whether there is nothing to draw: no number stands behind the picture. Empty axes look like zero, so
// the page says "no data" instead.
func (c *Chart) Blank() bool {
	if c.Shape {
		return len(c.Table.Rows) == 0
	}
	for _, row := range c.Table.Rows {
		for _, cell := range row[min(1, len(row)):] {
			if strings.ContainsAny(cell.Text, "0123456789") {
				return false
			}
		}
	}
	return true
}
