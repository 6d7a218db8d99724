package warehouse

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"

	"hulian/pipelines"
)

// Scan implements pipelines.Scanner: values are read where the engine has them, without the driver's boxed value for each.
// Unlike Query it knows no AnswerLimit, since it keeps nothing.
func (w *Warehouse) Scan(ctx context.Context, do func(pipelines.Piece) error, query string, args ...any) (err error) {
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return typed(err)
	}
	defer func() { err = errors.Join(err, typed(conn.Close())) }()
	var failed error // of do, which is no error of the engine
	err = conn.Raw(func(raw any) (err error) {
		bound := make([]driver.NamedValue, len(args))
		for i, arg := range args {
			value, err := driver.DefaultParameterConverter.ConvertValue(arg)
			if err != nil {
				return err
			}
			bound[i] = driver.NamedValue{Ordinal: i + 1, Value: value}
		}
		rows, err := raw.(*duckdb.Conn).QueryContext(ctx, query, bound)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		if failed, err = scan(rows, do); err == nil {
			err = ctx.Err()
		}
		return err
	})
	if failed != nil {
		return failed
	}
	return typed(err)
}

// scan goes through an answer. Types that pages and models hardly ask for are read the driver's way.
func scan(rows driver.Rows, do func(pipelines.Piece) error) (failed, err error) {
	result := resultOf(rows)
	columns := make([]reader, len(rows.Columns()))
	for i, name := range rows.Columns() {
		kind := mapping.ColumnType(result, mapping.IdxT(i))
		read, known := readers[kind]
		if !known {
			return slowly(rows, do)
		}
		columns[i] = reader{read: read.read, column: pipelines.Column{Name: name, Kind: read.kind}}
	}
	piece := pipelines.Piece{Columns: make([]pipelines.Column, len(columns))}
	for first := true; ; first = false {
		chunk := mapping.FetchChunk(*result)
		if chunk.Ptr == nil && !first {
			return nil, nil
		}
		piece.Rows = 0
		if chunk.Ptr != nil {
			piece.Rows = int(mapping.DataChunkGetSize(chunk))
		}
		for i := range columns {
			if piece.Rows > 0 {
				columns[i].take(mapping.DataChunkGetVector(chunk, mapping.IdxT(i)), piece.Rows)
			}
			piece.Columns[i] = columns[i].column
		}
		failed = do(piece)
		if chunk.Ptr == nil {
			return failed, nil
		}
		mapping.DestroyDataChunk(&chunk)
		if failed != nil {
			return failed, nil
		}
	}
}

// resultOf finds the engine's handle of an answer, which the driver keeps to itself: it is read by the field's name, and a driver
// that names it otherwise fails every test of a page.
func resultOf(rows driver.Rows) *mapping.Result {
	return (*mapping.Result)(unsafe.Pointer(reflect.ValueOf(rows).Elem().FieldByName("res").UnsafeAddr()))
}

// slowly gives an answer as one piece.
func slowly(rows driver.Rows, do func(pipelines.Piece) error) (failed, err error) {
	table := pipelines.Table{Columns: rows.Columns()}
	for {
		values := make([]driver.Value, len(table.Columns))
		if err := rows.Next(values); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		row := make([]any, len(values))
		for i, v := range values {
			row[i] = plain(v)
		}
		table.Rows = append(table.Rows, row)
	}
	piece, err := table.Piece()
	if err != nil {
		return nil, err
	}
	return do(piece), nil
}

// reader reads one column of every chunk of an answer.
type reader struct {
	column pipelines.Column
	read   func(*reader, unsafe.Pointer, int)
	known  []uint64
	texts  map[string]string // few columns hold many different ones: each is kept once
}

// mostTexts is how many different texts of a column are kept to be given again.
const mostTexts = 1 << 12

// take reads the rows of a chunk.
func (r *reader) take(v mapping.Vector, n int) {
	r.column.Known = nil
	if mask := mapping.VectorGetValidity(v); mask != nil {
		// A copy: the engine's memory may end before the last bits of the last word are asked for.
		r.known = append(r.known[:0], unsafe.Slice((*uint64)(mask), (n+63)/64)...)
		r.column.Known = r.known
	}
	r.read(r, mapping.VectorGetData(v), n)
}

