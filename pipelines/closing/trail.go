package closing

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/pipelines/sealed"
)

// TrailName is the file in the folder of closed months that says who did what when.
const TrailName = "trail.ndjson"

// What the trail records.
const (
	actChecked = "checked"
	actRefused = "refused"
	actSigned  = "signed"
	actChanged = "changed"
)

// Entry is one line of the trail.
type Entry struct {
	At          time.Time                  `json:"at"`
	Month       string                     `json:"month"`
	Action      string                     `json:"action"` // checked, refused, signed, changed
	By          string                     `json:"by,omitempty"`
	Account     string                     `json:"account,omitempty"` // by which the person had signed in; empty for commands
	Note        string                     `json:"note,omitempty"`
	Generation  int                        `json:"generation"`
	Snapshot    string                     `json:"snapshot"`          // the generation's content hash
	Numbers     string                     `json:"numbers,omitempty"` // hash of the month's numbers
	Restatement int                        `json:"restatement,omitempty"`
	Document    string                     `json:"document,omitempty"` // path below closings
	Hash        string                     `json:"hash,omitempty"`     // of the document
	Reason      string                     `json:"reason,omitempty"`   // of a refusal
	Problems    []pipelines.ClosingProblem `json:"problems,omitempty"` // that stood when it was done
	Previous    string                     `json:"previous"`           // SHA-256 of the line before; empty of the first
}

func (b *Book) trailPath() string { return filepath.Join(b.folder(), TrailName) }

// Trail returns who did what when, oldest first. It refuses a trail whose lines do not follow from each other.
func (b *Book) Trail() ([]Entry, error) {
	entries, _, _, err := b.readTrail()
	return entries, err
}

// readTrail also returns the hash of the last line and the length of what is whole.
func (b *Book) readTrail() (entries []Entry, last string, whole int64, err error) {
	content, err := os.ReadFile(b.trailPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", 0, nil
	}
	if err != nil {
		return nil, "", 0, b.fault("read the closing trail", b.trailPath(), err, "check who may read it")
	}
	sealedBefore := false // lines at the beginning may be from before each carried its hash
	for number := 1; ; number++ {
		line, rest, found := bytes.Cut(content, []byte("\n"))
		if !found { // nothing, or a line a crash cut off
			return entries, last, whole, nil
		}
		var e Entry
		isSealed, err := sealed.Read(line, &e)
		if err == nil && sealedBefore && !isSealed {
			err = sealed.ErrBroken
		}
		if errors.Is(err, sealed.ErrBroken) {
			err = pipelines.Errorf("a line was changed or taken out: %w", err)
		}
		sealedBefore = sealedBefore || isSealed
		if err == nil && e.Previous != last {
			err = errors.New("it does not follow from the line before: a line was changed or taken out")
		}
		if err != nil {
			return nil, "", 0, b.fault("read the closing trail", fmt.Sprintf("%s, line %d", b.trailPath(), number), err, "put back the file from a backup")
		}
		entries, last, whole, content = append(entries, e), digest(line), whole+int64(len(line))+1, rest
	}
}

// record appends one line and makes it last. The caller holds the lock.
func (b *Book) record(e Entry) error {
	_, last, whole, err := b.readTrail()
	if err != nil {
		return err
	}
	e.Previous = last
	line, err := sealed.Line(e)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(b.trailPath(), os.O_WRONLY|os.O_CREATE, durable.FileMode)
	if err == nil {
		err = f.Truncate(whole) // away with a line that a crash cut off
		if err == nil {
			_, err = f.WriteAt(append(line, '\n'), whole)
		}
		err = errors.Join(err, f.Sync(), f.Close())
	}
	if err == nil && whole == 0 { // the first line: the trail's name must last too
		err = durable.Sync(b.folder())
	}
	if err != nil {
		return b.fault("write the closing trail", b.trailPath(), err, "check the disk and who may write there")
	}
	return nil
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func (b *Book) fault(op, at string, err error, next string) error {
	return &pipelines.Fault{Op: op, At: at, Err: err, Next: next}
}

// untold says that the trail has lost lines: it tells neither of a document that lies there nor of the check that came
// before it. A crash keeps at most the signing itself from the trail.
func (b *Book) untold(entries []Entry, month string) error {
	for _, n := range b.onDisk(month) {
		name := signedName(month, n)
		if slices.ContainsFunc(entries, func(e Entry) bool { return e.Action == actSigned && e.Month == month && e.Restatement == n }) {
			continue
		}
		d, err := b.read(name, "")
		if err != nil {
			continue // which is said of the document
		}
		if !slices.ContainsFunc(entries, func(e Entry) bool { return e.Action == actChecked && e.Month == month && e.At.Equal(d.CheckedAt) }) {
			return b.fault("read the closing trail", b.trailPath(), pipelines.Errorf("%w: it does not tell of %s, which was checked and signed", ErrTampered, filepath.ToSlash(name)), "put back the file from a backup")
		}
	}
	return nil
}

// Damaged says of every document of a closed month, and of the trail, what is not as it was written. Nothing is opened for
// writing. dir is the town's folder; each Fault names the file.
func Damaged(dir string) []*pipelines.Fault {
	b := &Book{Dir: dir}
	var all []*pipelines.Fault
	note := func(err error) {
		if fault := (*pipelines.Fault)(nil); errors.As(err, &fault) {
			all = append(all, fault)
		}
	}
	entries, err := b.Trail()
	note(err)
	named := map[string]bool{}
	for _, e := range entries {
		if e.Document != "" {
			named[filepath.ToSlash(e.Document)] = true
			_, err := b.read(filepath.FromSlash(e.Document), e.Hash)
			note(err)
		}
	}
	months, _ := fs.Glob(os.DirFS(b.folder()), "[0-9][0-9][0-9][0-9]-[0-9][0-9]")
	for _, month := range months {
		if missing := b.untold(entries, path.Base(month)); missing != nil && err == nil {
			note(missing)
			break // the trail is one file
		}
	}
	found, _ := fs.Glob(os.DirFS(b.folder()), "[0-9][0-9][0-9][0-9]-[0-9][0-9]/*.json")
	for _, name := range found { // a document that a crash kept from the trail
		if !named[name] {
			_, err := b.read(filepath.FromSlash(name), "")
			note(err)
		}
	}
	return all
}
