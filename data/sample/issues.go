package sample

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// issue is one thing residents raised, with the moments it passed the five steps; 0 means not reached.
type issue struct {
	id, category, difficulty, routedTo, title, handler, satisfaction string
	wrongCategory                                                    string // as first written down, corrected a month later
	household, village, branch                                       int
	reporter                                                         int // −1: came to the village hall
	spot                                                             bool
	reported, classified, routed, supervised, resolved, fedBack      minute
	due                                                              day
	reopens                                                          int // index of the issue this one reopens, −1

	steps [3]float64 // planned length of classify, route and solve in days, before calibration
}

// drawIssues draws all issues of the two years: how many where and when, of what kind, and how long each step would
// take. How long is then scaled by one factor for the whole town, so that exactly the published number is solved by
// the cut-off; nothing is moved by hand.
func (t *town) drawIssues() {
	r := stream(t.Seed, t.index, "issues")
	t.reportIssues(r, t.first, min(t.last, programmeMonth-1), t.targets.earlier)
	t.reportIssues(r, max(t.first, programmeMonth), t.last, t.targets.issues)
	slices.SortStableFunc(t.issues, func(a, b issue) int { return int(a.reported - b.reported) })
	pace := t.calibrate()
	for i := range t.issues {
		t.walkSteps(r, &t.issues[i], pace)
	}
	t.relateIssues(stream(t.Seed, t.index, "related issues"))
	t.nameIssues()
}

// reportIssues draws n issues over the months and villages.
func (t *town) reportIssues(r *rand.Rand, from, to month, n int) {
	if to < from || n == 0 {
		return
	}
	var weights []float64
	for m := from; m <= to; m++ {
		for i := range t.villages {
			v := &t.villages[i]
			rise := 1.0
			if m >= v.start {
				rise = 1.6 + 2.4*v.effort*growth(v, m)
			}
			weights = append(weights, float64(v.residents+v.migrants/2)*rise)
		}
	}
	cells := newWheel(weights)
	homes := t.issueHomes()
	for range n {
		c := cells.draw(r)
		v := c % len(t.villages)
		m := from + month(c/len(t.villages))
		t.issues = append(t.issues, t.raise(r, homes[v].from+homes[v].wheel.draw(r), m))
	}
}

type homeWheel struct {
	from  int
	wheel wheel
}

// issueHomes weighs the households of each village: those in need raise more, and so do those of a member who asks.
func (t *town) issueHomes() []homeWheel {
	weights := make([][]float64, len(t.villages))
	homes := make([]homeWheel, len(t.villages))
	for i := range t.homes {
		h := &t.homes[i]
		w := 1.0
		if h.vulnerable != "none" {
			w = 1.7
		}
		if t.members[h.member].promising {
			w *= 13
		}
		if len(weights[h.village]) == 0 {
			homes[h.village].from = i
		}
		weights[h.village] = append(weights[h.village], w)
	}
	for v := range homes {
		homes[v].wheel = newWheel(weights[v])
	}
	return homes
}

func (t *town) raise(r *rand.Rand, household int, m month) issue {
	h := &t.homes[household]
	v := &t.villages[h.village]
	d := m.first() + day(r.IntN(m.days()))
	if d.weekend() && chance(r, .5) {
		d = m.first() + day(r.IntN(m.days()))
	}
	k := topicWheel.draw(r)
	i := issue{household: household, village: h.village, branch: h.branch, reporter: -1, reopens: -1,
		reported: d.at(8*60 + r.IntN(12*60)), category: topics[k].category}
	i.difficulty = []string{"easy", "medium", "hard"}[newWheel(topics[k].difficulty[:]).draw(r)]
	i.title = t.issueTitle(r, k, h)
	grip := t.maturity(v, m)
	linked, _ := h.linkedAt(d)
	if linked >= 0 && t.members[linked].active(d) && chance(r, .45+.4*grip) {
		i.reporter = linked
	}
	able := i.reporter >= 0 && t.members[i.reporter].promising
	if able && chance(r, .55) {
		i.difficulty = "hard"
	}
	i.spot = i.difficulty != "hard" && chance(r, map[string]float64{"easy": .22 + .38*grip, "medium": .04 + .1*grip}[i.difficulty])
	slow := t.issueDelay(v, m)
	if able {
		slow *= .35
	}
	medians := map[string][3]float64{"easy": {.15, .2, .8}, "medium": {.3, .4, 2}, "hard": {.6, 1, 10}}[i.difficulty]
	for s, median := range medians {
		i.steps[s] = slow * lognormal(r, median, .8)
	}
	if v.weak == weakByEffort {
		i.steps[1] *= 2.5 // what is collected there lies about before anybody gets it
	}
	stuck := map[string]float64{"easy": .13, "medium": .29, "hard": .48}[i.difficulty]
	if !i.spot && !able && chance(r, stuck) { // land, money, or two sides that will not give way
		i.steps[2] = slow * lognormal(r, 500, .7)
	}
	return i
}

