package markup

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"hulian/data"
	"hulian/data/trials"
	"hulian/pipelines"
	"hulian/pipelines/land"
	"hulian/pipelines/publish"
	"hulian/pipelines/runner"
)

// town is a folder runs are made in.
type town struct {
	t   *testing.T
	dir string
}

func (d town) run(paths ...string) pipelines.Run {
	d.t.Helper()
	r, err := runner.New(runner.Config{Dir: d.dir, Programme: data.DefaultProgramme(), CutOff: time.Date(2018, 1, 31, 0, 0, 0, 0, time.UTC), Threads: 1, MemoryLimit: "400MB"})
	if err != nil {
		d.t.Fatal(err)
	}
	run, err := r.Import(context.Background(), paths)
	if err != nil {
		d.t.Fatal(err)
	}
	return run
}

func (d town) snapshot(do func(pipelines.Querier)) {
	d.t.Helper()
	reader, err := publish.OpenReader(context.Background(), d.dir, publish.ReaderOptions{Sandboxed: true, Threads: 1})
	if err != nil {
		d.t.Fatal(err)
	}
	defer mustClose(d.t, reader)
	q, _, release, err := reader.Pin(context.Background())
	if err != nil {
		d.t.Fatal(err)
	}
	defer release()
	do(q)
}

func (d town) ask(sql string) []string {
	d.t.Helper()
	var lines []string
	d.snapshot(func(q pipelines.Querier) {
		table, err := q.Query(context.Background(), sql)
		if err != nil {
			d.t.Fatal(err)
		}
		for _, row := range table.Rows {
			lines = append(lines, strings.TrimSuffix(fmt.Sprintln(row...), "\n"))
		}
	})
	return lines
}

func (d town) mark(named string, o Options) (string, error) {
	d.t.Helper()
	store, err := land.Open(filepath.Join(d.dir, "landed"))
	if err != nil {
		d.t.Fatal(err)
	}
	var out bytes.Buffer
	var name string
	d.snapshot(func(q pipelines.Querier) {
		var f File
		if f, err = Find(context.Background(), q, named); err != nil {
			return
		}
		o.Path, name = store.Path(f.ID), Name(f.Name, o.Lang)
		err = Write(context.Background(), &out, f, o)
	})
	if err != nil {
		return "", err
	}
	at := filepath.Join(d.t.TempDir(), name)
	if err := os.WriteFile(at, out.Bytes(), 0o644); err != nil {
		d.t.Fatal(err)
	}
	return at, nil
}

// sheet is one table of the generated town, as a clerk would have it.
type sheet struct {
	name string
	rows [][]string // the header first
}

func (s sheet) csv() []byte {
	var b bytes.Buffer
	for _, row := range s.rows {
		b.WriteString(strings.Join(row, ",") + "\n")
	}
	return b.Bytes()
}

func (s sheet) ndjson() []byte {
	var b bytes.Buffer
	for _, row := range s.rows[1:] {
		var members []string
		for i, value := range row {
			if value != "" {
				members = append(members, fmt.Sprintf("%q: %q", s.rows[0][i], value))
			}
		}
		fmt.Fprintf(&b, "{%s}\n", strings.Join(members, ", "))
	}
	return b.Bytes()
}

