package analyze

import (
	"fmt"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"hulian/pipelines"
	"hulian/queries/stats/synthetic"
)

func (c *Call) readControl(unit string, r synthetic.ControlResult) Reading {
	var out Reading
	att, ok := r.ATT.Get()
	if !ok {
		out.say("无法估计：原因见下面的提示。", "Not estimable: the warnings below say why.")
		return out
	}
	out.say("启动后%s与合成对照平均相差%s。", "Since the start %s differs from its synthetic control by %s on average.", unit, c.amount("value", att))
	if !r.Unique {
		out.say("同样吻合的合成对照不止一个，启动后的差不确定，不能下结论。", "More than one synthetic control fits as well: the difference after the start is not determined, and nothing can be concluded.")
		return out
	}
	if ratio, known := r.Ratio.Get(); known {
		out.say("启动后的差是启动前的%.1f倍。", "The gaps after the start are %.1f times those before.", ratio)
	}
	n := len(r.Space.Units)
	out.say("把%d个单位逐个当作试点，它的倍数排第%d。", "Of %d units called treated in turn, its ratio ranks %d.", n, r.Space.Rank)
	p, least := r.Space.PRank.Value, 1/float64(n)
	switch {
	case least > significant:
		out.say("单位太少：p最小只能是%.3f，不能下结论（p %s）。", "There are too few units: p could not be below %.3f, and nothing can be concluded (p %s).", least, share(p))
	case p <= significant:
		out.say("没有启动的单位很少有这么大的倍数（p %s）。", "Units to which nothing was done seldom have a ratio as large (p %s).", share(p))
	default:
		out.say("没有启动的单位也常有这么大的倍数（p %s）：现有数据不能下结论。", "Units to which nothing was done often have a ratio as large (p %s): the data do not allow a conclusion.", share(p))
	}
	if r.ATTLow.Known {
		out.say("逐个去掉有权重的对照单位，平均相差在%s至%s之间。", "Leaving out the units with weight one by one, the difference is between %s and %s.", c.amount("value", r.ATTLow.Value), c.amount("value", r.ATTHigh.Value))
	}
	return out
}

func (c *Call) readSyntheticDiD(r synthetic.DiDResult) Reading {
	var out Reading
	att, ok := r.ATT.Get()
	if !ok {
		out.say("无法估计：原因见下面的提示。", "Not estimable: the warnings below say why.")
		return out
	}
	out.say("启动后试点与加权对照的变化平均相差%s。", "Since the start the treated changed by %s more than the weighted others on average.", c.amount("value", att))
	p, known := r.Placebo.P.Get()
	switch {
	case !known:
		out.say("对照单位太少，无从检验。", "There are too few comparison units to test it by.")
	case r.Placebo.Least.Value > significant:
		out.say("单位太少：不论结果怎样，p都不会低于%.3f，不能下结论（安慰剂检验 p %s）。", "There are too few units: whatever came out, p could not be below %.3f, and nothing can be concluded (placebo p %s).", r.Placebo.Least.Value, share(p))
	case p <= significant:
		out.say("把没有启动的单位当作试点，很少得出这么大的差（安慰剂检验 p %s）。", "Among units to which nothing was done a difference as large is rare (placebo p %s).", share(p))
	default:
		out.say("把没有启动的单位当作试点，也常得出这么大的差（安慰剂检验 p %s）：现有数据不能下结论。", "Among units to which nothing was done a difference as large is common (placebo p %s): the data do not allow a conclusion.", share(p))
	}
	return out
}

// drawSynthetic draws the treated unit and its synthetic control.
func drawSynthetic(c *Call, o *Object, p *picture) error {
	x := o.column("gaps", "time")
	names := o.first("gaps")
	if len(names) == 0 {
		return pipelines.Errorf("there is no gap")
	}
	if c.calendar.perYear != 0 {
		for i := range x {
			x[i] = float64(i)
		}
		p.X.Tick.Marker = named(names, 12)
	}
	if err := p.line("treated", x, o.column("gaps", "actual"), orange, 1.6, nil); err != nil {
		return err
	}
	if err := p.line("synthetic", x, o.column("gaps", "synthetic"), blue, 1.6, dashes); err != nil {
		return err
	}
	p.axes(c.header("period"), c.header("value"))
	return nil
}

// drawSyntheticDiD draws the effect by period after the start, a line for each start.
func drawSyntheticDiD(c *Call, o *Object, p *picture) error {
	key := "effect_curve"
	if _, ok := o.values[key]; !ok {
		key = "effect_curves"
	}
	rows, _ := o.values[key].([][]any)
	if len(rows) == 0 {
		return pipelines.Errorf("there is no effect")
	}
	// Rows are by start, and begin where the period is the start's own; a single start has no column of its own.
	effects := o.column(key, "effect")
	var x, y []float64
	lines := 0
	flush := func(name string) error {
		colour, dash := series[lines%len(series)], []vg.Length(nil)
		if lines >= len(series) {
			dash = dashes
		}
		if len(rows[0]) == 2 {
			name = ""
		}
		lines++
		if err := p.line(name, x, y, colour, 1.2, dash); err != nil {
			return err
		}
		err := p.dots("", x, y, colour, 2.5, draw.CircleGlyph{})
		x, y = nil, nil
		return err
	}
	for i, row := range rows {
		x, y = append(x, float64(len(x))), append(y, effects[i])
		if i+1 == len(rows) || len(row) == 3 && rows[i+1][0] != row[0] {
			if err := flush(fmt.Sprint(row[0])); err != nil {
				return err
			}
		}
	}
	p.across(0, grey, nil)
	p.X.Min = -.3
	p.axes("periods since the start", "effect on "+c.header("value"))
	return nil
}
