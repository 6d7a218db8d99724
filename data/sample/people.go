package sample

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// branch is one grid branch.
type branch struct {
	id, name           string
	village            int
	active, households []int // indices of members who are active at the end, and of households
	exempt             []int
	secretary          int // −1: vacant since vacantFrom
	vacantFrom         day
	committee, groups  int
	townCadre, cadre   string
	displays           [3]month // from which month the village board, the branch board and the homes show
	zeal               float64  // share of households visited above or below the village's
	lateBurst          bool     // piles up its points before the rating of 2017H2
	last               bool     // rated last in every half-year since 2016H2
}

// member is one party member; all of them live in a grid.
type member struct {
	id, name, education, role, kind, reason string
	village, branch, group                  int
	male, centre                            bool
	born, joined                            day
	appears                                 day // not in earlier lists
	exemptFrom                              day // never: active; 0: exempt throughout
	zeal                                    float64
	promising, fabricates                   bool
	homes                                   []int // households linked at the end
}

func (m *member) present(d day) bool { return d >= m.appears }
func (m *member) active(d day) bool  { return d >= m.appears && d < m.exemptFrom }

// household is one linked household and its history of links: oldMember (or nobody) until linkedSince, then member.
type household struct {
	id, head, vulnerable  string
	village, branch       int
	residents, migrants   int
	member, oldMember     int // indices; oldMember −1: nobody
	oldSince, linkedSince day
	card, grouped         day
	bond, oldBond         bond
}

// bond is why a household is linked to its member, and how that came about; empty where nobody wrote it down.
type bond struct{ basis, origin string }

// bondAt is the bond of the link that holds on a day.
func (h *household) bondAt(d day) bond {
	if d >= h.linkedSince {
		return h.bond
	}
	return h.oldBond
}

// linkedAt is the member the household is linked to on a day, −1 for nobody, and since when.
func (h *household) linkedAt(d day) (int, day) {
	if d >= h.linkedSince {
		return h.member, h.linkedSince
	}
	return h.oldMember, h.oldSince
}

// cadre is an official of the town or a full-time one of the village.
type cadre struct {
	id       string
	village  int
	town     bool
	fullTime bool
	since    day
}

// prefix keeps the IDs of towns beyond the first apart.
func (t *town) prefix() string {
	if t.index == 0 {
		return ""
	}
	return fmt.Sprintf("%04d", t.index+1)
}

func (t *town) drawPeople() {
	r := stream(t.Seed, t.index, "people")
	t.drawBranches(r)
	t.drawMembers(r)
	t.drawHouseholds(r)
	t.drawCadres(r)
	t.drawRoles(r)
	t.moveMembers(stream(t.Seed, t.index, "moves"))
	t.drawLinks(stream(t.Seed, t.index, "links"))
	t.drawBases(stream(t.Seed, t.index, "bases"))
	t.drawCards(stream(t.Seed, t.index, "cards"))
	t.drawPlanted(stream(t.Seed, t.index, "planted"))
	t.centreZeal()
}

func (t *town) drawBranches(r *rand.Rand) {
	ordinals := []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"}
	for i := range t.villages {
		v := &t.villages[i]
		for k := range v.branches {
			b := branch{
				id: fmt.Sprintf("B%s%02d%02d", t.prefix(), i+1, k+1), name: fmt.Sprintf("%s第%s网格支部", v.name, ordinals[k%len(ordinals)]),
				village: i, committee: 3, groups: 3, vacantFrom: never, zeal: .03 * r.NormFloat64(),
			}
			for d := range b.displays {
				b.displays[d] = v.start + month(r.IntN(3+2*d)) + month(2*(1-v.effort)*6)
			}
			if chance(r, .08) || v.weak != "" && chance(r, .3) {
				b.committee = 2
			}
			if chance(r, .05) || v.weak == weakByCapacity && chance(r, .3) {
				b.groups = 2
			}
			t.branches = append(t.branches, b)
		}
	}
	if last := r.IntN(len(t.branches)); !t.Even {
		t.branches[last].last = true
	}
}

// branchesOf returns the indices of a village's branches: they stand together.
func (t *town) branchesOf(v int) (from, to int) {
	from = slices.IndexFunc(t.branches, func(b branch) bool { return b.village == v })
	return from, from + t.villages[v].branches
}

func (t *town) drawMembers(r *rand.Rand) {
	for i := range t.villages {
		v := &t.villages[i]
		from, to := t.branchesOf(i)
		weights := make([]float64, to-from)
		for k := range weights {
			weights[k] = between(r, .85, 1.15)
		}
		active := apportion(v.active, weights, 1)
		exempt := apportion(v.exempt, weights, 0)
		for b := from; b < to; b++ {
			for k := range active[b-from] + exempt[b-from] {
				m := t.drawMember(r, i, b, k < active[b-from])
				if k < active[b-from] {
					t.branches[b].active = append(t.branches[b].active, len(t.members))
				} else {
					t.branches[b].exempt = append(t.branches[b].exempt, len(t.members))
				}
				t.members = append(t.members, m)
			}
		}
	}
}

