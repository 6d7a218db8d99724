package data

import (
	"bytes"
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed sentences.yaml contracts entries meanings.yaml traditional.yaml problems.yaml details.yaml findings.yaml mapping.yaml programme.yaml
var files embed.FS

// Text is a phrase in the two languages hulian speaks.
type Text struct {
	Zh string `yaml:"zh" json:"zh"`
	En string `yaml:"en" json:"en"`
}

// In returns the phrase in "zh" or "en"; anything else is read as "zh".
func (t Text) In(lang string) string {
	if lang == "en" {
		return t.En
	}
	return t.Zh
}

// ExplanationSheet is the name of the sheet that templates put behind the one to fill. It explains the columns and
// holds no rows to load.
var ExplanationSheet = Text{Zh: "填写说明", En: "How to fill in"}

// Kind says how an export's files relate to each other.
type Kind string

// Kinds of exports.
const (
	Registry Kind = "registry" // full list of what is; a newer file replaces the older, versions are kept
	Snapshot Kind = "snapshot" // counts as of a date that is part of the key
	Event    Kind = "event"    // appended; corrected by sending the same key again
)

// Type is a column's type.
type Type string

// Types of columns and the SQL type each is stored as.
const (
	TypeText      Type = "text"      // varchar
	TypeInteger   Type = "integer"   // bigint
	TypeDecimal   Type = "decimal"   // double
	TypeBoolean   Type = "boolean"   // boolean
	TypeDate      Type = "date"      // date
	TypeTimestamp Type = "timestamp" // timestamp, local time of the programme's zone
	TypeEnum      Type = "enum"      // varchar holding a Value.ID
	TypePeriod    Type = "period"    // varchar: 2017, 2017H2, 2017Q3 or 2017-08
)

// Value is one allowed value of an enum column.
type Value struct {
	ID    string   `yaml:"id"`
	Name  Text     `yaml:"name"`
	Words []string `yaml:"words"` // other spellings that arrive in practice
}

// Column is everything hulian knows about one column of an export.
type Column struct {
	ID         string   `yaml:"id"`
	Name       Text     `yaml:"name"`
	Type       Type     `yaml:"type"`
	Required   bool     `yaml:"required"`
	Headers    []string `yaml:"headers"`    // further headers under which it arrives, beside id and names
	Values     []Value  `yaml:"values"`     // of an enum
	Open       bool     `yaml:"open"`       // an enum whose list may be extended: unknown words are kept as they are
	Min        *float64 `yaml:"min"`        // smallest allowed number
	Max        *float64 `yaml:"max"`        // largest allowed number
	MaxLength  int      `yaml:"max_length"` // longest allowed text, in characters; 0: 200
	References string   `yaml:"references"` // export.column
	Future     bool     `yaml:"future"`     // a date that may lie in the future, e.g. a due date
	MonthOnly  bool     `yaml:"month_only"` // a date of which the month is enough: its first day is kept, and told
	Nothing    []string `yaml:"nothing"`    // further words that stand for nothing in this column
	Happened   bool     `yaml:"happened"`   // a date on which somebody did something: the latest of them all is the cut-off
	Unit       Text     `yaml:"unit"`
	Note       Text     `yaml:"note"`
	Kept       Text     `yaml:"kept"` // of a column that no measure, table or check needs: why it is asked for all the same
	Example    string   `yaml:"example"`
}

// NothingWritten lists what databases and programs write where there is nothing, in a column of any kind.
func NothingWritten() []string {
	return []string{"NULL", "(NULL)", "<NULL>", "[NULL]", `\N`, "None", "NaN", "NaT", "nil", "undefined", "<NA>",
		"0000-00-00", "0000-00-00 00:00:00", "0000-00-00T00:00:00", "0000/00/00", "0000.00.00", "0000年00月00日", // MySQL
		"0001-01-01", "0001-01-01 00:00:00", "0001-01-01T00:00:00", "0001/1/1 0:00:00", // .NET
		"1900-01-00", "1900/1/0", "1900/1/0 0:00", "1900/1/0 0:00:00", "1900年1月0日", // a spreadsheet's zero, shown as a day
	}
}

// NothingSaid lists what clerks write where there is nothing. In a free text such a word may be meant.
func NothingSaid() []string {
	return []string{"N/A", "NA", "-", "--", "---", "—", "——", "–", "/", "//", "\\", "…", "……", "无", "没有", "暂无", "暂缺", "空", "(空)", "空白", "(空白)",
		"N.A.", "未填", "无。", "无/"}
}

// NothingKnown lists what clerks write where something is not known or not decided: nothing in a column that may be empty.
func NothingKnown() []string {
	return []string{"未知", "不详", "不明", "待定", "待补", "待查"}
}

// SQLType is the engine type the column is stored as.
func (c Column) SQLType() string {
	switch c.Type {
	case TypeInteger:
		return "bigint"
	case TypeDecimal:
		return "double"
	case TypeBoolean:
		return "boolean"
	case TypeDate:
		return "date"
	case TypeTimestamp:
		return "timestamp"
	default:
		return "varchar"
	}
}

// Contract is everything hulian knows about one export.
type Contract struct {
	Export       string     `yaml:"export"`
	Name         Text       `yaml:"name"`
	Kind         Kind       `yaml:"kind"`
	Key          []string   `yaml:"key"`           // columns that name a row
	AlternateKey []string   `yaml:"alternate_key"` // where the exporter gives no key column: Key[0] is made from these
	DatedBy      string     `yaml:"dated_by"`      // the column that puts an event into a month
	OfFiles      bool       `yaml:"of_files"`      // entries by which people decide about files and rows: they stand in lists of files
	Order        [][]string `yaml:"order"`         // each list: dates that must not run backwards
	Note         Text       `yaml:"note"`
	Columns      []Column   `yaml:"columns"`
}

// Column returns the named column and whether the contract has it.
func (c Contract) Column(id string) (Column, bool) {
	for _, column := range c.Columns {
		if column.ID == id {
			return column, true
		}
	}
	return Column{}, false
}

// Happened returns the columns that say when somebody did something.
func (c Contract) Happened() []Column {
	var columns []Column
	for _, column := range c.Columns {
		if column.Happened {
			columns = append(columns, column)
		}
	}
	return columns
}

// Contracts returns the contracts of all exports, every export after those it references.
// The returned values are shared: they must not be modified.
func Contracts() []Contract { return contracts() }

// ContractOf returns the contract of one export, those of Entries among them.
func ContractOf(export string) (Contract, bool) {
	c, ok := byExport()[export]
	return c, ok
}

var byExport = sync.OnceValue(func() map[string]Contract {
	all := map[string]Contract{}
	for _, c := range slices.Concat(contracts(), entries()) {
		all[c.Export] = c
	}
	return all
})

// Entries returns the contracts of what people enter in the program itself: decisions about files, rows and problems. They
// arrive as files of their own origin, never from outside. The returned values are shared: they must not be modified.
func Entries() []Contract { return entries() }

// Bookkeeping names the exports of entries that the program writes for itself: nobody has sent them, and lists of what people have sent
// leave them out.
func Bookkeeping() (exports []string) {
	for _, c := range entries() {
		if !c.OfFiles {
			exports = append(exports, c.Export)
		}
	}
	return exports
}

// IsEntry reports whether the contract is one of Entries.
func (c Contract) IsEntry() bool {
	return slices.ContainsFunc(entries(), func(e Contract) bool { return e.Export == c.Export })
}

var (
	contracts = sync.OnceValue(func() []Contract { return embedded("contracts") })
	entries   = sync.OnceValue(func() []Contract { return embedded("entries") })
)

func embedded(folder string) []Contract {
	all, err := readContracts(folder)
	if err != nil {
		panic("embedded contracts: " + err.Error()) // part of the binary: a test reads them
	}
	return all
}

func readContracts(folder string) ([]Contract, error) {
	found, err := files.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var all []Contract
	for _, entry := range found {
		var c Contract
		if err := strict(path.Join(folder, entry.Name()), &c); err != nil {
			return nil, err
		}
		if c.Export != strings.TrimSuffix(entry.Name(), ".yaml") {
			return nil, fmt.Errorf("%s: holds the export %q", entry.Name(), c.Export)
		}
		all = append(all, c)
	}
	for _, c := range all {
		if err := c.check(all); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Export, err)
		}
	}
	return inReferenceOrder(all)
}

