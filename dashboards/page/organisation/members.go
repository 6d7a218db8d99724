package organisation

import (
	"context"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/data"
	"hulian/queries/reading"
)

// Measures of the page of members: those of its tiles, those of its table of villages or branches, and the five duties.
var (
	memberTiles   = []string{"posts_rate", "exemptions_decided", "exemptions_ended", "appraisal_rate"}
	memberByUnit  = []string{"active_share", "overloaded_members", "posts_rate", "exemptions_decided", "exemptions_ended", "appraisal_rate", "appraisal_score"}
	dutyMeasures  = []string{"visits_policy", "visits_opinion", "visits_dispute", "visits_service", "visits_governance"}
	memberResults = []string{"pioneer_share", "warned_share", "warned_dealt_with"}
)

// MemberMeasures are the measures that stand on the page of members.
func MemberMeasures() []string {
	return slices.Concat(memberTiles, memberByUnit, dutyMeasures, memberResults)
}

// Members builds the page of members: who carries what, who is exempt and by whose decision, which duties are served, what households say.
func Members(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: block.Heading(r)}
	own, err := r.Values(ctx, r.Visitor, block.AlwaysScope(r), MemberMeasures()...)
	if err != nil {
		return v, err
	}
	below, err := r.Values(ctx, r.Visitor, block.BelowScope(r), dutyMeasures...)
	if err != nil {
		return v, err
	}
	told, err := r.MemberFacts(ctx, r.Visitor, r.Unit())
	if err != nil {
		return v, err
	}
	v.Sentences = memberSentences(r, own, below, told)
	v.Headline = memberHeadline(r, own)
	tiles := view.Stats{}
	for _, id := range memberTiles {
		tiles.Tiles = append(tiles.Tiles, block.ReadStat(r, own, id))
	}
	if err := block.PlaceTiles(ctx, r, tiles.Tiles); err != nil {
		return v, err
	}
	open, err := openExemptions(ctx, r)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, tiles, view.Row{Parts: []view.Part{{Span: 6, Blocks: []view.Block{exemptReasons(r, told)}}, {Span: 6, Blocks: []view.Block{dutyTable(r, own, told)}}}}, view.Lead{}, membersByKind(r, told), open)
	if len(r.Below()) > 0 {
		units, err := block.UnitTable(ctx, r, "units", memberByUnit...)
		if err != nil {
			return v, err
		}
		duties, err := block.UnitTable(ctx, r, "duties-by-unit", dutyMeasures...)
		if err != nil {
			return v, err
		}
		duties.Title = r.Tf("走访履行了哪些职责 · %s", "Which duties visits served · %s", r.MonthName(r.Month))
		v.Blocks = append(v.Blocks, units, duties)
	}
	posts, err := postLists(ctx, r)
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, posts...)
	office, err := officeBlocks(ctx, r, own, told)
	v.Blocks = append(v.Blocks, office...)
	return v, err
}

// memberHeadline says how many exemptions are past their end, and how many members hold a post.
func memberHeadline(r block.Request, own facts.Measured) view.Headline {
	at := func(id string) facts.Value { return own.At(id, r.Unit().ID, r.Month) }
	weak, rest := "", ""
	if ended := at("exemptions_ended"); ended.Known() && ended.Num > 0 {
		weak = r.Tf("%s名党员免联户已到期、未重新决定", "%s members are exempt past the end decided", reading.Count(ended.Num))
	}
	if held := at("posts_rate"); held.Known() {
		rest = r.Tf("%s名可动员党员中%s名有岗位", "of %s active members %s hold a post", reading.Count(held.Den), reading.Count(held.Num))
	}
	if weak == "" && rest == "" {
		return view.Headline{}
	}
	return block.HeadlineOf(r, weak, rest)
}

// untold ends the name of a fact that counts rows which do not say what the others of its kind tell apart.
const untold = "untold"

// valuesOf are the values of a column in the order of the contract.
func valuesOf(export, column string) (all []string) {
	c, _ := data.ContractOf(export)
	of, _ := c.Column(column)
	for _, v := range of.Values {
		all = append(all, v.ID)
	}
	return all
}

