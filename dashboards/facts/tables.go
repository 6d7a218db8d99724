package facts

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
	"hulian/queries"
)

// PublishedTable is a table of the snapshot that people may read by themselves: an export, a mart or a record of files.
type PublishedTable struct {
	ID      string
	Kind    string // export, mart, record
	Name    data.Text
	Note    data.Text
	Columns []PublishedColumn

	key []string // columns that tell its rows apart
}

// PublishedColumn is a column of a published table.
type PublishedColumn struct {
	ID   string
	Type string // text, integer, number, boolean, date, timestamp
	Note data.Text

	class class
}

const columnsSQL = `
select c.table_name, c.column_name, c.data_type
from information_schema.columns c
where c.table_schema = 'main' and c.table_catalog = current_database()
order by c.table_name, c.ordinal_position`

// ColumnTypes are the types of columns as they are told to programs, by those of the engine.
var ColumnTypes = map[string]string{"VARCHAR": "text", "BIGINT": "integer", "INTEGER": "integer", "SMALLINT": "integer", "TINYINT": "integer", "UINTEGER": "integer",
	"DOUBLE": "number", "FLOAT": "number", "BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP": "timestamp"}

// Tables lists the published tables that a visitor may read, by their IDs.
func (f Facts) Tables(ctx context.Context, v visitor.Visitor) ([]PublishedTable, error) {
	if !v.MayAnywhere(visitor.SeePages|visitor.Export) || !v.OfTown(f.place("", "")) {
		return nil, ErrHidden
	}
	all, err := f.published(ctx)
	return slices.DeleteFunc(slices.Clone(all), func(t PublishedTable) bool { return restricted[t.ID] && !v.SeesEvidence(f.place("", "")) }), err
}

// Table is one published table. ErrHidden: there is none of that ID, or the visitor may not read it.
func (f Facts) Table(ctx context.Context, v visitor.Visitor, id string) (PublishedTable, error) {
	all, err := f.Tables(ctx, v)
	if err != nil {
		return PublishedTable{}, err
	}
	if i := slices.IndexFunc(all, func(t PublishedTable) bool { return t.ID == id }); i >= 0 {
		return all[i], nil
	}
	return PublishedTable{}, ErrHidden
}

// published are all tables, read once a generation.
func (f Facts) published(ctx context.Context) ([]PublishedTable, error) {
	all, err := f.shared.rows("published tables", func() (any, int, error) {
		columns, err := read[struct{ TableName, ColumnName, DataType string }](ctx, f.Data, "the published tables", columnsSQL)
		if err != nil {
			return nil, 0, err
		}
		models, err := queries.Models()
		if err != nil {
			return nil, 0, err
		}
		var all []PublishedTable
		for _, c := range columns {
			if n := len(all); n == 0 || all[n-1].ID != c.TableName {
				all = append(all, described(c.TableName, models))
			}
			t := &all[len(all)-1]
			note := t.noteOf(c.ColumnName, models)
			t.Columns = append(t.Columns, PublishedColumn{c.ColumnName, cmp.Or(ColumnTypes[c.DataType], "text"), note, classOf(c.TableName, c.ColumnName, c.DataType)})
		}
		all = slices.DeleteFunc(all, func(t PublishedTable) bool { return t.Kind == "" })
		return all, len(columns), nil
	})
	if err != nil {
		return nil, err
	}
	return all.([]PublishedTable), nil
}

// described is what is known of a table beside its columns; one without a kind is of no use to anybody outside.
func described(id string, models []queries.Model) PublishedTable {
	t := PublishedTable{ID: id}
	if contract, is := data.ContractOf(id); is {
		if !contract.IsEntry() {
			t.Kind, t.Name, t.Note, t.key = "export", contract.Name, contract.Note, contract.Key
		}
		return t
	}
	if record, is := records[id]; is {
		t.Kind, t.Name, t.Note, t.key = "record", record.name, record.note, record.key
		return t
	}
	if i := slices.IndexFunc(models, func(m queries.Model) bool { return m.Name == "marts."+id }); i >= 0 {
		header := models[i].Header
		t.Kind, t.Name, t.Note, t.key = "mart", data.Text{Zh: id, En: id}, data.Text{Zh: header.Text, En: header.Text}, header.Grain
	}
	return t
}

