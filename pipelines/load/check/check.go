package check

import (
	"context"
	"embed"
	"io/fs"
	"slices"
	"strings"

	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/load/statement"
)

//go:embed sql
var files embed.FS

// SQL is the set of this package's statements.
var SQL = func() *statement.Set {
	folder, err := fs.Sub(files, "sql")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return statement.Parse(folder)
}()

// Rows are the typed rows of one export on their way through the checks.
type Rows struct {
	data.Contract
	Tx statement.Runner
	// Feeds are the numbers of the feeds the rows came with.
	Feeds []int64
	// Names are the names of the files of the run, by their numbers.
	Names map[int64]string
	// Waited says that some of the rows have waited for a list.
	Waited bool
	// Alone says that there are no other exports to compare with.
	Alone bool
	// Keeps are the feeds of which a mapping file says which row of a key holds.
	Keeps map[int64]string
	// KeyColumn is the column a repeated key is shown at, by feed; others show the last column of the key.
	KeyColumn map[int64]string
	// Only are the villages whose rows may stand in a feed's file, by feed; a feed that is not named may hold all.
	Only map[int64][]string
	// Behind says that what stands has had its say, wherever rows belong.
	Behind bool
	// Merged counts, by feed, the rows that Run made one with another row of their file.
	Merged map[int64]int64

	refused  int64
	repeated int64
}

// Refused is how many rows were refused.
func (r *Rows) Refused() int64 { return r.refused }

// Repeated is how many keys stand more than once among the rows.
func (r *Rows) Repeated() int64 { return r.repeated }

func (r *Rows) exec(ctx context.Context, name string, p statement.P) (int64, error) {
	return SQL.Exec(ctx, r.Tx, name, r.Contract, p)
}

