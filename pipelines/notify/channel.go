package notify

import (
	"cmp"
	"errors"
	"net"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"hulian/pipelines"
	"hulian/pipelines/source/secret"
)

// Channel is one way to tell people, and what of.
type Channel struct {
	Name    string            `yaml:"name"`
	On      []pipelines.Event `yaml:"on"`      // failure, month_ready, held, alert, papers; empty: all
	Link    string            `yaml:"link"`    // address of the dashboards as people reach them; empty: none is named
	Webhook *Webhook          `yaml:"webhook"` // this
	Mail    *Mail             `yaml:"mail"`    // or this
}

// Kinds of webhooks.
const (
	WeCom    = "wecom"
	DingTalk = "dingtalk"
	JSON     = "json"
)

// Webhook is an address notices are posted to.
type Webhook struct {
	Kind    string           `yaml:"kind"`
	Address string           `yaml:"address"` // env:NAME or file:/path; for json also the address itself, where it holds no key
	Secret  secret.Reference `yaml:"secret"`  // dingtalk: of the signature; json: signs the body (X-Hulian-Signature)
	Token   secret.Reference `yaml:"token"`   // json: sent as Authorization: Bearer
	CA      string           `yaml:"ca"`      // PEM file of certificate authorities trusted instead of the system's
}

// Ways to protect a connection to a mail server.
const (
	TLS      = "tls"      // from the first byte, mostly port 465
	STARTTLS = "starttls" // after a word in the clear, mostly port 587; refused where the server does not offer it
	Plain    = "none"
)

// Mail is a mail server and whom it is to reach.
type Mail struct {
	Server   string           `yaml:"server"` // host:port
	TLS      string           `yaml:"tls"`    // tls, starttls or none; empty: starttls
	User     string           `yaml:"user"`
	Password secret.Reference `yaml:"password"`
	From     string           `yaml:"from"`
	To       []string         `yaml:"to"`
	CA       string           `yaml:"ca"` // PEM file of certificate authorities trusted instead of the system's
}

var events = []pipelines.Event{pipelines.EventFailure, pipelines.EventMonthReady, pipelines.EventHeld, pipelines.EventAlert, pipelines.EventPapers}

// Check refuses what cannot be meant, with the field and the reason.
func (c Channel) Check() error {
	for _, on := range c.On {
		if !slices.Contains(events, on) {
			return pipelines.Errorf("on: there is no %q; there are failure, month_ready, held, alert, papers", on)
		}
	}
	if c.Link != "" {
		if u, err := url.Parse(c.Link); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return errors.New("link: it must be an address such as https://dashboards.example")
		}
	}
	switch {
	case (c.Webhook == nil) == (c.Mail == nil):
		return errors.New("it needs either webhook or mail")
	case c.Webhook != nil:
		if err := c.Webhook.check(); err != nil {
			return pipelines.Errorf("webhook: %w", err)
		}
	default:
		if err := c.Mail.check(); err != nil {
			return pipelines.Errorf("mail: %w", err)
		}
	}
	return nil
}

// Mails reports whether some channel sends mail to a person who asked for alerts.
func Mails(channels []Channel) bool {
	return slices.ContainsFunc(channels, func(c Channel) bool { return c.Mail != nil && c.wants(pipelines.EventAlert) })
}

// wants reports whether the channel is told of an event.
func (c Channel) wants(e pipelines.Event) bool { return len(c.On) == 0 || slices.Contains(c.On, e) }

func (w Webhook) check() error {
	if !slices.Contains([]string{WeCom, DingTalk, JSON}, w.Kind) {
		return pipelines.Errorf("kind is %q: it must be wecom, dingtalk or json", w.Kind)
	}
	for field, reference := range map[string]secret.Reference{"secret": w.Secret, "token": w.Token} {
		if err := reference.Check(); err != nil {
			return pipelines.Errorf("%s: %w", field, err)
		}
	}
	if w.Kind == WeCom && w.Secret != "" || w.Kind != JSON && w.Token != "" {
		return pipelines.Errorf("%s takes no such secret: its key is in the address", w.Kind)
	}
	if w.Address == "" {
		return errors.New("address: it must be given")
	}
	if w.referred() {
		return secret.Reference(w.Address).Check()
	}
	if w.Kind != JSON {
		return pipelines.Errorf("address: that of %s holds a key: name it as env:NAME or file:/path", w.Kind)
	}
	u, err := target(w.Address)
	if err != nil {
		return err
	}
	if u.User != nil || u.RawQuery != "" {
		return errors.New("address: it holds a user or parameters, which may be keys: name it as env:NAME or file:/path")
	}
	return nil
}

// referred reports whether the address is kept elsewhere.
func (w Webhook) referred() bool {
	return strings.HasPrefix(w.Address, "env:") || strings.HasPrefix(w.Address, "file:")
}

// target reads an address; it is never repeated, because it may hold a key.
func target(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("address: it must begin with https:// or http:// and a host")
	}
	return u, nil
}

func (m Mail) check() error {
	host, port, err := net.SplitHostPort(m.Server)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil || host == "" {
		return errors.New("server: it must be host:port, such as smtp.example.cn:465")
	}
	protection := cmp.Or(m.TLS, STARTTLS)
	if !slices.Contains([]string{TLS, STARTTLS, Plain}, protection) {
		return pipelines.Errorf("tls is %q: it must be tls, starttls or none", m.TLS)
	}
	if err := m.Password.Check(); err != nil {
		return pipelines.Errorf("password: %w", err)
	}
	if (m.User == "") != (m.Password == "") {
		return errors.New("user and password go together")
	}
	if protection == Plain && m.Password != "" {
		return errors.New("tls: none would send the password in the clear")
	}
	if len(m.To) == 0 {
		return errors.New("to: there is no address")
	}
	for _, address := range append([]string{m.From}, m.To...) {
		if _, err := mail.ParseAddress(address); err != nil {
			return pipelines.Errorf("%q is no mail address", address)
		}
	}
	return nil
}
