package web

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"time"

	"hulian/dashboards/api"
	"hulian/dashboards/limit"
	"hulian/dashboards/signin"
	"hulian/dashboards/visitor"
)

// costly is a kind of request that takes much, and how often one account and one address may make it. An office comes from one
// address where a proxy or a router stands between, so an address may several times what an account may.
type costly struct {
	accounts, addresses *limit.Buckets
}

func newCostly(every time.Duration, burst, offices int) *costly {
	return &costly{accounts: limit.New(every, burst), addresses: limit.New(every/time.Duration(offices), burst*offices)}
}

// costs are the kinds there are. Pages themselves are not among them: each is made once a generation.
type costs struct{ exports, uploads, searches, queries, api *costly }

// newCosts makes the counts. questions is how many questions in SQL one account may ask in a minute; 0: 60.
func newCosts(questions int64) costs {
	questions = cmp.Or(questions, 60)
	return costs{
		exports:  newCostly(2*time.Second, 30, 8),
		uploads:  newCostly(2*time.Second, 60, 8), // each step of the form that names columns is one
		searches: newCostly(300*time.Millisecond, 30, 8),
		queries:  newCostly(time.Minute/time.Duration(questions), max(1, int(questions)/3), 4),
		api:      newCostly(time.Second/800, 1600, 2), // programs read many small answers
	}
}

// of is what a request costs beside a page; nil: nothing.
func (c costs) of(pattern string, r *http.Request) *costly {
	method, path, _ := strings.Cut(pattern, " ")
	switch {
	case strings.HasPrefix(r.URL.Path, "/api/"): // one pattern stands for all of its addresses
		return c.ofProgram(r)
	case method == http.MethodPost && (path == "/upload" || path == "/held" || path == "/mapping" || path == "/map/{action}"):
		return c.uploads
	case strings.HasPrefix(path, "/search"):
		return c.searches
	case strings.HasPrefix(path, "/marked/"), r.URL.Query().Has("format"): // as the page reads it: f%6Frmat is the same
		return c.exports
	}
	return nil
}

// ofProgram is what a request of the API costs.
func (c costs) ofProgram(r *http.Request) *costly {
	if r.Method == http.MethodPost {
		switch r.URL.Path {
		case api.Root + "/query":
			return c.queries
		case api.Root + "/uploads":
			return c.uploads
		}
	}
	return c.api
}

// tooOften says that an account or an address asks for more than there is for it, and when it may again.
type tooOften struct{ wait time.Duration }

func (t tooOften) Error() string {
	return fmt.Sprintf("too many requests: the next one is answered in %d seconds", t.seconds())
}

// seconds are whole ones, as the header Retry-After has them.
func (t tooOften) seconds() int { return int((t.wait + time.Second - 1) / time.Second) }

// sparing counts a request and refuses it where the account or the address has made too many of its kind.
func (s *server) sparing(pattern string, r *http.Request) error {
	kind := s.costs.of(pattern, r)
	if kind == nil {
		return nil
	}
	wait := kind.addresses.Take(signin.Counted(signin.AddressOf(r.Context())))
	if who := signin.VisitorOf(r.Context()); wait == 0 && who.SignedIn() {
		wait = kind.accounts.Take(who.Account)
	}
	if wait > 0 {
		return tooOften{wait}
	}
	return nil
}

// mayUpload is how many bytes a visitor may hand in at once.
func (s *server) mayUpload(v visitor.Visitor) int64 {
	if s.UploadLimit != nil {
		if own := s.UploadLimit(v.Role); own > 0 {
			return min(own, s.Desk.Bytes)
		}
	}
	return s.Desk.Bytes
}
