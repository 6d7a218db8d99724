package analyze

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"hulian/queries/stats/estimate"
	"hulian/queries/stats/funnel"
	"hulian/queries/stats/inequality"
	"hulian/queries/stats/shrink"
)

func unitMethods() []Method {
	prior := Option{"method", Text, "mle", "mle, mom_kleinman, mom_raw_moments (equal denominators), or hierarchical (few units: the prior is not taken as known)"}
	return []Method{
		{Name: "funnel", Aliases: []string{"funnel_plot"}, Short: "funnel limits of units of different size, with overdispersion", Roles: []Role{unitRole, eventsRole, totalRole}, draw: drawFunnel,
			Long: "θ = Σ events / Σ totals; z = (rate − θ)/√(θ(1−θ)/n). Limits: approx (normal, not clipped), exact_qbinom (binomial\nquantile / n) and exact_interp (Spiegelhalter 2005). Overdispersion: φ = mean z² of winsorised z, τ² by moments.\nEvents against expected events or an exposure: s = √(θ/n), Poisson quantiles, and √rate in place of asin √rate.",
			Options: []Option{{"levels", List, "0.95,0.998", "two-sided levels, inner first"}, {"winsorise", List, "0,0.1,0.2", "fractions of z to pull in at each end"},
				{"theta", Number, "", "centre to compare with; default Σ events / Σ totals, or 1 for expected events"}, {"target", Number, "", "the same as theta"},
				{"model", Text, "binomial", "binomial, or poisson for events per exposure; poisson where the totals are called expected or person_years"}},
			run: (*Call).funnel},
		{Name: "funnel_ratio", Short: "funnel of events against events expected", Roles: []Role{unitRole, eventsRole.with("events that happened"),
			{Name: "expected", Zh: "预期件数", Also: []string{"e", "total", "预期", "期望"}, Help: "events expected"}},
			Long: "observed ÷ expected against 1, with exact Poisson limits, and with overdispersion on the logarithm (shmi: lowest and\nhighest tenth left out; Campbell et al. 2012) and on the square root (cqc: 10% winsorised; Spiegelhalter et al. 2012).",
			run:  (*Call).ratioFunnel, draw: drawRatios},
		{Name: "empirical_bayes_beta_binomial", Aliases: []string{"empirical_bayes", "beta_binomial"}, Short: "shrunken proportions of small units", Roles: []Role{unitRole, eventsRole, totalRole}, draw: drawShrunk,
			Long:    "y ~ Binomial(n, p), p ~ Beta(α, β) by maximum likelihood; shrunk = (y+α)/(n+α+β) with Beta quantiles.\nMoment estimates stand beside; --method uses one of them instead.",
			Options: []Option{confidenceOption, prior}, run: (*Call).betaBinomial},
		{Name: "empirical_bayes_gamma_poisson", Aliases: []string{"gamma_poisson"}, Short: "shrunken rates per population of small units", Roles: []Role{unitRole, eventsRole, totalRole}, draw: drawShrunk,
			Long:    "y ~ Poisson(eλ), λ ~ Gamma(α, β) by maximum likelihood (Clayton & Kaldor 1987); Marshall's moments\nstand beside.",
			Options: []Option{confidenceOption, {"method", Text, "mle", "mle, mom_marshall, or hierarchical (few units)"}}, run: (*Call).gammaPoisson},
		{Name: "gini", Short: "inequality of amounts", Roles: []Role{valueRole.with("the amounts"), weightRole.with("how many holders an amount stands for").known("households", "户数")},
			Long:    "gini = mean absolute difference of all n² pairs / (2 × mean); gini_corrected = gini × n/(n−1), without weights only.",
			Options: []Option{{"values", List, "", "amounts given here instead of a file; may be repeated as [[…],[…]]"}}, WithoutFile: "values", draw: drawLorenz, run: (*Call).gini},
	}
}

