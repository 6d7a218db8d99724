package pipelines

// Exports in which stands what a committee decides, and what it has asked.
const (
	Actions     = "actions"     // help for villages
	Resolutions = "resolutions" // of meetings
	Callbacks   = "callbacks"   // what households said of visits
	Talks       = "talks"       // with branches in last place
	Plans       = "plans"       // of comparisons
)

// Entered is what somebody has filled in on a page: rows of one of the exports of entries, each by its columns. Who entered them,
// when, and the number of each row are added where they are kept.
type Entered struct {
	Export string
	By     string
	Rows   []map[string]any
}
