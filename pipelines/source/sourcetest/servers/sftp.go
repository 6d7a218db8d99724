package servers

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// SFTPPassword is the clerk's.
const SFTPPassword = "pa55word of the clerk"

// SFTP is a real SSH server with SFTP that serves the file system, for reading.
type SFTP struct {
	Address string       // host:port
	Keys    []ssh.Signer // ECDSA, which the library prefers, and Ed25519
	Logins  atomic.Int64
	User    ssh.PublicKey // may log in by key
}

// NewSFTP starts a server that ends with the test.
func NewSFTP(t testing.TB) *SFTP {
	t.Helper()
	s := &SFTP{}
	config := &ssh.ServerConfig{
		PasswordCallback: func(_ ssh.ConnMetadata, given []byte) (*ssh.Permissions, error) {
			if string(given) != SFTPPassword {
				return nil, errors.New("wrong password")
			}
			return nil, nil
		},
		PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if s.User == nil || string(key.Marshal()) != string(s.User.Marshal()) {
				return nil, errors.New("unknown key")
			}
			return nil, nil
		},
	}
	_, second, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	first, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []crypto.Signer{first, second} {
		signer, err := ssh.NewSignerFromSigner(key)
		if err != nil {
			t.Fatal(err)
		}
		config.AddHostKey(signer)
		s.Keys = append(s.Keys, signer)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
	})
	s.Address = listener.Addr().String()
	go func() {
		for {
			raw, err := listener.Accept()
			if err != nil {
				return
			}
			go s.serve(raw, config)
		}
	}()
	return s
}

// serve keeps errors to itself: a client that leaves, or a connection that a test breaks, is what they come from, and the
// test looks at what the client is told.
func (s *SFTP) serve(raw net.Conn, config *ssh.ServerConfig) {
	defer func() { _ = raw.Close() }()
	_, channels, requests, err := ssh.NewServerConn(raw, config)
	if err != nil {
		return
	}
	s.Logins.Add(1)
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		channel, requests, err := offered.Accept()
		if err != nil {
			return
		}
		go func() {
			for request := range requests {
				_ = request.Reply(request.Type == "subsystem", nil)
			}
		}()
		go func() {
			defer func() { _ = channel.Close() }()
			files, err := sftp.NewServer(channel, sftp.ReadOnly())
			if err == nil && errors.Is(files.Serve(), io.EOF) {
				_ = files.Close()
			}
		}()
	}
}

// Prints are the fingerprints of its keys.
func (s *SFTP) Prints() (prints []string) {
	for _, key := range s.Keys {
		prints = append(prints, ssh.FingerprintSHA256(key.PublicKey()))
	}
	return prints
}
