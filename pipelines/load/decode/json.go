package decode

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"hulian/pipelines"
)

func looksLikeJSON(text string) bool {
	text = strings.TrimLeft(text, " \t\r\n")
	if strings.HasPrefix(text, "{") {
		rest := strings.TrimLeft(text[1:], " \t\r\n")
		return strings.HasPrefix(rest, `"`) || strings.HasPrefix(rest, "}")
	}
	if strings.HasPrefix(text, "[") {
		rest := strings.TrimLeft(text[1:], " \t\r\n")
		return strings.HasPrefix(rest, "{") || strings.HasPrefix(rest, "]")
	}
	return false
}

// deepest is how many objects may stand around the array that holds the rows.
const deepest = 4

// jsonRead reads a text of JSON: one object a line, or any number of documents one behind the other, each an array of
// objects, an object, or objects around arrays of objects. Every array under a name of its own is a table.
type jsonRead struct {
	*decoder
	table  Table // what all tables of the text have in common
	tables []*jsonTable
	whole  int64 // objects read
}

// jsonTable gathers the rows of one table. Objects leave out what is empty, so that the columns are known at the end only.
type jsonTable struct {
	*spool
	name   string
	names  []string
	place  map[string]int
	nested map[string]bool
	lists  map[string]bool
	row    int64
	cells  []Cell

	nul, firstNul int64 // zero bytes that were left out, and the row of the first
}

func (d *decoder) decodeJSON(ctx context.Context, t text, s Table) error {
	r := &jsonRead{decoder: d, table: s}
	byLine, err := r.isByLine(t)
	if err == nil && byLine {
		err = r.readLines(ctx, t)
	} else if err == nil {
		err = r.readDocuments(ctx, t)
	}
	if err != nil {
		return err
	}
	return r.finish()
}

// isByLine reports whether the first line that holds anything is a whole object that is a row.
func (r *jsonRead) isByLine(t text) (byLine bool, err error) {
	file, section, err := t.reader()
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	scanner := bufio.NewScanner(section)
	scanner.Buffer(make([]byte, 64<<10), 4*r.Limits.Cell)
	for scanner.Scan() {
		line := bytes.TrimSpace(scanner.Bytes())
		if len(line) > 0 {
			return line[0] == '{' && json.Valid(line) && !r.wraps(line, 0), nil
		}
	}
	return false, nil
}

// wraps tells {"code":0,"data":[{…},{…}]} from a row that holds a list: around rows stand fewer names that are known as
// headers than in them.
func (r *jsonRead) wraps(object []byte, depth int) bool {
	var own []string
	inner, found := 0, false
	_ = members(object, func(name string, value []byte) error {
		own = append(own, name)
		switch {
		case value[0] == '[':
			if first := bytes.TrimSpace(value[1:]); len(first) > 0 && first[0] == '{' {
				found = true
				names := []string{}
				_ = members(first, func(name string, _ []byte) error { names = append(names, name); return nil })
				inner = max(inner, r.known(names))
			}
		case value[0] == '{' && depth < deepest:
			found = found || r.wraps(value, depth+1)
		}
		return nil
	})
	return found && (r.known(own) <= inner)
}

func (r *jsonRead) known(names []string) int {
	if r.Known == nil {
		return 0
	}
	return r.Known(names)
}

// tooManyBroken is how many lines may be no JSON, when fewer than that are, before the file is refused whole.
const tooManyBroken = 100

func (r *jsonRead) readLines(ctx context.Context, t text) (err error) {
	file, section, err := t.reader()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	into := r.into("")
	scanner := bufio.NewScanner(section)
	scanner.Buffer(make([]byte, 64<<10), 4*r.Limits.Cell)
	broken := int64(0)
	for no := int64(1); scanner.Scan(); no++ {
		if no%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		line := bytes.TrimSpace(scanner.Bytes())
		if len(line) == 0 {
			continue
		}
		into.row = no - 1
		ok, err := r.object(into, line)
		if err != nil {
			return err
		}
		if !ok {
			if broken++; broken > tooManyBroken && broken > r.whole {
				return Refuse(pipelines.FileUnreadable, pipelines.NewDetail(pipelines.DetailRow, no))
			}
		}
	}
	if errors.Is(scanner.Err(), bufio.ErrTooLong) {
		return Refuse(pipelines.LineTooLong, pipelines.NewDetail(pipelines.DetailRow, into.row+2))
	}
	return scanner.Err()
}

