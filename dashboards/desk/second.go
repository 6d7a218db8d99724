package desk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"hulian/dashboards/visitor"
	"hulian/pipelines"
	"hulian/pipelines/durable"
	"hulian/pipelines/sealed"
)

// handedIn is the file of a batch that says who handed it in, and what a second person decided. No upload has such a name: see
// Clean.
const handedIn = ".handed-in.json"

// lookAgain is how long a decision that another process took may wait until the desk sees it.
const lookAgain = 2 * time.Second

// Author is who hands a batch in, or decides about one.
type Author struct {
	Account string `json:"account"`           // that one person has alone
	Name    string `json:"name"`              // as the trail and the record of the run know him
	Village string `json:"village,omitempty"` // the only village whose rows he may hand in; empty: those of the whole town
}

// ErrOwn says that somebody decides about what he has handed in himself.
var ErrOwn = errors.New("whoever hands a file in cannot accept it himself")

// ErrNoReason says that somebody refuses files and does not say why.
var ErrNoReason = errors.New("no reason was given")

// standing is what stands in the file beside a batch.
type standing struct {
	Author  Author `json:"author"`
	Second  bool   `json:"second,omitempty"` // it waits for a second person, or did
	Decider Author `json:"decider,omitzero"` // who has decided; nobody: nobody has
	Refused bool   `json:"refused,omitempty"`
	Reason  string `json:"reason,omitempty"` // of a refusal
}

// decided reports whether a second person has said what becomes of the batch.
func (s standing) decided() bool { return s.Decider.Account != "" }

// state is what a batch waits for: a paper that was accepted for nothing more.
func (b *Batch) state() State {
	switch {
	case b.Refused:
		return Refused
	case b.Second && !b.decided():
		return Proposed
	case b.paper() != nil:
		return Done
	}
	return Waiting
}

// HandedIn is who handed the batch in, as the record of its run keeps it.
func (b Batch) HandedIn() pipelines.HandedIn {
	by := pipelines.HandedIn{By: b.Author.Name, Village: b.Author.Village, AcceptedBy: b.Decider.Name}
	for _, f := range b.Files {
		by.Files = append(by.Files, f.ID)
	}
	return by
}

// Object is the batch in the audit trail: the names of its files, and what was confirmed of them.
func (b Batch) Object() string {
	names := strings.Join(b.Names(), ", ")
	if p := b.paper(); p != nil {
		return strings.Join(strings.Fields(p.Kind+" report for="+p.For+" "+p.Month+" "+p.Unit+" withheld="+strconv.Itoa(p.Withheld)), " ") + " " + names
	}
	if b.Confirmation != nil && b.Confirmation.Draft != nil {
		return "columns of " + b.Confirmation.File.Name
	}
	if b.Confirmation != nil {
		return "held " + b.Confirmation.File.Name
	}
	return names
}

// Names are the names of its files, in their order.
func (b Batch) Names() []string {
	names := make([]string, len(b.Files))
	for i, f := range b.Files {
		names[i] = f.Name
	}
	return names
}

// readStanding reads who handed in what lies in a folder; the zero standing where nobody wrote it down.
func readStanding(dir string) (s standing, err error) {
	content, err := os.ReadFile(filepath.Join(dir, handedIn))
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	isSealed, err := sealed.Read(content, &s)
	if err == nil && !isSealed {
		err = errors.New("it is not sealed")
	}
	if err != nil {
		return standing{}, fmt.Errorf("%w: who handed in the files in %s: %w", pipelines.ErrDamaged, dir, err)
	}
	return s, nil
}

func (s standing) write(dir string) error {
	content, err := sealed.Document(s)
	if err != nil {
		return err
	}
	return durable.Write(filepath.Join(dir, handedIn), content, durable.FileMode)
}

// By is a visitor as the author of what he hands in or decides.
func By(v visitor.Visitor) Author {
	return Author{Account: v.Account, Name: v.Author(), Village: v.Scope.Village}
}

