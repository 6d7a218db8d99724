package facts

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
)

// File is what became of one table of a file.
type File struct {
	RowsRead    float64
	Accepted    float64
	Quarantined float64
	Ignored     float64
	FileNo      string
	Name        string `is:"text"`
	Sheet       string `is:"text"`
	FileID      string
	Export      string
	Detail      string `is:"text"`
	Problem     string
	Warnings    float64
	ReceivedAt  string `is:"day"`
	OpenRows    int64
	ReadAs      string
	State       string // of the file: loaded, held, rejected, set_aside
}

// ofPeople leaves out the files that the program wrote for itself; c is the reconciliation.
var ofPeople = "(c.export is null or c.export not in ('" + strings.Join(data.Bookkeeping(), "', '") + "'))"

var filesSQL = `
select c.*, f.file_id, f.name, f.received_at, f.state,
    (select count(*) from problems p where p.file_no = c.file_no and p.state = 'open' and p."row" is not null) as open_rows
from reconciliation c
join files f on f.file_no = c.file_no
where ` + ofPeople + `
order by case when c.problem is null or c.problem = '' then 1 else 0 end, case when c.quarantined > 0 then 0 else 1 end, c.file_no desc, c.sheet, c.export`

// Files reads what became of every table of every file: those with problems first, then the newest. Rows that are quoted in it are shown
// only to those who may see the file.
func (f Facts) Files(ctx context.Context, v visitor.Visitor) ([]File, error) {
	all, err := list[File](ctx, f, v, "the reconciliation of files", filesSQL)
	for i, file := range all { // a copy of this visitor's own: they have texts
		if !f.SeesFile(v, file.FileID) {
			all[i].Detail = pipelines.ParseDetails(file.Detail).WithoutRows(hidden(file.Detail)).String()
		}
	}
	return all, err
}

// ProblemKind is how many problems of one kind there are in an export.
type ProblemKind struct {
	Code                           string
	Export                         string
	Severity                       string
	RowCount                       float64
	Problems                       float64
	OpenProblems, Repaired, Waived float64
}

const problemCountsSQL = `
select p.export, p.code, p.severity, count(*) as problems, count(*) filter (where p.state = 'open') as open_problems,
    count(*) filter (where p.state = 'repaired') as repaired, count(*) filter (where p.state = 'waived') as waived, count(distinct cast(p.file_no as varchar) || ' ' || coalesce(p.sheet, '') || ' ' || cast(p."row" as varchar)) as row_count
from problems p
group by p.export, p.code, p.severity
order by case when p.severity = 'warn' then 1 else 0 end, problems desc, p.export, p.code`

// ProblemKinds reads how many problems there are, by export and kind.
func (f Facts) ProblemKinds(ctx context.Context, v visitor.Visitor) ([]ProblemKind, error) {
	return list[ProblemKind](ctx, f, v, "problems", problemCountsSQL)
}

// OpenKind is how many open problems of one kind there are in a column.
type OpenKind struct {
	Code     string
	ColumnID string
	Export   string
	Problems float64
	FirstRow float64
	Severity string
}

const kindsOfSQL = `
select p.export, p.code, p.severity, p.column_id, count(*) as problems, min(p."row") as first_row
from problems p
join files f on f.file_no = p.file_no
where p.state = 'open' and p."row" is not null and f.file_id in (%s)
group by p.export, p.code, p.severity, p.column_id
order by case when p.severity = 'warn' then 1 else 0 end, problems desc, p.export, p.code, p.column_id`

// OpenKinds reads the open problems of some files by kind and column.
func (f Facts) OpenKinds(ctx context.Context, v visitor.Visitor, files []any) ([]OpenKind, error) {
	return list[OpenKind](ctx, f, v, "problems of an upload", fmt.Sprintf(kindsOfSQL, placeholders(len(files))), files...)
}

