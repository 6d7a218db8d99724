package load

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"hulian/data"
)

const withoutIDs = "农户编号,党员编号,走访时间,走访方式\n"

// A visit that one row gives with its time of day and another one only with its day is one visit, in whatever file and
// order they come.
func TestTheSameEventWithAndWithoutATimeIsOne(t *testing.T) {
	bare, timed := withoutIDs+"H1,M1,2018-01-08,电话\nH2,M2,2018-01-08,入户\n", withoutIDs+"H1,M1,2018-01-08 19:30,入户\n"
	for name, files := range map[string][]string{
		"in one file":      {bare + "H1,M1,2018-01-08 19:30,入户\n"},
		"with time first":  {timed, bare},
		"with time later":  {bare, timed},
		"with time before": {timed, "", bare},
		"with time behind": {bare, "", timed},
	} {
		t.Run(name, func(t *testing.T) {
			town := newTown(t)
			town.registries()
			for i, content := range files {
				if content == "" {
					town.load()
					continue
				}
				town.drop([]string{"a.csv", "b.csv", "c.csv"}[i], []byte(content))
			}
			town.load()
			town.want("select visit_id, visited_at from exports.visits order by all", "M1|H1|2018-01-08 19:30 2018-01-08T19:30:00", "M2|H2|2018-01-08 00:00 2018-01-08")
			town.want("select code, severity, detail from ops.problems where code = 'same_event'", `same_event warn ["moment","2018-01-08 19:30"]`)
		})
	}
}

// Awards of one day that differ in their category alone are two, and are no repeated row.
func TestEqualAwardsOfAnotherCategoryAreTwo(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("积分.csv", []byte("党员编号,积分日期,分值,积分类别,积分条目\nM1,2018-01-08,2,志愿服务,参加活动\nM1,2018-01-08,2,组织生活,参加活动\n"))
	town.load()
	town.want("select count(*) from exports.points", "2")
	town.want("select count(*) from ops.problems", "0")
}

// What people set aside does not count, until they take it back; a row that comes again with other content is a correction.
func TestRowsAndFilesAreSetAsideAndTakenBack(t *testing.T) {
	town := newTown(t)
	town.registries()
	first := town.drop("a.csv", []byte(visitsHeader+"T1,H1,M1,2018-01-08,入户\nT2,H2,M2,2018-01-09,入户\n"))
	town.load()
	visits, _ := data.ContractOf("visits")
	texts, err := RowContents(t.Context(), town.warehouse, visits, "T1")
	if err != nil || len(texts) != 1 {
		t.Fatal(texts, err)
	}
	said := texts[0]
	aside := func(back bool, values map[string]any) {
		t.Helper()
		values["back"], values["reason"] = back, "测试时误录"
		town.enter(SetAsides, "王样本", values)
		town.load()
	}
	aside(false, map[string]any{"of_export": "visits", "row_key": "T1", "said": said})
	town.want("select visit_id from exports.visits", "T2")
	town.want("select rows_read, accepted, ignored, detail from ops.reconciliation where export = 'visits'", `2 1 1 [["set_aside","1"]]`)
	town.drop("again.csv", []byte(visitsHeader+"T1,H1,M1,2018-01-08,入户\nT3,H1,M1,2018-01-10,入户\n")) // the month once more
	town.load()
	town.want("select visit_id from exports.visits order by 1", "T2", "T3")
	town.drop("corrected.csv", []byte(visitsHeader+"T1,H1,M1,2018-01-08,电话\n"))
	town.load()
	town.want("select visit_id, channel from exports.visits order by 1", "T1 phone", "T2 home", "T3 home")
	aside(true, map[string]any{"of_export": "visits", "row_key": "T1", "said": said})
	town.want("select visit_id, channel from exports.visits order by 1", "T1 phone", "T2 home", "T3 home")
	town.want("select visit_id, channel from history.visits", "T1 home")

	aside(false, map[string]any{"file_id": first.ID})
	town.want("select visit_id from exports.visits order by 1", "T1", "T3")
	town.want("select state from ops.files where name = 'a.csv'", "set_aside")
	aside(true, map[string]any{"file_id": first.ID})
	town.want("select visit_id from exports.visits order by 1", "T1", "T2", "T3")
	if _, err := RowContents(t.Context(), town.warehouse, visits, "T9"); !errors.Is(err, ErrNoRow) {
		t.Errorf("a row nobody knows: %v", err)
	}
}

