package page

import (
	"context"
	"math"

	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// Position is where a unit stands among its like in one month: a mark of its own, beside the one of its own course over time,
// for a unit far behind the others may be steady, and one far ahead may be falling.
type Position string

// Positions. Of most units there is none.
const (
	NoPosition Position = ""
	Behind     Position = "behind" // beyond the outer limit of the funnel, on the bad side
	Ahead      Position = "ahead"  // the same on the good side
)

var positionWords = map[Position]data.Text{
	Behind: {Zh: "明显落后于同类", En: "clearly behind its like"},
	Ahead:  {Zh: "明显领先于同类", En: "clearly ahead of its like"},
}

// mostCompared is how many units are compared at most: beyond it a page would wait for the comparison.
const mostCompared = 600

// positions compares villages with villages and branches with all branches of the town, measure by measure, in the page's month.
// Units whose value is not judged, for a small base or any other reason, are not compared. Values of the level are read anew only
// where those at hand are a part of them.
func (r Request) positions(ctx context.Context, level queries.Level, at measured, ids ...string) (map[measuredKey]Position, error) {
	units := r.Villages
	if level == LevelBranch {
		units = r.Branches
		all, err := r.values(ctx, scope{level: level, from: r.Month, to: r.Month}, ids...)
		if err != nil {
			return nil, err
		}
		at = all
	}
	found := map[measuredKey]Position{}
	if len(units) > mostCompared {
		return found, nil
	}
	for _, id := range ids {
		if m, ok := queries.MeasureOf(id); ok && m.At(level) && signals.HasFunnel(m) {
			r.compareUnits(found, m, units, at)
		}
	}
	return found, nil
}

func (r Request) compareUnits(found map[measuredKey]Position, m queries.Measure, units []Unit, at measured) {
	var places []signals.Place
	for _, u := range units {
		v := at.at(m.ID, u.ID, r.Month)
		if start := r.startOf(u); !v.Known() || r.caution(v) != "" || start != "" && firstSeven(start) > r.Month {
			continue
		}
		events := v.Num
		if m.Direction == queries.Down { // up is better for the comparison
			events = v.Den - v.Num
		}
		places = append(places, signals.Place{ID: u.ID, Events: events, Total: v.Den})
	}
	f := signals.Compare(places, r.Programme.WeakVillages.FunnelLimit)
	for _, p := range f.Places {
		key := measuredKey{m.ID, p.ID, r.Month}
		switch {
		case f.Worse(p, queries.Up) == 2 && m.Direction != queries.Neutral:
			found[key] = Behind
		case f.Better(p, queries.Up) == 2 && m.Direction != queries.Neutral:
			found[key] = Ahead
		}
	}
}

// placed adds a position to the mark of a cell or tile.
func (r Request) placed(m *Mark, p Position) *Mark {
	if p == NoPosition {
		return m
	}
	if m == nil {
		m = &Mark{Variation: reading.Unread, Varies: variationWords[reading.Unread].In(r.Lang)}
	}
	m.Position, m.Placed = p, positionWords[p].In(r.Lang)
	m.Sentence = m.Placed + r.T("。", ". ") + m.Sentence
	return m
}

// stoodAt marks a cell with where its unit stands, for the screen and for the download.
func (r Request) stoodAt(c Cell, p Position) Cell {
	if p != NoPosition {
		c.Mark = r.placed(c.Mark, p)
		c.Read = c.Mark.Placed + r.T("。", ". ") + c.Read
	}
	return c
}

// ownPositions says where the page's unit stands among its like; nowhere for the town.
func (r Request) ownPositions(ctx context.Context, ids ...string) (map[string]Position, error) {
	u := r.Unit()
	if u.Level == LevelTown || len(ids) == 0 {
		return nil, nil
	}
	var at measured
	var err error
	if u.Level == LevelVillage {
		if at, err = r.values(ctx, scope{level: u.Level, from: r.Month, to: r.Month}, ids...); err != nil {
			return nil, err
		}
	}
	all, err := r.positions(ctx, u.Level, at, ids...)
	if err != nil {
		return nil, err
	}
	own := map[string]Position{}
	for key, p := range all {
		if key.unit == u.ID {
			own[key.measure] = p
		}
	}
	return own, nil
}

// placeTiles marks the tiles of a village or branch with where it stands.
func (r Request) placeTiles(ctx context.Context, tiles []Stat) error {
	var ids []string
	for _, s := range tiles {
		if s.Measure != "" {
			ids = append(ids, s.Measure)
		}
	}
	own, err := r.ownPositions(ctx, ids...)
	if err != nil {
		return err
	}
	for i := range tiles {
		tiles[i].Mark = r.placed(tiles[i].Mark, own[tiles[i].Measure])
	}
	return nil
}

// targetsSaidOnce takes the target's icon from the cells of a column in which every unit meets it, or none does, and says so once:
// an icon that is the same on every row tells nobody apart. From is the first column with values, ids are their measures.
func (r Request) targetsSaidOnce(t *Table, from int, ids []string) {
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
		said := r.Tf("%s的目标 %s，可判断的 %d 个都达不到。", " %[1]s: none of the %[3]d that can be judged meets the target of %[2]s.", m.Name.In(r.Lang), reading.Text(m, *target, r.Lang), n)
		if verdict == reading.Met {
			said = r.Tf("%s的目标 %s，可判断的 %d 个都达到。", " %[1]s: all %[3]d that can be judged meet the target of %[2]s.", m.Name.In(r.Lang), reading.Text(m, *target, r.Lang), n)
		}
		t.Note += said
	}
}

// tiny is the base up to which a share is not drawn: one of one is 100 %, none of two 0 %, and a line through them shows nothing but
// that. The number stands in the table.
const tiny = 3

// Drawn is the number a picture shows: Shown, but nothing where the base is too small to place it.
func (v Value) Drawn() float64 {
	if v.Share() && v.Den <= tiny {
		return math.NaN()
	}
	return v.Shown()
}