// Run makes every check in order.
func (r *Rows) Run(ctx context.Context) error {
	for _, step := range []func(context.Context) error{r.keep, r.references, r.villages, r.sameEvents, r.sameIDs, r.duplicates, r.refuse, r.visits} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// keep leaves, of the rows of one key, the one that a mapping file says holds.
func (r *Rows) keep(ctx context.Context) error {
	for _, mode := range []string{pipelines.KeepFirst, pipelines.KeepLast, pipelines.KeepFullest} {
		var feeds []int64
		for feed, keeps := range r.Keeps {
			if keeps == mode {
				feeds = append(feeds, feed)
			}
		}
		if len(feeds) == 0 {
			continue
		}
		slices.Sort(feeds)
		if _, err := r.exec(ctx, "keep", statement.P{"feeds": feeds, "last": mode == pipelines.KeepLast, "fullest": mode == pipelines.KeepFullest}); err != nil {
			return err
		}
	}
	return nil
}

// Before reports whether an export is complete when another one is checked.
func Before(target, export string) bool {
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

// Reference is a column that names a row of another export.
type Reference struct {
	data.Column
	Target, ID string
}

// References lists the references of a contract: those to exports that are complete when it is checked, or the others.
func References(c data.Contract, complete bool) (all []Reference) {
	for _, column := range c.Columns {
		target, id, ok := strings.Cut(column.References, ".")
		if ok && Before(target, c.Export) == complete {
			all = append(all, Reference{column, target, id})
		}
	}
	return all
}

// references refuses rows that name what no list has ever named. What an optional column of a registry names is told, and
// the row stands: the list would lose somebody over it.
func (r *Rows) references(ctx context.Context) error {
	if r.Alone {
		return nil
	}
	for _, of := range References(r.Contract, true) {
		warn := r.Kind == data.Registry && !of.Required
		if err := r.reference(ctx, of, warn, "not t._bad"); err != nil {
			return err
		}
	}
	return nil
}

// Later warns of references to lists that are merged after the export that names them: a branch names its secretary, a
// member his branch.
func (r *Rows) Later(ctx context.Context) error {
	if r.Alone {
		return nil
	}
	for _, of := range References(r.Contract, false) {
		if err := r.reference(ctx, of, true, Unrefused(r.Contract)); err != nil {
			return err
		}
	}
	return nil
}

func (r *Rows) reference(ctx context.Context, of Reference, warn bool, where string) error {
	severity := pipelines.SeverityRefuse
	if warn {
		severity = pipelines.SeverityWarn
	}
	p := statement.P{"column": of.Column.ID, "target": of.Target, "id": of.ID, "severity": string(severity), "where": where,
		"detail": pipelines.NewDetail(pipelines.DetailInList, pipelines.ExportNamed(of.Target)).String()}
	n, err := r.exec(ctx, "reference", p)
	if err != nil || n == 0 {
		return err
	}
	_, err = r.exec(ctx, "meant", p)
	return err
}

// Unrefused is the condition that no check has refused the typed row t so far.
func Unrefused(c data.Contract) string {
	return "not t._bad and not exists (select 1 from found r where r.export = " + statement.Literal(c.Export) + " and r.feed = t._feed and r.\"row\" = t._row and r.severity = 'refuse')"
}

// duplicates refuses every row of a file whose key an earlier row of the same file has. Rows refused for themselves do not
// count: the first good one is kept.
func (r *Rows) duplicates(ctx context.Context) error {
	p := statement.P{"unrefused": Unrefused(r.Contract), "column": r.keyColumn()}
	if _, err := r.exec(ctx, "repeated", p); err != nil {
		return err
	}
	if r.Waited {
		if _, err := r.exec(ctx, "repeated_before", p); err != nil {
			return err
		}
	}
	var err error
	if r.repeated, err = statement.Count(ctx, r.Tx, "repeated_"+r.Export); err != nil || r.repeated == 0 {
		return err
	}
	_, err = r.exec(ctx, "duplicates", p)
	return err
}

// keyColumn gives the expression for the column a repeated key is shown at.
func (r *Rows) keyColumn() string {
	last := statement.Literal(r.Key[len(r.Key)-1])
	var cases strings.Builder
	for _, feed := range r.Feeds {
		if column, ok := r.KeyColumn[feed]; ok {
			cases.WriteString(" when " + number(feed) + " then " + statement.Literal(column))
		}
	}
	if cases.Len() == 0 {
		return last
	}
	return "case t._feed" + cases.String() + " else " + last + " end"
}

// refuse puts every refused row into quarantine, and those that only lack what they refer to into the waiting room.
func (r *Rows) refuse(ctx context.Context) (err error) {
	if _, err = r.exec(ctx, "refused", nil); err != nil {
		return err
	}
	if r.refused, err = statement.Count(ctx, r.Tx, "refused_"+r.Export); err != nil || r.refused == 0 {
		return err
	}
	var shown []string
	for _, column := range r.Columns {
		shown = append(shown, statement.Quote(column.ID)+" := "+statement.TextOf(column, "t."+statement.Quote(column.ID)))
	}
	_, err = r.exec(ctx, "quarantine", statement.P{"shown": strings.Join(shown, ", ")})
	return err
}

// Good selects the rows of the typed table that were not refused, with the file they came with.
func (r *Rows) Good() string {
	good := "select t.*, f.file_no as _file from typed_" + r.Export + " t join feeds f on f.feed = t._feed where not t._bad"
	if r.refused > 0 {
		good += " and not exists (select 1 from refused_" + r.Export + " r where r.feed = t._feed and r.\"row\" = t._row)"
	}
	return "(" + good + ")"
}

// Outcome is what became of the rows of one feed.
type Outcome struct{ Typed, Refused int64 }

// Tally counts what became of every feed's rows.
func (r *Rows) Tally(ctx context.Context) (map[int64]Outcome, error) {
	counted, err := SQL.Query(ctx, r.Tx, "tally", r.Contract, nil)
	if err != nil {
		return nil, err
	}
	all := map[int64]Outcome{}
	for _, row := range counted.Rows {
		feed, _ := row[0].(int64)
		typed, _ := row[1].(int64)
		refused, _ := row[2].(int64)
		all[feed] = Outcome{typed, refused}
	}
	return all, nil
}
