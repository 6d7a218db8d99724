package sample

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/width"

	"hulian/data"
	"hulian/pipelines/warehouse"
)

// This file reads a written town back without any of the code that wrote it: from the bytes, by the contracts, and
// by the list of bad rows in the planted truth. What it returns is what a faultless loader must end up with.

// values is one row: column ID → text, dates as 2018-01-08 or 2018-01-08 19:30, enum values as IDs, flags as true or
// false; absent where the cell is empty.
type values map[string]string

// grid is one table as it stands in a file: physical row number → cells.
type grid struct {
	rows  [][]string
	first int // physical number of rows[0]
}

// townRead is everything read back.
type townRead struct {
	truth  Truth
	events map[string]map[string]values   // export → key → newest row
	lists  map[string]map[string][]values // list export → month → rows
	counts map[string]int                 // export → accepted rows
}

func readTruth(t *testing.T, dir, name string) (truth Truth) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, "truth", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &truth); err != nil {
		t.Fatal(err)
	}
	return truth
}

func readTown(t *testing.T, dir string) townRead {
	t.Helper()
	read := townRead{truth: readTruth(t, dir, "planted.json"),
		events: map[string]map[string]values{}, lists: map[string]map[string][]values{}, counts: map[string]int{}}
	files := slices.Clone(read.truth.Files)
	arrived := func(f PlantedFile) time.Time {
		info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(f.Path)))
		if err != nil {
			t.Fatal(err)
		}
		return info.ModTime()
	}
	slices.SortStableFunc(files, func(a, b PlantedFile) int { return arrived(a).Compare(arrived(b)) })
	for _, f := range files {
		rows := readFile(t, dir, f)
		contract, _ := data.ContractOf(f.Export)
		for _, row := range rows {
			read.counts[f.Export]++
			if contract.Kind == data.Registry {
				if read.lists[f.Export] == nil {
					read.lists[f.Export] = map[string][]values{}
				}
				read.lists[f.Export][f.Month] = append(read.lists[f.Export][f.Month], row)
				continue
			}
			if read.events[f.Export] == nil {
				read.events[f.Export] = map[string]values{}
			}
			read.events[f.Export][keyOf(contract, row)] = row
		}
	}
	return read
}

func keyOf(c data.Contract, row values) string {
	key := c.Key
	if _, ok := row[key[0]]; !ok {
		key = c.AlternateKey
	}
	var parts []string
	for _, id := range key {
		parts = append(parts, row[id])
	}
	return strings.Join(parts, "|")
}

// readFile returns the rows of one table without the planted refusals.
func readFile(t *testing.T, dir string, f PlantedFile) []values {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(f.Path))
	at := strings.TrimSuffix(f.Path+"/"+f.Member+f.Sheet, "/")
	refused := map[int]bool{}
	for _, fault := range f.Faults {
		if !fault.Warning {
			refused[fault.Row] = true
		}
	}
	if f.Format == "ndjson" || f.Format == "parquet" {
		return readKeyed(t, path, f, refused)
	}
	g := readGrid(t, path, f)
	contract, _ := data.ContractOf(f.Export)
	columns, below := headerOf(t, at, g, contract)
	var rows []values
	seen := 0
	for i := below; i < len(g.rows); i++ {
		cells := g.rows[i]
		filled := len(slices.DeleteFunc(slices.Clone(cells), func(s string) bool { return s == "" }))
		if filled <= 1 || strings.HasPrefix(cells[0], "合计") {
			continue
		}
		seen++
		if refused[i+g.first] {
			continue
		}
		row := values{}
		for k, cell := range cells {
			if k < len(columns) && columns[k].ID != "" && cell != "" {
				row[columns[k].ID] = plain(t, at, columns[k], cell)
			}
		}
		rows = append(rows, row)
	}
	if seen != f.Rows {
		t.Errorf("%s: %d rows, planted truth says %d", at, seen, f.Rows)
	}
	return rows
}

// headerOf finds the header, of one row or of two with merged cells, and the index of the first row below it.
func headerOf(t *testing.T, at string, g grid, contract data.Contract) (columns []data.Column, below int) {
	t.Helper()
	names := map[string]data.Column{}
	for _, c := range contract.Columns {
		for _, h := range append([]string{c.ID, c.Name.Zh}, c.Headers...) {
			names[data.HeaderKey(h)] = c
		}
	}
	match := func(cells []string) (found []data.Column, n int) {
		found = make([]data.Column, len(cells))
		for i, cell := range cells {
			if c, ok := names[data.HeaderKey(cell)]; ok && cell != "" {
				found[i] = c
				n++
			}
		}
		return found, n
	}
	for i, cells := range g.rows[:min(6, len(g.rows))] {
		found, n := match(cells)
		if n < 2 {
			continue
		}
		below = i + 1
		if below < len(g.rows) {
			lower, m := match(g.rows[below])
			if _, isData := time.Parse("2006", g.rows[below][0]); m > 0 && isData != nil && g.rows[below][0] == "" {
				for k, c := range lower {
					if c.ID == "" {
						continue
					}
					for len(found) <= k {
						found = append(found, data.Column{})
					}
					found[k] = c
				}
				below++
			}
		}
		return found, below
	}
	t.Fatalf("%s: no header", at)
	return nil, 0
}

