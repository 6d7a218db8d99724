package pipelines

import "errors"

// ErrNotBegun says of a month that it lies ahead, so that nobody can know it to hold nothing.
var ErrNotBegun = errors.New("the month has not begun")

// Nothing says that a village had nothing to report in a month for one export of events, or takes that back.
type Nothing struct {
	Export  string
	Village string // id; empty: every village of the town
	Month   string // 2018-01
	Back    bool   // it is taken back
	By      string
	Reason  string // may be empty
}
