package database

import (
	"cmp"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"net"
	"path"
	"strings"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/source/secret"
	"hulian/pipelines/source/transfer"
)

// Config is one database and what is asked of it.
type Config struct {
	Address  string           `yaml:"address"` // host or host:port; /…: a socket of this machine (PostgreSQL: its folder)
	Database string           `yaml:"database"`
	User     string           `yaml:"user"`
	Password secret.Reference `yaml:"password"` // empty: the server must do without
	TLS      string           `yaml:"tls"`      // verify (default), unverified (anybody in between can pose as the server) or off
	CA       string           `yaml:"ca"`       // PEM file of certificate authorities trusted instead of the system's

	Queries []Query `yaml:"queries"`

	TimeZone         string        `yaml:"time_zone"`         // of moments in the result; default Asia/Shanghai
	StatementTimeout time.Duration `yaml:"statement_timeout"` // of one query, rows included; default 10m

	// Limits hold as elsewhere, except that only connecting is held to stall: a query may think for as long as
	// statement_timeout.
	Limits transfer.Limits `yaml:"limits"`
}

// Query is one question and the name its answer lands under.
type Query struct {
	Name string `yaml:"name"` // e.g. visits.csv; .csv is added where it is missing
	SQL  string `yaml:"sql"`  // one statement; with "order by" a transfer that breaks can go on

	// Version gives one value that changes when the answer does, such as select max(updated_at) from visits. The query
	// is left out while it is the same. Empty: the query always runs.
	Version string `yaml:"version"`
}

const (
	timeZone         = "Asia/Shanghai"
	statementTimeout = 10 * time.Minute
)

func (c Config) filled(port string) Config {
	if _, _, err := net.SplitHostPort(c.Address); err != nil && c.Address != "" && !c.local() {
		c.Address = net.JoinHostPort(strings.Trim(c.Address, "[]"), port)
	}
	if c.TLS == "" {
		c.TLS = "verify"
		if c.local() {
			c.TLS = "off"
		}
	}
	c.TimeZone = cmp.Or(c.TimeZone, timeZone)
	c.StatementTimeout = cmp.Or(c.StatementTimeout, statementTimeout)
	queries := make([]Query, len(c.Queries))
	for i, q := range c.Queries {
		if q.Name != "" && !strings.HasSuffix(strings.ToLower(q.Name), ".csv") {
			q.Name += ".csv"
		}
		queries[i] = q
	}
	c.Queries = queries
	return c
}

// local says that the server is reached by a socket of this machine.
func (c Config) local() bool { return strings.HasPrefix(c.Address, "/") }

func (c Config) check() error {
	switch {
	case c.Address == "":
		return errors.New("address: it must name the server, as in db.town.example:5432")
	case !c.local() && strings.ContainsAny(c.Address, "@/"):
		return errors.New("address: it must be host or host:port alone; user and database have keys of their own")
	case c.User == "":
		return errors.New("user: it must be given")
	case c.Database == "":
		return errors.New("database: it must be given")
	case c.TLS != "verify" && c.TLS != "unverified" && c.TLS != "off":
		return pipelines.Errorf("tls is %q: it must be verify, unverified or off", c.TLS)
	case c.TLS != "verify" && c.CA != "":
		return errors.New("ca goes together with tls: verify")
	case c.StatementTimeout < time.Millisecond:
		return errors.New("statement_timeout: it must be a millisecond or more")
	case len(c.Queries) == 0:
		return errors.New("queries: there is none")
	}
	if err := c.Password.Check(); err != nil {
		return pipelines.Errorf("password: %w", err)
	}
	if _, err := time.LoadLocation(c.TimeZone); err != nil || c.TimeZone == "Local" {
		return pipelines.Errorf("time_zone %q is not a name such as Asia/Shanghai", c.TimeZone)
	}
	names := map[string]bool{}
	for i, q := range c.Queries {
		switch {
		case q.Name == "" || path.Clean("/"+q.Name) != "/"+q.Name || strings.ContainsAny(q.Name, "\\\x00"):
			return pipelines.Errorf("queries: number %d: name %q is no file name such as visits.csv", i+1, q.Name)
		case names[q.Name]:
			return pipelines.Errorf("queries: the name %q stands twice", q.Name)
		case strings.TrimSpace(q.SQL) == "":
			return pipelines.Errorf("queries: %s: sql: it must be given", q.Name)
		}
		names[q.Name] = true
	}
	return c.Limits.Check()
}

// tls is how the connection is secured, nil where it is not.
func (c Config) tls() (*tls.Config, error) {
	host, _, _ := net.SplitHostPort(c.Address)
	switch c.TLS {
	case "off":
		return nil, nil
	case "unverified":
		return &tls.Config{ServerName: host, InsecureSkipVerify: true}, nil //nolint:gosec // asked for by name
	}
	trusted, err := transfer.Authorities(c.CA)
	return &tls.Config{ServerName: host, RootCAs: trusted}, err
}

// fingerprint tells one wording of a query from another, so that a reworded query runs although its version is the same.
func (q Query) fingerprint() string {
	sum := sha256.Sum256([]byte(q.SQL))
	return hex.EncodeToString(sum[:6])
}
