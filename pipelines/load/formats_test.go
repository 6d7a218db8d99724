package load

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"hulian/pipelines"
	"hulian/pipelines/load/decode"
	"hulian/pipelines/load/statement"
)

func gb18030(t testing.TB, text string) []byte {
	t.Helper()
	out, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(out)
}

func utf16Bytes(text string, big, mark bool) []byte {
	var out []byte
	units := utf16.Encode([]rune(text))
	if mark {
		units = append([]uint16{0xfeff}, units...)
	}
	for _, u := range units {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return out
}

// book writes a workbook; a sheet is its name and its rows.
func book(t testing.TB, change func(*excelize.File), sheets ...any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i := 0; i < len(sheets); i += 2 {
		name := sheets[i].(string)
		if i == 0 {
			must(t, f.SetSheetName("Sheet1", name))
		} else if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for r, row := range sheets[i+1].([][]any) {
			if err := f.SetSheetRow(name, fmt.Sprintf("A%d", r+1), &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	if change != nil {
		change(f)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zipped(t testing.TB, members ...any) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i := 0; i < len(members); i += 2 {
		m, err := w.Create(members[i].(string))
		if err != nil {
			t.Fatal(err)
		}
		_, err = m.Write(members[i+1].([]byte))
		must(t, err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestEveryFormatGivesTheSameRows writes the same four visits in every form that arrives.
func TestEveryFormatGivesTheSameRows(t *testing.T) {
	const csv = "走访编号,农户编号,党员编号,走访时间,走访方式,走访内容\n" +
		"T1,H1,M1,2018-01-08 19:30,入户,\"路灯不亮，\n第二行\"\n" +
		"T2,H2,M2,2018-01-09 08:00,电话,𠮷家㐂\n" +
		"\n" +
		"T3,H3,M3,2018-01-10 08:00,微信,无\n"
	want := []string{
		"T1 H1 M1 2018-01-08T19:30:00 home 路灯不亮，\n第二行 2", "T2 H2 M2 2018-01-09T08:00:00 phone 𠮷家㐂 3", "T3 H3 M3 2018-01-10T08:00:00 wechat 无 5",
	}
	header := []any{"走访编号", "农户编号", "党员编号", "走访时间", "走访方式", "走访内容"}
	rows := [][]any{
		header, {"T1", "H1", "M1", 43108.8125, "入户", "路灯不亮，\n第二行"}, {"T2", "H2", "M2", "2018年1月9日 8:00", "电话", "𠮷家㐂"}, {}, {"T3", "H3", "M3", "2018/1/10 08:00", "微信", "无"},
	}
	objects := []string{
		`{"走访编号":"T1","农户编号":"H1","党员编号":"M1","走访时间":"2018-01-08 19:30","走访方式":"入户","走访内容":"路灯不亮，\n第二行"}`,
		`{"走访编号":"T2","农户编号":"H2","党员编号":"M2","走访时间":"2018-01-09T08:00:00+08:00","走访方式":"电话","走访内容":"𠮷家㐂"}`,
		`{"走访编号":"T3","农户编号":"H3","党员编号":"M3","走访时间":"2018-01-10 08:00","走访方式":"微信","走访内容":"无"}`,
	}
	other := func(delimiter string) []byte { return []byte(strings.ReplaceAll(csv, ",", delimiter)) }
	numbered := func(lines []string, numbers ...string) []string {
		var out []string
		for i, line := range lines {
			out = append(out, strings.TrimRight(line, "0123456789")+numbers[i])
		}
		return out
	}
	tests := map[string]struct {
		content []byte
		want    []string
	}{
		"utf-8":                   {[]byte(csv), want},
		"utf-8 with a mark":       {[]byte("\ufeff" + csv), want},
		"crlf":                    {[]byte(strings.ReplaceAll(csv, "\n", "\r\n")), want},
		"gb18030":                 {gb18030(t, csv), want},
		"utf-16le":                {utf16Bytes(csv, false, true), want},
		"utf-16be":                {utf16Bytes(csv, true, true), want},
		"utf-16le without a mark": {utf16Bytes(strings.Repeat(" ", 200)+"\n"+csv, false, false), numbered(want, "3", "4", "6")},
		"tabs":                    {other("\t"), want},
		"semicolons":              {other(";"), want},
		"bars":                    {other("|"), want},
		"sep line":                {append([]byte("sep=;\n"), other(";")...), numbered(want, "3", "4", "6")},
		"titles above":            {[]byte("逍林镇走访记录\n\n填报单位：福合院村\n" + csv), numbered(want, "5", "6", "8")},
		"workbook":                {book(t, nil, "走访", rows), want},
		"workbook with a title":   {book(t, nil, "走访", append([][]any{{"逍林镇2018年1月走访记录"}, {}}, rows...)), numbered(want, "4", "5", "7")},
		"workbook that counts from 1904": {book(t, func(f *excelize.File) {
			yes := true
			must(t, f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
			must(t, f.SetCellValue("走访", "D2", 43108.8125-1462))
		}, "走访", rows), want},
		"json":           {[]byte("[" + strings.Join(objects, ",\n") + "]"), numbered(want, "1", "2", "3")},
		"wrapped json":   {[]byte(`{"code":0,"data":[` + strings.Join(objects, ",") + `]}`), numbered(want, "1", "2", "3")},
		"ndjson":         {[]byte(strings.Join(objects, "\n") + "\n"), numbered(want, "1", "2", "3")},
		"one object":     {[]byte(objects[0]), numbered(want[:1], "1")},
		"gb18030 ndjson": {gb18030(t, strings.Join(objects, "\n")), numbered(want, "1", "2", "3")},
		"bundle":         {zipped(t, "走访/一月.csv", []byte(csv), ".DS_Store", []byte("x"), "__MACOSX/._a", []byte("x")), want},
		"bundle in one":  {zipped(t, "inner.zip", zipped(t, "a.csv", []byte(csv))), want},
		"book in bundle": {zipped(t, "a.xlsx", book(t, nil, "走访", rows)), want},
	}
	another := listed(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			town := another(t, ordinary())
			town.drop("a file with any name", test.content)
			result := town.load()
			if diff := cmp.Diff(test.want, town.lines("select visit_id, household_id, member_id, visited_at, channel, note, _row from exports.visits order by visit_id")); diff != "" {
				t.Errorf("%s\n%+v", diff, result.Files[len(result.Files)-1])
			}
		})
	}
}

func TestParquetLoads(t *testing.T) {
	town := newTown(t)
	town.registries()
	at := filepath.Join(town.inbox, "visits [1].parquet")
	if err := town.warehouse.Exec(context.Background(), "copy (select * from (values ('T1', 'H1', 'M1', timestamp '2018-01-08 19:30:00', 'home', 25), ('T2', 'H2', 'M2', timestamp '2018-01-09 08:00:00', 'pigeon', 5)) v(visit_id, household_id, member_id, visited_at, channel, minutes)) to "+
		statement.Literal(at)+" (format parquet)"); err != nil {
		t.Fatal(err)
	}
	town.land(at)
	town.load()
	town.want("select visit_id, visited_at, minutes, _row from exports.visits", "T1 2018-01-08T19:30:00 25 1")
	town.want("select code, row, column_id, header, value from ops.problems where severity = 'refuse'", "not_allowed 2 channel channel pigeon")
}

func TestSeveralSheetsAndMergedHeaders(t *testing.T) {
	town := newTown(t)
	town.registries()
	content := book(t, func(f *excelize.File) {
		// A header merged over two rows: groups above, names below.
		for cell, value := range map[string]any{"A1": "村编号", "A2": "", "B1": "统计日期", "C1": "人口", "C2": "常住人口(人)", "D2": "流动人口(人)",
			"A3": "V01", "B3": 43131, "C3": 4863, "D3": "6,179", "A4": "V02", "B4": "2018年1月31日", "C4": "１２００", "D4": "0.3万", "A5": "合计", "C5": 6063, "D5": 9179, "A7": "填表人：张样本"} {
			must(t, f.SetCellValue("人口统计", cell, value))
		}
		must(t, f.MergeCell("人口统计", "C1", "D1"))
		must(t, f.MergeCell("人口统计", "B1", "B2"))
		must(t, f.SetSheetVisible("选项", false))
	}, "人口统计", [][]any{{"村编号"}}, "走访", [][]any{{"走访编号", "农户编号", "党员编号", "走访时间"}, {"T1", "H1", "M1", "2018-01-08"}}, "Sheet3", [][]any{}, "选项", [][]any{{"入户"}, {"电话"}}, "说明", [][]any{{"怎样填写"}, {"一行一次走访"}})
	town.drop("汇总.xlsx", content)
	result := town.load()
	town.want("select * exclude (_file) from exports.population order by village_id",
		"V01 2018-01-31 4863 6179 <nil> 3", "V02 2018-01-31 1200 3000 <nil> 4")
	town.want("select visit_id from exports.visits", "T1")
	var lines []string
	for _, f := range result.Files[4:] {
		lines = append(lines, fmt.Sprint(f.Sheet, " ", f.Export, " ", f.Read, f.Accepted, f.Ignored, " ", f.Problem))
	}
	if diff := cmp.Diff([]string{"人口统计 population 5 2 3 ", "走访 visits 1 1 0 "}, lines); diff != "" {
		t.Error(diff)
	}
}

// TestBadFiles drops what is no table among good ones: each gets its own code, and nothing else is disturbed.
func TestBadFiles(t *testing.T) {
	good := book(t, nil, "走访", [][]any{{"走访编号", "农户编号", "党员编号", "走访时间"}, {"T1", "H1", "M1", "2018-01-08"}})
	wide, wideHeader := make([]string, 300), make([]string, 300)
	for i := range wide {
		wide[i], wideHeader[i] = "x", fmt.Sprint("列", i)
	}
	var locked bytes.Buffer
	f := excelize.NewFile()
	must(t, f.SetCellValue("Sheet1", "A1", "x"))
	if err := f.Write(&locked, excelize.Options{Password: "secret"}); err != nil {
		t.Fatal(err)
	}
	damagedSheet := func() []byte { // the sheet's XML ends in the middle
		r, _ := zip.NewReader(bytes.NewReader(good), int64(len(good)))
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		for _, member := range r.File {
			from, _ := member.Open()
			var content bytes.Buffer
			_, err := content.ReadFrom(from)
			must(t, err)
			if strings.HasPrefix(member.Name, "xl/worksheets/") {
				content.Truncate(content.Len() - 40)
			}
			to, _ := w.Create(member.Name)
			_, err = to.Write(content.Bytes())
			must(t, err)
		}
		must(t, w.Close())
		return out.Bytes()
	}()
	flipped := bytes.Clone(good)
	flipped[len(flipped)/3] ^= 0xff
	tests := map[string]struct {
		content []byte
		want    pipelines.Code
	}{
		"0 bytes.csv":        {nil, pipelines.FileEmpty},
		"blank.csv":          {[]byte(" \r\n \r\n"), pipelines.FileEmpty},
		"header only.csv":    {[]byte("走访编号,农户编号,党员编号,走访时间\n"), pipelines.FileNoRows},
		"binary.csv":         {bytes.Repeat([]byte{1, 2, 0, 255, 17, 3}, 1000), pipelines.FileUnsupported},
		"picture.xlsx":       {append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 100)...), pipelines.FileUnsupported},
		"letter.csv":         {append([]byte("%PDF-1.7\n\x00\x01\x02"), make([]byte, 100)...), pipelines.FileUnsupported},
		"page.xls":           {[]byte("<html><table><tr><td>走访</td></tr></table></html>"), pipelines.FileUnsupported},
		"truncated.xlsx":     {good[:len(good)*2/3], pipelines.FileTruncated},
		"cut sheet.xlsx":     {damagedSheet, pipelines.FileTruncated},
		"flipped.xlsx":       {flipped, pipelines.FileUnreadable},
		"encrypted.xlsx":     {locked.Bytes(), pipelines.FileEncrypted},
		"old.xlsx":           {oldWorkbook(), pipelines.FileOldExcel},
		"open quote.csv":     {[]byte("issue_id,reported_at,village_id,category\nI1,2018-01-02,V1,\"never closed\nI2,2018-01-02,V1,other\n"), pipelines.QuoteUnclosed},
		"300 columns.csv":    {[]byte(strings.Join(wideHeader, ",") + "\n" + strings.Join(wide, ",") + "\n"), pipelines.FileTooWide},
		"commas.csv":         {bytes.Repeat([]byte(",,,,\n"), 1_000_000), pipelines.FileEmpty},
		"one long row.csv":   {bytes.Repeat([]byte("a,"), 500_000), pipelines.FileTooWide},
		"garbled.csv":        {bytes.Repeat([]byte{0xff, 0xff, ',', 0x80, 0xff, '\n'}, 500), pipelines.EncodingDamaged},
		"poem.txt":           {[]byte("床前明月光，疑是地上霜。\n举头望明月，低头思故乡。\n"), pipelines.HeaderNotRecognised},
		"columns.csv":        {[]byte("走访编号,走访时间,走访方式,时长(分钟)\nT1,2018-01-08,入户,5\n"), pipelines.ColumnsMissing},
		"twice.csv":          {[]byte("走访编号,农户编号,党员编号,走访时间,走访时间\nT1,H1,M1,2018-01-08,2018-01-09\n"), pipelines.HeaderAmbiguous},
		"cut.json":           {[]byte(`[{"走访编号":"T1","农户编号":"H1"`), pipelines.FileTruncated},
		"broken.json":        {[]byte(`[{"走访编号":"T1" "农户编号":"H1"}]`), pipelines.JSONBroken},
		"empty.json":         {[]byte(`[]`), pipelines.FileEmpty},
		"cut.parquet":        {[]byte("PAR1\x15\x04\x15\x10\x15\x14L\x15\x02\x15\x00"), pipelines.FileTruncated},
		"no parquet.parquet": {[]byte("PAR1aaaaaaaaaaaaaaaaaaaaaaaaaaPAR1"), pipelines.FileUnreadable},
		"cut.zip":            {zipped(t, "a.csv", []byte(visitsCSV))[:60], pipelines.FileTruncated},
		"empty.zip":          {zipped(t), pipelines.FileEmpty},
		"letter.docx":        {zipped(t, "word/document.xml", []byte("<w:document/>")), pipelines.FileUnsupported},
		"bomb.zip":           {zipped(t, "bomb.csv", bytes.Repeat([]byte{'0'}, 200<<20)), pipelines.FileTooLarge},
		"nested.zip":         {zipped(t, "a.zip", zipped(t, "b.zip", zipped(t, "c.zip", zipped(t, "d.csv", []byte(visitsCSV))))), pipelines.FileTooLarge},
		"quote.csv":          {append([]byte("走访编号,农户编号,党员编号,走访时间\nT1,H1,M1,\"2018"), bytes.Repeat([]byte("\nT1,H1,M1,2018"), 6000)...), pipelines.QuoteUnclosed},
	}
	another := listed(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			town := another(t, ordinary())
			town.drop(name, test.content)
			town.drop("visits.csv", []byte(visitsCSV))
			result := town.load()
			if err := result.Err(); err != nil {
				t.Error(err)
			}
			var codes []pipelines.Code
			for _, f := range result.Files {
				if f.Name == name {
					codes = append(codes, f.Problem)
					if f.Read+f.Accepted+f.Quarantined+f.Ignored != 0 {
						t.Errorf("%+v", f)
					}
				}
			}
			if diff := cmp.Diff([]pipelines.Code{test.want}, codes); diff != "" {
				t.Errorf("%s\n%+v", diff, result.Files)
			}
			town.want("select state from ops.files where name = "+statement.Literal(name), "rejected")
			town.want("select count(*) from exports.visits", "2")
			town.want("select code, severity from ops.problems where severity <> 'warn'", string(test.want)+" reject")
		})
	}
}

// oldWorkbook is a compound file with the stream every BIFF8 workbook has.
func oldWorkbook() []byte {
	const sector = 512
	file := make([]byte, sector*3)
	copy(file, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	put := func(at int, values ...uint32) {
		for i, v := range values {
			for b := range 4 {
				file[at+4*i+b] = byte(v >> (8 * b))
			}
		}
	}
	put(24, 0x0003003e, 0x0009fffe, 0x00000006)
	put(44, 1, 1, 0, 4096, 0xfffffffe, 0, 0xfffffffe, 0)
	put(76, 0)
	for i := 80; i < sector; i += 4 {
		put(i, 0xffffffff)
	}
	for i := sector; i < 2*sector; i += 4 {
		put(i, 0xffffffff)
	}
	put(sector, 0xfffffffd, 0xfffffffe)
	entry := func(at int, name string, kind byte, child uint32) {
		units := utf16.Encode([]rune(name))
		for i, u := range units {
			file[at+2*i], file[at+2*i+1] = byte(u), byte(u>>8)
		}
		file[at+64], file[at+66], file[at+67] = byte(2*len(units)+2), kind, 1
		put(at+68, 0xffffffff, 0xffffffff, child)
		put(at+116, 0xfffffffe)
	}
	entry(2*sector, "Root Entry", 5, 1)
	entry(2*sector+128, "Workbook", 2, 0xffffffff)
	for i := 2; i < 4; i++ {
		put(2*sector+128*i+68, 0xffffffff, 0xffffffff, 0xffffffff)
	}
	return file
}

func TestABrokenMemberLeavesTheOthersOfItsBundle(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("bundle.zip", zipped(t, "走访.csv", []byte(visitsCSV), "扫描.pdf", []byte("%PDF-1.7\n\x00\x01"), "空.csv", []byte{},
		"缺引号.csv", []byte("走访编号,农户编号,党员编号,走访时间,走访内容\nT8,H1,M1,2018-01-08,好\nT9,H1,M1,2018-01-09,\"没有写完\n")))
	result := town.load()
	town.want("select count(*) from exports.visits", "2")
	var got []string
	for _, f := range result.Files[4:] {
		got = append(got, fmt.Sprint(f.Sheet, " ", f.Accepted, " ", f.Problem))
	}
	if diff := cmp.Diff([]string{"走访.csv 2 ", "扫描.pdf 0 file_unsupported", "空.csv 0 file_empty", "缺引号.csv 0 quote_unclosed"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestNothingLoadedIsAnError(t *testing.T) {
	town := newTown(t)
	town.drop("empty.csv", nil)
	if err := town.load().Err(); err == nil || !strings.Contains(err.Error(), pipelines.ErrNothingLoaded.Error()) {
		t.Errorf("error %v", err)
	}
}

func TestASheetOfTooManyCellsIsRefused(t *testing.T) {
	town := newTown(t)
	town.limits = decode.DefaultLimits()
	town.limits.Cells = 50
	rows := [][]any{{"走访编号", "农户编号", "党员编号", "走访时间"}}
	for i := range 20 {
		rows = append(rows, []any{fmt.Sprint("T", i), "H1", "M1", "2018-01-08"})
	}
	town.drop("visits.xlsx", book(t, nil, "走访", rows))
	town.load()
	town.want("select problem, rows_read from ops.reconciliation", "file_too_large 0")
	town.want("select count(*) from ops.quarantine", "0")
}

// A cell that shows 95% holds 0.95: Excel makes it so of what a person types. A sign that is only written behind the
// number changes nothing of it.
func TestPercentagesOfWorkbooksAreReadAsTheyAreShown(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("事项.xlsx", book(t, func(f *excelize.File) {
		literal, decimals := `0"%"`, "0.0%"
		for cell, style := range map[string]excelize.Style{"E2": {NumFmt: 9}, "E3": {NumFmt: 9}, "E4": {CustomNumFmt: &decimals}, "E5": {CustomNumFmt: &literal}, "E7": {NumFmt: 9}} {
			id, err := f.NewStyle(&style)
			if err != nil {
				t.Fatal(err)
			}
			must(t, f.SetCellStyle("Sheet1", cell, cell, id))
		}
	}, "Sheet1", [][]any{{"事项编号", "支部编号", "事项名称", "认领日期", "进度"}, {"K1", "B1", "a", "2018-01-03", 0.95}, {"K2", "B1", "b", "2018-01-03", 1}, {"K3", "B1", "c", "2018-01-03", 0.0725},
		{"K4", "B1", "d", "2018-01-03", 40}, {"K5", "B1", "e", "2018-01-03", 55}, {"K6", "B1", "f", "2018-01-03", 0}}))
	town.load()
	town.want("select task_id, progress from exports.tasks order by 1", "K1 95", "K2 100", "K3 7.25", "K4 40", "K5 55", "K6 0")
}

// Programs write formulas without their results. Such a cell reads as empty; it is refused, as errors of formulas are.
func TestFormulasWithoutResultsAreRefused(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("走访.xlsx", book(t, func(f *excelize.File) {
		must(t, f.SetCellFormula("Sheet1", "E3", "1+2"))
		must(t, f.SetCellFormula("Sheet1", "A4", `"T"&3`))
		must(t, f.SetCellFormula("Sheet1", "F5", `LEN("好")`))
	}, "Sheet1", [][]any{{"走访编号", "农户编号", "党员编号", "走访时间", "时长", "天气"}, {"T1", "H1", "M1", "2018-01-08", 5}, {"T2", "H1", "M1", "2018-01-08"}, {nil, "H1", "M1", "2018-01-08", 5}, {"T4", "H1", "M1", "2018-01-09"}}))
	town.drop("问题.csv", []byte("问题编号,收集时间,村编号,问题类别\nI1,2018-01-03,V1,#N/A\n"))
	town.load()
	town.want("select visit_id from exports.visits order by 1", "T1", "T4") // the formula of T4 stands in a column nobody reads
	town.want(`select "row", column_id, code, value, detail from ops.problems where severity = 'refuse' order by 2, 1`, `2 category wrong_type #N/A ["formula_error"]`,
		`3 minutes wrong_type =1+2 ["uncalculated"]`, `4 visit_id wrong_type ="T"&3 ["uncalculated"]`)
}

// The scan sees formulas however the XML is cut into pieces, and knows results from empty ones.
// Hidden worksheets are no rows to hand in; one that looks like a table is named.
func TestHiddenTablesAreNamed(t *testing.T) {
	rows := [][]any{{"走访编号", "农户编号", "党员编号", "走访时间"}, {"T1", "H1", "M1", "2018-01-08"}}
	hide := func(sheets ...string) func(*excelize.File) {
		return func(f *excelize.File) {
			for _, s := range sheets {
				if err := f.SetSheetVisible(s, false); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	town := newTown(t)
	town.registries()
	town.drop("走访.xlsx", book(t, hide("上月", "选项"), "本月", rows, "上月", [][]any{rows[0], {"T0", "H1", "M1", "2017-12-08"}}, "选项", [][]any{{"入户"}, {"电话"}}))
	// The only sheet cannot be hidden: an empty one is shown.
	town.drop("全隐藏.xlsx", book(t, hide("上月"), "空", [][]any{}, "上月", rows))
	result := town.load()
	details := map[string]string{}
	for _, f := range result.Files {
		details[f.Name] = told(f)
	}
	if details["走访.xlsx"] != "hidden sheets were not read: 上月" || details["全隐藏.xlsx"] != "hidden sheets were not read: 上月" {
		t.Errorf("%q", details)
	}
	town.want("select visit_id from exports.visits", "T1")
	town.want("select code from ops.problems where severity = 'reject'", "header_not_recognised")
}

// A line of NDJSON that is broken is refused, and never passed over as a remark.
func TestABrokenLineIsRefused(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("走访.ndjson", []byte(`{"走访编号":"T1","农户编号":"H1","党员编号":"M1","走访时间":"2018-01-08"}
{"走访编号":"T2","农户编号":"H1", oops
{"走访编号":"T3","农户编号":"H1","党员编号":"M1","走访时间":"2018-01-09"}
`))
	town.load()
	town.want("select visit_id from exports.visits order by 1", "T1", "T3")
	town.want(`select "row", code from ops.problems where severity = 'refuse'`, "2 record_broken")
	town.want("select rows_read, accepted, quarantined, ignored from ops.reconciliation where export = 'visits'", "3 2 1 0")
}

// Exporters cut texts by bytes: UTF-8 with half a character here and there stays UTF-8, and only those rows are refused.
func TestACutCharacterCostsItsRow(t *testing.T) {
	town := newTown(t)
	town.registries()
	var lines strings.Builder
	lines.WriteString("走访编号,农户编号,党员编号,走访时间,走访内容\n")
	for i := range 30 {
		note := "了解家中近况"
		if i == 7 {
			note = note[:len(note)-1]
		}
		fmt.Fprintf(&lines, "T%02d,H1,M1,2018-01-%02d,%s\n", i, 1+i%28, note)
	}
	town.drop("走访.csv", []byte(lines.String()))
	result := town.load()
	if f := result.Files[len(result.Files)-1]; f.ReadAs.Encoding != "utf-8" || f.Accepted != 29 || f.Quarantined != 1 {
		t.Errorf("%+v", f)
	}
	town.want(`select "row", code from ops.problems where severity = 'refuse'`, "9 encoding_damaged")
}

// A later step that gives its day alone is in order on the day of the earlier one.
func TestADayIsInOrderOnItsDay(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("问题.csv", []byte("问题编号,收集时间,村编号,问题类别,办结时间,反馈时间\n"+
		"I1,2018-01-08 10:00,V01,道路,2018-01-08,2018-01-08\nI2,2018-01-08 10:00,V01,道路,2018-01-07,\nI3,2018-01-08 10:00,V01,道路,2018-01-08 09:00,\n"))
	town.load()
	town.want("select issue_id from exports.issues", "I1")
	town.want(`select "row", code from ops.problems where severity = 'refuse' order by 1`, "3 date_order", "4 date_order")
}

// Of a required column that is missing, the header that comes near is told and not taken.
func TestNearHeadersAreTold(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("走访.csv", []byte("走访编号,农户编码,党员编号,走访时问\nT1,H1,M1,2018-01-08\n"))
	result := town.load()
	f := result.Files[len(result.Files)-1]
	if f.Problem != pipelines.ColumnsMissing || !strings.HasPrefix(told(f), "Household ID (农户编码?), Visited at (走访时问?) (") {
		t.Errorf("%+v", f)
	}
}

// A file says nothing of a column it lacks: what stood there stays, and that is told. An empty cell under a header empties.
func TestSilenceDoesNotErase(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.load()
	const links = "select household_id, linked_member_id, linked_since from exports.households order by all"
	town.drop("农户2.csv", []byte("农户编号,村编号,支部编号,户主姓名\nH1,V01,B1,张样本\nH2,V01,B1,赵样本\nH3,V02,B2,钱样本\n"))
	result := town.load()
	if got, want := told(result.Files[0]), "the file lacks these columns, so that what stood there stays: Linked member ID, Linked since"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	town.want(links, "H1 M1 2017-05-01", "H2 M2 2017-05-01", "H3 <nil> <nil>")
	town.drop("农户3.csv", []byte("农户编号,村编号,支部编号,户主姓名,联系党员\nH1,V01,B1,张样本,M1\nH2,V01,B1,赵样本,\nH3,V02,B2,钱二样本,M3\n"))
	if result = town.load(); told(result.Files[0]) != "the file lacks these columns, so that what stood there stays: Linked since" {
		t.Errorf("of the column that is there again: %q", told(result.Files[0]))
	}
	town.want(links, "H1 M1 2017-05-01", "H2 <nil> 2017-05-01", "H3 M3 <nil>")
	town.drop("i1.csv", []byte("问题编号,村编号,收集时间,问题类别,办结时间,满意度\nT1,V01,2018-01-02 09:00,道路,2018-01-05 09:00,满意\nT2,V01,2018-01-03 09:00,道路,,\n"))
	town.load()
	town.drop("i2.csv", []byte("问题编号,村编号,收集时间,问题类别,办结时间\nT1,V01,2018-01-02 09:00,道路,2018-01-05 09:00\nT2,V01,2018-01-03 09:00,道路,2018-01-09 09:00\n"))
	town.drop("i3.csv", []byte("问题编号,村编号,收集时间,问题类别,满意度\nT2,V01,2018-01-03 09:00,道路,一般\n"))
	town.load()
	town.want("select issue_id, resolved_at, satisfaction from exports.issues order by all", "T1 2018-01-05T09:00:00 satisfied", "T2 2018-01-09T09:00:00 neutral")
}
