package organisation

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// signNames say what each signal counts.
var signNames = map[string]data.Text{
	signals.HardIssues:   {Zh: "办结的难题", En: "Hard issues resolved"},
	signals.TasksLed:     {Zh: "牵头完成的认领事项", En: "Tasks led and done"},
	signals.Visiting:     {Zh: "经常走访（近十二个月）", En: "Steady visiting (twelve months)"},
	signals.Satisfaction: {Zh: "联系户满意", En: "Satisfied households"},
	signals.PointsMonths: {Zh: "全年有积分（近十二个月）", En: "Points all year (twelve months)"},
}

// Cadres builds the page of evidence about members that may become cadres. The evidence is that of the cut-off, which the page says; the
// decisions are those of the months up to the page's, and one that is typed is of the page's month.
func Cadres(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: block.Heading(r)}
	records, err := r.CadreRecords(ctx, r.Visitor)
	if err != nil {
		return v, err
	}
	people, err := r.CadrePeople(ctx, r.Visitor)
	if err != nil {
		return v, err
	}
	decided, err := r.DecidedOnCadres(ctx, r.Visitor, r.Month)
	if err != nil {
		return v, err
	}
	people = decidedThen(people, decided)
	sheets, bias := signals.Cadres(records, people, r.Programme.CadreSignals)
	if id := r.Params.Get("member"); id != "" {
		m, err := memberOf(ctx, r, id, records, people, sheets)
		switch {
		case err != nil:
			return v, err
		case r.Params.Get("sheet") != "":
			return m.sheet(v), nil
		}
		return m.page(v), nil
	}
	sheets = sheetsHere(r, sheets)
	if signal := r.Params.Get("signal"); signal != "" {
		if _, ok := signNames[signal]; !ok {
			return v, fmt.Errorf("%w: signal=%s", question.ErrBadFilter, signal)
		}
	}
	v.Headline = cadreHeadline(r, people, sheets)
	if len(people) == 0 { // an empty table would say of nobody that nothing is there
		v.Sentences = cadreSentences(r, 0, people, sheets)
		return v, nil
	}
	months, err := recordMonths(ctx, r)
	if err != nil {
		return v, err
	}
	v.Sentences = cadreSentences(r, months, people, sheets)
	counts := signCounts(r, sheets)
	if r.Month != r.LastMonth {
		v.Blocks = append(v.Blocks, view.Callout{Tone: view.ToneQuiet, Text: asOf(r)})
	}
	v.Blocks = append(v.Blocks, view.Row{Parts: []view.Part{{Span: 8, Blocks: []view.Block{besidePeers(r, sheets)}}, {Span: 4, Blocks: []view.Block{trusted(r), counts}}}}, cadreList(r, sheets))
	if here := decidedHere(r, decided, people); len(here) > 0 {
		v.Blocks = append(v.Blocks, CadreDecisions(r, here))
	}
	for _, b := range bias {
		v.Blocks = append(v.Blocks, biasTable(r, b))
	}
	v.Blocks = append(v.Blocks, view.Grounds{ID: "rules", Title: r.T("依据：怎样列出，有多可靠", "Grounds: how members are listed, and how far that can be trusted"), Blocks: []view.Block{view.Lead{}, cadreRules(r)}})
	return v, nil
}

// decidedThen are the members with the decision that stood in the page's month in the place of the newest.
func decidedThen(people []signals.Person, decided []facts.Decision) []signals.Person {
	stood, then := facts.Standing(decided), slices.Clone(people)
	for i, p := range then {
		then[i].Decision, then[i].DecidedOn = stood[p.ID].Decision, stood[p.ID].DecidedOn
	}
	return then
}

