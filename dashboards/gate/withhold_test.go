package gate

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"

	"hulian/dashboards/view"
)

// truth is a number as it was before the gate, and the cell it stands in after it.
type truth struct {
	value int64
	sign  int64 // in an equation that adds up to nothing, or to what stands elsewhere
	cell  *view.Cell
}

// attack solves, in fractions, the equations that whoever reads a paper can write down: each is a list of numbers that add up to what
// is known. It gives the numbers that come out.
func attack(equations [][]truth) map[*view.Cell]bool {
	index := map[*view.Cell]int{}
	for _, e := range equations {
		for _, n := range e {
			if n.cell.Text == withheld {
				if _, has := index[n.cell]; !has {
					index[n.cell] = len(index)
				}
			}
		}
	}
	var rows [][]*big.Rat
	for _, e := range equations {
		row := make([]*big.Rat, len(index))
		for i := range row {
			row[i] = new(big.Rat)
		}
		for _, n := range e {
			if n.cell.Text == withheld {
				row[index[n.cell]].Add(row[index[n.cell]], big.NewRat(n.sign, 1))
			}
		}
		rows = append(rows, row)
	}
	lead := 0
	for column := range len(index) {
		at := -1
		for i := lead; i < len(rows); i++ {
			if rows[i][column].Sign() != 0 {
				at = i
				break
			}
		}
		if at < 0 {
			continue
		}
		rows[lead], rows[at] = rows[at], rows[lead]
		by := new(big.Rat).Inv(rows[lead][column])
		for j := range rows[lead] {
			rows[lead][j].Mul(rows[lead][j], by)
		}
		for i := range rows {
			if i != lead && rows[i][column].Sign() != 0 {
				by := new(big.Rat).Set(rows[i][column])
				for j := range rows[i] {
					rows[i][j].Sub(rows[i][j], new(big.Rat).Mul(by, rows[lead][j]))
				}
			}
		}
		lead++
	}
	found := map[*view.Cell]bool{}
	for _, row := range rows {
		only, unknowns := 0, 0
		for j := range row {
			if row[j].Sign() != 0 {
				only, unknowns = j, unknowns+1
			}
		}
		if unknowns == 1 {
			for cell, i := range index {
				if i == only {
					found[cell] = true
				}
			}
		}
	}
	return found
}

// crossed is a table of villages by kinds with totals on both sides, as published, and every equation in it.
func crossed(random *rand.Rand, rows, kinds int, total bool) (*view.Table, [][]truth, []truth) {
	t := &view.Table{ID: "t", Title: "各村", Columns: []view.Column{view.Words("村")}}
	for k := range kinds {
		t.Columns = append(t.Columns, view.Number(fmt.Sprintf("类%d", k)))
	}
	t.Columns = append(t.Columns, view.Number("合计"))
	values := make([][]int64, rows+1)
	values[rows] = make([]int64, kinds+1)
	for r := range rows {
		values[r] = make([]int64, kinds+1)
		for k := range kinds {
			n := random.Int64N(30)
			if random.IntN(3) == 0 {
				n = random.Int64N(5)
			}
			values[r][k] = n
			values[r][kinds] += n
			values[rows][k] += n
			values[rows][kinds] += n
		}
	}
	for r := range rows + 1 {
		row := []view.Cell{{Text: fmt.Sprintf("村%02d", r)}}
		for _, n := range values[r] {
			row = append(row, view.Count(float64(n)))
		}
		switch {
		case r < rows:
			t.Rows = append(t.Rows, row)
		case total:
			row[0].Text = "全镇"
			t.Total = row
		}
	}
	at := func(r, k int) (truth, bool) {
		row := t.Total
		if r < rows {
			row = t.Rows[r]
		} else if !total {
			return truth{}, false
		}
		return truth{values[r][k], 1, &row[k+1]}, true
	}
	var equations [][]truth
	var all []truth
	for r := range rows + 1 {
		var e []truth
		for k := range kinds + 1 {
			if n, shown := at(r, k); shown {
				all = append(all, n)
				if k == kinds {
					n.sign = -1
				}
				e = append(e, n)
			}
		}
		equations = append(equations, e)
	}
	for k := range kinds + 1 {
		var e []truth
		for r := range rows + 1 {
			if n, shown := at(r, k); shown {
				if r == rows {
					n.sign = -1
				}
				e = append(e, n)
			}
		}
		equations = append(equations, e)
	}
	return t, equations, all
}

// drawn is a table with what it was and what it shows.
func drawn(t *view.Table, all []truth) string {
	said := ""
	for i, n := range all {
		if i%(len(t.Columns)-1) == 0 {
			said += "\n"
		}
		said += fmt.Sprintf("%d:%s\t", n.value, n.cell.Text)
	}
	return said
}

