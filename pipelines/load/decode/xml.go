package decode

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// xmlScan cuts a stream of XML into tags and texts. It knows no more of XML than the parts of a workbook need: names
// without their prefixes, attributes, the five entities, numbered characters, comments and CDATA. The library's reader
// takes ten times as long, which is most of the time a workbook takes.
type xmlScan struct {
	r    io.Reader
	buf  []byte
	at   int // of what has not been given
	err  error
	most int // bytes of one tag or text
}

// token is what comes next in a stream of XML. Its bytes are good until the next token is asked for.
type token struct {
	name   []byte // of a tag, without prefix; nil: a text
	text   []byte // of a text as it stands; of a tag its attributes
	ends   bool   // </name>
	closed bool   // <name/>
	raw    bool   // a text of CDATA, in which nothing stands for anything else
}

var errLongXML = errors.New("a tag or text of XML without an end")

func newXML(r io.Reader, most int) *xmlScan { return &xmlScan{r: r, most: most} }

// fill reads on. What has not been given moves to the front.
func (x *xmlScan) fill() bool {
	if x.err != nil {
		return false
	}
	if x.at > 0 {
		x.buf = x.buf[:copy(x.buf, x.buf[x.at:])]
		x.at = 0
	}
	if len(x.buf) > x.most {
		x.err = errLongXML
		return false
	}
	kept := len(x.buf)
	if cap(x.buf) < kept+(64<<10) {
		grown := make([]byte, kept, 2*cap(x.buf)+(128<<10))
		copy(grown, x.buf)
		x.buf = grown
	}
	n, err := x.r.Read(x.buf[kept:cap(x.buf)])
	x.buf = x.buf[:kept+n]
	if err != nil {
		x.err = err
	}
	return n > 0 || err == nil
}

// until gives what stands before a sequence, which is taken too.
func (x *xmlScan) until(end string) ([]byte, bool) {
	for from := x.at; ; {
		if i := bytes.Index(x.buf[from:], []byte(end)); i >= 0 {
			found := x.buf[x.at : from+i]
			x.at = from + i + len(end)
			return found, true
		}
		from = max(x.at, len(x.buf)-len(end)+1)
		looked := from - x.at
		if !x.fill() {
			return nil, false
		}
		from = x.at + looked
	}
}

// next gives the next tag or text. ok is false at the end of the stream; err says whether it ended as it should.
func (x *xmlScan) next() (t token, ok bool) {
	for {
		if x.at >= len(x.buf) && !x.fill() {
			return token{}, false
		}
		if x.at >= len(x.buf) {
			continue
		}
		if x.buf[x.at] != '<' {
			for from := x.at; ; {
				if i := bytes.IndexByte(x.buf[from:], '<'); i >= 0 {
					t.text = x.buf[x.at : from+i]
					x.at = from + i
					return t, true
				}
				looked := len(x.buf) - x.at
				if !x.fill() {
					return token{}, false
				}
				from = x.at + looked
			}
		}
		for len(x.buf)-x.at < 9 && x.fill() {
		}
		switch rest := x.buf[x.at:]; {
		case bytes.HasPrefix(rest, []byte("<!--")):
			if _, ok := x.until("-->"); !ok {
				return token{}, false
			}
			continue
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			x.at += len("<![CDATA[")
			text, ok := x.until("]]>")
			return token{text: text, raw: true}, ok
		case bytes.HasPrefix(rest, []byte("<?")), bytes.HasPrefix(rest, []byte("<!")):
			if _, ok := x.until(">"); !ok {
				return token{}, false
			}
			continue
		}
		x.at++
		tag, ok := x.tag()
		if !ok {
			return token{}, false
		}
		if len(tag) > 0 && tag[0] == '/' {
			t.ends, tag = true, tag[1:]
		}
		if n := len(tag); n > 0 && tag[n-1] == '/' {
			t.closed, tag = true, tag[:n-1]
		}
		name := tag
		if i := bytes.IndexAny(tag, " \t\r\n"); i >= 0 {
			name, t.text = tag[:i], tag[i:]
		}
		if i := bytes.IndexByte(name, ':'); i >= 0 {
			name = name[i+1:]
		}
		t.name = name
		if t.name == nil {
			t.name = []byte{}
		}
		return t, true
	}
}

// tag takes a tag up to its end. A > inside quotes does not end it.
func (x *xmlScan) tag() ([]byte, bool) {
	for from := 0; ; {
		i := bytes.IndexByte(x.buf[x.at+from:], '>')
		if i >= 0 {
			i += from
			tag := x.buf[x.at : x.at+i]
			if bytes.Count(tag, []byte{'"'})%2 == 0 && bytes.Count(tag, []byte{'\''})%2 == 0 || bytes.IndexByte(tag, '=') < 0 {
				x.at += i + 1
				return tag, true
			}
			from = i + 1
			continue
		}
		from = len(x.buf) - x.at
		if !x.fill() {
			return nil, false
		}
	}
}

// attribute gives the value of an attribute of a tag, by its name without prefix; nil where there is none.
func (t token) attribute(name string) []byte {
	rest := t.text
	for {
		eq := bytes.IndexByte(rest, '=')
		if eq < 0 {
			return nil
		}
		key := bytes.TrimSpace(rest[:eq])
		rest = bytes.TrimLeft(rest[eq+1:], " \t\r\n")
		if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
			return nil
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return nil
		}
		value := rest[1 : end+1]
		rest = rest[end+2:]
		if i := bytes.LastIndexByte(key, ':'); i >= 0 {
			key = key[i+1:]
		}
		if string(key) == name {
			return value
		}
	}
}

// is reports whether the token opens an element of the name.
func (t token) is(name string) bool { return t.name != nil && !t.ends && string(t.name) == name }

// words gives the text of a token with what stands for other characters written out.
func (t token) words() string {
	if t.raw || bytes.IndexByte(t.text, '&') < 0 {
		return string(t.text)
	}
	return unescapeXML(string(t.text))
}

var entities = map[string]string{"amp": "&", "lt": "<", "gt": ">", "quot": `"`, "apos": "'"}

func unescapeXML(text string) string {
	var b strings.Builder
	for {
		at := strings.IndexByte(text, '&')
		if at < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:at])
		text = text[at:]
		end := strings.IndexByte(text, ';')
		if end < 0 || end > 12 {
			b.WriteByte('&')
			text = text[1:]
			continue
		}
		name := text[1:end]
		if written, ok := entities[name]; ok {
			b.WriteString(written)
		} else if r, ok := numbered(name); ok {
			b.WriteRune(r)
		} else {
			b.WriteString(text[:end+1])
		}
		text = text[end+1:]
	}
}

// numbered reads #10 and #xA.
func numbered(name string) (rune, bool) {
	digits, ok := strings.CutPrefix(name, "#")
	if !ok {
		return 0, false
	}
	base := 10
	if hex, ok := strings.CutPrefix(strings.ToLower(digits), "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || !utf8.ValidRune(rune(n)) {
		return 0, false
	}
	return rune(n), true
}
