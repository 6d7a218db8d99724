package cli

import (
	"path/filepath"
	"strings"
	"testing"

	"hulian/dashboards/desk"
)

// TestASecondPersonDecidesByCommand: what waits is listed with its author, a refusal needs a reason, and each decision stands in the
// audit trail.
func TestASecondPersonDecidesByCommand(t *testing.T) {
	town := filepath.Join(t.TempDir(), "town")
	if status, _, stderr := session(t, "init", "--dir", town); status != statusDone {
		t.Fatal(stderr)
	}
	d, err := desk.Open(desk.Config{Dir: filepath.Join(town, uploadsName), Second: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	var ids []string
	for _, name := range []string{"走访.csv", "名册.csv"} {
		r, err := d.Receive()
		if err == nil {
			r.From(desk.Author{Account: "wang", Name: "王样本 (wang)", Village: "V07"})
			err = r.Add(name, strings.NewReader(name))
		}
		if err != nil {
			t.Fatal(err)
		}
		id, err := r.Submit()
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	status, out, stderr := session(t, "uploads", "--dir", town, "--format", "csv")
	if status != statusDone || !strings.Contains(out, ids[0]) || !strings.Contains(out, "王样本 (wang),V07,走访.csv") {
		t.Errorf("%d %s %s", status, out, stderr)
	}
	if status, _, stderr := session(t, "uploads", "refuse", ids[0], "--dir", town); status != statusUsage || !strings.Contains(stderr, "--reason") {
		t.Errorf("without a reason: %d %s", status, stderr)
	}
	if status, _, stderr := session(t, "uploads", "refuse", ids[0], "--reason", "三月的表", "--dir", town); status != statusDone {
		t.Errorf("%d %s", status, stderr)
	}
	if status, _, stderr := session(t, "uploads", "accept", ids[1], "--dir", town); status != statusDone {
		t.Errorf("%d %s", status, stderr)
	}
	if status, _, stderr := session(t, "uploads", "accept", ids[1], "--dir", town); status != statusUsage || !strings.Contains(stderr, "hulian uploads") {
		t.Errorf("accepted twice: %d %s", status, stderr)
	}
	if _, out, _ := session(t, "uploads", "--dir", town, "--format", "csv"); strings.Contains(out, ids[0]) || strings.Contains(out, ids[1]) {
		t.Errorf("they wait still: %s", out)
	}
	_, out, _ = session(t, "trail", "--dir", town, "--format", "csv", "--lang", "en")
	for _, said := range []string{"refused, as a second person, what was handed in: 走访.csv", "accepted, as a second person, what was handed in: 名册.csv"} {
		if !strings.Contains(out, said) {
			t.Errorf("the trail does not say %q:\n%s", said, out)
		}
	}
}
