package compare

import (
	"slices"

	"hulian/queries/stats/permutation"

	"hulian/queries"
	"hulian/queries/reading"
)

// Village is one village and when its programme began.
type Village struct {
	ID, Name string
	Start    string // YYYY-MM; empty: never
	Pilot    bool
}

// Panel is a measure by village and month.
type Panel struct {
	Measure  queries.Measure
	Months   []string // consecutive, oldest first
	Villages []Village
	Series   map[string][]reading.Month // village → one entry for each of Months; NaN where its source did not speak
	Seed     uint64                     // of everything that is drawn; 0 means 1
}

// Obstacle is why there is nothing to estimate.
type Obstacle string

// The obstacles.
const (
	None        Obstacle = ""
	NoPilots    Obstacle = "no_pilots"
	NoOthers    Obstacle = "no_others"   // every other village had begun by the pilots' start
	NoBefore    Obstacle = "no_before"   // no month before the pilots' start
	NotYet      Obstacle = "not_yet"     // the pilots have not begun by the month asked for
	NotSummed   Obstacle = "not_summed"  // months of the measure cannot be summed
	NoOutcomes  Obstacle = "no_outcomes" // a side has no village with a value before and after
	OneEach     Obstacle = "one_each"    // one pilot against one other
	yearBefore           = 12
	significant          = 0.05
	suggestive           = 0.10
)

// Design is who is compared with whom, and when.
type Design struct {
	Pilots, Others []Village
	Left           []Village // began within the window: neither pilot nor untouched
	Before, After  []string  // months
	Start          string    // the pilots' first month
	SmallestP      float64   // 1 ÷ the number of ways to pick as many pilots from these villages
	Obstacle       Obstacle
}

// Comparable reports whether a measure can be compared over windows: a rate made of sums, of each month's own or, as its
// mean level, standing at each month's end.
func Comparable(m queries.Measure) bool {
	monthly := m.Series == queries.Monthly || m.Series == queries.Standing
	return m.At(queries.Village) && m.Rate() && m.Model == "" && monthly && m.Group != "quality" && m.Group != "capacity"
}

// Plan chooses the windows. Before is the year before the pilots' start, or as much as there is; after begins with it and
// ends with the last month, up to the newest of the panel, for which so many villages had not begun that a p-value of
// 5% can be reached at all. Longer windows would see more of the effect with too few villages left to compare with;
// where no window reaches 5%, the longest with most villages to compare with is taken. The outcome plays no part in it.
func Plan(p Panel) Design {
	var d Design
	if !Comparable(p.Measure) {
		d.Obstacle = NotSummed
		return d
	}
	for _, v := range p.Villages {
		if v.Pilot && v.Start != "" {
			d.Pilots = append(d.Pilots, v)
			d.Start = max(d.Start, v.Start)
		}
	}
	if len(d.Pilots) == 0 {
		d.Obstacle = NoPilots
		return d
	}
	start := slices.Index(p.Months, d.Start)
	switch {
	case start < 0 && (len(p.Months) == 0 || d.Start > p.Months[len(p.Months)-1]):
		d.Obstacle = NotYet
		return d
	case start <= 0:
		d.Obstacle = NoBefore
		return d
	}
	earliest := d.Start
	for _, v := range d.Pilots {
		earliest = min(earliest, v.Start)
	}
	end, most := start, len(untouched(p.Villages, p.Months[start]))
	for e := start; e < len(p.Months); e++ {
		if n := len(untouched(p.Villages, p.Months[e])); n == most || n > 0 && permutation.SmallestP(len(d.Pilots), n) <= significant {
			end = e
		}
	}
	d.Others = untouched(p.Villages, p.Months[end])
	if len(d.Others) == 0 {
		d.Obstacle = NoOthers
		return d
	}
	for _, v := range p.Villages {
		if !v.Pilot && !slices.Contains(d.Others, v) {
			d.Left = append(d.Left, v)
		}
	}
	// Pilots that began earlier than others leave a stretch that is neither before nor after.
	last := slices.Index(p.Months, earliest)
	if last <= 0 {
		d.Obstacle = NoBefore
		return d
	}
	d.Before = p.Months[max(0, last-yearBefore):last]
	d.After = p.Months[start : end+1]
	d.SmallestP = permutation.SmallestP(len(d.Pilots), len(d.Others))
	return d
}

// untouched are the villages that had not begun by the end of a month.
func untouched(villages []Village, month string) []Village {
	var all []Village
	for _, v := range villages {
		if !v.Pilot && (v.Start == "" || v.Start > month) {
			all = append(all, v)
		}
	}
	return all
}
