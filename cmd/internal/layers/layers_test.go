package layers

import (
	"encoding/json"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rule says what one package, or all packages below a path ending in "/...", may import of this module.
type rule struct {
	of      string
	imports []string // exact packages or prefixes ending in "/..."
	why     string
}

// plan is the house: data moves right, imports point left. The first rule that matches a package holds.
var plan = []rule{
	{"pipelines", nil, "the vocabulary: standard library only, so that everything may import it"},
	{"pipelines/durable", nil, "files that are there whole or not at all; knows nothing of what is in them"},
	{"pipelines/sealed", nil, "JSON with its own hash; knows nothing of what is in it"},
	{"data", []string{"pipelines"}, "contracts are read by every layer, so they lean on words alone"},
	{"data/sample", []string{"pipelines", "data", "pipelines/warehouse"}, "writes files as clerks do; the warehouse only to write Parquet"},
	{"data/trials", nil, "how often tests try; for tests alone"},
	{"queries/stats/...", []string{"queries/stats/..."}, "estimators: numbers in, numbers out; nothing of the town"},
	{"queries/...", []string{"pipelines", "data", "queries", "queries/..."}, "measures, readings and signals are functions of rows: no database"},
	{"queries", []string{"pipelines", "data"}, "embedded SQL and definitions: no database"},
	{"pipelines/warehouse", []string{"pipelines"}, "the only owner of the engine"},
	{"pipelines/source/all", []string{"pipelines", "pipelines/source", "pipelines/source/...", "data"}, "the registry of kinds; data for the words unknown keys are refused with"},
	{"pipelines/source/...", []string{"pipelines", "pipelines/source", "pipelines/source/secret", "pipelines/source/transfer"}, "where files come from; knows nothing of what is in them, nor of its sisters"},
	{"pipelines/source", []string{"pipelines", "pipelines/durable"}, "where files come from; knows nothing of what is in them"},
	{"pipelines/template", []string{"pipelines", "data"}, "a contract as a workbook to fill"},
	{"pipelines/land", []string{"pipelines", "pipelines/durable", "pipelines/sealed", "pipelines/source"}, "bytes and their arrival; nothing is decoded here"},
	{"pipelines/entry", []string{"pipelines", "data", "pipelines/source"}, "what people entered as files that land like any other"},
	{"pipelines/load/decode", []string{"pipelines", "data", "pipelines/source"}, "bytes into tables of cells: no contract is known here, only the words of totals and titles; source for what nobody means to hand in"},
	{"pipelines/load/match", []string{"pipelines", "pipelines/durable", "data", "pipelines/load/decode"}, "tables into plans; durable for the mapping files that are confirmed"},
	{"pipelines/load/propose", []string{"pipelines", "data", "pipelines/load/decode", "pipelines/load/match", "pipelines/load/typing"}, "mapping files for tables that are not recognised; nothing is loaded by it"},
	{"pipelines/personal", nil, "numbers of persons in texts; loading warns and pages mask by the same rule"},
	{"pipelines/load/typing", []string{"data", "pipelines", "pipelines/load/decode", "pipelines/load/match", "pipelines/personal"}, "cells into values by a plan"},
	{"pipelines/load/statement", []string{"pipelines", "data", "pipelines/load/typing"}, "the loader's SQL, from files"},
	{"pipelines/load/check", []string{"pipelines", "data", "pipelines/load/match", "pipelines/load/statement", "pipelines/load/typing"}, "what refuses a typed row"},
	{"pipelines/load/merge", []string{"pipelines", "data", "pipelines/load/statement"}, "accepted rows into the tables of their exports"},
	{"pipelines/load/ledger", []string{"pipelines", "data", "pipelines/load/check", "pipelines/load/decode", "pipelines/load/statement", "pipelines/land", "pipelines/warehouse"}, "what became of every file and row, in the warehouse itself"},
	{"pipelines/load", []string{"pipelines", "pipelines/durable", "data", "pipelines/load/...", "pipelines/entry", "pipelines/warehouse", "pipelines/source", "pipelines/land", "pipelines/personal"}, "landed files into typed tables: the steps in their order"},
	{"pipelines/markup", []string{"pipelines", "data", "pipelines/load", "pipelines/load/decode"}, "a landed file with its problems marked in it, read as loading reads it"},
	{"pipelines/model", []string{"pipelines", "data", "queries", "pipelines/warehouse"}, "runs the SQL models on what was loaded"},
	{"pipelines/publish", []string{"pipelines", "pipelines/durable", "pipelines/sealed", "data", "queries", "pipelines/warehouse", "pipelines/load/ledger", "pipelines/model"}, "snapshots of what was modelled"},
	{"pipelines/standards", []string{"pipelines", "pipelines/durable", "pipelines/sealed", "data"}, "what the town has decided, and who changed it; it runs nothing"},
	{"pipelines/closing", []string{"pipelines", "pipelines/durable", "pipelines/sealed", "data", "queries", "queries/reading"}, "keeps signed months: reads a snapshot through pipelines.Querier; warns by the rule pages judge by"},
	{"pipelines/papers", []string{"pipelines", "pipelines/durable", "pipelines/sealed"}, "keeps versions of papers; knows nothing of what is in them"},
	{"pipelines/wording", []string{"pipelines", "pipelines/durable", "pipelines/sealed", "data", "queries/wording"}, "the town's own sentences and who changed them; it fills none"},
	{"pipelines/asof", []string{"pipelines", "data", "pipelines/land", "pipelines/warehouse", "pipelines/load", "pipelines/model"}, "the models on what was known on an earlier day"},
	{"pipelines/check", []string{"pipelines", "pipelines/..."}, "looks at all a town's folder holds, and puts it right: it asks every package that owns a part of it"},
	{"pipelines/runner", []string{"pipelines", "pipelines/...", "data", "queries"}, "composes the stages"},
	{"pipelines/backup", []string{"pipelines", "pipelines/durable", "pipelines/warehouse", "pipelines/publish"}, "a town's folder as one file"},
	{"pipelines/notify", []string{"pipelines", "pipelines/durable", "pipelines/source/secret", "pipelines/source/transfer"}, "runs and channels in, notices out"},
	{"pipelines/schedule", []string{"pipelines", "pipelines/durable", "pipelines/runner"}, "when runs start"},
	{"dashboards/assets", nil, "embedded files"},
	{"dashboards/chart", []string{"pipelines", "data", "queries", "queries/...", "dashboards/assets"}, "rows to chart options, pure functions"},
	{"dashboards/desk", []string{"pipelines", "pipelines/durable", "pipelines/sealed", "dashboards/visitor"}, "keeps what was handed in until a run has taken it, through a power cut too, and whose it is"},
	{"dashboards/visitor", []string{"data", "pipelines/personal"}, "who may what, below everything that shows or changes data: it imports none of it"},
	{"dashboards/page/pagetest", []string{"pipelines", "data", "queries", "pipelines/load/ledger", "pipelines/model", "pipelines/publish", "pipelines/warehouse"}, "for tests alone: the town they ask about is a snapshot of the real engine"},
	{"dashboards/page/asktest", []string{"data", "dashboards/facts", "dashboards/question", "dashboards/visitor", "dashboards/page/block", "dashboards/page/pagetest"}, "for tests alone: questions about the town of pagetest"},
	{"dashboards/page/block", []string{"pipelines", "data", "queries", "queries/...", "dashboards/accounts", "dashboards/chart", "dashboards/desk", "dashboards/facts", "dashboards/language", "dashboards/parallel", "dashboards/question", "dashboards/townmap", "dashboards/trail", "dashboards/view", "dashboards/visitor"}, "what pages are built of; it knows no page"},
	{"dashboards/language", []string{"data", "queries", "queries/..."}, "words; no page and no rows"},
	{"dashboards/view", []string{"dashboards/chart", "dashboards/language", "queries/..."}, "what is shown; no page and no rows; language for the words of the tables behind pictures"},
	{"dashboards/picture", []string{"dashboards/chart", "dashboards/language", "dashboards/view", "queries/reading"}, "components as SVG: pure functions, which see no rows and no address"},
	{"dashboards/typeface", nil, "embedded faces for what leaves without a browser; knows nothing of what is set in them"},
	{"dashboards/drawing", []string{"dashboards/picture", "dashboards/report", "dashboards/typeface", "dashboards/view"}, "pictures without a browser: the SVG of the screen as PNG and as marks"},
	{"dashboards/gallery", []string{"dashboards/language", "dashboards/render", "dashboards/view", "queries/reading"}, "examples of every component; no page and no rows"},
	{"dashboards/facts", []string{"pipelines", "pipelines/personal", "data", "queries", "queries/...", "dashboards/visitor"}, "the snapshot as typed rows; no page, no language"},
	{"dashboards/question", []string{"data", "queries", "dashboards/facts", "dashboards/language", "dashboards/visitor"}, "addresses; no page is built"},
	{"dashboards/sqlite", []string{"pipelines"}, "the only owner of the server's small database; knows nothing of what is in it but its schema"},
	{"dashboards/observe", []string{"pipelines/personal"}, "what a server does while it does it; knows no page, no account, no row"},
	{"dashboards/townmap", []string{"pipelines", "pipelines/durable"}, "outlines of villages, checked and kept; no page and no rows"},
	{"dashboards/parallel", nil, "parts of one piece of work at the same time; knows nothing of the work"},
	{"dashboards/limit", nil, "how often somebody may try; knows nothing of what"},
	{"dashboards/refusal", []string{"data"}, "how programs are told of errors; knows no account, no page, no row"},
	{"dashboards/signin", []string{"pipelines/source/secret", "data", "dashboards/..."}, "who comes in, and by which provider; secret for the provider's key"},
	{"dashboards/alert", []string{"pipelines", "pipelines/notify", "data", "queries", "queries/...", "dashboards/accounts", "dashboards/facts", "dashboards/language", "dashboards/question", "dashboards/visitor"}, "what people asked to be told of; notify for the form of what the channels tell"},
	{"dashboards/...", []string{"pipelines", "pipelines/personal", "data", "queries", "queries/...", "dashboards/..."}, "pages see rows through pipelines.Querier: no database, no cgo"},
	{"cmd/internal/config", []string{"pipelines", "data", "dashboards/visitor", "pipelines/notify", "pipelines/source/secret"}, "the only user of viper; hands out a plain struct; channels, roles and references to secrets are checked by the packages that know them"},
	{"cmd/internal/layers", nil, "tests only"},
	{"cmd/...", []string{"..."}, "the command line knows everyone"},
}

// reserved names libraries that only the listed packages may import, each with its reason.
var reserved = []struct {
	library string
	only    []string
	why     string
}{
	{"github.com/duckdb/duckdb-go", []string{"pipelines/warehouse"}, "one owner of the engine, so that a distributed one costs one package"},
	{"github.com/spf13/viper", []string{"cmd/internal/config"}, "configuration leaves as a plain struct"},
	{"github.com/robfig/cron", []string{"pipelines/schedule"}, "its traps are guarded in one place"},
	{"github.com/go-echarts/go-echarts", []string{"dashboards/chart"}, "options are built where they are golden-tested"},
	{"modernc.org/sqlite", []string{"dashboards/sqlite", "dashboards/page/pagetest"}, "one owner of the server's small database; pagetest has a stand-in of the engine"},
	{"github.com/prometheus/client_golang", []string{"dashboards/observe"}, "numbers of requests are labelled in one place, where no personal data can get in"},
	{"github.com/spf13/cobra", []string{"cmd/internal/cli"}, "commands only"},
}

type listed struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Dir,GoFiles,Imports", "hulian/...")
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		if err := decoder.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		if len(p.GoFiles) > 0 {
			all = append(all, p)
		}
	}
}

