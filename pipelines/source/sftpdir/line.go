package sftpdir

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"sync"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"hulian/pipelines"
	"hulian/pipelines/source/secret"
	"hulian/pipelines/source/transfer"
)

// line is the way to one server: at most one connection, shared while anybody uses it, since servers count log-ins.
type line struct {
	config Config
	mu     sync.Mutex
	shared *connection
}

type connection struct {
	ssh   *ssh.Client
	sftp  *sftp.Client
	users int // guarded by line.mu
}

// take returns a connection that breaks when ctx ends before leave is called.
func (l *line) take(ctx context.Context) (client *sftp.Client, leave func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	if l.shared == nil {
		if l.shared, err = l.config.connect(ctx); err != nil {
			return nil, nil, err
		}
		c := l.shared
		go func() { // a broken connection is not used again
			_ = c.ssh.Wait() // why it broke, those who use it are told
			l.mu.Lock()
			defer l.mu.Unlock()
			if l.shared == c {
				l.shared = nil
			}
		}()
	}
	c := l.shared
	c.users++
	stop := context.AfterFunc(ctx, func() { _ = c.ssh.Close() }) // who reads is told that ctx has ended
	return c.sftp, sync.OnceFunc(func() {
		stop()
		l.mu.Lock()
		defer l.mu.Unlock()
		if c.users--; c.users == 0 {
			if l.shared == c {
				l.shared = nil
			}
			_ = c.ssh.Close() // what was read was complete, or its reader was told otherwise
		}
	}), nil
}

// connect logs in. A server has keys of several kinds and shows the one asked for first; only a key of another kind
// may be known, so the kinds are tried in turn.
func (c Config) connect(ctx context.Context) (*connection, error) {
	ways, values, err := c.methods()
	if err != nil {
		return nil, transfer.Permanent(err)
	}
	known := func(string, net.Addr, ssh.PublicKey) error { return nil }
	if c.KnownHosts != "" {
		if known, err = knownhosts.New(c.KnownHosts); err != nil {
			return nil, transfer.Permanent(pipelines.Errorf("known_hosts: %w", err))
		}
	}
	kinds := slices.Clone(ssh.SupportedAlgorithms().HostKeys)
	var first error // about the key the server prefers to show
	for {
		made, err := c.handshake(ctx, ways, known, kinds)
		var stranger *strangerError
		var none *ssh.AlgorithmNegotiationError
		switch {
		case err == nil:
			return made, nil
		case errors.As(err, &stranger) && !stranger.fatal:
			first = cmp.Or(first, err)
			kinds = slices.DeleteFunc(kinds, func(kind string) bool { return slices.Contains(stranger.kinds, kind) })
			if len(kinds) == 0 {
				return nil, first
			}
		case errors.As(err, &none) && first != nil: // the server has no key of another kind
			return nil, first
		default:
			return nil, secret.Redact(err, values...)
		}
	}
}

// strangerError is a server whose key is not the known one.
type strangerError struct {
	print string
	kinds []string // algorithms that show this key
	fatal bool     // a key known to be revoked, or another key of the same kind
	why   error
}

func (s *strangerError) Error() string {
	text := "the server shows the key " + s.print + ", which is not the one known"
	if s.why != nil {
		text += ": " + s.why.Error()
	}
	return text
}

func (c Config) handshake(ctx context.Context, ways []ssh.AuthMethod, known ssh.HostKeyCallback, kinds []string) (_ *connection, err error) {
	raw, err := new(net.Dialer).DialContext(ctx, "tcp", c.Address)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() }) // the log-in below is told that ctx has ended
	defer stop()
	defer func() {
		if err != nil {
			_ = raw.Close() // closed already by what failed, in most cases; that error is returned
		}
	}()
	introduced := false
	var stranger *strangerError
	conn, channels, requests, err := ssh.NewClientConn(raw, c.Address, &ssh.ClientConfig{
		User: c.User, Auth: ways, HostKeyAlgorithms: kinds,
		HostKeyCallback: func(address string, remote net.Addr, key ssh.PublicKey) error {
			if stranger = c.recognise(known, address, remote, key); stranger != nil {
				return stranger
			}
			introduced = true
			return nil
		},
	})
	if err != nil {
		var algorithms *ssh.AlgorithmNegotiationError
		var network net.Error
		switch {
		case stranger != nil:
			return nil, transfer.Permanent(stranger) // the library does not wrap it everywhere
		case errors.As(err, &algorithms):
			return nil, transfer.Permanent(err)
		case introduced && !errors.As(err, &network) && !errors.Is(err, io.EOF) && ctx.Err() == nil:
			return nil, transfer.Permanent(&refusedError{err})
		}
		return nil, err
	}
	client := ssh.NewClient(conn, channels, requests)
	files, err := sftp.NewClient(client)
	if err != nil {
		return nil, pipelines.Errorf("the server lets in but offers no SFTP: %w", errors.Join(err, client.Close()))
	}
	return &connection{ssh: client, sftp: files}, nil
}

// refusedError is a log-in turned down.
type refusedError struct{ error }

func (r *refusedError) Unwrap() error { return r.error }

// recognise returns nil for a known key.
func (c Config) recognise(known ssh.HostKeyCallback, address string, remote net.Addr, key ssh.PublicKey) *strangerError {
	print := ssh.FingerprintSHA256(key)
	if slices.Contains(c.HostKeys, print) {
		return nil
	}
	s := &strangerError{print: print, kinds: algorithms(key)}
	if c.KnownHosts == "" {
		return s
	}
	if s.why = known(address, remote, key); s.why == nil {
		return nil
	}
	var other *knownhosts.KeyError
	if !errors.As(s.why, &other) {
		s.fatal = true
	} else {
		s.fatal = slices.ContainsFunc(other.Want, func(k knownhosts.KnownKey) bool { return k.Key.Type() == key.Type() })
	}
	return s
}

// algorithms lists what shows the same key, plain or in a certificate.
func algorithms(key ssh.PublicKey) []string {
	switch key.Type() {
	case ssh.KeyAlgoRSA:
		return []string{ssh.KeyAlgoRSA, ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSASHA512}
	case ssh.CertAlgoRSAv01:
		return []string{ssh.CertAlgoRSAv01, ssh.CertAlgoRSASHA256v01, ssh.CertAlgoRSASHA512v01}
	default:
		return []string{key.Type()}
	}
}
