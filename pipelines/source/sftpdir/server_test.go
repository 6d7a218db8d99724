package sftpdir

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"hulian/pipelines/source"
	"hulian/pipelines/source/sourcetest"
)

const password = "pa55word of the clerk"

// server is a real SSH server with SFTP that serves the file system.
type server struct {
	address string
	keys    []ssh.Signer // ECDSA, which the library prefers, and Ed25519
	logins  atomic.Int64
	user    ssh.PublicKey // may log in by key
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{}
	config := &ssh.ServerConfig{
		PasswordCallback: func(_ ssh.ConnMetadata, given []byte) (*ssh.Permissions, error) {
			if string(given) != password {
				return nil, errors.New("wrong password")
			}
			return nil, nil
		},
		PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if s.user == nil || string(key.Marshal()) != string(s.user.Marshal()) {
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
		s.keys = append(s.keys, signer)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	s.address = listener.Addr().String()
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

func (s *server) serve(raw net.Conn, config *ssh.ServerConfig) {
	defer raw.Close()
	_, channels, requests, err := ssh.NewServerConn(raw, config)
	if err != nil {
		return
	}
	s.logins.Add(1)
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		channel, requests, err := offered.Accept()
		if err != nil {
			return
		}
		go func() {
			for request := range requests {
				request.Reply(request.Type == "subsystem", nil)
			}
		}()
		go func() {
			defer channel.Close()
			files, err := sftp.NewServer(channel, sftp.ReadOnly())
			if err == nil && files.Serve() == io.EOF {
				files.Close()
			}
		}()
	}
}

func (s *server) prints() (prints []string) {
	for _, key := range s.keys {
		prints = append(prints, ssh.FingerprintSHA256(key.PublicKey()))
	}
	return prints
}

// config reaches dir on the server with a password from the environment.
func (s *server) config(t *testing.T, dir string) Config {
	t.Setenv("TEST_SFTP_PASSWORD", password)
	return Config{
		Address: s.address, User: "clerk", Password: "env:TEST_SFTP_PASSWORD", Folder: dir, HostKeys: s.prints(),
		Settle: 1, Limits: sourcetest.Impatient,
	}
}

func made(t *testing.T, c Config, memory source.Memory) *folder {
	t.Helper()
	src, err := New("file server", c, memory)
	if err != nil {
		t.Fatal(err)
	}
	return src.(*folder)
}

func write(t *testing.T, files []sourcetest.File) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, f := range files {
		at := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, f.Content, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(at, f.ModTime, f.ModTime); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestConforms(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, files []sourcetest.File) source.Source {
		return made(t, newServer(t).config(t, write(t, files)), nil)
	})
}

func TestConformsOverABadLine(t *testing.T) {
	sourcetest.RunNetwork(t, func(t *testing.T, files []sourcetest.File) sourcetest.Origin {
		s := newServer(t)
		c := s.config(t, write(t, files))
		t.Setenv("TEST_SFTP_WRONG", "wr0ng password")
		return sourcetest.Origin{
			Server:  s.address,
			Resumes: true,
			Secrets: []string{password, "wr0ng password"},
			Source: func(address string) source.Source {
				c.Address = address
				return made(t, c, nil)
			},
			Mangle: func(t *testing.T, address string) source.Source {
				c.Address, c.Password = address, "env:TEST_SFTP_WRONG"
				return made(t, c, nil)
			},
		}
	})
}

func privateKey(t *testing.T, passphrase string) (at string, public ssh.PublicKey) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var block *pem.Block
	if passphrase == "" {
		block, err = ssh.MarshalPrivateKey(key, "")
	} else {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte(passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	at = filepath.Join(t.TempDir(), "id_ed25519")
	if err := os.WriteFile(at, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromSigner(key)
	if err != nil {
		t.Fatal(err)
	}
	return at, signer.PublicKey()
}