func matches(pattern, name string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "..."); ok {
		return strings.HasPrefix(name, prefix)
	}
	return pattern == name
}

func TestImportsPointLeft(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "hulian/")
		i := slices.IndexFunc(plan, func(r rule) bool { return matches(r.of, name) })
		if i < 0 {
			t.Errorf("%s is not on the plan: give it a rule and a reason", name)
			continue
		}
		for _, imported := range p.Imports {
			if own, ok := strings.CutPrefix(imported, "hulian/"); ok {
				allowed := slices.ContainsFunc(plan[i].imports, func(pattern string) bool { return matches(pattern, own) })
				if !allowed {
					t.Errorf("%s imports %s: %s", name, own, plan[i].why)
				}
				continue
			}
			if name == "pipelines" && strings.Contains(imported, ".") {
				t.Errorf("pipelines imports %s: the vocabulary stands on the standard library only", imported)
			}
			for _, r := range reserved {
				if strings.HasPrefix(imported, r.library) && !slices.Contains(r.only, name) {
					t.Errorf("%s imports %s, which belongs to %v: %s", name, imported, r.only, r.why)
				}
			}
		}
	}
}

func TestEveryRuleNamesAPackage(t *testing.T) {
	all := packages(t)
	for _, r := range plan {
		if !slices.ContainsFunc(all, func(p listed) bool { return matches(r.of, strings.TrimPrefix(p.ImportPath, "hulian/")) }) {
			t.Errorf("the plan names %s, which does not exist", r.of)
		}
	}
}

