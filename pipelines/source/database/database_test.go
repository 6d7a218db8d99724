//go:build unix

package database

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hulian/pipelines"
	"hulian/pipelines/source"
	"hulian/pipelines/source/sourcetest"
	"hulian/pipelines/source/sourcetest/servers"
)

// taken is what a source hands over in one pass: content by name, and what went wrong by name.
func taken(t *testing.T, src source.Source, memory source.Memory) (content map[string]string, failed map[string]error) {
	t.Helper()
	content, failed = map[string]string{}, map[string]error{}
	for item, err := range src.Items(t.Context()) {
		var all []byte
		if err == nil {
			var reader io.ReadCloser
			if reader, err = item.Open(t.Context()); err == nil {
				all, err = io.ReadAll(reader)
				reader.Close()
			}
		}
		if err != nil {
			failed[item.Name] = err
			continue
		}
		content[item.Name] = string(all)
		if memory != nil {
			if err := memory.Remember(item.Origin, item.Version); err != nil {
				t.Fatal(err)
			}
		}
	}
	return content, failed
}

// TestValuesAreWrittenAsTheyAre: every type a grid system keeps, exact, and nothing guessed.
func TestValuesAreWrittenAsTheyAre(t *testing.T) {
	queries := map[string]string{
		"PostgreSQL": `select 9223372036854775807::bigint as whole, 1161.5000::numeric(12,4) as exact, 0.1::float8 + 0.2 as near,
			123456789.5::float8 as large, true as yes, false as no, null::boolean as unknown, date '2018-01-08' as day,
			timestamp '2018-01-08 19:30:05.25' as moment, timestamptz '2018-01-08 00:30:00+00' as zoned, null::date as nothing,
			'' as empty, E'党员, "互联"\n户😀' as text, '{"a": [1]}'::jsonb as document, '\xe5ff'::bytea as bytes, '{1,2}'::int[] as list`,
		"MariaDB": `select 18446744073709551615 as whole, cast(1161.5 as decimal(12,4)) as exact, cast(0.1 as double) + cast(0.2 as double) as near,
			cast(123456789.5 as double) as large, true as yes, b'101' + 0 as bits, cast(null as signed) as unknown, date '2018-01-08' as day,
			timestamp '2018-01-08 19:30:05.25' as moment, from_unixtime(1515371400) as zoned, cast(null as date) as nothing,
			'' as empty, '党员, "互联"\n户😀' as text, json_object('a', 1) as document, hex(x'e5ff') as bytes, convert('户' using gbk) as gbk`,
	}
	want := map[string]string{
		"PostgreSQL": "whole,exact,near,large,yes,no,unknown,day,moment,zoned,nothing,empty,text,document,bytes,list\n" +
			"9223372036854775807,1161.5000,0.30000000000000004,123456789.5,true,false,,2018-01-08,2018-01-08 19:30:05.25,2018-01-08 08:30:00+08,,," +
			"\"党员, \"\"互联\"\"\n户😀\",\"{\"\"a\"\": [1]}\",\\xe5ff,\"{1,2}\"\n",
		"MariaDB": "whole,exact,near,large,yes,bits,unknown,day,moment,zoned,nothing,empty,text,document,bytes,gbk\n" +
			"18446744073709551615,1161.5000,0.30000000000000004,123456789.5,1,5,,2018-01-08,2018-01-08 19:30:05.25,2018-01-08 08:30:00,,," +
			"\"党员, \"\"互联\"\"\n户😀\",\"{\"\"a\"\": 1}\",E5FF,户\n",
	}
	each(t, func(t *testing.T, k kind, address string) {
		got, failed := taken(t, k.made(t, k.config(t, address, Query{Name: "values", SQL: queries[k.name]}), nil), nil)
		if diff := cmp.Diff(want[k.name], got["values.csv"]); diff != "" || len(failed) > 0 {
			t.Errorf("%v\n%s", failed, diff)
		}
	})
}

func TestColumnsOfBitsAndFloats(t *testing.T) {
	address := servers.Maria(t).Address
	k := kinds[1]
	k.do(t, "create table bits (one bit(1), many bit(12), small float, zero date); set sql_mode=''; insert into bits values (1, b'100000000001', 0.1, '0000-00-00'), (0, 0, 1e10, null), (null, null, null, null)")
	t.Cleanup(func() { k.do(t, "drop table bits") })
	got, failed := taken(t, k.made(t, k.config(t, address, Query{Name: "bits", SQL: "select * from bits"}), nil), nil)
	if diff := cmp.Diff("one,many,small,zero\n1,2049,0.1,0000-00-00\n0,0,10000000000,\n,,,\n", got["bits.csv"]); diff != "" {
		t.Errorf("%v\n%s", failed, diff)
	}
}

