package page

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

func weakPage() Page {
	return Page{
		ID: "weak", Path: "/weak", Group: GroupPlaces, Takes: ByMonth | ByVillage, Params: []string{"measure"},
		Title:    data.Text{Zh: "薄弱村", En: "Weak villages"},
		Question: data.Text{Zh: "哪些村薄弱，弱在哪里，有多大把握，是力量不足还是动员不足，什么帮扶合适？", En: "Which villages are weak, on what, how sure are we, is it capacity or effort, and what support fits?"},
		Build:    buildWeak,
	}
}

// firstFunnel is the measure the funnel shows where the address names none.
const firstFunnel = "household_coverage"

func buildWeak(ctx context.Context, r Request) (View, error) {
	id := cmp.Or(r.Params.Get("measure"), firstFunnel)
	measure, ok := queries.MeasureOf(id)
	if !ok {
		return View{}, fmt.Errorf("%w: measure=%s", ErrBadFilter, id)
	}
	town, err := r.judged(ctx)
	if err != nil {
		return View{}, err
	}
	all := signals.Assess(town)
	v := View{Heading: r.heading()}
	if r.Village != "" {
		for _, a := range all {
			if a.Village.ID == r.Village {
				return r.weakVillage(v, town, a)
			}
		}
	}
	v.Sentences = signals.Summary(all, r.Lang)
	v.Blocks = append(v.Blocks, r.weakTable(all), r.keys())
	for _, a := range all {
		if a.IsWeak() || a.Tier == signals.Watch || a.Tier == signals.Apart {
			v.Blocks = append(v.Blocks, r.pack(a)...)
		}
	}
	if town.Series[measure.ID] == nil && signals.HasFunnel(measure) { // shown, although no village is called weak by it
		if err := r.readVillages(ctx, &town, measure.ID); err != nil {
			return v, err
		}
	}
	compared, err := r.comparison(ctx, town, measure)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, compared...)
	v.Blocks = append(v.Blocks, r.funnels(town, "weak", measure.ID))
	return v, nil
}

const criteriaHistorySQL = `
select h.village_id, h.criterion, h.month, h.met, h.numerator, h.denominator, h.value, h.limit_value
from hard_criteria h
where h.month <= ?
order by h.village_id, h.criterion, h.month`

const supportsSQL = `
select s.village_id, s.kind, s.started_on, s.ended_on, s.amount_yuan, s.note
from supports s
order by s.village_id, s.started_on, s.kind`

// judged reads what weak villages are judged by, up to the page's month.
func (r Request) judged(ctx context.Context) (signals.Town, error) {
	t := r.townOfVillages()
	ids := signals.HandMeasures()
	for _, m := range signals.Judgeable() {
		ids = append(ids, m.ID)
	}
	if err := r.readVillages(ctx, &t, ids...); err != nil {
		return t, err
	}
	criteria, err := r.Data.Query(ctx, criteriaHistorySQL, r.Month)
	if err != nil {
		return t, fmt.Errorf("read hard criteria: %w", err)
	}
	for _, row := range read(criteria) {
		t.Criteria = append(t.Criteria, criterionOf(row))
	}
	supports, err := r.Data.Query(ctx, supportsSQL)
	if err != nil {
		return t, fmt.Errorf("read supports: %w", err)
	}
	for _, row := range read(supports) {
		t.Supports = append(t.Supports, signals.Support{Village: row.text("village_id"), Kind: row.text("kind"), Started: row.date("started_on"),
			Ended: row.date("ended_on"), AmountYuan: row.number("amount_yuan"), Note: row.text("note")})
	}
	return t, nil
}

// townOfVillages is what villages are compared with, still without series.
func (r Request) townOfVillages() signals.Town {
	return signals.Town{Month: r.Month, Months: r.MonthsUpTo(), CutOff: r.CutOff, Programme: r.Programme, Came: map[string]map[string][]reading.Month{},
		Series: map[string]map[string][]reading.Month{"completeness": {}}}
}

