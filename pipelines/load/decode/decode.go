package decode

import (
	"context"
	"errors"
	"io"
	"os"

	"hulian/pipelines"
)

// Error is a file, or a part of one, that cannot be read, on its way to the list of problems.
type Error struct {
	Code   pipelines.Code
	Detail pipelines.Detail
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Detail.String() }

// Refuse makes an *Error.
func Refuse(code pipelines.Code, detail pipelines.Detail) error { return &Error{code, detail} }

// Format is the detail that names a format.
func Format(name string) pipelines.Detail { return pipelines.NewDetail(pipelines.DetailFormat, name) }

// Because is the detail that keeps what a library said of a file, for who looks into it.
func Because(err error) pipelines.Detail { return pipelines.NewDetail(pipelines.DetailTechnical, err) }

// Kind is what a cell was in its file.
type Kind uint8

// Kinds of cells. Files of text hold nothing but text.
const (
	Text         Kind = iota
	Number            // a number of a workbook, JSON or a typed file
	Moment            // a day or time that the file itself marks as one, written as 2018-01-08 or 2018-01-08 19:30:00
	Fault             // the error of a formula: #N/A
	Uncalculated      // a formula whose result the file does not hold; the text is the formula
)

// Cell is one cell of a row.
type Cell struct {
	Text string // as a person sees it
	Raw  string // of a number that is shown in another form, the number itself; otherwise empty
	Kind Kind

	Spread bool // it is a merged cell's, whose text stands in a row above
	Said   bool // of an empty cell of a table whose silence is by cell: it stands in the file, and is empty
}

// Silence says which cells of a table do not stand in the file at all, other than cells that are there and empty.
type Silence uint8

// Kinds of silence.
const (
	NoSilence     Silence = iota // a cell that is not there is empty, as in a workbook
	SilentEnd                    // those behind the end of a row, as in delimited text
	SilentNotSaid                // empty ones that are not Said, as in records that leave out names
)

// Row is one row as it stands in the file.
type Row struct {
	No     int64            // as a spreadsheet program counts, from 1; 0 for names of columns that the format holds apart
	Cells  []Cell           // reused for the next row
	Broken pipelines.Detail // why the row cannot be read; its cells are what stands there, for people to look at

	Damaged bool // a character of it, or of a row near it, could not be decoded
}

// Body gives the rows of a table. Blocks may be read side by side; their rows follow one another.
type Body interface {
	Blocks() int
	// Count is how many rows there are, those that hold nothing among them perhaps.
	Count() int64
	// Rows calls each with every row of one block that holds anything, in order.
	Rows(ctx context.Context, block int, each func(Row) error) error
}

// Table is one table of a file, before anything in it is recognised.
type Table struct {
	Name     string // of the worksheet, the member of a bundle or the array of a document; empty for a file that is one table
	Member   string // the member of the bundle it stands in
	Headed   bool   // the format names the columns: they come as a first row, numbered 0
	Lettered bool   // columns have letters a person can find in Excel
	Workbook bool
	Hidden   bool    // a worksheet that Excel does not show
	Epoch    int     // days to add to numbers that are days: 1462 in workbooks that count from 1904
	Silence  Silence // which cells do not stand in it
	Omits    bool    // some of its records leave out names that others have
	Shift    int64   // rows a marked copy stands lower than the file it was made from
	Suspects []int64 // numbers of rows that begin with a word Options.Suspect knows, in order
	Notes    []Note  // what is to be said of how it was read
	Doubt    *Doubt  // its rows can be counted in two ways
	ReadAs   pipelines.ReadAs
	Body
}

// Note is something that was done to a table while it was read, which people are told.
type Note struct {
	What  NoteCode
	Count int64
	Of    int64 // how many there should be
	Row   int64 // the first one concerned; 0 for none
	Where string
}

// NoteCode names a kind of note.
type NoteCode string

// Kinds of notes.
const (
	NulBytes      NoteCode = "nul_bytes"       // Count of them were left out
	NestedValues  NoteCode = "nested_values"   // values within values of JSON were given columns of their own: Where
	ListValues    NoteCode = "list_values"     // lists within rows were written as text: Where
	ObjectValues  NoteCode = "object_values"   // objects within rows were written as text: Where
	MergedCells   NoteCode = "merged_cells"    // Count merged cells were filled down
	HiddenRows    NoteCode = "hidden_rows"     // Count rows that Excel does not show were read
	FewerThanSaid NoteCode = "fewer_than_said" // Count rows were read where the file says that there are Of
)

// Doubt says that a text can be cut into rows in two ways.
type Doubt struct {
	Rows  int64 // as it was cut: quotes hold a cell together
	Lines int64 // with every line as a row
	Row   int64 // the first row where the two differ
	// Text is what stands there, its line breaks written as ⏎: one row by one of the two ways, and by the other broken at each ⏎.
	Text string

	// LineEnds says that records end with CRLF and that the doubt is about an LF without a CR: Rows is the count where every
	// LF ends a row, Lines the one where CRLF alone does.
	LineEnds bool
}

