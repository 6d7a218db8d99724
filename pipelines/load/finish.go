package load

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/land"
)

// hold finds full lists that fell to less than half of the rows of the one before. Their whole file waits, until a person
// releases it, who may say why: that is noted with the lists that would have waited.
func (p *pass) hold(ctx context.Context) error {
	before, err := p.tx.Query(ctx, `select export, sum(rows_read - ignored) from ops.reconciliation r
		where complete and file_no = (select max(file_no) from ops.reconciliation l where l.export = r.export and l.complete) group by export`)
	if err != nil {
		return err
	}
	last := map[string]int64{}
	for _, row := range before.Rows {
		last[row[0].(string)] = row[1].(int64)
	}
	for _, file := range p.files {
		rows := map[string]int64{}
		for _, f := range p.decoding.feeds {
			if f.file.No == file.No && f.full() {
				rows[f.contract.Export] += f.handed
			}
		}
		if p.alone {
			continue
		}
		released := confirmed(p.config, file)
		for _, export := range slices.Sorted(maps.Keys(rows)) {
			n, was := rows[export], last[export]
			if n*2 >= was {
				continue
			}
			fell := fmt.Sprintf("%d → %d", was, n)
			if !released { // all of them are told: who releases the file releases them together
				p.held[file.No] = fell
				p.decoding.failures = append(p.decoding.failures, failure{file: file, code: pipelines.RowCountFallen, detail: fell, export: export})
				continue
			}
			for _, f := range p.decoding.feeds {
				if p.config.By != "" && f.file.No == file.No && f.full() && f.contract.Export == export {
					f.detail = append(f.detail, fmt.Sprintf("%s%s, %s, %s", data.DetailConfirmed, fell, p.config.By, p.config.Reason))
				}
			}
		}
		if p.held[file.No] == "" {
			maps.Copy(last, rows)
		}
	}
	return nil
}

// columnsGone notes the columns that a full list lacks and that are filled as the table stands: a row of the list replaces
// the one before it, so that what stood there ends.
func (p *pass) columnsGone(ctx context.Context) error {
	if p.alone {
		return nil
	}
	for _, f := range p.decoding.feeds {
		if !f.full() || p.held[f.file.No] != "" || len(f.column) != len(f.contract.Columns) {
			continue
		}
		var lacking, filled, gone []string
		for i, column := range f.contract.Columns {
			if f.column[i].header == "" && !column.Required && !f.given(column.ID) {
				lacking, filled = append(lacking, column.Name.Zh+" / "+column.Name.En), append(filled, "count("+quote(column.ID)+") > 0")
			}
		}
		if len(lacking) == 0 {
			continue
		}
		before, err := p.tx.Query(ctx, fmt.Sprintf("select %s from exports.%s", strings.Join(filled, ", "), f.contract.Export))
		if err != nil {
			return err
		}
		for i, name := range lacking {
			if before.Rows[0][i] == true {
				gone = append(gone, name)
			}
		}
		if len(gone) > 0 {
			f.detail = append(f.detail, data.DetailGone+strings.Join(gone, ", "))
		}
	}
	return nil
}

// olderLists notes the full lists that give an earlier day than one received before them: the last one received holds,
// which may not be meant. A list that gives no day speaks for the day it was received and is compared with none.
func (p *pass) olderLists(ctx context.Context) error {
	if p.alone {
		return nil
	}
	for _, f := range p.decoding.feeds {
		day := p.asOf[f.file.No]
		if _, copied := p.decoding.copies[f.file.No]; copied || !f.full() || p.held[f.file.No] != "" || day.Equal(p.local(f.file.ReceivedAt).Truncate(24*time.Hour)) {
			continue
		}
		newer, err := p.tx.Query(ctx, `select name || '（' || as_of || '）' from ops.files where file_no < ? and as_of > cast(? as date) and as_of <> cast(received_at as date)
			and file_no in (select file_no from ops.reconciliation where export = ? and complete) order by as_of desc limit 1`, f.file.No, day.Format(time.DateOnly), f.contract.Export)
		if err != nil {
			return err
		}
		if len(newer.Rows) > 0 {
			f.detail = append(f.detail, data.DetailOlder+newer.Rows[0][0].(string))
		}
	}
	return nil
}

