package load

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/land"
)

// recorder is a visitor that keeps what it is told.
type recorder struct {
	sheets []string
	rows   []physicalRow
	t      testing.TB
	last   int64
}

func (r *recorder) open(s sheet) (consumer, error) {
	r.sheets = append(r.sheets, s.name)
	r.last = -1
	return r, nil
}
func (r *recorder) row(no int64, cells []string) error {
	if no <= r.last {
		r.t.Fatalf("row %d after row %d", no, r.last)
	}
	r.last = no
	r.rows = append(r.rows, physicalRow{no, slices.Clone(cells)})
	return nil
}
func (r *recorder) end() error                                    { return nil }
func (r *recorder) problem(string, pipelines.Code, string)        {}
func (r *recorder) parquet(context.Context, string, string) error { return nil }
func (r *recorder) marked(Marked)                                 {}
func (r *recorder) hidden(string)                                 {}
func (r *recorder) pins(string) Pins                              { return Pins{} }
func (r *recorder) direct(context.Context, *os.File, int64, byte, sheet) (bool, error) {
	return false, nil
}

func record(t testing.TB, content []byte) (*recorder, error) {
	t.Helper()
	at := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(at, content, 0o600); err != nil {
		t.Fatal(err)
	}
	limits := DefaultLimits()
	limits.Bytes, limits.Cells, limits.Cell = 8<<20, 1<<20, 1<<16
	r := &recorder{t: t}
	return r, decode(context.Background(), at, limits, r)
}

// FuzzDecode reads anything as a file. Whatever it is, it is rows in order or a problem with a code.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(visitsCSV))
	f.Add([]byte("\ufeff走访编号;农户编号\r\n\"a\"\"b\";\"c\nd\"\r\n"))
	f.Add([]byte("sep=|\na|b\n\n\nc|d"))
	f.Add(gb18030(f, visitsCSV))
	f.Add(utf16Bytes(visitsCSV, false, true))
	f.Add([]byte(`[{"a":1,"b":null},{"c":[1,{"d":2}]}]`))
	f.Add([]byte("{\"a\":1}\n{\"a\":\n{\"b\":\"x\"}"))
	f.Add(zipped(f, "a.csv", []byte("a,b\n1,2\n"), "b/c.json", []byte("[]")))
	f.Add(oldWorkbook())
	f.Fuzz(func(t *testing.T, content []byte) {
		_, err := record(t, content)
		var whole *fileError
		if err != nil && !errors.As(err, &whole) {
			t.Fatal(err)
		}
	})
}

// FuzzWorkbook damages a real workbook.
func FuzzWorkbook(f *testing.F) {
	whole := book(f, nil, "走访", [][]any{{"走访编号", "农户编号"}, {"T1", 43108.8125}, {}, {true, "=1+1"}}, "二", [][]any{{"x"}})
	f.Add(10, byte(1), 0)
	f.Add(len(whole)/2, byte(0xff), 3)
	f.Add(len(whole)-5, byte(7), 0)
	f.Fuzz(func(t *testing.T, at int, with byte, cut int) {
		content := slices.Clone(whole)
		if at < 0 || at >= len(content) || cut < 0 || cut > len(content) {
			t.Skip()
		}
		content[at] ^= with
		_, err := record(t, content[:len(content)-cut])
		var whole *fileError
		if err != nil && !errors.As(err, &whole) {
			t.Fatal(err)
		}
	})
}

// FuzzDelimiter: whatever the table, the delimiter it was written with is found when its cells do not hold others.
func FuzzDelimiter(f *testing.F) {
	f.Add("走访编号", "2018-01-08", uint8(3), uint8(4), uint8(0))
	f.Add("a b", "1.5", uint8(2), uint8(9), uint8(2))
	f.Fuzz(func(t *testing.T, head, cell string, columns, rows, which uint8) {
		clean := func(s string) string {
			return strings.Map(func(r rune) rune {
				if strings.ContainsRune(",;|\t\"\r\n", r) {
					return -1
				}
				return r
			}, s)
		}
		head, cell = clean(head), clean(cell)
		width, height, delimiter := int(columns%20)+2, int(rows%50)+1, delimiters[int(which)%len(delimiters)]
		if strings.TrimSpace(head) == "" || strings.TrimSpace(cell) == "" {
			t.Skip()
		}
		var text strings.Builder
		for range height {
			text.WriteString(head + strings.Repeat(string(delimiter)+cell, width-1) + "\n")
		}
		if got, ok := sniffDelimiter(text.String(), true); !ok || got != delimiter {
			t.Fatalf("%q for %q", got, delimiter)
		}
	})
}

