package sample

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
)

// entry is one line of a member's points.
type entry struct {
	member         int
	on             day
	points         float64
	category, rule string
	post           string
}

var pointRules = map[string][]struct {
	rule   string
	points float64
}{
	"organisation": {{"参加支部主题党日", 2}, {"参加对账交流会", 2}, {"参加组织生活会", 3}},
	"linking":      {{"每月走访全部联系户", 5}, {"发放联心卡", 1}, {"回访反映问题的联系户", 1}},
	"post":         {{"履行岗位职责", 3}, {"巡河一次", 1}},
	"task":         {{"完成认领事项", 5}, {"参加三改一拆", 3}, {"参加环境整治", 2}},
	"volunteer":    {{"志愿服务半天", 2}, {"无偿献血", 3}},
	"deduction":    {{"无故缺席会议", -2}, {"联系户反映未走访", -3}},
}

// pointEntries are the points of one month. Under the old practice nearly all were written up in the weeks before
// the half-yearly assessment; since July 2017 the town asks for them monthly.
func (t *town) pointEntries(m month) []entry {
	r := stream(t.Seed, t.index, "points", int(m))
	posts := t.postsByMember()
	listed := t.lastListBefore(m).last()
	var entries []entry
	for i := range t.members {
		p := &t.members[i]
		if !p.active(m.first()) || !p.active(m.last()) {
			continue
		}
		grip := t.maturity(&t.villages[p.village], m)
		if m >= monthOf(2017, 7) {
			grip = max(grip, .35)
		}
		held := ""
		if k := posts[i]; k != nil && k.claimed <= listed && k.claimed < m.first() {
			held = k.id
		}
		burst := t.branches[p.branch].lateBurst && m >= monthOf(2017, 7) && m <= monthOf(2017, 12)
		mean, from, to := .35+2.6*grip, m.first(), m.last()
		assessed := m.number() == 6 || m.number() == 12
		switch {
		case burst && m == monthOf(2017, 12):
			mean, from = 9, m.first()+2
		case burst:
			mean = .25
		case assessed:
			pile := 5.0
			if m >= monthOf(2017, 7) {
				pile = 2
			}
			mean += pile * (1 - grip) * (1 - grip)
			if grip < .3 {
				from = to - 18
			}
		}
		if p.promising {
			mean = max(mean, 2) + .8
		}
		for range poisson(r, max(.05, mean*(1+p.zeal))) {
			entries = append(entries, t.drawEntry(r, i, from+day(r.IntN(int(to-from)+1)), held))
		}
	}
	slices.SortStableFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.on, b.on), cmp.Compare(a.member, b.member))
	})
	return entries
}

func (t *town) drawEntry(r *rand.Rand, member int, on day, post string) entry {
	category := []string{"organisation", "linking", "post", "task", "volunteer", "deduction"}[pointWheel.draw(r)]
	if category == "post" && post == "" {
		category = "linking"
	}
	rule := pick(r, pointRules[category])
	e := entry{member: member, on: on, points: rule.points, category: category, rule: rule.rule}
	if category == "post" {
		e.post = post
	}
	return e
}

var pointWheel = newWheel([]float64{.27, .34, .16, .11, .11, .01})

// lastListBefore is the newest month with lists not after m.
func (t *town) lastListBefore(m month) month {
	last := t.first
	for _, l := range t.lists() {
		if l <= m {
			last = l
		}
	}
	return last
}

// pointTable writes the entries; corrections are the entries whose points a later file puts right.
func (t *town) pointTable(m month) (rows, corrections *table) {
	columns := []string{"entry_id", "member_id", "awarded_on", "category", "rule", "points", "reason", "post_id", "approved_by", "published_from", "published_until", "reverses"}
	entries := t.pointEntries(m)
	rows, corrections = newTable("points", len(entries), columns...), newTable("points", 0, columns...)
	r, board := stream(t.Seed, t.index, "point slips", int(m)), stream(t.Seed, t.index, "approvals", int(m))
	ids := make([]string, len(entries))
	for n, e := range entries {
		_, _, dd := e.on.date()
		ids[n] = fmt.Sprintf("P%s%04d%02d%02d-%05d", t.prefix(), m.year(), m.number(), dd, n+1)
		a := t.approve(board, e, m)
		if m >= programmeMonth {
			a.reverses = taken(ids, entries[:n], e)
		}
		reason := fmt.Sprintf("%d月%s", m.number(), e.rule)
		cells := []cell{textCell(ids[n]), textCell(t.members[e.member].id),
			dayCell(e.on), wordCell(e.category), textCell(e.rule), decimalCell(e.points), textCell(reason), textCell(e.post),
			textCell(a.by), dayCell(a.from), dayCell(a.until), textCell(a.reverses)}
		if correctionDue(m) > 0 && chance(r, .01) {
			corrections.add(cells...)
			cells = slices.Clone(cells)
			cells[5] = decimalCell(e.points * 10)
		}
		rows.add(cells...)
	}
	return rows, corrections
}
