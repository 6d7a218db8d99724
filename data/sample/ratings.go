package sample

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
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

// ratingTable rates every branch for the half-year that ended with month m. What officials see and what villagers
// see agree in part: both lean on how the branch visits and how far its village has come.
func (t *town) ratingTable(m month) *table {
	period, _ := halfYearEnding(m)
	rows := newTable("ratings", len(t.branches), "branch_id", "period", "operation", "effect", "cooperation", "grid_cadre_score",
		"villager_score", "stars", "rank", "published_on", "funding")
	board := stream(t.Seed, t.index, "published", int(m))
	r := stream(t.Seed, t.index, "ratings", int(m))
	for v := range t.villages {
		from, to := t.branchesOf(v)
		grip := t.maturity(&t.villages[v], m)
		type rated struct {
			branch int
			scores [5]float64
			total  float64
		}
		all := make([]rated, 0, to-from)
		for b := from; b < to; b++ {
			quality := 82 + 5*grip + 110*t.branches[b].zeal + 3*r.NormFloat64()
			if t.branches[b].last && m >= monthOf(2016, 12) {
				quality -= 14
			}
			x := rated{branch: b}
			for k, lean := range []float64{1, 1.2, .5, .6, 1.1} {
				x.scores[k] = half(min(100, max(40, 82.5+lean*(quality-82)+3.5*r.NormFloat64())))
			}
			x.total = .2*x.scores[0] + .3*x.scores[1] + .15*x.scores[2] + .15*x.scores[3] + .2*x.scores[4]
			all = append(all, x)
		}
		slices.SortStableFunc(all, func(a, b rated) int { return cmp.Compare(b.total, a.total) })
		for rank, x := range all {
			stars, funding := starsOf(x.total)
			cells := []cell{textCell(t.branches[x.branch].id), textCell(period)}
			for _, s := range x.scores {
				cells = append(cells, decimalCell(s))
			}
			rows.add(append(cells, numberCell(stars), numberCell(rank+1), dayCell(t.published(board, v, m)), numberCell(funding))...)
			if t.branches[x.branch].last && rank == len(all)-1 && m >= monthOf(2016, 12) {
				t.truth.BottomTwice[t.branches[x.branch].id] = append(t.truth.BottomTwice[t.branches[x.branch].id], period)
			}
		}
	}
	return rows
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

func starsOf(total float64) (stars, funding int) {
	for i, floor := range []float64{92, 87, 80, 74, 60} {
		if total >= floor {
			return 5 - i, 2000 * (5 - i)
		}
	}
	return 0, 0
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
