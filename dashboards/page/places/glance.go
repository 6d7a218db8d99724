package places

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/signals"
)

// AtAGlance shows the units below the page's unit: villages on a map by tier, with what stands under it, and all of them by the
// measures that stand in the matrix. A branch has none.
func AtAGlance(ctx context.Context, r block.Request, town signals.Town, assessed []signals.Assessment, under ...view.Block) ([]view.Block, error) {
	if len(r.Below()) == 0 {
		return nil, nil
	}
	heat, err := matrix(ctx, r, town, assessed)
	if err != nil {
		return nil, err
	}
	shownMap, err := mapOf(r, assessed)
	if err != nil {
		return nil, err
	}
	if r.Unit().Level != facts.LevelTown {
		return []view.Block{view.Row{Parts: []view.Part{{Span: 12, Blocks: []view.Block{heat}}}}}, nil
	}
	return []view.Block{view.Row{Parts: []view.Part{{Span: 4, Blocks: append([]view.Block{shownMap}, under...)}, {Span: 8, Blocks: []view.Block{heat}}}}}, nil
}

// tierMap shows every village by its tier.
func tierMap(r block.Request, assessed []signals.Assessment) *view.TileMap {
	m := &view.TileMap{Frame: view.Frame{ID: "map", Title: r.T("各村状态", "How the villages stand"), Note: r.T("点村名进入；符合标准即列入", "A name leads to its village"), Language: r.Language},
		Tiers: []view.Tier{{ID: "weak", Name: r.T("薄弱", "Weak"), Place: view.FarBehind}, {ID: "watch", Name: r.T("关注", "Watch"), Place: view.SlightlyBehind},
			{ID: "usual", Name: r.T("正常", "Usual"), Place: view.Among}, {ID: "unknown", Name: r.T("暂不评价", "Not judged"), Poor: true}}}
	of := map[string]signals.Assessment{}
	for _, a := range assessed {
		of[a.Village.ID] = a
	}
	for _, u := range r.Villages { // as they stand in the register, so that each keeps its place from month to month
		s := view.Square{Name: u.Name, Short: string([]rune(u.Name)[:min(2, len([]rune(u.Name)))]), Tier: tierID(of[u.ID].Tier), Link: r.Link("village", question.In(u.ID))}
		if since := of[u.ID].Since; since != "" {
			s.Said = r.Tf("第%d月", "month %d", MonthsRunning(since, r.Month))
		}
		m.Squares = append(m.Squares, s)
	}
	if len(m.Squares) == 0 {
		m.State, m.Reason = view.Empty, r.T("没有村的名册。", "There is no list of villages.")
	}
	return m
}

// glancedAt is the page whose address sorts and searches the matrix: the one it stands on, else the overview.
func glancedAt(r block.Request) string {
	if r.Page.ID == "village" {
		return r.Page.ID
	}
	return "overview"
}

func tierID(t signals.Tier) string {
	switch t {
	case signals.BothKeys, signals.Weak:
		return "weak"
	case signals.Watch, signals.Apart:
		return "watch"
	case signals.NoSignal:
		return "usual"
	default:
		return "unknown"
	}
}

// matrix sets the units below side by side on the measures that stand in it. Of many units it shows the most urgent and finds the
// others by name; a download holds all.
func matrix(ctx context.Context, r block.Request, town signals.Town, assessed []signals.Assessment) (*view.Heat, error) {
	level := r.Below()[0].Level
	var measures []queries.Measure
	var ids []string
	for _, m := range queries.OnOverview(queries.MatrixOf) {
		if m.At(level) {
			measures, ids = append(measures, m), append(ids, m.ID)
			if m.Stands.Per != "" {
				ids = append(ids, m.Stands.Per)
			}
		}
	}
	scope := block.BelowScope(r)
	scope.From = r.FirstMonth
	values, err := r.Values(ctx, r.Visitor, scope, ids...)
	if err != nil {
		return nil, err
	}
	stand, err := block.Places(ctx, r, level, measures, values, town, assessed)
	if err != nil {
		return nil, err
	}
	h := &view.Heat{Frame: view.Frame{ID: "matrix", Title: r.T("村 × 指标", "Villages × measures"), Language: r.Language}, Corner: r.T("村", "Village")}
	if level == facts.LevelBranch {
		h.Title, h.Corner = r.T("支部 × 指标", "Branches × measures"), r.T("网格支部", "Grid branch")
	}
	by, err := sortBy(r, measures)
	if err != nil {
		return nil, err
	}
	h.Columns = matrixColumns(r, measures, by)
	weak := map[string]bool{}
	for _, a := range assessed {
		weak[a.Village.ID] = a.IsWeak()
	}
	cell := block.HeatCells(r)
	for _, u := range by.order(r, values, stand, assessed) {
		row := view.HeatRow{Name: u.Name, Link: r.Link("village", question.InUnit(u))}
		if weak[u.ID] && u.Level == facts.LevelVillage {
			row.Tone = view.ToneWorse
		}
		for _, m := range measures {
			row.Cells = append(row.Cells, cell(values.Series(m.ID, u.ID, r.MonthsUpTo()), stand[block.PlaceKey{Measure: m.ID, Unit: u.ID}]))
		}
		h.Rows = append(h.Rows, row)
	}
	return block.NoteApart(r, shorten(r, h, by.measure != "")), nil
}

