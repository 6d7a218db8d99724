package decode

// Limits stop files that are made, or happen, to exhaust the machine. What exceeds them is a problem of the whole file.
type Limits struct {
	Bytes   int64 // of one file, and of everything a compressed file unpacks to
	Ratio   int64 // unpacked bytes per packed byte, once more than 64 MB were unpacked
	Members int   // files in a bundle
	Depth   int   // bundles inside bundles
	Columns int   // columns that hold anything
	Cells   int64 // cells of one table, empty ones that the file spells out included
	Cell    int   // bytes of one cell
	Sheets  int
	Block   int // bytes of text in a block of rows
	Memory  int // bytes of rows of one table kept in memory before they are written aside
}

// DefaultLimits are far above what a county's largest export needs: 10,000,000 visits are a CSV of 1.2 GB.
func DefaultLimits() Limits {
	return Limits{
		Bytes: 8 << 30, Ratio: 200, Members: 2000, Depth: 3, Columns: 256, Cells: 500_000_000, Cell: 1 << 20, Sheets: 500,
		Block: 1 << 20, Memory: 8 << 20,
	}
}
