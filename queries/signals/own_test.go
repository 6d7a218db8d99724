package signals

import (
	"strings"
	"testing"

	"hulian/queries"
)

// TestTheOwnSeriesIsReadAgainstTheMonthsBefore: what a village did after help is set against its own months before it, not against a mean
// that the months after have moved.
func TestTheOwnSeriesIsReadAgainstTheMonthsBefore(t *testing.T) {
	m, _ := queries.MeasureOf("undoubted_coverage")
	x := town(seeded(4), false)
	for i := range x.Villages {
		x.Villages[i].Start = months[0]
	}
	x.CutOff = x.CutOff.AddDate(1, 0, 0)                    // every month is ripe
	for _, village := range []string{"V05", "V06", "V07"} { // as it has been since the programme began
		for k := range 18 {
			was := x.Series[m.ID][village][18+k%6]
			was.Month = months[k]
			x.Series[m.ID][village][k] = was
		}
	}
	moved := func(village string, factor float64) {
		series := x.Series[m.ID][village]
		for k := 18; k < len(months); k++ {
			series[k].Numerator = float64(int(series[k].Numerator * factor))
			series[k].Value = series[k].Numerator / series[k].Denominator
		}
	}
	moved("V06", .6)
	moved("V07", 1.25)
	began := months[17] + "-05"
	for village, want := range map[string]OwnState{"V06": OwnWorse, "V07": OwnBetter, "V05": OwnSame} {
		o := x.OwnShift(m, village, began)
		if o.State != want || o.Before.Months != 17 || o.After.Months != len(months)-18 {
			t.Errorf("%s: %+v, want %s", village, o, want)
		}
		if (o.Since != "") != (want != OwnSame) || o.Since != "" && o.Since <= months[17] {
			t.Errorf("%s signals since %q", village, o.Since)
		}
		for _, lang := range []string{"zh", "en"} {
			if said := o.Said(lang); strings.ContainsAny(said, "{}") || !strings.Contains(said, "/") {
				t.Errorf("%s: %s", village, said)
			}
		}
	}
	for began, want := range map[string]OwnState{months[len(months)-3] + "-01": OwnEarly, months[3] + "-01": OwnFew, "": OwnNone} {
		if o := x.OwnShift(m, "V07", began); o.State != want || strings.ContainsAny(o.Said("zh")+o.Said("en"), "{}") {
			t.Errorf("help that began on %q: %+v, want %s", began, o, want)
		}
	}
	if o := x.OwnShift(m, "V99", began); o.State != OwnNone {
		t.Errorf("a village that is none: %+v", o)
	}
}

// TestSpellsAreKept: a village that is not weak now keeps the months in which it became so.
func TestSpellsAreKept(t *testing.T) {
	x := town(seeded(3), false)
	for _, month := range []string{"2017-06", "2017-09"} {
		x.Criteria = append(x.Criteria, Criterion{Village: "V05", ID: "secretary_vacant", Month: month, Met: true, Value: 1})
	}
	for _, a := range Assess(x) {
		if a.Village.ID == "V05" && (a.IsWeak() || strings.Join(a.Spells, " ") != "2017-06 2017-09") {
			t.Errorf("weak now: %v; spells %v", a.IsWeak(), a.Spells)
		}
	}
}
