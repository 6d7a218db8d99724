package view

import "slices"

// Accepts reports whether the form is the one of a held file.
func (f Form) Accepts(file string) bool { return f.Fields[0].Value == file }

// Fold is a part of a form that most people need not see: it opens at its title.
type Fold struct {
	ID       string // anchor
	Title    string
	State    string // what is said there now
	Text     string
	Problem  string // why it was refused, where no control is to blame
	Open     bool
	Guess    bool
	Controls []Control
	Folds    []Fold
	Button   *Button
}

// Button sends a form and says what is to be done with it.
type Button struct{ Value, Label string }

// ControlKind says what a control looks like.
type ControlKind string

// Kinds of controls.
const (
	ControlSelect ControlKind = "select"
	ControlText   ControlKind = "text"
	ControlLines  ControlKind = "lines" // a text of several lines
	ControlCheck  ControlKind = "check"
	ControlGroup  ControlKind = "group" // of those in Inner
)

// Control is one field of a Fold.
type Control struct {
	Kind    ControlKind
	ID      string
	Name    string
	Label   string
	Value   string
	Checked bool
	Options []Choice
	Inner   []Control
	Limit   int      // characters of a text
	Ways    []string // of the Fold's way, for which the control is there; nil: for all
	Leads   bool     // it chooses the way
	Problem string   // why it was refused
}

// Form is what a person fills in and sends to the server.
type Form struct {
	ID      string // anchor
	Title   string
	Text    string
	Address string // it is posted to
	Method  string // get, for a search; empty: post
	Fields  []Field
	Label   string // of the button
}

// TakesFile reports whether a file is sent with the form.
func (f Form) TakesFile() bool {
	return slices.ContainsFunc(f.Fields, func(field Field) bool { return field.File != "" })
}

// Field is one line of a form.
type Field struct {
	Name, Label string
	Value       string
	Limit       int // characters
	Required    bool
	Hidden      bool
	File        string   // a file is taken, of these endings: ".json"; empty: none
	Date        bool     // a day is chosen, YYYY-MM-DD
	Long        bool     // a text of a sentence or more: it has a line of its own
	Choices     []Choice // one of them is taken; none: a text is typed
}

// Kind names the template of each block.
func (Form) Kind() string { return "form" }

// Upload is the form files are handed in with.
type Upload struct {
	Action     string // address it is posted to
	Megabytes  int64  // of all files together
	Files      int
	Unfinished bool // the page shows a batch that is still at work
}

// Kind names the template of the block.
func (Upload) Kind() string { return "upload" }

// Choices is a form in which a person chooses one thing for every row.
type Choices struct {
	ID      string
	Title   string
	Text    string
	Method  string // get or post
	Address string
	Heads   [3]string // what is chosen for, examples of it, the choice
	Rows    []ChoiceRow
	Folds   []Fold // behind the rows
	Fields  []Field
	Label   string // of the button
	Value   string // what the button says is to be done; empty: nothing is said
	Other   *Also
}

// Also offers to go on with one more thing before the form is done.
type Also struct {
	Label   string
	Name    string
	Options []Choice
	Button  Button
}

// Kind names the template of the block.
func (Choices) Kind() string { return "choices" }

// ChoiceRow is one choice.
type ChoiceRow struct {
	Subject, Sub string
	Examples     string
	Name         string // of the field
	Options      []Choice
	Hint         string // why it is preselected, or why there is nothing to choose
	Remark       *Field // a few words beside the choice; nil: none are asked for
}

// Choice is one option.
type Choice struct {
	Value, Name string
	Chosen      bool
}
