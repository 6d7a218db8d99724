package decode

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"hulian/pipelines"
)

func looksLikeJSON(text string) bool {
	text = strings.TrimLeft(text, " \t\r\n\ufeff\x1e")
	if strings.HasPrefix(text, "{") {
		rest := strings.TrimLeft(text[1:], " \t\r\n")
		return strings.HasPrefix(rest, `"`) || strings.HasPrefix(rest, "}")
	}
	if strings.HasPrefix(text, "[") {
		rest := strings.TrimLeft(text[1:], " \t\r\n")
		if strings.HasPrefix(rest, "[") && strings.HasPrefix(strings.TrimLeft(rest[1:], " \t\r\n"), "{") {
			return true
		}
		return strings.HasPrefix(rest, "{") || strings.HasPrefix(rest, "]") || strings.HasPrefix(rest, `["`) || strings.HasPrefix(rest, "null")
	}
	return false
}

// callback is how an answer begins that a browser is to run (JSONP): the name of a function and a bracket.
var callback = regexp.MustCompile(`^[ \t\r\n]*(?:/\*\*/)?[ \t\r\n]*[A-Za-z_$][A-Za-z0-9_$.]*[ \t]*\(`)

// withoutCallback takes the call off a text of JSON that stands in one.
func withoutCallback(t text, sample string) (text, string, error) {
	call := len(callback.FindString(sample))
	if call == 0 || !looksLikeJSON(sample[call:]) {
		return t, sample, nil
	}
	file, r, err := t.reader()
	if err != nil {
		return t, sample, err
	}
	tail := make([]byte, min(r.Size()-int64(call), 256))
	_, err = r.ReadAt(tail, r.Size()-int64(len(tail)))
	if err = errors.Join(err, file.Close()); err != nil {
		return t, sample, err
	}
	t.start += int64(call)
	if kept := bytes.TrimRight(tail, " \t\r\n;"); bytes.HasSuffix(kept, []byte{')'}) { // otherwise it is cut off, which the reading tells
		t.end -= int64(len(tail) - len(kept) + 1)
	}
	sample, err = t.sample()
	return t, sample, err
}

// deepest is how many objects may stand around the array that holds the rows.
const deepest = 4

// jsonRead reads a text of JSON: one object a line, or any number of documents one behind the other, each an array of
// objects, an object, or objects around arrays of objects. Every array under a name of its own is a table.
type jsonRead struct {
	*decoder
	table  Table // what all tables of the text have in common
	tables []*jsonTable
	whole  int64    // objects read
	said   int64    // how many rows there are, as the text says itself
	sample []byte   // how it begins
	header []string // names of columns that stand in front of rows without names
}

func (d *decoder) decodeJSON(ctx context.Context, t text, sample string, s Table) error {
	r := &jsonRead{decoder: d, table: s, sample: trimmedJSON([]byte(sample))}
	byLine, err := r.isByLine(t)
	if err == nil && byLine {
		if err = r.readLines(ctx, t); errors.Is(err, errNotByLine) {
			r.tables, r.whole, byLine, err = nil, 0, false, nil
		}
	}
	if err == nil && !byLine {
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
		line := trimmedJSON(scanner.Bytes())
		if len(line) > 0 {
			return line[0] == '{' && json.Valid(line) && !r.wraps(line, 0) && !r.isMap(line), nil
		}
	}
	return false, nil
}

// wraps tells {"code":0,"data":[{…},{…}]} from a row that holds a list: around rows stand fewer names that are known as
// headers than in them.
func (r *jsonRead) wraps(object []byte, depth int) bool {
	_, found := r.wrapped(object, depth)
	return found
}

// wrapped counts the headers known in the rows that an object stands around.
func (r *jsonRead) wrapped(object []byte, depth int) (inner int, found bool) {
	var own []string
	header := 0
	_ = members(object, func(name string, value []byte) error {
		own = append(own, name)
		switch {
		case value[0] == '[':
			first := bytes.TrimSpace(value[1:])
			switch {
			case first[0] == '{':
				found = true
				names := []string{}
				_ = members(first, func(name string, _ []byte) error { names = append(names, name); return nil })
				inner = max(inner, r.known(names))
			case first[0] == ']' && slices.Contains(listNames, name):
				found = true // of no rows
			case first[0] == '"':
				header = r.known(textsOfList(value))
			case first[0] == '[':
				if n := max(header, r.known(textsOfList(first))); n >= fewHeaders {
					found, inner = true, max(inner, n)
				}
			}
		case value[0] == '{' && depth < deepest:
			if n, around := r.wrapped(value, depth+1); around {
				found, inner = true, max(inner, n)
			}
		}
		return nil
	})
	return inner, found && r.known(own) <= inner
}

