package load

import (
	"strings"
	"testing"

	"hulian/pipelines"
)

func TestMappingCutsExportsOutOfAForeignFile(t *testing.T) {
	town := newTown(t)
	town.mapping("desk.yaml", `
exporter: desk
files: ["工单*"]
sheet: "明细*"
header_row: 3
encoding: gb18030
exports:
  - export: villages
    mode: changes
    distinct: true
    columns: {village_id: 所属, name: 所属}
    constants: {town: 逍林镇}
  - export: issues
    columns: {issue_id: {row: true}, reported_at: 来电时刻, category: 事由, village_id: 所属, on_the_spot: '当场?'}
    values: {category: {"": 其他, 路面坑洼: 道路}, on_the_spot: {搞定: 是, 没搞定: 否}}
    constants: {title: 热线}
`)
	rows := [][]any{
		{"问题编号", "收集时间", "村编号", "问题类别"}, // looks like a header; the pinned one stands below
		{"说明", "", "", ""},
		{"来电时刻", "事由", "所属", "当场?", "坐席"},
		{"2018-01-08 09:00", "路面坑洼", "V01", "搞定", "7"}, {"2018-01-09 09:00", nil, "V01", "没搞定", "7"}, {"2018-01-09 10:00", "噪音", "V02", nil, "8"},
	}
	town.drop("工单.xlsx", book(t, nil, "明细1", rows, "封面", [][]any{{"热线工单"}, {"一月"}}))
	result := town.load()
	town.want("select issue_id, reported_at, category, village_id, on_the_spot, title from exports.issues order by issue_id",
		"4 2018-01-08T09:00:00 roads V01 true 热线", "5 2018-01-09T09:00:00 other V01 false 热线", "6 2018-01-09T10:00:00 噪音 V02 <nil> 热线")
	town.want("select village_id, name, town from exports.villages order by all", "V01 V01 逍林镇", "V02 V02 逍林镇")
	for _, f := range result.Files {
		if f.Export == "villages" && (f.Read != 5 || f.Accepted != 2 || f.Ignored != 3) {
			t.Errorf("%+v", f)
		}
	}
}

func TestTwoMappingsForOneFileAreNotGuessedBetween(t *testing.T) {
	town := newTown(t)
	town.mapping("a.yaml", "files: ['*.csv']\nexports:\n  - export: villages\n")
	town.mapping("b.yaml", "files: ['村*']\nexports:\n  - export: villages\n")
	town.drop("村.csv", []byte(villagesCSV))
	town.load()
	town.want("select code, detail from ops.problems", `header_ambiguous ["several_mappings","a.yaml","b.yaml"]`)
}

func TestMappingForAnotherTableIsSaidSo(t *testing.T) {
	town := newTown(t)
	town.mapping("a.yaml", "files: ['村*']\nexports:\n  - {export: population, columns: {village_id: VID, as_of: DAY, resident_population: RES, migrant_population: MIG}}\n")
	town.drop("村.csv", []byte(villagesCSV))
	town.load()
	town.want("select code, detail from ops.problems", `wrong_export ["export","export:villages"]`)
}

func TestWarnInPlaceOfRefuse(t *testing.T) {
	town := newTown(t)
	town.mapping("a.yaml", "files: ['v*']\nexports:\n  - {export: visits, severity: {unknown_reference: warn, out_of_range: warn, not_allowed: warn, future_date: warn}}\n")
	town.registries()
	town.drop("v.csv", []byte("走访编号,农户编号,党员编号,走访时间,走访方式,时长(分钟)\nT1,H9,M1,2018-06-08,飞鸽,1000\n"))
	town.load()
	town.want("select visit_id, household_id, visited_at, channel, minutes from exports.visits", "T1 H9 2018-06-08 <nil> 1000")
	town.want("select code, severity, column_id, value from ops.problems where export = 'visits' order by code",
		"future_date warn visited_at 2018-06-08", "not_allowed warn channel 飞鸽", "out_of_range warn minutes 1000", "unknown_reference warn household_id H9")
	town.want("select accepted, quarantined, warnings from ops.reconciliation where export = 'visits'", "1 0 1")
}

// TestAnEmptyConstantLeavesAColumnOut: a header that everybody knows may stand over something else.
func TestAnEmptyConstantLeavesAColumnOut(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("issues1.csv", []byte("问题编号,收集时间,村编号,问题类别,上报人\nI1,2018-01-03,V01,环境卫生,M1\n"))
	town.load()
	town.mapping("a.yaml", "files: ['issues2*']\nexports:\n  - {export: issues, constants: {reporter_member_id: ''}}\n")
	town.drop("issues2.csv", []byte("问题编号,收集时间,村编号,问题类别,上报人\nI1,2018-01-03,V01,道路设施,甲样本\nI2,2018-01-04,V01,道路设施,乙样本\n"))
	town.load()
	// What stood there before stays: the file does not speak of the column.
	town.want("select issue_id, category, reporter_member_id from exports.issues order by all", "I1 roads M1", "I2 roads <nil>")
	town.want("select count(*) from ops.problems where state = 'open'", "0")
}

