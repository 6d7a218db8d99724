package transfer

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"time"
)

// Transport carries HTTP requests without compression, since a compressed body has no offsets to go on at. ca names a
// PEM file of certificate authorities trusted instead of the system's; empty: the system's.
func Transport(ca string) (*http.Transport, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true
	transport.MaxIdleConnsPerHost = 1
	transport.IdleConnTimeout = 10 * time.Second
	if ca == "" {
		return transport, nil
	}
	pem, err := os.ReadFile(ca)
	if err != nil {
		return nil, fmt.Errorf("ca: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("ca: %s holds no certificate in PEM form", ca)
	}
	transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	return transport, nil
}
