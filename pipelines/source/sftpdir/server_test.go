package sftpdir

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/crypto/ssh"

	"hulian/pipelines/source"
	"hulian/pipelines/source/sourcetest"
	"hulian/pipelines/source/sourcetest/servers"
)

// config reaches dir on the server with a password from the environment.
func config(t *testing.T, s *servers.SFTP, dir string) Config {
	t.Setenv("TEST_SFTP_PASSWORD", servers.SFTPPassword)
	return Config{
		Address: s.Address, User: "clerk", Password: "env:TEST_SFTP_PASSWORD", Folder: dir, HostKeys: s.Prints(),
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
		return made(t, config(t, servers.NewSFTP(t), write(t, files)), nil)
	})
}

func TestConformsOverABadLine(t *testing.T) {
	sourcetest.RunNetwork(t, func(t *testing.T, files []sourcetest.File) sourcetest.Origin {
		s := servers.NewSFTP(t)
		c := config(t, s, write(t, files))
		t.Setenv("TEST_SFTP_WRONG", "wr0ng password")
		return sourcetest.Origin{
			Server:  s.Address,
			Resumes: true,
			Secrets: []string{servers.SFTPPassword, "wr0ng password"},
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
