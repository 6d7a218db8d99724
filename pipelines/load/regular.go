package load

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"
)

// regular looks through a CSV file for anything that could be read in two ways.
type regular struct {
	file      io.ReaderAt
	size      int64
	delimiter byte
	table     *table // knows the header and which records are no rows
	headers   map[string]bool

	ends   int   // how lines end: 0: \n, 1: \r\n, -1: not known
	no     int64 // of the last record
	blank  int64 // records without anything since the last one that holds something
	count  int64 // rows
	passed int64 // records that are no rows: totals, notes, blank ones between rows
	untidy bool  // cells may have spaces around them

	keyAt  int    // the cell that is a row's key, -1 for none
	key    []byte // of the last row
	rising bool   // the key of every row is greater than that of the row before
}

type headRow struct {
	physicalRow
	end int64 // offset behind it
}

// head reads the first rows, as long as each is one line.
func (r *regular) head(n int) ([]headRow, error) {
	block := make([]byte, min(r.size, 256<<10))
	if _, err := r.file.ReadAt(block, 0); err != nil && err != io.EOF {
		return nil, err
	}
	var rows []headRow
	at, no := 0, int64(0)
	text := block
	if bytes.HasPrefix(text, []byte("\xef\xbb\xbf")) {
		at = 3
	}
	for len(rows) < n {
		length := bytes.IndexByte(text[at:], '\n')
		if length < 0 {
			break
		}
		line := text[at : at+length]
		at += length + 1
		no++
		reader := csv.NewReader(bytes.NewReader(line))
		reader.Comma, reader.FieldsPerRecord = rune(r.delimiter), -1
		cells, err := reader.Read()
		if err == io.EOF || len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if err != nil {
			break // a cell runs over several lines: the header stands above it, or the file is read row by row
		}
		rows = append(rows, headRow{physicalRow{no, cells}, int64(at)})
	}
	return rows, nil
}

// unclear are bytes that only the careful reader treats rightly: spaces other than the common one, and nothing.
var unclear = [][]byte{{0}, []byte("\u3000"), []byte("\u00a0"), []byte("\u200b"), []byte("\ufeff"), []byte("\ufffd"), []byte("\v"), []byte("\f")}

// numberTo looks through the records behind the header and writes those that are rows to a file, each behind its number.
// clean means: every record is as wide as the header, quotes stand only around whole cells, and lines end in one way.
// Totals, notes and blank lines are left out and counted. Cutting a block into records, looking for what is unclear in it
// and writing go on side by side.
func (r *regular) numberTo(ctx context.Context, path string, header headRow) (clean bool, err error) {
	out, err := os.Create(path)
	if err != nil {
		return false, err
	}
	written := make(chan error, 1)
	written <- nil
	defer func() { err = errors.Join(err, <-written, out.Close()) }()
	const blockSize = 1 << 20
	block := make([]byte, 0, 2*blockSize)
	var numbered [2][]byte // one is filled while the other is written
	r.no, r.headers, r.ends = header.no, map[string]bool{}, -1
	for _, cell := range header.cells {
		r.headers[trim(cell)] = true
	}
	for at, turn := header.end, 0; ; turn = 1 - turn {
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		kept := len(block)
		if kept > blockSize {
			return false, nil // a record longer than a cell may be
		}
		block = block[:kept+int(min(blockSize, r.size-at))]
		if _, err := r.file.ReadAt(block[kept:], at); err != nil && err != io.EOF {
			return false, err
		}
		at += int64(len(block) - kept)
		final := at == r.size
		lines := block
		if !final {
			lines = block[:bytes.LastIndexByte(block, '\n')+1]
		}
		cleared := make(chan bool, 1)
		go func() { cleared <- r.clear(lines) }()
		rest, ok := []byte(nil), false
		numbered[turn], rest, ok = r.number(numbered[turn][:0], block, final)
		if clear := <-cleared; !clear || !ok {
			return false, nil
		}
		if err := <-written; err != nil {
			written <- nil
			return false, err
		}
		go func() {
			_, err := out.Write(numbered[turn])
			written <- err
		}()
		if final {
			return len(rest) == 0, nil
		}
		block = append(block[:0], rest...)
	}
}

