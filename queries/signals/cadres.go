package signals

import (
	"cmp"
	"math"
	"slices"

	"hulian/data"
	"hulian/queries/stats/discovery"
	"hulian/queries/stats/estimate"
	"hulian/queries/stats/ordinary"
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
	LeftOut                         LeftOut
	Contested                       bool // the member contests it, and has no answer yet
}

// LeftOut counts what is on record of a member and no evidence, by why.
type LeftOut struct {
	Disputed int // issues that came back and answers to them, visits that the household did not confirm
	Doubtful int // visits with a doubt signal
	Recent   int // hard issues resolved so lately that the household need not have heard of it
	Undated  int // tasks said to be done without a day
	Unknown  int // months of the last twelve of which no file spoke
}

// Person is the context of a member: for people to read, never a score.
type Person struct {
	ID, Name, Gender, Education, Role, Branch, Village, Decision, DecidedOn, Rating string
	Kind                                                                            string  // local, in_service, mobile; empty where unknown
	Age, Years                                                                      float64 // NaN where unknown
	Households                                                                      float64 // linked at the cut-off; NaN where unknown
}

// Sign is one signal a member shows: the record, how sure the number is, and how rarely an ordinary member of the branch
// would show as much.
type Sign struct {
	Record
	Low, High float64 // 95% limits of the value
	Chance    float64 // of an ordinary member of the branch showing as much or more
	Sure      bool    // it stands among all members, with the share of false ones the programme allows
}

// Sheet is what is on record for one member: the signs shown, and nothing added up from them.
type Sheet struct {
	Person
	Signs  []Sign
	Listed bool // two kinds of evidence or more, with the share of false ones the programme allows
}

// Share is how many of a part of the active membership show a sign.
type Share struct {
	Part          string // e.g. female, 35–44
	Shown, Active int
	Low, High     float64 // 95% Wilson
}

// Bias is whether signs fall on the parts of the membership alike.
type Bias struct {
	By     string // gender, age, kind, village or households
	Shares []Share
	P      estimate.Number // smallest over the parts of the exact test of one part against the rest, times the parts
}

// shownBelow is the chance below which a kind of evidence is shown for a member who is listed.
const shownBelow = .05

// listedAbove is how much larger than the share of false members allowed the nominal one may be. The nominal one is an upper bound:
// evidence below the programme's minimum counts as none, which makes the chances of ordinary members too large. On half of the
// drawn towns of BenchmarkCadres (even seeds) 1.5 is the smallest multiple, in steps of an eighth, at which nine of ten of the proven are listed;
// on the other half .909 of them are, and .33 of the list are false where .4 are allowed.
const listedAbove = 1.5

// Cadres gives the sheets of the members with evidence, by village, branch and number, with no order of merit, and the
// check for bias over all active members. Exempt members are in neither list: whoever made it left them out.
//
// Each kind of evidence is held against ordinary members of the same branch: how rarely one of them, differing from the
// others as members do, would show as much (package ordinary). A member is listed when two kinds stand out. For that
// the second smallest of a member's chances is compared with the second smallest that an ordinary member with as many kinds
// would show. The list is cut where a share of at most rules.FalseShare of it is expected by chance (package discovery, and
// listedAbove). A kind is sure by itself by the same rule among all members, as it stands. Below the programme's minimum of evidence or peers a kind
// is none, nor is one that the member contests until that is answered.
func Cadres(records []Record, people []Person, rules data.CadreRules) ([]Sheet, []Bias) {
	shown := evidence(records, people, rules)
	var sheets []Sheet
	for _, p := range people {
		s, ok := shown[p.ID]
		if !ok {
			continue
		}
		s.Person = p
		slices.SortStableFunc(s.Signs, func(a, b Sign) int {
			return cmp.Compare(slices.Index(SignalKinds, a.Signal), slices.Index(SignalKinds, b.Signal))
		})
		sheets = append(sheets, *s)
	}
	slices.SortStableFunc(sheets, func(a, b Sheet) int {
		return cmp.Or(cmp.Compare(a.Village, b.Village), cmp.Compare(a.Branch, b.Branch), cmp.Compare(a.ID, b.ID))
	})
	var checked []Bias
	for _, of := range parted {
		if b := bias(of.by, people, shown, of.part); len(b.Shares) > 0 {
			checked = append(checked, b)
		}
	}
	return sheets, checked
}

