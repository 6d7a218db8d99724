package gate

import (
	"maps"
	"slices"
)

// withhold marks the cells that are not given out: those of 1 to 4 persons or households, of what a rate counts, leaves out or stands
// on (the threshold rule for primary suppression), and then others, the smallest first, until no sum that a reader can do gives
// one of them back, alone or as a small sum of several, nor tells more of it than that there are few (secondary suppression). The method is that of Hundepool et al., Handbook on
// Statistical Disclosure Control (2nd edition, 2024), chapter 5.4: the linear relations among cells are set up, and an audit asks
// which unknowns they determine; the heuristic of choosing partners is greedy and withholds more cells than the least possible.
func (p *paper) withhold() {
	guarded := map[int]bool{} // numbers that must not be known
	for _, c := range p.cells {
		for _, q := range c.quantities {
			if small(p.quantities[q].value) {
				guarded[q] = true
				p.hide(c)
			}
		}
	}
	beside := make([][]int, len(p.quantities)) // the relations of a quantity
	for n, r := range p.relations {
		for _, t := range r {
			beside[t.quantity] = append(beside[t.quantity], n)
		}
	}
	for {
		hidden := 0
		found := p.exposed(guarded)
		if len(found) == 0 {
			found = p.narrowed(guarded)
		}
		for _, q := range slices.Sorted(maps.Keys(found)) {
			if c := p.partner(q, beside); c != nil {
				p.hide(c)
				hidden++
			}
		}
		for _, r := range p.relations {
			if p.smallSum(r) {
				if c := p.partnerIn(r); c != nil {
					p.hide(c)
					hidden++
				}
			}
		}
		if hidden == 0 {
			return
		}
	}
}

// hide withholds a cell, and wherever else its numbers stand.
func (p *paper) hide(c *cell) {
	if c.withheld {
		return
	}
	c.withheld = true
	for _, q := range c.quantities {
		for _, other := range p.quantities[q].cells {
			p.hide(other)
		}
	}
}

func (p *paper) unknown(q int) bool { return p.quantities[q].cells[0].withheld }

// smallSum reports whether what is withheld of a sum adds up to too few, which then are known together.
func (p *paper) smallSum(r relation) bool {
	var added int64
	for _, t := range r {
		if !p.unknown(t.quantity) {
			continue
		}
		if t.sign < 0 {
			return false
		}
		added += p.quantities[t.quantity].value
	}
	return small(added)
}

// partner is the cell to withhold beside a number that the relations give back: in one of its own relations, else in one of the nearest that
// share something withheld with them; nil: all of them are withheld.
func (p *paper) partner(q int, beside [][]int) *cell {
	seen, asked := map[int]bool{}, map[int]bool{q: true}
	for next := []int{q}; len(next) > 0; next = next[1:] {
		for _, n := range beside[next[0]] {
			if seen[n] {
				continue
			}
			seen[n] = true
			if c := p.partnerIn(p.relations[n]); c != nil {
				return c
			}
			for _, t := range p.relations[n] {
				if !asked[t.quantity] {
					asked[t.quantity] = true
					next = append(next, t.quantity)
				}
			}
		}
	}
	return nil
}

// partnerIn is the cheapest cell of a relation that is still given out: a row before a total, something before nothing, the smaller one.
func (p *paper) partnerIn(r relation) *cell {
	var best *cell
	rank := func(c *cell, value int64) (int, int64) {
		switch {
		case c.total:
			return 2, value
		case value == 0:
			return 1, value
		}
		return 0, value
	}
	var bestRank int
	var bestValue int64
	for _, t := range r {
		if p.unknown(t.quantity) {
			continue
		}
		c := p.quantities[t.quantity].cells[0]
		at, value := rank(c, p.quantities[t.quantity].value)
		if t.sign < 0 {
			at = 2
		}
		if best == nil || at < bestRank || at == bestRank && value < bestValue {
			best, bestRank, bestValue = c, at, value
		}
	}
	return best
}

// prime is the modulus of the audit: a number that is determined by fractions is so by remainders too, but for a chance of one in 2³¹.
const prime = 1<<31 - 1

// exposed are the guarded numbers that the relations determine, by Gauss and Jordan's elimination over what is withheld: a row that is
// left with a single unknown gives it back.
func (p *paper) exposed(guarded map[int]bool) map[int]bool {
	pivots := map[int]map[int]uint64{} // reduced rows by the unknown they are solved for
	users := map[int]map[int]bool{}    // in which of them an unknown stands
	for _, r := range p.relations {
		row := map[int]uint64{}
		for _, t := range r {
			if p.unknown(t.quantity) {
				add(row, t.quantity, uint64(t.sign+prime)%prime)
			}
		}
		for _, q := range slices.Sorted(maps.Keys(row)) { // a solved row holds no other solved unknown
			if solved, has := pivots[q]; has {
				subtract(row, solved, row[q])
			}
		}
		if len(row) == 0 {
			continue
		}
		lead := slices.Min(slices.Collect(maps.Keys(row)))
		scale(row, inverse(row[lead]))
		for other := range users[lead] {
			above := pivots[other]
			before := slices.Collect(maps.Keys(above))
			subtract(above, row, above[lead])
			for _, q := range before {
				delete(users[q], other)
			}
			for q := range above {
				use(users, q, other)
			}
		}
		pivots[lead] = row
		for q := range row {
			use(users, q, lead)
		}
	}
	given := map[int]bool{}
	for q, row := range pivots {
		if len(row) == 1 && guarded[q] {
			given[q] = true
		}
	}
	return given
}

func use(users map[int]map[int]bool, q, row int) {
	if users[q] == nil {
		users[q] = map[int]bool{}
	}
	users[q][row] = true
}

func add(row map[int]uint64, q int, n uint64) {
	if sum := (row[q] + n) % prime; sum == 0 {
		delete(row, q)
	} else {
		row[q] = sum
	}
}

// subtract takes a row off another, so many times.
func subtract(from, row map[int]uint64, times uint64) {
	if times == 0 {
		return
	}
	for q, n := range row {
		add(from, q, (prime-times)*n%prime)
	}
}

func scale(row map[int]uint64, by uint64) {
	for q := range row {
		row[q] = row[q] * by % prime
	}
}

// inverse is 1/n, by Fermat.
func inverse(n uint64) uint64 {
	result := uint64(1)
	for power := prime - 2; power > 0; power >>= 1 {
		if power&1 == 1 {
			result = result * n % prime
		}
		n = n * n % prime
	}
	return result
}
