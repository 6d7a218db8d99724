package template_test

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"hulian/data"
	"hulian/pipelines/load"
	"hulian/pipelines/template"
)

func open(t *testing.T, contract data.Contract, lang string) *excelize.File {
	t.Helper()
	var b bytes.Buffer
	if err := template.Write(&b, contract, lang); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := book.Close(); err != nil {
			t.Error(err)
		}
	})
	return book
}

// TestEveryContractBecomesATemplate reads each template back as a spreadsheet program would and follows every
// drop-down to the cells it offers.
func TestEveryContractBecomesATemplate(t *testing.T) {
	for _, contract := range data.Contracts() {
		for _, lang := range []string{"zh", "en"} {
			t.Run(contract.Export+" "+lang, func(t *testing.T) {
				book := open(t, contract, lang)
				sheet := book.GetSheetList()[0]
				rows, err := book.GetRows(sheet)
				if err != nil {
					t.Fatal(err)
				}
				if len(rows) != 1 {
					t.Fatalf("%d rows, want the header alone", len(rows))
				}
				comments, err := book.GetComments(sheet)
				if err != nil {
					t.Fatal(err)
				}
				rules, err := book.GetDataValidations(sheet)
				if err != nil {
					t.Fatal(err)
				}
				for i, column := range contract.Columns {
					if got := data.HeaderKey(rows[0][i]); got != data.HeaderKey(column.Name.In(lang)) {
						t.Errorf("header %d is %q", i, rows[0][i])
					}
					if strings.HasSuffix(rows[0][i], "*") != column.Required {
						t.Errorf("header %q: required is %v", rows[0][i], column.Required)
					}
					letter, _ := excelize.ColumnNumberToName(i + 1)
					note := slices.IndexFunc(comments, func(c excelize.Comment) bool { return c.Cell == letter+"1" })
					if note < 0 || !strings.Contains(comments[note].Text, column.Example) {
						t.Errorf("%s: no note with the example %q", column.ID, column.Example)
					}
					checkChoices(t, book, rules, column, letter, lang)
				}
				panes, err := book.GetPanes(sheet)
				if err != nil || !panes.Freeze || panes.YSplit != 1 {
					t.Errorf("the header is not frozen: %+v %v", panes, err)
				}
			})
		}
	}
}

func checkChoices(t *testing.T, book *excelize.File, rules []*excelize.DataValidation, column data.Column, letter, lang string) {
	t.Helper()
	var want []string
	for _, v := range column.Values {
		want = append(want, v.Name.In(lang))
	}
	if column.Type == data.TypeBoolean {
		want = map[string][]string{"zh": {"是", "否"}, "en": {"Yes", "No"}}[lang]
	}
	i := slices.IndexFunc(rules, func(r *excelize.DataValidation) bool { return strings.HasPrefix(r.Sqref, letter+"2:") })
	if want == nil {
		if i >= 0 && rules[i].Type == "list" {
			t.Errorf("%s has a drop-down", column.ID)
		}
		return
	}
	if i < 0 || rules[i].Type != "list" {
		t.Errorf("%s has no drop-down", column.ID)
		return
	}
	sheet, cells, _ := strings.Cut(strings.Trim(rules[i].Formula1, "="), "!")
	sheet = strings.Trim(sheet, "'")
	first, last, _ := strings.Cut(strings.ReplaceAll(cells, "$", ""), ":")
	from, row, err := excelize.CellNameToCoordinates(first)
	if err != nil {
		t.Fatal(err)
	}
	to, _, err := excelize.CellNameToCoordinates(last)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for c := from; c <= to; c++ {
		cell, _ := excelize.CoordinatesToCellName(c, row)
		value, err := book.GetCellValue(sheet, cell)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, value)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s offers %v, want %v", column.ID, got, want)
	}
	if stops := *rules[i].ErrorStyle == "stop"; stops == column.Open {
		t.Errorf("%s: open is %v, but other words are stopped: %v", column.ID, column.Open, stops)
	}
}

func TestNumbersAreHeldToTheirRange(t *testing.T) {
	contract, _ := data.ContractOf("population")
	book := open(t, contract, "zh")
	rules, err := book.GetDataValidations(book.GetSheetList()[0])
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(rules, func(r *excelize.DataValidation) bool { return strings.HasPrefix(r.Sqref, "C2:") })
	if i < 0 || rules[i].Type != "whole" || rules[i].Formula1 != "0" || rules[i].Formula2 != "5000000" {
		t.Errorf("resident_population: %+v", rules)
	}
}

// TestAFilledTemplateLoads fills every template with the examples of its contract, as a careful clerk would, and
// hands it in. Excel stores numbers and days as numbers, so they are stored so here.
func TestAFilledTemplateLoads(t *testing.T) {
	for _, contract := range data.Contracts() {
		for _, lang := range []string{"zh", "en"} {
			t.Run(contract.Export+" "+lang, func(t *testing.T) {
				book := open(t, contract, lang)
				for i, column := range contract.Columns {
					cell, _ := excelize.CoordinatesToCellName(i+1, 2)
					if err := book.SetCellValue(book.GetSheetList()[0], cell, typed(t, column)); err != nil {
						t.Fatal(err)
					}
				}
				path := filepath.Join(t.TempDir(), contract.Export+".xlsx")
				if err := book.SaveAs(path); err != nil {
					t.Fatal(err)
				}
				files, problems, err := load.Inspect(context.Background(), path, load.Config{Now: time.Date(2018, 2, 1, 0, 0, 0, 0, time.UTC)})
				if err != nil {
					t.Fatal(err)
				}
				accepted := int64(0)
				for _, f := range files {
					if accepted += f.Accepted; f.Accepted > 0 && f.Export != contract.Export {
						t.Errorf("loaded as %s", f.Export)
					}
					if f.Problem != "" {
						t.Errorf("%s: %s %s", f.Sheet, f.Problem, f.Detail)
					}
				}
				if accepted != 1 || len(problems) > 0 {
					t.Errorf("%d rows accepted, want 1; files %+v, problems %+v", accepted, files, problems)
				}
			})
		}
	}
}

// typed is the example as Excel would hold it.
func typed(t *testing.T, column data.Column) any {
	t.Helper()
	layouts := map[data.Type]string{data.TypeDate: time.DateOnly, data.TypeTimestamp: "2006-01-02 15:04"}
	switch column.Type {
	case data.TypeDate, data.TypeTimestamp:
		day, err := time.Parse(layouts[column.Type], column.Example)
		if err != nil {
			t.Fatal(err)
		}
		return day
	case data.TypeInteger, data.TypeDecimal:
		number, err := strconv.ParseFloat(column.Example, 64)
		if err != nil {
			t.Fatal(err)
		}
		return number
	default:
		return column.Example
	}
}
