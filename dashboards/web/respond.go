package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"hulian/dashboards/assets"
	"hulian/dashboards/observe"
)

// answer is a complete response, made before a byte of it is sent.
type answer struct {
	status   int
	kind     string // media type
	body     []byte
	packed   []byte // gzip of body, or nil
	tag      string // entity tag, or empty
	filename string // of a download, or empty
	persons  bool   // holds names of persons in full
}

// compressible is the size from which compressing pays; below it the header costs more than it saves.
const compressible = 1024

var packers = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(nil, gzip.DefaultCompression)
	if err != nil {
		panic(err) // the level is a constant of the library
	}
	return w
}}

func pack(body []byte) []byte {
	if len(body) < compressible {
		return nil
	}
	var b bytes.Buffer
	w := packers.Get().(*gzip.Writer)
	defer packers.Put(w)
	w.Reset(&b)
	if _, err := w.Write(body); err != nil {
		return nil // the plain body is sent instead
	}
	if err := w.Close(); err != nil {
		return nil
	}
	return b.Bytes()
}

// sealed adds the compressed copy and the entity tag to an answer that will be kept or revalidated.
func (a answer) sealed() answer {
	sum := sha256.Sum256(a.body)
	a.tag = `W/"` + hex.EncodeToString(sum[:8]) + `"`
	a.packed = pack(a.body)
	return a
}

// send writes an answer, compressed where the browser takes it, or 304 where it has it already.
func send(w http.ResponseWriter, r *http.Request, a answer) {
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Add("Vary", "Accept-Encoding")
	if a.filename != "" {
		h.Set("Content-Disposition", `attachment; filename="`+a.filename+`"`)
	}
	if a.tag != "" {
		h.Set("ETag", a.tag)
		if a.status == http.StatusOK && tagMatches(r.Header.Get("If-None-Match"), a.tag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	body := a.body
	if a.packed != nil && acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = a.packed
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		// A failed write means the visitor has gone; there is nobody left to tell.
		_, _ = w.Write(body)
	}
}

// tagMatches compares weakly, as If-None-Match asks for.
func tagMatches(header, tag string) bool {
	bare := strings.TrimPrefix(tag, "W/")
	for candidate := range strings.SplitSeq(header, ",") {
		candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
		if candidate == "*" || candidate == bare {
			return true
		}
	}
	return false
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, quality, _ := strings.Cut(strings.TrimSpace(part), ";")
		if (name == "gzip" || name == "*") && strings.TrimSpace(quality) != "q=0" {
			return true
		}
	}
	return false
}

func (s *server) asset(w http.ResponseWriter, r *http.Request) error {
	f, ok := assets.Get(r.PathValue("name"))
	if !ok {
		return errNotFound
	}
	caching := "no-cache"
	if `"`+r.PathValue("hash")+`"` == f.Tag {
		caching = "public, max-age=31536000, immutable" // the address changes when the content does
	}
	w.Header().Set("Cache-Control", caching)
	send(w, r, answer{status: http.StatusOK, kind: f.Type, body: f.Body, packed: f.Gzip, tag: f.Tag})
	return nil
}

func (s *server) json(w http.ResponseWriter, r *http.Request, code int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		s.log(r.Context()).Error("answer cannot be written as JSON", "route", observe.RouteOf(r.Context()), "error", err)
		code, body = http.StatusInternalServerError, []byte(`{"error":"internal error; the reason is in the server's log"}`)
	}
	send(w, r, answer{status: code, kind: "application/json", body: append(body, '\n'), packed: pack(body)})
}

// attached names the file an answer is saved as.
func attached(h http.Header, name string) {
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
}