// evidence gives the signs of each member who has any.
func evidence(records []Record, people []Person, rules data.CadreRules) map[string]*Sheet {
	active := map[string]int{}
	for i, p := range people {
		active[p.ID] = i
	}
	chances := make([][]float64, len(people)) // of each kind that can be told, by member
	signs := make([][]Sign, len(people))
	for _, kind := range SignalKinds {
		for _, s := range beside(kind, records, active, rules) {
			i := active[s.Member]
			chances[i] = append(chances[i], s.Chance)
			if s.Chance <= shownBelow || s.Sure {
				signs[i] = append(signs[i], s)
			}
		}
	}
	second := make([]float64, len(people))
	for i, own := range chances {
		second[i] = math.NaN()
		if len(own) > 1 {
			slices.Sort(own)
			second[i] = discovery.SecondSmallest(own[1], len(own))
		}
	}
	shown := map[string]*Sheet{}
	for i, q := range discovery.Adjusted(second) {
		listed := q <= math.Min(1, listedAbove*rules.FalseShare) && len(signs[i]) > 1
		if listed || slices.ContainsFunc(signs[i], func(s Sign) bool { return s.Sure }) {
			shown[people[i].ID] = &Sheet{Signs: signs[i], Listed: listed}
		}
	}
	return shown
}

// beside holds one kind of evidence of all active members against ordinary members of their branches.
func beside(kind string, records []Record, active map[string]int, rules data.CadreRules) []Sign {
	var signs []Sign
	var units []ordinary.Unit
	for _, r := range records {
		if _, ok := active[r.Member]; r.Signal != kind || !ok || math.IsNaN(r.Value) || math.IsNaN(r.Numerator) {
			continue
		}
		signs = append(signs, Sign{Record: r})
		units = append(units, ordinary.Unit{Group: r.Branch, X: r.Numerator, N: r.Denominator})
	}
	fit := ordinary.Shares
	if Counted(kind) {
		fit = ordinary.Counts
	}
	found := fit(units)
	chances := make([]float64, len(signs))
	kept := signs[:0]
	for i, s := range signs {
		s.Chance = found.Units[i].P
		if math.IsNaN(s.Chance) || s.Peers < rules.Peers {
			continue
		}
		if !s.MinimumMet || s.Contested {
			s.Chance = 1
		}
		s.limits()
		chances[len(kept)] = s.Chance
		kept = append(kept, s)
	}
	for i, q := range discovery.Adjusted(chances[:len(kept)]) {
		kept[i].Sure = q <= rules.FalseShare && kept[i].MinimumMet && !kept[i].Contested
	}
	return kept
}

// limits sets the 95% limits of the value: exact Poisson or Byar for counts, Wilson for shares.
func (s *Sign) limits() {
	limits := rate.Wilson(s.Numerator, s.Denominator, 0.95)
	if Counted(s.Signal) {
		limits = rate.Counts(s.Numerator, 1, 1, 0.95)
	}
	s.Low, s.High = limits.Low.Or(math.NaN()), limits.High.Or(math.NaN())
}

// Counted reports whether a signal's value is a count and not a share.
func Counted(signal string) bool { return signal == HardIssues || signal == TasksLed }

// parted are the parts of the membership on which signs should fall alike. Of a part that no list tells nothing is checked.
var parted = []struct {
	by   string
	part func(Person) string
}{
	{"gender", func(p Person) string { return p.Gender }}, {"age", AgeBand}, {"kind", func(p Person) string { return p.Kind }},
	{"village", func(p Person) string { return p.Village }}, {"households", HouseholdBand},
}

// HouseholdBand is the band of how many households are linked to a person; empty where it is unknown.
func HouseholdBand(p Person) string {
	switch {
	case math.IsNaN(p.Households):
		return ""
	case p.Households == 0:
		return "0"
	case p.Households <= 5:
		return "1–5"
	case p.Households <= 10:
		return "6–10"
	case p.Households <= 15:
		return "11–15"
	default:
		return "> 15"
	}
}

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

// bands are the parts that have an order of their own.
var bands = []string{"< 35", "35–44", "45–54", "55–64", "≥ 65", "0", "1–5", "6–10", "11–15", "> 15"}

// bias compares each part of the membership with the rest by Fisher's exact test and corrects for the number of parts
// (Bonferroni).
func bias(by string, people []Person, sheets map[string]*Sheet, part func(Person) string) Bias {
	shown, active := map[string]int{}, map[string]int{}
	for _, p := range people {
		name := part(p)
		if name == "" {
			continue
		}
		active[name]++
		if sheets[p.ID] != nil {
			shown[name]++
		}
	}
	b := Bias{By: by}
	var names []string
	for name := range active {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, c string) int {
		return cmp.Or(cmp.Compare(slices.Index(bands, a), slices.Index(bands, c)), cmp.Compare(a, c))
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
			if p, ok := permutation.Fisher(shown[name], active[name], allShown-shown[name], allActive-active[name]).Get(); ok {
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
