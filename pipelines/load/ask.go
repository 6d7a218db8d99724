package load

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/entry"
	"hulian/pipelines/load/ledger"
	"hulian/pipelines/load/statement"
)

// ErrNotAside says that something cannot be set aside, or taken back: nobody knows it, or it is so already.
var ErrNotAside = errors.New("it cannot be set aside or taken back")

// WaivedProblems is the export in which people enter that problems need no repair.
const WaivedProblems = ledger.Waived

// Waivers gives the rows to enter that let problems pass, by their numbers. Problems that are not open are left out; a number
// nobody knows is refused.
func Waivers(ctx context.Context, q pipelines.Querier, problems []int64, reason string) (rows []entry.Row, err error) {
	for _, no := range problems {
		found, err := q.Query(ctx, `select f.file_id, p.sheet, p.export, p."row", p.column_id, p.code, p.state from ops.problems p join ops.files f on f.file_no = p.file_no
			where p.problem_no = ?`, no)
		if err != nil {
			return nil, err
		}
		if len(found.Rows) == 0 {
			return nil, &pipelines.Fault{Op: "waive", At: fmt.Sprintf("problem %d", no), Err: pipelines.ErrUnknown, Next: "hulian problems"}
		}
		p := found.Rows[0]
		if p[6] == string(pipelines.ProblemOpen) {
			rows = append(rows, entry.Row{"file_id": p[0], "sheet": p[1], "of_export": p[2], "row": p[3], "column_id": p[4], "code": p[5], "reason": reason})
		}
	}
	return rows, nil
}

// Standing says what has become of the rows of a file that has landed.
type Standing struct {
	Loaded   bool // rows of it were accepted
	Replaced bool // newer files, other than those named, say something else of rows of its, or are newer lists
}

// StandingOf says what stands of a file. but names files that do not count as having replaced it.
func StandingOf(ctx context.Context, q pipelines.Querier, id string, but []string) (s Standing, err error) {
	if loaded, err := q.Query(ctx, "select count(*) from duckdb_tables() where schema_name = 'ops' and table_name = 'reconciliation'"); err != nil || loaded.Rows[0][0] == int64(0) {
		return s, err // nothing has been loaded
	}
	found, err := q.Query(ctx, `select r.export, max(r.file_no) from ops.reconciliation r join ops.files f on f.file_no = r.file_no
		where f.file_id = ? and f.state = 'loaded' and r.accepted > 0 group by r.export`, id)
	if err != nil {
		return s, err
	}
	own := make([]string, 0, len(but)+1)
	for _, other := range append([]string{id}, but...) {
		own = append(own, statement.Literal(other))
	}
	for _, row := range found.Rows {
		export, _ := row[0].(string)
		contract, known := data.ContractOf(export)
		if !known {
			continue
		}
		s.Loaded = true
		p := statement.P{"id": id, "own": strings.Join(own, ", "), "newest": row[1], "list": contract.Kind == data.Registry}
		newer, err := q.Query(ctx, statements.SQL("replaced", contract, p))
		if err != nil {
			return s, err
		}
		if n, _ := newer.Rows[0][0].(int64); n > 0 {
			s.Replaced = true
			return s, nil
		}
	}
	return s, nil
}

// MayBeAside refuses to set a file aside that nobody knows or that is set aside, and to take one back that is not.
func MayBeAside(ctx context.Context, q pipelines.Querier, id string, back bool) error {
	found, err := q.Query(ctx, "select name, state from ops.files where file_id = ? and origin <> ? order by file_no desc limit 1", id, pipelines.OriginEntered)
	if err != nil {
		return err
	}
	fault := &pipelines.Fault{Op: "set aside", At: id, Err: pipelines.Errorf("%w: %w", ErrNotAside, pipelines.ErrUnknown), Next: `hulian query "select file_no, name from files"`}
	if len(found.Rows) == 0 {
		return fault
	}
	fault.At, _ = found.Rows[0][0].(string)
	switch aside := found.Rows[0][1] == ledger.SetAside; {
	case aside && !back:
		fault.Err, fault.Next = pipelines.Errorf("%w: the file is set aside already", ErrNotAside), ""
		return fault
	case !aside && back:
		fault.Err, fault.Next = pipelines.Errorf("%w: the file is not set aside", ErrNotAside), ""
		return fault
	}
	return nil
}

// Said gives what a row says that is to be set aside, and what it said before, or what was said when it was set aside.
func Said(ctx context.Context, q pipelines.Querier, c data.Contract, key string, back bool) (texts []string, err error) {
	fault := &pipelines.Fault{Op: "set aside", At: c.Export + " " + key, Next: "give the key as the lists show it"}
	decided, err := q.Query(ctx, "select said from ("+asides(c.Export)+") where row_key = ? order by _file desc, said", key)
	if err != nil {
		return nil, err
	}
	if back && len(decided.Rows) == 0 {
		fault.Err = pipelines.Errorf("%w: no such row is set aside", ErrNotAside)
		return nil, fault
	}
	if back {
		said, _ := decided.Rows[0][0].(string)
		return []string{said}, nil
	}
	texts, err = RowContents(ctx, q, c, key)
	if errors.Is(err, ErrNoRow) {
		fault.Err = pipelines.Errorf("%w: %w", ErrNotAside, err)
		if len(decided.Rows) > 0 {
			fault.Err, fault.Next = pipelines.Errorf("%w: the row is set aside already", ErrNotAside), ""
		}
		return nil, fault
	}
	return texts, err
}
