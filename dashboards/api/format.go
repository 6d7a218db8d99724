package api

import (
	"encoding/csv"
	"errors"
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/danielgtaylor/huma/v2"
)

// mediaOf are the forms an answer can have, by their short names.
var mediaOf = map[string]string{
	"json": "application/json", "csv": "text/csv", "arrow": "application/vnd.apache.arrow.stream", "parquet": "application/vnd.apache.parquet",
}

var formats = map[string]huma.Format{
	mediaOf["json"]: huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat,
	mediaOf["csv"]: written(writeCSV), mediaOf["arrow"]: written(writeArrow), mediaOf["parquet"]: written(writeParquet),
}

// Column is one column of a table.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type" enum:"text,integer,number,boolean,date,timestamp"`
}

// Table is rows whose columns are known only when they are read. Values are nil, bool, int64, float64, string or time.Time.
type Table struct {
	Columns []Column
	Rows    [][]any
}

// tabular is an answer that can be written as a table.
type tabular interface{ table() Table }

func written(write func(io.Writer, Table) error) huma.Format {
	return huma.Format{
		Marshal: func(w io.Writer, v any) error {
			of, is := v.(tabular)
			if !is {
				return errors.New("the answer is no table")
			}
			return write(w, of.table())
		},
		Unmarshal: func([]byte, any) error { return errors.New("requests are JSON") },
	}
}

// bare is an answer that is no table: it is JSON, whatever was asked for.
type bare struct{}

// ContentType is that of JSON.
func (bare) ContentType(string) string { return mediaOf["json"] }

// cellText is a value as CSV holds it; nothing where there is none. Texts that a spreadsheet would take for a formula are quoted.
func cellText(v any, kind string) string {
	switch v := v.(type) {
	case string:
		if v != "" && strings.ContainsRune("=+-@\t\r", rune(v[0])) {
			return "'" + v
		}
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		return momentText(v, kind)
	default:
		return ""
	}
}

func momentText(v time.Time, kind string) string {
	if kind == "date" {
		return v.Format(time.DateOnly)
	}
	return v.Format("2006-01-02T15:04:05")
}

func writeCSV(w io.Writer, t Table) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil { // without it a Chinese Excel reads GBK
		return err
	}
	out := csv.NewWriter(w)
	line := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		line[i] = c.Name
	}
	if err := out.Write(line); err != nil {
		return err
	}
	for _, row := range t.Rows {
		for i, v := range row {
			line[i] = cellText(v, t.Columns[i].Type)
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

var arrowTypes = map[string]arrow.DataType{
	"text": arrow.BinaryTypes.String, "integer": arrow.PrimitiveTypes.Int64, "number": arrow.PrimitiveTypes.Float64, "boolean": arrow.FixedWidthTypes.Boolean,
	"date": arrow.FixedWidthTypes.Date32, "timestamp": &arrow.TimestampType{Unit: arrow.Microsecond},
}

// batchRows is how many rows one piece of an Arrow stream holds.
const batchRows = 20_000

// batches writes a table as Arrow records of some rows each.
func (t Table) batches(schema *arrow.Schema, write func(arrow.RecordBatch) error) error {
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	flush := func() error {
		record := b.NewRecordBatch()
		defer record.Release()
		return write(record)
	}
	for n, row := range t.Rows {
		for i, v := range row {
			appendCell(b.Field(i), v, t.Columns[i].Type)
		}
		if (n+1)%batchRows == 0 && n+1 < len(t.Rows) {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// appendCell adds a value to a column. A value of another type than the column's is written as text there, and as nothing in a
// column that is no text.
func appendCell(to array.Builder, v any, kind string) {
	switch b := to.(type) {
	case *array.Int64Builder:
		if v, is := v.(int64); is {
			b.Append(v)
			return
		}
	case *array.Float64Builder:
		switch v := v.(type) {
		case float64:
			b.Append(v)
			return
		case int64:
			b.Append(float64(v))
			return
		}
	case *array.BooleanBuilder:
		if v, is := v.(bool); is {
			b.Append(v)
			return
		}
	case *array.Date32Builder:
		if v, is := v.(time.Time); is {
			b.Append(arrow.Date32FromTime(v))
			return
		}
	case *array.TimestampBuilder:
		if v, is := v.(time.Time); is {
			b.Append(arrow.Timestamp(v.UnixMicro()))
			return
		}
	case *array.StringBuilder:
		if text, is := v.(string); is {
			b.Append(text)
			return
		}
		if v != nil {
			b.Append(cellText(v, kind))
			return
		}
	}
	to.AppendNull()
}

func (t Table) schema() *arrow.Schema {
	fields := make([]arrow.Field, len(t.Columns))
	for i, c := range t.Columns {
		fields[i] = arrow.Field{Name: c.Name, Type: arrowTypes[c.Type], Nullable: true}
	}
	return arrow.NewSchema(fields, nil)
}

func writeArrow(w io.Writer, t Table) error {
	schema := t.schema()
	out := ipc.NewWriter(w, ipc.WithSchema(schema))
	if err := t.batches(schema, out.Write); err != nil {
		return errors.Join(err, out.Close())
	}
	return out.Close()
}

func writeParquet(w io.Writer, t Table) error {
	schema := t.schema()
	out, err := pqarrow.NewFileWriter(schema, w, parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Zstd)), pqarrow.DefaultWriterProps())
	if err != nil {
		return err
	}
	if err := t.batches(schema, out.Write); err != nil {
		return errors.Join(err, out.Close())
	}
	return out.Close()
}

// tableOf makes a table of typed rows: a column for every field with a name in JSON that holds one value.
func tableOf[T any](rows []T) Table {
	var t Table
	of := reflect.TypeFor[T]()
	var fields []int
	for i := range of.NumField() {
		field := of.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		kind, single := kindOf(field.Type)
		if name == "" || name == "-" || !single {
			continue
		}
		fields, t.Columns = append(fields, i), append(t.Columns, Column{name, kind})
	}
	t.Rows = make([][]any, len(rows))
	for n := range rows {
		row, v := make([]any, len(fields)), reflect.ValueOf(&rows[n]).Elem()
		for i, field := range fields {
			row[i] = plain(v.Field(field))
		}
		t.Rows[n] = row
	}
	return t
}

func kindOf(t reflect.Type) (kind string, single bool) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[time.Time]():
		return "timestamp", true
	case t.Kind() == reflect.String:
		return "text", true
	case t.Kind() == reflect.Int64, t.Kind() == reflect.Int:
		return "integer", true
	case t.Kind() == reflect.Float64:
		return "number", true
	case t.Kind() == reflect.Bool:
		return "boolean", true
	case t == reflect.TypeFor[[]string]():
		return "text", true
	}
	return "", false
}

func plain(v reflect.Value) any {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	switch of := v.Interface().(type) {
	case time.Time:
		if of.IsZero() {
			return nil
		}
		return of.UTC()
	case []string:
		return strings.Join(of, " ")
	}
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Int64, reflect.Int:
		return v.Int()
	case reflect.Float64:
		return v.Float()
	case reflect.Bool:
		return v.Bool()
	default: // kindOf takes no other
		return nil
	}
}

