package load

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"hulian/data"
	"hulian/pipelines"
)

// decodeWorkbook streams every visible sheet of an XLSX file. Cells are read raw: a date arrives as its serial number,
// because what Excel shows of it depends on the cell's format and may have lost the year or the time.
func (d *decoder) decodeWorkbook(ctx context.Context, file *os.File, size int64, label string) error {
	parts, err := d.checkWorkbook(ctx, file, size)
	if err != nil {
		return err
	}
	book, err := excelize.OpenFile(file.Name(), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: d.limits.Bytes, UnzipXMLSizeLimit: 8 << 20,
	})
	if err != nil {
		return reject(pipelines.FileUnreadable, err.Error())
	}
	defer book.Close()
	epoch := 0
	if props, err := book.GetWorkbookProps(); err == nil && props.Date1904 != nil && *props.Date1904 {
		epoch = 1462
	}
	names := book.GetSheetList()
	if len(names) > d.limits.Sheets {
		return reject(pipelines.FileTooLarge, fmt.Sprintf(" (%d)", len(names)))
	}
	ids := map[string]string{}
	if book.WorkBook != nil {
		for _, s := range book.WorkBook.Sheets.Sheet {
			ids[s.Name] = s.ID
		}
	}
	percent := !d.stored && writesPercent(book)
	copied, summary, marked := MarkedCopy(book)
	if marked && label == "" {
		d.visit.marked(copied)
	}
	for _, name := range names {
		if marked && name == summary {
			continue
		}
		if visible, err := book.GetSheetVisible(name); err == nil && !visible {
			// Lists behind drop-downs are no rows to hand in; a hidden table is not read either, and that is said.
			if table, err := looksLikeTable(book, name, d.limits.HeaderIn); err != nil {
				return err
			} else if table {
				d.visit.hidden(path.Join(label, name))
			}
			continue
		}
		if name == data.ExplanationSheet.Zh || name == data.ExplanationSheet.En {
			continue // written by the template, about the columns
		}
		s := sheet{name: path.Join(label, name), member: label, workbook: true, epoch: epoch, lettered: true, read: pipelines.ReadAs{Format: "xlsx"}}
		if marked && label == "" {
			origin := copied.Origin(name)
			s.name, s.member, s.shift = origin.Table, origin.Member, origin.Shift
		}
		of := parts[ids[name]]
		of.percent = percent
		if err := d.decodeSheet(ctx, book, name, s, of); err != nil {
			return err
		}
	}
	return nil
}

// looksLikeTable reports whether the first rows of a worksheet hold the header of an export.
func looksLikeTable(book *excelize.File, name string, within int) (bool, error) {
	rows, err := book.Rows(name)
	if err != nil {
		return false, nil
	}
	defer rows.Close()
	var head []physicalRow
	for no := int64(1); len(head) < within && rows.Next(); no++ {
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return false, reject(pipelines.FileUnreadable, fmt.Sprintf("%s: %v", name, err))
		}
		if filled(cells) > 0 {
			head = append(head, physicalRow{no, cells})
		}
	}
	if len(head) < 2 {
		return false, nil
	}
	_, err = findHeader(head, nil, []string{name})
	return err == nil, nil
}

// worksheet is what is known of a worksheet before its rows are read.
type worksheet struct {
	last     int64    // the last row its XML holds, 0 where that cannot be told
	formulas formulas // that stand there without their results
	percent  bool     // the workbook shows numbers as percentages
}

func (d *decoder) decodeSheet(ctx context.Context, book *excelize.File, name string, s sheet, of worksheet) error {
	rows, err := book.Rows(name)
	if err != nil {
		return nil // a chart or a macro sheet: it has no rows
	}
	defer rows.Close()
	var shown *excelize.Rows // the same rows as Excel shows them
	if of.percent {
		if shown, err = book.Rows(name); err != nil {
			return reject(pipelines.FileUnreadable, fmt.Sprintf("%s: %v", name, err))
		}
		defer shown.Close()
	}
	sink, err := d.visit.open(s)
	if err != nil || sink == nil {
		return err
	}
	no, cells := int64(0), int64(0)
	for rows.Next() {
		no++
		if no%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		record, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err == nil && shown != nil && shown.Next() {
			var formatted []string
			if formatted, err = shown.Columns(excelize.Options{}); err == nil {
				asPercent(record, formatted)
			}
		}
		if err != nil {
			return reject(pipelines.FileUnreadable, fmt.Sprintf("%s: %v", name, err))
		}
		record = uncalculated(record, of.formulas[no])
		if len(record) == 0 {
			continue
		}
		if cells += int64(len(record)); cells > d.limits.Cells {
			return reject(pipelines.FileTooLarge, fmt.Sprintf(" (> %d)", d.limits.Cells))
		}
		if err := sink.row(no, record); err != nil {
			return err
		}
	}
	if err := rows.Error(); err != nil {
		return reject(pipelines.FileUnreadable, fmt.Sprintf("%s: %v", name, err))
	}
	if of.last > 0 && no < of.last {
		// The library stops without an error where the sheet's XML is broken.
		return reject(pipelines.FileTruncated, fmt.Sprintf("%s: %d / %d", name, no, of.last))
	}
	return sink.end()
}

