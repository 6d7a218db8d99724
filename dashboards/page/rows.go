package page

import (
	"math"
	"strconv"
	"strings"
	"time"

	"hulian/pipelines"
)

// record is one row of a query's result, read by column name. A column that is not there reads as null: the tests
// run every query on the real schema, so a misspelt name shows there and not on a page.
type record struct {
	table *pipelines.Table
	cells []any
}

func read(t pipelines.Table) []record {
	rows := make([]record, len(t.Rows))
	for i, cells := range t.Rows {
		rows[i] = record{&t, cells}
	}
	return rows
}

func (r record) any(column string) any {
	if i := r.table.Column(column); i >= 0 && i < len(r.cells) {
		return r.cells[i]
	}
	return nil
}

func (r record) null(column string) bool { return r.any(column) == nil }

func (r record) text(column string) string {
	switch v := r.any(column).(type) {
	case nil:
		return ""
	case string:
		return v
	case time.Time:
		if v.Hour() == 0 && v.Minute() == 0 && v.Second() == 0 {
			return v.Format(time.DateOnly)
		}
		return v.Format("2006-01-02 15:04")
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		return strconv.FormatBool(v)
	default:
		return ""
	}
}

// time is a moment; the zero time for null.
func (r record) time(column string) time.Time {
	t, _ := r.any(column).(time.Time)
	return t
}

// date is the day part of a date or timestamp, "" for null.
func (r record) date(column string) string { return firstTen(r.text(column)) }

// number is NaN for null, so that a missing value cannot pass for zero.
func (r record) number(column string) float64 {
	switch v := r.any(column).(type) {
	case float64:
		return v
	case int64:
		return float64(v)
	case bool:
		if v {
			return 1
		}
		return 0
	default:
		return math.NaN()
	}
}

// count is a number where null and nothing mean the same: zero.
func (r record) count(column string) int64 {
	if f := r.number(column); !math.IsNaN(f) {
		return int64(math.Round(f))
	}
	return 0
}

func (r record) truth(column string) bool {
	switch v := r.any(column).(type) {
	case bool:
		return v
	case int64:
		return v != 0
	default:
		return false
	}
}

// placeholders is n question marks for an `in (…)`.
func placeholders(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }
