package analyze

import (
	"strings"

	"gonum.org/v1/plot/vg/draw"

	"hulian/pipelines"
	"hulian/queries/stats/survival"
)

// drawSurvival draws a curve per group with its log-log limits dotted.
func drawSurvival(c *Call, _ *Object, p *picture) error {
	f, err := c.follow()
	if err != nil {
		return err
	}
	confidence, err := c.confidence()
	if err != nil {
		return err
	}
	names := f.names
	switch chosen := c.options["group"]; {
	case c.given("groups"):
		names = nil
		for _, text := range parseList(c.options["groups"]) {
			if name, ok := f.named(text); ok {
				names = append(names, name)
			}
		}
	case strings.EqualFold(chosen, "all"):
		names = nil
	case chosen != "":
		if name, ok := f.named(chosen); ok {
			names = []string{name}
		}
	}
	curves := map[string]survival.Curve{}
	if len(names) == 0 {
		names = []string{"all"}
		curves["all"] = survival.KaplanMeier(f.all, confidence)
	}
	for i, name := range names {
		curve, ok := curves[name]
		if !ok {
			curve = survival.KaplanMeier(f.groups[name], confidence)
		}
		if err := drawCurve(p, curve, p.label(name, i), i); err != nil {
			return err
		}
	}
	p.X.Min, p.Y.Min, p.Y.Max = 0, 0, 1
	p.axes(c.header("duration"), "share without the event")
	return nil
}

func drawCurve(p *picture, curve survival.Curve, name string, k int) error {
	x, s := []float64{0}, []float64{1}
	var lx, low, high []float64
	var cx, cy []float64
	before := 1.0
	for _, step := range curve.Steps {
		x, s = append(x, step.Time, step.Time), append(s, before, step.Survival)
		before = step.Survival
		if step.LogLog.Known() {
			if n := len(low); n > 0 { // limits hold until the next time, as the curve does
				lx, low, high = append(lx, step.Time), append(low, low[n-1]), append(high, high[n-1])
			}
			lx, low, high = append(lx, step.Time), append(low, step.LogLog.Low.Value), append(high, step.LogLog.High.Value)
		}
		if step.Censored > 0 {
			cx, cy = append(cx, step.Time), append(cy, step.Survival)
		}
	}
	colour := series[k%len(series)]
	if err := p.line(name, x, s, colour, 1.6, nil); err != nil {
		return err
	}
	if err := p.line("", lx, low, colour, 0.8, dotted); err != nil {
		return err
	}
	if err := p.line("", lx, high, colour, 0.8, dotted); err != nil {
		return err
	}
	return p.dots("", cx, cy, colour, 2, draw.PlusGlyph{})
}

// drawTrends draws the four means, and where the treated would have been by parallel trends.
func drawTrends(c *Call, o *Object, p *picture) error {
	means, ok := o.values["cell_means"].(*Object)
	if !ok {
		return pipelines.Errorf("there is no mean")
	}
	at := func(key string) float64 { v, _ := means.Get(key); return asFloat(v) }
	x := []float64{0, 1}
	control, treated := []float64{at("t0p0"), at("t0p1")}, []float64{at("t1p0"), at("t1p1")}
	if err := p.line("control", x, control, blue, 1.6, nil); err != nil {
		return err
	}
	if err := p.line("treated", x, treated, orange, 1.6, nil); err != nil {
		return err
	}
	if err := p.line("treated, had it moved as control", x, []float64{treated[0], treated[0] + control[1] - control[0]}, orange, 1, dashes); err != nil {
		return err
	}
	for k, y := range [][]float64{control, treated} {
		if err := p.dots("", x, y, series[k], 3, draw.CircleGlyph{}); err != nil {
			return err
		}
	}
	p.X.Tick.Marker = named([]string{"before", "after"}, 2)
	p.X.Min, p.X.Max = -0.3, 1.3
	p.axes("", c.header("value"))
	return nil
}

// drawEvents draws the event study: effects by time since the start, pointwise intervals thick, uniform bands thin.
func drawEvents(c *Call, o *Object, p *picture) error {
	dynamic, ok := o.values["dynamic"].(*Object)
	if !ok {
		return pipelines.Errorf("there is no effect")
	}
	x, y := dynamic.column("rows", "event_time"), dynamic.column("rows", "att")
	if len(x) == 0 {
		return pipelines.Errorf("there is no event time")
	}
	p.across(0, grey, nil)
	bootstrap, ok := o.values["bootstrap"].(*Object)
	if !ok && o.values["band"] != nil {
		bootstrap, ok = o, true
	}
	if ok {
		if err := p.bars(bootstrap.column("band", "event_time"), bootstrap.column("band", "band_low"), bootstrap.column("band", "band_high"), grey, 0.8, false); err != nil {
			return err
		}
	}
	if err := p.bars(x, dynamic.column("rows", "ci_low"), dynamic.column("rows", "ci_high"), blue, 2, false); err != nil {
		return err
	}
	var bx, by, ax, ay []float64
	for i := range x {
		if x[i] < 0 {
			bx, by = append(bx, x[i]), append(by, y[i])
		} else {
			ax, ay = append(ax, x[i]), append(ay, y[i])
		}
	}
	if err := p.dots("before", bx, by, grey, 3, draw.CircleGlyph{}); err != nil {
		return err
	}
	if err := p.dots("after", ax, ay, blue, 3, draw.CircleGlyph{}); err != nil {
		return err
	}
	p.X.Min, p.X.Max = x[0]-0.5, x[len(x)-1]+0.5
	p.axes("periods since the start", "effect on "+c.header("value"))
	return nil
}
