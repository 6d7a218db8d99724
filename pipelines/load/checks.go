package load

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"hulian/data"
)

// export types, checks and merges the rows of one export. Exports come in the order of their references, so that the
// lists a row refers to are complete, this run's included, when it is checked.
func (p *pass) export(ctx context.Context, c data.Contract) error {
	var batches []*batch
	var large []*feed
	for _, f := range p.decoding.feeds {
		switch b := f.batch; {
		case b == nil || f.contract.Export != c.Export || f.handed == 0 || p.held[f.file.No] != "":
		case p.large(f):
			large = append(large, f)
		case !slices.Contains(batches, b):
			batches = append(batches, b)
		}
	}
	slices.SortFunc(batches, func(a, b *batch) int { return strings.Compare(a.name, b.name) })
	waiting, err := p.released(ctx, c)
	if err != nil || len(batches)+len(large) == 0 && !waiting {
		return err
	}
	for _, f := range large {
		alone := *f.batch // before the other feeds of its batch are typed
		f.batch = &alone
	}
	if len(batches) > 0 || waiting {
		if err := p.round(ctx, c, batches, waiting); err != nil {
			return err
		}
	}
	for _, f := range large {
		if err := p.take(ctx, c, f); err != nil {
			return fmt.Errorf("%s: %w", f.file.Name, err)
		}
	}
	if err := p.account(ctx, c); err != nil {
		return fmt.Errorf("reconcile: %w", err)
	}
	return nil
}

// step is one check or action on the typed rows of an export.
type step struct {
	name string
	do   func(context.Context, data.Contract) error
}

