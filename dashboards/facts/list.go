package facts

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"hulian/dashboards/visitor"
	"hulian/pipelines"
)

// list reads rows as the visitor may see them, or gives those that somebody has read of this generation before: nobody may
// change them. Whoever may not see the measures of the town gets ErrHidden and no row; which fields are masked for a visitor
// say their tags, see protected.
func list[T any](ctx context.Context, f Facts, v visitor.Visitor, what, sql string, args ...any) ([]T, error) {
	if !v.SeesUnit(f.place("", "")) {
		return nil, ErrHidden
	}
	at, cut, short := f.within, f.cut, f.short
	f.within, f.cut, f.short = Unit{}, nil, false
	all, err := f.shared.rows(fmt.Sprintf("%T %s %v", *new(T), sql, args), func() (any, int, error) {
		all, err := read[T](ctx, f.Data, what, sql, args...)
		if short && len(all) > shortList {
			return []T(nil), 0, errors.Join(err, errLong)
		}
		return all, len(all), err
	})
	if err != nil {
		return nil, err
	}
	rows, err := taken(all.([]T), at, cut)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	return shown(ctx, f, v, rows)
}

// at are the facts of a place: list reads the rows of the whole town, which every page shares, and gives those of the place.
func (f Facts) at(place Unit) Facts {
	f.within = place
	return f
}

// shortList is how many rows a list of the whole town may have to be read as a whole for the page of a village: some megabytes. Tests
// make it shorter.
var shortList = 20_000

// errLong says that a list has more rows.
var errLong = errors.New("the list is long")

// placed reads the rows of a cut of a list in a place. A list that is short in the whole town is read once for all its places; of a
// longer one just the rows of the cut are read. ask makes the query from a condition and an end, whose arguments follow those given;
// read is list or one of its like.
func placed[T any](ctx context.Context, f Facts, v visitor.Visitor, read lister[T], at Unit, alias string, cut Cut, what string,
	ask func(where, end string) string, args ...any) ([]T, error) {
	whole := f.at(at)
	whole.cut, whole.short = &cut, true
	if !f.shared.long(what) {
		rows, err := read(ctx, whole, v, what, ask("", fmt.Sprintf("\nlimit %d", shortList+1)), args...)
		if !errors.Is(err, errLong) {
			return rows, err
		}
		f.shared.noteLong(what)
	}
	where, end, place := cut.of(at, alias)
	return read(ctx, f, v, what, ask(where, end), slices.Concat(args, place)...)
}

// lister reads rows as list does.
type lister[T any] func(ctx context.Context, f Facts, v visitor.Visitor, what, sql string, args ...any) ([]T, error)

// taken are the rows of a place, as its fields VillageID or OfVillage and BranchID or OfBranch say, and of them those of a cut; their field Total is
// how many the place has. The rows given stay as they are.
func taken[T any](all []T, at Unit, cut *Cut) ([]T, error) {
	narrow := at.Level == LevelVillage || at.Level == LevelBranch
	if !narrow && cut == nil {
		return all, nil
	}
	of := reflect.TypeFor[T]()
	field := func(names ...string) int {
		for _, name := range names {
			if found, ok := of.FieldByName(name); ok {
				return found.Index[0]
			}
		}
		return -1
	}
	village, branch, total := field("OfVillage", "VillageID"), field("OfBranch", "BranchID"), -1
	if cut != nil {
		total = field("Total")
	}
	asked, before := village, EveryRow
	if at.Level == LevelBranch {
		asked = branch
	}
	if cut != nil {
		before = *cut
	}
	if narrow && asked < 0 || len(before.Unknown) > 0 && village < 0 {
		return nil, fmt.Errorf("a row does not say its %s", at.Level)
	}
	var rows []T
	n := 0
	for i := range all {
		row := reflect.ValueOf(&all[i]).Elem()
		if narrow && row.Field(asked).String() != at.ID {
			continue
		}
		if len(before.Unknown) > 0 && slices.Contains(before.Unknown, row.Field(village).String()) {
			continue
		}
		if n >= before.Before && n-before.Before < before.Most {
			rows = append(rows, all[i])
		}
		n++
	}
	if total >= 0 {
		for i := range rows {
			reflect.ValueOf(&rows[i]).Elem().Field(total).SetInt(int64(n))
		}
	}
	return rows, nil
}

