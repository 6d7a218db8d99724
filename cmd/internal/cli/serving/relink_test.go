package serving

import (
	"net/url"
	"regexp"
	"testing"

	"hulian/cmd/internal/cli/clitest"
)

// TestAProposalOfLinksIsHandedIn: the register with the links proposed goes the way of any file. Afterwards no link needs to change.
func TestAProposalOfLinksIsHandedIn(t *testing.T) {
	town := clitest.Month(t)
	s := clitest.Serve(t, town)
	changes := regexp.MustCompile(`name="changes" value="(\d+)"`).FindStringSubmatch(s.Get(t, "relink?lang=zh"))
	if changes == nil {
		t.Fatal("the page proposes nothing, or nothing can be handed in")
	}
	const linked = "select count(*) as n from households where linked_since = (select max(linked_since) from households)"
	if to := s.Post(t, "relink", url.Values{"changes": {"100000"}}); to != "relink?" {
		t.Errorf("a proposal nobody has seen leads to %s", to)
	}
	if to := s.Post(t, "relink", url.Values{"changes": {changes[1]}}); !regexp.MustCompile(`^upload\?batch=\w+$`).MatchString(to) {
		t.Fatalf("the register leads to %s", to)
	}
	s.Says(t, "relink?lang=zh", "联户关系不必调整")
	if all := clitest.Fields(t, "query", "--dir", town, linked); len(all) != 1 || all[0]["n"] != changes[1] {
		t.Errorf("%s links were to change, and %v did", changes[1], all)
	}
}
