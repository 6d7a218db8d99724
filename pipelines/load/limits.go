package load

// Limits stop files that are made, or happen, to exhaust the machine. What exceeds them is a whole-file problem.
type Limits struct {
	Bytes    int64 // of one file, and of everything a compressed file unpacks to
	Ratio    int64 // unpacked bytes per packed byte, once more than 64 MB were unpacked
	Members  int   // files in a bundle
	Depth    int   // bundles inside bundles
	Columns  int   // columns that hold anything
	Cells    int64 // cells of one sheet, empty ones that the file spells out included
	Cell     int   // bytes of one cell
	Sheets   int
	Direct   int64 // bytes from which on a regular CSV is read by the engine itself
	Large    int64 // rows from which on a table of events is taken into its export by one statement
	HeaderIn int   // rows that hold anything among which a header is looked for
}

// DefaultLimits are far above what a county's largest export needs: 10,000,000 visits are a CSV of 1.2 GB.
func DefaultLimits() Limits {
	return Limits{
		Bytes: 8 << 30, Ratio: 200, Members: 2000, Depth: 3, Columns: 256, Cells: 500_000_000, Cell: 1 << 20, Sheets: 500,
		Direct: 8 << 20, Large: 50_000, HeaderIn: 20,
	}
}