// exemptKinds are the reasons for an exemption, and whoever has none on record.
func exemptKinds() []string { return append(valuesOf("members", "exempt_reason"), untold) }

// exemptReasons counts the exempt members of the month by reason.
func exemptReasons(r block.Request, told facts.OrganisationFacts) *view.Table {
	t := &view.Table{ID: "exemptions", Title: r.Tf("不作联户要求的党员：原因 · %s", "Exempt members by reason · %s", r.MonthName(r.Month)), Note: r.T("免联户由支部大会决定；按月末名册。", "An exemption is decided by the branch meeting; as the list stands at the month's end."),
		Empty:   r.T("没有党员名册，或名册没有一人免联户。", "There is no list of members, or nobody on it is exempt."),
		Columns: []view.Column{view.Words(r.T("原因", "Reason")), view.Number(r.T("党员数", "Members")), view.Rate(r.T("占比", "Share"), "%")}}
	all := told.Of("exempt_all", r.Month).Sum()
	for _, kind := range exemptKinds() {
		n := told.Of("exempt_"+kind, r.Month).Sum()
		if n == 0 {
			continue
		}
		name := r.T("没有登记原因", "no reason on record")
		if kind != untold {
			name = r.Word("members", "exempt_reason", kind)
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: name}, view.Count(n), view.Share(n, all)})
	}
	if len(t.Rows) > 0 {
		t.Total = []view.Cell{{Text: r.T("合计", "Total")}, view.Count(all), {}}
	}
	return t
}

// duties are the five.
func duties() []string { return valuesOf("visits", "duty") }

// dutyTable counts the visits of the month by the duty they served, of those that say so.
func dutyTable(r block.Request, own facts.Measured, told facts.OrganisationFacts) *view.Table {
	t := &view.Table{ID: "duties", Title: r.Tf("五方面职责：走访履行了什么 · %s", "The five duties: what visits served · %s", r.MonthName(r.Month)),
		Empty:   r.T("没有走访记录登记职责，情况未知。", "No visit on record says which duty it served: nothing is known."),
		Columns: []view.Column{view.Words(r.T("职责", "Duty")), view.Number(r.T("走访", "Visits")), view.Rate(r.T("占比", "Share"), "%")}}
	first := own.At(dutyMeasures[0], r.Unit().ID, r.Month)
	if !first.Known() {
		return t
	}
	for i, duty := range duties() {
		v := own.At(dutyMeasures[i], r.Unit().ID, r.Month)
		cell := view.Share(v.Num, v.Den)
		if v.Num == 0 {
			cell.Tone, cell.Note = view.ToneWorse, r.T("没有人履行", "nobody carries it")
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: r.Word("visits", "duty", duty)}, view.Count(v.Num), cell})
	}
	if all := told.Of("duty_all", r.Month).Sum(); all > first.Den {
		t.Note = r.Tf("另有 %[1]s 次走访没有登记职责（共 %[2]s 次），不计入。", "%[1]s of %[2]s visits name no duty and are left out.", reading.Count(all-first.Den), reading.Count(all))
	}
	return t
}

