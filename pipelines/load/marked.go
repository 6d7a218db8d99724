package load

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/land"
)

// SummarySheet is the name of the sheet a marked workbook begins with. It holds no rows to load; a sheet of this name
// that lacks the mark is a sheet like any other.
var SummarySheet = data.Text{Zh: "问题汇总", En: "Problems"}

// Marked says of which landed file a workbook is the marked copy. It stands as text in a cell of the copy's first
// sheet, so that the repaired copy is taken for what it is, whatever program it was saved with: mapping files claim it
// by the name of the original, it speaks for the same day, and it closes the problems of the original.
type Marked struct {
	File    string                 `json:"file"`              // id of the landed file it was made from
	Name    string                 `json:"name"`              // name of the file as it first arrived
	Partial bool                   `json:"partial,omitempty"` // only the rows with problems: absence means nothing
	Sheets  map[string]MarkedSheet `json:"sheets,omitempty"`  // by worksheet of the copy; others kept their names
}

// MarkedSheet is the table one worksheet of a marked copy stands for.
type MarkedSheet struct {
	Table  string `json:"table"`            // as reconciliation and problems name it; empty for a file that is one table
	Member string `json:"member,omitempty"` // of a bundle
	Shift  int64  `json:"shift,omitempty"`  // rows it stands lower than in the original
}

var markedText = regexp.MustCompile(`hulian (\{.*\})`)

// String is the text of the cell.
func (m Marked) String() string {
	text, err := json.Marshal(m)
	if err != nil {
		panic("a marked copy's origin cannot be written: " + err.Error()) // strings and numbers only
	}
	return "hulian " + string(text)
}

// ParseMarked reads the text of a cell. ok is false where it is no mark.
func ParseMarked(cell string) (m Marked, ok bool) {
	found := markedText.FindStringSubmatch(cell)
	if found == nil || json.Unmarshal([]byte(found[1]), &m) != nil || len(m.File) != 64 || m.Name == "" {
		return Marked{}, false
	}
	return m, true
}

// MarkedCopy finds the mark among the sheets of a workbook and says which sheet holds it.
func MarkedCopy(book *excelize.File) (m Marked, sheet string, ok bool) {
	for _, name := range book.GetSheetList() {
		if !strings.HasPrefix(name, SummarySheet.Zh) && !strings.HasPrefix(name, SummarySheet.En) {
			continue
		}
		rows, err := book.Rows(name)
		if err != nil {
			continue
		}
		for n := 0; n < 6 && !ok && rows.Next(); n++ {
			cells, err := rows.Columns()
			if err != nil {
				break
			}
			for _, cell := range cells {
				if m, ok = ParseMarked(cell); ok {
					break
				}
			}
		}
		if rows.Close() == nil && ok {
			return m, name, true
		}
	}
	return Marked{}, "", false
}

// Origin names the table a worksheet stands for.
func (m Marked) Origin(worksheet string) MarkedSheet {
	if s, ok := m.Sheets[worksheet]; ok {
		return s
	}
	return MarkedSheet{Table: worksheet}
}

// name is what mapping files know a file by.
func (d *decoding) name(file land.File) string {
	if m, ok := d.copies[file.No]; ok {
		return m.Name
	}
	return file.Name
}

func (d *decoding) marked(m Marked) {
	d.copies[d.file.No] = m
}

// spokeFor gives the day that is known already: of a file loaded in part, or of a marked copy's original.
func (p *pass) spokeFor(ctx context.Context, file land.File) (time.Time, bool, error) {
	if p.decoding.taken[file.No] != nil {
		return p.recorded(ctx, "file_no = ?", file.No)
	}
	m, ok := p.decoding.copies[file.No]
	if !ok {
		return time.Time{}, false, nil
	}
	for _, other := range p.files {
		if day, known := p.asOf[other.No]; known && other.ID == m.File && other.No < file.No {
			return day, true, nil
		}
	}
	return p.recorded(ctx, "file_id = ? and file_no < ? and state <> ?", m.File, file.No, stateRejected)
}

// recorded gives the day of a file in ops.files.
func (p *pass) recorded(ctx context.Context, condition string, args ...any) (time.Time, bool, error) {
	found, err := p.tx.Query(ctx, "select as_of from ops.files where "+condition, args...)
	if err != nil || len(found.Rows) == 0 {
		return time.Time{}, false, err
	}
	day, ok := found.Rows[0][0].(time.Time)
	return day, ok, nil
}