func (r *jsonRead) readDocuments(ctx context.Context, t text) (err error) {
	file, section, err := t.reader()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	s := &jsonScan{r: bufio.NewReaderSize(section, 256<<10), most: 4 * r.Limits.Cell, ctx: ctx}
	for {
		begins, err := s.peek()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch begins {
		case '[':
			if err := r.array(s, ""); err != nil {
				return err
			}
		case '{':
			if err := r.document(s, t, file); err != nil {
				return err
			}
		default:
			return Refuse(pipelines.FileUnreadable, pipelines.NewDetail(pipelines.DetailNoJSON, string(rune(begins))))
		}
	}
}

// document reads one object that is a row, or that stands around rows.
func (r *jsonRead) document(s *jsonScan, t text, file *os.File) error {
	at := s.offset
	object, err := s.value()
	if !errors.Is(err, errLongValue) {
		if err != nil {
			return err
		}
		if json.Valid(object) && r.wraps(object, 0) {
			inner := &jsonScan{r: bufio.NewReader(bytes.NewReader(object)), most: s.most, ctx: s.ctx}
			return r.around(inner, "", 0)
		}
		_, err = r.object(r.into(""), object)
		return err
	}
	// Too long for a row: it stands around rows, which are read as they come.
	again := io.NewSectionReader(file, t.start+at, t.end-t.start-at)
	s.r.Reset(again)
	s.offset = at
	return r.around(s, "", 0)
}

// around reads an object and, of what stands in it, the arrays of objects.
func (r *jsonRead) around(s *jsonScan, name string, depth int) error {
	if depth > deepest {
		return Refuse(pipelines.FileUnsupported, Format("JSON"))
	}
	if err := s.expect('{'); err != nil {
		return err
	}
	for first := true; ; first = false {
		next, err := s.peek()
		if err != nil {
			return s.cut(err)
		}
		if next == '}' {
			return s.expect('}')
		}
		if !first {
			if err := s.expect(','); err != nil {
				return err
			}
		}
		key, err := s.value()
		if err != nil {
			return err
		}
		if err := s.expect(':'); err != nil {
			return err
		}
		if next, err = s.peek(); err != nil {
			return s.cut(err)
		}
		inner := path.Join(name, unquote(key))
		switch next {
		case '[':
			err = r.array(s, inner)
		case '{':
			err = r.around(s, inner, depth+1)
		default:
			_, err = s.value()
		}
		if err != nil {
			return err
		}
	}
}

// array reads an array. Its objects are rows of the table of that name; an array of anything else is none.
func (r *jsonRead) array(s *jsonScan, name string) error {
	if err := s.expect('['); err != nil {
		return err
	}
	for first := true; ; first = false {
		if s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		next, err := s.peek()
		if err != nil {
			return s.cut(err)
		}
		if next == ']' {
			return s.expect(']')
		}
		if !first {
			if err := s.expect(','); err != nil {
				return err
			}
			if next, err = s.peek(); err != nil {
				return s.cut(err)
			}
			if next == ']' { // a comma too many
				return s.expect(']')
			}
		}
		element, err := s.value()
		if errors.Is(err, errLongValue) {
			return Refuse(pipelines.LineTooLong, pipelines.NewDetail(pipelines.DetailRow, r.into(name).row+1))
		}
		if err != nil {
			return err
		}
		if next == '{' {
			if _, err := r.object(r.into(name), element); err != nil {
				return err
			}
		}
	}
}

// into gives the table of a name.
func (r *jsonRead) into(name string) *jsonTable {
	for _, t := range r.tables {
		if t.name == name {
			return t
		}
	}
	t := &jsonTable{spool: r.newSpool(), name: name, place: map[string]int{}, nested: map[string]bool{}, lists: map[string]bool{}}
	r.tables = append(r.tables, t)
	return t
}

// object keeps one object as a row. whole is false where it is no JSON.
func (r *jsonRead) object(into *jsonTable, object []byte) (whole bool, err error) {
	into.row++
	if !json.Valid(object) || object[0] != '{' {
		return false, into.add(Row{No: into.row, Broken: whyBroken(object)})
	}
	r.whole++
	into.cells = into.cells[:0]
	if err := into.flatten("", object, 0, r.Limits); err != nil {
		return false, err
	}
	return true, into.add(Row{No: into.row, Cells: into.cells})
}

// whyBroken says what is wrong with a text that is no JSON.
func whyBroken(text []byte) string {
	var any json.RawMessage
	if err := json.Unmarshal(text, &any); err != nil {
		return err.Error()
	}
	return "no object"
}

// flatten sets the cells of an object. Objects inside it have columns of their own, named by the way to them.
func (t *jsonTable) flatten(before string, object []byte, depth int, limits Limits) error {
	return members(object, func(name string, value []byte) error {
		name = before + name
		if value[0] == '{' && depth < deepest && len(bytes.TrimSpace(value[1:])) > 1 {
			t.nested[name] = true
			return t.flatten(name+".", value, depth+1, limits)
		}
		at, known := t.place[name]
		if !known {
			at = len(t.names)
			t.place[name], t.names = at, append(t.names, name)
			if at >= limits.Columns*4 {
				return Refuse(pipelines.FileTooWide, pipelines.NewDetail(pipelines.DetailTooMany, at+1, limits.Columns))
			}
		}
		for len(t.cells) <= at {
			t.cells = append(t.cells, Cell{})
		}
		t.cells[at] = t.cellOf(name, value)
		return nil
	})
}

