package template

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"hulian/data"
	"hulian/pipelines"
)

// LastRow is the last row drop-downs and ranges reach: more than a town's visits of a year.
const LastRow = 200000

// firstChoice is the column of the explanation sheet where the allowed values of a row begin. They stand side by
// side, because a drop-down's own list is limited to 255 characters and a range of cells is not.
const firstChoice = 8

// words are the phrases of the sheet itself; everything about the columns comes from the contract.
type words struct {
	explain, column, required, kind, limits, example, note, choices, yes, no, optional, open string
	title, choose, outside                                                                   string
	kinds                                                                                    map[data.Type]string
}

var chinese = words{
	explain: data.ExplanationSheet.Zh, column: "列名", required: "必填", kind: "类型", limits: "范围与单位", example: "例子", note: "说明",
	choices: "可选内容", yes: "是", no: "否", optional: "选填", open: "可填表外内容",
	title: "请核对", choose: "请从下拉列表中选择。", outside: "超出允许的范围：",
	kinds: map[data.Type]string{
		data.TypeText: "文字", data.TypeInteger: "整数", data.TypeDecimal: "数字", data.TypeBoolean: "是或否", data.TypeDate: "日期",
		data.TypeTimestamp: "日期和时间", data.TypeEnum: "选择", data.TypePeriod: "时期",
	},
}

var english = words{
	explain: data.ExplanationSheet.En, column: "Column", required: "Required", kind: "Type", limits: "Range and unit", example: "Example",
	note: "Note", choices: "Choices", yes: "Yes", no: "No", optional: "Optional", open: "Other words are kept as written",
	title: "Please check", choose: "Choose from the list.", outside: "Outside the allowed range: ",
	kinds: map[data.Type]string{
		data.TypeText: "Text", data.TypeInteger: "Whole number", data.TypeDecimal: "Number", data.TypeBoolean: "Yes or no",
		data.TypeDate: "Date", data.TypeTimestamp: "Date and time", data.TypeEnum: "Choice", data.TypePeriod: "Period",
	},
}

// Write writes the workbook of the contract to w, in "zh" or "en"; anything else is read as "zh".
func Write(w io.Writer, contract data.Contract, lang string) (err error) {
	phrases := chinese
	if lang == "en" {
		phrases = english
	}
	book := excelize.NewFile()
	defer func() { err = errors.Join(err, book.Close()) }()
	s := sheets{book: book, lang: lang, words: phrases, table: contract.Name.In(lang)}
	for _, step := range []func(data.Contract) error{s.open, s.fillTable, s.fillExplanation} {
		if err := step(contract); err != nil {
			return &pipelines.Fault{Op: "write template", At: contract.Export, Err: err}
		}
	}
	if _, err := book.WriteTo(w); err != nil {
		return &pipelines.Fault{Op: "write template", At: contract.Export, Err: err, Next: "check that the place is writable and the disk is not full"}
	}
	return nil
}

type sheets struct {
	book  *excelize.File
	lang  string
	words words
	table string // name of the sheet to fill

	header, mandatory, wrapped int // styles
}

func (s *sheets) open(data.Contract) error {
	if err := s.book.SetSheetName("Sheet1", s.table); err != nil {
		return err
	}
	if _, err := s.book.NewSheet(s.words.explain); err != nil {
		return err
	}
	for _, style := range []struct {
		into *int
		of   excelize.Style
	}{
		{&s.header, excelize.Style{Font: &excelize.Font{Bold: true}, Fill: fill("DCE6F1"), Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}}},
		{&s.mandatory, excelize.Style{Font: &excelize.Font{Bold: true}, Fill: fill("FCE4D6"), Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}}},
		{&s.wrapped, excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}},
	} {
		id, err := s.book.NewStyle(&style.of)
		if err != nil {
			return err
		}
		*style.into = id
	}
	return nil
}

func fill(colour string) excelize.Fill {
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
}

