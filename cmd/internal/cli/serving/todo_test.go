package serving

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/cmd/internal/cli/clitest"
)

// TestWhatIsTickedOutlivesTheWarehouse: a thing to do is ticked on the page; it stands there with who did it, and no figure
// changes. It does so still when the warehouse was deleted and built anew, and in a restored backup.
func TestWhatIsTickedOutlivesTheWarehouse(t *testing.T) {
	town := clitest.Month(t)
	figures := func() string {
		return clitest.Says(t, clitest.Done, "", "query", "--dir", town, "--format", "csv", "select measure, level, unit_id, month, numerator, denominator, value from measures order by all")
	}
	before := figures()
	s := clitest.Serve(t, town)
	_, rest, found := strings.Cut(s.Get(t, "todo?month=2018-01"), `name="done" value="`)
	if !found {
		t.Fatal("nothing can be ticked")
	}
	name, _, _ := strings.Cut(rest, `"`)
	if to := s.Post(t, "todo", url.Values{"month": {"2018-01"}, "done": {name}, "note": {"已上门"}}); !strings.Contains(to, "done=1") {
		t.Fatalf("the tick leads to %s", to)
	}
	s.Says(t, "todo?month=2018-01", "已上门")
	s.Kill(t)
	if diff := cmp.Diff(before, figures()); diff != "" {
		t.Errorf("a tick changes figures (-before +after):\n%s", diff)
	}
	stands := func(when, dir string) {
		t.Helper()
		all := clitest.Fields(t, "query", "--dir", dir, "select of_kind || ':' || coalesce(household_id, issue_id, member_id, item) as name, remark, entered_by, back from todo_ticks")
		if len(all) != 1 || all[0]["name"] != name || all[0]["remark"] != "已上门" || all[0]["entered_by"] == "" || all[0]["back"] != "false" {
			t.Errorf("%s there stands %v", when, all)
		}
	}
	stands("after the tick", town)
	clitest.Must(t, os.Remove(filepath.Join(town, "warehouse.duckdb")))
	clitest.Says(t, clitest.Done, "", "run", "--dir", town)
	stands("when the warehouse is built anew", town)
	kept, other := filepath.Join(t.TempDir(), "town.zip"), filepath.Join(t.TempDir(), "other")
	clitest.Says(t, clitest.Done, "", "backup", kept, "--dir", town)
	clitest.Says(t, clitest.Done, "", "restore", kept, "--dir", other)
	stands("in a restored backup", other)
}
