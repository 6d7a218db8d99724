package places

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/language"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/queries"
	"hulian/queries/compare"
	"hulian/queries/reading"
	"hulian/queries/stats/estimate"
)

// plans are those registered up to the page's month, the newest last.
type plans []facts.Plan

func readPlans(ctx context.Context, r block.Request) (plans, error) {
	return r.Plans(ctx, r.Visitor, r.Month)
}

// newest is the plan that holds; nil where there is none.
func (p plans) newest() *facts.Plan {
	if len(p) == 0 {
		return nil
	}
	return &p[len(p)-1]
}

// registered is the plan that holds, as the comparison takes it; nil where there is none.
func (p plans) registered() *compare.Registered {
	n := p.newest()
	if n == nil {
		return nil
	}
	reg := &compare.Registered{Outcomes: strings.Fields(n.Outcomes), InOrder: n.Several == "in_order", Better: n.Direction == "better", Smallest: n.Smallest, KnownTo: n.KnownTo, Villages: n.OfVillages, Rule: n.ComparedWith, Unmoved: n.Unmoved}
	if !math.IsNaN(n.Cost) {
		reg.Cost = estimate.Of(n.Cost)
	}
	if m, known := queries.MeasureOf(reg.Main()); known && m.Unit == "share" {
		reg.Smallest /= 100
	}
	return reg
}

// planBlocks are the plan that holds, those before it, and the form that registers one.
func planBlocks(r block.Request, p plans) []view.Block {
	blocks := []view.Block{view.Section{ID: "plan", Title: r.T("比较方案", "The plan"), Note: r.T("先定好看什么、怎么比、多大才算值得，再看结果。登记人和时间由系统记下，改不了；先前的方案仍然保留。", "What is looked at, how it is compared and how much is worth having are settled before the results. Who registered it and when is written by the program and cannot be changed; earlier plans are kept.")}}
	if len(p) > 0 {
		t := &view.Table{ID: "plans", Stacked: true, Title: r.T("登记过的方案", "Plans registered")}
		rows := slices.Clone(p)
		slices.Reverse(rows)
		word := func(column, id string) view.Cell {
			return view.Plain(block.OrMissing(r.Word(exportPlans, column, id)))
		}
		view.Fill(t, rows,
			view.Of(view.Day(r.T("登记日期", "Registered on")), func(x facts.Plan) view.Cell { return view.Plain(x.EnteredAt) }),
			view.Of(view.Words(r.T("登记人", "By")), func(x facts.Plan) view.Cell { return view.Plain(x.EnteredBy) }),
			view.Of(view.Words(r.T("当时数据截至", "Data then up to")), func(x facts.Plan) view.Cell { return view.Plain(r.MonthName(x.KnownTo)) }),
			view.Of(view.Words(r.T("要回答的问题", "Question")), func(x facts.Plan) view.Cell { return view.Plain(x.Question) }),
			view.Of(view.Words(r.T("指标（按顺序）", "Outcomes, in order")), func(x facts.Plan) view.Cell { return view.Plain(outcomeNames(r, x.Outcomes)) }),
			view.Of(view.Words(r.T("预期方向", "Direction")), func(x facts.Plan) view.Cell { return word("direction", x.Direction) }),
			view.Of(view.Words(r.T("值得推广的最小效果", "Smallest effect worth having")), func(x facts.Plan) view.Cell { return view.Plain(smallestText(r, x)) }),
			view.Of(view.Words(r.T("与谁比", "Compared with")), func(x facts.Plan) view.Cell { return word("compared_with", x.ComparedWith) }),
			view.Of(view.Words(r.T("多个指标怎样算", "Several outcomes")), func(x facts.Plan) view.Cell { return word("several", x.Several) }),
			view.Of(view.Words(r.T("不该变的指标", "Should not move")), func(x facts.Plan) view.Cell { return view.Plain(block.OrMissing(outcomeNames(r, x.Unmoved))) }),
			view.Of(view.Words(r.T("总费用（元）", "Cost, yuan")), func(x facts.Plan) view.Cell { return view.Plain(reading.Count(x.Cost)) }),
			view.Of(view.Day(r.T("计划看结果的日期", "Results looked at on")), func(x facts.Plan) view.Cell { return view.Plain(block.OrMissing(x.LooksOn)) }),
			view.Of(view.Words(r.T("说明", "Remark")), func(x facts.Plan) view.Cell { return view.Plain(block.OrMissing(x.Remark)) }))
		blocks = append(blocks, t)
	}
	if block.Decides(r) && !r.Whole {
		blocks = append(blocks, planForm(r, p.newest()))
		if n := outcomesAsked(r, p.newest()); n < len(comparableChoices(r, "")) {
			blocks = append(blocks, view.Links{Links: []view.Link{{Text: r.T("要登记更多指标", "Room for more outcomes"), Address: r.Link("compare", question.With("outcomes", strconv.Itoa(n+usualPlanned))) + "#register"}}})
		}
	}
	return blocks
}

