package analyze

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"hulian/pipelines"
	"hulian/queries/stats/association"
	"hulian/queries/stats/decompose"
	"hulian/queries/stats/estimate"
	"hulian/queries/stats/permutation"
)

func associationMethods() []Method {
	optionalValue := valueRole.with("the outcome")
	optionalValue.Optional = true
	return []Method{
		{Name: "spearman", Short: "rank correlation of two columns", draw: drawScatter,
			Roles: []Role{{Name: "x", Zh: "一列", Help: "one column", Optional: true}, {Name: "y", Zh: "另一列", Help: "the other", Optional: true}},
			Long:  "ρ = Pearson correlation of the mid-ranks. p_t by Student's t; p_exact by all orders (n ≤ 12, no ties); p_as89 by\nthe Edgeworth series R prints; p_fisher_z is rough. With more than two columns, every pair.",
			run:   (*Call).spearman},
		{Name: "kitagawa", Aliases: []string{"decomposition"}, Short: "change of a rate split into rate and mix effects", draw: drawParts,
			Roles: []Role{
				{Name: "population", Zh: "总体", Also: []string{"pop", "year", "month", "period", "年份", "年度", "月份", "季度", "时期"}, Help: "which of the two populations", Optional: true},
				{Name: "group", Zh: "组别", Help: "columns that make the groups", Optional: true, Many: true},
				{Name: "total", Zh: "基数", Was: totalRole.Was, Also: slices.Concat([]string{"population_size"}, totalRole.Also), Help: "size of the group", Optional: true},
				{Name: "rate", Zh: "比率", Also: []string{"prev_rate", "比率", "率"}, Help: "rate of the group", Optional: true},
				{Name: "events", Zh: "件数", Was: eventsRole.Was, Also: eventsRole.Also, Help: "events, where rates are events ÷ total", Optional: true},
			},
			Long:    "rate_effect = Σ (c₁+c₂)/2 × (r₂−r₁), mix_effect = Σ (r₁+r₂)/2 × (c₂−c₁) with shares c (Kitagawa 1955); they sum to\nthe difference of the totals. Population 2 (--to) minus population 1 (--from).",
			Options: []Option{{"from", Text, "", "value of the population column for population 1"}, {"to", Text, "", "and for population 2"}}, run: (*Call).kitagawa},
		{Name: "permutation", Aliases: []string{"permutation_test"}, Short: "how often chance gives such a difference of two groups", draw: drawGroups,
			Roles: []Role{groupRole.with("column with the two groups"), optionalValue, strataRole, sizeRole},
			Long:  "statistic = mean(treatment) − mean(control); exact where the assignments can be counted, else (1+count)/(1+draws).\nA column of strata keeps the sizes of the groups in each: pairs, or the villages of several towns. Units of unequal\nsize vary unequally: \"studentised\" deals Welch's t (MacKinnon & Webb 2020) and, with --size, \"rescaled\" outcomes in\ntheir own spread (Ferman & Pinto 2019).",
			Options: []Option{{"treatment", Text, "", `value of the group column that is group 1; default "treatment" or the like, else the first in order`},
				{"control", Text, "", "value of group 2; default the other"}, {"draws", Integer, "99999", "random assignments where they cannot be counted"},
				{"seed", Integer, "1", "of the draws"}, {"monte_carlo", Truth, "false", "draw even where all could be counted"}}, run: (*Call).permutation},
	}
}

func (c *Call) spearman() (*Object, error) {
	columns, err := c.pairColumns()
	if err != nil {
		return nil, err
	}
	values := make([][]float64, len(columns))
	for i, column := range columns {
		if values[i], err = c.Frame.numbers(column); err != nil {
			return nil, err
		}
	}
	if len(columns) == 2 {
		return spearmanObject(association.Rank(values[0], values[1])), nil
	}
	out, pairs := &Object{}, [][]any{}
	for i := range columns {
		for j := i + 1; j < len(columns); j++ {
			s := association.Rank(values[i], values[j])
			out.Set(c.Frame.Columns[columns[i]]+"_"+c.Frame.Columns[columns[j]], spearmanObject(s))
			pairs = append(pairs, []any{c.Frame.Columns[columns[i]], c.Frame.Columns[columns[j]], s.N, s.Rho, s.PT})
		}
	}
	return out.Grid("pairs_columns", "pairs", []string{"x", "y", "n", "rho", "p_t"}, pairs), nil
}

