package decisions

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/block"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/queries"
	"hulian/queries/reading"
)

// Decided is something that was decided, whichever kind it is: an action, what a meeting resolved, a talk with a branch in last place, or a
// decision on a reserve cadre.
type Decided struct {
	ID       string
	Month    string // of the meeting
	Item     string // of the agenda
	What     string
	Village  string // empty: the whole town
	Branch   string // of a talk; empty: it is about no one branch
	Owner    string
	DueOn    string
	Standing Standing
	Ended    string // the day it was done, accepted, dropped; empty: it was not
	Remark   string
	Link     string    // to where it is followed
	Action   *Followed // nil: it is no action, or its effect was not asked for
	Since    string    // of a talk: what its branch did before and since; empty: it was not asked for
}

// Pending reports whether something is still to be done about it.
func (d Decided) Pending() bool {
	return d.Standing == Open || d.Standing == Due || d.Standing == Overdue
}

// DecidedUpTo reads all that was decided up to the page's month as it stands at its end, in the order of time, without the effects of actions.
func DecidedUpTo(ctx context.Context, r block.Request) (all []Decided, err error) {
	actions, err := r.Actions(ctx, r.Visitor, r.Month)
	if err != nil {
		return nil, err
	}
	resolved, err := r.Resolutions(ctx, r.Visitor, r.Month)
	if err != nil {
		return nil, err
	}
	for _, a := range actions {
		all = append(all, DecidedAction(r, Followed{Action: a, Standing: ActionStanding(r, a)}))
	}
	for _, x := range resolved {
		d := Decided{ID: x.ResolutionID, Month: x.OfMonth, Item: x.Item, What: x.Decision, Village: x.OfVillage, Owner: x.Owner, DueOn: x.DueOn, Standing: ResolutionStanding(r, x), Ended: x.DoneOn, Remark: x.Remark}
		if block.Decides(r) {
			d.Link = r.Link("meeting", question.With("resolution", x.ResolutionID), question.With("done", ""), question.With("refused", ""), question.With("item", "")) + "#resolution"
		}
		all = append(all, d)
	}
	talks, err := r.Talks(ctx, r.Visitor, r.Month)
	if err != nil {
		return nil, err
	}
	for _, t := range talks {
		standing := Done
		if t.HeldOn == "" {
			standing = pending(t.DueOn, r.AsOf(r.Month))
		}
		all = append(all, Decided{ID: "TH-" + t.OfBranch + "-" + t.Day(), Month: facts.FirstSeven(cmp.Or(t.ArrangedOn, t.HeldOn)), Item: "branches", Village: r.UnitOf(t.OfBranch).VillageID, Branch: t.OfBranch,
			Owner: t.Owner, DueOn: t.DueOn, Standing: standing, Ended: t.HeldOn, Remark: t.Note, Link: r.Link("points") + "#table-last",
			What: r.Tf("%[1]s：%[2]s（%[3]s年度末位）", "%[1]s: %[2]s (last in %[3]s)", r.Name(t.OfBranch), r.Word("talks", "talk", t.Talk), t.RatedYear)})
	}
	cadres, err := onCadres(ctx, r)
	all = append(all, cadres...)
	slices.SortStableFunc(all, func(a, b Decided) int { return strings.Compare(a.Month, b.Month) })
	return all, err
}

// onCadres are the decisions on reserve cadres that were typed, for whoever sees the evidence. They name nobody: whom one is about stands on
// the sheet, every view of which is kept.
func onCadres(ctx context.Context, r block.Request) (all []Decided, err error) {
	rows, err := r.DecidedOnCadres(ctx, r.Visitor, r.Month)
	if errors.Is(err, facts.ErrHidden) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	contests, err := r.Contests(ctx, r.Visitor)
	if err != nil {
		return nil, err
	}
	newest := facts.Standing(rows)
	for _, d := range rows {
		if !d.Typed {
			continue
		}
		one := Decided{ID: "HB-" + d.EnteredAt, Month: d.OfMonth, Item: "cadres", Owner: d.DecidedBy, Ended: d.DecidedOn, Standing: Stands,
			What: r.Tf("后备干部：%s一名", "Reserve cadre, one member: %s", r.Word("cadre_decided", "decision", d.Decision)),
			Link: r.Link("cadres", question.With("member", ""), question.With("done", ""), question.With("refused", ""))}
		if now := newest[d.MemberID]; now != d {
			one.Standing = Replaced
			one.Remark = r.Tf("%[1]s改为%[2]s", "%[1]s: %[2]s", now.DecidedOn, r.Word("cadre_decided", "decision", now.Decision))
		}
		if slices.ContainsFunc(contests, func(c facts.Contest) bool { return c.MemberID == d.MemberID && c.OfMonth <= r.Month && c.Pending() }) {
			one.Remark = strings.TrimSpace(one.Remark + r.T("；本人有异议，尚未了结", "; the member contests it, and it is not settled"))
		}
		all = append(all, one)
	}
	return all, nil
}

