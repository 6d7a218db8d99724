package month

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/decisions"
	"hulian/dashboards/page/places"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// screen is the first screen of the overview: what is read in ten seconds.
type screen struct {
	headline view.Headline
	blocks   []view.Block
}

// firstScreen is the answer in one line, the leading figures, where the units stand, what to press for, and what was decided.
func firstScreen(ctx context.Context, r block.Request, own facts.Measured) (screen, error) {
	var s screen
	var leads []block.Lead
	tiles := &view.Tiles{Frame: view.Frame{ID: "tiles", Language: r.Language}}
	for _, m := range queries.OnOverview(queries.TileOf) {
		if !m.At(r.Unit().Level) {
			continue
		}
		lead := block.LeadOf(r, own, m.ID)
		leads, tiles.Tiles = append(leads, lead), append(tiles.Tiles, block.Tile(r, lead))
	}
	if err := readVillagesAhead(ctx, r); err != nil {
		return s, err
	}
	town, err := block.Judged(ctx, r)
	if err != nil {
		return s, err
	}
	assessed := signals.Assess(town)
	behind, err := places.FarBehind(ctx, r, town, assessed)
	if err != nil {
		return s, err
	}
	s.headline = headlineOf(r, assessed, leads, behind)
	decided, err := decisions.LastDecided(ctx, r)
	if err != nil {
		return s, err
	}
	units, err := places.AtAGlance(ctx, r, town, assessed, decided)
	if err != nil {
		return s, err
	}
	press, err := toPress(ctx, r, town, assessed, leads)
	if err != nil {
		return s, err
	}
	last := view.Row{Parts: []view.Part{{Span: 12, Blocks: []view.Block{press}}}}
	if r.Unit().Level != facts.LevelTown { // where it does not stand below the map
		last.Parts = []view.Part{{Span: 8, Blocks: last.Parts[0].Blocks}, {Span: 4, Blocks: []view.Block{decided}}}
	}
	s.blocks = slices.Concat([]view.Block{view.Row{Parts: []view.Part{{Span: 12, Blocks: []view.Block{tiles}}}}}, units, []view.Block{last})
	return s, nil
}

// readVillagesAhead reads at once what the judgement and the matrix ask of the villages one after the other.
func readVillagesAhead(ctx context.Context, r block.Request) error {
	ids := block.JudgedBy()
	if r.Unit().Level == facts.LevelTown {
		for _, m := range queries.OnOverview(queries.MatrixOf) {
			if m.At(facts.LevelVillage) {
				ids = append(ids, m.ID)
			}
		}
	}
	_, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelVillage, From: r.FirstMonth, To: r.Month}, ids...)
	return err
}

// headlineOf names the weak villages first, then what worsens most clearly, then what improves, as far as there is room.
// Of a unit with neither it says what it stands far behind on, before it says that nothing changed.
func headlineOf(r block.Request, assessed []signals.Assessment, leads []block.Lead, behind string) view.Headline {
	weak := places.WeakNamed(r, assessed)
	var chosen []func(block.Request) string // what is said, in either language
	fits := func(r block.Request, said string) bool {
		all := []string{places.WeakNamed(r, assessed)}
		for _, part := range chosen {
			all = append(all, part(r))
		}
		all = slices.DeleteFunc(append(all, said), func(s string) bool { return s == "" })
		return utf8.RuneCountInString(strings.Join(all, r.T("；", "; "))) <= block.HeadlineRoom(r)
	}
	for _, wanted := range []reading.Variation{reading.Worsening, reading.Improving} {
		at := slices.IndexFunc(leads, func(l block.Lead) bool { return l.Read.Variation == wanted })
		if at < 0 {
			continue
		}
		if way := block.InBoth(r, leads[at], fits); way >= 0 {
			chosen = append(chosen, func(r block.Request) string { return block.InFewWords(r, leads[at])[way] })
		}
	}
	var parts []string
	for _, part := range chosen {
		parts = append(parts, part(r))
	}
	if weak == "" && len(parts) == 0 {
		parts = append(parts, cmp.Or(behind, nothingToSay(r, leads)))
	}
	return block.HeadlineOf(r, weak, parts...)
}

// nothingToSay is the line where no village is weak and no leading figure gives a signal: why there is none.
func nothingToSay(r block.Request, leads []block.Lead) string {
	known, judged := 0, 0
	for _, l := range leads {
		if l.Read.Known() {
			known++
		}
		if l.Read.Variation == reading.Common || l.Read.Signal() {
			judged++
		}
	}
	switch {
	case known == 0:
		return r.T("本月还没有可用的数据", "No leading figure is known for this month")
	case r.TooPoor(r.Unit(), r.Month):
		return r.T("数据不足，暂不评价", "The data are too poor to judge")
	case judged == 0:
		return r.T("月份少或基数小，暂不评价", "Too few months, or bases too small, to judge")
	default:
		return r.T("主要指标都在正常波动之内", "No leading figure changed beyond ordinary variation")
	}
}

// mostPressed is how many matters the first screen names.
const mostPressed = 3

