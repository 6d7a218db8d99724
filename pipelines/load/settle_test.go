package load

import (
	"context"
	"errors"

	"hulian/pipelines"
	"hulian/pipelines/load/decode"
	"testing"
)

const visitsHeader = "走访编号,农户编号,党员编号,走访时间,走访方式\n"

// A row that comes again moves the problems of the older file on, whether it was refused or accepted with a warning.
func TestProblemsFollowTheirRowIntoANewerFile(t *testing.T) {
	t.Run("row by row", func(t *testing.T) { problemsFollowTheirRow(t, newTown(t)) })
	t.Run("taken at once", func(t *testing.T) {
		town := newTown(t)
		town.limits = decode.DefaultLimits()
		town.large = 1
		problemsFollowTheirRow(t, town)
	})
}

func problemsFollowTheirRow(t *testing.T, town *town) {
	t.Helper()
	town.registries()
	town.drop("a.csv", []byte(visitsHeader+
		"T1,H1,M1,上周,入户\nT2,H1,M1,上周,入户\nT3,H1,M1,上周,入户\n"+ // mended, as before, wrong in another way
		"T4,H1,M2,2018-01-08,入户\nT5,H1,M2,2018-01-09,入户\nT6,H1,M2,2018-01-10,入户\nT7,H1,M2,2018-01-11,入户\n")) // of another member: mended, as before, refused, not sent again
	town.load()
	town.drop("b.csv", []byte(visitsHeader+
		"T9,H1,M1,2018-01-12,入户\nT1,H1,M1,2018-01-08,入户\nT2,H1,M1,上周,入户\nT3,H1,M1,2018-01-08,飞鸽\n"+
		"T4,H1,M1,2018-01-08,入户\nT5,H1,M2,2018-01-09,入户\nT6,H1,M2,上周,入户\n"))
	town.load()
	const states = `select p."row", p.code, p.state from ops.problems p join ops.files f using (file_no) where f.name = `
	town.want(states+"'a.csv' order by 1", "2 wrong_type repaired", "3 wrong_type carried", "4 wrong_type carried",
		"5 link_mismatch repaired", "6 link_mismatch carried", "7 link_mismatch open", "8 link_mismatch open")
	town.want(states+"'b.csv' order by 1", "4 wrong_type open", "5 not_allowed open", "7 link_mismatch open", "8 wrong_type open")

	// T5 stands as the first file brought it; the third one finds the problem of the second all the same.
	town.drop("c.csv", []byte(visitsHeader+"T5,H1,M1,2018-01-09,入户\nT2,H1,M1,2018-01-09,入户\n"))
	town.load()
	town.want(states+"'b.csv' order by 1", "4 wrong_type repaired", "5 not_allowed open", "7 link_mismatch repaired", "8 wrong_type open")
	town.want("select count(*) from ops.problems p join ops.files f using (file_no) where f.name = 'c.csv'", "0")
	town.want("select p.\"row\", s.file_no from ops.settled s join ops.problems p using (problem_no) join ops.files f on f.file_no = p.file_no where f.name = 'b.csv' order by 1", "4 7", "7 7")
}

// Whether a file and the one that corrects it come in one run or in two says nothing about their rows.
func TestProblemsFollowTheirRowWithinARun(t *testing.T) {
	for name, together := range map[string]bool{"one by one": false, "in one run": true} {
		t.Run(name, func(t *testing.T) {
			town := newTown(t)
			town.registries()
			meetings := "支部编号,会议类型,召开日期,应到,实到\n"
			town.drop("a.csv", []byte(visitsHeader+"T1,H1,M1,上周,入户\nT2,H1,M1,上周,入户\nT3,H1,M1,上周,入户\n"+
				"T4,H1,M2,2018-01-08,入户\nT5,H1,M2,2018-01-09,入户\nT6,H1,M2,2018-01-10,入户\n"))
			town.drop("会议1.csv", []byte(meetings+"B1,对账交流会,上周,10,9\n"))
			if !together {
				town.load()
			}
			town.drop("b.csv", []byte(visitsHeader+"T1,H1,M1,2018-01-08,入户\nT2,H1,M1,上周,入户\nT3,H1,M1,2018-01-08,飞鸽\nT4,H1,M1,2018-01-08,入户\nT5,H1,M2,2018-01-09,入户\n"))
			town.drop("会议2.csv", []byte(meetings+"B1,对账交流会,下周,10,8\n")) // of half a key, which is that of another row
			town.load()
			const states = `select p."row", p.code, p.state from ops.problems p join ops.files f using (file_no) where f.name = `
			town.want(states+"'a.csv' order by 1", "2 wrong_type repaired", "3 wrong_type carried", "4 wrong_type carried",
				"5 link_mismatch repaired", "6 link_mismatch carried", "7 link_mismatch open")
			town.want(states+"'b.csv' order by 1", "3 wrong_type open", "4 not_allowed open", "6 link_mismatch open")
			town.want(states+"'会议1.csv'", "2 wrong_type open")
		})
	}
}

// A file that was refused to the last row comes again mended: its rows are written by one statement that knows of no
// problem, and the problems are repaired all the same.
func TestAWholeFileIsRepaired(t *testing.T) {
	town := newTown(t)
	town.limits = decode.DefaultLimits()
	town.large = 1
	town.registries()
	town.drop("a.csv", []byte(visitsHeader+"T1,H1,M1,上周,入户\nT2,H1,M1,上月,入户\n"))
	town.load()
	town.drop("b.csv", []byte(visitsHeader+"T1,H1,M1,2018-01-08,入户\nT2,H1,M1,2018-01-09,入户\n"))
	town.load()
	town.want("select state, count(*) from ops.problems group by state", "repaired 2")
}

