package pipelines

import "context"

// Table is the result of one query: column names and, for every row, one value a column.
// Values are nil, bool, int64, float64, string or time.Time; nothing else leaves the warehouse.
type Table struct {
	Columns []string
	Rows    [][]any
}

// Column returns the index of the named column, or -1.
func (t Table) Column(name string) int {
	for i, c := range t.Columns {
		if c == name {
			return i
		}
	}
	return -1
}

// Querier answers one read-only query. It is the only thing pages and reports know of the data below them, so that
// they build and test without the database engine. Placeholders are `?`, in order.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (Table, error)
}

// Progress hears how a run advances. Implementations draw bars or stay silent; they must be safe for use by several
// goroutines. Total is the number of steps of the stage where it is known, 0 where it is not.
type Progress interface {
	Stage(name Stage, total int)
	Step(detail string)
}

// Silent is the Progress that says nothing.
type Silent struct{}

// Stage does nothing.
func (Silent) Stage(Stage, int) {}

// Step does nothing.
func (Silent) Step(string) {}
