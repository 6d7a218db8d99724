package page

import (
	"context"
	"fmt"
	"math"

	"hulian/dashboards/chart"
	"hulian/data"
	"hulian/queries"
)

func capacityPage() Page {
	return Page{
		ID: "capacity", Path: "/capacity", Group: GroupPlaces, Takes: ByMonth | ByVillage,
		Title:    data.Text{Zh: "服务力量", En: "Capacity"},
		Question: data.Text{Zh: "服务多少人、有多少人手？困难出在力量不足，还是没有动员起来？", En: "How many people for how many hands? Is it capacity, or effort?"},
		Build:    buildCapacity,
	}
}

var capacityMeasures = []string{
	"people_per_cadre", "active_share", "people_per_active_member", "people_per_hand", "hands_multiplier", "migrant_share", "households_per_active_member",
}

// hands are the counts behind the capacity measures of one unit in one month.
type hands struct {
	residents, migrants, people, cadres, members, active, hands float64
}

// handsOf takes the counts from the measures' own numerators and denominators, so that what is multiplied out on the
// page is what the measures were made of.
func handsOf(m measured, unit, month string) hands {
	migrant, cadre := m.at("migrant_share", unit, month), m.at("people_per_cadre", unit, month)
	active, hand := m.at("active_share", unit, month), m.at("people_per_hand", unit, month)
	return hands{residents: migrant.Den - migrant.Num, migrants: migrant.Num, people: cadre.Num, cadres: cadre.Den,
		members: active.Den, active: active.Num, hands: hand.Den}
}

func buildCapacity(ctx context.Context, r Request) (View, error) {
	v := View{Heading: r.heading()}
	own, err := r.values(ctx, r.hereAlways(), capacityMeasures...)
	if err != nil {
		return v, err
	}
	if !own.at("people_per_cadre", r.Unit().ID, r.Month).Known() {
		v.Blocks = append(v.Blocks, r.noCapacity(own))
	} else {
		v.Sentences = r.capacitySentences(own, r.Unit())
		v.Blocks = append(v.Blocks, r.worked(own, r.Unit()))
	}
	if r.Unit().Level == LevelTown {
		below := r.below()
		below.from = r.FirstMonth
		villages, err := r.values(ctx, below, capacityMeasures...)
		if err != nil {
			return v, err
		}
		if tightest, ok := r.tightest(villages); ok {
			v.Sentences = append(v.Sentences, r.tightestSentence(own, villages, tightest)...)
			v.Blocks = append(v.Blocks, Section{Title: r.Tf("人手最紧的村：%s", "Where hands are fewest: %s", tightest.Name),
				Note: r.T("每名专职干部服务人口最多的村，逐项列出算式。", "The village with most people for each full-time cadre, every figure with its formula.")}, r.worked(villages, tightest))
		}
		bars, err := r.capacityBars(villages)
		if err != nil {
			return v, err
		}
		v.Blocks = append(v.Blocks, bars...)
		v.Blocks = append(v.Blocks, r.capacityTable(villages, own))
		return v, nil
	}
	table, err := r.unitTable(ctx, "branches", "active_share", "households_per_active_member", "overloaded_members", "branch_structure")
	if err != nil {
		return v, err
	}
	v.Blocks = append(v.Blocks, table)
	return v, nil
}

// noCapacity says which of the two parts is missing: people or hands.
func (r Request) noCapacity(own measured) Block {
	text := r.T("没有人口数据，或没有专职干部名册。", "There is no population file, or no registry of cadres.")
	if v := own.at("people_per_cadre", r.Unit().ID, r.Month); v.Den == 0 {
		text = r.T("名册中没有专职干部。", "The registry names no full-time cadre.")
	}
	return Callout{Tone: ToneQuiet, Title: r.T("无法计算服务力量", "Capacity cannot be worked out"), Text: text,
		Next: r.T("请查看数据状况。", "See the state of the data."), Link: r.Link("data")}
}