// toPress names what needs pressing: the weak villages with what they are weak on, then the figures of the unit that worsen.
func toPress(ctx context.Context, r block.Request, town signals.Town, assessed []signals.Assessment, leads []block.Lead) (*view.Table, error) {
	t := &view.Table{ID: "press", Stacked: true, Title: r.T("三件要抓的事", "Three things to press for"),
		Empty:   nothingToPress(r, assessed),
		Columns: []view.Column{view.Words(r.T("村", "Village")), view.Words(r.T("事项", "Matter")), view.Words(r.T("责任人", "Held by")), view.Day(r.T("自", "Since")), view.Words(r.T("明细", "Rows"))}}
	for _, a := range assessed {
		if !a.IsWeak() || r.Village != "" && a.Village.ID != r.Village {
			continue
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: a.Village.Name, Link: r.Link("village", question.In(a.Village.ID)), Tone: view.ToneWorse}, {Text: weakOn(r, a), Note: a.Cause.Name(r.Lang)},
			{Text: secretaries(r, town, a), Link: r.Link("organisation", question.In(a.Village.ID))}, {Text: r.MonthName(a.Since)}, {Text: r.T("依据", "evidence"), Link: r.Link("weak", question.In(a.Village.ID))}})
	}
	for _, l := range leads {
		if l.Read.Variation != reading.Worsening {
			continue
		}
		row, err := worsening(ctx, r, l)
		if err != nil {
			return nil, err
		}
		t.Rows = append(t.Rows, row)
	}
	if more := len(t.Rows) - mostPressed; more > 0 {
		t.Rows = slices.Concat(t.Rows[:mostPressed-1], t.Rows[len(t.Rows)-1:])
		t.More, t.MoreLink = r.Tf("另有%d项。", "%d more.", more), r.Link("weak")
	}
	return t, nil
}

// nothingToPress says that there is nothing, or that nothing could be judged.
func nothingToPress(r block.Request, assessed []signals.Assessment) string {
	for _, a := range assessed {
		poor := a.Tier == signals.TooPoor || a.Tier == signals.Lately || a.Tier == signals.NotStarted
		switch {
		case a.Village.ID == r.Village && poor:
			return r.Tf("%s，不作判断。", "Not judged: %s.", a.TierName(r.Lang))
		case r.Village == "" && !poor:
			return r.T("没有薄弱村，主要指标也没有变差。", "No village is weak and no leading figure is getting worse.")
		}
	}
	if r.Village != "" {
		return r.T("不是薄弱村，主要指标也没有变差。", "The village is not weak and no leading figure is getting worse.")
	}
	return r.T("数据还不够判断。", "There are too few data to judge by.")
}

// worsening is the row of a leading figure of the page's unit that gets worse.
func worsening(ctx context.Context, r block.Request, l block.Lead) ([]view.Cell, error) {
	holder := ""
	if l.Read.Measure.ID == "overdue_issues" {
		var err error
		if holder, err = holders(ctx, r); err != nil {
			return nil, err
		}
	}
	page := "measures"
	if group := l.Read.Measure.Group; group == "issues" || group == "visits" {
		page = group
	}
	since := ""
	if month := l.Read.Since(); month != "" {
		since = r.MonthName(month)
	}
	return []view.Cell{{Text: r.Unit().Name}, {Text: block.InFewWords(r, l)[0]}, {Text: block.OrMissing(holder)}, {Text: block.OrMissing(since)}, {Text: r.T("名单", "list"), Link: r.Link(page)}}, nil
}

// secretaries says how many branch secretaries answer for a village, and how many posts are vacant: the lists of branches name no
// secretary of the village itself. It is read off the criterion that counts the vacancies.
func secretaries(r block.Request, town signals.Town, a signals.Assessment) string {
	for _, c := range town.Criteria {
		if c.Village != a.Village.ID || c.Month != r.Month || places.Criterion(r, c.ID).Fact != data.FactVacantSecretaries || !(c.Denominator > 0) {
			continue
		}
		held, vacant := reading.Count(c.Denominator-c.Numerator), reading.Count(c.Numerator)
		if c.Numerator == 0 {
			return r.Tf("支部书记%s名", "%s branch secretaries", held)
		}
		return r.Tf("支部书记%[1]s名（%[2]s名空缺）", "%[1]s branch secretaries (%[2]s vacant)", held, vacant)
	}
	return r.T("名册未报", "not on the lists")
}

// weakOn says what a village is weak on: the surest of what persists, with its base, or the criteria it meets.
func weakOn(r block.Request, a signals.Assessment) string {
	var said []string
	for _, signal := range a.Persistent() {
		e := signal[0]
		said = append(said, r.Tf("%[1]s%[2]s%%（%[3]s）", "%[1]s %[2]s%% (%[3]s)", e.Measure.Name.In(r.Lang), reading.Decimal(e.Place.Rate()*100, 1), reading.Base(e.Place.Events, e.Place.Total)))
	}
	if len(said) == 0 {
		for _, c := range a.Criteria {
			said = append(said, a.Of(c.ID).Named(r.Lang))
		}
	}
	if len(said) > 2 {
		said = said[:2]
	}
	return strings.ReplaceAll(strings.Join(said, r.T("；", "; ")), " %", "%")
}

// mostHolders is how many holders of issues are named.
const mostHolders = 2

// holders says who holds most of the overdue issues, as the list of issues gives it.
func holders(ctx context.Context, r block.Request) (string, error) {
	all, err := r.OverdueHolders(ctx, r.Visitor, r.Unit(), r.Month)
	if err != nil {
		return "", err
	}
	var said []string
	for _, h := range all[:min(len(all), mostHolders)] {
		said = append(said, r.Tf("%[1]s%[2]s件", "%[1]s %[2]s", r.Word("issues", "routed_to", h.RoutedTo), reading.Count(h.Issues)))
	}
	if len(all) > mostHolders {
		return r.Tf("%s等", "%s and others", strings.Join(said, r.T("、", ", "))), nil
	}
	return strings.Join(said, r.T("、", ", ")), nil
}