// From says who hands the batch in. Where the town asks for it the batch waits for a second person once it is submitted.
func (r *Receiving) From(a Author) {
	r.batch.standing = standing{Author: a, Second: r.desk.Second}
	r.batch.State = r.batch.state()
}

// Decide accepts a batch in a desk's folder that waits for a second person, or refuses it with a reason. It gives the batch as it
// was. The error wraps pipelines.ErrUnknown where nothing waits by that name, and ErrOwn where the author decides himself. A
// desk at work on the folder sees it within seconds.
func Decide(dir, id string, by Author, accept bool, reason string) (Batch, error) {
	unknown := &pipelines.Fault{Op: "decide about an upload", At: id, Err: pipelines.ErrUnknown, Next: "hulian uploads lists those that wait"}
	waiting, err := Proposals(dir)
	if err != nil {
		return Batch{}, err
	}
	i := slices.IndexFunc(waiting, func(b Batch) bool { return b.ID == id })
	if i < 0 {
		return Batch{}, unknown
	}
	b := waiting[i]
	reason = strings.TrimSpace(reason)
	switch {
	case by.Account == "" || strings.EqualFold(by.Account, b.Author.Account):
		return b, &pipelines.Fault{Op: "decide about an upload", At: id, Err: ErrOwn, Next: "have a second person look at it"}
	case !accept && reason == "":
		return b, &pipelines.Fault{Op: "refuse an upload", At: id, Err: ErrNoReason, Next: "--reason TEXT: its author reads it"}
	}
	s := b.standing
	s.Decider, s.Refused, s.Reason = by, !accept, reason
	return b, s.write(b.dir)
}

// Proposals lists the batches in a desk's folder that wait for a second person, oldest first.
func Proposals(dir string) (all []Batch, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if !entry.IsDir() || strings.HasPrefix(entry.Name(), unfinished) {
			continue
		}
		b := &Batch{ID: entry.Name(), State: Waiting, dir: filepath.Join(dir, entry.Name())}
		if err := b.find(); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, pipelines.ErrDamaged) {
			return nil, err
		}
		if b.State == Proposed {
			all = append(all, *b)
		}
	}
	slices.SortStableFunc(all, func(a, b Batch) int { return a.ReceivedAt.Compare(b.ReceivedAt) })
	return all, nil
}

// Decide does what the function of this name does, and has the batch read at once where it is accepted.
func (d *Desk) Decide(id string, by Author, accept bool, reason string) (Batch, error) {
	b, err := Decide(d.Dir, id, by, accept, reason)
	if err == nil {
		d.settle()
	}
	return b, err
}

// Proposed opens a file, named by its SHA-256, of a batch that waits for a second person. The error wraps pipelines.ErrUnknown where
// there is none. The caller closes it.
func (d *Desk) Proposed(id, file string) (File, *os.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, b := range d.batches {
		if b.ID != id || b.State != Proposed || b.Confirmation != nil && b.paper() == nil { // what is confirmed of is no upload
			continue
		}
		if i := slices.IndexFunc(b.Files, func(f File) bool { return f.ID == file }); i >= 0 {
			at := filepath.Join(b.dir, paperFormat(i))
			if b.paper() == nil {
				at = b.paths[i]
			}
			content, err := os.Open(at)
			return b.Files[i], content, err
		}
	}
	return File{}, nil, &pipelines.Fault{Op: "open an upload", At: id, Err: pipelines.ErrUnknown, Next: "choose it on the page Upload"}
}

// settle looks what second persons have decided: what they accepted is in line, what they refused is removed.
func (d *Desk) settle() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, b := range d.batches {
		if b.State != Proposed {
			continue
		}
		s, err := readStanding(b.dir)
		if err != nil {
			d.Logger.Error("an upload waits for a second person, and what is decided cannot be read", "batch", b.ID, "error", err)
			continue
		}
		if !s.decided() {
			continue
		}
		b.standing = s
		d.changes++
		if b.State = b.state(); !s.Refused {
			d.call()
			continue
		}
		if err := os.RemoveAll(b.dir); err != nil {
			d.Logger.Error("the folder of a refused upload stays", "folder", b.dir, "error", err)
		}
	}
}
