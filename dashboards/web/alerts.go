package web

import (
	"net/http"
	"net/url"
	"strconv"

	"hulian/dashboards/accounts"
	"hulian/dashboards/facts"
	"hulian/dashboards/question"
	"hulian/dashboards/signin"
	"hulian/dashboards/visitor"
	"hulian/queries"
)

// keepAlert keeps what the visitor wants to be told of, or ends it, or keeps where he is told by mail, and leads to the page of his alerts.
func (s *server) keepAlert(w http.ResponseWriter, r *http.Request) error {
	action := r.PathValue("action")
	if action != "add" && action != "end" && action != "mail" {
		return errNotFound
	}
	if err := s.somewhere(r, visitor.SeePages); err != nil {
		return err
	}
	if err := readForm(w, r, shortForm); err != nil {
		return err
	}
	said, back := r.PostForm, url.Values{}
	keepLanguage(back, said, r.URL.Query())
	who := signin.VisitorOf(r.Context())
	act := accounts.Act{By: who, Address: signin.AddressOf(r.Context()).String()}
	var err error
	switch action {
	case "mail":
		err = s.Door.Accounts.SetMail(r.Context(), act, said.Get("mail"))
	case "end":
		id, _ := strconv.ParseInt(said.Get("id"), 10, 64) // 0 where it is no number: nobody has that alert
		err = s.Door.Accounts.EndAlert(r.Context(), act, id)
	default:
		err = s.subscribe(r, act, said)
	}
	if code := refusalCode(err); code != "" {
		back.Set("refused", code)
	} else if err != nil {
		return err
	} else {
		back.Set("done", "1")
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/alerts?"+back.Encode(), http.StatusSeeOther)
	return nil
}

// subscribe keeps an alert as a form says it; shares are typed in per cent.
func (s *server) subscribe(r *http.Request, act accounts.Act, said url.Values) error {
	ctx := r.Context()
	pinned, snapshot, err := s.opened(ctx, s.pin)
	if err != nil {
		return err
	}
	defer pinned.Release()
	p, _ := question.ByID("measures")
	q, err := question.Read(snapshot, p, url.Values{"village": said["village"], "branch": said["branch"]})
	if err != nil {
		return err
	}
	u := q.Unit()
	m, known := queries.MeasureOf(said.Get("measure"))
	if !known || !m.At(u.Level) {
		return accounts.ErrAlert
	}
	ask := accounts.Alert{Measure: m.ID, Level: string(u.Level), Unit: u.ID, Village: q.Village, Way: accounts.AlertWay(said.Get("way"))}
	if u.Level == facts.LevelTown {
		ask.Village = ""
	}
	if ask.Way != accounts.AlertSignal {
		if ask.Bound, err = strconv.ParseFloat(said.Get("bound"), 64); err != nil {
			return accounts.ErrAlert
		}
		if m.Unit == "share" {
			ask.Bound /= 100
		}
	}
	if !act.By.SeesUnit(ask.At(snapshot.Town.ID)) {
		return errBeyond
	}
	return s.Door.Accounts.Subscribe(ctx, act, ask)
}
