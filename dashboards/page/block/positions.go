package block

import (
	"context"

	"hulian/dashboards/facts"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

var positionWords = map[view.Position]data.Text{
	view.Behind: {Zh: "明显落后于同类", En: "clearly behind its like"},
	view.Ahead:  {Zh: "明显领先于同类", En: "clearly ahead of its like"},
}

// MostCompared is how many units are compared at most: beyond it a page would wait for the comparison.
const MostCompared = 600

// PlaceKey says of which measure and unit a position is.
type PlaceKey struct{ Measure, Unit string }

// positions compares villages with villages and branches with all branches of the town, measure by measure, in the page's month.
// Units whose value is not judged, for a small base or any other reason, are not compared. Values of the level are read anew only
// where those at hand are a part of them.
func positions(ctx context.Context, r Request, level queries.Level, at facts.Measured, ids ...string) (map[PlaceKey]view.Position, error) {
	units := r.Villages
	if level == facts.LevelBranch {
		units = r.Branches
		all, err := r.Values(ctx, r.Visitor, facts.Scope{Level: level, From: r.Month, To: r.Month}, ids...)
		if err != nil {
			return nil, err
		}
		at = all
	}
	found := map[PlaceKey]view.Position{}
	if len(units) > MostCompared {
		return found, nil
	}
	for _, id := range ids {
		if m, ok := queries.MeasureOf(id); ok && m.At(level) && signals.HasFunnel(m) {
			compareUnits(r, found, m, units, at)
		}
	}
	return found, nil
}

func compareUnits(r Request, found map[PlaceKey]view.Position, m queries.Measure, units []facts.Unit, at facts.Measured) {
	for id, place := range Among(r, m, units, at) {
		switch place {
		case view.FarBehind:
			found[PlaceKey{m.ID, id}] = view.Behind
		case view.FarAhead:
			found[PlaceKey{m.ID, id}] = view.Ahead
		default:
		}
	}
}

// Among says where units stand among each other on a measure that has a better way, by the limits of their funnel. Units whose
// value is not judged, or which have only just begun, have no place. A count is set against the size of its unit, where metrics.yaml says what that is.
func Among(r Request, m queries.Measure, units []facts.Unit, at facts.Measured) map[string]view.Place {
	found := map[string]view.Place{}
	if m.Direction == queries.Neutral {
		return found
	}
	var places []signals.Place
	apart := newness(r, m)
	for _, u := range units {
		v := at.At(m.ID, u.ID, r.Month)
		if !v.Known() || Caution(r, v) != "" || apart(u) != "" {
			continue
		}
		events, total := v.Num, v.Den
		if m.Stands.Per != "" {
			total = at.At(m.Stands.Per, u.ID, r.Month).Den
		}
		if m.Direction == queries.Down { // up is better for the comparison
			events = total - events
		}
		places = append(places, signals.Place{ID: u.ID, Events: events, Total: total})
	}
	compare := signals.Compare
	if m.Stands.Per != "" {
		compare = signals.CompareCounts
	}
	f := compare(places, r.Programme.WeakVillages.FunnelLimit)
	for _, p := range f.Places {
		found[p.ID] = view.Place(f.Better(p, queries.Up) - f.Worse(p, queries.Up))
	}
	return found
}

// Placed adds a position to the mark of a cell or tile.
func Placed(r Request, m *view.Mark, p view.Position) *view.Mark {
	if p == view.NoPosition {
		return m
	}
	if m == nil {
		m = &view.Mark{Variation: reading.Unread, Varies: variationWords[reading.Unread].In(r.Lang)}
	}
	m.Position, m.Placed = p, positionWords[p].In(r.Lang)
	m.Sentence = m.Placed + r.T("。", ". ") + m.Sentence
	return m
}

// StoodAt marks a cell with where its unit stands, for the screen and for the download.
func StoodAt(r Request, c view.Cell, p view.Position) view.Cell {
	if p != view.NoPosition {
		c.Mark = Placed(r, c.Mark, p)
		c.Read = c.Mark.Placed + r.T("。", ". ") + c.Read
	}
	return c
}

// OwnPositions says where the page's unit stands among its like; nowhere for the town.
func OwnPositions(ctx context.Context, r Request, ids ...string) (map[string]view.Position, error) {
	u := r.Unit()
	if u.Level == facts.LevelTown || len(ids) == 0 {
		return nil, nil
	}
	var at facts.Measured
	var err error
	if u.Level == facts.LevelVillage {
		if at, err = r.Values(ctx, r.Visitor, facts.Scope{Level: u.Level, From: r.Month, To: r.Month}, ids...); err != nil {
			return nil, err
		}
	}
	all, err := positions(ctx, r, u.Level, at, ids...)
	if err != nil {
		return nil, err
	}
	own := map[string]view.Position{}
	for key, p := range all {
		if key.Unit == u.ID {
			own[key.Measure] = p
		}
	}
	return own, nil
}

// PlaceTiles marks the tiles of a village or branch with where it stands.
func PlaceTiles(ctx context.Context, r Request, tiles []view.Stat) error {
	var ids []string
	for _, s := range tiles {
		if s.Measure != "" {
			ids = append(ids, s.Measure)
		}
	}
	own, err := OwnPositions(ctx, r, ids...)
	if err != nil {
		return err
	}
	for i := range tiles {
		tiles[i].Mark = Placed(r, tiles[i].Mark, own[tiles[i].Measure])
	}
	return nil
}

// targetsSaidOnce takes the target's icon from the cells of a column in which every unit meets it, or none does, and says so once:
// an icon that is the same on every row tells nobody apart. From is the first column with values, ids are their measures.
func targetsSaidOnce(r Request, t *view.Table, from int, ids []string) {
	for k, id := range ids {
		verdict, same, n := reading.NoTarget, true, 0
		for _, row := range t.Rows {
			if m := row[from+k].Mark; m != nil && m.Assured != "" && m.Assurance != reading.NoTarget {
				same = same && (n == 0 || m.Assurance == verdict)
				verdict, n = m.Assurance, n+1
			}
		}
		if n < 2 || !same || verdict == reading.HitOrMiss {
			continue
		}
		for _, row := range t.Rows {
			if m := row[from+k].Mark; m != nil {
				m.Assured, m.Target = "", ""
			}
		}
		m, _ := queries.MeasureOf(id)
		target := reading.RulesOf(m, r.Programme, r.CutOff, "").Target
		if target == nil {
			continue
		}
		said := r.Tf("%s的目标 %s，可判断的%d个都达不到。", " %[1]s: none of the %[3]d that can be judged meets the target of %[2]s.", m.Name.In(r.Lang), reading.Text(m, *target, r.Lang), n)
		if verdict == reading.Met {
			said = r.Tf("%s的目标 %s，可判断的%d个都达到。", " %[1]s: all %[3]d that can be judged meet the target of %[2]s.", m.Name.In(r.Lang), reading.Text(m, *target, r.Lang), n)
		}
		t.Note += said
	}
}
