package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"hulian/dashboards/desk"
	"hulian/dashboards/facts"
	"hulian/dashboards/observe"
	"hulian/dashboards/refusal"
	"hulian/dashboards/signin"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/data"
	"hulian/pipelines"
)

// Root is where the API lies.
const Root = "/api/v1"

// Held is one generation of the data as a visitor sees it, held until it is released.
type Held struct {
	facts.Facts
	Release func()
}

// Config is what the API needs.
type Config struct {
	// Hold gives the current generation for the visitor of a request; pipelines.ErrNotPublished before there is one.
	Hold func(ctx context.Context) (Held, error)
	// Here is the town that is served.
	Here func() visitor.Place
	// Record writes into the audit trail what the visitor of a request has done; err is what came of it, and comes back.
	Record func(ctx context.Context, action trail.Action, object string, at visitor.Place, err error) error
	Runs   func() ([]pipelines.Run, error) // newest first; nil: none is shown
	Desk   *desk.Desk                      // takes files; nil: none are taken
	// MayUpload is how many bytes a visitor may hand in at once.
	MayUpload func(visitor.Visitor) int64
	// Ask answers a question in SQL from the tables as a visitor may read them. The error is a *pipelines.Fault where the question
	// is at fault. nil: nobody may ask.
	Ask func(ctx context.Context, v visitor.Visitor, sql string) (Table, error)
	// Changed lists the months that were corrected since they were signed, and Stamp changes when they do. nil: none are kept.
	Changed func(ctx context.Context) ([]string, error)
	Stamp   func() (string, error)
	Logger  *slog.Logger // nil: slog.Default
	Version string
}

// limit is how long an answer may take; uploads may take longer.
const limit = 30 * time.Second

// API is the handler of everything below Root.
type API struct {
	Config
	mux      *http.ServeMux
	patterns []string
	huma     huma.API
}

// recording is a mux that remembers its patterns, so that a test knows every route there is.
type recording struct{ a *API }

func (m recording) HandleFunc(pattern string, do func(http.ResponseWriter, *http.Request)) {
	m.a.patterns = append(m.a.patterns, pattern)
	m.a.mux.HandleFunc(pattern, do)
}

func (m recording) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.a.mux.ServeHTTP(w, r) }

// once sets the form of every error: the library keeps it in a variable of its own.
var once sync.Once

// New makes the API.
func New(c Config) *API {
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	once.Do(func() {
		huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
			return refused("en", status, message, errs)
		}
		huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
			return refused(refusal.Lang(ctx.Header("Accept-Language")), status, message, errs)
		}
	})
	a := &API{Config: c, mux: http.NewServeMux()}
	config := huma.DefaultConfig("hulian", c.Version)
	config.Info.Description = "Units, measures, tables, problems, runs and uploads of one town. " + Root + "/docs explains it with examples, in Chinese and English."
	if c.Version == "" {
		config.Info.Version = "devel"
	}
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = Root+"/openapi", "", ""
	config.CreateHooks = nil // no links to schemas in every answer
	config.RejectUnknownQueryParameters = true
	config.Formats = formats
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer", Description: "an access token, made on the page /tokens or by: hulian user token NAME"}}
	config.Security = []map[string][]string{{"token": {}}}
	a.huma = humago.New(recording{a}, config)
	a.registerLists()
	a.registerMeasures()
	a.registerTables()
	a.registerUploads()
	a.registerQuestions()
	a.mux.HandleFunc("GET "+Root+"/docs", a.docs)
	a.patterns = append(a.patterns, "GET "+Root+"/docs")
	a.documentWaiting()
	return a
}

// Patterns lists every route of the API.
func (a *API) Patterns() []string { return slices.Clone(a.patterns) }

// Pattern is the route that a request takes; empty where no route takes it.
func (a *API) Pattern(r *http.Request) string {
	_, pattern := a.mux.Handler(r)
	return pattern
}

// Document is the OpenAPI document.
func (a *API) Document() ([]byte, error) { return a.huma.OpenAPI().MarshalJSON() }

// ServeHTTP answers a request of somebody who has come in.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Set("Vary", "Accept, Accept-Language, Authorization, Cookie")
	if a.Pattern(r) == "" {
		a.unknown(w, r)
		return
	}
	asked, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		refusal.Respond(w, r, http.StatusBadRequest, err.Error())
		return
	}
	if parts := empty(asked); len(parts) > 0 {
		refusal.Respond(w, r, http.StatusUnprocessableEntity, "", parts...)
		return
	}
	if media := mediaOf[asked.Get("format")]; media != "" {
		r = r.Clone(r.Context())
		r.Header.Set("Accept", media)
	}
	if !uploading(r) {
		ctx, cancel := context.WithTimeout(r.Context(), limit)
		defer cancel()
		r = r.WithContext(ctx)
	}
	a.mux.ServeHTTP(w, r)
}

// empty lists the parameters of a request that hold nothing: the library takes them for left out, and a program that means a
// month and sends none would get another answer than it asked for.
func empty(asked url.Values) (parts []refusal.Part) {
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		if slices.Contains(asked[name], "") {
			parts = append(parts, refusal.Part{Message: "it is empty: give it a value, or leave it out", Location: "query." + name})
		}
	}
	return parts
}

