package sample

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// merged is what the programme ties together beside people and visits: party grids and governance grids, groups in WeChat, rivers and
// their chiefs, what meetings found wanting, and evening round-tables. All of it is drawn from streams of its own after the rest, so
// that every other value stays as it was. Nobody wrote any of it down before the programme began.
type merged struct {
	grids        []string   // of each branch; empty: none
	strays       []string   // of each household, where its governance grid is not its branch's; "-" where nobody wrote it down
	groups       [][2]month // of each branch: from when it is in the village's group, and has one with its members
	stretches    []stretch
	shortcomings []shortcoming
	tables       []roundTable
	raised       []bool   // of each issue: at a round-table
	passedTo     []string // of each issue, the cadre it was passed on to; "-" where nobody wrote down who holds it
}

// sinceStart leaves columns out of a table made before the programme began: nobody asked for them.
func sinceStart(rows *table, m month, columns ...string) *table {
	if m >= programmeMonth {
		return rows
	}
	kept := newTable(rows.export, rows.len(), slices.DeleteFunc(slices.Clone(rows.columns), func(c string) bool { return slices.Contains(columns, c) })...)
	kept.resent = rows.resent
	for i := range rows.len() {
		for k, c := range rows.row(i) {
			if !slices.Contains(columns, rows.columns[k]) {
				kept.cells = append(kept.cells, c)
			}
		}
	}
	return kept
}

// stretch is a river within a village.
type stretch struct {
	id, river, chief      string
	village, from, length int // metres
}

// shortcoming is one that an organisation-life meeting named.
type shortcoming struct {
	id, words    string
	branch       int
	found, mends day
}

// roundTable is an evening on which a village sat together.
type roundTable struct {
	village, attended int
	held              day
	topic             string
}

func (t *town) drawMerged() {
	t.drawGrids(stream(t.Seed, t.index, "governance grids"))
	t.drawRivers(stream(t.Seed, t.index, "rivers"))
	t.drawShortcomings(stream(t.Seed, t.index, "shortcomings"))
	t.drawRoundTables(stream(t.Seed, t.index, "round-tables"))
	t.drawHolders(stream(t.Seed, t.index, "holders"))
}

// strayShare is how many households of a village live in another governance grid than their branch's.
func (v *village) strayShare() float64 {
	if v.weak == weakByEffort {
		return .18
	}
	return .015
}

// drawGrids makes one governance grid of each branch. Planted: in the village that does not try, the last branch has no grid and many
// households another one than their branch; in the one with too few hands, a grid has households and no branch.
func (t *town) drawGrids(r *rand.Rand) {
	t.merged.grids, t.merged.groups = make([]string, len(t.branches)), make([][2]month, len(t.branches))
	t.merged.strays = make([]string, len(t.homes))
	for i := range t.villages {
		v := &t.villages[i]
		from, to := t.branchesOf(i)
		grid := func(k int) string { return fmt.Sprintf("W%s%02d%02d", t.prefix(), i+1, k+1) }
		lag := month(10 * (1 - v.effort))
		for b := from; b < to; b++ {
			t.merged.grids[b] = grid(b - from)
			t.merged.groups[b] = [2]month{v.start + month(r.IntN(2)) + lag, v.start + month(r.IntN(4)) + 2*lag}
		}
		if v.weak == weakByEffort && to-from > 1 {
			t.merged.grids[to-1] = ""
			t.truth.BranchesWithoutGrid = append(t.truth.BranchesWithoutGrid, t.branches[to-1].id)
		}
		if v.weak == weakByCapacity {
			t.truth.GridsWithoutBranch = append(t.truth.GridsWithoutBranch, grid(to-from))
		}
		for b := from; b < to; b++ {
			for n, h := range t.branches[b].households {
				switch {
				case v.weak == weakByCapacity && b == from && n%3 == 0:
					t.merged.strays[h] = grid(to - from)
				case chance(r, .01):
					t.merged.strays[h] = "-"
				case chance(r, v.strayShare()) && to-from > 2:
					other := (b - from + 1 + r.IntN(to-from-1)) % (to - from)
					if t.merged.grids[from+other] != "" {
						t.merged.strays[h] = grid(other)
					}
				}
			}
		}
	}
}

