package signals

import (
	"cmp"
	"math"
	"slices"

	"hulian/data"
	"hulian/queries/stats/estimate"
	"hulian/queries/stats/permutation"
	"hulian/queries/stats/rate"
)

// The signals a reserve cadre may show; each stands alone.
const (
	HardIssues   = "hard_issues"   // hard issues of their households that were resolved
	TasksLed     = "tasks_led"     // tasks led and done
	Visiting     = "visiting"      // linked households visited, month by month
	Satisfaction = "satisfaction"  // satisfied answers on issues reported
	PointsMonths = "points_months" // months with points: all year, not in bursts
)

// SignalKinds in the order they are shown.
var SignalKinds = []string{HardIssues, TasksLed, Visiting, Satisfaction, PointsMonths}

// Record is what the records of one active member hold for one signal, beside the branch.
type Record struct {
	Member, Branch, Village, Signal string
	Numerator, Denominator          float64
	Value                           float64 // a count, or numerator ÷ denominator; NaN where nothing is on record
	PeerMedian                      float64 // of the active members of the branch, NaN without any
	Peers                           int
	MinimumMet                      bool
	Doubtful                        int // doubtful visits among those counted
}

// Person is the context of a member: for people to read, never a score.
type Person struct {
	ID, Name, Gender, Education, Role, Branch, Village, Decision, DecidedOn, Rating string
	Age, Years                                                                      float64 // NaN where unknown
}

// Sign is one signal a member shows: the record, and how sure the number is.
type Sign struct {
	Record
	Low, High float64 // 95 % limits of the value
}

// Sheet is what is on record for one member: the signs shown, and nothing added up from them.
type Sheet struct {
	Person
	Signs []Sign
}

// Share is how many of a part of the active membership show a sign.
type Share struct {
	Part          string // e.g. female, 35–44
	Shown, Active int
	Low, High     float64 // 95 % Wilson
}

// Bias is whether signs fall on the parts of the membership alike.
type Bias struct {
	By     string // gender or age
	Shares []Share
	P      estimate.Number // smallest over the parts of the exact test of one part against the rest, times the parts
}

// Cadres gives the sheets of the members who show at least one sign, by village, branch and number, with no order of
// merit, and the check for bias over all active members. Exempt members are in neither list: whoever made it left them
// out. A sign is shown when the programme's minimum of evidence is there, the branch has enough peers, and the lower
// 95 % limit of the value (Wilson for shares, exact Poisson or Byar for counts) lies above the median of the branch.
func Cadres(records []Record, people []Person, rules data.CadreRules) ([]Sheet, []Bias) {
	signs := map[string][]Sign{}
	for _, r := range records {
		if s, ok := sign(r, rules); ok {
			signs[r.Member] = append(signs[r.Member], s)
		}
	}
	var sheets []Sheet
	for _, p := range people {
		own := signs[p.ID]
		if len(own) == 0 {
			continue
		}
		slices.SortStableFunc(own, func(a, b Sign) int {
			return cmp.Compare(slices.Index(SignalKinds, a.Signal), slices.Index(SignalKinds, b.Signal))
		})
		sheets = append(sheets, Sheet{Person: p, Signs: own})
	}
	slices.SortStableFunc(sheets, func(a, b Sheet) int {
		return cmp.Or(cmp.Compare(a.Village, b.Village), cmp.Compare(a.Branch, b.Branch), cmp.Compare(a.ID, b.ID))
	})
	return sheets, []Bias{bias("gender", people, signs, gender), bias("age", people, signs, AgeBand)}
}

func sign(r Record, rules data.CadreRules) (Sign, bool) {
	if !r.MinimumMet || r.Peers < rules.Peers || math.IsNaN(r.Value) || math.IsNaN(r.PeerMedian) {
		return Sign{}, false
	}
	s := Sign{Record: r}
	var limits rate.Rate
	if Counted(r.Signal) {
		limits = rate.Counts(r.Numerator, 1, 1, 0.95)
	} else {
		limits = rate.Wilson(r.Numerator, r.Denominator, 0.95)
	}
	if !limits.Low.Known || !limits.High.Known {
		return Sign{}, false
	}
	s.Low, s.High = limits.Low.Value, limits.High.Value
	return s, s.Low > r.PeerMedian
}

// Counted reports whether a signal's value is a count and not a share.
func Counted(signal string) bool { return signal == HardIssues || signal == TasksLed }

func gender(p Person) string { return p.Gender }

// AgeBand is the ten-year band of a person's age; empty where it is unknown.
func AgeBand(p Person) string {
	switch {
	case math.IsNaN(p.Age):
		return ""
	case p.Age < 35:
		return "< 35"
	case p.Age < 45:
		return "35–44"
	case p.Age < 55:
		return "45–54"
	case p.Age < 65:
		return "55–64"
	default:
		return "≥ 65"
	}
}

var ageBands = []string{"< 35", "35–44", "45–54", "55–64", "≥ 65"}

// bias compares each part of the membership with the rest by Fisher's exact test and corrects for the number of parts
// (Bonferroni).
func bias(by string, people []Person, signs map[string][]Sign, part func(Person) string) Bias {
	shown, active := map[string]int{}, map[string]int{}
	for _, p := range people {
		name := part(p)
		if name == "" {
			continue
		}
		active[name]++
		if len(signs[p.ID]) > 0 {
			shown[name]++
		}
	}
	b := Bias{By: by}
	var names []string
	for name := range active {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, c string) int {
		return cmp.Or(cmp.Compare(slices.Index(ageBands, a), slices.Index(ageBands, c)), cmp.Compare(a, c))
	})
	allShown, allActive := 0, 0
	for _, name := range names {
		allShown, allActive = allShown+shown[name], allActive+active[name]
	}
	smallest := math.Inf(1)
	for _, name := range names {
		w := rate.Wilson(float64(shown[name]), float64(active[name]), 0.95)
		b.Shares = append(b.Shares, Share{Part: name, Shown: shown[name], Active: active[name], Low: w.Low.Or(math.NaN()), High: w.High.Or(math.NaN())})
		if allActive > active[name] {
			test := permutation.TwoSample(binary(shown[name], active[name]), binary(allShown-shown[name], allActive-active[name]), permutation.Options{})
			if p, ok := test.PFisher.Get(); ok {
				smallest = math.Min(smallest, p)
			}
		}
	}
	if len(names) > 1 && !math.IsInf(smallest, 1) {
		tests := len(names)
		if tests == 2 {
			tests = 1 // the second test is the first one again
		}
		b.P = estimate.Of(math.Min(1, smallest*float64(tests)))
	}
	return b
}

func binary(ones, n int) []float64 {
	x := make([]float64, n)
	for i := range ones {
		x[i] = 1
	}
	return x
}
