package reading

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hulian/data"
	"hulian/queries"
	"hulian/queries/stats/spc"
)

var cutOff = time.Date(2018, 1, 31, 0, 0, 0, 0, time.UTC)

func measure(t testing.TB, id string) queries.Measure {
	t.Helper()
	m, ok := queries.MeasureOf(id)
	if !ok {
		t.Fatalf("no measure %s", id)
	}
	return m
}

// months ending 2018-01 with the given numerators over one denominator.
func shares(base float64, numerators ...float64) []Month {
	series := make([]Month, len(numerators))
	for i, x := range numerators {
		series[i] = Month{Month: cutOff.AddDate(0, i-len(numerators)+1, -30).Format("2006-01"), Numerator: x, Denominator: base, Value: x / base}
	}
	for i := range series { // the day before may fall into a shorter month
		series[i].Month = time.Date(2018, time.Month(1+i-len(numerators)+1), 1, 0, 0, 0, 0, time.UTC).Format("2006-01")
	}
	return series
}

func values(xs ...float64) []Month {
	series := shares(1, xs...)
	for i := range series {
		series[i].Denominator, series[i].Numerator = math.NaN(), series[i].Value
	}
	return series
}

func uneven(pairs ...[2]float64) []Month {
	var x []float64
	for _, p := range pairs {
		x = append(x, p[0])
	}
	series := shares(1, x...)
	for i, p := range pairs {
		series[i].Denominator, series[i].Value = p[1], p[0]/p[1]
	}
	return series
}

type example struct {
	name, measure, start string
	series               []Month
}

var examples = []example{
	{"steady", "household_coverage", "", shares(1000, 500, 510, 495, 505, 498, 502, 507, 493, 501, 499, 504, 500)},
	{"seven above the mean", "household_coverage", "", shares(1000, 470, 490, 472, 489, 468, 491, 474, 505, 495, 512, 498, 510, 496, 508)},
	{"seven rising", "household_coverage", "", shares(1000, 500, 512, 498, 511, 499, 489, 492, 495, 501, 506, 511, 516, 520)},
	{"rising with a level month", "reconciliation_rate", "", shares(50, 44, 33, 45, 34, 46, 32, 33, 35, 37, 39, 41, 43, 43, 45, 46)},
	{"risen, level this month", "household_coverage", "", shares(1000, 500, 512, 498, 511, 499, 489, 492, 495, 501, 506, 511, 516, 516)},
	{"risen, level for two months", "household_coverage", "", shares(1000, 500, 512, 498, 511, 499, 489, 492, 495, 501, 506, 511, 516, 516, 516)},
	{"below the limit", "household_coverage", "", shares(1000, 500, 505, 498, 503, 499, 502, 497, 501, 504, 496, 500, 430)},
	{"two of three near the limit", "household_coverage", "", shares(1000, 500, 505, 498, 503, 499, 502, 497, 501, 504, 496, 503, 514, 513)},
	{"since the start", "household_coverage", "2017-05-01", shares(1000, 430, 441, 425, 436, 428, 433, 440, 431, 437, 426, 434, 429, 436, 432, 438, 700, 712, 698, 709, 703, 707, 699, 711, 704)},
	{"just started", "household_coverage", "2017-12", shares(1000, 430, 441, 425, 436, 428, 433, 440, 431, 437, 426, 434, 560, 640)},
	{"slow ramp since the start", "household_coverage", "2017-05-01", shares(1000, 470, 441, 425, 436, 428, 433, 440, 431, 437, 426, 434, 429, 436, 432, 438, 491, 517, 538, 575, 658, 711, 744, 780, 799)},
	{"rising, still below", "household_coverage", "", shares(1000, 700, 705, 698, 703, 699, 702, 697, 701, 704, 696, 700, 400, 405, 410, 415, 420, 425, 430)},
	{"target met", "unvisited_share", "", shares(1000, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0)},
	{"at the ceiling after one bad month", "household_coverage", "", shares(480, 280, 480, 480, 480, 480, 480, 480, 480, 480, 480, 480, 480, 480, 480)},
	{"target met in every month", "household_coverage", "", shares(480, 480, 480, 480, 480, 480, 480, 480, 480, 480, 480, 480, 480, 480)},
	{"two of few events", "doubtful_visits", "", shares(245, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 2)},
	{"a run over a lost month", "household_coverage", "", lost(shares(1000, 470, 490, 472, 489, 468, 491, 474, 505, 495, 512, 498, 510, 0, 0, 496, 508), 12, 13)},
	{"uneven small bases", "on_time_rate", "", uneven([2]float64{8, 10}, [2]float64{15, 20}, [2]float64{9, 12}, [2]float64{18, 25}, [2]float64{11, 15}, [2]float64{4, 20})},
	{"uneven large bases", "satisfaction_rate", "", uneven([2]float64{320, 400}, [2]float64{500, 620}, [2]float64{360, 470}, [2]float64{410, 500}, [2]float64{280, 380}, [2]float64{340, 420}, [2]float64{330, 400})},
	{"small base", "on_time_rate", "", uneven([2]float64{8, 10}, [2]float64{15, 20}, [2]float64{3, 4})},
	{"not ripe", "reopen_rate", "", shares(50, 5, 4, 6, 5, 4, 5, 3, 2)},
	{"rare count", "red_line_breaches", "", values(0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 4)},
	{"large count, no direction", "issues_reported", "", values(100, 104, 98, 102, 97, 103, 99, 101, 100, 98, 102, 150)},
	{"stock with target", "card_rate", "", shares(13611, 8100, 8400)},
	{"stock", "active_share", "", shares(227, 150, 150)},
	{"filling", "organisation_life", "", shares(50, 10, 12)},
	{"median not reached", "days_to_resolve_median", "", []Month{{"2017-12", 9, 20, 6}, {"2018-01", 8, 30, math.NaN()}}},
	{"median, every third month", "days_to_resolve_median", "", days(5, 5.2, 4.9, 5.1, 5, 4.8, 5.2, 5, 4.9, 5.3, 5, 5.1, 4.9, 5, 5.2, 9)},
	{"no data", "household_coverage", "", []Month{{"2017-12", 9, 20, .45}, {"2018-01", math.NaN(), 0, math.NaN()}}},
	{"too few", "household_coverage", "", shares(1000, 500, 510)},
}

