package block

import (
	"context"
	"slices"

	"hulian/dashboards/facts"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// Places says where the units of a level stand among their like. Villages: by the comparison that the page of weak villages shows, on
// every measure it has; those that it leaves out because they have just begun, and all else, by the funnel of the month. Branches are
// set among all of the town. How many people each hand has to serve is set beside the median village.
func Places(ctx context.Context, r Request, level queries.Level, measures []queries.Measure, values facts.Measured, town signals.Town, assessed []signals.Assessment) (map[PlaceKey]view.Place, error) {
	found := map[PlaceKey]view.Place{}
	units, at := r.Villages, values
	if level == facts.LevelBranch {
		units = r.Branches
		var ids []string
		for _, m := range measures {
			ids = append(ids, m.ID)
		}
		var err error
		if at, err = r.Values(ctx, r.Visitor, facts.Scope{Level: level, From: r.Month, To: r.Month}, ids...); err != nil {
			return nil, err
		}
	}
	for _, m := range measures {
		byMonth := len(units) <= MostCompared && (signals.HasFunnel(m) || m.Stands.Per != "")
		if level == facts.LevelVillage && slices.ContainsFunc(signals.Judgeable(), func(j queries.Measure) bool { return j.ID == m.ID }) {
			f, _ := town.FunnelAt(m)
			for _, p := range f.Places {
				found[PlaceKey{Measure: m.ID, Unit: p.ID}] = view.Place(f.Better(p, m.Direction) - f.Worse(p, m.Direction))
			}
			byMonth = len(f.Places) < len(units) // some have just begun
		}
		if !byMonth {
			continue
		}
		for id, place := range Among(r, m, units, at) {
			key := PlaceKey{Measure: m.ID, Unit: id}
			if _, placed := found[key]; !placed {
				found[key] = place
			}
		}
	}
	for _, a := range assessed {
		for _, h := range a.Hands {
			switch {
			case h.VeryShort():
				found[PlaceKey{Measure: h.Measure.ID, Unit: a.Village.ID}] = view.FarBehind
			case h.Short():
				found[PlaceKey{Measure: h.Measure.ID, Unit: a.Village.ID}] = view.SlightlyBehind
			}
		}
	}
	return found, nil
}

// HeatCell is one value with its place among the others and its own course.
func HeatCell(r Request, series []facts.Value, place view.Place) view.HeatCell {
	now := series[len(series)-1]
	tone := ToneOf(r.Read(series))
	c := view.HeatCell{Value: DrawnValue(r, now, tone), Place: place, Own: tone}
	if now.Known() {
		c.Value.Text = reading.Decimal(now.Shown(), 0)
		if now.Share() {
			c.Value.Text += "%"
		}
	}
	return c
}
