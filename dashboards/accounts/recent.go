package accounts

import (
	"sync"
	"time"
)

// shortly is how long what was read is taken for what is: pages ask who is in with every request, and a command beside the
// server takes effect within it. What this process changes itself holds at once.
const shortly = time.Second

// mostRecent bounds the memory of what was read.
const mostRecent = 10_000

// recent keeps what was read a moment ago.
type recent[K comparable, V any] struct {
	sync.Mutex
	by map[K]dated[V]
}

type dated[V any] struct {
	value V
	at    time.Time
}

func (r *recent[K, V]) get(key K, now time.Time) (value V, ok bool) {
	r.Lock()
	defer r.Unlock()
	d, ok := r.by[key]
	return d.value, ok && now.Sub(d.at) < shortly
}

func (r *recent[K, V]) put(key K, value V, now time.Time) {
	r.Lock()
	defer r.Unlock()
	if r.by == nil || len(r.by) >= mostRecent {
		r.by = map[K]dated[V]{}
	}
	r.by[key] = dated[V]{value, now}
}

// drop forgets one; clear all of them.
func (r *recent[K, V]) drop(key K) {
	r.Lock()
	defer r.Unlock()
	delete(r.by, key)
}

func (r *recent[K, V]) clear() {
	r.Lock()
	defer r.Unlock()
	r.by = nil
}