// number appends the rows among the records of a text to others, each behind its number, and gives the rest: a record
// that the text does not end. ok is false where a record could be read in two ways.
func (r *regular) number(rows, text []byte, final bool) (numbered, rest []byte, ok bool) {
	for len(text) > 0 {
		end := bytes.IndexByte(text, '\n')
		if end < 0 && !final {
			break
		}
		if end < 0 {
			end = len(text)
		}
		cells := 0
		if bytes.IndexByte(text[:end], '"') >= 0 {
			length, count, ok := quotedRecord(text, r.delimiter, final)
			if !ok {
				return rows, text, false
			}
			if length < 0 {
				break
			}
			end, cells = length, count
		} else {
			cells = bytes.Count(text[:end], []byte{r.delimiter}) + 1
		}
		line := text[:end]
		if end < len(text) {
			ends := 0
			if bytes.HasSuffix(line, []byte("\r")) {
				ends, line = 1, line[:len(line)-1]
			}
			if r.ends >= 0 && r.ends != ends {
				return rows, text, false
			}
			r.ends = ends
		}
		row, ok := r.record(line, cells)
		if !ok {
			return rows, text, false
		}
		whole := text[:min(end+1, len(text))]
		if row {
			rows = append(append(strconv.AppendInt(rows, r.no, 10), r.delimiter), whole...)
		}
		text = text[len(whole):]
	}
	return rows, text, true
}

// clear reports whether lines are UTF-8 and hold nothing that only the careful reader treats rightly, and notes spaces at
// the ends of cells.
func (r *regular) clear(lines []byte) bool {
	if !utf8.Valid(lines) || r.delimiter != '\t' && bytes.IndexByte(lines, '\t') >= 0 {
		return false
	}
	for _, sequence := range unclear {
		if bytes.Contains(lines, sequence) {
			return false
		}
	}
	edge := func(i int) bool {
		return i < 0 || i >= len(lines) || lines[i] == r.delimiter || lines[i] == '"' || lines[i] == '\n' || lines[i] == '\r'
	}
	for at := 0; !r.untidy; at++ {
		next := bytes.IndexByte(lines[at:], ' ')
		if next < 0 {
			break
		}
		at += next
		r.untidy = edge(at-1) || edge(at+1)
	}
	return true
}

// record counts one record of some cells, given without its line end. row says whether it is a row of the table; ok is
// false where it could be read in two ways.
func (r *regular) record(line []byte, cells int) (row, ok bool) {
	r.no++
	first := 0
	for first < len(line) && (line[first] == r.delimiter || line[first] == ' ') {
		first++
	}
	if first == len(line) {
		r.blank++ // counted when something follows
		return false, true
	}
	if cells != len(r.table.header) || bytes.IndexByte(line, '\r') >= 0 {
		return false, false
	}
	r.passed, r.blank = r.passed+r.blank, 0
	if r.mayPass(line[first:]) {
		reader := csv.NewReader(bytes.NewReader(line))
		reader.Comma, reader.FieldsPerRecord = rune(r.delimiter), cells
		record, err := reader.Read()
		if err != nil || filled(record) == 0 {
			return false, false
		}
		if r.table.passes(r.table.outs[0], record) {
			r.passed++
			return false, true
		}
	}
	r.count++
	if r.rising {
		r.rising = r.rises(line)
	}
	return true, true
}

// rises compares the key of a row with that of the row before, byte by byte.
func (r *regular) rises(line []byte) bool {
	for range r.keyAt {
		next := bytes.IndexByte(line, r.delimiter)
		if bytes.IndexByte(line[:next], '"') >= 0 {
			return false // the delimiter may be part of a cell
		}
		line = line[next+1:]
	}
	if end := bytes.IndexByte(line, r.delimiter); end >= 0 {
		line = line[:end]
	}
	if len(line) == 0 || line[0] == '"' || bytes.Compare(line, r.key) <= 0 {
		return false
	}
	r.key = append(r.key[:0], line...)
	return true
}

