package sample

import (
	"math/rand/v2"
	"slices"
)

// The small registers: conduct, funds, rights, support, decisions about cadres. Each function gives what happened in
// one month, or nil.

type pledge struct {
	member       int
	kind         string
	signed, kept day
	line         string // which line a breach crossed
}

// drawConduct draws the published four pledges (two of them kept) and three cornea donations, and a few breaches.
func (t *town) drawConduct() []pledge {
	r := stream(t.Seed, t.index, "conduct")
	var early []int // members of villages that joined by September
	for i := range t.members {
		m := &t.members[i]
		if m.exemptFrom == never && m.appears == 0 && t.villages[m.village].start <= monthOf(2017, 9) && !m.promising {
			early = append(early, i)
		}
	}
	order := r.Perm(len(early))
	next := func() int {
		i := early[order[0]]
		order = order[1:]
		return i
	}
	var all []pledge
	for k := range 4 {
		p := pledge{member: next(), kind: "frugality_pledge", signed: dayOf(2017, 9+k%2, 4+6*k), kept: never}
		if k < 2 {
			p.kept = p.signed + 40 + day(r.IntN(25))
		}
		all = append(all, p)
	}
	for k := range 3 {
		all = append(all, pledge{member: next(), kind: "cornea_donation", signed: dayOf(2017, 10+k%3, 9+5*k), kept: never})
	}
	for k := range 5 {
		all = append(all, pledge{member: next(), kind: "red_line_breach", signed: dayOf(2016, 4, 1) + day(120*k+r.IntN(90)), kept: never, line: lineCrossed(k)})
	}
	return all
}

// conductTable tells a pledge when it is signed and again when it is kept.
func (t *town) conductTable(m month) *table {
	rows := newTable("conduct", 4, "member_id", "kind", "signed_on", "kept_on", "line")
	for _, p := range t.pledges {
		kept := p.kept
		if kept > m.last() {
			kept = never
		}
		if p.signed.month() != m && kept.monthOrNever() != m {
			continue
		}
		if p.signed.month() != m {
			rows.resent++
		}
		rows.add(textCell(t.members[p.member].id), wordCell(p.kind), dayCell(p.signed), dayCell(kept), wordCell(p.line))
	}
	return rows
}

// monthOrNever is the day's month, or a month that never comes.
func (d day) monthOrNever() month {
	if d == never {
		return 1 << 30
	}
	return d.month()
}

// fundVillages are the villages with a scholarship fund, and charityVillages those whose members have a charity fund: of the first town
// those that were published and others to make up their number, of another one the first.
func (t *town) fundVillages() []int {
	return t.foremost(publishedFundRoofs, "振兴村", fuheyuan, "林西村")
}

func (t *town) charityVillages() []int {
	return t.foremost(3, "水云浦村", "振兴村", "逍路沿村")
}

// foremost are n villages, in the order of the list: those named, and as many of the first others.
func (t *town) foremost(n int, named ...string) (all []int) {
	others := n
	for i := range t.villages {
		if slices.Contains(named, t.villages[i].name) {
			others--
		}
	}
	for i := range t.villages {
		switch {
		case slices.Contains(named, t.villages[i].name):
			all = append(all, i)
		case others > 0:
			others--
			all = append(all, i)
		}
	}
	return all
}

func sinceCell(kind string, village int) cell {
	if year := fundSince(kind, village); year > 0 {
		return numberCell(year)
	}
	return cell{}
}

// fundSince is the year a fund was founded; 0: the village did not say.
func fundSince(kind string, village int) int {
	switch {
	case kind == "charity" && village%2 == 1:
		return 0
	case kind == "charity":
		return 2014
	}
	return 2015 - village%2
}

// fundTable shares the published three years' students and money over years and villages, one year a call. The three
// villages with a members' charity fund publish no sums.
func (t *town) fundTable(year int) *table {
	rows := newTable("funds", 12, "village_id", "kind", "year", "beneficiaries", "amount_yuan", "enterprise_partner", "since")
	r := stream(t.Seed, t.index, "funds")
	roofs := t.fundVillages()
	n := len(roofs)
	weights := make([]float64, 3*n)
	for i := range weights {
		weights[i] = between(r, .6, 1.4) * (1 + .15*float64(i/n))
	}
	students := apportion(t.targets.students, weights, min(1, t.targets.students/(3*n)))
	money := make([]float64, len(students))
	for i, s := range students {
		money[i] = float64(s) * between(r, .85, 1.15)
	}
	thousands := apportion(t.targets.yuan/1000, money, min(1, t.targets.yuan/3000/n))
	for i := range n {
		k := (year-2015)*n + i
		rows.add(textCell(t.villages[roofs[i]].code), wordCell("scholarship"), numberCell(year), numberCell(students[k]),
			numberCell(1000*thousands[k]), textCell(firms[i%len(firms)]), sinceCell("scholarship", roofs[i]))
	}
	for _, i := range t.charityVillages() {
		rows.add(textCell(t.villages[i].code), wordCell("charity"), numberCell(year), cell{}, cell{}, cell{}, sinceCell("charity", i))
	}
	return rows
}

