package typing

import (
	"math"
	"time"

	"hulian/data"
	"hulian/pipelines/load/decode"
	"hulian/pipelines/load/match"
	"hulian/pipelines/personal"
)

// plain reads a text in the form in which programs write nearly every cell. ok is false for every text that is written in
// another way or of which something is to be said: it goes the long way, Reader.read, which reads plain texts to the same
// value. It is the short way for rows by the million.
type plain func(text string) (v Value, ok bool)

// plainOf gives the short way for a column; nil where there is none, because a mapping file speaks of its texts or because a
// word for nothing would pass for a value.
func plainOf(c *column, s *Settings) plain {
	if c.How != match.FromCell || c.Only != nil || c.Words != nil {
		return nil
	}
	switch {
	case c.isID && c.Type == data.TypeText && !c.nothing.any(isPlainID):
		return c.plainID
	case c.isFree:
		return c.plainFree
	case c.Type == data.TypeEnum:
		return c.plainWords()
	case (c.Type == data.TypeInteger || c.Type == data.TypeDecimal && !c.Round) && !c.nothing.any(isPlainNumber):
		return c.plainNumber
	case (c.Type == data.TypeDate || c.Type == data.TypeTimestamp) && !c.nothing.any(beginsWithPlainDay) && s.Layout == "" &&
		(s.FileZone == nil || s.Zone == nil || s.FileZone == s.Zone):
		last := int64(math.MaxInt64)
		if !c.Future && !s.Limit.IsZero() {
			last = s.Limit.UnixMicro() - 1
		}
		return func(text string) (Value, bool) { return c.plainMoment(text, last) }
	}
	return nil
}

// plainID reads V00000001 and 20180001.
func (c *column) plainID(text string) (Value, bool) {
	return Value{Set: true, Text: text}, len(text) <= c.limit && isPlainID(text)
}

// isPlainID tells letters and digits that can be meant in one way only: 12E5 may be a number, and a word is none.
func isPlainID(text string) bool {
	letters, digits := 0, 0
	for i := range len(text) {
		switch b := text[i]; {
		case b >= '0' && b <= '9':
			digits++
		case b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z':
			letters++
		default:
			return false
		}
	}
	return digits > 0 && (letters == 0 || text[0] > '9')
}

// plainFree reads a short text with nothing around it and too few digits for the number of a person.
func (c *column) plainFree(text string) (Value, bool) {
	if text[0] == '=' || text[0] == '#' || len(text) > c.limit || len(decode.Trim(text)) < len(text) || c.nothing.is(text) {
		return Value{}, false
	}
	digits := 0
	for i := range len(text) {
		digits += int(mayBeDigit[text[i]])
	}
	return Value{Set: true, Text: text}, digits < personal.Shortest
}

// mayBeDigit counts 1 for digits and for the bytes that full-width ones begin with.
var mayBeDigit = func() (n [256]uint8) {
	for b := '0'; b <= '9'; b++ {
		n[b] = 1
	}
	n["０"[0]] = 1
	return n
}()

// plainWords reads the words of the contract as they stand there.
func (c *column) plainWords() plain {
	values := map[string]Value{}
	for word, id := range c.words.exact {
		if decode.Trim(word) == word && unprotected(word) == word && !c.nothing.is(word) {
			values[word] = Value{Set: true, Text: id}
		}
	}
	return func(text string) (Value, bool) {
		v, ok := values[text]
		return v, ok
	}
}

// exactDigits is how many digits of a decimal number are kept, and are exact as a float and as a whole number.
const exactDigits = 15

var powersOfTen = [exactDigits + 1]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// scanPlainNumber takes 25 and 12.50 apart: 1250, with two places behind the point.
func scanPlainNumber(text string) (digits int64, places int, ok bool) {
	point := -1
	for i := range len(text) {
		switch b := text[i]; {
		case b >= '0' && b <= '9':
			digits = digits*10 + int64(b-'0')
		case b == '.' && point < 0 && i > 0:
			point = i
		default:
			return 0, 0, false
		}
		if i > exactDigits {
			return 0, 0, false
		}
	}
	if point < 0 {
		return digits, 0, len(text) > 0 && len(text) <= exactDigits
	}
	places = len(text) - point - 1
	return digits, places, places > 0
}

func isPlainNumber(text string) bool {
	_, _, ok := scanPlainNumber(text)
	return ok
}

// plainNumber reads a number within the bounds of the column. The quotient of two exact floats is the float next to the
// number, as it is when all its digits are read.
func (c *column) plainNumber(text string) (Value, bool) {
	digits, places, ok := scanPlainNumber(text)
	value := float64(digits) / powersOfTen[places]
	if !ok || c.Min != nil && value < *c.Min || c.Max != nil && value > *c.Max {
		return Value{}, false
	}
	if c.Type == data.TypeInteger {
		return Value{Set: true, Number: digits}, places == 0
	}
	return Value{Set: true, Float: value}, true
}

// beginsWithPlainDay tells texts that plainMoment may read, with or without what is blank in them.
func beginsWithPlainDay(text string) bool {
	m, ok := plainMoment(text[:min(len(text), len(time.DateOnly))])
	return ok && m.usual()
}

// usual reports whether there is such a day and time, in a year that dates may have.
func (m Moment) usual() bool { return m.Year >= firstYear && m.Year <= lastYear && m.valid() }

// plainMoment reads what the function of that name reads, where it is not behind the last moment.
func (c *column) plainMoment(text string, last int64) (Value, bool) {
	m, ok := plainMoment(text)
	if !ok || !m.usual() {
		return Value{}, false
	}
	seconds := daysSince1970(m.Year, m.Month, m.Day) * 24 * 60 * 60
	if c.Type == data.TypeTimestamp {
		seconds += int64(m.Hour*3600 + m.Minute*60 + m.Second)
	}
	return Value{Set: true, Number: seconds * 1e6}, seconds*1e6 <= last
}

// daysSince1970 counts days of years of this era. The year is taken to begin in March, so that the day that not every year has
// is its last.
func daysSince1970(year, month, day int) int64 {
	if month <= 2 {
		year, month = year-1, month+12
	}
	return int64(365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 719469)
}
