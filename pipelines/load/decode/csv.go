package decode

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"strings"
	"unsafe"

	"hulian/pipelines"
)

// csvBody gives the rows of delimited text from where they lie on disk.
type csvBody struct {
	path   string
	cut    cutter
	blocks []csvBlock
	count  int64
}

// csvBlock is a run of whole records.
type csvBlock struct {
	at, end int64 // offsets in the file
	row     int64 // number of the first record
}

// Blocks implements Body.
func (b *csvBody) Blocks() int { return len(b.blocks) }

// Count implements Body.
func (b *csvBody) Count() int64 { return b.count }

// Rows implements Body.
func (b *csvBody) Rows(ctx context.Context, block int, each func(Row) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	of := b.blocks[block]
	content := make([]byte, of.end-of.at)
	file, err := os.Open(b.path)
	if err != nil {
		return err
	}
	_, err = file.ReadAt(content, of.at)
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	text := asString(content) // nothing writes to content any more
	damaged := strings.Contains(text, "\ufffd")
	cells := make([]Cell, 0, max(b.cut.width, 16))
	for no := of.row; len(text) > 0; no++ {
		next, _, found := b.cut.record(text, true, cells[:0])
		text, cells = text[next:], found
		if !holds(cells) {
			continue
		}
		if err := each(Row{No: no, Cells: cells, Damaged: damaged}); err != nil {
			return err
		}
	}
	return nil
}

// asString sees bytes as a string without a copy. The bytes must not change as long as the string is used.
func asString(content []byte) string { return unsafe.String(unsafe.SliceData(content), len(content)) }

// holds reports whether a row holds anything.
func holds(cells []Cell) bool {
	for i := range cells {
		if !Blank(cells[i].Text) {
			return true
		}
	}
	return false
}

// decodeCSV reads delimited text to its end and notes where its records lie. Rows are what Excel shows when it opens the
// file: a record is a row, however many line breaks its quoted cells hold, and an empty line is a row too.
func (d *decoder) decodeCSV(ctx context.Context, t text, sample string, s Table) error {
	pins := d.Pins(s.Member)
	row := int64(1)
	if line, rest, found := strings.Cut(sample, "\n"); found && strings.HasPrefix(strings.ToLower(line), "sep=") && len(strings.TrimSpace(line)) <= 5 {
		// Excel's own way to name the delimiter, in the first line.
		t.start += int64(len(line) + 1)
		sample, row = rest, 2
		if _, pinned := pins.delimiter(); !pinned && len(line) > 4 && bytes.IndexByte(delimiters, line[4]) >= 0 {
			pins.Delimiter = line[4:5]
		}
	}
	cut := d.cutting(sample, t.end-t.start <= int64(len(sample)), pins)
	s = s.cutBy(cut.delimiter, d.Pins(s.Member))
	s.Silence = SilentEnd
	d.file.last = s.ReadAs
	scan := &csvScan{decoder: d, text: t, body: &csvBody{path: t.path, cut: cut}, row: row}
	if err := scan.run(ctx); err != nil {
		return err
	}
	scan.body.count = scan.records
	s.Body, s.Suspects, s.Doubt = scan.body, scan.suspects, scan.doubt
	if s.Doubt == nil && scan.several > 0 && !cut.escape {
		strict, err := strictRecords(t, cut.delimiter)
		if err != nil {
			return err
		}
		if strict >= 0 && strict != scan.records+scan.joined {
			s.Doubt = &Doubt{Rows: scan.records, Lines: strict, Row: scan.several, Text: scan.severalText}
		}
	}
	if s.Doubt != nil {
		s.Doubt.Rows = scan.records
	}
	d.add(s)
	return nil
}

// csvScan goes through delimited text once.
type csvScan struct {
	*decoder
	text     text
	body     *csvBody
	row      int64 // number of the next record
	records  int64 // that are not empty lines
	lines    int64 // likewise
	whole    int64 // likewise; records that a lone LF ends are counted with what follows
	joined   int64 // lines that follow a lone LF within a record
	cells    int64
	several  int64 // the first row that takes several lines
	suspects []int64
	doubt    *Doubt
	unshown  bool // what follows belongs to the text of the doubt

	severalText string
}

func (s *csvScan) run(ctx context.Context) (err error) {
	file, r, err := s.text.reader()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	var kept []byte
	at := s.text.start // of kept
	for final := false; !final; {
		if err := ctx.Err(); err != nil {
			return err
		}
		piece := make([]byte, len(kept)+s.Limits.Block)
		copy(piece, kept)
		n, err := io.ReadFull(r, piece[len(kept):])
		if final = errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF); err != nil && !final {
			return Refuse(pipelines.FileUnreadable, Because(err))
		}
		piece = piece[:len(kept)+n]
		used, err := s.block(asString(piece), at, final)
		if err != nil {
			return err
		}
		kept, at = piece[used:], at+int64(used)
		if len(kept) > 2*s.Limits.Cell && len(kept) > s.Limits.Block*2 {
			return Refuse(pipelines.LineTooLong, pipelines.NewDetail(pipelines.DetailRow, s.row))
		}
	}
	switch {
	case s.doubt == nil:
	case s.doubt.LineEnds:
		s.doubt.Lines = s.whole
	default:
		s.doubt.Lines = s.lines
	}
	return nil
}

