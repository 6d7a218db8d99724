package match

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/decode"
)

// Mapping is one mapping file: how the files of one exporter fit the contracts. It applies to files whose base name
// matches one of Files and, where given, to sheets whose name matches Sheet.
type Mapping struct {
	Exporter string         `yaml:"exporter"`
	Files    []string       `yaml:"files"` // patterns as of path.Match, on the base name
	Sheet    string         `yaml:"sheet"` // pattern on the sheet's name; empty: every sheet
	Where    []Condition    `yaml:"where"` // rows that fail one of these are passed over: other towns, other kinds
	With     *Companion     `yaml:"with"`  // a second file that belongs to each row
	Exports  []MappedExport `yaml:"exports"`
	Pins     `yaml:",inline"`
	path     string
	content  string  // of the file, so that a change of it is noticed
	wrong    refusal // what is wrong with it; nothing may then be read with it
	claims   bool    // of a wrong one: what it claims could be read all the same
}

// Wrong says what is wrong with the mapping file; ok where nothing is.
func (m *Mapping) Wrong() (why pipelines.MappingRefusal, ok bool) {
	return m.wrong.MappingRefusal, m.wrong.Why == ""
}

// Fault says what is wrong with a wrong mapping file of a folder, and what to do.
func (m *Mapping) Fault(dir string) error {
	return &pipelines.Fault{Op: "read mapping", At: filepath.Join(dir, m.path), Err: m.wrong, Next: "mend the file and run again; hulian help map explains every key"}
}

// Detail says it as a part of a problem: the name of the mapping file, and what is wrong.
func (m *Mapping) Detail() pipelines.Detail {
	return pipelines.NewDetail(pipelines.DetailMappingWrong, m.path, pipelines.RefusalNamed(m.wrong.MappingRefusal))
}

// Path is the name of the mapping file.
func (m *Mapping) Path() string { return m.path }

// Content is the text of the mapping file.
func (m *Mapping) Content() string { return m.content }

// Companion is a second file that holds more of each row.
type Companion pipelines.MappingCompanion

// Pins fix what is otherwise told from the content of a file.
type Pins struct {
	Encoding   string `yaml:"encoding"`    // utf-8, utf-16le, utf-16be, gb18030 (gbk)
	Delimiter  string `yaml:"delimiter"`   // one of , ; | and tab
	HeaderRow  int    `yaml:"header_row"`  // physical row, from 1
	DateFormat string `yaml:"date_format"` // as strftime, e.g. %m/%d/%Y; tried before every other form
	AsOf       string `yaml:"as_of"`       // YYYY-MM-DD: the day a registry file speaks for
	TimeZone   string `yaml:"time_zone"`   // zone of times without an offset, e.g. UTC
}

// MappedExport says how one export is cut out of a file.
type MappedExport struct {
	Export    string                                `yaml:"export"`
	Mode      string                                `yaml:"mode"`      // of registries: full (default) or changes
	Columns   map[string]MappedColumn               `yaml:"columns"`   // contract column: where it comes from; others are matched by header
	Values    map[string]map[string]string          `yaml:"values"`    // contract column: word in the file → word of the contract; "" is a blank cell
	Constants map[string]string                     `yaml:"constants"` // contract column: the same text in every row; an empty one leaves the column out, whatever its header
	Severity  map[pipelines.Code]pipelines.Severity `yaml:"severity"`  // warn in place of refuse
	Keep      string                                `yaml:"keep"`      // of rows with one key: first, last or fullest; the others are passed over
	Distinct  bool                                  `yaml:"distinct"`  // the same as keep: first
	Where     []Condition                           `yaml:"where"`     // rows of this export alone, beside those of the mapping
}

// Keeps says which of the rows with one key holds; empty where a second one is refused.
func (e *MappedExport) Keeps() string {
	if e == nil {
		return ""
	}
	if e.Distinct && e.Keep == "" {
		return pipelines.KeepFirst
	}
	return e.Keep
}

// severities a mapping may lower to a warning: the row still has a meaning without the check.
var lowerable = []pipelines.Code{pipelines.UnknownReference, pipelines.OutOfRange, pipelines.DateOrder, pipelines.FutureDate, pipelines.NotAllowed}

