//go:build unix

package database

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"

	"hulian/pipelines/source"
	"hulian/pipelines/source/sourcetest"
)

func postgresConn(ctx context.Context, address string) (*pgconn.PgConn, error) {
	config, err := pgconn.ParseConfig("postgres://master:" + master + "@" + address + "/postgres?sslmode=disable")
	if err != nil {
		return nil, err
	}
	return pgconn.ConnectConfig(ctx, config)
}

func askPostgres(ctx context.Context, address, statements string) error {
	conn, err := postgresConn(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statements).ReadAll()
	return err
}

// askMaria goes to a socket as root, or to a host and port as master.
func askMaria(ctx context.Context, address, database, statements string) error {
	config := mysql.NewConfig()
	config.Net, config.Addr, config.User, config.Passwd = "tcp", address, "master", master
	if strings.HasPrefix(address, "/") {
		config.Net, config.User, config.Passwd = "unix", "root", ""
	}
	config.DBName, config.MultiStatements, config.Logger = database, true, &mysql.NopLogger{}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	_, err = db.ExecContext(ctx, statements)
	return err
}

// kinds are the servers every test runs against.
type kind struct {
	name    string
	start   func() (*running, error)
	open    func(string, Config, source.Memory) (source.Source, error)
	ask     func(ctx context.Context, address, statements string) error
	quote   string
	counter string // type of a column that counts
	text    string // type of any text
	base    string // database
}

var kinds = []kind{
	{"PostgreSQL", startPostgres, PostgreSQL, askPostgres, `"`, "bigserial", "text", "postgres"},
	{"MariaDB", startMaria, MySQL, func(ctx context.Context, address, statements string) error {
		return askMaria(ctx, address, "exports", statements)
	}, "`", "bigint auto_increment primary key", "longtext", "exports"},
}

func each(t *testing.T, test func(t *testing.T, k kind, address string)) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) { test(t, k, need(t, k.start).address) })
	}
}

// config asks as the clerk, whose password is in the environment.
func (k kind) config(t *testing.T, address string, queries ...Query) Config {
	t.Setenv("TEST_DATABASE_PASSWORD", password)
	return Config{
		Address: address, Database: k.base, User: clerk, Password: "env:TEST_DATABASE_PASSWORD", TLS: "off",
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

func (k kind) do(t *testing.T, address string, statements string) {
	t.Helper()
	if err := k.ask(context.Background(), address, statements); err != nil {
		t.Fatalf("%.200s: %v", statements, err)
	}
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
		k.do(t, address, fmt.Sprintf("create table %s (nr %s, %s %s)", table, k.counter, strings.Join(columns, " "+k.text+", "), k.text))
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
			k.do(t, address, fmt.Sprintf("insert into %s (%s) values %s", table, list, strings.Join(rows, ",")))
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
				Server: address, Secrets: []string{password, "wr0ng-password"},
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
