package standards

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/pipelines/sealed"
)

// Names of what lies in a town's folder.
const (
	FileName    = "programme.yaml"
	historyName = "standards.json"
	lockName    = "standards.json.lock"
)

// Book keeps the standards of one town. It is safe for use by several goroutines and processes.
type Book struct {
	Dir    string                                    // the town's folder
	Read   func(path string) (data.Programme, error) // as every command reads the file; the defaults where there is none
	Second bool                                      // a change waits for a second person
	Now    func() time.Time                          // nil: time.Now
}

// history is the document beside the file.
type history struct {
	Known   map[string]string     `json:"known"` // settings as the file said when the document was written last
	Changes []data.StandardChange `json:"changes"`
}

func (b *Book) now() time.Time {
	if b.Now != nil {
		return b.Now().UTC().Truncate(time.Second)
	}
	return time.Now().UTC().Truncate(time.Second)
}

func (b *Book) file() string { return filepath.Join(b.Dir, FileName) }

func (b *Book) fault(op, at string, err error, next string) error {
	return &pipelines.Fault{Op: op, At: at, Err: err, Next: next}
}

// Standing says what is decided, and how that came about. What was edited by hand since the last change stands first. A file that
// cannot be read is told in Broken, beside the history and the defaults.
func (b *Book) Standing() (data.Standards, error) {
	s, _, err := b.standing()
	return s, err
}

func (b *Book) standing() (data.Standards, history, error) {
	h, err := b.history()
	if err != nil {
		return data.Standards{}, h, err
	}
	s := data.Standards{Second: b.Second}
	if s.Programme, err = b.Read(b.file()); err != nil {
		s.Programme, s.Broken = data.DefaultProgramme(), err.Error()
	} else {
		h.Changes = append(h.Changes, b.byHand(h, s.Programme)...)
	}
	s.Changes = slices.Clone(h.Changes)
	slices.Reverse(s.Changes)
	return s, h, nil
}

// byHand lists the settings that are not what they were when the history was written last.
func (b *Book) byHand(h history, now data.Programme) (all []data.StandardChange) {
	at := b.now()
	if info, err := os.Stat(b.file()); err == nil {
		at = info.ModTime().UTC().Truncate(time.Second)
	}
	for _, setting := range data.Settings() {
		was, known := h.Known[setting.Path]
		is := now.Written(setting.Path)
		if !known || was == is {
			continue
		}
		all = append(all, data.StandardChange{ID: number(len(h.Changes) + len(all)), Setting: setting.Path, From: was, To: is, At: at, State: data.StandardByHand})
	}
	return all
}

func number(n int) string { return strconv.Itoa(n + 1) }

// Observe keeps what the file says now, so that it is found out what somebody edits in it later.
func (b *Book) Observe(ctx context.Context) error {
	return b.hold(ctx, func() error {
		s, h, err := b.standing()
		if err != nil || s.Broken != "" {
			return err
		}
		return b.write(h, s.Programme)
	})
}

// Change makes a change, or keeps it until a second person has accepted it: it says which. Of the change Setting, From, To, By, Account
// and Reason are read; From is what its author has seen. The error wraps a data.StandardRefusal where it is refused.
func (b *Book) Change(ctx context.Context, c data.StandardChange) (made data.StandardChange, err error) {
	err = b.hold(ctx, func() error {
		s, h, err := b.open()
		if err != nil {
			return err
		}
		now := s.Programme.Written(c.Setting)
		switch _, known := data.SettingOf(c.Setting); {
		case !known:
			return data.StandardUnknown
		case c.From != now:
			return data.StandardMoved
		case c.To == now:
			return data.StandardSame
		}
		content, changed, err := b.rewritten(c.Setting, c.To)
		if err != nil {
			return err
		}
		c.ID, c.At, c.State, c.To = number(len(h.Changes)), b.now(), data.StandardInForce, changed.Written(c.Setting)
		if b.Second {
			c.State = data.StandardProposed
		}
		made = c
		h.Changes = append(h.Changes, c)
		if b.Second {
			return b.write(h, s.Programme)
		}
		return b.apply(h, changed, content)
	})
	return made, err
}

