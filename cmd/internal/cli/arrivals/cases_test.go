package arrivals

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/cmd/internal/cli/clitest"
	"hulian/data/trials"
)

// arrival is what must come of files that are imported, one after the other, into a small town.
type arrival struct {
	files  []string // empty: all of the case, by name
	status int      // of the last import
	query  string
	rows   []string // of the query, values parted by a space
	told   []string // what the imports must say, or the list of problems
}

var cases = map[string]arrival{
	"01-csv-bare-quote-swallows": {query: "select count(*), count(*) filter (where issue_id between 'X002' and 'X007') from issues", rows: []string{"8 6"}},
	"03-csv-null-tokens": {query: "select count(*), count(resolved_at) from issues", rows: []string{"6 0"},
		told: []string{"有22格写的是表示“没有”的词，按空读"}},
	"04-csv-excel-protected-ids": {query: "select household_id from visits order by 1", rows: []string{"000101", "000102", "000103", "000201", "000202"}},
	"07-csv-concatenated-bom":    {query: "select count(*) from visits", rows: []string{"2"}, told: []string{"3 rows read = 2 accepted + 0 quarantined + 1 ignored"}},
	"09-csv-nul-bytes":           {query: "select count(*) from visits", rows: []string{"2"}, told: []string{"去掉了1个空字节（NUL），第一个在第2行"}},
	"11-json-two-arrays":         {query: "select count(*) from visits", rows: []string{"2"}},
	"15-json-nan-bigint":         {query: "select village_id, count(*) from population group by 1 order by 1", rows: []string{"V01 1", "V02 2"}, told: []string{"record_broken", "2 rows read = 1 accepted + 1 quarantined"}},
	"16-text-dates": {query: "select visit_id, strftime(visited_at, '%H:%M') from visits order by 1",
		rows: []string{"W72 00:00", "W73 15:20", "W74 13:20", "W76 00:00", "W79 00:30", "W81 00:00", "W83 00:30", "W84 12:00", "W85 10:00", "W86 19:00", "W87 19:30", "W88 01:20", "W89 08:00", "W90 19:00"},
		told: []string{"2018年1月8日 晚上12:10", "只有年月，没有哪一天", "分不清哪个是月、哪个是日", "年份请写四位数", "2018-01-08 24:00", "2018-02-29"}},
	"17-csv-sep-line-bom-utf16":     {query: "select count(*) from visits", rows: []string{"1"}},
	"18-duplicate-optional-header":  {status: clitest.Nothing, query: "select count(*) from visits", rows: []string{"0"}, told: []string{"这一列出现了不止一次：备注"}},
	"19-header-space-variants":      {query: "select count(*), count(note) from visits", rows: []string{"1 1"}},
	"21-named-subtotals":            {query: "select count(*) from population", rows: []string{"4"}, told: []string{"6 rows read = 2 accepted + 0 quarantined + 4 ignored"}},
	"22-xlsx-zero-padded-format":    {query: "select count(*) from visits where household_id like '000%'", rows: []string{"3"}},
	"24-xlsx-year-dot-month":        {query: "select member_id, joined_on from members where member_id in ('M00011', 'M00012', 'M00013') order by 1", rows: []string{"M00011 1998-10-01", "M00012 ", "M00013 1998-10-01"}, told: []string{"分不清是1月还是10月"}},
	"25-xlsx-workbook22":            {query: "select count(*) from visits", rows: []string{"2"}},
	"27-xlsx-x-prefix-formula":      {query: "select count(*) from visits", rows: []string{"2"}, told: []string{"这一格是公式，但文件里没有保存它的计算结果"}},
	"27b-xlsx-plain-formula":        {query: "select count(*) from visits", rows: []string{"2"}, told: []string{"这一格是公式，但文件里没有保存它的计算结果"}},
	"28-xlsx-strict-iso-dates":      {query: "select strftime(visited_at, '%Y-%m-%d %H:%M') from visits order by 1", rows: []string{"2018-01-01 19:30", "2018-01-02 19:30"}},
	"29-xlsx-error-cells":           {query: "select count(*) from households where concat(head_name, linked_member_id) like '%#%'", rows: []string{"0"}, told: []string{"#N/A", "#DIV/0!", "#REF!", "这一格的公式出错了"}},
	"30-xlsx-float-noise":           {query: "select max(resident_population) from population where village_id = 'V01'", rows: []string{"4863"}},
	"32-xlsx-filtered-rows":         {query: "select count(*) from visits", rows: []string{"4"}, told: []string{"有2行在Excel里被隐藏或筛掉，也读入了"}},
	"37-xlsx-escapes-rich-phonetic": {query: "select household_id, member_id, position('_x000D_' in note), length(note) - length(replace(note, chr(10), '')) from visits", rows: []string{"000101 M00001 0 1"}},
	"38a-json-crlf-one-row":         {query: "select count(*) from visits", rows: []string{"1"}},
	"38i-csv-cr-in-quoted-cell":     {query: "select count(*) from visits", rows: []string{"2"}},
	"40-parquet-dates-int-null":     {query: "select count(*), count(*) filter (where entry_id like '%.%' or member_id like '%.%') from points", rows: []string{"2 0"}},
	"45-deleted-rows":               {query: "select visit_id from visits order by 1", rows: []string{"S1", "S2"}, told: []string{"这份文件里没有了的有1行（S2）"}},
	"47-late-correction":            {query: "select issue_id, satisfaction from issues order by 1", rows: []string{"T1 satisfied", "T2 "}, told: []string{"原有的内容保留不变：满意度"}},
	"50-revert-by-resending":        {files: []string{"a.csv", "b-wrong.csv", "a.csv"}, query: "select residents, linked_member_id from households where household_id in ('000101', '000103') order by household_id", rows: []string{"4 M00001", "2 M00002"}},
}

