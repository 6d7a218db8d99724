package pipelines

// MappingDraft is a mapping file under way: what a person confirmed of a proposal. Its names in YAML and JSON are the keys
// of a mapping file.
type MappingDraft struct {
	By         string             `json:"-" yaml:"-"` // who confirmed it; empty: not said
	Exporter   string             `json:"exporter,omitempty" yaml:"exporter,omitempty"`
	Files      []string           `json:"files,omitempty" yaml:"files,omitempty"` // patterns of file names
	Sheet      string             `json:"sheet,omitempty" yaml:"sheet,omitempty"` // pattern; empty: every sheet
	Encoding   string             `json:"encoding,omitempty" yaml:"encoding,omitempty"`
	Delimiter  string             `json:"delimiter,omitempty" yaml:"delimiter,omitempty"`
	HeaderRow  int64              `json:"header_row,omitempty" yaml:"header_row,omitempty"`
	DateFormat string             `json:"date_format,omitempty" yaml:"date_format,omitempty"`
	TimeZone   string             `json:"time_zone,omitempty" yaml:"time_zone,omitempty"`
	AsOf       string             `json:"as_of,omitempty" yaml:"as_of,omitempty"`
	Where      []MappingCondition `json:"where,omitempty" yaml:"where,omitempty"` // of every export
	With       *MappingCompanion  `json:"with,omitempty" yaml:"with,omitempty"`
	Exports    []ExportDraft      `json:"exports,omitempty" yaml:"exports,omitempty"`
}

// Export finds what is said of one export; nil where nothing is.
func (d *MappingDraft) Export(export string) *ExportDraft {
	for i := range d.Exports {
		if d.Exports[i].Export == export {
			return &d.Exports[i]
		}
	}
	return nil
}

// ExportDraft says how one export is cut out of a table.
type ExportDraft struct {
	Export    string                       `json:"export" yaml:"export"`
	Mode      string                       `json:"mode,omitempty" yaml:"mode,omitempty"` // full or changes
	Where     []MappingCondition           `json:"where,omitempty" yaml:"where,omitempty"`
	Keep      string                       `json:"keep,omitempty" yaml:"keep,omitempty"`           // first, last or fullest
	Columns   map[string]MappedColumn      `json:"columns,omitempty" yaml:"columns,omitempty"`     // by contract column
	Constants map[string]string            `json:"constants,omitempty" yaml:"constants,omitempty"` // by contract column
	Values    map[string]map[string]string `json:"values,omitempty" yaml:"values,omitempty"`       // contract column → word → value
	Severity  map[Code]Severity            `json:"severity,omitempty" yaml:"severity,omitempty"`
}

// MappedColumn says where the values of a contract column come from; package match tells the ways.
type MappedColumn struct {
	Header string            `json:"header,omitempty" yaml:"header,omitempty"`
	Row    bool              `json:"row,omitempty" yaml:"row,omitempty"`
	From   string            `json:"from,omitempty" yaml:"from,omitempty"`
	Until  string            `json:"until,omitempty" yaml:"until,omitempty"`
	Plus   string            `json:"plus,omitempty" yaml:"plus,omitempty"`
	Unit   string            `json:"unit,omitempty" yaml:"unit,omitempty"` // of Plus; empty: days
	Join   []string          `json:"join,omitempty" yaml:"join,omitempty"`
	With   string            `json:"with,omitempty" yaml:"with,omitempty"` // between the texts of Join
	Lookup string            `json:"lookup,omitempty" yaml:"lookup,omitempty"`
	Round  bool              `json:"round,omitempty" yaml:"round,omitempty"`
	Only   *MappingCondition `json:"only,omitempty" yaml:"only,omitempty"`
}

// Headers lists the headers of the file a column is made from, the one a person would look at first in front.
func (c MappedColumn) Headers() (all []string) {
	for _, header := range append([]string{c.Header, c.From, c.Until, c.Plus}, c.Join...) {
		if header != "" {
			all = append(all, header)
		}
	}
	if c.Only != nil && c.Only.Header != "" {
		all = append(all, c.Only.Header)
	}
	return all
}

// Units of a number that is added to a moment.
const (
	Days    = "days"
	Hours   = "hours"
	Minutes = "minutes"
	Months  = "months"
)

// Which of the rows with one key holds.
const (
	KeepFirst   = "first"
	KeepLast    = "last"
	KeepFullest = "fullest"
)

// MappingCondition holds in rows whose cell under Header holds one of the words of Is, or none of those of Not. Words are
// compared without the spaces around them, in any width and case.
type MappingCondition struct {
	Header string   `json:"header,omitempty" yaml:"header"`
	Is     []string `json:"is,omitempty" yaml:"is,omitempty"`
	Not    []string `json:"not,omitempty" yaml:"not,omitempty"`
}