// level names a confidence level in a key: 0.95 gives 95, 0.998 gives 998.
func level(l float64) string {
	digits := strings.TrimPrefix(strings.TrimRight(fmt.Sprintf("%.10f", l), "0"), "0.")
	if len(digits) < 2 {
		digits += "0"
	}
	return digits
}

func (c *Call) units(eventsRole, totalRole string) (names []string, events, totals []float64, err error) {
	c.pairUp(eventsRole, totalRole)
	ids, _ := c.ids("unit")
	for _, id := range ids {
		names = append(names, fmt.Sprint(id))
	}
	if events, err = c.counts(eventsRole); err != nil {
		return nil, nil, nil, err
	}
	totals, err = c.bases(totalRole)
	return names, events, totals, err
}

func (c *Call) funnel() (*Object, error) {
	f, err := c.compare()
	if err != nil {
		return nil, err
	}
	winsorise, err := c.floats("winsorise", 0, 0.1, 0.2)
	if err != nil {
		return nil, err
	}
	out := (&Object{}).Set("theta", f.Theta).Set("n_units", f.N)
	_, unitName := c.ids("unit")
	columns := []string{unitName, c.header("events"), c.header("total"), "rate", "z"}
	for _, kind := range []string{"approx", "exact_qbinom", "exact_interp"} {
		for _, l := range f.Levels {
			columns = append(columns, kind+"_lo"+level(l), kind+"_hi"+level(l))
		}
		if kind == "approx" {
			columns = append(columns, "approx_flag")
		}
	}
	columns = append(columns, "exact_tail_flag")
	_, events, totals, err := c.units("events", "total") // as they stand, of places that were refused too
	if err != nil {
		return nil, err
	}
	var rows [][]any
	for i, p := range f.Places {
		row := []any{value(p.Name), whole(events[i]), whole(totals[i]), p.Rate, p.Z}
		for _, kind := range []func(funnel.Limits) estimate.Interval{
			func(l funnel.Limits) estimate.Interval { return l.Normal },
			func(l funnel.Limits) estimate.Interval { return l.Quantile },
			func(l funnel.Limits) estimate.Interval { return l.Exact },
		} {
			first := len(row) == 5
			for k := range f.Levels {
				var limits estimate.Interval
				if k < len(p.Limits) {
					limits = kind(p.Limits[k])
				}
				row = append(row, limits.Low, limits.High)
			}
			if first {
				row = append(row, flagOf(p, p.Flag))
			}
		}
		rows = append(rows, append(row, flagOf(p, p.TailFlag)))
	}
	out.Grid("columns", "rows", columns, rows)
	for k, l := range f.Levels {
		names := f.Flagged(k)
		out.Set("units_outside_"+level(l)+"_approx", typed(names)).Set("count_outside_"+level(l)+"_approx", len(names))
	}
	out.Set("sum_z_squared", f.SumZ2)
	warnings := slices.Clone(f.Warnings)
	var variants []*Object
	for _, q := range winsorise {
		d := f.Overdispersion(q)
		variants = append(variants, variant(f, d))
		warnings = append(warnings, d.Warnings...)
	}
	out.Set("variants", variants)
	if a := f.Arcsine(0.1); a.Phi.Known {
		out.Set("arcsine_additive", onScale(f, a))
	}
	if a := f.SquareRoot(0.1); a.Phi.Known {
		out.Set("square_root_additive", onScale(f, a))
	}
	out.warn(dedupe(warnings))
	return out, nil
}

func (c *Call) compare() (funnel.Funnel, error) {
	names, events, totals, err := c.units("events", "total")
	if err != nil {
		return funnel.Funnel{}, err
	}
	var o funnel.Options
	if o.Levels, err = c.floats("levels", 0.95, 0.998); err != nil {
		return funnel.Funnel{}, err
	}
	for _, l := range o.Levels {
		if !(l > 0 && l < 1) {
			return funnel.Funnel{}, c.wrongOption("levels", c.options["levels"], "levels between 0 and 1")
		}
	}
	if err := c.model(&o); err != nil {
		return funnel.Funnel{}, err
	}
	for _, name := range []string{"target", "theta"} {
		if c.given(name) {
			theta, err := c.float(name, 0)
			if err != nil {
				return funnel.Funnel{}, err
			}
			o.Target = estimate.Of(theta)
		}
	}
	units := make([]funnel.Unit, len(names))
	for i := range units {
		units[i] = funnel.Unit{Name: names[i], Events: events[i], Total: totals[i]}
	}
	return funnel.Compare(units, o), nil
}

