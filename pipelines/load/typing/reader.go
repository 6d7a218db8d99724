package typing

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/decode"
	"hulian/pipelines/load/match"
)

// firstYear and lastYear bound every date: outside them a digit was mistyped.
const firstYear, lastYear = 1900, 2100

// Value is one value of a row. Which of the fields holds it depends on the type of its column.
type Value struct {
	Set   bool
	Text  string    // text, enum, period
	Whole int64     // integer; boolean as 0 and 1
	Float float64   // decimal
	Time  time.Time // date, timestamp: the wall clock of the programme's zone, as UTC
}

// Problem is one thing wrong with one row.
type Problem struct {
	Column   int // of the contract; -1: the row as a whole
	Code     pipelines.Code
	Severity pipelines.Severity
	Value    string
	Detail   pipelines.Detail
	Cell     int // of the row, from 1, where a column is made from several and one of them is wrong; 0: it is the column's own
}

// Fate is what becomes of a row.
type Fate int

// Fates of rows.
const (
	Accepted   Fate = iota // with warnings, perhaps
	Refused                // something is wrong with it
	Ignored                // no row of the table: a total, a note, the header again
	PassedOver             // a condition of the mapping leaves it out
)

// Row is what became of a row. It is good until the next one is read.
type Row struct {
	Fate     Fate
	Values   []Value   // of every column of the contract
	Problems []Problem // none of rows that are ignored or passed over
	texts    []string
	contract *data.Contract
}

// Settings are what reading a table needs beside its plan.
type Settings struct {
	Zone      *time.Location // times are kept in
	FileZone  *time.Location // of times without an offset; nil: Zone
	Layout    string         // of the standard library: tried before every other form of a day; empty: none
	Limit     time.Time      // the first moment a row of the file cannot know of, on the programme's wall clock
	Header    []string
	Titles    []string
	Epoch     int                                              // days to add to numbers that are days
	Companion func(key string) func(header string) decode.Cell // the row of the second file with a key, nil where it has none; nil: there is no file
}

// Layout turns a format as mapping files have it, %m/%d/%Y, into one for Settings.
func Layout(format string) (string, error) {
	if format == "" {
		return "", nil
	}
	return layoutOf(format)
}

// Reader types the rows of one export in one table. It is used by one goroutine; Clone makes another one.
type Reader struct {
	plan     match.Plan
	settings Settings
	columns  []column
	orders   [][]int
	key      int // the key column that is made from others where a file gives none; -1: there is none
	made     []int
	row      Row
	part     int // of the cells a column is made from, the one that is looked at: see Problem.Cell
	counts   Counts
}

// Counts are what a reader has seen.
type Counts struct {
	Nothing int64 // cells that hold words for nothing
	Words   map[string]bool
	Alone   int64 // rows whose key the second file does not hold
}

// column is how one column is read.
type column struct {
	data.Column
	match.Origin
	isID, isFree, optional bool
	number                 NumberForm
	words                  vocabulary
	nothing                nothing
	limit                  int // characters of a text
	seen                   *seen
}

// seen are texts of a column that were read before, and what was made of them: the same members, villages and words come again
// and again. Only what nothing is to be said of is kept. A column of ever new texts keeps none in the end.
type seen struct {
	texts        map[string]once
	asked, found int
}

// once is what was made of a text.
type once struct {
	text  string
	value Value
}

// mostSeen bounds how many texts are kept of one column. A column whose texts come again shows it early once, and later often.
const mostSeen, askedEarly, askedLate = 16384, 1024, 2 * mostSeen

func (s *seen) get(text string) (once, bool) {
	if s == nil || s.texts == nil {
		return once{}, false
	}
	s.asked++
	o, ok := s.texts[text]
	if ok {
		s.found++
	} else if s.asked == askedEarly && s.found == 0 || s.asked == askedLate && s.found < s.asked/4 {
		s.texts = nil
	}
	return o, ok
}

