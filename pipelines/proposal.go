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
