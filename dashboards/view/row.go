package view

// Row sets blocks side by side on a grid of twelve columns; on narrow screens they stand below each other.
type Row struct{ Parts []Part }

// Part is what stands in one place of a row, so many columns wide, from top to bottom.
type Part struct {
	Span   int
	Blocks []Block
}

// Lead is where the sentences of a view stand that has a headline; those of other views stand before all blocks.
type Lead struct{}

// Kind names the template of the block.
func (Row) Kind() string { return "row" }

// Kind names the template of the block.
func (Lead) Kind() string { return "lead" }
