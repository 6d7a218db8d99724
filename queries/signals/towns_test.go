package signals

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"hulian/data"
	"hulian/queries/reading"
)

// shape is one kind of town that is drawn. Nothing here knows of the detector: levels and sizes are those of the towns
// it was first measured on, with the differences between ordinary villages that were seen there.
type shape struct {
	name            string
	villages        [2]int
	branches        [2]int // a village
	households      [2]int // of the town
	issues          [2]float64
	never           int     // villages in which the programme never begins
	late            bool    // weakness begins in the middle of the series, and not with the programme
	steady          bool    // nobody is weak
	lost            float64 // share of village-months of which no file came
	spread          float64 // of ordinary villages' shares, on the logit scale
	weak            [2]int  // capacity, effort
	onlyHouseholds  bool    // only the measures the weak villages differ on
	slowlyDifferent bool    // ordinary villages drift about
	madeUp          bool    // villages short of effort enter as many households as others visit; most of the visits made up match a doubt signal
}

var shapes = []shape{
	{name: "small villages, few issues", villages: [2]int{9, 12}, branches: [2]int{3, 3}, households: [2]int{5000, 6500}, issues: [2]float64{5, 8}, spread: .2, weak: [2]int{1, 1}},
	{name: "eighteen villages, ten issues", villages: [2]int{18, 18}, branches: [2]int{3, 5}, households: [2]int{5000, 9000}, issues: [2]float64{8, 12}, spread: .2, weak: [2]int{1, 1}},
	{name: "many issues, never-starters", villages: [2]int{12, 18}, branches: [2]int{3, 5}, households: [2]int{7000, 9000}, issues: [2]float64{15, 30}, never: 3, spread: .25, weak: [2]int{1, 1}},
	{name: "weak from the middle on", villages: [2]int{11, 18}, branches: [2]int{3, 5}, households: [2]int{5000, 9000}, issues: [2]float64{5, 30}, late: true, spread: .2, weak: [2]int{1, 1}},
	{name: "few measures, lost months", villages: [2]int{9, 18}, branches: [2]int{3, 4}, households: [2]int{5000, 9000}, issues: [2]float64{6, 15}, never: 1, late: true, lost: .04, spread: .2, weak: [2]int{1, 1}, onlyHouseholds: true},
	{name: "four weak of eighteen", villages: [2]int{16, 18}, branches: [2]int{3, 5}, households: [2]int{6000, 9000}, issues: [2]float64{8, 20}, spread: .2, weak: [2]int{2, 2}, slowlyDifferent: true},
	{name: "villages that differ much", villages: [2]int{11, 18}, branches: [2]int{3, 5}, households: [2]int{5000, 9000}, issues: [2]float64{5, 30}, never: 1, spread: .33, weak: [2]int{1, 1}, slowlyDifferent: true},
	{name: "nobody weak", villages: [2]int{9, 18}, branches: [2]int{3, 5}, households: [2]int{5000, 9000}, issues: [2]float64{5, 30}, never: 1, steady: true, spread: .25, slowlyDifferent: true},
	{name: "visits made up", villages: [2]int{11, 18}, branches: [2]int{3, 5}, households: [2]int{5000, 9000}, issues: [2]float64{8, 20}, spread: .2, weak: [2]int{1, 2}, madeUp: true},
}

// madeUpFound is the share of the visits made up that match a doubt signal.
const madeUpFound = .8

// planted is what was planted in one village.
type planted struct {
	cause   Cause // of its weakness; NoCause: ordinary
	onset   int   // month it began; its programme's start where it always was
	support int   // month of the support; −1: none
	works   bool
	never   bool
}

const townMonths = 32

// drawn is one town with what was planted in it.
type drawn struct {
	Town
	planted []planted
}

