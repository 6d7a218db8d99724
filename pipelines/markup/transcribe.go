package markup

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load"
	"hulian/pipelines/load/decode"
)

// headRows are the first rows of a large file that its copy keeps beside the bad ones: titles and the header are
// among them, because that is as far as the loader looks for a header.
const headRows = 20

// lastRow is the last row a worksheet has.
const lastRow = excelize.TotalRows

// outline is what a first reading tells of a table.
type outline struct {
	decode.Table
	header []string // of a table whose format names its columns
	widths []int    // of its columns, in characters, as far as the first rows tell
	rows   int
	reach  extent // of what the copy holds of it, in its own row numbers
}

// transcribe makes a workbook of text cells out of any file the loader reads: nothing a person typed is reinterpreted.
func (c *copying) transcribe(ctx context.Context) error {
	var tables []*outline
	last := ""
	err := c.read(ctx, func(t decode.Table, row int64, cells []string) error {
		if len(tables) == 0 || last != t.Name {
			tables, last = append(tables, &outline{Table: t}), t.Name
		}
		o := tables[len(tables)-1]
		if o.Headed && row == 0 {
			o.header = slices.Clone(cells)
		}
		if o.rows++; !c.origin.Partial || o.rows <= headRows {
			o.reach.cover(len(cells), row)
		}
		if o.rows <= 200 {
			for i, text := range cells {
				if i == len(o.widths) {
					o.widths = append(o.widths, 0)
				}
				o.widths[i] = max(o.widths[i], utf8.RuneCountInString(text)+strings.Count(text, "")/3)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(tables) == 0 {
		return &pipelines.Fault{Op: "mark", At: c.file.Name, Err: errors.New("its rows cannot be shown in a workbook"),
			Next: "a file of this kind is written by a system: have it corrected there"}
	}
	c.book = excelize.NewFile()
	for i, o := range tables {
		if err := c.sheet(o, i); err != nil {
			return err
		}
	}
	return c.stream(ctx, tables)
}

// read gives every row of every table of the file that people may repair by hand. The slice of cells is reused.
func (c *copying) read(ctx context.Context, each func(t decode.Table, row int64, cells []string) error) (err error) {
	file, err := load.Open(ctx, c.path, c.file.Name, c.mappings)
	defer func() { err = errors.Join(err, file.Close()) }()
	if err != nil {
		return err
	}
	for _, t := range file.Tables {
		if t.Hidden || t.ReadAs.Format == "parquet" || t.ReadAs.Format == "arrow" {
			continue
		}
		var cells []string
		if err := decode.Rows(ctx, t.Body, func(row decode.Row) error {
			cells = cells[:0]
			for _, cell := range row.Cells {
				cells = append(cells, cell.Text)
			}
			return each(t, row.No, cells)
		}); err != nil {
			return err
		}
	}
	return nil
}

// sheet makes the empty worksheet of a table, with the comments its cells will carry: a stream takes them along.
func (c *copying) sheet(o *outline, i int) error {
	name := c.sheetName(o)
	if i == 0 {
		if err := c.book.SetSheetName("Sheet1", name); err != nil {
			return err
		}
	} else if _, err := c.book.NewSheet(name); err != nil {
		return err
	}
	origin := decode.MarkedSheet{Table: o.Name, Member: o.Member}
	if o.Headed {
		origin.Shift = 1
	}
	c.sheets[o.Name], c.origin.Sheets[name] = name, origin
	if c.origin.Partial {
		hidden := true
		if err := c.book.SetSheetProps(name, &excelize.SheetPropsOptions{ZeroHeight: &hidden}); err != nil {
			return err
		}
	}
	c.settle(o)
	bad := c.cells[o.Name]
	for place := range bad {
		o.reach.cover(place.column, place.row)
	}
	o.reach.rows += origin.Shift
	if err := c.state(name, o.reach); err != nil { // before the rows are streamed: it stands before them
		return err
	}
	for n, place := range ordered(bad) {
		if n >= commented {
			break
		}
		cell, err := at(place.column, place.row+origin.Shift)
		if err != nil {
			return &pipelines.Fault{Op: "mark", At: fmt.Sprintf("%s, row %d", c.file.Name, place.row), Err: pipelines.Errorf("a worksheet ends at row %d", lastRow),
				Next: "split the file and send the parts"}
		}
		if err := c.note(name, cell, c.comment(bad[place])); err != nil {
			return err
		}
	}
	return nil
}

// settle finds the columns of problems in a table that has names in place of letters.
func (c *copying) settle(o *outline) {
	if !o.Headed {
		return
	}
	settled := map[cell][]Problem{}
	for place, problems := range c.cells[o.Name] {
		for _, p := range problems {
			place.column = slices.IndexFunc(o.header, func(h string) bool { return strings.TrimSpace(h) == p.Header }) + 1
			settled[place] = append(settled[place], p)
		}
	}
	c.cells[o.Name] = settled
}

var unfit = strings.NewReplacer(":", "_", `\`, "_", "/", "_", "?", "_", "*", "_", "[", "(", "]", ")", "'", "’")

// sheetName names the worksheet of a table: by its own name, or by the export it was recognised as.
func (c *copying) sheetName(o *outline) string {
	name := path.Base(o.Name)
	if o.Name == "" {
		name = strings.TrimSuffix(path.Base(c.file.Name), path.Ext(c.file.Name))
		for _, t := range c.file.Tables {
			if contract, ok := data.ContractOf(t.Export); ok {
				name = contract.Name.In(c.lang)
			}
		}
	}
	name = unfit.Replace(name)
	for n := 1; ; n++ {
		suffix := ""
		if n > 1 {
			suffix = fmt.Sprintf(" %d", n)
		}
		runes := []rune(name)
		candidate := string(runes[:min(len(runes), 28-len(suffix))]) + suffix
		taken := slices.ContainsFunc(c.book.GetSheetList(), func(s string) bool { return strings.EqualFold(s, candidate) })
		if !taken && candidate != "" {
			return candidate
		}
	}
}

// stream writes the rows of all tables.
func (c *copying) stream(ctx context.Context, tables []*outline) error {
	format := "@"
	text, err := c.book.NewStyle(&excelize.Style{CustomNumFmt: &format})
	if err != nil {
		return err
	}
	var to *sheetWriter
	n := -1
	err = c.read(ctx, func(t decode.Table, row int64, cells []string) error {
		if to == nil || to.table.Name != t.Name {
			if err := to.flush(); err != nil {
				return err
			}
			if n++; n >= len(tables) || tables[n].Name != t.Name {
				return errors.New("the file changed while it was read")
			}
			var err error
			if to, err = c.open(tables[n], text); err != nil {
				return err
			}
		}
		return to.row(row, cells)
	})
	if err != nil {
		return err
	}
	return to.flush()
}

// sheetWriter writes the rows of one table into its worksheet.
type sheetWriter struct {
	*copying
	table   *outline
	stream  *excelize.StreamWriter
	text    int           // style of a cell in which nothing is wrong
	reach   map[int64]int // row → its last bad column
	written int
}

func (w *sheetWriter) flush() error {
	if w == nil {
		return nil
	}
	return w.stream.Flush()
}

func (w *sheetWriter) row(row int64, cells []string) error {
	bad := w.cells[w.table.Name]
	marked := false
	var line []any
	for i := range max(len(cells), w.reach[row]) { // a bad cell may stand behind the last one that holds anything
		style, err := w.styled(bad, cell{row, i + 1}, w.text, &marked)
		if err != nil {
			return err
		}
		value := ""
		if i < len(cells) {
			value = cells[i]
		}
		line = append(line, excelize.Cell{StyleID: style, Value: value})
	}
	if w.origin.Partial && !marked && w.written >= headRows {
		return nil
	}
	w.written++
	if w.table.Headed {
		row++
	}
	if row > lastRow {
		return pipelines.Errorf("row %d: a worksheet ends at row %d; split the file and send the parts", row, lastRow)
	}
	name, err := at(1, row)
	if err != nil {
		return err
	}
	if w.origin.Partial {
		return w.stream.SetRow(name, line, excelize.RowOpts{Height: 15})
	}
	return w.stream.SetRow(name, line)
}

// open begins the worksheet of a table.
func (c *copying) open(o *outline, text int) (*sheetWriter, error) {
	stream, err := c.book.NewStreamWriter(c.sheets[o.Name])
	if err != nil {
		return nil, err
	}
	for i, width := range o.widths {
		if err := stream.SetColWidth(i+1, i+1, float64(min(max(width+2, 9), 44))); err != nil {
			return nil, err
		}
	}
	w := &sheetWriter{copying: c, table: o, stream: stream, text: text, reach: map[int64]int{}}
	for place := range c.cells[o.Name] {
		w.reach[place.row] = max(w.reach[place.row], place.column)
	}
	return w, nil
}

// styled gives the style of a cell: text, coloured where something is wrong. A problem without a column marks the first.
func (c *copying) styled(bad map[cell][]Problem, place cell, text int, marked *bool) (int, error) {
	problems := bad[place]
	if place.column == 1 {
		problems = append(slices.Clip(problems), bad[cell{place.row, 0}]...)
	}
	if len(problems) == 0 {
		return text, nil
	}
	*marked = true
	return c.filled(text, colour(problems))
}