// A condition goes with every way to make a column, and what is wrong in one cell of several is told of that cell.
func TestAConditionGoesWithColumnsMadeOfSeveral(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.mapping("desk.yaml", `
files: ["工单*"]
exports:
  - export: issues
    columns:
      issue_id: {join: [年度, 序号], with: "-"}
      reported_at: 受理时间
      village_id: 村
      category: 事由
      fed_back_at: {from: 受理时间, plus: 答复天数, unit: months, only: {header: 状态, is: [已办结]}}
    constants: {title: 热线}
`)
	town.drop("工单.csv", []byte("年度,序号,受理时间,村,事由,状态,答复天数\n"+
		"2018,1,2017-10-31,V01,道路,已办结,1\n2018,2,2017-10-31,V01,道路,办理中,1\n2018,3,2017-10-31,V01,道路,办理中,很快\n"+
		"2018,4,2017-10-31,V01,道路,已办结,很快\n2018,,2017-10-31,V01,道路,已办结,2\n"))
	town.load()
	town.want("select issue_id, fed_back_at from exports.issues order by 1", "2018-1 2017-11-30", "2018-2 <nil>", "2018-3 <nil>")
	town.want(`select "row", letter, header, code, value, detail from ops.problems order by 1`,
		`5 G 答复天数 wrong_type 很快 ["no_count"]`, "6 B 序号 missing_required <nil> <nil>")
}

// A register of events names villages too. Taken for the list of villages it would end every other one.
func TestARegisterOfEventsIsNoList(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("民情登记.csv", []byte("编号,登记时间,村编号,村名,镇,反映内容,办结时间\n1,2018-01-02,V01,福合院村,逍林镇,路灯不亮,2018-01-05\n"))
	result := town.load()
	if last := result.Files[len(result.Files)-1]; last.Problem != pipelines.HeaderAmbiguous {
		t.Errorf("%+v", last)
	}
	town.want("select count(*) from exports.villages", "2")
}

// TestAWrongMappingHurtsTheFilesThatItClaims: whatever is wrong with it, other files load, with their own mappings too, and the
// file is read as soon as its mapping is right.
func TestAWrongMappingHurtsTheFilesThatItClaims(t *testing.T) {
	const right = "files: ['口*']\nexports:\n  - {export: population, columns: {village_id: VID, as_of: DAY, resident_population: RES, migrant_population: MIG}}\n"
	for name, wrong := range map[string]string{
		"unknown key":    strings.Replace(right, "exports:", "exprots:", 1),
		"unknown column": strings.Replace(right, "village_id:", "vilage_id:", 1),
		"no YAML":        strings.Replace(right, "}}", "}", 1),
		"broken above":   "where: [\n" + right,
		"two documents":  right + "---\n" + right,
		"no exports":     "files: ['口*']\n",
		"empty":          "",
		"no files":       strings.Replace(right, "files:", "fils:", 1),
	} {
		t.Run(name, func(t *testing.T) {
			town := newTown(t)
			town.mapping("other.yaml", "files: ['名册*']\nexports:\n  - {export: villages, columns: {village_id: 甲, name: 乙}, constants: {town: 逍林镇}}\n")
			town.mapping("people.yaml", wrong)
			town.drop("名册.csv", []byte("甲,乙\nV01,福合院村\n"))
			town.drop("口.csv", []byte("VID,DAY,RES,MIG\nV01,2018-01-01,100,5\n"))
			result := town.load()
			if len(result.Mappings) != 1 || !strings.Contains(result.Mappings[0].Error(), "people.yaml") {
				t.Errorf("what is wrong with mappings: %v", result.Mappings)
			}
			town.want("select village_id, name from exports.villages", "V01 福合院村")
			town.want("select f.name, p.code from ops.problems p join ops.files f using (file_no)", "口.csv mapping_wrong")
			if again := town.load(); len(again.Files) > 0 {
				t.Errorf("nothing has changed, and files were read: %+v", again.Files)
			}
			town.mapping("people.yaml", right)
			if result := town.load(); len(result.Mappings) > 0 || town.rebuilt > 0 {
				t.Errorf("%v, loaded anew %d times", result.Mappings, town.rebuilt)
			}
			town.want("select village_id, resident_population from exports.population", "V01 100")

			town.mapping("people.yaml", wrong)
			town.load()
			town.want("select village_id, resident_population from exports.population", "V01 100")
		})
	}
}
