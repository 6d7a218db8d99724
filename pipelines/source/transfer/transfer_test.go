package transfer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"hulian/pipelines/source"
)

var errCut = errors.New("connection cut")

// origin serves content over connections that each break after a while.
type origin struct {
	content []byte
	breaks  []int // bytes each connection carries; the last one, and those after it, carry all
	resumes bool
	opened  []time.Time
}

func (o *origin) open(ctx context.Context, offset int64) (io.ReadCloser, int64, error) {
	o.opened = append(o.opened, time.Now())
	if !o.resumes {
		offset = 0
	}
	rest := o.content[offset:]
	if n := len(o.opened); n <= len(o.breaks) {
		carries := min(o.breaks[n-1], len(rest))
		if carries == 0 {
			return nil, 0, errCut
		}
		return io.NopCloser(io.MultiReader(bytes.NewReader(rest[:carries]), iotest.ErrReader(errCut))), offset, nil
	}
	return io.NopCloser(bytes.NewReader(rest)), offset, nil
}

type dressed struct{ error }

func (d *dressed) Unwrap() error { return d.error }

func dress(err error) error { return &dressed{err} }

func numbers(n int) []byte {
	content := make([]byte, n)
	for i := range content {
		content[i] = byte(i * i >> 8)
	}
	return content
}

func all(ctx context.Context, l Limits, size int64, open Opener) ([]byte, error) {
	r, err := Open(ctx, l, Content{Size: size, Open: open, Fault: dress})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func TestABrokenTransferGoesOn(t *testing.T) {
	for name, resumes := range map[string]bool{"where it broke": true, "from the start": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := &origin{content: numbers(100_000), breaks: []int{30_000, 0, 50_000, 10}, resumes: resumes}
				got, err := all(t.Context(), Limits{}, 100_000, o.open)
				if err != nil || !bytes.Equal(got, o.content) {
					t.Errorf("%d bytes, %v", len(got), err)
				}
				if len(o.opened) < 4 {
					t.Errorf("opened %d times", len(o.opened))
				}
			})
		})
	}
}

func TestWaitsGrowAndAreShaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		distinct := map[time.Duration]bool{}
		for range 20 {
			o := &origin{breaks: []int{0, 0, 0, 0, 0, 0, 0}}
			_, err := all(t.Context(), Limits{Tries: 7, FirstWait: time.Second, LongestWait: 10 * time.Second}, -1, o.open)
			if !errors.Is(err, errCut) || len(o.opened) != 7 {
				t.Fatalf("opened %d times, %v", len(o.opened), err)
			}
			for i, whole := range []time.Duration{1, 2, 4, 8, 10, 10} {
				wait := o.opened[i+1].Sub(o.opened[i])
				if whole *= time.Second; wait < whole/2 || wait > whole*3/2+1 {
					t.Errorf("wait %d is %s, want %s shaken by half", i, wait, whole)
				}
				distinct[wait] = true
			}
		}
		if len(distinct) < 60 {
			t.Errorf("only %d different waits of 120", len(distinct))
		}
	})
}

func TestWhatCannotSucceedIsNotRepeated(t *testing.T) {
	for name, given := range map[string]error{"permanent": Permanent(errCut), "changed": source.ErrChanged} {
		opened := 0
		_, err := all(t.Context(), Limits{}, -1, func(context.Context, int64) (io.ReadCloser, int64, error) {
			opened++
			return nil, 0, given
		})
		var d *dressed
		if opened != 1 || !errors.Is(err, given) || !errors.As(err, &d) {
			t.Errorf("%s: opened %d times, %v", name, opened, err)
		}
	}
}

func TestTheOtherSideMayAskForTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start, opened := time.Now(), 0
		open := func(context.Context, int64) (io.ReadCloser, int64, error) {
			if opened++; opened == 1 {
				return nil, 0, After(errCut, 5*time.Minute)
			}
			return io.NopCloser(strings.NewReader("x")), 0, nil
		}
		if got, err := all(t.Context(), Limits{}, -1, open); err != nil || string(got) != "x" || time.Since(start) < 5*time.Minute {
			t.Errorf("%q, %v, after %s", got, err, time.Since(start))
		}
		opened = 0
		if _, err := all(t.Context(), Limits{Total: time.Minute}, -1, open); !errors.Is(err, errCut) || opened != 1 {
			t.Errorf("longer than there is time: opened %d times, %v", opened, err)
		}
	})
}

