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
	"slices"
	"strings"
	"time"

	"hulian/dashboards/accounts"
	"hulian/dashboards/facts"
	"hulian/dashboards/page"
	"hulian/dashboards/page/block"
	"hulian/dashboards/page/records"
	"hulian/dashboards/question"
	"hulian/dashboards/render"
	"hulian/dashboards/report"
	"hulian/dashboards/report/kinds"
	"hulian/dashboards/signin"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/data"
)

// page answers with a page, or with one of its tables as a file.
func (s *server) page(w http.ResponseWriter, r *http.Request, p question.Page) error {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return fmt.Errorf("%w: %w", errBadRequest, err)
	}
	pin := s.pin
	if p.Live || p.Fresh {
		pin = s.pinNewest
	}
	pinned, snapshot, err := s.opened(r.Context(), pin)
	if err != nil {
		return err
	}
	defer pinned.Release()
	who := signin.VisitorOf(r.Context())
	here := visitor.Place{Town: snapshot.Town.ID}
	if !p.OpenTo(who) || !who.SeesUnit(here) {
		return errBeyond
	}
	ask, err := block.Ask(snapshot, p, values)
	if err != nil {
		return err
	}
	if err := s.viewed(r.Context(), ask, here); err != nil {
		return err
	}
	if err := s.lend(r.Context(), &ask, pinned, here); err != nil {
		return err
	}
	if !noticeOpen(ask, here) {
		return errBeyond
	}
	format, table := values.Get("format"), values.Get("table")
	if format != "" && !ask.Page.TakenBy(who) {
		return errBeyond
	}
	if p.Fresh {
		return s.fresh(w, r, ask, format, table)
	}
	key, err := s.keyOf(ask, format, table)
	if err != nil {
		return err
	}
	make := func(ctx context.Context) (answer, error) { return s.make(ctx, ask, format, table) }
	var made answer
	if searched(ask) { // whatever somebody types must not push out what everybody reads
		made, err = make(r.Context())
	} else {
		made, err = s.kept.answer(r.Context(), pinned, key, make)
	}
	if err != nil {
		return err
	}
	if made.persons && format != "" {
		if err := s.done(r.Context(), trail.ExportedPersons, strings.TrimSpace(p.ID+" "+table), place(here, ask.Unit()), nil); err != nil {
			return err
		}
	}
	w.Header().Set("Cache-Control", "private, no-cache")
	if made.persons || p.Needs != 0 {
		w.Header().Set("Cache-Control", "private, no-store")
	}
	if s.unfinished(ask) {
		w.Header().Set("Refresh", "2")
	}
	send(w, r, made)
	return nil
}

// searched reports whether the address searches in a table.
func searched(ask block.Request) bool {
	for name := range ask.Params {
		if question.IsOfList(name) && strings.HasSuffix(name, ".q") {
			return true
		}
	}
	return false
}

// onTheMap are the pages that show the town's own map, or say something of which villages are neighbours on it.
var onTheMap = []string{"overview", "report", "compare", "meeting", "papers"}

// inWords are the pages that say the town's own sentences; page Papers makes papers of them again.
var inWords = []string{"report", "meeting", "papers"}

// saysWords reports whether what a question asks for says them: such a page, or the paper of another one.
func saysWords(ask block.Request) bool {
	_, is := kinds.Page(ask.Page, ask.Params)
	return is || slices.Contains(inWords, ask.Page.ID)
}

// keyOf names all that an answer of one generation depends on.
func (s *server) keyOf(ask block.Request, format, table string) (string, error) {
	closed, err := s.closingStamp()
	if err != nil {
		return "", err
	}
	key := fmt.Sprintf("%s %s %s %s %t %s", ask.Visitor.Key(), ask.Link(ask.Page.ID, question.At(ask.Month)), format, table, ask.MonthChosen(), closed)
	if slices.Contains(onTheMap, ask.Page.ID) {
		key += " " + s.mapStamp()
	}
	if s.Wording != nil && saysWords(ask) {
		said, err := s.Wording.Stamp()
		if err != nil {
			return "", err
		}
		key += " " + said
	}
	if !ask.Page.Live {
		return key, nil
	}
	stamp, err := s.stamp()
	// Whose files they are tells what somebody sees of them.
	return key + " " + stamp + " " + ask.Visitor.Account, err
}

// viewed leaves a trace of every view of restricted evidence, before it is shown.
func (s *server) viewed(ctx context.Context, ask block.Request, here visitor.Place) error {
	if ask.Page.Needs&visitor.SeeEvidence == 0 {
		return nil
	}
	unit, of := ask.Unit(), []string{ask.Page.ID}
	for _, more := range []string{ask.Params.Get("member"), unit.ID} {
		if more != "" {
			of = append(of, more)
		}
	}
	if ask.Params.Get("sheet") != "" {
		of = append(of, "sheet")
	}
	return s.done(ctx, trail.ViewedEvidence, strings.Join(of, " "), place(here, unit), nil)
}

