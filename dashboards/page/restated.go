package page

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"hulian/queries"
)

// UnitsToday is the value of the address's filter "units" that asks for past months by the units of today.
const UnitsToday = "today"

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

func (s *Snapshot) readSuccessions(ctx context.Context) error {
	table, err := s.Data.Query(ctx, successionsSQL)
	if err != nil {
		return fmt.Errorf("read the successions of units: %w", err)
	}
	for _, row := range read(table) {
		s.Successions = append(s.Successions, Succession{Level: queries.Level(row.text("level")),
			Unit: row.text("unit_id"), Name: row.text("unit_name"), Old: row.text("old_id"), OldName: row.text("old_name"),
			From: firstTen(row.text("from_on")), Divided: row.number("divided") == 1})
	}
	return nil
}

// ByToday makes a link show past months by the units of today, or as they were lived.
func ByToday(today bool) Change {
	return func(v url.Values) {
		v.Del("units")
		if today {
			v.Set("units", UnitsToday)
		}
	}
}

// askUnits reads by which units past months are shown. By those of today, units that are no more are no choice.
func (r *Request) askUnits(units string) error {
	switch {
	case units == "" || !r.page.Takes.Has(ByVillage):
		return nil
	case units != UnitsToday:
		return fmt.Errorf("%w: units=%s", ErrBadFilter, units)
	case len(r.Successions) == 0:
		return nil
	}
	r.Restated = true
	gone := func(u Unit) bool {
		was := func(s Succession) bool { return s.Level == u.Level && s.Old == u.ID }
		goesOn := func(s Succession) bool { return s.Level == u.Level && s.Unit == u.ID }
		return slices.ContainsFunc(r.Successions, was) && !slices.ContainsFunc(r.Successions, goesOn)
	}
	r.Villages = slices.DeleteFunc(slices.Clone(r.Villages), gone)
	r.Branches = slices.DeleteFunc(slices.Clone(r.Branches), gone)
	return nil
}

// measures names what values are read from.
func (r Request) measures() string {
	if r.Restated {
		return queries.RestatedMeasures
	}
	return "measures"
}

// bySuccession wraps a page: where the units below or the unit itself carry on from others it says so first, with the
// way to the other view; what is restated bears it in every table, so that a download and a print do too.
func bySuccession(build func(context.Context, Request) (View, error)) func(context.Context, Request) (View, error) {
	return func(ctx context.Context, r Request) (View, error) {
		v, err := build(ctx, r)
		changes := r.successionsHere()
		if err != nil || len(changes) == 0 {
			return v, err
		}
		note := r.successionNote(changes)
		if r.Restated {
			for _, t := range v.Tables() {
				// Lists of single cases are no measures and stay as they were.
				if slices.ContainsFunc(t.Columns, func(c Column) bool { return c.Kind == ColumnRate || c.Read }) {
					t.Columns[0].Title += r.T("（往月按今天的单位重算）", " (past months restated for the units of today)")
				}
			}
		}
		if v.Letterhead != nil {
			v.Letterhead.Basis = append(v.Letterhead.Basis, note.Title+r.T("：", ": ")+note.Text)
			return v, nil
		}
		return v.headed(note), nil
	}
}

// successionsHere are the successions that concern the page's unit or the units below it.
func (r Request) successionsHere() []Succession {
	u := r.Unit()
	var own []Succession
	for _, s := range r.Successions {
		concerned := u.Level == LevelTown && s.Level == LevelVillage || s.Level == u.Level && (s.Unit == u.ID || s.Old == u.ID)
		if b, ok := r.Snapshot.Branch(s.Unit); s.Level == LevelBranch && u.Level == LevelVillage && ok {
			concerned = b.VillageID == u.ID
		}
		if concerned && s.Unit != s.Old {
			own = append(own, s)
		}
	}
	return own
}

func (r Request) successionNote(changes []Succession) Callout {
	var said []string
	for _, s := range changes {
		if s.Divided {
			said = append(said, r.Tf("%[2]s由%[1]s拆出（%[3]s 起）", "%[2]s came out of the division of %[1]s (%[3]s)", s.OldName, s.Name, s.From))
		} else {
			said = append(said, r.Tf("%[1]s并入或改为%[2]s（%[3]s 起）", "%[1]s became part of %[2]s (%[3]s)", s.OldName, s.Name, s.From))
		}
	}
	what := strings.Join(said, r.T("；", "; ")) + r.T("。", ". ")
	if r.Restated {
		return Callout{Tone: ToneQuiet, Title: r.T("往月已按今天的单位重算", "Past months are restated for the units of today"),
			Text: what + r.T("重算就是把原单位的分子、分母相加，从不平均。中位数、基尼系数等不能相加的指标，以及没有划归清单说明去向的拆分，无法重算，显示为“"+missing+"”。逐件、逐户的名单仍按当时的归属。",
				"Restated means that the past units' numerators and denominators are added up; nothing is averaged. Medians and other measures that do not add up, and divisions of which no list says what went where, cannot be restated and show as “"+missing+"”. Lists of single cases stay where they were."),
			Next: r.T("改按当时的单位显示", "Show months as they were lived"), Link: r.Link(r.page.ID, ByToday(false), r.outlived())}
	}
	return Callout{Tone: ToneQuiet, Title: r.T("单位有变动，各月按当时的单位显示", "Units have changed; months are shown as they were lived"),
		Text: what, Next: r.T("往月按今天的单位重算", "Restate past months for the units of today"), Link: r.Link(r.page.ID, ByToday(true), r.outlived())}
}

// outlived leads from a unit that is no more to the town, where the other view has no such place.
func (r Request) outlived() Change {
	u := r.Unit()
	for _, s := range r.Successions {
		if s.Level == u.Level && s.Old == u.ID && s.Unit != u.ID && !r.Restated {
			return In("")
		}
	}
	return func(url.Values) {}
}