// memberSentences say what the page's numbers come to.
func memberSentences(r block.Request, own, below facts.Measured, told facts.OrganisationFacts) (said []string) {
	at := func(id string) facts.Value { return own.At(id, r.Unit().ID, r.Month) }
	if d := at("exemptions_decided"); d.Known() {
		said = append(said, r.Tf("不作联户要求的党员 %[1]s 名，其中 %[2]s 名经支部大会决定（%[3]s）。", "%[1]s members are exempt from linking; for %[2]s of them the branch meeting's decision is on record (%[3]s).",
			reading.Count(d.Den), reading.Count(d.Num), d.Text(r.Lang)))
	}
	if e := at("exemptions_ended"); e.Known() {
		said = append(said, r.Tf("登记了截止日期的 %[1]s 名中，%[2]s 名已经到期、仍未重新决定。", "Of %[1]s with an end on record, %[2]s are past it and not decided anew.", reading.Count(e.Den), reading.Count(e.Num)))
	}
	if s := kindSentence(r, told); s != "" {
		said = append(said, s)
	}
	if s := idleDuties(r, below); s != "" {
		said = append(said, s)
	}
	if a, score := at("appraisal_rate"), at("appraisal_score"); a.Known() && score.Known() {
		said = append(said, r.Tf("最近一期，%[1]s 户联系户中 %[2]s 户考评了联系党员（%[3]s），平均 %[4]s 分；只代表作出考评的农户。", "In the newest period %[2]s of %[1]s linked households appraised their member (%[3]s), with %[4]s points on average: that speaks for those households alone.",
			reading.Count(a.Den), reading.Count(a.Num), a.Text(r.Lang), reading.Decimal(score.Value, 1)))
	}
	return said
}

// idleDuties names the villages or branches in which no visit of the month served a duty, where enough visits say which they served.
func idleDuties(r block.Request, below facts.Measured) string {
	var where []string
	for i, duty := range duties() {
		var units []string
		for _, u := range r.Below() {
			v := below.At(dutyMeasures[i], u.ID, r.Month)
			if v.Known() && v.Num == 0 && v.Den >= reading.RulesOf(*v.Measure, r.Programme, r.CutOff, "").MinimumBase {
				units = append(units, u.Name)
			}
		}
		if len(units) > 0 {
			where = append(where, r.Tf("%[1]s：%[2]s", "%[1]s: %[2]s", r.Word("visits", "duty", duty), strings.Join(units, r.T("、", ", "))))
		}
	}
	if len(where) == 0 {
		return ""
	}
	return r.Tf("当月没有走访履行的职责——%s。", "Duties that no visit of the month served: %s.", strings.Join(where, r.T("；", "; ")))
}

// openExemptions lists the exemptions the branch meetings have still to decide.
func openExemptions(ctx context.Context, r block.Request) (*view.Table, error) {
	type row = facts.Exemption
	t := &view.Table{ID: "exempt-open", Stacked: true, PageRows: memberRowsShown, Title: r.T("待支部大会决定的免联户", "Exemptions the branch meeting has to decide"), Note: block.AtCutOff(r),
		Empty: r.T("没有到期未定或没有决定记录的。", "There are none past their end or without a decision on record.")}
	rows, err := block.RowsShown(r, t, func(c facts.Cut) ([]row, error) { return r.OpenExemptions(ctx, r.Visitor, r.Unit(), c) }, func(e row) int64 { return e.Total })
	if err != nil {
		return nil, err
	}
	columns := []view.ColumnOf[row]{view.Of(view.Words(r.T("党员", "Member")), func(e row) view.Cell { return block.MemberCell(e.MemberID, e.Name) })}
	columns = append(columns, block.PlaceColumns(r, func(e row) string { return e.VillageID }, func(e row) string { return e.BranchID })...)
	columns = append(columns, view.Of(view.Day(r.T("决定日期", "Decided on")), func(e row) view.Cell { return view.Plain(block.OrMissing(e.ExemptDecidedOn)) }),
		view.Of(view.Day(r.T("截止日期", "Until")), func(e row) view.Cell { return view.Plain(block.OrMissing(e.ExemptUntil)) }),
		view.Of(view.Words(r.T("要做什么", "What is due")), func(e row) view.Cell {
			if e.Ended {
				return view.Cell{Text: r.T("已到期，重新决定", "past its end: decide anew"), Tone: view.ToneWorse}
			}
			return view.Cell{Text: r.T("没有决定记录，补记或补议", "no decision on record: find or make it")}
		}))
	view.Fill(t, rows, columns...)
	if len(rows) == 0 {
		return t, block.UnknownRows(ctx, r, t, "exemptions_decided", r.LastMonth)
	}
	return t, nil
}

const memberRowsShown = 10

