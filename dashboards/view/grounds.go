package view

// Grounds is what an answer stands on: how it was worked out, and what must hold for it. It is folded, for it is looked up and not
// read. It holds no charts: they cannot be drawn where nothing is shown.
type Grounds struct {
	ID, Title string
	Blocks    []Block
}

// Kind names the template of the block.
func (Grounds) Kind() string { return "grounds" }

// Flat returns the blocks of a view in order, those that stand side by side or folded one after the other.
func (v View) Flat() []Block {
	var all []Block
	for _, b := range v.Blocks {
		switch b := b.(type) {
		case Row:
			for _, part := range b.Parts {
				all = append(all, View{Blocks: part.Blocks}.Flat()...)
			}
		case Grounds:
			all = append(all, View{Blocks: b.Blocks}.Flat()...)
		default:
			all = append(all, b)
		}
	}
	return all
}
