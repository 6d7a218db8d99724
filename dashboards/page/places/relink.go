package places

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/parallel"
	"hulian/dashboards/question"
	"hulian/dashboards/spreadsheet"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/queries/reading"
	"hulian/queries/relink"
)

// links are the links of a place as they stand at the cut-off, and what is proposed for each of its grid branches.
type links struct {
	households []facts.LinkedHousehold
	hands      []facts.Hand
	grids      []relink.Grid // by the ID of the branch
	plans      []relink.Plan // of the same branches
}

// bonds are what the register calls a basis of a link, as far as one weighs more than another.
var bonds = map[string]relink.Bond{"near": relink.Near, "kin": relink.Kin}

// bondsKnown counts the households of which the register says why they are linked to their member.
func (l links) bondsKnown() (known, linked int) {
	for _, h := range l.households {
		if h.LinkedMemberID == "" {
			continue
		}
		linked++
		if h.LinkBasis != "" {
			known++
		}
	}
	return known, linked
}

// linksOf reads the links of a place and makes the proposal for every grid branch. Kin are kept before neighbours, and neighbours before
// others; where the register does not say why a household is linked, its link weighs as one of convenience.
func linksOf(ctx context.Context, r block.Request, at facts.Unit) (links, error) {
	var l links
	err := parallel.Do(ctx,
		func(ctx context.Context) (err error) { l.households, err = r.Linked(ctx, r.Visitor, at); return err },
		func(ctx context.Context) (err error) { l.hands, err = r.Hands(ctx, r.Visitor, at); return err })
	if err != nil {
		return l, err
	}
	place := map[string]int{}
	of := func(branch string) *relink.Grid {
		if _, known := place[branch]; !known {
			place[branch] = len(l.grids)
			l.grids = append(l.grids, relink.Grid{ID: branch})
		}
		return &l.grids[place[branch]]
	}
	for _, h := range l.households { // they come by branch
		g := of(h.BranchID)
		g.Households = append(g.Households, relink.Household{ID: h.HouseholdID, Member: h.LinkedMemberID, Bond: bonds[h.LinkBasis], Since: h.LinkedSince})
	}
	for _, m := range l.hands {
		if _, known := place[m.BranchID]; known { // a branch without households has nobody to link
			g := of(m.BranchID)
			g.Members = append(g.Members, relink.Member{ID: m.MemberID, Exempt: m.Exempt})
		}
	}
	for _, g := range l.grids {
		plan, err := relink.Propose(g, r.Programme.Linking.HouseholdsLimit)
		if err != nil {
			return l, err
		}
		l.plans = append(l.plans, plan)
	}
	return l, nil
}

// linkCounts are the numbers of one branch or of several, today and as proposed.
type linkCounts struct {
	households, hands        int
	changed                  map[relink.Reason]int
	overBefore, overAfter    int // members above the limit
	mostBefore, mostAfter    int // households of the member with most
	excess, missing, without int
	lacking                  int // branches with too few hands
}

func (c *linkCounts) add(g relink.Grid, p relink.Plan, limit int) {
	if c.changed == nil {
		c.changed = map[relink.Reason]int{}
	}
	c.households += len(g.Households)
	c.hands += len(p.Loads)
	for _, change := range p.Changes {
		c.changed[change.Reason]++
	}
	for _, l := range p.Loads {
		if l.Before > limit {
			c.overBefore++
		}
		if l.After > limit {
			c.overAfter++
		}
		c.mostBefore, c.mostAfter = max(c.mostBefore, l.Before), max(c.mostAfter, l.After)
	}
	c.excess += p.Excess
	c.missing += p.Missing
	c.without += p.Without
	if p.Missing > 0 {
		c.lacking++
	}
}

func (c linkCounts) changes() (all int) {
	for _, n := range c.changed {
		all += n
	}
	return all
}

// Relink builds the page that proposes who links which household.
func Relink(ctx context.Context, r block.Request) (view.View, error) {
	v := view.View{Heading: block.Heading(r)}
	l, err := linksOf(ctx, r, r.Unit())
	if err != nil {
		return v, err
	}
	if len(l.grids) == 0 {
		v.Headline = view.Headline{Rest: r.T("没有农户名册，无法提出建议", "There is no list of households to propose links for")}
		return v, nil
	}
	var all linkCounts
	for i, g := range l.grids {
		all.add(g, l.plans[i], r.Programme.Linking.HouseholdsLimit)
	}
	v.Headline = relinkHeadline(r, all)
	v.Blocks = append(v.Blocks, relinkStats(r, all), view.Lead{})
	if r.Unit().Level == facts.LevelBranch {
		v.Blocks = append(v.Blocks, loadsTable(r, l), changesTable(r, l))
	} else {
		v.Blocks = append(v.Blocks, gridsTable(r, l), changesTable(r, l))
	}
	v.Blocks = append(v.Blocks, relinkAccept(r, all)...)
	v.Blocks = append(v.Blocks, view.Text{Paragraphs: relinkBasis(r, l)})
	return v, nil
}

