package signals

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hulian/data"
	"hulian/queries"
	"hulian/queries/reading"
)

var months = func() []string {
	var all []string
	for k := range 24 {
		all = append(all, time.Date(2016, time.Month(2+k), 1, 0, 0, 0, 0, time.UTC).Format("2006-01"))
	}
	return all
}()

// town draws eleven villages over 24 months: every share is a village's own level (spread 4 points about the town's)
// with binomial noise. The last two are weak where weak is true: half the coverage, most issues late, few points.
func town(r *rand.Rand, weak bool) Town {
	t := Town{Month: "2018-01", Months: months, CutOff: time.Date(2018, 1, 31, 0, 0, 0, 0, time.UTC), Programme: data.DefaultProgramme(),
		Series: map[string]map[string][]reading.Month{}}
	for i := range 11 {
		t.Villages = append(t.Villages, Village{ID: fmt.Sprintf("V%02d", i+1), Name: fmt.Sprintf("第%d村", i+1), Start: "2017-05"})
	}
	for _, m := range []struct {
		id                   string
		level, planted, base float64
	}{
		{"undoubted_coverage", .8, .4, 1200}, {"undoubted_silent_members", .1, .4, 100}, {"on_time_rate", .75, .35, 14},
		{"feedback_rate", .8, .4, 12}, {"members_with_points", .7, .35, 100}, {"attendance_rate", .85, .6, 90},
	} {
		for i, v := range t.Villages {
			level := m.level + .04*r.NormFloat64()
			if weak && i >= 9 {
				if level = m.planted; i == 9 && m.id == "attendance_rate" {
					level = m.level // short of hands, and meets all the same
				}
			}
			for k := range months {
				share := level
				if k < 15 { // before the start
					share = m.planted
				}
				t.put(m.id, v.ID, binomial(r, int(m.base), min(.99, max(.01, share+.015*r.NormFloat64()))), m.base)
			}
		}
	}
	for i, v := range t.Villages {
		hands := 100.0
		if i == 9 {
			hands = 60
		}
		for range months {
			t.put("households_per_active_member", v.ID, 1200, hands)
			t.put("people_per_hand", v.ID, 9000, hands+7)
			t.put("completeness", v.ID, 4, 4)
		}
	}
	return t
}

func (t *Town) put(measure, village string, numerator, denominator float64) {
	if t.Series[measure] == nil {
		t.Series[measure] = map[string][]reading.Month{}
	}
	s := t.Series[measure][village]
	t.Series[measure][village] = append(s, reading.Month{Month: months[len(s)], Numerator: numerator, Denominator: denominator, Value: numerator / denominator})
}

func binomial(r *rand.Rand, n int, p float64) float64 {
	x := 0.0
	for range n {
		if r.Float64() < p {
			x++
		}
	}
	return x
}

func seeded(n uint64) *rand.Rand { return rand.New(rand.NewPCG(n, 7)) }

func tiers(all []Assessment) map[Tier][]string {
	by := map[Tier][]string{}
	for _, a := range all {
		by[a.Tier] = append(by[a.Tier], a.Village.ID)
	}
	return by
}

// TestTwoWeakDoNotHideOneAnother: nine villages near 80% and two near 40%. Limits from an ordinary variance would be
// so wide that neither is outside.
func TestTwoWeakDoNotHideOneAnother(t *testing.T) {
	var places []Place
	for i, x := range []float64{800, 820, 790, 810, 780, 805, 795, 830, 770, 400, 380} {
		places = append(places, Place{ID: fmt.Sprint(i), Events: x, Total: 1000})
	}
	f := Compare(places, .998)
	for i, p := range f.Places {
		if want := i >= 9; (f.Worse(p, queries.Up) == 2) != want {
			t.Errorf("village %d at %.0f of 1000: flag %d", i, p.Events, p.Flag)
		}
	}
}

func TestWhatAFunnelCannotSay(t *testing.T) {
	if f := Compare([]Place{{ID: "a", Events: 1, Total: 10}, {ID: "b", Events: 9, Total: 10}}, .998); f.Judged || !f.TooFew {
		t.Error("two villages are no distribution")
	}
	var places []Place
	for i := range 11 {
		places = append(places, Place{ID: fmt.Sprint(i), Events: 9960 + float64(i)*2, Total: 10000})
	}
	f := Compare(places, .998)
	if f.Judged || !f.Alike {
		t.Error("shares between 99.6 and 99.8% tell no village from another")
	}
	if p, _ := f.Of("0"); f.Worse(p, queries.Up) != 0 {
		t.Error("a measure at its ceiling holds nothing against anybody")
	}
}