// SinceTalk says what the households of a branch saw of it in the month of a talk and at the page's month. One branch's two months are no proof
// of anything, so that it is not judged.
func SinceTalk(ctx context.Context, r block.Request, d Decided) (string, error) {
	all, err := r.Values(ctx, r.Visitor, facts.Scope{Level: facts.LevelBranch, From: d.Month, To: r.Month}, talkMeasure)
	if err != nil {
		return "", err
	}
	m, _ := queries.MeasureOf(talkMeasure)
	var said []string
	for _, month := range slices.Compact([]string{d.Month, r.Month}) {
		v := all.At(talkMeasure, d.Branch, month)
		said = append(said, r.MonthName(month)+r.T("", " ")+reading.WithBase(m, v.Value, v.Num, v.Den, r.Lang))
	}
	return m.Name.In(r.Lang) + r.T("：", ": ") + strings.Join(said, " → "), nil
}

// talkMeasure is what a branch's own members can change within a month.
const talkMeasure = "household_coverage"

// DecidedAction is an action as something that was decided.
func DecidedAction(r block.Request, f Followed) Decided {
	return Decided{ID: f.ActionID, Month: f.OfMonth, Item: "weak", Village: f.OfVillage, Owner: f.Owner, DueOn: f.DueOn, Standing: f.Standing, Ended: f.ClosedOn, Remark: f.Result, Link: ActionLink(r, f.ActionID),
		What: joined(r, r.Name(f.OfVillage)+r.T("：", ": ")+r.Word("actions", "support", f.Support), f.SupportNote)}
}

// LastMeeting is the newest month before another one, or that one too, in which something was decided; empty where nothing was.
func LastMeeting(all []Decided, month string, itself bool) (last string) {
	for _, d := range all {
		if d.Month < month || itself && d.Month == month {
			last = max(last, d.Month)
		}
	}
	return last
}

// At are those of one month.
func At(all []Decided, month string) []Decided {
	return slices.DeleteFunc(slices.Clone(all), func(d Decided) bool { return d.Month != month })
}

// mostDecided is how many decisions stand on the first screen.
const mostDecided = 5

func closedLast(d Decided) int {
	if d.Pending() {
		return 0
	}
	return 1
}

// LastDecided is what the last meeting decided, up to the page's month and in its place, in few columns.
func LastDecided(ctx context.Context, r block.Request) (*view.Table, error) {
	t := &view.Table{ID: "decisions", Stacked: true, Title: r.T("上次会议议定的事", "Decided at the last meeting"), Empty: r.T("还没有会议议定事项。", "No meeting has decided anything yet.")}
	all, err := DecidedUpTo(ctx, r)
	if err != nil {
		return t, err
	}
	all = slices.DeleteFunc(all, func(d Decided) bool { return r.Village != "" && d.Village != r.Village })
	if block.Decides(r) {
		t.Empty += r.T("在“例会”页记录。", " They are recorded on the page Meeting.")
	}
	last := LastMeeting(all, r.Month, true)
	if last != "" {
		t.Title = r.Tf("上次会议议定的事 · %s", "Decided at the last meeting · %s", r.MonthName(last))
	}
	shown := At(all, last)
	slices.SortStableFunc(shown, func(a, b Decided) int { return closedLast(a) - closedLast(b) })
	if more := len(shown) - mostDecided; more > 0 && !r.Whole {
		shown, t.Exist = shown[:mostDecided], len(shown)
		t.More, t.MoreLink = r.Tf("另有%d件。", "%d more.", more), r.Link("todo")
		if block.Decides(r) {
			t.MoreLink = r.Link("meeting", question.At(last)) + "#resolved"
		}
	}
	view.Fill(t, shown,
		view.Of(view.Words(r.T("事项", "What")), func(d Decided) view.Cell { return view.Cell{Text: d.What, Link: d.Link, Note: d.Owner} }),
		view.Of(view.Day(r.T("期限", "Due")), func(d Decided) view.Cell { return view.Plain(block.OrMissing(d.DueOn)) }),
		view.Of(view.Words(r.T("状态", "State")), func(d Decided) view.Cell { return view.Cell{Text: d.Standing.Name(r), Tone: d.Standing.Tone()} }))
	return t, nil
}

// DueNow is what was decided, is about the page's place, and is due within its month or late.
func DueNow(ctx context.Context, r block.Request) ([]Decided, error) {
	all, err := DecidedUpTo(ctx, r)
	return slices.DeleteFunc(all, func(d Decided) bool {
		return d.Standing != Due && d.Standing != Overdue || r.Village != "" && d.Village != r.Village || r.Branch != "" && r.Unit().Level == facts.LevelBranch
	}), err
}
