package block

import (
	"math"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/reading"
)

// HereScope is the scope of the page's unit in its month.
func HereScope(r Request) facts.Scope {
	u := r.Unit()
	return facts.Scope{Level: u.Level, Unit: u.ID, From: r.Month, To: r.Month}
}

// AlwaysScope is the scope of the page's unit over all months.
func AlwaysScope(r Request) facts.Scope {
	s := HereScope(r)
	s.From, s.To = r.FirstMonth, r.LastMonth
	return s
}

// BelowScope is the scope of the units below the page's unit in its month.
func BelowScope(r Request) facts.Scope {
	switch r.Unit().Level {
	case facts.LevelTown:
		return facts.Scope{Level: facts.LevelVillage, From: r.Month, To: r.Month}
	default:
		return facts.Scope{Level: facts.LevelBranch, Village: r.Village, From: r.Month, To: r.Month}
	}
}

// Caution says why a value is shown but not judged; empty where it may be judged.
func Caution(r Request, v facts.Value) string {
	rules := r.Rules(v)
	judged := reading.Performance(*v.Measure)
	switch {
	case v.Reason != "":
		return reading.Unknown(v.Reason, rules.Missing, r.Lang)
	case !v.Known():
		return ""
	case judged && rules.Poor():
		return r.T("数据不足以判断", "data too poor to judge")
	case judged && rules.Missing != "":
		return reading.Partly(rules.Because, rules.Missing, r.Lang)
	case rules.Small(*v.Measure, v.Den):
		return r.T("基数小，不作判断", "small base, not judged")
	case !rules.Ripe(v.Month):
		return r.T("未满期，暂不评价", "not ripe yet, will still change")
	default:
		return ""
	}
}

// Partial says of how many of its villages a town's value is known, and of how many of its months, where that is not all.
func Partial(r Request, v facts.Value) string {
	if !v.Known() {
		return ""
	}
	var parts []string
	if v.Spoke < v.Villages {
		parts = append(parts, r.Tf("%d个村中%d个村有数据", "%[2]d of %[1]d villages reported", int(v.Villages), int(v.Spoke)))
	}
	switch {
	case !(v.Lacking > 0):
	case v.Measure.Series == queries.Standing:
		parts = append(parts, r.Tf("此前%d个月没有数据，可能少计", "%d earlier months are not known: it may be too low", int(v.Lacking)))
	default:
		parts = append(parts, r.Tf("所含%d个月中%d个月没有数据", "of the %d months it is made of %d are not known", int(v.Reached), int(v.Lacking)))
	}
	if v.Partly > 0 {
		parts = append(parts, r.Tf("另有%d个村缺的月份更多", "villages that lack more months: %d", int(v.Partly)))
	}
	return strings.Join(parts, r.T("；", "; "))
}

// Cell shows a value in a table, with its base and, where it may not be judged, why.
func Cell(r Request, v facts.Value) view.Cell {
	c := view.Cell{Text: v.Bare(), Base: v.Base(r.Lang), Rows: r.Behind(v)}
	if !v.Known() {
		c.Text = v.Text(r.Lang)
	}
	if v.Known() {
		c.Value = reading.Plain(v.Shown(), reading.Decimals(v.Measure.Unit))
	}
	if v.Rate() && !math.IsNaN(v.Den) {
		c.Num, c.Den = reading.Plain(v.Num, 0), reading.Plain(v.Den, 0)
	}
	if v.Spoke < v.Villages {
		c.Note = Partial(r, v)
	}
	if why := Caution(r, v); why != "" {
		c.Tone = view.ToneQuiet
	}
	return c
}

// BehindPicture is a cell of the table behind a picture: it says where the picture leaves a value without place or colour.
func BehindPicture(r Request, v facts.Value) view.Cell {
	c := Cell(r, v)
	if v.Known() && v.Tiny() {
		c.Note = strings.Join(slices.DeleteFunc([]string{c.Note, tinyNote(r)}, func(s string) bool { return s == "" }), r.T("；", "; "))
	}
	return c
}

// tinyNote says why a value has no colour.
func tinyNote(r Request) string {
	return r.Tf("基数不超过 %d，不着色", "base of %d or less: not coloured", facts.Tiny)
}

// tinyRule explains the hollow bars and cells of a picture; empty where it has none.
func tinyRule(r Request, hollow ...[]string) string {
	for _, row := range hollow {
		for _, said := range row {
			if said != "" {
				return r.Tf("空心、写着“2/3”一类数字的：基数不超过 %d，不着色，不作判断。", "Hollow, with cases such as 2/3 written out: a base of %d or less is not coloured and not judged. ", facts.Tiny)
			}
		}
	}
	return ""
}

// Column heads the values of a measure.
func Column(r Request, id string) view.Column {
	m, _ := queries.MeasureOf(id)
	c := view.Column{Title: m.Name.In(r.Lang), Kind: view.ColumnNumber, Unit: strings.TrimSpace(r.Suffix(m.Unit)), Note: r.MadeOf(m), Harmless: !m.OfPersons()}
	if m.Rate() {
		c.Kind = view.ColumnRate
	}
	return c
}

// stat shows a value as a tile.
func stat(r Request, v facts.Value) view.Stat {
	s := view.Stat{Measure: v.Measure.ID, Label: v.Measure.Name.In(r.Lang), Value: v.Text(r.Lang), Base: v.Base(r.Lang), Rows: r.Behind(v), Interval: r.Within(reading.ShareRange(v.Interval())),
		Link: r.Link("measures", question.With("measure", v.Measure.ID))}
	if why := Caution(r, v); why != "" {
		s.Tone, s.Reading = view.ToneQuiet, why
	} else {
		s.Reading = Partial(r, v)
	}
	return s
}