func (c Contract) check(all []Contract) error {
	named := slices.Concat(c.Key, c.AlternateKey, slices.Concat(c.Order...))
	if c.DatedBy != "" {
		named = append(named, c.DatedBy)
	}
	for _, id := range named {
		if _, ok := c.Column(id); !ok {
			return fmt.Errorf("no column %q", id)
		}
	}
	if len(c.Key) == 0 {
		return fmt.Errorf("no key")
	}
	if err := c.checkNames(); err != nil {
		return err
	}
	for _, column := range c.Columns {
		if column.Name.Zh == "" || column.Name.En == "" {
			return fmt.Errorf("column %s: both names are needed", column.ID)
		}
		if (column.Type == TypeEnum) != (len(column.Values) > 0) {
			return fmt.Errorf("column %s: values belong to an enum, and an enum needs them", column.ID)
		}
		if column.Happened && (column.Future || column.Type != TypeDate && column.Type != TypeTimestamp) {
			return fmt.Errorf("column %s: what happened is a date, and one that is not planned", column.ID)
		}
		if c.Kind == Event && column.ID == c.DatedBy && !column.Happened {
			return fmt.Errorf("column %s: events are dated by what happened", column.ID)
		}
		if column.References != "" {
			export, id, _ := strings.Cut(column.References, ".")
			i := slices.IndexFunc(all, func(o Contract) bool { return o.Export == export })
			if i < 0 {
				return fmt.Errorf("column %s: no export %q", column.ID, export)
			}
			if _, ok := all[i].Column(id); !ok {
				return fmt.Errorf("column %s: %s has no column %q", column.ID, export, id)
			}
		}
	}
	return nil
}

