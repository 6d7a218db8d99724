package api

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// formAround is room for the form around the files of an upload.
const formAround = 64 << 10

// Patience is how long a sender may keep still; a slow line is not cut off as long as something arrives.
const Patience = 60 * time.Second

// Patient is the body of a form with files of as many bytes: reading it moves the deadlines of the connection on.
func Patient(w http.ResponseWriter, body io.ReadCloser, bytes int64) io.ReadCloser {
	return &patient{http.MaxBytesReader(w, body, bytes+formAround), http.NewResponseController(w)}
}

// patient moves the deadline on while the body of a request arrives.
type patient struct {
	io.ReadCloser
	control *http.ResponseController
}

func (p *patient) Read(b []byte) (int, error) {
	// A writer without deadlines, as in tests, has none to move.
	if err := p.control.SetReadDeadline(time.Now().Add(Patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	if err := p.control.SetWriteDeadline(time.Now().Add(2 * Patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return p.ReadCloser.Read(b)
}
