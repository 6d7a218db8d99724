package decode

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"hulian/pipelines"
)

var fewVisits = [][]string{{"走访编号", "农户编号", "走访时间", "走访内容", "备注"}, {"T001", "000101", "2018-01-01 10:00", "路灯", "好"}}

// moved writes a workbook with its parts under other names, and other texts in some of them.
func moved(t *testing.T, workbook []byte, names map[string]string, texts ...string) []byte {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(workbook), int64(len(workbook)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, member := range archive.File {
		r, err := member.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		name := member.Name
		if to, ok := names[name]; ok {
			name = to
		}
		part, err := w.Create(name)
		if err == nil {
			_, err = part.Write([]byte(strings.NewReplacer(texts...).Replace(string(content))))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A workbook is one by what is declared of it, wherever its parts lie and however their addresses are written.
func TestAWorkbookIsReadWhereverItsPartsLie(t *testing.T) {
	var cells [][]any
	for _, row := range fewVisits {
		var of []any
		for _, cell := range row {
			of = append(of, cell)
		}
		cells = append(cells, of)
	}
	workbook := book(t, nil, "走访", cells)
	elsewhere := map[string]string{"xl/workbook.xml": "docs/main.xml", "xl/_rels/workbook.xml.rels": "docs/_rels/main.xml.rels"}
	for name, content := range map[string][]byte{
		"a blank in an address":    moved(t, workbook, map[string]string{"xl/worksheets/sheet1.xml": "xl/worksheets/sheet 1.xml"}, "worksheets/sheet1.xml", "worksheets/sheet%201.xml"),
		"in another folder":        moved(t, workbook, elsewhere, `"xl/workbook.xml"`, `"docs/main.xml"`, "/xl/workbook.xml", "/docs/main.xml", `Target="worksheets/`, `Target="/xl/worksheets/`, `Target="/xl/sharedStrings`, `Target="/xl/sharedStrings`, `Target="sharedStrings`, `Target="/xl/sharedStrings`, `Target="styles`, `Target="/xl/styles`),
		"with macros, there":       moved(t, workbook, elsewhere, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml", `"xl/workbook.xml"`, `"docs/main.xml"`, "/xl/workbook.xml", "/docs/main.xml", `Target="worksheets/`, `Target="/xl/worksheets/`, `Target="sharedStrings`, `Target="/xl/sharedStrings`, `Target="styles`, `Target="/xl/styles`),
		"declared by its ending":   moved(t, workbook, elsewhere, `<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"></Override>`, "", `Extension="xml" ContentType="application/xml"`, `Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"`, `"xl/workbook.xml"`, `"docs/main.xml"`, `Target="worksheets/`, `Target="/xl/worksheets/`, `Target="sharedStrings`, `Target="/xl/sharedStrings`, `Target="styles`, `Target="/xl/styles`),
		"names in capital letters": moved(t, workbook, map[string]string{"xl/worksheets/sheet1.xml": "XL/Worksheets/SHEET1.XML"}),
	} {
		at := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(at, content, 0o600); err != nil {
			t.Fatal(err)
		}
		got, _, err := textsOf(at)
		if diff := cmp.Diff(fewVisits, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

// A member that is made to exhaust the machine is refused, and costs the others nothing; what programs leave in a zip file
// is no member.
func TestAMemberCostsTheOthersNothing(t *testing.T) {
	good := []byte(written(t, fewVisits, ",", "\n", false))
	at := filepath.Join(t.TempDir(), "file")
	content := zipped(t, "a.csv", good, "b.csv", bytes.Repeat([]byte{'0'}, 200<<20), "c.csv", good,
		"__MACOSX/._a.csv", []byte{0, 5, 22, 7}, ".DS_Store", []byte("Bud1"), "x/Thumbs.db", []byte("x"), "~$a.xlsx", []byte("x"), "d.csv.crdownload", []byte("走访编号,农"), "~WRL0001.tmp", []byte("x"))
	if err := os.WriteFile(at, content, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(t.Context(), at, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var read, unread []string
	for _, table := range f.Tables {
		read = append(read, table.Name)
	}
	for _, part := range f.Unread {
		unread = append(unread, part.Table+" "+string(part.Err.Code))
	}
	if diff := cmp.Diff([][]string{{"a.csv", "c.csv"}, {"b.csv " + string(pipelines.FileTooLarge)}}, [][]string{read, unread}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

// A column of a file of columns that never holds anything is empty, and objects are not called lists.
func TestAColumnOfNothingIsEmpty(t *testing.T) {
	place := arrow.StructOf(arrow.Field{Name: "x", Type: arrow.BinaryTypes.String, Nullable: true})
	schema := arrow.NewSchema([]arrow.Field{{Name: "走访编号", Type: arrow.BinaryTypes.String}, {Name: "备注", Type: arrow.Null, Nullable: true}, {Name: "位置", Type: place, Nullable: true}}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	b.Field(0).(*array.StringBuilder).Append("T1")
	b.Field(1).(*array.NullBuilder).AppendNull()
	b.Field(2).(*array.StructBuilder).Append(true)
	b.Field(2).(*array.StructBuilder).FieldBuilder(0).(*array.StringBuilder).Append("北")
	batch := b.NewRecordBatch()
	defer batch.Release()
	var out bytes.Buffer
	w, err := ipc.NewFileWriter(&out, ipc.WithSchema(schema))
	must(t, err)
	must(t, w.Write(batch))
	must(t, w.Close())
	f, err := Open(t.Context(), filed(t, out.String()), Options{})
	must(t, err)
	defer func() { must(t, f.Close()) }()
	if diff := cmp.Diff([]Note{{What: ObjectValues, Count: 1, Where: "位置"}}, f.Tables[0].Notes); diff != "" {
		t.Error(diff)
	}
	must(t, Rows(t.Context(), f.Tables[0].Body, func(r Row) error {
		if r.No > 0 && r.Cells[1].Text != "" {
			t.Errorf("a cell that holds nothing is %q", r.Cells[1].Text)
		}
		return nil
	}))
}
