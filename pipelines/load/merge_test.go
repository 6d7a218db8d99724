package load

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/pipelines"
	"hulian/pipelines/load/merge"
)

func TestACorrectedFileChangesExactlyTheCorrectedKeys(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("visits.csv", []byte(visitsCSV+"T3,H3,M3,2017-12-30,微信,8\n"))
	town.load()
	// T1 is corrected, T2 says the same again, T4 is new, T3 is moved to another month.
	town.drop("corrected.csv", []byte("走访编号,农户编号,党员编号,走访时间,走访方式,时长(分钟)\nT1,H1,M1,2018-01-08 19:30,入户,35\nT2,H2,M2,2018-01-09,电话,5\nT4,H1,M1,2018-01-10,电话,5\nT3,H3,M3,2018-01-30,微信,8\n"))
	result := town.load()
	if diff := cmp.Diff(map[string]merge.Change{"visits": {Inserted: 1, Replaced: 2, Months: []string{"2017-12", "2018-01"}}}, result.Changed); diff != "" {
		t.Error(diff)
	}
	town.want("select visit_id, minutes, visited_at, _file, _row from exports.visits order by visit_id",
		"T1 35 2018-01-08T19:30:00 6 2", "T2 5 2018-01-09 5 3", "T3 8 2018-01-30 6 5", "T4 5 2018-01-10 6 4")
	town.want("select visit_id, minutes, _file, _until_file from history.visits order by visit_id", "T1 25 5 6", "T3 8 5 6")
}

func TestFilesOfOneRunMergeInOrderOfArrival(t *testing.T) {
	town := newTown(t)
	town.registries()
	for _, minutes := range []string{"10", "20", "20", "10", "30"} {
		town.drop("visits"+minutes+fmt.Sprint(town.clock.Unix())+".csv", []byte("走访编号,农户编号,党员编号,走访时间,时长(分钟),走访内容\nT1,H1,M1,2018-01-08,"+minutes+",\n\n"+strings.Repeat("\n", town.clock.Minute())))
	}
	town.load()
	town.want("select minutes, _file from exports.visits", "30 9")
	town.want("select minutes, _file, _until_file from history.visits order by _file", "10 5 6", "20 6 8", "10 8 9")
}

func TestAFullListRetiresWhoIsAbsent(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.load()
	// M2 is gone, M1 changed, M4 is new; M3's row is refused, which is no absence.
	town.drop("党员.csv", []byte("党员编号,支部编号,姓名,履职状态\nM1,B2,陈样本,可动员\nM3,B2,李样本,也许\nM4,B1,新样本,可动员\n"))
	result := town.load()
	if diff := cmp.Diff(merge.Change{Inserted: 1, Replaced: 1, Retired: 1}, result.Changed["members"]); diff != "" {
		t.Error(diff)
	}
	town.want("select member_id, branch_id, _file from exports.members order by member_id", "M1 B2 5", "M3 B2 3", "M4 B1 5")
	town.want("select member_id, branch_id, _file, _until_file from history.members order by member_id", "M1 B1 3 5", "M2 B1 3 5")
	// Back again: a version of its own.
	town.drop("党员2.csv", []byte("党员编号,支部编号,姓名,履职状态\nM1,B2,陈样本,可动员\nM2,B1,王样本,可动员\nM3,B2,李样本,不作联户要求\nM4,B1,新样本,可动员\n"))
	town.load()
	town.want("select member_id, _file from exports.members order by member_id", "M1 5", "M2 6", "M3 3", "M4 5")
}

func TestAListOfChangesRetiresNobody(t *testing.T) {
	town := newTown(t)
	town.mapping("changes.yaml", "files: ['变动*']\nexports:\n  - {export: members, mode: changes}\n")
	town.registries()
	town.load()
	town.drop("变动2018-01.csv", []byte("党员编号,支部编号,姓名,履职状态\nM1,B2,陈样本,可动员\n"))
	result := town.load()
	if diff := cmp.Diff(merge.Change{Replaced: 1}, result.Changed["members"]); diff != "" {
		t.Error(diff)
	}
	town.want("select member_id, branch_id from exports.members order by member_id", "M1 B2", "M2 B1", "M3 B2")
}

