package page

import (
	"errors"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"

	"hulian/dashboards/page/pagetest"
	"hulian/data"
	"hulian/queries/signals"
)

// ask puts an address to a page and returns its view, or the error it answers with.
func ask(t *testing.T, town *pagetest.Town, id, query string) (View, error) {
	t.Helper()
	s, err := Open(t.Context(), town)
	if err != nil {
		t.Fatal(err)
	}
	p, ok := ByID(id)
	if !ok {
		t.Fatalf("no page %s", id)
	}
	values, _ := url.ParseQuery(query)
	r, err := Ask(s, p, values)
	if err != nil {
		t.Fatal(err)
	}
	r.Programme, r.Role = data.DefaultProgramme(), p.Role
	return p.Build(t.Context(), r)
}

func tableOf(t *testing.T, v View, id string) *Table {
	t.Helper()
	for _, table := range v.Tables() {
		if table.ID == id {
			return table
		}
	}
	t.Fatalf("the view has no table %s", id)
	return nil
}

// TestAHardCriterionMakesAVillageWeak: on-time rate 3 of 10 against a limit of 60 %, met in January.
func TestAHardCriterionMakesAVillageWeak(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, "update hard_criteria set met = true, numerator = 3, denominator = 10, value = 0.3 where village_id = 'V2'")
	town.Exec(t, "insert into hard_criteria values ('V2', 'secretary_vacant', '2018-01', true, 1, 4, 1, 0)")
	town.Exec(t, "update export_completeness set received = 0 where village_id = 'V3' and export in ('visits', 'issues') and month = '2018-01'")
	v, err := ask(t, town, "weak", "")
	if err != nil {
		t.Fatal(err)
	}
	if got := v.Sentences[0]; got != "3个村中有1个薄弱村：新园村。" {
		t.Errorf("%s", got)
	}
	villages := tableOf(t, v, "villages")
	if len(villages.Rows) != 2 || villages.Rows[1][1].Text != "数据不足以判断" || villages.Rows[0][0].Text != "新园村" || villages.Rows[0][1].Tone != ToneWorse || !strings.Contains(villages.More, "福合院村") {
		t.Errorf("%+v, more %q", villages.Rows, villages.More)
	}
	evidence := tableOf(t, v, "evidence-V2")
	if row := evidence.Rows[0]; row[1].Text != "30.0 %" || row[1].Base != "3/10" || row[2].Text != "60.0 %" {
		t.Errorf("a share with its base and limit: %+v", row)
	}
	if row := evidence.Rows[1]; row[1].Text != "1" || row[2].Text != "0" {
		t.Errorf("a vacant post is a count and no share of four: %+v", row)
	}
	if _, err := ask(t, town, "weak", "measure=nonsense"); !errors.Is(err, ErrBadFilter) {
		t.Errorf("a measure nobody knows: %v", err)
	}
	own, err := ask(t, town, "weak", "village=V2&lang=en")
	if err != nil {
		t.Fatal(err)
	}
	if got := own.Sentences[0]; got != "新园村: weak by one condition." {
		t.Errorf("%s", got)
	}
}

// TestThreeVillagesAllowNoConclusion: one pilot and two others can be picked in three ways, so no p below 0.33 is
// possible and no verdict is given, however large the difference.
func TestThreeVillagesAllowNoConclusion(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, "update measures set numerator = 190, value = 0.95 where measure = 'household_coverage' and unit_id = 'V1' and month >= '2017-05'")
	v, err := ask(t, town, "compare", "")
	if err != nil {
		t.Fatal(err)
	}
	if v.Sentences[0] != "现有数据不能下结论。" || !strings.Contains(strings.Join(v.Sentences, ""), "p 最小只能到0.333") {
		t.Errorf("%v", v.Sentences)
	}
	compared := tableOf(t, v, "compared")
	if len(compared.Rows) != 3 || compared.Rows[0][1].Text != "试点" || compared.Rows[0][3].Text != "95.0 %" {
		t.Errorf("%+v", compared.Rows)
	}
	rollout := tableOf(t, v, "rollout")
	if row := rollout.Rows[0]; row[0].Text != "福合院村" || row[4].Value != "15" || row[5].Value != "9" {
		t.Errorf("15 months before May 2017 and 9 since: %+v", row)
	}
	if len(tableOf(t, v, "outcomes").Rows) < 10 {
		t.Error("the other outcomes are not listed")
	}
	early, err := ask(t, town, "compare", "month=2017-03&lang=en")
	if err != nil {
		t.Fatal(err)
	}
	if early.Sentences[0] != "Not estimable. The pilots had not begun by the month chosen." {
		t.Errorf("%v", early.Sentences)
	}
}