// relinkHeadline says how many links would change, and where hands are missing.
func relinkHeadline(r block.Request, c linkCounts) view.Headline {
	weak := ""
	if c.missing > 0 {
		weak = r.Tf("%[1]d个支部人手不足，缺%[2]d人", "Hands are too few in %[1]d branches: %[2]d are missing", c.lacking, c.missing)
	}
	if c.changes() == 0 {
		return block.HeadlineOf(r, weak, r.T("联户关系不必调整", "no link needs to change"))
	}
	return block.HeadlineOf(r, weak, r.Tf("建议调整%[1]s户联户（共%[2]s户）", "%[1]s of %[2]s households would change their member",
		reading.Count(float64(c.changes())), reading.Count(float64(c.households))))
}

// relinkStats set today beside what is proposed.
func relinkStats(r block.Request, c linkCounts) view.Stats {
	limit := r.Programme.Linking.HouseholdsLimit
	n := func(i int) string { return reading.Count(float64(i)) }
	from := func(before, after int) string { return n(before) + " → " + n(after) }
	without := c.changed[relink.Unlinked] + c.changed[relink.Exempt] + c.changed[relink.Elsewhere]
	return view.Stats{Tiles: []view.Stat{
		{Label: r.T("没有本支部可动员党员联系的户", "Households without an active member of the branch"), Value: from(without+c.without, c.without), Base: n(c.households),
			Reading: r.Tf("未联系%[1]d户，党员已免除%[2]d户，由外支部党员联系%[3]d户", "%[1]d unlinked, %[2]d with an exempt member, %[3]d with a member of another branch", c.changed[relink.Unlinked], c.changed[relink.Exempt], c.changed[relink.Elsewhere])},
		{Label: r.Tf("联系超过%d户的党员", "Members with more than %d households", limit), Value: from(c.overBefore, c.overAfter), Base: n(c.hands)},
		{Label: r.T("一名党员最多联系", "Most households of one member"), Value: from(c.mostBefore, c.mostAfter)},
		{Label: r.T("要调整的户", "Households that change"), Value: n(c.changes()), Base: n(c.households)},
		{Label: r.T("缺少的人手", "Missing hands"), Value: n(c.missing), Reading: r.Tf("按每人最多%[1]d户计；仍超出%[2]d户", "at %[1]d households each; %[2]d remain above that", limit, c.excess)},
	}}
}

