package places

import (
	"context"
	"fmt"
	"math"

	"hulian/dashboards/chart"
	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/reading"
)

// CapacityMeasures are the measures of people and hands, as the page shows them.
var CapacityMeasures = []string{
	"people_per_cadre", "active_share", "people_per_active_member", "people_per_hand", "hands_multiplier", "migrant_share", "households_per_active_member",
}

// hands are the counts behind the capacity measures of one unit in one month.
type hands struct {
	residents, migrants, people, cadres, members, active, hands float64
}

// handsOf takes the counts from the measures' own numerators and denominators, so that what is multiplied out on the
// page is what the measures were made of.
func handsOf(m facts.Measured, unit, month string) hands {
	migrant, cadre := m.At("migrant_share", unit, month), m.At("people_per_cadre", unit, month)
	active, hand := m.At("active_share", unit, month), m.At("people_per_hand", unit, month)
	return hands{residents: migrant.Den - migrant.Num, migrants: migrant.Num, people: cadre.Num, cadres: cadre.Den,
		members: active.Den, active: active.Num, hands: hand.Den}
}

// Capacity builds the page of people and hands.
func Capacity(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: block.Heading(r)}
	own, err := r.Values(ctx, r.Visitor, block.AlwaysScope(r), CapacityMeasures...)
	if err != nil {
		return v, err
	}
	var villages facts.Measured
	if r.Unit().Level == facts.LevelTown {
		if villages, err = capacityOfVillages(ctx, r); err != nil {
			return v, err
		}
		headline, screen, err := capacityScreen(ctx, r, villages)
		if err != nil {
			return v, err
		}
		v.Headline = headline
		v.Blocks = append(v.Blocks, screen)
		if headline != (view.Headline{}) {
			v.Blocks = append(v.Blocks, view.Lead{})
		}
	}
	if !own.At("people_per_cadre", r.Unit().ID, r.Month).Known() {
		v.Blocks = append(v.Blocks, noCapacity(r, own))
	} else {
		v.Sentences = capacitySentences(r, own, r.Unit())
		supposed, err := whatIf(ctx, r, own, r.Unit())
		if err != nil {
			return v, err
		}
		v.Blocks = append(append(v.Blocks, supposed...), worked(r, own, r.Unit()))
	}
	if r.Unit().Level == facts.LevelTown {
		if tightest, ok := tightest(r, villages); ok {
			v.Sentences = append(v.Sentences, tightestSentence(r, own, villages, tightest)...)
			v.Blocks = append(v.Blocks, view.Section{Title: r.Tf("人手最紧的村：%s", "Where hands are fewest: %s", tightest.Name),
				Note: r.T("每名专职干部服务人口最多的村，逐项列出算式。", "The village with most people for each full-time cadre, every figure with its formula.")}, worked(r, villages, tightest))
		}
		bars, err := capacityBars(r, villages)
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, bars...)
		v.Blocks = append(v.Blocks, capacityTable(r, villages, own), toRelink(r))
		return v, nil
	}
	v.Blocks = append(v.Blocks, toRelink(r))
	table, err := block.UnitTable(ctx, r, "branches", "active_share", "households_per_active_member", "overloaded_members", "branch_structure")
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, table)
	return v, nil
}

// toRelink leads to the proposal of links.
func toRelink(r block.Request) view.Block {
	return view.Callout{Tone: view.ToneQuiet, Text: r.T("联户负担不均、有户无人联系的，可以调整联户。", "Where loads are uneven or households have nobody, links can be changed."),
		Next: r.T("看联户调整建议", "See who could link whom"), Link: r.Link("relink")}
}

func capacityOfVillages(ctx context.Context, r block.Request) (facts.Measured, error) {
	below := block.BelowScope(r)
	below.From = r.FirstMonth
	return r.Values(ctx, r.Visitor, below, CapacityMeasures...)
}

// CapacityTables is the part of a town's page that the report shows too.
func CapacityTables(ctx context.Context, r block.Request) (v view.View, err error) {
	if r.Unit().Level != facts.LevelTown {
		return v, nil
	}
	own, err := r.Values(ctx, r.Visitor, block.AlwaysScope(r), CapacityMeasures...)
	if err != nil {
		return v, err
	}
	villages, err := capacityOfVillages(ctx, r)
	if err != nil {
		return v, err
	}
	v.Blocks = []view.Block{capacityTable(r, villages, own)}
	return v, nil
}

// noCapacity says which of the two parts is missing: people or hands.
func noCapacity(r block.Request, own facts.Measured) view.Block {
	text := r.T("没有人口数据，或没有专职干部名册。", "There is no population file, or no registry of cadres.")
	if v := own.At("people_per_cadre", r.Unit().ID, r.Month); v.Den == 0 {
		text = r.T("名册中没有专职干部。", "The registry names no full-time cadre.")
	}
	return view.Callout{Tone: view.ToneQuiet, Title: r.T("无法计算服务力量", "Capacity cannot be worked out"), Text: text,
		Next: r.T("请查看数据状况。", "See the state of the data."), Link: r.Link("data")}
}