func TestEvidenceOfAMember(t *testing.T) {
	town := pagetest.New(t)
	v, err := ask(t, town, "cadres", "branch=B11")
	if err != nil {
		t.Fatal(err)
	}
	list := tableOf(t, v, "members")
	if len(list.Rows) != 1 || !strings.Contains(list.Rows[0][2].Text, "91.7 % (110/120)（支部中位数 70.0 %，普通党员如此的概率") || !strings.Contains(list.Rows[0][2].Text, "存疑走访 2 次未计入") {
		t.Errorf("%+v", list.Rows)
	}
	if said := v.Sentences[1]; !strings.Contains(said, "在 240 个模拟镇") || !strings.Contains(said, "（4,594/5,955）") || !strings.Contains(said, "（4,594/5,235）") {
		t.Errorf("how far the list can be trusted: %s", said)
	}
	// B12 has nobody to compare with; and who is listed does not hang on the filter.
	if whole, err := ask(t, town, "cadres", ""); err != nil || len(tableOf(t, whole, "members").Rows) != 3 {
		t.Errorf("%v: %+v", err, tableOf(t, whole, "members").Rows)
	}
	sheet, err := ask(t, town, "cadres", "member=MB11&lang=en")
	if err != nil {
		t.Fatal(err)
	}
	evidence := tableOf(t, sheet, "evidence")
	i := slices.IndexFunc(evidence.Rows, func(row []Cell) bool { return row[0].Text == "Tasks led and done" })
	if i < 0 || evidence.Rows[i][4].Text != "below the least evidence" {
		t.Errorf("one task is below the least of two: %+v", evidence.Rows)
	}
	if d := tableOf(t, sheet, "decisions"); len(d.Rows) != 1 || d.Rows[0][3].Text != "牵头办结土地清理" {
		t.Errorf("%+v", d.Rows)
	}
	if _, err := ask(t, town, "cadres", "member=M404"); !errors.Is(err, ErrUnknownUnit) {
		t.Errorf("a member nobody knows: %v", err)
	}
	for _, p := range Pages() {
		if p.ID == "cadres" && p.Role != RoleOffice {
			t.Error("the page is open to everyone")
		}
	}
}

// TestWhereAChangeComesFrom: the parts of the villages sum to the town's own change.
func TestWhereAChangeComesFrom(t *testing.T) {
	v, err := ask(t, pagetest.New(t), "measures", "measure=household_coverage")
	if err != nil {
		t.Fatal(err)
	}
	split := tableOf(t, v, "split")
	if len(split.Rows) != 3 || len(split.Total) != 6 || split.Note == "" {
		t.Errorf("%+v", split)
	}
}

// A criterion is shown in the unit of what it reads: one vacant secretary of one branch is 1, not 100 %; a fact that nobody
// has told is neither met nor unmet.
func TestCriteriaAreShownInTheirUnit(t *testing.T) {
	r := asked(t, "village", "village=V1")
	nan := math.NaN()
	for _, c := range []struct {
		criterion           signals.Criterion
		value, base, limits string
	}{
		{signals.Criterion{ID: "secretary_vacant", Numerator: 1, Denominator: 1, Value: 1, Limit: 0}, "1", "1/1", "0"},
		{signals.Criterion{ID: "no_reconciliation", Numerator: 1, Denominator: 1, Value: 1, Limit: .5}, "100.0 %", "1/1", "50.0 %"},
		{signals.Criterion{ID: "late_issues", Numerator: 0, Denominator: 0, Value: nan, Limit: .6}, missing, "0/0", "60.0 %"},
		{signals.Criterion{ID: "no_reconciliation", Numerator: nan, Denominator: nan, Value: nan, Limit: .5}, missing, "", "50.0 %"},
	} {
		value, limit := r.criterionCells(c.criterion)
		if value.Text != c.value || value.Base != c.base || limit.Text != c.limits {
			t.Errorf("%s: %s (%s) against %s, want %s (%s) against %s", c.criterion.ID, value.Text, value.Base, limit.Text, c.value, c.base, c.limits)
		}
	}
}
