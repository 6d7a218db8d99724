package facts

import (
	"context"
	"fmt"
	"math"
	"slices"

	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
)

// LinkedHousehold is a household as its register has it at the cut-off, with the member it is linked to.
type LinkedHousehold struct {
	HouseholdID          string `is:"household"`
	HeadName             string `is:"person"`
	LinkedMemberID       string `is:"member"`
	MemberName           string `is:"person"`
	LinkedSince          string `is:"day"`
	LinkBasis            string // near, kin or convenient; empty: not told
	VillageID, BranchID  string
	MemberBranch, Status string // of the member: empty where no list names him
}

const linkedSQL = `
select h.household_id, h.head_name, h.linked_member_id, m.name as member_name, h.linked_since, %s as link_basis, h.village_id, h.branch_id,
    coalesce(m.branch_id, '') as member_branch, coalesce(m.duty_status, '') as status
from households h
left join members m on m.member_id = h.linked_member_id
where h.branch_id is not null%s
order by h.branch_id, h.household_id`

// Linked reads the households of a place with their links.
func (f Facts) Linked(ctx context.Context, v visitor.Visitor, at Unit) ([]LinkedHousehold, error) {
	where, args := in(at, "h.")
	return list[LinkedHousehold](ctx, f, v, "the links of households", fmt.Sprintf(linkedSQL, f.linkBasis, where), args...)
}

// Hand is a member of a grid branch who may link households, or is exempt from it.
type Hand struct {
	MemberID            string `is:"member"`
	Name                string `is:"person"`
	VillageID, BranchID string
	Exempt              bool
}

const handsSQL = `
select m.member_id, m.name, m.branch_id, b.village_id, coalesce(m.duty_status = 'exempt', false) as exempt
from members m
join branch_structure b on b.branch_id = m.branch_id
where 1 = 1%s
order by m.branch_id, m.member_id`

// Hands reads the members of the branches of a place.
func (f Facts) Hands(ctx context.Context, v visitor.Visitor, at Unit) ([]Hand, error) {
	where, args := in(at, "b.")
	return list[Hand](ctx, f, v, "the members of branches", fmt.Sprintf(handsSQL, where), args...)
}

// Register reads a register as its newest list has it, with the columns of its contract in their order. ErrHidden: the visitor does not
// see the persons of the whole town.
func (f Facts) Register(ctx context.Context, v visitor.Visitor, export string) (pipelines.Table, error) {
	contract, known := data.ContractOf(export)
	if !known {
		return pipelines.Table{}, ErrHidden
	}
	if !f.SeesPersons(v) {
		return pipelines.Table{}, ErrHidden
	}
	t, err := f.Table(ctx, v, export)
	if err != nil {
		return pipelines.Table{}, err
	}
	var kept []PublishedColumn
	for _, c := range contract.Columns { // older snapshots lack newer columns
		if i := slices.IndexFunc(t.Columns, func(has PublishedColumn) bool { return has.ID == c.ID }); i >= 0 {
			kept = append(kept, t.Columns[i])
		}
	}
	t.Columns = kept
	return f.rows(ctx, v, t, "true", nil, 0, math.MaxInt64)
}