func (r Request) capacitySentences(own measured, u Unit) []string {
	h := handsOf(own, u.ID, r.Month)
	return []string{
		r.Tf("%[1]s有常住人口 %[2]s 人、流动人口 %[3]s 人，共 %[4]s 人；专职干部 %[5]s 名，平均每名要服务 %[6]s 人。",
			"%[1]s has %[2]s residents and %[3]s migrants, %[4]s people in all, and %[5]s full-time cadres: %[6]s people each.",
			u.Name, Count(h.residents), Count(h.migrants), Count(h.people), Count(h.cadres), own.at("people_per_cadre", u.ID, r.Month).bare()),
		r.Tf("%[1]s 名党员中可动员 %[2]s 名（%[3]s）。加上他们，人手从 %[4]s 变为 %[5]s（%[6]s 倍），每名人手服务 %[7]s 人。",
			"Of %[1]s members %[2]s can be mobilised (%[3]s). With them %[4]s hands become %[5]s (%[6]s×): %[7]s people a hand.",
			Count(h.members), Count(h.active), own.at("active_share", u.ID, r.Month).Text(r.Lang), Count(h.cadres), Count(h.hands),
			own.at("hands_multiplier", u.ID, r.Month).bare(), own.at("people_per_hand", u.ID, r.Month).bare()),
	}
}

// worked writes out every figure of a unit's capacity with its formula.
func (r Request) worked(m measured, u Unit) Worked {
	h := handsOf(m, u.ID, r.Month)
	value := func(id string) string { return m.at(id, u.ID, r.Month).Text(r.Lang) }
	name := func(id string) string { // as everywhere else
		measure, _ := queries.MeasureOf(id)
		return measure.Name.In(r.Lang)
	}
	figure := func(id, formula, sum string) Figure {
		read := r.readSeries(m.series(id, u.ID, r.MonthsUpTo()))
		return Figure{Name: name(id), Value: value(id), Formula: formula, Sum: sum, Mark: r.mark(read), Reading: read.Sentence(r.Lang)}
	}
	figures := []Figure{
		{Name: r.T("服务人口", "People"), Value: Count(h.people), Formula: r.T("常住人口 + 流动人口", "residents + migrants"), Sum: Count(h.residents) + " + " + Count(h.migrants)},
		figure("migrant_share", r.T("流动人口 ÷ 服务人口", "migrants ÷ people"), Count(h.migrants)+" ÷ "+Count(h.people)),
		figure("people_per_cadre", r.T("服务人口 ÷ 专职干部", "people ÷ full-time cadres"), Count(h.people)+" ÷ "+Count(h.cadres)),
		figure("active_share", r.T("可动员党员 ÷ 党员", "active members ÷ members"), Count(h.active)+" ÷ "+Count(h.members)),
		figure("people_per_active_member", r.T("服务人口 ÷ 可动员党员", "people ÷ active members"), Count(h.people)+" ÷ "+Count(h.active)),
		{Name: r.T("人手合计", "Hands"), Value: Count(h.hands), Formula: r.T("专职干部 + 可动员党员", "cadres + active members"), Sum: Count(h.cadres) + " + " + Count(h.active)},
		figure("people_per_hand", r.T("服务人口 ÷ 人手合计", "people ÷ hands"), Count(h.people)+" ÷ "+Count(h.hands)),
		figure("hands_multiplier", r.T("人手合计 ÷ 专职干部", "hands ÷ cadres"), Count(h.hands)+" ÷ "+Count(h.cadres)),
	}
	if households := m.at("households_per_active_member", u.ID, r.Month); households.Known() {
		f := figure("households_per_active_member", r.T("农户 ÷ 可动员党员", "households ÷ active members"), Count(households.Num)+" ÷ "+Count(households.Den))
		f.Note = r.Tf("目标约 %d 户，上限 %d 户", "target about %d, limit %d", r.Programme.Linking.HouseholdsTarget, r.Programme.Linking.HouseholdsLimit)
		figures = append(figures, f)
	}
	return Worked{Title: r.Tf("%s · %s 逐项算式", "%s · %s, figure by figure", u.Name, r.Month), Figures: figures}
}

// tightest is the village with most people per full-time cadre.
func (r Request) tightest(villages measured) (Unit, bool) {
	best, found := math.Inf(-1), Unit{}
	for _, u := range r.Villages {
		if v := villages.at("people_per_cadre", u.ID, r.Month); v.Known() && v.Value > best {
			best, found = v.Value, u
		}
	}
	return found, found.ID != ""
}

