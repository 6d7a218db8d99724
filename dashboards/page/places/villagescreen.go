package places

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/language"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/todo"
	"hulian/dashboards/page/work"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/signals"

	"gonum.org/v1/gonum/stat"
)

// unitTiles is how many leading figures stand above a village or branch.
const unitTiles = 5

// coverageMonths is how many months the matrix of branches by month holds.
const coverageMonths = 12

// unitScreen is what the first screen of a village or branch is made of.
type unitScreen struct {
	r       block.Request
	own     facts.Measured
	town    signals.Town
	all     []signals.Assessment
	village signals.Assessment // of the page's village
	todo    []todo.Group
}

func newUnitScreen(ctx context.Context, r block.Request, own facts.Measured) (unitScreen, error) {
	s := unitScreen{r: r, own: own}
	town, err := block.Judged(ctx, r)
	if err != nil {
		return s, err
	}
	s.town, s.all = town, signals.Assess(town)
	for _, a := range s.all {
		if a.Village.ID == r.Village {
			s.village = a
		}
	}
	s.todo, err = todo.List(ctx, r)
	return s, err
}

// blocks are the badges, the leading figures, the branches by measure beside what is to be done, and below them the course over time.
func (s unitScreen) blocks(ctx context.Context) ([]view.Block, error) {
	tiles, err := s.tiles(ctx)
	if err != nil {
		return nil, err
	}
	branches, err := s.branches(ctx)
	if err != nil {
		return nil, err
	}
	months, err := s.byMonth(ctx)
	if err != nil {
		return nil, err
	}
	steps, err := work.StepBars(ctx, s.r)
	if err != nil {
		return nil, err
	}
	trend, err := block.Trend(s.r, s.own, "trend", s.r.T("走访覆盖与大事", "Coverage and what happened"), "household_coverage")
	if err != nil {
		return nil, err
	}
	spine, err := s.spine(ctx)
	if err != nil {
		return nil, err
	}
	row := func(span int, left []view.Block, right ...view.Block) view.Block {
		return view.Row{Parts: []view.Part{{Span: span, Blocks: left}, {Span: 12 - span, Blocks: right}}}
	}
	return []view.Block{view.Row{Parts: []view.Part{{Span: 12, Blocks: []view.Block{s.badges(), tiles}}}},
		row(7, []view.Block{branches, months}, checklist(s.r, s.todo)), row(6, []view.Block{trend}, steps), row(6, []view.Block{s.timeline()}, spine)}, nil
}

// headline says first how the village is judged, then what waits, as far as there is room.
func (s unitScreen) headline(ctx context.Context) (view.Headline, error) {
	r, h := s.r, view.Headline{Weak: WeakNamed(s.r, s.all)}
	if h.Weak == "" {
		said, err := judgedSaid(ctx, r, s.town, s.all, s.village)
		if err != nil {
			return h, err
		}
		h.Rest = said
	}
	return withMore(r, h, todo.InFewWords(r, urgentOf(s.todo))), nil
}

// judgedSaid says of a village that is not weak how it is judged; of one without a signal, first what it or the branch stands far behind on.
func judgedSaid(ctx context.Context, r block.Request, town signals.Town, all []signals.Assessment, a signals.Assessment) (string, error) {
	if a.Tier == signals.NoSignal {
		if behind, err := FarBehind(ctx, r, town, all); behind != "" || err != nil {
			return behind, err
		}
	}
	return tierSaid(r, a), nil
}

// tierSaid says of a village that is not weak how it is judged.
func tierSaid(r block.Request, a signals.Assessment) string {
	name := a.Village.Name
	switch a.Tier {
	case signals.TooPoor:
		return r.Tf("%s数据不足，暂不评价", "%s: data too poor to judge", name)
	case signals.Lately:
		return r.Tf("%s启动不久，暂不评价", "%s has begun too lately to be judged", name)
	case signals.NotStarted:
		return r.Tf("%s尚未启动，暂不评价", "%s has not begun and is not judged", name)
	case signals.Apart:
		return r.Tf("%s%s", "%s: %s", name, a.TierName(r.Lang))
	case signals.Watch:
		return r.Tf("%s列入关注", "%s is to be watched", name)
	case signals.NoSignal:
		return r.Tf("%s未见薄弱信号", "%s shows no sign of weakness", name)
	default:
		return name
	}
}