// mayPass is a quick test for a record that is no row of the table, given from its first cell that holds something on:
// it must not miss one.
func (r *regular) mayPass(line []byte) bool {
	cell, rest := line, []byte(nil)
	if line[0] == '"' {
		cell = line[1:]
		if end := bytes.IndexByte(cell, '"'); end > 0 {
			cell, rest = cell[:end], cell[end+1:]
		} else {
			return true
		}
	} else if end := bytes.IndexByte(line, r.delimiter); end >= 0 {
		cell, rest = line[:end], line[end+1:]
	}
	for len(rest) > 0 && (rest[0] == r.delimiter || rest[0] == '"' || rest[0] == ' ') {
		rest = rest[1:]
	}
	cell = bytes.TrimSpace(cell)
	return len(cell) == 0 || len(rest) == 0 || suspicious(cell) || r.headers[string(cell)]
}

// stored selects the rows that were numbered as the typed select wants them, without _limit. at names the column of
// each input, -1 for none.
func (r *regular) stored(feed int, path string, at []int) string {
	columns := []string{"'_row': 'bigint'"}
	for i := range r.table.header {
		columns = append(columns, fmt.Sprintf("'f%d': 'varchar'", i))
	}
	inputs := []string{fmt.Sprintf("cast(%d as bigint) as _feed", feed), "_row", "cast(null as varchar) as _flaw"}
	for i, column := range at {
		input := "cast(null as varchar)"
		switch {
		case column >= 0 && r.untidy:
			input = fmt.Sprintf("nullif(trim(f%d), '')", column)
		case column >= 0:
			input = fmt.Sprintf("f%d", column)
		}
		inputs = append(inputs, fmt.Sprintf("%s as c%d", input, i+1))
	}
	return fmt.Sprintf(`select %s from read_csv(%s, auto_detect = false, header = false, delim = %s, quote = '"', escape = '"', strict_mode = true, buffer_size = %d, columns = {%s})`,
		strings.Join(inputs, ", "), fileLiteral(path), literal(string(r.delimiter)), readAhead, strings.Join(columns, ", "))
}

// quotedRecord finds the end of a record with quotes, the offset of its line end or of the end of the text, and counts its
// cells. -1 means the text ends before the record does; ok is false when a quote stands where it has two meanings.
func quotedRecord(text []byte, delimiter byte, final bool) (length, cells int, ok bool) {
	for i := 0; ; {
		end, quote := bytes.IndexByte(text[i:], '\n'), bytes.IndexByte(text[i:], '"')
		switch {
		case end < 0 && !final:
			return -1, 0, true
		case quote < 0 && end < 0:
			end = len(text) - i
			fallthrough
		case quote < 0 || end >= 0 && end < quote: // plain cells to the end
			return i + end, cells + bytes.Count(text[i:i+end], []byte{delimiter}) + 1, true
		case quote > 0 && text[i+quote-1] != delimiter:
			return 0, 0, false
		}
		cells += bytes.Count(text[i:i+quote], []byte{delimiter}) + 1
		j := quotedCell(text, i+quote)
		switch {
		case j < 0 || j == len(text) || text[j] == '\r' && j+1 == len(text):
			if j == len(text) && final {
				return j, cells, true
			}
			return -1, 0, !final
		case breaksAtEdge(text[i+quote+1 : j-1]):
			return 0, 0, false // readers differ in what they keep of it
		case text[j] == '\n':
			return j, cells, true
		case text[j] == '\r' && text[j+1] == '\n':
			return j + 1, cells, true
		case text[j] != delimiter:
			return 0, 0, false
		}
		i = j + 1
	}
}

// breaksAtEdge reports whether the text of a quoted cell has a line break around it, or one of another kind in it.
func breaksAtEdge(cell []byte) bool {
	cell = bytes.Trim(cell, " ")
	return bytes.IndexByte(cell, '\r') >= 0 || len(cell) > 0 && (cell[0] == '\n' || cell[len(cell)-1] == '\n')
}

// quotedCell gives the offset behind the cell whose quote opens at i, -1 where it does not close.
func quotedCell(text []byte, i int) int {
	for j := i + 1; ; {
		next := bytes.IndexByte(text[j:], '"')
		if next < 0 {
			return -1
		}
		if j += next + 1; j == len(text) || text[j] != '"' {
			return j
		}
		j++
	}
}