// cellOf writes a value as the text a cell would hold.
func (t *jsonTable) cellOf(name string, value []byte) Cell {
	switch value[0] {
	case 'n':
		return Cell{}
	case '"':
		return Cell{Text: t.withoutNul(unquote(value))}
	case '[':
		var texts []string
		if json.Unmarshal(value, &texts) == nil {
			return Cell{Text: t.withoutNul(strings.Join(texts, "、"))}
		}
		t.lists[name] = true
		return Cell{Text: string(value)}
	case '{':
		t.nested[name] = true
		return Cell{Text: string(value)}
	case 't', 'f':
		return Cell{Text: string(value)}
	default:
		return Cell{Text: string(value), Kind: Number}
	}
}

// withoutNul leaves zero bytes out, as they are left out of other texts.
func (t *jsonTable) withoutNul(text string) string {
	n := strings.Count(text, "\x00")
	if n == 0 {
		return text
	}
	if t.nul == 0 {
		t.firstNul = t.row
	}
	t.nul += int64(n)
	return strings.ReplaceAll(text, "\x00", "")
}

func unquote(value []byte) string {
	if len(value) >= 2 && value[0] == '"' && bytes.IndexByte(value, '\\') < 0 {
		return unbroken(string(value[1 : len(value)-1]))
	}
	var s string
	if json.Unmarshal(value, &s) != nil {
		return string(value)
	}
	return unbroken(s)
}

// finish makes tables of what was gathered.
func (r *jsonRead) finish() error {
	kept := slices.DeleteFunc(r.tables, func(t *jsonTable) bool { return t.rows == 0 && t.name != "" })
	if len(kept) == 0 || r.whole == 0 && !slices.ContainsFunc(kept, func(t *jsonTable) bool { return t.rows > 0 }) {
		return Refuse(pipelines.FileEmpty, Format("JSON"))
	}
	if r.whole == 0 {
		return Refuse(pipelines.FileUnreadable, Format("JSON"))
	}
	for _, t := range kept {
		if err := t.close(); err != nil {
			return err
		}
		if len(t.names) == 0 {
			continue
		}
		s := r.table
		if len(kept) > 1 && t.name != "" {
			s.Name = path.Join(s.Name, t.name)
		}
		s.Headed = true
		s.Notes = append(slices.Clone(s.Notes), t.notes()...)
		s.Body = &headedBody{names: t.names, Body: t.spool}
		r.add(s)
	}
	if len(r.file.Tables) == 0 {
		return Refuse(pipelines.FileEmpty, Format("JSON"))
	}
	return nil
}

func (t *jsonTable) notes() (notes []Note) {
	if t.nul > 0 {
		notes = append(notes, Note{What: NulBytes, Count: t.nul, Row: t.firstNul})
	}
	for code, names := range map[NoteCode]map[string]bool{NestedValues: t.nested, ListValues: t.lists} {
		if len(names) == 0 {
			continue
		}
		var all []string
		for name := range names {
			all = append(all, name)
		}
		slices.Sort(all)
		notes = append(notes, Note{What: code, Count: int64(len(all)), Where: strings.Join(all[:min(len(all), 5)], ", ")})
	}
	slices.SortFunc(notes, func(a, b Note) int { return strings.Compare(string(a.What), string(b.What)) })
	return notes
}

// headedBody puts names of columns, as row 0, in front of the rows.
type headedBody struct {
	names []string
	Body
}

// Blocks implements Body.
func (b *headedBody) Blocks() int { return b.Body.Blocks() + 1 }

// Rows implements Body.
func (b *headedBody) Rows(ctx context.Context, block int, each func(Row) error) error {
	if block > 0 {
		return b.Body.Rows(ctx, block-1, each)
	}
	row := Row{}
	for _, name := range b.names {
		row.Cells = append(row.Cells, Cell{Text: name})
	}
	return each(row)
}

// errNoObject is the answer to a text that is no whole object.
var errNoObject = errors.New("no object")

