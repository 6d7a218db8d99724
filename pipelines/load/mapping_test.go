package load

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMappingFilesAreHeldToTheirWord(t *testing.T) {
	const start = "files: ['*.csv']\nexports:\n  - export: visits\n"
	tests := map[string]string{
		"":                                                       "empty",
		"files: ['*.csv']\n":                                     "exports: at least one",
		"exports:\n  - export: visits\n":                         "files: at least one",
		"file: ['*.csv']\n":                                      `unknown "file", did you mean "files"?`,
		start + "encodign: gbk\n":                                `unknown "encodign", did you mean "encoding"?`,
		start + "encoding: latin1\n":                             "must be utf-8",
		start + "delimiter: ':'\n":                               "must be one of",
		start + "header_row: -1\n":                               "header_row",
		start + "as_of: 31.1.2018\n":                             "must be a date such as",
		start + "time_zone: Mars/Base\n":                         "time_zone",
		start + "date_format: '%m/%d'\n":                         "must hold %Y",
		strings.Replace(start, "visits", "visit", 1):             `did you mean "visits"?`,
		start + "    columns: {visitid: x}\n":                    `did you mean "visit_id"?`,
		start + "    columns: {visit_id: {rows: true}}\n":        `unknown "rows", did you mean "row"?`,
		start + "    columns: {visit_id: {from: a}}\n":           "{from: header, until: header}",
		start + "    columns: {visit_id: {from: a, until: b}}\n": "fit a number",
		start + "    constants: {chanel: home}\n":                `did you mean "channel"?`,
		start + "    columns: {channel: x}\n    constants: {channel: home}\n": "both a header and a constant",
		start + "    severity: {wrong_type: warn}\n":                          "cannot be changed",
		start + "    severity: {future_date: hold}\n":                         "must be warn or refuse",
		start + "    mode: partial\n":                                         "must be full or changes",
		"files: ['[']\nexports:\n  - export: visits\n":                        "pattern",
		start + "---\nfiles: []\n":                                            "one document",
		"files: [\n":                                                          "yaml",
	}
	for content, want := range tests {
		if _, err := ParseMapping([]byte(content)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v, want %q", content, err, want)
		}
	}
}

func TestMappingExamplesParse(t *testing.T) {
	all, err := ReadMappings(filepath.Join("testdata", "mappings"))
	if err != nil || len(all) == 0 {
		t.Fatal(all, err)
	}
	if none, err := ReadMappings(filepath.Join(t.TempDir(), "none")); err != nil || none != nil {
		t.Errorf("%v %v", none, err)
	}
}

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
	town.want("select code, detail from ops.problems", "header_ambiguous mappings: a.yaml; b.yaml")
}

func TestMappingForAnotherTableIsSaidSo(t *testing.T) {
	town := newTown(t)
	town.mapping("a.yaml", "files: ['村*']\nexports:\n  - {export: population, columns: {village_id: VID, as_of: DAY, resident_population: RES, migrant_population: MIG}}\n")
	town.drop("村.csv", []byte(villagesCSV))
	town.load()
	town.want("select code, detail from ops.problems", "wrong_export 村名册 / Villages")
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

func FuzzMapping(f *testing.F) {
	paths, _ := filepath.Glob(filepath.Join("testdata", "mappings", "*.yaml"))
	for _, at := range paths {
		content, err := os.ReadFile(at)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("files: ['*']\nexports: [{export: visits, columns: {minutes: {from: a, until: b}}}]"))
	f.Fuzz(func(t *testing.T, content []byte) {
		m, err := ParseMapping(content)
		if err != nil {
			return
		}
		// What is accepted can be matched against any header without a panic.
		for i := range m.Exports {
			matchMapped(&m, &m.Exports[i], reduce([]string{"走访时间", "", "a", "b"}))
		}
	})
}

func TestHeadersAreFound(t *testing.T) {
	rows := func(lines ...string) (rows []physicalRow) {
		for i, line := range lines {
			if line != "" {
				rows = append(rows, physicalRow{int64(i + 1), strings.Split(line, ",")})
			}
		}
		return rows
	}
	tests := map[string]struct {
		rows   []physicalRow
		hints  []string
		export string
		row    int
		at     map[string]int
		code   string
	}{
		"ids":                           {rows: rows("visit_id,household_id,member_id,visited_at"), export: "visits", at: map[string]int{"visit_id": 0, "household_id": 1, "member_id": 2, "visited_at": 3}},
		"any order, spelling and width": {rows: rows("Visit Date,Household  ID,（备用）,MEMBER_ID,时长（分钟）"), export: "visits", at: map[string]int{"visited_at": 0, "household_id": 1, "member_id": 3, "minutes": 4}},
		"the nearer name wins":          {rows: rows("时间,走访时间,农户编号,党员编号"), export: "visits", at: map[string]int{"visited_at": 1, "household_id": 2, "member_id": 3}},
		"under titles":                  {rows: rows("人口统计", "单位：人", "村编号,统计日期,常住人口(人),流动人口(人)"), export: "population", row: 2, at: map[string]int{"village_id": 0, "as_of": 1, "resident_population": 2, "migrant_population": 3}},
		"a required column is missing":  {rows: rows("问题编号,收集时间,村编号,办结时间,反馈时间"), code: "columns_missing"},
		"nothing known":                 {rows: rows("甲,乙,丙"), code: "header_not_recognised"},
		"a name breaks the tie":         {rows: rows("党员编号,类别,日期"), hints: []string{"2018年党员赋权使用.xlsx"}, export: "rights", at: map[string]int{"member_id": 0, "kind": 1, "used_on": 2}},
		"without a name it stays open":  {rows: rows("党员编号,类别,日期"), code: "header_ambiguous"},
	}
	for name, test := range tests {
		found, err := findHeader(test.rows, nil, test.hints)
		if test.code != "" {
			if err == nil || !strings.HasPrefix(err.Error(), test.code) {
				t.Errorf("%s: %v, want %s", name, err, test.code)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		l := found.layouts[0]
		if l.contract.Export != test.export || found.row != test.row {
			t.Errorf("%s: %s in row %d, want %s in row %d", name, l.contract.Export, found.row, test.export, test.row)
		}
		if diff := cmp.Diff(test.at, l.at); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func FuzzHeader(f *testing.F) {
	f.Add("走访编号,农户编号,党员编号,走访时间", "x", "村名册")
	f.Add("（（（", "户号】", "")
	f.Add("日期,日期,日期", "编号,编号", "走访")
	f.Fuzz(func(t *testing.T, first, second, hint string) {
		rows := []physicalRow{{1, strings.Split(first, ",")}, {2, strings.Split(second, ",")}}
		found, err := findHeader(rows, nil, []string{hint})
		if err != nil {
			return
		}
		// A found header has every required column, each in a cell of its own row, no cell for two columns.
		l := found.layouts[0]
		cells := map[int]string{}
		for id, at := range l.at {
			if at < 0 || at >= len(found.cells) {
				t.Fatalf("%s is in cell %d of %d", id, at, len(found.cells))
			}
			if other, ok := cells[at]; ok {
				t.Fatalf("%s and %s share cell %d", id, other, at)
			}
			cells[at] = id
		}
		for _, column := range l.contract.Columns {
			if _, ok := l.at[column.ID]; column.Required && !ok {
				t.Fatalf("%s lacks %s", l.contract.Export, column.ID)
			}
		}
	})
}
