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
	for _, c := range []struct {
		sql, advice string
		status      int
	}{
		{"selec 1", "correct the query where the message says", statusFailed},
		{"select x from villages", `hulian query "describe TABLE"`, statusFailed},
		{"select 1 from village", `hulian query "show tables"`, statusFailed},
		{"select cast('a' as integer)", "correct the query", statusFailed},
		{"select * from read_csv('x.csv')", "a query of the town's own tables", statusFailed},
		{"drop table villages", "a query that only reads", statusFailed},
		{"set threads = 3", "a query that only reads", statusFailed},
		{"select 1; select 2", "one question a command", statusUsage},
		{"select " + strings.Repeat("(", 60000) + "1" + strings.Repeat(")", 60000), "a query with fewer brackets", statusFailed},
		{"select " + strings.Repeat("1+", 60000) + "1", "a query with fewer brackets", statusFailed},
		{"select i from range(20000000) t(i)", "ask for less", statusFailed},
		{"select len(list(range)) from range(100000000)", "--memory-limit with more", statusFailed}, // a list is not spilled
	} {
		status, _, stderr := session(t, "query", "--dir", town, "--memory-limit", "200MB", c.sql)
		_, next, _ := strings.Cut(stderr, "Try: ")
		if status != c.status || !strings.HasPrefix(next, c.advice) {
			t.Errorf("%s: status %d, want %d\n%s", c.sql, status, c.status, stderr)
		}
	}
}
