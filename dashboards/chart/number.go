package chart

import (
	"math"

	"github.com/go-echarts/go-echarts/v2/opts"
	"github.com/go-echarts/go-echarts/v2/types"
)

// Number says how the values of a chart are written on its axis and in its tooltip.
type Number string

// Ways to write numbers. Shares are given in per cent.
const (
	Whole    Number = "count"
	OneDigit Number = "decimal"
	Percent  Number = "percent"
)

// tooltip and axis name formatters of the page's script.
func (n Number) tooltip() types.FuncStr { return types.FuncStr("@" + string(n)) }

func (n Number) axis() types.FuncStr {
	if n == Percent {
		return "@axis-percent"
	}
	return "@axis-count"
}

// value is a number as ECharts reads it: NaN, which JSON does not know, becomes its sign for "none".
func value(x float64) any {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "-"
	}
	return math.Round(x*1e6) / 1e6
}

func valueAxis(n Number, name string) opts.YAxis {
	axis := opts.YAxis{Type: "value", Name: name, NameLocation: "end",
		AxisLabel: &opts.AxisLabel{Formatter: n.axis()},
		SplitLine: &opts.SplitLine{Show: opts.Bool(true), LineStyle: &opts.LineStyle{Opacity: opts.Float(0.35)}}}
	if n == Whole {
		axis.MinInterval = 1 // half an issue is no issue
	}
	return axis
}