func TestPopulationKeepsOlderCounts(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("人口2017.csv", []byte("村编号,统计日期,常住人口,流动人口\nV01,2017-12-31,4800,6000\nV02,2017-12-31,1200,300\n"))
	town.drop("人口2018.csv", []byte("村编号,统计日期,常住人口,流动人口\nV01,2018-01-31,4863,6179\n"))
	town.load()
	town.want("select village_id, as_of, resident_population from exports.population order by all", "V01 2017-12-31 4800", "V01 2018-01-31 4863", "V02 2017-12-31 1200")
}

func TestAListThatFellIsHeldUntilConfirmed(t *testing.T) {
	town := newTown(t)
	members := "党员编号,支部编号,姓名,履职状态\n"
	for i := range 10 {
		members += fmt.Sprintf("M%d,B1,样本,可动员\n", i)
	}
	town.drop("村.csv", []byte(villagesCSV))
	town.drop("支部.csv", []byte(branchesCSV))
	town.drop("党员.csv", []byte(members))
	town.load()
	fallen := town.drop("党员短.csv", []byte("党员编号,支部编号,姓名,履职状态\nM1,B1,改名,可动员\nM2,B1,样本,可动员\n"))
	result := town.load()
	if err := result.Err(); !errors.Is(err, pipelines.ErrHeld) {
		t.Errorf("error %v", err)
	}
	if len(result.Changed) > 0 {
		t.Errorf("changed %+v", result.Changed)
	}
	town.want("select count(*) from exports.members", "10")
	town.want("select state from ops.files where file_no = 4", "held")
	town.want("select code, severity, detail from ops.problems where severity <> 'warn'", `row_count_fallen hold ["fell","10","2"]`)
	if again := town.load(); len(again.Files) != 0 {
		t.Errorf("a run without confirmation looks at it again: %+v", again)
	}
	// A newer list comes before anybody confirms; the confirmed one is then history at best.
	town.accept(fallen, "王样本", "合并支部")
	result = town.load()
	if got, want := told(result.Files[0]), "10 rows became 2; accepted by 王样本: 合并支部; rows of the list before that are no longer in it have ended: 8 (M0, M3, M4, M5, M6 …)"; got != want {
		t.Errorf("the table says %q, want %q", got, want)
	}
	if result.Err() != nil || result.Changed["members"].Retired != 8 || result.Changed["members"].Replaced != 1 {
		t.Errorf("%v %+v", result.Err(), result.Changed)
	}
	town.want("select member_id, name from exports.members order by all", "M1 改名", "M2 样本")
	town.want("select state from ops.files where file_no = 4", "loaded")
	town.want("select count(*) from ops.problems where severity = 'hold'", "0")
}

// Who releases a zip file releases all that is in it: every list of it that fell is told before, and noted after.
func TestEveryFallenListOfAFileIsTold(t *testing.T) {
	town := newTown(t)
	members, branches := "党员编号,支部编号,姓名,履职状态\n", branchesCSV
	for i := range 10 {
		members += fmt.Sprintf("M%d,B1,样本,可动员\n", i)
		branches += fmt.Sprintf("B1%d,V01,第%d网格\n", i, i)
	}
	town.drop("村.csv", []byte(villagesCSV))
	town.drop("支部.csv", []byte(branches))
	town.drop("党员.csv", []byte(members))
	town.load()
	all := strings.Count(branches, "\n") - 1
	fallen := town.drop("名册.zip", zipped(t, "党员.csv", []byte("党员编号,支部编号,姓名,履职状态\nM1,B1,样本,可动员\n"), "支部.csv", []byte("支部编号,村编号,支部名称\nB1,V01,第一网格\n")))
	town.load()
	town.want("select export, detail from ops.problems where code = 'row_count_fallen' order by all", fmt.Sprintf(`branches ["fell","%d","1"]`, all), `members ["fell","10","1"]`)
	town.accept(fallen, "王样本", "合并支部")
	town.load()
	town.want("select export, detail from ops.reconciliation where file_no = 4 order by all",
		fmt.Sprintf(`branches [["confirmed","%d","1","王样本","合并支部"],["ended","%d","B2, B10, B11, B12, B13 …"]]`, all, all-1),
		`members [["confirmed","10","1","王样本","合并支部"],["ended","9","M0, M2, M3, M4, M5 …"]]`)
}

