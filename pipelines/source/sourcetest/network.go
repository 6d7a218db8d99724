package sourcetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/source"
	"hulian/pipelines/source/transfer"
)

// Impatient are limits for tests: three tries a few milliseconds apart, and a stall noticed within a second.
var Impatient = transfer.Limits{
	Tries: 3, FirstWait: 5 * time.Millisecond, LongestWait: 20 * time.Millisecond, Stall: 700 * time.Millisecond, Total: 30 * time.Second,
}

// Origin is a real server filled with files.
type Origin struct {
	Server  string                                           // its host:port
	Source  func(address string) source.Source               // reaches the server at another host:port, with Impatient limits
	Secrets []string                                         // what no error may show
	Resumes bool                                             // can begin in the middle of a file
	Mangle  func(t *testing.T, address string) source.Source // with a wrong secret; nil where there is none
}

// RunNetwork holds a source to what must be true when the line between it and its origin is bad: it tries again and
// goes on; what cannot be had is an error that names the origin and no secret, within the time allowed; and half a
// file is never taken for a whole one.
func RunNetwork(t *testing.T, fill func(t *testing.T, files []File) Origin) {
	large := Large("big.csv")
	set := func(t *testing.T) (Origin, *Wire, source.Source) {
		origin := fill(t, []File{large})
		wire := NewWire(t, origin.Server)
		return origin, wire, origin.Source(wire.Address())
	}
	const half = 1 << 20 // of the three megabytes of the large file

	for name, fate := range map[string]Fate{"breaks": {Break: true}, "stalls": {Stall: true}} {
		for _, at := range []struct {
			after int64
			where string
		}{{0, "at once"}, {100, "while it introduces itself"}} {
			fate.After = at.after
			t.Run("a listing whose connection "+name+" "+at.where+" is tried again", func(t *testing.T) {
				_, wire, src := set(t)
				wire.Fates(func(n int) Fate {
					if n == 0 {
						return fate
					}
					return Well
				})
				if items := collect(t, src); len(items) != 1 {
					t.Errorf("%d items, want 1", len(items))
				}
			})
		}
		fate.After = half
		t.Run("a file whose connection "+name+" half-way is whole in the end", func(t *testing.T) {
			origin, wire, src := set(t)
			items := collect(t, src)
			wire.Fates(func(n int) Fate {
				if n == 0 {
					return fate
				}
				return Well
			})
			if got := read(t, items[0]); !bytes.Equal(got, large.Content) {
				t.Errorf("%d bytes differ from the %d given", len(got), len(large.Content))
			}
			if wire.Connections() < 2 {
				t.Errorf("%d connections: the first one cannot have carried the file", wire.Connections())
			}
			if carried := wire.Bytes(); origin.Resumes && fate.Stall && carried > int64(len(large.Content)*5/4) { // a reset loses what was on its way
				t.Errorf("%d bytes for a file of %d: it did not go on where it broke", carried, len(large.Content))
			}
		})
		t.Run("a server gone after the connection "+name+" half-way is an error", func(t *testing.T) {
			origin, wire, src := set(t)
			items := collect(t, src)
			wire.Fates(func(n int) Fate {
				if n == 0 {
					return fate
				}
				return Fate{Break: true}
			})
			began := time.Now()
			content, err := attempt(t.Context(), items[0])
			if err == nil {
				t.Fatalf("%d bytes of %d taken for the whole", len(content), len(large.Content))
			}
			complain(t, origin, wire, err)
			if took := time.Since(began); took > 10*Impatient.Stall {
				t.Errorf("gave up after %s", took)
			}
		})
		t.Run("a listing over a line that always "+name+" is an error", func(t *testing.T) {
			origin, wire, src := set(t)
			fate.After = 0
			wire.Fates(func(int) Fate { return fate })
			seen := 0
			for item, err := range src.Items(t.Context()) {
				if seen++; err == nil {
					if _, err = attempt(t.Context(), item); err == nil { // an origin may be asked only when its item is opened
						t.Fatal("offers an item over a dead line")
					}
				}
				complain(t, origin, wire, err)
			}
			if seen == 0 {
				t.Error("no error: a dead line looks like an empty origin")
			}
		})
	}
	t.Run("cancelled half-way", func(t *testing.T) {
		_, wire, src := set(t)
		items := collect(t, src)
		wire.Fates(func(int) Fate { return Fate{After: half, Stall: true} })
		ctx, cancel := context.WithCancel(t.Context())
		began := time.Now()
		time.AfterFunc(Impatient.Stall/3, cancel)
		if _, err := attempt(ctx, items[0]); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want context.Canceled", err)
		}
		if took := time.Since(began); took > Impatient.Stall {
			t.Errorf("took %s to notice", took)
		}
	})
	t.Run("refused for a wrong secret, and asked once", func(t *testing.T) {
		origin, wire, _ := set(t)
		if origin.Mangle == nil {
			t.Skip("no secret")
		}
		src := origin.Mangle(t, wire.Address())
		wire.Fates(func(int) Fate { return Well })
		for item, err := range src.Items(t.Context()) {
			if err == nil {
				if _, err = attempt(t.Context(), item); err == nil {
					t.Fatal("let in")
				}
			}
			complain(t, origin, wire, err)
		}
		if n := wire.Connections(); n > 2 { // repeated attempts lock an account
			t.Errorf("%d connections", n)
		}
	})
}

// attempt reads an item as a landing does.
func attempt(ctx context.Context, item source.Item) ([]byte, error) {
	reader, err := item.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	return io.ReadAll(reader)
}

// complain holds an error to what a person needs and may see.
func complain(t *testing.T, origin Origin, wire *Wire, err error) {
	t.Helper()
	var fault *pipelines.Fault
	if !errors.As(err, &fault) || fault.Op == "" || fault.Next == "" {
		t.Errorf("%v does not say what failed and what to do next", err)
	}
	if !strings.Contains(err.Error(), wire.Address()) {
		t.Errorf("%v does not name %s", err, wire.Address())
	}
	if i := slices.IndexFunc(origin.Secrets, func(s string) bool { return strings.Contains(err.Error(), s) }); i >= 0 {
		t.Errorf("%v shows a secret", err)
	}
}