// writesPercent reports whether cells of the workbook may be shown as percentages: 95 % is stored as 0.95 then, also
// where a person typed it so.
func writesPercent(book *excelize.File) bool {
	if book.Styles == nil || book.Styles.CellXfs == nil {
		return false
	}
	custom := map[int]bool{}
	if book.Styles.NumFmts != nil {
		for _, format := range book.Styles.NumFmts.NumFmt {
			if format != nil {
				custom[format.NumFmtID] = strings.ContainsRune(format.FormatCode, '%')
			}
		}
	}
	for _, style := range book.Styles.CellXfs.Xf {
		if id := style.NumFmtID; id != nil && (*id == 9 || *id == 10 || custom[*id]) {
			return true
		}
	}
	return false
}

// asPercent writes the numbers of a row that are shown as percentages as people read them: 95%.
func asPercent(record, formatted []string) {
	for i := range min(len(record), len(formatted)) {
		text, percent := strings.CutSuffix(strings.TrimSpace(formatted[i]), "%")
		if !percent || record[i] == formatted[i] {
			continue
		}
		stored, err := strconv.ParseFloat(record[i], 64)
		seen, unread := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(text), ",", ""), 64)
		if err != nil || unread != nil || math.Abs(seen-100*stored) > math.Abs(seen-stored) {
			continue // a sign that is written behind the number, and changes nothing of it
		}
		record[i] = strconv.FormatFloat(math.Round(stored*1e12)/1e10, 'f', -1, 64) + "%"
	}
}

// uncalculatedMark stands before a formula whose result the file does not hold: no column takes it for a value.
const uncalculatedMark = "#="

// uncalculated puts formulas in place of results that are not there. Programs write such cells; a spreadsheet program
// that opens the file shows results all the same, because it calculates them.
func uncalculated(record []string, formulas map[int]string) []string {
	for column, formula := range formulas {
		for len(record) < column {
			record = append(record, "")
		}
		record[column-1] = uncalculatedMark + formula
	}
	return record
}

var rowNumber = regexp.MustCompile(`<(?:\w+:)?row [^>]*?\br="(\d+)"`)

// checkWorkbook unpacks every part of the workbook once, within the limits and against its sum. It returns what can be
// told of each sheet from its XML, by the sheet's relation in the workbook.
func (d *decoder) checkWorkbook(ctx context.Context, file *os.File, size int64) (map[string]worksheet, error) {
	archive, err := openZip(file, size)
	if err != nil {
		return nil, err
	}
	byPart := map[string]worksheet{}
	var relations bytes.Buffer
	for _, member := range archive.File {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		name := strings.TrimPrefix(strings.ReplaceAll(member.Name, `\`, "/"), "/")
		switch {
		case name == "xl/_rels/workbook.xml.rels":
			err = d.budget.copyMember(&relations, member)
		case strings.HasPrefix(name, "xl/worksheets/") && path.Ext(name) == ".xml":
			scan := &rowScan{}
			if err = d.budget.copyMember(scan, member); err == nil && !scan.contains("worksheet>") {
				err = reject(pipelines.FileTruncated, name)
			}
			if err == nil && scan.formulas.count > formulaLimit {
				err = reject(pipelines.FileTooLarge, fmt.Sprintf(" (> %d fx)", formulaLimit))
			}
			byPart[name] = worksheet{last: scan.last(), formulas: scan.formulas.found}
		default:
			err = d.budget.copyMember(io.Discard, member)
		}
		if err != nil {
			return nil, err
		}
	}
	var parsed struct {
		Relation []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	byRelation := map[string]worksheet{}
	if xml.Unmarshal(relations.Bytes(), &parsed) == nil {
		for _, r := range parsed.Relation {
			byRelation[r.ID] = byPart[strings.TrimPrefix(path.Join("/xl", r.Target), "/")]
			if strings.HasPrefix(r.Target, "/") {
				byRelation[r.ID] = byPart[strings.TrimPrefix(r.Target, "/")]
			}
		}
	}
	return byRelation, nil
}

// rowScan finds the last row number in a stream of worksheet XML, and formulas without results.
type rowScan struct {
	tail
	found    []byte // the text from the last "<row " on
	formulas formulaScan
}

func (s *rowScan) Write(p []byte) (int, error) {
	s.tail.Write(p)
	s.formulas.write(p)
	text := append(s.found, p...)
	if i := bytes.LastIndex(text, []byte("row ")); i >= 0 {
		text = text[max(i-8, 0):]
	}
	s.found = append(s.found[:0:0], text[:min(len(text), 512)]...)
	return len(p), nil
}

func (s *rowScan) last() int64 {
	if match := rowNumber.FindSubmatch(s.found); match != nil {
		n, _ := strconv.ParseInt(string(match[1]), 10, 64)
		return n
	}
	return 0
}

// storedNumber mends what a workbook stores in place of what a person sees: a whole number of many digits as
// 3.30282111001E+11, and the serial number of a date that counts from another epoch.
func storedNumber(cell string, day bool, epoch int) string {
	if len(cell) > 4 && cell[1] == '.' && strings.Contains(cell, "E+") {
		if f, err := strconv.ParseFloat(cell, 64); err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
			cell = strconv.FormatFloat(f, 'f', 0, 64)
		}
	}
	if day && epoch != 0 {
		if f, err := strconv.ParseFloat(cell, 64); err == nil && f > 0 && f < 100000 {
			cell = strconv.FormatFloat(f+float64(epoch), 'f', -1, 64)
		}
	}
	return cell
}