// cronLines are refused with a sentence before anything runs by them.
var cronLines = []string{"@every 1ns", "@every -1h", "@every 1000000h", "@every", "0 0 30 2 *", "61 * * * *", "*/0 * * * *", "TZ=Nowhere 0 6 * * *", "CRON_TZ=", "TZ=Asia/Shanghai", "",
	"@reboot", "* * * *", "0 6 * * * *", "5-1 * * * *", "?", "0 6 ,1 * *"}

// sampled are the cases of an ordinary run: one or two of each format, and of each way in which something was lost.
var sampled = []string{"01-csv-bare-quote-swallows", "04-csv-excel-protected-ids", "15-json-nan-bigint", "16-text-dates", "18-duplicate-optional-header", "21-named-subtotals",
	"24-xlsx-year-dot-month", "29-xlsx-error-cells", "32-xlsx-filtered-rows", "40-parquet-dates-int-null", "45-deleted-rows", "47-late-correction", "50-revert-by-resending"}

// TestWhatArrives imports what is known to have been lost or misread, each into a town of its own; a long run imports all of it.
func TestWhatArrives(t *testing.T) {
	shared := trials.Shared(t, "cases")
	base := filepath.Join(t.TempDir(), "base")
	clitest.Says(t, clitest.Done, "", "init", "--dir", base)
	clitest.Says(t, clitest.Done, "", "import", "--dir", base, filepath.Join(shared, "base"))
	folders, err := os.ReadDir(shared)
	clitest.Must(t, err)
	for _, folder := range folders {
		name := folder.Name()
		if name == "base" || !folder.IsDir() {
			continue
		}
		if _, known := cases[name]; known && !trials.All() && !slices.Contains(sampled, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			if strings.HasSuffix(name, "-cron-lines") {
				refusesCronLines(t, base)
				return
			}
			want, known := cases[name]
			if !known {
				t.Fatal("nobody has said what must come of it")
			}
			arrives(t, base, filepath.Join(shared, name), want)
		})
	}
}

