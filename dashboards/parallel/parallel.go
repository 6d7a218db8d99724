// Package parallel does parts of one piece of work at the same time.
//
// Functions enter, the first error leaves. Nothing is written, so a crash costs nothing. It refuses no function and sets no limit to
// how many run. It knows neither pages nor data.
package parallel

import (
	"context"
	"fmt"
	"runtime/debug"

	"golang.org/x/sync/errgroup"
)

// Do runs all functions and waits for them. The first error ends the context of the others and is returned. A panic of one panics
// where Do was called: in a goroutine of its own it would end the whole program.
func Do(ctx context.Context, all ...func(context.Context) error) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, do := range all {
		group.Go(func() (err error) {
			defer func() {
				if value := recover(); value != nil {
					err = panicked{value, debug.Stack()}
				}
			}()
			return do(ctx)
		})
	}
	err := group.Wait()
	if p, is := err.(panicked); is { //nolint:errorlint // it is returned as it is
		panic(fmt.Sprintf("%v\n%s", p.value, p.stack))
	}
	return err
}

// panicked is a panic on its way to whoever waits.
type panicked struct {
	value any
	stack []byte
}

// Error says what the panic said.
func (p panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }
