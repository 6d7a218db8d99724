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
	CutOff    time.Time // the day the data is known as of; only its date counts. Zero: the day of the newest event.
	Programme data.Programme
	Progress  pipelines.Progress // nil: silent
}

// Result tells what a build did.
type Result struct {
	CutOff   time.Time
	Built    []Built       // in the order they ran
	Kept     []string      // models whose inputs had not changed
	Checks   []CheckResult // those that returned rows; all warnings, for a blocking one ends the build
	Checked  int           // checks that ran
	Duration time.Duration
}

// Built is one model that was run.
type Built struct {
	Name     string
	Rows     int64 // 0 of a view
	Duration time.Duration
}

// CheckResult is a check that returned rows.
type CheckResult struct {
	Name string `json:"name"`
	Rows int64  `json:"rows"`
	Text string `json:"text"` // its claim
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
	if err := b.plan(ctx, w, models); err != nil {
		return Result{}, err
	}
	b.config.Progress.Stage(pipelines.StageModel, len(b.ordered)+len(checks))
	if err := w.Transact(ctx, func(tx *warehouse.Tx) error { return b.run(ctx, tx) }); err != nil {
		return Result{}, err
	}
	b.result.Duration = time.Since(started)
	return b.result, nil
}

// recipeSuffix marks the second fingerprint a model keeps.
const recipeSuffix = " recipe"

// build is one pass over the models.
type build struct {
	config   Config
	ordered  []queries.Model
	checks   []queries.Check
	reads    map[string][]string // of models by name, of checks by path
	prints   map[string]string   // fingerprints of this build: what readers of a table depend on
	recipes  map[string]string   // of models: the fingerprint of SQL and inputs that decides whether it runs
	previous map[string]string   // of the last one
	present  map[string]string   // table → BASE TABLE or VIEW
	result   Result
}

// plan parses what each model and check reads, and puts the models in order.
func (b *build) plan(ctx context.Context, q pipelines.Querier, models []queries.Model) error {
	b.reads = map[string][]string{}
	for _, m := range models {
		reads, err := Reads(ctx, q, m.SQL)
		if err != nil {
			return fault("parse model", m.Path, 0, err)
		}
		b.reads[m.Name] = reads
	}
	for _, c := range b.checks {
		reads, err := Reads(ctx, q, c.SQL)
		if err != nil {
			return fault("parse check", c.Path, 0, err)
		}
		b.reads[c.Path] = reads
	}
	var err error
	b.ordered, err = inOrder(models, b.reads)
	if err != nil {
		return &pipelines.Fault{Op: "order the models", Err: err, Next: "this is a defect of the program; please report it"}
	}
	return nil
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

// prepare makes the schemas, macros and parameter tables and takes the fingerprints of everything models start from.
func (b *build) prepare(ctx context.Context, tx *warehouse.Tx) error {
	for _, statement := range []string{
		"create schema if not exists staging", "create schema if not exists intermediate", "create schema if not exists marts",
		"create schema if not exists ops",
		"create table if not exists ops.fingerprints (name varchar, fingerprint varchar)",
	} {
		if _, err := tx.Exec(ctx, statement); err != nil {
			return fault("prepare the models", "", 0, err)
		}
	}
	for _, macro := range queries.Macros() {
		if _, err := tx.Exec(ctx, macro); err != nil {
			return fault("make macro", "queries/macros.sql", 0, err)
		}
	}
	if err := b.remember(ctx, tx); err != nil {
		return fault("read fingerprints", "ops.fingerprints", 0, err)
	}
	cutOff, err := b.cutOff(ctx, tx)
	if err != nil {
		return fault("find the newest event", "", 0, err)
	}
	b.result.CutOff = cutOff
	parameters := parameterTables(cutOff, b.config.Programme)
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		b.prints[name] = fingerprint("parameters", parameters[name])
		if b.prints[name] == b.previous[name] && b.present[name] != "" {
			continue
		}
		if _, err := tx.Exec(ctx, "create or replace table "+name+" as "+parameters[name]); err != nil {
			return fault("fill parameters", name, 0, err)
		}
	}
	return b.fingerprintLoaded(ctx, tx)
}

