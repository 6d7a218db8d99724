package model

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/warehouse"
	"hulian/queries"
)

// Config says what the models are built for.
type Config struct {
	CutOff    time.Time // the day the data is known as of; only its date counts. Zero: the latest day on which something happened.
	Programme data.Programme
	Progress  pipelines.Progress // nil: silent
}

// Result tells what a build did.
type Result struct {
	CutOff   time.Time
	After    []pipelines.RowsAfter // what the exports hold of days after it
	Built    []Built               // in the order they ran
	Kept     []string              // models whose inputs had not changed
	Checks   []CheckResult         // those that returned rows; all warnings, for a blocking one ends the build
	Checked  int                   // checks that ran
	Duration time.Duration
}

// Built is one model that was run.
type Built struct {
	Name     string
	Rows     int64    // 0 of a view; of a model of which months were rebuilt, the rows of these
	Months   []string // rebuilt, in order, where the others stayed; nil: all of it ran
	Duration time.Duration
}

// CheckResult is a check that returned rows.
type CheckResult struct {
	Name string `json:"name"`
	Rows int64  `json:"rows"`
	Text string `json:"text"` // its claim
	Zh   string `json:"zh"`   // the same in Chinese; empty in manifests written before there was one
}

// lineError is an engine error with the line of the model it belongs to.
type lineError struct {
	Line int
	Why  string
}

func (e *lineError) Error() string { return e.Why }

// Build brings every model up to date in one transaction. Errors are *pipelines.Fault naming the model's file and
// line; a blocking check that returns rows wraps pipelines.ErrCheckFailed and leaves the warehouse as it was.
func Build(ctx context.Context, w *warehouse.Warehouse, c Config) (Result, error) {
	models, err := queries.Models()
	if err != nil {
		return Result{}, &pipelines.Fault{Op: "read the models", Err: err, Next: "this is a defect of the program; please report it"}
	}
	checks, err := queries.Checks()
	if err != nil {
		return Result{}, &pipelines.Fault{Op: "read the checks", Err: err, Next: "this is a defect of the program; please report it"}
	}
	return buildThese(ctx, w, c, models, checks)
}

func buildThese(ctx context.Context, w *warehouse.Warehouse, c Config, models []queries.Model, checks []queries.Check) (Result, error) {
	started := time.Now()
	b := &build{config: c, checks: checks}
	if b.config.Progress == nil {
		b.config.Progress = pipelines.Silent{}
	}
	if err := b.plan(models); err != nil {
		return Result{}, err
	}
	b.config.Progress.Stage(pipelines.StageModel, len(b.ordered)+len(checks))
	if err := w.Transact(ctx, func(tx *warehouse.Tx) error { return b.run(ctx, tx) }); err != nil {
		return Result{}, err
	}
	b.result.Duration = time.Since(started)
	return b.result, nil
}

// What is kept beside the fingerprint of a table: a model's recipe, and the recipes and fingerprints of its months.
const (
	recipeSuffix      = " recipe"
	monthRecipeSuffix = " recipes of months"
	monthSuffix       = " months"
	standingSuffix    = " standing"
)

// build is one pass over the models.
type build struct {
	config   Config
	ordered  []queries.Model
	checks   []queries.Check
	reads    map[string][]string // of models by name, of checks by path
	prints   map[string]string   // fingerprints of this build: what readers of a table depend on
	recipes  map[string]string   // kept beside them under their names and a suffix
	months   map[string]monthly  // fingerprints of the months of tables, by table and column
	onDays   map[string]monthly  // of tables of versions, of the rows that hold on a day, by table and day
	previous map[string]string   // of the last build
	present  map[string]string   // table → BASE TABLE or VIEW
	rows     map[string]int64    // of tables, as last estimated
	filled   map[string]bool     // whether tables held rows when the build began
	result   Result
}

func (b *build) run(ctx context.Context, tx *warehouse.Tx) error {
	if err := b.prepare(ctx, tx); err != nil {
		return err
	}
	for _, m := range b.ordered {
		b.config.Progress.Step(m.Name)
		if err := b.model(ctx, tx, m); err != nil {
			return err
		}
	}
	for _, c := range b.checks {
		b.config.Progress.Step(c.Name)
		if err := b.check(ctx, tx, c); err != nil {
			return err
		}
	}
	return b.finish(ctx, tx)
}

