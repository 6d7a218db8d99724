package sftpdir

import (
	"cmp"
	"encoding/base64"
	"errors"
	"net"
	"path"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"hulian/pipelines"
	"hulian/pipelines/source"
	"hulian/pipelines/source/secret"
	"hulian/pipelines/source/transfer"
)

// Config is one folder on one file server.
type Config struct {
	Address  string   `yaml:"address"`  // host or host:port; default port 22
	Folder   string   `yaml:"folder"`   // empty: where the server puts the user
	Patterns []string `yaml:"patterns"` // as of the folder source; none: all files

	User       string           `yaml:"user"`
	Password   secret.Reference `yaml:"password"`
	Key        secret.Reference `yaml:"key"` // private key in PEM form, e.g. file:/etc/hulian/id_ed25519
	Passphrase secret.Reference `yaml:"passphrase"`

	HostKeys   []string `yaml:"host_keys"`   // fingerprints of the server's keys: SHA256:…, as ssh-keygen -l shows them
	KnownHosts string   `yaml:"known_hosts"` // or a file in the form of ssh's known_hosts

	Settle time.Duration   `yaml:"settle"` // between the two looks at a file; default 5s
	Limits transfer.Limits `yaml:"limits"`
}

// settle is longer than for a folder: writers on a file server come over the same slow line as we do.
const settle = 5 * time.Second

func (c Config) filled() Config {
	if _, _, err := net.SplitHostPort(c.Address); err != nil && c.Address != "" {
		c.Address = net.JoinHostPort(strings.Trim(c.Address, "[]"), "22")
	}
	c.Folder = path.Clean(cmp.Or(c.Folder, "."))
	c.Settle = cmp.Or(c.Settle, settle)
	return c
}

func (c Config) check() error {
	for name, reference := range map[string]secret.Reference{"password": c.Password, "key": c.Key, "passphrase": c.Passphrase} {
		if err := reference.Check(); err != nil {
			return pipelines.Errorf("%s: %w", name, err)
		}
	}
	switch {
	case c.Address == "":
		return errors.New("address: it must name the server, as in files.town.example:22")
	case strings.ContainsAny(c.Address, "@/"):
		return errors.New("address: it must be host or host:port alone; the user and the folder have keys of their own")
	case c.User == "":
		return errors.New("user: it must be given")
	case c.Password == "" && c.Key == "":
		return errors.New("password or key must be given")
	case len(c.HostKeys) == 0 && c.KnownHosts == "":
		return errors.New("host_keys or known_hosts must tell the server's key; ask who keeps the server for its fingerprint")
	case c.Settle < 0:
		return errors.New("settle is below zero")
	}
	for _, print := range c.HostKeys {
		encoded, ok := strings.CutPrefix(print, "SHA256:")
		if sum, err := base64.RawStdEncoding.DecodeString(encoded); !ok || err != nil || len(sum) != 32 {
			return pipelines.Errorf("host_keys: %q is no fingerprint such as SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8", print)
		}
	}
	return errors.Join(source.CheckPatterns(c.Patterns), c.Limits.Check())
}

// methods reads the secrets anew and returns the ways to log in.
func (c Config) methods() (ways []ssh.AuthMethod, values []secret.Value, err error) {
	password, passwordErr := c.Password.Read()
	key, keyErr := c.Key.Read()
	passphrase, passphraseErr := c.Passphrase.Read()
	values = []secret.Value{password, key, passphrase}
	if err = errors.Join(passwordErr, keyErr, passphraseErr); err != nil {
		return nil, values, err
	}
	if !key.IsZero() {
		pem := []byte(key.Reveal() + "\n")
		var signer ssh.Signer
		if passphrase.IsZero() {
			signer, err = ssh.ParsePrivateKey(pem)
		} else {
			signer, err = ssh.ParsePrivateKeyWithPassphrase(pem, []byte(passphrase.Reveal()))
		}
		if err != nil {
			return nil, values, pipelines.Errorf("key %s: %w", c.Key, err)
		}
		ways = append(ways, ssh.PublicKeys(signer))
	}
	if !password.IsZero() {
		ways = append(ways, ssh.Password(password.Reveal()), ssh.KeyboardInteractive(
			func(_, _ string, questions []string, echoed []bool) ([]string, error) {
				answers := make([]string, len(questions))
				for i := range questions {
					if !echoed[i] { // only a question answered blindly asks for a password
						answers[i] = password.Reveal()
					}
				}
				return answers, nil
			}))
	}
	return ways, values, nil
}