// isMap tells an object that holds rows by their keys, {"A01":{…},"A02":{…}}, from a row.
func (r *jsonRead) isMap(object []byte) bool {
	var own []string
	rows := 0
	err := members(object, func(name string, value []byte) error {
		var names []string
		own = append(own, name)
		if err := members(value, func(name string, _ []byte) error { names = append(names, name); return nil }); err != nil {
			return err
		}
		if r.known(names) < fewHeaders {
			return errNoObject
		}
		rows++
		return nil
	})
	return err == nil && rows > 1 && r.known(own) == 0
}

// listFirst reports whether a list of objects begins in a text before any object ends.
func listFirst(text []byte) bool {
	at := listOfObjects.FindIndex(text)
	return at != nil && bytes.IndexByte(text[:at[0]], '}') < 0
}

var listOfObjects = regexp.MustCompile(`:\s*\[\s*\{`)

// listNames are what systems call the list of rows in an answer.
var listNames = []string{"data", "list", "rows", "items", "records", "result", "results", "content", "features"}

// fewHeaders is how many known headers tell a list of names from a list of anything else.
const fewHeaders = 2

// textsOfList gives the elements of a list of texts; nil where it is none. The list may be followed by more.
func textsOfList(list []byte) (texts []string) {
	if json.Unmarshal(valueAt(list, 0), &texts) != nil {
		return nil
	}
	return texts
}

// trimmedJSON takes what may stand around a document off it.
func trimmedJSON(line []byte) []byte {
	return bytes.Trim(line, " \t\r\n\ufeff\x1e")
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
	broken, pieces := int64(0), []byte(nil)
	for no := int64(1); scanner.Scan(); no++ {
		if no%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		line := trimmedJSON(scanner.Bytes())
		if len(line) == 0 {
			continue
		}
		if bytes.IndexByte(line, '[') > 0 && r.wraps(line, 0) || bytes.Count(line, []byte{'{'}) > 2 && r.isMap(line) {
			return errNotByLine
		}
		into.row = no - 1
		ok, err := r.object(into, line)
		if err != nil {
			return err
		}
		if ok {
			pieces = pieces[:0]
			continue
		}
		if pieces = append(append(pieces, line...), '\n'); len(parts(line)) > 1 || len(pieces) < r.Limits.Cell && manyWhole(pieces) {
			return errNotByLine
		}
		if broken++; broken > tooManyBroken && broken > r.whole {
			return Refuse(pipelines.JSONBroken, pipelines.NewDetail(pipelines.DetailNoJSON, short(line)))
		}
	}
	if errors.Is(scanner.Err(), bufio.ErrTooLong) {
		return Refuse(pipelines.LineTooLong, pipelines.NewDetail(pipelines.DetailRow, into.row+2))
	}
	return scanner.Err()
}

// errNotByLine says that documents and lines are not the same in a text.
var errNotByLine = errors.New("documents do not keep to lines")

// manyWhole reports whether a text is whole documents, one or more.
func manyWhole(text []byte) bool {
	if last := bytes.TrimSpace(text); len(last) == 0 || last[len(last)-1] != '}' && last[len(last)-1] != ']' {
		return false
	}
	for at := skipBlank(text, 0); at < len(text); at = skipBlank(text, at) {
		value := valueAt(text, at)
		if len(value) == 0 || value[0] != '{' && value[0] != '[' || mended(value) == nil {
			return false
		}
		at += len(value)
	}
	return true
}

func (r *jsonRead) readDocuments(ctx context.Context, t text) (err error) {
	file, section, err := t.reader()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	s := &jsonScan{r: bufio.NewReaderSize(section, 256<<10), most: 4 * r.Limits.Cell, ctx: ctx}
	for documents := 0; ; documents++ {
		begins, err := s.peek()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if begins == ',' && documents > 0 { // between documents, as between the elements of a list
			if _, err = s.read(); err == nil {
				begins, err = s.peek()
			}
		}
		if err != nil {
			return s.cut(err)
		}
		switch begins {
		case '[':
			err = r.array(s, "")
		case '{':
			err = r.document(s, t, file)
		default:
			err = s.unexpected()
		}
		if errors.Is(err, errEnded) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// document reads one object that is a row, or that stands around rows.
func (r *jsonRead) document(s *jsonScan, t text, file *os.File) error {
	at := s.offset
	object, err := s.value()
	around := errors.Is(err, errLongValue) || (errors.Is(err, errOpenText) || err == nil && !json.Valid(object)) && listFirst(object)
	switch {
	case around:
	case errors.Is(err, errOpenText):
		return r.unclosed(r.into(""), object)
	case err != nil:
		return err
	case r.isMap(object):
		return members(object, func(_ string, value []byte) error {
			_, err := r.object(r.into(""), value)
			return err
		})
	case json.Valid(object) && r.wraps(object, 0):
		inner := &jsonScan{r: bufio.NewReader(bytes.NewReader(object)), most: s.most, ctx: s.ctx}
		return r.around(inner, "", 0)
	default:
		_, err = r.object(r.into(""), object)
		return err
	}
	// Too long for a row, or broken inside: it stands around rows, which are read as they come.
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
		if errors.Is(err, errOpenText) {
			return Refuse(pipelines.FileTruncated, pipelines.Detail{})
		}
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
			var value []byte
			if value, err = s.value(); err == nil && slices.Contains(countNames, unquote(key)) {
				n, _ := strconv.ParseInt(string(value), 10, 64)
				r.said = max(r.said, n)
			}
		}
		if errors.Is(err, errOpenText) {
			return Refuse(pipelines.FileTruncated, pipelines.Detail{})
		}
		if err != nil {
			return err
		}
	}
}