func (s *seen) keep(text string, o once) {
	if s == nil || s.texts == nil || len(s.texts) >= mostSeen {
		return
	}
	text = strings.Clone(text) // it lies in a block of the file
	o.text, o.value.Text = strings.Clone(o.text), strings.Clone(o.value.Text)
	s.texts[text] = o
}

// NewReader makes a reader.
func NewReader(plan match.Plan, s Settings) *Reader {
	r := &Reader{plan: plan, settings: s, key: -1}
	c := plan.Contract
	for i, of := range c.Columns {
		isID := of.References != "" || slices.Contains(c.Key, of.ID) && of.Type == data.TypeText
		col := column{Column: of, Origin: plan.Columns[i], isID: isID, isFree: of.Type == data.TypeText && !isID, number: formOf(of), words: vocabularyOf(of),
			nothing: nothingOf(of, isID), limit: of.MaxLength, optional: !of.Required && !slices.Contains(c.Key, of.ID)}
		if col.limit == 0 {
			col.limit = 200
		}
		r.columns = append(r.columns, col)
	}
	for _, order := range c.Order {
		var indexes []int
		for _, id := range order {
			indexes = append(indexes, r.index(id))
		}
		r.orders = append(r.orders, indexes)
	}
	if len(c.AlternateKey) > 0 {
		r.key = r.index(c.Key[0])
		for _, id := range c.AlternateKey {
			r.made = append(r.made, r.index(id))
		}
	}
	return r.Clone()
}

// Clone makes a reader of the same table with counts of its own.
func (r *Reader) Clone() *Reader {
	other := *r
	other.row = Row{Values: make([]Value, len(r.columns)), texts: make([]string, len(r.columns)), contract: &other.plan.Contract}
	other.counts = Counts{Words: map[string]bool{}}
	other.columns = slices.Clone(r.columns)
	for i := range other.columns {
		c := &other.columns[i]
		if alone := len(r.plan.Contract.Key) == 1 && r.plan.Contract.Key[0] == c.ID; c.How == match.FromCell && c.Type != data.TypeTimestamp && !alone {
			c.seen = &seen{texts: map[string]once{}}
		}
	}
	return &other
}

// Counts gives what the reader has seen.
func (r *Reader) Counts() Counts { return r.counts }

func (r *Reader) index(id string) int {
	return slices.IndexFunc(r.plan.Contract.Columns, func(c data.Column) bool { return c.ID == id })
}

// Read types one row.
func (r *Reader) Read(from decode.Row) *Row {
	row := &r.row
	row.Problems, row.Fate = row.Problems[:0], Accepted
	clear(row.Values)
	clear(row.texts)
	if !from.Broken.IsZero() {
		return r.flawed(pipelines.RecordBroken, from.Broken)
	}
	cells := from.Cells
	for len(cells) > 0 && decode.Blank(cells[len(cells)-1].Text) {
		cells = cells[:len(cells)-1]
	}
	if r.ignores(cells) {
		row.Fate = Ignored
		return row
	}
	for _, test := range r.plan.Where {
		if !test.Holds(cells) {
			row.Fate = PassedOver
			return row
		}
	}
	if r.settings.Companion != nil && r.plan.Key >= 0 && (r.plan.Key >= len(cells) || r.settings.Companion(decode.Trim(cells[r.plan.Key].Text)) == nil) {
		r.counts.Alone++
	}
	for i := range r.columns {
		r.cell(i, cells, from.No)
	}
	r.makeKey()
	switch {
	case len(cells) > len(r.settings.Header):
		return r.flawed(pipelines.TooManyCells, pipelines.Detail{})
	case from.Damaged && damaged(cells):
		return r.flawed(pipelines.EncodingDamaged, pipelines.Detail{})
	}
	for _, order := range r.orders {
		r.order(order)
	}
	return row
}

func damaged(cells []decode.Cell) bool {
	return slices.ContainsFunc(cells, func(c decode.Cell) bool { return strings.ContainsRune(c.Text, '\ufffd') })
}

