package places

import (
	"slices"
	"strings"

	"hulian/dashboards/chart"
	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/records"
	"hulian/dashboards/view"
	"hulian/queries/signals"
)

// mapOf shows every village by its tier: on the town's own map where it has one that can be drawn, or else as squares.
func mapOf(r block.Request, assessed []signals.Assessment) (view.Block, error) {
	squares := tierMap(r, assessed)
	if r.Map == nil || r.Unit().Level != facts.LevelTown || squares.State != view.Ready {
		return squares, nil
	}
	own, err := r.Map()
	if err != nil {
		return squares, nil // the page Standards says what is wrong with it
	}
	matched := own.Match(records.VillagesOfMap(r))
	shapes, latitude, err := matched.Shapes()
	if err != nil || len(shapes) == 0 {
		return squares, err
	}
	m := chart.Regions{ID: "map", Label: squares.Title, Height: chart.Medium, Latitude: latitude, Links: map[string]string{}}
	for _, t := range squares.Tiers {
		m.Kinds = append(m.Kinds, kindOf(t))
	}
	for i, u := range r.Villages { // the squares stand in their order
		s := squares.Squares[i]
		if shape, has := shapes[u.ID]; has {
			m.Regions = append(m.Regions, chart.Region{Name: s.Name, Shape: shape, Beside: s.Said,
				Kind: slices.IndexFunc(squares.Tiers, func(t view.Tier) bool { return t.ID == s.Tier })})
			m.Links[s.Name] = s.Link
		}
	}
	drawn, err := m.Draw()
	if err != nil {
		return nil, err
	}
	note := squares.Note
	if len(matched.Without) > 0 {
		var names []string
		for _, v := range matched.Without {
			names = append(names, v.Name)
		}
		note += r.Tf("。图上没有：%s", ". Not on the map: %s", strings.Join(names, r.T("、", ", ")))
	}
	return &view.Chart{Title: squares.Title, Note: note, Chart: drawn, Table: *squares.Behind(), Shape: true}, nil
}

// kindOf is the colour of a tier, the same as that of its square.
func kindOf(t view.Tier) chart.RegionKind {
	k := chart.RegionKind{Name: t.Name, Fill: "--p-among", Ink: "--p-ink"}
	switch {
	case t.Poor:
		k.Fill, k.Outlined = "--p-grid", true
	case t.Place == view.FarBehind:
		k.Fill, k.Ink, k.Stands = "--p-far-behind", "--p-on-far-behind", true
	case t.Place == view.SlightlyBehind:
		k.Fill, k.Stands = "--p-behind", true
	}
	return k
}
