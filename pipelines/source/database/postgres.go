package database

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"hulian/pipelines"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// postgres speaks to PostgreSQL. Results are asked for as text and by the protocol that takes a single statement, so
// that nothing behind a semicolon can leave the read-only transaction.
type postgres struct{}

func (postgres) scheme() string { return "postgres" }

func (postgres) connect(ctx context.Context, c Config, password string, secured *tls.Config) (session, error) {
	config, err := pgconn.ParseConfig("host=localhost sslmode=disable") // the only way to make one; all of it is replaced
	if err != nil {
		return nil, err
	}
	config.Host, config.Port = c.Address, 5432
	if host, port, err := net.SplitHostPort(c.Address); err == nil && !c.local() {
		number, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return nil, pipelines.Errorf("address: port %q is no number", port)
		}
		config.Host, config.Port = host, uint16(number)
	}
	config.Database, config.User, config.Password = c.Database, c.User, password
	config.TLSConfig, config.Fallbacks = secured, nil
	config.RuntimeParams = map[string]string{} // poolers refuse most of them at the start of a connection
	config.ConnectTimeout = 0                  // ctx decides
	conn, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	s := &postgresSession{conn}
	_, err = conn.Exec(ctx, strings.Join([]string{
		"begin transaction isolation level repeatable read read only",
		fmt.Sprintf("set local statement_timeout = %d", c.StatementTimeout.Milliseconds()),
		"set local client_encoding = 'UTF8'",
		"set local datestyle = 'ISO, YMD'",
		"set local timezone = '" + c.TimeZone + "'", // a name of the time zone database: letters, digits, / _ + -
	}, "; ")).ReadAll()
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

type postgresSession struct{ conn *pgconn.PgConn }

// close takes leave, which ends the transaction; a server that does not listen is left after a moment.
func (s *postgresSession) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = s.conn.Close(ctx) // nothing was written, so nothing is lost where the server does not listen
}

func (s *postgresSession) query(ctx context.Context, sql string) (rows, error) {
	result := s.conn.ExecParams(ctx, sql, nil, nil, nil, nil)
	fields := result.FieldDescriptions()
	if len(fields) == 0 {
		if _, err := result.Close(); err != nil {
			return nil, err
		}
	}
	r := &postgresRows{result: result}
	for _, field := range fields {
		r.names = append(r.names, field.Name)
		r.boolean = append(r.boolean, field.DataTypeOID == pgtype.BoolOID)
	}
	return r, nil
}

type postgresRows struct {
	result  *pgconn.ResultReader
	names   []string
	boolean []bool
}

func (r *postgresRows) header() []string { return r.names }

func (r *postgresRows) next() ([][]byte, error) {
	if !r.result.NextRow() {
		if _, err := r.result.Close(); err != nil {
			return nil, err
		}
		return nil, io.EOF
	}
	cells := r.result.Values()
	for i, cell := range cells {
		if r.boolean[i] && cell != nil {
			cells[i] = []byte(strconv.FormatBool(cell[0] == 't'))
		}
	}
	return cells, nil
}

// close leaves the rest of the answer unread: the session closes next.
func (r *postgresRows) close() {}

// said goes by the class of SQLSTATE: connection, resources, rollback of the transaction, intervention by an operator
// and the system's own troubles pass. A query cancelled by its time limit would be cancelled again.
func (postgres) said(err error) (is, passing, late bool) {
	var said *pgconn.PgError
	if !errors.As(err, &said) {
		return false, false, false
	}
	late = said.Code == "57014"
	switch said.Code[:min(2, len(said.Code))] {
	case "08", "53", "40", "57", "58":
		passing = !late
	}
	return true, passing, late
}
