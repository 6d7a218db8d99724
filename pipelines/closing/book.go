package closing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gofrs/flock"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/durable"
)

// lockName is the file in the folder of closed months that one writer at a time holds.
const lockName = "lock"

// Snapshot is one published generation, and what of its making bears on closing a month.
type Snapshot struct {
	Data       pipelines.Querier // with the schemas exports, ops and marts
	Generation int
	Hash       string
	Warnings   func() ([]Warning, error) // checks of the generation that returned rows; nil: none. Asked only when its months are judged anew
	Failed     data.Text                 // why the last run published nothing; empty where it did
}

// Warning is a check that returned rows.
type Warning struct {
	Claim data.Text
	Rows  int64
}

// Book keeps the closed months of one town. It is safe for use by several goroutines.
type Book struct {
	Dir       string // the town's folder
	Programme data.Programme
	Renew     func() (data.Programme, error) // what the town has decided by now; nil: Programme
	Version   string                         // of the program, for the documents
	Now       func() time.Time               // nil: time.Now

	mu   sync.Mutex
	made string // what months was made of
	kept []pipelines.MonthClosing
}

func (b *Book) now() time.Time {
	if b.Now != nil {
		return b.Now().UTC()
	}
	return time.Now().UTC()
}

// decided is what the town has decided by now. Where its file cannot be read, a run says so; what was known before holds until then.
func (b *Book) decided() data.Programme {
	if b.Renew != nil {
		if p, err := b.Renew(); err == nil {
			return p
		}
	}
	return b.Programme
}