func (s sheet) write(t *testing.T, dir, format string) string {
	t.Helper()
	at := filepath.Join(dir, s.name+"."+format)
	var content []byte
	switch format {
	case "csv":
		content = s.csv()
	case "gbk.csv":
		var err error
		if content, err = simplifiedchinese.GB18030.NewEncoder().Bytes(s.csv()); err != nil {
			t.Fatal(err)
		}
	case "utf16.csv":
		var err error
		if content, err = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes(s.csv()); err != nil {
			t.Fatal(err)
		}
	case "titled.csv":
		content = []byte("逍林镇登记表\n\n" + string(s.csv()) + "合计," + fmt.Sprint(len(s.rows)) + "\n填表人：张样本\n")
	case "zip":
		content = zipped(t, s.name+".csv", s.csv())
	case "ndjson":
		content = s.ndjson()
	case "xlsx":
		writeWorkbook(t, at, s)
		return at
	}
	if err := os.WriteFile(at, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return at
}

func zipped(t *testing.T, name string, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	member, err := w.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := member.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// mustClose closes what a test opened.
func mustClose(t testing.TB, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// writeWorkbook writes tables as a clerk's workbook: a title above each header, formats, a comment, a formula.
func writeWorkbook(t *testing.T, at string, sheets ...sheet) {
	t.Helper()
	book := excelize.NewFile()
	defer mustClose(t, book)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true, Color: "1F5FA8"}, Border: []excelize.Border{{Type: "bottom", Style: 2, Color: "000000"}}})
	must(err)
	for i, s := range sheets {
		if i == 0 {
			must(book.SetSheetName("Sheet1", s.name))
		} else {
			_, err := book.NewSheet(s.name)
			must(err)
		}
		must(book.SetCellStr(s.name, "A1", s.name+"登记表"))
		must(book.MergeCell(s.name, "A1", "D1"))
		for r, row := range s.rows {
			for c, value := range row {
				name, err := excelize.CoordinatesToCellName(c+1, r+2)
				must(err)
				must(book.SetCellStr(s.name, name, value))
			}
		}
		must(book.SetRowStyle(s.name, 2, 2, bold))
		must(book.AddComment(s.name, excelize.Comment{Cell: "A3", Author: "张", Text: "已电话核实"}))
		must(book.SetCellFormula(s.name, "Z1", "COUNTA(A3:A999)"))
	}
	must(book.SaveAs(at))
}

func clone(s sheet) sheet {
	c := sheet{name: s.name}
	for _, row := range s.rows {
		c.rows = append(c.rows, slices.Clone(row))
	}
	return c
}

// clean generates the tables of a small town without a fault.
func clean(random *rand.Rand) []sheet {
	villages := sheet{"村", [][]string{{"村编号", "村名", "镇", "加入日期"}}}
	branches := sheet{"支部", [][]string{{"支部编号", "村编号", "支部名称"}}}
	members := sheet{"党员", [][]string{{"党员编号", "支部编号", "姓名", "履职状态"}}}
	households := sheet{"农户", [][]string{{"农户编号", "村编号", "支部编号", "户主姓名", "联系党员编号", "发卡日期"}}}
	visits := sheet{"走访", [][]string{{"走访编号", "农户编号", "党员编号", "走访时间", "方式", "分钟"}}}
	issues := sheet{"问题", [][]string{{"问题编号", "反映时间", "村编号", "支部编号", "问题类别", "办结时间", "标题"}}}
	day := func(month int) string { return fmt.Sprintf("2017-%02d-%02d", month, 1+random.IntN(27)) }
	for v := range 3 {
		village := fmt.Sprintf("V%d", v+1)
		villages.rows = append(villages.rows, []string{village, fmt.Sprintf("第%d村", v+1), "逍林镇", "2017-05-01"})
		for b := range 2 {
			branch := fmt.Sprintf("%sB%d", village, b+1)
			branches.rows = append(branches.rows, []string{branch, village, branch + "支部"})
			for m := range 3 {
				member := fmt.Sprintf("%sM%d", branch, m+1)
				members.rows = append(members.rows, []string{member, branch, "样本" + member, "可动员"})
				for h := range 4 {
					household := fmt.Sprintf("%sH%d", member, h+1)
					households.rows = append(households.rows, []string{household, village, branch, "样本" + household, member, day(6)})
					for range 2 {
						visits.rows = append(visits.rows, []string{fmt.Sprintf("W%05d", len(visits.rows)), household, member, day(7+random.IntN(5)) + " 09:30", "上门", fmt.Sprint(10 + random.IntN(60))})
					}
				}
			}
			for range 6 {
				month := 7 + random.IntN(4)
				issues.rows = append(issues.rows, []string{fmt.Sprintf("I%04d", len(issues.rows)), day(month) + " 10:00", village, branch, "环境卫生", day(month+1) + " 10:00", "样本问题"})
			}
		}
	}
	return []sheet{villages, branches, members, households, visits, issues}
}

