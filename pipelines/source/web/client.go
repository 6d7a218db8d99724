package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"hulian/pipelines"
	"hulian/pipelines/source/secret"
	"hulian/pipelines/source/transfer"
)

// client sends requests to one server, with secrets to that server alone.
type client struct {
	config Config
	place  place
	http   *http.Client
}

func newClient(c Config, at *url.URL) (*client, error) {
	transport, err := transfer.Transport(c.CA)
	if err != nil {
		return nil, err
	}
	return &client{config: c, place: placeOf(at), http: &http.Client{
		Transport: transport,
		CheckRedirect: func(next *http.Request, before []*http.Request) error {
			if len(before) >= 10 {
				return transfer.Permanent(errors.New("redirected more than ten times"))
			}
			if before[len(before)-1].URL.Scheme == "https" && next.URL.Scheme != "https" {
				return transfer.Permanent(errors.New("redirected from https to http, where anybody can read along"))
			}
			return nil
		},
	}}, nil
}

// guard adds secrets to requests for one place and to no others.
type guard struct {
	next   http.RoundTripper
	place  place
	header http.Header
	query  url.Values
}

func (g *guard) RoundTrip(r *http.Request) (*http.Response, error) {
	if placeOf(r.URL) == g.place {
		r = r.Clone(r.Context())
		maps.Copy(r.Header, g.header)
		if len(g.query) > 0 {
			query := r.URL.Query()
			maps.Copy(query, g.query)
			r.URL.RawQuery = query.Encode()
		}
	}
	return g.next.RoundTrip(r)
}

// status is an answer that is no file.
type status int

func (s status) Error() string {
	return fmt.Sprintf("the server answered %d %s", int(s), http.StatusText(int(s)))
}

// get asks for an address. An answer outside 200, 206, 304 and 416 is an error, permanent where asking again cannot help.
func (c *client) get(ctx context.Context, at *url.URL, header http.Header) (*http.Response, error) {
	secretHeader, secretQuery, values, err := c.config.secrets()
	if err != nil {
		return nil, transfer.Permanent(err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, transfer.Permanent(secret.Redact(err, values...))
	}
	for name, value := range c.config.Headers {
		request.Header.Set(name, value)
	}
	request.Header.Set("Accept-Encoding", "identity")
	maps.Copy(request.Header, header)
	one := *c.http
	one.Transport = &guard{next: c.http.Transport, place: c.place, header: secretHeader, query: secretQuery}
	response, err := one.Do(request)
	if err != nil {
		return nil, secret.Redact(reason(err), values...)
	}
	switch response.StatusCode {
	case http.StatusOK, http.StatusPartialContent, http.StatusNotModified, http.StatusRequestedRangeNotSatisfiable:
		if err := c.acceptable(response); err != nil {
			response.Body.Close()
			return nil, transfer.Permanent(err)
		}
		return response, nil
	}
	response.Body.Close()
	return nil, refusal(response)
}

// reason takes the address off an error of net/http, since it may hold secrets, and says which errors are for good.
func reason(err error) error {
	var with *url.Error
	if errors.As(err, &with) {
		err = with.Err
	}
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &certificate) {
		return transfer.Permanent(err)
	}
	return err
}

func refusal(response *http.Response) error {
	err := status(response.StatusCode)
	switch code := response.StatusCode; {
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code == http.StatusTooManyRequests,
		code >= 500 && code != http.StatusNotImplemented && code != http.StatusHTTPVersionNotSupported:
		if wait := retryAfter(response.Header.Get("Retry-After"), time.Now()); wait > 0 {
			return transfer.After(err, wait)
		}
		return err
	}
	return transfer.Permanent(err)
}

// retryAfter reads seconds or a date, RFC 9110 section 10.2.3.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if date, err := http.ParseTime(text); err == nil {
		return date.Sub(now)
	}
	return 0
}

// acceptable refuses answers that are no file, or of which half could be taken for a file.
func (c *client) acceptable(r *http.Response) error {
	if r.StatusCode != http.StatusOK && r.StatusCode != http.StatusPartialContent {
		return nil
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return pipelines.Errorf("%w although it was asked not to: %s", errCompressed, coding)
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "text/html" || kind == "application/xhtml+xml" {
		return errWebPage
	}
	if r.ContentLength < 0 && len(r.TransferEncoding) == 0 && r.ProtoMajor < 2 && !c.config.AcceptUnmarkedEnd {
		return errUnmarkedEnd
	}
	return nil
}

var (
	errCompressed  = errors.New("the server compresses its answer")
	errWebPage     = errors.New("the server answered with a web page, not a file")
	errUnmarkedEnd = errors.New("the answer neither tells its length nor marks its end, so that half of it could pass for the whole")
)

// next says what a person can do about err.
func next(err error) string {
	var code status
	switch {
	case errors.Is(err, secret.ErrUnread):
		return secret.Advice
	case errors.Is(err, errWebPage):
		return "open the address in a browser: a log-in or error page may stand there; check token, user and password"
	case errors.Is(err, errUnmarkedEnd):
		return "have the server send Content-Length, or set accept_unmarked_end: true"
	case errors.Is(err, transfer.ErrTooLarge):
		return "raise max_size under limits if the file is meant to be this large"
	case errors.Is(err, errCompressed):
		return "switch compression off for this address on the server"
	case !errors.As(err, &code):
		return "check that the server can be reached from here; the next run tries again"
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return "check token, user, password and what they allow"
	case code == http.StatusNotFound, code == http.StatusGone:
		return "check the address"
	case code == http.StatusTooManyRequests:
		return "run less often"
	default:
		return "the next run tries again; if it lasts, ask who keeps the server"
	}
}

// discard reads what little is left, so that the connection can be used again, and closes.
func discard(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, 4<<10) // where this fails the connection is not used again, and nothing else changes
	body.Close()
}
