package warehouse

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hulian/pipelines"
)

// scanned is an answer of Scan as Query gives it.
func scanned(t *testing.T, q pipelines.Scanner, sql string, args ...any) pipelines.Table {
	t.Helper()
	var table pipelines.Table
	err := q.Scan(t.Context(), func(p pipelines.Piece) error {
		table.Columns = nil
		for i := range p.Columns {
			table.Columns = append(table.Columns, p.Columns[i].Name)
		}
		for row := range p.Rows {
			cells := make([]any, len(p.Columns))
			for i := range p.Columns {
				cells[i] = p.Columns[i].Value(row)
			}
			table.Rows = append(table.Rows, cells)
		}
		return nil
	}, sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestScanGivesWhatQueryGives(t *testing.T) {
	w := opened(t, Config{})
	for name, sql := range map[string]string{
		"every type, in several pieces, some without a value": `select i % 2 = 0 as truth, i::tinyint as tiny, i::smallint as small, i::integer as whole, i as large, (i + 1)::utinyint as utiny,
			(i + 1)::usmallint as usmall, (i + 1)::uinteger as uwhole, i / 7 as fraction, (i / 7)::float as single, '村' || i % 3 as short, repeat('户', (i % 40)::integer) as long,
			date '1969-12-20' + i::integer as day, timestamp '1969-12-31 23:59:00.25' + i * interval 7 second as moment
			from (select case when n % 5 < 4 then n % 100 end as i from range(10_000) r(n) order by n)`,
		"no column of it has a value":        `select null::bigint as a, null::varchar as b, null::double as c, null::timestamp as d from range(3)`,
		"no row":                             `select 1 as a, 'x' as b where false`,
		"sums and shares the slow way":       `select sum(n) as total, sum(n)::decimal(9, 2) as exact, n // 10 as tens from range(100) r(n) group by n // 10 order by tens`,
		"more texts than are kept":           `select 'issue ' || n as id, 'village ' || n // 1000 as village from range(9000) r(n) order by n`,
		"the last word of bits is not whole": `select case when n <> 64 then n end as n from range(65) r(n) order by r.n`,
	} {
		want, err := w.Query(t.Context(), sql)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, scanned(t, w, sql)); diff != "" {
			t.Errorf("%s: Query gives what is marked -, Scan +:\n%s", name, diff)
		}
	}
}

func TestScanTakesArguments(t *testing.T) {
	w := opened(t, Config{})
	got := scanned(t, w, `select ? as a, ? || 'x' as b`, 7, "y")
	if want := (pipelines.Table{Columns: []string{"a", "b"}, Rows: [][]any{{int64(7), "yx"}}}); !cmp.Equal(want, got) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTextsOfAScanOutliveIt(t *testing.T) {
	w := opened(t, Config{})
	var kept []string
	if err := w.Scan(t.Context(), func(p pipelines.Piece) error { kept = append(kept, p.Columns[0].Texts...); return nil }, `select 'a text longer than twelve bytes, number ' || n from range(5000) r(n) order by n`); err != nil {
		t.Fatal(err)
	}
	want, err := w.Query(t.Context(), `select 'a text longer than twelve bytes, number ' || n from range(5000) r(n) order by n`)
	if err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(want.Rows, func(row []any) bool { text := kept[0]; kept = kept[1:]; return row[0] != text }); i >= 0 {
		t.Errorf("text %d is not what was asked for", i)
	}
}

func TestScanSaysWhatWentWrong(t *testing.T) {
	w := opened(t, Config{})
	none := func(pipelines.Piece) error { return nil }
	if err := w.Scan(t.Context(), none, `select * from missing`); err == nil {
		t.Error("a table that is not there gives no error")
	}
	mine := errors.New("enough")
	pieces := 0
	if err := w.Scan(t.Context(), func(pipelines.Piece) error { pieces++; return mine }, `select * from range(100_000)`); !errors.Is(err, mine) || pieces != 1 {
		t.Errorf("error %v after %d pieces; want the error of the function, after the first", err, pieces)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := w.Scan(ended, none, `select count(*) from range(100_000_000) a, range(1000) b`); !errors.Is(err, context.Canceled) {
		t.Errorf("a request that has ended gives %v", err)
	}
}

func TestTablesArePieces(t *testing.T) {
	w := opened(t, Config{})
	sql := `select case when n % 3 > 0 then n end as n, n / 3 as share, n % 2 = 0 as even, 'x' || n as name, date '2018-01-01' + n::integer as day, null as nothing from range(10) r(n) order by r.n`
	want, err := w.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	asTable := struct{ pipelines.Querier }{w} // no Scanner
	got := scanned(t, scanner(func(do func(pipelines.Piece) error) error { return pipelines.Scan(t.Context(), asTable, do, sql) }), "")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := (pipelines.Table{Columns: []string{"a"}, Rows: [][]any{{"x"}, {int64(1)}}}).Piece(); err == nil {
		t.Error("a column of texts and numbers is one piece")
	}
}

// scanner is a Scanner that one function is.
type scanner func(do func(pipelines.Piece) error) error

func (s scanner) Scan(_ context.Context, do func(pipelines.Piece) error, _ string, _ ...any) error {
	return s(do)
}