// calibrate finds the factor on all durations at which exactly the target number of the issues reported since the
// programme began is solved by the cut-off.
func (t *town) calibrate() float64 {
	end := float64(t.last.last() + 1)
	var slack []float64 // the factor up to which each issue is still solved in time
	for k := range t.issues {
		i := &t.issues[k]
		if i.reported.day() < programmeMonth.first() {
			continue
		}
		if i.spot {
			slack = append(slack, 1e9)
			continue
		}
		left := end - latent(i.reported)
		slack = append(slack, left/(i.steps[0]+i.steps[1]+i.steps[2]))
	}
	n := t.targets.resolved
	if n == 0 || n >= len(slack) {
		return 1
	}
	slices.Sort(slack)
	slices.Reverse(slack)
	return (slack[n-1] + slack[n]) / 2
}

// latent places a moment of the office's day (8 to 20 o'clock) in a day that runs without nights, in days.
func latent(m minute) float64 {
	return float64(m.day()) + float64(m%1440-480)/720
}

// office is the reverse of latent; it never changes the day and keeps the order of moments.
func office(days float64) minute {
	d := day(days)
	return d.at(480 + int((days-float64(d))*720))
}

// walkSteps dates the steps.
func (t *town) walkSteps(r *rand.Rand, i *issue, pace float64) {
	v := &t.villages[i.village]
	grip := t.maturity(v, i.reported.day().month())
	due := map[string]day{"easy": 3, "medium": 7, "hard": 30}[i.difficulty]
	if chance(r, .7+.29*grip) {
		i.due = i.reported.day() + due
	}
	if i.spot {
		i.classified = i.reported
		i.resolved = i.reported + minute(5+r.IntN(55))
		i.routedTo = "member"
	} else {
		at := latent(i.reported)
		at += pace * i.steps[0]
		i.classified = max(office(at), i.reported)
		at += pace * i.steps[1]
		i.routed = max(office(at), i.classified)
		at += pace * i.steps[2]
		i.resolved = max(office(at), i.routed)
		i.routedTo = []string{"member", "branch", "village", "town"}[newWheel(map[string][]float64{
			"easy": {.35, .4, .22, .03}, "medium": {.1, .4, .4, .1}, "hard": {.02, .2, .45, .33}}[i.difficulty]).draw(r)]
		i.handler = t.branches[i.branch].cadre
		if i.routedTo == "town" && t.branches[i.branch].townCadre != "" {
			i.handler = t.branches[i.branch].townCadre
		}
		if chance(r, .45*(1-grip)) { // the old register knew only a beginning and an end
			i.classified, i.routed = 0, 0
		}
		if i.due != 0 && chance(r, .12+.7*grip) {
			if s := (i.due + 1 + day(r.IntN(5))).at(9*60 + r.IntN(420)); s < i.resolved {
				i.supervised = s
			}
		}
	}
	able := i.reporter >= 0 && t.members[i.reporter].promising
	if able || chance(r, .55+.42*grip) {
		i.fedBack = max(i.resolved, office(latent(i.resolved)+lognormal(r, 2.4-1.2*grip, .8)))
		late := i.due != 0 && i.resolved.day() > i.due
		pleased := map[bool]float64{false: .86, true: .6}[late] + .04*grip
		answered := .72
		if able {
			pleased, answered = .97, .95
		}
		if chance(r, answered) {
			i.satisfaction = "satisfied"
			if !chance(r, pleased) {
				i.satisfaction = pick(r, []string{"neutral", "neutral", "dissatisfied"})
			}
		}
	}
	if chance(r, .02) {
		i.wrongCategory = "other"
	}
}