// badges say how the village is judged, when it joined, how many each hand serves, and when it was last supported.
func (s unitScreen) badges() *view.Badges {
	r, u := s.r, s.r.Unit()
	b := &view.Badges{Frame: view.Frame{ID: "state", Language: r.Language}}
	if s.village.Village.ID != "" {
		b.Badges = append(b.Badges, view.Badge{Text: s.village.TierName(r.Lang), Look: tierLook(s.village.Tier), Note: keysTurned(r, s.village), Link: r.Link("weak", question.In(r.Village))})
	}
	village, _ := r.Snapshot.Village(r.Village)
	switch village.Phase {
	case "pilot":
		b.Badges = append(b.Badges, view.Badge{Text: r.T("试点村", "Pilot village"), Look: view.LookPilot})
	case "rollout":
		b.Badges = append(b.Badges, view.Badge{Text: r.T("推开村", "Rollout village"), Look: view.LookRollout})
	}
	if village.Kind != "" {
		b.Badges = append(b.Badges, view.Badge{Text: r.Tf("镇党委确定：%s", "the committee calls it: %s", kindWord(r, village.Kind)), Note: r.T("名册中的村情类型，不参与薄弱村研判。", "The kind in the register; it plays no part in judging weak villages.")})
	}
	if start := facts.FirstSeven(r.StartOf(u)); start != "" && start <= r.Month {
		b.Badges = append(b.Badges, view.Badge{Text: r.Tf("%[1]s启动，第%[2]d个月", "began %[1]s, month %[2]d", r.MonthName(start), MonthsRunning(start, r.Month))})
	}
	if hand := s.own.At("people_per_hand", u.ID, r.Month); hand.Known() {
		b.Badges = append(b.Badges, view.Badge{Text: r.Tf("1人服务%s人", "%s people a hand", reading.Decimal(hand.Value, 0)), Note: hand.Base(r.Lang), Link: r.Link("capacity", question.In(r.Village))})
	}
	if last, ok := lastSupport(r); ok {
		b.Badges = append(b.Badges, view.Badge{Text: r.Tf("最近帮扶：%[1]s（%[2]s）", "last support: %[1]s (%[2]s)", r.Word("supports", "kind", last.Kind), r.MonthName(facts.FirstSeven(last.Started))), Link: "#table-supports"})
	} else if len(r.Supports) > 0 {
		b.Badges = append(b.Badges, view.Badge{Text: r.T("没有帮扶记录", "no support recorded")})
	}
	return b
}

// kindWord is what the committee calls a village, within a sentence.
func kindWord(r block.Request, kind string) string {
	return strings.ToLower(r.Word("villages", "kind", kind))
}

func tierLook(t signals.Tier) view.Look {
	switch t {
	case signals.BothKeys, signals.Weak:
		return view.LookWeak
	case signals.Watch, signals.Apart:
		return view.LookWatch
	case signals.TooPoor, signals.Lately, signals.NotStarted:
		return view.LookPoor
	default:
		return view.LookPlain
	}
}

// MonthsRunning counts the months from one to another, both included.
func MonthsRunning(from, to string) int {
	n := 1
	for m := from; m < to; m = facts.MonthAdd(m, 1) {
		n++
	}
	return n
}

// lastSupport is the support of the page's village that began last, up to the page's month.
func lastSupport(r block.Request) (last signals.Support, ok bool) {
	for _, s := range r.Supports {
		if s.Village == r.Village && facts.FirstSeven(s.Started) <= r.Month && s.Started >= last.Started {
			last, ok = s, true
		}
	}
	return last, ok
}