// noteOf is what is said of a column.
func (t PublishedTable) noteOf(column string, models []queries.Model) data.Text {
	if contract, is := data.ContractOf(t.ID); is {
		if c, has := contract.Column(column); has {
			return c.Name
		}
	}
	for _, m := range models {
		if m.Name == "marts."+t.ID {
			for _, c := range m.Header.Columns {
				if c.Name == column {
					return data.Text{Zh: c.Text, En: c.Text}
				}
			}
		}
	}
	return data.Text{Zh: column, En: column}
}

func (t PublishedTable) has(column string) bool {
	return slices.ContainsFunc(t.Columns, func(c PublishedColumn) bool { return c.ID == column })
}

// Personal reports whether the table holds anything of persons.
func (t PublishedTable) Personal() bool {
	return slices.ContainsFunc(t.Columns, func(c PublishedColumn) bool { return c.class != plain && c.class != freeText }) || t.has("level") && t.has("unit_id")
}

// Evidence reports whether the table is restricted evidence about persons.
func (t PublishedTable) Evidence() bool { return restricted[t.ID] }

// TableFilter narrows a table; what is empty narrows nothing.
type TableFilter struct{ Village, Branch, Month string }

// Takes names the first part of the filter that a table has no column for; empty: it takes all of it.
func (t PublishedTable) Takes(of TableFilter) string {
	for _, part := range []struct{ value, column, name string }{{of.Village, "village_id", "village"}, {of.Branch, "branch_id", "branch"}, {of.Month, "month", "month"}} {
		if part.value != "" && !t.has(part.column) {
			return part.name
		}
	}
	return ""
}

// TablePage reads rows of a table as a visitor may see them, from the offset on, limit of them at most, in an order that stays the same
// throughout a generation. Of star ratings a branch's secretary reads those of his own branch.
func (f Facts) TablePage(ctx context.Context, v visitor.Visitor, t PublishedTable, of TableFilter, offset, limit int64) (pipelines.Table, error) {
	condition, args := "true", []any{}
	for _, part := range []struct{ value, column string }{{of.Village, "village_id"}, {of.Branch, "branch_id"}, {of.Month, "month"}} {
		if part.value != "" {
			condition, args = condition+" and t."+part.column+" = ?", append(args, part.value)
		}
	}
	return f.rows(ctx, v, t, condition, args, offset, limit)
}

// TableShare reads one of several shares of a table's rows, so that all of them can be copied without being held at once.
func (f Facts) TableShare(ctx context.Context, v visitor.Visitor, t PublishedTable, share, shares int64) (pipelines.Table, error) {
	return f.rows(ctx, v, t, fmt.Sprintf("hash(%s) %% ? = ?", t.keys()), []any{shares, share}, 0, 1<<40)
}

// TableRows is how many rows a table has.
func (f Facts) TableRows(ctx context.Context, t PublishedTable) (int64, error) {
	rows, err := read[struct{ Rows int64 }](ctx, f.Data, "the rows of "+t.ID, fmt.Sprintf(`select count(*) as "rows" from "%s"`, t.ID))
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	return rows[0].Rows, nil
}

// keys is what tells the rows of a table apart, as one text.
func (t PublishedTable) keys() string {
	key := t.key
	if len(key) == 0 {
		for _, c := range t.Columns {
			key = append(key, c.ID)
		}
	}
	parts := make([]string, len(key))
	for i, column := range key {
		parts[i] = fmt.Sprintf(`coalesce(cast(t."%s" as varchar), '')`, column)
	}
	return strings.Join(parts, " || ' ' || ")
}

// Columns that rows are read with to know whose place they are of.
const rowVillage, rowBranch = "~village", "~branch"