// relateIssues turns some pairs of issues of one branch into a repeat (the same household and category again within
// 90 days) or a reopening (the same, after it had been called solved). Counts and dates stay as they are.
func (t *town) relateIssues(r *rand.Rand) {
	const window = 80
	taken := make([]bool, len(t.issues))
	for a := range t.issues {
		if !chance(r, .09) || taken[a] {
			continue
		}
		first := &t.issues[a]
		for b := a + 1; b < len(t.issues); b++ {
			later := &t.issues[b]
			if later.reported-first.reported > window*1440 {
				break
			}
			stands := later.branch == first.branch && !taken[b] && later.reporter < 0 && later.reopens < 0
			solved := first.resolved > 0 && first.resolved < later.reported
			if !stands || (!solved && later.reported-first.reported < 3*1440) {
				continue
			}
			taken[a], taken[b] = true, true
			later.household, later.category, later.title = first.household, first.category, "再次反映："+first.title
			kindOf := &t.truth.Repeats
			if solved && later.reported-first.resolved > 2*1440 {
				later.reopens, kindOf = a, &t.truth.Reopened
			}
			*kindOf++
			break
		}
	}
}

// nameIssues numbers the issues of each year in the order they were reported.
func (t *town) nameIssues() {
	year, n := 0, 0
	for k := range t.issues {
		i := &t.issues[k]
		if y, _, _ := i.reported.day().date(); y != year {
			year, n = y, 0
		}
		n++
		i.id = fmt.Sprintf("I%s%d-%04d", t.prefix(), year, n)
	}
}

// known is the moment if it had come by the end of the month, else 0.
func known(m minute, by month) minute {
	if m.day() > by.last() {
		return 0
	}
	return m
}

// issueTable is the register as the office knew it at the end of the month: what was reported in it, and earlier
// issues that moved on in it or were written down wrongly.
func (t *town) issueTable(m month) *table {
	rows := newTable("issues", 200, "issue_id", "reported_at", "village_id", "branch_id", "household_id", "reporter_member_id",
		"at_round_table", "category", "title", "difficulty", "on_the_spot", "classified_at", "routed_at", "routed_to", "handler_cadre_id", "responsible_cadre_id", "supervisor_id", "due_on",
		"supervised_at", "resolved_at", "fed_back_at", "satisfaction", "reopened_from")
	for k := range t.issues {
		i := &t.issues[k]
		reportedIn := i.reported.day().month()
		if reportedIn > m {
			break
		}
		moved := reportedIn == m || i.wrongCategory != "" && reportedIn == m-1
		for _, step := range []minute{i.classified, i.routed, i.supervised, i.resolved, i.fedBack} {
			moved = moved || step > 0 && step.day().month() == m
		}
		if !moved {
			continue
		}
		if reportedIn < m {
			rows.resent++
			if i.wrongCategory != "" && reportedIn == m-1 {
				t.truth.correct("issues", 1)
			}
		}
		t.addIssue(rows, k, m)
	}
	return sinceStart(rows, m, "at_round_table", "responsible_cadre_id", "supervisor_id")
}

func (t *town) addIssue(rows *table, k int, m month) {
	i := &t.issues[k]
	category := i.category
	if i.wrongCategory != "" && i.reported.day().month() == m {
		category = i.wrongCategory
	}
	reporter, reopened, satisfaction, routedTo, handler := "", "", "", "", ""
	if i.reporter >= 0 {
		reporter = t.members[i.reporter].id
	}
	if i.reopens >= 0 {
		reopened = t.issues[i.reopens].id
	}
	fedBack := known(i.fedBack, m)
	if fedBack > 0 {
		satisfaction = i.satisfaction
	}
	if i.spot || known(i.routed, m) > 0 || i.routed == 0 && known(i.resolved, m) > 0 {
		routedTo, handler = i.routedTo, i.handler
	}
	holder, supervisor := t.heldBy(k, m, handler)
	rows.add(textCell(i.id), momentCell(i.reported), textCell(t.villages[i.village].code), textCell(t.branches[i.branch].id),
		textCell(t.homes[i.household].id), textCell(reporter), flagCell(t.merged.raised[k]), wordCell(category), textCell(i.title), wordCell(i.difficulty), flagCell(i.spot),
		momentCellIf(known(i.classified, m)), momentCellIf(known(i.routed, m)), wordCell(routedTo), textCell(handler), textCell(holder), textCell(supervisor), dayCell(i.due),
		momentCellIf(known(i.supervised, m)), momentCellIf(known(i.resolved, m)), momentCellIf(fedBack), wordCell(satisfaction), textCell(reopened))
}