// HeldFile is a file that waits for confirmation, with why.
type HeldFile struct {
	FileID  string
	Name    string `is:"text"`
	Detail  string `is:"text"`
	Problem string
	Export  string
}

const heldSQL = `
select f.file_id, f.name, c.export, c.problem, c.detail
from reconciliation c
join files f on f.file_no = c.file_no
where f.state = 'held' and c.problem in ('row_count_fallen', 'rows_in_doubt') and f.file_id in (%s)
order by f.file_no, c.export`

// HeldFiles reads those of some files that wait for confirmation.
func (f Facts) HeldFiles(ctx context.Context, v visitor.Visitor, files []any) ([]HeldFile, error) {
	return list[HeldFile](ctx, f, v, "held files", fmt.Sprintf(heldSQL, placeholders(len(files))), files...)
}

// Problem is a problem of a row, with its place in the file.
type Problem struct {
	FileID    string
	Total     int64
	State     string
	Code      string
	Severity  string
	Export    string
	Name      string `is:"text"`
	Sheet     string `is:"text"`
	Row       int64
	Letter    string
	ColumnID  string
	Header    string `is:"text"`
	Value     string `is:"text"`
	Detail    string `is:"text"`
	WaivedBy  string `is:"text"`
	Reason    string `is:"text"`
	WaivedAt  string `is:"day"`
	ProblemNo string
}

// ProblemFilter narrows problems; what is empty narrows nothing.
type ProblemFilter struct {
	Export, Code, File, Problem string // File and Problem are numbers
	State                       pipelines.ProblemState
	Refused                     bool // without those that only warn
}

// Names reports whether the filter names a kind, a file or a problem.
func (p ProblemFilter) Names() bool { return p.Export+p.Code+p.File+p.Problem != "" }

func (p ProblemFilter) condition() (condition string, args []any) {
	terms := []string{"1 = 1"}
	for _, filter := range []struct{ value, column string }{{p.Export, "p.export"}, {p.Code, "p.code"}, {p.File, "cast(p.file_no as varchar)"}, {p.Problem, "cast(p.problem_no as varchar)"}, {string(p.State), "p.state"}} {
		if filter.value != "" {
			terms, args = append(terms, filter.column+" = ?"), append(args, filter.value)
		}
	}
	if p.Refused {
		terms = append(terms, "p.severity <> 'warn'")
	}
	return strings.Join(terms, " and "), args
}

const problemsSQL = `
select f.file_id, f.name, p.*, w.waived_by, w.reason, w.waived_at, count(*) over () as total
from problems p
join files f on f.file_no = p.file_no
left join waivers w on w.problem_no = p.problem_no
where %s
order by p.file_no desc, p.sheet, p."row", p.letter, p.problem_no
limit ? offset ?`

// Problems reads a cut of the problems a filter leaves, those of the newest file first. Nobody knows whom a refused row is about, so that
// what stands in it is for those who see the file.
func (f Facts) Problems(ctx context.Context, v visitor.Visitor, filter ProblemFilter, cut Cut) ([]Problem, error) {
	condition, args := filter.condition()
	all, err := list[Problem](ctx, f, v, "problems", fmt.Sprintf(problemsSQL, condition), append(args, int64(cut.Most), int64(cut.Before))...)
	for i, p := range all { // a copy of this visitor's own: they have texts
		all[i].Value, all[i].Detail = f.refusedValue(v, p.FileID, p.Value, p.Detail)
	}
	return all, err
}

// refusedValue is what stands in a refused cell, and what is said of it, as far as the visitor sees the file.
func (f Facts) refusedValue(v visitor.Visitor, file, value, detail string) (shown, said string) {
	if !f.SeesFile(v, file) {
		return hidden(value), ""
	}
	f.Disclosed.note(value)
	return value, detail
}

