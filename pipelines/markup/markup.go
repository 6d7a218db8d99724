package markup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/xuri/excelize/v2"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/decode"
)

// WholeRows is how many rows a file may have for its copy to hold all of them: a year's visits of a town. Larger
// workbooks take minutes to open where they are repaired.
const WholeRows = 200_000

// commented is how many cells of a sheet carry a comment; spreadsheet programs become slow beyond. The others are
// coloured, and listed on the first sheet as far as that reaches.
const commented = 3000

// author is the name comments are written under; those of people are left alone.
const author = "hulian 户联"

// Colours of bad cells: what was refused, and what was accepted but should be looked at.
const (
	refusedColour = "F8CBAD"
	warnedColour  = "FFF2CC"
)

// Options say how a copy is made.
type Options struct {
	Path        string // of the landed content
	Lang        string // zh or en
	MappingsDir string // mapping files pin encodings
	WholeRows   int64  // 0: WholeRows
}

// Name is the file name of a copy: the original's with a word and .xlsx.
func Name(original, lang string) string {
	base := path.Base(original)
	base = strings.TrimSuffix(base, path.Ext(base))
	for _, word := range []string{"（已标注）", " (marked)"} {
		base = strings.TrimSuffix(base, word)
	}
	if lang == "en" {
		return base + " (marked).xlsx"
	}
	return base + "（已标注）.xlsx"
}

// copying is one copy in the making.
type copying struct {
	file     File
	lang     string
	path     string
	mappings string // the folder of mapping files
	book     *excelize.File
	origin   decode.Marked
	cells    map[string]map[cell][]Problem // by table, the problems of every bad cell

	sheets map[string]string // table → worksheet
	fills  map[fillKey]int   // style → the same with a colour
}

// cell is a place in a table. Column 0 stands for the first, where a problem names none.
type cell struct {
	row    int64
	column int
}

// Write writes the marked copy of a file to w.
func Write(ctx context.Context, w io.Writer, f File, o Options) (err error) {
	defer func() {
		var fault *pipelines.Fault
		if err != nil && !errors.As(err, &fault) {
			err = &pipelines.Fault{Op: "mark", At: f.Name, Err: err, Next: "repair the file from the list of problems: hulian problems --file " + fmt.Sprint(f.No)}
		}
	}()
	c := &copying{file: f, lang: o.Lang, path: o.Path, mappings: o.MappingsDir, cells: map[string]map[cell][]Problem{},
		sheets: map[string]string{}, fills: map[fillKey]int{}, origin: decode.Marked{File: f.ID, Name: f.Name, Sheets: map[string]decode.MarkedSheet{}}}
	if err := c.plan(); err != nil {
		return err
	}
	limit := cmp.Or(o.WholeRows, WholeRows)
	c.origin.Partial = pipelines.Total(f.Tables).Read > limit
	anew := !decode.IsPlainWorkbook(o.Path) || c.origin.Partial
	if !anew {
		anew, err = c.annotated(ctx)
	}
	if anew {
		err = c.transcribe(ctx)
	}
	if c.book != nil {
		defer func() { err = errors.Join(err, c.book.Close()) }()
	}
	if err != nil {
		return err
	}
	if err := c.summary(); err != nil {
		return pipelines.Errorf("first sheet: %w", err)
	}
	_, err = c.book.WriteTo(w)
	return err
}

// annotated marks the workbook itself. failed is true where the library that writes workbooks stumbles over this one, a
// stylesheet without a font, say: then its rows are written into a workbook of their own, as those of other files are.
func (c *copying) annotated(ctx context.Context) (failed bool, err error) {
	defer func() {
		if recover() == nil {
			return
		}
		failed = true
		c.sheets, c.fills = map[string]string{}, map[fillKey]int{}
		c.origin = decode.Marked{File: c.file.ID, Name: c.file.Name, Sheets: map[string]decode.MarkedSheet{}}
		if c.book != nil {
			err = c.book.Close()
			c.book = nil
		}
	}()
	return false, c.annotate(ctx)
}

// plan sorts the problems by table and cell.
func (c *copying) plan() error {
	for _, p := range c.file.Problems {
		if p.Row <= 0 {
			continue
		}
		at := cell{row: p.Row}
		if p.Letter != "" {
			n, err := excelize.ColumnNameToNumber(p.Letter)
			if err != nil {
				return err
			}
			at.column = n
		}
		if c.cells[p.Sheet] == nil {
			c.cells[p.Sheet] = map[cell][]Problem{}
		}
		c.cells[p.Sheet][at] = append(c.cells[p.Sheet][at], p)
	}
	if len(c.cells) > 0 {
		return nil
	}
	for _, t := range c.file.Tables {
		if t.Problem != "" {
			sentence, mend := data.Explain(pipelines.Problem{Code: t.Problem, Export: t.Export, File: t.Name, Sheet: t.Sheet, Detail: t.Detail.First()}, c.lang)
			return &pipelines.Fault{Op: "mark", At: c.file.Name, Err: errors.New(sentence), Next: mend}
		}
	}
	return &pipelines.Fault{Op: "mark", At: c.file.Name, Err: ErrNothingOpen, Next: "nothing needs to be done: every row was accepted, repaired or waived"}
}

func colour(problems []Problem) string {
	for _, p := range problems {
		if p.Severity != pipelines.SeverityWarn {
			return refusedColour
		}
	}
	return warnedColour
}

type fillKey struct {
	style  int
	colour string
}

// filled gives a style with a colour: everything else of it stays.
func (c *copying) filled(style int, colour string) (int, error) {
	key := fillKey{style, colour}
	if id, ok := c.fills[key]; ok {
		return id, nil
	}
	s, err := c.book.GetStyle(style)
	if err != nil {
		return 0, err
	}
	s.Fill = excelize.Fill{}
	if colour != "" {
		s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
	}
	id, err := c.book.NewStyle(s)
	if err != nil {
		return 0, err
	}
	c.fills[key] = id
	return id, nil
}

// note writes a comment sized to its text.
func (c *copying) note(sheet, at, text string) error {
	lines := 1
	for line := range strings.SplitSeq(text, "\n") {
		lines += 1 + len([]rune(line))/24
	}
	return c.book.AddComment(sheet, excelize.Comment{Cell: at, Author: author, Text: text, Width: 320, Height: uint(17 * lines)})
}

func at(column int, row int64) (string, error) {
	return excelize.CoordinatesToCellName(max(column, 1), int(row))
}
