package sample

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

	"hulian/data"
)

// halfYearEnding names the half-year that ends with the month: 2017H2 ends with December.
func halfYearEnding(m month) (string, bool) {
	switch m.number() {
	case 6:
		return fmt.Sprintf("%dH1", m.year()), true
	case 12:
		return fmt.Sprintf("%dH2", m.year()), true
	}
	return "", false
}

// ratingColumns are those of a rating, of a half-year and of a year.
var ratingColumns = []string{"branch_id", "period", "operation", "effect", "cooperation", "grid_cadre_score", "villager_score", "stars", "rank", "published_on", "funding"}

// ratedBranch is what one branch was given.
type ratedBranch struct {
	branch int
	scores [5]float64
	total  float64
}

// ratingTable rates every branch for the half-year that ended with month m. Half-years are selections: no funding follows.
func (t *town) ratingTable(m month) *table {
	period, _ := halfYearEnding(m)
	rows := newTable("ratings", len(t.branches), ratingColumns...)
	board := stream(t.Seed, t.index, "published", int(m))
	r := stream(t.Seed, t.index, "ratings", int(m))
	for v := range t.villages {
		all := t.rated(r, v, t.maturity(&t.villages[v], m), m)
		for rank, x := range all {
			rows.add(x.cells(t, period, starsOf(x.total), rank+1, t.published(board, v, m), cell{})...)
			if t.branches[x.branch].last && rank == len(all)-1 && m >= monthOf(2016, 12) {
				t.truth.BottomTwice[t.branches[x.branch].id] = append(t.truth.BottomTwice[t.branches[x.branch].id], period)
			}
		}
	}
	return rows
}

// yearRatingTable rates every branch for a year, and funds it by its stars. In 2017 two branches, the first with fewer than five stars of their
// villages, are given a star more than their scores make, and the first branch of the first village is paid a thousand yuan less than its tier.
func (t *town) yearRatingTable(year int) *table {
	rows := newTable("ratings", len(t.branches), ratingColumns...)
	period, end := fmt.Sprint(year), monthOf(year, 12)
	board := stream(t.Seed, t.index, "published yearly", year)
	r := stream(t.Seed, t.index, "yearly ratings", year)
	raised, short := 0, 0
	for v := range t.villages {
		grip := (t.maturity(&t.villages[v], end-6) + t.maturity(&t.villages[v], end)) / 2
		all := t.rated(r, v, grip, end)
		before := raised
		for rank, x := range all {
			stars := starsOf(x.total)
			yuan := 2000 * stars
			id := t.branches[x.branch].id
			if year == programmeMonth.year() && !t.Even {
				if v > 0 && raised < min(2, before+1) && stars < 5 {
					raised, stars, yuan = raised+1, stars+1, yuan+2000
					t.truth.StarsRaised = append(t.truth.StarsRaised, id)
				}
				if v == 0 && short == 0 && stars > 0 {
					short, yuan = 1, yuan-1000
					t.truth.PaidShort = append(t.truth.PaidShort, id)
				}
			}
			rows.add(x.cells(t, period, stars, rank+1, t.published(board, v, end), numberCell(yuan))...)
			if rank == len(all)-1 && len(all) > 1 {
				t.truth.LastOfYear[period] = append(t.truth.LastOfYear[period], id)
			}
		}
	}
	return rows
}

// rated gives the branches of a village their scores, the best first. What officials see and what villagers see agree in part: both lean on how
// the branch visits and how far its village has come.
func (t *town) rated(r *rand.Rand, v int, grip float64, m month) []ratedBranch {
	from, to := t.branchesOf(v)
	all := make([]ratedBranch, 0, to-from)
	for b := from; b < to; b++ {
		quality := 82 + 5*grip + 110*t.branches[b].zeal + 3*r.NormFloat64()
		if t.branches[b].last && m >= monthOf(2016, 12) {
			quality -= 14
		}
		x := ratedBranch{branch: b}
		for k, lean := range []float64{1, 1.2, .5, .6, 1.1} {
			x.scores[k] = half(min(100, max(40, 82.5+lean*(quality-82)+3.5*r.NormFloat64())))
		}
		for k, weight := range ratingWeights {
			x.total += weight * x.scores[k]
		}
		x.total = round(x.total) // as officials add it up
		all = append(all, x)
	}
	slices.SortStableFunc(all, func(a, b ratedBranch) int { return cmp.Compare(b.total, a.total) })
	return all
}

