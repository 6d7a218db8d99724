package facts

import (
	"context"
	"slices"

	"hulian/dashboards/visitor"
	"hulian/queries/signals"
)

// Decision is what was decided about a member as a reserve cadre: in a file, or typed on the page.
type Decision struct {
	MemberID  string `is:"member"`
	DecidedOn string `is:"day"`
	Decision  string // of the contract: list, not_list, defer, remove
	DecidedBy string `is:"text"`
	Reason    string `is:"text"`
	Typed     bool
	OfMonth   string // of the page it was typed on; of a file the month of the day
	EnteredBy string // empty for a file
	EnteredAt string // likewise, to the minute
}

const decisionsSQL = `
select d.member_id, d.decided_on, d.decision, d.decided_by, d.reason, d.typed, d.of_month, d.entered_by, strftime(d.entered_at, '%Y-%m-%d %H:%M') as entered_at
from cadre_history d`

// Contest is what a member contests of the record about him, as it stands.
type Contest struct {
	ContestID   string
	MemberID    string `is:"member"`
	OfMonth     string
	Evidence    string // of the contract: a signal, or other
	Settled     string // of the contract: open, upheld, corrected, dismissed, withdrawn
	ContestedOn string `is:"day"`
	Said        string `is:"text"`
	AnsweredOn  string `is:"day"`
	Answer      string `is:"text"`
	EnteredBy   string // who recorded what stands now
	EnteredAt   string
	RecordedBy  string // who recorded the contest
	RecordedAt  string
}

// Pending reports whether the evidence contested is still in dispute: no answer yet, or upheld and not yet corrected.
func (c Contest) Pending() bool { return c.Settled == "open" || c.Settled == "upheld" }

const contestsSQL = `
select c.contest_id, c.member_id, c.of_month, c.evidence, c.settled, c.contested_on, c.said, c.answered_on, c.answer, c.entered_by,
    strftime(c.entered_at, '%Y-%m-%d %H:%M') as entered_at, c.entered_by as recorded_by, strftime(c.entered_at, '%Y-%m-%d %H:%M') as recorded_at
from cadre_contests c
order by c.entered_at, c.entry_id`

// seesEvidence reports whether the visitor may see the evidence about reserve cadres. It is laid out for the whole town, since
// members are compared.
func (f Facts) seesEvidence(v visitor.Visitor) bool { return v.SeesEvidence(f.place("", "")) }

// Decisions reads the decisions about a member, in order of time, for whoever sees the evidence.
func (f Facts) Decisions(ctx context.Context, v visitor.Visitor, member string) ([]Decision, error) {
	if !f.seesEvidence(v) {
		return nil, ErrHidden
	}
	return entered[Decision](ctx, f, v, "decisions", decisionsSQL+" where d.member_id = ? order by d.decided_on, d.typed, d.entered_at", member)
}

// DecidedOnCadres reads the decisions of the months up to one, by month and day, for whoever sees the evidence.
func (f Facts) DecidedOnCadres(ctx context.Context, v visitor.Visitor, month string) ([]Decision, error) {
	if !f.seesEvidence(v) {
		return nil, ErrHidden
	}
	return entered[Decision](ctx, f, v, "the decisions on reserve cadres", decisionsSQL+" where d.of_month <= ? order by d.of_month, d.decided_on, d.member_id, d.typed, d.entered_at", month)
}

// Standing is the decision that stands of each member among those given: the newest by its day; of one day what was typed last, before what
// came in a file. Given those up to a month it is what stood then.
func Standing(all []Decision) map[string]Decision {
	newest := map[string]Decision{}
	for _, d := range all {
		if was, known := newest[d.MemberID]; !known || d.DecidedOn > was.DecidedOn || d.DecidedOn == was.DecidedOn && d.EnteredAt >= was.EnteredAt {
			newest[d.MemberID] = d
		}
	}
	return newest
}

