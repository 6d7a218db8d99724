package places

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/language"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/decisions"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// firstFunnel is the measure the funnel shows where the address names none.
const firstFunnel = "undoubted_coverage"

// Weak builds the page of weak villages.
func Weak(ctx context.Context, r block.Request) (view.View, error) {
	id := cmp.Or(r.Params.Get("measure"), firstFunnel)
	measure, ok := queries.MeasureOf(id)
	if !ok {
		return view.View{}, fmt.Errorf("%w: measure=%s", question.ErrBadFilter, id)
	}
	town, err := block.Judged(ctx, r)
	if err != nil {
		return view.View{}, err
	}
	all := signals.Assess(town)
	v := view.View{Heading: block.Heading(r), Blocks: tooPoor(r, all)}
	if v.Headline, err = weakHeadline(ctx, r, town, all); err != nil {
		return v, err
	}
	places, err := placesOf(ctx, r, town, all)
	if err != nil {
		return v, err
	}
	supports, err := block.SupportsOf(ctx, r)
	if err != nil {
		return v, err
	}
	if r.Village != "" {
		for _, a := range all {
			if a.Village.ID == r.Village {
				if start := signals.StartUnknown(all, r.Lang); start != "" {
					v.Sentences = append(v.Sentences, start)
				}
				v, err := weakVillage(r, v, town, a, places)
				if err != nil {
					return v, err
				}
				v.Blocks = append(v.Blocks, supports.Blocks...)
				actions, err := decisions.Listed(ctx, r)
				v.Blocks = append(v.Blocks, actions.Blocks...)
				return v, err
			}
		}
	}
	v.Sentences = signals.Summary(all, r.Lang)
	if said := committeesWord(r, func(id string, slots ...string) string { return block.Say(r, facts.Measured{}, id, slots...) }, all); said != "" {
		v.Sentences = append(v.Sentences, said)
	}
	v.Blocks = append(v.Blocks, view.Row{Parts: []view.Part{{Span: 12, Blocks: []view.Block{weakTable(r, all)}}}})
	var pictures view.Row
	for _, l := range criterionLimits(r, town, all) {
		pictures.Parts = append(pictures.Parts, view.Part{Span: 6, Blocks: []view.Block{l}})
	}
	for _, m := range against(all, r.Params.Get("measure")) {
		if len(pictures.Parts) == mostPictures {
			break
		}
		if town.Series[m.ID] == nil {
			if err := block.ReadVillages(ctx, r, &town, m.ID); err != nil {
				return v, err
			}
		}
		pictures.Parts = append(pictures.Parts, view.Part{Span: 6, Blocks: []view.Block{villageLimits(r, town, m)}})
	}
	v.Blocks = append(v.Blocks, pictures, view.Lead{}, keys(r))
	for _, a := range all {
		if a.IsWeak() || a.Tier == signals.Watch || a.Tier == signals.Apart {
			v.Blocks = append(v.Blocks, pack(r, a, places)...)
		}
	}
	v.Blocks = append(v.Blocks, supports.Blocks...)
	if town.Series[measure.ID] == nil && signals.HasFunnel(measure) { // shown, although no village is called weak by it
		if err := block.ReadVillages(ctx, r, &town, measure.ID); err != nil {
			return v, err
		}
	}
	compared, err := block.Comparison(ctx, r, town, measure)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, compared...)
	v.Blocks = append(v.Blocks, block.Funnels(r, town, "weak", measure.ID))
	return v, nil
}

// WeakList is the list of villages by tier, of the town alone.
func WeakList(ctx context.Context, r block.Request) (view.View, error) {
	town, err := block.Judged(ctx, r)
	if err != nil {
		return view.View{}, err
	}
	all := signals.Assess(town)
	if slices.ContainsFunc(all, func(a signals.Assessment) bool { return a.Village.ID == r.Village }) {
		return view.View{}, nil
	}
	t := weakTable(r, all)
	if start := signals.StartUnknown(all, r.Lang); start != "" {
		t.More = strings.TrimSpace(t.More + r.T("", " ") + start) // the report shows no notes of tables
	}
	return view.View{Blocks: []view.Block{t}}, nil
}

