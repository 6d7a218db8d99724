package desk

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
)

// ErrForm says that a form is not written as forms are.
var ErrForm = errors.New("the form cannot be read")

// ErrNoFile says that a form holds no file.
var ErrNoFile = errors.New("no file was chosen")

// Take receives the files that somebody hands in by a form, writing them to disk as they arrive, and puts them in line as one
// batch. note is told each of them before that. most is how many bytes the files may hold together, ErrTooLarge where they hold
// more. Whatever fails, nothing of the form is kept.
func (d *Desk) Take(form *multipart.Reader, most int64, by Author, note func(File) error) (b Batch, err error) {
	r, err := d.Receive()
	if err != nil {
		return Batch{}, err
	}
	r.From(by)
	for {
		part, err := form.NextPart()
		if err == io.EOF { //nolint:errorlint // the end of the form; an error that wraps io.EOF says that the form was cut short
			break
		}
		if err != nil {
			err = fmt.Errorf("%w: %w", ErrForm, err)
		} else if part.FileName() != "" {
			err = r.Add(part.FileName(), &bounded{part, &most})
		}
		if err != nil {
			return Batch{}, errors.Join(err, r.Discard())
		}
	}
	if r.Count() == 0 {
		return Batch{}, errors.Join(ErrNoFile, r.Discard())
	}
	return r.close(note)
}

// Give puts one file in line that the program has made for somebody, as if he had handed it in. note is told it before that.
func (d *Desk) Give(name string, content io.Reader, by Author, note func(File) error) (Batch, error) {
	r, err := d.Receive()
	if err != nil {
		return Batch{}, err
	}
	r.From(by)
	if err := r.Add(name, content); err != nil {
		return Batch{}, errors.Join(err, r.Discard())
	}
	return r.close(note)
}

// close tells note every file that has arrived and puts them in line; nothing is kept where note fails.
func (r *Receiving) close(note func(File) error) (Batch, error) {
	for _, f := range r.Files() {
		if err := note(f); err != nil {
			return Batch{}, errors.Join(err, r.Discard())
		}
	}
	state := r.batch.State // before others may change it
	id, err := r.Submit()
	return Batch{ID: id, State: state, Files: r.Files()}, err
}

// bounded reads no more than is left of what may be handed in at once.
type bounded struct {
	io.Reader
	left *int64
}

func (b *bounded) Read(into []byte) (int, error) {
	n, err := b.Reader.Read(into)
	if *b.left -= int64(n); *b.left < 0 {
		return n, ErrTooLarge
	}
	return n, err
}

// TooLarge reports whether Take failed because the files are larger than they may be.
func TooLarge(err error) bool {
	var body *http.MaxBytesError
	return errors.As(err, &body) || errors.Is(err, ErrTooLarge)
}

// SendersFault reports whether Take failed because of what was sent: no file, a form that cannot be read or was cut short.
func SendersFault(err error) bool {
	return errors.Is(err, ErrNoFile) || errors.Is(err, ErrForm) || errors.Is(err, io.ErrUnexpectedEOF) || err != nil && strings.HasPrefix(err.Error(), "multipart:")
}