// sole is the only row; the zero T where there is none.
func sole[T any](rows []T) (row T) {
	if len(rows) > 0 {
		row = rows[0]
	}
	return row
}

// ofBranch is what a list says of one branch, to be added up over those of a place.
type ofBranch[T any] struct {
	OfVillage, OfBranch string
	Row                 T
}

// addedUp adds up what is said of the branches of a place: rows with the same key become one.
func addedUp[T any, K comparable](ctx context.Context, f Facts, v visitor.Visitor, at Unit, what, sql string, key func(T) K, add func(sum *T, row T), args ...any) ([]T, error) {
	if p := protectedFields(reflect.TypeFor[T]()); len(p.persons)+len(p.texts)+len(p.ids) > 0 {
		return nil, fmt.Errorf("read %s: what names persons is not added up", what) // list masks the fields of a row, not those within one
	}
	rows, err := list[ofBranch[T]](ctx, f.at(at), v, what, sql, args...)
	if err != nil {
		return nil, err
	}
	var sums []T
	places := map[K]int{}
	for _, row := range rows {
		k := key(row.Row)
		i, known := places[k]
		if !known {
			places[k] = len(sums)
			sums = append(sums, row.Row)
			continue
		}
		add(&sums[i], row.Row)
	}
	return sums, nil
}

// lone reads the one row of a query; the zero T where there is none.
func lone[T any](ctx context.Context, f Facts, v visitor.Visitor, what, sql string, args ...any) (row T, err error) {
	all, err := list[T](ctx, f, v, what, sql, args...)
	return sole(all), err
}

