package notify

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"hulian/pipelines"
	"hulian/pipelines/durable"
)

const (
	folderName  = "notices"
	titleLength = 120                  // runes; what a telephone shows of a subject
	textLength  = 1500                 // runes; an error can be as long as a list of files
	sendLimit   = 20 * time.Second     // one attempt
	firstWait   = time.Minute          // after the first failed attempt, doubled after each
	longestWait = time.Hour            //
	attempts    = 28                   // over about a day
	kept        = 400 * 24 * time.Hour // a year and what a yearly look back needs
	idle        = 10 * time.Second     // between two looks for notices other processes left
)

// Outbox keeps the notices of one town and sends them.
type Outbox struct {
	dir      string
	channels []Channel
	log      *slog.Logger
	now      func() time.Time

	mu   sync.Mutex
	said string // which notices were damaged when the log was told last
}

// Open returns the outbox of a town's folder. Logger may be nil.
func Open(dir string, channels []Channel, log *slog.Logger) *Outbox {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Outbox{dir: filepath.Join(dir, folderName), channels: channels, log: log, now: time.Now}
}

func idOf(channel string, h Happening) string {
	named := channel + "\x00" + string(h.Event) + "\x00" + h.Subject
	if h.To != "" {
		named += "\x00" + h.To
	}
	sum := sha256.Sum256([]byte(named))
	return hex.EncodeToString(sum[:12])
}

// Post writes a notice of each happening for every channel that wants it, unless it was written before. What is for one person goes by
// the first channel of mail that wants it.
func (o *Outbox) Post(happenings []Happening) (err error) {
	if len(o.channels) == 0 || len(happenings) == 0 {
		return nil
	}
	release, err := o.lock(context.Background(), true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	for _, h := range happenings {
		told := false // whoever is told by himself is told by one channel
		for _, c := range o.channels {
			if !c.wants(h.Event) || h.To != "" && (c.Mail == nil || told) {
				continue
			}
			told = true
			id := idOf(c.Name, h)
			if _, err := os.Stat(o.path(id)); err == nil {
				continue
			}
			text := cut(h.Text, textLength)
			if c.Link != "" {
				text += "\n" + c.Link
			}
			err := o.write(pipelines.Notice{ID: id, Event: h.Event, Subject: h.Subject, Channel: c.Name, To: h.To,
				Title: cut(strings.Join(strings.Fields(h.Title), " "), titleLength), Text: text,
				CreatedAt: o.now().UTC(), State: pipelines.NoticeWaiting})
			if err != nil {
				return err
			}
		}
	}
	return o.forget()
}

func cut(text string, length int) string {
	if runes := []rune(text); len(runes) > length {
		return string(runes[:length-1]) + "…"
	}
	return text
}

// forget removes notices nobody looks back to.
func (o *Outbox) forget() error {
	notices, err := o.Notices()
	if err != nil {
		return err
	}
	for _, n := range notices {
		if n.State != pipelines.NoticeWaiting && o.now().Sub(n.CreatedAt) > kept {
			err = errors.Join(err, os.Remove(o.path(n.ID)))
		}
	}
	return err
}

// Notices returns all notices of the town, newest first, without those that are damaged: see Damaged. The log is told of these
// once, until others are: a server looks every few seconds.
func (o *Outbox) Notices() ([]pipelines.Notice, error) {
	all, damaged, err := o.read()
	o.mu.Lock()
	defer o.mu.Unlock()
	if text := fmt.Sprint(damaged); text != o.said {
		o.said = text
		for _, notice := range damaged {
			o.log.Error("a notice is left out", "error", notice)
		}
	}
	return all, err
}

// Damaged says of every notice of a town that cannot be read where it lies and why. Each wraps pipelines.ErrDamaged.
func Damaged(dir string) ([]*pipelines.Fault, error) {
	_, damaged, err := Open(dir, nil, nil).read()
	return damaged, err
}

func (o *Outbox) read() (all []pipelines.Notice, damaged []*pipelines.Fault, err error) {
	names, err := fs.Glob(os.DirFS(o.dir), "*.json") // the folder's own name is no pattern
	if err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		path := filepath.Join(o.dir, name)
		content, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // forgotten meanwhile
		}
		var n pipelines.Notice
		if err == nil {
			err = json.Unmarshal(content, &n)
		}
		if err != nil {
			damaged = append(damaged, &pipelines.Fault{Op: "read notice", At: path, Err: pipelines.Errorf("%w: %w", pipelines.ErrDamaged, err),
				Next: "hulian check --repair sets it aside: this notice is then forgotten; it is told again when the same happens again"})
			continue
		}
		all = append(all, n)
	}
	slices.SortFunc(all, func(a, b pipelines.Notice) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), strings.Compare(a.ID, b.ID))
	})
	return all, damaged, nil
}

