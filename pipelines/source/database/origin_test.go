//go:build unix

package database

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"testing"

	"hulian/pipelines/source"
	"hulian/pipelines/source/sourcetest"
	"hulian/pipelines/source/sourcetest/servers"
)

func TestMain(m *testing.M) {
	code := m.Run()
	servers.Stop()
	os.Exit(code)
}

// kinds are the servers every test runs against.
type kind struct {
	name    string
	server  func(testing.TB) *servers.Database
	open    func(string, Config, source.Memory) (source.Source, error)
	quote   string
	counter string // type of a column that counts
	text    string // type of any text
}

var kinds = []kind{
	{"PostgreSQL", servers.Postgres, PostgreSQL, `"`, "bigserial", "text"},
	{"MariaDB", servers.Maria, MySQL, "`", "bigint auto_increment primary key", "longtext"},
}

func each(t *testing.T, test func(t *testing.T, k kind, address string)) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) { test(t, k, k.server(t).Address) })
	}
}

// config asks as the clerk, whose password is in the environment.
func (k kind) config(t *testing.T, address string, queries ...Query) Config {
	t.Setenv("TEST_DATABASE_PASSWORD", servers.Password)
	return Config{
		Address: address, Database: k.server(t).Base, User: servers.Clerk, Password: "env:TEST_DATABASE_PASSWORD", TLS: "off",
		StatementTimeout: sourcetest.Impatient.Stall, Limits: sourcetest.Impatient, Queries: queries,
	}
}

func (k kind) made(t *testing.T, c Config, memory source.Memory) source.Source {
	t.Helper()
	src, err := k.open("grid database", c, memory)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func (k kind) do(t *testing.T, statements string) {
	t.Helper()
	k.server(t).Ask(t, statements)
}

// filled holds the query for each content that a server has a table of: filling takes longer than the tests do.
var filled = map[string]Query{}

// fill makes a table of each CSV file, kept until the server ends, and returns the queries that give them back.
func (k kind) fill(t *testing.T, address string, files []sourcetest.File) (queries []Query) {
	t.Helper()
	for _, f := range files {
		key := address + f.Name + string(f.Content)
		if q, ok := filled[key]; ok {
			queries = append(queries, q)
			continue
		}
		records, err := csv.NewReader(bytes.NewReader(f.Content)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		table := fmt.Sprintf("t%d", len(filled))
		columns := make([]string, len(records[0]))
		for i, name := range records[0] {
			columns[i] = k.quote + name + k.quote
		}
		list := strings.Join(columns, ", ")
		k.do(t, fmt.Sprintf("create table %s (nr %s, %s %s)", table, k.counter, strings.Join(columns, " "+k.text+", "), k.text))
		for rest := records[1:]; len(rest) > 0; {
			n := min(len(rest), 10_000)
			var rows []string
			for _, record := range rest[:n] {
				cells := make([]string, len(record))
				for i, cell := range record {
					if cells[i] = "'" + strings.ReplaceAll(cell, "'", "''") + "'"; cell == "" {
						cells[i] = "null"
					}
				}
				rows = append(rows, "("+strings.Join(cells, ",")+")")
			}
			k.do(t, fmt.Sprintf("insert into %s (%s) values %s", table, list, strings.Join(rows, ",")))
			rest = rest[n:]
		}
		filled[key] = Query{Name: f.Name, SQL: fmt.Sprintf("select %s from %s order by nr", list, table)}
		queries = append(queries, filled[key])
	}
	return queries
}

func TestConforms(t *testing.T) {
	each(t, func(t *testing.T, k kind, address string) {
		sourcetest.RunTables(t, func(t *testing.T, files []sourcetest.File) source.Source {
			if len(files) == 0 {
				t.Skip("a configuration without a query is refused")
			}
			return k.made(t, k.config(t, address, k.fill(t, address, files)...), nil)
		})
	})
}

func TestConformsOverABadLine(t *testing.T) {
	each(t, func(t *testing.T, k kind, address string) {
		sourcetest.RunNetwork(t, func(t *testing.T, files []sourcetest.File) sourcetest.Origin {
			c := k.config(t, address, k.fill(t, address, files)...)
			t.Setenv("TEST_DATABASE_WRONG", "wr0ng-password")
			return sourcetest.Origin{
				Server: address, Secrets: []string{servers.Password, "wr0ng-password"},
				Source: func(address string) source.Source {
					c.Address = address
					return k.made(t, c, nil)
				},
				Mangle: func(t *testing.T, address string) source.Source {
					c.Address, c.Password = address, "env:TEST_DATABASE_WRONG"
					return k.made(t, c, nil)
				},
			}
		})
	})
}
