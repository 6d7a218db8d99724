package page

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hulian/data"
)

func visitsPage() Page {
	return Page{
		ID: "visits", Path: "/visits", Group: GroupMonth, Takes: ByMonth | ByVillage | ByBranch,
		Title:    data.Text{Zh: "走访联户", En: "Visits"},
		Question: data.Text{Zh: "哪些户没有走访到？谁联系的户太多？走访是平时做的还是月底补的？", En: "Which households were not visited, who carries too many, and is the work done all month or at its end?"},
		Build:    buildVisits,
	}
}

var visitMeasures = []string{
	"household_coverage", "vulnerable_coverage", "unvisited_share", "visits_per_active_member", "silent_members", "month_end_share",
	"linked_rate", "card_rate", "group_rate", "overloaded_members", "doubtful_visits",
}

func buildVisits(ctx context.Context, r Request) (View, error) {
	v := View{Heading: r.heading()}
	own, err := r.values(ctx, r.hereAlways(), visitMeasures...)
	if err != nil {
		return v, err
	}
	v.Sentences = append(r.visitSentences(own), r.loadSentences(own)...)
	var tiles []Stat
	for _, id := range visitMeasures {
		tiles = append(tiles, r.readStat(own, id))
	}
	if err := r.placeTiles(ctx, tiles); err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, Stats{tiles})
	coverage, err := r.trend(own, "coverage", r.T("走访覆盖率", "Households visited in the month"), "household_coverage", "vulnerable_coverage")
	if err != nil {
		return v, err
	}
	monthEnd, err := r.trend(own, "month-end", r.Tf("月底 %d 天走访占比", "Visits on the last %d days of the month", r.Programme.Linking.MonthEndDays), "month_end_share")
	if err != nil {
		return v, err
	}
	monthEnd.Note = r.monthEndNote() + monthEnd.Note
	v.Blocks = append(v.Blocks, coverage, monthEnd)
	if len(r.Below()) > 0 {
		table, err := r.unitTable(ctx, "units", "household_coverage", "vulnerable_coverage", "unvisited_share", "visits_per_active_member", "silent_members", "month_end_share", "card_rate", "group_rate", "overloaded_members", "doubtful_visits")
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, table)
	}
	for _, list := range []struct {
		rows    func(context.Context) (*Table, error)
		measure string
		month   string
	}{{r.unvisited, "unvisited_share", r.LastMonth}, {r.silent, "silent_members", r.LastMonth}, {r.overloaded, "overloaded_members", r.LastMonth},
		{r.doubtful, "doubtful_visits", r.Month}, {r.callbacks, "doubtful_visits", r.Month}} {
		t, err := list.rows(ctx)
		if err == nil {
			err = r.unknownRows(ctx, t, list.measure, list.month)
		}
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, t)
	}
	return v, nil
}

func (r Request) visitSentences(own measured) []string {
	unit := r.Unit().ID
	var said []string
	if c := own.at("household_coverage", unit, r.Month); c.Known() {
		said = append(said, r.Tf("%s 走访到 %s 户中的 %s 户，覆盖率 %s。", "In %s, of %s households %s were visited: %s.", r.Month, Count(c.Den), Count(c.Num), c.Text(r.Lang)))
	}
	if u := own.at("unvisited_share", unit, r.Month); u.Known() {
		said = append(said, r.Tf("%[2]s 户已超过 %[1]d 天没有走访（%[3]s）。", "%[2]s households have not been visited for more than %[1]d days (%[3]s).",
			r.Programme.Linking.UnvisitedDays, Count(u.Num), u.Text(r.Lang)))
	}
	return said
}

// loadSentences answer who carries too many households, and whether visits are made at the month's end.
func (r Request) loadSentences(own measured) []string {
	unit := r.Unit().ID
	var said []string
	if o := own.at("overloaded_members", unit, r.Month); o.Known() {
		said = append(said, r.Tf("%[2]s 名可动员党员联系超过 %[1]d 户（%[3]s，%[4]s）。", "%[2]s active members carry more than %[1]d households (%[3]s, %[4]s).",
			r.Programme.Linking.HouseholdsLimit, Count(o.Num), o.Text(r.Lang), o.Base(r.Lang)))
	}
	if e := own.at("month_end_share", unit, r.Month); e.Known() {
		last, days := r.monthEnd()
		even := float64(last) / float64(max(1, days))
		said = append(said, r.Tf("月底最后 %[1]d 天的走访占 %[2]s（%[3]s）；平均分布应占 %[4]s，实际是它的 %[5]s 倍。", "The last %[1]d days of the month hold %[2]s of the visits (%[3]s); spread evenly it would be %[4]s: %[5]s times that.",
			last, e.Text(r.Lang), e.Base(r.Lang), Percent(even), Decimal(e.Value/even, 1)))
	}
	return said
}

