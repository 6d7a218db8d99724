package decode

import (
	"slices"
	"strings"
)

// cutter cuts delimited text into records and cells, as a careful person would who sees the whole line:
//
//   - a cell that begins with a quote ends with the next quote that stands before a delimiter or a line end; quotes inside
//     it are doubled, or have a backslash before them where the file writes so;
//   - where text follows a closing quote on the same line, the quotes are part of the text: "五水共治"河道淤塞;
//   - a quote that nothing closes is part of the text;
//   - line breaks of every kind inside a cell are one \n;
//   - where records end with CRLF, a lone LF outside quotes belongs to its cell if the record is then as wide as it should
//     be.
type cutter struct {
	delimiter byte
	separator string      // the delimiter once more: what is counted in a line
	escape    bool        // a backslash takes the meaning from the next character, as MySQL writes
	width     int         // cells of a usual record; 0: not known
	digits    map[int]int // of the cells that hold digits in most records, an ID, a day, a number, how many they mostly are
	cell      int         // bytes a cell may have
	crlf      bool        // records end with CRLF, as far as the first of them tell
	joins     bool        // a lone LF never ends a record
}

// maxLines is how many lines one cell may hold: more of them are rows that a stray quote has swallowed.
const maxLines = 5000

// shape is what was seen of one record.
type shape struct {
	cells    int
	lines    int  // lines of the text it takes, at least one
	odd      bool // a quote stands where a strict reader stumbles
	unclosed bool // a quote opens a cell and nothing closes it
	endless  bool // within what a cell may hold, that is: it is too long, or its quote is meant otherwise
	doubtful bool // one of its lines, alone, looks like a record
	lone     bool // an LF without a CR ends it
	joined   int  // lines that follow a lone LF inside it and hold anything
	apart    bool // it ends with a lone LF, and neither with nor without what follows is it as wide as it should be
}

// more is the answer where the text ends before the record does.
const more = -1

// record cuts the first record off the text: it gives the offset behind it, and its cells where into is not nil. final
// says that no text follows. The cells are parts of the text where that is possible.
func (c *cutter) record(text string, final bool, into []Cell) (next int, s shape, cells []Cell) {
	next, s, cells = c.line(text, final, into)
	if !c.crlf || next == more || next > 0 && !lone(text[:next]) {
		return next, s, cells
	}
	s.lone = true
	whole := *c
	whole.joins = true
	end, joined, _ := whole.line(text, final, nil)
	switch {
	case end == more && len(text) < c.cell:
		return more, s, cells
	case end == more || end == next || end > c.cell || joined.lines > maxLines:
		return next, s, cells
	case joined.cells == c.width:
		if into != nil {
			_, joined, cells = whole.line(text, final, into)
		}
		joined.joined = c.lines(text[next:end])
		whole.look(strings.TrimRight(text[:end], "\r\n"), &joined)
		return end, joined, cells
	case strings.TrimSpace(text[:next]) != "":
		_, following, _ := c.line(text[next:end], true, nil)
		fits := following.cells == c.width || joined.cells-s.cells+1 == c.width || c.lines(text[next:end]) == 0
		s.apart = s.cells != c.width || !fits
	}
	return next, s, cells
}

// lone reports whether a record ends with an LF that no CR stands before.
func lone(record string) bool {
	return strings.HasSuffix(record, "\n") && !strings.HasSuffix(record, "\r\n")
}

// lines counts the records that hold anything in a text of which every LF outside quotes ends one.
func (c *cutter) lines(text string) (n int) {
	for len(text) > 0 {
		next, _, _ := c.line(text, true, nil)
		if strings.Trim(text[:next], "\r\n") != "" {
			n++
		}
		text = text[next:]
	}
	return n
}

// lineEnd gives the offset of the line feed that ends the line, or the record where a lone one does not; -1 where none does.
func (c *cutter) lineEnd(text string) int {
	if !c.joins {
		return strings.IndexByte(text, '\n')
	}
	if at := strings.Index(text, "\r\n"); at >= 0 {
		return at + 1
	}
	return -1
}

// line cuts the first record off the text, as record does, but without a look at what kind of line break ends it.
func (c *cutter) line(text string, final bool, into []Cell) (next int, s shape, cells []Cell) {
	end := c.lineEnd(text)
	if end < 0 && !final {
		return more, s, into
	}
	if end < 0 {
		end = len(text)
	}
	line := text[:end]
	if strings.IndexByte(line, '"') < 0 && (!c.escape || strings.IndexByte(line, '\\') < 0) {
		return c.plain(text, line, into)
	}
	return c.careful(text, final, into)
}

