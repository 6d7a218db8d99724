package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hulian/pipelines"
	"hulian/pipelines/source"
	"hulian/pipelines/source/secret"
	"hulian/pipelines/source/sourcetest"
	"hulian/pipelines/source/transfer"
)

// serve starts a real server for the test.
func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// taken is what a source hands over in one pass: content by name, and what went wrong.
func taken(t *testing.T, src source.Source, memory source.Memory) (content map[string]string, err error) {
	t.Helper()
	content = map[string]string{}
	for item, problem := range src.Items(t.Context()) {
		var all []byte
		if problem == nil {
			all, problem = read(t.Context(), item)
		}
		if problem != nil {
			err = errors.Join(err, problem)
			continue
		}
		content[item.Name] = string(all)
		if memory != nil {
			if err := memory.Remember(item.Origin, item.Version); err != nil {
				t.Fatal(err)
			}
		}
	}
	return content, err
}

func read(ctx context.Context, item source.Item) ([]byte, error) {
	reader, err := item.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	return io.ReadAll(reader)
}

func opened(t *testing.T) source.Memory {
	t.Helper()
	memory, err := source.OpenMemory(filepath.Join(t.TempDir(), "sources.json"))
	if err != nil {
		t.Fatal(err)
	}
	return memory
}

func TestWhatHasLandedIsNotFetchedAgain(t *testing.T) {
	for name, stamp := range map[string]func(http.Header, int64){
		"by ETag":      func(h http.Header, v int64) { h.Set("ETag", fmt.Sprintf(`"v%d"`, v)) },
		"by weak ETag": func(h http.Header, v int64) { h.Set("ETag", fmt.Sprintf(`W/"v%d"`, v)) },
		"by date":      func(h http.Header, v int64) {},
	} {
		t.Run(name, func(t *testing.T) {
			var version, bytes atomic.Int64
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				v := version.Load()
				stamp(w.Header(), v)
				changed := time.Date(2018, 1, 31, 8, 0, int(v), 0, time.UTC)
				http.ServeContent(&counted{w, &bytes}, r, "visits.csv", changed, strings.NewReader(fmt.Sprintf("version %d", v)))
			})
			memory := opened(t)
			src := made(t, Config{Files: []File{{Address: server.URL + "/visits.csv"}}, Limits: sourcetest.Impatient}, memory)
			for _, step := range []struct {
				version int64
				want    map[string]string
			}{{1, map[string]string{"visits.csv": "version 1"}}, {1, map[string]string{}}, {2, map[string]string{"visits.csv": "version 2"}}, {2, map[string]string{}}} {
				version.Store(step.version)
				bytes.Store(0)
				got, err := taken(t, src, memory)
				if diff := cmp.Diff(step.want, got); diff != "" || err != nil {
					t.Errorf("version %d: %v\n%s", step.version, err, diff)
				}
				if len(step.want) == 0 && bytes.Load() > 0 {
					t.Errorf("version %d: %d bytes sent for a file that has landed", step.version, bytes.Load())
				}
			}
		})
	}
}

type counted struct {
	http.ResponseWriter
	bytes *atomic.Int64
}

func (c *counted) Write(p []byte) (int, error) {
	c.bytes.Add(int64(len(p)))
	return c.ResponseWriter.Write(p)
}

// TestADateOfThisVerySecondIsNoVersion: the file may change again within the second, unnoticed.
func TestADateOfThisVerySecondIsNoVersion(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "visits.csv", time.Now(), strings.NewReader("made anew for every request"))
	})
	memory := opened(t)
	src := made(t, Config{Files: []File{{Address: server.URL + "/visits.csv"}}}, memory)
	for range 2 {
		if got, err := taken(t, src, memory); len(got) != 1 || err != nil {
			t.Errorf("%v, %v", got, err)
		}
	}
}

func TestABrokenTransferAsksForTheRestOnly(t *testing.T) {
	large := sourcetest.Large("visits.csv")
	var sent atomic.Int64
	var ranges []string
	server := shelf(t, "", []sourcetest.File{large})
	inner := server.Config.Handler
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ranges = append(ranges, r.Header.Get("Range"))
		inner.ServeHTTP(&counted{w, &sent}, r)
	})
	wire := sourcetest.NewWire(t, strings.TrimPrefix(server.URL, "http://"))
	src := made(t, Config{Files: listed("http://"+wire.Address(), []sourcetest.File{large}), Limits: sourcetest.Impatient}, nil)
	wire.Fates(func(n int) sourcetest.Fate {
		if n == 0 {
			return sourcetest.Fate{After: 2 << 20, Break: true}
		}
		return sourcetest.Well
	})
	got, err := taken(t, src, nil)
	if err != nil || got["visits.csv"] != string(large.Content) {
		t.Fatalf("%d bytes, %v", len(got["visits.csv"]), err)
	}
	if last := ranges[len(ranges)-1]; !strings.HasPrefix(last, "bytes=") || last == "bytes=0-0" {
		t.Errorf("asked for %q", ranges)
	}
}

