package sample

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
)

// stream returns the random numbers of one purpose. Purposes do not share numbers, so that a change in one part of
// the town leaves the others as they were.
func stream(seed uint64, town int, purpose string, parts ...int) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(purpose))
	for _, part := range append([]int{town}, parts...) {
		h.Write([]byte{'/'})
		h.Write(strconv.AppendInt(nil, int64(part), 10))
	}
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// apportion splits total by the weights so that the parts are whole, at least minimum each and sum to total exactly:
// largest remainders (Hamilton). A total too small for the minimum is an error of the caller.
func apportion(total int, weights []float64, minimum int) []int {
	parts := make([]int, len(weights))
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	free := total - minimum*len(weights)
	if free < 0 {
		panic("apportion: " + strconv.Itoa(total) + " cannot give " + strconv.Itoa(minimum) + " to each of " + strconv.Itoa(len(weights)))
	}
	type rest struct {
		i    int
		left float64
	}
	rests := make([]rest, len(weights))
	given := 0
	for i, w := range weights {
		exact := float64(free) * w / sum
		parts[i] = minimum + int(exact)
		given += int(exact)
		rests[i] = rest{i, exact - math.Floor(exact)}
	}
	slices.SortStableFunc(rests, func(a, b rest) int {
		switch {
		case a.left > b.left:
			return -1
		case a.left < b.left:
			return 1
		}
		return 0
	})
	for i := range free - given {
		parts[rests[i%len(rests)].i]++
	}
	return parts
}

// apportionWithin is apportion with no part above its room; what does not fit goes to those that have room left.
func apportionWithin(total int, weights []float64, room []int) []int {
	parts := make([]int, len(weights))
	for left := total; left > 0; {
		open := make([]float64, len(weights))
		any := false
		for i, w := range weights {
			if parts[i] < room[i] {
				open[i], any = w, true
			}
		}
		if !any {
			return parts
		}
		for i, n := range apportion(left, open, 0) {
			n = min(n, room[i]-parts[i])
			parts[i] += n
			left -= n
		}
	}
	return parts
}

// wheel draws indices in proportion to weights.
type wheel []float64 // running sums

func newWheel(weights []float64) wheel {
	w := make(wheel, len(weights))
	sum := 0.0
	for i, x := range weights {
		sum += x
		w[i] = sum
	}
	return w
}

func (w wheel) draw(r *rand.Rand) int {
	x := r.Float64() * w[len(w)-1]
	i, _ := slices.BinarySearch(w, x)
	return min(i, len(w)-1)
}

// pick draws one of the values, each as likely as the other.
func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// chance is true with probability p.
func chance(r *rand.Rand, p float64) bool { return r.Float64() < p }

// between draws uniformly from low to high.
func between(r *rand.Rand, low, high float64) float64 { return low + (high-low)*r.Float64() }

// lognormal draws a duration with the given median; sigma is the standard deviation of its logarithm.
func lognormal(r *rand.Rand, median, sigma float64) float64 {
	return median * math.Exp(sigma*r.NormFloat64())
}

// poisson draws by multiplication (Knuth); means here are below 20.
func poisson(r *rand.Rand, mean float64) int {
	limit, product, n := math.Exp(-mean), r.Float64(), 0
	for product > limit {
		product *= r.Float64()
		n++
	}
	return n
}

// sampleOf draws n different indices below total, in ascending order.
func sampleOf(r *rand.Rand, total, n int) []int {
	chosen := r.Perm(total)[:min(n, total)]
	slices.Sort(chosen)
	return chosen
}
