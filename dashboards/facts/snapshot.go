package facts

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
	"hulian/queries"
	"hulian/queries/signals"
)

// Facts are a snapshot as the programme reads it.
type Facts struct {
	Snapshot
	Programme data.Programme
	Disclosed *Disclosed // notes what was shown in full; nil: nobody asks

	HandedIn   map[string]bool    // IDs of the files the visitor has handed in himself
	Pseudonyms visitor.Pseudonyms // stand for IDs of persons and households that a visitor may not see

	within Unit // the place list gives rows of; the zero Unit: all
	cut    *Cut // and which of them; nil: all
	short  bool // the list is refused with errLong where it is long
}

// Snapshot is one generation of the published data, and what every page needs of it.
type Snapshot struct {
	Data       pipelines.Querier
	Generation int
	Hash       string

	CutOff         time.Time // the day the data is known as of
	FirstMonth     string    // YYYY-MM
	LastMonth      string
	ProgrammeStart string          // YYYY-MM-DD, or empty
	Decided        *data.Programme // what the town had decided when the snapshot was made; nil: an old snapshot does not say
	Town           Unit
	Villages       []Unit // by name of ID
	Branches       []Unit // by village, then ID
	Deliveries     Deliveries
	reasons        bool                    // the long table says why a value is not known
	partly         bool                    // and of how many villages a town's value lacks more
	Repeated       string                  // column of issue_flow that marks repeated issues
	publishedOn    string                  // the column of star_history that says when a rating was published, or null
	linkBasis      string                  // the column of households that says why one is linked to its member, or null
	tells          bool                    // the list of issues says which columns the file of each gives
	unspoken       map[measureMonth]string // why most of the villages that did not speak for a measure and month did not
	Supports       []signals.Support
	After          []RowsAfter  // exports with rows that hold days after the cut-off
	Successions    []Succession // of villages, then of branches; empty where no unit was merged, divided or renumbered
	Restated       bool         // past months are shown by the units of today
	shared         *shared
	places         map[string]int // where a village or branch stood in its list when the snapshot was opened
}

const factsSQL = `select key, cast(value as varchar) as value from snapshot_facts order by key`

const unitsSQL = `
select level, unit_id, unit_name, parent_id, village_id, phase, %s as kind, cast(programme_start as varchar) as programme_start
from units
where level in ('town', 'village', 'branch')
order by level, village_id, unit_id`

type unitRow struct {
	Level, UnitID, ParentID, VillageID, Phase, Kind string
	UnitName                                        string `is:"label"`
	ProgrammeStart                                  string `is:"day"`
}

// Open reads what every page needs from a snapshot.
func Open(ctx context.Context, q pipelines.Querier) (Snapshot, error) {
	s := Snapshot{Data: q, shared: &shared{}}
	entries, err := read[struct{ Key, Value string }](ctx, q, "the snapshot's facts", factsSQL)
	if err != nil {
		return s, err
	}
	said := map[string]string{}
	for _, row := range entries {
		said[row.Key] = row.Value
	}
	if s.CutOff, err = time.Parse(time.DateOnly, FirstTen(said["cut_off"])); err != nil {
		return s, fmt.Errorf("read the snapshot's cut-off: %w", err)
	}
	s.FirstMonth, s.LastMonth = said["first_month"], said["last_month"]
	s.ProgrammeStart = FirstTen(said["programme_start"])
	if document := said["programme"]; document != "" {
		decided, err := data.ParseProgramme(document)
		if err != nil {
			return s, fmt.Errorf("read by which decisions the snapshot was made: %w", err)
		}
		s.Decided = &decided
	}
	if err := s.readUnits(ctx, said["town"]); err != nil {
		return s, err
	}
	if err := s.readDeliveries(ctx); err != nil {
		return s, err
	}
	if err := s.readColumns(ctx); err != nil {
		return s, err
	}
	if s.reasons {
		if err := s.readUnspoken(ctx); err != nil {
			return s, err
		}
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

// readUnits reads the town with this name, or the only one there is, its villages and branches.
func (s *Snapshot) readUnits(ctx context.Context, town string) error {
	kind, err := s.columnOr(ctx, "units", "kind")
	if err != nil {
		return err
	}
	units, err := read[unitRow](ctx, s.Data, "the units", fmt.Sprintf(unitsSQL, kind))
	if err != nil {
		return err
	}
	for _, row := range units {
		u := Unit{Level: queries.Level(row.Level), ID: row.UnitID, Name: row.UnitName, ParentID: row.ParentID, VillageID: row.VillageID, Phase: row.Phase, Kind: row.Kind, ProgrammeStart: row.ProgrammeStart}
		switch u.Level {
		case LevelTown:
			if s.Town.ID == "" || u.ID == town {
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
		return fmt.Errorf("read the units: the snapshot names no town")
	}
	return nil
}

// readColumns finds out which columns the tables have: those of older versions lack some.
func (s *Snapshot) readColumns(ctx context.Context) error {
	columns, err := s.Data.Query(ctx, "select * from measures where 1 = 0")
	if err != nil {
		return fmt.Errorf("read the measures: %w", err)
	}
	s.reasons, s.partly = columns.Column("reason") >= 0, columns.Column("partly") >= 0
	if columns, err = s.Data.Query(ctx, "select * from issue_flow where 1 = 0"); err != nil {
		return fmt.Errorf("read the issues: %w", err)
	}
	if s.Repeated = "repeated"; columns.Column(s.Repeated) < 0 {
		s.Repeated = "repeat_within_90" // its name in snapshots of older versions
	}
	if s.publishedOn, err = s.columnOr(ctx, "star_history", "published_on"); err != nil {
		return err
	}
	if s.linkBasis, err = s.columnOr(ctx, "households", "link_basis"); err != nil {
		return err
	}
	s.tells = columns.Column("tells_answer") >= 0 // in snapshots of older versions it does not
	return nil
}

// columnOr is a column of a table, or null where a snapshot of an older version has none.
func (s *Snapshot) columnOr(ctx context.Context, table, column string) (string, error) {
	columns, err := s.Data.Query(ctx, "select * from "+table+" where 1 = 0")
	if err != nil {
		return "", fmt.Errorf("read the columns of %s: %w", table, err)
	}
	if columns.Column(column) < 0 {
		return "cast(null as varchar)", nil
	}
	return column, nil
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
	for m := s.LastMonth; m != "" && m >= s.FirstMonth; m = MonthBefore(m) {
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

// By is the town's decisions by which the snapshot was made; those given where an old snapshot does not say.
func (s Snapshot) By(now data.Programme) data.Programme {
	if s.Decided != nil {
		return *s.Decided
	}
	return now
}
