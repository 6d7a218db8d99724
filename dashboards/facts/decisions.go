package facts

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"hulian/dashboards/visitor"
	"hulian/queries/signals"
)

// Action is help for a village, as it stood in a month: what was decided, for whom, why, and what became of it.
type Action struct {
	ActionID    string
	State       string // of the contract: open, accepted, not_accepted, withdrawn
	OfMonth     string // in which it was decided
	OfVillage   string
	Signal      string `is:"text"`
	Measure     string
	Cause       string
	CauseNote   string `is:"text"`
	Support     string
	SupportNote string `is:"text"`
	Owner       string `is:"person"`
	DecidedOn   string `is:"day"`
	DueOn       string `is:"day"`
	Acceptance  string `is:"text"`
	ClosedOn    string `is:"day"`
	Result      string `is:"text"`
	EnteredBy   string
	EnteredAt   string `is:"day"`
}

// Closed reports whether nothing more is expected of it.
func (a Action) Closed() bool { return a.State != "open" }

// Resolution is what a meeting resolved, as it stood in a month.
type Resolution struct {
	ResolutionID string
	State        string // of the contract: open, done, dropped
	OfMonth      string // whose meeting resolved it
	MeetingOn    string `is:"day"`
	Item         string // of the agenda
	OfVillage    string // empty: the whole town
	Decision     string `is:"text"`
	Owner        string `is:"person"`
	DueOn        string `is:"day"`
	DoneOn       string `is:"day"`
	Remark       string `is:"text"`
	EnteredBy    string
	EnteredAt    string `is:"day"`
}

// Plan is how pilots are to be compared, as somebody registered it.
type Plan struct {
	OfMonth      string
	KnownTo      string // last month with data when it was registered
	Question     string `is:"text"`
	Outcomes     string // IDs of measures, the main one first
	Direction    string // of the contract: better, either
	Smallest     float64
	ComparedWith string
	Several      string
	Unmoved      string  // ID of a measure that should not move; empty: none
	Cost         float64 // of the pilots, yuan; NaN: not known
	OfVillages   string
	LooksOn      string `is:"day"`
	Remark       string `is:"text"`
	EnteredBy    string
	EnteredAt    string `is:"day"`
}

// Snapshots of older versions have plans without the two columns that were added.
const plansSQL = `
select p.of_month, p.known_to, p.question, p.outcomes, p.direction, p.smallest, p.compared_with, p.several, %s as unmoved, %s as cost, p.of_villages, p.looks_on, p.remark, p.entered_by, p.entered_at
from plans p
where p.of_month <= ?
order by p.entered_at, p.entry_id`

// Plans reads the plans registered up to a month, the oldest first; nothing where an older version published the snapshot.
func (f Facts) Plans(ctx context.Context, v visitor.Visitor, month string) ([]Plan, error) {
	all, err := list[Plan](ctx, f, v, "the plans of the comparison", fmt.Sprintf(plansSQL, "p.unmoved", "p.cost"), month)
	if err != nil && absent(err) {
		return entered[Plan](ctx, f, v, "the plans of the comparison", fmt.Sprintf(plansSQL, "cast(null as varchar)", "cast(null as double)"), month)
	}
	return all, err
}

const actionsSQL = `
select a.action_id, a.state, a.of_month, a.of_village, a.signal, a.measure, a.cause, a.cause_note, a.support, a.support_note, a.owner,
    a.decided_on, a.due_on, a.acceptance, a.closed_on, a.result, a.entered_by, a.entered_at
from actions a
where a.of_month <= ?
order by a.entered_at, a.entry_id`

const resolutionsSQL = `
select r.resolution_id, r.state, r.of_month, r.meeting_on, r.item, r.of_village, r.decision, r.owner, r.due_on, r.done_on, r.remark, r.entered_by, r.entered_at
from resolutions r
where r.of_month <= ?
order by r.entered_at, r.entry_id`

