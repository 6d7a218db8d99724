package decode

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"hulian/pipelines"
)

// batchRows is how many rows of a Parquet file are held at a time.
const batchRows = 16 << 10

// decodeParquet reads a Parquet file to its end. Its values become texts, so that they are typed as every other file's.
func (d *decoder) decodeParquet(ctx context.Context, from *os.File, size int64, label string) error {
	return d.columnar(ctx, "parquet", label, func() (*arrow.Schema, batches, error) {
		reader, err := file.NewParquetReader(io.NewSectionReader(from, 0, size))
		if err != nil {
			return nil, nil, err
		}
		arrows, err := pqarrow.NewFileReader(reader, pqarrow.ArrowReadProperties{BatchSize: batchRows}, memory.DefaultAllocator)
		if err != nil {
			return nil, nil, err
		}
		records, err := arrows.GetRecordReader(ctx, nil, nil)
		if err != nil {
			return nil, nil, err
		}
		return records.Schema(), func(each func(arrow.RecordBatch) error) error {
			defer records.Release()
			for records.Next() {
				if err := each(records.RecordBatch()); err != nil {
					return err
				}
			}
			if err := records.Err(); err != nil && !errors.Is(err, io.EOF) {
				return err
			}
			return nil
		}, nil
	})
}

// decodeArrow reads an Arrow file, of the kind with an index at its end or without.
func (d *decoder) decodeArrow(ctx context.Context, from *os.File, size int64, label string) error {
	return d.columnar(ctx, "arrow", label, func() (*arrow.Schema, batches, error) {
		head := make([]byte, 6)
		if _, err := from.ReadAt(head, 0); err != nil {
			return nil, nil, err
		}
		if string(head) != "ARROW1" {
			records, err := ipc.NewReader(io.NewSectionReader(from, 0, size))
			if err != nil {
				return nil, nil, err
			}
			return records.Schema(), func(each func(arrow.RecordBatch) error) error {
				defer records.Release()
				for records.Next() {
					if err := each(records.RecordBatch()); err != nil {
						return err
					}
				}
				return records.Err()
			}, nil
		}
		records, err := ipc.NewFileReader(io.NewSectionReader(from, 0, size))
		if err != nil {
			return nil, nil, err
		}
		return records.Schema(), func(each func(arrow.RecordBatch) error) (err error) {
			defer func() { err = errors.Join(err, records.Close()) }()
			for i := range records.NumRecords() {
				batch, err := records.RecordBatch(i)
				if err != nil {
					return err
				}
				if err := each(batch); err != nil {
					return err
				}
			}
			return nil
		}, nil
	})
}

// batches calls each with the rows of a file of columns, in order.
type batches func(each func(arrow.RecordBatch) error) error