// writeCopies keeps which files are marked copies, and of what: of a copy of a copy, the file the first one was made of.
func (p *pass) writeCopies(ctx context.Context) error {
	if p.alone {
		return nil
	}
	for _, file := range p.files {
		m, ok := p.decoding.copies[file.No]
		if !ok || p.fileState(file) != stateLoaded {
			continue
		}
		if _, err := p.exec(ctx, `insert into ops.copies select ?, coalesce(c.copy_of, f.file_no), ? from ops.files f left join ops.copies c on c.file_no = f.file_no
			where f.file_id = ? and f.file_no < ? and f.state = 'loaded'`, file.No, m.Partial, m.File, file.No); err != nil {
			return err
		}
	}
	return nil
}

// supersedeCopies closes the problems of files whose marked copy has been loaded, and of the copies before it: what is
// still wrong stands open against the copy and is carried there, everything else has been repaired. Rows of the original
// that wait for a registry wait in the copy.
func (p *pass) supersedeCopies(ctx context.Context) error {
	if p.alone {
		return nil
	}
	for _, file := range p.files {
		m, ok := p.decoding.copies[file.No]
		if !ok || p.fileState(file) != stateLoaded {
			continue
		}
		before, err := p.tx.Query(ctx, `select f.file_no, f.file_id = ? from ops.files f left join ops.copies o on o.file_no = f.file_no join ops.copies n on n.file_no = ?
			where f.file_no < n.file_no and coalesce(o.copy_of, f.file_no) = n.copy_of order by f.file_no`, m.File, file.No)
		if err != nil {
			return err
		}
		for _, row := range before.Rows {
			for _, f := range p.decoding.feeds {
				if f.file.No != file.No || f.earlier {
					continue
				}
				shift := int64(0) // copies made before of the same file have their rows where this one has them
				if row[1] == true {
					shift = f.shift
				}
				if err := p.supersedeSheet(ctx, f, row[0].(int64), shift); err != nil {
					return fmt.Errorf("close the problems of %s: %w", m.Name, err)
				}
			}
		}
	}
	return nil
}

func (p *pass) supersedeSheet(ctx context.Context, f *feed, original, shift int64) error {
	export := literal(f.contract.Export)
	same := fmt.Sprintf(`n.file_no = %d and n.sheet = p.sheet and n.export = p.export and n.code = p.code and n.column_id is not distinct from p.column_id and n."row" = p."row" + %d`, f.file.No, shift)
	of := fmt.Sprintf(`p.file_no = %d and p.sheet = %s and p.export = %s and p."row" is not null`, original, literal(f.sheet), export)
	if err := p.inheritWaivers(ctx, fmt.Sprintf("select p.problem_no as old, n.problem_no as new, n.file_no from ops.problems p join ops.problems n on %s and n.value is not distinct from p.value where %s", same, of)); err != nil {
		return err
	}
	if err := p.settle(ctx, fmt.Sprintf("select p.problem_no, %d as file_no, case when exists (select 1 from ops.problems n where %s) then '%s' else '%s' end as state from ops.problems p where %s and p.state in %s",
		f.file.No, same, pipelines.ProblemCarried, pipelines.ProblemRepaired, of, unsettled)); err != nil {
		return err
	}
	if _, err := p.exec(ctx, fmt.Sprintf("delete from waiting.%s where _file = %d and _sheet = %s", f.contract.Export, original, literal(f.sheet))); err != nil {
		return err
	}
	_, err := p.exec(ctx, fmt.Sprintf("update ops.quarantine set waiting = false where file_no = %d and sheet = %s and export = %s and waiting", original, literal(f.sheet), export))
	return err
}

// reread closes what was said of a whole file that could not be read, once a newer file of its name has been loaded.
func (p *pass) reread(ctx context.Context) error {
	if p.alone {
		return nil
	}
	of := fmt.Sprintf(`"row" is null and p.state = '%s' and severity in ('reject', 'hold')`, pipelines.ProblemOpen)
	unread, err := p.tx.Query(ctx, "select distinct f.name from ops.problems p join ops.files f on f.file_no = p.file_no where "+of)
	if err != nil {
		return err
	}
	for _, file := range p.files {
		name := p.decoding.name(file)
		if p.fileState(file) != stateLoaded || !slices.ContainsFunc(unread.Rows, func(row []any) bool { return row[0] == name }) {
			continue
		}
		if err := p.settle(ctx, fmt.Sprintf(`select problem_no, %[1]d as file_no, '%[2]s' as state from ops.problems p where %[3]s
			and file_no in (select file_no from ops.files where name = %[4]s and file_no < %[1]d)`, file.No, pipelines.ProblemRepaired, of, literal(name))); err != nil {
			return err
		}
	}
	return nil
}