func TestSecretsGoToTheirServerAlone(t *testing.T) {
	t.Setenv("TEST_KEY", "k3y&of the town")
	seen := map[string][]string{}
	note := func(who string, r *http.Request) {
		seen[who] = append(seen[who], r.Header.Get("X-Grid-Key")+"|"+r.Header.Get("Authorization")+"|"+r.URL.Query().Get("appkey"))
	}
	store := serve(t, func(w http.ResponseWriter, r *http.Request) { note("store", r); reply(w, "content") })
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		note("server", r)
		http.Redirect(w, r, store.URL+"/elsewhere", http.StatusFound)
	})
	src := made(t, Config{
		Files:         []File{{Name: "a.csv", Address: server.URL + "/a?year=2018"}},
		SecretHeaders: map[string]secret.Reference{"X-Grid-Key": "env:TEST_KEY"},
		SecretQuery:   map[string]secret.Reference{"appkey": "env:TEST_KEY"},
		User:          "clerk", Password: "env:TEST_KEY", Limits: sourcetest.Impatient,
	}, nil)
	got, err := taken(t, src, nil)
	if diff := cmp.Diff(map[string]string{"a.csv": "content"}, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	for _, line := range seen["store"] {
		if line != "||" {
			t.Errorf("the other server was told %q", line)
		}
	}
	for _, line := range seen["server"] {
		if !strings.HasPrefix(line, "k3y&of the town|Basic ") || !strings.HasSuffix(line, "|k3y&of the town") {
			t.Errorf("the server was told %q", line)
		}
	}
	server.Close()
	_, err = taken(t, src, nil)
	if err == nil || strings.Contains(err.Error(), "k3y") || !strings.Contains(err.Error(), server.URL) {
		t.Errorf("a server that is gone: %v", err)
	}
}

func TestTheSecretIsReadAnewEachTime(t *testing.T) {
	at := filepath.Join(t.TempDir(), "token")
	server := serve(t, func(w http.ResponseWriter, r *http.Request) { reply(w, r.Header.Get("Authorization")) })
	src := made(t, Config{Files: []File{{Name: "a.csv", Address: server.URL}}, Token: secret.Reference("file:" + at)}, nil)
	for _, token := range []string{"first", "second"} {
		if err := os.WriteFile(at, []byte(token+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := taken(t, src, nil); got["a.csv"] != "Bearer "+token {
			t.Errorf("%v, %v", got, err)
		}
	}
	if err := os.Remove(at); err != nil {
		t.Fatal(err)
	}
	if _, err := taken(t, src, nil); err == nil || !strings.Contains(err.Error(), at) {
		t.Errorf("no secret: %v", err)
	}
}

// reply is what a server of a test says. Where it does not come through, the source says so, and the test looks at that.
func reply(w io.Writer, text string) { _, _ = io.WriteString(w, text) }

// TestRefusals: each answer, what is said of it, and how often the server was asked.
func TestRefusals(t *testing.T) {
	unmarked := func(w http.ResponseWriter, r *http.Request) {
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		reply(c, "HTTP/1.0 200 OK\r\n\r\nhalf of it")
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		says    []string
		asked   int
	}{
		"not found":    {http.NotFound, []string{"404 Not Found", "check the address"}, 1},
		"forbidden":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) }, []string{"403 Forbidden", "token"}, 1},
		"out of order": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, []string{"503", "tried 3 times"}, 3},
		"log-in page": {func(w http.ResponseWriter, _ *http.Request) {
			reply(w, "<!doctype html><title>登录</title>")
		}, []string{"web page", "browser"}, 1},
		"unmarked end": {unmarked, []string{"half of it", "accept_unmarked_end"}, 1},
		"compressed": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			reply(w, "x")
		}, []string{"compresses", "br"}, 1},
		"too large":      {func(w http.ResponseWriter, _ *http.Request) { reply(w, strings.Repeat("\x00", 3000)) }, []string{"larger than allowed", "max_size"}, 2},
		"for ever round": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/again", http.StatusFound) }, []string{"ten times"}, 10},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int64
			server := serve(t, func(w http.ResponseWriter, r *http.Request) { asked.Add(1); c.handler(w, r) })
			limits := sourcetest.Impatient
			limits.MaxSize = 2000
			got, err := taken(t, made(t, Config{Files: []File{{Name: "a.csv", Address: server.URL + "/a"}}, Limits: limits}, nil), nil)
			if err == nil {
				t.Fatalf("taken: %q", got)
			}
			for _, part := range append(c.says, server.URL+"/a") {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%v does not say %q", err, part)
				}
			}
			if int(asked.Load()) != c.asked {
				t.Errorf("asked %d times, want %d", asked.Load(), c.asked)
			}
		})
	}
	t.Run("unmarked end, accepted", func(t *testing.T) {
		c := Config{Files: []File{{Name: "a.csv", Address: serve(t, unmarked).URL}}, AcceptUnmarkedEnd: true}
		if got, err := taken(t, made(t, c, nil), nil); got["a.csv"] != "half of it" {
			t.Errorf("%q, %v", got, err)
		}
	})
	t.Run("one of two", func(t *testing.T) {
		server := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/gone" {
				http.NotFound(w, r)
				return
			}
			reply(w, "here")
		})
		c := Config{Files: []File{{Address: server.URL + "/gone"}, {Address: server.URL + "/here"}}}
		got, err := taken(t, made(t, c, nil), nil)
		var fault *pipelines.Fault
		if diff := cmp.Diff(map[string]string{"here": "here"}, got); diff != "" || !errors.As(err, &fault) {
			t.Errorf("%v\n%s", err, diff)
		}
	})
}

