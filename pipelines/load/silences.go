package load

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/statement"
)

// silences notes the columns that a file lacks and that were filled as it arrived: the file says nothing of them, and what
// stood there stays. It looks at rows with the times they stood, behind the merge, so that it finds the same whether the files
// before came with earlier runs or with this one.
func (r *run) silences(ctx context.Context) error {
	if r.book.Alone {
		return nil
	}
	known := map[string]filled{}
	for _, f := range r.feeds {
		if len(f.lacks) == 0 {
			continue
		}
		export := f.line.Export
		if _, asked := known[export]; !asked {
			var err error
			if known[export], err = r.filled(ctx, f.plan.Contract); err != nil {
				return err
			}
		}
		var kept []any
		for _, id := range f.lacks {
			if known[export].at(id, f.line.Place) && !slices.Contains(f.plan.Contract.Key, id) {
				kept = append(kept, pipelines.ColumnNamed(export, id))
			}
		}
		if len(kept) > 0 {
			f.line.Details = slices.Insert(f.line.Details, 0, pipelines.NewDetail(pipelines.DetailKept, kept...))
		}
	}
	return nil
}

// silent gives the bits of the columns that some of an export's typed rows say nothing of.
func (r *run) silent(ctx context.Context, c data.Contract) (bits int64, err error) {
	found, err := r.tx.Query(ctx, "select cast(coalesce(bit_or(_silent), 0) as bigint) from typed_"+c.Export)
	if err != nil {
		return 0, pipelines.Errorf("find rows of %s that say nothing of a column: %w", c.Export, err)
	}
	bits, _ = found.Rows[0][0].(int64)
	return bits, nil
}

// filled says, by column of an export, in which stretches of the files' places its rows held a value: behind the first place
// of each, up to the second one.
type filled map[string][][2]int64

func (f filled) at(column string, place int64) bool {
	return slices.ContainsFunc(f[column], func(s [2]int64) bool { return s[0] < place && place <= s[1] })
}

// filled reads where the columns of an export that files of this run lack were filled.
func (r *run) filled(ctx context.Context, c data.Contract) (filled, error) {
	var lacked, counts, columns []string
	last, feeds := int64(0), 0
	for _, f := range r.feeds {
		if f.line.Export != c.Export {
			continue
		}
		last, feeds = max(last, f.line.Place), feeds+1
		for _, id := range f.lacks {
			if !slices.Contains(lacked, id) {
				lacked = append(lacked, id)
				columns = append(columns, statement.Quote(id))
				counts = append(counts, "count("+statement.Quote(id)+") > 0")
			}
		}
	}
	if feeds == 1 { // often the first file of all, and a large one
		other, err := r.tx.Query(ctx, fmt.Sprintf("select exists (from exports.%[1]s where _file <> $1) or exists (from history.%[1]s where _file <> $1)", c.Export), r.onlyFile(c))
		if err != nil || other.Rows[0][0] != true {
			return filled{}, err
		}
	}
	found, err := r.tx.Query(ctx, fmt.Sprintf(`
select p.place, coalesce(until.place, %[4]d), %[3]s
from (
    select _file, null as _until_file, %[2]s from exports.%[1]s
    union all
    select _file, _until_file, %[2]s from history.%[1]s
) t
join places p on p.file_no = t._file
left join places until on until.file_no = t._until_file
group by all
order by 1, 2 desc`, c.Export, strings.Join(columns, ", "), strings.Join(counts, ", "), last))
	if err != nil {
		return nil, pipelines.Errorf("find the columns of %s that were filled: %w", c.Export, err)
	}
	all := filled{}
	for _, row := range found.Rows {
		from, _ := row[0].(int64)
		until, _ := row[1].(int64)
		for i, id := range lacked {
			if row[i+2] == true && !all.covers(id, from, until) {
				all[id] = append(all[id], [2]int64{from, until})
			}
		}
	}
	return all, nil
}

// covers reports whether one stretch of a column holds all of another one.
func (f filled) covers(column string, from, until int64) bool {
	return slices.ContainsFunc(f[column], func(s [2]int64) bool { return s[0] <= from && until <= s[1] })
}

// onlyFile is the number of the file that alone brings an export in this run.
func (r *run) onlyFile(c data.Contract) (no int64) {
	for _, f := range r.feeds {
		if f.line.Export == c.Export {
			no = f.line.No
		}
	}
	return no
}