// tierTone colours what asks for help, and greys what cannot be judged.
func tierTone(t signals.Tier) view.Tone {
	switch t {
	case signals.BothKeys, signals.Weak:
		return view.ToneWorse
	case signals.TooPoor, signals.Lately, signals.NotStarted, signals.Apart:
		return view.ToneQuiet
	default:
		return view.ToneNone
	}
}

// weakTable lists the villages of which something is to be said, by tier; within a tier the order is the registry's. The
// others are named below it.
func weakTable(r block.Request, all []signals.Assessment) *view.Table {
	t := &view.Table{ID: "villages", Stacked: true, Title: r.Tf("各村判断 · %s", "The villages · %s", r.Month),
		Note:    r.T("按档次排列，同档之内不分先后。点村名看该村依据。", "By tier; within a tier there is no order. A name leads to that village's evidence."),
		Empty:   r.T("没有一个村触及标准或有持续信号。", "No village meets a criterion or shows a persistent signal."),
		Columns: []view.Column{view.Words(r.T("村", "Village")), view.Words(r.T("档次", "Tier")), view.Words(r.T("镇党委确定的类型", "The committee's word")), view.Words(r.T("硬性标准", "Hard criteria")), view.Words(r.T("持续的统计信号", "Persistent statistical signals")), view.Words(r.T("可能原因", "Likely cause")), view.Words(r.T("名单", "On the list")), view.Words(r.T("帮扶", "Help"))}}
	if len(all) == 0 {
		t.Empty = r.T("没有村的名册，情况未知。", "There is no list of villages: nothing is known.")
	}
	var calm []string
	for _, a := range all {
		if a.Tier == signals.NoSignal {
			calm = append(calm, a.Village.Name)
			continue
		}
		var criteria, persistent []string
		for _, c := range a.Criteria {
			criteria = append(criteria, a.Of(c.ID).Named(r.Lang))
		}
		for _, signal := range a.Persistent() {
			var names []string
			for _, e := range signal {
				names = append(names, e.Measure.Name.In(r.Lang))
			}
			persistent = append(persistent, block.Together(r, names))
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: a.Village.Name, Link: r.Link("weak", question.In(a.Village.ID), question.With("measure", ""))}, {Text: a.TierName(r.Lang), Note: keysTurned(r, a), Tone: tierTone(a.Tier)}, {Text: block.OrMissing(namedKind(r, a.Village.ID))},
			{Text: block.OrMissing(strings.Join(criteria, r.T("；", "; ")))}, {Text: listOr(r, persistent)}, {Text: block.OrMissing(a.Cause.Name(r.Lang))}, {Text: block.OrMissing(a.Spell(r.Lang))}, help(r, a)})
	}
	if len(calm) > 0 {
		t.More = r.Tf("其余%[1]d个村没有持续信号，不作排名：%[2]s。", "No lasting signal, and no ranking, in the other %[1]d villages: %[2]s.", len(calm), strings.Join(calm, r.T("、", ", ")))
	}
	return t
}

// namedKind is what the committee calls a village; empty where the register does not say.
func namedKind(r block.Request, id string) string {
	if u, known := r.Snapshot.Village(id); known && u.Kind != "" {
		return r.Word("villages", "kind", u.Kind)
	}
	return ""
}

// committeesWord sets what the committee calls villages beside how they are judged; empty where it calls none of them anything.
func committeesWord(r block.Request, say signals.Saying, all []signals.Assessment) string {
	var agreed, apart []string
	for _, a := range all {
		if kind := namedKind(r, a.Village.ID); kind != "" {
			if a.IsWeak() || a.Tier == signals.Watch {
				agreed = append(agreed, r.Tf("%[1]s（%[2]s）", "%[1]s (%[2]s)", a.Village.Name, kind))
			} else {
				apart = append(apart, r.Tf("%[1]s（%[2]s）", "%[1]s (%[2]s)", a.Village.Name, kind))
			}
		}
	}
	if len(agreed)+len(apart) == 0 {
		return ""
	}
	return say("support_committee", "agreed", listOr(r, agreed), "apart", listOr(r, apart))
}