// fault is what a clerk may do to a cell, by the header it is done under.
var faults = map[string][]string{
	"村名": {""}, "履职状态": {"", "也许"}, "户主姓名": {}, "村编号": {"", "V9"}, "发卡日期": {"去年", "2035-01-01"},
	"农户编号": {"", "没有的户"}, "党员编号": {"", "没有的人"}, "走访时间": {"", "2017-13-45", "某天下午", "2031-01-01 08:00"}, "方式": {"飞鸽传书"}, "分钟": {"很久", "99999", "-3"},
	"反映时间": {"", "前天", "2018-01-30 10:00"}, "办结时间": {"2016-01-01 08:00", "？"}, "走访编号": {}, "问题编号": {""}, "姓名": {""},
}

// plant spoils cells of a table and says which, by physical place below the header.
func plant(random *rand.Rand, s sheet, n int) (spoilt sheet, where map[[2]int]string) {
	spoilt, where = clone(s), map[[2]int]string{}
	for range 20 * n {
		if len(where) == n {
			break
		}
		r, c := 1+random.IntN(len(s.rows)-1), random.IntN(len(s.rows[0]))
		words := faults[s.rows[0][c]]
		if c == 0 && r > 1 && random.IntN(3) == 0 && (s.name == "走访" || s.name == "问题") {
			words = []string{s.rows[1+random.IntN(r-1)][0]} // the key of an earlier row
		} else if c == 0 && len(words) > 0 {
			words = []string{""} // another key would be another row, which nothing can tell from a right one
		}
		if len(words) == 0 || where[[2]int{r, c}] != "" {
			continue
		}
		spoilt.rows[r][c] = words[random.IntN(len(words))]
		where[[2]int{r, c}] = s.rows[r][c]
	}
	return spoilt, where
}

// TestRepairedCopiesGiveTheCleanTown plants errors into generated towns in every format, repairs the marked copies cell by cell,
// and wants the rows and measures of the town that never had an error. On the way every row read is accepted, refused or
// passed over, and nothing is refused that was not spoilt or refers to something that was.
func TestRepairedCopiesGiveTheCleanTown(t *testing.T) {
	formats := []string{"csv", "gbk.csv", "xlsx", "ndjson", "titled.csv", "utf16.csv", "zip"}
	usual := 2
	if testing.Short() {
		usual = 1
	}
	for seed := range trials.Seeds(t, usual) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(uint64(seed), 7))
			sheets := clean(random)
			good, bad := town{t, t.TempDir()}, town{t, t.TempDir()}
			inbox := t.TempDir()
			var goodPaths, badPaths []string
			truth := map[string]map[[2]int]string{}
			for i, s := range sheets {
				format := formats[(2*i+seed)%len(formats)]
				spoilt, where := plant(random, s, 1+len(s.rows)/20)
				truth[s.name+"."+format] = where
				for _, side := range []struct {
					s     sheet
					paths *[]string
					dir   string
				}{{s, &goodPaths, "good"}, {spoilt, &badPaths, "bad"}} {
					dir := filepath.Join(inbox, side.dir)
					if err := os.MkdirAll(dir, 0o755); err != nil {
						t.Fatal(err)
					}
					at := side.s.write(t, dir, format)
					sent := time.Date(2018, 1, 31, 8, i, 0, 0, time.UTC)
					if err := os.Chtimes(at, sent, sent); err != nil {
						t.Fatal(err)
					}
					*side.paths = append(*side.paths, at)
				}
			}
			good.run(goodPaths...)
			bad.run(badPaths...)
			if got := bad.ask("select count(*) from problems where severity = 'refuse'"); got[0] == "0" {
				t.Fatal("nothing was planted")
			}
			bad.balanced()
			bad.nothingInvented(truth)
			var repaired []string // in every other town all copies come together
			for name, where := range truth {
				copied, err := bad.mark(name, Options{})
				if err != nil {
					t.Logf("%s: %v", name, err) // every cell planted there was harmless, or its rows wait for another list
					continue
				}
				repair(t, copied, name, where)
				if seed%2 == 0 {
					bad.run(copied)
				} else {
					repaired = append(repaired, copied)
				}
			}
			if len(repaired) > 0 {
				bad.run(repaired...)
			}
			bad.balanced()
			if left := bad.ask("select f.name, p.* from problems p join files f on f.file_no = p.file_no where p.state = 'open' and severity <> 'warn'"); len(left) > 0 {
				t.Errorf("still open:\n%s", strings.Join(left, "\n"))
			}
			for _, c := range data.Contracts() {
				var columns []string
				for _, column := range c.Columns {
					columns = append(columns, column.ID)
				}
				query := "select " + strings.Join(columns, ", ") + " from " + c.Export + " order by all"
				if diff := cmp.Diff(good.ask(query), bad.ask(query)); diff != "" {
					t.Errorf("%s (-clean +repaired):\n%s", c.Export, diff)
				}
			}
			query := `select m.measure, m.level, m.unit_id, m.month, m.numerator, m.denominator, m.value from measures m
				join measure_definitions d on d.measure = m.measure where d.measure_group <> 'quality' order by all`
			want := good.ask(query)
			if len(want) < 1000 {
				t.Fatalf("%d measures", len(want))
			}
			if diff := cmp.Diff(want, bad.ask(query)); diff != "" {
				t.Errorf("measures (-clean +repaired):\n%s", diff)
			}
		})
	}
}

