package load

import (
	"context"
	"io"
	"os"

	"hulian/pipelines"
)

// sheet describes one table about to be decoded.
type sheet struct {
	name     string // of the worksheet or the bundle's member; empty for a file that is one table
	member   string // the bundle's member it stands in
	workbook bool   // cells are the raw values of a workbook
	headed   bool   // the format itself names the columns: the first row given is the header, numbered 0
	epoch    int    // days to add to the serial numbers of dates: 1462 in workbooks that count from 1904
	damaged  bool   // text was decoded with replacements: cells with U+FFFD have lost something
	lettered bool   // columns have letters a person can find in Excel
	shift    int64  // rows a marked copy stands lower than the file it was made from
	read     pipelines.ReadAs
}

// visitor is told of every table in a file, in order.
type visitor interface {
	// open starts a table. A nil consumer passes over it.
	open(sheet) (consumer, error)
	// problem reports a part of the file that cannot be read.
	problem(sheet string, code pipelines.Code, detail string)
	// hidden tells of a worksheet that looks like a table and is passed over because it is hidden.
	hidden(sheet string)
	// direct tries to have the engine read a large CSV itself.
	direct(ctx context.Context, file *os.File, size int64, delimiter byte, s sheet) (done bool, err error)
	// parquet hands over a file the engine reads itself.
	parquet(ctx context.Context, sheet, path string) error
	// marked tells that the file is the marked copy of one that landed before.
	marked(Marked)
	// pins are what mapping files fix for this file, or for a member of a bundle.
	pins(member string) Pins
}

// consumer takes the rows of one table: physical row numbers, as Excel counts, and the text of the cells. The slice
// is reused. Rows that hold nothing may be left out or given.
type consumer interface {
	row(no int64, cells []string) error
	end() error
}

// decoder reads one landed file.
type decoder struct {
	limits Limits
	visit  visitor
	budget *unpack
	stored bool // percentages of workbooks as the fractions they are stored as
}

func decode(ctx context.Context, path string, limits Limits, visit visitor) error {
	return (&decoder{limits: limits, visit: visit}).decode(ctx, path)
}

func (d *decoder) decode(ctx context.Context, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	d.budget = &unpack{packed: info.Size(), limits: d.limits}
	return d.decodeFile(ctx, file, "", 0)
}

func (d *decoder) decodeFile(ctx context.Context, file *os.File, label string, depth int) error {
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if size > d.limits.Bytes {
		return reject(fileTooLarge(size))
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
		return d.visit.parquet(ctx, label, file.Name())
	default:
		return d.decodeText(ctx, file, size, label)
	}
}