// hanging delivers its text and then nothing, until its connection is given up.
func hanging(ctx context.Context, text string) io.ReadCloser {
	return io.NopCloser(io.MultiReader(strings.NewReader(text), readerFunc(func([]byte) (int, error) {
		<-ctx.Done()
		return 0, io.EOF // as some protocols end when their connection is closed
	})))
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestAStalledConnectionIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opened := 0
		got, err := all(t.Context(), Limits{}, -1, func(ctx context.Context, offset int64) (io.ReadCloser, int64, error) {
			if opened++; opened == 1 {
				return hanging(ctx, "half"), 0, nil
			}
			return io.NopCloser(strings.NewReader("half and half"[offset:])), offset, nil
		})
		if err != nil || string(got) != "half and half" {
			t.Errorf("once: %q, %v", got, err)
		}
		start := time.Now()
		_, err = all(t.Context(), Limits{Tries: 2}, -1, func(ctx context.Context, offset int64) (io.ReadCloser, int64, error) {
			return hanging(ctx, "half"[offset:]), offset, nil
		})
		if !errors.Is(err, ErrStalled) || time.Since(start) > 3*Defaults.Stall {
			t.Errorf("always: %v after %s", err, time.Since(start))
		}
	})
}

func TestASlowConsumerIsNoStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &origin{content: numbers(1000)}
		r, err := Open(t.Context(), Limits{}, Content{Size: 1000, Open: o.open, Fault: dress})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		var got []byte
		for piece := make([]byte, 300); ; time.Sleep(5 * time.Minute) {
			n, err := r.Read(piece)
			got = append(got, piece[:n]...)
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(got, o.content) || len(o.opened) != 1 {
			t.Errorf("%d bytes over %d connections", len(got), len(o.opened))
		}
	})
}

func TestEverythingEndsWithinTheTotalTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		trickle := func(ctx context.Context, offset int64) (io.ReadCloser, int64, error) {
			return io.NopCloser(readerFunc(func(p []byte) (int, error) {
				select {
				case <-time.After(10 * time.Second):
					return copy(p, "."), nil
				case <-ctx.Done():
					return 0, ctx.Err()
				}
			})), offset, nil
		}
		start := time.Now()
		got, err := all(t.Context(), Limits{Total: 5 * time.Minute}, -1, trickle)
		if !errors.Is(err, ErrTooSlow) || time.Since(start) > 5*time.Minute+time.Second {
			t.Errorf("%d bytes, %v, after %s", len(got), err, time.Since(start))
		}
	})
}

func TestContentThatDiffersIsNotJoined(t *testing.T) {
	for name, second := range map[string]string{"altered": "HALF and half", "shorter": "ha"} {
		synctest.Test(t, func(t *testing.T) {
			opened := 0
			_, err := all(t.Context(), Limits{}, -1, func(context.Context, int64) (io.ReadCloser, int64, error) {
				if opened++; opened == 1 {
					return io.NopCloser(io.MultiReader(strings.NewReader("half"), iotest.ErrReader(errCut))), 0, nil
				}
				return io.NopCloser(strings.NewReader(second)), 0, nil
			})
			if !errors.Is(err, source.ErrChanged) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

func TestSizesAreHeld(t *testing.T) {
	for name, c := range map[string]struct {
		size int64
		max  Size
		want error
	}{
		"too large by its own word": {1000, 999, ErrTooLarge},
		"too large on the way":      {-1, 999, ErrTooLarge},
		"just fits":                 {-1, 1000, nil},
		"ends early":                {1001, 0, io.ErrUnexpectedEOF},
		"goes on":                   {999, 0, source.ErrChanged},
	} {
		synctest.Test(t, func(t *testing.T) {
			o := &origin{content: numbers(1000), resumes: true}
			got, err := all(t.Context(), Limits{MaxSize: c.max}, c.size, o.open)
			if !errors.Is(err, c.want) || c.want == nil && len(got) != 1000 {
				t.Errorf("%s: %d bytes, %v, want %v", name, len(got), err, c.want)
			}
		})
	}
}

func TestDoTriesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		got, err := Do(t.Context(), Limits{}, func(ctx context.Context, alive func()) (string, error) {
			switch calls++; calls {
			case 1:
				return "", errCut
			case 2: // answers slowly but answers
				for range 10 {
					time.Sleep(20 * time.Second)
					alive()
				}
				return "done", ctx.Err()
			}
			return "", errors.New("called too often")
		})
		if got != "done" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
		_, err = Do(t.Context(), Limits{Tries: 2}, func(ctx context.Context, _ func()) (string, error) {
			<-ctx.Done()
			return "", ctx.Err()
		})
		if !errors.Is(err, ErrStalled) {
			t.Errorf("never answers: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err = Do(ctx, Limits{Tries: 100}, func(context.Context, func()) (string, error) { return "", errCut }); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	})
}

func TestLimitsAreRead(t *testing.T) {
	for text, want := range map[string]Size{"500MB": 500e6, "2 GiB": 2 << 30, "10": 10} {
		var s Size
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want {
			t.Errorf("%s: %d, %v", text, s, err)
		}
	}
	for _, text := range []string{"", "0", "-1", "much", "1e30GB"} {
		if err := new(Size).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q accepted", text)
		}
	}
	if (Limits{Stall: -1}).Check() == nil || (Limits{}).Check() != nil {
		t.Error("limits below zero pass, or none do")
	}
}