// CadreDecisions counts the decisions up to the page's month: all, those of the month, and those that stood at its end. It names nobody: persons
// stand on the sheets alone, every view of which is kept.
func CadreDecisions(r block.Request, decided []facts.Decision) *view.Table {
	type count struct {
		decision           string
		made, fresh, stood int
	}
	var counts []count
	stood := facts.Standing(decided)
	for _, d := range decided {
		i := slices.IndexFunc(counts, func(c count) bool { return c.decision == d.Decision })
		if i < 0 {
			i, counts = len(counts), append(counts, count{decision: d.Decision})
		}
		counts[i].made++
		if d.OfMonth == r.Month {
			counts[i].fresh++
		}
		if stood[d.MemberID] == d {
			counts[i].stood++
		}
	}
	t := &view.Table{ID: "cadre-decisions", Title: r.Tf("后备干部决定 · 截至%s", "Decisions on reserve cadres up to %s", r.MonthName(r.Month)), Note: r.T("只列件数；人选和依据在“后备干部”页，每次查看都留记录。", "Counts alone; persons and evidence stand on the page Reserve cadres, and every view of it is kept.")}
	view.Fill(t, counts,
		view.Of(view.Words(r.T("决定", "Decision")), func(c count) view.Cell { return view.Plain(r.Word(exportDecided, "decision", c.decision)) }),
		view.Of(view.Number(r.T("累计（件）", "Decisions in all")), func(c count) view.Cell { return view.Count(float64(c.made)) }),
		view.Of(view.Number(r.T("其中本月", "Of this month")), func(c count) view.Cell { return view.Count(float64(c.fresh)) }),
		view.Of(view.Number(r.T("其中现行", "Of them stand")), func(c count) view.Cell { return view.Count(float64(c.stood)) }))
	return t
}

// sheetsHere keeps the sheets of the page's place. Whether a member is listed is decided among all members of the town, so that
// nobody appears or disappears with a filter.
func sheetsHere(r block.Request, all []signals.Sheet) []signals.Sheet {
	return slices.DeleteFunc(all, func(s signals.Sheet) bool {
		return r.Branch != "" && s.Branch != r.Branch || r.Village != "" && s.Village != r.Village
	})
}

// decidedHere keeps the decisions on members of the page's place, as sheetsHere does. Of who is active no more no place is known here: those
// decisions are counted for the town alone.
func decidedHere(r block.Request, all []facts.Decision, people []signals.Person) []facts.Decision {
	if r.Village == "" && r.Branch == "" {
		return all
	}
	here := map[string]bool{}
	for _, p := range people {
		here[p.ID] = (r.Branch == "" || p.Branch == r.Branch) && (r.Village == "" || p.Village == r.Village)
	}
	return slices.DeleteFunc(slices.Clone(all), func(d facts.Decision) bool { return !here[d.MemberID] })
}

// recordMonths is for how many months visits and points, the evidence that needs the longest record, are known: those of the one
// that is known for fewer.
func recordMonths(ctx context.Context, r block.Request) (int, error) {
	ids := []string{"visits_per_active_member", "points_per_member"}
	own, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelTown, Unit: r.Town.ID, From: r.FirstMonth, To: r.Month}, ids...)
	if err != nil {
		return 0, err
	}
	r.Month = r.LastMonth // the evidence is that of the cut-off, whatever month is chosen
	months := r.MonthsUpTo()
	fewest := len(months)
	for _, id := range ids {
		known := 0
		for _, month := range months {
			if own.At(id, r.Town.ID, month).Reason == "" {
				known++
			}
		}
		fewest = min(fewest, known)
	}
	return fewest, nil
}

