package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"hulian/dashboards/page/block"
	"hulian/dashboards/page/todo"
	"hulian/dashboards/question"
	"hulian/dashboards/signin"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/pipelines"
)

// mostTicked is how many things may be ticked at once.
const mostTicked = 200

// tick keeps that things to do are done, or that one of them is not after all, as the visitor's, and leads back to the list. What
// is ticked must stand in the list as the visitor sees it, which also tells the place it is about.
func (s *server) tick(w http.ResponseWriter, r *http.Request) error {
	if s.Tick == nil {
		return errNotFound
	}
	ctx, cancel, err := s.entering(w, r, visitor.TickOff)
	if err != nil {
		return err
	}
	defer cancel()
	said, back := r.PostForm, url.Values{}
	for _, name := range []string{"month", "village", "branch", "kind", "from"} {
		question.Set(back, name, said.Get(name))
	}
	keepLanguage(back, said, r.URL.Query())
	t, err := s.ticked(ctx, back, said)
	if err != nil {
		return err
	}
	for _, item := range t.Items { // one that is not for the visitor lets none through
		at := todo.Item{TickItem: item}.At(s.Door.Here().Town)
		if err := s.allowed(r, visitor.TickOff, at); err != nil {
			return err
		}
	}
	note := strings.Join(strings.Fields(said.Get("note")), " ")
	if len(t.Items) == 0 || len(t.Items) > mostTicked || utf8.RuneCountInString(note) > 500 {
		back.Set("refused", "nothing")
	} else {
		t.By, t.Note = by(r), note
		at := s.Door.Here()
		at.Village, at.Branch = back.Get("village"), back.Get("branch")
		action := trail.TickedOff
		if t.Back {
			action = trail.TookTickBack
		}
		if err := s.done(ctx, action, tickedObject(t), at, s.Tick(ctx, t)); err != nil {
			return err
		}
		back.Set("done", "1")
	}
	s.log(ctx).LogAttrs(ctx, slog.LevelInfo, "ticked on a page", slog.Int("things", len(t.Items)), slog.Bool("back", t.Back), slog.String("refused", back.Get("refused")))
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/todo?"+back.Encode()+"#figure-todo", http.StatusSeeOther)
	return nil
}

// ticked reads off the list of the page what a form ticks or takes back; what does not stand there, or stands there so already,
// is left out.
func (s *server) ticked(ctx context.Context, address, said url.Values) (t pipelines.Tick, err error) {
	pinned, snapshot, err := s.opened(ctx, s.newest)
	if err != nil {
		return t, err
	}
	defer pinned.Release() // before the data are published anew
	p, _ := question.ByID("todo")
	ask, err := block.Ask(snapshot, p, address)
	if err == nil {
		err = s.lend(ctx, &ask, pinned, s.Door.Here())
	}
	if err != nil {
		return t, err
	}
	ask.Visitor = signin.VisitorOf(ctx)
	groups, err := todo.List(ctx, ask)
	if err != nil {
		return t, err
	}
	t.Month = ask.Month
	names := said["done"]
	if one := said.Get("back"); one != "" {
		t.Back, names = true, []string{one}
	}
	for _, g := range groups {
		for _, i := range g.Items {
			if (i.Done != nil) == t.Back && slices.Contains(names, i.Name()) {
				t.Items = append(t.Items, i.TickItem)
			}
		}
	}
	return t, nil
}

// tickedObject says in the trail what was ticked: how many things of which kinds; no persons.
func tickedObject(t pipelines.Tick) string {
	counts := map[pipelines.TodoKind]int{}
	var kinds []string
	for _, i := range t.Items {
		counts[i.Kind]++
	}
	for kind, n := range counts {
		kinds = append(kinds, fmt.Sprintf("%s %d", kind, n))
	}
	slices.Sort(kinds)
	return t.Month + " " + strings.Join(kinds, ", ")
}