func capacitySentences(r block.Request, own facts.Measured, u facts.Unit) []string {
	h := handsOf(own, u.ID, r.Month)
	return []string{
		r.Tf("%[1]s有常住人口%[2]s人、流动人口%[3]s人，共%[4]s人；专职干部%[5]s名，平均每名要服务%[6]s人。",
			"%[1]s has %[2]s residents and %[3]s migrants, %[4]s people in all, and %[5]s full-time cadres: %[6]s people each.",
			u.Name, reading.Count(h.residents), reading.Count(h.migrants), reading.Count(h.people), reading.Count(h.cadres), own.At("people_per_cadre", u.ID, r.Month).Bare()),
		r.Tf("%[1]s名党员中可动员%[2]s名（%[3]s）。加上他们，人手从 %[4]s 变为 %[5]s（%[6]s 倍），每名人手服务%[7]s人。",
			"Of %[1]s members %[2]s can be mobilised (%[3]s). With them %[4]s hands become %[5]s (%[6]s×): %[7]s people a hand.",
			reading.Count(h.members), reading.Count(h.active), own.At("active_share", u.ID, r.Month).Text(r.Lang), reading.Count(h.cadres), reading.Count(h.hands),
			own.At("hands_multiplier", u.ID, r.Month).Bare(), own.At("people_per_hand", u.ID, r.Month).Bare()),
	}
}

// worked writes out every figure of a unit's capacity with its formula.
func worked(r block.Request, m facts.Measured, u facts.Unit) view.Worked {
	h := handsOf(m, u.ID, r.Month)
	value := func(id string) string { return m.At(id, u.ID, r.Month).Text(r.Lang) }
	name := func(id string) string { // as everywhere else
		measure, _ := queries.MeasureOf(id)
		return measure.Name.In(r.Lang)
	}
	figure := func(id, formula, sum string) view.Figure {
		read := r.Read(m.Series(id, u.ID, r.MonthsUpTo()))
		said := read.Sentence(r.Lang)
		if interval := r.Within(read.Interval(r.Lang)); interval != "" {
			said = interval + r.T("。", ". ") + said
		}
		return view.Figure{Name: name(id), Value: value(id), Formula: formula, Sum: sum, Mark: block.Mark(r, read), Reading: said}
	}
	figures := []view.Figure{
		{Name: r.T("服务人口", "People"), Value: reading.Count(h.people), Formula: r.T("常住人口 + 流动人口", "residents + migrants"), Sum: reading.Count(h.residents) + " + " + reading.Count(h.migrants)},
		figure("migrant_share", r.T("流动人口 ÷ 服务人口", "migrants ÷ people"), reading.Count(h.migrants)+" ÷ "+reading.Count(h.people)),
		figure("people_per_cadre", r.T("服务人口 ÷ 专职干部", "people ÷ full-time cadres"), reading.Count(h.people)+" ÷ "+reading.Count(h.cadres)),
		figure("active_share", r.T("可动员党员 ÷ 党员", "active members ÷ members"), reading.Count(h.active)+" ÷ "+reading.Count(h.members)),
		figure("people_per_active_member", r.T("服务人口 ÷ 可动员党员", "people ÷ active members"), reading.Count(h.people)+" ÷ "+reading.Count(h.active)),
		{Name: r.T("人手合计", "Hands"), Value: reading.Count(h.hands), Formula: r.T("专职干部 + 可动员党员", "cadres + active members"), Sum: reading.Count(h.cadres) + " + " + reading.Count(h.active)},
		figure("people_per_hand", r.T("服务人口 ÷ 人手合计", "people ÷ hands"), reading.Count(h.people)+" ÷ "+reading.Count(h.hands)),
		figure("hands_multiplier", r.T("人手合计 ÷ 专职干部", "hands ÷ cadres"), reading.Count(h.hands)+" ÷ "+reading.Count(h.cadres)),
	}
	if households := m.At("households_per_active_member", u.ID, r.Month); households.Known() {
		f := figure("households_per_active_member", r.T("农户 ÷ 可动员党员", "households ÷ active members"), reading.Count(households.Num)+" ÷ "+reading.Count(households.Den))
		f.Note = r.Tf("目标约%d户，上限%d户", "target about %d, limit %d", r.Programme.Linking.HouseholdsTarget, r.Programme.Linking.HouseholdsLimit)
		figures = append(figures, f)
	}
	return view.Worked{Title: r.Tf("%s · %s 逐项算式", "%s · %s, figure by figure", u.Name, r.Month), Figures: figures}
}

// tightest is the village with most people per full-time cadre.
func tightest(r block.Request, villages facts.Measured) (facts.Unit, bool) {
	best, found := math.Inf(-1), facts.Unit{}
	for _, u := range r.Villages {
		if v := villages.At("people_per_cadre", u.ID, r.Month); v.Known() && v.Value > best {
			best, found = v.Value, u
		}
	}
	return found, found.ID != ""
}

