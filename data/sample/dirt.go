package sample

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"hulian/data"
	"hulian/pipelines"
)

const (
	exemptVisitor = pipelines.ExemptVisitor
	linkMismatch  = pipelines.LinkMismatch
)

// fault is what is planted in one row: a defect for which it must be refused, or a warning.
type fault struct {
	codes   []pipelines.Code
	column  string
	value   string
	warning bool
}

// refusals are the defects that the design of the exports lists for a row, in the order they are planted.
var refusals = []pipelines.Code{
	pipelines.MissingRequired, pipelines.UnknownReference, pipelines.WrongType, pipelines.DuplicateKey, pipelines.NotAllowed,
	pipelines.OutOfRange, pipelines.FutureDate, pipelines.DateOrder,
}

// dirtRate is the share of bad rows; each is an extra row, so that the good ones still give every published figure.
const dirtRate = .014

// spoil inserts bad rows into a table. Each export takes the defects in turn, so that over the months every defect
// that its contract knows occurs.
func (t *town) spoil(rows *table, m month) {
	contract, ok := data.ContractOf(rows.export)
	if !ok || contract.Kind != data.Event || rows.len() < 2 || t.Clean {
		return
	}
	r := stream(t.Seed, t.index, "dirt "+rows.export, int(m))
	n := int(dirtRate*float64(rows.len()) + r.Float64())
	if n == 0 && chance(r, .3) {
		n = 1
	}
	d := dirt{r: r, contract: contract, rows: rows, keys: map[string]bool{}}
	for i := range rows.len() {
		d.keys[d.key(rows.row(i))] = true
	}
	type extra struct {
		after int
		cells []cell
		fault fault
	}
	var extras []extra
	for range n {
		for range refusals { // the next defect that this export can have
			code := refusals[t.turn[rows.export]%len(refusals)]
			t.turn[rows.export]++
			if at, cells, f, ok := d.make(code); ok {
				extras = append(extras, extra{at, cells, f})
				break
			}
		}
	}
	if len(extras) == 0 {
		return
	}
	slices.SortStableFunc(extras, func(a, b extra) int { return a.after - b.after })
	spoiled := newTable(rows.export, rows.len()+len(extras), rows.columns...)
	spoiled.resent = rows.resent
	k := 0
	for i := range rows.len() {
		spoiled.add(rows.row(i)...)
		if f, ok := rows.faults[i]; ok {
			spoiled.faults[spoiled.len()-1] = f
		}
		for ; k < len(extras) && extras[k].after == i; k++ {
			spoiled.add(extras[k].cells...)
			spoiled.faults[spoiled.len()-1] = extras[k].fault
		}
	}
	*rows = *spoiled
}

// dirt makes bad rows out of good ones of the same table.
type dirt struct {
	r        *rand.Rand
	contract data.Contract
	rows     *table
	keys     map[string]bool
}

// keyColumns are the columns that name a row of this table.
func (d *dirt) keyColumns() []string {
	if d.rows.at(d.contract.Key[0]) < 0 {
		return d.contract.AlternateKey
	}
	return d.contract.Key
}

func (d *dirt) key(row []cell) string {
	var b strings.Builder
	for _, id := range d.keyColumns() {
		c := row[d.rows.at(id)]
		fmt.Fprintf(&b, "%d|%d|%s|", c.kind, c.n, c.s)
	}
	return b.String()
}

// make copies a good row, gives it a key of its own and one defect, and says after which row it belongs.
func (d *dirt) make(code pipelines.Code) (after int, cells []cell, f fault, ok bool) {
	for range 40 {
		at := d.r.IntN(d.rows.len())
		if _, taken := d.rows.faults[at]; taken {
			continue
		}
		row := slices.Clone(d.rows.row(at))
		if code == pipelines.DuplicateKey {
			return at, row, fault{codes: []pipelines.Code{code}, column: d.keyColumns()[0]}, true
		}
		if !d.freshen(row) {
			continue
		}
		if column, value, done := d.defect(code, row); done {
			return at, row, fault{codes: []pipelines.Code{code}, column: column, value: value}, true
		}
	}
	return 0, nil, fault{}, false
}

// freshen gives the copy a key that no row of the file has: a number of its own, or another day.
func (d *dirt) freshen(row []cell) bool {
	key := d.keyColumns()
	if len(key) == 1 {
		row[d.rows.at(key[0])].s += fmt.Sprintf("-%d", 2+d.r.IntN(7))
	} else {
		for _, id := range key {
			c := &row[d.rows.at(id)]
			switch {
			case c.kind == date:
				c.n -= int64(1 + d.r.IntN(5))
			case c.kind == moment:
				c.n -= int64(3 + d.r.IntN(200))
			case id == "period":
				c.s = strings.Replace(c.s, "201", "200", 1)
			case id == "year":
				c.n -= int64(10 + d.r.IntN(5))
			}
		}
	}
	k := d.key(row)
	if d.keys[k] {
		return false
	}
	d.keys[k] = true
	return true
}

