package transfer

import (
	"context"
	"errors"
	"hash/maphash"
	"io"

	"hulian/pipelines"
	"hulian/pipelines/source"
)

// enough is how much must come over a connection for the failures before it to be forgotten.
const enough = 1 << 20

// Opener opens the content at offset. start says where the body begins: at offset, or at 0 where the origin cannot
// begin elsewhere. Reading and closing the body must end when ctx does; ctx ends after the body is closed.
type Opener func(ctx context.Context, offset int64) (body io.ReadCloser, start int64, err error)

// AtEnd reports whether a reader that gave err is at the end of its content. That is io.EOF itself: an error that wraps
// io.EOF comes from a connection that broke, and content taken for whole there would be cut short.
func AtEnd(err error) bool { return err == io.EOF } //nolint:errorlint // for the reason above

// Content is one file to be brought over.
type Content struct {
	Size  int64             // bytes, -1 where it is not known
	Open  Opener            //
	Fault func(error) error // dresses what goes wrong for people: what, where, what to do next
}

// Open opens the content, trying as often as the limits allow. The reader tries again as often after each break.
func Open(ctx context.Context, l Limits, c Content) (io.ReadCloser, error) {
	l = l.Filled()
	if c.Size > int64(l.MaxSize) {
		return nil, c.Fault(giveUp(tooLarge(c.Size, l.MaxSize)))
	}
	r := &reader{content: c, limits: l, tries: newAttempts(l)}
	r.ctx, r.cancel = context.WithTimeoutCause(ctx, l.Total, ErrTooSlow)
	r.handed.SetSeed(maphash.MakeSeed())
	for {
		err := ended(r.ctx)
		if err == nil {
			err = r.connect()
		}
		if err == nil {
			return r, nil
		}
		if err = r.tries.again(r.ctx, err); err != nil {
			r.cancel()
			return nil, c.Fault(giveUp(err))
		}
	}
}

func tooLarge(size int64, limit Size) error {
	return pipelines.Errorf("%w: %s, the limit is %s", ErrTooLarge, Size(size), limit)
}

type reader struct {
	content Content
	limits  Limits
	tries   *attempts
	ctx     context.Context
	cancel  context.CancelFunc

	watch  *watch // of the connection in use
	body   io.ReadCloser
	offset int64        // handed out so far
	since  int64        // of it, since the last break
	handed maphash.Hash // of what was handed out
	failed error        // for good
}

func (r *reader) Read(p []byte) (int, error) {
	if r.failed != nil {
		return 0, r.failed
	}
	if len(p) == 0 {
		return 0, nil
	}
	for {
		n, err := r.once(p)
		if n > 0 {
			r.count(p[:n])
			if r.offset > int64(r.limits.MaxSize) {
				return 0, r.fail(tooLarge(r.offset, r.limits.MaxSize))
			}
			return n, nil
		}
		if err == nil {
			continue
		}
		if AtEnd(err) {
			if err = r.complete(); err == nil {
				r.failed = io.EOF
				return 0, io.EOF
			}
		}
		for r.disconnect(); err != nil; err = r.connect() {
			if err = r.tries.again(r.ctx, err); err != nil {
				return 0, r.fail(err)
			}
		}
	}
}

func (r *reader) once(p []byte) (int, error) {
	if over := ended(r.ctx); over != nil {
		return 0, over
	}
	r.watch.busy()
	n, err := r.body.Read(p)
	r.watch.idle()
	return n, r.watch.why(err) // also for io.EOF: what a cut connection looks like to some protocols
}

func (r *reader) count(p []byte) {
	r.handed.Write(p)
	r.offset += int64(len(p))
	if r.since += int64(len(p)); r.since >= enough {
		r.tries.progressed()
	}
}

// complete says what is wrong with an end at the present offset.
func (r *reader) complete() error {
	switch {
	case r.content.Size < 0 || r.offset == r.content.Size:
		return nil
	case r.offset > r.content.Size:
		return pipelines.Errorf("%w: %d bytes instead of %d", source.ErrChanged, r.offset, r.content.Size)
	default:
		return pipelines.Errorf("%w: %d bytes of %d", io.ErrUnexpectedEOF, r.offset, r.content.Size)
	}
}

func (r *reader) fail(err error) error {
	r.disconnect()
	r.failed = r.content.Fault(giveUp(err))
	return r.failed
}

// connect opens the content at the offset reached, reading over what was handed out already where need be.
func (r *reader) connect() (err error) {
	r.watch, r.since = newWatch(r.ctx, r.limits.Stall), 0
	body, start, err := r.content.Open(r.watch.ctx, r.offset)
	if err != nil {
		err = r.watch.why(err)
		r.watch.stop()
		return err
	}
	r.body = body
	r.watch.idle()
	if start != r.offset {
		if err = r.readOver(start); err != nil {
			r.disconnect()
		}
	}
	return err
}

func (r *reader) readOver(start int64) error {
	if start != 0 {
		return Permanent(pipelines.Errorf("asked for the content from byte %d, got it from byte %d", r.offset, start))
	}
	var again maphash.Hash
	again.SetSeed(r.handed.Seed())
	buffer := make([]byte, 64<<10)
	for left := r.offset; left > 0; {
		n, err := r.once(buffer[:min(int64(len(buffer)), left)])
		again.Write(buffer[:n])
		if left -= int64(n); left == 0 {
			break
		}
		if errors.Is(err, io.EOF) {
			return pipelines.Errorf("%w: it is shorter than before", source.ErrChanged)
		}
		if err != nil {
			return err
		}
	}
	if again.Sum64() != r.handed.Sum64() {
		return source.ErrChanged
	}
	return nil
}

func (r *reader) disconnect() {
	if r.body != nil {
		r.watch.busy() // some protocols take leave, which may stall too
		r.body.Close()
		r.watch.stop()
		r.body = nil
	}
}

func (r *reader) Close() error {
	r.disconnect()
	r.cancel()
	if r.failed == nil || AtEnd(r.failed) {
		r.failed = errors.New("read after close")
	}
	return nil
}
