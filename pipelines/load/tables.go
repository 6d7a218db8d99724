package load

import (
	"context"
	"os"

	"hulian/pipelines"
)

// Table is one table of a file as it stands, before anything in it is recognised.
type Table struct {
	Name   string // as reconciliation and problems name it; empty for a file that is one table
	Member string // of a bundle
	Headed bool   // the format names the columns (JSON): they come as a first row, numbered 0
	read   pipelines.ReadAs
}

// Read gives every row of every table of a file, as Load would see them: number and text of the cells, in order. The
// slice of cells is reused. name is what mapping files know the file by. Formats a person does not open in a
// spreadsheet, Parquet, have no rows here; a file that cannot be read gives an error.
func Read(ctx context.Context, path, name string, c Config, each func(t Table, row int64, cells []string) error) error {
	mappings, err := ReadMappings(c.MappingsDir)
	if err != nil {
		return err
	}
	if c.Limits == (Limits{}) {
		c.Limits = DefaultLimits()
	}
	return decode(ctx, path, c.Limits, &reading{mappings: mappings, name: name, each: each})
}

// reading is the visitor that hands on what it is given.
type reading struct {
	mappings []Mapping
	name     string
	pinned   Pins // in place of what the mappings pin
	each     func(Table, int64, []string) error
}

type readingTable struct {
	*reading
	table Table
}

func (r *reading) open(s sheet) (consumer, error) {
	return readingTable{r, Table{Name: s.name, Member: s.member, Headed: s.headed, read: s.read}}, nil
}

func (r readingTable) row(no int64, cells []string) error { return r.each(r.table, no, cells) }
func (r readingTable) end() error                         { return nil }

func (r *reading) problem(string, pipelines.Code, string) {}
func (r *reading) hidden(string)                          {}
func (r *reading) marked(m Marked)                        { r.name = m.Name }

func (r *reading) direct(context.Context, *os.File, int64, byte, sheet) (bool, error) {
	return false, nil
}

func (r *reading) parquet(context.Context, string, string) error { return nil }

func (r *reading) pins(member string) Pins {
	if r.pinned.Encoding+r.pinned.Delimiter != "" {
		return r.pinned
	}
	if member == "" {
		member = r.name
	}
	for _, m := range mappingsFor(r.mappings, member) {
		if m.Encoding != "" || m.Delimiter != "" {
			return m.Pins
		}
	}
	return Pins{}
}

// IsWorkbook reports whether a file is a workbook a spreadsheet program wrote, whatever its name.
func IsWorkbook(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return false
	}
	kind, err := detect(file, info.Size())
	return err == nil && kind == formatWorkbook
}