// pairColumns finds the columns to correlate: --x and --y, else those mentioned, else all that hold numbers.
func (c *Call) pairColumns() ([]int, error) {
	x, okX, err := c.role("x")
	if err != nil {
		return nil, err
	}
	y, okY, err := c.role("y")
	if err != nil {
		return nil, err
	}
	if okX && okY {
		return []int{x, y}, nil
	}
	var columns []int
	for _, i := range slices.Concat(c.columns["x"], c.columns["y"], c.mentioned) {
		if c.Frame.numeric(i) && !slices.Contains(columns, i) {
			columns = append(columns, i)
		}
	}
	if len(columns) < 2 {
		columns = nil
		for i := range c.Frame.Columns {
			if c.Frame.numeric(i) {
				columns = append(columns, i)
			}
		}
	}
	if len(columns) < 2 {
		return nil, Usage{c.fault("find two columns with numbers in", pipelines.Errorf("%d hold numbers throughout", len(columns)), "--x COLUMN --y COLUMN")}
	}
	return columns, nil
}

func spearmanObject(s association.Spearman) *Object {
	out := (&Object{}).Set("n", s.N).Set("rho", s.Rho).Set("t", s.T).Set("p_t", s.PT).Set("p_fisher_z", s.PFisher)
	out.Set("p_exact", s.PExact).Set("p_as89", s.PAS89).Set("p_permutation", s.PPermutation).Set("ties", s.Ties).Set("sum_d_squared", s.S)
	out.Set("ci95", []any{s.Low, s.High})
	out.warn(s.Warnings)
	return out
}

func (c *Call) permutation() (*Object, error) {
	group, outcome, err := c.groupAndOutcome()
	if err != nil {
		return nil, err
	}
	names := c.Frame.distinct(group)
	first, second, err := c.twoGroups(group, names)
	if err != nil {
		return nil, err
	}
	var o permutation.Options
	if o.Draws, err = c.integer("draws", 0); err != nil {
		return nil, err
	}
	seed, err := c.integer("seed", 1)
	if err != nil {
		return nil, err
	}
	o.Seed = uint64(seed)
	if o.ForceDraws, err = c.truth("monte_carlo", false); err != nil {
		return nil, err
	}
	strata, binary, without, err := c.samples(group, outcome, first, second)
	if err != nil {
		return nil, err
	}
	var x, y []float64
	for _, s := range strata {
		x, y = append(x, s.Treated...), append(y, s.Control...)
	}
	_, stratified, _ := c.role("strata")
	var t permutation.Test
	if stratified {
		t = permutation.Stratified(strata, o)
	} else {
		t = permutation.TwoSample(x, y, o)
	}
	robust, warnings := robustTests{}, t.Warnings
	if !stratified {
		if robust, err = c.robust(group, outcome, first, second, x, y, o); err != nil {
			return nil, err
		}
		warnings = append(warnings, robust.warnings...)
		if !robust.sized && !binary {
			c.assume(noSizes)
		}
	}
	var reading Reading
	if d, ok := t.Statistic.Get(); ok {
		reading.say("%s与%s的平均值相差%s。", "The means of %s and %s differ by %s.", first, second, difference{d, c.percentages(outcome)})
		reading.tests(&t, robust.studentised, robust.rescaled, robust.how)
	}
	out := (&Object{}).Set("reading", reading).Set("treatment", value(first)).Set("control", value(second))
	out.Set("n1", t.N1).Set("n2", t.N2).Set("n_"+first, t.N1).Set("n_"+second, t.N2)
	if binary {
		// The count of each group, under the outcome's name and under its first word.
		name := c.Frame.Columns[outcome]
		short, _, _ := strings.Cut(name, "_")
		for _, prefix := range []string{name, short} {
			out.Set(prefix+"_"+first, ones(x)).Set(prefix+"_"+second, ones(y))
		}
	}
	out.Set("mean1", t.Mean1).Set("mean2", t.Mean2).Set("statistic", t.Statistic)
	if robust.rescaled != nil {
		out.Set("p_of", "rescaled").Set("p_greater", robust.rescaled.PGreater).Set("p_less", robust.rescaled.PLess).Set("p_two_sided_abs", robust.rescaled.PTwoSided)
		out.Set("rescaled", permutationObject(*robust.rescaled).Set("variance_by_size", robust.how.BySize).Set("scale", ownSpread))
		t.PFisher, t.Draws = estimate.Absent(), 0
	} else {
		out.Set("procedure", string(t.Method)).Set("n_permutations", count(t.Permutations))
		out.Set("count_greater_or_equal", count(t.GreaterOrEqual)).Set("count_greater", count(t.Greater)).Set("count_less_or_equal", count(t.LessOrEqual))
		out.Set("p_greater", t.PGreater).Set("p_less", t.PLess).Set("p_two_sided_abs", t.PTwoSided)
		if robust.studentised != nil {
			out.Set("studentised", permutationObject(*robust.studentised))
			if robust.studentised.Infinite { // what else it warns of, the plain test does
				warnings = append(warnings, robust.studentised.Warnings...)
			}
		}
	}
	if stratified {
		out.Set("n_strata", len(strata))
	}
	if t.PFisher.Known {
		out.Set("fisher_two_sided", t.PFisher)
	}
	if t.Draws > 0 {
		out.Set("draws", t.Draws).Set("seed", t.Seed)
	}
	if without > 0 {
		warnings = append(warnings, estimate.Warn(estimate.MissingValues, "%d rows have no stratum and were left out", without))
	}
	if left := len(c.Frame.Rows) - len(x) - len(y) - without; left > 0 {
		warnings = append(warnings, estimate.Warn(estimate.MissingValues, "%d rows belong to neither %s nor %s", left, first, second))
	}
	out.warn(dedupe(warnings))
	return out, nil
}