func (b *build) model(ctx context.Context, tx *warehouse.Tx, m queries.Model) error {
	if len(m.Header.Months) > 0 {
		return b.modelByMonth(ctx, tx, m)
	}
	parts := append([]string{"model", m.SQL}, queries.Macros()...)
	for _, read := range b.reads[m.Name] {
		parts = append(parts, read, b.prints[read])
	}
	recipe, last := fingerprint(parts...), b.previous[m.Name]
	b.recipes[m.Name+recipeSuffix] = recipe
	standing := b.present[m.Name] == b.wanted(m) && last != ""
	if standing && recipe == b.previous[m.Name+recipeSuffix] {
		b.prints[m.Name] = last
		b.result.Kept = append(b.result.Kept, m.Name)
		return nil
	}
	// Where the rows turn out to be what they were, the change ends here. Of large tables that is not looked for.
	compare := standing && !m.Header.View && b.rows[m.Name] <= comparedRows
	old, fresh := NoContent, NoContent
	var err error
	if compare && b.filled[m.Name] {
		if old, err = ContentOf(ctx, tx, m.Name); err != nil {
			return fault("fingerprint", m.Name, 0, err)
		}
	}
	rows, err := b.rebuild(ctx, tx, m)
	if err != nil {
		return err
	}
	b.prints[m.Name] = recipe
	if compare {
		if rows > 0 {
			if fresh, err = ContentOf(ctx, tx, m.Name); err != nil {
				return fault("fingerprint", m.Name, 0, err)
			}
		}
		if fresh == old {
			b.prints[m.Name] = last
		}
	}
	return nil
}

// comparedRows is the size up to which a table is compared with what it was: what takes a few milliseconds.
const comparedRows = 100_000

// wanted is what kind of table a model is to be.
func (b *build) wanted(m queries.Model) string {
	if m.Header.View {
		return "VIEW"
	}
	return "BASE TABLE"
}

// rebuild makes a model anew, checks what its header claims and returns its rows: 0 of a view.
func (b *build) rebuild(ctx context.Context, tx *warehouse.Tx, m queries.Model) (int64, error) {
	started := time.Now()
	kind, wanted := b.present[m.Name], b.wanted(m)
	if kind != "" && kind != wanted {
		if _, err := tx.Exec(ctx, "drop "+strings.TrimPrefix(kind, "BASE ")+" "+m.Name); err != nil {
			return 0, fault("replace model", m.Path, 0, err)
		}
	}
	statement := "create or replace " + strings.ToLower(strings.TrimPrefix(wanted, "BASE ")) + " " + m.Name + " as\n" + m.SQL
	if _, err := tx.Exec(ctx, statement); err != nil {
		return 0, fault("build model", m.Path, 0, located(err, 1))
	}
	rows, err := b.claims(ctx, tx, m, "")
	if err != nil {
		return 0, err
	}
	if m.Header.View {
		rows = 0
	}
	b.result.Built = append(b.result.Built, Built{Name: m.Name, Rows: rows, Duration: time.Since(started)})
	return rows, nil
}

// finish drops what is no model any more and keeps the fingerprints.
func (b *build) finish(ctx context.Context, tx *warehouse.Tx) error {
	for name, kind := range b.present {
		schema, _, _ := strings.Cut(name, ".")
		if _, known := b.prints[name]; !known && slices.Contains([]string{"staging", "intermediate", "marts"}, schema) {
			if _, err := tx.Exec(ctx, "drop "+strings.TrimPrefix(kind, "BASE ")+" "+name); err != nil {
				return fault("drop", name, 0, err)
			}
		}
	}
	maps.Copy(b.prints, b.recipes)
	if maps.Equal(b.prints, b.previous) {
		return nil
	}
	if _, err := tx.Exec(ctx, "delete from ops.fingerprints"); err != nil {
		return fault("keep fingerprints", "ops.fingerprints", 0, err)
	}
	var values []string
	for _, name := range slices.Sorted(maps.Keys(b.prints)) {
		values = append(values, "("+text(name)+", "+text(b.prints[name])+")")
	}
	if _, err := tx.Exec(ctx, "insert into ops.fingerprints values "+strings.Join(values, ", ")); err != nil {
		return fault("keep fingerprints", "ops.fingerprints", 0, err)
	}
	return nil
}

var engineLine = regexp.MustCompile(`LINE (\d+):`)

// located reads the line out of an engine error, less the lines written before the model's own.
func located(err error, before int) error {
	match := engineLine.FindStringSubmatch(err.Error())
	if match == nil {
		return err
	}
	line, _ := strconv.Atoi(match[1])
	why, _, _ := strings.Cut(err.Error(), "\n")
	return &lineError{Line: line - before, Why: why}
}

func fault(op, path string, line int, err error) error {
	if located := (*lineError)(nil); errors.As(err, &located) {
		line = located.Line
	}
	at := path
	if strings.HasSuffix(path, ".sql") && !strings.HasPrefix(path, "queries/") {
		at = "queries/" + path
	}
	if line > 0 {
		at += ":" + strconv.Itoa(line)
	}
	next := "this is a defect of the program; please report it with the line named"
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		next = "run again; nothing was changed"
	case errors.Is(err, pipelines.ErrMemory):
		next = "memory_limit in hulian.yaml with more, such as 2GB, then run again"
	}
	return &pipelines.Fault{Op: op, At: at, Err: err, Next: next}
}

func fingerprint(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))
}
