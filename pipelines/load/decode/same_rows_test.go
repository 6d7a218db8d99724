package decode

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/google/go-cmp/cmp"

	"hulian/data/trials"
)

// aTable draws a table of visits: cells with everything that has been met in cells, under known headers.
func aTable(r *rand.Rand, lineBreaks bool) [][]string {
	rows := [][]string{{"走访编号", "农户编号", "走访时间", "走访内容", "备注"}}
	pieces := []string{"走访", "反映", "村道", " ", "，", ",", ";", "|", "\t", "\"", "'", "“好”", "（2）", "=1+2", "000101", "-2", "3.10", "é", "😀", "\\", "\\\"", "#", "//", "合计数", "N/A", "e", "0"}
	if lineBreaks {
		pieces = append(pieces, "\n", "\r\n", "\r", "\n\n", "\"\n\"")
	}
	text := func() string {
		var b strings.Builder
		for range r.IntN(9) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		return b.String()
	}
	for i := range 1 + r.IntN(40) {
		rows = append(rows, []string{fmt.Sprintf("T%03d", i), fmt.Sprintf("%06d", r.IntN(500)), fmt.Sprintf("2018-01-%02d 19:%02d", 1+r.IntN(28), r.IntN(60)), text(), text()})
	}
	return rows
}

// comparable is what must be the same of a table in whatever container: the texts of every row, without blanks around them,
// line breaks of whatever system one kind.
func comparable(rows [][]string) (all [][]string) {
	for _, row := range rows {
		var texts []string
		for _, cell := range row {
			texts = append(texts, Trim(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(cell)))
		}
		for len(texts) > 0 && texts[len(texts)-1] == "" {
			texts = texts[:len(texts)-1]
		}
		all = append(all, texts)
	}
	return all
}

func written(t testing.TB, rows [][]string, comma, lineBreak string, all bool) string {
	t.Helper()
	var b strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				b.WriteString(comma)
			}
			if all || strings.ContainsAny(cell, comma+"\"\r\n") || cell != strings.TrimSpace(cell) {
				cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
			}
			b.WriteString(cell)
		}
		b.WriteString(lineBreak)
	}
	return b.String()
}

func documents(t testing.TB, rows [][]string) []map[string]any {
	t.Helper()
	all := []map[string]any{}
	for _, row := range rows[1:] {
		of := map[string]any{}
		for i, cell := range row {
			of[rows[0][i]] = cell
		}
		all = append(all, of)
	}
	return all
}

