package notify

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"hulian/pipelines"
)

// letter is one mail a server took.
type letter struct {
	user, from string
	to         []string
	content    string
}

// post is a real mail server.
type post struct {
	address  string
	password string // empty: nobody has to log in
	mu       sync.Mutex
	letters  []letter
	refuse   int // how many letters it refuses first
}

type postman struct {
	post *post
	letter
}

func (p *postman) AuthMechanisms() []string {
	if p.post.password == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (p *postman) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "duty" || password != p.post.password {
			return smtp.ErrAuthFailed
		}
		p.user = user
		return nil
	}), nil
}

func (p *postman) Mail(from string, _ *smtp.MailOptions) error {
	if p.post.password != "" && p.user == "" {
		return smtp.ErrAuthRequired
	}
	p.from = from
	return nil
}
func (p *postman) Rcpt(to string, _ *smtp.RcptOptions) error { p.to = append(p.to, to); return nil }
func (p *postman) Reset()                                    { p.from, p.to = "", nil }
func (p *postman) Logout() error                             { return nil }
func (p *postman) Data(r io.Reader) error {
	content, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	p.post.mu.Lock()
	defer p.post.mu.Unlock()
	if p.post.refuse > 0 {
		p.post.refuse--
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "try later"}
	}
	p.content = string(content)
	p.post.letters = append(p.post.letters, p.letter)
	return nil
}

// certificate makes a certificate for 127.0.0.1 and returns the PEM file to trust.
func certificate(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(at, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, at
}

// open starts a mail server: with TLS from the first byte, by STARTTLS, or in the clear.
func (p *post) open(t *testing.T, protection string) (ca string) {
	t.Helper()
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &postman{post: p}, nil }))
	server.Domain = "localhost"
	server.ErrorLog = discard{}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.address = listener.Addr().String()
	if protection != Plain {
		var pair tls.Certificate
		pair, ca = certificate(t)
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{pair}}
		if protection == TLS {
			listener = tls.NewListener(listener, server.TLSConfig)
		}
	}
	go func() { _ = server.Serve(listener) }() // ends with Close
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return ca
}

type discard struct{}

func (discard) Printf(string, ...any) {}
func (discard) Println(...any)        {}

func TestMailArrives(t *testing.T) {
	for _, c := range []struct{ protection, password string }{{Plain, ""}, {STARTTLS, "hunter2"}, {TLS, "hunter2"}} {
		t.Run(c.protection, func(t *testing.T) {
			p := &post{password: c.password, refuse: 1}
			ca := p.open(t, c.protection)
			m := &Mail{Server: p.address, TLS: c.protection, From: "户联 <hulian@example.cn>", To: []string{"a@example.cn", "b@example.cn"}, CA: ca}
			if c.password != "" {
				m.User = "duty"
				t.Setenv("HULIAN_TEST_PASSWORD", c.password)
				m.Password = "env:HULIAN_TEST_PASSWORD"
			}
			o := outbox(t, Channel{Name: "mail", Mail: m})
			posted(t, o, failed)
			if err := o.Deliver(t.Context()); err == nil || !strings.Contains(err.Error(), "try later") {
				t.Fatalf("a server that is busy: %v", err)
			}
			o.now = func() time.Time { return time.Now().Add(time.Hour) }
			if err := o.Deliver(t.Context()); err != nil {
				t.Fatal(err)
			}
			if len(p.letters) != 1 {
				t.Fatalf("%d letters", len(p.letters))
			}
			got := p.letters[0]
			if got.from != "hulian@example.cn" || strings.Join(got.to, " ") != "a@example.cn b@example.cn" || (c.password != "") != (got.user == "duty") {
				t.Errorf("envelope %+v", got)
			}
			message, err := mail.ReadMessage(strings.NewReader(got.content))
			if err != nil {
				t.Fatal(err)
			}
			subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
			n := notices(t, o)[0]
			if err != nil || subject != n.Title || message.Header.Get("Message-Id") != "<"+n.ID+"@example.cn>" || message.Header.Get("Auto-Submitted") != "auto-generated" {
				t.Errorf("%v, header %v", err, message.Header)
			}
			body, err := io.ReadAll(quotedprintable.NewReader(message.Body))
			if err != nil || !strings.Contains(string(body), "没有完成") || !strings.Contains(string(body), "no route to host") {
				t.Errorf("%v, body %s", err, body)
			}
		})
	}
}

func TestMailIsNotSentWhereItIsNotSafe(t *testing.T) {
	t.Setenv("HULIAN_TEST_PASSWORD", "hunter2")
	login := func(p *post, protection, ca string) *Mail {
		return &Mail{Server: p.address, TLS: protection, User: "duty", Password: "env:HULIAN_TEST_PASSWORD", From: "hulian@example.cn", To: []string{"a@example.cn"}, CA: ca}
	}
	for name, try := range map[string]func() (*post, *Mail){
		"no STARTTLS offered":   func() (*post, *Mail) { p := &post{}; p.open(t, Plain); return p, login(p, STARTTLS, "") },
		"a strange certificate": func() (*post, *Mail) { p := &post{password: "hunter2"}; p.open(t, TLS); return p, login(p, TLS, "") },
		"another password": func() (*post, *Mail) {
			p := &post{password: "another"}
			return p, login(p, TLS, p.open(t, TLS))
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, m := try()
			m.Server = p.address
			o := outbox(t, Channel{Name: "mail", Mail: m})
			posted(t, o, failed)
			err := o.Deliver(t.Context())
			if err == nil || strings.Contains(err.Error(), "hunter2") || len(p.letters) != 0 {
				t.Errorf("error %v, %d letters", err, len(p.letters))
			}
			if n := notices(t, o)[0]; n.State != pipelines.NoticeWaiting || n.Error == "" || errors.Is(err, io.EOF) {
				t.Errorf("%+v", n)
			}
		})
	}
}

// TestWhatIsForOnePersonGoesByOneMail: the first channel of mail that wants it takes it, to that person alone; a webhook never does.
func TestWhatIsForOnePersonGoesByOneMail(t *testing.T) {
	channels := []Channel{{Name: "group", Webhook: &Webhook{Kind: JSON, Address: "https://hook.example"}}, {Name: "failures", On: []pipelines.Event{pipelines.EventFailure}, Mail: &Mail{}},
		{Name: "post", Mail: &Mail{From: "hulian@town.example", To: []string{"all@town.example"}}}, {Name: "more", Mail: &Mail{}}}
	box := Open(t.TempDir(), channels, nil)
	h := Happening{Event: pipelines.EventAlert, Subject: "alert", Title: "t", Text: "x"}
	one, two := h, h
	one.To, two.To = "one@town.example", "two@town.example"
	for range 2 { // a run that is made again tells nobody again
		if err := box.Post([]Happening{h, one, two}); err != nil {
			t.Fatal(err)
		}
	}
	all, err := box.Notices()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, n := range all {
		got[n.Channel+" "+n.To]++
		if n.To == "" {
			continue
		}
		message, err := channels[2].Mail.message(n)
		if err != nil {
			t.Fatal(err)
		}
		if to := message.GetToString(); len(to) != 1 || !strings.Contains(to[0], n.To) {
			t.Errorf("%s goes to %v", n.To, to)
		}
	}
	if want := map[string]int{"group ": 1, "post ": 1, "more ": 1, "post one@town.example": 1, "post two@town.example": 1}; !cmp.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if !Mails(channels) || Mails(channels[:2]) {
		t.Error("whether there is mail for alerts is told wrongly")
	}
}
