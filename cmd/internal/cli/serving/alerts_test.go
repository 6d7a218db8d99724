package serving

import (
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hulian/cmd/internal/cli/clitest"
)

// TestAnAlertGoesOutOnce: somebody subscribes to a measure on its page. The next run sends one notice to the town's channel; the run
// after it sends none. The notice names the measure and the value, and no person.
func TestAnAlertGoesOutOnce(t *testing.T) {
	channels := &told{posts: map[string][]string{}}
	server := httptest.NewServer(channels)
	t.Cleanup(server.Close)
	town := clitest.Month(t)
	clitest.Write(t, filepath.Join(town, "hulian.yaml"), []byte("keep_generations: 2\nnotifications:\n  - {name: duty, on: [alert], webhook: {kind: json, address: \""+server.URL+"/duty\"}}\n"))
	s := clitest.Serve(t, town)
	if to := s.Post(t, "alerts/add", url.Values{"measure": {"household_coverage"}, "way": {"above"}, "bound": {"0.1"}}); to != "alerts?done=1" {
		t.Fatalf("asking leads to %s", to)
	}
	s.Kill(t)
	notices := func() []string {
		t.Helper()
		found, err := filepath.Glob(filepath.Join(town, "notices", "*.json"))
		clitest.Must(t, err)
		return found
	}
	clitest.Says(t, clitest.Done, "", "nothing", "issues", "2018-01", "--by", "王样本", "--dir", town)
	all := notices()
	if len(all) != 1 {
		t.Fatalf("there are %d notices", len(all))
	}
	content, err := os.ReadFile(all[0])
	clitest.Must(t, err)
	if text := string(content); !strings.Contains(text, "指标提醒") || !strings.Contains(text, "走访覆盖率") || strings.Contains(text, "王样本") {
		t.Errorf("the notice says %s", text)
	}
	clitest.Says(t, clitest.Done, "", "nothing", "issues", "2018-01", "--back", "--by", "王样本", "--dir", town)
	if again := notices(); len(again) != 1 {
		t.Errorf("it is told again: %v", again)
	}
	delivering := clitest.Serve(t, town)
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end) && len(channels.of("/duty")) == 0; time.Sleep(100 * time.Millisecond) {
		continue
	}
	delivering.Kill(t)
	if posts := channels.of("/duty"); len(posts) != 1 || !strings.Contains(posts[0], "走访覆盖率") {
		t.Errorf("the channel was told %q", posts)
	}
}