// gridOf is the governance grid a household is listed in.
func (t *town) gridOf(home int) string {
	switch stray := t.merged.strays[home]; stray {
	case "":
		b := t.homes[home].branch
		if t.merged.grids[b] == "" { // its households live in the grid of the branch beside it
			return t.merged.grids[b-1]
		}
		return t.merged.grids[b]
	case "-":
		return ""
	default:
		return stray
	}
}

// bit is how many metres a micro river chief looks after.
const bit = 100

// gap is the share of the rivers of a village that nobody looks after.
func (v *village) gap() float64 {
	switch v.weak {
	case weakByEffort:
		return .45
	case weakByCapacity:
		return .25
	default:
		return .06
	}
}

// drawRivers lays two rivers through each village, as long as its posts on the river can look after but for its gap, and says of each
// post where it is. One in twelve stands where another stands already. Every river has one chief, of the town's cadres.
func (t *town) drawRivers(r *rand.Rand) {
	var chiefs []string
	for i := range t.cadres {
		if t.cadres[i].town {
			chiefs = append(chiefs, t.cadres[i].id)
		}
	}
	next := make([]int, len(rivers)) // where each river leaves the last village
	for i := range t.villages {
		v := &t.villages[i]
		var posts []int
		for k := range t.posts {
			if p := &t.posts[k]; p.kind == "micro_river_chief" && t.members[p.member].village == i {
				posts = append(posts, k)
			}
		}
		looked := len(posts) - len(posts)/12
		bits := max(2, int(float64(looked)/(1-v.gap())+.5))
		var places []struct{ river, at int }
		for n, long := range []int{bits * 3 / 5, bits - bits*3/5} {
			k := (i + 3*n) % len(rivers)
			s := stretch{id: fmt.Sprintf("R%s%02d%02d", t.prefix(), i+1, n+1), river: rivers[k], chief: chiefs[k%len(chiefs)],
				village: i, from: next[k], length: long * bit}
			for b := range long {
				places = append(places, struct{ river, at int }{k, next[k] + b*bit})
			}
			next[k] += s.length
			t.merged.stretches = append(t.merged.stretches, s)
		}
		order := r.Perm(len(places))[:min(looked, len(places))]
		for n, k := range posts {
			at := places[order[n%len(order)]]
			p := &t.posts[k]
			p.river, p.from, p.to = rivers[at.river], at.at, at.at+bit
			p.segment = fmt.Sprintf("%s%d–%d米", p.river, p.from, p.to)
		}
		if t.truth.RiverGaps == nil {
			t.truth.RiverGaps = map[string]int{}
		}
		t.truth.RiverGaps[v.code] = (bits - min(looked, bits)) * bit
	}
}

var shortcomings = []string{"对账交流会走过场，走访情况没有逐户核对", "党小组活动少，全年不足四次", "联心卡没有发齐", "支部公示栏更新不及时",
	"在职党员、流动党员参加活动少", "认领事项进度没有公示", "对困难户走访不够", "党员意见收集后没有反馈"}

// drawShortcomings has every organisation-life meeting name some, of which most are mended within two months; few where nobody tries.
func (t *town) drawShortcomings(r *rand.Rand) {
	for m := max(t.first, programmeMonth); m <= t.last; m++ {
		if m.number() != 12 {
			continue
		}
		held := t.meetingTable(m)
		for row := range held.len() {
			if held.row(row)[1].s != "organisation_life" {
				continue
			}
			b := slices.IndexFunc(t.branches, func(b branch) bool { return b.id == held.row(row)[0].s })
			mended := .7
			if t.villages[t.branches[b].village].weak == weakByEffort {
				mended = .15
			}
			for _, k := range sampleOf(r, len(shortcomings), 1+r.IntN(3)) {
				s := shortcoming{words: shortcomings[k], branch: b, found: day(held.row(row)[2].n), mends: never}
				s.id = fmt.Sprintf("Z%s%d-%03d", t.prefix(), m.year(), len(t.merged.shortcomings)+1)
				if chance(r, mended) {
					s.mends = s.found + day(8+r.IntN(30))
				}
				t.merged.shortcomings = append(t.merged.shortcomings, s)
			}
		}
	}
}