func (t *town) drawMember(r *rand.Rand, village, branch int, active bool) member {
	m := member{
		id: fmt.Sprintf("M%s%05d", t.prefix(), len(t.members)+1), name: inventedName(r), village: village, branch: branch,
		male: chance(r, .74), group: 1 + r.IntN(3), role: "member", kind: "local", exemptFrom: never,
		zeal: .06 * r.NormFloat64(),
	}
	age := between(r, 24, 66)
	if !active {
		m.exemptFrom = 0
		m.reason = pick(r, []string{"old_frail", "old_frail", "old_frail", "ill", "disabled", "away", "away"})
		if m.reason == "old_frail" {
			age = between(r, 70, 92)
		}
	}
	silent := .025
	if t.villages[village].weak == weakByEffort {
		silent = .15
	}
	if active && chance(r, silent) {
		m.zeal = -1.2 // hardly ever calls on anybody
	}
	m.born = dayOf(2017, 1, 1) - day(age*365.25)
	m.joined = min(m.born+day((19+r.ExpFloat64()*9)*365.25), dayOf(2015, 12, 20))
	switch {
	case age > 62:
		m.education = pick(r, []string{"primary", "primary", "junior", "junior", "senior"})
	case age > 42:
		m.education = pick(r, []string{"junior", "junior", "senior", "senior", "college"})
	default:
		m.education = pick(r, []string{"senior", "college", "college", "bachelor", "bachelor", "postgraduate"})
	}
	if active && chance(r, .12) {
		m.kind = pick(r, []string{"in_service", "in_service", "mobile"})
	}
	return m
}

// drawHouseholds shares the village's people among its households, so that the lists add up to the census.
func (t *town) drawHouseholds(r *rand.Rand) {
	for i := range t.villages {
		v := &t.villages[i]
		from, to := t.branchesOf(i)
		weights := make([]float64, to-from)
		for b := range weights {
			weights[b] = float64(len(t.branches[from+b].active)) * between(r, .9, 1.1)
		}
		minimum := 0
		for b := from; b < to; b++ {
			minimum = max(minimum, len(t.branches[b].active))
		}
		perBranch := apportion(v.households, weights, min(minimum, v.households/len(weights)))
		family, lodgers := make([]float64, v.households), make([]float64, v.households)
		for k := range family {
			family[k] = between(r, .4, 1.6)
			if chance(r, .45) {
				lodgers[k] = r.ExpFloat64()
			}
		}
		residents := apportion(v.residents, family, 1)
		migrants := apportion(v.migrants, lodgers, 0)
		n := 0
		for b := from; b < to; b++ {
			for range perBranch[b-from] {
				h := household{
					id: fmt.Sprintf("H%s%06d", t.prefix(), len(t.homes)+1), head: inventedName(r), village: i, branch: b,
					residents: residents[n], migrants: migrants[n], vulnerable: "none", oldMember: -1, member: -1, card: never, grouped: never,
				}
				if chance(r, .11) {
					h.vulnerable = pick(r, []string{"low_income", "low_income", "living_alone", "living_alone", "living_alone", "disabled", "other"})
				}
				t.branches[b].households = append(t.branches[b].households, len(t.homes))
				t.homes = append(t.homes, h)
				n++
			}
		}
	}
}

func (t *town) drawCadres(r *rand.Rand) {
	add := func(village int, town, fullTime bool) string {
		c := cadre{id: fmt.Sprintf("C%s%03d", t.prefix(), len(t.cadres)+1), village: village, town: town, fullTime: fullTime}
		if fullTime && chance(r, .12) {
			c.since = monthOf(2017, 3).first() // hired later: the earlier list is shorter
		}
		t.cadres = append(t.cadres, c)
		return c.id
	}
	for i := range t.villages {
		var officials, locals []string
		for range 2 {
			officials = append(officials, add(i, true, false))
		}
		for range t.villages[i].fullTime {
			locals = append(locals, add(i, false, true))
		}
		from, to := t.branchesOf(i)
		for b := from; b < to; b++ {
			t.branches[b].townCadre = officials[(b-from)%len(officials)]
			t.branches[b].cadre = locals[(b-from)%len(locals)]
		}
		if t.villages[i].weak == weakByCapacity {
			t.branches[from].townCadre = "" // too few to go round
		}
	}
}
