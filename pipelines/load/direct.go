package load

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"hulian/data"
)

// readAhead is how many bytes a thread of the engine reads at a time. Its own 32 MB would leave a file of 36 MB to one.
const readAhead = 4 << 20

// direct tries to leave the rows of a large CSV to the engine, which reads them several times faster than they can be
// decoded here. Only a file that can be read in one way qualifies. While it is looked through, its records are written
// again as they stand, each behind its number, because the engine numbers none. done is false when the file has to be
// read row by row.
func (d *decoding) direct(ctx context.Context, file *os.File, size int64, delimiter byte, s sheet) (done bool, err error) {
	opened, err := d.open(s)
	if err != nil || opened == nil {
		return opened == nil, err
	}
	t := opened.(*table)
	if t.pinnedRow() > 0 {
		return false, nil
	}
	scan := &regular{file: file, size: size, delimiter: delimiter, table: t}
	head, err := scan.head(d.limits.HeaderIn)
	if err != nil || len(head) == 0 {
		return false, err
	}
	feeds, failures, tables := len(d.feeds), len(d.failures), d.tables
	undo := func() {
		d.feeds, d.failures, d.tables = d.feeds[:feeds], d.failures[:failures], tables
	}
	for _, r := range head {
		t.head = append(t.head, physicalRow{r.no, slices.Clone(r.cells)})
	}
	first, err := t.matchOnly()
	if err != nil || t.failed || first < 0 || first >= len(head) || len(t.outs) != 1 || !t.outs[0].feed.batch.independent() {
		undo()
		return false, err
	}
	f := t.outs[0].feed
	if scan.keyAt = f.keyAt(t.outs[0]); scan.keyAt >= 0 {
		scan.rising = true
	}
	at := filepath.Join(d.folder, fmt.Sprintf("%d.csv", f.no))
	clean, err := scan.numberTo(ctx, at, head[first])
	if err != nil || !clean || scan.count == 0 {
		undo()
		return false, errors.Join(err, os.Remove(at))
	}
	f.stored, f.direct, f.rising = scan.stored(f.no, at, t.outs[0].at), true, scan.rising && !scan.untidy
	f.read, f.handed, f.ignored = f.read+scan.count+scan.passed, scan.count, f.ignored+scan.passed
	return true, nil
}

// keyAt gives the cell whose text, as it stands, is the whole key of a row; -1 where a key is made in another way.
func (f *feed) keyAt(o *outlet) int {
	key := f.contract.Key[0]
	if column, _ := f.contract.Column(key); len(f.contract.Key) > 1 || column.Type != data.TypeText || f.export != nil && len(f.export.Values[key]) > 0 {
		return -1
	}
	inputs := f.batch.inputsOf(key)
	if len(inputs) != 1 {
		return -1
	}
	return o.at[slices.Index(f.batch.inputs, inputs[0])]
}

// independent reports whether a row's values do not depend on its place in the file.
func (b *batch) independent() bool {
	if b.export == nil {
		return true
	}
	for _, column := range b.export.Columns {
		if column.Row {
			return false
		}
	}
	return !b.export.Distinct
}