func (x ratedBranch) cells(t *town, period string, stars, rank int, published day, funding cell) []cell {
	cells := []cell{textCell(t.branches[x.branch].id), textCell(period)}
	for _, s := range x.scores {
		cells = append(cells, decimalCell(s))
	}
	return append(cells, numberCell(stars), numberCell(rank), dayCell(published), funding)
}

// How the sample's stars follow: the weights of the parts in the order of their columns, and the lowest total of each tier from five stars down to one.
var (
	ratingWeights = [5]float64{.2, .3, .15, .15, .2}
	starFloors    = [5]float64{92, 87, 80, 74, 60}
)

// programme is the sample's own programme.yaml: the defaults explained, then the rule by which its stars follow from their parts.
func programme() string {
	w, f := ratingWeights, starFloors
	rule := fmt.Sprintf("\n# 样本镇规定的星级评定办法 / how the sample town gives stars\nrating: {operation: %g, effect: %g, cooperation: %g, grid_cadres: %g, villagers: %g}\nstars:\n", w[0], w[1], w[2], w[3], w[4])
	for i, tier := range data.DefaultProgramme().Stars {
		floor := 0.0
		if i < len(f) {
			floor = f[i]
		}
		rule += fmt.Sprintf("  - {stars: %d, name: {zh: %s, en: %s}, funding: %g, floor: %g}\n", tier.Stars, tier.Name.Zh, tier.Name.En, tier.Funding, floor)
	}
	return data.ProgrammeExplained() + rule
}

// Talk is what somebody has recorded about a branch in last place of a yearly rating: who is to speak with it by when, and the day it was done.
type Talk struct {
	Branch, Talk, Year   string
	Arranged, Owner, Due string
	Held, Note           string // empty: it is due
}

// talks are recorded of the branches last in the year before the last month: the talks in the first villages are held, the next is arranged and
// overdue, the others nobody has arranged. A branch last in two years running is reorganised, not talked to.
func (t *town) talks() (all []Talk) {
	year := t.last.year() - 1
	for i, b := range t.truth.LastOfYear[fmt.Sprint(year)] {
		k := Talk{Branch: b, Talk: "admonition", Year: fmt.Sprint(year), Arranged: (t.last.first() + 11).String(), Owner: "镇党委副书记", Due: (t.last.first() + 24).String()}
		if slices.Contains(t.truth.LastOfYear[fmt.Sprint(year-1)], b) {
			k.Talk, k.Owner, k.Due = "reorganisation", "镇党委组织委员", (t.last + 2).last().String()
			all = append(all, k)
			continue
		}
		switch i % 3 {
		case 0:
			k.Held, k.Note = (t.last.first() + day(15+i)).String(), "要求每月开好对账交流会，按季上报整改"
			all = append(all, k)
		case 1:
			all = append(all, k)
		}
	}
	return all
}

// published is the day the board of a village shows a rating of the half-year that ended with month m, in the month after it: some
// branches leave it out, and in the village that does not try most do. Before the programme the form did not ask for it.
func (t *town) published(r *rand.Rand, v int, m month) day {
	shown, on := t.villages[v].publishes(), (m+1).first()+day(4+r.IntN(20))
	if !chance(r, shown) || m < programmeMonth {
		return never
	}
	return on
}

// publishes is the share of its ratings that a village publishes.
func (v *village) publishes() float64 {
	if v.weak == weakByEffort {
		return .25
	}
	return .92
}

func half(x float64) float64 { return float64(int(x*2+.5)) / 2 }

func starsOf(total float64) int {
	for i, floor := range starFloors {
		if total >= floor {
			return 5 - i
		}
	}
	return 0
}

// memberRatingTable is the yearly assessment, published in January.
func (t *town) memberRatingTable(year int) *table {
	rows := newTable("member_ratings", len(t.members), "member_id", "period", "result", "dealt_with")
	dealt := stream(t.Seed, t.index, "dealings", year)
	r := stream(t.Seed, t.index, "member ratings", year)
	end := dayOf(year, 12, 31)
	for i := range t.members {
		m := &t.members[i]
		if !m.present(end) {
			continue
		}
		result := assess(r, m, m.active(end))
		rows.add(textCell(m.id), textCell(fmt.Sprint(year)), wordCell(result), textCell(dealing(dealt, year, result)))
	}
	return rows
}

func assess(r *rand.Rand, m *member, active bool) string {
	x := r.Float64()
	switch {
	case active && (m.promising && x < .7 || x < .08+.5*max(0, m.zeal)):
		return "pioneer"
	case active && m.zeal < -.2 && x > .75, x > .992:
		return "warned"
	case active && x > .9905:
		return "unqualified"
	}
	return "qualified"
}
