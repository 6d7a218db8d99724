package pipelines

// Aside names what is set aside, so that it does not count, or taken back: a file, or a row of events.
type Aside struct {
	File   string // id; empty: a row
	Export string
	Key    string // of the row, as lists show it
	Back   bool   // it is taken back
	By     string
	Reason string
}
