package block

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"hulian/dashboards/facts"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/reading"
)

// headlineRoom is how many Chinese characters a headline may have.
const headlineRoom = 40

// HeadlineRoom is how many characters a headline may have. Latin letters are half as wide as Chinese characters.
func HeadlineRoom(r Request) int { return room(r, headlineRoom) }

func room(r Request, chinese int) int {
	if r.Lang != "zh" {
		return 2 * chinese
	}
	return chinese
}

// Fits reports whether a headline has room for all these parts.
func Fits(r Request, parts ...string) bool {
	return utf8.RuneCountInString(strings.Join(parts, "")) <= HeadlineRoom(r)
}

// HeadlineOf sets the parts of a headline behind what is most pressing, which may be nothing.
func HeadlineOf(r Request, weak string, parts ...string) view.Headline {
	separator := r.T("；", "; ")
	h := view.Headline{Weak: weak, Rest: strings.Join(parts, separator)}
	if h.Weak != "" && h.Rest != "" {
		h.Rest = separator + h.Rest
	}
	return h
}

// AddFewWords adds to the parts of a headline what a leading figure says, the fullest way that has room.
func AddFewWords(r Request, l Lead, weak string, parts []string) []string {
	if !l.Read.Known() {
		return parts
	}
	ways := InFewWords(r, l)
	if !l.Read.Signal() {
		ways = ways[len(ways)-1:] // the number alone: why it is not judged stands in its tile
	}
	for _, said := range ways {
		said = strings.TrimSuffix(said, r.T("，", ", "))
		if Fits(r, append(slices.Clone(parts), weak, said)...) {
			return append(parts, said)
		}
	}
	return parts
}

// LeadsOf are measures of the page's unit with what they mean.
func LeadsOf(r Request, own facts.Measured, ids ...string) []Lead {
	var all []Lead
	for _, id := range ids {
		if m, ok := queries.MeasureOf(id); ok && m.At(r.Unit().Level) {
			all = append(all, LeadOf(r, own, id))
		}
	}
	return all
}

// TilesOf are the leading figures of the page's unit: each with its own course and, of a village or branch, where it stands among its
// like.
func TilesOf(ctx context.Context, r Request, title string, leads []Lead) (*view.Tiles, error) {
	t := &view.Tiles{Frame: view.Frame{ID: "tiles", Title: title, Language: r.Language}}
	var ids []string
	for _, l := range leads {
		ids = append(ids, l.Read.Measure.ID)
	}
	placed, err := OwnPositions(ctx, r, ids...)
	if err != nil {
		return nil, err
	}
	for _, l := range leads {
		tile := Tile(r, l)
		tile.Verdict = withPlace(r, tile.Verdict, placed[tile.ID])
		t.Tiles = append(t.Tiles, tile)
	}
	return t, nil
}

// verdictRoom is how many Chinese characters a verdict may have.
const verdictRoom = 14

// withPlace adds to a verdict where the unit stands. Where there is no room for both, the place stands alone: the reading is told in the
// tile's details.
func withPlace(r Request, verdict string, p view.Position) string {
	place := map[view.Position]string{view.Behind: r.T("差于同类", "behind its like"), view.Ahead: r.T("好于同类", "ahead of its like")}[p]
	both := verdict + r.T("，", ", ") + place
	switch {
	case place == "":
		return verdict
	case verdict == "" || utf8.RuneCountInString(both) > room(r, verdictRoom):
		return place
	default:
		return both
	}
}

// monthsAcross is how many months a matrix of units by months shows.
const monthsAcross = 12

// MonthsAcross sets the units below the page's unit side by side on one measure over the last months. The colour of a cell is where
// the unit stood among its like in that month, the arrow in the newest month its own course. The worst of the newest month comes first.
// Nil where the unit has none below it.
func MonthsAcross(ctx context.Context, r Request, id, title, measure string) (*view.Heat, error) {
	if len(r.Below()) == 0 {
		return nil, nil
	}
	level := r.Below()[0].Level
	m, _ := queries.MeasureOf(measure)
	all, err := r.Values(ctx, r.Visitor, facts.Scope{Level: level, From: r.FirstMonth, To: r.Month}, measure)
	if err != nil {
		return nil, err
	}
	peers := r.Villages
	h := &view.Heat{Frame: view.Frame{ID: id, Title: title, Language: r.Language}, Corner: r.T("村", "Village"), Months: true}
	if level == facts.LevelBranch {
		peers, h.Corner = r.Branches, r.T("网格支部", "Grid branch")
	}
	months := r.MonthsUpTo()
	months = months[max(0, len(months)-monthsAcross):]
	h.Columns = MonthColumns(r, months)
	cells := MonthCells(r, m, peers, all, months)
	for _, u := range worstFirst(r, m, all) {
		row := view.HeatRow{Name: u.Name, Link: r.Link(r.Page.ID, question.InUnit(u)), Cells: cells(u)}
		row.Cells[len(months)-1].Own = ToneOf(r.Read(all.Series(measure, u.ID, r.MonthsUpTo())))
		h.Rows = append(h.Rows, row)
	}
	if n := len(h.Rows); n > MostShown {
		h.Rows, h.Rest = h.Rows[:FewUrgents], h.Rows[FewUrgents:]
		h.More = r.Tf("最差的%[1]d个，共%[2]d个，下载含全部", "The worst %[1]d of %[2]d; the download holds all", FewUrgents, n)
	}
	return h, nil
}

