package config

import (
	"cmp"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
	"hulian/pipelines/source/secret"
)

// Provider is an identity provider people may sign in by, beside their password here.
type Provider struct {
	Issuer     string           `yaml:"issuer"`      // its address; empty: there is none
	ClientID   string           `yaml:"client_id"`   // of this server, as the provider knows it
	Secret     secret.Reference `yaml:"secret"`      // empty: a client without a secret
	Claim      string           `yaml:"claim"`       // that holds the name of the account
	Title      data.Text        `yaml:"title"`       // of the button
	GroupClaim string           `yaml:"group_claim"` // that lists the groups somebody is in
	Groups     []Group          `yaml:"groups"`      // whose members get an account at their first sign-in; none: accounts must exist
}

// Group is a group of the provider with the role and the place its members get.
type Group struct {
	Name    string       `yaml:"name"`
	Role    visitor.Role `yaml:"role"`
	Village string       `yaml:"village"`
	Branch  string       `yaml:"branch"`
}

// Scope is the part of the town the members of the group are for.
func (g Group) Scope() visitor.Scope { return visitor.Scope{Village: g.Village, Branch: g.Branch} }

const (
	providerZh = `用上级的统一身份认证（OpenID Connect）登录：issuer 为其网址，client_id 和 secret 由对方分配（secret 写成 env:名称 或
file:/路径），claim 为账号名所在的字段，title 为登录按钮上的文字（zh、en）。server.address 必须写明，回调地址为其后加 /oidc/callback。账号须由管理员先建好；如写了
groups，所列各组的人第一次登录时自动建账号，按所写的角色；排在前面的组优先。`
	providerEn = `Signing in by an identity provider (OpenID Connect): issuer is its address; it gives client_id and secret (env:NAME or
file:/path); claim holds the name of the account. server.address must be set, and the provider leads back to it with
/oidc/callback. Accounts must exist; where groups are named, their members get one at their first sign-in, with that role,
by the first group that fits. An account that exists keeps the role the administrator gave it.
oidc:
  issuer: https://id.county.example
  client_id: hulian
  secret: file:/etc/hulian/oidc.secret
  claim: preferred_username
  title: {en: Sign in with the county's account}
  groups:
    - {name: hulian-analysts, role: analyst}
    - {name: xinyuan-secretary, role: village_secretary, village: V02}`
)

func readProvider(node *yaml.Node, c *Config) error {
	p := &c.Provider
	if err := data.Decode(node, p); err != nil {
		return err
	}
	at := func(field, says string) error {
		return pipelines.Errorf("line %d: oidc: %s: %s", node.Line, field, says)
	}
	if u, err := url.Parse(p.Issuer); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Scheme == "http" && !loopback(u.Hostname()+":"+cmp.Or(u.Port(), "80")) {
		return at("issuer", "it must be an address such as https://id.county.example")
	}
	if p.ClientID == "" {
		return at("client_id", "it must be set")
	}
	if err := p.Secret.Check(); err != nil {
		return at("secret", err.Error())
	}
	p.Claim, p.GroupClaim = cmp.Or(p.Claim, "preferred_username"), cmp.Or(p.GroupClaim, "groups")
	if p.Title == (data.Text{}) {
		p.Title = data.Text{Zh: "统一身份认证登录", En: "Sign in with the identity provider"}
	}
	p.Title.Zh, p.Title.En = cmp.Or(p.Title.Zh, p.Title.En), cmp.Or(p.Title.En, p.Title.Zh)
	for i, g := range p.Groups {
		scope := g.Scope()
		scope.Towns = []string{"the town"}
		switch err := scope.Check(g.Role); {
		case strings.TrimSpace(g.Name) == "":
			return at("groups", strconv.Itoa(i+1)+" has no name")
		case err != nil:
			return at("groups", g.Name+": "+err.Error())
		}
	}
	return nil
}

// errNoAddress says that an identity provider does not know where to lead back to.
var errNoAddress = errors.New("an identity provider leads back to the address people type, which server.address says")

func (c Config) leadsBack() error {
	if c.Provider.Issuer != "" && c.Server.Address == "" {
		return errNoAddress
	}
	return nil
}