// TestTheEngineReadsWhatWeRead loads irregular and regular files both ways: read by the engine, and row by row.
func TestTheEngineReadsWhatWeRead(t *testing.T) {
	header := "走访编号,农户编号,党员编号,走访时间,走访方式,走访内容\n"
	rows := func(n int, note func(i int) string) string {
		var s strings.Builder
		for i := range n {
			fmt.Fprintf(&s, "T%d,H%d,M%d,2018-01-%02d 08:00:00,%s,%s\n", i, 1+i%2, 1+i%2, 1+i%28, []string{"入户", "home", " 电话 ", "飞鸽"}[i%4], note(i))
		}
		return s.String()
	}
	plain := func(i int) string { return fmt.Sprint("第", i) }
	files := map[string]struct {
		content string
		direct  bool
	}{
		"regular":              {header + rows(600, plain), true},
		"a key again":          {header + rows(40, plain) + rows(3, plain), true},
		"crlf":                 {strings.ReplaceAll(header+rows(60, plain), "\n", "\r\n"), true},
		"no last line end":     {strings.TrimSuffix(header+rows(60, plain), "\n"), true},
		"with a mark":          {"\ufeff" + header + rows(60, plain), true},
		"titles":               {"走访记录\n单位：村\n" + header + rows(60, plain), true},
		"quoted":               {header + rows(60, func(i int) string { return fmt.Sprintf("\"他说\"\"好\"\"，\n第%d行\"", i) }), true},
		"semicolons":           {strings.ReplaceAll(header+rows(60, plain), ",", ";"), true},
		"empty cells":          {header + rows(60, func(i int) string { return "" }), true},
		"a total":              {header + rows(60, plain) + "合计,,,,,300\n", true},
		"a note":               {header + rows(60, plain) + "备注：无,,,,,\n", true},
		"a blank line":         {header + rows(30, plain) + "\n" + strings.ReplaceAll(rows(30, plain), "T", "U"), true},
		"ragged":               {header + rows(30, plain) + "T9999,H1\n", false},
		"a quote inside":       {header + rows(30, func(i int) string { return `他说"好"` }), false},
		"full-width spaces":    {header + rows(30, func(i int) string { return "　有" }), false},
		"both line ends":       {header + rows(30, plain) + strings.ReplaceAll(strings.ReplaceAll(rows(30, plain), "T", "U"), "\n", "\r\n"), false},
		"a blank row":          {header + rows(30, plain) + ",,,,,\n", true},
		"header again":         {header + rows(30, plain) + header, true},
		"blank lines on top":   {"\n\n" + header + rows(30, plain), true},
		"all quoted":           {allQuoted(header + rows(60, plain)), true},
		"all quoted, crlf":     {strings.ReplaceAll(allQuoted(header+rows(60, plain)), "\n", "\r\n"), true},
		"empty and quoted":     {header + strings.ReplaceAll(rows(60, plain), ",home,", ",\"\","), true},
		"keys that rise":       {header + rising(60), true},
		"a rising key again":   {header + rising(60) + "T000059,H1,M1,2018-01-08,入户,又\n", true},
		"a rising key spaced":  {header + rising(60) + "T000059 ,H1,M1,2018-01-08,入户,又\n", true},
		"remarks between":      {header + rows(30, plain) + "\n" + "以下为补录，请注意核对,,,,,\n" + strings.ReplaceAll(rows(30, plain), "T", "U") + "\n\n", true},
		"a part of the header": {header + rows(30, plain) + "走访编号,,党员编号,,,\n" + strings.ReplaceAll(rows(30, plain), "T", "U"), true},
		"a key like a header":  {header + rows(30, plain) + "走访编号,H1,M1,2018-01-08,入户,甲\n", true},
		"words like a total":   {header + rows(30, plain) + "合计甲,H1,M1,2018-01-08,入户,甲\n注1,H1,M1,2018-01-09,入户,乙\n合 计,,,,,3\n", true},
		"more cells than one":  {header + rows(30, plain) + "T9999,H1,M1,2018-01-08,入户,a,b\n", false},
	}
	for name, file := range files {
		t.Run(name, func(t *testing.T) {
			var results [3][]string
			for way := range 3 {
				town := newTown(t)
				town.registries()
				town.limits = DefaultLimits()
				town.limits.Direct = 1 << 40
				if way > 0 {
					town.limits.Direct = 1
				}
				if way == 2 {
					town.limits.Large = 1
				}
				town.drop("visits.csv", []byte(file.content))
				result := town.load()
				last := result.Files[len(result.Files)-1]
				results[way] = append(town.lines("select * from exports.visits order by _row"), town.lines("select * exclude (run_id, problem_no) from ops.problems order by all")...)
				results[way] = append(results[way], fmt.Sprint(last.Read, last.Accepted, last.Quarantined, last.Ignored, last.Problem))
				if way == 1 && town.isDirect("visits.csv") != file.direct {
					t.Errorf("read by the engine: %v, want %v", !file.direct, file.direct)
				}
			}
			if diff := cmp.Diff(results[0], results[1]); diff != "" {
				t.Errorf("read by the engine: %s", diff)
			}
			if diff := cmp.Diff(results[0], results[2]); diff != "" {
				t.Errorf("taken at once: %s", diff)
			}
		})
	}
}

