package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"hulian/pipelines/source"
	"hulian/pipelines/source/secret"
	"hulian/pipelines/source/sourcetest"
)

// shelf is an HTTP server with files, as a download folder behind a token.
func shelf(t *testing.T, token string, files []sourcetest.File) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if token != "" && r.Header.Get("Authorization") != "Bearer "+token {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		for _, f := range files {
			if r.URL.Path == "/export/"+f.Name {
				sum := sha256.Sum256(f.Content)
				w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
				http.ServeContent(w, r, f.Name, f.ModTime, bytes.NewReader(f.Content))
				return
			}
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(server.Close)
	return server
}

func listed(base string, files []sourcetest.File) (out []File) {
	for _, f := range files {
		out = append(out, File{Name: f.Name, Address: base + "/export/" + (&url.URL{Path: f.Name}).EscapedPath()})
	}
	return out
}

func made(t *testing.T, c Config, memory source.Memory) source.Source {
	t.Helper()
	src, err := New("town server", c, memory)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func TestConforms(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, files []sourcetest.File) source.Source {
		if len(files) == 0 {
			t.Skip("a configuration without an address is refused")
		}
		return made(t, Config{Files: listed(shelf(t, "", files).URL, files), Limits: sourcetest.Impatient}, nil)
	})
}

func TestConformsOverABadLine(t *testing.T) {
	for name, wrap := range map[string]func(http.Handler) http.Handler{
		"with ranges": func(h http.Handler) http.Handler { return h },
		"without ranges": func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.Header.Del("Range")
				h.ServeHTTP(w, r)
			})
		},
		"in chunks of unknown number": func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.Header.Del("Range")
				h.ServeHTTP(&lengthless{w}, r)
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			sourcetest.RunNetwork(t, func(t *testing.T, files []sourcetest.File) sourcetest.Origin {
				t.Setenv("TEST_TOKEN", "tok3n-of-the-town")
				t.Setenv("TEST_WRONG_TOKEN", "wr0ng-token")
				server := shelf(t, "tok3n-of-the-town", files)
				server.Config.Handler = wrap(server.Config.Handler)
				at := func(address string, token secret.Reference) source.Source {
					return made(t, Config{Files: listed("http://"+address, files), Token: token, Limits: sourcetest.Impatient}, nil)
				}
				return sourcetest.Origin{
					Server:  strings.TrimPrefix(server.URL, "http://"),
					Source:  func(address string) source.Source { return at(address, "env:TEST_TOKEN") },
					Resumes: name == "with ranges",
					Secrets: []string{"tok3n-of-the-town", "wr0ng-token"},
					Mangle:  func(t *testing.T, address string) source.Source { return at(address, "env:TEST_WRONG_TOKEN") },
				}
			})
		})
	}
}

// lengthless keeps a handler from telling the length.
type lengthless struct{ http.ResponseWriter }

func (l *lengthless) WriteHeader(code int) {
	l.Header().Del("Content-Length")
	l.ResponseWriter.WriteHeader(code)
}
