package sample

import (
	"math/rand/v2"
	"slices"
)

// listMonths are the months whose lists (registries) the town hands over; people move on days of these months, so
// that lists and events tell the same story.
var listMonths = []month{firstMonth, monthOf(2017, 5), monthOf(2017, 7), monthOf(2017, 9), monthOf(2017, 11), lastMonth}

// listMonthFrom is the first month with a list not before m.
func listMonthFrom(m month) month {
	for _, l := range listMonths {
		if l >= m {
			return l
		}
	}
	return lastMonth
}

func (t *town) drawRoles(r *rand.Rand) {
	for b := range t.branches {
		br := &t.branches[b]
		br.secretary = -1
		for k, i := range br.active {
			m := &t.members[i]
			switch {
			case k == 0:
				m.role, m.zeal = "secretary", max(m.zeal, .02)
				br.secretary = i
			case k < br.committee:
				m.role, m.zeal = "committee", max(m.zeal, 0)
			case k < br.committee+br.groups:
				m.role, m.group = "group_leader", k-br.committee+1
			}
			if k < 6 {
				m.kind = "local"
			}
		}
	}
	two := t.targets.centres - len(t.branches) // branches with a second centre household
	for k, b := range r.Perm(len(t.branches)) {
		br := &t.branches[b]
		t.members[br.active[0]].centre = true
		if k < two {
			t.members[br.active[min(1, len(br.active)-1)]].centre = true
		}
	}
	for i := range t.villages { // the village that does not try has lost a secretary and not found another
		if t.villages[i].weak == weakByEffort {
			_, to := t.branchesOf(i)
			t.branches[to-1].vacantFrom = monthOf(2017, 9).first()
		}
	}
}

// moveMembers lets some members arrive and some become exempt in the course of the two years.
func (t *town) moveMembers(r *rand.Rand) {
	for b := range t.branches {
		br := &t.branches[b]
		if n := len(br.active); n > 8 && chance(r, .45) {
			m := &t.members[br.active[n-1]]
			m.appears = pick(r, listMonths[1:4]).first() + day(r.IntN(10))
			m.kind = pick(r, []string{"in_service", "mobile", "local"})
		}
		if n := len(br.exempt); n > 0 && chance(r, .5) {
			m := &t.members[br.exempt[n-1]]
			m.exemptFrom = pick(r, listMonths[1:]).first() + day(1+r.IntN(12))
			m.reason = pick(r, []string{"ill", "old_frail", "away"})
			m.zeal = .05 * r.NormFloat64()
		}
	}
}

// drawLinks gives every household the member it has at the end, and what was before.
func (t *town) drawLinks(r *rand.Rand) {
	for b := range t.branches {
		br := &t.branches[b]
		weights := make([]float64, len(br.active))
		for k := range weights {
			weights[k] = between(r, .65, 1.35)
			if chance(r, .03) {
				weights[k] = 1.9
			}
		}
		k, left := 0, apportion(len(br.households), weights, 1)
		for _, i := range br.households {
			for left[k] == 0 {
				k++
			}
			left[k]--
			t.homes[i].member = br.active[k]
			t.members[br.active[k]].homes = append(t.members[br.active[k]].homes, i)
		}
		for _, i := range br.households {
			t.drawHistory(r, br, &t.homes[i])
		}
		t.handOver(r, br)
	}
}

func (t *town) drawHistory(r *rand.Rand, br *branch, h *household) {
	start := t.villages[h.village].start
	final := &t.members[h.member]
	h.oldSince = dayOf(2012+r.IntN(3), 1+r.IntN(12), 1+r.IntN(28))
	onPaper := chance(r, oldLinked)
	switch {
	case final.appears > 0: // the new member takes over from somebody or nobody
		h.linkedSince = max(final.appears, start.first()+day(r.IntN(20)))
		if onPaper {
			h.oldMember = t.colleague(r, br, h.member)
			h.linkedSince = max(final.appears, listMonthFrom(max(start, final.appears.month())).first()+day(r.IntN(12)))
		}
	case !onPaper:
		h.linkedSince = start.first() + day(r.IntN(25))
	case chance(r, .06): // another member was nearer, kin or willing
		h.oldMember = t.colleague(r, br, h.member)
		h.linkedSince = listMonthFrom(start).first() + day(r.IntN(20))
	default:
		h.oldMember, h.linkedSince = h.member, h.oldSince
	}
	if h.oldMember < 0 {
		h.oldSince = 0
	}
}

// bases are why a member is linked to a household, by how often: the neighbour, the kin, and who it is convenient for. Of a few nobody
// wrote it down.
var bases = []struct {
	basis string
	often float64
}{{"near", .55}, {"kin", .18}, {"convenient", .23}, {"", .04}}

// appointedShare is how many of the links of a village its branches appointed; the others were declared. In the village that does not
// try, hardly anybody comes forward.
func (v *village) appointedShare() float64 {
	if v.weak == weakByEffort {
		return .7
	}
	return .2
}

