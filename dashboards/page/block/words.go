package block

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hulian/dashboards/chart"
	"hulian/dashboards/facts"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/wording"
)

// KnownSum shows a sum of which so many of all parts are known, and how many are not. Of no parts the sum is a dash; of parts
// none of which is known it is not known.
func KnownSum(r Request, sum, known, of float64) view.Cell {
	if of == 0 {
		return view.Cell{Text: reading.Missing}
	}
	if known == 0 {
		return view.Cell{Text: r.T("未知", "not known"), Tone: view.ToneQuiet}
	}
	c := view.Count(sum)
	if known < of {
		c.Note = r.Tf("另有 %s 笔未知", "%s more not known", reading.Count(of-known))
	}
	return c
}

// Target writes a measure's target with its unit: the programme's where it sets one, else the definition's.
func Target(r Request, m queries.Measure) string {
	t := targetOf(r, m)
	if t == nil {
		return reading.Missing
	}
	var sign string
	switch m.Direction {
	case queries.Up:
		sign = "≥ "
	case queries.Down:
		sign = "≤ "
	case queries.Neutral: // too many is as far from it as too few
		sign = r.T("约 ", "about ")
	}
	shown := *t
	if m.Unit == "share" {
		shown *= 100
	}
	return sign + reading.Decimal(shown, reading.Decimals(m.Unit)) + reading.SuffixOf(m, r.Lang)
}

func targetOf(r Request, m queries.Measure) *float64 {
	if t, ok := r.Programme.Reading.Targets[m.ID]; ok {
		return &t
	}
	return m.Target
}

// TargetShown is the target as charts draw it: shares in per cent.
func TargetShown(r Request, m queries.Measure) *float64 {
	t := targetOf(r, m)
	if t != nil && m.Unit == "share" {
		percent := *t * 100
		return &percent
	}
	return t
}

// NumberOf says how the values of a measure are written in a chart.
func NumberOf(m queries.Measure) chart.Number {
	switch {
	case m.Unit == "share":
		return chart.Percent
	case reading.Decimals(m.Unit) == 0:
		return chart.Whole
	default:
		return chart.OneDigit
	}
}

// Aside says in brackets why a value is not judged, or of how much of it nothing is known.
func Aside(r Request, v facts.Value) string {
	return Bracketed(r, Caution(r, v), Partial(r, v))
}

// Bracketed writes in brackets what must be known of a figure; empty where there is nothing.
func Bracketed(r Request, whys ...string) string {
	whys = slices.DeleteFunc(whys, func(why string) bool { return why == "" })
	if len(whys) == 0 {
		return ""
	}
	return r.T("〔", " [") + strings.Join(whys, r.T("；", "; ")) + r.T("〕", "]")
}

// Say is a sentence of the papers as the town has it, filled with figures of the place and with slots, name and text in turn; empty where
// a measure it names is not known.
func Say(r Request, own facts.Measured, id string, slots ...string) string {
	s, known := data.SentenceOf(id)
	if !known {
		panic("there is no sentence " + id) // IDs stand in the code alone, and the tests make every paper
	}
	return wording.Fill(s, r.Wording.Of(id).In(r.Lang), wording.Slots(slots...), func(measure, part string) (string, bool) {
		v := own.At(measure, r.Unit().ID, r.Month)
		switch {
		case !v.Known():
			return "", false
		case part == "num":
			return reading.Count(v.Num), true
		case part == "den":
			return reading.Count(v.Den), true
		case part == "aside":
			return Aside(r, v), true
		case v.Rate():
			return v.Text(r.Lang), true
		default:
			return v.Bare(), true
		}
	})
}

// Spoken are the measures that the town's own sentences name beside those of everybody's: what says them reads them too.
func Spoken(w data.Wording) (ids []string) {
	for _, id := range w.Changed() {
		s, known := data.SentenceOf(id)
		if !known {
			continue
		}
		for _, text := range []string{w.Of(id).Zh, w.Of(id).En} {
			ids = append(ids, wording.Measures(s, text)...)
		}
	}
	return ids
}

