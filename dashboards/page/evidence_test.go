package page

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"hulian/dashboards/page/asktest"
	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/question"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
)

// ask puts an address to a page and returns its view, or the error it answers with.
func ask(t *testing.T, town *pagetest.Town, id, query string) (view.View, error) {
	t.Helper()
	return Build(t.Context(), asktest.AskedBy(t, asktest.Office, asktest.OpenedOf(t, town), id, query))
}

func tableOf(t *testing.T, v view.View, id string) *view.Table {
	t.Helper()
	for _, table := range v.Tables() {
		if table.ID == id {
			return table
		}
	}
	t.Fatalf("the view has no table %s", id)
	return nil
}

// TestAHardCriterionMakesAVillageWeak: on-time rate 3 of 10 against a limit of 60%, met in January.
func TestAHardCriterionMakesAVillageWeak(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, "update hard_criteria set met = true, numerator = 3, denominator = 10, value = 0.3 where village_id = 'V2'")
	town.Exec(t, "insert into hard_criteria (village_id, criterion, month, met, state, month_state, numerator, denominator, value, limit_value) values ('V2', 'secretary_vacant', '2018-01', true, 'met', 'passed', 1, 4, 1, 0)")
	town.Exec(t, "update export_completeness set received = 0 where village_id = 'V3' and export in ('visits', 'issues') and month = '2018-01'")
	v, err := ask(t, town, "weak", "")
	if err != nil {
		t.Fatal(err)
	}
	if got := v.Sentences[0]; got != "3个村中有1个薄弱村：新园村。" {
		t.Errorf("%s", got)
	}
	villages := tableOf(t, v, "villages")
	if len(villages.Rows) != 2 || villages.Rows[1][1].Text != "数据不足以判断" || villages.Rows[0][0].Text != "新园村" || villages.Rows[0][1].Tone != view.ToneWorse || !strings.Contains(villages.More, "福合院村") {
		t.Errorf("%+v, more %q", villages.Rows, villages.More)
	}
	evidence := tableOf(t, v, "evidence-V2")
	if row := evidence.Rows[1]; row[1].Text != "30.0%" || row[1].Base != "3/10" || row[2].Text != "60.0%" {
		t.Errorf("a share with its base and limit: %+v", row)
	}
	if row := evidence.Rows[0]; row[1].Text != "1" || row[2].Text != "0" {
		t.Errorf("a vacant post is a count and no share of four: %+v", row)
	}
	if _, err := ask(t, town, "weak", "measure=nonsense"); !errors.Is(err, question.ErrBadFilter) {
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
	if len(compared.Rows) != 3 || compared.Rows[0][1].Text != "试点" || compared.Rows[0][3].Text != "95.0%" {
		t.Errorf("%+v", compared.Rows)
	}
	rollout := tableOf(t, v, "rollout")
	if row := rollout.Rows[0]; row[0].Text != "福合院村" || row[1].Text != "2017-05-01" || !strings.HasPrefix(row[3].Text, "试点") {
		t.Errorf("the pilot joined first, in May 2017: %+v", row)
	}
	if v.Headline.Weak != "" || v.Headline.Rest != "走访覆盖率：现有数据不能下结论" {
		t.Errorf("the verdict in one line: %+v", v.Headline)
	}
	conditions := tableOf(t, v, "conditions")
	state := map[string]string{}
	for _, row := range conditions.Rows {
		state[row[1].Text] = row[0].Text + row[2].Text
	}
	if state["不像是偶然"] != "✗偶然可能性约33.3%" || !strings.HasPrefix(state["村够多"], "✗试点1个，对照2个") {
		t.Errorf("what must hold: %v", state)
	}
	for name, answer := range state {
		if !strings.ContainsAny(answer, "0123456789") && !strings.Contains(answer, "月份太少") && !strings.Contains(answer, "没有帮扶台账") && !strings.Contains(answer, "没有登记方案") {
			t.Errorf("%s is answered without a number: %s", name, answer)
		}
	}
	if !slices.Contains(v.Picker.Choices, view.Choice{Value: "household_coverage", Name: "走访覆盖率", Chosen: true}) || len(v.Picker.Choices) < 10 {
		t.Errorf("what can be compared is not offered: %+v", v.Picker)
	}
	if curves := tableOf(t, v, "curves"); len(curves.Rows) != 3 || curves.Rows[0][0].Text != "福合院村" || curves.Rows[0][1].Text != "启动 2017年5月" {
		t.Errorf("each village's own line, by start: %+v", curves.Rows)
	}
	if picture := tableOf(t, v, "all-outcomes"); len(picture.Rows) < 5 || picture.Rows[0][0].Text != "走访覆盖" {
		t.Errorf("the measure asked about stands first: %+v", picture.Rows)
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
	if design := tableOf(t, early, "design"); design.Rows[0][1].Text != "1 and 2" {
		t.Errorf("what the pilot could find: %+v", design.Rows)
	}
}

func TestEvidenceOfAMember(t *testing.T) {
	town := pagetest.New(t)
	v, err := ask(t, town, "cadres", "branch=B11")
	if err != nil {
		t.Fatal(err)
	}
	list := tableOf(t, v, "members")
	if len(list.Rows) != 1 || !strings.Contains(list.Rows[0][2].Text, "91.7% (110/120)（支部中位数 70.0%，普通党员如此的概率") || !strings.Contains(list.Rows[0][2].Text, "存疑走访 2 次未计入") {
		t.Errorf("%+v", list.Rows)
	}
	if said := v.Sentences[1]; !strings.Contains(said, "在 240 个模拟镇") || !strings.Contains(said, "（4,743/7,121）") || !strings.Contains(said, "（4,743/5,235）") {
		t.Errorf("how far the list can be trusted: %s", said)
	}
	if !strings.Contains(list.Note, "列出的人中 66.6% 真正突出（4,743/7,121）") {
		t.Errorf("the table does not say how many of its members were planted in simulated towns: %s", list.Note)
	}
	if picture := tableOf(t, v, "peers"); len(picture.Rows) != 1 || !strings.Contains(v.Headline.Rest, "1名党员有两项以上依据") || !slices.ContainsFunc(picture.Rows[0], func(c view.Cell) bool { return c.Text == "92% / 70%" }) {
		t.Errorf("the evidence beside the branch: %+v, %+v", v.Headline, picture.Rows)
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
	i := slices.IndexFunc(evidence.Rows, func(row []view.Cell) bool { return row[0].Text == "Tasks led and done" })
	if i < 0 || evidence.Rows[i][4].Text != "below the least evidence" {
		t.Errorf("one task is below the least of two: %+v", evidence.Rows)
	}
	if d := tableOf(t, sheet, "decisions"); len(d.Rows) != 1 || d.Rows[0][3].Text != "牵头办结土地清理" {
		t.Errorf("%+v", d.Rows)
	}
	if _, err := ask(t, town, "cadres", "member=M404"); !errors.Is(err, question.ErrUnknownUnit) {
		t.Errorf("a member nobody knows: %v", err)
	}
	for _, p := range question.Pages() {
		if p.ID == "cadres" && p.Needs != visitor.SeeEvidence {
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

func chartOf(t *testing.T, v view.View, id string) *view.Chart {
	t.Helper()
	for _, b := range v.Flat() {
		if c, ok := b.(*view.Chart); ok && c.ID == id {
			return c
		}
	}
	t.Fatalf("the view has no chart %s", id)
	return nil
}