// shorten leaves the first rows of a long matrix on the page, or those whose name was asked for.
func shorten(r block.Request, h *view.Heat, sorted bool) *view.Heat {
	all := len(h.Rows)
	if all <= block.MostShown {
		return h
	}
	asked := strings.TrimSpace(r.Params.Get("find"))
	path, query, _ := strings.Cut(r.Link(glancedAt(r), question.With("find", "")), "?")
	kept, _ := url.ParseQuery(query) // as Link wrote it
	h.Search = &view.Search{Address: path, Name: "find", Asked: asked, All: r.Link(glancedAt(r), question.With("find", "")) + "#figure-matrix"}
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		h.Search.Kept = append(h.Search.Kept, view.Field{Name: name, Value: kept.Get(name)})
	}
	var shown []view.HeatRow
	matching := 0
	for _, row := range h.Rows {
		if strings.Contains(strings.ToLower(row.Name), strings.ToLower(asked)) {
			if matching++; len(shown) < block.FewUrgents {
				shown = append(shown, row)
				continue
			}
		}
		h.Rest = append(h.Rest, row)
	}
	h.Rows = shown
	switch {
	case asked != "":
		h.Search.Found = r.Tf("找到%[1]d个，显示%[2]d个，共%[3]d个", "%[1]d found, %[2]d shown, of %[3]d", matching, len(shown), all)
	case sorted:
		h.Search.Found = r.Tf("按此列排在前面的%[1]d个，共%[2]d个", "The first %[1]d of %[2]d by this column", len(shown), all)
	default:
		h.Search.Found = r.Tf("最急的%[1]d个，共%[2]d个", "The %[1]d most urgent of %[2]d", len(shown), all)
	}
	return h
}

// rowOrder is how the rows of the matrix stand: by one measure, or the most urgent first.
type rowOrder struct {
	measure string // empty: the most urgent first
	down    bool
}

// sortBy reads the order an address asks for.
func sortBy(r block.Request, measures []queries.Measure) (rowOrder, error) {
	asked := r.Params.Get("sort")
	by, down := strings.CutPrefix(asked, "-")
	if asked != "" && !slices.ContainsFunc(measures, func(m queries.Measure) bool { return m.ID == by }) {
		return rowOrder{}, fmt.Errorf("%w: sort=%s", question.ErrBadFilter, asked)
	}
	return rowOrder{by, down}, nil
}

// matrixColumns heads the columns. Each leads to the matrix sorted by it, from the lowest value first, then from the highest.
func matrixColumns(r block.Request, measures []queries.Measure, by rowOrder) []view.HeatColumn {
	var all []view.HeatColumn
	for _, m := range measures {
		sort := m.ID
		c := view.HeatColumn{Title: m.Short.In(r.Lang), Note: m.Name.In(r.Lang)}
		switch {
		case m.Stands.Per != "":
			size, _ := queries.MeasureOf(m.Stands.Per)
			c.Note += r.Tf("；颜色按件数与“%s”的比例，不按件数多少", "; coloured by its share of: %s", size.Denominator.In(r.Lang))
		case slices.Contains(signals.HandMeasures(), m.ID):
			c.Note += r.T("；颜色与中位村相比：1.25倍起为略差，1.6倍起为明显差", "; coloured against the median village: from 1.25 times a little behind, from 1.6 times far behind")
		}
		if m.ID == by.measure {
			c.Sorted = "ascending"
			if by.down {
				c.Sorted = "descending"
			} else {
				sort = "-" + sort
			}
		}
		c.SortLink = r.Link(glancedAt(r), question.With("sort", sort)) + "#figure-matrix"
		all = append(all, c)
	}
	return all
}

// order puts the units below in order. What is not known stands last, either way.
func (o rowOrder) order(r block.Request, values facts.Measured, places map[block.PlaceKey]view.Place, assessed []signals.Assessment) []facts.Unit {
	units := slices.Clone(r.Below())
	tier, behind := map[string]int{}, map[string]int{}
	for _, a := range assessed {
		tier[a.Village.ID] = slices.Index(signals.Tiers, a.Tier)
	}
	for key, place := range places {
		behind[key.Unit] += int(min(place, 0))
	}
	slices.SortStableFunc(units, func(a, b facts.Unit) int {
		if o.measure == "" {
			return cmp.Or(cmp.Compare(tier[a.ID], tier[b.ID]), cmp.Compare(behind[a.ID], behind[b.ID]))
		}
		x, y := values.At(o.measure, a.ID, r.Month).Shown(), values.At(o.measure, b.ID, r.Month).Shown()
		if math.IsNaN(x) || math.IsNaN(y) {
			return cmp.Compare(unknown(x), unknown(y))
		}
		if o.down {
			x, y = y, x
		}
		return cmp.Compare(x, y)
	})
	return units
}

func unknown(x float64) int {
	if math.IsNaN(x) {
		return 1
	}
	return 0
}
