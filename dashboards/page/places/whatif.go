package places

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/reading"
	"hulian/queries/stats/association"
)

// supposed is one number of the page that a person may change: the share of members who are exempt and the change of migrants, in
// percent, households a member, and cadres more or fewer.
type supposed struct {
	param, label string
	low, high    float64 // bounds
	now          float64
	value        float64
	wrong        bool // what was typed is no number within the bounds: now holds
}

// supposedOf reads what is supposed from the address; what is left open stays as it is.
func supposedOf(r block.Request, h hands) []supposed {
	all := []supposed{
		{param: "exempt", label: r.T("免除联户的党员占（%）", "Members exempt (%)"), high: 100, now: math.Round((1-h.active/h.members)*1000) / 10},
		{param: "each", label: r.T("每名党员联系（户）", "Households a member"), low: 1, high: 200, now: float64(r.Programme.Linking.HouseholdsLimit)},
		{param: "migrants", label: r.T("流动人口增减（%）", "Migrants more or fewer (%)"), low: -100, high: 500},
		{param: "cadres", label: r.T("专职干部增减（名）", "Cadres more or fewer"), low: -h.cadres, high: 200},
	}
	for i := range all {
		s := &all[i]
		s.value = s.now
		typed := strings.TrimSpace(strings.TrimSuffix(r.Params.Get(s.param), "%"))
		if typed == "" {
			continue
		}
		n, err := strconv.ParseFloat(typed, 64)
		whole := s.param == "exempt" || s.param == "migrants" || n == math.Trunc(n)
		if s.wrong = err != nil || !(n >= s.low && n <= s.high) || !whole; !s.wrong {
			s.value = n
		}
	}
	return all
}

// whatIf is the form by which a person supposes other numbers, and what would follow from them for one unit. Nothing where the unit's
// capacity is not known.
func whatIf(ctx context.Context, r block.Request, own facts.Measured, u facts.Unit) ([]view.Block, error) {
	h, linked := handsOf(own, u.ID, r.Month), own.At("households_per_active_member", u.ID, r.Month)
	if !own.At("people_per_cadre", u.ID, r.Month).Known() || !own.At("active_share", u.ID, r.Month).Known() || h.members == 0 || !linked.Known() {
		return nil, nil
	}
	all := supposedOf(r, h)
	form := view.Form{Title: r.T("如果……会怎样", "What if"), Method: "get", Address: "/capacity", Label: r.T("推算", "Work it out"), Fields: block.KeepLanguage(r),
		Text: r.T("改动下面的数，看人手够不够。只是算术，不改动任何数据。", "Change the numbers to see whether hands are enough. It is arithmetic alone: no data change.")}
	form.Fields = append(form.Fields, view.Field{Name: "village", Value: r.Village, Hidden: true}, view.Field{Name: "month", Value: r.Month, Hidden: true})
	var wrong []string
	for _, s := range all {
		form.Fields = append(form.Fields, view.Field{Name: s.param, Label: s.label, Value: reading.Plain(s.value, 1), Limit: 8})
		if s.wrong {
			wrong = append(wrong, r.Tf("%[1]s：请填%[2]s至%[3]s之间的数", "%[1]s: give a number from %[2]s to %[3]s", s.label, reading.Plain(s.low, 0), reading.Plain(s.high, 0)))
		}
	}
	blocks := []view.Block{view.Section{ID: "what-if"}, form}
	if len(wrong) > 0 {
		blocks = append(blocks, view.Callout{Tone: view.ToneWorse, Text: strings.Join(wrong, r.T("；", "; "))})
	}
	table, then := whatIfTable(r, u, h, linked.Num, all)
	visits, err := visitsToExpect(ctx, r, u, h, then)
	return append(blocks, table, visits), err
}

