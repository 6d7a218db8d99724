package page

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"hulian/data"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

func cadresPage() Page {
	return Page{
		ID: "cadres", Path: "/cadres", Group: GroupPeople, Role: RoleOffice, Takes: ByVillage | ByBranch, Params: []string{"member", "signal"},
		Title:    data.Text{Zh: "后备干部", En: "Reserve cadres"},
		Question: data.Text{Zh: "哪些党员有后备干部应有的表现依据，依据是什么？", En: "Which members show the evidence expected of a reserve cadre, and what is that evidence?"},
		Build:    buildCadres,
	}
}

// signNames say what each signal counts.
var signNames = map[string]data.Text{
	signals.HardIssues:   {Zh: "办结的难题", En: "Hard issues resolved"},
	signals.TasksLed:     {Zh: "牵头完成的认领事项", En: "Tasks led and done"},
	signals.Visiting:     {Zh: "经常走访（近十二个月）", En: "Steady visiting (twelve months)"},
	signals.Satisfaction: {Zh: "联系户满意", En: "Satisfied households"},
	signals.PointsMonths: {Zh: "全年有积分（近十二个月）", En: "Points all year (twelve months)"},
}

func buildCadres(ctx context.Context, r Request) (View, error) {
	v := View{Heading: r.heading()}
	records, err := r.cadreRecords(ctx)
	if err != nil {
		return v, err
	}
	people, err := r.cadrePeople(ctx)
	if err != nil {
		return v, err
	}
	sheets, bias := signals.Cadres(records, people, r.Programme.CadreSignals)
	sheets = r.sheetsHere(sheets)
	if id := r.Params.Get("member"); id != "" {
		return r.sheet(ctx, v, id, records, people, sheets)
	}
	if signal := r.Params.Get("signal"); signal != "" {
		if _, ok := signNames[signal]; !ok {
			return v, fmt.Errorf("%w: signal=%s", ErrBadFilter, signal)
		}
	}
	v.Sentences = r.cadreSentences(people, sheets)
	v.Blocks = append(v.Blocks, r.cadreRules(), r.signCounts(sheets))
	v.Blocks = append(v.Blocks, r.cadreList(sheets))
	for _, b := range bias {
		v.Blocks = append(v.Blocks, r.biasTable(b))
	}
	return v, nil
}

// sheetsHere keeps the sheets of the page's place. Whether a member is listed is decided among all members of the town, so that
// nobody appears or disappears with a filter.
func (r Request) sheetsHere(all []signals.Sheet) []signals.Sheet {
	return slices.DeleteFunc(all, func(s signals.Sheet) bool {
		return r.Branch != "" && s.Branch != r.Branch || r.Village != "" && s.Village != r.Village
	})
}

const cadreSignalsSQL = `
select c.member_id, c.branch_id, c.village_id, c.signal, c.numerator, c.denominator, c.value, c.peer_median, c.peers, c.minimum_met, c.detail
from cadre_signals c
order by c.member_id, c.signal`

func (r Request) cadreRecords(ctx context.Context) ([]signals.Record, error) {
	table, err := r.Data.Query(ctx, cadreSignalsSQL)
	if err != nil {
		return nil, fmt.Errorf("read reserve-cadre signals: %w", err)
	}
	var all []signals.Record
	for _, row := range read(table) {
		record := signals.Record{Member: row.text("member_id"), Branch: row.text("branch_id"), Village: row.text("village_id"), Signal: row.text("signal"),
			Numerator: row.number("numerator"), Denominator: row.number("denominator"), Value: row.number("value"), PeerMedian: row.number("peer_median"),
			Peers: int(row.count("peers")), MinimumMet: row.truth("minimum_met")}
		if record.Signal == signals.Visiting { // detail is months on record/doubtful visits
			if _, doubtful, ok := strings.Cut(row.text("detail"), "/"); ok {
				record.Doubtful, _ = strconv.Atoi(doubtful)
			}
		}
		all = append(all, record)
	}
	return all, nil
}

const cadreContextSQL = `
select c.member_id, c.name, c.gender, c.age, c.education, c.years_member, c.role, c.branch_id, c.village_id, c.decision, c.decided_on, c.member_rating
from cadre_context c
order by c.member_id`

func (r Request) cadrePeople(ctx context.Context) ([]signals.Person, error) {
	table, err := r.Data.Query(ctx, cadreContextSQL)
	if err != nil {
		return nil, fmt.Errorf("read the context of members: %w", err)
	}
	var all []signals.Person
	for _, row := range read(table) {
		all = append(all, signals.Person{ID: row.text("member_id"), Name: row.text("name"), Gender: row.text("gender"), Education: row.text("education"),
			Role: row.text("role"), Branch: row.text("branch_id"), Village: row.text("village_id"), Decision: row.text("decision"), DecidedOn: row.date("decided_on"),
			Rating: row.text("member_rating"), Age: row.number("age"), Years: row.number("years_member")})
	}
	return all, nil
}