// ignores reports whether a row is none of the table.
func (r *Reader) ignores(cells []decode.Cell) bool {
	complete := true
	for _, at := range r.plan.Required {
		if at >= len(cells) || decode.Blank(cells[at].Text) {
			complete = false
			break
		}
	}
	return match.PassesOver(cells, r.settings.Header, r.settings.Titles, complete)
}

// flawed refuses a row for what is wrong before its cells are looked at.
func (r *Reader) flawed(code pipelines.Code, detail pipelines.Detail) *Row {
	r.row.Problems = append(r.row.Problems[:0], Problem{Column: -1, Code: code, Severity: pipelines.SeverityRefuse, Detail: detail})
	r.row.Fate = Refused
	return &r.row
}

// severity says what a broken rule does to the row. What an optional column of a registry holds never refuses the row:
// the list would lose somebody over a slip.
func (r *Reader) severity(c *column, code pipelines.Code) (s pipelines.Severity, lowered bool) {
	if e := r.plan.Export; e != nil {
		if s, ok := e.Severity[code]; ok {
			return s, s == pipelines.SeverityWarn
		}
	}
	if r.plan.Contract.Kind == data.Registry && c.optional && code != pipelines.DateOrder {
		return pipelines.SeverityWarn, false
	}
	return pipelines.SeverityRefuse, false
}

// report notes that a column breaks a rule. keep says whether its value stays: what cannot be read, or makes no sense, is
// empty in a row that is accepted all the same, unless a mapping file wants it kept.
func (r *Reader) report(i int, code pipelines.Code, value string, detail pipelines.Detail) {
	c := &r.columns[i]
	severity, lowered := r.severity(c, code)
	if severity == pipelines.SeverityRefuse {
		r.row.Fate = Refused
	} else if !lowered {
		r.row.Values[i] = Value{}
	}
	r.row.Problems = append(r.row.Problems, Problem{Column: i, Code: code, Severity: severity, Value: value, Detail: detail, Cell: r.part})
}

// warn notes what somebody should look at, and leaves the value.
func (r *Reader) warn(i int, code pipelines.Code, value string, detail pipelines.Detail) {
	r.row.Problems = append(r.row.Problems, Problem{Column: i, Code: code, Severity: pipelines.SeverityWarn, Value: value, Detail: detail})
}

// cell reads the value of one column.
func (r *Reader) cell(i int, cells []decode.Cell, no int64) {
	c := &r.columns[i]
	r.part = 0
	cell := r.take(c, cells, no)
	if cell.Kind != decode.Text || cell.Raw != "" || c.seen == nil || cell.Text == "" {
		r.read(i, cell, cells)
		return
	}
	if o, ok := c.seen.get(cell.Text); ok {
		r.row.texts[i], r.row.Values[i] = o.text, o.value
		return
	}
	problems, nothing := len(r.row.Problems), r.counts.Nothing
	r.read(i, cell, cells)
	if len(r.row.Problems) == problems && r.counts.Nothing == nothing {
		c.seen.keep(cell.Text, once{r.row.texts[i], r.row.Values[i]})
	}
}