// Decide accepts or refuses a change that waits for a second person. The error wraps a data.StandardRefusal where that is refused.
func (b *Book) Decide(ctx context.Context, id, by, account string, accept bool, answer string) (made data.StandardChange, err error) {
	err = b.hold(ctx, func() error {
		s, h, err := b.open()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(h.Changes, func(c data.StandardChange) bool { return c.ID == id && c.State == data.StandardProposed })
		if i < 0 {
			return data.StandardUnknown
		}
		c := &h.Changes[i]
		if account == "" || strings.EqualFold(account, c.Account) {
			return data.StandardOwn
		}
		c.Decider, c.DeciderAccount, c.DecidedAt, c.Answer = by, account, b.now(), answer
		if !accept {
			c.State, made = data.StandardRefused, *c
			return b.write(h, s.Programme)
		}
		if s.Programme.Written(c.Setting) != c.From {
			c.State = data.StandardOvertake
			return errors.Join(data.StandardMoved, b.write(h, s.Programme))
		}
		content, changed, err := b.rewritten(c.Setting, c.To)
		if err != nil {
			return err
		}
		c.State, made = data.StandardInForce, *c
		return b.apply(h, changed, content)
	})
	return made, err
}

// open is standing for whoever is about to change something: nothing is written over a file that cannot be read.
func (b *Book) open() (data.Standards, history, error) {
	s, h, err := b.standing()
	if err == nil && s.Broken != "" {
		err = b.fault("change the standards", b.file(), errors.New(s.Broken), "mend the file by hand first")
	}
	return s, h, err
}

// rewritten is the file with one setting as written says, read as every command will read it.
func (b *Book) rewritten(setting, written string) (content []byte, changed data.Programme, err error) {
	before, err := os.ReadFile(b.file())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, changed, b.fault("change the standards", b.file(), err, "check who may read it")
	}
	if content, err = data.Rewritten(before, setting, written); err != nil {
		return nil, changed, pipelines.Errorf("%w: %w", data.StandardUnsound, err)
	}
	aside, err := os.CreateTemp(b.Dir, durable.Aside(FileName))
	if err != nil {
		return nil, changed, b.fault("change the standards", b.Dir, err, "check who may write there")
	}
	defer func() { err = errors.Join(err, os.Remove(aside.Name())) }()
	_, err = aside.Write(content)
	if err = errors.Join(err, aside.Close()); err != nil {
		return nil, changed, b.fault("change the standards", b.Dir, err, "check the disk")
	}
	if changed, err = b.Read(aside.Name()); err != nil {
		return nil, changed, pipelines.Errorf("%w: %w", data.StandardUnsound, err)
	}
	return content, changed, nil
}

// apply writes the history and then the file.
func (b *Book) apply(h history, changed data.Programme, content []byte) error {
	if err := b.write(h, changed); err != nil {
		return err
	}
	if err := durable.Write(b.file(), content, durable.FileMode); err != nil {
		return b.fault("change the standards", b.file(), err, "check the disk and who may write there; nothing has changed")
	}
	return nil
}

func (b *Book) history() (h history, err error) {
	path := filepath.Join(b.Dir, historyName)
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return h, nil
	}
	if err == nil {
		_, err = sealed.Read(content, &h)
	}
	if err != nil {
		return h, b.fault("read the history of the standards", path, err, "put the file back from a backup")
	}
	return h, nil
}

func (b *Book) write(h history, known data.Programme) error {
	h.Known = map[string]string{}
	for _, setting := range data.Settings() {
		h.Known[setting.Path] = known.Written(setting.Path)
	}
	path := filepath.Join(b.Dir, historyName)
	content, err := sealed.Document(h)
	if err == nil {
		err = durable.Write(path, content, durable.FileMode)
	}
	if err != nil {
		return b.fault("write the history of the standards", path, err, "check the disk and who may write there; nothing has changed")
	}
	return nil
}

// hold lets one writer at a time do its work, which takes milliseconds.
func (b *Book) hold(ctx context.Context, do func() error) (err error) {
	path := filepath.Join(b.Dir, lockName)
	lock := flock.New(path)
	limited, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if _, err := lock.TryLockContext(limited, 20*time.Millisecond); err != nil {
		return b.fault("change the standards", path, errors.Join(pipelines.ErrBusy, err), "try again in a moment")
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	return do()
}