// tiles are the leading figures, each with its course and where the unit stands among its like.
func (s unitScreen) tiles(ctx context.Context) (*view.Tiles, error) {
	r, u := s.r, s.r.Unit()
	t := &view.Tiles{Frame: view.Frame{ID: "tiles", Language: r.Language}}
	measures := measuresAt(queries.TileOf, u.Level)
	measures = measures[:min(unitTiles, len(measures))]
	like, places, err := s.among(ctx, measures)
	if err != nil {
		return nil, err
	}
	for _, m := range measures {
		tile := block.Tile(r, block.LeadOf(r, s.own, m.ID))
		tile.Strip = strip(r, m, like, tile.Value, places[block.PlaceKey{Measure: m.ID, Unit: u.ID}])
		t.Tiles = append(t.Tiles, tile)
	}
	return t, nil
}

// among reads the page's month of all units of the level, and says where they stand: the same as on the overview.
func (s unitScreen) among(ctx context.Context, measures []queries.Measure) (facts.Measured, map[block.PlaceKey]view.Place, error) {
	level := s.r.Unit().Level
	values, err := s.r.Values(ctx, s.r.Visitor, facts.Scope{Level: level, From: s.r.Month, To: s.r.Month}, idsOf(measures)...)
	if err != nil {
		return values, nil, err
	}
	places, err := block.Places(ctx, s.r, level, measures, values, s.town, s.all)
	return values, places, err
}

// measuresAt are the measures that stand in a place of the overview and are counted at a level.
func measuresAt(place func(queries.Stands) int, level queries.Level) []queries.Measure {
	return slices.DeleteFunc(slices.Clone(queries.OnOverview(place)), func(m queries.Measure) bool { return !m.At(level) })
}

// idsOf are the IDs of measures, and of those that their counts are set against.
func idsOf(measures []queries.Measure) []string {
	var ids []string
	for _, m := range measures {
		ids = append(ids, m.ID)
		if m.Stands.Per != "" && !slices.Contains(ids, m.Stands.Per) {
			ids = append(ids, m.Stands.Per)
		}
	}
	return ids
}

// strip sets the unit's value among those of its like.
func strip(r block.Request, m queries.Measure, like facts.Measured, own view.Value, place view.Place) *view.Strip {
	units, others := r.Villages, r.T("其他村", "the other villages")
	if r.Unit().Level == facts.LevelBranch {
		units, others = r.Branches, r.T("全镇其他支部", "the other branches of the town")
	}
	s := &view.Strip{Own: own, Down: m.Direction == queries.Down, Place: place}
	for _, u := range units {
		if v := like.At(m.ID, u.ID, r.Month); u.ID != r.Unit().ID && v.Known() {
			s.Others = append(s.Others, v.Shown())
		}
	}
	if len(s.Others) == 0 || !own.Known() {
		return nil
	}
	said := (&view.Heat{Frame: view.Frame{Language: r.Language}}).PlaceWord(place)
	if !own.Small() && place != view.Among {
		s.Word = said
	}
	if why := block.NotCompared(r, m, r.Unit()); why != "" {
		s.Said = language.Capital(why) + r.T("。", ".")
		return s
	}
	s.Said = r.Tf("与%[1]s（%[2]d个）相比：%[3]s。", "Against %[1]s (%[2]d): %[3]s.", others, len(s.Others), cmp.Or(said, r.T("无明显差别", "no clear difference")))
	return s
}

// fewestForSpine is how many units must be known for quartiles to say anything.
const fewestForSpine = 4