// gridsTable has a row for every branch.
func gridsTable(r block.Request, l links) *view.Table {
	t := &view.Table{ID: "grids", Title: r.T("各网格支部", "Grid branches"), Note: block.AtCutOff(r), PageRows: 10,
		Columns: []view.Column{{Title: r.T("村", "Village"), Kind: view.ColumnText}, {Title: r.T("支部", "Branch"), Kind: view.ColumnText}}}
	for _, title := range []string{r.T("农户", "Households"), r.T("可动员党员", "Active members"), r.T("要调整", "To change"), r.T("其中：未联系", "of them unlinked"),
		r.T("党员已免除", "member exempt"), r.T("由外支部联系", "member elsewhere"), r.T("因超负荷", "for excess"), r.T("最多联系（现在）", "Most now"), r.T("最多联系（建议）", "Most then"), r.T("缺人手", "Missing hands")} {
		t.Columns = append(t.Columns, view.Column{Title: title, Kind: view.ColumnNumber})
	}
	counts := make([]linkCounts, len(l.grids))
	order := make([]int, len(l.grids))
	for i, g := range l.grids {
		order[i] = i
		counts[i].add(g, l.plans[i], r.Programme.Linking.HouseholdsLimit)
	}
	slices.SortStableFunc(order, func(a, b int) int { // where hands are missing, then where most changes
		return cmp.Or(cmp.Compare(counts[b].missing, counts[a].missing), cmp.Compare(counts[b].changes(), counts[a].changes()))
	})
	for _, i := range order {
		g, c := l.grids[i], counts[i]
		u, village := r.UnitOf(g.ID), ""
		if of, known := r.Snapshot.Village(u.VillageID); known {
			village = of.Name
		}
		row := []view.Cell{{Text: village, Link: r.Link("relink", question.In(u.VillageID))}, {Text: u.Name, Link: r.Link("relink", question.InBranch(g.ID))}}
		for _, n := range []int{c.households, c.hands, c.changes(), c.changed[relink.Unlinked], c.changed[relink.Exempt], c.changed[relink.Elsewhere], c.changed[relink.Excess], c.mostBefore, c.mostAfter, c.missing} {
			row = append(row, view.Count(float64(n)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// people names the members of the links by their IDs.
func (l links) people() map[string]string {
	names := map[string]string{}
	for _, h := range l.households {
		names[h.LinkedMemberID] = h.MemberName
	}
	for _, m := range l.hands {
		names[m.MemberID] = m.Name
	}
	return names
}

// loadsTable has a row for every active member of a branch.
func loadsTable(r block.Request, l links) *view.Table {
	t := &view.Table{ID: "loads", Title: r.T("每名党员联系的户数", "Households of every member"), Note: block.AtCutOff(r),
		Columns: []view.Column{{Title: r.T("党员", "Member"), Kind: view.ColumnText}, {Title: r.T("编号", "ID"), Kind: view.ColumnText},
			{Title: r.T("现在", "Now"), Kind: view.ColumnNumber}, {Title: r.T("建议", "Proposed"), Kind: view.ColumnNumber}},
		Empty: r.T("本支部没有可动员党员。", "The branch has no active member.")}
	names := l.people()
	for _, p := range l.plans {
		for _, load := range p.Loads {
			t.Rows = append(t.Rows, []view.Cell{{Text: names[load.Member]}, {Text: load.Member}, view.Count(float64(load.Before)), view.Count(float64(load.After))})
		}
	}
	return t
}

// changesTable has a row for every household that would change its member.
func changesTable(r block.Request, l links) *view.Table {
	t := &view.Table{ID: "changes", Title: r.T("要调整的户", "Households to change"), Note: block.AtCutOff(r), Stacked: true,
		Empty: r.T("没有要调整的户。", "No household needs to change."),
		Columns: []view.Column{{Title: r.T("支部", "Branch"), Kind: view.ColumnText}, {Title: r.T("农户编号", "Household ID"), Kind: view.ColumnText}, {Title: r.T("户主", "Head"), Kind: view.ColumnText},
			{Title: r.T("现在的党员", "Member now"), Kind: view.ColumnText}, {Title: r.T("建议的党员", "Member proposed"), Kind: view.ColumnText}, {Title: r.T("建议的党员编号", "ID of the member proposed"), Kind: view.ColumnText},
			{Title: r.T("原因", "Reason"), Kind: view.ColumnText}, {Title: r.T("现在的联系依据", "Basis of the link now"), Kind: view.ColumnText}}}
	names, heads, basis := l.people(), map[string]string{}, map[string]string{}
	for _, h := range l.households {
		heads[h.HouseholdID], basis[h.HouseholdID] = h.HeadName, reading.Missing
		if h.LinkBasis != "" {
			basis[h.HouseholdID] = r.Word("households", "link_basis", h.LinkBasis)
		}
	}
	reasons := map[relink.Reason]string{relink.Unlinked: r.T("没有联系的党员", "has no member"), relink.Exempt: r.T("党员已免除", "the member is exempt"),
		relink.Elsewhere: r.T("党员不在本支部", "the member is not of the branch"), relink.Excess: r.T("党员超负荷", "the member has too many")}
	for _, p := range l.plans {
		for _, c := range p.Changes {
			t.Rows = append(t.Rows, []view.Cell{{Text: r.UnitOf(p.Grid).Name, Link: r.Link("relink", question.InBranch(p.Grid))}, {Text: c.Household}, {Text: heads[c.Household]},
				{Text: names[c.From]}, {Text: names[c.To]}, {Text: c.To}, {Text: reasons[c.Reason]}, {Text: basis[c.Household]}})
		}
	}
	return t
}

// relinkAccept offers the proposal as a register, to take away or to hand in, to whoever sees the persons of the town.
func relinkAccept(r block.Request, c linkCounts) []view.Block {
	if c.changes() == 0 || !r.SeesPersons(r.Visitor) {
		return nil
	}
	said := r.Tf("农户名册中%[1]d户改由建议的党员联系，联户日期记为%[2]s，联系依据和产生方式留空，其余不变。", "In the register of households %[1]d households get the member proposed, linked since %[2]s, with the basis of the link left empty; nothing else changes.",
		c.changes(), r.CutOff.Format(time.DateOnly))
	blocks := []view.Block{view.Section{ID: "accept", Title: r.T("采纳建议", "Accept the proposal"), Note: r.T("先由支部讨论；个别户可在下载的名册中改正后再报送。", "The branch discusses it first; single households can be put right in the register before it is handed in.")}}
	if r.Visitor.MayAnywhere(visitor.Export) {
		blocks = append(blocks, view.Callout{Tone: view.ToneQuiet, Text: said, Next: r.T("下载调整后的农户名册（Excel）", "Download the register as it would be (Excel)"), Link: RegisterAddress(r)})
	}
	if r.Desk != nil && r.Visitor.MayAnywhere(visitor.Upload) {
		form := view.Form{Address: "/relink", Label: r.T("报送调整后的名册", "Hand in the register"), Text: said, Fields: block.KeepLanguage(r)}
		form.Fields = append(form.Fields, view.Field{Name: "village", Value: r.Village, Hidden: true}, view.Field{Name: "branch", Value: r.Branch, Hidden: true},
			view.Field{Name: "changes", Value: strconv.Itoa(c.changes()), Hidden: true})
		blocks = append(blocks, form)
	}
	return blocks
}

// RegisterAddress is where the register stands as the proposal of a place would have it.
func RegisterAddress(r block.Request) string {
	at := url.Values{}
	question.Set(at, "village", r.Village)
	question.Set(at, "branch", r.Branch)
	question.Set(at, "lang", r.Lang)
	return "/relink/register?" + at.Encode()
}

// Register is the register of households with the links that are proposed for a place, as it can be handed in: one sheet under the names
// of its contract. changed is how many households have another member than now. facts.ErrHidden: the visitor does not see the persons
// of the whole town.
func Register(ctx context.Context, r block.Request) (sheet spreadsheet.Sheet, changed int, err error) {
	contract, _ := data.ContractOf("households")
	rows, err := r.Register(ctx, r.Visitor, contract.Export)
	if err != nil {
		return sheet, 0, err
	}
	l, err := linksOf(ctx, r, r.Unit())
	if err != nil {
		return sheet, 0, err
	}
	to := map[string]string{}
	for _, p := range l.plans {
		for _, c := range p.Changes {
			to[c.Household] = c.To
		}
	}
	sheet.Name = contract.Name.In(r.Lang)
	columns := make([]data.Column, len(rows.Columns))
	for i, id := range rows.Columns {
		columns[i], _ = contract.Column(id)
		sheet.Head = append(sheet.Head, columns[i].Name.In(r.Lang))
	}
	household := slices.Index(rows.Columns, "household_id")
	for _, row := range rows.Rows {
		id, _ := row[household].(string)
		member, changes := to[id]
		if changes {
			changed++
		}
		cells := make([]any, len(row))
		for i, value := range row {
			switch {
			case changes && columns[i].ID == "linked_member_id":
				value = member
			case changes && columns[i].ID == "linked_since":
				value = r.CutOff
			case changes && (columns[i].ID == "link_basis" || columns[i].ID == "link_origin"):
				value = nil // it was said of the link that ends
			}
			cells[i] = registerCell(columns[i], value, r.Lang)
		}
		sheet.Rows = append(sheet.Rows, cells)
	}
	return sheet, changed, nil
}

// registerCell is a value as a clerk would write it.
func registerCell(c data.Column, value any, lang string) any {
	switch v := value.(type) {
	case nil:
		return nil
	case time.Time:
		return spreadsheet.Day(v.Format(time.DateOnly))
	case bool:
		return map[bool]data.Text{true: {Zh: "是", En: "yes"}, false: {Zh: "否", En: "no"}}[v].In(lang)
	case int64:
		return spreadsheet.Number(strconv.FormatInt(v, 10))
	case float64:
		return spreadsheet.Number(strconv.FormatFloat(v, 'f', -1, 64))
	case string:
		for _, word := range c.Values {
			if word.ID == v {
				return word.Name.In(lang)
			}
		}
		return v
	}
	return fmt.Sprint(value)
}

// relinkBasis says what the proposal rests on.
func relinkBasis(r block.Request, l links) []string {
	limit := r.Programme.Linking.HouseholdsLimit
	said := r.T("农户名册没有登记联系依据，就亲、就近不作区分。", "The register does not say why households are linked: kin and neighbours are not told apart.")
	if known, linked := l.bondsKnown(); known > 0 {
		said = r.Tf("改动时先保留就亲的联系，再保留就近的联系；%[2]d户联系户中有%[1]d户登记了依据。", "Where a link must change, kin are kept first, then neighbours; for %[1]d of %[2]d linked households the register says why.", known, linked)
	}
	return []string{
		r.Tf("建议依次满足：每户在本网格支部内有一名可动员党员；超过%d户的部分最少、最均匀；改动的户最少，先改联系时间最短的。免除联户的党员不再联系户。",
			"The proposal holds, in this order: every household has one active member of its own branch; what goes beyond %d households is as little and as even as can be; as few households as possible change, those linked last first. Exempt members link no household.", limit),
		said,
		r.T("依据：最小费用流，所得方案已验证为最优（余下网络中没有负费用的回路）。由党支部讨论决定。",
			"Basis: a minimum-cost flow, proven to be the best (no cycle of negative cost is left). The branch discusses and decides."),
	}
}