func drawTown(s shape, seed uint64) drawn {
	r, doubt := rand.New(rand.NewPCG(seed, 20260101)), rand.New(rand.NewPCG(seed, 20260103))
	d := drawn{Town: Town{Programme: data.DefaultProgramme(), Series: map[string]map[string][]reading.Month{}}}
	for k := range townMonths {
		d.Months = append(d.Months, time.Date(2016, time.Month(1+k), 1, 0, 0, 0, 0, time.UTC).Format("2006-01"))
	}
	between := func(b [2]int) int { return b[0] + r.IntN(b[1]-b[0]+1) }
	n := between(s.villages)
	households := float64(between(s.households)) / float64(n)
	issues := s.issues[0] + (s.issues[1]-s.issues[0])*r.Float64()
	season := make([]float64, townMonths)
	for k := range season {
		season[k] = .12*math.Sin(2*math.Pi*float64(k)/12) + .06*r.NormFloat64()
	}
	order := r.Perm(n)
	for i := range n {
		v := Village{ID: fmt.Sprintf("V%02d", i+1), Name: fmt.Sprintf("第%d村", i+1), Start: d.Months[6]}
		p := planted{support: -1}
		start := 6
		if i%4 == 0 {
			start = 3
			v.Start = d.Months[3]
		}
		switch rank := order[i]; {
		case !s.steady && rank < s.weak[0]:
			p.cause = Capacity
		case !s.steady && rank < s.weak[0]+s.weak[1]:
			p.cause = Effort
		case rank >= n-s.never:
			p.never, v.Start = true, ""
			start = townMonths
		}
		if p.onset = max(6, min(start, 6)); s.late { // a weakness shows once there are villages to compare with
			p.onset = 13 + r.IntN(3)
		}
		if p.cause != NoCause && r.IntN(4) > 0 {
			p.support, p.works = p.onset+7+r.IntN(3), r.IntN(3) > 0
			d.Supports = append(d.Supports, Support{Village: v.ID, Kind: "cadre", Started: d.Months[p.support] + "-10"})
		}
		d.Villages, d.planted = append(d.Villages, v), append(d.planted, p)
		d.drawVillage(r, doubt, s, i, start, households*math.Exp(.3*r.NormFloat64()), issues*math.Exp(.25*r.NormFloat64()), between(s.branches), season)
	}
	d.Month = d.Months[townMonths-1]
	d.CutOff = time.Date(2016, time.Month(1+townMonths), 0, 0, 0, 0, 0, time.UTC)
	return d
}

func expit(x float64) float64   { return 1 / (1 + math.Exp(-x)) }
func logOdds(p float64) float64 { return math.Log(p / (1 - p)) }

// weakness is how much of its weakness a village shows in a month: 0 before, 1 after, and less again after a support that works.
func (p planted) weakness(k int) float64 {
	if p.cause == NoCause || k < p.onset {
		return 0
	}
	if p.support >= 0 && p.works && k > p.support {
		return math.Max(.15, 1-float64(k-p.support)/3)
	}
	return 1
}

