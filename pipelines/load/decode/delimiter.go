package decode

import (
	"strings"
)

var delimiters = []byte{',', '\t', ';', '|'}

// delimiter gives the pinned delimiter as a byte. known is false for one that no file is cut by.
func (p Pins) delimiter() (delimiter byte, known bool) {
	switch p.Delimiter {
	case ",", ";", "|", "\t":
		return p.Delimiter[0], true
	case "tab", `\t`:
		return '\t', true
	}
	return 0, false
}

// cutting tells from the first records how a text is cut: by the delimiter that cuts most of them into the same number of
// cells, and into more cells than the others. A delimiter under which more headers are known wins: a column of notes that
// all hold four bars is more regular than a short table. whole says that the sample is all there is.
func (d *decoder) cutting(sample string, whole bool, pins Pins) cutter {
	best := &cutter{delimiter: ',', separator: ",", cell: d.Limits.Cell}
	score, known := -1.0, 1
	candidates := delimiters
	if pinned, ok := pins.delimiter(); ok {
		candidates = []byte{pinned}
	}
	for _, delimiter := range candidates {
		if strings.IndexByte(sample, delimiter) < 0 && len(candidates) > 1 {
			continue
		}
		for _, escape := range []bool{false, true} {
			if escape && !escapes(sample, delimiter) {
				continue
			}
			c := &cutter{delimiter: delimiter, separator: string(rune(delimiter)), escape: escape, cell: d.Limits.Cell}
			regular, headers := c.sample(sample, whole, d.Known)
			if strings.Contains(sample, "\r\n") {
				c, regular, headers = c.byCRLF(sample, whole, d.Known, regular, headers)
			}
			if headers < known && score >= 0 || headers <= known && regular <= score {
				continue
			}
			best, score, known = c, regular, max(headers, known)
		}
	}
	if best.width >= 3 {
		best.learn(sample)
	}
	return *best
}

// byCRLF gives the cutter itself or, where records end with CRLF, one that knows it, with how regular its records are. A
// lone LF in many cells makes the lines of the sample irregular; then its width is that of the records which CRLF ends.
func (c *cutter) byCRLF(sample string, whole bool, known func([]string) int, regular float64, headers int) (*cutter, float64, int) {
	if !c.endsWithCRLF(sample, whole) {
		return c, regular, headers
	}
	other := *c
	other.joins = true
	joined, found := other.sample(sample, whole, known)
	other.joins = false
	if joined < regular {
		other, joined, found = *c, regular, headers
	}
	other.crlf = other.width > 1
	return &other, joined, max(found, headers)
}

// endsWithCRLF reports whether the first record of a sample, which is mostly the header, and at least half of all that hold
// anything end with CRLF.
func (c *cutter) endsWithCRLF(sample string, whole bool) bool {
	with, without := 0, 0
	for len(sample) > 0 {
		next, _, _ := c.line(sample, whole, nil)
		if next == more {
			break
		}
		switch record := sample[:next]; {
		case strings.HasSuffix(record, "\r\n"):
			with++
		case lone(record) && with == 0:
			return false
		case lone(record):
			without++
		}
		sample = sample[next:]
	}
	return with > 0 && with >= without
}

// escapes reports whether a backslash stands before what would end a cell. MySQL writes a line break in a cell so, and
// quotes nothing.
func escapes(sample string, delimiter byte) bool {
	return strings.Contains(sample, `\"`) || strings.Contains(sample, "\\\n") || strings.Contains(sample, "\\"+string(rune(delimiter)))
}

// sample cuts the first records, notes how wide most of them are, and says how regular they are, and how many headers of
// one export stand in the best of the first rows.
func (c *cutter) sample(text string, whole bool, known func([]string) int) (regular float64, headers int) {
	var widths []int
	odd := 0
	cells := []Cell{}
	for rest := text; len(rest) > 0 && len(widths) < 200; {
		next, s, found := c.record(rest, whole, cells[:0])
		if next == more {
			break // cut by the end of the sample
		}
		line := rest[:next]
		cells, rest = found, rest[next:]
		if s.unclosed || s.odd {
			odd++
		}
		if s.cells == 1 && strings.TrimSpace(found[0].Text) == "" {
			continue
		}
		if s.lines > 1 && s.cells > 1 && strings.IndexByte(line, '"') < 0 { // lines that a carriage return ends, perhaps
			ends := isBreak
			if c.joins {
				ends = func(r rune) bool { return r == '\r' }
				line = strings.TrimRight(line, "\r\n")
			}
			for part := range strings.FieldsFuncSeq(line, ends) {
				widths = append(widths, strings.Count(part, c.separator)+1)
			}
		} else {
			widths = append(widths, s.cells)
		}
		if known != nil && len(widths) <= headerWithin {
			texts := make([]string, len(found))
			for i, cell := range found {
				texts[i] = cell.Text
			}
			headers = max(headers, known(texts))
		}
	}
	counts := map[int]int{}
	for _, w := range widths {
		counts[w]++
	}
	mode := 1
	for w, n := range counts {
		if w > 1 && (mode == 1 || n*min(w, 8) > counts[mode]*min(mode, 8) || n*min(w, 8) == counts[mode]*min(mode, 8) && w > mode) {
			mode = w
		}
	}
	if mode == 1 {
		return 0, headers
	}
	c.width = mode
	share := float64(counts[mode]) / float64(len(widths))
	return share*(1+float64(min(mode, 40))/40) - float64(odd)/float64(4*len(widths)+1), headers
}

// headerWithin is how many rows that hold anything are looked at for known headers.
const headerWithin = 20