func (r Request) cadreSentences(people []signals.Person, sheets []signals.Sheet) []string {
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
	return []string{
		r.Tf("%[1]s 名可动员党员中，%[2]s 名有两项以上依据明显高于本支部同伴。", "Of %[1]s active members, %[2]s show two or more pieces of evidence clearly above their branch.", Count(float64(members)), Count(float64(listed))),
		r.Tf("这份名单有多可靠：在 %[1]d 个模拟镇（谁真正突出是事先设定的）上，列出的人中 %[2]s 真正突出（%[3]s），真正突出的人中 %[4]s 被列出（%[5]s）。真实的镇可能不如模拟的镇。",
			"How far the list can be trusted: in %[1]d simulated towns, where it was planted who is proven, %[2]s of those listed were (%[3]s), and %[4]s of the proven were listed (%[5]s). A real town may do worse than a simulated one.",
			trial.Towns, Percent(trial.Precision()), Base(float64(trial.Rightly), float64(trial.Shown)), Percent(trial.Recall()), Base(float64(trial.Rightly), float64(trial.Planted))),
		r.T("系统只摆依据，不打分、不排名；决定由人作出并写明理由。", "The system lays out evidence; it neither scores nor ranks. People decide, and write down why."),
	}
}

// cadreRules says when a signal is shown, in the town's own numbers.
func (r Request) cadreRules() Block {
	c := r.Programme.CadreSignals
	return Callout{Tone: ToneNone, Title: r.T("怎样才算一项依据", "When something counts as evidence"), Text: r.Tf(
		"每项单独看，不相加。最低依据：难题 %[1]d 件、认领事项 %[2]d 件、走访 %[3]d 个月、满意度答复 %[4]d 户、积分 %[5]d 个月；同支部有记录的党员不少于 %[6]d 名。每项都与同支部其他党员比：党员之间本来就有差别，普通党员达到这样的数有多罕见，算出概率。有两项都罕见的才列入，列入的人中只凭偶然的预计不超过 %[7]s（全体党员一起校正）。存疑走访不算任何人的依据，别人代走的也不算。不作联户要求的党员不在其中。年龄、学历、党龄只作背景。",
		"Each stands alone; nothing is added up. The least there must be: %[1]d hard issues, %[2]d tasks, %[3]d months of visits, %[4]d answers, %[5]d months of points; at least %[6]d members of the branch with a record. Each kind is held against the other members of the branch: members differ anyhow, so the page computes how rarely an ordinary one would show as much. Listed are those with two rare kinds, so many that no more than %[7]s of them are expected to stand there by chance (corrected for all members at once). Doubtful visits are evidence for nobody, nor are visits another person made. Exempt members are left out. Age, education and years as a member are context only.",
		c.HardIssues, c.Tasks, c.VisitMonths, c.SatisfactionAnswers, c.PointsMonths, c.Peers, Percent(c.FalseShare))}
}

// signCounts counts members by signal; a signal narrows the list.
func (r Request) signCounts(sheets []signals.Sheet) *Table {
	counts := map[string]int{}
	for _, s := range sheets {
		for _, sign := range s.Signs {
			if sign.Sure {
				counts[sign.Signal]++
			}
		}
	}
	t := &Table{ID: "signals", Title: r.T("各项依据", "By kind of evidence"), Columns: []Column{text(r.T("依据", "Evidence")), number(r.T("党员", "Members"))}}
	for _, kind := range signals.SignalKinds {
		t.Rows = append(t.Rows, []Cell{{Text: signNames[kind].In(r.Lang), Link: r.Link("cadres", With("signal", kind)) + "#table-members"}, countCell(float64(counts[kind]))})
	}
	return t
}