func cadreSentences(r block.Request, months int, people []signals.Person, sheets []signals.Sheet) []string {
	members, listed := 0, 0
	for _, p := range people {
		if (r.Village == "" || p.Village == r.Village) && (r.Branch == "" || p.Branch == r.Branch) {
			members++
		}
	}
	for _, s := range sheets {
		if s.Listed {
			listed++
		}
	}
	trial := signals.CadreTrial
	if members == 0 {
		return []string{r.T("没有收到党员名册，或名册中没有可动员党员，所以没有可以列出的依据；报送党员名册后本页才有内容。", "No list of members was received, or it names no active member, so there is no evidence to lay out: this page fills once the list is handed in.")}
	}
	var short []string
	if n, least := months, max(r.Programme.CadreSignals.VisitMonths, r.Programme.CadreSignals.PointsMonths); n < least {
		short = []string{r.Tf("数据只有 %d 个月：走访和积分两项依据要满 %d 个月才看得出，没有列出不等于没有。", "The data hold %d months: evidence from visits and points needs %d, and whoever is not listed may yet have it.", n, least)}
	}
	return append(append(short, asOf(r)),
		r.Tf("%[1]s 名可动员党员中，%[2]s 名有两项以上依据明显高于本支部同伴。", "Of %[1]s active members, %[2]s show two or more pieces of evidence clearly above their branch.", reading.Count(float64(members)), reading.Count(float64(listed))),
		r.Tf("这份名单有多可靠：在 %[1]d 个模拟镇（谁真正突出是事先设定的）上，列出的人中 %[2]s 真正突出（%[3]s），真正突出的人中 %[4]s 被列出（%[5]s）。真实的镇可能不如模拟的镇。",
			"How far the list can be trusted: in %[1]d simulated towns, where it was planted who is proven, %[2]s of those listed were (%[3]s), and %[4]s of the proven were listed (%[5]s). A real town may do worse than a simulated one.",
			trial.Towns, reading.Percent(trial.Precision()), reading.Base(float64(trial.Rightly), float64(trial.Shown)), reading.Percent(trial.Recall()), reading.Base(float64(trial.Rightly), float64(trial.Planted))),
		r.T("系统只摆依据，不打分、不排名；决定由人作出并写明理由。", "The system lays out evidence; it neither scores nor ranks. People decide, and write down why."))
}

// asOf says as of when the evidence and the decisions are.
func asOf(r block.Request) string {
	return r.Tf("表现依据只有截至%[1]s的，不随所选月份变化；组织决定截至%[2]s。", "The evidence is that of %[1]s alone, whatever month is chosen; decisions are those up to %[2]s.", r.CutOff.Format("2006-01-02"), r.MonthName(r.Month))
}

// cadreRules says when a signal is shown, in the town's own numbers.
func cadreRules(r block.Request) view.Block {
	c := r.Programme.CadreSignals
	return view.Callout{Tone: view.ToneNone, Title: r.T("怎样才算一项依据", "When something counts as evidence"), Text: r.Tf(
		"每项单独看，不相加。最低依据：难题 %[1]d 件、认领事项 %[2]d 件、走访 %[3]d 个月、满意度答复 %[4]d 户、积分 %[5]d 个月；同支部有记录的党员不少于 %[6]d 名。每项都与同支部其他党员比：党员之间本来就有差别，普通党员达到这样的数有多罕见，算出概率。有两项都罕见的才列入，列入的人中只凭偶然的预计不超过 %[7]s（全体党员一起校正）。没有争议的才算：存疑走访、农户回访未证实的走访、别人代走的都不算；难题办结后又被反映的不算，办结不满 %[8]d 天、反馈期限未到的暂不算；没有完成日期的事项不算；本人有异议的一项，了结前不算。不作联户要求的党员不在其中。年龄、学历、党龄只作背景。",
		"Each stands alone; nothing is added up. The least there must be: %[1]d hard issues, %[2]d tasks, %[3]d months of visits, %[4]d answers, %[5]d months of points; at least %[6]d members of the branch with a record. Each kind is held against the other members of the branch: members differ anyhow, so the page computes how rarely an ordinary one would show as much. Listed are those with two rare kinds, so many that no more than %[7]s of them are expected to stand there by chance (corrected for all members at once). Only what nobody disputes counts: no doubtful visit, none that its household did not confirm, none another person made; no hard issue that came back, nor one resolved less than %[8]d days ago, before the time to feed back is over; no task without a day; nothing the member contests until it is settled. Exempt members are left out. Age, education and years as a member are context only.",
		c.HardIssues, c.Tasks, c.VisitMonths, c.SatisfactionAnswers, c.PointsMonths, c.Peers, reading.Percent(c.FalseShare), r.Programme.Issues.FeedbackDays)}
}

