package arrivals

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"hulian/cmd/internal/cli/clitest"
)

// smallTown are the lists that the files below name: two villages, a branch and two members each.
var smallTown = map[string]string{
	"villages.csv":   "村编号,村名,所属乡镇\nV01,福合院村,逍林镇\nV02,新园村,逍林镇\n",
	"branches.csv":   "支部编号,村编号,支部名称\nB0101,V01,第一支部\nB0201,V02,第二支部\n",
	"members.csv":    "党员编号,支部编号,姓名,联户要求\nM00001,B0101,甲样本,可动员\nM00003,B0201,丙样本,可动员\n",
	"households.csv": "农户编号,村编号,支部编号,联户党员编号\n000101,V01,B0101,M00001\n000102,V01,B0101,M00001\n000201,V02,B0201,M00003\n",
}

// workbook writes rows as a workbook, each number with the format that stands behind it.
func workbook(t *testing.T, at string, merged []string, rows [][]any) {
	t.Helper()
	book := excelize.NewFile()
	defer clitest.MustClose(t, book)
	for r, row := range rows {
		for c, value := range row {
			cell, err := excelize.CoordinatesToCellName(c+1, r+1)
			clitest.Must(t, err)
			if shown, ok := value.(formatted); ok {
				style, err := book.NewStyle(&excelize.Style{CustomNumFmt: &shown.format})
				clitest.Must(t, err)
				clitest.Must(t, book.SetCellStyle("Sheet1", cell, cell, style))
				value = shown.value
			}
			clitest.Must(t, book.SetCellValue("Sheet1", cell, value))
		}
	}
	for _, block := range merged {
		from, to, _ := strings.Cut(block, ":")
		clitest.Must(t, book.MergeCell("Sheet1", from, to))
	}
	clitest.Must(t, book.SaveAs(at))
}

type formatted struct {
	value  any
	format string
}