// read makes a value of what a column is given.
func (r *Reader) read(i int, cell decode.Cell, cells []decode.Cell) {
	c := &r.columns[i]
	text := decode.Trim(cell.Text)
	if bare := c.unprotected(cell.Kind, text); bare != text {
		cell, text = decode.Cell{Text: bare}, bare
	}
	if c.Words != nil && text != "" {
		if word, ok := c.Words[match.Folded(text)]; ok {
			cell, text = decode.Cell{Text: word}, word
		}
	}
	if text != "" && cell.Kind == decode.Text && c.nothing.is(text) {
		r.counts.Nothing++
		if len(r.counts.Words) < 20 {
			r.counts.Words[text] = true
		}
		if c.Required && c.Blank == nil { // what was there is told
			r.row.texts[i] = text
			r.report(i, pipelines.MissingRequired, text, pipelines.NewDetail(pipelines.DetailWordForNothing, text))
			return
		}
		text = ""
	}
	if text == "" {
		if c.Blank != nil {
			cell, text = decode.Cell{Text: *c.Blank}, *c.Blank
		} else if c.Required && (c.How != match.MinutesOf || c.leftOut(cells)) {
			r.report(i, pipelines.MissingRequired, "", pipelines.Detail{})
			return
		} else if c.How != match.MinutesOf && c.How != match.Behind || c.leftOut(cells) {
			return
		}
	}
	r.row.texts[i] = text
	switch cell.Kind {
	case decode.Fault:
		r.report(i, pipelines.WrongType, text, pipelines.NewDetail(pipelines.DetailFormulaError))
		return
	case decode.Uncalculated:
		r.report(i, pipelines.WrongType, text, pipelines.NewDetail(pipelines.DetailUncalculated))
		return
	case decode.Text, decode.Number, decode.Moment: // values
	}
	switch c.How {
	case match.MinutesOf:
		r.minutes(i, cells)
	case match.Behind:
		r.behind(i, cells)
	default:
		r.value(i, cell, text)
	}
}

// unprotected takes off what keeps a spreadsheet program from reading a text as a number. In a free text an apostrophe
// may be meant.
func (c *column) unprotected(kind decode.Kind, text string) string {
	if kind != decode.Text || text == "" || c.isFree && text[0] != '=' {
		return text
	}
	return unprotected(text)
}

// leftOut reports whether a condition of the mapping gives the column no value in this row.
func (c *column) leftOut(cells []decode.Cell) bool { return c.Only != nil && !c.Only.Holds(cells) }

// take gives the cell a column is made from.
func (r *Reader) take(c *column, cells []decode.Cell, no int64) decode.Cell {
	if c.leftOut(cells) {
		return decode.Cell{}
	}
	at := func(n int) decode.Cell {
		if n < len(c.At) && c.At[n] < len(cells) {
			return cells[c.At[n]]
		}
		return decode.Cell{}
	}
	switch c.How {
	case match.FromCell:
		return at(0)
	case match.Constant:
		return decode.Cell{Text: c.Text}
	case match.RowNumber:
		return decode.Cell{Text: strconv.FormatInt(no, 10)}
	case match.Joined:
		var parts []string
		for n := range c.At {
			if part := decode.Trim(at(n).Text); part != "" {
				parts = append(parts, part)
			} else if r.part == 0 {
				r.part = c.At[n] + 1
			}
		}
		if len(parts) < len(c.At) {
			return decode.Cell{} // a part of a key is no key
		}
		return decode.Cell{Text: strings.Join(parts, c.Text)}
	case match.LookedUp:
		if r.settings.Companion == nil || r.plan.Key < 0 || r.plan.Key >= len(cells) {
			return decode.Cell{}
		}
		if found := r.settings.Companion(decode.Trim(cells[r.plan.Key].Text)); found != nil {
			return found(c.Text)
		}
	case match.MinutesOf, match.Behind: // told as ISO 8601 writes an interval
		first, second := decode.Trim(at(0).Text), decode.Trim(at(1).Text)
		if first == "" || second == "" {
			return decode.Cell{}
		}
		return decode.Cell{Text: first + "/" + second}
	case match.Nothing: // it is not in the file
	}
	return decode.Cell{}
}

