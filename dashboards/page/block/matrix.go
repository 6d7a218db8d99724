package block

import (
	"context"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// Places says where the units of a level stand among their like. Villages: by the comparison that the page of weak villages shows, on
// every measure it has, and by the funnel of the month on the others. Units that have only just begun stand nowhere. Branches are
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
			byMonth = false
		}
		if !byMonth {
			continue
		}
		for id, place := range Among(r, m, units, at) {
			found[PlaceKey{Measure: m.ID, Unit: id}] = place
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

// NoteApart says below a matrix which of its units are not compared and why, so that a pale cell is not read as an ordinary one.
func NoteApart(r Request, h *view.Heat) *view.Heat {
	var reasons []string
	names := map[string][]string{}
	for _, row := range slices.Concat(h.Rows, h.Rest) {
		count, most := map[string]int{}, ""
		for _, c := range row.Cells {
			if c.Apart != "" {
				if count[c.Apart]++; count[c.Apart] > count[most] {
					most = c.Apart
				}
			}
		}
		if most == "" {
			continue
		}
		if names[most] == nil {
			reasons = append(reasons, most)
		}
		names[most] = append(names[most], row.Name)
	}
	for i, reason := range reasons {
		reasons[i] = NamedFew(r, names[reason]) + r.T("：", ": ") + reason
	}
	if len(reasons) > 0 {
		h.More = strings.TrimSpace(h.More + r.T("", " ") + strings.Join(reasons, r.T("；", "; ")) + r.T("。", "."))
	}
	return h
}

// HeatCells makes the cells of a matrix: each is one value with its place among the others and its own course. What makes a unit too new
// to be compared is counted once for each measure.
func HeatCells(r Request) func(series []facts.Value, place view.Place) view.HeatCell {
	apart := map[string]func(facts.Unit) string{}
	return func(series []facts.Value, place view.Place) view.HeatCell {
		now := series[len(series)-1]
		if apart[now.Measure.ID] == nil {
			apart[now.Measure.ID] = newness(r, *now.Measure)
		}
		tone := ToneOf(r.Read(series))
		c := view.HeatCell{Value: DrawnValue(r, now, tone), Place: place, Own: tone, Apart: apart[now.Measure.ID](r.UnitOf(now.Unit))}
		if now.Known() {
			c.Value.Text = reading.Decimal(now.Shown(), 0)
			if now.Share() {
				c.Value.Text += "%"
			}
		}
		return c
	}
}