func (p *pass) steps(ctx context.Context, c data.Contract, steps ...step) error {
	p.rounds++
	for _, s := range steps {
		if err := s.do(ctx, c); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// round takes batches of one export through every check into its table.
func (p *pass) round(ctx context.Context, c data.Contract, batches []*batch, waiting bool) error {
	p.takenUpNow = waiting
	return p.check(ctx, c, step{"type", func(ctx context.Context, c data.Contract) error { return p.typeRows(ctx, c, batches, waiting) }})
}

// check takes typed rows, however they came to be typed, through every check into their table.
func (p *pass) check(ctx context.Context, c data.Contract, typed step) error {
	return p.steps(ctx, c, typed,
		step{"references", p.references}, step{"repeated keys", p.duplicates}, step{"refused rows", p.refuse}, step{"marked copies", p.placeCopies}, step{"visits", p.visits},
		step{"counts", p.tally}, step{"merge", p.mergeLate}, step{"later references", p.eventsReferToLater}, step{"earlier problems", p.eventsHandedAgain})
}

// count counts the rows of a table.
func (p *pass) count(ctx context.Context, table string) (int64, error) {
	counted, err := p.tx.Query(ctx, "select count(*) from "+table)
	if err != nil {
		return 0, err
	}
	return counted.Rows[0][0].(int64), nil
}

func typedTable(c data.Contract) string { return "typed_" + c.Export }

func (p *pass) exec(ctx context.Context, statement string, args ...any) (int64, error) {
	n, err := p.tx.Exec(ctx, statement, args...)
	if err != nil {
		const shown = 300 // statements name every column several times
		return 0, fmt.Errorf("%w in: %.*s", err, shown, strings.Join(strings.Fields(statement), " "))
	}
	return n, nil
}

// unrefused selects rows t of a typed table that no check has refused so far.
func unrefused(c data.Contract) string {
	return fmt.Sprintf("t._bad = 0 and not exists (select 1 from found r where r.rid = t._rid and r.export = %s and r.severity = 'refuse')", literal(c.Export))
}

// duplicates refuses every row of a file whose key an earlier row of the same file has. Rows refused for themselves
// do not count: the first good one is kept.
func (p *pass) duplicates(ctx context.Context, c data.Contract) error {
	typed := typedTable(c)
	var isKey []string
	for _, id := range c.Key {
		isKey = append(isKey, fmt.Sprintf("t.%[1]s is not distinct from d.%[1]s", quote(id)))
	}
	list := keyList(c, "t.")
	repeated := fmt.Sprintf("repeated_%s", c.Export)
	// Keys are counted by a hash of eight bytes first; texts are compared only where two share one.
	if _, err := p.exec(ctx, fmt.Sprintf(`create or replace temp table %[1]s as select %[2]s from %[3]s t where %[4]s
			and hash(%[2]s) in (select hash(%[2]s) as h from %[3]s t where t._bad = 0 group by h having count(*) > 1)
		group by %[2]s having count(*) > 1`, repeated, list, typed, unrefused(c))); err != nil {
		return err
	}
	if err := p.repeatedBefore(ctx, c); err != nil {
		return err
	}
	n, err := p.count(ctx, repeated)
	if p.repeated[c.Export] = n; err != nil || n == 0 {
		return err
	}
	_, err = p.exec(ctx, fmt.Sprintf(`insert into found
		select %s, _feed, _rid, _row, %s, 'duplicate_key', 'refuse', %s, '→ ' || case when sheet <> first_sheet then first_sheet || ' ' else '' end || first_row from (
			select t.*, f.sheet,
				row_number() over same as place, first(t._row) over same as first_row, first(f.sheet) over same as first_sheet
			from %s t join feeds f on f.feed = t._feed join %s d on %s
			where %s
			window same as (partition by f.file_no, %s order by t._feed, t._row)) t
		where place > 1`, literal(c.Export), p.keyColumn(c, "_feed"), keyText(c, "t."), typed, repeated, strings.Join(isKey, " and "), unrefused(c), list))
	return err
}

// keyColumn gives the column a repeated key is shown at: the last of the key, or of what makes the key of a file that
// gives none.
func (p *pass) keyColumn(c data.Contract, feed string) string {
	last := c.Key[len(c.Key)-1]
	cases := ""
	for _, f := range p.decoding.feeds {
		if f.contract.Export != c.Export || len(f.column) == 0 || len(c.AlternateKey) == 0 {
			continue
		}
		if i := slices.IndexFunc(c.Columns, func(column data.Column) bool { return column.ID == last }); f.column[i].header == "" {
			cases += fmt.Sprintf(" when %d then %s", f.no, literal(c.AlternateKey[len(c.AlternateKey)-1]))
		}
	}
	if cases == "" {
		return literal(last)
	}
	return fmt.Sprintf("case %s%s else %s end", feed, cases, literal(last))
}

// repeatedBefore refuses rows that waited for a registry when another row of their file with the same key was accepted
// meanwhile.
func (p *pass) repeatedBefore(ctx context.Context, c data.Contract) error {
	if !p.takenUpNow {
		return nil
	}
	_, err := p.exec(ctx, fmt.Sprintf(`insert into found
		select %s, t._feed, t._rid, t._row, %s, 'duplicate_key', 'refuse', %s, '→ ' || e._row
		from %s t join feeds f on f.feed = t._feed join exports.%s e on e._file = f.file_no and %s where %s`,
		literal(c.Export), p.keyColumn(c, "t._feed"), keyText(c, "t."), typedTable(c), c.Export, keyEquals(c, "e", "t"), unrefused(c)))
	return err
}

// references refuses rows that refer to what no list has ever named; they wait until one does. References to lists
// that come later in the order (a branch names its secretary, a member his branch) only warn, in referToLater.
func (p *pass) references(ctx context.Context, c data.Contract) error {
	if p.alone {
		return nil
	}
	for _, column := range c.Columns {
		target, id, ok := strings.Cut(column.References, ".")
		if !ok || !p.before(target, c.Export) {
			continue
		}
		if err := p.reference(ctx, c, column, target, id, "refuse", "and t._bad = 0"); err != nil {
			return err
		}
	}
	return nil
}

// before reports whether an export is complete when another one is checked.
func (p *pass) before(target, export string) bool {
	for _, c := range data.Contracts() {
		switch c.Export {
		case export:
			return false
		case target:
			return true
		}
	}
	return false
}

func (p *pass) reference(ctx context.Context, c data.Contract, column data.Column, target, id, severity, where string) error {
	contract, _ := data.ContractOf(target)
	_, err := p.exec(ctx, fmt.Sprintf(`insert into found
		select %[1]s, t._feed, t._rid, t._row, %[2]s, 'unknown_reference', case when f.orphans_warn then 'warn' else %[8]s end, t.%[3]s, %[4]s
		from %[5]s t join feeds f on f.feed = t._feed
		where t.%[3]s is not null %[9]s
			and not exists (select 1 from exports.%[6]s e where e.%[7]s = t.%[3]s)
			and not exists (select 1 from history.%[6]s h where h.%[7]s = t.%[3]s)`,
		literal(c.Export), literal(column.ID), quote(column.ID), literal(contract.Name.Zh+" / "+contract.Name.En),
		typedTable(c), target, quote(id), literal(severity), where))
	return err
}

// eventsReferToLater is referToLater for events. What a list refers to may come with this run, after the list.
func (p *pass) eventsReferToLater(ctx context.Context, c data.Contract) error {
	if c.Kind == data.Registry {
		return nil
	}
	return p.referToLater(ctx, c)
}

// eventsHandedAgain is handedAgain for events; lists are looked at when all of them stand.
func (p *pass) eventsHandedAgain(ctx context.Context, c data.Contract) error {
	if c.Kind == data.Registry {
		return nil
	}
	return p.handedAgain(ctx, c)
}

// referToLater warns of references to lists that were merged after the export that refers to them.
func (p *pass) referToLater(ctx context.Context, c data.Contract) error {
	if p.alone || !p.typed[c.Export] {
		return nil
	}
	for _, column := range c.Columns {
		target, id, ok := strings.Cut(column.References, ".")
		if !ok || p.before(target, c.Export) {
			continue
		}
		if err := p.reference(ctx, c, column, target, id, "warn", "and "+unrefused(c)); err != nil {
			return err
		}
	}
	return nil
}

// refuse puts every refused row into quarantine, and those that only lack what they refer to into the waiting room.
func (p *pass) refuse(ctx context.Context, c data.Contract) error {
	typed, export := typedTable(c), literal(c.Export)
	refused := "refused_" + c.Export
	if _, err := p.exec(ctx, fmt.Sprintf(`create or replace temp table %s as select rid, bool_and(code = 'unknown_reference') as waits
		from found where export = %s and severity = 'refuse' and rid >= %d group by rid`, refused, export, p.firstRID())); err != nil {
		return err
	}
	n, err := p.count(ctx, refused)
	if p.refused[c.Export] = n; err != nil || n == 0 {
		return err
	}
	var raw, shown []string
	for i, column := range c.Columns {
		raw = append(raw, fmt.Sprintf("%s := t._raw[%d]", quote(column.ID), i+1))
		shown = append(shown, fmt.Sprintf("%s := %s", quote(column.ID), textOf(column, "t."+quote(column.ID))))
	}
	if _, err := p.exec(ctx, fmt.Sprintf(`insert into ops.quarantine
		select f.file_no, f.sheet, %s, t._row,
			case when t._raw is not null then to_json(struct_pack(%s)) else to_json(struct_pack(%s)) end, nullif(%s, ''), r.waits
		from %s t join %s r on r.rid = t._rid join feeds f on f.feed = t._feed`,
		export, strings.Join(raw, ", "), strings.Join(shown, ", "), keyText(c, "t."), typed, refused)); err != nil {
		return err
	}
	_, err = p.exec(ctx, fmt.Sprintf(`insert into waiting.%s by name
		select %s, f.file_no as _file, t._row, f.sheet as _sheet from %s t join %s r on r.rid = t._rid and r.waits join feeds f on f.feed = t._feed`,
		c.Export, columnList(c, "t."), typed, refused))
	return err
}

// good is the rows of the typed table that were not refused and that no newer file has had its say on, with their file.
func (p *pass) good(c data.Contract) string {
	conditions := []string{"true"}
	if p.refused[c.Export] > 0 {
		conditions = append(conditions, fmt.Sprintf("t._bad = 0 and not exists (select 1 from refused_%s r where r.rid = t._rid)", c.Export))
	}
	conditions = append(conditions, p.overtaken(c)...)
	return fmt.Sprintf("(select t.*, %s as _file from %s t join feeds f on f.feed = t._feed where %s)", p.fileOf(), typedTable(c), strings.Join(conditions, " and "))
}

// outcome is what became of the rows of one feed.
type outcome struct{ typed, refused int64 }

// tally adds up what became of every feed's rows in this round.
func (p *pass) tally(ctx context.Context, c data.Contract) error {
	counted, err := p.tx.Query(ctx, fmt.Sprintf(`select t._feed, count(*), count(*) filter (where t._bad <> 0 or r.rid is not null)
		from %s t left join refused_%s r on r.rid = t._rid group by t._feed`, typedTable(c), c.Export))
	if err != nil {
		return err
	}
	for _, row := range counted.Rows {
		o := p.outcomes[row[0].(int64)]
		p.outcomes[row[0].(int64)] = outcome{o.typed + row[1].(int64), o.refused + row[2].(int64)}
	}
	return nil
}

// account settles what became of every row of every feed, and fails the run where the counts do not add up.
func (p *pass) account(ctx context.Context, c data.Contract) error {
	quarantined, err := p.tx.Query(ctx, `select f.feed, count(*) from ops.quarantine q join feeds f on f.file_no = q.file_no and f.sheet = q.sheet and f.export = q.export
		where q.export = ? and not f.earlier group by f.feed`, c.Export)
	if err != nil {
		return err
	}
	kept := map[int64]int64{}
	for _, row := range quarantined.Rows {
		kept[row[0].(int64)] = row[1].(int64)
	}
	for _, f := range p.decoding.feeds {
		if f.contract.Export != c.Export {
			continue
		}
		n := p.outcomes[int64(f.no)]
		if f.earlier { // counted as accepted when it was taken up
			if _, err := p.exec(ctx, `update ops.reconciliation set accepted = accepted - ?, quarantined = quarantined + ?
				where file_no = ? and sheet = ? and export = ?`, n.refused, n.refused, f.file.No, f.sheet, c.Export); err != nil {
				return err
			}
			continue
		}
		if p.held[f.file.No] != "" {
			continue
		}
		if f.distinct() {
			f.ignored += f.handed - n.typed
			f.handed = n.typed
		}
		f.quarantined, f.accepted = n.refused, n.typed-n.refused
		if n.typed != f.handed || f.read != f.accepted+f.quarantined+f.ignored || kept[int64(f.no)] != f.quarantined {
			return fmt.Errorf("%s %s: %d rows read, but %d accepted + %d quarantined + %d ignored (%d handed over, %d kept in quarantine)",
				f.file.Name, f.sheet, f.read, f.accepted, f.quarantined, f.ignored, f.handed, kept[int64(f.no)])
		}
	}
	return nil
}