// A list that is confirmed after a newer one ends nothing that the newer one found as it had been before.
func TestAConfirmedListLeavesWhatANewerOneSaid(t *testing.T) {
	town := newTown(t)
	list := func(name string, n int) []byte {
		text := "党员编号,支部编号,姓名,履职状态\nM1,B1," + name + ",可动员\n"
		for i := 2; i <= n; i++ {
			text += fmt.Sprintf("M%d,B1,样本,可动员\n", i)
		}
		return []byte(text)
	}
	town.drop("村.csv", []byte(villagesCSV))
	town.drop("支部.csv", []byte(branchesCSV))
	town.drop("党员.csv", list("原名", 10))
	town.load()
	fallen := town.drop("党员2.csv", list("改名", 2))
	town.load()
	town.drop("党员3.csv", list("原名", 9))
	town.load()
	town.accept(fallen, "王样本", "")
	town.load()
	town.want("select count(*), min(name) filter (where member_id = 'M1') from exports.members", "9 原名")
}

func TestRowsWaitForTheirRegistry(t *testing.T) {
	town := newTown(t)
	town.drop("visits.csv", []byte(visitsCSV))
	result := town.load()
	if result.Waiting != 2 {
		t.Errorf("%d rows wait, want 2", result.Waiting)
	}
	town.want("select count(*) from exports.visits", "0")
	town.drop("村名册.csv", []byte(villagesCSV))
	town.drop("支部.csv", []byte(branchesCSV))
	town.drop("党员.csv", []byte(membersCSV))
	if result = town.load(); result.TakenUp != 0 || result.Waiting != 2 {
		t.Errorf("taken up %d, waiting %d", result.TakenUp, result.Waiting)
	}
	town.drop("农户.csv", []byte(strings.Replace(householdsCSV, "H2,", "H7,", 1)))
	if result = town.load(); result.TakenUp != 1 || result.Waiting != 1 {
		t.Errorf("taken up %d, waiting %d", result.TakenUp, result.Waiting)
	}
	if diff := cmp.Diff([]string{"2018-01"}, result.Changed["visits"].Months); diff != "" {
		t.Error(diff)
	}
	town.want("select visit_id, visited_at, channel, minutes, _file, _row from exports.visits", "T1 2018-01-08T19:30:00 home 25 1 2")
	town.want("select rows_read, accepted, quarantined from ops.reconciliation where export = 'visits'", "2 1 1")
	town.want("select row, column_id, state from ops.problems where code = 'unknown_reference' order by row, column_id",
		"2 household_id repaired", "2 member_id repaired", "3 household_id open", "3 member_id repaired")
	town.drop("农户2.csv", []byte(householdsCSV))
	if result = town.load(); result.TakenUp != 1 || result.Waiting != 0 {
		t.Errorf("taken up %d, waiting %d", result.TakenUp, result.Waiting)
	}
	town.want("select count(*) from ops.quarantine", "0")
	town.want("select count(*) from ops.problems where state = 'open' and severity = 'refuse'", "0")
}

func TestAWaitingRowNeverOverwritesANewerOne(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("a.csv", []byte("走访编号,农户编号,党员编号,走访时间\nT1,H9,M1,2018-01-08\n"))
	town.load()
	town.drop("b.csv", []byte("走访编号,农户编号,党员编号,走访时间\nT1,H1,M1,2018-01-09\n"))
	town.load()
	town.drop("农户2.csv", []byte(householdsCSV+"H9,V01,B1,孙样本,M1,2017-05-01\n"))
	town.load()
	town.want("select visit_id, household_id, _file from exports.visits", "T1 H1 6")
	town.want("select visit_id, household_id, _file, _until_file from history.visits", "T1 H9 5 6")
}

func TestARepairedRowClosesItsProblem(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("a.csv", []byte("走访编号,农户编号,党员编号,走访时间\nT1,H1,M1,上周\nT2,H1,M1,上周\n"))
	town.load()
	town.drop("b.csv", []byte("走访编号,农户编号,党员编号,走访时间\nT1,H1,M1,2018-01-09\n"))
	town.load()
	town.want("select row, state from ops.problems where severity = 'refuse' order by row", "2 repaired", "3 open")
}

func TestAVisitWithoutAnIDIsNamedByWhoAndWhen(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("a.csv", []byte("农户编号,党员编号,走访时间,时长(分钟)\nH1,M1,2018-01-08 19:30,10\nH1,M1,2018-01-08 20:30,20\nH1,M1,2018年1月8日 19:30,30\n"))
	town.drop("b.csv", []byte("农户编号,党员编号,走访时间,时长(分钟)\nH1,M1,2018-01-08 20:30,25\n"))
	town.load()
	town.want("select visit_id, minutes from exports.visits order by all", "M1|H1|2018-01-08 19:30 10", "M1|H1|2018-01-08 20:30 25")
	town.want("select row, code, detail from ops.problems where severity = 'refuse'", `4 duplicate_key ["other_row","","2"]`)
}