func readGrid(t *testing.T, path string, f PlantedFile) grid {
	t.Helper()
	switch f.Format {
	case "xlsx":
		w, err := excelize.OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		defer mustClose(t, w)
		rows, err := w.GetRows(f.Sheet, excelize.Options{RawCellValue: false})
		if err != nil {
			t.Fatal(err)
		}
		return grid{rows, 1}
	case "zip/csv":
		z, err := zip.OpenReader(path)
		if err != nil {
			t.Fatal(err)
		}
		defer mustClose(t, z)
		member, err := z.Open(f.Member)
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(member)
		if err != nil {
			t.Fatal(err)
		}
		return grid{records(t, f.Path, content), 1}
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return grid{records(t, f.Path, content), 1}
}

// charsetOf tells the encoding by its bytes.
func charsetOf(content []byte) string {
	switch {
	case bytes.HasPrefix(content, []byte{0xff, 0xfe}):
		return "utf-16"
	case bytes.HasPrefix(content, []byte{0xef, 0xbb, 0xbf}):
		return "utf-8-bom"
	case utf8.Valid(content):
		return "utf-8"
	}
	return "gb18030"
}

func decoded(t *testing.T, content []byte) string {
	t.Helper()
	var err error
	switch charsetOf(content) {
	case "utf-16":
		content, err = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(content)
	case "utf-8-bom":
		content = content[3:]
	case "gb18030":
		content, err = simplifiedchinese.GB18030.NewDecoder().Bytes(content)
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func commaOf(text string) rune {
	header, _, _ := strings.Cut(text, "\n")
	for _, comma := range "\t;" {
		if strings.ContainsRune(header, comma) {
			return comma
		}
	}
	return ','
}

func records(t *testing.T, at string, content []byte) [][]string {
	t.Helper()
	text := decoded(t, content)
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = commaOf(text)
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", at, err)
	}
	return rows
}

// mustClose closes what a test opened.
func mustClose(t testing.TB, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// readKeyed reads NDJSON and Parquet, whose cells carry their names.
func readKeyed(t *testing.T, path string, f PlantedFile, refused map[int]bool) []values {
	t.Helper()
	contract, _ := data.ContractOf(f.Export)
	var lines []map[string]any
	if f.Format == "parquet" {
		w, err := warehouse.Open(context.Background(), warehouse.Config{})
		if err != nil {
			t.Fatal(err)
		}
		defer mustClose(t, w)
		table, err := w.Query(context.Background(), "select * from read_parquet(?)", path)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range table.Rows {
			line := map[string]any{}
			for i, c := range table.Columns {
				if at, ok := row[i].(time.Time); ok {
					row[i] = at.Format("2006-01-02 15:04")
				}
				line[c] = row[i]
			}
			lines = append(lines, line)
		}
	} else {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for text := range strings.Lines(string(content)) {
			line := map[string]any{}
			if err := json.Unmarshal([]byte(text), &line); err != nil {
				t.Fatal(err)
			}
			lines = append(lines, line)
		}
	}
	if len(lines) != f.Rows {
		t.Errorf("%s: %d rows, planted truth says %d", f.Path, len(lines), f.Rows)
	}
	var rows []values
	for i, line := range lines {
		if refused[i+1] {
			continue
		}
		row := values{}
		for id, v := range line {
			c, ok := contract.Column(id)
			if !ok {
				t.Fatalf("%s: key %q", f.Path, id)
			}
			if v != nil {
				row[id] = plain(t, f.Path, c, fmt.Sprint(v))
			}
		}
		rows = append(rows, row)
	}
	return rows
}

var readLayouts = []string{"2006-01-02 15:04", "2006/1/2 15:04", "2006年1月2日 15:04", "2006.01.02 15:04", "20060102 15:04",
	"2006-01-02", "2006/1/2", "2006年1月2日", "2006.01.02", "20060102"}

// plain turns a good cell into the one form comparisons use.
func plain(t *testing.T, at string, c data.Column, cell string) string {
	t.Helper()
	cell = width.Narrow.String(cell)
	switch c.Type {
	case data.TypeDate, data.TypeTimestamp:
		for _, layout := range readLayouts {
			if when, err := time.Parse(layout, cell); err == nil {
				if c.Type == data.TypeDate {
					return when.Format("2006-01-02")
				}
				return when.Format("2006-01-02 15:04")
			}
		}
	case data.TypeBoolean:
		switch cell {
		case "是", "√", "Y", "有", "true":
			return "true"
		case "否", "N", "无", "false":
			return "false"
		}
	case data.TypeEnum:
		for _, v := range c.Values {
			if cell == v.Name.Zh || cell == v.ID || slices.Contains(v.Words, cell) {
				return v.ID
			}
		}
	case data.TypeInteger, data.TypeDecimal:
		return strings.TrimSuffix(strings.ReplaceAll(cell, ",", ""), "%")
	default:
		return cell
	}
	t.Errorf("%s: %s holds %q", at, c.ID, cell)
	return cell
}
