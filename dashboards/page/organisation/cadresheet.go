package organisation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries/reading"
	"hulian/queries/signals"
)

// member is what is on record of one member, read for the page about him and for the sheet that is printed.
type member struct {
	r         block.Request
	person    signals.Person
	signs     []signals.Sign
	listed    bool
	records   []signals.Record // his own, in the order in which kinds are shown
	peers     map[string][]signals.Record
	decisions []facts.Decision
	later     int // decisions of months after the page's, which do not stand here
	contests  []facts.Contest
	assessed  *view.Table // how the yearly assessments went
}

func memberOf(ctx context.Context, r block.Request, id string, records []signals.Record, people []signals.Person, sheets []signals.Sheet) (m member, err error) {
	i := slices.IndexFunc(people, func(p signals.Person) bool { return p.ID == id })
	if i < 0 {
		return m, fmt.Errorf("%w: member=%s", question.ErrUnknownUnit, id)
	}
	m = member{r: r, person: people[i], peers: map[string][]signals.Record{}}
	for _, s := range sheets {
		if s.ID == id {
			m.signs, m.listed = s.Signs, s.Listed
		}
	}
	for _, kind := range signals.SignalKinds {
		for _, record := range records {
			switch {
			case record.Signal != kind:
			case record.Member == id:
				m.records = append(m.records, record)
			case record.Branch == m.person.Branch && record.Value == record.Value: // NaN where nothing is on record
				m.peers[kind] = append(m.peers[kind], record)
			}
		}
	}
	if m.decisions, err = r.Decisions(ctx, r.Visitor, id); err != nil {
		return m, err
	}
	all := len(m.decisions)
	m.decisions = slices.DeleteFunc(slices.Clone(m.decisions), func(d facts.Decision) bool { return d.OfMonth > r.Month })
	m.later = all - len(m.decisions)
	if m.assessed, err = assessedAs(ctx, r, id); err != nil {
		return m, err
	}
	m.contests, err = r.Contests(ctx, r.Visitor)
	m.contests = slices.DeleteFunc(m.contests, func(c facts.Contest) bool { return c.MemberID != id })
	return m, err
}

// page is what the office works with: the record, the decisions and contests, and the forms that enter them.
func (m member) page(v view.View) view.View {
	r := m.r
	v.Heading = r.Tf("依据单 · %s %s", "Evidence sheet · %s %s", m.person.Name, m.person.ID)
	v.Sentences = append(m.said(), r.T("以下是记录，不是评价。本人可以查看、说明和更正。", "What follows is the record, not a verdict. The member may see it, explain it and have it corrected."))
	v.Blocks = append(answered(r), view.Links{Links: []view.Link{
		{Text: r.T("打印依据单（一页A4）", "Print the sheet (one page, A4)"), Address: r.Link("cadres", freshCadre, question.With("sheet", "1"))},
		{Text: r.T("返回名单", "Back to the list"), Address: r.Link("cadres", freshCadre, question.With("member", ""))}}})
	v.Blocks = append(v.Blocks, m.among(), m.evidence(), m.assessed, m.history(), m.contested())
	v.Blocks = append(v.Blocks, m.forms()...)
	v.Blocks = append(v.Blocks, view.Callout{Title: r.T("背景不是依据", "Context is not evidence"), Text: r.T("年龄、学历、党龄、职务不参与任何计算。", "Age, education, years as a member and office enter no calculation.")})
	return v
}