// block notes the whole records of a piece of text and says how much of it they take.
func (s *csvScan) block(text string, at int64, final bool) (used int, err error) {
	first := s.row
	for used < len(text) {
		next, found, _ := s.body.cut.record(text[used:], final, nil)
		if next == more {
			break
		}
		switch {
		case found.unclosed && found.endless:
			return 0, Refuse(pipelines.LineTooLong, pipelines.NewDetail(pipelines.DetailRow, s.row))
		case found.unclosed:
			return 0, Refuse(pipelines.QuoteUnclosed, pipelines.NewDetail(pipelines.DetailRow, s.row))
		}
		if found.cells > widest {
			return 0, Refuse(pipelines.FileTooWide, pipelines.NewDetail(pipelines.DetailTooMany, found.cells, s.Limits.Columns))
		}
		line := text[used : used+next]
		if used += next; len(line) > 2 || strings.Trim(line, "\r\n") != "" {
			s.note(line, found)
		}
		s.row++
		if s.cells += int64(found.cells); s.cells > s.Limits.Cells {
			return 0, Refuse(pipelines.FileTooLarge, pipelines.NewDetail(pipelines.DetailCells, s.Limits.Cells))
		}
	}
	if used > 0 {
		s.body.blocks = append(s.body.blocks, csvBlock{at: at, end: at + int64(used), row: first})
	}
	return used, nil
}

// note counts one record that is not an empty line.
func (s *csvScan) note(line string, found shape) {
	s.records++
	s.lines += int64(found.lines)
	s.joined += int64(found.joined)
	if !found.lone {
		s.whole++
	}
	if found.lines > 1 && s.several == 0 {
		s.several, s.severalText = s.row, onOneLine(line)
	}
	if s.unshown {
		s.doubt.Text, s.unshown = shortened(s.doubt.Text+lineBreak+onOneLine(line)), false
	}
	if (found.doubtful || found.apart) && s.doubt == nil {
		s.doubt = &Doubt{Row: s.row, LineEnds: found.apart, Text: onOneLine(line)}
		s.unshown = found.apart
	}
	if len(s.suspects) < mostSuspects && s.Suspect(firstOf(line, s.body.cut.delimiter)) {
		s.suspects = append(s.suspects, s.row)
	}
}

// lineBreak stands for a line break in a text that is shown on one line, mostShown is how many characters of it are shown.
const (
	lineBreak = "⏎"
	mostShown = 240
)

var lineBreaks = strings.NewReplacer("\r\n", lineBreak, "\n", lineBreak, "\r", lineBreak)

// onOneLine writes a record on one line, as people are shown it.
func onOneLine(record string) string {
	return shortened(lineBreaks.Replace(strings.TrimRight(record, "\r\n")))
}

func shortened(text string) string {
	n := 0
	for at := range text {
		if n++; n > mostShown {
			return strings.Clone(text[:at]) + "…"
		}
	}
	return strings.Clone(text) // the record lies in a block of the file
}

// mostSuspects is how many rows of a table are noted that may be headers; more of them are rows like any other.
const mostSuspects = 10_000

// firstOf gives the first cell of a record that holds anything, as far as it can be told without cutting the record.
func firstOf(line string, delimiter byte) string {
	at := 0
	for at < len(line) && (line[at] == delimiter || line[at] == ' ' || line[at] == '"') {
		at++
	}
	line = line[at:]
	for i := range len(line) {
		if c := line[i]; c == delimiter || c == '"' || c == '\n' || c == '\r' {
			return line[:i]
		}
	}
	return line
}

// strictRecords counts the records once more, by the rules of RFC 4180 and by another reader; -1 where these rules
// cannot be kept.
func strictRecords(t text, delimiter byte) (n int64, err error) {
	file, r, err := t.reader()
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	reader := csv.NewReader(r)
	reader.Comma, reader.FieldsPerRecord, reader.ReuseRecord = rune(delimiter), -1, true
	for {
		_, err := reader.Read()
		var broken *csv.ParseError
		switch {
		case err == io.EOF:
			return n, nil
		case errors.As(err, &broken):
			return -1, nil
		case err != nil:
			return 0, err
		}
		n++
	}
}

// widest is how many cells a record may have, empty ones included: as many as a worksheet has columns.
const widest = 16384