// readers are how the engine's types are read, and as what.
var readers = map[mapping.Type]struct {
	kind pipelines.Kind
	read func(*reader, unsafe.Pointer, int)
}{
	mapping.TypeBoolean:   {pipelines.Truth, truths},
	mapping.TypeTinyInt:   {pipelines.Whole, wholes[int8]},
	mapping.TypeSmallInt:  {pipelines.Whole, wholes[int16]},
	mapping.TypeInteger:   {pipelines.Whole, wholes[int32]},
	mapping.TypeBigInt:    {pipelines.Whole, wholes[int64]},
	mapping.TypeUTinyInt:  {pipelines.Whole, wholes[uint8]},
	mapping.TypeUSmallInt: {pipelines.Whole, wholes[uint16]},
	mapping.TypeUInteger:  {pipelines.Whole, wholes[uint32]},
	mapping.TypeFloat:     {pipelines.Float, floats[float32]},
	mapping.TypeDouble:    {pipelines.Float, floats[float64]},
	mapping.TypeVarchar:   {pipelines.Text, texts},
	mapping.TypeDate:      {pipelines.Moment, days},
	mapping.TypeTimestamp: {pipelines.Moment, moments},
}

func wholes[T int8 | int16 | int32 | int64 | uint8 | uint16 | uint32](r *reader, data unsafe.Pointer, n int) {
	r.column.Wholes = r.column.Wholes[:0]
	for _, value := range unsafe.Slice((*T)(data), n) {
		r.column.Wholes = append(r.column.Wholes, int64(value))
	}
}

func truths(r *reader, data unsafe.Pointer, n int) {
	r.column.Wholes = r.column.Wholes[:0]
	for _, value := range unsafe.Slice((*uint8)(data), n) { // no bool: what lies where there is no value may be neither 0 nor 1
		r.column.Wholes = append(r.column.Wholes, int64(value&1))
	}
}

func floats[T float32 | float64](r *reader, data unsafe.Pointer, n int) {
	r.column.Floats = r.column.Floats[:0]
	for _, value := range unsafe.Slice((*T)(data), n) {
		r.column.Floats = append(r.column.Floats, float64(value))
	}
}

func days(r *reader, data unsafe.Pointer, n int) {
	r.column.Moments = r.column.Moments[:0]
	for _, value := range unsafe.Slice((*int32)(data), n) {
		r.column.Moments = append(r.column.Moments, time.Unix(int64(value)*24*60*60, 0).UTC())
	}
}

func moments(r *reader, data unsafe.Pointer, n int) {
	r.column.Moments = r.column.Moments[:0]
	for _, value := range unsafe.Slice((*int64)(data), n) {
		r.column.Moments = append(r.column.Moments, time.UnixMicro(value).UTC())
	}
}

// texts gives each text that differs from the one before once: most columns hold few different ones.
func texts(r *reader, data unsafe.Pointer, n int) {
	r.column.Texts = slices.Grow(r.column.Texts[:0], n)
	stored, last := unsafe.Slice((*text)(data), n), ""
	for row := range stored {
		if r.column.Null(row) {
			r.column.Texts = append(r.column.Texts, "")
			continue
		}
		if borrowed := stored[row].borrowed(); borrowed != last {
			last = r.own(borrowed)
		}
		r.column.Texts = append(r.column.Texts, last)
	}
}

// own gives a text of the engine's memory that may be kept.
func (r *reader) own(borrowed string) string {
	if known, ok := r.texts[borrowed]; ok {
		return known
	}
	kept := strings.Clone(borrowed)
	if r.texts == nil {
		r.texts = map[string]string{}
	}
	if len(r.texts) < mostTexts {
		r.texts[kept] = kept
	}
	return kept
}

// borrowed is a text where the engine has it.
func (t *text) borrowed() string {
	if t.length <= inPlace {
		return unsafe.String((*byte)(unsafe.Pointer(&t.head)), t.length)
	}
	return unsafe.String(*(**byte)(unsafe.Pointer(&t.rest)), t.length)
}
