package block

import (
	"slices"

	"hulian/dashboards/facts"
)

// WithoutMeeting counts the months up to the page's month in which a branch held no reconciliation meeting, the months running, none of
// them before the programme began there: nobody had to hold one. Whole reports that it has held none since. A month of which nothing is
// known ends the count. Series are the months of reconciliation_rate, oldest first.
func WithoutMeeting(r Request, branch facts.Unit, series []facts.Value) (months int, whole bool) {
	start := facts.FirstSeven(r.StartOf(branch))
	if start == "" && slices.ContainsFunc(r.Villages, func(v facts.Unit) bool { return v.ProgrammeStart != "" }) {
		return 0, false // the programme has not begun there
	}
	for _, v := range slices.Backward(series) {
		switch {
		case v.Month < start:
			return months, months > 0
		case !v.Known() || v.Num > 0:
			return months, false
		}
		months++
	}
	return months, months > 0 && start != ""
}

// SinceStart says since when figures of the programme's time count: its start in the town, which is not that of a village that began later.
func SinceStart(r Request) string {
	own, town := facts.FirstSeven(r.StartOf(r.Unit())), facts.FirstSeven(r.ProgrammeStart)
	if town == "" || own == town || r.Unit().Level == facts.LevelTown {
		return r.T("启动以来", "since the start")
	}
	return r.Tf("全镇启动（%s）以来", "since the start in the town (%s)", town)
}