// allQuoted writes every cell of a table of plain cells in quotes.
func allQuoted(table string) string {
	lines := strings.Split(strings.TrimSuffix(table, "\n"), "\n")
	for i, line := range lines {
		lines[i] = `"` + strings.ReplaceAll(line, ",", `","`) + `"`
	}
	return strings.Join(lines, "\n") + "\n"
}

// rising gives visits with keys that rise, two of which are refused and one of which is looked at again.
func rising(n int) string {
	var s strings.Builder
	for i := range n {
		member, at := "M1", "2018-01-08 08:00:00"
		switch i {
		case 20:
			member = "M9"
		case 30:
			at = "一月"
		case 40:
			member = "M2"
		}
		fmt.Fprintf(&s, "T%06d,H1,%s,%s,入户,第%d\n", i, member, at, i)
	}
	return s.String()
}

// TestARowNobodyFinishedIsRefused leaves a lone number below the header, where titles that are repeated are passed over:
// it is a row, and what it lacks is said.
func TestARowNobodyFinishedIsRefused(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("visits.csv", []byte("走访记录\n走访编号,农户编号,党员编号,走访时间\nT1,H1,M1,2018-01-08\nT2,,,\n走访记录,,,\nT3,H2,M2,2018-01-09\n"))
	result := town.load()
	if last := result.Files[len(result.Files)-1]; last.Accepted != 2 || last.Quarantined != 1 || last.Ignored != 2 {
		t.Errorf("%+v", last)
	}
	town.want(`select "row", column_id, code from ops.problems where severity = 'refuse' order by all`, "4 household_id missing_required", "4 member_id missing_required", "4 visited_at missing_required")
}

