package database

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"iter"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/source"
	"hulian/pipelines/source/secret"
	"hulian/pipelines/source/transfer"
)

// server is what differs between the kinds of servers.
type server interface {
	// connect logs in and opens a read-only transaction. The session breaks when ctx ends before it is closed.
	connect(ctx context.Context, c Config, password string, secured *tls.Config) (session, error)
	// said reports whether the server itself turned the attempt down; passing, that it may succeed later all the same;
	// late, that the time limit ended it.
	said(err error) (is, passing, late bool)
	scheme() string
}

type session interface {
	query(ctx context.Context, sql string) (rows, error)
	close()
}

type database struct {
	name    string
	config  Config
	server  server
	secured *tls.Config
	memory  source.Memory
}

// PostgreSQL makes a source of queries to a PostgreSQL server. Answers whose version memory holds are not offered; nil
// remembers nothing.
func PostgreSQL(name string, c Config, memory source.Memory) (source.Source, error) {
	return newDatabase(name, c.filled("5432"), postgres{}, memory)
}

// MySQL makes a source of queries to a MySQL or MariaDB server, as PostgreSQL does.
func MySQL(name string, c Config, memory source.Memory) (source.Source, error) {
	return newDatabase(name, c.filled("3306"), maria{}, memory)
}

func newDatabase(name string, c Config, s server, memory source.Memory) (source.Source, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	secured, err := c.tls()
	if err != nil {
		return nil, err
	}
	return &database{name: name, config: c, server: s, secured: secured, memory: memory}, nil
}

func (d *database) Name() string { return d.name }

// at is where an answer is found, for people.
func (d *database) at(q Query) string {
	return d.server.scheme() + "://" + d.config.Address + "/" + d.config.Database + "#" + q.Name
}

// Items connects once, for versions and to fail once for all queries, and offers the queries in the order given: a
// database tells no age.
func (d *database) Items(ctx context.Context) iter.Seq2[source.Item, error] {
	return func(yield func(source.Item, error) bool) {
		versions, err := d.versions(ctx)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			yield(source.Item{}, d.fault("ask", Query{}, err))
			return
		}
		for _, q := range d.config.Queries {
			if ctx.Err() != nil {
				yield(source.Item{}, ctx.Err())
				return
			}
			version, err := versions[q.Name].text, versions[q.Name].err
			if err == nil && version != "" && d.memory != nil && d.memory.Landed(d.at(q)) == version {
				continue
			}
			item := source.Item{Name: q.Name, Origin: d.at(q), Size: -1, Version: version, Open: func(ctx context.Context) (io.ReadCloser, error) {
				return d.open(ctx, q)
			}}
			if err != nil {
				err = d.fault("ask for the version of", q, err)
			}
			if !yield(item, err) {
				return
			}
		}
	}
}

type answer struct {
	text string
	err  error // of this query alone
}

// versions asks for the version of every query that has one.
func (d *database) versions(ctx context.Context) (map[string]answer, error) {
	limits := d.config.Limits.Filled()
	connecting := limits.Stall
	limits.Stall = max(limits.Stall, d.config.StatementTimeout)
	return transfer.Do(ctx, limits, func(ctx context.Context, alive func()) (map[string]answer, error) {
		s, values, err := d.connect(ctx, connecting)
		if err != nil {
			return nil, err
		}
		versions := map[string]answer{}
		defer func() {
			if s != nil {
				s.close()
			}
		}()
		for _, q := range d.config.Queries {
			alive()
			if q.Version == "" {
				continue
			}
			text, err := single(ctx, s, q.Version)
			if said, passing, _ := d.server.said(err); err != nil && (ctx.Err() != nil || !said && !errors.Is(err, errQuery) || passing) {
				return nil, secret.Redact(err, values...)
			}
			if err == nil {
				versions[q.Name] = answer{text: q.fingerprint() + ":" + text}
				continue
			}
			versions[q.Name] = answer{err: secret.Redact(err, values...)}
			s.close() // an error ends a transaction
			if s, _, err = d.connect(ctx, connecting); err != nil {
				return nil, err
			}
		}
		return versions, nil
	})
}

