package facts

import (
	"context"
	"fmt"

	"hulian/dashboards/visitor"
)

// PointDay is the points of a branch on one day.
type PointDay struct {
	AwardedOn string `is:"day"`
	Points    float64
}

const daysSQL = `
select cast(d.awarded_on as varchar) as awarded_on, d.points
from points_days d
where d.level = 'branch' and d.unit_id = ? and cast(d.awarded_on as varchar) between ? and ?
order by d.awarded_on`

// PointDays reads the points of a branch day by day, between two months.
func (f Facts) PointDays(ctx context.Context, v visitor.Visitor, branch, from, to string) ([]PointDay, error) {
	return list[PointDay](ctx, f, v, "points by day", daysSQL, branch, from+"-01", to+"-31")
}

// Burst is the fullest run of days of a branch in a half-year.
type Burst struct {
	HalfYear      string
	EvenShare     float64
	VillageID     string
	BranchID      string
	Points        float64
	FullestPoints float64
	Share         float64
	BurstIndex    float64
	LargestFrom   string `is:"day"`
}

const burstSQL = `
select b.branch_id, b.village_id, b.half_year, b.points, b.largest_30day_points as fullest_points, b.share, b.even_share, b."index" as burst_index,
    cast(b.largest_from as varchar) as largest_from
from points_burst b
order by b.half_year, b."index" desc, b.branch_id`

// Bursts reads how points were concentrated, by half-year and branch.
func (f Facts) Bursts(ctx context.Context, v visitor.Visitor, at Unit) ([]Burst, error) {
	return list[Burst](ctx, f.at(at), v, "points bursts", burstSQL)
}

// Rating is a star rating of a branch beside what was measured in the same period.
type Rating struct {
	Period         string
	VillageID      string
	BranchID       string
	Stars          float64
	Rank           float64
	BranchesRanked float64
	Funding        float64
	Operation      float64
	Effect         float64
	Cooperation    float64
	GridCadreScore float64
	VillagerScore  float64
	PublishedOn    string `is:"day"` // on the board; empty: not, or not told
	MeasuredResult float64
	MeasuredLow    float64
	MeasuredHigh   float64
	MiddleResult   float64
	Contradiction  string
	Complete       bool
	IsLast         bool
}

const ratingsSQL = `
select s.branch_id, s.village_id, s.period, s.stars, s.rank, s.branches_ranked, s.funding, s.operation, s.effect, s.cooperation,
    s.grid_cadre_score, s.villager_score, %s as published_on, s.measured_result, s.measured_low, s.measured_high, s.middle_result, s.contradiction, s.complete, s.is_last
from star_history s
order by s.period, s.village_id, s.branch_id`

// Ratings reads the star ratings of a place.
func (f Facts) Ratings(ctx context.Context, v visitor.Visitor, at Unit) ([]Rating, error) {
	return list[Rating](ctx, f.at(at), v, "star ratings", fmt.Sprintf(ratingsSQL, f.publishedOn))
}
