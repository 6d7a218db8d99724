package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/singleflight"

	"hulian/dashboards/facts"
)

// kept holds what was made of a generation: a page is a function of generation, address, role, scope and language, so making it
// twice gives the same bytes. Two generations are kept, so that one can be made ready while the other is served.
type kept struct {
	mu          sync.Mutex
	generations []*generation // newest last
	flight      singleflight.Group
	log         *slog.Logger
}

// generation is what was made of one.
type generation struct {
	name    string
	opened  *facts.Snapshot
	answers map[string]answer
}

// keptAnswers bounds the memory: pages are about 150 kB and a report 400, so five hundred stay below 100 MB with their
// compressed copies, and a town's office looks at some dozens. When it is full it starts anew.
const keptAnswers = 500

func newKept(log *slog.Logger) *kept { return &kept{log: log} }

func name(p Pinned) string { return fmt.Sprintf("%d %s", p.Generation, p.Hash) }

// of gives what is kept of a generation; the older of two goes for a third. The caller holds the lock.
func (k *kept) of(p Pinned) *generation {
	if g := k.find(p); g != nil {
		return g
	}
	g := &generation{name: name(p), answers: map[string]answer{}}
	if k.generations = append(k.generations, g); len(k.generations) > 2 {
		k.generations = k.generations[1:]
	}
	return g
}

// find is of, without keeping a generation anew that has gone: work for it may end late.
func (k *kept) find(p Pinned) *generation {
	want := name(p)
	for _, g := range k.generations {
		if g.name == want {
			return g
		}
	}
	return nil
}

// forget lets go of what is kept of all generations but one.
func (k *kept) forget(p Pinned) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.generations = []*generation{k.of(p)}
}

// snapshot opens the pinned generation, or reuses what was read of it before.
func (k *kept) snapshot(ctx context.Context, p Pinned) (facts.Snapshot, error) {
	k.mu.Lock()
	opened := k.of(p).opened
	k.mu.Unlock()
	if opened == nil {
		made, err := k.once(ctx, p, "snapshot "+name(p), func(ctx context.Context) (any, error) {
			fresh, err := facts.Open(ctx, p.Data)
			if err != nil {
				return nil, err
			}
			k.mu.Lock()
			defer k.mu.Unlock()
			if g := k.find(p); g != nil {
				g.opened = &fresh
			}
			return &fresh, nil
		})
		if err != nil {
			return facts.Snapshot{}, err
		}
		opened = made.(*facts.Snapshot)
	}
	s := *opened
	s.Data, s.Generation, s.Hash = p.Data, p.Generation, p.Hash
	return s, nil
}

// answer returns what was made for a key, or makes it; what several ask for at the same moment is made once.
func (k *kept) answer(ctx context.Context, p Pinned, key string, make func(context.Context) (answer, error)) (answer, error) {
	k.mu.Lock()
	a, ok := k.of(p).answers[key]
	k.mu.Unlock()
	if ok {
		return a, nil
	}
	made, err := k.once(ctx, p, name(p)+" "+key, func(ctx context.Context) (any, error) {
		a, err := make(ctx)
		if err != nil {
			return a, err
		}
		a = a.sealed()
		k.mu.Lock()
		defer k.mu.Unlock()
		if g := k.find(p); g != nil {
			if len(g.answers) >= keptAnswers {
				clear(g.answers)
			}
			g.answers[key] = a
		}
		return a, nil
	})
	if err != nil {
		return answer{}, err
	}
	return made.(answer), nil
}

// errLeft says that whoever was to make something has gone away before that began.
var errLeft = errors.New("whoever asked first has left")

// once makes something for all who want it at the same moment. It goes on when they have gone away, for what it makes is kept, and
// holds the generation as long; it ends where a page may take no longer. Whoever waits is told when his own time is over.
func (k *kept) once(ctx context.Context, p Pinned, key string, make func(context.Context) (any, error)) (any, error) {
	for {
		release := p.retain()
		var begun atomic.Bool // by the work, which then holds the generation; or, where it does not begin, by whoever leaves
		result := k.flight.DoChan(key, func() (any, error) {
			if !begun.CompareAndSwap(false, true) {
				return nil, errLeft
			}
			defer release()
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestLimit)
			defer cancel()
			return k.guarded(ctx, make)
		})
		var made singleflight.Result
		select {
		case made = <-result:
		case <-ctx.Done():
			made.Err = ctx.Err()
		}
		if begun.CompareAndSwap(false, true) { // somebody else does the work
			release()
		}
		if !errors.Is(made.Err, errLeft) {
			return made.Val, made.Err
		}
	}
}

// guarded turns a panic into an error: it would end the whole server in a goroutine that no request waits for.
func (k *kept) guarded(ctx context.Context, make func(context.Context) (any, error)) (made any, err error) {
	defer func() {
		if value := recover(); value != nil {
			k.log.Error("panic", "stack", string(debug.Stack()))
			made, err = nil, fmt.Errorf("panic: %v", value)
		}
	}()
	return make(ctx)
}
