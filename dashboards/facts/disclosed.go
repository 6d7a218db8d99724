package facts

import (
	"strings"
	"sync"
)

// Disclosed notes what of persons was given out in full: such answers are kept by no browser, and a download of them stands in
// the audit trail. It is safe for use by several goroutines.
type Disclosed struct {
	mu  sync.Mutex
	all map[string]bool
}

func (d *Disclosed) note(said string) {
	if d == nil || said == "" {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.all == nil {
		d.all = map[string]bool{}
	}
	d.all[said] = true
}

// Any reports whether anything was given out in full.
func (d *Disclosed) Any() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.all) > 0
}

// In reports whether a text holds anything of it.
func (d *Disclosed) In(text string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for said := range d.all {
		if strings.Contains(text, said) {
			return true
		}
	}
	return false
}

// Disclose notes what a caller gives out in full that this package has not.
func (f Facts) Disclose(said string) { f.Disclosed.note(said) }
