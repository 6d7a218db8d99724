package view

import "hulian/dashboards/language"

// State says whether a component has something to show.
type State string

// States of a component. In each but the first the component says why, and what to do next.
const (
	Ready   State = ""
	Empty   State = "empty"   // nothing was counted, and that is no fault
	Loading State = "loading" // it is being computed
	Failed  State = "failed"  // it could not be made
)

// Frame is what surrounds every component: its name, how it is read, whether it has something to show.
type Frame struct {
	ID       string // unique on its page: anchors, tables and addresses are named after it
	Title    string
	Note     string // how it is read, in one line
	Language language.Language
	State    State
	Reason   string // why there is nothing to show
	Next     string // what to do about it
	NextLink string
	More     string // how much of all is shown: "15 of 300 villages"
	MoreLink string // where all of it is
}

// Framed gives templates the frame of any component.
func (f Frame) Framed() Frame { return f }

// Pictured is a component that is drawn as a picture. The table behind it says the same to those who cannot see it, and to a
// spreadsheet.
type Pictured interface {
	Block
	Framed() Frame
	Behind() *Table
}

// table is the frame of the table behind a picture.
func (f Frame) table() *Table {
	return &Table{ID: f.ID, Title: f.Title, Empty: f.Reason}
}