// read runs a query and makes a T of each of its rows: every field of T is filled from the column of its name (VillageID from
// village_id). A number that is null is NaN, a whole number, text, truth or moment that is null is the zero one. A field tagged
// is:"day" keeps the day of a moment; one tagged is:"text" is a text that people wrote, or is:"label" the name of a unit, and loses the numbers of persons in it.
// The error says what was to be read; a field without its column is an error too.
func read[T any](ctx context.Context, q pipelines.Querier, what, sql string, args ...any) ([]T, error) {
	var pieces [][]T
	err := pipelines.Scan(ctx, q, func(rows pipelines.Piece) error {
		piece := make([]T, rows.Rows)
		pieces = append(pieces, piece)
		return fill(reflect.ValueOf(piece), rows)
	}, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	if len(pieces) == 1 {
		return pieces[0], nil
	}
	return slices.Concat(pieces...), nil
}

// fill fills every field of a slice's elements from the column of its name.
func fill(all reflect.Value, rows pipelines.Piece) error {
	return fillFields(all.Type().Elem(), nil, all, rows)
}

// fillFields fills the fields of a part of each element, which index leads to.
func fillFields(of reflect.Type, index []int, all reflect.Value, rows pipelines.Piece) error {
	for i := range of.NumField() {
		field := of.Field(i)
		at := append(slices.Clone(index), i)
		if field.Type.Kind() == reflect.Struct && field.Type != reflect.TypeFor[time.Time]() {
			if err := fillFields(field.Type, at, all, rows); err != nil {
				return err
			}
			continue
		}
		name := snake(field.Name)
		column := slices.IndexFunc(rows.Columns, func(c pipelines.Column) bool { return c.Name == name })
		if column < 0 {
			return fmt.Errorf("there is no column %s", name)
		}
		set := setter(field, &rows.Columns[column])
		for row := range rows.Rows {
			set(all.Index(row).FieldByIndex(at), row)
		}
	}
	return nil
}

// setter fills a field from a row of its column.
func setter(of reflect.StructField, c *pipelines.Column) func(v reflect.Value, row int) {
	text := func(row int) string { return cell{c.Value(row)}.text() }
	if c.Kind == pipelines.Text {
		text = func(row int) string {
			if c.Null(row) {
				return ""
			}
			return c.Texts[row]
		}
	}
	switch kind := of.Type.Kind(); {
	case kind == reflect.String && of.Tag.Get("is") == "day":
		return func(v reflect.Value, row int) { v.SetString(FirstTen(text(row))) }
	case kind == reflect.String && (of.Tag.Get("is") == "text" || of.Tag.Get("is") == "label"):
		return func(v reflect.Value, row int) { v.SetString(visitor.FreeText(text(row))) }
	case kind == reflect.String:
		return func(v reflect.Value, row int) { v.SetString(text(row)) }
	case kind == reflect.Float64:
		return func(v reflect.Value, row int) { v.SetFloat(c.Number(row)) }
	case kind == reflect.Int64:
		return func(v reflect.Value, row int) { v.SetInt(count(c.Number(row))) }
	case kind == reflect.Bool:
		return func(v reflect.Value, row int) {
			v.SetBool(c.Kind <= pipelines.Truth && !c.Null(row) && c.Wholes[row] != 0)
		}
	default: // a moment
		return func(v reflect.Value, row int) {
			if c.Kind == pipelines.Moment && !c.Null(row) {
				*v.Addr().Interface().(*time.Time) = c.Moments[row]
			}
		}
	}
}

// Cut says which rows of a list are read: so many at most, after so many that stand before them, and none of the villages of which the
// list is not known.
type Cut struct {
	Before, Most int
	Unknown      []string // IDs of villages
}

// EveryRow are all rows of a list.
var EveryRow = Cut{Most: 1 << 31}

// First are the first rows of a list.
func First(rows int) Cut { return Cut{Most: rows} }

// Knowing is the cut without the rows of villages of which the list is not known.
func (c Cut) Knowing(unknown []string) Cut {
	c.Unknown = unknown
	return c
}

// Shown are the rows of a cut, of a list that is read already.
func Shown[T any](all []T, c Cut) []T {
	all = all[min(c.Before, len(all)):]
	return all[:min(c.Most, len(all))]
}

// of narrows a query to the cut's rows of a place: a condition as of in, and what follows the order of the rows. The arguments of both
// stand in their order.
func (c Cut) of(at Unit, alias string) (condition, cut string, args []any) {
	condition, args = known(at, alias, c.Unknown)
	return condition, "\nlimit ? offset ?", append(args, int64(c.Most), int64(c.Before))
}

// snake is the column of a field: HouseholdID is household_id.
func snake(field string) string {
	var b strings.Builder
	before := rune(0)
	for _, letter := range field {
		if unicode.IsUpper(letter) && unicode.IsLower(before) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(letter))
		before = letter
	}
	return b.String()
}

// known narrows a query to a place as in does, without the villages of which nothing is known.
func known(at Unit, alias string, unknown []string) (condition string, args []any) {
	condition, args = in(at, alias)
	if len(unknown) == 0 {
		return condition, args
	}
	for _, village := range unknown {
		args = append(args, village)
	}
	return condition + " and coalesce(" + alias + "village_id, '') not in (?" + strings.Repeat(", ?", len(unknown)-1) + ")", args
}

// in narrows a query to a village or branch; of the town nothing is left out. The columns are village_id and branch_id; alias
// is what stands before them, e.g. "f.".
func in(at Unit, alias string) (condition string, args []any) {
	switch at.Level {
	case LevelBranch:
		return " and " + alias + "branch_id = ?", []any{at.ID}
	case LevelVillage:
		return " and " + alias + "village_id = ?", []any{at.ID}
	default:
		return "", nil
	}
}