// postLists are active members without a post, posts that nobody carries, and the centre households.
func postLists(ctx context.Context, r block.Request) ([]view.Block, error) {
	type idle = facts.Idle
	without := &view.Table{ID: "without-post", Stacked: true, PageRows: memberRowsShown, Title: r.T("没有岗位的可动员党员", "Active members without a post"), Note: block.AtCutOff(r),
		Empty: r.T("没有：可动员党员都有岗位。", "There are none: every active member holds one.")}
	rows, err := block.RowsShown(r, without, func(c facts.Cut) ([]idle, error) { return r.WithoutPost(ctx, r.Visitor, r.Unit(), c) }, func(m idle) int64 { return m.Total })
	if err != nil {
		return nil, err
	}
	view.Fill(without, rows, slices.Concat([]view.ColumnOf[idle]{view.Of(view.Words(r.T("党员", "Member")), func(m idle) view.Cell { return block.MemberCell(m.MemberID, m.Name) })},
		block.PlaceColumns(r, func(m idle) string { return m.VillageID }, func(m idle) string { return m.BranchID }),
		[]view.ColumnOf[idle]{view.Of(view.Number(r.T("联系户", "Households")), func(m idle) view.Cell { return view.Count(m.Households) })})...)
	if err := block.UnknownRows(ctx, r, without, "posts_rate", r.LastMonth); err != nil {
		return nil, err
	}

	type orphan = facts.Orphan
	nobody := &view.Table{ID: "orphaned-posts", Stacked: true, PageRows: memberRowsShown, Title: r.T("没有人履行的岗位", "Posts that nobody carries"), Note: block.AtCutOff(r) + r.T("持岗党员已不作联户要求，或不在名册。", " Whoever holds it is exempt, or on no list."),
		Empty: r.T("没有。", "There are none.")}
	lost, err := block.RowsShown(r, nobody, func(c facts.Cut) ([]orphan, error) { return r.OrphanedPosts(ctx, r.Visitor, r.Unit(), c) }, func(o orphan) int64 { return o.Total })
	if err != nil {
		return nil, err
	}
	view.Fill(nobody, lost, slices.Concat([]view.ColumnOf[orphan]{view.Of(view.Words(r.T("岗位", "Post")), func(o orphan) view.Cell { return view.Plain(r.Word("posts", "kind", o.PostKind)) }),
		view.Of(view.Words(r.T("持岗党员", "Held by")), func(o orphan) view.Cell { return block.MemberCell(o.MemberID, o.MemberName) })},
		block.PlaceColumns(r, func(o orphan) string { return o.VillageID }, func(o orphan) string { return o.BranchID }))...)
	if err := block.UnknownRows(ctx, r, nobody, "posts_rate", r.LastMonth); err != nil {
		return nil, err
	}

	type centre = facts.Centre
	centres := &view.Table{ID: "centres", Stacked: true, PageRows: memberRowsShown, Title: r.T("党员中心户", "Centre households"), Note: block.AtCutOff(r), Empty: r.T("名册没有登记中心户，情况未知。", "The list names none: nothing is known.")}
	homes, err := block.RowsShown(r, centres, func(c facts.Cut) ([]centre, error) { return r.Centres(ctx, r.Visitor, r.Unit(), c) }, func(c centre) int64 { return c.Total })
	if err != nil {
		return nil, err
	}
	view.Fill(centres, homes, slices.Concat([]view.ColumnOf[centre]{view.Of(view.Words(r.T("党员", "Member")), func(c centre) view.Cell { return block.MemberCell(c.MemberID, c.Name) })},
		block.PlaceColumns(r, func(c centre) string { return c.VillageID }, func(c centre) string { return c.BranchID }),
		[]view.ColumnOf[centre]{view.Of(view.Day(r.T("设立日期", "Since")), func(c centre) view.Cell { return view.Plain(block.OrMissing(c.CentreSince)) })})...)
	return []view.Block{view.Section{ID: "posts", Title: r.T("岗位与中心户", "Posts and centre households")}, without, nobody, centres}, nil
}
