package config

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"github.com/dustin/go-humanize"
	"go.yaml.in/yaml/v3"

	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/source/secret"
)

// Server says how the pages are reached from other machines.
type Server struct {
	Address     string   `yaml:"address"`     // as people type it, https://hulian.xiaolin.example; empty: the address of listen
	Certificate string   `yaml:"certificate"` // PEM file with its chain; empty: no TLS
	Key         string   `yaml:"key"`         // PEM file of the certificate's key
	Proxies     []string `yaml:"proxies"`     // addresses or networks of reverse proxies whose forwarded headers count
	Hosts       []string `yaml:"hosts"`       // further names the pages are asked for by
	PlainHTTP   bool     `yaml:"plain_http"`  // beyond this machine without TLS: passwords can be read on the way

	// UploadLimits are the largest uploads of roles, such as village_secretary: 50MB; a role left out hands in what the desk takes.
	UploadLimits map[visitor.Role]string `yaml:"upload_limits"`

	Questions int64 `yaml:"questions"` // in SQL that one account may ask in a minute, by the API; 0: 60

	MetricsToken secret.Reference `yaml:"metrics_token"` // by which a program on another machine reads /metrics; empty: on this machine alone
}

// serverExample explains the section, in Chinese and in English.
const (
	serverZh = `从别的电脑打开网页时用：address 为大家输入的网址；certificate 和 key 为证书和私钥文件（PEM），改了文件不必重启；前面有反向代理时在
proxies 中写它的地址。listen 不是本机地址时，必须有证书，或写明 plain_http: true（口令会在网上明文传送）。监控程序（Prometheus）在本机
可直接读取 /metrics；从别的机器读取时用 metrics_token 中的口令（env:名称 或 file:/路径）。upload_limits 限定某个角色一次可上传多少；questions 为一个账号每分钟可用 SQL 查询几次（默认 60）。`
	serverEn = `How the pages are reached from other machines: address is what people type; certificate and key are PEM files, read anew
when they change; proxies names a reverse proxy in front. Where listen is no address of this machine alone, a certificate
or plain_http: true is asked for: without TLS passwords can be read on the way. A monitor (Prometheus) reads /metrics on this
machine, and from another one by the token that metrics_token names (env:NAME or file:/path). upload_limits says how
much a role may hand in at once; questions, how many questions in SQL an account may ask a minute (60).
server:
  address: https://hulian.xiaolin.example
  certificate: /etc/hulian/certificate.pem
  key: /etc/hulian/key.pem
  hosts: [hulian]
  metrics_token: file:/etc/hulian/metrics.token
  upload_limits: {village_secretary: 50MB}`
)

func readServer(node *yaml.Node, c *Config) error {
	s := &c.Server
	if err := data.Decode(node, s); err != nil {
		return err
	}
	at := func(field, says string) error {
		return pipelines.Errorf("line %d: server: %s: %s", node.Line, field, says)
	}
	if s.Address != "" {
		u, err := url.Parse(s.Address)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
			return at("address", "it must be an address such as https://hulian.xiaolin.example")
		}
	}
	if (s.Certificate == "") != (s.Key == "") {
		return at("certificate", "certificate and key are named together")
	}
	for _, proxy := range s.Proxies {
		if _, err := network(proxy); err != nil {
			return at("proxies", fmt.Sprintf("%q must be an address such as 10.0.0.5, or a network such as 10.0.0.0/24", proxy))
		}
	}
	for role, size := range s.UploadLimits {
		if n, err := humanize.ParseBytes(size); !role.Known() || err != nil || n == 0 || n > 1<<40 {
			return at("upload_limits", fmt.Sprintf("%s: %s must be a role and a size, such as village_secretary: 50MB", role, size))
		}
	}
	if s.Questions < 0 || s.Questions > 1_000_000 {
		return at("questions", "it must be a number of questions a minute, such as 60")
	}
	if err := s.MetricsToken.Check(); err != nil {
		return at("metrics_token", err.Error())
	}
	for _, host := range s.Hosts {
		if host == "" || strings.ContainsAny(host, "/ *") || strings.Contains(host, "://") {
			return at("hosts", fmt.Sprintf("%q must be a name such as hulian, without http://", host))
		}
	}
	return nil
}

func network(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil {
		return address.Prefix(address.BitLen())
	}
	return netip.ParsePrefix(text)
}

// TrustedProxies are the networks whose forwarded headers count.
func (s Server) TrustedProxies() []netip.Prefix {
	var all []netip.Prefix
	for _, proxy := range s.Proxies {
		if n, err := network(proxy); err == nil { // checked by Load
			all = append(all, n)
		}
	}
	return all
}

// UploadLimit is how many bytes a role may hand in at once; 0: as many as anybody.
func (s Server) UploadLimit(r visitor.Role) int64 {
	n, err := humanize.ParseBytes(s.UploadLimits[r])
	if err != nil || n > 1<<40 { // none, for Load has checked them
		return 0
	}
	return int64(n)
}

// AllowedHosts are the names, without a port, that a request may ask for: those of this machine, that of address and those of
// hosts, and the address of listen where it names one.
func (c Config) AllowedHosts() []string {
	all := []string{"localhost", "127.0.0.1", "::1"}
	if u, err := url.Parse(c.Server.Address); err == nil && u.Hostname() != "" {
		all = append(all, u.Hostname())
	}
	if host, _, err := net.SplitHostPort(c.Listen); err == nil {
		if address, err := netip.ParseAddr(host); host != "" && (err != nil || !address.IsUnspecified()) {
			all = append(all, host)
		}
	}
	return append(all, c.Server.Hosts...)
}

// errPlain says that passwords would cross the network unprotected.
var errPlain = errors.New("the pages would be reached from other machines without TLS, and passwords could be read on the way")

// reach refuses to listen beyond this machine without TLS, unless that is said in so many words.
func (c Config) reach() error {
	s := c.Server
	if s.Certificate != "" || s.PlainHTTP || loopback(c.Listen) {
		return nil
	}
	return errPlain
}

func loopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// TLS gives the certificate of the server, read anew where its file has changed; nil where there is none.
func (c Config) TLS() (*tls.Config, error) {
	if c.Server.Certificate == "" {
		return nil, nil
	}
	kept := &certificate{certificate: c.inDir(c.Server.Certificate), key: c.inDir(c.Server.Key)}
	if _, err := kept.get(nil); err != nil {
		return nil, err
	}
	return &tls.Config{GetCertificate: kept.get, MinVersion: tls.VersionTLS12}, nil
}