// drawBases says why a household is linked to whom, now and before, and whether the member declared it. It draws from a stream of its own.
func (t *town) drawBases(r *rand.Rand) {
	weights := make([]float64, len(bases))
	for i, b := range bases {
		weights[i] = b.often
	}
	w := newWheel(weights)
	for i := range t.homes {
		h := &t.homes[i]
		draw := func() bond {
			b := bond{basis: bases[w.draw(r)].basis, origin: "declared"}
			if chance(r, t.villages[h.village].appointedShare()) {
				b.origin = "appointed"
			}
			return b
		}
		h.bond, h.oldBond = draw(), draw()
		if h.oldMember == h.member {
			h.oldBond = h.bond
		}
	}
}

// colleague draws another active member of the branch who has been there from the beginning; without one, the link
// is as it was.
func (t *town) colleague(r *rand.Rand, br *branch, not int) int {
	others := slices.DeleteFunc(slices.Clone(br.active), func(i int) bool { return i == not || t.members[i].appears > 0 })
	if len(others) == 0 {
		return not
	}
	return pick(r, others)
}

// handOver gives the households of members who became exempt to those who hold them now.
func (t *town) handOver(r *rand.Rand, br *branch) {
	for _, i := range br.exempt {
		left := &t.members[i]
		if left.exemptFrom == 0 {
			continue
		}
		for _, k := range sampleOf(r, len(br.households), 8+r.IntN(4)) {
			h := &t.homes[br.households[k]]
			if now := &t.members[h.member]; now.appears > 0 || h.oldMember != h.member {
				continue
			}
			h.oldMember, h.linkedSince = i, left.exemptFrom
		}
	}
}

// centreZeal takes the mean zeal out of each village, so that the village's plan is its mean.
func (t *town) centreZeal() {
	sum, count := make([]float64, len(t.villages)), make([]float64, len(t.villages))
	for i := range t.homes {
		h := &t.homes[i]
		sum[h.village] += t.members[h.member].zeal + t.branches[h.branch].zeal
		count[h.village]++
	}
	for b := range t.branches {
		v := t.branches[b].village
		t.branches[b].zeal -= sum[v] / count[v]
	}
}

// drawCards issues exactly as many contact cards as published, to villages by how long and how well the programme
// runs there, and lets households join the groups.
func (t *town) drawCards(r *rand.Rand) {
	reach := func(v *village) float64 { g := growth(v, lastMonth); return v.effort * g * g * g }
	room, weights := make([]int, len(t.villages)), make([]float64, len(t.villages))
	for i := range t.villages {
		room[i], weights[i] = t.villages[i].households, reach(&t.villages[i])*float64(t.villages[i].households)
	}
	cards := apportionWithin(t.targets.cards, weights, room)
	end := lastMonth.last()
	for i := range t.homes {
		h := &t.homes[i]
		v := &t.villages[h.village]
		first, span := v.start.first(), float64(end-v.start.first()-6)
		// One pass, each household with the chance of what is left: exact, and without an order of its own.
		if r.IntN(room[h.village]) < cards[h.village] {
			u := r.Float64()
			h.card = first + 5 + day(u*u*span)
			cards[h.village]--
		}
		room[h.village]--
		if chance(r, .12) {
			h.grouped = dayOf(2015, 12, 1)
		} else if chance(r, .3+.45*reach(v)) {
			h.grouped = first + 3 + day(r.Float64()*span)
		}
	}
}

// drawPlanted chooses the members who stand out, for the better and for the worse.
func (t *town) drawPlanted(r *rand.Rand) {
	if t.Even {
		return
	}
	var plain, slack []int
	for i := range t.members {
		m := &t.members[i]
		if m.exemptFrom != never || m.appears > 0 || len(m.homes) < 6 {
			continue
		}
		if m.role != "secretary" && t.villages[m.village].weak == "" && t.villages[m.village].start <= monthOf(2017, 7) && float64(len(m.homes)) >= .8*float64(t.targets.households)/float64(t.targets.active) {
			plain = append(plain, i)
		}
		if t.villages[m.village].weak == weakByEffort && m.role == "member" && len(m.homes) >= 9 {
			slack = append(slack, i)
		}
	}
	for _, k := range sampleOf(r, len(plain), max(1, int(12*t.size+.5))) {
		m := &t.members[plain[k]]
		m.promising, m.zeal = true, .12
		m.born = max(m.born, dayOf(1975, 1, 1)+day(r.IntN(6000)))
		m.joined = max(m.joined, m.born+20*365)
	}
	fabricators := max(2, int(6*t.size+.5))
	for _, k := range sampleOf(r, len(slack), fabricators/2) {
		t.members[slack[k]].fabricates = true
	}
	for range fabricators - fabricators/2 {
		if m := &t.members[pick(r, plain)]; !m.promising {
			m.fabricates = true
		}
	}
	for _, b := range r.Perm(len(t.branches))[:min(len(t.branches), max(1, int(4*t.size+.5)))] {
		t.branches[b].lateBurst = true
	}
}
