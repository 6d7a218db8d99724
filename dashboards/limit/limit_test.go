package limit

import (
	"strconv"
	"testing"
	"time"
)

func TestAKeyPassesAsOftenAsItMay(t *testing.T) {
	now := time.Unix(1_500_000_000, 0)
	b := New(3*time.Second, 2)
	b.now = func() time.Time { return now }
	for i, want := range []time.Duration{0, 0, 3 * time.Second, 3 * time.Second} {
		if got := b.Take("a"); got.Round(time.Millisecond) != want {
			t.Errorf("try %d waits %s, want %s", i, got, want)
		}
	}
	if got := b.Take("b"); got != 0 {
		t.Errorf("another key waits %s", got)
	}
	now = now.Add(2 * time.Second)
	if got := b.Take("a").Round(time.Millisecond); got != time.Second {
		t.Errorf("after two seconds it waits %s more, want 1s", got)
	}
	now = now.Add(time.Second)
	if got := b.Take("a"); got != 0 {
		t.Errorf("after the time it was told it waits %s more", got)
	}
}

func TestManyKeysTakeBoundedMemory(t *testing.T) {
	b := New(time.Second, 1)
	for i := range mostKeys + 100 {
		b.Take(strconv.Itoa(i))
	}
	if len(b.by) != mostKeys {
		t.Errorf("%d keys are kept, want %d", len(b.by), mostKeys)
	}
}