// visitsToExpect says which share of households would be visited if the unit differed from today as villages differ from one another.
// It is no effect of hands: villages with more of them differ in other things too.
func visitsToExpect(ctx context.Context, r block.Request, u facts.Unit, now, then hands) (view.Block, error) {
	const load, visited = "people_per_hand", "household_coverage"
	villages, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelVillage, From: r.Month, To: r.Month}, load, visited)
	if err != nil {
		return nil, err
	}
	here, err := r.Values(ctx, r.Visitor, facts.Scope{Level: u.Level, Unit: u.ID, From: r.Month, To: r.Month}, visited)
	if err != nil {
		return nil, err
	}
	var loads, shares []float64
	for _, v := range r.Villages {
		if l, s := villages.At(load, v.ID, r.Month), villages.At(visited, v.ID, r.Month); l.Known() && s.Known() && !s.Small(r.Programme) {
			loads, shares = append(loads, l.Value), append(shares, s.Value)
		}
	}
	line, today := association.Straight(loads, shares), here.At(visited, u.ID, r.Month)
	said := view.Callout{Tone: view.ToneQuiet, Title: r.T("走访会不会跟着变", "Would visits change with it?")}
	before, after := now.people/now.hands, then.people/then.hands
	switch {
	case then == now:
		said.Text = r.T("设想与现在相同：改动上面的数，再看走访会差多少。", "Nothing is changed yet: change a number above to see by how much visits would differ.")
	case !line.Slope.Known || !today.Known():
		said.Text = r.Tf("不能推算：有人手和走访两项数据的村只有%d个，或各村人手相同，或本单位没有走访数据。", "It cannot be said: %d villages have data on both hands and visits, or all have the same hands, or this unit has no data on visits.", line.N)
	case then.hands == 0 || after < line.Low || after > line.High:
		said.Text = r.Tf("不能推算：设想的每名人手服务人口不在现有各村的范围（%[1]s至%[2]s人）之内。", "It cannot be said: no village has a load like the supposed one; they have %[1]s to %[2]s people a hand.", reading.Decimal(line.Low, 0), reading.Decimal(line.High, 0))
	default:
		change := after - before
		ends := []float64{line.Interval.Low.Value * change, line.Interval.High.Value * change}
		low, high := slices.Min(ends), slices.Max(ends)
		m := *today.Measure
		said.Text = r.Tf("本月%[1]d个村，每名人手多服务10人，走访覆盖率相差%[2]s（95%%区间%[3]s）。照此推算，每名人手服务人口从%[4]s变为%[5]s，走访覆盖率（现为%[6]s）会相差%[7]s，区间%[8]s。",
			"Over %[1]d villages of this month, coverage differs by %[2]s for every 10 people more a hand (95%% interval %[3]s). From %[4]s to %[5]s people a hand, coverage (%[6]s now) would differ by %[7]s, interval %[8]s.",
			line.N, reading.Difference(m, 10*line.Slope.Value, r.Lang), reading.DifferenceRange(m, 10*line.Interval.Low.Value, 10*line.Interval.High.Value, r.Lang), reading.Decimal(before, 1), reading.Decimal(after, 1),
			today.Text(r.Lang), reading.Difference(m, line.Slope.Value*change, r.Lang), reading.DifferenceRange(m, low, high, r.Lang))
		if line.Interval.Low.Value <= 0 && line.Interval.High.Value >= 0 {
			said.Text += r.T("区间包含0：从各村的差别看不出人手与走访有关。", " The interval holds 0: the villages do not show that hands and visits go together.")
		}
		said.Text += r.T("这是各村之间的差别，不是增加人手的效果。", " This is how villages differ, not what more hands would bring about.")
	}
	return said, nil
}

// whatIfTable sets today beside what is supposed, and gives the counts that are supposed.
func whatIfTable(r block.Request, u facts.Unit, h hands, households float64, all []supposed) (*view.Table, hands) {
	then := h
	then.active = math.Round(h.members * (1 - all[0].value/100))
	if all[0].value == all[0].now { // rounded to be shown
		then.active = h.active
	}
	then.migrants = math.Round(h.migrants * (1 + all[2].value/100))
	then.people, then.cadres = h.residents+then.migrants, h.cadres+all[3].value
	then.hands = then.cadres + then.active
	each := all[1].value
	name := func(id string) string {
		m, _ := queries.MeasureOf(id)
		return m.Name.In(r.Lang)
	}
	ratio := func(a, b float64) float64 {
		if b == 0 {
			return math.NaN()
		}
		return a / b
	}
	t := &view.Table{ID: "what-if", Title: r.Tf("%s · 现在与设想", "%s · now and as supposed", u.Name),
		Note:    r.Tf("缺人手：每名党员联系%s户时，还差几名党员。", "Missing hands: how many members are lacking at %s households each.", reading.Plain(each, 0)),
		Columns: []view.Column{{Title: r.T("项目", "What"), Kind: view.ColumnText}, {Title: r.T("现在", "Now"), Kind: view.ColumnNumber}, {Title: r.T("设想", "As supposed"), Kind: view.ColumnNumber}, {Title: r.T("算式", "Formula"), Kind: view.ColumnText}}}
	line := func(label string, decimals int, now, supposed float64, formula string) {
		cell := func(x float64) view.Cell {
			if math.IsNaN(x) {
				return view.Cell{Text: "–"}
			}
			return view.Cell{Text: reading.Decimal(x, decimals), Value: reading.Plain(x, decimals)}
		}
		t.Rows = append(t.Rows, []view.Cell{{Text: label}, cell(now), cell(supposed), {Text: formula}})
	}
	count := reading.Count
	line(r.T("服务人口", "People"), 0, h.people, then.people, count(then.residents)+" + "+count(then.migrants))
	line(r.T("可动员党员", "Active members"), 0, h.active, then.active, count(h.members)+" × (100% − "+reading.Plain(all[0].value, 1)+"%)")
	line(r.T("人手合计", "Hands"), 0, h.hands, then.hands, count(then.cadres)+" + "+count(then.active))
	line(name("people_per_cadre"), 1, ratio(h.people, h.cadres), ratio(then.people, then.cadres), count(then.people)+" ÷ "+count(then.cadres))
	line(name("people_per_hand"), 1, ratio(h.people, h.hands), ratio(then.people, then.hands), count(then.people)+" ÷ "+count(then.hands))
	line(name("hands_multiplier"), 1, ratio(h.hands, h.cadres), ratio(then.hands, then.cadres), count(then.hands)+" ÷ "+count(then.cadres))
	line(name("households_per_active_member"), 1, ratio(households, h.active), ratio(households, then.active), count(households)+" ÷ "+count(then.active))
	missing := func(active float64) float64 { return math.Max(0, math.Ceil(households/each)-active) }
	line(r.T("缺人手", "Missing hands"), 0, missing(h.active), missing(then.active), count(households)+" ÷ "+reading.Plain(each, 0)+" − "+count(then.active))
	return t, then
}