// countNames are what systems call the number of all rows, of which an answer may hold a page.
var countNames = []string{"total", "totalCount", "total_count", "totalElements", "totalRecords", "recordsTotal", "totalRows", "numFound", "总数", "总条数"}

// into gives the table of a name.
func (r *jsonRead) into(name string) *jsonTable {
	for _, t := range r.tables {
		if t.name == name {
			return t
		}
	}
	t := &jsonTable{spool: r.newSpool(), name: name, place: map[string]int{}, nested: map[string]bool{}, around: map[string]map[string]bool{}, lists: map[string]bool{}}
	r.tables = append(r.tables, t)
	return t
}

// object keeps one object as a row. whole is false where it is no JSON. Rows that a broken one has swallowed, because a
// quote in it opens a text that a quote of a later row ends, are rows of their own.
func (r *jsonRead) object(into *jsonTable, object []byte) (whole bool, err error) {
	text := mended(object)
	if text != nil && text[0] != '{' {
		into.row++
		return false, into.add(Row{No: into.row, Cells: shown(text), Broken: pipelines.NewDetail(pipelines.DetailNoRecord, short(text))})
	}
	if text == nil {
		for _, part := range parts(object) {
			into.row++
			if whole := mended(part); whole == nil {
				err = into.add(Row{No: into.row, Cells: shown(part), Broken: whyBroken(part)})
			} else {
				err = r.row(into, whole)
			}
			if err != nil {
				return false, err
			}
		}
		return false, nil
	}
	into.row++
	return true, r.row(into, text)
}

// row keeps a whole object as the row that is counted already.
func (r *jsonRead) row(into *jsonTable, object []byte) error {
	r.whole++
	into.cells = into.cells[:0]
	into.twice = ""
	if err := into.flatten("", object, 0, r); err != nil {
		return err
	}
	if into.twice != "" {
		return into.add(Row{No: into.row, Cells: shown(object), Broken: pipelines.NewDetail(pipelines.DetailNameTwice, into.twice)})
	}
	into.said += int64(len(into.cells)) - into.leftOut()
	return into.add(Row{No: into.row, Cells: into.cells})
}

// errEnded says that the text has been read to its end, though not as it should end.
var errEnded = errors.New("read to its end")

// unclosed keeps what stands from a row on in which a quote opens a text that nothing ends. Where the text of the file
// ends as JSON does, it is the row that is broken; otherwise the file is cut off.
func (r *jsonRead) unclosed(into *jsonTable, text []byte) error {
	end := bytes.TrimSpace(text)
	if last := end[len(end)-1]; last != ']' && last != '}' {
		return Refuse(pipelines.FileTruncated, pipelines.Detail{})
	}
	if _, err := r.object(into, text); err != nil {
		return err
	}
	return errEnded
}

// finish makes tables of what was gathered.
func (r *jsonRead) finish() error {
	kept := slices.DeleteFunc(r.tables, func(t *jsonTable) bool { return t.rows == 0 && t.name != "" })
	if len(kept) == 0 || r.whole == 0 && !slices.ContainsFunc(kept, func(t *jsonTable) bool { return t.rows > 0 }) {
		return Refuse(pipelines.FileEmpty, Format("JSON"))
	}
	if r.whole == 0 {
		return Refuse(pipelines.JSONBroken, pipelines.NewDetail(pipelines.DetailNoJSON, short(r.sample)))
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
		s.Headed, s.Silence, s.Omits = true, SilentNotSaid, t.omits()
		s.Notes = append(slices.Clone(s.Notes), t.notes()...)
		if len(kept) == 1 && r.said > t.rows {
			s.Notes = append(s.Notes, Note{What: FewerThanSaid, Count: t.rows, Of: r.said})
		}
		s.Body = &headedBody{names: t.names, Body: t.spool}
		r.add(s)
	}
	if len(r.file.Tables) == 0 {
		return Refuse(pipelines.FileEmpty, Format("JSON"))
	}
	return nil
}
