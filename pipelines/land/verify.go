package land

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"syscall"

	"hulian/pipelines"
)

// ErrDamaged is wrapped by every error about content that is gone or is not what landed.
var ErrDamaged = pipelines.ErrDamaged

// Damage is one landed file whose content cannot be used. It wraps ErrDamaged.
type Damage struct {
	File    File
	Path    string
	Missing bool // nothing lies there; else something else does
	Err     error
}

func (d *Damage) Error() string {
	if d.Missing {
		return fmt.Sprintf("%v: the content of file %d that landed is gone", ErrDamaged, d.File.No)
	}
	return fmt.Sprintf("%v: the content of file %d is not what landed", ErrDamaged, d.File.No)
}

// Unwrap gives ErrDamaged, and why where the system said it.
func (d *Damage) Unwrap() []error { return []error{ErrDamaged, d.Err} }

// sendAgain is what helps.
const sendAgain = "send the same file again: it is put back in its place; or put back the file from a backup"

// fault says which landed file cannot be read. An error that tells nothing of the content, such as a missing permission, is
// passed on as it is.
func fault(f File, path string, err error) error {
	fault := &pipelines.Fault{Op: "read landed file", At: f.Name + " (" + path + ")", Err: err, Next: "check who may read it"}
	next := sendAgain
	if f.Alone() {
		next = "put back the file from a backup; nobody can send again what was entered here"
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		fault.Err, fault.Next = &Damage{File: f, Path: path, Missing: true, Err: err}, next
	case errors.Is(err, errOther), errors.Is(err, syscall.EIO): // the disk itself cannot read it
		fault.Err, fault.Next = &Damage{File: f, Path: path, Err: err}, next
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return fault
}

// errOther says that content does not have the hash it is named by.
var errOther = errors.New("its hash is not its name")

// file finds a landed file by its id. One that is not in the manifest has nothing but its id.
func (s *Store) file(id string) File {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i, known := s.byID[id]; known {
		return s.files[i]
	}
	return File{ID: id, Name: id}
}

// Open opens the content with the given id. It is hashed while it is read: where it is not what landed, the error comes in
// the place of io.EOF, and what was read so far must be thrown away. A reader that stops earlier has verified nothing;
// it uses Verified. Errors about the content wrap ErrDamaged and say which file is to be sent again.
func (s *Store) Open(ctx context.Context, id string) (io.ReadCloser, error) {
	content, err := open(ctx, s.Path(id), s.file(id))
	if err != nil {
		return nil, err
	}
	content.whole = func() { s.trust(id) }
	return content, nil
}

func open(ctx context.Context, path string, f File) (*hashed, error) {
	content, err := os.Open(path)
	if err != nil {
		return nil, fault(f, path, err)
	}
	if info, err := content.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(fault(f, path, cmp.Or(err, errOther)), content.Close())
	}
	return &hashed{ctx: ctx, of: f, content: content, sum: sha256.New()}, nil
}

// hashed reads landed content and holds it to its name at the end.
type hashed struct {
	ctx     context.Context
	of      File
	content *os.File
	sum     hash.Hash
	whole   func() // called at the end of content that is what landed; nil: nobody is
}

func (h *hashed) Read(p []byte) (int, error) {
	if err := h.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := h.content.Read(p)
	h.sum.Write(p[:n]) // never fails
	switch {
	case err == nil:
		return n, nil
	case err != io.EOF:
		return n, fault(h.of, h.content.Name(), err)
	case hex.EncodeToString(h.sum.Sum(nil)) != h.of.ID:
		return n, fault(h.of, h.content.Name(), errOther)
	}
	if h.whole != nil {
		h.whole()
	}
	return n, io.EOF
}

func (h *hashed) Close() error { return h.content.Close() }

// Verified says where the content with the given id lies, once it is known to be what landed: it was hashed by this store
// before, while it landed or was read, or it is hashed now. Of a file that lies there twice, one whole copy is enough. Errors
// about the content wrap ErrDamaged and say which file is to be sent again.
func (s *Store) Verified(ctx context.Context, id string) (path string, err error) {
	err = s.first(ctx, id)
	if err == nil {
		return s.Path(id), nil
	}
	if name := NameOfTwin(s.dir, id); name != "" && errors.Is(err, ErrDamaged) {
		if twin := Path(s.dir, id) + "." + name; verify(ctx, twin, s.file(id)) == nil {
			return twin, nil
		}
	}
	return "", err
}

// first is Verified of the content's own place.
func (s *Store) first(ctx context.Context, id string) error {
	s.mu.Lock()
	trusted := s.hashed[id]
	s.mu.Unlock()
	path, f := s.Path(id), s.file(id)
	if trusted {
		if _, err := os.Stat(path); err != nil {
			return fault(f, path, err)
		}
		return nil
	}
	if err := verify(ctx, path, f); err != nil {
		return err
	}
	s.trust(id)
	return nil
}

// trust remembers that the content with the given id is what landed.
func (s *Store) trust(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hashed[id] = true
}

// Verified is Store.Verified for whoever has opened no store: it touches nothing, so that content can be read while another
// process lands files. Everything is hashed every time.
func Verified(ctx context.Context, dir, id string) (path string, err error) {
	s := &Store{dir: dir, byID: map[string]int{}, hashed: map[string]bool{}}
	return s.Verified(ctx, id)
}

// Healed lists the files whose content was gone or damaged and that this store has put back, because they came again.
func (s *Store) Healed() []File {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.healed)
}

// contents gives the size of everything in the store's folder that is named like content, by id.
func contents(dir string) (map[string]int64, error) {
	found, err := fs.Glob(os.DirFS(dir), "[0-9a-f][0-9a-f]/*")
	if err != nil {
		return nil, err
	}
	all := map[string]int64{}
	for _, name := range found {
		id := path.Base(name)
		if !validID(id) || id[:2] != path.Dir(name) {
			continue
		}
		info, err := os.Lstat(Path(dir, id))
		if err != nil {
			return nil, err
		}
		all[id] = info.Size()
	}
	return all, nil
}