// TestNothingIsEverWritten: whatever the query says and the clerk may do, the table stays.
func TestNothingIsEverWritten(t *testing.T) {
	each(t, func(t *testing.T, k kind, address string) {
		k.do(t, "create table kept (n int); insert into kept values (1)")
		t.Cleanup(func() { k.do(t, "drop table kept") })
		if k.name == "PostgreSQL" {
			k.do(t, "alter table kept owner to clerk; grant create on schema public to clerk")
		}
		attempts := []string{
			"delete from kept", "drop table kept", "create table other (n int)", "commit; delete from kept", "rollback; drop table kept",
			"insert into kept values (2)", "truncate table kept", "update kept set n = 3",
		}
		if k.name == "PostgreSQL" {
			attempts = append(attempts, "delete from kept returning n", "with gone as (delete from kept returning n) select n from gone")
		}
		for _, sql := range attempts {
			got, failed := taken(t, k.made(t, k.config(t, address, Query{Name: "a", SQL: sql}), nil), nil)
			var fault *pipelines.Fault
			if err := failed["a.csv"]; !errors.As(err, &fault) || strings.Contains(err.Error(), "tried") {
				t.Errorf("%s: %q, %v", sql, got, err)
			}
		}
		if k.name == "PostgreSQL" { // what a read-only transaction lets through is never committed
			taken(t, k.made(t, k.config(t, address, Query{Name: "a", SQL: "select lo_create(0)"}), nil), nil)
			got, failed := taken(t, k.made(t, k.config(t, address, Query{Name: "a", SQL: "select count(*) as n from pg_largeobject_metadata"}), nil), nil)
			if got["a.csv"] != "n\n0\n" {
				t.Errorf("%v, %v", got, failed)
			}
		}
		got, failed := taken(t, k.made(t, k.config(t, address, Query{Name: "kept", SQL: "select n from kept;"}), nil), nil)
		if diff := cmp.Diff(map[string]string{"kept.csv": "n\n1\n"}, got); diff != "" {
			t.Errorf("%v\n%s", failed, diff)
		}
	})
}

func TestAQueryThatTakesTooLongIsEndedByTheServer(t *testing.T) {
	sleeps := map[string]string{"PostgreSQL": "select pg_sleep(20)", "MariaDB": "select sleep(20) from (select 1 union select 2) as twice"}
	each(t, func(t *testing.T, k kind, address string) {
		c := k.config(t, address, Query{Name: "slow", SQL: sleeps[k.name]}, Query{Name: "quick", SQL: "select 1 as n"})
		c.StatementTimeout, c.Limits.Stall = 300*time.Millisecond, 10*time.Second
		began := time.Now()
		got, failed := taken(t, k.made(t, c, nil), nil)
		var fault *pipelines.Fault
		if err := failed["slow.csv"]; !errors.As(err, &fault) || !strings.Contains(fault.Next, "statement_timeout") || !strings.HasSuffix(fault.At, "#slow.csv") {
			t.Errorf("%v, %v", got, err)
		}
		if got["quick.csv"] != "n\n1\n" || time.Since(began) > 5*time.Second {
			t.Errorf("%v after %s", got, time.Since(began))
		}
	})
}

func TestQueriesThatMustBeMended(t *testing.T) {
	each(t, func(t *testing.T, k kind, address string) {
		invalid := map[string]string{"PostgreSQL": "select 1 as a from nowhere", "MariaDB": "select x'ff' as a"}[k.name]
		for sql, says := range map[string]string{
			"select 1 as a, 2 as a": "two columns", "selct 1": "selct", "select * from nowhere": "nowhere", invalid: "a",
			"select 1; select 2": "", "set @a = 1": "",
		} {
			got, failed := taken(t, k.made(t, k.config(t, address, Query{Name: "bad", SQL: sql}, Query{Name: "good", SQL: "select 1 as n"}), nil), nil)
			err := failed["bad.csv"]
			if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "mend") || strings.Contains(err.Error(), "tried") {
				t.Errorf("%s: %q, %v does not say %q", sql, got, err, says)
			}
			if got["good.csv"] != "n\n1\n" {
				t.Errorf("%s: the other query gives %v, %v", sql, got, failed)
			}
		}
	})
}

func TestAnAnswerOfTheSameVersionIsNotAskedForAgain(t *testing.T) {
	each(t, func(t *testing.T, k kind, address string) {
		k.do(t, "create table versioned (n int); insert into versioned values (1)")
		t.Cleanup(func() { k.do(t, "drop table versioned") })
		memory, err := source.OpenMemory(filepath.Join(t.TempDir(), "sources.json"))
		if err != nil {
			t.Fatal(err)
		}
		query := func(sql string) Config {
			return k.config(t, address,
				Query{Name: "a", SQL: sql, Version: "select max(n) from versioned"},
				Query{Name: "b", SQL: "select 1 as n", Version: "select n from nowhere"},
				Query{Name: "c", SQL: "select 1 as n", Version: "select n, n from versioned"},
				Query{Name: "d", SQL: "select 1 as n"})
		}
		for _, step := range []struct {
			before, sql string
			want        map[string]string
		}{
			{"", "select n from versioned order by n", map[string]string{"a.csv": "n\n1\n", "d.csv": "n\n1\n"}},
			{"", "select n from versioned order by n", map[string]string{"d.csv": "n\n1\n"}},
			{"", "select n as m from versioned order by n", map[string]string{"a.csv": "m\n1\n", "d.csv": "n\n1\n"}},
			{"insert into versioned values (2)", "select n as m from versioned order by n", map[string]string{"a.csv": "m\n1\n2\n", "d.csv": "n\n1\n"}},
		} {
			if step.before != "" {
				k.do(t, step.before)
			}
			got, failed := taken(t, k.made(t, query(step.sql), memory), memory)
			if diff := cmp.Diff(step.want, got); diff != "" {
				t.Errorf("%s %s: %v\n%s", step.before, step.sql, failed, diff)
			}
			for name, says := range map[string]string{"b.csv": "nowhere", "c.csv": "one value"} {
				if failed[name] == nil || !strings.Contains(failed[name].Error(), says) {
					t.Errorf("%s: %v does not say %q", name, failed[name], says)
				}
			}
		}
	})
}