func uploading(r *http.Request) bool {
	return r.Method == http.MethodPost && r.URL.Path == Root+"/uploads"
}

// unknown answers what no route takes: the address, or its method.
func (a *API) unknown(w http.ResponseWriter, r *http.Request) {
	said := httptest.NewRecorder() // the mux knows which methods the address has
	a.mux.ServeHTTP(said, r)
	if said.Code == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", said.Header().Get("Allow"))
		refusal.Respond(w, r, http.StatusMethodNotAllowed, "")
		return
	}
	refusal.Respond(w, r, http.StatusNotFound, "there is no address "+r.URL.Path)
}

// refused is an error of the library in the form of the API.
func refused(lang string, status int, message string, errs []error) *refusal.Refusal {
	if status >= http.StatusInternalServerError {
		message, errs = "", nil // stands in the log
	}
	var parts []refusal.Part
	for _, err := range errs {
		part := refusal.Part{Message: fmt.Sprint(err)}
		var detail huma.ErrorDetailer
		if errors.As(err, &detail) {
			part = refusal.Part{Message: detail.ErrorDetail().Message, Location: detail.ErrorDetail().Location}
		}
		parts = append(parts, part)
	}
	return refusal.New(lang, status, message, data.Text{}, parts...)
}

// errBeyond says that something is not for the visitor; it is answered as if it did not exist.
var errBeyond = errors.New("it is not for this visitor")

// fail turns an error into what a program is told.
func (a *API) fail(ctx context.Context, lang string, err error) error {
	var said *refusal.Refusal
	var fault *pipelines.Fault
	none := data.Text{}
	switch {
	case err == nil:
		return nil
	case errors.As(err, &said):
		return err
	case errors.Is(err, errBeyond), errors.Is(err, facts.ErrHidden):
		if failed := a.Record(context.WithoutCancel(ctx), trail.RequestedBeyond, pathOf(ctx), a.Here(), errDenied); failed != nil && !errors.Is(failed, errDenied) {
			observe.Logger(ctx, a.Logger).Error("a refusal does not stand in the audit trail", "error", failed)
		}
		return refusal.New(lang, http.StatusNotFound, "", none)
	case errors.Is(err, pipelines.ErrNotPublished):
		return refusal.New(lang, http.StatusServiceUnavailable, "no data have been published yet", data.Text{Zh: "请导入文件并运行一次 hulian run。", En: "Import files and run: hulian run"})
	case errors.Is(err, context.DeadlineExceeded):
		return refusal.New(lang, http.StatusGatewayTimeout, "", none)
	case errors.Is(err, pipelines.ErrBusy):
		return refusal.New(lang, http.StatusServiceUnavailable, "another question is being answered", none)
	case errors.As(err, &fault):
		return refusal.New(lang, http.StatusBadRequest, fault.Err.Error(), data.Text{Zh: fault.Advised(), En: fault.Advised()})
	case errors.Is(err, context.Canceled):
		return refusal.New(lang, http.StatusServiceUnavailable, "", none)
	}
	observe.Logger(ctx, a.Logger).Error("API failed", "route", observe.RouteOf(ctx), "error", err)
	return refusal.New(lang, http.StatusInternalServerError, "", none)
}

// errDenied is what came of a request that is not for the visitor, for the trail.
var errDenied = errors.New("denied")

// Denied reports whether an error that Record is given says that a request was refused.
func Denied(err error) bool { return errors.Is(err, errDenied) }

type pathKey struct{}

func pathOf(ctx context.Context) string {
	path, _ := ctx.Value(pathKey{}).(string)
	return path
}

// Asked is what every request may say.
type Asked struct {
	Format      string `query:"format" enum:"json,csv,arrow,parquet" doc:"the form of the answer; the header Accept says it too"`
	IfNoneMatch string `header:"If-None-Match" doc:"the ETag of an answer that is at hand: 304 where it still holds"`

	lang, media, address string
}

// Resolve keeps what handlers need of the request beside its parameters.
func (q *Asked) Resolve(ctx huma.Context) []error {
	u := ctx.URL()
	q.lang, q.media, q.address = refusal.Lang(ctx.Header("Accept-Language")), ctx.Header("Accept"), u.RequestURI()
	return nil
}

func (q *Asked) asked() *Asked { return q }

// asking is a pointer to the parameters of an operation.
type asking[I any] interface {
	*I
	asked() *Asked
}

// Answer is what every answer carries.
type Answer[T any] struct {
	ETag         string   `header:"ETag" doc:"names this answer: it holds as long as the data and what the visitor may see"`
	Link         []string `header:"Link" doc:"rel=\"next\": the address of the rows that follow"`
	CacheControl string   `header:"Cache-Control"`
	Body         T
}

// operation says what stands in the document of an operation; its answer is a table.
func operation(id, method, path, summary, description string) huma.Operation {
	return huma.Operation{OperationID: id, Method: method, Path: Root + path, Summary: summary, Description: description, Errors: []int{
		http.StatusBadRequest, http.StatusUnauthorized, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusGatewayTimeout}}
}

