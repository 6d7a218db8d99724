package decisions

import (
	"cmp"
	"context"
	"slices"
	"time"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/signals"
)

// Standing is how something that was decided stands on a day.
type Standing string

// Standings. Done and Dropped are of resolutions, Done of talks too; Accepted to Withdrawn of actions; Stands and Replaced of decisions on reserve cadres.
const (
	Open        Standing = "open"
	Due         Standing = "due" // within the month
	Overdue     Standing = "overdue"
	Accepted    Standing = "accepted"
	NotAccepted Standing = "not_accepted"
	Relapsed    Standing = "relapsed" // accepted, and the village became weak again since
	Withdrawn   Standing = "withdrawn"
	Done        Standing = "done"
	Dropped     Standing = "dropped"
	Stands      Standing = "stands"   // no newer decision on the member
	Replaced    Standing = "replaced" // decided anew since
)

// Name is the standing in a word.
func (s Standing) Name(r block.Request) string {
	names := map[Standing][2]string{Open: {"进行中", "open"}, Due: {"本月到期", "due this month"}, Overdue: {"超期", "overdue"}, Accepted: {"验收通过", "accepted"},
		NotAccepted: {"验收未通过", "not accepted"}, Relapsed: {"验收后复发", "relapsed"}, Withdrawn: {"已撤销", "withdrawn"}, Done: {"已办结", "done"}, Dropped: {"已取消", "dropped"}, Stands: {"现行", "stands"}, Replaced: {"后来另有决定", "decided anew since"}}
	return r.T(names[s][0], names[s][1])
}

// Tone colours what needs somebody, and what is well.
func (s Standing) Tone() view.Tone {
	switch s {
	case Overdue, NotAccepted, Relapsed:
		return view.ToneWorse
	case Accepted, Done:
		return view.ToneBetter
	case Withdrawn, Dropped, Replaced:
		return view.ToneQuiet
	case Open, Due, Stands:
	}
	return view.ToneNone
}

// pending is how something open with a deadline stands on a day.
func pending(dueOn string, day time.Time) Standing {
	switch today := day.Format(time.DateOnly); {
	case dueOn == "":
		return Open
	case dueOn < today:
		return Overdue
	case facts.FirstSeven(dueOn) == facts.FirstSeven(today):
		return Due
	}
	return Open
}

// ResolutionStanding is how a resolution stands at the end of the page's month.
func ResolutionStanding(r block.Request, x facts.Resolution) Standing {
	if x.State != "open" {
		return Standing(x.State)
	}
	return pending(x.DueOn, r.AsOf(r.Month))
}

// ActionStanding is how an action stands at the end of the page's month; whether its village relapsed since only Read knows.
func ActionStanding(r block.Request, a facts.Action) Standing {
	if a.Closed() {
		return Standing(a.State)
	}
	return pending(a.DueOn, r.AsOf(r.Month))
}

// Followed is an action with what became of its village.
type Followed struct {
	facts.Action
	Standing Standing
	Relapses []string        // months in which the village became weak again after the action was accepted
	Outcome  signals.Outcome // against the other villages that nobody helped
	Begun    bool            // whether Outcome says anything: the action has begun by the page's month
	Own      signals.Own     // on the village's own series of the measure that is followed
	FirstDue string          // the day of its verdict as it was written first
	Judged   string          // the day of its first verdict; empty: none yet
}

// measured is the action as its measures see it.
func (f Followed) measured() signals.Action {
	a := signals.Action{Village: f.OfVillage, State: f.State, Begun: f.DecidedOn, FirstDue: f.FirstDue, Judged: f.Judged, Outcome: f.Outcome, Followed: f.Begun, Relapsed: len(f.Relapses) > 0}
	if f.Closed() {
		a.Closed = f.ClosedOn
	}
	return a
}

// Book is what the page of actions knows.
type Book struct {
	Town     signals.Town
	Assessed []signals.Assessment
	Actions  []Followed   // in the order in which they were decided
	Seen     []facts.Unit // the villages whose actions the reader sees; nil: no village's
	All      bool         // they are all villages of the town
	First    string       // the day on which the town's first action began, whoever asks; empty: it has none
}

// Sees reports whether the reader sees the actions of a village; of the town, whether those of any.
func (b Book) Sees(village string) bool {
	return slices.ContainsFunc(b.Seen, func(u facts.Unit) bool { return village == "" || u.ID == village })
}