// TestALineThatBreaksUnderRowsInAnotherOrder: without "order by" the rows read again are other rows.
func TestALineThatBreaksUnderRowsInAnotherOrder(t *testing.T) {
	each(t, func(t *testing.T, k kind, address string) {
		random := map[string]string{"PostgreSQL": "random()", "MariaDB": "rand()"}[k.name]
		filled := k.fill(t, address, []sourcetest.File{sourcetest.Large("big.csv")})
		filled[0].SQL = strings.Replace(filled[0].SQL, "order by nr", "order by "+random, 1)
		wire := sourcetest.NewWire(t, address)
		c := k.config(t, wire.Address(), filled...)
		c.StatementTimeout = 10 * time.Second
		src := k.made(t, c, nil)
		for item, err := range src.Items(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			wire.Fates(func(n int) sourcetest.Fate { return sourcetest.Fate{After: 1 << 20 << n, Break: true} })
			reader, err := item.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer reader.Close()
			content, err := io.ReadAll(reader)
			if !errors.Is(err, source.ErrChanged) || !strings.Contains(err.Error(), "order by") {
				t.Errorf("%d bytes, %v", len(content), err)
			}
		}
	})
}

func TestAnUnsecuredServerIsRefusedUnlessAskedFor(t *testing.T) {
	each(t, func(t *testing.T, k kind, address string) {
		c := k.config(t, address, Query{Name: "a", SQL: "select 1 as n"})
		c.TLS = ""
		if got, failed := taken(t, k.made(t, c, nil), nil); len(got) > 0 || len(failed) == 0 {
			t.Errorf("%v, %v", got, failed)
		}
	})
}

func TestBadConfigurationsAreRefused(t *testing.T) {
	good := Config{Address: "db.town.example", Database: "grid", User: "clerk", Password: "env:P", Queries: []Query{{Name: "visits", SQL: "select 1"}}}
	for address, open := range map[string]func(string, Config, source.Memory) (source.Source, error){"db.town.example:5432": PostgreSQL, "db.town.example:3306": MySQL} {
		src, err := open("a", good, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := src.(*database).config; got.Address != address || got.TLS != "verify" || got.Queries[0].Name != "visits.csv" {
			t.Errorf("%+v", got)
		}
	}
	for says, edit := range map[string]func(*Config){
		"address":          func(c *Config) { c.Address = "" },
		"host:port alone":  func(c *Config) { c.Address = "clerk@db.town.example" },
		"user":             func(c *Config) { c.User = "" },
		"database":         func(c *Config) { c.Database = "" },
		"password: a":      func(c *Config) { c.Password = "hunter2" },
		"tls is":           func(c *Config) { c.TLS = "maybe" },
		"ca goes":          func(c *Config) { c.TLS, c.CA = "off", "/ca.pem" },
		"ca: open /none":   func(c *Config) { c.CA = "/none" },
		"statement_time":   func(c *Config) { c.StatementTimeout = -1 },
		"time_zone":        func(c *Config) { c.TimeZone = "Asia/Cixi'; drop table visits" },
		"there is none":    func(c *Config) { c.Queries = nil },
		"no file name":     func(c *Config) { c.Queries[0].Name = "../a" },
		"stands twice":     func(c *Config) { c.Queries = append(c.Queries, Query{Name: "visits.csv", SQL: "select 1"}) },
		"sql: it must":     func(c *Config) { c.Queries[0].SQL = " " },
		"limits: max_size": func(c *Config) { c.Limits.MaxSize = -1 },
	} {
		c := good
		c.Queries = []Query{good.Queries[0]}
		edit(&c)
		if _, err := PostgreSQL("a", c, nil); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v does not say %q", err, says)
		}
	}
}

func TestTextOfFloatsHasNoExponent(t *testing.T) {
	for value, want := range map[any]string{1e15: "1000000000000000", 0.00000001: "0.00000001", float32(0.1): "0.1", int64(7): "7"} {
		if got := string(text(&value, "DOUBLE")); got != want {
			t.Errorf("%v: %s, want %s", value, got, want)
		}
	}
	var null any
	if text(&null, "DOUBLE") != nil {
		t.Error(fmt.Errorf("a NULL is not nothing"))
	}
}
