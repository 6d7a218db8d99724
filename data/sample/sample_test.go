package sample

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"hulian/data"
	"hulian/pipelines"
)

// demo is the town of the demo, written once for all tests of this package.
var demo = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "sample-town-")
	if err != nil {
		return "", err
	}
	_, err = Write(context.Background(), Options{Dir: dir})
	return dir, err
})

var readDemo = sync.OnceValue(func() *townRead { return new(townRead) })

func demoTown(t *testing.T) townRead {
	t.Helper()
	dir, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	read := readDemo()
	if read.events == nil {
		*read = readTown(t, dir)
	}
	return *read
}

func TestMain(m *testing.M) {
	status := m.Run()
	if dir, err := demo(); err == nil {
		if err := os.RemoveAll(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			status = 1
		}
	}
	os.Exit(status)
}

// last returns the rows of the newest list.
func (r townRead) last(export string) []values { return r.lists[export]["2018-01"] }

func count(rows []values, pass func(values) bool) (n int) {
	for _, row := range rows {
		if pass(row) {
			n++
		}
	}
	return n
}

func TestPublishedFigures(t *testing.T) {
	town := demoTown(t)
	since, solved := 0, 0
	for _, i := range town.events["issues"] {
		if i["reported_at"] >= "2017-05-01" {
			since++
			if i["resolved_at"] != "" && i["resolved_at"] < "2018-02-01" {
				solved++
			}
		}
	}
	members, households, posts := town.last("members"), town.last("households"), town.last("posts")
	active := map[string]bool{}
	for _, m := range members {
		if m["duty_status"] == "active" {
			active[m["member_id"]] = true
		}
	}
	linked := map[string]bool{}
	for _, h := range households {
		if !active[h["linked_member_id"]] {
			t.Fatalf("household %s is linked to %q, who is not an active member", h["household_id"], h["linked_member_id"])
		}
		linked[h["linked_member_id"]] = true
	}
	students, yuan, roofs := 0.0, 0.0, map[string]bool{}
	for _, f := range town.events["funds"] {
		students += number(t, f["beneficiaries"])
		yuan += number(t, f["amount_yuan"])
		roofs[f["village_id"]] = true
	}
	conduct := map[string]int{}
	for _, c := range town.events["conduct"] {
		conduct[c["kind"]]++
		if c["kept_on"] != "" {
			conduct[c["kind"]+" kept"]++
		}
	}
	centres := count(members, func(m values) bool { return m["centre_household"] == "true" })
	fu := "330282111210"
	inFu := map[string]bool{}
	for _, b := range town.last("branches") {
		inFu[b["branch_id"]] = b["village_id"] == fu
	}
	var newest values
	for _, p := range town.events["population"] {
		if p["village_id"] == fu && (newest == nil || p["as_of"] > newest["as_of"]) {
			newest = p
		}
	}
	got := map[string]any{
		"issues reported":    since,
		"issues resolved":    solved,
		"households":         len(households),
		"linked by members":  len(linked),
		"active members":     len(active),
		"cards":              count(households, func(h values) bool { return h["card_issued_on"] != "" }),
		"branches":           len(town.last("branches")),
		"centre households":  centres,
		"posts":              len(posts),
		"river posts":        count(posts, func(p values) bool { return p["programme"] == "five_waters" && p["kind"] == "micro_river_chief" }),
		"five waters":        count(posts, func(p values) bool { return p["programme"] == "five_waters" }),
		"fuheyuan residents": newest["resident_population"], "fuheyuan migrants": newest["migrant_population"],
		"fuheyuan cadres":  count(town.last("cadres"), func(c values) bool { return c["village_id"] == fu && c["full_time"] == "true" }),
		"fuheyuan members": count(members, func(m values) bool { return inFu[m["branch_id"]] }),
		"fuheyuan active":  count(members, func(m values) bool { return inFu[m["branch_id"]] && m["duty_status"] == "active" }),
		"fund villages":    len(roofs), "students": students, "yuan": yuan,
		"pledges": conduct["frugality_pledge"], "pledges kept": conduct["frugality_pledge kept"], "donations": conduct["organ_donation"] + conduct["cornea_donation"],
	}
	want := map[string]any{
		"issues reported": 1170, "issues resolved": 910, "households": 13611, "linked by members": 1161, "active members": 1161,
		"cards": 8400, "branches": 50, "centre households": 85, "posts": 680, "river posts": 240, "five waters": 240,
		"fuheyuan residents": "4863", "fuheyuan migrants": "6179", "fuheyuan cadres": 9, "fuheyuan members": 227, "fuheyuan active": 150,
		"fund villages": 9, "students": 181.0, "yuan": 360000.0, "pledges": 4, "pledges kept": 2, "donations": 3,
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("published figures (-want +got):\n%s", diff)
	}
	if n := len(town.events["visits"]); n < 285000 || n > 315000 {
		t.Errorf("%d visits, want about 300,000", n)
	}
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	if s == "" {
		return 0
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Every file in the inbox must be accounted for, and the counts of the truth must be those of the files.
func TestTruthAccountsForEveryFile(t *testing.T) {
	town := demoTown(t)
	dir, _ := demo()
	planned := map[string]bool{}
	for _, f := range town.truth.Files {
		planned[f.Path] = true
	}
	files := 0
	for path := range hashes(t, dir) {
		if strings.HasPrefix(path, "inbox/") {
			files++
			if !planned[path] {
				t.Errorf("%s is not in the truth", path)
			}
		}
	}
	if files != len(planned) {
		t.Errorf("%d files in the inbox, %d in the truth", files, len(planned))
	}
	for _, c := range data.Contracts() {
		clean, ok := town.truth.Exports[c.Export]
		if c.Export == "successions" {
			if ok {
				t.Error("a village merged or was divided, which none of the sample town did")
			}
			continue
		}
		if !ok {
			t.Errorf("nothing of %s was written", c.Export)
			continue
		}
		rows := len(town.events[c.Export])
		if c.Kind == data.Registry {
			rows = len(town.last(c.Export))
		}
		if got := (Clean{rows, town.counts[c.Export], clean.Refused, clean.Warned}); got != clean {
			t.Errorf("%s: read %+v, truth says %+v", c.Export, got, clean)
		}
	}
}

// Each planted defect must really be one, judged by the contract and the lists alone.
func TestEveryKindOfBadRowIsPlanted(t *testing.T) {
	town := demoTown(t)
	seen := map[pipelines.Code]int{}
	refused, rows := 0, 0
	for _, f := range town.truth.Files {
		for _, fault := range f.Faults {
			for _, code := range fault.Codes {
				seen[code]++
			}
		}
		if c, _ := data.ContractOf(f.Export); c.Kind == data.Event {
			refused += f.Refused
			rows += f.Rows
		}
	}
	for _, code := range append(slices.Clone(refusals), exemptVisitor, linkMismatch) {
		if seen[code] < 6 {
			t.Errorf("%s: planted %d times, want at least 6", code, seen[code])
		}
	}
	if share := float64(refused) / float64(rows); share < .01 || share > .02 {
		t.Errorf("%.4f of the event rows are bad, want 1 to 2 per cent", share)
	}
}

func TestGoodRowsAreGood(t *testing.T) {
	town := demoTown(t)
	ids := map[string]map[string]bool{}
	for _, c := range data.Contracts() {
		ids[c.Export] = map[string]bool{}
		for _, rows := range town.lists[c.Export] {
			for _, row := range rows {
				ids[c.Export][row[c.Key[0]]] = true
			}
		}
		for _, row := range town.events[c.Export] {
			ids[c.Export][row[c.Key[0]]] = true
		}
	}
	check := func(c data.Contract, row values) {
		for _, column := range c.Columns {
			v := row[column.ID]
			switch {
			case v == "" && column.Required:
				t.Errorf("%s: %s is empty in %v", c.Export, column.ID, row)
			case v == "":
			case column.Type == data.TypeInteger || column.Type == data.TypeDecimal:
				n := number(t, v)
				if column.Min != nil && n < *column.Min || column.Max != nil && n > *column.Max {
					t.Errorf("%s: %s %s is out of range", c.Export, column.ID, v)
				}
			case column.Type == data.TypeDate && !column.Future && v > "2018-02-10":
				t.Errorf("%s: %s %s is later than the town", c.Export, column.ID, v)
			case column.References != "":
				export, _, _ := strings.Cut(column.References, ".")
				if !ids[export][v] {
					t.Errorf("%s: %s %s is in no list", c.Export, column.ID, v)
				}
			}
		}
		for _, order := range c.Order {
			before := ""
			for _, id := range order {
				if v := row[id]; v != "" {
					if v < before {
						t.Errorf("%s: %s %s comes before %s", c.Export, id, v, before)
					}
					before = v
				}
			}
		}
	}
	for _, c := range data.Contracts() {
		for _, rows := range town.lists[c.Export] {
			for _, row := range rows {
				check(c, row)
			}
		}
		for _, row := range town.events[c.Export] {
			check(c, row)
		}
		if t.Failed() {
			return
		}
	}
}

// A visit by somebody exempt, or to a household linked to another, must be planted, and nothing else may look like it.
func TestDoubtfulVisitsArePlanted(t *testing.T) {
	town := demoTown(t)
	dir, _ := demo()
	planted := map[string]bool{}
	for _, f := range town.truth.Files {
		if f.Export != "visits" {
			continue
		}
		rows := readFile(t, dir, f)
		refusedBefore := map[int]int{}
		n := 0
		for _, fault := range f.Faults { // physical row → index among the accepted ones
			if !fault.Warning {
				n++
				continue
			}
			refusedBefore[fault.Row] = n
		}
		first := 2
		if f.Format == "ndjson" || f.Format == "parquet" {
			first = 1
		}
		for _, fault := range f.Faults {
			if fault.Warning {
				row := rows[fault.Row-first-refusedBefore[fault.Row]]
				planted[row["member_id"]+row["household_id"]+row["visited_at"]] = true
			}
		}
	}
	exempt := map[string]string{} // member → since
	for _, m := range town.last("members") {
		if m["duty_status"] == "exempt" {
			exempt[m["member_id"]] = m["valid_from"]
		}
	}
	links := map[string][]values{}
	for _, month := range []string{"2016-02", "2017-05", "2017-07", "2017-09", "2017-11", "2018-01"} {
		for _, h := range town.lists["households"][month] {
			links[h["household_id"]] = append(links[h["household_id"]], h)
		}
	}
	for _, v := range town.events["visits"] {
		on := v["visited_at"][:10]
		since, isExempt := exempt[v["member_id"]]
		linked := ""
		for _, h := range links[v["household_id"]] {
			if h["linked_since"] != "" && h["linked_since"] <= on {
				linked = h["linked_member_id"]
			}
		}
		doubtful := isExempt && since <= on || linked != "" && linked != v["member_id"]
		if key := v["member_id"] + v["household_id"] + v["visited_at"]; doubtful != planted[key] {
			t.Fatalf("visit %v: doubtful %t, planted %t (linked to %q, exempt since %q %t)", v, doubtful, planted[key], linked, since, isExempt)
		}
	}
	if len(planted) < 150 {
		t.Errorf("only %d doubtful visits", len(planted))
	}
}

func TestEveryFormatArrives(t *testing.T) {
	town := demoTown(t)
	dir, _ := demo()
	seen := map[string]bool{}
	for _, f := range town.truth.Files {
		seen[f.Format] = true
		if f.Format == "csv" {
			content, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(f.Path)))
			if err != nil {
				t.Fatal(err)
			}
			seen[charsetOf(content)] = true
			seen["comma "+string(commaOf(decoded(t, content)))] = true
		}
	}
	for _, want := range []string{"xlsx", "csv", "ndjson", "parquet", "zip/csv", "gb18030", "utf-8", "utf-8-bom", "utf-16", "comma ,", "comma ;", "comma \t"} {
		if !seen[want] {
			t.Errorf("no file is %s", want)
		}
	}
	xlsx := 0
	for _, f := range town.truth.Files {
		if f.Format == "xlsx" {
			xlsx += f.Rows
		}
	}
	if xlsx > 40000 {
		t.Errorf("%d rows in workbooks: reading them would dominate a run", xlsx)
	}
}

// hashes maps every file of the folder to its content and time of arrival.
func hashes(t *testing.T, dir string) map[string]string {
	t.Helper()
	sums := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		sums[filepath.ToSlash(name)] = fmt.Sprintf("%x", sha256.Sum256(content))
		if strings.HasPrefix(filepath.ToSlash(name), "inbox/") {
			sums[filepath.ToSlash(name)] += info.ModTime().UTC().Format(time.RFC3339)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

func TestSameSeedSameBytes(t *testing.T) {
	write := func(o Options) map[string]string {
		o.Dir = t.TempDir()
		if _, err := Write(context.Background(), o); err != nil {
			t.Fatal(err)
		}
		return hashes(t, o.Dir)
	}
	dir, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(hashes(t, dir), write(Options{})); diff != "" {
		t.Errorf("two runs of the demo differ:\n%s", diff)
	}
	small := Options{Scale: .1, Months: 6, Start: "2017-04"}
	first := write(small)
	if diff := gocmp.Diff(first, write(small)); diff != "" {
		t.Errorf("two runs of one small town differ:\n%s", diff)
	}
	small.Seed = 7
	if other := write(small); gocmp.Equal(first, other) {
		t.Error("another seed gives the same town")
	}
}