func outcomeNames(r block.Request, outcomes string) string {
	var names []string
	for _, id := range strings.Fields(outcomes) {
		m, known := queries.MeasureOf(id)
		if !known {
			m.Name.Zh, m.Name.En = id, id
		}
		names = append(names, m.Name.In(r.Lang))
	}
	return strings.Join(names, r.T("、", ", "))
}

// smallestText is the smallest effect worth having with its unit.
func smallestText(r block.Request, p facts.Plan) string {
	m, known := queries.MeasureOf(plans{p}.registered().Main())
	if !known || math.IsNaN(p.Smallest) {
		return reading.Missing
	}
	return strings.TrimLeft(reading.Difference(m, plans{p}.registered().Smallest, r.Lang), "+")
}

// usualPlanned is how many outcomes the form asks for at first, and how many more each time there is to be room for more.
const usualPlanned = 4

// outcomesAsked is how many outcomes the form has room for: what the address asks for, those of the last plan and one more, and never more
// than there are measures to choose among.
func outcomesAsked(r block.Request, last *facts.Plan) int {
	n := usualPlanned
	if asked, err := strconv.Atoi(r.Params.Get("outcomes")); err == nil {
		n = max(n, asked)
	}
	if last != nil {
		n = max(n, len(strings.Fields(last.Outcomes))+1)
	}
	return min(n, len(comparableChoices(r, "")))
}

func planForm(r block.Request, last *facts.Plan) view.Form {
	was := facts.Plan{Direction: "better", ComparedWith: "not_begun", Several: "in_order", Outcomes: firstOutcome, Smallest: math.NaN(), Cost: math.NaN()}
	if last != nil {
		was = *last
	}
	smallest := ""
	if !math.IsNaN(was.Smallest) {
		smallest = reading.Plain(was.Smallest, 2)
	}
	fields := append(block.MonthHidden(r), view.Field{Name: "question", Label: r.T("要回答的问题", "Question"), Value: was.Question, Limit: 300, Required: true, Long: true})
	outcomes := strings.Fields(was.Outcomes)
	for k := range outcomesAsked(r, last) {
		f := view.Field{Name: "outcome_" + strconv.Itoa(k+1), Label: r.Tf("第%d个指标", "Outcome %d", k+1)}
		if k == 0 {
			f.Label = r.T("主要指标", "Main outcome")
		} else {
			f.Choices = append(f.Choices, view.Choice{Name: r.T("没有", "none")})
		}
		chosen := ""
		if k < len(outcomes) {
			chosen = outcomes[k]
		}
		f.Choices = append(f.Choices, comparableChoices(r, chosen)...)
		fields = append(fields, f)
	}
	cost := ""
	if !math.IsNaN(was.Cost) {
		cost = reading.Plain(was.Cost, 0)
	}
	fields = append(fields,
		view.Field{Name: "smallest", Label: r.T("值得推广的最小效果（比率填百分点）", "Smallest effect worth having (of a rate: percentage points)"), Value: smallest, Limit: 10, Required: true},
		view.Field{Name: "direction", Label: r.T("预期方向", "Expected direction"), Choices: block.Options(r, exportPlans, "direction", was.Direction)},
		view.Field{Name: "compared_with", Label: r.T("与谁比", "Compared with"), Choices: block.Options(r, exportPlans, "compared_with", was.ComparedWith)},
		view.Field{Name: "several", Label: r.T("多个指标怎样算", "Several outcomes"), Choices: block.Options(r, exportPlans, "several", was.Several)},
		view.Field{Name: "unmoved", Label: r.T("不该变的指标（先锋户联不应影响的）", "Outcome that should not move (out of the programme's reach)"), Choices: append([]view.Choice{{Name: r.T("没有", "none")}}, comparableChoices(r, was.Unmoved)...)},
		view.Field{Name: "cost", Label: r.T("试点期间总费用（元，不知道的不填）", "Cost of the pilots, yuan (left empty where it is not known)"), Value: cost, Limit: 20},
		view.Field{Name: "looks_on", Label: r.T("计划看结果的日期", "Results looked at on"), Date: true},
		view.Field{Name: "remark", Label: r.T("说明（改方案的，写明为什么）", "Remark (why, if a plan is changed)"), Limit: 500, Long: true, Required: last != nil})
	return view.Form{ID: "register", Title: r.T("登记比较方案", "Register a plan"), Address: "/entries/" + exportPlans, Label: r.T("登记", "Register"), Fields: fields,
		Text: r.T("试点村、启动月份和当时数据截至哪个月，由系统一并记下。", "The pilots, when they began and up to when there are data are kept with it.")}
}

