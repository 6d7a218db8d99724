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
	lastRows, err := d.checkWorkbook(ctx, file, size)
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
	copied, summary, marked := MarkedCopy(book)
	if marked && label == "" {
		d.visit.marked(copied)
	}
	for _, name := range names {
		if marked && name == summary {
			continue
		}
		if visible, err := book.GetSheetVisible(name); err == nil && !visible {
			continue // lists behind drop-downs, not rows to hand in
		}
		if name == data.ExplanationSheet.Zh || name == data.ExplanationSheet.En {
			continue // written by the template, about the columns
		}
		last := lastRows[ids[name]]
		s := sheet{name: path.Join(label, name), member: label, workbook: true, epoch: epoch, lettered: true, read: pipelines.ReadAs{Format: "xlsx"}}
		if marked && label == "" {
			origin := copied.Origin(name)
			s.name, s.member, s.shift = origin.Table, origin.Member, origin.Shift
		}
		if err := d.decodeSheet(ctx, book, name, s, last); err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) decodeSheet(ctx context.Context, book *excelize.File, name string, s sheet, last int64) error {
	rows, err := book.Rows(name)
	if err != nil {
		return nil // a chart or a macro sheet: it has no rows
	}
	defer rows.Close()
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
		if err != nil {
			return reject(pipelines.FileUnreadable, fmt.Sprintf("%s: %v", name, err))
		}
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
	if last > 0 && no < last {
		// The library stops without an error where the sheet's XML is broken.
		return reject(pipelines.FileTruncated, fmt.Sprintf("%s: %d / %d", name, no, last))
	}
	return sink.end()
}

var rowNumber = regexp.MustCompile(`<(?:\w+:)?row [^>]*?\br="(\d+)"`)

// checkWorkbook unpacks every part of the workbook once, within the limits and against its sum. It returns the number
// of the last row that each sheet's XML holds, by the sheet's relation in the workbook, where it can be told.
func (d *decoder) checkWorkbook(ctx context.Context, file *os.File, size int64) (map[string]int64, error) {
	archive, err := openZip(file, size)
	if err != nil {
		return nil, err
	}
	byPart := map[string]int64{}
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
			byPart[name] = scan.last()
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
	byRelation := map[string]int64{}
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

// rowScan finds the last row number in a stream of worksheet XML.
type rowScan struct {
	tail
	found []byte // the text from the last "<row " on
}

func (s *rowScan) Write(p []byte) (int, error) {
	s.tail.Write(p)
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
