package facts_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"hulian/dashboards/facts"
	"hulian/dashboards/page/pagetest"
	"hulian/dashboards/visitor"
	"hulian/queries"
)

var visitorType = reflect.TypeFor[visitor.Visitor]()

// asked calls a method of Facts that takes a visitor, with arguments under which it finds rows, and gives what it answers.
func asked(t *testing.T, f facts.Facts, method reflect.Method, v visitor.Visitor) (answer any, err error) {
	t.Helper()
	words, other := map[string][]string{
		"PointDays": {"B11", "2017-01", "2018-01"}, "Decisions": {"MB11"}, "Assessments": {"MB11"}, "OpenRows": {"aa"}, "FileName": {"aa"}, "SeesFile": {"aa"}, "Table": {"households"},
		"Register": {"households"}, "FindHouseholds": {"HB11"}, "FindMembers": {"MB11"}, "FindIssues": {"王小明"},
	}[method.Name]
	if !other { // a method is asked of a month, or from one month to another
		words = map[int][]string{1: {"2018-01"}, 2: {"2017-01", "2018-01"}}[texts(method)]
	}
	in := []reflect.Value{reflect.ValueOf(f)}
	for i := 1; i < method.Type.NumIn(); i++ {
		kind := method.Type.In(i)
		switch {
		case kind == reflect.TypeFor[context.Context]():
			in = append(in, reflect.ValueOf(t.Context()))
		case kind == visitorType:
			in = append(in, reflect.ValueOf(v))
		case kind == reflect.TypeFor[facts.Unit]():
			in = append(in, reflect.ValueOf(f.Town))
		case kind == reflect.TypeFor[facts.Cut]():
			in = append(in, reflect.ValueOf(facts.First(50)))
		case kind == reflect.TypeFor[queries.Measure]():
			m, _ := queries.MeasureOf("household_coverage")
			in = append(in, reflect.ValueOf(m))
		case kind == reflect.TypeFor[facts.Scope]():
			in = append(in, reflect.ValueOf(facts.Scope{Level: facts.LevelVillage, From: f.FirstMonth, To: f.LastMonth}))
		case kind == reflect.TypeFor[facts.PublishedTable]():
			table, err := f.Table(t.Context(), of(visitor.Office, ""), "households")
			if err != nil {
				t.Fatal(err)
			}
			in = append(in, reflect.ValueOf(table))
		case kind.Kind() == reflect.Int64: // from the first row or share on, of so many
			in = append(in, reflect.ValueOf(map[string]int64{"TablePage 6": 100, "TableShare 5": 1, "RowsBehind 7": 100}[fmt.Sprint(method.Name, " ", i)]))
		case kind == reflect.TypeFor[[]any]():
			in = append(in, reflect.ValueOf([]any{"aa", "bb"}))
		case kind == reflect.TypeFor[[]string](): // of measures, or of exports; it is no village
			in = append(in, reflect.ValueOf(map[bool]string{true: "visits", false: "card_rate"}[method.Name == "FilesBehind"]))
		case kind.Kind() == reflect.String && len(words) > 0:
			in, words = append(in, reflect.ValueOf(words[0]).Convert(kind)), words[1:]
		case kind.Kind() == reflect.String:
			t.Fatalf("say in this test what %s is asked", method.Name)
		case method.Name == "Overloaded" && i == 5: // more households than
			in = append(in, reflect.ValueOf(1))
		case kind.Kind() == reflect.Int:
			in = append(in, reflect.ValueOf(50))
		default:
			in = append(in, reflect.Zero(kind))
		}
	}
	out := method.Func.Call(in)
	if failed, ok := out[len(out)-1].Interface().(error); ok {
		err = failed
	}
	return out[0].Interface(), err
}

// texts counts the words, months or IDs, that a method is asked with.
func texts(method reflect.Method) (n int) {
	for i := range method.Type.NumIn() {
		if method.Type.In(i).Kind() == reflect.String {
			n++
		}
	}
	return n
}

