package load

import (
	"context"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/land"
)

// feed is one table of one file on its way into one export. It becomes one line of the reconciliation.
type feed struct {
	no       int
	file     land.File
	sheet    string
	contract data.Contract
	export   *MappedExport
	batch    *batch
	spool    *spool  // its decoded rows; nil: none, or the engine reads the file
	stored   string  // selects its rows out of a file the engine reads itself
	direct   bool    // that file is a CSV whose records were only numbered
	rising   bool    // its keys rise from row to row, as a system exports them: none stands twice
	column   []place // by contract column: where a person finds it
	detail   []string
	titles   []string // texts above the header
	readAs   pipelines.ReadAs
	read     int64
	ignored  int64
	handed   int64 // rows given to the engine
	earlier  bool  // rows of an earlier run that were waiting for a registry
	shift    int64 // see sheet.shift
	partial  bool  // rows with problems only: absence from it means nothing

	accepted, quarantined, warnings int64
}

// place is where a contract column stands in the file.
type place struct{ letter, header string }

func (f *feed) full() bool {
	return f.contract.Kind == data.Registry && !f.earlier && !f.partial && (f.export == nil || f.export.Mode != "changes" && !f.export.Distinct)
}

// given reports whether a mapping file makes a column without a header of its own.
func (f *feed) given(id string) bool {
	if f.export == nil {
		return false
	}
	_, constant := f.export.Constants[id]
	_, mapped := f.export.Columns[id]
	return constant || mapped
}

func (f *feed) distinct() bool { return f.export != nil && f.export.Distinct }

// failure is a file, or a table of it, that could not be read as any export.
type failure struct {
	file   land.File
	sheet  string
	code   pipelines.Code
	detail string
	export string // where it is known
	readAs pipelines.ReadAs
}

// decoding is the visitor of one landed file: it turns the file into feeds, or failures, and their rows into spools.
// Those of a run's files are put together by gather.
type decoding struct {
	limits   Limits
	mappings []Mapping
	batches  map[string]*batch
	feeds    []*feed
	failures []failure
	folder   string            // for spools
	next     int               // number of the next feed: no two of a run are the same
	outside  pipelines.Querier // the engine, outside the run's transaction
	copies   map[int64]Marked  // files of the run that are marked copies, by number

	taken map[int64]map[string]bool // tables of files loaded in part that stand already, by number

	file    land.File
	unseen  []string         // hidden worksheets of the current file that look like tables
	tables  int              // tables of the current file that hold anything
	reading pipelines.ReadAs // what the current table is taken for
}

// decodeFile reads one landed file. Whole-file problems become failures; an error ends the run.
func (d *decoding) decodeFile(ctx context.Context, file land.File, at string) error {
	d.file = file
	err := decode(ctx, at, d.limits, d)
	for _, f := range d.feeds {
		if f.spool != nil {
			if closed := f.spool.close(); err == nil {
				err = closed
			}
		}
	}
	if whole, ok := err.(*fileError); ok {
		// What was read of it before counts for nothing: half a file is worse than none.
		d.feeds, d.failures = nil, []failure{{file: file, code: whole.code, detail: whole.detail, readAs: d.reading}}
		return nil
	}
	if err == nil && d.tables+len(d.feeds)+len(d.failures) == 0 {
		code, detail := pipelines.FileEmpty, ""
		if len(d.unseen) > 0 {
			code, detail = pipelines.HeaderNotRecognised, d.hiddenSheets()
		}
		d.failures = append(d.failures, failure{file: file, code: code, detail: detail})
	}
	for _, f := range d.feeds {
		if len(d.unseen) > 0 {
			f.detail = append(f.detail, d.hiddenSheets())
		}
	}
	return err
}

func (d *decoding) hidden(sheet string) { d.unseen = append(d.unseen, sheet) }

// hiddenSheets says which worksheets were passed over because they are hidden.
func (d *decoding) hiddenSheets() string {
	return data.DetailHidden + seen(d.unseen)
}

// gather puts together what became of a run's files, in order of arrival.
func (d *decoding) gather(files []*decoding) {
	for _, of := range files {
		d.failures = append(d.failures, of.failures...)
		maps.Copy(d.copies, of.copies)
		for _, f := range of.feeds {
			if known, ok := d.batches[f.batch.name]; ok {
				f.batch = known
			}
			d.batches[f.batch.name] = f.batch
			d.feeds = append(d.feeds, f)
		}
	}
}

