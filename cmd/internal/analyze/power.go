package analyze

import (
	"slices"
	"strings"

	"hulian/pipelines"
	"hulian/queries/stats/estimate"
	"hulian/queries/stats/power"
)

// powerColumns are what a question may hold beside its kind, as columns of a file or as options.
var powerColumns = []string{"n1", "n2", "n1_post", "n2_post", "clusters", "m", "r", "rho", "icc", "delta", "sd", "p1", "p2", "alpha", "power", "sides"}

func powerMethod() Method {
	var kinds []string
	for _, k := range power.Kinds() {
		kinds = append(kinds, string(k))
	}
	return Method{Name: "power", Aliases: []string{"mde"}, Short: "how small an effect a design could find, one question a row", draw: drawPower,
		Roles: []Role{{Name: "kind", Zh: "问题", Was: []string{"question"}, Also: []string{"formula", "问题", "类型"}, Help: "what is asked: " + strings.Join(kinds, ", "), Words: true},
			{Name: "id", Zh: "编号", Also: []string{"row", "name", "编号", "名称"}, Help: "name of the row", Optional: true, Words: true}},
		Long: "Each row is a question with its numbers in columns: n1, n2 (units an arm, the treated first), n1_post, n2_post, clusters, m, r,\nrho, icc, delta, sd, p1, p2, alpha (0.05), power (0.8), sides (2), estimator (did, post, ancova). t: noncentral t (R\npower.t.test); shares: R power.prop.test; did: Frison & Pocock 1992, McKenzie 2012; scr_mde: Burlig, Preonas & Woerman 2020;\nclusters: Killip, Mahfoud & Pearce 2004; cluster_mde_t takes two quantiles of Student's t, cluster_mde_nct the noncentral t.",
		run:  (*Call).power}
}

func (c *Call) power() (*Object, error) {
	kind, _, err := c.role("kind")
	if err != nil {
		return nil, err
	}
	ids, _ := c.ids("id")
	numbers := map[string][]float64{}
	for _, name := range powerColumns {
		if i, ok := c.Frame.column(name); ok {
			if numbers[name], err = c.Frame.numbers(i); err != nil {
				return nil, err
			}
		}
	}
	estimator, hasEstimator := c.Frame.column("estimator")
	var rows [][]any
	var warnings []estimate.Warning
	for i := range c.Frame.Rows {
		at := func(name string) estimate.Number {
			if numbers[name] == nil {
				return estimate.Absent()
			}
			return estimate.Of(numbers[name][i])
		}
		of := func(name string) float64 { return at(name).Or(0) }
		q := power.Question{Kind: power.Kind(strings.TrimSpace(c.Frame.Rows[i][kind])), N1: of("n1"), N2: of("n2"), Post1: of("n1_post"), Post2: of("n2_post"),
			Clusters: of("clusters"), M: of("m"), R: of("r"), Rho: of("rho"), ICC: of("icc"), Delta: of("delta"), SD: at("sd"), P1: of("p1"), P2: of("p2"),
			Alpha: at("alpha"), Power: at("power"), Sides: of("sides")}
		if hasEstimator {
			q.Estimator = strings.TrimSpace(c.Frame.Rows[i][estimator])
		}
		a := power.Ask(q)
		if a.Warning != nil {
			warnings = append(warnings, *a.Warning)
		}
		rows = append(rows, []any{ids[i], value(string(q.Kind)), a.Value})
	}
	var out Reading
	out.say("共回答%d个问题，答不上来的有%d个。", "%d questions are answered, %d cannot be.", len(rows)-len(warnings), len(warnings))
	doc := (&Object{}).Set("reading", out).Grid("columns", "rows", []string{"id", "kind", "value"}, rows)
	doc.warn(dedupe(warnings))
	return doc, nil
}

// drawPower draws the answers one below the other.
func drawPower(_ *Call, o *Object, p *picture) error {
	values, names := o.column("rows", "value"), o.first("rows")
	if len(values) == 0 {
		return pipelines.Errorf("there is no answer")
	}
	at := make([]float64, len(values))
	for i := range at {
		at[i] = float64(i)
		names[i] = p.label(names[i], i)
	}
	if err := p.dots("", at, slices.Clone(values), blue, 3, circle); err != nil {
		return err
	}
	p.X.Tick.Marker = named(names, 30)
	p.axes("", "answer")
	return nil
}