func TestVisitsThatNeedASecondLook(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("visits.csv", []byte("走访编号,农户编号,党员编号,走访时间\nT1,H1,M1,2018-01-08\nT2,H1,M2,2018-01-08\nT3,H3,M3,2018-01-08\nT4,H1,M2,2017-04-30\n"))
	result := town.load()
	last := result.Files[len(result.Files)-1]
	if last.Accepted != 4 || last.Warnings != 2 {
		t.Errorf("%+v", last)
	}
	town.want("select code, severity, row, letter, value, detail from ops.problems where export = 'visits' order by row",
		`link_mismatch warn 3 B H1 ["linked_to","M1"]`, "exempt_visitor warn 4 C M3 <nil>")
}

// A visit that waited for its household is looked at as any other when it comes in.
func TestVisitsThatWaitedNeedASecondLookToo(t *testing.T) {
	town := newTown(t)
	town.drop("村名册.csv", []byte(villagesCSV))
	town.drop("支部.csv", []byte(branchesCSV))
	town.drop("党员.csv", []byte(membersCSV))
	town.drop("visits.csv", []byte("走访编号,农户编号,党员编号,走访时间\nT1,H1,M1,2018-01-08\nT2,H1,M2,2018-01-08\nT3,H3,M3,2018-01-08\n"))
	town.load()
	town.drop("农户.csv", []byte(householdsCSV))
	if result := town.load(); result.TakenUp != 3 {
		t.Fatalf("taken up %d", result.TakenUp)
	}
	town.want("select code, severity, row, letter, value, detail, state from ops.problems where severity = 'warn' order by row",
		`link_mismatch warn 3 B H1 ["linked_to","M1"] open`, "exempt_visitor warn 4 <nil> M3 <nil> open")
	town.want("select accepted, warnings from ops.reconciliation where export = 'visits'", "3 2")
	town.drop("b.csv", []byte("走访编号,农户编号,党员编号,走访时间\nT2,H1,M1,2018-01-08\n"))
	town.load()
	town.want("select row, state from ops.problems where code = 'link_mismatch'", "3 repaired")
}

func TestDatesInOrder(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("issues.csv", []byte("问题编号,收集时间,村编号,问题类别,分类时间,办结时间,反馈时间,办理期限\n"+
		"I1,2018-01-08 09:00,V01,道路,2018-01-08 10:00,2018-01-09 10:00,2018-01-10 10:00,2019-01-01\n"+
		"I2,2018-01-08 09:00,V01,道路,2018-01-08 08:00,,,\n"+
		"I3,2018-01-08 09:00,V01,道路,,2018-01-09 10:00,2018-01-09 09:00,\n"))
	town.load()
	town.want("select issue_id from exports.issues", "I1")
	town.want("select code, row, column_id, value, detail from ops.problems where severity = 'refuse' order by row",
		`date_order 3 classified_at 2018-01-08 08:00 ["order","column:issues.reported_at","2018-01-08 09:00","2018-01-08 08:00"]`,
		`date_order 4 fed_back_at 2018-01-09 09:00 ["order","column:issues.resolved_at","2018-01-09 10:00","2018-01-09 09:00"]`)
}

func TestABranchMayNameASecretaryWhoComesLater(t *testing.T) {
	town := newTown(t)
	town.drop("村.csv", []byte(villagesCSV))
	town.drop("支部.csv", []byte("支部编号,村编号,支部名称,书记编号\nB1,V01,第一,M1\nB2,V02,第二,M9\n"))
	town.drop("党员.csv", []byte(membersCSV))
	town.load()
	town.want("select count(*) from exports.branches", "2")
	town.want("select code, severity, value from ops.problems", "unknown_reference warn M9")
}

func TestWhatDayAListSpeaksFor(t *testing.T) {
	tests := map[string]string{
		"党员名册_2017-11.csv": "2017-11-30", "党员名册20171115.csv": "2017-11-15", "党员名册2017年9月.csv": "2017-09-30",
		"党员名册.csv": "2018-01-31", "党员名册2017.12.01.csv": "2017-12-01", "党员名册2035-01.csv": "2018-01-31", "党员V20181399.csv": "2018-01-31",
	}
	for name, want := range tests {
		town := newTown(t)
		town.drop(name, []byte(membersCSV))
		town.load()
		if got := town.lines("select as_of from ops.files"); got[0] != want {
			t.Errorf("%s speaks for %s, want %s", name, got[0], want)
		}
	}
	town := newTown(t)
	town.drop("党员.csv", []byte("党员名册（截至2017年10月）\n"+membersCSV))
	town.load()
	town.want("select as_of from ops.files", "2017-10-31")
}

