package chart

import (
	"math"
	"strconv"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// Heat is a field of values, a row of cells for each item and a column for each step of time. A NaN leaves its cell
// empty. Darker is more, and neither good nor bad.
type Heat struct {
	ID      string
	Label   string
	Columns []string
	Rows    []string // the first on top
	Values  [][]float64
	Links   map[string]string // where a click on a cell leads, by Row + " " + Column
	Height  Height            // empty: by the number of rows
}

// heatRamp runs from little to much in one hue, so that it reads the same in black and white.
var heatRamp = []string{"#eaf2fb", "#b5d2f0", "#6ba5de", "#2f74c0", "#12406f"}

// Draw makes the chart.
func (h Heat) Draw() (Chart, error) {
	heat := charts.NewHeatMap()
	most := 0.0
	var cells []opts.HeatMapData
	for i, row := range h.Values {
		for j, v := range row {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				continue
			}
			most = math.Max(most, v)
			// A lying category axis counts from below.
			cells = append(cells, opts.HeatMapData{Name: h.Rows[i] + " " + h.Columns[j], Value: []any{j, len(h.Rows) - 1 - i, value(v)}})
		}
	}
	rows := make([]string, len(h.Rows))
	for i, name := range h.Rows {
		rows[len(rows)-1-i] = name
	}
	heat.SetGlobalOptions(
		charts.WithInitializationOpts(opts.Initialization{ChartID: h.ID}),
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(true), Trigger: "item", Formatter: "@cell"}),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(false)}),
		charts.WithGridOpts(opts.Grid{Left: "8", Right: "16", Top: "8", Bottom: "44", ContainLabel: opts.Bool(true)}),
		charts.WithXAxisOpts(opts.XAxis{Type: "category", Data: h.Columns, AxisTick: &opts.AxisTick{AlignWithLabel: opts.Bool(true)}, SplitArea: &opts.SplitArea{Show: opts.Bool(false)}}),
		charts.WithYAxisOpts(opts.YAxis{Type: "category", Data: rows, AxisLabel: &opts.AxisLabel{Interval: "0", Show: opts.Bool(true)}}),
		charts.WithVisualMapOpts(opts.VisualMap{Type: "continuous", Calculable: opts.Bool(false), Min: 0, Max: float32(math.Ceil(most)), Dimension: "2", Text: []string{strconv.FormatFloat(math.Ceil(most), 'f', -1, 64), "0"},
			Orient: "horizontal", Left: "center", Bottom: "0", InRange: &opts.VisualMapInRange{Color: heatRamp}}),
	)
	heat.AddSeries(h.Label, cells, charts.WithItemStyleOpts(opts.ItemStyle{BorderColor: "#ffffff", BorderWidth: 1}))
	heat.Validate()
	height := h.Height
	if height == "" {
		height = HeightFor(len(h.Rows))
	}
	made, err := option(h.ID, h.Label, height, heat.JSON())
	made.Links = h.Links
	return made, err
}