// TestNoSmallNumberComesBack attacks tables of every size by linear algebra: no number of 1 to 4 is shown, and none is the solution.
func TestNoSmallNumberComesBack(t *testing.T) {
	random := rand.New(rand.NewPCG(14, 6))
	smalls, hidden, cells := 0, 0, 0
	for range 300 {
		table, equations, all := crossed(random, 2+random.IntN(9), 2+random.IntN(4), random.IntN(2) == 0)
		var p paper
		p.add(0, table)
		p.withhold()
		for _, c := range p.cells {
			if c.withheld {
				*c.at = view.Cell{Text: withheld}
				hidden++
			}
		}
		cells += len(all)
		back := attack(equations)
		for _, n := range all {
			if !small(n.value) {
				continue
			}
			smalls++
			if n.cell.Text != withheld {
				t.Fatalf("%d is shown", n.value)
			}
			if back[n.cell] {
				t.Fatalf("%d comes back from the totals\n%s", n.value, drawn(table, all))
			}
		}
	}
	if smalls < 1000 || hidden == cells {
		t.Errorf("%d small numbers, %d of %d withheld: the test attacks nothing", smalls, hidden, cells)
	}
	t.Logf("%d small of %d numbers, %d withheld", smalls, cells, hidden)
}

// TestTheAttackWorks: with the small numbers alone withheld, they do come back.
func TestTheAttackWorks(t *testing.T) {
	random := rand.New(rand.NewPCG(14, 7))
	for range 50 {
		_, equations, all := crossed(random, 4, 3, true)
		for _, n := range all {
			if small(n.value) {
				*n.cell = view.Cell{Text: withheld}
			}
		}
		if len(attack(equations)) > 0 {
			return
		}
	}
	t.Error("nothing comes back")
}

// Two tables of the same villages withhold the same numbers, or each would give away what the other withholds.
func TestTablesAgree(t *testing.T) {
	of := func(id string) *view.Table {
		t := &view.Table{ID: id, Columns: []view.Column{view.Words("村"), {Title: "户数", Kind: view.ColumnNumber}}}
		for _, n := range []int{3, 12, 40, 9} {
			t.Rows = append(t.Rows, []view.Cell{{Text: "村" + strconv.Itoa(n)}, view.Count(float64(n))})
		}
		return t
	}
	a, b := of("a"), of("b")
	b.Rows = b.Rows[:3]
	b.Rows = append(b.Rows, []view.Cell{{Text: "别村"}, view.Count(6)})
	var p paper
	p.add(0, a)
	p.add(1, b)
	p.withhold()
	withheldIn := map[string]int{}
	for _, c := range p.cells {
		if c.withheld {
			withheldIn[c.row]++
		}
	}
	if withheldIn["村3"] != 2 || withheldIn["村12"] == 1 || withheldIn["村40"] == 1 {
		t.Errorf("withheld: %v", withheldIn)
	}
	if len(withheldIn) < 2 {
		t.Error("one number alone comes back from the total")
	}
}

// A rate gives its number away, and so do the interval and the words beside it.
func TestRatesGoWhole(t *testing.T) {
	table := &view.Table{Columns: []view.Column{view.Words("村"), view.Rate("走访率", "%")}}
	for _, r := range [][2]float64{{2, 40}, {38, 41}, {20, 40}, {40, 40}, {30, 60}} {
		cell := view.Share(r[0], r[1])
		cell.Interval, cell.Read, cell.Note = "1–2", "一句话", "注"
		table.Rows = append(table.Rows, []view.Cell{{Text: fmt.Sprint(r)}, cell})
	}
	v, passed, err := Pass(view.View{Blocks: []view.Block{table}}, Public, noNames, zh)
	if err != nil {
		t.Fatal(err)
	}
	rows := v.Blocks[0].(*view.Table).Rows
	for i, cell := range []view.Cell{rows[0][1], rows[1][1]} {
		if cell != (view.Cell{Text: withheld}) {
			t.Errorf("row %d: %+v", i, cell)
		}
	}
	if passed.Withheld < 2 || rows[3][1].Text != "100.0" && rows[2][1].Text != "50.0" {
		t.Errorf("%+v %v", passed, rows)
	}
}

func BenchmarkWithhold(b *testing.B) {
	for _, rows := range []int{20, 300} {
		b.Run(strconv.Itoa(rows), func(b *testing.B) {
			for range b.N {
				b.StopTimer()
				table, _, _ := crossed(rand.New(rand.NewPCG(1, 2)), rows, 12, true)
				b.StartTimer()
				var p paper
				p.add(0, table)
				p.withhold()
			}
		})
	}
}
