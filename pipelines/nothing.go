package pipelines

// Nothing says that a village had nothing to report in a month for one export of events, or takes that back.
type Nothing struct {
	Export  string
	Village string // id; empty: every village of the town
	Month   string // 2018-01
	Back    bool   // it is taken back
	By      string
	Reason  string // may be empty
}
