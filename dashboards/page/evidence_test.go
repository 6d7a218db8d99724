package page

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
	if p := v.Pickers[0]; !slices.Contains(p.Choices, view.Choice{Value: "household_coverage", Name: "走访覆盖率", Chosen: true}) || len(p.Choices) < 10 {
		t.Errorf("what can be compared is not offered: %+v", p)
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

// TestPilotsBesideAStartGroup: the pickers offer each pilot, the villages not begun, the rollout and each of its start groups, with how many
// villages each is; what is chosen is compared by months since each village's own start, and carries no verdict. What is none is refused.
func TestPilotsBesideAStartGroup(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, "update units set programme_start = '2017-03-01', phase = 'pilot' where unit_id = 'V2'")
	town.Exec(t, "update units set programme_start = '2017-08-01', phase = 'rollout' where unit_id = 'V3'")
	v, err := ask(t, town, "compare", "month=2017-07&lang=en")
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Pickers) != 2 || len(v.Pickers[1].Choices) != 3 || v.Pickers[1].Choices[0].Name != "2 pilots" || v.Pickers[1].Choices[1].Value != "V1" {
		t.Errorf("before the rollout pilots alone can be chosen: %+v", v.Pickers)
	}
	if v, err = ask(t, town, "compare", "lang=en"); err != nil {
		t.Fatal(err)
	}
	if with := v.Pickers[len(v.Pickers)-1]; with.Name != "with" || len(with.Choices) != 2 || with.Choices[1] != (view.Choice{Value: "rollout", Name: "× rollout, 1 village"}) || !with.Choices[0].Chosen {
		t.Errorf("%+v", with)
	}
	for _, with := range []string{"rollout", "2017-08"} {
		v, err := ask(t, town, "compare", "lang=en&with="+with)
		if err != nil {
			t.Fatal(err)
		}
		if rows := tableOf(t, v, "sides").Rows; len(rows) != 3 || rows[0][1].Text != "pilot" || rows[2][1].Text != "rollout" || rows[2][2].Text != "Aug 2017" {
			t.Errorf("%s: %+v", with, rows)
		}
		if said := strings.Join(v.Sentences, ""); !strings.Contains(v.Headline.Rest, "No difference between the two is shown") || !strings.Contains(said, "no conclusion by itself") {
			t.Errorf("%s: %+v, %s", with, v.Headline, said)
		}
	}
	one, err := ask(t, town, "compare", "lang=en&pilot=V1&with=rollout")
	if err != nil {
		t.Fatal(err)
	}
	if rows := one.Headline.Rest; rows != "Pilots and rollout cannot be compared" { // one against one
		t.Errorf("%s", rows)
	}
	only, err := ask(t, town, "compare", "lang=en&month=2017-07&pilot=V2")
	if err != nil {
		t.Fatal(err)
	}
	if said := strings.Join(only.Sentences, " "); !strings.Contains(said, "Only part of the pilots is looked at here") || strings.Contains(said, "No plan") {
		t.Error(said)
	}
	if !strings.Contains(only.Sentences[0], "One pilot against one other village") {
		t.Errorf("the other pilot is among them: %s", only.Sentences[0])
	}
	for _, address := range []string{"pilot=V3", "pilot=V9", "with=2017-03", "with=colour"} {
		if _, err := ask(t, town, "compare", address); err == nil {
			t.Errorf("%s is taken", address)
		}
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
	if said := v.Sentences[2]; !strings.Contains(said, "在 240 个模拟镇") || !strings.Contains(said, "（4,743/7,121）") || !strings.Contains(said, "（4,743/5,235）") {
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
	if d := tableOf(t, sheet, "decisions"); len(d.Rows) != 1 || d.Rows[0][3].Text != "牵头办结土地清理" || d.Rows[0][1].Note != "stands" || d.Rows[0][4].Text != "sent in a file" {
		t.Errorf("%+v", d.Rows)
	}
	left := map[string]string{}
	for _, row := range evidence.Rows {
		left[row[0].Text] = row[5].Text
	}
	if diff := cmp.Diff(map[string]string{"Steady visiting (twelve months)": "doubtful visits: 2, to be checked first; visits not confirmed by the household: 1; months without data: 3",
		"Hard issues resolved": "too recent to be disputed: 1", "Tasks led and done": "done without a day: 1"}, left); diff != "" {
		t.Errorf("what was left out (-want +got):\n%s", diff)
	}
	if among := tableOf(t, sheet, "among"); len(among.Rows) != 3 || !slices.ContainsFunc(among.Rows[2], func(c view.Cell) bool { return strings.Contains(c.Text, "19 others of the branch: median 70.0%") }) {
		t.Errorf("the member among the branch: %+v", among.Rows)
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

// The sheet to print says in one document what the page says: the answer, the evidence, the members of the branch, decisions, contests,
// and what it stands on. It has no form.
func TestTheSheetOfAMemberIsOneDocument(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, "insert into cadre_contests (entry_id, contest_id, member_id, of_month, evidence, settled, contested_on, said, entered_by, entered_at) values ('1', 'YY-1', 'MB11', '2018-01', 'visiting', 'open', '2018-01-20', '十一月的走访没有记上', 'office', '2018-01-21 08:00:00'), ('2', 'YY-1', 'MB11', '2018-01', 'visiting', 'dismissed', null, null, 'committee', '2018-01-25 08:00:00')")
	v, err := ask(t, town, "cadres", "member=MB11&sheet=1")
	if err != nil {
		t.Fatal(err)
	}
	if v.Letterhead == nil || len(v.Letterhead.Basis) < 3 || !strings.HasPrefix(v.Sentences[0], "2项依据明显高于本支部同伴：办结的难题、经常走访") || !strings.Contains(v.Sentences[1], "现行决定：列入（2017-09-11，镇党委组织办）") {
		t.Errorf("%+v, %v", v.Letterhead, v.Sentences)
	}
	for _, id := range []string{"among", "evidence", "decisions", "contests"} {
		tableOf(t, v, id)
	}
	for _, b := range v.Flat() {
		switch b.(type) {
		case view.Form, view.Section:
			t.Errorf("the sheet has a %s", b.Kind())
		}
	}
	if c := tableOf(t, v, "contests").Rows[0]; c[0].Text != "2018-01-20" || c[2].Text != "十一月的走访没有记上" || c[3].Text != "office 2018-01-21 08:00" || c[4].Text != "不成立，记录无误" || c[4].Note != "committee 2018-01-25 08:00" {
		t.Errorf("the contest, who recorded it and who answered it: %+v", c)
	}
	town.Exec(t, "update cadre_contests set settled = 'upheld' where entry_id = '2'")
	v, err = ask(t, town, "cadres", "member=MB11&sheet=1")
	if err != nil || !strings.Contains(v.Sentences[0], "本人有1项异议尚未了结") || !strings.HasPrefix(v.Sentences[0], "没有一项") && !strings.HasPrefix(v.Sentences[0], "只有1项") {
		t.Errorf("%v: what is upheld is no evidence until it is corrected: %v", err, v.Sentences)
	}
}

// The page takes the month: decisions stand as they did then, and the evidence says as of when it is. Whoever opens an earlier month sees no
// decision that was to come.
func TestCadresAsOfAMonth(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, "insert into cadre_decided (entry_id, member_id, decision, decided_on, decided_by, reason, of_month, entered_by, entered_at) values ('1', 'MB11', 'remove', '2018-01-20', '镇党委', '另有任用', '2018-01', 'office', '2018-01-20 08:00:00')")
	at := func(query string) view.View {
		t.Helper()
		v, err := ask(t, town, "cadres", query)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	decided := func(v view.View) string {
		rows := tableOf(t, v, "members").Rows
		i := slices.IndexFunc(rows, func(row []view.Cell) bool { return strings.HasSuffix(row[0].Text, "MB11") })
		return rows[i][4].Text + " " + rows[i][4].Note
	}
	before, now := at("month=2017-12"), at("month=2018-01")
	if got := decided(before) + ", " + decided(now); got != "列入 2017-09-11, 移出 2018-01-20" {
		t.Errorf("the decision of December and of January: %s", got)
	}
	if got := decided(at("month=2017-08")); strings.Contains(got, "2017") {
		t.Errorf("in August 2017 nothing was decided, and the page says %s", got)
	}
	if got := tableIn(t, before, "cadre-decisions"); len(got) != 1 || got[0] != "列入 | 1 | 0 | 1" {
		t.Errorf("decisions up to December: %q", got)
	}
	if got := strings.Join(tableIn(t, now, "cadre-decisions"), "\n"); got != "列入 | 1 | 0 | 0\n移出 | 1 | 1 | 1" {
		t.Errorf("decisions up to January: %s", got)
	}
	if got := strings.Join(tableIn(t, at("month=2018-01&village=V1"), "cadre-decisions"), "\n"); got != "列入 | 1 | 0 | 0\n移出 | 1 | 1 | 1" {
		t.Errorf("decisions on members of V1: %s", got)
	}
	for _, table := range at("month=2018-01&village=V2").Tables() {
		if table.ID == "cadre-decisions" {
			t.Errorf("of V2 nobody was decided on, and its page counts %d", len(table.Rows))
		}
	}
	if !strings.Contains(before.Sentences[0], "表现依据只有截至2018-01-31的，不随所选月份变化；组织决定截至2017年12月") || before.Headline != now.Headline {
		t.Errorf("as of when: %q, %+v", before.Sentences, before.Headline)
	}
	town.Exec(t, "insert into member_ratings (member_id, period, result) values ('MB11', '2017', 'pioneer')")
	sheet := at("member=MB11&month=2017-11")
	if rows := tableIn(t, sheet, "assessed"); len(rows) != 1 || !strings.HasPrefix(rows[0], "2017") {
		t.Errorf("the evidence is that of the cut-off, and the assessments on the sheet of November are %q", rows)
	}
	sheet = at("member=MB11&month=2017-12")
	if rows := tableOf(t, sheet, "decisions"); len(rows.Rows) != 1 || !strings.Contains(rows.Note, "以后各月另有1项") || !strings.Contains(strings.Join(sheet.Sentences, ""), "2017年12月时的决定：列入（2017-09-11，镇党委组织办）") {
		t.Errorf("the member in December: %+v %q %q", rows.Rows, rows.Note, sheet.Sentences)
	}
	if sheet = at("member=MB11"); !strings.Contains(strings.Join(sheet.Sentences, ""), "现行决定：移出（2018-01-20，镇党委）") {
		t.Errorf("the member now: %q", sheet.Sentences)
	}
}

// A town without a list of members is told why the page is empty, in a sentence and by no table.
func TestCadresOfATownWithoutMembers(t *testing.T) {
	town := pagetest.New(t)
	town.Exec(t, "delete from cadre_context; delete from cadre_signals")
	v, err := ask(t, town, "cadres", "lang=en")
	if err != nil || len(v.Tables()) != 0 || len(v.Sentences) != 1 || !strings.Contains(v.Sentences[0], "No list of members was received") {
		t.Errorf("%v: %v, %d tables", err, v.Sentences, len(v.Tables()))
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