// register makes a route of an operation that answers from the current generation. do gives the body, and the addresses of what
// follows it; once it has shown a person in full, the answer is kept nowhere and stands in the trail as object.
func register[I any, P asking[I], T any](a *API, op huma.Operation, do func(ctx context.Context, v visitor.Visitor, in *I, h Held) (body T, next string, err error)) {
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*Answer[T], error) {
		q := P(in).asked()
		ctx = context.WithValue(ctx, pathKey{}, op.Method+" "+strings.SplitN(q.address, "?", 2)[0])
		made, err := answer(ctx, a, q, in, do)
		return made, a.fail(ctx, q.lang, err)
	})
	a.document(op, reflect.TypeFor[T]().Implements(reflect.TypeFor[tabular]()))
}

func answer[I, T any](ctx context.Context, a *API, q *Asked, in *I, do func(context.Context, visitor.Visitor, *I, Held) (T, string, error)) (*Answer[T], error) {
	v := signin.VisitorOf(ctx)
	if !v.MayAnywhere(visitor.SeePages) || !v.OfTown(a.Here()) {
		return nil, errBeyond
	}
	h, err := a.Hold(ctx)
	if err != nil {
		return nil, err
	}
	defer h.Release()
	h.Disclosed = &facts.Disclosed{}
	tag, err := a.tag(v, q, h)
	if err != nil {
		return nil, err
	}
	out := &Answer[T]{ETag: tag, CacheControl: "private, no-cache"}
	// Whoever sees persons gets every answer anew: it may hold some, and then stands in the trail.
	if !v.MayAnywhere(visitor.SeePersons) && matches(q.IfNoneMatch, tag) {
		return nil, huma.ErrorWithHeaders(refusal.New(q.lang, http.StatusNotModified, "", data.Text{}), http.Header{"Etag": {tag}})
	}
	var next string
	if out.Body, next, err = do(ctx, v, in, h); err != nil {
		return nil, err
	}
	if next != "" {
		out.Link = []string{"<" + next + `>; rel="next"`}
	}
	if h.Disclosed.Any() {
		out.ETag, out.CacheControl = "", "private, no-store"
		err = a.Record(ctx, trail.ExportedPersons, strings.TrimPrefix(strings.SplitN(q.address, "?", 2)[0], Root+"/"), a.Here(), nil)
	} else if matches(q.IfNoneMatch, tag) {
		return nil, huma.ErrorWithHeaders(refusal.New(q.lang, http.StatusNotModified, "", data.Text{}), http.Header{"Etag": {tag}})
	}
	return out, err
}

// tag names an answer: the generation, what the visitor may see, and the address.
func (a *API) tag(v visitor.Visitor, q *Asked, h Held) (string, error) {
	sum := sha256.New()
	fmt.Fprintf(sum, "%d %s %s %s %s %s", h.Generation, h.Hash, v.Key(), q.address, q.media, a.Version)
	if len(h.HandedIn) > 0 {
		fmt.Fprintf(sum, " %s %d", v.Account, len(h.HandedIn))
	}
	if a.Stamp != nil {
		stamp, err := a.Stamp()
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, " %s", stamp)
	}
	return `W/"` + hex.EncodeToString(sum.Sum(nil)[:12]) + `"`, nil
}

// matches compares weakly, as If-None-Match asks for.
func matches(header, tag string) bool {
	for candidate := range strings.SplitSeq(header, ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// document adds to an operation's description what is not part of its types: further forms of a table, and that it may not have
// changed.
func (a *API) document(op huma.Operation, table bool) {
	at := a.huma.OpenAPI().Paths[op.Path]
	said := at.Get
	if op.Method == http.MethodPost {
		said = at.Post
	}
	if op.Method == http.MethodGet {
		said.Responses["304"] = &huma.Response{Description: "what the program has at hand still holds", Headers: map[string]*huma.Param{"ETag": {Schema: &huma.Schema{Type: huma.TypeString}}}}
	}
	if !table {
		return
	}
	for _, response := range said.Responses {
		if response.Content["application/json"] == nil {
			continue
		}
		response.Content[mediaOf["csv"]] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
		for _, binary := range []string{"arrow", "parquet"} {
			response.Content[mediaOf[binary]] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
		}
	}
}

// documentWaiting adds to every operation that it answers 429 to whoever asks too often, and says when he may again.
func (a *API) documentWaiting() {
	for _, at := range a.huma.OpenAPI().Paths {
		for _, said := range []*huma.Operation{at.Get, at.Post} {
			if said == nil {
				continue
			}
			status := strconv.Itoa(http.StatusTooManyRequests)
			if said.Responses[status] == nil {
				said.Responses[status] = &huma.Response{Description: http.StatusText(http.StatusTooManyRequests),
					Content: map[string]*huma.MediaType{refusal.Media: {Schema: a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[refusal.Refusal](), true, "Refusal")}}}
			}
			said.Responses[status].Headers = map[string]*huma.Param{"Retry-After": {Description: "seconds until the next request is answered", Schema: &huma.Schema{Type: huma.TypeInteger}}}
		}
	}
}