// model chooses how events arise. What a denominator is called says what it holds: events expected are compared with
// one for one, person-years are an exposure.
func (c *Call) model(o *funnel.Options) error {
	model, err := c.choice("model", "", "binomial", "poisson")
	if err != nil {
		return err
	}
	header := strings.ToLower(c.header("total"))
	switch {
	case model == "poisson":
		o.Model = funnel.Poisson
	case model == "" && strings.Contains(header, "expected"):
		o.Model, o.Target = funnel.Poisson, estimate.Of(1)
		c.assume("%q holds expected events: the model is Poisson and the centre 1", c.header("total"))
	case model == "" && (strings.Contains(header, "person_years") || strings.Contains(header, "exposure")):
		o.Model = funnel.Poisson
		c.assume("%q is an exposure: the model is Poisson", c.header("total"))
	}
	return nil
}

func flagOf(p funnel.Place, flag int) any {
	if !p.Judged {
		return nil
	}
	return flag
}

func variant(f funnel.Funnel, d funnel.Overdispersion) *Object {
	out := (&Object{}).Set("winsorise", d.Winsorise).Set("phi", d.Phi).Set("tau2", d.Tau2).Set("tau", d.Tau)
	for _, kind := range []struct {
		name     string
		widening funnel.Widening
	}{{"multiplicative", d.Multiplicative}, {"additive", d.Additive}} {
		for k, l := range f.Levels {
			half := make([]any, len(f.Places))
			for i, limits := range kind.widening.Limits {
				if k < len(limits) {
					half[i] = limits[k].HalfWidth
				}
			}
			names := beyond(f, kind.widening.Flags, k)
			out.Set(kind.name+"_halfwidth"+level(l), half)
			out.Set("units_outside_"+level(l)+"_"+kind.name, typed(names)).Set("count_outside_"+level(l)+"_"+kind.name, len(names))
		}
	}
	return out
}

func onScale(f funnel.Funnel, d funnel.Overdispersion) *Object {
	out := (&Object{}).Set("winsorise", d.Winsorise).Set("phi", d.Phi).Set("tau2", d.Tau2)
	var columns []string
	for _, l := range f.Levels {
		columns = append(columns, "lo"+level(l), "hi"+level(l))
	}
	rows := make([][]any, len(f.Places))
	for i, limits := range d.Additive.Limits {
		rows[i] = make([]any, 0, len(columns))
		for k := range f.Levels {
			var at estimate.Interval
			if k < len(limits) {
				at = limits[k].Limits
			}
			rows[i] = append(rows[i], at.Low, at.High)
		}
	}
	out.Grid("limits_columns", "limits", columns, rows)
	for k, l := range f.Levels {
		names := beyond(f, d.Additive.Flags, k)
		out.Set("units_outside_"+level(l), typed(names)).Set("count_outside_"+level(l), len(names))
	}
	return out
}

func beyond(f funnel.Funnel, flags []int, k int) []string {
	names := []string{}
	for i, flag := range flags {
		if flag > k || flag < -k {
			names = append(names, f.Places[i].Name)
		}
	}
	return names
}

// typed gives names that are numbers as numbers, as the rows have them.
func typed(names []string) []any {
	out := make([]any, len(names))
	for i, name := range names {
		out[i] = value(name)
	}
	return out
}