// ReadMappings reads every *.yaml file of the folder, in order of their names. A folder that does not exist holds
// none. A file that is no mapping is among them as a wrong one: it concerns the files that it claims and no others.
func ReadMappings(dir string) (Mappings, error) {
	if dir == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &pipelines.Fault{Op: "read mappings", At: dir, Err: err, Next: "check who may read the folder"}
	}
	var all Mappings
	for _, entry := range entries {
		if ext := path.Ext(entry.Name()); entry.IsDir() || ext != ".yaml" && ext != ".yml" || strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		at := filepath.Join(dir, entry.Name())
		content, err := os.ReadFile(at)
		if err != nil {
			return nil, &pipelines.Fault{Op: "read mapping", At: at, Err: err, Next: "check who may read the file"}
		}
		m, err := ParseMapping(content)
		if wrong := (refusal{}); errors.As(err, &wrong) {
			m = claimed(content)
			m.wrong = wrong
		} else if err != nil {
			return nil, &pipelines.Fault{Op: "read mapping", At: at, Err: err, Next: "mend the file and run again; hulian help map explains every key"}
		}
		m.path, m.content = entry.Name(), string(content)
		all = append(all, m)
	}
	return all, nil
}

// claimed reads of a wrong mapping file what it claims. Each of its first keys is read by itself, so that a mistake below
// one of them hides nothing of the others.
func claimed(content []byte) (m Mapping) {
	var parts []string
	for line := range strings.Lines(string(content)) {
		if len(parts) == 0 || strings.Trim(line[:1], " \t\r\n-#]}") != "" {
			parts = append(parts, "")
		}
		parts[len(parts)-1] += line
	}
	for _, part := range parts {
		var says struct {
			Files []string   `yaml:"files"`
			Sheet string     `yaml:"sheet"`
			With  *Companion `yaml:"with"`
		}
		if yaml.Unmarshal([]byte(part), &says) != nil {
			continue
		}
		if len(says.Files) > 0 && checkPatterns(says.Files...) == nil {
			m.Files, m.claims = says.Files, true
		}
		if says.Sheet != "" && checkPatterns(says.Sheet) == nil {
			m.Sheet, m.claims = says.Sheet, true
		}
		if says.With != nil && says.With.check() == nil {
			m.With = says.With
		}
	}
	return m
}