// keysTurned says which of the two conditions is met, and why the other is not although its column may be filled: how sure all
// evidence together makes it, against what the programme asks for.
func keysTurned(r block.Request, a signals.Assessment) string {
	var hard, statistical string
	switch {
	case len(a.Criteria) > 0:
		hard = r.Tf("硬性标准触及%d条", "hard criteria met: %d", len(a.Criteria))
	case a.Tier == signals.Weak:
		hard = r.T("没有触及硬性标准", "no hard criterion met")
		for _, h := range a.Held {
			if !h.Judged() {
				hard = r.T("没有查明触及硬性标准", "no hard criterion is known to be met") // one of them is not judged
			}
		}
	}
	chance := signals.Chance(a.Joined.Chance)
	switch poor := a.Tier == signals.TooPoor || a.Judged == 0; {
	case a.Turned:
		statistical = r.Tf("统计信号成立：落后超出各村正常差别的概率 %s", "the statistical condition is met: probability of lying behind beyond the ordinary differences %s", chance)
	case a.Tier == signals.Weak && poor && (reading.Rules{Complete: a.Complete, Threshold: r.Programme.DataQuality.Threshold}).Poor():
		statistical = r.T("统计信号不作判断：数据不足", "the statistical condition is not judged: the data are too poor")
	case a.Tier == signals.Weak && poor && a.TooNew:
		statistical = r.T("统计信号不作判断：", "the statistical condition is not judged: ") + a.New.Said(r.Lang)
	case a.Tier == signals.Weak && poor:
		statistical = r.T("统计信号不作判断：可判断的月份还不够", "the statistical condition is not judged: too few months can be judged")
	case a.Tier == signals.Weak || a.Tier == signals.Watch:
		statistical = r.Tf("统计信号不成立：概率 %[1]s，须连续%[2]d个月达到 %[3]s", "the statistical condition is not met: probability %[1]s, needed %[3]s for %[2]d months running", chance, max(1, r.Programme.WeakVillages.Periods), signals.Chance(r.Programme.WeakVillages.Probability))
	}
	if hard == "" || statistical == "" {
		return hard + statistical
	}
	return hard + r.T("；", "; ") + statistical
}

// help leads to where help is decided for a village, with the cause its signal points at, and others to what was decided.
func help(r block.Request, a signals.Assessment) view.Cell {
	if block.Decides(r) {
		return view.Cell{Text: r.T("研究帮扶", "decide help"), Link: decisions.DecideLink(r, a)}
	}
	return view.Cell{Text: r.T("帮扶措施", "actions"), Link: r.Link("actions", question.In(a.Village.ID))}
}

func listOr(r block.Request, items []string) string {
	return block.OrMissing(strings.Join(items, r.T("、", ", ")))
}

// keys explains the rule, in the town's own numbers.
func keys(r block.Request) view.Block {
	w := r.Programme.WeakVillages
	var names []string
	for _, c := range r.Programme.HardCriteria {
		names = append(names, c.Name.In(r.Lang))
	}
	return view.Text{Paragraphs: []string{
		r.Tf("第一项条件（硬性标准）：%s，触及一条即是。", "First condition, the hard criteria: %s. One is enough.", strings.Join(names, r.T("；", "; "))),
		r.Tf("第二项条件（持续的统计信号）：把各项指标的证据合在一起，落后程度超出各村正常差别的概率连续%[1]d个月达到 %[2]s，其中至少 %[3]d 类指标比中位村差%[4]s个百分点及以上的可能大于一半。同一件事的几个指标算一类；基数不够时合并最多%[5]d个月；人手多少只能加强证据，不能单独成为证据；各村正常差别由其余的村得出，少数薄弱村不会把它放宽；没有报表的月份空着，不算零。",
			"Second condition, a persistent statistical signal: all evidence joined, the probability of lying behind beyond the ordinary differences between villages is %[2]s or more for %[1]d months running, and it is likelier than not that the village is worse than the median village by %[4]s points or more, in so many kinds of measures at least: %[3]d. Measures of one event are one kind; up to %[5]d months are summed where bases are small; hands strengthen evidence and are none by themselves; the ordinary differences come from the other villages, so that a few weak ones do not widen them; months without a file are gaps and not zeros.",
			max(1, w.Periods), signals.Chance(w.Probability), max(1, w.Measures), strings.TrimSuffix(reading.Decimal(w.Margin*100, 1), ".0"), w.LongestPeriod)}}
}

