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
	if damaged := strings.Count(sample, "\ufffd"); damaged*50 > utf8.RuneCountInString(sample) {
		return Refuse(pipelines.EncodingDamaged, pipelines.NewDetail(pipelines.DetailDamaged, damaged, s.ReadAs.Encoding))
	}
	if looksLikeJSON(sample) {
		s.ReadAs.Format = "json"
		return d.decodeJSON(ctx, t, s)
	}
	s.Lettered = true
	return d.decodeCSV(ctx, t, sample, s)
}

// clean gives the text of a file in UTF-8, without marks and zero bytes. Where it lies so already it stays where it is.
func (d *decoder) clean(ctx context.Context, file *os.File, size int64, pins Pins) (text, encoding.Encoding, error) {
	head := make([]byte, min(size, sampleSize))
	if _, err := file.ReadAt(head, 0); err != nil && err != io.EOF {
		return text{}, nil, Refuse(pipelines.FileUnreadable, Because(err))
	}
	var found survey
	enc, wide := utf16Of(head)
	if !wide || pins.Encoding != "" {
		var err error
		if found, err = look(io.NewSectionReader(file, 0, size)); err != nil {
			return text{}, nil, Refuse(pipelines.FileUnreadable, Because(err))
		}
		enc = found.guess()
	}
	if pins.Encoding != "" {
		var err error
		if enc, err = encodingOf(pins.Encoding); err != nil {
			return text{}, nil, Refuse(pipelines.FileUnreadable, Because(err))
		}
		if enc == nil && found.broken > 0 {
			enc = unicode.UTF8 // what is pinned and does not hold is replaced, and told of
		}
		wide = strings.HasPrefix(nameOf(enc), "utf-16")
	}
	if !wide && found.nul*2 > size { // fewer may pad the fields of a text
		return text{}, enc, Refuse(pipelines.FileUnsupported, pipelines.NewDetail(pipelines.DetailBinary))
	}
	t := text{path: file.Name(), end: size}
	if enc == nil && bytes.HasPrefix(head, []byte("\ufeff")) {
		t.start = 3
	}
	oldMac := bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0 && !wide
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
