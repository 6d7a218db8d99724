package load

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// direct is a large CSV the engine reads itself, several times faster than rows can be handed over. Only a file that
// was looked through first and found regular qualifies, so that what the engine makes of it is what this package
// would have: the number of a row in the engine's order is its physical number in the file.
type direct struct {
	feed      *feed
	path      string
	delimiter byte
	lines     int64 // before the first row
	first     int64 // physical number of the first row
	count     int64 // rows
	width     int   // columns in the file
	large     bool  // its typed rows are kept in a file, not in memory
	continued bool  // a piece that is not the first
	at        []int // column of each input, -1 for none
}

// readAhead is how many bytes a thread of the engine reads at a time. Its own 32 MB would leave a file of 36 MB to one.
const readAhead = 4 << 20

// rows is the source of the typed select, in place of spools.
func (d *direct) rows(limit time.Time) string {
	var columns, inputs []string
	for i := range d.width {
		columns = append(columns, fmt.Sprintf("'f%d': 'varchar'", i))
	}
	for i, at := range d.at {
		input := "cast(null as varchar)"
		if at >= 0 {
			input = fmt.Sprintf("nullif(trim(f%d), '')", at)
		}
		inputs = append(inputs, fmt.Sprintf("%s as c%d", input, i+1))
	}
	return fmt.Sprintf(`(select cast(%d as bigint) as _feed, cast(null as bigint) as _row, cast(null as varchar) as _flaw, timestamp %s as _limit, %s
		from read_csv(%s, auto_detect = false, header = false, skip = %d, delim = %s, quote = '"', escape = '"', strict_mode = true, buffer_size = %d, columns = {%s}))`,
		d.feed.no, literal(limit.Format(time.DateTime)), strings.Join(inputs, ", "), fileLiteral(d.path), d.lines, literal(string(d.delimiter)), readAhead, strings.Join(columns, ", "))
}

// direct tries to give a CSV to the engine. done is false when the file has to be read row by row.
func (d *decoding) direct(ctx context.Context, file *os.File, size int64, delimiter byte, s sheet) (done bool, err error) {
	opened, err := d.open(s)
	if err != nil || opened == nil {
		return opened == nil, err
	}
	t := opened.(*table)
	if t.pinnedRow() > 0 {
		return false, nil
	}
	scan := &regular{file: file, size: size, delimiter: delimiter}
	head, err := scan.head(d.limits.HeaderIn)
	if err != nil || len(head) == 0 {
		return false, err
	}
	feeds, failures, tables := len(d.feeds), len(d.failures), d.tables
	undo := func() {
		d.feeds, d.failures, d.tables = d.feeds[:feeds], d.failures[:failures], tables
	}
	for _, r := range head {
		t.head = append(t.head, physicalRow{r.no, slices.Clone(r.cells)})
	}
	first, err := t.matchOnly()
	if err != nil || t.failed || first < 0 || first >= len(head) || len(t.outs) != 1 || !t.outs[0].feed.batch.independent() {
		undo()
		return false, err
	}
	header := head[first]
	count, clean, err := scan.rest(ctx, header.end, len(t.header), func(cells []string) bool { return passing(cells, t.header, t.titles, false) })
	if err != nil || !clean || count == 0 {
		undo()
		return false, err
	}
	f := t.outs[0].feed
	shared := f.batch
	f.batch = &batch{
		name: fmt.Sprintf("direct %d", f.no), contract: shared.contract, export: shared.export, pins: shared.pins, inputs: shared.inputs,
		direct: &direct{feed: f, path: file.Name(), delimiter: delimiter, lines: header.lines, first: header.no + 1, count: count, width: len(t.header), at: t.outs[0].at, large: size >= d.limits.Large},
	}
	f.read, f.handed = f.read+count, count
	return true, nil
}

// independent reports whether a row's values do not depend on its place in the file.
func (b *batch) independent() bool {
	if b.export == nil {
		return true
	}
	for _, column := range b.export.Columns {
		if column.Row {
			return false
		}
	}
	return !b.export.Distinct
}

// regular looks through a CSV file for anything that could be read in two ways.
type regular struct {
	file      io.ReaderAt
	size      int64
	delimiter byte
}

type headRow struct {
	physicalRow
	end   int64 // offset behind it
	lines int64 // line ends up to there
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
		rows = append(rows, headRow{physicalRow{no, cells}, int64(at), no})
	}
	return rows, nil
}

// unclear are bytes that only the careful reader treats rightly: spaces other than the common one, and nothing.
var unclear = [][]byte{{0}, []byte("\u3000"), []byte("\u00a0"), []byte("\u200b"), []byte("\ufeff"), []byte("\ufffd"), []byte("\v"), []byte("\f")}

