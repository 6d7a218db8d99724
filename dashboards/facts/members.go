package facts

import (
	"context"
	"fmt"
	"slices"

	"hulian/dashboards/visitor"
)

// holds reports whether the snapshot has a table with these columns: one made by an older version may not.
func (f Facts) holds(ctx context.Context, table string, columns ...string) (bool, error) {
	all, err := f.published(ctx)
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(all, func(t PublishedTable) bool { return t.ID == table })
	return i >= 0 && !slices.ContainsFunc(columns, func(c string) bool { return !all[i].has(c) }), nil
}

// listHeld is list for rows of a table that older snapshots do not have: of those there are none.
func listHeld[T any](ctx context.Context, f Facts, v visitor.Visitor, table string, columns []string, what, sql string, args ...any) ([]T, error) {
	if held, err := f.holds(ctx, table, columns...); err != nil || !held {
		return nil, err
	}
	return list[T](ctx, f, v, what, sql, args...)
}

// held is listHeld as a lister.
func held[T any](table string, columns ...string) lister[T] {
	return func(ctx context.Context, f Facts, v visitor.Visitor, what, sql string, args ...any) ([]T, error) {
		return listHeld[T](ctx, f, v, table, columns, what, sql, args...)
	}
}

const memberFactsSQL = `
select f.fact, f.period, f.village_id, cast(f.value as double) as value
from member_facts f
order by f.fact, f.period, f.village_id`

// MemberFacts reads the numbers about the members of a place that no measure tells apart: why they are exempt, which duty visits served,
// how they were assessed, which rights were upheld, which lines were crossed. None of them names anybody.
func (f Facts) MemberFacts(ctx context.Context, v visitor.Visitor, at Unit) (OrganisationFacts, error) {
	return listHeld[OrganisationFact](ctx, f.at(at), v, "member_facts", nil, "facts about members", memberFactsSQL)
}

// Exemption is a member who need not link households as the newest list says, of whom something is to be decided.
type Exemption struct {
	MemberID         string `is:"member"`
	Name             string `is:"person"`
	BranchID         string
	VillageID        string
	ExemptDecidedOn  string `is:"day"` // empty: nobody says
	ExemptUntil      string `is:"day"` // empty: it has no end, or nobody says
	Ended, Undecided bool
	Total            int64
}

const exemptionsSQL = `
with asked as (
    select m.member_id, m.name, m.branch_id, b.village_id, m.exempt_decided_on, m.exempt_until,
        coalesce(m.exempt_until < cast(? as date), false) as ended,
        m.exempt_decided_on is null and count(m.exempt_decided_on) over () > 0 as undecided
    from members m
    join branch_structure b on b.branch_id = m.branch_id
    where m.duty_status = 'exempt'
)
select a.*, count(*) over () as total
from asked a
where (a.ended or a.undecided)%s
order by a.ended desc, a.exempt_until, a.village_id, a.branch_id, a.member_id%s`

// OpenExemptions reads the exempt members of a place whose exemption has ended, or of whom no decision is on record where the list asks for it.
func (f Facts) OpenExemptions(ctx context.Context, v visitor.Visitor, at Unit, cut Cut) ([]Exemption, error) {
	return placed(ctx, f, v, held[Exemption]("members", "exempt_decided_on", "exempt_until"), at, "a.", cut, "exemptions to be decided",
		func(where, end string) string { return fmt.Sprintf(exemptionsSQL, where, end) }, f.CutOff.Format("2006-01-02"))
}

// Idle is an active member without a post at the cut-off.
type Idle struct {
	MemberID   string `is:"member"`
	Name       string `is:"person"`
	BranchID   string
	VillageID  string
	Households float64
	Total      int64
}

const idleSQL = `
select m.member_id, m.name, m.branch_id, m.village_id, m.households, count(*) over () as total
from member_load m
where m.duty_status = 'active' and exists (select 1 from posts) and not exists (
        select 1
        from posts o
        where o.member_id = m.member_id and coalesce(cast(o.claimed_on as date), date '0001-01-01') <= cast(? as date)
            and coalesce(cast(o.released_on as date), date '9999-12-31') > cast(? as date)
    )%s
order by m.village_id, m.branch_id, m.member_id%s`

// WithoutPost reads the active members of a place who hold no post at the cut-off.
func (f Facts) WithoutPost(ctx context.Context, v visitor.Visitor, at Unit, cut Cut) ([]Idle, error) {
	day := f.CutOff.Format("2006-01-02")
	return placed(ctx, f, v, list[Idle], at, "m.", cut, "members without a post", func(where, end string) string { return fmt.Sprintf(idleSQL, where, end) }, day, day)
}

// Orphan is a post that nobody carries at the cut-off: whoever holds it is exempt, or stands in no list any more.
type Orphan struct {
	PostID     string `is:"key"`
	PostKind   string
	MemberID   string `is:"member"`
	MemberName string `is:"person"`
	BranchID   string
	VillageID  string
	Total      int64
}

