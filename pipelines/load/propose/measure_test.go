package propose

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"hulian/data"
	"hulian/pipelines"
)

// known is a table and what a person who knows it would say of it.
type known struct {
	name    string
	file    string
	content []byte
	export  string
	header  int64
	columns map[string]string // contract column → header of the table
}

func readKnown(t testing.TB, at string) known {
	t.Helper()
	a, err := txtar.ParseFile(at)
	if err != nil {
		t.Fatal(err)
	}
	k := known{name: strings.TrimSuffix(filepath.Base(at), ".txtar"), file: a.Files[0].Name, content: a.Files[0].Data, columns: map[string]string{}}
	_, said, _ := strings.Cut(string(a.Comment), "\n\n")
	for line := range strings.Lines(said) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		switch {
		case !ok:
		case key == "export":
			k.export = value
		case key == "header":
			if k.header, err = strconv.ParseInt(value, 10, 64); err != nil {
				t.Fatal(err)
			}
		default:
			k.columns[key] = value
		}
	}
	contract, ok := data.ContractOf(k.export)
	if !ok {
		t.Fatalf("%s: no export %q", at, k.export)
	}
	for id := range k.columns {
		if _, ok := contract.Column(id); !ok {
			t.Fatalf("%s: %s has no column %q", at, k.export, id)
		}
	}
	return k
}

func (k known) try(t testing.TB, ask pipelines.MappingAsk) ([]pipelines.Proposal, error) {
	t.Helper()
	return k.tryWith(t, ask, nil)
}

func (k known) tryWith(t testing.TB, ask pipelines.MappingAsk, lists Lists) ([]pipelines.Proposal, error) {
	t.Helper()
	at := filepath.Join(t.TempDir(), k.file)
	if err := os.WriteFile(at, k.content, 0o600); err != nil {
		t.Fatal(err)
	}
	return Propose(context.Background(), at, k.file, ask, "", lists)
}

func (k known) propose(t testing.TB) pipelines.Proposal {
	t.Helper()
	all, err := k.try(t, pipelines.MappingAsk{})
	if err != nil {
		t.Errorf("%s: %v", k.name, err)
		return pipelines.Proposal{}
	}
	return all[0]
}

// tally counts what was offered.
type tally struct {
	tables, exports, headers int
	required, found          int // required columns that are in the table; of them, those offered for the right header
	all, foundAll            int // columns of any kind that are in the table; likewise
	offered, right           int
}

func (n *tally) add(k known, p pipelines.Proposal, report func(string, ...any)) {
	n.tables++
	if p.Export == k.export {
		n.exports++
	} else {
		report("%s: the export is taken for %s, is %s (others %v)", k.name, p.Export, k.export, p.Others)
	}
	if p.HeaderRow == k.header {
		n.headers++
	} else {
		report("%s: the header is taken to be row %d, is %d", k.name, p.HeaderRow, k.header)
	}
	contract, _ := data.ContractOf(k.export)
	offered := map[string]string{}
	for _, c := range p.Columns {
		if c.Column == "" {
			continue
		}
		offered[c.Column] = c.Header
		n.offered++
		if p.Export == k.export && k.columns[c.Column] == c.Header {
			n.right++
		} else {
			report("%s: %s is offered for %s, is %q", k.name, c.Header, c.Column, k.columns[c.Column])
		}
	}
	for id, header := range k.columns {
		column, _ := contract.Column(id)
		n.all++
		found := p.Export == k.export && offered[id] == header
		if found {
			n.foundAll++
		} else {
			report("%s: %s is not offered for %s (required: %v)", k.name, header, id, column.Required)
		}
		if column.Required {
			n.required++
			if found {
				n.found++
			}
		}
	}
}

func (n tally) recall() float64    { return float64(n.found) / float64(n.required) }
func (n tally) recallAll() float64 { return float64(n.foundAll) / float64(n.all) }
func (n tally) precision() float64 { return float64(n.right) / float64(n.offered) }

func (n tally) String() string {
	return fmt.Sprintf("%d tables: export right in %d, header row in %d; %.0f%% of %d required and %.0f%% of all %d columns offered; %.0f%% of %d offers right",
		n.tables, n.exports, n.headers, 100*n.recall(), n.required, 100*n.recallAll(), n.all, 100*n.precision(), n.offered)
}

// TestStrangeTablesAreUnderstood measures proposals against tables whose words are not ours: 14 of one exporter in Chinese
// and 14 of another in English, ten registers of issues in several languages, and the headers of public registers and of a
// third exporter. What is asked of each is what it reached, and never less than what the issue asks.
func TestStrangeTablesAreUnderstood(t *testing.T) {
	sets := map[string]struct {
		tables            []known
		recall, precision float64
	}{
		"exporter":         {readAll(t, "exporter"), 1, 0.98},
		"exporter-english": {readAll(t, "exporter-english"), 1, 0.98},
		"registers":        {readAll(t, "registers"), 0.95, 0.98},
		"headers":          {madeTables(t), 0.93, 0.96},
	}
	for name, set := range sets {
		var n tally
		for _, k := range set.tables {
			n.add(k, k.propose(t), t.Logf)
		}
		t.Logf("%s: %v", name, n)
		if n.exports < n.tables || n.headers < n.tables || n.recall() < set.recall || n.precision() < set.precision {
			t.Errorf("%s: want every export and header, %.2f of the required columns, and %.2f of the offers right: %v", name, set.recall, set.precision, n)
		}
	}
}

func readAll(t testing.TB, folder string) (all []known) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", folder, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: %v", folder, err)
	}
	for _, at := range paths {
		all = append(all, readKnown(t, at))
	}
	return all
}
