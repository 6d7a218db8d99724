package closing

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/durable"
)

// ErrTampered is wrapped by every refusal of a document that is not what was written.
var ErrTampered = errors.New("it is not what was signed")

// Number is one value of a month.
type Number struct {
	Measure  string `json:"measure"`
	Level    string `json:"level"`
	UnitID   string `json:"unit_id"`
	UnitName string `json:"unit_name,omitempty"`
	pipelines.ClosingNumber
}

// Document is what was signed, or, with Differences alone, what a later generation knew differently.
type Document struct {
	Month       string    `json:"month"`
	Restatement int       `json:"restatement"` // that was signed, or that the differences are from
	CheckedBy   string    `json:"checked_by,omitempty"`
	CheckedAt   time.Time `json:"checked_at,omitzero"`
	SignedBy    string    `json:"signed_by,omitempty"`
	Checker     string    `json:"checker,omitempty"` // account of CheckedBy; empty for commands
	Signer      string    `json:"signer,omitempty"`  // account of SignedBy
	At          time.Time `json:"at"`
	Note        string    `json:"note,omitempty"`
	Generation  int       `json:"generation"`
	Snapshot    string    `json:"snapshot"`
	CutOff      string    `json:"cut_off"`
	Version     string    `json:"version"`
	Replaces    string    `json:"replaces,omitempty"` // hash of the restatement before

	Problems    []pipelines.ClosingProblem    `json:"problems,omitempty"`    // warnings that stood
	Differences []pipelines.ClosingDifference `json:"differences,omitempty"` // from the restatement before
	Numbers     []Number                      `json:"numbers,omitempty"`

	Hash string `json:"hash"` // SHA-256 of the document as JSON with this field empty
}

// documentMode is what a document may be: read, by its owner.
const documentMode = 0o400

// sealed gives the document its hash.
func (d Document) sealed() (Document, error) {
	d.Hash = ""
	content, err := json.Marshal(d)
	if err != nil {
		return d, err
	}
	d.Hash = digest(content)
	return d, nil
}

func (b *Book) folder() string { return filepath.Join(b.Dir, "closings") }

func signedName(month string, restatement int) string {
	return filepath.Join(month, fmt.Sprintf("signed-%d.json", restatement))
}

func changesName(month string, restatement, generation int) string {
	return filepath.Join(month, fmt.Sprintf("changes-%d-gen-%06d.json", restatement, generation))
}

// write puts a document in place, whole or not at all, and never over another.
func (b *Book) write(name string, d Document) (Document, error) {
	path := filepath.Join(b.folder(), name)
	fault := func(err error) (Document, error) {
		return d, b.fault("write the closed month", path, err, "check the disk and who may write there; what was signed before stays")
	}
	d, err := d.sealed()
	if err != nil {
		return fault(err)
	}
	content, err := pretty(d)
	if err != nil {
		return fault(err)
	}
	if err := durable.MkdirAll(filepath.Dir(path)); err != nil {
		return fault(err)
	}
	if _, err := os.Stat(path); err == nil {
		return fault(errors.New("it exists already, and documents are never written over"))
	}
	if err := durable.Write(path, content, documentMode); err != nil {
		return fault(err)
	}
	return d, nil
}

// pretty writes a document with one number a line, so that two of them compare line by line.
func pretty(d Document) ([]byte, error) {
	numbers := d.Numbers
	d.Numbers = nil
	content, err := json.MarshalIndent(d, "", " ")
	if err != nil || len(numbers) == 0 {
		return append(content, '\n'), err
	}
	var out bytes.Buffer
	out.Write(bytes.TrimSuffix(content, []byte("\n}")))
	out.WriteString(",\n \"numbers\": [")
	for i, n := range numbers {
		line, err := json.Marshal(n)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString("\n  ")
		out.Write(line)
	}
	out.WriteString("\n ]\n}\n")
	return out.Bytes(), nil
}

// read reads a document and holds it to its own hash and, where given, to the hash the trail names.
func (b *Book) read(name, hash string) (Document, error) {
	path := filepath.Join(b.folder(), name)
	content, err := os.ReadFile(path)
	var d Document
	if err == nil {
		decoder := json.NewDecoder(bytes.NewReader(content))
		decoder.DisallowUnknownFields()
		if decoder.Decode(&d) != nil { // what the decoder says of it helps nobody
			err = ErrTampered
		}
	}
	if err == nil {
		held := d.Hash
		if d, err = d.sealed(); err == nil && (held != d.Hash || hash != "" && hash != held) {
			err = pipelines.Errorf("%w: its content does not have the hash it was signed with", ErrTampered)
		}
	}
	if err != nil {
		return d, b.fault("read the closed month", path, err, "put back the file from a backup; hulian never edits a signed month")
	}
	return d, nil
}

var (
	monthForm  = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])$`)
	signedForm = regexp.MustCompile(`^signed-([1-9][0-9]*)\.json$`)
)

// onDisk lists the restatements whose documents lie in a month's folder.
func (b *Book) onDisk(month string) []int {
	entries, _ := os.ReadDir(filepath.Join(b.folder(), month))
	var all []int
	for _, entry := range entries {
		if found := signedForm.FindStringSubmatch(entry.Name()); found != nil {
			if n, err := strconv.Atoi(found[1]); err == nil {
				all = append(all, n)
			}
		}
	}
	return all
}