// rectificationTable is the full list of what was named by the end of a month, with what is mended by then.
func (t *town) rectificationTable(m month) *table {
	rows := newTable("rectifications", 40, "rectification_id", "branch_id", "found_on", "shortcoming", "mended_on")
	for _, s := range t.merged.shortcomings {
		if s.found > m.last() {
			continue
		}
		mended := s.mends
		if mended > m.last() {
			mended = never
		}
		rows.add(textCell(s.id), textCell(t.branches[s.branch].id), dayCell(s.found), textCell(s.words), dayCell(mended))
	}
	return rows
}

var evenings = []string{"出租房管理", "垃圾分类", "河道保洁", "停车与道路", "土地清理", "村务公开"}

// drawRoundTables has a village sit together in most months once the programme has taken hold, on an evening when somebody came with a
// matter if there was one. What was reported that day and the next at no member's door came from the round-table.
func (t *town) drawRoundTables(r *rand.Rand) {
	t.merged.raised = make([]bool, len(t.issues))
	for m := max(t.first, programmeMonth); m <= t.last; m++ {
		for i := range t.villages {
			if !chance(r, .75*t.maturity(&t.villages[i], m)) {
				continue
			}
			var came []day
			for k := range t.issues {
				if x := &t.issues[k]; x.village == i && x.reporter < 0 && x.reported.day().month() == m {
					came = append(came, x.reported.day())
				}
			}
			table := roundTable{village: i, held: m.first() + day(r.IntN(m.days())), attended: 12 + r.IntN(30), topic: pick(r, evenings)}
			if len(came) > 0 {
				table.held = pick(r, came)
			}
			t.merged.tables = append(t.merged.tables, table)
			for k := range t.issues {
				x := &t.issues[k]
				if since := x.reported.day() - table.held; x.village == i && x.reporter < 0 && 0 <= since && since <= 1 {
					t.merged.raised[k] = true
				}
			}
		}
	}
}

func (t *town) roundTableTable(m month) *table {
	rows := newTable("round_tables", 11, "village_id", "held_on", "attended", "topic")
	for _, s := range t.merged.tables {
		if s.held.month() == m {
			rows.add(textCell(t.villages[s.village].code), dayCell(s.held), numberCell(s.attended), textCell(s.topic))
		}
	}
	return rows
}

// drawHolders passes some issues on to another cadre of the village. Where nobody tries, of many it is not written down who holds them.
func (t *town) drawHolders(r *rand.Rand) {
	t.merged.passedTo = make([]string, len(t.issues))
	locals := make([][]string, len(t.villages))
	for i := range t.cadres {
		if c := &t.cadres[i]; !c.town && c.since == 0 {
			locals[c.village] = append(locals[c.village], c.id)
		}
	}
	for k := range t.issues {
		x := &t.issues[k]
		v := &t.villages[x.village]
		switch {
		case v.weak == weakByEffort && chance(r, .35):
			t.merged.passedTo[k] = "-"
		case chance(r, .12) && len(locals[x.village]) > 0:
			t.merged.passedTo[k] = pick(r, locals[x.village])
		}
	}
}

// heldBy is who holds an issue by the list of a month, and who supervises it.
func (t *town) heldBy(k int, m month, handler string) (holder, supervisor string) {
	if handler == "" {
		return "", ""
	}
	i := &t.issues[k]
	holder = handler
	switch passed := t.merged.passedTo[k]; passed {
	case "":
	case "-":
		holder = ""
	default:
		holder = passed
	}
	if known(i.supervised, m) > 0 {
		supervisor = t.officialOf(i.village)
	}
	return holder, supervisor
}

// officialOf is the first of the town's cadres in a village.
func (t *town) officialOf(village int) string {
	i := slices.IndexFunc(t.cadres, func(c cadre) bool { return c.town && c.village == village })
	return t.cadres[i].id
}

// zoneOf is the zone that a task's title names. The published village has eight of them.
func (t *town) zoneOf(k *task) string {
	from, to := strings.Index(k.title, "第"), strings.Index(k.title, "片区")
	if from < 0 || to < from {
		return ""
	}
	return k.title[from : to+len("片区")]
}

func (t *town) segmentTable() *table {
	rows := newTable("river_segments", len(t.merged.stretches), "segment_id", "river", "village_id", "from_m", "length_m", "chief")
	for _, s := range t.merged.stretches {
		rows.add(textCell(s.id), textCell(s.river), textCell(t.villages[s.village].code), numberCell(s.from), numberCell(s.length), textCell(s.chief))
	}
	return rows
}
