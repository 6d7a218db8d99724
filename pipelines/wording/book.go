// Package wording keeps the sentences a town has changed in its papers: who changed which, when and why.
//
// A change enters with its author; the sentences in force and the history of changes leave. They lie in one file of the town's folder,
// sentences.json, with its own hash; it is replaced whole or not at all, so that after a crash a change is there or is not. It refuses a
// text that does not fit the measures it names, a change of what has changed since it was read, and a file that is not as it was
// written. What was changed by an older program and fits no more is kept, said, and not used.
package wording

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/gofrs/flock"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/pipelines/sealed"
	"hulian/queries/wording"
)

// FileName is the file in a town's folder.
const FileName = "sentences.json"

// Book keeps the sentences of one town. It is safe for use by several goroutines and processes.
type Book struct {
	Dir string           // the town's folder
	Now func() time.Time // nil: time.Now
}

type history struct {
	Changes []data.SentenceChange `json:"changes"` // oldest first
}

func (b *Book) file() string { return filepath.Join(b.Dir, FileName) }

func (b *Book) now() time.Time {
	if b.Now != nil {
		return b.Now().UTC().Truncate(time.Second)
	}
	return time.Now().UTC().Truncate(time.Second)
}

func (b *Book) fault(op string, err error, next string) error {
	return &pipelines.Fault{Op: op, At: b.file(), Err: err, Next: next}
}

// Stamp changes whenever a sentence does.
func (b *Book) Stamp() (string, error) {
	info, err := os.Stat(b.file())
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", b.fault("read the sentences", err, "check who may read it")
	}
	return fmt.Sprint(info.Size(), info.ModTime().UnixNano()), nil
}

// Standing gives the sentences that papers use now, with the changes people made to them. The error wraps pipelines.ErrDamaged of a file that
// is not as it was written; papers say the usual sentences then, and that they do.
func (b *Book) Standing() (data.Wording, error) {
	h, err := b.history()
	if err != nil {
		return data.Wording{}, err
	}
	return standing(h), nil
}

func standing(h history) data.Wording {
	w := data.Wording{Own: map[string]data.Text{}, Unsound: map[string]string{}, Changes: slices.Clone(h.Changes)}
	for _, c := range h.Changes {
		w.Own[c.Sentence] = c.To
	}
	maps.DeleteFunc(w.Own, func(id string, t data.Text) bool {
		s, known := data.SentenceOf(id)
		return known && s.Text == t // it is the usual one again
	})
	for id, t := range w.Own {
		s, known := data.SentenceOf(id)
		if !known {
			w.Unsound[id] = "there is no such sentence"
		} else if wrong := check(s, t); wrong != nil {
			w.Unsound[id] = wrong.Error()
		}
	}
	slices.Reverse(w.Changes)
	return w
}

func check(s data.Sentence, t data.Text) error {
	for _, text := range []string{t.Zh, t.En} {
		if wrong := wording.Check(s, text); wrong != nil {
			return wrong
		}
	}
	return nil
}

// Change changes a sentence. Of the change Sentence, From, To, By, Account and Reason are read; From is what its author has seen. The
// error wraps a data.SentenceRefusal or a *wording.Wrong where it is refused.
func (b *Book) Change(ctx context.Context, c data.SentenceChange) (made data.SentenceChange, err error) {
	return b.change(ctx, func(history) (data.SentenceChange, error) { return c, nil })
}

// TakeBack puts back what stood before a change; it is a change of its own, with an author.
func (b *Book) TakeBack(ctx context.Context, id, by, account, reason string) (made data.SentenceChange, err error) {
	return b.change(ctx, func(h history) (data.SentenceChange, error) {
		i := slices.IndexFunc(h.Changes, func(c data.SentenceChange) bool { return c.ID == id })
		if i < 0 {
			return data.SentenceChange{}, data.SentenceUnknown
		}
		c := h.Changes[i]
		return data.SentenceChange{Sentence: c.Sentence, From: c.To, To: c.From, By: by, Account: account, Reason: reason, TakesOut: id}, nil
	})
}

func (b *Book) change(ctx context.Context, of func(history) (data.SentenceChange, error)) (made data.SentenceChange, err error) {
	lock := flock.New(b.file() + ".lock")
	limited, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if _, err := lock.TryLockContext(limited, 20*time.Millisecond); err != nil {
		if ctx.Err() == nil && limited.Err() != nil {
			return made, b.fault("change a sentence", pipelines.Errorf("%w: somebody else is changing one", pipelines.ErrBusy), "try again in a moment")
		}
		return made, b.fault("change a sentence", err, "check the disk and who may write there; nothing has changed")
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	h, err := b.history()
	if err != nil {
		return made, err
	}
	c, err := of(h)
	if err != nil {
		return made, err
	}
	s, known := data.SentenceOf(c.Sentence)
	now := s.Text
	if own, has := standing(h).Own[c.Sentence]; has {
		now = own
	}
	switch {
	case !known:
		return made, data.SentenceUnknown
	case c.From != now:
		return made, data.SentenceMoved
	case c.To == now:
		return made, data.SentenceSame
	}
	if err := check(s, c.To); err != nil {
		return made, err
	}
	c.ID, c.At = strconv.Itoa(len(h.Changes)+1), b.now()
	h.Changes = append(h.Changes, c)
	content, err := sealed.Document(h)
	if err == nil {
		err = durable.Write(b.file(), content, durable.FileMode)
	}
	if err != nil {
		return made, b.fault("change a sentence", err, "check the disk and who may write there; nothing has changed")
	}
	return c, nil
}

func (b *Book) history() (h history, err error) {
	content, err := os.ReadFile(b.file())
	if errors.Is(err, fs.ErrNotExist) {
		return h, nil
	}
	if err == nil {
		isSealed := false
		if isSealed, err = sealed.Read(content, &h); err == nil && !isSealed { // it has always been written with its seal
			err = sealed.ErrBroken
		}
		if err != nil {
			return history{}, b.fault("read the sentences", pipelines.Errorf("%w: %w", pipelines.ErrDamaged, err), "put the file back from a backup, or hulian check --repair: it is set aside, and the usual sentences stand")
		}
	}
	if err != nil {
		return h, b.fault("read the sentences", err, "check who may read it")
	}
	return h, nil
}
