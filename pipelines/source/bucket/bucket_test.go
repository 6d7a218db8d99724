package bucket

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"hulian/pipelines"
	"hulian/pipelines/source"
	"hulian/pipelines/source/sourcetest"
)

const (
	accessKey = "AK1AOFTHETOWN"
	secretKey = "s3cret/key+of/the/town"
)

var day = time.Date(2018, 1, 31, 8, 0, 0, 0, time.UTC)

// store is a real S3 server with one bucket, exports. It does not check signatures, only who asks.
type store struct {
	backend gofakes3.Backend
	clock   gofakes3.TimeSourceAdvancer
	server  *httptest.Server
	ranges  []string
}

func newStore(t *testing.T, files []sourcetest.File) *store {
	t.Helper()
	s := &store{clock: gofakes3.FixedTimeSource(day)}
	s.backend = s3mem.New(s3mem.WithTimeSource(s.clock))
	if err := s.backend.CreateBucket("exports"); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		s.put(t, "town/"+f.Name, f.Content, f.ModTime)
	}
	inner := gofakes3.New(s.backend, gofakes3.WithTimeSource(s.clock), gofakes3.WithTimeSkewLimit(0)).Server()
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Authorization"), "Credential="+accessKey+"/") {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprintln(w, `<?xml version="1.0"?><Error><Code>InvalidAccessKeyId</Code><Message>The key does not exist.</Message></Error>`)
			return
		}
		s.ranges = append(s.ranges, r.Header.Get("Range"))
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(s.server.Close)
	return s
}

func (s *store) put(t *testing.T, key string, content []byte, changed time.Time) {
	t.Helper()
	s.clock.Advance(changed.Sub(s.clock.Now()))
	meta := map[string]string{"Last-Modified": changed.Format(http.TimeFormat)}
	if _, err := s.backend.PutObject("exports", key, meta, bytes.NewReader(content), int64(len(content)), nil); err != nil {
		t.Fatal(err)
	}
}

func (s *store) config(t *testing.T) Config {
	t.Setenv("TEST_ACCESS_KEY", accessKey)
	t.Setenv("TEST_SECRET_KEY", secretKey)
	return Config{
		Address: s.server.URL, Bucket: "exports", Prefix: "town/", AccessKey: "env:TEST_ACCESS_KEY", SecretKey: "env:TEST_SECRET_KEY",
		PathStyle: true, Region: "us-east-1", Limits: sourcetest.Impatient,
	}
}

func made(t *testing.T, c Config, memory source.Memory) source.Source {
	t.Helper()
	src, err := New("store", c, memory)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func TestConforms(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, files []sourcetest.File) source.Source {
		return made(t, newStore(t, files).config(t), nil)
	})
}

func TestConformsOverABadLine(t *testing.T) {
	sourcetest.RunNetwork(t, func(t *testing.T, files []sourcetest.File) sourcetest.Origin {
		s := newStore(t, files)
		c := s.config(t)
		t.Setenv("TEST_WRONG_KEY", "AK1AOFANOTHER")
		return sourcetest.Origin{
			Server:  strings.TrimPrefix(s.server.URL, "http://"),
			Resumes: true,
			Secrets: []string{secretKey, accessKey, "AK1AOFANOTHER"},
			Source: func(address string) source.Source {
				c.Address = "http://" + address
				return made(t, c, nil)
			},
			Mangle: func(t *testing.T, address string) source.Source {
				c.Address, c.AccessKey = "http://"+address, "env:TEST_WRONG_KEY"
				return made(t, c, nil)
			},
		}
	})
}

func names(t *testing.T, src source.Source) (names []string) {
	t.Helper()
	for item, err := range src.Items(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, item.Name)
	}
	return names
}

func TestPrefixPatternsAndWhatNobodyHandsIn(t *testing.T) {
	s := newStore(t, nil)
	for _, key := range []string{"town/a.csv", "town/2018-01/走访.xlsx", "town/2018-01/", "town/.trash/b.csv", "town/c.csv.part", "other/d.csv", "townhall.csv"} {
		s.put(t, key, []byte(key), day)
	}
	c := s.config(t)
	if diff := cmp.Diff([]string{"2018-01/走访.xlsx", "a.csv"}, names(t, made(t, c, nil))); diff != "" {
		t.Error(diff)
	}
	c.Patterns = []string{"*.csv"}
	if diff := cmp.Diff([]string{"a.csv"}, names(t, made(t, c, nil))); diff != "" {
		t.Error(diff)
	}
	c.Prefix, c.Patterns = "", nil
	if diff := cmp.Diff([]string{"other/d.csv", "town/2018-01/走访.xlsx", "town/a.csv", "townhall.csv"}, names(t, made(t, c, nil))); diff != "" {
		t.Error(diff)
	}
}