// single asks for one value.
func single(ctx context.Context, s session, sql string) (string, error) {
	r, err := s.query(ctx, sql)
	if err != nil {
		return "", err
	}
	defer r.close()
	cells, err := r.next()
	if transfer.AtEnd(err) || err == nil && len(cells) != 1 {
		return "", pipelines.Errorf("%w: the version is not one value", errQuery)
	}
	if err != nil {
		return "", err
	}
	text := string(cells[0])
	if _, err := r.next(); !transfer.AtEnd(err) {
		return "", pipelines.Errorf("%w: the version is not one value", errors.Join(errQuery, err))
	}
	return text, nil
}

// connect logs in with the password read anew, within the given time.
func (d *database) connect(ctx context.Context, within time.Duration) (_ session, values []secret.Value, err error) {
	password, err := d.config.Password.Read()
	if err != nil {
		return nil, nil, transfer.Permanent(err)
	}
	values = []secret.Value{password}
	inTime, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(within, func() { cancel(pipelines.Errorf("%w for %s", transfer.ErrStalled, within)) })
	s, err := d.server.connect(inTime, d.config, password.Reveal(), d.secured)
	if !timer.Stop() && err == nil {
		s.close()
		err = context.Cause(inTime)
	}
	if err != nil {
		defer cancel(nil)
		if cause := context.Cause(inTime); cause != nil && ctx.Err() == nil {
			return nil, nil, cause
		}
		return nil, nil, d.judge(secret.Redact(err, values...))
	}
	return &closing{s, cancel}, values, nil
}

// closing is a session whose context ends with it.
type closing struct {
	session
	cancel context.CancelCauseFunc
}

func (c *closing) close() {
	c.session.close()
	c.cancel(nil)
}

// errQuery is a query whose answer is of no use.
var errQuery = errors.New("the query must be mended")

// judge says which errors are for good: what the server said, unless that passes, and a server that is not the one it
// should be. Anything else may be the line.
func (d *database) judge(err error) error {
	var stranger *tls.CertificateVerificationError
	said, passing, _ := d.server.said(err)
	if said && !passing || errors.Is(err, errQuery) || errors.As(err, &stranger) {
		return transfer.Permanent(err)
	}
	return err
}

func (d *database) open(ctx context.Context, q Query) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	limits := d.config.Limits.Filled()
	connecting := limits.Stall
	limits.Stall = max(limits.Stall, d.config.StatementTimeout)
	return transfer.Open(ctx, limits, transfer.Content{
		Size:  -1,
		Fault: func(err error) error { return d.fault("ask for", q, err) },
		Open: func(ctx context.Context, _ int64) (io.ReadCloser, int64, error) {
			s, values, err := d.connect(ctx, connecting)
			if err != nil {
				return nil, 0, err
			}
			result, err := s.query(ctx, q.SQL)
			if err != nil {
				s.close()
				return nil, 0, d.judge(secret.Redact(err, values...))
			}
			t, err := newTable(result)
			if err != nil {
				result.close()
				s.close()
				return nil, 0, d.judge(err)
			}
			return &content{t, s, d, values}, 0, nil
		},
	})
}

// content is a result and the session it comes over.
type content struct {
	*table
	session  session
	database *database
	values   []secret.Value
}

func (c *content) Read(p []byte) (int, error) {
	n, err := c.table.Read(p)
	if err != nil && !transfer.AtEnd(err) {
		err = c.database.judge(secret.Redact(err, c.values...))
	}
	return n, err
}

func (c *content) Close() error {
	defer c.session.close()
	return c.table.Close()
}

func (d *database) fault(op string, q Query, err error) error {
	next := "check that the server can be reached from here; the next run tries again"
	var stranger *tls.CertificateVerificationError
	switch said, passing, late := d.server.said(err); {
	case errors.Is(err, secret.ErrUnread):
		next = secret.Advice
	case errors.Is(err, source.ErrChanged):
		next = `the answer came in another order after a break: add "order by" to the query`
	case errors.Is(err, transfer.ErrTooLarge):
		next = "raise max_size under limits if the answer is meant to be this large"
	case errors.As(err, &stranger):
		next = "name the server's certificate authority with ca, or ask who keeps the server"
	case late:
		next = "raise statement_timeout, or let the query ask for less"
	case passing:
		next = "the next run tries again; if it lasts, ask who keeps the server"
	case said, errors.Is(err, errQuery):
		next = "mend what is complained of: user, password, database, rights or the query"
	}
	return &pipelines.Fault{Op: op, At: d.at(q), Err: err, Next: next}
}
