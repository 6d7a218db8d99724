package sample

import (
	"fmt"
	"slices"
)

// The lists: each is the full state at the end of a month.

func (t *town) villageTable(m month) *table {
	rows := newTable("villages", len(t.villages), "village_id", "name", "town", "programme_start", "phase", "kind", "fund_since")
	for i := range t.villages {
		v := &t.villages[i]
		start, phase, kind, fund := never, "", "", ""
		if m >= programmeMonth { // before it nobody had decided who would join when
			start, phase, kind = v.start.first(), "rollout", t.kindOf(i)
			if v.start == programmeMonth {
				phase = "pilot"
			}
		}
		if slices.Contains(t.fundVillages(), i) {
			fund = fmt.Sprint(fundSince("scholarship", i))
		}
		rows.add(textCell(v.code), textCell(v.name), textCell(t.name), dayCell(start), wordCell(phase), wordCell(kind), textCell(fund))
	}
	return rows
}

// kindOf is what the committee calls a village when the programme begins: weak where nobody tries, complicated where too few serve too
// many, and of the others one is known for its disputes. The others are called nothing.
func (t *town) kindOf(i int) string {
	switch t.villages[i].weak {
	case weakByEffort:
		return "weak"
	case weakByCapacity:
		return "complicated"
	}
	if i == t.disputed() {
		return "dispute_prone"
	}
	return ""
}

// disputed is the village that is known for its disputes, -1 where there is none: of those that are not weak the one with the most migrants.
func (t *town) disputed() int {
	found := -1
	for i := range t.villages {
		if v := &t.villages[i]; v.weak == "" && !t.Even && (found < 0 || v.migrants > t.villages[found].migrants) {
			found = i
		}
	}
	return found
}

// censusDays are the days the population was counted. The last one not after the cut-off holds the published figures.
var censusDays = []day{dayOf(2015, 12, 31), dayOf(2016, 6, 30), dayOf(2016, 12, 31), dayOf(2017, 6, 30), dayOf(2017, 12, 31)}

func (t *town) populationTable(asOf day) *table {
	rows := newTable("population", len(t.villages), "village_id", "as_of", "resident_population", "migrant_population", "households")
	back := float64(censusDays[len(censusDays)-1]-asOf) / 365
	for i := range t.villages {
		v := &t.villages[i]
		r := stream(t.Seed, t.index, "census", i, int(asOf))
		residents, migrants := v.residents, v.migrants
		if back > 0 {
			residents = int(float64(residents) * (1 - .004*back + .001*r.NormFloat64()))
			migrants = int(float64(migrants) * (1 - .05*back + .02*r.NormFloat64()))
		}
		rows.add(textCell(v.code), dayCell(asOf), numberCell(residents), numberCell(migrants), numberCell(v.households))
	}
	return rows
}

func (t *town) branchTable(m month) *table {
	rows := newTable("branches", len(t.branches), "branch_id", "village_id", "name", "secretary_id", "committee_count", "group_count",
		"town_cadre_id", "village_cadre_id", "display_village", "display_branch", "display_home", "governance_grid_id", "group_village_branch", "group_branch_member")
	for i := range t.branches {
		b := &t.branches[i]
		secretary := t.members[b.secretary].id
		if m.last() >= b.vacantFrom {
			secretary = ""
		}
		groups := t.merged.groups[i]
		rows.add(textCell(b.id), textCell(t.villages[b.village].code), textCell(b.name), textCell(secretary), numberCell(b.committee),
			numberCell(b.groups), textCell(b.townCadre), textCell(b.cadre),
			flagCell(m >= b.displays[0]), flagCell(m >= b.displays[1]), flagCell(m >= b.displays[2]), textCell(t.merged.grids[i]), flagCell(m >= groups[0]), flagCell(m >= groups[1]))
	}
	return sinceStart(rows, m, "governance_grid_id", "group_village_branch", "group_branch_member")
}