// value reads a value from a text that holds something.
func (r *Reader) value(i int, cell decode.Cell, text string) {
	c := &r.columns[i]
	switch c.Type {
	case data.TypeText:
		r.text(i, cell, text)
	case data.TypeEnum:
		if id, ok := c.words.id(text); ok {
			r.row.Values[i] = Value{Set: true, Text: id}
		} else if !c.Open {
			r.report(i, pipelines.NotAllowed, text, pipelines.Detail{})
		} else {
			r.text(i, cell, text)
		}
	case data.TypeBoolean:
		if yes, ok := ParseBoolean(text); ok {
			r.row.Values[i] = Value{Set: true}
			if yes {
				r.row.Values[i].Whole = 1
			}
		} else {
			r.wrongType(i, text, "")
		}
	case data.TypeInteger, data.TypeDecimal:
		r.number(i, cell, text)
	case data.TypeDate, data.TypeTimestamp:
		m, why, ok := r.moment(cell, text)
		if !ok {
			r.wrongType(i, text, why)
			return
		}
		r.day(i, m, text)
	case data.TypePeriod:
		r.period(i, cell, text)
	}
}

func (r *Reader) wrongType(i int, text string, why pipelines.DetailCode) {
	detail := pipelines.NewDetail(why)
	switch {
	case isFormulaError(text):
		detail = pipelines.NewDetail(pipelines.DetailFormulaError)
	case tooNarrow(text):
		detail = pipelines.NewDetail(pipelines.DetailTooNarrow)
	}
	r.report(i, pipelines.WrongType, text, detail)
}

// noNumber reports a text that should be a number. Whoever writes it anew is told what is easily lost: the minus of what is
// taken off, the unit that is meant.
func (r *Reader) noNumber(i int, text string) {
	c := &r.columns[i]
	switch {
	case isFormulaError(text), tooNarrow(text):
		r.wrongType(i, text, "")
	case c.Min != nil && *c.Min < 0:
		r.wrongType(i, text, pipelines.DetailNumberSigned)
	case c.Column.Unit.Zh != "":
		r.report(i, pipelines.WrongType, text, pipelines.NewDetail(pipelines.DetailNumberIn, pipelines.UnitNamed(r.plan.Contract.Export, c.ID)))
	default:
		r.wrongType(i, text, "")
	}
}

func (r *Reader) text(i int, cell decode.Cell, text string) {
	c := &r.columns[i]
	if isFormulaError(text) || tooNarrow(text) {
		r.wrongType(i, text, "")
		return
	}
	if c.isID {
		id, why := ParseID(cell, text)
		if why != "" {
			r.wrongType(i, text, why)
			return
		}
		if text = id; text == "" {
			return
		}
	}
	r.row.Values[i] = Value{Set: true, Text: text}
	if len(text) > c.limit && len([]rune(text)) > c.limit {
		r.report(i, pipelines.OutOfRange, text, pipelines.NewDetail(pipelines.DetailCharacters, c.limit))
		return
	}
	if c.isFree {
		if kind := personalNumber(text); kind != "" {
			r.warn(i, pipelines.PersonalNumber, "", pipelines.NewDetail(kind))
		}
	}
}

func (r *Reader) number(i int, cell decode.Cell, text string) {
	c := &r.columns[i]
	value, ok := ParseNumber(text, c.number)
	if cell.Kind == decode.Number && cell.Raw != "" && !strings.HasSuffix(text, "%") {
		if stored, isNumber := plainNumber(cell.Raw); isNumber {
			value, ok = stored, true // what is shown may be rounded
			if n, spoken := spell(minus.Replace(half(cell.Text)), c.number); spoken {
				value *= n.unit
				if n.sign < 0 {
					value = -math.Abs(value) // 扣2 is shown of a two
				}
			}
			text = storedNumber(cell, value, c.number)
		}
	}
	if !ok {
		r.noNumber(i, text)
		return
	}
	if c.Round {
		value = math.Round(value)
	}
	if c.Type == data.TypeInteger {
		whole, ok := Whole(value)
		if !ok {
			if cell.Raw != "" {
				text = cell.Raw // what is shown looks whole
			}
			r.wrongType(i, text, pipelines.DetailNotWhole)
			return
		}
		value = float64(whole)
		r.row.Values[i] = Value{Set: true, Whole: whole}
	} else {
		value = fifteen(value)
		r.row.Values[i] = Value{Set: true, Float: value}
	}
	r.bounds(i, value, text)
}

