package analyze

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"hulian/pipelines"
	"hulian/queries/stats/estimate"
	"hulian/queries/stats/funnel"
	"hulian/queries/stats/inequality"
)

// drawFunnel draws rates over totals with the normal limits, and dashed the limits widened for overdispersion.
func drawFunnel(c *Call, _ *Object, p *picture) error {
	f, err := c.compare()
	if err != nil {
		return err
	}
	return drawPlaces(c, p, f, c.text("model", "binomial") == "poisson", "events", "total")
}

func drawRatios(c *Call, _ *Object, p *picture) error {
	f, _, _, err := c.ratios()
	if err != nil {
		return err
	}
	return drawPlaces(c, p, f, true, "events", "expected")
}

// drawPlaces draws units by their size, with the limits.
func drawPlaces(c *Call, p *picture, f funnel.Funnel, poisson bool, events, total string) error {
	theta, ok := f.Theta.Get()
	if !ok {
		return pipelines.Errorf("there is no rate to compare with")
	}
	var most float64
	limits := false // where all rates are 0 or 1 there are none
	var x, y, outX, outY []float64
	for _, place := range f.Places {
		if !place.Rate.Known {
			continue
		}
		most = math.Max(most, place.Total)
		x, y = append(x, place.Total), append(y, place.Rate.Value)
		limits = limits || place.Judged
		if place.Flag >= len(f.Levels) || -place.Flag >= len(f.Levels) {
			outX, outY = append(outX, place.Total), append(outY, place.Rate.Value)
		}
	}
	if limits {
		if err := funnelCurves(p, f, theta, most, poisson); err != nil {
			return err
		}
	}
	p.across(theta, grey, nil)
	if err := p.dots("", x, y, blue, 2.8, draw.CircleGlyph{}); err != nil {
		return err
	}
	if err := p.dots("beyond the outer limits", outX, outY, orange, 3.6, draw.CircleGlyph{}); err != nil {
		return err
	}
	for i, place := range f.Places {
		if place.Judged && (place.Flag >= len(f.Levels) || -place.Flag >= len(f.Levels)) {
			if err := p.note(place.Total, place.Rate.Value, p.label(place.Name, i)); err != nil {
				return err
			}
		}
	}
	p.X.Min = 0
	p.Y.Min = 0
	highest := theta
	for _, v := range y {
		highest = math.Max(highest, v)
	}
	p.Y.Max = 1.25 * highest
	p.axes(c.header(total), c.header(events)+" / "+c.header(total))
	return nil
}

// funnelCurves draws the limits of every level over the sizes of units.
func funnelCurves(p *picture, f funnel.Funnel, theta, most float64, poisson bool) error {
	between := f.Overdispersion(0.1).Tau2.Or(0)
	kinds := []float64{0, between}
	if between == 0 {
		kinds = kinds[:1]
	}
	for k, level := range f.Levels {
		z := estimate.Z(level)
		for kind, widened := range kinds {
			var nx, low, high []float64
			for i := range 200 {
				n := most * 1.05 * float64(i+1) / 200
				v, top := theta*(1-theta)/n, 1.0
				if poisson {
					v, top = theta/n, math.Inf(1)
				}
				half := z * math.Sqrt(v+widened)
				nx, low, high = append(nx, n), append(low, math.Max(0, theta-half)), append(high, math.Min(top, theta+half))
			}
			name, dash := fmt.Sprintf("%g%%", 100*level), []vg.Length(nil)
			if kind == 1 {
				name, dash = name+" with overdispersion", dashes
			}
			colour := series[(k+2)%len(series)]
			if err := errors.Join(p.line(name, nx, high, colour, 1, dash), p.line("", nx, low, colour, 1, dash)); err != nil {
				return err
			}
		}
	}
	return nil
}

// drawLorenz draws who owns how much against everyone owning the same.
func drawLorenz(c *Call, _ *Object, p *picture) error {
	if c.given("values") {
		return pipelines.Errorf("a curve needs a file")
	}
	values, err := c.numbers("value")
	if err != nil {
		return err
	}
	weights, err := c.numbers("weight")
	if err != nil {
		return err
	}
	g := inequality.Weighted(values, weights)
	if len(g.Lorenz) == 0 {
		return pipelines.Errorf("there is nothing to share")
	}
	var x, y []float64
	for _, s := range g.Lorenz {
		x, y = append(x, s.Holders), append(y, s.Owned)
	}
	if err := p.line("equal shares", []float64{0, 1}, []float64{0, 1}, grey, 1, dashes); err != nil {
		return err
	}
	if err := p.line(fmt.Sprintf("Gini %.3f", g.Value.Value), x, y, blue, 1.6, nil); err != nil {
		return err
	}
	p.Legend.Left = true
	p.width = 12 * vg.Centimeter
	p.axes("share of holders", "share of the total")
	return nil
}

// drawScatter draws the two columns against each other.
func drawScatter(c *Call, _ *Object, p *picture) error {
	columns, err := c.pairColumns()
	if err != nil {
		return err
	}
	if len(columns) != 2 {
		return pipelines.Errorf("there are %d columns: --x and --y name the two to draw", len(columns))
	}
	x, err := c.Frame.numbers(columns[0])
	if err != nil {
		return err
	}
	y, err := c.Frame.numbers(columns[1])
	if err != nil {
		return err
	}
	p.axes(c.Frame.Columns[columns[0]], c.Frame.Columns[columns[1]])
	return p.dots("", x, y, blue, 2.8, draw.CircleGlyph{})
}

// drawGroups draws the outcomes of both groups with their means, spread sideways in the order of the file.
func drawGroups(c *Call, o *Object, p *picture) error {
	group, outcome, err := c.groupAndOutcome()
	if err != nil {
		return err
	}
	var names []string
	for k, side := range []string{"treatment", "control"} {
		wanted, _ := o.Get(side)
		names = append(names, p.label(fmt.Sprint(wanted), k))
		var x, y []float64
		for i, row := range c.Frame.Rows {
			if !same(row[group], fmt.Sprint(wanted)) {
				continue
			}
			v, err := c.outcome(i, outcome)
			if err != nil {
				return err
			}
			x, y = append(x, float64(k)+0.24*(float64(i%11)/10-0.5)), append(y, v)
		}
		if err := p.dots("", x, y, series[k], 2.5, draw.CircleGlyph{}); err != nil {
			return err
		}
		m, _ := o.Get(fmt.Sprintf("mean%d", k+1))
		at := asFloat(m)
		if err := p.line("", []float64{float64(k) - 0.3, float64(k) + 0.3}, []float64{at, at}, series[k], 2, nil); err != nil {
			return err
		}
	}
	p.X.Tick.Marker = named(names, 2)
	p.X.Min, p.X.Max = -0.6, 1.6
	p.width = 12 * vg.Centimeter
	p.axes("", c.Frame.Columns[outcome])
	return nil
}
