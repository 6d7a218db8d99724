package view

import "hulian/queries/reading"

// Position is where a unit stands among its like in one month: a mark of its own, beside the one of its own course over time,
// for a unit far behind the others may be steady, and one far ahead may be falling.
type Position string

// Positions. Of most units there is none.
const (
	NoPosition Position = ""
	Behind     Position = "behind" // beyond the outer limit of the funnel, on the bad side
	Ahead      Position = "ahead"  // the same on the good side
)

// Mark is a reading at a glance: the pair of icons of "Making Data Count" (NHS England), one for the variation of the
// newest value, one for whether the target will be met. Letters in them say what colour says.
type Mark struct {
	Variation reading.Variation
	Assurance reading.Assurance
	Letter    string // in the variation icon: high or low; empty without a signal
	Target    string // in the assurance icon: passing, failing, hit or miss; empty without a target
	Varies    string // the variation in words
	Assured   string // the assurance in words
	Sentence  string // the whole reading, the interval included
	Link      string // where all of it is shown

	Position Position // among its like; empty without one
	Placed   string   // the position in words
}
