package facts

import (
	"context"

	"hulian/dashboards/visitor"
)

// DrawnVisit is a visit of a month that stands early enough in the random order of its list to be drawn.
type DrawnVisit struct {
	VisitID     string `is:"key"`
	HouseholdID string `is:"household"`
	HeadName    string `is:"person"`
	VillageID   string
	BranchID    string
	VisitedAt   string // to the minute
	Channel     string
	Signals     string // prompts that stand on it, parted by spaces
	Place       int64  // among the visits of its village, from 1
	OfVillage   int64  // visits of its village in the month
	PromptPlace int64  // among the visits with prompts, from 1; 0: none stands on it
	Prompted    int64  // visits of the month with prompts
}

// The order of a list is that of a hash of its seed and the number of the visit: whoever knows the seed draws the same list again, a visit
// that arrives late moves no other, and nobody can choose the order. The two lists have seeds of their own, so that neither says anything of the other.
const drawSQL = `
with prompts as (
    select d.visit_id, string_agg(distinct d.signal, ' ' order by d.signal) as signals
    from doubtful_visits d
    where d.month = ?
    group by d.visit_id
),

frame as (
    select v.visit_id, v.household_id, h.head_name, h.village_id, h.branch_id, strftime(v.visited_at, '%Y-%m-%d %H:%M') as visited_at,
        v.channel, p.signals, md5(? || ' random ' || v.visit_id) as turn, md5(? || ' prompt ' || v.visit_id) as prompt_turn
    from visits v
    join households h on h.household_id = v.household_id
    left join prompts p on p.visit_id = v.visit_id
    where v.visited_at >= ?::date and v.visited_at < ?::date + interval 1 month
),

placed as (
    select f.*,
        row_number() over (partition by f.village_id order by f.turn, f.visit_id) as place,
        count(*) over (partition by f.village_id) as of_village,
        case when f.signals is null then 0 else row_number() over (partition by f.signals is null order by f.prompt_turn, f.visit_id) end as prompt_place,
        count(f.signals) over () as prompted
    from frame f
)

select visit_id, household_id, head_name, village_id, branch_id, visited_at, channel, signals, place, of_village, prompt_place, prompted
from placed
where place <= ? or prompt_place between 1 and ?
order by village_id, branch_id, household_id, visited_at, visit_id`

// CallbackSeed is what the random order of the visits of a month is made of.
func (f Facts) CallbackSeed(month string) string { return f.Town.ID + " " + month }

// CallbackDraw reads the visits of a month that a sample of a size may draw: of every village and of all with prompts the first ones, in
// the order of the places they lie in.
func (f Facts) CallbackDraw(ctx context.Context, v visitor.Visitor, month string, size int) ([]DrawnVisit, error) {
	seed, first := f.CallbackSeed(month), month+"-01"
	return list[DrawnVisit](ctx, f, v, "the visits drawn for call-backs", drawSQL, month, seed, seed, first, first, int64(size), int64(size))
}

// Answer is what became of a call-back.
type Answer string

// Answers. Of a visit that is Unreached or Unsaid nothing is known.
const (
	Confirmed   Answer = "confirmed"
	Unconfirmed Answer = "unconfirmed"
	Unsaid      Answer = "unsaid" // the household was reached and cannot say
	Unreached   Answer = "unreached"
)

// CallbackResult is what a household said of a visit, as it was filled in last.
type CallbackResult struct {
	VisitID   string `is:"key"`
	OfVillage string
	OfMonth   string
	DrawnFrom string // of the contract: random, prompt, both
	Signals   string // that stood on the visit when it was drawn, parted by spaces
	Answer    string // an Answer
	Note      string `is:"text"`
	EnteredBy string
	EnteredAt string `is:"day"`
}

const callbackResultsSQL = `
select c.visit_id, c.of_village, c.of_month, c.drawn_from, c.signals, c.note, c.entered_by, c.entered_at,
    case when not c.reached then 'unreached' when c.confirmed is null then 'unsaid' when c.confirmed then 'confirmed' else 'unconfirmed' end as answer
from callbacks c
where c.of_month between ? and ?
qualify row_number() over (partition by c.visit_id order by c.entered_at desc, c.entry_id desc) = 1
order by c.entered_at, c.entry_id`

// CallbackResults reads what households said of visits made from one month to another, one row a visit; nothing where an older version published the
// snapshot.
func (f Facts) CallbackResults(ctx context.Context, v visitor.Visitor, from, to string) ([]CallbackResult, error) {
	return entered[CallbackResult](ctx, f, v, "what households said of visits", callbackResultsSQL, from, to)
}
