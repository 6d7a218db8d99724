package facts

import (
	"context"
	"fmt"

	"hulian/dashboards/visitor"
)

// FoundHousehold is a household that a search has found.
type FoundHousehold struct {
	HouseholdID string `is:"household"`
	HeadName    string `is:"person"`
	VillageID   string
	BranchID    string
}

// FoundMember is a member that a search has found.
type FoundMember struct {
	MemberID  string `is:"member"`
	Name      string `is:"person"`
	VillageID string
	BranchID  string
}

// FoundIssue is an issue that a search has found.
type FoundIssue struct {
	IssueID   string `is:"text"`
	Title     string `is:"text"`
	State     string
	VillageID string
	BranchID  string
}

const (
	foundHouseholdsSQL = `
select h.household_id, h.head_name, h.village_id, h.branch_id
from households h
where (h.household_id = ? or contains(h.head_name, ?))%s
order by h.village_id, h.branch_id, h.household_id
limit ?`
	foundMembersSQL = `
select m.member_id, m.name, m.village_id, m.branch_id
from member_load m
where (m.member_id = ? or contains(m.name, ?))%s
order by m.village_id, m.branch_id, m.member_id
limit ?`
	foundIssuesSQL = `
select f.issue_id, f.title, f.state, f.village_id, f.branch_id
from issue_flow f
where (f.issue_id = ? or contains(f.title, ?))%s
order by f.issue_id desc
limit ?`
)

// searched is the part of the town in which a visitor may find persons: that in which he sees their names. A search beyond it would tell
// whom a masked name belongs to. ok is false where there is none.
func (f Facts) searched(v visitor.Visitor) (at Unit, ok bool) {
	if !v.MayAnywhere(visitor.SeePersons) || !v.OfTown(f.place("", "")) {
		return at, false
	}
	switch {
	case v.Scope.Member != "":
		return at, false
	case v.Scope.Branch != "":
		return f.Branch(v.Scope.Branch)
	case v.Scope.Village != "":
		return f.Village(v.Scope.Village)
	default:
		return f.Town, true
	}
}

// FindHouseholds reads the households with an ID, or with a part of the name of their head, where the visitor sees names. Whoever sees none gets ErrHidden.
func (f Facts) FindHouseholds(ctx context.Context, v visitor.Visitor, search string, limit int) ([]FoundHousehold, error) {
	return finding[FoundHousehold](ctx, f, v, "households", foundHouseholdsSQL, "h.", search, limit)
}

// FindMembers reads the members with an ID, or with a part of their name, where the visitor sees names. Whoever sees none gets ErrHidden.
func (f Facts) FindMembers(ctx context.Context, v visitor.Visitor, search string, limit int) ([]FoundMember, error) {
	return finding[FoundMember](ctx, f, v, "members", foundMembersSQL, "m.", search, limit)
}

// FindIssues reads the issues with an ID, or with a part of their title, where the visitor sees names: titles name people. Whoever sees none gets ErrHidden.
func (f Facts) FindIssues(ctx context.Context, v visitor.Visitor, search string, limit int) ([]FoundIssue, error) {
	return finding[FoundIssue](ctx, f, v, "issues", foundIssuesSQL, "f.", search, limit)
}

func finding[T any](ctx context.Context, f Facts, v visitor.Visitor, what, sql, alias, search string, limit int) ([]T, error) {
	at, ok := f.searched(v)
	if !ok {
		return nil, ErrHidden
	}
	if len([]rune(search)) < 2 {
		return nil, nil
	}
	where, args := in(at, alias)
	return list[T](ctx, f, v, what, fmt.Sprintf(sql, where), append(append([]any{search, search}, args...), int64(limit))...)
}