// comparableChoices are the measures that can be compared.
func comparableChoices(r block.Request, chosen string) (all []view.Choice) {
	for _, m := range queries.Measures() {
		if compare.Comparable(m) {
			all = append(all, view.Choice{Value: m.ID, Name: m.Name.In(r.Lang), Chosen: m.ID == chosen})
		}
	}
	return all
}

// refusedTwice is why a plan with the same outcome twice is not taken.
const refusedTwice = "twice"

// PlanRefusals say why a plan is not taken, by what is wrong with it.
func PlanRefusals(r language.Language) map[string]string {
	return map[string]string{
		refusedTwice: r.T("同一个指标选了两次。每个指标只选一次。", "The same outcome was chosen twice. Choose each once."),
		"smallest":   r.T("“值得推广的最小效果”要填大于零的数，如5。", "The smallest effect worth having is a number above zero, such as 5."),
		"unmoved":    r.T("“不该变的指标”要另选一个，不能是方案要看的指标。", "What should not move is another measure than the outcomes of the plan."),
		"cost":       r.T("“总费用”要填数，如36000；不知道的不填。", "The cost is a number, such as 36000; leave it empty where it is not known."),
		"remark":     r.T("已有方案的，要写明为什么改。", "There is a plan already: say why it is changed."),
	}
}

// exportPlans keeps how pilots are to be compared.
const exportPlans = "plans"

// PlanForm registers a plan, from the page and from a command.
var PlanForm = block.EntryForm{Export: exportPlans, Page: "compare", Needs: visitor.Decide, Read: readPlan}

// EntryForms read the forms of this package's pages.
var EntryForms = []block.EntryForm{PlanForm}

func readPlan(ctx context.Context, r block.Request, said func(string) string) (block.Entry, error) {
	e := block.Entry{At: visitor.Place{Town: r.Town.ID}, Back: url.Values{"month": {r.Month}}, Retry: url.Values{"month": {r.Month}}, Anchor: "plan"}
	e.Row = block.Said(said, "question", "direction", "compared_with", "several", "unmoved", "looks_on", "remark")
	var outcomes []string
	for k := range len(comparableChoices(r, "")) + 1 { // one more than there are would be one of them twice
		id := said("outcome_" + strconv.Itoa(k+1))
		if id == "" {
			continue
		}
		switch {
		case !canBeCompared(id):
			e.Refused = "outcomes"
		case slices.Contains(outcomes, id):
			e.Refused = refusedTwice
		}
		outcomes = append(outcomes, id)
	}
	if id := said("unmoved"); id != "" && (!canBeCompared(id) || slices.Contains(outcomes, id)) {
		e.Refused = "unmoved"
	}
	smallest, err := strconv.ParseFloat(strings.TrimSpace(said("smallest")), 64)
	if err != nil || !(smallest > 0) || math.IsInf(smallest, 0) {
		e.Refused = "smallest"
	}
	if text := strings.TrimSpace(said("cost")); text != "" {
		cost, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
		if err != nil || !(cost >= 0) || math.IsInf(cost, 0) {
			e.Refused = "cost"
		}
		e.Row["cost"] = strconv.FormatFloat(cost, 'f', -1, 64)
	}
	before, err := readPlans(ctx, r)
	if err != nil {
		return e, fmt.Errorf("before a plan is registered: %w", err)
	}
	if e.Refused == "" && len(before) > 0 && e.Row["remark"] == nil {
		e.Refused = "remark"
	}
	e.Row["outcomes"], e.Row["smallest"], e.Row["of_month"], e.Row["known_to"] = strings.Join(outcomes, " "), strconv.FormatFloat(smallest, 'f', -1, 64), r.Month, r.LastMonth
	if pilots := compare.Pilots(ComparedVillages(r)); pilots != "" {
		e.Row["of_villages"] = pilots
	}
	e.Object = strings.Join([]string{exportPlans, r.Month, strings.Join(outcomes, " ")}, " ")
	return e, nil
}

func canBeCompared(id string) bool {
	m, known := queries.MeasureOf(id)
	return known && compare.Comparable(m)
}

// ComparedVillages are the villages of the list as the comparison takes them.
func ComparedVillages(r block.Request) (all []compare.Village) {
	for _, u := range r.Villages {
		all = append(all, compare.Village{ID: u.ID, Name: u.Name, Start: facts.FirstSeven(u.ProgrammeStart), Pilot: u.Phase == "pilot"})
	}
	return all
}