// MappingCompanion is a second file that holds more of each row, such as the dates of visits. Its rows are found by a key:
// the newest file that matches Files is taken, and of rows with one key the last.
type MappingCompanion struct {
	Files []string `json:"files,omitempty" yaml:"files"` // patterns on the base name
	Sheet string   `json:"sheet,omitempty" yaml:"sheet,omitempty"`
	Key   string   `json:"key,omitempty" yaml:"key"`         // header of the key in the first file
	As    string   `json:"as,omitempty" yaml:"as,omitempty"` // header of the key in the second one; empty: the same
}

// MappingRefusal says what is wrong with a mapping, and where.
type MappingRefusal struct {
	Why     MappingFault `json:"why"`
	Subject string       `json:"subject,omitempty"` // the word, file, column or pattern it is about
	Near    string       `json:"near,omitempty"`    // what was probably meant, or what there is
	Line    int          `json:"line,omitempty"`    // of the mapping file; 0: not known, or none
	Export  string       `json:"export,omitempty"`  // it is said of
	Column  string       `json:"column,omitempty"`  // contract column it is said of
	Key     string       `json:"key,omitempty"`     // of the mapping file that it is about, such as join; empty: the column, or the file, as a whole
}

// MappingFault names what is wrong with a mapping; its sentences stand in package data.
type MappingFault string

// What is wrong with a mapping that a person confirms on a page.
const (
	MappingClaimed    MappingFault = "claimed"    // the mapping file Subject, written by hand, claims the file
	MappingIncomplete MappingFault = "incomplete" // no column was chosen for the required Subject
	MappingTwice      MappingFault = "twice"      // two columns were chosen for Subject
	MappingNoName     MappingFault = "no_name"    // nobody says who confirmed it
	MappingPattern    MappingFault = "pattern"    // the pattern Subject does not fit the file
	MappingNoHeader   MappingFault = "no_header"  // the table has no column Subject
	MappingHalf       MappingFault = "half"       // a way was chosen and not filled in
	MappingFixedOnly  MappingFault = "fixed_only" // a constant that is to count in some rows alone
	MappingBroken     MappingFault = "broken"     // another mapping file, Subject, claims the file and is wrong
)

// What is wrong with a mapping, whoever wrote it.
const (
	MappingSyntax       MappingFault = "syntax"         // no YAML: Subject
	MappingEmpty        MappingFault = "empty"          // nothing stands in it
	MappingDocuments    MappingFault = "documents"      // several documents
	MappingUnknown      MappingFault = "unknown"        // the name Subject; Near was meant
	MappingUnknownAmong MappingFault = "unknown_among"  // the name Subject; there are Near
	MappingNoFiles      MappingFault = "no_files"       // neither a pattern of files nor a sheet
	MappingNoExports    MappingFault = "no_exports"     // no export
	MappingExportTwice  MappingFault = "export_twice"   // the export Subject
	MappingBadPattern   MappingFault = "bad_pattern"    // the pattern Subject cannot be read
	MappingNoForm       MappingFault = "no_form"        // a column that is made in no way, or in two
	MappingJoinOne      MappingFault = "join_one"       // a join of fewer than two columns
	MappingUnit         MappingFault = "unit"           // the unit Subject
	MappingAstray       MappingFault = "astray"         // the key Subject belongs to another one, Near
	MappingNoNumber     MappingFault = "no_number"      // minutes for a column that is no number
	MappingNoMoment     MappingFault = "no_moment"      // a moment for a column that is no date
	MappingNoRounding   MappingFault = "no_rounding"    // rounding of what is no number
	MappingHollow       MappingFault = "hollow"         // a condition that says nothing
	MappingNoCompanion  MappingFault = "no_companion"   // the second file has no name or no key
	MappingLookupAlone  MappingFault = "lookup_alone"   // a lookup without a second file
	MappingTwoSources   MappingFault = "two_sources"    // the column Subject has a constant and a header
	MappingNotAmong     MappingFault = "not_among"      // Subject is none of Near
	MappingBadDay       MappingFault = "bad_day"        // the day Subject
	MappingBadRow       MappingFault = "bad_row"        // the row Subject
	MappingBadZone      MappingFault = "bad_zone"       // the time zone Subject
	MappingBadFormat    MappingFault = "bad_format"     // the date format Subject lacks Near
	MappingFixed        MappingFault = "fixed_severity" // the severity of Subject cannot be changed
)

// Error is the refusal for who looks into a log; package data puts it into words for people.
func (r MappingRefusal) Error() string { return "mapping refused: " + string(r.Why) + " " + r.Subject }
