package pipelines

import "time"

// PaperState says whether a kept paper binds.
type PaperState string

// States of a kept paper. A draft may be made anew at any time; what is issued is never changed: a later one stands beside it.
const (
	PaperDraft  PaperState = "draft"
	PaperIssued PaperState = "issued"
)

// PaperKey says which paper it is, of whichever version.
type PaperKey struct {
	Kind  string `json:"kind"`
	Month string `json:"month"` // YYYY-MM
	Unit  string `json:"unit"`  // its ID
	For   string `json:"for"`   // who reads it
	Lang  string `json:"lang"`
}

// PaperVersion is one version of a paper that was kept, with what it was made of. Its content, the figures and words without the
// watermark, is kept beside it as data, and each of its files as it was written.
type PaperVersion struct {
	PaperKey
	ID         string     `json:"id"`
	Number     int        `json:"number"` // of the versions of its paper, from 1
	State      PaperState `json:"state"`
	UnitName   string     `json:"unit_name,omitempty"`
	By         string     `json:"by,omitempty"`      // who made it; empty: the clock
	Account    string     `json:"account,omitempty"` // his; empty for commands and the clock
	At         time.Time  `json:"at"`
	Generation int        `json:"generation"`
	Snapshot   string     `json:"snapshot"` // the generation's content hash
	CutOff     string     `json:"cut_off"`
	Program    string     `json:"program"` // its version

	// Of what is issued: the signing it was issued with.
	Restatement int    `json:"restatement,omitempty"`
	Closing     string `json:"closing,omitempty"` // hash of what was signed

	// As whom it was made: with these rights it is made again, to see what has changed.
	Role    string   `json:"role"`
	Towns   []string `json:"towns,omitempty"`
	Village string   `json:"village,omitempty"`
	Branch  string   `json:"branch,omitempty"`

	Persons bool        `json:"persons,omitempty"` // names of persons stand in it in full
	Awaits  string      `json:"awaits,omitempty"`  // the paper on the desk that a second person has to accept before it leaves
	Content string      `json:"content"`           // SHA-256 of the content
	Files   []PaperFile `json:"files,omitempty"`   // the formats that are kept

	Gone bool `json:"-"` // a draft of which newer ones have been kept since: its files are not kept any more
}

// PaperFile is one format of a kept paper.
type PaperFile struct {
	Name   string `json:"name"` // as it is given out: hulian-monthly-2018-01.docx
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// PaperContent is one format of a paper that is to be kept.
type PaperContent struct {
	Name    string
	Content []byte
}

// PaperRefusal says why a paper cannot be issued; its sentences stand in package data.
type PaperRefusal string

// Why papers are not issued.
const (
	PaperNotKept      PaperRefusal = "not_kept"      // no versions are kept of this kind, or not here
	PaperNotSigned    PaperRefusal = "not_signed"    // the month is not signed
	PaperMonthChanged PaperRefusal = "month_changed" // the month was corrected since it was signed
	PaperMonthDamaged PaperRefusal = "month_damaged" // what was signed is missing or damaged
	PaperNotAccepted  PaperRefusal = "not_accepted"  // it is for the public, and no second person has accepted what stands in it now
	PaperSame         PaperRefusal = "same"          // it is issued already, and nothing in it has changed
)

// Error is the reason as programs are told it.
func (r PaperRefusal) Error() string { return "the paper cannot be issued: " + string(r) }

// PaperChange is one figure or sentence of an issued paper that would be another one today.
type PaperChange struct {
	Part   string // heading of the part it stands in, or caption of the table
	Row    string // of a table; empty: a sentence
	Nth    int    // how many rows of that name stand before it in its table
	Column string // of a table
	Was    string // empty: it did not stand there
	Now    string // empty: it stands there no more
}
