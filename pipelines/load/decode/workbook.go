package decode

import (
	"archive/zip"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"os"
	"path"
	"strings"

	"hulian/data"
	"hulian/pipelines"
)

// The parts of a workbook are found by their relationships, never by their names: Office online and several programs name
// them otherwise than Excel does. Sheets are read by a scanner of our own, because no library tells, while it streams,
// what a person sees in a cell: its number format, the error of a formula, a formula without its result, a cell that is
// merged with others. pipelines/adr/0007 says what was compared.

// relationship is one line of a .rels part.
type relationship struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
	Mode   string `xml:"TargetMode,attr"`
}

// of reports whether the relationship is of a kind, in the transitional or the strict form of the standard.
func (r relationship) of(kind string) bool {
	return strings.HasSuffix(r.Type, "/relationships/"+kind) && r.Mode != "External"
}

// container is a zip file that holds the parts of an Office document.
type container struct {
	parts map[string]*zip.File // by name, lower case
}

func newContainer(archive *zip.Reader) container {
	c := container{parts: map[string]*zip.File{}}
	for _, member := range archive.File {
		c.parts[partName(member.Name)] = member
	}
	return c
}

// partName is the name of a part as relationships give it; case means nothing.
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/"))
}

// relationships reads the .rels part of a part; "" stands for the whole document.
func (c container) relationships(of string) []relationship {
	part, ok := c.parts[partName(path.Join(path.Dir(of), "_rels", path.Base(of)+".rels"))]
	if of == "" {
		part, ok = c.parts["_rels/.rels"]
	}
	if !ok {
		return nil
	}
	var all struct {
		Relationship []relationship
	}
	if c.read(part, &all) != nil {
		return nil
	}
	return all.Relationship
}

// mostOfPart is how large a part may be that is read as a whole.
const mostOfPart = 64 << 20

func (c container) read(part *zip.File, into any) (err error) {
	r, err := part.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	decoder := xml.NewDecoder(io.LimitReader(r, mostOfPart))
	decoder.Strict = false
	decoder.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil }
	return decoder.Decode(into)
}

// target is the name of the part a relationship of a part leads to. It is an address, in which a blank may be written %20.
func target(of string, r relationship) string {
	if written, err := url.PathUnescape(r.Target); err == nil {
		r.Target = written
	}
	if strings.HasPrefix(r.Target, "/") {
		return partName(r.Target)
	}
	return partName(path.Join(path.Dir(of), r.Target))
}

// document is the name of the main part of an Office document; "" where the zip file is none.
func (c container) document() string {
	for _, r := range c.relationships("") {
		if r.of("officeDocument") {
			return target("", r)
		}
	}
	return ""
}

// documentFormat tells what kind of document the main part is, by the content type it is declared with, or by its name.
func (c container) documentFormat(main string) (format, error) {
	var types struct {
		Default []struct {
			Extension   string `xml:",attr"`
			ContentType string `xml:",attr"`
		}
		Override []struct {
			PartName    string `xml:",attr"`
			ContentType string `xml:",attr"`
		}
	}
	if part, ok := c.parts["[content_types].xml"]; ok {
		_ = c.read(part, &types) // what cannot be read declares nothing
	}
	declared := ""
	for _, o := range types.Default {
		if strings.EqualFold("."+o.Extension, path.Ext(main)) {
			declared = o.ContentType
		}
	}
	for _, o := range types.Override {
		if partName(o.PartName) == main {
			declared = o.ContentType
		}
	}
	switch {
	case strings.Contains(declared, "sheet.binary"), path.Ext(main) == ".bin":
		return 0, Refuse(pipelines.FileUnsupported, Format("XLSB"))
	case strings.Contains(declared, "spreadsheetml"), strings.Contains(declared, "ms-excel"), strings.HasPrefix(main, "xl/"):
		return formatWorkbook, nil
	}
	return 0, Refuse(pipelines.FileUnsupported, Format("Word/PowerPoint"))
}

// workbook is what is known of a workbook before its sheets are read.
type workbook struct {
	container
	sheets  []worksheet
	strings []string
	formats formats
	from    int // days to add to the serial numbers of days: 1462 in workbooks that count from 1904
}

// worksheet is one sheet of a workbook.
type worksheet struct {
	name   string
	part   *zip.File
	hidden bool
	named  bool // its part has the very name that leads to it
}

// decodeWorkbook reads every sheet of an XLSX file.
func (d *decoder) decodeWorkbook(ctx context.Context, file *os.File, size int64, label string) error {
	d.file.last = pipelines.ReadAs{Format: "xlsx"}
	archive, err := openZip(file, size)
	if err != nil {
		return err
	}
	book := workbook{container: newContainer(archive)}
	if err := d.openWorkbook(&book); err != nil {
		return err
	}
	needed := map[*zip.File]bool{}
	for _, sheet := range book.sheets {
		needed[sheet.part] = true
	}
	for _, member := range archive.File { // every part is held to its sum, also those that hold no rows
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !needed[member] {
			if err := d.budget.copyMember(io.Discard, member); err != nil {
				return err
			}
		}
	}
	if len(book.sheets) > d.Limits.Sheets {
		return Refuse(pipelines.FileTooLarge, pipelines.NewDetail(pipelines.DetailSheets, len(book.sheets)))
	}
	copied, summary, marked := d.markedSheet(ctx, &book)
	if marked && label == "" {
		d.file.Marked = &copied
	}
	for _, sheet := range book.sheets {
		if marked && sheet.name == summary || sheet.name == data.ExplanationSheet.Zh || sheet.name == data.ExplanationSheet.En {
			continue // written by this program, about the rows
		}
		s := Table{Name: path.Join(label, sheet.name), Member: label, Workbook: true, Lettered: true, Hidden: sheet.hidden, Epoch: book.from, ReadAs: pipelines.ReadAs{Format: "xlsx"}}
		if marked && label == "" {
			origin := copied.Origin(sheet.name)
			s.Name, s.Member, s.Shift = origin.Table, origin.Member, origin.Shift
		}
		if err := d.decodeSheet(ctx, &book, sheet, s); err != nil {
			return err
		}
	}
	return nil
}