func (d *decoding) pins(member string) Pins {
	for _, m := range d.claims(member) {
		if m.Encoding != "" || m.Delimiter != "" {
			return m.Pins
		}
	}
	return Pins{}
}

func (d *decoding) problem(sheet string, code pipelines.Code, detail string) {
	d.tables++
	// As of a whole file, half of a member counts for nothing.
	d.feeds = slices.DeleteFunc(d.feeds, func(f *feed) bool {
		half := f.sheet == sheet || strings.HasPrefix(f.sheet, sheet+"/")
		if half && f.spool != nil {
			f.spool.close() // what could not be written of it is not read either
		}
		return half
	})
	d.failures = append(d.failures, failure{file: d.file, sheet: sheet, code: code, detail: detail})
}

// claims gives the mappings for the file, or for a member of a bundle.
func (d *decoding) claims(member string) []*Mapping {
	if member == "" {
		return mappingsFor(d.mappings, d.name(d.file))
	}
	return mappingsFor(d.mappings, member)
}

func (d *decoding) open(s sheet) (consumer, error) {
	if d.taken[d.file.No][s.name] {
		return nil, nil
	}
	t := &table{decoding: d, sheet: s}
	for _, m := range d.claims(s.member) {
		if m.claimsSheet(path.Base(s.name)) {
			t.mappings = append(t.mappings, m)
		}
	}
	if len(t.mappings) == 1 {
		t.sheet.read.Mapping = t.mappings[0].path
	}
	if t.pinnedRow() > 0 {
		t.sheet.read.HeaderRow, t.sheet.read.Pinned = t.pinnedRow(), append(slices.Clone(s.read.Pinned), "header_row")
	}
	d.reading = t.sheet.read
	return t, nil
}

// table consumes the rows of one sheet: it gathers the first ones, finds the header among them, and hands on the rest.
type table struct {
	decoding *decoding
	sheet    sheet
	mappings []*Mapping
	head     []physicalRow
	matched  bool
	failed   bool
	last     int64 // the last row that holds anything
	header   []string
	titles   []string
	width    int
	outs     []*outlet
}

// outlet cuts one export's cells out of the rows of a table.
type outlet struct {
	feed     *feed
	at       []int // cell of each input
	days     []bool
	required []int
	cells    []string // of the row at hand, one an input, trimmed; "" is nothing
}

func (t *table) row(no int64, cells []string) error {
	if t.failed {
		return nil
	}
	n := len(cells)
	for n > 0 && trim(cells[n-1]) == "" {
		n--
	}
	if cells = cells[:n]; n == 0 {
		return nil
	}
	if n > t.decoding.limits.Columns {
		return reject(pipelines.FileTooWide, fmt.Sprintf(" (%d > %d)", n, t.decoding.limits.Columns))
	}
	if !t.matched {
		t.head = append(t.head, physicalRow{no, slices.Clone(cells)})
		wanted := t.decoding.limits.HeaderIn
		if t.sheet.headed {
			wanted = 1
		}
		if len(t.head) >= wanted && no >= t.pinnedRow() {
			return t.match()
		}
		return nil
	}
	return t.data(no, cells)
}

func (t *table) pinnedRow() int64 {
	if len(t.mappings) == 1 {
		return int64(t.mappings[0].HeaderRow)
	}
	return 0
}

func (t *table) end() error {
	if !t.matched && !t.failed {
		if len(t.head) == 0 {
			return nil // an empty sheet: Excel used to make three of them
		}
		if err := t.match(); err != nil {
			return err
		}
	}
	for _, o := range t.outs {
		if o.feed.read == 0 {
			t.decoding.drop(o.feed, pipelines.FileNoRows, "")
		}
	}
	return nil
}

// drop turns a feed into a failure.
func (d *decoding) drop(f *feed, code pipelines.Code, detail string) {
	d.feeds = slices.DeleteFunc(d.feeds, func(o *feed) bool { return o == f })
	d.failures = append(d.failures, failure{file: f.file, sheet: f.sheet, code: code, detail: detail, export: f.contract.Export, readAs: f.readAs})
}

