package facts

import "testing"

// ShortLists makes every list with more rows a long one, until the test ends.
func ShortLists(t *testing.T, rows int) {
	t.Helper()
	before := shortList
	shortList = rows
	t.Cleanup(func() { shortList = before })
}