// dedupe drops warnings that say the same.
func dedupe(warnings []estimate.Warning) []estimate.Warning {
	var out []estimate.Warning
	for _, w := range warnings {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

func (c *Call) shrinkUnits() ([]string, []shrink.Unit, error) {
	names, events, totals, err := c.units("events", "total")
	if err != nil {
		return nil, nil, err
	}
	units := make([]shrink.Unit, len(names))
	for i := range units {
		units[i] = shrink.Unit{Events: events[i], Base: totals[i]}
	}
	return names, units, nil
}

func (c *Call) betaBinomial() (*Object, error) {
	confidence, err := c.confidence()
	if err != nil {
		return nil, err
	}
	method, err := c.choice("method", string(shrink.MaximumLikelihood), string(shrink.Kleinman), string(shrink.RawMoments), string(shrink.SampleVariance), string(shrink.Hierarchical))
	if err != nil {
		return nil, err
	}
	_, units, err := c.shrinkUnits()
	if err != nil {
		return nil, err
	}
	fit := shrink.BetaBinomial(units, shrink.Method(method), confidence)
	out := (&Object{}).Set("method", method)
	if sound := soundUnits(fit); len(sound) > 0 {
		for _, m := range []shrink.Method{shrink.MaximumLikelihood, shrink.Kleinman, shrink.RawMoments, shrink.SampleVariance} {
			p := fit.Prior
			if m != p.Method {
				p = shrink.BetaPrior(sound, m)
			}
			if m == shrink.RawMoments && !p.Alpha.Known {
				continue // only for equal denominators
			}
			o := (&Object{}).Set("alpha", p.Alpha).Set("beta", p.Beta)
			if m == shrink.MaximumLikelihood {
				o.Set("loglik", p.LogLik)
			}
			o.Set("prior_mean", p.Mean).Set("intraclass_rho", p.Rho).Set("gamma", p.Rho).Set("prior_sample_size", p.Size)
			out.Set(string(m), o)
		}
	}
	if fit.Prior.Method == shrink.Hierarchical {
		out.Set(method, (&Object{}).Set("prior_mean", fit.Prior.Mean).Set("prior_sample_size", fit.Prior.Size))
	}
	out.Set("pooled_rate", fit.PooledRate)
	c.shrunk(out, fit, units)
	out.warn(fit.Warnings)
	return out, nil
}

// soundUnits lists the units with a rate, which a prior is fitted to.
func soundUnits(fit shrink.Fit) []shrink.Unit {
	var sound []shrink.Unit
	for _, u := range fit.Units {
		if u.Raw.Known {
			sound = append(sound, u.Unit)
		}
	}
	return sound
}

func (c *Call) gammaPoisson() (*Object, error) {
	confidence, err := c.confidence()
	if err != nil {
		return nil, err
	}
	method, err := c.choice("method", string(shrink.MaximumLikelihood), string(shrink.Marshall), string(shrink.Hierarchical))
	if err != nil {
		return nil, err
	}
	_, units, err := c.shrinkUnits()
	if err != nil {
		return nil, err
	}
	fit := shrink.GammaPoisson(units, shrink.Method(method), confidence)
	out := (&Object{}).Set("method", method)
	if sound := soundUnits(fit); len(sound) > 0 {
		for _, m := range []shrink.Method{shrink.MaximumLikelihood, shrink.Marshall} {
			p := fit.Prior
			if m != p.Method {
				p = shrink.GammaPrior(sound, m)
			}
			o := (&Object{}).Set("alpha", p.Alpha).Set("beta", p.Beta)
			if m == shrink.MaximumLikelihood {
				o.Set("loglik", p.LogLik)
			}
			out.Set(string(m), o.Set("prior_mean", p.Mean).Set("prior_sample_size", p.Size))
		}
	}
	if p := fit.Prior; p.Method == shrink.Hierarchical {
		out.Set(method, (&Object{}).Set("prior_mean", p.Mean).Set("prior_sample_size", p.Size))
	}
	out.Set("pooled_rate", fit.PooledRate)
	c.shrunk(out, fit, units)
	out.warn(fit.Warnings)
	return out, nil
}

// mostPairs is how many distinct pairs are listed at most.
const mostPairs = 1000

// shrunk adds one line per unit and one line per distinct pair of numbers. Where most units share theirs the pairs are the
// rows, else the units.
func (c *Call) shrunk(out *Object, fit shrink.Fit, units []shrink.Unit) {
	ids, idName := c.ids("unit")
	numbers := []string{c.header("events"), c.header("total"), "raw", "shrunk", "low", "high"}
	line := func(u shrink.Shrunk, stands shrink.Unit) []any {
		return []any{whole(stands.Events), whole(stands.Base), u.Raw, u.Value, u.Low, u.High}
	}
	var all, some [][]any
	var pairs []shrink.Shrunk
	for i, u := range fit.Units {
		all = append(all, append([]any{ids[i]}, line(u, units[i])...)) // as it stands, of a unit that was refused too
		seen := slices.ContainsFunc(pairs, func(p shrink.Shrunk) bool { return p.Unit == u.Unit })
		if u.Unit == units[i] && !seen && len(pairs) <= mostPairs {
			pairs = append(pairs, u)
		}
	}
	slices.SortFunc(pairs, func(a, b shrink.Shrunk) int { // as the columns stand
		return cmp.Or(cmp.Compare(a.Events, b.Events), cmp.Compare(a.Base, b.Base))
	})
	for _, u := range pairs {
		some = append(some, line(u, u.Unit))
	}
	byUnit := append([]string{idName}, numbers...)
	switch {
	case 2*len(pairs) <= len(fit.Units):
		out.Grid("columns", "rows", numbers, some).Set("note", "one row per distinct pair of events and denominator")
		out.Grid("units_columns", "units", byUnit, all)
	case len(pairs) < len(fit.Units) && len(pairs) <= mostPairs:
		out.Grid("columns", "rows", byUnit, all).Grid("pairs_columns", "pairs", numbers, some)
	default:
		out.Grid("columns", "rows", byUnit, all)
	}
}

func (c *Call) gini() (*Object, error) {
	if c.given("values") {
		return c.giniOfValues()
	}
	values, err := c.numbers("value")
	if err != nil {
		return nil, err
	}
	weights, err := c.numbers("weight")
	if err != nil {
		return nil, err
	}
	return giniObject(inequality.Weighted(values, weights)), nil
}

func giniObject(g inequality.Gini) *Object {
	out := (&Object{}).Set("n", g.N).Set("mean", g.Mean).Set("gini", g.Value).Set("gini_corrected", g.Corrected)
	out.warn(g.Warnings)
	return out
}

// giniOfValues takes one list, or a list of lists: then "cases" has one result each.
func (c *Call) giniOfValues() (*Object, error) {
	lists := [][]float64{}
	text := c.options["values"]
	if inner := parseList(text); len(inner) > 0 && strings.HasPrefix(strings.TrimSpace(inner[0]), "[") && strings.HasPrefix(strings.TrimSpace(text), "[") {
		for _, one := range inner {
			list, err := c.listOf("values", one)
			if err != nil {
				return nil, err
			}
			lists = append(lists, list)
		}
	} else {
		list, err := c.listOf("values", text)
		if err != nil {
			return nil, err
		}
		return giniObject(inequality.Of(list)), nil
	}
	var cases []*Object
	for _, list := range lists {
		o := (&Object{}).Set("values", list)
		g := giniObject(inequality.Of(list))
		for _, key := range g.keys {
			o.Set(key, g.values[key])
		}
		cases = append(cases, o)
	}
	return (&Object{}).Set("cases", cases), nil
}

func (c *Call) listOf(option, text string) ([]float64, error) {
	out := []float64{}
	for _, part := range parseList(text) {
		v, ok := parseNumber(part)
		if !ok {
			return nil, c.wrongOption(option, part, "a number")
		}
		out = append(out, v)
	}
	return out, nil
}
