package warehouse

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"time"
	"unicode/utf8"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// Chunk is a piece of a table that a Cursor writes, column by column. The values go straight into the memory the engine
// reads them from: the driver's own way, a boxed value and a call into C for each cell, took longer than to read the file.
type Chunk struct {
	columns []FeedColumn
	vectors []vector // by column; without memory where the statement does not ask for it
	long    []byte   // texts on their way, and where they belong: kept for the next column
	rows    []int
}

// vector is the memory of one column of a chunk.
type vector struct {
	of    mapping.Vector
	data  unsafe.Pointer
	valid []uint64 // one bit a row
}

// over finds the memory of a chunk of the driver, which keeps the engine's handle to itself: it is read by the field's name,
// and a driver that names it otherwise fails every test of a load.
func (c *Chunk) over(chunk *duckdb.DataChunk) {
	fields := reflect.ValueOf(chunk).Elem()
	handle := mapping.DataChunk{Ptr: fields.FieldByName("chunk").FieldByName("Ptr").UnsafePointer()}
	projection := fields.FieldByName("projection")
	for i := range c.vectors {
		c.vectors[i] = vector{}
		at := int(projection.Index(i).Int())
		if at < 0 {
			continue
		}
		v := vector{of: mapping.DataChunkGetVector(handle, mapping.IdxT(at))}
		v.data = mapping.VectorGetData(v.of)
		mapping.VectorEnsureValidityWritable(v.of)
		v.valid = unsafe.Slice((*uint64)(mapping.VectorGetValidity(v.of)), (c.Room()+63)/64)
		c.vectors[i] = v
	}
}

// cells sees the memory of a column as values of the type the engine keeps there.
func cells[T any](v vector, n int) []T { return unsafe.Slice((*T)(v.data), n) }

// Room is how many rows a chunk takes.
func (c *Chunk) Room() int { return duckdb.GetDataChunkCapacity() }

// nulls leaves the cells without a value that have none.
func (v vector) nulls(set []bool) {
	for row, has := range set {
		if !has {
			v.null(row)
		}
	}
}

func (v vector) null(row int) { v.valid[row/64] &^= 1 << (row % 64) }

func (v vector) has(row int) bool { return v.valid[row/64]&(1<<(row%64)) != 0 }

// Numbers writes the first rows of a column of any type but FeedText and FeedFloat: a boolean as 0 and 1, a FeedDate and a
// FeedTimestamp as microseconds since 1970. set says which rows hold a value; nil: all of them.
func (c *Chunk) Numbers(column int, values []int64, set []bool) {
	v := c.vectors[column]
	if v.data == nil {
		return
	}
	c.fits(column, len(values), set, FeedBoolean, FeedDate, FeedWhole, FeedTimestamp)
	switch c.columns[column].Type {
	case FeedBoolean:
		for row, value := range values {
			cells[bool](v, len(values))[row] = value != 0
		}
	case FeedDate:
		const day = int64(24 * time.Hour / time.Microsecond)
		for row, value := range values {
			days := value / day
			if value%day < 0 {
				days--
			}
			cells[int32](v, len(values))[row] = int32(days)
		}
	case FeedWhole, FeedTimestamp:
		copy(cells[int64](v, len(values)), values)
	case FeedText, FeedFloat: // see Texts and Floats
	}
	v.nulls(set)
}

// Floats writes the first rows of a FeedFloat column. set is as that of Numbers.
func (c *Chunk) Floats(column int, values []float64, set []bool) {
	v := c.vectors[column]
	if v.data == nil {
		return
	}
	c.fits(column, len(values), set, FeedFloat)
	copy(cells[float64](v, len(values)), values)
	v.nulls(set)
}

// Texts writes the first rows of a FeedText column. set is as that of Numbers. A text that is not UTF-8 is left out.
func (c *Chunk) Texts(column int, values []string, set []bool) {
	v := c.vectors[column]
	if v.data == nil {
		return
	}
	c.fits(column, len(values), set, FeedText)
	c.texts(v, values, set)
	v.nulls(set)
}

// fits panics where values would be written beside the memory of a column, or as what they are not: the engine would go on with
// whatever lies there.
func (c *Chunk) fits(column, n int, set []bool, kinds ...FeedType) {
	if !slices.Contains(kinds, c.columns[column].Type) || n > c.Room() || set != nil && len(set) != n {
		panic(fmt.Sprintf("column %d of a feed is of type %v, and is written as one of %v with %d values, %d set, of at most %d", column, c.columns[column].Type, kinds, n, len(set), c.Room()))
	}
}

// text is how the engine keeps one: up to twelve bytes in place, of others the first four and where all of them lie. It is
// duckdb_string_t of its header file.
type text struct {
	length uint32
	head   [4]byte
	rest   [8]byte // the address, of a long text
}

// inPlace is how long a text may be that is kept in place, and gathered one that is gathered with others: more of them than
// a chunk has rows take some megabytes.
const inPlace, gathered = 12, 4096

// texts writes texts. Those too long to be kept in place are handed to the engine as one, with a zero byte behind each, and
// each is then where it lies in that: one copy, and one look at whether it is UTF-8, for all of them. Where the engine refuses
// them as one it is asked text by text.
func (c *Chunk) texts(v vector, values []string, set []bool) {
	texts := cells[text](v, len(values))
	assign := func(row int) { mapping.VectorAssignStringElement(v.of, mapping.IdxT(row), values[row]) }
	c.long, c.rows = c.long[:0], c.rows[:0]
	for row, value := range values {
		switch {
		case set != nil && !set[row]:
		case len(value) <= inPlace && utf8.ValidString(value):
			short := text{length: uint32(len(value))}
			copy(short.rest[:], value[copy(short.head[:], value):])
			texts[row] = short
		case len(value) <= inPlace || len(value) > gathered:
			assign(row)
		default:
			c.long, c.rows = append(append(c.long, value...), 0), append(c.rows, row)
		}
	}
	if len(c.rows) == 0 {
		return
	}
	first := c.rows[0]
	mapping.VectorAssignStringElementLen(v.of, mapping.IdxT(first), c.long)
	if !v.has(first) {
		v.valid[first/64] |= 1 << (first % 64)
		for _, row := range c.rows {
			assign(row)
		}
		return
	}
	at := binary.NativeEndian.Uint64(texts[first].rest[:])
	for _, row := range c.rows {
		long := text{length: uint32(len(values[row]))}
		copy(long.head[:], values[row])
		binary.NativeEndian.PutUint64(long.rest[:], at)
		texts[row] = long
		at += uint64(len(values[row])) + 1
	}
}