// rows reads rows and masks them. Whoever does not see the persons of the whole town gets them in an order that says nothing:
// in that of the IDs, the pseudonyms of a list that is known otherwise could be counted off.
func (f Facts) rows(ctx context.Context, v visitor.Visitor, t PublishedTable, condition string, args []any, offset, limit int64) (pipelines.Table, error) {
	if _, err := f.Table(ctx, v, t.ID); err != nil {
		return pipelines.Table{}, err
	}
	return f.maskedRows(ctx, v, t, condition, args, offset, limit)
}

// maskedRows is rows for who may see them without taking whole tables away.
func (f Facts) maskedRows(ctx context.Context, v visitor.Visitor, t PublishedTable, condition string, args []any, offset, limit int64) (pipelines.Table, error) {
	whole := f.SeesPersons(v)
	columns, from, join := []string{}, fmt.Sprintf(`"%s" t`, t.ID), ""
	for _, c := range t.Columns {
		columns = append(columns, fmt.Sprintf(`t."%s"`, c.ID))
	}
	village, branch := "null", "null"
	switch {
	case t.has("village_id") || t.has("branch_id"):
		if t.has("village_id") {
			village = "t.village_id"
		}
		if t.has("branch_id") {
			branch = "t.branch_id"
		}
	case whole || !v.MayAnywhere(visitor.SeePersons): // all or nothing, wherever it is
	case t.has("household_id"):
		join, village, branch = " left join households p on p.household_id = t.household_id", "p.village_id", "p.branch_id"
	case t.has("member_id"):
		join, branch = " left join members p on p.member_id = t.member_id", "p.branch_id"
	}
	if t.has("level") && t.has("unit_id") && !whole {
		condition += " and t.level <> 'member'"
	}
	if own := v.Scope.Branch; byBranch[t.ID] && own != "" {
		condition, args = condition+" and t.branch_id = ?", append(slices.Clip(args), own)
	}
	order := t.keys()
	if !whole {
		order, args = "md5(? || "+order+")", append(args, f.Pseudonyms.Of("order", t.ID))
	}
	sql := fmt.Sprintf(`select %s, %s as "%s", %s as "%s" from %s%s where %s order by %s limit ? offset ?`,
		strings.Join(columns, ", "), village, rowVillage, branch, rowBranch, from, join, condition, order)
	table, err := f.Data.Query(ctx, sql, append(args, limit, offset)...)
	if err != nil {
		return pipelines.Table{}, fmt.Errorf("read the table %s: %w", t.ID, err)
	}
	n := len(t.Columns)
	for i, row := range table.Rows {
		f.mask(v, t, row, cell{row[n]}.text(), cell{row[n+1]}.text())
		table.Rows[i] = row[:n]
	}
	table.Columns = table.Columns[:n]
	return table, nil
}

// madeOf stands between the parts of an ID that loading has made of other columns.
const madeOf = "|"

// mask takes out of a row what a visitor may not see of it.
func (f Facts) mask(v visitor.Visitor, t PublishedTable, row []any, village, branch string) {
	if b, known := f.Branch(branch); known && village == "" {
		village = b.VillageID
	}
	at, town := f.place(village, branch), f.SeesPersons(v)
	if village == "" {
		at = f.place("", "")
	}
	for i, c := range t.Columns {
		text, isText := row[i].(string)
		switch {
		case row[i] == nil || c.class == plain || isText && text == "":
		case c.class == freeText:
			row[i] = visitor.FreeText(text)
		case c.class == recordID && !strings.Contains(text, madeOf):
			row[i] = visitor.FreeText(text)
		case subjects[c.class] != "":
			row[i] = v.ID(f.Pseudonyms, subjects[c.class], at, text)
		case c.class == personName:
			row[i] = v.Person(at, text)
		case c.class == ofPerson && !v.SeesPerson(at), (c.class == townOnly || c.class == unsaid) && !town:
			row[i] = nil
			if isText {
				row[i] = hidden(text)
			}
		case isText:
			row[i] = visitor.FreeText(text)
		}
		if v.SeesPerson(at) && (subjects[c.class] != "" && c.class != recordID || c.class == personName) && isText {
			f.Disclosed.note(text)
		}
		if moment, is := row[i].(time.Time); is && c.Type == "date" {
			row[i] = moment.UTC().Truncate(24 * time.Hour)
		}
	}
}
