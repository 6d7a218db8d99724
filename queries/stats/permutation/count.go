package permutation

import (
	"math"
	"math/rand/v2"

	"hulian/queries/stats/estimate"
)

// counter sorts assignments by the sum of the treated outcomes, on which the difference of means depends alone.
type counter struct {
	values               []float64
	n1                   int
	sum, expected, slack float64 // seen, mean over all assignments, and what rounding may amount to
	rounding             float64 // of one value
	less, equal, greater float64
	extreme              float64
}

// observe moves the values to around 0, where their differences are, and adds up the treated. Beside values near 1e9 the
// rounding of a sum would hide a difference of 0.1; what is left then is that of the values themselves.
func (c *counter) observe(rounding float64) {
	middle, most := c.values[0], 0.0
	for _, v := range c.values {
		most = math.Max(most, math.Abs(v))
	}
	var total, size float64
	for i, v := range c.values {
		v -= middle
		c.values[i] = v
		if i < c.n1 {
			c.sum += v
		}
		total += v
		size += math.Abs(v)
	}
	c.rounding = math.Max(rounding, ulp*most)
	c.expected = total * float64(c.n1) / float64(len(c.values))
	c.slack = 1e-11*(size+1e-300) + float64(len(c.values))*c.rounding
}

// ulp is what a number of 1 is rounded by.
const ulp = 0x1p-52

func (c *counter) add(sum, times float64) {
	switch d := sum - c.sum; {
	case d > c.slack:
		c.greater += times
	case d < -c.slack:
		c.less += times
	default:
		c.equal += times
	}
	if math.Abs(sum-c.expected) >= math.Abs(c.sum-c.expected)-c.slack {
		c.extreme += times
	}
}

// scaled is a set of outcomes as whole numbers from 0: value = from + step × whole.
type scaled struct {
	whole      []int
	from, step float64
}

// mostOff is how far from a whole number of steps rounding may carry a value.
const mostOff = 1e-3

// integers finds a decimal step of which all values are multiples, each known to within rounding.
func integers(x []float64, rounding float64) (scaled, bool) {
	low := x[0]
	for _, v := range x {
		low = math.Min(low, v)
	}
	for _, per := range []float64{1, 10, 100, 1000, 1e4, 1e5, 1e6} {
		whole := make([]int, len(x))
		divisor, ok := 0, 2*rounding*per < mostOff
		if !ok {
			break
		}
		for i, v := range x {
			k := (v - low) * per
			r := math.Round(k)
			if ok = r < 1<<40 && math.Abs(k-r) <= 1e-9*math.Max(1, r)+2*rounding*per; !ok {
				break
			}
			whole[i] = int(r)
			divisor = gcd(divisor, whole[i])
		}
		if !ok {
			continue
		}
		if divisor > 1 {
			for i := range whole {
				whole[i] /= divisor
			}
		}
		return scaled{whole, low, float64(max(divisor, 1)) / per}, true
	}
	return scaled{}, false
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// mostCells bounds the work of counting by sums.
const mostCells = 4e8

// bySums gives, for every sum of n1 of the whole numbers, how many assignments have it: exact up to the 53 bits of a
// float, and within 1e-13 of the share beyond. It declines when the table would be too large.
func (c *counter) bySums(s scaled, add func(sum, times float64)) bool {
	n1, n := c.n1, len(s.whole)
	k := min(n1, n-n1) // the smaller group's sums, then turned round
	top := make([]int, 0, n)
	all := 0
	for _, w := range s.whole {
		top = append(top, w)
		all += w
	}
	reach := 0
	for range k { // the k largest
		at := 0
		for i, w := range top {
			if w > top[at] {
				at = i
			}
		}
		reach += top[at]
		top[at] = -1
		if float64(reach)*float64(n)*float64(k) > mostCells || float64(reach)*float64(k) > 4e7 {
			return false
		}
	}
	if choose(n, k) > 1e300 {
		return false
	}
	ways := make([][]float64, k+1)
	for i := range ways {
		ways[i] = make([]float64, reach+1)
	}
	ways[0][0] = 1
	for seen, w := range s.whole {
		for i := min(k, seen+1); i >= 1; i-- {
			for sum := reach; sum >= w; sum-- {
				if v := ways[i-1][sum-w]; v > 0 {
					ways[i][sum] += v
				}
			}
		}
	}
	for sum, count := range ways[k] {
		if count == 0 {
			continue
		}
		whole := sum
		if k != n1 {
			whole = all - sum
		}
		add(float64(n1)*s.from+s.step*float64(whole), count)
	}
	return true
}

// oneByOne goes through every choice of n1 values and gives its sum.
func (c *counter) oneByOne(add func(sum, times float64)) {
	eachChoice(len(c.values), c.n1, func(chosen []int) {
		var sum float64
		for _, i := range chosen {
			sum += c.values[i]
		}
		add(sum, 1)
	})
}

// eachChoice goes through every choice of k of n in lexicographic order.
func eachChoice(n, k int, visit func(chosen []int)) {
	chosen := make([]int, k)
	for i := range chosen {
		chosen[i] = i
	}
	for {
		visit(chosen)
		i := k - 1
		for i >= 0 && chosen[i] == n-k+i {
			i--
		}
		if i < 0 {
			return
		}
		chosen[i]++
		for j := i + 1; j < k; j++ {
			chosen[j] = chosen[j-1] + 1
		}
	}
}

// deal draws the treated anew and gives their sum.
func (c *counter) deal(r *rand.Rand) float64 {
	var sum float64
	for i := range c.n1 {
		j := i + r.IntN(len(c.values)-i)
		c.values[i], c.values[j] = c.values[j], c.values[i]
		sum += c.values[i]
	}
	return sum
}

// fisher is the two-sided p-value of Fisher's exact test: the tables no more likely than the one seen, equal to
// within 1e-7, as R's fisher.test has it.
func fisher(x []float64, n1 int) float64 {
	ones, seen := 0, 0
	for i, v := range x {
		if v == 1 {
			ones++
			if i < n1 {
				seen++
			}
		}
	}
	return tables(seen, n1, ones, len(x))
}

// Fisher is the two-sided p-value of Fisher's exact test of a out of n against b out of m; absent where a side is empty. It
// takes as long for thousands as for tens: nobody is dealt anew.
func Fisher(a, n, b, m int) estimate.Number {
	if n < 1 || m < 1 || a < 0 || b < 0 || a > n || b > m {
		return estimate.Absent()
	}
	return estimate.Of(tables(a, n, a+b, n+m))
}

// tables sums the probabilities of the tables with the same margins: n1 of n in the first group, ones of n with the event.
func tables(seen, n1, ones, n int) float64 {
	logp := func(k int) float64 {
		return logChoose(ones, k) + logChoose(n-ones, n1-k) - logChoose(n, n1)
	}
	at := logp(seen)
	var p float64
	for k := max(0, n1-(n-ones)); k <= min(n1, ones); k++ {
		if l := logp(k); l <= at+1e-7 {
			p += math.Exp(l)
		}
	}
	return math.Min(1, p)
}

func logChoose(n, k int) float64 {
	a, _ := math.Lgamma(float64(n) + 1)
	b, _ := math.Lgamma(float64(k) + 1)
	c, _ := math.Lgamma(float64(n-k) + 1)
	return a - b - c
}
