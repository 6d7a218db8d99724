package signals

import (
	"slices"
	"strconv"
	"sync"

	"hulian/queries"
	"hulian/queries/reading"
)

const settling = 2 // first months of the programme in a village, in which its work still takes hold

// undated reports whether no village has a start: lists that leave out the start say nothing of it. Such a town is judged on all
// its months. Where one village has a start, those without have not begun.
func (t Town) undated() bool {
	return !slices.ContainsFunc(t.Villages, func(v Village) bool { return v.Start != "" })
}

// startedBy reports whether the programme had begun in a village by a month, or may have in a town that says of no village when.
func (t Town) startedBy(v Village, month string) bool {
	return v.Start != "" && v.Start <= month || v.Start == "" && t.undated()
}

// tenure is for how many months the programme has run in every village, −1 before it began. Where no start is known it has
// run for long enough in every month.
type tenure struct {
	since    map[string][]int // village → one for each month of the town
	middle   []int            // of the villages in which it has begun
	standing int              // months until what stands at a month's end is the programme's
}

// standing is after how many months what stands at a month's end is the programme's.
func (t Town) standing() int { return max(settling, t.Programme.Issues.SurvivalMonths) }

func (t Town) tenure() tenure {
	x := tenure{since: map[string][]int{}, middle: make([]int, len(t.Months)), standing: t.standing()}
	months := make([]int, len(t.Months))
	for k, month := range t.Months {
		months[k], _ = monthNumber(month)
	}
	begun, undated := make([][]int, len(t.Months)), t.undated()
	for _, v := range t.Villages {
		start, ok := monthNumber(v.Start)
		since := make([]int, len(months))
		for k := range since {
			switch since[k] = months[k] - start; {
			case undated:
				since[k] = x.standing + k
			case !ok || since[k] < 0:
				since[k] = -1
				continue
			}
			begun[k] = append(begun[k], since[k])
		}
		x.since[v.ID] = since
	}
	for k, all := range begun {
		if slices.Sort(all); len(all) > 0 {
			x.middle[k] = all[len(all)/2]
		}
	}
	return x
}

// settled reports whether a village has worked in the programme long enough to be compared with the others on a month of a
// measure. Two months are enough for what happens within a month, or fewer where the middle village has had fewer. What
// stands at a month's end, such as open issues, comes from the time before the programme for longer.
func (x tenure) settled(m queries.Measure, v Village, at int) bool {
	since := x.since[v.ID]
	switch {
	case at < 0 || at >= len(since) || since[at] < 0:
		return false
	case m.Series != queries.Monthly:
		return since[at] >= x.standing
	}
	return since[at] >= min(settling, x.middle[at])
}

// needed is for how many months the programme must have run in a village, the one compared among them, until it is compared with the
// others on a measure. What happens within a month is compared over two settled months at least.
func (x tenure) needed(m queries.Measure, at int) int {
	switch {
	case m.Series != queries.Monthly:
		return x.standing + 1
	case at == 0:
		return min(settling, x.middle[at]) + 1
	}
	return max(min(settling, x.middle[at]), min(settling, x.middle[at-1])+1) + 1
}

// Newness says why a village is not compared with the others: the programme has not run there for long enough.
type Newness struct {
	Start  string // YYYY-MM; empty: not yet
	Until  string // the newest month that may be compared, YYYY-MM
	Needed int    // months of the programme up to it that a comparison asks for
}

// TooNew reports whether a village stands apart from the comparison on a measure because it has only just begun, or not yet.
// No village does in a town that says of none when it began.
func (t Town) TooNew(m queries.Measure, v Village) (n Newness, apart bool) { return t.TooNewOn(m)(v) }

// TooNewOn is TooNew for many villages: what is the same for all of them is counted once, and only if one of them is new.
func (t Town) TooNewOn(m queries.Measure) func(Village) (n Newness, apart bool) {
	at := len(t.Months) - 1
	for rules := reading.RulesOf(m, t.Programme, t.CutOff, ""); at >= 0 && !rules.Ripe(t.Months[at]); {
		at--
	}
	if at < 0 || t.undated() {
		return func(Village) (n Newness, apart bool) { return n, false }
	}
	needed := sync.OnceValue(func() int { return t.tenure().needed(m, at) })
	return func(v Village) (n Newness, apart bool) {
		n = Newness{Start: v.Start, Until: t.Months[at]}
		since, begun := monthsSince(v.Start, n.Until)
		if begun && since >= max(settling+1, t.standing()) {
			return n, false // long enough wherever the others stand
		}
		n.Needed = needed()
		return n, !begun || since+1 < n.Needed
	}
}

// Begun reports whether the programme had begun by the month that may be compared.
func (n Newness) Begun() bool { return n.Start != "" && n.Start <= n.Until }

// monthNumber counts months from the year 0 on.
func monthNumber(month string) (n int, ok bool) {
	if len(month) < len("2006-01") {
		return 0, false
	}
	year, errYear := strconv.Atoi(month[:4])
	number, errMonth := strconv.Atoi(month[5:7])
	return year*12 + number - 1, errYear == nil && errMonth == nil
}

// monthsSince counts the months from one to another, both YYYY-MM.
func monthsSince(from, to string) (months int, ok bool) {
	a, known := monthNumber(from)
	b, also := monthNumber(to)
	return b - a, known && also
}