// balanced holds every table to its sum.
func (d town) balanced() {
	d.t.Helper()
	if wrong := d.ask("select f.name, r.* from reconciliation r join files f on f.file_no = r.file_no where rows_read <> accepted + quarantined + ignored"); len(wrong) > 0 {
		d.t.Errorf("rows that do not add up:\n%s", strings.Join(wrong, "\n"))
	}
	if wrong := d.ask("select r.file_no, r.sheet, any_value(r.quarantined), count(q.file_no) from reconciliation r left join ops.quarantine q on q.file_no = r.file_no and q.sheet = r.sheet and q.export = r.export group by all having any_value(r.quarantined) <> count(q.file_no)"); len(wrong) > 0 {
		d.t.Errorf("refused rows that were not kept:\n%s", strings.Join(wrong, "\n"))
	}
}

// headerOf is the physical row of the header of a file, by its name.
func headerOf(name string) int {
	switch {
	case strings.HasSuffix(name, ".xlsx"):
		return 2
	case strings.HasSuffix(name, ".titled.csv"):
		return 3
	case strings.HasSuffix(name, ".ndjson"):
		return 0
	default:
		return 1
	}
}

// nothingInvented holds every refused row to what was spoilt in it. Rows that refer to a spoilt one wait for it.
func (d town) nothingInvented(truth map[string]map[[2]int]string) {
	d.t.Helper()
	for name, where := range truth {
		spoilt := map[string]bool{}
		for place := range where {
			spoilt[fmt.Sprint(headerOf(name)+place[0])] = true
		}
		for _, row := range d.ask(`select distinct p."row" from problems p join files f on f.file_no = p.file_no where p.severity = 'refuse' and p.code <> 'unknown_reference' and f.name = '` + name + "'") {
			if !spoilt[row] {
				d.t.Errorf("%s: row %s is refused, nothing was spoilt there", name, row)
			}
		}
	}
}

// repair puts the right values back at their physical places, as a clerk would in the copy.
func repair(t *testing.T, at, original string, where map[[2]int]string) {
	t.Helper()
	book, err := excelize.OpenFile(at)
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, book)
	table := book.GetSheetList()[1]
	header := max(1, headerOf(original)) // a copy of NDJSON has a header above its rows
	rows, err := book.GetRows(table)
	if err != nil {
		t.Fatal(err)
	}
	for place, value := range where {
		column := place[1]
		if strings.HasSuffix(original, ".ndjson") { // members of an object have no order: the copy sorts them
			names := clean(rand.New(rand.NewPCG(0, 7)))
			for _, s := range names {
				if strings.HasPrefix(original, s.name+".") {
					column = slices.Index(rows[0], s.rows[0][place[1]])
				}
			}
			if column < 0 {
				t.Fatalf("%s: no column for %v in %v", original, place, rows[0])
			}
		}
		name, err := excelize.CoordinatesToCellName(column+1, header+place[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := book.SetCellStr(table, name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := book.Save(); err != nil {
		t.Fatal(err)
	}
}
