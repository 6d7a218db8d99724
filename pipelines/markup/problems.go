package markup

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"hulian/data"
	"hulian/pipelines"
)

// ErrNothingOpen says that a file has no open problem in any row.
var ErrNothingOpen = errors.New("no row of the file has an open problem")

// Problem is one open problem of a row, and the village the row belongs to where that can be told.
type Problem struct {
	pipelines.Problem
	No      int64
	State   pipelines.ProblemState
	Village string // name; empty where neither the row nor a list names it
}

// File is a landed file with its problems.
type File struct {
	No       int64
	ID       string
	Name     string
	Tables   []pipelines.Reconciliation
	Problems []Problem
}

// Find gives the file a person names: by its number, its id or the first eight or more characters of it, or its name.
// Of several files of one name it is the newest.
func Find(ctx context.Context, q pipelines.Querier, named string) (File, error) {
	fault := func(err error, next string) error {
		return &pipelines.Fault{Op: "find file", At: named, Err: err, Next: next}
	}
	found, err := q.Query(ctx, `select file_no, file_id, name from files
		where cast(file_no as varchar) = ? or file_id = ? or name = ? or ends_with(name, '/' || ?) or (length(?) >= 8 and starts_with(file_id, ?))
		order by case when file_id = ? then 0 when name = ? then 1 else 2 end, file_no desc limit 1`, named, named, named, named, named, named, named, named)
	if err != nil {
		return File{}, fault(err, "the same command again; if it fails again, give this sentence to whoever maintains the system")
	}
	if len(found.Rows) == 0 {
		return File{}, fault(pipelines.ErrUnknown, `hulian query "select file_no, name from files"`)
	}
	f := File{No: found.Rows[0][0].(int64), ID: found.Rows[0][1].(string), Name: found.Rows[0][2].(string)}
	if err := f.read(ctx, q); err != nil {
		return File{}, fault(err, "the same command again; if it fails again, give this sentence to whoever maintains the system")
	}
	return f, nil
}

// read fills in what became of the file's rows and what is open.
func (f *File) read(ctx context.Context, q pipelines.Querier) error {
	tables, err := q.Query(ctx, `select coalesce(sheet, ''), coalesce(export, ''), rows_read, accepted, quarantined, ignored, warnings, coalesce(problem, ''), coalesce(detail, '')
		from reconciliation where file_no = ? order by sheet, export`, f.No)
	if err != nil {
		return err
	}
	for _, r := range tables.Rows {
		f.Tables = append(f.Tables, pipelines.Reconciliation{FileID: f.ID, Name: f.Name, Sheet: r[0].(string), Export: r[1].(string), Read: r[2].(int64),
			Accepted: r[3].(int64), Quarantined: r[4].(int64), Ignored: r[5].(int64), Warnings: r[6].(int64), Problem: pipelines.Code(r[7].(string)), Detail: pipelines.ParseDetails(r[8].(string))})
	}
	if f.Problems, err = Problems(ctx, q, "p.file_no = ? and p.state = 'open'", f.No); err != nil {
		return err
	}
	villages, err := f.villages(ctx, q)
	if err != nil {
		return pipelines.Errorf("villages of the rows: %w", err)
	}
	for i, p := range f.Problems {
		f.Problems[i].Village = villages[place{p.Sheet, p.Export, p.Row}]
	}
	return nil
}

// Problems lists problems that meet a condition over p (problems) and f (files), newest file first, by row.
func Problems(ctx context.Context, q pipelines.Querier, condition string, args ...any) ([]Problem, error) {
	found, err := q.Query(ctx, `select p.problem_no, f.file_id, f.name, coalesce(p.sheet, ''), coalesce(p.export, ''), coalesce(p."row", 0), coalesce(p.letter, ''),
			coalesce(p.column_id, ''), coalesce(p.header, ''), p.code, p.severity, coalesce(p.value, ''), coalesce(p.detail, ''), p.state
		from problems p join files f on f.file_no = p.file_no
		where `+condition+` order by p.file_no desc, p.sheet, p."row", p.letter, p.problem_no`, args...)
	if err != nil {
		return nil, err
	}
	var all []Problem
	for _, r := range found.Rows {
		text := func(i int) string { return r[i].(string) }
		all = append(all, Problem{No: r[0].(int64), State: pipelines.ProblemState(text(13)), Problem: pipelines.Problem{
			FileID: text(1), File: text(2), Sheet: text(3), Export: text(4), Row: r[5].(int64), Letter: text(6), Column: text(7), Header: text(8),
			Code: pipelines.Code(text(9)), Severity: pipelines.Severity(text(10)), Value: text(11), Detail: pipelines.ParseDetail(text(12))}})
	}
	return all, nil
}

type place struct {
	sheet, export string
	row           int64
}

// villages names the village of every row with a problem: by its own village, household, member or branch.
func (f *File) villages(ctx context.Context, q pipelines.Querier) (map[place]string, error) {
	exports := map[string]bool{}
	for _, p := range f.Problems {
		exports[p.Export] = true
	}
	names := map[place]string{}
	for _, c := range data.Contracts() {
		if !exports[c.Export] {
			continue
		}
		var refused, accepted []string
		for _, id := range []string{"village_id", "household_id", "member_id", "branch_id"} {
			if _, ok := c.Column(id); ok {
				refused = append(refused, fmt.Sprintf("json_extract_string(q.cells, '$.%[1]s') as %[1]s", id))
				accepted = append(accepted, "t."+id)
			} else {
				refused = append(refused, "cast(null as varchar) as "+id)
				accepted = append(accepted, "cast(null as varchar)")
			}
		}
		found, err := q.Query(ctx, fmt.Sprintf(`with named as (
				select q.sheet, q."row", %s from ops.quarantine q where q.file_no = ? and q.export = '%[3]s'
				union all
				select distinct p.sheet, p."row", %[2]s from problems p join exports.%[3]s t on t._file = p.file_no and t._row = p."row"
				where p.file_no = ? and p.export = '%[3]s' and p.severity = 'warn')
			select coalesce(n.sheet, ''), n."row", max(v.name)
			from named n
			left join members m on m.member_id = n.member_id
			left join households h on h.household_id = n.household_id
			left join branches b on b.branch_id = coalesce(n.branch_id, h.branch_id, m.branch_id)
			join villages v on v.village_id = coalesce(n.village_id, h.village_id, b.village_id)
			group by n.sheet, n."row"`, strings.Join(refused, ", "), strings.Join(accepted, ", "), c.Export), f.No, f.No)
		if err != nil {
			return nil, err
		}
		for _, r := range found.Rows {
			names[place{r[0].(string), c.Export, r[1].(int64)}] = r[2].(string)
		}
	}
	return names, nil
}