// members calls each with the members of an object, in order; values are not empty. The object may be followed by more.
func members(object []byte, each func(name string, value []byte) error) error {
	at := skipBlank(object, 0)
	if at >= len(object) || object[at] != '{' {
		return errNoObject
	}
	for at++; ; {
		at = skipBlank(object, at)
		if at < len(object) && object[at] == ',' {
			at = skipBlank(object, at+1)
		}
		if at >= len(object) {
			return errNoObject
		}
		if object[at] == '}' {
			return nil
		}
		key := valueAt(object, at)
		at = skipBlank(object, at+len(key))
		if len(key) < 2 || key[0] != '"' || at >= len(object) || object[at] != ':' {
			return errNoObject
		}
		at = skipBlank(object, at+1)
		value := valueAt(object, at)
		if at += len(value); len(value) == 0 {
			return errNoObject
		}
		if err := each(unquote(key), value); err != nil {
			return err
		}
	}
}

func skipBlank(text []byte, at int) int {
	for at < len(text) && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r') {
		at++
	}
	return at
}

// valueAt gives the value that begins at an offset; empty where none does.
func valueAt(text []byte, at int) []byte {
	if at >= len(text) {
		return nil
	}
	first, depth, quoted := text[at], 0, false
	for i := at; i < len(text); i++ {
		switch b := text[i]; {
		case quoted && b == '\\':
			i++
		case b == '"':
			if quoted = !quoted; !quoted && depth == 0 && first == '"' {
				return text[at : i+1]
			}
		case quoted:
		case b == '{' || b == '[':
			depth++
		case depth == 0 && (b == ',' || b == '}' || b == ']' || b == ':' || b <= ' '):
			return text[at:i]
		case b == '}' || b == ']':
			if depth--; depth == 0 {
				return text[at : i+1]
			}
		}
	}
	if depth == 0 && !quoted {
		return text[at:]
	}
	return nil
}

// jsonScan cuts a stream of JSON into values without looking into them: whether a value is well-formed is asked later, so
// that a broken row costs no more than itself.
type jsonScan struct {
	r      *bufio.Reader
	most   int // bytes of one value
	offset int64
	ctx    context.Context
	buffer []byte
}

var errLongValue = errors.New("a value longer than a row may be")

func (s *jsonScan) read() (byte, error) {
	b, err := s.r.ReadByte()
	if err == nil {
		s.offset++
	}
	return b, err
}

// peek gives the next byte that is no blank, without taking it.
func (s *jsonScan) peek() (byte, error) {
	for {
		b, err := s.read()
		if err != nil {
			return 0, err
		}
		if b != ' ' && b != '\t' && b != '\n' && b != '\r' && b != 0x1e {
			s.offset--
			return b, s.r.UnreadByte()
		}
	}
}

// cut says that the text ends before it should.
func (s *jsonScan) cut(err error) error {
	if errors.Is(err, io.EOF) {
		return Refuse(pipelines.FileTruncated, Format("JSON"))
	}
	return err
}

func (s *jsonScan) expect(want byte) error {
	got, err := s.peek()
	if err != nil {
		return s.cut(err)
	}
	if got != want {
		return Refuse(pipelines.FileUnreadable, pipelines.NewDetail(pipelines.DetailNoJSON, fmt.Sprintf("%c", got)))
	}
	_, err = s.read()
	return err
}

// value takes the next value: a text in quotes, an object or array up to its own end, or a word or number up to what ends
// it. The bytes are a copy.
func (s *jsonScan) value() ([]byte, error) {
	first, err := s.peek()
	if err != nil {
		return nil, s.cut(err)
	}
	s.buffer = s.buffer[:0]
	depth, quoted := 0, false
	for {
		b, err := s.read()
		if errors.Is(err, io.EOF) && depth == 0 && !quoted && len(s.buffer) > 0 {
			return bytes.Clone(s.buffer), nil
		}
		if err != nil {
			return nil, s.cut(err)
		}
		bare := first != '"' && first != '{' && first != '['
		if bare && (b == ',' || b == ']' || b == '}' || b == ' ' || b == '\n' || b == '\r' || b == '\t' || b == ':') {
			s.offset--
			if len(s.buffer) == 0 {
				return nil, Refuse(pipelines.FileUnreadable, pipelines.NewDetail(pipelines.DetailNoJSON, fmt.Sprintf("%c", b)))
			}
			return bytes.Clone(s.buffer), s.r.UnreadByte()
		}
		if s.buffer = append(s.buffer, b); len(s.buffer) > s.most {
			return nil, errLongValue
		}
		switch {
		case quoted && b == '\\':
			next, err := s.read()
			if err != nil {
				return nil, s.cut(err)
			}
			s.buffer = append(s.buffer, next)
		case b == '"':
			if quoted = !quoted; !quoted && depth == 0 && !bare {
				return bytes.Clone(s.buffer), nil
			}
		case quoted:
		case b == '{' || b == '[':
			depth++
		case b == '}' || b == ']':
			if depth--; depth == 0 {
				return bytes.Clone(s.buffer), nil
			}
		}
	}
}