// plain cuts a line without quotes.
func (c *cutter) plain(text, line string, into []Cell) (next int, s shape, cells []Cell) {
	next = min(len(line)+1, len(text))
	line = strings.TrimSuffix(line, "\r")
	s.lines = 1
	if c.joins {
		line = strings.TrimSuffix(line, "\n") // the last line of the text
		s.lines += strings.Count(line, "\n")
	}
	if strings.IndexByte(line, '\r') >= 0 {
		c.look(line, &s)
	}
	if into == nil {
		s.cells = strings.Count(line, c.separator) + 1
		return next, s, nil
	}
	for {
		at := strings.IndexByte(line, c.delimiter)
		if at < 0 {
			break
		}
		into = append(into, Cell{Text: unbroken(line[:at])})
		line = line[at+1:]
	}
	into = append(into, Cell{Text: unbroken(line)})
	s.cells = len(into)
	return next, s, into
}

// careful cuts a record that holds quotes.
func (c *cutter) careful(text string, final bool, into []Cell) (next int, s shape, cells []Cell) {
	s.lines = 1
	want := into != nil
	for at := 0; ; {
		end, value, state := c.next(text, at, final, want, &s)
		if state == more {
			return more, s, into
		}
		s.cells++
		if want {
			into = append(into, Cell{Text: value})
		}
		if end < len(text) && text[end] == c.delimiter {
			at = end + 1
			continue
		}
		next = min(end+1, len(text))
		if s.lines > 1 || strings.IndexByte(strings.TrimSuffix(text[:end], "\r"), '\r') >= 0 {
			c.look(text[:end], &s)
		}
		return next, s, into
	}
}

// look counts the lines of a record that a line break of whatever system cuts in several, and says whether they could be
// records of their own: whether one of them looks like one or, where records do not tell by digits, whether all of them
// are as wide.
func (c *cutter) look(record string, s *shape) {
	lines := strings.FieldsFunc(record, isBreak)
	s.lines = max(s.lines, len(lines))
	if len(lines) < 2 || c.width < 3 {
		return
	}
	if len(c.digits) > 0 {
		s.doubtful = slices.ContainsFunc(lines[1:], c.isLikeRecords)
		return
	}
	s.doubtful = !slices.ContainsFunc(lines, func(line string) bool { return !c.hasWidth(line) })
}

// hasWidth reports whether a line has as many cells as a record should have.
func (c *cutter) hasWidth(line string) bool { return strings.Count(line, c.separator)+1 == c.width }

// isLikeRecords reports whether a line has about as many digits as records have, in three of the cells where they have
// them, or in all of these where the line is as wide as a record.
func (c *cutter) isLikeRecords(line string) bool {
	alike := 0
	cells := strings.Split(line, c.separator)
	for at, usual := range c.digits {
		if at >= len(cells) {
			continue
		}
		if n := digitsOf(cells[at]); n > 0 && n*2 >= usual && n <= usual*2 {
			alike++
		}
	}
	return alike >= 3 || alike == len(c.digits) && c.hasWidth(line)
}

func digitsOf(cell string) (n int) {
	for i := range len(cell) {
		if cell[i] >= '0' && cell[i] <= '9' {
			n++
		}
	}
	return n
}

// learn notes which cells of the lines of a sample hold digits in two of three lines, and how many they mostly are. The
// first line that is wide enough is the header.
func (c *cutter) learn(sample string) {
	seen, n := make([]map[int]int, c.width), -1 // by cell: how many lines have how many digits there
	for line := range strings.FieldsFuncSeq(sample, isBreak) {
		if !c.hasWidth(line) {
			continue
		}
		if n++; n == 0 {
			continue
		}
		for at, cell := range strings.Split(line, c.separator) {
			if seen[at] == nil {
				seen[at] = map[int]int{}
			}
			seen[at][digitsOf(cell)]++
		}
	}
	c.digits = map[int]int{}
	for at, lines := range seen {
		if n <= 0 || lines[0]*3 > n {
			continue
		}
		usual := 0
		for digits, with := range lines {
			if digits > 0 && (usual == 0 || with > lines[usual] || with == lines[usual] && digits > usual) {
				usual = digits
			}
		}
		c.digits[at] = usual
	}
}

func isBreak(r rune) bool { return r == '\n' || r == '\r' }

