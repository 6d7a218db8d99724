package view

// ColumnOf is a column that carries its cells: its head, and what stands below it for a T.
type ColumnOf[T any] struct {
	Head Column
	Cell func(T) Cell
}

// Of makes a column that carries its cells.
func Of[T any](head Column, cell func(T) Cell) ColumnOf[T] { return ColumnOf[T]{head, cell} }

// Fill heads a table with columns and gives it a row for each T, so that heads and cells cannot drift apart.
func Fill[T any](t *Table, rows []T, columns ...ColumnOf[T]) {
	for _, c := range columns {
		t.Columns = append(t.Columns, c.Head)
	}
	for _, row := range rows {
		cells := make([]Cell, len(columns))
		for i, c := range columns {
			cells[i] = c.Cell(row)
		}
		t.Rows = append(t.Rows, cells)
	}
}

// Plain is a cell that shows a text and nothing else.
func Plain(text string) Cell { return Cell{Text: text} }
