package signals

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAllocate(t *testing.T) {
	for _, c := range []struct {
		holds []int
		size  int
		want  []int
	}{
		{[]int{100, 200, 300}, 6, []int{1, 2, 3}},
		{[]int{1, 0, 1000}, 30, []int{1, 0, 29}}, // no village with a visit is left out
		{[]int{2, 1}, 30, []int{2, 1}},           // all there is
		{[]int{5, 5, 5}, 2, []int{1, 1, 1}},      // one of each, though it is more than was asked for
		{nil, 30, []int{}},
	} {
		if diff := cmp.Diff(c.want, append([]int{}, Allocate(c.holds, c.size)...)); diff != "" {
			t.Errorf("%v, %d: %s", c.holds, c.size, diff)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		holds, total, some := make([]int, 1+rng.IntN(25)), 0, 0
		for i := range holds {
			holds[i] = rng.IntN(60)
			total += holds[i]
			if holds[i] > 0 {
				some++
			}
		}
		size, sum := 1+rng.IntN(60), 0
		for i, n := range Allocate(holds, size) {
			sum += n
			if n > holds[i] || (n == 0) != (holds[i] == 0) {
				t.Fatalf("of %v a sample of %d takes %d of number %d", holds, size, n, i)
			}
		}
		if want := min(total, max(size, some)); sum != want {
			t.Fatalf("of %v a sample of %d is %d, want %d", holds, size, sum, want)
		}
	}
}
