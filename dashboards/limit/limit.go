package limit

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// mostKeys bounds the memory. A bucket takes about 200 bytes with its key.
const mostKeys = 10_000

// Buckets count tries by key. They are safe for use by several goroutines.
type Buckets struct {
	every time.Duration
	burst int

	mu  sync.Mutex
	by  map[string]*rate.Limiter
	now func() time.Time
}

// New gives buckets that let burst tries of a key pass at once, and one more after each time every has passed.
func New(every time.Duration, burst int) *Buckets {
	return &Buckets{every: every, burst: burst, by: map[string]*rate.Limiter{}, now: time.Now}
}

// Take counts one try of a key and returns zero. Where the key has tried too often, it counts nothing and returns how long it
// takes until another try would count.
func (b *Buckets) Take(key string) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	bucket := b.by[key]
	if bucket == nil {
		if len(b.by) >= mostKeys {
			for some := range b.by {
				delete(b.by, some)
				break
			}
		}
		bucket = rate.NewLimiter(rate.Every(b.every), b.burst)
		b.by[key] = bucket
	}
	if bucket.AllowN(now, 1) {
		return 0
	}
	missing := 1 - bucket.TokensAt(now)
	return max(time.Duration(missing*float64(b.every)), time.Millisecond)
}
