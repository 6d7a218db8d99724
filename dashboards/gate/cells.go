package gate

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"hulian/dashboards/view"
)

// withheld stands in place of a number that is not given out.
const withheld = "＊"

// smallest is the least number of persons or households that is given out, beside none at all.
const smallest = 5

// small reports whether a number, or a change, tells of too few.
func small(n int64) bool { return n != 0 && -smallest < n && n < smallest }

// part is which number of a cell a quantity is.
type part int

const (
	whole part = iota // the number of the cell
	over              // what a rate counts
	rest              // what it does not count
	under             // of how many
)

// quantity is a number that stands on a paper, once or several times.
type quantity struct {
	value int64
	cells []*cell
}

// cell is a cell of a table that holds quantities.
type cell struct {
	at         *view.Cell
	quantities []int
	withheld   bool
	table      int
	row        string // what the row is about
	total      bool   // of all rows
}

// relation is a sum that any reader can do: the quantities with their signs add up to what is known besides.
type relation []term

type term struct{ quantity, sign int }

// paper is all numbers of a view and what relates them.
type paper struct {
	quantities []quantity
	cells      []*cell
	relations  []relation
	known      map[string]int // quantities by what they are of, to find one that stands in several tables
}

// add reads the numbers of a table.
func (p *paper) add(table int, t *view.Table) {
	if p.known == nil {
		p.known = map[string]int{}
	}
	labels := map[string]int{}
	for n, row := range t.Rows {
		labels[labelOf(t, row, n)]++
	}
	rows := slices.Clip(t.Rows)
	if t.Total != nil {
		rows = append(rows, t.Total)
	}
	var columns []column
	for i, c := range t.Columns {
		parts := [4][]int{}
		for n, row := range rows {
			numbers := make([]int, 4)
			for j := range numbers {
				numbers[j] = none
			}
			if i < len(row) {
				label := labelOf(t, row, n)
				numbers = p.read(c, &row[i], place{table, label, labels[label] > 1, n >= len(t.Rows)})
			}
			for j := range numbers {
				parts[j] = append(parts[j], numbers[j])
			}
		}
		for _, numbers := range parts {
			if slices.ContainsFunc(numbers, func(q int) bool { return q != none }) {
				columns = append(columns, numbers)
			}
		}
	}
	p.relateRows(columns, len(t.Rows))
	p.relateColumns(columns)
}

// column are the quantities of one part of a column, row by row, that of the total last where there is one; none where there is no number.
type column []int

const none = -1

type place struct {
	table int
	row   string
	twin  bool // another row has that name, so that nothing tells which of them is meant elsewhere
	total bool
}

// read takes the numbers of a cell, by their parts.
func (p *paper) read(c view.Column, at *view.Cell, in place) []int {
	found := []int{none, none, none, none}
	if c.Harmless || c.Kind == view.ColumnDate || !ofPersons(c.Unit) || orders.MatchString(c.Title) {
		return found
	}
	numbers := map[part]int64{}
	num, den, isRate := rate(*at)
	if isRate {
		numbers[over], numbers[rest], numbers[under] = num, den-num, den
	} else if n, is := whole64(cmp.Or(at.Value, at.Text)); is && c.Unit != "%" {
		numbers[whole] = n
	}
	if len(numbers) == 0 {
		return found
	}
	one := &cell{at: at, table: in.table, row: in.row, total: in.total}
	for _, which := range []part{whole, over, rest, under} {
		n, has := numbers[which]
		if !has {
			continue
		}
		key := strings.Join([]string{in.row, c.Title, c.Unit, strconv.Itoa(int(which)), strconv.FormatInt(n, 10), strconv.FormatBool(in.total)}, "\x00")
		q, known := p.known[key]
		if !known || in.twin {
			q = len(p.quantities)
			p.quantities = append(p.quantities, quantity{value: n})
			p.known[key] = q
		}
		p.quantities[q].cells = append(p.quantities[q].cells, one)
		one.quantities, found[which] = append(one.quantities, q), q
	}
	p.cells = append(p.cells, one)
	if isRate {
		p.relations = append(p.relations, relation{{found[over], 1}, {found[rest], 1}, {found[under], -1}})
	}
	return found
}

// relateRows adds what everybody knows of a column: that its rows make its total, which is taken for known where it does not stand
// below them, because it stands on some other paper.
func (p *paper) relateRows(columns []column, rows int) {
	if rows < 2 {
		return
	}
	total, named := p.totalRow(columns, rows)
	for _, c := range columns {
		if total < 0 || !named {
			p.relateSum(c, rows, none)
		}
		if total >= 0 {
			p.relateSum(c, rows, total)
		}
	}
}