// register writes what the SQL of this run needs to know of its files and feeds into temporary tables.
func (p *pass) register(ctx context.Context) error {
	for _, statement := range []string{
		"create or replace temp table new_files (file_no bigint, as_of date)",
		`create or replace temp table feeds (feed bigint, file_no bigint, sheet varchar, export varchar,
			day_limit timestamp, earlier boolean, orphans_warn boolean)`,
		`create or replace temp table found (export varchar, feed bigint, rid bigint, row bigint, column_id varchar, code varchar,
			severity varchar, value varchar, detail varchar)`,
		`create or replace temp table handed_again (problem_no bigint, file_no bigint, sheet varchar, "row" bigint, refused boolean, same boolean, identical boolean)`,
		"create or replace temp table warned_keys (export varchar, rid bigint, row_key varchar)",
	} {
		if _, err := p.exec(ctx, statement); err != nil {
			return err
		}
	}
	for _, file := range p.files {
		day, known, err := p.spokeFor(ctx, file)
		if err != nil {
			return err
		}
		if !known {
			day = p.speaksFor(file)
		}
		p.asOf[file.No] = day
	}
	_, err := p.appendRows("new_files", func(yield func(...driver.Value) bool) {
		for _, file := range p.files {
			if !yield(file.No, p.asOf[file.No]) {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	if p.chains, err = p.chainsOfCopies(ctx); err != nil {
		return err
	}
	return p.registerFeeds(p.decoding.feeds)
}

func (p *pass) registerFeeds(feeds []*feed) error {
	_, err := p.appendRows("feeds", func(yield func(...driver.Value) bool) {
		for _, f := range feeds {
			if p.held[f.file.No] != "" {
				continue // its rows take no part in the run
			}
			warn := false
			if f.batch != nil {
				warn = f.batch.severity(pipelines.UnknownReference) == pipelines.SeverityWarn
			}
			limit := p.dayLimit(f.file)
			if !yield(int64(f.no), f.file.No, f.sheet, f.contract.Export, limit, f.earlier, warn) {
				return
			}
		}
	})
	return err
}

// dayLimit is the first day a row of the file cannot know of: the second after it was received, so that clocks that
// differ and files sent around midnight are forgiven.
func (p *pass) dayLimit(file land.File) time.Time {
	return p.local(file.ReceivedAt).Truncate(24*time.Hour).AddDate(0, 0, 2)
}

// local gives the wall clock of the programme's zone as the engine's time without a zone.
func (p *pass) local(t time.Time) time.Time {
	zone, err := time.LoadLocation(p.config.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	l := t.In(zone)
	return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), l.Nanosecond(), time.UTC)
}

func (p *pass) appendRows(table string, rows func(yield func(...driver.Value) bool)) (n int64, err error) {
	appender, err := p.tx.Appender("", table)
	if err != nil {
		return 0, err
	}
	rows(func(values ...driver.Value) bool {
		err = appender.Row(values...)
		n++
		return err == nil
	})
	if closeErr := appender.Close(); err == nil {
		err = closeErr
	}
	return n, err
}

var dayInName = regexp.MustCompile(`(20\d\d)\s*[-_./年]?\s*(0[1-9]|1[0-2]|[1-9]月|[1-9][-_./])\s*[-_./月]*\s*(0[1-9]|[12]\d|3[01]|[1-9]日)?`)

// speaksFor tells the day a registry file speaks for: pinned by the mapping, else a date in a title, a sheet's name or
// the file's name, a month standing for its last day; else the day it was received.
func (p *pass) speaksFor(file land.File) time.Time {
	received := p.local(file.ReceivedAt).Truncate(24 * time.Hour)
	for _, m := range mappingsFor(p.decoding.mappings, p.decoding.name(file)) {
		if day, err := time.Parse(time.DateOnly, m.AsOf); m.AsOf != "" && err == nil {
			return day
		}
	}
	var texts []string
	for _, f := range p.decoding.feeds {
		if f.file.No == file.No {
			texts = append(texts, f.titles...)
			texts = append(texts, f.sheet)
		}
	}
	name := path.Base(p.decoding.name(file))
	for _, text := range append(texts, strings.TrimSuffix(name, path.Ext(name))) {
		if day, ok := dayNamed(text); ok && !day.After(received.AddDate(0, 2, 0)) {
			return day
		}
	}
	return received
}

// dayNamed reads a day, or the last day of a month, out of a title or file name.
func dayNamed(text string) (time.Time, bool) {
	match := dayInName.FindStringSubmatch(text)
	if match == nil {
		return time.Time{}, false
	}
	number := func(s string) int {
		n, _ := strconv.Atoi(strings.TrimRight(s, "月日-_./"))
		return n
	}
	year, month, day := number(match[1]), number(match[2]), number(match[3])
	if day == 0 {
		return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC), true
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return t, t.Day() == day
}

// finish writes what happened to every file and returns it.
func (p *pass) finish(ctx context.Context) (Result, error) {
	for _, c := range data.Contracts() {
		if c.Kind != data.Registry {
			continue
		}
		if err := p.referToLater(ctx, c); err != nil {
			return Result{}, err
		}
		if err := p.handedAgain(ctx, c); err != nil {
			return Result{}, err
		}
	}
	if err := p.countWarnings(ctx); err != nil {
		return Result{}, err
	}
	if err := p.repaired(ctx); err != nil {
		return Result{}, err
	}
	if err := p.writeFiles(ctx); err != nil {
		return Result{}, err
	}
	if err := p.writeCopies(ctx); err != nil {
		return Result{}, err
	}
	files := p.reconciliations()
	if err := p.writeReconciliation(ctx); err != nil {
		return Result{}, err
	}
	if err := p.writeProblems(ctx); err != nil {
		return Result{}, err
	}
	for _, settle := range []func(context.Context) error{p.settleWithinRun, p.settleHandedAgain, p.supersedeCopies, p.referencesKnown} {
		if err := settle(ctx); err != nil {
			return Result{}, err
		}
	}
	if err := p.reread(ctx); err != nil {
		return Result{}, err
	}
	result := Result{Files: files, Changed: p.changed, TakenUp: p.takenUp}
	for _, file := range p.files {
		if p.held[file.No] != "" {
			result.Held = append(result.Held, file.Name)
		}
	}
	waiting, err := p.tx.Query(ctx, "select count(*), count(*) filter (where file_no in (select file_no from new_files)) from ops.quarantine where waiting")
	if err != nil {
		return Result{}, err
	}
	result.Waiting, result.WaitNow = waiting.Rows[0][0].(int64), waiting.Rows[0][1].(int64)
	if result.Problems, err = p.firstProblems(ctx); err != nil {
		return Result{}, err
	}
	return result, p.clear(ctx)
}

// countWarnings counts the accepted rows of every feed that somebody should look at, those that waited among the warnings
// of their own file.
func (p *pass) countWarnings(ctx context.Context) error {
	counted, err := p.tx.Query(ctx, `select feed, count(distinct (export, rid)) from found w where severity = 'warn'
		and not exists (select 1 from found r where r.export = w.export and r.rid = w.rid and r.severity = 'refuse') group by feed`)
	if err != nil {
		return err
	}
	for _, row := range counted.Rows {
		for _, f := range p.decoding.feeds {
			if int64(f.no) == row[0].(int64) {
				f.warnings = row[1].(int64)
			}
			if int64(f.no) == row[0].(int64) && f.earlier {
				if _, err := p.exec(ctx, "update ops.reconciliation set warnings = warnings + ? where file_no = ? and sheet = ? and export = ?",
					f.warnings, f.file.No, f.sheet, f.contract.Export); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (p *pass) fileState(file land.File) string {
	if p.held[file.No] != "" {
		return stateHeld
	}
	if p.decoding.taken[file.No] != nil {
		return stateLoaded
	}
	for _, f := range p.decoding.feeds {
		if f.file.No == file.No && !f.earlier {
			return stateLoaded
		}
	}
	return stateRejected
}

func (p *pass) writeFiles(ctx context.Context) error {
	if err := p.forget(ctx); err != nil {
		return err
	}
	appender, err := p.tx.Appender("ops", "files")
	if err != nil {
		return err
	}
	for _, file := range p.files {
		if err := appender.Row(file.No, file.ID, file.Name, file.Origin, file.Size, p.local(file.ReceivedAt), p.asOf[file.No],
			p.local(file.LandedAt), p.fileState(file)); err != nil {
			return err
		}
	}
	return appender.Close()
}

// reconciliations lists one line a table of every file, in order of arrival.
func (p *pass) reconciliations() []pipelines.Reconciliation {
	var lines []pipelines.Reconciliation
	for _, file := range p.files {
		for _, f := range p.decoding.feeds {
			if f.file.No != file.No || f.earlier || p.held[file.No] != "" {
				continue
			}
			lines = append(lines, pipelines.Reconciliation{
				FileID: file.ID, Name: file.Name, Sheet: f.sheet, Export: f.contract.Export, Read: f.read, Accepted: f.accepted,
				Quarantined: f.quarantined, Ignored: f.ignored, Warnings: f.warnings, Detail: strings.Join(f.detail, "; "), ReadAs: f.readAs,
			})
		}
		for _, f := range p.decoding.failures {
			if f.file.No == file.No {
				lines = append(lines, pipelines.Reconciliation{
					FileID: file.ID, Name: file.Name, Sheet: f.sheet, Export: f.export, Problem: f.code, Detail: f.detail, ReadAs: f.readAs,
				})
			}
		}
	}
	return lines
}

func (p *pass) writeReconciliation(ctx context.Context) error {
	appender, err := p.tx.Appender("ops", "reconciliation")
	if err != nil {
		return err
	}
	number := map[string]int64{}
	for _, file := range p.files {
		number[file.ID] = file.No
	}
	for _, f := range p.decoding.feeds {
		if f.earlier || p.held[f.file.No] != "" {
			continue
		}
		if err := appender.Row(f.file.No, f.sheet, f.contract.Export, f.read, f.accepted, f.quarantined, f.ignored, f.warnings,
			nil, strings.Join(f.detail, "; "), p.config.RunID, f.full(), jsonOf(f.readAs)); err != nil {
			return err
		}
	}
	for _, f := range p.decoding.failures {
		if err := appender.Row(f.file.No, f.sheet, f.export, int64(0), int64(0), int64(0), int64(0), int64(0), string(f.code), f.detail,
			p.config.RunID, false, jsonOf(f.readAs)); err != nil {
			return err
		}
	}
	return appender.Close()
}

// jsonOf gives what a table was taken for as ops.reconciliation keeps it; null where nothing could be told.
func jsonOf(r pipelines.ReadAs) any {
	if r.Format == "" {
		return nil
	}
	text, err := json.Marshal(r)
	if err != nil {
		panic("how a table was read cannot be written: " + err.Error()) // texts and numbers only
	}
	return string(text)
}

// writeProblems numbers what was found and adds where a person finds it: of rows that waited as far as an earlier problem
// of their table told it.
func (p *pass) writeProblems(ctx context.Context) error {
	if _, err := p.exec(ctx, "create or replace temp table places (feed bigint, column_id varchar, letter varchar, header varchar)"); err != nil {
		return err
	}
	if _, err := p.appendRows("places", func(yield func(...driver.Value) bool) {
		for _, f := range p.decoding.feeds {
			for i, at := range f.column {
				if at.header != "" && !yield(int64(f.no), f.contract.Columns[i].ID, at.letter, at.header) {
					return
				}
			}
		}
	}); err != nil {
		return err
	}
	if _, err := p.exec(ctx, `insert into places select f.feed, p.column_id, any_value(p.letter), any_value(p.header)
		from feeds f join ops.problems p on p.file_no = f.file_no and p.sheet = f.sheet and p.export = f.export
		where f.earlier and p.letter is not null group by f.feed, p.column_id`); err != nil {
		return err
	}
	_, err := p.exec(ctx, `insert into ops.problems
		select (select coalesce(max(problem_no), 0) from ops.problems) + row_number() over (order by f.file_no, f.feed, p.row, p.code, p.column_id),
			f.file_no, f.sheet, p.export, p.row, l.letter, p.column_id, l.header, p.code, p.severity, left(p.value, 500), p.detail, 'open', ?
		from found p join feeds f on f.feed = p.feed left join places l on l.feed = p.feed and l.column_id = p.column_id`, p.config.RunID)
	if err != nil {
		return err
	}
	if err := p.writeWarned(ctx); err != nil {
		return err
	}
	for _, f := range p.decoding.failures {
		severity := pipelines.SeverityReject
		if f.code == pipelines.RowCountFallen {
			severity = pipelines.SeverityHold
		}
		if _, err := p.exec(ctx, `insert into ops.problems select coalesce(max(problem_no), 0) + 1, ?, ?, ?, null, null, null, null, ?, ?, null, ?, 'open', ? from ops.problems`,
			f.file.No, f.sheet, f.export, string(f.code), string(severity), f.detail, p.config.RunID); err != nil {
			return err
		}
	}
	return nil
}

func (p *pass) firstProblems(ctx context.Context) ([]pipelines.Problem, error) {
	rows, err := p.tx.Query(ctx, `select p.code, p.severity, coalesce(p.export, ''), f.file_id, f.name, coalesce(p.sheet, ''), coalesce(p.row, 0),
			coalesce(p.letter, ''), coalesce(p.column_id, ''), coalesce(p.header, ''), coalesce(p.value, ''), coalesce(p.detail, '')
		from ops.problems p join ops.files f on f.file_no = p.file_no join new_files n on n.file_no = p.file_no
		order by p.row is not null, p.severity = 'warn', p.problem_no limit 100`)
	if err != nil {
		return nil, err
	}
	var problems []pipelines.Problem
	for _, r := range rows.Rows {
		text := func(i int) string { return r[i].(string) }
		problems = append(problems, pipelines.Problem{
			Code: pipelines.Code(text(0)), Severity: pipelines.Severity(text(1)), Export: text(2), FileID: text(3), File: text(4),
			Sheet: text(5), Row: r[6].(int64), Letter: text(7), Column: text(8), Header: text(9), Value: text(10), Detail: text(11),
		})
	}
	return problems, nil
}

// clear drops the run's temporary tables: the connection lives on.
func (p *pass) clear(ctx context.Context) error {
	made, err := p.tx.Query(ctx, `select 'view', view_name from duckdb_views() where temporary and not internal
		union all select 'table', table_name from duckdb_tables() where temporary`)
	if err != nil {
		return err
	}
	for _, row := range made.Rows {
		if _, err := p.exec(ctx, fmt.Sprintf("drop %s temp.%s", row[0], quote(row[1].(string)))); err != nil {
			return err
		}
	}
	return nil
}