// chainsOfCopies finds, for every marked copy of the run, its original and the copies made of it before.
func (p *pass) chainsOfCopies(ctx context.Context) (map[int64][]int64, error) {
	if p.alone || len(p.decoding.copies) == 0 {
		return nil, nil
	}
	before, err := p.tx.Query(ctx, "select f.file_no, f.file_id, coalesce(c.copy_of, f.file_no) from ops.files f left join ops.copies c on c.file_no = f.file_no where f.state = ? order by f.file_no", stateLoaded)
	if err != nil {
		return nil, err
	}
	original, members, chains := map[string]int64{}, map[int64][]int64{}, map[int64][]int64{}
	for _, row := range before.Rows {
		original[row[1].(string)] = row[2].(int64)
		members[row[2].(int64)] = append(members[row[2].(int64)], row[0].(int64))
	}
	for _, file := range p.files {
		first, copied := original[p.decoding.copies[file.No].File]
		if !copied {
			first = file.No
		}
		original[file.ID] = first
		members[first] = append(members[first], file.No)
		if copied {
			chains[file.No] = slices.Clone(members[first])
		}
	}
	return chains, nil
}

// placeCopies finds the marked copies of a registry's list that a newer file has overtaken. A copy repairs rows of its
// original and says nothing new of the others, so that it stands in the place of the original, or of the newest copy
// before the newer file.
func (p *pass) placeCopies(ctx context.Context, c data.Contract) error {
	p.standsAt = nil
	if c.Kind != data.Registry || len(p.chains) == 0 {
		return nil
	}
	loaded, err := p.tx.Query(ctx, "select distinct file_no from ops.reconciliation where export = ? and coalesce(problem, '') = ''", c.Export)
	if err != nil {
		return err
	}
	var told []int64
	for _, row := range loaded.Rows {
		told = append(told, row[0].(int64))
	}
	for _, f := range p.decoding.feeds {
		if f.contract.Export == c.Export && !f.earlier && p.held[f.file.No] == "" {
			told = append(told, f.file.No)
		}
	}
	slices.Sort(told)
	p.standsAt = map[int64]int64{}
	for no, chain := range p.chains {
		newer := slices.IndexFunc(told, func(n int64) bool { return n > chain[0] && n < no && !slices.Contains(chain, n) })
		if newer < 0 {
			continue
		}
		for _, n := range chain {
			if n < told[newer] {
				p.standsAt[no] = n
			}
		}
	}
	return nil
}

// fileOf is the file a row of feed f counts as brought by.
func (p *pass) fileOf() string {
	if len(p.standsAt) == 0 {
		return "f.file_no"
	}
	var cases string
	for no, at := range p.standsAt {
		cases += fmt.Sprintf(" when %d then %d", no, at)
	}
	return "case f.file_no" + cases + " else f.file_no end"
}

// listed writes the numbers of files as a list for "in".
func listed(files iter.Seq[int64]) string {
	var all []string
	for _, no := range slices.Sorted(files) {
		all = append(all, fmt.Sprint(no))
	}
	return "(" + strings.Join(all, ", ") + ")"
}

// overtaken are the conditions that leave out rows t of marked copies that bring nothing: of a list, what stands in
// history as it is; of events, those whose key a newer file than the original has brought, which would be undone.
func (p *pass) overtaken(c data.Contract) (conditions []string) {
	for no, at := range p.standsAt {
		conditions = append(conditions, fmt.Sprintf("not (f.file_no = %[1]d and exists (select 1 from history.%[2]s h where h._file <= %[3]d and h._until_file > %[3]d and row(%[4]s) is not distinct from row(%[5]s)))",
			no, c.Export, at, columnList(c, "h."), columnList(c, "t.")))
	}
	if c.Kind == data.Registry {
		return conditions
	}
	for no, chain := range p.chains {
		newer := fmt.Sprintf("> %d and %%[1]s not in %s", chain[0], listed(slices.Values(chain)))
		conditions = append(conditions, fmt.Sprintf(`not (f.file_no = %[1]d and (exists (select 1 from exports.%[2]s e where %[3]s and e._file %[4]s)
			or exists (select 1 from %[5]s n join feeds o on o.feed = n._feed where n._bad = 0 and %[6]s and o.file_no < %[1]d and o.file_no %[7]s)))`,
			no, c.Export, keyEquals(c, "e", "t"), fmt.Sprintf(newer, "e._file"), typedTable(c), keyEquals(c, "n", "t"), fmt.Sprintf(newer, "o.file_no")))
	}
	return conditions
}
