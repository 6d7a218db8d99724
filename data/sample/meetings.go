package sample

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

func (t *town) meetingTable(m month) *table {
	rows := newTable("meetings", 2*len(t.branches), "branch_id", "kind", "held_on", "expected", "present", "items_checked", "items_done")
	r := stream(t.Seed, t.index, "meetings", int(m))
	for b := range t.branches {
		br := &t.branches[b]
		v := &t.villages[br.village]
		grip := t.maturity(v, m)
		first, last := t.branchesOf(br.village)
		expected := 0
		for _, i := range br.active {
			if t.members[i].active(m.last()) {
				expected++
			}
		}
		held := chance(r, .25+.74*min(1, 2.2*grip))
		if v.weak == weakByEffort { // one branch meets, the others send no minutes
			held = b == first || last-first < 2 && chance(r, .3)
		}
		if held {
			checked := 4 + int(float64(expected)*between(r, .3, .8))
			t.addMeeting(r, rows, b, "reconciliation", m.first()+day(19+r.IntN(min(9, m.days()-19))), expected, checked, between(r, .55, .75)+.2*grip, grip)
		}
		if m.number()%3 == 0 && chance(r, .8) {
			t.addMeeting(r, rows, b, "assembly", m.first()+day(r.IntN(18)), expected, 0, 0, grip)
		}
		if m.number() == 12 && chance(r, .7+.28*grip) {
			t.addMeeting(r, rows, b, "organisation_life", m.first()+day(10+r.IntN(15)), expected, 0, 0, grip)
		}
	}
	return rows
}

func (t *town) addMeeting(r *rand.Rand, rows *table, branch int, kind string, on day, expected, checked int, done, grip float64) {
	present := 0
	for range expected {
		if chance(r, .6+.28*grip) {
			present++
		}
	}
	cells := []cell{textCell(t.branches[branch].id), wordCell(kind), dayCell(on), numberCell(expected), numberCell(present), {}, {}}
	if kind == "reconciliation" {
		cells[5], cells[6] = numberCell(checked), numberCell(min(checked, int(float64(checked)*done+.5)))
	}
	rows.add(cells...)
}

// task is work a branch claimed.
type task struct {
	id, title, programme string
	branch, responsible  int
	claimed, due, done   day
}

var taskTitles = []struct{ programme, title string }{
	{"three_reforms", "第%d片区违章建筑拆除"}, {"three_reforms", "第%d片区旧房腾退动员"}, {"environment", "第%d片区环境整治"},
	{"environment", "第%d片区垃圾分类入户"}, {"five_waters", "第%d河段清淤保洁"}, {"five_waters", "第%d片区雨污分流接户"},
	{"other", "第%d片区出租房安全排查"}, {"other", "第%d片区土地清理政策处理"}, {"other", "第%d片区道路拓宽政策处理"},
}

// The published example of claimed tasks: a village of eight zones.
const (
	exampleVillage = "新园村"
	exampleZones   = 8
)

// drawTasks claims the work of the two years: little before the programme, and in the pilot village of the published
// example eight zones of which each branch takes two.
func (t *town) drawTasks() []task {
	r := stream(t.Seed, t.index, "tasks")
	var tasks []task
	add := func(b int, m month, programme, title string) {
		br := &t.branches[b]
		k := task{branch: b, title: title, programme: programme, claimed: m.first() + day(r.IntN(m.days())), done: never}
		k.responsible = t.taskLeader(r, br, k.claimed)
		if k.responsible < 0 {
			return
		}
		k.due = k.claimed + day(30+r.IntN(90))
		grip := t.maturity(&t.villages[br.village], m)
		if chance(r, .7+.28*grip) {
			k.done = k.claimed + day(lognormal(r, 55-22*grip, .55)) + 3
		}
		if t.members[k.responsible].promising {
			k.done = min(k.due, k.claimed+day(15+r.IntN(30)))
		}
		tasks = append(tasks, k)
	}
	for m := t.first; m <= t.last; m++ {
		for b := range t.branches {
			v := &t.villages[t.branches[b].village]
			if v.name == exampleVillage && m == v.start {
				from, _ := t.branchesOf(v.index)
				for k := range 2 {
					add(b, m, "environment", fmt.Sprintf("新园村第%d片区整治", 2*(b-from)+k+1))
				}
			}
			for range poisson(r, .07+1.1*t.maturity(v, m)) {
				k := pick(r, taskTitles)
				zone := 1 + r.IntN(12)
				if v.name == exampleVillage {
					zone = 1 + (zone-1)%exampleZones
				}
				add(b, m, k.programme, fmt.Sprintf(k.title, zone))
			}
		}
	}
	slices.SortStableFunc(tasks, func(a, b task) int { return int(a.claimed - b.claimed) })
	for n := range tasks {
		y, _, _ := tasks[n].claimed.date()
		tasks[n].id = fmt.Sprintf("T%s%d-%04d", t.prefix(), y, n+1)
	}
	return tasks
}

func (t *town) taskLeader(r *rand.Rand, br *branch, on day) int {
	var ready []int
	for _, i := range br.active {
		if m := &t.members[i]; m.active(on) {
			ready = append(ready, i)
			if m.promising {
				ready = append(ready, slices.Repeat([]int{i}, 40)...) // asks for the work nobody wants
			}
		}
	}
	if len(ready) == 0 {
		return -1
	}
	return pick(r, ready)
}

// taskTable lists what was claimed in the month and what is still under way or was finished in it.
func (t *town) taskTable(m month) *table {
	rows := newTable("tasks", 60, "task_id", "branch_id", "title", "programme", "zone", "claimed_on", "responsible_member_id", "due_on", "progress", "done_on")
	for n := range t.tasks {
		k := &t.tasks[n]
		if k.claimed > m.last() || k.done < m.first() || k.done == never && k.due < m.first()-180 {
			continue
		}
		if k.claimed < m.first() {
			rows.resent++
		}
		progress, done := 100.0, k.done
		if k.done > m.last() {
			whole := max(1, min(k.done, k.due+200)-k.claimed)
			progress, done = min(95, float64(int(20*float64(m.last()-k.claimed)/float64(whole)))*5), never
		}
		rows.add(textCell(k.id), textCell(t.branches[k.branch].id), textCell(k.title), wordCell(k.programme), textCell(t.zoneOf(k)), dayCell(k.claimed),
			textCell(t.members[k.responsible].id), dayCell(k.due), decimalCell(progress), dayCell(done))
	}
	return sinceStart(rows, m, "zone")
}
