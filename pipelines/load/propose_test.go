package load

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"hulian/pipelines"
	"hulian/pipelines/load/match"
	"hulian/pipelines/load/propose"
)

const strangeCSV = "2018年1月走访台账\n编码,走访的农户编号,走访党员的编号,走访日期时间,走访形式,时长（分）,天气\n" +
	"W1,H1,M1,2018-01-03 09:00,上门走访了,30,晴\nW2,H1,M1,2018-01-04 09:00,打电话,20,雨\nW3,H1,M1,2018-01-05 09:00,入户,20,雨\n"

func proposed(t *testing.T, name, content, export string) pipelines.Proposal {
	t.Helper()
	at := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(at, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	all, err := propose.Propose(context.Background(), at, name, pipelines.MappingAsk{Export: export}, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 {
		t.Fatalf("%d tables", len(all))
	}
	return all[0]
}

func TestAStrangeHeaderIsProposedNotTaken(t *testing.T) {
	p := proposed(t, "走访台账201801.csv", strangeCSV, "")
	if p.Export != "visits" || p.HeaderRow != 2 {
		t.Errorf("export %s, header in row %d", p.Export, p.HeaderRow)
	}
	got := map[string]pipelines.ProposedColumn{}
	for _, c := range p.Columns {
		got[c.Header] = c
	}
	for header, column := range map[string]string{"走访的农户编号": "household_id", "走访党员的编号": "member_id", "走访日期时间": "visited_at"} {
		if c := got[header]; c.Column != column || c.Sure && c.Header != "走访日期时间" {
			t.Errorf("%s is proposed as %+v, want %s", header, c, column)
		}
	}
	if c := got["天气"]; c.Column != "" {
		t.Errorf("the weather is proposed as %s", c.Column)
	}
	draft := match.DraftOf("town", p, pipelines.MappingAsk{})
	m, err := match.ParseMapping([]byte(draft))
	if err != nil {
		t.Fatalf("%v\n%s", err, draft)
	}
	if len(m.Exports[0].Columns) > 0 && m.Exports[0].Columns["household_id"].Header != "" {
		t.Errorf("a guess was taken silently:\n%s", draft)
	}
	confirmed := strings.ReplaceAll(draft, "#? ", "")
	if m, err = match.ParseMapping([]byte(strings.ReplaceAll(confirmed, ": …", ": event"))); err != nil {
		t.Fatalf("%v\n%s", err, confirmed)
	}
	if m.Exports[0].Columns["household_id"].Header != "走访的农户编号" || m.Files[0] != "走访台账*.csv" {
		t.Errorf("confirmed: %+v", m)
	}
}

// exported is a draft of one export whose columns are taken as they are.
func exported(export string, headers map[string]string) []pipelines.ExportDraft {
	columns := map[string]pipelines.MappedColumn{}
	for id, header := range headers {
		columns[id] = pipelines.MappedColumn{Header: header}
	}
	return []pipelines.ExportDraft{{Export: export, Columns: columns}}
}

// TestAConfirmedMappingTakesUpARejectedFile loads a file nobody understood, once somebody said what it means.
func TestAConfirmedMappingTakesUpARejectedFile(t *testing.T) {
	town := newTown(t)
	town.drop("村.csv", []byte("村编号,村名,镇\nV01,福合院村,逍林镇\n"))
	file := town.drop("民情2018.csv", []byte("流水,哪天反映的,哪个村,什么事,说明\n1,2018-01-03,V01,路灯,路灯不亮\n2,2018-01-05,V01,路灯,还是不亮\n"))
	town.load()
	town.want("select state from ops.files where name = '民情2018.csv'", "rejected")
	if _, err := match.KeepMapping(town.mappings, "民情2018.csv", "", pipelines.MappingDraft{Exporter: "民情", By: "张样本", Files: []string{match.Pattern("民情2018.csv")}, Exports: exported("issues", map[string]string{"issue_id": "流水", "reported_at": "哪天反映的", "village_id": "哪个村", "category": "什么事", "title": "说明"})}); err != nil {
		t.Fatal(err)
	}
	again := town.config()
	again.Again = []string{file.ID}
	if _, err := Load(context.Background(), town.warehouse, again); err != nil {
		t.Fatal(err)
	}
	town.consistent()
	town.want("select issue_id, village_id, title from exports.issues order by all", "1 V01 路灯不亮", "2 V01 还是不亮")
	town.want("select state from ops.files where name = '民情2018.csv'", "loaded")
	town.want("select count(*) from ops.problems where code = 'header_not_recognised'", "0")
}

// TestAMappingDoesNotRefuseTheUsualHeader: the pattern confirmed for a strange file claims next month's too, which may name its
// columns as everybody does.
func TestAMappingDoesNotRefuseTheUsualHeader(t *testing.T) {
	town := newTown(t)
	town.registries()
	if _, err := match.KeepMapping(town.mappings, "走访2018年1月.csv", "", pipelines.MappingDraft{Exporter: "走访", By: "张样本", Files: []string{match.Pattern("走访2018年1月.csv")}, Exports: exported("visits", map[string]string{"household_id": "哪一户", "member_id": "谁去的", "visited_at": "哪天"})}); err != nil {
		t.Fatal(err)
	}
	town.drop("走访2018年1月.csv", []byte("哪一户,谁去的,哪天\nH1,M1,2018-01-08\n"))
	town.drop("走访2018年2月.csv", []byte(visitsCSV))
	result := town.load()
	for i, mapping := range []string{"走访.yaml", ""} {
		if f := result.Files[len(result.Files)-2+i]; f.Accepted == 0 || f.ReadAs.Mapping != mapping {
			t.Errorf("%+v, want mapping %q", f, mapping)
		}
	}
	town.want("select count(*) from exports.visits", "3")
}

// TestMappingsAreKeptPerExporterAndTable: a second confirmation replaces the first, never what somebody wrote by hand.
func TestMappingsAreKeptPerExporterAndTable(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mappings")
	columns := map[string]string{"household_id": "哪一户", "member_id": "谁去的", "visited_at": "哪天"}
	draft := pipelines.MappingDraft{Exporter: "../民情 平台", By: "张样本", Files: []string{"民情*.xlsx"}, Exports: exported("visits", columns)}
	keep := func(file, table string, change func(*pipelines.MappingDraft)) (string, error) {
		d := draft
		if d.Sheet = table; change != nil {
			change(&d)
		}
		return match.KeepMapping(dir, file, table, d)
	}
	for _, want := range []struct{ table, name string }{{"一月", "民情-平台-一月.yaml"}, {"二月", "民情-平台-二月.yaml"}, {"一月", "民情-平台-一月.yaml"}} {
		if name, err := keep("民情2018.xlsx", want.table, nil); err != nil || name != want.name {
			t.Errorf("%s is kept as %s, %v", want.table, name, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "民情-平台-一月.yaml.old")); err != nil {
		t.Error(err)
	}
	if all, err := match.ReadMappings(dir); err != nil || len(all) != 2 {
		t.Errorf("%d mappings, %v", len(all), err)
	}
	if err := os.WriteFile(filepath.Join(dir, "hand.yaml"), []byte("files: [信访*.csv]\nexports:\n  - export: visits\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "wrong.yaml"), []byte("files: [热线*.csv]\nexport: visits\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for why, refused := range map[pipelines.MappingFault]func() (string, error){
		pipelines.MappingBroken: func() (string, error) {
			return keep("热线1.csv", "", func(d *pipelines.MappingDraft) { d.Files = []string{"热线*.csv"} })
		},
		pipelines.MappingClaimed: func() (string, error) {
			return keep("信访1.csv", "", func(d *pipelines.MappingDraft) { d.Files = []string{"信访*.csv"} })
		},
		pipelines.MappingIncomplete: func() (string, error) {
			return keep("民情1.xlsx", "", func(d *pipelines.MappingDraft) {
				d.Exports = exported("visits", map[string]string{"member_id": "谁去的"})
			})
		},
		pipelines.MappingNoName: func() (string, error) {
			return keep("民情1.xlsx", "", func(d *pipelines.MappingDraft) { d.By = " " })
		},
		pipelines.MappingPattern: func() (string, error) { return keep("台账.xlsx", "", nil) },
	} {
		var told pipelines.MappingRefusal
		if _, err := refused(); !errors.As(err, &told) || told.Why != why {
			t.Errorf("%v, want %s", err, why)
		}
	}
}

// TestASheetThatWasNotUnderstoodIsTakenUpByItself: of a workbook whose other sheet was loaded, the confirmed one comes
// in, and what stood stays as it is.
func TestASheetThatWasNotUnderstoodIsTakenUpByItself(t *testing.T) {
	town := newTown(t)
	town.registries()
	file := town.drop("台账2018年1月.xlsx", book(t, nil,
		"走访", [][]any{{"走访编号", "农户编号", "党员编号", "走访时间"}, {"T1", "H1", "M1", "2018-01-08"}, {"T2", "H1", "M1", "哪天"}},
		"民情", [][]any{{"流水", "哪天反映的", "哪个村", "什么事"}, {"I1", "2018-01-03", "V01", "环境卫生"}, {"I2", "上周", "V01", "环境卫生"}}))
	town.load()
	before := town.lines("select * from exports.visits union all by name select * from history.visits")
	again := town.config()
	again.Again = []string{file.ID}
	if result, err := Load(context.Background(), town.warehouse, again); err != nil || len(result.Files) != 0 {
		t.Fatalf("without a mapping it is looked at again: %+v %v", result.Files, err)
	}
	if _, err := match.KeepMapping(town.mappings, "台账2018年1月.xlsx", "民情", pipelines.MappingDraft{Exporter: "台账", By: "张样本", Files: []string{"台账*.xlsx"}, Sheet: "民情", Exports: exported("issues", map[string]string{"issue_id": "流水", "reported_at": "哪天反映的", "village_id": "哪个村", "category": "什么事"})}); err != nil {
		t.Fatal(err)
	}
	result := town.load()
	i := slices.IndexFunc(result.Files, func(f pipelines.Reconciliation) bool { return f.Sheet == "民情" })
	if i < 0 || result.Files[i].Accepted != 1 || len(result.Files) != 2 {
		t.Errorf("%+v", result.Files)
	}
	if diff := cmp.Diff(before, town.lines("select * from exports.visits union all by name select * from history.visits")); diff != "" {
		t.Errorf("the other sheet (-before +after):\n%s", diff)
	}
	town.want("select state, as_of from ops.files where name like '台账%'", "loaded 2018-01-31")
	town.want("select sheet, accepted, quarantined, problem from ops.reconciliation where file_no = (select max(file_no) from ops.files) order by sheet", "民情 1 1 <nil>", "走访 1 1 <nil>")
	town.want("select sheet, row, code from ops.problems where state = 'open' and file_no = (select max(file_no) from ops.files) order by sheet", "民情 3 wrong_type", "走访 3 wrong_type")
	if result := town.load(); len(result.Files) != 0 {
		t.Errorf("a second time: %+v", result.Files)
	}
}

// TestAMemberOfABundleIsClaimedByItsOwnName confirms a strange CSV inside a zip whose other member was loaded.
func TestAMemberOfABundleIsClaimedByItsOwnName(t *testing.T) {
	town := newTown(t)
	town.registries()
	content := zipped(t, "走访.csv", []byte(visitsCSV), "民情2018年1月.csv", []byte("流水,哪天反映的,哪个村,什么事\nI1,2018-01-03,V01,环境卫生\n"))
	file := town.drop("2018年1月.zip", content)
	town.load()
	all, err := propose.Propose(context.Background(), town.store.Path(file.ID), "2018年1月.zip", pipelines.MappingAsk{Table: "民情2018年1月.csv", Export: "issues"}, town.mappings, nil)
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v %v", all, err)
	}
	p := all[0]
	if p.Member != "民情2018年1月.csv" || p.Pattern != "民情*年*月.csv" || p.Sheet != "" {
		t.Errorf("%+v", p)
	}
	if _, err := match.KeepMapping(town.mappings, p.Member, p.Table, pipelines.MappingDraft{Exporter: "民情", By: "张样本", Files: []string{p.Pattern}, Sheet: p.Sheet, Exports: exported("issues", map[string]string{"issue_id": "流水", "reported_at": "哪天反映的", "village_id": "哪个村", "category": "什么事"})}); err != nil {
		t.Fatal(err)
	}
	town.load()
	town.want("select (select count(*) from exports.issues), (select count(*) from exports.visits)", "1 2")
}

// TestAProposalThatIsConfirmedLoads takes the marks off all the guesses of a draft: a register in another language, whose
// villages are named and whose days begin with the day, comes in row by row.
func TestAProposalThatIsConfirmedLoads(t *testing.T) {
	town := newTown(t)
	town.drop("villages.csv", []byte("村编号,村名,镇\nV01,Las Flores,S\nV02,San Modelo,S\nV03,Villa Norte,S\n"))
	town.load()
	content := []byte("Solicitudes de la ciudadanía;;;;;;\nNúmero de solicitud;Fecha de ingreso;Canal;Categoría;Descripción;Barrio;Fecha de cierre\n" +
		"17/1;03/01/2018 09:10;Web;ALUMBRADO;La lámpara de la esquina no enciende;Las Flores;15/01/2018 12:00\n17/2;04/01/2018 10:00;Web;HIGIENE;El contenedor está lleno;San Modelo;05/01/2018 08:30\n" +
		"17/3;20/01/2018 16:05;App;ALUMBRADO;Toda la cuadra está a oscuras;Villa Norte;\n")
	file := town.drop("solicitudes2018.csv", content)
	town.load()
	town.want("select state from ops.files where name = 'solicitudes2018.csv'", "rejected")
	lists := func(_ context.Context, export string) (*propose.List, error) {
		if export != "villages" {
			return nil, nil
		}
		list := &propose.List{IDs: map[string]bool{}, Names: map[string]string{}}
		for _, row := range town.rows("select village_id, name from exports.villages") {
			list.IDs[row[0].(string)] = true
			list.Names[match.Folded(row[1].(string))] = row[0].(string)
		}
		return list, nil
	}
	all, err := propose.Propose(context.Background(), town.store.Path(file.ID), "solicitudes2018.csv", pipelines.MappingAsk{}, town.mappings, lists)
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v %v", all, err)
	}
	draft := match.DraftOf("solicitudes", all[0], pipelines.MappingAsk{})
	for _, line := range []string{"#? date_format: '%d/%m/%Y'", "#? issue_id: Número de solicitud", "#?     Las Flores: V01"} {
		if !strings.Contains(draft, line) {
			t.Errorf("the draft lacks %q:\n%s", line, draft)
		}
	}
	town.mapping("solicitudes.yaml", strings.ReplaceAll(draft, "#? ", ""))
	town.load()
	town.want("select issue_id, reported_at, village_id, category, resolved_at from exports.issues order by all", "17/1 2018-01-03T09:10:00 V01 ALUMBRADO 2018-01-15T12:00:00",
		"17/2 2018-01-04T10:00:00 V02 HIGIENE 2018-01-05T08:30:00", "17/3 2018-01-20T16:05:00 V03 ALUMBRADO <nil>")
	town.want("select count(*) from ops.problems where state = 'open'", "0")
}

// TestWorkbooksAndJSONAreProposed: a workbook with a sheet that explains, merged headers, days and IDs as a spreadsheet keeps
// them and the header again on every page; and the same as JSON.
func TestWorkbooksAndJSONAreProposed(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2018, 1, d, 9, 30, 0, 0, time.UTC) }
	rows := [][]any{{"群众诉求办理情况（2018年1月）"}, {"工单", "", "所属村社", "诉求类别", "办理", ""}, {"编号", "来电时间", "", "", "办结时间", "承办单位"}}
	for i := range 9 {
		if i == 5 {
			rows = append(rows, rows[2])
		}
		rows = append(rows, []any{20180001 + i, day(i + 3), 330299101201 + i%3, []string{"噪音", "路灯"}[i%2], day(i + 6), "城建办"})
	}
	rows = append(rows, []any{"合计", 9})
	merge := func(f *excelize.File) {
		for _, m := range [][3]string{{"明细", "A1", "F1"}, {"明细", "A2", "B2"}, {"明细", "E2", "F2"}, {"明细", "C2", "C3"}, {"明细", "D2", "D3"}} {
			must(t, f.MergeCell(m[0], m[1], m[2]))
		}
		style, err := f.NewStyle(&excelize.Style{NumFmt: 22})
		must(t, err)
		must(t, f.SetCellStyle("明细", "B4", "B20", style))
		must(t, f.SetCellStyle("明细", "E4", "E20", style))
	}
	workbook := book(t, merge, "填写说明", [][]any{{"请按下列要求填写"}, {"一、时间写到分钟"}}, "明细", rows)
	type request struct {
		ID   string `json:"service_request_id"`
		At   string `json:"requested_datetime"`
		Kind string `json:"service_name"`
		Area string `json:"neighborhood"`
		Done string `json:"closed_datetime"`
	}
	var requests []request
	for i := range 9 {
		requests = append(requests, request{fmt.Sprint(700 + i), day(i + 3).Format(time.RFC3339), []string{"Pothole", "Noise"}[i%2], []string{"Old Harbor", "Mill Row"}[i%2], day(i + 5).Format(time.RFC3339)})
	}
	document, err := json.Marshal(map[string]any{"requests": requests})
	must(t, err)
	for name, test := range map[string]struct {
		content []byte
		row     int64
		columns map[string]string
	}{
		"诉求.xlsx": {workbook, 3, map[string]string{"issue_id": "编号", "reported_at": "来电时间", "village_id": "所属村社", "category": "诉求类别", "resolved_at": "办结时间"}},
		"r.json":  {document, 0, map[string]string{"issue_id": "service_request_id", "reported_at": "requested_datetime", "village_id": "neighborhood", "category": "service_name", "resolved_at": "closed_datetime"}},
	} {
		at := filepath.Join(t.TempDir(), name)
		must(t, os.WriteFile(at, test.content, 0o600))
		all, err := propose.Propose(context.Background(), at, name, pipelines.MappingAsk{}, "", nil)
		if err != nil || len(all) != 1 {
			t.Errorf("%s: %d tables, %v", name, len(all), err)
			continue
		}
		got := map[string]string{}
		for _, c := range all[0].Columns {
			if c.Column != "" {
				got[c.Column] = c.Header
			}
		}
		if diff := cmp.Diff(test.columns, got); diff != "" || all[0].Export != "issues" || all[0].HeaderRow != test.row {
			t.Errorf("%s: %s in row %d:\n%s", name, all[0].Export, all[0].HeaderRow, diff)
		}
	}
}
