package load

import (
	"errors"
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