// spine sets the unit against all of its like: worst, best and the middle half. Counts are left out: a larger unit has more of them.
func (s unitScreen) spine(ctx context.Context) (*view.Spine, error) {
	r, u := s.r, s.r.Unit()
	units, title := r.Villages, r.T("与全镇各村相比", "Against all villages of the town")
	if u.Level == facts.LevelBranch {
		units, title = r.Branches, r.T("与全镇各支部相比", "Against all branches of the town")
	}
	p := &view.Spine{Frame: view.Frame{ID: "spine", Title: title, Note: r.T("深色为居中的一半", "Dark: the middle half"), Language: r.Language}, Unit: u.Name}
	measures := slices.DeleteFunc(measuresAt(queries.MatrixOf, u.Level), func(m queries.Measure) bool { return m.Stands.Per != "" })
	like, places, err := s.among(ctx, measures)
	if err != nil {
		return nil, err
	}
	for _, m := range measures {
		var known []facts.Value
		var sizes []float64
		for _, of := range units {
			if v := like.At(m.ID, of.ID, r.Month); v.Known() && !v.Tiny() {
				known, sizes = append(known, v), append(sizes, v.Shown())
			}
		}
		if len(known) < fewestForSpine {
			continue
		}
		slices.Sort(sizes)
		slices.SortFunc(known, func(a, b facts.Value) int { return cmp.Compare(a.Value, b.Value) })
		if m.Direction == queries.Down {
			slices.Reverse(known)
		}
		quartile := func(p float64) float64 { return stat.Quantile(p, stat.LinInterp, sizes, nil) }
		row := view.SpineRow{Name: m.Short.In(r.Lang), Value: block.DrawnValue(r, like.At(m.ID, u.ID, r.Month), placeTone(places[block.PlaceKey{Measure: m.ID, Unit: u.ID}])),
			Worst: block.DrawnValue(r, known[0], view.ToneNone), Best: block.DrawnValue(r, known[len(known)-1], view.ToneNone), Low: quartile(.25), Middle: middleOf(sizes), High: quartile(.75)}
		row.MiddleText = reading.Decimal(row.Middle, reading.Decimals(m.Unit))
		p.Rows = append(p.Rows, row)
	}
	if len(p.Rows) == 0 {
		p.State, p.Reason = view.Empty, r.T("有数据的单位太少，不作比较。", "Too few units are known to compare.")
	}
	return p, nil
}

// placeTone is a place among the others as a tone.
func placeTone(p view.Place) view.Tone {
	switch {
	case p < view.Among:
		return view.ToneWorse
	case p > view.Among:
		return view.ToneBetter
	default:
		return view.ToneNone
	}
}

// rows are the branches of the village, with the page's own among them.
func (s unitScreen) rows() []facts.Unit { return s.r.Units.BranchesOf(s.r.Village) }

// branches sets the branches of the village side by side on the measures of the overview's matrix, those furthest behind first.
func (s unitScreen) branches(ctx context.Context) (*view.Heat, error) {
	r, measures := s.r, measuresAt(queries.MatrixOf, facts.LevelBranch)
	h := &view.Heat{Frame: view.Frame{ID: "matrix", Title: r.T("支部 × 指标", "Branches × measures"), Language: r.Language}, Corner: r.T("网格支部", "Grid branch")}
	values, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelBranch, Village: r.Village, From: r.FirstMonth, To: r.Month}, idsOf(measures)...)
	if err != nil {
		return nil, err
	}
	places, err := block.Places(ctx, r, facts.LevelBranch, measures, values, s.town, s.all)
	if err != nil {
		return nil, err
	}
	for _, m := range measures {
		h.Columns = append(h.Columns, view.HeatColumn{Title: m.Short.In(r.Lang), Note: m.Name.In(r.Lang)})
	}
	units, behind := slices.Clone(s.rows()), map[string]int{}
	for key, place := range places {
		behind[key.Unit] += int(min(place, 0))
	}
	slices.SortStableFunc(units, func(a, b facts.Unit) int { return cmp.Compare(behind[a.ID], behind[b.ID]) })
	cell := block.HeatCells(r)
	for _, u := range units {
		row := s.heatRow(u)
		for _, m := range measures {
			row.Cells = append(row.Cells, cell(values.Series(m.ID, u.ID, r.MonthsUpTo()), places[block.PlaceKey{Measure: m.ID, Unit: u.ID}]))
		}
		h.Rows = append(h.Rows, row)
	}
	return block.NoteApart(r, s.orEmpty(h)), nil
}

