package signals

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/data"
)

// hall is a branch of twenty with ordinary records: 84 of 120 household-months visited, give or take, hardly any hard issue.
func hall() (records []Record, people []Person) {
	for i := range 20 {
		id := fmt.Sprintf("P%02d", i+1)
		people = append(people, Person{ID: id, Branch: "B1", Village: "V1", Gender: "female", Age: 40})
		visited, hard := 78+float64(i*7%13), float64(i%4/3)
		records = append(records, recordOf(id, Visiting, visited, 120, true), recordOf(id, HardIssues, hard, 2, false), recordOf(id, TasksLed, float64(i%5/4), 1, false),
			recordOf(id, Satisfaction, 8+float64(i%3), 10, true))
	}
	return records, people
}

func recordOf(member, signal string, numerator, denominator float64, minimum bool) Record {
	value := numerator / denominator
	if Counted(signal) {
		value = numerator
	}
	return Record{Member: member, Branch: "B1", Village: "V1", Signal: signal, Numerator: numerator, Denominator: denominator, Value: value, Peers: 20, MinimumMet: minimum}
}

func TestSigns(t *testing.T) {
	rules := data.DefaultProgramme().CadreSignals
	records, people := hall()
	for _, id := range []string{"M1", "M2", "M3", "M4", "M5", "M6"} {
		people = append(people, Person{ID: id, Branch: "B1", Village: "V1", Gender: "female", Age: 40})
	}
	few := func(r Record) Record { r.Peers = 4; return r }
	records = append(records,
		recordOf("M1", Visiting, 118, 120, true), recordOf("M1", HardIssues, 6, 6, true), // two kinds
		recordOf("M2", Satisfaction, 9, 10, true), recordOf("M2", Visiting, 85, 120, true), // no more than the others
		recordOf("M3", Visiting, 118, 120, true), recordOf("M3", HardIssues, 0, 0, false), // one kind alone
		few(recordOf("M4", Visiting, 118, 120, true)), few(recordOf("M4", HardIssues, 6, 6, true)), // too few peers
		recordOf("M5", Visiting, 118, 120, false), recordOf("M5", HardIssues, 6, 6, false), // below the minimum of evidence
		recordOf("M9", Visiting, 118, 120, true), recordOf("M9", HardIssues, 6, 6, true), // not among the active members
		recordOf("M6", TasksLed, math.NaN(), 3, true))
	sheets, _ := Cadres(records, people, rules)
	var listed []string
	for _, s := range sheets {
		if s.Listed {
			listed = append(listed, s.ID)
		}
	}
	if diff := cmp.Diff([]string{"M1"}, listed); diff != "" {
		t.Fatal(diff)
	}
	var kinds []string
	for _, s := range sheets[0].Signs {
		kinds = append(kinds, s.Signal)
	}
	if diff := cmp.Diff([]string{HardIssues, Visiting}, kinds); diff != "" {
		t.Error(diff)
	}
	// Wilson for 118 of 120.
	if s := sheets[0].Signs[1]; math.Abs(s.Low-.9412) > 1e-3 || !(s.Chance < .01) {
		t.Errorf("lower limit %v, chance %v", s.Low, s.Chance)
	}
	for _, s := range sheets {
		if s.ID == "M2" || s.ID == "M4" || s.ID == "M5" || s.ID == "M6" {
			t.Errorf("%s is shown: %+v", s.ID, s.Signs)
		}
		if s.ID == "M3" && (len(s.Signs) != 1 || s.Signs[0].Signal != Visiting) {
			t.Errorf("one kind alone: %+v", s.Signs)
		}
	}
}