// tightestSentence sets the village where hands are fewest against the town: people for each cadre say whether hands are
// wanting, the share of members who can be mobilised whether they are not called upon.
func (r Request) tightestSentence(town, villages measured, u Unit) []string {
	here, all := villages.at("people_per_cadre", u.ID, r.Month), town.at("people_per_cadre", r.Town.ID, r.Month)
	active, allActive := villages.at("active_share", u.ID, r.Month), town.at("active_share", r.Town.ID, r.Month)
	if !all.Known() || !active.Known() || !allActive.Known() {
		return nil
	}
	return []string{r.Tf("人手最紧的是%[1]s：每名专职干部服务 %[2]s 人，全镇 %[3]s 人；党员中可动员的占 %[4]s（%[5]s），全镇 %[6]s。",
		"Hands are fewest in %[1]s: %[2]s people for each full-time cadre, %[3]s in the town; %[4]s of its members can be mobilised (%[5]s), %[6]s in the town.",
		u.Name, here.bare(), all.bare(), active.Text(r.Lang), active.Base(r.Lang), allActive.Text(r.Lang))}
}

func (r Request) capacityBars(villages measured) ([]Block, error) {
	var blocks []Block
	for _, id := range []string{"people_per_hand", "households_per_active_member"} {
		name := villages.at(id, "", "").Measure.Name.In(r.Lang)
		bars := chart.Bars{ID: id, Label: name, Number: chart.OneDigit, Unit: r.column(id).Unit, Values: true, Links: map[string]string{}, Parts: []chart.Part{{Name: name, Colour: chart.Blue}}}
		table := Table{ID: id + "-data", Title: name, Columns: []Column{{Title: r.T("村", "Village"), Kind: ColumnText}, r.column(id)}}
		for _, u := range r.Villages {
			v := villages.at(id, u.ID, r.Month)
			bars.Items = append(bars.Items, u.Name)
			bars.Parts[0].Values = append(bars.Parts[0].Values, v.Value)
			colour := ""
			if limit := float64(r.Programme.Linking.HouseholdsLimit); id == "households_per_active_member" && v.Value > limit {
				colour = chart.Orange
			}
			bars.Parts[0].Colours = append(bars.Parts[0].Colours, colour)
			bars.Links[u.Name] = r.Link("capacity", In(u.ID))
			table.Rows = append(table.Rows, []Cell{{Text: u.Name, Link: r.Link("capacity", In(u.ID))}, r.cell(v)})
		}
		drawn, err := bars.Draw()
		if err != nil {
			return nil, err
		}
		c := &Chart{Title: fmt.Sprintf("%s · %s", name, r.Month), Note: r.T("点柱子看该村逐项算式。", "A click on a bar leads to that village's figures."), Chart: drawn, Table: table}
		if id == "households_per_active_member" {
			c.Note = r.Tf("目标约 %d 户；超过上限 %d 户的为橙色。", "The target is about %d; above the limit of %d bars are orange. ", r.Programme.Linking.HouseholdsTarget, r.Programme.Linking.HouseholdsLimit) + c.Note
		}
		blocks = append(blocks, c)
	}
	return blocks, nil
}

// capacityTable sets the counts and ratios of all villages side by side; a name leads to the worked figures.
func (r Request) capacityTable(villages, town measured) *Table {
	t := &Table{ID: "villages", Title: r.Tf("各村服务力量 · %s", "Capacity of the villages · %s", r.Month),
		Note: r.T("点村名看该村逐项算式。", "A name leads to that village's figures written out.")}
	t.Columns = []Column{{Title: r.T("村", "Village"), Kind: ColumnText}}
	for _, title := range []string{r.T("常住人口", "Residents"), r.T("流动人口", "Migrants"), r.T("合计", "People"), r.T("专职干部", "Cadres"), r.T("党员", "Members"), r.T("可动员", "Active")} {
		t.Columns = append(t.Columns, Column{Title: title, Kind: ColumnNumber})
	}
	ratios := []string{"active_share", "people_per_cadre", "people_per_active_member", "people_per_hand", "hands_multiplier", "households_per_active_member"}
	for _, id := range ratios {
		c := r.column(id)
		c.Kind = ColumnNumber // their bases are the columns before
		t.Columns = append(t.Columns, c)
	}
	row := func(m measured, u Unit, first Cell) []Cell {
		h := handsOf(m, u.ID, r.Month)
		cells := []Cell{first}
		for _, n := range []float64{h.residents, h.migrants, h.people, h.cadres, h.members, h.active} {
			cells = append(cells, countCell(n))
		}
		for _, id := range ratios {
			c := r.cell(m.at(id, u.ID, r.Month))
			c.Base = ""
			cells = append(cells, c)
		}
		return cells
	}
	for _, u := range r.Villages {
		t.Rows = append(t.Rows, row(villages, u, Cell{Text: u.Name, Link: r.Link("capacity", In(u.ID))}))
	}
	t.Total = row(town, r.Town, Cell{Text: r.Town.Name})
	return t
}