func (s unitScreen) heatRow(u facts.Unit) view.HeatRow {
	row := view.HeatRow{Name: u.Name, Link: s.r.Link("village", question.InUnit(u))}
	if u.ID == s.r.Branch {
		row.Badge = s.r.T("本支部", "this branch")
	}
	return row
}

// orEmpty says why a matrix has no rows.
func (s unitScreen) orEmpty(h *view.Heat) *view.Heat {
	if len(h.Rows) == 0 {
		h.State, h.Reason = view.Empty, s.r.T("没有网格支部的名册。", "There is no list of branches.")
	}
	if len(h.Rows) > block.MostShown {
		h.Rows, h.Rest = h.Rows[:block.FewUrgents], h.Rows[block.FewUrgents:]
		h.More = s.r.Tf("显示%[1]d个，共%[2]d个", "%[1]d of %[2]d shown", block.FewUrgents, block.FewUrgents+len(h.Rest))
	}
	return h
}

// byMonth shows the coverage of the branches over a year, each month coloured by where they stood then among all branches of the town.
func (s unitScreen) byMonth(ctx context.Context) (*view.Heat, error) {
	r := s.r
	m, _ := queries.MeasureOf("household_coverage")
	h := &view.Heat{Frame: view.Frame{ID: "months", Title: r.Tf("支部 × 月份：%s", "Branches × months: %s", m.Name.In(r.Lang)), Language: r.Language}, Corner: r.T("网格支部", "Grid branch"), Months: true}
	months := r.MonthsUpTo()
	months = months[max(0, len(months)-coverageMonths):]
	values, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelBranch, From: months[0], To: r.Month}, m.ID)
	if err != nil {
		return nil, err
	}
	h.Columns = block.MonthColumns(r, months)
	cells := block.MonthCells(r, m, r.Branches, values, months)
	for _, u := range s.rows() {
		row := s.heatRow(u)
		row.Cells = cells(u)
		h.Rows = append(h.Rows, row)
	}
	return s.orEmpty(h), nil
}

// timeline is what happened in the village: the start, its supports with what followed, and the meetings of the newest months.
func (s unitScreen) timeline() *view.Timeline {
	r, u := s.r, s.r.Unit()
	t := &view.Timeline{Frame: view.Frame{ID: "events", Title: r.T("大事记", "What happened"), Language: r.Language}}
	if start := r.StartOf(u); start != "" && facts.FirstSeven(start) <= r.Month {
		t.Events = append(t.Events, view.Event{Name: r.T("启动先锋户联", "The programme began"), At: start})
	}
	for _, o := range s.village.Supports {
		tone := view.ToneNone
		if o.Credited() {
			tone = view.ToneBetter
		}
		t.Events = append(t.Events, view.Event{Name: r.T("帮扶：", "Support: ") + r.Word("supports", "kind", o.Kind), At: o.Started, Tone: tone, Verdict: o.Verdict(r.Lang)})
	}
	slices.SortStableFunc(t.Events, func(a, b view.Event) int { return strings.Compare(a.At, b.At) })
	months := r.MonthsUpTo()
	for _, v := range s.own.Series("reconciliation_rate", u.ID, months[max(0, len(months)-3):]) {
		e := view.Event{Name: r.T("对账交流会", "Reconciliation meetings"), At: r.MonthName(v.Month)}
		if v.Known() {
			e.Text = r.Tf("应开%[2]s个支部，开了%[1]s个", "held by %[1]s of %[2]s branches", reading.Count(v.Num), reading.Count(v.Den))
		} else {
			e.Unknown = cmp.Or(block.Caution(r, v), r.T("没有会议记录", "no record of meetings"))
		}
		t.Events = append(t.Events, e)
	}
	return t
}