// number is a number that may be missing.
func number(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

// List is rows of one kind.
type List[T any] struct {
	Generation int    `json:"generation" doc:"of the published data; it rises with every publication"`
	Rows       []T    `json:"rows" nullable:"false"`
	Next       string `json:"next,omitempty" doc:"address of the rows that follow; missing behind the last"`
}

func (l List[T]) table() Table { return tableOf(l.Rows) }

// listed makes the answer of a list that is at hand.
func listed[T any](p *Paged, generation int, all []T) (List[T], string, error) {
	rows, next, err := page(p, generation, all)
	if rows == nil {
		rows = []T{}
	}
	return List[T]{generation, rows, next}, next, err
}

// Rows is a table in JSON: its columns and, row by row, a value for each.
type Rows struct {
	Generation int      `json:"generation,omitempty" doc:"of the published data"`
	Columns    []Column `json:"columns" nullable:"false"`
	Rows       []Cells  `json:"rows" nullable:"false"`
	Next       string   `json:"next,omitempty" doc:"address of the rows that follow; missing behind the last"`

	of Table
}

func (r Rows) table() Table { return r.of }

// Cells are the values of one row, in the order of the columns: null, true, false, a number or a text. Days are 2018-01-31,
// moments 2018-01-31T08:30:00 in the time zone of the town.
type Cells []any

// Schema describes the values.
func (Cells) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{OneOf: []*huma.Schema{{Type: huma.TypeString, Nullable: true}, {Type: huma.TypeNumber}, {Type: huma.TypeBoolean}}},
		Description: "values in the order of columns; days as 2018-01-31, moments as 2018-01-31T08:30:00 in the time zone of the town"}
}

// rowsOf is a table as an answer. What JSON has no word for (not a number, infinite) is null there.
func rowsOf(generation int, t Table, next string) Rows {
	r := Rows{Generation: generation, Columns: t.Columns, Rows: make([]Cells, len(t.Rows)), Next: next, of: t}
	if r.Columns == nil {
		r.Columns = []Column{}
	}
	for i, row := range t.Rows {
		cells := make(Cells, len(row))
		for j, v := range row {
			switch v := v.(type) {
			case time.Time:
				cells[j] = momentText(v, t.Columns[j].Type)
			case float64:
				if !math.IsNaN(v) && !math.IsInf(v, 0) {
					cells[j] = v
				}
			default:
				cells[j] = v
			}
		}
		r.Rows[i] = cells
	}
	return r
}