// whoAsk are the methods of Facts that take a visitor.
func whoAsk() (all []reflect.Method) {
	for method := range methods(reflect.TypeFor[facts.Facts]()) {
		for i := range method.Type.NumIn() {
			if method.Type.In(i) == visitorType {
				all = append(all, method)
			}
		}
	}
	return all
}

func methods(of reflect.Type) func(func(reflect.Method) bool) {
	return func(yield func(reflect.Method) bool) {
		for i := range of.NumMethod() {
			if !yield(of.Method(i)) {
				return
			}
		}
	}
}

// planted are persons, IDs and texts in the rows of one village, and how each shows in what is answered.
var planted = []string{"王小明", "赵大有", "MB11", "HB11"}

func plant(t *testing.T, town *counted) {
	t.Helper()
	for _, statement := range []string{
		"update issue_flow set title = '王小明家门口路灯不亮，电话13812345678' where village_id = 'V1'",
		"insert into set_asides (entry_id, back, of_export, row_key, reason, entered_by, entered_at) values ('e1', false, 'households', 'HB11', '赵大有户重复 330282199001011234', 'office', '2018-02-01 08:00:00')",
		"insert into nothing_to_report (entry_id, of_export, of_village, of_month, back, reason, entered_by, entered_at) values ('e2', 'visits', 'V1', '2017-12', false, '王小明住院', 'office', '2018-02-01 08:00:00')",
		"insert into todo_ticks (entry_id, back, of_kind, of_month, of_village, of_branch, household_id, remark, entered_by, entered_at) values ('e3', false, 'household', '2018-01', 'V1', 'B11', 'HB11', '赵大有不在家 13812345678', 'office', '2018-02-01 08:00:00')",
		"insert into actions (entry_id, action_id, state, of_month, of_village, signal, cause_note, owner, result, entered_by, entered_at) values ('e4', 'CS-1', 'open', '2018-01', 'V1', '王小明没有走访 13812345678', '赵大有反映', '王小明', '王小明住院', 'office', '2018-02-01 08:00:00')",
		"insert into resolutions (entry_id, resolution_id, state, of_month, item, of_village, decision, owner, remark, entered_by, entered_at) values ('e5', 'YD-1', 'open', '2018-01', 'issues', 'V1', '赵大有家路灯由王小明负责 13812345678', '王小明', '赵大有已同意', 'office', '2018-02-01 08:00:00')",
		"insert into visits (visit_id, household_id, member_id, visited_at) values ('MB11|HB11|2018-01-05', 'HB11', 'MB11', '2018-01-05 19:00:00')",
		"insert into callbacks (entry_id, visit_id, household_id, of_village, of_month, drawn_from, drawn_on, reached, confirmed, note, entered_by, entered_at) values ('e6', 'MB11|HB11|2018-01-05', 'HB11', 'V1', '2018-01', 'random', '2018-01-31', true, true, '赵大有说王小明来过 13812345678', 'office', '2018-02-01 08:00:00')",
		"insert into talks (entry_id, of_branch, talk, rated_year, held_on, note, entered_by, entered_at) values ('e7', 'B12', 'admonition', '2017', '2018-01-20', '王小明 13812345678', 'office', '2018-02-01 08:00:00')",
		"insert into plans (entry_id, of_month, known_to, question, outcomes, remark, entered_by, entered_at) values ('e8', '2018-01', '2017-12', '王小明负责的村好不好 13812345678', 'household_coverage', '赵大有提出', 'office', '2018-02-01 08:00:00')",
		"insert into cadre_contests (entry_id, contest_id, member_id, of_month, evidence, settled, contested_on, said, entered_by, entered_at) values ('e9', 'YY-1', 'MB11', '2018-01', 'visiting', 'open', '2018-01-20', '赵大有家的走访记在王小明名下 13812345678', 'office', '2018-02-01 08:00:00')",
		"insert into callback_visits (visit_id, household_id, member_id, village_id, branch_id, visited_at, month, step, signals, turn) values ('MB11|HB11|2018-01-05', 'HB11', 'MB11', 'V1', 'B11', '2018-01-05 19:00:00', '2018-01', 6, 1, 1)",
		"insert into member_ratings (member_id, period, result) values ('MB11', '2017', 'pioneer')",
		"update files set name = '王小明 13812345678.csv' where file_id = 'aa'",
		"update files set name = '赵大有.csv', state = 'held' where file_id = 'bb'",
		"update reconciliation set problem = 'rows_in_doubt' where file_no = 2",
		"update problems set value = 'MB11 王小明 13812345678', detail = 'HB11' where problem_no = 1",
		"insert into members (member_id, branch_id, name, duty_status, exempt_until) values ('MB11E', 'B11', '王小明', 'exempt', '2017-12-31')",
		"update members set centre_household = true, centre_since = '2017-06-01' where member_id = 'MB11'",
		"insert into posts (post_id, member_id, kind, claimed_on) values ('GW-1', 'MB11E', 'mediator', '2017-06-01')",
		"insert into member_appraisals (member_id, period, village_id, branch_id, linked, appraised, score) values ('MB11', '2017', 'V1', 'B11', 16, 12, 82.5)",
		"insert into member_facts (fact, town, village_id, period, value) values ('exempt_all', '逍林镇', 'V1', '2018-01', 1)",
		"insert into village_funds (village_id, kind, since, partner, first_year, last_year, entries, amounts, amount_yuan, numbers, beneficiaries) values ('V1', 'charity', 2015, null, 2015, 2017, 3, 0, 0, 0, 0)",
		"insert into village_rules (village_id, article, article_text, revised_on, uses, last_used) values ('V1', '第三条', '占道堆放的，通知 13812345678', '2017-06-01', 1, '2017-09-01')",
		"insert into branches (branch_id, village_id, name, governance_grid_id) values ('B11', 'V1', '第一网格支部', 'G1')",
		"update households set governance_grid_id = 'G9' where household_id = 'HB11'",
		"insert into issues (issue_id, responsible_cadre_id, handler_cadre_id) values ('I2', 'C9', 'C9')",
		"insert into river_coverage (segment_id, river, village_id, from_m, to_m, chief, metres, covered, posts) values ('HD-1', '洋浦', 'V1', 0, 1000, 'C9', 1000, 600, 6)",
		"insert into river_gaps (segment_id, river, village_id, from_m, to_m) values ('HD-1', '洋浦', 'V1', 600, 1000)",
		"insert into round_tables (village_id, held_on, attended) values ('V1', '2018-01-10', 20)",
		"insert into rectifications (rectification_id, branch_id, found_on, shortcoming) values ('ZG-1', 'B11', '2017-12-20', '王小明没有走访赵大有家 13812345678')",
		"update tasks set zone = '东片' where branch_id = 'B11'",
		"insert into waivers (problem_no, waived_by, reason, waived_at) values (1, 'office', '赵大有已搬走', '2018-02-01 08:00:00')",
	} {
		town.Exec(t, statement)
	}
}

