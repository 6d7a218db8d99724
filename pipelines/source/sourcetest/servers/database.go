//go:build unix

package servers

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"
)

// Who may ask the databases: the clerk reads, the master does everything.
const (
	Clerk    = "clerk"
	Password = "pa55word-of-the-clerk"
	master   = "pa55word-of-the-master"
)

// Database is a real server of this machine's packages, started for the tests with data of its own.
type Database struct {
	Address string // host:port
	Base    string // the database the clerk may read
	stop    func() error
	ask     func(ctx context.Context, statements string) error
}

// Ask runs statements as the master.
func (d *Database) Ask(t testing.TB, statements string) {
	t.Helper()
	if err := d.ask(context.Background(), statements); err != nil {
		t.Fatalf("%.200s: %v", statements, err)
	}
}

var (
	startedMu sync.Mutex
	started   []*Database
)

// Stop ends every database that was started, and deletes its data.
func Stop() {
	startedMu.Lock()
	defer startedMu.Unlock()
	for _, d := range started {
		if err := d.stop(); err != nil {
			fmt.Fprintf(os.Stderr, "database at %s: %v\n", d.Address, err)
		}
	}
	started = nil
}

var (
	startPostgres = sync.OnceValues(newPostgres)
	startMaria    = sync.OnceValues(newMaria)
)

// Postgres gives the PostgreSQL of this process.
func Postgres(t testing.TB) *Database { t.Helper(); return need(t, startPostgres) }

// Maria gives the MariaDB of this process.
func Maria(t testing.TB) *Database { t.Helper(); return need(t, startMaria) }

// need gives the server, skipping the test where its package is not installed; on a build server that is an error.
func need(t testing.TB, start func() (*Database, error)) *Database {
	t.Helper()
	d, err := start()
	if err == nil {
		return d
	}
	var missing missingError
	if errors.As(err, &missing) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	t.Fatal(err)
	return nil
}

type missingError string

func (m missingError) Error() string { return "not installed: " + string(m) }

// find looks for a program where Debian and others put it.
func find(name string) (string, error) {
	if at, err := exec.LookPath(name); err == nil {
		return at, nil
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/", "/usr/sbin/", "/usr/local/sbin/"} {
		if found, _ := filepath.Glob(pattern + name); len(found) > 0 {
			return found[len(found)-1], nil
		}
	}
	return "", missingError(name)
}

// home is an empty folder for the server's data, and the user it runs as: never root.
func home(names ...string) (dir string, as *syscall.Credential, err error) {
	if dir, err = os.MkdirTemp("", "hulian-database-"); err != nil || os.Geteuid() != 0 {
		return dir, nil, err
	}
	for _, name := range names {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(account.Uid)
		gid, _ := strconv.Atoi(account.Gid)
		return dir, &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, uid, gid)
	}
	return dir, nil, fmt.Errorf("none of the users %v exists", names)
}

// command has no context of a test: a server serves the tests that come after the one that started it.
func command(as *syscall.Credential, dir, name string, arguments ...string) *exec.Cmd {
	c := exec.CommandContext(context.Background(), name, arguments...)
	c.Dir, c.SysProcAttr = dir, &syscall.SysProcAttr{Credential: as}
	c.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "HOME="+dir)
	return c
}

// run starts a server in the foreground and waits until ready says so.
func run(c *exec.Cmd, dir, address string, quit os.Signal, ready func(context.Context) error) (*Database, error) {
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err := c.Start(); err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	var how error // it ended; there once ended is closed
	go func() {
		how = c.Wait()
		close(ended)
	}()
	r := &Database{Address: address, stop: sync.OnceValue(func() (err error) {
		if err = c.Process.Signal(quit); errors.Is(err, os.ErrProcessDone) {
			err = nil
		}
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			err = errors.Join(err, c.Process.Kill())
			<-ended
		}
		return errors.Join(err, os.RemoveAll(dir))
	})}
	startedMu.Lock()
	started = append(started, r)
	startedMu.Unlock()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		err := ready(ctx)
		cancel()
		if err == nil {
			return r, nil
		}
		select {
		case <-ended:
			return nil, fmt.Errorf("%s ended: %w\n%s", c.Path, errors.Join(how, err), said.String())
		default:
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("%s is not ready after a minute: %w", c.Path, err)
		}
	}
}

// port is free now; another program could still take it before the server does.
func port() (string, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, errors.Join(err, listener.Close())
}

func newPostgres() (*Database, error) {
	initdb, err := find("initdb")
	if err != nil {
		return nil, err
	}
	server, err := find("postgres")
	if err != nil {
		return nil, err
	}
	dir, as, err := home("postgres", "nobody")
	if err != nil {
		return nil, err
	}
	secret := filepath.Join(dir, "master")
	if err := os.WriteFile(secret, []byte(master), 0o644); err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	made := command(as, dir, initdb, "-D", data, "-U", "master", "--pwfile", secret, "-A", "scram-sha-256", "-E", "UTF8", "--no-sync")
	if out, err := made.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	number, err := port()
	if err != nil {
		return nil, err
	}
	c := command(as, dir, server, "-D", data, "-p", number, "-h", "127.0.0.1", "-k", dir, "-c", "fsync=off")
	address := net.JoinHostPort("127.0.0.1", number)
	r, err := run(c, dir, address, syscall.SIGINT, func(ctx context.Context) error { return askPostgres(ctx, address, "select 1") })
	if err != nil {
		return nil, err
	}
	r.Base, r.ask = "postgres", func(ctx context.Context, statements string) error { return askPostgres(ctx, address, statements) }
	return r, r.ask(context.Background(), "create role clerk login password '"+Password+"'; grant pg_read_all_data to clerk")
}

func newMaria() (*Database, error) {
	install, err := find("mariadb-install-db")
	if err != nil {
		return nil, err
	}
	server, err := find("mariadbd")
	if err != nil {
		return nil, err
	}
	dir, as, err := home("mysql", "nobody")
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	made := command(as, dir, install, "--no-defaults", "--datadir="+data, "--auth-root-authentication-method=normal", "--skip-test-db")
	if out, err := made.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	number, err := port()
	if err != nil {
		return nil, err
	}
	socket := filepath.Join(dir, "socket")
	c := command(as, dir, server, "--no-defaults", "--datadir="+data, "--socket="+socket, "--port="+number, "--bind-address=127.0.0.1",
		"--pid-file="+filepath.Join(dir, "pid"), "--innodb-flush-log-at-trx-commit=0")
	address := net.JoinHostPort("127.0.0.1", number)
	r, err := run(c, dir, address, syscall.SIGTERM, func(ctx context.Context) error { return askMaria(ctx, socket, "", "select 1") })
	if err != nil {
		return nil, err
	}
	r.Base, r.ask = "exports", func(ctx context.Context, statements string) error {
		return askMaria(ctx, address, "exports", statements)
	}
	return r, askMaria(context.Background(), socket, "", strings.Join([]string{
		"create database exports character set utf8mb4",
		"create user master@'%' identified by '" + master + "'", "grant all on *.* to master@'%'",
		"create user clerk@'%' identified by '" + Password + "'", "grant all on exports.* to clerk@'%'", // more than it should have
	}, "; "))
}

func askPostgres(ctx context.Context, address, statements string) (err error) {
	conn, err := pgconn.Connect(ctx, "postgres://master:"+master+"@"+address+"/postgres?sslmode=disable")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	_, err = conn.Exec(ctx, statements).ReadAll()
	return err
}

// askMaria goes to a socket as root, or to a host and port as master.
func askMaria(ctx context.Context, address, database, statements string) (err error) {
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
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(ctx, statements)
	return err
}
