package facts

import (
	"context"
	"slices"

	"hulian/queries"
)

// Succession is a unit of the past and the unit of today that carries on from it.
type Succession struct {
	Level        queries.Level
	Unit, Name   string // today's
	Old, OldName string // the same as today's where a divided unit goes on
	From         string // YYYY-MM-DD, the day it ended or was divided
	Divided      bool
}

const successionsSQL = `
select level, unit_id, unit_name, old_id, old_name, cast(from_on as varchar) as from_on, case when divided then 1 else 0 end as divided
from unit_successions
order by level desc, unit_id, from_on, old_id`

type succession struct {
	Level, UnitID, OldID string
	UnitName             string `is:"label"`
	OldName              string `is:"label"`
	FromOn               string `is:"day"`
	Divided              bool
}

func (s *Snapshot) readSuccessions(ctx context.Context) error {
	rows, err := read[succession](ctx, s.Data, "the successions of units", successionsSQL)
	for _, row := range rows {
		s.Successions = append(s.Successions, Succession{Level: queries.Level(row.Level), Unit: row.UnitID, Name: row.UnitName, Old: row.OldID, OldName: row.OldName, From: row.FromOn, Divided: row.Divided})
	}
	return err
}

// Restate is the snapshot by the units of today: units that are no more are no choice.
func (s Snapshot) Restate() Snapshot {
	gone := func(u Unit) bool {
		was := func(x Succession) bool { return x.Level == u.Level && x.Old == u.ID }
		goesOn := func(x Succession) bool { return x.Level == u.Level && x.Unit == u.ID }
		return slices.ContainsFunc(s.Successions, was) && !slices.ContainsFunc(s.Successions, goesOn)
	}
	s.Villages = slices.DeleteFunc(slices.Clone(s.Villages), gone)
	s.Branches = slices.DeleteFunc(slices.Clone(s.Branches), gone)
	s.Restated = true
	return s
}