// Saying says sentences of the papers at the place of a question, as the town has them.
func Saying(ctx context.Context, r Request) (func(id string, slots ...string) string, error) {
	var own facts.Measured
	if ids := Spoken(r.Wording); len(ids) > 0 {
		var err error
		if own, err = r.Values(ctx, r.Visitor, AlwaysScope(r), ids...); err != nil {
			return nil, err
		}
	}
	return func(id string, slots ...string) string { return Say(r, own, id, slots...) }, nil
}

// MemberCell names a member by surname and number.
func MemberCell(id, name string) view.Cell {
	if id == "" {
		return view.Cell{Text: reading.Missing}
	}
	return view.Cell{Text: name + " " + id}
}

// OrMissing writes a text, or the sign for what is missing.
func OrMissing(s string) string {
	if s == "" {
		return reading.Missing
	}
	return s
}

// PeriodText writes the months of a period: the first, the last and how many.
func PeriodText(r Request, months []string) string {
	switch len(months) {
	case 0:
		return ""
	case 1:
		return r.MonthName(months[0])
	}
	return r.MonthName(months[0]) + " – " + r.MonthName(months[len(months)-1]) + " (" + strconv.Itoa(len(months)) + ")"
}

// Heading names the unit, the month and the page.
func Heading(r Request) string {
	return fmt.Sprintf("%s · %s", r.Unit().Name, r.Page.Title.In(r.Lang))
}

// Difference writes how much a value changed, with its sign: "+2.3 个百分点".
func Difference(r Request, now, before facts.Value) string {
	return reading.Difference(*now.Measure, now.Value-before.Value, r.Lang)
}

// UnitCell shows a village or branch and leads to its page.
func UnitCell(r Request, id string) view.Cell {
	if id == "" {
		return view.Cell{Text: reading.Missing}
	}
	u, ok := r.Snapshot.Village(id)
	if !ok {
		if u, ok = r.Snapshot.Branch(id); !ok {
			return view.Cell{Text: id}
		}
	}
	return view.Cell{Text: u.Name, Link: r.Link("village", question.InUnit(u))}
}

// AtMost is how many rows of a list that may grow long a page holds; a file holds all of them.
func AtMost(r Request, rows int) int {
	if r.Whole {
		return facts.EveryRow.Most
	}
	return rows
}

// aWeeksWork is how many rows of a list stand at once on a page that the list does not belong to.
const aWeeksWork = 15

// BelongsTo sets how many rows of a list stand at once: many on the page it belongs to, a week's work elsewhere.
func BelongsTo(r Request, t *view.Table, onPage string) {
	if r.Page.ID != onPage {
		t.PageRows = aWeeksWork
	}
}

// PlaceColumns say where a row belongs, below what the page is about already.
func PlaceColumns[T any](r Request, village, branch func(T) string) []view.ColumnOf[T] {
	var all []view.ColumnOf[T]
	if r.Village == "" {
		all = append(all, view.Of(view.Words(r.T("村", "Village")), func(row T) view.Cell { return UnitCell(r, village(row)) }))
	}
	if r.Branch == "" {
		all = append(all, view.Of(view.Words(r.T("网格支部", "Branch")), func(row T) view.Cell { return UnitCell(r, branch(row)) }))
	}
	return all
}

// AtMonthEnd says that a list is as of the last day of the chosen month, or the cut-off where that is earlier.
func AtMonthEnd(r Request) string {
	return r.Tf("截至%s。", "As of %s.", r.AsOf(r.Month).Format("2006-01-02"))
}

// ByRegister says of a list whose days follow the chosen month that its persons and households are those of the register as of the
// cut-off: the snapshot holds no earlier state of it. In the newest month there is nothing to say.
func ByRegister(r Request) string {
	if r.Month == r.LastMonth {
		return AtMonthEnd(r)
	}
	return AtMonthEnd(r) + r.Tf("名册和联系关系按%s的登记，不是当时的登记，条数可能与当月指标略有出入。", " Registers and links are those of %s and not of then: the count may differ a little from the measure of the month.", r.CutOff.Format("2006-01-02"))
}

// AtCutOff says that a list is as of the cut-off day, whatever month is chosen: its register keeps no earlier state.
func AtCutOff(r Request) string {
	return r.Tf("名册只有截至%s的登记，不随所选月份变化。", "The register is known as of %s alone, whatever month is chosen.", r.CutOff.Format("2006-01-02"))
}
