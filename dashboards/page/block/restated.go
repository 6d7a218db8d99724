package block

import (
	"net/url"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries/reading"
)

// BySuccession adds to a page: where the units below or the unit itself carry on from others it says so first, with the
// way to the other view; what is restated bears it in every table, so that a download and a print do too.
func BySuccession(r Request, v view.View) view.View {
	changes := successionsHere(r)
	if len(changes) == 0 {
		return v
	}
	note := successionNote(r, changes)
	if r.Restated {
		for _, t := range v.Tables() {
			// Lists of single cases are no measures and stay as they were.
			if slices.ContainsFunc(t.Columns, func(c view.Column) bool { return c.Kind == view.ColumnRate || c.Read }) {
				t.Columns[0].Title += r.T("（往月按今天的单位重算）", " (past months restated for the units of today)")
			}
		}
	}
	if v.Letterhead != nil {
		v.Letterhead.Basis = append(v.Letterhead.Basis, note.Title+r.T("：", ": ")+note.Text)
		return v
	}
	return v.Headed(note)
}

// successionsHere are the successions that concern the page's unit or the units below it.
func successionsHere(r Request) []facts.Succession {
	u := r.Unit()
	var own []facts.Succession
	for _, s := range r.Successions {
		concerned := u.Level == facts.LevelTown && s.Level == facts.LevelVillage || s.Level == u.Level && (s.Unit == u.ID || s.Old == u.ID)
		if b, ok := r.Snapshot.Branch(s.Unit); s.Level == facts.LevelBranch && u.Level == facts.LevelVillage && ok {
			concerned = b.VillageID == u.ID
		}
		if concerned && s.Unit != s.Old {
			own = append(own, s)
		}
	}
	return own
}

func successionNote(r Request, changes []facts.Succession) view.Callout {
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
		return view.Callout{Tone: view.ToneQuiet, Title: r.T("往月已按今天的单位重算", "Past months are restated for the units of today"),
			Text: what + r.T("重算就是把原单位的分子、分母相加，从不平均。中位数、基尼系数等不能相加的指标，以及没有划归清单说明去向的拆分，无法重算，显示为“"+reading.Missing+"”。逐件、逐户的名单仍按当时的归属。",
				"Restated means that the past units' numerators and denominators are added up; nothing is averaged. Medians and other measures that do not add up, and divisions of which no list says what went where, cannot be restated and show as “"+reading.Missing+"”. Lists of single cases stay where they were."),
			Next: r.T("改按当时的单位显示", "Show months as they were lived"), Link: r.Link(r.Page.ID, question.ByToday(false), outlived(r))}
	}
	return view.Callout{Tone: view.ToneQuiet, Title: r.T("单位有变动，各月按当时的单位显示", "Units have changed; months are shown as they were lived"),
		Text: what, Next: r.T("往月按今天的单位重算", "Restate past months for the units of today"), Link: r.Link(r.Page.ID, question.ByToday(true), outlived(r))}
}

// outlived leads from a unit that is no more to the town, where the other view has no such place.
func outlived(r Request) question.Change {
	u := r.Unit()
	for _, s := range r.Successions {
		if s.Level == u.Level && s.Old == u.ID && s.Unit != u.ID && !r.Restated {
			return question.In("")
		}
	}
	return func(url.Values) {}
}
