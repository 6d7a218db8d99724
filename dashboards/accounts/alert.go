package accounts

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"
	"time"

	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
)

// AlertWay is when somebody wants to be told of a value.
type AlertWay string

// Ways of alerts.
const (
	AlertSignal AlertWay = "signal" // it differs from the months before by more than chance
	AlertAbove  AlertWay = "above"  // it is above Bound
	AlertBelow  AlertWay = "below"  // it is below Bound
)

// mostAlerts is how many alerts an account may have.
const mostAlerts = 50

// Alert is a measure of a unit that the owner of an account wants to be told of.
type Alert struct {
	ID      int64
	Account string
	Measure string // ID
	Level   string // of the unit: town, village or branch
	Village string // the unit is in; empty: the town
	Unit    string // ID
	Way     AlertWay
	Bound   float64   // in the measure's unit, of a share as a part of 1; 0 for a signal
	Created time.Time // UTC
}

// At is the place that the alert is about.
func (a Alert) At(town string) visitor.Place {
	at := visitor.Place{Town: town, Village: a.Village}
	if a.Level == "branch" {
		at.Branch = a.Unit
	}
	return at
}

// described is an alert in the trail.
func (a Alert) described() string { return a.Measure + " " + a.Unit + " " + string(a.Way) }

// Subscribe keeps what the owner of an account wants to be told of; asking for the same again changes nothing. Wrong asks are
// refused with a Refusal.
func (s *Store) Subscribe(ctx context.Context, act Act, ask Alert) error {
	if !slices.Contains([]AlertWay{AlertSignal, AlertAbove, AlertBelow}, ask.Way) || math.IsNaN(ask.Bound) || math.IsInf(ask.Bound, 0) || ask.Measure == "" || ask.Unit == "" {
		return ErrAlert
	}
	if ask.Way == AlertSignal {
		ask.Bound = 0
	}
	return s.db.Transact(ctx, func(tx *sql.Tx) error {
		a, err := act.account(ctx, tx, act.By.Account)
		if err != nil {
			return err
		}
		all, err := readAlerts(ctx, tx, "where s.account = ?", a.ID)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(all, func(b Alert) bool {
			return b.Measure == ask.Measure && b.Unit == ask.Unit && b.Way == ask.Way && b.Bound == ask.Bound
		}) {
			return nil
		}
		if len(all) >= mostAlerts {
			return ErrAlertMany
		}
		if _, err := tx.ExecContext(ctx, "insert into alerts (account, measure, level, village, unit, way, bound, created_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
			a.ID, ask.Measure, ask.Level, ask.Village, ask.Unit, ask.Way, ask.Bound, s.now().UnixMilli()); err != nil {
			return err
		}
		return trail.Append(ctx, tx, s.now(), act.event(trail.Subscribed, ask.described(), a.Scope))
	})
}

const selectedAlerts = "select s.id, a.name, s.measure, s.level, s.village, s.unit, s.way, s.bound, s.created_at from alerts s join accounts a on a.id = s.account "

func readAlerts(ctx context.Context, q querier, condition string, args ...any) (all []Alert, err error) {
	err = each(ctx, q, func(rows *sql.Rows) error {
		var a Alert
		var created int64
		if err := rows.Scan(&a.ID, &a.Account, &a.Measure, &a.Level, &a.Village, &a.Unit, &a.Way, &a.Bound, &created); err != nil {
			return err
		}
		a.Created = moment(created)
		all = append(all, a)
		return nil
	}, selectedAlerts+condition+" order by s.id", args...)
	return all, err
}

// Alerts lists what the visitor wants to be told of, in the order in which he asked for it.
func (s *Store) Alerts(ctx context.Context, by visitor.Visitor) ([]Alert, error) {
	a, err := one(ctx, s.db, by.Account)
	if err != nil {
		return nil, err
	}
	return readAlerts(ctx, s.db, "where s.account = ?", a.ID)
}

// Subscriber is somebody who wants to be told of something, as he may see it now.
type Subscriber struct {
	Account Account
	Alerts  []Alert
}

// Subscribers lists everybody who wants to be told of something and can sign in, to the operator of the machine.
func (s *Store) Subscribers(ctx context.Context, act Act) (all []Subscriber, err error) {
	if err := act.mayKeepAccounts(); err != nil {
		return nil, err
	}
	known, err := read(ctx, s.db, "where disabled = 0 order by id")
	if err != nil {
		return nil, err
	}
	for _, a := range known {
		alerts, err := readAlerts(ctx, s.db, "where s.account = ?", a.ID)
		if err != nil {
			return nil, err
		}
		if len(alerts) > 0 {
			all = append(all, Subscriber{a, alerts})
		}
	}
	return all, nil
}

// EndAlert ends an alert of the visitor. ErrAlertUnknown: he has none of that number.
func (s *Store) EndAlert(ctx context.Context, act Act, id int64) error {
	return s.db.Transact(ctx, func(tx *sql.Tx) error {
		a, err := act.account(ctx, tx, act.By.Account)
		if err != nil {
			return err
		}
		all, err := readAlerts(ctx, tx, "where s.account = ? and s.id = ?", a.ID, id)
		if err != nil || len(all) == 0 {
			return errors.Join(err, refusedIf(err == nil, ErrAlertUnknown))
		}
		if _, err := tx.ExecContext(ctx, "delete from alerts where id = ?", id); err != nil {
			return err
		}
		return trail.Append(ctx, tx, s.now(), act.event(trail.Unsubscribed, all[0].described(), a.Scope))
	})
}
