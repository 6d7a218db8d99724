package profile

import (
	"math"
	"slices"
)

// Graded are units sorted into grades, best first. Grade 1 is the best.
type Graded struct {
	Grades     []int   // by unit; 0: not known
	Count      int     // grades given
	Misordered float64 // expected share of the pairs set in different grades that are the wrong way round
	Surety     float64 // a pair is worth setting apart where its order is at least this sure
}

// surest to least sure order of a pair that is worth two grades; the first under which the bound holds is taken.
var sureties = []float64{.75, .8, .85, .9, .95, .98, .99, .995}

// Grade sorts units into grades of which at most a share of the pairs set apart is expected to be the wrong way round. A pair set
// apart gains (1−s) × the chance of its being right and loses s × that of its being wrong, with s the surety; equal grades gain
// and lose nothing. This is the loss of Kline, Rose & Walters (2024, American Economic Review 114:2472–2525). The units stand in
// the order of their posterior medians, and the grades that gain most among all that keep this order are found exactly by
// dynamic programming, so that no solver is needed. Where the order of two units' medians contradicts the chance of one being
// above the other, which takes posteriors of very different shape, an order outside it might gain more.
func Grade(units []Judged, bound float64) Graded {
	g := Graded{Grades: make([]int, len(units))}
	var order []int
	middles := make([]float64, len(units))
	for i, u := range units {
		if u.Known {
			order = append(order, i)
			middles[i] = u.Interval(0).Low.Value
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case middles[a] > middles[b]:
			return -1
		case middles[a] < middles[b]:
			return 1
		}
		return 0
	})
	above := pairs(units, order)
	for _, s := range sureties {
		ends := best(above, s)
		g.Surety = s
		g.Count, g.Misordered = len(ends), misordered(above, ends)
		from := 0
		for grade, end := range ends {
			for _, i := range order[from:end] {
				g.Grades[i] = grade + 1
			}
			from = end
		}
		if g.Misordered <= bound {
			break
		}
	}
	return g
}

// pairs gives, for every two units in order, the chance that the first is the better one.
func pairs(units []Judged, order []int) [][]float64 {
	dense := make([][]float64, len(order)) // chance of each node of the logit itself
	const wide = 400
	for a, i := range order {
		dense[a] = make([]float64, wide)
		from, chances := units[i].posterior()
		for j, p := range chances {
			dense[a][max(0, min(wide-1, int((logit(units[i].Centre)+at[from+j]+12)/step)))] += p
		}
	}
	above := make([][]float64, len(order))
	for a := range order {
		above[a] = make([]float64, len(order))
		for b := a + 1; b < len(order); b++ {
			var under, chance float64
			for k := range wide {
				chance += dense[a][k] * (under + dense[b][k]/2)
				under += dense[b][k]
			}
			above[a][b] = chance
		}
	}
	return above
}

// best cuts the order into grades; it returns where each ends.
func best(above [][]float64, s float64) []int {
	n := len(above)
	// inside[a][b] sums, over all pairs of the units a to b−1, the gain from putting the two units of a pair into different
	// grades. Units that share a grade forgo it, so the best cut leaves the least gain inside its grades.
	inside := make([][]float64, n+1)
	for a := n; a >= 0; a-- {
		inside[a] = make([]float64, n+1)
		var row float64
		for b := a + 1; b <= n; b++ {
			if b-1 > a {
				row += (1-s)*above[a][b-1] - s*(1-above[a][b-1])
			}
			inside[a][b] = inside[min(a+1, n)][b] + row
		}
	}
	least, from := make([]float64, n+1), make([]int, n+1)
	for b := 1; b <= n; b++ {
		least[b] = math.Inf(1)
		for a := range b {
			if lost := least[a] + inside[a][b]; lost < least[b]-1e-12 {
				least[b], from[b] = lost, a
			}
		}
	}
	var ends []int
	for b := n; b > 0; b = from[b] {
		ends = append(ends, b)
	}
	slices.Reverse(ends)
	return ends
}

func misordered(above [][]float64, ends []int) float64 {
	grade := make([]int, len(above))
	from := 0
	for k, end := range ends {
		for i := from; i < end; i++ {
			grade[i] = k
		}
		from = end
	}
	var wrong, all float64
	for a := range above {
		for b := a + 1; b < len(above); b++ {
			if grade[a] != grade[b] {
				wrong, all = wrong+1-above[a][b], all+1
			}
		}
	}
	if all == 0 {
		return 0
	}
	return wrong / all
}
