package decode

import (
	"strings"
)

// cutter cuts delimited text into records and cells, as a careful person would who sees the whole line:
//
//   - a cell that begins with a quote ends with the next quote that stands before a delimiter or a line end; quotes inside
//     it are doubled, or have a backslash before them where the file writes so;
//   - where text follows a closing quote on the same line, the quotes are part of the text: "五水共治"河道淤塞;
//   - a quote that nothing closes is part of the text;
//   - line breaks of every kind inside a cell are one \n.
type cutter struct {
	delimiter byte
	separator string // the delimiter once more: what is counted in a line
	escape    bool   // a backslash takes the meaning from the next character, as MySQL writes
	width     int    // cells of a usual record; 0: not known
	cell      int    // bytes a cell may have
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
	doubtful bool // each of its lines, alone, is as wide as a record
}

// more is the answer where the text ends before the record does.
const more = -1

// record cuts the first record off the text: it gives the offset behind it, and its cells where into is not nil. final
// says that no text follows. The cells are parts of the text where that is possible.
func (c *cutter) record(text string, final bool, into []Cell) (next int, s shape, cells []Cell) {
	end := strings.IndexByte(text, '\n')
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
		if s.lines > 1 && c.width >= 3 {
			s.doubtful = c.everyLineIsWide(text[:end])
		}
		return next, s, into
	}
}

// everyLineIsWide reports whether each line of a record has as many cells as a record should have.
func (c *cutter) everyLineIsWide(record string) bool {
	for line := range strings.SplitSeq(record, "\n") {
		if strings.Count(line, c.separator)+1 != c.width {
			return false
		}
	}
	return true
}

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
	for end < len(text) && text[end] != c.delimiter && text[end] != '\n' {
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

// escapes are the characters that a backslash makes of others. A backslash and N, the mark of nothing, stays as it is.
var escapes = map[byte]string{'n': "\n", 't': "\t", 'r': "\n", '0': "", 'Z': "", 'b': "", 'N': `\N`}

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
		if written, ok := escapes[cell[i]]; ok {
			b.WriteString(written)
		} else {
			b.WriteByte(cell[i])
		}
	}
	return b.String()
}