// TestNoMethodForgetsToAsk: whoever is nobody, or of another town, gets no row of any method.
func TestNoMethodForgetsToAsk(t *testing.T) {
	f, town := opened(t)
	plant(t, town)
	all := whoAsk()
	if len(all) < 30 {
		t.Fatalf("%d methods take a visitor", len(all))
	}
	elsewhere := visitor.Visitor{Role: visitor.Office, Scope: visitor.Scope{Towns: []string{"别镇"}}}
	for _, method := range all {
		for name, v := range map[string]visitor.Visitor{"nobody": {}, "the office of another town": elsewhere} {
			answer, err := asked(t, f, method, v)
			if yes, ok := answer.(bool); ok {
				if yes {
					t.Errorf("%s says yes to %s", method.Name, name)
				}
				continue
			}
			if !errors.Is(err, facts.ErrHidden) {
				t.Errorf("%s answers %s: %v, %.100v", method.Name, name, err, answer)
			}
		}
		answer, err := asked(t, f, method, of(visitor.Office, ""))
		if err != nil {
			t.Errorf("%s for the office: %v", method.Name, err)
		}
		if rows := reflect.ValueOf(answer); rows.Kind() == reflect.Slice && rows.Len() == 0 {
			t.Errorf("%s finds nothing for the office: plant a row that it must not tell others, or say what it is asked", method.Name)
		}
	}
	if len(town.from) < 20 {
		t.Errorf("the test asks so little that it proves nothing: %v", town.from)
	}
}

