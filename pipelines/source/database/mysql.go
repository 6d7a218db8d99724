package database

import (
	"context"
	"crypto/tls"
	"database/sql"
	"errors"
	"fmt"
	"hulian/pipelines"
	"io"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

// maria speaks to MySQL and MariaDB. The driver is left at one statement a query.
type maria struct{}

func (maria) scheme() string { return "mysql" }

func (maria) connect(ctx context.Context, c Config, password string, secured *tls.Config) (_ session, err error) {
	config := mysql.NewConfig()
	config.Net, config.Addr = "tcp", c.Address
	if c.local() {
		config.Net = "unix"
	}
	config.User, config.Passwd, config.DBName, config.TLS = c.User, password, c.Database, secured
	config.Logger = &mysql.NopLogger{} // what goes wrong is returned
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	defer func() {
		if err != nil {
			err = errors.Join(err, db.Close())
		}
	}()
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	s := &mariaSession{db, conn}
	if err := s.begin(ctx, c); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return s, nil
}

type mariaSession struct {
	db   *sql.DB
	conn *sql.Conn
}

// close takes leave. It only read, so that nothing is lost where the server does not take the leave well.
func (s *mariaSession) close() {
	_, _ = s.conn.Close(), s.db.Close()
}

func (s *mariaSession) begin(ctx context.Context, c Config) error {
	var version string
	if err := s.conn.QueryRowContext(ctx, "select version()").Scan(&version); err != nil {
		return err
	}
	limit := fmt.Sprintf("set session max_execution_time = %d", c.StatementTimeout.Milliseconds())
	if strings.Contains(strings.ToLower(version), "mariadb") {
		limit = fmt.Sprintf("set session max_statement_time = %f", c.StatementTimeout.Seconds())
	}
	for _, statement := range []string{
		limit, "set names utf8mb4", fmt.Sprintf("set session net_write_timeout = %d", int(c.StatementTimeout.Seconds())+60),
	} {
		if _, err := s.conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	if err := s.setZone(ctx, c.TimeZone); err != nil {
		return err
	}
	for _, statement := range []string{
		"set session transaction isolation level repeatable read",
		"set session transaction read only", // holds on after a statement that ends the transaction
		"start transaction with consistent snapshot, read only",
	} {
		if _, err := s.conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// setZone sets the time zone by name where the server's tables of zones are filled, otherwise by offset.
func (s *mariaSession) setZone(ctx context.Context, name string) error {
	_, err := s.conn.ExecContext(ctx, "set session time_zone = '"+name+"'")
	var said *mysql.MySQLError
	if !errors.As(err, &said) {
		return err
	}
	zone, problem := time.LoadLocation(name)
	if problem != nil {
		return problem
	}
	_, winter := time.Date(2018, 1, 1, 0, 0, 0, 0, zone).Zone()
	_, summer := time.Date(2018, 7, 1, 0, 0, 0, 0, zone).Zone()
	if winter != summer {
		return pipelines.Errorf("%w: fill the server's tables with mysql_tzinfo_to_sql, since %s has summer time", err, name)
	}
	sign := '+'
	if winter < 0 {
		sign, winter = '-', -winter
	}
	_, err = s.conn.ExecContext(ctx, fmt.Sprintf("set session time_zone = '%c%02d:%02d'", sign, winter/3600, winter/60%60))
	return err
}

func (s *mariaSession) query(ctx context.Context, text string) (rows, error) {
	ctx, cancel := context.WithCancel(ctx)
	result, err := s.conn.QueryContext(ctx, text) //nolint:rowserrcheck // next asks for the error, after the last row
	if err != nil {
		cancel()
		return nil, err
	}
	r := &mariaRows{result: result, cancel: cancel}
	types, err := result.ColumnTypes()
	if err != nil {
		r.close()
		return nil, err
	}
	r.cells = make([][]byte, len(types))
	for _, column := range types {
		r.names = append(r.names, column.Name())
		switch column.DatabaseTypeName() {
		case "FLOAT", "DOUBLE":
			r.values = append(r.values, new(any))
		default:
			r.values = append(r.values, new(sql.RawBytes))
		}
		r.kinds = append(r.kinds, column.DatabaseTypeName())
	}
	return r, nil
}

type mariaRows struct {
	result *sql.Rows
	cancel context.CancelFunc
	names  []string
	kinds  []string
	values []any
	cells  [][]byte
}

func (r *mariaRows) header() []string { return r.names }

func (r *mariaRows) next() ([][]byte, error) {
	if !r.result.Next() {
		if err := r.result.Err(); err != nil {
			return nil, err
		}
		return nil, io.EOF
	}
	if err := r.result.Scan(r.values...); err != nil {
		return nil, err
	}
	for i, value := range r.values {
		r.cells[i] = text(value, r.kinds[i])
	}
	return r.cells, nil
}

// text writes a value as the server's own tools do. The library would give floating point numbers an exponent.
func text(value any, kind string) []byte {
	if raw, ok := value.(*sql.RawBytes); ok {
		if *raw != nil && kind == "BIT" {
			return []byte(new(big.Int).SetBytes(*raw).String())
		}
		return *raw
	}
	switch number := (*value.(*any)).(type) {
	case nil:
		return nil
	case float32:
		return strconv.AppendFloat(nil, float64(number), 'f', -1, 32)
	case float64:
		return strconv.AppendFloat(nil, number, 'f', -1, 64)
	default:
		return fmt.Append(nil, number)
	}
}

// close cuts the connection where rows are left, since the library would otherwise read them all.
func (r *mariaRows) close() {
	r.cancel()
	_ = r.result.Close() // says that it was cancelled, or what next has said
}

// said goes by the server's error numbers: too many connections, shutting down, lock waits and deadlocks, and packets
// lost on the way pass.
func (maria) said(err error) (is, passing, late bool) {
	var said *mysql.MySQLError
	if !errors.As(err, &said) {
		return errors.Is(err, mysql.ErrNoTLS) || errors.Is(err, mysql.ErrOldPassword), false, false
	}
	switch said.Number {
	case 1040, 1053, 1077, 1079, 1152, 1158, 1159, 1160, 1161, 1203, 1205, 1213, 1226:
		passing = true
	}
	return true, passing, said.Number == 1969 || said.Number == 3024
}