// ParseMapping reads one mapping file's content. The error wraps a pipelines.MappingRefusal. Unknown keys, exports and
// columns are refused with the nearest right one.
func ParseMapping(content []byte) (Mapping, error) {
	var node yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	if err := decoder.Decode(&node); errors.Is(err, io.EOF) {
		return Mapping{}, refuse(pipelines.MappingEmpty, "", "")
	} else if err != nil {
		return Mapping{}, noYAML(err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return Mapping{}, refuse(pipelines.MappingDocuments, "", "")
	}
	root := node.Content[0]
	if err := knownKeys(root, reflect.TypeFor[Mapping]()); err != nil {
		return Mapping{}, err
	}
	var m Mapping
	var told refusal
	if err := node.Decode(&m); errors.As(err, &told) {
		return Mapping{}, err
	} else if err != nil {
		return Mapping{}, refuse(pipelines.MappingSyntax, data.Mismatch(err).Error(), "")
	}
	return m, placed(m.check(), root)
}

var columnType = reflect.TypeFor[pipelines.MappedColumn]()

// knownKeys compares the keys of a YAML node with the fields of the struct it is decoded into. The decoder's own
// KnownFields does the same but cannot say which key was meant.
func knownKeys(node *yaml.Node, t reflect.Type) error {
	switch {
	case t.Kind() == reflect.Slice && node.Kind == yaml.SequenceNode:
		for _, item := range node.Content {
			if err := knownKeys(item, t.Elem()); err != nil {
				return err
			}
		}
	case t.Kind() == reflect.Pointer:
		return knownKeys(node, t.Elem())
	case t.Kind() == reflect.Struct && node.Kind == yaml.MappingNode && !reflect.PointerTo(t).Implements(reflect.TypeFor[yaml.Unmarshaler]()):
		fields := map[string]reflect.Type{}
		for _, field := range reflect.VisibleFields(t) {
			if tag := strings.Split(field.Tag.Get("yaml"), ",")[0]; tag != "" && tag != "-" {
				fields[tag] = field.Type
			}
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			key := node.Content[i]
			field, ok := fields[key.Value]
			if !ok {
				var r refusal
				errors.As(unknownName(key.Value, slices.Sorted(maps.Keys(fields))), &r)
				r.Line = key.Line
				return r
			}
			if err := knownKeys(node.Content[i+1], field); err != nil {
				return err
			}
		}
	}
	return nil
}

// unknownName refuses a name and says which one was probably meant, or which there are.
func unknownName(name string, names []string) error {
	if near := data.Nearest(name, names); near != "" {
		return refuse(pipelines.MappingUnknown, name, near)
	}
	return refuse(pipelines.MappingUnknownAmong, name, strings.Join(names, ", "))
}

func checkPatterns(patterns ...string) error {
	for _, pattern := range patterns {
		if _, err := path.Match(pattern, ""); err != nil {
			return refuse(pipelines.MappingBadPattern, pattern, "")
		}
	}
	return nil
}

func (m Mapping) check() error {
	if err := checkPatterns(m.Files...); err != nil {
		return under(err, "", "", "files")
	}
	if err := checkPatterns(m.Sheet); err != nil {
		return under(err, "", "", "sheet")
	}
	if len(m.Files) == 0 && m.Sheet == "" {
		return refuse(pipelines.MappingNoFiles, "", "")
	}
	if len(m.Exports) == 0 {
		return refuse(pipelines.MappingNoExports, "", "")
	}
	if err := m.Pins.check(); err != nil {
		return err
	}
	for _, c := range m.Where {
		if err := checkCondition(c); err != nil {
			return under(err, "", "", "where")
		}
	}
	if err := m.With.check(); err != nil {
		return under(err, "", "", "with")
	}
	seen := map[string]bool{}
	for _, e := range m.Exports {
		if seen[e.Export] {
			return under(refuse(pipelines.MappingExportTwice, e.Export, ""), e.Export, "", "export")
		}
		seen[e.Export] = true
		if err := e.check(); err != nil {
			return under(err, e.Export, "", "")
		}
		for _, id := range slices.Sorted(maps.Keys(e.Columns)) {
			if e.Columns[id].Lookup != "" && m.With == nil {
				return under(refuse(pipelines.MappingLookupAlone, "", ""), e.Export, id, "lookup")
			}
		}
	}
	return nil
}

func (c *Companion) check() error {
	if c == nil {
		return nil
	}
	if len(c.Files) == 0 || c.Key == "" {
		return refuse(pipelines.MappingNoCompanion, "", "")
	}
	return checkPatterns(append(slices.Clone(c.Files), c.Sheet)...)
}

// Claims reports whether a file of this name may be the second one.
func (c *Companion) Claims(name string) bool {
	return slices.ContainsFunc(c.Files, func(pattern string) bool { matched, _ := path.Match(pattern, path.Base(name)); return matched })
}

func (p Pins) check() error {
	if err := (decode.Pins{Encoding: p.Encoding}).Check(); err != nil {
		return under(notAmong(p.Encoding, "utf-8", "utf-16le", "utf-16be", "gb18030"), "", "", "encoding")
	}
	if err := (decode.Pins{Delimiter: p.Delimiter}).Check(); err != nil {
		return under(notAmong(p.Delimiter, "\",\"", "\";\"", "\"|\"", "tab"), "", "", "delimiter")
	}
	if p.HeaderRow < 0 || p.HeaderRow > 10000 {
		return under(refuse(pipelines.MappingBadRow, strconv.Itoa(p.HeaderRow), ""), "", "", "header_row")
	}
	if p.AsOf != "" {
		if _, err := time.Parse(time.DateOnly, p.AsOf); err != nil {
			return under(refuse(pipelines.MappingBadDay, p.AsOf, ""), "", "", "as_of")
		}
	}
	if p.TimeZone != "" {
		if _, err := time.LoadLocation(p.TimeZone); err != nil {
			return under(refuse(pipelines.MappingBadZone, p.TimeZone, ""), "", "", "time_zone")
		}
	}
	if p.DateFormat != "" {
		for _, part := range []string{"%Y", "%m", "%d"} {
			if !strings.Contains(p.DateFormat, part) && (part != "%m" || !strings.ContainsAny(p.DateFormat, "bB")) {
				return under(refuse(pipelines.MappingBadFormat, p.DateFormat, part), "", "", "date_format")
			}
		}
	}
	return nil
}

// Reading are the pins that decoding needs.
func (p Pins) Reading() decode.Pins { return decode.Pins{Encoding: p.Encoding, Delimiter: p.Delimiter} }

func (e MappedExport) check() error {
	contract, ok := data.ContractOf(e.Export)
	if !ok {
		var names []string
		for _, c := range data.Contracts() {
			names = append(names, c.Export)
		}
		return under(unknownName(e.Export, names), e.Export, "", "export")
	}
	if modes := []string{"full", "changes"}; e.Mode != "" && !slices.Contains(modes, e.Mode) {
		return under(notAmong(e.Mode, modes...), "", "", "mode")
	}
	if kept := []string{pipelines.KeepFirst, pipelines.KeepLast, pipelines.KeepFullest}; e.Keep != "" && !slices.Contains(kept, e.Keep) {
		return under(notAmong(e.Keep, kept...), "", "", "keep")
	}
	for _, c := range e.Where {
		if err := checkCondition(c); err != nil {
			return under(err, "", "", "where")
		}
	}
	if err := e.checkColumns(contract); err != nil {
		return err
	}
	for _, code := range slices.Sorted(maps.Keys(e.Severity)) {
		if !slices.Contains(lowerable, code) {
			return under(refuse(pipelines.MappingFixed, string(code), ""), "", "", "severity")
		}
		if severity := e.Severity[code]; severity != pipelines.SeverityWarn && severity != pipelines.SeverityRefuse {
			return under(notAmong(string(severity), string(pipelines.SeverityWarn), string(pipelines.SeverityRefuse)), "", "", "severity")
		}
	}
	return nil
}

// checkColumns holds the columns that are spoken of to those of the contract.
func (e MappedExport) checkColumns(contract data.Contract) error {
	var ids []string
	for _, column := range contract.Columns {
		ids = append(ids, column.ID)
	}
	named := slices.Concat(slices.Collect(maps.Keys(e.Columns)), slices.Collect(maps.Keys(e.Values)), slices.Collect(maps.Keys(e.Constants)))
	slices.Sort(named)
	for _, id := range named {
		known, ok := contract.Column(id)
		if !ok {
			return under(unknownName(id, ids), "", id, "")
		}
		column, mapped := e.Columns[id]
		if _, fixed := e.Constants[id]; fixed && mapped {
			return under(refuse(pipelines.MappingTwoSources, id, ""), "", id, "")
		}
		if !mapped {
			continue
		}
		if err := errors.Join(column.check(), column.fits(known)); err != nil {
			return under(err, "", id, "")
		}
	}
	return nil
}

// Mappings are all mapping files of a town, wrong ones among them.
type Mappings []Mapping

// Refused gives the wrong mappings.
func (all Mappings) Refused() (wrong []*Mapping) {
	for i := range all {
		if _, ok := all[i].Wrong(); !ok {
			wrong = append(wrong, &all[i])
		}
	}
	return wrong
}

// WrongFor gives a wrong mapping that claims a table of a file, or the file where no table is named; nil where there is none.
func (all Mappings) WrongFor(file string, t *decode.Table) *Mapping {
	found := all.For(file)
	if t != nil {
		found = all.ForTable(file, *t)
	}
	for _, m := range found {
		if _, ok := m.Wrong(); !ok {
			return m
		}
	}
	return nil
}

// WrongAtLarge gives a wrong mapping of which nobody can say what it claims; nil where there is none.
func (all Mappings) WrongAtLarge() *Mapping {
	for _, m := range all.Refused() {
		if !m.claims {
			return m
		}
	}
	return nil
}

// For gives the mappings that claim a file, or a member of a bundle, of this name.
func (all Mappings) For(name string) []*Mapping {
	var found []*Mapping
	base := path.Base(name)
	for i := range all {
		if _, ok := all[i].Wrong(); !ok && !all[i].claims {
			continue
		}
		claimed := len(all[i].Files) == 0 || slices.ContainsFunc(all[i].Files, func(pattern string) bool {
			matched, _ := path.Match(pattern, base)
			return matched
		})
		if claimed {
			found = append(found, &all[i])
		}
	}
	return found
}

// ForTable gives the mappings that claim a table of a file.
func (all Mappings) ForTable(file string, t decode.Table) []*Mapping {
	name := file
	if t.Member != "" {
		name = t.Member
	}
	return slices.DeleteFunc(all.For(name), func(m *Mapping) bool { return !m.claimsSheet(path.Base(t.Name)) })
}

// Pins gives what mapping files fix for the reading of a file, or of a member of a bundle.
func (all Mappings) Pins(name string) decode.Pins {
	for _, m := range all.For(name) {
		if m.Encoding != "" || m.Delimiter != "" { // nothing is read of a wrong one but what it claims
			return m.Reading()
		}
	}
	return decode.Pins{}
}

func (m *Mapping) claimsSheet(name string) bool {
	if m.Sheet == "" {
		return true
	}
	matched, _ := path.Match(m.Sheet, name)
	return matched
}