// signCounts counts members by signal; a signal narrows the list.
func signCounts(r block.Request, sheets []signals.Sheet) *view.Table {
	counts := map[string]int{}
	for _, s := range sheets {
		for _, sign := range s.Signs {
			if sign.Sure || s.Listed {
				counts[sign.Signal]++
			}
		}
	}
	t := &view.Table{ID: "signals", Title: r.T("各项依据", "By kind of evidence"), Columns: []view.Column{view.Words(r.T("依据", "Evidence")), view.Number(r.T("党员", "Members"))}}
	for _, kind := range signals.SignalKinds {
		t.Rows = append(t.Rows, []view.Cell{{Text: signNames[kind].In(r.Lang), Link: r.Link("cadres", question.With("signal", kind)) + "#table-members"}, view.Count(float64(counts[kind]))})
	}
	return t
}

// cadreList lists the members, by village and branch. Unless one kind of evidence is asked for, one piece alone is not
// enough to be listed.
func cadreList(r block.Request, sheets []signals.Sheet) *view.Table {
	only := r.Params.Get("signal")
	t := &view.Table{ID: "members", Stacked: true, Empty: r.T("没有。", "None."),
		Columns: []view.Column{view.Words(r.T("党员", "Member")), view.Words(r.T("网格支部", "Branch")), view.Words(r.T("依据", "Evidence")), view.Words(r.T("背景", "Context")), view.Words(r.T("组织决定", "Decision"))}}
	t.Title = r.T("有两项以上依据的党员", "Members with two or more pieces of evidence")
	t.Note = r.Tf("按村、支部和编号排列，不分先后。点姓名看依据单。模拟镇上这样列出的人中 %[1]s 真正突出（%[2]s）。", "By village, branch and number: no order of merit. A name leads to the evidence sheet. In simulated towns %[1]s of those listed this way were proven (%[2]s).",
		reading.Percent(signals.CadreTrial.Precision()), reading.Base(float64(signals.CadreTrial.Rightly), float64(signals.CadreTrial.Shown)))
	if only != "" {
		t.Title = r.Tf("有此项依据的党员：%s", "Members with this evidence: %s", signNames[only].In(r.Lang))
		t.Note = r.T("按村、支部和编号排列，不分先后。点姓名看依据单。", "By village, branch and number: no order of merit. A name leads to the evidence sheet.") // one kind alone is another rule
	}
	for _, s := range sheets {
		var said []string
		has := false
		for _, sign := range s.Signs {
			said = append(said, signText(r, sign))
			has = has || sign.Signal == only && (sign.Sure || s.Listed)
		}
		if only != "" && !has || only == "" && !s.Listed {
			continue
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: s.Name + " " + s.ID, Link: r.Link("cadres", question.With("member", s.ID), question.With("signal", ""))}, block.UnitCell(r, s.Branch),
			{Text: strings.Join(said, r.T("；", "; "))}, {Text: background(r, s.Person)}, decisionCell(r, s.Person)})
	}
	return t
}

// signText writes one signal with its number and the branch's median beside it.
func signText(r block.Request, s signals.Sign) string {
	value, peer := signValue(r, s.Record)
	said := r.Tf("%s %s（支部中位数 %s，普通党员如此的概率%s）", "%s %s (branch median %s; an ordinary member shows as much with a chance %s)", signNames[s.Signal].In(r.Lang), value, peer, rarity(r, s.Chance))
	if s.LeftOut.Doubtful > 0 {
		said += r.Tf("，存疑走访 %d 次未计入", ", doubtful visits left out: %d", s.LeftOut.Doubtful)
	}
	return said
}

// rarity writes a small probability: "不到 0.1%".
func rarity(r block.Request, p float64) string {
	if p < .001 {
		return r.T("不到 0.1%", "below 0.1%")
	}
	return r.T(" ", "of ") + reading.Percent(p)
}

