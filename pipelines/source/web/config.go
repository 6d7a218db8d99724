package web

import (
	"errors"
	"net/http"
	"net/textproto"
	"net/url"
	"path"
	"slices"
	"strings"

	"hulian/pipelines"
	"hulian/pipelines/source/secret"
	"hulian/pipelines/source/transfer"
)

// Config is one web server and the addresses wanted from it.
type Config struct {
	Files []File `yaml:"files"`

	Headers       map[string]string           `yaml:"headers"`        // sent with every request
	SecretHeaders map[string]secret.Reference `yaml:"secret_headers"` // such as X-Api-Key: env:GRID_KEY
	SecretQuery   map[string]secret.Reference `yaml:"secret_query"`   // parameters added to every address
	Token         secret.Reference            `yaml:"token"`          // sent as Authorization: Bearer
	User          string                      `yaml:"user"`           // with password: Authorization: Basic
	Password      secret.Reference            `yaml:"password"`
	CA            string                      `yaml:"ca"` // PEM file of certificate authorities trusted instead of the system's

	// AcceptUnmarkedEnd takes answers that neither tell their length nor mark their end, as HTTP/1.0 servers give.
	// A broken connection then looks like the end of the file.
	AcceptUnmarkedEnd bool `yaml:"accept_unmarked_end"`

	Limits transfer.Limits `yaml:"limits"`
}

// File is one address and the name its content lands under.
type File struct {
	Name    string  `yaml:"name"` // e.g. visits.csv; empty: the last part of the address
	Address string  `yaml:"address"`
	Paging  *Paging `yaml:"paging"` // nil: one answer is the whole file
}

// Paging says how an answer leads to the next one.
type Paging struct {
	Format string `yaml:"format"` // json: records become one line each; csv: rows are put under one header
	By     string `yaml:"by"`     // link, next, page or offset

	NextField string `yaml:"next_field"` // by next: where the JSON holds the next address, or a mark for Parameter: paging.next
	Parameter string `yaml:"parameter"`  // by page: counts pages; by offset: counts records; by next: takes the mark
	First     int    `yaml:"first"`      // by page: number of the first page
	Records   string `yaml:"records"`    // json: where the list of records is: data.items; empty: the answer is the list
	MostPages int    `yaml:"most_pages"` // more are refused; default 10000
}

const mostPages = 10_000

// place is where secrets may be sent.
type place struct{ scheme, host string }

func placeOf(u *url.URL) place { return place{strings.ToLower(u.Scheme), strings.ToLower(u.Host)} }

// check refuses what cannot be meant and returns the parsed address of each file.
func (c Config) check() (addresses []*url.URL, err error) {
	if len(c.Files) == 0 {
		return nil, errors.New("files: there is no address")
	}
	names := map[string]bool{}
	for i := range c.Files {
		f := &c.Files[i]
		u, err := address(f.Address)
		if err != nil {
			return nil, pipelines.Errorf("files: number %d: %w", i+1, err)
		}
		if len(addresses) > 0 && placeOf(u) != placeOf(addresses[0]) {
			return nil, pipelines.Errorf("files: %s is on another server than %s: make it a source of its own, so that no secret goes astray", f.Address, c.Files[0].Address)
		}
		addresses = append(addresses, u)
		if f.Name == "" {
			f.Name = path.Base(u.Path)
		}
		if f.Name == "." || f.Name == "/" || strings.ContainsAny(f.Name, "\\\x00") || path.Clean("/"+f.Name) != "/"+f.Name {
			return nil, pipelines.Errorf("files: %s: name %q is no file name such as visits.csv", f.Address, f.Name)
		}
		if names[f.Name] {
			return nil, pipelines.Errorf("files: the name %q stands twice", f.Name)
		}
		names[f.Name] = true
		if err := f.Paging.check(); err != nil {
			return nil, pipelines.Errorf("files: %s: paging: %w", f.Name, err)
		}
	}
	return addresses, errors.Join(c.checkSecrets(), c.Limits.Check())
}

func address(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("the address cannot be read") // it may hold a password: not repeated
	case u.User != nil:
		return nil, errors.New("the address holds a user or password: they belong into user and password")
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, pipelines.Errorf("address %q does not begin with https:// or http:// and a host", text)
	}
	u.Fragment = ""
	return u, nil
}

// guarded headers carry secrets or are set by this package.
var guarded = []string{"Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key", "Range", "If-Range", "If-None-Match", "If-Modified-Since", "Accept-Encoding", "Host"}

func (c Config) checkSecrets() error {
	for name := range c.Headers {
		if slices.Contains(guarded, textproto.CanonicalMIMEHeaderKey(name)) {
			return pipelines.Errorf("headers: %s cannot be set here; secrets go to token, password or secret_headers", name)
		}
	}
	for key, references := range map[string]map[string]secret.Reference{
		"secret_headers": c.SecretHeaders, "secret_query": c.SecretQuery, "": {"token": c.Token, "password": c.Password},
	} {
		for name, reference := range references {
			if err := reference.Check(); err != nil {
				return pipelines.Errorf("%s: %w", strings.TrimPrefix(key+" "+name, " "), err)
			}
		}
	}
	if (c.User == "") != (c.Password == "") {
		return errors.New("user and password go together")
	}
	if c.Token != "" && c.User != "" {
		return errors.New("a token and a password cannot both be sent")
	}
	return nil
}

func (p *Paging) check() error {
	if p == nil {
		return nil
	}
	if p.Format != "json" && p.Format != "csv" {
		return pipelines.Errorf("format is %q: it must be json or csv", p.Format)
	}
	wants := map[string]struct{ parameter, field bool }{
		"link": {false, false}, "next": {false, true}, "page": {true, false}, "offset": {true, false},
	}
	w, ok := wants[p.By]
	switch {
	case !ok:
		return pipelines.Errorf("by is %q: it must be link, next, page or offset", p.By)
	case w.parameter && p.Parameter == "":
		return pipelines.Errorf("by %s needs a parameter", p.By)
	case w.field != (p.NextField != ""):
		return errors.New("next_field goes together with by: next")
	case p.Format == "csv" && (p.NextField != "" || p.Records != ""):
		return errors.New("next_field and records are for json")
	case p.First < 0 || p.MostPages < 0:
		return errors.New("first and most_pages cannot be below zero")
	}
	return nil
}

// secrets reads all secrets anew: what is added to each request, and the values no message may show.
func (c Config) secrets() (header http.Header, query url.Values, values []secret.Value, err error) {
	header, query = http.Header{}, url.Values{}
	read := func(reference secret.Reference) (text string) {
		v, problem := reference.Read()
		err = errors.Join(err, problem)
		values = append(values, v)
		return v.Reveal()
	}
	for name, reference := range c.SecretHeaders {
		header.Set(name, read(reference))
	}
	for name, reference := range c.SecretQuery {
		query.Set(name, read(reference))
	}
	if c.Token != "" {
		header.Set("Authorization", "Bearer "+read(c.Token))
	}
	if c.User != "" {
		r := http.Request{Header: header}
		r.SetBasicAuth(c.User, read(c.Password))
	}
	return header, query, values, err
}