// lend gives a question what the server has beside the snapshot, as far as the page and the visitor may have it.
func (s *server) lend(ctx context.Context, ask *block.Request, pinned Pinned, here visitor.Place) error {
	return s.lendAs(ctx, ask, pinned, here, signin.VisitorOf(ctx))
}

// lendAs lends what it lends a visitor who is not the one at the door: somebody as whom a paper was made.
func (s *server) lendAs(ctx context.Context, ask *block.Request, pinned Pinned, here visitor.Place, who visitor.Visitor) (err error) {
	p := ask.Page
	if ask.Pseudonyms, err = s.pseudonyms(ctx, here.Town); err != nil {
		return err
	}
	ask.Visitor, ask.Programme, ask.Runs, ask.Schedule, ask.Notices, ask.Desk = who, ask.By(s.Programme), s.Runs, s.Schedule, s.Notices, s.Desk
	if p.ID == "alerts" {
		ask.Alerts = func(ctx context.Context) ([]accounts.Alert, error) { return s.Door.Accounts.Alerts(ctx, who) }
		if s.Mails {
			ask.Mail = func(ctx context.Context) (string, error) { return s.Door.Accounts.Mail(ctx, who) }
		}
	}
	if p.AtHome || (p.ID == "report" || p.ID == "points") && who.Scope.Branch != "" { // a branch's secretary reads his own notice and ratings
		ask.AtHome()
	}
	if p.ID == "search" && ask.Params.Get("q") != "" && who.MayAnywhere(visitor.SeePersons) { // before anybody is shown
		if err := s.done(ctx, trail.Searched, "", who.Own(here), nil); err != nil {
			return err
		}
	}
	if s.Map != nil {
		ask.Map = s.Map.Map
	}
	if s.Standards != nil {
		ask.Standards = s.Standards.Standing
	}
	ask.Underway = s.Underway
	s.lendPapers(ask, pinned, who, here)
	if s.Wording != nil {
		ask.Standing = s.Wording.Standing
		if saysWords(*ask) {
			if ask.Wording, err = s.Wording.Standing(); err != nil { // the usual sentences stand, and the page says so
				s.Logger.Error("the town's sentences cannot be read: the usual ones stand", "error", err)
				ask.Wording = data.Wording{Unread: true}
			}
		}
	}
	ask.Closings, ask.Zone = s.months(pinned), s.Zone
	ask.Waives = s.Waive != nil && who.May(visitor.Waive, here)
	ask.Says = s.Nothing != nil && who.MayAnywhere(visitor.SayNothing)
	ask.Ticks = s.Tick != nil && who.MayAnywhere(visitor.TickOff)
	if p.Live {
		if ask.HandedIn, err = s.handedIn(ctx); err != nil {
			return err
		}
	}
	if p.Needs&visitor.Administer != 0 {
		ask.Accounts = func(ctx context.Context) ([]accounts.Account, error) { return s.Door.Accounts.List(ctx, who) }
		ask.OneTime = oneTime(ctx)
	}
	if p.Fresh {
		names := ask.Pseudonyms
		ask.Trail = func(ctx context.Context, q trail.Question) ([]trail.Entry, int64, error) {
			entries, next, err := s.Door.Trail.Page(ctx, who, q)
			for i, e := range entries {
				entries[i] = e.Shown(who, names)
			}
			return entries, next, err
		}
	}
	ask.HideNames(ctx)
	return nil
}

// fresh answers with what is another one for every visitor at every moment: the audit trail, the accounts.
func (s *server) fresh(w http.ResponseWriter, r *http.Request, ask block.Request, format, table string) error {
	made, err := answer{}, error(nil)
	if format == "csv" && table == "trail" && ask.Page.ID == "trail" { // all of it, not what the page shows
		if err := s.done(r.Context(), trail.ExportedTrail, "", s.Door.Here(), nil); err != nil {
			return err
		}
		var all bytes.Buffer
		zone := s.Zone
		if zone == nil {
			zone = time.Local
		}
		var hide func(string) string
		if hide, err = ask.Hide(r.Context(), ask.Visitor); err != nil {
			return err
		}
		shown := func(yield func(trail.Entry, error) bool) {
			for e, err := range s.Door.Trail.Read(r.Context(), ask.Visitor, records.TrailQuestion(ask.Params.Get)) {
				e = e.Shown(ask.Visitor, ask.Pseudonyms)
				e.Object = hide(e.Object)
				if !yield(e, err) {
					return
				}
			}
		}
		err = trail.WriteCSV(&all, shown, ask.Lang, zone)
		made = answer{status: http.StatusOK, kind: "text/csv; charset=utf-8", body: all.Bytes(), filename: "hulian-trail.csv"}
	} else {
		made, err = s.make(r.Context(), ask, format, table)
	}
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	made.packed = pack(made.body)
	send(w, r, made)
	return nil
}