// storedNumber is what to call a number that is shown otherwise: as it is shown, unless that names another number.
func storedNumber(cell decode.Cell, value float64, form NumberForm) string {
	if shown, ok := ParseNumber(cell.Text, form); ok && math.Abs(shown-value) <= 1 {
		return cell.Text
	}
	return cell.Raw
}

// bounds holds a number to the range of its column.
func (r *Reader) bounds(i int, value float64, text string) {
	c := &r.columns[i]
	below, above := c.Min != nil && value < *c.Min, c.Max != nil && value > *c.Max
	if !below && !above {
		return
	}
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	var detail pipelines.Detail
	switch {
	case c.Min != nil && c.Max != nil:
		detail = pipelines.NewDetail(pipelines.DetailBetween, number(*c.Min), number(*c.Max))
	case below:
		detail = pipelines.NewDetail(pipelines.DetailAtLeast, number(*c.Min))
	default:
		detail = pipelines.NewDetail(pipelines.DetailAtMost, number(*c.Max))
	}
	r.report(i, pipelines.OutOfRange, text, detail)
}

// moment reads a day or moment.
func (r *Reader) moment(cell decode.Cell, text string) (m Moment, why pipelines.DetailCode, ok bool) {
	if r.settings.Layout != "" && cell.Kind == decode.Text {
		if m, why, ok := parseLaidOut(r.settings.Layout, text); ok || why != "" {
			return m, why, ok
		}
		if day, clock, behind := strings.Cut(text, " "); behind { // the form of the day is pinned, a time of day may stand behind it
			if m, ok := parseLayout(r.settings.Layout, day); ok {
				text = fmt.Sprintf("%04d-%02d-%02d %s", m.Year, m.Month, m.Day, clock)
			}
		}
	}
	if m, why, ok = ParseMoment(text); ok {
		if m.Day == 0 && monthUnclear(cell, text) {
			return m, pipelines.DetailMonthUnclear, false
		}
		return m, "", true
	}
	if value, isNumber := plainNumber(half(text)); isNumber && why == "" && !strings.ContainsAny(text, "eE") {
		if cell.Kind == decode.Number {
			if stored, isStored := plainNumber(cell.Raw); isStored {
				value = stored // 43105.38 is shown of 43105.375
			}
			value += float64(r.settings.Epoch)
		}
		if m, ok := serial(value); ok {
			return m, "", true
		}
	}
	return m, why, false
}

// monthUnclear reports a number that looks the same for January and October: 1998.1, as a spreadsheet program shows both.
func monthUnclear(cell decode.Cell, text string) bool {
	return cell.Kind == decode.Number && cell.Raw == "" && len(text) == len("1998.1") && text[4:] == ".1"
}

// day keeps a day or moment and holds it to what days can be.
func (r *Reader) day(i int, m Moment, text string) {
	c := &r.columns[i]
	if m.Day == 0 && !c.MonthOnly {
		r.wrongType(i, text, pipelines.DetailDayMissing)
		return
	}
	at := m.In(r.settings.FileZone, r.settings.Zone)
	if c.Type == data.TypeDate {
		at = time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
	}
	r.row.Values[i] = Value{Set: true, Time: at}
	switch {
	case at.Year() < firstYear || at.Year() > lastYear:
		r.report(i, pipelines.OutOfRange, text, pipelines.NewDetail(pipelines.DetailBetween, firstYear, lastYear))
	case !c.Future && !r.settings.Limit.IsZero() && !at.Before(r.settings.Limit):
		r.report(i, pipelines.FutureDate, text, pipelines.NewDetail(pipelines.DetailLatest, r.settings.Limit.AddDate(0, 0, -1).Format(time.DateOnly)))
	case m.Day == 0:
		r.warn(i, pipelines.DayMissing, text, pipelines.Detail{})
	}
}