func arrives(t *testing.T, base, folder string, want arrival) {
	t.Helper()
	town := filepath.Join(t.TempDir(), "town")
	clitest.Copied(t, base, town)
	files := want.files
	if files == nil {
		all, err := os.ReadDir(folder)
		clitest.Must(t, err)
		for _, f := range all {
			if f.Name() != "expect.txt" {
				files = append(files, f.Name())
			}
		}
	}
	said := ""
	for i, file := range files {
		status, out, stderr := clitest.Session(t, "import", "--dir", town, filepath.Join(folder, file))
		said += out + stderr
		if i == len(files)-1 && status != want.status {
			t.Errorf("status %d, want %d:\n%s", status, want.status, said)
		}
	}
	_, problems, _ := clitest.Session(t, "problems", "--dir", town, "--format", "csv")
	for _, text := range want.told {
		if !strings.Contains(said+problems, text) {
			t.Errorf("nobody is told %q:\n%s%s", text, said, problems)
		}
	}
	if diff := cmp.Diff(want.rows, asked(t, town, want.query)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", want.query, diff)
	}
}

// asked gives the rows of a query as texts.
func asked(t *testing.T, town, query string) (rows []string) {
	t.Helper()
	status, out, stderr := clitest.Session(t, "query", "--dir", town, "--format", "csv", query)
	if status != clitest.Done {
		t.Fatalf("%s: %s", query, stderr)
	}
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(out, "\r", "")), "\n")
	for _, line := range lines[1:] {
		rows = append(rows, strings.ReplaceAll(line, ",", " "))
	}
	return rows
}

func refusesCronLines(t *testing.T, base string) {
	t.Helper()
	town := filepath.Join(t.TempDir(), "town")
	clitest.Copied(t, base, town)
	for _, line := range cronLines {
		clitest.Write(t, filepath.Join(town, "hulian.yaml"), []byte(fmt.Sprintf("schedule: %q\n", line)))
		for _, command := range []string{"schedule", "serve"} {
			status, out, stderr := clitest.Session(t, command, "--dir", town)
			if status != clitest.Usage && status != clitest.Failed || !strings.Contains(stderr, "cron is") || !strings.Contains(stderr, "Try: ") {
				t.Errorf("%s by %q: status %d, %s%s", command, line, status, out, stderr)
			}
		}
	}
	if slices.Contains(cronLines, "0 6 * * *") {
		t.Error("a good line stands among the odd ones")
	}
}

// A file that waits says why: both counts and both readings of its rows, in the words of the command, of the list of problems and of
// the run.
func TestAFileInDoubtShowsBothReadings(t *testing.T) {
	town, file := filepath.Join(t.TempDir(), "town"), filepath.Join(t.TempDir(), "走访.csv")
	clitest.Says(t, clitest.Done, "", "init", "--dir", town)
	clitest.Write(t, file, []byte("走访编号,农户编号,党员编号,走访时间,走访内容\nA01,000101,M00001,2018-01-01 10:00,\"甲\nA02,000101,M00001,2018-01-02 10:00\nA03,000101,M00001,2018-01-03 10:00,乙\"\n"))
	status, out, stderr := clitest.Session(t, "import", "--dir", town, file)
	_, problems, _ := clitest.Session(t, "problems", "--dir", town, "--format", "csv")
	if status != clitest.Held {
		t.Errorf("status %d:\n%s%s", status, out, stderr)
	}
	reading := "A01,000101,M00001,2018-01-01 10:00,\"甲⏎A02,000101,M00001,2018-01-02 10:00⏎A03,000101,M00001,2018-01-03 10:00,乙\""
	for said, texts := range map[string][]string{
		out + problems: {"按引号算是2行，按换行算是4行，从第2行起不同", strings.ReplaceAll(reading, `"`, `""`)},
		stderr:         {"by its quotes it has 2 rows, by its lines 4; they differ from row 2 on", reading},
	} {
		for _, text := range texts {
			if !strings.Contains(said, text) {
				t.Errorf("nobody is told %q:\n%s", text, said)
			}
		}
	}
	if strings.Contains(stderr, "less than half") {
		t.Errorf("the wrong reason is told:\n%s", stderr)
	}
}