func (b *build) remember(ctx context.Context, tx *warehouse.Tx) error {
	b.prints, b.recipes, b.previous, b.present = map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}
	table, err := tx.Query(ctx, "select name, fingerprint from ops.fingerprints")
	if err != nil {
		return err
	}
	for _, row := range table.Rows {
		b.previous[row[0].(string)] = row[1].(string)
	}
	table, err = tx.Query(ctx, "select table_schema || '.' || table_name, table_type from information_schema.tables "+
		"where table_catalog = current_database()")
	if err != nil {
		return err
	}
	for _, row := range table.Rows {
		b.present[row[0].(string)] = row[1].(string)
	}
	return nil
}

// cutOff is the configured day, or the day of the newest event where none is configured.
func (b *build) cutOff(ctx context.Context, tx *warehouse.Tx) (time.Time, error) {
	if !b.config.CutOff.IsZero() {
		return b.config.CutOff, nil
	}
	var newest []string
	for _, contract := range data.Contracts() {
		if contract.Kind == data.Event && contract.DatedBy != "" && b.present["exports."+contract.Export] != "" {
			newest = append(newest, fmt.Sprintf("select cast(max(%s) as date) as day from exports.%s", contract.DatedBy, contract.Export))
		}
	}
	if len(newest) == 0 {
		return time.Time{}, errors.New("the warehouse holds no exports")
	}
	table, err := tx.Query(ctx, "select max(day) from ("+strings.Join(newest, " union all ")+")")
	if err != nil {
		return time.Time{}, err
	}
	if day, ok := table.Rows[0][0].(time.Time); ok {
		return day, nil
	}
	return time.Now(), nil // nothing has happened yet: any day will do
}