// drawVillage draws the months of a village, what is doubtful of its visits from a stream of its own.
func (d *drawn) drawVillage(r, doubt *rand.Rand, s shape, i, start int, households, issues float64, branches int, season []float64) {
	p, village := d.planted[i], d.Villages[i]
	own := func(spread float64) float64 { return spread * r.NormFloat64() }
	level := map[string]float64{}
	for _, m := range []struct {
		id     string
		share  float64
		spread float64
	}{{"coverage", .65, 1}, {"on_time", .83, 1}, {"meetings", .93, 1.2}, {"feedback", .85, 1}, {"satisfied", .88, 1}, {"reopened", .05, 1}, {"repeated", .06, 1}, {"points", .75, 1.3},
		{"posts", .58, 1.5}, {"tasks", .8, 1}, {"attendance", .8, 1}, {"items", .85, 1}, {"doubtful", .03, 2}, {"month_end", .15, 1.5}, {"cards", .62, 2.5}, {"groups", .7, 2.5}, {"linked", .985, 1}, {"display", .85, 1.5}} {
		level[m.id] = logOdds(m.share) + own(s.spread*m.spread)
	}
	if p.cause != NoCause {
		level["coverage"], level["on_time"], level["meetings"] = logOdds(.65)+own(.05), logOdds(.83)+own(.05), logOdds(.93)+own(.05)
	}
	members := math.Round(households / 10)
	load, people := 10*math.Exp(.12*r.NormFloat64()), 70*math.Exp(.15*r.NormFloat64())
	wander := 0.0
	lasting := func(n, share float64) float64 { return count(r, n, share) }
	cards, groups, linked, posts, display := lasting(households, expit(level["cards"])), lasting(households, expit(level["groups"])), lasting(households, expit(level["linked"])), lasting(members, expit(level["posts"])), lasting(float64(branches), expit(level["display"]))
	for k := range townMonths {
		w := p.weakness(k)
		if s.slowlyDifferent {
			wander = .9*wander + .06*r.NormFloat64()
		}
		grown := 1 - math.Exp(-float64(k-start+1)/2.5)
		if k < start {
			grown = 0
		}
		x := level["coverage"] + season[k] + wander + .1*r.NormFloat64() - .8*(1-grown) - w*(logOdds(.65)-logOdds(.47))
		covered := clustered(r, households, expit(x), 10, .12)
		lost := r.Float64() < s.lost
		put := func(id string, num, den float64) {
			if lost {
				num, den = math.NaN(), math.NaN()
			}
			if d.Series[id] == nil {
				d.Series[id] = map[string][]reading.Month{}
			}
			d.Series[id][village.ID] = append(d.Series[id][village.ID], reading.Month{Month: d.Months[k], Numerator: num, Denominator: den, Value: num / den})
		}
		v := visitsOf(doubt, covered, households, expit(level["doubtful"]), s.madeUp && p.cause == Effort, expit(x+w*(logOdds(.65)-logOdds(.47))))
		put("undoubted_coverage", v.undoubted, math.Round(households))
		reached := expit(x) * (1 - expit(level["doubtful"]))
		if v.madeUp > 0 {
			reached = math.Max(.01, math.Min(.99, v.undoubted/math.Round(households)))
		}
		due := poisson(r, issues)
		onTime := expit(level["on_time"] + wander + .08*r.NormFloat64() - .6*(1-grown) - w*(logOdds(.83)-logOdds(.69)))
		put("on_time_rate", count(r, due, onTime), due)
		held := expit(level["meetings"])
		if k < start {
			held = .1
		}
		if p.cause == Effort {
			held = expit(level["meetings"] - w*(logOdds(.93)-logOdds(.43)))
			if k < start {
				held = .1
			}
		}
		meetings := count(r, float64(branches), held)
		put("reconciliation_rate", meetings, float64(branches))
		if !s.onlyHouseholds {
			reported := poisson(r, issues)
			resolved := count(r, reported, .9)
			put("undoubted_vulnerable_coverage", count(r, math.Round(households*.08), expit(logOdds(reached)+.3)), math.Round(households*.08))
			put("undoubted_unvisited_share", clustered(r, households, math.Pow(1-reached, 1.7), 10, .15), math.Round(households))
			put("undoubted_silent_members", count(r, members, (1-reached)*(1-reached)*(1-reached)), members)
			put("resolution_rate", resolved, reported)
			put("feedback_rate", count(r, resolved, expit(level["feedback"])), resolved)
			answered := count(r, resolved, .5)
			put("satisfaction_rate", count(r, answered, expit(level["satisfied"])), answered)
			put("reopen_rate", count(r, resolved, expit(level["reopened"])), resolved)
			put("repeat_rate", count(r, reported, expit(level["repeated"])), reported)
			put("members_with_points", clustered(r, members, expit(level["points"]), 5, .1), members)
			put("tasks_done", count(r, 4, expit(level["tasks"])), 4)
			put("attendance_rate", clustered(r, meetings*20, expit(level["attendance"]), 10, .05), math.Round(meetings*20))
			put("items_done_rate", count(r, meetings*3, expit(level["items"])), meetings*3)
			put("doubtful_visits", clustered(r, covered, expit(level["doubtful"]), 10, .2)+v.found, covered+v.madeUp)
			put("month_end_share", clustered(r, covered+v.madeUp, expit(level["month_end"]), 10, .2), covered+v.madeUp)
			put("card_rate", cards, math.Round(households))
			put("group_rate", groups, math.Round(households))
			put("linked_rate", linked, math.Round(households))
			put("posts_rate", posts, members)
			put("display_rate", display, float64(branches))
		}
		short := 1.0
		if p.cause == Capacity {
			short = 1 + .7*w
		}
		lost = false
		put("households_per_active_member", load*short, 1)
		put("people_per_hand", people*short, 1)
		put("people_per_cadre", 1100*math.Exp(.3*r.NormFloat64()), 1)
		put("completeness", 4, 4)
	}
	d.criteria(i)
}

