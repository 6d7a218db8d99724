package page

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hulian/pipelines"
	"hulian/queries"
)

// Levels of units, as the measure table names them.
const (
	LevelTown    = queries.Town
	LevelVillage = queries.Village
	LevelBranch  = queries.Branch
	LevelMember  = queries.Member
)

// Unit is one town, village or branch.
type Unit struct {
	Level          queries.Level
	ID             string
	Name           string
	ParentID       string
	VillageID      string // of a branch: its village; of a village: itself
	Phase          string // pilot, rollout or empty
	ProgrammeStart string // YYYY-MM-DD, or empty
}

// Snapshot is one generation of the published data, and what every page needs of it.
type Snapshot struct {
	Data       pipelines.Querier
	Generation int
	Hash       string

	CutOff         time.Time // the day the data is known as of
	FirstMonth     string    // YYYY-MM
	LastMonth      string
	ProgrammeStart string // YYYY-MM-DD, or empty
	Town           Unit
	Villages       []Unit // by name of ID
	Branches       []Unit // by village, then ID
	Deliveries     Deliveries
	reasons        bool   // the long table says why a value is not known
	repeated       string // column of issue_flow that marks repeated issues
	Supports       []Support
	After          []RowsAfter    // exports with rows that hold days after the cut-off
	Successions    []Succession   // of villages, then of branches; empty where no unit was merged, divided or renumbered
	places         map[string]int // where a village or branch stood in its list when the snapshot was opened
}

const factsSQL = `select key, cast(value as varchar) as value from snapshot_facts order by key`

const unitsSQL = `
select level, unit_id, unit_name, parent_id, village_id, phase, cast(programme_start as varchar) as programme_start
from units
where level in ('town', 'village', 'branch')
order by level, village_id, unit_id`

// Open reads what every page needs from a snapshot.
func Open(ctx context.Context, q pipelines.Querier) (Snapshot, error) {
	s := Snapshot{Data: q}
	facts, err := q.Query(ctx, factsSQL)
	if err != nil {
		return s, fmt.Errorf("read the snapshot's facts: %w", err)
	}
	said := map[string]string{}
	for _, row := range read(facts) {
		said[row.text("key")] = row.text("value")
	}
	if s.CutOff, err = time.Parse(time.DateOnly, firstTen(said["cut_off"])); err != nil {
		return s, fmt.Errorf("read the snapshot's cut-off: %w", err)
	}
	s.FirstMonth, s.LastMonth = said["first_month"], said["last_month"]
	s.ProgrammeStart = firstTen(said["programme_start"])
	units, err := q.Query(ctx, unitsSQL)
	if err != nil {
		return s, fmt.Errorf("read the units: %w", err)
	}
	for _, row := range read(units) {
		u := Unit{Level: queries.Level(row.text("level")), ID: row.text("unit_id"), Name: row.text("unit_name"),
			ParentID: row.text("parent_id"), VillageID: row.text("village_id"), Phase: row.text("phase"),
			ProgrammeStart: firstTen(row.text("programme_start"))}
		switch u.Level {
		case LevelTown:
			if s.Town.ID == "" || u.ID == said["town"] {
				s.Town = u
			}
		case LevelVillage:
			u.VillageID = u.ID
			s.Villages = append(s.Villages, u)
		case LevelBranch:
			if u.VillageID == "" {
				u.VillageID = u.ParentID
			}
			s.Branches = append(s.Branches, u)
		case LevelMember: // no page is about one member
		}
	}
	s.places = map[string]int{}
	for _, all := range [][]Unit{s.Villages, s.Branches} {
		for i, u := range all {
			s.places[string(u.Level)+u.ID] = i
		}
	}
	if s.Town.ID == "" {
		return s, fmt.Errorf("read the units: the snapshot names no town")
	}
	if err := s.readDeliveries(ctx); err != nil {
		return s, err
	}
	columns, err := q.Query(ctx, "select * from measures where 1 = 0")
	if err != nil {
		return s, fmt.Errorf("read the measures: %w", err)
	}
	s.reasons = columns.Column("reason") >= 0
	if columns, err = q.Query(ctx, "select * from issue_flow where 1 = 0"); err != nil {
		return s, fmt.Errorf("read the issues: %w", err)
	}
	if s.repeated = "repeated"; columns.Column(s.repeated) < 0 {
		s.repeated = "repeat_within_90" // its name in snapshots of older versions
	}
	// A snapshot made before there were these facts has no tables of them either.
	if said["rows_after_cut_off"] != "" {
		if err := s.readRowsAfter(ctx); err != nil {
			return s, err
		}
	}
	if said["successions"] != "" {
		if err := s.readSuccessions(ctx); err != nil {
			return s, err
		}
	}
	return s, s.readSupports(ctx)
}

// Village returns the village with an ID.
func (s Snapshot) Village(id string) (Unit, bool) { return s.unitIn(s.Villages, LevelVillage, id) }

// Branch returns the branch with an ID.
func (s Snapshot) Branch(id string) (Unit, bool) { return s.unitIn(s.Branches, LevelBranch, id) }

// BranchesOf returns the branches of a village.
func (s Snapshot) BranchesOf(village string) []Unit {
	var own []Unit
	for _, b := range s.Branches {
		if b.VillageID == village {
			own = append(own, b)
		}
	}
	return own
}

// Name returns the name of a village or branch, or its ID where the registry does not know it.
func (s Snapshot) Name(id string) string {
	if u, ok := s.Village(id); ok {
		return u.Name
	}
	if u, ok := s.Branch(id); ok {
		return u.Name
	}
	if id == s.Town.ID {
		return s.Town.Name
	}
	return id
}

// Months returns the months of the snapshot, newest first.
func (s Snapshot) Months() []string {
	var months []string
	for m := s.LastMonth; m != "" && m >= s.FirstMonth; m = monthBefore(m) {
		months = append(months, m)
	}
	return months
}

// unitIn finds a unit where it stood, or, where the list has become another one since, by looking through it.
func (s Snapshot) unitIn(units []Unit, level queries.Level, id string) (Unit, bool) {
	i, known := s.places[string(level)+id]
	if s.places != nil && !known {
		return Unit{}, false
	}
	if i < len(units) && units[i].ID == id {
		return units[i], true
	}
	i = slices.IndexFunc(units, func(u Unit) bool { return u.ID == id })
	if i < 0 {
		return Unit{}, false
	}
	return units[i], true
}

// monthBefore returns the month before one written YYYY-MM, or "" where that is not a month.
func monthBefore(month string) string { return monthAdd(month, -1) }

func monthAdd(month string, n int) string {
	t, err := time.Parse("2006-01", month)
	if err != nil {
		return ""
	}
	return t.AddDate(0, n, 0).Format("2006-01")
}

func firstTen(s string) string { return s[:min(10, len(s))] }