// pack is the evidence for one village with what probably causes it and what help fits.
func pack(r block.Request, a signals.Assessment, places map[block.PlaceKey]view.Place) []view.Block {
	blocks := []view.Block{view.Section{ID: "village-" + a.Village.ID, Title: fmt.Sprintf("%s · %s", a.Village.Name, a.TierName(r.Lang)), Note: strings.TrimSpace(a.Spell(r.Lang) + r.T("", " ") + language.Capital(keysTurned(r, a)) + r.T("。", "."))}}
	t := &view.Table{ID: "evidence-" + a.Village.ID, Stacked: true, Title: r.T("依据", "Evidence"), Empty: r.T("没有触及标准，也没有持续信号。", "No criterion is met and nothing persists."),
		Columns: []view.Column{view.Words(r.T("依据", "Evidence")), {Title: r.T("本村", "Village"), Kind: view.ColumnRate, Read: true}, view.Number(r.T("标准或中位村", "Criterion or median village")), view.Words(r.T("研判", "Reading"))}}
	for _, h := range a.Held {
		met := slices.ContainsFunc(a.Criteria, func(c signals.Criterion) bool { return c.ID == h.ID })
		if !met && h.Judged() || h.State == signals.NotAsked {
			continue
		}
		value, limit := CriterionCells(r, h.Criterion)
		t.Rows = append(t.Rows, []view.Cell{{Text: h.Hard.Name.In(r.Lang), Note: r.T("硬性标准：", "hard criterion: ") + h.Figures(r.Lang)}, value, limit, heldCell(r, h)})
	}
	for i, e := range a.Evidence {
		row := evidenceRow(r, e, places[block.PlaceKey{Measure: e.Measure.ID, Unit: a.Village.ID}])
		if first := slices.IndexFunc(a.Evidence, func(o signals.Evidence) bool { return o.Family == e.Family && o.Persistent == e.Persistent }); first < i {
			row[0].Note = strings.TrimLeft(row[0].Note+r.T("；", "; ")+block.SameSignal(r, a.Evidence[first].Measure), "；; ")
		}
		t.Rows = append(t.Rows, row)
	}
	blocks = append(blocks, t)
	if cause := a.Explained(r.Lang); cause != "" {
		fits := view.Callout{Title: r.T("可能的原因与合适的帮扶", "Likely cause and support that fits"), Text: cause, Next: strings.Join(a.Fitting(r.Lang), r.T("", " "))}
		if block.Decides(r) {
			fits.Text, fits.Next, fits.Link = fits.Text+r.T("", " ")+fits.Next, r.Tf("给%s研究帮扶", "Decide help for %s", a.Village.Name), decisions.DecideLink(r, a)
		}
		blocks = append(blocks, fits)
	}
	if text := supportTexts(r, a); len(text) > 0 {
		blocks = append(blocks, view.Text{Paragraphs: text})
	}
	return blocks
}

// evidenceRow shows one measure against a village: its value, the middle village's over the same months, and in words how surely
// it lies behind.
func evidenceRow(r block.Request, e signals.Evidence, place view.Place) []view.Cell {
	m := e.Measure
	name := view.Cell{Text: m.Name.In(r.Lang), Link: r.Link("weak", question.In(""), question.With("measure", m.ID)) + "#funnel"}
	switch {
	case e.Pooled > 1 && e.Place.Months < e.Pooled:
		name.Note = r.Tf("近%d个月中有数据的%d个月合计", "last %d months, of which %d are known, together", e.Pooled, e.Place.Months)
	case e.Pooled > 1:
		name.Note = r.Tf("近%d个月合计", "last %d months together", e.Pooled)
	}
	value := view.Share(e.Place.Events, e.Place.Total)
	value.Text += reading.Suffix(m.Unit, r.Lang)
	value.Interval, value.Read = reading.ShareRange(facts.Wilson(e.Place.Events, e.Place.Total, 0.95)), e.Reading.Sentence(r.Lang)
	value.Mark = block.Mark(r, e.Reading)
	if place == view.FarBehind { // the same judgement as on the overview
		value.Mark = block.Placed(r, value.Mark, view.Behind)
	}
	value.Mark.Link = r.Link("measures", question.In(e.Place.ID), question.With("measure", m.ID))
	tone := view.ToneNone
	if e.Persistent {
		tone = view.ToneWorse
	}
	return []view.Cell{name, value, {Text: reading.Percent(e.Middle), Value: reading.Plain(e.Middle*100, 1)}, {Text: evidenceText(r, e), Tone: tone}}
}