// FuzzNumbered reads anything below the header of a large file both ways, cut into cells and only numbered: where it
// may be numbered, the rows, their numbers and what is counted beside them are the same.
func FuzzNumbered(f *testing.F) {
	header := "走访编号,农户编号,党员编号,走访时间,走访方式,走访内容"
	f.Add("\n", "T1,H1,M1,2018-01-08,入户,甲\nT2,H1,M1,2018-01-08,入户,\"他说\"\"好\"\"\n\"\n")
	f.Add("\r\n", "T1,H1,M1,2018-01-08,入户,甲\r\n\r\n合计,,,,,1\r\n,,,,,\r\nT2,H1,M1,2018-01-08,入户,乙")
	f.Add("\n", "\"T1\",\"H1\",\"\",,,\n走访编号,农户编号,,,,\nnote,,,,,\nT3 ,H1, M1,,,\n")
	f.Add("\n", "说明：略,,,,,\nT1,,,,,\n,,,,,只有一句话。\n\"\",\"\",,,,\n")
	f.Fuzz(func(t *testing.T, end, lines string) {
		if end != "\n" && end != "\r\n" || len(lines) > 1<<16 {
			t.Skip()
		}
		at := filepath.Join(t.TempDir(), "visits.csv")
		if err := os.WriteFile(at, []byte("走访记录"+end+header+end+lines), 0o600); err != nil {
			t.Fatal(err)
		}
		var ways [2]string
		for way := range ways {
			limits := DefaultLimits()
			if way == 0 {
				limits.Direct = 1
			}
			d := &decoding{limits: limits, batches: map[string]*batch{}, copies: map[int64]Marked{}, folder: t.TempDir(), next: 1}
			if err := d.decodeFile(context.Background(), land.File{No: 1, Name: "visits.csv"}, at); err != nil {
				t.Fatal(err)
			}
			if way == 0 && !slices.ContainsFunc(d.feeds, func(f *feed) bool { return f.direct }) {
				return
			}
			for _, f := range d.feeds {
				ways[way] += fmt.Sprintln(f.contract.Export, f.read, f.ignored, f.handed) + spooledRows(t, d, f)
			}
			for _, f := range d.failures {
				ways[way] += fmt.Sprintln(f.export, f.code, f.detail)
			}
		}
		if diff := cmp.Diff(ways[1], ways[0]); diff != "" {
			t.Error(diff)
		}
	})
}

// spooledRows gives the rows of a feed as they lie for the engine: number and cells, in the order of the header.
func spooledRows(t *testing.T, d *decoding, f *feed) string {
	t.Helper()
	file, err := os.Open(filepath.Join(d.folder, fmt.Sprintf("%d.csv", f.no)))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var s strings.Builder
	for _, record := range records {
		if !f.direct { // feed, number, flaw, and the inputs by their names
			if record[2] != "" {
				t.Fatalf("a flaw was found beside: %q", record)
			}
			cells := record[3:]
			record = []string{record[1]}
			for _, input := range []string{"visit_id", "household_id", "member_id", "visited_at", "channel", "note"} {
				record = append(record, cells[slices.Index(f.batch.inputs, input)])
			}
		}
		for _, cell := range record {
			fmt.Fprintf(&s, "%q ", strings.Trim(cell, " "))
		}
		s.WriteByte('\n')
	}
	return s.String()
}

// isDirect looks through a landed file as a load does, and reports whether the engine would read it.
func (town *town) isDirect(name string) bool {
	town.t.Helper()
	limits := DefaultLimits()
	limits.Direct = 1
	d := &decoding{limits: limits, batches: map[string]*batch{}, copies: map[int64]Marked{}, folder: town.t.TempDir()}
	for _, f := range town.store.Files() {
		if f.Name != name {
			continue
		}
		if err := d.decodeFile(context.Background(), f, town.store.Path(f.ID)); err != nil {
			town.t.Fatal(err)
		}
	}
	return slices.ContainsFunc(d.feeds, func(f *feed) bool { return f.direct })
}