// sheet is the same on one page of paper, to be handed to the member and to the meeting.
func (m member) sheet(v view.View) view.View {
	r := m.r
	v.Heading = r.Tf("%s后备干部依据单", "%s: evidence sheet of a reserve cadre", r.Town.Name)
	v.Sentences = m.said()
	v.Letterhead = &view.Letterhead{Issuer: r.Tf("%s党委组织办", "Organisation office of %s", r.Town.Name), Period: r.Tf("截至%s", "as of %s", r.CutOff.Format(r.T("2006年1月2日", "2 January 2006"))), Whole: true, Basis: []string{
		r.Tf("数据截至 %s；快照第 %d 版，校验码 %.16s。", "Data as of %s; snapshot %d, hash %.16s.", r.CutOff.Format("2006-01-02"), r.Generation, r.Hash),
		r.T("每项只与本支部其他可动员党员比，各项不相加，不打分、不排名。年龄、学历、党龄、职务只作背景，不参与计算。", "Each kind is held against the other active members of the branch alone; nothing is added up, scored or ranked. Age, education, years as a member and office are context and enter no calculation."),
		r.T("没有计入：有存疑提示或农户回访未证实的走访、期限内又被反映或反馈期限未到的难题、没有完成日期的事项、没有数据的月份、已剔除和已更正的行、本人有异议尚未了结的一项。", "Not counted: visits with a doubt signal or not confirmed by the household, hard issues that came back in time or are too recent to be disputed, tasks without a day, months without data, rows set aside or corrected, and what the member contests until it is settled."),
		r.T("以上是记录，不是评价。本人可以查看、说明和提出异议。本单含个人信息，请妥善保管；每次查看和打印都留记录。", "This is the record, not a verdict. The member may see it, explain it and contest it. The sheet names a person: keep it safe. Every view of it is kept in the audit trail.")}}
	evidence := m.evidence()
	evidence.Note = ""
	v.Blocks = []view.Block{m.among(), evidence, m.assessed, m.history(), m.contested()}
	return v
}

// said is the answer in one sentence, then who it is and how the decision stands.
func (m member) said() []string {
	r := m.r
	names := make([]string, len(m.signs))
	for i, s := range m.signs {
		names[i] = signNames[s.Signal].In(r.Lang)
	}
	listed := strings.Join(names, r.T("、", ", "))
	answer := r.T("没有一项依据明显高于本支部同伴。", "No kind of evidence is clearly above the branch.")
	switch {
	case m.listed:
		answer = r.Tf("%[1]d项依据明显高于本支部同伴：%[2]s。", "%[1]d kinds of evidence are clearly above the branch: %[2]s.", len(m.signs), listed)
	case len(m.signs) > 0:
		answer = r.Tf("只有%[1]d项依据明显高于本支部同伴：%[2]s；列入名单要两项。", "%[1]d kind of evidence is clearly above the branch: %[2]s. The list asks for two.", len(m.signs), listed)
	}
	open := 0
	for _, c := range m.contests {
		if c.Pending() {
			open++
		}
	}
	if open > 0 {
		answer += r.Tf("本人有%d项异议尚未了结，所涉依据暂不计入。", " The member contests %d; what is contested does not count until it is settled.", open)
	}
	stands := r.T("还没有组织决定。", "No decision yet.")
	if m.later > 0 {
		stands = r.Tf("截至%s还没有组织决定。", "No decision up to %s.", r.MonthName(r.Month))
	}
	for _, d := range facts.Standing(m.decisions) { // one at most: they are about one member
		if m.later == 0 {
			stands = r.Tf("现行决定：%[1]s（%[2]s，%[3]s）。", "Decision that stands: %[1]s (%[2]s, %[3]s).", r.Word(exportDecided, "decision", d.Decision), d.DecidedOn, block.OrMissing(d.DecidedBy))
		} else {
			stands = r.Tf("%[4]s时的决定：%[1]s（%[2]s，%[3]s）。", "Decision as of %[4]s: %[1]s (%[2]s, %[3]s).", r.Word(exportDecided, "decision", d.Decision), d.DecidedOn, block.OrMissing(d.DecidedBy), r.MonthName(r.Month))
		}
	}
	return []string{answer, r.Tf("%[1]s %[2]s，%[3]s，%[4]s。%[5]s", "%[1]s %[2]s; %[3]s; %[4]s. %[5]s", m.person.Name, m.person.ID, r.Name(m.person.Branch), background(r, m.person), stands)}
}