// Contests reads what members contest of the record about them and how it was answered, in the order in which it was recorded, for
// whoever sees the evidence; nothing where an older version published the snapshot.
func (f Facts) Contests(ctx context.Context, v visitor.Visitor) ([]Contest, error) {
	if !f.seesEvidence(v) {
		return nil, ErrHidden
	}
	rows, err := entered[Contest](ctx, f, v, "what members contest", contestsSQL)
	rows = slices.Clone(rows)
	for i, row := range rows {
		if row.Settled != "open" { // who answered did not record it
			rows[i].RecordedBy, rows[i].RecordedAt = "", ""
		}
	}
	return folded(rows, func(c Contest) string { return c.ContestID }), err
}

const cadreSignalsSQL = `
select c.member_id, c.branch_id, c.village_id, c.signal, c.numerator, c.denominator, c.value, c.peer_median, c.peers, c.minimum_met, c.disputed, c.doubtful, c.recent, c.undated, c.unknown_months
from cadre_signals c
order by c.member_id, c.signal`

type cadreSignal struct {
	MemberID                                  string `is:"member"`
	BranchID, VillageID, Signal               string
	Numerator, Denominator, Value, PeerMedian float64
	Peers                                     int64
	MinimumMet                                bool
	Disputed, Doubtful, Recent                int64
	Undated, UnknownMonths                    int64
}

// CadreRecords reads what is on record of every active member, signal by signal, with what was left out as not beyond dispute, for
// whoever sees the evidence.
func (f Facts) CadreRecords(ctx context.Context, v visitor.Visitor) ([]signals.Record, error) {
	if !f.seesEvidence(v) {
		return nil, ErrHidden
	}
	rows, err := list[cadreSignal](ctx, f, v, "reserve-cadre signals", cadreSignalsSQL)
	if err != nil {
		return nil, err
	}
	contests, err := f.Contests(ctx, v)
	if err != nil {
		return nil, err
	}
	inDispute := map[[2]string]bool{}
	for _, c := range contests {
		if c.Pending() {
			inDispute[[2]string{c.MemberID, c.Evidence}] = true
		}
	}
	all := make([]signals.Record, len(rows))
	for i, row := range rows {
		all[i] = signals.Record{Member: row.MemberID, Branch: row.BranchID, Village: row.VillageID, Signal: row.Signal, Numerator: row.Numerator, Denominator: row.Denominator,
			Value: row.Value, PeerMedian: row.PeerMedian, Peers: int(row.Peers), MinimumMet: row.MinimumMet, Contested: inDispute[[2]string{row.MemberID, row.Signal}],
			LeftOut: signals.LeftOut{Disputed: int(row.Disputed), Doubtful: int(row.Doubtful), Recent: int(row.Recent), Undated: int(row.Undated), Unknown: int(row.UnknownMonths)}}
	}
	return all, nil
}

const cadreContextSQL = `
select c.member_id, c.name, c.gender, c.age, c.education, c.years_member, c.role, c.branch_id, c.village_id, c.decision, c.decided_on, c.member_rating, c.kind, c.households
from cadre_context c
order by c.member_id`

type cadreContext struct {
	MemberID                                     string `is:"member"`
	Name                                         string `is:"person"`
	Gender, Education, Role, BranchID, VillageID string
	Decision                                     string
	DecidedOn                                    string `is:"day"`
	MemberRating                                 string
	Kind                                         string
	Age, YearsMember, Households                 float64
}

// CadrePeople reads who the active members are, for whoever sees the evidence.
func (f Facts) CadrePeople(ctx context.Context, v visitor.Visitor) ([]signals.Person, error) {
	if !f.seesEvidence(v) {
		return nil, ErrHidden
	}
	rows, err := list[cadreContext](ctx, f, v, "the context of members", cadreContextSQL)
	all := make([]signals.Person, len(rows))
	for i, row := range rows {
		all[i] = signals.Person{ID: row.MemberID, Name: row.Name, Gender: row.Gender, Education: row.Education, Role: row.Role, Branch: row.BranchID,
			Village: row.VillageID, Decision: row.Decision, DecidedOn: row.DecidedOn, Rating: row.MemberRating, Kind: row.Kind, Age: row.Age, Years: row.YearsMember, Households: row.Households}
	}
	return all, err
}
