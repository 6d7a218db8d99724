package analyze

import (
	"strings"

	"gonum.org/v1/plot/vg/draw"

	"hulian/pipelines"
	"hulian/queries/stats/wild"
)

// circle is the mark of a point.
var circle = draw.CircleGlyph{}

func wildMethod() Method {
	return Method{Name: "wild_cluster_bootstrap", Aliases: []string{"wild", "wcb"}, Short: "a difference between few clusters", draw: drawClusters,
		Roles: []Role{
			{Name: "cluster", Zh: "聚类", Was: []string{"clusters", "cluster_id"}, Also: []string{"state", "district", "township", "school", "village", "村", "乡镇", "片区", "网格"}, Help: "what units share their luck in", Words: true},
			{Name: "treated", Zh: "是否试点", Also: []string{"treat", "treatment", "d", "exposed", "组别", "分组", "是否试点", "类别", "试点"}, Help: "1 or 试点 for the treated, 0 or 推广 for the others", Words: true},
			{Name: "value", Zh: "数值", Was: []string{"y_post", "y", "outcome"}, Also: append([]string{"启动后"}, valueRole.Also...), Help: "the outcome, after the start where there is one before"},
			{Name: "before", Zh: "启动前的数值", Was: []string{"y_pre", "pre", "baseline"}, Also: []string{"启动前", "基期"}, Help: "the outcome before: the change is tested", Optional: true},
			covariatesRole},
		Long: "Regression of the outcome, or of its change, on treated; t by the cluster-robust standard error CR1. The wild cluster\nbootstrap (Cameron, Gelbach & Miller 2008) over all vectors of signs up to 20 clusters, with the null imposed (wcr) and\nwithout (wcu), and the permutation of treated clusters. p_two_sided_ge counts ties with what was seen, _gt does not.",
		Options: []Option{{"weights", Text, "rademacher", "rademacher or webb"}, {"enumerate", Truth, "true", "take all vectors of signs where there are up to 2^20"},
			{"draws", Integer, "9999", "where vectors are drawn"}, {"seed", Integer, "1", "of the draws"}}, run: (*Call).wild}
}

func (c *Call) wild() (*Object, error) {
	units, o, err := c.clusteredUnits()
	if err != nil {
		return nil, err
	}
	r := wild.Test(units, o)
	out := (&Object{}).Set("reading", c.readWild(r)).Set("n_units", r.N).Set("n_clusters", len(r.Clusters)).Set("n_treated_clusters", r.TreatedClusters)
	var rows [][]any
	for _, k := range r.Clusters {
		rows = append(rows, []any{value(k.Name), btoi(k.Treated), k.N, k.Mean})
	}
	mean := "mean_value"
	if _, changes, err := c.role("before"); err == nil && changes {
		mean = "mean_change"
	}
	out.Grid("cluster_columns", "clusters", []string{"cluster", "treated", "n", mean}, rows)
	out.Set("estimate", r.Estimate).Set("se_cr1", r.SE).Set("t", r.T).Set("p_t_G_minus_1", r.P)
	for _, b := range []struct {
		name string
		of   *wild.Bootstrap
	}{{"wcr_null_imposed", r.Imposed}, {"wcu_unrestricted", r.Free}} {
		if b.of != nil {
			out.Set(b.name, (&Object{}).Set("p_two_sided_ge", b.of.AtLeast).Set("p_two_sided_gt", b.of.More).Set("p_equal_tail_low", b.of.Low).Set("p_equal_tail_high", b.of.High).
				Set("n_draws", b.of.Draws).Set("enumerated", b.of.Enumerated).Set("q95_abs", b.of.Q95))
		}
	}
	if p := r.Permutation; p != nil {
		out.Set("permutation_of_cluster_labels", (&Object{}).Set("n_assignments", p.Deals).Set("enumerated", p.Enumerated).Set("p_two_sided_abs", p.TwoSided).Set("p_greater", p.Greater).Set("p_less", p.Less))
	}
	out.warn(r.Warnings)
	return out, nil
}

func (c *Call) wildOptions() (o wild.Options, err error) {
	weights, err := c.choice("weights", string(wild.Rademacher), string(wild.Webb))
	if err != nil {
		return o, err
	}
	o.Weights = wild.Weights(weights)
	all, err := c.truth("enumerate", true)
	if err != nil {
		return o, err
	}
	o.Drawn = !all
	if o.Draws, err = c.integer("draws", 9999); err != nil {
		return o, err
	}
	seed, err := c.integer("seed", 1)
	o.Seed = uint64(seed)
	return o, err
}

func (c *Call) clusteredUnits() (units []wild.Unit, o wild.Options, err error) {
	if o, err = c.wildOptions(); err != nil {
		return nil, o, err
	}
	y, err := c.numbers("value")
	if err != nil {
		return nil, o, err
	}
	before, err := c.numbers("before")
	if err != nil {
		return nil, o, err
	}
	cluster, _, err := c.role("cluster")
	if err != nil {
		return nil, o, err
	}
	treated, _, err := c.role("treated")
	if err != nil {
		return nil, o, err
	}
	columns, _, err := c.covariates()
	if err != nil {
		return nil, o, err
	}
	left := 0
	for i := range y {
		u := wild.Unit{Cluster: strings.TrimSpace(c.Frame.Rows[i][cluster]), Y: y[i]}
		var said bool
		if u.Treated, said, err = c.Frame.flag(i, treated, treatedWords); err != nil {
			return nil, o, err
		}
		if !said {
			left++
			continue
		}
		if before != nil {
			u.Y -= before[i]
		}
		u.X = across(columns, i)
		units = append(units, u)
	}
	if left > 0 {
		c.assume("%d rows do not say whether they are treated and were left out", left)
	}
	return units, o, nil
}

func (c *Call) readWild(r wild.Result) Reading {
	var out Reading
	b, ok := r.Estimate.Get()
	if !ok {
		out.say("无法估计：原因见下面的提示。", "Not estimable: the warnings below say why.")
		return out
	}
	out.say("试点与对照相差%s。", "The treated differ from the others by %s.", c.amount("value", b))
	if p := r.Permutation; p != nil {
		out.chance(p.TwoSided, 1/float64(p.Deals))
	}
	if r.Imposed != nil {
		out.say("以聚类为单位的自助法：p %s。", "By the bootstrap of clusters: p %s.", share(r.Imposed.AtLeast.Value))
	}
	return out
}

// drawClusters draws the means of the clusters, treated and others apart.
func drawClusters(c *Call, o *Object, p *picture) error {
	columns, _ := o.values["cluster_columns"].([]string)
	if len(columns) == 0 {
		return pipelines.Errorf("there is no cluster")
	}
	treated, means := o.column("clusters", "treated"), o.column("clusters", columns[len(columns)-1])
	var x, y [2][]float64
	names := o.first("clusters")
	for i, m := range means {
		k := int(treated[i])
		x[k], y[k] = append(x[k], float64(i)), append(y[k], m)
		names[i] = p.label(names[i], i)
	}
	p.across(0, grey, nil)
	for k, name := range []string{"control", "treated"} {
		if err := p.dots(name, x[k], y[k], series[k], 3, circle); err != nil {
			return err
		}
	}
	p.X.Tick.Marker = named(names, 30)
	p.axes("", c.header("value"))
	return nil
}
