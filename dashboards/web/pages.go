package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"hulian/dashboards/page"
	"hulian/dashboards/render"
	"hulian/dashboards/report"
)

// page answers with a page, or with one of its tables as CSV.
func (s *server) page(w http.ResponseWriter, r *http.Request, p page.Page) error {
	role := s.role(r)
	if p.Role != page.RolePublic && p.Role != role {
		return errNotFound
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return fmt.Errorf("%w: %w", errBadRequest, err)
	}
	pinned, err := s.Snapshots.Pin(r.Context())
	if err != nil {
		return err
	}
	defer pinned.Release()
	snapshot, err := s.kept.snapshot(r.Context(), pinned)
	if err != nil {
		return err
	}
	ask, err := page.Ask(snapshot, p, values)
	if err != nil {
		return err
	}
	ask.Role, ask.Programme, ask.Runs, ask.Schedule, ask.Notices, ask.Desk = role, s.Programme, s.Runs, s.Schedule, s.Notices, s.Desk
	if p.Role != page.RolePublic {
		// Every view of a restricted page leaves a trace: who looked at which evidence, when.
		s.Logger.Info("restricted page viewed", "page", p.ID, "unit", ask.Unit().ID, "month", ask.Month,
			"session", s.sessions.GetString(r.Context(), sessionName), "from", r.RemoteAddr)
	}
	ask.Closings, ask.Zone = s.months(pinned), s.Zone
	ask.Waives = s.Waive != nil && role == page.RoleOffice
	closed, err := s.closingStamp()
	if err != nil {
		return err
	}
	format, table := values.Get("format"), values.Get("table")
	key := fmt.Sprintf("%s %s %s %s %t %s", role, ask.Link(p.ID, page.At(ask.Month)), format, table, ask.MonthChosen(), closed)
	if p.Live {
		stamp, err := s.stamp()
		if err != nil {
			return err
		}
		key += " " + stamp
	}
	made, err := s.kept.answer(pinned, key, func() (answer, error) { return s.make(r.Context(), ask, format, table) })
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-cache")
	if s.unfinished(ask) {
		w.Header().Set("Refresh", "2")
	}
	send(w, r, made)
	return nil
}

// stamp changes whenever what a page shows of runs, schedule and notices does.
func (s *server) stamp() (string, error) {
	sum := sha256.New()
	encode := json.NewEncoder(sum)
	if s.Runs != nil {
		runs, err := s.Runs()
		if err != nil {
			return "", err
		}
		if len(runs) > 0 {
			fmt.Fprintln(sum, runs[0].ID, runs[0].State, len(runs[0].Stages), len(runs[0].Log))
		}
	}
	if s.Desk != nil {
		fmt.Fprintln(sum, s.Desk.Stamp())
	}
	if s.Schedule != nil {
		standing, err := s.Schedule()
		if err == nil {
			err = encode.Encode(standing)
		}
		if err != nil {
			return "", err
		}
	}
	if s.Notices != nil {
		notices, err := s.Notices()
		if err == nil {
			err = encode.Encode(notices)
		}
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func (s *server) make(ctx context.Context, ask page.Request, format, table string) (answer, error) {
	p := ask.Page()
	view, err := p.View(ctx, ask)
	if err != nil {
		return answer{}, fmt.Errorf("page %s: %w", p.ID, err)
	}
	switch format {
	case "":
		accepted, err := ask.Accepted(ctx)
		if err != nil {
			return answer{}, fmt.Errorf("page %s: %w", p.ID, err)
		}
		document := render.Document{Request: ask, View: view, Pages: s.visible(ask.Role), Version: s.Version, Accepted: accepted}
		set := render.Page
		if view.Letterhead != nil {
			set = report.HTML
		}
		body, err := set(document)
		return answer{status: http.StatusOK, kind: "text/html; charset=utf-8", body: body}, err
	case "csv":
		for _, t := range view.Tables() {
			if t.ID == table {
				var b bytes.Buffer
				err := render.CSV(&b, t, ask.Lang)
				return answer{status: http.StatusOK, kind: "text/csv; charset=utf-8", body: b.Bytes(),
					filename: fmt.Sprintf("hulian-%s-%s-%s.csv", p.ID, t.ID, ask.Month)}, err
			}
		}
		return answer{}, fmt.Errorf("%w: page %s has no table %q", errNotFound, p.ID, table)
	default:
		return answer{}, fmt.Errorf("%w: format=%s", errBadRequest, format)
	}
}

// visible lists the pages a role may see.
func (s *server) visible(role page.Role) []page.Page {
	var all []page.Page
	for _, p := range page.Pages() {
		if p.Role == page.RolePublic || p.Role == role {
			all = append(all, p)
		}
	}
	return all
}

func (s *server) health(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	pinned, err := s.Snapshots.Pin(r.Context())
	if err != nil {
		s.json(w, r, status(err), map[string]any{"status": "no snapshot", "version": s.Version})
		return nil
	}
	defer pinned.Release()
	s.json(w, r, http.StatusOK, map[string]any{"status": "ok", "generation": pinned.Generation, "snapshot": pinned.Hash, "version": s.Version})
	return nil
}