// TestBias: 30 of 100 women and 10 of 100 men shown. Fisher's exact p, by R's fisher.test(matrix(c(30, 70, 10, 90), 2)),
// is 0.0007.
func TestBias(t *testing.T) {
	var people []Person
	sheets := map[string]*Sheet{}
	for i := range 200 {
		p := Person{ID: fmt.Sprintf("M%03d", i), Gender: "female", Age: 30 + float64(i%40)}
		shown := i < 30
		if i >= 100 {
			p.Gender, shown = "male", i < 110
		}
		people = append(people, p)
		if shown {
			sheets[p.ID] = &Sheet{}
		}
	}
	gender := bias("gender", people, sheets, func(p Person) string { return p.Gender })
	if gender.By != "gender" || gender.Shares[0].Part != "female" || gender.Shares[0].Shown != 30 || gender.Shares[1].Active != 100 {
		t.Errorf("%+v", gender)
	}
	if p, ok := gender.P.Get(); !ok || math.Abs(p-.0007) > 2e-4 {
		t.Errorf("p %v", gender.P)
	}
	if age := bias("age", people, sheets, AgeBand); age.By != "age" || len(age.Shares) != 5 || age.Shares[0].Part != "< 35" {
		t.Errorf("%+v", age)
	}
	if _, none := Cadres(nil, nil, data.DefaultProgramme().CadreSignals); len(none) != 0 {
		t.Errorf("no members, nothing to check: %+v", none)
	}
}

// The check looks at every part that some list tells of, and at no other.
func TestBiasIsCheckedWhereSomethingIsKnown(t *testing.T) {
	unknown := math.NaN()
	by := func(people ...Person) (all []string) {
		_, checked := Cadres(nil, people, data.DefaultProgramme().CadreSignals)
		for _, b := range checked {
			all = append(all, b.By)
		}
		return all
	}
	if got := by(Person{ID: "M1", Age: unknown, Households: unknown, Village: "V1"}); !slices.Equal(got, []string{"village"}) {
		t.Errorf("only the village is known: %v", got)
	}
	if got := by(Person{ID: "M1", Gender: "female", Kind: "local", Age: 40, Households: 0, Village: "V1"}); !slices.Equal(got, []string{"gender", "age", "kind", "village", "households"}) {
		t.Errorf("all is known: %v", got)
	}
	for n, want := range map[float64]string{0: "0", 1: "1–5", 5: "1–5", 6: "6–10", 15: "11–15", 16: "> 15"} {
		if got := HouseholdBand(Person{Households: n}); got != want {
			t.Errorf("%v households: %s", n, got)
		}
	}
}

// What the member contests is no evidence: it stands no more, and who was listed by it is not.
func TestContestedEvidenceDoesNotCount(t *testing.T) {
	rules := data.DefaultProgramme().CadreSignals
	make := func(contested bool) ([]Record, []Person) {
		var records []Record
		var people []Person
		for i := range 30 {
			id := fmt.Sprintf("M%02d", i)
			visits, issues := 70+float64(i%7), float64(i%3/2)
			if i == 0 {
				visits, issues = 118, 9
			}
			people = append(people, Person{ID: id, Branch: "B1", Village: "V1", Age: math.NaN(), Households: math.NaN()})
			records = append(records, Record{Member: id, Branch: "B1", Signal: Visiting, Numerator: visits, Denominator: 120, Value: visits / 120, PeerMedian: .6, Peers: 30, MinimumMet: true},
				Record{Member: id, Branch: "B1", Signal: HardIssues, Numerator: issues, Denominator: issues, Value: issues, Peers: 30, MinimumMet: issues >= 3, Contested: contested && i == 0})
		}
		return records, people
	}
	sheetOf := func(contested bool) (s Sheet) {
		records, people := make(contested)
		sheets, _ := Cadres(records, people, rules)
		for _, one := range sheets {
			if one.ID == "M00" {
				s = one
			}
		}
		return s
	}
	if s := sheetOf(false); !s.Listed || len(s.Signs) != 2 {
		t.Fatalf("two kinds stand out: %+v", s)
	}
	if s := sheetOf(true); s.Listed || slices.ContainsFunc(s.Signs, func(s Sign) bool { return s.Signal == HardIssues }) {
		t.Errorf("one of them is contested: %+v", s)
	}
}