// criteria are met as the model of hard criteria has it: three months in a row.
func (d *drawn) criteria(i int) {
	id := d.Villages[i].ID
	late, unmet := 0, 0
	for k := range townMonths {
		if m := d.Series["on_time_rate"][id][k]; m.Denominator >= 5 && m.Value < .6 {
			late++
		} else {
			late = 0
		}
		if m := d.Series["reconciliation_rate"][id][k]; m.Denominator > 0 && m.Value < .5 {
			unmet++
		} else {
			unmet = 0
		}
		for criterion, run := range map[string]int{"late_issues": late, "no_reconciliation": unmet} {
			d.Criteria = append(d.Criteria, Criterion{Village: id, ID: criterion, Month: d.Months[k], Met: run >= 3})
		}
	}
}

// upTo is the town as it was known at the end of a month.
func (d drawn) upTo(at int) Town {
	t := d.Town
	t.Months, t.Month = d.Months[:at+1], d.Months[at]
	t.CutOff = time.Date(2016, time.Month(2+at), 0, 0, 0, 0, 0, time.UTC)
	return t
}

// entered are the households of a month that somebody entered a visit to.
type entered struct {
	undoubted     float64 // with a visit that matches no doubt signal
	madeUp, found float64 // with no visit but one made up; of these, with a doubt signal
}

// visitsOf draws what is doubtful of the households covered, and what a village that wants to look like the others makes up.
func visitsOf(r *rand.Rand, covered, households, doubtful float64, makesUp bool, others float64) entered {
	v := entered{undoubted: covered - clustered(r, covered, doubtful, 10, .2)}
	if makesUp {
		v.madeUp = math.Max(0, clustered(r, households, others, 10, .12)-covered)
		v.found = count(r, v.madeUp, madeUpFound)
		v.undoubted += v.madeUp - v.found
	}
	return v
}

func count(r *rand.Rand, n, p float64) float64 {
	n = math.Round(n)
	switch {
	case !(n > 0):
		return 0
	case n*p*(1-p) > 30:
		return math.Max(0, math.Min(n, math.Round(n*p+math.Sqrt(n*p*(1-p))*r.NormFloat64())))
	}
	return distuv.Binomial{N: n, P: p, Src: r}.Rand()
}

// clustered draws events of groups that share their fate: households of one member.
func clustered(r *rand.Rand, n, p, size, rho float64) float64 {
	n = math.Round(n)
	if !(n > 0) {
		return 0
	}
	v := 1 + (size-1)*rho
	x := count(r, math.Max(1, math.Round(n/v)), p)
	return math.Max(0, math.Min(n, math.Round(x/math.Max(1, math.Round(n/v))*n)))
}

func poisson(r *rand.Rand, mean float64) float64 { return distuv.Poisson{Lambda: mean, Src: r}.Rand() }
