package parallel_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"hulian/dashboards/parallel"
)

func TestPartsRunAtTheSameTime(t *testing.T) {
	met := make(chan int)
	if err := parallel.Do(t.Context(), func(context.Context) error { met <- 7; return nil }, func(context.Context) error { <-met; return nil }); err != nil {
		t.Error(err)
	}
}

func TestTheFirstErrorEndsTheOthers(t *testing.T) {
	mine := errors.New("no rows")
	err := parallel.Do(t.Context(), func(context.Context) error { return mine }, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	if !errors.Is(err, mine) {
		t.Errorf("got %v", err)
	}
}

func TestAPanicReachesWhoeverWaits(t *testing.T) {
	defer func() {
		if said, _ := recover().(string); !strings.HasPrefix(said, "at the disco") || !strings.Contains(said, "TestAPanicReachesWhoeverWaits") {
			t.Errorf("the panic says %q", said)
		}
	}()
	_ = parallel.Do(t.Context(), func(context.Context) error { panic("at the disco") })
	t.Error("it does not panic")
}
