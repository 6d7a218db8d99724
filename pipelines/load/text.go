package load

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"hulian/data"
	"hulian/pipelines"
)

// encodingOf gives the decoder of a named encoding; nil for UTF-8.
func encodingOf(name string) (encoding.Encoding, error) {
	switch strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(name)) {
	case "utf8":
		return nil, nil
	case "utf16le", "utf16":
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), nil
	case "utf16be":
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM), nil
	case "gb18030", "gbk", "gb2312", "cp936":
		return simplifiedchinese.GB18030, nil // a superset of the others: rare characters of names have four bytes
	}
	return nil, fmt.Errorf("encoding %q: must be utf-8, utf-16le, utf-16be or gb18030", name)
}

// nameOf is what mapping files call an encoding.
func nameOf(enc encoding.Encoding) string {
	if enc == nil {
		return "utf-8"
	}
	name, _, _ := strings.Cut(strings.ToLower(fmt.Sprint(enc)), " ")
	return name
}

// utf16Of tells UTF-16 from its byte order mark, or without one from zero bytes that all stand at odd or all at even
// places, as the line breaks and delimiters of a table make them.
func utf16Of(head []byte) (encoding.Encoding, bool) {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), true
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM), true
	}
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	breaks := func(low, high int) bool { // a table has lines
		for i := 0; i+1 < len(head); i += 2 {
			if head[i+low] == '\n' && head[i+high] == 0 {
				return true
			}
		}
		return false
	}
	few := func(n int) bool { return n*100 < len(head) }
	many := func(n int) bool { return n*10 > len(head) }
	switch {
	case many(zeros[1]) && few(zeros[0]) && breaks(0, 1):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), true
	case many(zeros[0]) && few(zeros[1]) && breaks(1, 0):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), true
	}
	return nil, false
}