// Stamp changes whenever somebody closes a month, a generation brings a correction, or a document is edited.
func (b *Book) Stamp() (string, error) {
	sum := sha256.New()
	err := filepath.WalkDir(b.folder(), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == lockName || strings.HasPrefix(entry.Name(), ".") {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			fmt.Fprintln(sum, path, info.Size(), info.ModTime().UnixNano())
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", b.fault("read the closed months", b.folder(), err, "check who may read it")
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// Months returns every month of the snapshot and every signed one, newest first. What it returns is shared and must not
// be modified.
func (b *Book) Months(ctx context.Context, s Snapshot) ([]pipelines.MonthClosing, error) {
	stamp, err := b.Stamp()
	if err != nil {
		return nil, err
	}
	made := fmt.Sprintf("%d %s %s %s", s.Generation, s.Hash, s.Failed.En, stamp)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.made == made {
		return b.kept, nil
	}
	all, err := b.standing(ctx, s)
	if err != nil {
		return nil, err
	}
	b.made, b.kept = made, all
	return all, nil
}

// Month returns one month. A month that is neither in the snapshot nor signed gives pipelines.ErrUnknown.
func (b *Book) Month(ctx context.Context, s Snapshot, month string) (pipelines.MonthClosing, error) {
	all, err := b.Months(ctx, s)
	if err != nil {
		return pipelines.MonthClosing{}, err
	}
	return find(all, month)
}

func find(all []pipelines.MonthClosing, month string) (pipelines.MonthClosing, error) {
	i := slices.IndexFunc(all, func(m pipelines.MonthClosing) bool { return m.Month == month })
	if i >= 0 {
		return all[i], nil
	}
	fault := &pipelines.Fault{Op: "close month", At: fmt.Sprintf("%q", month), Err: pipelines.ErrUnknown, Next: "a month such as 2018-01"}
	if len(all) > 0 {
		fault.Next = fmt.Sprintf("a month from %s to %s", all[len(all)-1].Month, all[0].Month)
	}
	return pipelines.MonthClosing{}, fault
}

// history is what the trail says of one month.
type history struct {
	signed  *Entry // the last signing
	checked *Entry // the last check after it
	changes []Entry
}

// standing puts snapshot, documents and trail together.
func (b *Book) standing(ctx context.Context, s Snapshot) ([]pipelines.MonthClosing, error) {
	entries, err := b.Trail()
	if err != nil {
		return nil, err
	}
	f, err := b.facts(ctx, s)
	if err != nil {
		return nil, err
	}
	told := historiesOf(entries)
	months := slices.Clone(f.months)
	for month := range told {
		months = append(months, month)
	}
	folders, _ := os.ReadDir(b.folder())
	for _, folder := range folders { // a document a crash kept from the trail
		if monthForm.MatchString(folder.Name()) && len(b.onDisk(folder.Name())) > 0 {
			months = append(months, folder.Name())
		}
	}
	slices.Sort(months)
	months = slices.Compact(months)
	var all []pipelines.MonthClosing
	earlier := map[string]pipelines.ClosingState{}
	for _, month := range months {
		h := told[month]
		if h == nil {
			h = &history{}
		}
		m, err := b.month(ctx, s, f, month, h)
		if err != nil {
			return nil, err
		}
		m.Problems = append(m.Problems, f.order(months, month, earlier)...)
		earlier[month] = m.State
		all = append(all, m)
	}
	slices.Reverse(all)
	return all, nil
}

// historiesOf sorts the trail by month.
func historiesOf(entries []Entry) map[string]*history {
	told := map[string]*history{}
	for i := range entries {
		e := &entries[i]
		if told[e.Month] == nil {
			told[e.Month] = &history{}
		}
		h := told[e.Month]
		switch e.Action {
		case actSigned:
			*h = history{signed: e}
		case actChecked:
			h.checked = e
		case actChanged:
			h.changes = append(h.changes, *e)
		}
	}
	return told
}

// broken is how a month stands whose documents are not whole: the other months do not suffer from it.
func (b *Book) broken(m pipelines.MonthClosing, err error) pipelines.MonthClosing {
	at := b.folder()
	if fault := (*pipelines.Fault)(nil); errors.As(err, &fault) {
		at = fault.At
	}
	if inside, err := filepath.Rel(b.Dir, at); err == nil {
		at = filepath.ToSlash(inside)
	}
	problem := pipelines.ClosingProblem{Code: pipelines.ClosingDocumentBroken, Blocking: true, Subject: at}
	return pipelines.MonthClosing{Month: m.Month, State: pipelines.ClosingDamaged, Problems: slices.Concat([]pipelines.ClosingProblem{problem}, m.Problems)}
}

// whole says which document of a month is missing or is not as it was written.
func (b *Book) whole(month string) error {
	entries, err := b.Trail()
	if err != nil {
		return err
	}
	h := historiesOf(entries)[month]
	if h == nil {
		h = &history{}
	}
	if _, err := b.inForce(month, h); err != nil {
		return err
	}
	for _, e := range h.changes {
		if _, err := b.read(e.Document, e.Hash); err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) month(ctx context.Context, s Snapshot, f *facts, month string, h *history) (pipelines.MonthClosing, error) {
	m := pipelines.MonthClosing{Month: month, State: pipelines.ClosingDraft, Problems: f.problems(month)}
	document, err := b.inForce(month, h)
	if err != nil {
		return b.broken(m, err), nil
	}
	if document == nil && h.checked == nil {
		return m, nil
	}
	numbers, err := numbersOf(ctx, s.Data, month)
	if err != nil {
		return m, err
	}
	if document != nil {
		m.State, m.Restatement, m.Note, m.Generation, m.CutOff, m.Hash = pipelines.ClosingSigned, document.Restatement, document.Note, document.Generation, document.CutOff, document.Hash
		m.CheckedBy, m.Checker, m.CheckedAt, m.SignedBy, m.SignedAt, m.Numbers = document.CheckedBy, document.Checker, document.CheckedAt, document.SignedBy, document.At, len(document.Numbers)
		m.Restated = document.Differences
		m.Differences = differences(document.Numbers, numbers, f.cutOff > document.CutOff)
		if err := b.date(m.Differences, h, s.Generation); err != nil {
			return b.broken(m, err), nil
		}
		if m.Corrected()+m.Unknown() > 0 {
			m.State, m.CheckedBy, m.Checker, m.CheckedAt = pipelines.ClosingChanged, "", "", time.Time{}
		}
	}
	if h.checked != nil && (document == nil || len(m.Differences) > 0) && h.checked.Numbers == numbersHash(numbers) {
		m.CheckedBy, m.Checker, m.CheckedAt = h.checked.By, h.checked.Account, h.checked.At
		if document == nil {
			m.State, m.Generation, m.Numbers = pipelines.ClosingChecked, h.checked.Generation, len(numbers)
		}
	}
	return m, nil
}

// inForce reads the last restatement of a month, nil where there is none. Every earlier one is read too: a signed
// month is kept, or it is missed.
func (b *Book) inForce(month string, h *history) (*Document, error) {
	last := 0
	for _, n := range b.onDisk(month) {
		last = max(last, n)
	}
	if h.signed != nil {
		last = max(last, h.signed.Restatement)
	}
	if last == 0 {
		return nil, nil
	}
	var document Document
	replaces := ""
	for n := 1; n <= last; n++ {
		hash := ""
		if h.signed != nil && h.signed.Restatement == n {
			hash = h.signed.Hash
		}
		name := signedName(month, n)
		d, err := b.read(name, hash)
		if err != nil {
			return nil, err
		}
		if d.Month != month || d.Restatement != n || d.Replaces != replaces {
			return nil, b.fault("read the closed month", filepath.Join(b.folder(), name), pipelines.Errorf("%w: it belongs in another place", ErrTampered),
				"put back the file from a backup; hulian never edits a signed month")
		}
		document, replaces = d, d.Hash
	}
	return &document, nil
}

// date says since which generation each difference stands, and when that was published: the first of an unbroken row of
// generations that brought the value of now.
func (b *Book) date(found []pipelines.ClosingDifference, h *history, generation int) error {
	for i := range found {
		found[i].Since = generation
	}
	open := make(map[string]int, len(found))
	for i, d := range found {
		open[key(d)] = i
	}
	for _, e := range slices.Backward(h.changes) {
		if len(open) == 0 {
			return nil
		}
		d, err := b.read(e.Document, e.Hash)
		if err != nil {
			return err
		}
		then := map[string]bool{}
		for _, difference := range d.Differences {
			k := key(difference)
			if i, ok := open[k]; ok && same(difference.Now, found[i].Now) {
				found[i].Since, found[i].SinceAt, then[k] = d.Generation, d.At, true
			}
		}
		for k := range open {
			if !then[k] {
				delete(open, k)
			}
		}
	}
	return nil
}

// Person is who checks or signs.
type Person struct {
	Name    string // one line of at most 100 characters
	Account string // by which he has signed in; empty for commands
}

// is reports whether two are the same: by account, which is one person's alone; by name where one of them has none.
func (p Person) is(other Person) bool {
	if p.Account != "" && other.Account != "" {
		return p.Account == other.Account
	}
	return strings.EqualFold(p.Name, other.Name)
}

// Act checks or signs a month in the name of a person. A refusal is a pipelines.ClosingRefusal, is recorded, and comes
// with how the month stands.
func (b *Book) Act(ctx context.Context, s Snapshot, month, action string, who Person, note string) (_ pipelines.MonthClosing, err error) {
	if action != pipelines.DoCheck && action != pipelines.DoSign {
		return pipelines.MonthClosing{}, pipelines.Errorf("%w: %s", pipelines.ErrUnknown, action)
	}
	// JSON writes bytes that are no text otherwise than the sign it reads them as, so that the document would not have its
	// own hash.
	who.Name, note = strings.Join(strings.Fields(who.Name), " "), strings.ToValidUTF8(strings.TrimSpace(note), "\uFFFD")
	release, err := b.hold(ctx)
	if err != nil {
		return pipelines.MonthClosing{}, err
	}
	defer func() { err = errors.Join(err, release()) }()
	all, err := b.standing(ctx, s)
	if err != nil {
		return pipelines.MonthClosing{}, err
	}
	m, err := find(all, month)
	if err != nil {
		return m, err
	}
	if !printable(who.Name, 100) || who.Name == "" || utf8.RuneCountInString(note) > 2000 {
		return m, pipelines.RefusedNoName
	}
	if m.State == pipelines.ClosingDamaged {
		return m, b.whole(month)
	}
	if err := b.adopt(month); err != nil {
		return m, err
	}
	entry := Entry{At: b.now(), Month: month, By: who.Name, Account: who.Account, Note: note, Generation: s.Generation, Snapshot: s.Hash, Problems: m.Problems}
	if refused := b.refuses(m, action, who); refused != "" {
		entry.Action, entry.Reason = actRefused, action+": "+string(refused)
		if err := b.record(entry); err != nil {
			return m, err
		}
		return m, refused
	}
	numbers, err := numbersOf(ctx, s.Data, month)
	if err != nil {
		return m, err
	}
	entry.Numbers = numbersHash(numbers)
	if action == pipelines.DoCheck {
		entry.Action = actChecked
	} else if err := b.sign(ctx, s, m, numbers, &entry); err != nil {
		return m, err
	}
	if err := b.record(entry); err != nil {
		return m, err
	}
	all, err = b.standing(ctx, s)
	if err != nil {
		return m, err
	}
	return find(all, month)
}

func (b *Book) refuses(m pipelines.MonthClosing, action string, who Person) pipelines.ClosingRefusal {
	switch {
	case m.Restatement > 0 && len(m.Differences) == 0:
		return pipelines.RefusedUnchanged
	case m.Blocked():
		return pipelines.RefusedBlocked
	case action == pipelines.DoCheck:
		return ""
	case m.State == pipelines.ClosingDraft, m.CheckedBy == "", m.Restatement > 0 && !m.CheckedAt.After(m.SignedAt):
		return pipelines.RefusedNotChecked
	case who.is(Person{m.CheckedBy, m.Checker}) && !b.decided().MonthClosing.OnePerson:
		return pipelines.RefusedSamePerson
	default:
		return ""
	}
}

// sign writes the document that the trail's entry will name.
func (b *Book) sign(ctx context.Context, s Snapshot, m pipelines.MonthClosing, numbers []Number, entry *Entry) error {
	f, err := b.facts(ctx, s)
	if err != nil {
		return err
	}
	d := Document{Month: m.Month, Restatement: m.Restatement + 1, CheckedBy: m.CheckedBy, Checker: m.Checker, CheckedAt: m.CheckedAt, SignedBy: entry.By, Signer: entry.Account, At: entry.At, Note: entry.Note,
		Generation: s.Generation, Snapshot: s.Hash, CutOff: f.cutOff, Version: b.Version, Replaces: m.Hash, Problems: m.Problems, Differences: m.Differences, Numbers: numbers}
	name := signedName(m.Month, d.Restatement)
	if d, err = b.write(name, d); err != nil {
		return err
	}
	entry.Action, entry.Restatement, entry.Document, entry.Hash = actSigned, d.Restatement, name, d.Hash
	return nil
}

// adopt names in the trail a document that a crash kept from it.
func (b *Book) adopt(month string) error {
	entries, err := b.Trail()
	if err != nil {
		return err
	}
	if missing := b.untold(entries, month); missing != nil {
		return missing
	}
	for _, n := range b.onDisk(month) {
		if slices.ContainsFunc(entries, func(e Entry) bool { return e.Month == month && e.Action == actSigned && e.Restatement == n }) {
			continue
		}
		name := signedName(month, n)
		d, err := b.read(name, "")
		if err != nil {
			return err
		}
		if err := b.record(Entry{At: d.At, Month: month, Action: actSigned, By: d.SignedBy, Account: d.Signer, Note: d.Note, Generation: d.Generation, Snapshot: d.Snapshot,
			Numbers: numbersHash(d.Numbers), Restatement: n, Document: name, Hash: d.Hash, Reason: "named here later: the signing was interrupted"}); err != nil {
			return err
		}
	}
	return nil
}

// Observe keeps what a new generation knows of signed months differently from what was signed. It is called for every
// generation that is published; without signed months it does nothing.
func (b *Book) Observe(ctx context.Context, s Snapshot) (err error) {
	if _, err := os.Stat(b.folder()); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	release, err := b.hold(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	all, err := b.standing(ctx, s)
	if err != nil {
		return err
	}
	entries, err := b.Trail()
	if err != nil {
		return err
	}
	f, err := b.facts(ctx, s)
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.Restatement == 0 {
			continue
		}
		var before []pipelines.ClosingDifference
		broken := false // nobody knows what is new; the month says that its document is not whole
		for _, e := range slices.Backward(entries) {
			if e.Month == m.Month && e.Action == actSigned {
				break
			}
			if e.Month == m.Month && e.Action == actChanged {
				d, err := b.read(e.Document, e.Hash)
				if err != nil {
					broken = true
				}
				before = d.Differences
				break
			}
		}
		if broken || slices.EqualFunc(before, m.Differences, func(x, y pipelines.ClosingDifference) bool { return key(x) == key(y) && same(x.Now, y.Now) }) {
			continue
		}
		name := changesName(m.Month, m.Restatement, s.Generation)
		d, err := b.write(name, Document{Month: m.Month, Restatement: m.Restatement, At: b.now(), Generation: s.Generation, Snapshot: s.Hash, CutOff: f.cutOff, Version: b.Version, Differences: m.Differences})
		if err != nil {
			return err
		}
		if err := b.record(Entry{At: d.At, Month: m.Month, Action: actChanged, Generation: s.Generation, Snapshot: s.Hash, Restatement: m.Restatement, Document: name, Hash: d.Hash}); err != nil {
			return err
		}
	}
	return nil
}

// hold lets one writer at a time do its work; what it does takes seconds.
func (b *Book) hold(ctx context.Context) (release func() error, err error) {
	path := filepath.Join(b.folder(), lockName)
	if err := durable.MkdirAll(b.folder()); err != nil {
		return nil, b.fault("close month", b.folder(), err, "check who may write there")
	}
	lock := flock.New(path)
	limited, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if _, err := lock.TryLockContext(limited, 20*time.Millisecond); err != nil {
		if ctx.Err() == nil && limited.Err() != nil {
			err = pipelines.Errorf("%w: somebody else is closing a month", pipelines.ErrBusy)
		}
		return nil, b.fault("close month", path, err, "try again in a moment")
	}
	return lock.Unlock, nil
}

func printable(s string, limit int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= limit && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
