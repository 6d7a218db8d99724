package decode

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"hulian/pipelines"
)

// sampleSize is how much of a text is looked at to tell what it is.
const sampleSize = 64 << 10

// text is a text in UTF-8 whose lines end with \n or \r\n, as it lies on disk.
type text struct {
	path       string
	start, end int64
	notes      []Note
}

func (t text) reader() (*os.File, *io.SectionReader, error) {
	file, err := os.Open(t.path)
	if err != nil {
		return nil, nil, err
	}
	return file, io.NewSectionReader(file, t.start, t.end-t.start), nil
}

func (t text) sample() (string, error) {
	file, r, err := t.reader()
	if err != nil {
		return "", err
	}
	head := make([]byte, sampleSize)
	n, err := io.ReadFull(r, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return string(head[:n]), errors.Join(err, file.Close())
}

// decodeText reads CSV, JSON or NDJSON.
func (d *decoder) decodeText(ctx context.Context, file *os.File, size int64, label string) error {
	pins := d.Pins(label)
	s := Table{Name: label, Member: label, ReadAs: pipelines.ReadAs{Format: "csv"}}
	if pins.Encoding != "" {
		s.ReadAs.Pinned = append(s.ReadAs.Pinned, "encoding")
	}
	t, enc, err := d.clean(ctx, file, size, pins)
	s.ReadAs.Encoding = nameOf(enc)
	d.file.last = s.ReadAs
	if err != nil {
		return err
	}
	s.Notes = t.notes
	sample, err := t.sample()
	if err != nil {
		return Refuse(pipelines.FileUnreadable, Because(err))
	}
	if strings.TrimSpace(sample) == "" && len(sample) < sampleSize {
		return Refuse(pipelines.FileEmpty, pipelines.Detail{})
	}
	if looksBinary([]byte(sample)) {
		return Refuse(pipelines.FileUnsupported, pipelines.NewDetail(pipelines.DetailBinary))
	}
	if damaged := strings.Count(sample, "\ufffd"); damaged > fewDamaged && damaged*50 > utf8.RuneCountInString(sample) {
		return Refuse(pipelines.EncodingDamaged, pipelines.NewDetail(pipelines.DetailDamaged, damaged, s.ReadAs.Encoding))
	}
	if name := foreign(sample); name != "" {
		return Refuse(pipelines.FileUnsupported, Format(name))
	}
	if t, sample, err = withoutCallback(t, sample); err != nil {
		return Refuse(pipelines.FileUnreadable, Because(err))
	}
	if looksLikeJSON(sample) {
		s.ReadAs.Format = "json"
		d.file.last = s.ReadAs
		return d.decodeJSON(ctx, t, sample, s)
	}
	s.Lettered = true
	return d.decodeCSV(ctx, t, sample, s)
}

// fewDamaged is how many damaged characters cost their rows, however short the file is.
const fewDamaged = 2

// clean gives the text of a file in UTF-8, without marks and zero bytes. Where it lies so already it stays where it is.
func (d *decoder) clean(ctx context.Context, file *os.File, size int64, pins Pins) (text, encoding.Encoding, error) {
	head := make([]byte, min(size, sampleSize))
	if _, err := file.ReadAt(head, 0); err != nil && err != io.EOF {
		return text{}, nil, Refuse(pipelines.FileUnreadable, Because(err))
	}
	var found survey
	var err error
	enc, wide := utf16Of(head)
	if !wide || pins.Encoding != "" {
		if found, err = look(io.NewSectionReader(file, 0, size)); err != nil {
			return text{}, nil, Refuse(pipelines.FileUnreadable, Because(err))
		}
		enc = found.guess()
	}
	if pins.Encoding != "" {
		if enc, err = encodingOf(pins.Encoding); err != nil {
			return text{}, nil, Refuse(pipelines.FileUnreadable, Because(err))
		}
		if enc == nil && found.broken > 0 {
			enc = unicode.UTF8 // what is pinned and does not hold is replaced, and told of
		}
		wide = strings.HasPrefix(nameOf(enc), "utf-16")
	}
	if !wide && found.nul*2 > size {
		filled, err := filling(file, size) // a system that fills its files up to a block
		if err != nil {
			return text{}, enc, err
		}
		if (found.nul-filled)*2 > size-filled {
			return text{}, enc, Refuse(pipelines.FileUnsupported, pipelines.NewDetail(pipelines.DetailBinary))
		}
	}
	if !wide {
		if size, err = beforeMark(file, size); err != nil {
			return text{}, enc, err
		}
	}
	t := text{path: file.Name(), end: size}
	if enc == nil && bytes.HasPrefix(head, []byte("\ufeff")) {
		t.start = 3
	}
	oldMac := !wide && endsWithCR(head)
	if enc == nil && found.nul == 0 && !oldMac {
		return t, enc, nil
	}
	var chain []transform.Transformer
	if enc != nil {
		chain = append(chain, enc.NewDecoder())
	}
	if oldMac {
		chain = append(chain, &replacing{from: '\r', to: '\n'})
	}
	nul := &replacing{from: 0, to: -1}
	chain = append(chain, nul)
	aside, err := d.aside()
	if err != nil {
		return text{}, enc, err
	}
	r := bufio.NewReaderSize(transform.NewReader(io.NewSectionReader(file, t.start, size-t.start), transform.Chain(chain...)), 256<<10)
	if mark, err := r.Peek(3); err == nil && string(mark) == "\ufeff" {
		if _, err := r.Discard(3); err != nil {
			return text{}, enc, err
		}
	}
	n, err := io.Copy(aside, reading{ctx, r})
	if err := errors.Join(err, aside.Close()); err != nil {
		return text{}, enc, err
	}
	t = text{path: aside.Name(), end: n}
	if nul.count > 0 {
		t.notes = append(t.notes, Note{What: NulBytes, Count: nul.count, Row: nul.line + 1})
	}
	return t, enc, nil
}

// foreign names the kind of a text that is no table hulian reads, but that a spreadsheet program may open; "" for others.
func foreign(sample string) string {
	begins := strings.TrimLeft(sample, " \t\r\n")
	switch {
	case strings.HasPrefix(begins, "<"):
		return "HTML/XML"
	case strings.HasPrefix(begins, "MIME-Version:"):
		return "MHTML"
	case strings.HasPrefix(begins, "ID;P"):
		return "SYLK"
	case strings.HasPrefix(begins, "TABLE\n0,1\n"), strings.HasPrefix(begins, "TABLE\r\n0,1\r\n"):
		return "DIF"
	}
	return ""
}

// endsWithCR reports whether lines end with a lone carriage return, as old Macs write them. A line break inside a quoted
// cell is a line feed there.
func endsWithCR(head []byte) bool {
	quoted, ends := false, false
	for i, b := range head {
		switch {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '\n':
			return false
		case b == '\r':
			ends = ends || i+1 < len(head) && head[i+1] != '\n' || i+1 == len(head)
		}
	}
	return ends
}

// filling is how many zero bytes a file ends with.
func filling(file *os.File, size int64) (n int64, err error) {
	block := make([]byte, 64<<10)
	for n < size {
		part := block[:min(int64(len(block)), size-n)]
		if _, err := file.ReadAt(part, size-n-int64(len(part))); err != nil {
			return 0, Refuse(pipelines.FileUnreadable, Because(err))
		}
		kept := len(bytes.TrimRight(part, "\x00"))
		if n += int64(len(part) - kept); kept > 0 {
			break
		}
	}
	return n, nil
}

// endMark is how DOS, and old systems that never forgot it, mark the end of a text.
const endMark = "\x1a"

// beforeMark is the size of a text without the mark of its end and what fills the file behind it.
func beforeMark(file *os.File, size int64) (int64, error) {
	filled, err := filling(file, size)
	if err != nil {
		return size, err
	}
	tail := make([]byte, min(size-filled, 256))
	if _, err := file.ReadAt(tail, size-filled-int64(len(tail))); err != nil && err != io.EOF {
		return size, Refuse(pipelines.FileUnreadable, Because(err))
	}
	text := bytes.TrimRight(tail, "\r\n "+endMark)
	if mark := bytes.Index(tail[len(text):], []byte(endMark)); mark >= 0 {
		return size - filled - int64(len(tail)-len(text)-mark), nil
	}
	return size, nil
}

// reading stops with its context.
type reading struct {
	ctx context.Context
	io.Reader
}

func (r reading) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// replacing puts one byte in the place of another, or leaves it out where to is negative. It counts them, and the line
// ends before the first.
type replacing struct {
	transform.NopResetter
	from  byte
	to    int
	count int64
	line  int64
}

// Transform implements transform.Transformer.
func (r *replacing) Transform(dst, src []byte, _ bool) (nDst, nSrc int, err error) {
	n := min(len(dst), len(src))
	for _, b := range src[:n] {
		if b == '\n' && r.count == 0 {
			r.line++
		}
		if b == r.from {
			r.count++
			if r.to < 0 {
				continue
			}
			b = byte(r.to)
		}
		dst[nDst] = b
		nDst++
	}
	if n < len(src) {
		return nDst, n, transform.ErrShortDst
	}
	return nDst, n, nil
}

// cutBy notes the delimiter a table is read with.
func (s Table) cutBy(delimiter byte, pins Pins) Table {
	s.ReadAs.Delimiter = string(delimiter)
	if pins.Delimiter != "" {
		s.ReadAs.Pinned = append(slices.Clone(s.ReadAs.Pinned), "delimiter")
	}
	return s
}
