package gate

import (
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize/convex/lp"

	"hulian/dashboards/view"
)

// spanOf is the least and the most that a withheld number can be, by linear programmes: the equations a reader can write down, and that no count
// is negative. It is another way than the gate's.
func spanOf(t *testing.T, equations [][]truth, of *view.Cell) (low, high float64) {
	t.Helper()
	index := map[*view.Cell]int{}
	for _, e := range equations {
		for _, n := range e {
			if _, has := index[n.cell]; !has && n.cell.Text == withheld {
				index[n.cell] = len(index)
			}
		}
	}
	var rows []map[int]float64
	var sums []float64
	for _, e := range equations {
		row, sum := map[int]float64{}, 0.0
		for _, n := range e {
			if n.cell.Text == withheld {
				row[index[n.cell]] += float64(n.sign)
				sum += float64(n.sign * n.value)
			}
		}
		if len(row) > 0 {
			rows, sums = append(rows, row), append(sums, sum)
		}
	}
	// Each sum is bounded from both sides, so that sums which follow from others do no harm.
	a := mat.NewDense(2*len(rows), len(index)+2*len(rows), nil)
	b := make([]float64, 2*len(rows))
	for i, row := range rows {
		for j, n := range row {
			a.Set(2*i, j, n)
			a.Set(2*i+1, j, -n)
		}
		a.Set(2*i, len(index)+2*i, 1)
		a.Set(2*i+1, len(index)+2*i+1, 1)
		b[2*i], b[2*i+1] = sums[i]+1e-6, -sums[i]+1e-6
	}
	best := func(sign float64) float64 {
		c := make([]float64, len(index)+2*len(rows))
		c[index[of]] = sign
		got, _, err := lp.Simplex(c, a, b, 1e-9, nil)
		if err != nil {
			t.Fatalf("the linear programme: %v", err)
		}
		return sign * got
	}
	return best(1), best(-1)
}

// TestNoSmallNumberIsToldClosely attacks tables with totals by linear programming: of a number of 1 to 4 that is withheld, the sums and that
// nothing is counted below none leave each of 1, 2, 3 and 4 possible.
func TestNoSmallNumberIsToldClosely(t *testing.T) {
	random := rand.New(rand.NewPCG(14, 8))
	smalls, hidden, cells, closer := 0, 0, 0, 0
	for range 60 {
		table, equations, all := crossed(random, 2+random.IntN(5), 2+random.IntN(3), random.IntN(2) == 0)
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
		for _, n := range all {
			if !small(n.value) {
				continue
			}
			smalls++
			if low, high := spanOf(t, equations, n.cell); low > 1.01 || high < 3.99 {
				closer++
				t.Errorf("%d is known to be between %.2f and %.2f\n%s", n.value, low, high, drawn(table, all))
			}
		}
	}
	if smalls < 150 || hidden == cells {
		t.Errorf("%d small numbers, %d of %d withheld: the test attacks nothing", smalls, hidden, cells)
	}
	t.Logf("%d small of %d numbers, %d withheld, %d told closer", smalls, cells, hidden, closer)
}

// TestNothingBesideFewTellsThem: a withheld number that is none gives the other one away, for less than nothing is never counted.
func TestNothingBesideFewTellsThem(t *testing.T) {
	row := func(name string, n ...float64) []view.Cell {
		cells := []view.Cell{view.Plain(name)}
		for _, of := range n {
			cells = append(cells, view.Count(of))
		}
		return cells
	}
	table := &view.Table{Columns: []view.Column{view.Words("村"), view.Number("低保户"), view.Number("一般户"), view.Number("合计")},
		Rows: [][]view.Cell{row("甲", 2, 0, 2), row("乙", 0, 40, 40), row("丙", 30, 50, 80)}, Total: row("全镇", 32, 90, 122)}
	var p paper
	p.add(0, table)
	p.withhold()
	for q, of := range p.spans() {
		if n := p.quantities[q]; n.value == 2 && (of.low > 1 || of.high < 4) {
			t.Errorf("2 is known to be between %d and %d", of.low, of.high)
		}
	}
}

// TestTwoMonthsSetAgainstEachOther: what is withheld in one month does not come back from the paper of the month before, where each shows what
// happened in its own month; a change of few between two numbers that are shown is seen, and the paper says so.
func TestTwoMonthsSetAgainstEachOther(t *testing.T) {
	month := func(done ...float64) view.View {
		table := &view.Table{Title: "各村积分", Columns: []view.Column{view.Words("村"), view.Number("本月得分党员"), view.Number("累计得分党员")}}
		names := []string{"甲村", "乙村", "丙村", "丁村"}
		var now, ever float64
		for i, name := range names {
			table.Rows = append(table.Rows, []view.Cell{view.Plain(name), view.Count(done[2*i]), view.Count(done[2*i+1])})
			now, ever = now+done[2*i], ever+done[2*i+1]
		}
		table.Total = []view.Cell{view.Plain("全镇"), view.Count(now), view.Count(ever)}
		v, _, err := Pass(view.View{Blocks: []view.Block{table}}, Public, noNames, zh)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	before, after := month(9, 20, 8, 30, 11, 25, 12, 44), month(2, 22, 10, 40, 6, 31, 7, 51)
	of := func(v view.View, row, column int) string { return v.Blocks[0].(*view.Table).Rows[row][column].Text }
	if of(after, 0, 1) != withheld {
		t.Fatalf("the 2 of this month is shown: %s", of(after, 0, 1))
	}
	// Here the running total of both months is shown, so the 2 can be worked out from two papers: that is what the paper owns up to.
	if of(before, 0, 2) != "20" || of(after, 0, 2) != "22" {
		t.Skip("the running totals are withheld: nothing can be worked out")
	}
	for name, v := range map[string]view.View{"before": before, "after": after} {
		if said := left(t, v); !strings.Contains(said, "两期数字相减，可能看出少于5的增减") {
			t.Errorf("the paper of the month %s does not say that two months can be set against each other", name)
		}
	}
}