const orphansSQL = `
with held as (
    select o.post_id, o.kind as post_kind, o.member_id, m.name as member_name, m.branch_id, b.village_id
    from posts o
    left join members m on m.member_id = o.member_id
    left join branch_structure b on b.branch_id = m.branch_id
    where (m.member_id is null or m.duty_status = 'exempt') and coalesce(cast(o.claimed_on as date), date '0001-01-01') <= cast(? as date)
        and coalesce(cast(o.released_on as date), date '9999-12-31') > cast(? as date)
)
select h.*, count(*) over () as total
from held h
where 1 = 1%s
order by h.village_id, h.branch_id, h.post_id%s`

// OrphanedPosts reads the posts of a place that nobody carries.
func (f Facts) OrphanedPosts(ctx context.Context, v visitor.Visitor, at Unit, cut Cut) ([]Orphan, error) {
	day := f.CutOff.Format("2006-01-02")
	return placed(ctx, f, v, list[Orphan], at, "h.", cut, "posts that nobody carries", func(where, end string) string { return fmt.Sprintf(orphansSQL, where, end) }, day, day)
}

// Centre is a member whose home is a centre household, as the newest list says.
type Centre struct {
	MemberID    string `is:"member"`
	Name        string `is:"person"`
	BranchID    string
	VillageID   string
	CentreSince string `is:"day"` // empty: nobody says
	Total       int64
}

const centresSQL = `
select m.member_id, m.name, m.branch_id, b.village_id, m.centre_since, count(*) over () as total
from members m
join branch_structure b on b.branch_id = m.branch_id
where m.centre_household%s
order by b.village_id, m.branch_id, m.member_id%s`

// Centres reads the centre households of a place.
func (f Facts) Centres(ctx context.Context, v visitor.Visitor, at Unit, cut Cut) ([]Centre, error) {
	return placed(ctx, f, v, held[Centre]("members", "centre_since"), at, "b.", cut, "centre households",
		func(where, end string) string { return fmt.Sprintf(centresSQL, where, end) })
}

// Appraised is what a member's households said of him or her in a period.
type Appraised struct {
	MemberID          string `is:"member"`
	Name              string `is:"person"`
	BranchID          string
	VillageID         string
	Period            string
	Linked, Appraised float64
	Score             float64
	Total             int64
}

const appraisedSQL = `
select a.member_id, m.name, a.branch_id, a.village_id, a.period, a.linked, a.appraised, a.score, count(*) over () as total
from member_appraisals a
left join members m on m.member_id = a.member_id
where a.period = (select max_by(p.period, %s) from member_appraisals p)%s
order by a.score, a.member_id%s`

// AppraisedMembers reads what households said of each member of a place in the newest period, the lowest first, for whoever may see such evidence.
func (f Facts) AppraisedMembers(ctx context.Context, v visitor.Visitor, at Unit, cut Cut) ([]Appraised, error) {
	if !f.seesEvidence(v) {
		return nil, ErrHidden
	}
	return placed(ctx, f, v, held[Appraised]("member_appraisals"), at, "a.", cut, "what households said of members",
		func(where, end string) string { return fmt.Sprintf(appraisedSQL, periodOrder("p.period"), where, end) })
}

// Assessed is how a member was assessed in a period, and what was done about it.
type Assessed struct {
	Period    string
	Result    string
	DealtWith string `is:"text"`
}

const assessedSQL = `
select r.period, r.result, r.dealt_with
from member_ratings r
where r.member_id = ?
order by %s`

// Assessments reads how a member was assessed, in order of time, for whoever sees the evidence.
func (f Facts) Assessments(ctx context.Context, v visitor.Visitor, member string) ([]Assessed, error) {
	if !f.seesEvidence(v) {
		return nil, ErrHidden
	}
	return listHeld[Assessed](ctx, f, v, "member_ratings", []string{"dealt_with"}, "assessments", fmt.Sprintf(assessedSQL, periodOrder("r.period")), member)
}

// VillageFund is one fund of a village over all its years.
type VillageFund struct {
	VillageID, FundKind, Partner string
	Since                        float64 // NaN: nobody says
	FirstYear, LastYear          float64
	Entries, Amounts, AmountYuan float64 // years on record; of those with an amount; its sum
	Numbers, Beneficiaries       float64
}

const fundsSQL = `
select f.village_id, f.kind as fund_kind, f.partner, f.since, f.first_year, f.last_year, f.entries, f.amounts, f.amount_yuan, f.numbers, f.beneficiaries
from village_funds f
order by f.kind desc, f.village_id`

// VillageFunds reads the funds of a place.
func (f Facts) VillageFunds(ctx context.Context, v visitor.Visitor, at Unit) ([]VillageFund, error) {
	return listHeld[VillageFund](ctx, f.at(at), v, "village_funds", nil, "the funds of villages", fundsSQL)
}

// VillageRule is an article of a village's rules and how often it was used.
type VillageRule struct {
	VillageID   string
	Article     string `is:"text"`
	ArticleText string `is:"text"`
	RevisedOn   string `is:"day"` // empty: nobody says
	LastUsed    string `is:"day"`
	Uses        float64
}

const rulesSQL = `
select r.village_id, r.article, r.article_text, r.revised_on, r.last_used, r.uses
from village_rules r
order by r.village_id, r.article`

// VillageRules reads the rules of the villages of a place.
func (f Facts) VillageRules(ctx context.Context, v visitor.Visitor, at Unit) ([]VillageRule, error) {
	return listHeld[VillageRule](ctx, f.at(at), v, "village_rules", nil, "the rules of villages", rulesSQL)
}