// readVillages reads the months of the villages on some measures.
func (r Request) readVillages(ctx context.Context, t *signals.Town, ids ...string) error {
	values, err := r.values(ctx, scope{level: LevelVillage, from: r.FirstMonth, to: r.Month}, ids...)
	if err != nil {
		return err
	}
	t.Villages = nil
	for _, u := range r.Villages {
		t.Villages = append(t.Villages, signals.Village{ID: u.ID, Name: u.Name, Start: firstSeven(u.ProgrammeStart)})
		for _, id := range ids {
			if t.Series[id] == nil {
				t.Series[id] = map[string][]reading.Month{}
			}
			t.Series[id][u.ID] = r.delivered(values.series(id, u.ID, t.Months))
		}
		for _, export := range r.Deliveries.exports {
			if t.Came[export] == nil {
				t.Came[export] = map[string][]reading.Month{}
			}
			t.Came[export][u.ID] = nil
			for _, month := range t.Months {
				t.Came[export][u.ID] = append(t.Came[export][u.ID], r.came(u, month, export))
			}
		}
		t.Series["completeness"][u.ID] = nil
		for _, month := range t.Months {
			t.Series["completeness"][u.ID] = append(t.Series["completeness"][u.ID], r.came(u, month, r.Deliveries.exports...))
		}
	}
	return nil
}

func firstSeven(date string) string { return date[:min(7, len(date))] }

// tierTone colours what asks for help, and greys what cannot be judged.
func tierTone(t signals.Tier) Tone {
	switch t {
	case signals.BothKeys, signals.Weak:
		return ToneWorse
	case signals.TooPoor, signals.NotStarted, signals.Apart:
		return ToneQuiet
	default:
		return ToneNone
	}
}

// weakTable lists the villages of which something is to be said, by tier; within a tier the order is the registry's. The
// others are named below it.
func (r Request) weakTable(all []signals.Assessment) *Table {
	t := &Table{ID: "villages", Stacked: true, Title: r.Tf("各村判断 · %s", "The villages · %s", r.Month),
		Note:    r.T("按档次排列，同档之内不分先后。点村名看该村依据。", "By tier; within a tier there is no order. A name leads to that village's evidence."),
		Empty:   r.T("没有一个村触及标准或有持续信号。", "No village meets a criterion or shows a persistent signal."),
		Columns: []Column{text(r.T("村", "Village")), text(r.T("档次", "Tier")), text(r.T("硬性标准", "Hard criteria")), text(r.T("持续的统计信号", "Persistent statistical signals")), text(r.T("可能原因", "Likely cause")), text(r.T("名单", "On the list"))}}
	if len(all) == 0 {
		t.Empty = r.T("没有村的名册，不知道。", "There is no list of villages: nothing is known.")
	}
	var calm []string
	for _, a := range all {
		if a.Tier == signals.NoSignal {
			calm = append(calm, a.Village.Name)
			continue
		}
		var criteria, persistent []string
		for _, c := range a.Criteria {
			criteria = append(criteria, r.criterion(c.ID).Name.In(r.Lang))
		}
		for _, e := range a.Evidence {
			if e.Persistent {
				persistent = append(persistent, e.Measure.Name.In(r.Lang))
			}
		}
		t.Rows = append(t.Rows, []Cell{{Text: a.Village.Name, Link: r.Link("weak", In(a.Village.ID), With("measure", ""))}, {Text: a.Tier.Name(r.Lang), Note: r.keysTurned(a), Tone: tierTone(a.Tier)},
			{Text: r.listOr(criteria)}, {Text: r.listOr(persistent)}, {Text: orMissing(a.Cause.Name(r.Lang))}, {Text: orMissing(a.Spell(r.Lang))}})
	}
	if len(calm) > 0 {
		t.More = r.Tf("未见信号的 %[1]d 个村：%[2]s。", "No signal in %[1]d villages: %[2]s.", len(calm), strings.Join(calm, r.T("、", ", ")))
	}
	return t
}

// keysTurned says which of the two conditions is met, and why the other is not although its column may be filled: how sure all
// evidence together makes it, against what the programme asks for.
func (r Request) keysTurned(a signals.Assessment) string {
	var hard, statistical string
	switch {
	case len(a.Criteria) > 0:
		hard = r.Tf("硬性标准触及 %d 条", "hard criteria met: %d", len(a.Criteria))
	case a.Tier == signals.Weak:
		hard = r.T("没有触及硬性标准", "no hard criterion met")
	}
	chance := signals.Chance(a.Joined.Chance)
	switch poor := a.Tier == signals.TooPoor || a.Judged == 0; {
	case a.Turned:
		statistical = r.Tf("统计信号成立：落后超出各村正常差别的概率 %s", "the statistical condition is met: probability of lying behind beyond the ordinary differences %s", chance)
	case a.Tier == signals.Weak && poor:
		statistical = r.T("统计信号不作判断：数据不足或启动不久", "the statistical condition is not judged: the data are too poor or the programme too young to judge by")
	case a.Tier == signals.Weak || a.Tier == signals.Watch:
		statistical = r.Tf("统计信号不成立：概率 %[1]s，须连续 %[2]d 个月达到 %[3]s", "the statistical condition is not met: probability %[1]s, needed %[3]s for %[2]d months running", chance, max(1, r.Programme.WeakVillages.Periods), signals.Chance(r.Programme.WeakVillages.Probability))
	}
	if hard == "" || statistical == "" {
		return hard + statistical
	}
	return hard + r.T("；", "; ") + statistical
}

