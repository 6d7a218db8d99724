package match

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
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
	content  string // of the file, so that a change of it is noticed
}

// Path is the name of the mapping file.
func (m *Mapping) Path() string { return m.path }

// Content is the text of the mapping file.
func (m *Mapping) Content() string { return m.content }

// Companion is a second file that holds more of each row, such as the dates of visits. Its rows are found by a key: the
// newest file that matches Files is taken, and of rows with one key the last.
type Companion struct {
	Files []string `yaml:"files"` // patterns on the base name
	Sheet string   `yaml:"sheet"`
	Key   string   `yaml:"key"` // header of the key in this file
	As    string   `yaml:"as"`  // header of the key in the second one; empty: the same
}

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
	Constants map[string]string                     `yaml:"constants"` // contract column: the same text in every row
	Severity  map[pipelines.Code]pipelines.Severity `yaml:"severity"`  // warn in place of refuse
	Keep      string                                `yaml:"keep"`      // of rows with one key: first, last or fullest; the others are passed over
	Distinct  bool                                  `yaml:"distinct"`  // the same as keep: first
	Where     []Condition                           `yaml:"where"`     // rows of this export alone, beside those of the mapping
}

// Which of the rows with one key holds.
const (
	KeepFirst   = "first"
	KeepLast    = "last"
	KeepFullest = "fullest"
)

// Keeps says which of the rows with one key holds; empty where a second one is refused.
func (e *MappedExport) Keeps() string {
	if e == nil {
		return ""
	}
	if e.Distinct && e.Keep == "" {
		return KeepFirst
	}
	return e.Keep
}

// severities a mapping may lower to a warning: the row still has a meaning without the check.
var lowerable = []pipelines.Code{pipelines.UnknownReference, pipelines.OutOfRange, pipelines.DateOrder, pipelines.FutureDate, pipelines.NotAllowed}

// ReadMappings reads every *.yaml file of the folder, in order of their names. A folder that does not exist holds
// none. Unknown keys, exports and columns are refused with the nearest right one.
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
		if err != nil {
			return nil, &pipelines.Fault{Op: "read mapping", At: at, Err: err, Next: "mend the file and run again"}
		}
		m.path, m.content = entry.Name(), string(content)
		all = append(all, m)
	}
	return all, nil
}

// ParseMapping reads one mapping file's content.
func ParseMapping(content []byte) (Mapping, error) {
	var node yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	if err := decoder.Decode(&node); errors.Is(err, io.EOF) {
		return Mapping{}, errors.New("the file is empty")
	} else if err != nil {
		return Mapping{}, err
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return Mapping{}, errors.New("a mapping file holds one document")
	}
	if err := knownKeys(node.Content[0], reflect.TypeFor[Mapping]()); err != nil {
		return Mapping{}, err
	}
	var m Mapping
	if err := node.Decode(&m); err != nil {
		return Mapping{}, err
	}
	return m, m.check()
}

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
			if tag := strings.Split(field.Tag.Get("yaml"), ",")[0]; tag != "" {
				fields[tag] = field.Type
			}
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			key := node.Content[i].Value
			field, ok := fields[key]
			if !ok {
				var names []string
				for name := range fields {
					names = append(names, name)
				}
				slices.Sort(names)
				return unknownKey(node.Content[i].Line, key, names)
			}
			if err := knownKeys(node.Content[i+1], field); err != nil {
				return err
			}
		}
	}
	return nil
}

func unknownKey(line int, key string, names []string) error {
	at := ""
	if line > 0 {
		at = fmt.Sprintf("line %d: ", line)
	}
	if near := data.Nearest(key, names); near != "" {
		return fmt.Errorf("%sunknown %q, did you mean %q?", at, key, near)
	}
	return fmt.Errorf("%sunknown %q, known are %s", at, key, strings.Join(names, ", "))
}

