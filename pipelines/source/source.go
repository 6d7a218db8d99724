package source

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"
)

// ErrChanged is returned by an Item's reader, in place of io.EOF, when the file changed while it was being read.
// What was read so far must be thrown away; the file comes again with the next pass. A source gives the same error for a
// file that it does not hand over because it is still being written.
var ErrChanged = errors.New("the file changed while it was being read")

// ErrNoFile is wrapped by the error of what lies in a folder and is neither a file nor a folder.
var ErrNoFile = errors.New("it is no file")

// ErrLink is wrapped by the error of a file that a source does not hand over because it is a link to somewhere else.
var ErrLink = errors.New("it is a link that is not followed")

// Errors of files that lie elsewhere. A file of this machine that cannot be read is neither.
var (
	ErrNotFetched  = errors.New("the file could not be fetched") // by all attempts; what comes of it wraps this
	ErrUnreachable = errors.New("its origin cannot be reached")  // and this, where no answer came: the next file fares no better
)

// Pause waits for a time, or until ctx ends: then it returns why.
func Pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Item is one file a source offers.
type Item struct {
	Name    string    // slash-separated, relative to the source, e.g. 2018-01/visits.csv
	Origin  string    // where it can be found again, for people
	Path    string    // of a file on this machine: its path in the bytes of the file system; else empty
	ModTime time.Time // when it was last changed at its origin; says when the export was received
	Size    int64     // bytes, -1 where the source cannot know before reading
	Version string    // what the origin calls this content, e.g. an ETag; empty where it says nothing. See Memory
	Open    func(context.Context) (io.ReadCloser, error)
}

// Source offers files. Items yields them from the oldest to the newest, by name where times are equal, because a
// newer file wins over an older one when they are loaded. A file that cannot be described yields an error with an
// Item that has at least a Name, and the listing goes on; an error without a Name ends it. Nothing is opened before
// Item.Open is called, every Item may be opened more than once, and Items may be called again.
type Source interface {
	Name() string
	Items(ctx context.Context) iter.Seq2[Item, error]
}