// among is a small picture for each kind of evidence: the member's number among those of the branch, who are not named.
func (m member) among() *view.Tiles {
	r := m.r
	t := &view.Tiles{Frame: view.Frame{ID: "among", Language: r.Language, Title: r.T("在本支部同伴中的位置", "Among the members of the branch"), Note: r.T("灰色：同支部其他可动员党员，每人一画；越靠右越多", "Grey: the other active members of the branch, a mark each; further right is more")}}
	for _, record := range m.records {
		tile := view.Tile{ID: record.Signal, Label: signNames[record.Signal].In(r.Lang), Value: recordValue(record)}
		if record.Value != record.Value {
			tile.Value.Unknown = r.T("没有记录", "nothing on record")
			t.Tiles = append(t.Tiles, tile)
			continue
		}
		s := &view.Strip{Own: tile.Value, Place: view.Among}
		for _, peer := range m.peers[record.Signal] {
			s.Others = append(s.Others, recordValue(peer).X)
		}
		_, median := signValue(r, record)
		s.Said = r.Tf("与同支部%[1]d名同伴相比：中位数%[2]s。", "Against %[1]d others of the branch: median %[2]s.", len(s.Others), median)
		if m.has(record.Signal) {
			s.Place, s.Word = view.FarAhead, r.T("明显高", "clearly above")
		}
		if len(s.Others) > 0 {
			tile.Strip = s
		}
		tile.Change = r.T("中位数", "median ") + median
		t.Tiles = append(t.Tiles, tile)
	}
	return t
}

// recordValue is a record as a number of a picture.
func recordValue(record signals.Record) view.Value {
	if signals.Counted(record.Signal) {
		return view.Value{X: record.Value, Text: reading.Count(record.Numerator)}
	}
	return view.Value{X: record.Value * 100, Text: reading.Percent(record.Value), Numerator: record.Numerator, Denominator: record.Denominator}
}

// has reports whether a kind stands out.
func (m member) has(kind string) bool {
	return slices.ContainsFunc(m.signs, func(s signals.Sign) bool { return s.Signal == kind })
}

// evidence is every kind, shown or not and why, with what was left out of it.
func (m member) evidence() *view.Table {
	r := m.r
	t := &view.Table{ID: "evidence", Stacked: true, Title: r.T("各项记录", "The records"), Note: block.AtCutOff(r)}
	view.Fill(t, m.records,
		view.Of(view.Words(r.T("依据", "Evidence")), func(s signals.Record) view.Cell { return view.Plain(signNames[s.Signal].In(r.Lang)) }),
		view.Of(view.Rate(r.T("本人", "Member"), ""), recordCell),
		view.Of(view.Number(r.T("支部中位数", "Branch median")), func(s signals.Record) view.Cell { _, peer := signValue(r, s); return view.Plain(peer) }),
		view.Of(view.Number(r.T("同伴", "Peers")), func(s signals.Record) view.Cell { return view.Count(float64(s.Peers)) }),
		view.Of(view.Words(r.T("是否明显高于支部", "Clearly above the branch")), m.standing),
		view.Of(view.Words(r.T("没有计入", "Left out")), func(s signals.Record) view.Cell { return view.Plain(leftOut(r, s)) }))
	return t
}

func recordCell(s signals.Record) view.Cell {
	cell := view.Cell{Text: reading.Count(s.Numerator), Num: reading.Plain(s.Numerator, 0), Den: reading.Plain(s.Denominator, 0)}
	switch {
	case signals.Counted(s.Signal):
		cell.Base, cell.Value = reading.Base(s.Numerator, s.Denominator), reading.Plain(s.Numerator, 0)
	case s.Denominator > 0:
		cell.Text, cell.Base = reading.Percent(s.Value), reading.Base(s.Numerator, s.Denominator)
	default:
		cell.Text = reading.Missing
	}
	return cell
}

// standing says whether a record stands out, or why it cannot.
func (m member) standing(s signals.Record) view.Cell {
	r := m.r
	i := slices.IndexFunc(m.signs, func(x signals.Sign) bool { return x.Signal == s.Signal })
	switch {
	case s.Contested:
		return view.Cell{Text: r.T("本人有异议，了结前不算依据", "contested: no evidence until it is settled"), Tone: view.ToneQuiet}
	case i >= 0:
		return view.Cell{Text: r.Tf("是，普通党员如此的概率%s", "yes: an ordinary member shows as much with a chance %s", rarity(r, m.signs[i].Chance)), Tone: view.ToneBetter}
	case !s.MinimumMet:
		return view.Cell{Text: r.T("记录不足最低要求", "below the least evidence"), Tone: view.ToneQuiet}
	case s.Peers < r.Programme.CadreSignals.Peers:
		return view.Cell{Text: r.T("同伴太少", "too few peers"), Tone: view.ToneQuiet}
	}
	return view.Cell{Text: r.T("不能肯定", "cannot be told")}
}