// columnsWhere lists the table's columns that pass, required ones alone where there are any: a defect in a cell that
// nobody needs might be let pass.
func (d *dirt) columnsWhere(pass func(data.Column) bool) []data.Column {
	var required, optional []data.Column
	for _, id := range d.rows.columns {
		c, ok := d.contract.Column(id)
		if !ok || !pass(c) {
			continue
		}
		if c.Required {
			required = append(required, c)
		} else {
			optional = append(optional, c)
		}
	}
	if len(required) > 0 {
		return required
	}
	return optional
}

func (d *dirt) defect(code pipelines.Code, row []cell) (column, value string, ok bool) {
	set := func(columns []data.Column, value func(data.Column) cell) (string, string, bool) {
		if len(columns) == 0 {
			return "", "", false
		}
		c := pick(d.r, columns)
		bad := value(c)
		row[d.rows.at(c.ID)] = bad
		return c.ID, bad.s, true
	}
	switch code {
	case pipelines.MissingRequired:
		return set(d.columnsWhere(func(c data.Column) bool { return c.Required }), func(data.Column) cell { return cell{} })
	case pipelines.UnknownReference:
		return set(d.columnsWhere(func(c data.Column) bool { return c.References != "" }), func(c data.Column) cell {
			return rawCell(c.Example[:1] + "99999" + fmt.Sprint(d.r.IntN(10)))
		})
	case pipelines.WrongType:
		return set(d.columnsWhere(typed), func(c data.Column) cell { return rawCell(wrongWord(d.r, c)) })
	case pipelines.NotAllowed:
		return set(d.columnsWhere(func(c data.Column) bool { return c.Type == data.TypeEnum && !c.Open }), func(data.Column) cell {
			return rawCell(pick(d.r, []string{"待核实", "见附件", "同上"}))
		})
	case pipelines.OutOfRange:
		return set(d.columnsWhere(func(c data.Column) bool { return c.Max != nil }), func(c data.Column) cell {
			if d.r.IntN(2) == 0 && *c.Min == 0 {
				return rawCell(fmt.Sprint(-1 - d.r.IntN(9)))
			}
			return rawCell(fmt.Sprint(int(*c.Max) + 10*(1+d.r.IntN(20))))
		})
	case pipelines.FutureDate:
		return d.future(row)
	case pipelines.DateOrder:
		return d.disorder(row)
	default: // what is wrong with whole files and tables is planted elsewhere
		return "", "", false
	}
}

func typed(c data.Column) bool {
	switch c.Type {
	case data.TypeDate, data.TypeTimestamp, data.TypeInteger, data.TypeDecimal, data.TypePeriod:
		return true
	case data.TypeText, data.TypeBoolean, data.TypeEnum: // text takes any word; the other two have words of their own
	}
	return false
}

func wrongWord(r *rand.Rand, c data.Column) string {
	switch c.Type {
	case data.TypeDate, data.TypeTimestamp:
		return pick(r, []string{"上月底", "不详", "2017年13月45日", "晚上"})
	case data.TypePeriod:
		return pick(r, []string{"下半年", "本期"})
	case data.TypeInteger, data.TypeDecimal:
		return pick(r, []string{"若干", "半小时", "很多", "见备注"})
	default:
		panic("no word is wrong for a column of type " + string(c.Type))
	}
}

// future types the year wrongly, sixty years ahead; dates that would then run backwards are left out.
func (d *dirt) future(row []cell) (column, value string, ok bool) {
	at := d.rows.at(d.contract.DatedBy)
	if at < 0 || row[at].kind == blank {
		return "", "", false
	}
	for _, order := range d.contract.Order {
		if slices.Contains(order, d.contract.DatedBy) {
			for _, id := range order {
				if k := d.rows.at(id); k >= 0 && k != at {
					row[k] = cell{}
				}
			}
		}
	}
	switch row[at].kind {
	case date:
		row[at].n += 60 * 365
	case moment:
		row[at].n += 60 * 365 * 1440
	default: // the column is a date or a moment, and not blank
	}
	return d.contract.DatedBy, "", true
}

// disorder puts a later step a few days before the first.
func (d *dirt) disorder(row []cell) (column, value string, ok bool) {
	for _, order := range d.contract.Order {
		first := d.rows.at(order[0])
		for _, id := range slices.Backward(order[1:]) {
			at := d.rows.at(id)
			if at < 0 || row[at].kind == blank {
				continue
			}
			back := int64(2 + d.r.IntN(9))
			if row[at].kind == moment {
				back *= 1440
			}
			row[at].n = row[first].n - back
			return id, "", true
		}
	}
	return "", "", false
}
