package sample

import (
	"fmt"
	"math"
	"slices"
)

// The programme's calendar. Published: the start in May 2017 with pilots, then all villages.
var (
	firstMonth     = monthOf(2016, 2)
	programmeMonth = monthOf(2017, 5)
	lastMonth      = monthOf(2018, 1)
)

// Causes of a planted weakness.
const (
	weakByCapacity = "capacity"
	weakByEffort   = "effort"
)

// unit describes a village before the town is drawn. Of the first town's units only name and code are facts.
type unit struct {
	code, name string
	households float64 // relative size
	active     float64 // relative number of active members
	exempt     float64 // exempt ÷ active
	migrants   float64 // migrants ÷ residents
	branches   float64
	cadres     int
	start      month
	base       float64 // share of households visited in a month under the old practice
	effect     float64 // what the programme adds to it in the end
	effort     float64 // how far the village lives up to the programme, 0 to 1
	weak       string
}

// xiaolin are the units of 逍林镇: names and codes from the National Bureau of Statistics, 统计用区划和城乡划分代码, without
// the suffix 委会, as local records write them. Which village started when, and how it fared, is invented.
var xiaolin = []unit{
	{"330282111001", "逍林街社区", 1380, 118, .44, .95, 5, 8, monthOf(2017, 9), .43, .36, .95, ""},
	{"330282111201", "水云浦村", 1150, 102, .50, .55, 4, 7, monthOf(2017, 9), .41, .38, 1, ""},
	{"330282111202", "宏跃村", 1420, 126, .42, .90, 5, 8, monthOf(2017, 5), .44, .38, 1, ""},
	{"330282111203", "林西村", 1240, 110, .47, .60, 5, 7, monthOf(2017, 7), .45, .36, 1, ""},
	{"330282111204", "逍路沿村", 1080, 96, .52, .50, 4, 6, monthOf(2017, 9), .42, .33, .9, ""},
	{"330282111205", "桥一村", 1170, 104, .45, .75, 4, 7, monthOf(2017, 7), .40, .40, 1, ""},
	{"330282111206", "振兴村", 1020, 91, .49, .65, 4, 6, monthOf(2017, 7), .46, .34, .95, ""},
	{"330282111207", "破山村", 1290, 72, .92, 1.60, 5, 4, monthOf(2017, 11), .35, .16, .5, weakByCapacity},
	{"330282111208", "联明村", 1130, 99, .48, .70, 4, 7, monthOf(2017, 11), .33, .05, .12, weakByEffort},
	{"330282111209", "新园村", 973, 93, .43, .60, 4, 6, monthOf(2017, 5), .43, .42, 1, ""},
	{"330282111210", fuheyuan, 1758, 150, .5133, 1.27, 6, 9, monthOf(2017, 5), .42, .40, 1, ""},
}

const fuheyuan = "福合院村"

// Published totals of the first town at its full size.
const (
	publishedHouseholds = 13611
	publishedActive     = 1161
	publishedBranches   = 50
	publishedCentres    = 85
	publishedCards      = 8400
	publishedIssues     = 1170
	publishedResolved   = 910
	publishedPosts      = 680
	publishedRiverPosts = 240
	publishedStudents   = 181
	publishedYuan       = 360000
	publishedFundRoofs  = 9 // villages with a fund
	fuheyuanResidents   = 4863
	fuheyuanMigrants    = 6179
	fuheyuanExempt      = 77 // 227 members, 150 of them active
)

// targets are the totals one town must reach.
type targets struct {
	households, active, branches, centres, cards                 int
	issues, resolved, earlier, posts, riverPosts, students, yuan int
}

// village is one unit drawn.
type village struct {
	unit
	index, households, active, exempt       int
	residents, migrants, branches, fullTime int
	shocks                                  [64]float64 // of each month, about ±2 points, shared by nobody
	slow                                    float64     // how much longer issues take here than elsewhere
}

// town is everything drawn once: the units, the people and the plan of the events.
type town struct {
	options
	index      int
	name       string
	size       float64 // against the first town at full size
	targets    targets
	villages   []village
	branches   []branch
	members    []member
	homes      []household
	cadres     []cadre
	posts      []post
	issues     []issue
	tasks      []task
	pledges    []pledge
	exemptions []exemption // by member
	merged     merged
	truth      *Truth
	turn       map[string]int // per export, the next defect to plant
}

func newTown(o options, index int) (*town, error) {
	t := &town{options: o, index: index, name: "逍林镇", size: o.Scale, turn: map[string]int{}}
	units := xiaolin
	if index > 0 {
		r := stream(o.Seed, index, "town")
		t.name = fmt.Sprintf("样镇%04d", index+1)
		t.size *= between(r, .6, 1.5)
		units = inventedUnits(o.Seed, index, int(publishedActive*t.size)/10)
	}
	t.truth = newTruth(t)
	if err := t.setTargets(len(units)); err != nil {
		return nil, err
	}
	t.drawVillages(units)
	t.drawPeople()
	t.drawPosts()
	t.drawIssues()
	t.tasks, t.pledges = t.drawTasks(), append(t.drawConduct(), t.drawFamilyConduct()...)
	t.drawExemptions()
	t.drawMerged()
	t.truth.plan(t)
	return t, nil
}