// The list received last holds, whatever day it gives; that it is older than the one before is said.
func TestAnOlderListIsTold(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("党员2017-12.csv", []byte(membersCSV+"M8,B1,周样本,可动员\n"))
	if files := town.load().Files; told(files[len(files)-1]) != "" {
		t.Errorf("a list after one without a day: %q", told(files[len(files)-1]))
	}
	town.drop("党员2017-11.csv", []byte(membersCSV+"M9,B1,周样本,可动员\n"))
	if got, want := told(town.load().Files[0]), "the list is older than “党员2017-12.csv” (2017-12-31), which was received before it, and holds now; if that is not meant, send the newer one again; rows of the list before that are no longer in it have ended: 1 (M8)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestALateListDoesNotBringBackWhoIsGone(t *testing.T) {
	town := newTown(t)
	town.drop("村.csv", []byte(villagesCSV))
	town.drop("支部.csv", []byte(branchesCSV))
	list := func(ids ...string) []byte {
		text := "党员编号,支部编号,姓名,履职状态\n"
		for _, id := range ids {
			text += id + ",B1,样本,可动员\n"
		}
		return []byte(text)
	}
	town.drop("1.csv", list("M1", "M2", "M3", "M4", "M5"))
	town.load()
	held := town.drop("2.csv", list("M1", "M9")) // held
	town.load()
	town.drop("3.csv", list("M1", "M2", "M3"))
	town.load()
	town.accept(held, "王样本", "")
	town.load()
	town.want("select member_id, _file from exports.members order by all", "M1 3", "M2 5", "M3 5")
	town.want("select member_id, _file, _until_file from history.members order by all", "M2 3 4", "M3 3 4", "M4 3 4", "M5 3 4", "M9 4 5")
}

func TestANewColumnOfAContractIsAdded(t *testing.T) {
	town := newTown(t)
	for _, statement := range []string{
		"create schema exports", "create schema history",
		"create table exports.villages (village_id varchar, town varchar, _file bigint, _row bigint)",
		"create table history.villages (village_id varchar, town varchar, _file bigint, _row bigint, _until_file bigint)",
		"insert into exports.villages values ('V01', '逍林镇', 1, 2), ('V07', '逍林镇', 1, 3)",
	} {
		if err := town.warehouse.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	town.drop("0.csv", []byte(membersCSV)) // takes number 1
	town.drop("村.csv", []byte(villagesCSV))
	town.load()
	town.want("select village_id, name, town, _file from exports.villages order by all", "V01 福合院村 逍林镇 2", "V02 新园村 逍林镇 2")
	town.want("select village_id, name, town, _file, _until_file from history.villages order by all", "V01 <nil> 逍林镇 1 2", "V07 <nil> 逍林镇 1 2")
}

func TestCellsThatLostSomething(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("visits.csv", append(gb18030(t, visitsCSV), append([]byte("T3,H1,M1,2018-01-08,,5\nT4,H1,M1,2018-01-08,\xff\xff,5\n"), gb18030(t, strings.Repeat("T,H1,M1,2018-01-08,入户,5\n", 40))...)...))
	town.drop("book.xlsx", book(t, nil, "走访", [][]any{{"走访编号", "农户编号", "党员编号", "走访时间"}, {"#N/A", "H1", "M1", "2018-01-08"}, {"U2", 330282111001.0, "M1", "2018-01-08"}}))
	town.drop("damaged.csv", []byte("走访编号,农户编号,党员编号,走访时间\nW1,3.30282E+11,M1,2018-01-08\n"))
	town.load()
	town.want("select f.name, p.row, p.code, p.column_id, p.value from ops.problems p join ops.files f using (file_no) where p.severity = 'refuse' and p.code <> 'duplicate_key' order by all",
		"book.xlsx 2 wrong_type visit_id #N/A", "book.xlsx 3 unknown_reference household_id 330282111001", "damaged.csv 2 wrong_type household_id 3.30282E+11", "visits.csv 5 encoding_damaged <nil> <nil>")
}