// A waiver holds for the same problem of the same row when the row comes again, and for no other.
func TestAWaiverHoldsInANewerFile(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("a.csv", []byte(visitsHeader+"T1,H1,M1,上周,入户\nT2,H1,M1,上月,入户\nT3,H1,M2,2018-01-08,入户\n"))
	town.load()
	town.waive("王样本", "不详", 1, 2, 3)
	town.load()
	town.drop("b.csv", []byte(visitsHeader+"T3,H1,M2,2018-01-08,入户\nT2,H1,M1,去年,入户\nT1,H1,M1,上周,入户\n"))
	town.load()
	town.want(`select p.file_no, p."row", p.code, p.value, p.state, w.waived_by from ops.problems p left join ops.waivers w using (problem_no) order by 1, 2`,
		"5 2 wrong_type 上周 carried 王样本", "5 3 wrong_type 上月 carried 王样本", "5 4 link_mismatch H1 carried 王样本",
		"9 2 link_mismatch H1 waived 王样本", "9 3 wrong_type 去年 open <nil>", "9 4 wrong_type 上周 waived 王样本")
}

// A waiver ends when its row comes in after all, from a newer file or with the list it waited for: the row would count as
// waived and as accepted.
func TestAWaivedRowThatComesInIsRepaired(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("a.csv", []byte(visitsHeader+"T1,H1,M1,上周,入户\nT2,H9,M1,2018-01-08,入户\nT3,H1,M1,上月,入户\n"))
	town.load()
	town.waive("王样本", "不详", 1, 2, 3)
	town.load()
	town.drop("b.csv", []byte(visitsHeader+"T1,H1,M1,2018-01-08,入户\n"))
	town.drop("农户2.csv", []byte(householdsCSV+"H9,V01,B1,孙样本,M1,2017-05-01,\n"))
	town.load()
	town.want(`select "row", value, state from ops.problems where severity = 'refuse' order by 1`, "2 上周 repaired", "3 H9 repaired", "4 上月 waived")
}

// What is said of an ID ends when a list names it: of a row that was accepted, and of one that waits for another list.
func TestAnIDThatBecameKnownIsNoProblem(t *testing.T) {
	town := newTown(t)
	town.drop("村名册.csv", []byte(villagesCSV))
	town.drop("支部.csv", []byte(branchesCSV))
	town.drop("农户.csv", []byte(householdsCSV)) // two of them name members nobody knows yet
	town.drop("走访.csv", []byte(visitsHeader+"T1,H1,M1,2018-01-08,入户\nT2,H9,M1,2018-01-09,入户\n"))
	town.load()
	const open = `select export, "row", column_id, severity from ops.problems where state = 'open' order by all`
	town.want(open, "households 2 linked_member_id warn", "households 3 linked_member_id warn",
		"visits 2 member_id refuse", "visits 3 household_id refuse", "visits 3 member_id refuse")
	town.drop("党员.csv", []byte(membersCSV))
	town.load()
	town.want(open, "visits 3 household_id refuse")
	town.want("select visit_id from exports.visits", "T1")
}

// Half a key is no key: rows that lack different parts of theirs have nothing to do with one another.
func TestHalfAKeyNamesNoRow(t *testing.T) {
	town := newTown(t)
	town.registries()
	const header = "党员编号,评定期,评定等次\n"
	town.drop("a.csv", []byte(header+",2017,先锋党员\n"))
	town.load()
	town.drop("b.csv", []byte(header+"M1,2017,先锋党员\n,2017,合格\n"))
	town.load()
	town.want(`select file_no, "row", code, state from ops.problems order by 1, 2`, "5 2 missing_required open", "6 3 missing_required open")

	const withoutID = "农户编号,党员编号,走访时间\n"
	town.drop("c.csv", []byte(withoutID+"H1,M1,上周\n"))
	town.load()
	town.drop("d.csv", []byte(withoutID+"H1,M1,下周\nH1,M1,2018-01-08\n"))
	town.load()
	town.want(`select file_no, "row", code, state from ops.problems where export = 'visits' order by 1, 2`, "7 2 wrong_type open", "8 2 wrong_type open")
}

// Another version of the program reads every file anew. What it says of the run is what is new in it, so that a bad file
// does not hide behind the rows of the older ones.
func TestABadFileIsToldInTheRunThatLoadsEverythingAnew(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("visits.csv", []byte(visitsCSV))
	town.load()
	if err := town.warehouse.Exec(context.Background(), "update ops.loader set version = 1; update ops.files set read_with = replace(read_with, 'sum', 'was')"); err != nil {
		t.Fatal(err)
	}
	town.drop("bad.csv", []byte(visitsHeader+"T8,H9,M1,上周,入户\n"))
	result := town.load()
	if town.rebuilt != 1 {
		t.Fatalf("loaded anew %d times", town.rebuilt)
	}
	if len(result.Files) != 1 || result.Files[0].Name != "bad.csv" || !errors.Is(result.Err(), pipelines.ErrNothingLoaded) {
		t.Errorf("told %+v, %v", result.Files, result.Err())
	}
}