// columnar reads a file of columns. What the library says of a broken one, also by a panic, refuses that file alone.
func (d *decoder) columnar(ctx context.Context, name, label string, open func() (*arrow.Schema, batches, error)) (err error) {
	s := Table{Name: label, Member: label, Headed: true, ReadAs: pipelines.ReadAs{Format: name}}
	d.file.last = s.ReadAs
	defer func() {
		if value := recover(); value != nil {
			err = Refuse(pipelines.FileUnreadable, pipelines.NewDetail(pipelines.DetailTechnical, value))
		}
	}()
	schema, all, err := open()
	if err != nil {
		return Refuse(pipelines.FileUnreadable, Because(err))
	}
	var names, lists, objects []string
	for _, f := range schema.Fields() {
		names = append(names, f.Name)
		switch of := f.Type.ID(); {
		case of == arrow.STRUCT || of == arrow.MAP:
			objects = append(objects, f.Name)
		case arrow.IsNested(of):
			lists = append(lists, f.Name)
		}
	}
	if len(names) > d.Limits.Columns {
		return Refuse(pipelines.FileTooWide, pipelines.NewDetail(pipelines.DetailTooMany, len(names), d.Limits.Columns))
	}
	rows := d.newSpool()
	row := Row{}
	err = all(func(batch arrow.RecordBatch) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		for i := range int(batch.NumRows()) {
			row.No++
			row.Cells = row.Cells[:0]
			for _, column := range batch.Columns() {
				row.Cells = append(row.Cells, arrowCell(column, i))
			}
			if err := rows.add(row); err != nil {
				return err
			}
		}
		return nil
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := errors.Join(err, rows.close()); err != nil {
		return Refuse(pipelines.FileUnreadable, Because(err))
	}
	for code, names := range map[NoteCode][]string{ListValues: lists, ObjectValues: objects} {
		if len(names) > 0 {
			s.Notes = append(s.Notes, Note{What: code, Count: int64(len(names)), Where: strings.Join(names[:min(len(names), 5)], ", ")})
		}
	}
	slices.SortFunc(s.Notes, func(a, b Note) int { return strings.Compare(string(a.What), string(b.What)) })
	s.Body = &headedBody{names: names, Body: rows}
	d.add(s)
	return nil
}

// arrowCell gives one value as the text a cell would hold. Moments that know their zone keep it: they are moved into the
// programme's later. Not a number is nothing: so pandas writes what is missing.
func arrowCell(column arrow.Array, i int) Cell {
	if column.IsNull(i) || column.DataType().ID() == arrow.NULL { // a column of nothing has no marks of what is missing
		return Cell{}
	}
	switch a := column.(type) {
	case *array.String:
		return Cell{Text: plainText(strings.Clone(a.Value(i)))}
	case *array.LargeString:
		return Cell{Text: plainText(strings.Clone(a.Value(i)))}
	case *array.Binary:
		return Cell{Text: plainText(strings.ToValidUTF8(string(a.Value(i)), "\ufffd"))}
	case *array.Float64:
		return floatCell(a.Value(i), 64)
	case *array.Float32:
		return floatCell(float64(a.Value(i)), 32)
	case *array.Date32:
		return Cell{Text: a.Value(i).ToTime().Format(time.DateOnly), Kind: Moment}
	case *array.Date64:
		return Cell{Text: a.Value(i).ToTime().Format(time.DateOnly), Kind: Moment}
	case *array.Timestamp:
		return timestampCell(a, i)
	case *array.Dictionary:
		return arrowCell(a.Dictionary(), a.GetValueIndex(i))
	}
	text := column.ValueStr(i)
	if slices.Contains([]arrow.Type{arrow.INT8, arrow.INT16, arrow.INT32, arrow.INT64, arrow.UINT8, arrow.UINT16, arrow.UINT32, arrow.UINT64, arrow.DECIMAL128, arrow.DECIMAL256}, column.DataType().ID()) {
		return Cell{Text: text, Kind: Number}
	}
	return Cell{Text: plainText(text)}
}

// plainText gives a text with line breaks of one kind and without zero bytes.
func plainText(text string) string { return unbroken(strings.ReplaceAll(text, "\x00", "")) }

func floatCell(value float64, bits int) Cell {
	if math.IsNaN(value) {
		return Cell{}
	}
	if math.IsInf(value, 0) {
		return Cell{Text: fmt.Sprint(value)}
	}
	if bits == 64 {
		return Cell{Text: plainNumber(value), Kind: Number}
	}
	return Cell{Text: strconv.FormatFloat(value, 'f', -1, bits), Kind: Number}
}

func timestampCell(a *array.Timestamp, i int) Cell {
	of := a.DataType().(*arrow.TimestampType)
	at := a.Value(i).ToTime(of.Unit)
	if of.TimeZone != "" {
		return Cell{Text: at.UTC().Format("2006-01-02T15:04:05.999999Z"), Kind: Moment}
	}
	return Cell{Text: strings.TrimSuffix(at.UTC().Format("2006-01-02 15:04:05.999999"), " 00:00:00"), Kind: Moment}
}