// place is where a unit is.
func place(town visitor.Place, u facts.Unit) visitor.Place {
	switch u.Level {
	case facts.LevelVillage:
		town.Village = u.ID
	case facts.LevelBranch:
		town.Village, town.Branch = u.VillageID, u.ID
	case facts.LevelTown, facts.LevelMember: // no page is about one member
	}
	return town
}

// stamp changes whenever what a page shows of runs, schedule and notices does.
func (s *server) stamp() (string, error) {
	sum := sha256.New()
	encode := json.NewEncoder(sum)
	kept, err := s.paperStamp()
	if err != nil {
		return "", err
	}
	fmt.Fprintln(sum, kept)
	if s.Runs != nil {
		runs, err := s.Runs()
		if err != nil {
			return "", err
		}
		if len(runs) > 0 {
			fmt.Fprintln(sum, runs[0].ID, runs[0].State, len(runs[0].Stages), len(runs[0].Log))
			if _, working := records.AtWork(runs); working && s.Underway != nil {
				fmt.Fprintln(sum, s.Underway())
			}
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

func (s *server) make(ctx context.Context, ask block.Request, format, table string) (answer, error) {
	p := ask.Page
	ask.Disclosed, ask.Whole = &facts.Disclosed{}, format != ""
	view, err := page.View(ctx, ask)
	if err != nil {
		return answer{}, fmt.Errorf("page %s: %w", p.ID, err)
	}
	document := render.Document{Request: ask, View: view, Pages: visible(ask.Visitor), Version: s.Version}
	if format != "" {
		return tableFile(document, format, table)
	}
	if document.Accepted, err = records.Accepted(ctx, ask); err != nil {
		return answer{}, fmt.Errorf("page %s: %w", p.ID, err)
	}
	set := render.Page
	if view.Letterhead != nil {
		set, document.Papers = report.HTML, s.papersOf(ask)
	}
	body, err := set(document)
	return answer{status: http.StatusOK, kind: "text/html; charset=utf-8", body: body, persons: ask.Disclosed.Any()}, err
}

// workbook is the media type of a workbook.
const workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// tableFile is a table of a page as a file. Whether it holds persons is read off its texts, which both formats share.
func tableFile(d render.Document, format, table string) (answer, error) {
	p := d.Request.Page
	if format != "csv" && format != "xlsx" {
		return answer{}, fmt.Errorf("%w: format=%s", errBadRequest, format)
	}
	for _, t := range d.View.Tables() {
		if t.ID != table || t.Part && format == "xlsx" {
			continue
		}
		export := d.Export(t)
		var texts, book bytes.Buffer
		if err := render.CSV(&texts, export); err != nil {
			return answer{}, fmt.Errorf("page %s, table %s: %w", p.ID, table, err)
		}
		made := answer{status: http.StatusOK, kind: "text/csv; charset=utf-8", body: texts.Bytes(), persons: d.Request.Disclosed.In(texts.String()),
			filename: fmt.Sprintf("hulian-%s-%s-%s.%s", p.ID, t.ID, d.Request.Month, format)}
		if format == "xlsx" {
			if err := render.XLSX(&book, export); err != nil {
				return answer{}, fmt.Errorf("page %s, table %s: %w", p.ID, table, err)
			}
			made.kind, made.body = workbook, book.Bytes()
		}
		return made, nil
	}
	return answer{}, fmt.Errorf("%w: page %s has no table %q to be had as %s", errNotFound, p.ID, table, format)
}

// visible lists the pages a visitor may see.
func visible(v visitor.Visitor) []question.Page {
	var all []question.Page
	for _, p := range question.Pages() {
		if p.OpenTo(v) && !p.Hidden {
			all = append(all, p)
		}
	}
	return all
}

// health names the generation that pages show, which is not yet the newest one while the pages of that are made.
func (s *server) health(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	pinned, err := s.pin(r.Context())
	if err != nil {
		s.json(w, r, status(err), map[string]any{"status": "no snapshot", "version": s.Version})
		return nil
	}
	defer pinned.Release()
	s.json(w, r, http.StatusOK, map[string]any{"status": "ok", "generation": pinned.Generation, "snapshot": pinned.Hash, "version": s.Version})
	return nil
}