// matchOnly finds the header among the first rows and makes the feeds. It returns the header's index among them, -1
// when there is none, and counts the rows above it as ignored.
func (t *table) matchOnly() (int, error) {
	t.decoding.tables++
	lone := func(rows []physicalRow) (texts []string) {
		for _, r := range rows {
			if filled(r.cells) == 1 {
				texts = append(texts, trim(strings.Join(r.cells, "")))
			}
		}
		return texts
	}
	rows := t.head
	if t.sheet.headed {
		rows = rows[:1]
	}
	found, err := findHeader(rows, t.mappings, append([]string{t.sheet.name, t.decoding.name(t.decoding.file)}, lone(t.head)...))
	if whole, ok := err.(*fileError); ok {
		t.failed = true
		t.decoding.failures = append(t.decoding.failures, failure{file: t.decoding.file, sheet: t.sheet.name, code: whole.code, detail: whole.detail, readAs: t.sheet.read})
		return -1, nil
	}
	if err != nil {
		return -1, err
	}
	t.matched, t.header, t.titles, t.width = true, found.cells, lone(t.head[:found.row]), len(found.cells)
	t.sheet.read.HeaderRow = t.head[found.row].no
	if found.layouts[0].mapping == nil && len(t.sheet.read.Pinned) == 0 {
		t.sheet.read.Mapping = "" // it was not needed
	}
	for i := range found.layouts {
		t.outs = append(t.outs, t.outlet(&found.layouts[i]))
	}
	for i, r := range t.head[:found.row+1] {
		// The header itself is not a row read; neither is the one above that lent it cells.
		if i == found.row || i == found.row-1 && !slices.Equal(r.cells, found.cells) && merged(r.cells, found.cells) {
			t.count(t.gap(r.no))
		} else {
			t.count(t.gap(r.no) + 1)
		}
	}
	return found.row, nil
}

func (t *table) match() error {
	row, err := t.matchOnly()
	head := t.head
	t.head = nil
	if err != nil || row < 0 {
		return err
	}
	for _, r := range head[row+1:] {
		if err := t.data(r.no, r.cells); err != nil {
			return err
		}
	}
	return nil
}

// merged reports whether the row above lent the header cells, so that it is part of the header.
func merged(above, header []string) bool {
	lent := 0
	for i, cell := range above {
		if i < len(header) && trim(cell) != "" && header[i] == cell {
			lent++
		}
	}
	return lent > 0 && filled(above) > 1
}

// gap counts the empty rows between the last row that held anything and this one.
func (t *table) gap(no int64) int64 {
	between := max(no-t.last-1, 0)
	t.last = no
	return between
}

// count adds rows that were read and ignored.
func (t *table) count(n int64) {
	for _, o := range t.outs {
		o.feed.read += n
		o.feed.ignored += n
	}
}

func (t *table) data(no int64, cells []string) error {
	gap := t.gap(no)
	flaw := t.flaw(cells)
	for _, o := range t.outs {
		o.feed.read += gap + 1
		o.feed.ignored += gap
		if flaw != pipelines.RecordBroken && t.passes(o, cells) {
			o.feed.ignored++
			continue
		}
		for i, at := range o.at {
			o.cells[i] = ""
			if at >= 0 && at < len(cells) {
				o.cells[i] = trim(cells[at])
				if t.sheet.workbook {
					o.cells[i] = storedNumber(o.cells[i], o.days[i], t.sheet.epoch)
				}
			}
		}
		o.feed.handed++
		if err := t.hand(o, no, flaw); err != nil {
			return err
		}
	}
	return nil
}

// passes reports whether a row is none of the table: see passing.
func (t *table) passes(o *outlet, cells []string) bool {
	complete := !slices.ContainsFunc(o.required, func(at int) bool { return at >= len(cells) || trim(cells[at]) == "" })
	return passing(cells, t.header, t.titles, complete)
}

// flaw finds what is wrong with a row before its cells are looked at.
func (t *table) flaw(cells []string) pipelines.Code {
	if len(cells) > t.width && t.sheet.headed {
		return pipelines.RecordBroken
	}
	if len(cells) > t.width {
		return pipelines.TooManyCells
	}
	if t.sheet.damaged {
		for _, cell := range cells {
			if strings.ContainsRune(cell, '\ufffd') {
				return pipelines.EncodingDamaged
			}
		}
	}
	return ""
}

// hand leaves the row at hand to the engine.
func (t *table) hand(o *outlet, no int64, flaw pipelines.Code) (err error) {
	if o.feed.spool == nil {
		if o.feed.spool, err = newSpool(filepath.Join(t.decoding.folder, fmt.Sprintf("%d.csv", o.feed.no))); err != nil {
			return err
		}
	}
	return o.feed.spool.row(o.feed.no, no, flaw, o.cells)
}
