package pipelines

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// DetailCode is the stable name of a kind of detail; its words in Chinese and English stand in data/details.yaml.
type DetailCode string

// Codes of details. Behind each stand its arguments.
const (
	DetailWords     DetailCode = "words"     // a text of an older version, as it stands
	DetailTechnical DetailCode = "technical" // what a library said of a file, for who looks into it

	// Of whole files.
	DetailFormat    DetailCode = "format"    // name of the format
	DetailMegabytes DetailCode = "megabytes" // size
	DetailNested    DetailCode = "nested"    // bundles inside bundles: how deep
	DetailMembers   DetailCode = "members"   // files in the bundle
	DetailSheets    DetailCode = "sheets"    // sheets of the workbook
	DetailCells     DetailCode = "cells"     // the most cells a table may have
	DetailTooMany   DetailCode = "too_many"  // columns, and how many there may be
	DetailBinary    DetailCode = "binary"    // the content is no text
	DetailDamaged   DetailCode = "damaged"   // characters lost, encoding
	DetailNoJSON    DetailCode = "no_json"   // what stands where a text stops being JSON
	DetailRow       DetailCode = "row"       // number of the row
	DetailSheet     DetailCode = "sheet"     // name of the sheet
	DetailNoPart    DetailCode = "no_part"   // the part of the workbook that is missing

	// Of tables that are not recognised.
	DetailTwice           DetailCode = "twice"            // the header
	DetailSeveralExports  DetailCode = "several_exports"  // exports
	DetailSeveralMappings DetailCode = "several_mappings" // mapping files
	DetailMissing         DetailCode = "missing"          // the headers that were seen, then the columns that are missing
	DetailMappingWrong    DetailCode = "mapping_wrong"    // mapping file, what is wrong with it
	DetailHeaderRow       DetailCode = "header_row"       // mapping file, row
	DetailExport          DetailCode = "export"           // export
	DetailSeen            DetailCode = "seen"             // the headers that were seen
	DetailSeenNear        DetailCode = "seen_near"        // likewise, and the export that comes nearest

	// Of cells and rows.
	DetailWordForNothing DetailCode = "word_for_nothing" // the word
	DetailUncalculated   DetailCode = "uncalculated"     // a formula without its result
	DetailFormulaError   DetailCode = "formula_error"    // the error of a formula
	DetailScientific     DetailCode = "scientific"       // a long ID that became a number and lost digits
	DetailIDIsDay        DetailCode = "id_is_day"        // an ID that became a date
	DetailCharacters     DetailCode = "characters"       // the most characters
	DetailBetween        DetailCode = "between"          // least, most
	DetailAtLeast        DetailCode = "at_least"         // least
	DetailAtMost         DetailCode = "at_most"          // most
	DetailLatest         DetailCode = "latest"           // the last day it can be
	DetailOrder          DetailCode = "order"            // column, its value, the value of the later step
	DetailOtherRow       DetailCode = "other_row"        // sheet, or empty; row
	DetailRowOfFile      DetailCode = "row_of_file"      // name of the file, row
	DetailInList         DetailCode = "in_list"          // the list, an export
	DetailInListNear     DetailCode = "in_list_near"     // the list; an ID that is in it and was probably meant
	DetailMoment         DetailCode = "moment"           // day and time
	DetailDayMissing     DetailCode = "day_missing"      // a year and month where a day is needed
	DetailDayUnclear     DetailCode = "day_unclear"      // day and month could be exchanged
	DetailYearShort      DetailCode = "year_short"       // a year of two digits
	DetailNoCount        DetailCode = "no_count"         // of what is added to a moment
	DetailMonthUnclear   DetailCode = "month_unclear"    // 1998.1 is January or October
	DetailHourUnclear    DetailCode = "hour_unclear"     // an hour that its word does not fit
	DetailHour24         DetailCode = "hour_24"          // 24:00
	DetailHourMissing    DetailCode = "hour_missing"     // a part of the day without an hour
	DetailTwoTimes       DetailCode = "two_times"        // from when until when, where one moment is needed
	DetailNumberSigned   DetailCode = "number_signed"    // a number is needed that may be below zero
	DetailNumberIn       DetailCode = "number_in"        // a number of units is needed: the unit
	DetailTooNarrow      DetailCode = "too_narrow"       // ####, in place of what a narrow column could not show
	DetailNotWhole       DetailCode = "not_whole"        // a whole number is needed
	DetailIDNumber       DetailCode = "id_number"        // an identity number in a text
	DetailPhone          DetailCode = "phone"            // a phone number in a text
	DetailBankCard       DetailCode = "bank_card"        // the number of a bank card in a text
	DetailLinkedTo       DetailCode = "linked_to"        // the member a household is linked to
	DetailNameTwice      DetailCode = "name_twice"       // a name that a record has twice, with values that differ
	DetailRowShort       DetailCode = "row_short"        // cells of the row, of the header; the first column it says nothing of
	DetailNoRecord       DetailCode = "no_record"        // what stands where a record should

	// Of what is offered for a column of a table that is not recognised, and why.
	DetailHeaderLike     DetailCode = "header_like"     // the header of the contract that says the same
	DetailOnlyOneLeft    DetailCode = "only_one_left"   // no other column can be it
	DetailValuesMoments  DetailCode = "values_moments"  // how many values, of how many
	DetailValuesNumbers  DetailCode = "values_numbers"  // likewise
	DetailValuesYesNo    DetailCode = "values_yes_no"   // likewise
	DetailValuesPeriods  DetailCode = "values_periods"  // likewise
	DetailValuesWords    DetailCode = "values_words"    // likewise: words of the contract
	DetailValuesFew      DetailCode = "values_few"      // different values, all
	DetailValuesIDs      DetailCode = "values_ids"      // how many values, of how many
	DetailValuesNames    DetailCode = "values_names"    // values, which should be IDs and are names
	DetailValuesOnce     DetailCode = "values_once"     // values, none of which stands there twice
	DetailValuesDistinct DetailCode = "values_distinct" // different values, all
	DetailValuesTexts    DetailCode = "values_texts"    // values
	DetailValuesInList   DetailCode = "values_in_list"  // how many different values, of how many, are in the list, an export
	DetailDaysUnclear    DetailCode = "days_unclear"    // an example of a day that can be read in two ways, the two ways
	DetailDaysTold       DetailCode = "days_told"       // an example of a day that can be read in one way alone
	DetailColumnsFit     DetailCode = "columns_fit"     // columns of the table that fit, all
	DetailRequiredThere  DetailCode = "required_there"  // required columns that are there, all

	// Of tables that were read.
	DetailUnused       DetailCode = "unused"        // headers
	DetailKept         DetailCode = "kept"          // columns the file lacks, whose values stay as they were
	DetailOlder        DetailCode = "older"         // name and day of a list that was received before and is newer
	DetailConfirmed    DetailCode = "confirmed"     // rows before, rows now, who let it through, why
	DetailHidden       DetailCode = "hidden"        // hidden sheets
	DetailNoTables     DetailCode = "no_tables"     // sheets that explain
	DetailNulBytes     DetailCode = "nul_bytes"     // count, first row
	DetailNestedValues DetailCode = "nested_values" // columns made of values within values
	DetailListValues   DetailCode = "list_values"   // columns that hold lists
	DetailObjectValues DetailCode = "object_values" // columns that hold objects
	DetailMergedCells  DetailCode = "merged_cells"  // cells filled down, first row
	DetailHiddenRows   DetailCode = "hidden_rows"   // count, first row
	DetailFewer        DetailCode = "fewer"         // rows read, rows there are as the file says itself
	DetailNothing      DetailCode = "nothing"       // count of cells, the words that stand for nothing
	DetailFell         DetailCode = "fell"          // rows before, rows now
	DetailTwoCounts    DetailCode = "two_counts"    // rows, lines, the first row where they differ, its text
	DetailLineEnds     DetailCode = "line_ends"     // rows with every LF as an end, rows with CRLF alone, the first row where they differ, its text
	DetailPassedOver   DetailCode = "passed_over"   // rows that a mapping's condition leaves out
	DetailBeside       DetailCode = "beside"        // the mapping file that has the rows of the file complete those of another one
	DetailAlone        DetailCode = "alone"         // rows whose key the second file does not hold
	DetailNoSecond     DetailCode = "no_second"     // names of a second file that has not arrived
	DetailSecondLacks  DetailCode = "second_lacks"  // the second file, columns it lacks
	DetailAccepted     DetailCode = "accepted"      // who let a held file through, why
	DetailGone         DetailCode = "gone"          // rows that an older file had and that stand as they were, keys
	DetailEnded        DetailCode = "ended"         // rows that an older list had and that this one has ended, keys
	DetailSetAside     DetailCode = "set_aside"     // rows that people have set aside
)