// monthEnd is how many days count as the month's end, of how many the page's month has.
func (r Request) monthEnd() (last, days int) {
	if start, err := time.Parse("2006-01", r.Month); err == nil {
		days = start.AddDate(0, 1, -1).Day()
	}
	return r.Programme.Linking.MonthEndDays, days
}

// monthEndNote says what share the last days would have if visits were spread evenly.
func (r Request) monthEndNote() string {
	last, days := r.monthEnd()
	if days == 0 {
		return ""
	}
	return r.Tf("平均分布时，%s 最后 %d 天应占 %s（%d/%d）。明显高于它，说明可能是月底集中补记。", "Spread evenly, the last %[2]d days of %[1]s would hold %[3]s (%[4]d/%[5]d). A share well above it points to filling in at the month's end.",
		r.Month, last, Percent(float64(last)/float64(days)), last, days)
}

const unvisitedSQL = `
select u.household_id, u.village_id, u.branch_id, u.linked_member_id, h.vulnerable, u.last_visited_at, u.days_since,
    h.head_name, m.name as member_name, count(*) over () as total
from unvisited_households u
left join households h on h.household_id = u.household_id
left join members m on m.member_id = u.linked_member_id
where 1 = 1%s
order by case when h.vulnerable is null or h.vulnerable = 'none' then 1 else 0 end, coalesce(u.days_since, 99999) desc, u.household_id
limit ?`

// unvisited lists households nobody has visited for longer than the programme allows, vulnerable ones first.
func (r Request) unvisited(ctx context.Context) (*Table, error) {
	where, args := r.inPlace("u.")
	table, err := r.Data.Query(ctx, fmt.Sprintf(unvisitedSQL, where), append(args, int64(r.listLength("visits")))...)
	if err != nil {
		return nil, fmt.Errorf("read unvisited households: %w", err)
	}
	t := &Table{ID: "unvisited", Stacked: true, Title: r.Tf("超过 %d 天未走访的农户", "Households not visited for more than %d days", r.Programme.Linking.UnvisitedDays),
		Note: r.T("困难户在前。", "Vulnerable households first. ") + r.atCutOff(), Empty: r.T("没有这样的农户。", "There are none.")}
	t.Columns = slices.Concat([]Column{text(r.T("农户", "Household")), text(r.T("户主", "Head"))}, r.placeColumns(), []Column{text(r.T("困难类型", "Vulnerable")),
		text(r.T("联户党员", "Linked member")), date(r.T("上次走访", "Last visit")), number(r.T("距今天数", "Days since"))})
	total := 0
	for _, row := range read(table) {
		total = int(row.count("total"))
		last, days := Cell{Text: row.date("last_visited_at")}, countCell(row.number("days_since"))
		if row.null("last_visited_at") {
			last, days = Cell{Text: r.T("从未走访", "never")}, Cell{Text: missing}
		}
		vulnerable := row.text("vulnerable")
		if vulnerable == "" || vulnerable == "none" {
			vulnerable = missing
		} else {
			vulnerable = r.word("households", "vulnerable", vulnerable)
		}
		t.Rows = append(t.Rows, slices.Concat([]Cell{{Text: row.text("household_id")}, {Text: r.Person(row.text("head_name"))}}, r.placeCells(row),
			[]Cell{{Text: vulnerable}, r.memberCell(row.text("linked_member_id"), row.text("member_name")), last, days}))
	}
	r.cut(t, total, "visits")
	return t, nil
}

// memberCell names a member by surname and number.
func (r Request) memberCell(id, name string) Cell {
	if id == "" {
		return Cell{Text: missing}
	}
	return Cell{Text: r.Person(name) + " " + id}
}

const loadSQL = `
select l.member_id, l.name, l.village_id, l.branch_id, l.households, l.visits_month, l.month, count(*) over () as total
from member_load l
where l.duty_status = 'active' and %s%s
order by l.households desc, l.member_id
limit ?`