// fillTable writes the sheet to fill: header, notes, formats, drop-downs, nothing below the header.
func (s *sheets) fillTable(contract data.Contract) error {
	for i, column := range contract.Columns {
		letter, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := s.fillColumn(column, letter, i+2); err != nil {
			return pipelines.Errorf("column %s: %w", column.ID, err)
		}
	}
	if err := s.book.SetRowHeight(s.table, 1, 32); err != nil {
		return err
	}
	return s.book.SetPanes(s.table, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

// fillColumn writes one column; its explanation stands in the given row of the second sheet.
func (s *sheets) fillColumn(column data.Column, letter string, explained int) error {
	format, err := s.book.NewStyle(&excelize.Style{CustomNumFmt: numberFormat(column)})
	if err != nil {
		return err
	}
	if err := s.book.SetColStyle(s.table, letter, format); err != nil {
		return err
	}
	if err := s.book.SetColWidth(s.table, letter, letter, width(column)); err != nil {
		return err
	}
	cell, name, style := letter+"1", column.Name.In(s.lang), s.header
	if column.Required {
		name, style = name+"*", s.mandatory // readable without colour; headers are matched without it
	}
	if err := s.book.SetCellStr(s.table, cell, name); err != nil {
		return err
	}
	if err := s.book.SetCellStyle(s.table, cell, cell, style); err != nil {
		return err
	}
	text := s.comment(column)
	if err := s.book.AddComment(s.table, excelize.Comment{
		Cell: cell, Author: "hulian", Text: text, Width: 260, Height: uint(24 * (2 + strings.Count(text, "\n"))),
	}); err != nil {
		return err
	}
	return s.validate(column, letter, explained)
}

// numberFormat keeps what Excel would spoil: leading zeros of IDs, half-years, the time of a day.
func numberFormat(column data.Column) *string {
	format := "@"
	switch column.Type {
	case data.TypeDate:
		format = "yyyy-mm-dd"
	case data.TypeTimestamp:
		format = "yyyy-mm-dd hh:mm"
	case data.TypeInteger:
		format = "0"
	case data.TypeDecimal:
		format = "General"
	case data.TypeText, data.TypeBoolean, data.TypeEnum, data.TypePeriod: // as typed
	}
	return &format
}

func width(column data.Column) float64 {
	if column.MaxLength >= 500 {
		return 40
	}
	return 18
}

func (s *sheets) comment(column data.Column) string {
	lines := []string{s.words.optional, s.words.kind + ": " + s.words.kinds[column.Type]}
	if column.Required {
		lines[0] = s.words.required
	}
	if limits := s.limits(column); limits != "" {
		lines = append(lines, s.words.limits+": "+limits)
	}
	if choices := s.choices(column); len(choices) > 0 {
		lines = append(lines, s.words.choices+": "+strings.Join(choices, " / "))
	}
	return strings.Join(append(lines, s.words.example+": "+column.Example, column.Note.In(s.lang)), "\n")
}

// limits says range and unit, e.g. "0–720 分钟".
func (s *sheets) limits(column data.Column) string {
	var parts []string
	switch {
	case column.Min != nil && column.Max != nil:
		parts = append(parts, number(*column.Min)+"–"+number(*column.Max))
	case column.Min != nil:
		parts = append(parts, "≥ "+number(*column.Min))
	case column.Max != nil:
		parts = append(parts, "≤ "+number(*column.Max))
	}
	if unit := column.Unit.In(s.lang); unit != "" {
		parts = append(parts, unit)
	}
	if column.Open {
		parts = append(parts, s.words.open)
	}
	return strings.Join(parts, " ")
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// choices are the words a drop-down offers.
func (s *sheets) choices(column data.Column) []string {
	if column.Type == data.TypeBoolean {
		return []string{s.words.yes, s.words.no}
	}
	var names []string
	for _, v := range column.Values {
		names = append(names, v.Name.In(s.lang))
	}
	return names
}

// validate adds the drop-down or the range of a column. Dates are left free: people type them in many ways, all of
// which are read, and Excel's own check would refuse most.
func (s *sheets) validate(column data.Column, letter string, explained int) error {
	rule := excelize.NewDataValidation(true)
	rule.SetSqref(fmt.Sprintf("%s2:%s%d", letter, letter, LastRow))
	style := excelize.DataValidationErrorStyleStop
	if column.Open {
		style = excelize.DataValidationErrorStyleInformation
	}
	if choices := s.choices(column); len(choices) > 0 {
		first, err := excelize.CoordinatesToCellName(firstChoice, explained, true)
		if err != nil {
			return err
		}
		last, err := excelize.CoordinatesToCellName(firstChoice+len(choices)-1, explained, true)
		if err != nil {
			return err
		}
		rule.SetSqrefDropList(fmt.Sprintf("'%s'!%s:%s", s.words.explain, first, last))
		rule.SetError(style, s.words.title, s.words.choose)
		return s.book.AddDataValidation(s.table, rule)
	}
	if column.Min == nil || column.Max == nil {
		return nil
	}
	kind := excelize.DataValidationTypeDecimal
	if column.Type == data.TypeInteger {
		kind = excelize.DataValidationTypeWhole
	}
	if err := rule.SetRange(*column.Min, *column.Max, kind, excelize.DataValidationOperatorBetween); err != nil {
		return err
	}
	rule.SetError(style, s.words.title, s.words.outside+s.limits(column))
	return s.book.AddDataValidation(s.table, rule)
}

// fillExplanation writes the second sheet: one row a column, its choices side by side at the end.
func (s *sheets) fillExplanation(contract data.Contract) error {
	w := s.words
	rows := [][]string{{w.column, w.required, w.kind, w.limits, w.example, w.note, "ID", w.choices}}
	for _, column := range contract.Columns {
		required := ""
		if column.Required {
			required = w.required
		}
		rows = append(rows, append([]string{column.Name.In(s.lang), required, w.kinds[column.Type], s.limits(column),
			column.Example, column.Note.In(s.lang), column.ID}, s.choices(column)...))
	}
	rows = append(rows, nil, []string{contract.Note.In(s.lang)})
	for r, row := range rows {
		for c, text := range row {
			cell, err := excelize.CoordinatesToCellName(c+1, r+1)
			if err != nil {
				return err
			}
			if err := s.book.SetCellStr(w.explain, cell, text); err != nil {
				return err
			}
		}
	}
	for _, column := range []struct {
		letter string
		width  float64
	}{{"A", 20}, {"B", 10}, {"C", 14}, {"D", 22}, {"E", 22}, {"F", 60}, {"G", 22}} {
		if err := s.book.SetColWidth(w.explain, column.letter, column.letter, column.width); err != nil {
			return err
		}
	}
	if err := s.book.SetCellStyle(w.explain, "A1", "H1", s.header); err != nil {
		return err
	}
	if err := s.book.SetCellStyle(w.explain, "F2", fmt.Sprintf("F%d", len(contract.Columns)+1), s.wrapped); err != nil {
		return err
	}
	return s.book.SetPanes(w.explain, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}
