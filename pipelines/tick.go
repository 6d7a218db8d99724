package pipelines

// TodoTicks is the export that keeps what people tick on the list of what is to be done.
const TodoTicks = "todo_ticks"

// Tick says of things on the list of what is to be done that they are done, or takes that back. No measure changes by it.
type Tick struct {
	Month string // of the list, 2018-01
	Back  bool   // it is taken back
	By    string
	Note  string // may be empty
	Items []TickItem
}

// TodoKind is a kind of things to do.
type TodoKind string

// Kinds of things to do.
const (
	TodoHousehold TodoKind = "household" // to visit
	TodoIssue     TodoKind = "issue"     // past its deadline
	TodoMember    TodoKind = "member"    // with households and without a visit in the month
	TodoMeeting   TodoKind = "meeting"   // a branch without its reconciliation meeting
	TodoExport    TodoKind = "export"    // did not come from a village
	TodoFile      TodoKind = "file"      // waits, or has rows to mend
	TodoDecided   TodoKind = "decided"   // an action or a resolution whose day has come
)

// TickItem is one thing to do: its ID within its kind, and the place it is about.
type TickItem struct {
	Kind            TodoKind
	ID              string
	Village, Branch string // empty: the whole town
}