func (t *town) memberTable(m month) *table {
	rows := newTable("members", len(t.members), "member_id", "branch_id", "name", "group_no", "gender", "birth_date", "education",
		"joined_on", "role", "kind", "duty_status", "exempt_reason", "centre_household", "valid_from", "exempt_decided_on", "exempt_until", "centre_since")
	d := m.last()
	for i := range t.members {
		p := &t.members[i]
		if !p.present(d) {
			continue
		}
		gender, status, reason, role, from := "female", "active", "", p.role, never
		if p.male {
			gender = "male"
		}
		if !p.active(d) {
			status, reason = "exempt", p.reason
		}
		switch {
		case p.exemptFrom > 0 && p.exemptFrom <= d:
			from = p.exemptFrom
		case p.appears > 0:
			from = p.appears
		}
		if b := &t.branches[p.branch]; b.secretary == i && d >= b.vacantFrom {
			role, from = "member", b.vacantFrom
		}
		spared, centre := t.exemptionOn(i, d), never
		if p.centre && m >= programmeMonth && t.centreSince(i) <= d {
			centre = t.centreSince(i)
		}
		rows.add(textCell(p.id), textCell(t.branches[p.branch].id), textCell(p.name), numberCell(p.group), wordCell(gender), dayCell(p.born),
			wordCell(p.education), dayCell(p.joined), wordCell(role), wordCell(p.kind), wordCell(status), wordCell(reason),
			flagCell(p.centre && m >= programmeMonth), dayCell(from), dayCell(spared.decided), dayCell(spared.until), dayCell(centre))
	}
	return rows
}

func (t *town) householdTable(m month) *table {
	rows := newTable("households", len(t.homes), "household_id", "village_id", "branch_id", "governance_grid_id", "head_name", "residents", "migrants",
		"vulnerable", "linked_member_id", "linked_since", "link_basis", "link_origin", "card_issued_on", "in_group")
	d := m.last()
	for i := range t.homes {
		h := &t.homes[i]
		linked, since := h.linkedAt(d)
		member := ""
		if linked >= 0 {
			member = t.members[linked].id
		} else {
			since = never
		}
		var b bond
		if linked >= 0 && m >= programmeMonth { // before it nobody asked why
			b = h.bondAt(d)
		}
		card := never
		if h.card <= d {
			card = h.card
		}
		rows.add(textCell(h.id), textCell(t.villages[h.village].code), textCell(t.branches[h.branch].id), textCell(t.gridOf(i)), textCell(h.head),
			numberCell(h.residents), numberCell(h.migrants), wordCell(h.vulnerable), textCell(member), dayCell(since), wordCell(b.basis), wordCell(b.origin), dayCell(card),
			flagCell(h.grouped <= d))
	}
	return sinceStart(rows, m, "governance_grid_id")
}

func (t *town) cadreTable(m month) *table {
	rows := newTable("cadres", len(t.cadres), "cadre_id", "village_id", "level", "full_time")
	for i := range t.cadres {
		c := &t.cadres[i]
		if c.since > m.last() {
			continue
		}
		level := "village"
		if c.town {
			level = "town"
		}
		rows.add(textCell(c.id), textCell(t.villages[c.village].code), wordCell(level), flagCell(c.fullTime))
	}
	return rows
}

func (t *town) postTable(m month) *table {
	rows := newTable("posts", len(t.posts), "post_id", "member_id", "kind", "programme", "segment", "river", "segment_from", "segment_to", "claimed_on", "released_on")
	for i := range t.posts {
		p := &t.posts[i]
		if !p.listed(m) || !t.members[p.member].present(m.last()) {
			continue
		}
		var from, to cell
		if p.river != "" {
			from, to = numberCell(p.from), numberCell(p.to)
		}
		rows.add(textCell(p.id), textCell(t.members[p.member].id), wordCell(p.kind), wordCell(p.programme), textCell(p.segment), textCell(p.river), from, to,
			dayCell(p.claimed), dayCell(p.released))
	}
	return sinceStart(rows, m, "river", "segment_from", "segment_to")
}
