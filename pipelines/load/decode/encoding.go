package decode

import (
	"bytes"
	"fmt"
	"hulian/pipelines"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
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
	return nil, pipelines.Errorf("encoding %q: must be utf-8, utf-16le, utf-16be or gb18030", name)
}

// nameOf is what mapping files call an encoding.
func nameOf(enc encoding.Encoding) string {
	if enc == nil {
		return "utf-8"
	}
	name, _, _ := strings.Cut(strings.ToLower(fmt.Sprint(enc)), " ")
	return name
}

// utf16Of tells UTF-32 and UTF-16 from their byte order marks, and UTF-16 without one from zero bytes that all stand at odd
// or all at even places, as the line breaks and delimiters of a table make them.
func utf16Of(head []byte) (encoding.Encoding, bool) {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe\x00\x00")):
		return utf32.UTF32(utf32.LittleEndian, utf32.UseBOM), true
	case bytes.HasPrefix(head, []byte("\x00\x00\xfe\xff")):
		return utf32.UTF32(utf32.BigEndian, utf32.UseBOM), true
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

// survey is what one pass over the bytes of a text tells.
type survey struct {
	broken     int   // bytes that are no part of a character of UTF-8
	whole      int   // characters of several bytes; counted only where something is broken, otherwise at least half of them
	long       int   // of them, characters of three bytes and more, likewise
	nul        int64 // zero bytes
	characters int
}

// guess tells the encoding of what is not UTF-16. Where GB18030 would make sense of broken UTF-8 by chance, it makes few
// characters of it: a text with many whole ones is UTF-8, cut or damaged here and there. Chinese takes three bytes in UTF-8,
// which two characters of GB18030 seldom look like.
func (s survey) guess() encoding.Encoding {
	switch {
	case s.broken == 0:
		return nil
	case s.whole+s.characters/3 > 20*s.broken, s.long >= 3*s.broken:
		return unicode.UTF8
	default:
		return simplifiedchinese.GB18030
	}
}

// look surveys a text. The whole of it is read: a table that starts in plain ASCII may turn out to be GB18030 at its end.
func look(r io.Reader) (survey, error) {
	var s survey
	buffer := make([]byte, 256<<10)
	kept := 0
	count := func(text []byte) {
		if bytes.IndexByte(text, 0) >= 0 {
			s.nul += int64(bytes.Count(text, []byte{0}))
		}
		if s.broken == 0 && utf8.Valid(text) {
			if s.characters < 1<<20 { // enough to judge by
				s.characters += len(text) - utf8.RuneCount(text) // at least half as many bytes more as there are such characters
			}
			return
		}
		for len(text) > 0 {
			r, size := utf8.DecodeRune(text)
			switch {
			case r == utf8.RuneError && size == 1:
				s.broken++
			case size > 1:
				s.whole++
				if size > 2 {
					s.long++
				}
			}
			text = text[size:]
		}
	}
	for {
		n, err := r.Read(buffer[kept:])
		text := buffer[:kept+n]
		if err == io.EOF {
			count(text)
			return s, nil
		}
		if err != nil {
			return s, err
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
