package reading

import (
	"cmp"
	"math"
	"slices"
)

// Order sorts readings for the question "what changed since last month": signals before common variation before what is
// not judged; signals by how surely they are none of chance, then by how far the value moved from its centre; the rest
// by how far it moved since last month. Equal ones keep their order.
func Order(readings []Reading) {
	slices.SortStableFunc(readings, func(a, b Reading) int {
		if c := cmp.Compare(rank(a), rank(b)); c != 0 {
			return c
		}
		if a.Signal() {
			if c := cmp.Compare(math.Round(b.Surprise*10), math.Round(a.Surprise*10)); c != 0 {
				return c
			}
			return cmp.Compare(b.relative(b.Value-b.Centre.Or(b.Value)), a.relative(a.Value-a.Centre.Or(a.Value)))
		}
		return cmp.Compare(b.relative(b.Change()), a.relative(a.Change()))
	})
}

func rank(r Reading) int {
	switch r.Variation {
	case Improving, Worsening:
		return 0
	case Shift:
		return 1
	case Common:
		return 2
	case Unread:
		return 3
	default:
		return 4
	}
}

// relative is a change as a part of the value it started from; shares change in points, so that 1% to 2% does not pass
// for doubling the work.
func (r Reading) relative(change float64) float64 {
	if math.IsNaN(change) {
		return 0
	}
	if r.Measure.Unit == "share" {
		return math.Abs(change)
	}
	return math.Abs(change) / math.Max(math.Abs(r.Value-change), 1)
}
