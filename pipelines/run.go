package pipelines

import "time"

// Stage names a step of the pipeline, in the order data moves.
type Stage string

// The stages of a run.
const (
	StageLand    Stage = "land"
	StageLoad    Stage = "load"
	StageModel   Stage = "model"
	StagePublish Stage = "publish"
	StageBackup  Stage = "backup" // of a run that makes a backup and nothing else
	StageRepair  Stage = "repair" // of a run that puts damaged files right
)

// RunState says how a run stands.
type RunState string

// The states of a run. A run found "running" whose process is gone was interrupted; the next run resumes its work.
const (
	RunRunning     RunState = "running"
	RunDone        RunState = "done"
	RunUnchanged   RunState = "unchanged" // nothing new: the published snapshot stays
	RunFailed      RunState = "failed"
	RunCancelled   RunState = "cancelled"
	RunInterrupted RunState = "interrupted"
)

// Run is the record of one pass of the pipeline: what started it, how far it came, what it read and published.
// It is written as one JSON document a run, beside the warehouse, so that it can be read while the warehouse is locked.
type Run struct {
	ID         string           `json:"id"`                 // time-ordered, e.g. 20180201T060000Z-0001
	Trigger    string           `json:"trigger"`            // command, import, serve, schedule, catch-up, retry, page, upload, waive, repair
	Pipeline   string           `json:"pipeline,omitempty"` // the named pipeline; empty: every source, or the files named
	State      RunState         `json:"state"`
	StartedAt  time.Time        `json:"started_at"`
	FinishedAt time.Time        `json:"finished_at,omitzero"`
	Stages     []StageRecord    `json:"stages"`
	Files      []Reconciliation `json:"files"`
	Known      []KnownFile      `json:"known,omitempty"`      // of the files a person named, those whose content had arrived before
	Waiting    int64            `json:"waiting,omitempty"`    // rows of its files that wait for the lists that hold their IDs
	Awaited    []Awaited        `json:"awaited,omitempty"`    // these lists
	CutOff     string           `json:"cut_off,omitempty"`    // the day the data are known as of, 2018-01-31
	After      []RowsAfter      `json:"after,omitempty"`      // rows that hold days after it
	Generation int              `json:"generation,omitempty"` // the snapshot served after the run
	Snapshot   string           `json:"snapshot,omitempty"`   // its content hash
	Figures    []Figure         `json:"figures,omitempty"`    // the headline figures it published
	Changed    []FigureChange   `json:"changed,omitempty"`    // those that the run before had published otherwise
	Error      string           `json:"error,omitempty"`      // one sentence: what failed, where, why, what to do next
	Reasons    []RunReason      `json:"reasons,omitempty"`    // what Error says, to be told in any language; older documents have none
	Log        []LogLine        `json:"log,omitempty"`        // what it did, line by line
}

// RunReasonCode names a kind of reason for which a run did not do all of its work; its sentences stand in package data.
type RunReasonCode string

// Why runs do not do all of their work.
const (
	RunFileHeld       RunReasonCode = "file_held"      // the file Subject waits for confirmation
	RunFileInDoubt    RunReasonCode = "file_in_doubt"  // likewise, because its rows can be counted in two ways
	RunNothingLoaded  RunReasonCode = "nothing_loaded" // no row could be used; Count of them wait for lists
	RunSourceUnread   RunReasonCode = "source_unread"  // the source or file Subject could not be fetched: Detail
	RunCheckFailed    RunReasonCode = "check_failed"   // Count rows contradict the claim Subject, in Chinese
	RunDiskFull       RunReasonCode = "disk_full"
	RunFileDamaged    RunReasonCode = "file_damaged"    // the town's file Subject is damaged: Detail
	RunMappingRefused RunReasonCode = "mapping_refused" // something is wrong with the mapping file Subject: Detail, in Chinese
	RunWasCancelled   RunReasonCode = "cancelled"
	RunWasInterrupted RunReasonCode = "interrupted"
	RunOtherwise      RunReasonCode = "other" // Detail, in English
)

