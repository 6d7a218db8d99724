package sample

import "math"

// kind says how a cell is to be written.
type kind uint8

const (
	blank   kind = iota
	text         // s
	integer      // n
	decimal      // n holds the bits of a float64
	flag         // n is 0 or 1
	date         // n is a day
	moment       // n is a minute
	word         // s is the ID of an enum value
	raw          // s as it stands, whatever the column asks for
)

// cell is one value on its way into a file.
type cell struct {
	kind kind
	n    int64
	s    string
}

func textCell(s string) cell {
	if s == "" {
		return cell{}
	}
	return cell{kind: text, s: s}
}

func wordCell(id string) cell {
	if id == "" {
		return cell{}
	}
	return cell{kind: word, s: id}
}

func rawCell(s string) cell      { return cell{kind: raw, s: s} }
func numberCell(n int) cell      { return cell{kind: integer, n: int64(n)} }
func decimalCell(f float64) cell { return cell{kind: decimal, n: int64(math.Float64bits(f))} }
func (c cell) decimal() float64  { return math.Float64frombits(uint64(c.n)) }
func momentCell(m minute) cell   { return cell{kind: moment, n: int64(m)} }
func momentCellIf(m minute) cell { return cellUnless(m == 0, momentCell(m)) }
func cellUnless(b bool, c cell) cell {
	if b {
		return cell{}
	}
	return c
}

func flagCell(b bool) cell {
	if b {
		return cell{kind: flag, n: 1}
	}
	return cell{kind: flag}
}

func dayCell(d day) cell {
	if d == never || d == 0 {
		return cell{}
	}
	return cell{kind: date, n: int64(d)}
}

// table is rows of one export on their way into one file or sheet, with what is known about each.
type table struct {
	export  string
	columns []string // contract column IDs
	cells   []cell   // row after row
	faults  map[int]fault
	resent  int // rows whose key an earlier file has given
}

func newTable(export string, rows int, columns ...string) *table {
	return &table{export: export, columns: columns, cells: make([]cell, 0, rows*len(columns)), faults: map[int]fault{}}
}

func (t *table) add(cells ...cell) {
	if len(cells) != len(t.columns) {
		panic(t.export + ": a row of the wrong width")
	}
	t.cells = append(t.cells, cells...)
}

func (t *table) len() int         { return len(t.cells) / len(t.columns) }
func (t *table) row(i int) []cell { return t.cells[i*len(t.columns) : (i+1)*len(t.columns)] }
func (t *table) at(id string) int {
	for i, c := range t.columns {
		if c == id {
			return i
		}
	}
	return -1
}
