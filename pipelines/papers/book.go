package papers

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/pipelines/sealed"
)

// ErrTampered is wrapped by every refusal of a version that is not what was kept.
var ErrTampered = errors.New("it is not what was kept")

// ListName is the file that names the versions; keptDrafts is how many drafts of a paper are kept of readers of the same rights.
const (
	ListName    = "versions.ndjson"
	contentName = "content.json"
	lockName    = "lock"
	aside       = ".keeping-"
	keptDrafts  = 10
)

// Book keeps the papers of one town. It is safe for use by several goroutines and processes.
type Book struct {
	Dir string // the town's folder
}

// line is one line of the list.
type line struct {
	pipelines.PaperVersion
	Previous string `json:"previous"` // SHA-256 of the line before; empty of the first
}

func (b *Book) folder() string { return filepath.Join(b.Dir, "papers") }

func (b *Book) list() string { return filepath.Join(b.folder(), ListName) }

func (b *Book) of(v pipelines.PaperVersion) string { return filepath.Join(b.folder(), v.Month, v.ID) }

func fault(op, at string, err error, next string) error {
	return &pipelines.Fault{Op: op, At: at, Err: err, Next: next}
}

// Stamp changes whenever a version is kept.
func (b *Book) Stamp() (string, error) {
	info, err := os.Stat(b.list())
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fault("read the versions of papers", b.list(), err, "check who may read it")
	}
	return fmt.Sprint(info.Size(), info.ModTime().UnixNano()), nil
}

// Versions lists every version, oldest first.
func (b *Book) Versions() ([]pipelines.PaperVersion, error) {
	all, _, _, err := b.read()
	return all, err
}

// Version is the version of an ID. The error wraps pipelines.ErrUnknown where there is none.
func (b *Book) Version(id string) (pipelines.PaperVersion, error) {
	all, err := b.Versions()
	if err != nil {
		return pipelines.PaperVersion{}, err
	}
	i := slices.IndexFunc(all, func(v pipelines.PaperVersion) bool { return v.ID == id })
	if i < 0 {
		return pipelines.PaperVersion{}, fault("open a paper", fmt.Sprintf("%q", id), pipelines.ErrUnknown, `"hulian papers" lists the versions that are kept`)
	}
	return all[i], nil
}

// read also returns the hash of the last line and the length of what is whole.
func (b *Book) read() (all []pipelines.PaperVersion, last string, whole int64, err error) {
	content, err := os.ReadFile(b.list())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", 0, nil
	}
	if err != nil {
		return nil, "", 0, fault("read the versions of papers", b.list(), err, "check who may read it")
	}
	for number := 1; ; number++ {
		text, rest, found := bytes.Cut(content, []byte("\n"))
		if !found { // nothing, or a line a crash cut off
			break
		}
		var l line
		isSealed, err := sealed.Read(text, &l)
		if err == nil && (!isSealed || l.Previous != last || !named.MatchString(l.ID) || !monthForm.MatchString(l.Month)) {
			err = sealed.ErrBroken
		}
		if err != nil {
			return nil, "", 0, fault("read the versions of papers", fmt.Sprintf("%s, line %d", b.list(), number), pipelines.Errorf("a line was changed or taken out: %w", err), "put back the folder papers from a backup")
		}
		if at := slices.IndexFunc(all, func(v pipelines.PaperVersion) bool { return v.ID == l.ID }); at >= 0 {
			all[at] = l.PaperVersion // a format was added
		} else {
			all = append(all, l.PaperVersion)
		}
		last, whole, content = digest(text), whole+int64(len(text))+1, rest
	}
	newer := map[shelf]int{}
	for i := len(all) - 1; i >= 0; i-- {
		if v := &all[i]; passes(*v) {
			newer[shelfOf(*v)]++
			v.Gone = newer[shelfOf(*v)] > keptDrafts
		}
	}
	return all, last, whole, nil
}

// shelf is where drafts stand that push each other out: those of one paper and one kind of reader.
type shelf struct {
	pipelines.PaperKey
	reader string
}

func shelfOf(v pipelines.PaperVersion) shelf {
	return shelf{v.PaperKey, fmt.Sprintf("%q %q %q %q", v.Role, slices.Sorted(slices.Values(v.Towns)), v.Village, v.Branch)}
}

