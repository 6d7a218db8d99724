package web

import (
	"context"
	"fmt"
	"sync"

	"hulian/dashboards/page"
)

// kept holds what was made of the current generation: a page is a function of generation, address, role and language,
// so making it twice gives the same bytes. A new generation empties it.
type kept struct {
	mu         sync.Mutex
	generation string
	opened     *page.Snapshot
	answers    map[string]answer
}

// keptAnswers bounds the memory: pages are about 150 kB and a report 400, so five hundred stay below 100 MB with their
// compressed copies, and a town's office looks at some dozens. When it is full it starts anew.
const keptAnswers = 500

func newKept() *kept { return &kept{answers: map[string]answer{}} }

func name(p Pinned) string { return fmt.Sprintf("%d %s", p.Generation, p.Hash) }

// follow empties what belongs to an older generation. The caller holds the lock.
func (k *kept) follow(p Pinned) {
	if g := name(p); g != k.generation {
		k.generation, k.opened, k.answers = g, nil, map[string]answer{}
	}
}

// snapshot opens the pinned generation, or reuses what was read of it before.
func (k *kept) snapshot(ctx context.Context, p Pinned) (page.Snapshot, error) {
	k.mu.Lock()
	k.follow(p)
	opened := k.opened
	k.mu.Unlock()
	if opened == nil {
		fresh, err := page.Open(ctx, p.Data)
		if err != nil {
			return page.Snapshot{}, err
		}
		opened = &fresh
		k.mu.Lock()
		if k.generation == name(p) {
			k.opened = opened
		}
		k.mu.Unlock()
	}
	s := *opened
	s.Data, s.Generation, s.Hash = p.Data, p.Generation, p.Hash
	return s, nil
}

// answer returns what was made for a key, or makes it.
func (k *kept) answer(p Pinned, key string, make func() (answer, error)) (answer, error) {
	k.mu.Lock()
	k.follow(p)
	a, ok := k.answers[key]
	k.mu.Unlock()
	if ok {
		return a, nil
	}
	a, err := make()
	if err != nil {
		return a, err
	}
	a = a.sealed()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.generation == name(p) {
		if len(k.answers) >= keptAnswers {
			clear(k.answers)
		}
		k.answers[key] = a
	}
	return a, nil
}