func (t *town) rightTable(m month) *table {
	rows := newTable("rights", 40, "member_id", "kind", "used_on", "household_id", "outcome", "upheld")
	review := stream(t.Seed, t.index, "reviews", int(m))
	r := stream(t.Seed, t.index, "rights", int(m))
	outcomes := map[string][]string{"gate": {"同意上报", "同意上报", "材料不全退回"}, "nominate": {"提名通过", "提名未通过"},
		"veto": {"取消当年福利", "整改后恢复"}, "recommend": {"列入推荐名单", "继续培养"}}
	for i := range t.members {
		p := &t.members[i]
		grip := t.maturity(&t.villages[p.village], m)
		if len(p.homes) == 0 || !p.active(m.first()) || !p.active(m.last()) || !chance(r, .035*grip) {
			continue
		}
		h := pick(r, p.homes)
		on := m.first() + day(r.IntN(m.days()))
		if t.homes[h].linkedSince > on {
			continue
		}
		kind := pick(r, []string{"gate", "gate", "gate", "nominate", "recommend", "veto"})
		outcome := pick(r, outcomes[kind])
		rows.add(textCell(p.id), wordCell(kind), dayCell(on), textCell(t.homes[h].id), textCell(outcome), reviewed(review, m, outcome))
	}
	return rows
}

// supportTable tells which villages got help. The help planted for weak villages starts two months before the end.
func (t *town) supportTable(m month) *table {
	rows := newTable("supports", 4, "village_id", "kind", "started_on", "ended_on", "amount_yuan", "note")
	r := stream(t.Seed, t.index, "supports", int(m))
	for i := range t.villages {
		v := &t.villages[i]
		if v.weak == weakByCapacity && m == monthOf(2017, 12) {
			rows.add(textCell(v.code), wordCell("cadre"), dayCell(m.first()+10), dayCell(m.first()+192), cell{}, textCell("选派两名镇干部驻村半年"))
			rows.add(textCell(v.code), wordCell("funding"), dayCell(m.first()+10), cell{}, numberCell(50000), textCell("补助网格办公经费"))
		}
		if v.weak == weakByEffort && m == monthOf(2018, 1) {
			rows.add(textCell(v.code), wordCell("pairing"), dayCell(m.first()+7), dayCell(m.first()+188), cell{}, textCell("与试点村结对"))
		}
		if m == v.start {
			rows.add(textCell(v.code), wordCell("training"), dayCell(m.first()+2), dayCell(m.first()+4), cell{}, textCell("联户党员培训班"))
		} else if chance(r, .012) {
			rows.add(textCell(v.code), wordCell("project"), dayCell(m.first()+day(r.IntN(25))), cell{}, numberCell(10000*(3+r.IntN(10))), textCell("小型基础设施"))
		}
	}
	return rows
}

// decisionTable is what the office decided about members: some of the promising are listed, some others too.
func (t *town) decisionTable(m month) *table {
	rows := newTable("cadre_decisions", 8, "member_id", "decided_on", "decision", "decided_by", "reason")
	if m < monthOf(2017, 9) {
		return rows
	}
	r := stream(t.Seed, t.index, "decisions")
	on := func(r *rand.Rand) month { return monthOf(2017, 9) + month(r.IntN(5)) }
	for i := range t.members {
		p := &t.members[i]
		if p.exemptFrom != never || !p.promising && !chance(r, .004) {
			continue
		}
		when, d := on(r), day(5+r.IntN(20))
		decision, reason := pick(r, []string{"not_list", "defer"}), "继续在联户工作中考察"
		if p.promising && chance(r, .5) {
			decision, reason = "list", "牵头完成土地清理和道路建设，联系户评价好"
		} else if p.promising {
			decision = "defer"
		}
		if when == m {
			rows.add(textCell(p.id), dayCell(m.first()+d), wordCell(decision), textCell("镇党委组织办"), textCell(reason))
		}
	}
	return rows
}