// tightestSentence sets the village where hands are fewest against the town: people for each cadre say whether hands are
// wanting, the share of members who can be mobilised whether they are not called upon.
func tightestSentence(r block.Request, town, villages facts.Measured, u facts.Unit) []string {
	here, all := villages.At("people_per_cadre", u.ID, r.Month), town.At("people_per_cadre", r.Town.ID, r.Month)
	active, allActive := villages.At("active_share", u.ID, r.Month), town.At("active_share", r.Town.ID, r.Month)
	if !all.Known() || !active.Known() || !allActive.Known() {
		return nil
	}
	return []string{r.Tf("人手最紧的是%[1]s：每名专职干部服务%[2]s人，全镇%[3]s人；党员中可动员的占 %[4]s（%[5]s），全镇 %[6]s。",
		"Hands are fewest in %[1]s: %[2]s people for each full-time cadre, %[3]s in the town; %[4]s of its members can be mobilised (%[5]s), %[6]s in the town.",
		u.Name, here.Bare(), all.Bare(), active.Text(r.Lang), active.Base(r.Lang), allActive.Text(r.Lang))}
}

func capacityBars(r block.Request, villages facts.Measured) ([]view.Block, error) {
	var blocks []view.Block
	for _, id := range []string{"people_per_hand", "households_per_active_member"} {
		name := villages.At(id, "", "").Measure.Name.In(r.Lang)
		bars := chart.Bars{ID: id, Label: name, Number: chart.OneDigit, Unit: block.Column(r, id).Unit, Values: true, Links: map[string]string{}, Parts: []chart.Part{{Name: name, Colour: chart.Blue}}}
		table := view.Table{ID: id + "-data", Title: name, Columns: []view.Column{{Title: r.T("村", "Village"), Kind: view.ColumnText}, block.Column(r, id)}}
		for _, u := range r.Villages {
			v := villages.At(id, u.ID, r.Month)
			bars.Items = append(bars.Items, u.Name)
			bars.Parts[0].Values = append(bars.Parts[0].Values, v.Value)
			colour := ""
			if limit := float64(r.Programme.Linking.HouseholdsLimit); id == "households_per_active_member" && v.Value > limit {
				colour = chart.Orange
			}
			bars.Parts[0].Colours = append(bars.Parts[0].Colours, colour)
			bars.Links[u.Name] = r.Link("capacity", question.In(u.ID))
			table.Rows = append(table.Rows, []view.Cell{{Text: u.Name, Link: r.Link("capacity", question.In(u.ID))}, block.Cell(r, v)})
		}
		drawn, err := bars.Draw()
		if err != nil {
			return nil, err
		}
		c := &view.Chart{Title: fmt.Sprintf("%s · %s", name, r.MonthName(r.Month)), Note: r.T("点柱子看该村逐项算式。", "A click on a bar leads to that village's figures."), Chart: drawn, Table: table}
		if id == "households_per_active_member" {
			c.Note = r.Tf("目标约%d户；超过上限%d户的为橙色。", "The target is about %d; above the limit of %d bars are orange. ", r.Programme.Linking.HouseholdsTarget, r.Programme.Linking.HouseholdsLimit) + c.Note
		}
		blocks = append(blocks, c)
	}
	return blocks, nil
}

// capacityTable sets the counts and ratios of all villages side by side; a name leads to the worked figures.
func capacityTable(r block.Request, villages, town facts.Measured) *view.Table {
	t := &view.Table{ID: "villages", Title: r.Tf("各村服务力量 · %s", "Capacity of the villages · %s", r.Month),
		Note: r.T("点村名看该村逐项算式。", "A name leads to that village's figures written out.")}
	t.Columns = []view.Column{{Title: r.T("村", "Village"), Kind: view.ColumnText}}
	for _, title := range []string{r.T("常住人口", "Residents"), r.T("流动人口", "Migrants"), r.T("合计", "People"), r.T("专职干部", "Cadres"), r.T("党员", "Members"), r.T("可动员", "Active")} {
		t.Columns = append(t.Columns, view.Column{Title: title, Kind: view.ColumnNumber})
	}
	ratios := []string{"active_share", "people_per_cadre", "people_per_active_member", "people_per_hand", "hands_multiplier", "households_per_active_member"}
	for _, id := range ratios {
		c := block.Column(r, id)
		c.Kind = view.ColumnNumber // their bases are the columns before
		t.Columns = append(t.Columns, c)
	}
	row := func(m facts.Measured, u facts.Unit, first view.Cell) []view.Cell {
		h := handsOf(m, u.ID, r.Month)
		cells := []view.Cell{first}
		for _, n := range []float64{h.residents, h.migrants, h.people, h.cadres, h.members, h.active} {
			cells = append(cells, view.Count(n))
		}
		for _, id := range ratios {
			c := block.Cell(r, m.At(id, u.ID, r.Month))
			c.Base = ""
			cells = append(cells, c)
		}
		return cells
	}
	for _, u := range r.Villages {
		t.Rows = append(t.Rows, row(villages, u, view.Cell{Text: u.Name, Link: r.Link("capacity", question.In(u.ID))}))
	}
	t.Total = row(town, r.Town, view.Cell{Text: r.Town.Name})
	return t
}
