package facts

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"hulian/dashboards/visitor"
	"hulian/queries/signals"
)

// Decision is what was decided about a member as a reserve cadre.
type Decision struct {
	DecidedOn string `is:"day"`
	Decision  string
	DecidedBy string `is:"text"`
	Reason    string `is:"text"`
}

const decisionsSQL = `
select d.decided_on, d.decision, d.decided_by, d.reason
from cadre_decisions d
where d.member_id = ?
order by d.decided_on`

// seesEvidence reports whether the visitor may see the evidence about reserve cadres. It is laid out for the whole town, since
// members are compared.
func (f Facts) seesEvidence(v visitor.Visitor) bool { return v.SeesEvidence(f.place("", "")) }

// Decisions reads the decisions about a member, in order of time, for whoever sees the evidence.
func (f Facts) Decisions(ctx context.Context, v visitor.Visitor, member string) ([]Decision, error) {
	if !f.seesEvidence(v) {
		return nil, ErrHidden
	}
	return list[Decision](ctx, f, v, "decisions", decisionsSQL, member)
}

const cadreSignalsSQL = `
select c.member_id, c.branch_id, c.village_id, c.signal, c.numerator, c.denominator, c.value, c.peer_median, c.peers, c.minimum_met, c.detail
from cadre_signals c
order by c.member_id, c.signal`

type cadreSignal struct {
	MemberID                                  string `is:"member"`
	BranchID, VillageID, Signal               string
	Numerator, Denominator, Value, PeerMedian float64
	Peers                                     int64
	MinimumMet                                bool
	Detail                                    string `is:"text"`
}

// CadreRecords reads what is on record of every active member, signal by signal, for whoever sees the evidence.
func (f Facts) CadreRecords(ctx context.Context, v visitor.Visitor) ([]signals.Record, error) {
	if !f.seesEvidence(v) {
		return nil, ErrHidden
	}
	rows, err := list[cadreSignal](ctx, f, v, "reserve-cadre signals", cadreSignalsSQL)
	if err != nil {
		return nil, err
	}
	all := make([]signals.Record, len(rows))
	for i, row := range rows {
		all[i] = signals.Record{Member: row.MemberID, Branch: row.BranchID, Village: row.VillageID, Signal: row.Signal, Numerator: row.Numerator, Denominator: row.Denominator,
			Value: row.Value, PeerMedian: row.PeerMedian, Peers: int(row.Peers), MinimumMet: row.MinimumMet}
		if row.Signal == signals.Visiting { // detail is months on record/doubtful visits
			if _, doubtful, ok := strings.Cut(row.Detail, "/"); ok {
				if all[i].Doubtful, err = strconv.Atoi(doubtful); err != nil {
					return nil, fmt.Errorf("read the doubtful visits of member %s: %w", row.MemberID, err)
				}
			}
		}
	}
	return all, nil
}

const cadreContextSQL = `
select c.member_id, c.name, c.gender, c.age, c.education, c.years_member, c.role, c.branch_id, c.village_id, c.decision, c.decided_on, c.member_rating
from cadre_context c
order by c.member_id`

type cadreContext struct {
	MemberID                                     string `is:"member"`
	Name                                         string `is:"person"`
	Gender, Education, Role, BranchID, VillageID string
	Decision                                     string
	DecidedOn                                    string `is:"day"`
	MemberRating                                 string
	Age, YearsMember                             float64
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
			Village: row.VillageID, Decision: row.Decision, DecidedOn: row.DecidedOn, Rating: row.MemberRating, Age: row.Age, Years: row.YearsMember}
	}
	return all, err
}
