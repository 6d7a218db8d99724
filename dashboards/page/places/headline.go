package places

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// mostNamed is how many characters the names of weak villages may take in a headline, in either language.
const mostNamed = 40

// WeakNamed says which villages are weak; of one village whether it is. Nothing where none is.
func WeakNamed(r block.Request, assessed []signals.Assessment) string {
	var names []string
	for _, a := range assessed {
		if a.IsWeak() && (r.Village == "" || a.Village.ID == r.Village) {
			names = append(names, a.Village.Name)
		}
	}
	few := r.Tf("%[1]s%[2]d个村薄弱", "%[1]s are weak", strings.Join(names, r.T("、", ", ")), len(names))
	switch n := len(names); {
	case n == 0:
		return ""
	case r.Branch != "":
		return r.Tf("所在的%s薄弱", "its village %s is weak", names[0])
	case n == 1:
		return r.Tf("%s薄弱", "%s is weak", names[0])
	case n == 2 && strings.HasSuffix(names[0], "村") && strings.HasSuffix(names[1], "村"):
		return r.Tf("%[1]s、%[2]s两村薄弱", "%[1]s村 and %[2]s村 are weak", strings.TrimSuffix(names[0], "村"), strings.TrimSuffix(names[1], "村"))
	case n <= 3 && utf8.RuneCountInString(few) <= mostNamed:
		return few
	default:
		return r.Tf("%[1]s等%[2]d个村薄弱", "%[1]s and %[3]d more villages are weak", strings.Join(names[:2], r.T("、", ", ")), n, n-2)
	}
}

// withMore adds to a headline what else is said, as far as there is room.
func withMore(r block.Request, h view.Headline, more []string) view.Headline {
	separator, room := r.T("；", "; "), block.HeadlineRoom(r)-utf8.RuneCountInString(h.Weak+h.Rest)
	for _, said := range more {
		said = separator + said
		if n := utf8.RuneCountInString(said); n <= room {
			h.Rest, room, separator = h.Rest+said, room-n, r.T("，", ", ")
		}
	}
	return h
}

// mostBehind is how many measures a headline names.
const mostBehind = 2

// FarBehind says on which measures of the overview the page's unit stands far behind the others; where there is none, on which it stands
// a little behind and gets worse by its own course. A headline that reassures would deny what the tiles and the matrix show. Empty where
// there is neither, and of the town.
func FarBehind(ctx context.Context, r block.Request, town signals.Town, all []signals.Assessment) (string, error) {
	u := r.Unit()
	if u.Level == facts.LevelTown {
		return "", nil
	}
	measures := measuresAt(queries.TileOf, u.Level)
	for _, m := range measuresAt(queries.MatrixOf, u.Level) {
		if !slices.ContainsFunc(measures, func(o queries.Measure) bool { return o.ID == m.ID }) {
			measures = append(measures, m)
		}
	}
	values, err := r.Values(ctx, r.Visitor, facts.Scope{Level: u.Level, From: r.FirstMonth, To: r.Month}, idsOf(measures)...)
	if err != nil {
		return "", err
	}
	places, err := block.Places(ctx, r, u.Level, measures, values, town, all)
	if err != nil {
		return "", err
	}
	var names, slipping []string
	for _, m := range measures {
		name := cmp.Or(m.Short.In(r.Lang), m.Name.In(r.Lang))
		switch place := places[block.PlaceKey{Measure: m.ID, Unit: u.ID}]; {
		case place == view.FarBehind:
			names = append(names, name)
		case place == view.SlightlyBehind && r.Read(values.Series(m.ID, u.ID, r.MonthsUpTo())).Variation == reading.Worsening:
			slipping = append(slipping, name)
		}
	}
	return behindSaid(r, names, slipping), nil
}

// behindSaid names the measures a unit stands far behind on, or else those it slips on.
func behindSaid(r block.Request, names, slipping []string) string {
	u, zh, en := r.Unit(), "%[1]s%[2]s明显差于%[3]s", "%[1]s: far behind %[3]s on %[2]s"
	if len(names) == 0 {
		names, zh, en = slipping, "%[1]s%[2]s略差于%[3]s，还在变差", "%[1]s: a little behind %[3]s on %[2]s, and worsening"
	}
	others := r.T("其他村", "the other villages")
	if u.Level == facts.LevelBranch {
		others = r.T("其他支部", "the other branches")
	}
	named := strings.Join(names, r.T("、", ", "))
	switch n := len(names); {
	case n == 0:
		return ""
	case n > mostBehind:
		named = r.Tf("%[1]s等%[2]d项", "%[1]s and %[3]d more", strings.Join(names[:mostBehind], r.T("、", ", ")), n, n-mostBehind)
	}
	return r.Tf(zh, en, u.Name, named, others)
}
