package facts

import (
	"context"
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
	all, err := f.shared.rows(fmt.Sprintf("%T %s %v", *new(T), sql, args), func() (any, int, error) {
		all, err := read[T](ctx, f.Data, what, sql, args...)
		return all, len(all), err
	})
	if err != nil {
		return nil, err
	}
	return shown(ctx, f, v, all.([]T))
}

// lone reads the one row of a query; the zero T where there is none.
func lone[T any](ctx context.Context, f Facts, v visitor.Visitor, what, sql string, args ...any) (row T, err error) {
	all, err := list[T](ctx, f, v, what, sql, args...)
	if err == nil && len(all) > 0 {
		row = all[0]
	}
	return row, err
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
	of := all.Type().Elem()
	for i := range of.NumField() {
		column := snake(of.Field(i).Name)
		at := slices.IndexFunc(rows.Columns, func(c pipelines.Column) bool { return c.Name == column })
		if at < 0 {
			return fmt.Errorf("there is no column %s", column)
		}
		set := setter(of.Field(i), &rows.Columns[at])
		for row := range rows.Rows {
			set(all.Index(row).Field(i), row)
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
