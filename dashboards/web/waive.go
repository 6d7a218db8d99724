package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/records"
	"hulian/dashboards/signin"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
)

// waiveLimit is how long a waiver may take: the measures are made anew, and published.
const waiveLimit = 3 * time.Minute

// waive closes the open problems a form names, as the visitor's, and leads back to the page of the data, which lists them as
// waived. To whoever may not waive the address does not exist.
func (s *server) waive(w http.ResponseWriter, r *http.Request) error {
	if s.Waive == nil {
		return errNotFound
	}
	if err := s.allowed(r, visitor.Waive, s.Door.Here()); err != nil {
		return err
	}
	if err := readForm(w, r, shortForm); err != nil {
		return err
	}
	if err := mayTake(w, waiveLimit); err != nil {
		return err
	}
	said := r.PostForm
	reason, given := reasonOf(said)
	back := url.Values{}
	for _, name := range []string{"export", "code", "file", "problem", "month"} {
		if value := said.Get(name); value != "" {
			back.Set(name, value)
		}
	}
	keepLanguage(back, said, r.URL.Query())
	ctx, cancel := context.WithTimeout(r.Context(), waiveLimit)
	defer cancel()
	var n int64
	if !given {
		back.Set("refused", "no_reason")
	} else {
		problems, err := s.openProblems(r, said)
		if err != nil {
			return err
		}
		n, err = s.Waive(ctx, problems, by(r), reason)
		if err := s.done(r.Context(), trail.Waived, numbered(problems), s.Door.Here(), err); err != nil {
			return err
		}
		back.Set("state", string(pipelines.ProblemWaived))
	}
	s.log(r.Context()).Info("problems waived", "problems", n)
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/data?"+back.Encode()+"#table-problems", http.StatusSeeOther)
	return nil
}

// reasonOf reads off a form why something is decided; ok says whether it is there and no longer than is kept.
func reasonOf(said url.Values) (reason string, ok bool) {
	reason = strings.Join(strings.Fields(said.Get("reason")), " ")
	return reason, reason != "" && utf8.RuneCountInString(reason) <= 500
}

// numbered lists numbers of problems.
func numbered(problems []int64) string {
	var all []string
	for _, n := range problems {
		all = append(all, strconv.FormatInt(n, 10))
	}
	return strings.Join(all, " ")
}

// openProblems lists the numbers of the open problems a form names. A form that names none would waive all.
func (s *server) openProblems(r *http.Request, said url.Values) ([]int64, error) {
	filter := records.ProblemFilter(said.Get)
	if !filter.Names() {
		return nil, fmt.Errorf("%w: no problem is named", errBadRequest)
	}
	pinned, snapshot, err := s.opened(r.Context(), s.newest)
	if err != nil {
		return nil, err
	}
	defer pinned.Release()
	filter.State = pipelines.ProblemOpen
	numbers, err := facts.Facts{Snapshot: snapshot}.ProblemNumbers(r.Context(), signin.VisitorOf(r.Context()), filter)
	if err != nil {
		return nil, err
	}
	if len(numbers) == 0 {
		return nil, fmt.Errorf("%w: no such problem is open", pipelines.ErrUnknown)
	}
	return numbers, nil
}
