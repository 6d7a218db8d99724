package signals

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/data"
)

func TestSigns(t *testing.T) {
	rules := data.DefaultProgramme().CadreSignals
	record := func(member, signal string, numerator, denominator, value, median float64, peers int, minimum bool) Record {
		return Record{Member: member, Branch: "B1", Village: "V1", Signal: signal, Numerator: numerator, Denominator: denominator, Value: value, PeerMedian: median, Peers: peers, MinimumMet: minimum}
	}
	people := []Person{}
	for _, id := range []string{"M1", "M2", "M3", "M4", "M5", "M6"} {
		people = append(people, Person{ID: id, Branch: "B1", Village: "V1", Gender: "female", Age: 40})
	}
	sheets, _ := Cadres([]Record{
		// 110 of 120 household-months: Wilson from 85.3 %, above the branch's 80 %.
		record("M1", Visiting, 110, 120, 110./120, .8, 20, true),
		// 5 hard issues where the branch's median is 1: exact Poisson from 1.62.
		record("M1", HardIssues, 5, 6, 5, 1, 20, true),
		// 9 of 10 satisfied is no more than the branch's 85 % for all we know: Wilson from 59.6 %.
		record("M2", Satisfaction, 9, 10, .9, .85, 20, true),
		record("M3", Visiting, 110, 120, 110./120, .8, 4, true),   // too few peers
		record("M4", Visiting, 110, 120, 110./120, .8, 20, false), // below the minimum of evidence
		record("M5", HardIssues, 5, 6, 5, math.NaN(), 20, true),   // nobody to compare with
		record("M9", Visiting, 110, 120, 110./120, .8, 20, true),  // not among the active members
		record("M6", TasksLed, math.NaN(), 3, math.NaN(), 1, 9, true),
	}, people, rules)
	if len(sheets) != 1 || sheets[0].ID != "M1" {
		t.Fatalf("sheets %+v", sheets)
	}
	var kinds []string
	for _, s := range sheets[0].Signs {
		kinds = append(kinds, s.Signal)
	}
	if diff := cmp.Diff([]string{HardIssues, Visiting}, kinds); diff != "" {
		t.Error(diff)
	}
	if low := sheets[0].Signs[1].Low; math.Abs(low-.8534) > 1e-3 {
		t.Errorf("lower limit %v", low)
	}
}

// TestBias: 30 of 100 women and 10 of 100 men shown. Fisher's exact p, by R's fisher.test(matrix(c(30, 70, 10, 90), 2)),
// is 0.0007.
func TestBias(t *testing.T) {
	var people []Person
	var records []Record
	for i := range 200 {
		p := Person{ID: fmt.Sprintf("M%03d", i), Gender: "female", Age: 30 + float64(i%40)}
		shown := i < 30
		if i >= 100 {
			p.Gender, shown = "male", i < 110
		}
		people = append(people, p)
		if shown {
			records = append(records, Record{Member: p.ID, Signal: HardIssues, Numerator: 9, Denominator: 9, Value: 9, PeerMedian: 0, Peers: 20, MinimumMet: true})
		}
	}
	_, checks := Cadres(records, people, data.DefaultProgramme().CadreSignals)
	gender := checks[0]
	if gender.By != "gender" || gender.Shares[0].Part != "female" || gender.Shares[0].Shown != 30 || gender.Shares[1].Active != 100 {
		t.Errorf("%+v", gender)
	}
	if p, ok := gender.P.Get(); !ok || math.Abs(p-.0007) > 2e-4 {
		t.Errorf("p %v", gender.P)
	}
	if age := checks[1]; age.By != "age" || len(age.Shares) != 5 || age.Shares[0].Part != "< 35" {
		t.Errorf("%+v", age)
	}
	if _, none := Cadres(nil, nil, data.DefaultProgramme().CadreSignals); none[0].P.Known {
		t.Error("no members, no p")
	}
}