// RunReason is one reason for which a run did not do all of its work.
type RunReason struct {
	Code    RunReasonCode `json:"code"`
	Subject string        `json:"subject,omitempty"`
	Count   int64         `json:"count,omitempty"`
	Detail  string        `json:"detail,omitempty"` // as the system said it
}

// KnownFile is a file whose content had arrived before, under its own name or another.
type KnownFile struct {
	Name   string `json:"name"`
	FileID string `json:"file_id"`
	As     string `json:"as"` // the name it arrived under
}

// Awaited is a list that rows wait for because it does not hold IDs they name.
type Awaited struct {
	List string `json:"list"` // the export
	IDs  int64  `json:"ids"`  // how many they name that it does not hold
	Came bool   `json:"came"` // it has been loaded; otherwise no row of it has
}

// RowsAfter counts the rows of an export that say of a day after the cut-off that something was done. What was done then
// is left out of every measure.
type RowsAfter struct {
	Export string `json:"export"`
	Rows   int64  `json:"rows"`
	LastOn string `json:"last_on"` // the latest of these days
}

// LogLine is one line of the log of a run.
type LogLine struct {
	At    time.Time `json:"at"`
	Level string    `json:"level"` // INFO, WARN, ERROR
	Text  string    `json:"text"`
}

// StageRecord times one stage of a run.
type StageRecord struct {
	Stage    Stage         `json:"stage"`
	Duration time.Duration `json:"duration_ns"`
	Rows     int64         `json:"rows"`
	Detail   string        `json:"detail,omitempty"`
}

// OriginEntered is the origin of landed files that hold what people entered in the program itself.
const OriginEntered = "entered"

// Reconciliation accounts for every row of one table of one file: Read = Accepted + Quarantined + Ignored, always.
// A file that could not be read at all has Problem set and all counts zero.
type Reconciliation struct {
	FileID      string  `json:"file_id"` // SHA-256 of the content, lower-case hex
	Name        string  `json:"name"`    // as it arrived
	Sheet       string  `json:"sheet,omitempty"`
	Export      string  `json:"export,omitempty"` // empty where it was not recognised
	Read        int64   `json:"read"`
	Accepted    int64   `json:"accepted"`
	Quarantined int64   `json:"quarantined"`
	Ignored     int64   `json:"ignored"` // titles, totals, blank rows, notes
	Warnings    int64   `json:"warnings"`
	Problem     Code    `json:"problem,omitempty"` // whole-file problem, e.g. encrypted
	Detail      Details `json:"detail,omitempty"`
	ReadAs      ReadAs  `json:"read_as,omitzero"` // how the table was understood
}

// Total sums up the counts of tables; everything else of it is empty.
func Total(tables []Reconciliation) (total Reconciliation) {
	for _, t := range tables {
		total.Read += t.Read
		total.Accepted += t.Accepted
		total.Quarantined += t.Quarantined
		total.Ignored += t.Ignored
		total.Warnings += t.Warnings
	}
	return total
}

// Later reports whether the file was left for a later run, so that nothing is wrong with it yet.
func (r Reconciliation) Later() bool { return r.Problem == FileGrowing }

// Beside reports whether the table only completes the rows of another file, as a mapping file says.
func (r Reconciliation) Beside() bool {
	return r.Problem == "" && r.Export == "" && r.Detail.First().Code == DetailBeside
}

// Balanced reports whether the counts add up.
func (r Reconciliation) Balanced() bool { return r.Read == r.Accepted+r.Quarantined+r.Ignored }

// ReadAs is how a table was understood: what its content was taken for, and which of that a mapping file fixed. A wrong
// guess is seen here, and pinned there.
type ReadAs struct {
	Format    string   `json:"format"`               // csv, json, xlsx, parquet
	Encoding  string   `json:"encoding,omitempty"`   // of text: utf-8, gb18030, utf-16le, utf-16be
	Delimiter string   `json:"delimiter,omitempty"`  // of csv
	HeaderRow int64    `json:"header_row,omitempty"` // physical, from 1; 0 where the format names the columns or none was found
	Mapping   string   `json:"mapping,omitempty"`    // the mapping file that claimed the table
	Pinned    []string `json:"pinned,omitempty"`     // what it fixed: encoding, delimiter, header_row
}
