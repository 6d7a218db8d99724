package pipelines

import "sync"

// StageNow is how far the stage is that is at work: Done of All steps; an All of 0 says that their number is not known. The zero
// StageNow says that nothing is known.
type StageNow struct {
	Stage Stage
	Done  int
	All   int
}

// Underway is a Progress that can be asked how far the run is. The zero Underway is ready for use.
type Underway struct {
	mu  sync.Mutex
	now StageNow
}

// Stage notes that a stage begins.
func (u *Underway) Stage(name Stage, total int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.now = StageNow{Stage: name, All: total}
}

// Step notes that one more step is done.
func (u *Underway) Step(string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.now.Done++
	if u.now.All > 0 {
		u.now.Done = min(u.now.Done, u.now.All)
	}
}

// Now says how far the stage is that began last.
func (u *Underway) Now() StageNow {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.now
}