func signValue(r block.Request, s signals.Record) (value, peer string) {
	if signals.Counted(s.Signal) {
		return reading.Count(s.Numerator), reading.Decimal(s.PeerMedian, 1)
	}
	return reading.Percent(s.Value) + " (" + reading.Base(s.Numerator, s.Denominator) + ")", reading.Percent(s.PeerMedian)
}

func background(r block.Request, p signals.Person) string {
	var parts []string
	if !math.IsNaN(p.Age) {
		parts = append(parts, r.Tf("%s 岁", "%s years old", reading.Count(p.Age)))
	}
	if p.Gender != "" {
		parts = append(parts, r.Word("members", "gender", p.Gender))
	}
	if p.Education != "" {
		parts = append(parts, r.Word("members", "education", p.Education))
	}
	if !math.IsNaN(p.Years) {
		parts = append(parts, r.Tf("党龄 %s 年", "%s years a member", reading.Count(p.Years)))
	}
	if p.Role != "" {
		parts = append(parts, r.Word("members", "role", p.Role))
	}
	return strings.Join(parts, r.T("，", ", "))
}

func decisionCell(r block.Request, p signals.Person) view.Cell {
	if p.Decision == "" {
		return view.Cell{Text: reading.Missing}
	}
	return view.Cell{Text: r.Word(exportDecided, "decision", p.Decision), Note: p.DecidedOn}
}

// biasNames say by what the membership is parted.
var biasNames = map[string]data.Text{
	"gender": {Zh: "性别", En: "gender"}, "age": {Zh: "年龄", En: "age"}, "kind": {Zh: "党员类别", En: "kind of member"}, "village": {Zh: "村", En: "village"},
	"households": {Zh: "联系户数", En: "number of linked households"},
}

// fewestForBias is how many members with evidence there must be before their even spread says anything.
const fewestForBias = 10

// biasTable sets the share of members with evidence in each part of the membership beside the others.
func biasTable(r block.Request, b signals.Bias) *view.Table {
	t := &view.Table{ID: "bias-" + b.By, Title: r.Tf("偏差检查：%s", "Check for bias: %s", biasNames[b.By].In(r.Lang)), Folded: true,
		Columns: []view.Column{view.Words(r.T("部分", "Part")), view.Rate(r.T("有依据的占比", "Share with evidence"), "%"), view.Words(r.T("95% 区间", "95% interval"))}}
	shown := 0
	for _, s := range b.Shares {
		name := s.Part
		switch b.By {
		case "gender", "kind":
			name = r.Word("members", b.By, s.Part)
		case "village":
			name = r.Name(s.Part)
		case "households":
			name = r.Tf("%s户", "%s households", s.Part)
		}
		shown += s.Shown
		interval := cmp.Or(reading.ShareRange(s.Low, s.High), reading.Missing)
		t.Rows = append(t.Rows, []view.Cell{{Text: name}, view.Share(float64(s.Shown), float64(s.Active)), {Text: interval}})
	}
	switch p, ok := b.P.Get(); {
	case !ok:
		t.Note = r.T("不能下结论：只有一个部分，或者人数太少。", "Cannot conclude: there is one part alone, or there are too few members.")
	case p < 0.05:
		t.Folded = false
		t.Note = r.Tf("各部分的占比相差超出偶然（精确检验，按部分数校正 p = %s）：请查明依据本身是否对一些人不利，例如记录机会不均。", "The parts differ by more than chance (exact test, corrected for the number of parts, p = %s): find out whether the evidence itself is unfair to some, such as unequal chances to be recorded.", reading.P(p))
	case shown < fewestForBias:
		t.Note = r.Tf("不能下结论：有依据的只有 %[1]d 人（精确检验 p = %[2]s）。", "Cannot conclude: %[1]d members alone have evidence (exact test, p = %[2]s).", shown, reading.P(p))
	default:
		t.Note = r.Tf("各部分的占比没有超出偶然的差别（精确检验，按部分数校正 p = %s）。", "The parts do not differ by more than chance (exact test, corrected for the number of parts, p = %s).", reading.P(p))
	}
	return t
}
