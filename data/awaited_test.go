package data

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/pipelines"
)

func TestTheListsThatRowsWaitForAreNamed(t *testing.T) {
	for _, c := range []struct {
		awaited []pipelines.Awaited
		zh, en  string
	}{
		{nil, "", ""},
		{[]pipelines.Awaited{{List: "members", IDs: 3}}, "党员名册尚未报来", "Members (members) has not come"},
		{[]pipelines.Awaited{{List: "branches", IDs: 1}, {List: "members", IDs: 3}, {List: "households", IDs: 1200, Came: true}},
			"网格支部名册、党员名册尚未报来；农户名册缺 1,200 个编号", "Grid branches (branches) and Members (members) have not come; Households (households) lacks 1,200 of them"},
		{[]pipelines.Awaited{{List: "villages", IDs: 1, Came: true}}, "村名册缺 1 个编号", "Villages (villages) lacks 1 of them"},
	} {
		if got := ExplainAwaited(c.awaited, "zh"); got != c.zh {
			t.Errorf("%v: %q, want %q", c.awaited, got, c.zh)
		}
		if got := ExplainAwaited(c.awaited, "en"); got != c.en {
			t.Errorf("%v: %q, want %q", c.awaited, got, c.en)
		}
	}
}

func needs(t *testing.T, export string) string {
	t.Helper()
	c, ok := ContractOf(export)
	if !ok {
		t.Fatalf("no export %s", export)
	}
	var names []string
	for _, n := range c.Needs() {
		names = append(names, n.Export)
	}
	return strings.Join(names, ", ")
}

func TestNeedsFollowsRequiredReferences(t *testing.T) {
	for export, want := range map[string]string{
		"visits": "villages, branches, households, members", "points": "villages, branches, members", "ratings": "villages, branches", "issues": "villages", "villages": "",
		"households": "villages, branches", "cadre_decisions": "villages, branches, members", "population": "villages",
	} {
		if got := needs(t, export); got != want {
			t.Errorf("%s needs %s, want %s", export, got, want)
		}
	}
}

// TestTheReadmesSayWhichListsAreNeeded compares their tables with the contracts, export by export.
func TestTheReadmesSayWhichListsAreNeeded(t *testing.T) {
	for file, words := range map[string]struct{ head, none string }{
		"README.md":    {"| to load | these lists must be there |\n|---|---|\n", "none"},
		"README.zh.md": {"| 要报的表 | 须先有的名册 |\n|---|---|\n", "无"},
	} {
		content, err := os.ReadFile("../" + file)
		if err != nil {
			t.Fatal(err)
		}
		_, table, found := strings.Cut(string(content), words.head)
		if !found {
			t.Fatalf("%s has no table of the lists that are needed", file)
		}
		table, _, _ = strings.Cut(table, "\n\n")
		told, want := map[string]string{}, map[string]string{}
		for _, match := range regexp.MustCompile(`(?m)^\| (.*?) \| (.*?) \|$`).FindAllStringSubmatch(table, -1) {
			for export := range strings.SplitSeq(match[1], ", ") {
				told[export] = match[2]
			}
		}
		for _, c := range Contracts() {
			if want[c.Export] = needs(t, c.Export); want[c.Export] == "" {
				want[c.Export] = words.none
			}
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("lists that are needed (-contracts +%s):\n%s", file, diff)
		}
	}
}
