package pipelines

import "errors"

// ErrNoHeader is that no row of a table names its columns, as far as can be told.
var ErrNoHeader = errors.New("no row looks like a header")

// Proposal is what a mapping file for one table of a file could say: what was recognised, what is proposed by
// similarity and has to be confirmed by a person, and what is left open.
type Proposal struct {
	File      string   // name of the file
	Table     string   // sheet or bundle member; empty for a file that is one table
	HeaderRow int64    // physical row, from 1; 0 where the format names the columns
	Export    string   // the export that fits best, or the one asked for
	Others    []string // exports that come next, the likeliest first
	Why       Details  // what speaks for the export
	Columns   []ProposedColumn
	Missing   []string // required contract columns without a header
	Words     []UnknownWord
	ReadAs    ReadAs // what the table was taken for
	Pattern   string // of the names of files, or members of bundles, like this one
	Sheet     string // pattern of the sheet; empty where the file or member is one table
	Member    string // of a bundle: mapping files claim it by its own name
	Ways      []ProposedWay

	DateFormat string        // how days are written, where that must be said: %d/%m/%Y; a guess. Empty: it need not, or cannot be told
	DateWhy    Detail        // why; where DateFormat is empty and this is not, it must be said and cannot be told
	Confirmed  *MappingDraft // what the mapping file says that claims the table already; nil: none does
	ByHand     string        // name of that file, where it was not confirmed on a page
}

// ProposedWay is a way to make a contract column, or to choose rows, other than taking a column as it is. It rests on the
// values of the first rows and is always a guess.
type ProposedWay struct {
	Key    string           // of the mapping file that it is about: only, plus, join, row, round, where, keep
	Column string           // contract column; empty: of the export as a whole
	Made   MappedColumn     // how the column would be made
	Where  MappingCondition // of Key where
	Keep   string           // of Key keep
}

// ProposedColumn is one column of the file.
type ProposedColumn struct {
	Header   string
	Letter   string
	Column   string  // contract column; empty: none
	Sure     bool    // the header is one the contract knows; otherwise Column is a guess
	Unfit    string  // contract column that loading takes it for by its header, though its values are something else
	Why      Details // what speaks for the guess; for Unfit, against it
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
	Columns   map[string]string  // contract column → header, as chosen; nil: proposed
	Where     []MappingCondition // rows that fail one of these are not looked at
}
