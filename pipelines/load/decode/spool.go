package decode

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strings"

	"hulian/pipelines"
)

// spool keeps the rows of a table that cannot be read again at little cost: in memory, and beyond Limits.Memory in a
// temporary file.
type spool struct {
	decoder *decoder
	held    bytes.Buffer // rows that are not in the file
	file    *os.File     // open while rows are written; nil: everything is held
	path    string
	written int64 // bytes in the file
	blocks  []int64
	rows    int64
}

// Row kinds in front of every row.
const (
	rowWhole = iota
	rowBroken
)

// Marks on the kind of a cell: it is a merged one's, or stands in the file and is empty.
const spread, emptied = 1 << 7, 1 << 6

func (d *decoder) newSpool() *spool { return &spool{decoder: d} }

// add keeps a row that holds anything.
func (s *spool) add(r Row) error {
	if r.Broken.IsZero() && !holds(r.Cells) {
		return nil
	}
	if at := s.written + int64(s.held.Len()); len(s.blocks) == 0 || at-s.blocks[len(s.blocks)-1] >= int64(s.decoder.Limits.Block) {
		s.blocks = append(s.blocks, at)
	}
	b := s.held.AvailableBuffer()
	if !r.Broken.IsZero() {
		b = binary.AppendUvarint(append(b, rowBroken), uint64(r.No))
		b = appendText(b, string(r.Broken.Code))
		b = binary.AppendUvarint(b, uint64(len(r.Broken.Args)))
		for _, argument := range r.Broken.Args {
			b = appendText(b, argument)
		}
	} else {
		b = binary.AppendUvarint(append(b, rowWhole), uint64(r.No))
	}
	cells := r.Cells
	for len(cells) > 0 && cells[len(cells)-1].Text == "" && !cells[len(cells)-1].Said {
		cells = cells[:len(cells)-1]
	}
	b = binary.AppendUvarint(b, uint64(len(cells)))
	for _, c := range cells {
		kind := byte(c.Kind)
		if c.Spread {
			kind |= spread
		}
		if c.Said {
			kind |= emptied
		}
		b = appendText(append(b, kind), c.Text)
		b = appendText(b, c.Raw)
	}
	s.held.Write(b)
	s.rows++
	if s.held.Len() < s.decoder.Limits.Memory {
		return nil
	}
	if s.file == nil {
		var err error
		if s.file, err = s.decoder.aside(); err != nil {
			return err
		}
		s.path = s.file.Name()
	}
	n, err := s.held.WriteTo(s.file)
	s.written += n
	return err
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// close ends writing.
func (s *spool) close() error {
	if s.file == nil {
		return nil
	}
	n, err := s.held.WriteTo(s.file)
	s.written += n
	err = errors.Join(err, s.file.Close())
	s.file = nil
	return err
}

// Blocks implements Body.
func (s *spool) Blocks() int { return len(s.blocks) }

// Count implements Body.
func (s *spool) Count() int64 { return s.rows }

// Rows implements Body.
func (s *spool) Rows(ctx context.Context, block int, each func(Row) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	at, end := s.blocks[block], s.written+int64(s.held.Len())
	if block+1 < len(s.blocks) {
		end = s.blocks[block+1]
	}
	content := s.held.Bytes()
	if s.path != "" {
		content = make([]byte, end-at)
		file, err := os.Open(s.path)
		if err != nil {
			return err
		}
		_, err = file.ReadAt(content, at)
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
	} else {
		content = content[at:end]
	}
	r := spooled{rest: content}
	cells := make([]Cell, 0, 32)
	for len(r.rest) > 0 {
		row := Row{Cells: cells[:0]}
		switch kind := r.byte(); kind {
		case rowBroken:
			row.No, row.Broken = int64(r.number()), pipelines.Detail{Code: pipelines.DetailCode(r.text())}
			for range r.number() {
				row.Broken.Args = append(row.Broken.Args, strings.Clone(r.text()))
			}
		default:
			row.No = int64(r.number())
		}
		for range r.number() {
			kind := r.byte()
			row.Cells = append(row.Cells, Cell{Kind: Kind(kind &^ (spread | emptied)), Spread: kind&spread != 0, Said: kind&emptied != 0, Text: r.text(), Raw: r.text()})
		}
		cells = row.Cells
		if r.short {
			return io.ErrUnexpectedEOF
		}
		if err := each(row); err != nil {
			return err
		}
	}
	return nil
}

// spooled reads what add wrote.
type spooled struct {
	rest  []byte
	short bool
}

func (r *spooled) byte() byte {
	if len(r.rest) == 0 {
		r.short = true
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

func (r *spooled) number() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.short, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *spooled) text() string {
	n := r.number()
	if n == 0 {
		return ""
	}
	if n > uint64(len(r.rest)) {
		r.short, r.rest = true, nil
		return ""
	}
	text := asString(r.rest[:n]) // the bytes of a spool are not written to again
	r.rest = r.rest[n:]
	return text
}
