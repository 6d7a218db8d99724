package pipelines

import (
	"context"
	"math"
	"time"
)

// Piece is some of the rows of an answer, column by column. It is valid until the function it was given to returns: its memory
// is used again for the next piece. The texts alone may be kept.
type Piece struct {
	Rows    int
	Columns []Column
}

// Column is one column of a piece: the slice of its kind holds a value a row, and anything where the row has none.
type Column struct {
	Name string
	Kind Kind

	Wholes  []int64 // of a Truth 0 or 1
	Floats  []float64
	Texts   []string
	Moments []time.Time
	Known   []uint64 // one bit a row: has it a value? nil: all rows have one
}

// Kind says which slice holds the values of a column.
type Kind int

// Kinds of columns.
const (
	Whole Kind = iota
	Truth
	Float
	Text
	Moment
)

// Null reports whether a row has no value.
func (c *Column) Null(row int) bool { return c.Known != nil && c.Known[row/64]&(1<<(row%64)) == 0 }

// Number is a whole number, a truth as 0 or 1, or a fraction; NaN for anything else and where there is no value.
func (c *Column) Number(row int) float64 {
	if c.Null(row) {
		return math.NaN()
	}
	switch c.Kind {
	case Float:
		return c.Floats[row]
	case Whole, Truth:
		return float64(c.Wholes[row])
	default:
		return math.NaN()
	}
}

// Value is what a Table holds of a row.
func (c *Column) Value(row int) any {
	if c.Null(row) {
		return nil
	}
	switch c.Kind {
	case Whole:
		return c.Wholes[row]
	case Truth:
		return c.Wholes[row] != 0
	case Float:
		return c.Floats[row]
	case Text:
		return c.Texts[row]
	default:
		return c.Moments[row]
	}
}

// Scanner answers a query column by column, which costs a small part of a Table: that has a value of its own for each cell.
type Scanner interface {
	// Scan gives do all rows in order, some at a time; once, without rows, where there are none. What do returns ends it.
	Scan(ctx context.Context, do func(Piece) error, sql string, args ...any) error
}

// Scan asks any Querier: one that is no Scanner gives the whole answer as one piece.
func Scan(ctx context.Context, q Querier, do func(Piece) error, sql string, args ...any) error {
	if s, ok := q.(Scanner); ok {
		return s.Scan(ctx, do, sql, args...)
	}
	table, err := q.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	piece, err := table.Piece()
	if err != nil {
		return err
	}
	return do(piece)
}

// Piece is the same rows column by column. All values of a column are of one kind, or of none; one of whole numbers and fractions
// holds fractions.
func (t Table) Piece() (Piece, error) {
	p := Piece{Rows: len(t.Rows), Columns: make([]Column, len(t.Columns))}
	for i, name := range t.Columns {
		c := &p.Columns[i]
		c.Name, c.Kind = name, t.kind(i)
		c.Known = make([]uint64, (len(t.Rows)+63)/64)
		for row, cells := range t.Rows {
			if cells[i] != nil {
				c.Known[row/64] |= 1 << (row % 64)
			}
			if !c.add(cells[i]) {
				return p, Errorf("column %s: the value %v of row %d is of another kind than those before", name, cells[i], row)
			}
		}
	}
	return p, nil
}

// kind is the kind of the values of a column.
func (t Table) kind(column int) Kind {
	kind := Text
	for _, cells := range t.Rows {
		switch cells[column].(type) {
		case float64:
			return Float
		case int64:
			kind = Whole // unless a fraction follows
		case bool:
			return Truth
		case string:
			return Text
		case time.Time:
			return Moment
		}
	}
	return kind
}

// add adds a value to a column, and reports whether it is of its kind.
func (c *Column) add(value any) (is bool) {
	switch c.Kind {
	case Whole:
		n, ok := value.(int64)
		c.Wholes, is = append(c.Wholes, n), ok
	case Truth:
		v, ok := value.(bool)
		n := int64(0)
		if v {
			n = 1
		}
		c.Wholes, is = append(c.Wholes, n), ok
	case Float:
		x, ok := value.(float64)
		if n, whole := value.(int64); whole {
			x, ok = float64(n), true
		}
		c.Floats, is = append(c.Floats, x), ok
	case Text:
		text, ok := value.(string)
		c.Texts, is = append(c.Texts, text), ok
	case Moment:
		at, ok := value.(time.Time)
		c.Moments, is = append(c.Moments, at), ok
	}
	return is || value == nil
}
