package trials

import (
	"runtime"
	"testing"
)

// judge is a test that notes whether it was failed.
type judge struct {
	testing.TB
	failed bool
}

func (j *judge) Helper() {}

func (j *judge) Fatalf(string, ...any) {
	j.failed = true
	runtime.Goexit()
}

func TestTheEnvironmentAsksForMore(t *testing.T) {
	for text, want := range map[string]int{"": 3, "200": 200, "many": 0, "-1": 0, "0": 0, " 7": 0} {
		t.Setenv("HULIAN_SEEDS", text)
		j, got := &judge{}, 0
		done := make(chan struct{})
		go func() {
			defer close(done)
			got = Seeds(j, 3)
		}()
		<-done
		if got != want || j.failed != (want == 0) {
			t.Errorf("HULIAN_SEEDS=%q: %d, failed %t; want %d", text, got, j.failed, want)
		}
	}
}

func TestTheEnvironmentNamesTheFirstSeed(t *testing.T) {
	for text, want := range map[string]uint64{"": 0, "0": 0, "1000000": 1000000, "first": 0, "-1": 0, "1e6": 0} {
		t.Setenv("HULIAN_FIRST_SEED", text)
		j, got := &judge{}, uint64(0)
		done := make(chan struct{})
		go func() {
			defer close(done)
			got = First(j)
		}()
		<-done
		if refused := text == "first" || text == "-1" || text == "1e6"; got != want || j.failed != refused {
			t.Errorf("HULIAN_FIRST_SEED=%q: %d, failed %t; want %d", text, got, j.failed, want)
		}
	}
}