// next reads the cell that begins at an offset: where it ends, on a delimiter, a line end or the end of the text, and its
// value.
func (c *cutter) next(text string, at int, final, want bool, s *shape) (end int, value string, state int) {
	start := at
	for start < len(text) && (text[start] == ' ' || text[start] == '\t' && c.delimiter != '\t') {
		start++
	}
	if strings.HasPrefix(text[start:], "\ufeff") { // files that were put together keep their marks
		start += len("\ufeff")
	}
	if start >= len(text) && !final {
		return 0, "", more
	}
	if start >= len(text) || text[start] != '"' {
		return c.bare(text, at, final, want)
	}
	for from, breaks := start+1, 0; ; {
		quote := c.closing(text, from)
		if quote < 0 {
			if !final && len(text)-start < c.cell && breaks+strings.Count(text[from:], "\n") < maxLines {
				return 0, "", more
			}
			s.odd, s.unclosed, s.endless = true, true, !final
			return c.bare(text, at, final, want)
		}
		breaks += strings.Count(text[from:quote], "\n")
		if quote-start > c.cell || breaks > maxLines {
			s.odd, s.unclosed, s.endless = true, true, true
			return c.bare(text, at, final, want)
		}
		behind := quote + 1
		for behind < len(text) && (text[behind] == ' ' || text[behind] == '\t' && c.delimiter != '\t') {
			behind++
		}
		if behind >= len(text) && !final || behind+1 >= len(text) && !final && text[behind] == '\r' {
			return 0, "", more
		}
		if behind < len(text) && text[behind] == '\r' && (behind+1 == len(text) || text[behind+1] == '\n') {
			behind++
		}
		if behind >= len(text) || text[behind] == c.delimiter || text[behind] == '\n' {
			s.lines += breaks
			if want {
				value = c.unquoted(text[start+1 : quote])
			}
			return behind, value, 0
		}
		s.odd = true
		if breaks == 0 { // the quotes are part of the text
			end, value, state = c.bare(text, at, final, want)
			if inner := strings.TrimRight(value, " "); state == 0 && want && len(inner) > quote-start+1 && strings.HasSuffix(inner, `"`) {
				value = c.unquoted(strings.TrimLeft(inner, " \t\ufeff")[1 : len(strings.TrimLeft(inner, " \t\ufeff"))-1])
			}
			return end, value, state
		}
		from = quote + 1
	}
}

// closing gives the offset of the next quote that may close a cell, from an offset inside it on.
func (c *cutter) closing(text string, from int) int {
	for {
		at := strings.IndexByte(text[from:], '"')
		if at < 0 {
			return -1
		}
		at += from
		if c.escape {
			slashes := 0
			for at-1-slashes >= from && text[at-1-slashes] == '\\' {
				slashes++
			}
			if slashes%2 == 1 {
				from = at + 1
				continue
			}
		}
		if at+1 < len(text) && text[at+1] == '"' {
			from = at + 2
			continue
		}
		return at
	}
}

// bare reads a cell that no quotes hold together.
func (c *cutter) bare(text string, at int, final, want bool) (end int, value string, state int) {
	end = at
	for end < len(text) && text[end] != c.delimiter && (text[end] != '\n' || c.joins && (end == 0 || text[end-1] != '\r')) {
		if c.escape && text[end] == '\\' && end+1 < len(text) {
			end++
		}
		end++
	}
	if end >= len(text) {
		if !final {
			return 0, "", more
		}
		end = len(text)
	}
	if want {
		value = text[at:end]
		if end == len(text) || text[end] == '\n' {
			value = strings.TrimSuffix(value, "\r")
		}
		value = unbroken(value)
		if c.escape {
			value = unescaped(value)
		}
	}
	return end, value, 0
}

// unquoted gives the text of a quoted cell from what stands between its quotes.
func (c *cutter) unquoted(inner string) string {
	if strings.IndexByte(inner, '"') >= 0 {
		inner = strings.ReplaceAll(inner, `""`, `"`)
	}
	if c.escape {
		inner = unescaped(inner)
	}
	return unbroken(inner)
}

// unbroken writes line breaks of every kind as \n.
func unbroken(cell string) string {
	if strings.IndexByte(cell, '\r') < 0 {
		return cell
	}
	return strings.ReplaceAll(strings.ReplaceAll(cell, "\r\n", "\n"), "\r", "\n")
}

// escaped are the characters that a backslash makes of others. A backslash and N, the mark of nothing, stays as it is.
var escaped = map[byte]string{'n': "\n", 't': "\t", 'r': "\n", '0': "", 'Z': "", 'b': "", 'N': `\N`}

// unescaped takes the backslashes out of a cell.
func unescaped(cell string) string {
	if strings.IndexByte(cell, '\\') < 0 {
		return cell
	}
	var b strings.Builder
	for i := 0; i < len(cell); i++ {
		if cell[i] != '\\' || i+1 == len(cell) {
			b.WriteByte(cell[i])
			continue
		}
		i++
		if written, ok := escaped[cell[i]]; ok {
			b.WriteString(written)
		} else {
			b.WriteByte(cell[i])
		}
	}
	return b.String()
}