// Detail is what the sentence of a problem, or the account of a table, fills in: a code with its arguments. It is put
// into words where it is shown, in the reader's language. The zero Detail says nothing.
//
// An argument that names an export or a column is written with ExportNamed or ColumnNamed and told by its name.
type Detail struct {
	Code DetailCode
	Args []string
}

// NewDetail makes a Detail; arguments are written as fmt.Sprint does.
func NewDetail(code DetailCode, args ...any) Detail {
	d := Detail{Code: code}
	for _, arg := range args {
		d.Args = append(d.Args, fmt.Sprint(arg))
	}
	return d
}

// Marks in front of arguments that are names of contracts.
const (
	exportMark = "export:"
	columnMark = "column:"
	unitMark   = "unit:"

	refusalMark = "refusal:"
)

// ExportNamed is the argument of a detail that names an export.
func ExportNamed(export string) string { return exportMark + export }

// Exports lists the exports that the arguments of a detail name, or of which they name columns.
func (d Detail) Exports() (exports []string) {
	for _, arg := range d.Args {
		if export, ok := strings.CutPrefix(arg, exportMark); ok {
			exports = append(exports, export)
		}
		if column, ok := strings.CutPrefix(arg, columnMark); ok {
			export, _, _ := strings.Cut(column, ".")
			exports = append(exports, export)
		}
	}
	return exports
}

