package alert

import (
	"context"
	"errors"
	"fmt"

	"hulian/dashboards/accounts"
	"hulian/dashboards/facts"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/notify"
	"hulian/queries"
	"hulian/queries/reading"
)

// State is how an alert stands in the newest month.
type State struct {
	Measure queries.Measure
	Value   facts.Value // of the newest month; it may not be known
	Fires   bool
	Finding [2]string // what the value says, in Chinese and English
}

// Of tells how an alert stands. A value above or below a bound fires in the month in which it passes it, not as long as it stays
// there; a value that is not known fires never. facts.ErrHidden: the visitor may not see the measure of the unit.
func Of(ctx context.Context, f facts.Facts, v visitor.Visitor, a accounts.Alert) (s State, err error) {
	m, known := queries.MeasureOf(a.Measure)
	if !known || !m.At(queries.Level(a.Level)) || !v.MayAnywhere(visitor.SeePages) || !v.SeesUnit(a.At(f.Town.ID)) {
		return s, facts.ErrHidden
	}
	found, err := f.Values(ctx, v, facts.Scope{Level: queries.Level(a.Level), Unit: a.Unit, From: f.FirstMonth, To: f.LastMonth}, m.ID)
	if err != nil {
		return s, err
	}
	var months []string
	for month := f.FirstMonth; month != "" && month <= f.LastMonth; month = facts.MonthAdd(month, 1) {
		months = append(months, month)
	}
	if len(months) == 0 {
		return State{Measure: m}, nil
	}
	series := found.Series(m.ID, a.Unit, months)
	read := f.Read(series)
	s = State{Measure: m, Value: series[len(series)-1], Finding: [2]string{read.Finding("zh"), read.Finding("en")}}
	switch {
	case !s.Value.Known():
	case a.Way == accounts.AlertSignal:
		s.Fires = read.Signal()
	default:
		before := len(series) > 1 && beyond(a, series[len(series)-2])
		s.Fires = beyond(a, s.Value) && !before
	}
	return s, nil
}

// beyond reports whether a value is above or below the bound, as the alert asks.
func beyond(a accounts.Alert, v facts.Value) bool {
	return v.Known() && (a.Way == accounts.AlertAbove && v.Value > a.Bound || a.Way == accounts.AlertBelow && v.Value < a.Bound)
}

// When says in words when the owner of an alert is told.
func When(a accounts.Alert, lang string) string {
	m, _ := queries.MeasureOf(a.Measure)
	bound := reading.Text(m, a.Bound, lang)
	switch a.Way {
	case accounts.AlertAbove:
		return fmt.Sprintf(data.Text{Zh: "高于%s", En: "above %s"}.In(lang), bound)
	case accounts.AlertBelow:
		return fmt.Sprintf(data.Text{Zh: "低于%s", En: "below %s"}.In(lang), bound)
	default:
		return data.Text{Zh: "出现超出正常波动的变化", En: "a change beyond chance"}.In(lang)
	}
}

// Happenings are what of the alerts of some people is to be told, in a language. Whoever may not see a measure is told nothing of
// it. One alert and month is one happening, however often a run is repeated; of two people who ask for the same, one. Whoever has given
// an address of mail is told by himself too.
func Happenings(ctx context.Context, f facts.Facts, of []accounts.Subscriber, lang string) (all []notify.Happening, err error) {
	told := map[string]bool{}
	for _, subscriber := range of {
		v := subscriber.Account.Visitor(f.Town.ID, visitor.Web)
		for _, a := range subscriber.Alerts {
			s, err := Of(ctx, f, v, a)
			if errors.Is(err, facts.ErrHidden) {
				continue
			}
			if err != nil {
				return nil, err
			}
			subject := fmt.Sprintf("alert %s %s %s %g %s", a.Measure, a.Unit, a.Way, a.Bound, f.LastMonth)
			if !s.Fires {
				continue
			}
			name, unit, month := s.Measure.Name.In(lang), f.Name(a.Unit), reading.MonthName(f.LastMonth, lang)
			happened := notify.Happening{Event: pipelines.EventAlert, Subject: subject,
				Title: fmt.Sprintf(data.Text{Zh: "户联：指标提醒 · %s · %s", En: "hulian: an alert · %s · %s"}.In(lang), unit, name),
				Text: fmt.Sprintf(data.Text{Zh: "%s%s：%s（%s）。提醒条件：%s。", En: "%s, %s: %s (%s). Asked for: %s."}.In(lang),
					month, name, s.Value.Text(lang), s.Value.Base(lang), When(a, lang))}
			if !told[subject] {
				told[subject], all = true, append(all, happened)
			}
			if subscriber.Account.Mail != "" {
				happened.To = subscriber.Account.Mail
				all = append(all, happened)
			}
		}
	}
	return all, nil
}
