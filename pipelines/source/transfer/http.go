package transfer

import (
	"crypto/tls"
	"crypto/x509"
	"hulian/pipelines"
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
	trusted, err := Authorities(ca)
	if err != nil {
		return nil, err
	}
	if trusted != nil {
		transport.TLSClientConfig = &tls.Config{RootCAs: trusted}
	}
	return transport, nil
}

// Authorities reads the certificate authorities of a PEM file, to be trusted instead of the system's; nil, which stands
// for the system's, where no file is named.
func Authorities(ca string) (*x509.CertPool, error) {
	if ca == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(ca)
	if err != nil {
		return nil, pipelines.Errorf("ca: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, pipelines.Errorf("ca: %s holds no certificate in PEM form", ca)
	}
	return pool, nil
}
