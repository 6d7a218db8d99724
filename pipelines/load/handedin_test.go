package load

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/entry"
)

// handIn lands content as somebody hands it in on a page: who he is first, then the file.
func (town *town) handIn(name, content, village string) {
	town.t.Helper()
	sum := sha256.Sum256([]byte(content))
	row := entry.Row{"file_id": hex.EncodeToString(sum[:])}
	if village != "" {
		row["of_village"] = village
	}
	town.enter(HandedInFiles, "王样本", row)
	town.drop(name, []byte(content))
}

// TestAVillageHandsInItsOwnRowsOnly: rows of other villages are refused with a sentence, whichever column tells the village, in small
// files and in large ones.
func TestAVillageHandsInItsOwnRowsOnly(t *testing.T) {
	const visits = "走访编号,农户编号,党员编号,走访时间,走访方式,时长(分钟)\nT1,H1,M1,2018-01-08 19:30,入户,25\nT3,H3,M2,2018-01-09 18:00,入户,20\n"
	for _, large := range []int64{0, 1} {
		town := newTown(t)
		town.large = large
		town.registries()
		town.load()
		town.handIn("走访.csv", visits, "V01")
		result := town.load()
		town.want("select visit_id from exports.visits order by 1", "T1")
		town.want("select code, severity, \"row\", column_id, value, state from ops.problems where severity = 'refuse'", "other_village refuse 3 household_id V02 open")
		if len(result.Problems) != 1 {
			t.Fatalf("%+v", result.Problems)
		}
		for _, lang := range []string{"zh", "en"} {
			if sentence, _ := data.Explain(result.Problems[0], lang); !strings.Contains(sentence, "V01") {
				t.Error(sentence)
			}
		}
		town.handIn("走访2.csv", strings.ReplaceAll(visits, "T", "U"), "") // the town's office may
		town.load()
		town.want("select visit_id from exports.visits order by 1", "T1", "U1", "U3")
	}
}

// TestAVillageTakesNothingFromOthers: a list of one village neither moves households of another to itself nor takes those away that
// it does not name.
func TestAVillageTakesNothingFromOthers(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.load()
	town.handIn("本村农户.csv", "农户编号,村编号,支部编号,户主姓名,联系党员,联户日期\nH1,V01,B1,张新名,M1,2017-05-01\nH3,V01,B1,钱样本,,\nH9,V01,B2,孙样本,,\nH8,V01,B1,周样本,,\n", "V01")
	town.load()
	town.want("select household_id, village_id, head_name from exports.households order by 1", "H1 V01 张新名", "H2 V01 赵样本", "H3 V02 钱样本", "H8 V01 周样本")
	town.want("select \"row\", code, column_id from ops.problems where severity = 'refuse' order by 1", "3 other_village household_id", "4 other_village branch_id")
	town.handIn("并村.csv", "类别,原编号,新编号,变更日期\n村,V02,V01,2018-01-01\n", "V01") // belongs to no village at all
	town.load()
	town.want("select count(*) from exports.successions", "0")
}

// TestRowsThatWaitedAreOfTheOwnVillageToo: a row whose household no list knows yet is judged when the list comes.
func TestRowsThatWaitedAreOfTheOwnVillageToo(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.load()
	town.handIn("走访.csv", "走访编号,农户编号,党员编号,走访时间,走访方式,时长(分钟)\nT1,H7,M1,2018-01-08 19:30,入户,25\nT2,H8,M1,2018-01-08 19:30,入户,25\n", "V01")
	town.load()
	town.want("select count(*) from exports.visits", "0")
	town.drop("农户2.csv", []byte(householdsCSV+"H7,V02,B2,孙样本,,\nH8,V01,B1,周样本,,\n"))
	town.load()
	town.want("select visit_id from exports.visits", "T2")
	town.want("select code from ops.problems where severity = 'refuse' and state = 'open'", string(pipelines.OtherVillage))
}

// TestWhoHandsTheSameFileIn: what the town's office hands in again counts as a whole, after everything was loaded anew too; what came
// another way first is not narrowed by a village that hands in a copy.
func TestWhoHandsTheSameFileIn(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.load()
	const visits = "走访编号,农户编号,党员编号,走访时间,走访方式,时长(分钟)\nT1,H1,M1,2018-01-08 19:30,入户,25\nT3,H3,M2,2018-01-09 18:00,入户,20\n"
	town.handIn("走访.csv", visits, "V01")
	town.load()
	town.want("select visit_id from exports.visits order by 1", "T1")
	if _, err := town.anew(); err != nil {
		t.Fatal(err)
	}
	town.want("select visit_id from exports.visits order by 1", "T1")
	town.handIn("走访.csv", visits, "")
	town.load()
	town.want("select visit_id from exports.visits order by 1", "T1", "T3")
	town.handIn("走访.csv", visits, "V02") // too late to narrow it
	town.load()
	town.want("select visit_id from exports.visits order by 1", "T1", "T3")
	town.drop("走访5.csv", []byte(strings.ReplaceAll(visits, "T", "U")))
	town.load()
	town.handIn("走访5.csv", strings.ReplaceAll(visits, "T", "U"), "V01")
	town.load()
	town.want("select visit_id from exports.visits where visit_id like 'U%' order by 1", "U1", "U3")
}
