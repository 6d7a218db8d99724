package data

import "math"

// Bounds are what a number of the programme may be.
type Bounds struct {
	Low, High float64
	above     bool   // Low itself is not allowed
	says      string // of a number beyond them
}

// Holds reports whether a number lies within them; NaN does not.
func (b Bounds) Holds(x float64) bool {
	return x >= b.Low && x <= b.High && !(b.above && x == b.Low)
}

// Open reports whether the lower bound itself is not allowed.
func (b Bounds) Open() bool { return b.above }

var (
	boundDays   = Bounds{Low: 0, High: 3660, says: "is not between 0 and 3660 days"}
	boundCounts = Bounds{Low: 1, High: 100000, says: "is not 1 or more"}
	boundShares = Bounds{Low: 0, High: 1, says: "is not a share between 0 and 1"}
	boundParts  = Bounds{Low: 0, High: .5, above: true, says: "is not above 0 and at most 0.5"}
	boundBases  = Bounds{Low: 0, High: math.MaxInt32, says: "is below 0"}
)

// bounds holds every setting that is bounded.
var bounds = map[string]Bounds{
	"issues.due_days.easy": boundDays, "issues.due_days.medium": boundDays, "issues.due_days.hard": boundDays,
	"issues.feedback_days": boundDays, "issues.reopen_days": boundDays, "issues.repeat_days": boundDays, "issues.survival_months": boundCounts,
	"linking.households_limit": boundCounts, "linking.households_target": boundCounts, "linking.unvisited_days": boundDays, "linking.month_end_days": boundCounts,
	"branch.committee": boundBases, "branch.groups": boundBases, "branch.liaison_cadres": boundBases, "branch.centre_households_min": boundBases, "branch.centre_households_max": boundBases,
	"ripeness.resolution_days": boundDays, "ripeness.reopen_days": boundDays, "ripeness.satisfaction_days": boundDays,
	"reading.minimum_base": boundBases, "last_place.years": boundCounts, "last_place.branches": boundCounts,
	"rating.operation": boundShares, "rating.effect": boundShares, "rating.cooperation": boundShares, "rating.grid_cadres": boundShares, "rating.villagers": boundShares,
	"weak_villages.periods": boundCounts, "weak_villages.probability": boundShares, "weak_villages.margin": boundParts, "weak_villages.measures": boundCounts,
	"weak_villages.longest_period": boundCounts, "weak_villages.expected": boundParts, "weak_villages.funnel_limit": boundShares,
	"support.answer_days": boundDays, "support.answered_target": boundShares, "support.judged_target": boundShares,
	"doubtful_visits.same_minute_visits": boundCounts, "doubtful_visits.same_text_repeats": boundCounts, "doubtful_visits.same_text_min_length": boundBases,
	"doubtful_visits.daily_visits": boundCounts, "doubtful_visits.callback_sample": boundBases, "points.burst_days": boundDays,
	"cadre_signals.peers": boundBases, "cadre_signals.hard_issues": boundBases, "cadre_signals.tasks": boundBases, "cadre_signals.visit_months": boundBases,
	"cadre_signals.satisfaction_answers": boundBases, "cadre_signals.points_months": boundBases, "cadre_signals.false_share": boundShares,
	"data_quality.threshold": boundShares, "data_quality.deadline_day": boundCounts,
}

// BoundsOf gives what a setting may be; bounded is false of one that may be anything, or is no number.
func BoundsOf(path string) (b Bounds, bounded bool) {
	b, bounded = bounds[path]
	return b, bounded
}

// number is a value of a setting as a number.
func number(value any) float64 {
	switch x := value.(type) {
	case int:
		return float64(x)
	case float64:
		return x
	default:
		return math.NaN()
	}
}