func TestDashboardsNeedNoCgo(t *testing.T) {
	command := exec.CommandContext(t.Context(), "go", "list", "-deps", "hulian/dashboards/web")
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, dependency := range strings.Fields(string(out)) {
		if strings.Contains(dependency, "duckdb") || dependency == "hulian/pipelines/warehouse" {
			t.Errorf("dashboards reach %s: pages must build without the engine, which only their tests ask", dependency)
		}
	}
}

// TestPackageComments demands one comment a package, of more than a line, that says what enters, what leaves, what
// holds after a crash or why nothing is at stake, and what it refuses.
func TestPackageComments(t *testing.T) {
	wanted := map[string][]string{
		"what enters":              {"enter", "takes", "given", "in,"},
		"what leaves":              {"leave", "out", "returns"},
		"what holds after a crash": {"crash", "killed", "writes nothing", "nothing is written", "no state", "nothing outlives", "without i/o", "no i/o"},
		"what it refuses to do":    {"refuse", "never"},
	}
	for _, p := range packages(t) {
		var comments []string
		for _, file := range p.GoFiles {
			parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, file), nil, parser.ParseComments|parser.PackageClauseOnly)
			if err != nil {
				t.Fatal(err)
			}
			if parsed.Doc != nil {
				comments = append(comments, parsed.Doc.Text())
			}
		}
		if len(comments) != 1 {
			t.Errorf("%s has %d package comments, want one", p.ImportPath, len(comments))
			continue
		}
		text := strings.ToLower(strings.Join(strings.Fields(comments[0]), " "))
		for question, words := range wanted {
			if !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) }) {
				t.Errorf("%s: the package comment does not say %s", p.ImportPath, question)
			}
		}
	}
}

// TestNamesSayWhatTheyHold refuses the names that gather what has no home.
func TestNamesSayWhatTheyHold(t *testing.T) {
	for _, p := range packages(t) {
		for _, name := range append([]string{filepath.Base(p.Dir)}, p.GoFiles...) {
			for _, vague := range []string{"helper", "util", "common", "manager", "misc"} {
				if strings.Contains(strings.ToLower(name), vague) {
					t.Errorf("%s: %q says nothing about what it holds", p.ImportPath, name)
				}
			}
		}
	}
}