// ActionRows reads what was filled in of actions on the pages up to a month, the oldest first, of the places whose decisions the
// visitor may see; nothing where an older version published the snapshot.
func (f Facts) ActionRows(ctx context.Context, v visitor.Visitor, month string) ([]Action, error) {
	all, err := entered[Action](ctx, f, v, "what was decided to help", actionsSQL, month)
	return slices.DeleteFunc(slices.Clone(all), func(a Action) bool { return !f.SeesDecision(v, a.OfVillage) }), err
}

// Actions reads the actions as they stood in a month, in the order in which they were decided.
func (f Facts) Actions(ctx context.Context, v visitor.Visitor, month string) ([]Action, error) {
	rows, err := f.ActionRows(ctx, v, month)
	return folded(rows, func(a Action) string { return a.ActionID }), err
}

// Helped reads which villages were helped from which day on by the actions decided up to a month, those withdrawn left out: Note is the ID of the
// action. It is what an effect is compared with, whoever asks, and says nothing of what was decided.
func (f Facts) Helped(ctx context.Context, month string) ([]signals.Support, error) {
	rows, err := read[Action](ctx, f.Data, "what was decided to help", actionsSQL, month)
	if err != nil {
		if absent(err) {
			err = nil
		}
		return nil, err
	}
	var all []signals.Support
	for _, a := range folded(rows, func(a Action) string { return a.ActionID }) {
		if a.State != "withdrawn" {
			all = append(all, signals.Support{Village: a.OfVillage, Kind: a.Support, Started: a.DecidedOn, Note: a.ActionID})
		}
	}
	return all, nil
}

// Resolutions reads what meetings resolved, as it stood in a month, in the order in which it was resolved. What is about
// reserve cadres and the assessment of members is for those who may see such evidence.
func (f Facts) Resolutions(ctx context.Context, v visitor.Visitor, month string) ([]Resolution, error) {
	rows, err := entered[Resolution](ctx, f, v, "what meetings resolved", resolutionsSQL, month)
	all := folded(rows, func(r Resolution) string { return r.ResolutionID })
	return slices.DeleteFunc(all, func(r Resolution) bool {
		personal := r.Item == "cadres" || r.Item == "members"
		return !f.SeesDecision(v, r.OfVillage) || personal && !v.SeesEvidence(f.place("", ""))
	}), err
}

// SeesDecision reports whether the visitor may see what was decided about a village, or about the whole town: whoever is of one
// village sees what is about it.
func (f Facts) SeesDecision(v visitor.Visitor, village string) bool {
	return v.SeesUnit(f.place("", "")) && (v.Scope.Village == "" || v.Scope.Village == village)
}

// folded joins the rows about one thing: later entries replace earlier ones, but the month stays that of the first row.
func folded[T any](rows []T, id func(T) string) (all []T) {
	for _, row := range rows {
		i := slices.IndexFunc(all, func(t T) bool { return id(t) == id(row) })
		if i < 0 {
			all = append(all, row)
			continue
		}
		into, from := reflect.ValueOf(&all[i]).Elem(), reflect.ValueOf(row)
		for k := range into.NumField() {
			if text := from.Field(k).String(); text != "" && into.Type().Field(k).Name != "OfMonth" {
				into.Field(k).SetString(text)
			}
		}
	}
	return all
}

// MemberResult is how many members were assessed so in a period.
type MemberResult struct {
	Period, Result string
	Members        float64
}

const memberResultsSQL = `
select m.period, m.result, count(*) as members
from member_ratings m
where m.period = (select max_by(n.period, %s) from member_ratings n)
group by m.period, m.result
order by m.result`

// MemberResults counts how members were assessed in the newest period that is known, as numbers alone, for who may see such evidence.
func (f Facts) MemberResults(ctx context.Context, v visitor.Visitor) ([]MemberResult, error) {
	if !v.SeesEvidence(f.place("", "")) {
		return nil, ErrHidden
	}
	return list[MemberResult](ctx, f, v, "how members were assessed", fmt.Sprintf(memberResultsSQL, periodOrder("n.period")))
}