func (r Request) listOr(items []string) string {
	return orMissing(strings.Join(items, r.T("、", ", ")))
}

func orMissing(s string) string {
	if s == "" {
		return missing
	}
	return s
}

// keys explains the rule, in the town's own numbers.
func (r Request) keys() Block {
	w := r.Programme.WeakVillages
	var names []string
	for _, c := range r.Programme.HardCriteria {
		names = append(names, c.Name.In(r.Lang))
	}
	return Text{[]string{
		r.Tf("第一项条件（硬性标准）：%s，触及一条即是。", "First condition, the hard criteria: %s. One is enough.", strings.Join(names, r.T("；", "; "))),
		r.Tf("第二项条件（持续的统计信号）：把各项指标的证据合在一起，落后程度超出各村正常差别的概率连续 %[1]d 个月达到 %[2]s，其中至少 %[3]d 类指标比中位村差 %[4]s 个百分点及以上的可能大于一半。同一件事的几个指标算一类；基数不够时合并最多 %[5]d 个月；人手多少只能加强证据，不能单独成为证据；各村正常差别由其余的村得出，少数薄弱村不会把它放宽；没有报表的月份空着，不算零。",
			"Second condition, a persistent statistical signal: all evidence joined, the probability of lying behind beyond the ordinary differences between villages is %[2]s or more for %[1]d months running, and in measures of at least %[3]d kinds it is likelier than not that the village is worse than the median village by %[4]s points or more. Measures of one event are one kind; up to %[5]d months are summed where bases are small; hands strengthen evidence and are none by themselves; the ordinary differences come from the other villages, so that a few weak ones do not widen them; months without a file are gaps and not zeros.",
			max(1, w.Periods), signals.Chance(w.Probability), max(1, w.Measures), strings.TrimSuffix(Decimal(w.Margin*100, 1), ".0"), w.LongestPeriod)}}
}

// pack is the evidence for one village with what probably causes it and what help fits.
func (r Request) pack(a signals.Assessment) []Block {
	blocks := []Block{Section{ID: "village-" + a.Village.ID, Title: fmt.Sprintf("%s · %s", a.Village.Name, a.Tier.Name(r.Lang)), Note: strings.TrimSpace(a.Spell(r.Lang) + r.T("", " ") + capital(r.keysTurned(a)) + r.T("。", "."))}}
	t := &Table{ID: "evidence-" + a.Village.ID, Stacked: true, Title: r.T("依据", "Evidence"), Empty: r.T("没有触及标准，也没有持续信号。", "No criterion is met and nothing persists."),
		Columns: []Column{text(r.T("依据", "Evidence")), {Title: r.T("本村", "Village"), Kind: ColumnRate, Read: true}, number(r.T("标准或中位村", "Criterion or median village")), text(r.T("读数", "Reading"))}}
	for _, c := range a.Criteria {
		value, limit := r.criterionCells(c)
		t.Rows = append(t.Rows, []Cell{{Text: r.criterion(c.ID).Name.In(r.Lang), Note: r.T("硬性标准", "hard criterion")}, value, limit, {Text: r.T("触及标准", "criterion met"), Tone: ToneWorse}})
	}
	for _, e := range a.Evidence {
		t.Rows = append(t.Rows, r.evidenceRow(e))
	}
	blocks = append(blocks, t)
	if cause := a.Explained(r.Lang); cause != "" {
		blocks = append(blocks, Callout{Title: r.T("可能的原因与合适的帮扶", "Likely cause and support that fits"), Text: cause, Next: strings.Join(a.Fitting(r.Lang), r.T("", " "))})
	}
	if text := r.supportTexts(a); len(text) > 0 {
		blocks = append(blocks, Text{text})
	}
	return blocks
}