// rest looks through the file from an offset on. clean means: every record has width cells, quotes stand only around
// whole cells, no line is empty, lines end in one way, and no row is a total or a note.
func (r *regular) rest(ctx context.Context, from int64, width int, pass func([]string) bool) (count int64, clean bool, err error) {
	const blockSize = 1 << 20
	buffer := make([]byte, 0, 2*blockSize)
	returns := -1 // -1: not known, 0: \n, 1: \r\n
	for at := from; ; {
		if ctx.Err() != nil {
			return 0, false, ctx.Err()
		}
		kept := len(buffer)
		if kept > blockSize {
			return 0, false, nil // a record longer than a cell may be
		}
		buffer = buffer[:kept+int(min(blockSize, r.size-at))]
		if _, err := r.file.ReadAt(buffer[kept:], at); err != nil && err != io.EOF {
			return 0, false, err
		}
		at += int64(len(buffer) - kept)
		for _, sequence := range unclear {
			if bytes.Contains(buffer, sequence) {
				return 0, false, nil
			}
		}
		if r.delimiter != '\t' && bytes.IndexByte(buffer, '\t') >= 0 {
			return 0, false, nil
		}
		text := buffer
		for len(text) > 0 {
			end := bytes.IndexByte(text, '\n')
			last := end < 0
			if last {
				if at < r.size {
					break
				}
				end = len(text)
			}
			line := text[:end]
			if bytes.IndexByte(line, '"') >= 0 {
				length, ok := quotedRecord(text, r.delimiter, at == r.size)
				if !ok {
					return 0, false, nil
				}
				if length < 0 {
					break // the record goes on in the next block
				}
				end, last = length, length == len(text)
				line = text[:end]
			}
			if !last || end < len(text) {
				way := 0
				if bytes.HasSuffix(line, []byte("\r")) {
					way, line = 1, line[:len(line)-1]
				}
				if returns >= 0 && returns != way {
					return 0, false, nil
				}
				returns = way
			}
			if !r.record(line, width, pass) {
				return 0, false, nil
			}
			count++
			text = text[min(end+1, len(text)):]
		}
		if at == r.size {
			return count, len(text) == 0, nil
		}
		buffer = append(buffer[:0], text...)
	}
}

// record checks one record without its line end.
func (r *regular) record(line []byte, width int, pass func([]string) bool) bool {
	if len(line) == 0 || bytes.IndexByte(line, '\r') >= 0 {
		return false
	}
	first := 0
	for first < len(line) && (line[first] == r.delimiter || line[first] == ' ' || line[first] == '"') {
		first++
	}
	if first == len(line) {
		return false // nothing in it
	}
	quoted := bytes.IndexByte(line, '"') >= 0
	if !quoted && bytes.Count(line, []byte{r.delimiter}) != width-1 {
		return false
	}
	if !quoted && !suspicious(line[first:]) {
		return true
	}
	reader := csv.NewReader(bytes.NewReader(line))
	reader.Comma, reader.FieldsPerRecord = rune(r.delimiter), width
	cells, err := reader.Read()
	return err == nil && !(suspicious(line[first:]) && pass(cells))
}

// suspicious is a quick test for what may be a total, a note or a page number: it must not miss one.
func suspicious[T string | []byte](line T) bool {
	if line[0] >= 0x80 {
		return true
	}
	switch line[0] | 0x20 {
	case 'g', 't', 's', 'p', 'n', 'r', '-':
		word := strings.ToLower(string(line[:min(len(line), 12)]))
		for _, start := range []string{"grand", "total", "sub", "sum", "prepared", "page", "note", "source", "remark", "-"} {
			if strings.HasPrefix(word, start) {
				return true
			}
		}
	}
	return false
}

// quotedRecord finds the end of a record with quotes: the offset of its line end, or of the end of the text. -1 means
// the text ends before the record does; ok is false when a quote stands where it has two meanings.
func quotedRecord(text []byte, delimiter byte, final bool) (length int, ok bool) {
	for i := 0; i < len(text); {
		if text[i] != '"' { // a plain cell
			j := i
			for j < len(text) && text[j] != delimiter && text[j] != '\n' {
				if text[j] == '"' {
					return 0, false
				}
				j++
			}
			if j == len(text) {
				if final {
					return j, true
				}
				return -1, true
			}
			if text[j] == '\n' {
				return j, true
			}
			i = j + 1
			continue
		}
		j := i + 1
		for {
			next := bytes.IndexByte(text[j:], '"')
			if next < 0 {
				return -1, !final
			}
			if j += next + 1; j < len(text) && text[j] == '"' {
				j++
				continue
			}
			break
		}
		if bytes.IndexByte(text[i:j], '\r') >= 0 {
			return 0, false // readers differ in what they keep of it
		}
		switch {
		case j == len(text) && final:
			return j, true
		case j == len(text) || text[j] == '\r' && j+1 == len(text):
			return -1, true
		case text[j] == '\n':
			return j, true
		case text[j] == '\r' && text[j+1] == '\n':
			return j + 1, true
		case text[j] != delimiter:
			return 0, false
		}
		i = j + 1
	}
	return len(text), final
}