// cadreList lists the members, by village and branch. Unless one kind of evidence is asked for, one piece alone is not
// enough to be listed.
func (r Request) cadreList(sheets []signals.Sheet) *Table {
	only := r.Params.Get("signal")
	t := &Table{ID: "members", Stacked: true, Empty: r.T("没有。", "None."),
		Columns: []Column{text(r.T("党员", "Member")), text(r.T("网格支部", "Branch")), text(r.T("依据", "Evidence")), text(r.T("背景", "Context")), text(r.T("组织决定", "Decision"))}}
	t.Title = r.T("有两项以上依据的党员", "Members with two or more pieces of evidence")
	t.Note = r.T("按村、支部和编号排列，不分先后。点姓名看依据单。", "By village, branch and number: no order of merit. A name leads to the evidence sheet.")
	if only != "" {
		t.Title = r.Tf("有此项依据的党员：%s", "Members with this evidence: %s", signNames[only].In(r.Lang))
	}
	for _, s := range sheets {
		var said []string
		has := false
		for _, sign := range s.Signs {
			said = append(said, r.signText(sign))
			has = has || sign.Signal == only && sign.Sure
		}
		if only != "" && !has || only == "" && !s.Listed {
			continue
		}
		t.Rows = append(t.Rows, []Cell{{Text: r.Person(s.Name) + " " + s.ID, Link: r.Link("cadres", With("member", s.ID), With("signal", ""))}, r.unitCell(s.Branch),
			{Text: strings.Join(said, r.T("；", "; "))}, {Text: r.background(s.Person)}, r.decisionCell(s.Person)})
	}
	return t
}

// signText writes one signal with its number and the branch's median beside it.
func (r Request) signText(s signals.Sign) string {
	value, peer := r.signValue(s.Record)
	said := r.Tf("%s %s（支部中位数 %s，普通党员如此的概率%s）", "%s %s (branch median %s; an ordinary member shows as much with a chance %s)", signNames[s.Signal].In(r.Lang), value, peer, r.rarity(s.Chance))
	if s.Doubtful > 0 {
		said += r.Tf("，存疑走访 %d 次未计入", ", doubtful visits left out: %d", s.Doubtful)
	}
	return said
}

// rarity writes a small probability: "不到 0.1 %".
func (r Request) rarity(p float64) string {
	if p < .001 {
		return r.T("不到 0.1 %", "below 0.1 %")
	}
	return r.T(" ", "of ") + Percent(p)
}

func (r Request) signValue(s signals.Record) (value, peer string) {
	if signals.Counted(s.Signal) {
		return Count(s.Numerator), Decimal(s.PeerMedian, 1)
	}
	return Percent(s.Value) + " (" + Base(s.Numerator, s.Denominator) + ")", Percent(s.PeerMedian)
}

func (r Request) background(p signals.Person) string {
	var parts []string
	if !math.IsNaN(p.Age) {
		parts = append(parts, r.Tf("%s 岁", "%s years old", Count(p.Age)))
	}
	if p.Gender != "" {
		parts = append(parts, r.word("members", "gender", p.Gender))
	}
	if p.Education != "" {
		parts = append(parts, r.word("members", "education", p.Education))
	}
	if !math.IsNaN(p.Years) {
		parts = append(parts, r.Tf("党龄 %s 年", "%s years a member", Count(p.Years)))
	}
	if p.Role != "" {
		parts = append(parts, r.word("members", "role", p.Role))
	}
	return strings.Join(parts, r.T("，", ", "))
}

func (r Request) decisionCell(p signals.Person) Cell {
	if p.Decision == "" {
		return Cell{Text: missing}
	}
	return Cell{Text: r.word("cadre_decisions", "decision", p.Decision), Note: p.DecidedOn}
}

// biasTable sets the share of members with evidence by gender or age beside the active membership.
func (r Request) biasTable(b signals.Bias) *Table {
	t := &Table{ID: "bias-" + b.By, Title: r.T("偏差检查：性别", "Check for bias: gender"),
		Columns: []Column{text(r.T("部分", "Part")), onBase(r.T("有依据的占比", "Share with evidence"), "%"), text(r.T("95 % 区间", "95 % interval"))}}
	if b.By == "age" {
		t.Title = r.T("偏差检查：年龄", "Check for bias: age")
	}
	for _, s := range b.Shares {
		name := s.Part
		if b.By == "gender" {
			name = r.word("members", "gender", s.Part)
		}
		interval := cmp.Or(reading.ShareRange(s.Low, s.High), missing)
		t.Rows = append(t.Rows, []Cell{{Text: name}, shareCell(float64(s.Shown), float64(s.Active)), {Text: interval}})
	}
	switch p, ok := b.P.Get(); {
	case !ok:
		t.Note = r.T("人数太少，无法检查。", "Too few members to check.")
	case p < 0.05:
		t.Note = r.Tf("各部分的占比相差超出偶然（精确检验，按部分数校正 p = %s）：请查明依据本身是否对一些人不利，例如记录机会不均。", "The parts differ by more than chance (exact test, corrected for the number of parts, p = %s): find out whether the evidence itself is unfair to some, such as unequal chances to be recorded.", reading.P(p))
	default:
		t.Note = r.Tf("各部分的占比没有超出偶然的差别（精确检验，按部分数校正 p = %s）。", "The parts do not differ by more than chance (exact test, corrected for the number of parts, p = %s).", reading.P(p))
	}
	return t
}