// setTargets scales the published totals. Events count only for the part of the programme the months cover.
func (t *town) setTargets(units int) error {
	scaled := func(n int) int { return int(math.Round(float64(n) * t.size)) }
	covered := max(0, min(t.last, lastMonth)-max(t.first, programmeMonth)+1)
	before := max(0, min(t.last, programmeMonth-1)-t.first+1)
	share := float64(covered) / float64(lastMonth-programmeMonth+1)
	g := targets{
		households: scaled(publishedHouseholds), active: scaled(publishedActive),
		branches: max(units, scaled(publishedBranches)), cards: scaled(publishedCards),
		posts: scaled(publishedPosts), riverPosts: scaled(publishedRiverPosts),
		students: scaled(publishedStudents), yuan: scaled(publishedYuan/1000) * 1000,
		issues: int(math.Round(publishedIssues * t.size * share)), resolved: int(math.Round(publishedResolved * t.size * share)),
		earlier: int(math.Round(28 * t.size * float64(before))),
	}
	g.centres = min(2*g.branches, max(g.branches, scaled(publishedCentres)))
	if g.active < 8*units || g.active < g.branches {
		return fmt.Errorf("scale %g leaves %d active members for %d branches; take %g or more", t.Scale, g.active, g.branches, .1)
	}
	t.targets = g
	return nil
}

func (t *town) drawVillages(units []unit) {
	if t.Even {
		units = evened(units)
	}
	column := func(of func(unit) float64) []float64 {
		weights := make([]float64, len(units))
		for i, u := range units {
			weights[i] = of(u)
		}
		return weights
	}
	households := apportion(t.targets.households, column(func(u unit) float64 { return u.households }), 1)
	active := apportion(t.targets.active, column(func(u unit) float64 { return u.active }), 6)
	branches := apportion(t.targets.branches, column(func(u unit) float64 { return u.branches }), 1)
	if t.index == 0 && t.Scale == 1 && !t.Even { // the published village; every other weight is its own count too
		for i, u := range units {
			households[i], active[i], branches[i] = int(u.households), int(u.active), int(u.branches)
		}
	}
	t.villages = make([]village, len(units))
	for i, u := range units {
		r := stream(t.Seed, t.index, "village", i)
		v := village{unit: u, index: i, households: households[i], active: active[i], branches: branches[i], fullTime: u.cadres, slow: 1}
		v.exempt = int(math.Round(float64(v.active) * u.exempt))
		v.residents = int(float64(v.households) * between(r, 2.6, 2.9))
		v.migrants = int(float64(v.residents) * u.migrants * between(r, .95, 1.05))
		if u.name == fuheyuan && t.Scale == 1 {
			v.residents, v.migrants, v.exempt = fuheyuanResidents, fuheyuanMigrants, fuheyuanExempt
		}
		switch v.weak {
		case weakByCapacity:
			v.slow = 2.2
		case weakByEffort:
			v.slow = 2.6
		}
		level := 0.0
		for k := range v.shocks {
			level = .5*level + .015*r.NormFloat64()
			v.shocks[k] = level
		}
		t.villages[i] = v
	}
}

// evened gives the same villages without a weak one: same hands for the same people, same will.
func evened(units []unit) []unit {
	even := slices.Clone(units)
	for i := range even {
		u := &even[i]
		if u.weak == weakByCapacity {
			u.active, u.exempt, u.migrants, u.cadres = u.households*.085, .48, .8, 6
		}
		u.weak, u.effort, u.base, u.effect = "", 1, .42, .37
	}
	return even
}

// inventedUnits gives a town beyond the first: names that can be nobody's, codes that no office has given, and no more
// villages than most, so that a small town has members for each.
func inventedUnits(seed uint64, index, most int) []unit {
	r := stream(seed, index, "units")
	units := make([]unit, max(3, min(8+r.IntN(9), most)))
	starts := []month{programmeMonth, programmeMonth + 2, programmeMonth + 4, programmeMonth + 6}
	for i := range units {
		members := between(r, 70, 150)
		units[i] = unit{
			code: fmt.Sprintf("99%07d%03d", index+1, 201+i), name: fmt.Sprintf("样镇%04d第%d村", index+1, i+1),
			households: members * between(r, 10.5, 12.5), active: members, exempt: between(r, .4, .55), migrants: between(r, .3, 1.2),
			branches: members / 23, cadres: 5 + r.IntN(4), start: starts[min(3, i*4/len(units))],
			base: between(r, .38, .46), effect: between(r, .3, .42), effort: between(r, .85, 1),
		}
	}
	if chance(r, .7) {
		u := &units[len(units)-1]
		u.base, u.effect, u.effort, u.weak = .33, .05, .12, weakByEffort
	}
	if chance(r, .7) {
		u := &units[len(units)-2]
		u.active *= .6
		u.base, u.effect, u.effort, u.weak, u.migrants, u.exempt, u.cadres = .35, .16, .5, weakByCapacity, 1.6, .9, 4
	}
	return units
}
