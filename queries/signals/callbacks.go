package signals

import "slices"

// Allocate says how many units of each stratum a sample of the given size draws: in proportion to what the strata hold, by largest
// remainders, but at least one of each that holds any. Neyman (1934) calls it proportional allocation. No stratum gives more than it
// holds; where more strata hold something than the size allows, the sample is as large as there are such strata.
func Allocate(holds []int, size int) []int {
	drawn := make([]int, len(holds))
	total, left := 0, size
	for i, n := range holds {
		total += n
		if n > 0 {
			drawn[i], left = 1, left-1
		}
	}
	if total <= size {
		return slices.Clone(holds)
	}
	for ; left > 0; left-- {
		at, most := -1, 0.0
		for i, n := range holds {
			if due := float64(size)*float64(n)/float64(total) - float64(drawn[i]); drawn[i] < n && (at < 0 || due > most) {
				at, most = i, due
			}
		}
		drawn[at]++
	}
	return drawn
}