// TestNothingOfPersonsForOthers: no method tells who is of another village, or not of this one branch, whatever text it stands in;
// numbers of persons nobody reads at all.
func TestNothingOfPersonsForOthers(t *testing.T) {
	f, town := opened(t)
	var err error
	if f.Pseudonyms, err = visitor.NewPseudonyms([]byte("0123456789abcdef"), pagetest.Name, 1); err != nil {
		t.Fatal(err)
	}
	plant(t, town)
	another := visitor.Visitor{Role: visitor.BranchSecretary, Scope: visitor.Scope{Towns: []string{pagetest.Name}, Village: "V1", Branch: "B12"}}
	found := map[string]bool{}
	for _, method := range whoAsk() {
		for name, c := range map[string]struct {
			visitor.Visitor
			sees string // IDs of these end so
		}{
			"office": {of(visitor.Office, ""), "B"}, "analyst": {of(visitor.Analyst, ""), "none"}, "auditor": {of(visitor.Auditor, ""), "none"},
			"secretary of V2": {of(visitor.VillageSecretary, "V2"), "B2"}, "branch B12": {another, "B12"}, "secretary of V1": {of(visitor.VillageSecretary, "V1"), "B1"},
		} {
			answer, err := asked(t, f, method, c.Visitor)
			if errors.Is(err, facts.ErrHidden) {
				continue
			}
			rows := reflect.ValueOf(answer)
			if rows.Kind() != reflect.Slice {
				continue
			}
			for i := range rows.Len() {
				row := fmt.Sprintf("%+v", rows.Index(i).Interface())
				own := c.sees == "B" || c.sees == "B1" && strings.Contains(row, "OfVillage:V1") || strings.Contains(row, "BranchID:"+c.sees) ||
					c.sees == "B1" && strings.Contains(row, " V1 B1") && !strings.Contains(row, " V2 ") && !strings.Contains(row, " V3 ") // rows of an export as they are
				for _, said := range planted {
					shows := strings.Contains(row, said)
					if shows && name == "office" {
						found[said] = true
					}
					if shows && !own {
						t.Errorf("%s tells the %s %s: %s", method.Name, name, said, row)
					}
				}
				if strings.Contains(row, "13812345678") || strings.Contains(row, "330282199001011234") {
					t.Errorf("%s tells the %s a number: %s", method.Name, name, row)
				}
			}
		}
	}
	if len(found) != len(planted) {
		t.Errorf("the office finds %v only", found)
	}
}

// TestSelfSeesItself: an account of one member reads its own name and that of no other member.
func TestSelfSeesItself(t *testing.T) {
	f, _ := opened(t)
	self := visitor.Visitor{Role: visitor.BranchSecretary, Scope: visitor.Scope{Towns: []string{pagetest.Name}, Village: "V1", Branch: "B11", Member: "MB11"}}
	loads, err := f.Overloaded(t.Context(), self, f.Town, f.LastMonth, 1, facts.First(50))
	if err != nil {
		t.Fatal(err)
	}
	full := slices.DeleteFunc(slices.Clone(loads), func(l facts.MemberLoad) bool { return strings.HasSuffix(l.Name, "**") })
	if len(full) != 1 || full[0].MemberID != "MB11" || len(loads) < 3 {
		t.Errorf("he reads %+v of %d", full, len(loads))
	}
	homes, err := f.Unvisited(t.Context(), self, f.Town, f.LastMonth, 60, facts.First(50))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range homes {
		if own := h.LinkedMemberID == "MB11"; own != (h.HeadName == "赵大有") {
			t.Errorf("of the households he reads %+v", h)
		}
	}
}