// noSizes asks for the sizes that a permutation test can allow for.
const noSizes = "no column says how large the units are: --size COLUMN lets the permutation test allow for small units varying more"

// robustTests allow for units that do not vary alike: the rescaled test where sizes are known to differ, and then alone,
// because the others find effects that are none; else the studentised one.
type robustTests struct {
	sized       bool
	rescaled    *permutation.Test
	how         permutation.Rescaling
	studentised *permutation.Test
	warnings    []estimate.Warning
}

func (c *Call) robust(group, outcome int, first, second string, x, y []float64, o permutation.Options) (r robustTests, err error) {
	if _, r.sized, err = c.role("size"); err != nil {
		return r, err
	}
	if r.sized {
		both, unequal, err := c.sizedOutcomes(group, outcome, first, second)
		if err != nil {
			return r, err
		}
		if unequal {
			test, how := permutation.Rescaled(both[0], both[1], o)
			r.warnings = test.Warnings
			if test.PTwoSided.Known {
				r.rescaled, r.how = &test, how
				r.warnings = append(r.warnings, estimate.Warn(estimate.Assumption, "units differ in size: tests that take them as alike find effects that are none, and are not given"))
				return r, nil
			}
		}
	}
	if len(x) > 1 && len(y) > 1 {
		test := permutation.Studentised(x, y, o)
		r.studentised = &test
	}
	return r, nil
}

// sizedOutcomes gives the outcomes of both groups with the sizes of their units, and whether these differ.
func (c *Call) sizedOutcomes(group, outcome int, first, second string) (both [2][]permutation.Sized, unequal bool, err error) {
	sizes, err := c.numbers("size")
	if err != nil {
		return both, false, err
	}
	seen := math.NaN()
	for i, row := range c.Frame.Rows {
		v, err := c.outcome(i, outcome)
		if err != nil {
			return both, false, err
		}
		for k, name := range []string{first, second} {
			if same(row[group], name) {
				both[k] = append(both[k], permutation.Sized{Y: v, Size: sizes[i]})
				unequal = unequal || seen == seen && sizes[i] != seen
				seen = sizes[i]
			}
		}
	}
	return both, unequal, nil
}

// samples gives the outcomes of both groups by stratum, in the order they first appear, whether all outcomes are 0 or 1,
// and how many rows have no stratum. Without a column of strata there is one.
func (c *Call) samples(group, outcome int, first, second string) (strata []permutation.Stratum, binary bool, without int, err error) {
	column, stratified, err := c.role("strata")
	if err != nil {
		return nil, false, 0, err
	}
	binary = true
	at := map[string]int{}
	for i, row := range c.Frame.Rows {
		v, err := c.outcome(i, outcome)
		if err != nil {
			return nil, false, 0, err
		}
		isFirst, isSecond := same(row[group], first), same(row[group], second)
		binary = binary && (v == 0 || v == 1 || math.IsNaN(v))
		if !isFirst && !isSecond {
			continue
		}
		name := ""
		if stratified {
			if name = strings.TrimSpace(row[column]); isMissing(name) {
				without++
				continue
			}
		}
		k, ok := at[name]
		if !ok {
			k = len(strata)
			at[name], strata = k, append(strata, permutation.Stratum{})
		}
		if isFirst {
			strata[k].Treated = append(strata[k].Treated, v)
		} else {
			strata[k].Control = append(strata[k].Control, v)
		}
	}
	return strata, binary, without, nil
}

func ones(x []float64) int {
	n := 0
	for _, v := range x {
		if v == 1 {
			n++
		}
	}
	return n
}

// count shows a count as a whole number while it is exact.
func count(n estimate.Number) any {
	if n.Known && n.Value < 1<<53 {
		return int64(n.Value)
	}
	return n
}

