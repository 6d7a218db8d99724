package runner

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"hulian/data"
	"hulian/pipelines"
)

// awaited says which lists the waiting rows of this run's files wait for. A list of which rows wait themselves, and of
// which none has come in, is not named: what it waits for is.
func (w *work) awaited(ctx context.Context) ([]pipelines.Awaited, error) {
	if w.loaded.WaitNow == 0 {
		return nil, nil
	}
	var files []string
	for _, f := range w.loaded.Files {
		files = append(files, "'"+f.FileID+"'") // hexadecimal
	}
	if len(files) == 0 {
		return nil, nil // everything was loaded anew, and no file is new
	}
	contracts := data.Contracts()
	var missing, counts []string
	for i, c := range contracts {
		counts = append(counts, fmt.Sprintf("select '%[1]s', exists (select 1 from exports.%[1]s), exists (select 1 from waiting.%[1]s)", c.Export))
		for _, column := range c.Columns {
			list, id, refers := strings.Cut(column.References, ".")
			if !refers || !slices.ContainsFunc(contracts[:i], func(before data.Contract) bool { return before.Export == list }) {
				continue
			}
			missing = append(missing, fmt.Sprintf(`select '%[1]s' as list, r."%[2]s" as id from waiting.%[3]s r where r."%[2]s" is not null and r._file in (select file_no from these)
				and not exists (select 1 from exports.%[1]s e where e."%[4]s" = r."%[2]s") and not exists (select 1 from history.%[1]s h where h."%[4]s" = r."%[2]s")`, list, column.ID, c.Export, id))
		}
	}
	table, err := w.warehouse.Query(ctx, fmt.Sprintf("with these as (select file_no from ops.files where file_id in (%s)) select list, count(distinct id) from (%s) group by list",
		strings.Join(files, ", "), strings.Join(missing, " union all ")))
	if err != nil {
		return nil, pipelines.Errorf("find the lists that rows wait for: %w", err)
	}
	ids := map[string]int64{}
	for _, row := range table.Rows {
		ids[row[0].(string)], _ = row[1].(int64)
	}
	if table, err = w.warehouse.Query(ctx, strings.Join(counts, " union all ")); err != nil {
		return nil, pipelines.Errorf("find the lists that rows wait for: %w", err)
	}
	came, waits := map[string]bool{}, map[string]bool{}
	for _, row := range table.Rows {
		came[row[0].(string)], waits[row[0].(string)] = row[1] == true, row[2] == true
	}
	var all, named []pipelines.Awaited
	for _, c := range contracts { // lists that others refer to first
		if n := ids[c.Export]; n > 0 {
			one := pipelines.Awaited{List: c.Export, IDs: n, Came: came[c.Export]}
			all = append(all, one)
			if one.Came || !waits[c.Export] {
				named = append(named, one)
			}
		}
	}
	if len(named) == 0 {
		return all, nil
	}
	return named, nil
}
