package load

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"hulian/data"
)

// batch gathers the rows of all feeds that are typed by the same expressions.
type batch struct {
	name     string
	contract data.Contract
	export   *MappedExport
	pins     Pins
	inputs   []string // contract columns, or source headers of the mapping: the text columns c1, c2, …
}

// outlet makes the feed of one layout.
func (t *table) outlet(l *layout) *outlet {
	d := t.decoding
	f := &feed{no: d.next, file: d.file, sheet: t.sheet.name, contract: l.contract, export: l.export}
	d.next++
	f.batch, f.titles = d.batchOf(l), t.titles
	f.readAs, f.shift, f.partial = t.sheet.read, t.sheet.shift, d.copies[d.file.No].Partial || d.taken[d.file.No] != nil
	o := &outlet{feed: f}
	used := map[int]bool{}
	for _, input := range f.batch.inputs {
		at, ok := l.at[input]
		if !ok {
			at = -1
		}
		used[at] = true
		o.at = append(o.at, at)
		o.days = append(o.days, isDay(l, input))
	}
	for _, column := range l.contract.Columns {
		var p place
		at, required := sourceOf(l, column.ID)
		if at >= 0 && at < len(t.header) {
			p.header = trim(t.header[at])
			if t.sheet.lettered {
				p.letter, _ = excelize.ColumnNumberToName(at + 1)
			}
			if column.Required && required {
				o.required = append(o.required, at)
			}
		}
		f.column = append(f.column, p)
	}
	var unused []string
	for _, other := range t.outs {
		for _, at := range other.at {
			used[at] = true
		}
	}
	for i, cell := range t.header {
		if !used[i] && trim(cell) != "" {
			unused = append(unused, trim(cell))
		}
	}
	if len(unused) > 0 {
		f.detail = append(f.detail, data.DetailUnused+seen(unused))
	}
	o.cells = make([]string, len(o.at))
	d.feeds = append(d.feeds, f)
	return o
}

// sourceOf gives the cell a contract column is read from, -1 for none, and whether it must hold something there.
func sourceOf(l *layout, id string) (at int, required bool) {
	header := id
	required = true
	if l.export != nil {
		if column, ok := l.export.Columns[id]; ok {
			if column.Row {
				return -1, false
			}
			header = inputOf(column.Header)
			if column.Header == "" {
				header = inputOf(column.From)
			}
		}
		if words, ok := l.export.Values[id]; ok {
			if _, blank := words[""]; blank {
				required = false
			}
		}
	}
	if at, ok := l.at[header]; ok {
		return at, required
	}
	return -1, false
}

// isDay reports whether an input holds dates, so that serial numbers in it count from the workbook's epoch.
func isDay(l *layout, input string) bool {
	timed := func(id string) bool {
		column, ok := l.contract.Column(id)
		return ok && (column.Type == data.TypeDate || column.Type == data.TypeTimestamp)
	}
	if !strings.HasPrefix(input, "\x00") {
		return timed(input)
	}
	for id, column := range l.export.Columns {
		if inputOf(column.Header) == input && timed(id) || inputOf(column.From) == input || inputOf(column.Until) == input {
			return true
		}
	}
	return false
}

// batchOf finds or makes the batch of a layout.
func (d *decoding) batchOf(l *layout) *batch {
	key := l.contract.Export
	if l.mapping != nil {
		key += fmt.Sprintf("|%s|%d", l.mapping.path, slices.IndexFunc(l.mapping.Exports, func(e MappedExport) bool { return l.export != nil && e.Export == l.export.Export }))
	}
	if b, ok := d.batches[key]; ok {
		return b
	}
	b := &batch{name: key, contract: l.contract, export: l.export}
	if l.mapping != nil {
		b.pins = l.mapping.Pins
	}
	for _, column := range l.contract.Columns {
		b.inputs = append(b.inputs, b.inputsOf(column.ID)...)
	}
	slices.Sort(b.inputs)
	b.inputs = slices.Compact(b.inputs)
	d.batches[key] = b
	return b
}

// inputsOf names the inputs one contract column is made from.
func (b *batch) inputsOf(id string) []string {
	if b.export != nil {
		if _, ok := b.export.Constants[id]; ok {
			return nil
		}
		if column, ok := b.export.Columns[id]; ok {
			switch {
			case column.Row:
				return nil
			case column.From != "":
				return []string{inputOf(column.From), inputOf(column.Until)}
			default:
				return []string{inputOf(column.Header)}
			}
		}
	}
	return []string{id}
}

// input gives the text column of an input.
func (b *batch) input(name string) string {
	return fmt.Sprintf("c%d", slices.Index(b.inputs, name)+1)
}

// rows selects what the feeds of a batch bring: _feed, _row, _flaw and the inputs.
func (b *batch) rows(feeds []*feed) string {
	var spools []*spool
	var selects []string
	for _, f := range feeds {
		switch {
		case f.batch != b:
		case f.spool != nil:
			spools = append(spools, f.spool)
		case f.stored != "":
			selects = append(selects, f.stored)
		}
	}
	if len(spools) > 0 {
		selects = append(selects, spooled(spools, len(b.inputs)))
	}
	return strings.Join(selects, " union all ")
}