func TestManyObjectsAreListedInFull(t *testing.T) {
	s := newStore(t, nil)
	for i := range 2345 { // a store answers a thousand at a time
		s.put(t, fmt.Sprintf("town/%04d.csv", i), []byte("x"), day)
	}
	if got := names(t, made(t, s.config(t), nil)); len(got) != 2345 || !slices.IsSorted(got) {
		t.Errorf("%d objects, sorted: %v", len(got), slices.IsSorted(got))
	}
}

func TestWhatHasLandedIsNotOfferedAgain(t *testing.T) {
	s := newStore(t, []sourcetest.File{{Name: "a.csv", Content: []byte("a"), ModTime: day}, {Name: "b.csv", Content: []byte("b"), ModTime: day}})
	memory, err := source.OpenMemory(filepath.Join(t.TempDir(), "sources.json"))
	if err != nil {
		t.Fatal(err)
	}
	src := made(t, s.config(t), memory)
	var stale source.Item
	for item, err := range src.Items(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if err := memory.Remember(item.Origin, item.Version); err != nil {
			t.Fatal(err)
		}
		stale = item
	}
	if got := names(t, src); len(got) != 0 {
		t.Errorf("offers %v again", got)
	}
	s.put(t, "town/b.csv", []byte("B"), day.Add(time.Hour))
	if diff := cmp.Diff([]string{"b.csv"}, names(t, src)); diff != "" {
		t.Error(diff)
	}
	if _, err := stale.Open(t.Context()); !errors.Is(err, source.ErrChanged) {
		t.Errorf("an object changed after it was listed: %v", err)
	}
	if _, err := s.backend.DeleteObject("exports", "town/b.csv"); err != nil {
		t.Fatal(err)
	}
	if _, err := stale.Open(t.Context()); !errors.Is(err, source.ErrChanged) {
		t.Errorf("an object gone after it was listed: %v", err)
	}
}

func TestABucketThatIsNotThere(t *testing.T) {
	s := newStore(t, nil)
	c := s.config(t)
	c.Bucket = "nowhere"
	seen := 0
	for _, err := range made(t, c, nil).Items(t.Context()) {
		var fault *pipelines.Fault
		if seen++; !errors.As(err, &fault) || !strings.Contains(fault.Next, "bucket") || !strings.Contains(fault.At, s.server.URL+"/nowhere") {
			t.Errorf("%v", err)
		}
	}
	if seen != 1 || len(s.ranges) != 1 {
		t.Errorf("%d errors, asked %d times", seen, len(s.ranges))
	}
}

func TestBadConfigurationsAreRefused(t *testing.T) {
	good := Config{Address: "https://store.town.example", Bucket: "exports", AccessKey: "env:A", SecretKey: "env:S"}
	if _, err := New("a", good, nil); err != nil {
		t.Fatal(err)
	}
	for says, edit := range map[string]func(*Config){
		"host alone":     func(c *Config) { c.Address = "store.town.example" },
		"and a host":     func(c *Config) { c.Address = "https://store.town.example/exports" },
		"keys belong":    func(c *Config) { c.Address = "https://hunter2:hunter2@store.town.example" },
		"bucket":         func(c *Config) { c.Bucket = "" },
		"go together":    func(c *Config) { c.SecretKey = "" },
		"secret_key: a":  func(c *Config) { c.SecretKey = "hunter2" },
		"pattern":        func(c *Config) { c.Patterns = []string{"["} },
		"limits: tries":  func(c *Config) { c.Limits.Tries = -1 },
		"ca: open /none": func(c *Config) { c.CA = "/none" },
	} {
		c := good
		edit(&c)
		if _, err := New("a", c, nil); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v does not say %q", err, says)
		}
	}
}