// passes reports whether newer drafts push a version out. What waits for a second person stays: it is issued once it is accepted.
func passes(v pipelines.PaperVersion) bool { return v.State == pipelines.PaperDraft && v.Awaits == "" }

var (
	named     = regexp.MustCompile(`^[0-9a-z]{8,40}$`)
	monthForm = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])$`)
)

// Keep keeps a version with its content and files, and returns it with ID, number and hashes. Where the last version of the paper has the
// same content, state and readers, that one is returned, with the formats it lacked.
func (b *Book) Keep(ctx context.Context, v pipelines.PaperVersion, content []byte, files []pipelines.PaperContent) (kept pipelines.PaperVersion, err error) {
	if !monthForm.MatchString(v.Month) || v.Kind == "" || v.Unit == "" || v.State != pipelines.PaperDraft && v.State != pipelines.PaperIssued || v.State == pipelines.PaperIssued && v.Closing == "" {
		return v, pipelines.Errorf("keep a paper: it does not say which it is, or with which signing it is issued: %+v", v.PaperKey)
	}
	for _, f := range files {
		if f.Name == "" || f.Name != filepath.Base(f.Name) || strings.HasPrefix(f.Name, ".") || f.Name == contentName {
			return v, fault("keep a paper", fmt.Sprintf("%q", f.Name), errors.New("it is no name of a file"), "leave the name to hulian")
		}
	}
	release, err := b.hold(ctx)
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, release()) }()
	all, last, whole, err := b.read()
	if err != nil {
		return v, err
	}
	v.Content, v.Number, v.ID = digest(content), 1, strings.ToLower(rand.Text())
	var same *pipelines.PaperVersion
	for i := range all {
		if all[i].PaperKey == v.PaperKey {
			v.Number, same = all[i].Number+1, &all[i]
		}
	}
	if same != nil && same.State == v.State && same.Content == v.Content && same.Closing == v.Closing && same.Awaits == v.Awaits && same.Persons == v.Persons && shelfOf(*same) == shelfOf(v) {
		return b.add(*same, files, last, whole)
	}
	for _, f := range files {
		v.Files = append(v.Files, pipelines.PaperFile{Name: f.Name, Size: int64(len(f.Content)), SHA256: digest(f.Content)})
	}
	if err := b.put(v, append(slices.Clone(files), pipelines.PaperContent{Name: contentName, Content: content})); err != nil {
		return v, err
	}
	if err := b.record(v, last, whole); err != nil {
		return v, err
	}
	b.sweep(append(all, v))
	return v, nil
}

// add puts formats that a version lacks beside those it has.
func (b *Book) add(v pipelines.PaperVersion, files []pipelines.PaperContent, last string, whole int64) (pipelines.PaperVersion, error) {
	added := false
	v.Files = slices.Clone(v.Files)
	for _, f := range files {
		if slices.ContainsFunc(v.Files, func(k pipelines.PaperFile) bool { return k.Name == f.Name }) {
			continue
		}
		if err := durable.Write(filepath.Join(b.of(v), f.Name), f.Content, 0o400); err != nil {
			return v, b.unwritten(err)
		}
		v.Files, added = append(v.Files, pipelines.PaperFile{Name: f.Name, Size: int64(len(f.Content)), SHA256: digest(f.Content)}), true
	}
	if !added {
		return v, nil
	}
	return v, b.record(v, last, whole)
}

// put writes the folder of a version, whole or not at all.
func (b *Book) put(v pipelines.PaperVersion, files []pipelines.PaperContent) error {
	month := filepath.Join(b.folder(), v.Month)
	if err := durable.MkdirAll(month); err != nil {
		return b.unwritten(err)
	}
	dir, err := os.MkdirTemp(month, aside)
	if err != nil {
		return b.unwritten(err)
	}
	for _, f := range files {
		if err = durable.Write(filepath.Join(dir, f.Name), f.Content, 0o400); err != nil {
			break
		}
	}
	if err == nil {
		err = os.Rename(dir, b.of(v))
	}
	if err != nil {
		return b.unwritten(errors.Join(err, os.RemoveAll(dir)))
	}
	return durable.Sync(month)
}

func (b *Book) unwritten(err error) error {
	return fault("keep a paper", b.folder(), err, "check the disk and who may write there; what was kept before stays")
}

// record appends a line and makes it last. The caller holds the lock.
func (b *Book) record(v pipelines.PaperVersion, last string, whole int64) error {
	text, err := sealed.Line(line{v, last})
	if err != nil {
		return err
	}
	f, err := os.OpenFile(b.list(), os.O_WRONLY|os.O_CREATE, durable.FileMode)
	if err == nil {
		err = f.Truncate(whole) // away with a line that a crash cut off
		if err == nil {
			_, err = f.WriteAt(append(text, '\n'), whole)
		}
		err = errors.Join(err, f.Sync(), f.Close())
	}
	if err == nil && whole == 0 {
		err = durable.Sync(b.folder())
	}
	if err != nil {
		return b.unwritten(err)
	}
	return nil
}

// sweep takes away the folders of drafts that have had their time, and what crashes have left. What cannot be taken away stays until the
// next time: nothing reads it.
func (b *Book) sweep(all []pipelines.PaperVersion) {
	kept, drafts := map[string]bool{}, map[shelf]int{}
	for _, v := range slices.Backward(all) {
		if passes(v) {
			drafts[shelfOf(v)]++
		}
		kept[v.ID] = !passes(v) || drafts[shelfOf(v)] <= keptDrafts
	}
	months, _ := os.ReadDir(b.folder())
	for _, month := range months {
		if !monthForm.MatchString(month.Name()) {
			continue
		}
		versions, _ := os.ReadDir(filepath.Join(b.folder(), month.Name()))
		for _, v := range versions {
			if !kept[v.Name()] {
				_ = os.RemoveAll(filepath.Join(b.folder(), month.Name(), v.Name()))
			}
		}
	}
}

// Content is what stands in a version, as it was kept. The error wraps pipelines.ErrUnknown of a draft that is not kept any more.
func (b *Book) Content(v pipelines.PaperVersion) ([]byte, error) {
	if v.Gone {
		return nil, fault("open a paper", v.ID, pipelines.ErrUnknown, `"hulian papers" lists the files that are kept`)
	}
	return b.open(v, contentName, v.Content)
}

// File is one format of a version, as it was written. The error wraps pipelines.ErrUnknown where it was not kept.
func (b *Book) File(v pipelines.PaperVersion, name string) ([]byte, error) {
	i := slices.IndexFunc(v.Files, func(f pipelines.PaperFile) bool { return f.Name == name })
	if i < 0 || v.Gone {
		return nil, fault("open a paper", name, pipelines.ErrUnknown, `"hulian papers" lists the files that are kept`)
	}
	return b.open(v, name, v.Files[i].SHA256)
}

func (b *Book) open(v pipelines.PaperVersion, name, hash string) ([]byte, error) {
	path := filepath.Join(b.of(v), name)
	content, err := os.ReadFile(path)
	if err == nil && digest(content) != hash {
		err = pipelines.Errorf("%w: its content does not have the hash it was kept with", ErrTampered)
	}
	if err != nil {
		return nil, fault("open a paper", path, err, "put back the file from a backup; hulian never edits a kept paper")
	}
	return content, nil
}

// hold lets one writer at a time do its work.
func (b *Book) hold(ctx context.Context) (release func() error, err error) {
	if err := durable.MkdirAll(b.folder()); err != nil {
		return nil, b.unwritten(err)
	}
	lock := flock.New(filepath.Join(b.folder(), lockName))
	limited, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if _, err := lock.TryLockContext(limited, 20*time.Millisecond); err != nil {
		if ctx.Err() == nil && limited.Err() != nil {
			err = pipelines.Errorf("%w: somebody else is keeping a paper", pipelines.ErrBusy)
		}
		return nil, fault("keep a paper", b.folder(), err, "try again in a moment")
	}
	return lock.Unlock, nil
}

// Damaged says of every kept paper, and of the list, what is not as it was written. Nothing is opened for writing.
func Damaged(dir string) (all []*pipelines.Fault) {
	b := &Book{Dir: dir}
	note := func(err error) {
		if found := (*pipelines.Fault)(nil); errors.As(err, &found) {
			all = append(all, found)
		}
	}
	versions, err := b.Versions()
	note(err)
	for _, v := range versions {
		if v.Gone {
			continue
		}
		_, err := b.Content(v)
		note(err)
		for _, f := range v.Files {
			_, err := b.File(v, f.Name)
			note(err)
		}
	}
	return all
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
