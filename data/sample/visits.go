package sample

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// visit is one call on a household.
type visit struct {
	at                  minute
	member, household   int
	channel, duty, note string
	minutes             int
	issue               int  // index, −1
	fabricated          bool // planted
	exempt, wrong       bool // by an exempt member; to a household linked to another
}

// visitRound makes the visits of one month. It is used again month after month.
type visitRound struct {
	t      *town
	m      month
	r      *rand.Rand
	taken  map[int64]bool // member and minute: nobody is at two doors at once, but for those who write it so
	text   strings.Builder
	visits []visit
	active [][]int // by branch
}

var duties = []string{"policy", "opinion", "dispute", "service", "governance"}

// round draws the month's visits, sorted by time.
func (t *town) round(m month) []visit {
	v := &visitRound{t: t, m: m, r: stream(t.Seed, t.index, "visits", int(m)), taken: map[int64]bool{}, active: t.activeIn(m)}
	for i := range t.issues {
		if t.issues[i].reported.day().month() == m {
			v.collect(i)
		}
	}
	for i := range t.homes {
		v.household(i)
	}
	v.doubtful()
	v.fabricate()
	slices.SortStableFunc(v.visits, func(a, b visit) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.member, b.member), cmp.Compare(a.household, b.household))
	})
	return v.visits
}

// activeIn lists, by branch, who can visit throughout the month.
func (t *town) activeIn(m month) [][]int {
	active := make([][]int, len(t.branches))
	for i := range t.members {
		if p := &t.members[i]; p.active(m.first()) && p.active(m.last()) {
			active[p.branch] = append(active[p.branch], i)
		}
	}
	return active
}

// collect is the visit on which a member was told of an issue.
func (v *visitRound) collect(i int) {
	issue := &v.t.issues[i]
	if issue.reporter < 0 || !v.claim(issue.reporter, issue.reported) {
		return
	}
	v.visits = append(v.visits, visit{at: issue.reported, member: issue.reporter, household: issue.household, channel: "home",
		duty: "opinion", minutes: 15 + v.r.IntN(40), note: issue.title, issue: i})
}

// household draws whether and how often a household is visited in the month.
func (v *visitRound) household(i int) {
	t, h := v.t, &v.t.homes[i]
	place := &t.villages[h.village]
	_, p := t.visitChance(place, h, v.m)
	if !chance(v.r, p) {
		return
	}
	grip := t.maturity(place, v.m)
	for range 1 + poisson(v.r, .65+.3*grip) {
		when := v.when(place)
		who := v.visitor(h, when)
		if who < 0 {
			return
		}
		channel := v.channel(grip)
		at, ok := v.minute(who, when, channel)
		if !ok {
			continue
		}
		v.visits = append(v.visits, visit{at: at, member: who, household: i, channel: channel, duty: v.duty(grip),
			minutes: v.minutes(channel), note: t.visitNote(v.r, &v.text, h, channel, grip), issue: -1})
	}
}

// visitor is the linked member on that day; to a household linked to nobody goes the one who will have it, or any
// member of the branch.
func (v *visitRound) visitor(h *household, d day) int {
	who, _ := h.linkedAt(d)
	if who < 0 {
		who = h.member
	}
	if m := &v.t.members[who]; m.active(d) {
		return who
	}
	if _, since := h.linkedAt(d); since > 0 {
		return -1 // linked to somebody who cannot go: nobody goes
	}
	if others := v.active[h.branch]; len(others) > 0 {
		return pick(v.r, others)
	}
	return -1
}

func (v *visitRound) when(place *village) day {
	if chance(v.r, v.t.monthEndShare(place, v.m)) {
		return v.m.last() - day(v.r.IntN(3))
	}
	d := v.m.first() + day(v.r.IntN(v.m.days()))
	if !d.weekend() && chance(v.r, .15) {
		d += 5 - (d+3)%7 // towards the weekend
	}
	return min(d, v.m.last())
}

// minute finds a time of day at which the member is not at another door yet.
func (v *visitRound) minute(member int, d day, channel string) (minute, bool) {
	for range 12 {
		at := 18*60 + v.r.IntN(170)
		if d.weekend() || channel == "phone" || chance(v.r, .2) {
			at = 8*60 + 30 + v.r.IntN(690)
		}
		if channel == "round_table" {
			at = 19*60 + v.r.IntN(60)
		}
		if m := d.at(at); v.claim(member, m) {
			return m, true
		}
	}
	return 0, false
}

func (v *visitRound) claim(member int, at minute) bool {
	key := int64(member)<<40 | int64(at)
	if v.taken[key] {
		return false
	}
	v.taken[key] = true
	return true
}

func (v *visitRound) channel(grip float64) string {
	switch x := v.r.Float64(); {
	case x < .68:
		return "home"
	case x < .80:
		return "phone"
	case x < .80+.10*grip:
		return "wechat"
	case x < .90+.05*grip:
		return "round_table"
	case x < .98:
		return "home"
	}
	return "event"
}

func (v *visitRound) duty(grip float64) string {
	if chance(v.r, .35*(1-grip)) {
		return ""
	}
	return duties[newWheel([]float64{.34, .24, .1, .18, .14}).draw(v.r)]
}

func (v *visitRound) minutes(channel string) int {
	if channel == "phone" || channel == "wechat" {
		return 2 + v.r.IntN(14)
	}
	return min(240, 5*(1+int(lognormal(v.r, 4.2, .5))))
}