// silent lists active members without a visit in the month of the cut-off.
func (r Request) silent(ctx context.Context) (*Table, error) {
	return r.load(ctx, "l.visits_month = 0 and l.households > 0", nil, &Table{ID: "silent",
		Title: r.T("有联系户、当月没有走访记录的可动员党员", "Active members with households and no visit in the month"),
		Note:  r.T("没有记录不等于没有走访：请先核对记录本。", "No record is not proof of no visit: check the notebook first. ") + r.atCutOff(),
		Empty: r.T("没有这样的党员。", "There are none.")})
}

// overloaded lists active members with more households than the programme's limit.
func (r Request) overloaded(ctx context.Context) (*Table, error) {
	limit := r.Programme.Linking.HouseholdsLimit
	return r.load(ctx, "l.households > ?", []any{int64(limit)}, &Table{ID: "overloaded",
		Title: r.Tf("联系户超过 %d 户的党员", "Members with more than %d households", limit),
		Note:  r.Tf("目标约 %d 户。", "The target is about %d. ", r.Programme.Linking.HouseholdsTarget) + r.atCutOff(),
		Empty: r.T("没有这样的党员。", "There are none.")})
}

func (r Request) load(ctx context.Context, condition string, conditionArgs []any, t *Table) (*Table, error) {
	where, args := r.inPlace("l.")
	args = append(append(conditionArgs, args...), int64(r.listLength("visits")))
	table, err := r.Data.Query(ctx, fmt.Sprintf(loadSQL, condition, where), args...)
	if err != nil {
		return nil, fmt.Errorf("read the load of members: %w", err)
	}
	t.Columns = slices.Concat([]Column{text(r.T("党员", "Member"))}, r.placeColumns(), []Column{number(r.T("联系户", "Households")), number(r.T("当月走访", "Visits in the month"))})
	total := 0
	for _, row := range read(table) {
		total = int(row.count("total"))
		t.Rows = append(t.Rows, slices.Concat([]Cell{r.memberCell(row.text("member_id"), row.text("name"))}, r.placeCells(row),
			[]Cell{countCell(row.number("households")), countCell(row.number("visits_month"))}))
	}
	r.cut(t, total, "visits")
	return t, nil
}

const doubtfulSQL = `
select d.signal, count(distinct d.visit_id) as visits, count(distinct d.member_id) as members, count(distinct d.household_id) as households
from doubtful_visits d
where d.month = ?%s
group by d.signal
order by visits desc, d.signal`

var doubts = map[string]data.Text{
	"same_minute":      {Zh: "同一分钟走访不同农户", En: "Different households in one minute"},
	"same_text":        {Zh: "同月内容反复相同", En: "The same note again and again in a month"},
	"impossible_count": {Zh: "一天走访次数不可能", En: "An impossible number in a day"},
	"exempt_visitor":   {Zh: "走访人不作联户要求", En: "The visitor is exempt from linking"},
	"link_mismatch":    {Zh: "走访人不是该户的联户党员", En: "The visitor is not the household's linked member"},
}

// doubtful counts the visits of the month that ask for a call-back, by signal; it names nobody.
func (r Request) doubtful(ctx context.Context) (*Table, error) {
	where, args := r.inPlace("d.")
	table, err := r.Data.Query(ctx, fmt.Sprintf(doubtfulSQL, where), append([]any{r.Month}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read doubtful visits: %w", err)
	}
	t := &Table{ID: "doubtful", Title: r.Tf("值得回访核实的走访 · %s", "Visits worth a call-back · %s", r.Month),
		Note: r.Tf("这是抽查提示，不是指控：要知道有多大比例，请在全部走访中随机抽取 %d 次回访，用核实率说话。一次走访可同时符合几条。存疑走访在核实之前，不作为任何人的表现依据。", "Prompts for a call-back, never accusations: to know how many there are, draw %d of all visits at random, ask, and judge by the share confirmed. A visit may match several. Until they are confirmed, doubtful visits are evidence for nobody.",
			r.Programme.DoubtfulVisits.CallbackSample),
		Empty: r.T("本月没有这样的走访。", "There are none this month."),
		Columns: []Column{{Title: r.T("提示", "Prompt"), Kind: ColumnText}, {Title: r.T("走访", "Visits"), Kind: ColumnNumber},
			{Title: r.T("涉及党员", "Members"), Kind: ColumnNumber}, {Title: r.T("涉及农户", "Households"), Kind: ColumnNumber}}}
	for _, row := range read(table) {
		name := row.text("signal")
		if text, ok := doubts[name]; ok {
			name = text.In(r.Lang)
		}
		t.Rows = append(t.Rows, []Cell{{Text: name}, countCell(row.number("visits")), countCell(row.number("members")), countCell(row.number("households"))})
	}
	return t, nil
}