// MonthCells makes the cells of a unit over months. The colour of each is where the unit stood among its like in that month.
func MonthCells(r Request, m queries.Measure, like []facts.Unit, all facts.Measured, months []string) func(facts.Unit) []view.HeatCell {
	placed, apart := make([]map[string]view.Place, len(months)), make([]func(facts.Unit) string, len(months))
	for i, month := range months {
		then := r
		then.Month = month
		apart[i] = newness(then, m)
		if len(like) <= MostCompared {
			placed[i] = Among(then, m, like, all)
		}
	}
	return func(u facts.Unit) []view.HeatCell {
		var cells []view.HeatCell
		for i, v := range all.Series(m.ID, u.ID, months) {
			cell := view.HeatCell{Value: DrawnValue(r, v, view.ToneNone), Place: placed[i][u.ID], Apart: apart[i](u)}
			if v.Known() {
				cell.Value.Text = reading.Decimal(v.Shown(), 0)
			}
			cells = append(cells, cell)
		}
		return cells
	}
}

// shortMonth is a month in a narrow column: its number or name, with the year in January and where it is asked for.
func shortMonth(r Request, month string, dated bool) string {
	at, err := time.Parse("2006-01", month)
	if err != nil {
		return month
	}
	if dated || at.Month() == time.January {
		return at.Format(r.T("06年1月", "Jan 06"))
	}
	return at.Format(r.T("1月", "Jan"))
}

// MonthColumns heads the months: the year stands at the first month and at each January.
func MonthColumns(r Request, months []string) []view.HeatColumn {
	var all []view.HeatColumn
	for i, month := range months {
		all = append(all, view.HeatColumn{Title: shortMonth(r, month, i == 0), Note: r.MonthName(month)})
	}
	return all
}

// worstFirst orders the units below by their value in the page's month; those of which it is unknown come last.
func worstFirst(r Request, m queries.Measure, all facts.Measured) []facts.Unit {
	units := slices.Clone(r.Below())
	slices.SortStableFunc(units, func(a, b facts.Unit) int {
		x, y := all.At(m.ID, a.ID, r.Month).Shown(), all.At(m.ID, b.ID, r.Month).Shown()
		switch {
		case math.IsNaN(x) && math.IsNaN(y):
			return 0
		case math.IsNaN(x):
			return 1
		case math.IsNaN(y):
			return -1
		case m.Direction == queries.Down:
			return cmp.Compare(y, x)
		default:
			return cmp.Compare(x, y)
		}
	})
	return units
}

// FarBehindOn names the units below the page's unit that stand clearly behind their like on a measure this month, the worst first.
func FarBehindOn(ctx context.Context, r Request, measure string) ([]string, error) {
	if len(r.Below()) == 0 {
		return nil, nil
	}
	m, _ := queries.MeasureOf(measure)
	level, peers := r.Below()[0].Level, r.Villages
	if level == facts.LevelBranch {
		peers = r.Branches
	}
	if len(peers) > MostCompared {
		return nil, nil
	}
	all, err := r.Values(ctx, r.Visitor, facts.Scope{Level: level, From: r.Month, To: r.Month}, measure)
	if err != nil {
		return nil, err
	}
	placed := Among(r, m, peers, all)
	var names []string
	for _, u := range worstFirst(r, m, all) {
		if placed[u.ID] == view.FarBehind {
			names = append(names, u.Name)
		}
	}
	return names, nil
}

// NamedFew writes the first two of some names, and how many there are where there are more.
func NamedFew(r Request, names []string) string {
	if len(names) <= 2 {
		return strings.Join(names, r.T("、", " and "))
	}
	return r.Tf("%[1]s等%[2]d个", "%[1]s and %[3]d more", strings.Join(names[:2], r.T("、", ", ")), len(names), len(names)-2)
}