func (r *Reader) period(i int, cell decode.Cell, text string) {
	if monthUnclear(cell, text) {
		r.wrongType(i, text, pipelines.DetailMonthUnclear)
		return
	}
	period, ok := ParsePeriod(text)
	if !ok && cell.Kind == decode.Moment { // 2018-01 became the first of January
		if m, _, read := ParseMoment(text); read {
			period, ok = strconv.Itoa(m.Year)+"-"+strconv.Itoa(100 + m.Month)[1:], true
		}
	}
	if value, isNumber := plainNumber(text); !ok && isNumber {
		if m, isDay := serial(value); isDay {
			period, ok = strconv.Itoa(m.Year)+"-"+strconv.Itoa(100 + m.Month)[1:], true
		}
	}
	if !ok {
		r.wrongType(i, text, "")
		return
	}
	r.row.Values[i] = Value{Set: true, Text: period}
}

// minutes reads the minutes between two moments.
func (r *Reader) minutes(i int, cells []decode.Cell) {
	c := &r.columns[i]
	var at [2]time.Time
	for n := range at {
		if c.At[n] >= len(cells) || decode.Blank(cells[c.At[n]].Text) {
			return
		}
		m, why, ok := r.moment(cells[c.At[n]], decode.Trim(cells[c.At[n]].Text))
		if !ok {
			r.part = c.At[n] + 1
			r.wrongType(i, decode.Trim(cells[c.At[n]].Text), why)
			return
		}
		at[n] = m.In(r.settings.FileZone, r.settings.Zone)
	}
	value := at[1].Sub(at[0]).Minutes()
	if c.Type == data.TypeInteger {
		value = math.Round(value)
		r.row.Values[i] = Value{Set: true, Whole: int64(value)}
	} else {
		r.row.Values[i] = Value{Set: true, Float: value}
	}
	r.bounds(i, value, r.row.texts[i])
}

// behindForm are the units that may stand behind a number that is added to a moment. What it counts is for the mapping to say.
var behindForm = NumberForm{Units: map[string]float64{"天": 1, "日": 1, "day": 1, "days": 1, "d": 1, "小时": 1, "hours": 1, "分钟": 1, "个月": 1}}

// behind reads a moment and adds a number of days, hours, minutes or months.
func (r *Reader) behind(i int, cells []decode.Cell) {
	c := &r.columns[i]
	if c.At[0] >= len(cells) || c.At[1] >= len(cells) || decode.Blank(cells[c.At[0]].Text) || decode.Blank(cells[c.At[1]].Text) {
		if c.Required {
			r.report(i, pipelines.MissingRequired, "", pipelines.Detail{})
		}
		return
	}
	count := decode.Trim(cells[c.At[1]].Text)
	if c.nothing.is(count) {
		r.row.texts[i] = ""
		return
	}
	m, why, ok := r.moment(cells[c.At[0]], decode.Trim(cells[c.At[0]].Text))
	n, isNumber := ParseNumber(count, behindForm)
	if !isNumber {
		r.part = c.At[1] + 1
		r.wrongType(i, count, pipelines.DetailNoCount)
		return
	}
	if !ok || m.Day == 0 {
		r.part = c.At[0] + 1
		r.wrongType(i, decode.Trim(cells[c.At[0]].Text), why)
		return
	}
	at := m.In(r.settings.FileZone, r.settings.Zone)
	switch c.Origin.Unit {
	case pipelines.Hours:
		at = at.Add(time.Duration(n * float64(time.Hour)))
	case pipelines.Minutes:
		at = at.Add(time.Duration(n * float64(time.Minute)))
	case pipelines.Months:
		at = monthsBehind(at, int(math.Round(n)))
	default:
		whole := math.Floor(n)
		at = at.AddDate(0, 0, int(whole)).Add(time.Duration((n - whole) * 24 * float64(time.Hour)))
	}
	r.day(i, Moment{Year: at.Year(), Month: int(at.Month()), Day: at.Day(), Hour: at.Hour(), Minute: at.Minute(), Second: at.Second(), Zone: r.settings.Zone,
		HasTime: at.Hour()+at.Minute()+at.Second() > 0}, r.row.texts[i])
}