func marshalled(t testing.TB, v any) []byte {
	t.Helper()
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func batchOf(t testing.TB, rows [][]string) (*arrow.Schema, arrow.RecordBatch) {
	t.Helper()
	var fields []arrow.Field
	for _, name := range rows[0] {
		fields = append(fields, arrow.Field{Name: name, Type: arrow.BinaryTypes.String, Nullable: true})
	}
	schema := arrow.NewSchema(fields, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for _, row := range rows[1:] {
		for i, cell := range row {
			b.Field(i).(*array.StringBuilder).Append(cell)
		}
	}
	return schema, b.NewRecordBatch()
}

// containers are the ways a table is written.
var containers = map[string]func(t testing.TB, r *rand.Rand, rows [][]string) []byte{
	"csv": func(t testing.TB, r *rand.Rand, rows [][]string) []byte {
		comma := []string{",", "\t", ";", "|"}[r.IntN(4)]
		text := written(t, rows, comma, []string{"\n", "\r\n"}[r.IntN(2)], r.IntN(2) == 0)
		switch r.IntN(5) {
		case 0:
			return append([]byte("\ufeff"), text...)
		case 1:
			return gb18030(t, text)
		case 2:
			return utf16Bytes(text, false, true)
		case 3:
			return utf16Bytes(text, true, true)
		}
		return []byte(text)
	},
	"workbook": func(t testing.TB, _ *rand.Rand, rows [][]string) []byte {
		var cells [][]any
		for _, row := range rows {
			var of []any
			for _, cell := range row {
				of = append(of, cell)
			}
			cells = append(cells, of)
		}
		return book(t, nil, "走访", cells)
	},
	"array of documents": func(t testing.TB, _ *rand.Rand, rows [][]string) []byte { return marshalled(t, documents(t, rows)) },
	"wrapped array": func(t testing.TB, _ *rand.Rand, rows [][]string) []byte {
		return marshalled(t, map[string]any{"code": 0, "data": map[string]any{"total": len(rows) - 1, "rows": documents(t, rows)}})
	},
	"two arrays": func(t testing.TB, _ *rand.Rand, rows [][]string) []byte {
		half := 1 + len(rows)/2
		first, second := documents(t, rows[:half]), documents(t, slices.Concat(rows[:1], rows[half:]))
		return append(append(marshalled(t, first), '\n'), marshalled(t, second)...)
	},
	"lines of documents": func(t testing.TB, _ *rand.Rand, rows [][]string) []byte {
		var out bytes.Buffer
		for _, of := range documents(t, rows) {
			out.Write(append(marshalled(t, of), '\n'))
		}
		return out.Bytes()
	},
	"parquet": func(t testing.TB, _ *rand.Rand, rows [][]string) []byte {
		schema, batch := batchOf(t, rows)
		defer batch.Release()
		var out bytes.Buffer
		w, err := pqarrow.NewFileWriter(schema, &out, parquet.NewWriterProperties(), pqarrow.DefaultWriterProps())
		if err == nil {
			err = w.Write(batch)
		}
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	},
	"arrow": func(t testing.TB, _ *rand.Rand, rows [][]string) []byte {
		schema, batch := batchOf(t, rows)
		defer batch.Release()
		var out bytes.Buffer
		w, err := ipc.NewFileWriter(&out, ipc.WithSchema(schema))
		if err == nil {
			err = w.Write(batch)
		}
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	},
}

// Whatever a table is written as, its rows are the same; what could be cut in two ways is told.
func TestATableIsTheSameInEveryContainer(t *testing.T) {
	dir := t.TempDir()
	for seed := range trials.Seeds(t, 60) {
		r := rand.New(rand.NewPCG(8, uint64(seed)))
		rows := aTable(r, seed%3 != 0)
		for name, write := range containers {
			content := write(t, r, rows)
			if r.IntN(4) == 0 {
				content = zipped(t, "走访.dat", content)
			}
			at := filepath.Join(dir, "file")
			if err := os.WriteFile(at, content, 0o600); err != nil {
				t.Fatal(err)
			}
			got, doubt, err := textsOf(at)
			if err != nil {
				t.Fatalf("seed %d, %s: %v\n%q", seed, name, err, content[:min(len(content), 2000)])
			}
			want := comparable(rows)
			if strings.HasPrefix(name, "array") || strings.HasPrefix(name, "wrapped") || strings.HasPrefix(name, "two") || strings.HasPrefix(name, "lines") {
				got, want = byHeader(got), byHeader(want)
			}
			if diff := cmp.Diff(want, got); diff != "" || doubt {
				t.Fatalf("seed %d, %s (-written +read):\n%s\n%q", seed, name, diff, content[:min(len(content), 2000)])
			}
		}
	}
}

// byHeader puts the columns of a table in order of their names: JSON has none.
func byHeader(rows [][]string) (all [][]string) {
	order := make([]int, len(rows[0]))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(rows[0][a], rows[0][b]) })
	for _, row := range rows {
		var of []string
		for _, i := range order {
			if i < len(row) {
				of = append(of, row[i])
			} else {
				of = append(of, "")
			}
		}
		all = append(all, of)
	}
	return comparable(all)
}

func textsOf(at string) (rows [][]string, doubt bool, err error) {
	headers := aTable(rand.New(rand.NewPCG(1, 1)), false)[0]
	f, err := Open(context.Background(), at, Options{Known: func(cells []string) (n int) {
		for _, cell := range cells {
			if slices.Contains(headers, Trim(cell)) {
				n++
			}
		}
		return n
	}})
	defer func() { err = errors.Join(err, f.Close()) }()
	if err != nil {
		return nil, false, err
	}
	if len(f.Unread) > 0 {
		return nil, false, f.Unread[0].Err
	}
	for i, table := range f.Tables {
		doubt = doubt || table.Doubt != nil
		if err := Rows(context.Background(), table.Body, func(r Row) error {
			if table.Headed && i > 0 && r.No == 0 {
				return nil
			}
			var texts []string
			for _, c := range r.Cells {
				texts = append(texts, strings.Clone(c.Text))
			}
			rows = append(rows, texts)
			return nil
		}); err != nil {
			return nil, doubt, err
		}
	}
	return comparable(rows), doubt, nil
}
