package block

import (
	"context"

	"hulian/dashboards/facts"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// Judged reads what weak villages are judged by, up to the page's month.
func Judged(ctx context.Context, r Request) (signals.Town, error) {
	t := TownOfVillages(r)
	if err := ReadVillages(ctx, r, &t, JudgedBy()...); err != nil {
		return t, err
	}
	var err error
	if t.Criteria, err = r.Criteria(ctx, r.Visitor, r.Town, "", r.Month); err != nil {
		return t, err
	}
	t.Supports = r.Supports
	return t, nil
}

// JudgedBy are the measures that weak villages are judged by.
func JudgedBy() []string {
	ids := signals.HandMeasures()
	for _, m := range signals.Judgeable() {
		ids = append(ids, m.ID)
	}
	return ids
}

// TownOfVillages is what villages are compared with, still without series.
func TownOfVillages(r Request) signals.Town {
	return signals.Town{Month: r.Month, Months: r.MonthsUpTo(), CutOff: r.CutOff, Programme: r.Programme, Came: map[string]map[string][]reading.Month{},
		Series: map[string]map[string][]reading.Month{"completeness": {}}}
}

func villagesOf(r Request) (all []signals.Village) {
	for _, u := range r.Villages {
		all = append(all, villageOf(r, u))
	}
	return all
}

func villageOf(r Request, u facts.Unit) signals.Village {
	return signals.Village{ID: u.ID, Name: u.Name, Start: facts.FirstSeven(r.StartOf(u))}
}

// newness says of units why they are not compared on a measure in the page's month: the programme has not run there for long enough.
// It is the judgement of the page of weak villages, and that of every matrix, table and tile.
func newness(r Request, m queries.Measure) func(facts.Unit) string {
	t := TownOfVillages(r)
	t.Villages = villagesOf(r)
	tooNew := t.TooNewOn(m)
	return func(u facts.Unit) string {
		if !signals.HasFunnel(m) && m.Stands.Per == "" || u.Level == facts.LevelTown {
			return ""
		}
		if n, apart := tooNew(villageOf(r, u)); apart {
			return n.Said(r.Lang)
		}
		return ""
	}
}

// NotCompared says why the page's unit, or one below it, is not compared on a measure: it has only just begun. Empty where it is.
func NotCompared(r Request, m queries.Measure, u facts.Unit) string { return newness(r, m)(u) }

// ReadVillages reads the months of the villages on some measures.
func ReadVillages(ctx context.Context, r Request, t *signals.Town, ids ...string) error {
	values, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelVillage, From: r.FirstMonth, To: r.Month}, ids...)
	if err != nil {
		return err
	}
	t.Villages = villagesOf(r)
	for _, u := range r.Villages {
		for _, id := range ids {
			if t.Series[id] == nil {
				t.Series[id] = map[string][]reading.Month{}
			}
			t.Series[id][u.ID] = r.Delivered(values.Series(id, u.ID, t.Months))
		}
		for _, export := range r.Deliveries.Exports {
			if t.Came[export] == nil {
				t.Came[export] = map[string][]reading.Month{}
			}
			t.Came[export][u.ID] = nil
			for _, month := range t.Months {
				t.Came[export][u.ID] = append(t.Came[export][u.ID], r.Came(u, month, export))
			}
		}
		t.Series["completeness"][u.ID] = nil
		for _, month := range t.Months {
			t.Series["completeness"][u.ID] = append(t.Series["completeness"][u.ID], r.Came(u, month, r.Deliveries.Exports...))
		}
	}
	return nil
}
