package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// documented are the exit statuses that the help of a command lists.
func documented(t *testing.T, help string) []int {
	t.Helper()
	_, list, found := strings.Cut(help, exitHeading)
	if !found {
		t.Fatalf("no exit statuses in:\n%s", help)
	}
	var all []int
	for _, match := range regexp.MustCompile(`(?m)^ +(\d+)  (.*)$`).FindAllStringSubmatch(list, -1) {
		status, err := strconv.Atoi(match[1])
		if err != nil {
			t.Fatal(err)
		}
		if match[2] != statuses[status] {
			t.Errorf("%d means %q, and the table says %q", status, match[2], statuses[status])
		}
		all = append(all, status)
	}
	return all
}

// TestTheReadmeSaysWhatTheExitStatusesAre compares its table with the one that help is written from.
func TestTheReadmeSaysWhatTheExitStatusesAre(t *testing.T) {
	content, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(content), "| exit status | meaning |\n|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	told := map[int]string{}
	for line := range strings.SplitSeq(table, "\n") {
		cells := strings.Split(line, "|")
		if len(cells) != 4 {
			t.Fatalf("a line of the table is %q", line)
		}
		status, err := strconv.Atoi(strings.TrimSpace(cells[1]))
		if err != nil {
			t.Fatal(err)
		}
		told[status] = strings.ReplaceAll(strings.TrimSpace(cells[2]), "`", "")
	}
	if diff := cmp.Diff(statuses, told); diff != "" {
		t.Errorf("exit statuses (-help +README):\n%s", diff)
	}
	_, out, _ := session(t, "--help")
	if got := documented(t, out); len(got) != len(statuses) {
		t.Errorf("hulian --help lists %v", got)
	}
}

// TestACancelledCommandEndsAsItsHelpSays cancels every command at its start: 130 is documented where that comes of it, and
// nowhere else; only commands whose next run goes on where this one stopped say so.
func TestACancelledCommandEndsAsItsHelpSays(t *testing.T) {
	town, empty := filepath.Join(t.TempDir(), "town"), filepath.Join(t.TempDir(), "empty")
	for _, dir := range []string{town, empty} {
		if status, _, stderr := session(t, "init", "--dir", dir); status != statusDone {
			t.Fatal(stderr)
		}
	}
	here := t.TempDir()
	villages := filepath.Join(here, "villages.csv")
	write(t, villages, []byte("村编号,村名,镇\nV01,逍林村,逍林镇\nV02,,逍林镇\n"))
	write(t, filepath.Join(empty, "inbox", "villages.csv"), []byte("村编号,村名,镇\nV01,逍林村,逍林镇\n"))
	write(t, filepath.Join(here, "rates.csv"), []byte("village,resolved,reported\nA,1,2\n"))
	backup := filepath.Join(here, "town.zip")
	for _, arguments := range [][]string{{"import", villages}, {"backup", backup}, {"user", "add", "wang", "--role", "office"}} {
		if status, _, stderr := session(t, append(arguments, "--dir", town)...); status != statusDone {
			t.Fatal(stderr)
		}
	}
	_, _, said := session(t, "report", "monthly", "--to", filepath.Join(here, "first.docx"), "--dir", town)
	_, kept, found := strings.Cut(strings.TrimSpace(said), "version 1: ")
	if !found {
		t.Fatal(said)
	}
	tried := map[string]bool{}
	for _, line := range [][]string{
		{"demo", "--headless", "--scale", "0.1", "--dir", filepath.Join(here, "demo")}, {"init", "--dir", filepath.Join(here, "new")},
		{"import", villages, "--dir", empty}, {"run", "--dir", town}, {"serve", "--dir", empty, "--listen", "127.0.0.1:0"},
		{"schedule", "--dir", town}, {"schedule pause", "default", "--dir", town}, {"schedule resume", "default", "--dir", town},
		{"backup", filepath.Join(here, "again.zip"), "--dir", town}, {"restore", backup, "--dir", filepath.Join(here, "restored")},
		{"status", "--dir", town}, {"check", "--dir", town}, {"query", "select 1", "--dir", town}, {"metrics", "--dir", town}, {"close", "--list", "--dir", town}, {"report", "monthly", "--to", filepath.Join(here, "report.docx"), "--dir", town},
		{"papers", "--dir", town}, {"papers get", kept, "--to", filepath.Join(here, "kept.docx"), "--dir", town}, {"papers changes", kept, "--dir", town},
		{"template", "visits", "-o", filepath.Join(here, "visits.xlsx")}, {"problems", "--dir", town}, {"problems mark", "villages.csv", "--dir", town, "-o", filepath.Join(here, "marked.xlsx")},
		{"problems waive", "--by", "王样本", "--reason", "不改", "1", "--dir", town}, {"aside", "villages.csv", "--by", "王样本", "--reason", "试填", "--dir", town}, {"nothing", "visits", "2018-01", "--by", "王样本", "--dir", town}, {"map", villages, "--dir", town},
		{"compare", "--dir", town}, {"compare plan", "--dir", town, "--question", "成效如何", "--outcomes", "household_coverage", "--smallest", "5", "--by", "王样本"}, {"compare power", "--dir", town},
		{"analyze", "--case", filepath.Join(here, "none.json")}, {"analyze wilson", filepath.Join(here, "rates.csv"), "--x", "resolved", "--n", "reported"},
		{"user"}, {"user add", "li", "--role", "office", "--dir", town}, {"user change", "wang", "--role", "clerk", "--dir", town}, {"user list", "--dir", town},
		{"user reset", "wang", "--dir", town}, {"user token", "wang", "--dir", town}, {"user disable", "wang", "--dir", town}, {"user enable", "wang", "--dir", town}, {"user unlock", "wang", "--dir", town}, {"trail", "--dir", town},
		{"uploads", "--dir", town}, {"uploads accept", "none", "--dir", town}, {"uploads refuse", "none", "--reason", "误报", "--dir", town},
		{"service", "--dir", town}, {"version"}, {"completion"}, {"completion bash"}, {"help"},
	} {
		name := line[0]
		tried[name] = true
		t.Run(name, func(t *testing.T) {
			command := strings.Fields(name)
			_, help, _ := session(t, append(slices.Clone(command), "--help")...)
			may := documented(t, help)
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			var out, errs bytes.Buffer
			status := Main(ctx, append(command, line[1:]...), Streams{Out: &out, Err: &errs})
			if !slices.Contains(may, status) {
				t.Errorf("status %d, and the help lists %v\n%s", status, may, &errs)
			}
			if name != "analyze" && slices.Contains(may, statusCancelled) != (status == statusCancelled) {
				t.Errorf("status %d, and the help lists %v\n%s", status, may, &errs)
			}
			makesRuns := slices.Contains([]string{"demo", "import", "run", "serve", "problems waive", "aside", "nothing"}, name)
			if status == statusCancelled && strings.Contains(errs.String(), "goes on where it stopped") != makesRuns {
				t.Errorf("what to do next:\n%s", &errs)
			}
		})
	}
	for _, command := range tree(newRootCommand(&program{}))[1:] {
		name := strings.TrimPrefix(command.CommandPath(), "hulian ")
		shell := strings.HasPrefix(name, "completion ") || strings.HasPrefix(name, "analyze ") // all alike
		if command.Runnable() && !tried[name] && !shell {
			t.Errorf("%s was not tried", fmt.Sprint(name))
		}
	}
}