// leftOut says what is on record and no evidence, and why.
func leftOut(r block.Request, s signals.Record) string {
	var parts []string
	say := func(n int, zh, en string) {
		if n > 0 {
			parts = append(parts, r.Tf(zh, en, n))
		}
	}
	out := s.LeftOut
	say(out.Doubtful, "存疑走访 %d 次，先核实", "doubtful visits: %d, to be checked first")
	switch s.Signal {
	case signals.Visiting:
		say(out.Disputed, "农户未证实的走访 %d 次", "visits not confirmed by the household: %d")
	case signals.HardIssues:
		say(out.Disputed, "办结后又被反映 %d 件", "came back: %d")
	case signals.Satisfaction:
		say(out.Disputed, "又被反映的问题的答复 %d 份", "answers on issues that came back: %d")
	}
	say(out.Recent, "办结不久、反馈期限未到 %d 件", "too recent to be disputed: %d")
	say(out.Undated, "没有完成日期 %d 件", "done without a day: %d")
	say(out.Unknown, "没有数据的月份 %d 个", "months without data: %d")
	if len(parts) == 0 {
		return reading.Missing
	}
	return strings.Join(parts, r.T("；", "; "))
}

// history is every decision, from files and typed, the newest last.
func (m member) history() *view.Table {
	r := m.r
	t := &view.Table{ID: "decisions", Stacked: true, Title: r.T("组织决定", "Decisions"), Empty: r.T("还没有决定。", "No decision yet.")}
	if m.later > 0 {
		t.Note = r.Tf("只列截至%[1]s的决定；以后各月另有%[2]d项。", "Decisions up to %[1]s alone; in later months there are %[2]d more.", r.MonthName(r.Month), m.later)
	}
	standing := facts.Standing(m.decisions)
	view.Fill(t, m.decisions,
		view.Of(view.Day(r.T("日期", "Date")), func(d facts.Decision) view.Cell { return view.Plain(d.DecidedOn) }),
		view.Of(view.Words(r.T("决定", "Decision")), func(d facts.Decision) view.Cell {
			c := view.Plain(r.Word(exportDecided, "decision", d.Decision))
			if standing[d.MemberID] == d && m.later == 0 {
				c.Note = r.T("现行", "stands")
			}
			return c
		}),
		view.Of(view.Words(r.T("决定机构", "Decided by")), func(d facts.Decision) view.Cell { return view.Plain(block.OrMissing(d.DecidedBy)) }),
		view.Of(view.Words(r.T("理由", "Reason")), func(d facts.Decision) view.Cell { return view.Plain(block.OrMissing(d.Reason)) }),
		view.Of(view.Words(r.T("记录", "Recorded")), func(d facts.Decision) view.Cell {
			if !d.Typed {
				return view.Plain(r.T("报送的文件", "sent in a file"))
			}
			return view.Plain(d.EnteredBy + " " + d.EnteredAt)
		}))
	return t
}

// contested is what the member contests, who recorded it, and how it was answered.
func (m member) contested() *view.Table {
	r := m.r
	t := &view.Table{ID: "contests", Stacked: true, Title: r.T("本人的异议", "Contested by the member"), Empty: r.T("没有异议的记录。", "No contest is on record.")}
	view.Fill(t, m.contests,
		view.Of(view.Day(r.T("提出日期", "Contested on")), func(c facts.Contest) view.Cell { return view.Plain(c.ContestedOn) }),
		view.Of(view.Words(r.T("所涉依据", "Evidence")), func(c facts.Contest) view.Cell { return view.Plain(r.Word(exportContests, "evidence", c.Evidence)) }),
		view.Of(view.Words(r.T("异议内容", "What is contested")), func(c facts.Contest) view.Cell { return view.Plain(c.Said) }),
		view.Of(view.Words(r.T("记录", "Recorded")), func(c facts.Contest) view.Cell { return view.Plain(c.RecordedBy + " " + c.RecordedAt) }),
		view.Of(view.Words(r.T("答复", "Answer")), func(c facts.Contest) view.Cell {
			cell := view.Plain(r.Word(exportContests, "settled", c.Settled))
			if c.Settled != "open" {
				cell.Note = strings.Join(slices.DeleteFunc([]string{c.AnsweredOn, c.Answer, c.EnteredBy + " " + c.EnteredAt}, func(s string) bool { return s == "" }), r.T("；", "; "))
			}
			return cell
		}))
	return t
}