// openWorkbook reads the parts that stand around the sheets.
func (d *decoder) openWorkbook(book *workbook) error {
	main := book.document()
	if main == "" {
		main = "xl/workbook.xml" // programs that leave out the relationship keep to the usual name
	}
	part, ok := book.parts[main]
	if !ok {
		return Refuse(pipelines.FileUnreadable, pipelines.NewDetail(pipelines.DetailNoPart, main))
	}
	var parsed struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string `xml:"name,attr"`
			ID    string `xml:"id,attr"`
			State string `xml:"state,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := book.read(part, &parsed); err != nil {
		return Refuse(pipelines.FileUnreadable, Because(err))
	}
	if v := parsed.Properties.Date1904; v == "1" || v == "true" {
		book.from = 1462
	}
	byID := map[string]relationship{}
	for _, r := range book.relationships(main) {
		byID[r.ID] = r
		switch {
		case r.of("sharedStrings"):
			if err := d.readStrings(book, book.parts[target(main, r)]); err != nil {
				return err
			}
		case r.of("styles"):
			if styles, ok := book.parts[target(main, r)]; ok {
				if err := book.formats.read(book.container, styles); err != nil {
					return Refuse(pipelines.FileUnreadable, Because(err))
				}
			}
		}
	}
	for _, s := range parsed.Sheets {
		r, ok := byID[s.ID]
		if !ok || !r.of("worksheet") {
			continue // a chart or a macro sheet: it has no rows
		}
		if part, ok := book.parts[target(main, r)]; ok {
			book.sheets = append(book.sheets, worksheet{name: s.Name, part: part, named: strings.HasSuffix(part.Name, strings.TrimPrefix(r.Target, "../")), hidden: s.State == "hidden" || s.State == "veryHidden"})
		} else {
			return Refuse(pipelines.FileUnreadable, pipelines.NewDetail(pipelines.DetailNoPart, target(main, r)))
		}
	}
	if len(book.sheets) == 0 {
		return Refuse(pipelines.FileEmpty, Format("xlsx"))
	}
	return nil
}

// readStrings reads the texts that cells share.
func (d *decoder) readStrings(book *workbook, part *zip.File) (err error) {
	if part == nil {
		return nil
	}
	r, err := part.Open()
	if err != nil {
		return Refuse(pipelines.FileUnreadable, Because(err))
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	x := newXML(&budgeted{r, d.budget}, 16<<20)
	for {
		t, ok := x.next()
		if !ok {
			return x.ended()
		}
		if t.is("si") {
			text := ""
			if !t.closed {
				text = x.text("si")
			}
			book.strings = append(book.strings, text)
		}
	}
}

// budgeted counts what is unpacked against what a file may unpack to.
type budgeted struct {
	io.Reader
	budget *unpack
}

func (b *budgeted) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if over := b.budget.take(n); over != nil {
		return 0, over
	}
	return n, err
}

// ended turns the reason a stream of XML ended into an error of the file; nil where it was read to its end.
func (x *xmlScan) ended() error {
	switch {
	case x.err == nil || errors.Is(x.err, io.EOF):
		return nil
	case errors.Is(x.err, errBudget):
		return x.err
	default:
		return Refuse(pipelines.FileUnreadable, Because(x.err))
	}
}

// text gives the text of an element that is open, up to its end: its own and that of its runs. How a word is spoken,
// which East Asian workbooks keep beside it, is no part of it.
func (x *xmlScan) text(name string) string {
	var text string
	spoken, inside := false, false
	for {
		t, ok := x.next()
		switch {
		case !ok:
			return text
		case t.name == nil:
			if inside && !spoken {
				text += t.words()
			}
		case t.ends && string(t.name) == name:
			return unescapeSheet(text)
		case string(t.name) == "rPh":
			spoken = !t.ends && !t.closed
		case string(t.name) == "t":
			inside = !t.ends && !t.closed
		}
	}
}

// unescapeSheet writes out _x000D_ and its like, as which workbooks keep characters that XML does not allow.
func unescapeSheet(text string) string {
	if !strings.Contains(text, "_x") {
		return unbroken(text)
	}
	var b strings.Builder
	for {
		at := strings.Index(text, "_x")
		if at < 0 {
			b.WriteString(text)
			return unbroken(b.String())
		}
		b.WriteString(text[:at])
		text = text[at:]
		if len(text) >= 7 && text[6] == '_' {
			if r, ok := numbered("#x" + text[2:6]); ok {
				if r != 0 {
					b.WriteRune(r)
				}
				text = text[7:]
				continue
			}
		}
		b.WriteString("_x")
		text = text[2:]
	}
}
