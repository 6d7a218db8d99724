package decode

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/data/trials"
	"hulian/pipelines"
)

// However documents are put one behind the other, in lines or not, in lists or bare, with marks between them or commas, their
// rows are the same.
func TestDocumentsInAnyOrderGiveTheSameRows(t *testing.T) {
	at := filepath.Join(t.TempDir(), "file")
	for seed := range trials.Seeds(t, 200) {
		r := rand.New(rand.NewPCG(5, uint64(seed)))
		rows := aTable(r, true)
		for i := range rows {
			for j := range rows[i] {
				rows[i][j] = strings.ReplaceAll(rows[i][j], "\x00", "")
			}
		}
		all := documents(t, rows)
		var out bytes.Buffer
		for i := 0; i < len(all); {
			n := min(1+r.IntN(3), len(all)-i)
			switch some := all[i : i+n]; r.IntN(6) {
			case 0:
				out.Write(marshalled(t, some))
			case 1:
				out.Write(marshalled(t, map[string]any{"code": 0, "data": map[string]any{"list": some, "total": len(all)}}))
			case 2:
				out.WriteString(strings.ReplaceAll(string(marshalled(t, some)), `","`, "\",\n \""))
			case 3:
				out.WriteString("\ufeff")
				out.Write(marshalled(t, some))
			default:
				for _, one := range some {
					out.Write(marshalled(t, one))
				}
			}
			out.WriteString([]string{"\n", "", ",", "\r\n", "\n\n", "\x1e"}[r.IntN(6)])
			i += n
		}
		content := bytes.TrimRight(out.Bytes(), ",")
		if err := os.WriteFile(at, content, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Open(t.Context(), at, Options{Known: knownOf(rows[0])})
		got := map[string]bool{}
		for _, table := range f.Tables {
			if err := Rows(context.Background(), table.Body, func(row Row) error {
				for _, c := range row.Cells {
					if row.No > 0 && strings.HasPrefix(c.Text, "T") && len(c.Text) == 4 {
						got[c.Text] = true
					}
				}
				if !row.Broken.IsZero() {
					t.Errorf("seed %d: row %d is broken: %v", seed, row.No, row.Broken)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(err, f.Close()); err != nil || len(got) != len(all) {
			t.Fatalf("seed %d: %d of %d rows, %v:\n%q", seed, len(got), len(all), err, content)
		}
	}
}

func knownOf(header []string) func([]string) int {
	return func(cells []string) (n int) {
		for _, cell := range cells {
			if slices.Contains(header, Trim(cell)) {
				n++
			}
		}
		return n
	}
}

// A row with quotes that are not escaped costs itself and no other.
func TestAStrayQuoteInJSONCostsItsRowAlone(t *testing.T) {
	at := filepath.Join(t.TempDir(), "file")
	for seed := range trials.Seeds(t, 200) {
		r := rand.New(rand.NewPCG(6, uint64(seed)))
		n, bad := 3+r.IntN(6), map[int]bool{}
		var rows []string
		for i := range n {
			note := "路灯"
			if r.IntN(3) == 0 {
				bad[i] = true
				note = []string{`5" 管`, `说"好"了`, `"`, `a"b"c"d`}[r.IntN(4)]
			}
			rows = append(rows, fmt.Sprintf(`{"走访编号":"T%03d","农户编号":"000101","走访时间":"2018-01-01 10:00","走访内容":"%s"}`, i, note))
		}
		content := "[" + strings.Join(rows, []string{",", ",\n", ", "}[r.IntN(3)]) + "]"
		if r.IntN(2) == 0 {
			content = `{"code":0,"data":` + content + `}`
		}
		if err := os.WriteFile(at, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Open(t.Context(), at, Options{Known: knownOf([]string{"走访编号", "农户编号", "走访时间", "走访内容"})})
		if len(bad) == n {
			var refused *Error
			if !errors.As(err, &refused) {
				t.Fatalf("seed %d: %v", seed, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, content)
		}
		whole, broken := 0, 0
		if err := errors.Join(Rows(t.Context(), f.Tables[0].Body, func(row Row) error {
			switch {
			case !row.Broken.IsZero():
				broken++
			case row.No > 0:
				whole++
			}
			return nil
		}), f.Close()); err != nil {
			t.Fatal(err)
		}
		if whole != n-len(bad) || broken != len(bad) {
			t.Fatalf("seed %d: %d rows and %d broken of %d with %d broken:\n%s", seed, whole, broken, n, len(bad), content)
		}
	}
}

// Wherever the names of columns stand, the rows are the same, and what is no row is told.
func TestShapesOfJSON(t *testing.T) {
	want := [][]string{{"走访编号", "农户编号", "走访内容"}, {"T001", "000101", "路灯\n不亮"}, {"T002", "000102", "好"}}
	first, second := `{"走访编号":"T001","农户编号":"000101","走访内容":"路灯\r\n不亮"}`, `{"走访编号":"T002","农户编号":"000102","走访内容":"好"}`
	for name, content := range map[string]string{
		"lists":                  `[["走访编号","农户编号","走访内容"],["T001","000101","路灯\n不亮"],["T002","000102","好"]]`,
		"names beside lists":     `{"columns":["走访编号","农户编号","走访内容"],"index":[0,1],"data":[["T001","000101","路灯\n不亮"],["T002","000102","好"]]}`,
		"by their keys":          `{"T001":` + first + `,"T002":` + second + `}`,
		"GeoJSON":                `{"type":"FeatureCollection","features":[{"type":"Feature","properties":` + first + `},{"type":"Feature","properties":` + second + `}]}`,
		"in an answer":           `{"hits":{"total":2,"hits":[{"_source":` + first + `},{"_source":` + second + `}]}}`,
		"bare line break":        "[" + strings.ReplaceAll(first, `\r\n`, "\r\n") + "," + second + "]",
		"bare line break, lines": strings.ReplaceAll(first, `\r\n`, "\n") + "\n" + second,
		"without a comma":        "[" + first + " " + second + "]",
		"nothing before":         "[null," + first + "," + second + "]",
		"a name twice, the same": "[" + strings.Replace(first, "{", `{"农户编号":"000101",`, 1) + "," + second + "]",
	} {
		at := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(at, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Open(t.Context(), at, Options{Known: knownOf(want[0])})
		if err != nil || len(f.Tables) != 1 {
			t.Errorf("%s: %d tables, %v", name, len(f.Tables), err)
			continue
		}
		got := [][]string{want[0]}
		var header []string
		if err := errors.Join(Rows(t.Context(), f.Tables[0].Body, func(row Row) error {
			of := make([]string, 3)
			for i, c := range row.Cells {
				if row.No == 0 {
					header = append(header, c.Text)
				} else if at := slices.Index(want[0], header[i]); at >= 0 {
					of[at] = strings.Clone(c.Text)
				}
			}
			if row.No > 0 {
				got = append(got, of)
			}
			return nil
		}), f.Close()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for content, why := range map[string]pipelines.DetailCode{
		"[" + first + ",5," + second + "]": pipelines.DetailNoRecord,
		"[" + strings.Replace(first, "{", `{"农户编号":"000103",`, 1) + "," + second + "]": pipelines.DetailNameTwice,
	} {
		at := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(at, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Open(t.Context(), at, Options{Known: knownOf(want[0])})
		if err != nil {
			t.Fatal(err)
		}
		var told []pipelines.DetailCode
		if err := errors.Join(Rows(t.Context(), f.Tables[0].Body, func(row Row) error {
			if !row.Broken.IsZero() {
				told = append(told, row.Broken.Code)
			}
			return nil
		}), f.Close()); err != nil || !slices.Equal(told, []pipelines.DetailCode{why}) {
			t.Errorf("%s: told %v, %v; want %s", content, told, err, why)
		}
	}
}

// Data portals wrap their rows more than once, and list the columns beside them.
func TestRowsInsideSeveralObjects(t *testing.T) {
	at := filepath.Join(t.TempDir(), "file")
	for text, tables := range map[string]string{
		`{"help": "h", "success": true, "result": {"records": [{"走访编号": "A1", "农户编号": "000101"}]}}`:                                            "",
		`{"success": true, "result": {"fields": [{"id": "走访编号", "type": "text"}], "records": [{"走访编号": "A1", "农户编号": "000101"}], "total": 1}}`: "result/fields result/records",
	} {
		if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		known := func(names []string) int {
			return len(slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !slices.Contains([]string{"走访编号", "农户编号", "result"}, n) }))
		}
		f, err := Open(t.Context(), at, Options{Known: known})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, table := range f.Tables {
			got = append(got, table.Name)
		}
		if strings.Join(got, " ") != tables {
			t.Errorf("%s: tables %q", text, got)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}
