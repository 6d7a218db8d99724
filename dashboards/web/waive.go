package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"hulian/dashboards/page"
	"hulian/pipelines"
)

// waiveLimit is how long a waiver may take: the measures are made anew, and published.
const waiveLimit = 3 * time.Minute

// waive closes the open problems a form names, in the name typed, and leads back to the page of the data, which lists them
// as waived. It is the organisation office's; to others the address does not exist.
func (s *server) waive(w http.ResponseWriter, r *http.Request) error {
	if s.Waive == nil || s.role(r) != page.RoleOffice {
		return errNotFound
	}
	if err := readForm(w, r, shortForm); err != nil {
		return err
	}
	if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(waiveLimit + patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	said := r.PostForm
	by, reason, named := nameAndReason(said)
	back := url.Values{}
	for _, name := range []string{"export", "code", "file", "problem", "month", "lang"} {
		if value := said.Get(name); value != "" {
			back.Set(name, value)
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), waiveLimit)
	defer cancel()
	var n int64
	if !named {
		back.Set("refused", "no_name")
	} else {
		problems, err := s.openProblems(r, said)
		if err != nil {
			return err
		}
		if n, err = s.Waive(ctx, problems, by, reason); err != nil {
			return err
		}
		back.Set("state", string(pipelines.ProblemWaived))
	}
	s.Logger.Info("problems waived", "problems", n, "by", by, "session", s.sessions.GetString(r.Context(), sessionName), "from", r.RemoteAddr)
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/data?"+back.Encode()+"#table-problems", http.StatusSeeOther)
	return nil
}

// nameAndReason reads who decides and why off a form; ok says whether both are there and no longer than is kept.
func nameAndReason(said url.Values) (by, reason string, ok bool) {
	by, reason = strings.Join(strings.Fields(said.Get("by")), " "), strings.Join(strings.Fields(said.Get("reason")), " ")
	return by, reason, by != "" && reason != "" && utf8.RuneCountInString(by) <= 100 && utf8.RuneCountInString(reason) <= 500
}

// openProblems lists the numbers of the open problems a form names. A form that names none would waive all.
func (s *server) openProblems(r *http.Request, said url.Values) ([]int64, error) {
	condition, args, all := page.ProblemFilter(said.Get)
	if all {
		return nil, fmt.Errorf("%w: no problem is named", errBadRequest)
	}
	pinned, err := s.Snapshots.Pin(r.Context())
	if err != nil {
		return nil, err
	}
	defer pinned.Release()
	found, err := pinned.Data.Query(r.Context(), "select p.problem_no from problems p where p.state = 'open' and "+condition, args...)
	if err != nil {
		return nil, err
	}
	var numbers []int64
	for _, row := range found.Rows {
		numbers = append(numbers, row[0].(int64))
	}
	if len(numbers) == 0 {
		return nil, fmt.Errorf("%w: no such problem is open", pipelines.ErrUnknown)
	}
	return numbers, nil
}