// lost takes months out of a series, as those of which nothing is known are.
func lost(series []Month, months ...int) []Month {
	for _, i := range months {
		series[i].Numerator, series[i].Denominator, series[i].Value = math.NaN(), math.NaN(), math.NaN()
	}
	return series
}

func days(medians ...float64) []Month {
	series := values(medians...)
	for i := range series {
		series[i].Numerator, series[i].Denominator = 28, 30
	}
	return series
}

func (e example) read(t testing.TB) Reading {
	m := measure(t, e.measure)
	return Read(m, e.series, RulesOf(m, data.DefaultProgramme(), cutOff, e.start))
}

// TestSentences writes what every kind of reading says. The golden file was read by people; a change of wording must
// be read again.
func TestSentences(t *testing.T) {
	var b strings.Builder
	for _, e := range examples {
		r := e.read(t)
		fmt.Fprintf(&b, "%s (%s) %s %s\n  %s\n  %s\n  %s\n", e.name, e.measure, r.Variation, r.Assurance, r.WithBase("zh"), r.Sentence("zh"), r.Sentence("en"))
		if strings.ContainsAny(r.Sentence("zh")+r.Sentence("en"), "{}_") {
			t.Errorf("%s: a name was not filled: %s %s", e.name, r.Sentence("zh"), r.Sentence("en"))
		}
	}
	golden(t, "sentences.txt", b.String())
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

// TestByHand: seven months at 479.1 on average, seven at 503.4. The mean is 491.3 and the mean moving range 17.1, so the
// limits are 445.9 and 536.7: nothing is outside, but the last seven lie above the mean.
func TestByHand(t *testing.T) {
	r := examples[1].read(t)
	if r.Variation != Improving || r.Rule != spc.ShiftRule || r.Run != 7 || r.Method != XmR {
		t.Errorf("got %s by %s, run %d, %s", r.Variation, r.Rule, r.Run, r.Method)
	}
	if got, want := r.Finding("zh"), "自2017年7月起连续7个月高于均值49.1%，改善超出正常波动。"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := r.Centre.Value; math.Abs(got-.49129) > 1e-4 {
		t.Errorf("centre %v", got)
	}
	// Wilson for 508 of 1000: centre (0.508 + 3.8415/2000) ÷ 1.0038415 = 0.50797, half width 0.03093.
	if math.Abs(r.Low-.4770) > 1e-4 || math.Abs(r.High-.5389) > 1e-4 || r.IntervalMethod != "wilson" {
		t.Errorf("interval %v to %v by %s", r.Low, r.High, r.IntervalMethod)
	}
}

// TestARiseIsNotWorsening: months that rise through a phase lie below its limits first because the later ones made the
// limits. No month of the rise is marked worse, however many months there are; nor is one that read alone, with what
// was known by then, does not fall.
func TestARiseIsNotWorsening(t *testing.T) {
	m := measure(t, "household_coverage")
	rules := RulesOf(m, data.DefaultProgramme(), cutOff, "2016-12")
	before := []float64{438, 425, 441, 428, 436, 433, 431, 440, 429, 437, 430, 434}
	series := shares(1000, append(before, 450, 462, 471, 490, 508, 521, 545, 560, 584, 601, 625, 648, 660, 682)...)
	r := Read(m, series, rules)
	if r.Variation != Improving || r.Heading != 1 || r.CameIn != "2016-12" || r.Assurance != Missed {
		t.Errorf("the newest month: %s, heading %d since %s, %s", r.Variation, r.Heading, r.CameIn, r.Assurance)
	}
	low := 0
	for i := len(before); i < len(series); i++ {
		if r.Chart.Points[i].Outside < 0 {
			low++
		}
		if rule, sign := r.SignalAt(i); sign < 0 {
			t.Errorf("%s is marked worse by %s", series[i].Month, rule)
		}
		if then := Read(m, series[:i+1], rules); then.Variation == Worsening {
			t.Errorf("in %s it was read as worsening: %s", series[i].Month, then.Sentence("en"))
		}
	}
	if low == 0 {
		t.Error("no month lies below the limits: the example shows nothing")
	}
	// The same months falling are marked, the newest as worsening.
	for i, j := len(before), len(series)-1; i < j; i, j = i+1, j-1 {
		series[i].Numerator, series[j].Numerator = series[j].Numerator, series[i].Numerator
		series[i].Value, series[j].Value = series[j].Value, series[i].Value
	}
	if r := Read(m, series, rules); r.Variation != Worsening || r.Heading != -1 {
		t.Errorf("falling: %s, heading %d", r.Variation, r.Heading)
	}
}

func TestNothingIsJudgedThatCannotBe(t *testing.T) {
	for _, name := range []string{"small base", "not ripe", "no data", "too few", "median not reached"} {
		for _, e := range examples {
			if e.name == name {
				if r := e.read(t); r.Signal() || r.Variation != NotEnough || r.Assurance != NoTarget {
					t.Errorf("%s: %s, %s", name, r.Variation, r.Assurance)
				}
			}
		}
	}
}

// TestPoorDataAreNotJudged: 430 of 1,000 far below the limit is a signal; not so where six of eight exports came, or none
// of the measure's own. Data quality itself and capacity are still read.
func TestPoorDataAreNotJudged(t *testing.T) {
	drop := shares(1000, 500, 505, 498, 503, 499, 502, 497, 501, 504, 496, 500, 430)
	m := measure(t, "household_coverage")
	rules := RulesOf(m, data.DefaultProgramme(), cutOff, "")
	if r := Read(m, drop, rules); r.Variation != Worsening {
		t.Fatalf("with all data: %s", r.Variation)
	}
	rules.Complete = Completeness([]Month{{"2017-11", 0, 4, 0}, {"2017-12", 4, 4, 1}, {"2018-01", 2, 4, .5}}, 2)
	poor := Read(m, drop, rules)
	if poor.Signal() || !poor.Poor || poor.Surprise != 0 {
		t.Errorf("six of eight exports: %s", poor.Variation)
	}
	if got, want := poor.Sentence("zh"), "数据不足以判断：近期应报8份，只收到6份（75.0%），低于80.0%。"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	rules.Complete = Month{Numerator: 7, Denominator: 8}
	if r := Read(m, drop, rules); r.Variation != Worsening {
		t.Errorf("seven of eight exports: %s", r.Variation)
	}
	rules.Missing = "visits"
	if r := Read(m, drop, rules); r.Signal() || r.Sentence("en") != "Household visits came from too few villages for the month: not judged." {
		t.Errorf("few visits came: %s %s", r.Variation, r.Sentence("en"))
	}
	rules.Because = "column"
	if got, want := Read(m, drop, rules).Sentence("zh"), "部分村的走访记录没有给出所需的列，不作判断。"; got != want {
		t.Errorf("the column is missing: %s, want %s", got, want)
	}
	rules.Unknown = "silent"
	unknown := append(slices.Clone(drop[:len(drop)-1]), Month{"2018-01", math.NaN(), math.NaN(), math.NaN()})
	if r := Read(m, unknown, rules); r.Signal() || r.Sentence("en") != "Unknown: nothing of “Household visits” came for the month, though something was to be expected." {
		t.Errorf("no visits came: %s %s", r.Variation, r.Sentence("en"))
	}
	quality := measure(t, "timeliness")
	rules = RulesOf(quality, data.DefaultProgramme(), cutOff, "")
	rules.Complete = Month{Numerator: 1, Denominator: 8}
	if r := Read(quality, drop, rules); r.Poor || r.Variation != Worsening {
		t.Errorf("data quality is read whatever came: %s", r.Variation)
	}
}

func TestRulesOverlayTheDefinition(t *testing.T) {
	p := data.DefaultProgramme()
	m := measure(t, "on_time_rate")
	if got := RulesOf(m, p, cutOff, "").MinimumBase; got != 10 {
		t.Errorf("minimum base %v", got)
	}
	p.Reading.MinimumBases = map[string]int{"on_time_rate": 3}
	p.Reading.Targets = map[string]float64{"on_time_rate": .7}
	rules := RulesOf(m, p, cutOff, "2017-05-01")
	if rules.MinimumBase != 3 || *rules.Target != .7 || rules.Start != "2017-05" {
		t.Errorf("%+v", rules)
	}
	if rules := RulesOf(measure(t, "reopen_rate"), p, cutOff, ""); rules.Ripe("2017-11") || !rules.Ripe("2017-10") {
		t.Error("reopening ripens 90 days after the month's end: at the end of January, October is ripe and November is not")
	}
}

func TestOrder(t *testing.T) {
	var all []Reading
	for _, e := range examples {
		all = append(all, e.read(t))
	}
	Order(all)
	for i := 1; i < len(all); i++ {
		if rank(all[i-1]) > rank(all[i]) {
			t.Errorf("%s before %s", all[i-1].Variation, all[i].Variation)
		}
		if all[i-1].Signal() && all[i].Signal() && rank(all[i-1]) == rank(all[i]) && all[i-1].Surprise < all[i].Surprise-.1 {
			t.Errorf("surprise %v before %v", all[i-1].Surprise, all[i].Surprise)
		}
	}
	if first := all[0]; first.Rule != spc.OutsideLimits || first.Value != .43 {
		t.Errorf("the drop from 50%% to 43%% at a spread of half a point is the surest signal, got %s %v", first.Measure.ID, first.Value)
	}
}

func TestNumbers(t *testing.T) {
	share, people, yuan := measure(t, "household_coverage"), measure(t, "people_per_cadre"), measure(t, "fund_amount")
	for _, c := range []struct{ got, want string }{
		{WithBase(share, 50./52, 50, 52, "zh"), "96.2% (50/52)"},
		{WithBase(people, 11042./9, 11042, 9, "zh"), "1,226.9人 (11,042/9)"},
		{WithBase(people, 11042./9, 11042, 9, "en"), "1,226.9 people (11,042/9)"},
		{WithBase(yuan, 360000, 360000, math.NaN(), "en"), "360,000 yuan"},
		{Difference(share, .023, "zh"), "+2.3个百分点"},
		{Difference(share, -.023, "en"), "−2.3 percentage points"},
		{Difference(share, .0004, "en"), "same"},
		{Decimal(-0.04, 1), "0.0"},
		{Decimal(math.NaN(), 1), "–"},
		{Plain(1226.94, 1), "1226.9"},
		{P(.0004), "< 0.001"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

// TestFewMonthsAreARunChart: under twelve months there are no limits to fall outside of. Ten months that stay on one side of
// their median and then on the other are a signal, as is one far from all others; ups and downs, and months too few to tell, are none.
func TestFewMonthsAreARunChart(t *testing.T) {
	m := measure(t, "household_coverage")
	rules := RulesOf(m, data.DefaultProgramme(), cutOff, "")
	for _, c := range []struct {
		name   string
		series []Month
		want   Variation
		say    string
	}{
		{"low first, then high", shares(1000, 410, 431, 420, 462, 457, 521, 515, 530, 519, 524), Improving, "前低后高：自2017年9月起连续5个月高于中位数48.9%，此前低于它，改善超出正常波动。"},
		{"ups and downs", shares(1000, 500, 512, 498, 511, 489, 505, 492, 507, 501), Common, "没有异常的走势。"},
		{"far from all others", shares(1000, 500, 512, 498, 511, 489, 505, 492, 507, 101), Worsening, "远低于其他月份（中位数50.0%），变差超出正常波动，需重点督办。"},
		{"three months", shares(1000, 500, 300, 500), NotEnough, "只有3个月的数据，中位数50.0%，暂不评价。"},
	} {
		r := Read(m, c.series, rules)
		if r.Variation != c.want || r.Finding("zh") != c.say {
			t.Errorf("%s: %s, %s", c.name, r.Variation, r.Finding("zh"))
		}
		if how := r.How("zh"); (how == "") != (c.want == NotEnough) || how != "" && !strings.HasPrefix(how, "走势图") {
			t.Errorf("%s was read %q", c.name, how)
		}
		for _, p := range r.Chart.Points {
			if p.Lower.Known || p.Upper.Known {
				t.Fatalf("%s: a month has limits: %+v", c.name, p)
			}
		}
	}
}

// TestASentenceDoesNotContradictTheFiguresBesideIt: 79.0% to 78.8% is no improvement of that month: the sentence says since when and
// from what the level has risen, and that the month itself went down.
func TestASentenceDoesNotContradictTheFiguresBesideIt(t *testing.T) {
	series := shares(1000, 420, 452, 471, 505, 530, 561, 590, 622, 655, 690, 712, 741, 765, 790, 788)
	r := Read(measure(t, "vulnerable_coverage"), series, RulesOf(measure(t, "vulnerable_coverage"), data.DefaultProgramme(), cutOff, ""))
	if r.Variation != Improving || !strings.HasPrefix(r.Finding("zh"), "自2016年11月的42.0%起持续上升，现为78.8%，虽与上月相比−0.2个百分点，改善超出正常波动") {
		t.Errorf("%s: %s", r.Variation, r.Finding("zh"))
	}
	if en := r.Finding("en"); !strings.Contains(en, "since Nov 2016, from 42.0% to 78.8%, though −0.2 percentage points against last month: a signal of improvement") {
		t.Error(en)
	}
}

// TestOneEventIsOneSignal: coverage, unvisited households and vulnerable coverage are one event, open and overdue another.
func TestOneEventIsOneSignal(t *testing.T) {
	say := func(id string, v Variation) Reading { return Reading{Measure: measure(t, id), Variation: v} }
	groups := ByEvent([]Reading{say("unvisited_share", Improving), say("overdue_issues", Worsening), say("vulnerable_coverage", Improving), say("open_issues", Worsening),
		say("household_coverage", Improving), say("silent_members", Worsening), say("card_rate", Common)})
	var got []string
	for _, g := range groups {
		line := string(g[0].Variation)
		for _, r := range g {
			line += " " + r.Measure.ID
		}
		got = append(got, line)
	}
	want := []string{"improving unvisited_share vulnerable_coverage household_coverage", "worsening overdue_issues open_issues", "worsening silent_members", "common card_rate"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestFalseSignals: on a steady process the newest month shows a signal about as often as theory says, so that a page
// of twenty measures does not cry every month. The outside rule alone: 0.27%; with the three others, 1 to 3%.
func TestFalseSignals(t *testing.T) {
	m := measure(t, "household_coverage")
	rules := RulesOf(m, data.DefaultProgramme(), cutOff, "")
	state := uint64(7)
	uniform := func() float64 {
		state = state*6364136223846793005 + 1442695040888963407
		return float64(state>>11) / (1 << 53)
	}
	signals, months := 0, 0
	for range 400 {
		var x []float64
		for range 24 - 15*(months%2) { // every other series is a run chart of nine months
			normal := -6.0
			for range 12 {
				normal += uniform()
			}
			x = append(x, math.Round(5000+100*normal))
		}
		if Read(m, shares(10000, x...), rules).Signal() {
			signals++
		}
		months++
	}
	if rate := float64(signals) / float64(months); rate > .04 {
		t.Errorf("%.1f%% false signals", rate*100)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(uint8(0), 10.0, 20.0, 5.0, 0.0)
	f.Add(uint8(3), math.NaN(), -1.0, math.Inf(1), 1e300)
	all := queries.Measures()
	f.Fuzz(func(t *testing.T, which uint8, a, b, c, d float64) {
		m := all[int(which)%len(all)]
		var series []Month
		for i, x := range []float64{a, b, c, d, a, c, b, d, a, a, a, b, c} {
			n := []float64{b, c, d}[i%3]
			series = append(series, Month{Month: fmt.Sprintf("2017-%02d", i%12+1), Numerator: x, Denominator: n, Value: m.Scale * x / n})
		}
		r := Read(m, series, RulesOf(m, data.DefaultProgramme(), cutOff, "2017-04"))
		for _, lang := range []string{"zh", "en"} {
			if s := r.Sentence(lang); s == "" || strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
				t.Errorf("%s: %q", m.ID, s)
			}
		}
	})
}

// TestAFallToNothingIsNoRunAtRest tells a measure that fell to 0% and stayed there from one that has always been there but for a month.
func TestAFallToNothingIsNoRunAtRest(t *testing.T) {
	rules := RulesOf(measure(t, "household_coverage"), data.Programme{}, cutOff, "")
	fell := []float64{9, 8, 10, 9, 7, 9, 10, 8, 9, 11, 9, 8}
	rested := []float64{0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0}
	for range 13 {
		fell, rested = append(fell, 0), append(rested, 0)
	}
	for name, test := range map[string]struct {
		series []float64
		want   Variation
	}{"fell": {fell, Worsening}, "at rest": {rested, Common}} {
		if got := Read(measure(t, "household_coverage"), shares(30, test.series...), rules); got.Variation != test.want {
			t.Errorf("%s: %s, want %s", name, got.Variation, test.want)
		}
	}
}

// TestCountsHaveTheirMeasureWord: every share names something that has one.
func TestCountsHaveTheirMeasureWord(t *testing.T) {
	want := map[string]string{"household_coverage": "936户", "on_time_rate": "936件", "silent_members": "936名", "reconciliation_rate": "936个", "month_end_share": "936次",
		"attendance_rate": "936人", "tasks_done": "936项", "repeat_rate": "936件", "satisfaction_rate": "936件", "organisation_life": "936个", "points_approved": "936条", "points_displayed": "936条", "river_covered": "936米", "rules_revised": "936个"}
	for _, m := range queries.Measures() {
		if m.Unit != "share" {
			continue
		}
		got := Counted(m, 936, "zh")
		if w, ok := want[m.ID]; ok && got != w {
			t.Errorf("%s: %s, want %s", m.ID, got, w)
		}
		if strings.HasSuffix(got, "个") != (strings.HasSuffix(m.Numerator.Zh, "支部") || strings.HasSuffix(m.Numerator.Zh, "村")) {
			t.Errorf("%s: nothing in %q says how it is counted", m.ID, m.Numerator.Zh)
		}
		if en := Counted(m, 936, "en"); en != "936" {
			t.Errorf("%s: %s", m.ID, en)
		}
	}
}