// evidenceText says in a few words what the numbers beside it mean.
func evidenceText(r block.Request, e signals.Evidence) string {
	parts := []string{r.Tf("差%s个百分点及以上的概率 %s", "worse by %s points or more: %s", strings.TrimSuffix(reading.Decimal(r.Programme.WeakVillages.Margin*100, 1), ".0"), signals.Chance(e.Behind))}
	if e.Worsening {
		parts = append(parts, strings.TrimRight(e.Reading.Finding(r.Lang), "。."))
	}
	if e.Drift.Signal() {
		parts = append(parts, r.Tf("%s 之后比本村原来低约%s个百分点（累积和 %s，界限 %s）", "about %[2]s points worse than its own level before, after %[1]s (cumulative sum %[3]s, limit %[4]s)", r.MonthName(e.Drift.Since), reading.Decimal(e.Drift.By*100, 1), reading.Decimal(e.Drift.Value, 1), reading.Decimal(e.Drift.Limit, 1)))
	}
	if e.Persistent {
		parts = append(parts, r.Tf("连续%d个月", "%d months running", max(1, r.Programme.WeakVillages.Periods)))
	} else if e.Behind >= .5 || e.Worsening {
		parts = append(parts, r.T("尚未持续", "not yet persistent"))
	}
	return strings.Join(parts, r.T("，", ", "))
}

func supportTexts(r block.Request, a signals.Assessment) []string {
	var said []string
	for _, o := range a.Supports {
		said = append(said, o.Said(r.Word("supports", "kind", o.Kind), r.Lang))
	}
	return said
}

// weakVillage is one village's page: the judgement, the evidence, the hands, and all measures it was judged by.
func weakVillage(r block.Request, v view.View, town signals.Town, a signals.Assessment, places map[block.PlaceKey]view.Place) (view.View, error) {
	v.Sentences = append(v.Sentences, r.Tf("%s：%s。", "%s: %s.", a.Village.Name, a.TierName(r.Lang)))
	if keys := keysTurned(r, a); keys != "" {
		v.Sentences = append(v.Sentences, language.Capital(keys)+r.T("。", "."))
	}
	if a.Complete.Denominator > 0 {
		v.Sentences = append(v.Sentences, r.Tf("数据完整率 %s（%s），可判断的指标%d个。", "Completeness of the data %s (%s); %d measures can be judged.",
			reading.Percent(a.Complete.Value), reading.Base(a.Complete.Numerator, a.Complete.Denominator), a.Judged))
	}
	var written []string
	if surely := a.Surely(r.Lang, r.Programme.WeakVillages); surely != "" {
		written = append(written, surely)
	}
	for _, c := range a.Criteria {
		written = append(written, a.Of(c.ID).Written(r.Lang))
	}
	for _, h := range a.Held {
		if !h.Judged() {
			written = append(written, h.Written(r.Lang))
		}
	}
	for _, signal := range a.Persistent() {
		for i, e := range signal {
			said := e.Said(r.Lang, r.Programme.WeakVillages)
			if i > 0 {
				said = r.T("同一信号还见于：", "The same signal shows in: ") + said
			}
			written = append(written, said)
		}
	}
	packed := pack(r, a, places)[1:]
	v.Blocks = append(v.Blocks, view.Row{Parts: []view.Part{{Span: 6, Blocks: []view.Block{measureLimits(r, town, a)}}, {Span: 6, Blocks: packed[:1]}}}, view.Lead{})
	v.Blocks = append(v.Blocks, packed[1:]...)
	if len(written) > 0 {
		v.Blocks = append(v.Blocks, view.Section{ID: "written", Title: r.T("依据逐条写出", "The evidence written out")}, view.Text{Paragraphs: written})
	}
	hands := &view.Table{ID: "hands", Title: r.T("人手与负担", "Hands and load"), Note: r.T("比中位村高出四分之一及以上，视为力量不足。", "A quarter or more above the median village counts as short of hands."),
		Empty:   r.T("没有人口、干部或党员名册，无法比较。", "Without population, cadres or members there is nothing to compare."),
		Columns: []view.Column{view.Words(r.T("指标", "Measure")), view.Rate(a.Village.Name, ""), view.Number(r.T("中位村", "Median village")), view.Number(r.T("倍数", "Ratio")), view.Words(r.T("判断", "Judgement"))}}
	for _, h := range a.Hands {
		judgement := view.Cell{Text: r.T("相当", "alike")}
		if h.Short() {
			judgement = view.Cell{Text: r.T("偏紧", "short"), Tone: view.ToneWorse}
		}
		value := view.Decimal(h.Value.Value, reading.Decimals(h.Measure.Unit))
		value.Base, value.Num, value.Den = reading.Base(h.Value.Numerator, h.Value.Denominator), reading.Plain(h.Value.Numerator, 0), reading.Plain(h.Value.Denominator, 0)
		hands.Rows = append(hands.Rows, []view.Cell{{Text: h.Measure.Name.In(r.Lang)}, value, view.Decimal(h.Median, reading.Decimals(h.Measure.Unit)), view.Decimal(h.Ratio(), 2), judgement})
	}
	v.Blocks = append(v.Blocks, hands, judgedMeasures(r, town, a), view.Text{Paragraphs: []string{
		r.Tf("以上依据截至%s；不设名额，也不是对任何人的结论。", "As of %s; there is no quota, and nothing here is a verdict on anybody.", r.MonthName(r.Month))}})
	return v, nil
}

