package pipelines

import "time"

// ClosingState is where a month stands on its way to being closed.
type ClosingState string

// The states of a month. Draft and checked months may change with every file; a signed one is kept, and says so when
// what is known of it now differs from what was signed.
const (
	ClosingDraft   ClosingState = "draft"
	ClosingChecked ClosingState = "checked"
	ClosingSigned  ClosingState = "signed"
	ClosingChanged ClosingState = "changed" // signed, and corrected since
	ClosingDamaged ClosingState = "damaged" // signed, and what was signed is missing or is not as it was written
)

// What a person may do to a month.
const (
	DoCheck = "check"
	DoSign  = "sign"
)

// MonthClosing is how one month stands. Names and times of checking and signing are those of the restatement in force;
// CheckedBy of a changed month is set when somebody has checked what would be signed anew.
type MonthClosing struct {
	Month       string       `json:"month"` // YYYY-MM
	State       ClosingState `json:"state"`
	Restatement int          `json:"restatement,omitempty"` // 1: the first signing; 0: not signed
	CheckedBy   string       `json:"checked_by,omitempty"`
	Checker     string       `json:"checker,omitempty"` // account of CheckedBy; empty for commands
	CheckedAt   time.Time    `json:"checked_at,omitzero"`
	SignedBy    string       `json:"signed_by,omitempty"`
	SignedAt    time.Time    `json:"signed_at,omitzero"`
	Note        string       `json:"note,omitempty"`
	Generation  int          `json:"generation,omitempty"` // the snapshot that was signed
	CutOff      string       `json:"cut_off,omitempty"`    // of that snapshot
	Hash        string       `json:"hash,omitempty"`       // of the document
	Numbers     int          `json:"numbers,omitempty"`    // values the document holds

	Problems    []ClosingProblem    `json:"problems,omitempty"`
	Differences []ClosingDifference `json:"differences,omitempty"` // of now from what was signed
	Restated    []ClosingDifference `json:"restated,omitempty"`    // of what was signed from the restatement before it
}

// Corrected counts the differences that are corrections of a value.
func (m MonthClosing) Corrected() int { return m.differing(DifferenceCorrected) }

// Unknown counts the values that were signed and are not known now: no data stand behind them, or no longer.
func (m MonthClosing) Unknown() int { return m.differing(DifferenceUnknown) }

// Ripened counts the values that only moved with the cut-off.
func (m MonthClosing) Ripened() int { return m.differing(DifferenceRipened) }

func (m MonthClosing) differing(kind DifferenceKind) int {
	n := 0
	for _, d := range m.Differences {
		if d.Kind() == kind {
			n++
		}
	}
	return n
}

// Blocked reports whether a problem stands in the way of checking and signing.
func (m MonthClosing) Blocked() bool {
	for _, p := range m.Problems {
		if p.Blocking {
			return true
		}
	}
	return false
}

// ClosingCode names a kind of closing problem; its sentences stand in package data.
type ClosingCode string

// Codes of what stands in the way of closing a month, or is to be known before it.
const (
	ClosingMonthNotOver   ClosingCode = "month_not_over"    // the cut-off, Subject, lies before the month's end
	ClosingRowsOpen       ClosingCode = "rows_open"         // Count refused rows of Of wait for repair
	ClosingExportMissing  ClosingCode = "export_missing"    // no row of the export Subject in the Of months that end with it (0 of an older program: 1)
	ClosingVillagesPoor   ClosingCode = "villages_poor"     // Count of Of villages, Subject, have data too poor to judge
	ClosingFileHeld       ClosingCode = "file_held"         // the file Subject waits for confirmation
	ClosingFileRejected   ClosingCode = "file_rejected"     // the file Subject could not be read
	ClosingRunFailed      ClosingCode = "run_failed"        // the last run did not publish: Subject says why
	ClosingCheckWarned    ClosingCode = "check_warned"      // the check Subject returned Count rows
	ClosingEarlierMonth   ClosingCode = "earlier_month"     // the month Subject comes before and is not signed
	ClosingCorrectedSince ClosingCode = "earlier_corrected" // the signed month Subject has changed since
	ClosingDocumentBroken ClosingCode = "document_broken"   // the document Subject of the month is missing or is not as it was written
)

// ClosingProblem is one thing that stands in the way of closing a month, or a warning about it.
type ClosingProblem struct {
	Code      ClosingCode `json:"code"`
	Blocking  bool        `json:"blocking"`
	Subject   string      `json:"subject,omitempty"`
	SubjectZh string      `json:"subject_zh,omitempty"` // in Chinese, where Subject is an English sentence
	Count     int64       `json:"count,omitempty"`
	Of        int64       `json:"of,omitempty"`
}

// ClosingNumber is a value with its base; nil where there is none.
type ClosingNumber struct {
	Numerator   *float64 `json:"numerator"`
	Denominator *float64 `json:"denominator"`
	Value       *float64 `json:"value"`
	Reason      string   `json:"reason,omitempty"` // why it is not known, as in the long table; empty: it is, or nobody had said yet
}

// DifferenceKind says what a difference from what was signed means.
type DifferenceKind string

// Kinds of differences.
const (
	DifferenceCorrected DifferenceKind = "corrected" // other data
	DifferenceUnknown   DifferenceKind = "unknown"   // a number was signed, a 0 for instance, and nothing is known: no data stand behind it
	DifferenceRipened   DifferenceKind = "ripened"   // moved with the cut-off, as such a measure does
)

// Kind says what the difference means.
func (d ClosingDifference) Kind() DifferenceKind {
	switch {
	case d.Now != nil && d.Now.Reason != "" && d.Signed != nil && d.Signed.Reason == "":
		return DifferenceUnknown
	case d.Ripened:
		return DifferenceRipened
	default:
		return DifferenceCorrected
	}
}

// ClosingDifference is one value of a signed month that is not what was signed. Signed or Now is nil where the unit had
// no such value.
type ClosingDifference struct {
	Measure  string         `json:"measure"`
	Level    string         `json:"level"`
	UnitID   string         `json:"unit_id"`
	UnitName string         `json:"unit_name,omitempty"` // empty of members: their names are not kept
	Signed   *ClosingNumber `json:"signed"`
	Now      *ClosingNumber `json:"now"`
	Since    int            `json:"since_generation"`  // the first that is known to have had the value of now
	SinceAt  time.Time      `json:"since_at,omitzero"` // when that was recorded; zero where it is not yet on record
	Ripened  bool           `json:"ripened,omitempty"` // moved with the cut-off, as such a measure does; not a correction
}

// ClosingRefusal says why a month could not be checked or signed.
type ClosingRefusal string

// Why a month is not checked or signed.
const (
	RefusedBlocked    ClosingRefusal = "blocked"
	RefusedNotChecked ClosingRefusal = "not_checked"
	RefusedSamePerson ClosingRefusal = "same_person"
	RefusedUnchanged  ClosingRefusal = "unchanged"
	RefusedNoName     ClosingRefusal = "no_name"
)

// Error is the refusal in words.
func (r ClosingRefusal) Error() string {
	switch r {
	case RefusedBlocked:
		return "problems stand in the way"
	case RefusedNotChecked:
		return "nobody has checked the month's present numbers"
	case RefusedSamePerson:
		return "whoever checked the month may not sign it too"
	case RefusedUnchanged:
		return "the month is signed and nothing has changed since"
	case RefusedNoName:
		return "a name of at most 100 characters, on one line, is needed, and a note of at most 2,000"
	default:
		return string(r)
	}
}