// guessEncoding reads the whole file once: a table that starts in plain ASCII may turn out to be GB18030 at its end.
func guessEncoding(file io.ReaderAt, size int64) (encoding.Encoding, error) {
	head := make([]byte, 64<<10)
	n, err := file.ReadAt(head[:min(int64(len(head)), size)], 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if enc, ok := utf16Of(head[:n]); ok {
		return enc, nil
	}
	broken, whole, err := brokenUTF8(io.NewSectionReader(file, 0, size))
	switch {
	case err != nil || broken == 0:
		return nil, err
	case whole > 20*broken: // by chance GB18030 makes few characters of UTF-8: this is UTF-8, cut or damaged here and there
		return unicode.UTF8, nil
	default:
		return simplifiedchinese.GB18030, nil
	}
}

// brokenUTF8 counts the bytes that are no part of a character, and the characters of several bytes. Where the first is
// 0 the second is not counted.
func brokenUTF8(r io.Reader) (broken, whole int, err error) {
	buffer := make([]byte, 256<<10)
	kept, characters := 0, 0
	count := func(text []byte) {
		if broken == 0 && utf8.Valid(text) {
			characters += len(text) - utf8.RuneCount(text) // at least half as many bytes more as there are such characters
			return
		}
		for len(text) > 0 {
			r, size := utf8.DecodeRune(text)
			switch {
			case r == utf8.RuneError && size == 1:
				broken++
			case size > 1:
				whole++
			}
			text = text[size:]
		}
	}
	for {
		n, err := r.Read(buffer[kept:])
		text := buffer[:kept+n]
		if err == io.EOF {
			count(text)
			return broken, whole + characters/3, nil
		}
		if err != nil {
			return 0, 0, err
		}
		complete := len(text) // the last character may continue in the next block
		for back := 1; back <= min(utf8.UTFMax-1, len(text)); back++ {
			if b := text[len(text)-back]; utf8.RuneStart(b) {
				if !utf8.FullRune(text[len(text)-back:]) {
					complete = len(text) - back
				}
				break
			}
		}
		count(text[:complete])
		kept = copy(buffer, text[complete:])
	}
}

// decodeText reads CSV, JSON or NDJSON.
func (d *decoder) decodeText(ctx context.Context, file *os.File, size int64, label string) error {
	pins := d.visit.pins(label)
	if label == "" && size >= d.limits.Direct {
		if done, err := d.decodeDirect(ctx, file, size, pins); done || err != nil {
			return err
		}
	}
	enc, err := encodingOf(pins.Encoding)
	if pins.Encoding == "" {
		enc, err = guessEncoding(file, size)
	} else if enc == nil {
		enc = unicode.UTF8 // what is pinned and does not hold is replaced, and told of
	}
	if err != nil {
		return err
	}
	fresh := func() *bufio.Reader {
		var r io.Reader = io.NewSectionReader(file, 0, size)
		if enc != nil {
			r = transform.NewReader(r, enc.NewDecoder())
		}
		b := bufio.NewReaderSize(r, 256<<10)
		if mark, err := b.Peek(3); err == nil && string(mark) == "\ufeff" {
			b.Discard(3)
		}
		return b
	}
	// A pinned UTF-8 that does not hold, and every other encoding, can lose characters without an error.
	s := sheet{name: label, member: label, damaged: enc != nil || pins.Encoding != "", read: pipelines.ReadAs{Format: "csv", Encoding: nameOf(enc)}}
	if pins.Encoding != "" {
		s.read.Pinned = append(s.read.Pinned, "encoding")
	}
	sample, err := fresh().Peek(64 << 10)
	if err != nil && err != io.EOF {
		return reject(pipelines.FileUnreadable, err.Error())
	}
	text := string(sample)
	if len(strings.TrimSpace(text)) == 0 && len(sample) < 64<<10 {
		return reject(pipelines.FileEmpty, "")
	}
	if binary([]byte(strings.ReplaceAll(text, "\x00", "\x01"))) || strings.Count(text, "\x00") > 0 {
		return reject(pipelines.FileUnsupported, "binary")
	}
	if damaged := strings.Count(text, "\ufffd"); damaged*50 > utf8.RuneCountInString(text) {
		return reject(pipelines.EncodingDamaged, fmt.Sprintf("U+FFFD × %d, %s", damaged, s.read.Encoding))
	}
	if looksLikeJSON(text) {
		s.read.Format = "json"
		return d.decodeJSON(ctx, fresh, s)
	}
	s.lettered = true
	return d.decodeCSV(ctx, fresh(), text, s)
}

// decodeDirect tries to leave a large file that begins as a CSV in UTF-8 to the engine. done is false where it is
// something else, or turns out to be further down.
func (d *decoder) decodeDirect(ctx context.Context, file *os.File, size int64, pins Pins) (done bool, err error) {
	if enc, err := encodingOf(pins.Encoding); pins.Encoding != "" && (err != nil || enc != nil) {
		return false, nil
	}
	head := make([]byte, min(size, 64<<10))
	if _, err := file.ReadAt(head, 0); err != nil && err != io.EOF {
		return false, err
	}
	if binary(head) {
		return false, nil
	}
	head = bytes.TrimPrefix(head[:bytes.LastIndexByte(head, '\n')+1], []byte("\ufeff"))
	if !utf8.Valid(head) || looksLikeJSON(string(head)) {
		return false, nil
	}
	delimiter := pins.delimiter()
	if delimiter == 0 {
		delimiter, _ = tellDelimiter(string(head), false)
	}
	s := sheet{lettered: true, damaged: pins.Encoding != "", read: pipelines.ReadAs{Format: "csv", Encoding: nameOf(nil)}}
	if pins.Encoding != "" {
		s.read.Pinned = append(s.read.Pinned, "encoding")
	}
	return d.visit.direct(ctx, file, size, delimiter, s.cutBy(delimiter, pins))
}

// cutBy notes the delimiter a table is read with.
func (s sheet) cutBy(delimiter byte, pins Pins) sheet {
	s.read.Delimiter = string(delimiter)
	if pins.delimiter() != 0 {
		s.read.Pinned = append(slices.Clone(s.read.Pinned), "delimiter")
	}
	return s
}

var delimiters = []byte{',', '\t', ';', '|'}

// sniffDelimiter tells the delimiter from the first records of a file: the one that cuts most of them into the same
// number of cells, and into more cells than the others. ok is false when none cuts anything.
func sniffDelimiter(sample string, whole bool) (delimiter byte, ok bool) {
	best := 0.0
	for _, candidate := range delimiters {
		if score := consistency(sample, candidate, whole); score > best {
			best, delimiter, ok = score, candidate, true
		}
	}
	return delimiter, ok
}

// tellDelimiter asks the headers first where several delimiters cut a file: a column of notes that all hold four bars is
// more regular than a short table. Only where no header is known do the widths decide.
func tellDelimiter(sample string, whole bool) (delimiter byte, ok bool) {
	delimiter, ok = sniffDelimiter(sample, whole)
	known := 0
	for _, candidate := range delimiters {
		if strings.IndexByte(sample, candidate) < 0 {
			continue
		}
		if n := knownHeaders(sample, candidate); n > max(known, 1) {
			known, delimiter, ok = n, candidate, true
		}
	}
	return delimiter, ok
}

// knownHeaders counts the columns of the contract that a delimiter makes of the best of the first rows.
func knownHeaders(sample string, delimiter byte) (most int) {
	reader := csv.NewReader(strings.NewReader(sample))
	reader.Comma, reader.LazyQuotes, reader.FieldsPerRecord, reader.ReuseRecord = rune(delimiter), true, -1, true
	for range DefaultLimits().HeaderIn {
		record, err := reader.Read()
		if err != nil {
			break
		}
		forms := reduce(record)
		for _, c := range data.Contracts() {
			most = max(most, len(matchContract(c, forms).at))
		}
	}
	return most
}

func consistency(sample string, delimiter byte, whole bool) float64 {
	if strings.IndexByte(sample, delimiter) < 0 {
		return 0
	}
	reader := csv.NewReader(strings.NewReader(sample))
	reader.Comma, reader.LazyQuotes, reader.FieldsPerRecord, reader.ReuseRecord = rune(delimiter), true, -1, true
	var widths []int
	for len(widths) < 200 {
		record, err := reader.Read()
		if err != nil {
			break
		}
		widths = append(widths, len(record))
	}
	if !whole && len(widths) > 1 {
		widths = widths[:len(widths)-1] // cut by the end of the sample
	}
	counts := map[int]int{}
	for _, w := range widths {
		counts[w]++
	}
	mode := 1
	for w, n := range counts {
		if w > 1 && (mode == 1 || n*min(w, 8) > counts[mode]*min(mode, 8)) {
			mode = w
		}
	}
	if mode == 1 {
		return 0
	}
	share := float64(counts[mode]) / float64(len(widths))
	return share * (1 + float64(min(mode, 40))/40)
}

// decodeCSV reads delimited text. Physical rows are what Excel shows when it opens the file: a record is a row, however
// many line breaks its quoted cells hold, and an empty line is a row too.
func (d *decoder) decodeCSV(ctx context.Context, r *bufio.Reader, sample string, s sheet) error {
	delimiter := d.visit.pins(s.member).delimiter()
	shift := int64(0)
	if line, rest, found := strings.Cut(sample, "\n"); found && strings.HasPrefix(strings.ToLower(line), "sep=") && len(strings.TrimSpace(line)) == 5 {
		sample, shift = rest, 1 // Excel's own way to name the delimiter, in the first line
		if delimiter == 0 && slices.Contains(delimiters, line[4]) {
			delimiter = line[4]
		}
		if _, err := r.ReadString('\n'); err != nil {
			return err
		}
	}
	if delimiter == 0 {
		var ok bool
		if delimiter, ok = tellDelimiter(sample, len(sample) < 64<<10); !ok {
			delimiter = ','
		}
	}
	var input io.Reader = r
	if strings.IndexByte(sample, '\n') < 0 && strings.IndexByte(sample, '\r') >= 0 {
		input = transform.NewReader(r, carriageReturns{}) // Excel for the old Macintosh
	}
	sink, err := d.visit.open(s.cutBy(delimiter, d.visit.pins(s.member)))
	if err != nil || sink == nil {
		return err
	}
	tail := &lastByte{r: input}
	reader := csv.NewReader(tail)
	reader.Comma, reader.LazyQuotes, reader.FieldsPerRecord, reader.ReuseRecord = rune(delimiter), true, -1, true
	row, nextLine, cells := shift, 1, int64(0)
	broken := false // whether the last cell read holds a line break, so was quoted
	for {
		record, err := reader.Read()
		if err == io.EOF {
			if broken && tail.b != '"' {
				return reject(pipelines.QuoteUnclosed, fmt.Sprint(row)) // the rows below lie in that cell
			}
			return sink.end()
		}
		if err != nil {
			return reject(pipelines.FileUnreadable, err.Error())
		}
		if row%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		line, _ := reader.FieldPos(0)
		row += int64(line-nextLine) + 1 // lines the reader passed over are empty rows
		last, _ := reader.FieldPos(len(record) - 1)
		breaks := strings.Count(record[len(record)-1], "\n")
		nextLine, broken = last+breaks+1, breaks > 0
		if cells += int64(len(record)); cells > d.limits.Cells {
			return reject(pipelines.FileTooLarge, fmt.Sprintf(" (> %d)", d.limits.Cells))
		}
		if nextLine-line > 5000 || len(record) == 1 && len(record[0]) > d.limits.Cell {
			return reject(pipelines.QuoteUnclosed, fmt.Sprint(row))
		}
		if err := sink.row(row, record); err != nil {
			return err
		}
	}
}

// lastByte remembers the last byte read that is no line end or blank.
type lastByte struct {
	r io.Reader
	b byte
}

func (l *lastByte) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if text := bytes.TrimRight(p[:n], "\r\n\t "); len(text) > 0 {
		l.b = text[len(text)-1]
	}
	return n, err
}

// carriageReturns turns the line ends of the old Macintosh into those of everyone else.
type carriageReturns struct{ transform.NopResetter }

func (carriageReturns) Transform(dst, src []byte, atEOF bool) (int, int, error) {
	n := copy(dst, src)
	for i, b := range dst[:n] {
		if b == '\r' {
			dst[i] = '\n'
		}
	}
	if n < len(src) {
		return n, n, transform.ErrShortDst
	}
	return n, n, nil
}

func fileTooLarge(size int64) (pipelines.Code, string) {
	return pipelines.FileTooLarge, fmt.Sprintf(" (%d MB)", size>>20)
}