// Deliver tries to send every notice that is due, oldest first, and returns what went wrong. Where another process is
// at it, it leaves the notices to that one.
func (o *Outbox) Deliver(ctx context.Context) error { return errors.Join(o.deliver(ctx)) }

// deliver tells what could not be sent, which is logged and kept in each notice, from what kept it from its work.
func (o *Outbox) deliver(ctx context.Context) (unsent, err error) {
	if len(o.channels) == 0 {
		return nil, nil
	}
	if _, err := os.Stat(o.dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	release, err := o.lock(ctx, false)
	if err != nil || release == nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, release()) }()
	notices, err := o.Notices()
	if err != nil {
		return nil, err
	}
	slices.Reverse(notices)
	for _, n := range notices {
		if n.State != pipelines.NoticeWaiting || n.NextAt.After(o.now()) {
			continue
		}
		if ctx.Err() != nil {
			return unsent, errors.Join(err, ctx.Err())
		}
		if problem := o.attempt(ctx, &n); problem != nil {
			unsent = errors.Join(unsent, pipelines.Errorf("notice to %s: %w", n.Channel, problem))
		}
		if ctx.Err() == nil || n.State == pipelines.NoticeSent { // an attempt that was cut short is none
			err = errors.Join(err, o.write(n))
		}
	}
	return unsent, err
}

// attempt sends one notice and notes how that went.
func (o *Outbox) attempt(ctx context.Context, n *pipelines.Notice) error {
	i := slices.IndexFunc(o.channels, func(c Channel) bool { return c.Name == n.Channel })
	if i < 0 {
		n.State, n.Error, n.NextAt = pipelines.NoticeGivenUp, "the channel is no longer configured", time.Time{}
		return errors.New(n.Error)
	}
	limited, cancel := context.WithTimeout(ctx, sendLimit)
	defer cancel()
	err := send(limited, o.channels[i], *n, o.now())
	n.Attempts++
	n.NextAt = time.Time{}
	switch {
	case err == nil:
		n.State, n.Error, n.SentAt = pipelines.NoticeSent, "", o.now().UTC()
		o.log.Info("notice sent", "channel", n.Channel, "event", n.Event, "title", n.Title)
		return nil
	case n.Attempts >= attempts:
		n.State = pipelines.NoticeGivenUp
	default:
		wait := firstWait << min(n.Attempts-1, 10)
		n.NextAt = o.now().UTC().Add(min(wait, longestWait))
	}
	n.Error = cut(strings.Join(strings.Fields(err.Error()), " "), textLength)
	o.log.Warn("notice not sent", "channel", n.Channel, "title", n.Title, "attempt", n.Attempts, "next", n.NextAt, "error", n.Error)
	return err
}

// Run delivers what is due until ctx ends.
func (o *Outbox) Run(ctx context.Context) {
	if len(o.channels) == 0 {
		return
	}
	tick := time.NewTicker(idle)
	defer tick.Stop()
	said := ""
	for {
		_, err := o.deliver(ctx) // what is unsent is logged one by one
		if err == nil {
			said = ""
		} else if ctx.Err() == nil && err.Error() != said { // once, not every few seconds
			said = err.Error()
			o.log.Warn("notices are not delivered", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (o *Outbox) path(id string) string { return filepath.Join(o.dir, id+".json") }

// lock lets one process work on the notices. Without wait, release is nil where another one does.
func (o *Outbox) lock(ctx context.Context, wait bool) (release func() error, err error) {
	if err := durable.MkdirAll(o.dir); err != nil {
		return nil, &pipelines.Fault{Op: "keep notices", At: o.dir, Err: err, Next: "check who may write there"}
	}
	name := "deliver.lock"
	if wait {
		name = "post.lock" // posting does not wait for a slow mail server: it only adds files
	}
	lock := flock.New(filepath.Join(o.dir, name))
	got := true
	if wait {
		err = lock.Lock()
	} else {
		got, err = lock.TryLock()
	}
	if err != nil {
		return nil, &pipelines.Fault{Op: "keep notices", At: lock.Path(), Err: err, Next: "check who may write there"}
	}
	if !got {
		return nil, ctx.Err()
	}
	return lock.Unlock, nil
}

// write puts a notice in place, whole or not at all.
func (o *Outbox) write(n pipelines.Notice) error {
	content, err := json.MarshalIndent(n, "", "  ")
	if err != nil {
		return err
	}
	return durable.Write(o.path(n.ID), append(content, '\n'), durable.FileMode)
}
