package config

import (
	"crypto/tls"
	"os"
	"sync"
	"time"

	"hulian/pipelines"
)

// certificate is a certificate with its key that is read anew where a file has changed. A changed one that cannot be read, such as
// one of which only the first file has been written, leaves the one before in use.
type certificate struct {
	certificate, key string

	mu    sync.Mutex
	read  *tls.Certificate
	times [2]time.Time
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var times [2]time.Time
	for i, path := range []string{c.certificate, c.key} {
		if info, err := os.Stat(path); err == nil {
			times[i] = info.ModTime()
		}
	}
	if c.read != nil && times == c.times {
		return c.read, nil
	}
	fresh, err := tls.LoadX509KeyPair(c.certificate, c.key)
	switch {
	case err == nil:
		c.read, c.times = &fresh, times
	case c.read == nil:
		return nil, &pipelines.Fault{Op: "read the certificate", At: c.certificate, Err: err, Next: "check server.certificate and server.key in " + FileName + ", and who may read the files"}
	}
	return c.read, nil
}
