package view

// Tell is the small form on the card of a measure by which a person asks to be told of it in the unit the card is about.
type Tell struct {
	Name    string // of the measure
	Unit    string
	Address string // it is posted to
	Fields  []Field
	Link    string // leads to the other conditions
}