func (m Mapping) check() error {
	for _, pattern := range append(slices.Clone(m.Files), m.Sheet) {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("pattern %q: %w", pattern, err)
		}
	}
	if len(m.Files) == 0 && m.Sheet == "" {
		return errors.New("files: at least one pattern, or a sheet, is needed")
	}
	if len(m.Exports) == 0 {
		return errors.New("exports: at least one is needed")
	}
	if err := m.Pins.check(); err != nil {
		return err
	}
	for _, c := range m.Where {
		if err := c.check(); err != nil {
			return fmt.Errorf("where: %w", err)
		}
	}
	if err := m.With.check(); err != nil {
		return fmt.Errorf("with: %w", err)
	}
	seen := map[string]bool{}
	for _, e := range m.Exports {
		if seen[e.Export] {
			return fmt.Errorf("export %s stands twice", e.Export)
		}
		seen[e.Export] = true
		if err := e.check(); err != nil {
			return fmt.Errorf("export %s: %w", e.Export, err)
		}
		for id, column := range e.Columns {
			if column.Lookup != "" && m.With == nil {
				return fmt.Errorf("export %s: column %s: a lookup needs \"with\", which names the second file", e.Export, id)
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
		return errors.New("files and key are needed")
	}
	for _, pattern := range append(slices.Clone(c.Files), c.Sheet) {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("pattern %q: %w", pattern, err)
		}
	}
	return nil
}

// Claims reports whether a file of this name may be the second one.
func (c *Companion) Claims(name string) bool {
	return slices.ContainsFunc(c.Files, func(pattern string) bool { matched, _ := path.Match(pattern, path.Base(name)); return matched })
}

func (p Pins) check() error {
	if err := p.Reading().Check(); err != nil {
		return err
	}
	if p.HeaderRow < 0 || p.HeaderRow > 10000 {
		return fmt.Errorf("header_row %d: must be a row number from 1", p.HeaderRow)
	}
	if p.AsOf != "" {
		if _, err := time.Parse(time.DateOnly, p.AsOf); err != nil {
			return fmt.Errorf("as_of %q: must be a date such as 2018-01-31", p.AsOf)
		}
	}
	if p.TimeZone != "" {
		if _, err := time.LoadLocation(p.TimeZone); err != nil {
			return fmt.Errorf("time_zone %q: %w", p.TimeZone, err)
		}
	}
	if p.DateFormat != "" {
		for _, part := range []string{"%Y", "%m", "%d"} {
			if !strings.Contains(p.DateFormat, part) && (part != "%m" || !strings.ContainsAny(p.DateFormat, "bB")) {
				return fmt.Errorf("date_format %q: must hold %s, as in %%m/%%d/%%Y", p.DateFormat, part)
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
		return unknownKey(0, e.Export, names)
	}
	if !slices.Contains([]string{"", "full", "changes"}, e.Mode) {
		return fmt.Errorf("mode %q: must be full or changes", e.Mode)
	}
	if !slices.Contains([]string{"", KeepFirst, KeepLast, KeepFullest}, e.Keep) {
		return fmt.Errorf("keep %q: must be first, last or fullest", e.Keep)
	}
	for _, c := range e.Where {
		if err := c.check(); err != nil {
			return fmt.Errorf("where: %w", err)
		}
	}
	var ids, named []string
	for _, column := range contract.Columns {
		ids = append(ids, column.ID)
	}
	for id := range e.Columns {
		named = append(named, id)
	}
	for id := range e.Values {
		named = append(named, id)
	}
	for id := range e.Constants {
		named = append(named, id)
		if _, twice := e.Columns[id]; twice {
			return fmt.Errorf("column %s has both a header and a constant", id)
		}
	}
	slices.Sort(named)
	for _, id := range named {
		if !slices.Contains(ids, id) {
			return unknownKey(0, id, ids)
		}
	}
	for id, column := range e.Columns {
		if known, _ := contract.Column(id); known.ID != "" {
			if err := column.fits(known); err != nil {
				return err
			}
		}
	}
	for code, severity := range e.Severity {
		if !slices.Contains(lowerable, code) {
			return fmt.Errorf("severity of %s cannot be changed", code)
		}
		if severity != pipelines.SeverityWarn && severity != pipelines.SeverityRefuse {
			return fmt.Errorf("severity of %s: must be warn or refuse", code)
		}
	}
	return nil
}

// Mappings are all mapping files of a town.
type Mappings []Mapping

// For gives the mappings that claim a file, or a member of a bundle, of this name.
func (all Mappings) For(name string) []*Mapping {
	var found []*Mapping
	base := path.Base(name)
	for i := range all {
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
		if m.Encoding != "" || m.Delimiter != "" {
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