func TestPlantedVillagesAreFoundWithTheirCauses(t *testing.T) {
	all := Assess(town(seeded(1), true))
	by := tiers(all)
	if diff := cmp.Diff([]string{"V10", "V11"}, by[Weak]); diff != "" {
		t.Errorf("weak (-want +got):\n%s", diff)
	}
	if all[0].Cause != Capacity || all[1].Cause != Effort {
		t.Errorf("causes %s and %s: V10 has 60 hands where others have 100", all[0].Cause, all[1].Cause)
	}
	for _, a := range all[:2] {
		if a.Joined.Chance < .95 || !slices.Contains(a.Groups, VisitingFamily) {
			t.Errorf("%s: chance %.3f, behind in %v", a.Village.ID, a.Joined.Chance, a.Groups)
		}
	}
}

func TestHardCriteriaAreAKeyOfTheirOwn(t *testing.T) {
	calm := town(seeded(3), false)
	calm.Villages[0].Start, calm.Villages[3].Start = "2017-12", ""
	for _, village := range []string{"V01", "V02", "V04"} {
		calm.Criteria = append(calm.Criteria, Criterion{Village: village, ID: "late_issues", Month: "2018-01", Met: true, Numerator: 3, Denominator: 10, Value: .3, Limit: .6})
	}
	calm.Criteria = append(calm.Criteria, Criterion{Village: "V03", ID: "late_issues", Month: "2017-12", Met: true}, Criterion{Village: "V03", ID: "secretary_vacant", Month: "2018-01"},
		Criterion{Village: "V04", ID: "no_reconciliation", Month: "2018-01", Met: true})
	by := tiers(Assess(calm))
	if diff := cmp.Diff([]string{"V02"}, by[Weak]); diff != "" {
		t.Errorf("V03 met it last month only (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"V01", "V04"}, by[Apart]); diff != "" {
		t.Errorf("V01 began two months ago and V04 not at all, and issues are late in both: they are said apart (-want +got):\n%s", diff)
	}
	said := strings.Join(Summary(Assess(calm), "zh"), "")
	if !strings.Contains(said, "2个村尚未启动或启动不久，但触及硬性标准，另列：第1村（2017年12月启动）、第4村。") || !strings.Contains(said, "11个村中有1个薄弱村：第2村。") {
		t.Errorf("%s", said)
	}
	calm.Criteria = []Criterion{{Village: "V01", ID: "secretary_vacant", Month: "2018-01", Met: true, Value: 1}, {Village: "V04", ID: "no_reconciliation", Month: "2018-01", Met: true}}
	by = tiers(Assess(calm))
	if !slices.Contains(by[Weak], "V01") {
		t.Error("a vacant secretary's post is no matter of how long the programme has run")
	}
	if !slices.Contains(by[NotStarted], "V04") {
		t.Error("the meeting is the programme's own instrument: nobody has to hold it before")
	}
}

func TestPoorDataAreNotJudged(t *testing.T) {
	poor := town(seeded(1), true)
	for i := range months {
		poor.Series["completeness"]["V11"][i].Numerator = 3
	}
	by := tiers(Assess(poor))
	if !slices.Contains(by[TooPoor], "V11") || slices.Contains(by[Weak], "V11") {
		t.Errorf("V11 delivered three of four exports: %v", by)
	}
	poor.Criteria = []Criterion{{Village: "V11", ID: "secretary_vacant", Month: "2018-01", Met: true}}
	if by := tiers(Assess(poor)); !slices.Contains(by[Weak], "V11") {
		t.Errorf("a hard criterion of which the exports came stands whatever the other data: %v", by)
	}
	came := make([]reading.Month, len(months))
	for i := range came {
		came[i] = reading.Month{Numerator: 1, Denominator: 1}
	}
	came[22].Numerator = 0
	poor.Came = map[string]map[string][]reading.Month{"meetings": {"V11": came}}
	poor.Criteria = []Criterion{{Village: "V11", ID: "no_reconciliation", Month: "2018-01", Met: true}}
	if by := tiers(Assess(poor)); !slices.Contains(by[TooPoor], "V11") {
		t.Errorf("no list of meetings came for one of the three months: that is no meeting not held: %v", by)
	}
}

// TestMissingMonthsAreGaps: the two weak villages of the town send the list of visits in only some of the months, and a village like
// the others none in three of the last four.
func TestMissingMonthsAreGaps(t *testing.T) {
	lost := town(seeded(1), true)
	nan := math.NaN()
	for _, id := range []string{"V03", "V10"} {
		for _, k := range []int{20, 22, 23} {
			lost.Series["undoubted_coverage"][id][k] = reading.Month{Month: months[k], Numerator: nan, Denominator: nan, Value: nan}
		}
	}
	all := Assess(lost)
	by := tiers(all)
	if !slices.Contains(by[NoSignal], "V03") {
		t.Errorf("V03 with gaps: %v", by)
	}
	for _, a := range all {
		if a.Village.ID == "V10" && slices.ContainsFunc(a.Evidence, func(e Evidence) bool { return e.Measure.ID == "undoubted_coverage" }) {
			t.Error("one month known of three is too little to judge coverage by")
		}
	}
	// The same by what came: the rows are there, as zeros, but no file came.
	zero := town(seeded(1), false)
	came := make([]reading.Month, len(months))
	for k := range came {
		came[k] = reading.Month{Numerator: 1, Denominator: 1}
		if k >= 21 {
			came[k].Numerator = 0
			zero.Series["undoubted_coverage"]["V03"][k] = reading.Month{Month: months[k], Numerator: 0, Denominator: 1200}
		}
	}
	zero.Came = map[string]map[string][]reading.Month{"visits": {"V03": came}}
	if by := tiers(Assess(zero)); slices.Contains(by[Weak], "V03") || slices.Contains(by[Watch], "V03") {
		t.Errorf("no file is not nobody visited: %v", by)
	}
}

func TestNotStartedIsNotWeak(t *testing.T) {
	early := town(seeded(1), true)
	early.Villages[10].Start = ""
	if by := tiers(Assess(early)); !slices.Contains(by[NotStarted], "V11") {
		t.Errorf("%v", by)
	}
}

// TestFamiliesAskedFor: visits alone are one family, which is enough by default and not where the town asks for two; hands
// alone are no result.
// A town whose lists leave out the start is judged on what it has, and says that no start is known.
func TestATownWithoutStartsIsJudged(t *testing.T) {
	x := town(seeded(3), true)
	for _, byVillage := range x.Series { // the first fifteen months lie before the start, when all were alike
		for id, s := range byVillage {
			byVillage[id] = s[15:]
		}
	}
	x.Months = months[15:]
	dated := tiers(Assess(x))
	for i := range x.Villages {
		x.Villages[i].Start = ""
	}
	all := Assess(x)
	if got := tiers(all); len(got[NotStarted]) > 0 || !slices.Equal(got[Weak], dated[Weak]) || len(got[Weak]) != 2 {
		t.Errorf("without starts: %v; with them: %v", got, dated)
	}
	for lang, want := range map[string]string{"zh": "没有写明先锋户联的启动时间", "en": "No list received says when the programme began"} {
		if said := strings.Join(Summary(all, lang), " "); !strings.Contains(said, want) {
			t.Errorf("the town says: %s", said)
		}
		m, _ := queries.MeasureOf("undoubted_coverage")
		c := x.ComparisonOf(m)
		if said := strings.Join(c.Said(lang), " "); !strings.Contains(said, want) || !c.Funnel.Judged || len(c.In(NotBegun)) > 0 {
			t.Errorf("the comparison says: %s", said)
		}
	}
	x.Villages[0].Start = "2017-05" // now the others have not begun
	if got := tiers(Assess(x)); len(got[NotStarted]) != len(x.Villages)-1 {
		t.Errorf("one village has a start: %v", got)
	}
}

func TestFamiliesAskedFor(t *testing.T) {
	planted := town(seeded(1), true)
	for _, id := range []string{"on_time_rate", "feedback_rate", "members_with_points", "attendance_rate"} {
		delete(planted.Series, id)
	}
	if by := tiers(Assess(planted)); !slices.Contains(by[Weak], "V10") || !slices.Contains(by[Weak], "V11") {
		t.Errorf("coverage of half the others' is enough: %v", by)
	}
	planted.Programme.WeakVillages.Measures = 2
	if by := tiers(Assess(planted)); len(by[Weak]) > 0 || !slices.Contains(by[Watch], "V10") {
		t.Errorf("two families were asked for: %v", by)
	}
	calm := town(seeded(3), false)
	for k := range months {
		calm.Series["people_per_hand"]["V05"][k].Value *= 2
		calm.Series["households_per_active_member"]["V05"][k].Value *= 2
	}
	if by := tiers(Assess(calm)); slices.Contains(by[Weak], "V05") {
		t.Errorf("V05 is short of hands and does as well as the others: %v", by)
	}
}

func TestRelapsesAreCounted(t *testing.T) {
	relapsed := town(seeded(3), false)
	for _, month := range []string{"2017-06", "2017-07", "2017-09", "2017-12", "2018-01"} {
		relapsed.Criteria = append(relapsed.Criteria, Criterion{Village: "V05", ID: "secretary_vacant", Month: month, Met: true, Value: 1})
	}
	for _, a := range Assess(relapsed) {
		if a.Village.ID == "V05" && (a.Since != "2017-12" || a.Relapses != 2) {
			t.Errorf("since %s, %d times before; want 2017-12 and 2", a.Since, a.Relapses)
		}
	}
}

// TestSupports: V11's coverage and points rise to the others' after its support began; V10's do not, nor does V11 stand out
// any more: what the support did is said all the same.
func TestSupports(t *testing.T) {
	helped := town(seeded(1), true)
	helped.Supports = []Support{{Village: "V10", Kind: "funding", Started: "2017-08-05"}, {Village: "V11", Kind: "pairing", Started: "2017-08-05"},
		{Village: "V11", Kind: "funding", Started: "2018-01-05"}, {Village: "V11", Kind: "cadre", Started: "2018-02-05"}}
	for _, id := range []string{"undoubted_coverage", "members_with_points", "on_time_rate", "feedback_rate", "undoubted_silent_members", "attendance_rate"} {
		for i := 19; i < len(months); i++ {
			helped.Series[id]["V11"][i] = helped.Series[id]["V01"][i]
		}
	}
	all := Assess(helped)
	if said := strings.Join(Summary(all, "en"), " "); !strings.Contains(said, "Better against the other villages since a support (1): 第11村.") {
		t.Errorf("the town is not told that a support worked: %s", said)
	}
	var assessed []Outcome
	for _, v := range helped.Villages {
		assessed = append(assessed, all[slices.IndexFunc(all, func(a Assessment) bool { return a.Village.ID == v.ID })].Supports...)
	}
	if diff := cmp.Diff(assessed, Outcomes(helped), cmpopts.EquateNaNs()); diff != "" {
		t.Errorf("supports by themselves differ from those of the assessment (-want +got):\n%s", diff)
	}
	var verdicts []string
	for _, o := range assessed {
		verdicts = append(verdicts, o.Verdict("zh"))
	}
	if diff := cmp.Diff([]string{"未见可信的好转", "有好转", "不满三个月，暂不评价"}, verdicts); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
	if said := assessed[0].Said("资金支持", "zh"); strings.Count(said, " 到 ") != leadingShifts || !strings.Contains(said, "/") {
		t.Errorf("nothing credible, and no figures: %s", said)
	}
	for _, a := range all {
		switch a.Village.ID {
		case "V10":
			if len(a.Supports) != 1 || !a.Supports[0].Judged || a.Supports[0].Credited() {
				t.Errorf("V10: %+v", a.Supports)
			}
		case "V11":
			if len(a.Supports) != 2 || a.Supports[1].Judged {
				t.Errorf("V11: a support of this month is too young, one of next month has not begun: %+v", a.Supports)
			}
			if a.IsWeak() || !a.Supports[0].Credited() || !slices.ContainsFunc(a.Supports[0].Shifted, func(s Shift) bool { return s.Measure.ID == "undoubted_coverage" }) {
				t.Errorf("V11: coverage shifted, no evidence stands, and nobody saw it: %+v", a.Supports[0])
			}
		}
	}
}

// TestASmallLastingFallIsSeen: a village loses six points of coverage in the middle of its series, less than a p-chart shows.
func TestASmallLastingFallIsSeen(t *testing.T) {
	fallen := town(seeded(4), false)
	series := fallen.Series["undoubted_coverage"]
	for k := 20; k < len(months); k++ {
		series["V06"][k].Numerator -= 84
		series["V06"][k].Value = series["V06"][k].Numerator / 1200
	}
	seen := map[string]bool{}
	for _, a := range Assess(fallen) {
		for _, e := range a.Evidence {
			if e.Measure.ID == "undoubted_coverage" && e.Drift.Signal() {
				seen[a.Village.ID] = true
				if a.Village.ID == "V06" && (e.Drift.By < .03 || e.Drift.By > .1) {
					t.Errorf("fell by %.3f", e.Drift.By)
				}
			}
		}
	}
	if !seen["V06"] || len(seen) > 2 {
		t.Errorf("drifts seen in %v", seen)
	}
}

// TestNobodyIsCalledSoundUnjudged: a town whose villages cannot be judged, all or some, is not told that no village is weak.
func TestNobodyIsCalledSoundUnjudged(t *testing.T) {
	poor, sound := Assessment{Village: Village{Name: "甲村"}, Tier: TooPoor}, Assessment{Village: Village{Name: "乙村"}, Tier: NoSignal}
	for want, all := range map[string][]Assessment{
		"1个村都还不能判断：谁也不能说薄弱，谁也不能说不薄弱。": {poor},
		"2个村中能判断的1个村都没有触发标准：其中没有薄弱村。": {poor, sound},
		"1个村都没有触发标准：本月没有薄弱村。":         {sound},
	} {
		if got := Summary(all, "zh")[0]; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestWhatASupportMadeGoodIsNoDrift: a village falls to half of what it did and a support puts it right. The fall before it is not told beside it
// as if it lasted.
func TestWhatASupportMadeGoodIsNoDrift(t *testing.T) {
	mended := town(seeded(4), false)
	for i := range mended.Villages {
		mended.Villages[i].Start = months[0]
	}
	for _, id := range []string{"undoubted_coverage", "on_time_rate", "feedback_rate", "members_with_points", "attendance_rate"} {
		series := mended.Series[id]["V06"]
		for k := 9; k < 18; k++ {
			series[k].Numerator = math.Round(series[k].Numerator * .5)
			series[k].Value = series[k].Numerator / series[k].Denominator
		}
	}
	drifts := func() (seen bool) {
		for _, a := range Assess(mended) {
			for _, e := range a.Evidence {
				seen = seen || a.Village.ID == "V06" && e.Drift.Signal()
			}
		}
		return seen
	}
	if !drifts() {
		t.Fatal("the fall is not seen without a support: the town shows nothing")
	}
	mended.Supports = []Support{{Village: "V06", Kind: "pairing", Started: months[17] + "-05"}}
	if drifts() {
		t.Error("the fall that a support made good is told as lasting")
	}
}

// TestSentences writes what is said of a town. The golden file was read by people.
func TestSentences(t *testing.T) {
	planted := town(seeded(1), true)
	planted.Criteria = []Criterion{{Village: "V11", ID: "no_reconciliation", Month: "2018-01", Met: true, Numerator: 4, Denominator: 5, Value: .8, Limit: .5},
		{Village: "V03", ID: "secretary_vacant", Month: "2018-01", Met: true, Value: 1}}
	planted.Supports = []Support{{Village: "V11", Kind: "pairing", Started: "2017-09-05"}, {Village: "V10", Kind: "cadre", Started: "2017-12-11"}}
	planted.Villages[4].Start = ""
	for i := range months {
		planted.Series["completeness"]["V07"][i].Numerator = 2
	}
	all := Assess(planted)
	var b strings.Builder
	for _, lang := range []string{"zh", "en"} {
		fmt.Fprintln(&b, strings.Join(Summary(all, lang), "\n"))
		for _, a := range all {
			fmt.Fprintf(&b, "%s %s %s %s\n", a.Village.Name, a.Tier.Name(lang), a.Cause.Name(lang), a.Spell(lang))
			if surely := a.Surely(lang, planted.Programme.WeakVillages); surely != "" {
				fmt.Fprintf(&b, "    %s\n", surely)
			}
			for _, c := range a.Criteria {
				fmt.Fprintf(&b, "    %s\n", a.Of(c.ID).Written(lang))
			}
			for _, e := range a.Evidence {
				fmt.Fprintf(&b, "    %s\n", e.Said(lang, planted.Programme.WeakVillages))
			}
			for _, s := range append([]string{a.Explained(lang)}, a.Fitting(lang)...) {
				if s != "" {
					fmt.Fprintf(&b, "    %s\n", s)
				}
			}
			for _, o := range a.Supports {
				fmt.Fprintf(&b, "    %s\n", o.Said(o.Kind, lang))
			}
		}
	}
	if strings.ContainsAny(b.String(), "{}") {
		t.Error("a name was not filled")
	}
	golden(t, "weak.txt", b.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run with UPDATE_GOLDEN=1 and read the file", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}
