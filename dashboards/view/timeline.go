package view

// Timeline is what became of one issue, step by step.
type Timeline struct {
	Frame
	Events []Event
}

// Event is one step.
type Event struct {
	Name    string
	At      string // day; empty: not yet, or unknown
	Took    string // since the step before: "2 days"
	Who     string
	Text    string
	Tone    Tone   // worse: it took longer than it may
	Verdict string // the tone in a word: "3 days over the limit"
	Pending bool   // not done yet
	Unknown string // why nothing is known of it
}

// Kind names the template of the block.
func (*Timeline) Kind() string { return "timeline" }

// Behind is the table of the component.
func (t *Timeline) Behind() *Table {
	table, l := t.table(), t.Language
	Fill(table, t.Events,
		Of(Words(l.T("环节", "Step")), func(e Event) Cell { return Plain(e.Name) }),
		Of(Day(l.T("日期", "Day")), func(e Event) Cell { return Cell{Text: e.At, Note: e.Unknown} }),
		Of(Words(l.T("用时", "Took")), func(e Event) Cell { return Cell{Text: e.Took, Tone: e.Tone, Note: e.Verdict} }),
		Of(Words(l.T("经办", "By")), func(e Event) Cell { return Plain(e.Who) }))
	return table
}