// Counts are the measures of the actions of a village, or of the whole town where none is named, as they stand on a day. Of a village
// whose actions the reader does not see no signal is counted either: all of them would look unanswered.
func (b Book) Counts(village string, day time.Time) []signals.ActionCount {
	seen := slices.DeleteFunc(slices.Clone(b.Assessed), func(a signals.Assessment) bool { return !b.Sees(a.Village.ID) })
	var all []signals.Action
	for _, f := range b.Actions {
		all = append(all, f.measured())
	}
	return signals.CountActions(b.Town, seen, all, village, b.First, day)
}

// Of are the actions of a village; of the whole town where none is named.
func (b Book) Of(village string) []Followed {
	return slices.DeleteFunc(slices.Clone(b.Actions), func(f Followed) bool { return village != "" && f.OfVillage != village })
}

// One is the action of an ID.
func (b Book) One(id string) (Followed, bool) {
	i := slices.IndexFunc(b.Actions, func(f Followed) bool { return f.ActionID == id })
	if i < 0 {
		return Followed{}, false
	}
	return b.Actions[i], true
}

// Assessment is how a village is judged.
func (b Book) Assessment(village string) (signals.Assessment, bool) {
	i := slices.IndexFunc(b.Assessed, func(a signals.Assessment) bool { return a.Village.ID == village })
	if i < 0 {
		return signals.Assessment{}, false
	}
	return b.Assessed[i], true
}

// Read reads the actions that the visitor may see as they stand in the page's month, with what became of each. Effects are compared with
// villages that had neither support nor action, whoever asks.
func Read(ctx context.Context, r block.Request) (b Book, err error) {
	all, err := r.Actions(ctx, r.Visitor, r.Month)
	if err != nil {
		return b, err
	}
	for _, u := range r.Villages {
		if r.SeesDecision(r.Visitor, u.ID) {
			b.Seen = append(b.Seen, u)
		}
	}
	b.All = len(b.Seen) == len(r.Villages)
	helped, err := r.Helped(ctx, r.Month)
	if err != nil {
		return b, err
	}
	for _, h := range helped {
		if b.First == "" || h.Started < b.First {
			b.First = h.Started
		}
	}
	rows, err := r.ActionRows(ctx, r.Visitor, r.Month)
	if err != nil {
		return b, err
	}
	if b.Town, err = block.Judged(ctx, r); err != nil {
		return b, err
	}
	var missing []string
	for _, a := range all {
		if m, known := queries.MeasureOf(a.Measure); known && m.At(queries.Village) && b.Town.Series[a.Measure] == nil && !slices.Contains(missing, a.Measure) {
			missing = append(missing, a.Measure)
		}
	}
	if len(missing) > 0 {
		if err := block.ReadVillages(ctx, r, &b.Town, missing...); err != nil {
			return b, err
		}
	}
	b.Assessed = signals.Assess(b.Town)
	with := b.Town
	with.Supports = slices.Concat(b.Town.Supports, helped)
	var outcomes []signals.Outcome
	if len(all) > 0 {
		outcomes = signals.Outcomes(with)
	}
	for _, a := range all {
		f := Followed{Action: a, Standing: ActionStanding(r, a)}
		f.FirstDue, f.Judged = firstDays(rows, a.ActionID)
		if i := slices.IndexFunc(outcomes, func(o signals.Outcome) bool { return o.Note == a.ActionID && a.ActionID != "" }); i >= 0 {
			f.Outcome, f.Begun = outcomes[i], true
		}
		m, _ := queries.MeasureOf(a.Measure)
		f.Own = b.Town.OwnShift(m, a.OfVillage, a.DecidedOn)
		if assessed, known := b.Assessment(a.OfVillage); known && a.State == "accepted" {
			for _, month := range assessed.Spells {
				if month > facts.FirstSeven(a.ClosedOn) {
					f.Relapses, f.Standing = append(f.Relapses, month), Relapsed
				}
			}
		}
		b.Actions = append(b.Actions, f)
	}
	return b, nil
}

// firstDays are the day an action was to be judged by as it was written first, and the day of its first verdict.
func firstDays(rows []facts.Action, id string) (due, judged string) {
	for _, row := range rows {
		if row.ActionID != id {
			continue
		}
		due = cmp.Or(due, row.DueOn)
		if row.State == "accepted" || row.State == "not_accepted" {
			judged = cmp.Or(judged, row.ClosedOn)
		}
	}
	return due, judged
}