// A task may be due at a time of day, which is kept; one without stands for its day, and may be claimed on it.
func TestTheTimeOfDayOfATasksDeadlineIsKept(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("任务.csv", []byte("事项编号,支部编号,事项,认领日期,完成期限\nK1,B1,清河道,2018-01-08,2018-01-20 17:00\nK2,B1,修路灯,2018-01-08,2018-01-08\nK3,B1,清广场,2018-01-08,2018-01-08 12:00\nK4,B1,清池塘,2018-01-08,2018-01-07\n"))
	town.load()
	town.want("select task_id, due_on from exports.tasks order by 1", "K1 2018-01-20T17:00:00", "K2 2018-01-08", "K3 2018-01-08T12:00:00")
	town.want("select code, value from ops.problems", "date_order 2018-01-07")
}

// An event that came once with its ID and once without is one, in whatever order its files come; the row without takes the ID.
func TestTheSameEventWithAndWithoutItsIDIsOne(t *testing.T) {
	named, bare := visitsHeader+"T1,H1,M1,2018-01-08 19:30,入户\nT2,H2,M2,2018-01-09,入户\n", withoutIDs+"H1,M1,2018-01-08 19:30,电话\nH3,M3,2018-01-10,入户\n"
	for name, test := range map[string]struct {
		files   []string
		channel string // of the newer row
	}{
		"together, with ID first":   {[]string{named, bare}, "phone"},
		"together, with ID later":   {[]string{bare, named}, "home"},
		"one by one, with ID first": {[]string{named, "", bare}, "phone"},
		"one by one, with ID later": {[]string{bare, "", named}, "home"},
	} {
		for _, large := range []int64{0, 1} {
			t.Run(fmt.Sprintf("%s, large from %d rows", name, large), func(t *testing.T) {
				town := newTown(t)
				town.large = large
				town.registries()
				for i, content := range test.files {
					if content == "" {
						town.load()
						continue
					}
					town.drop([]string{"a.csv", "b.csv", "c.csv"}[i], []byte(content))
				}
				town.load()
				town.want("select visit_id, visited_at, channel from exports.visits order by all", "M3|H3|2018-01-10 00:00 2018-01-10 home",
					"T1 2018-01-08T19:30:00 "+test.channel, "T2 2018-01-09 home")
				town.want(`select p.code, p."row", p.value, p.detail from ops.problems p where code like 'same_event%'`,
					fmt.Sprintf(`same_event_id 2 T1 ["row_of_file","%s","2"]`, map[bool]string{true: "a.csv", false: town.fileOf(test.files, named)}[test.files[0] == named]))
				if again := town.load(); len(again.Files) > 0 {
					t.Errorf("read again: %+v", again.Files)
				}
			})
		}
	}
}

// fileOf is the name under which the test dropped a content.
func (*town) fileOf(files []string, content string) string {
	return []string{"a.csv", "b.csv", "c.csv"}[slices.Index(files, content)]
}

// In one file the row without an ID is dropped and counted; where several IDs fit, or a time of day stands in one row alone, both
// rows stand and are told.
func TestEventsThatMayBeOneAreTold(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("积分.csv", []byte("记录编号,党员编号,积分日期,分值,积分类别,积分条目\nE1,M1,2018-01-08,2,志愿服务,参加活动\n,M1,2018-01-08,2,志愿服务,参加活动\nE2,M2,2018-01-08,2,志愿服务,参加活动\nE3,M2,2018-01-08,2,志愿服务,参加活动\n,M2,2018-01-08,2,志愿服务,参加活动\n,M3,2018-01-08,2,,参加活动\nE4,M3,2018-01-08,2,志愿服务,参加活动\n"))
	town.drop("走访.csv", []byte(visitsHeader+"T1,H1,M1,2018-01-08 19:30,入户\n,H1,M1,2018-01-08,入户\n"))
	town.load()
	town.want("select count(*) from exports.points", "6")
	town.want("select count(*) from exports.visits", "2")
	town.want(`select export, code, "row", value, detail from ops.problems order by export, "row"`,
		`points same_event_id 3 E1 ["row_of_file","积分.csv","2"]`, `points same_event_doubt 6 E2 ["row_of_file","积分.csv","4"]`,
		`points same_event_doubt 8 E4 ["row_of_file","积分.csv","7"]`, `visits same_event_doubt 3 T1 ["row_of_file","走访.csv","2"]`)
	town.want("select rows_read, accepted, ignored, warnings from ops.reconciliation where export = 'points'", "7 6 1 3")
}
