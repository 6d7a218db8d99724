package pipelines

// Code is the stable name of a kind of problem; sentences in Chinese and English belong to it in data/problems.yaml.
type Code string

// Severity says what a problem does to the row or file that has it.
type Severity string

// Severities, from mild to grave.
const (
	SeverityWarn   Severity = "warn"   // the row is accepted and marked
	SeverityRefuse Severity = "refuse" // the row is quarantined
	SeverityHold   Severity = "hold"   // the whole file waits for a person
	SeverityReject Severity = "reject" // the whole file cannot be read
)

// Codes of problems with a cell or a row.
const (
	MissingRequired  Code = "missing_required"
	WrongType        Code = "wrong_type"
	OutOfRange       Code = "out_of_range"
	NotAllowed       Code = "not_allowed"
	DuplicateKey     Code = "duplicate_key"
	UnknownReference Code = "unknown_reference"
	DateOrder        Code = "date_order"
	FutureDate       Code = "future_date"
	ExemptVisitor    Code = "exempt_visitor" // warning
	LinkMismatch     Code = "link_mismatch"  // warning
	TooManyCells     Code = "too_many_cells"
	RowShort         Code = "row_short"        // warning: the row ends before the header does
	RecordBroken     Code = "record_broken"    // a line of JSON that is none
	DayMissing       Code = "day_missing"      // warning: the first day of the month is kept
	SameEvent        Code = "same_event"       // warning: an event with a time of day, and once more without
	SameEventID      Code = "same_event_id"    // warning: an event with an ID, and once more without
	SameEventDoubt   Code = "same_event_doubt" // warning: likewise, perhaps
	OtherVillage     Code = "other_village"    // its author may hand in rows of his own village only
	PersonalNumber   Code = "personal_number"  // warning: an identity or phone number in a free text
)

// Codes of problems with a whole file or sheet.
const (
	FileUnreadable      Code = "file_unreadable"
	FileGrowing         Code = "file_growing"     // still being written: it comes with a later run, and is no failure of this one
	FileLink            Code = "file_link"        // a link that a source does not follow
	FileNotFetched      Code = "file_not_fetched" // from a source across a network; it comes with a later run
	FileEncrypted       Code = "file_encrypted"
	FileEmpty           Code = "file_empty"
	FileNoRows          Code = "file_no_rows" // a header and nothing below it
	FileTooWide         Code = "file_too_wide"
	FileTooLarge        Code = "file_too_large"
	FileOldExcel        Code = "file_old_excel" // BIFF .xls
	FileUnsupported     Code = "file_unsupported"
	WrongExport         Code = "wrong_export"
	HeaderNotRecognised Code = "header_not_recognised"
	RowCountFallen      Code = "row_count_fallen" // held for confirmation
	RowsInDoubt         Code = "rows_in_doubt"    // likewise: its rows can be counted in two ways
	FileFailed          Code = "file_failed"      // reading it met a fault of the program, or of the engine
	EncodingDamaged     Code = "encoding_damaged"
	ColumnsMissing      Code = "columns_missing"
	MappingWrong        Code = "mapping_wrong" // the mapping file that claims it
	HeaderAmbiguous     Code = "header_ambiguous"
	FileTruncated       Code = "file_truncated"
	JSONBroken          Code = "json_broken"    // a text that begins as JSON and is none
	QuoteUnclosed       Code = "quote_unclosed" // the rest of a CSV lies in one cell
	LineTooLong         Code = "line_too_long"  // longer than a row may be
)

// Holds reports whether a file with the problem waits until a person accepts it.
func (c Code) Holds() bool { return c == RowCountFallen || c == RowsInDoubt }

// Problem is one thing wrong with one cell, row or file, with enough to find it in Excel.
type Problem struct {
	Code     Code     `json:"code"`
	Severity Severity `json:"severity"`
	Export   string   `json:"export,omitempty"`
	FileID   string   `json:"file_id"`
	File     string   `json:"file"`
	Sheet    string   `json:"sheet,omitempty"`
	Row      int64    `json:"row,omitempty"`    // physical row as Excel counts, from 1
	Letter   string   `json:"letter,omitempty"` // column letter as Excel shows it
	Column   string   `json:"column,omitempty"` // contract column id
	Header   string   `json:"header,omitempty"` // the header as it stands in the file
	Value    string   `json:"value,omitempty"`
	Detail   Detail   `json:"detail,omitzero"` // what the sentence fills in: the limit, the other row, the missing key
}

// ProblemState is where a problem stands in its life: open, then repaired by a newer file or waived by a person.
type ProblemState string

// The states of a problem. A problem that is still there when its row is handed in again, in a repaired copy of its file or
// in any newer one, is open there, and carried in the file it was first found in.
const (
	ProblemOpen     ProblemState = "open"
	ProblemRepaired ProblemState = "repaired"
	ProblemWaived   ProblemState = "waived"
	ProblemCarried  ProblemState = "carried"
)
