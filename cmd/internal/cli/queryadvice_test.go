package cli

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestAQueryThatFailsIsToldWhatHelps asks a published town what people ask by mistake.
func TestAQueryThatFailsIsToldWhatHelps(t *testing.T) {
	town := filepath.Join(t.TempDir(), "town")
	if status, _, stderr := session(t, "init", "--dir", town); status != statusDone {
		t.Fatal(stderr)
	}
	villages := filepath.Join(t.TempDir(), "villages.csv")
	write(t, villages, []byte("村编号,村名,镇\nV01,逍林村,逍林镇\n"))
	if status, _, stderr := session(t, "import", "--dir", town, villages); status != statusDone {
		t.Fatal(stderr)
	}
	for sql, advice := range map[string]string{
		"selec 1": "correct the query where the message says", "select x from villages": `hulian query "describe TABLE"`, "select 1 from village": `hulian query "show tables"`,
		"select cast('a' as integer)": "correct the query", "select * from read_csv('x.csv')": "a query of the town's own tables", "drop table villages": "a query that only reads",
		"set threads = 3": "a query that only reads",
		"select count(*) from (select a.i || b.i as k from range(100000) a (i), range(100000) b (i) group by k)": "--memory-limit with more",
	} {
		status, _, stderr := session(t, "query", "--dir", town, "--memory-limit", "200MB", sql)
		_, next, _ := strings.Cut(stderr, "Try: ")
		if status != statusFailed || !strings.HasPrefix(next, advice) {
			t.Errorf("%s: status %d\n%s", sql, status, stderr)
		}
	}
}