// TestEveryRowReadIsAccountedFor loads files made at random, good rows among every kind of bad one. Load itself fails
// when a count does not add up; the test adds that the bad rows are exactly the ones refused.
func TestEveryRowReadIsAccountedFor(t *testing.T) {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 7))
		town := newTown(t)
		town.registries()
		var text strings.Builder
		good, bad, passed := 0, 0, 0
		if r.IntN(2) == 0 {
			text.WriteString("逍林镇走访记录\n")
			passed++
		}
		text.WriteString("走访编号,农户编号,党员编号,走访时间,走访方式,时长(分钟)\n")
		for i := range 5 + r.IntN(200) {
			switch r.IntN(14) {
			case 0:
				fmt.Fprintf(&text, "T%d,,M1,2018-01-08,入户,5\n", i)
				bad++
			case 1:
				fmt.Fprintf(&text, "T%d,H1,M1,2018年13月8日,入户,5\n", i)
				bad++
			case 2:
				fmt.Fprintf(&text, "T%d,H1,M1,2018-01-08,入户,-5\n", i)
				bad++
			case 3:
				fmt.Fprintf(&text, "T%d,H404,M404,2018-01-08,入户,5\n", i)
				bad++
			case 4:
				text.WriteString("\n")
				passed++
			case 5:
				text.WriteString("小计,,,,,100\n")
				passed++
			case 6:
				fmt.Fprintf(&text, "T%d,H1,M1,2018-01-08,入户,5,,,多\n", i)
				bad++
			case 7:
				fmt.Fprintf(&text, "T%d,H1,M1,2018-01-08,\"入户\n\",5\n", i)
				good++
			default:
				fmt.Fprintf(&text, "T%d,H1,M1,%s,入户,%d\n", i, []string{"2018-01-08", "2018年1月8日", "43108", "20180108"}[r.IntN(4)], r.IntN(100))
				good++
			}
		}
		fmt.Fprintf(&text, "Tlast,H1,M1,2018-01-08,入户,5\n") // so that no empty line is the last
		good++
		content := []byte(text.String())
		if r.IntN(2) == 0 {
			content = gb18030(t, text.String())
		}
		town.drop("visits.csv", content)
		result := town.load()
		last := result.Files[len(result.Files)-1]
		if last.Accepted != int64(good) || last.Quarantined != int64(bad) || last.Ignored != int64(passed) || !last.Balanced() {
			t.Errorf("seed %d: %+v, want %d accepted, %d quarantined, %d ignored", seed, last, good, bad, passed)
		}
	}
}

func TestInspectSaysWhatLoadWould(t *testing.T) {
	town := newTown(t)
	at := filepath.Join(town.inbox, "visits.csv")
	if err := os.WriteFile(at, []byte(visitsCSV+"T3,H1,M1,上周,入户,5\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	files, problems, err := Inspect(context.Background(), at, Config{MappingsDir: town.mappings})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 1 || files[0].Accepted != 2 || files[0].Quarantined != 1 || files[0].Export != "visits" {
		t.Errorf("%+v", files)
	}
	if len(problems) != 1 || problems[0].Code != "wrong_type" || problems[0].Row != 4 || problems[0].Letter != "D" || problems[0].Value != "上周" {
		t.Errorf("%+v", problems)
	}
	for _, p := range problems {
		for _, lang := range []string{"zh", "en"} {
			if sentence, mend := data.Explain(p, lang); strings.Contains(sentence+mend, "{") || sentence == "" || mend == "" {
				t.Errorf("%s: %q %q", lang, sentence, mend)
			}
		}
	}
	if left := town.store.Files(); len(left) != 0 {
		t.Errorf("inspecting landed %v", left)
	}
	if _, _, err := Inspect(context.Background(), filepath.Join(town.inbox, "gone.csv"), Config{}); err == nil {
		t.Error("no error for a file that is not there")
	}
}

// TestACancelledLoadLeavesThePreviousState cancels a load at its first file.
func TestACancelledLoadLeavesThePreviousState(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.load()
	town.drop("visits.csv", []byte(visitsCSV))
	ctx, cancel := context.WithCancel(context.Background())
	c := town.config()
	c.Progress = stopping(cancel)
	if _, err := Load(ctx, town.warehouse, c); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	town.want("select count(*) from ops.files", "4")
	town.want("select count(*) from exports.visits", "0")
	town.load()
	town.want("select count(*) from exports.visits", "2")
}

// stopping is the Progress that cancels at the first step.
type stopping context.CancelFunc

func (stopping) Stage(pipelines.Stage, int) {}
func (s stopping) Step(string)              { s() }