// monthsBehind is the same day some months later, or the last day of a month that is shorter.
func monthsBehind(at time.Time, months int) time.Time {
	first := time.Date(at.Year(), at.Month()+time.Month(months), 1, at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), at.Location())
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(at.Day(), last)-1)
}

// makeKey makes the key of a row whose file gives none from what else names it. Without what must be there, there is no
// key: half of one may be that of another row.
func (r *Reader) makeKey() {
	if r.key < 0 || r.row.Values[r.key].Set {
		return
	}
	var parts []string
	for _, i := range r.made {
		if !r.row.Values[i].Set && r.columns[i].Required {
			return
		}
		parts = append(parts, r.row.Shown(i))
	}
	r.row.Values[r.key] = Value{Set: true, Text: strings.Join(parts, PartSeparator)}
}

// order holds dates to their order. A day against a moment of that day is in order, and so is a moment against a later
// step that was given as a day, without a time.
func (r *Reader) order(indexes []int) {
	for n, early := range indexes {
		for _, late := range indexes[n+1:] {
			a, z := r.row.Values[early], r.row.Values[late]
			if !a.Set || !z.Set || !a.Time.After(z.Time) {
				continue
			}
			sameDay := a.Time.Truncate(24 * time.Hour).Equal(z.Time.Truncate(24 * time.Hour))
			if sameDay && (r.columns[early].Type != r.columns[late].Type || z.Time.Equal(z.Time.Truncate(24*time.Hour))) {
				continue
			}
			detail := pipelines.NewDetail(pipelines.DetailOrder, pipelines.ColumnNamed(r.plan.Contract.Export, r.columns[early].ID), r.row.Shown(early), r.row.Shown(late))
			r.report(late, pipelines.DateOrder, r.row.texts[late], detail)
			return
		}
	}
}

// Shown writes a value as people do: times without seconds that are zero. A row without the value gives an empty text.
func (r *Row) Shown(i int) string {
	v := r.Values[i]
	if !v.Set {
		return ""
	}
	switch r.contract.Columns[i].Type {
	case data.TypeInteger:
		return strconv.FormatInt(v.Whole, 10)
	case data.TypeDecimal:
		return strconv.FormatFloat(v.Float, 'f', -1, 64)
	case data.TypeBoolean:
		return strconv.FormatBool(v.Whole == 1)
	case data.TypeDate:
		return v.Time.Format(time.DateOnly)
	case data.TypeTimestamp:
		if v.Time.Second() == 0 {
			return v.Time.Format("2006-01-02 15:04")
		}
		return v.Time.Format(time.DateTime)
	default:
		return v.Text
	}
}

// PartSeparator stands between the parts of a key that is made of other columns.
const PartSeparator = "|"

// KeySeparator stands between the columns of a key that is written as one text.
const KeySeparator = " · "

// Key writes the key of a row as one text; what is not known of it is left out.
func (r *Row) Key() string {
	var parts []string
	for _, id := range r.contract.Key {
		i := slices.IndexFunc(r.contract.Columns, func(c data.Column) bool { return c.ID == id })
		if text := r.Shown(i); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, KeySeparator)
}

// Texts writes the texts of a row as JSON, by column of the contract: what stood in the file, for whoever repairs it.
func (r *Row) Texts() string {
	said := make(map[string]*string, len(r.texts))
	for i, c := range r.contract.Columns {
		said[c.ID] = nil
		if r.texts[i] != "" {
			said[c.ID] = &r.texts[i]
		}
	}
	text, err := json.Marshal(said)
	if err != nil {
		panic("the texts of a row cannot be written: " + err.Error()) // strings only
	}
	return string(text)
}
