package pipelines

// Entered is what somebody has filled in on a page: rows of one of the exports of entries, each by its columns. Who entered them,
// when, and the number of each row are added where they are kept.
type Entered struct {
	Export string
	By     string
	Rows   []map[string]any
}
