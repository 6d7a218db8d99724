package gate

import "math"

// span is what is known of a number that is withheld: the least and the most it can be.
type span struct{ low, high int64 }

const boundless = math.MaxInt64 / 4

// mostRounds bounds how often the sums are gone through; bounds that still move then are wide ones, as each round gains one at least.
const mostRounds = 40

// narrowed are the guarded numbers of which the sums tell more than that there are few: counts are no less than nothing, so a withheld number is
// no more than what its sums leave for it, and no less than what the others leave. A number of 1 to 4 has to be possible as each of 1, 2, 3 and
// 4. The bounds are those of the shuttle algorithm (Buzzigoli and Giusti 1999; Hundepool et al., Handbook on Statistical Disclosure Control,
// 2nd edition, 2024, chapter 5): each sum bounds each of its numbers by the bounds of the others, again and again until nothing moves.
// A linear programme may find narrower ones in tables of more than two dimensions.
func (p *paper) narrowed(guarded map[int]bool) map[int]bool {
	known := p.spans()
	given := map[int]bool{}
	for q := range guarded {
		n, of := p.quantities[q].value, known[q]
		if n > 0 && (of.low > 1 || of.high < smallest-1) || n < 0 && of.high-of.low < smallest-1 {
			given[q] = true
		}
	}
	return given
}

// spans are the bounds of all that is withheld.
func (p *paper) spans() []span {
	known := make([]span, len(p.quantities))
	for q, n := range p.quantities {
		known[q] = span{n.value, n.value}
		if p.unknown(q) {
			if known[q] = (span{0, boundless}); n.value < 0 { // a change, which may go either way
				known[q].low = -boundless
			}
		}
	}
	for range mostRounds {
		moved := false
		for _, r := range p.relations {
			moved = p.bound(r, known) || moved
		}
		if !moved {
			break
		}
	}
	return known
}

// bound draws the bounds of the numbers of a sum closer by those of the others, and reports whether one has moved.
func (p *paper) bound(r relation, known []span) (moved bool) {
	var sum int64 // what the numbers that are withheld add up to, which everybody can work out
	low, high := int64(0), int64(0)
	lows, highs := 0, 0 // how many have no bound
	signed := func(t term) span {
		of := known[t.quantity]
		if t.sign < 0 {
			return span{-of.high, -of.low}
		}
		return of
	}
	for _, t := range r {
		if !p.unknown(t.quantity) {
			continue
		}
		sum += int64(t.sign) * p.quantities[t.quantity].value
		of := signed(t)
		if of.low <= -boundless {
			lows++
		} else {
			low += of.low
		}
		if of.high >= boundless {
			highs++
		} else {
			high += of.high
		}
	}
	for _, t := range r {
		if !p.unknown(t.quantity) {
			continue
		}
		was := signed(t)
		of := was
		// The most is what is left when the others are the least they can be.
		switch {
		case lows == 0:
			of.high = min(of.high, sum-(low-was.low))
		case lows == 1 && was.low <= -boundless:
			of.high = min(of.high, sum-low)
		}
		switch {
		case highs == 0:
			of.low = max(of.low, sum-(high-was.high))
		case highs == 1 && was.high >= boundless:
			of.low = max(of.low, sum-high)
		}
		if of == was {
			continue
		}
		moved = true
		low, lows = exchanged(low, lows, was.low, of.low, -boundless)
		high, highs = exchanged(high, highs, was.high, of.high, boundless)
		if t.sign < 0 {
			of = span{-of.high, -of.low}
		}
		known[t.quantity] = of
	}
	return moved
}

// exchanged is a sum of bounds, and how many have none, after one of them has moved.
func exchanged(sum int64, without int, was, is, none int64) (int64, int) {
	if was == is {
		return sum, without
	}
	if was == none {
		return sum + is, without - 1
	}
	return sum + is - was, without
}