// relateSum adds that the rows of a column, but for one that is their total, make the total: that row, or the one below them.
func (p *paper) relateSum(c column, rows, total int) {
	var sum relation
	var added int64
	for n, q := range c[:rows] {
		if q != none && n != total {
			sum, added = append(sum, term{q, 1}), added+p.quantities[q].value
		}
	}
	if len(sum) < 2 {
		return
	}
	below := none
	if total != none {
		below = c[total]
	} else if len(c) > rows {
		below = c[rows]
	}
	if below != none && p.quantities[below].value == added {
		sum = append(sum, term{below, -1})
	}
	p.relations = append(p.relations, sum)
}

// totals are rows that say that they are one.
var totals = regexp.MustCompile(`(?i)合计|总计|小计|全镇|全村|全部|total|all `)

// totalRow is the row that is the sum of all others in every column, and whether it is called so; none: there is none.
func (p *paper) totalRow(columns []column, rows int) (row int, named bool) {
	if rows < 3 {
		return none, false
	}
	for n := range rows {
		isTotal, any := true, false
		for _, c := range columns {
			var others int64
			for m, q := range c[:rows] {
				if q != none && m != n {
					others += p.quantities[q].value
				}
			}
			if c[n] == none {
				continue
			}
			isTotal, any = isTotal && p.quantities[c[n]].value == others, any || others > 0
		}
		if isTotal && any {
			for _, c := range columns {
				if c[n] != none {
					return n, totals.MatchString(p.quantities[c[n]].cells[0].row)
				}
			}
		}
	}
	return none, false
}

// widest is how many columns are tried two by two for one that is their sum.
const widest = 60

// relateColumns adds the columns that are the sum of two others, or of those that stand next to each other before or behind.
func (p *paper) relateColumns(columns []column) {
	if len(columns) > widest {
		columns = columns[:widest]
	}
	for i, sum := range columns {
		for a := range columns {
			for b := a + 1; b < len(columns); b++ {
				if a != i && b != i && p.adds([]column{columns[a], columns[b]}, sum) {
					p.relate([]column{columns[a], columns[b]}, sum)
				}
			}
		}
		for from := range i {
			if run := columns[from:i]; len(run) > 2 && p.adds(run, sum) {
				p.relate(run, sum)
			}
		}
		for to := i + 4; to <= len(columns); to++ {
			if run := columns[i+1 : to]; p.adds(run, sum) {
				p.relate(run, sum)
			}
		}
	}
}

// adds reports whether columns make another one in every row that has all of them, and not only because there is nothing in them.
func (p *paper) adds(of []column, sum column) bool {
	any := false
	for n, total := range sum {
		if total == none || lacking(of, n) {
			continue
		}
		var added int64
		for _, c := range of {
			added += p.quantities[c[n]].value
		}
		if p.quantities[total].value != added {
			return false
		}
		any = any || added != 0
	}
	return any
}

// lacking reports whether a row has no number in one of the columns.
func lacking(of []column, row int) bool {
	return slices.ContainsFunc(of, func(c column) bool { return c[row] == none })
}

func (p *paper) relate(of []column, sum column) {
	for n, total := range sum {
		if total == none || lacking(of, n) {
			continue
		}
		one := relation{{total, -1}}
		for _, c := range of {
			one = append(one, term{c[n], 1})
		}
		p.relations = append(p.relations, one)
	}
}

// base is "910/1,170".
var base = regexp.MustCompile(`^([0-9][0-9,]*)/([0-9][0-9,]*)$`)

// rate is what a rate stands on.
func rate(c view.Cell) (num, den int64, is bool) {
	if c.Num != "" || c.Den != "" {
		n, isWhole := whole64(c.Num)
		d, too := whole64(c.Den)
		return n, d, isWhole && too
	}
	if parts := base.FindStringSubmatch(c.Base); parts != nil {
		n, isWhole := whole64(parts[1])
		d, too := whole64(parts[2])
		return n, d, isWhole && too
	}
	return 0, 0, false
}

// whole64 is a whole number as it is written, with commas, a sign or the unit of persons behind it.
func whole64(text string) (int64, bool) {
	text = strings.TrimSpace(unitBehind.ReplaceAllString(strings.NewReplacer(",", "", "−", "-", "＋", "", "+", "").Replace(text), ""))
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n != float64(int64(n)) {
		return 0, false
	}
	return int64(n), true
}

// ofPersons reports whether what is counted in a unit may be persons or households.
func ofPersons(unit string) bool {
	return unit == "" || unit == "%" || unitBehind.MatchString("1"+unit)
}

var (
	unitBehind = regexp.MustCompile(`(?i) ?(?:人|户|名|位|口|人次|户次|persons?|people|households?|members?|residents?)$`)
	// orders are columns whose numbers say which one it is and not how many.
	orders = regexp.MustCompile(`(?i)^(?:序号|名次|排名|位次|月份|年份|月|年|no\.?|#|rank|place|month|year)$`)
)