func TestTheServerMayAskForTime(t *testing.T) {
	var asked atomic.Int64
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) == 1 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		reply(w, "here")
	})
	began := time.Now()
	got, err := taken(t, made(t, Config{Files: []File{{Name: "a", Address: server.URL}}, Limits: sourcetest.Impatient}, nil), nil)
	if got["a"] != "here" || time.Since(began) < time.Second {
		t.Errorf("%v, %v after %s", got, err, time.Since(began))
	}
	now := time.Date(2018, 1, 31, 8, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{"120": 2 * time.Minute, "Wed, 31 Jan 2018 08:01:00 GMT": time.Minute, "": 0, "soon": 0, "-5": 0} {
		if got := retryAfter(text, now); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestAStrangersCertificateIsRefusedAtOnce(t *testing.T) {
	var connections atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { reply(w, "here") }))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			connections.Add(1)
		}
	}
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains of the handshake we refuse
	server.StartTLS()
	defer server.Close()
	c := Config{Files: []File{{Name: "a", Address: server.URL}}, Limits: transfer.Limits{FirstWait: time.Millisecond}}
	if got, err := taken(t, made(t, c, nil), nil); err == nil || connections.Load() != 1 {
		t.Errorf("%v, %v, %d connections", got, err, connections.Load())
	}
	c.CA = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(c.CA, pemOf(server.Certificate().Raw), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := taken(t, made(t, c, nil), nil); got["a"] != "here" {
		t.Errorf("%v, %v", got, err)
	}
	plain := serve(t, func(w http.ResponseWriter, _ *http.Request) { reply(w, "read along") })
	server.Config.Handler = http.RedirectHandler(plain.URL, http.StatusFound)
	if got, err := taken(t, made(t, c, nil), nil); err == nil || !strings.Contains(err.Error(), "https to http") {
		t.Errorf("%v, %v", got, err)
	}
}

func TestBadConfigurationsAreRefused(t *testing.T) {
	with := func(edit func(*Config)) Config {
		c := Config{Files: []File{{Address: "https://town.example/a.csv"}}}
		edit(&c)
		return c
	}
	for says, c := range map[string]Config{
		"no address":           {},
		"https://":             {Files: []File{{Address: "town.example/a.csv"}}},
		"belong into user":     {Files: []File{{Address: "https://u:hunter2@town.example/"}}},
		"cannot be read":       {Files: []File{{Address: "https://u:hunter2@town.exa mple/%zz"}}},
		"another server":       {Files: []File{{Address: "https://a.example/a"}, {Address: "https://b.example/b"}}},
		"stands twice":         {Files: []File{{Address: "https://a.example/a"}, {Address: "https://a.example/x/a"}}},
		"no file name":         {Files: []File{{Name: "../a", Address: "https://a.example/a"}}},
		"secrets go to":        with(func(c *Config) { c.Headers = map[string]string{"authorization": "Bearer hunter2"} }),
		"token: a secret":      with(func(c *Config) { c.Token = "hunter2" }),
		"X-K: a secret":        with(func(c *Config) { c.SecretHeaders = map[string]secret.Reference{"X-K": "hunter2"} }),
		"go together":          with(func(c *Config) { c.User = "clerk" }),
		"both be sent":         with(func(c *Config) { c.User, c.Password, c.Token = "clerk", "env:A", "env:B" }),
		"below zero":           with(func(c *Config) { c.Limits.Tries = -1 }),
		"json or csv":          with(func(c *Config) { c.Files[0].Paging = &Paging{By: "link"} }),
		"link, next, page":     with(func(c *Config) { c.Files[0].Paging = &Paging{Format: "json", By: "cursor"} }),
		"needs a parameter":    with(func(c *Config) { c.Files[0].Paging = &Paging{Format: "json", By: "page"} }),
		"next_field goes":      with(func(c *Config) { c.Files[0].Paging = &Paging{Format: "json", By: "next"} }),
		"are for json":         with(func(c *Config) { c.Files[0].Paging = &Paging{Format: "csv", By: "link", Records: "data"} }),
		"no certificate":       with(func(c *Config) { c.CA = os.DevNull }),
		"first and most_pages": with(func(c *Config) { c.Files[0].Paging = &Paging{Format: "csv", By: "link", First: -1} }),
	} {
		if _, err := New("a", c, nil); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v does not say %q", err, says)
		}
	}
	if u, err := url.Parse("HTTPS://Town.example/"); err != nil || placeOf(u) != (place{"https", "town.example"}) {
		t.Error("a place is spelled in two ways")
	}
}