// doubtful plants a few visits that somebody other than the linked member made.
func (v *visitRound) doubtful() {
	t := v.t
	for range poisson(v.r, 10*t.size) {
		h := v.r.IntN(len(t.homes))
		d := v.m.first() + day(v.r.IntN(v.m.days()))
		home := &t.homes[h]
		linked, _ := home.linkedAt(d)
		others := v.active[home.branch]
		if linked < 0 || len(others) == 0 {
			continue
		}
		if who := pick(v.r, others); who != home.member && who != home.oldMember {
			v.plant(visit{member: who, household: h, wrong: true}, d)
		}
	}
	for range poisson(v.r, 3*t.size) {
		b := &t.branches[v.r.IntN(len(t.branches))]
		if len(b.exempt) == 0 || len(b.households) == 0 {
			continue
		}
		who, h := pick(v.r, b.exempt), pick(v.r, b.households)
		d := v.m.first() + day(v.r.IntN(v.m.days()))
		if t.members[who].exemptFrom != 0 {
			continue
		}
		linked, _ := t.homes[h].linkedAt(d)
		v.plant(visit{member: who, household: h, exempt: true, wrong: linked >= 0}, d)
	}
}

func (v *visitRound) plant(x visit, d day) {
	at, ok := v.minute(x.member, d, "home")
	if !ok {
		return
	}
	x.at, x.channel, x.duty, x.minutes, x.issue = at, "home", v.duty(.5), v.minutes("home"), -1
	x.note = v.t.visitNote(v.r, &v.text, &v.t.homes[x.household], "home", .5)
	v.visits = append(v.visits, x)
}

// fabricate lets the planted members write up a month in one evening: every household three times, in three
// minutes, in the same words. Under the weak village's habits it happens often, elsewhere now and then.
func (v *visitRound) fabricate() {
	t := v.t
	for i := range t.members {
		m := &t.members[i]
		if !m.fabricates || !chance(v.r, map[bool]float64{true: .35, false: .2}[t.villages[m.village].weak != ""]) {
			continue
		}
		evening := (v.m.last() - day(v.r.IntN(2))).at(20*60 + v.r.IntN(100))
		note := pick(v.r, []string{"走访联系户，宣传政策，家中一切正常", "入户走访，了解情况，无意见建议", "上门宣传垃圾分类，群众表示满意"})
		for k := range 3 {
			for _, h := range m.homes {
				linked, _ := t.homes[h].linkedAt(evening.day())
				if linked != i && linked >= 0 {
					continue
				}
				v.visits = append(v.visits, visit{at: evening + minute(k), member: i, household: h, channel: "home", duty: "policy",
					minutes: 30, note: note, issue: -1, fabricated: true})
			}
		}
	}
}

// visitID numbers the visits of a day.
func visitID(prefix string, d day, n int) string {
	y, mo, dd := d.date()
	return fmt.Sprintf("V%s%04d%02d%02d-%05d", prefix, y, mo, dd, n)
}

// visitTable is the month's visits as the first export gives them. corrected draws the visits that a later file
// sends again; their first version carries a slip.
func (t *town) visitTable(m month, visits []visit, withID bool) (rows, corrections *table) {
	columns := []string{"visit_id", "visited_at", "member_id", "household_id", "channel", "duty", "minutes", "note", "issue_id"}
	if !withID {
		columns = columns[1:]
	}
	rows, corrections = newTable("visits", len(visits), columns...), newTable("visits", 0, columns...)
	r := stream(t.Seed, t.index, "visit slips", int(m))
	n, last := 0, day(0)
	for k := range visits {
		v := &visits[k]
		if d := v.at.day(); d != last {
			n, last = 0, d
		}
		n++
		id := visitID(t.prefix(), last, n)
		issue := ""
		if v.issue >= 0 {
			issue = t.issues[v.issue].id
		}
		cells := []cell{textCell(id), momentCell(v.at), textCell(t.members[v.member].id), textCell(t.homes[v.household].id),
			wordCell(v.channel), wordCell(v.duty), numberCell(v.minutes), textCell(v.note), textCell(issue)}
		if !withID {
			cells = cells[1:]
			id = fmt.Sprintf("%s|%s|%s", t.members[v.member].id, t.homes[v.household].id, v.at)
		}
		slip := correctionDue(m) > 0 && chance(r, .008)
		if slip {
			corrections.add(cells...)
			at := rows.at("minutes")
			cells = slices.Clone(cells)
			cells[at] = numberCell(v.minutes*10%700 + 1)
		}
		if v.fabricated {
			t.truth.Fabricated = append(t.truth.Fabricated, id)
		}
		rows.add(cells...)
		t.planVisitWarnings(rows, v)
	}
	return rows, corrections
}

// planVisitWarnings notes which warnings the row just added must raise.
func (t *town) planVisitWarnings(rows *table, v *visit) {
	if !v.exempt && !v.wrong {
		return
	}
	f := fault{warning: true}
	if v.exempt {
		f.codes = append(f.codes, exemptVisitor)
	}
	if v.wrong {
		f.codes = append(f.codes, linkMismatch)
	}
	rows.faults[rows.len()-1] = f
}

// correctionDue is the month in whose drop the slips of month m are put right, 0 for the months without any.
func correctionDue(m month) month {
	switch m {
	case monthOf(2016, 6), monthOf(2017, 1), monthOf(2017, 6), monthOf(2017, 9):
		return m + 2
	}
	return 0
}