// fingerprintLoaded takes the fingerprint of every table that models read and nobody here makes.
func (b *build) fingerprintLoaded(ctx context.Context, tx *warehouse.Tx) error {
	made := map[string]bool{}
	for _, m := range b.ordered {
		made[m.Name] = true
	}
	for name := range b.prints {
		made[name] = true
	}
	loaded := map[string]bool{}
	for _, reads := range b.reads {
		for _, name := range reads {
			if !made[name] {
				loaded[name] = true
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(loaded)) {
		if b.present[name] == "" {
			return fault("read", name, 0, errors.New("the warehouse has no such table"))
		}
		content, err := ContentOf(ctx, tx, name)
		if err != nil {
			return fault("fingerprint", name, 0, err)
		}
		b.prints[name] = fingerprint("rows", content)
	}
	return nil
}

// ContentOf sums up the rows of a table in one short text that does not depend on their order. Columns named in
// leaving are left out.
func ContentOf(ctx context.Context, q pipelines.Querier, table string, leaving ...string) (string, error) {
	subject := table
	if len(leaving) > 0 {
		subject = fmt.Sprintf("(select * exclude (%s) from %s)", strings.Join(leaving, ", "), table)
	}
	// Two independent sums of 64-bit row hashes: a change that leaves both alike is not met by accident.
	t, err := q.Query(ctx, fmt.Sprintf("select count(*) || ':' || coalesce(sum(hash(t)), 0) || ':' || coalesce(bit_xor(hash(t, 1)), 0) from %s t", subject))
	if err != nil {
		return "", err
	}
	return fmt.Sprint(t.Rows[0][0]), nil
}

func (b *build) model(ctx context.Context, tx *warehouse.Tx, m queries.Model) error {
	if err := agrees(m.Header.Sources, b.reads[m.Name]); err != nil {
		return fault("build model", m.Path, 1, err)
	}
	parts := append([]string{"model", m.SQL}, queries.Macros()...)
	for _, read := range b.reads[m.Name] {
		parts = append(parts, read, b.prints[read])
	}
	recipe := fingerprint(parts...)
	b.recipes[m.Name+recipeSuffix] = recipe
	kind, wanted := b.present[m.Name], "BASE TABLE"
	if m.Header.View {
		wanted = "VIEW"
	}
	if recipe == b.previous[m.Name+recipeSuffix] && kind == wanted && b.previous[m.Name] != "" {
		b.prints[m.Name] = b.previous[m.Name]
		b.result.Kept = append(b.result.Kept, m.Name)
		return nil
	}
	started := time.Now()
	if kind != "" && kind != wanted {
		if _, err := tx.Exec(ctx, "drop "+strings.TrimPrefix(kind, "BASE ")+" "+m.Name); err != nil {
			return fault("replace model", m.Path, 0, err)
		}
	}
	statement := "create or replace table " + m.Name + " as\n" + m.SQL
	if m.Header.View {
		statement = "create or replace view " + m.Name + " as\n" + m.SQL
	}
	if _, err := tx.Exec(ctx, statement); err != nil {
		return fault("build model", m.Path, 0, located(err, 1))
	}
	var rows int64
	if !m.Header.View {
		counted, err := tx.Query(ctx, "select count(*) from "+m.Name)
		if err != nil {
			return fault("count the rows of", m.Path, 0, err)
		}
		rows = counted.Rows[0][0].(int64)
	}
	b.result.Built = append(b.result.Built, Built{Name: m.Name, Rows: rows, Duration: time.Since(started)})
	b.prints[m.Name] = recipe
	if strings.HasPrefix(m.Name, "staging.") && !m.Header.View {
		content, err := ContentOf(ctx, tx, m.Name)
		if err != nil {
			return fault("fingerprint", m.Name, 0, err)
		}
		b.prints[m.Name] = fingerprint("rows", content)
	}
	return b.columns(ctx, tx, m)
}

// columns checks what the header claims of a model's columns: that the grain is unique, and its own checks. The grain of
// a view is not looked at: finding it costs what the view was not written down to save, and its readers have grains.
func (b *build) columns(ctx context.Context, tx *warehouse.Tx, m queries.Model) error {
	claims := m.Header.Checks
	if len(m.Header.Grain) > 0 && !m.Header.View {
		claims = append([]queries.ColumnCheck{{Rule: "unique", Columns: m.Header.Grain}}, claims...)
	}
	for _, claim := range claims {
		list := strings.Join(claim.Columns, ", ")
		rows, err := contradicting(ctx, tx, m.Name, claim.Rule, list)
		if err != nil {
			return fault("check model", m.Path, 0, err)
		}
		name := fmt.Sprintf("%s: %s(%s)", m.Name, claim.Rule, list)
		if err := b.judge(name, "", m.Path, rows, claim.Warning); err != nil {
			return err
		}
	}
	return nil
}

// contradicting counts the rows, or groups of rows, that contradict a rule.
func contradicting(ctx context.Context, q pipelines.Querier, table, rule, columns string) (int64, error) {
	count := func(query string) (int64, error) {
		t, err := q.Query(ctx, query)
		if err != nil {
			return 0, err
		}
		return t.Rows[0][0].(int64), nil
	}
	if rule == "not_null" {
		return count(fmt.Sprintf("select count(*) from %s where %s is null", table, strings.ReplaceAll(columns, ", ", " is null or ")))
	}
	// As many different hashes as rows prove that the rows differ, in less than half the time of grouping them.
	if same, err := count(fmt.Sprintf("select count(*) - count(distinct hash(%s)) from %s", columns, table)); err != nil || same == 0 {
		return 0, err
	}
	return count(fmt.Sprintf("select count(*) from (select %s from %s group by %s having count(*) > 1)", columns, table, columns))
}

func (b *build) check(ctx context.Context, tx *warehouse.Tx, c queries.Check) error {
	if err := agrees(c.Header.Sources, b.reads[c.Path]); err != nil {
		return fault("run check", c.Path, 1, err)
	}
	table, err := tx.Query(ctx, "select count(*) from (\n"+c.SQL+"\n)")
	if err != nil {
		return fault("run check", c.Path, 0, located(err, 1))
	}
	return b.judge(c.Name, c.Header.Text, c.Path, table.Rows[0][0].(int64), c.Header.Warning)
}

func (b *build) judge(name, claim, path string, rows int64, warning bool) error {
	b.result.Checked++
	if rows == 0 {
		return nil
	}
	if !warning {
		return &pipelines.Fault{Op: "check " + name, At: "queries/" + path,
			Err:  fmt.Errorf("%w: %d rows contradict it", pipelines.ErrCheckFailed, rows),
			Next: "the last published snapshot stays; look at the newest files on the data page"}
	}
	b.result.Checks = append(b.result.Checks, CheckResult{Name: name, Rows: rows, Text: claim})
	return nil
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

// agrees compares what a header names with what the SQL reads.
func agrees(named, read []string) error {
	for _, name := range read {
		if !slices.Contains(named, name) {
			return fmt.Errorf("it reads %s, which its header does not name", name)
		}
	}
	for _, name := range named {
		if !slices.Contains(read, name) {
			return fmt.Errorf("its header names %s, which it does not read", name)
		}
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
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		next = "run again; nothing was changed"
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