// ProblemNumbers reads the numbers of the problems a filter leaves.
func (f Facts) ProblemNumbers(ctx context.Context, v visitor.Visitor, filter ProblemFilter) ([]int64, error) {
	condition, args := filter.condition()
	rows, err := list[struct{ ProblemNo int64 }](ctx, f, v, "the numbers of problems", "select p.problem_no from problems p where "+condition, args...)
	numbers := make([]int64, len(rows))
	for i, row := range rows {
		numbers[i] = row.ProblemNo
	}
	return numbers, err
}

// OpenRows is how many problems of rows of a file are open.
func (f Facts) OpenRows(ctx context.Context, v visitor.Visitor, id string) (int64, error) {
	row, err := lone[struct{ Open int64 }](ctx, f, v, "the open problems of a file",
		`select count(*) as open from problems p join files f on f.file_no = p.file_no where f.file_id = ? and p.state = 'open' and p."row" is not null`, id)
	return row.Open, err
}

// FileName is the name a file has on record; its ID where there is none.
func (f Facts) FileName(ctx context.Context, v visitor.Visitor, id string) (string, error) {
	row, err := lone[struct {
		FileID string
		Name   string `is:"text"`
	}](ctx, f, v, "the name of a file", "select file_id, name from files where file_id = ? order by file_no desc limit 1", id)
	return cmp.Or(row.Name, id), err
}

// FileState is how a file stands now.
type FileState struct{ FileID, State string }

// FileStates reads how some files stand now.
func (f Facts) FileStates(ctx context.Context, v visitor.Visitor, files []any) ([]FileState, error) {
	return list[FileState](ctx, f, v, "the states of files", fmt.Sprintf("select file_id, max_by(state, file_no) as state from files where file_id in (%s) group by file_id", placeholders(len(files))), files...)
}

// FileProblem is how many refused rows of one file wait for repair because of one kind of problem in one column, with the first
// of them as the example.
type FileProblem struct {
	FileNo     string
	FileID     string
	Name       string `is:"text"`
	ReceivedAt string `is:"day"`
	Export     string
	Code       string
	ColumnID   string
	RowCount   float64
	Sheet      string `is:"text"`
	Row        int64
	Letter     string
	Header     string `is:"text"`
	Value      string `is:"text"`
	Detail     string `is:"text"`
}

const openByFileSQL = `
with waiting as (
    select file_no, export, code, column_id, min(problem_no) as problem_no, count(distinct coalesce(sheet, '') || ' ' || cast("row" as varchar)) as row_count
    from problems
    where state = 'open' and severity <> 'warn' and "row" is not null
    group by file_no, export, code, column_id
)
select f.file_id, f.name, f.received_at, w.row_count, p.*
from waiting w
join problems p on p.problem_no = w.problem_no
join files f on f.file_no = p.file_no
order by p.file_no desc, w.row_count desc, p.export, p.code, p.column_id`

// OpenByFile reads the refused rows that wait for repair by file, kind and column, the newest file first. The example is for
// those who see the file.
func (f Facts) OpenByFile(ctx context.Context, v visitor.Visitor) ([]FileProblem, error) {
	all, err := list[FileProblem](ctx, f, v, "refused rows by kind", openByFileSQL)
	for i, p := range all { // a copy of this visitor's own: they have texts
		all[i].Value, all[i].Detail = f.refusedValue(v, p.FileID, p.Value, p.Detail)
	}
	return all, err
}

// RowsToMend is how many refused rows wait for repair, each counted once however much is wrong with it, and in how many files.
type RowsToMend struct{ RowCount, Files float64 }

// RowsToMend counts the refused rows that wait for repair.
func (f Facts) RowsToMend(ctx context.Context, v visitor.Visitor) (RowsToMend, error) {
	return lone[RowsToMend](ctx, f, v, "refused rows",
		`select count(distinct cast(file_no as varchar) || ' ' || coalesce(sheet, '') || ' ' || cast("row" as varchar)) as row_count, count(distinct file_no) as files
from problems where state = 'open' and severity <> 'warn' and "row" is not null`)
}