// TestWhatPeopleWriteIsReadAsItWasMeant imports values as people and programs write them: each is read as it was meant, or
// refused with what to write instead. The dry run says beforehand what the import will say.
func TestWhatPeopleWriteIsReadAsItWasMeant(t *testing.T) {
	town, files := filepath.Join(t.TempDir(), "town"), t.TempDir()
	clitest.Says(t, clitest.Done, "", "init", "--dir", town)
	lists := t.TempDir()
	for name, content := range smallTown {
		clitest.Write(t, filepath.Join(lists, name), []byte(content))
	}
	clitest.Says(t, clitest.Done, "", "import", "--dir", town, lists)

	clitest.Write(t, filepath.Join(files, "visits.csv"), []byte(`走访编号,农户编号,党员编号,走访时间,时长,走访内容
A01,="000101",M00001,="2018-01-08 09:00",十五分钟,a
A02,’000102,M00001,二O一八年元月八日 9点一刻,1.5小时,b
A03,000101,M00001,2018年1月8日9:00-10:00,,c
A04,000101,M00001,2018-01-08 24:00,,d
A05,000101,M00001,2018-01-08 半夜12:30,,e
A06,000101,M00001,2018-01-08 10:00,20元,f
A07,"=T(""000101"")",M00001,2018-01-08 11:00,不详,g
A08,000101,M00001,2018-01-08 12:00,空,电话138-1234-5678
A09,000101,M00001,########,,h
走访 编号,农户编号,党员编号,走访时间,时长,走访内容
`))
	workbook(t, filepath.Join(files, "points.xlsx"), nil, [][]any{{"积分记录编号", "党员编号", "积分日期", "分值", "积分类别"},
		{"P1", "M00001", "2018-01-08", formatted{2, `"扣"0`}, "扣分"}, {"P2", "M00001", "2018-01-08", formatted{-2, `0;[Red]0`}, "扣分"}, {"P3", "M00001", "2018-01-08", "负2", "扣分"},
		{"P4", "M00001", "2018-01-08", "▲2", "扣分"}, {"P5", "M00001", "2018-01-08", formatted{0.25, "0%"}, "扣分"}, {"P6", "M00001", formatted{43101, `yyyy"年"m"月"`}, 2, "扣分"},
		{"P7", "M00001", formatted{43108, `G/通用格式`}, formatted{3, `G/通用格式"分"`}, "志愿服务"}})
	workbook(t, filepath.Join(files, "meetings.xlsx"), []string{"A2:A4", "A5:A6"}, [][]any{{"支部编号", "会议类型", "召开日期", "应到", "实到"},
		{"B0101", "对账会", "2018-01-10", 30, 25}, {"", "支部大会", "2018-01-11", 30, 25}, {"", "小计", "", 60, 50}, {"B0201", "对账会", "2018-01-10", 20, 15}, {"", "小计", "", 20, 15}})
	clitest.Write(t, filepath.Join(files, "issues.csv"), []byte("问题编号,村编号,收集时间,问题类别,办结时间,满意度\nX1,V01,2018-01-02,道路,未办结,未评价\nX2,V01,2018-01-02,道路,1900/1/0,待定\nX3,V01,2018-01-02,道路,0001-01-01 00:00:00,/\n小计（福合院村）,,,,,\n"))

	beforehand := map[string]bool{}
	for _, name := range []string{"visits.csv", "points.xlsx", "meetings.xlsx", "issues.csv"} {
		at := filepath.Join(files, name)
		status, _, _ := clitest.Session(t, "import", "--dry-run", "--dir", town, at)
		for _, problem := range clitest.Fields(t, "import", "--dry-run", "--dir", town, at) {
			beforehand[problem["file"]+" "+problem["row"]+" "+problem["sentence"]+" "+problem["mend"]] = true
		}
		if loaded, out, stderr := clitest.Session(t, "import", "--dir", town, at); loaded != status || status != clitest.Done {
			t.Errorf("%s: status %d, %d in the dry run\n%s%s", name, loaded, status, out, stderr)
		}
	}
	told := map[string]string{}
	for _, problem := range clitest.Fields(t, "problems", "--dir", town) {
		line := problem["file"] + " " + problem["row"] + " " + problem["sentence"] + " " + problem["mend"]
		if !beforehand[line] {
			t.Errorf("the dry run does not say: %s", line)
		}
		delete(beforehand, line)
		told[problem["file"]+" "+problem["row"]] += problem["sentence"] + problem["mend"]
	}
	for line := range beforehand {
		t.Errorf("the dry run alone says: %s", line)
	}
	for query, want := range map[string][]string{
		"select visit_id, household_id, strftime(visited_at, '%H:%M'), minutes from visits order by 1": {"A01 000101 09:00 15", "A02 000102 09:15 90", "A08 000101 12:00 "},
		"select entry_id, strftime(awarded_on, '%Y-%m-%d'), points from points order by 1":             {"P1 2018-01-08 -2", "P2 2018-01-08 -2", "P3 2018-01-08 -2", "P7 2018-01-08 3"},
		"select branch_id, kind, present from meetings order by 1, 2":                                  {"B0101 assembly 25", "B0101 reconciliation 25", "B0201 reconciliation 15"},
		"select count(*), count(resolved_at), count(satisfaction) from issues":                         {"3 0 0"},
	} {
		if diff := cmp.Diff(want, asked(t, town, query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	for row, want := range map[string]string{
		"visits.csv 4": "从几点到几点", "visits.csv 5": "写第二天的日期", "visits.csv 6": "日期写第二天", "visits.csv 7": "以“分钟”计", "visits.csv 8": "内容不用改", "visits.csv 9": "电话号码", "visits.csv 10": "列拉宽",
		"points.xlsx 5": "扣除的写成“-2”", "points.xlsx 6": "25%", "points.xlsx 7": "没有哪一天",
	} {
		if !strings.Contains(told[row], want) {
			t.Errorf("%s: nobody is told %q but %q", row, want, told[row])
		}
		delete(told, row)
	}
	if len(told) > 0 {
		t.Errorf("told beside: %v", told)
	}
}
