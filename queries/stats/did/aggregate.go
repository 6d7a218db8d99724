package did

import (
	"math"
	"slices"

	"hulian/queries/stats/estimate"
)

// aggregate makes the four summaries of Callaway & Sant'Anna, section 3.
func (r *Result) aggregate() {
	r.Simple = r.shareWeighted(r.which(func(c GroupTime) bool { return c.Time >= c.Group }))
	r.Dynamic = r.eventStudy(func(GroupTime) bool { return true })
	last, e := r.Periods[len(r.Periods)-1], int(r.Options.BalanceEvents.Value)
	balanced := r.eventStudy(func(c GroupTime) bool { return last-c.Group >= e && c.Time-c.Group <= e })
	if len(balanced.Entries) > 0 {
		r.Balanced = &balanced
	} else {
		r.warn(estimate.NotEstimable, "no cohort is observed for %d periods after its start: no balanced event study", e)
	}
	r.Group = r.byCohort()
	r.Calendar = r.byPeriod()
}

func (r *Result) which(take func(GroupTime) bool) []int {
	var at []int
	for i, c := range r.Cells {
		if take(c) {
			at = append(at, i)
		}
	}
	return at
}

// eventStudy averages the cells of the same time since the start, weighted by cohort size; its summary is the plain
// mean over event times from 0 on.
func (r *Result) eventStudy(take func(GroupTime) bool) Aggregation {
	var out Aggregation
	byEvent := map[int][]int{}
	for i, c := range r.Cells {
		if take(c) {
			byEvent[c.Time-c.Group] = append(byEvent[c.Time-c.Group], i)
		}
	}
	for e, at := range byEvent {
		out.Entries = append(out.Entries, Entry{Key: e, Average: r.shareWeighted(at), Treated: r.treated(at)})
	}
	sortEntries(out.Entries)
	var after []Average
	for _, entry := range out.Entries {
		if entry.Key >= 0 {
			after = append(after, entry.Average)
		}
	}
	out.Overall = r.plain(after)
	return out
}

// byCohort averages each cohort over its periods from the start on; the summary weighs cohorts by size.
func (r *Result) byCohort() Aggregation {
	var out Aggregation
	var groups []int
	for _, g := range r.Groups {
		at := r.which(func(c GroupTime) bool { return c.Group == g && c.Time >= g })
		if len(at) == 0 {
			continue
		}
		var cells []Average
		for _, i := range at {
			cells = append(cells, Average{Att: estimate.Of(r.Cells[i].Att), influence: r.Cells[i].influence})
		}
		out.Entries = append(out.Entries, Entry{Key: g, Average: r.plain(cells), Treated: r.Sizes[g]})
		groups = append(groups, g)
	}
	atts, influences := make([]float64, len(groups)), make([][]float64, len(groups))
	for i, e := range out.Entries {
		atts[i], influences[i] = e.Att.Value, e.influence
	}
	out.Overall = r.weighted(groups, atts, influences)
	return out
}

// byPeriod averages the cohorts already started in each period, weighted by size; the summary is the plain mean.
func (r *Result) byPeriod() Aggregation {
	var out Aggregation
	var all []Average
	for _, t := range r.Periods {
		at := r.which(func(c GroupTime) bool { return c.Time == t && c.Group <= t })
		if len(at) == 0 {
			continue
		}
		entry := Entry{Key: t, Average: r.shareWeighted(at), Treated: r.treated(at)}
		out.Entries = append(out.Entries, entry)
		all = append(all, entry.Average)
	}
	out.Overall = r.plain(all)
	return out
}

func (r *Result) treated(at []int) int {
	n := 0
	for _, i := range at {
		n += r.Cells[i].Treated
	}
	return n
}

func sortEntries(entries []Entry) {
	slices.SortFunc(entries, func(a, b Entry) int { return a.Key - b.Key })
}

// shareWeighted averages cells by the sizes of their cohorts.
func (r *Result) shareWeighted(at []int) Average {
	groups, atts, influences := make([]int, len(at)), make([]float64, len(at)), make([][]float64, len(at))
	for k, i := range at {
		groups[k], atts[k], influences[k] = r.Cells[i].Group, r.Cells[i].Att, r.Cells[i].influence
	}
	return r.weighted(groups, atts, influences)
}

// weighted is Σ w att with w = p_g/Σp over the listed entries, p_g = n_g/n. The shares are estimates too: their
// influence is (1{G=g} − p_g)/Σp − p_g Σ(1{G=h} − p_h)/(Σp)².
func (r *Result) weighted(groups []int, atts []float64, influences [][]float64) Average {
	if len(groups) == 0 {
		return Average{}
	}
	share := func(g int) float64 { return r.panel.share[g] }
	var total, att, most float64
	attOf, timesOf := map[int]float64{}, map[int]float64{}
	for k, g := range groups {
		total += share(g)
		att, most = att+share(g)*atts[k], math.Max(most, math.Abs(atts[k]))
		attOf[g] += atts[k]
		timesOf[g]++
	}
	att = estimate.Cleared(att/total, most)
	var meanAtt, meanTimes float64
	for g := range timesOf {
		meanAtt += attOf[g] * share(g)
		meanTimes += timesOf[g] * share(g)
	}
	influence := make([]float64, r.panel.n)
	if !r.Options.SmallSample { // there, who started when is given: see small.go
		for i, g := range r.panel.first {
			w := r.panel.weight[i]
			influence[i] = (w*attOf[g]-meanAtt)/total - att/total*(w*timesOf[g]-meanTimes)
		}
	}
	for k, g := range groups {
		w := share(g) / total
		for i, v := range influences[k] {
			influence[i] += w * v
		}
	}
	return r.finish(att, influence)
}

// plain is the mean with fixed weights.
func (r *Result) plain(parts []Average) Average {
	if len(parts) == 0 {
		return Average{}
	}
	var att, most float64
	influence := make([]float64, r.panel.n)
	for _, p := range parts {
		att, most = att+p.Att.Value/float64(len(parts)), math.Max(most, math.Abs(p.Att.Value))
		for i, v := range p.influence {
			influence[i] += v / float64(len(parts))
		}
	}
	return r.finish(estimate.Cleared(att, most), influence)
}

func (r *Result) finish(att float64, influence []float64) Average {
	if math.IsNaN(att) {
		return Average{influence: influence}
	}
	a := Average{Att: estimate.Of(att), influence: influence}
	a.SE, a.CI = r.uncertainty(att, influence)
	return a
}
