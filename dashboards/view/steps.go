package view

import "cmp"

// Steps is how many of a month's issues reached each step, and how long each took.
type Steps struct {
	Frame
	Against string // whom the small marks stand for: "全镇"
	Waits   string // what the issues counted as waiting are called; empty: overdue
	Steps   []Step
}

// Step is one of them.
type Step struct {
	Name    string
	Count   Value // how many reached it
	Days    Value // the middle time it took; NaN without a reason where time is counted from it on
	Others  Value // the same of those it is held against
	Waiting Value // how many wait there: past the limit, or as Waits says
	Worst   bool  // most time is lost here
}

// Kind names the template of the block.
func (*Steps) Kind() string { return "steps" }

// Behind is the table of the picture.
func (s *Steps) Behind() *Table {
	table, l := s.table(), s.Language
	Fill(table, s.Steps,
		Of(Words(l.T("环节", "Step")), func(s Step) Cell { return Plain(s.Name) }),
		Of(Number(l.T("到达", "Reached")), func(s Step) Cell { return s.Count.Cell() }),
		Of(Number(l.T("用时中位数", "Middle time")), func(s Step) Cell { return s.Days.Cell() }),
		Of(Number(l.Tf("用时中位数（%s）", "Middle time (%s)", s.Against)), func(s Step) Cell { return s.Others.Cell() }),
		Of(Number(cmp.Or(s.Waits, l.T("超期", "Overdue"))), func(s Step) Cell { return s.Waiting.Cell() }))
	return table
}
