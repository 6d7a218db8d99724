package load

import (
	"hulian/pipelines/load/decode"
	"testing"
)

// copyOf is the marked copy of a file that is one table, as a clerk sends it back.
func copyOf(t *testing.T, id, name, table string, rows ...[]any) []byte {
	mark := decode.Marked{File: id, Name: name, Sheets: map[string]decode.MarkedSheet{table: {}}}
	return book(t, nil, decode.SummarySheet.Zh, [][]any{{mark.String()}}, table, rows)
}

// A marked copy brings the repaired rows. What a newer file has said since of the others stands.
func TestAMarkedCopyUndoesNoCorrection(t *testing.T) {
	town := newTown(t)
	town.registries()
	header := []any{"走访编号", "农户编号", "党员编号", "走访时间", "走访方式"}
	original := town.drop("a.csv", []byte(visitsHeader+"T1,H1,M1,2018-01-08,入户\nT2,H1,M1,上周,入户\nT3,H1,M1,上月,入户\n"))
	town.load()
	town.drop("b.csv", []byte(visitsHeader+"T1,H1,M1,2018-01-08,电话\n"))
	town.load()
	town.drop("改1.xlsx", copyOf(t, original.ID, "a.csv", "走访", header, []any{"T1", "H1", "M1", "2018-01-08", "入户"}, []any{"T2", "H1", "M1", "2018-01-09", "入户"}, []any{"T3", "H1", "M1", "上月", "入户"}))
	town.load()
	town.want("select visit_id, channel from exports.visits order by 1", "T1 phone", "T2 home")
	// The second copy and a correction come in one run; the clerk thought again of T2, which no other file has told of.
	town.drop("c.csv", []byte(visitsHeader+"T3,H1,M1,2018-01-20,微信\n"))
	town.drop("改2.xlsx", copyOf(t, original.ID, "a.csv", "走访", header, []any{"T1", "H1", "M1", "2018-01-08", "入户"}, []any{"T2", "H1", "M1", "2018-01-10", "入户"}, []any{"T3", "H1", "M1", "2018-01-11", "入户"}))
	town.load()
	town.want("select visit_id, channel, visited_at from exports.visits order by 1", "T1 phone 2018-01-08", "T2 home 2018-01-10", "T3 wechat 2018-01-20")
	town.want("select visit_id, _file, _until_file from history.visits order by 1, 2", "T1 5 6", "T2 7 9", "T3 9 8")
	town.want("select state, count(*) from ops.problems where severity = 'refuse' group by 1 order by 1", "carried 1", "repaired 2")
}

// The marked copy of a list stands where the list stood: newer lists have had their say on everybody.
func TestAMarkedCopyOfAListLeavesNewerListsStanding(t *testing.T) {
	for _, name := range []string{"one by one", "in one run"} {
		t.Run(name, func(t *testing.T) {
			town := newTown(t)
			town.registries()
			town.load()
			header := []any{"党员编号", "支部编号", "姓名", "履职状态"}
			original := town.drop("党员2017-11.csv", []byte("党员编号,支部编号,姓名,履职状态\nM1,B1,陈样本,可动员\nM2,B1,王样本,也许\nM4,B1,新样本,可动员\nM5,B1,周样本,也许\n"))
			town.load()
			town.drop("党员2017-12.csv", []byte("党员编号,支部编号,姓名,履职状态\nM1,B2,陈样本,不作联户要求\nM2,B1,王样本,可动员\n"))
			if name == "one by one" {
				town.load()
			}
			town.drop("改.xlsx", copyOf(t, original.ID, "党员2017-11.csv", "党员", header, []any{"M1", "B1", "陈样本", "可动员"}, []any{"M2", "B2", "王样本", "可动员"},
				[]any{"M4", "B1", "新样本", "可动员"}, []any{"M5", "B1", "周样本", "可动员"}))
			town.load()
			town.want("select member_id, branch_id, duty_status from exports.members order by 1", "M1 B2 exempt", "M2 B1 active")
			town.want("select member_id, _file, _until_file from history.members where _file in (5, 7) order by 1", "M2 7 6", "M4 5 6", "M5 7 6")
			town.want("select state, count(*) from ops.problems where severity = 'refuse' group by 1 order by 1", "repaired 2")
		})
	}
}

// What the copy says of a row the list had accepted takes the place of that, also where a newer list has its own version:
// no two versions of a row hold at once.
func TestAMarkedCopyOfAListEndsWhatTheListSaid(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.load()
	header := []any{"党员编号", "支部编号", "姓名", "履职状态"}
	original := town.drop("党员2017-11.csv", []byte("党员编号,支部编号,姓名,履职状态\nM1,B1,陈样本,可动员\nM2,B1,王样本,也许\nM4,B1,新样本,可动员\n"))
	town.load()
	town.drop("党员2017-12.csv", []byte("党员编号,支部编号,姓名,履职状态\nM1,B1,陈样本,可动员\nM2,B1,王样本,可动员\nM4,B2,新样本,可动员\n"))
	town.load()
	town.drop("改.xlsx", copyOf(t, original.ID, "党员2017-11.csv", "党员", header, []any{"M1", "B1", "陈样本", "可动员"}, []any{"M2", "B2", "王样本", "可动员"}, []any{"M4", "B1", "新样本", "不作联户要求"}))
	town.load()
	town.want("select duty_status, _file, _until_file from history.members where member_id = 'M4' order by _file", "active 5 7", "exempt 7 6")
	town.want("select branch_id, duty_status, _file from exports.members where member_id = 'M4'", "B2 active 6")
}
