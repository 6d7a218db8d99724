package load

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
)

// Mapping is one mapping file: how the files of one exporter fit the contracts. It applies to files whose base name
// matches one of Files and, where given, to sheets whose name matches Sheet.
type Mapping struct {
	Exporter string         `yaml:"exporter"`
	Files    []string       `yaml:"files"` // patterns as of path.Match, on the base name
	Sheet    string         `yaml:"sheet"` // pattern on the sheet's name; empty: every sheet
	Exports  []MappedExport `yaml:"exports"`
	Pins     `yaml:",inline"`
	path     string
}

// Pins fix what is otherwise guessed from the content of a file.
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
	Distinct  bool                                  `yaml:"distinct"`  // keep the first row of every key, pass over the rest
}

// MappedColumn says where a contract column comes from: a header, the number of the row, or the minutes between two
// columns. In YAML it is the header itself, {row: true}, or {from: header, until: header}.
type MappedColumn struct {
	Header      string
	Row         bool
	From, Until string
}

// UnmarshalYAML reads the three forms.
func (c *MappedColumn) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		return node.Decode(&c.Header)
	}
	var form struct {
		Row         bool
		From, Until string
	}
	for i := 0; node.Kind == yaml.MappingNode && i < len(node.Content); i += 2 {
		if key := node.Content[i].Value; !slices.Contains([]string{"row", "from", "until"}, key) {
			return unknownKey(node.Content[i].Line, key, []string{"row", "from", "until"})
		}
	}
	if err := node.Decode(&form); err != nil {
		return err
	}
	if form.Row == (form.From != "" && form.Until != "") {
		return fmt.Errorf("line %d: a column is a header, {row: true} or {from: header, until: header}", node.Line)
	}
	c.Row, c.From, c.Until = form.Row, form.From, form.Until
	return nil
}

// severities a mapping may lower to a warning: the row still has a meaning without the check.
var lowerable = []pipelines.Code{pipelines.UnknownReference, pipelines.OutOfRange, pipelines.DateOrder, pipelines.FutureDate, pipelines.NotAllowed}

// ReadMappings reads every *.yaml file of the folder, in order of their names. A folder that does not exist holds
// none. Unknown keys, exports and columns are refused with the nearest right one.
func ReadMappings(dir string) ([]Mapping, error) {
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
	var all []Mapping
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
		m.path = entry.Name()
		all = append(all, m)
	}
	return all, nil
}

// ParseMapping reads one mapping file's content.
func ParseMapping(content []byte) (Mapping, error) {
	var node yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	if err := decoder.Decode(&node); err == io.EOF {
		return Mapping{}, errors.New("the file is empty")
	} else if err != nil {
		return Mapping{}, err
	}
	if err := decoder.Decode(new(yaml.Node)); err != io.EOF {
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
	seen := map[string]bool{}
	for _, e := range m.Exports {
		if seen[e.Export] {
			return fmt.Errorf("export %s stands twice", e.Export)
		}
		seen[e.Export] = true
		if err := e.check(); err != nil {
			return fmt.Errorf("export %s: %w", e.Export, err)
		}
	}
	return nil
}

func (p Pins) check() error {
	if _, err := encodingOf(p.Encoding); p.Encoding != "" && err != nil {
		return err
	}
	if p.Delimiter != "" && !slices.Contains(delimiters, p.delimiter()) {
		return fmt.Errorf("delimiter %q: must be one of , ; | and tab", p.Delimiter)
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
			if !strings.Contains(p.DateFormat, part) && !(part == "%m" && strings.ContainsAny(p.DateFormat, "bB")) {
				return fmt.Errorf("date_format %q: must hold %s, as in %%m/%%d/%%Y", p.DateFormat, part)
			}
		}
	}
	return nil
}

// delimiter gives the pinned delimiter as a byte, 0 for none.
func (p Pins) delimiter() byte {
	switch p.Delimiter {
	case "":
		return 0
	case "tab", `\t`:
		return '\t'
	default:
		if len(p.Delimiter) == 1 {
			return p.Delimiter[0]
		}
		return 0xff
	}
}

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
		if known, _ := contract.Column(id); column.From != "" && known.Type != data.TypeDecimal && known.Type != data.TypeInteger {
			return fmt.Errorf("column %s: minutes between two columns fit a number, not %s", id, known.Type)
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

// mappingsFor gives the mappings that claim a file of this name.
func mappingsFor(all []Mapping, name string) []*Mapping {
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

func (m *Mapping) claimsSheet(name string) bool {
	if m.Sheet == "" {
		return true
	}
	matched, _ := path.Match(m.Sheet, name)
	return matched
}