// checkNames holds that every id, and every header a file may have, names one column. Two columns of one id would be one
// table with two columns of one name, which the engine refuses when the town is opened; of two columns with one header the
// first would get the other's cells.
func (c Contract) checkNames() error {
	ids, headers := map[string]bool{}, map[string]string{}
	for _, column := range c.Columns {
		if ids[column.ID] {
			return fmt.Errorf("column %s: two columns have this id", column.ID)
		}
		ids[column.ID] = true
		for _, header := range slices.Concat([]string{column.ID, column.Name.Zh, column.Name.En}, column.Headers) {
			key := HeaderKey(header)
			if other, ok := headers[key]; ok && other != column.ID {
				return fmt.Errorf("columns %s and %s: both arrive under the header %q", other, column.ID, header)
			}
			headers[key] = column.ID
		}
	}
	return nil
}

// inReferenceOrder sorts exports so that each stands after those it references. References that would run in a
// circle (a branch names its secretary, a member his branch) are followed only where the column is required.
func inReferenceOrder(all []Contract) ([]Contract, error) {
	var ordered []Contract
	state := map[string]int{} // 1: being visited, 2: placed
	var visit func(Contract) error
	visit = func(c Contract) error {
		switch state[c.Export] {
		case 1:
			return fmt.Errorf("required references of %s run in a circle", c.Export)
		case 2:
			return nil
		}
		state[c.Export] = 1
		for _, column := range c.Columns {
			export, _, ok := strings.Cut(column.References, ".")
			if !ok || !column.Required || export == c.Export {
				continue
			}
			i := slices.IndexFunc(all, func(o Contract) bool { return o.Export == export })
			if err := visit(all[i]); err != nil {
				return err
			}
		}
		state[c.Export] = 2
		ordered = append(ordered, c)
		return nil
	}
	// Registries first, so that optional references find their targets too.
	for _, kind := range []Kind{Registry, Snapshot, Event} {
		for _, c := range all {
			if c.Kind == kind {
				if err := visit(c); err != nil {
					return nil, err
				}
			}
		}
	}
	return ordered, nil
}

// strict decodes one embedded YAML file and refuses keys the target does not have.
func strict(name string, into any) error {
	content, err := files.ReadFile(name)
	if err != nil {
		return err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
