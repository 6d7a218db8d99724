package pipelines

// Proposal is what a mapping file for one table of a file could say: what was recognised, what is proposed by
// similarity and has to be confirmed by a person, and what is left open.
type Proposal struct {
	File      string // name of the file
	Table     string // sheet or bundle member; empty for a file that is one table
	HeaderRow int64  // physical row, from 1; 0 where the format names the columns
	Export    string // the export that fits best, or the one asked for
	Others    []string
	Columns   []ProposedColumn
	Missing   []string // required contract columns without a header
	Words     []UnknownWord
	ReadAs    ReadAs // what the table was taken for
	Pattern   string // of the names of files, or members of bundles, like this one
	Sheet     string // pattern of the sheet; empty where the file or member is one table
	Member    string // of a bundle: mapping files claim it by its own name
}

// ProposedColumn is one column of the file.
type ProposedColumn struct {
	Header   string
	Letter   string
	Column   string // contract column; empty: none
	Sure     bool   // the header is one the contract knows; otherwise Column is a guess
	Examples []string
}

// UnknownWord is a word under a recognised header that the contract does not allow.
type UnknownWord struct {
	Column string // contract column
	Word   string
	Rows   int64
	Means  string // id of the value it comes nearest to; empty: none is near. Always a guess
}

// MappingAsk is what a person already said of a file when a proposal is asked for. What is left out is guessed.
type MappingAsk struct {
	Table     string // sheet or member of a bundle; empty: every table
	Export    string // empty: the one that fits best
	Encoding  string
	Delimiter string
	HeaderRow int64
	Columns   map[string]string // contract column → header, as chosen; nil: proposed
}

// MappingDraft is a mapping file under way: what a person confirmed of a proposal.
type MappingDraft struct {
	Exporter  string
	By        string                       // who confirmed it; empty: not said
	Files     []string                     // patterns of file names
	Sheet     string                       // pattern; empty: every sheet
	Encoding  string                       // pinned; empty: told from the content
	Delimiter string                       // likewise
	HeaderRow int64                        // likewise
	Export    string                       // what the file holds
	Columns   map[string]string            // contract column → header
	Values    map[string]map[string]string // contract column → word → value
}

// MappingRefusal says why a mapping was not kept.
type MappingRefusal struct {
	Why     MappingFault
	Subject string // the mapping file, column or pattern it is about
}

// MappingFault names what is wrong with a mapping a person confirmed; its sentences stand in package data.
type MappingFault string

// What is wrong with a mapping.
const (
	MappingClaimed    MappingFault = "claimed"    // the mapping file Subject, written by hand, claims the file
	MappingIncomplete MappingFault = "incomplete" // no column was chosen for the required Subject
	MappingTwice      MappingFault = "twice"      // two columns were chosen for Subject
	MappingNoName     MappingFault = "no_name"    // nobody says who confirmed it
	MappingPattern    MappingFault = "pattern"    // the pattern Subject does not fit the file
)

// Error is the refusal in words.
func (r MappingRefusal) Error() string { return "mapping not kept: " + string(r.Why) + " " + r.Subject }