// evidenceRow shows one measure against a village: its value, the middle village's over the same months, and in words how surely
// it lies behind.
func (r Request) evidenceRow(e signals.Evidence) []Cell {
	m := e.Measure
	name := Cell{Text: m.Name.In(r.Lang), Link: r.Link("weak", In(""), With("measure", m.ID)) + "#funnel"}
	switch {
	case e.Pooled > 1 && e.Place.Months < e.Pooled:
		name.Note = r.Tf("近 %d 个月中有数据的 %d 个月合计", "last %d months, of which %d are known, together", e.Pooled, e.Place.Months)
	case e.Pooled > 1:
		name.Note = r.Tf("近 %d 个月合计", "last %d months together", e.Pooled)
	}
	value := shareCell(e.Place.Events, e.Place.Total)
	value.Text += " %"
	value.Interval, value.Read = reading.ShareRange(wilson(e.Place.Events, e.Place.Total, 0.95)), e.Reading.Sentence(r.Lang)
	value.Mark = r.mark(e.Reading)
	if e.Behind >= .5 { // likelier than not
		value.Mark = r.placed(value.Mark, Behind)
	}
	value.Mark.Link = r.Link("measures", In(e.Place.ID), With("measure", m.ID))
	tone := ToneNone
	if e.Persistent {
		tone = ToneWorse
	}
	return []Cell{name, value, {Text: Percent(e.Middle), Value: plainNumber(e.Middle*100, 1)}, {Text: r.evidenceText(e), Tone: tone}}
}

// evidenceText says in a few words what the numbers beside it mean.
func (r Request) evidenceText(e signals.Evidence) string {
	parts := []string{r.Tf("差 %s 个百分点及以上的概率 %s", "worse by %s points or more: %s", strings.TrimSuffix(Decimal(r.Programme.WeakVillages.Margin*100, 1), ".0"), signals.Chance(e.Behind))}
	if e.Worsening {
		parts = append(parts, strings.TrimRight(e.Reading.Finding(r.Lang), "。."))
	}
	if e.Drift.Signal() {
		parts = append(parts, r.Tf("%s 之后比本村原来低约 %s 个百分点（累积和 %s，界限 %s）", "about %[2]s points worse than its own level before, after %[1]s (cumulative sum %[3]s, limit %[4]s)", e.Drift.Since, Decimal(e.Drift.By*100, 1), Decimal(e.Drift.Value, 1), Decimal(e.Drift.Limit, 1)))
	}
	if e.Persistent {
		parts = append(parts, r.Tf("连续 %d 个月", "%d months running", max(1, r.Programme.WeakVillages.Periods)))
	} else if e.Behind >= .5 || e.Worsening {
		parts = append(parts, r.T("尚未持续", "not yet persistent"))
	}
	return strings.Join(parts, r.T("，", ", "))
}

func (r Request) supportTexts(a signals.Assessment) []string {
	var said []string
	for _, o := range a.Supports {
		said = append(said, o.Said(r.word("supports", "kind", o.Kind), r.Lang))
	}
	return said
}

