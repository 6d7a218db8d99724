package load

import (
	"bytes"
	"encoding/xml"
	"regexp"

	"github.com/xuri/excelize/v2"
)

// formulaLimit is how many formulas of a sheet may stand without their results before the file is refused whole.
const formulaLimit = 100_000

// longestCell is how far the beginning of a cell is carried on from one piece of XML to the next.
const longestCell = 64 << 10

// formulaScan finds the cells of a worksheet's XML that hold a formula and no result of it. Excel and WPS keep the
// result beside the formula; programs that write workbooks often do not, and such a cell reads as empty.
type formulaScan struct {
	carried []byte
	found   formulas
	count   int
}

// formulas are the texts of formulas by row and column, both from 1.
type formulas map[int64]map[int]string

var (
	cellReference = regexp.MustCompile(`^<c [^>]*?\br="([A-Z]+[0-9]+)"`)
	cellIsText    = regexp.MustCompile(`^<c [^>]*?\bt="str"(?s:.*)<v`) // the result may be an empty text
	cellResult    = regexp.MustCompile(`<v[^>/]*>[^<]`)
	cellFormula   = regexp.MustCompile(`(?s)<f[^>]*[^/]>(.*?)</f>|<f>(.*?)</f>`)
)

func (s *formulaScan) write(p []byte) {
	text := p
	if len(s.carried) > 0 {
		text = append(s.carried, p...)
	}
	s.carried = nil
	for len(text) > 0 {
		at := bytes.Index(text, []byte("<f"))
		if at < 0 {
			break
		}
		if at+2 == len(text) {
			break // the name goes on in the next piece
		}
		if next := text[at+2]; next != '>' && next != ' ' && next != '/' {
			text = text[at+2:] // <font, <formula1
			continue
		}
		start := bytes.LastIndex(text[:at], []byte("<c "))
		end := bytes.Index(text[at:], []byte("</c>"))
		switch {
		case end < 0:
			if start >= 0 && len(text)-start < longestCell {
				s.carried = bytes.Clone(text[start:])
			}
			return
		case start >= 0:
			s.cell(text[start : at+end])
		}
		text = text[at+end+len("</c>"):]
	}
	// A cell may have begun here whose formula comes with the next piece.
	if start := bytes.LastIndex(text, []byte("<c ")); start >= 0 && len(text)-start < longestCell && !bytes.Contains(text[start:], []byte("</c>")) {
		s.carried = bytes.Clone(text[start:])
	} else if len(text) > 2 {
		s.carried = bytes.Clone(text[len(text)-2:])
	} else {
		s.carried = bytes.Clone(text)
	}
}

// cell keeps the formula of a cell without a result.
func (s *formulaScan) cell(text []byte) {
	if cellIsText.Match(text) || cellResult.Match(text) || s.count > formulaLimit {
		return
	}
	reference := cellReference.FindSubmatch(text)
	if reference == nil {
		return
	}
	column, row, err := excelize.CellNameToCoordinates(string(reference[1]))
	if err != nil {
		return
	}
	formula := ""
	if inner := cellFormula.FindSubmatch(text); inner != nil {
		var plain string
		raw := append(inner[1], inner[2]...)
		if xml.Unmarshal(append(append([]byte("<f>"), raw...), "</f>"...), &plain) == nil {
			formula = plain
		}
	}
	if s.found == nil {
		s.found = formulas{}
	}
	if s.found[int64(row)] == nil {
		s.found[int64(row)] = map[int]string{}
	}
	s.found[int64(row)][column] = formula
	s.count++
}
