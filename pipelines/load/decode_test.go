package load

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/decode"
)

// TestLargeFilesGiveTheSameRows loads regular and irregular files in every way there is.
func TestLargeFilesGiveTheSameRows(t *testing.T) {
	header := "走访编号,农户编号,党员编号,走访时间,走访方式,走访内容\n"
	rows := func(n int, note func(i int) string) string {
		var s strings.Builder
		for i := range n {
			fmt.Fprintf(&s, "T%d,H%d,M%d,2018-01-%02d 08:00:00,%s,%s\n", i, 1+i%2, 1+i%2, 1+i%28, []string{"入户", "home", " 电话 ", "飞鸽"}[i%4], note(i))
		}
		return s.String()
	}
	plain := func(i int) string { return fmt.Sprint("第", i) }
	files := map[string]string{
		"regular":              header + rows(600, plain),
		"a key again":          header + rows(40, plain) + rows(3, plain),
		"crlf":                 strings.ReplaceAll(header+rows(60, plain), "\n", "\r\n"),
		"no last line end":     strings.TrimSuffix(header+rows(60, plain), "\n"),
		"with a mark":          "\ufeff" + header + rows(60, plain),
		"titles":               "走访记录\n单位：村\n" + header + rows(60, plain),
		"quoted":               header + rows(60, func(i int) string { return fmt.Sprintf("\"他说\"\"好\"\"，\n第%d行\"", i) }),
		"semicolons":           strings.ReplaceAll(header+rows(60, plain), ",", ";"),
		"empty cells":          header + rows(60, func(i int) string { return "" }),
		"a total":              header + rows(60, plain) + "合计,,,,,300\n",
		"a note":               header + rows(60, plain) + "备注：无,,,,,\n",
		"a blank line":         header + rows(30, plain) + "\n" + strings.ReplaceAll(rows(30, plain), "T", "U"),
		"ragged":               header + rows(30, plain) + "T9999,H1\n",
		"a quote inside":       header + rows(30, func(i int) string { return `他说"好"` }),
		"full-width spaces":    header + rows(30, func(i int) string { return "　有" }),
		"both line ends":       header + rows(30, plain) + strings.ReplaceAll(strings.ReplaceAll(rows(30, plain), "T", "U"), "\n", "\r\n"),
		"a blank row":          header + rows(30, plain) + ",,,,,\n",
		"header again":         header + rows(30, plain) + header,
		"blank lines on top":   "\n\n" + header + rows(30, plain),
		"all quoted":           allQuoted(header + rows(60, plain)),
		"all quoted, crlf":     strings.ReplaceAll(allQuoted(header+rows(60, plain)), "\n", "\r\n"),
		"empty and quoted":     header + strings.ReplaceAll(rows(60, plain), ",home,", ",\"\","),
		"keys that rise":       header + rising(60),
		"a rising key again":   header + rising(60) + "T000059,H1,M1,2018-01-08,入户,又\n",
		"a rising key spaced":  header + rising(60) + "T000059 ,H1,M1,2018-01-08,入户,又\n",
		"remarks between":      header + rows(30, plain) + "\n" + "以下为补录，请注意核对,,,,,\n" + strings.ReplaceAll(rows(30, plain), "T", "U") + "\n\n",
		"a part of the header": header + rows(30, plain) + "走访编号,,党员编号,,,\n" + strings.ReplaceAll(rows(30, plain), "T", "U"),
		"a key like a header":  header + rows(30, plain) + "走访编号,H1,M1,2018-01-08,入户,甲\n",
		"words like a total":   header + rows(30, plain) + "合计甲,H1,M1,2018-01-08,入户,甲\n注1,H1,M1,2018-01-09,入户,乙\n合 计,,,,,3\n",
		"more cells than one":  header + rows(30, plain) + "T9999,H1,M1,2018-01-08,入户,a,b\n",
	}
	another := listed(t)
	for name, content := range files {
		t.Run(name, func(t *testing.T) {
			var results [3][]string
			for way := range 3 {
				town := another(t, 0) // pieces are stored side by side
				switch way {          // as a small file, as a large one, and as a large one in many pieces
				case 1:
					town.large = 1
				case 2:
					town.large, town.limits = 1, decode.DefaultLimits()
					town.limits.Block = 256
				}
				town.drop("visits.csv", []byte(content))
				result := town.load()
				last := result.Files[len(result.Files)-1]
				results[way] = append(town.lines("select * from exports.visits order by _row"), town.lines("select * exclude (run_id, problem_no) from ops.problems order by all")...)
				results[way] = append(results[way], fmt.Sprint(last.Read, last.Accepted, last.Quarantined, last.Ignored, last.Problem))
			}
			if diff := cmp.Diff(results[0], results[1]); diff != "" {
				t.Errorf("stored at once: %s", diff)
			}
			if diff := cmp.Diff(results[0], results[2]); diff != "" {
				t.Errorf("in many pieces: %s", diff)
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

// TestEveryRowReadIsAccountedFor loads files made at random, good rows among every kind of bad one. Load itself fails
// when a count does not add up; the test adds that the bad rows are exactly the ones refused.
func TestEveryRowReadIsAccountedFor(t *testing.T) {
	another := listed(t)
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 7))
		town := another(t, ordinary())
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