// ColumnNamed is the argument of a detail that names a column of an export.
func ColumnNamed(export, column string) string { return columnMark + export + "." + column }

// UnitNamed is the argument of a detail that names the unit of a column.
func UnitNamed(export, column string) string { return unitMark + export + "." + column }

// RefusalNamed is the argument of a detail that says what is wrong with a mapping.
func RefusalNamed(r MappingRefusal) string {
	text, err := json.Marshal(r)
	if err != nil {
		panic("a refusal cannot be written: " + err.Error()) // strings and a number only
	}
	return refusalMark + string(text)
}

// RefusalOf reads what RefusalNamed writes.
func RefusalOf(arg string) (r MappingRefusal, ok bool) {
	text, ok := strings.CutPrefix(arg, refusalMark)
	return r, ok && json.Unmarshal([]byte(text), &r) == nil
}

// IsZero reports whether the detail says nothing.
func (d Detail) IsZero() bool { return d.Code == "" }

// MarshalJSON writes a detail as a list: the code, then the arguments; null where it says nothing.
func (d Detail) MarshalJSON() ([]byte, error) {
	if d.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(append([]string{string(d.Code)}, d.Args...))
}

// UnmarshalJSON reads what MarshalJSON writes, and the texts that documents and warehouses of older versions hold.
func (d *Detail) UnmarshalJSON(content []byte) error {
	*d = Detail{}
	var list []string
	if err := json.Unmarshal(content, &list); err == nil {
		if len(list) > 0 {
			d.Code, d.Args = DetailCode(list[0]), list[1:]
		}
		return nil
	}
	var text string
	if err := json.Unmarshal(content, &text); err != nil {
		return errors.New("a detail is a list of a code and its arguments")
	}
	*d = ParseDetail(text)
	return nil
}

// String is the detail as it is stored in a column of text; empty where it says nothing.
func (d Detail) String() string {
	if d.IsZero() {
		return ""
	}
	text, err := json.Marshal(d)
	if err != nil {
		panic("a detail cannot be written: " + err.Error()) // strings only
	}
	return string(text)
}

// ParseDetail reads what String writes. Any other text is the detail of an older version and told as it stands.
func ParseDetail(text string) Detail {
	if text == "" {
		return Detail{}
	}
	var list []string
	if json.Unmarshal([]byte(text), &list) == nil && len(list) > 0 {
		return Detail{Code: DetailCode(list[0]), Args: list[1:]}
	}
	return NewDetail(DetailWords, text)
}

// Details are several things that are said of one table.
type Details []Detail

// String is the details as they are stored in a column of text; empty where there is none.
func (all Details) String() string {
	all = all.said()
	if len(all) == 0 {
		return ""
	}
	text, err := json.Marshal([]Detail(all))
	if err != nil {
		panic("details cannot be written: " + err.Error()) // strings only
	}
	return string(text)
}

func (all Details) said() (said Details) {
	for _, d := range all {
		if !d.IsZero() {
			said = append(said, d)
		}
	}
	return said
}

// MarshalJSON writes a list of details.
func (all Details) MarshalJSON() ([]byte, error) { return json.Marshal([]Detail(all.said())) }

// UnmarshalJSON reads a list of details, and the one text that documents of older versions hold.
func (all *Details) UnmarshalJSON(content []byte) error {
	var list []Detail
	if err := json.Unmarshal(content, &list); err == nil {
		*all = list
		return nil
	}
	var one Detail
	if err := json.Unmarshal(content, &one); err != nil {
		return err
	}
	*all = Details{one}.said()
	return nil
}

// ParseDetails reads what Details.String or Detail.String writes, or the text of an older version.
func ParseDetails(text string) Details {
	var list []Detail
	var lists [][]string
	if json.Unmarshal([]byte(text), &lists) == nil && json.Unmarshal([]byte(text), &list) == nil {
		return list
	}
	return Details{ParseDetail(text)}.said()
}

// quoting are the details of tables that quote rows, with the first of the arguments that does.
var quoting = map[DetailCode]int{DetailGone: 1, DetailEnded: 1, DetailTwoCounts: 3, DetailLineEnds: 3, DetailNoJSON: 0, DetailNoRecord: 0}

// WithoutRows are the details for whoever may not see the rows of the file: something else stands where they quote one.
func (all Details) WithoutRows(instead string) Details {
	told := slices.Clone(all)
	for i, d := range told {
		if first, quotes := quoting[d.Code]; quotes && first < len(d.Args) {
			told[i].Args = append(slices.Clone(d.Args[:first]), instead)
		}
	}
	return told
}

// First is the first detail, which is what is told of a table that could not be read; the zero Detail where there is none.
func (d Details) First() Detail {
	if len(d) == 0 {
		return Detail{}
	}
	return d[0]
}
