package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// certify writes a certificate for this machine with its key, both as PEM files, and gives what trusts it.
func certify(t *testing.T, dir, name string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	made, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{"c.pem": {Type: "CERTIFICATE", Bytes: made}, "k.pem": {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(filepath.Join(dir, file), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		later := time.Now().Add(time.Duration(len(name)) * time.Second) // another time than the file before, on any file system
		if err := os.Chtimes(filepath.Join(dir, file), later, later); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	parsed, err := x509.ParseCertificate(made)
	if err != nil {
		t.Fatal(err)
	}
	pool.AddCert(parsed)
	return pool
}

// TestACertificateIsReadAnewWhenItsFileChanges serves by one, then by another, and goes on by that when its file is spoilt.
func TestACertificateIsReadAnewWhenItsFileChanges(t *testing.T) {
	dir := town(t, "listen: 0.0.0.0:0\nserver: {certificate: c.pem, key: k.pem}\n")
	c, err := Load(dir, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.TLS(); err == nil {
		t.Error("a certificate that is not there was taken")
	}
	first := certify(t, dir, "one")
	secured, err := c.TLS()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", secured)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.NotFoundHandler(), ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(listener) }() // ends with the test
	t.Cleanup(func() { _ = server.Close() })
	asks := func(trusted *x509.CertPool) error {
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}, DisableKeepAlives: true}}
		asked, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+listener.Addr().String(), nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(asked)
		if err == nil {
			err = answer.Body.Close()
		}
		return err
	}
	if err := asks(first); err != nil {
		t.Error(err)
	}
	second := certify(t, dir, "another")
	if err := asks(second); err != nil {
		t.Error(err)
	}
	if err := asks(first); err == nil {
		t.Error("the first certificate is still in use")
	}
	if err := os.WriteFile(filepath.Join(dir, "c.pem"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := asks(second); err != nil {
		t.Errorf("a spoilt file stopped the server: %v", err)
	}
}

func TestWhoIsAskedFor(t *testing.T) {
	for _, test := range []struct {
		file string
		want []string
	}{
		{"", []string{"localhost", "127.0.0.1", "::1", "127.0.0.1"}},
		{"listen: 0.0.0.0:80\nserver: {plain_http: true, address: 'https://hulian.example:8443', proxies: [10.0.0.5, 10.1.0.0/16], hosts: [hulian]}\n", []string{"localhost", "127.0.0.1", "::1", "hulian.example", "hulian"}},
		{"listen: 10.0.0.9:80\nserver: {plain_http: true}\n", []string{"localhost", "127.0.0.1", "::1", "10.0.0.9"}},
	} {
		c, err := Load(town(t, test.file), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, c.AllowedHosts()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.file, diff)
		}
		if n := len(c.Server.TrustedProxies()); n != len(c.Server.Proxies) {
			t.Errorf("%s: %d proxies", test.file, n)
		}
	}
}