// Unread is a part of a file that could not be read. The other parts are not affected.
type Unread struct {
	Table string
	Err   *Error
}

// File is a file that was read to its end.
type File struct {
	Tables []Table
	Unread []Unread
	Marked *Marked // of the marked copy of a file: what it says of itself
	last   pipelines.ReadAs
	spare  []string // temporary files
}

// Close removes what decoding wrote aside. Bodies must not be used afterwards.
func (f *File) Close() error {
	var err error
	for _, path := range f.spare {
		err = errors.Join(err, os.Remove(path))
	}
	f.spare = nil
	return err
}

// Rows calls each with every row of a table that holds anything, in order.
func Rows(ctx context.Context, b Body, each func(Row) error) error {
	for block := range b.Blocks() {
		if err := b.Rows(ctx, block, each); err != nil {
			return err
		}
	}
	return nil
}

// Options say how a file is read.
type Options struct {
	Limits  Limits
	Folder  string                      // for what is too large for memory; empty: the system's
	Pins    func(member string) Pins    // what mapping files fix for the file, or for a member of a bundle; nil: nothing
	Suspect func(firstCell string) bool // words that a header may begin with, see Table.Suspects; nil: none
	Known   func(cells []string) int    // how many headers of one export a row holds; nil: not known
}

// Pins fix what is otherwise told from the content of a text file.
type Pins struct {
	Encoding  string // utf-8, utf-16le, utf-16be, gb18030 (gbk); empty: told
	Delimiter string // one of , ; | and tab; empty: told
}

// Check refuses names that nobody knows.
func (p Pins) Check() error {
	if _, err := encodingOf(p.Encoding); p.Encoding != "" && err != nil {
		return err
	}
	if _, known := p.delimiter(); p.Delimiter != "" && !known {
		return pipelines.Errorf("delimiter %q: must be one of , ; | and tab", p.Delimiter)
	}
	return nil
}

// decoder reads one landed file.
type decoder struct {
	Options
	file   *File
	budget *unpack
	bombs  int // members of bundles that unpack to too much
}

// Open reads the file at path to its end. The error is an *Error where the file, as a whole, cannot be read; a File is
// returned all the same then, for what can be said of how far it was understood, and must be closed too.
func Open(ctx context.Context, path string, o Options) (*File, error) {
	if o.Limits == (Limits{}) {
		o.Limits = DefaultLimits()
	}
	if o.Pins == nil {
		o.Pins = func(string) Pins { return Pins{} }
	}
	if o.Suspect == nil {
		o.Suspect = func(string) bool { return false }
	}
	d := &decoder{Options: o, file: &File{}}
	file, err := os.Open(path)
	if err != nil {
		return d.file, err
	}
	info, err := file.Stat()
	if err == nil {
		d.budget = &unpack{packed: info.Size(), limits: d.Limits}
		err = d.decode(ctx, file, "", 0)
	}
	err = errors.Join(err, file.Close())
	var whole *Error
	if errors.As(err, &whole) {
		d.file.Tables = nil // half a file is worse than none
		return d.file, whole
	}
	return d.file, err
}

// ReadAs says what the last table looked at was taken for, also where the file was refused.
func (f *File) ReadAs() pipelines.ReadAs { return f.last }

// add keeps a table that was read to its end.
func (d *decoder) add(t Table) {
	d.file.Tables, d.file.last = append(d.file.Tables, t), t.ReadAs
}

// decode reads a file or a member of a bundle. label is the member's name.
func (d *decoder) decode(ctx context.Context, file *os.File, label string, depth int) error {
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if size > d.Limits.Bytes {
		return Refuse(pipelines.FileTooLarge, pipelines.NewDetail(pipelines.DetailMegabytes, size>>20))
	}
	kind, err := detect(file, size)
	if err != nil {
		return err
	}
	switch kind {
	case formatWorkbook:
		return d.decodeWorkbook(ctx, file, size, label)
	case formatBundle:
		return d.decodeBundle(ctx, file, size, label, depth)
	case formatParquet:
		return d.decodeParquet(ctx, file, size, label)
	case formatArrow:
		return d.decodeArrow(ctx, file, size, label)
	default:
		return d.decodeText(ctx, file, size, label)
	}
}

// aside makes a temporary file that lives as long as the File.
func (d *decoder) aside() (*os.File, error) {
	file, err := os.CreateTemp(d.Folder, ".decoding-*")
	if err != nil {
		return nil, err
	}
	d.file.spare = append(d.file.spare, file.Name())
	return file, nil
}