// weakVillage is one village's page: the judgement, the evidence, the hands, and all measures it was judged by.
func (r Request) weakVillage(v View, town signals.Town, a signals.Assessment) (View, error) {
	v.Sentences = []string{r.Tf("%s：%s。", "%s: %s.", a.Village.Name, a.Tier.Name(r.Lang))}
	if keys := r.keysTurned(a); keys != "" {
		v.Sentences = append(v.Sentences, capital(keys)+r.T("。", "."))
	}
	if a.Complete.Denominator > 0 {
		v.Sentences = append(v.Sentences, r.Tf("数据完整率 %s（%s），可判断的指标 %d 个。", "Completeness of the data %s (%s); %d measures can be judged.",
			Percent(a.Complete.Value), Base(a.Complete.Numerator, a.Complete.Denominator), a.Judged))
	}
	var written []string
	if surely := a.Surely(r.Lang, r.Programme.WeakVillages); surely != "" {
		written = append(written, surely)
	}
	for _, c := range a.Criteria {
		written = append(written, c.Said(r.Programme, r.Lang))
	}
	for _, e := range a.Evidence {
		if e.Persistent {
			written = append(written, e.Said(r.Lang, r.Programme.WeakVillages))
		}
	}
	v.Blocks = append(v.Blocks, r.pack(a)[1:]...)
	if len(written) > 0 {
		v.Blocks = append(v.Blocks, Section{ID: "written", Title: r.T("依据逐条写出", "The evidence written out")}, Text{written})
	}
	hands := &Table{ID: "hands", Title: r.T("人手与负担", "Hands and load"), Note: r.T("比中位村高出四分之一及以上，视为力量不足。", "A quarter or more above the median village counts as short of hands."),
		Empty:   r.T("没有人口、干部或党员名册，无法比较。", "Without population, cadres or members there is nothing to compare."),
		Columns: []Column{text(r.T("指标", "Measure")), onBase(a.Village.Name, ""), number(r.T("中位村", "Median village")), number(r.T("倍数", "Ratio")), text(r.T("判断", "Judgement"))}}
	for _, h := range a.Hands {
		judgement := Cell{Text: r.T("相当", "alike")}
		if h.Short() {
			judgement = Cell{Text: r.T("偏紧", "short"), Tone: ToneWorse}
		}
		value := decimalCell(h.Value.Value, decimals(h.Measure.Unit))
		value.Base, value.Num, value.Den = Base(h.Value.Numerator, h.Value.Denominator), plainNumber(h.Value.Numerator, 0), plainNumber(h.Value.Denominator, 0)
		hands.Rows = append(hands.Rows, []Cell{{Text: h.Measure.Name.In(r.Lang)}, value, decimalCell(h.Median, decimals(h.Measure.Unit)), decimalCell(h.Ratio(), 2), judgement})
	}
	v.Blocks = append(v.Blocks, hands, r.judgedMeasures(town, a), Text{[]string{
		r.Tf("以上依据截至 %s；不设名额，也不是对任何人的结论。", "As of %s; there is no quota, and nothing here is a verdict on anybody.", r.Month)}})
	return v, nil
}

// judgedMeasures shows where a village lies on every measure it can be judged by.
func (r Request) judgedMeasures(town signals.Town, a signals.Assessment) *Table {
	t := &Table{ID: "judged", Title: r.T("全部可判断的指标", "All measures that can be judged"), Folded: true,
		Columns: []Column{text(r.T("指标", "Measure")), onBase(a.Village.Name, "%"), number(r.T("中位村", "Median village")), text(r.T("外限", "Outer limits")), text(r.T("位置", "Where"))}}
	for _, m := range signals.Judgeable() {
		f, months := town.FunnelAt(m)
		place, ok := f.Of(a.Village.ID)
		if !ok {
			continue
		}
		value := shareCell(place.Events, place.Total)
		value.Interval = reading.ShareRange(wilson(place.Events, place.Total, 0.95))
		limits := f.Limits(place.Total, f.Outer)
		centre := Cell{Text: missing}
		if c, ok := f.Centre.Get(); ok {
			centre = Cell{Text: Percent(c), Value: plainNumber(c*100, 1)}
		}
		edges := missing
		if limits.Known() {
			edges = reading.ShareRange(limits.Low.Value, limits.High.Value)
		}
		where, tone := r.where(f, place, m)
		t.Rows = append(t.Rows, []Cell{{Text: m.Name.In(r.Lang), Link: r.Link("weak", In(""), With("measure", m.ID)), Note: periodText(months)}, value, centre, {Text: edges}, {Text: where, Tone: tone}})
	}
	return t
}

// where says on which side of the limits a village lies.
func (r Request) where(f signals.Funnel, p signals.Place, m queries.Measure) (string, Tone) {
	switch {
	case f.TooFew:
		return r.T("村太少，不作比较", "too few villages to compare"), ToneQuiet
	case f.Alike:
		return r.T("参加比较的各村相差无几", "the villages compared hardly differ"), ToneQuiet
	case f.Worse(p, m.Direction) == 2:
		return r.T("差于外限", "worse, beyond the outer limit"), ToneWorse
	case f.Worse(p, m.Direction) == 1:
		return r.T("差于内限", "worse, beyond the inner limit"), ToneNone
	case f.Better(p, m.Direction) == 2:
		return r.T("好于外限", "better, beyond the outer limit"), ToneBetter
	case f.Better(p, m.Direction) == 1:
		return r.T("好于内限", "better, beyond the inner limit"), ToneNone
	default:
		return r.T("与中位村分不出高下", "cannot be told from the median village"), ToneNone
	}
}

func periodText(months []string) string {
	switch len(months) {
	case 0:
		return ""
	case 1:
		return months[0]
	}
	return months[0] + " – " + months[len(months)-1] + " (" + strconv.Itoa(len(months)) + ")"
}