// judgedMeasures shows where a village lies on every measure it can be judged by.
func judgedMeasures(r block.Request, town signals.Town, a signals.Assessment) *view.Table {
	t := &view.Table{ID: "judged", Title: r.T("全部可判断的指标", "All measures that can be judged"), Folded: true,
		Columns: []view.Column{view.Words(r.T("指标", "Measure")), view.Rate(a.Village.Name, "%"), view.Number(r.T("中位村", "Median village")), view.Words(r.T("外限", "Outer limits")), view.Words(r.T("位置", "Where"))}}
	for _, m := range signals.Judgeable() {
		f, months := town.FunnelAt(m)
		place, ok := f.Of(a.Village.ID)
		if !ok {
			continue
		}
		value := view.Share(place.Events, place.Total)
		value.Interval = reading.ShareRange(facts.Wilson(place.Events, place.Total, 0.95))
		limits := f.Limits(place.Total, f.Outer)
		centre := view.Cell{Text: reading.Missing}
		if c, ok := f.Centre.Get(); ok {
			centre = view.Cell{Text: reading.Percent(c), Value: reading.Plain(c*100, 1)}
		}
		edges := reading.Missing
		if limits.Known() {
			edges = reading.ShareRange(limits.Low.Value, limits.High.Value)
		}
		where, tone := where(r, f, place, m)
		t.Rows = append(t.Rows, []view.Cell{{Text: m.Name.In(r.Lang), Link: r.Link("weak", question.In(""), question.With("measure", m.ID)), Note: block.PeriodText(r, months)}, value, centre, {Text: edges}, {Text: where, Tone: tone}})
	}
	return t
}

// where says on which side of the limits a village lies.
func where(r block.Request, f signals.VillageFunnel, p signals.Place, m queries.Measure) (string, view.Tone) {
	switch {
	case f.TooFew:
		return r.T("村太少，不作比较", "too few villages to compare"), view.ToneQuiet
	case f.Alike:
		return r.T("参加比较的各村相差无几", "the villages compared hardly differ"), view.ToneQuiet
	case f.Worse(p, m.Direction) == 2:
		return r.T("差于外限", "worse, beyond the outer limit"), view.ToneWorse
	case f.Worse(p, m.Direction) == 1:
		return r.T("差于内限", "worse, beyond the inner limit"), view.ToneNone
	case f.Better(p, m.Direction) == 2:
		return r.T("好于外限", "better, beyond the outer limit"), view.ToneBetter
	case f.Better(p, m.Direction) == 1:
		return r.T("好于内限", "better, beyond the inner limit"), view.ToneNone
	default:
		return r.T("与全镇中等水平无明显差别，不作排名", "no clear difference from the middle of the town; not ranked"), view.ToneNone
	}
}