// outcome reads a number or a yes/no.
func (c *Call) outcome(row, column int) (float64, error) {
	cell := c.Frame.Rows[row][column]
	if _, ok := parseNumber(cell); !ok && !isMissing(cell) {
		switch {
		case isTrue(cell):
			return 1, nil
		case isFalse(cell):
			return 0, nil
		}
	}
	return c.Frame.number(row, column)
}

func (c *Call) groupAndOutcome() (group, outcome int, err error) {
	g, okG, _ := c.role("group")
	v, okV, _ := c.role("value")
	candidates := c.mentioned
	if len(candidates) == 0 {
		for i := range c.Frame.Columns {
			candidates = append(candidates, i)
		}
	}
	strata, stratified, _ := c.role("strata")
	usable := func(want func(i int) bool, not int) (int, bool) {
		for _, i := range candidates {
			if i != not && (!stratified || i != strata) && want(i) {
				return i, true
			}
		}
		return 0, false
	}
	if !okG {
		not := -1
		if okV {
			not = v
		}
		g, okG = usable(func(i int) bool { return !c.Frame.numeric(i) && len(c.Frame.distinct(i)) == 2 }, not)
		if !okG {
			g, okG = usable(func(i int) bool { return len(c.Frame.distinct(i)) == 2 }, not)
		}
	}
	if !okV && okG {
		v, okV = usable(c.Frame.numeric, g)
	}
	if !okG || !okV {
		return 0, 0, Usage{c.fault("find the group and the outcome in", pipelines.Errorf("the columns are %s", strings.Join(c.Frame.Columns, ", ")), "--group COLUMN --value COLUMN")}
	}
	return g, v, nil
}

// twoGroups decides which group is the treatment.
func (c *Call) twoGroups(column int, names []string) (first, second string, err error) {
	find := func(option string) (string, error) {
		text := c.options[option]
		if text == "" {
			return "", nil
		}
		i := slices.IndexFunc(names, func(n string) bool { return same(n, text) })
		if i < 0 {
			return "", c.wrongOption(option, text, "a value of the group column ("+strings.Join(names, ", ")+")")
		}
		return names[i], nil
	}
	if first, err = find("treatment"); err != nil {
		return "", "", err
	}
	if second, err = find("control"); err != nil {
		return "", "", err
	}
	if first != "" && second != "" {
		return first, second, nil
	}
	if len(names) != 2 {
		return "", "", Usage{&pipelines.Fault{Op: "find two groups", At: fmt.Sprintf("in column %q of %s", c.Frame.Columns[column], c.Frame.Name),
			Err: pipelines.Errorf("it holds %d values: %s", len(names), strings.Join(names[:min(len(names), 10)], ", ")), Next: "--treatment VALUE --control VALUE"}}
	}
	a, b := names[0], names[1]
	switch {
	case first == b, second == a, first == "" && second == "" && (treated(b) || untreated(a)) && !treated(a):
		a, b = b, a
	}
	return a, b, nil
}

func treated(name string) bool {
	yes, ok := treatedWords.of(name)
	return ok && yes || slices.Contains([]string{"1", "true", "yes", "是"}, strings.ToLower(name)) // t and f may be names
}

func untreated(name string) bool {
	yes, ok := treatedWords.of(name)
	return ok && !yes || slices.Contains([]string{"0", "false", "no", "否"}, strings.ToLower(name))
}

func (c *Call) kitagawa() (*Object, error) {
	plan, err := c.kitagawaPlan()
	if err != nil {
		return nil, err
	}
	groups, err := c.kitagawaGroups(plan)
	if err != nil {
		return nil, err
	}
	k := decompose.Kitagawa(groups)
	out := (&Object{}).Set("from", value(plan.from)).Set("to", value(plan.to))
	out.Set("total_1", k.Total1).Set("total_2", k.Total2).Set("difference", k.Difference).Set("rate_effect", k.Rate).Set("mix_effect", k.Mix)
	out.Set("rate_share_percent", k.RateShare).Set("mix_share_percent", k.MixShare)
	out.Set("three_part", (&Object{}).Set("rate", k.Three.Rate).Set("mix", k.Three.Mix).Set("interaction", k.Three.Interaction))
	var rows [][]any
	for _, p := range k.Parts {
		rows = append(rows, []any{value(p.Name), p.Share1, p.Share2, p.Rate1, p.Rate2, p.Rate, p.Mix})
	}
	out.Grid("by_group_columns", "by_group", []string{"group", "share_1", "share_2", "rate_1", "rate_2", "rate_contribution", "mix_contribution"}, rows)
	out.warn(append(plan.warnings, k.Warnings...))
	return out, nil
}
