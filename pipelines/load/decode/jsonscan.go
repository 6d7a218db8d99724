package decode

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"unicode/utf8"

	"hulian/pipelines"
)

// jsonScan cuts a stream of JSON into values without looking into them: whether a value is well-formed is asked later, so
// that a broken row costs no more than itself.
type jsonScan struct {
	r      *bufio.Reader
	most   int // bytes of one value
	offset int64
	ctx    context.Context
	buffer []byte
}

var (
	errLongValue = errors.New("a value longer than a row may be")
	errOpenText  = errors.New("the text of a value does not end")
)

func (s *jsonScan) read() (byte, error) {
	b, err := s.r.ReadByte()
	if err == nil {
		s.offset++
	}
	return b, err
}

// peek gives the next byte that is no blank, without taking it.
func (s *jsonScan) peek() (byte, error) {
	for {
		b, err := s.read()
		if err != nil {
			return 0, err
		}
		if b == mark[0] { // texts that were put together keep their marks
			if rest, err := s.r.Peek(2); err == nil && string(rest) == mark[1:] {
				if _, err := s.r.Discard(2); err != nil {
					return 0, err
				}
				s.offset += 2
				continue
			}
		}
		if b != ' ' && b != '\t' && b != '\n' && b != '\r' && b != separator {
			s.offset--
			return b, s.r.UnreadByte()
		}
	}
}

// mark is the byte order mark, and separator what stands before each text of a sequence of JSON (RFC 7464).
const (
	mark      = "\ufeff"
	separator = 0x1e
)

// unexpected says where a text stops being JSON.
func (s *jsonScan) unexpected() error {
	here, _ := s.r.Peek(24)
	for len(here) > 0 && !utf8.Valid(here) {
		here = here[:len(here)-1]
	}
	return Refuse(pipelines.JSONBroken, pipelines.NewDetail(pipelines.DetailNoJSON, string(bytes.TrimSpace(here))))
}

// cut says that the text ends before it should.
func (s *jsonScan) cut(err error) error {
	if errors.Is(err, io.EOF) {
		return Refuse(pipelines.FileTruncated, pipelines.Detail{})
	}
	return err
}

func (s *jsonScan) expect(want byte) error {
	got, err := s.peek()
	if err != nil {
		return s.cut(err)
	}
	if got != want {
		return s.unexpected()
	}
	_, err = s.read()
	return err
}

// value takes the next value: a text in quotes, an object or array up to its own end, or a word or number up to what ends
// it. The bytes are a copy.
func (s *jsonScan) value() ([]byte, error) {
	first, err := s.peek()
	if err != nil {
		return nil, s.cut(err)
	}
	s.buffer = s.buffer[:0]
	depth, quoted := 0, false
	for {
		b, err := s.read()
		if errors.Is(err, io.EOF) && depth == 0 && !quoted && len(s.buffer) > 0 {
			return bytes.Clone(s.buffer), nil
		}
		if errors.Is(err, io.EOF) && quoted {
			return bytes.Clone(s.buffer), errOpenText
		}
		if err != nil {
			return nil, s.cut(err)
		}
		bare := first != '"' && first != '{' && first != '['
		if bare && (b == ',' || b == ']' || b == '}' || b == ' ' || b == '\n' || b == '\r' || b == '\t' || b == ':') {
			s.offset--
			if err := s.r.UnreadByte(); err != nil {
				return nil, err
			}
			if len(s.buffer) == 0 {
				return nil, s.unexpected()
			}
			return bytes.Clone(s.buffer), nil
		}
		if s.buffer = append(s.buffer, b); len(s.buffer) > s.most {
			return nil, errLongValue
		}
		switch {
		case quoted && b == '\\':
			next, err := s.read()
			if errors.Is(err, io.EOF) {
				return bytes.Clone(s.buffer), errOpenText
			}
			if err != nil {
				return nil, s.cut(err)
			}
			s.buffer = append(s.buffer, next)
		case b == '"':
			if quoted = !quoted; !quoted && depth == 0 && !bare {
				return bytes.Clone(s.buffer), nil
			}
		case quoted:
		case b == '{' || b == '[':
			depth++
		case b == '}' || b == ']':
			if depth--; depth == 0 {
				return bytes.Clone(s.buffer), nil
			}
		}
	}
}

// errNoObject is the answer to a text that is no whole object.
var errNoObject = errors.New("no object")

// members calls each with the members of an object, in order; values are not empty. The object may be followed by more.
func members(object []byte, each func(name string, value []byte) error) error {
	at := skipBlank(object, 0)
	if at >= len(object) || object[at] != '{' {
		return errNoObject
	}
	for at++; ; {
		at = skipBlank(object, at)
		if at < len(object) && object[at] == ',' {
			at = skipBlank(object, at+1)
		}
		if at >= len(object) {
			return errNoObject
		}
		if object[at] == '}' {
			return nil
		}
		key := valueAt(object, at)
		at = skipBlank(object, at+len(key))
		if len(key) < 2 || key[0] != '"' || at >= len(object) || object[at] != ':' {
			return errNoObject
		}
		at = skipBlank(object, at+1)
		value := valueAt(object, at)
		if at += len(value); len(value) == 0 {
			return errNoObject
		}
		if err := each(unquote(key), value); err != nil {
			return err
		}
	}
}

func skipBlank(text []byte, at int) int {
	for at < len(text) && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r') {
		at++
	}
	return at
}

// valueAt gives the value that begins at an offset; empty where none does.
func valueAt(text []byte, at int) []byte {
	if at >= len(text) {
		return nil
	}
	first, depth, quoted := text[at], 0, false
	for i := at; i < len(text); i++ {
		switch b := text[i]; {
		case quoted && b == '\\':
			i++
		case b == '"':
			if quoted = !quoted; !quoted && depth == 0 && first == '"' {
				return text[at : i+1]
			}
		case quoted:
		case b == '{' || b == '[':
			depth++
		case depth == 0 && (b == ',' || b == '}' || b == ']' || b == ':' || b <= ' '):
			return text[at:i]
		case b == '}' || b == ']':
			if depth--; depth == 0 {
				return text[at : i+1]
			}
		}
	}
	if depth == 0 && !quoted {
		return text[at:]
	}
	return nil
}
